"""The story of scripts/year: what happens when, and what must come of it.

The case is campaigns/chi-lang-2022 with the keys that a year in real time has beside (lib_year.KEYS). Files come in at the
instants of its accepted.csv, each from its office's own clerk.
"""

import argparse
import csv
import datetime
import os
import pathlib
import shutil
import signal
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_year  # noqa: E402
from lib_year import CASE, CODE, COUNCIL, DUE_DAYS, KEYS, LOCK_DAYS, TOP, Form, Stack, Wrong  # noqa: E402
from lib_year import after, at, expect, read  # noqa: E402

sys.path.insert(0, str(TOP / "tests/naive"))
import naive  # noqa: E402

MARGIN = datetime.timedelta(minutes=2)  # a batch is handed in within it, before its last form's instant
OFFICER = "officer"


def some(count, word):
    return f"{count} {word}" + ("" if count == 1 else "s")


class Year:
    def __init__(self, stack, lang, until):
        self.stack, self.lang, self.until = stack, lang, until
        self.case = stack.top / "case"
        self.now = at(datetime.date(2022, 1, 5))
        rows = read(CASE / "accepted.csv")
        forms = [Form(row["file"], datetime.datetime.fromisoformat(row["accepted_at"])) for row in rows]
        self.forms = [form for form in forms if form.period <= until]
        self.months = [f"2022-{month:02}" for month in range(1, int(until[5:]) + 1)]
        self.names = {row["code"]: row["name"] for row in read(CASE / "units.csv")}
        self.offices = sorted(row["code"] for row in read(CASE / "units.csv") if row["level"] == "commune")
        self.last = None  # (period, run) that the officer has published
        self.accepted = {}   # file: when, as its receipt says
        self.unsigned = set()  # (office, period) handed in since it was verified
        self.done = {"late": 0, "unlocked": 0, "returned": 0, "verified": 0, "runs": 0}

    # ---- the diary

    def tell(self, vi, en, *lines):
        print(f"{Stack.text(self.now)}  {vi if self.lang == 'vi' else en}", flush=True)
        for line in lines:
            print(f"{'':21}{line}", flush=True)

    def go_to(self, instant):
        self.now = max(self.now, instant)
        self.stack.set_clock(self.now)

    def name(self, office):
        return self.names.get(office, "Hội đồng")

    # ---- the beginning

    def make_case(self):
        self.case.mkdir()
        rules = (CASE / "campaign.yaml").read_text(encoding="utf-8")
        for old, new in (("\ndue_days:", f"\n{KEYS}due_days:"), ("\nto: 2022-12\n", f"\nto: {self.until}\n")):
            expect(rules.count(old), 1, f"the campaign file has {old!r}")
            rules = rules.replace(old, new)
        (self.case / "campaign.yaml").write_text(rules, encoding="utf-8")
        (self.case / "results").mkdir()
        for form in self.forms:
            shutil.copy(CASE / "results" / form.file, self.case / "results")
        for name in ("units.csv", "targets.csv", "adjustments.csv", "nominations.csv"):
            shutil.copy(CASE / name, self.case)

    def begin(self):
        stack = self.stack
        stack.start(self.now)
        self.make_case()
        stack.do("unit", "load", self.case / "units.csv")
        found = stack.table("campaign", "check", self.case / "campaign.yaml", code=6)
        expect([row["code"] for row in found], ["bonus_exceeded"], "what the checker says")
        self.tell("Kiểm tra tệp phong trào: một cảnh báo.", "The campaign file is checked: one warning.", found[0]["message"])
        stack.do("campaign", "load", self.case / "campaign.yaml")
        stack.do("target", "load", CODE, self.case / "targets.csv")
        stack.enrol(OFFICER, "officer", lib_year.DISTRICT)
        for office in self.offices:
            stack.enrol(f"clerk-{office}", "clerk", office)
            stack.enrol(f"leader-{office}", "leader", office)
        self.tell(f"Phát động: {len(self.offices)} xã, thị trấn, {len(self.months)} kỳ báo cáo; hạn {DUE_DAYS} ngày, khóa sau "
                  f"{LOCK_DAYS} ngày.",
                  f"Launch: {len(self.offices)} communes, {len(self.months)} periods; due after {DUE_DAYS} days, locked after "
                  f"{LOCK_DAYS} days.")

    # ---- reports come in

    def submit(self, form, code=0):
        who = OFFICER if form.office == COUNCIL else f"clerk-{form.office}"
        return self.stack.table("submit", CODE, self.case / "results" / form.file, "--wait", who=who, code=code)

    def take_receipts(self, form):
        receipts = self.submit(form)
        expect({row["late"] for row in receipts}, {"yes" if form.late else "no"}, f"{form.file}: late")
        self.accepted[form.file] = max(row["accepted"] for row in receipts)
        if form.late and form.office != COUNCIL:
            self.done["late"] += 1
        return receipts

    def unlock(self, form):
        """Locked: the clerk is refused, the officer lets the office in, with a reason and an end."""
        refused = self.submit(form, code=5)
        expect({row["code"] for row in refused}, {"period_closed"}, f"{form.file}: refusal")
        until = (form.accepted + datetime.timedelta(days=2)).date().isoformat()
        self.stack.do("unlock", CODE, form.office, form.period, "--until", until, "--reason", form.reason, who=OFFICER)
        self.done["unlocked"] += 1
        self.tell(f"{self.name(form.office)}: kỳ {form.period} đã khóa; mở đến {until}: {form.reason}",
                  f"{self.name(form.office)}: {form.period} is locked; opened until {until}: {form.reason}")

    def hand_in(self, forms):
        """Forms that came one after the other and stand alike before the deadlines."""
        last = forms[-1]
        self.go_to(last.accepted if last.late else last.accepted - MARGIN)
        cells = 0
        for form in forms:
            if form.correction:
                self.give_back(form)
            if form.locked and form.office != COUNCIL:
                self.unlock(form)
            for row in self.take_receipts(form):
                cells += int(row["created"]) + int(row["changed"]) + int(row["unchanged"]) + int(row["withdrawn"])
            if form.office != COUNCIL:
                self.unsigned.add((form.office, form.period))
        names = ", ".join(dict.fromkeys(self.name(form.office) for form in forms))
        kind = (("trễ hạn", "late") if last.late else ("đúng hạn", "in time"))
        what = (("đính chính", "corrected") if last.correction else ("báo cáo", "reported"))
        self.tell(f"{last.period}: {len(forms)} tệp {what[0]} {kind[0]}, {cells} ô: {names}",
                  f"{last.period}: {some(len(forms), 'file')} {what[1]} {kind[1]}, {some(cells, 'cell')}: {names}")

    def due(self, period):
        """The morning after the due day: who has not reported."""
        came = {form.office for form in self.forms if form.period == period and form.accepted < self.now}
        shown = self.stack.table("missing", CODE, period, who=OFFICER)
        for row in shown:
            expect(int(row["expected"]), sum(int(row[key]) for key in ("on_time", "late", "missing")), f"{period}: {row['office']}")
        absent = sorted(row["office"] for row in shown if row["handed_in"] == "")
        expect(absent, sorted(set(self.offices) - came), f"{period}: who has not reported")
        urged = {row["office"] for row in self.stack.table("remind", CODE, period, who=OFFICER)}
        expect(urged, {row["office"] for row in shown if row["missing"] != "0"}, f"{period}: whom to urge")
        names = ", ".join(self.name(office) for office in absent) or "–"
        self.tell(f"{period}: hết hạn; chưa nộp: {names}; đôn đốc {len(urged)} xã.",
                  f"{period}: the due day is over; not yet reported: {names}; urged: {some(len(urged), 'commune')}.")

    # ---- runs

    def publish(self, period):
        number = self.stack.do("run", "start", CODE, period, "--wait", who=OFFICER).stdout.strip()
        self.done["runs"] += 1
        first = [row for row in self.stack.table("show", "ranking", CODE, period, who=OFFICER) if row["rank"] == "1"]
        names = "; ".join(f"{row['cluster']} {row['name']} {row['total']}" for row in first)
        self.tell(f"Công bố {period} (lần tổng hợp {number}). Đứng đầu: {names}",
                  f"{period} is published (run {number}). First: {names}")
        return number

    def compare(self, before, after, offices):
        """Who moved between two runs; only cells of these offices can have moved them."""
        table = self.stack.table("run", "compare", before, after, who=OFFICER)
        cells = [row for row in table if row["section"] == "cell"]
        others = {row["unit"].split(".")[0] for row in cells} - offices
        expect(others, set(), f"others whose cells changed from run {before} to {after}")
        moved = [f"{row['unit']} {self.name(row['unit'])}: {row['item']} {row['before']} → {row['after']}"
                 for row in table if row["section"] == "moved"]
        changed = [f"{row['unit']} {row['item']} {row['period']}: {row['before']} → {row['after']}" for row in cells]
        self.tell(f"Lần tổng hợp {before} và {after}: {len(changed)} ô làm thay đổi {len(moved)} mục trong xếp hạng.",
                  f"Runs {before} and {after}: {some(len(changed), 'cell')} moved {some(len(moved), 'thing')} in the ranking.",
                  *changed, *moved)

    # ---- sign-off, verification, returns

    def verify(self, period):
        """Leaders sign off what their offices handed in, the officer verifies it; then everything that came counts."""
        offices = sorted(office for office, of in self.unsigned if of == period)
        if not offices:
            return
        for office in offices:
            self.stack.do("sign", CODE, office, period, who=f"leader-{office}")
            self.stack.do("verify", CODE, office, period, who=OFFICER)
        self.unsigned = {pair for pair in self.unsigned if pair[1] != period}
        shown = self.stack.table("reports", CODE, period, who=OFFICER)
        came = {form.office for form in self.forms if form.period == period and form.file in self.accepted} - {COUNCIL}
        expect({row["office"] for row in shown if row["state"] == "verified"}, came, f"{period}: reports verified")
        self.done["verified"] += len(offices)
        self.tell(f"{period}: lãnh đạo {len(offices)} xã ký, huyện thẩm định; {len(came)} báo cáo được tính.",
                  f"{period}: {some(len(offices), 'report')} signed off by the leader and verified; {some(len(came), 'report')} count.")

    def give_back(self, form):
        """What is to be corrected is returned with the reason first; the history keeps both."""
        if (form.office, form.period) in self.unsigned:
            self.stack.do("sign", CODE, form.office, form.period, who=f"leader-{form.office}")
            self.unsigned.discard((form.office, form.period))
        self.stack.do("return", CODE, form.office, form.period, "--reason", form.reason, who=OFFICER)
        events = self.stack.table("history", CODE, form.office, form.period, who=f"clerk-{form.office}")
        expect((events[-1]["event"], events[-1]["reason"]), ("returned", form.reason), f"{form.file}: the clerk's history")
        self.done["returned"] += 1
        self.tell(f"{self.name(form.office)}: báo cáo {form.period} bị trả lại: {form.reason}",
                  f"{self.name(form.office)}: the report of {form.period} is returned: {form.reason}")

    # ---- spot awards, the council, the end

    def spot(self, period):
        """What waits for nothing: nominated in the middle of the year, awarded in the next run, without a quota."""
        rows = [row for row in read(CASE / "nominations.csv") if row["form"] == "spot"]
        self.load_rows("nominate", "spot.csv", rows)
        self.publish(period)
        shown = self.stack.table("show", "awards", CODE, period, "--award", "SPOT", who=OFFICER)
        expect([(row["recipient"], row["decision"]) for row in shown], [(row["id"], "awarded") for row in rows], "spot awards")
        self.tell("Khen thưởng đột xuất:", "Spot awards:", *[f"{row['name']}: {row['reason']}" for row in rows])

    def load_rows(self, command, name, rows):
        with open(self.case / name, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return self.stack.do(command, CODE, name, who=OFFICER)

    def propose(self, period):
        """Adjustments and all nominations; the run leaves some to the council."""
        told = self.stack.run("adjust", "load", CODE, "adjustments.csv", who=OFFICER)
        expect("times_over_max" in told.stderr, True, "the adjustment given too often is named")
        self.stack.do("nominate", CODE, "nominations.csv", who=OFFICER)
        self.tell("Điểm cộng, trừ và đề nghị khen thưởng:", "Adjustments and nominations:", told.stderr.splitlines()[0])
        self.publish(period)
        undecided = [row for row in self.stack.table("show", "awards", CODE, period, who=OFFICER) if row["decision"] == "undecided"]
        self.tell(f"Chưa quyết định: {len(undecided)}", f"Left to the council: {len(undecided)}",
                  *[f"{row['award']} {row['recipient']} {self.names.get(row['recipient'], '')}" for row in undecided])
        return {(row["award"], row["recipient"]) for row in undecided}

    def decide(self, period, undecided):
        """The council closes them, after a slip: a decision about nobody is named, and who is undecided with it."""
        rows = [row for row in read(CASE / "council/decisions.csv") if (row["award"], row["recipient"]) in undecided]
        if not rows:
            return
        slip = dict(rows[0], recipient=self.offices[0])
        told = self.load_rows("decide", "slip.csv", [slip]).stderr
        expect("nothing_to_decide" in told and rows[0]["recipient"] in told, True, "the slip is named")
        self.tell("Hội đồng nhầm một dòng:", "The council makes a slip:", told.splitlines()[0])
        self.load_rows("decide", "decisions.csv", rows)
        self.stack.do("decide", CODE, "decisions.csv", "--replace", who=OFFICER)
        self.publish(period)
        effects = self.stack.table("show", "decisions", CODE, period, who=OFFICER)
        expect({row["effect"] for row in effects}, {"closed"}, "what became of the decisions")
        self.tell("Hội đồng quyết định:", "The council decides:",
                  *[f"{row['award']} {row['name']}: {row['decision']} – {row['reason']}" for row in effects])

    def hold_against_naive(self, period):
        """The same year by tests/naive, from the files and the instants that the receipts say."""
        with open(self.case / "accepted.csv", "w", encoding="utf-8") as file:
            file.write("file,accepted_at\n")
            for name, accepted in sorted(self.accepted.items()):
                file.write(f"{name},{accepted.replace(' ', 'T')}+07:00\n")
        files = naive.run(str(self.case), period, self.now + MARGIN)
        for name in ("rollup", "scores", "ranking", "awards"):
            shown = self.stack.do("show", name, CODE, period, "--csv").stdout
            if shown != files[name].decode():
                pairs = zip(shown.splitlines(), files[name].decode().splitlines())
                raise Wrong(f"{name}: not what tests/naive has: {next(pair for pair in pairs if pair[0] != pair[1])}")
        self.tell("Tính lại độc lập (tests/naive): bốn tệp giống hệt từng byte.",
                  "Computed anew, independently (tests/naive): four files, the same to the byte.")

    def seal(self, period):
        """The last run leaves the house, and is verified without the server."""
        number = max((int(row["run"]) for row in self.stack.table("run", "list", CODE) if row["period"] == period and row["shown"] == "yes"))
        directory = self.stack.top / "sealed"
        self.stack.do("run", "export", number, directory)
        alone = {"PATH": self.stack.env["PATH"], "THIDUA_LANG": self.lang, "HOME": str(self.stack.directory)}
        alone |= {name: value for name, value in os.environ.items() if name == "THIDUA_LOCALEDIR"}
        signer = self.stack.table("ping")[0]["receipt_key"]
        told = self.stack.outside(alone, "run", "verify", directory, "--signer", signer)
        expect(told.returncode, 0, f"run verify: {told.stdout}{told.stderr}")
        self.tell(f"Lần tổng hợp {number} được xuất ra và kiểm tra lại không cần máy chủ:",
                  f"Run {number} is exported and verified without the server:", *(told.stdout + told.stderr).splitlines())
        ranking = directory / "ranking.csv"
        ranking.write_bytes(ranking.read_bytes().replace(b"A", b"B", 1))
        told = self.stack.outside(alone, "run", "verify", directory, "--signer", signer)
        expect((told.returncode, "ranking.csv" in told.stdout), (6, True), "run verify after one byte has changed")
        self.tell("Đổi một byte thì bị phát hiện:", "One changed byte is found:", *told.stdout.splitlines())

    # ---- the whole

    def events(self):
        """(instant, what to do), in the order of time; forms that stand alike are handed in together."""
        events = [(form.accepted, "form", form) for form in self.forms]
        for period in self.months:
            events.append((at(after(period, DUE_DAYS + 1), "00:05:00"), "due", period))
            events.append((at(after(period, LOCK_DAYS), "23:00:00"), "verify", period))
        events.append((at(datetime.date(2022, 1, 25)), "verify", "2021"))
        for period in self.months[2::3] + ([self.until] if len(self.months) % 3 else []):
            events.append((at(after(period, LOCK_DAYS + 2), "18:00:00"), "publish", period))
        middle = self.months[(len(self.months) - 1) // 2]
        events.append((at(after(middle, LOCK_DAYS + 3), "18:00:00"), "spot", middle))
        return sorted(events, key=lambda event: (event[0], event[1]))

    def play(self):
        batch = []
        for instant, kind, what in [*self.events(), (None, "end", None)]:
            alike = kind == "form" and batch and (what.late, what.locked, what.correction, what.period, what.office == COUNCIL) == (
                batch[-1].late, batch[-1].locked, batch[-1].correction, batch[-1].period, batch[-1].office == COUNCIL)
            if batch and not alike:
                self.hand_in(batch)
                if self.last and batch[-1].correction and batch[-1].period <= self.last[0]:
                    self.corrected_after_publication(batch)
                batch = []
            if kind == "form":
                batch.append(what)
            elif kind != "end":
                self.step(instant, kind, what)
        self.finish()

    def step(self, instant, kind, period):
        self.go_to(instant)
        if kind == "due":
            self.due(period)
            if period == self.until:  # what the council meets over
                self.verify_rest()
                self.last = (period, self.publish(period))
        elif kind == "verify":
            self.verify(period)
        elif kind == "spot":
            self.spot(period)
        elif period != self.until:
            self.verify_rest()
            self.last = (period, self.publish(period))

    def verify_rest(self):
        for period in sorted({period for _, period in self.unsigned}):
            self.verify(period)

    def corrected_after_publication(self, forms):
        """Corrections give a new run; the published one stays, and the two are compared."""
        period, before = self.last
        self.verify(forms[-1].period)
        self.last = (period, self.publish(period))
        self.compare(before, self.last[1], {form.office for form in forms})

    def finish(self):
        self.verify_rest()
        undecided = self.propose(self.until)
        self.decide(self.until, undecided)
        self.hold_against_naive(self.until)
        self.seal(self.until)
        done = self.done
        self.tell(f"Cả năm: {len(self.accepted)} tệp, {done['late']} trễ hạn, {done['unlocked']} lần mở khóa, {done['returned']} lần "
                  f"trả lại, {done['verified']} lần thẩm định, {done['runs']} lần tổng hợp.",
                  f"The whole year: {len(self.accepted)} files, {done['late']} late, {done['unlocked']} let in after the lock, "
                  f"{done['returned']} returned, {done['verified']} verifications, {done['runs']} runs.")


def end_by_exception(number, _frame):
    """The stack must go all the same; from then on nobody listens to more of these."""
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)


def main():
    parser = argparse.ArgumentParser(prog="scripts/year")
    parser.add_argument("--lang", choices=("vi", "en"), default="vi")
    parser.add_argument("--until", choices=[f"2022-{month:02}" for month in range(2, 13)], default="2022-12")
    parser.add_argument("--keep", metavar="DIR")
    options = parser.parse_args()
    directory = pathlib.Path(options.keep or tempfile.mkdtemp(prefix="thidua-year.")).absolute()
    directory.mkdir(parents=True, exist_ok=True)
    stack = Stack(directory, options.lang)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end_by_exception)
    try:
        year = Year(stack, options.lang, options.until)
        year.begin()
        year.play()
    except Wrong as wrong:
        print(f"scripts/year: {wrong}", file=sys.stderr)
        return 1
    finally:
        if not options.keep:
            stack.remove()
    return 0


if __name__ == "__main__":
    sys.exit(main())
