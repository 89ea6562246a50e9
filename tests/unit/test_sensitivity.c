// Ranges of ranks, and awards that hang on rounding or on one unverified figure, worked out by hand.
// tests/property/sensitivity.py holds them against an independent computation.
#include "common/sensitivity.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/offline.h"
#include "tests/lib/small.h"

#include <string.h>

#define FLAG "awards:\n  - {code: FLAG, name: Cờ, to: unit, quota: {count: 1}}\n"

static void look(void *arg, const struct recompute *run)
{
    struct sensitivity *ret = arg;
    struct err err;
    struct recompute *own = recompute_create(run->input, &err);
    assert_non_null(own);
    assert_int_equal(recompute_rank(own, &err), 0);
    assert_int_equal(sensitivity_compute(own, ret, &err), 0);
    recompute_destroy(own);
}

static void compute(struct offline_case *given, const char *campaign, const char *results,
                    struct sensitivity *ret)
{
    const struct offline_texts texts = {
        .units = SMALL_UNITS, .campaign = campaign, .results = results};
    const struct offline_options options = {.look = look, .arg = ret};
    struct offline_output output;
    struct err err;
    assert_int_equal(offline_make(&texts, given), 0);
    assert_int_equal(offline_run(given, &options, &output, &err), 0);
    offline_output_free(&output);
}

static void test_ranges(void **state)
{
    (void)state;
    // A of 50, B of 20. X1: 40 + 10 = 50; X2: 30 + 19 = 49; X3: 10 + 2 = 12.
    // A at 45: X1 36 + 10 = 46, X2 27 + 19 = 46: both first; at 55 X1 54, X2 52. B at 18: X1 49, X2 47.1; at 22:
    // X1 51, X2 50.9. So X2 has ranks 1 to 2, X1 stays first, X3 third.
    struct offline_case given;
    struct sensitivity found;
    compute(&given,
            SMALL_CAMPAIGN("[X1, X2, X3]", SMALL_PERCENT("A", "50") SMALL_PERCENT("B", "20"), ""),
            SMALL_RESULTS "2022-Q1,X1,A,80,,,\n2022-Q1,X1,B,50,,,\n2022-Q1,X2,A,60,,,\n"
                          "2022-Q1,X2,B,95,,,\n2022-Q1,X3,A,20,,,\n2022-Q1,X3,B,10,,,\n",
            &found);
    const uint32_t expected[][3] = {{1, 1, 1}, {2, 1, 2}, {3, 3, 3}};
    assert_int_equal(found.range_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(found.ranges[i].rank, expected[i][0]);
        assert_int_equal(found.ranges[i].best, expected[i][1]);
        assert_int_equal(found.ranges[i].worst, expected[i][2]);
    }
    assert_int_equal(found.ranges[1].best_by, 0);
    assert_int_equal(found.ranges[1].best_percent, -10);
    assert_int_equal(found.ranges[1].worst_by, NO_INDEX);
    assert_int_equal(found.change_count, 0);
    sensitivity_clear(&found);
    offline_free(&given);
}

static void test_rounding(void **state)
{
    (void)state;
    // 1 × v/1000. X1: 0.664 + 0.664 = 1.328, published 0.66 + 0.66 = 1.32. X2: 0.665 + 0.66 = 1.325, published
    // 0.67 + 0.66 = 1.33, and the flag.
    struct offline_case given;
    struct sensitivity found;
    const char *thousand = SMALL_CAMPAIGN(
        "[X1, X2]",
        SMALL_INDICATOR("A", "kind: amount, time: stock, target: 1000, points: 1")
            SMALL_INDICATOR("B", "kind: amount, time: stock, target: 1000, points: 1"),
        FLAG);
    compute(&given, thousand,
            SMALL_RESULTS "2022-Q1,X1,A,664,,,\n2022-Q1,X1,B,664,,,\n2022-Q1,X2,A,665,,,\n"
                          "2022-Q1,X2,B,660,,,\n",
            &found);
    assert_int_equal(found.change_count, 2);
    for (size_t i = 0; i < 2; i++) {
        bool gains = strcmp(found.changes[i].recipient, "X1") == 0;
        assert_int_equal(found.changes[i].cause, AWARD_ROUNDING);
        assert_int_equal(found.changes[i].before, gains ? NOT_AWARDED : AWARDED);
        assert_int_equal(found.changes[i].after, gains ? AWARDED : NOT_AWARDED);
    }
    assert_string_not_equal(found.changes[0].recipient, found.changes[1].recipient);
    sensitivity_clear(&found);
    offline_free(&given);
    // Thirds make a whole whether they are rounded or not: 3 × 333.3333… of 1000 against 1 point.
    compute(
        &given,
        SMALL_CAMPAIGN("[X1, X2]",
                       SMALL_INDICATOR("A", "kind: amount, time: stock, target: 3, points: 1")
                           SMALL_INDICATOR("B", "kind: amount, time: stock, target: 3, points: 1")
                               SMALL_INDICATOR("C", "kind: amount, time: stock, target: 3, "
                                                    "points: 1"),
                       FLAG),
        SMALL_RESULTS "2022-Q1,X1,A,1,,,\n2022-Q1,X1,B,1,,,\n2022-Q1,X1,C,1,,,\n"
                      "2022-Q1,X2,A,3,,,\n2022-Q1,X2,B,0,,,\n2022-Q1,X2,C,0,,,\n",
        &found);
    // Published 0.99 against 1.00, so X2 has the flag; exactly both have 1: the council must decide.
    assert_int_equal(found.change_count, 2);
    assert_int_equal(found.changes[0].after, UNDECIDED);
    assert_int_equal(found.changes[1].after, UNDECIDED);
    sensitivity_clear(&found);
    offline_free(&given);
}

static void test_unverified(void **state)
{
    (void)state;
    // X1: 4 + 3 that it gave itself, X2: 5 and 1 verified. Without the 3 the flag is X2's. X2's 1 is the council's.
    struct offline_case given;
    struct sensitivity found;
    compute(&given,
            SMALL_CAMPAIGN("[X1, X2]", SMALL_PERCENT("A", "10") SMALL_ASSESSED("Z", "4"),
                           "count_unverified: true\n" FLAG),
            SMALL_RESULTS "2022-Q1,X1,A,40,,,\n2022-Q1,X1,Z,3,,,\n2022-Q1,X2,A,50,,,\n"
                          "2022-Q1,X2,Z,1,,verified,\n",
            &found);
    assert_int_equal(found.unverified, 1);
    assert_int_equal(found.change_count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(found.changes[i].cause, AWARD_UNVERIFIED);
        assert_string_equal(given.tree->units[found.changes[i].of_unit].code, "X1");
        assert_int_equal(found.changes[i].indicator, 1);
    }
    sensitivity_clear(&found);
    offline_free(&given);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_unverified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
