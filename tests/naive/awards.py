"""Commendation (semantics.md, section 6)."""
from fractions import Fraction
from types import SimpleNamespace

import score
from branches import hit
from figures import ceil, floor, half_up, parse, parse_optional

AWARDED, UNDECIDED, NOT_AWARDED = "awarded", "undecided", "not awarded"


def share(part, percent, rounding):
    """ "`percent` p of ...; `round: floor` (default)|`half_up`|`ceil`" """
    hit(f"quota: percent, {rounding}")
    return {"floor": floor, "half_up": half_up, "ceil": ceil}[rounding](part * percent / 100)


def places(quota, base):
    """The number of places, or None: "none = no limit"."""
    if quota is None:
        return None
    return (
        quota.count
        if quota.count is not None
        else share(Fraction(base), quota.percent, quota.round)
    )


def unit_reasons(case, award, result):
    """Why a unit is not eligible, in the order of section 8. "A disqualified unit has never the
    reason `rank_max`." """
    classes, reasons = [entry.code for entry in case.campaign.classes], []
    if result.reasons:
        reasons.append("disqualified")
    if award.total_min is not None and result.total < award.total_min:
        reasons.append("total_min")
    if award.rank_max is not None and result.rank is not None and result.rank > award.rank_max:
        reasons.append("rank_max")
    if award.class_min is not None and (
        result.class_index is None or result.class_index > classes.index(award.class_min)
    ):
        reasons.append("class_min")
    return reasons + [
        f"requires_met:{code}"
        for code in award.requires_met
        if not score.required_met(result.lines, code)
    ]


def votes(nomination):
    """The exact share of votes; "no vote" when the members are empty or 0."""
    total = parse_optional(nomination["votes_total"])
    if not total or nomination["votes_for"] == "":
        return None
    return parse(nomination["votes_for"]) / total


def nominee_reasons(award, candidate):
    """ "`votes_min` (% of all council members), `score_min`, `requires` (earlier titles, all of
    them in `prior`)" """
    reasons = []
    if award.votes_min is not None and (
        candidate.votes is None or candidate.votes * 100 < award.votes_min
    ):
        reasons.append("votes_min")
    if award.score_min is not None and (
        candidate.score is None or candidate.score < award.score_min
    ):
        reasons.append("score_min")
    return reasons + [
        f"requires:{title}" for title in award.requires if title not in candidate.prior
    ]


def unit_candidates(case, award, cluster):
    """ "Every candidate (each competing unit for each award to units)" """
    return [
        SimpleNamespace(
            id=result.unit,
            unit=result.unit,
            rank=result.rank,
            leader=False,
            reasons=unit_reasons(case, award, result),
            decision=None,
        )
        for result in cluster.results
    ]


def nominee_candidates(case, award):
    """ "Nominees are ranked among all nominations of the award by exact share of votes, then
    score; no vote and no score are the lowest." """
    found = []
    for row in case.nominations:
        if row["award"] != award.code:
            continue
        candidate = SimpleNamespace(
            id=row["id"],
            unit=row["unit"],
            leader=row["category"] == "leader",
            votes=votes(row),
            score=parse_optional(row["score"]),
            prior=row["prior"].split(";"),
            decision=None,
        )
        candidate.key = [
            (number is not None, number or Fraction(0))
            for number in (candidate.votes, candidate.score)
        ]
        candidate.reasons = nominee_reasons(award, candidate)
        found.append(candidate)
    for candidate in found:
        candidate.rank = 1 + sum(1 for other in found if other.key > candidate.key)
    return found


def close(candidate, decision, *reasons):
    candidate.decision, candidate.reasons = decision, list(reasons)


def split_by_tie(award, group, *reasons):
    """Equal ones across a cut: "`tie_at_cut` `include` all, `exclude` all, or `council`
    (default: all undecided)" """
    for candidate in group:
        hit(f"tie_at_cut: {award.tie_at_cut}" + (", leaders" if reasons else ""))
        if award.tie_at_cut == "include":
            close(candidate, AWARDED, "tie_at_cut")
        else:
            close(
                candidate,
                NOT_AWARDED if award.tie_at_cut == "exclude" else UNDECIDED,
                *reasons,
                "tie_at_cut",
            )


def places_for_leaders(award, eligible, quota):
    """ "of n places (without a quota, of the eligible) at most floor(n x (1 - s)) go to
    leaders"; None: no such limit"""
    if award.direct_share_min is None:
        return None
    return floor(
        Fraction(eligible if quota is None else quota) * (1 - award.direct_share_min / 100)
    )


def take(award, group, left):
    """One group of equals meets the places that are left: `left.all` and `left.leaders` (None:
    no limit). "at most floor(n x (1 - s)) go to leaders, the best first; what they leave goes
    to others in rank order or to nobody"; "Equal ones are across the cut when some places, but
    not enough, are left for them; nobody ranked after them is taken" """
    leaders = [c for c in group if c.leader and left.leaders is not None]
    others = [c for c in group if c not in leaders]
    if leaders and left.leaders == 0:
        hit("direct_share: passed over")
        for candidate in leaders:
            close(candidate, NOT_AWARDED, "direct_share")
        leaders = []
    if left.all == 0:
        hit("quota: full")
        for candidate in leaders + others:
            close(candidate, NOT_AWARDED, "quota")
        return
    across_leaders = bool(leaders) and len(leaders) > left.leaders
    if across_leaders and award.tie_at_cut == "exclude":
        split_by_tie(award, leaders, "direct_share")
        leaders, across_leaders, left.leaders = [], False, 0
    # what the group can take: leaders only as far as their places go, unless all of them are
    # included
    limited = across_leaders and award.tie_at_cut == "council"
    wanted = len(others) + (left.leaders if limited else len(leaders))
    across = left.all is not None and wanted > left.all
    for candidate in leaders + others:
        if across_leaders and candidate in leaders:
            split_by_tie(award, [candidate], "direct_share")
        elif across:
            split_by_tie(award, [candidate])
        else:
            close(candidate, AWARDED)
    if left.all is not None:
        left.all = 0 if across else left.all - wanted
    if left.leaders is not None:
        left.leaders = max(left.leaders - sum(1 for c in leaders if c.decision != NOT_AWARDED), 0)


def fill(award, candidates, quota):
    """ "Eligible recipients are taken in rank order until the quota is full." """
    for candidate in candidates:
        if candidate.reasons:
            candidate.decision = NOT_AWARDED
    eligible = [candidate for candidate in candidates if candidate.decision is None]
    left = SimpleNamespace(all=quota, leaders=places_for_leaders(award, len(eligible), quota))
    for number in sorted({candidate.rank for candidate in eligible}):
        take(award, [candidate for candidate in eligible if candidate.rank == number], left)


def decide(case, award, candidate):
    """ "A file of council decisions closes undecided ones." Reason `council` when awarded by
    it."""
    decision = case.decisions.get((award.code, candidate.id))
    if candidate.decision == UNDECIDED and decision is not None:
        hit(f"decision: {decision}")
        if decision == AWARDED:
            close(candidate, AWARDED, "council")
        else:
            candidate.decision = NOT_AWARDED


def block(award, candidates, taken):
    """ "a recipient awarded or undecided for one is not taken for a later one"; "all awards but
    `spot`" """
    for candidate in candidates:
        if award.form != "spot" and (award.to, candidate.id) in taken:
            decision, earlier = taken[award.to, candidate.id]
            hit("award: " + ("higher" if decision == AWARDED else "undecided") + " one before")
            candidate.reasons.append(("higher:" if decision == AWARDED else "undecided:") + earlier)


def compute(case, clusters):
    """The candidates of each award, in order of precedence: [(award, candidates)]."""
    found, taken = [], {}
    for award in case.campaign.awards:
        # "for each cluster by itself"; disqualified ones included in the percentage
        if award.to == "unit":
            lists = [
                (unit_candidates(case, award, cluster), len(cluster.results))
                for cluster in clusters
            ]
        # "`percent` of the nominations accepted for this award, or for the award in `of`"
        else:
            of = award.code if award.quota is None or award.quota.of is None else award.quota.of
            lists = [
                (
                    nominee_candidates(case, award),
                    sum(1 for row in case.nominations if row["award"] == of),
                )
            ]
        everyone = []
        for candidates, base in lists:
            block(award, candidates, taken)
            fill(award, candidates, None if award.form == "spot" else places(award.quota, base))
            everyone += candidates
        for candidate in everyone:
            decide(case, award, candidate)
            hit(f"award: {award.to}, {candidate.decision}")
            if award.form != "spot" and candidate.decision in (AWARDED, UNDECIDED):
                taken[award.to, candidate.id] = (candidate.decision, award.code)
        found.append((award, everyone))
    return found
