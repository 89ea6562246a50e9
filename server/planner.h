// The run planner: one server leads (a term on the database clock); the leader makes the night's
// and the continuous runs, takes cuts, plans jobs, and takes open runs from stage to stage until they are published.
#ifndef THIDUA_SERVER_PLANNER_H
#define THIDUA_SERVER_PLANNER_H

#include "common/db.h"
#include "common/keys.h"
#include "common/loop.h"
#include "core/period.h"

// What must be known of each campaign on a local day to make its runs.
struct night_campaign {
    int id;
    struct period period; // the latest that has begun
    bool over;            // its last period has ended
    bool continuous;      // refresh: continuous
};
// Fills at most `most` entries; returns how many there are.
typedef size_t night_fn(void *arg, int32_t day, struct night_campaign *ret, size_t most);
#define NIGHT_CAMPAIGNS_MAX 10000

struct planner;
// Borrows loop, db and the identity that signs. nightly_minutes: local time of the night's run (Asia/Ho_Chi_Minh), minutes of
// the day. `changed` is called after jobs may have become ready.
struct planner *planner_create(struct loop *loop, struct db *db, const char *name,
                               const struct identity *identity, unsigned nightly_minutes,
                               night_fn *night, loop_fn *changed, void *arg);
void planner_destroy(struct planner *planner);
void planner_poke(struct planner *planner);  // something happened: look now
void planner_leave(struct planner *planner); // gives up the lead for good (on the way out)

#endif
