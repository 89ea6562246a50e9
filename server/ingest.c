// The way of submissions through batches; ingest.h tells it in six lines.
#include "server/ingest.h"

#include "common/log.h"
#include "core/mem.h"
#include "server/batch.h"
#include "server/pulse.h"
#include "server/quota.h"
#include <stdlib.h>
#include <string.h>

#define MIB (1024u * 1024u)
#define WORTH_SUBMISSIONS 32 // of a second batch at a time
#define ATTEMPTS_MAX 6       // of a batch that the database turns away
#define AGAIN_MS 50          // before the second attempt, doubled
#define PATIENCE_MS 5000     // with a database that is gone, before those who wait are told
#define RULES_ATTEMPTS_MAX 4 // rules that change faster than a batch can be checked

// A connection and the batch that is under way on it. While one batch is written and committed, the
// next one is read; never are two read at once, so that submissions of an office keep their order:
// the locks of the first are taken when the second one asks for them.
struct lane {
    struct ingest *ingest;
    struct db *db;
    struct batch *batch; // NULL: the lane is free
    unsigned rules_attempts;
};
struct ingest {
    struct server *server;
    struct batch *gathering; // NULL: nobody waits
    struct batch *halves;    // parts of a batch that failed, before anything newer
    struct lane lanes[INGEST_LANES];
    struct lane *reading;    // the lane whose batch is in trip 1 or waits for it
    size_t bytes, bytes_max; // of all submissions here
    size_t batch_max;
};

static void lane_read(struct lane *lane);

// ---- a message comes in

static bool lanes_ready(const struct ingest *ingest)
{
    for (size_t i = 0; i < INGEST_LANES; i++) {
        if (db_ready(ingest->lanes[i].db))
            return true;
    }
    return false;
}

static void refuse_retry(const struct asker *asker, const struct message *message,
                         enum wire_code code, uint32_t retry_ms)
{
    submission_answer_retry(asker, message->submit.id, code, retry_ms);
}

static void gather(struct ingest *ingest, struct submission *submission)
{
    if (ingest->gathering == NULL)
        ingest->gathering = mem_alloc(1, sizeof *ingest->gathering);
    struct batch *batch = ingest->gathering;
    *MEM_PUSH(batch->list, batch->count, batch->capacity) = submission;
    ingest->bytes += submission_bytes(submission);
}

// So many ms the office has to wait, which may have many keys; 0: none.
static uint32_t office_wait(const struct submission *submission)
{
    if (submission->office == NO_UNIT)
        return 0;
    const char *office = submission->world->units->tree->units[submission->office].code;
    return quota_take(submission->asker.server->quota, office, strlen(office),
                      submission->message.submit.body.length, loop_now_ms());
}

void ingest_submit(const struct asker *asker, struct message *message)
{
    struct server *server = asker->server;
    struct ingest *ingest = server->ingest;
    if (server->draining || !lanes_ready(ingest)) {
        refuse_retry(asker, message, WIRE_UNAVAILABLE, RETRY_UNAVAILABLE_MS);
        return;
    }
    if (ingest->bytes + message_bytes(message) > ingest->bytes_max) {
        refuse_retry(asker, message, WIRE_BUSY, RETRY_BUSY_MS);
        return;
    }
    struct submission *submission = submission_create(asker, message);
    submission_check(submission, server->world, pulse_today(server->pulse));
    uint32_t wait_ms = office_wait(submission);
    if (wait_ms > 0) {
        submission_answer_retry(asker, submission->message.submit.id, WIRE_BUSY, wait_ms);
        submission_destroy(submission);
        return;
    }
    gather(ingest, submission);
}

void ingest_refuse(const struct asker *asker, enum wire_code code, const char *why)
{
    struct wire_finding finding = {
        .code = FINDING_BAD_MESSAGE, .file = "", .column = "", .value = why};
    struct message message = {.type = MESSAGE_SUBMIT_ANSWER,
                              .submit_answer = {.code = code, .findings = {1, &finding, 0}}};
    answer_send(asker, &message);
}

// ---- the end of a batch

static void lane_free(struct lane *lane)
{
    struct ingest *ingest = lane->ingest;
    for (size_t i = 0; i < lane->batch->count; i++)
        ingest->bytes -= submission_bytes(lane->batch->list[i]);
    batch_destroy(lane->batch);
    lane->batch = NULL;
    lane->rules_attempts = 0;
    if (ingest->reading == lane)
        ingest->reading = NULL;
    ingest_go(ingest);
}

static void answer_all(struct lane *lane)
{
    for (size_t i = 0; i < lane->batch->count; i++)
        submission_answer(lane->batch->list[i]);
    lane_free(lane);
}

static void put_off_all(struct lane *lane, enum wire_code code, uint32_t retry_ms)
{
    const struct batch *batch = lane->batch;
    log_event(LOG_WARN, "batch_put_off", "code=%s submissions=%zu attempts=%u",
              wire_code_name(code), batch->count, batch->attempts);
    for (size_t i = 0; i < batch->count; i++)
        submission_answer_retry(&batch->list[i]->asker, batch->list[i]->message.submit.id, code,
                                retry_ms);
    lane_free(lane);
}

// ---- when a trip fails

static void again(struct loop *loop, void *arg)
{
    struct lane *lane = arg;
    struct ingest *ingest = lane->ingest;
    if (ingest->reading != NULL && ingest->reading != lane)
        loop_timer(loop, AGAIN_MS, false, again, lane);
    else
        lane_read(lane);
}

// The whole batch once more, a little later; after too long those who wait are told so. What a lost
// COMMIT has stored is found by its id.
static void try_again(struct lane *lane)
{
    struct batch *batch = lane->batch;
    int64_t now = loop_now_ms();
    if (batch->give_up_ms == 0)
        batch->give_up_ms = now + PATIENCE_MS;
    bool ready = db_ready(lane->db);
    if (now >= batch->give_up_ms || (ready && ++batch->attempts > ATTEMPTS_MAX)) {
        put_off_all(lane, WIRE_UNAVAILABLE, RETRY_UNAVAILABLE_MS); // it may be stored
        return;
    }
    uint32_t wait = ready ? (uint32_t)AGAIN_MS << batch->attempts : AGAIN_MS;
    loop_timer(lane->ingest->server->loop, answer_jitter(wait), false, again, lane);
}

static struct batch *half_of(struct batch *batch, size_t from, size_t to)
{
    struct batch *half = mem_alloc(1, sizeof *half);
    for (size_t i = from; i < to; i++)
        *MEM_PUSH(half->list, half->count, half->capacity) = batch->list[i];
    return half;
}

static void go_on(struct loop *loop, void *arg)
{
    (void)loop;
    ingest_go(arg);
}

// A value is at fault: the halves go their own ways until the culprit stands alone.
static void split(struct lane *lane)
{
    struct ingest *ingest = lane->ingest;
    struct batch *batch = lane->batch;
    size_t middle = batch->count / 2;
    struct batch *first = half_of(batch, 0, middle), *second = half_of(batch, middle, batch->count);
    first->next = second;
    second->next = ingest->halves;
    ingest->halves = first;
    batch->count = 0; // the halves own them now
    batch_destroy(batch);
    lane->batch = NULL;
    if (ingest->reading == lane)
        ingest->reading = NULL;
    loop_timer(ingest->server->loop, 0, false, go_on, ingest);
}

static void blame(struct lane *lane)
{
    struct submission *culprit = lane->batch->list[0];
    log_event(LOG_ERROR, "submission_refused_by_database", "campaign=%s",
              culprit->message.submit.campaign);
    culprit->code = WIRE_INVALID;
    culprit->signed_receipt.length = 0;
    finding_add(&culprit->findings, FINDING_BAD_MESSAGE, (struct finding_place){.file = ""}, "",
                NULL);
    answer_all(lane);
}

static void trip_failed(struct lane *lane)
{
    const struct batch *batch = lane->batch;
    db_exec(lane->db, NULL, "ROLLBACK", NULL, 0, 0, NULL, NULL);
    log_event(batch->failed == DB_RETRY ? LOG_WARN : LOG_ERROR, "batch_failed",
              "class=%d submissions=%zu attempts=%u", (int)batch->failed, batch->count,
              batch->attempts);
    if (batch->failed == DB_RETRY)
        try_again(lane);
    else if (batch->failed != DB_DATA)
        put_off_all(lane, WIRE_UNAVAILABLE, RETRY_UNAVAILABLE_MS * 10);
    else if (batch->count == 1)
        blame(lane);
    else
        split(lane);
}

// ---- the trips

static void written(struct batch *batch)
{
    struct lane *lane = batch->owner;
    if (batch->failed != DB_OK) {
        trip_failed(lane);
        return;
    }
    if (batch->to_store > 0)
        log_event(LOG_INFO, "batch_stored", "first=%lld submissions=%zu of=%zu attempts=%u",
                  (long long)batch->numbers[0], batch->to_store, batch->count, batch->attempts);
    answer_all(lane);
}

// The rules have changed since the batch was checked: it is checked and read again.
static void check_again(struct lane *lane, int64_t version)
{
    db_exec(lane->db, NULL, "ROLLBACK", NULL, 0, 0, NULL, NULL);
    if (++lane->rules_attempts > RULES_ATTEMPTS_MAX)
        put_off_all(lane, WIRE_BUSY, RETRY_BUSY_MS);
    else
        pulse_await_rules(lane->ingest->server->pulse, version, again, lane);
}

static void read_done(struct batch *batch)
{
    struct lane *lane = batch->owner;
    struct ingest *ingest = lane->ingest;
    const struct world *world = ingest->server->world;
    if (batch->failed != DB_OK) {
        trip_failed(lane);
        return;
    }
    if (batch->rules_version != world->version || batch->list[0]->world != world) {
        check_again(lane, batch->rules_version);
        return;
    }
    batch_decide(batch, ingest->server->identity);
    // A receipt that is on record is answered after a COMMIT, too: durable_check in sql/ says why.
    if (batch->to_store > 0 || batch->stored.count > 0) {
        batch->done = written;
        batch_write(batch, lane->db);
        ingest->reading = NULL;
        ingest_go(ingest);
        return;
    }
    db_exec(lane->db, NULL, "ROLLBACK", NULL, 0, 0, NULL, NULL);
    answer_all(lane);
}

// All of a batch is checked by the same rules, the newest in memory.
static void lane_read(struct lane *lane)
{
    struct batch *batch = lane->batch;
    struct server *server = lane->ingest->server;
    lane->ingest->reading = lane;
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->list[i]->world != server->world)
            submission_check(batch->list[i], server->world, pulse_today(server->pulse));
    }
    batch->owner = lane;
    batch->done = read_done;
    batch_read(batch, lane->db);
}

// Takes from what has gathered as much as one transaction should hold.
static struct batch *next_batch(struct ingest *ingest)
{
    struct batch *batch = ingest->halves;
    if (batch != NULL) {
        ingest->halves = batch->next;
        batch->next = NULL;
        return batch;
    }
    batch = ingest->gathering;
    ingest->gathering = NULL;
    if (batch != NULL && batch->count > ingest->batch_max) {
        ingest->gathering = half_of(batch, ingest->batch_max, batch->count);
        batch->count = ingest->batch_max;
    }
    return batch;
}

// A free lane, rather one that is connected. Beside a batch that is under way only one that is worth
// a transaction of its own is begun: small ones gather until that one has ended.
static struct lane *free_lane(struct ingest *ingest)
{
    struct lane *found = NULL;
    size_t busy = 0;
    for (size_t i = 0; i < INGEST_LANES; i++) {
        struct lane *lane = &ingest->lanes[i];
        busy += lane->batch != NULL;
        if (lane->batch == NULL && (found == NULL || db_ready(lane->db)))
            found = lane;
    }
    size_t waiting = ingest->gathering != NULL ? ingest->gathering->count : 0;
    return busy == 0 || ingest->halves != NULL || waiting >= WORTH_SUBMISSIONS ? found : NULL;
}

void ingest_go(struct ingest *ingest)
{
    struct lane *lane = ingest->reading == NULL ? free_lane(ingest) : NULL;
    if (lane == NULL)
        return;
    lane->batch = next_batch(ingest);
    if (lane->batch != NULL)
        lane_read(lane);
}

// ---- life

bool ingest_idle(const struct ingest *ingest)
{
    for (size_t i = 0; i < INGEST_LANES; i++) {
        if (ingest->lanes[i].batch != NULL)
            return false;
    }
    return ingest->gathering == NULL && ingest->halves == NULL;
}

struct ingest *ingest_create(struct server *server)
{
    struct ingest *ingest = mem_alloc(1, sizeof *ingest);
    ingest->server = server;
    ingest->bytes_max = (size_t)config_number(server->config, "ingest_mib") * MIB;
    ingest->batch_max = (size_t)config_number(server->config, "batch_submissions");
    for (size_t i = 0; i < INGEST_LANES; i++) {
        ingest->lanes[i] = (struct lane){.ingest = ingest, .db = server->ingest_db[i]};
        batch_read_prepare(server->ingest_db[i]);
        batch_write_prepare(server->ingest_db[i]);
    }
    return ingest;
}

void ingest_destroy(struct ingest *ingest)
{
    if (ingest == NULL)
        return;
    for (struct batch *half = ingest->halves, *next; half != NULL; half = next) {
        next = half->next;
        batch_destroy(half);
    }
    for (size_t i = 0; i < INGEST_LANES; i++)
        batch_destroy(ingest->lanes[i].batch);
    batch_destroy(ingest->gathering);
    free(ingest);
}
