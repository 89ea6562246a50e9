#!/usr/bin/env python3
"""The units' SystemCallFilter lets through all that a server and a worker do from their start over submissions
and a run to their end. (Found with it: libzmq ends the process when it may not set a scheduler.)
"""

import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from small_campaign import CAMPAIGN, load, results  # noqa: E402
from thidua_test import SOURCE, Stack, equal, succeeded, wait_for  # noqa: E402

if shutil.which("strace") is None or shutil.which("systemd-analyze") is None:
    print("skipped: no strace or no systemd-analyze")
    sys.exit(77)


def groups():
    said = subprocess.run(["systemd-analyze", "--no-pager", "syscall-filter"], capture_output=True, text=True, check=True).stdout
    found, name = {}, None
    for line in said.splitlines():
        if line.startswith("@"):
            name = line.strip()
            found[name] = []
        elif line.startswith("    ") and not line.strip().startswith("#"):
            found[name].append(line.strip())
    return found


def members(all_groups, word):
    if not word.startswith("@"):
        return {word}
    return set().union(*(members(all_groups, member) for member in all_groups[word]))


def allowed(program):
    """The filter's lines in their order: the first says what there is, ~ takes away, others add."""
    all_groups, calls = groups(), set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", (SOURCE / f"systemd/thidua-{program}.service").read_text(), re.MULTILINE):
        named = set().union(*(members(all_groups, word) for word in line.lstrip("~").split()))
        calls = calls - named if line.startswith("~") else calls | named
    return calls


def traced(stack, program, name):
    """The program of that name anew, under strace, the way systemd starts it."""
    stack.control("kill", name)
    return subprocess.Popen(
        ["strace", "-f", "-qq", "-o", stack.top / f"{program}.trace", pathlib.Path(stack.env["THIDUA_BUILD_DIR"]) /
         f"bin/thidua-{program}", "--config", stack.directory / f"etc/{name}.conf"],
        stderr=subprocess.DEVNULL, env={"NOTIFY_SOCKET": str(stack.top / "none"), "WATCHDOG_USEC": "1000000", "PATH": "/usr/bin"})


def main():
    with Stack("--workers", "1") as stack:
        load(stack)
        tracers = {program: traced(stack, program, name) for program, name in (("server", "server-1"), ("worker", "worker-1"))}
        try:
            wait_for(60, lambda: stack.thidua("ping", "--timeout", "2").returncode == 0, "the traced server")
            file = results(stack, "a.csv", "2022-01,A.1,GRAIN,5", "2022-01,A.2,GRAIN,7")
            succeeded(stack.thidua("submit", CAMPAIGN, file, "--wait"))
            succeeded(stack.thidua("run", "start", CAMPAIGN, "2022-01", "--wait"))
            for tracer in tracers.values():
                children = pathlib.Path(f"/proc/{tracer.pid}/task/{tracer.pid}/children").read_text().split()
                subprocess.run(["kill", "-TERM", *children], check=True)
            for tracer in tracers.values():
                tracer.wait(timeout=60)
        finally:
            for tracer in tracers.values():
                tracer.kill()
                tracer.wait()
        for program in tracers:
            calls = set(re.findall(r"^\d+\s+(\w+)\(", (stack.top / f"{program}.trace").read_text(), re.MULTILINE))
            assert "sendto" in calls or "sendmsg" in calls, calls
            equal(sorted(calls - allowed(program)), [], f"calls of the {program} that its unit does not let through")


if __name__ == "__main__":
    main()
