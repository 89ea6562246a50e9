// Lines, sums and classes of competing units, worked out by hand.
#include "core/score.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/figures.h"
#include "tests/lib/small.h"

static void scores(const char *campaign, const char *results, const char *targets,
                   const char *expected)
{
    const struct offline_texts texts = {
        .units = SMALL_UNITS, .campaign = campaign, .results = results, .targets = targets};
    figures_equal(&texts, NULL, SCORES_FILE, NULL, expected);
}

static void ranking(const char *campaign, const char *results, const char *adjustments,
                    const char *expected)
{
    const struct offline_texts texts = {
        .units = SMALL_UNITS, .campaign = campaign, .results = results, .adjustments = adjustments};
    figures_equal(&texts, NULL, RANKING_FILE, NULL, expected);
}

static void test_missing_and_na(void **state)
{
    (void)state;
    // A value; `na`; nothing reported; denominator 0 with all leaves reported; no target; no
    // baseline. `rescale`: lines that do not apply have no points.
    scores(SMALL_CAMPAIGN("[X1]",
                          SMALL_PERCENT("A", "10") SMALL_PERCENT("B", "10") SMALL_PERCENT("C", "10")
                              SMALL_INDICATOR("R", "kind: ratio, time: flow, target: 50, "
                                                   "points: 5")
                                  SMALL_INDICATOR("T", "kind: amount, time: flow, points: 5")
                                      SMALL_INDICATOR("I", "kind: amount, time: stock, "
                                                           "measure: increase, target: 1, "
                                                           "points: 5"),
                          ""),
           SMALL_RESULTS "2022-Q1,X1,A,50,,,\n2022-Q1,X1,B,,,na,\n2022-Q1,X1,R,0,0,,\n"
                         "2022-Q1,X1,T,7,,,\n2022-Q1,X1,I,7,,,\n",
           NULL,
           "2022-Q2,X1,A,50,100,50.00,no,5.00,0.00,10.00,\n"
           "2022-Q2,X1,B,,100,,,,,10.00,na\n"
           "2022-Q2,X1,C,,100,,,0.00,0.00,10.00,missing\n"
           "2022-Q2,X1,R,,50,,,,,5.00,na\n"
           "2022-Q2,X1,T,7,,,,,,5.00,na\n"
           "2022-Q2,X1,I,,1,,,0.00,0.00,5.00,missing\n");
}

static void test_not_applicable_policies(void **state)
{
    (void)state;
    scores(SMALL_CAMPAIGN("[X1]", SMALL_PERCENT("A", "10") SMALL_ASSESSED("Z", "4"),
                          "not_applicable: zero\n"),
           SMALL_RESULTS "2022-Q1,X1,A,,,na,\n2022-Q1,X1,Z,,,na,\n", NULL,
           "2022-Q2,X1,A,,100,,,0.00,0.00,10.00,na\n"
           "2022-Q2,X1,Z,,,,,0.00,0.00,4.00,na\n");
    scores(SMALL_CAMPAIGN("[X1]", SMALL_PERCENT("A", "10") SMALL_ASSESSED("Z", "4"),
                          "not_applicable: full\n"),
           SMALL_RESULTS "2022-Q1,X1,A,,,na,\n2022-Q1,X1,Z,,,na,\n", NULL,
           "2022-Q2,X1,A,,100,,,10.00,0.00,10.00,na\n"
           "2022-Q2,X1,Z,,,,,4.00,0.00,4.00,na\n");
}

static void test_targets(void **state)
{
    (void)state;
    // X2 has its own target; completion is published with two decimals, met is exact.
    scores(SMALL_CAMPAIGN("[X1, X2]", SMALL_PERCENT("A", "10"), ""),
           SMALL_RESULTS "2022-Q1,X1,A,99.9999,,,\n2022-Q1,X2,A,99.9999,,,\n",
           SMALL_TARGETS "X2,A,80\n",
           "2022-Q2,X1,A,100,100,100.00,no,10.00,0.00,10.00,\n"
           "2022-Q2,X2,A,100,80,125.00,yes,10.00,0.00,10.00,\n");
}

static void test_score_against(void **state)
{
    (void)state;
    // 40 × b/a whatever the target; the published completion stays against the target.
    scores(SMALL_CAMPAIGN("[X1, X2]",
                          SMALL_INDICATOR("A", "kind: amount, time: stock, points: 40, target: 85, "
                                               "score_against: 100"),
                          ""),
           SMALL_RESULTS "2022-Q1,X1,A,85,,,\n2022-Q1,X2,A,50,,,\n", NULL,
           "2022-Q2,X1,A,85,85,100.00,yes,34.00,0.00,40.00,\n"
           "2022-Q2,X2,A,50,85,58.82,no,20.00,0.00,40.00,\n");
    // No target is needed then.
    scores(SMALL_CAMPAIGN("[X1]",
                          SMALL_INDICATOR("A", "kind: amount, time: stock, points: 40, "
                                               "score_against: 100"),
                          ""),
           SMALL_RESULTS "2022-Q1,X1,A,85,,,\n", NULL, "2022-Q2,X1,A,85,,,,34.00,0.00,40.00,\n");
}

static void test_assessed(void **state)
{
    (void)state;
    // X1: verified of Q1 goes before self of Q1; Q2's self counts only with count_unverified.
    // X2: `na` goes before an older verified one. X3: only self. X4: nothing.
    const char *results = SMALL_RESULTS "2022-Q1,X1,Z,3.5,,,\n2022-Q2,X1,Z,4,,,\n"
                                        "2022-Q1,X2,Z,2,,verified,\n2022-Q2,X2,Z,,,na,\n"
                                        "2022-Q2,X3,Z,1.25,,,\n" SMALL_RESULTS
                                        "2022-Q1,X1,Z,3,,verified,\n";
    scores(SMALL_CAMPAIGN("[X1, X2, X3, X4]", SMALL_ASSESSED("Z", "4"), ""), results, NULL,
           "2022-Q2,X1,Z,3.00,,,,3.00,0.00,4.00,\n"
           "2022-Q2,X2,Z,,,,,,,4.00,na\n"
           "2022-Q2,X3,Z,,,,,0.00,0.00,4.00,missing\n"
           "2022-Q2,X4,Z,,,,,0.00,0.00,4.00,missing\n");
    scores(SMALL_CAMPAIGN("[X1, X2, X3, X4]", SMALL_ASSESSED("Z", "4"), "count_unverified: true\n"),
           results, NULL,
           "2022-Q2,X1,Z,4.00,,,,4.00,0.00,4.00,\n"
           "2022-Q2,X2,Z,,,,,,,4.00,na\n"
           "2022-Q2,X3,Z,1.25,,,,1.25,0.00,4.00,\n"
           "2022-Q2,X4,Z,,,,,0.00,0.00,4.00,missing\n");
}

static void test_coverage(void **state)
{
    (void)state;
    static const char units[] = "code,name,level,parent,valid_from,valid_to,merged_into\n"
                                "D,Huyện,district,,,,\nX1,Xã 1,commune,D,,,\n"
                                "v1,Thôn 1,village,X1,,,\nv2,Thôn 2,village,X1,,,\n"
                                "v3,Thôn 3,village,X1,,,\nv4,Thôn 4,village,X1,,,\n"
                                "v5,Thôn 5,village,X1,,,\n";
    // v5 is `na`: of 4 expected 3 reported. 75 % is enough for 75, not for 75.0001. The value and
    // what follows from it are still shown.
    static const char results[] = SMALL_RESULTS "2022-Q1,v1,A,40,,,\n2022-Q1,v2,A,40,,,\n"
                                                "2022-Q1,v3,A,40,,,\n2022-Q1,v5,A,,,na,\n";
#define COVERED(least)                                                                            \
    SMALL_CAMPAIGN("[X1]",                                                                        \
                   "  - {code: A, decimals: 0, reported_by: village, kind: amount, time: stock, " \
                   "target: 100, points: 10, coverage_min: " least "}\n",                         \
                   "")
    struct offline_texts texts = {.units = units, .results = results};
    texts.campaign = COVERED("75");
    figures_equal(&texts, NULL, SCORES_FILE, NULL,
                  "2022-Q2,X1,A,120,100,120.00,yes,10.00,0.00,10.00,\n");
    texts.campaign = COVERED("75.0001");
    figures_equal(&texts, NULL, SCORES_FILE, NULL,
                  "2022-Q2,X1,A,120,100,120.00,yes,0.00,0.00,10.00,missing\n");
}

static void test_denominator_zero(void **state)
{
    (void)state;
    // 0/0 from all expected leaves does not apply; as long as one of them is missing, so is the line.
    static const char units[] = "code,name,level,parent,valid_from,valid_to,merged_into\n"
                                "D,Huyện,district,,,,\nX1,Xã 1,commune,D,,,\n"
                                "v1,Thôn 1,village,X1,,,\nv2,Thôn 2,village,X1,,,\n";
    struct offline_texts texts = {
        .units = units,
        .campaign = SMALL_CAMPAIGN("[X1]",
                                   "  - {code: R, decimals: 0, reported_by: village, kind: ratio, "
                                   "time: stock, target: 100, points: 10}\n",
                                   "")};
    texts.results = SMALL_RESULTS "2022-Q1,v1,R,0,0,,\n2022-Q1,v2,R,0,0,,\n";
    figures_equal(&texts, NULL, SCORES_FILE, NULL, "2022-Q2,X1,R,,100,,,,,10.00,na\n");
    texts.results = SMALL_RESULTS "2022-Q1,v1,R,0,0,,\n";
    figures_equal(&texts, NULL, SCORES_FILE, NULL, "2022-Q2,X1,R,,100,,,0.00,0.00,10.00,missing\n");
}

static void test_assessed_before_it_belonged(void **state)
{
    (void)state;
    // X1 came from another district in May: what it was given for the first quarter counts nowhere.
    const struct offline_texts texts = {
        .units = "code,name,level,parent,valid_from,valid_to,merged_into\nD,Huyện,district,,,,\n"
                 "E,Huyện khác,district,,,,\nX1,Xã 1,commune,E,,2022-04-30,\n"
                 "X1,Xã 1,commune,D,2022-05-01,,\n",
        .campaign = SMALL_CAMPAIGN("[X1]", SMALL_ASSESSED("Z", "4"), ""),
        .results = SMALL_RESULTS "2022-Q1,X1,Z,3,,verified,\n"};
    figures_equal(&texts, NULL, SCORES_FILE, NULL, "2022-Q2,X1,Z,,,,,0.00,0.00,4.00,missing\n");
}

static void test_leader_without_coverage(void **state)
{
    (void)state;
    // X1 has the largest excess (4), but only one of two villages reported: it takes no part. X2's
    // excess 1 is then the largest.
    const struct offline_texts texts = {
        .units = "code,name,level,parent,valid_from,valid_to,merged_into\nD,Huyện,district,,,,\n"
                 "X1,Xã 1,commune,D,,,\nX2,Xã 2,commune,D,,,\nv1,Thôn 1,village,X1,,,\n"
                 "v2,Thôn 2,village,X1,,,\nv3,Thôn 3,village,X2,,,\n",
        .campaign = SMALL_CAMPAIGN("[X1, X2]",
                                   "  - {code: A, decimals: 0, reported_by: village, kind: amount, "
                                   "time: stock, target: 10, points: 10, rule: leader, "
                                   "coverage_min: 80}\n",
                                   ""),
        .results = SMALL_RESULTS "2022-Q1,v1,A,50,,,\n2022-Q1,v3,A,20,,,\n"};
    figures_equal(&texts, NULL, SCORES_FILE, NULL,
                  "2022-Q2,X1,A,50,10,500.00,yes,0.00,0.00,10.00,missing\n"
                  "2022-Q2,X2,A,20,10,200.00,yes,10.00,0.00,10.00,\n");
}

static void test_leader(void **state)
{
    (void)state;
    // Targets 10: X1 30 (excess 2, the leader), X2 15 (0.5), X3 5. X4 is missing and X5 has the
    // target 0 and 8, X6 the target 0 and 2. 10 points, half 50 %:
    // X1 10; X2 5 + 5 × 0.5/2 = 6.25; X3 10 × 0.5 × 0.5 = 2.5; X5 10; X6 10 × 2/8 = 2.5.
    scores(SMALL_CAMPAIGN("[X1, X2, X3, X4, X5, X6]",
                          SMALL_INDICATOR("A", "kind: amount, time: stock, points: 10, target: 10, "
                                               "rule: leader"),
                          ""),
           SMALL_RESULTS "2022-Q1,X1,A,30,,,\n2022-Q1,X2,A,15,,,\n2022-Q1,X3,A,5,,,\n"
                         "2022-Q1,X5,A,8,,,\n2022-Q1,X6,A,2,,,\n",
           SMALL_TARGETS "X5,A,0\nX6,A,0\n",
           "2022-Q2,X1,A,30,10,300.00,yes,10.00,0.00,10.00,\n"
           "2022-Q2,X2,A,15,10,150.00,yes,6.25,0.00,10.00,\n"
           "2022-Q2,X3,A,5,10,50.00,no,2.50,0.00,10.00,\n"
           "2022-Q2,X4,A,,10,,,0.00,0.00,10.00,missing\n"
           "2022-Q2,X5,A,8,0,100.00,yes,10.00,0.00,10.00,\n"
           "2022-Q2,X6,A,2,0,100.00,yes,2.50,0.00,10.00,\n");
}

static void test_rescale(void **state)
{
    (void)state;
    // ΣM = 30. X1: A 10 × 0.5 = 5, B 20 × 1/3 → 6.67; all apply: 11.67.
    // X2: B does not apply: 5.01 × 30/10 = 15.03; the published p 5.01 is scaled, not 5.0099.
    // X3: nothing applies: 0. Adjustments are not scaled.
    ranking(SMALL_CAMPAIGN("[X1, X2, X3]", SMALL_PERCENT("A", "10") SMALL_PERCENT("B", "20"),
                           "adjustments:\n  - {code: M, name: m, points: 1}\n"),
            SMALL_RESULTS "2022-Q1,X1,A,50,,,\n2022-Q1,X1,B,33.3333,,,\n2022-Q1,X2,A,50.0990,,,\n"
                          "2022-Q1,X2,B,,,na,\n2022-Q1,X3,A,,,na,\n2022-Q1,X3,B,,,na,\n",
            SMALL_ADJUSTMENTS "X2,M,1,r\nX3,M,2,r\n",
            "2022-Q2,,1,X2,Xã 2,16.03,0,15.03,0.00,1.00,,yes,\n"
            "2022-Q2,,2,X1,Xã 1,11.67,0,11.67,0.00,0.00,,yes,\n"
            "2022-Q2,,3,X3,Xã 3,2.00,0,0.00,0.00,2.00,,yes,\n");
}

static void test_groups_and_bonus(void **state)
{
    (void)state;
    // Group G of A and B, at most 21. X1: A 10 + bonus 2, B 10 + bonus 2 = 24, 3 too much: all from
    // the bonuses, 1 left. C 10 + bonus 2. Bonuses 1 + 2 = 3, at most 2.5.
    // X2: without C: the same group, then Σp 20 × 30/20 = 30 (caps work on unscaled numbers).
#define BONUS ", bonus: {per: 10, points: 1, max: 2}"
#define WITH_BONUS(code) \
    SMALL_INDICATOR(code, "kind: amount, time: stock, target: 100, points: 10" BONUS)
#define GROUPED(max) "groups:\n  - {code: G, indicators: [A, B], max: " max "}\nbonus_max: 2.5\n"
    static const char results[] = SMALL_RESULTS
        "2022-Q1,X1,A,150,,,\n2022-Q1,X1,B,150,,,\n2022-Q1,X1,C,150,,,\n"
        "2022-Q1,X2,A,150,,,\n2022-Q1,X2,B,150,,,\n2022-Q1,X2,C,,,na,\n";
    ranking(
        SMALL_CAMPAIGN("[X1, X2]", WITH_BONUS("A") WITH_BONUS("B") WITH_BONUS("C"), GROUPED("21")),
        results, NULL,
        "2022-Q2,,1,X1,Xã 1,32.50,3,30.00,2.50,0.00,,yes,\n"
        "2022-Q2,,2,X2,Xã 2,31.00,2,30.00,1.00,0.00,,yes,\n");
    // At most 15: bonuses 4 and 5 of the points. X1: Σp 30 - 5 = 25, bonus 2. X2: 15 × 30/20 = 22.5.
    ranking(
        SMALL_CAMPAIGN("[X1, X2]", WITH_BONUS("A") WITH_BONUS("B") WITH_BONUS("C"), GROUPED("15")),
        results, NULL,
        "2022-Q2,,1,X1,Xã 1,27.00,3,25.00,2.00,0.00,,yes,\n"
        "2022-Q2,,2,X2,Xã 2,22.50,2,22.50,0.00,0.00,,yes,\n");
}

static void test_adjustments(void **state)
{
    (void)state;
    // X1: M thrice, counts twice: +2. X2: K -4, capped at -3. X3: M twice and L: 3.5, capped at 3.
    ranking(SMALL_CAMPAIGN("[X1, X2, X3]", SMALL_PERCENT("A", "10"),
                           "adjustments:\n  - {code: M, name: m, points: 1, max_times: 2}\n"
                           "  - {code: K, name: k, points: -2}\n"
                           "  - {code: L, name: l, points: 1.5}\n"
                           "adjust_min: -3\nadjust_max: 3\n"),
            SMALL_RESULTS "2022-Q1,X1,A,100,,,\n2022-Q1,X2,A,100,,,\n2022-Q1,X3,A,100,,,\n",
            SMALL_ADJUSTMENTS "X1,M,2,a\nX1,M,1,b\nX2,K,2,a\nX3,M,2,a\nX3,L,1,a\n",
            "2022-Q2,,1,X3,Xã 3,13.00,1,10.00,0.00,3.00,,yes,\n"
            "2022-Q2,,2,X1,Xã 1,12.00,1,10.00,0.00,2.00,,yes,\n"
            "2022-Q2,,3,X2,Xã 2,7.00,1,10.00,0.00,-3.00,,yes,\n");
}

static void test_classes(void **state)
{
    (void)state;
#define CLASSES                                                                     \
    "adjustments:\n  - {code: K, name: k, points: 0, class_at_most: C}\n"           \
    "classes:\n  - {code: A, name: a, from: 18, requires_met: [P], min_share: 85, " \
    "no_zero: true}\n  - {code: B, name: b, from: 18, min_share: 80}\n"             \
    "  - {code: C, name: c, from: 10}\n"
    // M 10 each. X1: 10 + 8.5 = 18.5, both >= 85 %: A. X2: 10 + 8.4: 84 % of M: B.
    // X3: P not met (9.9999 of 10): not A; 80 % held: B. X4: like X1 with K: C. X5: 17.99: C.
    // X6: 9.99: none.
    ranking(SMALL_CAMPAIGN("[X1, X2, X3, X4, X5, X6]",
                           SMALL_PERCENT("P", "10") SMALL_PERCENT("Q", "10"), CLASSES),
            SMALL_RESULTS "2022-Q1,X1,P,100,,,\n2022-Q1,X1,Q,85,,,\n"
                          "2022-Q1,X2,P,100,,,\n2022-Q1,X2,Q,84,,,\n"
                          "2022-Q1,X3,P,99.9999,,,\n2022-Q1,X3,Q,90,,,\n"
                          "2022-Q1,X4,P,100,,,\n2022-Q1,X4,Q,85,,,\n"
                          "2022-Q1,X5,P,100,,,\n2022-Q1,X5,Q,79.9,,,\n"
                          "2022-Q1,X6,P,99.9,,,\n2022-Q1,X6,Q,0,,,\n",
            SMALL_ADJUSTMENTS "X4,K,1,r\n",
            "2022-Q2,,1,X3,Xã 3,19.00,0,19.00,0.00,0.00,B,yes,\n"
            "2022-Q2,,2,X1,Xã 1,18.50,1,18.50,0.00,0.00,A,yes,\n"
            "2022-Q2,,2,X4,Xã 4,18.50,1,18.50,0.00,0.00,C,yes,\n"
            "2022-Q2,,4,X2,Xã 2,18.40,1,18.40,0.00,0.00,B,yes,\n"
            "2022-Q2,,5,X5,Xã 5,17.99,1,17.99,0.00,0.00,C,yes,\n"
            "2022-Q2,,6,X6,Xã 6,9.99,0,9.99,0.00,0.00,,yes,\n");
}

static void test_class_conditions_on_gaps(void **state)
{
    (void)state;
    // X1: Q does not apply: left out of every condition: 10 × 20/10 = 20: A. X2: Q is missing: not
    // met and zero: C. The indicator without points (Z) can hold nobody back.
    ranking(SMALL_CAMPAIGN("[X1, X2]",
                           SMALL_PERCENT("P", "10") SMALL_PERCENT("Q", "10")
                               SMALL_PERCENT("Z", "0"),
                           "classes:\n  - {code: A, name: a, from: 10, requires_met: [P, Q], "
                           "min_share: 50, no_zero: true}\n"
                           "  - {code: B, name: b, from: 10, no_zero: true}\n"
                           "  - {code: C, name: c, from: 10}\n"),
            SMALL_RESULTS "2022-Q1,X1,P,100,,,\n2022-Q1,X1,Q,,,na,\n2022-Q1,X1,Z,0,,,\n"
                          "2022-Q1,X2,P,100,,,\n2022-Q1,X2,Z,0,,,\n",
            NULL,
            "2022-Q2,,1,X1,Xã 1,20.00,1,20.00,0.00,0.00,A,yes,\n"
            "2022-Q2,,2,X2,Xã 2,10.00,1,10.00,0.00,0.00,C,yes,\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing_and_na),
        cmocka_unit_test(test_not_applicable_policies),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_score_against),
        cmocka_unit_test(test_assessed),
        cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_denominator_zero),
        cmocka_unit_test(test_assessed_before_it_belonged),
        cmocka_unit_test(test_leader_without_coverage),
        cmocka_unit_test(test_leader),
        cmocka_unit_test(test_rescale),
        cmocka_unit_test(test_groups_and_bonus),
        cmocka_unit_test(test_adjustments),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_class_conditions_on_gaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
