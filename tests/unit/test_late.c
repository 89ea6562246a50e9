// Late periods, what they cost and how they part equal units. Times are Asia/Ho_Chi_Minh.
#include "core/rank.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/figures.h"
#include "tests/lib/found.h"
#include "tests/lib/small.h"
#include "tests/lib/tree.h"

#include <string.h>

#define US INT64_C(1000000)

// Midnight at the beginning of a day there, in microseconds.
static int64_t midnight(const char *day)
{
    return ((int64_t)tree_day(day) * 86400 - 7 * 3600) * US;
}

#define LATE_CAMPAIGN(indicators, due) SMALL_CAMPAIGN("[X1, X2]", indicators, due)

static void test_count(void **state)
{
    (void)state;
    // Offices X1 with villages v1 and v2, X2 with v3 from May on only. X1 handed in Q1 late and Q2
    // in time; X2 never, and nobody of it was a leaf in Q1, so that was no period of its.
    static const char units[] = "D,Huyện,district,,,,\nX1,Xã 1,commune,D,,,\nX2,Xã 2,commune,D,,,\n"
                                "v1,Thôn 1,village,X1,,,\nv2,Thôn 2,village,X1,,,\n"
                                "v3,Thôn 3,village,X2,2022-05-01,,\n";
    struct unit_tree *tree = tree_make(units);
    struct campaign *campaign = campaign_make(LATE_CAMPAIGN(
        "  - {code: A, decimals: 0, reported_by: village, kind: amount, time: flow, target: 1, "
        "points: 10}\n",
        "due_days: 10\n"));
    const struct period q2 = {PERIOD_QUARTER, 2, 2022};
    struct rollup_plan *plan = rollup_plan_create(campaign, tree, q2, NULL);
    int64_t first[6 * 2], late[6], on_time[6];
    for (size_t i = 0; i < TEST_COUNT(first); i++)
        first[i] = INT64_MAX;
    const uint32_t x1 = tree_unit(tree, "X1"), x2 = tree_unit(tree, "X2");
    const uint32_t v1 = tree_unit(tree, "v1"), v3 = tree_unit(tree, "v3");
    first[x1 * 2] = midnight("2022-04-20");
    first[x1 * 2 + 1] = midnight("2022-07-05");
    late_count(plan, first, midnight("2022-07-10"), late, on_time); // Q2 is not due yet
    assert_int_equal(late[x1], 1);
    assert_int_equal(on_time[x1], 1);
    assert_int_equal(late[v1], 1);
    assert_int_equal(late[x2], 0);
    assert_int_equal(on_time[x2], 2);
    late_count(plan, first, midnight("2022-07-11"), late, on_time);
    assert_int_equal(late[x2], 1);
    assert_int_equal(on_time[x2], 1);
    assert_int_equal(late[v3], 1);
    assert_int_equal(on_time[v3], 0);
    assert_int_equal(late[tree_unit(tree, "D")], 0); // only units below the owner
    rollup_plan_destroy(plan);
    campaign_destroy(campaign);
    unit_tree_destroy(tree);
}

#define ASSESSED(rest) LATE_CAMPAIGN(SMALL_ASSESSED("Z", "4"), rest)

// X1 was late in so many periods, X2 never: the adjustments of X1 and the rank of each.
static void check_points(const char *yaml, int64_t late, int64_t expected_e2, uint32_t rank_x1,
                         uint32_t rank_x2)
{
    struct unit_tree *tree = tree_make(strchr(SMALL_UNITS, '\n') + 1);
    struct campaign *campaign = campaign_make(yaml);
    const struct period q2 = {PERIOD_QUARTER, 2, 2022};
    struct rollup_plan *plan = rollup_plan_create(campaign, tree, q2, NULL);
    const struct component none = {0};
    const struct assessed_cell cells[2] = {{0}};
    const struct targets targets = {0};
    const struct adjustments adjustments = {0};
    const struct score_unit_input inputs[2] = {
        {tree_unit(tree, "X1"), &none, cells, late, 2 - late},
        {tree_unit(tree, "X2"), &none, cells, 0, 2},
    };
    struct cluster_scores scores;
    struct standing standings[2];
    assert_int_equal(score_cluster(plan, &targets, &adjustments, inputs, 2, &scores, NULL), 0);
    assert_int_equal(scores.units[0].adjustments_e2, expected_e2);
    rank_cluster(campaign, 0, &scores, standings);
    bool x1_first = standings[0].unit == inputs[0].unit;
    assert_int_equal(standings[x1_first ? 0 : 1].rank, rank_x1);
    assert_int_equal(standings[x1_first ? 1 : 0].rank, rank_x2);
    standings_clear(standings, 2);
    cluster_scores_clear(&scores);
    rollup_plan_destroy(plan);
    campaign_destroy(campaign);
    unit_tree_destroy(tree);
}

static void test_points(void **state)
{
    (void)state;
#define LATE "due_days: 1\nlate: {points: -0.5, max_times: 2}\n"
    check_points(ASSESSED(LATE), 0, 0, 1, 1);
    check_points(ASSESSED(LATE), 1, -50, 2, 1);
    check_points(ASSESSED(LATE), 2, -100, 2, 1);
    check_points(ASSESSED(LATE), 7, -100, 2, 1); // at most twice
    check_points(ASSESSED(LATE "adjust_min: -0.75\n"), 2, -75, 2, 1);
    check_points(ASSESSED("due_days: 1\nlate: {points: -0.5}\n"), 7, -350, 2, 1);
}

static void test_tie_break(void **state)
{
    (void)state;
    check_points(ASSESSED("due_days: 1\n"), 1, 0, 1, 1);
    check_points(ASSESSED("due_days: 1\ntie_break: [on_time]\n"), 1, 0, 2, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_points),
        cmocka_unit_test(test_tie_break),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
