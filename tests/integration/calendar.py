#!/usr/bin/env python3
"""The calendar end to end: PostgreSQL's clock stands still at a second before, at and after the due time,
the lock and the end of an exception, which two servers must see alike. What is expected was counted by
hand; a day of Asia/Ho_Chi_Minh ends at 17:00 UTC.
"""

import csv
import io
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from clock_stack import ClockStack, skip_without_faketime  # noqa: E402
from small_campaign import results  # noqa: E402
from thidua_test import equal, succeeded  # noqa: E402

DATA_ERRORS, FORBIDDEN, USAGE, NOT_FOUND = 5, 1, 2, 3
CLOSED = "PERIOD_CLOSED"

UNITS = """code,name,level,parent,valid_from,valid_to,merged_into
H,Huyện H,district,,,,
A,Xã A,commune,H,,,
B,Xã B,commune,H,,,
A.1,Thôn 1,village,A,,,
B.1,Thôn 1,village,B,,,
"""
RULES = """campaign: {code}
name: Lịch
owner: H
office_level: commune
competitors: {{level: commune}}
reporting: {reporting}
from: {first}
to: {last}
due_days: {due}
lock_days: {lock}
{more}
indicators:
  - {{code: GRAIN, kind: amount, time: flow, reported_by: village, points: 5}}
  - {{code: SPIRIT, kind: assessed, points: 5}}
"""


class Desk(ClockStack):
    def __init__(self):
        super().__init__("--servers", "2")
        self.turn = 0

    def load(self, code, **rules):
        path = self.top / f"{code}.yaml"
        path.write_text(RULES.format(code=code, **rules))
        succeeded(self.thidua("campaign", "load", path))

    def submit(self, who, server, campaign, cell, state=""):
        """The answer: "on time", "late" or a code; and, once it is stored, its instant."""
        self.turn += 1
        path = results(self, f"r{self.turn}.csv", f"{cell},{self.turn % 5},,{state}")
        done = self.ask(who, server, "submit", campaign, path, "--csv", "--wait")
        if done.returncode != 0:
            equal(done.returncode, DATA_ERRORS, f"exit code: {done.stderr}")
            found = [(row["code"], row["value"]) for row in csv.DictReader(io.StringIO(done.stdout))]
            equal(found, [("period_closed", cell.split(",")[0])], f"findings: {done.stdout}{done.stderr}")
            return CLOSED, None
        receipt = next(csv.DictReader(io.StringIO(done.stdout)))
        instant = self.sql("SELECT to_char(accepted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') "
                           "FROM thidua.submission ORDER BY accepted DESC LIMIT 1")[0][0]
        return {"yes": "late", "no": "on time"}[receipt["late"]], instant

    def unlock(self, who, server, campaign, office, period, until, reason):
        done = self.ask(who, server, "unlock", campaign, office, period, "--until", until, "--reason", reason)
        return done

    def exceptions(self, who, campaign, *options):
        done = succeeded(self.ask(who, 1, "exceptions", campaign, "--csv", *options))
        return list(csv.DictReader(io.StringIO(done.stdout)))


def edge(desk, campaign, row, day, wanted, who="clerk-A"):
    """A second before the day's end, at it, and a second after, by one server and the other."""
    for second, (time, answer) in enumerate(zip(("16:59:59", "17:00:00", "17:00:01"), wanted)):
        desk.set_clock(f"{day} {time}")
        instant = f"{day} {time}" if answer != CLOSED else None
        equal(desk.submit(who, 1 + second % 2, campaign, row), (answer, instant), f"{campaign} at {day} {time}")


def quarters(desk):
    """The first quarter is due until 10 April and locked after 10 May."""
    desk.load("q", reporting="quarter", first="2022-Q1", last="2022-Q4", due=10, lock=40, more="")
    edge(desk, "q", "2022-Q1,A.1,GRAIN", "2022-04-10", ("on time", "late", "late"))
    edge(desk, "q", "2022-Q1,A.1,GRAIN", "2022-05-10", ("late", CLOSED, CLOSED))
    equal(desk.submit("officer", 1, "q", "2022-Q1,A,SPIRIT", "verified")[0], "late", "an officer's own act")
    equal(desk.submit("clerk-A", 1, "q", "2022-Q2,A.1,GRAIN")[0], "on time", "the next quarter")


def an_exception(desk):
    # The next message, to the other server, finds it.
    done = desk.unlock("officer", 1, "q", "A", "2022-Q1", "2022-05-31", "Mất điện do bão, có công văn 12")
    succeeded(done)
    assert "2022-05-31" in done.stderr, done.stderr
    equal(desk.submit("clerk-A", 2, "q", "2022-Q1,A.1,GRAIN")[0], "late", "opened, late all the same")
    equal(desk.submit("clerk-B", 2, "q", "2022-Q1,B.1,GRAIN")[0], CLOSED, "another office")
    edge(desk, "q", "2022-Q1,A.1,GRAIN", "2022-05-31", ("late", CLOSED, CLOSED))


def a_later_one(desk):
    """The newest counts: it prolongs, and closes again."""
    succeeded(desk.unlock("admin", 2, "q", "A", "2022-Q1", "2022-06-15", "gia hạn"))
    equal(desk.submit("clerk-A", 1, "q", "2022-Q1,A.1,GRAIN")[0], "late", "prolonged")
    succeeded(desk.unlock("officer", 1, "q", "A", "2022-Q1", "2022-05-30", "đã đủ số liệu"))
    for server in (1, 2):
        equal(desk.submit("clerk-A", server, "q", "2022-Q1,A.1,GRAIN")[0], CLOSED, f"closed again, server {server}")
    succeeded(desk.unlock("officer", 2, "q", "B", "2022-Q1", "2022-06-01", "của xã B"))
    succeeded(desk.unlock("officer", 2, "q", "B", "2022-Q1", "2022-06-01", "của xã B"))  # asked again: the same one
    rows = desk.exceptions("officer", "q")
    equal([[row[name] for name in ("office", "name", "period", "until", "open", "reason", "given_by")] for row in rows],
          [["B", "Xã B", "2022-Q1", "2022-06-01", "yes", "của xã B", "officer"],
           ["A", "Xã A", "2022-Q1", "2022-05-30", "no", "đã đủ số liệu", "officer"],
           ["A", "Xã A", "2022-Q1", "2022-06-15", "no", "gia hạn", "admin"],
           ["A", "Xã A", "2022-Q1", "2022-05-31", "no", "Mất điện do bão, có công văn 12", "officer"]], "exceptions")
    equal(rows[-1]["given_at"], "2022-05-11 00:00:01", "when it was given, in Vietnam")  # 17:00:01 UTC the day before
    equal([row["office"] for row in desk.exceptions("clerk-A", "q")], ["A", "A", "A"], "a clerk sees its own")
    equal([row["office"] for row in desk.exceptions("officer", "q", "--unit", "B")], ["B"], "of one office")
    equal(desk.sql("SELECT count(*) FROM thidua.lock_exception"), [["4"]], "kept, all of them")


def who_may(desk):
    before = desk.sql("SELECT count(*) FROM thidua.lock_exception")
    for who in ("clerk-A", "auditor", "leader-A"):
        done = desk.unlock(who, 1, "q", "A", "2022-Q1", "2022-07-31", "r")
        equal(done.returncode, FORBIDDEN, f"{who}: {done.stderr}")
    equal(desk.unlock("officer-B", 1, "q", "A", "2022-Q1", "2022-07-31", "r").returncode, FORBIDDEN, "out of reach")
    equal(desk.ask("officer", 1, "unlock", "q", "A", "2022-Q1", "--until", "2022-07-31").returncode, USAGE, "no reason")
    equal(desk.ask("officer", 1, "unlock", "q", "A", "2022-Q1", "--reason", "r").returncode, USAGE, "no end")
    done = desk.unlock("officer", 1, "q", "A.1", "2023-Q1", "31/07/2022", " ")
    equal(done.returncode, DATA_ERRORS, done.stderr)
    for word in ("not_an_office", "unknown_period", "bad_until", "no_reason"):
        assert word in done.stderr, f"{word} in {done.stderr}"
    equal(desk.unlock("officer", 1, "none", "A", "2022-Q1", "2022-07-31", "r").returncode, NOT_FOUND, "no campaign")
    equal(desk.sql("SELECT count(*) FROM thidua.lock_exception"), before, "exceptions after refusals")
    succeeded(desk.unlock("officer-B", 1, "q", "B", "2022-Q1", "2022-06-02", "của mình"))


def windows(desk):
    """Months from the 15th to the 14th, over the end of a year and a leap day."""
    desk.load("m", reporting="month", first="2022-11", last="2024-03", due=17, lock=18, more="period_end_day: 14")
    # 2022-12 ends on 14 December: due until the 31st, locked after 1 January
    edge(desk, "m", "2022-12,A.1,GRAIN", "2022-12-31", ("on time", "late", "late"))
    edge(desk, "m", "2022-12,A.1,GRAIN", "2023-01-01", ("late", CLOSED, CLOSED))
    # 2024-02 ends on 14 February: 17 days on is 2 March of a leap year; opened until 29 February 2024, then on
    desk.load("leap", reporting="month", first="2024-01", last="2024-12", due=15, lock=15, more="period_end_day: 14")
    edge(desk, "leap", "2024-02,A.1,GRAIN", "2024-02-29", ("on time", CLOSED, CLOSED))
    succeeded(desk.unlock("officer", 1, "leap", "A", "2024-02", "2024-03-01", "năm nhuận"))
    edge(desk, "leap", "2024-02,A.1,GRAIN", "2024-03-01", ("late", CLOSED, CLOSED))
    edge(desk, "m", "2024-02,A.1,GRAIN", "2024-03-02", ("on time", "late", "late"))


def main():
    skip_without_faketime()
    with Desk() as desk:
        (desk.top / "units.csv").write_text(UNITS)
        succeeded(desk.thidua("unit", "load", desk.top / "units.csv", env=desk.at(1)))
        for name, role, unit in (("clerk-A", "clerk", "A"), ("clerk-B", "clerk", "B"), ("leader-A", "leader", "A"),
                                 ("officer", "officer", "H"), ("officer-B", "officer", "B"),
                                 ("auditor", "auditor", "H"), ("admin", "admin", "H")):
            desk.enrol(name, role, unit)
        desk.fake_clock("2022-04-01 00:00:00")
        quarters(desk)
        an_exception(desk)
        a_later_one(desk)
        who_may(desk)
        windows(desk)


if __name__ == "__main__":
    main()
