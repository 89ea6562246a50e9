// A model of the store's runs and jobs: each function of sql/004_jobs.sql as one atomic step, with
// core/job.c's tables carrying the transitions. Beside the columns the store has, rows hold what only
// an onlooker knows; model_check and the steps themselves compare the two. Mutants are models with
// one safeguard taken out: the simulator must catch each of them.
#ifndef THIDUA_TESTS_JOB_MODEL_H
#define THIDUA_TESTS_JOB_MODEL_H

#include "core/job.h"
#include "tests/lib/random.h"

#define MODEL_RUNS 16
#define MODEL_RUN_JOBS 12
#define MODEL_JOBS (MODEL_RUNS * MODEL_RUN_JOBS)
#define MODEL_CAMPAIGNS 2
#define MODEL_SLOTS 3 // nights in one history
#define MODEL_LEASE_MS 15000
#define MODEL_LEAD_MS 5000
#define MODEL_DAY_MS 300000
#define MODEL_NOBODY (-1)

enum mutant {
    MUTANT_NONE,
    MUTANT_ANY_LEASE,    // a result is taken under any lease number
    MUTANT_SAME_NUMBER,  // a claim does not raise the number
    MUTANT_BLIND_SWEEP,  // a lease seen to be over is ended without looking at its number again
    MUTANT_NO_TERM,      // planning statements do not test the term
    MUTANT_HASTY,        // the next stage opens when half of the last is done
    MUTANT_SLOT_TWICE,   // no unique slot
    MUTANT_POINTER_BACK, // publishing goes back to an older cut
    MUTANT_COUNT_CLAIMS, // claims that never began count as attempts
    MUTANT_NO_CANCEL,    // a run that fails leaves its jobs alone
    MUTANT_LOST_NIGHT,   // a planner that forgets a night whose statement failed
    MUTANT_NO_WAKE,      // nobody wakes waiting jobs
    MUTANT_END,
};

struct model_job {
    int run, stage, attempts, locked_by; // locked_by: whose transaction holds the row
    enum job_state state;
    int64_t lease, lease_until, deadline, not_before;
    // What the onlooker knows:
    int64_t claims; // which claim is the last one
    int applied, starts;
    bool poison, given_up;
};
struct model_run {
    enum run_state state;
    int campaign, slot, stage, stages, first, count; // slot -1: on demand
    int64_t cut;
};
struct model {
    enum mutant mutant;
    struct random *random;
    int64_t now, term, until, accepted;
    int leader;
    struct model_run runs[MODEL_RUNS];
    struct model_job jobs[MODEL_JOBS];
    int run_count, job_count, published[MODEL_CAMPAIGNS]; // run, or -1
    int64_t published_cut[MODEL_CAMPAIGNS];
    uint64_t stale, expired, dead, redriven, leads, done, published_runs, failed_runs;
    const char *violation; // the first one
};
struct hold {
    int job;
    int64_t lease, claim;
};

void model_start(struct model *model, enum mutant mutant, struct random *random);
int model_due_slot(const struct model *model);
// Planning: false when the term is over; nothing has changed then.
int64_t model_leader_take(struct model *model, int who); // term, or 0
void model_leader_leave(struct model *model, int who);
bool model_run_nightly(struct model *model, int64_t term, int campaign, int slot);
bool model_run_cut(struct model *model, int64_t term, int run);
bool model_run_plan(struct model *model, int64_t term, int run);
bool model_run_advance(struct model *model, int64_t term);
void model_run_request(struct model *model, int campaign);
// Dispatching
int model_job_claim(struct model *model, int most, struct hold *ret);
bool model_job_beat(struct model *model, struct hold hold);
void model_job_fail(struct model *model, struct hold hold, bool final);
int model_leases_over(const struct model *model, struct hold *ret, int most);
void model_lease_end(struct model *model, struct hold hold);
void model_job_wake(struct model *model);
void model_job_retry(struct model *model, int job);
// Workers
bool model_job_start(struct model *model, struct hold hold);
bool model_job_fence(struct model *model, struct hold hold, int worker);
void model_job_commit(struct model *model, struct hold hold, int worker); // fenced before
void model_rollback(struct model *model, int worker);

void model_check(struct model *model);
bool model_all_over(const struct model *model);
void model_check_end(struct model *model); // when the faults have stopped and all is quiet

#endif
