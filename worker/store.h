// Rollup rows in the store: writing a job's rows, reading those of other units back.
#ifndef THIDUA_WORKER_STORE_H
#define THIDUA_WORKER_STORE_H

#include "worker/work.h"

// Writes both scopes of one unit's row; `office` is the top unit it belongs to, or NO_UNIT.
int store_row(struct copy_writer *writer, const struct work *work, const struct rollup_row *row,
              uint32_t office, struct err *err);
extern const char *const store_copy_sql; // COPY thidua.rollup (…) FROM STDIN BINARY

// Components read back. Rows of units that were never written are simply not there.
struct stored_row {
    uint32_t unit;
    enum scope scope;
    uint32_t parent;
    struct component *components;
};
typedef int store_take_fn(void *arg, const struct stored_row *row, struct err *err);
// Which scopes' rows to read.
enum store_scopes { STORE_TO_DATE, STORE_BOTH };
// Calls `take` for each stored row of these units; the components live until it returns. Each row is
// found by its whole key (office, run, unit, scope): a run is always newer than the table's statistics,
// and a plan left to them reads all of it for every job.
int store_read(const struct work *work, const uint32_t *units, size_t count,
               enum store_scopes scopes, store_take_fn *take, void *arg, struct err *err);

#endif
