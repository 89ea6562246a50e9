#!/usr/bin/env python3
"""Steps of reports in the store: which may follow which, on which version; who may write them; what counts
at a cut.
"""

import itertools
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from sql_session import migrate, session, waits  # noqa: E402
from thidua_test import Stack, equal, wait_for  # noqa: E402

SIGNED, VERIFIED, RETURNED = 1, 2, 3
ALLOWED = {(0, SIGNED), (0, RETURNED), (SIGNED, VERIFIED), (SIGNED, RETURNED), (VERIFIED, RETURNED)}
Q1, Q2 = 202221, 202222


def form(stack, office, number, period=Q1, states="1"):
    stack.sql(f"INSERT INTO thidua.form VALUES ('{office}', 1, '{office}.1', {period}, {number}, gen_random_uuid(), "
              f"'{{1,2}}', '{{{states},{states[-1]}}}', '{{10000,20000}}', '{{NULL,NULL}}', NULL)")


def take(who, office, version, kind, key="aa", digest="dd", reason=None, period=Q1):
    reason = reason if reason is not None else "why" if kind == RETURNED else ""
    signed = ("decode(repeat('11', 32), 'hex'), decode(repeat('22', 64), 'hex')" if kind == SIGNED else "NULL, NULL")
    return who.ask(f"SELECT outcome, newest, last FROM step_take('{office}', 1, {period}, {version}, {kind}, "
                   f"decode(repeat('{digest}', 32), 'hex'), {signed}, '{reason}', decode(repeat('{key}', 32), 'hex'))")


def reach(who, office, version, state):
    for kind in {0: (), SIGNED: (SIGNED,), VERIFIED: (SIGNED, VERIFIED), RETURNED: (SIGNED, RETURNED)}[state]:
        equal(take(who, office, version, kind).split("|")[0], "taken", "on the way")


def try_order(stack, who):
    """Every step after every other one, by somebody else (the same again is no new step)."""
    for number, (state, kind) in enumerate(itertools.product((0, SIGNED, VERIFIED, RETURNED), (1, 2, 3))):
        office = f"o{number}"
        form(stack, office, 10)
        reach(who, office, 10, state)
        outcome = "taken" if (state, kind) in ALLOWED else "not_now"
        equal(take(who, office, 10, kind, key="bb"), f"{outcome}|10|{state}", f"{kind} after {state}")


def try_again(stack, who):
    form(stack, "again", 10)
    equal(take(who, "again", 10, SIGNED), "taken|10|0", "signed")
    equal(take(who, "again", 10, SIGNED), "again|10|1", "the answer was lost")
    equal(take(who, "again", 10, SIGNED, digest="ee"), "not_now|10|1", "other cells")
    form(stack, "again", 11)
    equal(take(who, "again", 10, SIGNED), "again|11|1", "lost, and a correction came in between")
    equal(stack.sql("SELECT count(*) FROM thidua.step WHERE office = 'again'"), [["1"]], "steps")


def try_versions(stack, who):
    equal(take(who, "nobody", 10, SIGNED), "none|0|0", "nothing handed in")
    form(stack, "v", 20)
    form(stack, "v", 30, Q2)        # another report
    equal(take(who, "v", 19, SIGNED), "newer|20|0", "an older version")
    equal(take(who, "v", 21, SIGNED), "newer|20|0", "one that is none")
    form(stack, "v", 40, states="4")  # the council's points are no part of it
    equal(take(who, "v", 20, SIGNED), "taken|20|0", "still the newest")
    form(stack, "v", 41, states="4,1")
    equal(take(who, "v", 20, VERIFIED), "newer|41|1", "corrected meanwhile")
    equal(take(who, "v", 41, VERIFIED), "not_now|41|0", "not signed yet")


def try_locks(stack, who):
    """A step waits for the batch of its office and sees what it brought."""
    form(stack, "busy", 50)
    with session(stack) as batch, session(stack) as officer:
        batch.ask("BEGIN")
        batch.ask("SELECT 1 FROM ingest_open('{busy}', 1)")
        officer.say("SELECT outcome, newest FROM step_take('busy', 1, 202221, 50, 3, decode(repeat('dd', 32), 'hex'), "
                    "NULL, NULL, 'x', decode(repeat('aa', 32), 'hex'))")
        wait_for(10, lambda: waits(stack, officer), "the step waits")
        batch.ask("INSERT INTO form VALUES ('busy', 1, 'busy.1', 202221, 51, gen_random_uuid(), '{1}', '{1}', '{1}', "
                  "'{NULL}', NULL)")
        batch.ask("COMMIT")
        equal(officer.hear(), "newer|51", "after the batch")


def try_rights(stack, who):
    for statement in ("UPDATE step SET reason = 'other'", "DELETE FROM step", "TRUNCATE step",
                      "INSERT INTO step SELECT * FROM step LIMIT 1"):
        equal(who.ask(statement), "ERROR:  42501", statement)
    with session(stack, "thidua_worker") as worker:
        equal(worker.ask("DELETE FROM step"), "ERROR:  42501", "a worker deletes")
        equal(worker.ask("SELECT count(*) > 0 FROM step"), "t", "a worker reads")
        equal(take(worker, "v", 41, SIGNED), "ERROR:  42501", "a worker signs")
    bad = (f"INSERT INTO thidua.step VALUES ('x', 1, {Q1}, 999999, 1, {{}}, decode(repeat('dd', 32), 'hex'), {{}}, {{}}, "
           "decode('aa', 'hex'), now())")
    for kind, keys, reason in ((1, "NULL, NULL", "''"), (3, "NULL, NULL", "''"), (2, "NULL, NULL", "'why'"), (4, "NULL, NULL", "''")):
        done = stack.run("psql", "--no-psqlrc", "--quiet", "--command", bad.format(kind, keys, reason))
        assert "check constraint" in done.stderr, (kind, done.stderr)


def try_counts(stack, who):
    """Of each report the newest version that is signed (verified) and was not returned, by steps within the cut."""
    history = ((60, SIGNED), (60, VERIFIED), (61, SIGNED), (61, RETURNED), (62, SIGNED), (62, VERIFIED), (62, RETURNED))
    # After each step: the version that counts where signed ones do, and where verified ones do.
    expected = ((60, None), (60, 60), (61, 60), (60, 60), (62, 60), (62, 62), (60, 60))
    cuts = []
    for version, kind in history:
        if stack.sql(f"SELECT 1 FROM thidua.form WHERE office = 'c' AND accepted = {version}") == []:
            form(stack, "c", version)
        equal(take(who, "c", version, kind).split("|")[0], "taken", f"{kind} of {version}")
        cuts.append(int(stack.sql("SELECT last_value FROM thidua.acceptance")[0][0]))
    for cut, versions in zip(cuts, expected):
        for counts, version in zip((1, 2), versions):
            rows = stack.sql(f"SELECT version FROM thidua.report_counts(1, {counts}, {cut}) WHERE office = 'c'")
            equal(rows, [] if version is None else [[str(version)]], f"counts {counts} at cut {cut}")


def try_sign_keys(stack, who):
    add = "SELECT access_add(decode(repeat('{}', 32), 'hex'), 'leader', '{}', 'n', 0, NULL, {})"
    one, two = "decode(repeat('a1', 32), 'hex')", "decode(repeat('a2', 32), 'hex')"
    equal(who.ask(add.format("c1", "A", "NULL")), "t", "without a signing key")
    equal(who.ask(add.format("c1", "A", "NULL")), "f", "again")
    equal(who.ask(add.format("c1", "B", one)), "f", "another unit")
    equal(who.ask(add.format("c1", "A", one)), "t", "it gets one")
    equal(who.ask(add.format("c1", "A", two)), "f", "which stays")
    equal(stack.sql("SELECT encode(sign_key, 'hex') FROM thidua.access_key"), [["a1" * 32]], "signing key")


def main():
    with Stack("--database-only") as stack:
        migrate(stack)
        stack.sql("INSERT INTO thidua.campaign VALUES (1, 'c')")
        with session(stack) as who:
            for trial in (try_order, try_again, try_versions, try_locks, try_rights, try_counts, try_sign_keys):
                trial(stack, who)
    print("steps follow each other as told, on the newest version only")


if __name__ == "__main__":
    main()
