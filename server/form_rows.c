// The rows of a form to fill in.
#include "server/form_rows.h"

#include <string.h>

struct walk {
    const struct campaign *campaign;
    const struct unit_tree *tree;
    bool baseline;
    int32_t day;
    uint32_t owner;
};

static bool reports(const struct walk *walk, uint32_t unit, const struct indicator *indicator)
{
    const struct unit_tree *tree = walk->tree;
    bool below = walk->owner != NO_UNIT && unit_below(tree, unit, walk->owner, walk->day);
    if (indicator->kind == KIND_ASSESSED)
        return !walk->baseline && below && campaign_names_competitor(walk->campaign, tree, unit);
    if (strcmp(tree->levels[tree->units[unit].level], indicator->reported_by) != 0)
        return false;
    return walk->baseline ? indicator->measure != MEASURE_LEVEL : below;
}

static void find_day(struct walk *walk, uint32_t unit, struct period period)
{
    walk->baseline = campaign_period_index(walk->campaign, period) == -1;
    walk->day = campaign_last_day(walk->campaign, period);
    if (walk->baseline && walk->tree->units[unit].first_day > walk->day)
        walk->day = campaign_last_day(walk->campaign, walk->campaign->from);
}

bool form_rows(const struct campaign *campaign, const struct unit_tree *tree, uint32_t unit,
               struct period period, uint32_t from_unit, uint32_t from_indicator, form_row_fn *take,
               void *arg)
{
    struct walk walk = {
        .campaign = campaign, .tree = tree, .owner = unit_find(tree, campaign->owner)};
    find_day(&walk, unit, period);
    if (!unit_exists(tree, unit, walk.day))
        return false;
    uint32_t first = from_indicator;
    for (uint32_t at = from_unit; at < tree->unit_count; at++, first = 0) {
        if (!unit_exists(tree, at, walk.day) || !unit_at_or_below(tree, at, unit, walk.day))
            continue;
        for (uint32_t i = first; i < campaign->indicator_count; i++)
            if (reports(&walk, at, &campaign->indicators[i]) && !take(arg, at, i))
                return true;
    }
    return true;
}
