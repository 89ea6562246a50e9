// Questions that are answered by a table.
#ifndef THIDUA_CLIENT_SHOW_H
#define THIDUA_CLIENT_SHOW_H

#include "client/client.h"
#include "client/table.h"
#include "common/codec.h"

// One page. EXIT_DONE: *ret is a MESSAGE_TABLE (message_clear it); else the user has been told why.
int query_page(struct client *client, const struct wire_query *query, struct message *ret);

// All pages of a table, printed; an enum exit_code.
int show_pages(struct client *client, struct wire_query query, enum format format);

#endif
