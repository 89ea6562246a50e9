#!/usr/bin/env python3
"""Wrong input at the clerk's and the officer's desk: each mistake gets its own error at its place, all of a
file at once, and nothing is stored. What the columns mean is in semantics.md, section 8.

A small district: H with the communes X (villages x1, x2) and Y (village y1).
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from thidua_test import Stack, equal, succeeded, wait_for  # noqa: E402

DATA_ERRORS, FINDINGS, QUEUED = 5, 6, 75
HEADER = "period,unit,indicator,value,denominator,state,note\n"
UNITS = """code,name,level,parent,valid_from,valid_to,merged_into
H,Huyện,district,,,,
X,Xã X,commune,H,,,
Y,Xã Y,commune,H,,,
x1,Thôn 1,village,X,,,
x2,Thôn 2,village,X,,,
y1,Thôn 1,village,Y,,,
"""
CAMPAIGN = """campaign: wrong
name: Sai sót
owner: H
office_level: commune
competitors: {level: commune}
reporting: month
from: 2022-01
to: 2022-12
indicators:
  - {code: FOOD, name: Lương thực, kind: amount, time: flow, reported_by: village, target: 10, points: 10, min: 0, max: 5000}
  - {code: WATER, name: Nước sạch, kind: ratio, time: stock, reported_by: village, target: 90, points: 10}
  - {code: INCOME, name: Thu nhập, kind: mean, time: stock, reported_by: village, target: 40, points: 10}
  - {code: CULTURE, name: Văn hóa, kind: yes_no, time: stock, reported_by: village, target: 100, points: 10}
  - {code: REFORM, name: Cải cách, kind: assessed, points: 5}
"""

# One file with one mistake a row: row, what is wrong, the code of its finding.
MISTAKES = (
    ("2022-01,z9,FOOD,1,,,", "unknown_unit"),
    ("2022-01,x1,BREAD,1,,,", "unknown_indicator"),
    ("2023-01,x1,FOOD,1,,,", "unknown_period"),
    ("2022-13,x1,FOOD,1,,,", "bad_period"),
    ("2022-02,x1,FOOD,5000.1,,,", "above_max"),
    ("2022-03,x1,FOOD,-1,,,", "below_min"),
    ("2022-04,x1,FOOD,1.23456,,,", "too_many_decimals"),
    ("2022-05,x1,FOOD,\"1,920\",,,", "ambiguous_number"),
    ("2022-06,x1,FOOD,abc,,,", "bad_number"),
    ("2022-07,x1,WATER,11,10,,", "numerator_over_denominator"),
    ("2022-08,x1,WATER,11,,,", "missing_denominator"),
    ("2022-09,x1,INCOME,11,-3,,", "negative_denominator"),
    ("2022-10,x1,FOOD,11,3,,", "unexpected_denominator"),
    ("2022-11,x1,CULTURE,2,,,", "not_yes_no"),
    ("2022-12,x1,FOOD,1,,maybe,", "unknown_state"),
    ("2022-12,X,FOOD,1,,,", "not_expected_leaf"),
    ("2022-12,x2,FOOD,1,,verified,", "verified_not_assessed"),
    ("2022-12,X,REFORM,5.5,,,", "beyond_points"),
)


class Desk:
    def __init__(self, stack):
        self.stack = stack
        self.made = 0

    def file(self, content, name=None):
        self.made += 1
        path = self.stack.top / (name or f"file-{self.made}.csv")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def submit(self, content, *options, env=None):
        return self.stack.thidua("submit", "wrong", self.file(content), *options, "--lang", "en", env=env)

    def stored(self):
        return int(self.stack.sql("SELECT count(*) FROM thidua.submission")[0][0])


def refused(done, code, place="", exit_code=DATA_ERRORS):
    """The command failed with this finding at this place (file:line: column), and said so on stderr."""
    equal(done.returncode, exit_code, f"exit code for {code}\n{done.stdout}{done.stderr}")
    equal(any((f"[{code}]" in line or f"[{code}: " in line) and place in line for line in (done.stdout + done.stderr).splitlines()), True,
          f"a finding {code} at {place} in:\n{done.stdout}{done.stderr}")


def cells_one_by_one_and_at_once(desk):
    for row, code in MISTAKES:
        refused(desk.submit(HEADER + row + "\n"), code, ":2:")
    done = desk.submit(HEADER + "\n".join(row for row, _ in MISTAKES) + "\n2022-01,y1,FOOD,1,,,\n")
    for line, (_, code) in enumerate(MISTAKES, start=2):
        refused(done, code, f":{line}:")
    refused(desk.submit(HEADER + "2022-01,x1,FOOD,1,,,\n2022-01,x1,FOOD,2,,,\n"), "duplicate_cell", ":2:")
    refused(desk.submit(HEADER + "2022-01,x1,FOOD,1,,,\n2022-01,x1,FOOD,2,,,\n"), "duplicate_cell", ":3:")
    equal(desk.stored(), 0, "submissions stored after mistakes")


def both_readings(desk):
    shown = desk.submit(HEADER + '2022-05,x1,FOOD,"1,920",,,\n').stderr
    equal("1920" in shown and "1.92" in shown, True, f"both readings in: {shown}")
    succeeded(desk.submit(HEADER + "2022-05,x1,FOOD,1.920,,,\n2022-05,x2,FOOD,\"38,5\",,,\n", "--decimal", "comma"))
    equal(desk.stack.sql("SELECT unit, value FROM thidua.form ORDER BY unit"),
          [["x1", "{19200000}"], ["x2", "{385000}"]], "1.920 is 1920 and 38,5 is 38.5 with --decimal comma")
    refused(desk.submit(HEADER + "2022-05,x1,FOOD,38.5,,,\n", "--decimal", "comma"), "ambiguous_number", ":2:")


def files(desk):
    refused(desk.submit(""), "empty_file")
    refused(desk.submit("period,unit,indicator,value,denominator,state,remark\n"), "unknown_column", ":1:")
    refused(desk.submit("period,unit,value\n2022-01,x1,1\n"), "missing_column", ":1:")
    refused(desk.submit((HEADER + "2022-01,x1,FOOD,1,,,").encode() + b"\xff\xfe\n"), "not_utf8", ":2:")
    refused(desk.submit(HEADER + "2022-01,x1,FOOD,1\n"), "field_count", ":2:")
    before = desk.stored()
    nfd = "Ghi chu\u0301\n"  # 'ú' in two characters
    succeeded(desk.submit("\ufeff" + (HEADER + "2022-06,x1,FOOD,6,,," + nfd).replace("\n", "\r\n")))
    equal(desk.stored(), before + 1, "a file with BOM, CRLF and NFD text is taken")
    equal(desk.stack.sql("SELECT note FROM thidua.form WHERE period = 202206"), [['{"Ghi chú"}']], "notes are NFC")


def five_thousand_cells(desk):
    """More cells than a submission holds: the client makes two of it."""
    units = ["x%d" % n for n in range(1, 601)]
    more = UNITS + "".join(f"{unit},Thôn,village,X,,,\n" for unit in units[2:])
    succeeded(desk.stack.thidua("unit", "load", desk.file(more)))
    rows = [f"2022-{month:02},{unit},FOOD,1,,,\n" for unit in units for month in range(1, 10)][:5000]
    before = desk.stored()
    succeeded(desk.submit(HEADER + "".join(rows)))
    equal(desk.stored(), before + 2, "5 000 cells are two submissions")
    equal(desk.stack.sql("SELECT sum(created + changed + unchanged + withdrawn) FROM "
                         "(SELECT * FROM thidua.submission ORDER BY accepted DESC LIMIT 2) s"), [["5000"]], "cells stored")


def other_offices_and_closed_periods(desk):
    key = desk.stack.top / "clerk.key"
    public = succeeded(desk.stack.thidua("key", "new", "--file", key)).stdout.strip()
    succeeded(desk.stack.thidua("key", "add", public, "--role", "clerk", "--unit", "X", "--name", "clerk of X"))
    clerk = {"THIDUA_KEY_FILE": str(key), "THIDUA_OUTBOX": str(desk.stack.top / "clerk.db")}
    succeeded(desk.submit(HEADER + "2022-07,x1,FOOD,7,,,\n", env=clerk))
    before = desk.stored()
    done = desk.submit(HEADER + "2022-07,y1,FOOD,7,,,\n", env=clerk)
    equal((done.returncode != 0, desk.stored()), (True, before), f"another office's unit: {done.stderr}")
    done = desk.submit(HEADER + "2022-07,X,REFORM,5,,verified,\n", env=clerk)
    equal((done.returncode != 0, desk.stored()), (True, before), f"a clerk's verified points: {done.stderr}")
    locked = desk.file(CAMPAIGN.replace("campaign: wrong", "campaign: locked") + "lock_days: 40\n", "locked.yaml")
    succeeded(desk.stack.thidua("campaign", "load", locked))
    file = desk.file(HEADER + "2022-07,x1,FOOD,7,,,\n")
    done = desk.stack.thidua("submit", "locked", file, "--lang", "en", env=clerk)
    equal((done.returncode, "period_closed" in done.stderr.lower() or "PERIOD_CLOSED" in done.stderr), (DATA_ERRORS, True),
          f"a closed period: {done.stderr}")


def campaign_files(desk):
    def check(text, code, place=""):
        done = desk.stack.thidua("campaign", "check", desk.file(text, "c.yaml"), "--lang", "en")
        refused(done, code, place, FINDINGS)

    check(CAMPAIGN + "colour: red\n", "unknown_key", ":15:")
    check(CAMPAIGN + "name: twice\n", "duplicate_key", ":15:")
    check(CAMPAIGN.replace(", points: 5}", "}"), "missing_key", ":14:")
    check(CAMPAIGN.replace("owner: H", "owner: Q"), "unknown_unit", ":owner:")
    check(CAMPAIGN + "awards:\n  - {code: A, name: A, to: unit, quota: {percent: 101}}\n", "quota_over_100", ":16:")
    done = desk.stack.thidua("campaign", "check", desk.file(CAMPAIGN.replace("owner: H", "owner: Q") + "colour: red\n", "c.yaml"),
                             "--lang", "en")
    refused(done, "unknown_key", ":15:", FINDINGS)
    succeeded(desk.stack.thidua("campaign", "check", desk.file(CAMPAIGN, "c.yaml")))


def unit_files(desk):
    def load(rows, code, place):
        refused(desk.stack.thidua("unit", "load", desk.file(UNITS + rows), "--lang", "en"), code, place)

    load("P,P,commune,Q,,,\nQ,Q,commune,P,,,\n", "level_of_parent", ":8:")
    load("P,P,commune,P,,,\n", "cycle", ":8:")
    load("P,P,commune,H,,2022-06-30,\nP,P,commune,H,2022-06-30,,\n", "overlapping_validity", ":9:")
    load("P,P,commune,R,,,\n", "unknown_parent", ":8:")
    load("P,P,commune,H,2022-02-30,,\n", "bad_date", ":8:")
    equal(desk.stack.sql("SELECT count(*) FROM thidua.unit WHERE code IN ('P', 'Q')"), [["0"]], "units stored")


def down(desk):
    """A server that is down: queued, sent later. A database that is down: the server says so and recovers."""
    file = desk.file(HEADER + "2022-08,x1,FOOD,8,,,\n")
    before = desk.stored()
    desk.stack.control("kill", "server-1")
    done = desk.stack.thidua("submit", "wrong", file, "--timeout", "1")
    equal(done.returncode, QUEUED, "exit code without a server")
    equal(desk.stored(), before, "nothing stored without a server")
    desk.stack.control("run", "server-1")
    succeeded(desk.stack.thidua("outbox", "send"))
    equal(desk.stored(), before + 1, "what was queued was sent")

    desk.stack.control("kill", "postgres")
    done = desk.stack.thidua("submit", "wrong", desk.file(HEADER + "2022-09,x1,FOOD,9,,,\n"), "--timeout", "2", "--lang", "en")
    equal(done.returncode, QUEUED, f"exit code without a database: {done.stderr}")
    equal("database" in done.stderr or "UNAVAILABLE" in done.stderr or "BUSY" in done.stderr, True, f"the server says so: {done.stderr}")
    desk.stack.control("run", "postgres")
    wait_for(30, lambda: desk.stack.thidua("outbox", "send", "--timeout", "5").returncode == 0, "sent when the database is back")
    equal(desk.stored(), before + 2, "stored when the database was back")


def main():
    with Stack() as stack:
        desk = Desk(stack)
        succeeded(stack.thidua("unit", "load", desk.file(UNITS)))
        succeeded(stack.thidua("campaign", "load", desk.file(CAMPAIGN, "campaign.yaml")))
        for part in (cells_one_by_one_and_at_once, both_readings, files, five_thousand_cells,
                     other_offices_and_closed_periods, campaign_files, unit_files, down):
            part(desk)
            print(f"{part.__name__.replace('_', ' ')}: as it should be", flush=True)


if __name__ == "__main__":
    main()
