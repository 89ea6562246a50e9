// What a scoring job reads: the cluster's units, their components of this run, their assessed cells
// and the times their offices handed in, all at the run's cut.
#ifndef THIDUA_WORKER_SCORE_READ_H
#define THIDUA_WORKER_SCORE_READ_H

#include "core/rank.h"
#include "worker/work.h"

struct score_state {
    uint32_t cluster;
    uint32_t *units; // competing units of the cluster
    size_t count;
    uint32_t *places;             // [unit of the tree]: place in units + 1, 0: not of this cluster
    struct component *components; // [count][indicator_count], scope to_date
    struct assessed_cell *assessed; // [count][indicator_count][period_slots]; one for all when the
                                    // campaign assesses nothing
    int64_t *newest;    // [count][indicator_count][period_slots][2]: accepted of self, verified
    int64_t *handed_in; // [unit of the tree][period_slots]: first entry of an office, µs; NULL when
                        // nobody asks
    struct score_unit_input *inputs;
    struct cluster_scores scores;
    struct standing *standings;
};

// Fills cluster … handed_in; the rest is the job's. What was read is freed with the state.
int score_read(struct work *work, struct score_state *state, struct err *err);
// Index into state->assessed of a unit's (by its place in state->units) first cell of an indicator.
size_t score_cell(const struct work *work, size_t place, uint32_t indicator, size_t slot);
// Has the campaign indicators that are assessed?
bool score_has_assessed(const struct campaign *campaign);
// Does the campaign ask when forms were handed in?
bool score_asks_for_time(const struct campaign *campaign);

#endif
