// How surely a run ranks and commends: common/sensitivity.h, as a table.
#include "client/sealed_run.h"

#include "client/table.h"
#include "common/sensitivity.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const columns[] = {"section", "cluster", "unit",   "name",  "rank",  "best",
                                      "worst",   "item",    "before", "after", "detail"};
#define COLUMNS (sizeof columns / sizeof columns[0])

static void number_text(uint32_t number, char buffer[static 16])
{
    snprintf(buffer, 16, "%" PRIu32, number);
}

static const char *name_of(const struct recompute *run, uint32_t unit)
{
    return unit == NO_UNIT ? "" : unit_name_at(run->input->tree, unit, run->plan->day->day);
}

// "best:FOOD -10 %;worst:CARE +10 %"
static void add_weight(const struct recompute *run, const char *word, uint32_t indicator,
                       int percent, struct text *detail)
{
    if (indicator != NO_INDEX)
        text_addf(detail, "%s%s:%s %+d %%", detail->length > 0 ? ";" : "", word,
                  run->input->campaign->indicators[indicator].code, percent);
}

static void range_row(struct table *table, const struct recompute *run,
                      const struct rank_range *range)
{
    const struct campaign *campaign = run->input->campaign;
    char rank[16], best[16], worst[16];
    struct text detail = {0};
    number_text(range->rank, rank);
    number_text(range->best, best);
    number_text(range->worst, worst);
    add_weight(run, "best", range->best_by, range->best_percent, &detail);
    add_weight(run, "worst", range->worst_by, range->worst_percent, &detail);
    const char *const cells[COLUMNS] = {
        "rank",
        campaign->cluster_count > 0 ? campaign->clusters[range->cluster].code : "",
        run->input->tree->units[range->unit].code,
        name_of(run, range->unit),
        rank,
        best,
        worst,
        "",
        "",
        "",
        detail.length > 0 ? detail.data : ""};
    table_row(table, cells);
    text_free(&detail);
}

static void change_row(struct table *table, const struct recompute *run,
                       const struct award_change *change)
{
    const struct recompute_input *in = run->input;
    struct text detail = {0};
    if (change->cause == AWARD_ROUNDING)
        text_adds(&detail, "rounding");
    else
        text_addf(&detail, "unverified:%s %s", in->tree->units[change->of_unit].code,
                  in->campaign->indicators[change->indicator].code);
    const char *const cells[COLUMNS] = {"award",
                                        "",
                                        change->recipient,
                                        name_of(run, change->unit),
                                        "",
                                        "",
                                        "",
                                        in->campaign->awards[change->award].code,
                                        award_decision_names[change->before],
                                        award_decision_names[change->after],
                                        detail.data};
    table_row(table, cells);
    text_free(&detail);
}

static int print(const struct client *client, struct recompute *run)
{
    struct sensitivity sensitivity;
    struct err err = {0};
    enum format format = format_of(client->arguments);
    if (sensitivity_compute(run, &sensitivity, &err) < 0)
        return complain_err(&err);
    struct table *table = table_create(stdout, format, columns, COLUMNS);
    table_sections(table);
    for (size_t i = 0; i < sensitivity.range_count; i++)
        range_row(table, run, &sensitivity.ranges[i]);
    for (size_t i = 0; i < sensitivity.change_count; i++)
        change_row(table, run, &sensitivity.changes[i]);
    table_finish(table);
    if (sensitivity.change_count == 0)
        complain(_("no award hangs on rounding or on one of the %zu unverified figures that count"),
                 sensitivity.unverified);
    sensitivity_clear(&sensitivity);
    return EXIT_DONE;
}

int run_sensitivity_run(struct client *client)
{
    struct sealed_run run;
    int exit_code = sealed_run_open(client, argument(client->arguments, 0), &run);
    if (exit_code == EXIT_DONE)
        exit_code = print(client, run.run);
    sealed_run_close(&run);
    return exit_code;
}
