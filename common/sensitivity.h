// How much a run's ranks and awards hang on what could as well have been otherwise: a weight of ten per cent
// more or less, the rounding of published points, one figure that nobody has verified. The rollup is done
// once; everything else is scored again from its lines.
#ifndef THIDUA_COMMON_SENSITIVITY_H
#define THIDUA_COMMON_SENSITIVITY_H

#include "common/recompute.h"

#define SENSITIVITY_PERCENT 10 // of a weight, down and up

struct rank_range { // of a ranked unit
    uint32_t unit, cluster;
    uint32_t rank, best, worst;
    uint32_t best_by, worst_by;      // indicator; NO_INDEX: no weight moves it that way
    int best_percent, worst_percent; // -10 or +10
};
enum award_cause { AWARD_ROUNDING, AWARD_UNVERIFIED };
struct award_change { // a decision that would be another one
    uint32_t award, unit;
    const char *recipient; // borrowed from the run
    enum award_decision before, after;
    enum award_cause cause;
    uint32_t of_unit, indicator; // AWARD_UNVERIFIED: the figure
};
struct sensitivity {
    struct rank_range *ranges; // in the order of the ranking, without the disqualified
    size_t range_count;
    struct award_change *changes; // rounding first; then by unit and indicator of the figure
    size_t change_count, change_capacity;
    size_t unverified; // figures that count without having been verified
};
// `run` has been ranked, and is as it was afterwards (its results may be at other addresses). 0, or -1 with
// "overflow". sensitivity_clear frees.
int sensitivity_compute(struct recompute *run, struct sensitivity *ret, struct err *err);
void sensitivity_clear(struct sensitivity *sensitivity);

#endif
