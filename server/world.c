// The rules in memory.
#include "server/world.h"

#include "common/campaign_yaml.h"
#include "common/log.h"
#include "core/mem.h"
#include <stdlib.h>
#include <string.h>

const char world_documents_sql[] =
    "SELECT d.kind, d.campaign, d.accepted, CASE WHEN d.accepted > $1 THEN d.content END"
    "  FROM (SELECT DISTINCT ON (campaign, kind) * FROM document WHERE kind <= 2"
    "         ORDER BY campaign, kind, accepted DESC) d";
const char world_indicators_sql[] = "SELECT campaign, code, number FROM indicator";

// ---- parts

static void units_release(struct world_units *units)
{
    if (units == NULL || --units->references > 0)
        return;
    unit_tree_destroy(units->tree);
    free(units);
}

static void campaign_release(struct world_campaign *campaign)
{
    if (campaign == NULL || --campaign->references > 0)
        return;
    campaign_destroy(campaign->rules);
    free(campaign->numbers);
    free(campaign);
}

struct world *world_hold(struct world *world)
{
    world->references++;
    return world;
}

void world_release(struct world *world)
{
    if (world == NULL || --world->references > 0)
        return;
    units_release(world->units);
    for (size_t i = 0; i < world->campaign_count; i++)
        campaign_release(world->campaigns[i]);
    free(world->campaigns);
    free(world);
}

// ---- reading documents on record

static void log_unreadable(const char *what, int64_t accepted, const struct findings *findings)
{
    char sentence[200] = "";
    if (findings->count > 0)
        finding_text(&findings->list[0], finding_template(findings->list[0].code), sentence,
                     sizeof sentence);
    log_event(LOG_ERROR, "document_unreadable", "what=%s accepted=%lld first=\"%s\"", what,
              (long long)accepted, sentence);
}

static struct world_units *units_read(int64_t accepted, const char *content, size_t length)
{
    struct findings findings = {0};
    struct arena *arena = arena_create();
    struct unit_tree *tree = NULL;
    const struct csv_table *table = csv_read(arena, "units", content, length, unit_columns, 7, 4,
                                             &findings);
    if (table != NULL && findings.errors == 0)
        tree = unit_tree_create(table, &findings);
    arena_destroy(arena);
    struct world_units *units = NULL;
    if (tree != NULL) {
        units = mem_alloc(1, sizeof *units);
        *units = (struct world_units){.references = 1, .accepted = accepted, .tree = tree};
    } else {
        log_unreadable("units", accepted, &findings);
    }
    findings_free(&findings);
    return units;
}

static struct world_campaign *campaign_make(int32_t id, int64_t accepted, const char *content,
                                            size_t length)
{
    struct findings findings = {0};
    struct campaign *rules = campaign_read("campaign", content, length, &findings);
    struct world_campaign *campaign = NULL;
    if (rules != NULL) {
        campaign = mem_alloc(1, sizeof *campaign);
        *campaign = (struct world_campaign){
            .references = 1, .id = id, .accepted = accepted, .rules = rules};
        campaign->numbers = mem_alloc(rules->indicator_count + 1, sizeof *campaign->numbers);
    } else {
        log_unreadable("campaign", accepted, &findings);
    }
    findings_free(&findings);
    return campaign;
}

// ---- making a world

static struct world_units *take_units(const struct world *old, const PGresult *documents, int row)
{
    int64_t accepted = db_integer_at(documents, row, 2);
    if (old != NULL && old->units != NULL && old->units->accepted == accepted) {
        old->units->references++;
        return old->units;
    }
    return PQgetisnull(documents, row, 3) ? NULL
                                          : units_read(accepted, PQgetvalue(documents, row, 3),
                                                       (size_t)PQgetlength(documents, row, 3));
}

static struct world_campaign *take_campaign(const struct world *old, const PGresult *documents,
                                            int row)
{
    int32_t id = (int32_t)db_integer_at(documents, row, 1);
    int64_t accepted = db_integer_at(documents, row, 2);
    for (size_t i = 0; old != NULL && i < old->campaign_count; i++) {
        if (old->campaigns[i]->id == id && old->campaigns[i]->accepted == accepted) {
            old->campaigns[i]->references++;
            return old->campaigns[i];
        }
    }
    return PQgetisnull(documents, row, 3)
               ? NULL
               : campaign_make(id, accepted, PQgetvalue(documents, row, 3),
                               (size_t)PQgetlength(documents, row, 3));
}

static int by_code(const void *left, const void *right)
{
    const struct world_campaign *const *a = left, *const *b = right;
    return strcmp((*a)->rules->code, (*b)->rules->code);
}

// Numbers of indicators never change, so writing them again into a shared campaign changes nothing.
static void take_numbers(struct world *world, const PGresult *indicators)
{
    for (int row = 0; row < PQntuples(indicators); row++) {
        int32_t id = (int32_t)db_integer_at(indicators, row, 0);
        for (size_t i = 0; i < world->campaign_count; i++) {
            struct world_campaign *campaign = world->campaigns[i];
            uint32_t at = campaign->id == id
                              ? campaign_indicator(campaign->rules, PQgetvalue(indicators, row, 1))
                              : NO_INDEX;
            if (at != NO_INDEX)
                campaign->numbers[at] = (int16_t)db_integer_at(indicators, row, 2);
        }
    }
}

static bool numbers_complete(const struct world *world)
{
    for (size_t i = 0; i < world->campaign_count; i++) {
        for (size_t at = 0; at < world->campaigns[i]->rules->indicator_count; at++) {
            if (world->campaigns[i]->numbers[at] == 0)
                return false;
        }
    }
    return true;
}

struct world *world_create(struct world *old, const PGresult *documents, const PGresult *indicators)
{
    struct world *world = mem_alloc(1, sizeof *world);
    int rows = PQntuples(documents);
    bool good = true;
    world->references = 1;
    world->campaigns = mem_alloc((size_t)rows + 1, sizeof *world->campaigns);
    for (int row = 0; good && row < rows; row++) {
        int64_t accepted = db_integer_at(documents, row, 2);
        world->version = accepted > world->version ? accepted : world->version;
        if (db_integer_at(documents, row, 0) == 1) {
            world->units = take_units(old, documents, row);
            good = world->units != NULL;
        } else {
            struct world_campaign *campaign = take_campaign(old, documents, row);
            good = campaign != NULL;
            if (good)
                world->campaigns[world->campaign_count++] = campaign;
        }
    }
    qsort(world->campaigns, world->campaign_count, sizeof *world->campaigns, by_code);
    take_numbers(world, indicators);
    if (!good || !numbers_complete(world)) {
        world_release(world);
        return NULL;
    }
    return world;
}

// ---- looking things up

const struct world_campaign *world_campaign(const struct world *world, const char *code)
{
    for (size_t low = 0, high = world->campaign_count; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(code, world->campaigns[middle]->rules->code);
        if (order == 0)
            return world->campaigns[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct world_campaign *world_campaign_by_id(const struct world *world, int32_t id)
{
    for (size_t i = 0; i < world->campaign_count; i++) {
        if (world->campaigns[i]->id == id)
            return world->campaigns[i];
    }
    return NULL;
}

const struct unit_tree *world_tree(const struct world *world)
{
    return world->units != NULL ? world->units->tree : NULL;
}

// A unit that ended without a successor stands for itself.
static uint32_t today_of(const struct unit_tree *tree, uint32_t unit, int32_t today)
{
    if (unit == NO_UNIT || tree->units[unit].last_day >= today)
        return unit;
    uint32_t continuing = unit_continuing(tree, unit, today);
    return continuing != NO_UNIT ? continuing : unit;
}

uint32_t world_unit_today(const struct world *world, const char *code, int32_t today)
{
    const struct unit_tree *tree = world_tree(world);
    return tree != NULL ? today_of(tree, unit_find(tree, code), today) : NO_UNIT;
}

bool world_covers(const struct world *world, const char *upper, uint32_t unit, int32_t today)
{
    const struct unit_tree *tree = world_tree(world);
    uint32_t above = world_unit_today(world, upper, today);
    if (above == NO_UNIT || unit == NO_UNIT)
        return false;
    uint32_t below = today_of(tree, unit, today);
    int32_t day = today;
    for (int end = 0; end < 2; end++) { // both exist on the day nearest to today
        const struct unit *one = &tree->units[end == 0 ? above : below];
        day = day > one->last_day ? one->last_day : day < one->first_day ? one->first_day : day;
    }
    return unit_at_or_below(tree, below, above, day);
}
