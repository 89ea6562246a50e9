// What the files of the bus share. Only common/bus*.c include it.
#ifndef THIDUA_COMMON_BUS_PRIVATE_H
#define THIDUA_COMMON_BUS_PRIVATE_H

#include "common/bus.h"
#include <zmq.h>

enum bus_kind { BUS_ROUTER, BUS_DEALER, BUS_ZAP };
struct bus {
    enum bus_kind kind;
    void *socket, *monitor;
    enum bus_state state; // DEALER
    char endpoint[256];
    zmq_msg_t payload; // the message handed out last
    uint64_t dropped;
    size_t connections, connections_max; // ROUTER
    int door;                            // ROUTER: the descriptor that listens, libzmq's to close
    bool shut;                           // ROUTER: nobody comes in for now
    bus_allow_fn *allow;                 // ZAP
    void *allow_arg;
};

struct bus *bus_make(enum bus_kind kind, int type);
bool bus_set_int(struct bus *bus, int option, int value);
// Says why in *err, destroys the bus, returns NULL.
struct bus *bus_failed(struct bus *bus, const char *what, const char *endpoint, struct err *err);
// One frame, never blocking: false when there is none.
bool receive_frame(void *socket, zmq_msg_t *frame);
// Reads on until `frame` is the last one of its message; tells how many there were. The frames of
// a message are all there once the first one is.
unsigned receive_rest(void *socket, zmq_msg_t *frame);
// -1 when the peer is gone or its queue is full, and for our own bugs, which are logged.
int send_frame(struct bus *bus, const void *data, size_t length, int flags);

// bus_zap.c: is the handler of this process there; did it let this peer in, and with which key?
bool zap_ready(void);
void zap_gone(void);
bool zap_key_of(const char *user_id, uint8_t ret_key[BUS_KEY_BYTES]);

// bus_door.c: a listening descriptor (-1 and errno when there can be none), and what the monitor of its
// socket says.
int door_open(const char *endpoint);
void door_event(struct bus *bus, unsigned event);

#endif
