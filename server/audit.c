// Refusals, counted in memory and written in bounded numbers; heads of the chains.
#include "server/audit.h"

#include "common/audit_chain.h"
#include "common/files.h"
#include "common/log.h"
#include "core/mem.h"
#include "server/commands.h"
#include "server/pulse.h"
#include "server/queries.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 1000
#define WRITE_EVERY_MS 10000 // at most so often …
#define REFUSALS_MAX 16      // … so many rows: 40 MB a day when the attack never ends
#define HEAD_MINUTE_MS 60000

struct refusal {
    bool keyed;
    uint8_t key[BUS_KEY_BYTES];
    enum wire_code code;
    const char *what;
    uint64_t count, sent; // sent: of them, those in the statement under way
    int64_t first_us, last_us;
};
struct audit {
    struct server *server;
    struct refusal refusals[REFUSALS_MAX + 1]; // the last one: all that have no room
    size_t count;
    int64_t written_ms;
    bool writing, failed, hurried;
    bool reading_head;
};

// ---- counting

static struct refusal *find(struct audit *audit, const struct refusal *like)
{
    for (size_t i = 0; i < audit->count; i++) {
        struct refusal *have = &audit->refusals[i];
        if (have->keyed == like->keyed && have->code == like->code && have->what == like->what &&
            memcmp(have->key, like->key, BUS_KEY_BYTES) == 0)
            return have;
    }
    return NULL;
}

void audit_refused(struct audit *audit, const uint8_t *key, enum wire_code code, const char *what)
{
    struct refusal refusal = {.keyed = key != NULL, .code = code, .what = what};
    if (key != NULL)
        memcpy(refusal.key, key, BUS_KEY_BYTES);
    struct refusal *place = find(audit, &refusal);
    if (place == NULL && audit->count >= REFUSALS_MAX) {
        refusal = (struct refusal){.what = "others"};
        place = find(audit, &refusal);
    }
    int64_t now = pulse_now_us(audit->server->pulse);
    if (place == NULL) {
        place = &audit->refusals[audit->count++];
        *place = refusal;
        place->first_us = now;
    }
    place->count++;
    place->last_us = now;
}

// ---- writing

static void on_step(void *arg, enum db_class class, const PGresult *result)
{
    struct audit *audit = arg;
    (void)result;
    audit->failed = audit->failed || class != DB_OK;
}

// What was written is taken off; what came meanwhile stays.
static void on_written(void *arg, enum db_class class, const PGresult *result)
{
    struct audit *audit = arg;
    size_t kept = 0;
    on_step(audit, class, result);
    audit->writing = false;
    for (size_t i = 0; i < audit->count; i++) {
        struct refusal *refusal = &audit->refusals[i];
        if (!audit->failed) {
            refusal->count -= refusal->sent;
            refusal->first_us = refusal->last_us;
        }
        refusal->sent = 0;
        if (refusal->count > 0)
            audit->refusals[kept++] = *refusal;
    }
    audit->count = kept;
    if (audit->failed && class != DB_RETRY)
        log_event(LOG_ERROR, "audit_failed", "refusals=%zu", kept);
}

static void write_refusals(struct audit *audit)
{
    struct db *db = audit->server->small_db;
    audit->written_ms = loop_now_ms();
    audit->writing = true;
    audit->failed = false;
    db_begin(db);
    for (size_t i = 0; i < audit->count; i++) {
        struct refusal *refusal = &audit->refusals[i];
        char detail[200];
        refusal->sent = refusal->count;
        snprintf(detail, sizeof detail,
                 "what=%s code=%s count=%" PRIu64 " first_us=%" PRId64 " last_us=%" PRId64,
                 refusal->what, wire_code_name(refusal->code), refusal->count, refusal->first_us,
                 refusal->last_us);
        const struct db_param params[] = {
            db_bytea(refusal->key, refusal->keyed ? BUS_KEY_BYTES : 0), db_text(detail)};
        db_exec(db, NULL, "SELECT audit_add($1, 'refused', $2)", params, 2, 0,
                i + 1 < audit->count ? on_step : on_written, audit);
    }
    db_end(db);
}

static void on_tick(struct loop *loop, void *arg)
{
    struct audit *audit = arg;
    (void)loop;
    if (audit->count > 0 && !audit->writing && db_ready(audit->server->small_db) &&
        (audit->hurried || audit->written_ms == 0 ||
         loop_now_ms() - audit->written_ms >= WRITE_EVERY_MS))
        write_refusals(audit);
}

void audit_hurry(struct audit *audit)
{
    audit->hurried = true;
    on_tick(audit->server->loop, audit);
}

bool audit_idle(const struct audit *audit)
{
    return audit->count == 0;
}

// ---- heads

static const char head_sql[] =
    "SELECT h.chain, to_char(h.day, 'YYYY-MM-DD'), h.number, encode(h.hash, 'hex')"
    "  FROM generate_series(0, (SELECT max(chain) FROM audit)) AS c (chain)"
    " CROSS JOIN LATERAL (SELECT * FROM audit a WHERE a.chain = c.chain"
    "                      ORDER BY a.day DESC, a.number DESC LIMIT 1) h ORDER BY 1";

static void on_head(void *arg, enum db_class class, const PGresult *result)
{
    struct audit *audit = arg;
    const char *file = config_text(audit->server->config, "audit_head_file");
    struct audit_head head = {0};
    struct text text = {0};
    struct err err = {0};
    audit->reading_head = false;
    if (class != DB_OK)
        return; // the next time comes
    for (int row = 0; row < PQntuples(result); row++) {
        struct audit_link link = {.chain = (unsigned)db_integer_at(result, row, 0),
                                  .number = db_integer_at(result, row, 2)};
        snprintf(link.day, sizeof link.day, "%s", PQgetvalue(result, row, 1));
        snprintf(link.hash, sizeof link.hash, "%s", PQgetvalue(result, row, 3));
        audit_head_add(&head, &link);
    }
    audit_head_format(&head, pulse_now_us(audit->server->pulse), audit->server->identity, &text);
    if (file_replace(file, text.data, text.length, &err) != 0)
        log_event(LOG_ERROR, "audit_head_failed", "why=\"%s\"", err.text);
    text_free(&text);
    audit_head_clear(&head);
}

static void export_head(struct loop *loop, void *arg)
{
    struct audit *audit = arg;
    (void)loop;
    if (audit->reading_head || !db_ready(audit->server->read_db))
        return;
    audit->reading_head = true;
    db_exec(audit->server->read_db, NULL, head_sql, NULL, 0, 0, on_head, audit);
}

// ---- words

const char *audit_what(const struct message *message)
{
    static const char *const kinds[] = {"load",          "load units",       "load campaign",
                                        "load targets",  "load adjustments", "load nominations",
                                        "load decisions"};
    switch ((int)message->type) {
    case MESSAGE_PING:
        return "ping";
    case MESSAGE_SUBMIT:
        return "submit";
    case MESSAGE_LOCATE:
        return "locate";
    case MESSAGE_LOAD:
        return (size_t)message->load.kind < sizeof kinds / sizeof kinds[0]
                   ? kinds[message->load.kind]
                   : kinds[0];
    case MESSAGE_QUERY:
        return queries_name(message->query.what);
    case MESSAGE_COMMAND:
        return commands_name(message->command.action);
    default:
        return "message";
    }
}

// ---- life

struct audit *audit_create(struct server *server)
{
    struct audit *audit = mem_alloc(1, sizeof *audit);
    int64_t minutes = config_number(server->config, "audit_head_minutes");
    audit->server = server;
    loop_timer(server->loop, TICK_MS, true, on_tick, audit);
    if (config_text(server->config, "audit_head_file")[0] != '\0') {
        loop_timer(server->loop, TICK_MS, false, export_head, audit);
        loop_timer(server->loop, (uint32_t)minutes * HEAD_MINUTE_MS, true, export_head, audit);
    }
    return audit;
}

void audit_destroy(struct audit *audit)
{
    free(audit);
}
