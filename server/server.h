// What the parts of the server share. Each part owns its own state; this struct only names them.
//
//   front ──► ingest      submissions          world   rules in memory: units, campaigns
//         ──► documents   loads                access  keys in memory
//         ──► queries     reads                pulse   looks each second: clock, rules, keys, schema
//         ──► commands    runs, jobs, keys     planner, dispatch: runs and jobs
//                                               audit   what was refused
#ifndef THIDUA_SERVER_SERVER_H
#define THIDUA_SERVER_SERVER_H

#include "common/config.h"
#include "common/db.h"
#include "common/keys.h"
#include "common/loop.h"

#define INGEST_LANES 2 // batches under way: one is committed while the next is read

struct server {
    struct loop *loop;
    const struct config *config;
    const struct identity *identity;
    const char *name;
    // Connections. Only the first two hold transactions over several trips, hence their own.
    struct db *ingest_db[INGEST_LANES];
    struct db *document_db;
    struct db *small_db; // pulse, rules, keys, commands: never anything long
    struct db *step_db;  // steps of reports and exceptions: they wait for the locks of offices
    struct db *read_db;  // queries
    struct db *run_db;   // planner and dispatch
    struct world *world; // NULL until it was loaded first
    struct access *access;
    struct pulse *pulse;
    struct quota *quota; // of each key and each office
    struct front *front;
    struct ingest *ingest;
    struct documents *documents;
    struct queries *queries;
    struct audit *audit;
    struct planner *planner;
    struct dispatch *dispatch;
    bool draining;
};

#endif
