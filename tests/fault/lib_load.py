"""Clerks who hand in without a pause, each with an outbox of its own, as a load to do harm under."""

import itertools
import threading

from lib_history import check, outbox_items
from small_campaign import CAMPAIGN, results

# Each clerk of each load hands in for a village of his own: two for one would refuse each other's corrections.
VILLAGES = iter(("A.1", "B.1", "C.1", "A.2", "B.2", "C.2", *(f"D.{number}" for number in range(1, 100))))


class Load:
    """with Load(stack, 4) as load: ... ; afterwards everybody has finished what he was handing in."""

    def __init__(self, stack, clerks, options=("--wait",), prefix="load"):
        self.stack, self.options, self.prefix = stack, options, prefix
        self.environments = [stack.clerk(f"{prefix}-{number}") for number in range(clerks)]
        self.villages = [next(VILLAGES) for _ in range(clerks)]
        self.failures, self.ending = [], threading.Event()
        self.threads = [threading.Thread(target=self._work, args=(number,)) for number in range(clerks)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind, *_exception):
        self.ending.set()
        for thread in self.threads:
            thread.join()
        if kind is None and self.failures:
            raise AssertionError("\n".join(self.failures[:5]))

    def outboxes(self):
        return [environment["THIDUA_OUTBOX"] for environment in self.environments]

    def acknowledged(self):
        """So far; an outbox that is not there yet counts 0."""
        total = 0
        for path in self.outboxes():
            try:
                total += sum(item[2] == "sent" for item in outbox_items(path))
            except Exception:  # noqa: BLE001: just being made
                pass
        return total

    def settle(self):
        """Sends what still waits; raises when something does not go through."""
        for environment in self.environments:
            done = self.stack.thidua("outbox", "send", "--timeout", "60", env=environment)
            if done.returncode != 0:
                raise AssertionError(f"outbox send: exit {done.returncode}: {done.stderr}")
        violations, acknowledged, waiting = check(self.stack, self.outboxes())
        if violations or waiting:
            raise AssertionError(f"{waiting} waiting; history: {violations[:10]}")
        return acknowledged

    def _work(self, number):
        village = self.villages[number]
        for turn in itertools.count():
            if self.ending.is_set():
                return
            month = f"2022-{turn % 12 + 1:02}"
            path = results(self.stack, f"{self.prefix}-{number}-{turn % 4}.csv",
                           f"{month},{village},GRAIN,{turn % 5000}", f"{month},{village},INSURED,{number},100")
            done = self.stack.thidua("submit", CAMPAIGN, path, *self.options, env=self.environments[number])
            if done.returncode not in (0, 75):
                self.failures.append(f"{path.name}: exit {done.returncode}: {done.stderr}")
                return
