"""Components, values and the rows of rollup.csv (semantics.md, section 3)."""
from collections import Counter
from fractions import Fraction
from types import SimpleNamespace

from branches import hit


def contribution(indicator, cells):
    """What one leaf adds: its numerator and denominator, or None when none of its cells has a
    value."""
    values = [c for c in cells if not c.na]
    if not values:
        return None
    if indicator.kind == "yes_no":
        # "Several yes/no values that count for one leaf count as one: yes when all are yes."
        if len(values) > 1:
            hit("yes_no: several values for one leaf")
        return min(c.value for c in values), Fraction(1)
    if indicator.kind == "amount":  # "one number, summed"
        return sum(c.value for c in values), None
    if indicator.kind == "ratio":  # "Never averaged: sum of num / sum of den"
        return sum(c.value for c in values), sum(c.denominator for c in values)
    # mean: "sum of (value x weight) / sum of weight"; "numerators, denominators, weighted values
    # each on its own"
    return sum(c.value * c.denominator for c in values), sum(c.denominator for c in values)


def components(cells, indicator, leaves, day, periods):
    """Components over the given leaves of the tree of `day`, from the cells of `periods`."""
    numerator, denominator, reported, na = Fraction(0), Fraction(0), [], 0
    for leaf in leaves:
        found = cells.of_leaf(indicator, leaf, day, periods)
        added = contribution(indicator, found)
        if added is not None:  # "`reported` = leaves with a value"
            reported.append(leaf)
            numerator += added[0]
            denominator += added[1] or 0
        elif found:  # "`na` = leaves that have only not-applicable"
            na += 1
    expected = len(leaves) - na  # "`expected` = leaves - `na`; the others are missing"
    if indicator.kind == "yes_no":
        # "denominator = number of expected leaves"
        denominator = Fraction(expected)
    elif indicator.kind == "amount":
        denominator = None
    if not reported:
        # "No leaf reported: numerator, denominator and value are empty; otherwise given even when
        # 0."
        numerator = denominator = None
    return SimpleNamespace(
        numerator=numerator,
        denominator=denominator,
        reported=reported,
        expected=expected,
        na=na,
        missing=expected - len(reported),
    )


def quotient(indicator, parts):
    """ "value = numerator / denominator (x 100 for `ratio` and `yes_no`), or the numerator
    (`amount`). Denominator 0 -> no value." """
    if parts.numerator is None or indicator.kind == "amount":
        return parts.numerator
    if parts.denominator == 0:
        hit("value: denominator 0")
        return None
    return parts.numerator / parts.denominator * (1 if indicator.kind == "mean" else 100)


def value(cells, indicator, parts, day):
    """ "`decrease`/`increase`: the baseline is rolled up as one `period` scope over the same
    tree, from those leaves only that are reported in the scope in question; no baseline value
    -> no value." """
    now = quotient(indicator, parts)
    if indicator.measure == "level" or now is None:
        return now
    before = quotient(
        indicator, components(cells, indicator, parts.reported, day, [cells.campaign.baseline])
    )
    if before is None:
        hit("value: no baseline value")
        return None
    hit(f"measure: {indicator.measure}, {indicator.kind}")
    return before - now if indicator.measure == "decrease" else now - before


def to_date(case, period):
    """ "`flow`: to date = sum of the periods so far" """
    return case.campaign.periods[: case.campaign.periods.index(period) + 1]


def figures(case, cells, indicator, unit, day, periods):
    """Components and value of one unit, indicator and scope."""
    parts = components(cells, indicator, cells.leaves(indicator, unit, day), day, periods)
    parts.value = value(cells, indicator, parts, day)
    return parts


def units_of(case, indicator, day):
    """ "a row for each unit of the tree of P at or below the owner and at or above
    `reported_by`" """
    levels = case.tree.levels_above(indicator.reported_by) | {indicator.reported_by}
    return [
        unit
        for unit in case.tree.codes()
        if case.tree.at_or_below(unit, case.campaign.owner, day) and case.tree.level(unit) in levels
    ]


def compute(case, cells, period):
    """Everything of rollup.csv: (scope, unit, indicator code) -> components with their value."""
    day = case.last_day(period)
    table = {}
    for scope, periods in (("period", [period]), ("to_date", to_date(case, period))):
        for indicator in case.campaign.indicators:
            if (
                indicator.kind == "assessed"
            ):  # "for each indicator but the assessed ones, in both scopes"
                continue
            for unit in units_of(case, indicator, day):
                table[scope, unit, indicator.code] = figures(
                    case, cells, indicator, unit, day, periods
                )
    check_sums(case, table, day)
    return table


def check_sums(case, table, day):
    """ "A parent's components are exactly the sum of its children's: checked in every run" """
    kinds = {indicator.code: indicator for indicator in case.campaign.indicators}
    sums = {}
    for (scope, unit, code), parts in table.items():
        total = sums.setdefault((scope, case.tree.parent(unit, day), code), Counter())
        for name in ("numerator", "denominator", "expected", "na", "missing"):
            total[name] += getattr(parts, name) or 0
    for (scope, unit, code), parts in table.items():
        if case.tree.level(unit) == kinds[code].reported_by:
            continue
        total = sums.get((scope, unit, code), Counter())
        for name in ("numerator", "denominator", "expected", "na", "missing"):
            if name == "denominator" and kinds[code].kind == "yes_no":
                continue  # it is `expected` again, shown only where a leaf reported
            assert total[name] == (getattr(parts, name) or 0), (scope, unit, code, name)
