// Who has reported and who has not: forms by office with their sum, or, with --unit, each missing cell.
#include "client/client.h"
#include "client/report.h"
#include "client/show.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_SIZE 24

static bool is_count(const char *column)
{
    static const char *const counts[] = {"expected", "on_time", "late",
                                         "missing",  "nothing", "cells_missing"};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        if (strcmp(column, counts[i]) == 0)
            return true;
    return false;
}

static void add_total(struct table *table, const struct rows *rows)
{
    const char **cells = arena_alloc(rows->arena, rows->column_count, sizeof *cells);
    for (size_t column = 0; column < rows->column_count; column++) {
        uint64_t sum = 0;
        for (size_t row = 0; row < rows->count; row++)
            sum += strtoull(rows->cells[row * rows->column_count + column], NULL, 10);
        char number[NUMBER_SIZE];
        int length = snprintf(number, sizeof number, "%" PRIu64, sum);
        cells[column] = column == 0 ? _("All together")
                        : is_count(rows->columns[column])
                            ? arena_text(rows->arena, number, (size_t)length)
                            : "";
    }
    table_row(table, cells);
}

static int show_offices(struct client *client, struct wire_query query)
{
    enum format format = format_of(client->arguments);
    struct arena *arena = arena_create();
    struct rows rows;
    query.what = QUERY_REPORTING;
    int exit_code = query_rows(client, &query, arena, &rows);
    if (exit_code == EXIT_DONE && rows.columns != NULL) {
        struct table *table = table_create(stdout, format, rows.columns, rows.column_count);
        for (size_t row = 0; row < rows.count; row++)
            table_row(table, rows.cells + row * rows.column_count);
        if (format == FORMAT_TEXT)
            add_total(table, &rows);
        table_finish(table);
    }
    rows_free(&rows);
    arena_destroy(arena);
    return exit_code;
}

int missing_run(struct client *client)
{
    struct wire_query query;
    if (client->arguments->options[OPT_UNIT] != NULL)
        return show_run(client);
    if (query_make(client->arguments, &query) != 0)
        return EXIT_USAGE;
    return show_offices(client, query);
}
