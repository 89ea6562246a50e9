// The door for clients.
#include "server/front.h"

#include "common/log.h"
#include "core/mem.h"
#include "server/audit.h"
#include "server/commands.h"
#include "server/documents.h"
#include "server/ingest.h"
#include "server/locate.h"
#include "server/pulse.h"
#include "server/queries.h"
#include "server/quota.h"
#include "server/submission.h"
#include "server/world.h"
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define MESSAGES_A_TURN 256 // then timers and the database have theirs
#define FILES_OWN 256       // descriptors of the server itself and of its workers
#define PARKED_BYTES_MAX (64u * 1024 * 1024)

struct front {
    struct server *server;
    struct bus *bus, *zap;
    bool closed;
    uint64_t unknown, unsent; // messages of keys not on record; answers that did not go out
    uint64_t put_off;         // messages over their key's measure
    struct parked *parked;    // first of a list
    size_t parked_bytes;
};

// ---- ping

static void handle_ping(const struct asker *asker, struct message *message)
{
    const struct server *server = asker->server;
    struct message pong = {
        .type = MESSAGE_PONG,
        .pong = {.version = THIDUA_VERSION,
                 .server = server->name,
                 .role = role_word(asker->who.role),
                 .unit = asker->who.unit,
                 .now_us = db_ready(server->small_db) ? pulse_now_us(server->pulse) : 0,
                 .receipt_key = {server->identity->sign_public, KEY_BYTES}}};
    (void)message;
    answer_send(asker, &pong);
}

// ---- who handles what, and what a key must be allowed to ask for it

static const struct {
    handle_fn *handle;
    unsigned actions;
    bool parks; // until the rules are in memory that another server has just taken in
} handlers[] = {
    [MESSAGE_PING] = {handle_ping, 0, false},
    [MESSAGE_SUBMIT] = {ingest_submit, 0,
                        false}, // its batch looks; who may not gets a SubmitAnswer
    [MESSAGE_LOCATE] = {locate_answer, MAY_READ, true},
    [MESSAGE_LOAD] = {documents_load, 0, true}, // rights by kind
    [MESSAGE_QUERY] = {queries_ask, 0, true},   // by question
    [MESSAGE_COMMAND] = {commands_do, 0, true}, // by action
};
#define HANDLERS (sizeof handlers / sizeof handlers[0])

// What cannot be decoded is answered when it can be told what it was.
static void refuse(const struct asker *asker, const struct message *message, const struct err *err)
{
    char key[KEY_WORD_SIZE];
    enum wire_code code = strcmp(err->code, "limit") == 0 || strcmp(err->code, "too_large") == 0
                              ? WIRE_TOO_LARGE
                          : strcmp(err->code, "unsupported") == 0 ? WIRE_UNSUPPORTED
                          : err->kind == ERR_RETRY                ? WIRE_BUSY
                                                                  : WIRE_INVALID;
    log_event(LOG_WARN, "message_refused", "key=%s code=%s why=\"%s\"",
              key_word(asker->peer.key, key), wire_code_name(code), err->text);
    if (message->type == MESSAGE_SUBMIT)
        ingest_refuse(asker, code, err->text);
    else
        answer_code(asker, code, err->text);
}

// One that asks too much is answered without a look at what it asks.
static void put_off(struct asker *asker, const uint8_t *data, size_t length, uint32_t wait_ms)
{
    static const uint8_t no_id[ID_BYTES];
    if (message_peek(data, length, &asker->request) == MESSAGE_SUBMIT)
        submission_answer_retry(asker, no_id, WIRE_BUSY, wait_ms);
    else
        answer_retry(asker, WIRE_BUSY, wait_ms);
}

// ---- messages that wait for the next look at the database

struct parked {
    struct parked *next, **link; // of the list they all stand in
    struct front *front;
    struct asker asker;
    struct message message;
    size_t bytes;
    int64_t look; // of the pulse
};

static void unpark(struct parked *parked)
{
    *parked->link = parked->next;
    if (parked->next != NULL)
        parked->next->link = parked->link;
    parked->front->parked_bytes -= parked->bytes;
    message_clear(&parked->message);
    free(parked);
}

static void on_fresh(struct loop *loop, void *arg)
{
    struct parked *parked = arg;
    struct asker *asker = &parked->asker;
    const struct access_entry *entry = access_find(asker->server->access, asker->peer.key);
    (void)loop;
    if (entry == NULL || !access_valid(entry, pulse_now_us(asker->server->pulse)))
        answer_code(asker, WIRE_FORBIDDEN, "this key is revoked or has expired");
    else if (!pulse_looked(asker->server->pulse, parked->look) &&
             parked->message.type != MESSAGE_LOCATE) // only splits a file: what is known may do
        answer_retry(asker, WIRE_UNAVAILABLE, RETRY_UNAVAILABLE_MS);
    else
        handlers[parked->message.type].handle(asker, &parked->message);
    unpark(parked);
}

static void park(struct front *front, const struct asker *asker, struct message *message)
{
    size_t bytes = message_bytes(message);
    if (front->parked_bytes + bytes > PARKED_BYTES_MAX) {
        answer_retry(asker, WIRE_BUSY, RETRY_BUSY_MS);
        return;
    }
    struct parked *parked = mem_alloc(1, sizeof *parked);
    *parked = (struct parked){.next = front->parked,
                              .link = &front->parked,
                              .front = front,
                              .asker = *asker,
                              .message = *message,
                              .bytes = bytes};
    message->memory = NULL; // taken
    if (parked->next != NULL)
        parked->next->link = &parked->next;
    front->parked = parked;
    front->parked_bytes += bytes;
    parked->look = pulse_await_look(front->server->pulse, on_fresh, parked);
}

bool front_idle(const struct front *front)
{
    return front->parked == NULL;
}

static void handle(struct front *front, const struct asker *asker, struct message *message)
{
    char key[KEY_WORD_SIZE];
    size_t type = (size_t)message->type;
    if (type >= HANDLERS || handlers[type].handle == NULL) {
        answer_code(asker, WIRE_UNSUPPORTED, "this is no message for a server");
    } else if (!access_may(&asker->who, handlers[type].actions) || asker->who.role == ROLE_WORKER) {
        log_event(LOG_WARN, "forbidden", "key=%s type=%zu", key_word(asker->peer.key, key), type);
        answer_code(asker, WIRE_FORBIDDEN, "this key may not do that");
    } else if (handlers[type].parks) {
        park(front, asker, message);
    } else {
        handlers[type].handle(asker, message);
    }
}

static void take(struct front *front, const struct bus_peer *peer, const uint8_t *data,
                 size_t length)
{
    struct server *server = front->server;
    const struct access_entry *entry = access_find(server->access, peer->key);
    struct message message;
    struct err err = {0};
    if (entry == NULL) { // not even an answer
        front->unknown++;
        audit_refused(server->audit, NULL, WIRE_FORBIDDEN, "message");
        return;
    }
    struct asker asker = {.server = server, .peer = *peer, .who = *entry};
    uint32_t wait_ms = quota_take(server->quota, peer->key, BUS_KEY_BYTES, length, loop_now_ms());
    if (wait_ms > 0) {
        put_off(&asker, data, length, wait_ms);
        front->put_off++;
        return;
    }
    int status = message_decode(data, length, &message, &err);
    asker.request = message.request;
    asker.what = status == 0 ? audit_what(&message) : "message";
    if (!access_valid(entry, pulse_now_us(server->pulse))) {
        answer_code(&asker, WIRE_FORBIDDEN, "this key is revoked or has expired");
    } else if (status != 0) {
        refuse(&asker, &message, &err);
        return;
    } else {
        handle(front, &asker, &message);
    }
    message_clear(&message);
}

static void on_bus(struct loop *loop, void *arg)
{
    struct front *front = arg;
    struct bus_peer peer;
    const uint8_t *data;
    size_t length;
    (void)loop;
    for (int i = 0; i < MESSAGES_A_TURN && !front->closed; i++) {
        if (bus_receive(front->bus, &peer, &data, &length) != 1)
            break;
        take(front, &peer, data, length);
    }
    ingest_go(front->server->ingest); // what has gathered can be committed
}

void front_send(struct front *front, const struct bus_peer *peer, const void *data, size_t length)
{
    if (bus_send(front->bus, peer, data, length) != 0)
        front->unsent++;
}

// ---- connections

static bool allow(void *arg, const uint8_t key[BUS_KEY_BYTES])
{
    const struct server *server = arg;
    const struct access_entry *entry = access_find(server->access, key);
    if (entry != NULL && access_valid(entry, pulse_now_us(server->pulse)))
        return true;
    audit_refused(server->audit, entry != NULL ? key : NULL, WIRE_FORBIDDEN, "handshake");
    return false;
}

// Without its handler CURVE lets everybody in: better no server than that one.
static void on_zap(struct loop *loop, void *arg)
{
    struct front *front = arg;
    (void)loop;
    if (bus_zap_step(front->zap) == 0)
        return;
    log_event(LOG_ERROR, "zap_broken", "%s", "");
    exit(EXIT_FAILURE);
}

// As many as the setting says, and as the process has descriptors for beside its own.
static size_t connections_max(const struct server *server)
{
    size_t wanted = (size_t)config_number(server->config, "connections_max");
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return wanted;
    size_t there = files.rlim_cur > 2 * FILES_OWN ? (size_t)files.rlim_cur - FILES_OWN : FILES_OWN;
    return wanted < there ? wanted : there;
}

void front_tend(struct front *front)
{
    bus_tend(front->bus);
}

struct front *front_create(struct server *server, const char *endpoint, struct err *err)
{
    struct front *front = mem_alloc(1, sizeof *front);
    front->server = server;
    front->zap = bus_zap_create(allow, server, err);
    front->bus = front->zap != NULL
                     ? bus_listen(endpoint, &server->identity->curve, connections_max(server), err)
                     : NULL;
    if (front->bus == NULL) {
        front_destroy(front);
        return NULL;
    }
    loop_bus(server->loop, front->zap, on_zap, front);
    loop_bus(server->loop, front->bus, on_bus, front);
    return front;
}

void front_close(struct front *front)
{
    front->closed = true;
    loop_bus_remove(front->server->loop, front->bus);
}

void front_destroy(struct front *front)
{
    if (front == NULL)
        return;
    loop_bus_remove(front->server->loop, front->bus);
    loop_bus_remove(front->server->loop, front->zap);
    bus_destroy(front->bus);
    bus_destroy(front->zap);
    while (front->parked != NULL)
        unpark(front->parked);
    log_event(LOG_INFO, "front_closed", "unknown=%llu unsent=%llu put_off=%llu",
              (unsigned long long)front->unknown, (unsigned long long)front->unsent,
              (unsigned long long)front->put_off);
    free(front);
}
