// Which periods were late for which units? (semantics.md, section 4: `late`)
#include "core/deadline.h"
#include "core/rollup_links.h"
#include "core/score.h"
#include <stdlib.h>
#include <string.h>

// Marks everybody above a leaf whose office is late in a slot, up to the owner.
static void mark_late(const struct rollup_plan *plan, size_t slot, const int64_t *handed_in_us,
                      int64_t cut_us, bool *marks)
{
    const struct unit_day *day = plan->days[slot];
    const struct unit_tree *tree = plan->tree;
    struct period period = campaign_period(plan->campaign, slot);
    int office_level = unit_level_find(tree, plan->campaign->office_level);
    for (size_t i = 0; i < day->order_count; i++) {
        uint32_t leaf = day->order[i], office = leaf;
        if (!plan->links->below[slot][leaf] || !rollup_is_leaf_level(plan, tree->units[leaf].level))
            continue;
        while (office != NO_UNIT && tree->units[office].level != office_level)
            office = day->parent[office];
        if (office == NO_UNIT ||
            !period_late(plan->campaign, period, handed_in_us[office * plan->period_slots + slot],
                         cut_us))
            continue;
        for (uint32_t unit = leaf; unit != plan->owner; unit = day->parent[unit])
            marks[unit] = true;
    }
}

void late_count(const struct rollup_plan *plan, const int64_t *handed_in_us, int64_t cut_us,
                int64_t *ret_late, int64_t *ret_on_time)
{
    size_t count = plan->tree->unit_count;
    bool *marks = mem_alloc(count, sizeof *marks);
    memset(ret_late, 0, count * sizeof *ret_late);
    memset(ret_on_time, 0, count * sizeof *ret_on_time);
    for (size_t slot = 0; slot < plan->period_slots; slot++) {
        memset(marks, 0, count * sizeof *marks);
        mark_late(plan, slot, handed_in_us, cut_us, marks);
        for (size_t u = 0; u < count; u++) {
            ret_late[u] += marks[u];
            ret_on_time[u] += plan->links->below[slot][u] && !marks[u];
        }
    }
    free(marks);
}
