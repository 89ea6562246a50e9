"""Checks that a generated case is valid input: what the system refuses must not come out of
generate.py."""
import csv
import datetime
import io
import os

import case as cases
from cells import Cells
from figures import parse

ONE_DAY = datetime.timedelta(days=1)
LIMIT = 10**11


def check_tree(tree):
    for code, rows in tree.rows.items():
        for row, following in zip(rows, rows[1:] + [None]):
            assert row.first <= row.last and row.level == rows[0].level, code
            assert following is None or (
                row.last < following.first and row.merged_into is None
            ), code
            if row.parent is None:
                continue
            parents = tree.rows[row.parent]
            assert any(p.first <= row.first for p in parents) and any(
                p.last >= row.last for p in parents
            ), code
            # no gap of the parent inside the row
            for before, after in zip(parents, parents[1:]):
                assert (
                    after.first == before.last + ONE_DAY or not row.first <= before.last < row.last
                ), code
        heir = rows[-1].merged_into
        if heir is not None:
            assert tree.level(heir) == rows[0].level and tree.exists(
                heir, rows[-1].last + ONE_DAY
            ), code


def check_cell(case, cells, specs, row):
    """One row of a results file; `specs`: code -> (indicator, its record in the campaign file)."""
    indicator, record = specs[row["indicator"]]
    period, unit = row["period"], row["unit"]
    assert period in case.campaign.periods or period == case.campaign.baseline
    day = case.last_day(period)
    if indicator.kind == "assessed":
        assert period != case.campaign.baseline and case.tree.below(unit, case.campaign.owner, day)
    elif period == case.campaign.baseline:
        assert case.tree.level(unit) == indicator.reported_by
    else:
        assert cells.expected_leaf(indicator, unit, day)
    assert row["state"] in ("", "na", "withdraw") or (row["state"], indicator.kind) == (
        "verified",
        "assessed",
    )
    if row["state"] in ("na", "withdraw") or row["value"] == "":
        assert row["value"] == row["denominator"] == "" and row["state"] != "verified"
        return
    value = parse(row["value"])
    assert abs(value) <= LIMIT and len(row["value"].partition(".")[2]) <= 4
    assert (row["denominator"] != "") == (indicator.kind in ("ratio", "mean"))
    if row["denominator"]:
        denominator = parse(row["denominator"])
        assert 0 <= denominator <= LIMIT
        assert (
            indicator.kind != "ratio" or value <= denominator or record.get("may_exceed") == "true"
        )
    assert indicator.kind != "yes_no" or value in (0, 1)
    assert indicator.kind != "assessed" or 0 <= value <= indicator.points
    assert "min" not in record or value >= parse(record["min"])
    assert "max" not in record or value <= parse(record["max"])


def check_file(case, cells, specs, name, rows):
    """Each file is of one office: that of the cell's tree or one that continues it."""
    office, keys = name[: -len(".csv")].partition("-")[2], set()
    for row in rows:
        check_cell(case, cells, specs, row)
        key = row["period"], row["unit"], row["indicator"]
        assert key not in keys, (name, key)
        keys.add(key)
        if office.endswith("hoi-dong"):
            continue
        day = case.last_day(row["period"])
        day = (
            case.tree.clamped(row["unit"], day) if row["period"] == case.campaign.baseline else day
        )
        known = case.tree.office(row["unit"], day, case.campaign.office_level)
        while known is not None and not office.endswith("-" + known):
            known = case.tree.merged_into(known)
        assert known is not None, (name, key)


def check(directory):
    case = cases.load(directory)
    with open(os.path.join(directory, "campaign.yaml"), encoding="utf-8") as file:
        given = cases.yaml.load(file, Loader=cases.yaml.BaseLoader)
    specs = {
        i.code: (i, record) for i, record in zip(case.campaign.indicators, given["indicators"])
    }
    check_tree(case.tree)
    cells = Cells(case)
    folder = os.path.join(directory, "results")
    for name in sorted(os.listdir(folder)):
        rows = list(
            csv.DictReader(
                io.StringIO(cases.read_text(os.path.join(folder, name)), newline=""), strict=True
            )
        )
        check_file(case, cells, specs, name, rows)
    assert len(set(case.targets)) == len(cases.read_csv(os.path.join(directory, "targets.csv")))
    for entry in case.campaign.clusters:
        assert all(case.tree.level(unit) == case.tree.level(entry.units[0]) for unit in entry.units)
    for period in case.campaign.periods:
        assert case.tree.exists(case.campaign.owner, case.last_day(period))
