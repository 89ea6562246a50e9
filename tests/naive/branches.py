"""Counts which rules a computation went through, so that a sweep can show that every rule is
exercised."""
from collections import Counter

hits = Counter()


def hit(name):
    hits[name] += 1


# Every rule that a sweep must have gone through.
RULES = """
adjust_max
adjust_min
adjustment: max_times
assessed: na
assessed: unverified counts
assessed: unverified does not count
assessed: verified
award: collective, awarded
award: collective, not awarded
award: collective, undecided
award: higher one before
award: household, awarded
award: household, not awarded
award: household, undecided
award: individual, awarded
award: individual, not awarded
award: individual, undecided
award: undecided one before
award: unit, awarded
award: unit, not awarded
award: unit, undecided
bonus: per
bonus: per, at its max
bonus: per, none
bonus: per, none (no target)
bonus: per_case
bonus: per_case, at its max
bonus: steps
bonus_max: capped
cell: blank row
cell: corrected
cell: na
cell: withdrawn
class: lowered by class_at_most
class: min_share fails
class: no_zero fails
class: requires_met fails
completion: negative
completion: target 0
decision: awarded
decision: not awarded
direct_share: passed over
disqualified: adjustment
disqualified: missing_over
disqualified: not_met
group: capped, bonus only
group: capped, points too
late: after the due time
late: not at all
measure: decrease, amount
measure: decrease, mean
measure: decrease, ratio
measure: decrease, yes_no
measure: increase, amount
measure: increase, mean
measure: increase, ratio
measure: increase, yes_no
merger: flow of an ended unit
merger: stock of an ended unit
merger: stock of an ended unit beside the successor's
merger: stock replaced by the successor's
missing: coverage
missing: no value
na: denominator 0
na: no expected leaf
na: no target
na: no target, no value either
not_applicable: full
not_applicable: rescale
not_applicable: zero
quota: full
quota: percent, ceil
quota: percent, floor
quota: percent, half_up
rank: shared
rank: tie broken
required met: missing is not met
required met: na is left out
rescale: nothing applicable
rescale: scaled
rule: all_or_nothing
rule: all_or_nothing, 0 points
rule: deduct
rule: deduct, 0 points
rule: deduct, exact
rule: deduct, full
rule: deduct, started
rule: leader
rule: leader, 0 points
rule: leader, beyond the target
rule: leader, target 0
rule: leader, target 0, largest 0
rule: leader, up to the target
rule: linear
rule: linear, 0 points
rule: linear, less, at or before the start
rule: linear, less, beyond the start
rule: linear, more, at or before the start
rule: linear, more, beyond the start
rule: per_case
rule: per_case, 0 points
rule: per_case, at its max
rule: per_case, negative value
rule: proportional
rule: proportional, 0 points
rule: proportional, below the floor
rule: steps
rule: steps, 0 points
score_against
steps: from
steps: from, beyond
steps: no row
steps: the best row is not the first
steps: value
steps: value, beyond
steps: value, beyond, less
steps: value, less
tie_at_cut: council
tie_at_cut: council, leaders
tie_at_cut: exclude
tie_at_cut: exclude, leaders
tie_at_cut: include
tie_at_cut: include, leaders
value: denominator 0
value: no baseline value
yes_no: several values for one leaf
""".strip().split(
    "\n"
)
