// Flat queries: one statement, whose rows are the table's rows. Behind the columns that are shown
// stand the keys the rows are ordered by; those of the last row of a page are its cursor.
#include "server/query_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- reach

void code_list_add(struct code_list *list, const char *code)
{
    text_addf(&list->text, "%s\"%s\"", list->text.length > 0 ? "," : "{", code);
}

const char *code_list_end(struct code_list *list, struct arena *arena)
{
    text_adds(&list->text, list->text.length > 0 ? "}" : "{}");
    const char *literal = arena_text(arena, list->text.data, list->text.length);
    text_free(&list->text);
    return literal;
}

bool query_reaches(const struct query *query, uint32_t unit)
{
    return access_reaches(&query->asker.who, query->world, unit, query_today(query));
}

enum reach_memo { REACH_UNKNOWN, REACH_NO, REACH_YES };

// Climbs from a unit that exists today to one whose answer is known, and tells all on the way.
static bool climb(const struct unit_tree *tree, uint8_t *memo, uint32_t unit, int32_t today)
{
    uint32_t top = unit;
    while (top != NO_UNIT && memo[top] == REACH_UNKNOWN)
        top = unit_parent(tree, top, today);
    uint8_t answer = top != NO_UNIT ? memo[top] : (uint8_t)REACH_NO;
    for (uint32_t at = unit; at != top; at = unit_parent(tree, at, today))
        memo[at] = answer;
    return answer == REACH_YES;
}

// The same as query_reaches for every unit, in one pass over the tree of today; units that are not
// in it are asked for one by one.
const char *query_reach(struct query *query)
{
    const struct unit_tree *tree = world_tree(query->world);
    int32_t today = query_today(query);
    struct code_list list = {0};
    if (access_sees_all(&query->asker.who))
        return NULL;
    uint32_t above = world_unit_today(query->world, query->asker.who.unit, today);
    if (above == NO_UNIT)
        return code_list_end(&list, query->arena);
    uint8_t *memo = mem_alloc(tree->unit_count, sizeof *memo);
    bool there = unit_exists(tree, above, today);
    memo[above] = REACH_YES;
    for (uint32_t unit = 0; unit < tree->unit_count; unit++) {
        uint32_t now = tree->units[unit].last_day < today ? unit_continuing(tree, unit, today)
                                                          : unit;
        bool simple = there && now != NO_UNIT && unit_exists(tree, now, today);
        if (simple ? climb(tree, memo, now, today) : query_reaches(query, unit))
            code_list_add(&list, tree->units[unit].code);
    }
    free(memo);
    return code_list_end(&list, query->arena);
}

// ---- parameters

static const char *number_text(struct query *query, int64_t number)
{
    char text[24];
    return arena_text(query->arena, text, (size_t)snprintf(text, sizeof text, "%" PRId64, number));
}

static const char *text_or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static const char *indicator_list(struct query *query, bool kinds)
{
    const struct campaign *rules = query->rules->campaign;
    struct code_list list = {0};
    for (size_t i = 0; i < rules->indicator_count; i++)
        code_list_add(&list, kinds ? number_text(query, rules->indicators[i].kind)
                                   : rules->indicators[i].code);
    return code_list_end(&list, query->arena);
}

static const char *period_text(struct query *query)
{
    char text[PERIOD_TEXT_SIZE];
    period_format(query->period, text);
    return arena_text(query->arena, text, strlen(text));
}

static const char *document_list(struct query *query)
{
    struct code_list list = {0};
    for (size_t i = 0; i < RUN_DOCUMENTS; i++)
        code_list_add(&list, number_text(query, query->run.documents[i]));
    return code_list_end(&list, query->arena);
}

// The unit asked for is within reach: then the list of all others is not needed.
static const char *reach_or_null(struct query *query)
{
    return query->unit != NO_UNIT ? NULL : query_reach(query);
}

static size_t page_limit(const struct query *query)
{
    size_t fit = page_rows_max(query->page.columns), most = query->kind->rows_max;
    return most > 0 && most < fit ? most : fit;
}

static const char *param_text(struct query *query, enum query_param param)
{
    const struct wire_query *asked = query->asked;
    switch (param) {
    case PARAM_RUN:
        return number_text(query, query->run.id);
    case PARAM_PERIOD:
        return period_text(query);
    case PARAM_PERIOD_NUMBER:
        return query->period.kind != 0 ? number_text(query, period_number(query->period)) : NULL;
    case PARAM_COUNTS:
        return number_text(query, (query->rules != NULL   ? query->rules->campaign
                                   : query->input != NULL ? query->input->input->campaign
                                                          : query->campaign->rules)
                                      ->counts);
    case PARAM_CAMPAIGN:
        return query->campaign != NULL ? number_text(query, query->campaign->id) : NULL;
    case PARAM_NUMBER:
        return asked->number == 0 ? NULL : number_text(query, (int64_t)(asked->number & INT64_MAX));
    case PARAM_REACH:
        return reach_or_null(query);
    case PARAM_UNIT:
        return text_or_null(asked->unit);
    case PARAM_INDICATOR:
        return text_or_null(asked->indicator);
    case PARAM_SCOPE:
        return asked->scope[0] == '\0'
                   ? NULL
                   : number_text(query, strcmp(asked->scope, scope_names[0]) != 0);
    case PARAM_AWARD:
        return text_or_null(asked->award);
    case PARAM_CODES:
    case PARAM_KINDS:
        return indicator_list(query, param == PARAM_KINDS);
    case PARAM_CUT:
        return number_text(query, query->run.cut);
    case PARAM_DOCUMENTS:
        return document_list(query);
    case PARAM_LIMIT:
        return number_text(query, (int64_t)page_limit(query) + 1);
    case PARAM_END:
    case PARAM_ID:
    case PARAM_AFTER:
    default:
        return NULL;
    }
}

static int fill_params(struct query *query, struct db_param params[static DB_PARAMS_MAX])
{
    int count = 0;
    for (const enum query_param *param = query->kind->params; *param != PARAM_END; param++) {
        if (*param == PARAM_ID)
            params[count++] = db_bytea(query->asked->id.data, query->asked->id.length);
        else if (*param != PARAM_AFTER)
            params[count++] = db_text(param_text(query, *param));
        else
            for (unsigned i = 0; i < query->kind->keys; i++)
                params[count++] = db_text(query->after[i]);
    }
    return count;
}

// ---- rows

static bool add_row(struct query *query, const PGresult *result, int row)
{
    const char *cells[WIRE_COLUMNS_MAX];
    char buffers[WIRE_COLUMNS_MAX][QUERY_CELL_SIZE];
    for (size_t i = 0; i < query->page.columns; i++) {
        cell_form_fn *form = query->columns[i].form;
        cells[i] = PQgetvalue(result, row, (int)i);
        if (form != NULL && !PQgetisnull(result, row, (int)i))
            cells[i] = form(cells[i], buffers[i]);
    }
    if (query->kind->shape != NULL)
        query->kind->shape(query, result, row, cells);
    return page_row(&query->page, cells);
}

static void on_rows(void *arg, enum db_class class, const PGresult *result)
{
    struct query *query = arg;
    const char *keys[QUERY_KEYS_MAX];
    int rows, row = 0;
    if (class == DB_DATA && query->continues) {
        query_refuse(query, WIRE_INVALID, "the cursor is not one of this query");
        return;
    }
    if (class != DB_OK) {
        query_failed(query, class, result);
        return;
    }
    rows = PQntuples(result);
    if (rows == 0 && query->kind->empty != NULL) {
        query_refuse(query, WIRE_NOT_FOUND, "%s", query->kind->empty);
        return;
    }
    while (row < rows && (size_t)row < page_limit(query) && add_row(query, result, row))
        row++;
    if (row < rows) {
        for (unsigned i = 0; i < query->kind->keys; i++)
            keys[i] = PQgetvalue(result, row - 1, (int)(query->page.columns + i));
        query_set_cursor(query, keys, query->kind->keys);
    }
    query_answer(query);
}

void query_flat(struct query *query)
{
    struct db_param params[DB_PARAMS_MAX];
    int count = fill_params(query, params);
    query_exec(query, query->kind->sql, params, count, 0, on_rows);
}
