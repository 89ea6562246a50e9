#!/usr/bin/env python3
"""Sealed runs: an export holds what docs/sealed.md says, digested and signed as it says (reckoned here
with other libraries), comes out of its own input without a server, and one changed byte of any file is
found and named; a second run of the same cut has the same bytes, with 4 workers and with 1; and what
somebody changes in the database afterwards is named with its line and cell.
"""

import csv
import hashlib
import io
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from thidua_test import Stack, equal, succeeded, wait_for  # noqa: E402

try:
    import nacl.signing
except ImportError:
    nacl = None

FINDINGS, NOT_FOUND, FORBIDDEN = 6, 3, 1
CODE = "sealed-2022"
SEED = 20221231
WORKERS = 4
FLIPS = 4  # of each file, beside its first and last byte

UNITS = """code,name,level,parent,valid_from,valid_to,merged_into
H,"Huyện ""H"", tỉnh L",district,,,,
A,Xã A,commune,H,,,
A.1,Thôn 1,village,A,,,
A.2,Thôn 2,village,A,,2022-02-28,A.1
B,Xã B,commune,H,,,
B.1,Thôn 1,village,B,,,
C,"Xã C, cũ",commune,H,,,
C.1,Thôn 1,village,C,,,
"""
CAMPAIGN = f"""campaign: {CODE}
owner: H
office_level: commune
competitors: {{level: commune}}
reporting: quarter
from: 2022-Q1
to: 2022-Q2
due_days: 10
indicators:
  - {{code: GRAIN, kind: amount, time: flow, reported_by: village, target: 100, points: 50, decimals: 1}}
  - {{code: INSURED, kind: ratio, time: stock, reported_by: village, target: 90, points: 40}}
  - {{code: SPIRIT, kind: assessed, points: 10}}
adjustments:
  - {{code: MODEL, points: 1}}
late: {{points: -0.5}}
classes:
  - {{code: GOOD, from: 50}}
awards:
  - {{code: FLAG, to: unit, quota: {{count: 1}}}}
  - {{code: FIGHTER, to: individual, votes_min: 50}}
"""
LISTS = {
    ("target", "load"): "unit,indicator,target\nB,GRAIN,80\n",
    ("adjust", "load"): 'unit,code,times,reason\nB,MODEL,1,"Mô hình ""mới"", nhân rộng"\n',
    ("nominate",): "id,unit,award,kind,name,category,form,votes_for,votes_total,score,prior,reason\n"
                   "N1,A,FIGHTER,individual,Hoàng Thị Én,worker,regular,5,9,,,\n",
    ("decide",): "award,recipient,decision,reason\nFLAG,A,awarded,họp ngày 5\nFLAG,C,not awarded,họp ngày 5\n",
}
HEADER = "period,unit,indicator,value,denominator,state,note\n"
# A and C are equal at the top, 50 of GRAIN and 40 of INSURED, and the council decides. B has a correction,
# a withdrawn cell, one not applicable, and a note that wants quotes: 50 x 33.3333 / 80 = 20.83 and 7.50,
# rescaled by 100 / 60 to 47.22. All are late twice, long ago: -1.00; B has 1.00 for its model.
RESULTS = (
    "2022-Q1,A.1,GRAIN,60,,,\n2022-Q1,C.1,GRAIN,100,,,\n2022-Q1,B.1,GRAIN,10,,,\n",
    "2022-Q2,A.1,GRAIN,40,,,\n2022-Q2,A.1,INSURED,90,100,,\n2022-Q2,C.1,INSURED,90,100,,\n"
    '2022-Q2,B.1,GRAIN,12.5,,,"""khoảng"", chưa rõ\nhai dòng"\n2022-Q2,B.1,INSURED,,,na,\n',
    "2022-Q2,B.1,GRAIN,33.3333,,,\n2022-Q1,B.1,GRAIN,,,withdraw,\n2022-Q2,B,SPIRIT,7.5,,verified,\n",
)
FILES = ["units.csv", "campaign.yaml", "targets.csv", "adjustments.csv", "nominations.csv", "decisions.csv",
         "submissions.csv", "entries.csv", "rollup.csv", "scores.csv", "ranking.csv", "awards.csv"]
PARTS = {"tree": FILES[:1], "rules": FILES[1:3], "input": FILES[3:8], "output": FILES[8:]}
BLOCKS = {"submissions.csv": (0, 1), "entries.csv": (0, 1), "rollup.csv": (1, 3)}


def write(stack, name, text):
    path = stack.top / name
    path.write_text(text)
    return path


def load(stack):
    succeeded(stack.thidua("unit", "load", write(stack, "units.csv", UNITS)))
    succeeded(stack.thidua("campaign", "load", write(stack, "campaign.yaml", CAMPAIGN)))
    for number, rows in enumerate(RESULTS):
        succeeded(stack.thidua("submit", CODE, write(stack, f"results-{number}.csv", HEADER + rows), "--wait"))
    for command, text in LISTS.items():
        succeeded(stack.thidua(*command, CODE, write(stack, "list.csv", text)))


def start_run(stack, *period):
    return succeeded(stack.thidua("run", "start", CODE, *period, "--wait")).stdout.strip()


def export(stack, run, name):
    directory = stack.top / name
    succeeded(stack.thidua("run", "export", run, directory))
    return directory


def alone(stack, *arguments):
    """thidua without a server: of the stack's environment nothing but the program."""
    return stack.run("thidua", "run", "verify", *arguments, "--csv",
                     env={"THIDUA_SERVERS": "tcp://127.0.0.1:1", "THIDUA_SERVER_KEY": "", "THIDUA_KEY_FILE": "/nonexistent"})


def findings(done):
    """(file, row, column, value, code) of each."""
    equal(done.returncode, FINDINGS, f"exit code with findings, after {done.stdout}{done.stderr}")
    rows = csv.DictReader(io.StringIO(done.stdout))
    return [tuple(row[name] for name in ("file", "row", "column", "value", "code")) for row in rows]


# ---- the page, with other libraries

def b2(data):
    return hashlib.blake2b(data, digest_size=32).digest()


def lines_of(data):
    """CSV lines; a line break in quotes ends none."""
    lines, start, quoted = [], 0, False
    for at, byte in enumerate(data):
        quoted ^= byte == ord('"')
        if byte == ord("\n") and not quoted:
            lines.append(data[start:at + 1])
            start = at + 1
    return lines


def file_digest(name, data):
    if name not in BLOCKS:
        return b2(data)
    first, last = BLOCKS[name]
    lines = lines_of(data)
    blocks, keys = [lines[0]], [None]
    for line in lines[1:]:
        key = line.split(b",")[first:last]
        if key == keys[-1]:
            blocks[-1] += line
        else:
            blocks.append(line)
            keys.append(key)
    return b2(b"".join(b2(block) for block in blocks))


def check_page(stack, run, directory):
    data = {path.name: path.read_bytes() for path in directory.iterdir()}
    digests = {name: file_digest(name, data[name]) for name in FILES}
    lines = data["seal.txt"].decode().splitlines()
    cut, at = stack.sql("SELECT cut, to_char(cut_at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+07:00\"') "
                        f"FROM thidua.run WHERE id = {run}")[0]
    equal(lines[:6], ["thidua seal 1", f"campaign {CODE}", "period 2022-Q2", f"run {run}", f"cut {cut}", f"cut_at {at}"],
          "head of the seal")
    parts = {part: b2(b"".join(digests[name] for name in names)) for part, names in PARTS.items()}
    equal(lines[6:], [f"{name} {digest.hex()}" for name, digest in {**parts, **digests}.items()], "digests of the seal")
    words = dict(line.split(" ") for line in data["seal.sig"].decode().splitlines())
    shown = dict(zip(*[line.split(",") for line in succeeded(stack.thidua("ping", "--csv")).stdout.splitlines()]))
    equal(words["key"], shown["receipt_key"], "the key that signs receipts")
    if nacl is not None:
        nacl.signing.VerifyKey(bytes.fromhex(words["key"])).verify(data["seal.txt"], bytes.fromhex(words["signature"]))
    equal(data["MANIFEST"].decode().splitlines(),
          [f"{b2(data[name]).hex()}  {name}" for name in ["README.txt", "seal.txt", "seal.sig", *FILES]], "MANIFEST")
    return words["key"]


def check_handed_in(stack, directory):
    """Just what was handed in: the store's own picture of it, in the order of the page."""
    office = "f.office COLLATE \"C\", f.accepted, f.unit COLLATE \"C\", f.period"
    stored = stack.sql("SELECT f.office, f.accepted, thidua.period_text(f.period), f.unit, i.code, e.state, e.value, e.denominator "
                       "FROM thidua.form f CROSS JOIN LATERAL unnest(f.indicator, f.state, f.value, f.denominator) WITH ORDINALITY "
                       "AS e (number, state, value, denominator, n) JOIN thidua.indicator i ON i.campaign = f.campaign "
                       f"AND i.number = e.number ORDER BY {office}, e.n")
    lines = [line.decode() for line in lines_of((directory / "entries.csv").read_bytes())]
    equal(len(lines), 1 + len(stored), "lines of entries.csv")
    equal(len(stored), 11, "cells handed in")
    states = {"1": "", "2": "na", "3": "withdraw", "4": "verified"}
    for line, row in zip(lines[1:], stored):
        fields = line.split(",")
        equal(fields[:5] + [fields[7]], row[:5] + [states[row[5]]], "a line of entries.csv")
        if row[5] in ("1", "4"):
            equal(round(float(fields[5]) * 10000), int(row[6]), f"value of {line}")
    text = "".join(lines)
    assert ',12.5,,,"""khoảng"", chưa rõ\nhai dòng"\n' in text, text
    assert ",GRAIN,33.3333,,,\n" in text and ",INSURED,90,100,,\n" in text, text
    submissions = (directory / "submissions.csv").read_text().splitlines()
    receipts = stack.sql("SELECT office, accepted, id, encode(digest, 'hex') FROM thidua.submission ORDER BY office COLLATE \"C\", accepted")
    equal([[f[0], f[1], f[3], f[4]] for f in (line.split(",") for line in submissions[1:])], receipts, "submissions.csv")


# ---- what is found

def try_flips(stack, directory):
    """Bytes at places drawn by lot; every file must be named."""
    draw = random.Random(SEED)
    spoilt = stack.top / "spoilt"
    for path in sorted(directory.iterdir()):
        data = path.read_bytes()
        places = {0, len(data) - 1} | {draw.randrange(len(data)) for _ in range(FLIPS)}
        for place in sorted(places):
            shutil.rmtree(spoilt, ignore_errors=True)
            shutil.copytree(directory, spoilt)
            changed = bytearray(data)
            changed[place] ^= 1 << draw.randrange(8)
            (spoilt / path.name).write_bytes(changed)
            found = findings(alone(stack, spoilt))
            names = {finding[0] for finding in found}
            # What is not sealed stands against its line in MANIFEST alone.
            wanted = "MANIFEST" if path.name == "README.txt" else path.name
            assert wanted in names, f"byte {place} of {path.name} changed, but only {found}"
    shutil.rmtree(spoilt)


def spoil(stack, directory, change):
    spoilt = stack.top / "spoilt"
    shutil.copytree(directory, spoilt)
    change(spoilt)
    found = findings(alone(stack, spoilt))
    shutil.rmtree(spoilt)
    return found


def replace(name, old, new):
    def change(directory):
        text = (directory / name).read_text()
        assert old in text, f"{name} has no {old!r}:\n{text}"
        (directory / name).write_text(text.replace(old, new, 1))
    return change


def codes(found, name):
    return {finding[4] for finding in found if finding[0] == name}


def try_changes(stack, directory):
    for name in sorted(path.name for path in directory.iterdir()):
        found = spoil(stack, directory, lambda top, name=name: (top / name).unlink())
        assert "sealed_missing" in codes(found, name), f"{name} is gone: {found}"
    found = spoil(stack, directory, lambda top: (top / "more.csv").write_text(""))
    equal(found, [("more.csv", "", "", "", "sealed_extra")], "a file too many")
    # One cell of an output: its line, its column, what it says and what it should.
    line = next(n for n, text in enumerate((directory / "ranking.csv").read_text().splitlines(), 1) if ",C," in text)
    found = spoil(stack, directory, replace("ranking.csv", ",C,\"Xã C, cũ\",89.00,", ",C,\"Xã C, cũ\",89.01,"))
    assert ("ranking.csv", str(line), "total", "89.01", "sealed_cell") in found, found
    # A line moved to another place, gone, and one more.
    rows = (directory / "rollup.csv").read_text().splitlines(keepends=True)
    found = spoil(stack, directory, lambda top: (top / "rollup.csv").write_text("".join(rows[:3] + rows[4:])))
    equal([finding[1] for finding in found if finding[4] == "sealed_line_missing"], ["4"], "a line is gone")
    found = spoil(stack, directory, lambda top: (top / "rollup.csv").write_text("".join(rows[:4] + rows[3:])))
    equal([finding[1] for finding in found if finding[4] == "sealed_line_extra"], ["5"], "a line too many")
    # The input: the file is named, and what comes out of it now: 27.08 points for 43.3333 of 80.
    found = spoil(stack, directory, replace("entries.csv", "33.3333", "43.3333"))
    assert "sealed_changed" in codes(found, "entries.csv"), found
    assert any(finding[0] == "scores.csv" and finding[2] == "points" and finding[3] == "20.83" for finding in found), found
    # A seal made anew for other figures, with the right digests, is not signed.
    found = spoil(stack, directory, replace("seal.txt", f"campaign {CODE}", "campaign other"))
    assert "sealed_signature" in codes(found, "seal.txt"), found


def try_signer(stack, directory, key):
    done = alone(stack, directory)
    equal([done.returncode, done.stdout], [0, "file,row,column,value,severity,code,message\n"], f"verified; {done.stderr}")
    assert key in done.stderr and "held against nothing" in done.stderr, done.stderr
    done = alone(stack, directory, "--signer", key)
    equal(done.returncode, 0, f"the right signer: {done.stderr}")
    assert "held against nothing" not in done.stderr, done.stderr
    found = findings(alone(stack, directory, "--signer", "ab" * 32))
    equal(found, [("seal.sig", "", "", "", "sealed_signer")], "another signer")
    equal(alone(stack, directory, "--signer", "x").returncode, 2, "no key")
    equal(alone(stack, stack.top / "nowhere").returncode, NOT_FOUND, "no directory")


# ---- runs and exports

def bytes_of(directory):
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def try_again(stack, first):
    """The same cut once more, first with 4 workers, now with 1: all but the run and its time is the same."""
    for worker in range(2, WORKERS + 1):
        stack.control("kill", f"worker-{worker}")
    again = export(stack, start_run(stack), "again")
    one, other = bytes_of(first), bytes_of(again)
    equal(set(one), set(other), "files")
    for name in one:
        if name not in ("seal.txt", "seal.sig", "MANIFEST"):
            equal(other[name], one[name], f"{name} of a second run")
    unlike = [a.split(b" ")[0] for a, b in zip(one["seal.txt"].splitlines(), other["seal.txt"].splitlines()) if a != b]
    equal(unlike, [b"run", b"cut_at"], "lines of the seal that differ")
    same = export(stack, "1", "same")
    equal(bytes_of(same), one, "the same run exported again")


def try_refusals(stack, directory):
    equal(stack.thidua("run", "export", "1", directory).returncode, 1, "into a directory that is not empty")
    equal(stack.thidua("run", "export", "99", stack.top / "none").returncode, NOT_FOUND, "no such run")
    assert not list(stack.top.glob("none*")), "nothing is left of it"
    (stack.top / "empty").mkdir()
    equal(bytes_of(export(stack, "1", "empty")), bytes_of(directory), "into an empty directory")
    clerk = stack.top / "clerk.key"
    public = succeeded(stack.thidua("key", "new", "--file", clerk)).stdout.split()[-1]
    succeeded(stack.thidua("key", "add", public, "--role", "officer", "--unit", "A", "--name", "A"))
    wait_for(20, lambda: stack.thidua("ping", "--key", clerk).returncode == 0, "the key is known")
    done = stack.thidua("run", "export", "1", stack.top / "part", "--key", clerk)
    equal(done.returncode, FORBIDDEN, "an officer of a part")
    assert "not within this key's reach" in done.stderr, done.stderr
    assert not list(stack.top.glob("part*")), "nothing is left of it"


def try_killed(stack, directory):
    """Killed in the middle, an export is never there under its name; ended early it is whole."""
    whole = bytes_of(directory)
    for step in range(12):
        target = stack.top / f"killed-{step}"
        process = subprocess.Popen(["thidua", "run", "export", "1", str(target)], env=stack.env)
        time.sleep(step * 0.005)  # wherever it is by then
        process.send_signal(signal.SIGKILL)
        process.wait()
        if target.exists():
            equal(bytes_of(target), whole, "an export under its name")


def try_store(stack, run):
    """Somebody with rights over the database changes what is published, or what it was computed from."""
    def changed(statement, back, *expected):
        equal(stack.thidua("run", "verify", run).returncode, 0, "before")
        stack.sql(statement)
        found = findings(stack.thidua("run", "verify", run, "--csv"))
        for finding in expected:
            assert finding in found, f"{statement}: {finding} is not among {found}"
        stack.sql(back)
    where = f"WHERE run = {run} AND unit = 'B'"
    changed(f"UPDATE thidua.ranking SET total = total + 1 {where}", f"UPDATE thidua.ranking SET total = total - 1 {where}",
            ("ranking.csv", "", "", "", "sealed_changed"), ("ranking.csv", "4", "total", "48.22", "sealed_cell"))
    changed(f"UPDATE thidua.rollup SET value[1] = value[1] + 0.1 {where} AND scope = 1",
            f"UPDATE thidua.rollup SET value[1] = value[1] - 0.1 {where} AND scope = 1",
            ("rollup.csv", "", "", "", "sealed_changed"), ("rollup.csv", "20", "value", "33.4", "sealed_cell"))
    changed(f"UPDATE thidua.score SET points = 50 {where} AND position = 0",
            f"UPDATE thidua.score SET points = 20.83 {where} AND position = 0",
            ("scores.csv", "5", "points", "50", "sealed_cell"))
    changed(f"UPDATE thidua.award SET decision = 'awarded' WHERE run = {run} AND recipient = 'C'",
            f"UPDATE thidua.award SET decision = 'not awarded' WHERE run = {run} AND recipient = 'C'",
            ("awards.csv", "3", "decision", "awarded", "sealed_cell"))
    changed("UPDATE thidua.form SET value[1] = value[1] + 1 WHERE unit = 'C.1' AND period = 202221",
            "UPDATE thidua.form SET value[1] = value[1] - 1 WHERE unit = 'C.1' AND period = 202221",
            ("entries.csv", "", "", "", "sealed_changed"))
    changed("UPDATE thidua.document SET content = replace(content, 'points: 50', 'points: 49') WHERE kind = 2",
            "UPDATE thidua.document SET content = replace(content, 'points: 49', 'points: 50') WHERE kind = 2",
            ("campaign.yaml", "", "", "", "sealed_changed"))
    changed(f"UPDATE thidua.run SET seal = replace(seal, 'cut_at 20', 'cut_at 19') WHERE id = {run}",
            f"UPDATE thidua.run SET seal = replace(seal, 'cut_at 19', 'cut_at 20') WHERE id = {run}",
            ("seal.sig", "", "", "", "sealed_signature"))


def main():
    with Stack("--workers", str(WORKERS)) as stack:
        load(stack)
        run = start_run(stack)
        directory = export(stack, run, "run")
        key = check_page(stack, run, directory)
        check_handed_in(stack, directory)
        try_signer(stack, directory, key)
        try_changes(stack, directory)
        try_flips(stack, directory)
        try_again(stack, directory)
        try_refusals(stack, directory)
        try_killed(stack, directory)
        try_store(stack, run)


if __name__ == "__main__":
    main()
