// REPORTS, REPORT and HISTORY: how the reports of offices stand, their cells, and all that has happened
// to them.
#include "server/report.h"

#include "server/query.h"

// The newest entry of each cell, as of the version; withdrawn ones, too, since taking back is part of
// what was handed in. The council's points are there as they stand now, whatever the version.
const char report_cells_sql[] =
    "SELECT period_text($3::integer), unit, code,"
    " CASE WHEN state IN (1, 4) THEN trim_scale(value / 10000.0)::text ELSE '' END,"
    " coalesce(trim_scale(denominator / 10000.0)::text, ''),"
    " CASE state WHEN 1 THEN '' WHEN 2 THEN 'na' WHEN 3 THEN 'withdraw' ELSE 'verified' END,"
    " coalesce(note, ''), accepted,"
    " (SELECT extract(epoch FROM s.accepted_at) FROM submission s"
    "   WHERE s.office = $1 AND s.id = c.submission),"
    " unit, code, state = 4"
    "  FROM (SELECT DISTINCT ON (f.unit COLLATE \"C\", i.code COLLATE \"C\", e.state = 4)"
    "         f.unit, i.code, e.state, e.value, e.denominator, e.note, f.accepted, f.submission"
    "          FROM form f"
    "         CROSS JOIN LATERAL unnest(f.indicator, f.state, f.value, f.denominator, f.note)"
    "               AS e (number, state, value, denominator, note)"
    "          JOIN indicator i ON i.campaign = f.campaign AND i.number = e.number"
    "         WHERE f.office = $1 AND f.campaign = $2::integer AND f.period = $3"
    "           AND (e.state = 4"
    "                OR f.accepted <= coalesce($4::bigint, report_version($1, $2::integer, $3)))"
    "         ORDER BY f.unit COLLATE \"C\", i.code COLLATE \"C\", e.state = 4, f.accepted DESC) c"
    " WHERE $6::text IS NULL OR unit COLLATE \"C\" > $6"
    "    OR (unit = $6 AND (code COLLATE \"C\" > $7 OR (code = $7 AND (state = 4) > $8::boolean)))"
    " ORDER BY unit COLLATE \"C\", code COLLATE \"C\", state = 4 LIMIT $5::bigint";

static const struct query_column report_columns_shown[] = {
    {"period", NULL}, {"unit", NULL},        {"indicator", NULL},
    {"value", NULL},  {"denominator", NULL}, {"state", NULL},
    {"note", NULL},   {"accepted", NULL},    {"accepted_at", instant_form},
    {NULL, NULL},
};

const struct query_kind report_query = {
    .name = "report",
    .actions = MAY_READ,
    .needs = NEED_CAMPAIGN | NEED_PERIOD | NEED_BASELINE | NEED_UNIT | NEED_REACH,
    .columns = report_columns_shown,
    .sql = report_cells_sql,
    .params = {PARAM_UNIT, PARAM_CAMPAIGN, PARAM_PERIOD_NUMBER, PARAM_NUMBER, PARAM_LIMIT,
               PARAM_AFTER},
    .keys = 3,
    .empty = "the office has handed in nothing for this period",
};

// ---- how reports stand

// counted: the version whose entries count in a run that would begin now; empty: none does.
static const char reports_sql[] =
    "SELECT r.office,"
    " (SELECT u.name FROM unit u WHERE u.code = r.office ORDER BY u.valid_from DESC NULLS LAST LIMIT 1),"
    " period_text($2::integer),"
    " CASE s.kind WHEN 1 THEN 'signed' WHEN 2 THEN 'verified' WHEN 3 THEN 'returned'"
    "             ELSE 'submitted' END,"
    " r.version, extract(epoch FROM h.accepted_at),"
    " CASE WHEN $3::integer = 0 THEN r.version ELSE c.version END,"
    " extract(epoch FROM s.accepted_at), coalesce(k.name, ''), coalesce(s.reason, ''), r.office"
    "  FROM (SELECT office, max(accepted) AS version FROM form"
    "         WHERE campaign = $1::integer AND period = $2 AND 4 <> ANY (state)"
    "           AND ($4::text[] IS NULL OR office = ANY ($4)) AND ($5::text IS NULL OR office = $5)"
    "         GROUP BY office) r"
    "  LEFT JOIN LATERAL (SELECT * FROM step t WHERE t.office = r.office AND t.campaign = $1"
    "     AND t.period = $2 AND t.version = r.version ORDER BY t.accepted DESC LIMIT 1) s ON true"
    "  LEFT JOIN submission h ON h.office = r.office AND h.campaign = $1 AND h.accepted = r.version"
    "  LEFT JOIN access_key k ON k.public_key = s.by_key"
    "  LEFT JOIN report_counts($1, greatest($3, 1), 9223372036854775807) c"
    "    ON c.office = r.office AND c.period = $2"
    " WHERE $7::text IS NULL OR r.office COLLATE \"C\" > $7"
    " ORDER BY r.office COLLATE \"C\" LIMIT $6::bigint";

static const struct query_column reports_columns[] = {
    {"office", NULL},  {"name", NULL},       {"period", NULL},
    {"state", NULL},   {"version", NULL},    {"handed_in", instant_form},
    {"counted", NULL}, {"at", instant_form}, {"by", NULL},
    {"reason", NULL},  {NULL, NULL},
};

const struct query_kind reports_query = {
    .name = "reports",
    .actions = MAY_READ,
    .needs = NEED_CAMPAIGN | NEED_PERIOD | NEED_BASELINE | NEED_REACH,
    .columns = reports_columns,
    .sql = reports_sql,
    .params = {PARAM_CAMPAIGN, PARAM_PERIOD_NUMBER, PARAM_COUNTS, PARAM_REACH, PARAM_UNIT,
               PARAM_LIMIT, PARAM_AFTER},
    .keys = 1,
};

// ---- what has happened

static const char history_sql[] =
    "SELECT e.accepted, extract(epoch FROM e.accepted_at), period_text(e.period), e.event, e.version,"
    " encode(e.by_key, 'hex'), coalesce(k.name, ''), e.reason, e.late, e.created, e.changed,"
    " e.unchanged, e.withdrawn, e.submission, encode(e.digest, 'hex'), encode(e.sign_key, 'hex'),"
    " encode(e.signature, 'hex'), to_char((e.until AT TIME ZONE 'Asia/Ho_Chi_Minh') - interval '1 second', 'YYYY-MM-DD'),"
    " e.accepted, e.period"
    "  FROM (SELECT s.accepted, s.accepted_at, h.period,"
    "         CASE WHEN h.council THEN 'council' ELSE 'submitted' END AS event,"
    "         CASE WHEN NOT h.council THEN s.accepted END AS version, s.sender AS by_key, '' AS reason,"
    "         s.late, s.created, s.changed, s.unchanged, s.withdrawn, s.id::text AS submission,"
    "         NULL::bytea AS digest, NULL::bytea AS sign_key, NULL::bytea AS signature,"
    "         NULL::timestamptz AS until"
    "          FROM (SELECT office, submission, period, bool_and(4 = ALL (state)) AS council FROM form"
    "                 WHERE office = $1 AND campaign = $2::integer"
    "                   AND ($3::integer IS NULL OR period = $3)"
    "                 GROUP BY office, submission, period) h"
    "          JOIN submission s ON s.office = h.office AND s.id = h.submission"
    "         UNION ALL"
    "        SELECT accepted, accepted_at, period,"
    "         CASE kind WHEN 1 THEN 'signed' WHEN 2 THEN 'verified' ELSE 'returned' END,"
    "         version, by_key, reason, NULL, NULL, NULL, NULL, NULL, NULL, digest, sign_key, signature,"
    "         NULL"
    "          FROM step"
    "         WHERE office = $1 AND campaign = $2::integer AND ($3::integer IS NULL OR period = $3)"
    "         UNION ALL"
    "        SELECT accepted, given_at, period, 'exception', NULL, given_by, reason, NULL, NULL, NULL, NULL,"
    "         NULL, NULL, NULL, NULL, NULL, until"
    "          FROM lock_exception"
    "         WHERE office = $1 AND campaign = $2::integer AND ($3::integer IS NULL OR period = $3)) e"
    "  LEFT JOIN access_key k ON k.public_key = e.by_key"
    " WHERE $5::bigint IS NULL OR (e.accepted, e.period) > ($5::bigint, $6::integer)"
    " ORDER BY e.accepted, e.period LIMIT $4::bigint";

static const struct query_column history_columns[] = {
    {"accepted", NULL},    {"accepted_at", instant_form},
    {"period", NULL},      {"event", NULL},
    {"version", NULL},     {"key", key_form},
    {"name", NULL},        {"reason", NULL},
    {"late", yes_no_form}, {"created", NULL},
    {"changed", NULL},     {"unchanged", NULL},
    {"withdrawn", NULL},   {"submission", NULL},
    {"digest", NULL},      {"sign_key", NULL},
    {"signature", NULL},   {"until", NULL},
    {NULL, NULL},
};

const struct query_kind history_query = {
    .name = "history",
    .actions = MAY_READ,
    .needs = NEED_CAMPAIGN | NEED_PERIOD | NEED_ALL_PERIODS | NEED_BASELINE | NEED_UNIT |
             NEED_REACH,
    .columns = history_columns,
    .sql = history_sql,
    .params = {PARAM_UNIT, PARAM_CAMPAIGN, PARAM_PERIOD_NUMBER, PARAM_LIMIT, PARAM_AFTER},
    .keys = 2,
};
