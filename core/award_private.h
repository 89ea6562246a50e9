// The steps of award_compute, one file each. Private to the award files.
#ifndef THIDUA_CORE_AWARD_PRIVATE_H
#define THIDUA_CORE_AWARD_PRIVATE_H

#include "core/award.h"
#include "core/csv.h"

// A candidate while its award is decided.
struct contender {
    const char *recipient; // borrowed
    size_t recipient_key;  // the same for the same recipient of any award; see award_run
    uint32_t unit;
    uint32_t rank; // 0: none
    bool leader;
    struct text reasons; // owned; empty while eligible
    enum award_decision decision;
};
struct contenders {
    struct contender *list;
    size_t count, capacity;
};

// What is already decided for a recipient by an earlier award.
struct taken {
    uint32_t award;               // NO_INDEX: nothing
    enum award_decision decision; // AWARDED or UNDECIDED
};

struct award_run {
    const struct campaign *campaign;
    const struct unit_tree *tree;
    const struct standing *standings; // ordered by cluster, rank (none last), unit
    size_t standing_count;
    const struct nominations *nominations;
    const struct decisions *decisions;
    const char **ids; // the nominees, sorted, once each
    size_t id_count;
    struct taken *taken; // by recipient key: units of the tree, then ids
    struct candidates *candidates;
};

void contender_reason(struct contender *contender, const char *word, const char *code);
// The last step before places are given: what an earlier award has taken is not eligible.
void contender_block(const struct award_run *run, const struct award *award,
                     struct contender *contender);
// Places out of `base` by the quota's percentage or count; false: no limit.
bool award_places(const struct award *award, size_t base, int64_t *ret_places);
// Gives the places to the eligible in rank order; ties across the cut as the award says.
void award_fill(const struct award *award, bool limited, int64_t places,
                struct contenders *contenders);
// Applies the council's decisions, remembers who is taken and lists the contenders; frees them.
void award_close(struct award_run *run, uint32_t award, struct contenders *contenders);

void award_units(struct award_run *run, uint32_t award);    // award_unit.c
void award_nominees(struct award_run *run, uint32_t award); // award_nominee.c

#endif
