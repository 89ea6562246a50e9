#!/usr/bin/env python3
"""Who may do what: each role × each message × (own unit, below, beside, above) against the real server.
A message, query or command that the table does not know makes the test fail: deny by default is decided here
by people, for each new one.
"""

import re
import sys
import pathlib
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from protocol_client import VERSION, enrolled_client, wire, zmq  # noqa: E402
from thidua_test import Stack, equal, succeeded, wait_for  # noqa: E402

CAMPAIGN = "roles"
UNITS = """code,name,level,parent
P,Tỉnh,province,
H,Huyện Một,district,P
I,Huyện Hai,district,P
A,Xã A,commune,H
B,Xã B,commune,H
X,Xã X,commune,I
A.1,Thôn A1,village,A
B.1,Thôn B1,village,B
X.1,Thôn X1,village,X
"""
RULES = f"""campaign: {CAMPAIGN}
name: Phong trào
owner: P
office_level: commune
competitors: {{level: commune}}
reporting: year
from: 2022
to: 2022
indicators:
  - {{code: G, name: Lúa, kind: amount, time: flow, reported_by: village, target: 10, points: 10}}
  - {{code: S, name: Chấm, kind: assessed, points: 5}}
"""
POSITIONS = ("own", "below", "beside", "above")
# The key's unit, then the unit asked about in each position; of "root" there is nothing beside or above.
COMMUNE, DISTRICT = ("A", ("A", "A.1", "B", "H")), ("H", ("H", "A", "I", "P"))
ACTORS = {
    "clerk": ("clerk", *COMMUNE), "leader": ("leader", *COMMUNE), "officer": ("officer", *COMMUNE),
    "chief": ("officer", *DISTRICT), "root": ("officer", "", ("P", "H", "P", "P")),
    "auditor": ("auditor", *COMMUNE), "admin": ("admin", "", COMMUNE[1]), "worker": ("worker", "", COMMUNE[1]),
}
NOBODY, READERS, ALL = "", "clerk leader officer chief root auditor admin", " ".join(ACTORS)
ANY = "own below beside above"
# What a unit may be asked about: clerk to admin
READS = {"clerk": "own below", "leader": "own below", "officer": "own below", "chief": "own below", "root": ANY,
         "auditor": ANY, "admin": ANY}
# whose forms may be handed in. A district hands in nothing: its office is not there, which is no question of rights.
SUBMITS = {"clerk": "own below", "officer": "own below", "chief": "own below", "root": ANY, "admin": ANY}
OFFICERS = {"officer": "own below", "chief": "own below", "root": ANY, "admin": ANY}
STEPS = {"officer": "below", "chief": "below", "root": ANY, "admin": ANY}  # nobody the report of his own unit
OFFICE_OF = {"A": "A.1", "A.1": "A.1", "B": "B.1", "H": "B.1", "I": "X.1", "P": "X.1"}  # whose form stands for the unit


def query(what, **fields):
    return lambda unit: {"query": wire.Query(what=what, campaign=CAMPAIGN, period="2022", **fields,
                                             **({"unit": unit} if unit else {}))}


def plain(what, **fields):
    return lambda unit: {"query": wire.Query(what=what, **fields)}


def command(action, **fields):
    return lambda unit: {"command": wire.Command(action=action, **fields, **({"unit": unit} if unit else {}))}


def step(action, **fields):
    return command(action, campaign=CAMPAIGN, period="2022", number=1, digest=bytes(32), **fields)


def new_key(action, **fields):
    return lambda unit: {"command": wire.Command(action=action, key=uuid.uuid4().bytes * 2, **fields,
                                                 **({"unit": unit} if unit else {}))}


def load(kind, **fields):
    return lambda unit: {"load": wire.Load(id=uuid.uuid4().bytes, kind=kind, file="f", part=0, last=True, data=b"x\n",
                                           campaign="" if kind <= wire.CAMPAIGN else CAMPAIGN, **fields)}


def submit(state):
    def made(unit):
        village = state != 4
        code, where = ("G", OFFICE_OF[unit]) if village else ("S", OFFICE_OF[unit][0])
        form = wire.Form(unit=where, period="2022", indicator=[0], state=[state], value=[10000], denominator=[0],
                         has_denominator=[False])
        return {"submit": wire.Submit(id=uuid.uuid4().bytes, campaign=CAMPAIGN, dry_run=True, indicator=[code],
                                      form=[form])}
    return made


# (message, does it name a unit, who may: names of actors, or positions for each of them)
TABLE = [
    ("Ping", False, lambda unit: {"ping": wire.Ping()}, READERS),
    ("Locate", False, lambda unit: {"locate": wire.Locate(campaign=CAMPAIGN, unit=["A.1"], period=["2022"])}, READERS),
    ("Submit", True, submit(1), SUBMITS),
    ("Submit verified", True, submit(4), OFFICERS),
    ("ROLLUP", True, query(wire.ROLLUP), READS),
    ("SCORES", True, query(wire.SCORES), READS),
    ("EXPLAIN", True, query(wire.EXPLAIN), READS),
    ("TRACE", True, query(wire.TRACE, indicator="G"), READS),
    ("MISSING", True, query(wire.MISSING), READS),
    ("FORM", True, query(wire.FORM), READS),
    ("UNCOUNTED", True, query(wire.UNCOUNTED), READS),
    ("EXCEPTIONS", True, query(wire.EXCEPTIONS), READS),
    ("REPORTING", True, query(wire.REPORTING), READS),
    ("REPORTS", True, query(wire.REPORTS), READS),
    ("REPORT", True, query(wire.REPORT), READS),
    ("HISTORY", True, query(wire.HISTORY), READS),
    ("RANKING", False, query(wire.RANKING), READERS),
    ("AWARDS", False, query(wire.AWARDS), READERS),
    ("COUNCIL", False, query(wire.COUNCIL), READERS),
    ("DECISIONS_MADE", False, query(wire.DECISIONS_MADE), READERS),
    ("CAMPAIGNS", False, plain(wire.CAMPAIGNS), READERS),
    ("SUBMISSION", False, plain(wire.SUBMISSION, id=bytes(16)), READERS),
    ("RUNS", False, plain(wire.RUNS), "officer chief root auditor admin"),
    ("RUN", False, plain(wire.RUN, number=1), "officer chief root auditor admin"),
    ("JOBS", False, plain(wire.JOBS), "officer chief root auditor admin"),
    ("SEAL", False, plain(wire.SEAL, number=1), "officer chief root auditor admin"),
    ("COMPARE", False, plain(wire.COMPARE, campaign=CAMPAIGN, number=1, other=1), "officer chief root auditor admin"),
    # a whole run with all its entries: who reaches the campaign's owner
    ("RUN_DOCUMENTS", False, plain(wire.RUN_DOCUMENTS, campaign=CAMPAIGN, number=1), "root auditor admin"),
    ("RUN_SUBMISSIONS", False, plain(wire.RUN_SUBMISSIONS, campaign=CAMPAIGN, number=1, unit="A"), "root auditor admin"),
    ("RUN_ENTRIES", False, plain(wire.RUN_ENTRIES, campaign=CAMPAIGN, number=1, unit="A"), "root auditor admin"),
    ("KEYS", False, plain(wire.KEYS), "auditor admin"),
    ("AUDIT", False, plain(wire.AUDIT), "auditor admin"),
    ("AUDIT_CHAIN", False, plain(wire.AUDIT_CHAIN), "auditor admin"),
    ("UNITS", False, load(wire.UNITS), "admin"),
    ("CAMPAIGN", False, load(wire.CAMPAIGN), "admin"),
    ("CAMPAIGN check", False, load(wire.CAMPAIGN, check_only=True), READERS),
    # lists of a campaign: who reaches its owner, the province
    ("TARGETS", False, load(wire.TARGETS), "root admin"),
    ("ADJUSTMENTS", False, load(wire.ADJUSTMENTS), "root admin"),
    ("NOMINATIONS", False, load(wire.NOMINATIONS), "root admin"),
    ("DECISIONS", False, load(wire.DECISIONS), "root admin"),
    ("RUN_START", False, command(wire.RUN_START, campaign=CAMPAIGN, period="2022"), "root admin"),
    ("JOB_RETRY", False, command(wire.JOB_RETRY, number=999), "admin"),
    ("KEY_ADD", True, new_key(wire.KEY_ADD, role="clerk", name="n"), {"admin": ANY}),
    ("KEY_REVOKE", False, new_key(wire.KEY_REVOKE), "admin"),
    ("KEY_INVITE", True, new_key(wire.KEY_INVITE, role="clerk", name="n"), OFFICERS),
    ("KEY_INVITE admin", True, new_key(wire.KEY_INVITE, role="admin", name="n"), {"admin": ANY}),
    ("KEY_ENROL", False, new_key(wire.KEY_ENROL), NOBODY),
    ("KEY_ROTATE", False, new_key(wire.KEY_ROTATE, days=1), READERS),
    ("UNLOCK", True, command(wire.UNLOCK, campaign=CAMPAIGN, period="2022", until="2022-12-31", reason="r"), OFFICERS),
    # A report's steps: its office's leader signs it, with a signing key on record (none here); who stands above
    # verifies or returns it
    ("SIGN", True, step(wire.SIGN, signature=bytes(64)), {}),
    ("VERIFY", True, step(wire.VERIFY), STEPS),
    ("RETURN", True, step(wire.RETURN, reason="r"), STEPS),
    # What only workers and servers say, at the clients' door
    ("Ready", False, lambda unit: {"ready": wire.Ready(credit=1, version="v", name="n")}, NOBODY),
    ("JobDone", False, lambda unit: {"job_done": wire.JobDone(job=1, lease=1, ok=True)}, NOBODY),
    ("Heartbeat", False, lambda unit: {"heartbeat": wire.Heartbeat(job=[1], lease=[1])}, NOBODY),
]
REFUSED = (wire.FORBIDDEN, wire.UNSUPPORTED)
# What the audit counts
AUDITED = (wire.CONFLICT, wire.INVALID, wire.FORBIDDEN, wire.PERIOD_CLOSED, wire.TOO_LARGE, wire.UNSUPPORTED, wire.STALE_BASE)


def complete():
    """Every value of the wire's enums has its row."""
    named = {name.split(" ")[0] for name, *_ in TABLE}
    known = (set(wire.What.keys()) | set(wire.Action.keys()) | set(wire.DocumentKind.keys())) - {
        "WHAT_NONE", "ACTION_NONE", "DOCUMENT_NONE"}
    equal(sorted(known - named), [], "messages that the table of roles does not know")
    bodies = {field.message_type.name for field in wire.Envelope.DESCRIPTOR.oneofs_by_name["body"].fields}
    answers = {"Pong", "SubmitAnswer", "Located", "Table", "Answer", "Job", "LeaseLost"}
    equal(sorted(bodies - answers - named - {"Query", "Load", "Command"}), [], "bodies that it does not know")


def walk(clients):
    """Asks everything; returns what was wrong and how many were refused."""
    wrong, refused, asked = [], 0, 0
    for name, has_unit, make, allowed in TABLE:
        for actor, (_, _, units) in ACTORS.items():
            for position, unit in zip(POSITIONS, units) if has_unit else (("", ""),):
                if actor == "root" and position in ("beside", "above"):
                    continue
                may = position in allowed.get(actor, "").split() if has_unit else actor in allowed.split()
                answer = clients[actor].ask(**make(unit))
                code = getattr(answer, "code", wire.OK)
                asked += 1
                refused += code in AUDITED
                if (code not in REFUSED) != may:
                    wrong.append(f"{actor} {name} {position} {unit}: {wire.Code.Name(code)} {getattr(answer, 'text', '')}")
    print(f"{asked} questions, {refused} refused")
    return wrong, refused


def workers_door(stack):
    """Keys of people open nothing at the workers' port: no answer to a worker's words."""
    endpoint = re.search(r"listen_workers = (\S+)", (stack.directory / "etc/server-1.conf").read_text())[1]
    client = enrolled_client(stack, "admin", "")
    client.socket.disconnect(client.endpoint)
    client.socket.connect(endpoint)
    client.send(wire.Envelope(version=VERSION, request=1, ready=wire.Ready(credit=8, version="v", name="n")).SerializeToString())
    client.send(wire.Envelope(version=VERSION, request=2, ping=wire.Ping()).SerializeToString())
    equal(client.receive(2000), None, "an administrator's key at the workers' port")
    client.close()


def audited(stack, refused):
    """Every refusal is counted in the audit, be there ever so many kinds of them."""
    def counted():
        rows = stack.sql("SELECT detail FROM thidua.audit WHERE event = 'refused'")
        return sum(int(re.search(r"count=(\d+)", row[0])[1]) for row in rows)
    wait_for(60, lambda: counted() >= refused, "refusals in the audit")
    equal(counted(), refused, "refusals in the audit")


def main():
    complete()
    with Stack("--workers", "1") as stack:
        (stack.top / "units.csv").write_text(UNITS)
        (stack.top / "campaign.yaml").write_text(RULES)
        succeeded(stack.thidua("unit", "load", stack.top / "units.csv"))
        succeeded(stack.thidua("campaign", "load", stack.top / "campaign.yaml"))
        (stack.top / "r.csv").write_text("period,unit,indicator,value,denominator,state,note\n2022,A.1,G,5,,,\n")
        succeeded(stack.thidua("submit", CAMPAIGN, stack.top / "r.csv", "--wait"))
        succeeded(stack.thidua("run", "start", CAMPAIGN, "2022", "--wait"))
        clients = {actor: enrolled_client(stack, role, unit) for actor, (role, unit, _) in ACTORS.items()}
        wrong, refused = walk(clients)
        assert not wrong, "\n".join(["not as the table says:", *wrong])
        audited(stack, refused)
        workers_door(stack)
        for client in clients.values():
            client.close()


if __name__ == "__main__":
    assert zmq
    main()
