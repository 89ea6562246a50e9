// Scoring schemes as districts and ministries printed them, with figures recomputed from the printed
// rule: Cần Thơ's plan 157 of 2025 on non-cash payment (S1), its decision 2579 of 2025 (S2), Nghệ
// An's draft of 2025 (S3), decree 307/2025 on the class of a commune (S4), a cluster of commune police
// with target, actual and leader (S5).
#include "core/score.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/figures.h"
#include "tests/lib/small.h"

#include <stdlib.h>

static void check(const char *campaign, const char *results, const char *targets,
                  const char *adjustments, int file, const char *containing, const char *expected)
{
    const struct offline_texts texts = {.units = SMALL_UNITS,
                                        .campaign = campaign,
                                        .results = results,
                                        .targets = targets,
                                        .adjustments = adjustments};
    figures_equal(&texts, NULL, file, containing, expected);
}

// S1: four lines of points, of which two have bonus bands, and a bonus alone. Exactly 90 and 95 %
// belong to the higher band here.
static const char non_cash[] = SMALL_CAMPAIGN(
    "[X1, X2, X3]",
    SMALL_INDICATOR("INFORMED", "kind: amount, time: stock, points: 20, target: 50")
        SMALL_INDICATOR("ACCOUNTS",
                        "kind: ratio, time: stock, points: 40, target: 85, score_against: 100, "
                        "bonus: {steps: [{value: 100, points: 5}]}")
            SMALL_INDICATOR("CARDS", "kind: ratio, time: stock, points: 20, target: 80, "
                                     "score_against: 100")
                SMALL_INDICATOR("PAID",
                                "kind: ratio, time: stock, points: 20, target: 70, score_against: "
                                "100, bonus: {steps: [{value: 100, points: 5}, {value: 95, points: "
                                "4}, {value: 90, points: 3}, {value: 88, points: 2}]}")
                    SMALL_INDICATOR("UPDATED", "kind: ratio, time: stock, points: 0, target: 100, "
                                               "bonus: {steps: [{value: 100, points: 5}]}"),
    "");

static void test_s1_totals(void **state)
{
    (void)state;
    check(non_cash,
          SMALL_RESULTS
          "2022-Q1,X1,INFORMED,47,,,\n2022-Q1,X1,ACCOUNTS,850,1000,,\n"
          "2022-Q1,X1,CARDS,680,850,,\n2022-Q1,X1,PAID,700,1000,,\n2022-Q1,X1,UPDATED,999,1000,,\n"
          "2022-Q1,X2,INFORMED,50,,,\n2022-Q1,X2,ACCOUNTS,412,457,,\n"
          "2022-Q1,X2,CARDS,330,412,,\n2022-Q1,X2,PAID,398,457,,\n2022-Q1,X2,UPDATED,12,12,,\n"
          "2022-Q1,X3,INFORMED,0,,,\n2022-Q1,X3,ACCOUNTS,1000,1000,,\n"
          "2022-Q1,X3,CARDS,1000,1000,,\n2022-Q1,X3,PAID,1000,1000,,\n2022-Q1,X3,UPDATED,5,5,,\n",
          NULL, NULL, RANKING_FILE, NULL,
          "2022-Q2,,1,X3,Xã 3,95.00,4,80.00,15.00,0.00,,yes,\n"  // 0 + 40 + 20 + 20, 5 + 5 + 5
          "2022-Q2,,2,X2,Xã 2,94.50,5,89.50,5.00,0.00,,yes,\n"   // 20 + 36.06 + 16.02 + 17.42, 5
          "2022-Q2,,3,X1,Xã 1,82.80,3,82.80,0.00,0.00,,yes,\n"); // 18.80 + 34 + 16 + 14
}

static void test_s1_lines(void **state)
{
    (void)state;
    check(non_cash,
          SMALL_RESULTS "2022-Q1,X2,ACCOUNTS,412,457,,\n2022-Q1,X2,CARDS,330,412,,\n"
                        "2022-Q1,X2,PAID,398,457,,\n",
          NULL, NULL, SCORES_FILE, "X2,ACCOUNTS", // 40 × 412/457 = 36.0612…
          "2022-Q2,X2,ACCOUNTS,90,85,106.06,yes,36.06,0.00,40.00,\n");
    // Nobody newly opened an account: 0/0 does not apply.
    check(non_cash, SMALL_RESULTS "2022-Q1,X1,CARDS,0,0,,\n", NULL, NULL, SCORES_FILE, "X1,CARDS",
          "2022-Q2,X1,CARDS,,80,,,,,20.00,na\n");
    // The bands: 87.9, 88, 90, 95, 100 %.
    check(non_cash,
          SMALL_RESULTS "2022-Q1,X1,PAID,879,1000,,\n2022-Q1,X2,PAID,88,100,,\n"
                        "2022-Q1,X3,PAID,90,100,,\n",
          NULL, NULL, SCORES_FILE, "PAID",
          "2022-Q2,X1,PAID,88,70,125.57,yes,17.58,0.00,20.00,\n"
          "2022-Q2,X2,PAID,88,70,125.71,yes,17.60,2.00,20.00,\n"
          "2022-Q2,X3,PAID,90,70,128.57,yes,18.00,3.00,20.00,\n");
    check(non_cash,
          SMALL_RESULTS "2022-Q1,X1,PAID,95,100,,\n2022-Q1,X2,PAID,9999,10000,,\n"
                        "2022-Q1,X3,PAID,100,100,,\n",
          NULL, NULL, SCORES_FILE, "PAID",
          "2022-Q2,X1,PAID,95,70,135.71,yes,19.00,4.00,20.00,\n"
          "2022-Q2,X2,PAID,100,70,142.84,yes,20.00,4.00,20.00,\n"
          "2022-Q2,X3,PAID,100,70,142.86,yes,20.00,5.00,20.00,\n");
}

// S2: classes, a zero line, and what a disciplined head caps.
static void test_s2_classes(void **state)
{
    (void)state;
    static const char campaign[] = SMALL_CAMPAIGN(
        "[X1, X2, X3, X4, X5, X6]", SMALL_PERCENT("A", "97") SMALL_PERCENT("B", "3"),
        "adjustments:\n  - {code: KT, name: khiển trách, points: 0, class_at_most: HTT}\n"
        "  - {code: CC, name: cảnh cáo, points: 0, class_at_most: HT}\n"
        "classes:\n  - {code: XS, name: x, from: 95, no_zero: true}\n"
        "  - {code: HTT, name: x, from: 85, no_zero: true}\n  - {code: HT, name: x, from: 75}\n"
        "  - {code: KHT, name: x, from: 0}\n");
    // X1 97 × 0.95 + 2.85 = 95.00; X2 94.99; X3 97 with a zero line; X4, X5 96 with a reprimand and
    // a warning; X6 74.99.
    check(campaign,
          SMALL_RESULTS "2022-Q1,X1,A,95,,,\n2022-Q1,X1,B,95,,,\n"
                        "2022-Q1,X2,A,94.9897,,,\n2022-Q1,X2,B,95,,,\n"
                        "2022-Q1,X3,A,100,,,\n2022-Q1,X3,B,0,,,\n"
                        "2022-Q1,X4,A,96,,,\n2022-Q1,X4,B,96,,,\n"
                        "2022-Q1,X5,A,96,,,\n2022-Q1,X5,B,96,,,\n"
                        "2022-Q1,X6,A,74.9897,,,\n2022-Q1,X6,B,75,,,\n",
          NULL, SMALL_ADJUSTMENTS "X4,KT,1,r\nX5,CC,1,r\n", RANKING_FILE, NULL,
          "2022-Q2,,1,X3,Xã 3,97.00,1,97.00,0.00,0.00,HT,yes,\n"
          "2022-Q2,,2,X4,Xã 4,96.00,0,96.00,0.00,0.00,HTT,yes,\n"
          "2022-Q2,,2,X5,Xã 5,96.00,0,96.00,0.00,0.00,HT,yes,\n"
          "2022-Q2,,4,X1,Xã 1,95.00,0,95.00,0.00,0.00,XS,yes,\n"
          "2022-Q2,,5,X2,Xã 2,94.99,0,94.99,0.00,0.00,HTT,yes,\n"
          "2022-Q2,,6,X6,Xã 6,74.99,0,74.99,0.00,0.00,KHT,yes,\n");
}

// S3: 90 points are not enough when one line is below 85 % of its maximum.
static void test_s3_min_share(void **state)
{
    (void)state;
    static const char campaign[] = SMALL_CAMPAIGN(
        "[X1, X2]", SMALL_PERCENT("A", "90") SMALL_PERCENT("B", "10"),
        "classes:\n  - {code: XS, name: x, from: 90, min_share: 85}\n"
        "  - {code: T, name: x, from: 80, min_share: 80}\n"
        "  - {code: HT, name: x, from: 70, min_share: 70}\n");
    // 92 = 83.6 + 8.4 (84 %) and 83.5 + 8.5 (85 %).
    check(campaign,
          SMALL_RESULTS "2022-Q1,X1,A,92.8889,,,\n2022-Q1,X1,B,84,,,\n"
                        "2022-Q1,X2,A,92.7778,,,\n2022-Q1,X2,B,85,,,\n",
          NULL, NULL, RANKING_FILE, NULL,
          "2022-Q2,,1,X1,Xã 1,92.00,0,92.00,0.00,0.00,T,yes,\n"
          "2022-Q2,,1,X2,Xã 2,92.00,0,92.00,0.00,0.00,XS,yes,\n");
}

struct linear_vector {
    const char *value, *points;
};

static void check_linear(const char *start, const char *points, const char *per, const char *add,
                         const char *most, enum indicator_better better,
                         const struct linear_vector *vectors, size_t count)
{
    const struct indicator indicator = {
        .rule = RULE_LINEAR,
        .better = better,
        .points_e4 = e4(most),
        .linear = {
            .start_e4 = e4(start), .points_e4 = e4(points), .per_e4 = e4(per), .add_e4 = e4(add)}};
    mpq_t value, result;
    mpq_inits(value, result, NULL);
    for (size_t i = 0; i < count; i++) {
        set_decimal(value, vectors[i].value);
        rule_points(&indicator, value, false, result, NULL, result);
        char *text = decimal_publish(result, 2);
        assert_string_equal(text, vectors[i].points);
        free(text);
    }
    mpq_clears(value, result, NULL);
}

// S4: each criterion is rounded to two decimals, increments are pro rata.
static void test_s4_linear(void **state)
{
    (void)state;
    static const struct linear_vector population[] = {
        {"16000", "10.00"}, {"16001", "10.00"}, {"16500", "10.25"}, {"17000", "10.50"},
        {"46000", "25.00"}, {"60000", "25.00"}, {"900", "10.00"},
    };
    check_linear("16000", "10", "1000", "0.5", "25", BETTER_MORE, population,
                 TEST_COUNT(population));
    static const struct linear_vector area[] = {
        {"30", "10.00"}, {"32", "10.20"}, {"57.3", "12.73"}, {"180", "25.00"}, {"181", "25.00"},
    };
    check_linear("30", "10", "5", "0.5", "25", BETTER_MORE, area, TEST_COUNT(area));
    static const struct linear_vector poverty[] = {
        {"5", "3.00"},   {"4.5", "3.00"}, {"4.49", "3.01"}, {"4.0", "3.50"},
        {"3.5", "4.00"}, {"2.5", "5.00"}, {"1.0", "5.00"},
    };
    check_linear("4.5", "3", "1", "1", "5", BETTER_LESS, poverty, TEST_COUNT(poverty));
    static const struct linear_vector water[] = {
        {"70", "3.00"},
        {"73", "3.30"},
        {"90", "5.00"},
        {"95", "5.00"},
    };
    check_linear("70", "3", "5", "0.5", "5", BETTER_MORE, water, TEST_COUNT(water));
}

// S5: criterion 28b, 5 points, target 1.
static void test_s5_leader(void **state)
{
    (void)state;
    static const char campaign[] = SMALL_CAMPAIGN(
        "[X1, X2, X3, X4, X5, X6]",
        SMALL_INDICATOR("B28", "kind: amount, time: flow, points: 5, target: 1, "
                               "rule: leader"),
        "");
    check(campaign,
          SMALL_RESULTS "2022-Q1,X1,B28,12,,,\n2022-Q1,X2,B28,5,,,\n2022-Q1,X3,B28,3,,,\n"
                        "2022-Q1,X4,B28,1,,,\n2022-Q1,X5,B28,0,,,\n",
          NULL, NULL, SCORES_FILE, NULL,
          "2022-Q2,X1,B28,12,1,1200.00,yes,5.00,0.00,5.00,\n"
          "2022-Q2,X2,B28,5,1,500.00,yes,3.41,0.00,5.00,\n" // 2.5 + 2.5 × 4/11
          "2022-Q2,X3,B28,3,1,300.00,yes,2.95,0.00,5.00,\n" // 2.5 + 2.5 × 2/11 = 2.9545…
          "2022-Q2,X4,B28,1,1,100.00,yes,2.50,0.00,5.00,\n"
          "2022-Q2,X5,B28,0,1,0.00,no,0.00,0.00,5.00,\n"
          "2022-Q2,X6,B28,,1,,,0.00,0.00,5.00,missing\n"); // not finalised: left out of the largest
    // A tiny target makes an extreme leader and squeezes the others; no target set (0) with one
    // event gets full marks.
    check(campaign,
          SMALL_RESULTS "2022-Q1,X1,B28,1,,,\n2022-Q1,X2,B28,2,,,\n2022-Q1,X3,B28,1,,,\n"
                        "2022-Q1,X4,B28,0,,,\n2022-Q1,X5,B28,0.5,,,\n",
          SMALL_TARGETS "X1,B28,0.05\nX3,B28,0\nX4,B28,0\n", NULL, SCORES_FILE, NULL,
          "2022-Q2,X1,B28,1,0.05,2000.00,yes,5.00,0.00,5.00,\n"
          "2022-Q2,X2,B28,2,1,200.00,yes,2.63,0.00,5.00,\n" // 2.5 + 2.5 × 1/19
          "2022-Q2,X3,B28,1,0,100.00,yes,5.00,0.00,5.00,\n"
          "2022-Q2,X4,B28,0,0,100.00,yes,0.00,0.00,5.00,\n"
          "2022-Q2,X5,B28,1,1,50.00,no,1.25,0.00,5.00,\n" // 0.5 × 5 × 0.5; 0.5 prints as 1
          "2022-Q2,X6,B28,,1,,,0.00,0.00,5.00,missing\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_s1_totals),  cmocka_unit_test(test_s1_lines),
        cmocka_unit_test(test_s2_classes), cmocka_unit_test(test_s3_min_share),
        cmocka_unit_test(test_s4_linear),  cmocka_unit_test(test_s5_leader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
