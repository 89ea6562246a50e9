"""Ranking within a cluster (semantics.md, section 5)."""
from fractions import Fraction
from types import SimpleNamespace

import score
from branches import hit

LOWEST = (0, Fraction(0))


def clusters(case, day):
    """ "each is in exactly one cluster (one of all when none is named)" -> [(code, competing
    units)]"""
    units = score.competing(case, day)
    if not case.campaign.clusters:
        return [("", units)]
    return [
        (cluster.code, [unit for unit in units if unit in cluster.units])
        for cluster in case.campaign.clusters
    ]


def tie_value(result, key):
    """ "`met_count`, `bonus`, `on_time` = periods so far not late, `indicator:CODE` =
    completion, exact; for assessed indicators the points; no value is the lowest" """
    if not key.startswith("indicator:"):
        return (1, Fraction(getattr(result, key)))
    line = next(line for line in result.lines if line.indicator.code == key.partition(":")[2])
    number = line.value if line.indicator.kind == "assessed" else line.c
    return LOWEST if number is None else (1, number)


def sort_key(case, result):
    """ "Order: total, then each of `tie_break` in turn, all descending." """
    return [(1, result.total)] + [tie_value(result, key) for key in case.campaign.tie_break]


def disqualified(case, result):
    """ "`disqualify`: `missing_over` n lines with the note `missing`, `not_met` [codes],
    `adjustment` [codes] (given at least once)": every reason, in the order of the campaign's
    lists."""
    campaign, reasons = case.campaign, []
    missing = sum(1 for line in result.lines if line.note == "missing")
    if campaign.missing_over is not None and missing > campaign.missing_over:
        reasons.append("missing_over")
    reasons += [
        f"not_met:{code}" for code in campaign.not_met if not score.required_met(result.lines, code)
    ]
    reasons += [
        f"adjustment:{code}"
        for code in campaign.disqualifying
        if score.given_times(case, result.unit, code) > 0
    ]
    for reason in reasons:
        hit("disqualified: " + reason.partition(":")[0])
    return reasons


def rank(case, results):
    """ "Units still equal share the rank, and the next is skipped (1, 1, 3)." "A disqualified
    unit keeps total and class, is listed after the others without a rank" """
    for result in results:
        result.key, result.reasons = sort_key(case, result), disqualified(case, result)
    ranked = [result for result in results if not result.reasons]
    for result in ranked:
        result.rank = 1 + sum(1 for other in ranked if other.key > result.key)
    for result in ranked:
        if any(o is not result and o.total == result.total for o in ranked):
            hit(
                "rank: shared"
                if any(o is not result and o.key == result.key for o in ranked)
                else "rank: tie broken"
            )
    return sorted(ranked, key=lambda r: (r.rank, r.unit.encode())) + sorted(
        (r for r in results if r.reasons), key=lambda r: r.unit.encode()
    )


def compute(case, cells, table, period):
    """The clusters in campaign order, each with its results in ranking order."""
    day = case.last_day(period)
    found = []
    for code, units in clusters(case, day):
        lines = score.lines_of_cluster(case, cells, table, units, period)
        results = [score.result(case, cells, unit, lines[unit], period) for unit in units]
        found.append(SimpleNamespace(code=code, results=rank(case, results)))
    return found
