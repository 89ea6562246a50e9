#!/usr/bin/env python3
"""What the client says and where: findings as data and in both languages, exit codes, terminals, forms.
"""

import csv
import io
import json
import os
import pathlib
import pty
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from small_campaign import CAMPAIGN, HEADER, RULES, load, results  # noqa: E402
from thidua_test import Stack, equal, succeeded  # noqa: E402

ERROR, USAGE, NOT_FOUND, CONFLICT, DATA, FINDINGS = 1, 2, 3, 4, 5, 6

def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def file_of(stack, data):
    path = stack.top / "input.csv"
    path.write_bytes(data)
    return path


def try_findings(stack):
    """Findings as data: all columns, in CSV and JSON, those of the client beside those of the server."""
    path = results(stack, "cells.csv", "2022-01,A.1,GRAIN,x", "2022-01,X.1,RICE,-1")
    done = stack.thidua("submit", CAMPAIGN, path, "--csv")
    equal(done.returncode, DATA, "exit code")
    equal([(found["row"], found["column"], found["value"], found["code"], found["severity"])
           for found in rows(done.stdout)],
          [("2", "value", "x", "bad_number", "error"), ("3", "indicator", "RICE", "unknown_indicator", "error"),
           ("3", "unit", "X.1", "unknown_unit", "error")], "findings")
    done = stack.thidua("submit", CAMPAIGN, path, "--json")
    equal(json.loads(done.stdout)[0]["message"].startswith("x is not a number."), True, "the sentence")


def try_languages(stack):
    path = results(stack, "cells.csv", "2022-01,A.1,GRAIN,1.920", "2022-01,A.2,GRAIN,9999")
    done = stack.thidua("submit", CAMPAIGN, path, "--decimal", "point", "--lang", "vi")
    equal(done.returncode, DATA, "exit code")
    assert f"{path}:3:value: lỗi: 9999 lớn hơn 5000" in done.stderr, done.stderr
    equal(done.stdout, "", "stdout")
    for env, word in (({"LANG": "vi_VN.UTF-8"}, "lỗi"), ({"LANG": "en_US.UTF-8"}, "error"), ({"LC_ALL": "C"}, "error")):
        done = stack.thidua("submit", CAMPAIGN, path, env={"LC_ALL": "", **env})
        assert f":3:value: {word}: " in done.stderr, (env, done.stderr)


def try_documents(stack):
    """Loading, checking, and a file of more than one part."""
    path = stack.top / "units.csv"
    done = succeeded(stack.thidua("unit", "load", path, "--dry-run"))
    assert "nothing was changed" in done.stderr, done.stderr

    path = stack.top / "campaign.yaml"
    path.write_text(RULES)
    equal(stack.thidua("campaign", "check", path).returncode, 0, "exit code of checking a good campaign")
    path.write_text(RULES + "colour: red\n")
    done = stack.thidua("campaign", "check", path)
    equal(done.returncode, FINDINGS, "exit code of checking")
    line = RULES.count("\n") + 1
    assert done.stdout.startswith(f"{path}:{line}:") and "unknown_key" in done.stdout, done.stdout
    equal(stack.thidua("campaign", "load", path).returncode, DATA, "exit code of loading")

    path = stack.top / "targets.csv"
    path.write_text("unit,indicator,target\n" + "A,GRAIN,1\n" * 60000)  # more than one part
    done = stack.thidua("target", "load", CAMPAIGN, path)
    equal(done.returncode, DATA, "exit code of a large list")
    assert ":60001:" in done.stderr or "not shown" in done.stderr, done.stderr[-500:]


def try_exit_codes(stack):
    good = results(stack, "good.csv", "2022-01,B.1,GRAIN,1")
    for expected, arguments in (
            (USAGE, ["fly"]), (USAGE, ["submit"]), (USAGE, ["job", "retry", "x"]),
            (USAGE, ["key", "revoke", "short"]), (USAGE, ["ping", "--timeout", "soon"]),
            (NOT_FOUND, ["submit", "no-such", good]), (NOT_FOUND, ["submit", CAMPAIGN, "/no/such/file"]),
            (NOT_FOUND, ["show", "ranking", "no-such"]), (NOT_FOUND, ["show", "ranking", CAMPAIGN]),
            (NOT_FOUND, ["run", "show", "99"]), (NOT_FOUND, ["outbox", "show", "99"]),
            (NOT_FOUND, ["unit", "load", "/no/such/file"]),
            (CONFLICT, ["key", "new", "--file", stack.env["THIDUA_KEY_FILE"]]),
            (ERROR, ["ping", "--servers", "tcp://127.0.0.1:1", "--timeout", "1"]),
            (ERROR, ["ping", "--key", "/no/such/key"])):
        done = stack.thidua(*arguments)
        equal(done.returncode, expected, f"exit code of {arguments}: {done.stderr}")
        assert done.stdout == "" and "thidua: " in done.stderr, (arguments, done)


def on_terminal(stack, env, *arguments):
    """What a command writes to a terminal that is both its stdout and stderr."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(["thidua", *map(str, arguments)], env={**stack.env, "TERM": "xterm", **env},
                               stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while data := os.read(ours, 65536):
            shown += data
    except OSError:  # the other side is gone
        pass
    os.close(ours)
    equal(process.wait(), 0, "exit code")
    return shown.decode()


def try_terminal(stack):
    """Bold and bars on a terminal only, and no bold with NO_COLOR."""
    assert "\x1b[1m" in on_terminal(stack, {}, "key", "list")
    assert "\x1b" not in on_terminal(stack, {"NO_COLOR": "1"}, "key", "list")
    assert "\x1b" not in succeeded(stack.thidua("key", "list")).stdout
    path = results(stack, "bar.csv", "2022-02,A.1,GRAIN,1", "2022-02,B.1,GRAIN,1", "2022-02,C.1,GRAIN,1")
    # The bar's first picture is always drawn, later ones only when there is time to see them.
    assert "-] 0/3" in on_terminal(stack, {}, "submit", CAMPAIGN, path)
    assert "-] 0/3" not in succeeded(stack.thidua("submit", CAMPAIGN, path)).stderr


def try_form(stack):
    """The printed form, filled in and handed in."""
    form = succeeded(stack.thidua("form", CAMPAIGN, "C", "2022-03")).stdout
    lines = form.splitlines()
    equal(lines[0], HEADER, "header")
    filled = [line.replace(",GRAIN,", ",GRAIN,12", 1) for line in lines]
    path = file_of(stack, ("\n".join(filled) + "\n").encode())
    [receipt] = rows(succeeded(stack.thidua("submit", CAMPAIGN, path, "--csv")).stdout)
    equal([receipt["office"], receipt["created"]], ["C", "2"], "receipt of a filled form")
    succeeded(stack.thidua("submit", CAMPAIGN, file_of(stack, form.encode())))


def main():
    with Stack("--workers", "0") as stack:
        load(stack)
        try_findings(stack)
        try_languages(stack)
        try_documents(stack)
        try_exit_codes(stack)
        try_terminal(stack)
        try_form(stack)


if __name__ == "__main__":
    main()
