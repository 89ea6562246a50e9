// The jobs of a run: pure planning, from the parsed documents of its cut.
#ifndef THIDUA_SERVER_JOB_PLAN_H
#define THIDUA_SERVER_JOB_PLAN_H

#include "common/run_input.h"
#include "core/job.h"

// A rollup job is worth a round trip and fits a worker's memory: so many cells of its dense table.
#define PLAN_CELLS_PER_JOB 200000
// Small campaigns are cut finer, so that all workers have something to do.
#define PLAN_JOBS_WANTED 8
#define PLAN_UPPERS_PER_JOB 64

struct planned_job {
    int stage; // from 1, without gaps
    enum job_kind kind;
    char *arguments; // codes joined by commas; owned
};
struct job_plan {
    struct planned_job *jobs;
    size_t count, capacity;
};

// Stages: tops; one for each height above them; clusters; awards; verify and seal (the last stage).
void job_plan_make(const struct run_input *input, struct job_plan *ret);
void job_plan_clear(struct job_plan *plan);

#endif
