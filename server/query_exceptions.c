// EXCEPTIONS: who was let in after the lock, by whom and why; the newest first.
#include "server/query.h"

// An exception is open while it is the newest of its office and period and has not ended.
static const char exceptions_sql[] =
    "SELECT e.office, coalesce(u.name, ''), period_text(e.period),"
    " to_char((e.until AT TIME ZONE 'Asia/Ho_Chi_Minh') - interval '1 second', 'YYYY-MM-DD'),"
    " e.until > clock_timestamp() AND NOT EXISTS (SELECT FROM lock_exception n WHERE n.office = e.office"
    "    AND n.campaign = e.campaign AND n.period = e.period AND n.accepted > e.accepted),"
    " e.reason, extract(epoch FROM e.given_at), coalesce(k.name, ''), encode(e.given_by, 'hex'), e.accepted"
    "  FROM lock_exception e"
    "  LEFT JOIN LATERAL (SELECT name FROM unit WHERE code = e.office LIMIT 1) u ON true"
    "  LEFT JOIN access_key k ON k.public_key = e.given_by"
    " WHERE e.campaign = $1::integer AND ($2::text[] IS NULL OR e.office = ANY ($2))"
    "   AND ($3::text IS NULL OR e.office = $3) AND ($5::bigint IS NULL OR e.accepted < $5)"
    " ORDER BY e.accepted DESC LIMIT $4::bigint";

static const struct query_column columns[] = {
    {"office", NULL},      {"name", NULL},   {"period", NULL},           {"until", NULL},
    {"open", yes_no_form}, {"reason", NULL}, {"given_at", instant_form}, {"given_by", NULL},
    {"key", key_form},     {NULL, NULL},
};

const struct query_kind exceptions_query = {
    .name = "exceptions",
    .actions = MAY_READ,
    .needs = NEED_CAMPAIGN | NEED_REACH,
    .columns = columns,
    .sql = exceptions_sql,
    .params = {PARAM_CAMPAIGN, PARAM_REACH, PARAM_UNIT, PARAM_LIMIT, PARAM_AFTER},
    .keys = 1,
};
