"""A stack with the benchmarks' country in it, and what every measurement needs: the programs of this
directory, clocks, memory, medians and the lines of the table."""

import os
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from thidua_test import Stack, succeeded, wait_for

PROGRAMS = pathlib.Path(os.environ["THIDUA_BUILD_DIR"]) / "tests/bench"
VILLAGES, MONTHS = 8, 12
COMMUNES = 10600
CAMPAIGN = "nation-2022"
# The same for the system, its limits and its peers; durability stays full.
POSTGRES = ("shared_buffers=1GB", "max_wal_size=8GB", "checkpoint_timeout=30min")


def note(*words):
    print("bench:", *words, file=sys.stderr, flush=True)


class Nation(Stack):
    """with Nation(communes, admins=64) as nation: the country is on record, everybody has a key."""

    def __init__(self, communes, admins=64, workers=2, campaign="campaign"):
        options = [word for setting in POSTGRES for word in ("--set", f"postgres.{setting}")]
        super().__init__("--workers", str(workers), *options)
        self.communes, self.admins, self.campaign = communes, admins, campaign

    def __enter__(self):
        super().__enter__()
        self.conninfo = f"host={self.env['PGHOST']} port={self.env['PGPORT']} dbname=thidua user=postgres"
        try:
            self._load()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def _load(self):
        for what, command in (("units", ("unit", "load")), (self.campaign, ("campaign", "load"))):
            path = self.top / f"{what}.txt"
            path.write_text(self.program("nation", what, self.communes, VILLAGES, MONTHS))
            succeeded(self.thidua(*command, path))
        keys = self.top / "keys.csv"
        keys.write_text(self.program("nation", "keys", self.communes, self.admins))
        self.sql(f"\\copy thidua.access_key (public_key, role, unit, name) from '{keys}' csv")
        self.await_keys()

    def await_keys(self):
        """Servers look for new keys each second."""
        count = int(self.sql("SELECT count(*) FROM thidua.access_key")[0][0])
        log = self.directory / "log/server-1.log"
        wait_for(60, lambda: f" keys={count}\n" in log.read_text(), "keys loaded")

    def program(self, name, *arguments, **options):
        """Standard output of one of our programs."""
        return succeeded(self.run(PROGRAMS / name, *arguments, **options)).stdout

    def figures(self, name, *arguments):
        return parse(self.program(name, *arguments))

    def storm_words(self, *options):
        return [PROGRAMS / "storm", "--server", self.env["THIDUA_SERVERS"], "--server-key", self.env["THIDUA_SERVER_KEY"],
                "--communes", self.communes, *options]

    def storm(self, *options):
        return parse(succeeded(self.run(*self.storm_words(*options))).stdout)

    def empty(self):
        """No submissions, and nothing left to write that is not of the measurement."""
        self.sql("TRUNCATE thidua.submission, thidua.form")
        self.sql("CHECKPOINT")

    def pid(self, name):
        return int((self.directory / f"run/{name}.pid").read_text().split()[0])

    def peak_mib(self, name):
        """The most memory the process has had."""
        for line in pathlib.Path(f"/proc/{self.pid(name)}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        raise AssertionError(f"no VmHWM of {name}")


def parse(text):
    return {name: float(value) for name, value in (line.split(",") for line in text.splitlines())}


# The table of all measurements.
HEADER = "name,value,unit,limit,ratio,goal,holds"


def number(value):
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def line(name, values, unit, limits, goal, at_least=True):
    """A line of the table: medians of the repetitions, the ratio taken in each of them; behind it the range
    of the ratios as two lines without a verdict."""
    ratios = [value / limit for value, limit in zip(values, limits)]
    ratio = statistics.median(ratios)
    holds = ratio >= goal if at_least else ratio <= goal
    print(f"{name},{number(statistics.median(values))},{unit},{number(statistics.median(limits))},{ratio:.3f},"
          f"{'>=' if at_least else '<='} {goal:g},{'yes' if holds else 'no'}")
    for word, best in (("low", min(ratios)), ("high", max(ratios))):
        print(f"{name}.{word},,,,{best:.3f},,", flush=True)
