"""What the generators of sample data share: random numbers, shares, amounts as text, CSV files.

Everything is integer arithmetic, so the same seed gives the same bytes with any Python 3.
Amounts are held as a whole number of steps and a number of decimals: (125, 1) is 12.5.
"""

import hashlib
import pathlib
import shutil

MASK = (1 << 64) - 1
RESULT_COLUMNS = "period,unit,indicator,value,denominator,state,note".split(",")


class Rng:
    """SplitMix64. Each stream is named by its key: new code elsewhere does not move its numbers."""

    def __init__(self, *key):
        digest = hashlib.sha256("/".join(str(part) for part in key).encode()).digest()
        self.state = int.from_bytes(digest[:8], "big")

    def word(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def between(self, low, high):
        """A whole number from low to high, both included."""
        return low + self.word() % (high - low + 1)

    def pick(self, items):
        return items[self.word() % len(items)]


def split(total, weights):
    """Whole shares of total in proportion to weights; they add up to total exactly."""
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_rest[:total - sum(shares)]:
        shares[i] += 1
    return shares


def text(steps, decimals=0):
    """(1250, 2) -> '12.5': a decimal point, no trailing zeros."""
    if decimals == 0:
        return str(steps)
    sign = "-" if steps < 0 else ""
    whole, part = divmod(abs(steps), 10 ** decimals)
    tail = str(part).rjust(decimals, "0").rstrip("0")
    return sign + str(whole) + ("." + tail if tail else "")


def quoted(field):
    if any(mark in field for mark in ',"\r\n'):
        return '"' + field.replace('"', '""') + '"'
    return field


def write_csv(path, columns, rows, spreadsheet=False):
    """LF and no BOM; or, as a spreadsheet saves it, CRLF and a BOM."""
    end = "\r\n" if spreadsheet else "\n"
    lines = [",".join(quoted(field) for field in row) + end for row in [columns] + list(rows)]
    data = "".join(lines).encode("utf-8-sig" if spreadsheet else "utf-8")
    pathlib.Path(path).write_bytes(data)


def empty_directory(path):
    path = pathlib.Path(path)
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def cell(period, unit, indicator, value="", denominator="", state="", note=""):
    return [period, unit, indicator, str(value), str(denominator), state, note]
