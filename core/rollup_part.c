// A part of the rollup: which units it computes, whose cells it keeps, and the cells as they come.
//
// Cells lie in one dense table, so that the order of arrival does not matter and adding one costs
// two look-ups and no allocation: twenty million pass through here in a national night.
#include "core/rollup_part_private.h"

#include <stdlib.h>
#include <string.h>

#define SLOT_IGNORED (-1)

static void add_source(struct rollup_part *part, uint32_t unit, uint32_t into, bool stray)
{
    struct source *source = MEM_PUSH(part->sources, part->source_count, part->source_capacity);
    source->unit = unit;
    source->into = into;
    source->stray = stray;
    part->source_of[unit] = (uint32_t)part->source_count;
}

// The leaf and, breadth first, all units merged into it.
static void add_leaf(struct rollup_part *part, struct part_unit *row)
{
    const struct rollup_plan *plan = part->plan;
    const struct unit_groups *predecessors = &plan->links->predecessors;
    row->source = (uint32_t)part->source_count;
    add_source(part, row->unit, row->source, false);
    for (uint32_t next = row->source; next < part->source_count; next++) {
        uint32_t unit = part->sources[next].unit;
        for (uint32_t p = predecessors->start[unit]; p < predecessors->start[unit + 1]; p++)
            if (plan->continuing[predecessors->list[p]] == row->unit)
                add_source(part, predecessors->list[p], next, false);
    }
    row->source_count = (uint32_t)part->source_count - row->source;
}

// Rows of everything at or below `top`, parents first (turned round at the end), with their sources.
static void add_subtree(struct rollup_part *part, uint32_t top)
{
    const struct rollup_plan *plan = part->plan;
    const struct unit_groups *children = &plan->links->children;
    size_t next = part->unit_count;
    struct part_unit *row = MEM_PUSH(part->units, part->unit_count, part->unit_capacity);
    *row = (struct part_unit){.unit = top, .parent_row = NO_INDEX};
    for (; next < part->unit_count; next++) {
        uint32_t unit = part->units[next].unit;
        for (uint32_t c = children->start[unit]; c < children->start[unit + 1]; c++) {
            if (!rollup_unit_has_row(plan, children->list[c]))
                continue;
            row = MEM_PUSH(part->units, part->unit_count, part->unit_capacity);
            *row = (struct part_unit){.unit = children->list[c], .parent_row = (uint32_t)next};
        }
        if (rollup_is_leaf_level(plan, plan->tree->units[unit].level) && unit != plan->owner)
            add_leaf(part, &part->units[next]);
    }
    const struct unit_groups *strays = &plan->links->strays;
    for (uint32_t s = strays->start[top]; s < strays->start[top + 1]; s++)
        add_source(part, strays->list[s], (uint32_t)part->source_count, true);
}

static void turn_round(struct rollup_part *part)
{
    size_t count = part->unit_count;
    for (size_t i = 0; i < count / 2; i++) {
        struct part_unit swap = part->units[i];
        part->units[i] = part->units[count - 1 - i];
        part->units[count - 1 - i] = swap;
    }
    for (size_t i = 0; i < count; i++)
        if (part->units[i].parent_row != NO_INDEX)
            part->units[i].parent_row = (uint32_t)(count - 1 - part->units[i].parent_row);
}

static void mark_expected(struct rollup_part *part)
{
    size_t slots = part->plan->period_slots;
    part->expected = mem_alloc(part->source_count * slots, sizeof *part->expected);
    for (size_t s = 0; s < part->source_count; s++) {
        struct source *source = &part->sources[s];
        if (source->stray)
            continue;
        source->expected = &part->expected[s * slots];
        for (size_t slot = 0; slot < slots; slot++)
            source->expected[slot] = part->plan->links->below[slot][source->unit];
    }
}

// The office and all that continue it, one after the other: forms are stored under the one that
// existed when they were handed in.
static void mark_office(const struct unit_tree *tree, uint32_t office, bool *marks)
{
    while (office != NO_UNIT && !marks[office]) {
        marks[office] = true;
        office = tree->units[office].merged_into;
    }
}

// Every office that `unit` was under between two days; as deep as there are levels.
static void mark_offices(const struct unit_tree *tree, uint32_t unit, int32_t from, int32_t to,
                         unsigned office_level, bool *marks)
{
    const struct unit *self = &tree->units[unit];
    if (self->level == office_level) {
        mark_office(tree, unit, marks);
        return;
    }
    for (size_t r = 0; r < self->row_count; r++) {
        const struct unit_row *row = &self->rows[r];
        int32_t first = row->from > from ? row->from : from, last = row->to < to ? row->to : to;
        if (first <= last && row->parent != NO_UNIT)
            mark_offices(tree, row->parent, first, last, office_level, marks);
    }
}

static void find_offices(struct rollup_part *part)
{
    const struct unit_tree *tree = part->plan->tree;
    int level = unit_level_find(tree, part->plan->campaign->office_level);
    bool *marks = mem_alloc(tree->unit_count, sizeof *marks);
    for (size_t s = 0; level >= 0 && s < part->source_count; s++)
        mark_offices(tree, part->sources[s].unit, DAY_MIN, DAY_MAX, (unsigned)level, marks);
    for (uint32_t u = 0; u < tree->unit_count; u++)
        part->office_count += marks[u];
    part->offices = mem_alloc(part->office_count, sizeof *part->offices);
    for (uint32_t u = 0, next = 0; u < tree->unit_count; u++)
        if (marks[u])
            part->offices[next++] = u;
    free(marks);
}

struct rollup_part *rollup_part_create(const struct rollup_plan *plan, const uint32_t *tops,
                                       size_t count)
{
    struct rollup_part *part = mem_alloc(1, sizeof *part);
    part->plan = plan;
    part->source_of = mem_alloc(plan->tree->unit_count, sizeof *part->source_of);
    for (size_t i = 0; i < count; i++)
        add_subtree(part, tops[i]);
    turn_round(part);
    mark_expected(part);
    find_offices(part);
    part->cells = mem_alloc(part->source_count * plan->links->slots,
                            plan->campaign->indicator_count * sizeof *part->cells);
    return part;
}

void rollup_part_destroy(struct rollup_part *part)
{
    if (part == NULL)
        return;
    free(part->components);
    free(part->rows);
    free(part->uncounted);
    free(part->offices);
    free(part->expected);
    free(part->cells);
    free(part->source_of);
    free(part->sources);
    free(part->units);
    free(part);
}

const uint32_t *rollup_part_offices(const struct rollup_part *part, size_t *ret_count)
{
    *ret_count = part->office_count;
    return part->offices;
}

// The slot of a period, or SLOT_IGNORED for later ones and those that are none of the campaign.
static int slot_of(struct rollup_part *part, struct period period)
{
    if (period_equal(period, part->last_period))
        return part->last_slot;
    const struct rollup_plan *plan = part->plan;
    int index = campaign_period_index(plan->campaign, period);
    if (index == -1)
        index = plan->campaign->baseline.kind != 0 ? (int)plan->period_slots : SLOT_IGNORED;
    else if (index < 0 || (size_t)index >= plan->period_slots)
        index = SLOT_IGNORED;
    part->last_period = period;
    part->last_slot = index;
    return index;
}

bool part_countable(const struct rollup_part *part, const struct source *source, size_t slot,
                    uint32_t indicator)
{
    const struct rollup_plan *plan = part->plan;
    if (source->stray || plan->leaf_level[indicator] != plan->tree->units[source->unit].level)
        return false;
    return slot == plan->period_slots || source->expected[slot];
}

void rollup_part_add(struct rollup_part *part, uint32_t unit, struct period period,
                     uint32_t indicator, int64_t accepted, const struct cell *cell)
{
    const struct campaign *campaign = part->plan->campaign;
    if (unit >= part->plan->tree->unit_count || part->source_of[unit] == 0 ||
        indicator >= campaign->indicator_count ||
        campaign->indicators[indicator].kind == KIND_ASSESSED)
        return;
    int slot = slot_of(part, period);
    if (slot == SLOT_IGNORED)
        return;
    size_t source = part->source_of[unit] - 1;
    struct stored *stored = &part->cells[(source * part->plan->links->slots + (size_t)slot) *
                                             campaign->indicator_count +
                                         indicator];
    int64_t rank = accepted << STORED_STATE_BITS | cell->state;
    if (rank < stored->rank)
        return;
    *stored = (struct stored){rank, cell->value_e4, cell->denominator_e4};
    if (!part_countable(part, &part->sources[source], (size_t)slot, indicator))
        part->has_uncounted = true;
}
