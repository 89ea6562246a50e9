// Days and periods. Day numbers were taken from `date -u -d DATE +%s`, divided by 86400.
#include "core/period.h"
#include "tests/lib/cmocka_all.h"
#include <string.h>

static struct period period(const char *text)
{
    struct period result = {0};
    assert_true(period_parse(text, strlen(text), &result));
    return result;
}

static int32_t day(const char *text)
{
    int32_t result = 0;
    assert_true(day_parse(text, strlen(text), &result));
    return result;
}

static void counts_days(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t day;
    } cases[] = {
        {"1970-01-01", 0},       {"1969-12-31", -1},     {"1999-07-01", 10773},
        {"2000-02-29", 11016},   {"2000-03-01", 11017},  {"2022-06-30", 19173},
        {"1900-02-28", -25509},  {"1900-03-01", -25508}, {"0001-01-01", -719162},
        {"9999-12-31", 2932896},
    };
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        char text[DAY_TEXT_SIZE];
        assert_int_equal(day(cases[i].text), cases[i].day);
        day_format(cases[i].day, text);
        assert_string_equal(text, cases[i].text);
    }
}

// Years before the first: the eras of 400 years are counted downwards, not towards zero.
static void counts_days_before_year_one(void **state)
{
    (void)state;
    assert_int_equal(day_from_civil(0, 3, 1), -719468);
    assert_int_equal(day_from_civil(0, 2, 29), -719469); // year 0 is a leap year
    assert_int_equal(day_from_civil(-400, 3, 1), -719468 - 146097);
    assert_int_equal(day_from_civil(-1, 12, 31), day_from_civil(0, 1, 1) - 1);
    for (int32_t days = -719468 - 2 * 146097; days < -719468 + 800; days++) {
        int year, month, date;
        day_to_civil(days, &year, &month, &date);
        if (day_from_civil(year, month, date) != days)
            fail_msg("day %d became %d-%d-%d", days, year, month, date);
    }
}

static void formats_open_ends_as_nothing(void **state)
{
    (void)state;
    char text[DAY_TEXT_SIZE] = "x";
    day_format(DAY_MIN, text);
    assert_string_equal(text, "");
    memcpy(text, "x", 2);
    day_format(DAY_MAX, text);
    assert_string_equal(text, "");
}

static void refuses_days_that_are_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",           "2022-6-30",   "2022-02-29",  "1900-02-29",  "2022-00-01", "2022-13-01",
        "2022-04-31", "2022-01-32",  "2022-01-00",  "0000-01-01",  "30/06/2022", "2022/06/30",
        "2022-06-3O", "2022-06-30 ", " 2022-06-30", "2022-06-301", "+022-06-30", "2022-06--3",
        "2022-06-1:", "2022-06-2/",  "202:-06-30",  "2022-06/30",  "2022/06-30",
    };
    for (size_t i = 0; i < TEST_COUNT(texts); i++) {
        int32_t out = 4711;
        if (day_parse(texts[i], strlen(texts[i]), &out))
            fail_msg("\"%s\" taken for a day", texts[i]);
        assert_int_equal(out, 4711);
    }
}

static void reads_and_writes_periods(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum period_kind kind;
        int index, year;
        int32_t number;
    } cases[] = {
        {"2022-06", PERIOD_MONTH, 6, 2022, 202206},   {"2022-12", PERIOD_MONTH, 12, 2022, 202212},
        {"2022-Q1", PERIOD_QUARTER, 1, 2022, 202221}, {"2022-Q4", PERIOD_QUARTER, 4, 2022, 202224},
        {"2022-H1", PERIOD_HALF, 1, 2022, 202231},    {"2022-H2", PERIOD_HALF, 2, 2022, 202232},
        {"2022", PERIOD_YEAR, 1, 2022, 202241},       {"1900", PERIOD_YEAR, 1, 1900, 190041},
        {"2999-12", PERIOD_MONTH, 12, 2999, 299912},
    };
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        struct period got = period(cases[i].text), again = {0};
        assert_int_equal(got.kind, cases[i].kind);
        assert_int_equal(got.index, cases[i].index);
        assert_int_equal(got.year, cases[i].year);
        assert_int_equal(period_number(got), cases[i].number);
        assert_true(period_from_number(cases[i].number, &again));
        assert_true(period_equal(got, again));
        char text[PERIOD_TEXT_SIZE];
        period_format(got, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void refuses_periods_that_are_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",        "202",     "20220",   "2022-",   "2022-6",   "2022-00",  "2022-13",
        "2022-Q0", "2022-Q5", "2022-H0", "2022-H3", "2022-q1",  "2022-h1",  "2022Q1",
        "1899",    "3000",    "2022-Q",  "2022-1Q", "2022-06 ", " 2022-06", "06-2022",
        "2022-Y1", "-202",    "2O22",    "2022-1/", "202:-06",  "2022-0:",  "202/",
    };
    static const int32_t numbers[] = {0,         -202206,   202200, 202213, 202220,
                                      202225,    202230,    202233, 202240, 202242,
                                      INT32_MAX, INT32_MIN, 189941, 300001, 202299};
    struct period out = {9, 9, 9};
    for (size_t i = 0; i < TEST_COUNT(texts); i++)
        if (period_parse(texts[i], strlen(texts[i]), &out))
            fail_msg("\"%s\" taken for a period", texts[i]);
    for (size_t i = 0; i < TEST_COUNT(numbers); i++)
        if (period_from_number(numbers[i], &out))
            fail_msg("%d taken for a period", numbers[i]);
    assert_int_equal(out.year, 9);
    char text[PERIOD_TEXT_SIZE] = "x";
    period_format((struct period){0}, text);
    assert_string_equal(text, "");
}

static void goes_on_from_period_to_period(void **state)
{
    (void)state;
    static const struct {
        const char *period, *next;
    } cases[] = {
        {"2022-06", "2022-07"}, {"2022-12", "2023-01"}, {"2022-Q1", "2022-Q2"},
        {"2022-Q4", "2023-Q1"}, {"2022-H1", "2022-H2"}, {"2022-H2", "2023-H1"},
        {"2022", "2023"},
    };
    for (size_t i = 0; i < TEST_COUNT(cases); i++)
        assert_true(period_equal(period_next(period(cases[i].period)), period(cases[i].next)));
    assert_int_equal(period_distance(period("2022-01"), period("2022-01")), 0);
    assert_false(period_equal(period("2022-01"), period("2022-02")));
    assert_false(period_equal(period("2022-01"), period("2023-01")));
    assert_false(period_equal(period("2022-01"), period("2022-Q1")));
    assert_int_equal(period_distance(period("2022-01"), period("2023-03")), 14); // 12 + 2
    assert_int_equal(period_distance(period("2023-03"), period("2022-01")), -14);
    assert_int_equal(period_distance(period("2022-Q4"), period("2024-Q1")), 5); // 2 x 4 - 3
    assert_int_equal(period_distance(period("2022-H2"), period("2023-H1")), 1);
    assert_int_equal(period_distance(period("2025"), period("2021")), -4);
}

static void knows_first_and_last_days(void **state)
{
    (void)state;
    static const struct {
        const char *period;
        unsigned end_day;
        const char *first, *last;
    } cases[] = {
        {"2022-06", 0, "2022-06-01", "2022-06-30"},
        {"2022-02", 0, "2022-02-01", "2022-02-28"},
        {"2024-02", 0, "2024-02-01", "2024-02-29"},
        {"2022-Q1", 0, "2022-01-01", "2022-03-31"},
        {"2022-Q4", 0, "2022-10-01", "2022-12-31"},
        {"2022-H1", 0, "2022-01-01", "2022-06-30"},
        {"2022-H2", 0, "2022-07-01", "2022-12-31"},
        {"2022", 0, "2022-01-01", "2022-12-31"},
        // 15th of the month before the first month to 14th of the last month
        {"2022-06", 14, "2022-05-15", "2022-06-14"},
        {"2022-01", 14, "2021-12-15", "2022-01-14"},
        {"2022-Q1", 14, "2021-12-15", "2022-03-14"},
        {"2022-H1", 14, "2021-12-15", "2022-06-14"},
        {"2022-H2", 14, "2022-06-15", "2022-12-14"},
        {"2022", 14, "2021-12-15", "2022-12-14"},
        // no such day in the month: its last one
        {"2022-02", 30, "2022-01-31", "2022-02-28"},
        {"2022-03", 30, "2022-03-01", "2022-03-30"},
        {"2024-02", 29, "2024-01-30", "2024-02-29"},
        {"2022-04", 31, "2022-04-01", "2022-04-30"},
        {"2022-02", 28, "2022-01-29", "2022-02-28"},
        {"2022-02", 1, "2022-01-02", "2022-02-01"},
    };
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        struct period here = period(cases[i].period);
        char first[DAY_TEXT_SIZE], last[DAY_TEXT_SIZE];
        day_format(period_first_day(here, cases[i].end_day), first);
        day_format(period_last_day(here, cases[i].end_day), last);
        assert_string_equal(first, cases[i].first);
        assert_string_equal(last, cases[i].last);
    }
}

static void days_end_in_vietnam(void **state)
{
    (void)state;
    // 2022-07-01 00:00 +07:00 = 2022-06-30 17:00 UTC: 19173 x 86400 + 17 x 3600
    assert_true(day_end_instant(19173) == INT64_C(1656608400));
    assert_int_equal(day_of_instant(INT64_C(1656608399)), 19173);
    assert_int_equal(day_of_instant(INT64_C(1656608400)), 19174);
    assert_int_equal(day_of_instant(0), 0);
    assert_int_equal(day_of_instant(-25200), 0); // 1970-01-01 00:00 there
    assert_int_equal(day_of_instant(-25201), -1);
    assert_int_equal(day_of_instant(-86400 - 25201), -2);
    assert_true(day_of_instant(INT64_MAX) == DAY_MAX);
    assert_true(day_of_instant(INT64_MIN) == DAY_MIN);
    assert_true(day_end_instant(DAY_MAX) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_days),
        cmocka_unit_test(counts_days_before_year_one),
        cmocka_unit_test(formats_open_ends_as_nothing),
        cmocka_unit_test(refuses_days_that_are_none),
        cmocka_unit_test(reads_and_writes_periods),
        cmocka_unit_test(refuses_periods_that_are_none),
        cmocka_unit_test(goes_on_from_period_to_period),
        cmocka_unit_test(knows_first_and_last_days),
        cmocka_unit_test(days_end_in_vietnam),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
