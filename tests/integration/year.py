#!/usr/bin/env python3
"""scripts/year, its first quarter: the story goes to its end, and what it says is what the calendar has. That every
figure is right is asserted by the story itself."""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from thidua_test import SOURCE, equal  # noqa: E402

# Of the first quarter's files in accepted.csv (82 with the baseline's 20): handed in after the tenth day: one form of
# January, a correction and a form of February, a form (at 00:00:00) and two corrections of March; one of them,
# 06514's of February on 22 March, after the twentieth day; three corrections, so three returns.
LAST = "The whole year: 82 files, 6 late, 1 let in after the lock, 3 returned, "

# The nominations whose form is spot.
SPOT = ["Lý Văn Sơn: Cứu hai cháu nhỏ bị nước lũ cuốn", "Hứa Văn Hải: Cùng Nhân dân dập lửa, cứu tài sản nhà văn hóa thôn"]


def main():
    if not list(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1")):
        print("libfaketime is not installed", file=sys.stderr)
        return 77
    done = subprocess.run([SOURCE / "scripts/year", "--lang", "en", "--until", "2022-03"], capture_output=True, text=True,
                          env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    sys.stderr.write(done.stderr)
    diary = done.stdout.splitlines()
    print(*diary, sep="\n")
    equal(done.returncode, 0, "exit code")
    equal(diary[-1][21:].startswith(LAST), True, f"last line: {diary[-1]}")
    equal(sum("the due day is over" in line for line in diary), 3, "due days")
    spot = [at for at, line in enumerate(diary) if line.endswith("Spot awards:")]
    equal([[line.strip() for line in diary[at + 1:at + 3]] for at in spot], [SPOT], "spot awards")
    return 0


if __name__ == "__main__":
    sys.exit(main())
