"""The history checker: what clients were told against what the store holds.

Every outbox is a client's log: each item that is `sent` has the answer of the server, with its signed
receipt. check() returns the violations (an empty list is what must come out) and what was counted.

    acknowledged is stored       each receipt's submission has its row
    receipts identical           the row's receipt is, byte for byte, inside the answer the client holds
    nothing twice                one row an id, one form a (unit, period) of a submission
    nothing lost of a form       the cells stored are those of the receipt and those the client sent
    order kept                   within an outbox acceptance numbers rise with the order of handing in
"""

import pathlib
import shutil
import sqlite3
import tempfile
import uuid

STORED = """SELECT s.id, encode(s.receipt, 'hex'), s.accepted, s.created + s.changed + s.unchanged + s.withdrawn,
                   (SELECT coalesce(sum(cardinality(indicator)), 0) FROM thidua.form f
                     WHERE f.office = s.office AND f.submission = s.id)
              FROM thidua.submission s"""
TWICE = {
    "submission stored twice": "SELECT id FROM thidua.submission GROUP BY id HAVING count(*) > 1",
    "form stored twice": "SELECT submission, unit, period FROM thidua.form "
                         "GROUP BY submission, office, campaign, unit, period HAVING count(*) > 1",
    "form without its submission": "SELECT f.submission FROM thidua.form f WHERE NOT EXISTS "
                                   "(SELECT FROM thidua.submission s WHERE s.office = f.office AND s.id = f.submission)",
    "acceptance number given twice": "SELECT accepted FROM thidua.submission GROUP BY 1 HAVING count(*) > 1",
    "rollup row written twice": "SELECT run, unit, scope FROM thidua.rollup GROUP BY 1, 2, 3 HAVING count(*) > 1",
    "published run that is not whole": "SELECT p.run FROM thidua.published p JOIN thidua.run r ON r.id = p.run WHERE "
                                       "r.state <> 5 OR EXISTS (SELECT FROM thidua.job j WHERE j.run = r.id AND j.state <> 5)",
}


def read_items(path, mode):
    database = sqlite3.connect(f"file:{path}?mode={mode}", uri=True, timeout=20)
    try:
        if not database.execute("SELECT 1 FROM sqlite_master").fetchone():
            return []  # its making was cut short
        return database.execute("SELECT number, id, state, cells, answer FROM submission ORDER BY number").fetchall()
    finally:
        database.close()


def outbox_items(path):
    """(number, id, state, cells, answer) of an outbox, in its order. What a killed client has left is
    rolled back in a copy: mending the outbox itself is the client's business."""
    try:
        return read_items(path, "ro")
    except sqlite3.OperationalError:
        with tempfile.TemporaryDirectory() as directory:
            for suffix in ("", "-journal"):
                if pathlib.Path(f"{path}{suffix}").exists():
                    shutil.copy(f"{path}{suffix}", directory)
            return read_items(pathlib.Path(directory) / pathlib.Path(path).name, "rw")


def check(stack, outboxes):
    """(violations, acknowledged, waiting)"""
    stored = {row[0]: (bytes.fromhex(row[1]), int(row[2]), int(row[3]), int(row[4])) for row in stack.sql(STORED)}
    violations, acknowledged, waiting = [], 0, 0
    for path in map(pathlib.Path, outboxes):
        last = 0
        for number, raw, state, cells, answer in outbox_items(path) if path.exists() else []:
            what = f"{path.name} item {number}"
            waiting += state == "waiting"
            if state != "sent":
                continue
            acknowledged += 1
            row = stored.get(str(uuid.UUID(bytes=raw)))
            if row is None:
                violations.append(f"{what}: acknowledged and not stored")
                continue
            receipt, accepted, counted, in_forms = row
            if receipt not in answer:
                violations.append(f"{what}: another receipt than the stored one")
            if not counted == in_forms == cells:
                violations.append(f"{what}: {cells} cells sent, {counted} in the receipt, {in_forms} stored")
            if accepted <= last:
                violations.append(f"{what}: accepted before the one handed in earlier")
            last = accepted
    for what, statement in TWICE.items():
        violations += [f"{what}: {' '.join(row)}" for row in stack.sql(statement)]
    return violations, acknowledged, waiting


def must_hold(stack, *outboxes):
    """Raises with the violations; returns how many submissions were acknowledged."""
    violations, acknowledged, _waiting = check(stack, outboxes)
    if violations:
        raise AssertionError("history:\n  " + "\n  ".join(violations[:20]))
    return acknowledged
