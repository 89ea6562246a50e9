// Everything a run is computed from, parsed from the documents of its cut: the planner counts its
// work with it, workers compute with it.
#ifndef THIDUA_COMMON_RUN_INPUT_H
#define THIDUA_COMMON_RUN_INPUT_H

#include "core/lists.h"
#include "core/rollup.h"

struct run_texts { // documents as stored; NULL or "" where there is none
    const char *units, *campaign, *targets, *adjustments, *nominations, *decisions;
};
struct run_input {
    struct unit_tree *tree;
    struct campaign *campaign;
    struct rollup_plan *plan;
    struct targets targets;
    struct adjustments adjustments;
    struct nominations nominations;
    struct decisions decisions;
    struct competitors *competitors;
    bool *competes;      // by unit
    struct arena *arena; // texts of the lists
};
// Returns owned, or NULL: a document that does not fit the others any more ("bad_document", with its
// first finding), no tree or campaign, or what rollup_plan_create says ("owner_absent" …).
struct run_input *run_input_create(const struct run_texts *texts, struct period period,
                                   struct err *err);
void run_input_destroy(struct run_input *input);

#endif
