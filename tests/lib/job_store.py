"""Runs and jobs in a store without programs: rows in any state, and what core/job.c says of states."""

import pathlib

from sql_session import migrate, session
from thidua_test import Stack

JOB_STATES = ("BLOCKED", "READY", "LEASED", "RETRY_WAIT", "DONE", "DEAD", "CANCELLED")
RUN_STATES = ("PLANNED", "CUT", "RUNNING", "VERIFYING", "PUBLISHED", "FAILED")
JOB = {name: number for number, name in enumerate(JOB_STATES, 1)}
RUN = {name: number for number, name in enumerate(RUN_STATES, 1)}
ATTEMPTS_MAX = 5
FENCED = "ERROR:  TD001"
MINUTE_MS = 60000


class Store:
    """Sessions of the owner, a server and a worker, and a campaign to have runs in."""

    def __init__(self, owner, server, worker):
        self.owner, self.server, self.worker = owner, server, worker
        self.campaign = owner.ask("INSERT INTO campaign (code) VALUES ('c') RETURNING id")
        self.term = self.lead("me")

    def lead(self, who, ttl_ms=60 * MINUTE_MS):
        return int(self.server.ask(f"SELECT leader_take('{who}', {ttl_ms})"))

    def run(self, state="RUNNING", stage=1, stages=3, cut=0):
        return self.owner.ask(
            f"INSERT INTO run (campaign, period, cause, state, stage, stages, cut, cut_at) VALUES "
            f"({self.campaign}, 202221, 'demand', {RUN[state]}, {stage}, {stages}, {cut}, now()) RETURNING id")

    def job(self, run, state="READY", stage=1, lease=7, attempts=1, over="-1 hour"):
        """`over`: when lease, deadline and wait end, from now."""
        return self.owner.ask(
            f"INSERT INTO job (run, stage, kind, state, lease, attempts, lease_until, deadline, not_before) SELECT "
            f"{run}, {stage}, 1, {JOB[state]}, {lease}, {attempts}, t, t, t FROM (SELECT now() + interval '{over}') AS x (t) "
            "RETURNING id")

    def job_state(self, job):
        return JOB_STATES[int(self.owner.ask(f"SELECT state FROM job WHERE id = {job}")) - 1]

    def run_state(self, run):
        return RUN_STATES[int(self.owner.ask(f"SELECT state FROM run WHERE id = {run}")) - 1]

    def row(self, table, number):
        return self.owner.ask(f"SELECT t FROM {table} t WHERE id = {number}")

    def finish(self, job):
        self.owner.ask(f"UPDATE job SET state = {JOB['DONE']} WHERE id = {job}")

    def advance(self):
        return self.server.ask(f"SELECT run_id, new_state FROM run_advance({self.term})")

    def clear(self):
        self.owner.ask("DELETE FROM published")
        self.owner.ask("DELETE FROM job")
        self.owner.ask("DELETE FROM run")


def core_tables(stack):
    """{("job", state, event): state after it} as core/job.c has them."""
    tool = pathlib.Path(stack.env["THIDUA_BUILD_DIR"]) / "tests/tools/thidua-job-table"
    lines = stack.run(tool, check=True).stdout.splitlines()
    return {tuple(line.split()[:3]): line.split()[3] for line in lines}


def with_store(test):
    """Calls test(stack, store) with a database of its own."""
    with Stack("--database-only") as stack:
        migrate(stack)
        with session(stack, "postgres") as owner, session(stack) as server, session(stack, "thidua_worker") as worker:
            test(stack, Store(owner, server, worker))
