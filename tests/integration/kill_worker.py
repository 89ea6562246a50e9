#!/usr/bin/env python3
"""A worker that is killed (SIGKILL) while it holds a job loses nothing and changes no figure: its
lease ends, another worker does the job, and the published figures are those of an undisturbed run.

To be sure that it holds one, the worker is stopped (SIGSTOP) before the run starts: the server still
has its credit and hands it a job that it cannot take up.
"""

import os
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from golden_case import CASES, GoldenCase  # noqa: E402
from thidua_test import Stack, equal, succeeded, wait_for  # noqa: E402

LEASE_SECONDS = 3
RECOVERY_SECONDS = LEASE_SECONDS + 5


def pid_of(stack, name):
    return int((stack.directory / "run" / f"{name}.pid").read_text().split()[0])


def leased(stack, run):
    """(job, lease, worker) of every job of the run that is leased (state 3)."""
    return stack.sql(f"SELECT id, lease, worker FROM thidua.job WHERE run = {run} AND state = 3 ORDER BY id")


def main():
    case = GoldenCase(CASES / "case-02-district")
    with Stack("--workers", "1", "--lease", str(LEASE_SECONDS)) as stack:
        case.load(stack)
        os.kill(pid_of(stack, "worker-1"), signal.SIGSTOP)
        run = succeeded(stack.thidua("run", "start", case.code)).stdout.split()[-1]
        wait_for(10, lambda: leased(stack, run), "a job leased to the stopped worker")
        first = leased(stack, run)[0]
        stack.control("kill", "worker-1")
        killed = time.monotonic()
        stack.control("run", "worker-1")  # a new process under the same name and key

        wait_for(RECOVERY_SECONDS, lambda: stack.sql(
            f"SELECT 1 FROM thidua.job WHERE id = {first[0]} AND state = 5 AND lease > {first[1]}"),
            "the killed worker's job done under a new lease")
        print(f"recovered {time.monotonic() - killed:.1f} s after the kill (lease {LEASE_SECONDS} s)")
        wait_for(30, lambda: stack.sql(f"SELECT 1 FROM thidua.run WHERE id = {run} AND state = 5"), "the run published")
        for expected in sorted(case.directory.glob("expected")):
            case.compare(stack, expected, "after the kill")
        done_twice = stack.sql(f"SELECT unit, scope FROM thidua.rollup WHERE run = {run} "
                               "GROUP BY unit, scope HAVING count(*) > 1")
        equal(done_twice, [], "units written twice")


if __name__ == "__main__":
    main()
