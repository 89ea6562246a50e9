// Reading and writing decimals in both conventions.
#include "core/decimal.h"
#include "tests/lib/cmocka_all.h"
#include <stdlib.h>
#include <string.h>

struct reading {
    const char *text;
    enum decimal_style style;
    enum decimal_result result;
    int64_t value_e4;
};

// Parses a copy of exactly the bytes: who looks behind them is seen by the sanitizer.
static enum decimal_result parse(const char *text, size_t length, enum decimal_style style,
                                 int64_t *ret_e4)
{
    char *exact = malloc(length > 0 ? length : 1);
    assert_non_null(exact);
    memcpy(exact, text, length);
    enum decimal_result result = decimal_parse(exact, length, style, ret_e4);
    free(exact);
    return result;
}

static void check(const struct reading *readings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct reading *want = &readings[i];
        int64_t value = 4711;
        enum decimal_result result = decimal_parse(want->text, strlen(want->text), want->style,
                                                   &value);
        if (result != want->result)
            fail_msg("\"%s\" in style %d: result %d, not %d", want->text, (int)want->style,
                     (int)result, (int)want->result);
        int64_t expected = want->result == DECIMAL_OK ? want->value_e4 : 4711;
        if (value != expected)
            fail_msg("\"%s\" in style %d: %lld, not %lld", want->text, (int)want->style,
                     (long long)value, (long long)expected);
    }
}

static void reads_point_style(void **state)
{
    (void)state;
    static const struct reading readings[] = {
        {"0", DECIMAL_POINT, DECIMAL_OK, 0},
        {"-0", DECIMAL_POINT, DECIMAL_OK, 0},
        {"-0.0", DECIMAL_POINT, DECIMAL_OK, 0},
        {"38.5", DECIMAL_POINT, DECIMAL_OK, 385000}, // 38.5 x 10^4
        {"38.000", DECIMAL_POINT, DECIMAL_OK, 380000},
        {"1.920", DECIMAL_POINT, DECIMAL_OK, 19200},
        {"-0.5", DECIMAL_POINT, DECIMAL_OK, -5000},
        {"0.0001", DECIMAL_POINT, DECIMAL_OK, 1},
        {"-0.0001", DECIMAL_POINT, DECIMAL_OK, -1},
        {"007", DECIMAL_POINT, DECIMAL_OK, 70000},
        {"00000000000000000000000000000000000000000000000012.5", DECIMAL_POINT, DECIMAL_OK, 125000},
    };
    check(readings, TEST_COUNT(readings));
}

static void reads_comma_style(void **state)
{
    (void)state;
    static const struct reading readings[] = {
        {"0", DECIMAL_COMMA, DECIMAL_OK, 0},
        {"1920", DECIMAL_COMMA, DECIMAL_OK, 19200000},
        {"1.920", DECIMAL_COMMA, DECIMAL_OK, 19200000},
        {"-1.920", DECIMAL_COMMA, DECIMAL_OK, -19200000},
        {"38,5", DECIMAL_COMMA, DECIMAL_OK, 385000},
        {"0,5", DECIMAL_COMMA, DECIMAL_OK, 5000},
        {"1,920", DECIMAL_COMMA, DECIMAL_OK, 19200},
        {"12.345", DECIMAL_COMMA, DECIMAL_OK, 123450000},
        {"123.456", DECIMAL_COMMA, DECIMAL_OK, 1234560000},
        {"1.234.567,89", DECIMAL_COMMA, DECIMAL_OK, 12345678900}, // 1234567.89 x 10^4
        {"1234567,89", DECIMAL_COMMA, DECIMAL_OK, 12345678900},
    };
    check(readings, TEST_COUNT(readings));
}

static void holds_the_limits(void **state)
{
    (void)state;
    static const struct reading readings[] = {
        {"100000000000", DECIMAL_POINT, DECIMAL_OK, INT64_C(1000000000000000)},
        {"-100000000000", DECIMAL_POINT, DECIMAL_OK, -INT64_C(1000000000000000)},
        {"100000000000.0000", DECIMAL_POINT, DECIMAL_OK, INT64_C(1000000000000000)},
        {"99999999999.9999", DECIMAL_POINT, DECIMAL_OK, INT64_C(999999999999999)},
        {"100000000000.0001", DECIMAL_POINT, DECIMAL_OUT_OF_RANGE, 0},
        {"-100000000000.0001", DECIMAL_POINT, DECIMAL_OUT_OF_RANGE, 0},
        {"100000000001", DECIMAL_POINT, DECIMAL_OUT_OF_RANGE, 0},
        {"18446744073709551616", DECIMAL_POINT, DECIMAL_OUT_OF_RANGE, 0}, // 2^64: no wrap
        {"184467440737095516160000000000000000001", DECIMAL_POINT, DECIMAL_OUT_OF_RANGE, 0},
        {"100.000.000.000", DECIMAL_COMMA, DECIMAL_OK, INT64_C(1000000000000000)},
        {"100.000.000.000,0001", DECIMAL_COMMA, DECIMAL_OUT_OF_RANGE, 0},
        {"1.2345", DECIMAL_POINT, DECIMAL_OK, 12345},
        {"1.23450", DECIMAL_POINT, DECIMAL_TOO_PRECISE, 0},
        {"0.00000", DECIMAL_POINT, DECIMAL_TOO_PRECISE, 0},
        {"1,2345", DECIMAL_COMMA, DECIMAL_OK, 12345},
        {"1,23456", DECIMAL_COMMA, DECIMAL_TOO_PRECISE, 0},
        {"1.920,12345", DECIMAL_COMMA, DECIMAL_TOO_PRECISE, 0},
        {"", DECIMAL_POINT, DECIMAL_EMPTY, 0},
        {"", DECIMAL_COMMA, DECIMAL_EMPTY, 0},
    };
    check(readings, TEST_COUNT(readings));
}

static void refuses_what_is_no_number(void **state)
{
    (void)state;
    static const char *const both[] = {
        "+1",
        " 1",
        "1 ",
        "-",
        "--1",
        "- 1",
        "1e3",
        "0x1F",
        "1-",
        "NaN",
        "inf",
        "1_000",
        "1'000",
        "1 920",
        "1.2.3",
        "1,2,3",
        "a",
        "1.920,5.1",
        "\t1",
        "1\n",
        ".",
        ",",
        "-.",
        "%",
        "1%",
        "5.",
        "5,",
        ".5",
        ",5",
        "-.5",
        "-,5",
        "\xEF\xBC\x91" /* fullwidth 1 */,
        "\xE2\x88\x92"
        "1" /* U+2212 minus */,
    };
    static const struct reading readings[] = {
        {"38,5", DECIMAL_POINT, DECIMAL_MALFORMED, 0}, // a comma that cannot group anything
        {"1,92", DECIMAL_POINT, DECIMAL_MALFORMED, 0},
        {"1234,567", DECIMAL_POINT, DECIMAL_MALFORMED, 0},
        {"1,920,000", DECIMAL_POINT, DECIMAL_MALFORMED, 0},
        {"1,920.5", DECIMAL_POINT, DECIMAL_MALFORMED, 0},
        {"1.920,5", DECIMAL_POINT, DECIMAL_MALFORMED, 0},
        {"1.92,5", DECIMAL_COMMA, DECIMAL_MALFORMED, 0},
        {"1.920.", DECIMAL_COMMA, DECIMAL_MALFORMED, 0},
        {"1.920,", DECIMAL_COMMA, DECIMAL_MALFORMED, 0},
        {"1..920", DECIMAL_COMMA, DECIMAL_MALFORMED, 0},
        {"1.23.456", DECIMAL_COMMA, DECIMAL_MALFORMED, 0},
        {"1.234.5678", DECIMAL_COMMA, DECIMAL_MALFORMED, 0},
        {"1234.567.890", DECIMAL_COMMA, DECIMAL_MALFORMED, 0},
        {"0.500.000", DECIMAL_COMMA, DECIMAL_MALFORMED, 0},
        {"1,920.5", DECIMAL_COMMA, DECIMAL_MALFORMED, 0},
        {"0.0", DECIMAL_COMMA, DECIMAL_MALFORMED, 0}, // both readings are 0
    };
    for (size_t i = 0; i < TEST_COUNT(both); i++) {
        struct reading pair[] = {{both[i], DECIMAL_POINT, DECIMAL_MALFORMED, 0},
                                 {both[i], DECIMAL_COMMA, DECIMAL_MALFORMED, 0}};
        check(pair, TEST_COUNT(pair));
    }
    check(readings, TEST_COUNT(readings));
}

static void reads_all_bytes(void **state)
{
    (void)state;
    int64_t value = 0;
    assert_int_equal(parse("1\0", 2, DECIMAL_POINT, &value), DECIMAL_MALFORMED);
    assert_int_equal(parse("38.5", 2, DECIMAL_POINT, &value), DECIMAL_OK);
    assert_int_equal(value, 380000);
    assert_int_equal(parse("38.5", 3, DECIMAL_POINT, &value), DECIMAL_MALFORMED);
}

static void shows_both_readings(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum decimal_style style;
        const char *grouped, *fraction;
    } cases[] = {
        {"1,920", DECIMAL_POINT, "1920", "1.92"},
        {"-1,920", DECIMAL_POINT, "-1920", "-1.92"},
        {"0,500", DECIMAL_POINT, "500", "0.5"},
        {"123,456", DECIMAL_POINT, "123456", "123.456"},
        {"0.500", DECIMAL_COMMA, "500", "0.5"},
        {"1.92", DECIMAL_COMMA, "192", "1.92"},
        {"38.5", DECIMAL_COMMA, "385", "38.5"},
        {"1.9200", DECIMAL_COMMA, "19200", "1.92"},
        {"-38.5", DECIMAL_COMMA, "-385", "-38.5"},
        {"012.345", DECIMAL_COMMA, "12345", "12.345"},
        {"1234.567", DECIMAL_COMMA, "1234567", "1234.567"},
        {"1.0", DECIMAL_COMMA, "10", "1"},
    };
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        char grouped[DECIMAL_TEXT_SIZE], fraction[DECIMAL_TEXT_SIZE];
        size_t length = strlen(cases[i].text);
        int64_t value = 4711;
        assert_int_equal(parse(cases[i].text, length, cases[i].style, &value), DECIMAL_AMBIGUOUS);
        assert_int_equal(value, 4711);
        char *exact = malloc(length);
        assert_non_null(exact);
        memcpy(exact, cases[i].text, length);
        decimal_readings(exact, length, grouped, fraction);
        free(exact);
        assert_string_equal(grouped, cases[i].grouped);
        assert_string_equal(fraction, cases[i].fraction);
    }
}

static void long_texts_have_no_readings(void **state)
{
    (void)state;
    char text[] = "1.0000000000000000000000000000000000001"; // 39 bytes: one more than is shown
    int64_t value = 0;
    assert_int_equal(strlen(text), 39);
    assert_int_equal(parse(text, 39, DECIMAL_COMMA, &value), DECIMAL_MALFORMED);
    assert_int_equal(parse(text, 38, DECIMAL_COMMA, &value), DECIMAL_AMBIGUOUS);
}

static void formats_without_trailing_zeros(void **state)
{
    (void)state;
    i128 most = (i128)(((u128)1 << 127) - 1);
    static const struct {
        int64_t value;
        unsigned scale;
        const char *text;
    } cases[] = {
        {19200000, 4, "1920"}, {-5000, 4, "-0.5"},
        {0, 4, "0"},           {0, 8, "0"},
        {1, 8, "0.00000001"},  {100, 0, "100"},
        {-1, 4, "-0.0001"},    {12345, 4, "1.2345"},
        {100000, 4, "10"},     {1, 18, "0.000000000000000001"},
    };
    char buffer[DECIMAL_TEXT_SIZE];
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        size_t length = decimal_format(cases[i].value, cases[i].scale, buffer);
        assert_string_equal(buffer, cases[i].text);
        assert_int_equal(length, strlen(cases[i].text));
    }
    decimal_format(-most - 1, 0, buffer); // -2^127
    assert_string_equal(buffer, "-170141183460469231731687303715884105728");
    decimal_format(most, 18, buffer);
    assert_string_equal(buffer, "170141183460469231731.687303715884105727");
}

static void writes_fixed_decimals(void **state)
{
    (void)state;
    static const struct {
        int64_t count;
        unsigned decimals;
        const char *text;
    } cases[] = {
        {500, 2, "5.00"}, {-5, 2, "-0.05"}, {0, 2, "0.00"},     {7, 0, "7"},
        {0, 0, "0"},      {13, 2, "0.13"},  {-100, 2, "-1.00"}, {1, 4, "0.0001"},
    };
    char buffer[DECIMAL_TEXT_SIZE];
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        size_t length = decimal_fixed(cases[i].count, cases[i].decimals, buffer);
        assert_string_equal(buffer, cases[i].text);
        assert_int_equal(length, strlen(cases[i].text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_point_style),
        cmocka_unit_test(reads_comma_style),
        cmocka_unit_test(holds_the_limits),
        cmocka_unit_test(refuses_what_is_no_number),
        cmocka_unit_test(reads_all_bytes),
        cmocka_unit_test(shows_both_readings),
        cmocka_unit_test(long_texts_have_no_readings),
        cmocka_unit_test(formats_without_trailing_zeros),
        cmocka_unit_test(writes_fixed_decimals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
