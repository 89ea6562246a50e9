#!/usr/bin/env python3
"""Who has reported on time, late or not yet, whom to remind, and "nothing to report". The quarter is due
until the end of 10 April; the database's clock is set. All counts were made by hand from the tables below.
"""

import csv
import io
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from clock_stack import ClockStack, skip_without_faketime  # noqa: E402
from small_campaign import results  # noqa: E402
from thidua_test import equal, succeeded  # noqa: E402

DATA_ERRORS = 5
UNITS = """code,name,level,parent,valid_from,valid_to,merged_into
H,Huyện H,district,,,,
""" + "".join(f"{o},Xã {o},commune,H,,,\n" for o in "ABCD") + "".join(
    f"{v},Thôn {v[2]},village,{v[0]},,,\n" for v in ("A.1", "A.2", "B.1", "B.2", "C.1", "D.1"))
# A village reports GRAIN and HOMES, a commune ROADS: 10 forms, A 3, B 3, C 2, D 2. SPIRIT is assessed: no report.
RULES = """campaign: r
name: Thi đua "sạch, đẹp"
owner: H
office_level: commune
competitors: {level: commune}
reporting: quarter
from: 2022-Q1
to: 2022-Q4
due_days: 10
indicators:
  - {code: GRAIN, name: Lương thực, kind: amount, time: flow, reported_by: village, points: 5}
  - {code: HOMES, name: Nhà ở, kind: amount, time: stock, reported_by: village, points: 5}
  - {code: ROADS, name: Đường, kind: amount, time: stock, reported_by: commune, points: 5}
  - {code: SPIRIT, kind: assessed, points: 5}
"""
COUNTS = ("office", "expected", "on_time", "late", "missing", "nothing", "cells_missing")

LETTERS_VI = """Kính gửi: Xã B (B)
Phong trào: Thi đua "sạch, đẹp" (r), kỳ 2022-Q1
Hạn nộp: hết ngày 2022-04-10 (còn 5 ngày)

Số báo cáo còn thiếu: 3 trên 3
- Xã B (B): chưa nộp báo cáo
- Thôn 1 (B.1): Nhà ở
- Thôn 2 (B.2): chưa nộp báo cáo

Đề nghị đơn vị nộp đầy đủ. Nếu không có gì để báo cáo, hãy báo bằng lệnh:
  thidua nothing r B 2022-Q1

---

Kính gửi: Xã D (D)
Phong trào: Thi đua "sạch, đẹp" (r), kỳ 2022-Q1
Hạn nộp: hết ngày 2022-04-10 (còn 5 ngày)

Số báo cáo còn thiếu: 2 trên 2
- Xã D (D): chưa nộp báo cáo
- Thôn 1 (D.1): chưa nộp báo cáo

Đề nghị đơn vị nộp đầy đủ. Nếu không có gì để báo cáo, hãy báo bằng lệnh:
  thidua nothing r D 2022-Q1
"""
LETTER_EN = """To: Xã B (B)
Campaign: Thi đua "sạch, đẹp" (r), period 2022-Q1
Due: the end of 2022-04-10 (days overdue: 5)

Forms that we still miss: 1 of 3
- Thôn 2 (B.2): nothing handed in yet

Please hand them in. If there is nothing to report, say so with:
  thidua nothing r B 2022-Q1
"""


def table(done):
    return list(csv.DictReader(io.StringIO(succeeded(done).stdout)))


def missing(desk, period, *options, who="officer"):
    return table(desk.ask(who, 1, "missing", "r", period, "--csv", *options))


def counts_are(rows, *expected):
    equal([tuple(row[name] for name in COUNTS) for row in rows], list(expected), "forms")
    for row in rows:
        equal(int(row["expected"]), sum(int(row[name]) for name in ("on_time", "late", "missing")), f"{row}: sum")


def hand_in(desk, who, *rows):
    succeeded(desk.ask(who, 1, "submit", "r", results(desk, "r.csv", *rows), "--wait"))


def in_time(desk):
    """On 5 April: A has all (A.2 has nothing to report), B a part of one form, C nothing to report, D nothing at all."""
    desk.set_clock("2022-04-05 03:00:00")
    desk.settle("2022-04-05")
    hand_in(desk, "A", "2022-Q1,A,ROADS,4", "2022-Q1,A.1,GRAIN,7", "2022-Q1,A.1,HOMES,9", "2022-Q1,A.2,GRAIN,,,na",
            "2022-Q1,A.2,HOMES,,,na", "2022-Q1,A,SPIRIT,3")
    hand_in(desk, "B", "2022-Q1,B.1,GRAIN,5")
    done = desk.ask("C", 1, "nothing", "r", "C", "2022-Q1", "--csv")
    receipt = table(done)[0]
    equal([receipt[name] for name in ("office", "created", "changed", "late")], ["C", "3", "0", "no"], "receipt")
    rows = missing(desk, "2022-Q1")
    counts_are(rows, ("A", "3", "3", "0", "0", "1", "0"), ("B", "3", "0", "0", "3", "0", "4"),
               ("C", "2", "2", "0", "0", "2", "0"), ("D", "2", "0", "0", "2", "0", "3"))
    equal([(row["due"], row["days_left"], row["office_late"]) for row in rows],
          [("2022-04-10", "5", "no"), ("2022-04-10", "5", "no"), ("2022-04-10", "5", "no"), ("2022-04-10", "5", "")], "due")
    letters = succeeded(desk.thidua("remind", "r", "2022-Q1", "--lang", "vi", env=desk.keys["officer"]))
    equal(letters.stdout, LETTERS_VI, "letters")


def after_the_due_time(desk):
    """B completes B.1 and hands in its own form on the 12th, two days late; D does nothing."""
    desk.set_clock("2022-04-12 03:00:00")
    hand_in(desk, "B", "2022-Q1,B.1,HOMES,3", "2022-Q1,B,ROADS,1")
    hand_in(desk, "A", "2022-Q1,A.1,GRAIN,8")  # a correction makes no form late
    desk.set_clock("2022-04-15 03:00:00")
    desk.settle("2022-04-15")
    rows = missing(desk, "2022-Q1")
    counts_are(rows, ("A", "3", "3", "0", "0", "1", "0"), ("B", "3", "0", "2", "1", "0", "2"),
               ("C", "2", "2", "0", "0", "2", "0"), ("D", "2", "0", "0", "2", "0", "3"))
    equal([row["office_late"] for row in rows], ["no", "no", "no", "yes"], "late by the first entry of each office")
    equal({row["days_left"] for row in rows}, {"-5"}, "days")
    text = succeeded(desk.ask("officer", 1, "missing", "r", "2022-Q1")).stdout.splitlines()
    # 3 + 3 + 2 + 2 = 10 = (3 + 2) + 2 + (1 + 2), 1 + 2 say nothing to report, 2 + 3 cells
    equal(text[-1].split(), ["All", "together", "10", "5", "2", "3", "3", "5"], "the total")
    as_json = json.loads(succeeded(desk.ask("officer", 1, "missing", "r", "2022-Q1", "--json")).stdout)
    counts_are(as_json, *(tuple(row[name] for name in COUNTS) for row in rows))  # programs get no total
    text = succeeded(desk.thidua("missing", "r", "2022-Q1", "--lang", "vi", env=desk.keys["officer"])).stdout
    equal(text.splitlines()[-1].split()[:3], ["Tổng", "cộng", "10"], "the total in Vietnamese")


def reminders(desk):
    rows = table(desk.ask("officer", 1, "remind", "r", "2022-Q1", "--csv"))
    equal([list(row.values()) for row in rows],
          [["B", "Xã B", "1", "B.2", "2022-04-10", "-5"], ["D", "Xã D", "2", "D;D.1", "2022-04-10", "-5"]], "reminders")
    equal(list(rows[0]), ["office", "name", "missing", "what", "due", "days_left"], "columns")
    as_json = json.loads(succeeded(desk.ask("officer", 1, "remind", "r", "2022-Q1", "--json")).stdout)
    equal([(row["office"], row["what"]) for row in as_json], [("B", "B.2"), ("D", "D;D.1")], "as JSON")
    equal(succeeded(desk.ask("officer", 1, "remind", "r", "2022-Q1", "--unit", "B")).stdout, LETTER_EN, "a letter")
    equal(succeeded(desk.ask("B", 1, "remind", "r", "2022-Q1")).stdout, LETTER_EN, "a clerk's own")
    done = succeeded(desk.ask("A", 1, "remind", "r", "2022-Q1"))
    equal((done.stdout, "nobody" in done.stderr), ("", True), "none for those that have reported")
    hand_in(desk, "D", "2022-Q1,D.1,HOMES,2")
    equal([row["what"] for row in table(desk.ask("officer", 1, "remind", "r", "2022-Q1", "--unit", "D", "--csv"))],
          ["D;D.1:GRAIN"], "a part of a form")


def nothing_to_report(desk):
    """It says nothing about what is there already."""
    done = table(desk.ask("B", 1, "nothing", "r", "B", "2022-Q1", "--dry-run", "--csv"))
    equal((done[0]["created"], len(missing(desk, "2022-Q1", "--unit", "B"))), ("2", 2), "a dry run")
    succeeded(desk.ask("B", 1, "nothing", "r", "B", "2022-Q1"))
    equal(desk.sql("SELECT unit, indicator, state, value FROM thidua.cell_now WHERE office = 'B' ORDER BY 1, 2"),
          [["B", "ROADS", "", "1"], ["B.1", "GRAIN", "", "5"], ["B.1", "HOMES", "", "3"], ["B.2", "GRAIN", "na", ""],
           ["B.2", "HOMES", "na", ""]], "cells of B")
    counts_are(missing(desk, "2022-Q1", who="B"), ("B", "3", "0", "3", "0", "1", "0"))
    equal(table(desk.ask("officer", 1, "remind", "r", "2022-Q1", "--unit", "B", "--csv")), [], "reminders for B")
    done = succeeded(desk.ask("B", 1, "nothing", "r", "B", "2022-Q1"))
    assert "nothing is missing" in done.stderr, done.stderr
    equal(desk.ask("B", 1, "nothing", "r", "A", "2022-Q1").returncode, 1, "for another office")


def the_next_quarter(desk):
    """Stocks go on: A.1 owes GRAIN alone; A's own form only has to be handed in again; A.2's na goes on as well."""
    desk.set_clock("2022-07-01 03:00:00")
    desk.settle("2022-07-01")
    hand_in(desk, "A", "2022-Q2,A.1,GRAIN,6")
    rows = missing(desk, "2022-Q2", "--unit", "A")
    equal([[row[name] for name in ("unit", "indicator", "handed_in")] for row in rows],
          [["A", "", "no"], ["A.2", "GRAIN", "no"]], "what A owes")
    counts_are(missing(desk, "2022-Q2", who="A"), ("A", "3", "1", "0", "2", "0", "1"))
    done = desk.ask("A", 1, "nothing", "r", "A", "2022-Q2")
    succeeded(done)
    assert "A: the figures of the period before stand" in done.stderr, done.stderr
    counts_are(missing(desk, "2022-Q2", who="A"), ("A", "3", "2", "0", "1", "1", "0"))
    done = desk.ask("A", 1, "nothing", "r", "A", "2022-Q2")  # that alone is left
    equal(done.returncode, DATA_ERRORS, done.stderr)
    hand_in(desk, "A", "2022-Q2,A,ROADS,4")
    counts_are(missing(desk, "2022-Q2", who="A"), ("A", "3", "3", "0", "0", "1", "0"))


def main():
    skip_without_faketime()
    with ClockStack() as desk:
        (desk.top / "units.csv").write_text(UNITS)
        (desk.top / "r.yaml").write_text(RULES)
        succeeded(desk.thidua("unit", "load", desk.top / "units.csv"))
        succeeded(desk.thidua("campaign", "load", desk.top / "r.yaml"))
        desk.enrol("officer", "officer", "H")
        for office in "ABCD":
            desk.enrol(office, "clerk", office)
        desk.fake_clock("2022-04-01 00:00:00")
        in_time(desk)
        after_the_due_time(desk)
        reminders(desk)
        nothing_to_report(desk)
        the_next_quarter(desk)


if __name__ == "__main__":
    main()
