// EXPLAIN: why a competing unit stands where it stands. Two rounds of statements: the unit's figures,
// its cluster, its awards; then what parted it from those with the same total, and when its offices
// handed in. The rows are made anew for every page and those of the pages before are skipped.
#include "server/explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCORE_COLUMNS                                                  \
    "s.unit, s.position, s.value, trim_scale(s.target), s.completion," \
    " CASE WHEN s.met THEN 'yes' WHEN NOT s.met THEN 'no' END, s.points, s.bonus, s.max, s.note"
static const char scores_sql[] =
    "SELECT " SCORE_COLUMNS " FROM score s WHERE s.run = $1 AND s.unit = $2 ORDER BY s.position";
static const char rollup_sql[] =
    "SELECT trim_scale(i.numerator), trim_scale(i.denominator), trim_scale(i.base_numerator),"
    " trim_scale(i.base_denominator), i.leaves, i.reported, i.na"
    "  FROM rollup r"
    " CROSS JOIN LATERAL unnest(r.numerator, r.denominator, r.base_numerator, r.base_denominator,"
    "                           r.leaves, r.reported, r.na) WITH ORDINALITY"
    "       AS i (numerator, denominator, base_numerator, base_denominator, leaves, reported, na, place)"
    " WHERE r.run = $1 AND r.scope = 1 AND r.unit COLLATE \"C\" = $2 ORDER BY i.place";
static const char ranking_sql[] =
    "SELECT unit, name, rank, total, met_count, points, bonus, adjustments, class, reasons, cluster"
    "  FROM ranking"
    " WHERE run = $1"
    "   AND cluster_no = (SELECT o.cluster_no FROM ranking o WHERE o.run = $1 AND o.unit = $2)"
    " ORDER BY position";
static const char awards_sql[] = "SELECT award, recipient, kind, rank, decision, reasons"
                                 "  FROM award WHERE run = $1 AND unit = $2 ORDER BY position";
static const char ties_sql[] =
    "SELECT " SCORE_COLUMNS ","
    " r.numerator[s.position + 1], r.denominator[s.position + 1], r.base_numerator[s.position + 1],"
    " r.base_denominator[s.position + 1], r.leaves[s.position + 1], r.reported[s.position + 1],"
    " r.na[s.position + 1], r.base_reported[s.position + 1]"
    "  FROM score s"
    "  LEFT JOIN rollup r ON r.run = s.run AND r.scope = 1 AND r.unit COLLATE \"C\" = s.unit"
    " WHERE s.run = $1 AND s.unit = ANY ($2::text[]) ORDER BY s.unit COLLATE \"C\", s.position";
static const char times_sql[] =
    "SELECT f.unit, f.period, (extract(epoch FROM min(s.accepted_at)) * 1000000)::bigint"
    "  FROM form f JOIN submission s ON s.office = f.office AND s.id = f.submission"
    " WHERE f.office = ANY ($1::text[]) AND f.campaign = $2 AND f.accepted <= $3"
    "   AND NOT (4 = ALL (f.state))" // CELL_VERIFIED: the council's, not the office's
    " GROUP BY f.unit, f.period";

static void explain_release(void *state)
{
    struct explain *explain = state;
    for (int i = 0; i < EXPLAIN_PARTS; i++)
        PQclear(explain->parts[i]);
    free(explain->handed_in_us);
    free(explain);
}

// ---- what the rows are made with

const char *explain_cell(const struct explain *explain, enum explain_part part, int row, int column)
{
    const PGresult *result = explain->parts[part];
    return result != NULL && row >= 0 && row < PQntuples(result) ? PQgetvalue(result, row, column)
                                                                 : "";
}

int64_t explain_e2(const char *text)
{
    int64_t value_e4 = 0;
    decimal_parse(text, strlen(text), DECIMAL_POINT, &value_e4);
    return value_e4 / 100;
}

const char *explain_text_e2(int64_t value_e2, char buffer[static DECIMAL_TEXT_SIZE])
{
    decimal_fixed(value_e2, 2, buffer);
    return buffer;
}

void explain_row(struct explain *explain, const struct explain_row *row)
{
    char number[24];
    const char *const cells[] = {row->section,     row->item,   row->name,   row->numerator,
                                 row->denominator, row->value,  row->target, row->completion,
                                 row->met,         row->points, row->bonus,  row->max,
                                 row->note,        row->detail};
    if (explain->full || ++explain->rows <= explain->skip)
        return;
    if (page_row(&explain->query->page, cells))
        return;
    explain->full = true;
    snprintf(number, sizeof number, "%zu", explain->rows - 1);
    query_set_cursor(explain->query, (const char *const[]){number}, 1);
}

static void answer(struct explain *explain)
{
    explain_rank(explain);
    explain_pass(explain);
    explain_lines(explain);
    explain_sums(explain);
    explain_class(explain);
    explain_awards(explain);
    query_answer(explain->query);
}

// ---- reading: each statement of a group leaves its result, the last one goes on

static bool keep(struct explain *explain, enum explain_part part, enum db_class class,
                 const PGresult *result)
{
    if (class == DB_OK)
        explain->parts[part] = PQcopyResult(result, PG_COPYRES_ATTRS | PG_COPYRES_TUPLES);
    else
        explain->class = class;
    return explain->class == DB_OK;
}

static void on_scores(void *arg, enum db_class class, const PGresult *result)
{
    keep(((struct query *)arg)->state, EXPLAIN_SCORES, class, result);
}

static void on_rollup(void *arg, enum db_class class, const PGresult *result)
{
    keep(((struct query *)arg)->state, EXPLAIN_ROLLUP, class, result);
}

static void on_ranking(void *arg, enum db_class class, const PGresult *result)
{
    keep(((struct query *)arg)->state, EXPLAIN_RANKING, class, result);
}

static void on_ties(void *arg, enum db_class class, const PGresult *result)
{
    keep(((struct query *)arg)->state, EXPLAIN_TIES, class, result);
}

static void take_time(struct explain *explain, const PGresult *result, int row)
{
    const struct rollup_plan *plan = explain->input->plan;
    uint32_t unit = unit_find(plan->tree, PQgetvalue(result, row, TIME_UNIT)), then = NO_UNIT;
    struct period period;
    if (unit == NO_UNIT ||
        !period_from_number((int32_t)db_integer_at(result, row, TIME_PERIOD), &period))
        return;
    int slot = campaign_period_index(plan->campaign, period);
    if (slot < 0 || (size_t)slot >= plan->period_slots)
        return;
    office_of(plan->campaign, plan->tree, unit, period, DAY_MAX, &then);
    if (then == NO_UNIT)
        return;
    int64_t *first = &explain->handed_in_us[then * plan->period_slots + (size_t)slot];
    int64_t at = db_integer_at(result, row, TIME_AT);
    *first = at < *first ? at : *first;
}

static void on_times(void *arg, enum db_class class, const PGresult *result)
{
    struct query *query = arg;
    struct explain *explain = query->state;
    if (!keep(explain, EXPLAIN_TIMES, class, result)) {
        query_failed(query, explain->class, result);
        return;
    }
    for (int row = 0; explain->handed_in_us != NULL && row < PQntuples(result); row++)
        take_time(explain, result, row);
    answer(explain);
}

static bool asks_for_time(const struct campaign *campaign)
{
    bool asks = campaign->has_late;
    for (size_t i = 0; i < campaign->tie_break_count; i++)
        asks = asks || campaign->tie_breaks[i].kind == TIE_ON_TIME;
    return asks;
}

static void prepare_times(struct explain *explain)
{
    const struct rollup_plan *plan = explain->input->plan;
    size_t cells = plan->tree->unit_count * plan->period_slots;
    explain->handed_in_us = mem_alloc(cells + 1, sizeof *explain->handed_in_us);
    for (size_t i = 0; i < cells; i++)
        explain->handed_in_us[i] = INT64_MAX;
}

// Do the points of some line hang on the whole cluster?
static bool has_leader(const struct campaign *campaign)
{
    bool has = false;
    for (size_t i = 0; i < campaign->indicator_count; i++)
        has = has || (campaign->indicators[i].kind != KIND_ASSESSED &&
                      campaign->indicators[i].rule == RULE_LEADER);
    return has;
}

// The unit and its neighbours in the ranking; all of them where the best of the cluster counts.
static void second_round(struct explain *explain)
{
    struct query *query = explain->query;
    struct code_list units = {0}, offices = {0};
    const struct rollup_plan *plan = explain->input->plan;
    char run[24], campaign[16], cut[24];
    bool whole = has_leader(explain->campaign);
    for (int row = 0; row < PQntuples(explain->parts[EXPLAIN_RANKING]); row++) {
        const char *code = explain_cell(explain, EXPLAIN_RANKING, row, RANK_UNIT);
        bool near = abs(row - explain->place) <= 1;
        if (near || whole)
            code_list_add(&units, code);
        if (near && asks_for_time(explain->campaign))
            explain_offices(explain, unit_find(plan->tree, code), &offices);
    }
    if (asks_for_time(explain->campaign))
        prepare_times(explain);
    snprintf(run, sizeof run, "%" PRId64, query->run.id);
    snprintf(campaign, sizeof campaign, "%d", query->campaign->id);
    snprintf(cut, sizeof cut, "%" PRId64, query->run.cut);
    const struct db_param ties[] = {db_text(run), db_text(code_list_end(&units, query->arena))};
    const struct db_param times[] = {db_text(code_list_end(&offices, query->arena)),
                                     db_text(campaign), db_text(cut)};
    db_begin(query->server->read_db);
    query_exec(query, ties_sql, ties, 2, 0, on_ties);
    query_exec(query, times_sql, times, 3, 0, on_times);
    db_end(query->server->read_db);
}

static void on_awards(void *arg, enum db_class class, const PGresult *result)
{
    struct query *query = arg;
    struct explain *explain = query->state;
    if (!keep(explain, EXPLAIN_AWARDS, class, result)) {
        query_failed(query, explain->class, result);
        return;
    }
    int rows = PQntuples(explain->parts[EXPLAIN_RANKING]);
    while (explain->place < rows &&
           strcmp(explain_cell(explain, EXPLAIN_RANKING, explain->place, RANK_UNIT),
                  query->asked->unit) != 0)
        explain->place++;
    if (explain->place == rows)
        query_refuse(query, WIRE_NOT_FOUND, "unit %s does not compete in run %" PRId64 " of %s",
                     query->asked->unit, query->run.id, explain->campaign->code);
    else
        second_round(explain);
}

static void explain_unit(struct query *query)
{
    char run[24];
    struct explain *explain = mem_alloc(1, sizeof *explain);
    query->state = explain;
    query->release = explain_release;
    explain->query = query;
    explain->input = query->input->input;
    explain->campaign = explain->input->campaign;
    explain->unit = unit_find(explain->input->tree, query->asked->unit);
    if (query->continues)
        explain->skip = (size_t)strtoul(query->after[0], NULL, 10);
    snprintf(run, sizeof run, "%" PRId64, query->run.id);
    const struct db_param params[] = {db_text(run), db_text(query->asked->unit)};
    db_begin(query->server->read_db);
    query_exec(query, scores_sql, params, 2, 0, on_scores);
    query_exec(query, rollup_sql, params, 2, 0, on_rollup);
    query_exec(query, ranking_sql, params, 2, 0, on_ranking);
    query_exec(query, awards_sql, params, 2, 0, on_awards);
    db_end(query->server->read_db);
}

static const struct query_column columns[] = {
    {"section", NULL},     {"item", NULL},   {"name", NULL},   {"numerator", NULL},
    {"denominator", NULL}, {"value", NULL},  {"target", NULL}, {"completion", NULL},
    {"met", NULL},         {"points", NULL}, {"bonus", NULL},  {"max", NULL},
    {"note", NULL},        {"detail", NULL}, {NULL, NULL},
};

const struct query_kind explain_query = {
    .name = "explain",
    .actions = MAY_READ,
    .needs = NEED_CAMPAIGN | NEED_PERIOD | NEED_UNIT | NEED_REACH | NEED_RUN | NEED_INPUT,
    .columns = columns,
    .keys = 1,
    .go = explain_unit,
};
