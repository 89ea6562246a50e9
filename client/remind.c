// Whom to urge: the offices that still owe a form for the period, and what to write to them. Who has
// reported, or has said that there is nothing to report, is left alone.
#include "client/client.h"
#include "client/report.h"
#include "client/show.h"
#include <stdlib.h>
#include <string.h>

struct reminding {
    struct client *client;
    const char *campaign;
    struct arena *arena;
    struct rows offices;
    const char *name; // of the campaign
};

static const char *office_cell(const struct reminding *reminding, size_t row, const char *column)
{
    return rows_cell(&reminding->offices, row, column);
}

static bool owes(const struct reminding *reminding, size_t row)
{
    return strtoull(office_cell(reminding, row, "missing"), NULL, 10) > 0;
}

static int find_name(struct reminding *reminding)
{
    const struct wire_query query = {.what = QUERY_CAMPAIGNS};
    struct rows rows;
    int exit_code = query_rows(reminding->client, &query, reminding->arena, &rows);
    for (size_t row = 0; row < rows.count; row++)
        if (strcmp(rows_cell(&rows, row, "campaign"), reminding->campaign) == 0)
            reminding->name = rows_cell(&rows, row, "name");
    rows_free(&rows);
    return exit_code;
}

// What an office's units miss, a row for each cell; in the order of units.
static int find_cells(const struct reminding *reminding, size_t row, struct rows *ret)
{
    const struct wire_query query = {.what = QUERY_MISSING,
                                     .campaign = reminding->campaign,
                                     .period = reminding->offices.period,
                                     .unit = office_cell(reminding, row, "office")};
    return query_rows(reminding->client, &query, reminding->arena, ret);
}

static bool begins_unit(const struct rows *cells, size_t row)
{
    return row == 0 ||
           strcmp(rows_cell(cells, row, "unit"), rows_cell(cells, row - 1, "unit")) != 0;
}

static bool handed_in(const struct rows *cells, size_t row)
{
    return strcmp(rows_cell(cells, row, "handed_in"), "yes") == 0;
}

// ---- for programs: a row for each office

// "06520.01;06520.02:FOOD POOR": the first has handed in nothing, the second not those two.
static const char *what_of(const struct reminding *reminding, const struct rows *cells)
{
    struct text text = {0};
    text_adds(&text, "");
    for (size_t row = 0; row < cells->count; row++) {
        if (begins_unit(cells, row))
            text_addf(&text, "%s%s%s", row > 0 ? ";" : "", rows_cell(cells, row, "unit"),
                      handed_in(cells, row) ? ":" : "");
        else if (handed_in(cells, row))
            text_adds(&text, " ");
        if (handed_in(cells, row))
            text_adds(&text, rows_cell(cells, row, "indicator"));
    }
    const char *kept = arena_text(reminding->arena, text.data, text.length);
    text_free(&text);
    return kept;
}

static void add_row(const struct reminding *reminding, size_t row, const struct rows *cells,
                    struct table *table)
{
    table_row(table,
              (const char *const[]){
                  office_cell(reminding, row, "office"), office_cell(reminding, row, "name"),
                  office_cell(reminding, row, "missing"), what_of(reminding, cells),
                  office_cell(reminding, row, "due"), office_cell(reminding, row, "days_left")});
}

// ---- for people: a letter for each office

static void write_due(const struct reminding *reminding, size_t row)
{
    const char *due = office_cell(reminding, row, "due");
    long left = strtol(office_cell(reminding, row, "days_left"), NULL, 10);
    if (due[0] == '\0')
        return;
    printf(_("Due: the end of %s"), due);
    if (left > 0)
        printf(_(" (days left: %ld)"), left);
    else if (left < 0)
        printf(_(" (days overdue: %ld)"), -left);
    else
        printf("%s", _(" (today)"));
    printf("\n");
}

static void write_cells(const struct rows *cells)
{
    for (size_t row = 0; row < cells->count; row++) {
        bool first = begins_unit(cells, row), some = handed_in(cells, row);
        const char *name = rows_cell(cells, row, "indicator_name");
        if (first)
            printf("%s- %s (%s): %s", row > 0 ? "\n" : "", rows_cell(cells, row, "name"),
                   rows_cell(cells, row, "unit"), some ? "" : _("nothing handed in yet"));
        if (some)
            printf("%s%s", first ? "" : "; ",
                   name[0] != '\0' ? name : rows_cell(cells, row, "indicator"));
    }
    printf("\n");
}

static void write_letter(const struct reminding *reminding, size_t row, const struct rows *cells,
                         bool first)
{
    const char *office = office_cell(reminding, row, "office");
    if (!first)
        printf("\n---\n\n");
    printf(_("To: %s (%s)"), office_cell(reminding, row, "name"), office);
    printf("\n");
    printf(_("Campaign: %s (%s), period %s"), reminding->name, reminding->campaign,
           reminding->offices.period);
    printf("\n");
    write_due(reminding, row);
    printf("\n");
    printf(_("Forms that we still miss: %s of %s"), office_cell(reminding, row, "missing"),
           office_cell(reminding, row, "expected"));
    printf("\n");
    write_cells(cells);
    printf("\n%s\n", _("Please hand them in. If there is nothing to report, say so with:"));
    printf("  thidua nothing %s %s %s\n", reminding->campaign, office, reminding->offices.period);
}

// ---- both

static int remind_offices(struct reminding *reminding, struct table *table)
{
    bool first = true;
    for (size_t row = 0; row < reminding->offices.count; row++) {
        struct rows cells;
        if (!owes(reminding, row))
            continue;
        int exit_code = find_cells(reminding, row, &cells);
        // One that has reported since it was counted is left alone.
        if (exit_code == EXIT_DONE && cells.count > 0) {
            if (table != NULL)
                add_row(reminding, row, &cells, table);
            else
                write_letter(reminding, row, &cells, first);
            first = false;
        }
        rows_free(&cells);
        if (exit_code != EXIT_DONE)
            return exit_code;
    }
    if (first && table == NULL)
        complain(_("nobody is to be reminded"));
    return EXIT_DONE;
}

int remind_run(struct client *client)
{
    static const char *const columns[] = {"office", "name", "missing", "what", "due", "days_left"};
    enum format format = format_of(client->arguments);
    struct reminding reminding = {.client = client,
                                  .campaign = argument(client->arguments, 0),
                                  .arena = arena_create(),
                                  .name = ""};
    struct table *table = NULL;
    struct wire_query query;
    int exit_code = EXIT_USAGE;
    if (query_make(client->arguments, &query) == 0) {
        query.what = QUERY_REPORTING;
        exit_code = query_rows(client, &query, reminding.arena, &reminding.offices);
    }
    if (exit_code == EXIT_DONE && format == FORMAT_TEXT)
        exit_code = find_name(&reminding);
    else if (exit_code == EXIT_DONE)
        table = table_create(stdout, format, columns, sizeof columns / sizeof columns[0]);
    if (exit_code == EXIT_DONE)
        exit_code = remind_offices(&reminding, table);
    table_finish(table);
    rows_free(&reminding.offices);
    arena_destroy(reminding.arena);
    return exit_code;
}
