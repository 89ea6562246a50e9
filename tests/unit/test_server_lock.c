// Locked periods in a batch, by its clock: whom the lock binds, what an exception opens and until when,
// which of several counts, and that what is opened stays late. lock_days 40, due_days 10: the first
// quarter is due until the end of 2022-04-10 and locked from 2022-05-11 on.
#include "core/deadline.h"
#include "server/lock.h"
#include "tests/lib/cmocka_all.h"
#include "tests/unit/server_submit.h"
#include <sodium.h>

#define US INT64_C(1000000)
#define BATCH_MAX 8

static struct identity identity;
static const struct submit_cell q1_cell = {"V1", "2022-Q1", 0, CELL_VALUE, 10000, 0};

struct test {
    struct world *world;
    struct batch *batch;
};

static int set_up(void **state)
{
    (void)state;
    return sodium_init() < 0 ||
           crypto_sign_keypair(identity.sign_public, identity.sign_secret) != 0;
}

static struct test begin(int64_t now_us)
{
    struct test test = {.world = server_world(SERVER_UNITS, SERVER_CAMPAIGN),
                        .batch = mem_alloc(1, sizeof *test.batch)};
    test.batch->arena = arena_create();
    test.batch->now_us = now_us;
    test.batch->numbers = arena_alloc(test.batch->arena, BATCH_MAX, sizeof(int64_t));
    return test;
}

static void end(struct test *test)
{
    batch_destroy(test->batch);
    world_release(test->world);
}

static struct submission *add(struct test *test, enum role role, const char *unit,
                              const struct submit_cell *cells, size_t count)
{
    uint8_t id = (uint8_t)(test->batch->count + 1);
    struct submission *made = submit_make(role, unit, id, "", cells, count, false);
    submission_check(made, test->world, day_of_instant(test->batch->now_us / US));
    *MEM_PUSH(test->batch->list, test->batch->count, test->batch->capacity) = made;
    return made;
}

// As trip 1 would have read it: the newest exception of an office and period.
static void open_for(struct test *test, const char *office, const char *text, int64_t accepted,
                     int64_t until_us)
{
    struct period period;
    assert_true(period_parse(text, strlen(text), &period));
    struct opening *opening = arena_alloc(test->batch->arena, 1, sizeof *opening);
    *opening = (struct opening){accepted, until_us};
    uint32_t at = tree_unit(world_tree(test->world), office);
    *pair_map_at(&test->batch->openings, form_key(SERVER_CAMPAIGN_ID, at, period)) = opening;
}

// The answer to one cell of V1 for the first quarter by a clerk of X1; `until` NULL: no exception.
static enum wire_code answer_at(int64_t now_us, const char *until, bool *ret_late)
{
    struct test test = begin(now_us);
    struct submission *made = add(&test, ROLE_CLERK, "X1", &q1_cell, 1);
    if (until != NULL)
        open_for(&test, "X1", "2022-Q1", 50, day_end_us(tree_day(until)));
    batch_decide(test.batch, &identity);
    enum wire_code code = made->code;
    *ret_late = made->receipt.late;
    found_words_equal(&made->findings,
                      code == WIRE_PERIOD_CLOSED ? "2 period period_closed\n" : "");
    assert_int_equal(test.batch->to_store, code == WIRE_COMMITTED);
    end(&test);
    return code;
}

static void seconds(void **state)
{
    static const struct {
        const char *last_day; // the edge is its end
        const char *until;
        struct {
            enum wire_code code;
            bool late;
        } want[3]; // a second before, at, a second after
    } cases[] = {
        {"2022-04-10",
         NULL,
         {{WIRE_COMMITTED, false}, {WIRE_COMMITTED, true}, {WIRE_COMMITTED, true}}},
        {"2022-05-10",
         NULL,
         {{WIRE_COMMITTED, true}, {WIRE_PERIOD_CLOSED, false}, {WIRE_PERIOD_CLOSED, false}}},
        {"2022-05-10",
         "2022-05-31",
         {{WIRE_COMMITTED, true}, {WIRE_COMMITTED, true}, {WIRE_COMMITTED, true}}},
        {"2022-05-31",
         "2022-05-31",
         {{WIRE_COMMITTED, true}, {WIRE_PERIOD_CLOSED, false}, {WIRE_PERIOD_CLOSED, false}}},
        // one that ends before the lock closes nothing earlier
        {"2022-05-01",
         "2022-05-01",
         {{WIRE_COMMITTED, true}, {WIRE_COMMITTED, true}, {WIRE_COMMITTED, true}}},
        {"2022-05-10",
         "2022-05-01",
         {{WIRE_COMMITTED, true}, {WIRE_PERIOD_CLOSED, false}, {WIRE_PERIOD_CLOSED, false}}},
        // over the end of the year
        {"2022-12-31",
         "2022-12-31",
         {{WIRE_COMMITTED, true}, {WIRE_PERIOD_CLOSED, false}, {WIRE_PERIOD_CLOSED, false}}},
    };
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(cases); i++)
        for (int second = -1; second <= 1; second++) {
            int64_t now_us = day_end_us(tree_day(cases[i].last_day)) + second * US;
            bool late;
            enum wire_code code = answer_at(now_us, cases[i].until, &late);
            if (code != cases[i].want[second + 1].code || late != cases[i].want[second + 1].late)
                fail_msg("case %zu, second %d: %s%s", i, second, wire_code_name(code),
                         late ? ", late" : "");
        }
}

#define CLOSED_US (day_end_us(tree_day("2022-05-20")) - US)
#define OPEN_US day_end_us(tree_day("2022-05-20"))

static void whom_it_binds(void **state)
{
    struct test test = begin(CLOSED_US);
    (void)state;
    const struct submit_cell verified = {"X1", "2022-Q1", 2, CELL_VERIFIED, 5, 0},
                             other = {"V2", "2022-Q1", 0, CELL_VALUE, 1, 0};
    struct submission *clerk = add(&test, ROLE_CLERK, "X1", &q1_cell, 1),
                      *officer = add(&test, ROLE_OFFICER, "H", &q1_cell, 1),
                      *admin = add(&test, ROLE_ADMIN, "", &q1_cell, 1),
                      *points = add(&test, ROLE_OFFICER, "H", &verified, 1),
                      *opened = add(&test, ROLE_CLERK, "X2", &other, 1),
                      *stranger = add(&test, ROLE_CLERK, "X1", &other, 1);
    open_for(&test, "X2", "2022-Q1", 50,
             OPEN_US); // another office's exception opens that one alone
    open_for(&test, "X1", "2022-Q2", 51, OPEN_US); // and another period's that period
    batch_decide(test.batch, &identity);
    assert_int_equal(clerk->code, WIRE_PERIOD_CLOSED);
    assert_int_equal(officer->code, WIRE_COMMITTED);
    assert_int_equal(admin->code, WIRE_COMMITTED);
    assert_int_equal(points->code, WIRE_COMMITTED);
    assert_int_equal(opened->code, WIRE_COMMITTED);
    assert_int_equal(stranger->code, WIRE_FORBIDDEN);
    assert_true(officer->receipt.late && opened->receipt.late);
    end(&test);
}

// Everything that is wrong is said at once; a batch that is decided anew says it once.
static void among_other_findings(void **state)
{
    struct test test = begin(CLOSED_US);
    (void)state;
    const struct submit_cell cells[] = {{"V1", "2022-Q1", 0, CELL_VALUE, -1, 0},
                                        {"X1", "2022-Q1", 2, CELL_VERIFIED, 5, 0},
                                        {"V1", "2021", 0, CELL_VALUE, 1, 0},
                                        {"V1", "2022-Q2", 0, CELL_VALUE, 1, 0}};
    struct submission *bad = add(&test, ROLE_CLERK, "X1", cells, 4),
                      *forbidden = add(&test, ROLE_CLERK, "X1", cells + 1, 1);
    for (int again = 0; again < 2; again++)
        batch_decide(test.batch, &identity);
    assert_int_equal(bad->code, WIRE_INVALID);
    assert_int_equal(forbidden->code, WIRE_FORBIDDEN);
    found_equal(&bad->findings, "2 period period_closed(2022-Q1; 2022-Q1, 2022-05-11)\n"
                                "2 value below_min(-0.0001; -0.0001, 0)\n"
                                "3 period period_closed(2022-Q1; 2022-Q1, 2022-05-11)\n"
                                "3 state verified_forbidden(verified)\n"
                                "4 period period_closed(2021; 2021, 2022-05-11)\n");
    found_words_equal(&forbidden->findings, "2 period period_closed\n2 state verified_forbidden\n");
    // with a newer exception the same batch finds it open
    open_for(&test, "X1", "2022-Q1", 50, OPEN_US);
    struct submission *good = add(&test, ROLE_CLERK, "X1", &q1_cell, 1);
    batch_decide(test.batch, &identity);
    assert_int_equal(good->code, WIRE_COMMITTED);
    assert_int_equal(bad->code, WIRE_INVALID);
    end(&test);
}

// X4 ended in September and X5 continues it. Of all exceptions on the way the newest counts.
static void offices_that_continue(void **state)
{
    static const struct {
        int64_t of_x4, of_x5; // acceptance numbers; 0: none
        bool x4_open, x5_open, good;
    } cases[] = {
        {0, 0, false, false, false},  {50, 0, true, false, true},  {0, 50, false, true, true},
        {50, 51, true, false, false}, {51, 50, true, false, true}, {50, 51, false, true, true},
        {51, 50, false, true, false},
    };
    const struct submit_cell cell = {"V4", "2022-Q2", 0, CELL_VALUE, 1, 0};
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        int64_t now_us = day_end_us(tree_day("2022-10-05"));
        struct test test = begin(now_us);
        struct submission *made = add(&test, ROLE_CLERK, "X5", &cell, 1);
        if (cases[i].of_x4 > 0)
            open_for(&test, "X4", "2022-Q2", cases[i].of_x4, now_us + (cases[i].x4_open ? US : 0));
        if (cases[i].of_x5 > 0)
            open_for(&test, "X5", "2022-Q2", cases[i].of_x5, now_us + (cases[i].x5_open ? US : 0));
        batch_decide(test.batch, &identity);
        if (made->code != (cases[i].good ? WIRE_COMMITTED : WIRE_PERIOD_CLOSED))
            fail_msg("case %zu: %s", i, wire_code_name(made->code));
        end(&test);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seconds),
        cmocka_unit_test(whom_it_binds),
        cmocka_unit_test(among_other_findings),
        cmocka_unit_test(offices_that_continue),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
