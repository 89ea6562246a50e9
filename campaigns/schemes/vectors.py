#!/usr/bin/env python3
"""vectors.py CASEDIR OUTDIR: compares a run's CSV files in OUTDIR with CASEDIR/vectors.csv. Exit 1 when one differs.

vectors.csv: unit,indicator,figure,expected,basis,arithmetic. The figure is looked up where it is published:
  points, bonus, note            scores.csv of the unit and indicator
  value                          rollup.csv of the unit and indicator, scope to_date
  total, rank, class, eligible   ranking.csv of the unit (indicator empty)
  decision, reasons              awards.csv: unit = recipient, indicator = award
  sum                            indicator = codes of indicators and adjustments: the published points and bonuses of
                                 the one, what adjustments.csv and campaign.yaml give for the other
"""

import csv
import decimal
import pathlib
import sys

import yaml

PLACES = {
    "scores": (["points", "bonus", "note"], ["unit", "indicator"]),
    "rollup": (["value"], ["unit", "indicator"]),
    "ranking": (["total", "rank", "class", "eligible"], ["unit"]),
    "awards": (["decision", "reasons"], ["recipient", "award"]),
}


def rows(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def published(out):
    """{(figure, unit, indicator or award): text} of all four files."""
    figures = {}
    for name, (columns, key) in PLACES.items():
        for row in rows(out / f"{name}.csv"):
            if row.get("scope") == "period":
                continue
            unit, indicator = ([row[column] for column in key] + [""])[:2]
            for column in columns:
                figures[column, unit, indicator] = row[column]
    return figures


def adjusted(case):
    """{(unit, code): points}, times of one code at most max_times."""
    times, points = {}, {}
    path = case / "adjustments.csv"
    for row in rows(path) if path.exists() else []:
        key = row["unit"], row["code"]
        times[key] = times.get(key, 0) + int(row["times"])
    rules = yaml.load((case / "campaign.yaml").read_text(encoding="utf-8"), yaml.BaseLoader).get("adjustments", [])
    most = {rule["code"]: (decimal.Decimal(rule["points"]), int(rule.get("max_times", 10**6))) for rule in rules}
    for (unit, code), count in times.items():
        points[unit, code] = most[code][0] * min(count, most[code][1])
    return points


def add_up(figures, adjustments, unit, codes):
    """The text of the sum, with two decimals."""
    total = decimal.Decimal(0)
    for code in codes.split():
        if (unit, code) in adjustments:
            total += adjustments[unit, code]
        else:
            total += decimal.Decimal(figures["points", unit, code]) + decimal.Decimal(figures["bonus", unit, code])
    return f"{total:.2f}"


def main():
    case, out = map(pathlib.Path, sys.argv[1:3])
    figures, adjustments = published(out), adjusted(case)
    wrong = 0
    for row in rows(case / "vectors.csv"):
        if row["figure"] == "sum":
            found = add_up(figures, adjustments, row["unit"], row["indicator"])
        else:
            found = figures.get((row["figure"], row["unit"], row["indicator"]), "no such line")
        if found != row["expected"]:
            wrong += 1
            print(f"{case.name}: {row['unit']} {row['indicator']} {row['figure']}: {found}, not {row['expected']}"
                  f" ({row['basis']}: {row['arithmetic']})")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
