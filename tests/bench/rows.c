// The same rows without the system, into a database whose campaign is on record (lib_nation.h):
//
//     rows pipeline CONNINFO COMMUNES VILLAGES MONTHS FORMS SUBMISSIONS
//         prepared INSERTs in libpq's pipeline mode, transactions of 1 024 forms, nothing else: the
//         limit for ingest. Prints name,value lines.
//     rows copy CONNINFO COMMUNES VILLAGES MONTHS PART PARTS
//         the months of every PARTS-th commune from PART on, by COPY BINARY: how a national year gets
//         in. Several parts may run at once.
#include "lib_rows.h"

#include "common/db.h"
#include "core/mem.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH_FORMS 1024
#define FIELDS_MAX 16

__attribute__((noreturn)) static void give_up(const char *what, const char *why)
{
    fprintf(stderr, "rows: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static PGconn *open_database(const char *conninfo, struct rows_place *place)
{
    struct err err = {0};
    PGconn *conn = db_connect(conninfo, "rows", 0, &err);
    if (conn == NULL || rows_place(conn, place, &err) != 0)
        give_up("database", err.text);
    return conn;
}

static void run(PGconn *conn, const char *sql)
{
    struct err err = {0};
    PGresult *result = db_run(conn, sql, NULL, 0, 0, &err);
    if (result == NULL)
        give_up(sql, err.text);
    PQclear(result);
}

// ---- pipeline

// Rows made beforehand: fields one after the other, each with its length before it.
struct made {
    struct text bytes;
    bool form; // else a submission
};

static void prepare(PGconn *conn, const char *name, const char *table, const char *columns,
                    unsigned fields)
{
    struct text sql = {0};
    text_addf(&sql, "INSERT INTO thidua.%s (%s) VALUES (", table, columns);
    for (unsigned i = 1; i <= fields; i++)
        text_addf(&sql, "%s$%u", i > 1 ? ", " : "", i);
    text_adds(&sql, ")");
    PGresult *result = PQprepare(conn, name, sql.data, 0, NULL);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        give_up("prepare", PQerrorMessage(conn));
    PQclear(result);
    text_free(&sql);
}

static void send_row(PGconn *conn, const struct made *row)
{
    const char *values[FIELDS_MAX];
    int lengths[FIELDS_MAX], formats[FIELDS_MAX], count = 0;
    for (const char *at = row->bytes.data; at < row->bytes.data + row->bytes.length; count++) {
        int32_t length = (int32_t)(uint32_t)db_get_int(at, 4);
        values[count] = length < 0 ? NULL : at + 4;
        lengths[count] = length < 0 ? 0 : length;
        formats[count] = 1;
        at += 4 + (length < 0 ? 0 : length);
    }
    if (PQsendQueryPrepared(conn, row->form ? "form" : "submission", count, values, lengths,
                            formats, 1) != 1)
        give_up("send", PQerrorMessage(conn));
}

static void send_text(PGconn *conn, const char *sql)
{
    if (PQsendQueryParams(conn, sql, 0, NULL, NULL, NULL, NULL, 0) != 1)
        give_up("send", PQerrorMessage(conn));
}

// Takes the results of one batch, up to its sync.
static void take_batch(PGconn *conn)
{
    for (;;) {
        PGresult *result = PQgetResult(conn);
        ExecStatusType status = result != NULL ? PQresultStatus(result) : PGRES_COMMAND_OK;
        PQclear(result);
        if (status == PGRES_PIPELINE_SYNC)
            return;
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            give_up("insert", PQerrorMessage(conn));
        if (PQstatus(conn) != CONNECTION_OK)
            give_up("connection", PQerrorMessage(conn));
    }
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// One batch is always on its way while the next one is sent: that is what libpq can do.
static void send_all(PGconn *conn, const struct made *rows, size_t count)
{
    size_t forms = 0, under_way = 0;
    send_text(conn, "BEGIN");
    for (size_t i = 0; i < count; i++) {
        bool whole = forms >= BATCH_FORMS && !rows[i].form;
        if (whole) {
            send_text(conn, "COMMIT");
            PQpipelineSync(conn);
            if (under_way++ > 0) {
                take_batch(conn);
                under_way--;
            }
            send_text(conn, "BEGIN");
            forms = 0;
        }
        forms += rows[i].form;
        send_row(conn, &rows[i]);
    }
    send_text(conn, "COMMIT");
    PQpipelineSync(conn);
    for (under_way++; under_way > 0; under_way--)
        take_batch(conn);
}

static void pipeline(const char *conninfo, const struct nation *nation, unsigned forms,
                     size_t submissions)
{
    struct rows_place place = {0};
    PGconn *conn = open_database(conninfo, &place);
    struct made *rows = mem_alloc(submissions * (1 + forms), sizeof *rows);
    size_t count = 0;
    for (size_t n = 0; n < submissions; n++) {
        unsigned commune = (unsigned)(n % nation->communes);
        size_t rest = n / nation->communes;
        rows_submission(&rows[count++].bytes, &place, n, commune, forms);
        for (unsigned i = 0; i < forms; i++) {
            unsigned village = forms == 1 ? (unsigned)(rest % nation->villages) : i;
            size_t month = forms == 1 ? rest / nation->villages : rest;
            rows[count].form = true;
            rows_form(&rows[count++].bytes, &place, n, commune, village,
                      (unsigned)(month % nation->months));
        }
    }
    prepare(conn, "submission", "submission", submission_columns, SUBMISSION_FIELDS);
    prepare(conn, "form", "form", form_columns, FORM_FIELDS);
    if (PQenterPipelineMode(conn) != 1)
        give_up("pipeline", PQerrorMessage(conn));
    double begun = now_s();
    send_all(conn, rows, count);
    double seconds = now_s() - begun;
    PQexitPipelineMode(conn);
    printf("seconds,%.3f\nforms_per_second,%.3f\n", seconds,
           (double)(submissions * forms) / seconds);
    for (size_t i = 0; i < count; i++)
        text_free(&rows[i].bytes);
    free(rows);
    PQfinish(conn);
}

// ---- copy

typedef void row_fn(struct text *out, const struct rows_place *place, size_t number,
                    const struct nation *nation, unsigned commune, unsigned month,
                    unsigned village);

static void one_submission(struct text *out, const struct rows_place *place, size_t number,
                           const struct nation *nation, unsigned commune, unsigned month,
                           unsigned village)
{
    (void)month;
    (void)village;
    rows_submission(out, place, number, commune, nation->villages);
}

static void one_form(struct text *out, const struct rows_place *place, size_t number,
                     const struct nation *nation, unsigned commune, unsigned month,
                     unsigned village)
{
    (void)nation;
    rows_form(out, place, number, commune, village, month);
}

static void copy_table(PGconn *conn, const char *table, const char *columns, unsigned fields,
                       const struct rows_place *place, const struct nation *nation, unsigned part,
                       unsigned parts, bool forms)
{
    struct text sql = {0};
    struct err err = {0};
    struct copy_writer writer = {0};
    row_fn *row = forms ? one_form : one_submission;
    text_addf(&sql, "COPY thidua.%s (%s) FROM STDIN BINARY", table, columns);
    int status = copy_write_start(&writer, conn, sql.data, &err);
    for (unsigned month = 0; month < nation->months && status == 0; month++)
        for (unsigned c = part; c < nation->communes && status == 0; c += parts)
            for (unsigned v = 0; v < (forms ? nation->villages : 1) && status == 0; v++) {
                status = copy_row(&writer, fields, &err);
                row(&writer.text, place, (size_t)month * nation->communes + c, nation, c, month, v);
            }
    if (status != 0 || copy_write_end(&writer, &err) != 0)
        give_up(table, err.text);
    copy_writer_free(&writer);
    text_free(&sql);
}

static void copy(const char *conninfo, const struct nation *nation, unsigned part, unsigned parts)
{
    struct rows_place place = {0};
    struct text sql = {0};
    PGconn *conn = open_database(conninfo, &place);
    place.accepted = 1000000; // every part counts from here
    run(conn, "BEGIN");
    copy_table(conn, "submission", submission_columns, SUBMISSION_FIELDS, &place, nation, part,
               parts, false);
    copy_table(conn, "form", form_columns, FORM_FIELDS, &place, nation, part, parts, true);
    text_addf(
        &sql,
        "SELECT setval('thidua.acceptance', greatest(last_value, %lld)) FROM thidua.acceptance",
        (long long)(place.accepted + (int64_t)nation->communes * nation->months));
    run(conn, sql.data);
    run(conn, "COMMIT");
    text_free(&sql);
    PQfinish(conn);
}

static unsigned number(const char *text)
{
    return (unsigned)strtoul(text, NULL, 10);
}

int main(int argc, char **argv)
{
    if (sodium_init() < 0 || argc != 8) {
        fputs("rows: see the head of tests/bench/rows.c\n", stderr);
        return 2;
    }
    const struct nation nation = {
        .communes = number(argv[3]), .villages = number(argv[4]), .months = number(argv[5])};
    if (strcmp(argv[1], "pipeline") == 0)
        pipeline(argv[2], &nation, number(argv[6]), number(argv[7]));
    else
        copy(argv[2], &nation, number(argv[6]), number(argv[7]));
    return EXIT_SUCCESS;
}
