// Keys, roles and how far they reach.
#include "server/access.h"
#include "server/world.h"
#include "tests/lib/cmocka_all.h"
#include "tests/unit/server_small.h"

#define DAY "2022-11-01"

// Rows as access_sql gives them, in binary.
struct row {
    const char *role, *unit;
    int64_t expires_us;
    bool revoked, signs;
};

static void put(PGresult *result, int row, int column, const void *data, int length)
{
    union {
        const void *in;
        char *out;
    } both = {.in = data};
    assert_int_equal(PQsetvalue(result, row, column, both.out, length), 1);
}

static struct access *access_of(const struct row *rows, int count)
{
    static char name[] = "x";
    PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    PGresAttDesc columns[6] = {{.name = name}, {.name = name}, {.name = name},
                               {.name = name}, {.name = name}, {.name = name}};
    assert_int_equal(PQsetResultAttrs(result, 6, columns), 1);
    for (int i = 0; i < count; i++) {
        uint8_t key[BUS_KEY_BYTES] = {(uint8_t)(i + 1)};
        char number[8], revoked = (char)rows[i].revoked;
        db_int8(rows[i].expires_us, number);
        put(result, i, 0, key, sizeof key);
        put(result, i, 1, rows[i].role, (int)strlen(rows[i].role));
        put(result, i, 2, rows[i].unit, (int)strlen(rows[i].unit));
        put(result, i, 3, number, sizeof number);
        put(result, i, 4, &revoked, 1);
        if (rows[i].signs)
            put(result, i, 5, key, sizeof key);
        else
            assert_int_equal(PQsetvalue(result, i, 5, NULL, -1), 1);
    }
    struct access *access = access_create(result);
    PQclear(result);
    return access;
}

static const struct access_entry *find(const struct access *access, unsigned number)
{
    uint8_t key[BUS_KEY_BYTES] = {(uint8_t)number};
    return access_find(access, key);
}

static void keys(void **state)
{
    (void)state;
    const struct row rows[] = {{"clerk", "X1", INT64_MAX, false, false},
                               {"officer", "H", 1000, false, true},
                               {"admin", "", INT64_MAX, true, false},
                               {"emperor", "", INT64_MAX, false, false}};
    struct access *access = access_of(rows, 4);
    assert_int_equal(find(access, 1)->role, ROLE_CLERK);
    assert_string_equal(find(access, 1)->unit, "X1");
    assert_false(find(access, 1)->signs);
    assert_true(find(access, 2)->signs && find(access, 2)->sign_key[0] == 2);
    assert_true(access_valid(find(access, 1), INT64_MAX - 1));
    assert_true(access_valid(find(access, 2), 999));
    assert_false(access_valid(find(access, 2), 1000));
    assert_false(access_valid(find(access, 3), 0));
    assert_null(find(access, 4)); // a role that this program does not know
    assert_null(find(access, 5));
    access_destroy(access);
}

static void many_keys(void **state)
{
    enum { COUNT = 250 };
    struct row rows[COUNT];
    (void)state;
    for (int i = 0; i < COUNT; i++)
        rows[i] = (struct row){"clerk", "X1", i, false, false};
    struct access *access = access_of(rows, COUNT);
    for (unsigned i = 0; i < COUNT; i++)
        assert_true(find(access, i + 1)->expires_us == i);
    assert_null(find(access, COUNT + 1));
    access_destroy(access);
}

// Which role may what: one line a role, one column an action, in the order of enum action.
static void rights(void **state)
{
    static const char *const may[ROLES] = {
        [ROLE_CLERK] = "11.............1.",   [ROLE_LEADER] = "1..............11",
        [ROLE_OFFICER] = "1111.11.1....1.1.", [ROLE_AUDITOR] = "1.......11..1..1.",
        [ROLE_ADMIN] = "11111111111.11.1.",   [ROLE_WORKER] = "...........1.....",
        [ROLE_INVITED] = "..............1..",
    };
    (void)state;
    for (int role = 0; role < ROLES; role++) {
        struct access_entry entry = {.role = (enum role)role};
        for (unsigned action = 0; action < 17; action++)
            assert_int_equal(access_may(&entry, 1u << action), may[role][action] == '1');
        assert_int_equal(role_parse(role_word((enum role)role)), role);
        assert_int_equal(role_given(role), role != ROLE_INVITED);
    }
    assert_int_equal(role_parse("nobody"), -1);
    assert_false(access_may(&(struct access_entry){.role = ROLE_CLERK}, MAY_READ | MAY_RUN));
}

struct reach {
    const char *role, *unit, *of;
    bool reaches, submits;
};

static void reaches(void **state)
{
    static const struct reach cases[] = {
        {"clerk", "X1", "X1", true, true},     {"clerk", "X1", "V1", true, false},
        {"clerk", "X1", "X2", false, false},   {"clerk", "X1", "H", false, false},
        {"clerk", "H", "X1", true, false},  // reports for nobody but H itself
        {"clerk", "X4", "X5", true, true},  // X5 continues X4
        {"clerk", "X5", "X4", true, false}, // X4 has ended: nothing is handed in under its name
        {"clerk", "X5", "V4", true, false},    {"clerk", "", "X1", false, false},
        {"clerk", "gone", "X1", false, false}, {"leader", "X1", "V1", true, false},
        {"officer", "H", "X1", true, true},    {"officer", "H", "X9", false, false},
        {"officer", "", "X9", true, true},     {"officer", "P", "V9", true, true},
        {"auditor", "X1", "X9", true, false},  {"admin", "", "X9", true, true},
        {"worker", "", "X1", false, false},
    };
    struct world *world = server_world(SERVER_UNITS, NULL);
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        struct access_entry entry = {.role = (enum role)role_parse(cases[i].role)};
        uint32_t unit = tree_unit(world_tree(world), cases[i].of);
        strcpy(entry.unit, cases[i].unit);
        if (access_reaches(&entry, world, unit, tree_day(DAY)) != cases[i].reaches)
            fail_msg("%s of %s reaches %s", cases[i].role, cases[i].unit, cases[i].of);
        if (access_submits_for(&entry, world, unit, tree_day(DAY)) != cases[i].submits)
            fail_msg("%s of %s submits for %s", cases[i].role, cases[i].unit, cases[i].of);
    }
    struct access_entry clerk = {.role = ROLE_CLERK, .unit = "X1"};
    assert_false(access_reaches(&clerk, world, NO_UNIT, 0));
    assert_false(access_submits_for(&clerk, world, NO_UNIT, 0));
    world_release(world);
}

// Who signs off the report of an office, who verifies it. On the day X4 has ended, X5 continues it.
static void steps(void **state)
{
    static const struct {
        const char *role, *unit, *of;
        bool signs, verifies;
    } cases[] = {
        {"leader", "X1", "X1", true, false},   {"leader", "X1", "X2", false, false},
        {"leader", "X5", "X4", true, false},   {"leader", "X4", "X5", true, false},
        {"leader", "H", "X1", false, false},   {"leader", "", "X1", false, false},
        {"clerk", "X1", "X1", false, false},   {"officer", "H", "X1", false, true},
        {"officer", "H", "X4", false, true},   {"officer", "H", "X9", false, false},
        {"officer", "X1", "X1", false, false}, // not above it
        {"officer", "", "X9", false, true},    {"admin", "", "X1", false, true},
        {"auditor", "", "X1", false, false},
    };
    struct world *world = server_world(SERVER_UNITS, NULL);
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        struct access_entry entry = {.role = (enum role)role_parse(cases[i].role)};
        uint32_t unit = tree_unit(world_tree(world), cases[i].of);
        strcpy(entry.unit, cases[i].unit);
        if (access_signs_for(&entry, world, unit, tree_day(DAY)) != cases[i].signs)
            fail_msg("%s of %s signs for %s", cases[i].role, cases[i].unit, cases[i].of);
        if (access_verifies(&entry, world, unit, tree_day(DAY)) != cases[i].verifies)
            fail_msg("%s of %s verifies %s", cases[i].role, cases[i].unit, cases[i].of);
    }
    world_release(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys),    cmocka_unit_test(many_keys), cmocka_unit_test(rights),
        cmocka_unit_test(reaches), cmocka_unit_test(steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
