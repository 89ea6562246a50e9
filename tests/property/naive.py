#!/usr/bin/env python3
"""core/ against the independent computation of tests/naive, byte for byte, over random campaigns.

THIDUA_SEED (first seed, default 1) and THIDUA_CASES (default 100) choose the campaigns; each is run for all its periods,
in parts of one, two, three tops or all, with the cells in a shuffled order. A difference names its seed; `tests/naive/
generate.py --seed N --out DIR` makes that campaign again.
"""
import datetime
import difflib
import os
import subprocess
import sys
import tempfile

SOURCE = os.environ.get("THIDUA_SOURCE_DIR", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.environ.get("THIDUA_BUILD_DIR", os.path.join(SOURCE, "build", "dev"))
OFFLINE = os.path.join(BUILD, "tests", "tools", "thidua-offline")
sys.path.insert(0, os.path.join(SOURCE, "tests", "naive"))

import case as cases  # noqa: E402
import generate  # noqa: E402
import naive  # noqa: E402
from score import HANOI  # noqa: E402

FIRST, COUNT = int(os.environ.get("THIDUA_SEED", "1")), int(os.environ.get("THIDUA_CASES", "100"))
SHOWN_LINES = 12


def core(seed, directory, period, cut):
    """The four files as core/ computes them, or None when it refuses the run."""
    with tempfile.TemporaryDirectory() as out:
        command = [OFFLINE, directory, "--period", period, "--part", str(seed % 4), "--shuffle", str(seed), "--out", out]
        if cut is not None:
            command += ["--cut", str(int(cut.timestamp()))]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            if "owner_absent" not in done.stderr:
                raise SystemExit(f"seed {seed}, {period}: {done.stderr}")
            return None
        files = {}
        for name in naive.HEADERS:
            with open(os.path.join(out, name + ".csv"), "rb") as file:
                files[name] = file.read()
        return files


def expected(directory, period, cut):
    try:
        return naive.run(directory, period, cut)
    except naive.OwnerGone:
        return None


def cuts(case, directory, period):
    """No input cut, and where entries have a time one soon after the period."""
    yield None
    if os.path.exists(os.path.join(directory, "accepted.csv")):
        day = case.last_day(period) + datetime.timedelta(days=12)
        yield datetime.datetime(day.year, day.month, day.day, tzinfo=HANOI)


def differences(seed, period, wanted, got):
    if (wanted is None) != (got is None):
        print(f"seed {seed}, {period}: only one of the two refuses the run")
        return 1
    found = 0
    for name in wanted or {}:
        if wanted[name] != got[name]:
            found += 1
            print(f"seed {seed}, {period}, {name}.csv:")
            lines = difflib.unified_diff(wanted[name].decode().splitlines(), got[name].decode().splitlines(), "naive",
                                         "core", lineterm="", n=0)
            print("\n".join(list(lines)[:SHOWN_LINES]))
    return found


def one(seed):
    """(runs, differences) of one random campaign; every tenth is about entries that come late."""
    with tempfile.TemporaryDirectory() as directory:
        generate.generate(seed, directory, "late" if seed % 10 == 0 else None)
        case = cases.load(directory)
        runs = found = 0
        for period in case.campaign.periods:
            for cut in cuts(case, directory, period):
                runs += 1
                found += differences(seed, period, expected(directory, period, cut), core(seed, directory, period, cut))
        return runs, found


def main():
    if not os.path.exists(OFFLINE):
        print("skipped: thidua-offline is not built")
        sys.exit(77)
    runs = found = 0
    for seed in range(FIRST, FIRST + COUNT):
        more_runs, more_found = one(seed)
        runs, found = runs + more_runs, found + more_found
    print(f"seeds {FIRST} to {FIRST + COUNT - 1}: {runs} runs, {found} differences")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
