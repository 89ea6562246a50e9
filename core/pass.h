// The smallest single change of one figure that would rank a unit before another one of its cluster
// (semantics.md, section 5: every rank can be explained). Nothing here knows a rule: the real ones are
// carried out again for every figure that is tried.
//
// One indicator is changed at a time, in steps:
//   amount     10^-decimals of the number; ratio  the finest digit that the unit's numerator and
//              denominator have, at most 1, of the numerator
//   mean       10^-decimals of the mean (the numerator moves by step × weights)
//   yes_no     one leaf; assessed  0.01 points
// A figure stays within what its cells may hold: `min` and `max` of the column, the denominator of a ratio
// unless it may be exceeded, the leaves that reported, 0 … M of assessed points. One without a `min` that
// is not negative stays so.
#ifndef THIDUA_CORE_PASS_H
#define THIDUA_CORE_PASS_H

#include "core/rank.h"

struct pass_case { // all borrowed
    const struct rollup_plan *plan;
    const struct targets *targets;
    const struct adjustments *adjustments;
    const struct score_unit_input *inputs; // the cluster; without a `leader` rule the two will do
    size_t count;
    size_t own, above; // places in inputs
};
enum pass_result {
    PASS_NO_VALUE, // missing or not applicable: there is no figure to change
    PASS_NOT,      // no change of this figure alone suffices
    PASS_FOUND
};
struct pass_line { // of one indicator
    enum pass_result result;
    // PASS_FOUND:
    int64_t steps;                    // not 0; negative: downwards
    struct component component;       // as changed; numerator of assessed ones: points, scale 4
    i128 change;                      // of the numerator, in its scale; mean: of the value, scale 4
    bool has_relative;                // false: the figure was 0
    mpq_t relative;                   // |change| / |figure|
    mpq_t value;                      // as changed
    int64_t points_e2, bonus_e2;      // of the changed line
    int64_t total_e2, above_total_e2; // of the two units afterwards
};
// Fills ret[indicator_count] (pass_lines_clear frees) and the totals of the two as they are; -1 with a named
// error as score_cluster.
int pass_find(const struct pass_case *given, struct pass_line *ret, int64_t *ret_own_total_e2,
              int64_t *ret_above_total_e2, struct err *err);
void pass_lines_clear(struct pass_line *lines, size_t count);
// The one with the least relative change, changes of a figure of 0 last; NO_INDEX: none suffices.
uint32_t pass_least(const struct pass_line *lines, size_t count);

#endif
