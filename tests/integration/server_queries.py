#!/usr/bin/env python3
"""Queries against a campaign that is small enough to be worked out by hand: two communes that differ
by half a point, one that has reported next to nothing, a village that was merged into its neighbour.
"""

import csv
import io
import pathlib
import sys
from decimal import Decimal

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from thidua_test import SOURCE, Stack, equal, succeeded  # noqa: E402

CAMPAIGN = "small"
UNITS = """code,name,level,parent,valid_from,valid_to,merged_into
D,Huyện,district,,,,
X1,Xã Một,commune,D,,,
X2,Xã Hai,commune,D,,,
X3,"Xã Ba, mới",commune,D,,,
v1,Thôn 1,village,X1,,,
v2,Thôn 2,village,X1,,,
v3,Thôn 3,village,X2,,,
v4,Thôn 4,village,X3,,,
v5,Thôn 5,village,X2,,2022-03-31,v3
"""
RULES = """campaign: small
name: Phong trào
owner: D
office_level: commune
competitors: {level: commune}
reporting: quarter
from: 2022-Q1
to: 2022-Q2
baseline: 2021
due_days: 10
indicators:
  - {code: FOOD, name: Lương thực, kind: amount, time: flow, reported_by: village, decimals: 1, target: 20, points: 10}
  - code: POOR
    name: Hộ nghèo
    kind: ratio
    time: stock
    measure: decrease
    reported_by: village
    target: 2
    points: 10
    rule: steps
    steps: [{from: 100, points: 10}, {from: 50, points: 5}]
  - {code: INCOME, name: Thu nhập, kind: mean, time: stock, reported_by: village, decimals: 1, target: 40, points: 10, rule: all_or_nothing}
  - {code: CULT, name: Văn hóa, kind: yes_no, time: stock, reported_by: village, decimals: 0, target: 100, points: 0}
  - {code: REFORM, name: Cải cách, kind: assessed, points: 5}
adjustments:
  - {code: MODEL, name: Mô hình, points: 1, max_times: 2}
late: {points: -0.5, max_times: 1}
classes:
  - {code: A, name: Tốt, from: 30, requires_met: [INCOME]}
  - {code: B, name: Khá, from: 10}
tie_break: [met_count]
awards:
  - {code: FLAG, name: Cờ, to: unit, quota: {count: 1}, rank_max: 1}
"""
ADJUSTMENTS = """unit,code,times,reason
X1,MODEL,2,Nhân rộng; lần đầu
X1,MODEL,1,Lần sau
"""
HEADER = "period,unit,indicator,value,denominator,state,note\n"
WRONG = "2022-Q1,v1,FOOD,5,,,\n"
RESULTS = """2021,v1,POOR,12,100,,
2021,v3,POOR,25,100,,
2021,v5,POOR,6,50,,
2022-Q1,v1,FOOD,5.5,,,
2022-Q1,v1,POOR,10,100,,
2022-Q1,v1,INCOME,38.5,100,,
2022-Q1,v1,CULT,1,,,
2022-Q1,v2,FOOD,4.5,,,
2022-Q1,v2,POOR,,,na,
2022-Q1,v2,INCOME,41.5,300,,
2022-Q1,v2,CULT,0,,,
2022-Q1,v3,FOOD,6,,,
2022-Q1,v3,POOR,20,100,,
2022-Q1,v3,INCOME,40,100,,
2022-Q1,v3,CULT,1,,,
2022-Q1,v5,FOOD,2,,,
2022-Q1,v5,POOR,5,50,,
2022-Q1,v5,CULT,1,,,
2022-Q1,v4,FOOD,3,,,
2022-Q1,X1,REFORM,4,,,
2022-Q2,X1,REFORM,3.5,,verified,
2022-Q2,X2,REFORM,5,,verified,
2022-Q2,v1,FOOD,10,,,
2022-Q2,v1,POOR,8,100,,
2022-Q2,v2,CULT,1,,,
2022-Q2,v3,FOOD,12.25,,,
"""
LATER = "2022-Q2,v2,FOOD,100,,,\n"
# Two that are told apart only by what is lost in rounding.
CLOSE = """campaign: close
owner: D
office_level: commune
competitors: {units: [X1, X2]}
reporting: year
from: 2022
to: 2022
indicators:
  - {code: E, kind: amount, time: flow, reported_by: commune, target: 30000, points: 0}
tie_break: [met_count, "indicator:E"]
"""
CLOSE_RESULTS = "2022,X1,E,1.0001,,,\n2022,X2,E,1,,,\n"
ROLLUP_X1 = """2022-Q2,period,X1,commune,FOOD,10,,10.0,1,2,0,1,,,
2022-Q2,period,X1,commune,POOR,8,100,4.00,1,2,0,1,,,
2022-Q2,period,X1,commune,INCOME,,,,0,2,0,2,,,
2022-Q2,period,X1,commune,CULT,1,2,50,1,2,0,1,,,
2022-Q2,to_date,X1,commune,FOOD,20,,20.0,2,2,0,0,20,100.00,yes
2022-Q2,to_date,X1,commune,POOR,8,100,4.00,1,1,1,0,2,200.00,yes
2022-Q2,to_date,X1,commune,INCOME,16300,400,40.8,2,2,0,0,40,101.88,yes
2022-Q2,to_date,X1,commune,CULT,2,2,100,2,2,0,0,100,100.00,yes
"""
SCORES = """period,unit,indicator,value,target,completion,met,points,bonus,max,note
2022-Q2,X1,FOOD,20.0,20,100.00,yes,10.00,0.00,10.00,
2022-Q2,X1,POOR,4.00,2,200.00,yes,10.00,0.00,10.00,
2022-Q2,X1,INCOME,40.8,40,101.88,yes,10.00,0.00,10.00,
2022-Q2,X1,CULT,100,100,100.00,yes,0.00,0.00,0.00,
2022-Q2,X1,REFORM,3.50,,,,3.50,0.00,5.00,
2022-Q2,X2,FOOD,20.3,20,101.25,yes,10.00,0.00,10.00,
2022-Q2,X2,POOR,4.00,2,200.00,yes,10.00,0.00,10.00,
2022-Q2,X2,INCOME,40.0,40,100.00,yes,10.00,0.00,10.00,
2022-Q2,X2,CULT,100,100,100.00,yes,0.00,0.00,0.00,
2022-Q2,X2,REFORM,5.00,,,,5.00,0.00,5.00,
2022-Q2,X3,FOOD,3.0,20,15.00,no,1.50,0.00,10.00,
2022-Q2,X3,POOR,,2,,,0.00,0.00,10.00,missing
2022-Q2,X3,INCOME,,40,,,0.00,0.00,10.00,missing
2022-Q2,X3,CULT,,100,,,0.00,0.00,0.00,missing
2022-Q2,X3,REFORM,,,,,0.00,0.00,5.00,missing
"""
RANKING = """period,cluster,rank,unit,name,total,met_count,points,bonus,adjustments,class,eligible,reasons
2022-Q2,,1,X1,Xã Một,35.00,4,33.50,0.00,1.50,A,yes,
2022-Q2,,2,X2,Xã Hai,34.50,4,35.00,0.00,-0.50,A,yes,
2022-Q2,,3,X3,"Xã Ba, mới",1.00,0,1.50,0.00,-0.50,,yes,
"""
AWARDS = """award,recipient,kind,unit,rank,decision,reasons
FLAG,X1,unit,X1,1,awarded,
FLAG,X2,unit,X2,2,not awarded,rank_max
FLAG,X3,unit,X3,3,not awarded,rank_max
"""
FORM_Q1 = ["X2,REFORM", "v3,FOOD", "v3,POOR", "v3,INCOME", "v3,CULT", "v5,FOOD", "v5,POOR", "v5,INCOME", "v5,CULT"]
REFUSED, NOT_FOUND = 1, 3


def file_of(stack, name, text):
    path = stack.top / name
    path.write_text(text, encoding="utf-8")
    return path


def show(stack, *words, env=None):
    """The table as CSV text."""
    return succeeded(stack.thidua(*words, "--csv", env=env)).stdout


def rows(stack, *words, env=None):
    return list(csv.DictReader(io.StringIO(show(stack, *words, env=env))))


def of(row, *columns):
    return tuple(row[column] for column in columns)


def refused(stack, exit_code, *words, env=None):
    done = stack.thidua(*words, env=env)
    equal(done.returncode, exit_code, f"exit code of {words}: {done.stderr}")


def load(stack):
    succeeded(stack.thidua("unit", "load", file_of(stack, "units.csv", UNITS)))
    succeeded(stack.thidua("campaign", "load", file_of(stack, "campaign.yaml", RULES)))
    succeeded(stack.thidua("adjust", "load", CAMPAIGN, file_of(stack, "adjustments.csv", ADJUSTMENTS)))
    for number, text in enumerate((WRONG, RESULTS)):
        path = file_of(stack, f"results-{number}.csv", HEADER + text)
        succeeded(stack.thidua("submit", CAMPAIGN, path, "--wait"))


def try_before_the_first_run(stack):
    refused(stack, NOT_FOUND, "show", "rollup", CAMPAIGN)
    refused(stack, NOT_FOUND, "explain", CAMPAIGN, "X1")
    refused(stack, NOT_FOUND, "run", "show", "1")
    equal(rows(stack, "run", "list"), [], "runs")


def try_figures(stack):
    header = "period,scope,unit,level,indicator,numerator,denominator,value,reported,expected,na,missing," \
             "target,completion,met\n"
    equal(show(stack, "show", "rollup", CAMPAIGN, "--unit", "X1"), header + ROLLUP_X1, "rollup of X1")
    equal(show(stack, "show", "rollup", CAMPAIGN, "2022-Q2", "--unit", "X1", "--scope", "to_date"),
          header + "".join(ROLLUP_X1.splitlines(True)[4:]), "rollup of X1 to date")
    whole = rows(stack, "show", "rollup", CAMPAIGN)
    keys = [of(row, "scope", "unit") for row in whole]
    equal(keys, sorted(keys), "order of the rollup")
    equal(len(whole), 2 * 4 * 8, "rows of the rollup")
    equal([row["numerator"] for row in whole if of(row, "unit", "indicator", "scope") == ("D", "FOOD", "to_date")],
          ["43.25"], "the district's grain")
    equal(show(stack, "show", "scores", CAMPAIGN), SCORES, "scores")
    equal(show(stack, "show", "ranking", CAMPAIGN), RANKING, "ranking")
    equal(show(stack, "show", "awards", CAMPAIGN), AWARDS, "awards")
    equal(show(stack, "show", "ranking", CAMPAIGN, "--unit", "X2").splitlines()[1:], [RANKING.splitlines()[2]],
          "ranking of one")
    equal(rows(stack, "show", "uncounted", CAMPAIGN), [], "uncounted")


def try_refusals(stack):
    refused(stack, NOT_FOUND, "show", "ranking", "no-such-campaign")
    refused(stack, NOT_FOUND, "show", "ranking", CAMPAIGN, "2023-Q1")
    refused(stack, NOT_FOUND, "show", "ranking", CAMPAIGN, "2022-Q1")
    refused(stack, NOT_FOUND, "show", "ranking", CAMPAIGN, "--run", "99")
    refused(stack, NOT_FOUND, "show", "scores", CAMPAIGN, "--unit", "nobody")
    refused(stack, NOT_FOUND, "trace", CAMPAIGN, "X1", "NOTHING")
    refused(stack, NOT_FOUND, "trace", CAMPAIGN, "v1", "REFORM2")
    refused(stack, NOT_FOUND, "explain", CAMPAIGN, "v1")


def try_work(stack, run):
    shown = rows(stack, "run", "show", run)[0]
    equal(of(shown, "run", "campaign", "period", "cause", "state", "shown", "reason", "uncounted"),
          (run, CAMPAIGN, "2022-Q2", "demand", "PUBLISHED", "yes", "", "0"), "the run")
    equal(shown["jobs"], shown["jobs_done"], "jobs done")
    equal(len(shown["output_digest"]), 64, "digits of the digest")
    equal([of(row, "run", "state") for row in rows(stack, "run", "list", CAMPAIGN)], [(run, "PUBLISHED")], "runs")
    equal(rows(stack, "job", "list"), [], "jobs that are open")
    jobs = rows(stack, "job", "list", "--run", run)
    equal({row["state"] for row in jobs}, {"DONE"}, "states of the run's jobs")
    equal(str(len(jobs)), shown["jobs"], "number of jobs")
    campaign = rows(stack, "campaign", "list")[0]
    equal(of(campaign, "campaign", "owner", "reporting", "from", "to", "current", "run", "period"),
          (CAMPAIGN, "D", "quarter", "2022-Q1", "2022-Q2", "2022-Q2", run, "2022-Q2"), "the campaign")
    equal({row["role"] for row in rows(stack, "key", "list")}, {"admin", "worker"}, "roles of the keys")


def try_forms(stack):
    equal(show(stack, "form", CAMPAIGN, "X2", "2022-Q1"),
          HEADER + "".join(f"2022-Q1,{row},,,,\n" for row in FORM_Q1), "form")
    equal(len(rows(stack, "form", CAMPAIGN, "X2", "2022-Q2")), 5, "rows of a form after the merger")
    equal(show(stack, "form", CAMPAIGN, "X2", "2021"), HEADER + "2021,v3,POOR,,,,\n2021,v5,POOR,,,,\n", "baseline")
    equal(len(rows(stack, "form", CAMPAIGN, "D", "2022-Q1")), 3 + 5 * 4, "rows of the district's form")
    refused(stack, NOT_FOUND, "form", CAMPAIGN, "v5", "2022-Q2")


def try_missing(stack):
    offices = rows(stack, "missing", CAMPAIGN, "2022-Q2")
    # Today is long after the due time. v1 and v3 (with v5) are complete, v2 misses one cell, v4 all four.
    equal([of(row, "office", "expected", "on_time", "late", "missing", "cells_missing", "office_late") for row in offices],
          [("X1", "2", "0", "1", "1", "1", "yes"), ("X2", "1", "0", "1", "0", "0", "yes"),
           ("X3", "1", "0", "0", "1", "4", "yes")], "missing by office")
    equal([row["handed_in"] != "" for row in offices], [True, True, False], "handed in")
    equal([of(row, "office", "unit", "indicator", "scope") for row in rows(stack, "missing", CAMPAIGN, "--unit", "X1")],
          [("X1", "v2", "FOOD", "period")], "missing of X1")
    everywhere = rows(stack, "missing", CAMPAIGN, "--unit", "D")
    equal([of(row, "unit", "indicator") for row in everywhere],
          [("v2", "FOOD"), ("v4", "FOOD"), ("v4", "POOR"), ("v4", "INCOME"), ("v4", "CULT")], "missing of D")
    equal(len(everywhere), sum(int(row["cells_missing"]) for row in offices), "what is missing in all")


def section(table, name):
    return [row for row in table if row["section"] == name]


def try_explain(stack):
    table = rows(stack, "explain", CAMPAIGN, "X1")
    equal(of(section(table, "rank")[0], "item", "points", "detail"), ("X1", "35.00", "rank:1;of:3;class:A"), "rank")
    equal([of(row, "item", "points", "detail") for row in section(table, "below")], [("X2", "34.50", "rank:2;gap:-0.50")],
          "below")
    lines = section(table, "indicator")
    equal([of(row, "item", "numerator", "denominator", "points") for row in lines],
          [("FOOD", "20", "", "10.00"), ("POOR", "8", "100", "10.00"), ("INCOME", "16300", "400", "10.00"),
           ("CULT", "2", "2", "0.00"), ("REFORM", "", "", "3.50")], "lines")
    equal(lines[1]["detail"], "steps;from:100=10;from:50=5;decrease;baseline:12/100", "a rule in words")
    equal([of(row, "item", "points") for row in section(table, "sum")],
          [("points", "33.50"), ("counted", "33.50"), ("adjustments", "1.50"), ("total", "35.00")], "sums")
    equal([of(row, "item", "points", "note", "detail") for row in section(table, "adjustment")],
          [("MODEL", "2.00", "capped", "each:1;times:3;max_times:2"),
           ("late", "-0.50", "capped", "each:-0.5;times:2;max_times:1")], "adjustments")
    equal([of(row, "item", "name", "detail") for row in section(table, "late")],
          [("2022-Q1", "Xã Một", "X1"), ("2022-Q2", "Xã Một", "X1")], "late periods")
    equal([row["name"] for row in section(table, "reason")], ["Lần sau", "Nhân rộng; lần đầu"], "reasons")
    equal([of(row, "item", "note", "detail") for row in section(table, "award")], [("FLAG", "awarded", "rank:1")], "award")

    equal(section(table, "pass"), [], "nobody is above")
    # X2 has all the points that there are: nothing of its own brings it before X1.
    passing = section(rows(stack, "explain", CAMPAIGN, "X2"), "pass")
    equal([of(row, "item", "note", "detail") for row in passing],
          [("", "", "no single change suffices")], "passing X1")

    table = rows(stack, "explain", CAMPAIGN, "X3")
    equal([of(row, "item", "note") for row in section(table, "pass")],
          [("", ""), ("POOR", "no figure"), ("INCOME", "no figure"), ("CULT", "no figure"), ("REFORM", "no figure")],
          "passing X2")
    equal([of(row, "item", "met", "detail") for row in section(table, "class")],
          [("A", "no", "from:30;requires_met:INCOME"), ("B", "no", "from:10")], "classes")
    equal([row["detail"] for row in section(table, "indicator")][1:3],
          ["reported:0/1;steps;from:100=10;from:50=5;decrease;baseline:0/0", "reported:0/1;all_or_nothing"], "missing")
    equal([of(row, "note", "detail") for row in section(table, "award")], [("not awarded", "rank_max:1;rank:3")], "award")


def try_trace(stack):
    columns = ("section", "unit", "period", "numerator", "denominator", "counts", "note")
    table = rows(stack, "trace", CAMPAIGN, "X2", "POOR")
    equal([of(row, *columns) for row in table],
          [("figure", "X2", "2022-Q2", "25", "150", "", ""),
           ("figure", "v3", "2022-Q2", "25", "150", "", ""),
           ("baseline", "v3", "2021", "25", "100", "yes", ""),
           ("entry", "v3", "2022-Q1", "20", "100", "yes", ""),
           ("baseline", "v5", "2021", "6", "50", "yes", ""),
           ("entry", "v5", "2022-Q1", "5", "50", "yes", ""),
           ("sum", "X2", "2021", "31", "150", "", "baseline"),
           ("sum", "X2", "2022-Q2", "25", "150", "", "")], "trace of X2's poor households")
    # 31/150 = 20.67 %, 25/150 = 16.67 %: 4.00 percentage points fewer.
    equal([row["value"] for row in section(table, "sum")], ["20.67", "4.00"], "values of the sums")
    equal({of(row, "sender", "role") for row in table if row["section"] in ("entry", "baseline")}, {("administrator", "admin")},
          "sender")
    equal([of(row, *columns) for row in rows(stack, "trace", CAMPAIGN, "v1", "FOOD")],
          [("figure", "v1", "2022-Q2", "15.5", "", "", ""),
           ("entry", "v1", "2022-Q1", "5", "", "no", "replaced"),
           ("entry", "v1", "2022-Q1", "5.5", "", "yes", ""),
           ("entry", "v1", "2022-Q2", "10", "", "yes", ""),
           ("sum", "v1", "2022-Q2", "15.5", "", "", "")], "trace of a correction")
    equal([of(row, "section", "value", "state", "counts") for row in rows(stack, "trace", CAMPAIGN, "X1", "REFORM")],
          [("figure", "3.50", "", ""), ("entry", "4", "", "no"), ("entry", "3.5", "verified", "yes")], "assessed")
    # INCOME: v1 38.5 × 100, v2 41.5 × 300, v3 40 × 100 make 20300/500 = 40.6.
    equal([of(row, "numerator", "denominator", "value") for row in section(rows(stack, "trace", CAMPAIGN, "D", "INCOME"), "sum")],
          [("20300", "500", "40.6")], "sum of a mean")
    # CULT: v1, v2, v3 with the merged v5 (both yes: one yes) of four villages, v4 says nothing.
    equal([of(row, "numerator", "denominator", "value") for row in section(rows(stack, "trace", CAMPAIGN, "D", "CULT"), "sum")],
          [("3", "4", "75")], "sum of yes and no")
    # Of the second quarter alone; X1's fall is 12.00 - 8.00. v2 says nothing then.
    table = rows(stack, "trace", CAMPAIGN, "X1", "POOR", "--scope", "period")
    equal([of(row, *columns) for row in table],
          [("figure", "X1", "2022-Q2", "8", "100", "", ""),
           ("figure", "v1", "2022-Q2", "8", "100", "", ""),
           ("baseline", "v1", "2021", "12", "100", "yes", ""),
           ("entry", "v1", "2022-Q2", "8", "100", "yes", ""),
           ("figure", "v2", "2022-Q2", "", "", "", ""),
           ("sum", "X1", "2021", "12", "100", "", "baseline"),
           ("sum", "X1", "2022-Q2", "8", "100", "", "")], "trace of the second quarter")
    equal([row["value"] for row in section(table, "sum")], ["12.00", "4.00"], "values of the quarter's sums")
    for scope in ("period", "to_date"):
        figures = {of(row, "unit", "indicator"): of(row, "numerator", "denominator", "value")
                   for row in rows(stack, "show", "rollup", CAMPAIGN, "--scope", scope)}
        for unit in ("D", "X1", "X2", "X3", "v3"):
            for indicator in ("FOOD", "POOR", "INCOME", "CULT"):
                table = rows(stack, "trace", CAMPAIGN, unit, indicator, "--scope", scope)
                adds_up(table, f"{indicator} of {unit}, {scope}")
                equal(of(table[0], "numerator", "denominator", "value"), figures[(unit, indicator)],
                      f"{indicator} of {unit}, {scope}: the rollup's figure")
    equal(rows(stack, "trace", CAMPAIGN, "D", "FOOD"), rows(stack, "trace", CAMPAIGN, "D", "FOOD", "--scope", "to_date"),
          "without a scope it is to date")
    try_times(stack)


def try_times(stack):
    """Entries are shown with the time at which their submission was accepted, as the clock says it there."""
    stored = {number: (order, at) for number, order, at in stack.sql(
        "SELECT id, accepted, to_char(accepted_at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD HH24:MI:SS')"
        " FROM thidua.submission")}
    shown = [row for row in rows(stack, "trace", CAMPAIGN, "D", "FOOD") if row["section"] == "entry"]
    equal(len(shown), 8, "entries of FOOD, the one replaced among them")
    equal([of(row, "accepted", "accepted_at") for row in shown], [stored[row["submission"]] for row in shown],
          "times of acceptance")


def adds_up(table, what):
    """The last row is the figure that the first one shows."""
    figures = ("unit", "period", "numerator", "denominator", "value", "note")
    equal((table[0]["section"], table[-1]["section"]), ("figure", "sum"), what)
    equal(of(table[-1], *figures), of(table[0], *figures), what)
    entries = [row for row in table if row["section"] == "entry" and row["counts"] == "yes"]
    if "CULT" not in what:  # two villages that count as one say yes once
        equal(sum(Decimal(row["numerator"] or 0) for row in entries), Decimal(table[0]["numerator"] or 0), what)


def try_after_the_cut(stack):
    """What comes after the run changes who is missing, not what was published."""
    succeeded(stack.thidua("submit", CAMPAIGN, file_of(stack, "later.csv", HEADER + LATER), "--wait"))
    equal([of(row, "period", "counts", "note") for row in rows(stack, "trace", CAMPAIGN, "v2", "FOOD")[1:-1]],
          [("2022-Q1", "yes", ""), ("2022-Q2", "no", "after_cut")], "trace")
    equal(rows(stack, "missing", CAMPAIGN, "--unit", "X1"), [], "missing of X1")
    equal(show(stack, "show", "ranking", CAMPAIGN), RANKING, "ranking")


def key_for(stack, role, unit):
    file = stack.directory / "keys" / f"{role}.key"
    public = succeeded(stack.thidua("key", "new", "--file", file)).stdout.strip()
    succeeded(stack.thidua("key", "add", public, "--role", role, "--unit", unit, "--name", role))
    return {"THIDUA_KEY_FILE": str(file)}


def try_reach(stack):
    clerk, officer = key_for(stack, "clerk", "X1"), key_for(stack, "officer", "D")
    equal({row["unit"] for row in rows(stack, "show", "rollup", CAMPAIGN, env=clerk)}, {"X1", "v1", "v2"}, "a clerk's")
    equal({row["unit"] for row in rows(stack, "show", "scores", CAMPAIGN, env=clerk)}, {"X1"}, "a clerk's scores")
    equal([row["office"] for row in rows(stack, "missing", CAMPAIGN, env=clerk)], ["X1"], "a clerk's office")
    equal(show(stack, "show", "ranking", CAMPAIGN, env=clerk), RANKING, "a clerk's ranking")
    equal(show(stack, "show", "awards", CAMPAIGN, env=clerk), AWARDS, "a clerk's awards")
    succeeded(stack.thidua("explain", CAMPAIGN, "X1", env=clerk))
    succeeded(stack.thidua("form", CAMPAIGN, "v2", "2022-Q2", env=clerk))
    for words in (("show", "rollup", CAMPAIGN, "--unit", "X2"), ("show", "scores", CAMPAIGN, "--unit", "D"),
                  ("explain", CAMPAIGN, "X2"), ("trace", CAMPAIGN, "X2", "FOOD"), ("form", CAMPAIGN, "X2", "2022-Q1"),
                  ("missing", CAMPAIGN, "--unit", "D"), ("run", "list"), ("job", "list"), ("key", "list")):
        refused(stack, REFUSED, *words, env=clerk)
    equal(len(rows(stack, "show", "rollup", CAMPAIGN, env=officer)), 2 * 4 * 8, "an officer's rollup")
    succeeded(stack.thidua("run", "list", env=officer))
    refused(stack, REFUSED, "key", "list", env=officer)


def try_close(stack):
    succeeded(stack.thidua("campaign", "load", file_of(stack, "close.yaml", CLOSE)))
    succeeded(stack.thidua("submit", "close", file_of(stack, "close.csv", HEADER + CLOSE_RESULTS), "--wait"))
    succeeded(stack.thidua("run", "start", "close", "--wait"))
    for unit, rank in (("X1", "1"), ("X2", "2")):
        table = rows(stack, "explain", "close", unit)
        equal(section(table, "rank")[0]["detail"], f"rank:{rank};of:2", "rank")
        equal([of(row, "item", "detail") for row in section(table, "tie")],
              [("met_count", "own:0;other:0"), ("indicator:E", "own:0.00;other:0.00;decides;before rounding")], "ties")
    # E has two decimals: from 1 the next figure is 1.01, and that is more than 1.0001.
    equal([of(row, "item", "numerator", "value", "points", "note", "detail") for row in section(table, "pass")],
          [("E", "1.01", "1.01", "0.00", "least", "figure:+0.01;by:1.00 %;total:0.00;other:0.00")], "passing X1")
    # Handed in and run, it is so.
    succeeded(stack.thidua("submit", "close", file_of(stack, "passes.csv", HEADER + "2022,X2,E,1.01,,,\n"), "--wait"))
    succeeded(stack.thidua("run", "start", "close", "--wait"))
    equal([of(row, "unit", "rank") for row in rows(stack, "show", "ranking", "close")], [("X2", "1"), ("X1", "2")],
          "ranking after the change")


def try_pages(stack):
    """A table of many pages: the rollup of a district of twenty communes."""
    case = SOURCE / "campaigns/chi-lang-2022"
    code = "chi-lang-2022"
    text = (case / "units.csv").read_text(encoding="utf-8") + UNITS.split("\n", 1)[1]
    succeeded(stack.thidua("unit", "load", file_of(stack, "both.csv", text)))
    succeeded(stack.thidua("campaign", "load", case / "campaign.yaml"))
    succeeded(stack.thidua("target", "load", code, case / "targets.csv"))
    succeeded(stack.thidua("run", "start", code, "--wait"))
    table = rows(stack, "show", "rollup", code)
    keys = [of(row, "scope", "unit", "indicator") for row in table]
    stored = stack.sql("SELECT count(*) FROM thidua.rollup r, unnest(r.numerator) n WHERE n IS NOT NULL AND run = "
                       "(SELECT max(run) FROM thidua.published)")
    equal([[str(len(keys))]], stored, "rows of the rollup")
    equal(len(set(keys)), len(keys), "rows that came once")
    equal([key[:2] for key in keys], sorted(key[:2] for key in keys), "order over the pages")
    form = rows(stack, "form", code, "187", "2022-12")
    equal(len({of(row, "unit", "indicator") for row in form}), len(form), "rows of the form")


LONG_VILLAGES = 250
LONG = """campaign: long
owner: E
office_level: commune
competitors: {level: commune}
reporting: month
from: 2022-01
to: 2022-12
baseline: 2021
indicators:
  - {code: R, kind: ratio, time: stock, measure: decrease, reported_by: village, target: 10, points: 10}
"""


def try_long_trace(stack):
    """A trace of several pages still ends with the sum of all its entries."""
    villages = range(1, LONG_VILLAGES + 1)
    units = UNITS + "E,Huyện E,district,,,,\nL,Xã L,commune,E,,,\n"
    units += "".join(f"l{n},Thôn {n},village,L,,,\n" for n in villages)
    results = "".join(f"2021,l{n},R,{2 * n},1000,,\n" for n in villages)
    results += "".join(f"2022-{month:02},l{n},R,{n + 12 - month},1000,,\n" for n in villages for month in range(1, 13))
    succeeded(stack.thidua("unit", "load", file_of(stack, "long-units.csv", units)))
    succeeded(stack.thidua("campaign", "load", file_of(stack, "long.yaml", LONG)))
    succeeded(stack.thidua("submit", "long", file_of(stack, "long.csv", HEADER + results), "--wait"))
    succeeded(stack.thidua("run", "start", "long", "--wait"))
    table = rows(stack, "trace", "long", "E", "R")
    equal(len(table), 2 + LONG_VILLAGES * (1 + 1 + 12) + 2, "rows of a trace")
    # The latest cells are 1 … 250 of 1000 each: 31375/250000 = 12.55 %; the baseline was twice that.
    equal([of(row, "period", "numerator", "denominator", "value", "note") for row in section(table, "sum")],
          [("2021", "62750", "250000", "25.10", "baseline"), ("2022-12", "31375", "250000", "12.55", "")], "sums")
    adds_up(table, "R of E")


def main():
    with Stack("--workers", "1") as stack:
        load(stack)
        try_before_the_first_run(stack)
        run = succeeded(stack.thidua("run", "start", CAMPAIGN, "--wait")).stdout.strip()
        try_figures(stack)
        try_refusals(stack)
        try_work(stack, run)
        try_forms(stack)
        try_missing(stack)
        try_explain(stack)
        try_trace(stack)
        try_after_the_cut(stack)
        try_reach(stack)
        try_close(stack)
        try_long_trace(stack)
        try_pages(stack)
    print("queries give what was worked out by hand")


if __name__ == "__main__":
    main()
