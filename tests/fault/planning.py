#!/usr/bin/env python3
"""Runs and their planning under faults: a correction during a rollup (15), two corrections at once (14),
a leader frozen in the middle of planning (37), nights missed and clocks jumping (38), an office that never
reports (39), a million finished jobs and a backlog (41), a request that reaches the wrong server (44), a job longer
than its lease and one past its deadline (36), a job that an old worker does not know (46).
"""

import datetime
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from lib_history import must_hold  # noqa: E402
from lib_stack import DOWN, FENCE, HOLD, PASS, QUEUED, UP, FaultStack, equal, succeeded, told, wait_for  # noqa: E402
from small_campaign import CAMPAIGN, load, results  # noqa: E402
from sql_session import session  # noqa: E402

LEASE_SECONDS = 4
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
MANY_JOBS, BACKLOG_JOBS = 1000000, 200000
CLAIMS = 51
NOBODY = "tcp://127.0.0.1:1"
PUBLISHED, FAILED = 5, 6
PUBLISHED_RUN = f"(SELECT max(id) FROM thidua.run WHERE state = {PUBLISHED})"


def hand_in(stack, name, *rows, env=None):
    succeeded(stack.thidua("submit", CAMPAIGN, results(stack, f"{name}.csv", *rows), "--wait", env=env))


def start_run(stack, env=None):
    return int(succeeded(stack.thidua("run", "start", CAMPAIGN, env=env)).stdout.split()[-1])


def ended(stack, run, state=PUBLISHED, seconds=60):
    wait_for(seconds, lambda: stack.number(f"SELECT state FROM thidua.run WHERE id = {run}") in (PUBLISHED, FAILED),
             f"run {run} ended")
    equal(stack.number(f"SELECT state FROM thidua.run WHERE id = {run}"), state, f"state of run {run}")


def grain(stack, run, unit):
    """(value or None, leaves, reported) of GRAIN to date."""
    return stack.sql(f"SELECT coalesce(trim_scale(value[1])::text, '-'), leaves[1], reported[1] FROM thidua.rollup "
                     f"WHERE run = {run} AND unit = '{unit}' AND scope = 1")[0]


def digest(stack, run):
    return stack.sql(f"SELECT encode(output_digest, 'hex') FROM thidua.run WHERE id = {run}")[0][0]


def correction_under_way(stack):
    """15"""
    hand_in(stack, "first", "2022-12,A.1,GRAIN,10", "2022-12,A.2,GRAIN,20")
    rule = stack.worker_proxy.when(UP, FENCE, lambda connection: HOLD)
    run = start_run(stack)
    assert rule.fired.wait(20), "no job began"
    hand_in(stack, "corrected", "2022-12,A.1,GRAIN,99")
    stack.worker_proxy.release()
    ended(stack, run)
    following = start_run(stack)
    ended(stack, following)
    equal([grain(stack, one, "A")[0] for one in (run, following)], ["30", "119"], "GRAIN of A")
    must_hold(stack)
    told(15, "a correction accepted while jobs were written: this run 30, the next 119")


def two_corrections(stack):
    """14: written offline on the same base, sent at once: one wins, the other is told what stands
    against it and changes nothing; handed in again after that, it counts."""
    clerks = [stack.clerk(f"both-{number}") for number in range(2)]
    paths = [results(stack, f"both-{number}.csv", f"2022-12,B.1,GRAIN,{50 + number}") for number in range(2)]
    for path, env in zip(paths, clerks):
        saved = stack.thidua("submit", CAMPAIGN, path, "--timeout", "1", env={**env, "THIDUA_SERVERS": NOBODY})
        equal(saved.returncode, QUEUED, f"exit code: {saved.stderr}")
    clients = [stack.start_client("outbox", "send", env=env) for env in clerks]
    said = [client.communicate(timeout=60) for client in clients]
    codes = [client.returncode for client in clients]
    equal(sorted(codes), [0, 4], f"exit codes: {said}")
    winner, loser = codes.index(0), codes.index(4)
    assert "stale_base" in str(said[loser]) and "on record since 20" in str(said[loser]), said[loser]
    value = "SELECT value FROM thidua.cell_now WHERE unit = 'B.1' AND period = '2022-12'"
    equal(stack.sql(value), [[str(50 + winner)]], "what the winner handed in")
    succeeded(stack.thidua("submit", CAMPAIGN, paths[loser], "--wait", env=clerks[loser]))
    rows = stack.sql("SELECT s.created, s.changed, f.value[1] / 10000 FROM thidua.submission s JOIN thidua.form f "
                     "ON f.submission = s.id WHERE f.unit = 'B.1' ORDER BY s.accepted")
    equal(rows, [["1", "0", str(50 + winner)], ["0", "1", str(50 + loser)]], "receipts")
    run = start_run(stack)
    ended(stack, run)
    equal(grain(stack, run, "B.1")[0], str(50 + loser), "the one that counts")
    must_hold(stack, *[clerk["THIDUA_OUTBOX"] for clerk in clerks])
    told(14, "two on one base: one stored, one STALE_BASE with what is on record; again after that: changed 1")


def silent_office(stack):
    """39"""
    run = stack.number("SELECT max(id) FROM thidua.run")
    equal(grain(stack, run, "C"), ["-", "2", "0"], "value, leaves, reported of C")
    shown = succeeded(stack.thidua("missing", CAMPAIGN, "2022-12", "--csv")).stdout
    assert any(line.startswith("C,") for line in shown.splitlines()), shown
    told(39, "published with the silent office listed missing: no value (not 0), 0 of 2 leaves reported")


def frozen_leader(stack):
    """37: frozen with its plan on the way; the other plans; the plan arrives under a stale term."""
    stack.control("kill", "server-2")
    wait_for(20, lambda: leads(stack, "server-1"), "server 1 leads")
    stack.control("run", "server-2")
    one, two = stack.env["THIDUA_SERVERS"].split(",")
    rule = stack.server_proxy.when(UP, b"run_plan", stack.stopper("server-1"))
    run = start_run(stack, env={"THIDUA_SERVERS": two})
    assert rule.fired.wait(20), "it never planned"
    began = time.monotonic()
    planned = f"SELECT count(*) FROM thidua.job WHERE run = {run}"
    wait_for(40, lambda: stack.number(planned) > 0, "planned by the other server")
    took = time.monotonic() - began
    before = stack.number(planned)
    stack.signal("server-1", signal.SIGCONT)
    stack.server_proxy.release()
    ended(stack, run)
    equal(stack.number(planned), before, "jobs of the run")
    equal(stack.sql(f"SELECT stage, kind, arguments FROM thidua.job WHERE run = {run} GROUP BY 1, 2, 3 "
                    "HAVING count(*) > 1"), [], "jobs planned twice")
    try:
        stack.sql("SELECT thidua.run_advance(0)")
    except AssertionError as refused:
        assert "is over" in str(refused), refused
    else:
        raise AssertionError("a stale term may plan")
    told(37, f"the other server planned {took:.1f} s after the freeze (lead 5 s); the stale plan changed nothing")


def leads(stack, name):
    return stack.sql("SELECT 1 FROM thidua.leader WHERE until > clock_timestamp() AND holder LIKE "
                     f"'%:{stack.pid(name)}'")


def wrong_server(stack):
    """44: nobody tells the leader; it looks."""
    other = 1 if leads(stack, "server-1") else 0
    env = {"THIDUA_SERVERS": stack.env["THIDUA_SERVERS"].split(",")[other]}
    began = time.monotonic()
    run = start_run(stack, env=env)
    wait_for(20, lambda: stack.number(f"SELECT state FROM thidua.run WHERE id = {run}") > 1, "its cut is taken")
    took = time.monotonic() - began
    ended(stack, run)
    told(44, f"asked of a server that does not lead: cut taken by the leader's look after {took:.2f} s")


def nights(stack):
    """38"""
    local = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7))) - datetime.timedelta(minutes=2)
    stack.sql("UPDATE thidua.document SET accepted_at = accepted_at - interval '3 days'")
    for name in ("server-1", "server-2"):
        with (stack.directory / "etc" / f"{name}.conf").open("a") as file:
            file.write(f"nightly_at = {local:%H:%M}\n")
    nightly = "SELECT count(*) FROM thidua.run WHERE cause = 'nightly'"

    def restart(**environment):
        for name in ("server-1", "server-2"):
            stack.kill_quietly(name)
        for name in ("server-1", "server-2"):
            stack.run_with(name, **environment)
        wait_for(20, lambda: leads(stack, "server-1") or leads(stack, "server-2"), "a leader")
    # The campaign of 2022 is over: nights run when something new came in.
    hand_in(stack, "night", "2022-12,A.1,GRAIN,11")
    restart()
    wait_for(20, lambda: stack.number(nightly) == 1, "the missed night is made up for")
    run = stack.number("SELECT id FROM thidua.run WHERE cause = 'nightly'")
    ended(stack, run)
    hand_in(stack, "night", "2022-12,A.1,GRAIN,12")
    restart()
    look_twice(stack)
    equal(stack.number(nightly), 1, "nights after a restart")
    if pathlib.Path(FAKETIME).exists():
        restart(LD_PRELOAD=FAKETIME, FAKETIME="+2d", FAKETIME_DONT_FAKE_MONOTONIC="1",
                ASAN_OPTIONS="verify_asan_link_order=0")
        look_twice(stack)
        equal(stack.number(nightly), 1, "nights after the servers' clocks jumped two days ahead")
    stack.sql("UPDATE thidua.run SET slot = slot - 1 WHERE cause = 'nightly'")  # as if it were tomorrow
    restart()
    wait_for(20, lambda: stack.number(nightly) == 2, "the next night")
    look_twice(stack)
    equal(stack.number(nightly), 2, "nights")
    equal(stack.sql("SELECT slot FROM thidua.run WHERE slot IS NOT NULL GROUP BY campaign, slot HAVING count(*) > 1"),
          [], "slots run twice")
    told(38, "two servers down at the instant: made up for once; not again after restarts and a clock 2 days ahead")


def look_twice(stack):
    """The leader has looked at least twice more: its lead was renewed."""
    for _ in range(2):
        until = stack.sql("SELECT until FROM thidua.leader")
        wait_for(20, lambda until=until: stack.sql("SELECT until FROM thidua.leader") != until, "a look")


def drip(proxy, bytes_per_s):
    proxy.bytes_per_s = bytes_per_s
    return PASS


def long_jobs(stack):
    """36: a job's input comes with 1 000 bytes a second, so that reading it takes longer than the lease;
    and a job whose deadline is over, kept alive or not."""
    hand_in(stack, "year", *[f"2022-{month:02},{office}.{village},{cell}" for month in range(1, 12) for office in "ABC"
                             for village in (1, 2) for cell in (f"GRAIN,{month}", f"INSURED,{month},20", "CULTURE,1")])
    proxy = stack.worker_proxy
    proxy.drips = {DOWN}
    proxy.when(UP, lambda unit, _n: b"COPY (" in unit and b"'A'" in unit, lambda c: drip(proxy, 1000))
    run = start_run(stack)
    wait_for(60, lambda: proxy.bytes_per_s > 0, "the job reads its input")
    proxy.when(UP, FENCE, lambda c: drip(proxy, 0))
    ended(stack, run, seconds=60)
    longest = max(int(word.split("=")[1]) for word in stack.log("worker-1").split() if word.startswith("ms="))
    assert longest > LEASE_SECONDS * 1000, f"the longest job took {longest} ms"
    equal(stack.sql(f"SELECT id, kind, lease, attempts FROM thidua.job WHERE run = {run} AND lease > 1"), [],
          "jobs leased twice")
    rule = stack.worker_proxy.when(UP, FENCE, lambda connection: HOLD)
    late = start_run(stack)
    assert rule.fired.wait(20), "no job began"
    stack.sql("UPDATE thidua.job SET deadline = clock_timestamp(), lease_until = clock_timestamp() + interval '1 hour' "
              "WHERE state = 3 AND attempts > 0")
    job = stack.sql(f"SELECT id FROM thidua.job WHERE run = {late} AND attempts > 0 AND state <> 5")[0][0]
    wait_for(20, lambda: stack.number(f"SELECT state FROM thidua.job WHERE id = {job}") != 3, "the deadline ends it")
    stack.worker_proxy.release()
    ended(stack, late)
    equal(stack.number(f"SELECT lease FROM thidua.job WHERE id = {job}") > 1, True, "done under a new lease")
    must_hold(stack)
    told(36, f"longest job {longest / 1000:.1f} s with a lease of {LEASE_SECONDS} s: leased once; past its deadline it "
             "was ended, refused at its fence, done again")


def unknown_kind(stack):
    """46: a job that this worker's version does not know is refused, loudly; a newer worker does it."""
    stack.control("kill", "worker-1")
    run = start_run(stack)
    wait_for(20, lambda: stack.sql(f"SELECT 1 FROM thidua.job WHERE run = {run}"), "planned")
    job, kind = stack.sql(f"SELECT id, kind FROM thidua.job WHERE run = {run} AND stage = 1 ORDER BY id LIMIT 1")[0]
    stack.sql(f"UPDATE thidua.job SET kind = 77 WHERE id = {job}")
    stack.control("run", "worker-1")
    ended(stack, run, FAILED)
    reason = stack.sql(f"SELECT reason FROM thidua.run WHERE id = {run}")[0][0]
    assert "knows no job of kind 77" in reason, reason
    stack.sql(f"UPDATE thidua.job SET kind = {kind} WHERE id = {job}")
    succeeded(stack.thidua("job", "retry", job))
    ended(stack, run)
    told(46, f"run FAILED: {reason}; published after `job retry` by a worker that knows it")


def claim_and_sweep(stack):
    """(ms of a claim of two jobs out of ten and a sweep, in one session; sequential scans of job on the way). The
    fastest of many: what else the machine does must not count."""
    with session(stack, role="postgres") as planner:
        planner.ask("BEGIN")
        planner.ask(f"INSERT INTO job (run, stage, kind, state) SELECT {PUBLISHED_RUN}, 1, 1, 2 FROM generate_series(1, 10)")
        took = []
        for _ in range(CLAIMS):
            planner.ask("SAVEPOINT before")
            began = time.monotonic()
            claimed = planner.ask("SELECT * FROM job_claim('test', 2, 1000, 60)")
            swept = planner.ask("SELECT job_sweep(5)")
            took.append((time.monotonic() - began) * 1000)
            equal(swept, "0", "jobs swept")
            equal(len(claimed.splitlines()), 2, f"jobs claimed: {claimed}")
            planner.ask("ROLLBACK TO before")
        scans = planner.ask("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relid = 'thidua.job'::regclass")
        planner.ask("ROLLBACK")
    return min(took), int(scans)


def many_jobs(stack):
    """41: a million done jobs, and then a backlog of blocked ones beside them: neither is ever read through,
    nor does claim and sweep take twice as long."""
    few, _scans = claim_and_sweep(stack)
    seen = []
    for count, state, name in ((MANY_JOBS, 5, "done"), (BACKLOG_JOBS, 1, "blocked")):
        stack.sql(f"INSERT INTO thidua.job (run, stage, kind, state) SELECT {PUBLISHED_RUN}, 2, 1, {state} "
                  f"FROM generate_series(1, {count})")
        for analyzed in (False, True):
            if analyzed:
                stack.sql("ANALYZE thidua.job")
            many, scans = claim_and_sweep(stack)
            equal(scans, 0, f"sequential scans with {count} {name} jobs, analyzed: {analyzed}")
            assert many < 2 * few, f"{few:.2f} ms before, {many:.2f} ms with {count} {name} jobs, analyzed: {analyzed}"
        seen.append(f"{many:.2f} ms with {count} {name}")
    stack.sql(f"DELETE FROM thidua.job WHERE state = 1 AND run = {PUBLISHED_RUN}")  # no published run has such
    began = time.monotonic()
    run = start_run(stack)
    ended(stack, run)
    told(41, f"claim and sweep {few:.2f} ms, {', and '.join(seen)} jobs, no sequential scan; "
             f"a run then took {time.monotonic() - began:.1f} s")


def server_of_worker(stack):
    """The server that the worker has come to last."""
    came = {name: max((line.split()[0] for line in stack.log(name).splitlines() if " worker_ready " in line), default="")
            for name in ("server-1", "server-2")}
    return max(came, key=came.get)


def server_dies_under_worker(stack):
    """A run while the server that hands out its jobs is killed: the worker, with a job in hand, goes to the
    other one, and the run is published there, without the dead one coming back."""
    dying = server_of_worker(stack)
    rule = stack.worker_proxy.when(UP, FENCE, lambda connection: stack.signal(dying, signal.SIGKILL) or PASS)
    run = start_run(stack)
    assert rule.fired.wait(20), "the point was never reached"
    began = time.monotonic()
    ended(stack, run)
    took = time.monotonic() - began
    equal(stack.alive(dying), False, "the dead server")
    wait_for(5, lambda: server_of_worker(stack) != dying, "the worker is with the other server")
    stack.control("run", dying)
    told(32, f"server killed under a worker with a job in hand: run published by way of the other {took:.1f} s after it")


def main():
    with FaultStack("--servers", "2", "--workers", "1", "--lease", str(LEASE_SECONDS)) as stack:
        load(stack)
        stack.worker_proxy = stack.behind_proxy("worker-1")
        stack.server_proxy = stack.behind_proxy("server-1")
        correction_under_way(stack)
        two_corrections(stack)
        silent_office(stack)
        wrong_server(stack)
        server_dies_under_worker(stack)
        frozen_leader(stack)
        long_jobs(stack)
        unknown_kind(stack)
        equal(digest(stack, stack.number("SELECT max(id) FROM thidua.run")),
              digest(stack, stack.number("SELECT max(id) - 1 FROM thidua.run")), "digests of the same cut")
        nights(stack)
        many_jobs(stack)


if __name__ == "__main__":
    main()
