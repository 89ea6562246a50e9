// One job of a run: read its input at the run's cut, compute in core/, write the result and DONE in
// one transaction that begins by checking the lease.
#ifndef THIDUA_WORKER_WORK_H
#define THIDUA_WORKER_WORK_H

#include "common/db_binary.h"
#include "common/run_input.h"
#include "core/job.h"

struct lease {
    uint64_t job, lease;
};

struct run_info {
    int64_t id;
    int campaign;
    int32_t period_number;
    int64_t cut, cut_us;
    int64_t documents[6]; // units, rules, targets, adjustments, nominations, decisions; 0: none
};

typedef void work_beat_fn(void *arg);
struct work {
    PGconn *conn;
    struct lease lease;
    struct run_info run;
    const struct run_input *input;
    char period[PERIOD_TEXT_SIZE];
    char **arguments; // unit codes, or a cluster's number
    size_t argument_count;
    work_beat_fn *beat; // call between pieces of work: keeps the lease
    void *beat_arg;
};

// What each kind of job does. `compute` reads and computes; `write` runs inside the fenced
// transaction. `state` is whatever compute leaves for write; `release` frees it.
struct work_kind {
    int (*compute)(struct work *work, void **ret_state, struct err *err);
    int (*write)(struct work *work, void *state, struct err *err);
    void (*release)(void *state);
};
extern const struct work_kind rollup_work, upper_work, score_work, award_work, verify_work,
    seal_work;

// Keeps the parsed documents of the last run between its jobs.
struct work_cache {
    struct run_input *input;
    struct run_info run;
};
void work_cache_clear(struct work_cache *cache);

// Does the job. 0: committed. -1: err->kind says whether trying again may help (ERR_RETRY) or not;
// code "fenced" when the lease is not ours any more and nothing was changed.
int work_do(PGconn *conn, struct lease lease, struct work_cache *cache, work_beat_fn *beat,
            void *beat_arg, struct err *err);

// --- shared by the kinds ---
uint32_t work_unit(const struct work *work, size_t argument); // NO_UNIT is an error of the plan
// The unit of a stored code; NO_UNIT: not in the tree of this run (any more).
uint32_t work_unit_of(const struct work *work, struct field code);
// The forms that count in the run: what its campaign counts (submitted, signed, verified) is said by steps.
void sql_forms(struct text *sql, const struct work *work);
// 'a','b' as an SQL array literal: ARRAY['a','b']::text[]; codes are escaped. Appends to sql.
void sql_codes(struct text *sql, const struct unit_tree *tree, const uint32_t *units, size_t count);

#endif
