// Questions to a campaign that need no figures: its lists by code, its periods, its competitors.
#include "core/campaign.h"

#include <stdlib.h>
#include <string.h>

const char *const period_kind_words[] = {"month", "quarter", "half", "year", NULL};
const char *const indicator_kind_words[] = {"amount", "ratio", "mean", "yes_no", "assessed", NULL};
const char *const indicator_time_words[] = {"flow", "stock", NULL};
const char *const indicator_measure_words[] = {"level", "decrease", "increase", NULL};
const char *const indicator_better_words[] = {"more", "less", NULL};
const char *const points_rule_words[] = {"proportional", "steps",  "deduct",         "per_case",
                                         "linear",       "leader", "all_or_nothing", NULL};
const char *const deduct_count_words[] = {"exact", "started", "full", NULL};
const char *const award_to_words[] = {"unit", "individual", "collective", "household", NULL};
const char *const award_form_words[] = {"regular", "thematic", "spot", NULL};
const char *const quota_round_words[] = {"floor", "half_up", "ceil", NULL};
const char *const tie_at_cut_words[] = {"include", "exclude", "council", NULL};
const char *const not_applicable_words[] = {"rescale", "zero", "full", NULL};
const char *const refresh_words[] = {"nightly", "continuous", NULL};
const char *const counts_words[] = {"submitted", "signed", "verified", NULL};

void campaign_destroy(struct campaign *campaign)
{
    if (campaign)
        arena_destroy(campaign->arena); // the campaign itself lives in it
}

// The lists are short (CAMPAIGN_LIST_MAX); `code` is the first member of every entry.
static uint32_t find_code(const void *list, size_t count, size_t size, const char *code)
{
    const char *entry = list;
    for (size_t i = 0; i < count; i++, entry += size) {
        const char *other;
        memcpy(&other, entry, sizeof other);
        if (other && strcmp(other, code) == 0)
            return (uint32_t)i;
    }
    return NO_INDEX;
}

_Static_assert(offsetof(struct indicator, code) == 0, "find_code");
_Static_assert(offsetof(struct award, code) == 0, "find_code");
_Static_assert(offsetof(struct adjustment_rule, code) == 0, "find_code");
_Static_assert(offsetof(struct class_rule, code) == 0, "find_code");

uint32_t campaign_indicator(const struct campaign *campaign, const char *code)
{
    return find_code(campaign->indicators, campaign->indicator_count, sizeof(struct indicator),
                     code);
}

uint32_t campaign_award(const struct campaign *campaign, const char *code)
{
    return find_code(campaign->awards, campaign->award_count, sizeof(struct award), code);
}

uint32_t campaign_adjustment(const struct campaign *campaign, const char *code)
{
    return find_code(campaign->adjustments, campaign->adjustment_count,
                     sizeof(struct adjustment_rule), code);
}

uint32_t campaign_class(const struct campaign *campaign, const char *code)
{
    return find_code(campaign->classes, campaign->class_count, sizeof(struct class_rule), code);
}

size_t campaign_period_count(const struct campaign *campaign)
{
    return (size_t)period_distance(campaign->from, campaign->to) + 1;
}

struct period campaign_period(const struct campaign *campaign, size_t index)
{
    struct period period = campaign->from;
    while (index-- > 0)
        period = period_next(period);
    return period;
}

int campaign_period_index(const struct campaign *campaign, struct period period)
{
    if (campaign->baseline.kind != 0 && period_equal(period, campaign->baseline))
        return -1;
    if (period.kind != campaign->from.kind)
        return -2;
    int index = period_distance(campaign->from, period);
    return index >= 0 && (size_t)index < campaign_period_count(campaign) ? index : -2;
}

int32_t campaign_last_day(const struct campaign *campaign, struct period period)
{
    return period_last_day(period, campaign->period_end_day);
}

struct period campaign_current_period(const struct campaign *campaign, int32_t day)
{
    struct period current = campaign->from;
    size_t count = campaign_period_count(campaign);
    for (size_t i = 1; i < count; i++) {
        struct period next = period_next(current);
        if (period_first_day(next, campaign->period_end_day) > day)
            break;
        current = next;
    }
    return current;
}

bool campaign_names_competitor(const struct campaign *campaign, const struct unit_tree *tree,
                               uint32_t unit)
{
    if (campaign->competitor_level)
        return strcmp(tree->levels[tree->units[unit].level], campaign->competitor_level) == 0;
    for (size_t i = 0; i < campaign->competitor_unit_count; i++)
        if (strcmp(campaign->competitor_units[i], tree->units[unit].code) == 0)
            return true;
    return false;
}

bool campaign_within_owner(const struct campaign *campaign, const struct unit_tree *tree,
                           uint32_t unit)
{
    uint32_t owner = unit_find(tree, campaign->owner);
    if (owner == NO_UNIT)
        return false;
    const struct unit *asked = &tree->units[unit];
    struct period period = campaign->from;
    for (size_t left = campaign_period_count(campaign); left > 0; left--) {
        int32_t day = campaign_last_day(campaign, period);
        if (day > asked->last_day)
            day = asked->last_day;
        if (day < asked->first_day)
            day = asked->first_day;
        if (unit_at_or_below(tree, unit, owner, day))
            return true;
        period = period_next(period);
    }
    return false;
}

// Marks by unit what the campaign names as competitor; NULL when a level says it.
static bool *listed_units(const struct campaign *campaign, const struct unit_tree *tree)
{
    if (campaign->competitor_level)
        return NULL;
    bool *listed = mem_alloc(tree->unit_count, sizeof *listed);
    for (size_t i = 0; i < campaign->competitor_unit_count; i++) {
        uint32_t unit = unit_find(tree, campaign->competitor_units[i]);
        if (unit != NO_UNIT)
            listed[unit] = true;
    }
    return listed;
}

static uint32_t *cluster_of_units(const struct campaign *campaign, const struct unit_tree *tree)
{
    uint32_t *cluster_of = mem_alloc(tree->unit_count, sizeof *cluster_of);
    for (size_t i = 0; i < tree->unit_count; i++)
        cluster_of[i] = campaign->cluster_count == 0 ? 0 : NO_INDEX;
    for (size_t i = 0; i < campaign->cluster_count; i++)
        for (size_t j = 0; j < campaign->clusters[i].unit_count; j++) {
            uint32_t unit = unit_find(tree, campaign->clusters[i].units[j]);
            if (unit != NO_UNIT && cluster_of[unit] == NO_INDEX)
                cluster_of[unit] = (uint32_t)i;
        }
    return cluster_of;
}

struct competitors *competitors_create(const struct campaign *campaign, const struct unit_day *day)
{
    const struct unit_tree *tree = day->tree;
    struct competitors *competitors = mem_alloc(1, sizeof *competitors);
    competitors->units = mem_alloc(tree->unit_count, sizeof *competitors->units);
    competitors->clusters = mem_alloc(tree->unit_count, sizeof *competitors->clusters);
    uint32_t owner = unit_find(tree, campaign->owner);
    int level = campaign->competitor_level ? unit_level_find(tree, campaign->competitor_level) : -1;
    bool *below = mem_alloc(tree->unit_count, sizeof *below);
    bool *listed = listed_units(campaign, tree);
    uint32_t *cluster_of = cluster_of_units(campaign, tree);

    for (size_t i = 0; i < day->order_count; i++) {
        uint32_t unit = day->order[i], parent = day->parent[unit];
        below[unit] = parent != NO_UNIT && (parent == owner || below[parent]);
    }
    for (uint32_t unit = 0; unit < tree->unit_count; unit++)
        if (below[unit] && (listed ? listed[unit] : tree->units[unit].level == level)) {
            competitors->units[competitors->count] = unit;
            competitors->clusters[competitors->count++] = cluster_of[unit];
        }
    free(cluster_of);
    free(listed);
    free(below);
    return competitors;
}

void competitors_destroy(struct competitors *competitors)
{
    if (!competitors)
        return;
    free(competitors->units);
    free(competitors->clusters);
    free(competitors);
}
