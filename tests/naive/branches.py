"""Counts which rules a computation went through, so that a sweep can show that every rule is exercised."""
from collections import Counter

hits = Counter()


def hit(name):
    hits[name] += 1
