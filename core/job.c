// Transition tables of jobs and runs; see job.h.
#include "core/job.h"

static const uint8_t job_table[JOB_STATE_END][JOB_EVENT_END] = {
    [JOB_BLOCKED] = {[JOB_UNBLOCK] = JOB_READY, [JOB_CANCEL] = JOB_CANCELLED},
    [JOB_READY] = {[JOB_CLAIM] = JOB_LEASED, [JOB_CANCEL] = JOB_CANCELLED},
    [JOB_LEASED] = {[JOB_FINISH] = JOB_DONE,
                    [JOB_FAIL] = JOB_RETRY_WAIT,
                    [JOB_EXPIRE] = JOB_RETRY_WAIT,
                    [JOB_GIVE_UP] = JOB_DEAD,
                    [JOB_CANCEL] = JOB_CANCELLED},
    [JOB_RETRY_WAIT] = {[JOB_WAKE] = JOB_READY, [JOB_CANCEL] = JOB_CANCELLED},
    [JOB_DEAD] = {[JOB_REDRIVE] = JOB_READY},
    [JOB_CANCELLED] = {[JOB_REDRIVE] = JOB_BLOCKED},
};

static const uint8_t run_table[RUN_STATE_END][RUN_EVENT_END] = {
    [RUN_PLANNED] = {[RUN_TAKE_CUT] = RUN_CUT, [RUN_FAIL] = RUN_FAILED},
    [RUN_CUT] = {[RUN_START] = RUN_RUNNING, [RUN_FAIL] = RUN_FAILED},
    [RUN_RUNNING] = {[RUN_VERIFY] = RUN_VERIFYING, [RUN_FAIL] = RUN_FAILED},
    [RUN_VERIFYING] = {[RUN_PUBLISH] = RUN_PUBLISHED, [RUN_FAIL] = RUN_FAILED},
    [RUN_FAILED] = {[RUN_REOPEN] = RUN_RUNNING},
};

static const char *const job_state_names[JOB_STATE_END] = {
    [JOB_BLOCKED] = "BLOCKED",       [JOB_READY] = "READY", [JOB_LEASED] = "LEASED",
    [JOB_RETRY_WAIT] = "RETRY_WAIT", [JOB_DONE] = "DONE",   [JOB_DEAD] = "DEAD",
    [JOB_CANCELLED] = "CANCELLED",
};
static const char *const job_event_names[JOB_EVENT_END] = {
    [JOB_UNBLOCK] = "unblock", [JOB_CLAIM] = "claim",     [JOB_FINISH] = "finish",
    [JOB_FAIL] = "fail",       [JOB_GIVE_UP] = "give_up", [JOB_EXPIRE] = "expire",
    [JOB_WAKE] = "wake",       [JOB_REDRIVE] = "redrive", [JOB_CANCEL] = "cancel",
};
static const char *const job_kind_names[JOB_KIND_END] = {
    [JOB_ROLLUP] = "rollup", [JOB_UPPER] = "upper",   [JOB_SCORE] = "score",
    [JOB_AWARD] = "award",   [JOB_VERIFY] = "verify", [JOB_SEAL] = "seal",
};
static const char *const run_state_names[RUN_STATE_END] = {
    [RUN_PLANNED] = "PLANNED",     [RUN_CUT] = "CUT",
    [RUN_RUNNING] = "RUNNING",     [RUN_VERIFYING] = "VERIFYING",
    [RUN_PUBLISHED] = "PUBLISHED", [RUN_FAILED] = "FAILED",
};
static const char *const run_event_names[RUN_EVENT_END] = {
    [RUN_TAKE_CUT] = "take_cut", [RUN_START] = "start", [RUN_VERIFY] = "verify",
    [RUN_PUBLISH] = "publish",   [RUN_FAIL] = "fail",   [RUN_REOPEN] = "reopen",
};

static const char *name_in(const char *const *names, unsigned count, unsigned index)
{
    return index < count && names[index] ? names[index] : "?";
}

enum job_state job_next(enum job_state state, enum job_event event)
{
    if ((unsigned)state >= JOB_STATE_END || (unsigned)event >= JOB_EVENT_END)
        return 0;
    return job_table[state][event];
}

const char *job_state_name(enum job_state state)
{
    return name_in(job_state_names, JOB_STATE_END, state);
}

const char *job_event_name(enum job_event event)
{
    return name_in(job_event_names, JOB_EVENT_END, event);
}

const char *job_kind_name(enum job_kind kind)
{
    return name_in(job_kind_names, JOB_KIND_END, kind);
}

enum run_state run_next(enum run_state state, enum run_event event)
{
    if ((unsigned)state >= RUN_STATE_END || (unsigned)event >= RUN_EVENT_END)
        return 0;
    return run_table[state][event];
}

const char *run_state_name(enum run_state state)
{
    return name_in(run_state_names, RUN_STATE_END, state);
}

const char *run_event_name(enum run_event event)
{
    return name_in(run_event_names, RUN_EVENT_END, event);
}

int64_t job_backoff_ms(int attempt, uint32_t random)
{
    int64_t wait = 1000;
    for (int i = 1; i < attempt && wait < 60000; i++)
        wait *= 2;
    if (wait > 60000)
        wait = 60000;
    return wait + (int64_t)(random % (uint32_t)(wait / 2 + 1));
}
