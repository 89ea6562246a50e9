// Signs the seals of runs that are done: the last step before they are published.
#ifndef THIDUA_SERVER_SIGN_H
#define THIDUA_SERVER_SIGN_H

#include "common/db.h"
#include "common/keys.h"

typedef void signed_fn(void *arg);
// Signs what there is to sign under the leader's term, then calls `done` once; what failed is logged
// and left for the next time: it can all be done twice. Borrows db and identity until then.
void sign_runs(struct db *db, const struct identity *identity, int64_t term, signed_fn *done,
               void *arg);

#endif
