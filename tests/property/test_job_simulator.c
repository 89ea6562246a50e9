// Servers and workers as models over the model of the store: random interleavings of claim, heartbeat,
// expiry, crash, pause, stale result, redrive, leader change and clock, with messages that are late or
// lost. What must hold is looked at after each step. A history ends with the faults: then every run
// must end, too. A history that fails prints the THIDUA_SEED that repeats it as its first one.
#include "tests/lib/cmocka_all.h"
#include "tests/property/job_world.h"

#include <stdio.h>

#define STEPS_WANTED 10000000
#define STORM_STEPS 6000
#define CALM_STEPS 60000 // an operator puts dead jobs back in the first half of them
#define QUIET_STEPS 1000
#define MUTANT_HISTORIES 3000

// ---- histories

static uint64_t history(struct world *world, enum mutant mutant, struct random *random)
{
    uint64_t steps = 0;
    world_start(world, mutant, random);
    for (int i = 0; i < STORM_STEPS && world->model.violation == NULL; i++, steps++)
        world_step(world);
    world->storm = false;
    int quiet = 0; // steps since the last night has come
    for (int i = 0; i < CALM_STEPS && world->model.violation == NULL; i++, steps++) {
        bool last = world->model.now > (int64_t)MODEL_DAY_MS * (MODEL_SLOTS - 1);
        quiet = last ? quiet + 1 : 0;
        if (quiet > QUIET_STEPS && model_all_over(&world->model))
            break;
        world_all_up(world);
        world->operator_awake = i < CALM_STEPS / 2;
        world_step(world);
    }
    if (world->model.violation == NULL)
        model_check_end(&world->model);
    return steps;
}

struct totals {
    uint64_t histories, steps, done, stale, expired, dead, redriven, leads, published, failed;
};

static void add_up(struct totals *totals, const struct model *model, uint64_t steps)
{
    totals->histories++;
    totals->steps += steps;
    totals->done += model->done;
    totals->stale += model->stale;
    totals->expired += model->expired;
    totals->dead += model->dead;
    totals->redriven += model->redriven;
    totals->leads += model->leads;
    totals->published += model->published_runs;
    totals->failed += model->failed_runs;
}

static void print(const struct totals *totals)
{
#define NUMBER(name) (unsigned long long)totals->name
    printf(
        "%llu histories, %llu steps: %llu jobs done, %llu stale calls refused, %llu leases ended, "
        "%llu jobs dead, %llu put back, %llu terms, %llu runs published, %llu failed\n",
        NUMBER(histories), NUMBER(steps), NUMBER(done), NUMBER(stale), NUMBER(expired),
        NUMBER(dead), NUMBER(redriven), NUMBER(leads), NUMBER(published), NUMBER(failed));
#undef NUMBER
}

static void test_histories(void **state)
{
    struct random random = random_start("job_simulator");
    struct totals totals = {0};
    struct world world;
    (void)state;
    while (totals.steps < STEPS_WANTED) {
        unsigned long long seed = random.state;
        uint64_t steps = history(&world, MUTANT_NONE, &random);
        if (world.model.violation != NULL)
            fail_msg("THIDUA_SEED=%llu step %llu: %s", seed, (unsigned long long)steps,
                     world.model.violation);
        add_up(&totals, &world.model, steps);
    }
    print(&totals);
    // The storm was one: nothing of what it is about is rare in it.
    assert_true(totals.stale > totals.histories && totals.expired > totals.histories);
    assert_true(totals.dead > totals.histories / 4 && totals.redriven > totals.histories / 4);
    assert_true(totals.leads > totals.histories && totals.published > totals.histories);
}

// Every safeguard taken out is missed by somebody, and the seed of the history that shows it repeats it.
static void test_mutants(void **state)
{
    struct random random = random_start("job_simulator mutants");
    (void)state;
    for (int mutant = MUTANT_NONE + 1; mutant < MUTANT_END; mutant++) {
        struct random before = random;
        struct world world;
        int histories = 1;
        uint64_t steps = history(&world, (enum mutant)mutant, &random);
        for (; world.model.violation == NULL && histories < MUTANT_HISTORIES; histories++) {
            before = random;
            steps = history(&world, (enum mutant)mutant, &random);
        }
        const char *violation = world.model.violation;
        if (violation == NULL)
            fail_msg("mutant %d was not noticed", mutant);
        printf("mutant %d, history %d: %s\n", mutant, histories, violation);
        assert_int_equal(history(&world, (enum mutant)mutant, &before), steps);
        assert_string_equal(world.model.violation, violation);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_histories),
        cmocka_unit_test(test_mutants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
