// What the council has before it: the awards of a run with names, votes and totals, and its decisions
// with what became of each. Both from the documents of that run.
#include "server/query.h"

#include "core/award.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- the awards, in the order of the awards file

enum {
    COUNCIL_AWARD,
    COUNCIL_CLUSTER,
    COUNCIL_RANK,
    COUNCIL_RECIPIENT,
    COUNCIL_NAME,
    COUNCIL_UNIT,
    COUNCIL_UNIT_NAME,
    COUNCIL_TOTAL,
    COUNCIL_CLASS,
    COUNCIL_VOTES,
    COUNCIL_SCORE,
};

static const char council_sql[] =
    "SELECT a.award, r.cluster, a.rank, a.recipient, r.name, CASE WHEN r.run IS NULL THEN a.unit END,"
    " NULL, r.total, r.class, NULL, NULL, a.decision, a.reasons, a.position"
    "  FROM award a"
    "  LEFT JOIN ranking r ON r.run = a.run AND r.unit = a.unit AND a.kind = 'unit'"
    " WHERE a.run = $1 AND ($2::text IS NULL OR a.unit = $2) AND ($3::text IS NULL OR a.award = $3)"
    "   AND ($5::integer IS NULL OR a.position > $5)"
    " ORDER BY a.position LIMIT $4::bigint";

static const struct query_column council_columns[] = {
    {"award", NULL}, {"cluster", NULL},   {"rank", NULL},    {"recipient", NULL}, {"name", NULL},
    {"unit", NULL},  {"unit_name", NULL}, {"total", NULL},   {"class", NULL},     {"votes", NULL},
    {"score", NULL}, {"decision", NULL},  {"reasons", NULL}, {NULL, NULL},
};

static const struct nomination *find_nomination(const struct run_input *input, uint32_t award,
                                                const char *id)
{
    for (size_t i = 0; i < input->nominations.count; i++)
        if (input->nominations.list[i].award == award &&
            strcmp(input->nominations.list[i].id, id) == 0)
            return &input->nominations.list[i];
    return NULL;
}

static const char *kept(struct query *query, const char *text)
{
    return arena_text(query->arena, text, strlen(text));
}

static const char *unit_name(const struct query *query, uint32_t unit)
{
    const struct campaign *campaign = query->input->input->campaign;
    return unit_name_at(query->input->input->tree, unit,
                        campaign_last_day(campaign, query->period));
}

static void shape_nominee(struct query *query, const struct nomination *nomination,
                          const char **cells)
{
    char text[DECIMAL_TEXT_SIZE];
    cells[COUNCIL_NAME] = nomination->name;
    cells[COUNCIL_UNIT_NAME] = unit_name(query, nomination->unit);
    if (nomination->has_votes) {
        snprintf(text, sizeof text, "%lld/%lld", (long long)nomination->votes_for,
                 (long long)nomination->votes_total);
        cells[COUNCIL_VOTES] = kept(query, text);
    }
    if (nomination->has_score) {
        decimal_format(nomination->score_e4, DECIMAL_SCALE, text);
        cells[COUNCIL_SCORE] = kept(query, text);
    }
}

static void shape_council(struct query *query, const PGresult *result, int row, const char **cells)
{
    const struct run_input *input = query->input->input;
    uint32_t award = campaign_award(input->campaign, cells[COUNCIL_AWARD]);
    (void)result;
    (void)row;
    if (award == NO_INDEX)
        return;
    const struct nomination *nomination = find_nomination(input, award, cells[COUNCIL_RECIPIENT]);
    struct text title = {0};
    text_addf(&title, "%s: %s", input->campaign->awards[award].code,
              input->campaign->awards[award].name);
    cells[COUNCIL_AWARD] = kept(query, title.data);
    text_free(&title);
    if (input->campaign->awards[award].to != TO_UNIT && nomination != NULL)
        shape_nominee(query, nomination, cells);
}

const struct query_kind council_query = {
    .name = "council",
    .actions = MAY_READ,
    .needs = NEED_CAMPAIGN | NEED_PERIOD | NEED_RUN | NEED_INPUT,
    .columns = council_columns,
    .sql = council_sql,
    .params = {PARAM_RUN, PARAM_UNIT, PARAM_AWARD, PARAM_LIMIT, PARAM_AFTER},
    .keys = 1,
    .shape = shape_council,
};

// ---- the decisions, in the order of the list

static const struct query_column decision_list_columns[] = {
    {"award", NULL},  {"recipient", NULL}, {"name", NULL}, {"decision", NULL},
    {"effect", NULL}, {"reason", NULL},    {NULL, NULL},
};

static const char *name_of(const struct query *query, const struct decision *decision)
{
    const struct run_input *input = query->input->input;
    if (input->campaign->awards[decision->award].to == TO_UNIT) {
        uint32_t unit = unit_find(input->tree, decision->recipient);
        return unit != NO_UNIT ? unit_name(query, unit) : "";
    }
    const struct nomination *nomination = find_nomination(input, decision->award,
                                                          decision->recipient);
    return nomination != NULL ? nomination->name : "";
}

// A candidate of the run that the decision has closed.
static bool has_closed(const struct campaign *campaign, const struct decision *decision,
                       const PGresult *result)
{
    const struct award *award = &campaign->awards[decision->award];
    for (int row = 0; row < PQntuples(result); row++)
        if (strcmp(PQgetvalue(result, row, 0), award->code) == 0 &&
            strcmp(PQgetvalue(result, row, 1), decision->recipient) == 0)
            return award_left_to_council(award, award_decision_of(PQgetvalue(result, row, 2)),
                                         PQgetvalue(result, row, 3));
    return false;
}

static void on_candidates(void *arg, enum db_class class, const PGresult *result)
{
    struct query *query = arg;
    if (class != DB_OK) {
        query_failed(query, class, result);
        return;
    }
    const struct run_input *input = query->input->input;
    size_t at = query->continues ? strtoul(query->after[0], NULL, 10) : 0;
    for (; at < input->decisions.count; at++) {
        const struct decision *decision = &input->decisions.list[at];
        const char *cells[] = {input->campaign->awards[decision->award].code,
                               decision->recipient,
                               name_of(query, decision),
                               award_decision_names[decision->awarded ? AWARDED : NOT_AWARDED],
                               has_closed(input->campaign, decision, result) ? "closed"
                                                                             : "no_effect",
                               decision->reason};
        if (!page_row(&query->page, cells))
            break;
    }
    if (at < input->decisions.count) {
        char next[24];
        snprintf(next, sizeof next, "%zu", at);
        query_set_cursor(query, (const char *const[]){next}, 1);
    }
    query_answer(query);
}

static void decisions_go(struct query *query)
{
    char run[24];
    snprintf(run, sizeof run, "%lld", (long long)query->run.id);
    const struct db_param params[] = {db_text(run)};
    query_exec(query, "SELECT award, recipient, decision, reasons FROM award WHERE run = $1",
               params, 1, 0, on_candidates);
}

const struct query_kind decisions_query = {
    .name = "decisions",
    .actions = MAY_READ,
    .needs = NEED_CAMPAIGN | NEED_PERIOD | NEED_RUN | NEED_INPUT,
    .columns = decision_list_columns,
    .keys = 1,
    .go = decisions_go,
};
