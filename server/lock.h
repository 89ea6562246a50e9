// The lock: after a campaign's lock_days a clerk hands in for a period only while an officer's exception
// for his office is open. Decided in the batch, by its clock and by what its own transaction reads, so
// that all servers decide alike from the instant an exception is given.
#ifndef THIDUA_SERVER_LOCK_H
#define THIDUA_SERVER_LOCK_H

#include "server/batch.h"

// Does the lock bind this submission at all? Not one of an officer: handing in is his own act.
bool lock_binds(const struct submission *submission);
// Adds PERIOD_CLOSED for each cell of a locked period; false when there are such. What an earlier
// decision of the batch has found is forgotten.
bool lock_check(struct batch *batch, struct submission *submission);

#endif
