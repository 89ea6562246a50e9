#!/usr/bin/env python3
"""Ranges of ranks under other weights, and awards that hang on rounding or on one unverified figure
(common/sensitivity.h), against the independent computation of tests/naive: there a campaign of other numbers is run as a
whole, its rules scaled one by one, or nothing is rounded, or the figure is not there.

THIDUA_SEED (first seed, default 1) and THIDUA_CASES (default 30) choose the campaigns.
"""
import collections
import copy
import functools
import os
import subprocess
import sys
import tempfile
from fractions import Fraction

SOURCE = os.environ.get("THIDUA_SOURCE_DIR", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.environ.get("THIDUA_BUILD_DIR", os.path.join(SOURCE, "build", "dev"))
TOOL = os.path.join(BUILD, "tests", "tools", "thidua-sensitivity")
sys.path.insert(0, os.path.join(SOURCE, "tests", "naive"))

import awards  # noqa: E402
import case as cases  # noqa: E402
import generate  # noqa: E402
import ranking  # noqa: E402
import rollup  # noqa: E402
import score  # noqa: E402
from cells import Cells  # noqa: E402

FIRST, COUNT = int(os.environ.get("THIDUA_SEED", "1")), int(os.environ.get("THIDUA_CASES", "30"))
LATE_PERIODS, ROUNDED = score.late_periods, score.rounded
POINTS_OF_RULES = {"deduct": ("points",), "per_case": ("points", "max"), "linear": ("points", "add")}


class World:
    def __init__(self, directory, period):
        self.case, self.period = cases.load(directory), period
        self.cells = Cells(self.case)
        self.table = rollup.compute(self.case, self.cells, period)
        self.clusters = self.rank(self.case, self.cells)
        self.decisions = self.decide(self.case, self.clusters)

    def rank(self, case, cells):
        late = functools.lru_cache(None)(lambda unit: LATE_PERIODS(self.case, self.cells, unit, self.period))
        score.late_periods = lambda _case, _cells, unit, _period: late(unit)
        return ranking.compute(case, cells, self.table, self.period)

    @staticmethod
    def decide(case, clusters):
        return {(award.code, c.id): c.decision for award, candidates in awards.compute(case, clusters) for c in candidates}

    def weighed(self, code, factor):
        """The campaign with all points of one indicator's rule, and what was given to it, times the factor."""
        case = copy.deepcopy(self.case)
        indicator = next(indicator for indicator in case.campaign.indicators if indicator.code == code)
        indicator.points *= factor
        for step in (indicator.steps or []) if hasattr(indicator, "steps") else []:
            step.points *= factor
        for name, keys in POINTS_OF_RULES.items():
            record = getattr(indicator, name, None)
            for key in keys:
                if record is not None and getattr(record, key, None) is not None:
                    setattr(record, key, getattr(record, key) * factor)
        for row in case.rows if indicator.kind == "assessed" else []:
            if row.indicator == code and row.value is not None:
                row.value *= factor
        return case

    def ranges(self):
        found = {r.unit: [r.rank, r.rank, r.rank] for cluster in self.clusters for r in cluster.results if r.rank is not None}
        for indicator in self.case.campaign.indicators:
            for factor in (Fraction(9, 10), Fraction(11, 10)) if indicator.points else ():
                case = self.weighed(indicator.code, factor)
                for cluster in self.rank(case, Cells(case)):
                    for result in cluster.results:
                        if result.rank is not None and result.unit in found:
                            rank, best, worst = found[result.unit]
                            found[result.unit] = [rank, min(best, result.rank), max(worst, result.rank)]
        return {f"rank,{unit},{rank},{best},{worst}" for unit, (rank, best, worst) in found.items()}

    def changes(self, cause, decisions):
        return {f"{cause},{award},{recipient},{was},{decisions[award, recipient]}"
                for (award, recipient), was in self.decisions.items() if decisions[award, recipient] != was}

    def unrounded(self):
        score.rounded = lambda number, _decimals: number
        try:
            return self.changes("rounding", self.decide(self.case, self.rank(self.case, self.cells)))
        finally:
            score.rounded = ROUNDED

    def unverified(self):
        found = set()
        periods = rollup.to_date(self.case, self.period)
        for unit in score.competing(self.case, self.case.last_day(self.period)):
            for indicator in self.case.campaign.indicators:
                if indicator.kind != "assessed":
                    continue
                counts = self.cells.assessed(indicator, unit, periods)
                own = [key for key, entry in self.cells.own.items() if key[:2] == (indicator.code, unit) and entry.state == ""]
                less = copy.copy(self.cells)
                less.own = {key: entry for key, entry in self.cells.own.items() if key not in own}
                left = less.assessed(indicator, unit, periods)
                if counts is None or counts.na or (left is not None and left.value == counts.value and not left.na):
                    continue
                decisions = self.decide(self.case, self.rank(self.case, less))
                found |= self.changes(f"unverified {unit} {indicator.code}", decisions)
        return found


def lines_of(directory, period):
    done = subprocess.run([TOOL, directory, "--period", period], capture_output=True, text=True)
    if done.returncode != 0:
        if "owner_absent" in done.stderr:
            return None
        raise SystemExit(f"{period}: {done.stderr}")
    return done.stdout.splitlines()


def one(seed, counts):
    with tempfile.TemporaryDirectory() as directory:
        generate.generate(seed, directory, ("ties", "rules", None)[seed % 3])
        period = cases.load(directory).campaign.periods[-1]
        lines = lines_of(directory, period)
        if lines is None:
            return 0
        world = World(directory, period)
        wanted = world.ranges() | world.unrounded() | world.unverified()
    for line in lines:
        kind, values = line.split(",")[0].split()[0], line.split(",")
        counts[kind] += 1
        counts["rank that moves"] += kind == "rank" and values[3] != values[4]
    for line in sorted(wanted ^ set(lines)):
        print(f"seed {seed}, {period}: {line} is said only by {'naive' if line in wanted else 'core'}")
    if len(set(lines)) != len(lines):
        print(f"seed {seed}, {period}: something is said twice")
    return len(wanted ^ set(lines)) + (len(set(lines)) != len(lines))


def main():
    if not os.path.exists(TOOL):
        print("skipped: thidua-sensitivity is not built")
        sys.exit(77)
    counts = collections.Counter()
    found = sum(one(seed, counts) for seed in range(FIRST, FIRST + COUNT))
    print(f"seeds {FIRST} to {FIRST + COUNT - 1}: {dict(counts)}, {found} differences")
    sys.exit(1 if found or not counts["rank that moves"] else 0)


if __name__ == "__main__":
    main()
