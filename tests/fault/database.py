#!/usr/bin/env python3
"""The database dies, stalls and lies under load: kill -9 and immediate stop (5), fdatasync that returns
EIO (6), a power cut that loses what was not synced (7), a full disk under the WAL and under the data (8),
a session that sits on locks (40), a deadlock (42), sessions that are ended again and again and a
database without a free connection (43). After each: what was acknowledged is stored, once, with the
receipt that the client holds, and the server, never restarted, has found back by itself.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from lib_history import check, must_hold  # noqa: E402
from lib_load import Load  # noqa: E402
from lib_stack import QUEUED, FaultStack, equal, succeeded, told, wait_for  # noqa: E402
from small_campaign import CAMPAIGN, load, results  # noqa: E402

CLERKS = 4
RECOVERY_SECONDS = 10


def wait_acknowledged(load_, more):
    """So many more receipts."""
    target = load_.acknowledged() + more
    wait_for(60, lambda: load_.acknowledged() >= target or load_.failures, f"{more} more receipts")


def recovered(load_):
    began = time.monotonic()
    wait_acknowledged(load_, 1)
    took = time.monotonic() - began
    assert took < RECOVERY_SECONDS, f"first receipt {took:.1f} s after the database was back"
    return took


def session(stack, *statements, role="postgres"):
    """A psql that runs these statements in one session, in the background."""
    return subprocess.Popen(["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", f"--username={role}",
                             *[word for statement in statements for word in ("--command", statement)]],
                            env=stack.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end(process):
    process.terminate()
    process.communicate()


# ---- 5

def killed(stack):
    slowest = 0.0
    with Load(stack, CLERKS, prefix="killed") as clerks:
        for how in (signal.SIGKILL, signal.SIGQUIT, signal.SIGKILL):
            wait_acknowledged(clerks, 5)
            stack.signal("postgres", how)
            wait_for(20, lambda: not stack.alive("postgres"), "postgres is gone")
            stack.control("run", "postgres")
            slowest = max(slowest, recovered(clerks))
    told(5, f"2 kill -9, 1 immediate stop: {clerks.settle()} acknowledged, all stored; "
            f"first receipt at most {slowest:.1f} s after the database was back")


# ---- 6, 8

def disk_fault(stack, number, switch, where, what):
    """The fault appears under load, stays while nothing may be acknowledged, and goes away."""
    with Load(stack, CLERKS, prefix=f"disk-{number}-{where.strip('/')}") as clerks:
        wait_acknowledged(clerks, 5)
        stack.switch(switch, where)
        # The database may have answered some commits whose receipts are on their way.
        died = wait_until_harmless(stack, clerks)
        held = clerks.acknowledged()
        stack.switch(switch, None)
        if not stack.alive("postgres"):
            stack.run_with("postgres", **stack.preloaded)
        took = recovered(clerks)
    told(number, f"{what}: {'the database stopped' if died else 'statements failed'}, {held} acknowledged until then, "
                 f"receipts again {took:.1f} s after it was back; {clerks.settle()} acknowledged, all stored")


def wait_until_harmless(stack, clerks):
    """Until the fault has bitten: the database is down, or refuses and nobody gets a receipt."""
    def bitten():
        return not stack.alive("postgres") or stack.log("server-1").count("batch_failed") > failed_before + 2
    failed_before = stack.log("server-1").count("batch_failed")
    wait_for(60, bitten, "the fault bites")
    return not stack.alive("postgres")


def disks(stack):
    stack.control("kill", "postgres")
    stack.preloaded = stack.preload()
    stack.run_with("postgres", **stack.preloaded)
    disk_fault(stack, 6, "sync_eio", "/pg_wal/", "fdatasync of the WAL returns EIO")
    disk_fault(stack, 8, "write_enospc", "/pg_wal/", "no space for the WAL")
    full_data(stack)


def full_data(stack):
    """8: tables cannot grow. Big forms, so that they have to."""
    clerk = stack.clerk("full")
    rows = [f"2022-{month:02},A.{village},GRAIN,{month},,," for month in range(1, 13) for village in (1, 2)]
    stack.switch("write_enospc", "/base/")
    queued = 0
    for turn in range(40):
        path = results(stack, "full.csv", *[row + os.urandom(450).hex() for row in rows])
        queued += stack.thidua("submit", CAMPAIGN, path, "--timeout", "1", env=clerk).returncode == QUEUED
        if queued >= 2:
            break
    assert queued, "the tables never had to grow"
    equal(stack.alive("postgres"), True, "the database lives")
    equal(check(stack, [clerk["THIDUA_OUTBOX"]])[0], [], "history while the disk is full")
    stack.switch("write_enospc", None)
    succeeded(stack.thidua("outbox", "send", "--timeout", "60", env=clerk))
    told(8, f"no space for tables: {queued} queued by the client (75), sent when there was space; "
            f"{must_hold(stack, clerk['THIDUA_OUTBOX'])} acknowledged, all stored")


# ---- 7

def power_cut(stack, durable):
    """The data directory as a power cut leaves it: data files as of the last checkpoint, of the WAL what
    was synced. With `durable` off the same cut must be seen to lose receipts, or this test sees nothing."""
    data = pathlib.Path(stack.directory / "pg").resolve() / "data"
    saved, shadow = data.parent / "saved", data.parent / "shadow"
    stack.sql(f"ALTER SYSTEM SET fsync = {'on' if durable else 'off'}")
    stack.control("restart", "server-1")
    for place in (saved, shadow):
        shutil.rmtree(place, ignore_errors=True)
    shadow.mkdir()
    shadow.chmod(0o777)
    stack.control("kill", "postgres")
    stack.run_with("postgres", **stack.preloaded)
    stack.sql("CHECKPOINT")
    subprocess.run(["cp", "-a", data, saved], check=True)
    stack.switch("shadow", shadow)
    stack.sql("SELECT pg_switch_wal()")
    with Load(stack, CLERKS, options=("--timeout", "2"), prefix=f"cut-{durable}") as clerks:
        wait_acknowledged(clerks, 12)
        stack.control("kill", "postgres")
    stack.switch("shadow", None)
    for segment in shadow.iterdir():
        shutil.copyfile(segment, saved / "pg_wal" / segment.name)
    subprocess.run(["chown", "-R", f"--reference={data}", saved], check=True)
    (saved / "postmaster.pid").unlink(missing_ok=True)
    shutil.rmtree(data)
    saved.rename(data)
    stack.control("run", "postgres")
    violations, acknowledged, _waiting = check(stack, clerks.outboxes())
    lost = sum("not stored" in violation for violation in violations)
    if not durable:
        assert lost > 0, "the power cut loses nothing even without fsync: the test is blind"
        told(7, f"control, fsync off: {lost} of {acknowledged} acknowledged submissions lost, as it must be")
        return
    equal(violations, [], "history after the power cut")
    clerks.settle()
    told(7, f"{acknowledged} acknowledged before the cut, 0 lost")


# ---- 40, 42, 43

def sitting_session(stack):
    clerk = stack.clerk("sat-on")
    path = results(stack, "sat-on.csv", "2022-03,A.1,GRAIN,40")
    reader = session(stack, "BEGIN", "SELECT count(*) FROM thidua.form", "SELECT pg_sleep(60)")
    began = time.monotonic()
    for _ in range(10):
        succeeded(stack.thidua("submit", CAMPAIGN, path, "--wait", env=clerk))
    beside = time.monotonic() - began
    end(reader)
    # One that holds an office's lock, as a frozen server would, is ended by its timeout.
    holder = subprocess.Popen(["psql", "--no-psqlrc", "--quiet", "--username=thidua_server"], env=stack.env,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    holder.stdin.write("SET idle_in_transaction_session_timeout = '2s'; BEGIN;"
                       " SELECT thidua.ingest_open('{A}', 1) IS NULL;\n")
    holder.stdin.flush()
    wait_for(10, lambda: stack.sql("SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction' "
                                   "AND query LIKE '%ingest_open%' AND application_name = 'psql'"), "the holder")
    began = time.monotonic()
    succeeded(stack.thidua("submit", CAMPAIGN, path, "--wait", env=clerk))
    behind = time.monotonic() - began
    end(holder)
    assert beside < 10 and 0.5 < behind < RECOVERY_SECONDS, (beside, behind)
    equal(stack.number("SELECT count(*) FROM pg_stat_activity WHERE usename = 'thidua_server' AND state = "
                       "'idle in transaction' AND now() - state_change > interval '5 s'"), 0, "our own sessions")
    must_hold(stack, clerk["THIDUA_OUTBOX"])
    told(40, f"10 submissions beside an open transaction {beside:.1f} s; one behind a held lock {behind:.1f} s, "
             "when the timeout (2 s here, 60 s set by our programs) had ended the holder")


def deadlock(stack):
    clerk = stack.clerk("deadlock")
    path = results(stack, "deadlock.csv", "2022-03,A.1,GRAIN,42")
    held = subprocess.Popen(["psql", "--no-psqlrc", "--quiet"], env=stack.env, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    held.stdin.write("SET deadlock_timeout = '60s'; BEGIN; SELECT pg_advisory_xact_lock(7466727, hashtext('A'));\n")
    held.stdin.flush()
    waiting = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'thidua-server ingest' AND wait_event = 'advisory'"
    before = stack.number("SELECT deadlocks FROM pg_stat_database WHERE datname = 'thidua'")
    wait_for(10, lambda: stack.sql("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 7466727"), "held")
    client = stack.start_client("submit", CAMPAIGN, path, "--wait", env=clerk)
    wait_for(20, lambda: stack.sql(waiting), "the batch waits for the lock")
    held.stdin.write("SELECT pg_advisory_xact_lock(7466726); COMMIT;\n")
    held.stdin.close()
    output = client.communicate(timeout=60)
    equal(client.returncode, 0, f"exit code: {output}")
    held.wait(20)
    held.stdout.close()
    wait_for(10, lambda: stack.number("SELECT deadlocks FROM pg_stat_database WHERE datname = 'thidua'") > before,
             "a deadlock counted")
    must_hold(stack, clerk["THIDUA_OUTBOX"])
    told(42, "the batch was the victim of a deadlock (40P01), was tried again, one row")


def sessions_ended(stack):
    with Load(stack, CLERKS, prefix="ended") as clerks:
        for _ in range(10):
            wait_acknowledged(clerks, 2)
            stack.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'thidua_server'")
    told(43, f"all sessions ended 10 times under load: {clerks.settle()} acknowledged, all stored")


def no_connection_left(stack):
    clerk = stack.clerk("crowded")
    path = results(stack, "crowded.csv", "2022-03,D.300,GRAIN,43")
    stack.sql("ALTER ROLE thidua_server CONNECTION LIMIT 0")  # SQLSTATE 53300, as when all are taken
    stack.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'thidua_server'")
    equal(stack.thidua("submit", CAMPAIGN, path, "--timeout", "2", env=clerk).returncode, QUEUED, "exit code")
    stack.sql("ALTER ROLE thidua_server CONNECTION LIMIT -1")
    began = time.monotonic()
    succeeded(stack.thidua("outbox", "send", "--timeout", "30", env=clerk))
    took = time.monotonic() - began
    assert took < RECOVERY_SECONDS, f"{took:.1f} s"
    must_hold(stack, clerk["THIDUA_OUTBOX"])
    told(43, f"no connection left: queued (75), receipt {took:.1f} s after there was one")


def main():
    with FaultStack("--workers", "0") as stack:
        load(stack)
        pid = stack.pid("server-1")
        killed(stack)
        disks(stack)
        sitting_session(stack)
        deadlock(stack)
        sessions_ended(stack)
        no_connection_left(stack)
        equal(stack.pid("server-1"), pid, "the server was never restarted")
        equal(stack.alive("server-1"), True, "the server lives")
        power_cut(stack, durable=True)
        power_cut(stack, durable=False)
        stack.end_switches()


if __name__ == "__main__":
    main()
