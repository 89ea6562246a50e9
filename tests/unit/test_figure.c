// What a component says: value, completion, met, and the texts that are published.
#include "core/rollup.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/figures.h"

#include <stdlib.h>

#define E4(whole) ((i128)(whole)*DECIMAL_ONE_E4)

// Published with four decimals, or "" without a value.
static void value_is(const struct indicator *indicator, const struct component *component,
                     const char *expected)
{
    struct figure figure;
    figure_init(&figure);
    figure_of(indicator, component, &figure);
    char *text = decimal_publish(figure.value, 4);
    assert_string_equal(figure.has_value ? text : "", expected);
    free(text);
    figure_clear(&figure);
}

static void test_kinds(void **state)
{
    (void)state;
    const struct indicator amount = {.kind = KIND_AMOUNT}, ratio = {.kind = KIND_RATIO},
                           mean = {.kind = KIND_MEAN}, yes_no = {.kind = KIND_YES_NO};
    struct component c = {.numerator = E4(7), .leaves = 9, .reported = 3, .na = 1};
    value_is(&amount, &c, "7.0000");
    c.denominator = E4(8);
    value_is(&ratio, &c, "87.5000");  // 7/8
    value_is(&yes_no, &c, "87.5000"); // 7 of 9 - 1 expected
    c.numerator = E4(E4(7));
    value_is(&mean, &c, "0.8750"); // scale 8 over scale 4
    c = (struct component){.leaves = 2};
    value_is(&amount, &c, ""); // nobody reported
    c.reported = 2;
    value_is(&amount, &c, "0.0000"); // reported 0 is a value
    value_is(&ratio, &c, "");        // denominator 0
}

static void test_measures(void **state)
{
    (void)state;
    const struct indicator down = {.kind = KIND_RATIO, .measure = MEASURE_DECREASE};
    const struct indicator up = {.kind = KIND_AMOUNT, .measure = MEASURE_INCREASE};
    struct component c = {.numerator = E4(12),
                          .denominator = E4(100),
                          .base_numerator = E4(14),
                          .base_denominator = E4(80),
                          .leaves = 1,
                          .reported = 1,
                          .base_reported = 1};
    value_is(&down, &c, "5.5000"); // 17.5 % - 12 %
    value_is(&up, &c, "-2.0000");
    c.base_denominator = 0;
    value_is(&down, &c, ""); // no baseline value
    value_is(&up, &c, "-2.0000");
    c.base_reported = 0;
    value_is(&up, &c, "");
}

static void test_denominator_zero(void **state)
{
    (void)state;
    const struct indicator ratio = {.kind = KIND_RATIO};
    const struct component c = {.leaves = 1, .reported = 1};
    struct figure figure;
    figure_init(&figure);
    figure_of(&ratio, &c, &figure);
    assert_true(figure.denominator_zero);
    assert_false(figure.has_value);
    figure_clear(&figure);
}

struct completion_vector {
    enum indicator_better better;
    const char *value, *target, *completion;
    bool met;
};

static void test_completion(void **state)
{
    (void)state;
    static const struct completion_vector vectors[] = {
        {BETTER_MORE, "93", "93", "1.0000", true},
        {BETTER_MORE, "92.9999", "93", "1.0000", false}, // prints 1.0000, not met
        {BETTER_MORE, "-1", "93", "0.0000", false},
        {BETTER_MORE, "0", "0", "1.0000", true},
        {BETTER_MORE, "-0.0001", "0", "0.0000", false},
        {BETTER_MORE, "5", "0", "1.0000", true},
        {BETTER_LESS, "2", "4", "1.0000", true},
        {BETTER_LESS, "4", "4", "1.0000", true},
        {BETTER_LESS, "16", "4", "0.2500", false},
        {BETTER_LESS, "0.0001", "0", "0.0000", false},
        {BETTER_LESS, "-7", "0", "1.0000", true},
    };
    mpq_t value, target, completion;
    mpq_inits(value, target, completion, NULL);
    for (size_t i = 0; i < TEST_COUNT(vectors); i++) {
        const struct indicator indicator = {.better = vectors[i].better};
        set_decimal(value, vectors[i].value);
        set_decimal(target, vectors[i].target);
        completion_of(&indicator, value, target, completion);
        char *text = decimal_publish(completion, 4);
        assert_string_equal(text, vectors[i].completion);
        assert_int_equal(target_met(&indicator, value, target), vectors[i].met);
        free(text);
    }
    mpq_clears(value, target, completion, NULL);
}

static void test_publish(void **state)
{
    (void)state;
    const struct indicator ratio = {.kind = KIND_RATIO, .decimals = 2};
    const struct component c = {
        .numerator = E4(1), .denominator = E4(8) / 10, .leaves = 5, .reported = 2, .na = 1};
    const int64_t target = 124 * DECIMAL_ONE_E4 + 5000;
    struct rollup_texts texts;
    rollup_publish(&ratio, &c, NULL, &texts);
    assert_string_equal(texts.numerator, "1");
    assert_string_equal(texts.denominator, "0.8");
    assert_string_equal(texts.value, "125.00");
    assert_string_equal(texts.target, "");
    assert_string_equal(texts.completion, "");
    assert_string_equal(texts.met, "");
    assert_int_equal(texts.reported, 2);
    assert_int_equal(texts.expected, 4);
    assert_int_equal(texts.na, 1);
    assert_int_equal(texts.missing, 2);
    rollup_publish(&ratio, &c, &target, &texts);
    assert_string_equal(texts.target, "124.5");
    assert_string_equal(texts.completion, "100.40"); // 125/124.5 = 1.0040…
    assert_string_equal(texts.met, "yes");
    const struct component nobody = {.leaves = 1};
    rollup_publish(&ratio, &nobody, &target, &texts);
    assert_string_equal(texts.numerator, "");
    assert_string_equal(texts.denominator, "");
    assert_string_equal(texts.value, "");
    assert_string_equal(texts.target, "124.5");
    assert_string_equal(texts.completion, "");
    assert_string_equal(texts.met, "");
}

// Half away from zero, and zero without a sign, on the fast path and on GMP's.
static void test_rounding(void **state)
{
    (void)state;
    const struct indicator mean = {.kind = KIND_MEAN, .decimals = 2};
    struct indicator down = {.kind = KIND_AMOUNT, .decimals = 2, .measure = MEASURE_DECREASE};
    struct rollup_texts texts;
    struct component c = {.numerator = E4(E4(1)),
                          .denominator = E4(8),
                          .leaves = 1,
                          .reported = 1,
                          .base_reported = 1};
    rollup_publish(&mean, &c, NULL, &texts);
    assert_string_equal(texts.value, "0.13"); // 0.125
    c.numerator = -c.numerator;
    rollup_publish(&mean, &c, NULL, &texts);
    assert_string_equal(texts.value, "-0.13");
    c.numerator = -E4(E4(1)) / 1000;
    rollup_publish(&mean, &c, NULL, &texts);
    assert_string_equal(texts.value, "0.00"); // -0.000125
    c.numerator = 50;                         // 0.005
    rollup_publish(&down, &c, NULL, &texts);
    assert_string_equal(texts.value, "-0.01");
}

// The largest sums that 128 bits hold still have their texts.
static void test_limits(void **state)
{
    (void)state;
    const i128 most = ((i128)1 << 126) - 1 + ((i128)1 << 126); // 2^127 - 1
    const struct indicator ratio = {.kind = KIND_RATIO, .decimals = 4};
    const struct component c = {.numerator = most, .denominator = 1, .leaves = 1, .reported = 1};
    const int64_t target = 1;
    struct rollup_texts texts;
    rollup_publish(&ratio, &c, &target, &texts);
    assert_string_equal(texts.value, "17014118346046923173168730371588410572700.0000");
    assert_string_equal(texts.completion, // × 10^4 × 100
                        "17014118346046923173168730371588410572700000000.00");
    assert_string_equal(texts.numerator, "17014118346046923173168730371588410.5727");
}

static void test_component_add(void **state)
{
    (void)state;
    const i128 most = ((i128)1 << 126) - 1 + ((i128)1 << 126);
    struct component sum = {.numerator = most - 1, .leaves = 1, .reported = 1};
    const struct component one = {.numerator = 1, .leaves = 2, .na = 1};
    struct err err;
    assert_int_equal(component_add(&sum, &one, "X-01", "FOOD", &err), 0);
    assert_true(sum.numerator == most);
    assert_int_equal(sum.leaves, 3);
    const struct component before = sum;
    assert_int_equal(component_add(&sum, &one, "X-01", "FOOD", &err), -1);
    assert_string_equal(err.code, "overflow");
    assert_string_equal(err.text, "the sum of FOOD of unit X-01 is too large");
    assert_true(component_equal(&sum, &before)); // nothing half added
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),      cmocka_unit_test(test_measures),
        cmocka_unit_test(test_completion), cmocka_unit_test(test_denominator_zero),
        cmocka_unit_test(test_publish),    cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_limits),     cmocka_unit_test(test_component_add),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
