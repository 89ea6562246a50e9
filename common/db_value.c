// Parameters, results and connections: what the blocking and the non-blocking side share.
#include "common/db.h"
#include "common/db_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INT8_OID 20u
#define BYTEA_OID 17u

static void no_notice(void *arg, const PGresult *result)
{
    (void)arg;
    (void)result;
}

PGconn *db_connect_begin(const char *conninfo, const char *application_name)
{
    // Later ones win over what the conninfo says: a dead peer must be noticed.
    const char *const names[] = {"dbname",           "application_name",
                                 "connect_timeout",  "keepalives",
                                 "keepalives_idle",  "keepalives_interval",
                                 "keepalives_count", "tcp_user_timeout",
                                 "client_encoding",  NULL};
    const char *const values[] = {conninfo, application_name, "10",   "1", "15", "5",
                                  "3",      "30000",          "UTF8", NULL};
    PGconn *conn = PQconnectStartParams(names, values, 1);
    if (conn != NULL)
        PQsetNoticeReceiver(conn, no_notice, NULL);
    return conn;
}

struct db_param db_text(const char *text)
{
    return (struct db_param){.data = text, .length = text != NULL ? (int)strlen(text) : 0};
}

struct db_param db_int8(int64_t value, char buffer[8])
{
    uint64_t bits = (uint64_t)value;
    for (int i = 7; i >= 0; i--, bits >>= 8)
        buffer[i] = (char)(uint8_t)bits;
    return (struct db_param){.data = buffer, .length = 8, .format = 1, .type = INT8_OID};
}

struct db_param db_integer(int64_t value, char buffer[DB_INTEGER_SIZE])
{
    snprintf(buffer, DB_INTEGER_SIZE, "%" PRId64, value);
    return db_text(buffer);
}

int64_t db_integer_at(const PGresult *result, int row, int column)
{
    return strtoll(PQgetvalue(result, row, column), NULL, 10);
}

struct db_param db_bytea(const void *data, size_t length)
{
    // An empty value is no NULL.
    return (struct db_param){
        .data = data != NULL ? data : "", .length = (int)length, .format = 1, .type = BYTEA_OID};
}

void params_fill(struct params *out, const struct db_param *params, int count)
{
    if (count > DB_PARAMS_MAX)
        abort();
    for (int i = 0; i < count; i++) {
        out->values[i] = params[i].data;
        out->lengths[i] = params[i].length;
        out->formats[i] = params[i].format;
        out->types[i] = params[i].type;
    }
}

void db_put_int(struct text *out, uint64_t value, unsigned bytes)
{
    char buffer[8];
    for (unsigned i = bytes; i-- > 0; value >>= 8)
        buffer[i] = (char)(uint8_t)value;
    text_add(out, buffer, bytes);
}

uint64_t db_get_int(const char *data, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | (uint8_t)data[i];
    return value;
}

// ---- what a result means

static const struct {
    const char *prefix; // of the SQLSTATE; the first that fits
    enum db_class class;
} classes[] = {
    {"TD001", DB_FENCED}, {"40", DB_RETRY}, // serialization failure, deadlock
    {"08", DB_RETRY},                       // connection
    {"57", DB_RETRY},                       // shutdown, cancelled, time-out
    {"53", DB_RETRY},                       // no space, no memory, too many connections
    {"58", DB_RETRY},                       // the system under the database
    {"55P03", DB_RETRY},                    // lock not available
    {"25P02", DB_RETRY},                    // behind an error in the same transaction
    {"25P03", DB_RETRY},                    // idle in transaction for too long
    {"22", DB_DATA},      {"23", DB_DATA},
};

const char *db_sqlstate(const PGresult *result)
{
    if (result == NULL)
        return "08006";
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    ExecStatusType status = PQresultStatus(result);
    if (state != NULL)
        return state;
    return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE ? "08006" : "00000";
}

enum db_class db_classify(const PGresult *result)
{
    const char *state = db_sqlstate(result);
    if (strcmp(state, "00000") == 0)
        return DB_OK;
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        if (strncmp(state, classes[i].prefix, strlen(classes[i].prefix)) == 0)
            return classes[i].class;
    }
    return DB_BUG;
}

// PQcmdStatus wants a result that is not const, and does not change it.
bool db_committed(const PGresult *result)
{
    union {
        const PGresult *in;
        PGresult *out;
    } both = {.in = result};
    return result != NULL && PQresultStatus(result) == PGRES_COMMAND_OK &&
           strcmp(PQcmdStatus(both.out), "COMMIT") == 0;
}
