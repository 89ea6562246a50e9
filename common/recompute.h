// A whole run in one process, without server or store: documents and entries in, the figures and the
// four output files out. It is what `thidua run verify` trusts instead of the server, what other
// questions to a run ("what if") are answered with, and what the tests of core/ go through.
//
//   struct recompute_input in = {.tree = …, .entries = …};      borrowed; alter whatever you like
//   struct recompute *run = recompute_create(&in, &err);        rollup, assessed points, lateness
//   recompute_rank(run, &err);                                  points, ranks, awards
//   recompute_write(run, files);                                the texts
//
// After recompute_create the points of the indicators, classes, awards, targets, lists and `excluded`
// may be altered and recompute_rank called again: the rollup is kept. Anything else of campaign, tree,
// entries or period wants a recompute_create of its own.
#ifndef THIDUA_COMMON_RECOMPUTE_H
#define THIDUA_COMMON_RECOMPUTE_H

#include "core/entry.h"
#include "core/output.h"

struct run_input;

// One stored cell. Entries may be in any order: `accepted` says which is the newest.
struct recompute_entry {
    uint32_t unit, indicator; // in the tree and the campaign
    struct period period;
    int64_t accepted;    // order of acceptance, not negative
    int64_t accepted_us; // INT64_MIN: not known, in time
    struct cell cell;
};
struct recompute_input { // all borrowed
    const struct unit_tree *tree;
    const struct campaign *campaign;
    const struct targets *targets;
    const struct adjustments *adjustments;
    const struct nominations *nominations;
    const struct decisions *decisions;
    const struct recompute_entry *entries;
    size_t entry_count;
    struct period period; // kind 0: the campaign's last one
    int64_t cut_us;       // who has not handed in by then is late when the due time is past
    const bool *excluded; // by unit: does not compete; NULL: all do
    size_t tops_per_part; // bounds the memory of the rollup; 0: all in one part
};
// The documents of a parsed run; entries and cut are the caller's to fill in.
struct recompute_input recompute_input_of(const struct run_input *documents);

#define RECOMPUTE_FILES 4
enum { RECOMPUTE_ROLLUP, RECOMPUTE_SCORES, RECOMPUTE_RANKING, RECOMPUTE_AWARDS };
extern const char *const recompute_names[RECOMPUTE_FILES]; // "rollup.csv" …

struct recompute {
    const struct recompute_input *input; // borrowed
    struct rollup_plan *plan;
    char period[PERIOD_TEXT_SIZE];
    struct component *rows;          // [unit][scope][indicator]
    bool *has_row;                   // by unit
    struct competitors *competitors; // all, the excluded ones as well
    struct assessed_cell *assessed;  // [competitor][indicator][slot]
    int64_t *late, *on_time;         // by unit: periods
    // by recompute_rank; without the excluded
    struct cluster_scores *scores; // by cluster
    size_t cluster_count;
    struct standing *standings; // cluster by cluster, in ranking order
    size_t standing_count;
    struct candidates awards; // in the order of awards.csv
};
// Owned, or NULL: what rollup_plan_create says ("owner_absent", "unknown_period"), or "overflow".
// The input must outlive it.
struct recompute *recompute_create(const struct recompute_input *input, struct err *err);
void recompute_destroy(struct recompute *run);
// Components of a unit in a scope, [indicator_count]; valid where run->has_row[unit].
const struct component *recompute_components(const struct recompute *run, uint32_t unit,
                                             enum scope scope);
// What the points of a cluster are computed from, without the excluded: fills ret (room for all competitors),
// in the order of units, and returns their number. It borrows from the run.
size_t recompute_inputs(const struct recompute *run, uint32_t cluster,
                        struct score_unit_input *ret);
// 0, or -1 ("overflow") and there are no results. What an earlier call left is replaced.
int recompute_rank(struct recompute *run, struct err *err);
// Appends the four files with their headers; after recompute_rank.
void recompute_write(const struct recompute *run, struct text files[static RECOMPUTE_FILES]);

#endif
