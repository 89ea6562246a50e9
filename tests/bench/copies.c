// How fast the database alone can hand rows out and take them in, by COPY BINARY over several
// connections at once:
//
//     copies CONNINFO out SELECT...       each SELECT over its own connection, rows thrown away
//     copies CONNINFO save FILE SELECT    one SELECT's rows into a file
//     copies CONNINFO in TABLE FILE...    each file (as saved, in memory beforehand) into the table
//
// Prints "seconds,S" for all of it, first byte to last COMMIT, without the time for connecting.
#include "common/db.h"
#include "core/mem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PIECE_BYTES ((size_t)65536)
#define PARTS_MAX 16

__attribute__((noreturn)) static void give_up(const char *what, const char *why)
{
    fprintf(stderr, "copies: %s: %s\n", what, why);
    _exit(EXIT_FAILURE);
}

static void start(PGconn *conn, const char *sql, ExecStatusType wanted)
{
    PGresult *result = PQexec(conn, sql);
    if (PQresultStatus(result) != wanted)
        give_up(sql, PQerrorMessage(conn));
    PQclear(result);
}

static void finish(PGconn *conn)
{
    PGresult *result = PQgetResult(conn);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        give_up("copy", PQerrorMessage(conn));
    PQclear(result);
}

static void copy_out(PGconn *conn, const char *select, FILE *file)
{
    struct text sql = {0};
    char *row;
    text_addf(&sql, "COPY (%s) TO STDOUT BINARY", select);
    start(conn, sql.data, PGRES_COPY_OUT);
    for (int length; (length = PQgetCopyData(conn, &row, 0)) > 0;) {
        if (file != NULL && fwrite(row, 1, (size_t)length, file) != (size_t)length)
            give_up("file", "cannot be written");
        PQfreemem(row);
    }
    finish(conn);
    text_free(&sql);
}

static void copy_in(PGconn *conn, const char *table, const struct text *rows)
{
    struct text sql = {0};
    text_addf(&sql, "COPY %s FROM STDIN BINARY", table);
    start(conn, sql.data, PGRES_COPY_IN);
    for (size_t at = 0; at < rows->length; at += PIECE_BYTES) {
        size_t left = rows->length - at, piece = left < PIECE_BYTES ? left : PIECE_BYTES;
        if (PQputCopyData(conn, rows->data + at, (int)piece) != 1)
            give_up(table, PQerrorMessage(conn));
    }
    if (PQputCopyEnd(conn, NULL) != 1)
        give_up(table, PQerrorMessage(conn));
    finish(conn);
    text_free(&sql);
}

static void read_file(const char *path, struct text *ret)
{
    char piece[PIECE_BYTES];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        give_up(path, "cannot be read");
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;)
        text_add(ret, piece, got);
    fclose(file);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// One part in a process of its own: says by a byte that it is ready, begins when told by another.
static void part(const char *conninfo, const char *table, const char *what, int ready, int go)
{
    struct err err = {0};
    struct text rows = {0};
    char byte = 0;
    PGconn *conn = db_connect(conninfo, "copies", 0, &err);
    if (conn == NULL)
        give_up("database", err.text);
    if (table != NULL)
        read_file(what, &rows);
    if (write(ready, &byte, 1) != 1 || read(go, &byte, 1) != 1)
        give_up("start", "pipe");
    if (table != NULL)
        copy_in(conn, table, &rows);
    else
        copy_out(conn, what, NULL);
    PQfinish(conn);
    _exit(EXIT_SUCCESS);
}

static int all_parts(const char *conninfo, const char *table, char **what, int count)
{
    int ready[2], go[2], status, failed = 0;
    char bytes[PARTS_MAX] = {0};
    if (count < 1 || count > PARTS_MAX || pipe(ready) != 0 || pipe(go) != 0)
        give_up("start", "pipes");
    for (int i = 0; i < count; i++)
        if (fork() == 0)
            part(conninfo, table, what[i], ready[1], go[0]);
    close(ready[1]);
    for (int i = 0; i < count; i++)
        if (read(ready[0], bytes, 1) != 1)
            return EXIT_FAILURE;
    double begun = now_s();
    if (write(go[1], bytes, sizeof bytes) != PARTS_MAX)
        return EXIT_FAILURE;
    for (int i = 0; i < count; i++) {
        wait(&status);
        failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    }
    printf("seconds,%.3f\n", now_s() - begun);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int save(const char *conninfo, const char *path, const char *select)
{
    struct err err = {0};
    PGconn *conn = db_connect(conninfo, "copies", 0, &err);
    FILE *file = fopen(path, "wb");
    if (conn == NULL || file == NULL)
        give_up("save", conn == NULL ? err.text : path);
    copy_out(conn, select, file);
    PQfinish(conn);
    return fclose(file) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    if (argc >= 4 && strcmp(argv[2], "out") == 0)
        return all_parts(argv[1], NULL, argv + 3, argc - 3);
    if (argc >= 5 && strcmp(argv[2], "in") == 0)
        return all_parts(argv[1], argv[3], argv + 4, argc - 4);
    if (argc == 5 && strcmp(argv[2], "save") == 0)
        return save(argv[1], argv[3], argv[4]);
    fputs("copies: see the head of tests/bench/copies.c\n", stderr);
    return 2;
}
