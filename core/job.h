// States of jobs and runs as tables (design.md, section 6). The store's functions in sql/ carry the
// transitions out; these tables say which there are, and a test holds the two against each other. A
// statement may carry out two in a row: a run that failed in its last stage is reopened and verified.
#ifndef THIDUA_CORE_JOB_H
#define THIDUA_CORE_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum job_state { // numbers are in the store
    JOB_BLOCKED = 1,
    JOB_READY,
    JOB_LEASED,
    JOB_RETRY_WAIT,
    JOB_DONE,
    JOB_DEAD,
    JOB_CANCELLED,
    JOB_STATE_END,
};
enum job_event {
    JOB_UNBLOCK, // its stage has come
    JOB_CLAIM,   // leased to a worker, lease number raised
    JOB_FINISH,  // result and DONE in one fenced transaction
    JOB_FAIL,    // the worker reports a failure that may pass
    JOB_GIVE_UP, // failure that will not pass, or the last attempt failed or expired
    JOB_EXPIRE,  // lease or hard deadline over, attempts left
    JOB_WAKE,    // the wait before the next attempt is over
    JOB_REDRIVE, // an operator puts a dead job back
    JOB_CANCEL,  // its run failed
    JOB_EVENT_END,
};
// The state after `event`, or 0 when the event cannot happen in that state.
enum job_state job_next(enum job_state state, enum job_event event);
const char *job_state_name(enum job_state state); // "READY"; "?" outside the table
const char *job_event_name(enum job_event event);

#define JOB_SEAL_INPUT "input"
enum job_kind {
    JOB_ROLLUP = 1,
    JOB_UPPER,
    JOB_SCORE,
    JOB_AWARD,
    JOB_VERIFY,
    JOB_SEAL, // with the argument JOB_SEAL_INPUT of what was handed in alone
    JOB_KIND_END
};
const char *job_kind_name(enum job_kind kind);

enum run_state {
    RUN_PLANNED = 1,
    RUN_CUT,
    RUN_RUNNING,
    RUN_VERIFYING,
    RUN_PUBLISHED,
    RUN_FAILED,
    RUN_STATE_END
};
enum run_event {
    RUN_TAKE_CUT, // the input cut is fixed
    RUN_START,    // jobs are planned
    RUN_VERIFY,   // all figures are there
    RUN_PUBLISH,  // checks passed, the pointer moves
    RUN_FAIL,
    RUN_REOPEN, // a dead job was put back: jobs are open again, in the stage where it stood
    RUN_EVENT_END,
};
enum run_state run_next(enum run_state state, enum run_event event);
const char *run_state_name(enum run_state state);
const char *run_event_name(enum run_event event);

#define JOB_ATTEMPTS_MAX 5
#define JOB_HARD_DEADLINE_S 600
// Wait before attempt `attempt` + 1: 1 s doubled each time up to 60 s, plus up to half of it as
// jitter from `random` (any 32 bits).
int64_t job_backoff_ms(int attempt, uint32_t random);

#endif
