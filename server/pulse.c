// The pulse: clock, rules, keys and schema, looked at each second.
#include "server/pulse.h"

#include "common/log.h"
#include "core/mem.h"
#include "core/period.h"
#include "server/access.h"
#include "server/world.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PULSE_FIRST_MS 20
#define US_PER_SECOND INT64_C(1000000)

static const char pulse_sql[] =
    "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,"
    " (SELECT coalesce(max(accepted), 0) FROM document WHERE kind <= 2),"
    " (SELECT version FROM access_version), (SELECT max(number) FROM migration),"
    " (SELECT t.synchronous AND current_setting('synchronous_standby_names') = ''"
    "    FROM timeline t ORDER BY t.number DESC LIMIT 1)::integer";

enum waits_for { WAIT_RULES, WAIT_KEYS, WAIT_LOOK };
struct waiter { // wants rules or keys of a version, or a look of a number
    enum waits_for what;
    int64_t version;
    loop_fn *fn;
    void *arg;
};
struct pulse {
    struct server *server;
    loop_fn *ready; // NULL once it was called
    void *arg;
    bool looking, again;
    bool loading_world, loading_access;
    int64_t looks_begun, looks_answered; // counted: one at a time
    int64_t access_version;
    bool not_synchronous; // nothing can be acknowledged
    int64_t schema;       // newest migration; 0 before the first look
    int64_t offset_us;    // database clock less our monotonic one
    bool clock_known;
    struct waiter *waiters;
    size_t waiter_count, waiter_capacity;
};

static void look(struct pulse *pulse);

static int64_t monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * US_PER_SECOND + now.tv_nsec / 1000;
}

int64_t pulse_now_us(const struct pulse *pulse)
{
    return pulse->clock_known ? monotonic_us() + pulse->offset_us : 0;
}

int32_t pulse_today(const struct pulse *pulse)
{
    return day_of_instant(pulse_now_us(pulse) / US_PER_SECOND);
}

// ---- waiting for rules

// How far each kind of wait has come. A look has been taken when what it found is loaded.
static int64_t reached(const struct pulse *pulse, enum waits_for what)
{
    switch (what) {
    case WAIT_RULES:
        return pulse->server->world != NULL ? pulse->server->world->version : -1;
    case WAIT_KEYS:
        return pulse->access_version;
    case WAIT_LOOK:
        return pulse->loading_world || pulse->loading_access ? -1 : pulse->looks_answered;
    }
    return -1;
}

// Calls those who wait for what is there now; all of them when loading has failed.
static void wake(struct pulse *pulse, bool failed)
{
    size_t kept = 0;
    for (size_t i = 0; i < pulse->waiter_count; i++) {
        struct waiter waiter = pulse->waiters[i];
        if (failed || reached(pulse, waiter.what) >= waiter.version)
            loop_timer(pulse->server->loop, 0, false, waiter.fn, waiter.arg);
        else
            pulse->waiters[kept++] = waiter;
    }
    pulse->waiter_count = kept;
}

static void await(struct pulse *pulse, struct waiter waiter)
{
    *MEM_PUSH(pulse->waiters, pulse->waiter_count, pulse->waiter_capacity) = waiter;
    wake(pulse, false);
    if (pulse->waiter_count > 0)
        look(pulse);
}

void pulse_await_rules(struct pulse *pulse, int64_t version, loop_fn *fn, void *arg)
{
    await(pulse, (struct waiter){WAIT_RULES, version, fn, arg});
}

void pulse_await_keys(struct pulse *pulse, int64_t version, loop_fn *fn, void *arg)
{
    await(pulse, (struct waiter){WAIT_KEYS, version, fn, arg});
}

int64_t pulse_await_look(struct pulse *pulse, loop_fn *fn, void *arg)
{
    int64_t look = pulse->looks_begun + 1;
    await(pulse, (struct waiter){WAIT_LOOK, look, fn, arg});
    return look;
}

bool pulse_looked(const struct pulse *pulse, int64_t look)
{
    return pulse->looks_answered >= look;
}

static void tell_ready(struct pulse *pulse)
{
    if (pulse->ready == NULL || pulse->server->world == NULL || pulse->server->access == NULL)
        return;
    loop_fn *ready = pulse->ready;
    pulse->ready = NULL;
    ready(pulse->server->loop, pulse->arg);
}

// ---- rules

struct load { // of a world: two results
    struct pulse *pulse;
    PGresult *documents;
};

static void on_documents(void *arg, enum db_class class, const PGresult *result)
{
    struct load *load = arg;
    load->documents = class == DB_OK ? PQcopyResult(result, PG_COPYRES_ATTRS | PG_COPYRES_TUPLES)
                                     : NULL;
}

static void on_indicators(void *arg, enum db_class class, const PGresult *result)
{
    struct load *load = arg;
    struct pulse *pulse = load->pulse;
    struct server *server = pulse->server;
    struct world *world = NULL;
    pulse->loading_world = false;
    if (class == DB_OK && load->documents != NULL)
        world = world_create(server->world, load->documents, result);
    PQclear(load->documents);
    free(load);
    if (world != NULL) {
        world_release(server->world);
        server->world = world;
        log_event(LOG_INFO, "rules_loaded", "version=%lld campaigns=%zu units=%zu",
                  (long long)world->version, world->campaign_count,
                  world->units != NULL ? world->units->tree->unit_count : 0);
    }
    wake(pulse, world == NULL);
    tell_ready(pulse);
}

static void load_world(struct pulse *pulse)
{
    struct db *db = pulse->server->small_db;
    struct load *load = mem_alloc(1, sizeof *load);
    char known[8];
    int64_t version = pulse->server->world != NULL ? pulse->server->world->version : -1;
    const struct db_param params[] = {db_int8(version, known)};
    load->pulse = pulse;
    pulse->loading_world = true;
    db_begin(db);
    db_exec(db, NULL, world_documents_sql, params, 1, 0, on_documents, load);
    db_exec(db, NULL, world_indicators_sql, NULL, 0, 0, on_indicators, load);
    db_end(db);
}

// ---- keys

struct keys_load {
    struct pulse *pulse;
    int64_t version;
};

static void on_keys(void *arg, enum db_class class, const PGresult *result)
{
    struct keys_load *load = arg;
    struct pulse *pulse = load->pulse;
    pulse->loading_access = false;
    if (class == DB_OK) {
        access_destroy(pulse->server->access);
        pulse->server->access = access_create(result);
        pulse->access_version = load->version;
        log_event(LOG_INFO, "keys_loaded", "version=%lld keys=%d", (long long)load->version,
                  PQntuples(result));
    }
    free(load);
    wake(pulse, class != DB_OK);
    tell_ready(pulse);
}

static void load_access(struct pulse *pulse, int64_t version)
{
    struct keys_load *load = mem_alloc(1, sizeof *load);
    *load = (struct keys_load){pulse, version};
    pulse->loading_access = true;
    db_exec(pulse->server->small_db, NULL, access_sql, NULL, 0, 1, on_keys, load);
}

// ---- the look

static void schema_changed(struct pulse *pulse, int64_t schema)
{
    if (pulse->schema != 0 && pulse->schema != schema) {
        log_event(LOG_ERROR, "schema_changed", "was=%lld is=%lld", (long long)pulse->schema,
                  (long long)schema);
        exit(EXIT_FAILURE); // to be started again, by a program that knows it
    }
    pulse->schema = schema;
}

static void look_synchronous(struct pulse *pulse, bool is_not)
{
    if (is_not && !pulse->not_synchronous)
        log_event(LOG_ERROR, "not_synchronous", "synchronous_standby_names=\"\"");
    pulse->not_synchronous = is_not;
}

static void on_tick(struct loop *loop, void *arg)
{
    (void)loop;
    look(arg);
}

static void on_pulse(void *arg, enum db_class class, const PGresult *result)
{
    struct pulse *pulse = arg;
    pulse->looking = false;
    if (class != DB_OK) {
        wake(pulse, true);
        pulse->again = false;
        if (pulse->ready != NULL) // connections are just being made
            loop_timer(pulse->server->loop, PULSE_FIRST_MS, false, on_tick, pulse);
        return;
    }
    int64_t values[5];
    for (int i = 0; i < 5; i++)
        values[i] = db_integer_at(result, 0, i);
    pulse->offset_us = values[0] - monotonic_us();
    pulse->clock_known = true;
    schema_changed(pulse, values[3]);
    look_synchronous(pulse, values[4] != 0);
    const struct world *world = pulse->server->world;
    if (!pulse->loading_world && (world == NULL || world->version != values[1]))
        load_world(pulse);
    if (!pulse->loading_access &&
        (pulse->server->access == NULL || pulse->access_version != values[2]))
        load_access(pulse, values[2]);
    pulse->looks_answered = pulse->looks_begun;
    wake(pulse, false);
    if (pulse->again) {
        pulse->again = false;
        look(pulse);
    }
}

static void look(struct pulse *pulse)
{
    if (pulse->looking) {
        pulse->again = true;
        return;
    }
    pulse->looking = true;
    pulse->looks_begun++;
    db_exec(pulse->server->small_db, NULL, pulse_sql, NULL, 0, 0, on_pulse, pulse);
}

void pulse_poke(struct pulse *pulse)
{
    look(pulse);
}

struct pulse *pulse_create(struct server *server, loop_fn *ready, void *arg)
{
    struct pulse *pulse = mem_alloc(1, sizeof *pulse);
    *pulse = (struct pulse){.server = server, .ready = ready, .arg = arg};
    loop_timer(server->loop, PULSE_EVERY_MS, true, on_tick, pulse);
    look(pulse);
    return pulse;
}

void pulse_destroy(struct pulse *pulse)
{
    if (pulse == NULL)
        return;
    free(pulse->waiters);
    free(pulse);
}
