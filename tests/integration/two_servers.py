#!/usr/bin/env python3
"""Two equal servers: what one has acknowledged, the other knows at the next question.

A campaign is loaded through one server and used at once through the other, forth and back. Servers look
for news only each second by themselves, so that a server which did not look before it answers would be
caught by nearly every turn.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
import small_campaign  # noqa: E402
from thidua_test import Stack, equal, succeeded  # noqa: E402

TURNS = 10


def main():
    with Stack("--workers", "0", "--servers", "2") as stack:
        servers = stack.env["THIDUA_SERVERS"].split(",")
        equal(len(servers), 2, "servers")
        small_campaign.load(stack)
        rules = stack.top / "campaign.yaml"
        targets = stack.top / "targets.csv"
        targets.write_text("unit,indicator,target\nA,GRAIN,120\n")
        for turn in range(TURNS):
            here, there = servers[turn % 2], servers[1 - turn % 2]
            code = f"turn-{turn}"
            rules.write_text(small_campaign.RULES.replace(small_campaign.CAMPAIGN, code))
            succeeded(stack.thidua("campaign", "load", rules, "--servers", here))
            succeeded(stack.thidua("form", code, "A", "2022-01", "--servers", there))
            succeeded(stack.thidua("target", "load", code, targets, "--servers", here))
            results = small_campaign.results(stack, f"{code}.csv", "2022-01,A.1,GRAIN,5")
            done = stack.thidua("submit", code, results, "--wait", "--csv", "--servers", there)
            succeeded(done)
            listed = stack.thidua("campaign", "list", "--csv", "--servers", there).stdout
            equal(f"\n{code}," in listed, True, f"{code} in the list")
        print(f"{TURNS} campaigns loaded at one server and used at once at the other")


if __name__ == "__main__":
    main()
