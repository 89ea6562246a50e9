// Points of the competing units of one cluster (semantics.md, section 4): lines, caps, adjustments,
// totals, classes. Pure: everything it needs is handed in.
#ifndef THIDUA_CORE_SCORE_H
#define THIDUA_CORE_SCORE_H

#include "core/rollup.h"

enum line_note { NOTE_NONE, NOTE_NA, NOTE_MISSING };
enum assessed_source { ASSESSED_NONE, ASSESSED_VERIFIED, ASSESSED_NA, ASSESSED_SELF };

struct score_line { // one unit and indicator
    bool has_value, has_target, has_completion, has_points;
    mpq_t value, completion;
    mpq_t points, bonus; // by the rule, before rounding; 0 unless has_points
    int64_t target_e4;
    int met;                     // 1, 0, -1 = empty
    int64_t points_e2, bonus_e2; // as published; 0 unless has_points
    int64_t max_e2;
    enum line_note note;
};

// Assessed cells of the campaign's periods first…P of one unit and indicator, by period slot.
struct assessed_cell {
    bool has_self, has_verified;
    uint8_t self_state; // CELL_VALUE or CELL_NA
    int64_t self_e4, verified_e4;
};

struct score_unit_input {
    uint32_t unit;
    const struct component *components; // [indicator_count] of scope to_date; assessed ones unused
    const struct assessed_cell *assessed;  // [indicator_count * period_slots], indicator-major
    int64_t late_periods, on_time_periods; // periods so far, due time past at the cut / not late
};

struct unit_score {
    uint32_t unit;
    struct score_line *lines; // [indicator_count]
    int64_t points_e2;        // scaled Σp
    int64_t bonus_e2, adjustments_e2, total_e2;
    uint32_t met_count, missing_count;
    int64_t on_time;
    uint32_t class_index;      // NO_INDEX: none
    int64_t *adjustment_times; // [campaign->adjustment_count], uncapped sums
};
struct cluster_scores {
    struct unit_score *units; // in the order of the input
    size_t count;
    size_t indicator_count;
};
// Returns 0 and fills *ret (cluster_scores_clear frees), or -1 with a named error ("overflow").
int score_cluster(const struct rollup_plan *plan, const struct targets *targets,
                  const struct adjustments *adjustments, const struct score_unit_input *units,
                  size_t count, struct cluster_scores *ret, struct err *err);
void cluster_scores_clear(struct cluster_scores *scores);

// Which assessed entry counts for a unit: of the periods in which it stood below the owner the
// latest that has one, verified before na before self-assessed (only with count_unverified). `cells`
// by period slot. *ret_e4 for VERIFIED and SELF, *ret_slot for all but NONE.
enum assessed_source assessed_counting(const struct rollup_plan *plan, uint32_t unit,
                                       const struct assessed_cell *cells, int64_t *ret_e4,
                                       size_t *ret_slot);

// Where being met is required, missing is not met and not applicable is left out.
bool met_as_required(int met, enum line_note note);

// How many periods so far were late and on time for every unit below the owner (a unit counts the
// periods on whose last day it was there): late when an office of its leaves then was
// (core/deadline.h).
// handed_in_us[unit * period_slots + slot] is the first accepted entry of an office, INT64_MAX for
// none. ret_*: by unit, overwritten.
void late_count(const struct rollup_plan *plan, const int64_t *handed_in_us, int64_t cut_us,
                int64_t *ret_late, int64_t *ret_on_time);

// The parts of the rule that `explain` tells about, in rule.c:
//   points of one line by its rule, unrounded; u_max etc. for `leader` come from the cluster.
//   `against` is what the completion is against: score_against, else the target; for the points of
//   `all_or_nothing` the target.
struct leader_maxima {
    mpq_t excess, value;
    bool has_excess, has_value;
};
void rule_points(const struct indicator *indicator, const mpq_t value, bool has_against,
                 const mpq_t against, const struct leader_maxima *maxima, mpq_t ret);
void rule_bonus(const struct indicator *indicator, const mpq_t value, bool has_against,
                const mpq_t against, mpq_t ret);
bool rule_needs_target(const struct indicator *indicator);

#endif
