#!/usr/bin/env python3
"""Writes units and SAMPLE results of the campaign lang-son-2025 from successors.csv: all communes of Lạng Sơn before and
after 1 July 2025. Usage: generate.py [DIRECTORY]; without one it writes beside itself.

Whole numbers only, one seed: the same bytes every time. README.md says what to look at.
"""

import csv
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from sample import RESULT_COLUMNS, Rng, cell, empty_directory, text, write_csv  # noqa: E402

SEED = "lang-son-2025/1"
PROVINCE = "20"
LAST_DAY, FIRST_DAY = "2025-06-30", "2025-07-01"
BEFORE, AFTER = ("2025-Q1", "2025-Q2"), ("2025-Q3", "2025-Q4")
UNIT_COLUMNS = "code,name,level,parent,valid_from,valid_to,merged_into".split(",")


def read_successors():
    with open(HERE / "successors.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def new_code(code):
    """The state gave every code of the new communes to another one before: the newer unit has a suffix."""
    return f"{code}.2025"


def continued_by(rows):
    """{old code: new code}. Of a commune that was split the part that kept its code, else the first one named."""
    heirs = {}
    for row in rows:
        old, new = row["old_commune_code"], row["new_commune_code"]
        if old not in heirs or new == old:
            heirs[old] = new
    return {old: new_code(new) for old, new in heirs.items()}


def units(rows):
    heirs = continued_by(rows)
    yield [PROVINCE, "Tỉnh Lạng Sơn", "province", "", "", "", ""]
    districts = {row["old_district_code"]: row["old_district"] for row in rows}
    for code, name in sorted(districts.items()):
        yield [code, name, "district", PROVINCE, "", LAST_DAY, ""]
    old = {row["old_commune_code"]: row for row in rows}
    for code, row in sorted(old.items()):
        yield [code, row["old_commune"], "commune", row["old_district_code"], "", LAST_DAY, heirs[code]]
    new = {row["new_commune_code"]: row["new_commune"] for row in rows}
    for code, name in sorted(new.items()):
        yield [new_code(code), name, "commune", PROVINCE, FIRST_DAY, "", ""]


def size(unit, predecessors):
    """Households: invented; a new commune has those of the communes that it continues."""
    return sum(Rng(SEED, "households", code).between(300, 2400) for code in predecessors.get(unit, [unit]))


def form(period, unit, households):
    """What a commune reports for a quarter."""
    def number(key, low, high):
        return Rng(SEED, period, unit, key).between(low, high)
    yield cell(period, unit, "FOREST", text(households * number("FOREST", 0, 60) // 10, 2))
    yield cell(period, unit, "BUDGET", text(households * number("BUDGET", 500, 900), 3))
    trained = number("TRAINED", 0, 40)
    yield cell(period, unit, "JOBS", trained * number("JOBS", 50, 100) // 100, trained)
    yield cell(period, unit, "CATTLE", households * number("CATTLE", 60, 140) // 100)
    yield cell(period, unit, "POOR", households * number("POOR", 20, 110) // 1000, households)
    if period in ("2025-Q2", "2025-Q4"):
        yield cell(period, unit, "INCOME", text(number("INCOME", 380, 620), 1), households * 43 // 10)


def results(rows):
    """(file name, rows) in the order of acceptance."""
    heirs = continued_by(rows)
    predecessors = {}
    for old, new in sorted(heirs.items()):
        predecessors.setdefault(new, []).append(old)
    old, new = sorted(heirs), sorted(new_code(code) for code in {row["new_commune_code"] for row in rows})
    offices = {period: old for period in BEFORE} | {period: new for period in AFTER}
    forms = {period: [row for unit in offices[period] if reports(period, unit)
                      for row in form(period, unit, size(unit, predecessors))] for period in BEFORE + AFTER}
    # After the merger the successor's office corrects what an old commune had reported: a zero too many.
    wrong = next(row for row in forms["2025-Q1"] if row[2] == "FOREST" and row[3] not in ("0", ""))
    right = wrong[:3] + [wrong[3], "", "", "Đính chính sau sáp nhập"]
    wrong[3] = text(hundredths(wrong[3]) * 10, 2)
    for number, period in enumerate(BEFORE + AFTER, 1):
        yield f"{number:05}-{period}.csv", forms[period]
    yield "00005-2025-Q1-dinh-chinh.csv", [right]


def hundredths(amount):
    """'12.5' -> 1250."""
    whole, _, part = amount.partition(".")
    return int(whole + part.ljust(2, "0"))


def reports(period, unit):
    """A few forms are never handed in: in the first half of the old, in the third quarter of the new communes."""
    most = {"2025-Q1": 20, "2025-Q2": 25, "2025-Q3": 8, "2025-Q4": 0}[period]
    return most == 0 or Rng(SEED, period, "reports", unit).between(1, most) > 1


def main():
    directory = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    rows = read_successors()
    write_csv(directory / "units.csv", UNIT_COLUMNS, units(rows))
    target = empty_directory(directory / "results")
    for name, lines in results(rows):
        write_csv(target / name, RESULT_COLUMNS, lines)


if __name__ == "__main__":
    main()
