// Connections to PostgreSQL, in the event loop and blocking. Needs a database: tests/sql/db.py gives
// one in THIDUA_TEST_DATABASE (a conninfo); without it nothing is tested here.
#include "common/db.h"
#include "tests/lib/cmocka_all.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 60000

static const char *conninfo;

// ---- a db and what its statements were told

struct told {
    enum db_class class;
    bool called, had_result;
    char value[64], state[8];
    unsigned order;
};
struct test {
    struct loop *loop;
    struct db *db;
    unsigned count;             // of callbacks
    const struct told *awaited; // the loop stops when it is called
    bool notified;
};
static struct test test;

static void stop_when_there(void)
{
    if (test.awaited != NULL && test.awaited->called)
        loop_stop(test.loop);
}

static void on_result(void *arg, enum db_class class, const PGresult *result)
{
    struct told *told = arg;
    assert_false(told->called);
    *told = (struct told){
        .class = class, .called = true, .had_result = result != NULL, .order = ++test.count};
    snprintf(told->state, sizeof told->state, "%s", db_sqlstate(result));
    if (result != NULL && PQntuples(result) > 0 && PQnfields(result) > 0)
        snprintf(told->value, sizeof told->value, "%s", PQgetvalue(result, 0, 0));
    else if (result != NULL && db_committed(result))
        strcpy(told->value, "committed");
    stop_when_there();
}

static void no_patience(struct loop *loop, void *arg)
{
    (void)loop;
    fail_msg("nothing for too long: %s", (const char *)arg);
}

static void run_until(const struct told *awaited, const char *what)
{
    union {
        const char *in;
        char *out;
    } both = {.in = what};
    int timer = loop_timer(test.loop, PATIENCE_MS, false, no_patience, both.out);
    test.awaited = awaited;
    if (!awaited->called)
        loop_run(test.loop);
    loop_timer_remove(test.loop, timer);
}

static void look_ready(struct loop *loop, void *arg)
{
    (void)arg;
    if (db_ready(test.db))
        loop_stop(loop);
}

static void run_until_ready(void)
{
    int look = loop_timer(test.loop, 5, true, look_ready, NULL);
    if (!db_ready(test.db))
        loop_run(test.loop);
    loop_timer_remove(test.loop, look);
}

static int set_up(void **state)
{
    (void)state;
    test = (struct test){.loop = loop_create()};
    test.db = db_create(test.loop, conninfo, "db test", 60000);
    db_prepare(test.db, "twice", "SELECT $1::bigint * 2");
    run_until_ready();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    db_destroy(test.db);
    loop_destroy(test.loop);
    return 0;
}

static void ask(const char *sql, struct told *told)
{
    db_exec(test.db, NULL, sql, NULL, 0, 0, on_result, told);
}

// ---- the event loop

static void single_statements(void **state)
{
    struct told number = {0}, twice = {0}, none = {0};
    char buffer[8];
    const struct db_param params[] = {db_int8(-21, buffer)};
    (void)state;
    ask("SELECT 7", &number);
    db_exec(test.db, "twice", NULL, params, 1, 0, on_result, &twice);
    const struct db_param nothing[] = {db_text(NULL)};
    db_exec(test.db, NULL, "SELECT coalesce($1::text, 'null')", nothing, 1, 0, on_result, &none);
    assert_int_equal(db_queued(test.db), 3);
    assert_false(number.called); // never inside the call
    run_until(&none, "three statements");
    assert_string_equal(number.value, "7");
    assert_string_equal(twice.value, "-42");
    assert_string_equal(none.value, "null");
    assert_true(number.order == 1 && twice.order == 2 && none.order == 3);
}

static void classes(void **state)
{
    static const struct {
        const char *sql;
        enum db_class class;
    } cases[] = {
        {"SELECT 1", DB_OK},
        {"SELECT 1 / 0", DB_DATA},
        {"SELECT 'x'::integer", DB_DATA},
        {"SELECT no_such_function()", DB_BUG},
        {"DO $$ BEGIN RAISE EXCEPTION 'f' USING ERRCODE = 'TD001'; END $$", DB_FENCED},
        {"DO $$ BEGIN RAISE EXCEPTION 'f' USING ERRCODE = '40P01'; END $$", DB_RETRY},
        {"DO $$ BEGIN RAISE EXCEPTION 'f' USING ERRCODE = '53100'; END $$", DB_RETRY},
        {"DO $$ BEGIN RAISE EXCEPTION 'f' USING ERRCODE = '23505'; END $$", DB_DATA},
        {"SET statement_timeout = 200", DB_OK},
        {"SELECT pg_sleep(60)", DB_RETRY},
    };
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        struct told told = {0};
        ask(cases[i].sql, &told);
        run_until(&told, cases[i].sql);
        if (told.class != cases[i].class)
            fail_msg("%s: class %d, SQLSTATE %s", cases[i].sql, (int)told.class, told.state);
    }
}

// An error ends its segment: what follows in it is not done and is told the same class. The next
// segment does not notice.
static void segments(void **state)
{
    struct told begin = {0}, first = {0}, bad = {0}, skipped = {0}, commit = {0}, after = {0},
                rows = {0};
    (void)state;
    ask("CREATE TEMPORARY TABLE t (n integer)", &first);
    run_until(&first, "create");
    first = (struct told){0};
    db_begin(test.db);
    ask("BEGIN", &begin);
    ask("INSERT INTO t VALUES (1)", &first);
    ask("INSERT INTO t VALUES (1 / 0)", &bad);
    ask("INSERT INTO t VALUES (2)", &skipped);
    ask("COMMIT", &commit);
    db_end(test.db);
    run_until(&commit, "segment");
    assert_true(begin.class == DB_OK && first.class == DB_OK && bad.class == DB_DATA);
    assert_true(skipped.class == DB_DATA && commit.class == DB_DATA);
    assert_string_equal(commit.value, "");
    ask("SELECT count(*) FROM t", &rows); // rolled back by the db before it
    ask("SELECT 5", &after);
    run_until(&after, "after a failed segment");
    assert_string_equal(rows.value, "0");
    assert_string_equal(after.value, "5");
}

// A transaction over two segments; a COMMIT that the server turns into a rollback is none.
static void two_trips(void **state)
{
    struct told told = {0}, commit = {0}, refused = {0}, rows = {0};
    (void)state;
    ask("CREATE TEMPORARY TABLE u (n integer)", &told);
    run_until(&told, "create");
    for (int good = 1; good >= 0; good--) {
        struct told insert = {0};
        db_begin(test.db);
        ask("BEGIN", &(struct told){0});
        ask(good ? "INSERT INTO u VALUES (1)" : "INSERT INTO u VALUES (2)", &insert);
        db_end(test.db);
        run_until(&insert, "first trip");
        if (!good) {
            ask("SELECT 1 / 0", &refused);
            ask("COMMIT", &commit);
            run_until(&commit, "commit behind an error");
            assert_string_not_equal(commit.value, "committed");
        } else {
            struct told done = {0};
            ask("COMMIT", &done);
            run_until(&done, "commit");
            assert_string_equal(done.value, "committed");
        }
    }
    ask("SELECT count(*) FROM u", &rows);
    run_until(&rows, "rows");
    assert_string_equal(rows.value, "1");
}

static void lost_and_found(void **state)
{
    struct told pid = {0}, sleeping = {0}, behind = {0}, twice = {0}, gone = {0};
    char buffer[8], sql[96];
    struct err err;
    (void)state;
    ask("SELECT pg_backend_pid()", &pid);
    run_until(&pid, "pid");
    ask("SELECT pg_sleep(60)", &sleeping);
    ask("SELECT 1", &behind);
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%s)", pid.value);
    PGconn *other = db_connect(conninfo, "db test, the other", 0, &err);
    assert_non_null(other);
    PQclear(db_run(other, sql, NULL, 0, 0, &err));
    PQfinish(other);
    run_until(&behind, "lost connection");
    assert_true(sleeping.class == DB_RETRY && behind.class == DB_RETRY);
    assert_false(behind.had_result);
    if (!db_ready(test.db)) { // given while there is none: told at the next turn
        ask("SELECT 1", &gone);
        assert_false(gone.called);
        run_until(&gone, "without a connection");
        assert_true(gone.class == DB_RETRY && !gone.had_result);
    }
    run_until_ready();
    const struct db_param params[] = {db_int8(4, buffer)};
    db_exec(test.db, "twice", NULL, params, 1, 0, on_result, &twice); // prepared anew
    run_until(&twice, "prepared statement");
    assert_string_equal(twice.value, "8");
}

static void on_notify(struct loop *loop, void *arg)
{
    (void)arg;
    test.notified = true;
    loop_stop(loop);
}

static void notifications(void **state)
{
    struct told told = {0};
    (void)state;
    db_listen(test.db, "db_test", on_notify, NULL);
    ask("NOTIFY db_test", &told);
    run_until(&told, "notify");
    if (!test.notified)
        loop_run(test.loop);
    assert_true(test.notified);
}

static void much_at_once(void **state)
{
    enum { COUNT = 3000 };
    static struct told told[COUNT];
    static char large[4096];
    (void)state;
    memset(told, 0, sizeof told);
    memset(large, 'x', sizeof large - 1);
    const struct db_param params[] = {db_text(large)};
    for (size_t i = 0; i < COUNT; i++) // 12 MB either way: more than sockets hold
        db_exec(test.db, NULL, "SELECT $1::text", params, 1, 0, on_result, &told[i]);
    run_until(&told[COUNT - 1], "many statements");
    for (size_t i = 0; i < COUNT; i++)
        assert_true(told[i].class == DB_OK && told[i].order == i + 1);
}

static void nobody_there(void **state)
{
    struct told told = {0};
    struct err err = {0};
    (void)state;
    struct db *db = db_create(test.loop, "host=/nowhere dbname=none", "db test", 0);
    assert_false(db_ready(db));
    db_exec(db, NULL, "SELECT 1", NULL, 0, 0, on_result, &told);
    run_until(&told, "nobody there");
    assert_int_equal(told.class, DB_RETRY);
    db_destroy(db);
    assert_null(db_connect("host=/nowhere dbname=none", "db test", 0, &err));
    assert_int_equal(err.kind, ERR_RETRY);
}

// ---- blocking

static void blocking(void **state)
{
    struct err err = {0};
    char buffer[8];
    const struct db_param params[] = {db_int8(INT64_MIN, buffer), db_bytea("a\0b", 3)};
    PGconn *conn = db_connect(conninfo, "db test, blocking", 60000, &err);
    (void)state;
    assert_non_null(conn);
    PGresult *result = db_run(conn, "SELECT $1::bigint, $2::bytea, length($2::bytea)", params, 2, 1,
                              &err);
    assert_non_null(result);
    assert_true((int64_t)db_get_int(PQgetvalue(result, 0, 0), 8) == INT64_MIN);
    assert_memory_equal(PQgetvalue(result, 0, 1), "a\0b", 3);
    assert_int_equal(db_get_int(PQgetvalue(result, 0, 2), 4), 3);
    PQclear(result);
    assert_null(db_run(conn, "SELECT 1 / 0", NULL, 0, 0, &err));
    assert_int_equal(err.kind, ERR_REJECT);
    assert_null(db_run(conn, "SELECT nothing", NULL, 0, 0, &err));
    assert_int_equal(err.kind, ERR_DIE);
    PQclear(db_run(conn, "SET statement_timeout = 200", NULL, 0, 0, &err));
    assert_null(db_run(conn, "SELECT pg_sleep(60)", NULL, 0, 0, &err));
    assert_int_equal(err.kind, ERR_RETRY);
    assert_non_null(strstr(err.text, "57014"));
    PQfinish(conn);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(single_statements), TEST(classes),        TEST(segments),
        TEST(two_trips),         TEST(lost_and_found), TEST(notifications),
        TEST(much_at_once),      TEST(nobody_there),   cmocka_unit_test(blocking),
    };
    conninfo = getenv("THIDUA_TEST_DATABASE");
    if (conninfo == NULL) {
        puts("no THIDUA_TEST_DATABASE: see tests/sql/db.py");
        return EXIT_SUCCESS;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
