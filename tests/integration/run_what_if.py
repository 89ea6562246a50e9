#!/usr/bin/env python3
"""run what-if and run sensitivity on a run of a server and on its export, worked out by hand."""

import csv
import io
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from thidua_test import Stack, equal, succeeded  # noqa: E402

USAGE, NOT_FOUND, DATA = 2, 3, 5
HEADER = "period,unit,indicator,value,denominator,state,note\n"
UNITS = """code,name,level,parent
D,Huyện,district,
X1,Xã Một,commune,D
X2,Xã Hai,commune,D
X3,Xã Ba,commune,D
v1,Thôn 1,village,X1
v2,Thôn 2,village,X2
v3,Thôn 3,village,X3
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
classes:
  - {code: A, name: Tốt, from: 20}
  - {code: B, name: Khá, from: 0}
awards:
  - {code: FLAG, name: Cờ, to: unit, quota: {count: 1}, rank_max: 1}
"""
# X1: 9 + 9 = 18; X2: 9 + 5.2 + 4 of its own account = 18.2; X3: 1 + 1 = 2.
RESULTS = """2022-Q1,v1,FOOD,90,,,
2022-Q1,v1,CARE,90,100,,
2022-Q1,v2,FOOD,90,,,
2022-Q2,v2,CARE,52,100,,
2022-Q2,X2,WORK,4,,,
2022-Q1,v3,FOOD,10,,,
2022-Q1,v3,CARE,10,100,,
"""
RANKED = ("unit", "rank", "rank_if", "change", "total", "total_if", "class", "class_if")
FLAG_TO_X1 = [("X1", "not awarded", "awarded"), ("X2", "awarded", "not awarded")]


def file_of(stack, name, text):
    path = stack.top / name
    path.write_text(text, encoding="utf-8")
    return path


def rows(done):
    return list(csv.DictReader(io.StringIO(succeeded(done).stdout)))


def section(table, name, *columns):
    return [tuple(row[column] for column in columns) for row in table if row["section"] == name]


def load(stack):
    succeeded(stack.thidua("unit", "load", file_of(stack, "units.csv", UNITS)))
    succeeded(stack.thidua("campaign", "load", file_of(stack, "campaign.yaml", RULES)))
    succeeded(stack.thidua("submit", "small", file_of(stack, "results.csv", HEADER + RESULTS), "--wait"))
    return succeeded(stack.thidua("run", "start", "small", "--wait")).stdout.strip()


def what_if(stack, run, text):
    return rows(stack.thidua("run", "what-if", run, file_of(stack, "what-if.yaml", text), "--csv"))


def awards(table):
    return sorted(section(table, "award", "unit", "decision", "decision_if"))


def try_targets(stack, run):
    # 90 of 450 are 2 points: X2 has 2 + 5.2 + 4.
    table = what_if(stack, run, "targets:\n  - {unit: X2, indicator: FOOD, target: 450}\n")
    equal(section(table, "ranking", *RANKED),
          [("X1", "2", "1", "+1", "18.00", "18.00", "B", "B"), ("X2", "1", "2", "-1", "18.20", "11.20", "B", "B"),
           ("X3", "3", "3", "", "2.00", "2.00", "B", "B")], "another target")
    equal(awards(table), FLAG_TO_X1, "awards")
    # Of all that have none of their own: 90 of 180 are 5 points, 10 of 180 0.56.
    table = what_if(stack, run, "targets: [{indicator: FOOD, target: 180}]\n")
    equal(section(table, "ranking", "unit", "total_if"), [("X2", "14.20"), ("X1", "14.00"), ("X3", "1.56")], "of all")


def try_weights(stack, run):
    # FOOD twice as much: 18 + 9; 18 + 5.2 + 4; 2 + 1.
    table = what_if(stack, run, "points:\n  - {indicator: FOOD, points: 20}\n")
    equal(section(table, "ranking", *RANKED),
          [("X2", "1", "1", "", "18.20", "27.20", "B", "A"), ("X1", "2", "2", "", "18.00", "27.00", "B", "A"),
           ("X3", "3", "3", "", "2.00", "3.00", "B", "B")], "another weight")
    equal(awards(table), [], "awards")
    # WORK of 1 instead of 5: 4 of 5 become 0.8 of 1.
    table = what_if(stack, run, "points: [{indicator: WORK, points: 1}]\n")
    equal(section(table, "ranking", "unit", "total_if"), [("X1", "18.00"), ("X2", "15.00"), ("X3", "2.00")], "assessed")


def try_units_and_rules(stack, run):
    table = what_if(stack, run, "exclude: [X2]\n")
    equal(section(table, "ranking", "unit", "rank_if", "reasons"), [("X1", "1", ""), ("X3", "2", ""), ("X2", "", "excluded")],
          "one left out")
    equal(awards(table), FLAG_TO_X1[:1], "awards")
    other = RULES.replace("  - {code: WORK, kind: assessed, points: 5}\n", "").replace("from: 20}", "from: 15}")
    file_of(stack, "other.yaml", other)
    table = what_if(stack, run, "rules: other.yaml\n")
    equal(section(table, "ranking", *RANKED),
          [("X1", "2", "1", "+1", "18.00", "18.00", "B", "A"), ("X2", "1", "2", "-1", "18.20", "14.20", "B", "B"),
           ("X3", "3", "3", "", "2.00", "2.00", "B", "B")], "other rules")
    equal(section(what_if(stack, run, ""), "ranking", "rank", "rank_if"), [("1", "1"), ("2", "2"), ("3", "3")], "nothing")


def try_wrong(stack, run):
    """All that is wrong is named at once, with its place."""
    text = "points:\n  - {indicator: RICE, points: 1.234}\ntargets:\n  - {unit: X9, indicator: WORK, target: 1}\n" \
           "exclude: [v1]\ncolour: red\n"
    done = stack.thidua("run", "what-if", run, file_of(stack, "wrong.yaml", text), "--csv")
    equal(done.returncode, DATA, "exit code")
    found = list(csv.DictReader(io.StringIO(done.stdout)))
    equal(sorted((row["row"], row["code"]) for row in found),
          [("2", "point_decimals"), ("2", "unknown_indicator"), ("4", "target_assessed"), ("4", "unknown_unit"),
           ("5", "excludes_nobody"), ("6", "unknown_key")], "findings")
    file_of(stack, "other.yaml", RULES.replace("kind: ratio", "kind: share"))
    done = stack.thidua("run", "what-if", run, file_of(stack, "wrong.yaml", "rules: other.yaml\n"), "--csv")
    equal((done.returncode, "other.yaml" in done.stdout), (DATA, True), "a campaign file with an error")
    for expected, words in ((NOT_FOUND, ("99", "wrong.yaml")), (NOT_FOUND, (run, "/no/such/file")),
                            (NOT_FOUND, ("/no/such/run", "/no/such/file")), (USAGE, (run,))):
        done = stack.thidua("run", "what-if", *words)
        equal(done.returncode, expected, f"{words}: {done.stderr}")


def try_sensitivity(stack, run):
    table = rows(stack.thidua("run", "sensitivity", run, "--csv"))
    # With CARE at 11 X1 has 9 + 9.9 = 18.9 and X2 9 + 5.72 + 4 = 18.72. Without its own 4 X2 has 14.2.
    equal(section(table, "rank", "unit", "rank", "best", "worst", "detail"),
          [("X2", "1", "1", "2", "worst:CARE +10 %"), ("X1", "2", "1", "2", "best:CARE +10 %"), ("X3", "3", "3", "3", "")],
          "ranges")
    equal(sorted(section(table, "award", "unit", "item", "before", "after", "detail")),
          [("X1", "FLAG", "not awarded", "awarded", "unverified:X2 WORK"),
           ("X2", "FLAG", "awarded", "not awarded", "unverified:X2 WORK")], "awards")


def main():
    with Stack("--workers", "1") as stack:
        run = load(stack)
        directory = stack.top / "export"
        succeeded(stack.thidua("run", "export", run, directory))
        before = succeeded(stack.thidua("show", "ranking", "small", "--csv")).stdout
        for which in (run, directory):
            try_targets(stack, which)
            try_weights(stack, which)
            try_units_and_rules(stack, which)
            try_wrong(stack, which)
            try_sensitivity(stack, which)
        equal(succeeded(stack.thidua("show", "ranking", "small", "--csv")).stdout, before, "what is published")
        equal(len(rows(stack.thidua("run", "list", "--csv"))), 1, "runs")
    print("what would be otherwise is as worked out by hand")


if __name__ == "__main__":
    main()
