#!/usr/bin/env python3
"""Writes the SAMPLE part of the campaign y-tich-2022: villages' shares of the targets, baseline, quarterly results.

Only the commune's own targets (DOCUMENT below) are from the document. Usage: generate.py [DIRECTORY]; without one it
writes beside itself. Whole numbers only, one seed: the same bytes every time. README.md names the special cases.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from sample import RESULT_COLUMNS, Rng, cell, empty_directory, split, text, write_csv  # noqa: E402

SEED = "y-tich-2022/1"
COMMUNE = "06520"
QUARTERS = ["2022-Q1", "2022-Q2", "2022-Q3", "2022-Q4"]

# Thôn 1 ... Thôn 8: households, and how well the year goes in % of the plan.
PLANS = [(142, 103), (118, 100), (120, 105), (96, 96), (155, 101), (109, 94), (124, 99), (87, 98)]
# (code, name, households, people, children under 5, percent)
VILLAGES = [(f"{COMMUNE}.{number:02}", f"Thôn {number}", n, n * 43 // 10, n * 2 // 5, percent)
            for number, (n, percent) in enumerate(PLANS, 1)]
CODES = [village[0] for village in VILLAGES]

# The document's targets for the commune, in campaign order: (indicator, target).
DOCUMENT = [
    ("AREA", "800"), ("GRAIN", "1920"), ("TOBACCO", "253"), ("FRUIT", "30"), ("BUDGET", "74"), ("INCOME", "38.5"),
    ("CATTLE", "950"), ("PIGS", "500"), ("POULTRY", "28000"),
    ("CULTURE", "100"), ("CULTFAM", "93"), ("CLASSES", "1"), ("POOR", "1"), ("MALNUT", "0.5"), ("INSURED", "86"),
    ("FOREST", "10"), ("BATH", "85"), ("LATRINE", "85"), ("PEN", "85"), ("WATER", "98"),
    ("KEEP", "100"), ("CRITERIA", "1"), ("ROAD", "2"),
]

# Amounts a village has a share of: (indicator, decimals, commune target in steps, villages that take part, percent of the
# year's result that falls in each quarter; None for a stock, which is counted each quarter).
EVERYWHERE = range(8)
AMOUNTS = [
    ("AREA", 1, 8000, EVERYWHERE, (50, 8, 36, 6)),
    ("GRAIN", 1, 19200, EVERYWHERE, (0, 44, 12, 44)),
    ("TOBACCO", 1, 2530, (0, 1, 2, 4, 5, 6), (100, 0, 0, 0)),
    ("FRUIT", 1, 300, EVERYWHERE, (40, 30, 20, 10)),
    ("BUDGET", 2, 7400, EVERYWHERE, (18, 26, 24, 32)),
    ("CATTLE", 0, 950, EVERYWHERE, None),
    ("PIGS", 0, 500, EVERYWHERE, None),
    ("POULTRY", 0, 28000, EVERYWHERE, None),
    ("CLASSES", 0, 1, (2,), (0, 0, 100, 0)),
    ("FOREST", 2, 1000, (0, 1, 4, 5, 6), (20, 50, 30, 0)),
    ("CRITERIA", 0, 1, (4,), (0, 0, 0, 100)),
    ("ROAD", 2, 200, (0, 2, 6), (0, 35, 40, 25)),
]

# Shares of counts: (indicator, column of VILLAGES that is the denominator, percent in a village at 100, quarters reported).
RATIOS = [
    ("CULTFAM", 2, 93, ("2022-Q4",)),
    ("INSURED", 3, 86, QUARTERS),
    ("BATH", 2, 86, QUARTERS),
    ("LATRINE", 2, 88, QUARTERS),
    ("WATER", 3, 97, QUARTERS),
]
# (indicator, column, baseline in per mille, decrease in per mille): 2021, then the second and the fourth quarter.
DECREASES = [("POOR", 2, 92, 16), ("MALNUT", 4, 150, 20)]
YES_NO = [("CULTURE", ("2022-Q4",)), ("KEEP", ("2022-Q2", "2022-Q4"))]
ASSESSED = [("DIRECTIVES", 300), ("COVID", 400), ("REFORM", 400), ("TASKS", 300), ("MOVEMENTS", 300), ("EMULATION", 300)]


def shares(amount):
    """The commune's target split among the villages that take part, by households."""
    _, _, target, taking_part, _ = amount
    parts = split(target, [VILLAGES[i][2] for i in taking_part])
    return dict(zip(taking_part, parts))


def units():
    yield ["20", "Tỉnh Lạng Sơn", "province", "", "", "", ""]
    yield ["187", "Huyện Chi Lăng", "district", "20", "", "", ""]
    yield [COMMUNE, "Xã Y Tịch", "commune", "187", "", "", ""]
    for village in VILLAGES:
        yield [village[0], village[1], "village", COMMUNE, "", "", ""]


def targets():
    for indicator, target in DOCUMENT:
        yield [COMMUNE, indicator, target]
    for amount in AMOUNTS:
        for i, share in shares(amount).items():
            yield [CODES[i], amount[0], text(share, amount[1])]


def around(village, *key):
    """The village's year in percent of the plan, a little different for each thing."""
    return VILLAGES[village][5] + Rng(SEED, *key, village).between(-4, 5)


def amount_cells(amount, quarter):
    indicator, decimals, _, taking_part, seasons = amount
    for i in EVERYWHERE:
        if i not in taking_part:
            if quarter == 0:
                # Not assigned: no land for it. What can still happen there is a plain zero.
                state = "na" if indicator in ("TOBACCO", "FOREST") else ""
                yield cell(QUARTERS[0], CODES[i], indicator, "" if state else 0, "", state)
            continue
        share = shares(amount)[i]
        year = share if share == 1 else share * around(i, indicator) // 100
        if seasons is None:
            count = year * (88 + 4 * quarter) // 100 if quarter < 3 else year
            yield cell(QUARTERS[quarter], CODES[i], indicator, text(count, decimals))
        elif seasons[quarter] > 0 or quarter == 0:
            part = split(year, seasons)[quarter]
            yield cell(QUARTERS[quarter], CODES[i], indicator, text(part, decimals))


def ratio_cells(row, quarter):
    indicator, column, percent, quarters = row
    if QUARTERS[quarter] not in quarters:
        return
    for i, village in enumerate(VILLAGES):
        reached = percent + (around(i, indicator) - 100) // 2 - 2 * (3 - quarter)
        yield cell(QUARTERS[quarter], CODES[i], indicator, village[column] * min(reached, 100) // 100, village[column])


def pen_cells(quarter):
    """Households that keep animals: fewer than all."""
    for i, village in enumerate(VILLAGES):
        keepers = village[2] * 3 // 4
        reached = 84 + (around(i, "PEN") - 100) // 2 - 2 * (3 - quarter)
        yield cell(QUARTERS[quarter], CODES[i], "PEN", keepers * reached // 100, keepers)


def decrease_cells(row, period):
    indicator, column, before, less = row
    rate = {"2021": before, "2022-Q2": before - less // 2, "2022-Q4": before - less}[period]
    for i, village in enumerate(VILLAGES):
        local = Rng(SEED, indicator, "local", i).between(-12, 12)
        luck = 0 if period == "2021" else Rng(SEED, indicator, "luck", i).between(-8, 6)
        yield cell(period, CODES[i], indicator, village[column] * (rate + local + luck) // 1000, village[column])


def income_cells():
    for i, village in enumerate(VILLAGES):
        yield cell("2022-Q4", CODES[i], "INCOME", text(385 * around(i, "INCOME") // 100, 1), village[3])


def yes_no_cells(row, quarter):
    indicator, quarters = row
    if QUARTERS[quarter] not in quarters:
        return
    for i in EVERYWHERE:
        no = indicator == "CULTURE" and CODES[i] == "06520.06"
        yield cell(QUARTERS[quarter], CODES[i], indicator, 0 if no else 1)


def assessed_cells(state):
    """The villages' own points, and the council's: often a little lower, never higher."""
    for indicator, most in ASSESSED:
        for i in EVERYWHERE:
            own = most - 25 * Rng(SEED, indicator, "own", i).between(0, 2)
            off = 25 * Rng(SEED, indicator, "off", i).between(0, 3) if VILLAGES[i][5] < 101 else 0
            points = own - off if state else own
            yield cell("2022-Q4", CODES[i], indicator, text(points, 2), "", state, "Hội đồng thẩm định" if state else "")


def form(quarter):
    """All that the commune's clerk hands in for one quarter."""
    period = QUARTERS[quarter]
    for amount in AMOUNTS:
        yield from amount_cells(amount, quarter)
    for row in RATIOS:
        yield from ratio_cells(row, quarter)
    yield from pen_cells(quarter)
    for row in DECREASES:
        if period in ("2022-Q2", "2022-Q4"):
            yield from decrease_cells(row, period)
    for row in YES_NO:
        yield from yes_no_cells(row, quarter)
    if period == "2022-Q4":
        yield from income_cells()
        yield from assessed_cells("")


def special(rows):
    """Puts in the cases README.md names; gives the rows and the corrections, {period: rows}."""
    at = {(row[0], row[1], row[2]): row for row in rows}
    # Exactly 85 %: met, yet not "trên 85%".
    at["2022-Q4", "06520.03", "BATH"][3] = "102"
    # A decimal point forgotten, and a cell left blank, which is no zero: a correction mends each.
    forgotten, blank = at["2022-Q1", "06520.02", "BUDGET"], at["2022-Q2", "06520.08", "POULTRY"]
    corrections = {
        "2022-Q1": [forgotten[:6] + ["Gõ thiếu dấu thập phân"]],
        "2022-Q2": [blank[:6] + ["Bổ sung"]],
    }
    forgotten[3] = forgotten[3].replace(".", "")
    blank[3] = ""
    # Thôn 6 handed in nothing for the third quarter.
    rows = [row for row in rows if row[:2] != ["2022-Q3", "06520.06"]]
    return rows, corrections


def results(directory):
    baseline = [row for decrease in DECREASES for row in decrease_cells(decrease, "2021")]
    rows, corrections = special([row for quarter in range(4) for row in form(quarter)])
    files = [("2021-" + COMMUNE, baseline)]
    for period in QUARTERS:
        files.append((period + "-" + COMMUNE, [row for row in rows if row[0] == period]))
        if period in corrections:
            files.append((period + "-dinh-chinh-" + COMMUNE, corrections[period]))
    files.append(("2022-Q4-hoi-dong", list(assessed_cells("verified"))))
    for number, (name, content) in enumerate(files, 1):
        write_csv(directory / f"{number:05}-{name}.csv", RESULT_COLUMNS, content)


def main():
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    write_csv(out / "units.csv", "code,name,level,parent,valid_from,valid_to,merged_into".split(","), units())
    write_csv(out / "targets.csv", ["unit", "indicator", "target"], targets())
    results(empty_directory(out / "results"))


if __name__ == "__main__":
    main()
