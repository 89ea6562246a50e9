// The run planner; see planner.h. One look is a chain of statements: lead → night, continuous runs
// (planner_night.c) → open runs (cut, plan) → sign → advance. Each link starts the next in its callback; a failed link ends the look, and the
// next tick looks again: everything it does can be done twice. What fails for one run or campaign alone
// holds up no other: the chain goes on without it, and a run that can never be planned is failed.
#include "server/planner_private.h"

#include "common/db_binary.h"
#include "common/log.h"
#include "common/run_input.h"
#include "core/job.h"
#include "server/job_plan.h"
#include "server/sign.h"
#include <stdlib.h>
#include <string.h>

#define LOOK_EVERY_MS 500
#define LEAD_MS 5000

static void look(struct planner *planner);
static void next_run(struct planner *planner);

static void end_look(struct planner *planner)
{
    planner->looking = false;
    if (planner->again) {
        planner->again = false;
        look(planner);
    }
}

static const char *message_of(const PGresult *result)
{
    const char *text = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    return text ? text : "";
}

static void log_failed(enum db_class class, const PGresult *result, const char *doing)
{
    if (class != DB_RETRY && class != DB_FENCED)
        log_event(LOG_ERROR, "planner_failed", "doing=%s text=\"%s\"", doing, message_of(result));
}

// True when the chain ends here.
bool planner_failed(struct planner *planner, enum db_class class, const PGresult *result,
                    const char *doing)
{
    if (class == DB_OK)
        return false;
    log_failed(class, result, doing);
    end_look(planner);
    return true;
}

// The same of a statement that concerns one run or campaign: the chain goes on where it can.
bool planner_stopped(struct planner *planner, enum db_class class, const PGresult *result,
                     const char *doing)
{
    if (class == DB_FENCED || !db_ready(planner->db))
        return planner_failed(planner, class, result, doing);
    if (class != DB_OK)
        log_failed(class, result, doing);
    return false;
}

// ---- advance ----

static void on_advanced(void *arg, enum db_class class, const PGresult *result)
{
    struct planner *planner = arg;
    if (planner_failed(planner, class, result, "advance"))
        return;
    int changed = PQntuples(result);
    for (int i = 0; i < changed; i++) {
        enum run_state state = (enum run_state)db_integer_at(result, i, 1);
        log_event(state == RUN_FAILED ? LOG_ERROR : LOG_INFO, "run",
                  "run=%s state=%s reason=\"%s\"", PQgetvalue(result, i, 0), run_state_name(state),
                  PQgetvalue(result, i, 2));
    }
    if (changed > 0)
        planner->again = true; // the next stage may have nothing to do
    end_look(planner);
    if (changed > 0)
        planner->changed(planner->loop, planner->arg);
}

static void advance(void *arg)
{
    struct planner *planner = arg;
    char term[DB_INTEGER_SIZE];
    const struct db_param params[] = {db_integer(planner->term, term)};
    db_exec(planner->db, NULL, "SELECT * FROM thidua.run_advance($1)", params, 1, 0, on_advanced,
            planner);
}

// ---- open runs ----

static void on_run_failed(void *arg, enum db_class class, const PGresult *result)
{
    struct planner *planner = arg;
    if (planner_stopped(planner, class, result, "fail"))
        return;
    planner->run_at++;
    next_run(planner);
}

static void fail_run(struct planner *planner, const struct open_run *run, const struct err *err)
{
    char term[DB_INTEGER_SIZE], id[DB_INTEGER_SIZE];
    const struct db_param params[] = {db_integer(planner->term, term), db_integer(run->id, id),
                                      db_text(err->text)};
    log_event(LOG_ERROR, "run_failed", "run=%lld error=%s text=\"%s\"", (long long)run->id,
              err->code, err->text);
    db_exec(planner->db, NULL, "SELECT thidua.run_fail($1, $2, $3)", params, 3, 0, on_run_failed,
            planner);
}

// On to the next run. What failed about this one and will never succeed fails the run; the rest is
// tried again in the next look.
static void pass_run(struct planner *planner, enum db_class class, const PGresult *result)
{
    struct err err = {0};
    if (class == DB_DATA || class == DB_BUG) {
        err_set(&err, ERR_DIE, "not_planned", "the run cannot be planned: %.200s",
                message_of(result));
        fail_run(planner, &planner->runs[planner->run_at], &err);
        return;
    }
    planner->run_at++;
    next_run(planner);
}

static void on_run_done(void *arg, enum db_class class, const PGresult *result)
{
    struct planner *planner = arg;
    if (!planner_stopped(planner, class, result, "plan"))
        pass_run(planner, class, result);
}

// The job lists as SQL array literals; arguments hold codes and commas only.
static void store_plan(struct planner *planner, const struct open_run *run,
                       const struct job_plan *plan)
{
    struct text stages = {0}, kinds = {0}, arguments = {0};
    for (size_t i = 0; i < plan->count; i++) {
        const char *comma = i ? "," : "{";
        text_addf(&stages, "%s%d", comma, plan->jobs[i].stage);
        text_addf(&kinds, "%s%d", comma, (int)plan->jobs[i].kind);
        text_addf(&arguments, "%s\"%s\"", comma, plan->jobs[i].arguments);
    }
    text_adds(&stages, "}");
    text_adds(&kinds, "}");
    text_adds(&arguments, "}");
    char term[DB_INTEGER_SIZE], id[DB_INTEGER_SIZE];
    const struct db_param params[] = {db_integer(planner->term, term), db_integer(run->id, id),
                                      db_text(stages.data), db_text(kinds.data),
                                      db_text(arguments.data)};
    db_exec(planner->db, NULL, "SELECT thidua.run_plan($1, $2, $3, $4, $5)", params, 5, 0,
            on_run_done, planner);
    log_event(LOG_INFO, "run_planned", "run=%lld jobs=%zu", (long long)run->id, plan->count);
    text_free(&stages);
    text_free(&kinds);
    text_free(&arguments);
}

static const char *document_text(const PGresult *result, int64_t accepted)
{
    for (int i = 0; accepted != 0 && i < PQntuples(result); i++)
        if (db_integer_at(result, i, 0) == accepted)
            return PQgetvalue(result, i, 1);
    return NULL;
}

static void on_documents(void *arg, enum db_class class, const PGresult *result)
{
    struct planner *planner = arg;
    const struct open_run *run = &planner->runs[planner->run_at];
    if (planner_stopped(planner, class, result, "documents"))
        return;
    if (class != DB_OK) {
        pass_run(planner, class, result);
        return;
    }
    const char *texts[6];
    for (int i = 0; i < 6; i++)
        texts[i] = document_text(result, run->documents[i]);
    const struct run_texts all = {texts[0], texts[1], texts[2], texts[3], texts[4], texts[5]};
    struct err err = {0};
    struct period period = {0};
    period_from_number(run->period, &period);
    struct run_input *input = run_input_create(&all, period, &err);
    if (!input) {
        fail_run(planner, run, &err);
        return;
    }
    struct job_plan plan;
    job_plan_make(input, &plan);
    store_plan(planner, run, &plan);
    job_plan_clear(&plan);
    run_input_destroy(input);
}

static void plan_run(struct planner *planner, const struct open_run *run)
{
    char list[160];
    snprintf(list, sizeof list, "{%lld,%lld,%lld,%lld,%lld,%lld}", (long long)run->documents[0],
             (long long)run->documents[1], (long long)run->documents[2],
             (long long)run->documents[3], (long long)run->documents[4],
             (long long)run->documents[5]);
    const struct db_param params[] = {db_text(list)};
    db_exec(planner->db, NULL,
            "SELECT accepted, content FROM thidua.document WHERE accepted = ANY ($1::bigint[])",
            params, 1, 0, on_documents, planner);
}

static void on_cut(void *arg, enum db_class class, const PGresult *result)
{
    struct planner *planner = arg;
    if (class == DB_OK)
        planner->again = true; // planned in the next look, with the documents of the cut
    on_run_done(arg, class, result);
}

static void cut_run(struct planner *planner, const struct open_run *run)
{
    char term[DB_INTEGER_SIZE], id[DB_INTEGER_SIZE];
    const struct db_param params[] = {db_integer(planner->term, term), db_integer(run->id, id)};
    db_exec(planner->db, NULL, "SELECT thidua.run_cut($1, $2)", params, 2, 0, on_cut, planner);
}

static void next_run(struct planner *planner)
{
    if (planner->run_at == planner->run_count) {
        sign_runs(planner->db, planner->identity, planner->term, advance, planner);
        return;
    }
    const struct open_run *run = &planner->runs[planner->run_at];
    if (run->state == RUN_PLANNED)
        cut_run(planner, run);
    else
        plan_run(planner, run);
}

static void on_open_runs(void *arg, enum db_class class, const PGresult *result)
{
    struct planner *planner = arg;
    if (planner_failed(planner, class, result, "open_runs"))
        return;
    planner->run_count = planner->run_at = 0;
    for (int i = 0; i < PQntuples(result); i++) {
        struct open_run *run = MEM_PUSH(planner->runs, planner->run_count, planner->run_capacity);
        run->id = db_integer_at(result, i, 0);
        run->state = (int)db_integer_at(result, i, 1);
        run->campaign = (int)db_integer_at(result, i, 2);
        run->period = (int32_t)db_integer_at(result, i, 3);
        for (int d = 0; d < 6; d++)
            run->documents[d] = db_integer_at(result, i, 4 + d);
    }
    next_run(planner);
}

void planner_list_runs(struct planner *planner)
{
    db_exec(
        planner->db, NULL,
        "SELECT id, state, campaign, period, units, rules, targets, adjustments, nominations, decisions "
        "FROM thidua.run WHERE state IN (1, 2) ORDER BY id",
        NULL, 0, 0, on_open_runs, planner);
}

static void on_lead(void *arg, enum db_class class, const PGresult *result)
{
    struct planner *planner = arg;
    if (planner_failed(planner, class, result, "lead"))
        return;
    int64_t term = db_integer_at(result, 0, 0);
    planner->now_us = db_integer_at(result, 0, 1);
    if (term != planner->term && term != 0)
        log_event(LOG_INFO, "leading", "term=%lld", (long long)term);
    planner->term = term;
    if (term == 0) {
        planner->night_asked = 0;
        end_look(planner);
        return;
    }
    planner_night(planner);
}

static void look(struct planner *planner)
{
    if (planner->looking) {
        planner->again = true;
        return;
    }
    if (planner->left || !db_ready(planner->db))
        return;
    char ttl[DB_INTEGER_SIZE];
    const struct db_param params[] = {db_text(planner->name), db_integer(LEAD_MS, ttl)};
    planner->looking = true;
    db_exec(
        planner->db, NULL,
        "SELECT thidua.leader_take($1, $2), (extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
        params, 2, 0, on_lead, planner);
}

static void on_tick(struct loop *loop, void *arg)
{
    (void)loop;
    look(arg);
}

struct planner *planner_create(struct loop *loop, struct db *db, const char *name,
                               const struct identity *identity, unsigned nightly_minutes,
                               night_fn *night, loop_fn *changed, void *arg)
{
    struct planner *planner = mem_alloc(1, sizeof *planner);
    *planner = (struct planner){.loop = loop,
                                .db = db,
                                .name = mem_text(name, strlen(name)),
                                .identity = identity,
                                .nightly_minutes = nightly_minutes,
                                .night = night,
                                .changed = changed,
                                .arg = arg,
                                .night_done = DAY_MIN};
    loop_timer(loop, LOOK_EVERY_MS, true, on_tick, planner);
    return planner;
}

void planner_destroy(struct planner *planner)
{
    if (!planner)
        return;
    free(planner->name);
    free(planner->campaigns);
    text_free(&planner->fresh_campaigns);
    text_free(&planner->fresh_periods);
    free(planner->runs);
    free(planner);
}

void planner_poke(struct planner *planner)
{
    look(planner);
}

static void on_left(void *arg, enum db_class class, const PGresult *result)
{
    (void)arg;
    (void)class;
    (void)result;
}

void planner_leave(struct planner *planner)
{
    const struct db_param params[] = {db_text(planner->name)};
    planner->left = true;
    if (planner->term != 0 && db_ready(planner->db))
        db_exec(planner->db, NULL, "SELECT thidua.leader_leave($1)", params, 1, 0, on_left,
                planner);
}
