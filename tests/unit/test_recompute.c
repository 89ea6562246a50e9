// Another question to the same rollup: other points, other targets, units left out.
#include "common/recompute.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/figures.h"
#include "tests/lib/offline.h"
#include "tests/lib/small.h"

#include <string.h>

// Completions in %: X1 100 and 0, X2 0 and 90, X3 50 and 50.
static const struct offline_texts texts = {
    .units = SMALL_UNITS,
    .campaign = SMALL_CAMPAIGN("[X1, X2, X3]", SMALL_PERCENT("A", "10") SMALL_PERCENT("B", "10"),
                               ""),
    .results = SMALL_RESULTS "2022-Q1,X1,A,100,,,\n2022-Q1,X1,B,0,,,\n2022-Q1,X2,A,0,,,\n"
                             "2022-Q1,X2,B,90,,,\n2022-Q1,X3,A,50,,,\n2022-Q1,X3,B,50,,,\n"};

struct bench {
    struct offline_case given;
    struct recompute_input input;
    struct recompute *run;
};

static void bench_start(struct bench *bench)
{
    struct err err;
    assert_int_equal(offline_make(&texts, &bench->given), 0);
    bench->input = (struct recompute_input){.tree = bench->given.tree,
                                            .campaign = bench->given.campaign,
                                            .targets = &bench->given.targets,
                                            .adjustments = &bench->given.adjustments,
                                            .nominations = &bench->given.nominations,
                                            .decisions = &bench->given.decisions,
                                            .entries = bench->given.entries,
                                            .entry_count = bench->given.entry_count};
    bench->run = recompute_create(&bench->input, &err);
    assert_non_null(bench->run);
}

static void bench_end(struct bench *bench)
{
    recompute_destroy(bench->run);
    offline_free(&bench->given);
}

// The ranking as "unit total" words.
static void ranked(struct bench *bench, const char *expected)
{
    struct text words = {0};
    char total[DECIMAL_TEXT_SIZE];
    struct err err;
    assert_int_equal(recompute_rank(bench->run, &err), 0);
    text_adds(&words, "");
    for (size_t i = 0; i < bench->run->standing_count; i++) {
        const struct standing *standing = &bench->run->standings[i];
        decimal_fixed(standing->total_e2, 2, total);
        text_addf(&words, "%s%u %s %s", i > 0 ? ", " : "", standing->rank,
                  bench->given.tree->units[standing->unit].code, total);
    }
    assert_string_equal(words.data, expected);
    text_free(&words);
}

static void test_other_points(void **state)
{
    (void)state;
    struct bench bench;
    bench_start(&bench);
    ranked(&bench, "1 X1 10.00, 1 X3 10.00, 3 X2 9.00");
    // 8 for A, 12 for B: X1 8, X2 12 × 0.9 = 10.8, X3 4 + 6.
    bench.given.campaign->indicators[0].points_e4 = e4("8");
    bench.given.campaign->indicators[1].points_e4 = e4("12");
    ranked(&bench, "1 X2 10.80, 2 X3 10.00, 3 X1 8.00");
    bench_end(&bench);
}

static void test_other_targets(void **state)
{
    (void)state;
    struct bench bench;
    bench_start(&bench);
    // B of X2 against 180: 10 × 90 / 180 = 5.
    *MEM_PUSH(bench.given.targets.list, bench.given.targets.count,
              bench.given.targets.capacity) = (struct target){
        .unit = unit_find(bench.given.tree, "X2"), .indicator = 1, .target_e4 = e4("180")};
    ranked(&bench, "1 X1 10.00, 1 X3 10.00, 3 X2 5.00");
    bench_end(&bench);
}

static void test_excluded_units(void **state)
{
    (void)state;
    struct bench bench;
    struct text files[RECOMPUTE_FILES] = {0};
    bool excluded[7] = {false};
    bench_start(&bench);
    excluded[unit_find(bench.given.tree, "X1")] = true;
    bench.input.excluded = excluded;
    ranked(&bench, "1 X3 10.00, 2 X2 9.00");
    // It is added up all the same, but nothing is asked of it any more.
    recompute_write(bench.run, files);
    assert_non_null(
        strstr(files[RECOMPUTE_ROLLUP].data, "2022-Q2,to_date,X1,commune,A,100,,100,1,1,0,0,,,\n"));
    assert_null(strstr(files[RECOMPUTE_SCORES].data, ",X1,"));
    bench.input.excluded = NULL;
    ranked(&bench, "1 X1 10.00, 1 X3 10.00, 3 X2 9.00");
    for (size_t i = 0; i < RECOMPUTE_FILES; i++)
        text_free(&files[i]);
    bench_end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_other_points),
        cmocka_unit_test(test_other_targets),
        cmocka_unit_test(test_excluded_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
