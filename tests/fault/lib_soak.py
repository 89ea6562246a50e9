"""Random faults under load; see scripts/soak. The same seed gives the same faults in the same order;
what they hit depends on the moment."""

import argparse
import collections
import pathlib
import random
import signal
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from lib_history import check  # noqa: E402
from lib_load import Load  # noqa: E402
from lib_stack import CUT, COMMIT, COMMITTED, DOWN, UP, FaultStack, wait_for  # noqa: E402
from small_campaign import CAMPAIGN, load  # noqa: E402

SERVERS, WORKERS, CLERKS = 2, 3, 6
LEASE_SECONDS = 2
PUBLISHED, FAILED = 5, 6
SETTLE_SECONDS = 120
VERIFIED_RUNS = 5
FAULTS = {}  # name: (weight, function)


def fault(weight):
    def keep(function):
        FAULTS[function.__name__.replace("_", " ")] = (weight, function)
        return function
    return keep


def calm(soak, most):
    soak.ending.wait(soak.random.uniform(0.1, most))


def one_of(soak, kind):
    return f"{kind}-{soak.random.randint(1, SERVERS if kind == 'server' else WORKERS)}"


@fault(4)
def server_killed(soak):
    name = one_of(soak, "server")
    soak.stack.control("kill", name)
    calm(soak, 2)
    soak.stack.control("run", name)


@fault(4)
def worker_killed(soak):
    name = one_of(soak, "worker")
    soak.stack.control("kill", name)
    calm(soak, 3)
    soak.stack.control("run", name)


@fault(2)
def process_restarted(soak):
    soak.stack.control("restart", one_of(soak, soak.random.choice(["server", "worker"])))


@fault(3)
def process_frozen(soak):
    name = one_of(soak, soak.random.choice(["server", "worker", "worker"]))
    soak.stack.signal(name, signal.SIGSTOP)
    calm(soak, 3 * LEASE_SECONDS)
    soak.stack.signal(name, signal.SIGCONT)


@fault(2)
def database_killed(soak):
    soak.stack.control("kill", "postgres")
    calm(soak, 2)
    soak.stack.control("run", "postgres")


@fault(1)
def database_restarted(soak):
    soak.stack.control("restart", "postgres")


@fault(4)
def sessions_ended(soak):
    soak.stack.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'thidua%'")


@fault(3)
def database_cut_off(soak):
    """Nothing passes between one process and the database for a while."""
    proxy = soak.proxies[soak.random.choice(sorted(soak.proxies))]
    proxy.hold(*soak.random.choice([(UP,), (DOWN,), (UP, DOWN)]))
    calm(soak, 3 * LEASE_SECONDS)
    proxy.release()


@fault(3)
def connections_cut(soak):
    soak.proxies[soak.random.choice(sorted(soak.proxies))].cut()


@fault(4)
def commit_lost(soak):
    """The connection dies with COMMIT on its way, or with its answer."""
    proxy = soak.proxies[soak.random.choice(sorted(soak.proxies))]
    direction, match = soak.random.choice([(UP, COMMIT), (DOWN, COMMITTED)])
    rule = proxy.when(direction, match, lambda connection: CUT)
    rule.fired.wait(3)
    proxy.rules.remove(rule)


@fault(3)
def clients_cut_off(soak):
    soak.client_proxy.hold(*soak.random.choice([(UP,), (DOWN,), (UP, DOWN)]))
    calm(soak, 4)
    soak.client_proxy.release()


@fault(3)
def clients_cut(soak):
    soak.client_proxy.cut()


@fault(1)
def clients_delayed(soak):
    soak.client_proxy.delay_s = soak.random.uniform(0.01, 0.2)
    calm(soak, 3)
    soak.client_proxy.delay_s = 0


class Soak:
    def __init__(self, stack, seconds, seed):
        self.stack, self.seconds, self.random = stack, seconds, random.Random(seed)
        self.ending = threading.Event()
        self.injected = collections.Counter()
        load(stack)
        self.proxies = {name: stack.behind_proxy(name) for name in ("server-1", "worker-1", "worker-2")}
        self.client_proxy = stack.client_proxy(server=1)
        direct = stack.env["THIDUA_SERVERS"].split(",")[1:]
        stack.env["THIDUA_SERVERS"] = ",".join([f"tcp://127.0.0.1:{self.client_proxy.port}", *direct])

    def ask_for_runs(self):
        while not self.ending.wait(2):
            self.stack.thidua("run", "start", CAMPAIGN, "--timeout", "5")

    def do_harm(self):
        names = sorted(FAULTS)
        weights = [FAULTS[name][0] for name in names]
        until = time.monotonic() + self.seconds
        while time.monotonic() < until:
            name = self.random.choices(names, weights)[0]
            FAULTS[name][1](self)
            self.injected[name] += 1
            calm(self, 2)

    def open_runs(self):
        return self.stack.number(f"SELECT count(*) FROM thidua.run WHERE state < {PUBLISHED}")

    def run(self):
        """The violations."""
        runs = threading.Thread(target=self.ask_for_runs)
        with Load(self.stack, CLERKS, options=("--timeout", "20"), prefix="soak") as clerks:
            runs.start()
            try:
                self.do_harm()
            finally:
                self.ending.set()
                runs.join()
        for environment in clerks.environments:
            self.stack.thidua("outbox", "send", "--timeout", str(SETTLE_SECONDS), env=environment)
        violations, acknowledged, waiting = check(self.stack, clerks.outboxes())
        if waiting:
            violations.append(f"{waiting} submissions still wait")
        violations += self.check_runs()
        print(f"{acknowledged} submissions acknowledged")
        return violations

    def check_runs(self):
        """All runs end; runs of the same cut have the same figures; the last one has all that was accepted; the
        last ones agree with their seals and with what comes out of their input."""
        self.stack.thidua("run", "start", CAMPAIGN, "--timeout", "60")
        violations = []
        try:
            wait_for(SETTLE_SECONDS, lambda: self.open_runs() == 0, "runs that end")
        except AssertionError as late:
            violations.append(str(late))
        failed = self.stack.sql(f"SELECT id, reason FROM thidua.run WHERE state = {FAILED}")
        published = self.stack.number(f"SELECT count(*) FROM thidua.run WHERE state = {PUBLISHED}")
        print(f"{published} runs published, {len(failed)} failed")
        violations += [f"run {' '.join(row)}" for row in failed]
        violations += [f"cut {row[0]} gave different figures" for row in self.stack.sql(
            f"SELECT cut FROM thidua.run WHERE state = {PUBLISHED} GROUP BY cut, campaign, period "
            "HAVING count(DISTINCT output_digest) > 1")]
        violations += [f"{row[0]}: {row[1]} in the last run, {row[2]} accepted" for row in self.stack.sql(
            "SELECT r.unit, trim_scale(r.numerator[1]), sum(c.value) FROM thidua.rollup r JOIN thidua.cell_now c "
            "ON c.unit = r.unit AND c.indicator = 'GRAIN' WHERE r.scope = 1 AND r.run = (SELECT max(run) FROM "
            "thidua.published) GROUP BY 1, 2 HAVING trim_scale(r.numerator[1]) <> sum(c.value)")]
        if published == 0:
            violations.append("no run was published")
        return violations + self.verify_runs()

    def verify_runs(self):
        violations = []
        last = self.stack.sql(f"SELECT id FROM thidua.run WHERE state = {PUBLISHED} ORDER BY id DESC LIMIT {VERIFIED_RUNS}")
        for (run,) in last:
            done = self.stack.thidua("run", "verify", run, "--timeout", str(SETTLE_SECONDS))
            if done.returncode != 0:
                violations.append(f"run verify {run}: exit {done.returncode}: {(done.stdout + done.stderr)[:500]}")
        print(f"{len(last)} runs verified")
        return violations


def main():
    parser = argparse.ArgumentParser(prog="soak")
    parser.add_argument("minutes", nargs="?", type=float, default=10)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1, 1000000))
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.minutes:g} minutes", flush=True)
    with FaultStack("--servers", str(SERVERS), "--workers", str(WORKERS), "--lease", str(LEASE_SECONDS)) as stack:
        soak = Soak(stack, options.minutes * 60, options.seed)
        violations = soak.run()
        for name, count in sorted(soak.injected.items()):
            print(f"{count:5} {name}")
        print(f"{len(violations)} violations")
        for violation in violations[:50]:
            print("  " + violation)
        if violations:
            raise SystemExit(1)


if __name__ == "__main__":
    main()
