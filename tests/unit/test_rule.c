// Points and bonus of one line, rule by rule, each expected figure worked out by hand. Exact values
// are shown with six decimals.
#include "core/score.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/figures.h"

#include <stdlib.h>

#define E4(whole) (INT64_C(whole) * DECIMAL_ONE_E4)

struct vector {
    const char *value, *against; // against NULL: nothing to compare with
    const char *expected;
};

static void check(const struct indicator *indicator, const struct leader_maxima *maxima, bool bonus,
                  const struct vector *vectors, size_t count)
{
    mpq_t value, against, result;
    mpq_inits(value, against, result, NULL);
    for (size_t i = 0; i < count; i++) {
        bool has_against = vectors[i].against != NULL;
        set_decimal(value, vectors[i].value);
        set_decimal(against, has_against ? vectors[i].against : "0");
        if (bonus)
            rule_bonus(indicator, value, has_against, against, result);
        else
            rule_points(indicator, value, has_against, against, maxima, result);
        char *text = decimal_publish(result, 6);
        assert_string_equal(text, vectors[i].expected);
        free(text);
    }
    mpq_clears(value, against, result, NULL);
}
#define CHECK_POINTS(indicator, ...)                                 \
    do {                                                             \
        static const struct vector vectors[] = {__VA_ARGS__};        \
        check(indicator, NULL, false, vectors, TEST_COUNT(vectors)); \
    } while (0)
#define CHECK_BONUS(indicator, ...)                                 \
    do {                                                            \
        static const struct vector vectors[] = {__VA_ARGS__};       \
        check(indicator, NULL, true, vectors, TEST_COUNT(vectors)); \
    } while (0)

static void test_proportional(void **state)
{
    (void)state;
    const struct indicator plain = {.points_e4 = E4(20)};
    CHECK_POINTS(&plain, {"50", "100", "10.000000"}, // 20 × 0.5
                 {"100", "100", "20.000000"},        //
                 {"150", "100", "20.000000"},        // never more than M
                 {"-3", "100", "0.000000"},          // completion is not below 0
                 {"1", "3", "6.666667"},             // 20/3
                 {"0", "0", "20.000000"},            // T = 0: reached by anything not negative
                 {"-0.0001", "0", "0.000000"});
    const struct indicator floor = {.points_e4 = E4(20), .floor_e4 = E4(50)};
    CHECK_POINTS(&floor, {"49.9999", "100", "0.000000"}, // 49.9999 % < 50 %
                 {"50", "100", "10.000000"});
    const struct indicator less = {.points_e4 = E4(20), .better = BETTER_LESS};
    CHECK_POINTS(&less, {"4", "4", "20.000000"}, {"8", "4", "10.000000"}, // 4/8
                 {"1", "0", "0.000000"},                                  // 0/1
                 {"0", "0", "20.000000"}, {"-5", "4", "20.000000"});
}

static void test_steps(void **state)
{
    (void)state;
    // A file may write the rows in any order: the best row that holds counts.
    struct step by_completion[] = {
        {.bound_e4 = E4(80), .points_e4 = E4(15)},
        {.bound_e4 = E4(100), .points_e4 = E4(20)},
        {.bound_e4 = E4(50), .points_e4 = E4(8)},
    };
    const struct indicator completion = {
        .points_e4 = E4(20), .rule = RULE_STEPS, .steps = by_completion, .step_count = 3};
    CHECK_POINTS(&completion, {"100", "100", "20.000000"}, {"99.9999", "100", "15.000000"},
                 {"80", "100", "15.000000"}, {"79.9999", "100", "8.000000"},
                 {"49", "100", "0.000000"}); // no row
    struct step by_value[] = {
        {.by_value = true, .beyond = true, .bound_e4 = E4(90), .points_e4 = E4(5)},
        {.by_value = true, .bound_e4 = E4(80), .points_e4 = E4(4)},
    };
    struct indicator value = {
        .points_e4 = E4(5), .rule = RULE_STEPS, .steps = by_value, .step_count = 2};
    CHECK_POINTS(&value, {"90", NULL, "4.000000"}, // not strictly beyond
                 {"90.0001", NULL, "5.000000"}, {"80", NULL, "4.000000"},
                 {"79.9999", NULL, "0.000000"});
    value.better = BETTER_LESS;
    CHECK_POINTS(&value, {"90", NULL, "0.000000"}, // reached means <= now
                 {"80", NULL, "5.000000"},         // 80 < 90, strictly beyond the first row
                 {"89.9999", NULL, "5.000000"});
}

static void test_deduct(void **state)
{
    (void)state;
    // 15 less 0.5 for each 2 % short.
    struct indicator indicator = {.points_e4 = E4(15),
                                  .rule = RULE_DEDUCT,
                                  .deduct = {.per_e4 = E4(2), .points_e4 = E4(1) / 2}};
    indicator.deduct.count = COUNT_EXACT;
    CHECK_POINTS(&indicator, {"95", "100", "13.750000"}, // 5 % short: 2.5 × 0.5 = 1.25
                 {"100", "100", "15.000000"}, {"130", "100", "15.000000"},
                 {"0", "100", "0.000000"}); // 50 × 0.5 = 25: not below 0
    indicator.deduct.count = COUNT_STARTED;
    CHECK_POINTS(&indicator, {"95", "100", "13.500000"}, // 2.5 → 3
                 {"94", "100", "13.500000"},             // exactly 3
                 {"99.9999", "100", "14.500000"});
    indicator.deduct.count = COUNT_FULL;
    CHECK_POINTS(&indicator, {"95", "100", "14.000000"}, // 2.5 → 2
                 {"94", "100", "13.500000"}, {"98.0001", "100", "15.000000"});
}

static void test_per_case(void **state)
{
    (void)state;
    const struct indicator indicator = {.points_e4 = E4(5),
                                        .rule = RULE_PER_CASE,
                                        .per_case = {.points_e4 = E4(1) / 2, .max_e4 = E4(3) / 2}};
    CHECK_POINTS(&indicator, {"0", NULL, "5.000000"}, {"2", NULL, "4.000000"}, // 5 - 2 × 0.5
                 {"3", NULL, "3.500000"},                             // at the most that is taken
                 {"50", NULL, "3.500000"}, {"-4", NULL, "5.000000"}); // never more than M
}

static void test_linear(void **state)
{
    (void)state;
    struct indicator indicator = {
        .points_e4 = E4(5),
        .rule = RULE_LINEAR,
        .linear = {.start_e4 = E4(70), .points_e4 = E4(3), .per_e4 = E4(5), .add_e4 = E4(1) / 2}};
    CHECK_POINTS(&indicator, {"10", NULL, "3.000000"}, {"70", NULL, "3.000000"},
                 {"73", NULL, "3.300000"},                            // 3 + 0.5 × 3/5
                 {"90", NULL, "5.000000"}, {"95", NULL, "5.000000"}); // at most M
    indicator.better = BETTER_LESS;
    CHECK_POINTS(&indicator, {"80", NULL, "3.000000"},
                 {"60", NULL, "4.000000"}, // 10 below: 2 × 0.5
                 {"0", NULL, "5.000000"});
}

static void test_leader(void **state)
{
    (void)state;
    struct leader_maxima maxima = {.has_excess = true, .has_value = true};
    mpq_inits(maxima.excess, maxima.value, NULL);
    set_decimal(maxima.excess, "2"); // the best reached 300 %
    set_decimal(maxima.value, "8");
    const struct indicator indicator = {
        .points_e4 = E4(10), .rule = RULE_LEADER, .leader_half_e4 = E4(60)};
    static const struct vector vectors[] = {
        {"5", "10", "3.000000"},   // 0.6 × 10 × 0.5
        {"10", "10", "6.000000"},  // the half
        {"15", "10", "7.000000"},  // 6 + 4 × 0.5/2
        {"30", "10", "10.000000"}, // the leader
        {"-5", "10", "0.000000"},  //
        {"2", "0", "2.500000"},    // T = 0: 10 × 2/8
        {"8", "0", "10.000000"},   //
        {"-2", "0", "0.000000"},   // negative results are 0
    };
    check(&indicator, &maxima, false, vectors, TEST_COUNT(vectors));
    set_decimal(maxima.value, "0");
    static const struct vector nothing[] = {{"0", "0", "0.000000"}}; // largest value 0
    check(&indicator, &maxima, false, nothing, TEST_COUNT(nothing));
    mpq_clears(maxima.excess, maxima.value, NULL);
}

static void test_all_or_nothing(void **state)
{
    (void)state;
    struct indicator indicator = {.points_e4 = E4(15), .rule = RULE_ALL_OR_NOTHING};
    CHECK_POINTS(&indicator, {"93", "93", "15.000000"}, {"92.9999", "93", "0.000000"});
    indicator.better = BETTER_LESS;
    CHECK_POINTS(&indicator, {"93", "93", "15.000000"}, {"93.0001", "93", "0.000000"});
}

static void test_bonus(void **state)
{
    (void)state;
    const struct indicator per = {
        .bonus = {.kind = BONUS_PER, .per_e4 = E4(5), .points_e4 = E4(1) / 2, .max_e4 = E4(2)}};
    CHECK_BONUS(&per, {"100", "100", "0.000000"}, {"104.9999", "100", "0.000000"}, // not a full 5 %
                {"105", "100", "0.500000"}, {"119.9", "100", "1.500000"},
                {"150", "100", "2.000000"},                          // 10 × 0.5, at most 2
                {"40", "100", "0.000000"}, {"7", NULL, "0.000000"}); // nothing to compare with
    const struct indicator per_case = {
        .bonus = {.kind = BONUS_PER_CASE, .points_e4 = E4(1) / 5, .max_e4 = E4(1)}};
    CHECK_BONUS(&per_case, {"0", NULL, "0.000000"}, {"3", NULL, "0.600000"},
                {"9", NULL, "1.000000"}, {"-3", NULL, "0.000000"});
    struct step rows[] = {
        {.by_value = true, .bound_e4 = E4(100), .points_e4 = E4(5)},
        {.by_value = true, .bound_e4 = E4(95), .points_e4 = E4(4)},
        {.bound_e4 = E4(110), .points_e4 = E4(3)}, // a completion
    };
    const struct indicator steps = {.bonus = {.kind = BONUS_STEPS, .steps = rows, .step_count = 3}};
    CHECK_BONUS(&steps, {"100", NULL, "5.000000"}, {"95", NULL, "4.000000"},
                {"94.9", NULL, "0.000000"}, // a completion needs something to compare with
                {"94.9", "80", "3.000000"});
    const struct indicator none = {.bonus = {.kind = BONUS_NONE}};
    CHECK_BONUS(&none, {"1000", "1", "0.000000"});
}

static void test_needs_target(void **state)
{
    (void)state;
    static const bool needs[] = {
        [RULE_PROPORTIONAL] = true,   [RULE_STEPS] = false,  [RULE_DEDUCT] = true,
        [RULE_PER_CASE] = false,      [RULE_LINEAR] = false, [RULE_LEADER] = true,
        [RULE_ALL_OR_NOTHING] = true,
    };
    struct step value = {.by_value = true}, completion = {.by_value = false};
    for (int rule = 0; rule <= RULE_ALL_OR_NOTHING; rule++) {
        struct indicator indicator = {.rule = (enum points_rule)rule};
        indicator.steps = &value;
        indicator.step_count = 1;
        assert_int_equal(rule_needs_target(&indicator), needs[rule]);
        // score_against stands in for the target, but being met is always against the target.
        indicator.has_score_against = true;
        assert_int_equal(rule_needs_target(&indicator), rule == RULE_ALL_OR_NOTHING);
        indicator.kind = KIND_ASSESSED;
        assert_false(rule_needs_target(&indicator));
    }
    struct indicator steps = {.rule = RULE_STEPS, .steps = &completion, .step_count = 1};
    assert_true(rule_needs_target(&steps));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proportional),   cmocka_unit_test(test_steps),
        cmocka_unit_test(test_deduct),         cmocka_unit_test(test_per_case),
        cmocka_unit_test(test_linear),         cmocka_unit_test(test_leader),
        cmocka_unit_test(test_all_or_nothing), cmocka_unit_test(test_bonus),
        cmocka_unit_test(test_needs_target),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
