// Offices of (unit, period) pairs, from the rules in memory; and, where that is asked, how many rows
// their forms have on record.
#include "server/locate.h"

#include "core/entry.h"
#include "core/mem.h"
#include "server/pulse.h"
#include "server/world.h"
#include <stdlib.h>
#include <string.h>

struct place {                   // of a pair
    uint32_t unit, office, then; // NO_UNIT: unknown
    struct period period;
};
struct locating { // waits for the database
    struct asker asker;
    size_t count;
    const char **offices; // all in `arena`
    uint32_t *rows;
    struct arena *arena;
};

static struct place place_of(const struct campaign *rules, const struct unit_tree *tree,
                             const char *unit, const char *period, int32_t today)
{
    struct place place = {unit_find(tree, unit), NO_UNIT, NO_UNIT, {0}};
    if (place.unit != NO_UNIT && period_parse(period, strlen(period), &place.period) &&
        campaign_period_index(rules, place.period) != -2)
        place.office = office_of(rules, tree, place.unit, place.period, today, &place.then);
    return place;
}

static void locating_answer(struct locating *locating)
{
    struct message located = {.type = MESSAGE_LOCATED,
                              .located = {.count = locating->count,
                                          .offices = locating->offices,
                                          .rows = locating->rows}};
    answer_send(&locating->asker, &located);
    arena_destroy(locating->arena);
    free(locating);
}

// ---- rows on record

// A form may be on record under the office of its period and each that has continued it since.
static const char rows_sql[] =
    "SELECT k.pair, count(f.*)"
    "  FROM unnest($2::int[], $3::text[], $4::text[], $5::int[]) AS k (pair, office, unit, period)"
    " CROSS JOIN LATERAL (SELECT 1 FROM form WHERE office = k.office AND campaign = $1::int"
    "  AND unit = k.unit AND period = k.period OFFSET 0) f GROUP BY k.pair";

struct row_columns {
    struct text pairs, offices, units, periods; // array literals without their end
};

static void add_key(struct row_columns *columns, size_t pair, const struct unit_tree *tree,
                    const struct place *place, uint32_t office)
{
    const char *comma = columns->pairs.length > 0 ? "," : "{";
    text_addf(&columns->pairs, "%s%zu", comma, pair);
    text_addf(&columns->offices, "%s%s", comma, tree->units[office].code);
    text_addf(&columns->units, "%s%s", comma, tree->units[place->unit].code);
    text_addf(&columns->periods, "%s%d", comma, period_number(place->period));
}

static const char *literal(struct text *text)
{
    text_addf(text, "%s}", text->length > 0 ? "" : "{");
    return text->data;
}

static void on_rows(void *arg, enum db_class class, const PGresult *result)
{
    struct locating *locating = arg;
    if (class != DB_OK)
        locating->rows = NULL; // the offices are told all the same
    for (int row = 0; class == DB_OK && row < PQntuples(result); row++)
        locating->rows[db_integer_at(result, row, 0)] += (uint32_t)db_integer_at(result, row, 1);
    locating_answer(locating);
}

static void ask_rows(struct locating *locating, const struct world_campaign *campaign,
                     const struct unit_tree *tree, const struct place *places)
{
    struct row_columns columns = {0};
    char id[DB_INTEGER_SIZE];
    locating->rows = arena_alloc(locating->arena, locating->count + 1, sizeof *locating->rows);
    for (size_t i = 0; i < locating->count; i++) {
        locating->rows[i] = places[i].then != NO_UNIT;
        for (uint32_t office = places[i].then; office != NO_UNIT;
             office = tree->units[office].merged_into) {
            add_key(&columns, i, tree, &places[i], office);
            if (office == places[i].office)
                break;
        }
    }
    const struct db_param params[] = {
        db_integer(campaign->id, id), db_text(literal(&columns.pairs)),
        db_text(literal(&columns.offices)), db_text(literal(&columns.units)),
        db_text(literal(&columns.periods))};
    db_exec(locating->asker.server->read_db, NULL, rows_sql, params, 5, 0, on_rows, locating);
    text_free(&columns.pairs);
    text_free(&columns.offices);
    text_free(&columns.units);
    text_free(&columns.periods);
}

void locate_answer(const struct asker *asker, struct message *message)
{
    const struct wire_locate *locate = &message->locate;
    const struct world *world = asker->server->world;
    const struct world_campaign *campaign = world_campaign(world, locate->campaign);
    const struct unit_tree *tree = world_tree(world);
    if (campaign == NULL || tree == NULL) {
        answer_code(asker, WIRE_NOT_FOUND, "there is no such campaign");
        return;
    }
    int32_t today = pulse_today(asker->server->pulse);
    struct locating *locating = mem_alloc(1, sizeof *locating);
    *locating = (struct locating){.asker = *asker, .count = locate->count, .arena = arena_create()};
    locating->offices = arena_alloc(locating->arena, locate->count + 1, sizeof *locating->offices);
    struct place *places = arena_alloc(locating->arena, locate->count + 1, sizeof *places);
    for (size_t i = 0; i < locate->count; i++) {
        places[i] = place_of(campaign->rules, tree, locate->units[i], locate->periods[i], today);
        uint32_t office = places[i].office;
        const char *code = office != NO_UNIT ? tree->units[office].code : "";
        locating->offices[i] = arena_text(locating->arena, code, strlen(code));
        if (!access_reaches(&asker->who, world, office, today))
            places[i].then = NO_UNIT;
    }
    if (locate->rows && db_ready(asker->server->read_db))
        ask_rows(locating, campaign, tree, places);
    else
        locating_answer(locating);
}
