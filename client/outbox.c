// SQLite with a rollback journal and synchronous EXTRA: a commit is durable when it returns, also
// against a power cut right after the journal is deleted; a torn write is rolled back at the next
// opening. No WAL: the file is whole by itself whenever nobody writes, so that it can be copied.
#include "client/outbox_private.h"

#include "client/settings.h"
#include "common/loop.h"
#include "common/words.h"
#include "core/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define APPLICATION_ID 1414022241 // "THDa"
#define SCHEMA_VERSION 3          // 2: earlier_receipt; 3: known, own
#define BUSY_MS 15000
#define LOCK_STEP_MS 50

const char *const outbox_state_names[OUTBOX_STATES] = {"waiting", "sent", "refused"};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS submission ("
    " number INTEGER PRIMARY KEY AUTOINCREMENT,"
    " id BLOB NOT NULL UNIQUE CHECK (length (id) = 16),"
    " campaign TEXT NOT NULL, office TEXT NOT NULL, file TEXT NOT NULL, cells INTEGER NOT NULL,"
    " state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'refused')),"
    " saved_us INTEGER NOT NULL, request INTEGER NOT NULL, envelope BLOB NOT NULL,"
    " answer BLOB, CHECK ((state = 'waiting') = (answer IS NULL)));"
    "CREATE TABLE IF NOT EXISTS earlier_receipt (number INTEGER NOT NULL, answer BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS submission_state ON submission (state, number);"
    "CREATE TABLE IF NOT EXISTS office ("
    " campaign TEXT NOT NULL, unit TEXT NOT NULL, period TEXT NOT NULL, office TEXT NOT NULL,"
    " PRIMARY KEY (campaign, unit, period)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS known (" // of the rows that a form has on record
    " campaign TEXT NOT NULL, unit TEXT NOT NULL, period TEXT NOT NULL, rows INTEGER NOT NULL,"
    " PRIMARY KEY (campaign, unit, period)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS own (" // our submissions on top of them
    " campaign TEXT NOT NULL, unit TEXT NOT NULL, period TEXT NOT NULL, id BLOB NOT NULL,"
    " at INTEGER PRIMARY KEY);"
    "CREATE UNIQUE INDEX IF NOT EXISTS own_form ON own (campaign, unit, period, id);";

#define ITEM_COLUMNS \
    "number, id, campaign, office, file, cells, state, saved_us, request, envelope, answer"

static int fail(const struct outbox *outbox, struct err *err)
{
    int code = sqlite3_errcode(outbox->db);
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
        return err_set(err, ERR_DIE, "outbox",
                       _("the outbox %s is damaged (%s); move it away and report what was in it"),
                       outbox->file, sqlite3_errmsg(outbox->db));
    return err_set(err, code == SQLITE_BUSY ? ERR_RETRY : ERR_REJECT, "outbox",
                   _("the outbox %s cannot be used: %s"), outbox->file, sqlite3_errmsg(outbox->db));
}

static int exec(struct outbox *outbox, const char *sql, struct err *err)
{
    return sqlite3_exec(outbox->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail(outbox, err);
}

static int64_t pragma_number(struct outbox *outbox, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int64_t number = -1;
    if (sqlite3_prepare_v2(outbox->db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

// A new file gets our mark and tables; one with another mark is not ours.
static int prepare(struct outbox *outbox, struct err *err)
{
    char mark[96];
    if (exec(outbox, "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; BEGIN IMMEDIATE",
             err) != 0)
        return -1;
    int64_t owner = pragma_number(outbox, "PRAGMA application_id");
    int64_t version = pragma_number(outbox, "PRAGMA user_version");
    int64_t tables = pragma_number(outbox, "SELECT count(*) FROM sqlite_master");
    if (owner < 0 || version < 0 || tables < 0)
        return fail(outbox, err);
    if (owner != APPLICATION_ID && tables > 0)
        return err_set(err, ERR_REJECT, "outbox", _("%s is not an outbox"), outbox->file);
    if (version > SCHEMA_VERSION)
        return err_set(err, ERR_REJECT, "outbox", _("the outbox %s was made by a newer thidua"),
                       outbox->file);
    snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %d",
             APPLICATION_ID, SCHEMA_VERSION);
    if (version < SCHEMA_VERSION &&
        (exec(outbox, schema, err) != 0 || exec(outbox, mark, err) != 0))
        return -1;
    return exec(outbox, "COMMIT", err);
}

struct outbox *outbox_open(const char *file, struct err *err)
{
    if (settings_make_place(file, err) != 0)
        return NULL;
    struct outbox *outbox = mem_alloc(1, sizeof *outbox);
    outbox->lock = -1;
    outbox->file = mem_text(file, strlen(file));
    mode_t mask = umask(077); // results are nobody else's business
    int code = sqlite3_open_v2(file, &outbox->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    int status = code == SQLITE_OK ? 0 : fail(outbox, err);
    if (status == 0) {
        sqlite3_busy_timeout(outbox->db, BUSY_MS);
        status = prepare(outbox, err);
    }
    umask(mask);
    if (status == 0)
        return outbox;
    outbox_close(outbox);
    return NULL;
}

void outbox_close(struct outbox *outbox)
{
    if (outbox == NULL)
        return;
    outbox_unlock(outbox);
    sqlite3_close(outbox->db); // rolls back what is open
    free(outbox->file);
    free(outbox);
}

int outbox_begin(struct outbox *outbox, struct err *err)
{
    return exec(outbox, "BEGIN IMMEDIATE", err);
}

int outbox_commit(struct outbox *outbox, struct err *err)
{
    return exec(outbox, "COMMIT", err);
}

// ---- statements

sqlite3_stmt *outbox_prepared(struct outbox *outbox, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    sqlite3_prepare_v2(outbox->db, sql, -1, &statement, NULL);
    return statement;
}

void outbox_bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    sqlite3_bind_text(statement, at, text, -1, SQLITE_TRANSIENT);
}

void outbox_bind_bytes(sqlite3_stmt *statement, int at, const void *data, size_t length)
{
    sqlite3_bind_blob64(statement, at, data, length, SQLITE_TRANSIENT);
}

int outbox_finish(struct outbox *outbox, sqlite3_stmt *statement, struct err *err)
{
    int code = statement != NULL ? sqlite3_step(statement) : SQLITE_ERROR;
    int status = code == SQLITE_DONE ? 0 : fail(outbox, err);
    sqlite3_finalize(statement);
    return status;
}

int outbox_add(struct outbox *outbox, struct outbox_item *item, struct err *err)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    item->saved_us = now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
    sqlite3_stmt *statement = outbox_prepared(
        outbox, "INSERT INTO submission (id, campaign, office, file, cells, state,"
                " saved_us, request, envelope)"
                " VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', ?6, ?7, ?8)");
    outbox_bind_bytes(statement, 1, item->id, sizeof item->id);
    outbox_bind_text(statement, 2, item->campaign);
    outbox_bind_text(statement, 3, item->office);
    outbox_bind_text(statement, 4, item->file);
    sqlite3_bind_int64(statement, 5, item->cells);
    sqlite3_bind_int64(statement, 6, item->saved_us);
    sqlite3_bind_int64(statement, 7, (int64_t)item->request);
    outbox_bind_bytes(statement, 8, item->envelope.data, item->envelope.length);
    if (outbox_finish(outbox, statement, err) != 0)
        return -1;
    item->number = sqlite3_last_insert_rowid(outbox->db);
    return 0;
}

static char *column_text(sqlite3_stmt *statement, int at)
{
    const unsigned char *text = sqlite3_column_text(statement, at);
    return text != NULL ? mem_text((const char *)text, (size_t)sqlite3_column_bytes(statement, at))
                        : mem_text("", 0);
}

static void column_bytes(sqlite3_stmt *statement, int at, struct text *ret)
{
    const void *data = sqlite3_column_blob(statement, at);
    if (data != NULL)
        text_add(ret, data, (size_t)sqlite3_column_bytes(statement, at));
}

static enum outbox_state state_of(const unsigned char *name)
{
    unsigned state = 0;
    while (state < OUTBOX_STATES - 1 && strcmp((const char *)name, outbox_state_names[state]) != 0)
        state++;
    return (enum outbox_state)state;
}

static void read_item(sqlite3_stmt *statement, struct outbox_item *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->number = sqlite3_column_int64(statement, 0);
    const void *id = sqlite3_column_blob(statement, 1);
    if (id != NULL && sqlite3_column_bytes(statement, 1) == ID_BYTES)
        memcpy(ret->id, id, ID_BYTES);
    ret->campaign = column_text(statement, 2);
    ret->office = column_text(statement, 3);
    ret->file = column_text(statement, 4);
    ret->cells = (uint32_t)sqlite3_column_int64(statement, 5);
    ret->state = state_of(sqlite3_column_text(statement, 6));
    ret->saved_us = sqlite3_column_int64(statement, 7);
    ret->request = (uint64_t)sqlite3_column_int64(statement, 8);
    column_bytes(statement, 9, &ret->envelope);
    column_bytes(statement, 10, &ret->answer);
}

void outbox_item_clear(struct outbox_item *item)
{
    free(item->campaign);
    free(item->office);
    free(item->file);
    text_free(&item->envelope);
    text_free(&item->answer);
    memset(item, 0, sizeof *item);
}

static int fetch_item(struct outbox *outbox, sqlite3_stmt *statement, struct outbox_item *ret,
                      struct err *err)
{
    int code = statement != NULL ? sqlite3_step(statement) : SQLITE_ERROR, status = 0;
    if (code == SQLITE_ROW) {
        read_item(statement, ret);
        status = 1;
    } else if (code != SQLITE_DONE)
        status = fail(outbox, err);
    sqlite3_finalize(statement);
    return status;
}

int outbox_next(struct outbox *outbox, int64_t number, enum outbox_state state,
                struct outbox_item *ret, struct err *err)
{
    sqlite3_stmt *statement = outbox_prepared(
        outbox, "SELECT " ITEM_COLUMNS " FROM submission"
                " WHERE number > ?1 AND (?2 IS NULL OR state = ?2) ORDER BY number LIMIT 1");
    sqlite3_bind_int64(statement, 1, number);
    if (state != OUTBOX_STATES)
        outbox_bind_text(statement, 2, outbox_state_names[state]);
    return fetch_item(outbox, statement, ret, err);
}

size_t outbox_count(struct outbox *outbox, int64_t from, enum outbox_state state)
{
    sqlite3_stmt *statement = outbox_prepared(
        outbox, "SELECT count(*) FROM submission WHERE number >= ?1 AND state = ?2");
    sqlite3_bind_int64(statement, 1, from);
    outbox_bind_text(statement, 2, outbox_state_names[state]);
    size_t count = sqlite3_step(statement) == SQLITE_ROW
                       ? (size_t)sqlite3_column_int64(statement, 0)
                       : 0;
    sqlite3_finalize(statement);
    return count;
}

int outbox_find(struct outbox *outbox, const char *name, struct outbox_item *ret, struct err *err)
{
    uint8_t id[ID_BYTES];
    size_t length = 0;
    sqlite3_stmt *statement = outbox_prepared(outbox,
                                              "SELECT " ITEM_COLUMNS " FROM submission"
                                              " WHERE CAST (number AS TEXT) = ?1 OR id = ?2");
    outbox_bind_text(statement, 1, name);
    if (sodium_hex2bin(id, sizeof id, name, strlen(name), "-", &length, NULL) == 0 &&
        length == sizeof id)
        outbox_bind_bytes(statement, 2, id, sizeof id);
    return fetch_item(outbox, statement, ret, err);
}

int outbox_settle(struct outbox *outbox, int64_t number, enum outbox_state state,
                  const char *office, struct bytes answer, struct err *err)
{
    sqlite3_stmt *statement = outbox_prepared(
        outbox, "UPDATE submission SET state = ?2, answer = ?3, office = ?4"
                " WHERE number = ?1 AND state = 'waiting'");
    sqlite3_bind_int64(statement, 1, number);
    outbox_bind_text(statement, 2, outbox_state_names[state]);
    outbox_bind_bytes(statement, 3, answer.data, answer.length);
    outbox_bind_text(statement, 4, office);
    return outbox_finish(outbox, statement, err);
}

// A statement with the number of an item as its only parameter.
static int run_numbered(struct outbox *outbox, const char *sql, int64_t number, struct err *err)
{
    sqlite3_stmt *statement = outbox_prepared(outbox, sql);
    sqlite3_bind_int64(statement, 1, number);
    return outbox_finish(outbox, statement, err);
}

int outbox_requeue(struct outbox *outbox, int64_t number, struct err *err)
{
    if (run_numbered(outbox,
                     "INSERT INTO earlier_receipt"
                     " SELECT number, answer FROM submission WHERE number = ?1 AND state = 'sent'",
                     number, err) != 0)
        return -1;
    return run_numbered(outbox,
                        "UPDATE submission SET state = 'waiting', answer = NULL"
                        " WHERE number = ?1 AND state = 'sent'",
                        number, err);
}

int outbox_earlier(struct outbox *outbox, int64_t number, struct text *ret, struct err *err)
{
    sqlite3_stmt *statement = outbox_prepared(
        outbox, "SELECT answer FROM earlier_receipt WHERE number = ?1 ORDER BY rowid LIMIT 1");
    sqlite3_bind_int64(statement, 1, number);
    int code = statement != NULL ? sqlite3_step(statement) : SQLITE_ERROR;
    int status = code == SQLITE_ROW ? 1 : code == SQLITE_DONE ? 0 : fail(outbox, err);
    if (status == 1)
        column_bytes(statement, 0, ret);
    sqlite3_finalize(statement);
    return status;
}

int outbox_drop(struct outbox *outbox, int64_t number, struct err *err)
{
    if (outbox_begin(outbox, err) != 0 ||
        run_numbered(outbox, "DELETE FROM earlier_receipt WHERE number = ?1", number, err) != 0 ||
        run_numbered(outbox, "DELETE FROM submission WHERE number = ?1", number, err) != 0)
        return -1;
    return outbox_commit(outbox, err);
}

// ---- one sender

int outbox_lock(struct outbox *outbox, int64_t ms, struct err *err)
{
    struct text name = {0};
    struct timespec step = {.tv_nsec = LOCK_STEP_MS * 1000000L};
    int64_t end = ms < 0 ? INT64_MAX : loop_now_ms() + ms;
    if (outbox->lock >= 0)
        return 0;
    text_addf(&name, "%s.lock", outbox->file);
    outbox->lock = open(name.data, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    text_free(&name);
    if (outbox->lock < 0)
        return err_set(err, ERR_REJECT, "outbox", "%s.lock: %s", outbox->file, strerror(errno));
    while (flock(outbox->lock, LOCK_EX | LOCK_NB) != 0) {
        if (loop_now_ms() >= end) {
            outbox_unlock(outbox);
            return err_set(err, ERR_RETRY, "outbox", "%s", _("another thidua is sending"));
        }
        nanosleep(&step, NULL);
    }
    return 0;
}

void outbox_unlock(struct outbox *outbox)
{
    if (outbox->lock >= 0)
        close(outbox->lock);
    outbox->lock = -1;
}

// ---- ids

void uuid_make(uint8_t id[static ID_BYTES])
{
    randombytes_buf(id, ID_BYTES);
    id[6] = (uint8_t)((id[6] & 0x0F) | 0x40);
    id[8] = (uint8_t)((id[8] & 0x3F) | 0x80);
}

void uuid_format(const uint8_t id[static ID_BYTES], char text[static UUID_TEXT_SIZE])
{
    char *at = text;
    for (size_t i = 0; i < ID_BYTES; i++)
        at += snprintf(at, 4, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x", id[i]);
}
