// A campaign held against the unit tree, over all its periods.
#include "core/campaign_warn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tree_check {
    const struct campaign *campaign;
    const struct unit_tree *tree;
    const char *file;
    struct findings *findings;
    uint32_t owner;
    size_t period_count;
    int32_t *last_days; // by period
    bool *competes;     // by unit: when some period ends
    bool *nested;       // by unit: has been named as nested
    bool *leaf_level;   // by level
    char path[CAMPAIGN_PATH_SIZE];
};

#define FAULT(check, code, place, value, ...) \
    finding_add((check)->findings, code, place, value, __VA_ARGS__)

static struct finding_place at_key(const struct tree_check *check, const char *key)
{
    return (struct finding_place){.file = check->file, .column = key};
}

static struct finding_place at_entry(struct tree_check *check, const char *list, size_t index)
{
    snprintf(check->path, sizeof check->path, "%s[%zu]", list, index);
    return at_key(check, check->path);
}

// --- owner and levels ---

static bool check_owner(struct tree_check *check)
{
    const char *owner = check->campaign->owner;
    char day[DAY_TEXT_SIZE];
    size_t absent = 0, first_absent = 0;
    if (check->owner == NO_UNIT) {
        FAULT(check, FINDING_UNKNOWN_UNIT, at_key(check, "owner"), owner, owner, NULL);
        return false;
    }
    for (size_t i = check->period_count; i-- > 0;)
        if (!unit_exists(check->tree, check->owner, check->last_days[i])) {
            absent++;
            first_absent = i;
        }
    if (absent == 0)
        return true;
    day_format(check->last_days[first_absent], day);
    bool never = absent == check->period_count;
    FAULT(check, never ? FINDING_OWNER_ABSENT : FINDING_OWNER_ENDS, at_key(check, "owner"), owner,
          owner, day, NULL);
    return !never;
}

static int find_level(struct tree_check *check, const char *level, struct finding_place place)
{
    int found = unit_level_find(check->tree, level);
    if (found >= 0)
        return found;
    struct text levels = {0};
    for (size_t i = 0; i < check->tree->level_count; i++)
        text_addf(&levels, "%s%s", i ? ", " : "", check->tree->levels[i]);
    FAULT(check, FINDING_UNKNOWN_LEVEL, place, level, level, levels.data, NULL);
    text_free(&levels);
    return -1;
}

static bool at_or_above(const struct tree_check *check, unsigned upper, unsigned lower)
{
    return upper == lower || unit_level_above(check->tree, upper, lower);
}

// The leaves of an indicator lie at or below the offices and all competing units.
static void check_leaf_level(struct tree_check *check, size_t at)
{
    const struct campaign *campaign = check->campaign;
    const struct indicator *indicator = &campaign->indicators[at];
    char path[CAMPAIGN_PATH_SIZE];
    struct finding_place place = campaign_place(check->file, indicator->line, "indicators", at,
                                                "reported_by", path);
    const char *name = indicator->reported_by;
    int leaf = find_level(check, name, place);
    int office = unit_level_find(check->tree, campaign->office_level);
    if (leaf < 0)
        return;
    check->leaf_level[leaf] = true;
    if (office >= 0 && !at_or_above(check, (unsigned)office, (unsigned)leaf))
        FAULT(check, FINDING_LEAF_ABOVE_OFFICE, place, name, name, indicator->code,
              campaign->office_level, NULL);
    for (uint32_t unit = 0; unit < check->tree->unit_count; unit++) {
        unsigned level = check->tree->units[unit].level;
        if (check->competes[unit] && !at_or_above(check, level, (unsigned)leaf)) {
            FAULT(check, FINDING_LEAF_ABOVE_COMPETITOR, place, name, name, indicator->code,
                  check->tree->levels[level], NULL);
            return;
        }
    }
}

static void check_levels(struct tree_check *check)
{
    const struct campaign *campaign = check->campaign;
    find_level(check, campaign->office_level, at_key(check, "office_level"));
    if (campaign->competitor_level)
        find_level(check, campaign->competitor_level, at_key(check, "competitors.level"));
    for (size_t i = 0; i < campaign->indicator_count; i++)
        if (campaign->indicators[i].kind != KIND_ASSESSED)
            check_leaf_level(check, i);
}

// --- competitors ---

static void warn_nested(struct tree_check *check, const struct unit_day *day,
                        const bool *competes_now, uint32_t unit)
{
    uint32_t above = day->parent[unit];
    while (above != NO_UNIT && !competes_now[above])
        above = day->parent[above];
    if (above == NO_UNIT || check->nested[unit])
        return;
    check->nested[unit] = true;
    const char *code = check->tree->units[unit].code;
    FAULT(check, FINDING_NESTED_COMPETITORS, at_key(check, "competitors.units"), code, code,
          check->tree->units[above].code, NULL);
}

static void find_competitors_of(struct tree_check *check, int32_t last_day)
{
    struct unit_day *day = unit_day_create(check->tree, last_day);
    struct competitors *competitors = competitors_create(check->campaign, day);
    bool *now = mem_alloc(check->tree->unit_count, sizeof *now);
    for (size_t i = 0; i < competitors->count; i++)
        now[competitors->units[i]] = check->competes[competitors->units[i]] = true;
    for (size_t i = 0; i < competitors->count; i++)
        warn_nested(check, day, now, competitors->units[i]);
    free(now);
    competitors_destroy(competitors);
    unit_day_destroy(day);
}

// Does the unit exist when some period ends?
static bool exists_ever(const struct tree_check *check, uint32_t unit)
{
    for (size_t i = 0; i < check->period_count; i++)
        if (unit_exists(check->tree, unit, check->last_days[i]))
            return true;
    return false;
}

static void check_listed_units(struct tree_check *check)
{
    const struct campaign *campaign = check->campaign;
    const struct unit_tree *tree = check->tree;
    uint32_t first = NO_UNIT;
    for (size_t i = 0; i < campaign->competitor_unit_count; i++) {
        const char *code = campaign->competitor_units[i];
        uint32_t unit = unit_find(tree, code);
        struct finding_place place = at_entry(check, "competitors.units", i);
        if (unit == NO_UNIT) {
            FAULT(check, FINDING_UNKNOWN_UNIT, place, code, code, NULL);
            continue;
        }
        if (!check->competes[unit])
            FAULT(check,
                  exists_ever(check, unit) ? FINDING_NOT_BELOW_OWNER : FINDING_NEVER_COMPETES,
                  place, code, code, campaign->owner, NULL);
        if (first == NO_UNIT)
            first = unit;
        else if (tree->units[unit].level != tree->units[first].level)
            FAULT(check, FINDING_LEVEL_MIXED, place, code, code,
                  tree->levels[tree->units[unit].level], tree->levels[tree->units[first].level],
                  NULL);
    }
}

static void check_competitors(struct tree_check *check)
{
    const struct campaign *campaign = check->campaign;
    for (size_t i = 0; i < check->period_count; i++)
        find_competitors_of(check, check->last_days[i]);
    check_listed_units(check);
    for (uint32_t unit = 0; unit < check->tree->unit_count; unit++)
        if (check->competes[unit])
            return;
    FAULT(check, FINDING_NO_COMPETITORS, at_key(check, "competitors"), "", campaign->owner, NULL);
}

// --- clusters ---

// Names what is wrong with one unit of a cluster; `cluster_of` is by unit.
static void check_cluster_unit(struct tree_check *check, uint32_t *cluster_of, uint32_t at,
                               const char *code)
{
    const struct campaign *campaign = check->campaign;
    const struct cluster *cluster = &campaign->clusters[at];
    char path[CAMPAIGN_PATH_SIZE];
    struct finding_place place = campaign_place(check->file, cluster->line, "clusters", at, "units",
                                                path);
    uint32_t unit = unit_find(check->tree, code);
    if (unit == NO_UNIT) {
        FAULT(check, FINDING_UNKNOWN_UNIT, place, code, code, NULL);
        return;
    }
    if (cluster_of[unit] != NO_INDEX)
        FAULT(check, FINDING_IN_TWO_CLUSTERS, place, code, code,
              campaign->clusters[cluster_of[unit]].code, cluster->code, NULL);
    cluster_of[unit] = at;
    if (!campaign_names_competitor(campaign, check->tree, unit))
        FAULT(check, FINDING_NOT_COMPETING_LISTED, place, code, code, cluster->code, NULL);
    else if (!check->competes[unit] && campaign->competitor_level)
        FAULT(check, FINDING_NEVER_COMPETES, place, code, code, campaign->owner, NULL);
}

static void check_clusters(struct tree_check *check)
{
    const struct campaign *campaign = check->campaign;
    const struct unit_tree *tree = check->tree;
    if (campaign->cluster_count == 0)
        return;
    uint32_t *cluster_of = mem_alloc(tree->unit_count, sizeof *cluster_of);
    for (size_t i = 0; i < tree->unit_count; i++)
        cluster_of[i] = NO_INDEX;
    for (uint32_t i = 0; i < campaign->cluster_count; i++)
        for (size_t j = 0; j < campaign->clusters[i].unit_count; j++)
            check_cluster_unit(check, cluster_of, i, campaign->clusters[i].units[j]);
    for (uint32_t unit = 0; unit < tree->unit_count; unit++)
        if (check->competes[unit] && cluster_of[unit] == NO_INDEX)
            FAULT(check, FINDING_IN_NO_CLUSTER, at_key(check, "clusters"), tree->units[unit].code,
                  tree->units[unit].code, NULL);
    free(cluster_of);
}

// --- units that end ---

// Competitors and leaves that end during the campaign (or between its baseline and it) and that no
// unit continues.
static void warn_ended(struct tree_check *check)
{
    const struct campaign *campaign = check->campaign;
    struct period first = campaign->baseline.kind != 0 ? campaign->baseline : campaign->from;
    int32_t begin = period_first_day(first, campaign->period_end_day);
    int32_t end = campaign_last_day(campaign, campaign->to);
    for (uint32_t i = 0; i < check->tree->unit_count; i++) {
        const struct unit *unit = &check->tree->units[i];
        bool counts = check->competes[i] || check->leaf_level[unit->level];
        if (!counts || unit->merged_into != NO_UNIT || unit->last_day < begin ||
            unit->last_day >= end ||
            !unit_at_or_below(check->tree, i, check->owner, unit->last_day))
            continue;
        char day[DAY_TEXT_SIZE];
        day_format(unit->last_day, day);
        FAULT(check, FINDING_COMPETITOR_ENDS, at_key(check, "owner"), unit->code, unit->code, day,
              NULL);
    }
}

static void find_last_days(struct tree_check *check)
{
    struct period period = check->campaign->from;
    check->period_count = campaign_period_count(check->campaign);
    check->last_days = mem_alloc(check->period_count, sizeof *check->last_days);
    for (size_t i = 0; i < check->period_count; i++) {
        check->last_days[i] = campaign_last_day(check->campaign, period);
        period = period_next(period);
    }
}

void campaign_check(const struct campaign *campaign, const struct unit_tree *tree, const char *file,
                    struct findings *findings)
{
    struct tree_check check = {
        .campaign = campaign,
        .tree = tree,
        .file = file,
        .findings = findings,
        .owner = unit_find(tree, campaign->owner),
        .competes = mem_alloc(tree->unit_count, sizeof(bool)),
        .nested = mem_alloc(tree->unit_count, sizeof(bool)),
        .leaf_level = mem_alloc(tree->level_count, sizeof(bool)),
    };
    find_last_days(&check);
    bool has_owner = check_owner(&check);
    if (has_owner)
        check_competitors(&check);
    check_levels(&check);
    if (has_owner) {
        check_clusters(&check);
        warn_ended(&check);
    }
    campaign_warn(campaign, file, findings);
    findings_sort(findings);
    free(check.last_days);
    free(check.competes);
    free(check.nested);
    free(check.leaf_level);
}
