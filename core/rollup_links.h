// What the rollup knows about the units of a plan beyond the plan's own fields: children at P,
// predecessors, tops, and who was a leaf when. Private to the rollup's files.
#ifndef THIDUA_CORE_ROLLUP_LINKS_H
#define THIDUA_CORE_ROLLUP_LINKS_H

#include "core/rollup.h"

// Units grouped by another unit: those of `unit` are list[start[unit]] … list[start[unit + 1] - 1],
// ordered by code.
struct unit_groups {
    uint32_t *start; // [unit_count + 1]
    uint32_t *list;
};
// key[u] is the unit that u belongs to, NO_UNIT for none.
struct unit_groups unit_groups_create(const uint32_t *key, size_t unit_count);
void unit_groups_clear(struct unit_groups *groups);

struct rollup_links {
    struct unit_groups children;     // in the tree of P
    struct unit_groups predecessors; // by merged_into
    struct unit_groups strays;       // by top: units that were leaves once and now count nowhere
    uint32_t *top;                   // by unit: the top it is at or below at P, or NO_UNIT
    bool *upper;                     // by unit: at or below the owner and above tops
    bool **below;                    // [period_slots][unit]: strictly below the owner in that tree;
                                     // the same object where plan->days is
    int32_t *last_day;               // [slots, the baseline's included]
    size_t slots;
    uint16_t row_levels; // bit set of the levels that have rows
};

struct rollup_links *rollup_links_create(const struct rollup_plan *plan);
void rollup_links_destroy(struct rollup_links *links, size_t period_slots);

bool rollup_is_leaf_level(const struct rollup_plan *plan, unsigned level);
// Has a unit of this level rows for the indicator? (level at or above reported_by)
bool rollup_level_has(const struct rollup_plan *plan, unsigned level, uint32_t indicator);
// Rows for any indicator: at or below the owner, of a level that has rows.
bool rollup_unit_has_row(const struct rollup_plan *plan, uint32_t unit);

#endif
