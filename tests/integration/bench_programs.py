#!/usr/bin/env python3
"""The benchmarks' programs at small size: a storm that loses replies loses nothing and doubles
nothing; rows written past the system are those that ingest writes."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from thidua_test import Stack, equal, succeeded, wait_for

PROGRAMS = pathlib.Path(os.environ["THIDUA_BUILD_DIR"]) / "tests/bench"
COMMUNES, VILLAGES, MONTHS = 12, 8, 3
SIZE = (COMMUNES, VILLAGES, MONTHS)
FORMS = "SELECT office, campaign, unit, period, indicator, state, value, denominator, note FROM thidua.form ORDER BY 3, 4"


def load_nation(stack):
    for what, command in (("units", ("unit", "load")), ("campaign", ("campaign", "load"))):
        path = stack.top / f"{what}.txt"
        path.write_text(succeeded(stack.run(PROGRAMS / "nation", what, *SIZE)).stdout)
        succeeded(stack.thidua(*command, path))
    keys = stack.top / "keys.csv"
    keys.write_text(succeeded(stack.run(PROGRAMS / "nation", "keys", COMMUNES, 2)).stdout)
    stack.sql(f"\\copy thidua.access_key (public_key, role, unit, name) from '{keys}' csv")


def storm(stack, *options):
    """Its figures by name."""
    done = succeeded(stack.run(PROGRAMS / "storm", "--server", stack.env["THIDUA_SERVERS"], "--server-key",
                               stack.env["THIDUA_SERVER_KEY"], "--communes", COMMUNES, "--months", MONTHS, *options))
    return {name: float(value) for name, value in (line.split(",") for line in done.stdout.splitlines())}


def keys_are_known(stack):
    log = (stack.directory / "log/server-1.log").read_text()
    return f" keys={COMMUNES + 2 + 2}\n" in log  # and the administrator's, a worker's


def main():
    with Stack() as stack:
        load_nation(stack)
        wait_for(20, lambda: keys_are_known(stack), "keys loaded")

        # Every clerk hands in one month. First answers are lost where (number * 37 + 11) % 100 < 50: of
        # 0, 1, 3, 6, 8, 9 and 11 (11, 48, 22, 33, 7, 44, 18; the others have 85, 59, 96, 70, 81).
        figures = storm(stack, "--clients", COMMUNES, "--lose", 50)
        equal(figures["receipts"], COMMUNES, "receipts")
        equal(figures["retried"], 7, "retried")
        equal(figures["missing"] + figures["wrong"], 0, "missing and wrong")
        equal(stack.sql("SELECT count(*), count(DISTINCT office) FROM thidua.submission"), [["12", "12"]])
        equal(stack.sql("SELECT count(*) FROM thidua.form"), [[str(COMMUNES * VILLAGES)]])

        # Administrators hand in the other months, one form at a time and in whole communes.
        storm(stack, "--as", "admin", "--clients", 2, "--warm", "--forms", 1, "--first", COMMUNES * VILLAGES,
              "--submissions", COMMUNES * VILLAGES, "--rate", 2000)
        storm(stack, "--as", "admin", "--clients", 2, "--warm", "--first", 2 * COMMUNES, "--submissions", COMMUNES)
        by_ingest = stack.sql(FORMS)
        equal(len(by_ingest), COMMUNES * VILLAGES * MONTHS, "forms")

        stack.sql("TRUNCATE thidua.submission, thidua.form")
        conninfo = f"host={stack.env['PGHOST']} port={stack.env['PGPORT']} dbname=thidua user=postgres"
        for part in range(2):
            succeeded(stack.run(PROGRAMS / "rows", "copy", conninfo, *SIZE, part, 2))
        equal(stack.sql(FORMS), by_ingest, "rows by COPY")
        stack.sql("TRUNCATE thidua.submission, thidua.form")
        succeeded(stack.run(PROGRAMS / "rows", "pipeline", conninfo, *SIZE, VILLAGES, COMMUNES * MONTHS))
        equal(stack.sql(FORMS), by_ingest, "rows by the pipeline")


if __name__ == "__main__":
    main()
