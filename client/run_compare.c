// What parts two published runs.
#include "client/client.h"
#include "client/report.h"
#include "client/show.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct told_run {
    uint64_t number;
    char campaign[WIRE_CODE_BYTES_MAX + 1], period[WIRE_CODE_BYTES_MAX + 1];
};

static void take_cell(const struct wire_table *table, const char *column,
                      char ret[static WIRE_CODE_BYTES_MAX + 1])
{
    for (size_t i = 0; i < table->column_count && i < table->cell_count; i++)
        if (strcmp(table->columns[i], column) == 0)
            snprintf(ret, WIRE_CODE_BYTES_MAX + 1, "%s", table->cells[i]);
}

// Which campaign and period a run is of.
static int ask_run(struct client *client, size_t index, struct told_run *ret)
{
    struct message answer;
    struct wire_query query = {.what = QUERY_RUN};
    if (number_of(argument(client->arguments, index), INT64_MAX, &query.number) != 0)
        return EXIT_USAGE;
    int exit_code = query_page(client, &query, &answer);
    if (exit_code != EXIT_DONE)
        return exit_code;
    *ret = (struct told_run){.number = query.number};
    take_cell(&answer.table, "campaign", ret->campaign);
    take_cell(&answer.table, "period", ret->period);
    message_clear(&answer);
    return EXIT_DONE;
}

int run_compare_run(struct client *client)
{
    struct told_run before, after;
    int exit_code = ask_run(client, 0, &before);
    if (exit_code == EXIT_DONE)
        exit_code = ask_run(client, 1, &after);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (strcmp(before.campaign, after.campaign) != 0) {
        complain(_("run %" PRIu64 " is of %s, run %" PRIu64
                   " of %s: only runs of one campaign can be compared"),
                 before.number, before.campaign, after.number, after.campaign);
        return EXIT_USAGE;
    }
    if (strcmp(before.period, after.period) != 0)
        complain(
            _("run %" PRIu64 " is for %s, run %" PRIu64
              " for %s: what was reached by the end of each is compared, and all that was reported "
              "for the time between is among the cells"),
            before.number, before.period, after.number, after.period);
    return show_pages(client,
                      (struct wire_query){.what = QUERY_COMPARE,
                                          .campaign = after.campaign,
                                          .number = after.number,
                                          .other = before.number},
                      format_of(client->arguments));
}
