// MISSING: who has not reported, as things stand now: for each office how much is expected and there,
// or, where a unit is named, each leaf and indicator that is missing. REPORTING: the same by forms, on
// time or late. Flows are looked at in the period, stocks to date; assessed points are no reports. A page
// takes as many offices as are not too much work: their forms are read and counted as a run would
// (core/rollup.h).
#include "server/missing.h"

#include "common/db_binary.h"
#include "core/deadline.h"
#include "server/pulse.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_WEIGHT_MAX 200000 // cells of a page's offices, as rollup_weight counts them
#define NUMBERS_MAX 32768

static void missing_release(void *state)
{
    struct missing *missing = state;
    rollup_part_destroy(missing->part);
    rollup_part_destroy(missing->due_part);
    free(missing->tops);
    free(missing->handed_in_us);
    free(missing->index);
    free(missing->rows);
    free(missing->due_rows);
    free(missing->forms);
    free(missing);
}

// ---- which offices

// Do the unit asked for and the top have units in common?
static bool concerns(const struct missing *missing, uint32_t top)
{
    const struct query *query = missing->query;
    int32_t day = missing->plan->day->day;
    if (!query_reaches(query, top) && query->unit == NO_UNIT)
        return false;
    return query->unit == NO_UNIT || unit_at_or_below(missing->plan->tree, top, query->unit, day) ||
           unit_at_or_below(missing->plan->tree, query->unit, top, day);
}

// The cursor is the last row: office, unit, indicator; or an office that is done. A list may go on
// in its office.
#define DONE "done"

static void set_done(const struct missing *missing, uint32_t office)
{
    const char *code = missing->plan->tree->units[office].code;
    query_set_cursor(missing->query, (const char *const[]){code, DONE, DONE}, 3);
}

static bool is_behind(const struct query *query, const char *code)
{
    if (!query->continues)
        return true;
    int order = strcmp(code, query->after[0]);
    return order > 0 || (order == 0 && strcmp(query->after[2], DONE) != 0);
}

static void choose_tops(struct missing *missing)
{
    const struct rollup_plan *plan = missing->plan;
    size_t weight = 0, count;
    missing->tops = rollup_tops(plan, &count);
    for (size_t i = 0; i < count && !missing->more; i++) {
        uint32_t top = missing->tops[i];
        if (!is_behind(missing->query, plan->tree->units[top].code) || !concerns(missing, top))
            continue;
        size_t more = rollup_weight(plan, top);
        missing->more = missing->count > 0 && weight + more > PAGE_WEIGHT_MAX;
        if (!missing->more)
            missing->tops[missing->count++] = top;
        weight += more;
    }
}

// ---- what is there

// A form's row: unit, period, accepted, then the arrays, then the instant.
enum { F_UNIT, F_PERIOD, F_ACCEPTED, F_INDICATOR, F_STATE, F_VALUE, F_DENOMINATOR, F_AT, F_COUNT };
static const char forms_sql[] =
    "SELECT f.unit, f.period, f.accepted, f.indicator, f.state, f.value, f.denominator,"
    " (extract(epoch FROM s.accepted_at) * 1000000)::bigint"
    "  FROM form f JOIN submission s ON s.office = f.office AND s.id = f.submission"
    " WHERE f.office = ANY ($1::text[]) AND f.campaign = $2 AND f.period = ANY ($3::integer[])"
    "   AND NOT (4 = ALL (f.state))"; // the council's points are not handed in by the office

static struct field field_at(const PGresult *result, int row, int column)
{
    if (PQgetisnull(result, row, column))
        return (struct field){NULL, -1};
    return (struct field){PQgetvalue(result, row, column), PQgetlength(result, row, column)};
}

static void take_instant(struct missing *missing, uint32_t unit, struct period period,
                         int64_t at_us)
{
    const struct rollup_plan *plan = missing->plan;
    uint32_t office = NO_UNIT;
    if (!period_equal(period, plan->period))
        return;
    office_of(plan->campaign, plan->tree, unit, period, DAY_MAX, &office);
    if (office != NO_UNIT && at_us < missing->handed_in_us[office])
        missing->handed_in_us[office] = at_us;
}

static void take_form(struct missing *missing, const PGresult *result, int row)
{
    uint32_t unit = unit_find(missing->plan->tree, PQgetvalue(result, row, F_UNIT));
    struct period period;
    struct array indicators, states, values, denominators;
    if (unit == NO_UNIT ||
        !period_from_number((int32_t)get_int(field_at(result, row, F_PERIOD)), &period) ||
        array_open(field_at(result, row, F_INDICATOR), &indicators) < 0 ||
        array_open(field_at(result, row, F_STATE), &states) < 0 ||
        array_open(field_at(result, row, F_VALUE), &values) < 0 ||
        array_open(field_at(result, row, F_DENOMINATOR), &denominators) < 0)
        return;
    int64_t accepted = get_int(field_at(result, row, F_ACCEPTED));
    int64_t at_us = get_int(field_at(result, row, F_AT));
    take_instant(missing, unit, period, at_us);
    for (size_t i = 0; i < indicators.count; i++) {
        int64_t number = get_int(array_next(&indicators));
        struct field denominator = array_next(&denominators);
        struct cell cell = {.state = (uint8_t)get_int(array_next(&states)),
                            .value_e4 = get_int(array_next(&values)),
                            .has_denominator = denominator.length >= 0};
        cell.denominator_e4 = cell.has_denominator ? get_int(denominator) : 0;
        if (number < 0 || missing->index[number] == NO_INDEX)
            continue;
        rollup_part_add(missing->part, unit, period, missing->index[number], accepted, &cell);
        if (missing->due_part != NULL && at_us < missing->due_us)
            rollup_part_add(missing->due_part, unit, period, missing->index[number], accepted,
                            &cell);
    }
}

// ---- rows of the answer

// Flows are missing in the period, stocks to date.
static enum scope scope_of(const struct indicator *indicator)
{
    return indicator->time == TIME_FLOW ? SCOPE_PERIOD : SCOPE_TO_DATE;
}

const struct component *missing_component(const struct missing *missing,
                                          const struct rollup_row *row, uint32_t indicator)
{
    const struct campaign *campaign = missing->plan->campaign;
    size_t scope = scope_of(&campaign->indicators[indicator]);
    return &row->components[scope * campaign->indicator_count + indicator];
}

static const struct component *component_of(const struct missing *missing, uint32_t unit,
                                            uint32_t indicator)
{
    return missing_component(missing, missing->rows[unit], indicator);
}

static bool add_office(struct missing *missing, uint32_t office)
{
    const struct rollup_plan *plan = missing->plan;
    struct query *query = missing->query;
    uint64_t leaves = 0, reported = 0, na = 0;
    for (uint32_t i = 0; i < plan->campaign->indicator_count; i++) {
        if (!rollup_has(plan, office, i))
            continue;
        const struct component *component = component_of(missing, office, i);
        leaves += component->leaves;
        reported += component->reported;
        na += component->na;
    }
    int64_t at_us = missing->handed_in_us[office], now_us = pulse_now_us(query->server->pulse);
    char numbers[4][24], seconds[24], at[QUERY_CELL_SIZE] = "";
    const uint64_t counts[4] = {leaves - na, reported, na, leaves - na - reported};
    for (size_t i = 0; i < 4; i++)
        snprintf(numbers[i], sizeof numbers[i], "%" PRIu64, counts[i]);
    snprintf(seconds, sizeof seconds, "%" PRId64, at_us / 1000000);
    if (at_us != INT64_MAX)
        instant_form(seconds, at);
    const char *late = period_late(plan->campaign, plan->period, at_us, now_us) ? "yes"
                       : at_us != INT64_MAX                                     ? "no"
                                                                                : "";
    const struct unit *unit = &plan->tree->units[office];
    return page_row(&query->page,
                    (const char *const[]){unit->code, unit->name, numbers[0], numbers[1],
                                          numbers[2], numbers[3], at, late});
}

static void add_offices(struct missing *missing)
{
    bool by_forms = missing->query->kind == &reporting_query;
    size_t done = 0;
    if (by_forms)
        reporting_count(missing);
    while (done < missing->count && (by_forms ? reporting_row(missing, missing->tops[done])
                                              : add_office(missing, missing->tops[done])))
        done++;
    if (done < missing->count || missing->more)
        set_done(missing, missing->tops[done - 1]);
}

// Is the row behind the last one of the page before?
static bool is_new(const struct query *query, const char *office, const char *unit,
                   uint32_t indicator)
{
    if (!query->continues || strcmp(office, query->after[0]) != 0)
        return true;
    int order = strcmp(unit, query->after[1]);
    return order > 0 || (order == 0 && indicator > strtoul(query->after[2], NULL, 10));
}

struct list_place { // the last row added
    uint32_t office, unit, indicator;
};

static bool list_leaf(struct missing *missing, uint32_t office, uint32_t leaf,
                      struct list_place *last)
{
    const struct rollup_plan *plan = missing->plan;
    const struct unit *units = plan->tree->units;
    struct form_state form = form_state_of(missing, missing->rows[leaf], leaf);
    const char *handed_in = form.handed_in ? "yes" : "no";
    for (uint32_t i = 0; i < plan->campaign->indicator_count; i++) {
        const struct indicator *indicator = &plan->campaign->indicators[i];
        if (units[leaf].level != plan->leaf_level[i] || !rollup_has(plan, leaf, i))
            continue;
        const struct component *component = component_of(missing, leaf, i);
        if (component->leaves == component->na + component->reported ||
            !is_new(missing->query, units[office].code, units[leaf].code, i))
            continue;
        const char *const cells[] = {units[office].code, units[leaf].code,
                                     units[leaf].name,   indicator->code,
                                     indicator->name,    scope_names[scope_of(indicator)],
                                     handed_in};
        if (!page_row(&missing->query->page, cells))
            return false;
        *last = (struct list_place){office, leaf, i};
    }
    uint32_t after_all = (uint32_t)plan->campaign->indicator_count;
    if (!form.expected || form.handed_in || form.missing > 0 ||
        !is_new(missing->query, units[office].code, units[leaf].code, after_all))
        return true;
    const char *const cells[] = {units[office].code, units[leaf].code, units[leaf].name, "", "", "",
                                 handed_in};
    if (!page_row(&missing->query->page, cells))
        return false;
    *last = (struct list_place){office, leaf, after_all};
    return true;
}

static bool list_office(struct missing *missing, uint32_t office, struct list_place *last)
{
    const struct rollup_plan *plan = missing->plan;
    for (uint32_t unit = 0; unit < plan->tree->unit_count; unit++)
        if (missing->rows[unit] != NULL &&
            unit_at_or_below(plan->tree, unit, office, plan->day->day) &&
            unit_at_or_below(plan->tree, unit, missing->query->unit, plan->day->day) &&
            !list_leaf(missing, office, unit, last))
            return false;
    return true;
}

static void list_missing(struct missing *missing)
{
    const struct unit *units = missing->plan->tree->units;
    struct list_place last = {0};
    char indicator[16];
    bool fits = true;
    for (size_t i = 0; i < missing->count && fits; i++)
        fits = list_office(missing, missing->tops[i], &last);
    snprintf(indicator, sizeof indicator, "%u", last.indicator);
    if (!fits)
        query_set_cursor(
            missing->query,
            (const char *const[]){units[last.office].code, units[last.unit].code, indicator}, 3);
    else if (missing->more)
        set_done(missing, missing->tops[missing->count - 1]);
}

// ---- the query

static void on_forms(void *arg, enum db_class class, const PGresult *result)
{
    struct query *query = arg;
    struct missing *missing = query->state;
    const struct rollup_row *rows;
    struct err err = {0};
    size_t count;
    if (class != DB_OK) {
        query_failed(query, class, result);
        return;
    }
    for (int row = 0; row < PQntuples(result); row++)
        take_form(missing, result, row);
    if (rollup_part_compute(missing->part, &rows, &count, &err) != 0) {
        query_refuse(query, WIRE_UNAVAILABLE, "%s", err.text);
        return;
    }
    for (size_t i = 0; i < count; i++)
        missing->rows[rows[i].unit] = &rows[i];
    if (missing->due_part != NULL) {
        if (rollup_part_compute(missing->due_part, &rows, &count, &err) != 0) {
            query_refuse(query, WIRE_UNAVAILABLE, "%s", err.text);
            return;
        }
        for (size_t i = 0; i < count; i++)
            missing->due_rows[rows[i].unit] = &rows[i];
    }
    if (missing->query->kind == &reporting_query || query->unit == NO_UNIT)
        add_offices(missing);
    else
        list_missing(missing);
    query_answer(query);
}

static const char *period_list(const struct missing *missing)
{
    const struct campaign *campaign = missing->plan->campaign;
    struct text list = {0};
    for (size_t slot = 0; slot < missing->plan->period_slots; slot++)
        text_addf(&list, "%c%" PRId32, slot > 0 ? ',' : '{',
                  period_number(campaign_period(campaign, slot)));
    text_adds(&list, "}");
    const char *literal = arena_text(missing->query->arena, list.data, list.length);
    text_free(&list);
    return literal;
}

static void read_forms(struct missing *missing)
{
    struct query *query = missing->query;
    const struct unit_tree *tree = missing->plan->tree;
    struct code_list list = {0};
    char campaign[16];
    size_t count;
    missing->part = rollup_part_create(missing->plan, missing->tops, missing->count);
    if (query->kind == &reporting_query && missing->due_us != INT64_MAX)
        missing->due_part = rollup_part_create(missing->plan, missing->tops, missing->count);
    const uint32_t *offices = rollup_part_offices(missing->part, &count);
    for (size_t i = 0; i < count; i++)
        code_list_add(&list, tree->units[offices[i]].code);
    snprintf(campaign, sizeof campaign, "%d", query->campaign->id);
    const struct db_param params[] = {db_text(code_list_end(&list, query->arena)),
                                      db_text(campaign), db_text(period_list(missing))};
    query_exec(query, forms_sql, params, 3, 1, on_forms);
}

static void prepare(struct missing *missing)
{
    const struct campaign *campaign = missing->plan->campaign;
    size_t units = missing->plan->tree->unit_count;
    missing->due_us = period_due_us(campaign, missing->plan->period);
    missing->rows = mem_alloc(units + 1, sizeof *missing->rows);
    missing->due_rows = mem_alloc(units + 1, sizeof *missing->due_rows);
    missing->forms = mem_alloc(units + 1, sizeof *missing->forms);
    missing->handed_in_us = mem_alloc(units + 1, sizeof *missing->handed_in_us);
    for (size_t i = 0; i < units; i++)
        missing->handed_in_us[i] = INT64_MAX;
    missing->index = mem_alloc(NUMBERS_MAX, sizeof *missing->index);
    memset(missing->index, 0xff, NUMBERS_MAX * sizeof *missing->index); // NO_INDEX
    for (uint32_t i = 0; i < campaign->indicator_count; i++)
        missing->index[missing->query->campaign->numbers[i]] = i;
}

static const struct query_column list_columns[] = {
    {"office", NULL},         {"unit", NULL},  {"name", NULL},      {"indicator", NULL},
    {"indicator_name", NULL}, {"scope", NULL}, {"handed_in", NULL}, {NULL, NULL},
};

void missing_find(struct query *query)
{
    struct err err = {0};
    struct missing *missing = mem_alloc(1, sizeof *missing);
    query->state = missing;
    query->release = missing_release;
    query->plan = run_cache_plan(query_cache(query), query->world, query->campaign, query->period,
                                 &err);
    if (query->plan == NULL) {
        query_refuse(query, WIRE_NOT_FOUND, "%s", err.text);
        return;
    }
    missing->query = query;
    missing->plan = query->plan->plan;
    if (query->unit != NO_UNIT && query->kind == &missing_query)
        query_choose_columns(query, list_columns);
    choose_tops(missing);
    if (missing->count == 0) {
        query_answer(query);
        return;
    }
    prepare(missing);
    read_forms(missing);
}

static const struct query_column columns[] = {
    {"office", NULL},  {"name", NULL},      {"expected", NULL}, {"reported", NULL}, {"na", NULL},
    {"missing", NULL}, {"handed_in", NULL}, {"late", NULL},     {NULL, NULL},
};

const struct query_kind missing_query = {
    .name = "missing",
    .actions = MAY_READ,
    .needs = NEED_CAMPAIGN | NEED_PERIOD | NEED_REACH,
    .columns = columns,
    .keys = 3,
    .go = missing_find,
};
