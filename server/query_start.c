// What a query needs before it can be carried out; each step finds one thing or refuses.
#include "server/query_private.h"

#include "server/pulse.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int32_t query_today(const struct query *query)
{
    return pulse_today(query->server->pulse);
}

void query_exec(struct query *query, const char *sql, const struct db_param *params, int count,
                int result_format, db_fn *fn)
{
    db_exec(query->server->read_db, NULL, sql, params, count, result_format, fn, query);
}

// ---- the cursor: the run's number and the last row's keys, codes and numbers between blanks

void query_set_cursor(struct query *query, const char *const *keys, unsigned count)
{
    struct text cursor = {0};
    text_addf(&cursor, "%" PRId64, query->run.id);
    for (unsigned i = 0; i < count; i++)
        text_addf(&cursor, " %s", keys[i]);
    query->page.cursor = arena_text(query->arena, cursor.data, cursor.length);
    text_free(&cursor);
}

static bool find_cursor(struct query *query)
{
    struct bytes cursor = query->asked->cursor;
    unsigned count = 0;
    bool good = true;
    if (cursor.length == 0)
        return true;
    char *text = arena_text(query->arena, (const char *)cursor.data, cursor.length), *rest = NULL;
    for (char *word = strtok_r(text, " ", &rest); word != NULL && good;
         word = strtok_r(NULL, " ", &rest), count++) {
        good = code_valid(word, strlen(word)) && count <= query->kind->keys;
        if (good && count == 0)
            query->after_run = strtoll(word, NULL, 10);
        else if (good)
            query->after[count - 1] = word;
    }
    if (good && count == query->kind->keys + 1) {
        query->continues = true;
        return true;
    }
    query_refuse(query, WIRE_INVALID, "the cursor is not one of this query");
    return false;
}

// ---- campaign, period, unit

static bool find_campaign(struct query *query)
{
    const char *code = query->asked->campaign;
    query->campaign = code[0] != '\0' ? world_campaign(query->world, code) : NULL;
    if (query->campaign != NULL || (code[0] == '\0' && !(query->kind->needs & NEED_CAMPAIGN)))
        return true;
    if (code[0] == '\0')
        query_refuse(query, WIRE_INVALID, "which campaign?");
    else
        query_refuse(query, WIRE_NOT_FOUND, "there is no campaign %s", code);
    return false;
}

static bool find_period(struct query *query)
{
    if (!(query->kind->needs & NEED_PERIOD) || query->campaign == NULL)
        return true;
    const struct campaign *rules = query->campaign->rules;
    const char *text = query->asked->period;
    if (text[0] == '\0') {
        if (query->asked->number == 0 && !(query->kind->needs & NEED_ALL_PERIODS))
            query->period = campaign_current_period(rules, query_today(query));
        return true;
    }
    if (period_parse(text, strlen(text), &query->period)) {
        int index = campaign_period_index(rules, query->period);
        if (index >= 0 || (index == -1 && (query->kind->needs & NEED_BASELINE)))
            return true;
    }
    char from[PERIOD_TEXT_SIZE], to[PERIOD_TEXT_SIZE];
    period_format(rules->from, from);
    period_format(rules->to, to);
    query_refuse(query, WIRE_NOT_FOUND, "%s is no period of %s: it goes from %s to %s", text,
                 rules->code, from, to);
    return false;
}

static bool find_unit(struct query *query)
{
    const char *code = query->asked->unit;
    const struct unit_tree *tree = world_tree(query->world);
    bool needed = query->kind->needs & NEED_UNIT;
    if (code[0] == '\0' && !needed)
        return true;
    query->unit = tree != NULL ? unit_find(tree, code) : NO_UNIT;
    if (query->unit == NO_UNIT)
        query_refuse(query, WIRE_NOT_FOUND, "there is no unit %s", code);
    else if ((query->kind->needs & NEED_REACH) && !query_reaches(query, query->unit))
        query_refuse(query, WIRE_FORBIDDEN, "unit %s is not within this key's reach", code);
    else
        return true;
    return false;
}

static bool check_whole(struct query *query)
{
    if (!(query->kind->needs & NEED_WHOLE))
        return true;
    const char *owner = query->campaign->rules->owner;
    const struct unit_tree *tree = world_tree(query->world);
    uint32_t unit = tree != NULL ? unit_find(tree, owner) : NO_UNIT;
    if (unit != NO_UNIT && query_reaches(query, unit))
        return true;
    query_refuse(query, WIRE_FORBIDDEN, "all below %s is not within this key's reach", owner);
    return false;
}

static bool find_indicator(struct query *query)
{
    const char *code = query->asked->indicator;
    const struct campaign *rules = query->input != NULL      ? query->input->input->campaign
                                   : query->rules != NULL    ? query->rules->campaign
                                   : query->campaign != NULL ? query->campaign->rules
                                                             : NULL;
    bool needed = query->kind->needs & NEED_INDICATOR;
    if (rules == NULL || (code[0] == '\0' && !needed) ||
        campaign_indicator(rules, code) != NO_INDEX)
        return true;
    query_refuse(query, WIRE_NOT_FOUND, "%s has no indicator %s", rules->code, code);
    return false;
}

static bool find_award(struct query *query)
{
    const char *code = query->asked->award;
    const struct campaign *rules = query->input != NULL   ? query->input->input->campaign
                                   : query->rules != NULL ? query->rules->campaign
                                                          : NULL;
    if (rules == NULL || code[0] == '\0' || campaign_award(rules, code) != NO_INDEX)
        return true;
    query_refuse(query, WIRE_NOT_FOUND, "%s has no award %s", rules->code, code);
    return false;
}

static bool check_id(struct query *query)
{
    if (!(query->kind->needs & NEED_ID) || query->asked->id.length == ID_BYTES)
        return true;
    query_refuse(query, WIRE_INVALID, "which submission? Its id has %d bytes", ID_BYTES);
    return false;
}

static bool check_scope(struct query *query)
{
    const char *scope = query->asked->scope;
    if (scope[0] == '\0' || strcmp(scope, scope_names[SCOPE_PERIOD]) == 0 ||
        strcmp(scope, scope_names[SCOPE_TO_DATE]) == 0)
        return true;
    query_refuse(query, WIRE_INVALID, "scope is period or to_date, not %s", scope);
    return false;
}

// ---- the run

static void carry_out(struct query *query)
{
    if (!find_indicator(query) || !find_award(query))
        return;
    if (query->kind->go != NULL)
        query->kind->go(query);
    else
        query_flat(query);
}

static void on_documents(void *arg, enum db_class class, const PGresult *result)
{
    struct query *query = arg;
    struct err err = {0};
    const char *texts[RUN_DOCUMENTS] = {NULL};
    if (class != DB_OK) {
        query_failed(query, class, result);
        return;
    }
    for (int row = 0; row < PQntuples(result); row++) {
        int64_t accepted = db_integer_at(result, row, 0);
        for (int i = 0; i < RUN_DOCUMENTS; i++)
            if (query->run.documents[i] == accepted)
                texts[i] = PQgetvalue(result, row, 1);
    }
    if (query->kind->needs & NEED_INPUT) {
        struct run_texts all = {texts[0], texts[1], texts[2], texts[3], texts[4], texts[5]};
        query->input = run_cache_add_input(query->queries->cache, query->run.documents,
                                           query->period, &all, &err);
    } else if (texts[RUN_RULES] != NULL) {
        query->rules = run_cache_add_rules(query->queries->cache, query->run.documents[RUN_RULES],
                                           texts[RUN_RULES], &err);
    }
    if (query->input == NULL && query->rules == NULL)
        query_refuse(query, WIRE_UNAVAILABLE, "the documents of run %" PRId64 " cannot be read: %s",
                     query->run.id, err.text);
    else
        carry_out(query);
}

static void read_documents(struct query *query)
{
    bool all = query->kind->needs & NEED_INPUT;
    struct text list = {0};
    for (int i = 0; i < RUN_DOCUMENTS; i++)
        if (all || i == RUN_RULES)
            text_addf(&list, "%c%" PRId64, list.length > 0 ? ',' : '{', query->run.documents[i]);
    text_adds(&list, "}");
    const struct db_param params[] = {db_text(list.data)};
    query_exec(query, "SELECT accepted, content FROM document WHERE accepted = ANY ($1::bigint[])",
               params, 1, 0, on_documents);
    text_free(&list);
}

static void find_rules(struct query *query)
{
    struct run_cache *cache = query->queries->cache;
    const int64_t *documents = query->run.documents;
    if (query->kind->needs & NEED_INPUT)
        query->input = run_cache_input(cache, documents, query->period);
    else if (query->kind->needs & NEED_RULES)
        query->rules = run_cache_rules(cache, documents[RUN_RULES]);
    if (query->input == NULL && query->rules == NULL &&
        (query->kind->needs & (NEED_RULES | NEED_INPUT)))
        read_documents(query);
    else
        carry_out(query);
}

static void refuse_run(struct query *query)
{
    char period[PERIOD_TEXT_SIZE] = "";
    const char *code = query->campaign->rules->code;
    if (query->period.kind != 0)
        period_format(query->period, period);
    if (query->asked->number == 0)
        query_refuse(query, WIRE_NOT_FOUND, "no run of %s for %s has been published yet", code,
                     period);
    else
        query_refuse(query, WIRE_NOT_FOUND, "%s has no published run %" PRIu64 "%s%s", code,
                     query->asked->number, period[0] != '\0' ? " for " : "", period);
}

static void on_run(void *arg, enum db_class class, const PGresult *result)
{
    struct query *query = arg;
    int64_t values[4 + RUN_DOCUMENTS];
    if (class != DB_OK) {
        query_failed(query, class, result);
        return;
    }
    if (PQntuples(result) == 0) {
        refuse_run(query);
        return;
    }
    for (int i = 0; i < 4 + RUN_DOCUMENTS; i++)
        values[i] = db_integer_at(result, 0, i);
    query->run = (struct query_run){.id = values[0], .cut = values[2], .cut_us = values[3]};
    memcpy(query->run.documents, values + 4, sizeof query->run.documents);
    period_from_number((int32_t)values[1], &query->period);
    find_rules(query);
}

// $2: a run's number, or 0 for the one that readers see of period $3; $3 0: whatever its period.
static const char run_sql[] =
    "SELECT id, period, cut, (extract(epoch FROM cut_at) * 1000000)::bigint,"
    " units, rules, targets, adjustments, nominations, decisions"
    "  FROM run"
    " WHERE campaign = $1 AND state = 5 AND leaving_at IS NULL AND ($3::integer = 0 OR period = $3)"
    "   AND id = CASE WHEN $2::bigint = 0"
    "                 THEN (SELECT p.run FROM published p WHERE p.campaign = $1 AND p.period = $3)"
    "                 ELSE $2 END";

static void find_run(struct query *query)
{
    char campaign[24], number[24], period[24];
    int64_t wanted = query->asked->number > INT64_MAX ? -1 : (int64_t)query->asked->number;
    if (query->continues)
        wanted = query->after_run;
    snprintf(campaign, sizeof campaign, "%d", query->campaign->id);
    snprintf(number, sizeof number, "%" PRId64, wanted);
    snprintf(period, sizeof period, "%d",
             query->period.kind != 0 ? period_number(query->period) : 0);
    const struct db_param params[] = {db_text(campaign), db_text(number), db_text(period)};
    query_exec(query, run_sql, params, 3, 0, on_run);
}

void query_start(struct query *query)
{
    if (!find_cursor(query) || !find_campaign(query) || !find_period(query) || !find_unit(query) ||
        !check_whole(query) || !check_scope(query) || !check_id(query))
        return;
    if ((query->kind->needs & NEED_RUN) && query->campaign != NULL)
        find_run(query);
    else
        carry_out(query);
}
