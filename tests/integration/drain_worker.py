#!/usr/bin/env python3
"""A worker in trouble is no trouble for others: one without a database gives its jobs back and uses up no
attempt of theirs; one that is told to end does so in the middle of many jobs, and hands back what it holds.
"""

import os
import pathlib
import re
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from golden_case import CASES, GoldenCase  # noqa: E402
from thidua_test import Stack, equal, succeeded, wait_for  # noqa: E402

LEASE_SECONDS = 60  # nothing here may wait for the end of a lease
RUNS = 60
DONE, LEASED, PUBLISHED = 5, 3, 5


def number(stack, statement):
    return int(stack.sql(statement)[0][0])


def worker_log(stack, name):
    return (stack.directory / "log" / f"{name}.log").read_text(errors="replace")


def configure(stack, name, database):
    """Another database for a worker; returns the one it had."""
    file = stack.directory / "etc" / f"{name}.conf"
    text = file.read_text()
    line = re.search(r"^database = (.*)$", text, re.MULTILINE)
    file.write_text(text.replace(line[0], f"database = {database}"))
    stack.control("restart", name)
    return line[1]


def published(stack):
    wait_for(90, lambda: number(stack, f"SELECT count(*) FROM thidua.run WHERE state <> {PUBLISHED}") == 0, "all published")
    equal(number(stack, "SELECT max(attempts) FROM thidua.job"), 1, "attempts")


def without_database(stack, case):
    right = configure(stack, "worker-2", "host=/nowhere dbname=none")
    stack.control("kill", "worker-1")
    succeeded(stack.thidua("run", "start", case.code))
    wait_for(30, lambda: worker_log(stack, "worker-2").count("no_database") > 1, "the worker tries, rests, and tries again")
    stack.control("run", "worker-1")
    began = time.monotonic()
    published(stack)
    print(f"published {time.monotonic() - began:.1f} s after a good worker came")
    configure(stack, "worker-2", right)


def drain(stack):
    stack.sql("INSERT INTO thidua.run (campaign, period, cause) SELECT campaign, period, cause FROM thidua.run, "
              f"generate_series(1, {RUNS})")
    wait_for(30, lambda: number(stack, f"SELECT count(*) FROM thidua.job WHERE state = {LEASED}") > 1, "work under way")
    pids = [int((stack.directory / "run" / f"worker-{worker}.pid").read_text().split()[0]) for worker in (1, 2)]
    began = time.monotonic()
    for pid in pids:
        os.kill(pid, signal.SIGTERM)
    wait_for(10, lambda: all(worker_log(stack, f"worker-{worker}").rstrip().splitlines()[-1].find(f"[{pid}] stopped") > 0
                             for worker, pid in zip((1, 2), pids)), "both have ended")
    took = time.monotonic() - began
    assert number(stack, f"SELECT count(*) FROM thidua.job WHERE state <> {DONE}") > 0, "they ended for want of work"
    print(f"drained in {took:.1f} s with work left")
    wait_for(10, lambda: number(stack, f"SELECT count(*) FROM thidua.job WHERE state = {LEASED}") == 0, "jobs given back")
    for worker in (1, 2):
        stack.control("restart", f"worker-{worker}")
    published(stack)


def main():
    case = GoldenCase(CASES / "case-02-district")
    with Stack("--workers", "2", "--lease", str(LEASE_SECONDS)) as stack:
        case.load(stack)
        without_database(stack, case)
        drain(stack)
        for expected in sorted(case.directory.glob("expected")):
            case.compare(stack, expected, "after all that")


if __name__ == "__main__":
    main()
