#!/usr/bin/env python3
"""Servers and workers on three hosts (network namespaces behind a bridge), the database on the first: clerks
and workers reach any of them, and with one host cut off the others go on. Needs root."""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import small_campaign
from small_campaign import CAMPAIGN, results
from thidua_test import SOURCE, Stack, equal, succeeded, wait_for

NAME = f"thidua-{os.getpid()}"
HOSTS = {"a": "10.77.0.1", "b": "10.77.0.2", "c": "10.77.0.3"}
PROGRAMS = pathlib.Path(os.environ["THIDUA_BUILD_DIR"]) / "bin"


def ip(*words, check=True):
    return subprocess.run(["ip", *words], check=check, capture_output=True, text=True)


def inside(host, *command):
    return ["ip", "netns", "exec", f"{NAME}-{host}", *(str(word) for word in command)]


class Network:
    """Three hosts and a hub with a bridge; none of it is seen from outside."""

    def __enter__(self):
        try:
            self._make()
        except (OSError, subprocess.CalledProcessError) as error:
            self.__exit__()
            print(f"skipped: no network namespaces here: {error}")
            sys.exit(77)
        return self

    def _make(self):
        for host in ("hub", *HOSTS):
            ip("netns", "add", f"{NAME}-{host}")
            ip("-n", f"{NAME}-{host}", "link", "set", "lo", "up")
        ip("-n", f"{NAME}-hub", "link", "add", "bridge", "type", "bridge")
        ip("-n", f"{NAME}-hub", "link", "set", "bridge", "up")
        for host, address in HOSTS.items():
            ip("-n", f"{NAME}-hub", "link", "add", f"to-{host}", "type", "veth", "peer", "name", "net", "netns", f"{NAME}-{host}")
            ip("-n", f"{NAME}-hub", "link", "set", f"to-{host}", "master", "bridge", "up")
            ip("-n", f"{NAME}-{host}", "address", "add", f"{address}/24", "dev", "net")
            ip("-n", f"{NAME}-{host}", "link", "set", "net", "up")

    def __exit__(self, *_exception):
        for host in ("hub", *HOSTS):
            ip("netns", "delete", f"{NAME}-{host}", check=False)

    def cable(self, host, state):
        ip("-n", f"{NAME}-hub", "link", "set", f"to-{host}", state)


class Hosts(Stack):
    """The database on host a; servers on a and b, workers on b and c, the clerk on c."""

    def __init__(self):
        super().__init__("--database-only", "--set", f"postgres.listen_addresses={HOSTS['a']}")
        self.processes = {}

    def control(self, command, *arguments):
        subprocess.run(inside("a", SOURCE / "scripts/stack",
                              command, self.directory, *arguments), check=True)

    def run(self, *command, env=None, **options):
        return super().run(*inside("c" if command[0] == "thidua" else "a", *command), env=env, **options)

    def __enter__(self):
        super().__enter__()
        try:
            self._start()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, *exception):
        for process in self.processes.values():
            process.kill()
            process.wait()
        super().__exit__(*exception)

    def key(self, name):
        """A new identity; its public half."""
        return succeeded(self.run(PROGRAMS / "thidua", "key", "new", "--file", self.top / f"{name}.key")).stdout.strip()

    def _start(self):
        access = self.directory / "pg/data/pg_hba.conf"
        with access.open("a") as file:
            file.write("host all all 10.77.0.0/24 trust\n")
        self.sql("SELECT pg_reload_conf()")
        server_key, admin_key = self.key("server"), self.key("admin")
        for host in "ab":
            self._configure(f"server-{host}", listen_clients=f"tcp://{HOSTS[host]}:7401", listen_workers=f"tcp://{HOSTS[host]}:7402",
                            database=self.database("thidua_server"), database_admin=self.database("postgres"),
                            key_file=self.top / "server.key", sql_dir=SOURCE / "sql")
        self._duty("--migrate")
        self._duty("--allow", "admin", "-", admin_key, "administrator")
        for host in "bc":
            self._duty("--allow", "worker", "-", self.key(f"worker-{host}"), host)
            self._configure(f"worker-{host}", servers=f"tcp://{HOSTS['a']}:7402,tcp://{HOSTS['b']}:7402", server_key=server_key,
                            key_file=self.top / f"worker-{host}.key", database=self.database("thidua_worker"))
        for name in ("server-a", "server-b", "worker-b", "worker-c"):
            self.start(name)
        self.env.update(PATH=f"{PROGRAMS}:{self.env['PATH']}", THIDUA_SERVER_KEY=server_key, THIDUA_KEY_FILE=str(self.top / "admin.key"),
                        THIDUA_OUTBOX=str(self.top / "outbox.db"),
                        THIDUA_SERVERS=",".join(f"tcp://{HOSTS[host]}:7401" for host in "ab"))
        for host in "ab":
            wait_for(30, lambda: self.answers(host), f"the server on {host}")

    def database(self, role):
        return f"host={HOSTS['a']} port=5432 dbname=thidua user={role} connect_timeout=3"

    def _configure(self, name, **settings):
        path = self.top / f"{name}.conf"
        path.write_text("".join(f"{key} = {value}\n" for key, value in settings.items()))
        path.chmod(0o600)

    def _duty(self, *words):
        succeeded(super().run(*inside("a", PROGRAMS / "thidua-server", "--config", self.top / "server-a.conf", *words)))

    def start(self, name):
        kind, host = name.split("-")
        with (self.directory / f"log/{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                inside(host, PROGRAMS / f"thidua-{kind}", "--config", self.top / f"{name}.conf"), stdout=log, stderr=log, env=self.env)

    def answers(self, host):
        return self.thidua("ping", "--timeout", "5", env={"THIDUA_SERVERS": f"tcp://{HOSTS[host]}:7401"}).returncode == 0

    def grain(self):
        lines = succeeded(self.thidua("show", "rollup", CAMPAIGN, "--unit", "H", "--scope", "to_date", "--csv")).stdout.splitlines()
        return [line.split(",")[5] for line in lines if ",GRAIN," in line]

    def report(self, name, row):
        succeeded(self.thidua("submit", CAMPAIGN, results(self, name, row), "--wait", "--timeout", "60"))
        succeeded(self.thidua("run", "start", CAMPAIGN, "--wait", "--timeout", "60"))


def main():
    if os.geteuid() != 0:
        print("skipped: needs root")
        sys.exit(77)
    with Network() as network, Hosts() as hosts:
        small_campaign.load(hosts)
        hosts.report("one.csv", "2022-12,A.1,GRAIN,10")
        equal(hosts.grain(), ["10"], "with all three hosts")

        # Host b is cut off, with a server, a worker and perhaps the lead: 10 + 5 = 15.
        network.cable("b", "down")
        hosts.report("two.csv", "2022-12,B.1,GRAIN,5")
        equal(hosts.grain(), ["15"], "without b")
        equal(hosts.answers("b"), False, "b is really away")

        # It is back; now the server on a ends: 15 + 1 = 16.
        network.cable("b", "up")
        wait_for(60, lambda: hosts.answers("b"), "b is back")
        hosts.processes["server-a"].kill()
        hosts.report("three.csv", "2022-12,C.1,GRAIN,1")
        equal(hosts.grain(), ["16"], "without the server on a")
        equal(hosts.sql("SELECT count(*) FROM thidua.submission"), [["3"]], "submissions")


if __name__ == "__main__":
    main()
