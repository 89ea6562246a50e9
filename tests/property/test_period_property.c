// Days and periods against a calendar that is walked day by day.
#include "core/period.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/random.h"
#include <stdio.h>
#include <string.h>

#define ROUNDS 50000

// Every day from 1800 to 2999, with the rule of leap years written out.
static void walks_the_calendar(void **state)
{
    (void)state;
    int32_t day = day_from_civil(1800, 1, 1);
    int32_t first = day;
    for (int year = 1800; year <= 2999; year++) {
        bool leap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0);
        for (int month = 1; month <= 12; month++) {
            int length = month == 2                                              ? (leap ? 29 : 28)
                         : month == 4 || month == 6 || month == 9 || month == 11 ? 30
                                                                                 : 31;
            for (int date = 1; date <= 31; date++) {
                char text[40], again[DAY_TEXT_SIZE];
                int32_t parsed;
                snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, date);
                bool real = day_parse(text, strlen(text), &parsed);
                assert_int_equal(real, date <= length);
                if (!real)
                    continue;
                assert_int_equal(parsed, day);
                day_format(day, again);
                assert_string_equal(again, text);
                day++;
            }
        }
    }
    assert_int_equal(day - first, 1200 * 365 + 291); // leap years: 1200/4 - 12 centuries + 3
}

static struct period any_period(struct random *random)
{
    static const int counts[] = {0, 12, 4, 2, 1};
    int kind = (int)random_between(random, PERIOD_MONTH, PERIOD_YEAR);
    return (struct period){(uint8_t)kind, (uint8_t)random_between(random, 1, counts[kind]),
                           (int16_t)random_between(random, 1901, 2990)};
}

static void texts_and_numbers_name_one_period(void **state)
{
    (void)state;
    struct random random = random_start(__func__);
    for (int i = 0; i < ROUNDS; i++) {
        struct period period = any_period(&random), again = {0};
        char text[PERIOD_TEXT_SIZE];
        period_format(period, text);
        assert_true(period_parse(text, strlen(text), &again));
        assert_true(period_equal(period, again));
        again = (struct period){0};
        assert_true(period_from_number(period_number(period), &again));
        assert_true(period_equal(period, again));
    }
}

static void steps_and_distances_agree(void **state)
{
    (void)state;
    struct random random = random_start(__func__);
    for (int i = 0; i < ROUNDS; i++) {
        struct period start = any_period(&random), at = start;
        int steps = (int)random_below(&random, 9);
        for (int step = 0; step < steps; step++) {
            struct period next = period_next(at);
            assert_true(period_number(next) > period_number(at));
            at = next;
        }
        assert_int_equal(period_distance(start, at), steps);
        assert_int_equal(period_distance(at, start), -steps);
        struct period other = any_period(&random);
        if (other.kind == start.kind) // the way through another one is as long
            assert_int_equal(period_distance(start, other) + period_distance(other, at), steps);
    }
}

// Periods of a kind follow each other without gap, and a larger one is made of whole smaller ones.
static void periods_tile_the_calendar(void **state)
{
    (void)state;
    struct random random = random_start(__func__);
    static const int months[] = {0, 1, 3, 6, 12};
    for (int i = 0; i < ROUNDS; i++) {
        struct period period = any_period(&random);
        unsigned end_day = (unsigned)random_below(&random, 32);
        int32_t first = period_first_day(period, end_day), last = period_last_day(period, end_day);
        assert_true(first < last);
        assert_int_equal(period_first_day(period_next(period), end_day), last + 1);
        int length = months[period.kind];
        struct period month = {PERIOD_MONTH, (uint8_t)((period.index - 1) * length + 1),
                               period.year};
        assert_int_equal(period_first_day(month, end_day), first);
        for (int step = 1; step < length; step++)
            month = period_next(month);
        assert_int_equal(period_last_day(month, end_day), last);
    }
}

static void instants_and_days_agree(void **state)
{
    (void)state;
    struct random random = random_start(__func__);
    for (int i = 0; i < ROUNDS; i++) {
        int32_t day = (int32_t)random_between(&random, -800000, 800000);
        int64_t end = day_end_instant(day);
        assert_int_equal(day_of_instant(end - 1), day);
        assert_int_equal(day_of_instant(end), day + 1);
        assert_int_equal(day_of_instant(end - 1 - (int64_t)random_below(&random, 86400)), day);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks_the_calendar),
        cmocka_unit_test(texts_and_numbers_name_one_period),
        cmocka_unit_test(steps_and_distances_agree),
        cmocka_unit_test(periods_tile_the_calendar),
        cmocka_unit_test(instants_and_days_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
