// The audit's part that lives in the server: what it refuses, and heads of the chains for a file.
// What it does is recorded by the store in the same transaction (sql/008_audit.sql).
#ifndef THIDUA_SERVER_AUDIT_H
#define THIDUA_SERVER_AUDIT_H

#include "common/codec.h"
#include "server/server.h"

struct audit;
struct audit *audit_create(struct server *server);
void audit_destroy(struct audit *audit);

// Counts a refusal; it is written a little later, one row for each key, code and `what` (a literal),
// so that nobody fills the disk by being refused. `key` NULL: one that is not on record.
void audit_refused(struct audit *audit, const uint8_t *key, enum wire_code code, const char *what);
void audit_hurry(struct audit *audit);      // on the way out: write what is there
bool audit_idle(const struct audit *audit); // nothing is left to be written

// What a message asks for, as a word for the audit.
const char *audit_what(const struct message *message);

#endif
