// The plan of a rollup: campaign, tree and period made ready, and the order of the work
// (semantics.md, section 3). The work itself is in rollup_part.c and rollup_leaf.c.
#include "core/rollup.h"

#include "core/rollup_links.h"
#include <stdlib.h>

#define LEAF_LEVEL_NONE 0xff

const char *const scope_names[SCOPE_COUNT] = {"period", "to_date"};

// Does any unit begin, end or move between two days? (from < to)
static bool tree_changes(const struct unit_tree *tree, int32_t from, int32_t to)
{
    for (size_t u = 0; u < tree->unit_count; u++) {
        const struct unit *unit = &tree->units[u];
        for (size_t r = 0; r < unit->row_count; r++)
            if ((unit->rows[r].from > from && unit->rows[r].from <= to) ||
                (unit->rows[r].to >= from && unit->rows[r].to < to))
                return true;
    }
    return false;
}

static void plan_days(struct rollup_plan *plan)
{
    const struct campaign *campaign = plan->campaign;
    plan->days = mem_alloc(plan->period_slots, sizeof(struct unit_day *));
    int32_t before = 0;
    for (size_t slot = 0; slot < plan->period_slots; slot++) {
        int32_t day = campaign_last_day(campaign, campaign_period(campaign, slot));
        // P's own object is never shared, so that its `day` is exactly P's last day.
        bool same = slot > 0 && slot + 1 < plan->period_slots &&
                    !tree_changes(plan->tree, before, day);
        plan->days[slot] = same ? plan->days[slot - 1] : unit_day_create(plan->tree, day);
        before = day;
    }
    plan->day = plan->days[plan->period_slots - 1];
}

static void plan_levels(struct rollup_plan *plan)
{
    size_t count = plan->campaign->indicator_count;
    plan->leaf_level = mem_alloc(count, sizeof *plan->leaf_level);
    for (size_t i = 0; i < count; i++) {
        const char *name = plan->campaign->indicators[i].reported_by;
        int level = name == NULL ? -1 : unit_level_find(plan->tree, name);
        plan->leaf_level[i] = level < 0 ? LEAF_LEVEL_NONE : (uint8_t)level;
        if (level >= 0)
            plan->leaf_levels |= (uint16_t)(1U << level);
    }
}

static void plan_continuing(struct rollup_plan *plan)
{
    const struct unit_tree *tree = plan->tree;
    plan->continuing = mem_alloc(tree->unit_count, sizeof *plan->continuing);
    for (uint32_t u = 0; u < tree->unit_count; u++)
        plan->continuing[u] = unit_continuing(tree, u, plan->day->day);
}

struct rollup_plan *rollup_plan_create(const struct campaign *campaign,
                                       const struct unit_tree *tree, struct period period,
                                       struct err *err)
{
    char text[PERIOD_TEXT_SIZE];
    period_format(period, text);
    int index = campaign_period_index(campaign, period);
    if (index < 0) {
        err_set(err, ERR_REJECT, "unknown_period", "%s is no reporting period of campaign %s", text,
                campaign->code);
        return NULL;
    }
    uint32_t owner = unit_find(tree, campaign->owner);
    if (owner == NO_UNIT || !unit_exists(tree, owner, campaign_last_day(campaign, period))) {
        err_set(err, ERR_REJECT, "owner_absent", "unit %s does not exist on the last day of %s",
                campaign->owner, text);
        return NULL;
    }
    struct rollup_plan *plan = mem_alloc(1, sizeof *plan);
    plan->campaign = campaign;
    plan->tree = tree;
    plan->period = period;
    plan->period_slots = (size_t)index + 1;
    plan->owner = owner;
    plan_days(plan);
    plan_levels(plan);
    plan_continuing(plan);
    plan->links = rollup_links_create(plan);
    return plan;
}

void rollup_plan_destroy(struct rollup_plan *plan)
{
    if (plan == NULL)
        return;
    rollup_links_destroy(plan->links, plan->period_slots);
    for (size_t slot = 0; slot < plan->period_slots; slot++)
        if (slot == 0 || plan->days[slot] != plan->days[slot - 1])
            unit_day_destroy(plan->days[slot]);
    free(plan->days);
    free(plan->continuing);
    free(plan->leaf_level);
    free(plan);
}

bool rollup_has(const struct rollup_plan *plan, uint32_t unit, uint32_t indicator)
{
    return rollup_unit_has_row(plan, unit) &&
           rollup_level_has(plan, plan->tree->units[unit].level, indicator);
}

uint32_t *rollup_tops(const struct rollup_plan *plan, size_t *ret_count)
{
    size_t count = 0;
    uint32_t *tops = mem_alloc(plan->tree->unit_count, sizeof *tops);
    for (uint32_t u = 0; u < plan->tree->unit_count; u++)
        if (plan->links->top[u] == u && rollup_unit_has_row(plan, u))
            tops[count++] = u;
    *ret_count = count;
    return tops;
}

uint32_t *rollup_uppers(const struct rollup_plan *plan, size_t *ret_count)
{
    size_t count = 0;
    uint32_t *uppers = mem_alloc(plan->tree->unit_count, sizeof *uppers);
    for (size_t i = plan->day->order_count; i-- > 0;) {
        uint32_t unit = plan->day->order[i];
        if (plan->links->upper[unit] && rollup_unit_has_row(plan, unit))
            uppers[count++] = unit;
    }
    *ret_count = count;
    return uppers;
}

// Units whose cells count for `unit` as a leaf: itself and all that it continues.
static size_t source_count(const struct rollup_plan *plan, uint32_t leaf)
{
    const struct unit_groups *predecessors = &plan->links->predecessors;
    size_t count = 0;
    if (!rollup_is_leaf_level(plan, plan->tree->units[leaf].level))
        return 0;
    struct {
        uint32_t *list;
        size_t count, capacity;
    } open = {0};
    *MEM_PUSH(open.list, open.count, open.capacity) = leaf;
    while (open.count > 0) {
        uint32_t unit = open.list[--open.count];
        count++;
        for (uint32_t p = predecessors->start[unit]; p < predecessors->start[unit + 1]; p++)
            if (plan->continuing[predecessors->list[p]] == leaf)
                *MEM_PUSH(open.list, open.count, open.capacity) = predecessors->list[p];
    }
    free(open.list);
    return count;
}

size_t rollup_weight(const struct rollup_plan *plan, uint32_t top)
{
    const struct unit_groups *children = &plan->links->children;
    size_t sources = 0;
    struct {
        uint32_t *list;
        size_t count, capacity;
    } open = {0};
    *MEM_PUSH(open.list, open.count, open.capacity) = top;
    while (open.count > 0) {
        uint32_t unit = open.list[--open.count];
        sources += source_count(plan, unit);
        for (uint32_t c = children->start[unit]; c < children->start[unit + 1]; c++)
            *MEM_PUSH(open.list, open.count, open.capacity) = children->list[c];
    }
    free(open.list);
    return sources * plan->links->slots * plan->campaign->indicator_count;
}

int rollup_row_add(const struct rollup_plan *plan, struct rollup_row *row,
                   const struct rollup_row *child, struct err *err)
{
    size_t count = plan->campaign->indicator_count;
    unsigned level = plan->tree->units[row->unit].level;
    for (size_t c = 0; c < SCOPE_COUNT * count; c++) {
        uint32_t indicator = (uint32_t)(c % count);
        if (!rollup_level_has(plan, level, indicator) || plan->leaf_level[indicator] == level)
            continue; // a leaf's own cells are all it has
        if (component_add(&row->components[c], &child->components[c],
                          plan->tree->units[row->unit].code,
                          plan->campaign->indicators[indicator].code, err) < 0)
            return -1;
    }
    return 0;
}
