// The rollup by hand: one small district with mergers and a move, every figure worked out in the
// comments.
#include "core/rollup.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/figures.h"
#include "tests/lib/found.h"
#include "tests/lib/tree.h"

#include <stdlib.h>
#include <string.h>

// Months January to April. v1 goes into v2 on 10 February, v2 into v3 on 20 March; v5 ends without a
// successor in February; v6 moves from C2 to C1 in March; v7 hangs directly under the district; C9
// and v9 are another district's.
#define UNITS                                                  \
    "code,name,level,parent,valid_from,valid_to,merged_into\n" \
    "P,Tỉnh,province,,,,\n"                                  \
    "D,Huyện,district,P,,,\n"                                \
    "E,Huyện khác,district,P,,,\n"                          \
    "C1,Xã 1,commune,D,,,\n"                                  \
    "C2,Xã 2,commune,D,,,\n"                                  \
    "C9,Xã 9,commune,E,,,\n"                                  \
    "v1,Thôn 1,village,C1,,2023-02-10,v2\n"                   \
    "v2,Thôn 2,village,C1,,2023-03-20,v3\n"                   \
    "v3,Thôn 3,village,C1,,,\n"                               \
    "v4,Thôn 4,village,C2,,,\n"                               \
    "v5,Thôn 5,village,C2,,2023-02-15,\n"                     \
    "v6,Thôn 6,village,C2,,2023-03-14,\n"                     \
    "v6,Thôn 6,village,C1,2023-03-15,,\n"                     \
    "v7,Thôn 7,village,D,,,\n"                                \
    "v9,Thôn 9,village,C9,,,\n"
#define INDICATOR(code, kind, time, more)                                       \
    "  - {code: " code ", kind: " kind ", points: 10, decimals: 1, time: " time \
    ", reported_by: village, target: 1" more "}\n"
#define CAMPAIGN(indicators)                                                                 \
    "campaign: t\nname: t\nowner: D\noffice_level: commune\ncompetitors: {level: commune}\n" \
    "reporting: month\nfrom: 2023-01\nto: 2023-04\nbaseline: 2022\nindicators:\n" indicators
#define RESULTS "period,unit,indicator,value,denominator,state,note\n"

static void check_scope(const char *indicators, const char *results, const char *period,
                        const char *scope, const char *expected)
{
    const struct offline_texts texts = {.units = UNITS, .campaign = indicators, .results = results};
    figures_equal(&texts, period, ROLLUP_FILE, scope, expected);
}

static void test_flow(void **state)
{
    (void)state;
    // v3 to date: own 3 + 4, v2's 20, v1's 1 = 28. v5 ended without a successor: nowhere. v6's 6 of
    // January moved to C1 with it. v7 has only `na`. v4's 40 was corrected to 41, its 400 withdrawn.
    check_scope(CAMPAIGN(INDICATOR("A", "amount", "flow", "")),
                RESULTS "2023-01,v1,A,1,,,\n"
                        "2023-02,v2,A,20,,,\n"
                        "2023-03,v3,A,3,,,\n"
                        "2023-04,v3,A,4,,,\n"
                        "2023-01,v5,A,5,,,\n"
                        "2023-01,v6,A,6,,,\n"
                        "2023-01,v7,A,,,na,\n"
                        "2023-01,v4,A,40,,,\n"
                        "2023-02,v4,A,400,,,\n" RESULTS "2023-01,v4,A,41,,,\n"
                        "2023-02,v4,A,,,withdraw,\n"
                        "2023-01,v9,A,9,,,\n",
                NULL, ",to_date,",
                "2023-04,to_date,C1,commune,A,34,,34.0,2,2,0,0,1,3400.00,yes\n"
                "2023-04,to_date,C2,commune,A,41,,41.0,1,1,0,0,1,4100.00,yes\n"
                "2023-04,to_date,D,district,A,75,,75.0,3,3,1,0,,,\n"
                "2023-04,to_date,v3,village,A,28,,28.0,1,1,0,0,,,\n"
                "2023-04,to_date,v4,village,A,41,,41.0,1,1,0,0,,,\n"
                "2023-04,to_date,v6,village,A,6,,6.0,1,1,0,0,,,\n"
                "2023-04,to_date,v7,village,A,,,,0,0,1,0,,,\n");
}

static void test_period_scope(void **state)
{
    (void)state;
    // February: v1 has ended by its last day, v2 not yet; v5 has ended; v6 is still in C2.
    check_scope(CAMPAIGN(INDICATOR("A", "amount", "flow", "")),
                RESULTS "2023-01,v1,A,1,,,\n"
                        "2023-02,v2,A,20,,,\n"
                        "2023-02,v6,A,6,,,\n"
                        "2023-03,v4,A,9,,,\n",
                "2023-02", ",period,",
                "2023-02,period,C1,commune,A,20,,20.0,1,2,0,1,,,\n"
                "2023-02,period,C2,commune,A,6,,6.0,1,2,0,1,,,\n"
                "2023-02,period,D,district,A,26,,26.0,2,5,0,3,,,\n"
                "2023-02,period,v2,village,A,20,,20.0,1,1,0,0,,,\n"
                "2023-02,period,v3,village,A,,,,0,1,0,1,,,\n"
                "2023-02,period,v4,village,A,,,,0,1,0,1,,,\n"
                "2023-02,period,v6,village,A,6,,6.0,1,1,0,0,,,\n"
                "2023-02,period,v7,village,A,,,,0,1,0,1,,,\n");
}

// S(v3) = own latest + S(v2) unless v3 has a cell of a period that ended after v2 did (20 March).
static void stock_of_v3(const char *results, const char *expected)
{
    check_scope(CAMPAIGN(INDICATOR("S", "amount", "stock", "")), results, NULL, ",to_date,v3,",
                expected);
}

static void test_stock_mergers(void **state)
{
    (void)state;
    // v3's own latest is of February: v2's 20 still counts beside it; v2 has no cell after v1 ended
    // (10 February), so v1's 1 counts too: 3 + 20 + 1.
    stock_of_v3(RESULTS "2023-01,v1,S,1,,,\n2023-01,v2,S,20,,,\n2023-02,v3,S,3,,,\n",
                "2023-04,to_date,v3,village,S,24,,24.0,1,1,0,0,,,\n");
    // v2 reported for February, which ended after v1: v1's 1 is replaced.
    stock_of_v3(RESULTS "2023-01,v1,S,1,,,\n2023-02,v2,S,20,,,\n2023-02,v3,S,3,,,\n",
                "2023-04,to_date,v3,village,S,23,,23.0,1,1,0,0,,,\n");
    // v3 reported for March, which ended after v2: the whole chain is replaced.
    stock_of_v3(RESULTS "2023-01,v1,S,1,,,\n2023-01,v2,S,20,,,\n2023-03,v3,S,3,,,\n",
                "2023-04,to_date,v3,village,S,3,,3.0,1,1,0,0,,,\n");
    // `na` replaces as well, and leaves nothing.
    stock_of_v3(RESULTS "2023-01,v1,S,1,,,\n2023-01,v2,S,20,,,\n2023-03,v3,S,,,na,\n",
                "2023-04,to_date,v3,village,S,,,,0,0,1,0,,,\n");
    // A withdrawn cell is absent and replaces nothing; the latest own one is then January's.
    stock_of_v3(RESULTS "2023-01,v2,S,20,,,\n2023-01,v3,S,2,,,\n2023-03,v3,S,3,,,\n" RESULTS
                        "2023-03,v3,S,,,withdraw,\n",
                "2023-04,to_date,v3,village,S,22,,22.0,1,1,0,0,,,\n");
    // v2 `na` at the end, v1 replaced by it, v3 a value before: a value and `na` are a value.
    stock_of_v3(RESULTS "2023-01,v1,S,1,,,\n2023-02,v2,S,,,na,\n2023-01,v3,S,3,,,\n",
                "2023-04,to_date,v3,village,S,3,,3.0,1,1,0,0,,,\n");
}

static void test_yes_no(void **state)
{
    (void)state;
    // v3: yes of its own and no of v2 count as one: no. v4 yes, v6 `na`, v7 nothing.
    // C1: 0 of 2 - 1; district 1 of 4 - 1 = 33.3.
    check_scope(CAMPAIGN(INDICATOR("Y", "yes_no", "stock", "")),
                RESULTS "2023-02,v3,Y,1,,,\n2023-02,v2,Y,0,,,\n2023-04,v4,Y,1,,,\n"
                        "2023-01,v6,Y,,,na,\n",
                NULL, ",to_date,",
                "2023-04,to_date,C1,commune,Y,0,1,0.0,1,1,1,0,1,0.00,no\n"
                "2023-04,to_date,C2,commune,Y,1,1,100.0,1,1,0,0,1,10000.00,yes\n"
                "2023-04,to_date,D,district,Y,1,3,33.3,2,3,1,1,,,\n"
                "2023-04,to_date,v3,village,Y,0,1,0.0,1,1,0,0,,,\n"
                "2023-04,to_date,v4,village,Y,1,1,100.0,1,1,0,0,,,\n"
                "2023-04,to_date,v6,village,Y,,,,0,0,1,0,,,\n"
                "2023-04,to_date,v7,village,Y,,,,0,1,0,1,,,\n");
}

static void test_ratio_and_mean(void **state)
{
    (void)state;
    // ratio: (9 + 3 + 0) / (10 + 5 + 0) = 80.0. mean: (2×10 + 5×20 + 7×0) / 30 = 4.0.
    check_scope(CAMPAIGN(INDICATOR("R", "ratio", "flow", "") INDICATOR("M", "mean", "stock", "")),
                RESULTS "2023-01,v3,R,9,10,,\n2023-02,v4,R,3,5,,\n2023-02,v6,R,0,0,,\n"
                        "2023-01,v3,M,2,10,,\n2023-02,v4,M,5,20,,\n2023-02,v6,M,7,0,,\n",
                NULL, ",to_date,D,",
                "2023-04,to_date,D,district,R,12,15,80.0,3,4,0,1,,,\n"
                "2023-04,to_date,D,district,M,120,30,4.0,3,4,0,1,,,\n");
}

static void test_baseline(void **state)
{
    (void)state;
    // Decrease of a ratio. Baseline 2022: v1 2/10, v2 3/10, v3 5/20 (together 10/40 for the leaf
    // v3), v4 1/4, v7 9/10. Now: v3 3/30, v4 1/10; v7 has not reported, so its baseline is left out.
    // C1: 25 - 10 = 15. C2: 25 - 10 = 15. District: 11/44 - 4/40 = 25 - 10 = 15.
    check_scope(CAMPAIGN(INDICATOR("B", "ratio", "stock", ", measure: decrease")),
                RESULTS "2022,v1,B,2,10,,\n2022,v2,B,3,10,,\n2022,v3,B,5,20,,\n2022,v4,B,1,4,,\n"
                        "2022,v7,B,9,10,,\n2023-04,v3,B,3,30,,\n2023-03,v4,B,1,10,,\n",
                NULL, ",to_date,",
                "2023-04,to_date,C1,commune,B,3,30,15.0,1,2,0,1,1,1500.00,yes\n"
                "2023-04,to_date,C2,commune,B,1,10,15.0,1,1,0,0,1,1500.00,yes\n"
                "2023-04,to_date,D,district,B,4,40,15.0,2,4,0,2,,,\n"
                "2023-04,to_date,v3,village,B,3,30,15.0,1,1,0,0,,,\n"
                "2023-04,to_date,v4,village,B,1,10,15.0,1,1,0,0,,,\n"
                "2023-04,to_date,v6,village,B,,,,0,1,0,1,,,\n"
                "2023-04,to_date,v7,village,B,,,,0,1,0,1,,,\n");
    // Increase of yes/no: of the reported leaves v3 (baseline: yes and yes, so one yes), v4 (baseline
    // `na`) and v6 (no baseline cell), baseline-expected are v3 and v6: 1 of 2; now 3 of 4: 75 - 50.
    check_scope(CAMPAIGN(INDICATOR("U", "yes_no", "stock", ", measure: increase")),
                RESULTS "2022,v2,U,1,,,\n2022,v3,U,1,,,\n2022,v4,U,,,na,\n2023-04,v3,U,1,,,\n"
                        "2023-04,v4,U,1,,,\n2023-04,v6,U,1,,,\n",
                NULL, ",to_date,D,", "2023-04,to_date,D,district,U,3,4,25.0,3,4,0,1,,,\n");
}

static void test_other_periods_do_not_count(void **state)
{
    (void)state;
    check_scope(CAMPAIGN(INDICATOR("S", "amount", "stock", "")),
                RESULTS "2023-03,v4,S,30,,,\n2023-01,v4,S,10,,,\n", "2023-02", ",to_date,C2,",
                "2023-02,to_date,C2,commune,S,10,,10.0,1,2,0,1,1,1000.00,yes\n");
}

static void test_refused_runs(void **state)
{
    (void)state;
    struct offline_texts texts = {.units = UNITS,
                                  .campaign = CAMPAIGN(INDICATOR("A", "amount", "flow", "")),
                                  .results = RESULTS};
    figures_refused(&texts, "2023-05", "unknown_period");
    figures_refused(&texts, "2023-Q1", "unknown_period");
    figures_refused(&texts, "2022", "unknown_period");
    texts.units = "code,name,level,parent,valid_from,valid_to,merged_into\n"
                  "D,Huyện,district,,,2023-03-30,\n"
                  "C1,Xã 1,commune,D,,2023-03-30,\n"
                  "v1,Thôn 1,village,C1,,2023-03-30,\n";
    figures_refused(&texts, "2023-03", "owner_absent");
}

// --- the parts themselves ---

struct bench {
    struct campaign *campaign;
    struct unit_tree *tree;
    struct rollup_plan *plan;
};

static struct bench bench_open(const char *period_text)
{
    struct bench bench = {campaign_make(CAMPAIGN(INDICATOR("A", "amount", "flow", ""))),
                          tree_make(strchr(UNITS, '\n') + 1), NULL};
    struct period period;
    assert_true(period_parse(period_text, strlen(period_text), &period));
    bench.plan = rollup_plan_create(bench.campaign, bench.tree, period, NULL);
    assert_non_null(bench.plan);
    return bench;
}

static void bench_close(struct bench *bench)
{
    rollup_plan_destroy(bench->plan);
    unit_tree_destroy(bench->tree);
    campaign_destroy(bench->campaign);
}

// Codes of a list of units, joined by blanks.
static void units_are(const struct bench *bench, const uint32_t *units, size_t count,
                      const char *expected)
{
    struct text text = {0};
    text_adds(&text, "");
    for (size_t i = 0; i < count; i++)
        text_addf(&text, i > 0 ? " %s" : "%s", bench->tree->units[units[i]].code);
    assert_string_equal(text.data, expected);
    text_free(&text);
}

static void test_tops_and_uppers(void **state)
{
    (void)state;
    struct bench bench = bench_open("2023-04");
    size_t count;
    uint32_t *tops = rollup_tops(bench.plan, &count);
    units_are(&bench, tops, count, "C1 C2 v7");
    free(tops);
    uint32_t *uppers = rollup_uppers(bench.plan, &count);
    units_are(&bench, uppers, count, "D");
    free(uppers);
    // 4 periods + baseline, 1 indicator: v1, v2, v3, v6 under C1; v4 under C2.
    assert_int_equal(rollup_weight(bench.plan, tree_unit(bench.tree, "C1")), 20);
    assert_int_equal(rollup_weight(bench.plan, tree_unit(bench.tree, "C2")), 5);
    assert_int_equal(rollup_weight(bench.plan, tree_unit(bench.tree, "v7")), 5);
    assert_true(rollup_has(bench.plan, tree_unit(bench.tree, "D"), 0));
    assert_false(rollup_has(bench.plan, tree_unit(bench.tree, "P"), 0));
    assert_false(rollup_has(bench.plan, tree_unit(bench.tree, "C9"), 0));
    assert_false(rollup_has(bench.plan, tree_unit(bench.tree, "v5"), 0));
    bench_close(&bench);
}

static void test_offices(void **state)
{
    (void)state;
    struct bench bench = bench_open("2023-04");
    size_t count;
    const uint32_t tops[] = {tree_unit(bench.tree, "C1"), tree_unit(bench.tree, "v7")};
    struct rollup_part *part = rollup_part_create(bench.plan, &tops[0], 1);
    const uint32_t *offices = rollup_part_offices(part, &count);
    units_are(&bench, offices, count, "C1 C2"); // v6 reported from C2 before it moved
    rollup_part_destroy(part);
    part = rollup_part_create(bench.plan, &tops[1], 1);
    offices = rollup_part_offices(part, &count);
    units_are(&bench, offices, count, "");
    rollup_part_destroy(part);
    bench_close(&bench);
}

static void add_value(const struct bench *bench, struct rollup_part *part, const char *unit,
                      const char *period_text, int64_t accepted)
{
    const struct cell cell = {.state = CELL_VALUE, .value_e4 = DECIMAL_ONE_E4};
    struct period period;
    assert_true(period_parse(period_text, strlen(period_text), &period));
    rollup_part_add(part, tree_unit(bench->tree, unit), period, 0, accepted, &cell);
}

static void test_uncounted(void **state)
{
    (void)state;
    struct bench bench = bench_open("2023-04");
    size_t count;
    const struct rollup_row *rows;
    const uint32_t tops[] = {tree_unit(bench.tree, "C1"), tree_unit(bench.tree, "C2")};
    struct rollup_part *part = rollup_part_create(bench.plan, tops, 2);
    add_value(&bench, part, "v1", "2023-02", 1); // had ended on the last day of February
    add_value(&bench, part, "v5", "2023-01", 2); // was a leaf, ended without a successor
    add_value(&bench, part, "v4", "2023-01", 3);
    add_value(&bench, part, "v7", "2023-01", 4); // another part's
    add_value(&bench, part, "v9", "2023-01", 5); // another district's
    assert_int_equal(rollup_part_compute(part, &rows, &count, NULL), 0);
    const struct uncounted *uncounted = rollup_part_uncounted(part, &count);
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++) {
        bool first = uncounted[i].unit == tree_unit(bench.tree, "v1");
        assert_true(first || uncounted[i].unit == tree_unit(bench.tree, "v5"));
        assert_int_equal(uncounted[i].period.index, first ? 2 : 1);
    }
    rollup_part_destroy(part);
    bench_close(&bench);
}

static void test_rows_sum_up(void **state)
{
    (void)state;
    struct bench bench = bench_open("2023-04");
    size_t count;
    const struct rollup_row *rows;
    const uint32_t top = tree_unit(bench.tree, "C1");
    struct rollup_part *part = rollup_part_create(bench.plan, &top, 1);
    add_value(&bench, part, "v1", "2023-01", 1);
    add_value(&bench, part, "v6", "2023-04", 2);
    assert_int_equal(rollup_part_compute(part, &rows, &count, NULL), 0);
    assert_int_equal(count, 3); // v3 and v6, then C1
    assert_int_equal(rows[2].unit, top);
    struct component sum[SCOPE_COUNT] = {0};
    struct rollup_row again = {top, sum};
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(rollup_row_add(bench.plan, &again, &rows[i], NULL), 0);
    for (size_t scope = 0; scope < SCOPE_COUNT; scope++)
        assert_true(component_equal(&sum[scope], &rows[2].components[scope]));
    assert_true(sum[SCOPE_TO_DATE].numerator == 2 * DECIMAL_ONE_E4);
    assert_true(sum[SCOPE_PERIOD].numerator == DECIMAL_ONE_E4);
    rollup_part_destroy(part);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flow),
        cmocka_unit_test(test_period_scope),
        cmocka_unit_test(test_stock_mergers),
        cmocka_unit_test(test_yes_no),
        cmocka_unit_test(test_ratio_and_mean),
        cmocka_unit_test(test_baseline),
        cmocka_unit_test(test_other_periods_do_not_count),
        cmocka_unit_test(test_refused_runs),
        cmocka_unit_test(test_tops_and_uppers),
        cmocka_unit_test(test_offices),
        cmocka_unit_test(test_uncounted),
        cmocka_unit_test(test_rows_sum_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
