// What must hold for any figures: the order of cells and the cut into parts do not matter, a parent is
// the sum of its children, the order of units does not matter to their ranks, and more never gives
// fewer points.
#include "tests/lib/cmocka_all.h"
#include "tests/lib/figures.h"
#include "tests/lib/found.h"
#include "tests/lib/random.h"
#include "tests/lib/small.h"
#include "tests/lib/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 40
#define CELLS 400

static const char *const cases[] = {"case-02-district", "case-03-mergers", "case-04-five-levels",
                                    "case-06-gaps"};

static const char *golden_directory(void)
{
    const char *given = getenv("THIDUA_GOLDEN_DIR");
    return given != NULL && given[0] != '\0' ? given : "tests/golden/cases";
}

// A golden case whose cells are replaced by random ones: any unit, any period, many corrections.
static void load_random(const char *name, struct random *random, struct offline_case *ret)
{
    char *path = offline_path(golden_directory(), name);
    assert_int_equal(offline_load(path, ret), 0);
    free(path);
    ret->entry_count = 0;
    for (int64_t accepted = 1; accepted <= CELLS; accepted++) {
        size_t periods = campaign_period_count(ret->campaign);
        size_t period = random_below(random, periods + 1);
        uint32_t indicator = (uint32_t)random_below(random, ret->campaign->indicator_count);
        bool yes_no = ret->campaign->indicators[indicator].kind == KIND_YES_NO;
        struct cell cell = {.state = (uint8_t)random_between(random, CELL_VALUE, CELL_WITHDRAW)};
        if (random_below(random, 3) > 0)
            cell.state = CELL_VALUE;
        cell.value_e4 = yes_no ? random_between(random, 0, 1) * DECIMAL_ONE_E4
                               : random_between(random, 0, 500000);
        cell.denominator_e4 = random_between(random, 0, 900000);
        *MEM_PUSH(ret->entries, ret->entry_count, ret->entry_capacity) = (struct recompute_entry){
            .unit = (uint32_t)random_below(random, ret->tree->unit_count),
            .indicator = indicator,
            .period = period < periods ? campaign_period(ret->campaign, period)
                                       : ret->campaign->baseline,
            .accepted = accepted,
            .accepted_us = INT64_MIN,
            .cell = cell};
    }
}

static void run(const struct offline_case *given, size_t tops_per_part, uint64_t shuffle_seed,
                struct offline_output *ret)
{
    const struct offline_options options = {.tops_per_part = tops_per_part,
                                            .shuffle_seed = shuffle_seed};
    struct err err;
    if (offline_run(given, &options, ret, &err) < 0)
        fail_msg("%s: %s", err.code, err.text);
}

static void test_order_free(void **state)
{
    (void)state;
    struct random random = random_start("order_free");
    for (size_t round = 0; round < ROUNDS; round++) {
        struct offline_case given;
        struct offline_output first, other;
        load_random(cases[round % TEST_COUNT(cases)], &random, &given);
        run(&given, 0, 0, &first);
        for (size_t tops = 0; tops < 4; tops++) {
            run(&given, tops, random_next(&random), &other);
            for (size_t file = 0; file < RECOMPUTE_FILES; file++)
                assert_string_equal(first.files[file].data, other.files[file].data);
            offline_output_free(&other);
        }
        offline_output_free(&first);
        offline_free(&given);
    }
}

// Adds up, for every row but the leaves', the rows of the unit's children.
static void check_sums(const struct rollup_plan *plan, const struct rollup_row *rows, size_t count)
{
    size_t width = SCOPE_COUNT * plan->campaign->indicator_count;
    for (size_t parent = 0; parent < count; parent++) {
        struct component *sums = mem_alloc(width, sizeof *sums);
        struct rollup_row sum = {rows[parent].unit, sums};
        for (size_t child = 0; child < count; child++)
            if (plan->day->parent[rows[child].unit] == rows[parent].unit)
                assert_int_equal(rollup_row_add(plan, &sum, &rows[child], NULL), 0);
        for (size_t c = 0; c < width; c++) {
            uint32_t indicator = (uint32_t)(c % plan->campaign->indicator_count);
            const struct component *component = &rows[parent].components[c];
            assert_true(component->reported + component->na <= component->leaves);
            assert_true(component->base_reported <= component->reported);
            if (plan->leaf_level[indicator] != plan->tree->units[rows[parent].unit].level)
                assert_true(component_equal(component, &sums[c]));
        }
        free(sums);
    }
}

static void test_parents_are_sums(void **state)
{
    (void)state;
    struct random random = random_start("parents_are_sums");
    for (size_t round = 0; round < ROUNDS; round++) {
        struct offline_case given;
        const struct rollup_row *rows;
        size_t count;
        load_random(cases[round % TEST_COUNT(cases)], &random, &given);
        struct rollup_plan *plan = rollup_plan_create(given.campaign, given.tree,
                                                      given.campaign->to, NULL);
        uint32_t *tops = rollup_tops(plan, &count);
        struct rollup_part *part = rollup_part_create(plan, tops, count);
        for (size_t i = 0; i < given.entry_count; i++)
            rollup_part_add(part, given.entries[i].unit, given.entries[i].period,
                            given.entries[i].indicator, given.entries[i].accepted,
                            &given.entries[i].cell);
        assert_int_equal(rollup_part_compute(part, &rows, &count, NULL), 0);
        check_sums(plan, rows, count);
        rollup_part_destroy(part);
        free(tops);
        rollup_plan_destroy(plan);
        offline_free(&given);
    }
}

// --- ranks ---

#define UNITS 6

struct bench {
    struct campaign *campaign;
    struct unit_tree *tree;
    struct rollup_plan *plan;
};

static struct bench bench_open(const char *yaml)
{
    struct bench bench = {campaign_make(yaml), tree_make(strchr(SMALL_UNITS, '\n') + 1), NULL};
    bench.plan = rollup_plan_create(bench.campaign, bench.tree, bench.campaign->to, NULL);
    assert_non_null(bench.plan);
    return bench;
}

static void bench_close(struct bench *bench)
{
    rollup_plan_destroy(bench->plan);
    unit_tree_destroy(bench->tree);
    campaign_destroy(bench->campaign);
}

// The standings of units that are handed in in this order, as one text.
static struct text standings_text(const struct bench *bench, const struct score_unit_input *inputs)
{
    const struct targets targets = {0};
    const struct adjustments adjustments = {0};
    struct cluster_scores scores;
    struct standing standings[UNITS];
    struct text text = {0};
    assert_int_equal(
        score_cluster(bench->plan, &targets, &adjustments, inputs, UNITS, &scores, NULL), 0);
    rank_cluster(bench->campaign, 0, &scores, standings);
    for (size_t i = 0; i < UNITS; i++)
        output_ranking_line(&text, bench->campaign, bench->tree, "2022-Q2", &standings[i]);
    standings_clear(standings, UNITS);
    cluster_scores_clear(&scores);
    return text;
}

static void test_ranking_of_permutations(void **state)
{
    (void)state;
    struct random random = random_start("ranking_of_permutations");
    struct bench bench = bench_open(SMALL_CAMPAIGN(
        "[X1, X2, X3, X4, X5, X6]",
        SMALL_PERCENT("A", "10")
            SMALL_INDICATOR("B", "kind: amount, time: stock, target: 50, points: 5, rule: leader"),
        "tie_break: [met_count, indicator:B]\ndisqualify: {not_met: [A]}\n"));
    const struct assessed_cell cells[4] = {{0}};
    for (size_t round = 0; round < 10 * ROUNDS; round++) {
        struct component components[UNITS][2] = {{{0}}};
        struct score_unit_input inputs[UNITS];
        for (uint32_t u = 0; u < UNITS; u++) {
            for (size_t i = 0; i < 2; i++)
                components[u][i] = (struct component){.leaves = 1,
                                                      .reported = random_below(&random, 5) > 0,
                                                      .numerator = random_between(&random, 4, 6) *
                                                                   250000};
            inputs[u] = (struct score_unit_input){
                .unit = 1 + u, .components = components[u], .assessed = cells};
        }
        struct text first = standings_text(&bench, inputs);
        for (size_t u = UNITS; u > 1; u--) {
            size_t other = random_below(&random, u);
            struct score_unit_input swap = inputs[u - 1];
            inputs[u - 1] = inputs[other];
            inputs[other] = swap;
        }
        struct text second = standings_text(&bench, inputs);
        assert_string_equal(first.data, second.data);
        text_free(&first);
        text_free(&second);
    }
    bench_close(&bench);
}

// --- points ---

static struct indicator random_rule(struct random *random, struct step steps[static 3])
{
    struct indicator indicator = {
        .rule = (enum points_rule)random_below(random, RULE_ALL_OR_NOTHING + 1),
        .better = random_below(random, 2) > 0 ? BETTER_LESS : BETTER_MORE,
        .points_e4 = random_between(random, 1, 40) * 5000,
        .floor_e4 = random_between(random, 0, 90) * DECIMAL_ONE_E4,
        .leader_half_e4 = random_between(random, 0, 100) * DECIMAL_ONE_E4,
        .steps = steps,
        .step_count = 3};
    indicator.deduct.per_e4 = random_between(random, 1, 20) * 5000;
    indicator.deduct.points_e4 = random_between(random, 1, 20) * 1000;
    indicator.deduct.count = (enum deduct_count)random_below(random, COUNT_FULL + 1);
    indicator.per_case.points_e4 = random_between(random, 1, 20) * 1000;
    indicator.per_case.max_e4 = indicator.points_e4;
    indicator.linear.start_e4 = random_between(random, 0, 100) * DECIMAL_ONE_E4;
    indicator.linear.points_e4 = indicator.points_e4 / 2;
    indicator.linear.per_e4 = random_between(random, 1, 20) * DECIMAL_ONE_E4;
    indicator.linear.add_e4 = random_between(random, 0, 20) * 1000;
    for (size_t i = 0; i < 3; i++)
        steps[i] = (struct step){.beyond = random_below(random, 2) > 0,
                                 .bound_e4 = (int64_t)(110 - 30 * i) * DECIMAL_ONE_E4,
                                 .points_e4 = indicator.points_e4 / (int64_t)(i + 1)};
    return indicator;
}

// More is better, or less; a value that counts cases is better the smaller it is.
static bool less_is_better(const struct indicator *indicator)
{
    return indicator->rule == RULE_PER_CASE || indicator->better == BETTER_LESS;
}

static void test_points_are_monotonic(void **state)
{
    (void)state;
    struct random random = random_start("points_are_monotonic");
    struct leader_maxima maxima = {.has_excess = true, .has_value = true};
    mpq_t values[2], target, points[2], most;
    mpq_inits(maxima.excess, maxima.value, values[0], values[1], target, points[0], points[1], most,
              NULL);
    for (size_t round = 0; round < 200 * ROUNDS; round++) {
        struct step steps[3];
        struct indicator indicator = random_rule(&random, steps);
        int64_t target_e4 = random_between(&random, 1, 200) * DECIMAL_ONE_E4;
        int64_t low = random_between(&random, -100, 300) * 7000;
        int64_t high = low + random_between(&random, 0, 100) * 1000;
        mpq_set_e4(target, target_e4);
        mpq_set_e4(values[0], less_is_better(&indicator) ? high : low);
        mpq_set_e4(values[1], less_is_better(&indicator) ? low : high);
        mpq_set_e4(maxima.excess, 300 * DECIMAL_ONE_E4); // beyond any that occurs here
        for (size_t i = 0; i < 2; i++)
            rule_points(&indicator, values[i], true, target, &maxima, points[i]);
        mpq_set_e4(most, indicator.points_e4);
        if (mpq_cmp(points[0], points[1]) > 0 || mpq_sgn(points[0]) < 0 ||
            mpq_cmp(points[1], most) > 0)
            fail_msg("round %zu, rule %d: from %lld to %lld", round, (int)indicator.rule,
                     (long long)low, (long long)high);
    }
    mpq_clears(maxima.excess, maxima.value, values[0], values[1], target, points[0], points[1],
               most, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_free),
        cmocka_unit_test(test_parents_are_sums),
        cmocka_unit_test(test_ranking_of_permutations),
        cmocka_unit_test(test_points_are_monotonic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
