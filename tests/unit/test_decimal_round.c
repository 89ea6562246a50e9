// The one rounding rule, and 128 bits against GMP.
#include "core/decimal.h"
#include "tests/lib/cmocka_all.h"
#include <stdlib.h>

static const i128 most = (i128)(((u128)1 << 127) - 1);

struct rounding {
    int64_t numerator, denominator;
    unsigned decimals;
    int64_t count;
    const char *text;
};
static const struct rounding roundings[] = {
    {1, 8, 2, 13, "0.13"}, // 0.125: half goes away from zero
    {-1, 8, 2, -13, "-0.13"},
    {1249999, 10000000, 2, 12, "0.12"}, // 0.1249999
    {1250001, 10000000, 2, 13, "0.13"},
    {1, 2, 0, 1, "1"},
    {-1, 2, 0, -1, "-1"},
    {5, 2, 0, 3, "3"}, // not to even
    {-5, 2, 0, -3, "-3"},
    {1, 3, 2, 33, "0.33"},
    {2, 3, 2, 67, "0.67"},
    {-2, 3, 2, -67, "-0.67"},
    {-1, 1000, 2, 0, "0.00"},  // zero has no sign
    {-1, 200, 2, -1, "-0.01"}, // -0.005
    {5, 1, 2, 500, "5.00"},
    {0, 7, 4, 0, "0.0000"},
    {999999, 10000, 2, 10000, "100.00"}, // 99.9999
    {1, 100000, 4, 0, "0.0000"},         // 0.00001
    {5, 100000, 4, 1, "0.0001"},         // 0.00005
    {1000, 1, 0, 1000, "1000"},
};

static void rounds_half_away_from_zero(void **state)
{
    (void)state;
    mpq_t value;
    mpz_t count;
    mpq_init(value);
    mpz_init(count);
    for (size_t i = 0; i < TEST_COUNT(roundings); i++) {
        const struct rounding *want = &roundings[i];
        mpq_set_si(value, want->numerator, (unsigned long)want->denominator);
        mpq_canonicalize(value);
        decimal_round_q(value, want->decimals, count);
        assert_int_equal(mpz_get_si(count), want->count);
        char *text = decimal_publish(value, want->decimals);
        assert_string_equal(text, want->text);
        free(text);
        i128 fast = 0;
        assert_true(decimal_round_i128(want->numerator, want->denominator, want->decimals, &fast));
        assert_true(fast == want->count);
    }
    mpz_clear(count);
    mpq_clear(value);
}

static void fast_path_knows_its_limits(void **state)
{
    (void)state;
    i128 out = 4711;
    assert_false(decimal_round_i128(most, 1, 1, &out));
    assert_false(decimal_round_i128(most / 10 + 1, 1, 1, &out));
    assert_false(decimal_round_i128(-most / 10 - 1, 1, 1, &out));
    assert_true(out == 4711);
    assert_true(decimal_round_i128(most / 10, 1, 1, &out));
    assert_true(out == most / 10 * 10);
    assert_true(decimal_round_i128(most, most, 0, &out));
    assert_true(out == 1);
    // 2^126 / (2^127 - 1) is a little more than a half: twice the rest would not fit.
    assert_true(decimal_round_i128(most / 2 + 1, most, 0, &out));
    assert_true(out == 1);
    assert_true(decimal_round_i128(most / 2, most, 0, &out));
    assert_true(out == 0);
    assert_true(decimal_round_i128(-most - 1, 1, 0, &out));
    assert_true(out == -most - 1);
}

static void publishes_any_size(void **state)
{
    (void)state;
    mpq_t value;
    mpq_init(value);
    // (10^40 x 8 + 1) / 8 = 10^40 + 0.125
    mpq_set_str(value, "80000000000000000000000000000000000000001/8", 10);
    char *text = decimal_publish(value, 2);
    assert_string_equal(text, "10000000000000000000000000000000000000000.13");
    free(text);
    mpq_neg(value, value);
    text = decimal_publish(value, 0);
    assert_string_equal(text, "-10000000000000000000000000000000000000000");
    free(text);
    mpq_clear(value);
}

static void takes_128_bits(void **state)
{
    (void)state;
    static const struct {
        u128 size;
        bool negative;
        const char *text;
    } cases[] = {
        {0, false, "0"},
        {1, true, "-1"},
        {(u128)1 << 64, false, "18446744073709551616"},
        {((u128)1 << 64) - 1, true, "-18446744073709551615"},
        {(u128)1 << 127, true, "-170141183460469231731687303715884105728"},
        {((u128)1 << 127) - 1, false, "170141183460469231731687303715884105727"},
    };
    mpz_t number;
    mpz_init(number);
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        i128 value = (i128)(cases[i].negative ? -cases[i].size : cases[i].size);
        mpz_set_i128(number, value);
        char text[64];
        mpz_get_str(text, 10, number);
        assert_string_equal(text, cases[i].text);
    }
    mpz_clear(number);
}

static void makes_rationals_in_lowest_terms(void **state)
{
    (void)state;
    mpq_t value, expected;
    mpq_inits(value, expected, NULL);
    mpq_set_e4(value, 385000);
    mpq_set_si(expected, 77, 2);
    assert_true(mpq_equal(value, expected));
    mpq_set_scaled(value, -125, 8);
    mpq_set_si(expected, -1, 800000);
    assert_true(mpq_equal(value, expected));
    mpq_set_scaled(value, 0, 4);
    assert_int_equal(mpq_sgn(value), 0);
    mpq_clears(value, expected, NULL);
}

static void gives_hundredths_that_fit(void **state)
{
    (void)state;
    mpq_t value;
    mpq_init(value);
    int64_t count = 4711;
    mpq_set_str(value, "1/8", 10);
    assert_int_equal(decimal_round_e2(value, &count), 0);
    assert_int_equal(count, 13);
    mpq_set_str(value, "9223372036854775807/100", 10);
    assert_int_equal(decimal_round_e2(value, &count), 0);
    assert_true(count == INT64_MAX);
    count = 4711;
    mpq_set_str(value, "9223372036854775808/100", 10);
    mpq_canonicalize(value);
    assert_int_equal(decimal_round_e2(value, &count), -1);
    assert_int_equal(count, 4711);
    mpq_neg(value, value);
    assert_int_equal(decimal_round_e2(value, &count), 0);
    assert_true(count == INT64_MIN);
    mpq_clear(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rounds_half_away_from_zero),
        cmocka_unit_test(fast_path_knows_its_limits),
        cmocka_unit_test(publishes_any_size),
        cmocka_unit_test(takes_128_bits),
        cmocka_unit_test(makes_rationals_in_lowest_terms),
        cmocka_unit_test(gives_hundredths_that_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
