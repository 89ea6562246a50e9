// Published figures: rollup, scores, ranking, awards, in columns, texts and order of the output files
// (what core/output.c writes), and the cells that count nowhere. Numbers of the store carry their
// published decimals; exact ones lose their trailing zeros.
#include "server/query.h"

// Kinds of indicators in PARAM_KINDS: 0 amount, 3 yes_no (core/campaign.h).
_Static_assert(KIND_AMOUNT == 0 && KIND_YES_NO == 3, "numbers in rollup_sql");

// The rows of a page are taken first, by the index; each of them has a line at least.
static const char rollup_sql[] =
    "SELECT $2::text, CASE r.scope WHEN 0 THEN 'period' ELSE 'to_date' END, r.unit, r.level, i.code,"
    " CASE WHEN i.reported > 0 THEN trim_scale(i.numerator) END,"
    " CASE WHEN i.reported > 0 THEN CASE i.kind WHEN 0 THEN NULL WHEN 3 THEN i.leaves - i.na"
    "                               ELSE trim_scale(i.denominator) END END,"
    " i.value, i.reported, i.leaves - i.na, i.na, i.leaves - i.na - i.reported,"
    " trim_scale(i.target), i.completion, i.met, r.scope, r.unit, i.place"
    "  FROM (SELECT * FROM rollup"
    "         WHERE run = $1"
    "           AND ($5::text[] IS NULL OR unit = ANY ($5))"
    "           AND ($6::text IS NULL OR unit COLLATE \"C\" = $6)"
    "           AND ($7::text IS NULL OR numerator[array_position($3::text[], $7)] IS NOT NULL)"
    "           AND ($8::smallint IS NULL OR scope = $8)"
    "           AND ($10::smallint IS NULL OR (scope, unit COLLATE \"C\") >= ($10, $11))"
    "         ORDER BY scope, unit COLLATE \"C\" LIMIT $9::bigint) r"
    " CROSS JOIN LATERAL unnest($3::text[], $4::smallint[], r.numerator, r.denominator, r.leaves,"
    "                           r.reported, r.na, r.value, r.target, r.completion, r.met)"
    "       WITH ORDINALITY AS i (code, kind, numerator, denominator, leaves, reported, na, value,"
    "                             target, completion, met, place)"
    " WHERE i.numerator IS NOT NULL AND ($7::text IS NULL OR i.code = $7)"
    "   AND ($10::smallint IS NULL OR r.scope <> $10 OR r.unit <> $11"
    "        OR i.place > $12::bigint)"
    " ORDER BY r.scope, r.unit COLLATE \"C\", i.place LIMIT $9::bigint";

static const struct query_column rollup_columns[] = {
    {"period", NULL},    {"scope", NULL},      {"unit", NULL},        {"level", NULL},
    {"indicator", NULL}, {"numerator", NULL},  {"denominator", NULL}, {"value", NULL},
    {"reported", NULL},  {"expected", NULL},   {"na", NULL},          {"missing", NULL},
    {"target", NULL},    {"completion", NULL}, {"met", yes_no_form},  {NULL, NULL},
};

const struct query_kind rollup_query = {
    .name = "rollup",
    .actions = MAY_READ,
    .needs = NEED_CAMPAIGN | NEED_PERIOD | NEED_REACH | NEED_RUN | NEED_RULES,
    .columns = rollup_columns,
    .sql = rollup_sql,
    .params = {PARAM_RUN, PARAM_PERIOD, PARAM_CODES, PARAM_KINDS, PARAM_REACH, PARAM_UNIT,
               PARAM_INDICATOR, PARAM_SCOPE, PARAM_LIMIT, PARAM_AFTER},
    .keys = 3,
};

static const char scores_sql[] =
    "SELECT $2::text, s.unit, s.indicator, s.value, trim_scale(s.target), s.completion, s.met,"
    " s.points, s.bonus, s.max, s.note, s.unit, s.position"
    "  FROM (SELECT unit FROM ranking" // the units of a page, each with all its lines
    "         WHERE run = $1"
    "           AND ($3::text[] IS NULL OR unit = ANY ($3))"
    "           AND ($4::text IS NULL OR unit = $4)"
    "           AND ($7::text IS NULL OR unit COLLATE \"C\" >= $7)"
    "         ORDER BY unit COLLATE \"C\" LIMIT $6::bigint) r"
    "  JOIN score s ON s.run = $1 AND s.unit = r.unit"
    " WHERE ($5::text IS NULL OR s.indicator = $5)"
    "   AND ($7::text IS NULL OR s.unit <> $7 OR s.position > $8::smallint)"
    " ORDER BY r.unit COLLATE \"C\", s.position LIMIT $6::bigint";

static const struct query_column scores_columns[] = {
    {"period", NULL}, {"unit", NULL},       {"indicator", NULL},  {"value", NULL},
    {"target", NULL}, {"completion", NULL}, {"met", yes_no_form}, {"points", NULL},
    {"bonus", NULL},  {"max", NULL},        {"note", NULL},       {NULL, NULL},
};

const struct query_kind scores_query = {
    .name = "scores",
    .actions = MAY_READ,
    .needs = NEED_CAMPAIGN | NEED_PERIOD | NEED_REACH | NEED_RUN | NEED_RULES,
    .columns = scores_columns,
    .sql = scores_sql,
    .params = {PARAM_RUN, PARAM_PERIOD, PARAM_REACH, PARAM_UNIT, PARAM_INDICATOR, PARAM_LIMIT,
               PARAM_AFTER},
    .keys = 2,
};

// Who stands where and who is commended is published to every valid key.

static const char ranking_sql[] =
    "SELECT $2::text, cluster, rank, unit, name, total, met_count, points, bonus, adjustments, class,"
    " eligible, reasons, position"
    "  FROM ranking"
    " WHERE run = $1 AND ($3::text IS NULL OR unit = $3) AND ($5::integer IS NULL OR position > $5)"
    " ORDER BY position LIMIT $4::bigint";

static const struct query_column ranking_columns[] = {
    {"period", NULL},  {"cluster", NULL},     {"rank", NULL},      {"unit", NULL},
    {"name", NULL},    {"total", NULL},       {"met_count", NULL}, {"points", NULL},
    {"bonus", NULL},   {"adjustments", NULL}, {"class", NULL},     {"eligible", yes_no_form},
    {"reasons", NULL}, {NULL, NULL},
};

const struct query_kind ranking_query = {
    .name = "ranking",
    .actions = MAY_READ,
    .needs = NEED_CAMPAIGN | NEED_PERIOD | NEED_RUN,
    .columns = ranking_columns,
    .sql = ranking_sql,
    .params = {PARAM_RUN, PARAM_PERIOD, PARAM_UNIT, PARAM_LIMIT, PARAM_AFTER},
    .keys = 1,
};

static const char awards_sql[] =
    "SELECT award, recipient, kind, unit, rank, decision, reasons, position"
    "  FROM award"
    " WHERE run = $1 AND ($2::text IS NULL OR unit = $2) AND ($3::text IS NULL OR award = $3)"
    "   AND ($5::integer IS NULL OR position > $5)"
    " ORDER BY position LIMIT $4::bigint";

static const struct query_column awards_columns[] = {
    {"award", NULL}, {"recipient", NULL}, {"kind", NULL},    {"unit", NULL},
    {"rank", NULL},  {"decision", NULL},  {"reasons", NULL}, {NULL, NULL},
};

const struct query_kind awards_query = {
    .name = "awards",
    .actions = MAY_READ,
    .needs = NEED_CAMPAIGN | NEED_PERIOD | NEED_RUN | NEED_RULES,
    .columns = awards_columns,
    .sql = awards_sql,
    .params = {PARAM_RUN, PARAM_UNIT, PARAM_AWARD, PARAM_LIMIT, PARAM_AFTER},
    .keys = 1,
};

static const char uncounted_sql[] =
    "SELECT period_text(period), unit, indicator, period, unit, indicator"
    "  FROM uncounted"
    " WHERE run = $1"
    "   AND ($2::text[] IS NULL OR unit = ANY ($2))"
    "   AND ($3::text IS NULL OR unit = $3)"
    "   AND ($4::text IS NULL OR indicator = $4)"
    "   AND ($6::integer IS NULL OR"
    "        (period, unit COLLATE \"C\", indicator COLLATE \"C\") > ($6, $7, $8))"
    " ORDER BY period, unit COLLATE \"C\", indicator COLLATE \"C\" LIMIT $5::bigint";

static const struct query_column uncounted_columns[] = {
    {"period", NULL}, {"unit", NULL}, {"indicator", NULL}, {NULL, NULL}};

const struct query_kind uncounted_query = {
    .name = "uncounted",
    .actions = MAY_READ,
    .needs = NEED_CAMPAIGN | NEED_PERIOD | NEED_REACH | NEED_RUN | NEED_RULES,
    .columns = uncounted_columns,
    .sql = uncounted_sql,
    .params = {PARAM_RUN, PARAM_REACH, PARAM_UNIT, PARAM_INDICATOR, PARAM_LIMIT, PARAM_AFTER},
    .keys = 3,
};
