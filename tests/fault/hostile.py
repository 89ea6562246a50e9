#!/usr/bin/env python3
"""A server among people who mean no good: meanwhile an honest clerk is served, memory stays bounded, and
when it is over everything is as before.

The honest clerk hands in one form after the other; its answers are timed before and during each attack.
What is measured is printed; what must hold is asserted.
"""

import os
import pathlib
import random
import re
import resource
import socket
import sys
import threading
import time
import uuid

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "integration"), str(HERE.parent / "lib")]
import protocol_client as peer  # noqa: E402
from protocol_client import wire, zmq  # noqa: E402
from thidua_test import Stack, equal, succeeded, wait_for  # noqa: E402

SECONDS = float(os.environ.get("THIDUA_HOSTILE_SECONDS", "3"))  # of each attack
SEED = int(os.environ.get("THIDUA_SEED", "20221"))
GROWTH_MIB_MAX = 64       # of the server's memory, by any attack
HONEST_MS_MAX = 2000      # the slowest answer that an honest clerk may see meanwhile
CONNECTIONS_MAX = 60
RAW_CONNECTIONS = 200


def server_pid(stack):
    return int((stack.directory / "run/server-1.pid").read_text().split()[0])


def status_kib(pid, field):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"^{field}:\s+(\d+) kB", text, re.MULTILINE)[1])


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def in_log(stack, event):
    """How often."""
    return (stack.directory / "log/server-1.log").read_text(errors="replace").count(event)


def form(value):
    submit = wire.Submit(id=uuid.uuid4().bytes, campaign=peer.CAMPAIGN, indicator=["AREA"])
    submit.form.add(unit="06520.01", period="2022-Q1", indicator=[0], state=[1], value=[value * 10000],
                    denominator=[0], has_denominator=[False])
    return submit


class Honest:
    """A clerk who hands in again and again; every answer must be a receipt."""

    def __init__(self, stack):
        self.client = peer.enrolled_client(stack, "clerk", peer.OFFICE)
        self.count = 0

    def hand_in(self):
        self.count += 1
        began = time.monotonic()
        answer = self.client.ask(submit=form(self.count % 700))
        equal(answer.code, wire.COMMITTED, "answer to an honest form")
        return (time.monotonic() - began) * 1000

    def timed(self, until):
        """Milliseconds of each answer, sorted, while until() says go on; 20 at least."""
        times = []
        while len(times) < 20 or until():
            times.append(self.hand_in())
        return sorted(times)


def p99(times):
    return times[int(len(times) * 0.99) - (len(times) > 100 and len(times) % 100 == 0)]


def during(stack, honest, name, attack):
    """Runs `attack(stop)` in a thread beside the honest clerk."""
    pid = server_pid(stack)
    calm = honest.timed(lambda: False)
    memory = status_kib(pid, "VmRSS")
    stop = threading.Event()
    failed = []

    def run():
        try:
            attack(stop)
        except BaseException as error:  # told below, in the thread that counts
            failed.append(error)

    thread = threading.Thread(target=run)
    end = time.monotonic() + SECONDS
    thread.start()
    try:
        busy = honest.timed(lambda: time.monotonic() < end)
    finally:
        stop.set()
        thread.join()
    if failed:
        raise failed[0]
    grown = (status_kib(pid, "VmRSS") - memory) / 1024
    print(f"{name}: honest p99 {p99(calm):.1f} ms before, {p99(busy):.1f} ms during ({len(busy)} forms), "
          f"server grew {grown:.1f} MiB", flush=True)
    assert busy[-1] <= HONEST_MS_MAX, f"{name}: an honest form waited {busy[-1]:.0f} ms"
    assert grown <= GROWTH_MIB_MAX, f"{name}: the server grew by {grown:.0f} MiB"
    equal(server_pid(stack), pid, "the server lives")


# ---- attacks

def flood(stack):
    """A key on record that asks as fast as it can: put off, and told so."""
    flooder = peer.enrolled_client(stack, "clerk", peer.OFFICE)
    put_off = [0, 0]

    def attack(stop):
        frame = wire.Envelope(version=1, request=1, ping=wire.Ping()).SerializeToString()
        while not stop.is_set():
            for _ in range(200):
                flooder.socket.send(frame)
            while flooder.socket.poll(0):
                envelope = wire.Envelope.FromString(flooder.socket.recv())
                put_off[envelope.WhichOneof("body") == "answer" and envelope.answer.code == wire.BUSY] += 1
        flooder.close()
    return attack, put_off


def rubbish(endpoint, rng):
    """Connections that say anything but ZMTP, or begin with it and go on with something else."""
    def attack(stop):
        while not stop.is_set():
            with socket.create_connection(endpoint) as raw:
                head = b"\xff\0\0\0\0\0\0\0\x01\x7f\x03\0CURVE" if rng.random() < 0.5 else b""
                try:
                    raw.sendall(head + rng.randbytes(rng.randrange(1, 4096)))
                except OSError:
                    pass
    return attack


def half_open(endpoint):
    """Connections without a word, more and more of them."""
    def attack(stop):
        opened = []
        while not stop.is_set() and len(opened) < 1000:
            opened.append(socket.create_connection(endpoint))
        stop.wait()
        for raw in opened:
            raw.close()
    return attack


def mutated(stack, rng):
    """Messages of a key on record, with bytes changed, cut off or repeated."""
    client = peer.enrolled_client(stack, "officer", "")
    seeds = [wire.Envelope(version=1, request=2, submit=form(1)).SerializeToString(),
             wire.Envelope(version=1, request=3, query=wire.Query(what=wire.RANKING, campaign=peer.CAMPAIGN)).SerializeToString(),
             wire.Envelope(version=1, request=4, locate=wire.Locate(campaign=peer.CAMPAIGN, unit=["06520.01"],
                                                                    period=["2022-Q1"])).SerializeToString(),
             wire.Envelope(version=1, request=5, load=wire.Load(id=bytes(16), kind=wire.TARGETS, campaign=peer.CAMPAIGN,
                                                                last=True, check_only=True, data=b"unit,indicator,target\n")).SerializeToString()]

    def change(frame):
        frame = bytearray(frame)
        for _ in range(rng.randrange(1, 6)):
            at = rng.randrange(len(frame))
            what = rng.randrange(4)
            if what == 0:
                frame[at] ^= 1 << rng.randrange(8)
            elif what == 1:
                del frame[at:at + rng.randrange(1, 8)]
            elif what == 2:
                frame[at:at] = frame[at:at + 16] * rng.randrange(1, 50)
            else:
                frame[at:at] = rng.randbytes(rng.randrange(1, 16))
            if not frame:
                return b"\0"
        return bytes(frame)

    def attack(stop):
        while not stop.is_set():
            for _ in range(20):
                client.socket.send(change(rng.choice(seeds)))
            while client.socket.poll(10):
                client.socket.recv_multipart()
        client.close()
    return attack


def amplifying(stack):
    """A million unknown fields, a million empty messages: a megabyte that wants to be many."""
    client = peer.enrolled_client(stack, "officer", "")
    unknown = peer.envelope_around(6, b"\xa0\x06\x01" * 340000)
    empty_forms = peer.envelope_around(7, b"\x32\x00" * 500000)

    def attack(stop):
        seen = set()
        while not stop.is_set():
            for frame in (unknown, empty_forms):
                client.send(frame)
                seen.add(client.receive().submit_answer.code)
        client.close()
        equal(seen - {wire.BUSY}, {wire.TOO_LARGE}, "answers to amplifying messages")
    return attack


# ---- limits of connections

def too_many_connections(stack, honest, endpoint):
    """As many as there may be: nobody else comes in, those inside are served, and then it is open again."""
    raws, opened = [], in_log(stack, "door_open")
    try:
        for _ in range(RAW_CONNECTIONS):
            raws.append(socket.create_connection(endpoint))
            if in_log(stack, "why=connections_max"):
                break
            time.sleep(0.005)
    except ConnectionRefusedError:
        pass
    wait_for(10, lambda: in_log(stack, "why=connections_max"), "the door is shut")
    assert len(raws) <= CONNECTIONS_MAX + 20, f"{len(raws)} connections are in"
    honest.hand_in()
    for raw in raws:
        raw.close()
    wait_for(10, lambda: in_log(stack, "door_open") > opened, "the door is open again")
    peer.enrolled_client(stack, "clerk", peer.OFFICE).close()
    print(f"{len(raws)} connections came in, of at most {CONNECTIONS_MAX} with those that were there", flush=True)


def no_descriptors(stack, honest, endpoint):
    """No descriptor left: no spinning, an alarm, and back by itself."""
    pid = server_pid(stack)
    used = len(os.listdir(f"/proc/{pid}/fd"))
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 5, before[1]))
    raws = []
    try:
        for _ in range(20):
            raws.append(socket.create_connection(endpoint))
    except OSError:
        pass
    wait_for(10, lambda: in_log(stack, "why=descriptors"), "the alarm")
    cpu = cpu_seconds(pid)
    time.sleep(2)  # how much it takes in two seconds
    spent = cpu_seconds(pid) - cpu
    assert spent < 1, f"{spent:.1f} s of processor in 2 s"
    honest.hand_in()
    resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
    for raw in raws:
        raw.close()
    began = time.monotonic()
    peer.enrolled_client(stack, "clerk", peer.OFFICE).close()
    print(f"without descriptors {spent:.2f} s of processor in 2 s; a new client {time.monotonic() - began:.1f} s after there were some",
          flush=True)


def main():
    rng = random.Random(SEED)
    print(f"seed {SEED}, {SECONDS:g} s an attack", flush=True)
    with Stack("--workers", "0") as stack:
        configuration = stack.directory / "etc/server-1.conf"
        peer.load_campaign(stack)
        endpoint = stack.env["THIDUA_SERVERS"].split(",")[0].removeprefix("tcp://").rsplit(":", 1)
        endpoint = (endpoint[0], int(endpoint[1]))
        honest = Honest(stack)
        attack, put_off = flood(stack)
        during(stack, honest, "flood of a key on record", attack)
        print(f"  {put_off[0]} answered, {put_off[1]} put off", flush=True)
        assert put_off[1] > put_off[0] > 0, f"answered and put off: {put_off}"
        during(stack, honest, "rubbish", rubbish(endpoint, rng))
        during(stack, honest, "half-open", half_open(endpoint))
        during(stack, honest, "mutated messages", mutated(stack, rng))
        during(stack, honest, "amplifying messages", amplifying(stack))
        no_descriptors(stack, honest, endpoint)
        honest.client.close()
        configuration.write_text(configuration.read_text() + f"connections_max = {CONNECTIONS_MAX}\n")
        stack.control("restart", "server-1")
        too_many_connections(stack, Honest(stack), endpoint)
        succeeded(stack.thidua("ping"))


if __name__ == "__main__":
    main()
