// Questions: figures of published runs, entries, runs, jobs, keys. Answered by pages (struct
// wire_table); a cursor asks for the next one.
#ifndef THIDUA_SERVER_QUERIES_H
#define THIDUA_SERVER_QUERIES_H

#include "server/front.h"

struct queries *queries_create(struct server *server);
void queries_destroy(struct queries *queries);
handle_fn queries_ask;
bool queries_idle(const struct queries *queries);

#endif
