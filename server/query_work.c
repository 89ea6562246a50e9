// Runs, jobs, keys, submissions: one statement each.
#include "server/query.h"

#include "core/job.h"
#include <stdlib.h>
#include <string.h>

// ---- what the store has as numbers or bytes

static const char *run_state_form(const char *stored, char buffer[static QUERY_CELL_SIZE])
{
    (void)buffer;
    return run_state_name((enum run_state)strtol(stored, NULL, 10));
}

static const char *job_state_form(const char *stored, char buffer[static QUERY_CELL_SIZE])
{
    (void)buffer;
    return job_state_name((enum job_state)strtol(stored, NULL, 10));
}

static const char *job_kind_form(const char *stored, char buffer[static QUERY_CELL_SIZE])
{
    (void)buffer;
    return job_kind_name((enum job_kind)strtol(stored, NULL, 10));
}

// ---- runs

// The newest first.
static const char runs_sql[] =
    "SELECT r.id, c.code, period_text(r.period), r.cause, r.state,"
    " CASE WHEN p.run IS NOT NULL THEN 'yes' END, extract(epoch FROM r.requested_at),"
    " extract(epoch FROM r.finished_at), r.reason, r.id"
    "  FROM run r"
    "  JOIN campaign c ON c.id = r.campaign"
    "  LEFT JOIN published p ON p.run = r.id"
    " WHERE ($1::integer IS NULL OR r.campaign = $1) AND ($3::bigint IS NULL OR r.id < $3)"
    " ORDER BY r.id DESC LIMIT $2::bigint";

static const struct query_column runs_columns[] = {
    {"run", NULL},
    {"campaign", NULL},
    {"period", NULL},
    {"cause", NULL},
    {"state", run_state_form},
    {"shown", NULL},
    {"requested", instant_form},
    {"finished", instant_form},
    {"reason", NULL},
    {NULL, NULL},
};

const struct query_kind runs_query = {
    .name = "runs",
    .actions = MAY_SEE_WORK,
    .columns = runs_columns,
    .sql = runs_sql,
    .params = {PARAM_CAMPAIGN, PARAM_LIMIT, PARAM_AFTER},
    .keys = 1,
};

static const char one_run_sql[] =
    "SELECT r.id, c.code, period_text(r.period), r.cause, r.state,"
    " CASE WHEN p.run IS NOT NULL THEN 'yes' END, r.reason, r.stage, r.stages, j.*,"
    " (SELECT count(*) FROM uncounted u WHERE u.run = r.id),"
    " extract(epoch FROM r.requested_at), r.cut, extract(epoch FROM r.cut_at),"
    " extract(epoch FROM r.finished_at), r.units, r.rules, r.targets, r.adjustments, r.nominations,"
    " r.decisions, encode(r.input_digest, 'hex'), encode(r.rules_digest, 'hex'),"
    " encode(r.tree_digest, 'hex'), encode(r.output_digest, 'hex')"
    "  FROM run r"
    "  JOIN campaign c ON c.id = r.campaign"
    "  LEFT JOIN published p ON p.run = r.id"
    " CROSS JOIN LATERAL ("
    "       SELECT count(*), count(*) FILTER (WHERE state = 5), count(*) FILTER (WHERE state = 3),"
    "              count(*) FILTER (WHERE state = 2), count(*) FILTER (WHERE state = 4),"
    "              count(*) FILTER (WHERE state = 1), count(*) FILTER (WHERE state = 6),"
    "              count(*) FILTER (WHERE state = 7)"
    "         FROM job WHERE run = r.id) j"
    " WHERE r.id = $1";

static const struct query_column run_columns[] = {
    {"run", NULL},
    {"campaign", NULL},
    {"period", NULL},
    {"cause", NULL},
    {"state", run_state_form},
    {"shown", NULL},
    {"reason", NULL},
    {"stage", NULL},
    {"stages", NULL},
    {"jobs", NULL},
    {"jobs_done", NULL},
    {"jobs_leased", NULL},
    {"jobs_ready", NULL},
    {"jobs_waiting", NULL},
    {"jobs_blocked", NULL},
    {"jobs_dead", NULL},
    {"jobs_cancelled", NULL},
    {"uncounted", NULL},
    {"requested", instant_form},
    {"cut", NULL},
    {"cut_at", instant_form},
    {"finished", instant_form},
    {"units", NULL},
    {"rules", NULL},
    {"targets", NULL},
    {"adjustments", NULL},
    {"nominations", NULL},
    {"decisions", NULL},
    {"input_digest", NULL},
    {"rules_digest", NULL},
    {"tree_digest", NULL},
    {"output_digest", NULL},
    {NULL, NULL},
};

const struct query_kind run_query = {
    .name = "run",
    .actions = MAY_SEE_WORK,
    .columns = run_columns,
    .sql = one_run_sql,
    .params = {PARAM_NUMBER},
    .empty = "there is no such run",
};

// ---- jobs: those that need somebody first

#define JOB_ORDER "array_position(ARRAY[6, 3, 4, 2, 1, 7, 5]::smallint[], j.state)"
static const char jobs_sql[] =
    "SELECT j.id, j.run, c.code, period_text(r.period), j.stage, j.kind, j.state, j.attempts,"
    " j.worker, extract(epoch FROM j.lease_until), extract(epoch FROM j.finished_at), j.error,"
    " " JOB_ORDER ", j.id"
    "  FROM job j JOIN run r ON r.id = j.run JOIN campaign c ON c.id = r.campaign"
    " WHERE ($1::integer IS NULL OR r.campaign = $1)"
    "   AND CASE WHEN $2::bigint IS NULL THEN j.state NOT IN (5, 7) AND r.state <> 5"
    "            ELSE j.run = $2 END"
    "   AND ($4::integer IS NULL OR (" JOB_ORDER ", j.id) > ($4, $5::bigint))"
    " ORDER BY " JOB_ORDER ", j.id LIMIT $3::bigint";

static const struct query_column jobs_columns[] = {
    {"job", NULL},
    {"run", NULL},
    {"campaign", NULL},
    {"period", NULL},
    {"stage", NULL},
    {"kind", job_kind_form},
    {"state", job_state_form},
    {"attempts", NULL},
    {"worker", NULL},
    {"lease_until", instant_form},
    {"finished", instant_form},
    {"error", NULL},
    {NULL, NULL},
};

const struct query_kind jobs_query = {
    .name = "jobs",
    .actions = MAY_SEE_WORK,
    .columns = jobs_columns,
    .sql = jobs_sql,
    .params = {PARAM_CAMPAIGN, PARAM_NUMBER, PARAM_LIMIT, PARAM_AFTER},
    .keys = 2,
};

// ---- keys

static const char keys_sql[] =
    "SELECT encode(public_key, 'hex'), role, unit, name,"
    " CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= now() THEN 'expired'"
    "      ELSE 'valid' END,"
    " extract(epoch FROM added_at), encode(added_by, 'hex'), extract(epoch FROM expires_at),"
    " extract(epoch FROM revoked_at), encode(revoked_by, 'hex'),"
    " coalesce(encode(sign_key, 'hex'), ''), encode(public_key, 'hex')"
    "  FROM access_key"
    " WHERE ($1::text IS NULL OR unit = $1)"
    "   AND ($3::text IS NULL OR public_key > decode($3, 'hex'))"
    " ORDER BY public_key LIMIT $2::bigint";

static const struct query_column keys_columns[] = {
    {"key", key_form},
    {"role", NULL},
    {"unit", NULL},
    {"name", NULL},
    {"state", NULL},
    {"added", instant_form},
    {"added_by", key_form},
    {"expires", instant_form},
    {"revoked", instant_form},
    {"revoked_by", key_form},
    {"sign_key", NULL},
    {NULL, NULL},
};

const struct query_kind keys_query = {
    .name = "keys",
    .actions = MAY_SEE_KEYS,
    .columns = keys_columns,
    .sql = keys_sql,
    .params = {PARAM_UNIT, PARAM_LIMIT, PARAM_AFTER},
    .keys = 1,
};

// ---- submissions

// No row: nothing of that id is stored, or not where the key may look.
static const char submission_sql[] =
    "SELECT s.id, c.code, s.office, s.accepted, extract(epoch FROM s.accepted_at), s.late,"
    " s.created, s.changed, s.unchanged, s.withdrawn, encode(s.sender, 'hex'),"
    " coalesce(k.name, ''), encode(s.digest, 'hex')"
    "  FROM submission s"
    "  JOIN campaign c ON c.id = s.campaign"
    "  LEFT JOIN access_key k ON k.public_key = s.sender"
    " WHERE s.id = encode($1, 'hex')::uuid AND ($2::text[] IS NULL OR s.office = ANY ($2))";

static const struct query_column submission_columns[] = {
    {"submission", NULL},
    {"campaign", NULL},
    {"office", NULL},
    {"accepted", NULL},
    {"accepted_at", instant_form},
    {"late", yes_no_form},
    {"created", NULL},
    {"changed", NULL},
    {"unchanged", NULL},
    {"withdrawn", NULL},
    {"key", key_form},
    {"name", NULL},
    {"digest", NULL},
    {NULL, NULL},
};

const struct query_kind submission_query = {
    .name = "submission",
    .actions = MAY_READ,
    .needs = NEED_ID,
    .columns = submission_columns,
    .sql = submission_sql,
    .params = {PARAM_ID, PARAM_REACH},
};
