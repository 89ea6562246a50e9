#!/usr/bin/env python3
"""What a council reads and decides: the list of each award with names, totals and votes, decisions
with their reasons, and those that concern nobody undecided.

A district with four communes: 100, 80, 80 and 20 of 100, so 10, 8, 8 and 2 points. MERIT has two places:
one for X1, one left for X2 and X3. FIGHTER has 25 % of four nominations = 1 place; N1 and N2 have 9 of 10 votes each.
"""

import csv
import io
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from thidua_test import Stack, equal, succeeded  # noqa: E402

UNITS = """code,name,level,parent,valid_from,valid_to,merged_into
H,Huyện,district,,,,
X1,Xã Một,commune,H,,,
X2,Xã Hai,commune,H,,,
X3,Xã Ba,commune,H,,,
X4,Xã Bốn,commune,H,,,
"""
CAMPAIGN = """campaign: c
owner: H
office_level: commune
competitors: {level: commune}
reporting: year
from: 2022
to: 2022
indicators:
  - {code: A, kind: amount, time: flow, reported_by: commune, target: 100, points: 10}
awards:
  - {code: MERIT, name: Giấy khen, to: unit, quota: {count: 2}}
  - {code: FIGHTER, name: Chiến sĩ thi đua, to: individual, quota: {percent: 25}, votes_min: 80}
"""
RESULTS = """period,unit,indicator,value,denominator,state,note
2022,X1,A,100,,,
2022,X2,A,80,,,
2022,X3,A,80,,,
2022,X4,A,20,,,
"""
NOMINATIONS = """id,unit,award,kind,name,category,form,votes_for,votes_total,score,prior,reason
N1,X1,FIGHTER,individual,Lường Thị Hoa,farmer,regular,9,10,,,
N2,X2,FIGHTER,individual,Vi Văn Nam,worker,regular,9,10,,,
N3,X3,FIGHTER,individual,Hoàng Văn Bảy,leader,regular,8,10,91.5,,
N4,X4,FIGHTER,individual,Lý Văn Tư,leader,regular,7,10,,,
"""
DECISIONS = "award,recipient,decision,reason\n"
BEFORE = [
    "MERIT,X1,unit,X1,1,awarded,", "MERIT,X2,unit,X2,2,undecided,tie_at_cut", "MERIT,X3,unit,X3,2,undecided,tie_at_cut",
    "MERIT,X4,unit,X4,4,not awarded,quota", "FIGHTER,N1,individual,X1,1,undecided,tie_at_cut",
    "FIGHTER,N2,individual,X2,1,undecided,tie_at_cut", "FIGHTER,N3,individual,X3,3,not awarded,quota",
    "FIGHTER,N4,individual,X4,4,not awarded,votes_min",
]


def file_of(stack, name, text):
    path = stack.top / name
    path.write_text(text, encoding="utf-8")
    return path


def lines(stack, *arguments):
    """The lines of a table as CSV, without its header."""
    return succeeded(stack.thidua(*arguments, "--csv")).stdout.splitlines()[1:]


def words(stack, *arguments):
    """The table for people, blanks squeezed."""
    return [" ".join(line.split()) for line in succeeded(stack.thidua(*arguments, "--lang", "vi")).stdout.splitlines()]


def decide(stack, rows, *options):
    return stack.thidua("decide", "c", file_of(stack, "decisions.csv", DECISIONS + rows), *options)


def load(stack):
    succeeded(stack.thidua("unit", "load", file_of(stack, "units.csv", UNITS)))
    succeeded(stack.thidua("campaign", "load", file_of(stack, "campaign.yaml", CAMPAIGN)))
    succeeded(stack.thidua("submit", "c", file_of(stack, "results.csv", RESULTS), "--wait"))
    succeeded(stack.thidua("nominate", "c", file_of(stack, "nominations.csv", NOMINATIONS)))


def findings_of(result):
    """(row, column, code) of the findings that a load shows as CSV."""
    return [(row["row"], row["column"], row["code"]) for row in csv.DictReader(io.StringIO(result.stdout))]


def try_before_a_run(stack):
    answer = succeeded(decide(stack, "MERIT,X2,awarded,8/11 phiếu\n", "--dry-run", "--csv"))
    equal(findings_of(answer), [("", "", "decided_before_run")], "a decision before the first run")


def try_lists(stack):
    equal(lines(stack, "show", "awards", "c"), BEFORE, "awards")
    equal(lines(stack, "show", "awards", "c", "--award", "FIGHTER"), BEFORE[4:], "one award")
    equal(lines(stack, "show", "awards", "c", "--award", "MERIT", "--unit", "X3"), [BEFORE[2]], "one award, one unit")
    refused = stack.thidua("show", "awards", "c", "--award", "NONE", "--lang", "en")
    equal((refused.returncode, "c has no award NONE" in refused.stderr), (3, True), "an award that is not there")
    shown = words(stack, "show", "awards", "c")
    equal(shown, [
        "[MERIT: Giấy khen]",
        "Hạng Đối tượng Tên Tổng điểm Quyết định Lý do",
        "1 X1 Xã Một 10.00 khen thưởng",
        "2 X2 Xã Hai 8.00 chưa quyết định bằng nhau ở ranh giới",
        "2 X3 Xã Ba 8.00 chưa quyết định bằng nhau ở ranh giới",
        "4 X4 Xã Bốn 2.00 không khen thưởng hết hạn mức",
        "",
        "[FIGHTER: Chiến sĩ thi đua]",
        "Hạng Đối tượng Tên Đơn vị Tên đơn vị Phiếu Điểm Quyết định Lý do",
        "1 N1 Lường Thị Hoa X1 Xã Một 9/10 chưa quyết định bằng nhau ở ranh giới",
        "1 N2 Vi Văn Nam X2 Xã Hai 9/10 chưa quyết định bằng nhau ở ranh giới",
        "3 N3 Hoàng Văn Bảy X3 Xã Ba 8/10 91.5 không khen thưởng hết hạn mức",
        "4 N4 Lý Văn Tư X4 Xã Bốn 7/10 không khen thưởng không đủ phiếu",
    ], "what people see")


def try_decisions(stack):
    equal(decide(stack, "MERIT,X2,awarded,\n").returncode, 5, "exit code without a reason")
    rows = ("MERIT,X3,awarded,Biên bản 12: 8/11\nMERIT,X2,not awarded,Biên bản 12: 3/11\n"
            "MERIT,X4,awarded,Biên bản 12\nFIGHTER,N1,awarded,Biên bản 13\n")
    answer = succeeded(decide(stack, rows, "--lang", "en"))
    equal("decisions.csv:4:recipient: warning: Run 1 (2022) left nothing about X4 to the council for the award MERIT" in
          answer.stderr and "It left to it: X2, X3." in answer.stderr, True, "who was undecided is said")
    succeeded(stack.thidua("run", "start", "c", "--wait"))
    equal(lines(stack, "show", "awards", "c"), [
        BEFORE[0], "MERIT,X2,unit,X2,2,not awarded,tie_at_cut", "MERIT,X3,unit,X3,2,awarded,council", BEFORE[3],
        "FIGHTER,N1,individual,X1,1,awarded,council", *BEFORE[5:]], "awards after the decisions")
    equal(lines(stack, "show", "decisions", "c"), [
        "MERIT,X2,Xã Hai,not awarded,closed,Biên bản 12: 3/11", "MERIT,X3,Xã Ba,awarded,closed,Biên bản 12: 8/11",
        "MERIT,X4,Xã Bốn,awarded,no_effect,Biên bản 12", "FIGHTER,N1,Lường Thị Hoa,awarded,closed,Biên bản 13"],
          "decisions and what became of them")
    equal(lines(stack, "show", "decisions", "c", "--run", "1"), [], "the run before knew none of them")
    # what was decided stays what was left to the council: the same file again is no mistake
    again = succeeded(decide(stack, rows, "--csv"))
    equal(findings_of(again), [("4", "recipient", "nothing_to_decide")], "the same decisions again")


def main():
    with Stack("--workers", "1") as stack:
        load(stack)
        try_before_a_run(stack)
        succeeded(stack.thidua("run", "start", "c", "--wait"))
        try_lists(stack)
        try_decisions(stack)
    print("the council reads and decides")


if __name__ == "__main__":
    main()
