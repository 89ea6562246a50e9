#!/usr/bin/env python3
"""Other weights, targets and units (common/what_if.h) against the independent computation of tests/naive, which runs the
campaign that was altered so, over random campaigns and random questions.

THIDUA_SEED (first seed, default 1) and THIDUA_CASES (default 40) choose the campaigns.
"""
import os
import random
import subprocess
import sys
import tempfile
from fractions import Fraction

SOURCE = os.environ.get("THIDUA_SOURCE_DIR", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.environ.get("THIDUA_BUILD_DIR", os.path.join(SOURCE, "build", "dev"))
TOOL = os.path.join(BUILD, "tests", "tools", "thidua-what-if")
sys.path.insert(0, os.path.join(SOURCE, "tests", "naive"))

import awards  # noqa: E402
import case as cases  # noqa: E402
import generate  # noqa: E402
import ranking  # noqa: E402
import rollup  # noqa: E402
import score  # noqa: E402
from cells import Cells  # noqa: E402
from figures import published  # noqa: E402

FIRST, COUNT = int(os.environ.get("THIDUA_SEED", "1")), int(os.environ.get("THIDUA_CASES", "40"))
COMPETING = score.competing
POINTS_OF_RULES = {"deduct": ("points",), "per_case": ("points", "max"), "linear": ("points", "add")}


def weigh(case, indicator, points):
    factor = points / indicator.points
    indicator.points = points
    for step in indicator.steps:
        step.points *= factor
    for name, keys in POINTS_OF_RULES.items():
        record = getattr(indicator, name)
        for key in keys:
            if getattr(record, key, None) is not None:
                setattr(record, key, getattr(record, key) * factor)
    for row in case.rows if indicator.kind == "assessed" else []:
        if row.indicator == indicator.code and row.value is not None:
            row.value *= factor


def ask(rng, case, period):
    """A random question: its text, and what it says applied to the case; the units left out."""
    lines, competing = [], COMPETING(case, case.last_day(period))
    weights = [indicator for indicator in case.campaign.indicators if indicator.points and rng.random() < 0.4]
    lines += ["points:"] if weights else []
    for indicator in weights:
        points = Fraction(rng.randint(0, 4000), 100)
        lines.append(f"  - {{indicator: {indicator.code}, points: {published(points, 2)}}}")
        weigh(case, indicator, points)
    measured = [indicator for indicator in case.campaign.indicators if indicator.kind != "assessed"]
    targets = [(rng.choice([None, *competing]), rng.choice(measured)) for _ in range(rng.randint(0, 3))]
    lines += ["targets:"] if targets else []
    for unit, indicator in targets:
        target = Fraction(rng.randint(0, 20000), 100)
        of = f'unit: "{unit}", ' if unit is not None else ""
        lines.append(f"  - {{{of}indicator: {indicator.code}, target: {published(target, 2)}}}")
        if unit is None:
            indicator.target = target
        else:
            case.targets[unit, indicator.code] = target
    excluded = set(rng.sample(competing, rng.randint(0, min(2, len(competing)))))
    lines += ["exclude: [" + ", ".join(f'"{unit}"' for unit in sorted(excluded)) + "]"] if excluded else []
    return "\n".join(lines) + "\n", excluded


def expected(case, period, excluded):
    score.competing = lambda *words: [unit for unit in COMPETING(*words) if unit not in excluded]
    try:
        cells = Cells(case)
        clusters = ranking.compute(case, cells, rollup.compute(case, cells, period), period)
        classes = [entry.code for entry in case.campaign.classes]
        lines = [f"rank,{r.unit},{r.rank or 0},{published(r.total, 2)},"
                 f"{'' if r.class_index is None else classes[r.class_index]},{';'.join(r.reasons)}"
                 for cluster in clusters for r in cluster.results]
        found = awards.compute(case, clusters)
        return lines + sorted(f"award,{award.code},{c.id},{c.decision}" for award, candidates in found for c in candidates)
    finally:
        score.competing = COMPETING


def one(seed):
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as directory:
        generate.generate(seed, directory, ("ties", "rules", None)[seed % 3])
        case = cases.load(directory)
        period = rng.choice(case.campaign.periods)
        if not case.tree.exists(case.campaign.owner, case.last_day(period)):
            return 0
        text, excluded = ask(rng, case, period)
        file = os.path.join(directory, "what-if.yaml")
        with open(file, "w", encoding="utf-8") as out:
            out.write(text)
        done = subprocess.run([TOOL, directory, "what-if.yaml", "--period", period], capture_output=True, text=True,
                              cwd=directory)
        if done.returncode != 0:
            print(f"seed {seed}, {period}: {done.stderr}{text}")
            return 1
        got = done.stdout.splitlines()
        got = [line for line in got if line.startswith("rank")] + sorted(line for line in got if line.startswith("award"))
        wanted = expected(case, period, excluded)
    if got != wanted:
        print(f"seed {seed}, {period}:\n{text}", *(f"naive {a}\ncore  {b}" for a, b in zip(wanted, got) if a != b), sep="\n")
    return got != wanted


def main():
    if not os.path.exists(TOOL):
        print("skipped: thidua-what-if is not built")
        sys.exit(77)
    found = sum(one(seed) for seed in range(FIRST, FIRST + COUNT))
    print(f"seeds {FIRST} to {FIRST + COUNT - 1}: {found} differences")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
