#!/usr/bin/env python3
"""vectors.py CASEDIR OUTDIR: compares a run's CSV files in OUTDIR with CASEDIR/vectors.csv. Exit 1 when one differs.

vectors.csv: unit,indicator,figure,expected,basis,arithmetic. The figure is looked up where it is published:
  points, bonus, note            scores.csv of the unit and indicator
  value                          rollup.csv of the unit and indicator, scope to_date
  total, rank, class, eligible   ranking.csv of the unit (indicator empty)
  decision, reasons              awards.csv: unit = recipient, indicator = award
"""

import csv
import pathlib
import sys

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


def main():
    case, out = map(pathlib.Path, sys.argv[1:3])
    figures = published(out)
    wrong = 0
    for row in rows(case / "vectors.csv"):
        found = figures.get((row["figure"], row["unit"], row["indicator"]), "no such line")
        if found != row["expected"]:
            wrong += 1
            print(f"{case.name}: {row['unit']} {row['indicator']} {row['figure']}: {found}, not {row['expected']}"
                  f" ({row['basis']}: {row['arithmetic']})")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
