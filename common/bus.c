// ZeroMQ, with the traps of libzmq 4.3.4 shut. Plain libzmq: czmq would add asserts on memory,
// ZSYS_* variables, signal handlers and options set after bind, and nothing we need.
#include "common/bus_private.h"

#include "common/log.h"
#include "core/mem.h"
#include <errno.h>
#include <locale.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINGER_MS 1000
#define CURVE_OVERHEAD_BYTES 64 // a MESSAGE command around the payload: 33, and some air
#define HANDSHAKE_MS 30000      // ten thousand at once wait for one another, 0.5 ms each and more
#define SEND_MESSAGES_MAX 256   // a peer
#define RECEIVE_MESSAGES_MAX 64 // a peer; beyond it TCP holds it back
#define HEARTBEAT_MS 10000
#define HEARTBEAT_TIMEOUT_MS 30000
#define RECONNECT_MS 1000
#define RECONNECT_MAX_MS 60000
#define DROPS_A_CALL 100 // then the loop has its turn
#define AUTO_ID_BYTES 5  // of a routing id that the ROUTER made: 0 and four bytes

static void *context;
static unsigned sockets_open, monitors_made;

void bus_start(void)
{
    setlocale(LC_NUMERIC, "C");
    if (context != NULL)
        return;
    if (sodium_init() < 0 || (context = zmq_ctx_new()) == NULL) {
        log_event(LOG_ERROR, "bus_start_failed", "error=\"%s\"", zmq_strerror(errno));
        abort();
    }
    zmq_ctx_set(context, ZMQ_MAX_SOCKETS, 4096);
}

void bus_stop(void)
{
    // Waiting for a socket that somebody forgot would be for ever.
    if (context != NULL && sockets_open == 0)
        zmq_ctx_term(context);
    context = NULL;
}

// ---- memory of handshakes

// libzmq takes libsodium's guarded memory for what it needs in a handshake: pages of its own, protected
// and locked, seven times; more than half of a handshake's time was that. These two take the place of
// libsodium's: plain memory, still wiped at the end. The keys of a connection never were in it.
#define HEAD_BYTES 16 // keeps what follows aligned

void *sodium_malloc(size_t size)
{
    char *head = size <= SIZE_MAX - HEAD_BYTES ? malloc(size + HEAD_BYTES) : NULL;
    if (head == NULL)
        return NULL;
    memcpy(head, &size, sizeof size);
    return head + HEAD_BYTES;
}

void sodium_free(void *memory)
{
    size_t size;
    if (memory == NULL)
        return;
    char *head = (char *)memory - HEAD_BYTES;
    memcpy(&size, head, sizeof size);
    sodium_memzero(head, size + HEAD_BYTES);
    free(head);
}

// ---- making and ending

struct bus *bus_make(enum bus_kind kind, int type)
{
    if (context == NULL)
        bus_start();
    struct bus *bus = mem_alloc(1, sizeof *bus);
    bus->kind = kind;
    zmq_msg_init(&bus->payload);
    bus->socket = zmq_socket(context, type);
    sockets_open += bus->socket != NULL;
    return bus;
}

bool bus_set_int(struct bus *bus, int option, int value)
{
    return zmq_setsockopt(bus->socket, option, &value, sizeof value) == 0;
}

static bool set_key(struct bus *bus, int option, const uint8_t key[BUS_KEY_BYTES])
{
    return zmq_setsockopt(bus->socket, option, key, BUS_KEY_BYTES) == 0;
}

// What both sides of a TCP connection have in common; all of it before bind or connect.
static bool set_common(struct bus *bus)
{
    int64_t bytes_max = BUS_MESSAGE_BYTES_MAX + CURVE_OVERHEAD_BYTES;
    return bus->socket != NULL && bus_set_int(bus, ZMQ_LINGER, LINGER_MS) &&
           bus_set_int(bus, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) &&
           bus_set_int(bus, ZMQ_SNDHWM, SEND_MESSAGES_MAX) &&
           bus_set_int(bus, ZMQ_RCVHWM, RECEIVE_MESSAGES_MAX) &&
           bus_set_int(bus, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS) &&
           bus_set_int(bus, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS) &&
           bus_set_int(bus, ZMQ_HEARTBEAT_TTL, HEARTBEAT_TIMEOUT_MS) &&
           bus_set_int(bus, ZMQ_IPV6, 1) &&
           zmq_setsockopt(bus->socket, ZMQ_MAXMSGSIZE, &bytes_max, sizeof bytes_max) == 0;
}

struct bus *bus_failed(struct bus *bus, const char *what, const char *endpoint, struct err *err)
{
    int reason = errno;
    err_set(err, reason == EADDRINUSE ? ERR_RETRY : ERR_REJECT, "bus", "%s %s: %s", what, endpoint,
            zmq_strerror(reason));
    bus_destroy(bus);
    return NULL;
}

#define LISTEN_EVENTS (ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_ACCEPT_FAILED | ZMQ_EVENT_DISCONNECTED)

static bool monitor_open(struct bus *bus, int events)
{
    char name[64];
    int linger = 0, no_limit = 0; // the I/O thread blocks when it cannot tell
    snprintf(name, sizeof name, "inproc://monitor.%u", ++monitors_made);
    if (zmq_socket_monitor(bus->socket, name, events) != 0)
        return false;
    bus->monitor = zmq_socket(context, ZMQ_PAIR);
    sockets_open += bus->monitor != NULL;
    return bus->monitor != NULL &&
           zmq_setsockopt(bus->monitor, ZMQ_LINGER, &linger, sizeof linger) == 0 &&
           zmq_setsockopt(bus->monitor, ZMQ_RCVHWM, &no_limit, sizeof no_limit) == 0 &&
           zmq_connect(bus->monitor, name) == 0;
}

struct bus *bus_listen(const char *endpoint, const struct bus_keys *keys, size_t connections_max,
                       struct err *err)
{
    if (!zap_ready()) {
        err_set(err, ERR_DIE, "no_zap", "a server socket needs a ZAP handler");
        return NULL;
    }
    struct bus *bus = bus_make(BUS_ROUTER, ZMQ_ROUTER);
    size_t size = sizeof bus->endpoint;
    bus->connections_max = connections_max;
    if (!set_common(bus) || !bus_set_int(bus, ZMQ_CURVE_SERVER, 1) ||
        !set_key(bus, ZMQ_CURVE_SECRETKEY, keys->secret_key) ||
        zmq_setsockopt(bus->socket, ZMQ_ZAP_DOMAIN, "thidua", 6) != 0 ||
        !bus_set_int(bus, ZMQ_ROUTER_MANDATORY, 1) || !monitor_open(bus, LISTEN_EVENTS) ||
        (bus->door = door_open(endpoint)) < 0)
        return bus_failed(bus, "listening on", endpoint, err);
    if (!bus_set_int(bus, ZMQ_USE_FD, bus->door) || zmq_bind(bus->socket, endpoint) != 0 ||
        zmq_getsockopt(bus->socket, ZMQ_LAST_ENDPOINT, bus->endpoint, &size) != 0)
        return bus_failed(bus, "listening on", endpoint, err);
    return bus;
}

#define CONNECT_EVENTS                                                       \
    (ZMQ_EVENT_CONNECT_RETRIED | ZMQ_EVENT_CLOSED | ZMQ_EVENT_DISCONNECTED | \
     ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |       \
     ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL)

struct bus *bus_connect(const char *endpoint, const uint8_t server_key[BUS_KEY_BYTES],
                        const struct bus_keys *keys, struct err *err)
{
    struct bus *bus = bus_make(BUS_DEALER, ZMQ_DEALER);
    snprintf(bus->endpoint, sizeof bus->endpoint, "%s", endpoint);
    if (!set_common(bus) || !set_key(bus, ZMQ_CURVE_SERVERKEY, server_key) ||
        !set_key(bus, ZMQ_CURVE_PUBLICKEY, keys->public_key) ||
        !set_key(bus, ZMQ_CURVE_SECRETKEY, keys->secret_key) ||
        !bus_set_int(bus, ZMQ_RECONNECT_IVL, RECONNECT_MS) ||
        !bus_set_int(bus, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS) ||
        !monitor_open(bus, CONNECT_EVENTS) || zmq_connect(bus->socket, endpoint) != 0)
        return bus_failed(bus, "connecting to", endpoint, err);
    return bus;
}

void bus_destroy(struct bus *bus)
{
    if (bus == NULL)
        return;
    zmq_msg_close(&bus->payload);
    if (bus->kind == BUS_ZAP)
        zap_gone();
    // Nothing can leave over a connection that is not there.
    if (bus->kind == BUS_DEALER && bus->socket != NULL && bus_state(bus) != BUS_CONNECTED)
        bus_set_int(bus, ZMQ_LINGER, 0);
    // The I/O thread tells events by blocking sends: nobody may be told after the listener has gone.
    if (bus->monitor != NULL)
        zmq_socket_monitor(bus->socket, NULL, 0);
    if (bus->socket != NULL && zmq_close(bus->socket) == 0)
        sockets_open--;
    if (bus->monitor != NULL && zmq_close(bus->monitor) == 0)
        sockets_open--;
    free(bus);
}

const char *bus_endpoint(const struct bus *bus)
{
    return bus->endpoint;
}

void *bus_socket(const struct bus *bus)
{
    return bus->socket;
}

void *bus_monitor(const struct bus *bus)
{
    return bus->monitor;
}

uint64_t bus_dropped(const struct bus *bus)
{
    return bus->dropped;
}

// ---- receiving

// Anything but "none" is our own bug.
bool receive_frame(void *socket, zmq_msg_t *frame)
{
    while (zmq_msg_recv(frame, socket, ZMQ_DONTWAIT) < 0) {
        if (errno == EAGAIN)
            return false;
        if (errno != EINTR) {
            log_event(LOG_ERROR, "bus_broken", "error=\"%s\"", zmq_strerror(errno));
            abort();
        }
    }
    return true;
}

unsigned receive_rest(void *socket, zmq_msg_t *frame)
{
    unsigned frames = 1;
    while (zmq_msg_more(frame) && receive_frame(socket, frame))
        frames++;
    return frames;
}

// The key that the ZAP handler of this process let in, from the metadata of the payload frame (that
// of the routing id frame is lost in 4.3.4).
static bool authenticated_key(const zmq_msg_t *payload, uint8_t key[BUS_KEY_BYTES])
{
    return zap_key_of(zmq_msg_gets(payload, "User-Id"), key);
}

// The routing id frame of a ROUTER's message. false: one that the peer has chosen.
static bool automatic_id(zmq_msg_t *frame, struct bus_peer *peer)
{
    const uint8_t *id = zmq_msg_data(frame);
    if (zmq_msg_size(frame) != AUTO_ID_BYTES || id[0] != 0)
        return false;
    memcpy(peer->id, id, AUTO_ID_BYTES);
    peer->id_length = AUTO_ID_BYTES;
    return true;
}

// Takes the next message into bus->payload. 1: good, -1: to be dropped, 0: there is none.
static int receive_message(struct bus *bus, struct bus_peer *peer)
{
    bool good = true;
    if (!receive_frame(bus->socket, &bus->payload))
        return 0;
    if (bus->kind == BUS_ROUTER) {
        good = automatic_id(&bus->payload, peer);
        if (!zmq_msg_more(&bus->payload) || !receive_frame(bus->socket, &bus->payload))
            return -1;
    }
    if (receive_rest(bus->socket, &bus->payload) != 1 ||
        zmq_msg_size(&bus->payload) > BUS_MESSAGE_BYTES_MAX)
        good = false;
    if (good && bus->kind == BUS_ROUTER)
        good = authenticated_key(&bus->payload, peer->key);
    return good ? 1 : -1;
}

int bus_receive(struct bus *bus, struct bus_peer *ret_peer, const uint8_t **ret_data,
                size_t *ret_length)
{
    struct bus_peer peer = {.id_length = 0};
    for (int i = 0; i < DROPS_A_CALL; i++) {
        int result = receive_message(bus, &peer);
        if (result == 0)
            return 0;
        if (result > 0) {
            if (ret_peer != NULL)
                *ret_peer = peer;
            *ret_data = zmq_msg_data(&bus->payload);
            *ret_length = zmq_msg_size(&bus->payload);
            return 1;
        }
        bus->dropped++;
    }
    return 0;
}

// ---- sending

int send_frame(struct bus *bus, const void *data, size_t length, int flags)
{
    while (zmq_send(bus->socket, data, length, flags | ZMQ_DONTWAIT) < 0) {
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN && errno != EHOSTUNREACH)
            log_event(LOG_ERROR, "bus_send_failed", "error=\"%s\"", zmq_strerror(errno));
        return -1;
    }
    return 0;
}

int bus_send(struct bus *bus, const struct bus_peer *peer, const void *data, size_t length)
{
    if (length > BUS_MESSAGE_BYTES_MAX || (peer == NULL) != (bus->kind == BUS_DEALER))
        return -1;
    if (peer != NULL && send_frame(bus, peer->id, peer->id_length, ZMQ_SNDMORE) != 0)
        return -1;
    return send_frame(bus, data, length, 0);
}

// ---- how a client's connection stands

static enum bus_state state_after(enum bus_state before, unsigned event)
{
    switch (event) {
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        return BUS_CONNECTED;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
        return BUS_REFUSED;
    default:
        return before == BUS_REFUSED ? before : BUS_LOST;
    }
}

enum bus_state bus_state(struct bus *bus)
{
    zmq_msg_t frame;
    zmq_msg_init(&frame);
    while (bus->monitor != NULL && receive_frame(bus->monitor, &frame)) {
        uint16_t event = 0; // the first frame: event and value; the second: an address
        if (zmq_msg_size(&frame) >= sizeof event)
            memcpy(&event, zmq_msg_data(&frame), sizeof event);
        if (bus->kind == BUS_ROUTER)
            door_event(bus, event);
        else
            bus->state = state_after(bus->state, event);
        receive_rest(bus->monitor, &frame);
    }
    zmq_msg_close(&frame);
    return bus->state;
}

int bus_wait(struct bus *bus, uint32_t ms)
{
    zmq_pollitem_t items[] = {{.socket = bus->socket, .events = ZMQ_POLLIN},
                              {.socket = bus->monitor, .events = ZMQ_POLLIN}};
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t left = ms, end = now.tv_sec * 1000 + now.tv_nsec / 1000000 + ms;
    while (left >= 0) {
        int count = zmq_poll(items, 2, left);
        if (count > 0 && (items[0].revents & ZMQ_POLLIN) != 0)
            return 1;
        if (bus_state(bus) == BUS_LOST || bus->state == BUS_REFUSED)
            return -1;
        if (count <= 0)
            return 0;
        clock_gettime(CLOCK_MONOTONIC, &now);
        left = end - (now.tv_sec * 1000 + now.tv_nsec / 1000000);
    }
    return 0;
}
