// The pulse: one small statement each second tells the time of the database and whether rules, keys
// or the schema have changed since; what has changed is loaded at once.
#ifndef THIDUA_SERVER_PULSE_H
#define THIDUA_SERVER_PULSE_H

#include "server/server.h"

#define PULSE_EVERY_MS 1000

// `ready` is called once, when rules and keys are there for the first time.
struct pulse *pulse_create(struct server *server, loop_fn *ready, void *arg);
void pulse_destroy(struct pulse *pulse);
void pulse_poke(struct pulse *pulse); // something of ours changed: look now
// Calls `fn` when rules of at least this version are in memory, or once loading has failed. Never
// inside the call.
void pulse_await_rules(struct pulse *pulse, int64_t version, loop_fn *fn, void *arg);
void pulse_await_keys(struct pulse *pulse, int64_t version, loop_fn *fn, void *arg); // likewise
// Calls `fn` when everything is in memory that any server had committed before this call, or once
// looking has failed. Returns the number of the look that is waited for.
int64_t pulse_await_look(struct pulse *pulse, loop_fn *fn, void *arg);
bool pulse_looked(const struct pulse *pulse, int64_t look); // in `fn`: it has not failed

// The database's clock in microseconds since the epoch: its last reading and our monotonic clock
// since. 0 before the first reading.
int64_t pulse_now_us(const struct pulse *pulse);
int32_t pulse_today(const struct pulse *pulse); // the local day

#endif
