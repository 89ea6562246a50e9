// The door for clients.
#include "server/front.h"

#include "common/log.h"
#include "core/mem.h"
#include "server/commands.h"
#include "server/documents.h"
#include "server/ingest.h"
#include "server/locate.h"
#include "server/pulse.h"
#include "server/queries.h"
#include "server/world.h"
#include <stdlib.h>
#include <string.h>

#define MESSAGES_A_TURN 256 // then timers and the database have theirs

struct front {
    struct server *server;
    struct bus *bus, *zap;
    bool closed;
    uint64_t unknown, unsent; // messages of keys not on record; answers that did not go out
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
} handlers[] = {
    [MESSAGE_PING] = {handle_ping, 0},
    [MESSAGE_SUBMIT] = {ingest_submit, 0}, // who may not is told so by a SubmitAnswer
    [MESSAGE_LOCATE] = {locate_answer, MAY_READ},
    [MESSAGE_LOAD] = {documents_load, 0}, // by kind
    [MESSAGE_QUERY] = {queries_ask, 0},   // by question
    [MESSAGE_COMMAND] = {commands_do, 0}, // by action
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

static void handle(const struct asker *asker, struct message *message)
{
    char key[KEY_WORD_SIZE];
    size_t type = (size_t)message->type;
    if (type >= HANDLERS || handlers[type].handle == NULL) {
        answer_code(asker, WIRE_UNSUPPORTED, "this is no message for a server");
    } else if (!access_may(&asker->who, handlers[type].actions) || asker->who.role == ROLE_WORKER) {
        log_event(LOG_WARN, "forbidden", "key=%s type=%zu", key_word(asker->peer.key, key), type);
        answer_code(asker, WIRE_FORBIDDEN, "this key may not do that");
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
        return;
    }
    struct asker asker = {.server = server, .peer = *peer, .who = *entry};
    int status = message_decode(data, length, &message, &err);
    asker.request = message.request;
    if (!access_valid(entry, pulse_now_us(server->pulse))) {
        answer_code(&asker, WIRE_FORBIDDEN, "this key is revoked or has expired");
    } else if (status != 0) {
        refuse(&asker, &message, &err);
        return;
    } else {
        handle(&asker, &message);
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
    return entry != NULL && access_valid(entry, pulse_now_us(server->pulse));
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

struct front *front_create(struct server *server, const char *endpoint, struct err *err)
{
    struct front *front = mem_alloc(1, sizeof *front);
    front->server = server;
    front->zap = bus_zap_create(allow, server, err);
    front->bus = front->zap != NULL ? bus_listen(endpoint, &server->identity->curve, err) : NULL;
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
    log_event(LOG_INFO, "front_closed", "unknown=%llu unsent=%llu",
              (unsigned long long)front->unknown, (unsigned long long)front->unsent);
    free(front);
}
