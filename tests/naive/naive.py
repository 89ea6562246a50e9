#!/usr/bin/env python3
"""naive.py CASEDIR [--period P] [--now INSTANT] [--stats] --out DIR

An independent computation of a run, written rule by rule from semantics.md: simple and
obviously right, not fast. Reads a case directory (units.csv, campaign.yaml, results/*.csv in
name order, and as needed targets.csv, adjustments.csv, nominations.csv, decisions.csv,
accepted.csv `file,accepted_at`) and writes rollup.csv, scores.csv, ranking.csv, awards.csv."""
import argparse
import datetime
import os
import sys

import awards
import branches
import case as cases
import ranking
import rollup
import score
from cells import Cells
from figures import exact, published
from points import completion, met

HEADERS = {
    "rollup": "period,scope,unit,level,indicator,numerator,denominator,value,reported,expected,na,"
    "missing,target,completion,met",
    "scores": "period,unit,indicator,value,target,completion,met,points,bonus,max,note",
    "ranking": "period,cluster,rank,unit,name,total,met_count,points,bonus,adjustments,"
    "class,eligible,reasons",
    "awards": "award,recipient,kind,unit,rank,decision,reasons",
}


class OwnerAbsent(Exception):
    """ "A run for a period on whose last day the owner does not exist fails with a named
    error." """


def yes_no(truth):
    return "" if truth is None else "yes" if truth else "no"


def percent(x):
    """ "Published in %, 2 decimals." """
    return published(None if x is None else x * 100, 2)


def rollup_rows(case, table, period):
    """ "Order: period, scope (`period` first), unit, then the campaign's indicator order" """
    day = case.last_day(period)
    competing = score.competing(case, day)
    for scope in ("period", "to_date"):
        for unit in case.tree.codes():
            for indicator in case.campaign.indicators:
                parts = table.get((scope, unit, indicator.code))
                if parts is None:
                    continue
                # "In the rollup, target, completion and met stand in scope `to_date` for the
                # competing units and others that the target list names."
                target = None
                if scope == "to_date":
                    target = (
                        score.target(case, unit, indicator)
                        if unit in competing
                        else case.targets.get((unit, indicator.code))
                    )
                yield [
                    period,
                    scope,
                    unit,
                    case.tree.level(unit),
                    indicator.code,
                    exact(parts.numerator),
                    exact(parts.denominator),
                    published(parts.value, indicator.decimals),
                    str(len(parts.reported)),
                    str(parts.expected),
                    str(parts.na),
                    str(parts.missing),
                    exact(target),
                    percent(completion(indicator, parts.value, target)),
                    yes_no(met(indicator, parts.value, target)),
                ]


def score_rows(clusters, period):
    results = [result for cluster in clusters for result in cluster.results]
    for result in sorted(results, key=lambda result: result.unit.encode()):
        for line in result.lines:
            yield [
                period,
                line.unit,
                line.indicator.code,
                published(line.value, line.indicator.decimals),
                exact(line.target),
                percent(line.c),
                yes_no(line.met),
                published(line.p_published, 2),
                published(line.bonus_published, 2),
                published(line.indicator.points, 2),
                line.note,
            ]


def ranking_rows(case, clusters, period):
    """ "ranking: cluster in campaign order, rank, unit, the disqualified last by unit" """
    day, classes = case.last_day(period), [entry.code for entry in case.campaign.classes]
    for cluster in clusters:
        for result in cluster.results:
            yield [
                period,
                cluster.code,
                "" if result.rank is None else str(result.rank),
                result.unit,
                case.tree.name(result.unit, day),
                published(result.total, 2),
                str(result.met_count),
                published(result.points, 2),
                published(result.bonus, 2),
                published(result.adjustments, 2),
                "" if result.class_index is None else classes[result.class_index],
                yes_no(not result.reasons),
                ";".join(result.reasons),
            ]


def award_rows(found):
    """ "awards: award in campaign order, rank, recipient, those without rank last" """
    for award, candidates in found:
        for c in sorted(candidates, key=lambda c: (c.rank is None, c.rank or 0, c.id.encode())):
            yield [
                award.code,
                c.id,
                award.to,
                c.unit,
                "" if c.rank is None else str(c.rank),
                c.decision,
                ";".join(c.reasons),
            ]


def field(text):
    """ "a field quoted only when it holds a comma, a quote or a line break" """
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\r\n') else text


def csv_bytes(name, rows):
    """ "Output: LF, a header even without rows" """
    return "".join(
        [HEADERS[name] + "\n"] + [",".join(map(field, row)) + "\n" for row in rows]
    ).encode()


def run(directory, period=None, now=None):
    """The four files of a run as bytes: {name: bytes}."""
    case = cases.load(directory, now)
    period = case.campaign.periods[-1] if period is None else period
    if not case.tree.exists(case.campaign.owner, case.last_day(period)):
        raise OwnerAbsent(f"{case.campaign.owner} does not exist on {case.last_day(period)}")
    cells = Cells(case)
    table = rollup.compute(case, cells, period)
    clusters = ranking.compute(case, cells, table, period)
    return {
        "rollup": csv_bytes("rollup", rollup_rows(case, table, period)),
        "scores": csv_bytes("scores", score_rows(clusters, period)),
        "ranking": csv_bytes("ranking", ranking_rows(case, clusters, period)),
        "awards": csv_bytes("awards", award_rows(awards.compute(case, clusters))),
    }


def main():
    parser = argparse.ArgumentParser(
        description="compute a run of a case, independently of the C core"
    )
    parser.add_argument("case")
    parser.add_argument("--period", help="the period of the run (default: the campaign's last)")
    parser.add_argument(
        "--now", type=datetime.datetime.fromisoformat, help="the run's input cut, ISO with offset"
    )
    parser.add_argument("--stats", action="store_true", help="print how often each rule was used")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    try:
        files = run(args.case, args.period, args.now)
    except OwnerAbsent as error:
        sys.exit(f"owner_absent: {error}")
    os.makedirs(args.out, exist_ok=True)
    for name, content in files.items():
        with open(os.path.join(args.out, name + ".csv"), "wb") as file:
            file.write(content)
    if args.stats:
        for name, count in sorted(branches.hits.items()):
            print(f"{count:8} {name}")


if __name__ == "__main__":
    main()
