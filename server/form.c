// FORM: the results file that a unit has to fill in.
#include "server/form_rows.h"
#include "server/query.h"

#include <stdio.h>
#include <stdlib.h>

struct form_answer {
    struct query *query;
    const char *period;
};

// The first row that does not fit is where the next page begins.
static bool add_row(void *arg, uint32_t unit, uint32_t indicator)
{
    struct form_answer *answer = arg;
    struct query *query = answer->query;
    const char *code = world_tree(query->world)->units[unit].code;
    const char *cells[7] = {answer->period, code,
                            query->campaign->rules->indicators[indicator].code};
    if (page_row(&query->page, cells))
        return true;
    char number[16];
    snprintf(number, sizeof number, "%u", indicator);
    query_set_cursor(query, (const char *const[]){code, number}, 2);
    return false;
}

static void give_form(struct query *query)
{
    const struct unit_tree *tree = world_tree(query->world);
    const struct campaign *rules = query->campaign->rules;
    char period[PERIOD_TEXT_SIZE];
    uint32_t unit = 0, indicator = 0;
    period_format(query->period, period);
    if (query->continues) {
        unit = unit_find(tree, query->after[0]);
        indicator = (uint32_t)strtoul(query->after[1], NULL, 10);
    }
    struct form_answer answer = {query, period};
    if (!form_rows(rules, tree, query->unit, query->period, unit, indicator, add_row, &answer))
        query_refuse(query, WIRE_NOT_FOUND, "there is no unit %s at the end of %s",
                     query->asked->unit, period);
    else if (query->page.count == 0)
        query_refuse(query, WIRE_NOT_FOUND, "unit %s has nothing to report for %s in %s",
                     query->asked->unit, period, rules->code);
    else
        query_answer(query);
}

static const struct query_column columns[] = {
    {"period", NULL},      {"unit", NULL},  {"indicator", NULL}, {"value", NULL},
    {"denominator", NULL}, {"state", NULL}, {"note", NULL},      {NULL, NULL},
};

const struct query_kind form_query = {
    .name = "form",
    .actions = MAY_READ,
    .needs = NEED_CAMPAIGN | NEED_PERIOD | NEED_BASELINE | NEED_UNIT | NEED_REACH,
    .columns = columns,
    .keys = 2,
    .go = give_form,
};
