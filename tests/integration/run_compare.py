#!/usr/bin/env python3
"""run compare: what moved units between two runs, worked out by hand."""

import csv
import io
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from thidua_test import Stack, equal, succeeded  # noqa: E402

ERROR, USAGE, NOT_FOUND = 1, 2, 3
HEADER = "period,unit,indicator,value,denominator,state,note\n"
UNITS = """code,name,level,parent,valid_from,valid_to,merged_into
D,Huyện,district,,,,
X1,Xã Một,commune,D,,,
X2,Xã Hai,commune,D,,,
X3,Xã Ba,commune,D,,,
v1,Thôn 1,village,X1,,,
v2,Thôn 2,village,X2,,,
v3,Thôn 3,village,X3,,,
v4,Thôn 4,village,X2,,2022-03-31,v2
"""
RULES = """campaign: small
owner: D
office_level: commune
competitors: {level: commune}
reporting: quarter
from: 2022-Q1
to: 2022-Q2
count_unverified: true
indicators:
  - {code: FOOD, kind: amount, time: flow, reported_by: village, target: 100, points: 10}
  - {code: CARE, kind: ratio, time: stock, reported_by: village, target: 100, points: 10}
  - {code: WORK, kind: assessed, points: 5}
adjustments:
  - {code: MODEL, name: Mô hình, points: 1}
classes:
  - {code: A, name: Tốt, from: 20}
  - {code: B, name: Khá, from: 0}
awards:
  - {code: FLAG, name: Cờ, to: unit, quota: {count: 1}, rank_max: 1}
"""
# X1: 9 + 9 + 0; X2: 3 + 5 = 8 of FOOD (v4 was merged into v2), 8 of CARE; X3: 1 + 1.
FIRST = """2022-Q1,v1,FOOD,90,,,
2022-Q1,v1,CARE,90,100,,
2022-Q1,v2,FOOD,30,,,
2022-Q1,v4,FOOD,50,,,
2022-Q1,v2,CARE,80,100,,
2022-Q1,v3,FOOD,10,,,
2022-Q1,v3,CARE,10,100,,
"""
# v4's 50 becomes 60 and v2's care 100: X2 9 + 10 + 4 of WORK = 23; X1's food is said once more and changes nothing.
SECOND = """2022-Q1,v4,FOOD,60,,,
2022-Q2,v2,CARE,100,100,,
2022-Q2,X2,WORK,4,,,
2022-Q1,v1,FOOD,90,,,
"""


def file_of(stack, name, text):
    path = stack.top / name
    path.write_text(text, encoding="utf-8")
    return path


def run(stack, period="2022-Q2"):
    return succeeded(stack.thidua("run", "start", "small", period, "--wait")).stdout.strip()


def compare(stack, before, after):
    done = succeeded(stack.thidua("run", "compare", before, after, "--csv"))
    return list(csv.DictReader(io.StringIO(done.stdout)))


def section(table, name, *columns):
    return [tuple(row[column] for column in columns) for row in table if row["section"] == name]


def load(stack):
    succeeded(stack.thidua("unit", "load", file_of(stack, "units.csv", UNITS)))
    succeeded(stack.thidua("campaign", "load", file_of(stack, "campaign.yaml", RULES)))
    submit(stack, FIRST)


def submit(stack, results):
    succeeded(stack.thidua("submit", "small", file_of(stack, "results.csv", HEADER + results), "--wait"))


def try_cells(stack, before, after):
    table = compare(stack, before, after)
    moved = ("unit", "item", "before", "after", "change")
    equal(section(table, "moved", *moved),
          [("X1", "rank", "1", "2", "-1"), ("X2", "rank", "2", "1", "+1"), ("X2", "total", "16.00", "23.00", "+7.00"),
           ("X2", "class", "B", "A", "")], "who moved")
    equal(section(table, "line", "unit", "item", "before", "after", "change", "detail"),
          [("X2", "FOOD", "8.00", "9.00", "+1.00", "figure:80.00>90.00"),
           ("X2", "CARE", "8.00", "10.00", "+2.00", "figure:80.00>100.00"),
           ("X2", "WORK", "0.00", "4.00", "+4.00", "figure:->4.00")], "lines")
    equal(section(table, "cell", "unit", "item", "period", "before", "after", "sender", "role"),
          [("v4", "FOOD", "2022-Q1", "50", "60", "administrator", "admin"),
           ("v2", "CARE", "2022-Q2", "", "100/100", "administrator", "admin"),
           ("X2", "WORK", "2022-Q2", "", "4", "administrator", "admin")], "cells")
    equal(section(table, "award", "item", "unit", "before", "after"),
          [("FLAG", "X2", "not awarded", "awarded"), ("FLAG", "X1", "awarded", "not awarded")], "awards")
    equal(section(table, "document", "item"), [], "documents")
    # The submission that is named has that cell.
    [submission] = {row["submission"] for row in table if row["section"] == "cell" and row["unit"] == "v4"}
    trace = list(csv.DictReader(io.StringIO(succeeded(stack.thidua("trace", "small", "v2", "FOOD", "--csv")).stdout)))
    equal([row["numerator"] for row in trace if row["submission"] == submission], ["60"], "that submission")


def try_backwards(stack, before, after):
    """The other way round everything is said the other way round."""
    forth, back = compare(stack, before, after), compare(stack, after, before)
    for name in ("moved", "line", "cell", "award"):
        equal(sorted(section(back, name, "unit", "item", "period", "after", "before")),
              sorted(section(forth, name, "unit", "item", "period", "before", "after")), name)
    equal(compare(stack, after, after), [], "a run with itself")


def try_documents(stack, before):
    succeeded(stack.thidua("target", "load", "small", file_of(stack, "t.csv", "unit,indicator,target\nX1,FOOD,180\n")))
    adjusted = file_of(stack, "a.csv", "unit,code,times,reason\nX3,MODEL,1,Tốt\n")
    succeeded(stack.thidua("adjust", "load", "small", adjusted))
    table = compare(stack, before, run(stack))
    equal(section(table, "document", "item", "before", "sender"),
          [("targets", "", "administrator"), ("adjustments", "", "administrator")], "documents")
    # 90 of 180 are 5 points; X3 has 2 and one more.
    equal(section(table, "line", "unit", "item", "before", "after", "detail"),
          [("X1", "FOOD", "9.00", "5.00", "target:100>180")], "lines")
    equal(section(table, "cell", "unit"), [], "cells")
    equal(section(table, "moved", "unit", "item", "before", "after"),
          [("X1", "total", "18.00", "14.00"), ("X3", "total", "2.00", "3.00"), ("X3", "adjustments", "0.00", "1.00")],
          "who moved")


def try_periods(stack, after):
    """From one period to the next: what was reported for the second is among the causes, whenever that was."""
    first = run(stack, "2022-Q1")
    done = succeeded(stack.thidua("run", "compare", first, after))
    assert "2022-Q1" in done.stderr and "2022-Q2" in done.stderr, done.stderr
    table = compare(stack, first, after)
    equal(section(table, "run", "item", "before", "after"), [("period", "2022-Q1", "2022-Q2")], "periods")
    equal([row[:3] for row in section(table, "cell", "unit", "item", "after") if row[0] in ("v2", "X2")],
          [("v2", "CARE", "100/100"), ("X2", "WORK", "4")], "cells of the second quarter")


def try_refusals(stack, before, after):
    other = RULES.replace("campaign: small", "campaign: other")
    succeeded(stack.thidua("campaign", "load", file_of(stack, "other.yaml", other)))
    third = succeeded(stack.thidua("run", "start", "other", "--wait")).stdout.strip()
    for expected, words in ((USAGE, (before, third)), (NOT_FOUND, (before, "99")), (USAGE, (before, "x")),
                            (USAGE, (before,))):
        done = stack.thidua("run", "compare", *words)
        equal(done.returncode, expected, f"{words}: {done.stderr}")
    key = stack.directory / "keys" / "clerk.key"
    public = succeeded(stack.thidua("key", "new", "--file", key)).stdout.strip()
    succeeded(stack.thidua("key", "add", public, "--role", "clerk", "--unit", "X1", "--name", "clerk"))
    done = stack.thidua("run", "compare", before, after, env={"THIDUA_KEY_FILE": str(key)})
    equal(done.returncode, ERROR, "a clerk sees no runs")


MANY, VILLAGES = 45, 5


def try_pages(stack):
    """More units than a page has, and more cells: each comes once."""
    communes = [f"M{n:02}" for n in range(1, MANY + 1)]
    villages = [f"{commune}.{n}" for commune in communes for n in range(1, VILLAGES + 1)]
    units = UNITS + "E,Huyện E,district,,,,\n" + "".join(f"{code},Xã {code},commune,E,,,\n" for code in communes)
    units += "".join(f"{code},Thôn {code},village,{code[:3]},,,\n" for code in villages)
    rules = RULES.replace("campaign: small", "campaign: many").replace("owner: D", "owner: E").replace("quarter", "month")
    rules = rules.replace("2022-Q1", "2022-01").replace("2022-Q2", "2022-12")
    succeeded(stack.thidua("unit", "load", file_of(stack, "many-units.csv", units)))
    succeeded(stack.thidua("campaign", "load", file_of(stack, "many.yaml", rules)))
    before = succeeded(stack.thidua("run", "start", "many", "--wait")).stdout.strip()
    results = "".join(f"2022-{month:02},{code},FOOD,1,,,\n" for code in villages for month in range(1, 13))
    succeeded(stack.thidua("submit", "many", file_of(stack, "many.csv", HEADER + results), "--wait"))
    table = compare(stack, before, succeeded(stack.thidua("run", "start", "many", "--wait")).stdout.strip())
    # 5 villages, 12 months, 1 tonne: 60 of 100, 6.00 points. Before they all shared the first rank, and do so now.
    equal(section(table, "moved", "unit", "item", "before", "after"),
          [(code, "total", "0.00", "6.00") for code in communes], "who moved")
    equal(section(table, "line", "unit", "item", "change"), [(code, "FOOD", "+6.00") for code in communes], "lines")
    cells = section(table, "cell", "unit", "period", "after")
    equal(cells, [(code, f"2022-{month:02}", "1") for code in villages for month in range(1, 13)], "cells")


def main():
    with Stack("--workers", "1") as stack:
        load(stack)
        before = run(stack)
        submit(stack, SECOND)
        after = run(stack)
        try_cells(stack, before, after)
        try_backwards(stack, before, after)
        try_documents(stack, after)
        try_periods(stack, after)
        try_refusals(stack, before, after)
        try_pages(stack)
    print("two runs are parted as worked out by hand")


if __name__ == "__main__":
    main()
