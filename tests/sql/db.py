#!/usr/bin/env python3
"""The connections of common/db*.c against a database of their own."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from thidua_test import Stack, succeeded  # noqa: E402


def main():
    with Stack("--database-only") as stack:
        env = stack.env
        program = pathlib.Path(env["THIDUA_BUILD_DIR"]) / "tests/unit/unit_db"
        conninfo = f"host={env['PGHOST']} port={env['PGPORT']} dbname={env['PGDATABASE']} user={env['PGUSER']}"
        done = stack.run(program, env={"THIDUA_TEST_DATABASE": conninfo})
        print(done.stdout, done.stderr)
        succeeded(done)


if __name__ == "__main__":
    main()
