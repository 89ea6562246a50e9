// The frame of every job: start, compute, write fenced; see work.h.
#include "worker/work.h"

#include "common/db.h"
#include <stdlib.h>
#include <string.h>

static const struct work_kind *const kinds[JOB_KIND_END] = {
    [JOB_ROLLUP] = &rollup_work, [JOB_UPPER] = &upper_work,   [JOB_SCORE] = &score_work,
    [JOB_AWARD] = &award_work,   [JOB_VERIFY] = &verify_work, [JOB_SEAL] = &seal_work,
};

uint32_t work_unit(const struct work *work, size_t argument)
{
    return unit_find(work->input->tree, work->arguments[argument]);
}

uint32_t work_unit_of(const struct work *work, struct field code)
{
    char text[CODE_BYTES_MAX + 1];
    if (code.length < 0 || code.length > CODE_BYTES_MAX)
        return NO_UNIT;
    memcpy(text, code.data, (size_t)code.length);
    text[code.length] = '\0';
    return unit_find(work->input->tree, text);
}

void sql_forms(struct text *sql, const struct work *work)
{
    enum counts counts = work->input->campaign->counts;
    if (counts == COUNTS_SUBMITTED)
        text_adds(sql, "thidua.form");
    else
        text_addf(sql, "thidua.form_counted(%d, %d, %lld)", work->run.campaign, (int)counts,
                  (long long)work->run.cut);
}

void sql_codes(struct text *sql, const struct unit_tree *tree, const uint32_t *units, size_t count)
{
    text_adds(sql, "ARRAY[");
    for (size_t i = 0; i < count; i++) // codes hold no quotes: code_valid
        text_addf(sql, "%s'%s'", i ? "," : "", tree->units[units[i]].code);
    text_adds(sql, "]::text[]");
}

void work_cache_clear(struct work_cache *cache)
{
    run_input_destroy(cache->input);
    *cache = (struct work_cache){0};
}

// Calls one of our functions with (job, lease) and throws its result away.
static int call_fenced(PGconn *conn, const char *sql, struct lease lease, struct err *err)
{
    char job[8], number[8];
    const struct db_param params[] = {db_int8((int64_t)lease.job, job),
                                      db_int8((int64_t)lease.lease, number)};
    PGresult *result = db_run(conn, sql, params, 2, 1, err);
    if (!result)
        return -1;
    PQclear(result);
    return 0;
}

static int run_plain(PGconn *conn, const char *sql, struct err *err)
{
    PGresult *result = db_run(conn, sql, NULL, 0, 0, err);
    if (!result)
        return -1;
    PQclear(result);
    return 0;
}

static char *copy_value(const PGresult *result, int row, int column)
{
    return mem_text(PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column));
}

static int load_texts(PGconn *conn, const struct run_info *run, char *texts[6], struct err *err)
{
    static const char sql[] = "SELECT content FROM thidua.document WHERE accepted = $1";
    for (int i = 0; i < 6; i++) {
        char number[8];
        const struct db_param param = db_int8(run->documents[i], number);
        if (run->documents[i] == 0)
            continue;
        PGresult *result = db_run(conn, sql, &param, 1, 1, err);
        if (!result)
            return -1;
        if (PQntuples(result) == 1)
            texts[i] = copy_value(result, 0, 0);
        PQclear(result);
    }
    return 0;
}

// The parsed documents of the job's run, from the cache when the last job was of the same run.
static int load_input(struct work *work, struct work_cache *cache, struct err *err)
{
    char *texts[6] = {0};
    if (!cache->input || cache->run.id != work->run.id) {
        work_cache_clear(cache);
        struct period period;
        if (!period_from_number(work->run.period_number, &period))
            return err_set(err, ERR_DIE, "bad_period", "the run's period %d is none",
                           work->run.period_number);
        int loaded = load_texts(work->conn, &work->run, texts, err);
        if (loaded == 0) {
            const struct run_texts all = {texts[0], texts[1], texts[2],
                                          texts[3], texts[4], texts[5]};
            cache->input = run_input_create(&all, period, err);
        }
        for (int i = 0; i < 6; i++)
            free(texts[i]);
        if (!cache->input)
            return -1;
        cache->run = work->run;
    }
    work->input = cache->input;
    period_format(cache->input->plan->period, work->period);
    return 0;
}

static int take_arguments(struct work *work, const PGresult *result, struct err *err)
{
    struct array array;
    if (array_open((struct field){PQgetvalue(result, 0, 1), PQgetlength(result, 0, 1)}, &array) < 0)
        return err_set(err, ERR_DIE, "bad_job", "the arguments of job %llu cannot be read",
                       (unsigned long long)work->lease.job);
    work->arguments = mem_alloc(array.count + 1, sizeof *work->arguments);
    for (size_t i = 0; i < array.count; i++) {
        struct field field = array_next(&array);
        work->arguments[work->argument_count++] = mem_text(
            field.length < 0 ? "" : field.data, field.length < 0 ? 0 : (size_t)field.length);
    }
    return 0;
}

static int64_t value_int(const PGresult *result, int column)
{
    return get_int((struct field){PQgetvalue(result, 0, column), PQgetlength(result, 0, column)});
}

// Reads what the job is; *ret_kind is its place in the table.
static int start(struct work *work, int *ret_kind, struct err *err)
{
    char job[8], number[8];
    const struct db_param params[] = {db_int8((int64_t)work->lease.job, job),
                                      db_int8((int64_t)work->lease.lease, number)};
    PGresult *result = db_run(work->conn, "SELECT * FROM thidua.job_start($1, $2)", params, 2, 1,
                              err);
    if (!result)
        return -1;
    *ret_kind = (int)value_int(result, 0);
    work->run = (struct run_info){.id = value_int(result, 2),
                                  .campaign = (int)value_int(result, 3),
                                  .period_number = (int32_t)value_int(result, 5),
                                  .cut = value_int(result, 6),
                                  .cut_us = value_int(result, 7)};
    for (int i = 0; i < 6; i++)
        work->run.documents[i] = value_int(result, 8 + i);
    int taken = take_arguments(work, result, err);
    PQclear(result);
    if (taken == 0 && (*ret_kind <= 0 || *ret_kind >= JOB_KIND_END))
        return err_set(err, ERR_REJECT, "bad_job", "this worker knows no job of kind %d",
                       *ret_kind);
    return taken;
}

// The result and DONE are one transaction that begins by checking the lease.
static int write_fenced(struct work *work, const struct work_kind *kind, void *state,
                        struct err *err)
{
    if (run_plain(work->conn, "BEGIN", err) == 0 &&
        call_fenced(work->conn, "SELECT thidua.job_fence($1, $2)", work->lease, err) == 0 &&
        kind->write(work, state, err) == 0 &&
        call_fenced(work->conn, "SELECT thidua.job_finish($1, $2)", work->lease, err) == 0 &&
        run_plain(work->conn, "COMMIT", err) == 0)
        return 0;
    struct err ignored;
    if (PQstatus(work->conn) == CONNECTION_OK)
        run_plain(work->conn, "ROLLBACK", &ignored);
    return -1;
}

int work_do(PGconn *conn, struct lease lease, struct work_cache *cache, work_beat_fn *beat,
            void *beat_arg, struct err *err)
{
    struct work work = {.conn = conn, .lease = lease, .beat = beat, .beat_arg = beat_arg};
    int kind = 0;
    int done = start(&work, &kind, err);
    if (done == 0)
        done = load_input(&work, cache, err);
    if (done == 0) {
        void *state = NULL;
        beat(beat_arg);
        done = kinds[kind]->compute(&work, &state, err);
        if (done == 0)
            done = write_fenced(&work, kinds[kind], state, err);
        kinds[kind]->release(state);
    }
    for (size_t i = 0; i < work.argument_count; i++)
        free(work.arguments[i]);
    free(work.arguments);
    return done;
}
