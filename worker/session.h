// A worker's place in the world: one server at a time out of its list, the jobs it was handed, and
// its database connection. One job is computed at a time; between the pieces of a job the session
// keeps the leases of all jobs it holds.
#ifndef THIDUA_WORKER_SESSION_H
#define THIDUA_WORKER_SESSION_H

#include "common/config.h"
#include "common/keys.h"
#include "common/loop.h"

struct session;
// Borrows loop, config and identity. Returns owned or NULL.
struct session *session_create(struct loop *loop, const struct config *config,
                               const struct identity *identity, struct err *err);
void session_destroy(struct session *session);
// No new work from now on; the loop stops when the job in hand is done and the server knows.
void session_drain(struct session *session);

#endif
