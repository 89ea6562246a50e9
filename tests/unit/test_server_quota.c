// Token buckets: what a key may ask in a second, what it may save up, and that others do not notice.
#include "server/quota.h"
#include "tests/lib/cmocka_all.h"

#define MESSAGES 100 // a second: 10 ms each
#define KIB 1000     // a second: 1 ms each
#define START_MS INT64_C(1000000)

static uint32_t take(struct quota *quota, const char *who, size_t bytes, int64_t ms)
{
    return quota_take(quota, who, 1, bytes, START_MS + ms);
}

// Five seconds' worth at once: 500 messages; the next one 10 ms after them.
static void burst_and_rate(void **state)
{
    (void)state;
    struct quota *quota = quota_create(MESSAGES, KIB);
    for (int i = 0; i < 500; i++)
        assert_int_equal(take(quota, "a", 0, 0), 0);
    assert_int_equal(take(quota, "a", 0, 0), 1); // a moment later there is room for one
    assert_int_equal(take(quota, "a", 0, 1), 0);
    assert_int_equal(take(quota, "a", 0, 1), 10); // 9 ms of it are left, and 1 for what was cut off
    assert_int_equal(take(quota, "a", 0, 10), 1);
    assert_int_equal(take(quota, "a", 0, 11), 0);
    quota_destroy(quota);
}

static void others_do_not_notice(void **state)
{
    (void)state;
    struct quota *quota = quota_create(MESSAGES, KIB);
    while (take(quota, "a", 0, 0) == 0)
        ;
    size_t put_off = 0; // who shares the slot: one of 65 536
    for (char who = 'b'; who <= 'z'; who++)
        put_off += take(quota, &who, 0, 0) > 0;
    assert_true(put_off <= 1);
    quota_destroy(quota);
}

// 490 KiB cost 490 ms and the message 10: ten of them are the five seconds.
static void bytes_count(void **state)
{
    (void)state;
    struct quota *quota = quota_create(MESSAGES, KIB);
    for (int i = 0; i < 10; i++)
        assert_int_equal(take(quota, "a", 490 * 1024, 0), 0);
    assert_true(take(quota, "a", 0, 0) > 0);
    assert_int_equal(take(quota, "a", 490 * 1024, 1), 0); // one may go over,
    assert_int_equal(take(quota, "a", 0, 1), 500);        // and is waited for: 499 ms, and 1
    assert_int_equal(take(quota, "a", 0, 1 + 500), 0);
    quota_destroy(quota);
}

// A rest of an hour saves up no more than the burst.
static void rest_is_no_credit(void **state)
{
    (void)state;
    struct quota *quota = quota_create(MESSAGES, KIB);
    int passed = 0;
    take(quota, "a", 0, 0);
    while (take(quota, "a", 0, 3600 * 1000) == 0)
        passed++;
    assert_int_equal(passed, 500);
    quota_destroy(quota);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(burst_and_rate),
        cmocka_unit_test(others_do_not_notice),
        cmocka_unit_test(bytes_count),
        cmocka_unit_test(rest_is_no_credit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
