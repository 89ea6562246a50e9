// Thousands of clients in one process: each has its own CURVE keys and TCP connection, all of them
// hang on one ROUTER socket that names its connections itself. (A socket for each would take two
// descriptors a client.) To the server they are clients like any other.
#ifndef THIDUA_BENCH_SWARM_H
#define THIDUA_BENCH_SWARM_H

#include "common/codec.h"
#include <stdbool.h>

struct swarm;
// `endpoint`: tcp://ADDRESS:PORT. Ends the process when something cannot be had.
struct swarm *swarm_create(const char *endpoint, const uint8_t server_key[static KEY_BYTES]);
void swarm_destroy(struct swarm *swarm);
// A connection of client `number` with these keys. Its earlier one, if any, is closed (loopback only:
// elsewhere it stays behind unused) and what still comes over it is dropped.
void swarm_connect(struct swarm *swarm, uint32_t number, const uint8_t public_key[static KEY_BYTES],
                   const uint8_t secret_key[static KEY_BYTES]);
// False: its queue is full or it is not connected; try again.
bool swarm_send(struct swarm *swarm, uint32_t number, const void *data, size_t length);
// Waits at most `ms` for a message; false when none came. *ret_data is valid until the next call.
bool swarm_receive(struct swarm *swarm, int ms, uint32_t *ret_number, const uint8_t **ret_data,
                   size_t *ret_length);

#endif
