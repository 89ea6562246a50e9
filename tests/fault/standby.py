#!/usr/bin/env python3
"""Another database takes over. A synchronous standby is promoted after kill -9 of the primary under load:
nothing acknowledged is lost, the server, never restarted, goes on with it; an asynchronous one is refused
until the operator accepts it (51). A backup is restored: the
receipts that clients hold and the restored store does not know are named by `outbox verify`, and sent again
under their old ids and bytes they are accepted (50).
"""

import contextlib
import csv
import io
import os
import pathlib
import pwd
import shutil
import signal
import sqlite3
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from lib_history import check, must_hold, outbox_items  # noqa: E402
from lib_load import Load  # noqa: E402
from lib_stack import QUEUED, FaultStack, equal, succeeded, told, wait_for  # noqa: E402
from small_campaign import CAMPAIGN, load, results  # noqa: E402

BIN = pathlib.Path("/usr/lib/postgresql/15/bin")


class Copy:
    """A copy of the stack's database in a data directory and at a socket of its own."""

    def __init__(self, stack, name):
        self.stack = stack
        place = pathlib.Path(stack.directory / "pg").resolve()
        self.data, self.socket = place / name, place / f"{name}-socket"
        self.owner = pwd.getpwuid((place / "data").stat().st_uid).pw_name
        self.program("mkdir", "-m", "700", str(self.socket))

    def program(self, *command):
        words = [str(word) for word in command]
        if pwd.getpwuid(os.getuid()).pw_name != self.owner:
            words = ["runuser", "-u", self.owner, "--", *words]
        done = subprocess.run(words, env=self.stack.env, cwd="/", capture_output=True, text=True, check=False)
        equal(done.returncode, 0, f"{words}: {done.stdout}{done.stderr}")

    def take(self, *options):
        self.program(BIN / "pg_basebackup", "--pgdata", self.data, "--username=postgres", "--wal-method=stream",
                     "--checkpoint=fast", "--no-sync", *options)

    def start(self):
        self.program(BIN / "pg_ctl", "start", "--wait", "--silent", "-D", self.data, "-l", self.socket / "log",
                     "-o", f"-c unix_socket_directories={self.socket}")

    def stop(self):
        file = self.data / "postmaster.pid"
        if file.exists() and pathlib.Path("/proc", file.read_text().split()[0]).exists():
            self.program(BIN / "pg_ctl", "stop", "--wait", "--silent", "-m", "immediate", "-D", self.data)

    def sql(self, statement):
        self.program("psql", "--no-psqlrc", "--quiet", "--host", self.socket, "--username=postgres", "--dbname=thidua",
                     "--command", statement)

    def kill(self):
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        wait_for(20, lambda: not pathlib.Path(f"/proc/{pid}").exists(), "the primary is gone")

    def take_over(self):
        """Server and tests talk to this one from now on."""
        self.stack.proxy.target = self.socket / ".s.PGSQL.5432"
        self.stack.env["PGHOST"] = str(self.socket)


def operator(stack, *words):
    """The server program's own commands, with the database that is written on now."""
    admin = f"host={stack.env['PGHOST']} dbname=thidua user=postgres"
    done = stack.run(pathlib.Path(stack.env["THIDUA_BUILD_DIR"]) / "bin/thidua-server", "--config",
                     stack.directory / "etc/server-1.conf", *words, env={"THIDUA_DATABASE_ADMIN": admin})
    return succeeded(done).stdout


def promoted(stack, standby):
    standby.program(BIN / "pg_ctl", "promote", "--wait", "--silent", "-D", standby.data)
    standby.take_over()


def synchronous_failover(stack, standby):
    """Receipts only for what the standby has, too: it may take over without a word; without a standby of its
    own it then gives no receipts until the operator says so."""
    standby.take("--write-recovery-conf")
    standby.start()
    stack.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
    stack.sql("SELECT pg_reload_conf()")
    wait_for(20, lambda: stack.sql("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"), "a sync standby")
    equal(operator(stack, "--synchronous", "on").split("; ")[1], "synchronous on\n", "said by --synchronous on")
    pid = stack.pid("server-1")
    with Load(stack, 4, options=("--timeout", "5"), prefix="failover") as clerks:
        wait_for(60, lambda: clerks.acknowledged() >= 12, "receipts")
        stack.signal("postgres", signal.SIGKILL)
        wait_for(20, lambda: not stack.alive("postgres"), "the primary is gone")
        promoted(stack, standby)
        wait_for(30, lambda: "not_synchronous" in stack.log("server-1"), "the server goes on with the standby")
        before = clerks.acknowledged()
        wait_for(20, lambda: any("waiting" in states(box) for box in clerks.outboxes()), "submissions that wait")
        equal(clerks.acknowledged(), before, "receipts without a synchronous standby")
        operator(stack, "--synchronous", "off")
        wait_for(60, lambda: clerks.acknowledged() > before + 3, "receipts from the new primary")
    equal(stack.pid("server-1"), pid, "the server was not restarted")
    told(51, f"sync standby promoted under load: {clerks.settle()} acknowledged ({before} before), 0 lost; it gave no "
             "receipts of its own before --synchronous off")


def states(box):
    return [item[2] for item in outbox_items(box)]


@contextlib.contextmanager
def refused_server(stack):
    """A server that cannot become ready: scripts/stack would wait for it."""
    log = stack.top / "refused.log"
    with log.open("w") as output:
        server = subprocess.Popen([pathlib.Path(stack.env["THIDUA_BUILD_DIR"]) / "bin/thidua-server", "--config",
                                   stack.directory / "etc/server-1.conf"], stdout=output, stderr=output,
                                  env={"PATH": os.environ["PATH"]})
        wait_for(20, lambda: "TD002" in log.read_text(), "the server refuses after a restart")
        yield
        server.terminate()
        equal(server.wait(20), 0, "exit code of a server that never served")


def asynchronous_failover(stack, primary, standby):
    """A standby that has not got everything is promoted: refused, whatever is restarted, until the operator accepts
    it; what is lost then is found by the receipts."""
    standby.take("--write-recovery-conf")
    standby.start()
    clerk = stack.clerk("async")
    files = [results(stack, f"async-{n}.csv", f"2022-{n:02},D.101,GRAIN,{n}") for n in range(1, 5)]
    succeeded(stack.thidua("submit", CAMPAIGN, files[0], "--wait", env=clerk))
    wait_for(20, lambda: stack.sql("SELECT 1 FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn()"), "it follows")
    standby.sql("ALTER SYSTEM SET primary_conninfo = 'host=/nowhere'")
    standby.sql("SELECT pg_reload_conf()")
    wait_for(20, lambda: not stack.sql("SELECT 1 FROM pg_stat_replication"), "it is cut off")
    for file in files[1:3]:
        succeeded(stack.thidua("submit", CAMPAIGN, file, "--wait", env=clerk))
    acknowledged = stack.stored()
    primary.kill()
    promoted(stack, standby)
    equal(stack.stored(), acknowledged - 2, "what the standby has")
    wait_for(30, lambda: "TD002" in stack.log("server-1"), "the server refuses")
    equal(stack.thidua("submit", CAMPAIGN, files[3], "--timeout", "4", env=clerk).returncode, QUEUED, "exit code")
    stack.control("kill", "server-1")
    with refused_server(stack):
        equal(stack.thidua("outbox", "send", "--timeout", "4", env=clerk).returncode, QUEUED, "after a restart")
    equal(stack.stored(), acknowledged - 2, "rows while it is refused")
    operator(stack, "--accept-failover")
    stack.control("run", "server-1")
    equal(verified(stack, clerk, "--requeue")[1], {2: ("missing", "valid"), 3: ("missing", "valid")}, "what is lost")
    succeeded(stack.thidua("outbox", "send", "--timeout", "30", env=clerk))
    equal(must_hold(stack, clerk["THIDUA_OUTBOX"]), 4, "acknowledged")
    told(51, "async standby, 2 receipts behind, promoted: refused, also after a restart, until --accept-failover; both "
             "named by `outbox verify` and sent again")


def verified(stack, env, *options):
    """What `outbox verify` names: (exit code, {number: (on_record, signature)})."""
    done = stack.thidua("outbox", "verify", *options, "--csv", env=env)
    rows = csv.DictReader(io.StringIO(done.stdout))
    return done.returncode, {int(row["number"]): (row["on_record"], row["signature"]) for row in rows}


def tampered(stack, clerk, number):
    """A copy of an outbox with one bit turned in the signed receipt of an item."""
    copy = {"THIDUA_OUTBOX": str(stack.top / "tampered.outbox")}
    shutil.copy(clerk["THIDUA_OUTBOX"], copy["THIDUA_OUTBOX"])
    with sqlite3.connect(copy["THIDUA_OUTBOX"]) as outbox:
        answer = bytearray(outbox.execute("SELECT answer FROM submission WHERE number = ?", (number,)).fetchone()[0])
        answer[-1] ^= 1  # the signature is the last field
        outbox.execute("UPDATE submission SET answer = ? WHERE number = ?", (bytes(answer), number))
    outbox.close()
    return copy


def of_version_one(clerk):
    """The outbox as the first release made it."""
    with sqlite3.connect(clerk["THIDUA_OUTBOX"]) as outbox:
        outbox.executescript("DROP TABLE earlier_receipt; PRAGMA user_version = 1")
    outbox.close()


def restore(stack, standby, backup):
    clerk, other = stack.clerk("restored"), stack.clerk("replaced")
    files = [results(stack, f"restored-{n}.csv", f"2022-{n:02},D.102,GRAIN,{n}") for n in range(1, 7)]

    def hand_in(file, env):
        succeeded(stack.thidua("submit", CAMPAIGN, file, "--wait", env=env))
    for file in files[:3]:
        hand_in(file, clerk)
    backup.take()
    for file in files[3:]:
        hand_in(file, clerk)
    hand_in(results(stack, "first.csv", "2022-01,D.103,GRAIN,40", "2022-01,D.104,GRAIN,41"), other)
    hand_in(results(stack, "second.csv", "2022-02,D.103,GRAIN,42"), other)
    of_version_one(clerk)
    equal(verified(stack, clerk), (0, {}), "before the restore")
    equal(verified(stack, clerk, "--all"), (0, {n: ("stored", "valid") for n in range(1, 7)}), "before the restore, all")
    standby.stop()
    backup.start()
    backup.take_over()
    lost = [what for what in check(stack, [clerk["THIDUA_OUTBOX"]])[0] if "not stored" in what]
    equal(len(lost), 3, f"receipts newer than the backup: {lost}")
    wait_for(30, lambda: stack.thidua("ping").returncode == 0, "the server has the restored database")
    # What was lost is named with its proof, and one whose proof has been tampered with is named as that.
    equal(verified(stack, clerk), (6, {n: ("missing", "valid") for n in (4, 5, 6)}), "after the restore")
    equal(verified(stack, tampered(stack, clerk, 5)),
          (6, {4: ("missing", "valid"), 5: ("missing", "the signature is not valid"), 6: ("missing", "valid")}),
          "a tampered receipt")
    equal(verified(stack, clerk, "--requeue")[0], QUEUED, "exit code of --requeue")
    succeeded(stack.thidua("outbox", "send", "--timeout", "30", env=clerk))
    equal(must_hold(stack, clerk["THIDUA_OUTBOX"]), 6, "acknowledged")
    equal(verified(stack, clerk), (0, {}), "after they were sent again")
    shown = succeeded(stack.thidua("outbox", "show", "4", "--csv", env=clerk)).stdout
    shown = next(csv.DictReader(io.StringIO(shown)))
    assert shown["earlier_accepted"] and shown["earlier_accepted"] <= shown["accepted"], f"earlier receipt: {shown}"
    told(50, "3 receipts newer than the restored backup named by `outbox verify`, a tampered one as well; put back and "
             "sent again: all 6 stored under their ids; the earlier receipts are kept")
    # A correction made since must not be undone by what was lost before it.
    hand_in(results(stack, "third.csv", "2022-01,D.103,GRAIN,43"), other)
    equal(verified(stack, other, "--requeue"), (6, {1: ("replaced", "valid"), 2: ("missing", "valid")}), "replaced")
    succeeded(stack.thidua("outbox", "send", "--timeout", "30", env=other))
    now = stack.sql("SELECT period, value FROM thidua.cell_now WHERE unit = 'D.103' ORDER BY 1")
    equal(now, [["2022-01", "43"], ["2022-02", "42"]], "cells after it")
    told(50, "a lost submission that a later one has corrected is named and not sent again")


def main():
    with FaultStack("--workers", "0") as stack:
        load(stack)
        stack.proxy = stack.behind_proxy("server-1")
        copies = [Copy(stack, name) for name in ("standby", "other-standby", "backup")]
        standby, other, backup = copies
        try:
            synchronous_failover(stack, standby)
            asynchronous_failover(stack, standby, other)
            restore(stack, other, backup)
        finally:
            for copy in copies:
                copy.stop()


if __name__ == "__main__":
    main()
