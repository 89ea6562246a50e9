#!/usr/bin/env python3
"""The merger of Lạng Sơn of 1 July 2025 (campaigns/lang-son-2025): 194 communes of 11 districts become 65 of none. Figures
of an earlier period keep that period's tree, flows are conserved, stocks are carried until the successor counts anew.

What is expected is added up here, from the results files and the list of successors alone: no tree, no program of ours.
"""

import csv
import io
import os
import pathlib
import subprocess
import sys
import tempfile
from fractions import Fraction

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from thidua_test import SOURCE, Stack, equal, succeeded  # noqa: E402


CASE = SOURCE / "campaigns/lang-son-2025"
CODE, PROVINCE = "lang-son-2025", "20"
PERIODS = ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4")
OLD_PERIODS = PERIODS[:2]
FLOWS, STOCKS = ("FOREST", "BUDGET", "JOBS"), ("CATTLE", "POOR", "INCOME")
RATIOS, MEANS = ("JOBS", "POOR"), ("INCOME",)
FILES = sorted((CASE / "results").glob("*.csv"))
NOTHING = (Fraction(0), Fraction(0))


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def successors():
    """({old: district}, {old: new}): a commune that was split goes on in the part that kept its code, else in the first one."""
    districts, heirs = {}, {}
    for row in read(CASE / "successors.csv"):
        old, new = row["old_commune_code"], row["new_commune_code"]
        districts[old] = row["old_district_code"]
        if old not in heirs or old == new:
            heirs[old] = new
    return districts, {old: new + ".2025" for old, new in heirs.items()}


DISTRICTS, HEIRS = successors()
NEW = sorted(set(HEIRS.values()))


class Cells:
    """What has been handed in: the newest entry of each cell, as (numerator, denominator)."""

    def __init__(self):
        self.cells = {}

    def take(self, path):
        for row in read(path):
            value, weight = Fraction(row["value"]), Fraction(row["denominator"] or 0)
            numerator = value * weight if row["indicator"] in MEANS else value
            self.cells[row["period"], row["unit"], row["indicator"]] = (numerator, weight)

    def latest(self, unit, indicator, periods):
        for period in reversed(periods):
            if (period, unit, indicator) in self.cells:
                return self.cells[period, unit, indicator]
        return None

    def of_commune(self, unit, indicator, until):
        """Up to the end of `until`, of one commune of that time's map."""
        periods = PERIODS[:PERIODS.index(until) + 1]
        before = [old for old, new in HEIRS.items() if new == unit]
        if indicator in FLOWS:
            parts = [self.cells.get((period, code, indicator)) for period in periods for code in [unit, *before]]
        else:
            own = self.latest(unit, indicator, periods)
            parts = [own] if own is not None else [self.latest(code, indicator, OLD_PERIODS) for code in before]
        return add(part for part in parts if part is not None)

    def totals(self, until, district_of=None):
        """{(unit, indicator): (numerator, denominator)} of communes, districts, province; without what nobody reported."""
        old, sums = until in OLD_PERIODS, {}
        district_of = district_of or DISTRICTS
        for commune in DISTRICTS if old else NEW:
            for indicator in FLOWS + STOCKS:
                figure = self.of_commune(commune, indicator, until)
                above = [commune, PROVINCE] + ([district_of[commune]] if old else [])
                for unit in above if figure is not None else []:
                    sums[unit, indicator] = add([sums.get((unit, indicator), NOTHING), figure])
        return sums


def add(parts):
    parts = list(parts)
    return (sum(part[0] for part in parts), sum(part[1] for part in parts)) if parts else None


def rollup_of(text):
    """{(unit, indicator): (numerator, denominator)} to date, of a rollup file."""
    figures = {}
    for row in csv.DictReader(io.StringIO(text)):
        if row["scope"] == "to_date" and row["numerator"] != "":
            figures[row["unit"], row["indicator"]] = (Fraction(row["numerator"]), Fraction(row["denominator"] or 0))
    return figures


def province(figures):
    return {indicator: figures[PROVINCE, indicator] for indicator in FLOWS + STOCKS if (PROVINCE, indicator) in figures}


def sum_of(figures, units):
    return {indicator: add(figures[unit, indicator] for unit in units if (unit, indicator) in figures)
            for indicator in FLOWS + STOCKS}


# ---- the stack


def run(stack, period, cells):
    succeeded(stack.thidua("run", "start", CODE, period, "--wait"))
    figures = rollup_of(succeeded(stack.thidua("show", "rollup", CODE, period, "--csv")).stdout)
    expected = cells.totals(period)
    equal(sorted(figures), sorted(expected), f"{period}: units and indicators with figures")
    for key, figure in expected.items():
        equal(figures[key], figure, f"{period} {key}")
    return figures


def submit(stack, cells, *files):
    for file in files:
        succeeded(stack.thidua("submit", CODE, file, "--wait"))
        cells.take(file)


def try_stack():
    with Stack("--workers", "2") as stack:
        cells = Cells()
        succeeded(stack.thidua("unit", "load", CASE / "units.csv"))
        succeeded(stack.thidua("campaign", "load", CASE / "campaign.yaml"))
        submit(stack, cells, *FILES[:2])
        before = run(stack, "2025-Q2", cells)
        after = run(stack, "2025-Q3", cells)  # the new map, nothing handed in since
        equal(province(after), province(before), "the province, by the old map and by the new one")
        equal(sum_of(after, NEW), sum_of(before, DISTRICTS), "the 65 new communes and the 194 old ones")
        equal(sum_of(before, set(DISTRICTS.values())), province(before), "the 11 districts")
        submit(stack, cells, *FILES[2:4])
        run(stack, "2025-Q3", cells)
        last = run(stack, "2025-Q4", cells)
        # the first half as it was, by its own map: nothing that came later moves it
        equal(run(stack, "2025-Q2", cells), before, "the first half after the year")
        submit(stack, cells, *FILES[4:])  # by the successor's office, for a commune that has ended
        mended, mended_last = run(stack, "2025-Q2", cells), run(stack, "2025-Q4", cells)
        less = province(before)["FOREST"][0] - province(mended)["FOREST"][0]
        equal(less > 0, True, "the correction takes something away")
        equal(province(last)["FOREST"][0] - province(mended_last)["FOREST"][0], less, "and as much from the year")
        equal(len(stack.sql("SELECT DISTINCT unit FROM thidua.ranking WHERE run = 1")), 194, "competitors in June")
        equal(len(stack.sql("SELECT DISTINCT unit FROM thidua.ranking WHERE run = 2")), 65, "competitors in July")


# ---- a move, offline: the map of a day decides, the province's sums stay


def offline(directory, period):
    out = directory / f"out-{period}"
    out.mkdir()
    program = pathlib.Path(os.environ.get("THIDUA_BUILD_DIR", SOURCE / "build/dev")) / "tests/tools/thidua-offline"
    subprocess.run([program, directory, "--period", period, "--out", out], check=True)
    return rollup_of((out / "rollup.csv").read_text(encoding="utf-8"))


def try_move():
    """Y Tịch (06520) of district 187 goes to district 189 on 1 May: May and June are the second quarter's map."""
    cells = Cells()
    for file in FILES:
        cells.take(file)
    with tempfile.TemporaryDirectory() as top:
        directory = pathlib.Path(top)
        row = "06520,Xã Y Tịch,commune,187,,2025-06-30,06505.2025\n"
        moved = ("06520,Xã Y Tịch,commune,187,,2025-04-30,\n"
                 "06520,Xã Y Tịch,commune,189,2025-05-01,2025-06-30,06505.2025\n")
        units = (CASE / "units.csv").read_text(encoding="utf-8")
        equal(units.count(row), 1, "rows of Y Tịch")
        (directory / "units.csv").write_text(units.replace(row, moved), encoding="utf-8")
        for name in ("campaign.yaml", "results"):
            (directory / name).symlink_to(CASE / name)
        equal(offline(directory, "2025-Q1"), cells.totals("2025-Q1"), "before the move")
        after = offline(directory, "2025-Q2")
        equal(after, cells.totals("2025-Q2", {**DISTRICTS, "06520": "189"}), "after it, all its cells with it")
        equal(province(after), province(cells.totals("2025-Q2")), "the province with and without the move")
        equal(offline(directory, "2025-Q4"), cells.totals("2025-Q4"), "the year, by the new communes")


def main():
    equal((len(DISTRICTS), len(set(DISTRICTS.values())), len(NEW)), (194, 11, 65), "communes, districts, new communes")
    try_move()
    try_stack()
    print("before and after the merger add up to the same")


if __name__ == "__main__":
    main()
