// The life of a server: wait for a database with our schema, load rules and keys, open the doors,
// serve, drain.
#include "server/serve.h"

#include "common/log.h"
#include "common/service.h"
#include "core/mem.h"
#include "server/audit.h"
#include "server/descriptors.h"
#include "server/dispatch.h"
#include "server/documents.h"
#include "server/front.h"
#include "server/ingest.h"
#include "server/memory.h"
#include "server/migrate.h"
#include "server/planner.h"
#include "server/pulse.h"
#include "server/queries.h"
#include "server/quota.h"
#include "server/server.h"
#include "server/world.h"
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define DATABASE_WAIT_SECONDS 60
#define DRAIN_LOOK_MS 20
#define ALIVE_MS 1000
#define TEND_EVERY_MS 1000

struct serving {
    struct server server;
    struct bus *workers;
    char name[128];
    struct err *err;
    int status;
    int64_t drain_until_ms;
};

// ---- callbacks of the parts

static bool worker_allowed(void *arg, const uint8_t key[BUS_KEY_BYTES])
{
    const struct server *server = arg;
    const struct access_entry *entry = access_find(server->access, key);
    if (entry != NULL && access_valid(entry, pulse_now_us(server->pulse)) &&
        access_may(entry, MAY_WORK))
        return true;
    audit_refused(server->audit, entry != NULL ? key : NULL, WIRE_FORBIDDEN, "work");
    return false;
}

static void job_finished(struct loop *loop, void *arg)
{
    struct server *server = arg;
    (void)loop;
    planner_poke(server->planner);
}

static void jobs_changed(struct loop *loop, void *arg)
{
    struct server *server = arg;
    (void)loop;
    if (server->dispatch != NULL)
        dispatch_poke(server->dispatch);
}

static size_t night_campaigns(void *arg, int32_t day, struct night_campaign *ret, size_t most)
{
    const struct server *server = arg;
    const struct world *world = server->world;
    size_t count = world->campaign_count < most ? world->campaign_count : most;
    for (size_t i = 0; i < count; i++) {
        const struct campaign *rules = world->campaigns[i]->rules;
        ret[i] = (struct night_campaign){.id = world->campaigns[i]->id,
                                         .period = campaign_current_period(rules, day),
                                         .over = day > campaign_last_day(rules, rules->to),
                                         .continuous = rules->refresh == REFRESH_CONTINUOUS};
    }
    return count;
}

// ---- starting

static void stop_with(struct serving *serving)
{
    serving->status = -1;
    loop_stop(serving->server.loop);
}

static int open_workers(struct serving *serving)
{
    struct server *server = &serving->server;
    const char *endpoint = config_text(server->config, "listen_workers");
    struct dispatch_options options = {
        .name = server->name,
        .lease_ms = (unsigned)config_number(server->config, "lease_seconds") * 1000,
        .allow = worker_allowed,
        .finished = job_finished,
        .arg = server,
    };
    serving->workers = bus_listen(endpoint, &server->identity->curve, DISPATCH_WORKERS_MAX,
                                  serving->err);
    if (serving->workers == NULL)
        return -1;
    server->dispatch = dispatch_create(server->loop, serving->workers, server->run_db, &options);
    return 0;
}

static void on_tend(struct loop *loop, void *arg)
{
    struct serving *serving = arg;
    (void)loop;
    front_tend(serving->server.front);
    bus_tend(serving->workers);
}

// Rules and keys are there: open the doors.
static void open_doors(struct loop *loop, void *arg)
{
    struct serving *serving = arg;
    struct server *server = &serving->server;
    const char *endpoint = config_text(server->config, "listen_clients");
    (void)loop;
    server->front = front_create(server, endpoint, serving->err);
    if (server->front == NULL || open_workers(serving) != 0) {
        stop_with(serving);
        return;
    }
    loop_timer(server->loop, TEND_EVERY_MS, true, on_tend, serving);
    server->planner = planner_create(server->loop, server->run_db, server->name, server->identity,
                                     (unsigned)config_number(server->config, "nightly_at"),
                                     night_campaigns, jobs_changed, server);
    service_ready();
    log_event(LOG_INFO, "ready", "name=%s clients=%s workers=%s", server->name, endpoint,
              bus_endpoint(serving->workers));
}

// ---- ending

static bool idle(const struct server *server)
{
    bool opened = server->front != NULL; // else the database was never there
    return (!opened || front_idle(server->front)) && ingest_idle(server->ingest) &&
           documents_idle(server->documents) && queries_idle(server->queries) &&
           audit_idle(server->audit);
}

static void look_drained(struct loop *loop, void *arg)
{
    struct serving *serving = arg;
    if (idle(&serving->server) || loop_now_ms() >= serving->drain_until_ms)
        loop_stop(loop);
}

// No new work; what is under way is finished and answered.
static void drain(struct loop *loop, void *arg)
{
    struct serving *serving = arg;
    struct server *server = &serving->server;
    log_event(LOG_INFO, "draining", "name=%s", server->name);
    service_stopping();
    server->draining = true;
    serving->drain_until_ms = loop_now_ms() + config_number(server->config, "drain_seconds") * 1000;
    if (server->front != NULL)
        front_close(server->front);
    if (server->dispatch != NULL)
        dispatch_drain(server->dispatch);
    if (server->planner != NULL)
        planner_leave(server->planner);
    audit_hurry(server->audit);
    loop_timer(loop, DRAIN_LOOK_MS, true, look_drained, serving);
}

static void tell_alive(struct loop *loop, void *arg)
{
    (void)loop;
    (void)arg;
    service_alive();
}

// ---- the whole

// At the start the database may still be starting, too.
static int wait_for_schema(const struct config *config, struct err *err)
{
    for (int second = 0;; second++) {
        if (migrate_check(config_text(config, "database"), config_text(config, "sql_dir"), err) ==
            0)
            return 0;
        if (err->kind != ERR_RETRY || second >= DATABASE_WAIT_SECONDS)
            return -1;
        log_event(LOG_WARN, "database_awaited", "why=\"%s\"", err->text);
        sleep(1);
    }
}

// Each connection takes a descriptor; the soft limit is meant for programs that use select. A few are
// kept above it for need.
static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max > 4 * BUS_SPARE_DESCRIPTORS
                         ? limit.rlim_max - BUS_SPARE_DESCRIPTORS
                         : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void fill_name(struct serving *serving)
{
    const char *name = config_text(serving->server.config, "name");
    char host[64] = "";
    gethostname(host, sizeof host - 1);
    if (name[0] != '\0')
        snprintf(serving->name, sizeof serving->name, "%.120s", name);
    else
        snprintf(serving->name, sizeof serving->name, "%s:%ld", host, (long)getpid());
    serving->server.name = serving->name;
}

// A connection that is used only on the database's history that is written on.
static struct db *open_db(const struct server *server, const char *name)
{
    unsigned timeout_ms = (unsigned)config_number(server->config, "statement_seconds") * 1000;
    struct db *db = db_create(server->loop, config_text(server->config, "database"), name,
                              timeout_ms);
    db_opening(db, "SELECT session_open()");
    return db;
}

static void create_parts(struct serving *serving)
{
    struct server *server = &serving->server;
    server->loop = loop_create();
    loop_signals(server->loop, drain, serving);
    loop_timer(server->loop, ALIVE_MS, true, tell_alive, NULL);
    loop_timer(server->loop, MEMORY_EVERY_MS, true, memory_give_back, NULL);
    loop_timer(server->loop, DESCRIPTORS_EVERY_MS, true, descriptors_look, NULL);
    for (size_t i = 0; i < INGEST_LANES; i++)
        server->ingest_db[i] = open_db(server, "thidua-server ingest");
    server->document_db = open_db(server, "thidua-server documents");
    server->small_db = open_db(server, "thidua-server small");
    server->step_db = open_db(server, "thidua-server steps");
    server->read_db = open_db(server, "thidua-server read");
    server->run_db = open_db(server, "thidua-server runs");
    server->quota = quota_create((uint32_t)config_number(server->config, "messages_per_second"),
                                 (uint32_t)config_number(server->config, "kib_per_second"));
    server->ingest = ingest_create(server);
    server->documents = documents_create(server);
    server->queries = queries_create(server);
    server->pulse = pulse_create(server, open_doors, serving);
    server->audit = audit_create(server);
}

static void destroy_parts(struct serving *serving)
{
    struct server *server = &serving->server;
    planner_destroy(server->planner);
    dispatch_destroy(server->dispatch);
    front_destroy(server->front);
    bus_destroy(serving->workers);
    audit_destroy(server->audit);
    pulse_destroy(server->pulse);
    queries_destroy(server->queries);
    documents_destroy(server->documents);
    ingest_destroy(server->ingest);
    quota_destroy(server->quota);
    db_destroy(server->run_db);
    db_destroy(server->read_db);
    db_destroy(server->small_db);
    db_destroy(server->step_db);
    db_destroy(server->document_db);
    for (size_t i = 0; i < INGEST_LANES; i++)
        db_destroy(server->ingest_db[i]);
    access_destroy(server->access);
    world_release(server->world);
    loop_destroy(server->loop);
}

int serve(const struct config *config, const struct identity *identity, struct err *err)
{
    struct serving serving = {.server = {.config = config, .identity = identity}, .err = err};
    if (wait_for_schema(config, err) != 0)
        return -1;
    raise_descriptors();
    fill_name(&serving);
    create_parts(&serving);
    loop_run(serving.server.loop);
    destroy_parts(&serving);
    log_event(LOG_INFO, "stopped", "name=%s", serving.name);
    return serving.status;
}
