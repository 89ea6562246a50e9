#!/usr/bin/env python3
"""Keys come and go: one-time codes, two keys that overlap, expiry. (Revocation on a live connection is in
protocol_client.py and roles.py.)
"""

import pathlib
import re
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from enrolment import enrol, environment, key_file, new_key  # noqa: E402
from small_campaign import CAMPAIGN, load, results  # noqa: E402
from thidua_test import Stack, equal, succeeded, wait_for  # noqa: E402

DONE, ERROR, USAGE, CONFLICT = 0, 1, 2, 4


def invite(stack, env, role, unit, *more):
    where = ["--unit", unit] if unit else []
    return stack.thidua("key", "invite", "--role", role, *where, "--name", "ai đó", *more, env=env)


def use(stack, name, code):
    """The code on the standard input, where no process list shows it."""
    return stack.thidua("key", "enrol", "--file", key_file(stack, name), "--timeout", "5", input=code + "\n")


def role_of(stack, name):
    done = stack.thidua("ping", "--csv", "--timeout", "5", env=environment(stack, name))
    return (done.returncode, *(done.stdout.splitlines()[1].split(",")[2:4] if done.returncode == 0 else ()))


def public_of(stack, name):
    return re.search(r"curve_public (\S+)", key_file(stack, name).read_text())[1]


def try_codes(stack, officer):
    code = succeeded(invite(stack, officer, "clerk", "A")).stdout.strip()
    assert re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{5}", code), code
    dump = succeeded(stack.run("pg_dump", "--data-only", "--inserts")).stdout
    assert code not in dump and code.replace("-", "") not in dump, "the code is stored"
    logs = "".join(log.read_text() for log in (stack.directory / "log").glob("*.log"))
    assert code not in logs, "the code is in a log"
    # As people write it
    succeeded(use(stack, "a", code.lower().replace("0", "o").replace("1", "l")))
    equal(role_of(stack, "a"), (DONE, "clerk", "A"), "who enrolled")
    equal(key_file(stack, "a").stat().st_mode & 0o777, 0o600, "mode of the key")
    equal(use(stack, "b", code).returncode, ERROR, "a code used twice")
    equal(role_of(stack, "b"), (ERROR,), "who came second")
    equal(stack.sql("SELECT role, unit, name FROM thidua.access_key WHERE unit = 'A'"), [["clerk", "A", "ai đó"]], "keys")
    equal(use(stack, "c", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA").returncode, ERROR, "a code nobody gave")
    equal(use(stack, "c", "AAAAA-AAAAA").returncode, USAGE, "no code at all")
    code = succeeded(invite(stack, officer, "leader", "B")).stdout.strip()
    stack.sql("UPDATE thidua.invite SET expires_at = now() - interval '1 second' WHERE unit = 'B'")
    equal(use(stack, "d", code).returncode, ERROR, "a code of yesterday")
    code = succeeded(invite(stack, officer, "clerk", "C")).stdout.strip()
    succeeded(stack.thidua("key", "revoke", "--", public_of(stack, "officer")))
    equal(use(stack, "e", code).returncode, CONFLICT, "a code of somebody who was shut out since")


def try_holder_of_a_code(stack):
    """Who has a code may use it, and nothing else; in the database its secret is nowhere."""
    code = succeeded(invite(stack, None, "admin", "")).stdout.strip()
    equal(stack.sql("SELECT role, used_at IS NULL FROM thidua.invite WHERE role = 'admin'"), [["admin", "t"]], "invited")
    succeeded(use(stack, "admin2", code))
    equal(role_of(stack, "admin2"), (DONE, "admin", ""), "an invited administrator")


def try_refusals(stack, officer, clerk):
    for env, role, unit, what in ((officer, "admin", "A", "an officer invites an administrator"),
                                  (officer, "auditor", "A", "an officer invites an auditor"),
                                  (officer, "worker", "A", "an officer invites a worker"),
                                  (officer, "officer", "", "an officer of H invites one of the root"),
                                  (clerk, "clerk", "A", "a clerk invites")):
        equal(invite(stack, env, role, unit).returncode, ERROR, what)
    small = enrol(stack, "officer-b", "officer", "B")
    equal(invite(stack, small, "clerk", "A").returncode, ERROR, "beside")
    equal(invite(stack, small, "clerk", "H").returncode, ERROR, "above")
    succeeded(invite(stack, small, "clerk", "B"))
    equal(stack.sql("SELECT role, unit FROM thidua.invite"), [["clerk", "B"]], "invitations")


def try_rotation(stack):
    enrol(stack, "old", "clerk", "C")

    def rotate(new, days="7"):
        return stack.thidua("key", "rotate", "--file", key_file(stack, new), "--days", days, env=environment(stack, "old"))
    succeeded(rotate("new"))
    equal((role_of(stack, "old"), role_of(stack, "new")), ((DONE, "clerk", "C"),) * 2, "both are valid")
    succeeded(rotate("new"))  # the answer was lost, say
    equal(rotate("third").returncode, CONFLICT, "a third key")
    days = stack.sql("SELECT round(extract(epoch FROM expires_at - now()) / 86400) FROM thidua.access_key "
                     "WHERE replaced_by IS NOT NULL")
    equal(days, [["7"]], "days that the old key has left")
    stack.sql("UPDATE thidua.access_key SET expires_at = now() - interval '1 second' WHERE replaced_by IS NOT NULL")
    wait_for(20, lambda: role_of(stack, "old") == (ERROR,), "the old key's time is over")
    equal(role_of(stack, "new"), (DONE, "clerk", "C"), "the new key")
    # What the new one inherits ends with the old one's validity.
    enrol(stack, "short", "clerk", "C")
    stack.sql("UPDATE thidua.access_key SET expires_at = now() + interval '2 days' WHERE name = 'short'")
    succeeded(stack.thidua("key", "rotate", "--file", key_file(stack, "short2"), env=environment(stack, "short")))
    equal(stack.sql("SELECT count(DISTINCT expires_at) FROM thidua.access_key WHERE name = 'short'"), [["1"]], "expiry")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def try_server_keys(stack):
    """The servers' own key: servers with the new one beside those with the old one, on the same database."""
    new = new_key(stack, "server-new")
    ports = free_port(), free_port()
    text = (stack.directory / "etc/server-1.conf").read_text()
    text = re.sub(r"key_file = .*", f"key_file = {key_file(stack, 'server-new')}", text)
    text = re.sub(r"listen_clients = .*", f"listen_clients = tcp://127.0.0.1:{ports[0]}", text)
    text = re.sub(r"listen_workers = .*", f"listen_workers = tcp://127.0.0.1:{ports[1]}", text)
    config = stack.top / "server-new.conf"
    config.write_text(text)
    moved = {"THIDUA_SERVERS": f"tcp://127.0.0.1:{ports[0]}", "THIDUA_SERVER_KEY": new}
    with (stack.directory / "log/server-new.log").open("w") as log:
        server = subprocess.Popen([pathlib.Path(stack.env["THIDUA_BUILD_DIR"]) / "bin/thidua-server", "--config", config],
                                  stderr=log, env={"PATH": "/usr/bin"})
    try:
        wait_for(60, lambda: stack.thidua("ping", "--timeout", "2", env=moved).returncode == DONE, "the server with the new key")
        file = results(stack, "moved.csv", "2022-01,A.1,GRAIN,5")
        succeeded(stack.thidua("submit", CAMPAIGN, file, "--wait", env=moved))
        succeeded(stack.thidua("submit", CAMPAIGN, file, "--wait"))  # who has not been told yet
        old = {"THIDUA_SERVERS": moved["THIDUA_SERVERS"]}
        equal(stack.thidua("ping", "--timeout", "2", env=old).returncode, ERROR, "the new server under the old key")
    finally:
        server.terminate()
        server.wait()


def try_files(stack):
    """A private file that others can read is refused."""
    key_file(stack, "new").chmod(0o640)
    done = stack.thidua("ping", env=environment(stack, "new"))
    equal((done.returncode, "0600" in done.stderr), (ERROR, True), f"a file that others can read: {done.stderr}")
    key_file(stack, "new").chmod(0o600)


def main():
    with Stack("--workers", "0") as stack:
        load(stack)
        officer, clerk = enrol(stack, "officer", "officer", "H"), enrol(stack, "clerk", "clerk", "D")
        try_refusals(stack, officer, clerk)
        try_codes(stack, officer)
        try_holder_of_a_code(stack)
        try_rotation(stack)
        try_files(stack)
        try_server_keys(stack)
        events = {row[0] for row in stack.sql("SELECT event FROM thidua.audit")}
        assert {"invited", "invite_used", "key_added", "key_changed", "key_revoked"} <= events, events
        equal(stack.thidua("audit", "verify").returncode, DONE, "the audit holds")


if __name__ == "__main__":
    main()
