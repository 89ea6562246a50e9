#!/usr/bin/env python3
"""A campaign with refresh: continuous shows new figures by itself, makes no run without news, and keeps
official runs apart."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import small_campaign
from small_campaign import CAMPAIGN, results
from thidua_test import Stack, equal, succeeded, wait_for

small_campaign.RULES = small_campaign.RULES.replace("reporting: month\n", "reporting: month\nrefresh: continuous\n")


def shown(stack):
    """[run, cause] that readers see of the campaign's last period; None: nothing yet."""
    rows = stack.sql("SELECT run, cause FROM thidua.published p JOIN thidua.run r ON r.id = p.run WHERE p.period = 202212")
    return rows[0] if rows else None


def grain(stack):
    """What the district's villages have harvested to date, as published."""
    lines = succeeded(stack.thidua("show", "rollup", CAMPAIGN, "--unit", "H", "--scope", "to_date", "--csv")).stdout.splitlines()
    return [line.split(",")[5] for line in lines if ",GRAIN," in line]


def submit(stack, name, row):
    succeeded(stack.thidua("submit", CAMPAIGN, results(stack, name, row), "--wait"))


def main():
    with Stack("--workers", "2") as stack:
        small_campaign.load(stack)
        wait_for(30, lambda: shown(stack) is not None, "a first run of the new campaign")
        equal(grain(stack), [""], "nobody has reported")
        first = int(shown(stack)[0])

        # Each submission by itself is one run more: 10 + 5 = 15, then 10 corrected to 7: 12.
        submit(stack, "one.csv", "2022-12,A.1,GRAIN,10")
        wait_for(30, lambda: grain(stack) == ["10"], "the first figure")
        submit(stack, "two.csv", "2022-11,B.1,GRAIN,5")
        wait_for(30, lambda: grain(stack) == ["15"], "the second")
        submit(stack, "three.csv", "2022-12,A.1,GRAIN,7")
        wait_for(30, lambda: grain(stack) == ["12"], "the correction")
        equal(shown(stack), [str(first + 3), "continuous"], "one run for each")

        official = succeeded(stack.thidua("run", "start", CAMPAIGN, "--wait")).stdout.split()[0]
        equal(shown(stack), [official, "demand"], "the official run is shown")
        submit(stack, "four.csv", "2022-12,C.1,GRAIN,1")
        wait_for(30, lambda: shown(stack)[1] == "continuous" and grain(stack) == ["13"], "newer ones are shown again")
        listed = succeeded(stack.thidua("run", "list", CAMPAIGN, "--csv")).stdout
        assert f"{official},{CAMPAIGN},2022-12,demand,PUBLISHED," in listed, listed

        # What is leaving is no longer handed out: an error, never half of it.
        stack.sql(f"UPDATE thidua.run SET leaving_at = now() WHERE id = {first}")
        equal(stack.thidua("show", "rollup", CAMPAIGN, "--run", str(first)).returncode, 3, "a run that is leaving")
        equal(stack.thidua("show", "rollup", CAMPAIGN, "--run", official).returncode, 0, "the official run")


if __name__ == "__main__":
    main()
