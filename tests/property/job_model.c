// The store's runs and jobs as a model; see job_model.h.
#include "tests/property/job_model.h"

#include <string.h>

static void violated(struct model *model, const char *what)
{
    if (model->violation == NULL)
        model->violation = what;
}

// ---- transitions: the tables decide, and nothing happens in a run that is published

static void job_step(struct model *model, struct model_job *job, enum job_event event)
{
    enum job_state next = job_next(job->state, event);
    if (next == 0)
        violated(model, "a job took a transition that is not in the table");
    if (model->runs[job->run].state == RUN_PUBLISHED)
        violated(model, "a job of a published run changed");
    job->state = next;
    model->dead += next == JOB_DEAD;
}

static void run_step(struct model *model, struct model_run *run, enum run_event event)
{
    enum run_state next = run_next(run->state, event);
    if (next == 0)
        violated(model, "a run took a transition that is not in the table");
    run->state = next;
    model->published_runs += next == RUN_PUBLISHED;
    model->failed_runs += next == RUN_FAILED;
}

// ---- who leads

static bool leads(const struct model *model, int64_t term)
{
    return term == model->term && model->until > model->now;
}

static bool term_test(const struct model *model, int64_t term)
{
    return model->mutant == MUTANT_NO_TERM || leads(model, term);
}

// Called where a planning statement changes something.
static void planned_by(struct model *model, int64_t term)
{
    if (!leads(model, term))
        violated(model, "a stale leader changed something");
}

int64_t model_leader_take(struct model *model, int who)
{
    bool over = model->until <= model->now;
    if (model->leader != who && !over)
        return 0;
    if (model->leader != who || over) {
        model->term++;
        model->leads++;
    }
    model->leader = who;
    model->until = model->now + MODEL_LEAD_MS;
    return model->term;
}

void model_leader_leave(struct model *model, int who)
{
    if (model->leader == who)
        model->until = INT64_MIN;
}

// ---- planning

void model_start(struct model *model, enum mutant mutant, struct random *random)
{
    memset(model, 0, sizeof *model);
    model->mutant = mutant;
    model->random = random;
    model->leader = MODEL_NOBODY;
    model->now = 1;
    for (int i = 0; i < MODEL_CAMPAIGNS; i++)
        model->published[i] = -1;
}

int model_due_slot(const struct model *model)
{
    int64_t day = model->now / MODEL_DAY_MS;
    return day < MODEL_SLOTS ? (int)day : MODEL_SLOTS - 1;
}

static void run_insert(struct model *model, int campaign, int slot)
{
    model->runs[model->run_count++] = (struct model_run){
        .state = RUN_PLANNED, .campaign = campaign, .slot = slot};
}

bool model_run_nightly(struct model *model, int64_t term, int campaign, int slot)
{
    if (!term_test(model, term))
        return false;
    for (int i = 0; i < model->run_count; i++)
        if (model->mutant != MUTANT_SLOT_TWICE && model->runs[i].campaign == campaign &&
            model->runs[i].slot == slot)
            return true;
    if (model->run_count == MODEL_RUNS)
        return true;
    planned_by(model, term);
    run_insert(model, campaign, slot);
    return true;
}

void model_run_request(struct model *model, int campaign)
{
    if (model->run_count < MODEL_RUNS - MODEL_CAMPAIGNS * MODEL_SLOTS)
        run_insert(model, campaign, -1);
}

bool model_run_cut(struct model *model, int64_t term, int run)
{
    if (!term_test(model, term))
        return false;
    if (model->runs[run].state != RUN_PLANNED)
        return true;
    planned_by(model, term);
    run_step(model, &model->runs[run], RUN_TAKE_CUT);
    model->runs[run].cut = model->accepted;
    return true;
}

static void job_insert(struct model *model, int run, int stage)
{
    struct model_job *job = &model->jobs[model->job_count++];
    *job = (struct model_job){.run = run,
                              .stage = stage,
                              .state = stage == 1 ? JOB_READY : JOB_BLOCKED,
                              .locked_by = MODEL_NOBODY,
                              .poison = random_below(model->random, 60) == 0};
}

bool model_run_plan(struct model *model, int64_t term, int at)
{
    struct model_run *run = &model->runs[at];
    if (!term_test(model, term))
        return false;
    if (run->state != RUN_CUT)
        return true;
    planned_by(model, term);
    run_step(model, run, RUN_START);
    run->stage = 1;
    run->stages = 2 + (int)random_below(model->random, 3);
    run->first = model->job_count;
    for (int stage = 1; stage <= run->stages; stage++)
        for (uint64_t jobs = 1 + random_below(model->random, 3); jobs > 0; jobs--)
            job_insert(model, at, stage);
    run->count = model->job_count - run->first;
    return true;
}

// ---- advancing

// A row that a transaction holds makes the statement wait: the run is looked at again later.
static bool run_locked(const struct model *model, const struct model_run *run)
{
    for (int i = run->first; i < run->first + run->count; i++)
        if (model->jobs[i].locked_by != MODEL_NOBODY)
            return true;
    return false;
}

static void run_fail(struct model *model, struct model_run *run)
{
    run_step(model, run, RUN_FAIL);
    for (int i = run->first; i < run->first + run->count && model->mutant != MUTANT_NO_CANCEL; i++)
        if (job_next(model->jobs[i].state, JOB_CANCEL) != 0)
            job_step(model, &model->jobs[i], JOB_CANCEL);
}

static void run_publish(struct model *model, struct model_run *run)
{
    int *published = &model->published[run->campaign];
    run_step(model, run, RUN_PUBLISH);
    for (int i = run->first; i < run->first + run->count; i++)
        if (model->jobs[i].state != JOB_DONE)
            violated(model, "a run was published with jobs not done");
    if (*published < 0 || model->runs[*published].cut <= run->cut ||
        model->mutant == MUTANT_POINTER_BACK)
        *published = (int)(run - model->runs);
}

static void next_stage(struct model *model, struct model_run *run)
{
    if (++run->stage == run->stages)
        run_step(model, run, RUN_VERIFY);
    for (int i = run->first; i < run->first + run->count; i++)
        if (model->jobs[i].stage == run->stage && model->jobs[i].state == JOB_BLOCKED)
            job_step(model, &model->jobs[i], JOB_UNBLOCK);
}

static void run_take_on(struct model *model, struct model_run *run, int64_t term)
{
    int dead = 0, open = 0, here = 0;
    for (int i = run->first; i < run->first + run->count; i++) {
        const struct model_job *job = &model->jobs[i];
        dead += job->state == JOB_DEAD;
        here += job->stage == run->stage;
        open += job->stage == run->stage && job->state != JOB_DONE;
    }
    if (dead > 0 && run_locked(model, run))
        return;
    if (dead == 0 && open > (model->mutant == MUTANT_HASTY ? here / 2 : 0))
        return;
    planned_by(model, term);
    if (dead > 0)
        run_fail(model, run);
    else if (run->stage < run->stages)
        next_stage(model, run);
    else
        run_publish(model, run);
}

bool model_run_advance(struct model *model, int64_t term)
{
    if (!term_test(model, term))
        return false;
    for (int i = 0; i < model->run_count; i++)
        if (model->runs[i].state == RUN_RUNNING || model->runs[i].state == RUN_VERIFYING)
            run_take_on(model, &model->runs[i], term);
    return true;
}

// ---- leases

static bool held(struct model *model, struct hold hold)
{
    const struct model_job *job = &model->jobs[hold.job];
    bool same = job->lease == hold.lease || model->mutant == MUTANT_ANY_LEASE;
    bool is = job->state == JOB_LEASED && same;
    model->stale += !is;
    return is;
}

int model_job_claim(struct model *model, int most, struct hold *ret)
{
    int count = 0;
    for (int i = 0; i < model->job_count && count < most; i++) {
        struct model_job *job = &model->jobs[i];
        if (job->state != JOB_READY)
            continue;
        job_step(model, job, JOB_CLAIM);
        job->lease += model->mutant != MUTANT_SAME_NUMBER;
        job->attempts += model->mutant == MUTANT_COUNT_CLAIMS;
        job->lease_until = model->now + MODEL_LEASE_MS;
        job->deadline = model->now + (int64_t)JOB_HARD_DEADLINE_S * 1000;
        job->claims++;
        ret[count++] = (struct hold){i, job->lease, job->claims};
    }
    return count;
}

bool model_job_beat(struct model *model, struct hold hold)
{
    struct model_job *job = &model->jobs[hold.job];
    if (!held(model, hold) || job->deadline <= model->now)
        return false;
    job->lease_until = model->now + MODEL_LEASE_MS;
    if (job->lease_until > job->deadline)
        job->lease_until = job->deadline;
    return true;
}

static void end_attempt(struct model *model, struct model_job *job, enum job_event event)
{
    bool last = job->attempts >= JOB_ATTEMPTS_MAX;
    job_step(model, job, last ? JOB_GIVE_UP : event);
    job->not_before = model->now +
                      job_backoff_ms(job->attempts, (uint32_t)random_next(model->random));
}

void model_job_fail(struct model *model, struct hold hold, bool final)
{
    struct model_job *job = &model->jobs[hold.job];
    if (!held(model, hold))
        return;
    job->given_up = final;
    if (final)
        job_step(model, job, JOB_GIVE_UP);
    else
        end_attempt(model, job, JOB_FAIL);
}

static bool lease_over(const struct model *model, const struct model_job *job)
{
    return job->state == JOB_LEASED &&
           (job->lease_until < model->now || job->deadline < model->now);
}

int model_leases_over(const struct model *model, struct hold *ret, int most)
{
    int count = 0;
    for (int i = 0; i < model->job_count && count < most; i++)
        if (lease_over(model, &model->jobs[i]))
            ret[count++] = (struct hold){i, model->jobs[i].lease, 0};
    return count;
}

// A row that is held or has changed since it was seen is passed over.
void model_lease_end(struct model *model, struct hold hold)
{
    struct model_job *job = &model->jobs[hold.job];
    bool blind = model->mutant == MUTANT_BLIND_SWEEP && job->state == JOB_LEASED;
    if (job->locked_by != MODEL_NOBODY)
        return;
    if (!blind && (job->lease != hold.lease || !lease_over(model, job)))
        return;
    if (!lease_over(model, job))
        violated(model, "a lease was ended before its time");
    model->expired++;
    end_attempt(model, job, JOB_EXPIRE);
}

void model_job_wake(struct model *model)
{
    for (int i = 0; i < model->job_count && model->mutant != MUTANT_NO_WAKE; i++)
        if (model->jobs[i].state == JOB_RETRY_WAIT && model->jobs[i].not_before <= model->now)
            job_step(model, &model->jobs[i], JOB_WAKE);
}

// The operator's: the dead job is ready again; its failed run opens where it stood.
void model_job_retry(struct model *model, int at)
{
    struct model_job *dead = &model->jobs[at];
    struct model_run *run = &model->runs[dead->run];
    if (dead->state != JOB_DEAD)
        return;
    job_step(model, dead, JOB_REDRIVE);
    dead->attempts = dead->starts = 0;
    dead->given_up = false;
    dead->poison = dead->poison && random_below(model->random, 2) > 0; // or it was mended
    model->redriven++;
    if (run->state != RUN_FAILED)
        return;
    run_step(model, run, RUN_REOPEN);
    if (run->stage == run->stages)
        run_step(model, run, RUN_VERIFY);
    for (int i = run->first; i < run->first + run->count; i++) {
        struct model_job *job = &model->jobs[i];
        if (job->state != JOB_CANCELLED)
            continue;
        job_step(model, job, JOB_REDRIVE);
        if (job->stage <= dead->stage)
            job_step(model, job, JOB_UNBLOCK);
        job->attempts = job->starts = 0;
    }
}

// ---- workers

bool model_job_start(struct model *model, struct hold hold)
{
    if (!held(model, hold))
        return false;
    model->jobs[hold.job].attempts += model->mutant != MUTANT_COUNT_CLAIMS;
    model->jobs[hold.job].starts++;
    return true;
}

bool model_job_fence(struct model *model, struct hold hold, int worker)
{
    struct model_job *job = &model->jobs[hold.job];
    if (!held(model, hold) || job->deadline <= model->now || job->locked_by != MODEL_NOBODY)
        return false;
    job->locked_by = worker;
    return true;
}

void model_job_commit(struct model *model, struct hold hold, int worker)
{
    struct model_job *job = &model->jobs[hold.job];
    if (job->locked_by != worker)
        violated(model, "a result was written without the row's lock");
    if (job->claims != hold.claim)
        violated(model, "a result was written under a stale lease");
    if (++job->applied > 1)
        violated(model, "a result was written twice");
    job_step(model, job, JOB_FINISH);
    job->locked_by = MODEL_NOBODY;
    model->done++;
}

void model_rollback(struct model *model, int worker)
{
    for (int i = 0; i < model->job_count; i++)
        if (model->jobs[i].locked_by == worker)
            model->jobs[i].locked_by = MODEL_NOBODY;
}

// ---- what always holds

static void check_job(struct model *model, const struct model_run *run, const struct model_job *job)
{
    bool open = job->state == JOB_READY || job->state == JOB_LEASED || job->state == JOB_RETRY_WAIT;
    if (job->applied != (job->state == JOB_DONE))
        violated(model, "DONE and a result written are not the same");
    if (job->stage < run->stage && job->state != JOB_DONE)
        violated(model, "a stage is open before the last one is done");
    if (job->stage > run->stage && job->state != JOB_BLOCKED && job->state != JOB_CANCELLED)
        violated(model, "a job is open before its stage");
    if (run->state == RUN_FAILED && (open || job->state == JOB_BLOCKED))
        violated(model, "a failed run has jobs that go on");
    if (run->state != RUN_FAILED && job->state == JOB_CANCELLED)
        violated(model, "a job is cancelled in a run that did not fail");
    if (job->starts > JOB_ATTEMPTS_MAX)
        violated(model, "a job began more often than is allowed");
    if (job->state == JOB_DEAD && !job->given_up && job->starts < JOB_ATTEMPTS_MAX)
        violated(model, "a job died that did not use up its attempts");
}

static void check_slots(struct model *model, const struct model_run *run)
{
    for (const struct model_run *other = model->runs; other < run; other++)
        if (run->slot >= 0 && other->slot == run->slot && other->campaign == run->campaign)
            violated(model, "a night was run twice");
}

static void check_pointer(struct model *model, int campaign)
{
    int at = model->published[campaign];
    if (at < 0)
        return;
    if (model->runs[at].state != RUN_PUBLISHED)
        violated(model, "readers see a run that is not published");
    if (model->runs[at].cut < model->published_cut[campaign])
        violated(model, "readers went back to an older cut");
    model->published_cut[campaign] = model->runs[at].cut;
}

// Jobs of published runs cannot change (job_step), so they are looked at once, at the end.
void model_check(struct model *model)
{
    for (int i = 0; i < model->run_count; i++) {
        const struct model_run *run = &model->runs[i];
        if (run->state == RUN_PLANNED)
            check_slots(model, run);
        for (int j = 0; j < run->count && run->state != RUN_PUBLISHED; j++)
            check_job(model, run, &model->jobs[run->first + j]);
    }
    for (int i = 0; i < MODEL_CAMPAIGNS; i++)
        check_pointer(model, i);
}

bool model_all_over(const struct model *model)
{
    for (int i = 0; i < model->run_count; i++)
        if (model->runs[i].state < RUN_PUBLISHED)
            return false;
    return true;
}

// No job is lost: every run has ended, a failed one for a job that is dead, and no night is missing.
void model_check_end(struct model *model)
{
    int nights = 0;
    for (int i = 0; i < model->run_count; i++) {
        const struct model_run *run = &model->runs[i];
        int dead = 0;
        for (int j = 0; j < run->count; j++) {
            check_job(model, run, &model->jobs[run->first + j]);
            dead += model->jobs[run->first + j].state == JOB_DEAD;
        }
        if (run->state < RUN_PUBLISHED)
            violated(model, "a run never ended");
        if (run->state == RUN_FAILED && dead == 0)
            violated(model, "a run failed without a dead job to put back");
        nights += run->slot == model_due_slot(model);
    }
    if (nights != MODEL_CAMPAIGNS)
        violated(model, "a night was lost");
}
