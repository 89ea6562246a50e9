// What the planner's two files share: its state and the steps of a look's chain.
#ifndef THIDUA_SERVER_PLANNER_PRIVATE_H
#define THIDUA_SERVER_PLANNER_PRIVATE_H

#include "server/planner.h"

struct open_run {
    int64_t id;
    int state, campaign;
    int32_t period;
    int64_t documents[6];
};

struct planner {
    struct loop *loop;
    struct db *db;
    char *name;
    const struct identity *identity;
    unsigned nightly_minutes;
    night_fn *night;
    loop_fn *changed;
    void *arg;
    bool looking, again, left;
    int64_t term, now_us;
    int32_t night_done; // the last slot asked for, for all campaigns then known
    size_t night_asked; // of how many campaigns; 0: somebody has not answered yet
    bool night_missed;  // in this look
    struct night_campaign *campaigns;
    size_t campaign_count, campaign_at;
    struct text fresh_campaigns,
        fresh_periods; // those with continuous runs, as SQL arrays; empty: none
    struct open_run *runs;
    size_t run_count, run_capacity, run_at;
};

// True when the chain ends here, because the statement failed.
bool planner_failed(struct planner *planner, enum db_class class, const PGresult *result,
                    const char *doing);
// The same of a statement that concerns one run or campaign: the chain goes on where it can.
bool planner_stopped(struct planner *planner, enum db_class class, const PGresult *result,
                     const char *doing);
// First step of a leader's look: runs that are due; goes on to planner_list_runs.
void planner_night(struct planner *planner);
void planner_list_runs(struct planner *planner);

#endif
