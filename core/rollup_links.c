// Builds the indexes of a plan once, so that a part costs no more than its own units.
#include "core/rollup_links.h"

#include <stdlib.h>

struct unit_groups unit_groups_create(const uint32_t *key, size_t unit_count)
{
    struct unit_groups groups = {.start = mem_alloc(unit_count + 1, sizeof(uint32_t)),
                                 .list = mem_alloc(unit_count, sizeof(uint32_t))};
    for (size_t u = 0; u < unit_count; u++)
        if (key[u] != NO_UNIT)
            groups.start[key[u] + 1]++;
    for (size_t u = 0; u < unit_count; u++)
        groups.start[u + 1] += groups.start[u];
    // Filling moves each start to its group's end, which is the next one's start: shift back.
    for (uint32_t u = 0; u < unit_count; u++)
        if (key[u] != NO_UNIT)
            groups.list[groups.start[key[u]]++] = u;
    for (size_t u = unit_count; u > 0; u--)
        groups.start[u] = groups.start[u - 1];
    groups.start[0] = 0;
    return groups;
}

void unit_groups_clear(struct unit_groups *groups)
{
    free(groups->start);
    free(groups->list);
    *groups = (struct unit_groups){0};
}

bool rollup_is_leaf_level(const struct rollup_plan *plan, unsigned level)
{
    return (plan->leaf_levels >> level & 1) != 0;
}

bool rollup_level_has(const struct rollup_plan *plan, unsigned level, uint32_t indicator)
{
    unsigned leaf = plan->leaf_level[indicator];
    return leaf < plan->tree->level_count &&
           (level == leaf || unit_level_above(plan->tree, level, leaf));
}

bool rollup_unit_has_row(const struct rollup_plan *plan, uint32_t unit)
{
    const struct rollup_links *links = plan->links;
    return (links->row_levels >> plan->tree->units[unit].level & 1) != 0 &&
           (links->top[unit] != NO_UNIT || links->upper[unit]);
}

// Strictly below the owner, for every unit of a day's tree.
static bool *below_owner(const struct rollup_plan *plan, const struct unit_day *day)
{
    bool *below = mem_alloc(plan->tree->unit_count, sizeof *below);
    for (size_t i = 0; i < day->order_count; i++) {
        uint32_t unit = day->order[i], parent = day->parent[unit];
        below[unit] = parent != NO_UNIT && (parent == plan->owner || below[parent]);
    }
    return below;
}

// Walks down from the owner: units of a level above the offices are uppers, the first others tops.
static void find_tops(const struct rollup_plan *plan, struct rollup_links *links)
{
    const struct unit_tree *tree = plan->tree;
    int office = unit_level_find(tree, plan->campaign->office_level);
    for (size_t u = 0; u < tree->unit_count; u++)
        links->top[u] = NO_UNIT;
    for (size_t i = 0; i < plan->day->order_count; i++) {
        uint32_t unit = plan->day->order[i];
        if (unit != plan->owner && !links->below[plan->period_slots - 1][unit])
            continue;
        uint32_t parent = unit == plan->owner ? NO_UNIT : plan->day->parent[unit];
        if (parent != NO_UNIT && links->top[parent] != NO_UNIT)
            links->top[unit] = links->top[parent];
        else if (office >= 0 && unit_level_above(tree, tree->units[unit].level, (unsigned)office))
            links->upper[unit] = true;
        else
            links->top[unit] = unit;
    }
}

static void find_row_levels(const struct rollup_plan *plan, struct rollup_links *links)
{
    for (unsigned level = 0; level < plan->tree->level_count; level++)
        for (uint32_t i = 0; i < plan->campaign->indicator_count; i++)
            if (rollup_level_has(plan, level, i))
                links->row_levels |= (uint16_t)(1U << level);
}

static bool was_leaf(const struct rollup_plan *plan, const struct rollup_links *links,
                     uint32_t unit)
{
    if (!rollup_is_leaf_level(plan, plan->tree->units[unit].level))
        return false;
    for (size_t slot = 0; slot < plan->period_slots; slot++)
        if (links->below[slot][unit])
            return true;
    return false;
}

// The top that lists what a stray left behind: that of its last office, else the first of all.
static uint32_t stray_home(const struct rollup_plan *plan, const struct rollup_links *links,
                           uint32_t unit, uint32_t first_top)
{
    int office = unit_level_find(plan->tree, plan->campaign->office_level);
    if (office < 0)
        return first_top;
    uint32_t home = unit_ancestor_of_level(plan->tree, unit, (unsigned)office, plan->day->day);
    if (home != NO_UNIT)
        home = unit_continuing(plan->tree, home, plan->day->day);
    return home != NO_UNIT && links->top[home] != NO_UNIT ? links->top[home] : first_top;
}

static void find_strays(const struct rollup_plan *plan, struct rollup_links *links)
{
    size_t count = plan->tree->unit_count;
    uint32_t first_top = NO_UNIT;
    for (uint32_t u = 0; u < count && first_top == NO_UNIT; u++)
        if (links->top[u] == u && (links->row_levels >> plan->tree->units[u].level & 1) != 0)
            first_top = u;
    uint32_t *home = mem_alloc(count, sizeof *home);
    const bool *below = links->below[plan->period_slots - 1];
    for (uint32_t u = 0; u < count; u++) {
        uint32_t leaf = plan->continuing[u];
        bool counts = leaf != NO_UNIT && below[leaf];
        home[u] = counts || !was_leaf(plan, links, u) ? NO_UNIT
                                                      : stray_home(plan, links, u, first_top);
    }
    links->strays = unit_groups_create(home, count);
    free(home);
}

static void find_slots(const struct rollup_plan *plan, struct rollup_links *links)
{
    const struct campaign *campaign = plan->campaign;
    bool baseline = campaign->baseline.kind != 0;
    links->slots = plan->period_slots + baseline;
    links->last_day = mem_alloc(links->slots, sizeof *links->last_day);
    links->below = mem_alloc(plan->period_slots, sizeof *links->below);
    for (size_t slot = 0; slot < plan->period_slots; slot++) {
        links->last_day[slot] = campaign_last_day(campaign, campaign_period(campaign, slot));
        bool same = slot > 0 && plan->days[slot] == plan->days[slot - 1];
        links->below[slot] = same ? links->below[slot - 1] : below_owner(plan, plan->days[slot]);
    }
    if (baseline)
        links->last_day[plan->period_slots] = campaign_last_day(campaign, campaign->baseline);
}

struct rollup_links *rollup_links_create(const struct rollup_plan *plan)
{
    size_t count = plan->tree->unit_count;
    struct rollup_links *links = mem_alloc(1, sizeof *links);
    uint32_t *merged_into = mem_alloc(count, sizeof *merged_into);
    for (size_t u = 0; u < count; u++)
        merged_into[u] = plan->tree->units[u].merged_into;
    links->predecessors = unit_groups_create(merged_into, count);
    free(merged_into);
    links->children = unit_groups_create(plan->day->parent, count);
    links->top = mem_alloc(count, sizeof *links->top);
    links->upper = mem_alloc(count, sizeof *links->upper);
    find_slots(plan, links);
    find_tops(plan, links);
    find_row_levels(plan, links);
    find_strays(plan, links);
    return links;
}

void rollup_links_destroy(struct rollup_links *links, size_t period_slots)
{
    if (links == NULL)
        return;
    for (size_t slot = 0; links->below != NULL && slot < period_slots; slot++)
        if (slot == 0 || links->below[slot] != links->below[slot - 1])
            free(links->below[slot]);
    free(links->below);
    free(links->last_day);
    free(links->upper);
    free(links->top);
    unit_groups_clear(&links->strays);
    unit_groups_clear(&links->children);
    unit_groups_clear(&links->predecessors);
    free(links);
}
