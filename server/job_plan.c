// Cuts a run into jobs; see job_plan.h. The cut depends on the input alone, never on who is there.
#include "server/job_plan.h"

#include <stdlib.h>

static void add_job(struct job_plan *plan, int stage, enum job_kind kind, struct text *arguments)
{
    struct planned_job *job = MEM_PUSH(plan->jobs, plan->count, plan->capacity);
    job->stage = stage;
    job->kind = kind;
    job->arguments = mem_text(arguments->data ? arguments->data : "", arguments->length);
    text_free(arguments);
    *arguments = (struct text){0};
}

static void add_code(struct text *arguments, const struct run_input *input, uint32_t unit)
{
    text_addf(arguments, "%s%s", arguments->length ? "," : "", input->tree->units[unit].code);
}

// One job for each run of tops that reaches the weight wanted.
static void plan_tops(struct job_plan *plan, const struct run_input *input, int stage,
                      enum job_kind kind)
{
    size_t count;
    uint32_t *tops = rollup_tops(input->plan, &count);
    size_t most = (count + PLAN_JOBS_WANTED - 1) / PLAN_JOBS_WANTED, weight = 0, units = 0;
    struct text arguments = {0};
    for (size_t i = 0; i < count; i++) {
        size_t more = rollup_weight(input->plan, tops[i]);
        if (units > 0 && (units == most || weight + more > PLAN_CELLS_PER_JOB)) {
            add_job(plan, stage, kind, &arguments);
            weight = units = 0;
        }
        add_code(&arguments, input, tops[i]);
        weight += more;
        units++;
    }
    if (units > 0)
        add_job(plan, stage, kind, &arguments);
    free(tops);
}

// Units above the tops, by height: all children of a unit are done in stages before its own.
static int plan_uppers(struct job_plan *plan, const struct run_input *input, int stage)
{
    size_t count;
    uint32_t *uppers = rollup_uppers(input->plan, &count);
    int *height = mem_alloc(input->tree->unit_count + 1, sizeof *height), highest = 0;
    for (size_t i = 0; i < count; i++) { // children before parents
        uint32_t parent = input->plan->day->parent[uppers[i]];
        if (height[uppers[i]] == 0)
            height[uppers[i]] = 1;
        if (parent != NO_UNIT && height[parent] < height[uppers[i]] + 1)
            height[parent] = height[uppers[i]] + 1;
        if (height[uppers[i]] > highest)
            highest = height[uppers[i]];
    }
    for (int at = 1; at <= highest; at++) {
        struct text arguments = {0};
        size_t units = 0;
        for (size_t i = 0; i < count; i++) {
            if (height[uppers[i]] != at)
                continue;
            add_code(&arguments, input, uppers[i]);
            if (++units % PLAN_UPPERS_PER_JOB == 0)
                add_job(plan, stage + at - 1, JOB_UPPER, &arguments);
        }
        if (arguments.length > 0)
            add_job(plan, stage + at - 1, JOB_UPPER, &arguments);
    }
    free(height);
    free(uppers);
    return stage + highest;
}

void job_plan_make(const struct run_input *input, struct job_plan *ret)
{
    struct text arguments = {0};
    *ret = (struct job_plan){0};
    text_adds(&arguments, JOB_SEAL_INPUT); // the longest of its stage: it begins first
    add_job(ret, 1, JOB_SEAL, &arguments);
    plan_tops(ret, input, 1, JOB_ROLLUP);
    int stage = plan_uppers(ret, input, ret->count > 1 ? 2 : 1);
    bool uppers = ret->count > 0 && ret->jobs[ret->count - 1].kind == JOB_UPPER;
    size_t clusters = input->campaign->cluster_count ? input->campaign->cluster_count : 1;
    for (size_t i = 0; i < clusters; i++) {
        text_addf(&arguments, "%zu", i);
        add_job(ret, stage, JOB_SCORE, &arguments);
    }
    add_job(ret, stage + 1, JOB_AWARD, &arguments);
    plan_tops(ret, input, stage + 2, JOB_VERIFY);
    if (uppers)
        add_job(ret, stage + 2, JOB_VERIFY, &arguments);
    add_job(ret, stage + 2, JOB_SEAL, &arguments);
}

void job_plan_clear(struct job_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        free(plan->jobs[i].arguments);
    free(plan->jobs);
    *plan = (struct job_plan){0};
}
