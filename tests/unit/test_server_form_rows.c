// Which cells a unit has to report (server/form_rows.c).
#include "server/form_rows.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/found.h"
#include "tests/lib/tree.h"

#include <string.h>

// v1 goes into v2 in April; v4 moves from X1 to X2 in July; v5 begins in July; E is nobody's of ours.
#define UNITS                                                                                     \
    "D,Huyện,district,,,,\nX1,Xã 1,commune,D,,,\nX2,Xã 2,commune,D,,,\nE,Xã 9,commune,,,,\n" \
    "v1,Thôn 1,village,X1,,2022-04-10,v2\nv2,Thôn 2,village,X1,,,\n"                            \
    "v4,Thôn 4,village,X1,,2022-06-30,\nv4,Thôn 4,village,X2,2022-07-01,,\n"                    \
    "v5,Thôn 5,village,X2,2022-07-01,,\nv9,Thôn 9,village,E,,,\n"
#define RULES                                                                                \
    "campaign: t\nowner: D\noffice_level: commune\ncompetitors: {units: [X1]}\n"             \
    "reporting: quarter\nfrom: 2022-Q1\nto: 2022-Q4\nbaseline: 2021\nindicators:\n"          \
    "  - {code: B, kind: amount, time: flow, reported_by: commune, points: 10, target: 1}\n" \
    "  - {code: A, kind: amount, time: stock, measure: increase, reported_by: village, "     \
    "points: 10, target: 1}\n"                                                               \
    "  - {code: S, kind: assessed, points: 5}\n"

struct rows {
    const struct campaign *campaign;
    const struct unit_tree *tree;
    struct text text;
    size_t most;
};

static bool take(void *arg, uint32_t unit, uint32_t indicator)
{
    struct rows *rows = arg;
    if (rows->most-- == 0)
        return false;
    text_addf(&rows->text, "%s.%s ", rows->tree->units[unit].code,
              rows->campaign->indicators[indicator].code);
    return true;
}

static void check(const char *unit, const char *period, const char *from_unit,
                  uint32_t from_indicator, size_t most, const char *expected)
{
    struct unit_tree *tree = tree_make(UNITS);
    struct campaign *campaign = campaign_make(RULES);
    struct rows rows = {campaign, tree, {0}, most};
    struct period parsed;
    assert_true(period_parse(period, strlen(period), &parsed));
    uint32_t first = from_unit != NULL ? tree_unit(tree, from_unit) : 0;
    bool there = form_rows(campaign, tree, tree_unit(tree, unit), parsed, first, from_indicator,
                           take, &rows);
    assert_int_equal(there, expected != NULL);
    assert_string_equal(rows.text.data != NULL ? rows.text.data : "",
                        expected != NULL ? expected : "");
    text_free(&rows.text);
    campaign_destroy(campaign);
    unit_tree_destroy(tree);
}

static void test_leaves(void **state)
{
    (void)state;
    check("X1", "2022-Q1", NULL, 0, 99, "X1.B X1.S v1.A v2.A v4.A ");
    check("X1", "2022-Q2", NULL, 0, 99, "X1.B X1.S v2.A v4.A "); // v1 has ended, v4 is still there
    check("X1", "2022-Q3", NULL, 0, 99, "X1.B X1.S v2.A ");
    check("X2", "2022-Q3", NULL, 0, 99, "X2.B v4.A v5.A "); // X2 does not compete
    check("v2", "2022-Q1", NULL, 0, 99, "v2.A ");
    check("D", "2022-Q4", NULL, 0, 99, "X1.B X1.S X2.B v2.A v4.A v5.A ");
}

static void test_outside(void **state)
{
    (void)state;
    check("E", "2022-Q1", NULL, 0, 99, "");    // not below the owner
    check("v5", "2022-Q1", NULL, 0, 99, NULL); // does not exist yet
    check("v1", "2022-Q2", NULL, 0, 99, NULL);
}

static void test_baseline(void **state)
{
    (void)state;
    check("X1", "2021", NULL, 0, 99, "v1.A v2.A v4.A "); // only what is held against it
    check("X2", "2021", NULL, 0, 99, "");
}

static void test_going_on(void **state)
{
    (void)state;
    check("X1", "2022-Q1", NULL, 0, 2, "X1.B X1.S ");
    check("X1", "2022-Q1", "X1", 2, 99, "X1.S v1.A v2.A v4.A ");
    check("X1", "2022-Q1", "v2", 1, 99, "v2.A v4.A ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leaves),
        cmocka_unit_test(test_outside),
        cmocka_unit_test(test_baseline),
        cmocka_unit_test(test_going_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
