// Queries: the table of kinds, and the life of a query from the message to the answer.
#include "server/queries.h"

#include "common/log.h"
#include "server/query_private.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REFUSAL_BYTES_MAX 512

static const struct query_kind *const kinds[] = {
    [QUERY_ROLLUP] = &rollup_query,
    [QUERY_SCORES] = &scores_query,
    [QUERY_RANKING] = &ranking_query,
    [QUERY_AWARDS] = &awards_query,
    [QUERY_UNCOUNTED] = &uncounted_query,
    [QUERY_COMPARE] = &compare_query,
    [QUERY_RUNS] = &runs_query,
    [QUERY_RUN] = &run_query,
    [QUERY_JOBS] = &jobs_query,
    [QUERY_KEYS] = &keys_query,
    [QUERY_SUBMISSION] = &submission_query,
    [QUERY_CAMPAIGNS] = &campaigns_query,
    [QUERY_FORM] = &form_query,
    [QUERY_MISSING] = &missing_query,
    [QUERY_EXPLAIN] = &explain_query,
    [QUERY_TRACE] = &trace_query,
    [QUERY_EXCEPTIONS] = &exceptions_query,
    [QUERY_REPORTING] = &reporting_query,
    [QUERY_REPORTS] = &reports_query,
    [QUERY_REPORT] = &report_query,
    [QUERY_HISTORY] = &history_query,
    [QUERY_COUNCIL] = &council_query,
    [QUERY_DECISIONS] = &decisions_query,
    [QUERY_AUDIT] = &audit_query,
    [QUERY_AUDIT_CHAIN] = &audit_chain_query,
    [QUERY_SEAL] = &seal_query,
    [QUERY_RUN_DOCUMENTS] = &run_documents_query,
    [QUERY_RUN_SUBMISSIONS] = &run_submissions_query,
    [QUERY_RUN_ENTRIES] = &run_entries_query,
};

const char *queries_name(enum query_what what)
{
    size_t at = (size_t)what;
    return at < sizeof kinds / sizeof kinds[0] && kinds[at] != NULL ? kinds[at]->name : "query";
}

struct queries *queries_create(struct server *server)
{
    struct queries *queries = mem_alloc(1, sizeof *queries);
    *queries = (struct queries){
        .server = server,
        .cache = run_cache_create(),
        .open_max = (size_t)config_number(server->config, "queries_waiting")};
    return queries;
}

struct run_cache *query_cache(const struct query *query)
{
    return query->queries->cache;
}

bool queries_idle(const struct queries *queries)
{
    return queries->open == 0;
}

// ---- a query's life

static struct query *query_create(struct queries *queries, const struct query_kind *kind,
                                  const struct asker *asker, struct message *message)
{
    struct query *query = mem_alloc(1, sizeof *query);
    *query = (struct query){.queries = queries,
                            .server = queries->server,
                            .asker = *asker,
                            .message = *message,
                            .kind = kind,
                            .arena = arena_create(),
                            .world = world_hold(queries->server->world),
                            .unit = NO_UNIT,
                            .next = queries->first,
                            .place = &queries->first};
    message->memory = NULL; // ours now
    query->asked = &query->message.query;
    if (query->next != NULL)
        query->next->place = &query->next;
    queries->first = query;
    queries->open++;
    query_choose_columns(query, kind->columns);
    return query;
}

void query_choose_columns(struct query *query, const struct query_column *columns)
{
    size_t count = 0;
    while (columns[count].name != NULL)
        count++;
    query->columns = columns;
    page_start(&query->page, query->arena, count);
}

static void query_destroy(struct query *query)
{
    *query->place = query->next;
    if (query->next != NULL)
        query->next->place = query->place;
    query->queries->open--;
    if (query->release != NULL)
        query->release(query->state);
    cached_rules_release(query->rules);
    cached_input_release(query->input);
    cached_plan_release(query->plan);
    page_clear(&query->page);
    arena_destroy(query->arena);
    world_release(query->world);
    message_clear(&query->message);
    free(query);
}

void queries_destroy(struct queries *queries)
{
    if (queries == NULL)
        return;
    while (queries->first != NULL)
        query_destroy(queries->first);
    run_cache_destroy(queries->cache);
    free(queries);
}

void queries_ask(const struct asker *asker, struct message *message)
{
    struct queries *queries = asker->server->queries;
    size_t what = (size_t)message->query.what;
    const struct query_kind *kind = what < sizeof kinds / sizeof kinds[0] ? kinds[what] : NULL;
    char key[KEY_WORD_SIZE];
    if (kind == NULL) {
        answer_code(asker, WIRE_UNSUPPORTED, "this cannot be asked");
    } else if (!access_may(&asker->who, kind->actions)) {
        log_event(LOG_WARN, "forbidden", "key=%s query=%s", key_word(asker->peer.key, key),
                  kind->name);
        answer_code(asker, WIRE_FORBIDDEN, "this key may not ask that");
    } else if (queries->open >= queries->open_max) {
        answer_retry(asker, WIRE_BUSY, RETRY_BUSY_MS);
    } else {
        query_start(query_create(queries, kind, asker, message));
    }
}

// ---- ends

void query_answer(struct query *query)
{
    char period[PERIOD_TEXT_SIZE] = "";
    const char *names[WIRE_COLUMNS_MAX];
    for (size_t i = 0; i < query->page.columns; i++)
        names[i] = query->columns[i].name;
    if (query->period.kind != 0)
        period_format(query->period, period);
    const char *cursor = query->page.cursor;
    struct message message = {
        .type = MESSAGE_TABLE,
        .table = {.column_count = query->page.columns,
                  .columns = names,
                  .cell_count = query->page.count,
                  .cells = query->page.cells,
                  .cursor = {(const uint8_t *)cursor, cursor != NULL ? strlen(cursor) : 0},
                  .run = (uint64_t)query->run.id,
                  .period = period}};
    answer_send(&query->asker, &message);
    query_destroy(query);
}

void query_refuse(struct query *query, enum wire_code code, const char *format, ...)
{
    char text[REFUSAL_BYTES_MAX], key[KEY_WORD_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (code == WIRE_FORBIDDEN)
        log_event(LOG_WARN, "forbidden", "key=%s query=%s", key_word(query->asker.peer.key, key),
                  query->kind->name);
    answer_code(&query->asker, code, text);
    query_destroy(query);
}

void query_failed(struct query *query, enum db_class class, const PGresult *result)
{
    answer_failed(&query->asker, class, result, query->kind->name);
    query_destroy(query);
}
