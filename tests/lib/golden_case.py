"""Golden cases against a running stack: loading one, running it, comparing its four outputs."""

import os
import pathlib

from thidua_test import equal, succeeded

CASES = pathlib.Path(os.environ.get(
    "THIDUA_GOLDEN_DIR", pathlib.Path(__file__).resolve().parent.parent / "golden" / "cases"))
OUTPUTS = ("rollup", "scores", "ranking", "awards")
LISTS = (("adjustments.csv", ("adjust", "load")), ("nominations.csv", ("nominate",)), ("decisions.csv", ("decide",)))


class GoldenCase:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.code = self._campaign_code()

    def _campaign_code(self):
        for line in (self.directory / "campaign.yaml").read_text(encoding="utf-8-sig").splitlines():
            if line.startswith("campaign:"):
                return line.split(":", 1)[1].strip()
        raise AssertionError(f"{self.directory} has no campaign code")

    def results(self):
        """Its results files, in the order of acceptance."""
        return sorted((self.directory / "results").glob("*.csv"))

    def load_rules(self, stack):
        succeeded(stack.thidua("unit", "load", self.directory / "units.csv"))
        succeeded(stack.thidua("campaign", "load", self.directory / "campaign.yaml"))
        if (self.directory / "targets.csv").exists():
            succeeded(stack.thidua("target", "load", self.code, self.directory / "targets.csv"))

    def submit_all(self, stack):
        for file in self.results():
            succeeded(stack.thidua("submit", self.code, file, "--wait"))

    def load_lists(self, stack):
        for name, command in LISTS:
            if (self.directory / name).exists():
                succeeded(stack.thidua(*command, self.code, self.directory / name))

    def load(self, stack):
        self.load_rules(stack)
        self.submit_all(stack)
        self.load_lists(stack)

    def compare(self, stack, expected, situation):
        """The published figures against expected/ or expected-P/; returns how many files."""
        period = expected.name.partition("-")[2]
        for output in OUTPUTS:
            shown = succeeded(stack.thidua("show", output, self.code, *([period] if period else []), "--csv",
                                           text=False)).stdout
            what = f"{self.directory.name}/{expected.name}/{output}.csv, {situation}"
            if shown != (expected / f"{output}.csv").read_bytes():
                equal(shown.decode().splitlines(), (expected / f"{output}.csv").read_text().splitlines(), what)
                raise AssertionError(f"{what}: line ends differ")
        return len(OUTPUTS)

    def run_and_compare(self, stack, situation):
        """A run for each expected period; returns how many files were compared."""
        compared = 0
        for expected in sorted(self.directory.glob("expected*")):
            period = expected.name.partition("-")[2]
            succeeded(stack.thidua("run", "start", self.code, *([period] if period else []), "--wait"))
            compared += self.compare(stack, expected, situation)
        return compared
