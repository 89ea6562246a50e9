// TRACE: from a published figure down to the entries it is made of. Figures of the unit and of every
// unit below it are those of the run; under each leaf stand its entries, those of units merged into it
// included. What the counting entries add up to is the leaf's figure, and figures of units add up to
// their parent's. Entries are counted anew (core/rollup.h) and held against the run's figures.
#include "server/trace.h"

#include "common/log.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_WEIGHT_MAX 200000 // cells of a page's offices, as rollup_weight counts them

struct trace {
    struct query *query;
    const struct rollup_plan *plan;
    uint32_t unit, indicator;
    enum scope scope;
    uint32_t *tops; // of this page
    size_t count;
    bool more;
    struct rollup_part *part;
    const struct rollup_row **computed; // by unit
    PGresult *figures;
    int *figure_of;              // by unit: row of figures + 1
    int *first_cell, *next_cell; // by leaf: its first entry + 1; by entry: the next of its leaf + 1
    const PGresult *cells;
    size_t skip, rows;    // of the first top: rows of the page before
    struct component sum; // of the leaves of all tops that are done, and of the one at work
};

static void trace_release(void *state)
{
    struct trace *trace = state;
    rollup_part_destroy(trace->part);
    PQclear(trace->figures);
    free(trace->tops);
    free(trace->computed);
    free(trace->figure_of);
    free(trace->first_cell);
    free(trace->next_cell);
    free(trace);
}

// ---- statements

#define ELEMENT(array) "r." array "[$4::integer]"
static const char figures_sql[] =
    "SELECT r.unit, trim_scale(" ELEMENT("numerator") "), trim_scale(" ELEMENT(
        "denominator") "),"
                       " " ELEMENT("value") ", " ELEMENT("leaves") ", " ELEMENT("reported") ", " ELEMENT(
                           "na") "  FROM rollup r"
                                 " WHERE r.run = $1 AND r.scope = $2 AND r.unit COLLATE \"C\" = ANY ($3::text[])"
                                 "   AND " ELEMENT("numerator") " IS NOT NULL";
enum {
    FIGURE_UNIT,
    FIGURE_NUMERATOR,
    FIGURE_DENOMINATOR,
    FIGURE_VALUE,
    FIGURE_LEAVES,
    FIGURE_REPORTED,
    FIGURE_NA
};

// ---- figures

// Has the run another figure than its entries give today? Then something is badly wrong.
static bool differs(const struct trace *trace, uint32_t unit, const char *numerator)
{
    const struct campaign *campaign = trace->plan->campaign;
    const struct indicator *indicator = &campaign->indicators[trace->indicator];
    if (trace->computed[unit] == NULL)
        return false;
    const struct component *component =
        &trace->computed[unit]
             ->components[(size_t)trace->scope * campaign->indicator_count + trace->indicator];
    char text[DECIMAL_TEXT_SIZE];
    decimal_format(component->numerator,
                   indicator->kind == KIND_MEAN ? 2 * DECIMAL_SCALE : DECIMAL_SCALE, text);
    return strcmp(text, numerator) != 0;
}

static const struct indicator *indicator_of(const struct trace *trace)
{
    return &trace->plan->campaign->indicators[trace->indicator];
}

static int64_t figure_count(const struct trace *trace, uint32_t unit, int column)
{
    return db_integer_at(trace->figures, trace->figure_of[unit] - 1, column);
}

static void read_figure(const struct trace *trace, uint32_t unit, struct trace_figure *ret)
{
    int row = trace->figure_of[unit] - 1;
    const struct indicator *indicator = indicator_of(trace);
    bool reported = figure_count(trace, unit, FIGURE_REPORTED) > 0;
    *ret = (struct trace_figure){.unit = &trace->plan->tree->units[unit],
                                 .numerator = "",
                                 .denominator = "",
                                 .value = PQgetvalue(trace->figures, row, FIGURE_VALUE)};
    if (!reported)
        return;
    snprintf(ret->expected, sizeof ret->expected, "%" PRId64,
             figure_count(trace, unit, FIGURE_LEAVES) - figure_count(trace, unit, FIGURE_NA));
    ret->numerator = PQgetvalue(trace->figures, row, FIGURE_NUMERATOR);
    if (indicator->kind == KIND_YES_NO)
        ret->denominator = ret->expected;
    else if (indicator->kind != KIND_AMOUNT)
        ret->denominator = PQgetvalue(trace->figures, row, FIGURE_DENOMINATOR);
}

static bool figure_row(struct trace *trace, uint32_t unit)
{
    struct trace_figure figure;
    char period[PERIOD_TEXT_SIZE];
    if (trace->figure_of[unit] == 0)
        return true;
    read_figure(trace, unit, &figure);
    bool wrong = differs(trace, unit,
                         PQgetvalue(trace->figures, trace->figure_of[unit] - 1, FIGURE_NUMERATOR));
    period_format(trace->query->period, period);
    if (wrong)
        log_event(LOG_ERROR, "trace_differs", "run=%" PRId64 " unit=%s indicator=%s",
                  trace->query->run.id, figure.unit->code, indicator_of(trace)->code);
    struct trace_row out = {.section = "figure",
                            .unit = figure.unit->code,
                            .name = figure.unit->name,
                            .period = period,
                            .numerator = figure.numerator,
                            .denominator = figure.denominator,
                            .value = figure.value,
                            .note = wrong ? "differs" : ""};
    return trace_row(trace->query, &out);
}

// ---- entries

static bool same_cell(const PGresult *cells, int a, int b)
{
    return strcmp(PQgetvalue(cells, a, CELL_UNIT), PQgetvalue(cells, b, CELL_UNIT)) == 0 &&
           strcmp(PQgetvalue(cells, a, CELL_PERIOD), PQgetvalue(cells, b, CELL_PERIOD)) == 0;
}

// Is there a newer entry of the same cell that the run knows and counts?
static bool is_replaced(const struct trace *trace, int row)
{
    const PGresult *cells = trace->cells;
    for (int next = row + 1; next < PQntuples(cells) && same_cell(cells, row, next); next++) {
        struct trace_cell cell;
        trace_read_cell(trace->query, cells, next, &cell);
        if (trace_left_out(trace->query, &cell) == NULL)
            return true;
    }
    return false;
}

// Makes the row unless it was on the page before, and adds what counts to the leaf.
static bool entry_row(struct trace *trace, int row, bool shown, struct trace_leaf *leaf)
{
    struct trace_cell cell;
    trace_read_cell(trace->query, trace->cells, row, &cell);
    const char *left_out = trace_left_out(trace->query, &cell);
    bool replaced = left_out == NULL && is_replaced(trace, row);
    bool counts = left_out == NULL && !replaced &&
                  rollup_part_counts(trace->part, cell.unit, cell.period, trace->indicator,
                                     trace->scope);
    bool baseline = campaign_period_index(trace->plan->campaign, cell.period) == -1;
    if (counts)
        trace_leaf_add(leaf, indicator_of(trace), baseline, &cell);
    return !shown ||
           trace_cell_row(trace->query, baseline ? "baseline" : "entry", trace->cells, row, counts,
                          left_out != NULL ? left_out
                          : replaced       ? "replaced"
                                           : "");
}

// Entries of the periods up to P, and of the baseline where it matters.
static bool concerns(const struct trace *trace, const struct trace_cell *cell)
{
    const struct campaign *campaign = trace->plan->campaign;
    int slot = campaign_period_index(campaign, cell->period);
    if (slot == -1)
        return campaign->indicators[trace->indicator].measure != MEASURE_LEVEL;
    return slot >= 0 && (size_t)slot < trace->plan->period_slots &&
           (trace->scope == SCOPE_TO_DATE || (size_t)slot + 1 == trace->plan->period_slots);
}

static void take_cells(struct trace *trace)
{
    int count = PQntuples(trace->cells);
    trace->next_cell = mem_alloc((size_t)count + 1, sizeof *trace->next_cell);
    for (int row = count - 1; row >= 0;
         row--) { // from the last, so that lists begin with the first
        struct trace_cell cell;
        trace_read_cell(trace->query, trace->cells, row, &cell);
        uint32_t leaf = cell.unit != NO_UNIT ? trace->plan->continuing[cell.unit] : NO_UNIT;
        if (leaf == NO_UNIT || !concerns(trace, &cell))
            continue;
        trace->next_cell[row] = trace->first_cell[leaf];
        trace->first_cell[leaf] = row + 1;
        const struct cell stored = {.state = (uint8_t)cell.state,
                                    .value_e4 = cell.value_e4,
                                    .has_denominator = cell.has_denominator,
                                    .denominator_e4 = cell.denominator_e4};
        if (trace_left_out(trace->query, &cell) == NULL)
            rollup_part_add(trace->part, cell.unit, cell.period, trace->indicator, cell.accepted,
                            &stored);
    }
}

// ---- the order of rows: units above the offices, then each office with what is below it

// The figure of a unit and the entries of a leaf; rows of the page before are skipped.
static bool unit_rows(struct trace *trace, uint32_t unit)
{
    struct trace_leaf leaf;
    if (trace->figure_of[unit] == 0)
        return true;
    if (trace->rows >= trace->skip && !figure_row(trace, unit))
        return false;
    trace->rows++;
    trace_leaf_begin(&leaf);
    for (int next = trace->first_cell[unit]; next > 0; next = trace->next_cell[next - 1]) {
        if (!entry_row(trace, next - 1, trace->rows >= trace->skip, &leaf))
            return false;
        trace->rows++;
    }
    if (trace->plan->leaf_level[trace->indicator] == trace->plan->tree->units[unit].level)
        trace_leaf_end(&leaf, indicator_of(trace), (uint32_t)figure_count(trace, unit, FIGURE_NA),
                       &trace->sum);
    return true;
}

static bool top_rows(struct trace *trace, uint32_t top)
{
    const struct unit_day *day = trace->plan->day;
    trace->rows = 0;
    for (size_t i = 0; i < day->order_count; i++) { // parents first
        uint32_t unit = day->order[i];
        if (trace->figure_of[unit] > 0 && unit_at_or_below(day->tree, unit, top, day->day) &&
            !unit_rows(trace, unit))
            return false;
    }
    trace->skip = 0;
    return true;
}

static bool upper_rows(struct trace *trace)
{
    size_t count;
    bool fits = true;
    uint32_t *uppers = rollup_uppers(trace->plan, &count);
    for (size_t i = count; i-- > 0 && fits;) // parents first
        fits = unit_rows(trace, uppers[i]);
    free(uppers);
    return fits;
}

// What everything adds up to, at the end.
static bool sum_rows(struct trace *trace)
{
    struct trace_figure figure;
    trace->rows = 0;
    if (trace->figure_of[trace->unit] == 0)
        return true;
    read_figure(trace, trace->unit, &figure);
    if (indicator_of(trace)->measure != MEASURE_LEVEL && trace->skip == 0) {
        if (!trace_baseline_row(trace->query, indicator_of(trace), &trace->sum, &figure))
            return false;
        trace->rows++;
    }
    return trace_sum_row(trace->query, indicator_of(trace), &trace->sum, &figure);
}

// The cursor: where to go on, in which top, after how many of its rows, and the sum so far.
static void set_cursor(struct trace *trace, const char *where, uint32_t top, size_t rows)
{
    char number[24];
    const char *keys[3 + TRACE_SUM_WORDS] = {
        where, top != NO_UNIT ? trace->plan->tree->units[top].code : "-", number};
    snprintf(number, sizeof number, "%zu", rows);
    trace_sum_words(&trace->sum, trace->query->arena, keys + 3);
    query_set_cursor(trace->query, keys, 3 + TRACE_SUM_WORDS);
}

static bool is_at(const struct trace *trace, const char *where)
{
    return trace->query->continues && strcmp(trace->query->after[0], where) == 0;
}

// False: the page is full, its cursor set.
static bool all_tops(struct trace *trace)
{
    for (size_t done = 0; done < trace->count; done++) {
        const struct component before = trace->sum;
        if (top_rows(trace, trace->tops[done]))
            continue;
        trace->sum = before; // begins anew with the top
        set_cursor(trace, "in", trace->tops[done], trace->rows);
        return false;
    }
    if (trace->more)
        set_cursor(trace, "behind", trace->tops[trace->count - 1], 0);
    return !trace->more;
}

static void answer(struct trace *trace)
{
    if ((!trace->query->continues || is_at(trace, "above")) && !upper_rows(trace)) {
        set_cursor(trace, "above", NO_UNIT, trace->rows);
    } else {
        if (!is_at(trace, "in") && !is_at(trace, "sum"))
            trace->skip = 0;
        if ((is_at(trace, "sum") || all_tops(trace)) && !sum_rows(trace))
            set_cursor(trace, "sum", NO_UNIT, trace->rows);
    }
    query_answer(trace->query);
}

// ---- reading

static void on_figures(void *arg, enum db_class class, const PGresult *result)
{
    struct trace *trace = ((struct query *)arg)->state;
    if (class == DB_OK)
        trace->figures = PQcopyResult(result, PG_COPYRES_ATTRS | PG_COPYRES_TUPLES);
}

static void on_cells(void *arg, enum db_class class, const PGresult *result)
{
    struct query *query = arg;
    struct trace *trace = query->state;
    const struct rollup_row *rows;
    struct err err = {0};
    size_t count;
    if (class != DB_OK || trace->figures == NULL) {
        query_failed(query, class != DB_OK ? class : DB_RETRY, result);
        return;
    }
    for (int row = 0; row < PQntuples(trace->figures); row++) {
        uint32_t unit = unit_find(trace->plan->tree, PQgetvalue(trace->figures, row, FIGURE_UNIT));
        if (unit != NO_UNIT)
            trace->figure_of[unit] = row + 1;
    }
    trace->cells = result;
    take_cells(trace);
    if (rollup_part_compute(trace->part, &rows, &count, &err) != 0) {
        query_refuse(query, WIRE_UNAVAILABLE, "%s", err.text);
        return;
    }
    for (size_t i = 0; i < count; i++)
        trace->computed[rows[i].unit] = &rows[i];
    answer(trace);
}

// Units whose figures are shown: at or below the one asked for, above the tops or in one of this page.
static const char *figure_units(struct trace *trace)
{
    const struct rollup_plan *plan = trace->plan;
    struct code_list list = {0};
    int32_t day = plan->day->day;
    size_t count;
    uint32_t *uppers = rollup_uppers(plan, &count);
    code_list_add(&list, plan->tree->units[trace->unit].code);
    for (size_t i = 0; i < count; i++)
        if (uppers[i] != trace->unit && unit_at_or_below(plan->tree, uppers[i], trace->unit, day))
            code_list_add(&list, plan->tree->units[uppers[i]].code);
    free(uppers);
    bool *here = mem_alloc(plan->tree->unit_count + 1, sizeof *here); // at or below a top
    for (size_t i = 0; i < trace->count; i++)
        here[trace->tops[i]] = true;
    for (size_t i = 0; i < plan->day->order_count; i++) { // parents first
        uint32_t unit = plan->day->order[i], parent = plan->day->parent[unit];
        here[unit] = here[unit] || (parent != NO_UNIT && here[parent]);
        if (here[unit] && unit != trace->unit && rollup_has(plan, unit, trace->indicator) &&
            unit_at_or_below(plan->tree, unit, trace->unit, day))
            code_list_add(&list, plan->tree->units[unit].code);
    }
    free(here);
    return code_list_end(&list, trace->query->arena);
}

static void read_run(struct trace *trace)
{
    struct query *query = trace->query;
    const struct unit_tree *tree = trace->plan->tree;
    struct code_list list = {0};
    char run[24], scope[8], place[16], campaign[16], counts[DB_INTEGER_SIZE], cut[DB_INTEGER_SIZE];
    size_t count;
    trace->part = rollup_part_create(trace->plan, trace->tops, trace->count);
    const uint32_t *offices = rollup_part_offices(trace->part, &count);
    for (size_t i = 0; i < count; i++)
        code_list_add(&list, tree->units[offices[i]].code);
    snprintf(run, sizeof run, "%" PRId64, query->run.id);
    snprintf(scope, sizeof scope, "%d", (int)trace->scope);
    snprintf(place, sizeof place, "%u", trace->indicator + 1);
    snprintf(campaign, sizeof campaign, "%d", query->campaign->id);
    const struct db_param figures[] = {db_text(run), db_text(scope), db_text(figure_units(trace)),
                                       db_text(place)};
    const struct db_param cells[] = {db_text(code_list_end(&list, query->arena)),
                                     db_text(campaign),
                                     db_text(query->asked->indicator),
                                     db_text(NULL),
                                     db_integer(trace->plan->campaign->counts, counts),
                                     db_integer(query->run.cut, cut)};
    db_begin(query->server->read_db);
    query_exec(query, figures_sql, figures, 4, 0, on_figures);
    query_exec(query, trace_cells_sql, cells, 6, 0, on_cells);
    db_end(query->server->read_db);
}

// ---- the query

static bool is_ahead(const struct query *query, const char *code)
{
    if (!query->continues || strcmp(query->after[0], "above") == 0)
        return true;
    if (strcmp(query->after[0], "sum") == 0)
        return false;
    int order = strcmp(code, query->after[1]);
    return order > 0 || (order == 0 && strcmp(query->after[0], "in") == 0);
}

static void choose_tops(struct trace *trace)
{
    const struct rollup_plan *plan = trace->plan;
    size_t weight = 0, count;
    trace->tops = rollup_tops(plan, &count);
    for (size_t i = 0; i < count && !trace->more; i++) {
        uint32_t top = trace->tops[i];
        if (!is_ahead(trace->query, plan->tree->units[top].code) ||
            (!unit_at_or_below(plan->tree, top, trace->unit, plan->day->day) &&
             !unit_at_or_below(plan->tree, trace->unit, top, plan->day->day)))
            continue;
        weight += rollup_weight(plan, top);
        trace->more = trace->count > 0 && weight > PAGE_WEIGHT_MAX;
        if (!trace->more)
            trace->tops[trace->count++] = top;
    }
}

static void trace_rolled_up(struct query *query, uint32_t unit, uint32_t indicator)
{
    struct trace *trace = mem_alloc(1, sizeof *trace);
    const struct rollup_plan *plan = query->input->input->plan;
    query->state = trace;
    query->release = trace_release;
    bool period = strcmp(query->asked->scope, scope_names[SCOPE_PERIOD]) == 0;
    *trace = (struct trace){.query = query,
                            .plan = plan,
                            .unit = unit,
                            .indicator = indicator,
                            .scope = period ? SCOPE_PERIOD : SCOPE_TO_DATE};
    if (!rollup_has(plan, unit, indicator)) {
        query_refuse(query, WIRE_NOT_FOUND, "unit %s has no figure of %s in run %" PRId64,
                     query->asked->unit, query->asked->indicator, query->run.id);
        return;
    }
    if (query->continues) {
        trace->skip = (size_t)strtoul(query->after[2], NULL, 10);
        trace_sum_read(query->after + 3, &trace->sum);
    }
    trace->figure_of = mem_alloc(plan->tree->unit_count + 1, sizeof *trace->figure_of);
    trace->first_cell = mem_alloc(plan->tree->unit_count + 1, sizeof *trace->first_cell);
    trace->computed = mem_alloc(plan->tree->unit_count + 1, sizeof *trace->computed);
    choose_tops(trace);
    read_run(trace);
}

static void trace_figure(struct query *query)
{
    const struct run_input *input = query->input->input;
    uint32_t unit = unit_find(input->tree, query->asked->unit);
    uint32_t indicator = campaign_indicator(input->campaign, query->asked->indicator);
    if (unit == NO_UNIT)
        query_refuse(query, WIRE_NOT_FOUND, "there was no unit %s in run %" PRId64,
                     query->asked->unit, query->run.id);
    else if (input->campaign->indicators[indicator].kind == KIND_ASSESSED)
        trace_assessed(query, unit, indicator);
    else
        trace_rolled_up(query, unit, indicator);
}

static const struct query_column columns[] = {
    {"section", NULL},   {"unit", NULL},        {"name", NULL},       {"period", NULL},
    {"numerator", NULL}, {"denominator", NULL}, {"value", NULL},      {"counts", NULL},
    {"state", NULL},     {"office", NULL},      {"accepted", NULL},   {"accepted_at", NULL},
    {"sender", NULL},    {"role", NULL},        {"submission", NULL}, {"note", NULL},
    {NULL, NULL},
};

const struct query_kind trace_query = {
    .name = "trace",
    .actions = MAY_READ,
    .needs = NEED_CAMPAIGN | NEED_PERIOD | NEED_UNIT | NEED_REACH | NEED_RUN | NEED_INPUT |
             NEED_INDICATOR,
    .columns = columns,
    .keys = 3 + TRACE_SUM_WORDS,
    .go = trace_figure,
};
