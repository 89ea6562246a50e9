#!/usr/bin/env python3
"""Another database takes over. A synchronous standby is promoted after kill -9 of the primary under load:
nothing acknowledged is lost, the server, never restarted, goes on with it (51). A backup is restored: the
receipts that clients hold and the restored store does not know are named, and sent again under their old
ids and bytes they are accepted (50).
"""

import os
import pathlib
import pwd
import signal
import sqlite3
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from lib_history import check, must_hold  # noqa: E402
from lib_load import Load  # noqa: E402
from lib_stack import FaultStack, equal, succeeded, told, wait_for  # noqa: E402
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
        if (self.data / "postmaster.pid").exists():
            self.program(BIN / "pg_ctl", "stop", "--wait", "--silent", "-m", "immediate", "-D", self.data)

    def take_over(self):
        """Server and tests talk to this one from now on."""
        self.stack.proxy.target = self.socket / ".s.PGSQL.5432"
        self.stack.env["PGHOST"] = str(self.socket)


def failover(stack, standby):
    standby.take("--write-recovery-conf")
    standby.start()
    stack.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
    stack.sql("SELECT pg_reload_conf()")
    wait_for(20, lambda: stack.sql("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"), "a sync standby")
    pid = stack.pid("server-1")
    with Load(stack, 4, prefix="failover") as clerks:
        wait_for(60, lambda: clerks.acknowledged() >= 12, "receipts")
        stack.signal("postgres", signal.SIGKILL)
        wait_for(20, lambda: not stack.alive("postgres"), "the primary is gone")
        standby.program(BIN / "pg_ctl", "promote", "--wait", "--silent", "-D", standby.data)
        standby.take_over()
        stack.sql("ALTER SYSTEM SET synchronous_standby_names = ''")
        stack.sql("SELECT pg_reload_conf()")
        before = clerks.acknowledged()
        wait_for(60, lambda: clerks.acknowledged() > before + 3, "receipts from the new primary")
    equal(stack.pid("server-1"), pid, "the server was not restarted")
    told(51, f"sync standby promoted under load: {clerks.settle()} acknowledged ({before} before), 0 lost")


def restore(stack, standby, backup):
    clerk = stack.clerk("restored")
    files = [results(stack, f"restored-{n}.csv", f"2022-{n:02},B.1,GRAIN,{n}") for n in range(1, 7)]
    for file in files[:3]:
        succeeded(stack.thidua("submit", CAMPAIGN, file, "--wait", env=clerk))
    backup.take()
    for file in files[3:]:
        succeeded(stack.thidua("submit", CAMPAIGN, file, "--wait", env=clerk))
    standby.stop()
    backup.start()
    backup.take_over()
    lost = [what for what in check(stack, [clerk["THIDUA_OUTBOX"]])[0] if "not stored" in what]
    equal(len(lost), 3, f"receipts newer than the backup: {lost}")
    # What an operator does: those items wait again, with their ids, bytes and order.
    with sqlite3.connect(clerk["THIDUA_OUTBOX"]) as outbox:
        outbox.execute("UPDATE submission SET state = 'waiting', answer = NULL WHERE number > 3")
    outbox.close()
    succeeded(stack.thidua("outbox", "send", "--timeout", "30", env=clerk))
    equal(must_hold(stack, clerk["THIDUA_OUTBOX"]), 6, "acknowledged")
    told(50, "3 receipts newer than the restored backup named by the checker; sent again, all 6 stored, same ids")


def main():
    with FaultStack("--workers", "0") as stack:
        load(stack)
        stack.proxy = stack.behind_proxy("server-1")
        standby, backup = Copy(stack, "standby"), Copy(stack, "backup")
        try:
            failover(stack, standby)
            restore(stack, standby, backup)
        finally:
            standby.stop()
            backup.stop()


if __name__ == "__main__":
    main()
