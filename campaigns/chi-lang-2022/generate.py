#!/usr/bin/env python3
"""Writes the SAMPLE DATA of the campaign chi-lang-2022: units, targets, a year of results, nominations, decisions.

Usage: generate.py [DIRECTORY]; without one it writes beside itself. Whole numbers only and one seed, so the same bytes
every time. district.py holds the tables (communes, people, hand-made cases), README.md says where each case shows.

How it works: a commune is made of hamlets, each with its share of the commune's targets. A form of a month is made by
asking every hamlet for its figures and adding them up under the village that reports for it in that month (two villages
merge in June, one splits in April). Then the hand-made cases change single cells, and the files are put in the order in
which they would have come in.
"""

import collections
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import district  # noqa: E402
import people  # noqa: E402
from sample import RESULT_COLUMNS, Rng, cell, empty_directory, split, text, write_csv  # noqa: E402

MONTHS = [f"2022-{month:02}" for month in range(1, 13)]

# What later reports as a village: how many households, people, children under 5 it has.
Hamlet = collections.namedtuple("Hamlet", "code commune households people children")


def rng(*key):
    return Rng(district.SEED, *key)


# ---- units

def hamlets_of(commune):
    low, high = (95, 190) if district.is_town(commune) else (60, 150)
    households = [rng("households", commune.code, number).between(low, high) for number in range(commune.villages)]
    fixed = district.HOUSEHOLDS.get(commune.code)
    if isinstance(fixed, list):
        households = fixed
    elif fixed:
        households[-1] += fixed - sum(households)
    return [Hamlet(f"{commune.code}.{number:02}", commune, n, n * 43 // 10, n * 2 // 5)
            for number, n in enumerate(households, 1)]


COMMUNES = {commune.code: commune for commune in district.COMMUNES}
HAMLETS = {code: hamlets_of(commune) for code, commune in COMMUNES.items()}


def reporter(hamlet, period):
    """The village that reports for a hamlet: before a split or after a merger it is another one."""
    change = district.CHANGES.get(hamlet.code)
    if change and ((change.begins and period < change.begins) or (change.ends and period > change.ends)):
        return change.other
    return hamlet.code


def reporters(commune, period):
    """{village: its hamlets}, in the order of the codes."""
    villages = collections.defaultdict(list)
    for hamlet in HAMLETS[commune]:
        villages[reporter(hamlet, period)].append(hamlet)
    return dict(sorted(villages.items()))


def units():
    yield ["20", "Tỉnh Lạng Sơn", "province", "", "", "", ""]
    yield ["187", "Huyện Chi Lăng", "district", "20", "", "", ""]
    for code, commune in COMMUNES.items():
        yield [code, commune.name, "commune", "187", "", "", ""]
    for code, commune in COMMUNES.items():
        word = "Khu" if district.is_town(commune) else "Thôn"
        for number, hamlet in enumerate(HAMLETS[code], 1):
            change = district.CHANGES.get(hamlet.code)
            dates = [change.valid_from, change.valid_to, change.merged_into] if change else ["", "", ""]
            yield [hamlet.code, f"{word} {number}", "village", code] + dates


# ---- targets: {(commune, indicator): whole number of steps}; the number of decimals stands in district.py

def commune_targets(commune):
    households = sum(hamlet.households for hamlet in HAMLETS[commune.code])
    for indicator, row in district.TARGETS.items():
        if indicator in commune.targets:
            if commune.targets[indicator] is not None:
                yield indicator, commune.targets[indicator]
        elif row.range:
            drawn = rng("target", indicator, commune.code).between(*row.range)
            yield indicator, households * drawn // 100 if row.per_household else drawn


TARGETS = {(code, indicator): target for code, commune in COMMUNES.items()
           for indicator, target in commune_targets(commune)}


def targets():
    for indicator, row in district.TARGETS.items():
        given = [TARGETS[code, indicator] for code in COMMUNES if (code, indicator) in TARGETS]
        of_district = row.of_district if row.of_district is not None else sum(given)
        yield ["187", indicator, text(of_district, row.decimals)]
    for code in COMMUNES:
        for indicator, row in district.TARGETS.items():
            if (code, indicator) in TARGETS:
                yield [code, indicator, text(TARGETS[code, indicator], row.decimals)]


def share(hamlet, indicator):
    """The hamlet's part of its commune's target, by households."""
    neighbours = HAMLETS[hamlet.commune.code]
    parts = split(TARGETS.get((hamlet.commune.code, indicator), 0), [other.households for other in neighbours])
    return parts[neighbours.index(hamlet)]


# ---- results

def strength(commune, indicator):
    """How well a commune does in one thing, in percent of the plan."""
    return commune.strength + commune.lean.get(indicator, 0) + rng("strength", indicator, commune.code).between(-3, 3)


def luck(hamlet, indicator):
    return rng("luck", indicator, hamlet.code).between(-5, 5)


def year_steps(hamlet, indicator):
    return share(hamlet, indicator) * (strength(hamlet.commune, indicator) + luck(hamlet, indicator)) // 100


def flow_steps(hamlet, indicator, period, row):
    seasons = [row.months.get(month[5:], 0) for month in MONTHS]
    return split(year_steps(hamlet, indicator), seasons)[MONTHS.index(period)]


def stock_steps(hamlet, indicator, period):
    """A herd grows by 1 % a quarter towards what it is in December."""
    return year_steps(hamlet, indicator) * (100 - (12 - int(period[5:])) // 3) // 100


def village_amounts(commune, period):
    for indicator, row in district.AMOUNTS.items():
        if period[5:] not in row.months:
            continue
        if (commune.code, indicator) not in TARGETS:
            for village in reporters(commune.code, period):
                yield cell(period, village, indicator, "", "", "na")
            continue
        decimals = district.TARGETS[indicator].decimals
        for village, hamlets in reporters(commune.code, period).items():
            if row.stock:
                steps = sum(stock_steps(hamlet, indicator, period) for hamlet in hamlets)
            else:
                steps = sum(flow_steps(hamlet, indicator, period, row) for hamlet in hamlets)
            yield cell(period, village, indicator, text(steps, decimals))


def reached_per_mille(hamlet, indicator, row, period):
    """A rate between 0 and 1000, rising month by month towards the commune's target in December."""
    target = TARGETS.get((hamlet.commune.code, indicator), 0)
    base = (target if target else row.percent) * 10
    slope = (strength(hamlet.commune, indicator) - 100) * row.spread + luck(hamlet, indicator) * 3
    return max(0, min(1000, base + slope - (12 - int(period[5:])) * row.growth))


def village_ratios(commune, period):
    for indicator, row in district.RATIOS.items():
        if period[5:] not in row.months:
            continue
        for village, hamlets in reporters(commune.code, period).items():
            whole = sum(getattr(hamlet, row.of) for hamlet in hamlets)
            part = sum(getattr(hamlet, row.of) * reached_per_mille(hamlet, indicator, row, period) // 1000
                       for hamlet in hamlets)
            yield cell(period, village, indicator, part, whole)


def poor_households(hamlet, period):
    """In 2021 and still in January, and what is left in December."""
    before = hamlet.households * rng("poor", hamlet.code).between(80, 150) // 1000
    if period != "2022-12":
        return before
    target = TARGETS[hamlet.commune.code, "POOR"]
    less = hamlet.households * target * (strength(hamlet.commune, "POOR") + 2 * luck(hamlet, "POOR"))
    return max(0, before - (less + 50000) // 100000)


def poverty(commune, period):
    rows = []
    for village, hamlets in reporters(commune.code, period).items():
        poor = sum(poor_households(hamlet, period) for hamlet in hamlets)
        rows.append(cell(period, village, "POOR", poor, sum(hamlet.households for hamlet in hamlets)))
    wanted = district.POOR_LESS.get(commune.code)
    if wanted and period == "2022-12":
        # The decrease of the whole commune is to be exactly this many households: the last village makes up for it.
        before = sum(poor_households(hamlet, "2021") for hamlet in HAMLETS[commune.code])
        rows[-1][3] = str(int(rows[-1][3]) + before - wanted - sum(int(row[3]) for row in rows))
    return rows


def village_status(commune, period):
    """Income, cultural villages, poverty: what they were in January, what they are in December."""
    opening = period == "2022-01"
    target = TARGETS[commune.code, "INCOME"]
    for village, hamlets in reporters(commune.code, period).items():
        reached = strength(commune, "INCOME") + luck(hamlets[0], "INCOME") - (8 if opening else 0)
        yield cell(period, village, "INCOME", text(target * reached // 100, 1), sum(hamlet.people for hamlet in hamlets))
    for village in reporters(commune.code, period):
        yes = rng("culture", village).between(1, 100) <= commune.strength - (16 if opening else 6)
        yield cell(period, village, "CULTURE", 1 if yes else 0)
    yield from poverty(commune, period)


def commune_flow(commune, period):
    """What the commune's own offices count: revenue, roads, files, offences; training twice a year."""
    code, month = commune.code, MONTHS.index(period)
    revenue = TARGETS[code, "BUDGET"] * 10 * strength(commune, "BUDGET") // 100
    yield cell(period, code, "BUDGET", text(split(revenue, district.REVENUE_MONTHS)[month], 3))
    road = (TARGETS[code, "ROAD"] or commune.road_without_target) * strength(commune, "ROAD") // 100
    yield cell(period, code, "ROAD", text(split(road, district.ROAD_MONTHS)[month], 2))
    files = rng("files", code, period).between(40, 160)
    late = max(0, rng("late files", code, period).between(0, 4) - (commune.strength - 94) // 3)
    yield cell(period, code, "ONTIME", files - late, files)
    offence = 1 if rng("offence", code, period).between(1, 100) <= 40 - 3 * (commune.strength - 94) else 0
    yield cell(period, code, "OFFENCES", offence)


def commune_stock(commune, period):
    code, month = commune.code, MONTHS.index(period)
    people = district.POLICY_PEOPLE + rng("policy", code).between(0, 200)
    paid = min(1000, 840 + (strength(commune, "CASHLESS") - 100) * 14 - (11 - month) * 12)
    yield cell(period, code, "CASHLESS", people * paid // 1000, people)
    if period in ("2022-01", "2022-06", "2022-12"):
        if district.is_town(commune):
            yield cell(period, code, "NTM", "", "", "na", "Thị trấn không xây dựng nông thôn mới")
        else:
            more = commune.criteria_gained if period == "2022-12" else 0
            yield cell(period, code, "NTM", commune.criteria + more)


def training(commune, period):
    """Two courses a year; how many found work is known some months later. In January a plain zero, and 0 of 0."""
    code = commune.code
    people = TARGETS.get((code, "TRAINED"), 0) * strength(commune, "TRAINED") // 100
    courses = split(people, [1, 1])
    if people and period in district.COURSES:
        yield cell(period, code, "TRAINED", ([0] + courses)[district.COURSES.index(period)])
    if period in district.JOBS_KNOWN:
        taught = ([0] + courses)[district.JOBS_KNOWN.index(period)]
        found = taught * rng("jobs", code, period).between(740, 900) // 1000
        yield cell(period, code, "JOBS", found, taught, "", "" if people else "Không mở lớp")


def assessed(commune, period, state):
    """The commune's own points, and the council's: often lower."""
    for indicator, most in district.ASSESSED.items():
        if state and (commune.code, indicator) in district.NEVER_VERIFIED:
            continue
        own = most - 25 * rng("own", indicator, commune.code, period).between(0, 2)
        off = 25 * rng("off", indicator, commune.code, period).between(0, 3) + max(0, 104 - commune.strength) * 5
        points = max(0, own - off) if state else own
        if state and period == "2022-12":
            points = district.VERIFIED.get((commune.code, indicator), points)
        note = "Hội đồng thẩm định" if state else ""
        yield cell(period, commune.code, indicator, text(points, 2), "", state, note)


def form(commune, period):
    """All rows that one office hands in for one month (or for the baseline)."""
    if period == "2021":
        rows = poverty(commune, period)
        if not district.is_town(commune):
            rows.append(cell(period, commune.code, "NTM", commune.criteria))
        return rows
    rows = list(village_amounts(commune, period)) + list(village_ratios(commune, period))
    if period in ("2022-01", "2022-12"):
        rows += village_status(commune, period)
    rows += list(commune_flow(commune, period)) + list(commune_stock(commune, period)) + list(training(commune, period))
    if period in ("2022-06", "2022-12"):
        rows += assessed(commune, period, "")
    return rows


# ---- the hand-made cases

def typo(row, kind):
    """What the clerk first wrote in place of `row`."""
    wrong = list(row)
    if kind == "ten times":
        wrong[3] = row[3].split(".")[0] + "0"
    elif kind == "half":
        wrong[3] = str(int(row[3]) // 2)
    elif kind == "zero":
        wrong[3] = "0"
    else:                       # "blank" or "na"
        wrong[3] = wrong[4] = ""
        wrong[5] = "na" if kind == "na" else ""
    return wrong


def apply_cases(forms):
    """Changes the forms in place; gives the corrections, {(accepted, office, period): rows}."""
    corrections = collections.defaultdict(list)
    for case in district.CASES:
        rows = forms[case.office, case.period]
        at = next(i for i, row in enumerate(rows) if row[1:3] == [case.unit, case.indicator])
        right = rows[at]
        rows[at] = typo(right, case.kind)
        if case.accepted:
            corrections[case.accepted, case.office, case.period].append(right[:6] + [case.note])
    for case in district.WITHDRAWN:
        forms[case.office, case.period].append(cell(case.period, case.unit, case.indicator, case.value))
        again = cell(case.period, case.unit, case.indicator, "", "", "withdraw", case.note)
        corrections[case.accepted, case.office, case.period].append(again)
    for office, period in district.NEVER_HANDED_IN:
        del forms[office, period]
    return corrections


def accepted_at(office, period):
    """When the form comes in: by the tenth day after the month, but for the late ones."""
    if (office, period) in district.LATE:
        return district.LATE[office, period]
    year, month = (2022, 1) if period == "2021" else (2022, int(period[5:]) + 1)
    if month == 13:
        year, month = 2023, 1
    when = rng("accepted", office, period)
    day = when.between(14, 21) if period == "2021" else when.between(2, 10)
    return f"{year}-{month:02}-{day:02}T{when.between(7, 16):02}:{when.between(0, 59):02}:{when.between(0, 59):02}+07:00"


def submissions():
    """Every file of the year as (accepted, office, name, rows), in the order of acceptance."""
    forms = {(code, period): form(commune, period) for code, commune in COMMUNES.items() for period in ["2021"] + MONTHS}
    corrections = apply_cases(forms)
    files = [(accepted_at(office, period), office, f"{period}-{office}", rows)
             for (office, period), rows in forms.items()]
    files += [(accepted, office, f"{period}-dinh-chinh-{office}", rows)
              for (accepted, office, period), rows in corrections.items()]
    for period, accepted in district.COUNCIL:
        rows = [row for commune in COMMUNES.values() for row in assessed(commune, period, "verified")]
        files.append((accepted, "187", f"{period}-hoi-dong", rows))
    return sorted(files, key=lambda file: file[:3])


def write_results(out):
    directory = empty_directory(out / "results")
    log = []
    for number, (accepted, _, name, rows) in enumerate(submissions(), 1):
        file = f"{number:05}-{name}.csv"
        write_csv(directory / file, RESULT_COLUMNS, rows, spreadsheet=name in district.FROM_A_SPREADSHEET)
        log.append([file, accepted])
    write_csv(out / "accepted.csv", ["file", "accepted_at"], log)


def main():
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    write_csv(out / "units.csv", "code,name,level,parent,valid_from,valid_to,merged_into".split(","), units())
    write_csv(out / "targets.csv", ["unit", "indicator", "target"], targets())
    write_results(out)
    write_csv(out / "adjustments.csv", ["unit", "code", "times", "reason"], district.ADJUSTMENTS)
    write_csv(out / "nominations.csv", people.COLUMNS, people.nominations(COMMUNES))
    (out / "council").mkdir(exist_ok=True)
    write_csv(out / "council" / "decisions.csv", ["award", "recipient", "decision", "reason"], district.DECISIONS)


if __name__ == "__main__":
    main()
