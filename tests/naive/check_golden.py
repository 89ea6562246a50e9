#!/usr/bin/env python3
"""check_golden.py [GOLDENDIR]: the naive computation must give every expected file of the
golden cases, byte for byte."""
import difflib
import os
import sys

import naive

DEFAULT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden")


def check(directory, expected, period):
    """The number of files that differ."""
    wrong = 0
    for name, content in naive.run(directory, period).items():
        path = os.path.join(directory, expected, name + ".csv")
        with open(path, "rb") as file:
            wanted = file.read()
        if wanted != content:
            wrong += 1
            print(f"{path} differs")
            lines = difflib.unified_diff(
                wanted.decode().splitlines(),
                content.decode().splitlines(),
                "expected",
                "naive",
                lineterm="",
                n=0,
            )
            print("\n".join(list(lines)[:20]))
    return wrong


def main():
    golden = sys.argv[1] if len(sys.argv) > 1 else DEFAULT
    runs = wrong = 0
    for name in sorted(os.listdir(golden)):
        directory = os.path.join(golden, name)
        if not os.path.exists(os.path.join(directory, "campaign.yaml")):
            continue
        for expected in sorted(
            entry for entry in os.listdir(directory) if entry.startswith("expected")
        ):
            runs += 1
            wrong += check(directory, expected, expected[len("expected-") :] or None)
    print(f"{runs} runs, {wrong} files differ")
    sys.exit(1 if wrong or not runs else 0)


if __name__ == "__main__":
    main()
