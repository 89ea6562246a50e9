"""A stack whose database has the clock that the test sets: PostgreSQL under libfaketime.

    with ClockStack("--servers", "2") as desk:
        desk.enrol("clerk", "clerk", "A")
        desk.fake_clock("2022-04-01 00:00:00")      # UTC
        desk.set_clock("2022-04-10 16:59:59")
        desk.ask("clerk", 1, "ping")                # as this clerk, at server 1
"""

import os
import pathlib
import subprocess
import sys

from thidua_test import SOURCE, Stack, succeeded, wait_for

FAKETIME = pathlib.Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")


def skip_without_faketime():
    if not FAKETIME.exists():
        print("libfaketime is not installed", file=sys.stderr)
        sys.exit(77)


class ClockStack(Stack):
    def __init__(self, *options):
        super().__init__(*options)
        self.keys = {}

    def fake_clock(self, utc):
        """Restarts PostgreSQL under libfaketime; its processes read the file at every look at the clock."""
        self.clock = self.top / "clock"
        self.top.chmod(0o755)
        self.set_clock(utc)
        self.control("kill", "postgres")
        subprocess.run([SOURCE / "scripts/stack", "run", self.directory, "postgres"], check=True, env={
            **os.environ, "THIDUA_FAULT_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(self.clock), "TZ": "UTC",
            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
        for server in range(1, len(self.env["THIDUA_SERVERS"].split(",")) + 1):
            for who in self.keys:
                wait_for(30, lambda who=who, server=server: self.there(who, server), f"server {server} serves {who}")

    def there(self, who, server):
        return self.ask(who, server, "ping", "--timeout", "1").returncode == 0

    def set_clock(self, utc):
        """Another file takes the old one's place: nobody reads half a line."""
        new = self.clock.with_suffix(".new")
        new.write_text(utc + "\n")
        new.chmod(0o644)
        new.replace(self.clock)

    def settle(self, day):
        """Servers look at the clock each second: waits until it is this day in Vietnam for all of them."""
        for server in range(1, len(self.env["THIDUA_SERVERS"].split(",")) + 1):
            wait_for(30, lambda server=server: f",{day} " in self.thidua("ping", "--csv", env=self.at(server)).stdout,
                     f"{day} at server {server}")

    def at(self, server):
        """The environment of a client that knows this server alone."""
        return {"THIDUA_SERVERS": self.env["THIDUA_SERVERS"].split(",")[server - 1]}

    def enrol(self, name, role, unit):
        key = self.top / f"{name}.key"
        public = succeeded(self.thidua("key", "new", "--file", key)).stdout.strip()
        succeeded(self.thidua("key", "add", public, "--role", role, "--unit", unit, "--name", name, env=self.at(1)))
        self.keys[name] = {"THIDUA_KEY_FILE": str(key), "THIDUA_OUTBOX": str(self.top / f"{name}.outbox")}

    def ask(self, who, server, *words):
        return self.thidua(*words, "--lang", "en", env={**self.keys[who], **self.at(server)})
