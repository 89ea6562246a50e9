#!/usr/bin/env python3
"""Every golden case through the whole stack, with 4 workers and with 1: the four outputs of a run
are compared byte for byte with expected/ (and with expected-P/ for the run of period P).

The cases are tests/golden/cases/ (THIDUA_GOLDEN_DIR names others). Each has units of its own under
the same codes, so each gets a stack of its own. A name as argument runs that case alone.
"""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from thidua_test import Stack, equal, succeeded  # noqa: E402

CASES = pathlib.Path(os.environ.get("THIDUA_GOLDEN_DIR", pathlib.Path(__file__).resolve().parent / "cases"))
WORKERS = 4
OUTPUTS = ("rollup", "scores", "ranking", "awards")


def campaign_code(case):
    for line in (case / "campaign.yaml").read_text(encoding="utf-8-sig").splitlines():
        if line.startswith("campaign:"):
            return line.split(":", 1)[1].strip()
    raise AssertionError(f"{case} has no campaign code")


def load(stack, case, code):
    succeeded(stack.thidua("unit", "load", case / "units.csv"))
    succeeded(stack.thidua("campaign", "load", case / "campaign.yaml"))
    if (case / "targets.csv").exists():
        succeeded(stack.thidua("target", "load", code, case / "targets.csv"))
    for results in sorted((case / "results").glob("*.csv")):
        succeeded(stack.thidua("submit", code, results, "--wait"))
    if (case / "adjustments.csv").exists():
        succeeded(stack.thidua("adjust", "load", code, case / "adjustments.csv"))
    if (case / "nominations.csv").exists():
        succeeded(stack.thidua("nominate", code, case / "nominations.csv"))
    if (case / "decisions.csv").exists():
        succeeded(stack.thidua("decide", code, case / "decisions.csv"))


def compare(stack, case, code, workers):
    """Runs the campaign for each expected period and compares; returns how many files."""
    compared = 0
    for expected in sorted(case.glob("expected*")):
        period = expected.name.partition("-")[2]
        arguments = [code] + ([period] if period else [])
        succeeded(stack.thidua("run", "start", *arguments, "--wait"))
        for output in OUTPUTS:
            shown = succeeded(stack.thidua("show", output, *arguments, "--csv", text=False)).stdout
            what = f"{case.name}/{expected.name}/{output}.csv with {workers} workers"
            if shown != (expected / f"{output}.csv").read_bytes():
                equal(shown.decode().splitlines(), (expected / f"{output}.csv").read_text().splitlines(), what)
                raise AssertionError(f"{what}: line ends differ")
            compared += 1
    return compared


def run_case(case):
    code = campaign_code(case)
    with Stack("--workers", str(WORKERS)) as stack:
        load(stack, case, code)
        compared = compare(stack, case, code, WORKERS)
        for worker in range(2, WORKERS + 1):
            stack.control("kill", f"worker-{worker}")
        compared += compare(stack, case, code, 1)
    print(f"{case.name}: {compared} files identical", flush=True)


def main():
    wanted = sys.argv[1:]
    cases = [case for case in sorted(CASES.glob("case-*")) if not wanted or case.name in wanted]
    equal(bool(cases), True, f"golden cases in {CASES}")
    for case in cases:
        run_case(case)


if __name__ == "__main__":
    main()
