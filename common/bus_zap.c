// The ZAP handler (RFC 27): libzmq asks about each key that wants in.
//
// CURVE fails open when no ZAP handler answers. Here the handler puts a secret of this process into
// the User-Id ("<token><Z85 key>"), and a message counts only when it carries that secret.
#include "common/bus_private.h"

#include "common/keys.h"
#include <sodium.h>
#include <string.h>

#define TOKEN_SIZE 33
#define ZAP_FRAMES 7
#define ZAP_FRAME_BYTES_MAX 256

static bool zap_there;
static char zap_token[TOKEN_SIZE]; // hex

bool zap_ready(void)
{
    return zap_there;
}

void zap_gone(void)
{
    zap_there = false;
}

bool zap_key_of(const char *user_id, uint8_t ret_key[BUS_KEY_BYTES])
{
    return user_id != NULL && strlen(user_id) == TOKEN_SIZE - 1 + BUS_Z85_SIZE - 1 &&
           sodium_memcmp(user_id, zap_token, TOKEN_SIZE - 1) == 0 &&
           key_from_z85(user_id + TOKEN_SIZE - 1, ret_key) == 0;
}

struct bus *bus_zap_create(bus_allow_fn *allow, void *arg, struct err *err)
{
    struct bus *bus = bus_make(BUS_ZAP, ZMQ_REP);
    uint8_t random[(TOKEN_SIZE - 1) / 2];
    bus->allow = allow;
    bus->allow_arg = arg;
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(zap_token, sizeof zap_token, random, sizeof random);
    if (bus->socket == NULL || !bus_set_int(bus, ZMQ_LINGER, 0) ||
        zmq_bind(bus->socket, "inproc://zeromq.zap.01") != 0) {
        bus->kind = BUS_ROUTER; // not the handler that is there
        return bus_failed(bus, "ZAP", "handler", err);
    }
    zap_there = true;
    return bus;
}

struct zap_request {
    char frames[ZAP_FRAMES]
               [ZAP_FRAME_BYTES_MAX]; // version, request, domain, address, id, mechanism, key
    size_t lengths[ZAP_FRAMES];
    size_t count;
};

// 1: a request; 0: none is waiting.
static int zap_receive(struct bus *zap, struct zap_request *request)
{
    zmq_msg_t frame;
    zmq_msg_init(&frame);
    memset(request, 0, sizeof *request);
    if (!receive_frame(zap->socket, &frame)) {
        zmq_msg_close(&frame);
        return 0;
    }
    bool more;
    do {
        size_t length = zmq_msg_size(&frame);
        if (request->count < ZAP_FRAMES && length <= ZAP_FRAME_BYTES_MAX) {
            memcpy(request->frames[request->count], zmq_msg_data(&frame), length);
            request->lengths[request->count] = length;
        }
        request->count++;
        more = zmq_msg_more(&frame);
    } while (more && receive_frame(zap->socket, &frame));
    zmq_msg_close(&frame);
    return 1;
}

static bool frame_is(const struct zap_request *request, size_t index, const char *text)
{
    return request->lengths[index] == strlen(text) &&
           memcmp(request->frames[index], text, strlen(text)) == 0;
}

static bool zap_allowed(struct bus *zap, const struct zap_request *request)
{
    return request->count == ZAP_FRAMES && frame_is(request, 0, "1.0") &&
           frame_is(request, 2, "thidua") && frame_is(request, 5, "CURVE") &&
           request->lengths[6] == BUS_KEY_BYTES &&
           zap->allow(zap->allow_arg, (const uint8_t *)request->frames[6]);
}

int bus_zap_step(struct bus *zap)
{
    struct zap_request request;
    while (zap_receive(zap, &request)) {
        char user[TOKEN_SIZE + BUS_Z85_SIZE] = "";
        bool allowed = zap_allowed(zap, &request);
        if (allowed) {
            memcpy(user, zap_token, TOKEN_SIZE - 1);
            key_to_z85((const uint8_t *)request.frames[6], user + TOKEN_SIZE - 1);
        } else
            zap->dropped++;
        const char *status = allowed ? "200" : "400", *text = allowed ? "OK" : "unknown key";
        if (send_frame(zap, "1.0", 3, ZMQ_SNDMORE) != 0 ||
            send_frame(zap, request.frames[1], request.lengths[1], ZMQ_SNDMORE) != 0 ||
            send_frame(zap, status, strlen(status), ZMQ_SNDMORE) != 0 ||
            send_frame(zap, text, strlen(text), ZMQ_SNDMORE) != 0 ||
            send_frame(zap, user, strlen(user), ZMQ_SNDMORE) != 0 || send_frame(zap, "", 0, 0) != 0)
            return -1;
    }
    return 0;
}
