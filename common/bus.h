// ZeroMQ for the programs: CURVE sockets, one payload frame a message, identity from the key.
// common/bus*.c and loop.c are the only users of libzmq.
#ifndef THIDUA_COMMON_BUS_H
#define THIDUA_COMMON_BUS_H

#include "core/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Call first in main (before any socket): the context, random numbers, LC_NUMERIC "C". bus_stop ends
// it after all sockets are destroyed; what was sent has a second to leave.
void bus_start(void);
void bus_stop(void);

#define BUS_KEY_BYTES 32
#define BUS_Z85_SIZE 41
#define BUS_MESSAGE_BYTES_MAX (1024 * 1024) // a payload frame; more is not sent and not received
struct bus_keys {
    uint8_t public_key[BUS_KEY_BYTES], secret_key[BUS_KEY_BYTES];
};

struct bus;      // a socket
struct bus_peer; // who a message came from: routing id (5 bytes) and authenticated CURVE key
struct bus_peer {
    uint8_t id[8];
    uint8_t id_length;
    uint8_t key[BUS_KEY_BYTES];
};

// Server side: ROUTER with CURVE, MANDATORY, MAXMSGSIZE, heartbeats, HWM; options before bind. Needs
// a ZAP handler (bus_zap_create) first: without one CURVE would let everybody in.
// Returns owned or NULL. `endpoint` may have port 0 (wildcard): bus_endpoint tells the bound one.
// connections_max (at least 1): so many at a time, those in their handshake included; then, and when
// the process has no descriptor left, nobody else comes in until bus_tend, to be called each second,
// finds room again.
struct bus *bus_listen(const char *endpoint, const struct bus_keys *keys, size_t connections_max,
                       struct err *err);
void bus_tend(struct bus *bus);
// So far the soft limit of descriptors should stay below the hard one: with these, connections that
// libzmq has no descriptor for are sent away.
#define BUS_SPARE_DESCRIPTORS 64
const char *bus_endpoint(const struct bus *bus);
// Client side: DEALER; no routing id is set. One server key for all endpoints of the list.
struct bus *bus_connect(const char *endpoint, const uint8_t server_key[BUS_KEY_BYTES],
                        const struct bus_keys *keys, struct err *err);
void bus_destroy(struct bus *bus);

// Client side: how the connection stands. The socket connects again by itself (1 s to 60 s, jitter)
// after BUS_LOST; after BUS_REFUSED (the server does not know our key) it never does: destroy it.
enum bus_state { BUS_CONNECTING, BUS_CONNECTED, BUS_LOST, BUS_REFUSED };
enum bus_state bus_state(struct bus *bus);
// Client side, without a loop: 1: a message is there; 0: `ms` have passed or a signal came; -1: the
// state is or became BUS_LOST or BUS_REFUSED.
int bus_wait(struct bus *bus, uint32_t ms);

// Takes one message, never blocks. 1: *ret_data is valid until the next call on this bus;
// 0: nothing there. Messages of more than one frame, over the size, without an authenticated key
// or with a routing id chosen by the peer are dropped and counted, not returned.
int bus_receive(struct bus *bus, struct bus_peer *ret_peer, const uint8_t **ret_data,
                size_t *ret_length);
// Sends one message, never blocks: 0, or -1 (peer gone or its queue full: the answer can be asked for again).
int bus_send(struct bus *bus, const struct bus_peer *peer, const void *data,
             size_t length); // peer NULL for DEALER
uint64_t bus_dropped(const struct bus *bus);

// The ZAP handler (inproc://zeromq.zap.01), in the same event loop: decides from memory by a callback.
typedef bool bus_allow_fn(void *arg, const uint8_t key[BUS_KEY_BYTES]);
struct bus *bus_zap_create(bus_allow_fn *allow, void *arg, struct err *err);
int bus_zap_step(
    struct bus *zap); // answers all waiting requests; -1: the handler is broken, end the process

// For loop.c: the sockets to poll; the monitor is NULL for the ZAP handler.
void *bus_socket(const struct bus *bus);
void *bus_monitor(const struct bus *bus);

#endif
