// Rows of the history of an office's reports.
#ifndef THIDUA_CLIENT_HISTORY_H
#define THIDUA_CLIENT_HISTORY_H

#include "client/table.h"
#include "common/codec.h"

// Puts the row whose cells begin at `row` of the page into the table. False, after a complaint: its signature
// is not one of the key it names over what it says.
bool history_row(const struct wire_query *query, const struct wire_table *page, size_t row,
                 enum format format, struct table *table);

#endif
