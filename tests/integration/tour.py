#!/usr/bin/env python3
"""The README's first tour, its lines exactly as printed, from the top of the sources: each succeeds,
they show what the README says they show, and nothing is left running.
"""

import csv
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from thidua_test import SOURCE, equal  # noqa: E402

LINES_MAX = 15  # a tour, not a journey


def block(page, mark):
    """The fenced block after <!-- mark -->."""
    found = re.search(rf"<!-- {mark} -->\n```\w*\n(.*?)```", page, re.DOTALL)
    assert found, f"README.md has no block marked {mark}"
    return found.group(1)


def take(lines):
    """Runs the lines in one shell that ends at the first failure; returns what they print."""
    environment = {key: value for key, value in os.environ.items()
                   if not key.startswith("THIDUA_") or key in ("THIDUA_BUILD_DIR", "THIDUA_SOURCE_DIR")}
    # Whatever happens, the stack goes.
    script = f"set -euo pipefail\ntrap 'status=$?; {SOURCE}/scripts/stack remove \"${{tour:-/nonexistent}}\" " \
             f">/dev/null 2>&1 || true; rm -rf \"${{tour:-}}\"; exit $status' EXIT\n{lines}"
    done = subprocess.run(["bash", "-c", script], cwd=SOURCE, env={**environment, "LC_ALL": "C.UTF-8"},
                          stdout=subprocess.PIPE, text=True, check=False)
    equal(done.returncode, 0, f"exit code of the tour, which printed:\n{done.stdout}\n")
    return done.stdout


def processes():
    """Command lines of all that runs from a tour's directory."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if "thidua-tour" in line and "bash -c" not in line:
            found.append(line)
    return found


def main():
    page = (SOURCE / "README.md").read_text()
    lines = block(page, "tour")
    count = len([line for line in lines.splitlines() if line.strip() and not line.startswith("#")])
    assert count <= LINES_MAX, f"the tour has {count} lines"
    before = processes()
    shown = take(lines)
    for line in block(page, "tour shows").splitlines():
        assert line == "…" or line.strip() in shown, f"the tour does not show {line.strip()!r}, but:\n{shown}"
    with open(SOURCE / "campaigns/y-tich-2022/expected/ranking.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert re.search(rf"\b{re.escape(row['unit'])}\b.*\b{re.escape(row['total'])}\b", shown), row
    equal([line for line in processes() if line not in before], [], "left running")
    print("the tour went as printed")


if __name__ == "__main__":
    main()
