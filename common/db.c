// One connection in the event loop, always in pipeline mode.
//
// Every statement and every sync that was sent stands in a queue; results come back in its order.
// A segment (everything between two syncs) fails as a whole: the first error's class is told to all
// that come after it. Connecting: PQconnectPoll in the loop, then one segment with settings, prepared
// statements and LISTENs; only when that has succeeded is the connection ready.
#include "common/db.h"

#include "common/db_private.h"
#include "common/log.h"
#include "core/mem.h"
#include <stdlib.h>
#include <string.h>

#define RETRY_FIRST_MS 100u
#define RETRY_MAX_MS 2000u
#define CONNECT_TIMEOUT_MS 10000u
#define IDLE_IN_TRANSACTION_MS "15000" // a stopped process must not hold its locks for long
#define NULLS_MAX 2                    // PQgetResult in a row: there is nothing more

enum db_state { DB_WAITING, DB_CONNECTING, DB_STARTING, DB_READY };

struct prepared {
    char *name, *sql;
};
struct listener {
    char *channel;
    loop_fn *fn;
    void *arg;
};
struct db {
    struct loop *loop;
    char *conninfo, *application_name;
    unsigned statement_timeout_ms;
    char *opening; // owned, or NULL
    enum db_state state;
    PGconn *conn;
    int fd; // watched, -1: none
    bool fd_write;
    int timer;         // of the connection: end of waiting, or of patience while connecting
    unsigned retry_ms; // how long to wait next time
    struct queue sent, lost;
    int lost_timer, input_timer; // 0: none
    bool in_group;
    enum db_class segment; // class of the first error of the segment that is being answered
    bool rolling_back;     // that segment's ROLLBACK is on its way
    struct prepared *prepared;
    size_t prepared_count, prepared_capacity;
    struct listener *listeners;
    size_t listener_count, listener_capacity;
};

static void db_connect_start(struct db *db);
static void db_step(struct loop *loop, void *arg);

// ---- losing the connection

static void tell_lost(struct loop *loop, void *arg)
{
    struct db *db = arg;
    struct queue lost = db->lost;
    (void)loop;
    db->lost_timer = 0;
    db->lost = (struct queue){0};
    while (lost.first != NULL) {
        struct statement statement = queue_take(&lost);
        if (!statement.sync && !statement.answered && statement.fn != NULL)
            statement.fn(statement.arg, DB_RETRY, NULL);
    }
}

static void add_lost(struct db *db, db_fn *fn, void *arg)
{
    queue_add(&db->lost, fn, arg, false);
    if (db->lost_timer == 0)
        db->lost_timer = loop_timer(db->loop, 0, false, tell_lost, db);
}

static void timer_end(struct db *db, int *timer)
{
    if (*timer != 0)
        loop_timer_remove(db->loop, *timer);
    *timer = 0;
}

static void connection_close(struct db *db)
{
    timer_end(db, &db->timer);
    timer_end(db, &db->input_timer);
    if (db->fd >= 0)
        loop_fd_remove(db->loop, db->fd);
    db->fd = -1;
    PQfinish(db->conn);
    db->conn = NULL;
}

static void retry_now(struct loop *loop, void *arg)
{
    struct db *db = arg;
    (void)loop;
    db->timer = 0;
    db_connect_start(db);
}

// The connection is no good any more, or never was.
static void connection_lost(struct db *db, const char *why)
{
    size_t length = strcspn(why, "\n");
    log_event(db->state == DB_READY ? LOG_WARN : LOG_DEBUG, "db_lost",
              "db=%s queued=%zu retry_ms=%u why=\"%.*s\"", db->application_name, db->sent.count,
              db->retry_ms, (int)length, why);
    connection_close(db);
    db->state = DB_WAITING;
    while (db->sent.first != NULL) {
        struct statement statement = queue_take(&db->sent);
        if (!statement.sync && !statement.answered)
            add_lost(db, statement.fn, statement.arg);
    }
    uint32_t jitter = (uint32_t)random() % (db->retry_ms / 2 + 1);
    db->timer = loop_timer(db->loop, db->retry_ms / 2 + jitter, false, retry_now, db);
    db->retry_ms = db->retry_ms * 2 < RETRY_MAX_MS ? db->retry_ms * 2 : RETRY_MAX_MS;
}

// ---- sending

static void watch(struct db *db, bool write)
{
    int fd = PQsocket(db->conn);
    if (fd == db->fd && write == db->fd_write)
        return;
    if (db->fd >= 0 && fd != db->fd)
        loop_fd_remove(db->loop, db->fd);
    db->fd = fd;
    db->fd_write = write;
    loop_fd(db->loop, fd, write, db_step, db);
}

static void step_soon(struct loop *loop, void *arg)
{
    struct db *db = arg;
    db->input_timer = 0;
    db_step(loop, db);
}

// Gives libpq's buffer to the kernel as far as it takes it. Flushing may read, too; results that
// are complete then are not announced by the descriptor any more.
static void flush_out(struct db *db)
{
    int left = PQflush(db->conn);
    if (left < 0) {
        connection_lost(db, PQerrorMessage(db->conn));
        return;
    }
    watch(db, left > 0);
    if (db->input_timer == 0 && db->sent.first != NULL && !PQisBusy(db->conn))
        db->input_timer = loop_timer(db->loop, 0, false, step_soon, db);
}

// Ends a segment and sends it off.
static void send_sync(struct db *db)
{
    if (PQpipelineSync(db->conn) != 1) {
        connection_lost(db, PQerrorMessage(db->conn));
        return;
    }
    queue_add(&db->sent, NULL, NULL, true);
    flush_out(db);
}

static int send_statement(struct db *db, const char *name, const char *sql,
                          const struct db_param *params, int count, int result_format)
{
    struct params split;
    params_fill(&split, params, count);
    return sql != NULL ? PQsendQueryParams(db->conn, sql, count, split.types, split.values,
                                           split.lengths, split.formats, result_format)
                       : PQsendQueryPrepared(db->conn, name, count, split.values, split.lengths,
                                             split.formats, result_format);
}

static void rolled_back(void *arg, enum db_class class, const PGresult *result)
{
    struct db *db = arg;
    (void)result;
    if (class != DB_OK)
        log_event(LOG_WARN, "db_rollback", "db=%s class=%d", db->application_name, (int)class);
}

static void send_rollback(struct db *db)
{
    db->rolling_back = true;
    queue_add(&db->sent, rolled_back, db, false);
    if (send_statement(db, NULL, "ROLLBACK", NULL, 0, 0) != 1)
        connection_lost(db, PQerrorMessage(db->conn));
    else
        send_sync(db);
}

// What is sent while a failed segment still ends must not fall into the transaction it left open.
static void leave_failed(struct db *db)
{
    if (db->state == DB_READY && db->segment != DB_OK && !db->rolling_back)
        send_rollback(db);
}

void db_exec(struct db *db, const char *name, const char *sql, const struct db_param *params,
             int count, int result_format, db_fn *fn, void *arg)
{
    if (!db->in_group)
        leave_failed(db);
    if (db->state != DB_READY) {
        add_lost(db, fn, arg);
        return;
    }
    queue_add(&db->sent, fn, arg, false);
    if (send_statement(db, name, sql, params, count, result_format) != 1)
        connection_lost(db, PQerrorMessage(db->conn));
    else if (!db->in_group)
        send_sync(db);
}

void db_begin(struct db *db)
{
    leave_failed(db);
    db->in_group = true;
}

void db_end(struct db *db)
{
    db->in_group = false;
    if (db->state == DB_READY)
        send_sync(db);
}

// ---- starting a connection

static void started_fn(void *arg, enum db_class class, const PGresult *result)
{
    struct db *db = arg;
    if (class != DB_OK && result != NULL && PQresultStatus(result) != PGRES_PIPELINE_ABORTED)
        log_event(LOG_ERROR, "db_start", "db=%s sqlstate=%s why=\"%.200s\"", db->application_name,
                  db_sqlstate(result), PQresultErrorMessage(result));
}

static int send_start(struct db *db, const char *format, const char *word)
{
    struct text sql = {0};
    text_adds(&sql, format);
    text_adds(&sql, word);
    queue_add(&db->sent, started_fn, db, false);
    int status = PQsendQueryParams(db->conn, sql.data, 0, NULL, NULL, NULL, NULL, 0);
    text_free(&sql);
    return status;
}

static int send_prepare(struct db *db, const struct prepared *prepared)
{
    queue_add(&db->sent, started_fn, db, false);
    return PQsendPrepare(db->conn, prepared->name, prepared->sql, 0, NULL);
}

// One segment that makes a new connection ours.
static void send_startup(struct db *db)
{
    char timeout[32];
    snprintf(timeout, sizeof timeout, "%u", db->statement_timeout_ms);
    int good = send_start(db, "SET search_path = ", "thidua") &
               send_start(db, "SET statement_timeout = ", timeout) &
               send_start(db, "SET lock_timeout = ", timeout) &
               send_start(db, "SET idle_in_transaction_session_timeout = ", IDLE_IN_TRANSACTION_MS);
    if (db->opening != NULL)
        good &= send_start(db, db->opening, "");
    for (size_t i = 0; good == 1 && i < db->prepared_count; i++)
        good = send_prepare(db, &db->prepared[i]);
    for (size_t i = 0; good == 1 && i < db->listener_count; i++)
        good = send_start(db, "LISTEN ", db->listeners[i].channel);
    if (good != 1)
        connection_lost(db, PQerrorMessage(db->conn));
    else
        send_sync(db);
}

static void connection_made(struct db *db)
{
    timer_end(db, &db->timer);
    db->state = DB_STARTING;
    db->segment = DB_OK;
    db->rolling_back = false;
    if (PQsetnonblocking(db->conn, 1) != 0 || PQenterPipelineMode(db->conn) != 1)
        connection_lost(db, PQerrorMessage(db->conn));
    else
        send_startup(db);
}

static void connection_poll(struct db *db)
{
    switch (PQconnectPoll(db->conn)) {
    case PGRES_POLLING_OK:
        connection_made(db);
        break;
    case PGRES_POLLING_READING:
        watch(db, false);
        break;
    case PGRES_POLLING_WRITING:
        watch(db, true);
        break;
    case PGRES_POLLING_FAILED:
    case PGRES_POLLING_ACTIVE:
    default:
        connection_lost(db, PQerrorMessage(db->conn));
    }
}

static void no_patience(struct loop *loop, void *arg)
{
    struct db *db = arg;
    (void)loop;
    db->timer = 0;
    connection_lost(db, "no connection in time");
}

static void db_connect_start(struct db *db)
{
    db->state = DB_CONNECTING;
    db->conn = db_connect_begin(db->conninfo, db->application_name);
    if (db->conn == NULL || PQstatus(db->conn) == CONNECTION_BAD) {
        connection_lost(db, db->conn != NULL ? PQerrorMessage(db->conn) : "no memory");
        return;
    }
    db->timer = loop_timer(db->loop, CONNECT_TIMEOUT_MS, false, no_patience, db);
    watch(db, true);
}

// ---- results

// A segment is over. What an error left open is rolled back before anything else is sent.
static void segment_end(struct db *db)
{
    bool failed = db->segment != DB_OK, rolling_back = db->rolling_back;
    db->segment = DB_OK;
    db->rolling_back = false;
    if (db->state == DB_STARTING) {
        if (failed) {
            connection_lost(db, "the connection could not be set up");
            return;
        }
        db->state = DB_READY;
        db->retry_ms = RETRY_FIRST_MS;
        log_event(LOG_INFO, "db_ready", "db=%s", db->application_name);
    } else if (failed && !rolling_back && PQtransactionStatus(db->conn) == PQTRANS_INERROR &&
               db->sent.first == NULL) {
        send_rollback(db);
        db->rolling_back = false; // of no failed segment
    }
}

// A callback that sends something while its segment is being aborted makes libpq leave out the NULL
// behind that callback's result: what comes next is then the next one's.
static void result_take(struct db *db, const PGresult *result)
{
    if (db->sent.first->answered && db->sent.first->next != NULL)
        queue_take(&db->sent);
    struct statement *head = db->sent.first;
    if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
        queue_take(&db->sent);
        segment_end(db);
        return;
    }
    enum db_class class = db_classify(result);
    if (PQresultStatus(result) == PGRES_PIPELINE_ABORTED)
        class = db->segment != DB_OK ? db->segment : DB_RETRY;
    if (db->segment == DB_OK)
        db->segment = class;
    if (head->sync || head->answered) // an error of the sync itself
        return;
    head->answered = true;
    if (head->fn != NULL)
        head->fn(head->arg, class, result);
}

static void read_results(struct db *db)
{
    const PGconn *conn = db->conn;
    for (int nulls = 0; db->conn == conn && db->sent.first != NULL && !PQisBusy(db->conn);) {
        PGresult *result = PQgetResult(db->conn);
        if (result != NULL) {
            nulls = 0;
            result_take(db, result);
            PQclear(result);
        } else if (db->sent.first->answered) {
            nulls = 0;
            queue_take(&db->sent);
        } else if (++nulls == NULLS_MAX) {
            break;
        }
    }
}

static void read_notifications(struct db *db)
{
    for (PGnotify *notify; db->conn != NULL && (notify = PQnotifies(db->conn)) != NULL;
         PQfreemem(notify)) {
        for (size_t i = 0; i < db->listener_count; i++) {
            if (strcmp(db->listeners[i].channel, notify->relname) == 0)
                db->listeners[i].fn(db->loop, db->listeners[i].arg);
        }
    }
}

static void db_step(struct loop *loop, void *arg)
{
    struct db *db = arg;
    (void)loop;
    if (db->state == DB_CONNECTING) {
        connection_poll(db);
        return;
    }
    if (db->conn == NULL)
        return;
    bool open = PQconsumeInput(db->conn) == 1;
    read_results(db);
    read_notifications(db);
    if (db->conn == NULL)
        return;
    if (!open || PQstatus(db->conn) == CONNECTION_BAD)
        connection_lost(db, PQerrorMessage(db->conn));
    else
        flush_out(db);
}

// ---- the object

struct db *db_create(struct loop *loop, const char *conninfo, const char *application_name,
                     unsigned statement_timeout_ms)
{
    struct db *db = mem_alloc(1, sizeof *db);
    db->loop = loop;
    db->conninfo = mem_text(conninfo, strlen(conninfo));
    db->application_name = mem_text(application_name, strlen(application_name));
    db->statement_timeout_ms = statement_timeout_ms;
    db->fd = -1;
    db->retry_ms = RETRY_FIRST_MS;
    db_connect_start(db);
    return db;
}

void db_destroy(struct db *db)
{
    if (db == NULL)
        return;
    connection_close(db);
    timer_end(db, &db->lost_timer);
    queue_free(&db->sent);
    queue_free(&db->lost);
    for (size_t i = 0; i < db->prepared_count; i++) {
        free(db->prepared[i].name);
        free(db->prepared[i].sql);
    }
    for (size_t i = 0; i < db->listener_count; i++)
        free(db->listeners[i].channel);
    free(db->prepared);
    free(db->listeners);
    free(db->opening);
    free(db->conninfo);
    free(db->application_name);
    free(db);
}

bool db_ready(const struct db *db)
{
    return db->state == DB_READY;
}

size_t db_queued(const struct db *db)
{
    return db->sent.count + db->lost.count;
}

void db_opening(struct db *db, const char *sql)
{
    free(db->opening);
    db->opening = mem_text(sql, strlen(sql));
}

void db_prepare(struct db *db, const char *name, const char *sql)
{
    struct prepared *prepared = MEM_PUSH(db->prepared, db->prepared_count, db->prepared_capacity);
    prepared->name = mem_text(name, strlen(name));
    prepared->sql = mem_text(sql, strlen(sql));
    if (db->state != DB_READY && db->state != DB_STARTING)
        return;
    if (send_prepare(db, prepared) != 1)
        connection_lost(db, PQerrorMessage(db->conn));
    else
        send_sync(db);
}

void db_listen(struct db *db, const char *channel, loop_fn *fn, void *arg)
{
    struct listener *listener = MEM_PUSH(db->listeners, db->listener_count, db->listener_capacity);
    *listener = (struct listener){mem_text(channel, strlen(channel)), fn, arg};
    if (db->state != DB_READY && db->state != DB_STARTING)
        return;
    if (send_start(db, "LISTEN ", channel) != 1)
        connection_lost(db, PQerrorMessage(db->conn));
    else
        send_sync(db);
}
