// The event loop: buses, plain file descriptors (libpq), timers and signals, in one thread.
#ifndef THIDUA_COMMON_LOOP_H
#define THIDUA_COMMON_LOOP_H

#include "common/bus.h"
#include <stdint.h>

struct loop;
typedef void loop_fn(struct loop *loop, void *arg);

struct loop *loop_create(void);
void loop_destroy(struct loop *loop);
// Calls `fn` whenever the bus has messages to receive. Removing inside a callback is allowed.
void loop_bus(struct loop *loop, struct bus *bus, loop_fn *fn, void *arg);
void loop_bus_remove(struct loop *loop, struct bus *bus);
// Watches a file descriptor; `write` asks for writability too. Call again to change; one entry a fd.
void loop_fd(struct loop *loop, int fd, bool write, loop_fn *fn, void *arg);
void loop_fd_remove(struct loop *loop, int fd);
// A timer that fires once after `ms`, or every `ms`. Returns an id > 0; firing once frees it.
int loop_timer(struct loop *loop, uint32_t ms, bool repeat, loop_fn *fn, void *arg);
void loop_timer_remove(struct loop *loop, int id);
// SIGTERM and SIGINT: the first calls `fn` (drain) in the loop, the second ends the process at once,
// whatever it is doing. SIGHUP ignored. For one loop of a process.
void loop_signals(struct loop *loop, loop_fn *fn, void *arg);
// In a long callback: calls `fn` now if the first signal has come meanwhile.
void loop_signals_take(struct loop *loop);
int64_t loop_now_ms(void);       // monotonic
int loop_run(struct loop *loop); // until loop_stop; 0
void loop_stop(struct loop *loop);

#endif
