"""Completion, points and bonus of one line: a competing unit and an indicator (semantics.md,
section 4).

All numbers are exact here; `score.py` rounds them when they are published."""
from fractions import Fraction

from branches import hit
from figures import ceil, floor

ONE = Fraction(1)


def completion(indicator, value, against):
    """ "`more`: value / T, not below 0; T = 0: 1 when value >= 0, else 0. `less`: 1 when value
    <= T, else T / value." """
    if value is None or against is None:
        return None
    if indicator.better == "less":
        return ONE if value <= against else against / value
    if against == 0:
        hit("completion: target 0")
        return ONE if value >= 0 else Fraction(0)
    if value < 0:
        hit("completion: negative")
    return max(value / against, Fraction(0))


def met(indicator, value, target):
    """ "Met: value >= T, or <= T for `less`; empty without a value" (and without a target)."""
    if value is None or target is None:
        return None
    return value <= target if indicator.better == "less" else value >= target


def needs_target(indicator):
    """Does the rule compare with a target (or `score_against`)? "no target where the rule
    needs one" """
    if indicator.rule == "steps":
        return any(step.completion is not None for step in indicator.steps)
    return indicator.rule in ("proportional", "deduct", "leader", "all_or_nothing")


def has_target(indicator, target):
    """ "c below is against T, or against the number in `score_against` where the scheme scores
    against another one"; met is always against T."""
    if indicator.rule == "all_or_nothing":
        return target is not None
    return target is not None or indicator.score_against is not None


def reached(indicator, step, value, c):
    """ "`from` (completion in %) or `value` (the value itself); reached means >= (<= for a
    value of `less`), or strictly beyond it with `beyond: true`" """
    if step.completion is not None:
        if c is None:
            return False
        hit("steps: from" + (", beyond" if step.beyond else ""))
        return c * 100 > step.completion if step.beyond else c * 100 >= step.completion
    hit(
        "steps: value"
        + (", beyond" if step.beyond else "")
        + (", less" if indicator.better == "less" else "")
    )
    if indicator.better == "less":
        return value < step.value if step.beyond else value <= step.value
    return value > step.value if step.beyond else value >= step.value


def by_steps(indicator, steps, value, c):
    """ "the `points` of the first row, from the top down, that holds; no row: 0". The top is
    the best row, wherever it stands in the file: of the rows that hold, the one with the most
    points."""
    holding = [step for step in steps if reached(indicator, step, value, c)]
    if not holding:
        hit("steps: no row")
        return Fraction(0)
    if holding[0].points != max(step.points for step in holding):
        hit("steps: the best row is not the first")
    return max(step.points for step in holding)


def proportional(indicator, value, c):
    """ "M x min(c, 1), or 0 when c < F" """
    if c * 100 < indicator.floor:
        hit("rule: proportional, below the floor")
        return Fraction(0)
    return indicator.points * min(c, ONE)


def deduct(indicator, value, c):
    """ "M - d x s, not below 0, where s = (1 - min(c,1)) x 100 / per, taken exactly, rounded
    up, or rounded down" """
    short = (1 - min(c, ONE)) * 100 / indicator.deduct.per
    count = indicator.deduct.count
    hit(f"rule: deduct, {count}")
    short = {"exact": short, "started": ceil(short), "full": floor(short)}[count]
    return max(indicator.points - indicator.deduct.points * short, Fraction(0))


def per_case(indicator, value, c):
    """ "the value counts cases: M - min(D, d x value)"; D: "default M". Never more than M."""
    most = getattr(indicator.per_case, "max", indicator.points)
    if value < 0:
        hit("rule: per_case, negative value")
    if indicator.per_case.points * value > most:
        hit("rule: per_case, at its max")
    return min(indicator.points - min(most, indicator.per_case.points * value), indicator.points)


def linear(indicator, value, c):
    """ "q up to x, then q + a x (value - x) / y pro rata, at most M (`less`: downwards from x)" """
    rule = indicator.linear
    beyond = rule.start - value if indicator.better == "less" else value - rule.start
    hit(
        "rule: linear, "
        + indicator.better
        + (", beyond the start" if beyond > 0 else ", at or before the start")
    )
    return min(rule.points + rule.add * max(beyond, Fraction(0)) / rule.per, indicator.points)


def all_or_nothing(indicator, met_target):
    """ "M when met, else 0" """
    return indicator.points if met_target else Fraction(0)


def leader(indicator, value, against, c, best):
    """ "within the cluster. T > 0: h x M x c up to c = 1; beyond it h x M + (1 - h) x M x u /
    u_max with u = c - 1 and u_max the cluster's largest; T = 0: M x value / the largest value
    among the units with T = 0, or 0 when that is 0". Negative results are 0. `best` is (u_max,
    largest value among T = 0)."""
    m, h = indicator.points, indicator.half / 100
    excess_max, value_max = best
    if against == 0:
        hit("rule: leader, target 0" + ("" if value_max > 0 else ", largest 0"))
        return max(m * value / value_max, Fraction(0)) if value_max > 0 else Fraction(0)
    if c <= 1:
        hit("rule: leader, up to the target")
        return h * m * c
    hit("rule: leader, beyond the target")
    return h * m + (1 - h) * m * (c - 1) / excess_max


def leader_best(lines):
    """The cluster's maxima for one indicator: "only units whose line is neither missing nor na
    take part"."""
    taking_part = [line for line in lines if line.note == ""]
    excess = [line.c_scored - 1 for line in taking_part if line.against > 0]
    values = [line.value for line in taking_part if line.against == 0]
    return max(excess + [Fraction(0)]), max(values + [Fraction(0)])


def bonus(indicator, value, c):
    """ "`per` %, `points` b, `max` B: min(B, b x floor((c - 1) x 100 / per)) when c > 1; or
    `steps` as above; or `per_case` b, `max` B: min(B, b x value)." Nothing to compare with
    gives 0, and a bonus is never negative."""
    given = indicator.bonus
    if given is None:
        return Fraction(0)
    if given.kind == "steps":
        hit("bonus: steps")
        return by_steps(indicator, given.steps, value, c)
    if given.kind == "per_case":
        hit("bonus: per_case")
        amount = max(given.points * value, Fraction(0))
    elif c is None or c <= 1:
        hit("bonus: per, none" + (" (no target)" if c is None else ""))
        amount = Fraction(0)
    else:
        hit("bonus: per")
        amount = given.points * floor((c - 1) * 100 / given.per)
    if given.max is not None and amount > given.max:
        hit(f"bonus: {given.kind}, at its max")
        return given.max
    return amount


def points(line, best):
    """p of an applicable line with a value, by its rule."""
    indicator, value, c = line.indicator, line.value, line.c_scored
    if indicator.score_against is not None:
        hit("score_against")
    hit(f"rule: {indicator.rule}" + (", 0 points" if indicator.points == 0 else ""))
    if indicator.rule == "steps":
        return by_steps(indicator, indicator.steps, value, c)
    if indicator.rule == "all_or_nothing":
        return all_or_nothing(indicator, line.met)
    if indicator.rule == "leader":
        return leader(indicator, value, line.against, c, best)
    return {"proportional": proportional, "deduct": deduct, "per_case": per_case, "linear": linear}[
        indicator.rule
    ](indicator, value, c)
