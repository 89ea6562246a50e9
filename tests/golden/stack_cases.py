#!/usr/bin/env python3
"""Every golden case through the whole stack, with 4 workers and with 1: the four outputs of each run
are compared byte for byte with expected/ (and with expected-P/ for the run of period P).

The cases are tests/golden/cases/ (THIDUA_GOLDEN_DIR names others). Each has units of its own under
the same codes, so each gets a stack of its own. Names as arguments run those cases alone.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from golden_case import CASES, GoldenCase  # noqa: E402
from thidua_test import Stack, equal  # noqa: E402

WORKERS = 4


def run_case(directory):
    case = GoldenCase(directory)
    with Stack("--workers", str(WORKERS)) as stack:
        case.load(stack)
        compared = case.run_and_compare(stack, f"{WORKERS} workers")
        for worker in range(2, WORKERS + 1):
            stack.control("kill", f"worker-{worker}")
        compared += case.run_and_compare(stack, "1 worker")
    print(f"{directory.name}: {compared} files identical", flush=True)


def main():
    wanted = sys.argv[1:]
    directories = [d for d in sorted(CASES.glob("case-*")) if not wanted or d.name in wanted]
    equal(bool(directories), True, f"golden cases in {CASES}")
    for directory in directories:
        run_case(directory)


if __name__ == "__main__":
    main()
