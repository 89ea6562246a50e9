// The inside of a part, shared by the files that fill it (rollup_part.c) and compute it
// (rollup_leaf.c, rollup_compute.c).
#ifndef THIDUA_CORE_ROLLUP_PART_PRIVATE_H
#define THIDUA_CORE_ROLLUP_PART_PRIVATE_H

#include "core/rollup_links.h"

// The newest entry of a cell. The order of acceptance and the state share a word, so that a cell
// is 24 bytes: rank = accepted × 8 + state; 0 = no entry.
struct stored {
    int64_t rank, value_e4, denominator_e4;
};
#define STORED_STATE_BITS 3

// A unit whose cells this part keeps. The sources of a leaf stand together, the leaf first and
// every merged unit after the one it was merged into.
struct source {
    uint32_t unit;
    uint32_t into;  // index of the source that continues it; itself for the leaf
    bool stray;     // counts nowhere, is only listed
    bool *expected; // by period slot: an expected leaf then; NULL for strays
};

// A row of the part and, when it is a leaf of some indicator, its sources.
struct part_unit {
    uint32_t unit;
    uint32_t parent_row; // index of the parent's row in this part, NO_INDEX for a top
    uint32_t source, source_count;
};

struct rollup_part {
    const struct rollup_plan *plan;
    struct part_unit *units; // children before parents, as the rows
    size_t unit_count, unit_capacity;
    struct source *sources;
    size_t source_count, source_capacity;
    uint32_t *source_of;  // by unit of the tree: index of its source + 1
    struct stored *cells; // [source][slot][indicator]
    bool *expected;       // [source][period slot], what source->expected points into
    uint32_t *offices;
    size_t office_count;
    struct period last_period; // of the cell added before, with its slot: forms come whole
    int last_slot;
    bool has_uncounted;
    struct uncounted *uncounted;
    size_t uncounted_count, uncounted_capacity;
    struct rollup_row *rows;
    struct component *components;
};

static inline enum cell_state stored_state(const struct stored *stored)
{
    return (enum cell_state)(stored->rank & ((1 << STORED_STATE_BITS) - 1));
}

static inline const struct stored *stored_at(const struct rollup_part *part, size_t source,
                                             size_t slot, uint32_t indicator)
{
    size_t slots = part->plan->links->slots, indicators = part->plan->campaign->indicator_count;
    return &part->cells[(source * slots + slot) * indicators + indicator];
}

// Can a cell of this source, slot and indicator count at all? (semantics.md: expected leaf)
bool part_countable(const struct rollup_part *part, const struct source *source, size_t slot,
                    uint32_t indicator);
// The component of a leaf in one scope.
int part_leaf(const struct rollup_part *part, const struct part_unit *leaf, uint32_t indicator,
              enum scope scope, struct component *ret, struct err *err);

#endif
