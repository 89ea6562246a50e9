#!/usr/bin/env python3
"""Clients and the network between: killed at every write of the outbox (16), torn and full disks under
it, clocks a year off on client and server (17), an old disk image of the outbox (18), a message that is too
large (19), one that never reads its answers (27), all reconnecting at once (28), partitions, asymmetric
too, and a week offline (29), slow drips and half-closed connections (21), no descriptors (22). After each:
sent once, in order, receipts as stored.
"""

import os
import pathlib
import resource
import shutil
import signal
import socket
import sqlite3
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from lib_history import must_hold, outbox_items  # noqa: E402
from lib_proxy import DOWN, UP  # noqa: E402
from lib_stack import CUT, QUEUED, FaultStack, equal, succeeded, told, wait_for  # noqa: E402
from small_campaign import CAMPAIGN, load, results  # noqa: E402

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
CROWD = 60
NOBODY = "tcp://127.0.0.1:1"
WEEK_QUEUED, WEEK_CORRECTIONS = 500, 10
WEEK_VILLAGES = range(251, 351)  # of D, beyond those of VILLAGES


VILLAGES = {}  # each clerk hands in for a village of his own: two for one would refuse each other's corrections


def form(stack, name, value, office=None, month=1):
    village = f"{office}.1" if office else VILLAGES.setdefault(name, f"D.{len(VILLAGES) + 1}")
    return results(stack, f"{name}.csv", f"2022-{month:02},{village},GRAIN,{value}")


def submit(stack, path, *options, env):
    return stack.thidua("submit", CAMPAIGN, path, *options, env=env)


def states(env):
    path = pathlib.Path(env["THIDUA_OUTBOX"])
    return [item[2] for item in outbox_items(path)] if path.exists() else []


# ---- 16

def killed_at_every_write(stack):
    """16: SIGKILL at the 1st, 2nd, 3rd ... write or sync of the outbox file or its journal, until a
    submission gets through unharmed. Never a receipt lost, never a form twice, never a broken outbox."""
    clerk = stack.clerk("written")
    succeeded(submit(stack, form(stack, "written", 0), "--wait", env=clerk))  # offices known
    kills = saved_before_death = 0
    for at in range(1, 200):
        preload = stack.preload(die_in="written.outbox", die_at=at)
        done = submit(stack, form(stack, "written", at), "--wait", env={**clerk, **preload})
        stack.end_switches()
        if done.returncode == 0:
            break
        equal(done.returncode, -signal.SIGKILL, f"exit code: {done.stderr}")
        kills += 1
        saved_before_death += "waiting" in states(clerk)
    assert 5 < kills < 199, f"{kills} points"
    succeeded(stack.thidua("outbox", "send", env=clerk))
    equal(set(states(clerk)), {"sent"}, "states")
    acknowledged = must_hold(stack, clerk["THIDUA_OUTBOX"])
    told(16, f"killed at each of {kills} writes and syncs of the outbox ({saved_before_death} with the submission "
             f"saved); {acknowledged} acknowledged, outbox whole, all stored once, in order")


def killed_before_answer(stack):
    """16: between send and ack; sent again it is a duplicate with the same receipt."""
    proxy = stack.client_proxy()
    clerk = stack.clerk("unanswered", proxy)
    succeeded(submit(stack, form(stack, "unanswered", 1), "--wait", env=clerk))
    client = []
    rule = proxy.when(DOWN, lambda unit, number: number >= 1, lambda connection: client[0].kill() or CUT)
    client.append(stack.start_client("submit", CAMPAIGN, form(stack, "unanswered", 2), "--wait", env=clerk))
    assert rule.fired.wait(20), "no answer"
    client[0].communicate()
    succeeded(stack.thidua("outbox", "send", env=clerk))
    must_hold(stack, clerk["THIDUA_OUTBOX"])
    equal(set(states(clerk)), {"sent"}, "states")
    told(16, "killed between send and answer: sent again after restart, one row")


def bad_disk(stack):
    """16: no space, EIO, a torn journal, a torn file: nothing is called saved that is not."""
    clerk = stack.clerk("bad-disk")
    for turn, (switch, where) in enumerate((("write_enospc", "bad-disk.outbox"), ("sync_eio", "bad-disk.outbox"))):
        for known in (False, True):
            preload = stack.preload(**{switch: where})
            before = len(states(clerk))
            done = submit(stack, form(stack, "bad-disk", 10 * turn), env={**clerk, **preload, "THIDUA_SERVERS": NOBODY})
            stack.end_switches()
            equal(done.returncode, 1, f"{switch}: {done.stderr}")
            equal(len(states(clerk)), before, "items saved")
            if not known:
                succeeded(submit(stack, form(stack, "bad-disk", turn), "--wait", env=clerk))
    path = pathlib.Path(clerk["THIDUA_OUTBOX"])
    pathlib.Path(f"{path}-journal").write_bytes(os.urandom(700))  # a journal's torn beginning
    succeeded(submit(stack, form(stack, "bad-disk", 30), "--wait", env=clerk))
    must_hold(stack, path)
    torn = stack.top / "torn.outbox"
    torn.write_bytes(path.read_bytes()[:-5000])
    done = submit(stack, form(stack, "bad-disk", 31), env={"THIDUA_OUTBOX": str(torn)})
    equal(done.returncode, 1, f"exit code with a torn file: {done.stderr}")
    assert "damaged" in done.stderr, done.stderr
    told(16, "outbox on a full disk or one with EIO: exit 1, nothing half saved; torn journal discarded; torn file named")


# ---- 17, 18

def clock(shift):
    """The environment of a program whose clock is off by this much."""
    return {"LD_PRELOAD": FAKETIME, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME": shift,
            "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}


def clocks(stack):
    if not pathlib.Path(FAKETIME).exists():
        told(17, "skipped: libfaketime is not installed")
        return
    clerk = stack.clerk("clocks")
    for turn, shift in enumerate(("+365d", "-365d", "+0d")):
        succeeded(submit(stack, form(stack, "clocks", turn, "A"), "--wait", env={**clerk, **clock(shift)}))
    stack.control("kill", "server-1")
    stack.run_with("server-1", **clock("+365d"))
    succeeded(submit(stack, form(stack, "clocks", 3, "A"), "--wait", env=clerk))
    stack.control("restart", "server-1")
    rows = stack.sql("SELECT extract(epoch FROM accepted_at - clock_timestamp())::bigint FROM thidua.submission "
                     "ORDER BY accepted DESC LIMIT 4")
    assert all(-120 < int(row[0]) <= 0 for row in rows), f"commit times: {rows}"
    equal(stack.sql("SELECT value FROM thidua.cell_now WHERE unit = 'A.1' AND period = '2022-01'"), [["3"]], "the newest")
    must_hold(stack, clerk["THIDUA_OUTBOX"])
    told(17, "clients a year ahead and behind, a server a year ahead: order and commit times are the database's")


def old_image(stack):
    """18: the outbox of yesterday's disk image; what was sent since is sent again."""
    clerk = stack.clerk("image")
    for value in range(3):
        equal(submit(stack, form(stack, "image", value, "B"), "--timeout", "1",
                     env={**clerk, "THIDUA_SERVERS": NOBODY}).returncode, QUEUED, "exit code")
    shutil.copy(clerk["THIDUA_OUTBOX"], stack.top / "image-old.outbox")
    succeeded(stack.thidua("outbox", "send", env=clerk))
    succeeded(submit(stack, form(stack, "image", 100, "B"), "--wait", env=clerk))
    before = stack.stored()
    old = {"THIDUA_OUTBOX": str(stack.top / "image-old.outbox")}
    succeeded(stack.thidua("outbox", "send", env=old))
    equal(stack.stored(), before, "rows")
    equal(stack.sql("SELECT value FROM thidua.cell_now WHERE unit = 'B.1' AND period = '2022-01'"), [["100"]], "newest")
    must_hold(stack, clerk["THIDUA_OUTBOX"], old["THIDUA_OUTBOX"])
    told(18, "3 submissions of an old image: DUPLICATE with the same receipts; what came later stays")


def old_image_unsent(stack):
    """18: the old image holds a correction that was thrown away since, and another one was sent instead."""
    clerk = stack.clerk("unsent")
    succeeded(submit(stack, form(stack, "unsent", 1, "C", 2), "--wait", env=clerk))
    equal(submit(stack, form(stack, "unsent", 2, "C", 2), "--timeout", "1",
                 env={**clerk, "THIDUA_SERVERS": NOBODY}).returncode, QUEUED, "exit code")
    shutil.copy(clerk["THIDUA_OUTBOX"], stack.top / "unsent-old.outbox")
    waiting = [item[0] for item in outbox_items(pathlib.Path(clerk["THIDUA_OUTBOX"])) if item[2] == "waiting"]
    succeeded(stack.thidua("outbox", "drop", str(waiting[0]), env=clerk))
    succeeded(submit(stack, form(stack, "unsent", 3, "C", 2), "--wait", env=clerk))
    before = stack.stored()
    old = {"THIDUA_OUTBOX": str(stack.top / "unsent-old.outbox")}
    done = stack.thidua("outbox", "send", env=old)
    equal(done.returncode, 4, f"exit code: {done.stderr}")
    assert "stale_base" in done.stderr + done.stdout, done
    equal(stack.stored(), before, "rows")
    equal(stack.sql("SELECT value FROM thidua.cell_now WHERE unit = 'C.1' AND period = '2022-02'"), [["3"]], "newest")
    must_hold(stack, clerk["THIDUA_OUTBOX"])
    told(18, "an unsent correction of an old image: STALE_BASE, what came later stays")


# ---- 19, 21, 27

def harmful_peers(stack):
    """Half-open handshakes, rubbish, a peer that never reads: others are served all the while."""
    port = stack.ports("clients")[0]
    clerk = stack.clerk("beside")
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(300)]
    for number, sock in enumerate(idle[:50]):
        sock.sendall(os.urandom(2000) if number % 2 else b"\xff\0\0\0\0\0\0\0\1\x7f\3")
    began = time.monotonic()
    for value in range(3):
        succeeded(submit(stack, form(stack, "beside", value), "--wait", env=clerk))
    beside = time.monotonic() - began
    wait_for(90, lambda: all(closed(sock) for sock in idle), "half-open connections are dropped")
    dropped = time.monotonic() - began
    for sock in idle:
        sock.close()
    told(21, f"300 silent or rubbish connections: 3 submissions beside them in {beside:.1f} s; all dropped after "
             f"{dropped:.0f} s")
    drip = stack.client_proxy(framing=None)
    drip.bytes_per_s = 40
    slow = stack.start_client("submit", CAMPAIGN, form(stack, "drip", 1), "--timeout", "8",
                              env=stack.clerk("drip", drip))
    succeeded(submit(stack, form(stack, "beside", 9), "--wait", env=clerk))
    slow.communicate()
    equal(slow.returncode, QUEUED, "exit code of a client on a 40 byte/s line")
    drip.bytes_per_s = 0
    succeeded(stack.thidua("outbox", "send", env=stack.clerk("drip", drip)))
    halves = stack.client_proxy()
    halves.when(UP, lambda unit, number: number >= 1, lambda connection: connection.writers[DOWN].write_eof() or "pass")
    succeeded(submit(stack, form(stack, "half", 1), "--wait", env=stack.clerk("half", halves)))
    must_hold(stack, clerk["THIDUA_OUTBOX"], stack.top / "drip.outbox", stack.top / "half.outbox")
    told(21, "a line of 40 bytes/s and a half-closed one: queued, delivered afterwards, others unaffected")


def no_descriptors(stack):
    """22: as many connections as the server may have descriptors; others wait and are served when there are some."""
    pid = stack.pid("server-1")
    limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    few = len(os.listdir(f"/proc/{pid}/fd")) + 40
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (few, limits[1]))
    idle = [socket.create_connection(("127.0.0.1", stack.ports("clients")[0])) for _ in range(2 * few)]
    wait_for(10, lambda: f"limit={few} few=yes" in stack.log("server-1"), "the alarm")
    clerk = stack.clerk("without")
    status = submit(stack, form(stack, "without", 1), "--timeout", "2", env=clerk).returncode
    assert status in (0, QUEUED), f"exit code {status}"  # those sent away may have left a descriptor for it
    for sock in idle:
        sock.close()
    began = time.monotonic()
    succeeded(stack.thidua("outbox", "send", "--timeout", "30", env=clerk))
    took = time.monotonic() - began
    wait_for(10, lambda: f"limit={few} few=no" in stack.log("server-1"), "the end of the alarm")
    resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
    must_hold(stack, clerk["THIDUA_OUTBOX"])
    told(22, f"all {few} descriptors taken: alarm, a client beside them {'waits (75)' if status else 'is let in'}; receipt {took:.1f} s after they were free")


def closed(sock):
    sock.setblocking(False)
    try:
        while sock.recv(4096):
            pass
        return True
    except BlockingIOError:
        return False
    except OSError:
        return True


def never_reads(stack):
    """27: the server's answers to one client are held back at the wire; the server forgets nothing."""
    proxy = stack.client_proxy()
    proxy.hold(DOWN)
    resident = rss_kib(stack.pid("server-1"))
    deaf = [stack.start_client("submit", CAMPAIGN, form(stack, f"deaf-{number}", number), "--timeout", "4",
                               env=stack.clerk(f"deaf-{number}", proxy)) for number in range(8)]
    clerk = stack.clerk("hearing")
    began = time.monotonic()
    for value in range(5):
        succeeded(submit(stack, form(stack, "hearing", value), "--wait", env=clerk))
    took = time.monotonic() - began
    for client in deaf:
        client.communicate()
        equal(client.returncode, QUEUED, "exit code of one that hears nothing")
    proxy.release()
    boxes = [str(stack.top / f"deaf-{number}.outbox") for number in range(8)]
    for box in boxes:
        succeeded(stack.thidua("outbox", "send", env={"THIDUA_OUTBOX": box}))
    must_hold(stack, clerk["THIDUA_OUTBOX"], *boxes)
    grown = rss_kib(stack.pid("server-1")) - resident
    assert grown < 64 * 1024, f"the server grew by {grown} KiB"
    told(27, f"8 deaf clients: 5 submissions beside them in {took:.1f} s, the server grew by {grown} KiB; "
             "the receipts came with the next sending")


def rss_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


def too_large(stack):
    """19: a frame over the limit ends that connection, nobody else's (what the client itself makes is
    divided before it is sent: integration/client_outbox)."""
    proxy = stack.client_proxy()
    proxy.when(UP, lambda unit, number: number == 1, lambda connection: connection.writers[UP].write(
        b"\x02" + (1 << 40).to_bytes(8, "big")) or "swallow")
    done = submit(stack, form(stack, "large", 1), "--timeout", "15", env=stack.clerk("large", proxy))
    equal(done.returncode, 0, f"exit code after the connection was dropped: {done.stderr}")
    succeeded(submit(stack, form(stack, "beside", 19), "--wait", env=stack.clerk("beside")))
    told(19, "a frame that claims 1 TiB: that connection is dropped, the client comes through on its next one")


# ---- 28, 29

def all_at_once(stack):
    """28: all come back when the server does."""
    boxes = [stack.clerk(f"storm-{number}") for number in range(CROWD)]
    stack.control("kill", "server-1")
    clients = [stack.start_client("submit", CAMPAIGN, form(stack, f"storm-{number}", number),
                                  "--wait", env=env) for number, env in enumerate(boxes)]
    wait_for(60, lambda: all("waiting" in states(env) for env in boxes), "all have saved")
    stack.control("run", "server-1")
    began = time.monotonic()
    arrivals = []
    for client in clients:
        output = client.communicate(timeout=90)
        equal(client.returncode, 0, f"exit code: {output}")
        arrivals.append(time.monotonic() - began)
    equal(must_hold(stack, *[env["THIDUA_OUTBOX"] for env in boxes]), CROWD, "acknowledged")
    told(28, f"{CROWD} clients waiting at a restart: all receipts {max(arrivals):.1f} s after it (10,600: scripts/bench storm)")


def partitions(stack):
    """29: nothing passes, one way or both, connections stay; the outbox drains afterwards."""
    for name, directions in (("both", (UP, DOWN)), ("up", (UP,)), ("down", (DOWN,))):
        proxy = stack.client_proxy()
        clerk = stack.clerk(f"parted-{name}", proxy)
        succeeded(submit(stack, form(stack, f"parted-{name}", 0), "--wait", env=clerk))
        proxy.hold(*directions)
        for value in range(1, 4):
            equal(submit(stack, form(stack, f"parted-{name}", value), "--timeout", "1", env=clerk).returncode, QUEUED, "exit code")
        waiting = stack.start_client("outbox", "send", "--timeout", "60", env=clerk)
        threading.Event().wait(1)
        proxy.release()
        output = waiting.communicate(timeout=60)
        equal(waiting.returncode, 0, f"exit code: {output}")
        equal(must_hold(stack, clerk["THIDUA_OUTBOX"]), 4, "acknowledged")
        told(29, f"partition ({name}): 3 queued, drained after it, no duplicates, in order")


def week_offline(stack):
    """29: a week ago by the client's clock nobody could be reached; what has been queued since drains at once.
    A village and month each, and at last corrections of the first of them: the newest must be what counts."""
    if not pathlib.Path(FAKETIME).exists():
        told(29, "a week offline skipped: libfaketime is not installed")
        return
    clerk = stack.clerk("week")
    before = stack.stored()
    offline = {**clerk, **clock("-7d"), "THIDUA_SERVERS": NOBODY}
    places = [(month, village) for month in range(1, 13) for village in WEEK_VILLAGES]
    forms = [results(stack, f"week-{number}.csv", f"2022-{month:02},D.{village},GRAIN,{number}")
             for number, (month, village) in enumerate(places[:WEEK_QUEUED - WEEK_CORRECTIONS])]
    equal(stack.thidua("submit", CAMPAIGN, *forms, "--timeout", "1", env=offline).returncode, QUEUED, "exit code")
    for turn in range(WEEK_CORRECTIONS):
        correction = results(stack, f"week-again-{turn}.csv", f"2022-01,D.{WEEK_VILLAGES[0]},GRAIN,{1000 + turn}")
        equal(submit(stack, correction, "--timeout", "1", env=offline).returncode, QUEUED, "exit code")
    equal(states(clerk), ["waiting"] * WEEK_QUEUED, "states")
    database = sqlite3.connect(clerk["THIDUA_OUTBOX"])
    newest = database.execute("SELECT max(saved_us) FROM submission").fetchone()[0] / 1e6
    database.close()
    assert 6.9 * 86400 < time.time() - newest < 7.1 * 86400, f"saved {time.time() - newest:.0f} s ago"
    began = time.monotonic()
    succeeded(stack.thidua("outbox", "send", env=clerk))
    took = time.monotonic() - began
    equal(states(clerk), ["sent"] * WEEK_QUEUED, "states")
    equal(must_hold(stack, clerk["THIDUA_OUTBOX"]), WEEK_QUEUED, "acknowledged")
    equal(stack.stored() - before, WEEK_QUEUED, "rows")
    equal(stack.sql(f"SELECT value FROM thidua.cell_now WHERE unit = 'D.{WEEK_VILLAGES[0]}' AND period = '2022-01'"),
          [[str(1000 + WEEK_CORRECTIONS - 1)]], "the last correction")
    told(29, f"{WEEK_QUEUED} submissions queued, a week offline by the client's clock: drained in {took:.1f} s, once, in "
             "order, every receipt held")


def main():
    with FaultStack("--workers", "0") as stack:
        load(stack)
        killed_at_every_write(stack)
        killed_before_answer(stack)
        bad_disk(stack)
        clocks(stack)
        old_image(stack)
        old_image_unsent(stack)
        too_large(stack)
        harmful_peers(stack)
        no_descriptors(stack)
        never_reads(stack)
        all_at_once(stack)
        partitions(stack)
        week_offline(stack)


if __name__ == "__main__":
    main()
