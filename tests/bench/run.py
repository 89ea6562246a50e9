#!/usr/bin/env python3
"""The measurements of scripts/bench, one function a name; see docs/performance.md for the method.

    run.py [--repeat N] [--size PARTS] [NAME...]

--size 1/N takes the N-th part of the country: to try the bench, not to measure."""

import argparse
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

from lib_bench import CAMPAIGN, COMMUNES, HEADER, MONTHS, PROGRAMS, VILLAGES, Nation, line, note, parse
from thidua_test import succeeded, wait_for


def repetitions(options, name):
    for turn in range(options.repeat):
        note(f"{name}: {turn + 1} of {options.repeat}")
        yield turn


# ---- taking in

def ingest(options):
    """Whole communes (8 forms of 20 cells) from 256 clients against the same rows by one libpq pipeline."""
    submissions = max(options.communes, 8000 // options.part)
    ours, limits = [], []
    with Nation(options.communes, admins=256) as nation:
        for _ in repetitions(options, "ingest"):
            nation.empty()
            ours.append(nation.storm("--as", "admin", "--clients", 256, "--warm", "--submissions", submissions)["forms_per_second"])
            nation.empty()
            limits.append(nation.figures("rows", "pipeline", nation.conninfo, nation.communes, VILLAGES, MONTHS, VILLAGES,
                                         submissions)["forms_per_second"])
    line("ingest", ours, "forms/s", limits, 0.5)


def ingest_single(options):
    """One form a submission from 64 clients; then the time of a receipt at half that load."""
    submissions = 40000 // options.part
    ours, limits, waits = [], [], []
    common = ("--as", "admin", "--clients", 64, "--warm", "--forms", 1)
    with Nation(options.communes, admins=64) as nation:
        for _ in repetitions(options, "ingest_single"):
            nation.empty()
            ours.append(nation.storm(*common, "--submissions", submissions)["forms_per_second"])
            nation.empty()
            limits.append(nation.figures("rows", "pipeline", nation.conninfo, nation.communes, VILLAGES, MONTHS, 1,
                                         submissions)["forms_per_second"])
            nation.empty()
            waits.append(nation.storm(*common, "--submissions", submissions, "--rate", int(ours[-1] / 2))["p99_ms"])
    line("ingest_single", ours, "forms/s", limits, 0.3)
    line("ingest_single_p99", waits, "ms", [50] * len(waits), 1, at_least=False)


# ---- the night

def fill(nation):
    """The country's whole year, past the system."""
    nation.empty()
    parts = [subprocess.Popen([str(word) for word in (
        PROGRAMS / "rows", "copy", nation.conninfo, nation.communes, VILLAGES, MONTHS, part, 2)]) for part in range(2)]
    if any([part.wait() != 0 for part in parts]):
        raise AssertionError("the country could not be loaded")
    for table in ("form", "submission"):
        nation.sql(f"VACUUM ANALYZE thidua.{table}")
    nation.sql("CHECKPOINT")


def night(nation):
    """Seconds of one whole run, asked for until published, by the database's clock; and its number."""
    run = succeeded(nation.thidua("run", "start", CAMPAIGN, "--wait")).stdout.split()[0]
    seconds = nation.sql(f"SELECT extract(epoch FROM finished_at - requested_at) FROM thidua.run WHERE id = {run} AND state = 5")
    return float(seconds[0][0]), int(run)


OUTPUT = ("rollup", "score", "ranking", "award")


def forget_runs(nation):
    nation.sql("TRUNCATE thidua.rollup, thidua.score, thidua.ranking, thidua.award, thidua.uncounted")
    nation.sql("CHECKPOINT")


def copy_limit(nation, run):
    """COPY BINARY out of a run's input and in of its output, over two connections."""
    middle = f"{nation.communes // 2 + 1:05}"
    out = nation.figures("copies", nation.conninfo, "out", *(
        "SELECT unit, period, accepted, indicator, state, value, denominator FROM thidua.form "
        f"WHERE office {side} '{middle}'" for side in ("<", ">=")))["seconds"]
    seconds = 0.0
    for table in OUTPUT:
        files = [nation.top / f"{table}.{part}" for part in range(2)]
        key = "office" if table == "rollup" else "unit"
        for file, side in zip(files, ("<", ">=")):
            nation.program("copies", nation.conninfo, "save", file,
                           f"SELECT * FROM thidua.{table} WHERE run = {run} AND {key} {side} '{middle}'")
        nation.sql(f"CREATE TABLE public.limit_copy (LIKE thidua.{table} INCLUDING ALL)")
        nation.sql("CHECKPOINT")
        seconds += nation.figures("copies", nation.conninfo, "in", "public.limit_copy", *files)["seconds"]
        nation.sql("DROP TABLE public.limit_copy")
        for file in files:
            file.unlink()
    return out + seconds


# A row a cell, with the key types of the store, and the tree beside it; what is asked for is every level
# and both scopes at once, stocks by their latest cell, as a DBA would write it by hand: leaves by one
# parallel GROUP BY, the levels above from them.
FLAT = """
CREATE UNLOGGED TABLE flat AS
SELECT f.office, f.unit, f.period, e.indicator, e.value, e.denominator
  FROM thidua.form f, unnest(f.indicator, f.value, f.denominator) AS e (indicator, value, denominator);
CREATE TABLE flat_tree AS
SELECT v.code AS leaf, c.code AS commune, d.code AS district, p.code AS province
  FROM thidua.unit v JOIN thidua.unit c ON c.code = v.parent JOIN thidua.unit d ON d.code = c.parent
  JOIN thidua.unit p ON p.code = d.parent WHERE v.level = 'village';
CREATE TABLE flat_time AS SELECT number AS indicator, code LIKE 'FLOW%' AS flow FROM thidua.indicator;
"""
SETTINGS = "SET work_mem = '1GB'; SET max_parallel_workers_per_gather = 2; SET jit = off; SET hash_mem_multiplier = 2;"
GROUP_BY = """
CREATE TABLE flat_sums AS
WITH leaf AS MATERIALIZED (
    SELECT unit, indicator,
           sum(value) FILTER (WHERE period = 202212) AS month_value,
           sum(denominator) FILTER (WHERE period = 202212) AS month_denominator,
           sum(value) AS year_value, sum(denominator) AS year_denominator,
           max(ARRAY[period, value]) AS latest, max(ARRAY[period, denominator]) AS latest_denominator, count(*) AS cells
      FROM flat GROUP BY unit, indicator),
stocked AS (
    SELECT l.unit, l.indicator, l.month_value, l.month_denominator, l.cells,
           CASE WHEN t.flow THEN l.year_value ELSE l.latest[2] END AS value,
           CASE WHEN t.flow THEN l.year_denominator ELSE l.latest_denominator[2] END AS denominator,
           f.commune, f.district, f.province
      FROM leaf l JOIN flat_time t USING (indicator) JOIN flat_tree f ON f.leaf = l.unit)
SELECT coalesce(unit, commune, district, province, 'VN') AS unit, indicator, sum(month_value) AS month_value,
       sum(month_denominator) AS month_denominator, sum(value) AS value, sum(denominator) AS denominator, sum(cells) AS cells
  FROM stocked
 GROUP BY GROUPING SETS ((unit, indicator), (commune, indicator), (district, indicator), (province, indicator), (indicator));
"""


def flat_seconds(nation):
    rows = nation.sql("DROP TABLE IF EXISTS flat_sums; CHECKPOINT;" + SETTINGS
                      + " SELECT extract(epoch FROM clock_timestamp());" + GROUP_BY
                      + " SELECT extract(epoch FROM clock_timestamp());")
    return float(rows[1][0]) - float(rows[0][0])


def nightly(options):
    """20.4 million cells, two workers, all stages until published; against COPY and against GROUP BY."""
    ours, copies, sums = [], [], []
    with Nation(options.communes) as nation:
        fill(nation)
        nation.sql(FLAT)
        nation.sql("VACUUM ANALYZE flat")
        nation.sql("VACUUM ANALYZE flat_tree")
        for _ in repetitions(options, "nightly"):
            seconds, run = night(nation)
            ours.append(seconds)
            copies.append(copy_limit(nation, run))
            sums.append(flat_seconds(nation))
            forget_runs(nation)
        line("nightly", ours, "s", copies, 2, at_least=False)
        line("nightly_sql", sums, "s", ours, 2)
        worker = max(nation.peak_mib(name) for name in ("worker-1", "worker-2"))
        line("worker_memory", [worker], "MiB", [64], 1, at_least=False)


def growth(options):
    """The same night at a tenth of the size: ten times the work in at most 1.2 × ten times the time."""
    tenth, whole = [], []
    for communes, seconds in ((options.communes // 10, tenth), (options.communes, whole)):
        with Nation(communes) as nation:
            fill(nation)
            for _ in repetitions(options, f"growth {communes}"):
                seconds.append(night(nation)[0])
                forget_runs(nation)
    line("growth", whole, "s", [10 * seconds for seconds in tenth], 1.2, at_least=False)


# ---- the storm

def storm_once(nation, results):
    """Everybody at once, half of the first answers lost; then the server is started again."""
    nation.empty()
    nation.control("restart", "server-1")
    load = subprocess.Popen([str(word) for word in nation.storm_words("--clients", nation.communes, "--lose", 50, "--hold")],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=nation.env)
    figures = {}
    for text in load.stdout:
        name, value = text.strip().split(",")
        figures[name] = float(value)
        if name == "holding":
            figures["memory"] = nation.peak_mib("server-1")
            nation.control("restart", "server-1")
            load.stdin.write("\n")
            load.stdin.flush()
    load.wait()
    stored, offices = (int(count) for count in nation.sql("SELECT count(*), count(DISTINCT office) FROM thidua.submission")[0])
    if figures["wrong"] > 0 or stored != offices or stored < figures["receipts"]:
        raise AssertionError(f"storm: lost or doubled: {figures}, stored {stored} of {offices} offices")
    if figures["missing"] > 0 or figures["back"] < nation.communes:
        note(f"storm: not all in time: {figures}")  # the load's 120 s are then the time, or more
    for name, value in (("seconds", figures["seconds"]), ("memory", figures["memory"]), ("back", figures["back_seconds"]),
                        ("fair", figures["slowest_ms"] / figures["median_ms"])):
        results.setdefault(name, []).append(value)


def storm(options):
    results = {}
    with Nation(options.communes) as nation:
        for _ in repetitions(options, "storm"):
            storm_once(nation, results)
    for name, key, unit, limit in (("storm", "seconds", "s", 60), ("storm_memory", "memory", "MiB", 600),
                                   ("storm_fair", "fair", "slowest/median", 3), ("storm_back", "back", "s", 60)):
        line(name, results[key], unit, [limit] * len(results[key]), 1, at_least=False)


# ---- fresh figures

FRESH = """
SELECT max(late), percentile_cont(0.5) WITHIN GROUP (ORDER BY late) FROM (
    SELECT extract(epoch FROM (SELECT min(r.finished_at) FROM thidua.run r
                                WHERE r.state = 5 AND r.cut >= s.accepted) - s.accepted_at) AS late
      FROM thidua.submission s) AS x
"""


def fresh(options):
    """A district of 20 communes, 1 000 forms a second for a minute: how old what is shown becomes, at most, from
    acceptance (before the receipt) to publication, by the database's clock."""
    seconds = max(3, 60 // options.part)
    slowest = []
    for _ in repetitions(options, "fresh"):
        with Nation(20, admins=64, campaign="continuous") as nation:
            nation.storm("--as", "admin", "--clients", 64, "--warm", "--submissions", seconds * 125, "--rate", 125)
            wait_for(60, lambda: nation.sql("SELECT (SELECT max(cut) FROM thidua.run WHERE state = 5) >= (SELECT max(accepted) "
                                            "FROM thidua.submission)") == [["t"]], "the last figures shown")
            slowest.append(float(nation.sql(FRESH)[0][0]))
    line("fresh", slowest, "s", [5] * len(slowest), 1, at_least=False)


# ---- peers

def peers():
    """Where Node's programs are, installed once a build."""
    source, place = pathlib.Path(__file__).resolve().parent / "peers", PROGRAMS / "peers"
    place.mkdir(exist_ok=True)
    for file in source.iterdir():
        shutil.copy(file, place)
    if not (place / "node_modules").is_dir():
        note("installing the peers")
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=place, check=True, stdout=sys.stderr)
    return place


def node(nation, *words):
    """Figures of a Node program that works in a database of its own."""
    text = succeeded(nation.run("node", *words, cwd=peers(), env={"PGDATABASE": "peers"})).stdout
    return parse(text)


EMPTY_JOBS = """
WITH made AS (INSERT INTO thidua.run (campaign, period, cause, state, stage, stages, cut, cut_at, units, rules, targets, adjustments,
                                      nominations, decisions)
              SELECT d.campaign, 202201, 'demand', 3, 1, 2, 0, now(), u.accepted, d.accepted, 0, 0, 0, 0
                FROM thidua.document d, thidua.document u WHERE d.kind = 2 AND u.kind = 1 RETURNING id)
INSERT INTO thidua.job (run, stage, kind, state) SELECT id, 1, 2, 2 FROM made, generate_series(1, {count})
"""


def queue(options):
    """Jobs that have nothing to do (a level without units), through lease, dispatch and fenced DONE by two workers,
    against graphile-worker with its local queue and completions in batches."""
    ours, theirs, count = [], [], 3000 // options.part
    with Nation(20) as nation:
        nation.sql("CREATE DATABASE peers")
        for _ in repetitions(options, "queue"):
            nation.sql(EMPTY_JOBS.format(count=count))
            left = "SELECT count(*) FROM thidua.job WHERE state <> 5"
            wait_for(300, lambda: nation.sql(left) == [["0"]], "all jobs done")
            ours.append(float(nation.sql("SELECT count(*) / extract(epoch FROM max(finished_at) - min(finished_at)) FROM thidua.job")[0][0]))
            nation.sql("DELETE FROM thidua.job; DELETE FROM thidua.run")
            theirs.append(node(nation, "queue.js", 10 * count)["jobs_per_second"])
    line("queue", ours, "jobs/s", theirs, 1)


def peer_ingest(nation, mode, submissions):
    port = 20000 + os.getpid() % 10000
    server = subprocess.Popen(["node", "server.js", mode, str(port)], cwd=peers(), env={**nation.env, "PGDATABASE": "peers"},
                              stdout=subprocess.PIPE, text=True)
    try:
        server.stdout.readline()
        return node(nation, "load.js", port, 256, submissions, VILLAGES)["forms_per_second"]
    finally:
        server.kill()
        server.wait()


def ingest_peers(options):
    """The same forms handed in to two Node servers: JSON over HTTP, no keys, no checks, no signatures."""
    submissions = 8000 // options.part
    ours, naive, tuned = [], [], []
    with Nation(options.communes, admins=256) as nation:
        nation.sql("CREATE DATABASE peers")
        for _ in repetitions(options, "ingest_peers"):
            nation.empty()
            ours.append(nation.storm("--as", "admin", "--clients", 256, "--warm", "--submissions", submissions)["forms_per_second"])
            naive.append(peer_ingest(nation, "naive", submissions // 4))
            tuned.append(peer_ingest(nation, "tuned", submissions))
    line("ingest_naive", ours, "forms/s", naive, 1)
    line("ingest_tuned", ours, "forms/s", tuned, 1)


NAMES = {"ingest": ingest, "ingest_single": ingest_single, "nightly": nightly, "queue": queue, "storm": storm, "growth": growth,
         "fresh": fresh, "ingest_peers": ingest_peers}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--size", default="1/1", help="1/N of the country")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    options = parser.parse_args()
    options.part = int(options.size.split("/")[1])
    options.communes = COMMUNES // options.part
    unknown = [name for name in options.names if name not in NAMES]
    if unknown:
        parser.error(f"no such name: {shlex.join(unknown)}; there are {', '.join(NAMES)}")
    print(HEADER, flush=True)
    for name in options.names or NAMES:
        NAMES[name](options)


if __name__ == "__main__":
    main()
