#!/usr/bin/env python3
"""Partitions of a real network (29): clients in a network namespace of their own, a veth pair to the server,
and packets that are lost without a word, in both directions or in one only (they are sent to a hardware
address that nobody has). What clients hand in meanwhile waits in their outboxes and drains afterwards, once,
in order; clients elsewhere are served all the while.

    partition.py [SECONDS]      how long each partition lasts; 6, or 600 for a real one (connections then have
                                ended on both sides, and pauses have grown to their longest)
"""

import contextlib
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from lib_history import must_hold, outbox_items  # noqa: E402
from lib_stack import QUEUED, FaultStack, equal, succeeded, told, wait_for  # noqa: E402
from small_campaign import CAMPAIGN, load, results  # noqa: E402

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 6
DRAIN_SECONDS = 90           # a client's longest pause, and a new connection
SKIPPED = 77
LOST = "02:00:00:00:00:99"   # a hardware address that nobody has
HERE, THERE = "198.18.73.1", "198.18.73.2"


def ip(*words, check=True):
    return subprocess.run(["ip", *words], check=check, capture_output=True, text=True)


class Village:
    """A namespace with one way out; `lose` makes packets disappear on it."""

    def __init__(self):
        self.name = f"thidua-{os.getpid()}"
        self.outer, self.inner = f"tho{os.getpid()}", f"thi{os.getpid()}"

    def __enter__(self):
        try:
            ip("netns", "add", self.name)
            ip("link", "add", self.outer, "type", "veth", "peer", "name", self.inner, "netns", self.name)
            ip("address", "add", f"{HERE}/30", "dev", self.outer)
            ip("link", "set", self.outer, "up")
            ip("-n", self.name, "address", "add", f"{THERE}/30", "dev", self.inner)
            ip("-n", self.name, "link", "set", self.inner, "up")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exception):
        ip("link", "delete", self.outer, check=False)
        ip("netns", "delete", self.name, check=False)

    def lose(self, *directions):
        if "up" in directions:
            ip("-n", self.name, "neighbour", "replace", HERE, "lladdr", LOST, "dev", self.inner, "nud", "permanent")
        if "down" in directions:
            ip("neighbour", "replace", THERE, "lladdr", LOST, "dev", self.outer, "nud", "permanent")

    def heal(self):
        ip("-n", self.name, "neighbour", "delete", HERE, "dev", self.inner, check=False)
        ip("neighbour", "delete", THERE, "dev", self.outer, check=False)

    def command(self, *words):
        return ["ip", "netns", "exec", self.name, *map(str, words)]


def form(stack, name, unit, value):
    return results(stack, f"{name}.csv", f"2022-01,{unit},GRAIN,{value}")


def partition(stack, village, server, name, directions, unit):
    clerk = stack.clerk(f"parted-{name}", servers=server)
    elsewhere = stack.clerk(f"elsewhere-{name}")

    def submit(value, *options):
        return stack.run(*village.command("thidua", "submit", CAMPAIGN, form(stack, "parted", unit, value)), *options,
                         env=clerk)
    succeeded(submit(0, "--wait"))
    began = time.monotonic()
    village.lose(*directions)
    for value in range(1, 4):
        equal(submit(value, "--timeout", "1").returncode, QUEUED, f"exit code ({name})")
    # One that tries all the while, and one elsewhere for whom nothing is lost.
    waiting = subprocess.Popen(village.command("thidua", "outbox", "send", "--wait"), env={**stack.env, **clerk},
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    served = 0
    while time.monotonic() - began < SECONDS:
        served += 1
        succeeded(stack.thidua("submit", CAMPAIGN, form(stack, "elsewhere", "D.200", served), "--wait", env=elsewhere))
        time.sleep(min(5, SECONDS / 10))
    equal(waiting.poll(), None, "the client that waits")
    equal([item[2] for item in outbox_items(clerk["THIDUA_OUTBOX"])], ["sent"] + ["waiting"] * 3, "states meanwhile")
    healed = time.monotonic()
    village.heal()
    output = waiting.communicate(timeout=DRAIN_SECONDS)
    equal(waiting.returncode, 0, f"exit code: {output}")
    drained = time.monotonic() - healed
    equal(must_hold(stack, clerk["THIDUA_OUTBOX"], elsewhere["THIDUA_OUTBOX"]), 4 + served, "acknowledged")
    told(29, f"namespace, packets lost {name} for {healed - began:.0f} s: 3 queued, drained {drained:.1f} s after it, once, "
             f"in order; {served} receipts elsewhere meanwhile")


def main():
    if os.geteuid() != 0:
        print("skipped: network namespaces need root (the proxy's partitions are in fault/clients)")
        return SKIPPED
    with contextlib.ExitStack() as stacked:
        village = Village()
        try:
            stacked.enter_context(village)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"skipped: no network namespaces here: {error} {getattr(error, 'stderr', '')}")
            return SKIPPED
        stack = stacked.enter_context(FaultStack("--workers", "0"))
        load(stack)
        port = stack.ports("clients")[0]
        stack.configure("server-1", "listen_clients", lambda _value: f"tcp://*:{port}")
        stack.control("restart", "server-1")
        wait_for(20, lambda: stack.thidua("ping").returncode == 0, "the server is there")
        for number, (name, directions) in enumerate((("both ways", ("up", "down")), ("on the way up", ("up",)),
                                                     ("on the way down", ("down",)))):
            partition(stack, village, f"tcp://{HERE}:{port}", name.replace(" ", "-"), directions, f"D.{210 + number}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
