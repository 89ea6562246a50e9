// The calendar's edges, a second before, at and after each: the end of the due time, of the time before
// the lock, and of an exception. The ends were counted by hand on a calendar and stand here in UTC, where
// a day of Asia/Ho_Chi_Minh ends at 17:00 of the same date.
#include "core/deadline.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/found.h"
#include "tests/lib/tree.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define US INT64_C(1000000)

// 17:00 UTC of a date by the C library's calendar, in microseconds.
static int64_t evening(const char *date)
{
    struct tm time = {.tm_hour = 17};
    assert_int_equal(sscanf(date, "%d-%d-%d", &time.tm_year, &time.tm_mon, &time.tm_mday), 3);
    time.tm_year -= 1900;
    time.tm_mon -= 1;
    return timegm(&time) * US;
}

static struct campaign *make(const char *reporting, const char *from, const char *to,
                             const char *rest)
{
    char yaml[1024];
    snprintf(yaml, sizeof yaml,
             "campaign: t\nowner: D\noffice_level: commune\ncompetitors: {level: commune}\n"
             "reporting: %s\nfrom: %s\nto: %s\n%s"
             "indicators:\n  - {code: A, kind: assessed, points: 1}\n",
             reporting, from, to, rest);
    return campaign_make(yaml);
}

static struct period period(const char *text)
{
    struct period result;
    assert_true(period_parse(text, strlen(text), &result));
    return result;
}

// What becomes of an entry that comes at `now`, when the edges are at these instants.
static void check_edge(const struct campaign *campaign, struct period of, int64_t due_us,
                       int64_t lock_us, int64_t until_us)
{
    const int64_t edges[] = {due_us, lock_us, until_us};
    for (size_t edge = 0; edge < TEST_COUNT(edges); edge++)
        for (int second = -1; second <= 1; second++) {
            int64_t now = edges[edge] + second * US;
            assert_int_equal(period_late(campaign, of, now, now), now >= due_us);
            assert_int_equal(period_late(campaign, of, INT64_MAX, now), now >= due_us);
            assert_int_equal(period_due_past(campaign, of, now), now >= due_us);
            assert_int_equal(period_locked(campaign, of, INT64_MIN, now), now >= lock_us);
            assert_int_equal(period_locked(campaign, of, until_us, now),
                             now >= lock_us && now >= until_us);
        }
    // and what stands above, spelled out where each edge changes something
    assert_false(period_late(campaign, of, due_us - US, due_us - US));
    assert_true(period_late(campaign, of, due_us, due_us));
    assert_false(period_locked(campaign, of, INT64_MIN, lock_us - US));
    assert_true(period_locked(campaign, of, INT64_MIN, lock_us));
    assert_false(period_locked(campaign, of, until_us, until_us - US));
    assert_int_equal(period_locked(campaign, of, until_us, until_us), until_us >= lock_us);
    assert_true(period_late(campaign, of, until_us, until_us)); // opened, but late all the same
}

static void edges(void **state)
{
    static const struct {
        const char *reporting, *period;
        unsigned end_day, due_days, lock_days;
        const char *due, *lock, *until; // the last day of each
    } cases[] = {
        // by the calendar
        {"month", "2022-06", 0, 10, 40, "2022-07-10", "2022-08-09", "2022-08-31"},
        {"month", "2022-02", 0, 0, 1, "2022-02-28", "2022-03-01", "2022-03-31"},
        {"quarter", "2022-Q1", 0, 10, 40, "2022-04-10", "2022-05-10", "2022-05-31"},
        {"half", "2022-H1", 0, 15, 30, "2022-07-15", "2022-07-30", "2022-07-31"},
        {"year", "2022", 0, 10, 31, "2023-01-10", "2023-01-31", "2023-02-28"},
        // leap days: as the period's last one, as the due day, the lock's, the exception's
        {"month", "2024-02", 0, 0, 1, "2024-02-29", "2024-03-01", "2024-03-02"},
        {"month", "2024-01", 0, 29, 30, "2024-02-29", "2024-03-01", "2024-03-02"},
        {"month", "2023-01", 0, 29, 30, "2023-03-01", "2023-03-02", "2023-03-03"}, // no leap year
        {"month", "2100-02", 0, 0, 1, "2100-02-28", "2100-03-01", "2100-03-02"},   // none either
        {"month", "2000-02", 0, 0, 0, "2000-02-29", "2000-02-29", "2000-03-01"},
        {"quarter", "2023-Q4", 0, 31, 60, "2024-01-31", "2024-02-29", "2024-03-01"},
        {"quarter", "2023-Q4", 0, 10, 40, "2024-01-10", "2024-02-09", "2024-02-29"},
        // the end of the year
        {"month", "2022-12", 0, 0, 10, "2022-12-31", "2023-01-10", "2023-01-11"},
        {"quarter", "2022-Q3", 0, 20, 92, "2022-10-20", "2022-12-31", "2023-01-01"},
        {"month", "2022-11", 0, 10, 20, "2022-12-10", "2022-12-20", "2022-12-31"},
        // from the 15th to the 14th
        {"month", "2022-06", 14, 3, 10, "2022-06-17", "2022-06-24", "2022-06-30"},
        {"month", "2022-01", 14, 0, 0, "2022-01-14", "2022-01-14", "2022-01-15"},
        {"month", "2022-12", 14, 17, 18, "2022-12-31", "2023-01-01", "2023-01-02"},
        {"month", "2024-02", 14, 15, 16, "2024-02-29", "2024-03-01", "2024-03-14"},
        {"quarter", "2022-Q4", 14, 3, 20, "2022-12-17", "2023-01-03", "2023-01-31"},
        {"half", "2022-H2", 14, 3, 31, "2022-12-17", "2023-01-14", "2023-01-15"},
        {"year", "2022", 14, 1, 17, "2022-12-15", "2022-12-31", "2023-01-01"},
        // an end before the lock has no effect
        {"month", "2022-06", 0, 10, 40, "2022-07-10", "2022-08-09", "2022-07-31"},
        {"month", "2022-06", 0, 10, 40, "2022-07-10", "2022-08-09", "2022-08-09"},
    };
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        char rest[128];
        int length = snprintf(rest, sizeof rest, "due_days: %u\nlock_days: %u\n", cases[i].due_days,
                              cases[i].lock_days);
        if (cases[i].end_day > 0)
            snprintf(rest + length, sizeof rest - (size_t)length, "period_end_day: %u\n",
                     cases[i].end_day);
        struct campaign *campaign = make(cases[i].reporting, cases[i].period, cases[i].period,
                                         rest);
        struct period of = period(cases[i].period);
        if (period_due_us(campaign, of) != evening(cases[i].due) ||
            period_lock_us(campaign, of) != evening(cases[i].lock))
            fail_msg("case %zu, %s: due or lock is not at the end of %s, %s", i, cases[i].period,
                     cases[i].due, cases[i].lock);
        assert_true(day_end_us(tree_day(cases[i].until)) == evening(cases[i].until));
        check_edge(campaign, of, evening(cases[i].due), evening(cases[i].lock),
                   evening(cases[i].until));
        campaign_destroy(campaign);
    }
}

static void without_days(void **state)
{
    struct campaign *campaign = make("quarter", "2022-Q1", "2022-Q4", "");
    struct period q1 = period("2022-Q1");
    (void)state;
    assert_true(period_due_us(campaign, q1) == INT64_MAX);
    assert_true(period_lock_us(campaign, q1) == INT64_MAX);
    assert_false(period_late(campaign, q1, INT64_MAX, INT64_MAX - 1));
    assert_false(period_late(campaign, q1, INT64_MAX - 1, INT64_MAX - 1));
    assert_false(period_due_past(campaign, q1, INT64_MAX - 1));
    assert_false(period_locked(campaign, q1, INT64_MIN, INT64_MAX - 1));
    campaign_destroy(campaign);
}

// The baseline is locked with the first period, whatever kind it is of.
static void baselines(void **state)
{
    struct campaign *campaign = make("quarter", "2022-Q1", "2022-Q4",
                                     "baseline: 2021\nlock_days: 40\n");
    (void)state;
    assert_true(period_lock_us(campaign, period("2021")) == evening("2022-05-10"));
    assert_true(period_lock_us(campaign, period("2022-Q1")) == evening("2022-05-10"));
    assert_true(period_lock_us(campaign, period("2022-Q2")) == evening("2022-08-09"));
    campaign_destroy(campaign);
}

// A window's own edges: which period has begun at an instant.
static void windows(void **state)
{
    static const struct {
        const char *reporting, *from, *to, *rest;
        const char *last_day; // of the first of the two periods
    } cases[] = {
        {"month", "2022-06", "2022-07", "", "2022-06-30"},
        {"month", "2022-06", "2022-07", "period_end_day: 14\n", "2022-06-14"},
        {"month", "2024-02", "2024-03", "", "2024-02-29"},
        {"month", "2024-02", "2024-03", "period_end_day: 14\n", "2024-02-14"},
        {"month", "2022-12", "2023-01", "", "2022-12-31"},
        {"month", "2022-12", "2023-01", "period_end_day: 14\n", "2022-12-14"},
        {"quarter", "2022-Q4", "2023-Q1", "period_end_day: 14\n", "2022-12-14"},
        {"half", "2022-H1", "2022-H2", "period_end_day: 14\n", "2022-06-14"},
        {"half", "2022-H2", "2023-H1", "", "2022-12-31"},
        {"year", "2022", "2023", "period_end_day: 14\n", "2022-12-14"},
        {"year", "2022", "2023", "", "2022-12-31"},
    };
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        struct campaign *campaign = make(cases[i].reporting, cases[i].from, cases[i].to,
                                         cases[i].rest);
        int64_t end = evening(cases[i].last_day) / US;
        for (int second = -1; second <= 1; second++) {
            struct period current = campaign_current_period(campaign, day_of_instant(end + second));
            if (!period_equal(current, period(second < 0 ? cases[i].from : cases[i].to)))
                fail_msg("case %zu, second %d", i, second);
        }
        campaign_destroy(campaign);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges),
        cmocka_unit_test(without_days),
        cmocka_unit_test(baselines),
        cmocka_unit_test(windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
