// The steps of score_cluster, one file each. Private to the scoring files.
#ifndef THIDUA_CORE_SCORE_PRIVATE_H
#define THIDUA_CORE_SCORE_PRIVATE_H

#include "core/score.h"

struct score_case {
    const struct rollup_plan *plan;
    const struct campaign *campaign;
    const struct targets *targets;
    const struct adjustments *adjustments;
};

// Value, target, completion, met and note of one line, before any points (score_line.c).
void line_init(struct score_line *line);
void line_clear(struct score_line *line);
void line_copy(struct score_line *to, const struct score_line *from); // initialises `to`
void line_read(const struct score_case *score, const struct score_unit_input *input,
               uint32_t indicator, struct score_line *ret);
// Takes part in the cluster's maxima for `leader` and gets points by the rule?
bool line_is_scored(const struct score_line *line);
// The number that completion is against for points: score_against, else the target.
bool line_against(const struct indicator *indicator, const struct score_line *line, mpq_t ret);
// Raises the maxima to the largest excess over the target, and the largest value where the target is 0,
// of these units' lines.
void leader_add(const struct indicator *indicator, uint32_t index,
                const struct cluster_scores *scores, struct leader_maxima *ret);
// Points and bonus, exact and published; maxima may be NULL unless the rule is `leader`.
int line_score(const struct campaign *campaign, uint32_t indicator,
               const struct leader_maxima *maxima, struct score_line *line, struct err *err);

// Caps, scaling, adjustments and total of a unit whose lines are complete (score_total.c). What is
// counted in it (met_count, missing_count, adjustment_times) begins at 0.
int score_total(const struct score_case *score, const struct score_unit_input *input,
                struct unit_score *unit, struct err *err);
// The points and the bonus of a unit as score_total adds them up, from numbers that were not rounded.
void score_exact(const struct campaign *campaign, const struct unit_score *unit, mpq_t ret_points,
                 mpq_t ret_bonus);
// Class of a unit whose total is known (score_class.c).
uint32_t score_class(const struct campaign *campaign, const struct unit_score *unit);

#endif
