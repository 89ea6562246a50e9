// All rows of a part: leaves from their cells, everybody else as the sum of the children; and the
// list of cells that count nowhere.
#include "core/rollup_part_private.h"

#include <stdlib.h>

static int compute_leaf(struct rollup_part *part, const struct part_unit *unit,
                        struct rollup_row *row, struct err *err)
{
    const struct rollup_plan *plan = part->plan;
    uint32_t count = (uint32_t)plan->campaign->indicator_count;
    unsigned level = plan->tree->units[unit->unit].level;
    for (uint32_t i = 0; i < count; i++) {
        if (plan->leaf_level[i] != level)
            continue;
        for (unsigned scope = 0; scope < SCOPE_COUNT; scope++)
            if (part_leaf(part, unit, i, (enum scope)scope, &row->components[scope * count + i],
                          err) < 0)
                return -1;
    }
    return 0;
}

static void list_uncounted(struct rollup_part *part)
{
    const struct rollup_plan *plan = part->plan;
    uint32_t indicators = (uint32_t)plan->campaign->indicator_count;
    part->uncounted_count = 0;
    for (size_t s = 0; s < part->source_count; s++)
        for (size_t slot = 0; slot < plan->links->slots; slot++)
            for (uint32_t i = 0; i < indicators; i++) {
                const struct stored *stored = stored_at(part, s, slot, i);
                if (stored->rank == 0 || stored_state(stored) == CELL_WITHDRAW ||
                    part_countable(part, &part->sources[s], slot, i))
                    continue;
                *MEM_PUSH(part->uncounted, part->uncounted_count, part->uncounted_capacity) =
                    (struct uncounted){.unit = part->sources[s].unit,
                                       .period = slot == plan->period_slots
                                                     ? plan->campaign->baseline
                                                     : campaign_period(plan->campaign, slot),
                                       .indicator = i};
            }
}

int rollup_part_compute(struct rollup_part *part, const struct rollup_row **ret_rows,
                        size_t *ret_count, struct err *err)
{
    size_t width = SCOPE_COUNT * part->plan->campaign->indicator_count;
    free(part->rows);
    free(part->components);
    part->rows = mem_alloc(part->unit_count, sizeof *part->rows);
    part->components = mem_alloc(part->unit_count * width, sizeof *part->components);
    for (size_t i = 0; i < part->unit_count; i++)
        part->rows[i] = (struct rollup_row){part->units[i].unit, &part->components[i * width]};
    for (size_t i = 0; i < part->unit_count; i++) {
        const struct part_unit *unit = &part->units[i];
        if (unit->source_count > 0 && compute_leaf(part, unit, &part->rows[i], err) < 0)
            return -1;
        if (unit->parent_row != NO_INDEX &&
            rollup_row_add(part->plan, &part->rows[unit->parent_row], &part->rows[i], err) < 0)
            return -1;
    }
    if (part->has_uncounted)
        list_uncounted(part);
    *ret_rows = part->rows;
    *ret_count = part->unit_count;
    return 0;
}

const struct uncounted *rollup_part_uncounted(const struct rollup_part *part, size_t *ret_count)
{
    *ret_count = part->uncounted_count;
    return part->uncounted;
}
