"""The lines of scores.csv and the totals of a competing unit (semantics.md, section 4, always
scope `to_date`)."""
import datetime
from fractions import Fraction
from types import SimpleNamespace

import points
import rollup
from branches import hit
from figures import rounded

ZERO = Fraction(0)
HANOI = datetime.timezone(datetime.timedelta(hours=7))  # Asia/Ho_Chi_Minh


def competing(case, day):
    """ "Competing units are those of the level or list in the tree of P below the owner" """
    listed = case.campaign.competitor_units
    return [
        unit
        for unit in case.tree.codes()
        if case.tree.below(unit, case.campaign.owner, day)
        and (
            unit in listed
            if listed is not None
            else case.tree.level(unit) == case.campaign.competitor_level
        )
    ]


def target(case, unit, indicator):
    """ "for every competing unit, unless the target list names one for the unit" """
    return case.targets.get((unit, indicator.code), indicator.target)


def new_line(case, cells, table, unit, indicator, period):
    """Value, target, completion, met and note of a line; the points follow when the whole
    cluster is known."""
    line = SimpleNamespace(
        unit=unit,
        indicator=indicator,
        value=None,
        target=None,
        c=None,
        met=None,
        note="",
        against=None,
        c_scored=None,
        p=ZERO,
        bonus=ZERO,
    )
    if indicator.kind == "assessed":
        cell = cells.assessed(indicator, unit, rollup.to_date(case, period))
        if cell is None:
            line.note = "missing"
        elif cell.na:
            line.note = "na"
        else:
            line.value = cell.value
        return line
    parts = table["to_date", unit, indicator.code]
    line.value, line.target = parts.value, target(case, unit, indicator)
    line.c, line.met = points.completion(indicator, line.value, line.target), points.met(
        indicator, line.value, line.target
    )
    line.against = line.target if indicator.score_against is None else indicator.score_against
    line.c_scored = points.completion(indicator, line.value, line.against)
    line.note = note(indicator, parts, line)
    return line


def note(indicator, parts, line):
    """ "Not applicable: no expected leaf; all expected leaves reported and the denominator is
    0; or no target where the rule needs one."; "Missing: no value for whatever cause, or
    coverage below `coverage_min`." """
    if parts.expected == 0:
        hit("na: no expected leaf")
        return "na"
    if parts.missing == 0 and parts.denominator == 0:
        hit("na: denominator 0")
        return "na"
    if points.needs_target(indicator) and not points.has_target(indicator, line.target):
        hit("na: no target" + (", no value either" if line.value is None else ""))
        return "na"
    if line.value is None:
        hit("missing: no value")
        return "missing"
    if (
        indicator.coverage_min is not None
        and Fraction(len(parts.reported) * 100, parts.expected) < indicator.coverage_min
    ):
        hit("missing: coverage")
        return "missing"
    return ""


def give_points(case, line, best):
    """p and bonus of a line, exact, and what is published of them: "p and bonus are each
    published with 2 decimals"."""
    indicator, policy = line.indicator, case.campaign.not_applicable
    if line.note == "na":
        hit(f"not_applicable: {policy}")
        line.p = indicator.points if policy == "full" else ZERO  # "`zero`: 0; `full`: M"
        if policy == "rescale":  # "left out"
            line.p = line.bonus = line.p_published = line.bonus_published = None
            return
    elif line.note == "" and indicator.kind == "assessed":
        line.p = line.value  # "0...M"
    elif line.note == "":
        line.p, line.bonus = points.points(line, best), points.bonus(
            indicator, line.value, line.c_scored
        )
    line.p_published, line.bonus_published = rounded(line.p, 2), rounded(line.bonus, 2)


def lines_of_cluster(case, cells, table, units, period):
    """unit -> its lines in the campaign's indicator order"""
    lines = {
        unit: [new_line(case, cells, table, unit, i, period) for i in case.campaign.indicators]
        for unit in units
    }
    for number, indicator in enumerate(case.campaign.indicators):
        same = [lines[unit][number] for unit in units]
        best = (
            points.leader_best(same)
            if indicator.rule == "leader" and indicator.kind != "assessed"
            else None
        )
        for line in same:
            give_points(case, line, best)
    return lines


def capped(case, lines):
    """Sum of p and of bonuses, the published numbers, after the caps: "`groups` (a list of
    indicators with a `max` for their p + bonus), `bonus_max` for the sum of bonuses". A
    group's excess is taken from its bonus, then its points."""
    applicable = [line for line in lines if line.p is not None]
    p, bonus = sum(line.p_published for line in applicable), sum(
        line.bonus_published for line in applicable
    )
    for group in case.campaign.groups:
        members = [line for line in applicable if line.indicator.code in group.codes]
        group_bonus = sum(line.bonus_published for line in members)
        excess = max(sum(line.p_published for line in members) + group_bonus - group.max, ZERO)
        from_bonus = min(excess, group_bonus)
        bonus, p = bonus - from_bonus, p - (excess - from_bonus)
        if excess > 0:
            hit("group: capped" + (", points too" if excess > from_bonus else ", bonus only"))
    if case.campaign.bonus_max is not None and bonus > case.campaign.bonus_max:
        hit("bonus_max: capped")
        bonus = case.campaign.bonus_max
    return Fraction(p), Fraction(bonus)


def rescaled(case, lines, p):
    """ "`rescale` (default): left out, and the unit's sum of p is multiplied by sum of M of
    all indicators / sum of M of its applicable ones, published with 2 decimals (bonus and
    adjustments are not)"; "Nothing applicable: sum of p = 0." """
    if case.campaign.not_applicable != "rescale":
        return p
    everything = sum(line.indicator.points for line in lines)
    applicable = sum(line.indicator.points for line in lines if line.note != "na")
    if applicable == 0:
        hit("rescale: nothing applicable")
        return ZERO
    if applicable != everything:
        hit("rescale: scaled")
    return rounded(p * everything / applicable, 2)


def deadline(case, period):
    """The first instant after "the end of the `due_days`-th day after the period's last day,
    Asia/Ho_Chi_Minh" """
    day = case.last_day(period) + datetime.timedelta(days=case.campaign.due_days + 1)
    return datetime.datetime(day.year, day.month, day.day, tzinfo=HANOI)


def handed_in_late(case, cells, office, period):
    """ "an office of its leaves handed in its first accepted entry for it later than [the
    deadline], or not at all once that time is past". Verified points are the council's, not
    the office's."""
    day = case.last_day(period)
    rows = [
        row
        for row in case.rows
        if row.period == period
        and row.state != "verified"
        and (row.value is not None or row.state)
        and case.tree.office(row.unit, day, case.campaign.office_level) == office
    ]
    if not rows:
        past = case.cut is not None and case.cut >= deadline(case, period)
        if past:
            hit("late: not at all")
        return past
    times = [row.at for row in rows]
    if None in times:  # without an acceptance time nothing is late
        return False
    if min(times) >= deadline(case, period):
        hit("late: after the due time")
        return True
    return False


def late_periods(case, cells, unit, period):
    """(late, on time): the periods so far in which the unit exists below the owner, by the
    offices of its leaves then."""
    late = on_time = 0
    for each in rollup.to_date(case, period):
        day = case.last_day(each)
        if not case.tree.below(unit, case.campaign.owner, day):
            continue
        leaves = {
            leaf
            for i in case.campaign.indicators
            if i.kind != "assessed"
            for leaf in cells.leaves(i, unit, day)
        }
        offices = {case.tree.office(leaf, day, case.campaign.office_level) for leaf in leaves}
        if case.campaign.due_days is not None and any(
            handed_in_late(case, cells, o, each) for o in sorted(offices)
        ):
            late += 1
        else:
            on_time += 1
    return late, on_time


def given_times(case, unit, code):
    """ "times of one code add up" """
    return sum(times for u, c, times in case.adjustments if (u, c) == (unit, code))


def at_most(times, max_times):
    """ "count at most `max_times`" """
    if max_times is not None and times > max_times:
        hit("adjustment: max_times")
        return max_times
    return times


def adjustments(case, unit, late):
    """The sum of the adjustments: those of the catalogue, `late`, and then
    `adjust_min`/`adjust_max`."""
    total = sum(
        (
            entry.points * at_most(given_times(case, unit, entry.code), entry.max_times)
            for entry in case.campaign.adjustments
        ),
        ZERO,
    )
    if case.campaign.late is not None:
        total += case.campaign.late.points * at_most(late, case.campaign.late.max_times)
    if case.campaign.adjust_min is not None and total < case.campaign.adjust_min:
        hit("adjust_min")
        total = case.campaign.adjust_min
    if case.campaign.adjust_max is not None and total > case.campaign.adjust_max:
        hit("adjust_max")
        total = case.campaign.adjust_max
    return total


def required_met(lines, code):
    """ "Where being met is required, a missing indicator is not met and a not applicable one
    is left out." """
    line = next(line for line in lines if line.indicator.code == code)
    if line.note == "na":
        hit("required met: na is left out")
        return True
    if line.note == "missing":
        hit("required met: missing is not met")
        return False
    return line.met is True


def fits(entry, total, lines):
    """ "the first of `classes` with total >= `from` and its conditions: `requires_met`
    [codes], `min_share` s (each p >= s % of its M), `no_zero` (no p = 0)". Lines that are left
    out, and for `no_zero` indicators with M = 0, do not count."""
    if total < entry.start:
        return False
    if not all(required_met(lines, code) for code in entry.requires_met):
        hit("class: requires_met fails")
        return False
    scored = [line for line in lines if line.p is not None]
    if entry.min_share is not None and any(
        line.p * 100 < entry.min_share * line.indicator.points for line in scored
    ):
        hit("class: min_share fails")
        return False
    if entry.no_zero and any(line.p == 0 and line.indicator.points > 0 for line in scored):
        hit("class: no_zero fails")
        return False
    return True


def class_of(case, unit, total, lines):
    """The number of the unit's class in `classes`, or None; "then lowered to any
    `class_at_most`"."""
    classes = case.campaign.classes
    got = next((n for n, entry in enumerate(classes) if fits(entry, total, lines)), None)
    for entry in case.campaign.adjustments:
        if (
            entry.class_at_most is not None
            and given_times(case, unit, entry.code) > 0
            and got is not None
        ):
            most = [c.code for c in classes].index(entry.class_at_most)
            if most > got:
                hit("class: lowered by class_at_most")
            got = max(got, most)
    return got


def result(case, cells, unit, lines, period):
    """Everything that ranking.csv shows of one unit, but its rank."""
    p, bonus = capped(case, lines)
    p = rescaled(case, lines, p)
    late, on_time = late_periods(case, cells, unit, period)
    adjusted = adjustments(case, unit, late)
    # "total = scaled sum of p + sum of bonus + sum of adjustments"
    total = p + bonus + adjusted
    return SimpleNamespace(
        unit=unit,
        lines=lines,
        points=p,
        bonus=bonus,
        adjustments=adjusted,
        total=total,
        met_count=sum(1 for line in lines if line.met),
        on_time=on_time,
        class_index=class_of(case, unit, total, lines),
        rank=None,
    )
