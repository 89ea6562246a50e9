#!/usr/bin/env python3
"""The store without programs: who may do what, what the functions lock, what the views show."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from sql_session import migrate, session, waits  # noqa: E402
from thidua_test import Stack, equal, wait_for  # noqa: E402

TABLES = ("access_key", "access_version", "campaign", "indicator", "document", "unit", "submission", "form", "run",
          "published", "job", "leader", "rollup", "score", "ranking", "award", "uncounted", "migration", "timeline", "audit",
          "lock_exception", "invite", "step")
# Beyond SELECT; (role, table): rights
WRITES = {
    ("thidua_server", "submission"): {"INSERT"},
    ("thidua_server", "form"): {"INSERT"},
    **{("thidua_worker", table): {"INSERT"} for table in ("rollup", "score", "ranking", "award", "uncounted")},
}
HIDDEN_FROM_WORKER = {"access_key", "access_version", "published", "leader", "migration", "timeline", "audit",
                      "lock_exception", "invite"}
HIDDEN_FROM_READER = {"access_key", "access_version", "leader", "migration", "timeline", "job", "submission", "audit",
                      "lock_exception", "invite", "step"}


def may(stack, role, table, right):
    return stack.sql(f"SELECT has_table_privilege('{role}', 'thidua.{table}', '{right}')") == [["t"]]


def try_rights(stack):
    # Migrations are recorded by the program; here the table is only there to have rights on.
    hidden = {"thidua_server": set(), "thidua_worker": HIDDEN_FROM_WORKER, "thidua_reader": HIDDEN_FROM_READER}
    for role, unseen in hidden.items():
        for table in TABLES:
            equal(may(stack, role, table, "SELECT"), table not in unseen, f"{role} may SELECT {table}")
            for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES"):
                equal(may(stack, role, table, right), right in WRITES.get((role, table), set()),
                      f"{role} may {right} {table}")
    functions = "SELECT proname FROM pg_proc WHERE pronamespace = 'thidua'::regnamespace AND prokind = 'f' AND "
    equal(stack.sql(functions + "has_function_privilege('public', oid, 'EXECUTE')"), [], "functions for everybody")
    equal(stack.sql(functions + "has_function_privilege('thidua_reader', oid, 'EXECUTE')"), [["period_text"]],
          "functions for readers")
    unsafe = "prosecdef AND NOT coalesce(proconfig::text, '') LIKE '%search_path=thidua, pg_temp%'"
    equal(stack.sql(functions + unsafe), [], "functions of the owner without a search_path")
    roles = stack.sql("SELECT rolname, rolcanlogin, rolsuper, rolcreaterole, rolbypassrls FROM pg_roles "
                      "WHERE rolname LIKE 'thidua_%' ORDER BY 1")
    equal(roles, [["thidua_reader", "f", "f", "f", "f"], ["thidua_server", "t", "f", "f", "f"],
                  ["thidua_worker", "t", "f", "f", "f"]], "roles")


def try_periods(stack):
    equal(stack.sql("SELECT thidua.period_text(n) FROM unnest(array[202201, 202212, 202221, 202224, 202231, "
                    "202232, 202241, 190001]) AS n"),
          [["2022-01"], ["2022-12"], ["2022-Q1"], ["2022-Q4"], ["2022-H1"], ["2022-H2"], ["2022"], ["1900-01"]],
          "period_text")


def open_batch(who, offices, numbers=1):
    who.ask("BEGIN")
    return who.ask(f"SELECT array_to_string(first_numbers, ' ') FROM thidua.ingest_open('{{{offices}}}', {numbers})")


def try_batches(stack):
    """Batches of one office follow each other; those of others do not wait."""
    with session(stack) as first, session(stack) as second, session(stack) as third:
        open_batch(first, "a,b")
        open_batch(third, "c")
        third.ask("COMMIT")
        second.ask("BEGIN")
        second.say("SELECT array_to_string(first_numbers, ' ') FROM thidua.ingest_open('{c,b}', 2)")
        wait_for(10, lambda: waits(stack, second), "the second batch waits")
        first.ask("COMMIT")
        numbers = second.hear().split()
        equal(len(numbers), 2, "acceptance numbers")
        second.ask("COMMIT")


def try_cut(stack):
    """A run's cut waits for batches that hold numbers, and later batches wait for it."""
    stack.sql("WITH made AS (INSERT INTO thidua.campaign (code) VALUES ('c') RETURNING id) "
              "INSERT INTO thidua.run (campaign, period, cause) SELECT id, 202221, 'demand' FROM made")
    with session(stack) as batch, session(stack) as planner, session(stack) as later:
        number = int(open_batch(batch, "a"))
        planner.ask("SELECT thidua.leader_take('me', 60000)")
        planner.say("SELECT thidua.run_cut((SELECT term FROM thidua.leader), 1)")
        wait_for(10, lambda: waits(stack, planner), "the cut waits")
        later.ask("BEGIN")
        later.say("SELECT array_to_string(first_numbers, ' ') FROM thidua.ingest_open('{z}', 1)")
        wait_for(10, lambda: waits(stack, later), "the later batch waits")
        batch.ask("COMMIT")
        planner.hear()
        after = int(later.hear())
        later.ask("COMMIT")
        cut = int(stack.sql("SELECT cut FROM thidua.run WHERE id = 1")[0][0])
        assert number <= cut < after, (number, cut, after)


def try_timelines(stack):
    """A database whose history is not the one that was written on is not written on; rows made up here stand
    for the promotions that fault/standby does."""
    here = "n.system, n.timeline"

    def remember(system, timeline, synchronous):
        stack.sql(f"INSERT INTO thidua.timeline (number, system, timeline, synchronous, cause) SELECT max(t.number) + 1, "
                  f"n.system + {system}, n.timeline + {timeline}, {synchronous}, 'test' "
                  f"FROM thidua.timeline_now() n, thidua.timeline t GROUP BY {here}")
    equal(stack.sql("SELECT timeline FROM thidua.timeline_now()"), [["1"]], "the timeline of a cluster just made")
    with session(stack) as server, session(stack, "thidua_worker") as worker:
        for synchronous, kept in (("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")):
            server.ask(f"SET synchronous_commit = {synchronous}")
            equal(server.ask("SELECT session_open()"), "", "the history written on")
            equal(server.ask("SHOW synchronous_commit"), kept, f"synchronous_commit after {synchronous}")
        # (cluster, timeline) remembered, relative to the present one; synchronous; whether it is gone on with
        for system, timeline, synchronous, good in ((0, -1, False, False), (0, -1, True, True), (0, 1, True, False),
                                                    (1, -1, True, False), (0, 0, False, True)):
            remember(system, timeline, synchronous)
            for who in (server, worker):
                equal(who.ask("SELECT session_open()"), "" if good else "ERROR:  TD002", f"{system, timeline, synchronous}")
        remember(0, -1, False)
        stack.sql("SELECT thidua.timeline_accept(NULL, 'test')")
        equal(server.ask("SELECT session_open()"), "", "accepted")
        equal(server.ask("SELECT durable_check()"), "", "any commit is good enough")
        stack.sql("SELECT thidua.timeline_accept(true, 'test')")
        equal(server.ask("SELECT durable_check()"), "ERROR:  53000", "no synchronous standby")
        stack.sql("SELECT thidua.timeline_accept(false, 'test')")
        assert "42501" in server.ask("SELECT timeline_accept(false, 'x')"), "a server may not accept"


def store_document(who, kind, campaign, content, indicators="{}"):
    return who.ask(f"SELECT thidua.document_store({kind}, '{campaign}', '{content}', '\\x00', '\\x01', '{indicators}')")


def try_documents(stack):
    """Documents come one after the other, so that their numbers commit in order; indicators keep theirs."""
    with session(stack) as first, session(stack) as second:
        first.ask("BEGIN")
        first.ask("SELECT thidua.document_open()")
        one = int(store_document(first, 2, "k", "one", "{A,B}"))
        second.ask("BEGIN")
        second.say("SELECT thidua.document_open()")
        wait_for(10, lambda: waits(stack, second), "the second document waits")
        first.ask("COMMIT")
        second.hear()
        two = int(store_document(second, 2, "k", "two", "{C,B}"))
        second.ask("COMMIT")
        assert one < two, (one, two)
        first.ask("BEGIN")
        first.ask("SELECT thidua.unit_replace('{P,H}', '{p,h}', '{province,district}', '{\"\",P}', '{\"\",2022-01-01}', "
                  "'{\"\",\"\"}', '{\"\",\"\"}')")
        first.ask("COMMIT")
    equal(stack.sql("SELECT i.code, i.number FROM thidua.indicator i JOIN thidua.campaign c ON c.id = i.campaign "
                    "WHERE c.code = 'k' ORDER BY 2"), [["A", "1"], ["B", "2"], ["C", "3"]], "indicators")
    equal(stack.sql("SELECT code, valid_from FROM thidua.unit ORDER BY 1"), [["H", "2022-01-01"], ["P", ""]], "units")


def try_cells(stack):
    """cell shows every entry, cell_now what counts; both to readers."""
    stack.sql("""INSERT INTO thidua.submission SELECT 'o', id::uuid, (SELECT id FROM thidua.campaign WHERE code = 'k'),
        n, now(), false, '', '', 0, 0, 0, 0, '' FROM (VALUES ('00000000-0000-0000-0000-000000000001', 1),
        ('00000000-0000-0000-0000-000000000002', 2)) AS v (id, n)""")
    stack.sql("""INSERT INTO thidua.form SELECT 'o', (SELECT id FROM thidua.campaign WHERE code = 'k'), 'u', 202221, n,
        id::uuid, i, s, v, d, notes FROM (VALUES
        (1, '00000000-0000-0000-0000-000000000001', '{1,2}'::smallint[], '{1,4}'::smallint[], '{15000,1}'::bigint[],
         '{NULL,20000}'::bigint[], NULL::text[]),
        (2, '00000000-0000-0000-0000-000000000002', '{1,2}', '{3,1}', '{0,30000}', '{NULL,NULL}', '{x,""}'))
        AS v (n, id, i, s, v, d, notes)""")
    equal(stack.sql("SET ROLE thidua_reader; SELECT period, indicator, state, value, denominator, note, accepted "
                    "FROM thidua.cell ORDER BY accepted, indicator"),
          [["2022-Q1", "A", "", "1.5", "", "", "1"], ["2022-Q1", "B", "verified", "0.0001", "2", "", "1"],
           ["2022-Q1", "A", "withdraw", "", "", "x", "2"], ["2022-Q1", "B", "", "3", "", "", "2"]], "cell")
    equal(stack.sql("SET ROLE thidua_reader; SELECT indicator, state, value FROM thidua.cell_now ORDER BY 1, 2"),
          [["A", "withdraw", ""], ["B", "", "3"], ["B", "verified", "0.0001"]], "cell_now")


def try_keys(stack):
    """Every change of keys raises the version, by whatever way it is made."""
    def version():
        return int(stack.sql("SELECT version FROM thidua.access_version")[0][0])

    before = version()
    key = "decode(repeat('ab', 32), 'hex')"
    add = f"SELECT thidua.access_add({key}, 'clerk', 'o', 'n', 0, NULL)"
    equal(stack.sql(add, role="thidua_server"), [["t"]], "a new key")
    equal(stack.sql(add, role="thidua_server"), [["f"]], "the same key again")
    equal(stack.sql(f"SELECT thidua.access_revoke({key}, {key})", role="thidua_server"), [["t"]], "revoking")
    equal(stack.sql(f"SELECT thidua.access_revoke({key}, {key})", role="thidua_server"), [["f"]], "revoking again")
    stack.sql("UPDATE thidua.access_key SET name = 'by hand'")
    assert version() >= before + 3, "version of the keys"


def try_requests(stack):
    """Requests for a run that has not begun are served by one run."""
    ask = "SELECT thidua.run_request('k', 202221, '\\x00')"
    one, two = stack.sql(ask, role="thidua_server"), stack.sql(ask, role="thidua_server")
    equal(one, two, "runs requested")
    stack.sql(f"UPDATE thidua.run SET state = 2 WHERE id = {one[0][0]}")
    assert stack.sql(ask, role="thidua_server") != one, "a run under way is not the one asked for"


def audit_add(who, event):
    return who.ask(f"SELECT thidua.audit_add('', '{event}', '')")


def try_audit(stack):
    """Writers never wait for each other: each takes a chain of its own; what is rolled back leaves no gap."""
    stack.sql("SET session_replication_role = replica; DELETE FROM thidua.audit")
    with session(stack) as first, session(stack) as second:
        first.ask("BEGIN")
        audit_add(first, "one")
        second.ask("BEGIN")
        audit_add(second, "two")
        audit_add(second, "three")
        first.ask("ROLLBACK")
        second.ask("COMMIT")
        audit_add(first, "four")
    equal(stack.sql("SELECT chain, number, event FROM thidua.audit ORDER BY at_us"),
          [["1", "1", "two"], ["1", "2", "three"], ["0", "1", "four"]], "chains")
    # The numbers of a day begin anew; the clock going back does not bring an earlier day.
    stack.sql("SET session_replication_role = replica; UPDATE thidua.audit SET day = day - 1 WHERE chain = 0; "
              "UPDATE thidua.audit SET day = day + 1 WHERE chain = 1")
    with session(stack) as first, session(stack) as second:
        first.ask("BEGIN")
        audit_add(first, "five")
        audit_add(second, "six")
        first.ask("COMMIT")
    equal(stack.sql("SELECT chain, day - (SELECT min(day) FROM thidua.audit), number, event FROM thidua.audit "
                    "WHERE event IN ('five', 'six') ORDER BY chain"),
          [["0", "1", "1", "five"], ["1", "2", "3", "six"]], "days")
    for statement in ("UPDATE thidua.audit SET event = ''", "DELETE FROM thidua.audit", "TRUNCATE thidua.audit"):
        done = stack.run("psql", "--no-psqlrc", "--command", statement)
        assert "append-only" in done.stderr, f"{statement}: {done.stderr}"


def main():
    with Stack("--database-only") as stack:
        migrate(stack)
        try_rights(stack)
        try_periods(stack)
        try_batches(stack)
        try_cut(stack)
        try_documents(stack)
        try_timelines(stack)
        try_cells(stack)
        try_keys(stack)
        try_requests(stack)
        try_audit(stack)


if __name__ == "__main__":
    main()
