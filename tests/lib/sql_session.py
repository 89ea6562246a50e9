"""The store without programs, for tests of its SQL: migrations, and sessions whose transactions can stay open."""

import contextlib
import subprocess

from thidua_test import SOURCE, equal


def migrate(stack):
    """Applies sql/ in order, a file a transaction."""
    stack.sql("CREATE SCHEMA thidua; CREATE TABLE thidua.migration (number integer)")
    for file in sorted((SOURCE / "sql").glob("[0-9]*.sql")):
        done = stack.run("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction",
                         "--file", file)
        equal(done.returncode, 0, f"{file.name}: {done.stderr}")


class Session:
    """A psql that is spoken to line by line. Errors are answers: ERROR:  and the SQLSTATE."""

    def __init__(self, stack, role="thidua_server"):
        self.psql = subprocess.Popen(
            ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=VERBOSITY=sqlstate",
             f"--username={role}"],
            env=stack.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.pid = self.ask("SELECT pg_backend_pid()")
        self.ask("SET search_path = thidua")

    def say(self, statement):
        self.psql.stdin.write(statement + ";\n\\echo <end>\n")
        self.psql.stdin.flush()

    def hear(self):
        answer = []
        for line in iter(self.psql.stdout.readline, ""):
            if line.strip() == "<end>":
                return "\n".join(answer)
            answer.append(line.rstrip("\n"))
        raise AssertionError(f"psql ended: {answer}")

    def ask(self, statement):
        self.say(statement)
        return self.hear()

    def close(self):
        self.psql.stdin.close()
        self.psql.wait()
        self.psql.stdout.close()


def session(stack, role="thidua_server"):
    return contextlib.closing(Session(stack, role))


def waits(stack, who):
    return stack.sql(f"SELECT wait_event_type FROM pg_stat_activity WHERE pid = {who.pid}") == [["Lock"]]
