// Jobs to workers: claims as many as the connected workers have credit for, hands them out, keeps
// their leases on the workers' heartbeats, ends leases whose time is over. The rows of table job are
// the truth; messages are only the wake-up and may be lost.
#ifndef THIDUA_SERVER_DISPATCH_H
#define THIDUA_SERVER_DISPATCH_H

#include "common/bus.h"
#include "common/db.h"
#include "common/loop.h"

#define DISPATCH_WORKERS_MAX 1024 // at a server

struct dispatch;
struct dispatch_options {
    const char *name; // of this server
    unsigned lease_ms;
    bool (*allow)(void *arg, const uint8_t key[BUS_KEY_BYTES]); // is this key a worker's, now?
    loop_fn *finished; // a job ended: the planner should look
    void *arg;
};
// Borrows loop, bus (the workers' ROUTER) and db.
struct dispatch *dispatch_create(struct loop *loop, struct bus *bus, struct db *db,
                                 const struct dispatch_options *options);
void dispatch_destroy(struct dispatch *dispatch);
void dispatch_poke(struct dispatch *dispatch);  // jobs may have become ready
void dispatch_drain(struct dispatch *dispatch); // hand out no more

#endif
