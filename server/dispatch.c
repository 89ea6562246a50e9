// Jobs to workers by credit; see dispatch.h.
#include "server/dispatch.h"

#include "common/codec.h"
#include "common/log.h"
#include "core/job.h"
#include <stdlib.h>
#include <string.h>

#define POLL_EVERY_MS 250
#define SWEEP_EVERY_MS 1000
#define WORKER_QUIET_MS 3000 // a free worker says READY every 2 s: a frozen one gets no more jobs
#define WORKER_SILENT_MS 30000
#define CREDIT_MAX 16

struct handed {
    uint64_t job, lease;
    int64_t kept_ms;
};
struct worker {
    struct bus_peer peer;
    char name[96];
    uint32_t credit;
    struct handed handed[CREDIT_MAX];
    size_t handed_count;
    int64_t heard_ms;
    bool claiming;
};

struct dispatch {
    struct loop *loop;
    struct bus *bus;
    struct db *db;
    struct dispatch_options options;
    struct worker *workers[DISPATCH_WORKERS_MAX];
    size_t worker_count;
    bool draining, sweeping;
    int64_t swept_ms;
};

static bool same_peer(const struct bus_peer *a, const struct bus_peer *b)
{
    return a->id_length == b->id_length && memcmp(a->id, b->id, a->id_length) == 0;
}

static struct worker *find_worker(struct dispatch *dispatch, const struct bus_peer *peer)
{
    for (size_t i = 0; i < dispatch->worker_count; i++)
        if (same_peer(&dispatch->workers[i]->peer, peer))
            return dispatch->workers[i];
    return NULL;
}

// False: the peer is gone. What is lost on the way is made good by its lease.
static bool send_to(struct dispatch *dispatch, const struct bus_peer *peer,
                    const struct message *message)
{
    struct text out = {0};
    struct err err;
    bool sent = message_encode(message, &out, &err) == 0 &&
                bus_send(dispatch->bus, peer, out.data, out.length) == 0;
    text_free(&out);
    return sent;
}

static void nothing(void *arg, enum db_class class, const PGresult *result)
{
    (void)arg;
    if (class != DB_OK && class != DB_RETRY)
        log_event(LOG_ERROR, "dispatch_failed", "text=\"%s\"",
                  result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : "");
}

// ---- claiming ----

struct claim {
    struct dispatch *dispatch;
    struct bus_peer peer;
};

static void fail_job(struct dispatch *dispatch, uint64_t job, uint64_t lease, const char *why,
                     bool final)
{
    char id[DB_INTEGER_SIZE], number[DB_INTEGER_SIZE], most[DB_INTEGER_SIZE];
    const struct db_param params[] = {
        db_integer((int64_t)job, id), db_integer((int64_t)lease, number), db_text(why),
        db_text(final ? "true" : "false"), db_integer(JOB_ATTEMPTS_MAX, most)};
    db_exec(dispatch->db, NULL, "SELECT thidua.job_fail($1, $2, $3, $4, $5)", params, 5, 0, nothing,
            NULL);
}

// A worker that wants no more meanwhile (NULL: is forgotten), or cannot be reached because it has
// died, gets none: the job goes back at once.
static void hand_out(struct dispatch *dispatch, struct worker *worker, uint64_t job, uint64_t lease)
{
    if (worker == NULL || worker->handed_count >= worker->credit) {
        fail_job(dispatch, job, lease, "its worker wants no more", false);
        return;
    }
    struct message message = {
        .type = MESSAGE_JOB,
        .job = {.job = job, .lease = lease, .lease_ms = dispatch->options.lease_ms}};
    if (send_to(dispatch, &worker->peer, &message)) {
        worker->handed[worker->handed_count++] = (struct handed){job, lease, loop_now_ms()};
        return;
    }
    worker->credit = 0;
    fail_job(dispatch, job, lease, "its worker is gone", false);
}

static void on_claimed(void *arg, enum db_class class, const PGresult *result)
{
    struct claim *claim = arg;
    struct worker *worker = find_worker(claim->dispatch, &claim->peer);
    if (worker)
        worker->claiming = false;
    for (int i = 0; class == DB_OK && i < PQntuples(result); i++)
        hand_out(claim->dispatch, worker, (uint64_t)db_integer_at(result, i, 0),
                 (uint64_t)db_integer_at(result, i, 1));
    nothing(NULL, class, result);
    free(claim);
}

static void claim_for(struct dispatch *dispatch, struct worker *worker)
{
    if (dispatch->draining || worker->claiming || worker->handed_count >= worker->credit ||
        loop_now_ms() - worker->heard_ms > WORKER_QUIET_MS || !db_ready(dispatch->db))
        return;
    char most[DB_INTEGER_SIZE], lease[DB_INTEGER_SIZE], hard[DB_INTEGER_SIZE];
    const struct db_param params[] = {
        db_text(worker->name), db_integer((int64_t)(worker->credit - worker->handed_count), most),
        db_integer(dispatch->options.lease_ms, lease), db_integer(JOB_HARD_DEADLINE_S, hard)};
    struct claim *claim = mem_alloc(1, sizeof *claim);
    *claim = (struct claim){dispatch, worker->peer};
    worker->claiming = true;
    db_exec(dispatch->db, NULL, "SELECT * FROM thidua.job_claim($1, $2, $3, $4)", params, 4, 0,
            on_claimed, claim);
}

void dispatch_poke(struct dispatch *dispatch)
{
    for (size_t i = 0; i < dispatch->worker_count; i++)
        claim_for(dispatch, dispatch->workers[i]);
}

// ---- messages of workers ----

static void on_ready(struct dispatch *dispatch, const struct bus_peer *peer,
                     const struct wire_ready *ready)
{
    struct worker *worker = find_worker(dispatch, peer);
    if (!worker) {
        if (dispatch->worker_count == DISPATCH_WORKERS_MAX)
            return;
        worker = dispatch->workers[dispatch->worker_count++] = mem_alloc(1, sizeof *worker);
        worker->peer = *peer;
        snprintf(worker->name, sizeof worker->name, "%s", ready->name);
        log_event(LOG_INFO, "worker_ready", "worker=%s version=%s credit=%u", ready->name,
                  ready->version, ready->credit);
    }
    worker->credit = ready->credit < CREDIT_MAX ? ready->credit : CREDIT_MAX;
    worker->heard_ms = loop_now_ms();
    claim_for(dispatch, worker);
}

static void on_beat_answer(void *arg, enum db_class class, const PGresult *result)
{
    struct claim *beat = arg;
    uint64_t jobs[CREDIT_MAX], leases[CREDIT_MAX];
    struct message message = {.type = MESSAGE_LEASE_LOST,
                              .leases = {.jobs = jobs, .leases = leases}};
    for (int i = 0; class == DB_OK && i < PQntuples(result) && i < CREDIT_MAX; i++) {
        jobs[i] = (uint64_t)db_integer_at(result, i, 0);
        leases[i] = (uint64_t)db_integer_at(result, i, 1);
        message.leases.count++;
    }
    if (message.leases.count > 0)
        send_to(beat->dispatch, &beat->peer, &message);
    nothing(NULL, class, result);
    free(beat);
}

static void on_heartbeat(struct dispatch *dispatch, const struct bus_peer *peer,
                         const struct wire_leases *held)
{
    struct worker *worker = find_worker(dispatch, peer);
    struct text jobs = {0}, leases = {0};
    for (size_t i = 0; i < held->count && i < CREDIT_MAX; i++) {
        text_addf(&jobs, "%s%llu", i ? "," : "{", (unsigned long long)held->jobs[i]);
        text_addf(&leases, "%s%llu", i ? "," : "{", (unsigned long long)held->leases[i]);
        for (size_t h = 0; worker && h < worker->handed_count; h++)
            if (worker->handed[h].job == held->jobs[i])
                worker->handed[h].kept_ms = loop_now_ms();
    }
    if (worker)
        worker->heard_ms = loop_now_ms();
    if (jobs.length > 0) {
        char lease[DB_INTEGER_SIZE];
        text_adds(&jobs, "}");
        text_adds(&leases, "}");
        const struct db_param params[] = {db_text(jobs.data), db_text(leases.data),
                                          db_integer(dispatch->options.lease_ms, lease)};
        struct claim *beat = mem_alloc(1, sizeof *beat);
        *beat = (struct claim){dispatch, *peer};
        db_exec(dispatch->db, NULL, "SELECT * FROM thidua.job_beat($1, $2, $3)", params, 3, 0,
                on_beat_answer, beat);
    }
    text_free(&jobs);
    text_free(&leases);
}

static void forget_job(struct worker *worker, uint64_t job, uint64_t lease)
{
    for (size_t i = worker->handed_count; i-- > 0;)
        if (worker->handed[i].job == job && worker->handed[i].lease == lease)
            worker->handed[i] = worker->handed[--worker->handed_count];
}

static void on_job_done(struct dispatch *dispatch, const struct bus_peer *peer,
                        const struct wire_job_done *done)
{
    struct worker *worker = find_worker(dispatch, peer);
    if (worker) {
        forget_job(worker, done->job, done->lease);
        worker->heard_ms = loop_now_ms();
    }
    if (!done->ok) {
        fail_job(dispatch, done->job, done->lease, done->error, done->final);
        log_event(LOG_WARN, "job_failed", "job=%llu lease=%llu worker=%s text=\"%s\"",
                  (unsigned long long)done->job, (unsigned long long)done->lease,
                  worker ? worker->name : "", done->error);
    }
    dispatch->options.finished(dispatch->loop, dispatch->options.arg);
    if (worker)
        claim_for(dispatch, worker);
}

static void on_ping(struct dispatch *dispatch, const struct bus_peer *peer,
                    const struct message *ping)
{
    struct message pong = {.type = MESSAGE_PONG,
                           .request = ping->request,
                           .pong = {.version = THIDUA_VERSION,
                                    .server = dispatch->options.name,
                                    .role = "worker",
                                    .unit = ""}};
    send_to(dispatch, peer, &pong);
}

static void take_message(struct dispatch *dispatch, const struct bus_peer *peer,
                         const struct message *message)
{
    switch (message->type) {
    case MESSAGE_READY:
        on_ready(dispatch, peer, &message->ready);
        break;
    case MESSAGE_HEARTBEAT:
        on_heartbeat(dispatch, peer, &message->leases);
        break;
    case MESSAGE_JOB_DONE:
        on_job_done(dispatch, peer, &message->job_done);
        break;
    case MESSAGE_PING:
        on_ping(dispatch, peer, message);
        break;
    case MESSAGE_NONE:
    case MESSAGE_PONG:
    case MESSAGE_SUBMIT:
    case MESSAGE_SUBMIT_ANSWER:
    case MESSAGE_LOCATE:
    case MESSAGE_LOCATED:
    case MESSAGE_LOAD:
    case MESSAGE_QUERY:
    case MESSAGE_TABLE:
    case MESSAGE_COMMAND:
    case MESSAGE_ANSWER:
    case MESSAGE_JOB:
    case MESSAGE_LEASE_LOST:
        break; // not for this socket
    }
}

static void on_bus(struct loop *loop, void *arg)
{
    struct dispatch *dispatch = arg;
    struct bus_peer peer;
    const uint8_t *data;
    size_t length;
    (void)loop;
    for (int i = 0; i < 256 && bus_receive(dispatch->bus, &peer, &data, &length) > 0; i++) {
        struct message message;
        struct err err;
        if (!dispatch->options.allow(dispatch->options.arg, peer.key))
            continue;
        if (message_decode(data, length, &message, &err) < 0) {
            log_event(LOG_WARN, "bad_message", "from=worker error=%s", err.code);
            continue;
        }
        take_message(dispatch, &peer, &message);
        message_clear(&message);
    }
}

// ---- time ----

static void drop_silent(struct dispatch *dispatch)
{
    int64_t now = loop_now_ms();
    for (size_t i = dispatch->worker_count; i-- > 0;) {
        struct worker *worker = dispatch->workers[i];
        for (size_t h = worker->handed_count; h-- > 0;)
            if (now - worker->handed[h].kept_ms > 2 * (int64_t)dispatch->options.lease_ms)
                worker->handed[h] = worker->handed[--worker->handed_count];
        if (now - worker->heard_ms > WORKER_SILENT_MS && !worker->claiming) {
            log_event(LOG_WARN, "worker_silent", "worker=%s", worker->name);
            free(worker);
            dispatch->workers[i] = dispatch->workers[--dispatch->worker_count];
        }
    }
}

static void on_swept(void *arg, enum db_class class, const PGresult *result)
{
    struct dispatch *dispatch = arg;
    dispatch->sweeping = false;
    nothing(NULL, class, result);
    if (class == DB_OK && db_integer_at(result, 0, 0) > 0) {
        dispatch_poke(dispatch);
        dispatch->options.finished(dispatch->loop, dispatch->options.arg);
    }
}

static void on_tick(struct loop *loop, void *arg)
{
    struct dispatch *dispatch = arg;
    (void)loop;
    drop_silent(dispatch);
    dispatch_poke(dispatch);
    if (dispatch->sweeping || loop_now_ms() - dispatch->swept_ms < SWEEP_EVERY_MS ||
        !db_ready(dispatch->db))
        return;
    char most[DB_INTEGER_SIZE];
    const struct db_param params[] = {db_integer(JOB_ATTEMPTS_MAX, most)};
    dispatch->sweeping = true;
    dispatch->swept_ms = loop_now_ms();
    db_exec(dispatch->db, NULL, "SELECT thidua.job_sweep($1)", params, 1, 0, on_swept, dispatch);
}

struct dispatch *dispatch_create(struct loop *loop, struct bus *bus, struct db *db,
                                 const struct dispatch_options *options)
{
    struct dispatch *dispatch = mem_alloc(1, sizeof *dispatch);
    dispatch->loop = loop;
    dispatch->bus = bus;
    dispatch->db = db;
    dispatch->options = *options;
    loop_bus(loop, bus, on_bus, dispatch);
    loop_timer(loop, POLL_EVERY_MS, true, on_tick, dispatch);
    return dispatch;
}

void dispatch_destroy(struct dispatch *dispatch)
{
    if (!dispatch)
        return;
    for (size_t i = 0; i < dispatch->worker_count; i++)
        free(dispatch->workers[i]);
    free(dispatch);
}

void dispatch_drain(struct dispatch *dispatch)
{
    dispatch->draining = true;
}
