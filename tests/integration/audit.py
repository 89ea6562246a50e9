#!/usr/bin/env python3
"""The audit: everything that was done and refused is in it; whoever edits, cuts or rewrites it, or what it
speaks of, by SQL as superuser, is found. Its chain is reckoned anew here from sql/008_audit.sql's words alone.
"""

import hashlib
import pathlib
import re
import shutil
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from enrolment import enrol, new_key, environment  # noqa: E402
from small_campaign import CAMPAIGN, load, results  # noqa: E402
from thidua_test import Stack, equal, succeeded, wait_for  # noqa: E402

FINDINGS = 6
COLUMNS = "chain, to_char(day, 'YYYY-MM-DD'), number, at_us, encode(actor, 'hex'), writer, event, detail, encode(hash, 'hex')"
# As a superuser who knows of the triggers would.
SILENTLY = "SET session_replication_role = replica; "


def rows(stack):
    """All rows as dicts, in the order of the chains."""
    names = ("chain", "day", "number", "at_us", "actor", "writer", "event", "detail", "hash")
    return [dict(zip(names, row))
            for row in stack.sql(f"SELECT {COLUMNS} FROM thidua.audit ORDER BY chain, day, number")]


def events(stack, event):
    return [row for row in rows(stack) if row["event"] == event]


def hash_of(before, row):
    text = "\n".join(row[name] for name in ("day", "chain", "number", "at_us", "actor", "writer", "event", "detail"))
    return hashlib.sha256(bytes.fromhex(before) + text.encode()).hexdigest()


def try_chain(stack):
    last = {}
    for row in rows(stack):
        before = last.get(row["chain"], "00" * 32)
        equal(row["hash"], hash_of(before, row), f"hash of {row}")
        last[row["chain"]] = row["hash"]


def place(row):
    return f"{row['chain']}/{row['day']}/{row['number']}"


def verify(stack, *options):
    done = stack.thidua("audit", "verify", *options, "--lang", "en")
    return done.returncode, done.stdout.strip()


def holds(stack, *options):
    code, text = verify(stack, *options)
    equal(code, 0, f"verify: {text}")


def breaks(stack, where, what, *options):
    code, text = verify(stack, *options)
    equal((code, text.split(": ", 1)[0]), (FINDINGS, where), f"verify: {text}")
    assert what in text, text


def check_store(stack):
    done = stack.run("thidua-server", "--config", stack.directory / "etc/server-1.conf", "--check")
    return done.returncode, done.stdout


def work(stack):
    """A little of everything."""
    load(stack)
    clerk = enrol(stack, "clerk", "clerk", "A")
    file = results(stack, "a.csv", "2022-01,A.1,GRAIN,5", "2022-01,A.1,INSURED,80,100", "2022-02,A.2,GRAIN,7.25,,,ghi chú")
    succeeded(stack.thidua("submit", CAMPAIGN, file, "--wait", env=clerk))
    file = results(stack, "a2.csv", "2022-01,A.1,GRAIN,6", "2022-01,A.2,INSURED,,,na")
    succeeded(stack.thidua("submit", CAMPAIGN, file, "--wait", env=clerk))
    succeeded(stack.thidua("run", "start", CAMPAIGN, "2022-02", "--wait"))
    return clerk


def try_records(stack, clerk):
    documents = [row["detail"] for row in events(stack, "document")]
    equal(["kind=1" in documents[0], f"campaign={CAMPAIGN} kind=2" in documents[1]], [True, True], documents)
    batches = events(stack, "submissions")
    equal(sum(int(re.search(r"submissions=(\d+)", row["detail"])[1]) for row in batches), 2, "submissions audited")
    equal({row["writer"] for row in batches}, {"thidua_server"}, "writers")
    states = [re.search(r"state=(\d)", row["detail"])[1] for row in sorted(events(stack, "run_state"), key=lambda r: int(r["at_us"]))]
    equal((states[0], states[-1]), ("2", "5"), "states of the run")
    equal(len(events(stack, "published")), 1, "published")
    # keys: the administrator's and the worker's by --allow, the clerk's by the administrator
    added = events(stack, "key_added")
    equal([("role=clerk unit=A" in row["detail"], row["actor"] != "") for row in added][-1], (True, True), added)
    assert any(row["writer"] == "postgres" and "role=admin" in row["detail"] for row in added), added
    # refusals: the clerk may not start a run, nor hand in for another office; nobody else may knock
    equal(stack.thidua("run", "start", CAMPAIGN, env=clerk).returncode, 1, "run start by a clerk")
    file = results(stack, "b.csv", "2022-01,B.1,GRAIN,5")
    assert stack.thidua("submit", CAMPAIGN, file, "--wait", env=clerk).returncode != 0
    new_key(stack, "stranger")
    equal(stack.thidua("ping", "--timeout", "3", env=environment(stack, "stranger")).returncode, 1, "a stranger's ping")
    wanted = ("what=run_start code=FORBIDDEN", "what=submit code=FORBIDDEN", "what=handshake code=FORBIDDEN")

    def refused():
        return [row["detail"] for row in events(stack, "refused")]
    wait_for(30, lambda: all(any(want in detail for detail in refused()) for want in wanted), "refusals audited")
    # a key by hand
    stack.sql("UPDATE thidua.access_key SET role = 'officer' WHERE unit = 'A'")
    changed = events(stack, "key_changed")
    equal([("role=officer" in row["detail"], "was_role=clerk" in row["detail"], row["writer"]) for row in changed],
          [(True, True, "postgres")], "a key changed by hand")
    stack.sql("UPDATE thidua.access_key SET role = 'clerk' WHERE unit = 'A'")
    listed = succeeded(stack.thidua("audit", "list", "--csv")).stdout
    assert "refused" in listed and "key_changed" in listed, listed
    equal(stack.thidua("audit", "list", env=clerk).returncode, 1, "audit list by a clerk")


def try_flood(stack, clerk):
    """A thousand refusals are a few rows with their number."""
    before = len(events(stack, "refused"))
    for _ in range(40):
        stack.thidua("job", "retry", "1", env=clerk)

    def counted():
        return sum(int(re.search(r"count=(\d+)", row["detail"])[1]) for row in events(stack, "refused")
                   if "what=job_retry" in row["detail"])
    wait_for(40, lambda: counted() == 40, "refusals counted")
    assert len(events(stack, "refused")) - before <= 8, events(stack, "refused")


class Copy:
    """What a test breaks is put back."""

    def __init__(self, stack):
        self.stack = stack

    def __enter__(self):
        self.stack.sql("CREATE TABLE public.kept AS SELECT * FROM thidua.audit")

    def __exit__(self, *_):
        self.stack.sql(f"{SILENTLY} DELETE FROM thidua.audit; INSERT INTO thidua.audit SELECT * FROM public.kept; "
                       "DROP TABLE public.kept")


def at(row):
    return f"chain = {row['chain']} AND day = '{row['day']}' AND number = {row['number']}"


def try_edits(stack, head):
    holds(stack)
    holds(stack, "--head", head)
    chain = [row for row in rows(stack) if row["chain"] == "0"]
    assert len(chain) > 8, len(chain)
    victim, after, last = chain[3], chain[4], chain[-1]
    with Copy(stack):  # fault 47: a row is edited
        stack.sql(f"{SILENTLY} UPDATE thidua.audit SET detail = detail || ' ' WHERE {at(victim)}")
        breaks(stack, place(victim), "changed")
        code, text = check_store(stack)
        equal((code, f"audit {place(victim)}: the chain is broken" in text), (1, True), text)
    with Copy(stack):  # with a hash that fits: then the next one does not
        forged = {**victim, "detail": "nothing"}
        stack.sql(f"{SILENTLY} UPDATE thidua.audit SET detail = 'nothing', "
                  f"hash = '\\x{hash_of(chain[2]['hash'], forged)}' WHERE {at(victim)}")
        breaks(stack, place(after), "changed")
    with Copy(stack):  # a row is taken out
        stack.sql(f"{SILENTLY} DELETE FROM thidua.audit WHERE {at(victim)}")
        breaks(stack, place(after), "gone")
    with Copy(stack):  # fault 48: the tail is cut off: in itself the chain holds, against the head it does not
        stack.sql(f"{SILENTLY} DELETE FROM thidua.audit WHERE chain = 0 AND number >= {victim['number']}")
        holds(stack)
        cut = re.search(r"chain 0 (\S+) (\d+)", head.read_text())
        breaks(stack, f"0/{cut[1]}/{cut[2]}", "cut off", "--head", head)
    with Copy(stack):  # the chain is written anew from the edited row on
        before = chain[2]["hash"]
        for row in chain[3:]:
            new = {**row, "detail": row["detail"] + "."}
            before = hash_of(before, new)
            stack.sql(f"{SILENTLY} UPDATE thidua.audit SET detail = '{new['detail']}', hash = '\\x{before}' WHERE {at(row)}")
        holds(stack)
        code, text = verify(stack, "--head", head)
        equal((code, "written anew" in text), (FINDINGS, True), text)
    holds(stack, "--head", head)
    # A head that is not the server's
    forged = stack.top / "forged"
    forged.write_text(re.sub(r"(chain 0 \S+ )\d+", r"\g<1>1", head.read_text()))
    equal(verify(stack, "--head", forged)[0], FINDINGS, "a head that was changed")
    done = stack.run("psql", "--no-psqlrc", "--command", f"UPDATE thidua.audit SET detail = '' WHERE {at(last)}")
    assert "append-only" in done.stderr, done.stderr


def try_store(stack):
    """Facts by hand: every one of these is found, and what was put back is good again."""
    code, text = check_store(stack)
    equal(code, 0, f"an untouched store: {text}")
    for change, back, what in (
            ("UPDATE thidua.form SET value[1] = value[1] + 1 WHERE indicator[1] = 1 AND unit = 'A.1' AND value[1] = 50000",
             "UPDATE thidua.form SET value[1] = value[1] - 1 WHERE value[1] = 50001", "were changed"),
            ("UPDATE thidua.form SET note = '{khác}' WHERE note IS NOT NULL",
             "UPDATE thidua.form SET note = '{\"ghi chú\"}' WHERE note IS NOT NULL", "were changed"),
            ("UPDATE thidua.submission SET sender = decode(repeat('00', 32), 'hex') WHERE created = 3",
             "UPDATE thidua.submission SET sender = (SELECT sender FROM thidua.submission WHERE created <> 3) WHERE created = 3",
             "were changed"),
            ("CREATE TABLE public.gone AS SELECT * FROM thidua.submission WHERE created = 3; "
             "DELETE FROM thidua.submission WHERE created = 3",
             "INSERT INTO thidua.submission SELECT * FROM public.gone; DROP TABLE public.gone", "are gone")):
        stack.sql(SILENTLY + change)
        code, text = check_store(stack)
        equal((code, what in text), (1, True), f"{change}: {text}")
        stack.sql(SILENTLY + back)
        equal(check_store(stack)[0], 0, f"after {back}")
    stranger = uuid.uuid4()
    stack.sql(f"{SILENTLY} INSERT INTO thidua.submission SELECT office, '{stranger}', campaign, nextval('thidua.acceptance'), "
              "accepted_at, late, digest, sender, created, changed, unchanged, withdrawn, receipt FROM thidua.submission LIMIT 1")
    code, text = check_store(stack)
    equal((code, "does not know it" in text), (1, True), text)
    stack.sql(f"{SILENTLY} DELETE FROM thidua.submission WHERE id = '{stranger}'")
    # Without the trick the hand itself is in the audit.
    stack.sql("UPDATE thidua.form SET office = office WHERE unit = 'A.1'")
    equal([row["detail"] for row in events(stack, "by_hand")][-1], "table=form what=UPDATE", "a change by hand")


def head_of(stack, kept):
    """The server exports its head a second after it starts, here also for the rows just made."""
    exported = stack.directory / "run/audit-head"
    exported.unlink(missing_ok=True)
    stack.control("restart", "server-1")
    wait_for(20, exported.exists, "the exported head")
    shutil.copy(exported, kept)
    return kept


def main():
    stack = Stack("--workers", "1")
    stack.options += ("--set", f"server.audit_head_file={stack.directory}/run/audit-head")
    with stack:
        clerk = work(stack)
        try_records(stack, clerk)
        try_flood(stack, clerk)
        try_chain(stack)
        try_edits(stack, head_of(stack, stack.top / "kept-head"))
        try_store(stack)
        holds(stack)


if __name__ == "__main__":
    main()
