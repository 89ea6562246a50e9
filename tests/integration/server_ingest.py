#!/usr/bin/env python3
"""What servers take in, beyond what the client can be made to send: ids and counts under concurrency
on two servers, wrong messages, keys taken away, rules that change under way, the database gone.
"""

import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from thidua_test import SOURCE, Stack, equal, succeeded, wait_for  # noqa: E402

CASE = SOURCE / "campaigns/y-tich-2022"
CAMPAIGN = "y-tich-2022"
HEADER = "period,unit,indicator,value,denominator,state,note\n"


def load_rules(stack):
    succeeded(stack.thidua("unit", "load", CASE / "units.csv"))
    succeeded(stack.thidua("campaign", "load", CASE / "campaign.yaml"))
    succeeded(stack.thidua("target", "load", CAMPAIGN, CASE / "targets.csv"))


def results(text):
    file = tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8")
    file.write(HEADER + text)
    file.flush()
    return file


def key_for(stack, name, role, unit):
    """A new identity on record; the environment to use it with."""
    file = stack.directory / "keys" / f"{name}.key"
    public = succeeded(stack.thidua("key", "new", "--file", file)).stdout.strip()
    succeeded(stack.thidua("key", "add", public, "--role", role, "--unit", unit, "--name", name))
    return public, {"THIDUA_KEY_FILE": str(file), "THIDUA_OUTBOX": str(stack.directory / "outbox" / f"{name}.sqlite")}


def try_wire(stack):
    tool = pathlib.Path(stack.env["THIDUA_BUILD_DIR"]) / "tests/tools/thidua-wire-check"
    succeeded(stack.run(tool, stack.env["THIDUA_SERVER_KEY"], stack.env["THIDUA_KEY_FILE"],
                        *stack.env["THIDUA_SERVERS"].split(",")))
    equal(stack.sql("SELECT office, id FROM thidua.submission GROUP BY 1, 2 HAVING count(*) > 1"), [], "twice")
    sums = stack.sql("SELECT count(*) FROM thidua.submission s WHERE created + changed + unchanged + withdrawn <> "
                     "(SELECT sum(cardinality(indicator)) FROM thidua.form f WHERE f.submission = s.id)")
    equal(sums, [["0"]], "receipts whose counts do not add up")


def try_store(stack):
    """What was accepted cannot be changed by the role that took it."""
    for statement in ("DELETE FROM thidua.form", "UPDATE thidua.submission SET late = false",
                      "TRUNCATE thidua.document", "UPDATE thidua.access_key SET role = 'admin'"):
        try:
            stack.sql(statement, role="thidua_server")
        except AssertionError as refused:
            assert "permission denied" in str(refused), refused
        else:
            raise AssertionError(f"thidua_server may: {statement}")
    cells = stack.sql("SELECT unit, period, indicator, state, value, denominator FROM thidua.cell_now",
                      role="thidua_server")
    equal(len(cells), 1, "cells that count")


def try_roles(stack):
    _, clerk = key_for(stack, "clerk", "clerk", "06520")
    _, foreign = key_for(stack, "foreign", "clerk", "187")
    with results("2022-Q2,06520.02,AREA,5,,,\n") as file:
        equal(stack.thidua("submit", CAMPAIGN, file.name, "--wait", env=foreign).returncode != 0, True,
              "another office's clerk")
        succeeded(stack.thidua("submit", CAMPAIGN, file.name, "--wait", env=clerk))
    with results("2022-Q2,06520.02,KEEP,5,,verified,\n") as file:
        equal(stack.thidua("submit", CAMPAIGN, file.name, "--wait", env=clerk).returncode != 0, True,
              "a clerk's verified points")
    equal(stack.thidua("unit", "load", CASE / "units.csv", env=clerk).returncode, 1, "a clerk's units")


def try_revoked(stack):
    public, clerk = key_for(stack, "leaver", "clerk", "06520")
    succeeded(stack.thidua("ping", env=clerk))
    succeeded(stack.thidua("key", "revoke", public))
    time.sleep(1.5)  # the other server looks each second
    equal(stack.thidua("ping", "--timeout", "3", env=clerk).returncode, 1, "a revoked key's ping")


def try_database_down(stack):
    """Submissions wait in the outbox while the database is away, and go through when it is back."""
    with results("2022-Q3,06520.03,AREA,7,,,\n") as file:
        stack.control("kill", "postgres")
        equal(stack.thidua("submit", CAMPAIGN, file.name, "--timeout", "2").returncode, 75,
              "exit code without a database")
        stack.control("run", "postgres")
        succeeded(stack.thidua("outbox", "send", "--timeout", "60"))
    rows = stack.sql("SELECT value FROM thidua.cell_now WHERE unit = '06520.03' AND indicator = 'AREA'")
    equal(rows, [["7"]], "what was stored")


def try_sessions_ended(stack):
    """Sessions that the database ends are made again, unnoticed."""
    for number in range(5):
        stack.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'thidua_server'")
        with results(f"2022-Q3,06520.03,GRAIN,{number},,,\n") as file:
            succeeded(stack.thidua("submit", CAMPAIGN, file.name, "--wait", "--timeout", "30"))


def try_new_rules(stack):
    """The other server takes nothing in by rules that are out of date."""
    servers = stack.env["THIDUA_SERVERS"].split(",")
    text = (CASE / "campaign.yaml").read_text(encoding="utf-8")
    for bound, code in (("max: 10", 5), ("max: 100000", 0)):
        changed = text.replace("    min: 0\n", f"    min: 0\n    {bound}\n", 1)
        assert changed != text
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file, \
                results("2022-Q4,06520.04,AREA,50,,,\n") as cells:
            file.write(changed)
            file.flush()
            succeeded(stack.thidua("campaign", "load", file.name, env={"THIDUA_SERVERS": servers[0]}))
            done = stack.thidua("submit", CAMPAIGN, cells.name, "--wait", env={"THIDUA_SERVERS": servers[1]})
            equal(done.returncode, code, f"exit code with {bound}: {done.stderr}")


def try_schema(stack):
    """A server does not start on a schema that it does not know."""
    config = stack.directory / "etc/server-1.conf"
    server = pathlib.Path(stack.env["THIDUA_BUILD_DIR"]) / "bin/thidua-server"
    equal(stack.run(server, "--config", config, "--migrate").returncode, 0, "migrating again")
    stack.sql("INSERT INTO thidua.migration VALUES (999, '999_future.sql', '')")
    for duty in ("--migrate",), ():
        done = stack.run(server, "--config", config, *duty, env={"THIDUA_LISTEN_CLIENTS": "tcp://127.0.0.1:1"})
        equal(done.returncode, 1, "a schema of the future")
        assert "schema_newer" in done.stderr, done.stderr
    stack.sql("DELETE FROM thidua.migration WHERE number = 999")
    stack.sql("UPDATE thidua.migration SET checksum = '\\x00' WHERE number = 1")
    done = stack.run(server, "--config", config, "--migrate")
    equal(done.returncode, 1, "a changed migration")
    assert "migration_changed" in done.stderr, done.stderr


def main():
    with Stack("--servers", "2", "--workers", "0") as stack:
        load_rules(stack)
        try_wire(stack)
        try_store(stack)
        try_roles(stack)
        try_revoked(stack)
        try_new_rules(stack)
        try_sessions_ended(stack)
        try_database_down(stack)
        wait_for(20, lambda: stack.thidua("ping").returncode == 0, "a server with a database")
        try_schema(stack)


if __name__ == "__main__":
    main()
