// Servers, workers and messages around the model of the store; see job_world.h.
#include "tests/property/job_world.h"

#include <string.h>

#define QUIET_MS 5000 // a worker not heard of for so long is given no job

static bool chance(struct world *world, unsigned one_in)
{
    return random_below(world->random, one_in) == 0;
}

static int any(struct world *world, int count)
{
    return (int)random_below(world->random, (uint64_t)count);
}

// ---- messages: any order, any delay, lost in a storm

static void post(struct world *world, enum message_kind kind, int server, int worker,
                 struct hold hold)
{
    bool down = kind == MESSAGE_JOB || kind == MESSAGE_LOST; // to the process the server knows
    int life = down ? world->servers[server].handed[worker].life : world->workers[worker].life;
    if (world->message_count < MESSAGES) // a full queue loses them, too
        world->messages[world->message_count++] = (struct message){kind, server, worker, life,
                                                                   hold};
}

static void forget(struct handed *handed, struct hold hold)
{
    for (int i = handed->count; i-- > 0;)
        if (handed->jobs[i].job == hold.job && handed->jobs[i].lease == hold.lease)
            handed->jobs[i] = handed->jobs[--handed->count];
}

static void drop_held(struct worker *worker, int index)
{
    for (int i = index + 1; i < worker->held_count; i++)
        worker->held[i - 1] = worker->held[i];
    worker->held_count--;
    if (index == 0)
        worker->phase = IDLE;
}

static void worker_takes(struct world *world, const struct message *message)
{
    struct worker *worker = &world->workers[message->worker];
    if (worker->life != message->life)
        return; // it was for a process that is gone
    if (message->kind == MESSAGE_JOB && worker->held_count < CREDIT)
        worker->held[worker->held_count++] = message->hold;
    if (message->kind == MESSAGE_LOST)
        for (int i = worker->held_count; i-- > 1;) // the one in hand fails at its fence
            if (worker->held[i].job == message->hold.job &&
                worker->held[i].lease == message->hold.lease)
                drop_held(worker, i);
}

static void server_takes(struct world *world, const struct message *message)
{
    struct handed *handed = &world->servers[message->server].handed[message->worker];
    if (message->kind == MESSAGE_READY && handed->life != message->life)
        *handed = (struct handed){.life = message->life};
    if (handed->life == message->life)
        handed->heard = world->model.now;
    if (message->kind == MESSAGE_BEAT) {
        handed->kept = world->model.now;
        if (!model_job_beat(&world->model, message->hold))
            post(world, MESSAGE_LOST, message->server, message->worker, message->hold);
    }
    if (message->kind == MESSAGE_ENDED)
        forget(handed, message->hold);
}

static void deliver(struct world *world)
{
    if (world->message_count == 0)
        return;
    int at = any(world, world->message_count);
    struct message message = world->messages[at];
    bool down = message.kind == MESSAGE_JOB || message.kind == MESSAGE_LOST;
    enum power power = down ? world->workers[message.worker].power
                            : world->servers[message.server].power;
    if (power == STOPPED)
        return; // waits
    world->messages[at] = world->messages[--world->message_count];
    if (power == DOWN || (world->storm && chance(world, 20)))
        return;
    if (down)
        worker_takes(world, &message);
    else
        server_takes(world, &message);
}

// ---- servers

static void server_starts(struct server *server)
{
    memset(server, 0, sizeof *server);
    server->night_done = -1;
    for (int i = 0; i < WORKERS; i++)
        server->handed[i].life = -1;
}

// The first link: keeps or takes the lead, and sees whether the night is still to be asked for.
static void follow(struct world *world, struct server *server, int me)
{
    server->term = model_leader_take(&world->model, me);
    if (server->term == 0) {
        server->night_asked = 0;
        return;
    }
    server->slot = model_due_slot(&world->model);
    bool asked = server->slot == server->night_done && server->night_asked == MODEL_CAMPAIGNS;
    if (!asked && world->model.mutant != MUTANT_LOST_NIGHT)
        server->night_asked = 0;
    server->night_done = server->slot;
    server->at = 0;
    server->link = asked ? LIST : NIGHT;
}

static bool ask_for_night(struct world *world, struct server *server)
{
    if (server->at == MODEL_CAMPAIGNS) {
        server->night_asked = MODEL_CAMPAIGNS;
        server->link = LIST;
        return true;
    }
    return model_run_nightly(&world->model, server->term, server->at++, server->slot);
}

static bool plan_next(struct world *world, struct server *server)
{
    struct model *model = &world->model;
    while (server->at < model->run_count && model->runs[server->at].state > RUN_CUT)
        server->at++;
    if (server->at >= model->run_count) {
        server->link = ADVANCE;
        return true;
    }
    int run = server->at++;
    return model->runs[run].state == RUN_PLANNED ? model_run_cut(model, server->term, run)
                                                 : model_run_plan(model, server->term, run);
}

// One statement of the chain. Between two of them anything may happen.
static void plan(struct world *world, int me)
{
    struct server *server = &world->servers[me];
    bool good = !chance(world, world->storm ? 15 : 60); // else the connection broke
    if (good && server->link == FOLLOW) {
        follow(world, server, me);
        return;
    }
    if (good && server->link == NIGHT) {
        good = ask_for_night(world, server);
    } else if (good && server->link == LIST) {
        server->at = 0;
        server->link = PLAN;
    } else if (good && server->link == PLAN) {
        good = plan_next(world, server);
    } else if (good) {
        model_run_advance(&world->model, server->term);
        good = false; // the chain is over
    }
    if (!good)
        server->link = FOLLOW;
}

static void claim(struct world *world, int me)
{
    int worker = any(world, WORKERS);
    struct handed *handed = &world->servers[me].handed[worker];
    struct hold claimed[CREDIT];
    int64_t now = world->model.now;
    if (now - handed->kept > 2 * MODEL_LEASE_MS)
        handed->count = 0; // whatever became of them, their leases are over
    if (handed->life < 0 || now - handed->heard > QUIET_MS)
        return;
    int count = model_job_claim(&world->model, CREDIT - handed->count, claimed);
    if (world->storm && chance(world, 40))
        return; // committed, and the answer was lost
    for (int i = 0; i < count; i++) {
        handed->jobs[handed->count++] = claimed[i];
        handed->kept = now;
        post(world, MESSAGE_JOB, me, worker, claimed[i]);
    }
}

static void sweep(struct world *world, int me)
{
    struct server *server = &world->servers[me];
    if (server->over_count > 0) {
        model_lease_end(&world->model, server->over[--server->over_count]);
        return;
    }
    model_job_wake(&world->model);
    server->over_count = model_leases_over(&world->model, server->over, 8);
}

static void server_acts(struct world *world, int me)
{
    if (world->servers[me].power != UP)
        return;
    switch (any(world, 4)) {
    case 0:
        claim(world, me);
        break;
    case 1:
        sweep(world, me);
        break;
    default:
        plan(world, me);
    }
}

// ---- workers

static void worker_ends(struct world *world, int me)
{
    struct worker *worker = &world->workers[me];
    model_rollback(&world->model, me);
    *worker = (struct worker){.power = DOWN, .life = worker->life + 1, .server = worker->server};
}

static void give_up(struct world *world, int me)
{
    struct worker *worker = &world->workers[me];
    model_rollback(&world->model, me);
    post(world, MESSAGE_ENDED, worker->server, me, worker->held[0]);
    drop_held(worker, 0);
}

static void compute(struct world *world, int me)
{
    struct worker *worker = &world->workers[me];
    if (world->model.jobs[worker->held[0].job].poison) {
        worker_ends(world, me);
    } else if (world->storm && chance(world, 20)) {
        model_job_fail(&world->model, worker->held[0], chance(world, 8));
        give_up(world, me);
    } else {
        worker->phase = COMPUTED;
    }
}

static void work(struct world *world, int me)
{
    struct worker *worker = &world->workers[me];
    struct hold hold = worker->held[0];
    bool good = true;
    if (worker->phase == IDLE) {
        good = model_job_start(&world->model, hold);
        worker->phase = STARTED;
    } else if (worker->phase == STARTED) {
        compute(world, me);
    } else if (worker->phase == COMPUTED) {
        good = model_job_fence(&world->model, hold, me);
        worker->phase = FENCED;
        worker->cut_off = false;
    } else {
        if (!worker->cut_off)
            model_job_commit(&world->model, hold, me);
        good = false; // over, one way or the other
    }
    if (!good)
        give_up(world, me);
}

static void worker_acts(struct world *world, int me)
{
    struct worker *worker = &world->workers[me];
    if (worker->power != UP)
        return;
    switch (any(world, 4)) {
    case 0:
        for (int i = 0; i < worker->held_count; i++)
            post(world, MESSAGE_BEAT, worker->server, me, worker->held[i]);
        break;
    case 1:
        post(world, MESSAGE_READY, worker->server, me, (struct hold){0});
        break;
    default:
        if (worker->held_count > 0)
            work(world, me);
    }
    if (chance(world, 200))
        worker->server = any(world, SERVERS); // its server was silent
}

// ---- time and faults

static void time_passes(struct world *world)
{
    struct model *model = &world->model;
    model->now += (int64_t)random_below(world->random, 200);
    if (chance(world, 40))
        model->now += (int64_t)random_below(world->random,
                                            world->storm ? 2 * MODEL_LEASE_MS : MODEL_LEAD_MS / 2);
    model->accepted += chance(world, 4);
    if (world->storm && chance(world, 100) && model->now > 10000)
        model->now -= (int64_t)random_below(world->random, 10000); // somebody set the clock
    if (world->storm && chance(world, 60))
        model_run_request(model, any(world, MODEL_CAMPAIGNS));
}

static enum power other_power(enum power power, bool kill)
{
    if (power == UP)
        return kill ? DOWN : STOPPED;
    return UP;
}

static void server_fault(struct world *world, int me)
{
    struct server *server = &world->servers[me];
    enum power power = other_power(server->power, chance(world, 2));
    if (power == DOWN && chance(world, 2))
        model_leader_leave(&world->model, me); // it was asked to go
    if (server->power == DOWN)
        server_starts(server);
    server->power = power;
}

static void worker_fault(struct world *world, int me)
{
    struct worker *worker = &world->workers[me];
    enum power power = other_power(worker->power, chance(world, 2));
    if (power == DOWN)
        worker_ends(world, me);
    worker->power = power;
}

// The store ends a transaction that has been idle for too long, or an operator does.
static void session_ends(struct world *world, int me)
{
    world->workers[me].cut_off = true;
    model_rollback(&world->model, me);
}

static void put_back(struct world *world)
{
    struct model *model = &world->model;
    int from = model->job_count > 0 ? any(world, model->job_count) : 0;
    while (from < model->job_count && model->jobs[from].state != JOB_DEAD)
        from++;
    if (from < model->job_count)
        model_job_retry(model, from);
}

static void fault(struct world *world)
{
    switch (any(world, 6)) {
    case 0:
        server_fault(world, any(world, SERVERS));
        break;
    case 1:
    case 2:
        worker_fault(world, any(world, WORKERS));
        break;
    case 3:
        session_ends(world, any(world, WORKERS));
        break;
    case 4:
        put_back(world);
        break;
    default:
        world->messages[0] = world->messages[world->message_count > 0 ? --world->message_count : 0];
    }
}

void world_step(struct world *world)
{
    int what = any(world, 20);
    if (what < 4)
        deliver(world);
    else if (what < 10)
        server_acts(world, any(world, SERVERS));
    else if (what < 16)
        worker_acts(world, any(world, WORKERS));
    else if (what < 19)
        time_passes(world);
    else if (world->storm && chance(world, 2))
        fault(world);
    else if (world->operator_awake && chance(world, 20))
        put_back(world);
    model_check(&world->model);
}

void world_start(struct world *world, enum mutant mutant, struct random *random)
{
    memset(world, 0, sizeof *world);
    world->random = random;
    world->storm = true;
    model_start(&world->model, mutant, random);
    for (int i = 0; i < SERVERS; i++)
        server_starts(&world->servers[i]);
}

void world_all_up(struct world *world)
{
    for (int i = 0; i < SERVERS; i++) {
        if (world->servers[i].power == DOWN)
            server_starts(&world->servers[i]);
        world->servers[i].power = UP;
    }
    for (int i = 0; i < WORKERS; i++)
        world->workers[i].power = UP;
}
