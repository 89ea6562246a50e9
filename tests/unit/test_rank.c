// Order, shared ranks, each tie-break and each reason to be listed without a rank.
#include "tests/lib/cmocka_all.h"
#include "tests/lib/figures.h"
#include "tests/lib/small.h"

static void ranking(const char *campaign, const char *results, const char *adjustments,
                    const char *expected)
{
    const struct offline_texts texts = {
        .units = SMALL_UNITS, .campaign = campaign, .results = results, .adjustments = adjustments};
    figures_equal(&texts, NULL, RANKING_FILE, NULL, expected);
}

static void test_shared_ranks(void **state)
{
    (void)state;
    ranking(SMALL_CAMPAIGN("[X1, X2, X3, X4]", SMALL_PERCENT("A", "10"), ""),
            SMALL_RESULTS "2022-Q1,X1,A,50,,,\n2022-Q1,X2,A,90,,,\n2022-Q1,X3,A,90,,,\n"
                          "2022-Q1,X4,A,90.0001,,,\n",
            NULL, // 9.00001 is published as 9.00: the totals are equal
            "2022-Q2,,1,X2,Xã 2,9.00,0,9.00,0.00,0.00,,yes,\n"
            "2022-Q2,,1,X3,Xã 3,9.00,0,9.00,0.00,0.00,,yes,\n"
            "2022-Q2,,1,X4,Xã 4,9.00,0,9.00,0.00,0.00,,yes,\n"
            "2022-Q2,,4,X1,Xã 1,5.00,0,5.00,0.00,0.00,,yes,\n");
}

static void test_tie_by_indicator(void **state)
{
    (void)state;
    // Completion of A, exact: X4 before X2 and X3.
    ranking(SMALL_CAMPAIGN("[X2, X3, X4]", SMALL_PERCENT("A", "10"), "tie_break: [indicator:A]\n"),
            SMALL_RESULTS "2022-Q1,X2,A,90,,,\n2022-Q1,X3,A,90,,,\n2022-Q1,X4,A,90.0001,,,\n", NULL,
            "2022-Q2,,1,X4,Xã 4,9.00,0,9.00,0.00,0.00,,yes,\n"
            "2022-Q2,,2,X2,Xã 2,9.00,0,9.00,0.00,0.00,,yes,\n"
            "2022-Q2,,2,X3,Xã 3,9.00,0,9.00,0.00,0.00,,yes,\n");
    // No value is the lowest, below a completion of 0; for assessed ones the points. Totals 5 each.
    ranking(SMALL_CAMPAIGN("[X1, X2, X3]",
                           SMALL_PERCENT("A", "10") SMALL_PERCENT("B", "5")
                               SMALL_ASSESSED("Z", "5"),
                           "count_unverified: true\ntie_break: [indicator:A, indicator:Z]\n"),
            SMALL_RESULTS "2022-Q1,X1,B,100,,,\n2022-Q1,X1,Z,0,,,\n"
                          "2022-Q1,X2,A,0,,,\n2022-Q1,X2,B,80,,,\n2022-Q1,X2,Z,1,,,\n"
                          "2022-Q1,X3,A,0,,,\n2022-Q1,X3,B,60,,,\n2022-Q1,X3,Z,2,,,\n",
            NULL,
            "2022-Q2,,1,X3,Xã 3,5.00,0,5.00,0.00,0.00,,yes,\n"
            "2022-Q2,,2,X2,Xã 2,5.00,0,5.00,0.00,0.00,,yes,\n"
            "2022-Q2,,3,X1,Xã 1,5.00,1,5.00,0.00,0.00,,yes,\n");
}

static void test_tie_without_a_value(void **state)
{
    (void)state;
    ranking(SMALL_CAMPAIGN("[X1, X2]", SMALL_PERCENT("A", "10"), "tie_break: [indicator:A]\n"),
            SMALL_RESULTS "2022-Q1,X2,A,0,,,\n", NULL,
            "2022-Q2,,1,X2,Xã 2,0.00,0,0.00,0.00,0.00,,yes,\n"
            "2022-Q2,,2,X1,Xã 1,0.00,0,0.00,0.00,0.00,,yes,\n");
}

static void test_tie_by_met_count_and_bonus(void **state)
{
    (void)state;
    // Totals 15: X1 10 + 5, one met; X2 7.5 + 7.5, none; X3 4 + 10 and bonus 1, one met.
    static const char results[] = SMALL_RESULTS
        "2022-Q1,X1,A,100,,,\n2022-Q1,X1,B,50,,,\n2022-Q1,X2,A,75,,,\n2022-Q1,X2,B,75,,,\n"
        "2022-Q1,X3,A,40,,,\n2022-Q1,X3,B,110,,,\n";
#define TWO                                                                                     \
    SMALL_PERCENT("A", "10")                                                                    \
    SMALL_INDICATOR("B", "kind: amount, time: stock, target: 100, points: 10, bonus: {per: 5, " \
                         "points: 0.5, max: 2}")
    ranking(SMALL_CAMPAIGN("[X1, X2, X3]", TWO, "tie_break: [met_count]\n"), results, NULL,
            "2022-Q2,,1,X1,Xã 1,15.00,1,15.00,0.00,0.00,,yes,\n"
            "2022-Q2,,1,X3,Xã 3,15.00,1,14.00,1.00,0.00,,yes,\n"
            "2022-Q2,,3,X2,Xã 2,15.00,0,15.00,0.00,0.00,,yes,\n");
    ranking(SMALL_CAMPAIGN("[X1, X2, X3]", TWO, "tie_break: [met_count, bonus]\n"), results, NULL,
            "2022-Q2,,1,X3,Xã 3,15.00,1,14.00,1.00,0.00,,yes,\n"
            "2022-Q2,,2,X1,Xã 1,15.00,1,15.00,0.00,0.00,,yes,\n"
            "2022-Q2,,3,X2,Xã 2,15.00,0,15.00,0.00,0.00,,yes,\n");
}

static void test_disqualified(void **state)
{
    (void)state;
    // X1 one missing line, as many as are allowed, but B is not met; X2 two missing, both not met;
    // X3: B does not apply, which is left out; X4 was given K. They stay behind X3 and X5, by unit.
    ranking(SMALL_CAMPAIGN("[X1, X2, X3, X4, X5]",
                           SMALL_PERCENT("A", "10") SMALL_PERCENT("B", "10"),
                           "adjustments:\n  - {code: K, name: k, points: 1}\n"
                           "disqualify: {missing_over: 1, not_met: [B, A], adjustment: [K]}\n"),
            SMALL_RESULTS "2022-Q1,X1,A,100,,,\n2022-Q1,X3,A,100,,,\n2022-Q1,X3,B,,,na,\n"
                          "2022-Q1,X4,A,100,,,\n2022-Q1,X4,B,100,,,\n2022-Q1,X5,A,100,,,\n"
                          "2022-Q1,X5,B,100,,,\n",
            SMALL_ADJUSTMENTS "X4,K,1,r\n",
            "2022-Q2,,1,X3,Xã 3,20.00,1,20.00,0.00,0.00,,yes,\n"
            "2022-Q2,,1,X5,Xã 5,20.00,2,20.00,0.00,0.00,,yes,\n"
            "2022-Q2,,,X1,Xã 1,10.00,1,10.00,0.00,0.00,,no,not_met:B\n"
            "2022-Q2,,,X2,Xã 2,0.00,0,0.00,0.00,0.00,,no,missing_over;not_met:B;not_met:A\n"
            "2022-Q2,,,X4,Xã 4,21.00,2,20.00,0.00,1.00,,no,adjustment:K\n");
}

static void test_clusters(void **state)
{
    (void)state;
    ranking(
        SMALL_CAMPAIGN("[X1, X2, X3]", SMALL_PERCENT("A", "10"),
                       "clusters:\n  - {code: Z, units: [X2]}\n  - {code: A, units: [X3, X1]}\n"),
        SMALL_RESULTS "2022-Q1,X1,A,10,,,\n2022-Q1,X2,A,20,,,\n2022-Q1,X3,A,30,,,\n", NULL,
        "2022-Q2,Z,1,X2,Xã 2,2.00,0,2.00,0.00,0.00,,yes,\n"
        "2022-Q2,A,1,X3,Xã 3,3.00,0,3.00,0.00,0.00,,yes,\n"
        "2022-Q2,A,2,X1,Xã 1,1.00,0,1.00,0.00,0.00,,yes,\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shared_ranks),
        cmocka_unit_test(test_tie_by_indicator),
        cmocka_unit_test(test_tie_without_a_value),
        cmocka_unit_test(test_tie_by_met_count_and_bonus),
        cmocka_unit_test(test_disqualified),
        cmocka_unit_test(test_clusters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
