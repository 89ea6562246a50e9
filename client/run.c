// Starting runs and waiting for them; putting dead jobs back.
#include "client/client.h"
#include "client/progress.h"
#include "client/report.h"
#include "client/show.h"
#include "client/talk.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define POLL_MS 200
#define POLL_MAX_MS 2000

// The cell of a column in the first row; "" when there is none.
static const char *first_cell(const struct wire_table *table, const char *column)
{
    for (size_t i = 0; i < table->column_count && i < table->cell_count; i++)
        if (strcmp(table->columns[i], column) == 0)
            return table->cells[i];
    return "";
}

static size_t count_of(const struct wire_table *table, const char *column)
{
    uint64_t count = 0;
    for (const char *c = first_cell(table, column); *c >= '0' && *c <= '9'; c++)
        count = count * 10 + (uint64_t)(*c - '0');
    return (size_t)count;
}

// An exit code when the run has ended; -1 while it goes on.
static int run_ended(const struct wire_table *table)
{
    const char *state = first_cell(table, "state"), *reason = first_cell(table, "reason");
    if (strcmp(state, "PUBLISHED") == 0)
        return EXIT_DONE;
    if (strcmp(state, "FAILED") == 0) {
        progress_end();
        complain(_("the run has failed: %s"), reason);
        return EXIT_ERROR;
    }
    progress_show(_(state), count_of(table, "jobs_done"), count_of(table, "jobs"));
    return -1;
}

static int wait_for_run(struct client *client, uint64_t number)
{
    struct wire_query query = {.what = QUERY_RUN, .number = number};
    struct message answer;
    int exit_code = -1;
    for (long pause = POLL_MS; exit_code < 0; pause += pause < POLL_MAX_MS ? pause / 4 : 0) {
        exit_code = query_page(client, &query, &answer);
        if (exit_code == EXIT_DONE) {
            exit_code = run_ended(&answer.table);
            message_clear(&answer);
        }
        if (exit_code < 0)
            talk_pause(pause);
    }
    progress_end();
    return exit_code;
}

int run_start_run(struct client *client)
{
    uint64_t number = 0;
    int exit_code = command_ask(client,
                                (struct wire_command){
                                    .action = ACTION_RUN_START,
                                    .campaign = argument(client->arguments, 0),
                                    .period = argument(client->arguments, 1),
                                },
                                &number);
    if (exit_code != EXIT_DONE)
        return exit_code;
    printf("%" PRIu64 "\n", number);
    fflush(stdout);
    if (client->arguments->options[OPT_WAIT] != NULL)
        return wait_for_run(client, number);
    return EXIT_DONE;
}

int job_retry_run(struct client *client)
{
    uint64_t number;
    if (number_of(argument(client->arguments, 0), INT64_MAX, &number) != 0)
        return EXIT_USAGE;
    return command_send(client,
                        (struct wire_command){.action = ACTION_JOB_RETRY, .number = number});
}
