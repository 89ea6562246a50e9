#!/usr/bin/env python3
"""generate.py --seed N --out CASEDIR [--theme T]: a small random campaign, always valid input.

The same seed and theme give the same bytes. Themes stress one side of the rules (see THEMES);
without one the seed picks any but `late`. Only `late` uses `late` and `on_time`, and writes
accepted.csv, because they depend on the clock."""
import argparse
import csv
import datetime
import io
import json
import os
import random
import re
import unicodedata
from fractions import Fraction
from types import SimpleNamespace

import case as cases
import gen_campaign
import gen_results
import gen_tree
import naive
import periods
from gen_tree import chance
from score import HANOI
from tree import Tree

PLAIN = dict(
    events=2,
    indicators=(4, 8),
    ties=False,
    big=5,
    na=5,
    blank=8,
    silent=3,
    corrected=6,
    late=False,
    nominees=8,
)
THEMES = {
    "mixed": {},
    "rules": dict(indicators=(8, 13), events=1),
    "mergers": dict(events=9, silent=0),
    "gaps": dict(na=22, blank=25, silent=15, corrected=15),
    "ties": dict(ties=True, na=2, blank=2, indicators=(2, 3), events=1, nominees=12),
    "nominees": dict(nominees=24, indicators=(2, 3), events=0),
    "big": dict(big=70),
    "late": dict(late=True, silent=12),
}
KINDS = {"month": (3, 6), "quarter": (2, 4), "half": (2, 4), "year": (1, 3)}


def theme_of(rng, name):
    name = name or rng.choice([theme for theme in THEMES if theme != "late"])
    return SimpleNamespace(name=name, **{**PLAIN, **THEMES[name]})


def timing(rng):
    """Reporting periods, baseline and end day; everything is over by the end of 2024."""
    kind = rng.choice(list(KINDS))
    count, per_year = rng.randint(*KINDS[kind]), 12 // periods.MONTHS[kind]
    last = 2025 * per_year - 1 - rng.randrange(4 * per_year)
    first = last - count + 1
    baseline_kind = rng.choice(list(KINDS))
    months = first * periods.MONTHS[kind]
    baseline = periods.text(baseline_kind, months // periods.MONTHS[baseline_kind] - 1)
    return SimpleNamespace(
        kind=kind,
        first=periods.text(kind, first),
        last=periods.text(kind, last),
        count=count,
        baseline=baseline if chance(rng, 80) else None,
        end_day=rng.choice([10, 14, 25, 28]) if chance(rng, 25) else None,
    )


def shape_of(rng, time):
    """Levels, owner, competitors and offices; leaves at or below the offices and the competing
    units."""
    depth = rng.choice([3, 3, 4, 4, 5])
    levels = gen_tree.LEVELS[-depth:] if chance(rng, 75) else rng.sample(gen_tree.LEVELS, depth)
    owner = rng.randint(0, depth - 2)
    competitor = rng.randint(owner + 1, depth - 1)
    office = rng.randint(owner, depth - 1)
    lowest = max(competitor, office)
    children = {level: (1, 3) for level in range(depth)}
    children[competitor] = (4, 7) if competitor == owner + 1 else (2, 3)
    return SimpleNamespace(
        levels=levels,
        owner_level=owner,
        competitor_level=competitor,
        office_level=office,
        leaf_levels=levels[lowest:],
        assessed=1 if competitor >= office else 0,
        children=children,
        neighbour=55,
        code_style=rng.choice(["letter", "number"]),
        periods=time.count,
        baseline=time.baseline,
    )


def ever_competing(tree, shape, owner, last_days, first_day):
    """Units of the competing level below the owner on a last day; None when one is so on other
    days only."""
    level = shape.levels[shape.competitor_level]
    units = [u for u in tree.codes() if tree.level(u) == level]
    found = [u for u in units if any(tree.below(u, owner, day) for day in last_days)]
    days = [
        first_day + datetime.timedelta(days=n) for n in range((last_days[-1] - first_day).days + 1)
    ]
    odd = [u for u in units if u not in found and any(tree.below(u, owner, day) for day in days)]
    return found, bool(odd)


def sizes(tree, shape, owner, day):
    """level -> typical number of leaves of that level behind one competing unit"""
    level = shape.levels[shape.competitor_level]
    competitors = [u for u in tree.codes() if tree.level(u) == level and tree.below(u, owner, day)]
    return {
        leaf: max(
            sum(
                1 for u in tree.codes() if tree.level(u) == leaf and tree.at_or_below(u, owner, day)
            )
            // max(len(competitors), 1),
            1,
        )
        for leaf in shape.leaf_levels
    }


def campaign_of(rng, seed, time, shape, tree, owner, last_days, theme):
    first_day = periods.last_day(
        periods.text(time.kind, periods.split(time.first)[1] - 1), time.end_day
    )
    competitors, odd = ever_competing(tree, shape, owner, last_days, first_day)
    campaign = {
        "campaign": f"case-{seed}",
        "name": f'Phong trào thi đua {seed}: thử nghiệm, "{theme.name}"',
        "owner": owner,
        "office_level": shape.levels[shape.office_level],
        "competitors": {"level": shape.levels[shape.competitor_level]},
        "reporting": time.kind,
        "from": time.first,
        "to": time.last,
    }
    if not odd and competitors and chance(rng, 40):
        listed = rng.sample(
            competitors, rng.randint(max(len(competitors) - 2, 1), len(competitors))
        )
        campaign["competitors"], competitors = {"units": listed}, sorted(listed, key=str.encode)
    if time.baseline:
        campaign["baseline"] = time.baseline
    campaign["due_days"] = str(rng.choice([5, 10, 15]))
    if time.end_day:
        campaign["period_end_day"] = str(time.end_day)
    if chance(rng, 60):
        campaign["count_unverified"] = rng.choice(["true", "false"])
    size = sizes(tree, shape, owner, last_days[-1])
    made = [
        gen_campaign.indicator(rng, n + 1, theme, shape, size)
        for n in range(rng.randint(*theme.indicators))
    ]
    campaign["indicators"], profiles = [given for given, _ in made], [p for _, p in made]
    if not odd and competitors and chance(rng, 55):
        campaign["clusters"] = gen_campaign.clusters(rng, competitors)
    gen_campaign.caps(rng, campaign, profiles)
    gen_campaign.rules(rng, campaign, profiles, theme)
    theme.competitors = competitors
    return campaign, profiles


def yaml_scalar(text):
    return (
        text
        if re.fullmatch(r"[A-Za-z0-9._-]*[A-Za-z0-9]", text)
        else json.dumps(text, ensure_ascii=False)
    )


def yaml_flow(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {yaml_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(yaml_flow, value)) + "]"
    return yaml_scalar(value)


def yaml_text(campaign):
    lines = []
    for key, value in campaign.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append(f"{key}:")
            for entry in value:
                fields = [f"{name}: {yaml_flow(item)}" for name, item in entry.items()]
                lines += ["  - " + fields[0]] + ["    " + field for field in fields[1:]]
        else:
            lines.append(f"{key}: {yaml_flow(value)}")
    return "\n".join(lines) + "\n"


def csv_text(rng, header, rows):
    """A CSV file as clerks make them: BOM or not, LF or CRLF, names composed or decomposed."""
    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator="\r\n" if chance(rng, 25) else "\n")
    writer.writeheader()
    writer.writerows(rows)
    return ("\ufeff" if chance(rng, 15) else "") + out.getvalue()


def target_rows(rng, tree, owner, profiles, theme):
    """Targets of single units, competing or not."""
    rows, competitors, targeted = [], theme.competitors, 3 if theme.ties else 20
    others = [
        u for u in tree.codes() if tree.at_or_below(u, owner, tree.end(u)) and u not in competitors
    ]
    for p in profiles:
        if p.kind == "assessed":
            continue
        above = tree.levels_above(p.leaf_level) | {p.leaf_level}
        for unit in competitors + others:
            if chance(rng, targeted if unit in competitors else 8) and tree.level(unit) in above:
                x = (
                    Fraction(0)
                    if chance(rng, 8)
                    else min(p.typical * rng.randint(50, 150) / 100, Fraction(10**11))
                )
                rows.append({"unit": unit, "indicator": p.code, "target": gen_results.text(rng, x)})
    rng.shuffle(rows)
    return rows


def adjustment_rows(rng, theme):
    rows, competitors = [], theme.competitors
    for n, unit in enumerate(competitors * 2):
        if chance(rng, 10 if theme.ties else 30):
            code = rng.choice(["MODEL", "MODEL", "LAUREL", "LAUREL", "COMPLAINT", "BREACH"])
            rows.append(
                {
                    "unit": unit,
                    "code": code,
                    "times": str(rng.randint(1, 3)),
                    "reason": f"Quyết định số {n}, Hội đồng",
                }
            )
    return rows


def nomination_rows(rng, campaign, units, count):
    kinds = {"individual": [], "collective": [], "household": []}
    for n in range(count):
        kind = rng.choice(["individual"] * 3 + ["collective", "household"])
        kinds[kind].append(
            {
                "id": f"{rng.choice('Nn')}{n:03d}",
                "unit": rng.choice(units),
                "name": f"Người thứ {n}",
                "category": rng.choice(["leader", "leader", "leader", "worker", "farmer", "other"])
                if kind == "individual"
                else "",
            }
        )
    rows, members = [], rng.choice([6, 9, 12])
    scores = rng.choice([["", "70", "85", "90", "92.5", "69.9999"], ["85", "90"], ["85"]])
    shares = [members // 2, members * 2 // 3, members][rng.randrange(3) :]
    for award in campaign["awards"]:
        for nominee in kinds.get(award["to"], []):
            if not chance(rng, 25 if award.get("form") == "spot" else 70):
                continue
            votes = (
                {"votes_for": "", "votes_total": rng.choice(["", "0"])}
                if chance(rng, 10)
                else {"votes_for": str(rng.choice(shares)), "votes_total": str(members)}
            )
            if votes["votes_total"] == "0":
                votes["votes_for"] = "0"
            rows.append(
                dict(
                    nominee,
                    award=award["code"],
                    kind=award["to"],
                    form=award.get("form", "regular"),
                    **votes,
                    score=rng.choice(scores),
                    prior=";".join(rng.sample(["LDTT", "CSTD", "GK"], rng.randint(0, 3))),
                    reason=rng.choice(["Có sáng kiến", "Tiêu biểu, xuất sắc"]),
                )
            )
    rng.shuffle(rows)
    return rows


def accepted_rows(rng, case, files):
    """Acceptance times that grow with the names: some in time, some late."""
    rows, at = [], None
    for name, rows_in in files:
        day = max(case.last_day(row["period"]) for row in rows_in)
        when = datetime.datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=HANOI)
        when += datetime.timedelta(days=rng.randint(0, 14), seconds=rng.randrange(3))
        at = when if at is None else max(at + datetime.timedelta(seconds=1), when)
        rows.append({"file": name, "accepted_at": at.isoformat()})
    return rows


def decision_rows(rng, directory):
    """The council closes some of what is undecided at the last period."""
    rows = []
    for row in csv.DictReader(io.StringIO(naive.run(directory)["awards"].decode(), newline="")):
        if row["decision"] == "undecided" and chance(rng, 50):
            rows.append(
                {
                    "award": row["award"],
                    "recipient": row["recipient"],
                    "reason": "Họp Hội đồng",
                    "decision": rng.choice(["awarded", "not awarded"]),
                }
            )
    return rows


def world_of(seed, theme_name):
    """A tree with at least two competing units on the campaign's last day; tried until there
    is one."""
    for attempt in range(1000):
        rng = random.Random(f"{seed} {theme_name or ''} {attempt}")
        theme, time = theme_of(rng, theme_name), timing(rng)
        shape = shape_of(rng, time)
        last_days = [
            periods.last_day(p, time.end_day) for p in periods.between(time.first, time.last)
        ]
        world = gen_tree.make(rng, shape, last_days, rng.randint(0, theme.events * 2))
        records = world.records()
        tree = Tree(
            [
                {key: unicodedata.normalize("NFC", value) for key, value in row.items()}
                for row in records
            ]
        )
        level = shape.levels[shape.competitor_level]
        if (
            sum(
                1
                for u in tree.codes()
                if tree.level(u) == level and tree.below(u, world.owner, last_days[-1])
            )
            > 1
        ):
            return SimpleNamespace(
                rng=rng,
                theme=theme,
                time=time,
                shape=shape,
                last_days=last_days,
                records=records,
                tree=tree,
                owner=world.owner,
            )
    raise RuntimeError("no tree with two competing units")


def generate(seed, directory, theme_name=None):
    world = world_of(seed, theme_name)
    rng, theme, tree = world.rng, world.theme, world.tree
    campaign, profiles = campaign_of(
        rng, seed, world.time, world.shape, tree, world.owner, world.last_days, theme
    )
    inside = [u for u in tree.codes() if tree.below(u, world.owner, world.last_days[-1])]
    theme.always_na = {(u, p.code) for u in inside for p in profiles if chance(rng, theme.na)}
    theme.never = {(u, p.code) for u in inside for p in profiles if chance(rng, theme.blank // 2)}
    os.makedirs(os.path.join(directory, "results"), exist_ok=True)

    def write(name, text):
        with open(os.path.join(directory, name), "w", encoding="utf-8", newline="") as file:
            file.write(text)

    def write_csv(name, header, rows):
        if rows:
            write(name, csv_text(rng, header.split(","), rows))

    write_csv("units.csv", "code,name,level,parent,valid_from,valid_to,merged_into", world.records)
    text = yaml_text(campaign)
    write("campaign.yaml", unicodedata.normalize("NFD", text) if chance(rng, 15) else text)
    write_csv(
        "targets.csv", "unit,indicator,target", target_rows(rng, tree, world.owner, profiles, theme)
    )
    write_csv("adjustments.csv", "unit,code,times,reason", adjustment_rows(rng, theme))
    write_csv(
        "nominations.csv",
        "id,unit,award,kind,name,category,form,votes_for,votes_total,score,prior,reason",
        nomination_rows(rng, campaign, inside, theme.nominees),
    )
    case = cases.load(directory)
    files = gen_results.make(rng, case, profiles, theme)
    for name, rows in files:
        write_csv(os.path.join("results", name), ",".join(gen_results.HEADER), rows)
    if theme.late:
        write_csv("accepted.csv", "file,accepted_at", accepted_rows(rng, case, files))
    if chance(rng, 60):
        write_csv("decisions.csv", "award,recipient,decision,reason", decision_rows(rng, directory))


def main():
    parser = argparse.ArgumentParser(description="generate a small random campaign")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--theme", choices=sorted(THEMES))
    args = parser.parse_args()
    generate(args.seed, args.out, args.theme)


if __name__ == "__main__":
    main()
