// What the files of db share.
#ifndef THIDUA_COMMON_DB_PRIVATE_H
#define THIDUA_COMMON_DB_PRIVATE_H

#include "common/db.h"

// Begins a connection with our settings for the network; the caller polls or waits. PQfinish it.
PGconn *db_connect_begin(const char *conninfo, const char *application_name);

// Parameters as libpq wants them.
struct params {
    const char *values[DB_PARAMS_MAX];
    int lengths[DB_PARAMS_MAX], formats[DB_PARAMS_MAX];
    Oid types[DB_PARAMS_MAX];
};
void params_fill(struct params *out, const struct db_param *params, int count);

// Statements and syncs that were sent and not answered yet, in their order.
struct statement {
    struct statement *next;
    db_fn *fn; // may be NULL
    void *arg;
    bool sync, answered;
};
struct queue {
    struct statement *first, *last;
    size_t count; // of statements, without syncs
};
void queue_add(struct queue *queue, db_fn *fn, void *arg, bool sync);
struct statement queue_take(struct queue *queue); // the first one; there must be one
void queue_free(struct queue *queue);

#endif
