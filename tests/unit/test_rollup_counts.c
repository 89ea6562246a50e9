// Which entries a leaf's figure is made of (rollup_part_counts): those that count add up to it.
#include "core/rollup.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/found.h"
#include "tests/lib/tree.h"

#include <string.h>

// v1 goes into v2 at the end of March; v3 is a village by itself.
#define UNITS                                                                               \
    "D,Huyện,district,,,,\nX1,Xã 1,commune,D,,,\nv1,Thôn 1,village,X1,,2022-03-31,v2\n" \
    "v2,Thôn 2,village,X1,,,\nv3,Thôn 3,village,X1,,,\n"
#define INDICATOR(code, time, more) \
    "  - {code: " code ", kind: amount, time: " time ", reported_by: village, points: 1" more "}\n"
#define RULES                                                                                  \
    "campaign: t\nowner: D\noffice_level: commune\ncompetitors: {level: commune}\n"            \
    "reporting: quarter\nfrom: 2022-Q1\nto: 2022-Q4\nbaseline: 2021\nindicators:\n" INDICATOR( \
        "F", "flow", ", target: 1") INDICATOR("S", "stock", ", target: 1")                     \
        INDICATOR("I", "stock", ", measure: increase, target: 1")
enum { F, S, I };

struct world {
    struct unit_tree *tree;
    struct campaign *campaign;
    struct rollup_plan *plan;
    struct rollup_part *part;
    int64_t accepted;
};

static struct period period_of(const char *text)
{
    struct period period;
    assert_true(period_parse(text, strlen(text), &period));
    return period;
}

static struct world world_make(const char *period)
{
    struct world world = {tree_make(UNITS), campaign_make(RULES), NULL, NULL, 0};
    world.plan = rollup_plan_create(world.campaign, world.tree, period_of(period), NULL);
    assert_non_null(world.plan);
    uint32_t top = tree_unit(world.tree, "X1");
    world.part = rollup_part_create(world.plan, &top, 1);
    return world;
}

static void world_end(struct world *world)
{
    rollup_part_destroy(world->part);
    rollup_plan_destroy(world->plan);
    campaign_destroy(world->campaign);
    unit_tree_destroy(world->tree);
}

static void add(struct world *world, const char *unit, const char *period, uint32_t indicator,
                enum cell_state state, int64_t value)
{
    const struct cell cell = {.state = (uint8_t)state, .value_e4 = value * DECIMAL_ONE_E4};
    rollup_part_add(world->part, tree_unit(world->tree, unit), period_of(period), indicator,
                    ++world->accepted, &cell);
}

static bool counts(const struct world *world, const char *unit, const char *period,
                   uint32_t indicator, enum scope scope)
{
    return rollup_part_counts(world->part, tree_unit(world->tree, unit), period_of(period),
                              indicator, scope);
}

static void test_flow(void **state)
{
    (void)state;
    struct world world = world_make("2022-Q3");
    add(&world, "v1", "2022-Q1", F, CELL_VALUE, 1);
    add(&world, "v2", "2022-Q2", F, CELL_VALUE, 2);
    add(&world, "v2", "2022-Q3", F, CELL_VALUE, 4);
    add(&world, "v3", "2022-Q3", F, CELL_WITHDRAW, 0);
    add(&world, "v1", "2022-Q2", F, CELL_VALUE, 8); // v1 is gone by then
    assert_true(counts(&world, "v1", "2022-Q1", F, SCOPE_TO_DATE));
    assert_true(counts(&world, "v2", "2022-Q2", F, SCOPE_TO_DATE));
    assert_true(counts(&world, "v2", "2022-Q3", F, SCOPE_TO_DATE));
    assert_false(counts(&world, "v2", "2022-Q2", F, SCOPE_PERIOD));
    assert_true(counts(&world, "v2", "2022-Q3", F, SCOPE_PERIOD));
    assert_false(counts(&world, "v3", "2022-Q3", F, SCOPE_TO_DATE));
    assert_false(counts(&world, "v1", "2022-Q2", F, SCOPE_TO_DATE));
    assert_false(counts(&world, "v2", "2022-Q4", F, SCOPE_TO_DATE)); // later than P
    assert_false(counts(&world, "X1", "2022-Q3", F, SCOPE_TO_DATE)); // no leaf
    world_end(&world);
}

static void test_stock(void **state)
{
    (void)state;
    struct world world = world_make("2022-Q3");
    add(&world, "v1", "2022-Q1", S, CELL_VALUE, 1);
    add(&world, "v2", "2022-Q1", S, CELL_VALUE, 2);
    // Both: v2 has nothing of a period that ended after the merger.
    assert_true(counts(&world, "v1", "2022-Q1", S, SCOPE_TO_DATE));
    assert_true(counts(&world, "v2", "2022-Q1", S, SCOPE_TO_DATE));
    add(&world, "v2", "2022-Q3", S, CELL_NA, 0);
    assert_false(counts(&world, "v1", "2022-Q1", S, SCOPE_TO_DATE));
    assert_false(counts(&world, "v2", "2022-Q1", S, SCOPE_TO_DATE));
    assert_true(counts(&world, "v2", "2022-Q3", S, SCOPE_TO_DATE)); // `na` is what counts
    world_end(&world);
}

static void test_baseline(void **state)
{
    (void)state;
    struct world world = world_make("2022-Q2");
    add(&world, "v1", "2021", I, CELL_VALUE, 1);
    add(&world, "v2", "2021", I, CELL_VALUE, 2);
    add(&world, "v3", "2021", I, CELL_VALUE, 4);
    add(&world, "v2", "2022-Q1", I, CELL_VALUE, 5);
    add(&world, "v2", "2021", S, CELL_VALUE, 9);
    assert_true(counts(&world, "v1", "2021", I, SCOPE_TO_DATE));
    assert_true(counts(&world, "v2", "2021", I, SCOPE_TO_DATE));
    assert_false(counts(&world, "v3", "2021", I, SCOPE_TO_DATE)); // v3 is not reported
    assert_false(counts(&world, "v2", "2021", I, SCOPE_PERIOD));
    assert_false(counts(&world, "v2", "2021", S, SCOPE_TO_DATE)); // held against nothing
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flow),
        cmocka_unit_test(test_stock),
        cmocka_unit_test(test_baseline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
