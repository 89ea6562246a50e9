// The scores of a cluster once more, with other weights or without any rounding. The lines
// are taken over as they are: nothing is rolled up, no rule is carried out again.
#ifndef THIDUA_CORE_WEIGH_H
#define THIDUA_CORE_WEIGH_H

#include "core/rank.h"

struct weigh_case { // all borrowed
    const struct rollup_plan *plan;
    const struct targets *targets;
    const struct adjustments *adjustments;
    const struct score_unit_input *inputs; // what `scores` were made of, in the same order
    const struct cluster_scores *scores;
};
// A campaign of which numbers were changed; it borrows the rest from the other, which must outlive it.
struct weigh_campaign {
    struct campaign campaign;
    struct indicator *indicators;
    struct class_rule *classes;
    struct award *awards;
};
void weigh_campaign_clear(struct weigh_campaign *weighed);

// Other weights: M of each indicator, ten-thousandths. All points that its rule gives change in the same
// proportion, exactly; its bonus does not. An indicator without points keeps none. 0 and both results
// filled (cluster_scores_clear, weigh_campaign_clear), or -1 with "overflow".
int weigh_points(const struct weigh_case *given, const int64_t *points_e4,
                 struct cluster_scores *ret, struct weigh_campaign *ret_campaign, struct err *err);

// Totals and bonuses before rounding, as counts of 10^-8 instead of 10^-2 (a difference of less is none);
// classes and awards of *ret_campaign want as much of them. -1 with "overflow".
int weigh_unrounded(const struct weigh_case *given, struct cluster_scores *ret,
                    struct weigh_campaign *ret_campaign, struct err *err);

#endif
