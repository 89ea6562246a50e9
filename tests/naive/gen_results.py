"""Random result files for generate.py: only what the system accepts, each file of one office."""
from fractions import Fraction

from cells import Cells
from figures import published
from gen_tree import chance

HEADER = ["period", "unit", "indicator", "value", "denominator", "state", "note"]
NOTES = ["", "", "", "đính chính", "theo báo cáo số 12, xã", 'gọi là "tạm"']


def text(rng, x, most=4):
    """A decimal text of x, sometimes with trailing zeros."""
    for decimals in range(5):
        if (x * 10**decimals).denominator == 1:
            return published(x, rng.randint(decimals, 4) if chance(rng, 20) else decimals)
    return published(x, 4)


def amount(rng, p):
    if chance(rng, 6):
        return Fraction(0)
    low, high = (60, 140) if not p.coarse else (90, 110)
    x = p.base * rng.randint(low, high) / 100
    if p.coarse:
        x = Fraction(int(x) // 5 * 5)
    x = min(
        Fraction(round(x * 10 ** min(p.fraction, 4)), 10 ** min(p.fraction, 4)), Fraction(10**11)
    )
    if p.big and chance(rng, 10):
        x = Fraction(10**11)
    return -x if p.negative and chance(rng, 30) else x


def value(rng, p):
    """The texts of value and denominator of one cell."""
    if p.kind == "amount":
        return text(rng, amount(rng, p)), ""
    if p.kind == "yes_no":
        return ("1" if chance(rng, 75) else "0"), ""
    if p.kind == "mean":
        weight = 0 if chance(rng, 6) else rng.randint(1, 500)
        return text(rng, amount(rng, p)), text(
            rng, Fraction(weight) / (10 if chance(rng, 20) else 1)
        )
    most = 0 if chance(rng, 8) else rng.choice([20, 50, 100]) if p.coarse else rng.randint(1, 200)
    part = most * min(rng.randint(p.rate - 20, p.rate + 15), 115 if p.may_exceed else 100) // 100
    return text(rng, Fraction(part)), text(rng, Fraction(most))


def cell_row(rng, period, unit, p, theme):
    """A row with a value, `na`, or nothing; None: the unit leaves it out."""
    row = dict.fromkeys(HEADER, "")
    row.update(period=period, unit=unit, indicator=p.code, note=rng.choice(NOTES))
    if (unit, p.code) in theme.never:
        return None
    if chance(rng, theme.na) or (unit, p.code) in theme.always_na:
        row["state"] = "na"
    elif chance(rng, theme.blank):
        return row if chance(rng, 50) else None
    elif p.kind == "assessed":
        row["value"] = points(rng, p)
    else:
        row["value"], row["denominator"] = value(rng, p)
    return row


def points(rng, p):
    if chance(rng, 15):
        return text(rng, rng.choice([p.points, Fraction(0)]))
    return text(
        rng,
        Fraction(rng.randint(0, int(p.points * 10000)), 10000)
        if chance(rng, 30)
        else Fraction(rng.randint(0, int(p.points * 2)), 2),
    )


class Writer:
    """Collects files in the order of acceptance."""

    def __init__(self, rng, case, profiles, theme):
        self.rng, self.case, self.tree, self.theme = rng, case, case.tree, theme
        self.profiles, self.campaign = profiles, case.campaign
        self.cells = Cells(case)
        self.files = []  # (name, rows)
        self.given = {}  # (period, unit, code) -> p, the cells that have been handed in

    def office(self, unit, day, at):
        """Who hands in for a unit's cell of `day`: its office then, or on the day `at` the one
        that continues it."""
        office = self.tree.office(unit, day, self.campaign.office_level)
        return None if office is None else self.tree.continued_by(office, at)

    def put(self, label, rows_of):
        for office in sorted(rows_of, key=str.encode):
            rows = rows_of[office]
            self.rng.shuffle(rows)
            self.files.append((f"{len(self.files) + 1:05d}-{label}-{office}.csv", rows))
            for row in rows:
                if row["value"] or row["state"] in ("na", "verified"):
                    self.given[row["period"], row["unit"], row["indicator"]] = row

    def expected(self, p, day):
        if p.kind == "assessed":
            return [
                u for u in self.theme.competitors if self.tree.below(u, self.campaign.owner, day)
            ]
        spec = next(i for i in self.campaign.indicators if i.code == p.code)
        return self.cells.leaves(spec, self.campaign.owner, day)

    def baseline(self):
        period, rows_of = self.campaign.baseline, {}
        for p in self.profiles:
            if p.kind == "assessed" or (p.measure == "level" and not chance(self.rng, 10)):
                continue
            for unit in self.tree.codes():
                if self.tree.level(unit) != p.leaf_level:
                    continue
                last = self.case.last_day(period)
                day = self.tree.clamped(unit, last)
                if day != last and not chance(self.rng, 50):
                    continue
                row = cell_row(self.rng, period, unit, p, self.theme)
                office = self.tree.office(unit, day, self.campaign.office_level)
                if row and office and self.tree.at_or_below(unit, self.campaign.owner, day):
                    rows_of.setdefault(office, []).append(row)
        self.put(period, rows_of)

    def period(self, period):
        day, rows_of, verified = self.case.last_day(period), {}, []
        for p in self.profiles:
            for unit in self.expected(p, day):
                row = cell_row(self.rng, period, unit, p, self.theme)
                if row is not None:
                    office = self.office(unit, day, day)
                    assert office is not None, (unit, period)
                    rows_of.setdefault(office, []).append(row)
                if p.kind == "assessed" and chance(self.rng, 45):
                    verified.append(
                        dict.fromkeys(HEADER, "")
                        | dict(
                            period=period,
                            unit=unit,
                            indicator=p.code,
                            value=points(self.rng, p),
                            state="verified",
                            note="Hội đồng",
                        )
                    )
        for office in list(rows_of):
            if chance(self.rng, self.theme.silent):  # an office that hands in nothing
                del rows_of[office]
        self.put(period, rows_of)
        if verified and chance(self.rng, 85):
            self.put(period, {"hoi-dong": verified})
        self.corrections(period, day)

    def corrections(self, period, today):
        """Some cells handed in before, of this period or an earlier one, are given anew."""
        rows_of = {}
        for key in sorted(self.given):
            given = self.given[key]
            if not chance(self.rng, self.theme.corrected) or given["state"] == "verified":
                continue
            p = next(p for p in self.profiles if p.code == given["indicator"])
            last = self.case.last_day(given["period"])
            day = (
                self.tree.clamped(given["unit"], last)
                if given["period"] == self.campaign.baseline
                else last
            )
            office = self.office(given["unit"], day, max(today, day))
            row = cell_row(self.rng, given["period"], given["unit"], p, self.theme)
            if row is None or office is None:
                continue
            if chance(self.rng, 20):
                row.update(value="", denominator="", state="withdraw")
            rows_of.setdefault(office, []).append(row)
        self.put(f"{period}-dinh-chinh", rows_of)


def make(rng, case, profiles, theme):
    writer = Writer(rng, case, profiles, theme)
    if case.campaign.baseline:
        writer.baseline()
    for period in case.campaign.periods:
        writer.period(period)
    return writer.files
