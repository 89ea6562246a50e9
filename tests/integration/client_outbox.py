#!/usr/bin/env python3
"""The client's promise: what is handed in is safe, is sent once, in order, and proved by a receipt;
whatever goes away in between.
"""

import csv
import io
import json
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from small_campaign import CAMPAIGN, LARGE_OFFICE, LARGE_VILLAGES, OFFICES, load, results  # noqa: E402
from thidua_test import Stack, equal, succeeded, wait_for  # noqa: E402

QUEUED = 75
DATA = 5


def outbox(stack, name):
    """The environment of another outbox."""
    return {"THIDUA_OUTBOX": str(stack.top / name)}


def submit(stack, path, *options, env=None):
    return stack.thidua("submit", CAMPAIGN, path, *options, env=env)


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def items(stack, env=None):
    return rows(succeeded(stack.thidua("outbox", "list", "--all", "--csv", env=env)).stdout)


def states(stack, env=None):
    return [item["state"] for item in items(stack, env)]


def stored(stack):
    return int(stack.sql("SELECT count(*) FROM thidua.submission")[0][0])


def cell(stack, unit, period="2022-01", indicator="GRAIN"):
    """The newest accepted value."""
    found = stack.sql("SELECT trim_scale(value) FROM thidua.cell "
                      f"WHERE unit = '{unit}' AND period = '{period}' AND indicator = '{indicator}' "
                      "ORDER BY accepted DESC LIMIT 1")
    return found[0][0] if found else None


def try_receipt(stack):
    path = results(stack, "a.csv", "2022-01,A.1,GRAIN,10", "2022-01,A.2,GRAIN,20", "2022-01,A.2,CULTURE,,,na")
    [receipt] = rows(succeeded(submit(stack, path, "--csv")).stdout)
    equal([receipt[column] for column in ("office", "created", "changed", "unchanged", "withdrawn", "late")],
          ["A", "3", "0", "0", "0", "yes"], "receipt")
    [again] = rows(succeeded(submit(stack, path, "--csv")).stdout)
    equal([again["created"], again["unchanged"]], ["0", "3"], "the same file once more")
    [shown] = json.loads(succeeded(stack.thidua("outbox", "show", "1", "--json")).stdout)
    equal([shown["signature"], shown["answer"], shown["cells"]], ["valid", "COMMITTED", "3"], "outbox show")
    equal(succeeded(stack.thidua("outbox", "--csv")).stdout.count("\n"), 1, "lines of an outbox with nothing to do")


def try_forged_receipt(stack):
    """A receipt that is not for these bytes is told from a good one."""
    path = pathlib.Path(stack.env["THIDUA_OUTBOX"])
    copy = stack.top / "forged.db"
    for what in ("envelope", "answer"):
        shutil.copy(path, copy)
        with sqlite3.connect(copy) as database:
            [data] = database.execute(f"SELECT {what} FROM submission WHERE number = 1").fetchone()
            at = data.rfind(b"GRAIN") if what == "envelope" else len(data) - 1
            changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]
            database.execute(f"UPDATE submission SET {what} = ? WHERE number = 1", (changed,))
        database.close()
        done = stack.thidua("outbox", "show", "1", env={"THIDUA_OUTBOX": str(copy)})
        equal(done.returncode, 6, f"exit code for a changed {what}: {done.stdout}{done.stderr}")


def try_server_down(stack):
    """Queued while it is down, sent in order afterwards; a refused one holds up nothing."""
    env = outbox(stack, "down.db")
    good = results(stack, "first.csv", "2022-02,A.1,GRAIN,1", "2022-02,B.1,GRAIN,1")
    succeeded(submit(stack, good, env=env))  # offices are known from now on
    before = stored(stack)
    stack.control("kill", "server-1")
    for value, name in ((2, "second.csv"), (3, "third.csv")):
        path = results(stack, name, f"2022-02,A.1,GRAIN,{value}", f"2022-02,B.1,GRAIN,{value}")
        equal(submit(stack, path, "--timeout", "1", env=env).returncode, QUEUED, "exit code while it is down")
    bad = results(stack, "bad.csv", "2022-02,A.1,NOWHERE,1")
    equal(submit(stack, bad, "--timeout", "1", env=env).returncode, QUEUED, "exit code while it is down")
    path = results(stack, "last.csv", "2022-02,A.1,GRAIN,4")
    done = submit(stack, path, "--timeout", "1", "--lang", "vi", env=env)
    equal(done.returncode, QUEUED, "exit code while it is down")
    assert "hộp gửi đi" in done.stderr, done.stderr
    equal(states(stack, env)[2:], ["waiting"] * 6, "states while it is down")
    equal([item["office"] for item in items(stack, env)][2:6], ["A", "B"] * 2, "offices from memory")

    stack.control("run", "server-1")
    done = stack.thidua("outbox", "send", env=env)
    equal(done.returncode, DATA, f"exit code with a refused one: {done.stderr}")
    assert "bad.csv:2:indicator: error:" in done.stderr, done.stderr
    equal(states(stack, env)[2:], ["sent"] * 4 + ["refused", "sent"], "states afterwards")
    equal([cell(stack, "A.1", "2022-02"), cell(stack, "B.1", "2022-02")], ["4", "3"], "the last of each")
    equal(stored(stack), before + 5, "submissions")

    number = [item["number"] for item in items(stack, env) if item["state"] == "refused"][0]
    done = stack.thidua("outbox", "show", number, env=env)
    assert "INVALID" in done.stdout and "unknown_indicator" in done.stderr, done
    succeeded(stack.thidua("outbox", "drop", number, env=env))
    equal(stack.thidua("outbox", "drop", number, env=env).returncode, 3, "exit code of dropping it twice")
    equal(succeeded(stack.thidua("outbox", "send", env=env)).returncode, 0, "exit code with nothing to do")


def try_wait(stack):
    """submit --wait returns when the server is there again."""
    env = outbox(stack, "wait.db")
    path = results(stack, "wait.csv", "2022-03,C.1,GRAIN,7")
    stack.control("kill", "server-1")
    waiting = subprocess.Popen(["thidua", "submit", CAMPAIGN, path, "--wait", "--timeout", "1"],
                               env={**stack.env, **env}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for(20, lambda: (stack.top / "wait.db").exists() and states(stack, env) == ["waiting"], "saved")
    equal(waiting.poll(), None, "it waits")
    stack.control("run", "server-1")
    equal(waiting.wait(60), 0, "exit code")
    waiting.communicate()
    equal(cell(stack, "C.1", "2022-03"), "7", "the value")


def try_killed_before_sending(stack):
    env = outbox(stack, "killed.db")
    path = results(stack, "killed.csv", "2022-04,A.1,GRAIN,11")
    stack.control("kill", "server-1")
    client = subprocess.Popen(["thidua", "submit", CAMPAIGN, path, "--wait"], env={**stack.env, **env},
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(20, lambda: (stack.top / "killed.db").exists() and states(stack, env) == ["waiting"], "saved")
    client.send_signal(signal.SIGKILL)
    client.wait()
    stack.control("run", "server-1")
    succeeded(stack.thidua("outbox", "send", env=env))
    equal(states(stack, env), ["sent"], "state")
    equal(cell(stack, "A.1", "2022-04"), "11", "the value")


class Proxy:
    """Passes TCP on and, when told so, keeps back what the server says from its second message on:
    the first is the answer about offices, the second the receipt."""

    def __init__(self, port):
        self.target = port
        self.mute = False
        self.kept_back = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self.pass_on, args=(client, server), daemon=True).start()
            threading.Thread(target=self.answer, args=(server, client), daemon=True).start()

    @staticmethod
    def pass_on(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.close()
        except OSError:
            pass

    def answer(self, server, client):
        """Splits the stream into ZMTP frames to count the messages."""
        messages = 0
        try:
            stream = server.makefile("rb")
            for _ in range(64):  # the greeting; the server waits for ours in the middle of it
                client.sendall(stream.read(1))
            while head := stream.read(1):
                size = stream.read(8 if head[0] & 2 else 1)
                body = stream.read(int.from_bytes(size, "big"))
                messages += not head[0] & 4
                if self.mute and messages >= 2:
                    self.kept_back.set()
                else:
                    client.sendall(head + size + body)
            client.close()
        except OSError:
            pass


def try_lost_receipt(stack):
    """The server has it, the client does not know: sent again, it is a duplicate with the same receipt."""
    proxy = Proxy(int(stack.env["THIDUA_SERVERS"].rsplit(":", 1)[1]))
    env = {**outbox(stack, "lost.db"), "THIDUA_SERVERS": f"tcp://127.0.0.1:{proxy.port}"}
    path = results(stack, "lost.csv", "2022-05,A.1,GRAIN,5", "2022-05,A.2,GRAIN,6")
    before = stored(stack)
    proxy.mute = True
    equal(submit(stack, path, "--timeout", "2", env=env).returncode, QUEUED, "exit code without a receipt")
    assert proxy.kept_back.is_set(), "the proxy has kept nothing back"
    equal(stored(stack), before + 1, "submissions")
    saved = stack.top / "lost-copy.db"
    shutil.copy(stack.top / "lost.db", saved)  # the disk image of fault 18
    proxy.mute = False
    succeeded(stack.thidua("outbox", "send", env=env))
    [item] = items(stack, env)
    equal([item["state"], item["answer"]], ["sent", "DUPLICATE"], "item")
    [first] = json.loads(succeeded(stack.thidua("outbox", "show", "1", "--json", env=env)).stdout)
    equal([first["created"], first["signature"]], ["2", "valid"], "receipt")

    newer = results(stack, "newer.csv", "2022-05,A.1,GRAIN,50")
    succeeded(submit(stack, newer, env=env))
    env["THIDUA_OUTBOX"] = str(saved)
    succeeded(stack.thidua("outbox", "send", env=env))
    [second] = json.loads(succeeded(stack.thidua("outbox", "show", "1", "--json", env=env)).stdout)
    equal([second["answer"], second["digest"], second["accepted"]],
          ["DUPLICATE", first["digest"], first["accepted"]], "the same receipt from an old outbox")
    equal(cell(stack, "A.1", "2022-05"), "50", "what came later stays")
    equal(stored(stack), before + 2, "submissions")


def try_many_senders(stack):
    """Several processes on one outbox send everything once."""
    env = outbox(stack, "many.db")
    stack.control("kill", "server-1")
    count = 6
    for number in range(count):
        path = results(stack, f"many-{number}.csv", f"2022-06,B.2,GRAIN,{number}")
        equal(submit(stack, path, "--timeout", "1", env=env).returncode, QUEUED, "exit code while it is down")
    before = stored(stack)
    stack.control("run", "server-1")
    senders = [subprocess.Popen(["thidua", "outbox", "send"], env={**stack.env, **env},
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(4)]
    equal([sender.wait(60) for sender in senders], [0] * 4, "exit codes")
    equal(states(stack, env), ["sent"] * count, "states")
    equal(stored(stack), before + count, "submissions")
    equal(cell(stack, "B.2", "2022-06"), str(count - 1), "the last one")
    equal({item["answer"] for item in items(stack, env)}, {"COMMITTED"}, "answers")


def try_division(stack):
    """One file for all offices, and one that is larger than a submission."""
    path = results(stack, "all.csv", *[f"2022-07,{office}.{village},GRAIN,{village}"
                                       for village in (1, 2) for office in reversed(OFFICES)])
    receipts = rows(succeeded(submit(stack, path, "--csv")).stdout)
    equal([(receipt["office"], receipt["created"]) for receipt in receipts],
          [("C", "2"), ("B", "2"), ("A", "2")], "receipts in the order of the file")

    year = [(f"2022-{month:02}", f"{LARGE_OFFICE}.{village}") for month in range(1, 13)
            for village in range(1, LARGE_VILLAGES + 1)]
    large = results(stack, "large.csv", *[f"{period},{unit},GRAIN,1" for period, unit in year])
    receipts = rows(succeeded(submit(stack, large, "--csv")).stdout)
    equal([receipt["created"] for receipt in receipts], ["4096", str(len(year) - 4096)], "receipts of a large file")
    # With notes the bytes are the limit.
    note = "ghi chú " * 90
    large = results(stack, "noted.csv", *[f"{period},{unit},GRAIN,2,,,{note}" for period, unit in year])
    receipts = rows(succeeded(submit(stack, large, "--csv")).stdout)
    equal(sum(int(receipt["changed"]) for receipt in receipts), len(year), "cells of a large file")
    assert len(receipts) in (4, 5), len(receipts)


def try_all_or_nothing(stack):
    """An error in one office's part: all errors are shown in the order of the file, nothing is stored."""
    env = outbox(stack, "nothing.db")
    before = stored(stack)
    path = results(stack, "mixed.csv", "2022-08,A.1,GRAIN,1", "2022-08,B.1,GRAIN,-1", "2022-08,C.1,GRAIN,1",
                   "2022-08,A.2,GRAIN,9999", "2022-08,B.2,NOWHERE,1")
    done = submit(stack, path, "--csv", env=env)
    equal(done.returncode, DATA, "exit code")
    equal([(found["row"], found["column"], found["code"]) for found in rows(done.stdout)],
          [("3", "value", "below_min"), ("5", "value", "above_max"), ("6", "indicator", "unknown_indicator")],
          "findings")
    equal([stored(stack), states(stack, env)], [before, []], "what is stored and what waits")

    good = results(stack, "good.csv", "2022-08,A.1,GRAIN,1", "2022-08,B.1,GRAIN,1")
    previews = rows(succeeded(submit(stack, good, "--dry-run", "--csv", env=env)).stdout)
    equal([(one["office"], one["created"]) for one in previews], [("A", "1"), ("B", "1")], "previews")
    equal([stored(stack), states(stack, env)], [before, []], "what is stored and what waits")


def try_unknown_key(stack):
    """A key that the servers do not know: it is kept, and the user is told why."""
    env = {**outbox(stack, "stranger.db"), "THIDUA_KEY_FILE": str(stack.top / "stranger.key")}
    succeeded(stack.thidua("key", "new", "--file", stack.top / "stranger.key"))
    path = results(stack, "stranger.csv", "2022-09,A.1,GRAIN,1")
    done = submit(stack, path, env=env)
    equal(done.returncode, QUEUED, "exit code")
    assert "does not know your key" in done.stderr, done.stderr
    equal(stack.thidua("ping", env=env).returncode, 1, "exit code of ping")


def main():
    with Stack("--workers", "0") as stack:
        load(stack)
        try_receipt(stack)
        try_forged_receipt(stack)
        try_server_down(stack)
        try_wait(stack)
        try_killed_before_sending(stack)
        try_lost_receipt(stack)
        try_many_senders(stack)
        try_division(stack)
        try_all_or_nothing(stack)
        try_unknown_key(stack)


if __name__ == "__main__":
    main()
