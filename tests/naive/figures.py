"""Numbers: decimal text to exact fractions and back (semantics.md, sections 1 and 8).

Everything between the clerk's text and the published figure is a Fraction; no float exists in
this program."""
import re
from fractions import Fraction

DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def parse(text):
    """The exact number a decimal text stands for."""
    if not DECIMAL.fullmatch(text):
        raise ValueError(f"not a decimal: {text!r}")
    return Fraction(text)


def parse_optional(text):
    return None if text in (None, "") else parse(text)


def floor(x):
    return x.numerator // x.denominator


def ceil(x):
    return -((-x.numerator) // x.denominator)


def half_up(x):
    """The nearest whole number, half away from zero."""
    whole = floor(abs(x) + Fraction(1, 2))
    return whole if x >= 0 else -whole


def rounded(x, decimals):
    """ "A published figure is rounded once, from the exact value, half away from zero: 0.125
    -> 0.13, -0.125 -> -0.13." """
    return Fraction(half_up(x * 10**decimals), 10**decimals)


def published(x, decimals):
    """ "It has exactly its number of decimals (`5.00`); zero has no sign." An absent value is
    empty."""
    if x is None:
        return ""
    count = half_up(x * 10**decimals)
    sign = "-" if count < 0 else ""
    digits = str(abs(count)).rjust(decimals + 1, "0")
    if decimals == 0:
        return sign + digits
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"


def exact(x):
    """ "numerators, denominators and targets are exact decimals without trailing zeros, no
    grouping" """
    if x is None:
        return ""
    for decimals in range(0, 13):
        if (x * 10**decimals).denominator == 1:
            return published(x, decimals)
    raise ValueError(f"not a finite decimal: {x}")
