// What a submission is answered before it meets the database.
#include "tests/lib/cmocka_all.h"
#include "tests/unit/server_submit.h"

#define IN_TIME "2022-04-05" // the first quarter is open

struct expected {
    enum role role;
    const char *unit, *office;
    struct submit_cell cells[3];
    size_t count;
    const char *today;
    enum wire_code verdict;
    const char *findings;
};
static const struct expected cases[] = {
    {ROLE_CLERK, "X1", "", {{"V1", "2022-Q1", 0, CELL_VALUE, 10000, 0}}, 1, IN_TIME, 0, ""},
    {ROLE_CLERK,
     "X1",
     "X1",
     {{"V1", "2022-Q1", 0, CELL_VALUE, 10000, 0}, {"X1", "2022-Q1", 2, CELL_VALUE, 5, 0}},
     2,
     IN_TIME,
     0,
     ""},
    {ROLE_CLERK,
     "X1",
     "",
     {{"V1", "2022-Q1", 0, CELL_VALUE, -1, 0}},
     1,
     IN_TIME,
     WIRE_INVALID,
     "2 value below_min\n"},
    {ROLE_CLERK,
     "X1",
     "",
     {{"V1", "2022-Q1", 3, CELL_VALUE, 1, 0}, {"gone", "2022-Q1", 0, CELL_VALUE, 1, 0}},
     2,
     IN_TIME,
     WIRE_INVALID,
     "2 indicator unknown_indicator\n3 unit unknown_unit\n"},
    // another office: forbidden, whatever else is wrong
    {ROLE_CLERK,
     "X1",
     "",
     {{"V2", "2022-Q1", 0, CELL_VALUE, -1, 0}},
     1,
     IN_TIME,
     WIRE_FORBIDDEN,
     "2 unit other_office\n2 value below_min\n"},
    {ROLE_CLERK,
     "H",
     "",
     {{"V2", "2022-Q1", 0, CELL_VALUE, 1, 0}},
     1,
     IN_TIME,
     WIRE_FORBIDDEN,
     "2 unit other_office\n"},
    {ROLE_LEADER,
     "X1",
     "",
     {{"V1", "2022-Q1", 0, CELL_VALUE, 1, 0}},
     1,
     IN_TIME,
     WIRE_FORBIDDEN,
     ""},
    {ROLE_AUDITOR,
     "",
     "",
     {{"V1", "2022-Q1", 0, CELL_VALUE, 1, 0}},
     1,
     IN_TIME,
     WIRE_FORBIDDEN,
     ""},
    {ROLE_OFFICER, "H", "", {{"V2", "2022-Q1", 0, CELL_VALUE, 1, 0}}, 1, IN_TIME, 0, ""},
    {ROLE_OFFICER,
     "I",
     "",
     {{"V2", "2022-Q1", 0, CELL_VALUE, 1, 0}},
     1,
     IN_TIME,
     WIRE_FORBIDDEN,
     "2 unit other_office\n"},
    // one submission is one office's
    {ROLE_ADMIN,
     "",
     "",
     {{"V1", "2022-Q1", 0, CELL_VALUE, 1, 0}, {"V2", "2022-Q1", 0, CELL_VALUE, 1, 0}},
     2,
     IN_TIME,
     WIRE_INVALID,
     "3 unit other_office\n"},
    {ROLE_ADMIN,
     "",
     "X2",
     {{"V1", "2022-Q1", 0, CELL_VALUE, 1, 0}},
     1,
     IN_TIME,
     WIRE_INVALID,
     "2 unit other_office\n"},
    // a form twice
    {ROLE_ADMIN,
     "",
     "",
     {{"V1", "2022-Q1", 0, CELL_VALUE, 1, 0}, {"V1", "2022-Q1", 1, CELL_VALUE, 1, 2}},
     2,
     IN_TIME,
     WIRE_INVALID,
     "0 unit bad_message\n"},
    // the council's points
    {ROLE_CLERK,
     "X1",
     "",
     {{"X1", "2022-Q1", 2, CELL_VERIFIED, 1, 0}},
     1,
     IN_TIME,
     WIRE_FORBIDDEN,
     "2 state verified_forbidden\n"},
    {ROLE_OFFICER, "H", "", {{"X1", "2022-Q1", 2, CELL_VERIFIED, 1, 0}}, 1, IN_TIME, 0, ""},
    // the office that continues: X5 hands in for X4, whose clerk is X5's now
    {ROLE_CLERK, "X5", "", {{"V4", "2022-Q3", 0, CELL_VALUE, 1, 0}}, 1, "2022-10-05", 0, ""},
    {ROLE_CLERK, "X4", "X5", {{"V4", "2022-Q3", 0, CELL_VALUE, 1, 0}}, 1, "2022-10-05", 0, ""},
};

static void verdicts(void **state)
{
    struct world *world = server_world(SERVER_UNITS, SERVER_CAMPAIGN);
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        const struct expected *want = &cases[i];
        struct submission *made = submit_make(want->role, want->unit, 1, want->office, want->cells,
                                              want->count, false);
        submission_check(made, world, tree_day(want->today));
        if (made->verdict != want->verdict)
            fail_msg("case %zu: %s", i, wire_code_name(made->verdict));
        found_words_equal(&made->findings, want->findings);
        submission_destroy(made);
    }
    world_release(world);
}

static void what_is_kept(void **state)
{
    static const struct submit_cell cells[] = {{"V4", "2022-Q3", 1, CELL_VALUE, 1, 2}};
    struct world *world = server_world(SERVER_UNITS, SERVER_CAMPAIGN);
    const struct unit_tree *tree = world_tree(world);
    struct submission *made = submit_make(ROLE_ADMIN, "", 1, "", cells, 1, false);
    (void)state;
    submission_check(made, world, tree_day("2022-10-05"));
    assert_int_equal(made->office, tree_unit(tree, "X5"));
    assert_int_equal(made->then[0], tree_unit(tree, "X4"));
    assert_int_equal(made->units[0], tree_unit(tree, "V4"));
    assert_int_equal(made->numbers[1], 102);
    assert_int_equal(made->numbers[3], 0); // not in the campaign, and not used
    assert_true(submission_bytes(made) > sizeof *made);
    submission_destroy(made);
    world_release(world);
}

static void nothing_to_check(void **state)
{
    struct world *world = server_world(SERVER_UNITS, NULL);
    static const struct submit_cell cells[] = {{"V4", "2022-Q3", 1, CELL_VALUE, 1, 2}};
    struct submission *made = submit_make(ROLE_ADMIN, "", 1, "", cells, 1, false);
    (void)state;
    submission_check(made, world, 0);
    assert_int_equal(made->verdict, WIRE_INVALID);
    found_words_equal(&made->findings, "0 campaign unknown_campaign\n");
    world_release(world);
    world = server_world(SERVER_UNITS, SERVER_CAMPAIGN); // checked again by newer rules
    submission_check(made, world, tree_day("2022-10-05"));
    assert_int_equal(made->verdict, 0);
    submission_destroy(made);
    made = submit_make(ROLE_ADMIN, "", 1, "", cells, 0, false);
    submission_check(made, world, 0);
    assert_int_equal(made->verdict, WIRE_INVALID);
    found_words_equal(&made->findings, "0  empty_submission\n");
    submission_destroy(made);
    world_release(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts),
        cmocka_unit_test(what_is_kept),
        cmocka_unit_test(nothing_to_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
