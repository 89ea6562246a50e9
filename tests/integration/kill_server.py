#!/usr/bin/env python3
"""The server is killed (SIGKILL) again and again while communes hand in: every receipt that a client
holds is stored, nothing is stored twice, and the figures are those of an undisturbed run.

The communes hand in at the same time, each with an outbox of its own; each keeps the order of its
files, which is all that the figures depend on.
"""

import collections
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from golden_case import CASES, GoldenCase  # noqa: E402
from thidua_test import Stack, equal, succeeded  # noqa: E402

KILLS = 5


def by_office(case):
    """Results files by the office at the end of their names; the council's count as one."""
    files = collections.defaultdict(list)
    for file in case.results():
        office = "council" if file.stem.endswith("hoi-dong") else file.stem.rsplit("-", 1)[-1]
        files[office].append(file)
    return files


def hand_in(stack, case, name, files, failures):
    outbox = {"THIDUA_OUTBOX": str(stack.directory / "outbox" / f"{name}.sqlite")}
    for file in files:
        done = stack.thidua("submit", case.code, file, "--wait", "--timeout", "60", env=outbox)
        if done.returncode != 0:
            failures.append(f"{file.name}: exit {done.returncode}: {done.stderr}")
            return


def main():
    case = GoldenCase(CASES / "case-05-rules")
    with Stack("--workers", "1") as stack:
        case.load_rules(stack)
        failures = []
        threads = [threading.Thread(target=hand_in, args=(stack, case, name, files, failures))
                   for name, files in by_office(case).items()]
        for thread in threads:
            thread.start()
        for _ in range(KILLS):
            before = int(stack.sql("SELECT count(*) FROM thidua.submission")[0][0])
            stack.control("kill", "server-1")
            stack.control("run", "server-1")
            print(f"killed and started again with {before} submissions stored", flush=True)
        for thread in threads:
            thread.join()
        equal(failures, [], "submissions that failed")
        equal(stack.sql("SELECT office, campaign, unit, period, submission FROM thidua.form "
                        "GROUP BY 1, 2, 3, 4, 5 HAVING count(*) > 1"), [], "forms stored twice")
        equal(int(stack.sql("SELECT count(*) FROM thidua.submission")[0][0]) >= len(case.results()), True,
              "every file has its submission")
        case.load_lists(stack)
        case.run_and_compare(stack, "after the kills")
        succeeded(stack.thidua("outbox", "list"))


if __name__ == "__main__":
    main()
