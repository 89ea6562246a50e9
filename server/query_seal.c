// What a stranger needs to compute a published run anew (docs/sealed.md): its seal, its documents, and
// what was handed in, office by office, in the texts and the order of the sealed files. Only for those
// who may see everything below the campaign's owner.
#include "server/query.h"

#define WHOLE_RUN (NEED_CAMPAIGN | NEED_RUN | NEED_WHOLE)

static const char seal_sql[] =
    "SELECT c.code, period_text(r.period), r.id, r.seal, encode(r.seal_key, 'hex'),"
    " encode(r.seal_signature, 'hex')"
    "  FROM run r JOIN campaign c ON c.id = r.campaign"
    " WHERE r.id = $1 AND r.state = 5";

static const struct query_column seal_columns[] = {
    {"campaign", NULL}, {"period", NULL},    {"run", NULL}, {"seal", NULL},
    {"key", NULL},      {"signature", NULL}, {NULL, NULL},
};

const struct query_kind seal_query = {
    .name = "seal",
    .actions = MAY_SEE_WORK,
    .columns = seal_columns,
    .sql = seal_sql,
    .params = {PARAM_NUMBER},
    .empty = "there is no such published run",
};

// Pieces of 16 000 characters, each small enough for a text of a table whatever they are.
static const char documents_sql[] =
    "SELECT p.kind, p.piece, p.text, p.kind, p.piece"
    "  FROM (SELECT o.kind, g.piece, substr(d.content, 16000 * g.piece + 1, 16000) AS text"
    "          FROM unnest($1::bigint[]) WITH ORDINALITY AS o (accepted, kind)"
    "          JOIN document d ON d.accepted = o.accepted"
    "         CROSS JOIN LATERAL generate_series(0, (length(d.content) - 1) / 16000) AS g (piece)"
    "         WHERE $3::bigint IS NULL OR (o.kind, g.piece) > ($3, $4::integer)"
    "         ORDER BY o.kind, g.piece LIMIT $2::bigint) p"
    " ORDER BY p.kind, p.piece";

static const struct query_column documents_columns[] = {
    {"document", NULL}, {"piece", NULL}, {"text", NULL}, {NULL, NULL}};

const struct query_kind run_documents_query = {
    .name = "run_documents",
    .actions = MAY_SEE_WORK,
    .needs = WHOLE_RUN,
    .columns = documents_columns,
    .sql = documents_sql,
    .params = {PARAM_DOCUMENTS, PARAM_LIMIT, PARAM_AFTER},
    .rows_max = 8,
    .keys = 2,
};

static const char submissions_sql[] =
    "SELECT office, accepted,"
    " to_char(accepted_at AT TIME ZONE interval '7 hours', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+07:00\"'),"
    " id, encode(digest, 'hex'), accepted"
    "  FROM submission"
    " WHERE office = $1 AND campaign = $2 AND accepted <= $3"
    "   AND ($5::bigint IS NULL OR accepted > $5)"
    " ORDER BY accepted LIMIT $4::bigint";

static const struct query_column submissions_columns[] = {
    {"office", NULL},     {"accepted", NULL}, {"accepted_at", NULL},
    {"submission", NULL}, {"digest", NULL},   {NULL, NULL}};

const struct query_kind run_submissions_query = {
    .name = "run_submissions",
    .actions = MAY_SEE_WORK,
    .needs = WHOLE_RUN | NEED_UNIT,
    .columns = submissions_columns,
    .sql = submissions_sql,
    .params = {PARAM_UNIT, PARAM_CAMPAIGN, PARAM_CUT, PARAM_LIMIT, PARAM_AFTER},
    .keys = 1,
};

// The forms of a page are taken first; each has a cell at least.
static const char entries_sql[] =
    "SELECT f.office, f.accepted, period_text(f.period), f.unit, i.code,"
    " CASE WHEN e.state IN (1, 4) THEN trim_scale(e.value * 0.0001) END,"
    " trim_scale(e.denominator * 0.0001),"
    " CASE e.state WHEN 2 THEN 'na' WHEN 3 THEN 'withdraw' WHEN 4 THEN 'verified' END, e.note,"
    " f.accepted, f.unit, f.period, e.place"
    "  FROM (SELECT * FROM form_counted($2::integer, $9::integer, $3::bigint)"
    "         WHERE office = $1 AND campaign = $2 AND accepted <= $3"
    "           AND ($5::bigint IS NULL OR (accepted, unit COLLATE \"C\", period) >= ($5, $6, $7))"
    "         ORDER BY accepted, unit COLLATE \"C\", period LIMIT $4::bigint) f"
    " CROSS JOIN LATERAL unnest(f.indicator, f.state, f.value, f.denominator, f.note)"
    "       WITH ORDINALITY AS e (number, state, value, denominator, note, place)"
    "  JOIN indicator i ON i.campaign = f.campaign AND i.number = e.number"
    " WHERE $5::bigint IS NULL OR f.accepted <> $5 OR f.unit <> $6::text OR f.period <> $7::integer"
    "    OR e.place > $8::bigint"
    " ORDER BY f.accepted, f.unit COLLATE \"C\", f.period, e.place LIMIT $4::bigint";

static const struct query_column entries_columns[] = {
    {"office", NULL}, {"accepted", NULL},    {"period", NULL}, {"unit", NULL}, {"indicator", NULL},
    {"value", NULL},  {"denominator", NULL}, {"state", NULL},  {"note", NULL}, {NULL, NULL}};

const struct query_kind run_entries_query = {
    .name = "run_entries",
    .actions = MAY_SEE_WORK,
    .needs = WHOLE_RUN | NEED_UNIT | NEED_RULES,
    .columns = entries_columns,
    .sql = entries_sql,
    .params = {PARAM_UNIT, PARAM_CAMPAIGN, PARAM_CUT, PARAM_LIMIT, PARAM_AFTER, PARAM_COUNTS},
    .keys = 4,
};
