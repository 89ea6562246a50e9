// TRACE of an assessed indicator: the self-assessed and the verified entries about the unit, and which
// of them the points come from.
#include "server/trace.h"

#include "core/score.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct assessed {
    struct query *query;
    uint32_t unit, indicator;
    PGresult *points; // of the run
};

static const char points_sql[] =
    "SELECT value, points, note FROM score WHERE run = $1 AND unit = $2 AND indicator = $3";

static void assessed_release(void *state)
{
    struct assessed *assessed = state;
    PQclear(assessed->points);
    free(assessed);
}

// The newest entry of either kind of each slot: row + 1. [slot][verified]
static void find_newest(const struct assessed *assessed, const PGresult *cells, int *newest,
                        struct assessed_cell *slots)
{
    const struct rollup_plan *plan = assessed->query->input->input->plan;
    for (int row = 0; row < PQntuples(cells); row++) { // in order of acceptance
        struct trace_cell cell;
        trace_read_cell(assessed->query, cells, row, &cell);
        int slot = campaign_period_index(plan->campaign, cell.period);
        if (slot < 0 || (size_t)slot >= plan->period_slots ||
            trace_left_out(assessed->query, &cell) != NULL)
            continue;
        bool verified = cell.state == CELL_VERIFIED;
        newest[2 * slot + verified] = row + 1;
        if (verified) {
            slots[slot].has_verified = true;
            slots[slot].verified_e4 = cell.value_e4;
        } else {
            slots[slot].has_self = cell.state != CELL_WITHDRAW;
            slots[slot].self_state = (uint8_t)cell.state;
            slots[slot].self_e4 = cell.value_e4;
        }
    }
}

static int counting_row(const struct assessed *assessed, const int *newest,
                        const struct assessed_cell *slots)
{
    const struct rollup_plan *plan = assessed->query->input->input->plan;
    int64_t value_e4;
    size_t slot = 0;
    enum assessed_source source = assessed_counting(plan, assessed->unit, slots, &value_e4, &slot);
    return source == ASSESSED_NONE ? -1 : newest[2 * slot + (source == ASSESSED_VERIFIED)] - 1;
}

static bool is_newest(const struct assessed *assessed, const PGresult *cells, int row,
                      const int *newest)
{
    const struct rollup_plan *plan = assessed->query->input->input->plan;
    struct trace_cell cell;
    trace_read_cell(assessed->query, cells, row, &cell);
    int slot = campaign_period_index(plan->campaign, cell.period);
    return slot >= 0 && (size_t)slot < plan->period_slots &&
           newest[2 * slot + (cell.state == CELL_VERIFIED)] == row + 1;
}

static void add_figure(const struct assessed *assessed)
{
    const PGresult *points = assessed->points;
    const struct unit *unit = &assessed->query->input->input->tree->units[assessed->unit];
    char period[PERIOD_TEXT_SIZE];
    period_format(assessed->query->period, period);
    struct trace_row row = {
        .section = "figure", .unit = unit->code, .name = unit->name, .period = period};
    if (PQntuples(points) > 0) {
        row.value = PQgetvalue(points, 0, 0);
        row.numerator = PQgetvalue(points, 0, 1);
        row.note = PQgetvalue(points, 0, 2);
    }
    trace_row(assessed->query, &row);
}

static void on_points(void *arg, enum db_class class, const PGresult *result)
{
    struct assessed *assessed = ((struct query *)arg)->state;
    if (class == DB_OK)
        assessed->points = PQcopyResult(result, PG_COPYRES_ATTRS | PG_COPYRES_TUPLES);
}

static void on_cells(void *arg, enum db_class class, const PGresult *result)
{
    struct query *query = arg;
    struct assessed *assessed = query->state;
    if (class != DB_OK || assessed->points == NULL) {
        query_failed(query, class != DB_OK ? class : DB_RETRY, result);
        return;
    }
    size_t count = query->input->input->plan->period_slots;
    int *newest = arena_alloc(query->arena, 2 * count + 1, sizeof *newest);
    struct assessed_cell *slots = arena_alloc(query->arena, count + 1, sizeof *slots);
    find_newest(assessed, result, newest, slots);
    int counting = counting_row(assessed, newest, slots);
    if (!query->continues)
        add_figure(assessed);
    int first = query->continues ? (int)strtol(query->after[2], NULL, 10) : 0;
    for (int row = first; row < PQntuples(result); row++) {
        struct trace_cell cell;
        trace_read_cell(query, result, row, &cell);
        const char *left_out = trace_left_out(query, &cell);
        const char *note = left_out != NULL                           ? left_out
                           : is_newest(assessed, result, row, newest) ? ""
                                                                      : "replaced";
        if (!trace_cell_row(query, "entry", result, row, row == counting, note)) {
            char number[16];
            snprintf(number, sizeof number, "%d", row);
            query_set_cursor(query,
                             (const char *const[]){"entry", "-", number, "0", "0", "0", "0", "0"},
                             3 + TRACE_SUM_WORDS);
            break;
        }
    }
    query_answer(query);
}

// Where entries about the unit may be stored: its offices of all periods, and what continues them.
static const char *office_list(const struct assessed *assessed)
{
    const struct rollup_plan *plan = assessed->query->input->input->plan;
    const struct unit *units = plan->tree->units;
    struct code_list list = {0};
    for (size_t slot = 0; slot < plan->period_slots; slot++) {
        uint32_t then = NO_UNIT;
        office_of(plan->campaign, plan->tree, assessed->unit, campaign_period(plan->campaign, slot),
                  DAY_MAX, &then);
        for (; then != NO_UNIT; then = units[then].merged_into)
            code_list_add(&list, units[then].code);
    }
    return code_list_end(&list, assessed->query->arena);
}

void trace_assessed(struct query *query, uint32_t unit, uint32_t indicator)
{
    char run[24], campaign[16], counts[DB_INTEGER_SIZE], cut[DB_INTEGER_SIZE];
    struct assessed *assessed = mem_alloc(1, sizeof *assessed);
    *assessed = (struct assessed){query, unit, indicator, NULL};
    query->state = assessed;
    query->release = assessed_release;
    snprintf(run, sizeof run, "%" PRId64, query->run.id);
    snprintf(campaign, sizeof campaign, "%d", query->campaign->id);
    const struct db_param points[] = {db_text(run), db_text(query->asked->unit),
                                      db_text(query->asked->indicator)};
    const struct db_param cells[] = {db_text(office_list(assessed)),
                                     db_text(campaign),
                                     db_text(query->asked->indicator),
                                     db_text(query->asked->unit),
                                     db_integer(query->input->input->campaign->counts, counts),
                                     db_integer(query->run.cut, cut)};
    db_begin(query->server->read_db);
    query_exec(query, points_sql, points, 3, 0, on_points);
    query_exec(query, trace_cells_sql, cells, 6, 0, on_cells);
    db_end(query->server->read_db);
}
