"""Random unit trees for generate.py: mergers, chains, moves, splits and ends while the
campaign runs."""
import datetime
import unicodedata

LEVELS = ["nation", "province", "district", "commune", "village"]
WORDS = ["Bản", "Nà", "Khau", "Lũng", "Pác", "Đồng", "Phai", "Cốc", "Lân", "Khòn"]
ENDINGS = ["Mẻ", "Lìa", "Hoáng", "Cưởm", "Giang", "Sơn", "Ca", "Nưa", "Luông", "Pất"]
ONE_DAY = datetime.timedelta(days=1)


def chance(rng, percent):
    return rng.randrange(100) < percent


class World:
    """Levels are numbers: 0 is the topmost. `active` maps a code to its open row."""

    def __init__(self, rng, shape):
        self.rng, self.shape = rng, shape
        self.rows, self.active, self.count = [], {}, 0
        self.old = rng.choice(["", "1999-07-01"])

    def name(self):
        rng = self.rng
        name = f"{rng.choice(WORDS)} {rng.choice(ENDINGS)}"
        style = rng.randrange(10)
        name += {0: ", khu 2", 1: ' "mới"', 2: ' "cũ", trên'}.get(style, "")
        return unicodedata.normalize("NFD", name) if chance(rng, 25) else name

    def code(self, level):
        self.count += 1
        style = self.shape.code_style
        if style == "number":
            return f"{self.rng.randrange(100):02d}{self.count:03d}" + self.rng.choice(
                ["", "", "", ".2025"]
            )
        letter = "NTHXB"[level] if len(self.shape.levels) == 5 else "THXBKL"[level]
        letter = letter.lower() if chance(self.rng, 25) else letter
        return f"{letter}{self.rng.choice(['-', '_', '.', ''])}{self.count:02d}"

    def add(self, level, parent, first):
        row = {
            "code": self.code(level),
            "name": self.name(),
            "level": level,
            "parent": parent or "",
            "valid_from": first,
            "valid_to": "",
            "merged_into": "",
        }
        self.rows.append(row)
        self.active[row["code"]] = row
        return row["code"]

    def end(self, code, day, into=""):
        row = self.active.pop(code)
        row["valid_to"], row["merged_into"] = day.isoformat(), into

    def move(self, code, day, parent):
        row = self.active[code]
        if row["parent"] == parent:
            return
        fresh = dict(row, parent=parent, valid_from=(day + ONE_DAY).isoformat())
        row["valid_to"] = day.isoformat()
        self.rows.append(fresh)
        self.active[code] = fresh

    def of_level(self, level):
        return [code for code, row in self.active.items() if row["level"] == level]

    def children(self, code):
        return [child for child, row in self.active.items() if row["parent"] == code]

    def parents_for(self, level, day):
        """Active units that may be parent of a unit of that level: one level up, or two where
        no office is skipped."""
        found = self.of_level(level - 1)
        if level - 2 >= self.shape.owner_level and (
            level - 2 >= self.shape.office_level or level <= self.shape.office_level
        ):
            found += [c for c in self.of_level(level - 2) if chance(self.rng, 30)]
        return [code for code in found if self.old_enough(code, day)]

    def build(self):
        """The tree as it is before anything changes; the owner, and perhaps a neighbour beside
        it."""
        shape, rng = self.shape, self.rng
        top = ""
        for level in range(shape.owner_level):
            top = self.add(level, top, self.old)
        self.owner = self.add(shape.owner_level, top, self.old)
        roots = [self.owner]
        if chance(rng, shape.neighbour):
            roots.append(self.add(shape.owner_level, top, self.old))
        for root in roots:
            self.grow(root, shape.owner_level + 1, small=root != self.owner)

    def grow(self, parent, level, small):
        if level == len(self.shape.levels):
            return
        few, many = self.shape.children[level]
        for _ in range(1 if small else self.rng.randint(few, many)):
            code = self.add(level, parent, self.old)
            self.grow(code, level + 1, small)
            if (
                not small
                and level + 1 < len(self.shape.levels)
                and chance(self.rng, 8)
                and (level >= self.shape.office_level + 1 or level + 1 <= self.shape.office_level)
            ):
                self.add(level + 1, parent, self.old)  # a unit that skips this level

    def old_enough(self, code, day):
        first = self.active[code]["valid_from"]
        return not first or datetime.date.fromisoformat(first) <= day

    def event(self, day):
        """Something changes between `day` and the day after it."""
        rng = self.rng
        level = rng.choice(
            [len(self.shape.levels) - 1] * 3
            + list(range(self.shape.owner_level + 1, len(self.shape.levels)))
        )
        units = [code for code in self.of_level(level) if self.old_enough(code, day)]
        if not units or not all(
            self.old_enough(child, day) for unit in units for child in self.children(unit)
        ):
            return
        unit = rng.choice(units)
        what = rng.choice(
            ["merge", "merge", "merge_new", "move", "move", "split", "end", "gap", "birth"]
        )
        if what == "merge" and len(units) > 1:
            self.replace(unit, day, [rng.choice([other for other in units if other != unit])])
        elif what == "merge_new" and len(units) > 1:
            other = rng.choice([other for other in units if other != unit])
            fresh = self.add(level, self.active[unit]["parent"], (day + ONE_DAY).isoformat())
            for each in (unit, other):
                self.replace(each, day, [fresh])
        elif what == "split":
            parent = self.active[unit]["parent"]
            self.replace(
                unit, day, [self.add(level, parent, (day + ONE_DAY).isoformat()) for _ in range(2)]
            )
        elif what in ("move", "birth"):
            parents = self.parents_for(level, day)
            if parents and what == "move":
                self.move(unit, day, rng.choice(parents))
            elif parents:
                self.add(level, rng.choice(parents), (day + ONE_DAY).isoformat())
        elif what == "end" and not self.children(unit) and level > self.shape.office_level:
            self.end(unit, day)
        elif (
            what == "gap"
            and not self.children(unit)
            and level > self.shape.office_level
            and chance(rng, 40)
        ):
            again = (day + datetime.timedelta(days=rng.randint(20, 120))).isoformat()
            row = self.active[unit]
            self.rows.append(dict(row, valid_from=again))
            row["valid_to"] = day.isoformat()
            self.active[unit] = self.rows[-1]

    def replace(self, unit, day, heirs):
        """The unit ends, the first heir continues it, its children go to the heirs."""
        for child in self.children(unit):
            self.move(child, day, self.rng.choice(heirs))
        self.end(unit, day, heirs[0])

    def records(self):
        rows = [dict(row, level=self.shape.levels[row["level"]]) for row in self.rows]
        if chance(self.rng, 30):
            self.rng.shuffle(rows)
        return rows


def event_days(rng, last_days, count):
    """Days of change, many of them around the last day of a period."""
    first, last = last_days[0] - datetime.timedelta(days=60), last_days[-1]
    days = set()
    for _ in range(count):
        if chance(rng, 45):
            day = rng.choice(last_days) + ONE_DAY * rng.randint(-1, 1)
        else:
            day = first + ONE_DAY * rng.randrange((last - first).days)
        days.add(day)
    return sorted(days)


def make(rng, shape, last_days, events):
    world = World(rng, shape)
    world.build()
    for day in event_days(rng, last_days, events):
        world.event(day)
    return world
