// Decimals against independent methods: regular expressions for the grammar, schoolbook division on
// digits for the rounding.
#include "core/decimal.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/random.h"
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 200000

static int64_t amount(struct random *random)
{
    int64_t most = DECIMAL_MAX_E4;
    int64_t scales[] = {9, 10000, 99999999, most};
    int64_t limit = scales[random_below(random, TEST_COUNT(scales))];
    return random_between(random, -limit, limit);
}

static void parses_what_it_formats(void **state)
{
    (void)state;
    struct random random = random_start(__func__);
    for (int i = 0; i < ROUNDS; i++) {
        int64_t value = amount(&random), again = 0;
        char text[DECIMAL_TEXT_SIZE];
        size_t length = decimal_format(value, DECIMAL_SCALE, text);
        assert_int_equal(decimal_parse(text, length, DECIMAL_POINT, &again), DECIMAL_OK);
        assert_true(value == again);
        length = decimal_fixed(value, DECIMAL_SCALE, text); // with trailing zeros
        assert_int_equal(decimal_parse(text, length, DECIMAL_POINT, &again), DECIMAL_OK);
        assert_true(value == again);
    }
}

// "1234567.5" as a Vietnamese spreadsheet writes it: "1.234.567,5".
static void vietnamese(const char *point, char *out)
{
    size_t whole = strcspn(point, "."), start = point[0] == '-';
    for (size_t i = 0; i < whole; i++) {
        *out++ = point[i];
        size_t left = whole - 1 - i;
        if (i >= start && left > 0 && left % 3 == 0)
            *out++ = '.';
    }
    if (point[whole] == '.')
        *out++ = ',';
    strcpy(out, point[whole] == '.' ? point + whole + 1 : "");
}

static void parses_vietnamese_writing(void **state)
{
    (void)state;
    struct random random = random_start(__func__);
    for (int i = 0; i < ROUNDS; i++) {
        int64_t value = amount(&random), again = 0;
        char point[DECIMAL_TEXT_SIZE], comma[2 * DECIMAL_TEXT_SIZE];
        decimal_format(value, DECIMAL_SCALE, point);
        vietnamese(point, comma);
        assert_int_equal(decimal_parse(comma, strlen(comma), DECIMAL_COMMA, &again), DECIMAL_OK);
        assert_true(value == again);
    }
}

struct grammar {
    regex_t number, other; // of the style, and what is ambiguous in it
};

static void grammar_compile(struct grammar *grammar, const char *number, const char *other)
{
    assert_int_equal(regcomp(&grammar->number, number, REG_EXTENDED | REG_NOSUB), 0);
    assert_int_equal(regcomp(&grammar->other, other, REG_EXTENDED | REG_NOSUB), 0);
}

static enum decimal_result expected_result(const struct grammar *grammar, const char *text,
                                           char decimal_sign)
{
    if (text[0] == '\0')
        return DECIMAL_EMPTY;
    if (regexec(&grammar->number, text, 0, NULL, 0) == 0) {
        const char *fraction = strchr(text, decimal_sign);
        if (fraction != NULL && strlen(fraction + 1) > 4)
            return DECIMAL_TOO_PRECISE;
        return DECIMAL_OK; // too short to be out of range
    }
    bool zero = strpbrk(text, "123456789") == NULL;
    bool other = regexec(&grammar->other, text, 0, NULL, 0) == 0;
    return other && !zero ? DECIMAL_AMBIGUOUS : DECIMAL_MALFORMED;
}

static void random_text(struct random *random, char *text)
{
    static const char alphabet[] = "0001234567899...,,,-";
    static const char strange[] = "+eE xX%";
    size_t length = random_below(random, 11);
    for (size_t i = 0; i < length; i++)
        text[i] = random_below(random, 40) == 0
                      ? strange[random_below(random, sizeof strange - 1)]
                      : alphabet[random_below(random, sizeof alphabet - 1)];
    text[length] = '\0';
}

static void agrees_with_regular_expressions(void **state)
{
    (void)state;
    struct random random = random_start(__func__);
    struct grammar point, comma;
    size_t seen[DECIMAL_AMBIGUOUS + 1] = {0};
    grammar_compile(&point, "^-?[0-9]+(\\.[0-9]+)?$", "^-?[0-9]{1,3},[0-9]{3}$");
    grammar_compile(&comma, "^-?([0-9]+|[1-9][0-9]{0,2}(\\.[0-9]{3})+)(,[0-9]+)?$",
                    "^-?[0-9]+\\.[0-9]+$");
    for (int i = 0; i < ROUNDS * 5; i++) {
        char text[16];
        int64_t value;
        random_text(&random, text);
        enum decimal_result want_point = expected_result(&point, text, '.');
        enum decimal_result want_comma = expected_result(&comma, text, ',');
        if (decimal_parse(text, strlen(text), DECIMAL_POINT, &value) != want_point ||
            decimal_parse(text, strlen(text), DECIMAL_COMMA, &value) != want_comma)
            fail_msg("\"%s\"", text);
        seen[want_point]++;
        seen[want_comma]++;
    }
    assert_true(seen[DECIMAL_OK] > 1000 && seen[DECIMAL_AMBIGUOUS] > 1000); // not all is nonsense
    regfree(&point.number);
    regfree(&point.other);
    regfree(&comma.number);
    regfree(&comma.other);
}

// Adds one to the last digit of a decimal text, carrying; `text` has room for one more digit.
static void increment(char *text)
{
    size_t at = strlen(text);
    while (at-- > 0) {
        if (text[at] == '.')
            continue;
        if (text[at] != '9') {
            text[at]++;
            return;
        }
        text[at] = '0';
    }
    memmove(text + 1, text, strlen(text) + 1);
    text[0] = '1';
}

// The published text, digit by digit; both numbers below 2^59.
static void schoolbook(int64_t numerator, int64_t denominator, unsigned decimals, char *out)
{
    uint64_t size = (uint64_t)(numerator < 0 ? -numerator : numerator);
    uint64_t divisor = (uint64_t)denominator;
    char digits[64];
    int length = sprintf(digits, "%llu", (unsigned long long)(size / divisor));
    uint64_t rest = size % divisor;
    for (unsigned i = 0; i < decimals; i++) {
        if (i == 0)
            digits[length++] = '.';
        digits[length++] = (char)('0' + rest * 10 / divisor);
        rest = rest * 10 % divisor;
    }
    digits[length] = '\0';
    if (rest * 2 >= divisor)
        increment(digits);
    bool zero = strpbrk(digits, "123456789") == NULL;
    sprintf(out, "%s%s", numerator < 0 && !zero ? "-" : "", digits);
}

static void rounds_like_schoolbook_division(void **state)
{
    (void)state;
    struct random random = random_start(__func__);
    static const int64_t limits[] = {10, 1000, INT64_C(1000000000), INT64_C(1) << 59};
    mpq_t value;
    mpq_init(value);
    for (int i = 0; i < ROUNDS; i++) {
        int64_t limit = limits[random_below(&random, TEST_COUNT(limits))];
        int64_t numerator = random_between(&random, -limit, limit);
        int64_t denominator = random_between(&random, 1, limit);
        if (random_below(&random, 4) == 0)
            denominator = 8 * (int64_t)random_between(&random, 1, 125); // many exact halves
        unsigned decimals = (unsigned)random_below(&random, 7);
        char want[80], fixed[DECIMAL_TEXT_SIZE];
        schoolbook(numerator, denominator, decimals, want);
        i128 count;
        assert_true(decimal_round_i128(numerator, denominator, decimals, &count));
        decimal_fixed(count, decimals, fixed);
        assert_string_equal(fixed, want);
        mpq_set_si(value, numerator, (unsigned long)denominator);
        mpq_canonicalize(value);
        char *published = decimal_publish(value, decimals);
        assert_string_equal(published, want);
        free(published);
    }
    mpq_clear(value);
}

static i128 wide(struct random *random)
{
    u128 bits = (u128)random_next(random) << 64 | random_next(random);
    return (i128)(bits >> random_below(random, 128)) * (random_below(random, 2) == 0 ? 1 : -1);
}

// Both ways of rounding are one rule: where the fast one says that it can, it says the same.
static void fast_path_agrees_with_gmp(void **state)
{
    (void)state;
    struct random random = random_start(__func__);
    mpq_t value;
    mpz_t slow, fast;
    mpq_init(value);
    mpz_inits(slow, fast, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        i128 numerator = wide(&random), denominator = wide(&random), count;
        if (denominator < 0)
            denominator = -denominator;
        unsigned decimals = (unsigned)random_below(&random, 5);
        if (denominator <= 0 || !decimal_round_i128(numerator, denominator, decimals, &count))
            continue;
        mpz_set_i128(mpq_numref(value), numerator);
        mpz_set_i128(mpq_denref(value), denominator);
        mpq_canonicalize(value);
        decimal_round_q(value, decimals, slow);
        mpz_set_i128(fast, count);
        assert_int_equal(mpz_cmp(slow, fast), 0);
    }
    mpz_clears(slow, fast, NULL);
    mpq_clear(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_what_it_formats),
        cmocka_unit_test(parses_vietnamese_writing),
        cmocka_unit_test(agrees_with_regular_expressions),
        cmocka_unit_test(rounds_like_schoolbook_division),
        cmocka_unit_test(fast_path_agrees_with_gmp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
