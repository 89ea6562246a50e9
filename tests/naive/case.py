"""Reads a case directory: units.csv, campaign.yaml and the other files of semantics.md, section 8.

"Every value is text until the field says otherwise": YAML goes through BaseLoader.
"""
import csv
import datetime
import io
import os
import unicodedata
from types import SimpleNamespace

import yaml

import periods
from figures import parse, parse_optional
from tree import Tree


def read_text(path):
    """ "Input is UTF-8 (a BOM is taken), brought to NFC" """
    with open(path, encoding="utf-8-sig", newline="") as file:
        return unicodedata.normalize("NFC", file.read())


def read_csv(path):
    """ "CSV as RFC 4180, LF or CRLF"; a file that is not there has no rows."""
    if not os.path.exists(path):
        return []
    return list(csv.DictReader(io.StringIO(read_text(path), newline=""), strict=True))


def steps(rows):
    return [
        SimpleNamespace(
            completion=parse_optional(row.get("from")),
            value=parse_optional(row.get("value")),
            points=parse(row["points"]),
            beyond=row.get("beyond") == "true",
        )
        for row in rows
    ]


def numbers(record):
    """A nested record such as `deduct: {per: 1, points: 0.5, count: started}`; words stay words."""
    words = ("count", "steps")
    return SimpleNamespace(
        **{key: value if key in words else parse(value) for key, value in record.items()}
    )


def bonus(record):
    if record is None:
        return None
    if "steps" in record:
        return SimpleNamespace(kind="steps", steps=steps(record["steps"]))
    if "per_case" in record:  # {per_case: b, max: B}
        return SimpleNamespace(
            kind="per_case", points=parse(record["per_case"]), max=parse_optional(record.get("max"))
        )
    return SimpleNamespace(
        kind="per",
        per=parse(record["per"]),
        points=parse(record["points"]),
        max=parse_optional(record.get("max")),
    )


def indicator(record):
    rule = record.get("rule", "proportional")
    return SimpleNamespace(
        code=record["code"],
        kind=record["kind"],
        points=parse(record["points"]),
        time="stock" if record["kind"] in ("yes_no", "assessed") else record["time"],
        measure=record.get("measure", "level"),
        better=record.get("better", "more"),
        reported_by=record.get("reported_by"),
        decimals=int(record.get("decimals", "2")),
        target=parse_optional(record.get("target")),
        score_against=parse_optional(record.get("score_against")),
        min=parse_optional(record.get("min")),
        max=parse_optional(record.get("max")),
        may_exceed=record.get("may_exceed") == "true",
        coverage_min=parse_optional(record.get("coverage_min")),
        rule=rule,
        floor=parse(record.get("floor", "0")),
        steps=steps(record.get("steps", [])),
        deduct=numbers(record.get("deduct", {})),
        per_case=numbers(record.get("per_case", {})),
        linear=numbers(record.get("linear", {})),
        half=parse(record.get("leader", {}).get("half", "50")),
        bonus=bonus(record.get("bonus")),
    )


def quota(record):
    if record is None:
        return None
    return SimpleNamespace(
        count=int(record["count"]) if "count" in record else None,
        percent=parse_optional(record.get("percent")),
        of=record.get("of"),
        round=record.get("round", "floor"),
    )


def award(record):
    return SimpleNamespace(
        code=record["code"],
        to=record["to"],
        form=record.get("form", "regular"),
        quota=quota(record.get("quota")),
        tie_at_cut=record.get("tie_at_cut", "council"),
        total_min=parse_optional(record.get("total_min")),
        rank_max=int(record["rank_max"]) if "rank_max" in record else None,
        class_min=record.get("class_min"),
        requires_met=record.get("requires_met", []),
        votes_min=parse_optional(record.get("votes_min")),
        score_min=parse_optional(record.get("score_min")),
        requires=record.get("requires", []),
        direct_share_min=parse_optional(record.get("direct_share_min")),
    )


def campaign(record):
    disqualify = record.get("disqualify", {})
    late = record.get("late")
    return SimpleNamespace(
        owner=record["owner"],
        office_level=record["office_level"],
        competitor_level=record["competitors"].get("level"),
        competitor_units=record["competitors"].get("units"),
        periods=periods.between(record["from"], record["to"]),
        baseline=record.get("baseline"),
        period_end_day=int(record["period_end_day"]) if "period_end_day" in record else None,
        due_days=int(record["due_days"]) if "due_days" in record else None,
        count_unverified=record.get("count_unverified") == "true",
        indicators=[indicator(entry) for entry in record["indicators"]],
        clusters=[
            SimpleNamespace(code=entry["code"], units=entry["units"])
            for entry in record.get("clusters", [])
        ],
        groups=[
            SimpleNamespace(codes=entry["indicators"], max=parse(entry["max"]))
            for entry in record.get("groups", [])
        ],
        bonus_max=parse_optional(record.get("bonus_max")),
        adjust_min=parse_optional(record.get("adjust_min")),
        adjust_max=parse_optional(record.get("adjust_max")),
        not_applicable=record.get("not_applicable", "rescale"),
        adjustments=[
            SimpleNamespace(
                code=entry["code"],
                points=parse(entry["points"]),
                max_times=int(entry["max_times"]) if "max_times" in entry else None,
                class_at_most=entry.get("class_at_most"),
            )
            for entry in record.get("adjustments", [])
        ],
        late=None
        if late is None
        else SimpleNamespace(
            points=parse(late["points"]),
            max_times=int(late["max_times"]) if "max_times" in late else None,
        ),
        classes=[
            SimpleNamespace(
                code=entry["code"],
                start=parse(entry["from"]),
                requires_met=entry.get("requires_met", []),
                min_share=parse_optional(entry.get("min_share")),
                no_zero=entry.get("no_zero") == "true",
            )
            for entry in record.get("classes", [])
        ],
        tie_break=record.get("tie_break", []),
        missing_over=int(disqualify["missing_over"]) if "missing_over" in disqualify else None,
        not_met=disqualify.get("not_met", []),
        disqualifying=disqualify.get("adjustment", []),
        awards=[award(entry) for entry in record.get("awards", [])],
    )


def result_rows(directory, cut):
    """All rows of results/*.csv, file by file in name order. With an input cut only the files
    accepted before that instant: "exactly the entries accepted before that instant". A file
    without acceptance time was always there."""
    accepted = {
        row["file"]: datetime.datetime.fromisoformat(row["accepted_at"])
        for row in read_csv(os.path.join(directory, "accepted.csv"))
    }
    folder = os.path.join(directory, "results")
    rows = []
    for name in sorted(os.listdir(folder), key=str.encode) if os.path.isdir(folder) else []:
        if not name.endswith(".csv"):
            continue
        at = accepted.get(name)
        if at is not None and cut is not None and at >= cut:
            continue
        for row in read_csv(os.path.join(folder, name)):
            rows.append(
                SimpleNamespace(
                    at=at,
                    period=row["period"],
                    unit=row["unit"],
                    indicator=row["indicator"],
                    value=parse_optional(row["value"]),
                    denominator=parse_optional(row["denominator"]),
                    state=row["state"],
                )
            )
    return rows


def load(directory, cut=None):
    """The whole input of a run; `cut` is its instant (an aware datetime) or None."""

    def records(name):
        return read_csv(os.path.join(directory, name))

    given = campaign(
        yaml.load(read_text(os.path.join(directory, "campaign.yaml")), Loader=yaml.BaseLoader)
    )
    return SimpleNamespace(
        campaign=given,
        cut=cut,
        tree=Tree(records("units.csv")),
        targets={
            (row["unit"], row["indicator"]): parse(row["target"]) for row in records("targets.csv")
        },
        adjustments=[
            (row["unit"], row["code"], int(row["times"])) for row in records("adjustments.csv")
        ],
        nominations=records("nominations.csv"),
        decisions={
            (row["award"], row["recipient"]): row["decision"] for row in records("decisions.csv")
        },
        rows=result_rows(directory, cut),
        last_day=lambda period: periods.last_day(period, given.period_end_day),
    )
