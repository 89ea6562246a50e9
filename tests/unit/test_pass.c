// The least change that passes the unit above, worked out by hand. tests/property/pass.py proves it for
// random campaigns.
#include "core/pass.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/figures.h"
#include "tests/lib/small.h"

#include <stdlib.h>
#include <string.h>

#define MAX_LINES 4

struct looked {
    struct pass_line lines[MAX_LINES];
    size_t count;
    uint32_t least;
};

// The last of the ranking against the one above it.
static void look(void *arg, const struct recompute *run)
{
    struct looked *looked = arg;
    struct score_unit_input inputs[6];
    struct err err = {0};
    int64_t totals_e2[2];
    size_t count = recompute_inputs(run, 0, inputs);
    const struct standing *last = &run->standings[count - 1], *above = last - 1;
    struct pass_case pass = {.plan = run->plan,
                             .targets = run->input->targets,
                             .adjustments = run->input->adjustments,
                             .inputs = inputs,
                             .count = count};
    while (inputs[pass.own].unit != last->unit)
        pass.own++;
    while (inputs[pass.above].unit != above->unit)
        pass.above++;
    looked->count = run->input->campaign->indicator_count;
    assert_true(looked->count <= MAX_LINES);
    assert_int_equal(pass_find(&pass, looked->lines, &totals_e2[0], &totals_e2[1], &err), 0);
    assert_int_equal(totals_e2[0], last->total_e2);
    assert_int_equal(totals_e2[1], above->total_e2);
    looked->least = pass_least(looked->lines, looked->count);
}

// `expected` steps by indicator; 0: none suffices, INT64_MIN: no value. `least`: NO_INDEX for none.
static void passes(const char *campaign, const char *results, const int64_t *expected,
                   uint32_t least)
{
    const struct offline_texts texts = {
        .units = SMALL_UNITS, .campaign = campaign, .results = results};
    struct offline_case given;
    struct offline_output output;
    struct err err = {0};
    struct looked looked = {0};
    const struct offline_options options = {.look = look, .arg = &looked};
    assert_int_equal(offline_make(&texts, &given), 0);
    assert_int_equal(offline_run(&given, &options, &output, &err), 0);
    for (size_t i = 0; i < looked.count; i++) {
        const struct pass_line *line = &looked.lines[i];
        int64_t steps = line->result == PASS_FOUND      ? line->steps
                        : line->result == PASS_NO_VALUE ? INT64_MIN
                                                        : 0;
        assert_int_equal(steps, expected[i]);
    }
    assert_int_equal(looked.least, least);
    pass_lines_clear(looked.lines, looked.count);
    offline_output_free(&output);
    offline_free(&given);
}

#define STEPS(...) ((const int64_t[]){__VA_ARGS__})

static void test_proportional(void **state)
{
    (void)state;
    // X1: 9.00 + 4.00 = 13.00, X2: 8.00 + 4.50 = 12.50. A of X2 from 80: 13.01 needs 8.51, and 10 × 85/100 =
    // 8.50 is a tie, so 86: 6 steps, 7.5 %. B from 45 needs 5.01: 51, 6 steps, 13.33 %.
    passes(SMALL_CAMPAIGN("[X1, X2]", SMALL_PERCENT("A", "10") SMALL_PERCENT("B", "10"), ""),
           SMALL_RESULTS "2022-Q1,X1,A,90,,,\n2022-Q1,X1,B,40,,,\n2022-Q1,X2,A,80,,,\n"
                         "2022-Q1,X2,B,45,,,\n",
           STEPS(6, 6), 0);
}

static void test_rounding_and_ties(void **state)
{
    (void)state;
    // 1 × v/300 in steps of 1: X1 has 200 (0.67), X2 198 (0.66). With 199 X2 has 0.6633, published 0.66;
    // with 200 it shares the total, with 201 (0.67) too, with 202 (0.6733) too; 203 is 0.6767, 0.68.
    passes(SMALL_CAMPAIGN("[X1, X2]",
                          SMALL_INDICATOR("A", "kind: amount, time: stock, target: 300, points: 1"),
                          ""),
           SMALL_RESULTS "2022-Q1,X1,A,200,,,\n2022-Q1,X2,A,198,,,\n", STEPS(5), 0);
    // The tie-break is exact: 201 of 300 is more than 200 of 300.
    passes(SMALL_CAMPAIGN("[X1, X2]",
                          SMALL_INDICATOR("A", "kind: amount, time: stock, target: 300, points: 1"),
                          "tie_break: [\"indicator:A\"]\n"),
           SMALL_RESULTS "2022-Q1,X1,A,200,,,\n2022-Q1,X2,A,198,,,\n", STEPS(3), 0);
}

static void test_ratio_and_less(void **state)
{
    (void)state;
    // R: 10 × min(c, 1) of 90 %; X1 80/100: c = 80/90, 8.89; X2 31.5/40 = 78.75 %: 8.75. Its finest digit is
    // 0.1: 8.90 takes 8.895 × 9 = 80.055 % × 40 = 32.022, so 32.1: 6 steps; met at 36.
    // L (less, target 5, by steps): X1 reached 5 points; X2 has 8 and needs 5: 3 down; the first 2 bring nothing.
    passes(
        SMALL_CAMPAIGN("[X1, X2]",
                       SMALL_INDICATOR("R", "kind: ratio, time: stock, target: 90, points: 10")
                           SMALL_INDICATOR("L", "kind: amount, time: stock, better: less, target: "
                                                "5, points: 5, rule: all_or_nothing"),
                       ""),
        SMALL_RESULTS "2022-Q1,X1,R,80,100,,\n2022-Q1,X1,L,8,,,\n2022-Q1,X2,R,31.5,40,,\n"
                      "2022-Q1,X2,L,8,,,\n",
        STEPS(6, -3), 0);
}

static void test_caps_and_none(void **state)
{
    (void)state;
    // A and B together give at most 8. X1 has 5 + 3 = 8 and 2 of C: 10. X2 has 6 + 3, capped to 8, and 1 of C: 9.
    // Nothing in A or B helps X2. C from 10 needs 2.01 points: 21, 11 steps, 110 %. Z from 0 needs 1.01.
    passes(SMALL_CAMPAIGN("[X1, X2]",
                          SMALL_PERCENT("A", "10") SMALL_PERCENT("B", "10") SMALL_PERCENT("C", "10")
                              SMALL_ASSESSED("Z", "4"),
                          "groups: [{code: G, indicators: [A, B], max: 8}]\n"),
           SMALL_RESULTS "2022-Q1,X1,A,50,,,\n2022-Q1,X1,B,30,,,\n2022-Q1,X1,C,20,,,\n"
                         "2022-Q1,X2,A,60,,,\n2022-Q1,X2,B,30,,,\n2022-Q1,X2,C,10,,,\n"
                         "2022-Q1,X2,Z,0,,verified,\n",
           STEPS(0, 0, 11, 101), 2);
    // Everything at its most, and B not reported.
    passes(SMALL_CAMPAIGN("[X1, X2]", SMALL_PERCENT("A", "10") SMALL_PERCENT("B", "10"), ""),
           SMALL_RESULTS "2022-Q1,X1,A,100,,,\n2022-Q1,X1,B,10,,,\n2022-Q1,X2,A,100,,,\n",
           STEPS(0, INT64_MIN), NO_INDEX);
}

static void test_leader(void **state)
{
    (void)state;
    // leader, 10 points, half: beyond the target 5 + 5 × u / u_max. X1: u = 50 of 50: 10.00; X2: u = 40: 9.00.
    // At u = 50 both have 10.00; at 51 X2 has 10.00 and X1 5 + 5 × 50/51 = 9.90. 11 steps.
    passes(
        SMALL_CAMPAIGN("[X1, X2]",
                       SMALL_INDICATOR("A", "kind: amount, time: stock, target: 100, points: 10, "
                                            "rule: leader"),
                       ""),
        SMALL_RESULTS "2022-Q1,X1,A,150,,,\n2022-Q1,X2,A,140,,,\n", STEPS(11), 0);
}

static void test_against_each_other(void **state)
{
    (void)state;
    // Each case costs 1 of 10 points; at 100 % beyond the target 2, from the fourth case, there is a bonus of 6.
    // X1: V 3: 7, B 90 of 100: 4.50, together 11.50. X2: V 1: 9.00. With 0 cases it has 10; with 4 it has 6 + 6 =
    // 12.00 and passes, with 3 it has 7 and with 5 only 11.00. B needs 2.51 of 5: 51.
    passes(SMALL_CAMPAIGN("[X1, X2]",
                          SMALL_INDICATOR("V",
                                          "kind: amount, time: stock, target: 2, points: 10, rule: "
                                          "per_case, per_case: {points: 1}, bonus: {per: 100, "
                                          "points: 6, max: 6}") SMALL_PERCENT("B", "5"),
                          ""),
           SMALL_RESULTS "2022-Q1,X1,V,3,,,\n2022-Q1,X1,B,90,,,\n2022-Q1,X2,V,1,,,\n"
                         "2022-Q1,X2,B,0,,,\n",
           STEPS(3, 51), 0);
    // Both ways lead past X1 with 7 + 1.50 = 8.50: one case less, 9.00, or two more, 12.00. B: 0.51 of 5.
    passes(SMALL_CAMPAIGN("[X1, X2]",
                          SMALL_INDICATOR("V",
                                          "kind: amount, time: stock, target: 2, points: 10, rule: "
                                          "per_case, per_case: {points: 1}, bonus: {per: 100, "
                                          "points: 6, max: 6}") SMALL_PERCENT("B", "5"),
                          ""),
           SMALL_RESULTS "2022-Q1,X1,V,3,,,\n2022-Q1,X1,B,30,,,\n2022-Q1,X2,V,2,,,\n"
                         "2022-Q1,X2,B,0,,,\n",
           STEPS(-1, 11), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proportional),   cmocka_unit_test(test_rounding_and_ties),
        cmocka_unit_test(test_ratio_and_less), cmocka_unit_test(test_caps_and_none),
        cmocka_unit_test(test_leader),         cmocka_unit_test(test_against_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
