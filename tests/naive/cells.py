"""From entries to cells (semantics.md, section 3): which entry of a cell counts, and for which
leaf."""
from types import SimpleNamespace

from branches import hit

VALUE, NA, WITHDRAW, VERIFIED = "", "na", "withdraw", "verified"


def is_entry(row):
    """ "A row with neither value nor state is no entry." """
    return row.value is not None or row.state != ""


def newest(rows, slot):
    """ "The newest accepted entry wins"; "An entry replaces only its own cell." `slot` picks
    the entries looked at."""
    entries = {}
    for row in rows:
        if is_entry(row) and slot(row):
            if (row.indicator, row.unit, row.period) in entries:
                hit("cell: corrected")
            entries[row.indicator, row.unit, row.period] = row
        elif not is_entry(row):
            hit("cell: blank row")
    return entries


def cell(entry):
    """ "a value, not applicable (`na`), or absent"; "`withdraw` makes the cell absent again" """
    if entry is None or entry.state == WITHDRAW:
        if entry is not None:
            hit("cell: withdrawn")
        return None
    if entry.state == NA:
        hit("cell: na")
        return SimpleNamespace(na=True, value=None, denominator=None)
    return SimpleNamespace(na=False, value=entry.value, denominator=entry.denominator)


class Cells:
    def __init__(self, case):
        self.case, self.tree, self.campaign = case, case.tree, case.campaign
        self.own = newest(case.rows, lambda row: row.state != VERIFIED)
        self.verified = newest(case.rows, lambda row: row.state == VERIFIED)

    def expected_leaf(self, indicator, unit, day):
        """ "A unit is an expected leaf of a period when it is one in the tree of the period's
        last day" """
        return (
            self.tree.rows.get(unit)
            and self.tree.level(unit) == indicator.reported_by
            and self.tree.at_or_below(unit, self.campaign.owner, day)
        )

    def leaves(self, indicator, top, day):
        """ "the leaves below (or at) u" in the tree of that day"""
        return [
            unit
            for unit in self.tree.codes()
            if self.expected_leaf(indicator, unit, day) and self.tree.at_or_below(unit, top, day)
        ]

    def get(self, indicator, unit, period):
        """ "only expected leaves have cells (baseline cells: any unit of the level). Cells
        that later stop belonging to an expected leaf are kept, counted nowhere" """
        found = cell(self.own.get((indicator.code, unit, period)))
        if found is None:
            return None
        if period == self.campaign.baseline:
            return (
                found
                if self.tree.rows.get(unit) and self.tree.level(unit) == indicator.reported_by
                else None
            )
        return found if self.expected_leaf(indicator, unit, self.case.last_day(period)) else None

    def latest(self, indicator, unit, periods):
        """ "`stock` takes the leaf's latest non-absent cell at or before P" """
        for period in reversed(periods):
            found = self.get(indicator, unit, period)
            if found is not None:
                return found
        return None

    def of_flow(self, indicator, leaf, day, periods):
        """ "`flow` adds the leaf's value cells of first...P"; "A leaf that continues merged
        units: flow adds all their cells." The leaf's own cells and those of every unit that it
        continues on that day."""
        found = []
        for unit in self.tree.codes():
            if self.tree.continued_by(unit, day) == leaf:
                own = [self.get(indicator, unit, period) for period in periods]
                found += [c for c in own if c is not None]
                if unit != leaf and any(own):
                    hit("merger: flow of an ended unit")
        return found

    def of_stock(self, indicator, leaf, day, periods):
        """ "Stock: a merged unit's latest cell counts together with the successor's own latest
        cell until the successor has a cell, value or `na`, of a period that ended after the
        merged unit did; for each indicator by itself, and through chains likewise." """
        own = self.latest(indicator, leaf, periods)
        found = [own] if own is not None else []
        for merged in self.tree.merged_by(leaf, day):
            ended = self.tree.end(merged)
            after = [period for period in periods if self.case.last_day(period) > ended]
            if self.latest(indicator, leaf, after) is None:
                inherited = self.of_stock(indicator, merged, day, periods)
                found += inherited
                if inherited:
                    hit(
                        "merger: stock of an ended unit"
                        + (" beside the successor's" if own else "")
                    )
            else:
                hit("merger: stock replaced by the successor's")
        return found

    def of_leaf(self, indicator, leaf, day, periods):
        collect = self.of_flow if indicator.time == "flow" else self.of_stock
        return collect(indicator, leaf, day, periods)

    def assessed(self, indicator, unit, periods):
        """ "For a period, verified goes before `na` before self-assessed (which counts only
        with `count_unverified: true`); the latest period that has one counts." """
        for period in reversed(periods):
            if not self.tree.below(unit, self.campaign.owner, self.case.last_day(period)):
                continue
            verified = cell(self.verified.get((indicator.code, unit, period)))
            own = cell(self.own.get((indicator.code, unit, period)))
            if verified is not None:
                hit("assessed: verified")
                return verified
            if own is not None and own.na:
                hit("assessed: na")
                return own
            if own is not None and self.campaign.count_unverified:
                hit("assessed: unverified counts")
                return own
            if own is not None:
                hit("assessed: unverified does not count")
        return None
