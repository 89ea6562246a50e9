// Every state and every event of jobs and runs, against tables written out from the design.
#include "core/job.h"
#include "tests/lib/cmocka_all.h"

// Rows: states in order; columns: events in order.
// clang-format off
static const enum job_state job_expected[JOB_STATE_END][JOB_EVENT_END] = {
    // UNBLOCK  CLAIM       FINISH    FAIL            GIVE_UP   EXPIRE          WAKE       REDRIVE      CANCEL
    {0,         0,          0,        0,              0,        0,              0,         0,           0}, // no state
    {JOB_READY, 0,          0,        0,              0,        0,              0,         0,           JOB_CANCELLED}, // BLOCKED
    {0,         JOB_LEASED, 0,        0,              0,        0,              0,         0,           JOB_CANCELLED}, // READY
    {0,         0,          JOB_DONE, JOB_RETRY_WAIT, JOB_DEAD, JOB_RETRY_WAIT, 0,         0,           JOB_CANCELLED}, // LEASED
    {0,         0,          0,        0,              0,        0,              JOB_READY, 0,           JOB_CANCELLED}, // RETRY_WAIT
    {0,         0,          0,        0,              0,        0,              0,         0,           0}, // DONE
    {0,         0,          0,        0,              0,        0,              0,         JOB_READY,   0}, // DEAD
    {0,         0,          0,        0,              0,        0,              0,         JOB_BLOCKED, 0}, // CANCELLED
};
static const enum run_state run_expected[RUN_STATE_END][RUN_EVENT_END] = {
    // TAKE_CUT  START        VERIFY         PUBLISH        FAIL        REOPEN
    {0,          0,           0,             0,             0,          0}, // no state
    {RUN_CUT,    0,           0,             0,             RUN_FAILED, 0}, // PLANNED
    {0,          RUN_RUNNING, 0,             0,             RUN_FAILED, 0}, // CUT
    {0,          0,           RUN_VERIFYING, 0,             RUN_FAILED, 0}, // RUNNING
    {0,          0,           0,             RUN_PUBLISHED, RUN_FAILED, 0}, // VERIFYING
    {0,          0,           0,             0,             0,          0}, // PUBLISHED
    {0,          0,           0,             0,             0,          RUN_RUNNING}, // FAILED
};
// clang-format on

static void test_jobs(void **state)
{
    (void)state;
    for (int from = 0; from < JOB_STATE_END; from++)
        for (int event = 0; event < JOB_EVENT_END; event++)
            assert_int_equal(job_next((enum job_state)from, (enum job_event)event),
                             job_expected[from][event]);
}

static void test_runs(void **state)
{
    (void)state;
    for (int from = 0; from < RUN_STATE_END; from++)
        for (int event = 0; event < RUN_EVENT_END; event++)
            assert_int_equal(run_next((enum run_state)from, (enum run_event)event),
                             run_expected[from][event]);
}

// What comes from the store or the wire may be any number.
static void test_outside_the_tables(void **state)
{
    static const int outside[] = {-1, -1000, 100, INT32_MAX, INT32_MIN};
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(outside); i++) {
        for (int event = 0; event < JOB_EVENT_END; event++)
            assert_int_equal(job_next((enum job_state)outside[i], (enum job_event)event), 0);
        for (int from = 0; from < JOB_STATE_END; from++)
            assert_int_equal(job_next((enum job_state)from, (enum job_event)outside[i]), 0);
        for (int from = 0; from < RUN_STATE_END; from++)
            assert_int_equal(run_next((enum run_state)from, (enum run_event)outside[i]), 0);
        assert_int_equal(run_next((enum run_state)outside[i], RUN_FAIL), 0);
        assert_string_equal(job_state_name((enum job_state)outside[i]), "?");
        assert_string_equal(job_event_name((enum job_event)outside[i]), "?");
        assert_string_equal(job_kind_name((enum job_kind)outside[i]), "?");
        assert_string_equal(run_state_name((enum run_state)outside[i]), "?");
        assert_string_equal(run_event_name((enum run_event)outside[i]), "?");
    }
    assert_int_equal(job_next(JOB_STATE_END, JOB_CLAIM), 0);
    assert_int_equal(job_next(JOB_READY, JOB_EVENT_END), 0);
    assert_int_equal(run_next(RUN_STATE_END, RUN_FAIL), 0);
    assert_int_equal(run_next(RUN_CUT, RUN_EVENT_END), 0);
}

// Numbers and names are what the store, its comments and people's habits hold.
static void test_names(void **state)
{
    static const char *const jobs[JOB_STATE_END] = {"?",          "BLOCKED", "READY", "LEASED",
                                                    "RETRY_WAIT", "DONE",    "DEAD",  "CANCELLED"};
    static const char *const events[JOB_EVENT_END] = {
        "unblock", "claim", "finish", "fail", "give_up", "expire", "wake", "redrive", "cancel"};
    static const char *const kinds[JOB_KIND_END] = {"?",     "rollup", "upper", "score",
                                                    "award", "verify", "seal"};
    static const char *const runs[RUN_STATE_END] = {"?",         "PLANNED",   "CUT",   "RUNNING",
                                                    "VERIFYING", "PUBLISHED", "FAILED"};
    static const char *const run_events[RUN_EVENT_END] = {"take_cut", "start", "verify",
                                                          "publish",  "fail",  "reopen"};
    (void)state;
    for (int i = 0; i < RUN_EVENT_END; i++)
        assert_string_equal(run_event_name((enum run_event)i), run_events[i]);
    for (int i = 0; i < JOB_STATE_END; i++)
        assert_string_equal(job_state_name((enum job_state)i), jobs[i]);
    for (int i = 0; i < JOB_EVENT_END; i++)
        assert_string_equal(job_event_name((enum job_event)i), events[i]);
    for (int i = 0; i < JOB_KIND_END; i++)
        assert_string_equal(job_kind_name((enum job_kind)i), kinds[i]);
    for (int i = 0; i < RUN_STATE_END; i++)
        assert_string_equal(run_state_name((enum run_state)i), runs[i]);
}

static void test_backoff(void **state)
{
    static const int64_t least[] = {1000,  1000,  2000,  4000,  8000,
                                    16000, 32000, 60000, 60000, 60000};
    static const int attempts[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, INT32_MAX};
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(attempts); i++) {
        uint32_t half = (uint32_t)least[i] / 2;
        assert_int_equal(job_backoff_ms(attempts[i], 0), least[i]);
        assert_int_equal(job_backoff_ms(attempts[i], half), least[i] + half); // the most there is
        assert_int_equal(job_backoff_ms(attempts[i], half + 1), least[i]);
        for (uint64_t random = 0; random <= UINT32_MAX; random += 9999991) {
            int64_t wait = job_backoff_ms(attempts[i], (uint32_t)random);
            assert_true(wait >= least[i] && wait <= least[i] + half);
        }
    }
    assert_int_equal(job_backoff_ms(-1, 0), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_jobs),    cmocka_unit_test(test_runs),
        cmocka_unit_test(test_names),   cmocka_unit_test(test_outside_the_tables),
        cmocka_unit_test(test_backoff),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
