// Blocking connections: the worker's, and those of --migrate and --allow.
#include "common/db.h"
#include "common/db_private.h"

#include <poll.h>
#include <string.h>

#define CONNECT_TIMEOUT_MS 10000

static int fail(struct err *err, enum db_class class, const char *state, const char *why)
{
    size_t length = strcspn(why, "\n");
    enum err_kind kind = class == DB_RETRY ? ERR_RETRY : class == DB_DATA ? ERR_REJECT : ERR_DIE;
    const char *code = class == DB_FENCED  ? "fenced"
                       : class == DB_RETRY ? "database"
                                           : "database_refused";
    return err_set(err, kind, code, "%.*s (SQLSTATE %s)", (int)(length < 400 ? length : 400), why,
                   state);
}

// Waits until the connection stands or has failed.
static int wait_connected(PGconn *conn)
{
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    while (status == PGRES_POLLING_WRITING || status == PGRES_POLLING_READING) {
        struct pollfd fd = {.fd = PQsocket(conn),
                            .events = status == PGRES_POLLING_WRITING ? POLLOUT : POLLIN};
        if (PQstatus(conn) == CONNECTION_BAD || poll(&fd, 1, CONNECT_TIMEOUT_MS) == 0)
            return -1;
        status = PQconnectPoll(conn);
    }
    return status == PGRES_POLLING_OK ? 0 : -1;
}

static int set_up(PGconn *conn, unsigned statement_timeout_ms, struct err *err)
{
    struct text sql = {0};
    text_addf(&sql,
              "SELECT set_config('search_path', 'thidua', false),"
              " set_config('statement_timeout', '%u', false),"
              " set_config('lock_timeout', '%u', false),"
              " set_config('idle_in_transaction_session_timeout', '60000', false)",
              statement_timeout_ms, statement_timeout_ms);
    PGresult *result = db_run(conn, sql.data, NULL, 0, 0, err);
    text_free(&sql);
    PQclear(result);
    return result != NULL ? 0 : -1;
}

PGconn *db_connect(const char *conninfo, const char *application_name,
                   unsigned statement_timeout_ms, struct err *err)
{
    PGconn *conn = db_connect_begin(conninfo, application_name);
    if (conn == NULL || wait_connected(conn) != 0) {
        fail(err, DB_RETRY, "08006", conn != NULL ? PQerrorMessage(conn) : "no memory");
        PQfinish(conn);
        return NULL;
    }
    if (set_up(conn, statement_timeout_ms, err) != 0) {
        PQfinish(conn);
        return NULL;
    }
    return conn;
}

PGresult *db_run(PGconn *conn, const char *sql, const struct db_param *params, int count,
                 int result_format, struct err *err)
{
    struct params split;
    params_fill(&split, params, count);
    // Without parameters several statements may stand in one text.
    PGresult *result = count == 0 && result_format == 0
                           ? PQexec(conn, sql)
                           : PQexecParams(conn, sql, count, split.types, split.values,
                                          split.lengths, split.formats, result_format);
    enum db_class class = db_classify(result);
    if (class == DB_OK)
        return result;
    fail(err, class, db_sqlstate(result),
         result != NULL ? PQresultErrorMessage(result) : PQerrorMessage(conn));
    PQclear(result);
    return NULL;
}
