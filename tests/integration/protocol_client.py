#!/usr/bin/env python3
"""A client written from docs/protocol.md alone, against a real server: what the page promises to
whoever writes another client holds. It shares no code with the programs but the .proto file.

What the page says and this test does not try: the messages of workers, limits of memory.
"""

import csv
import hashlib
import io
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from thidua_test import SOURCE, Stack, equal, succeeded  # noqa: E402

try:
    import nacl.exceptions
    import nacl.signing
    import zmq
    from zmq.utils.monitor import recv_monitor_message
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

CASE = SOURCE / "campaigns/y-tich-2022"
CAMPAIGN = "y-tich-2022"
OFFICE = "06520"
OF_OFFICES = ("REPORT", "REPORTS", "HISTORY")  # questions whose unit is an office
VERSION = 1
FRAME_BYTES_MAX = 1048576
ANSWER_MS = 20000
MANY = 50


def load_wire():
    """The module that protoc makes of proto/thidua.proto."""
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(["protoc", f"--proto_path={SOURCE}/proto", f"--python_out={directory}", "thidua.proto"],
                       check=True)
        sys.path.insert(0, directory)
        import thidua_pb2
    return thidua_pb2


wire = load_wire()


class Client:
    """One connection: DEALER with CURVE, one payload frame a message, no routing id."""

    def __init__(self, endpoint, server_key):
        self.public_key, secret_key = zmq.curve_keypair()
        self.endpoint = endpoint
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.curve_serverkey = server_key.encode()
        self.socket.curve_publickey = self.public_key
        self.socket.curve_secretkey = secret_key
        self.socket.linger = 0
        self.socket.maxmsgsize = FRAME_BYTES_MAX + 64
        self.monitor = self.socket.get_monitor_socket()
        self.requests = 0

    def connect(self):
        self.socket.connect(self.endpoint)

    def close(self):
        self.socket.disable_monitor()
        self.socket.close()

    def handshake(self, milliseconds):
        """The events of the next so many milliseconds, until the handshake has succeeded or failed."""
        end = time.monotonic() + milliseconds / 1000
        while self.monitor.poll(max(0, (end - time.monotonic()) * 1000)):
            event = recv_monitor_message(self.monitor)["event"]
            if event in (zmq.EVENT_HANDSHAKE_SUCCEEDED, zmq.EVENT_HANDSHAKE_FAILED_AUTH):
                return event
        return None

    def send(self, frame):
        assert len(frame) <= FRAME_BYTES_MAX
        self.socket.send(frame)

    def receive(self, milliseconds=ANSWER_MS):
        """The next envelope, or None when nothing comes."""
        if not self.socket.poll(milliseconds):
            return None
        frames = self.socket.recv_multipart()
        equal(len(frames), 1, "frames of an answer")
        envelope = wire.Envelope.FromString(frames[0])
        equal(envelope.version, VERSION, "version of the answer")
        return envelope

    def ask(self, **body):
        """Sends one body and returns the body of its answer; what is BUSY is asked again."""
        self.requests += 1
        return self.ask_frame(wire.Envelope(version=VERSION, request=self.requests, **body).SerializeToString())

    def ask_frame(self, frame):
        request = wire.Envelope.FromString(frame).request
        while True:
            self.send(frame)
            envelope = self.receive()
            assert envelope is not None, "the server does not answer"
            equal(envelope.request, request, "request of the answer")
            answer = getattr(envelope, envelope.WhichOneof("body"))
            if getattr(answer, "code", wire.OK) not in (wire.BUSY, wire.UNAVAILABLE):
                return answer
            time.sleep(answer.retry_ms / 1000)

    def table(self, **query):
        """All pages of a query, as one list of rows (dicts), and the last page."""
        rows, cursor = [], b""
        while True:
            page = self.ask(query=wire.Query(cursor=cursor, **query))
            equal(type(page).__name__, "Table", f"answer to {query}: {page}")
            width = len(page.column)
            rows += [dict(zip(page.column, page.cell[i:i + width])) for i in range(0, len(page.cell), width)]
            cursor = page.cursor
            if not cursor:
                return rows, page


# ---- receipts

def blake2b(*parts):
    return hashlib.blake2b(b"".join(parts), digest_size=32).digest()


def root_of(signed):
    """The root that the proof leads to, or None when proof and place do not fit."""
    node = blake2b(b"\x00", signed.receipt)
    index, count, proof = signed.index, signed.count, list(signed.proof)
    while count > 1:
        if index % 2 == 1:
            if not proof:
                return None
            node = blake2b(b"\x01", proof.pop(0), node)
        elif index + 1 < count:
            if not proof:
                return None
            node = blake2b(b"\x01", node, proof.pop(0))
        index, count = index // 2, (count + 1) // 2
    return None if proof else node


def receipt_holds(signed, trusted_key):
    if signed.index >= signed.count or signed.public_key != trusted_key:
        return False
    root = root_of(signed)
    if root is None:
        return False
    try:
        nacl.signing.VerifyKey(signed.public_key).verify(root, signed.signature)
    except nacl.exceptions.BadSignatureError:
        return False
    return True


def verified(signed, trusted_key):
    """The receipt inside; a receipt with any bit changed does not hold."""
    assert receipt_holds(signed, trusted_key), "the receipt does not hold"
    for field in ("receipt", "signature"):
        forged = wire.SignedReceipt()
        forged.CopyFrom(signed)
        value = bytearray(getattr(signed, field))
        value[len(value) // 2] ^= 1
        setattr(forged, field, bytes(value))
        assert not receipt_holds(forged, trusted_key), f"a changed {field} is not noticed"
    assert not receipt_holds(signed, b"\x00" * 32), "a foreign key is not noticed"
    return wire.Receipt.FromString(signed.receipt)


# ---- submissions

def e4(text):
    """Decimal text as ten-thousandths."""
    whole, _, fraction = text.partition(".")
    return int(whole + (fraction + "0000")[:4])


STATES = {"": 1, "na": 2, "withdraw": 3, "verified": 4}


def read_forms(path):
    """A results file as {(unit, period): [row, ...]}, and its indicator codes."""
    forms, codes = {}, []
    with open(path, newline="", encoding="utf-8-sig") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            if row["value"] == "" and row["state"] == "":
                continue
            if row["indicator"] not in codes:
                codes.append(row["indicator"])
            forms.setdefault((row["unit"], row["period"]), []).append({**row, "row": number})
    return forms, codes


def make_submit(identifier, forms, codes, dry_run=False):
    submit = wire.Submit(id=identifier, campaign=CAMPAIGN, indicator=codes, dry_run=dry_run)
    for (unit, period), rows in forms.items():
        form = submit.form.add(unit=unit, period=period)
        for row in rows:
            form.indicator.append(codes.index(row["indicator"]))
            form.state.append(STATES[row["state"]])
            form.value.append(e4(row["value"]) if row["value"] else 0)
            form.denominator.append(e4(row["denominator"]) if row["denominator"] else 0)
            form.has_denominator.append(row["denominator"] != "")
            form.row.append(row["row"])
    return submit


def cells_of(submit):
    return sum(len(form.indicator) for form in submit.form)


def envelope_around(request, body_bytes, field=12):
    """An Envelope written by hand, so that the bytes of the body are known exactly."""
    def varint(number):
        out = b""
        while number >= 0x80:
            out += bytes([number & 0x7F | 0x80])
            number >>= 7
        return out + bytes([number])
    return (b"\x08" + varint(VERSION) + b"\x10" + varint(request) +
            varint(field << 3 | 2) + varint(len(body_bytes)) + body_bytes)


# ---- the test

def load_campaign(stack):
    succeeded(stack.thidua("unit", "load", CASE / "units.csv"))
    succeeded(stack.thidua("campaign", "load", CASE / "campaign.yaml"))
    succeeded(stack.thidua("target", "load", CAMPAIGN, CASE / "targets.csv"))


def enrol(stack, client, role, unit):
    succeeded(stack.thidua("key", "add", client.public_key.decode(), "--role", role,
                           *(["--unit", unit] if unit else []), "--name", f"{role} of another program"))


def enrolled_client(stack, role, unit):
    client = Client(stack.env["THIDUA_SERVERS"].split(",")[0], stack.env["THIDUA_SERVER_KEY"])
    enrol(stack, client, role, unit)
    client.connect()
    equal(client.handshake(ANSWER_MS), zmq.EVENT_HANDSHAKE_SUCCEEDED, f"handshake of a {role}")
    return client


def try_unknown_key(stack):
    stranger = Client(stack.env["THIDUA_SERVERS"].split(",")[0], stack.env["THIDUA_SERVER_KEY"])
    stranger.connect()
    equal(stranger.handshake(ANSWER_MS), zmq.EVENT_HANDSHAKE_FAILED_AUTH, "handshake of a stranger")
    stranger.close()


def try_ping(client, role, unit):
    pong = client.ask(ping=wire.Ping())
    equal(type(pong).__name__, "Pong", "answer to Ping")
    equal((pong.role, pong.unit), (role, unit), "who I am")
    equal(len(pong.receipt_key), 32, "bytes of the receipt key")
    assert abs(pong.now_us / 1e6 - time.time()) < 60, "the database's clock"
    return pong


def try_locate(client):
    located = client.ask(locate=wire.Locate(campaign=CAMPAIGN, unit=["06520.01", "no-such-unit", "06520.08"],
                                            period=["2022-Q1", "2022-Q1", "2021"]))
    equal(list(located.office), [OFFICE, "", OFFICE], "offices")


def try_dry_run(client, forms, codes):
    submit = make_submit(uuid.uuid4().bytes, forms, codes, dry_run=True)
    answer = client.ask(submit=submit)
    equal(answer.code, wire.COMMITTED, f"code of a dry run: {answer}")
    assert not answer.HasField("receipt"), "a dry run has no receipt"
    equal(answer.preview.created, cells_of(submit), "cells that would be created")
    rows, _ = client.table(what=wire.SUBMISSION, id=submit.id)
    equal(rows, [], "what is stored of a dry run")


def try_submit(client, forms, codes, key):
    submit = make_submit(uuid.uuid4().bytes, forms, codes)
    body = submit.SerializeToString()
    answer = client.ask_frame(envelope_around(4711, body))
    equal(answer.code, wire.COMMITTED, f"code: {answer}")
    equal(answer.id, submit.id, "id in the answer")
    receipt = verified(answer.receipt, key)
    equal((receipt.id, receipt.campaign, receipt.office), (submit.id, CAMPAIGN, OFFICE), "what the receipt is for")
    equal(receipt.digest, blake2b(body), "digest")
    equal(receipt.created, cells_of(submit), "created")
    equal(receipt.created + receipt.changed + receipt.unchanged + receipt.withdrawn, cells_of(submit), "cells")
    equal(receipt.late, True, "late")
    assert receipt.accepted > 0 and abs(receipt.accepted_us / 1e6 - time.time()) < 60, "acceptance"

    again = client.ask_frame(envelope_around(4712, body))
    equal(again.code, wire.DUPLICATE, "code of a resend")
    equal(again.receipt.SerializeToString(), answer.receipt.SerializeToString(), "receipt of a resend")

    other = wire.Submit.FromString(body)
    other.form[0].value[0] += 10000
    conflict = client.ask(submit=other)
    equal(conflict.code, wire.CONFLICT, "code of other bytes under the same id")
    assert not conflict.HasField("receipt"), "a conflict has no receipt"
    rows, _ = client.table(what=wire.SUBMISSION, id=submit.id)
    equal(len(rows), 1, "rows about the submission")
    equal(rows[0]["digest"], receipt.digest.hex(), "digest that is stored")
    return submit.id


def try_unchanged(client, forms, codes, key):
    answer = client.ask(submit=make_submit(uuid.uuid4().bytes, forms, codes))
    equal(answer.code, wire.COMMITTED, "code of the same cells under another id")
    receipt = verified(answer.receipt, key)
    equal((receipt.created, receipt.changed), (0, 0), "created and changed")


def try_many_at_once(client, forms, codes, key):
    """Receipts that are committed together are leaves of one tree, whatever its shape."""
    one = dict([next(iter(forms.items()))])
    bodies = {request: make_submit(uuid.uuid4().bytes, one, codes).SerializeToString()
              for request in range(5000, 5000 + MANY)}
    for request, body in bodies.items():
        client.send(envelope_around(request, body))
    together = 0
    while bodies:
        envelope = client.receive()
        equal(envelope.submit_answer.code, wire.COMMITTED, "code of one of many")
        receipt = verified(envelope.submit_answer.receipt, key)
        equal(receipt.digest, blake2b(bodies.pop(envelope.request)), "digest of one of many")
        together = max(together, envelope.submit_answer.receipt.count)
    assert together > 1, "no two submissions were committed together"


def try_wrong_cells(client):
    submit = wire.Submit(id=uuid.uuid4().bytes, campaign=CAMPAIGN, indicator=["AREA", "NOTHING"])
    submit.form.add(unit="06520.01", period="2022-Q1", indicator=[0, 1], state=[1, 1], value=[-10000, 10000],
                    denominator=[0, 0], has_denominator=[False, False], row=[2, 3])
    answer = client.ask(submit=submit)
    equal(answer.code, wire.INVALID, "code of wrong cells")
    equal(sorted((finding.row, finding.code) for finding in answer.finding), [(2, 115), (3, 102)], "findings")


def try_refusals(client):
    submit = wire.Submit(id=uuid.uuid4().bytes, campaign="no-such-campaign", indicator=["AREA"])
    submit.form.add(unit="06520.01", period="2022-Q1", indicator=[0], state=[1], value=[1], denominator=[0],
                    has_denominator=[False])
    answer = client.ask(submit=submit)
    equal((answer.code, [finding.code for finding in answer.finding]), (wire.INVALID, [605]), "unknown campaign")

    client.send(wire.Envelope(version=99, request=5, ping=wire.Ping()).SerializeToString())
    envelope = client.receive()
    equal((envelope.request, envelope.answer.code), (5, wire.UNSUPPORTED), "another version")

    client.send(b"\x08\x01\x10\x06\x62\x03\x0a\x05a")  # a Submit that ends in the middle
    envelope = client.receive()
    equal((envelope.request, envelope.submit_answer.code), (6, wire.INVALID), "a torn message")
    equal([finding.code for finding in envelope.submit_answer.finding], [601], "findings of a torn message")

    answer = client.ask(command=wire.Command(action=wire.KEY_ADD, key=b"\x01" * 32, role="admin"))
    equal(answer.code, wire.FORBIDDEN, "a clerk who adds keys")


def try_two_frames(client):
    """More than one frame: dropped without an answer; the connection lives on."""
    ping = wire.Envelope(version=VERSION, request=8, ping=wire.Ping()).SerializeToString()
    client.socket.send_multipart([b"", ping])
    equal(client.receive(1000), None, "answer to two frames")
    client.ask(ping=wire.Ping())


def many_cells(count):
    submit = wire.Submit(id=uuid.uuid4().bytes, campaign=CAMPAIGN, indicator=["AREA"])
    submit.form.add(unit="06520.01", period="2022-Q1", indicator=[0] * count, state=[1] * count,
                    value=[10000] * count, denominator=[0] * count, has_denominator=[False] * count)
    return submit


def try_limits(client):
    """At the limit it is looked at (the same cell over and over is INVALID), beyond it refused unread."""
    equal(client.ask(submit=many_cells(4096)).code, wire.INVALID, "code of 4 096 cells")
    answer = client.ask(submit=many_cells(4097))
    equal((answer.code, answer.id), (wire.TOO_LARGE, bytes(16)), "code and id of 4 097 cells")
    answer = client.ask(query=wire.Query(what=wire.RANKING, campaign="x" * 65))
    equal(answer.code, wire.TOO_LARGE, "code of a code of 65 bytes")
    submit = many_cells(1)
    submit.form.add().CopyFrom(submit.form[0])
    equal([finding.code for finding in client.ask(submit=submit).finding if finding.code == 601], [601],
          "the same form twice")


def try_lost_connections(stack, client):
    """A frame that is too large ends the connection; one with a routing id gets no service."""
    client.socket.send(b"\x08\x01\x10\x09\x7a" + bytes(FRAME_BYTES_MAX))
    equal(client.receive(2000), None, "answer to a frame that is too large")
    client.ask(ping=wire.Ping())  # connected again by itself

    named = Client(client.endpoint, stack.env["THIDUA_SERVER_KEY"])
    enrol(stack, named, "auditor", "")
    named.socket.routing_id = b"chosen"
    named.connect()
    named.send(wire.Envelope(version=VERSION, request=1, ping=wire.Ping()).SerializeToString())
    equal(named.receive(2000), None, "answer to a chosen routing id")
    named.close()


def hand_in_the_rest(stack, skipped):
    for path in sorted((CASE / "results").glob("*.csv")):
        if path != skipped:
            succeeded(stack.thidua("submit", CAMPAIGN, path, "--wait"))


def try_run_and_ranking(stack, officer):
    answer = officer.ask(command=wire.Command(action=wire.RUN_START, campaign=CAMPAIGN))
    equal(answer.code, wire.OK, f"RUN_START: {answer}")
    deadline = time.monotonic() + 60
    while True:
        rows, _ = officer.table(what=wire.RUN, number=answer.number)
        state = rows[0]["state"]
        if state in ("PUBLISHED", "FAILED"):
            break
        assert time.monotonic() < deadline, f"the run is still {state}"
        time.sleep(0.1)
    equal(state, "PUBLISHED", "state of the run")

    rows, page = officer.table(what=wire.RANKING, campaign=CAMPAIGN)
    equal((page.run, page.period), (answer.number, "2022-Q4"), "run and period of the table")
    shown = succeeded(stack.thidua("show", "ranking", CAMPAIGN, "--csv")).stdout
    equal(rows, list(csv.DictReader(io.StringIO(shown))), "the ranking")
    rollup, _ = officer.table(what=wire.ROLLUP, campaign=CAMPAIGN)
    shown = succeeded(stack.thidua("show", "rollup", CAMPAIGN, "--csv")).stdout
    equal(rollup, list(csv.DictReader(io.StringIO(shown))), "the rollup")
    return answer.number


def documented_tables():
    """(what, fields asked for, columns) of each row of the page's table of queries."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| \d+ \|([^|]*)\|[^|]*\| ([a-z_,]+) \|$",
                      (SOURCE / "docs/protocol.md").read_text(), re.MULTILINE)
    return [(what, re.findall(r"\b(?:campaign|period|unit|indicator|scope|number|other|id)\b", asks), columns.split(","))
            for what, asks, columns in rows]


def try_columns(client, run, submission):
    """Every table has the columns that the page says."""
    tables = documented_tables()
    equal({what for what, _, _ in tables}, set(wire.What.keys()) - {"WHAT_NONE"}, "tables on the page")
    values = {"campaign": CAMPAIGN, "unit": "06520.06", "indicator": "AREA", "period": "2022-Q4", "scope": "to_date",
              "number": run, "other": run, "id": submission}
    for what, fields, columns in tables:
        wanted = {field: values[field] for field in fields if (what, field) != ("KEYS", "unit")}
        if what in OF_OFFICES and "unit" in wanted:
            wanted["unit"] = OFFICE
        if what.startswith("RUN_") and "unit" in wanted:
            wanted["unit"] = "06520"  # an office
        page = client.ask(query=wire.Query(what=what, **wanted))
        equal(type(page).__name__, "Table", f"answer to {what}: {page}")
        equal(list(page.column), columns, f"columns of {what}")
        assert page.cell or what in ("UNCOUNTED", "EXCEPTIONS", "DECISIONS_MADE", "COMPARE"), f"{what} {wanted} is empty"


def try_pages(stack, client):
    """A table of several pages is whole: each row once, in order, all of one run."""
    district = SOURCE / "campaigns/chi-lang-2022"
    succeeded(stack.thidua("unit", "load", district / "units.csv"))
    succeeded(stack.thidua("campaign", "load", district / "campaign.yaml"))
    succeeded(stack.thidua("target", "load", "chi-lang-2022", district / "targets.csv"))
    first = succeeded(stack.thidua("run", "start", "chi-lang-2022", "--wait")).stdout.strip()
    query = {"what": wire.ROLLUP, "campaign": "chi-lang-2022"}
    page = client.ask(query=wire.Query(**query))
    equal(str(page.run), first, "run of the first page")
    rows, pages = list(page.cell), 1
    succeeded(stack.thidua("run", "start", "chi-lang-2022", "--wait"))  # published while we read
    while page.cursor:
        page = client.ask(query=wire.Query(cursor=page.cursor, **query))
        equal(str(page.run), first, "run of a later page")
        rows, pages = rows + list(page.cell), pages + 1
    assert pages > 1, "the table has one page only"
    shown = succeeded(stack.thidua("show", "rollup", "chi-lang-2022", "--run", first, "--csv")).stdout
    equal(rows, [cell for row in list(csv.reader(io.StringIO(shown)))[1:] for cell in row], "the pages together")
    refused = client.ask(query=wire.Query(cursor=b"nonsense of ours", **query))
    equal(refused.code, wire.INVALID, "a cursor of our own")


def try_revoked(stack, client):
    succeeded(stack.thidua("key", "revoke", client.public_key.decode()))
    deadline = time.monotonic() + 10
    while True:
        client.requests += 1
        client.send(wire.Envelope(version=VERSION, request=client.requests, ping=wire.Ping()).SerializeToString())
        envelope = client.receive(2000)
        if envelope is None or envelope.WhichOneof("body") == "answer":
            break
        assert time.monotonic() < deadline, "a revoked key is still served"
    assert envelope is not None, "a revoked key is not told so"
    equal(envelope.answer.code, wire.FORBIDDEN, "answer to a revoked key")


def main():
    with Stack("--workers", "1") as stack:
        load_campaign(stack)
        try_unknown_key(stack)
        clerk = enrolled_client(stack, "clerk", OFFICE)
        key = try_ping(clerk, "clerk", OFFICE).receipt_key
        try_locate(clerk)

        first = sorted((CASE / "results").glob("*-2022-Q1-06520.csv"))[0]
        forms, codes = read_forms(first)
        try_dry_run(clerk, forms, codes)
        submission = try_submit(clerk, forms, codes, key)
        try_unchanged(clerk, forms, codes, key)
        try_many_at_once(clerk, forms, codes, key)
        try_wrong_cells(clerk)
        try_refusals(clerk)
        try_limits(clerk)
        try_two_frames(clerk)
        try_lost_connections(stack, clerk)

        hand_in_the_rest(stack, first)
        officer = enrolled_client(stack, "officer", OFFICE)
        run = try_run_and_ranking(stack, officer)
        administrator = enrolled_client(stack, "admin", "")
        try_columns(administrator, run, submission)
        try_pages(stack, administrator)
        try_revoked(stack, clerk)
        clerk.close()
        officer.close()
        administrator.close()
    print("a client made from docs/protocol.md works")


if __name__ == "__main__":
    main()
