#!/usr/bin/env python3
"""Random campaigns through the whole stack, against the independent computation of tests/naive: every
period's four outputs, byte for byte. What the core tests cannot see: the wire, the store, the
offices of moved and merged units, the slots of assessed points, the jobs.

THIDUA_SEED (first seed) and THIDUA_CASES (how many) choose the campaigns; a difference names its seed.
"""

import os
import pathlib
import sys

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "lib"), str(TESTS / "naive")]
import case as cases  # noqa: E402
import generate  # noqa: E402
import naive  # noqa: E402
from golden_case import GoldenCase  # noqa: E402
from thidua_test import Stack, equal  # noqa: E402

FIRST = int(os.environ.get("THIDUA_SEED", "1001"))
COUNT = int(os.environ.get("THIDUA_CASES", "3"))


def expect(case):
    """Writes expected-P/ for each period as the naive computation has it; returns how many."""
    made = 0
    for period in cases.load(str(case.directory)).campaign.periods:
        try:
            files = naive.run(str(case.directory), period, None)
        except naive.OwnerGone:
            continue
        directory = case.directory / f"expected-{period}"
        directory.mkdir()
        for name, content in files.items():
            (directory / f"{name}.csv").write_bytes(content)
        made += 1
    return made


def run_seed(seed):
    with Stack("--workers", "2") as stack:
        directory = stack.top / f"seed-{seed}"
        generate.generate(seed, str(directory))
        case = GoldenCase(directory)
        periods = expect(case)
        case.load(stack)
        equal(case.run_and_compare(stack, f"seed {seed}"), 4 * periods, "files compared")
    print(f"seed {seed}: {periods} periods identical", flush=True)


def main():
    for seed in range(FIRST, FIRST + COUNT):
        run_seed(seed)


if __name__ == "__main__":
    main()
