// Servers and workers as models over the model of the store, and messages between them that are late or
// lost. One step is one statement, one message, one piece of work, some time, or a fault.
#ifndef THIDUA_TESTS_JOB_WORLD_H
#define THIDUA_TESTS_JOB_WORLD_H

#include "tests/property/job_model.h"

#define SERVERS 3
#define WORKERS 4
#define CREDIT 2 // jobs a worker holds: the one in hand and the next one
#define MESSAGES 64

enum power { UP, STOPPED, DOWN };
enum phase { IDLE, STARTED, COMPUTED, FENCED };
struct worker {
    enum power power;
    int life, server; // which process of that name; where its messages go
    struct hold held[CREDIT];
    int held_count;
    enum phase phase; // of held[0]
    bool cut_off;     // its transaction was ended behind its back
};
struct handed { // what a server believes of a worker
    int life, count;
    struct hold jobs[CREDIT];
    int64_t heard, kept;
};
enum link { FOLLOW, NIGHT, LIST, PLAN, ADVANCE };
struct server {
    enum power power;
    enum link link; // of the planner's chain of statements
    int64_t term;
    int slot, night_done, night_asked, at, over_count;
    struct hold over[8]; // leases that its sweep has found over
    struct handed handed[WORKERS];
};
enum message_kind { MESSAGE_READY, MESSAGE_JOB, MESSAGE_BEAT, MESSAGE_ENDED, MESSAGE_LOST };
struct message {
    enum message_kind kind;
    int server, worker, life;
    struct hold hold;
};
struct world {
    struct model model;
    struct random *random;
    struct server servers[SERVERS];
    struct worker workers[WORKERS];
    struct message messages[MESSAGES];
    int message_count;
    bool storm, operator_awake;
};

void world_start(struct world *world, enum mutant mutant, struct random *random);
void world_step(struct world *world); // and checks what must hold
// What is down comes back; poison jobs still kill their workers, which are started again.
void world_all_up(struct world *world);

#endif
