"""What scripts/year.py stands on: the forms of a year with their deadlines, and a stack in another time.

What is due, late or locked is worked out here from the calendar alone, not by the program.
"""

import calendar
import csv
import datetime
import io
import os
import pathlib
import shutil
import subprocess
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
CASE = TOP / "campaigns/chi-lang-2022"
CODE, DISTRICT = "chi-lang-2022", "187"
DUE_DAYS, LOCK_DAYS = 10, 20
KEYS = f"""lock_days: {LOCK_DAYS}
counts: verified
late: {{points: -0.5, max_times: 4}}
"""
HANOI = datetime.timezone(datetime.timedelta(hours=7))
COUNCIL = "hoi-dong"


def at(day, clock="08:00:00"):
    return datetime.datetime.combine(day, datetime.time.fromisoformat(clock), HANOI)


def last_day(period):
    year, month = int(period[:4]), int(period[5:7] or 12)
    return datetime.date(year, month, calendar.monthrange(year, month)[1])


def after(period, days):
    return last_day(period) + datetime.timedelta(days=days)


def read(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


class Wrong(Exception):
    """Something is not as the story has it."""


def expect(actual, wanted, what):
    if actual != wanted:
        raise Wrong(f"{what}: {actual!r}, and not {wanted!r}")


class Form:
    """One results file: 00059-2022-02-dinh-chinh-06463.csv."""

    def __init__(self, file, accepted):
        words = pathlib.Path(file).stem.split("-")[1:]
        self.file, self.accepted = file, accepted
        self.period = "-".join(words[:2]) if words[1].isdigit() and len(words[1]) == 2 else words[0]
        self.office = COUNCIL if file.endswith(f"{COUNCIL}.csv") else words[-1]
        self.correction = "dinh" in words

    @property
    def baseline(self):
        return "-" not in self.period

    @property
    def late(self):
        """Nothing is due before the first month."""
        return not self.baseline and self.accepted >= at(after(self.period, DUE_DAYS + 1), "00:00:00")

    @property
    def locked(self):
        return not self.baseline and self.accepted >= at(after(self.period, LOCK_DAYS + 1), "00:00:00")

    @property
    def reason(self):
        notes = [row["note"] for row in read(CASE / "results" / self.file) if row["note"]]
        if notes:
            return notes[0]
        return "Số liệu chưa khớp" if self.correction else "Nộp chậm, có giải trình"


class Stack:
    """A private stack whose PostgreSQL, which decides what is late, lives in another time (libfaketime)."""

    def __init__(self, top, lang):
        self.top, self.lang, self.env = pathlib.Path(top), lang, {}
        self.directory, self.clock = self.top / "stack", self.top / "clock"

    def control(self, command, *arguments, env=None):
        subprocess.run([TOP / "scripts/stack", command, self.directory, *arguments], check=True, env=env)

    def start(self, instant):
        library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
        self.top.chmod(0o711)  # PostgreSQL runs as another user
        self.write_clock(instant)
        self.control("start", "--workers", "2", env={
            **os.environ, "THIDUA_FAULT_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(self.clock),
            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
        shown = subprocess.run(["bash", "-c", f". '{self.directory}/env' && env -0"], check=True, capture_output=True)
        self.env = dict(line.split("=", 1) for line in shown.stdout.decode().split("\0") if line)
        self.env["THIDUA_LANG"] = self.lang
        (self.directory / "people").mkdir()

    @staticmethod
    def text(instant):
        return instant.astimezone(HANOI).strftime("%Y-%m-%d %H:%M:%S")

    def write_clock(self, instant):
        """The distance from the real time, read at every look at the clock; a new file, so that nobody reads half of it."""
        new = self.clock.with_suffix(".new")
        new.write_text(f"{round(instant.timestamp() - time.time()):+d}\n")
        new.chmod(0o644)
        new.replace(self.clock)

    def set_clock(self, instant):
        """The servers look at the database's clock every second."""
        self.write_clock(instant)
        deadline = time.monotonic() + 60
        while self.table("ping")[0]["database_time"] < self.text(instant):
            if time.monotonic() > deadline:
                raise Wrong("the clock does not go on")
            time.sleep(0.2)

    def run(self, *arguments, who=None):
        """As the administrator, or under the key of somebody of DIR/people."""
        env = dict(self.env)
        if who is not None:
            env |= {"THIDUA_KEY_FILE": str(self.directory / "people" / f"{who}.key"),
                    "THIDUA_OUTBOX": str(self.directory / "people" / f"{who}.db")}
        return self.outside(env, *arguments)

    def do(self, *arguments, who=None, code=0):
        done = self.run(*arguments, who=who)
        if done.returncode != code:
            raise Wrong(f"thidua {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def table(self, *arguments, who=None, code=0):
        return list(csv.DictReader(io.StringIO(self.do(*arguments, "--csv", who=who, code=code).stdout)))

    def outside(self, env, *arguments):
        """In this environment, files by their names in the case."""
        case = self.top / "case"
        return subprocess.run(["thidua", *map(str, arguments)], env=env, text=True, capture_output=True, check=False,
                              cwd=case if case.is_dir() else None)

    def enrol(self, who, role, unit):
        key = self.directory / "people" / f"{who}.key"
        public = self.do("key", "new", "--file", key).stdout.strip()
        sign = ["--sign", self.table("key", "show", "--file", key)[0]["sign_key"]] if role == "leader" else []
        self.do("key", "add", public, "--role", role, "--unit", unit, "--name", who, *sign)

    def remove(self):
        if (self.directory / "run").is_dir():
            self.control("remove")
        shutil.rmtree(self.top, ignore_errors=True)
