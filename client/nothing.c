// "Nothing to report": not applicable, for each cell of a unit that is still missing. What was handed in
// stays as it is. It goes the way of every submission: outbox, receipt.
#include "client/client.h"
#include "client/report.h"
#include "client/show.h"
#include "client/submit.h"
#include <stdlib.h>
#include <string.h>

// Rows of a unit come together: its cells are a stretch of `cells`, which has a place for each row.
static void add_cell(struct forms *forms, struct cell *cells, const struct rows *rows, size_t row)
{
    const char *unit = rows_cell(rows, row, "unit");
    struct form *form = forms->count > 0 ? &forms->list[forms->count - 1] : NULL;
    if (form == NULL || strcmp(form->unit, unit) != 0) {
        form = &forms->list[forms->count++]; // room for all rows
        *form = (struct form){.unit = unit, .period = rows->period, .cells = &cells[row]};
    }
    form->cells[form->cell_count++] = (struct cell){
        .indicator = rows_cell(rows, row, "indicator"), .state = CELL_NA, .note = ""};
}

static int hand_in(struct client *client, struct arena *arena, const struct rows *rows)
{
    struct forms forms = {.list = arena_alloc(arena, rows->count + 1, sizeof *forms.list)};
    struct cell *cells = arena_alloc(arena, rows->count + 1, sizeof *cells);
    for (size_t row = 0; row < rows->count; row++) {
        if (rows_cell(rows, row, "indicator")[0] != '\0')
            add_cell(&forms, cells, rows, row);
        else // only figures that go on from period to period, and they are there
            complain(_("%s: the figures of the period before stand; hand them in again as they are "
                       "now"),
                     rows_cell(rows, row, "unit"));
    }
    if (forms.count > 0)
        return submit_forms(client, arena, _("nothing to report"), &forms);
    if (rows->count == 0)
        complain(_("nothing is missing; nothing was handed in"));
    return rows->count == 0 ? EXIT_DONE : EXIT_DATA;
}

int nothing_run(struct client *client)
{
    struct arena *arena = arena_create();
    struct wire_query query;
    struct rows rows = {0};
    int exit_code = EXIT_USAGE;
    if (query_make(client->arguments, &query) == 0) {
        query.what = QUERY_MISSING;
        exit_code = query_rows(client, &query, arena, &rows);
    }
    if (exit_code == EXIT_DONE)
        exit_code = hand_in(client, arena, &rows);
    rows_free(&rows);
    arena_destroy(arena);
    return exit_code;
}
