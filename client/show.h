// Questions that are answered by a table.
#ifndef THIDUA_CLIENT_SHOW_H
#define THIDUA_CLIENT_SHOW_H

#include "client/client.h"
#include "client/table.h"
#include "common/codec.h"

// One page. EXIT_DONE: *ret is a MESSAGE_TABLE (message_clear it); else the user has been told why.
int query_page(struct client *client, const struct wire_query *query, struct message *ret);
// All pages, one after the other. An exit code.
typedef void page_fn(void *arg, const struct wire_table *page);
int query_pages(struct client *client, struct wire_query query, page_fn *fn, void *arg);

struct rows { // of a whole table; texts are the arena's
    struct arena *arena;
    const char *const *columns; // NULL: there was no page
    size_t column_count, count;
    const char **cells; // owned, row by row
    size_t cell_count, capacity;
    const char *period;
};
// An exit code; rows_free it in any case.
int query_rows(struct client *client, const struct wire_query *query, struct arena *arena,
               struct rows *ret);
void rows_free(struct rows *rows);
// The cell of a column; "" when there is none of that name.
const char *rows_cell(const struct rows *rows, size_t row, const char *column);

// The question of the command line; -1 after a complaint.
int query_make(const struct arguments *arguments, struct wire_query *ret);
// The argument called `name` in the command's synopsis; "" when it is not there.
const char *argument_named(const struct arguments *arguments, const char *name);

// All pages of a table, printed; an enum exit_code.
int show_pages(struct client *client, struct wire_query query, enum format format);

#endif
