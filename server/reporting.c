// REPORTING: the forms that each office owes for a period. A form is that of one unit; it is complete when
// something was handed in for the period and no cell of it is missing any more; not applicable is an
// answer like any other. On time: complete when the due time came. Late: complete only since then.
// Missing: not complete yet. So expected = on time + late + missing.
#include "server/missing.h"

#include "core/deadline.h"
#include "server/pulse.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define US_PER_SECOND INT64_C(1000000)

struct form_state form_state_of(const struct missing *missing, const struct rollup_row *row,
                                uint32_t leaf)
{
    const struct rollup_plan *plan = missing->plan;
    struct form_state state = {.nothing = true};
    for (uint32_t i = 0; row != NULL && i < plan->campaign->indicator_count; i++) {
        if (plan->tree->units[leaf].level != plan->leaf_level[i] || !rollup_has(plan, leaf, i))
            continue;
        const struct component *counted = missing_component(missing, row, i);
        const struct component *of_period =
            &row->components[SCOPE_PERIOD * plan->campaign->indicator_count + i];
        state.expected = true;
        state.missing += counted->leaves - counted->na - counted->reported;
        state.handed_in = state.handed_in || of_period->na + of_period->reported > 0;
        state.nothing = state.nothing && of_period->reported == 0;
    }
    state.nothing = state.nothing && state.handed_in;
    return state;
}

static bool is_complete(struct form_state state)
{
    return state.handed_in && state.missing == 0;
}

static struct form_counts count_form(const struct missing *missing, uint32_t leaf)
{
    struct form_state now = form_state_of(missing, missing->rows[leaf], leaf);
    struct form_state then = now;
    if (missing->due_part != NULL)
        then = form_state_of(missing, missing->due_rows[leaf], leaf);
    if (!now.expected)
        return (struct form_counts){0};
    bool on_time = is_complete(now) && is_complete(then);
    return (struct form_counts){.expected = 1,
                                .on_time = on_time,
                                .late = is_complete(now) && !on_time,
                                .missing = !is_complete(now),
                                .nothing = is_complete(now) && now.nothing,
                                .cells_missing = now.missing};
}

// Each form counts for its unit and all above it.
void reporting_count(struct missing *missing)
{
    const struct unit_day *day = missing->plan->day;
    for (size_t i = 0; i < day->order_count; i++) {
        uint32_t leaf = day->order[i];
        if (missing->rows[leaf] == NULL)
            continue;
        struct form_counts form = count_form(missing, leaf);
        for (uint32_t unit = leaf; unit != NO_UNIT; unit = day->parent[unit]) {
            struct form_counts *sum = &missing->forms[unit];
            sum->expected += form.expected;
            sum->on_time += form.on_time;
            sum->late += form.late;
            sum->missing += form.missing;
            sum->nothing += form.nothing;
            sum->cells_missing += form.cells_missing;
        }
    }
}

bool reporting_row(struct missing *missing, uint32_t office)
{
    const struct rollup_plan *plan = missing->plan;
    const struct pulse *pulse = missing->query->server->pulse;
    const struct form_counts *forms = &missing->forms[office];
    const struct unit *unit = &plan->tree->units[office];
    int64_t at_us = missing->handed_in_us[office];
    const uint32_t numbers[6] = {forms->expected, forms->on_time, forms->late,
                                 forms->missing,  forms->nothing, forms->cells_missing};
    char counts[6][16], seconds[24], at[QUERY_CELL_SIZE] = "", due[DAY_TEXT_SIZE] = "",
                                     days[16] = "";
    for (size_t i = 0; i < 6; i++)
        snprintf(counts[i], sizeof counts[i], "%" PRIu32, numbers[i]);
    snprintf(seconds, sizeof seconds, "%" PRId64, at_us / US_PER_SECOND);
    if (at_us != INT64_MAX)
        instant_form(seconds, at);
    if (missing->due_us != INT64_MAX) {
        int32_t last = day_of_instant(missing->due_us / US_PER_SECOND) - 1;
        day_format(last, due);
        snprintf(days, sizeof days, "%" PRId32, last - pulse_today(pulse));
    }
    bool late = period_late(plan->campaign, plan->period, at_us, pulse_now_us(pulse));
    const char *office_late = late ? "yes" : at_us != INT64_MAX ? "no" : "";
    return page_row(&missing->query->page,
                    (const char *const[]){unit->code, unit->name, counts[0], counts[1], counts[2],
                                          counts[3], counts[4], counts[5], at, office_late, due,
                                          days});
}

static const struct query_column columns[] = {
    {"office", NULL},    {"name", NULL},        {"expected", NULL}, {"on_time", NULL},
    {"late", NULL},      {"missing", NULL},     {"nothing", NULL},  {"cells_missing", NULL},
    {"handed_in", NULL}, {"office_late", NULL}, {"due", NULL},      {"days_left", NULL},
    {NULL, NULL},
};

const struct query_kind reporting_query = {
    .name = "reporting",
    .actions = MAY_READ,
    .needs = NEED_CAMPAIGN | NEED_PERIOD | NEED_REACH,
    .columns = columns,
    .keys = 3,
    .go = missing_find,
};
