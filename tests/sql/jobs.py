#!/usr/bin/env python3
"""Jobs in the store: every function of sql/004_jobs.sql in every state, against the tables of core/job.c.

Rows are put into the state that is tested by hand; what the function under test makes of them is looked at.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from job_store import ATTEMPTS_MAX, FENCED, JOB, JOB_STATES, MINUTE_MS, RUN, core_tables, with_store  # noqa: E402
from sql_session import session, waits  # noqa: E402
from thidua_test import equal, wait_for  # noqa: E402


# ---- jobs: every state x every function

def job_functions(store):
    """event: (function called with a job and its lease, end of its lease from now, attempts so far)"""
    server, worker = store.server, store.worker

    def advance(_job, _lease):
        return server.ask(f"SELECT run_advance({store.term})")

    def fail(final):
        return lambda job, lease: server.ask(f"SELECT job_fail({job}, {lease}, 'why', {final}, {ATTEMPTS_MAX})")

    def sweep(_job, _lease):
        return server.ask(f"SELECT job_sweep({ATTEMPTS_MAX})")

    return [
        (("unblock",), advance, "1 hour", 1),
        (("claim",), lambda job, _lease: server.ask("SELECT job_claim('w', 9, 15000, 600)"), "1 hour", 1),
        (("finish",), lambda job, lease: worker.ask(f"SELECT job_finish({job}, {lease})"), "1 hour", 1),
        (("fail",), fail("false"), "1 hour", 1),
        (("give_up",), fail("true"), "1 hour", 1),
        (("give_up",), fail("false"), "1 hour", ATTEMPTS_MAX),
        (("expire", "wake"), sweep, "-1 hour", 1),
        (("give_up", "wake"), sweep, "-1 hour", ATTEMPTS_MAX),
        ((), sweep, "1 hour", 1),  # nothing is over
        ((), lambda job, lease: server.ask(f"SELECT job_beat('{{{job}}}', '{{{lease}}}', 15000)"), "1 hour", 1),
        ((), lambda job, lease: worker.ask(f"SELECT job_fence({job}, {lease})"), "1 hour", 1),
        ((), lambda job, lease: worker.ask(f"SELECT job_start({job}, {lease})"), "1 hour", 1),
    ]


def try_job_table(store, table):
    for state in JOB_STATES:
        for events, function, over, attempts in job_functions(store):
            store.clear()
            run = store.run()
            stage = 1
            if events == ("unblock",):  # the stage before is done, and this one is next
                store.job(run, "DONE")
                stage = 2 if state == "BLOCKED" else 1
            job = store.job(run, state, stage=stage, attempts=attempts, over=over)
            function(job, 7)
            after = [table[("job", state, event)] for event in events if ("job", state, event) in table]
            if events == ("unblock",) and state == "DEAD":
                continue  # fails its run: try_failing
            equal(store.job_state(job), after[0] if after else state, f"{state} after {events}")


def try_cancel_and_redrive(store, table):
    """A run that fails cancels what is open; what is put back comes back where it was."""
    for state in JOB_STATES:
        store.clear()
        run = store.run()
        job = store.job(run, state)
        store.server.ask(f"SELECT run_fail({store.term}, {run}, 'why')")
        equal(store.job_state(job), table.get(("job", state, "cancel"), state), f"{state} after cancel")

        store.clear()
        run = store.run("FAILED", stage=2)
        job = store.job(run, state, stage=2)
        later = store.job(run, "CANCELLED", stage=3)
        answer = store.server.ask(f"SELECT job_retry({job})")
        equal(answer, "t" if state == "DEAD" else "f", f"retry of {state}")
        equal(store.job_state(job), "READY" if state == "DEAD" else state, f"{state} put back")
        equal(store.job_state(later), table[("job", "CANCELLED", "redrive")] if state == "DEAD" else "CANCELLED",
              "a later job")
    equal(table[("job", "DEAD", "redrive")], "READY", "redrive")


def try_stale_leases(store):
    """A lease number other than the job's changes nothing, whoever brings it."""
    calls = {
        "start": (store.worker, "SELECT job_start({job}, {lease})", FENCED),
        "fence": (store.worker, "SELECT job_fence({job}, {lease})", FENCED),
        "finish": (store.worker, "SELECT job_finish({job}, {lease})", FENCED),
        "seal": (store.worker, "SELECT run_seal({job}, {lease}, 't', 'r', 'i', 'o', '{{}}')", FENCED),
        "seal of the input": (store.worker, "SELECT run_seal_input({job}, {lease}, 's', 'e')", FENCED),
        "fail": (store.server, "SELECT job_fail({job}, {lease}, 'why', true, 5)", ""),
        "beat": (store.server, "SELECT job_id, job_lease FROM job_beat('{{{job}}}', '{{{lease}}}', 15000)",
                 "{job}|{lease}"),
    }
    store.clear()
    run = store.run()
    for state in JOB_STATES:
        job = store.job(run, state, over="1 hour")
        before = store.row("job", job), store.row("run", run)
        for lease in (6, 8) if state == "LEASED" else (6, 7, 8):
            for name, (who, call, answer) in calls.items():
                equal(who.ask(call.format(job=job, lease=lease)), answer.format(job=job, lease=lease),
                      f"{name} of a {state} job, lease {lease}")
                equal((store.row("job", job), store.row("run", run)), before, f"rows after {name}")


def try_leases(store):
    """Each claim raises the number; oldest jobs first; no job twice; a start counts an attempt."""
    store.clear()
    run = store.run()
    jobs = [store.job(run, lease=0, attempts=0) for _ in range(5)]
    claimed = store.server.ask("SELECT job_id, job_lease FROM job_claim('w', 3, 15000, 600)").splitlines()
    equal(sorted(claimed), sorted(f"{job}|1" for job in jobs[:3]), "the first claim")
    claimed = store.server.ask("SELECT job_id, job_lease FROM job_claim('w', 9, 15000, 600)").splitlines()
    equal(sorted(claimed), sorted(f"{job}|1" for job in jobs[3:]), "the second claim")
    equal(store.server.ask("SELECT job_claim('w', 9, 15000, 600)"), "", "nothing is left")
    job = jobs[0]
    for lease in range(1, ATTEMPTS_MAX + 1):
        store.worker.ask(f"SELECT job_start({job}, {lease})")
        equal(store.owner.ask(f"SELECT lease, attempts FROM job WHERE id = {job}"), f"{lease}|{lease}", "attempts")
        store.owner.ask(f"UPDATE job SET lease_until = now() - interval '1 s' WHERE id = {job}")
        equal(store.server.ask(f"SELECT job_sweep({ATTEMPTS_MAX})"), "1", "leases ended")
        if lease < ATTEMPTS_MAX:
            waited = store.owner.ask(f"SELECT extract(epoch FROM not_before - now()) FROM job WHERE id = {job}")
            assert 2 ** (lease - 1) - 0.1 < float(waited) <= 1.5 * 2 ** (lease - 1), (lease, waited)
            store.owner.ask(f"UPDATE job SET not_before = now() WHERE id = {job}")
            store.server.ask(f"SELECT job_sweep({ATTEMPTS_MAX})")
            equal(store.server.ask("SELECT job_id FROM job_claim('w', 9, 15000, 600)"), job, "claimed again")
    equal(store.job_state(job), "DEAD", "after the last attempt")


def try_never_started(store):
    """A job that no worker began is none the worse for it, however often its lease ends."""
    store.clear()
    job = store.job(store.run(), lease=0, attempts=0)
    for _ in range(2 * ATTEMPTS_MAX):
        store.server.ask("SELECT job_claim('w', 1, 15000, 600)")
        store.owner.ask("UPDATE job SET lease_until = now() - interval '1 s'")
        store.server.ask(f"SELECT job_sweep({ATTEMPTS_MAX})")
        waited = float(store.owner.ask("SELECT extract(epoch FROM not_before - now()) FROM job"))
        assert 0.9 < waited <= 1.5, waited
        store.owner.ask("UPDATE job SET not_before = now()")
        store.server.ask(f"SELECT job_sweep({ATTEMPTS_MAX})")
    equal(store.job_state(job), "READY", "never started")


def try_deadline(store):
    """Beats keep a lease, never past the hard deadline; past it nothing can be written."""
    store.clear()
    job = store.job(store.run(), "LEASED", over="5 s")
    beat = f"SELECT job_id FROM job_beat('{{{job}}}', '{{7}}', {MINUTE_MS})"
    equal(store.server.ask(beat), "", "the lease is held")
    equal(store.owner.ask(f"SELECT lease_until = deadline FROM job WHERE id = {job}"), "t", "bounded by the deadline")
    store.owner.ask(f"UPDATE job SET lease_until = now() + interval '1 h', deadline = now() - interval '1 s' WHERE id = {job}")
    equal(store.server.ask(beat), job, "the lease is lost")
    equal(store.worker.ask(f"SELECT job_fence({job}, 7)"), FENCED, "fence past the deadline")
    store.server.ask(f"SELECT job_sweep({ATTEMPTS_MAX})")
    equal(store.job_state(job), "RETRY_WAIT", "past its deadline, beats or not")


def try_sweep_passes_writers(store):
    """A job that is just being finished is passed over, its neighbours are not; its result counts."""
    store.clear()
    run = store.run()
    writing, lost = (store.job(run, "LEASED", over="1 hour") for _ in range(2))
    store.worker.ask("BEGIN")
    store.worker.ask(f"SELECT job_fence({writing}, 7)")
    store.owner.ask(f"UPDATE job SET lease_until = now() - interval '1 s' WHERE id = {lost}")
    equal(store.server.ask(f"SELECT job_sweep({ATTEMPTS_MAX})"), "1", "leases ended")
    beat = f"SELECT job_id FROM job_beat('{{{writing},{lost}}}', '{{7,7}}', 15000)"
    equal(store.server.ask(beat), lost, "the beat waits for nobody")
    store.worker.ask(f"SELECT job_finish({writing}, 7)")
    store.worker.ask("COMMIT")
    equal(store.job_state(writing), "DONE", "written")
    equal(store.job_state(lost), "RETRY_WAIT", "lost")


def try_sweep_without_rights(stack, store):
    """An owner who may not end other roles' sessions still sweeps: a frozen writer holds up its own job only."""
    store.clear()
    run = store.run()
    frozen, lost = store.job(run, "LEASED", over="4 s"), store.job(run, "LEASED", over="1 hour")
    store.owner.ask(f"UPDATE job SET lease_until = now() - interval '9 s' WHERE id = {frozen}")
    store.owner.ask("CREATE ROLE plain_owner; GRANT USAGE, CREATE ON SCHEMA thidua TO plain_owner")
    store.owner.ask("GRANT ALL ON ALL TABLES IN SCHEMA thidua TO plain_owner; "
                    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA thidua TO plain_owner; "
                    "ALTER FUNCTION job_end_writers OWNER TO plain_owner; ALTER FUNCTION job_sweep OWNER TO plain_owner")
    with session(stack, "thidua_worker") as worker:
        worker.ask("BEGIN")
        worker.ask(f"SELECT job_fence({frozen}, 7)")
        store.owner.ask(f"UPDATE job SET lease_until = now() - interval '9 s' WHERE id = {lost}")
        equal(store.server.ask(f"SELECT job_sweep({ATTEMPTS_MAX})"), "1", "leases ended")
        worker.ask("ROLLBACK")
    store.owner.ask("ALTER FUNCTION job_end_writers OWNER TO postgres; ALTER FUNCTION job_sweep OWNER TO postgres; "
                    "DROP OWNED BY plain_owner; DROP ROLE plain_owner")
    equal(store.job_state(lost), "RETRY_WAIT", "lost")


# ---- failing and putting back

def try_failing(store):
    """A dead job fails its run, loudly, and takes its open jobs along; put back, the run goes on where it stood."""
    store.clear()
    run, other = store.run(stage=2), store.run()
    done, dead = store.job(run, "DONE"), store.job(run, "DEAD", stage=2)
    open_ = [store.job(run, state, stage=2) for state in ("READY", "LEASED", "RETRY_WAIT")]
    later, untouched = store.job(run, "BLOCKED", stage=3), store.job(other)
    store.owner.ask(f"UPDATE job SET error = 'it broke' WHERE id = {dead}")
    equal(store.advance(), f"{run}|6", "failed")
    equal(store.owner.ask(f"SELECT reason FROM run WHERE id = {run}"), f"job {dead} is dead: it broke", "reason")
    equal({store.job_state(job) for job in (*open_, later)}, {"CANCELLED"}, "its open jobs")
    equal([store.job_state(job) for job in (done, dead, untouched)], ["DONE", "DEAD", "READY"], "others")
    equal(store.worker.ask(f"SELECT job_fence({open_[1]}, 7)"), FENCED, "a cancelled job's worker")

    equal(store.server.ask(f"SELECT job_retry({dead})"), "t", "put back")
    equal(store.owner.ask(f"SELECT state, stage, reason, finished_at IS NULL FROM run WHERE id = {run}"), "3|2||t", "the run")
    equal({store.job_state(job) for job in (dead, *open_)}, {"READY"}, "its stage")
    equal(store.job_state(later), "BLOCKED", "the next stage")
    equal(store.owner.ask(f"SELECT max(attempts) FROM job WHERE run = {run} AND state < 5"), "0", "attempts anew")
    equal(store.job_state(done), "DONE", "what was done stays done")
    store.owner.ask(f"UPDATE run SET state = {RUN['FAILED']}, stage = 3 WHERE id = {run}")
    store.owner.ask(f"UPDATE job SET state = {JOB['DEAD']}, stage = 3 WHERE id = {dead}")
    equal(store.server.ask(f"SELECT job_retry({dead})"), "t", "put back in the last stage")
    equal(store.run_state(run), "VERIFYING", "the last stage verifies")


def try_retry_races_failing(stack, store):
    """A job is put back while its run is just failing: one of the two comes first, and nothing is lost."""
    store.clear()
    run = store.run()
    dead = store.job(run, "DEAD")
    with session(stack) as leader, session(stack) as operator:
        leader.ask("BEGIN")
        equal(leader.ask(f"SELECT new_state FROM run_advance({store.term})"), "6", "failing")
        operator.say(f"SELECT job_retry({dead})")
        wait_for(10, lambda: waits(stack, operator), "the operator waits")
        leader.ask("COMMIT")
        equal(operator.hear(), "t", "put back")
    equal((store.run_state(run), store.job_state(dead)), ("RUNNING", "READY"), "after failing first")

    store.clear()
    run = store.run()
    dead = store.job(run, "DEAD")
    with session(stack) as leader, session(stack) as operator:
        operator.ask("BEGIN")
        operator.ask(f"SELECT job_retry({dead})")
        equal(leader.ask(f"SELECT new_state FROM run_advance({store.term})"), "", "left for the next time")
        operator.ask("COMMIT")
        equal(leader.ask(f"SELECT new_state FROM run_advance({store.term})"), "", "nothing to fail")
    equal((store.run_state(run), store.job_state(dead)), ("RUNNING", "READY"), "after retrying first")


def try_failing_waits_for_nobody(store):
    """A run does not fail while a worker writes one of its results; the result counts, then it fails."""
    store.clear()
    run, other = store.run(), store.run()
    writing, other_done = store.job(run, "LEASED", over="1 hour"), store.job(other, "DONE")
    store.job(run, "DEAD")
    store.worker.ask("BEGIN")
    store.worker.ask(f"SELECT job_fence({writing}, 7)")
    equal(store.advance(), f"{other}|3", f"only the other run moves: {other_done} is done")
    store.worker.ask(f"SELECT job_finish({writing}, 7)")
    store.worker.ask("COMMIT")
    equal(store.job_state(writing), "DONE", "the result")
    assert f"{run}|6" in store.advance(), "failed now"


# ---- rights

def try_rights(store):
    """What each role needs is above, under its own name. Nothing else: rows can be changed by functions only."""
    tables = ("submission", "form", "document", "run", "job", "job_writing", "published", "leader", "rollup", "score",
              "ranking", "award", "uncounted", "access_key", "campaign", "indicator", "unit")
    for who in (store.server, store.worker):
        for table in tables:
            column = store.owner.ask(f"SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum = 1")
            for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table}"):
                equal(who.ask(statement), "ERROR:  42501", statement)
    for table in ("run", "job", "job_writing", "published", "leader"):
        for who in (store.server, store.worker):
            equal(who.ask(f"INSERT INTO {table} DEFAULT VALUES"), "ERROR:  42501", f"INSERT INTO {table}")
    for call in ("leader_take('w', 1)", "run_cut(1, 1)", "run_advance(1)", "job_claim('w', 1, 1, 1)", "job_sweep(5)",
                 "job_retry(1)", "job_fail(1, 1, '', true, 1)", "run_unsigned()", "run_sign(1, 1, '', '', '')"):
        equal(store.worker.ask(f"SELECT {call}"), "ERROR:  42501", f"a worker's {call}")
    for call in ("job_finish(1, 1)", "run_seal(1, 1, '', '', '', '', '{}')", "run_seal_input(1, 1, '', '')", "job_end_writers()"):
        equal(store.server.ask(f"SELECT {call}"), "ERROR:  42501", f"a server's {call}")


def try_all(stack, store):
    table = core_tables(stack)
    try_job_table(store, table)
    try_cancel_and_redrive(store, table)
    try_stale_leases(store)
    try_leases(store)
    try_never_started(store)
    try_deadline(store)
    try_sweep_passes_writers(store)
    try_sweep_without_rights(stack, store)
    try_failing(store)
    try_retry_races_failing(stack, store)
    try_failing_waits_for_nobody(store)
    try_rights(store)


if __name__ == "__main__":
    with_store(try_all)
