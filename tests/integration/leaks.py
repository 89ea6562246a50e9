#!/usr/bin/env python3
"""Nothing secret and no content of forms where it does not belong: planted secrets, numbers and notes are
looked for in logs (at the level debug), process lists, environments, PostgreSQL's own log; core dumps are off.
"""

import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from enrolment import enrol, key_file  # noqa: E402
from small_campaign import CAMPAIGN, load, results  # noqa: E402
from thidua_test import Stack, equal, succeeded, wait_for  # noqa: E402

NOTE, REASON, NAME = "ghi-chu-bi-mat", "ly-do-bi-mat", "ten-nguoi-bi-mat"
# As the clerk writes it, as the store has it (ten-thousandths)
NUMBERS = ("4321.0987", "43210987", "1765.4321", "17654321")
ROWS = (f"2022-01,A.1,GRAIN,4321.0987,,,{NOTE}", "2022-01,A.2,INSURED,1765.4321,2000")


def secrets(stack):
    """Secret halves of every identity of the stack, whole and in part."""
    files = list((stack.directory / "keys").glob("*.key")) + list(stack.top.glob("*.key"))
    assert len(files) >= 4, files
    found = set()
    for file in files:
        for line in re.findall(r"^\w+_secret (\S+)$", file.read_text(), re.MULTILINE):
            found |= {line, line[:20], line[-20:]}
    return found


def pids(stack):
    return {file.stem: int(file.read_text().split()[0]) for file in (stack.directory / "run").glob("*.pid")}


def is_hidden(text, planted, where):
    for word in planted:
        assert word not in text, f"{where} has {word[:6]}…"


def work(stack):
    """Everything that could put a planted word somewhere: accepted, refused, not understood, run, failed."""
    load(stack)
    clerk = enrol(stack, "clerk", "clerk", "A")
    succeeded(stack.thidua("submit", CAMPAIGN, results(stack, "good.csv", *ROWS), "--wait", env=clerk))
    refused = [stack.thidua("submit", CAMPAIGN, results(stack, f"bad{i}.csv", row), "--wait", env=clerk)
               for i, row in enumerate((f"2022-01,B.1,GRAIN,4321.0987,,,{NOTE}", f"2023-01,A.1,GRAIN,4321.0987,,,{NOTE}",
                                        f"2022-01,A.1,CULTURE,4321.0987,,,{NOTE}"))]
    assert all(done.returncode != 0 for done in refused), refused
    (stack.top / "adjust.csv").write_text(f"unit,code,times,reason\nA,NONE,1,{REASON}\n")
    assert stack.thidua("adjust", "load", CAMPAIGN, stack.top / "adjust.csv").returncode != 0
    (stack.top / "nominate.csv").write_text(
        "id,unit,award,kind,name,category,form,votes_for,votes_total,score,prior,reason\n"
        f"1,A,NONE,individual,{NAME},worker,regular,5,9,1,,{REASON}\n")
    assert stack.thidua("nominate", CAMPAIGN, stack.top / "nominate.csv").returncode != 0
    succeeded(stack.thidua("run", "start", CAMPAIGN, "2022-01", "--wait"))
    # A batch that the database refuses, with all its values at hand
    stack.sql("ALTER TABLE thidua.form ADD CONSTRAINT planted CHECK (unit <> 'A.2') NOT VALID")
    stack.thidua("submit", CAMPAIGN, results(stack, "worse.csv", f"2022-02,A.2,GRAIN,4321.0987,,,{NOTE}"), "--wait",
                 "--timeout", "5", env=clerk)
    stack.sql("ALTER TABLE thidua.form DROP CONSTRAINT planted")
    # and a job that fails on what it reads
    succeeded(stack.thidua("submit", CAMPAIGN, results(stack, "more.csv", f"2022-02,A.1,GRAIN,4321.0987,,,{NOTE}"), "--wait",
                           env=clerk))
    return clerk


def try_logs(stack, planted):
    for log in (stack.directory / "log").glob("*.log"):
        text = log.read_text(errors="replace")
        if log.stem == "postgres":
            # What somebody at psql says is not ours; statements and rows of the programs are.
            text = "\n".join(line for line in text.splitlines() if " psql " not in line)
        is_hidden(text, planted, log.name)
    server = (stack.directory / "log/server-1.log").read_text()
    assert " debug " in server and "submission " in server, "the log is not at the level debug"


def try_processes(stack, planted):
    running = pids(stack)
    assert {"server-1", "worker-1", "postgres"} <= set(running), running
    for name, pid in running.items():
        for part in ("cmdline", "environ"):
            is_hidden(pathlib.Path(f"/proc/{pid}/{part}").read_text(errors="replace"), planted, f"{part} of {name}")
    everybody = subprocess.run(["ps", "-eww", "-o", "args"], check=True, capture_output=True, text=True).stdout
    is_hidden("\n".join(line for line in everybody.splitlines() if "leaks.py" not in line), planted, "the process list")


def try_cores(stack):
    for name, pid in pids(stack).items():
        if name == "postgres":
            continue
        limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
        equal(re.search(r"Max core file size\s+(\S+)", limits)[1], "0", f"core dumps of {name}")
        if "ASAN" not in subprocess.run(["strings", f"/proc/{pid}/exe"], capture_output=True, text=True, check=True).stdout:
            # What is not dumpable belongs to root in /proc, whoever runs it.
            equal(os.stat(f"/proc/{pid}/environ").st_uid, 0, f"owner of the environment of {name}")


def try_texts(stack, clerk):
    """What the programs say of a key file that is wrong names the file, not what is in it."""
    broken = stack.top / "broken.key"
    text = key_file(stack, "clerk").read_text()
    secret = re.search(r"curve_secret (\S+)", text)[1]
    broken.write_text(text.replace("curve_public", "curve_privat"))
    broken.chmod(0o600)
    for program in (("thidua", "ping"), ("thidua-server", "--config", stack.directory / "etc/server-1.conf"),
                    ("thidua-worker", "--config", stack.directory / "etc/worker-1.conf")):
        done = stack.run(*program, env={**clerk, "THIDUA_KEY_FILE": str(broken)})
        assert done.returncode != 0 and "broken.key" in done.stderr + done.stdout, done
        is_hidden(done.stderr + done.stdout, {secret, secret[:20]}, program[0])
    for program in ("server", "worker"):
        done = succeeded(stack.run(f"thidua-{program}", "--config", stack.directory / f"etc/{program}-1.conf", "--dump-config"))
        is_hidden(done.stdout, secrets(stack), f"--dump-config of {program}")


def main():
    # As docs/operations.md asks: a statement that fails does not bring its row into PostgreSQL's log.
    with Stack("--workers", "1", "--set", "postgres.log_error_verbosity=terse") as stack:
        for name in ("server-1", "worker-1"):
            config = stack.directory / f"etc/{name}.conf"
            config.write_text(config.read_text().replace("log_level = info", "log_level = debug"))
            stack.control("restart", name)
        clerk = work(stack)
        planted = secrets(stack) | set(NUMBERS) | {NOTE, REASON, NAME}
        wait_for(20, lambda: stack.sql("SELECT count(*) > 0 FROM thidua.run WHERE state = 5") == [["t"]], "a run")
        try_logs(stack, planted)
        try_processes(stack, planted)
        try_cores(stack)
        try_texts(stack, clerk)


if __name__ == "__main__":
    main()
