// The audit: for people, the newest first; and as it was hashed, for whoever checks its chains.
#include "server/query.h"

static const char audit_sql[] =
    "SELECT a.at_us / 1000000, a.event, encode(a.actor, 'hex'), coalesce(k.name, ''), a.detail,"
    " a.writer, a.chain || '/' || to_char(a.day, 'YYYY-MM-DD') || '/' || a.number,"
    " a.at_us, a.chain, a.number"
    "  FROM audit a"
    "  LEFT JOIN access_key k ON k.public_key = a.actor"
    " WHERE a.at_us >= (extract(epoch FROM now()) * 1000000)::bigint"
    "                  - coalesce($1::bigint, 1) * 86400000000"
    "   AND ($3::bigint IS NULL OR (a.at_us, a.chain, a.number) < ($3, $4::smallint, $5::bigint))"
    " ORDER BY a.at_us DESC, a.chain DESC, a.number DESC LIMIT $2::bigint";

static const struct query_column audit_columns[] = {
    {"at", instant_form}, {"event", NULL},  {"key", key_form}, {"name", NULL},
    {"detail", NULL},     {"writer", NULL}, {"place", NULL},   {NULL, NULL},
};

const struct query_kind audit_query = {
    .name = "audit",
    .actions = MAY_SEE_AUDIT,
    .columns = audit_columns,
    .sql = audit_sql,
    .params = {PARAM_NUMBER, PARAM_LIMIT, PARAM_AFTER},
    .keys = 3,
};

static const char chain_sql[] =
    "SELECT chain, to_char(day, 'YYYY-MM-DD'), number, at_us, encode(actor, 'hex'), writer, event,"
    " detail, encode(hash, 'hex'), chain, to_char(day, 'YYYY-MM-DD'), number"
    "  FROM audit"
    " WHERE $2::smallint IS NULL OR (chain, day, number) > ($2, $3::date, $4::bigint)"
    " ORDER BY chain, day, number LIMIT $1::bigint";

static const struct query_column chain_columns[] = {
    {"chain", NULL},  {"day", NULL},   {"number", NULL}, {"at_us", NULL}, {"actor", NULL},
    {"writer", NULL}, {"event", NULL}, {"detail", NULL}, {"hash", NULL},  {NULL, NULL},
};

const struct query_kind audit_chain_query = {
    .name = "audit_chain",
    .actions = MAY_SEE_AUDIT,
    .columns = chain_columns,
    .sql = chain_sql,
    .params = {PARAM_LIMIT, PARAM_AFTER},
    .keys = 3,
};
