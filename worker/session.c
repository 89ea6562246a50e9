// Talking to servers and working through jobs; see session.h.
#include "worker/session.h"

#include "common/codec.h"
#include "common/db.h"
#include "common/log.h"
#include "common/service.h"
#include "worker/work.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TICK_MS 500
#define READY_EVERY_MS 2000
#define SILENCE_MS 10000 // no word from the server: try the next one
#define LOST_MS 2000     // the same when the connection is lost and there are other servers
#define JITTER_MS 2000   // at most, more: workers do not move on together
#define REST_MS 5000     // without a database no work is asked for
#define PARTING_MS 1000  // how long a worker that ends waits for the server's last word
#define HELD_MAX 2       // the job in hand and the next one, so that no round trip is waited for
#define SERVERS_MAX 16

struct session {
    struct loop *loop;
    const struct config *config;
    const struct identity *identity;
    uint8_t server_key[BUS_KEY_BYTES];
    char *servers[SERVERS_MAX];
    size_t server_count, server_now;
    struct bus *bus;
    int64_t heard_ms, jitter_ms, ready_ms, beat_ms, beat_every_ms, rest_until_ms;
    struct lease held[HELD_MAX]; // held[0] is the one in hand
    size_t held_count;
    PGconn *conn;
    struct work_cache cache;
    bool draining, working;
    bool parted;            // draining: the server has read that no more jobs are wanted
    int64_t drain_until_ms; // draining: later it is not waited for
    char name[96];
};

static void send_message(struct session *session, const struct message *message)
{
    struct text out = {0};
    struct err err;
    if (session->bus && message_encode(message, &out, &err) == 0)
        bus_send(session->bus, NULL, out.data, out.length); // lost ones are sent again in time
    text_free(&out);
}

// Its answer shows that the server is there, and what it has read by then.
enum { PING_ALIVE = 1, PING_PARTING };
static void send_ping(struct session *session)
{
    struct message ping = {.type = MESSAGE_PING,
                           .request = session->draining ? PING_PARTING : PING_ALIVE};
    send_message(session, &ping);
}

static void send_ready(struct session *session)
{
    int64_t now = loop_now_ms();
    bool free = !session->draining && now >= session->rest_until_ms;
    struct message message = {
        .type = MESSAGE_READY,
        .ready = {.credit = free ? (uint32_t)(HELD_MAX - session->held_count) : 0,
                  .version = THIDUA_VERSION,
                  .name = session->name}};
    send_message(session, &message);
    send_ping(session);
    session->ready_ms = now;
}

static void send_beat(struct session *session)
{
    uint64_t jobs[HELD_MAX], leases[HELD_MAX];
    for (size_t i = 0; i < session->held_count; i++) {
        jobs[i] = session->held[i].job;
        leases[i] = session->held[i].lease;
    }
    struct message message = {
        .type = MESSAGE_HEARTBEAT,
        .leases = {.count = session->held_count, .jobs = jobs, .leases = leases}};
    send_message(session, &message);
    send_ping(session);
    session->beat_ms = loop_now_ms();
}

static void send_done(struct session *session, struct lease lease, const struct err *err)
{
    struct message message = {
        .type = MESSAGE_JOB_DONE,
        .job_done = {.job = lease.job,
                     .lease = lease.lease,
                     .ok = err == NULL,
                     .final = err && err->kind != ERR_RETRY && strcmp(err->code, "fenced") != 0,
                     .error = err ? err->text : ""}};
    send_message(session, &message);
}

// A job that was not begun: at once to somebody else, and it does not count as an attempt.
static void give_back(struct session *session, struct lease lease)
{
    struct err err;
    err_set(&err, ERR_RETRY, "given_back", "given back by %s", session->name);
    send_done(session, lease, &err);
}

// ---- messages from the server ----

static void take_job(struct session *session, const struct wire_job *job)
{
    for (size_t i = 0; i < session->held_count; i++)
        if (session->held[i].job == job->job && session->held[i].lease == job->lease)
            return;
    if (session->held_count == HELD_MAX || session->draining) {
        give_back(session, (struct lease){job->job, job->lease});
        return;
    }
    session->held[session->held_count++] = (struct lease){job->job, job->lease};
    session->beat_every_ms = job->lease_ms / 3;
}

static void drop_held(struct session *session, size_t index)
{
    memmove(&session->held[index], &session->held[index + 1],
            (session->held_count - index - 1) * sizeof session->held[0]);
    session->held_count--;
}

// The job in hand is finished or fails by itself at its fence; waiting ones are forgotten.
static void take_lost(struct session *session, const struct wire_leases *lost)
{
    for (size_t l = 0; l < lost->count; l++)
        for (size_t i = session->held_count; i-- > (session->working ? 1U : 0U);)
            if (session->held[i].job == lost->jobs[l] && session->held[i].lease == lost->leases[l])
                drop_held(session, i);
}

static void receive_all(struct session *session)
{
    struct bus_peer peer;
    const uint8_t *data;
    size_t length;
    while (session->bus && bus_receive(session->bus, &peer, &data, &length) > 0) {
        struct message message;
        struct err err;
        session->heard_ms = loop_now_ms();
        if (message_decode(data, length, &message, &err) < 0)
            continue;
        if (message.type == MESSAGE_JOB)
            take_job(session, &message.job);
        else if (message.type == MESSAGE_LEASE_LOST)
            take_lost(session, &message.leases);
        else if (message.type == MESSAGE_PONG && message.request == PING_PARTING)
            session->parted = true;
        message_clear(&message);
    }
}

// ---- servers ----

static void on_bus(struct loop *loop, void *arg);

static int open_server(struct session *session, struct err *err)
{
    session->heard_ms = loop_now_ms();
    session->jitter_ms = randombytes_uniform(JITTER_MS + 1);
    session->bus = bus_connect(session->servers[session->server_now], session->server_key,
                               &session->identity->curve, err);
    if (!session->bus)
        return -1;
    loop_bus(session->loop, session->bus, on_bus, session);
    send_ready(session);
    return 0;
}

static int64_t patience_ms(const struct session *session)
{
    bool lost = session->server_count > 1 && session->bus != NULL &&
                bus_state(session->bus) == BUS_LOST;
    return (lost ? LOST_MS : SILENCE_MS) + session->jitter_ms;
}

// Takes what has come; a server that was silent for too long is left for the next one.
static void hear_server(struct session *session)
{
    struct err err;
    receive_all(session);
    if (loop_now_ms() - session->heard_ms <= patience_ms(session))
        return;
    log_event(LOG_WARN, "server_silent", "server=%s", session->servers[session->server_now]);
    loop_bus_remove(session->loop, session->bus);
    bus_destroy(session->bus);
    session->server_now = (session->server_now + 1) % session->server_count;
    if (open_server(session, &err) < 0)
        log_event(LOG_ERROR, "connect_failed", "text=\"%s\"", err.text);
}

// Called between pieces of a job.
static void beat(void *arg)
{
    struct session *session = arg;
    loop_signals_take(session->loop);
    service_alive();
    if (loop_now_ms() - session->beat_ms < session->beat_every_ms)
        return;
    hear_server(session);
    send_beat(session);
}

// ---- the jobs ----

static bool have_database(struct session *session, struct err *err)
{
    if (session->conn && PQstatus(session->conn) == CONNECTION_OK)
        return true;
    PQfinish(session->conn);
    session->conn = db_connect(config_text(session->config, "database"), session->name, 0, err);
    if (session->conn == NULL)
        return false;
    PGresult *opened = db_run(session->conn, "SELECT session_open()", NULL, 0, 0, err);
    if (opened == NULL) { // not the history that is written on
        PQfinish(session->conn);
        session->conn = NULL;
    }
    PQclear(opened);
    return session->conn != NULL;
}

// Others may well have a database: they get what is here, and more is asked for later.
static void rest(struct session *session, const struct err *err)
{
    log_event(LOG_WARN, "no_database", "error=%s text=\"%s\"", err->code, err->text);
    session->rest_until_ms = loop_now_ms() + REST_MS;
    send_ready(session);
    while (session->held_count > 0) {
        give_back(session, session->held[0]);
        drop_held(session, 0);
    }
}

static void work_one(struct session *session)
{
    struct err err = {0};
    if (!have_database(session, &err)) {
        rest(session, &err);
        return;
    }
    struct lease lease = session->held[0];
    int64_t began = loop_now_ms();
    session->working = true;
    beat(session);
    int done = work_do(session->conn, lease, &session->cache, beat, session, &err);
    session->working = false;
    drop_held(session, 0);
    send_done(session, lease, done == 0 ? NULL : &err);
    if (done == 0)
        log_event(LOG_INFO, "job_done", "job=%llu lease=%llu ms=%lld",
                  (unsigned long long)lease.job, (unsigned long long)lease.lease,
                  (long long)(loop_now_ms() - began));
    else
        log_event(LOG_WARN, "job_failed", "job=%llu lease=%llu error=%s text=\"%s\"",
                  (unsigned long long)lease.job, (unsigned long long)lease.lease, err.code,
                  err.text);
}

static void step(struct session *session)
{
    receive_all(session);
    while (session->held_count > 0) {
        work_one(session);
        loop_signals_take(session->loop); // jobs may come without end
        receive_all(session);
    }
    if (session->draining && (session->parted || loop_now_ms() >= session->drain_until_ms))
        loop_stop(session->loop);
}

static void on_bus(struct loop *loop, void *arg)
{
    (void)loop;
    step(arg);
}

static void on_tick(struct loop *loop, void *arg)
{
    struct session *session = arg;
    service_alive();
    (void)loop;
    hear_server(session);
    if (loop_now_ms() - session->ready_ms >= READY_EVERY_MS)
        send_ready(session);
    step(session);
}

// Jobs that were on their way meet the word that none is wanted: they come before its answer.
void session_drain(struct session *session)
{
    service_stopping();
    session->draining = true;
    session->drain_until_ms = loop_now_ms() + PARTING_MS;
    send_ready(session); // no credit any more
    while (session->held_count > (session->working ? 1U : 0U)) {
        give_back(session, session->held[session->held_count - 1]);
        drop_held(session, session->held_count - 1);
    }
}

// ---- the session ----

static void split_servers(struct session *session, const char *list)
{
    while (*list && session->server_count < SERVERS_MAX) {
        size_t length = strcspn(list, ",");
        if (length > 0)
            session->servers[session->server_count++] = mem_text(list, length);
        list += length + (list[length] == ',');
    }
}

struct session *session_create(struct loop *loop, const struct config *config,
                               const struct identity *identity, struct err *err)
{
    struct session *session = mem_alloc(1, sizeof *session);
    char host[64] = "worker";
    session->loop = loop;
    session->config = config;
    session->identity = identity;
    session->beat_every_ms = 1000;
    gethostname(host, sizeof host - 1);
    snprintf(session->name, sizeof session->name, "%s-%ld", host, (long)getpid());
    split_servers(session, config_text(config, "servers"));
    if (session->server_count == 0 ||
        key_from_z85(config_text(config, "server_key"), session->server_key) < 0) {
        err_set(err, ERR_REJECT, "config",
                "servers must name at least one endpoint and server_key its public key");
        session_destroy(session);
        return NULL;
    }
    session->server_now = randombytes_uniform((uint32_t)session->server_count); // they spread
    if (open_server(session, err) < 0) {
        session_destroy(session);
        return NULL;
    }
    loop_timer(loop, TICK_MS, true, on_tick, session);
    return session;
}

void session_destroy(struct session *session)
{
    if (!session)
        return;
    if (session->bus) {
        loop_bus_remove(session->loop, session->bus);
        bus_destroy(session->bus);
    }
    for (size_t i = 0; i < session->server_count; i++)
        free(session->servers[i]);
    PQfinish(session->conn);
    work_cache_clear(&session->cache);
    free(session);
}
