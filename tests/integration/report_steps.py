#!/usr/bin/env python3
"""A report on its way up the tree, with the real programs: the clerk hands in, the leader signs off, the
officer returns it with a reason, the clerk corrects, what is stale is refused, it is signed and verified,
and runs count what their campaign says. Wrong roles and forged signatures are refused. The history tells
it all, in both languages.
"""

import csv
import hashlib
import io
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import small_campaign  # noqa: E402
from small_campaign import CAMPAIGN, results  # noqa: E402
from thidua_test import Stack, equal, succeeded  # noqa: E402

DONE, ERROR, USAGE, NOT_FOUND, CONFLICT, DATA, FINDINGS = 0, 1, 2, 3, 4, 5, 6
PERIOD = "2022-01"


class Desk:
    """Somebody with a key and an outbox of their own."""

    def __init__(self, stack, role, unit, name, sign=True):
        self.stack, self.key = stack, stack.top / f"{name}.key"
        public = succeeded(stack.thidua("key", "new", "--file", self.key)).stdout.strip()
        shown = rows(succeeded(stack.thidua("key", "show", "--file", self.key, "--csv")))[0]
        equal(shown["key"], public, "public half")
        options = ("--sign", shown["sign_key"]) if sign else ()
        succeeded(stack.thidua("key", "add", public, "--role", role, *(("--unit", unit) if unit else ()), "--name", name,
                               *options))
        self.env = {"THIDUA_KEY_FILE": str(self.key), "THIDUA_OUTBOX": str(stack.top / f"{name}.outbox"),
                    "THIDUA_LANG": "en"}

    def do(self, *arguments, **more):
        return self.stack.thidua(*arguments, env={**self.env, **more})

    def hand_in(self, name, *lines):
        return succeeded(self.do("submit", CAMPAIGN, results(self.stack, f"{name}.csv", *lines), "--wait"))


def rows(done):
    return list(csv.DictReader(io.StringIO(done.stdout)))


def refused(done, code, word):
    equal(done.returncode, code, f"exit code: {done.stderr}")
    assert word in done.stderr, f"{word} is not in: {done.stderr}"


def state(desk, office="A"):
    """(state, version, counted) of the report as `reports` lists it."""
    found = [row for row in rows(succeeded(desk.do("reports", CAMPAIGN, PERIOD, "--csv"))) if row["office"] == office]
    return (found[0]["state"], int(found[0]["version"]), found[0]["counted"]) if found else None


def the_way(stack, clerk, leader, officer):
    refused(leader.do("sign", CAMPAIGN, "A", PERIOD), NOT_FOUND, "nothing")
    clerk.hand_in("first", f"{PERIOD},A.1,GRAIN,10", f"{PERIOD},A.2,GRAIN,20", f"{PERIOD},A.2,CULTURE,,,na",
                  f'{PERIOD},A,SPIRIT,3,,,"theo hồ sơ, tự chấm"')
    word, first, counted = state(clerk)
    equal((word, counted), ("submitted", ""), "what waits for the leader")
    shown = succeeded(clerk.do("report", CAMPAIGN, "A", PERIOD, "--csv"))
    # The digest, by the words of docs/protocol.md alone: the results file in canonical order.
    form = ("period,unit,indicator,value,denominator,state,note\n"
            f'{PERIOD},A,SPIRIT,3,,,"theo hồ sơ, tự chấm"\n{PERIOD},A.1,GRAIN,10,,,\n{PERIOD},A.2,CULTURE,,,na,\n'
            f"{PERIOD},A.2,GRAIN,20,,,\n")
    digest = hashlib.blake2b(form.encode(), digest_size=32).hexdigest()
    assert f"version {first}, 4 cells, digest {digest}" in shown.stderr, shown.stderr
    refused(officer.do("verify", CAMPAIGN, "A", PERIOD), CONFLICT, "not_signed")
    forged(stack)
    for desk, step in ((clerk, "sign"), (officer, "sign"), (leader, "verify"), (clerk, "return")):
        refused(desk.do(step, CAMPAIGN, "A", PERIOD, *(("--reason", "x") if step == "return" else ())), ERROR, "may not")
    succeeded(leader.do("sign", CAMPAIGN, "A", PERIOD))
    refused(leader.do("sign", CAMPAIGN, "A", PERIOD, "--of-version", str(first + 1)), CONFLICT, "report_changed")
    equal(state(clerk)[0], "signed", "state")
    equal(officer.do("return", CAMPAIGN, "A", PERIOD).returncode, USAGE, "no reason")
    succeeded(officer.do("return", CAMPAIGN, "A", PERIOD, "--reason", "Thôn 1 chưa khớp"))
    refused(leader.do("sign", CAMPAIGN, "A", PERIOD), CONFLICT, "was_returned")
    refused(officer.do("verify", CAMPAIGN, "A", PERIOD), CONFLICT, "was_returned")
    clerk.hand_in("second", f"{PERIOD},A.1,GRAIN,12")
    word, second, _ = state(officer)
    equal(word, "submitted", "state of the correction")
    assert second > first, (first, second)
    refused(leader.do("sign", CAMPAIGN, "A", PERIOD, "--of-version", str(first)), CONFLICT, "report_changed")
    succeeded(leader.do("sign", CAMPAIGN, "A", PERIOD, "--of-version", str(second)))
    refused(officer.do("verify", CAMPAIGN, "A", PERIOD, "--of-version", str(first)), CONFLICT, "report_changed")
    succeeded(officer.do("verify", CAMPAIGN, "A", PERIOD))
    equal(state(leader), ("verified", second, str(second)), "state at the end of the way")
    return first, second


def forged(stack):
    """A leader whose own key is not the one on record signs with it; and one without any."""
    stranger = Desk(stack, "leader", "A", "stranger-a", sign=False)
    refused(stranger.do("sign", CAMPAIGN, "A", PERIOD), ERROR, "no_sign_key")
    other = stack.top / "other.key"
    succeeded(stack.thidua("key", "new", "--file", other))
    signs = rows(succeeded(stack.thidua("key", "show", "--file", other, "--csv")))[0]["sign_key"]
    public = rows(succeeded(stack.thidua("key", "show", "--file", stranger.key, "--csv")))[0]["key"]
    succeeded(stack.thidua("key", "add", public, "--role", "leader", "--unit", "A", "--name", "stranger-a", "--sign", signs))
    refused(stranger.do("sign", CAMPAIGN, "A", PERIOD), DATA, "bad_signature")


def history(clerk):
    """The clerk reads all of it, in order, with the reason; signatures hold; in both languages."""
    listed = rows(succeeded(clerk.do("history", CAMPAIGN, "A", PERIOD, "--csv")))
    equal([row["event"] for row in listed], ["submitted", "signed", "returned", "submitted", "signed", "verified"], "events")
    equal([row["name"] for row in listed], ["clerk-a", "leader-a", "officer-h"] + ["clerk-a", "leader-a", "officer-h"], "who")
    equal(listed[2]["reason"], "Thôn 1 chưa khớp", "reason")
    numbers = [int(row["accepted"]) for row in listed]
    equal(numbers, sorted(numbers), "order")
    english = succeeded(clerk.do("history", CAMPAIGN, "A", PERIOD)).stdout
    vietnamese = succeeded(clerk.do("history", CAMPAIGN, "A", PERIOD, THIDUA_LANG="vi")).stdout
    assert "returned" in english and english.count("valid") == 2, english
    assert "bị trả lại" in vietnamese and "đã ký duyệt" in vietnamese, vietnamese


def run(stack):
    """A run: its number; (GRAIN of A to date, how many reported it, entries of GRAIN under A as (value, counts, note))."""
    number = succeeded(stack.thidua("run", "start", CAMPAIGN, PERIOD, "--wait")).stdout.strip()
    grain = [row for row in rows(succeeded(stack.thidua("show", "rollup", CAMPAIGN, PERIOD, "--unit", "A", "--scope",
                                                        "to_date", "--csv"))) if row["indicator"] == "GRAIN"]
    traced = rows(succeeded(stack.thidua("trace", CAMPAIGN, "A", "GRAIN", PERIOD, "--csv")))
    entries = sorted((row["value"], row["counts"], row["note"]) for row in traced if row["section"] == "entry")
    return number, (grain[0]["value"], grain[0]["reported"], entries)


def parted(stack, before, after):
    """What run compare has of lines and cells, as (section, unit, indicator, before, after, sender)."""
    table = rows(succeeded(stack.thidua("run", "compare", before, after, "--csv")))
    return [tuple(row[column] for column in ("section", "unit", "item", "before", "after", "sender"))
            for row in table if row["section"] in ("line", "cell")]


def rule(stack, counts):
    (stack.top / "campaign.yaml").write_text(small_campaign.RULES + f"counts: {counts}\n")
    succeeded(stack.thidua("campaign", "load", stack.top / "campaign.yaml"))


def counted(stack, clerk, leader, officer):
    """What runs count. A.1 was handed in as 10, returned, and corrected to 12; A.2 is 20; both verified. GRAIN
    gives 50 points for 100: 32 are 16.00; of 64: 32 are 25.00, 37 are 28.90625, 42 are 32.8125."""
    handed = [("10", "no", "replaced"), ("12", "yes", ""), ("20", "yes", "")]
    first, figures = run(stack)
    equal(figures, ("32.00", "2", handed), "verified")
    clerk.hand_in("third", f"{PERIOD},A.2,GRAIN,25")
    waits = sorted([*handed, ("25", "no", "not_verified")])
    waiting, figures = run(stack)
    equal(figures, ("32.00", "2", waits), "a correction waits for the leader")
    equal(parted(stack, first, waiting), [], "nothing moved")
    succeeded(leader.do("sign", CAMPAIGN, "A", PERIOD))
    targets = stack.top / "targets.csv"
    targets.write_text("unit,indicator,target\nA,GRAIN,64\n")
    succeeded(stack.thidua("target", "load", CAMPAIGN, targets))
    signed, figures = run(stack)
    equal(figures, ("32.00", "2", waits), "and for the officer")
    equal(parted(stack, first, signed), [("line", "A", "GRAIN", "16.00", "25.00", "")], "no cell moved it, only the target")
    rule(stack, "signed")
    counts_signed, figures = run(stack)
    equal(figures, ("37.00", "2", sorted([("10", "no", "replaced"), ("12", "yes", ""), ("20", "no", "replaced"),
                                          ("25", "yes", "")])), "signed ones count: 12 + 25")
    equal(parted(stack, signed, counts_signed), [("line", "A", "GRAIN", "25.00", "28.91", ""),
                                                 ("cell", "A.2", "GRAIN", "20", "25", "clerk-a")], "each by its own rules")
    succeeded(officer.do("return", CAMPAIGN, "A", PERIOD, "--reason", "chưa có biên bản"))
    returned, figures = run(stack)
    equal(figures[0], "32.00", "returned: back to what was signed before it")
    equal(parted(stack, counts_signed, returned)[1:], [("cell", "A.2", "GRAIN", "25", "20", "clerk-a")], "what went back")
    rule(stack, "submitted")
    submitted, figures = run(stack)
    equal(figures[0], "37.00", "whatever was handed in")
    equal(parted(stack, returned, submitted)[1:], [("cell", "A.2", "GRAIN", "20", "25", "clerk-a")], "what was handed in")


def verified_again(stack, clerk, leader, officer):
    """A cell parts two runs when it is verified, not when it comes."""
    rule(stack, "verified")
    before, figures = run(stack)
    equal(figures[0], "32.00", "only what is verified")
    clerk.hand_in("fourth", f"{PERIOD},A.2,GRAIN,30")
    came, figures = run(stack)
    equal((figures[0], parted(stack, before, came)), ("32.00", []), "it came")
    succeeded(leader.do("sign", CAMPAIGN, "A", PERIOD))
    succeeded(officer.do("verify", CAMPAIGN, "A", PERIOD))
    after, figures = run(stack)
    equal(figures[0], "42.00", "12 + 30")
    equal(parted(stack, came, after), [("line", "A", "GRAIN", "25.00", "32.81", ""),
                                       ("cell", "A.2", "GRAIN", "20", "30", "clerk-a")], "it was verified")


def main():
    with Stack("--workers", "1") as stack:
        small_campaign.load(stack)
        rule(stack, "verified")
        clerk, leader = Desk(stack, "clerk", "A", "clerk-a"), Desk(stack, "leader", "A", "leader-a")
        officer = Desk(stack, "officer", "H", "officer-h", sign=False)
        first, second = the_way(stack, clerk, leader, officer)
        history(clerk)
        counted(stack, clerk, leader, officer)
        verified_again(stack, clerk, leader, officer)
        print(f"versions {first} and {second}")


if __name__ == "__main__":
    main()
