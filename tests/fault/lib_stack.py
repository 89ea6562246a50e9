"""A stack to do harm to: proxies between its programs and the database, signals, preloaded faults.

    with FaultStack("--workers", "2", "--lease", "2") as stack:
        proxy = stack.behind_proxy("worker-1")      # its way to the database, from its next start on
        proxy.when(UP, COMMIT, stack.killer("worker-1"))

Named points, all on the wire, so that the programs that are handed out are what is tested:
    server before COMMIT   UP, COMMIT on the server's proxy        server after COMMIT  DOWN, COMMITTED
    worker before fence    UP, FENCE on the worker's proxy         worker in its write  UP, COPY_ROWS
    worker before COMMIT   UP, COMMIT                              worker after COMMIT  DOWN, COMMITTED
    client between send and ack   DOWN, second message, on a proxy between client and server
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from lib_proxy import CUT, DOWN, HOLD, PASS, SWALLOW, UP, Proxy  # noqa: E402, F401
from thidua_test import SOURCE, Stack, equal, succeeded, wait_for  # noqa: E402, F401

COMMIT = b"COMMIT\0"      # in a query, and the tag of its completion
COMMITTED = b"COMMIT\0"
FENCE = b"job_fence"
COPY_ROWS = b"FROM STDIN"
QUEUED = 75
PRELOAD = "tests/fault/libfault_io.so"


class FaultStack(Stack):
    def __init__(self, *options):
        super().__init__(*options)
        self.proxies = []

    def __exit__(self, *exception):
        for proxy in self.proxies:
            proxy.close()
        for name in self.names():
            self.signal(name, signal.SIGCONT)  # a stopped one could not be ended
        super().__exit__(*exception)

    # ---- processes

    def names(self):
        return [path.stem for path in (self.directory / "run").glob("*.pid")]

    def pid(self, name):
        return int((self.directory / "run" / f"{name}.pid").read_text().split()[0])

    def alive(self, name):
        try:
            state = pathlib.Path(f"/proc/{self.pid(name)}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return False
        return state not in "ZX"

    def signal(self, name, number):
        try:
            os.kill(self.pid(name), number)
        except (OSError, IndexError):
            pass

    def killer(self, name, verdict=CUT):
        """An action: SIGKILL in this instant; the unit that was seen is lost."""
        def kill(_connection):
            self.signal(name, signal.SIGKILL)
            return verdict
        return kill

    def stopper(self, name, verdict=HOLD):
        def stop(_connection):
            self.signal(name, signal.SIGSTOP)
            return verdict
        return stop

    def run_with(self, name, **environment):
        """Starts a process that is down, with more in its environment (LD_PRELOAD, FAKETIME, ...)."""
        subprocess.run([SOURCE / "scripts/stack", "run", self.directory, name], check=True,
                       env={**os.environ, **environment})

    def kill_quietly(self, name):
        if self.alive(name):
            self.control("kill", name)

    def log(self, name):
        return (self.directory / "log" / f"{name}.log").read_text(errors="replace")

    # ---- the way to the database

    def socket_directory(self):
        return pathlib.Path(os.path.realpath(self.directory / "pg")) / "socket"

    def database_proxy(self):
        place = pathlib.Path(tempfile.mkdtemp(prefix="proxy.", dir=self.top))
        proxy = Proxy(self.socket_directory() / ".s.PGSQL.5432", listen=place / ".s.PGSQL.5432")
        proxy.directory = place
        self.proxies.append(proxy)
        return proxy

    def behind_proxy(self, name):
        """Restarts a server or worker so that its database connections go through the returned proxy."""
        proxy = self.database_proxy()
        self.configure(name, "database", lambda value: value.replace(str(self.socket_directory()),
                                                                      str(proxy.directory)))
        self.control("restart", name)
        return proxy

    def configure(self, name, key, change):
        file = self.directory / "etc" / f"{name}.conf"
        lines = [f"{key} = {change(line.split(' = ', 1)[1])}" if line.startswith(f"{key} = ") else line
                 for line in file.read_text().splitlines()]
        file.write_text("\n".join(lines) + "\n")

    # ---- the way to the servers

    def ports(self, role):
        rows = [line.split() for line in (self.directory / "etc/endpoints").read_text().splitlines()]
        return [int(port) for kind, _number, port in rows if kind == role]

    def client_proxy(self, server=1, framing="zmtp"):
        proxy = Proxy(self.ports("clients")[server - 1], framing=framing)
        self.proxies.append(proxy)
        return proxy

    # ---- clients

    def clerk(self, name, proxy=None, servers=None):
        """The environment of a client with an outbox of its own."""
        environment = {"THIDUA_OUTBOX": str(self.top / f"{name}.outbox")}
        if proxy is not None:
            environment["THIDUA_SERVERS"] = f"tcp://127.0.0.1:{proxy.port}"
        if servers is not None:
            environment["THIDUA_SERVERS"] = servers
        return environment

    def start_client(self, *arguments, env=None, **options):
        return subprocess.Popen(["thidua", *map(str, arguments)], env={**self.env, **(env or {})},
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    def number(self, statement):
        return int(self.sql(statement)[0][0])

    def stored(self):
        return self.number("SELECT count(*) FROM thidua.submission")

    # ---- faults below the database

    def preload(self, **switches):
        """The environment that puts lib fault_io under a program; its switches are files of a directory
        that stack.switch() sets."""
        self.switches = pathlib.Path(tempfile.mkdtemp(prefix="switches."))
        self.switches.chmod(0o777)
        for name, value in switches.items():
            self.switch(name, value)
        library = pathlib.Path(self.env["THIDUA_BUILD_DIR"]) / PRELOAD
        equal(library.exists(), True, f"{library}")
        return {"LD_PRELOAD": str(library), "THIDUA_FAULT_DIR": str(self.switches)}

    def switch(self, name, value="on"):
        path = self.switches / name
        if value is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(str(value))

    def end_switches(self):
        shutil.rmtree(self.switches, ignore_errors=True)


def seconds(function):
    """How long it took."""
    began = time.monotonic()
    function()
    return time.monotonic() - began


def told(number, text):
    """One line of what was seen; docs/faults.md has them."""
    print(f"fault {number}: {text}", flush=True)
