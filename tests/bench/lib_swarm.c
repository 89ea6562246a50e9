// Clients by the thousand on one socket; see lib_swarm.h.
#include "lib_swarm.h"

#include "core/mem.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#define HANDSHAKE_MS 30000 // as the real client (common/bus.c)
#define RECONNECT_MS 1000
#define RECONNECT_MAX_MS 60000
#define HEARTBEAT_MS 10000
#define HEARTBEAT_TIMEOUT_MS 30000
#define LINGER_MS 200

struct swarm {
    void *context, *socket;
    char endpoint[128];
    bool loopback;
    uint32_t *turns; // connections made so far, by client
    size_t count, capacity;
    zmq_msg_t payload;
};
// How the socket names a connection. Nothing that begins with 0 may be chosen.
struct name {
    uint32_t mark, number, turn;
};
#define NAME_MARK UINT32_C(0x63636363)

__attribute__((noreturn)) static void give_up(const char *what)
{
    fprintf(stderr, "swarm: %s: %s\n", what, zmq_strerror(errno));
    exit(EXIT_FAILURE);
}

static void set(struct swarm *swarm, int option, const void *value, size_t size)
{
    if (zmq_setsockopt(swarm->socket, option, value, size) != 0)
        give_up("option");
}

static void set_int(struct swarm *swarm, int option, int value)
{
    set(swarm, option, &value, sizeof value);
}

struct swarm *swarm_create(const char *endpoint, const uint8_t server_key[static KEY_BYTES])
{
    struct swarm *swarm = mem_alloc(1, sizeof *swarm);
    snprintf(swarm->endpoint, sizeof swarm->endpoint, "%s", endpoint);
    swarm->loopback = strncmp(endpoint, "tcp://127.", 10) == 0;
    swarm->context = zmq_ctx_new();
    swarm->socket = swarm->context != NULL ? zmq_socket(swarm->context, ZMQ_ROUTER) : NULL;
    if (swarm->socket == NULL)
        give_up("socket");
    set_int(swarm, ZMQ_ROUTER_MANDATORY, 1);
    set_int(swarm, ZMQ_LINGER, LINGER_MS);
    set_int(swarm, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS);
    set_int(swarm, ZMQ_RECONNECT_IVL, RECONNECT_MS);
    set_int(swarm, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS);
    set_int(swarm, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS);
    set_int(swarm, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT_MS);
    set_int(swarm, ZMQ_HEARTBEAT_TTL, HEARTBEAT_TIMEOUT_MS);
    set(swarm, ZMQ_CURVE_SERVERKEY, server_key, KEY_BYTES);
    zmq_msg_init(&swarm->payload);
    return swarm;
}

void swarm_destroy(struct swarm *swarm)
{
    zmq_msg_close(&swarm->payload);
    zmq_close(swarm->socket);
    zmq_ctx_term(swarm->context);
    free(swarm->turns);
    free(swarm);
}

// On loopback each connection has an address of its own to come from, so that it can be named when it
// is to be closed (and there are more than the ports of one address).
static void address(const struct swarm *swarm, struct name name, char ret[static 192])
{
    if (swarm->loopback)
        snprintf(ret, 192, "tcp://127.%u.%u.%u:0;%s", 1 + name.turn % 250, name.number >> 8 & 255,
                 name.number & 255, swarm->endpoint + strlen("tcp://"));
    else
        snprintf(ret, 192, "%s", swarm->endpoint);
}

void swarm_connect(struct swarm *swarm, uint32_t number, const uint8_t public_key[static KEY_BYTES],
                   const uint8_t secret_key[static KEY_BYTES])
{
    char place[192];
    while (swarm->count <= number)
        *MEM_PUSH(swarm->turns, swarm->count, swarm->capacity) = 0;
    struct name name = {NAME_MARK, number, swarm->turns[number]};
    if (name.turn > 0 && swarm->loopback) {
        address(swarm, name, place);
        zmq_disconnect(swarm->socket, place);
    }
    name.turn = ++swarm->turns[number];
    address(swarm, name, place);
    set(swarm, ZMQ_CONNECT_ROUTING_ID, &name, sizeof name);
    set(swarm, ZMQ_CURVE_PUBLICKEY, public_key, KEY_BYTES);
    set(swarm, ZMQ_CURVE_SECRETKEY, secret_key, KEY_BYTES);
    if (zmq_connect(swarm->socket, place) != 0)
        give_up("connect");
}

bool swarm_send(struct swarm *swarm, uint32_t number, const void *data, size_t length)
{
    const struct name name = {NAME_MARK, number, swarm->turns[number]};
    if (zmq_send(swarm->socket, &name, sizeof name, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0) {
        if (errno != EAGAIN && errno != EHOSTUNREACH && errno != EINTR)
            give_up("send");
        return false;
    }
    if (zmq_send(swarm->socket, data, length, ZMQ_DONTWAIT) < 0)
        give_up("send");
    return true;
}

// One message of a connection that is in use; false: none, or one that came too late.
static bool take(struct swarm *swarm, struct name *ret_name, bool *ret_any)
{
    struct name name = {0};
    int got = zmq_recv(swarm->socket, &name, sizeof name, ZMQ_DONTWAIT);
    *ret_any = got >= 0;
    if (got < 0)
        return false;
    int more = 0;
    size_t size = sizeof more;
    if (zmq_msg_recv(&swarm->payload, swarm->socket, ZMQ_DONTWAIT) < 0)
        give_up("receive");
    zmq_getsockopt(swarm->socket, ZMQ_RCVMORE, &more, &size);
    *ret_name = name;
    return got == (int)sizeof name && more == 0 && name.mark == NAME_MARK &&
           name.number < swarm->count && name.turn == swarm->turns[name.number];
}

bool swarm_receive(struct swarm *swarm, int ms, uint32_t *ret_number, const uint8_t **ret_data,
                   size_t *ret_length)
{
    struct name name;
    bool any = true, good = take(swarm, &name, &any);
    if (!any && ms != 0) {
        zmq_pollitem_t item = {.socket = swarm->socket, .events = ZMQ_POLLIN};
        zmq_poll(&item, 1, ms);
        any = true;
    }
    while (!good && any)
        good = take(swarm, &name, &any);
    if (!good)
        return false;
    *ret_number = name.number;
    *ret_data = zmq_msg_data(&swarm->payload);
    *ret_length = zmq_msg_size(&swarm->payload);
    return true;
}
