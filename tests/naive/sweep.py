#!/usr/bin/env python3
"""sweep.py [--seeds A-B] [--theme T] [--stats]: generate and compute many cases, every period.

Nothing may crash, the same seed must give the same bytes, and with --stats the table of rules
shows what was exercised; a rule of branches.RULES that was not is an error."""
import argparse
import datetime
import os
import sys
import tempfile

import branches
import case as cases
import gen_check
import generate
import naive
from score import HANOI


def digest(directory):
    """All bytes of a case, by file name."""
    found = {}
    for folder, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, directory)] = file.read()
    return found


def one(seed, theme, twice):
    with tempfile.TemporaryDirectory() as directory, tempfile.TemporaryDirectory() as again:
        generate.generate(seed, directory, theme)
        if twice:
            generate.generate(seed, again, theme)
            assert digest(directory) == digest(
                again
            ), f"seed {seed} gives other bytes the second time"
        gen_check.check(directory)
        case = cases.load(directory)
        for period in case.campaign.periods:
            naive.run(directory, period)
            if theme == "late":
                day = case.last_day(period) + datetime.timedelta(days=12)
                naive.run(
                    directory, period, datetime.datetime(day.year, day.month, day.day, tzinfo=HANOI)
                )
        return len(case.campaign.periods), len(case.rows)


def main():
    parser = argparse.ArgumentParser(description="generate and compute many random cases")
    parser.add_argument("--seeds", default="1-300")
    parser.add_argument("--theme", choices=sorted(generate.THEMES))
    parser.add_argument("--stats", action="store_true", help="print how often each rule was used")
    args = parser.parse_args()
    first, _, last = args.seeds.partition("-")
    runs = rows = 0
    for seed in range(int(first), int(last or first) + 1):
        theme = args.theme or ("late" if seed % 10 == 0 else None)
        try:
            more_runs, more_rows = one(seed, theme, seed % 20 == 0)
        except Exception:
            print(f"seed {seed}, theme {theme}", file=sys.stderr)
            raise
        runs, rows = runs + more_runs, rows + more_rows
    print(f"seeds {args.seeds}: {runs} runs, {rows} rows of results")
    if args.stats:
        for name in sorted(set(branches.RULES) | set(branches.hits)):
            print(f"{branches.hits[name]:8} {name}")
        unused = [name for name in branches.RULES if not branches.hits[name]]
        sys.exit("not exercised: " + "; ".join(unused) if unused else 0)


if __name__ == "__main__":
    main()
