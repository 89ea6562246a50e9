#!/usr/bin/python3
"""docs/operations.md says what is true of the programs: each log event is explained and none that
does not exist; each setting is spoken of; the example files are understood by the programs.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

TOP = pathlib.Path(os.environ.get("THIDUA_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BUILD = pathlib.Path(os.environ.get("THIDUA_BUILD_DIR", TOP / "build/dev"))

problems = []


def same(what, page, program):
    for entry in sorted(set(program) - set(page)):
        problems.append(f"{what}: docs/operations.md lacks {entry}")
    for entry in sorted(set(page) - set(program)):
        problems.append(f"{what}: docs/operations.md has {entry}, the programs do not")


def section(page, title):
    return re.search(rf"^## \d+\. {title}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL).group(1)


def first_cells(text):
    """Words in the first column of the text's tables."""
    return [word for row in re.findall(r"^\| (`[^|]*) \|", text, re.MULTILINE)
            for word in re.findall(r"`(\w+)`", row)]


def check_events(page):
    logged = {}
    for directory in ("common", "server", "worker"):
        for path in (TOP / directory).glob("*.c"):
            text = path.read_text()
            for event in re.findall(r'log_event\([^;"]*?"(\w+)"', text):
                logged.setdefault(event, set()).add(directory)
    rows = re.findall(r"^\| `(\w+)` \| ([a-z/]+) \| ([a-z, ]+) \|", section(page, "Watching"), re.MULTILINE)
    same("log events", [event for event, _, _ in rows], logged)
    for event, _, programs in rows:
        for program in logged.get(event, set()) - {"common"}:
            if program not in programs and programs != "all":
                problems.append(f"log events: {event} is also logged by {program}")


def ask(program, *arguments):
    path = BUILD / "bin" / program
    if not path.exists():
        print("skipped:", path, "is not built")
        sys.exit(77)
    return subprocess.run([path, *arguments], capture_output=True, text=True, check=False,
                          env={"LC_ALL": "C.UTF-8"})


def settings_of(program):
    return re.findall(r"^  (\w+) \(THIDUA_", ask(program, "--help").stdout, re.MULTILINE)


def check_settings(page):
    text = section(page, "Configuration")
    server, worker = text.split("\nOf the worker:\n")
    same("settings of the server", first_cells(server), settings_of("thidua-server"))
    same("settings of the worker", first_cells(worker), settings_of("thidua-worker"))


def check_files(page):
    files = dict(re.findall(r"<!-- file: (\S+) -->\n```\w*\n(.*?)```", page, re.DOTALL))
    key = "x" * 40  # the page adds the servers' key later
    with tempfile.TemporaryDirectory() as directory:
        for program in ("server", "worker"):
            path = pathlib.Path(directory) / f"{program}.conf"
            path.write_text(files[path.name] + (f"server_key = {key}\n" if program == "worker" else ""))
            done = ask(f"thidua-{program}", "--config", path, "--dump-config")
            if done.returncode != 0:
                problems.append(f"{path.name}: {done.stderr.strip()}")
    for program in ("server", "worker"):
        if f"/usr/bin/thidua-{program} --config /etc/thidua/{program}.conf" not in files[f"thidua-{program}.service"]:
            problems.append(f"thidua-{program}.service starts something else")
        if files[f"thidua-{program}.service"] != (TOP / f"systemd/thidua-{program}.service").read_text():
            problems.append(f"docs/operations.md: thidua-{program}.service is not the one in systemd/")


def main():
    page = (TOP / "docs/operations.md").read_text()
    check_events(page)
    check_settings(page)
    check_files(page)
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


sys.exit(main())
