// What queries.c, query_start.c and query_flat.c know of each other.
#ifndef THIDUA_SERVER_QUERY_PRIVATE_H
#define THIDUA_SERVER_QUERY_PRIVATE_H

#include "server/query.h"

struct queries {
    struct server *server;
    struct query *first;   // open ones
    size_t open, open_max; // beyond it the answer is BUSY
    struct run_cache *cache;
};

// Finds what the query needs, then lets its kind go on.
void query_start(struct query *query);

#endif
