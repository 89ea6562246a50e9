"""Periods (semantics.md, section 2): `2022-06`, `2022-Q2`, `2022-H1`, `2022`."""
import calendar
import datetime
import re

FORMS = {
    "month": r"([0-9]{4})-(0[1-9]|1[0-2])",
    "quarter": r"([0-9]{4})-Q([1-4])",
    "half": r"([0-9]{4})-H([12])",
    "year": r"([0-9]{4})()",
}
MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def split(period):
    """The kind of a period and its number, counted from the year 0 in periods of that kind."""
    for kind, form in FORMS.items():
        match = re.fullmatch(form, period)
        if match:
            per_year = 12 // MONTHS[kind]
            return kind, int(match[1]) * per_year + int(match[2] or 1) - 1
    raise ValueError(f"not a period: {period!r}")


def text(kind, number):
    per_year = 12 // MONTHS[kind]
    year, part = f"{number // per_year:04d}", number % per_year + 1
    return {
        "month": f"{year}-{part:02d}",
        "quarter": f"{year}-Q{part}",
        "half": f"{year}-H{part}",
        "year": year,
    }[kind]


def between(first, last):
    """ "A campaign reports by `month`, `quarter`, `half` or `year`, from its first to its last
    period." """
    (kind, a), (kind_last, b) = split(first), split(last)
    if kind != kind_last:
        raise ValueError(f"{first} and {last} are of different kinds")
    return [text(kind, n) for n in range(a, b + 1)]


def last_day(period, end_day=None):
    """ "With `period_end_day: 14` a period ends on the 14th of its last month; otherwise with
    the month." """
    kind, number = split(period)
    months = (number + 1) * MONTHS[kind] - 1
    year, month = months // 12, months % 12 + 1
    day = calendar.monthrange(year, month)[1]
    return datetime.date(year, month, day if end_day is None else min(day, end_day))
