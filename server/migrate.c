// Migrations: what the directory holds against what table migration says was done.
#include "server/migrate.h"

#include "common/db.h"
#include "common/keys.h"
#include "common/log.h"
#include "core/mem.h"
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIGRATION_BYTES_MAX (4 * 1024 * 1024)
#define MIGRATIONS_MAX 1000

struct migration {
    unsigned number;
    char *name; // of the file
    struct text sql;
    uint8_t checksum[HASH_BYTES];
};
struct migrations {
    struct migration *list;
    size_t count, capacity;
};

static const char lock_sql[] = "SELECT pg_advisory_lock(7466700)";
static const char bootstrap_sql[] =
    "CREATE SCHEMA IF NOT EXISTS thidua;"
    "CREATE TABLE IF NOT EXISTS thidua.migration ("
    "    number integer PRIMARY KEY, name text NOT NULL, checksum bytea NOT NULL,"
    "    applied_at timestamptz NOT NULL DEFAULT now())";
static const char applied_sql[] = "SELECT number, checksum FROM thidua.migration ORDER BY number";
static const char record_sql[] =
    "INSERT INTO thidua.migration (number, name, checksum) VALUES ($1, $2, $3)";

// ---- the directory

static void migrations_free(struct migrations *migrations)
{
    for (size_t i = 0; i < migrations->count; i++) {
        free(migrations->list[i].name);
        text_free(&migrations->list[i].sql);
    }
    free(migrations->list);
}

// NNN_name.sql; 0 for any other name.
static unsigned number_of(const char *name)
{
    size_t length = strlen(name);
    if (length < 9 || name[3] != '_' || strcmp(name + length - 4, ".sql") != 0 ||
        strspn(name, "0123456789") != 3)
        return 0;
    return (unsigned)strtoul(name, NULL, 10);
}

static int read_file(const char *directory, struct migration *migration, struct err *err)
{
    char path[4096], chunk[16384];
    snprintf(path, sizeof path, "%s/%s", directory, migration->name);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return err_set(err, ERR_DIE, "migration", "%.300s: %s", path, strerror(errno));
    for (size_t got; (got = fread(chunk, 1, sizeof chunk, file)) > 0;)
        text_add(&migration->sql, chunk, got);
    bool good = ferror(file) == 0 && migration->sql.length > 0 &&
                migration->sql.length <= MIGRATION_BYTES_MAX &&
                strlen(migration->sql.data) == migration->sql.length;
    fclose(file);
    if (!good)
        return err_set(err, ERR_DIE, "migration", "%.300s cannot be read as a migration", path);
    hash_bytes(migration->sql.data, migration->sql.length, migration->checksum);
    return 0;
}

static int by_number(const void *left, const void *right)
{
    const struct migration *a = left, *b = right;
    return (a->number > b->number) - (a->number < b->number);
}

static int migrations_load(const char *directory, struct migrations *ret, struct err *err)
{
    DIR *entries = opendir(directory);
    int status = 0;
    if (entries == NULL)
        return err_set(err, ERR_DIE, "migration", "%.300s: %s", directory, strerror(errno));
    for (struct dirent *entry; status == 0 && (entry = readdir(entries)) != NULL;) {
        unsigned number = number_of(entry->d_name);
        if (number == 0)
            continue;
        struct migration *migration = MEM_PUSH(ret->list, ret->count, ret->capacity);
        migration->number = number;
        migration->name = mem_text(entry->d_name, strlen(entry->d_name));
        status = ret->count <= MIGRATIONS_MAX ? read_file(directory, migration, err) : -1;
    }
    closedir(entries);
    if (status != 0)
        return -1;
    if (ret->count == 0)
        return err_set(err, ERR_DIE, "migration", "%.300s holds no migrations", directory);
    qsort(ret->list, ret->count, sizeof *ret->list, by_number);
    for (size_t i = 1; i < ret->count; i++) {
        if (ret->list[i].number == ret->list[i - 1].number)
            return err_set(err, ERR_DIE, "migration", "two migrations have the number %03u",
                           ret->list[i].number);
    }
    return 0;
}

// ---- the database

static const struct migration *find(const struct migrations *migrations, unsigned number)
{
    for (size_t i = 0; i < migrations->count; i++) {
        if (migrations->list[i].number == number)
            return &migrations->list[i];
    }
    return NULL;
}

// Holds what was applied against the files; fills *ret_newest with the highest number applied.
static int compare(const PGresult *applied, const struct migrations *migrations,
                   unsigned *ret_newest, struct err *err)
{
    *ret_newest = 0;
    for (int row = 0; row < PQntuples(applied); row++) {
        unsigned number = (unsigned)db_get_int(PQgetvalue(applied, row, 0), 4);
        const struct migration *migration = find(migrations, number);
        if (migration == NULL)
            return err_set(err, ERR_DIE, "schema_newer",
                           "the database has migration %03u, which this program does not know",
                           number);
        if (PQgetlength(applied, row, 1) != HASH_BYTES ||
            memcmp(PQgetvalue(applied, row, 1), migration->checksum, HASH_BYTES) != 0)
            return err_set(err, ERR_DIE, "migration_changed",
                           "%s is not what was applied under its number", migration->name);
        *ret_newest = number;
    }
    return 0;
}

static int run(PGconn *conn, const char *sql, struct err *err)
{
    PGresult *result = db_run(conn, sql, NULL, 0, 0, err);
    PQclear(result);
    return result != NULL ? 0 : -1;
}

static int apply(PGconn *conn, const struct migration *migration, struct err *err)
{
    char number[16];
    snprintf(number, sizeof number, "%u", migration->number);
    const struct db_param params[] = {db_text(number), db_text(migration->name),
                                      db_bytea(migration->checksum, HASH_BYTES)};
    if (run(conn, "BEGIN", err) != 0)
        return -1;
    PGresult *recorded = run(conn, migration->sql.data, err) == 0
                             ? db_run(conn, record_sql, params, 3, 0, err)
                             : NULL;
    PQclear(recorded);
    if (recorded == NULL || run(conn, "COMMIT", err) != 0) {
        struct err first = err != NULL ? *err : (struct err){.kind = ERR_DIE};
        run(conn, "ROLLBACK", NULL);
        return err_set(err, first.kind, "migration", "%s: %.400s", migration->name, first.text);
    }
    log_event(LOG_INFO, "migrated", "number=%u name=%s", migration->number, migration->name);
    return 0;
}

static int apply_missing(PGconn *conn, const struct migrations *migrations, struct err *err)
{
    unsigned newest = 0;
    if (run(conn, lock_sql, err) != 0 || run(conn, bootstrap_sql, err) != 0)
        return -1;
    PGresult *applied = db_run(conn, applied_sql, NULL, 0, 1, err);
    int status = applied != NULL ? compare(applied, migrations, &newest, err) : -1;
    for (size_t i = 0; status == 0 && i < migrations->count; i++) {
        const struct migration *migration = &migrations->list[i];
        bool done = false;
        for (int row = 0; row < PQntuples(applied); row++)
            done = done || db_get_int(PQgetvalue(applied, row, 0), 4) == migration->number;
        if (!done && migration->number < newest)
            status = err_set(err, ERR_DIE, "migration",
                             "%s comes before %03u, which was applied without it", migration->name,
                             newest);
        else if (!done)
            status = apply(conn, migration, err);
    }
    PQclear(applied);
    return status;
}

int migrate(const char *conninfo, const char *sql_dir, struct err *err)
{
    struct migrations migrations = {0};
    PGconn *conn = NULL;
    int status = migrations_load(sql_dir, &migrations, err);
    if (status == 0) {
        conn = db_connect(conninfo, "thidua-server migrate", 0, err);
        status = conn != NULL ? apply_missing(conn, &migrations, err) : -1;
    }
    PQfinish(conn);
    migrations_free(&migrations);
    return status;
}

static int check(PGconn *conn, const struct migrations *migrations, struct err *err)
{
    unsigned newest = 0;
    PGresult *applied = db_run(conn, applied_sql, NULL, 0, 1, err);
    if (applied == NULL)
        return err != NULL && err->kind == ERR_RETRY
                   ? -1
                   : err_set(err, ERR_DIE, "schema_older",
                             "the database has no schema yet: run --migrate");
    int status = compare(applied, migrations, &newest, err);
    if (status == 0 && (size_t)PQntuples(applied) != migrations->count)
        status = err_set(err, ERR_DIE, "schema_older",
                         "the database has %d of %zu migrations: run --migrate", PQntuples(applied),
                         migrations->count);
    PQclear(applied);
    return status;
}

int migrate_check(const char *conninfo, const char *sql_dir, struct err *err)
{
    struct migrations migrations = {0};
    PGconn *conn = NULL;
    int status = migrations_load(sql_dir, &migrations, err);
    if (status == 0) {
        conn = db_connect(conninfo, "thidua-server check", 10000, err);
        status = conn != NULL ? check(conn, &migrations, err) : -1;
    }
    PQfinish(conn);
    migrations_free(&migrations);
    return status;
}
