"""The unit tree (semantics.md, section 2). A date is a datetime.date; open ends are date.min
and date.max."""
import datetime


class Row:
    def __init__(self, record):
        self.code, self.name, self.level = record["code"], record["name"], record["level"]
        self.parent = record["parent"] or None
        self.first = (
            datetime.date.fromisoformat(record["valid_from"])
            if record["valid_from"]
            else datetime.date.min
        )
        self.last = (
            datetime.date.fromisoformat(record["valid_to"])
            if record["valid_to"]
            else datetime.date.max
        )
        self.merged_into = record["merged_into"] or None


class Tree:
    def __init__(self, records):
        self.rows = {}
        for row in map(Row, records):
            self.rows.setdefault(row.code, []).append(row)
        for rows in self.rows.values():
            rows.sort(key=lambda row: row.first)

    def codes(self):
        """ "ordered by bytes" """
        return sorted(self.rows, key=lambda code: code.encode())

    def level(self, code):
        """ "A unit keeps its level" """
        return self.rows[code][0].level

    def row(self, code, day):
        """ "Dates are the first and last day with that parent; empty ones are open." """
        for row in self.rows.get(code, []):
            if row.first <= day <= row.last:
                return row
        return None

    def exists(self, code, day):
        return self.row(code, day) is not None

    def parent(self, code, day):
        return self.row(code, day).parent

    def name(self, code, day):
        return self.row(code, day).name

    def begin(self, code):
        return self.rows[code][0].first

    def end(self, code):
        return self.rows[code][-1].last

    def ended(self, code, day):
        return self.end(code) < day

    def merged_into(self, code):
        """ "`merged_into`, on the last row, names the unit of the same level that continues
        it." """
        return self.rows[code][-1].merged_into

    def path(self, code, day):
        """The unit itself and the units above it, nearest first; empty when it does not exist
        on that day."""
        path = []
        while code is not None and self.exists(code, day):
            path.append(code)
            code = self.parent(code, day)
        return path

    def at_or_below(self, code, top, day):
        return top in self.path(code, day)

    def below(self, code, top, day):
        return code != top and self.at_or_below(code, top, day)

    def continued_by(self, code, day):
        """ "Cells of a unit that has ended by then count as cells of the unit that continues
        it, through any number of mergers"; None: "A unit that ended without a successor counts
        nowhere from then on"."""
        while code is not None and self.ended(code, day):
            code = self.merged_into(code)
        return code if code is not None and self.exists(code, day) else None

    def merged_by(self, code, day):
        """The units that `code` continues directly and that have ended by that day."""
        return [
            other
            for other in self.codes()
            if self.merged_into(other) == code and self.ended(other, day)
        ]

    def levels_above(self, level):
        """ "a level lies above another when a unit of it is parent of a unit of the other in
        any row, directly or through others; parents may skip a level" """
        above = set()
        todo = [level]
        while todo:
            lower = todo.pop()
            for rows in self.rows.values():
                for row in rows:
                    if (
                        row.level == lower
                        and row.parent is not None
                        and self.level(row.parent) not in above
                    ):
                        above.add(self.level(row.parent))
                        todo.append(self.level(row.parent))
        return above

    def office(self, code, day, office_level):
        """ "for a leaf its nearest ancestor-or-self of the campaign's `office_level` in the
        tree of the cell's period" """
        for unit in self.path(code, day):
            if self.level(unit) == office_level:
                return unit
        return None

    def clamped(self, code, day):
        """The day of a baseline cell's tree: the baseline's last day clamped into the unit's
        validity."""
        return max(self.begin(code), min(self.end(code), day))
