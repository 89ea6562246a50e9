// EXPLAIN, whether the offices of a unit's leaves were in time: the same question that a run asks
// (core/late.c), of one unit and with the office that is at fault.
#include "server/explain.h"

#include "core/deadline.h"
#include <stdlib.h>

// Calls `take` with the office of each leaf below the unit in the tree of a slot, until it returns
// false. Nothing is called for a unit that did not stand below the owner then.
typedef bool office_fn(void *arg, uint32_t office);
static void each_office(const struct rollup_plan *plan, uint32_t unit, size_t slot, office_fn *take,
                        void *arg)
{
    const struct unit_day *day = plan->days[slot];
    const struct unit_tree *tree = plan->tree;
    struct period period = campaign_period(plan->campaign, slot);
    if (!unit_below(tree, unit, plan->owner, day->day))
        return;
    for (size_t i = 0; i < day->order_count; i++) {
        uint32_t leaf = day->order[i], office = NO_UNIT;
        if (!(plan->leaf_levels >> tree->units[leaf].level & 1) ||
            !unit_at_or_below(tree, leaf, unit, day->day))
            continue;
        office_of(plan->campaign, tree, leaf, period, DAY_MAX, &office);
        if (office != NO_UNIT && !take(arg, office))
            return;
    }
}

struct late_search {
    const struct explain *explain;
    size_t slot;
    uint32_t found;
};

static bool look_late(void *arg, uint32_t office)
{
    struct late_search *search = arg;
    const struct explain *explain = search->explain;
    size_t slots = explain->input->plan->period_slots;
    if (period_late(explain->campaign, campaign_period(explain->campaign, search->slot),
                    explain->handed_in_us[office * slots + search->slot],
                    explain->query->run.cut_us))
        search->found = office;
    return search->found == NO_UNIT;
}

uint32_t explain_late_office(const struct explain *explain, uint32_t unit, size_t slot)
{
    struct late_search search = {explain, slot, NO_UNIT};
    if (explain->handed_in_us != NULL)
        each_office(explain->input->plan, unit, slot, look_late, &search);
    return search.found;
}

int64_t explain_on_time(const struct explain *explain, uint32_t unit)
{
    const struct rollup_plan *plan = explain->input->plan;
    int64_t on_time = 0;
    for (size_t slot = 0; slot < plan->period_slots; slot++)
        on_time += unit_below(plan->tree, unit, plan->owner, plan->days[slot]->day) &&
                   explain_late_office(explain, unit, slot) == NO_UNIT;
    return on_time;
}

int64_t explain_late_count(const struct explain *explain, uint32_t unit)
{
    int64_t late = 0;
    for (size_t slot = 0; slot < explain->input->plan->period_slots; slot++)
        late += explain_late_office(explain, unit, slot) != NO_UNIT;
    return late;
}

struct office_list {
    const struct unit_tree *tree;
    struct code_list *codes;
    bool *in;
};

static bool add_office(void *arg, uint32_t office)
{
    struct office_list *list = arg;
    for (uint32_t at = office; at != NO_UNIT && !list->in[at];
         at = list->tree->units[at].merged_into) {
        list->in[at] = true; // what continues an office hands in for it
        code_list_add(list->codes, list->tree->units[at].code);
    }
    return true;
}

void explain_offices(const struct explain *explain, uint32_t unit, struct code_list *list)
{
    const struct rollup_plan *plan = explain->input->plan;
    struct office_list offices = {plan->tree, list,
                                  mem_alloc(plan->tree->unit_count + 1, sizeof(bool))};
    for (size_t slot = 0; slot < plan->period_slots; slot++)
        each_office(plan, unit, slot, add_office, &offices);
    free(offices.in);
}
