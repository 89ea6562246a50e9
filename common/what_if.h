// "What if": other weights, targets, rules or excluded units over the input of a run. A small YAML file says
// what is otherwise:
//   rules: other.yaml                               a whole campaign file in place of the run's
//   points:                                         another M; all points of the rule in proportion
//     - {indicator: FOOD, points: 25}
//   targets:                                        without `unit`: of all that the list does not name
//     - {unit: "06520", indicator: FOOD, target: 180}
//   exclude: ["06523"]                              units that do not compete
#ifndef THIDUA_COMMON_WHAT_IF_H
#define THIDUA_COMMON_WHAT_IF_H

#include "common/recompute.h"

struct what_if_points {
    uint32_t indicator;
    int64_t points_e4;
};
struct what_if_target {
    uint32_t unit, indicator; // NO_UNIT: of all
    int64_t target_e4;
};
struct what_if {
    const struct campaign *campaign; // that the codes are of
    const struct unit_tree *tree;
    const struct rollup_plan *plan; // says who competes
    const char *rules;              // "" when the run's own count
    struct what_if_points *points;
    struct what_if_target *targets;
    uint32_t *exclude;
    size_t point_count, target_count, exclude_count;
};

// The file that the key `rules` names, in the arena; "" for none or when the file cannot be parsed (then
// what_if_read says why).
const char *what_if_rules(struct arena *arena, const char *file, const char *text, size_t length);
// Everything, against the campaign and tree that it is to be applied to; lists are the arena's. 0, or -1:
// all that is wrong is a finding.
int what_if_read(struct arena *arena, const char *file, const char *text, size_t length,
                 const struct rollup_plan *plan, struct what_if *ret, struct findings *findings);

// The results under what is otherwise.
struct what_if_result {
    struct recompute *run; // of the altered input, before the weights
    struct standing *standings;
    size_t standing_count;
    struct candidates awards;
};
// Computes `input` anew, whose campaign and targets are altered for it; `excluded` has room for all units,
// zeroed, and must live as long as the result. 0 (what_if_clear frees), or -1 as recompute_create says.
int what_if_compute(const struct what_if *what_if, struct recompute_input *input,
                    struct campaign *campaign, struct targets *targets, bool *excluded,
                    struct what_if_result *ret, struct err *err);
void what_if_clear(struct what_if_result *result);

#endif
