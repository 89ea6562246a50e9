#!/usr/bin/env python3
"""The smallest change that would pass the unit above (core/pass.h), proven by the independent computation of tests/naive:
the change is applied and the cluster scored and ranked anew. The unit then stands before the other; with one step less it
does not, nor with any of the fewer steps that are tried, in either direction: all of the least ones, and some of the others.
Where no change is said to suffice, none of those that are tried does.

THIDUA_SEED (first seed, default 1) and THIDUA_CASES (default 20) choose the campaigns.
"""
import collections
import csv
import functools
import io
import os
import random
import subprocess
import sys
import tempfile
from fractions import Fraction
from types import SimpleNamespace

SOURCE = os.environ.get("THIDUA_SOURCE_DIR", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.environ.get("THIDUA_BUILD_DIR", os.path.join(SOURCE, "build", "dev"))
PASS = os.path.join(BUILD, "tests", "tools", "thidua-pass")
sys.path.insert(0, os.path.join(SOURCE, "tests", "naive"))

import case as cases  # noqa: E402
import generate  # noqa: E402
import ranking  # noqa: E402
import rollup  # noqa: E402
import score  # noqa: E402
from cells import Cells  # noqa: E402

FIRST, COUNT = int(os.environ.get("THIDUA_SEED", "1")), int(os.environ.get("THIDUA_CASES", "20"))
ALL_OF_THE_LEAST, SOME_OF_THE_OTHERS, UNITS = 4, 4, 12
LARGEST = 10**11
LATE_PERIODS = score.late_periods


def finest(*numbers):
    """The finest digit of these numbers, at most 1."""
    digit = Fraction(1)
    while any((number / digit).denominator != 1 for number in numbers):
        digit /= 10
    return digit


class World:
    """A case at a period, in which one figure can be changed."""

    def __init__(self, directory, period):
        self.case, self.period = cases.load(directory), period
        self.day = self.case.last_day(period)
        self.cells = Cells(self.case)
        self.table = rollup.compute(self.case, self.cells, period)
        self.indicators = {indicator.code: indicator for indicator in self.case.campaign.indicators}
        self.periods = rollup.to_date(self.case, period)
        self.late = functools.lru_cache(None)(lambda unit: LATE_PERIODS(self.case, self.cells, unit, self.period))

    def cluster_of(self, unit):
        return next(units for _, units in ranking.clusters(self.case, self.day) if unit in units)

    def figure(self, unit, indicator):
        """(number that moves, step of it), as core/pass.h says."""
        if indicator.kind == "assessed":
            return self.cells.assessed(indicator, unit, self.periods).value, Fraction(1, 100)
        parts = self.table["to_date", unit, indicator.code]
        if indicator.kind == "ratio":
            return parts.numerator, finest(parts.numerator, parts.denominator)
        if indicator.kind == "yes_no":
            return parts.numerator, Fraction(1)
        step = Fraction(1, 10**indicator.decimals)
        return parts.numerator, step * (parts.denominator if indicator.kind == "mean" else 1)

    def bounds(self, unit, indicator):
        if indicator.kind == "assessed":
            return Fraction(0), indicator.points
        parts = self.table["to_date", unit, indicator.code]
        least = len(parts.reported)
        most = least * (len(self.periods) if indicator.time == "flow" else 1)
        low = indicator.min if indicator.min is not None else 0 if parts.numerator >= 0 else -LARGEST
        high = indicator.max if indicator.max is not None else LARGEST
        if indicator.kind == "mean":
            return low * parts.denominator, high * parts.denominator
        if indicator.kind == "yes_no":
            return Fraction(0), Fraction(least)
        low, high = low * (least if low > 0 else most), high * (most if high > 0 else least)
        if indicator.kind == "ratio" and not indicator.may_exceed:
            high = min(high, parts.denominator)
        return low, high

    def changed(self, unit, indicator, number):
        """(cells, table) with another figure."""
        if indicator.kind == "assessed":
            def assessed(other, of, periods):
                if (other.code, of) == (indicator.code, unit):
                    return SimpleNamespace(na=False, value=number, denominator=None)
                return self.cells.assessed(other, of, periods)
            cells = SimpleNamespace(assessed=assessed)
            return cells, self.table
        parts = SimpleNamespace(**vars(self.table["to_date", unit, indicator.code]))
        parts.numerator = number
        parts.value = rollup.value(self.cells, indicator, parts, self.day)
        return self.cells, {**self.table, ("to_date", unit, indicator.code): parts}

    def results(self, unit, cells, table):
        """The cluster's results by unit, ranked."""
        units = self.cluster_of(unit)
        lines = score.lines_of_cluster(self.case, cells, table, units, self.period)
        score.late_periods = lambda _case, _cells, unit, _period: self.late(unit)  # no figure changes that
        results = [score.result(self.case, self.cells, of, lines[of], self.period) for of in units]
        return {result.unit: result for result in ranking.rank(self.case, results)}

    def passes(self, unit, above, indicator, steps):
        """(does it pass?, its total)"""
        number, step = self.figure(unit, indicator)
        results = self.results(unit, *self.changed(unit, indicator, number + steps * step))
        own, other = results[unit], results[above]
        return own.rank is not None and other.rank is not None and own.rank < other.rank, own.total


def fewer_steps(rng, world, unit, indicator, steps):
    """Numbers of steps that must not do: fewer than those found, within the bounds."""
    number, step = world.figure(unit, indicator)
    low, high = world.bounds(unit, indicator)
    down, up = max((number - low) // step, 0), max((high - number) // step, 0)
    if steps is not None:
        # At equal distance upwards is preferred, so what is found downwards must not do upwards either.
        up = min(up, steps - 1 if steps > 0 else -steps)
        down = min(down, abs(steps) - 1)
    tried = set()
    for sign, most in ((1, int(up)), (-1, int(down))):
        tried |= {sign * n for n in range(1, min(most, ALL_OF_THE_LEAST) + 1)}
        if most > ALL_OF_THE_LEAST:
            tried.add(sign * most)  # with a change found upwards: one step less
            tried |= {sign * rng.randint(1, most) for _ in range(SOME_OF_THE_OTHERS // 2)}
            tried |= {sign * int(most ** rng.random()) for _ in range(SOME_OF_THE_OTHERS // 2)}
    return tried


def check(rng, world, row):
    """Complaints about what was found for one figure."""
    unit, above, indicator = row["unit"], row["above"], world.indicators[row["indicator"]]
    found = row["result"] == "found"
    steps = int(row["steps"])
    if found:
        number, step = world.figure(unit, indicator)
        if Fraction(row["numerator"]) != number + steps * step:
            yield f"{row}: the figure is {number}, a step {step}"
        passes, total = world.passes(unit, above, indicator, steps)
        if not passes or total != Fraction(row["total"]):
            yield f"{row}: it does not pass, its total is {total}"
    for fewer in fewer_steps(rng, world, unit, indicator, steps if found else None):
        if world.passes(unit, above, indicator, fewer)[0]:
            yield f"{row}: {fewer} steps do"


def rows_of(directory, period):
    done = subprocess.run([PASS, directory, "--period", period], capture_output=True, text=True)
    if done.returncode != 0:
        if "owner_absent" in done.stderr:
            return []
        raise SystemExit(f"{period}: {done.stderr}")
    return list(csv.DictReader(io.StringIO(done.stdout)))


def one(seed, counts):
    found = 0
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as directory:
        generate.generate(seed, directory, ("rules", "ties", None)[seed % 3])
        period = cases.load(directory).campaign.periods[-1]
        rows = rows_of(directory, period)
        units = sorted({row["unit"] for row in rows})
        chosen = set(rng.sample(units, min(UNITS, len(units))))
        world = World(directory, period) if rows else None
        for row in rows:
            counts[row["result"]] += 1
            if row["unit"] in chosen and row["result"] != "no value":
                for complaint in check(rng, world, row):
                    found += 1
                    print(f"seed {seed}, {period}: {complaint}")
    return found


def main():
    if not os.path.exists(PASS):
        print("skipped: thidua-pass is not built")
        sys.exit(77)
    counts = collections.Counter()
    found = sum(one(seed, counts) for seed in range(FIRST, FIRST + COUNT))
    print(f"seeds {FIRST} to {FIRST + COUNT - 1}: {dict(counts)}, {found} complaints")
    sys.exit(1 if found or not (counts["found"] and counts["not"]) else 0)


if __name__ == "__main__":
    main()
