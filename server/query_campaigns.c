// The campaigns on record, from the rules in memory, each with the last run that was published.
#include "server/query.h"

#include <stdlib.h>
#include <string.h>

static const char published_sql[] =
    "SELECT DISTINCT ON (campaign) campaign, period_text(period), run"
    "  FROM published ORDER BY campaign, run DESC";

// Row of the campaign; -1: none.
static int row_of(const PGresult *result, int32_t campaign)
{
    for (int low = 0, high = PQntuples(result); low < high;) {
        int middle = low + (high - low) / 2;
        long id = db_integer_at(result, middle, 0);
        if (id == campaign)
            return middle;
        if (id < campaign)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

static bool add_campaign(struct query *query, const struct world_campaign *campaign,
                         const PGresult *result)
{
    const struct campaign *rules = campaign->rules;
    char from[PERIOD_TEXT_SIZE], to[PERIOD_TEXT_SIZE], current[PERIOD_TEXT_SIZE];
    int row = row_of(result, campaign->id);
    period_format(rules->from, from);
    period_format(rules->to, to);
    period_format(campaign_current_period(rules, query_today(query)), current);
    const char *const cells[] = {rules->code,
                                 rules->name,
                                 rules->owner,
                                 period_kind_words[rules->reporting - PERIOD_MONTH],
                                 from,
                                 to,
                                 current,
                                 row >= 0 ? PQgetvalue(result, row, 2) : "",
                                 row >= 0 ? PQgetvalue(result, row, 1) : ""};
    return page_row(&query->page, cells);
}

static void on_published(void *arg, enum db_class class, const PGresult *result)
{
    struct query *query = arg;
    const char *last = NULL;
    if (class != DB_OK) {
        query_failed(query, class, result);
        return;
    }
    for (size_t i = 0; i < query->world->campaign_count; i++) {
        const struct world_campaign *campaign = query->world->campaigns[i];
        if (query->continues && strcmp(campaign->rules->code, query->after[0]) <= 0)
            continue;
        if (!add_campaign(query, campaign, result)) {
            query_set_cursor(query, &last, 1);
            break;
        }
        last = campaign->rules->code;
    }
    query_answer(query);
}

static void list_campaigns(struct query *query)
{
    query_exec(query, published_sql, NULL, 0, 0, on_published);
}

static const struct query_column columns[] = {
    {"campaign", NULL}, {"name", NULL},    {"owner", NULL}, {"reporting", NULL}, {"from", NULL},
    {"to", NULL},       {"current", NULL}, {"run", NULL},   {"period", NULL},    {NULL, NULL},
};

const struct query_kind campaigns_query = {
    .name = "campaigns",
    .actions = MAY_READ,
    .columns = columns,
    .keys = 1,
    .go = list_campaigns,
};
