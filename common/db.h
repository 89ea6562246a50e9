// PostgreSQL by libpq: connections in the event loop, never blocking it.
//
// A db is one connection with a queue of statements; results come back to a callback in order.
// A *group* of statements between db_begin/db_end is one pipeline segment (one round trip): it ends
// with one sync; an error in it aborts the rest of it and every callback of the group is told.
// A lost connection fails everything in the queue with DB_RETRY and is made again with back-off; what
// is given while there is none fails likewise, at the next turn of the loop (never inside db_exec).
// A transaction over several segments (BEGIN in one, COMMIT in a later one) wants a db of its own;
// one that an error left open is rolled back by the db itself. Whether a COMMIT was one is seen by
// db_committed alone: the class is DB_OK also when the server turned it into a rollback.
#ifndef THIDUA_COMMON_DB_H
#define THIDUA_COMMON_DB_H

#include "common/loop.h"
#include "core/csv.h"
#include "core/err.h"
#include <libpq-fe.h>
#include <stdbool.h>

struct db;
enum db_class { // of an error, by SQLSTATE: what to do about it
    DB_OK = 0,
    DB_RETRY,  // 40, 08, 57, 53, 55P03: connection, serialization, deadlock, resources, shutdown
    DB_DATA,   // 22, 23: a value is at fault
    DB_FENCED, // SQLSTATE TD001 raised by our functions: the lease or term is not ours any more
    DB_BUG,    // anything else
};
// `result` is borrowed for the call; NULL when the connection was lost (class DB_RETRY). What an error
// earlier in its segment made the server skip gets that error's class.
typedef void db_fn(void *arg, enum db_class class, const PGresult *result);

// Connects in the background (conninfo of libpq; application_name is added; statement_timeout_ms 0 = none).
struct db *db_create(struct loop *loop, const char *conninfo, const char *application_name,
                     unsigned statement_timeout_ms);
void db_destroy(struct db *db);
bool db_ready(const struct db *db);    // connected now
size_t db_queued(const struct db *db); // statements not answered yet
// The statement that every new connection begins with, before it is used for anything; when it fails the
// connection is given up and made again later. Before the loop runs.
void db_opening(struct db *db, const char *sql);
// A statement prepared once for each connection; before the first db_exec that names it.
void db_prepare(struct db *db, const char *name, const char *sql);

// Parameters in binary or text. Texts are borrowed until the call returns.
#define DB_PARAMS_MAX 32
struct db_param {
    const void *data;
    int length;
    int format;
    unsigned type;
}; // data NULL = SQL NULL; type = Oid, 0 = let the server say
struct db_param db_text(const char *text);
struct db_param db_int8(int64_t value, char buffer[8]);
// An integer as text, for parameters whose integer type the statement says.
#define DB_INTEGER_SIZE 24
struct db_param db_integer(int64_t value, char buffer[DB_INTEGER_SIZE]);
struct db_param db_bytea(const void *data, size_t length);
// One statement of its own (prepared `name`, or text when `sql` is given), results in binary or text.
void db_exec(struct db *db, const char *name, const char *sql, const struct db_param *params,
             int count, int result_format, db_fn *fn, void *arg);
// A segment: everything between is sent together and ends with one sync.
void db_begin(struct db *db);
void db_end(struct db *db);
// LISTEN: `fn` is called for each notification; polling stays the truth.
void db_listen(struct db *db, const char *channel, loop_fn *fn, void *arg);

// Blocking connections for the worker and for --migrate (no loop): plain libpq with the same rules.
PGconn *db_connect(const char *conninfo, const char *application_name,
                   unsigned statement_timeout_ms,
                   struct err *err); // owned; NULL on failure (ERR_RETRY)
PGresult *db_run(PGconn *conn, const char *sql, const struct db_param *params, int count,
                 int result_format, struct err *err); // owned; NULL with err; PQclear it
enum db_class db_classify(const PGresult *result);
const char *db_sqlstate(
    const PGresult *result);               // "00000" when there was no error, "08006" for NULL
bool db_committed(const PGresult *result); // the result of a COMMIT that committed

// Big-endian ints; arrays and numeric are in db_binary.h.
void db_put_int(struct text *out, uint64_t value, unsigned bytes);
uint64_t db_get_int(const char *data, unsigned bytes);

// An integer of a result in text; the row and the column are there.
int64_t db_integer_at(const PGresult *result, int row, int column);

#endif
