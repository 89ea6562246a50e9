#!/usr/bin/env python3
"""The instants around a COMMIT, each injected for real on the server's way to the database: the server
is killed before COMMIT is sent (1) and after it is answered (2), the answer to the client is lost (3),
the connection is lost when COMMIT has been sent (4). The client sends again by itself; afterwards each
submission is stored once and its client holds the stored receipt. The same submission on two servers at
once is stored once (12), a half-closed or slowly dripping connection (21) harms nobody else, a server
that is told to end (45) answers what it has begun, and recovery after SIGKILL takes less than 10 s.
"""

import os
import shutil
import signal
import threading
import time

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from lib_history import must_hold, outbox_items  # noqa: E402
from lib_stack import (COMMIT, COMMITTED, CUT, DOWN, PASS, UP, FaultStack, equal, seconds, succeeded,  # noqa: E402
                       told, wait_for)
from small_campaign import CAMPAIGN, load, results  # noqa: E402

RECOVERY_SECONDS = 10


def one_form(stack, name, office, value):
    return results(stack, f"{name}.csv", f"2022-01,{office}.1,GRAIN,{value}", f"2022-01,{office}.2,GRAIN,{value}")


def answers_of(stack, clerk):
    shown = succeeded(stack.thidua("outbox", "list", "--all", "--csv", env=clerk)).stdout.splitlines()[1:]
    return [line.split(",")[7] for line in shown]


def harmed(stack, name, number, direction, match, action, restart, answer):
    """One submission with a rule on the server's database proxy; it must come through."""
    clerk = stack.clerk(name)
    succeeded(stack.thidua("submit", CAMPAIGN, one_form(stack, f"{name}-0", "A", 1), "--wait", env=clerk))
    before = stack.stored()
    rule = stack.proxy.when(direction, match, action)
    client = stack.start_client("submit", CAMPAIGN, one_form(stack, name, "A", number), "--wait", env=clerk)
    assert rule.fired.wait(20), "the point was never reached"
    hurt = time.monotonic()
    if restart:
        wait_for(10, lambda: not stack.alive("server-1"), "the server is gone")
        stored_at_death = stack.stored()
        equal(len([item for item in outbox_items(clerk["THIDUA_OUTBOX"]) if item[2] == "sent"]), 1, "acknowledged")
        equal(stored_at_death - before, 1 if direction == DOWN else 0, "stored at the kill")
        stack.control("run", "server-1")
    output = client.communicate(timeout=60)
    took = time.monotonic() - hurt
    equal(client.returncode, 0, f"exit code: {output}")
    equal(stack.stored(), before + 1, "rows")
    equal(answers_of(stack, clerk)[-1], answer, "answer")
    must_hold(stack, clerk["THIDUA_OUTBOX"])
    assert took < RECOVERY_SECONDS, f"recovery took {took:.1f} s"
    told(number, f"{answer}, one row, receipt after {took:.2f} s")


def around_commit(stack):
    harmed(stack, "before", 1, UP, COMMIT, stack.killer("server-1"), True, "COMMITTED")
    harmed(stack, "after", 2, DOWN, COMMITTED, stack.killer("server-1"), True, "DUPLICATE")
    # The database session dies with COMMIT on its way: the server asks for the id, the client waits.
    harmed(stack, "lost", 4, DOWN, COMMITTED, lambda connection: CUT, False, "DUPLICATE")
    harmed(stack, "unsent", 4, UP, COMMIT, lambda connection: CUT, False, "COMMITTED")


def lost_answer(stack):
    """3: the server has answered, the answer never arrives."""
    proxy = stack.client_proxy()
    clerk = stack.clerk("unheard", proxy)
    rule = proxy.when(DOWN, lambda unit, number: number >= 2, lambda connection: CUT)
    before = stack.stored()
    took = seconds(lambda: succeeded(stack.thidua("submit", CAMPAIGN, one_form(stack, "unheard", "B", 3), "--wait",
                                                  env=clerk)))
    equal(rule.fired.is_set(), True, "the answer was lost")
    equal(stack.stored(), before + 1, "rows")
    equal(answers_of(stack, clerk), ["DUPLICATE"], "answer")
    must_hold(stack, clerk["THIDUA_OUTBOX"])
    told(3, f"DUPLICATE with the same receipt after {took:.2f} s")


def two_servers(stack):
    """12: copies of one outbox, sent to both servers at once."""
    clerk = stack.clerk("twin-a", servers="tcp://127.0.0.1:1")
    for number in range(8):
        equal(stack.thidua("submit", CAMPAIGN, one_form(stack, "twin", "C", number), "--timeout", "1",
                           env=clerk).returncode, 75, "exit code while nobody is there")
    twin = {**clerk, "THIDUA_OUTBOX": str(stack.top / "twin-b.outbox")}
    shutil.copy(clerk["THIDUA_OUTBOX"], twin["THIDUA_OUTBOX"])
    before = stack.stored()
    clients = [stack.start_client("outbox", "send", env={**env, "THIDUA_SERVERS": f"tcp://127.0.0.1:{port}"})
               for env, port in zip((clerk, twin), stack.ports("clients"))]
    for client in clients:
        output = client.communicate(timeout=60)
        equal(client.returncode, 0, f"exit code: {output}")
    sent = len(outbox_items(clerk["THIDUA_OUTBOX"]))
    equal(stack.stored(), before + sent, "rows")
    must_hold(stack, clerk["THIDUA_OUTBOX"], twin["THIDUA_OUTBOX"])
    duplicates = sum(answers_of(stack, env).count("DUPLICATE") for env in (clerk, twin))
    equal(duplicates, sent, "DUPLICATE answers")
    told(12, f"{sent} submissions to two servers at once: {sent} rows, {sent} DUPLICATE, the same receipts")


def drained(stack):
    """45: SIGTERM while a batch is before its COMMIT: it is answered, and the server ends in its limit."""
    clerk = stack.clerk("drained", servers=f"tcp://127.0.0.1:{stack.ports('clients')[0]}")
    rule = stack.proxy.when(UP, COMMIT, lambda connection: PASS)
    stack.proxy.delay_s = 0.3
    client = stack.start_client("submit", CAMPAIGN, one_form(stack, "drained", "A", 45), "--wait", env=clerk)
    assert rule.fired.wait(20), "no batch"
    os.kill(stack.pid("server-1"), signal.SIGTERM)
    took = seconds(lambda: wait_for(15, lambda: not stack.alive("server-1"), "the server has ended"))
    output = client.communicate(timeout=30)
    stack.proxy.delay_s = 0
    equal(client.returncode, 0, f"exit code: {output}")
    equal(answers_of(stack, clerk), ["COMMITTED"], "answer")
    stack.control("run", "server-1")
    must_hold(stack, clerk["THIDUA_OUTBOX"])
    told(45, f"batch answered, server ended in {took:.2f} s")


def second_server(stack):
    """A server's death costs no receipt: clients go on with the other one."""
    clerk = stack.clerk("moving")
    stack.control("kill", "server-1")
    took = seconds(lambda: succeeded(stack.thidua("submit", CAMPAIGN, one_form(stack, "moving", "B", 9), "--wait",
                                                  env=clerk)))
    assert took < RECOVERY_SECONDS, f"{took:.1f} s"
    stack.control("run", "server-1")
    must_hold(stack, clerk["THIDUA_OUTBOX"])
    told(1, f"with a second server: receipt {took:.2f} s after the death of the first")


def crowd(stack):
    """Ten offices' clerks hand in while both servers are killed in turn."""
    clerks = [stack.clerk(f"crowd-{number}") for number in range(8)]
    failures = []

    def work(number):
        for turn in range(6):
            path = results(stack, f"crowd-{number}-{turn}.csv", f"2022-01,D.{number + 1},GRAIN,{100 + turn}")
            done = stack.thidua("submit", CAMPAIGN, path, "--wait", "--timeout", "60", env=clerks[number])
            if done.returncode != 0:
                failures.append(done.stderr)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(clerks))]
    for thread in threads:
        thread.start()
    slowest = 0.0
    for name in ("server-1", "server-2") * 2:
        stack.control("kill", name)
        slowest = max(slowest, seconds(lambda name=name: stack.control("run", name)))
    for thread in threads:
        thread.join()
    equal(failures, [], "failures")
    equal(must_hold(stack, *[clerk["THIDUA_OUTBOX"] for clerk in clerks]), 48, "acknowledged")
    told(1, f"4 kills under load, 48 receipts, all stored once; a killed server serves again after {slowest:.2f} s")


def main():
    with FaultStack("--servers", "2", "--workers", "0") as stack:
        load(stack)
        one = f"tcp://127.0.0.1:{stack.ports('clients')[0]}"
        both = stack.env["THIDUA_SERVERS"]
        stack.proxy = stack.behind_proxy("server-1")
        stack.env["THIDUA_SERVERS"] = one
        around_commit(stack)
        lost_answer(stack)
        drained(stack)
        stack.env["THIDUA_SERVERS"] = both
        two_servers(stack)
        second_server(stack)
        crowd(stack)


if __name__ == "__main__":
    main()
