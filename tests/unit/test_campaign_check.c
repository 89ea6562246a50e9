// A campaign held against a unit tree: its periods and competitors, and what does not fit the tree.
#include "tests/lib/campaign_text.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/found.h"
#include "tests/lib/tree.h"
#include <string.h>

// A province, two districts, communes with villages; X3 goes over to the district I on 2022-04-15,
// X4 is merged into X5, which begins then, at the end of June, X6 ends without a successor.
static const char units[] = "P,p,province,,,,\n"
                            "H,h,district,P,,,\n"
                            "I,i,district,P,,,\n"
                            "X1,x,commune,H,,,\n"
                            "X2,x,commune,H,,,\n"
                            "X3,x,commune,H,,2022-04-14,\n"
                            "X3,x,commune,I,2022-04-15,,\n"
                            "X4,x,commune,H,,2022-06-30,X5\n"
                            "X5,x,commune,H,2022-07-01,,\n"
                            "X6,x,commune,H,,2022-09-29,\n"
                            "X7,x,commune,I,,,\n"
                            "X8,x,commune,H,,2021-12-31,X1\n"
                            "V1,v,village,X1,,,\n"
                            "V2,v,village,X2,,2022-05-05,\n"
                            "V3,v,village,X7,,2022-05-05,\n"
                            "V4,v,village,X7,,2022-08-31,\n"
                            "V4,v,village,X2,2022-09-01,,\n"
                            "V5,v,village,X1,2023-01-01,,\n"
                            "V6,v,village,X7,2023-01-01,,\n"
                            "V7,v,village,X1,2020-01-01,2020-12-31,V1\n";

#define CAMPAIGN(competitors, level)                                          \
    "campaign: c\nowner: H\noffice_level: commune\ncompetitors: " competitors \
    "\nreporting: quarter\nfrom: 2022-Q1\nto: 2022-Q4\n"                      \
    "indicators:\n"                                                           \
    "  - {code: A, kind: amount, time: flow, points: 10, reported_by: " level "}\n"
#define BY_LEVEL CAMPAIGN("{level: commune}", "village")
#define ENDED \
    "0 owner competitor_ends(V2; V2, 2022-05-05)\n0 owner competitor_ends(X6; X6, 2022-09-29)\n"

static void check(const char *rows, const char *yaml, const char *expected)
{
    struct findings findings = {0};
    struct unit_tree *tree = tree_make(rows);
    struct campaign *campaign = campaign_make(yaml);
    campaign_check(campaign, tree, "campaign.yaml", &findings);
    found_equal(&findings, expected);
    campaign_destroy(campaign);
    unit_tree_destroy(tree);
}

// --- periods and lists ---

static struct period period_of(const char *text)
{
    struct period period;
    assert_true(period_parse(text, strlen(text), &period));
    return period;
}

static void assert_period(struct period period, const char *expected)
{
    char text[PERIOD_TEXT_SIZE];
    period_format(period, text);
    assert_string_equal(text, expected);
}

static void knows_its_periods(void **state)
{
    struct campaign *c = campaign_make(BASE "baseline: 2021\n");
    (void)state;
    assert_int_equal(campaign_period_count(c), 4);
    assert_period(campaign_period(c, 0), "2022-Q1");
    assert_period(campaign_period(c, 3), "2022-Q4");
    assert_int_equal(campaign_period_index(c, period_of("2022-Q1")), 0);
    assert_int_equal(campaign_period_index(c, period_of("2022-Q4")), 3);
    assert_int_equal(campaign_period_index(c, period_of("2021")), -1);
    assert_int_equal(campaign_period_index(c, period_of("2021-Q4")), -2);
    assert_int_equal(campaign_period_index(c, period_of("2023-Q1")), -2);
    assert_int_equal(campaign_period_index(c, period_of("2022-01")), -2);
    assert_int_equal(campaign_period_index(c, period_of("2022")), -2);
    campaign_destroy(c);
    c = campaign_make(BASE);
    assert_int_equal(campaign_period_index(c, period_of("2021")), -2);
    assert_int_equal(campaign_period_index(c, (struct period){0}), -2);
    campaign_destroy(c);
}

static void knows_the_current_period(void **state)
{
    struct campaign *c = campaign_make(BASE);
    (void)state;
    assert_period(campaign_current_period(c, tree_day("2021-01-01")), "2022-Q1");
    assert_period(campaign_current_period(c, tree_day("2022-03-31")), "2022-Q1");
    assert_period(campaign_current_period(c, tree_day("2022-04-01")), "2022-Q2");
    assert_period(campaign_current_period(c, tree_day("2022-12-31")), "2022-Q4");
    assert_period(campaign_current_period(c, tree_day("2026-01-01")), "2022-Q4");
    assert_int_equal(campaign_last_day(c, period_of("2022-Q1")), tree_day("2022-03-31"));
    campaign_destroy(c);
    c = campaign_make(BASE "period_end_day: 14\n");
    assert_period(campaign_current_period(c, tree_day("2022-03-14")), "2022-Q1");
    assert_period(campaign_current_period(c, tree_day("2022-03-15")), "2022-Q2");
    assert_int_equal(campaign_last_day(c, period_of("2022-Q1")), tree_day("2022-03-14"));
    campaign_destroy(c);
}

static void finds_codes(void **state)
{
    struct campaign *c = campaign_make(
        BASE "classes: [{code: K, from: 2}, {code: L, from: 1}]\n"
             "adjustments: [{code: J, points: 1}]\nawards: [{code: W, to: unit}]\n");
    (void)state;
    assert_int_equal(campaign_indicator(c, "A"), 0);
    assert_int_equal(campaign_indicator(c, "a"), NO_INDEX);
    assert_int_equal(campaign_class(c, "L"), 1);
    assert_int_equal(campaign_class(c, "W"), NO_INDEX);
    assert_int_equal(campaign_adjustment(c, "J"), 0);
    assert_int_equal(campaign_adjustment(c, ""), NO_INDEX);
    assert_int_equal(campaign_award(c, "W"), 0);
    assert_int_equal(campaign_award(c, "J"), NO_INDEX);
    campaign_destroy(c);
}

// --- competitors ---

// "unit:cluster" of the competing units of a day.
static void competing(const char *yaml, const char *day_text, const char *expected)
{
    struct unit_tree *tree = tree_make(units);
    struct campaign *campaign = campaign_make(yaml);
    struct unit_day *day = unit_day_create(tree, tree_day(day_text));
    struct competitors *competitors = competitors_create(campaign, day);
    struct text got = {0};
    text_adds(&got, "");
    for (size_t i = 0; i < competitors->count; i++)
        text_addf(&got, "%s%s:%d", i ? " " : "", tree->units[competitors->units[i]].code,
                  competitors->clusters[i] == NO_INDEX ? -1 : (int)competitors->clusters[i]);
    assert_string_equal(got.data, expected);
    text_free(&got);
    competitors_destroy(competitors);
    unit_day_destroy(day);
    campaign_destroy(campaign);
    unit_tree_destroy(tree);
}

#define TWO_CLUSTERS "clusters: [{code: L, units: [X2, X4]}, {code: M, units: [X5, X1]}]\n"

static void finds_competitors(void **state)
{
    (void)state;
    competing(BY_LEVEL, "2022-03-31", "X1:0 X2:0 X3:0 X4:0 X6:0");
    competing(BY_LEVEL, "2022-06-30", "X1:0 X2:0 X4:0 X6:0");
    competing(BY_LEVEL, "2022-09-30", "X1:0 X2:0 X5:0");
    competing(CAMPAIGN("{level: district}", "village"), "2022-03-31", "");
    competing(CAMPAIGN("{level: village}", "village"), "2022-03-31", "V1:0 V2:0");
    competing(CAMPAIGN("{level: village}", "village"), "2022-06-30", "V1:0");
    competing(CAMPAIGN("{level: village}", "village"), "2022-09-30", "V1:0 V4:0");
    competing(CAMPAIGN("{level: nation}", "village"), "2022-03-31", "");
    competing(CAMPAIGN("{units: [X5, X4, X3, X9, H]}", "village"), "2022-03-31", "X3:0 X4:0");
    competing(CAMPAIGN("{units: [X5, X4, X3, X9, H]}", "village"), "2022-09-30", "X5:0");
    competing(BY_LEVEL TWO_CLUSTERS, "2022-03-31", "X1:1 X2:0 X3:-1 X4:0 X6:-1");
    competing(BY_LEVEL TWO_CLUSTERS, "2022-09-30", "X1:1 X2:0 X5:1");
}

static void says_who_may_compete(void **state)
{
    struct unit_tree *tree = tree_make(units);
    struct campaign *level = campaign_make(BY_LEVEL);
    struct campaign *list = campaign_make(CAMPAIGN("{units: [X7, X3]}", "village"));
    (void)state;
    assert_true(campaign_names_competitor(level, tree, tree_unit(tree, "X7")));
    assert_false(campaign_names_competitor(level, tree, tree_unit(tree, "V1")));
    assert_true(campaign_names_competitor(list, tree, tree_unit(tree, "X3")));
    assert_false(campaign_names_competitor(list, tree, tree_unit(tree, "X1")));
    // at or below the owner when a period ended, or when the unit last (or first) existed
    assert_true(campaign_within_owner(level, tree, tree_unit(tree, "H")));
    assert_true(campaign_within_owner(level, tree, tree_unit(tree, "V1")));
    assert_true(campaign_within_owner(level, tree, tree_unit(tree, "X3")));
    assert_true(campaign_within_owner(level, tree, tree_unit(tree, "X5")));
    assert_true(campaign_within_owner(level, tree, tree_unit(tree, "X8")));
    assert_false(campaign_within_owner(level, tree, tree_unit(tree, "X7")));
    assert_false(campaign_within_owner(level, tree, tree_unit(tree, "P")));
    assert_true(campaign_within_owner(level, tree, tree_unit(tree, "V4")));
    assert_true(campaign_within_owner(level, tree, tree_unit(tree, "V5")));
    assert_false(campaign_within_owner(level, tree, tree_unit(tree, "V6")));
    assert_true(campaign_within_owner(level, tree, tree_unit(tree, "V7")));
    campaign_destroy(level);
    level = campaign_make("campaign: c\nowner: Z\noffice_level: a\ncompetitors: {level: commune}\n"
                          "reporting: year\nfrom: 2022\nto: 2022\n" INDICATOR(""));
    assert_false(campaign_within_owner(level, tree, tree_unit(tree, "V1")));
    competitors_destroy(NULL);
    campaign_destroy(NULL);
    campaign_destroy(level);
    campaign_destroy(list);
    unit_tree_destroy(tree);
}

// --- against the tree ---

static void checks_the_owner(void **state)
{
    (void)state;
    check("H,h,district,,,,\nX,x,commune,H,,,\nV,v,village,X,,,\n", BY_LEVEL, "");
    check("I,i,district,,,,\nX,x,commune,I,,,\nV,v,village,X,,,\n", BY_LEVEL,
          "0 owner unknown_unit(H; H)\n");
    check("H,h,district,,,2022-03-30,\nX,x,commune,H,,2022-03-30,\nV,v,village,X,,2022-03-30,\n",
          BY_LEVEL, "0 owner owner_absent(H; H, 2022-03-31)\n");
    // only some of the periods: they can be run
    check("H,h,district,,,2022-06-30,I\nI,i,district,,2022-07-01,,\nX,x,commune,H,,2022-06-30,\n"
          "X,x,commune,I,2022-07-01,,\nV,v,village,X,,,\n",
          BY_LEVEL, "0 owner owner_ends(H; H, 2022-09-30)\n");
    check("H,h,district,,2022-05-05,,\nX,x,commune,H,2022-05-05,,\nV,v,village,X,2022-05-05,,\n",
          BY_LEVEL, "0 owner owner_ends(H; H, 2022-03-31)\n");
}

static void checks_levels(void **state)
{
    (void)state;
    check(units, BY_LEVEL, ENDED);
    check(units, CAMPAIGN("{level: ward}", "hamlet"),
          "0 competitors no_competitors(; H)\n"
          "0 competitors.level unknown_level(ward; ward, province, district, commune, village)\n"
          "9 indicators[0].reported_by "
          "unknown_level(hamlet; hamlet, province, district, commune, village)\n");
    check(units, CAMPAIGN("{level: district}", "commune"),
          "0 competitors no_competitors(; H)\n0 owner competitor_ends(X6; X6, 2022-09-29)\n");
    check(units, CAMPAIGN("{level: commune}", "district"),
          "0 owner competitor_ends(X6; X6, 2022-09-29)\n"
          "9 indicators[0].reported_by leaf_above_office(district; district, A, commune)\n"
          "9 indicators[0].reported_by leaf_above_competitor(district; district, A, commune)\n");
    check(units, CAMPAIGN("{level: village}", "commune"),
          "0 owner competitor_ends(V2; V2, 2022-05-05)\n"
          "0 owner competitor_ends(X6; X6, 2022-09-29)\n"
          "9 indicators[0].reported_by leaf_above_competitor(commune; commune, A, village)\n");
    // the topmost level is a level too
    check("P,p,province,,,,\nH,h,district,P,,,\nX,x,commune,H,,,\n",
          CAMPAIGN("{level: province}", "commune"), "0 competitors no_competitors(; H)\n");
    check("P,p,province,,,,\nH,h,district,P,,,\nX,x,commune,H,,,\n",
          CAMPAIGN("{level: commune}", "province"),
          "9 indicators[0].reported_by leaf_above_office(province; province, A, commune)\n"
          "9 indicators[0].reported_by leaf_above_competitor(province; province, A, commune)\n");
    // the level of the offices itself; an office level that is not there
    check(units, CAMPAIGN("{level: commune}", "commune"),
          "0 owner competitor_ends(X6; X6, 2022-09-29)\n");
    check("H,h,district,,,,\nX,x,ward,H,,,\n", CAMPAIGN("{level: ward}", "ward"),
          "0 office_level unknown_level(commune; commune, district, ward)\n");
    // assessed indicators have no leaves
    check("H,h,district,,,,\nX,x,commune,H,,,\n",
          HEAD "indicators: [{code: A, kind: assessed, points: 1}]\n", "");
}

static void checks_listed_competitors(void **state)
{
    (void)state;
    check(units, CAMPAIGN("{units: [X1, X3, X5, X9]}", "village"),
          "0 competitors.units[3] unknown_unit(X9; X9)\n"
          "0 owner competitor_ends(V2; V2, 2022-05-05)\n");
    // X7 is another district's, X8 ended before the campaign, H is the owner itself
    check(units, CAMPAIGN("{units: [X1, X7, X8, H]}", "village"),
          "0 competitors.units[1] not_below_owner(X7; X7, H)\n"
          "0 competitors.units[2] never_competes(X8; X8, H)\n"
          "0 competitors.units[3] not_below_owner(H; H, H)\n"
          "0 competitors.units[3] level_mixed(H; H, district, commune)\n"
          "0 owner competitor_ends(V2; V2, 2022-05-05)\n");
    check(units, CAMPAIGN("{units: [X1, V1]}", "village"),
          "0 competitors.units nested_competitors(V1; V1, X1)\n"
          "0 competitors.units[1] level_mixed(V1; V1, village, commune)\n"
          "0 owner competitor_ends(V2; V2, 2022-05-05)\n");
}

static void checks_clusters(void **state)
{
    (void)state;
    check(units,
          BY_LEVEL "clusters:\n  - {code: L, units: [X1, X2, X3]}\n"
                   "  - {code: M, units: [X4, X5, X6]}\n",
          ENDED);
    // X5 competes from July on only, X3 until March only: both must be in a cluster
    check(units,
          BY_LEVEL "clusters:\n  - {code: L, units: [X1, X2, X9]}\n"
                   "  - {code: M, units: [X4, X1, X6, V1]}\n"
                   "  - {code: N, units: [X1, X7, X8]}\n",
          "0 clusters in_no_cluster(X3; X3)\n0 clusters in_no_cluster(X5; X5)\n" ENDED
          "11 clusters[0].units unknown_unit(X9; X9)\n"
          "12 clusters[1].units in_two_clusters(X1; X1, L, M)\n"
          "12 clusters[1].units not_competing_listed(V1; V1, M)\n"
          "13 clusters[2].units in_two_clusters(X1; X1, M, N)\n"
          "13 clusters[2].units never_competes(X7; X7, H)\n"
          "13 clusters[2].units never_competes(X8; X8, H)\n");
    check(units, CAMPAIGN("{units: [X1]}", "village") "clusters: [{code: L, units: [X2]}]\n",
          "0 clusters in_no_cluster(X1; X1)\n0 owner competitor_ends(V2; V2, 2022-05-05)\n"
          "10 clusters[0].units not_competing_listed(X2; X2, L)\n");
}

static void warns_of_ended_units(void **state)
{
    static const char ended[] = "H,h,district,,,,\nX,x,commune,H,,,\nV0,v,village,X,,2020-12-31,\n"
                                "V1,v,village,X,,2021-01-01,\nV2,v,village,X,,2022-12-30,\n"
                                "V3,v,village,X,,2022-12-31,\nV4,v,village,X,,2022-01-01,V5\n"
                                "V5,v,village,X,,,\n";
    (void)state;
    check(ended, BY_LEVEL, "0 owner competitor_ends(V2; V2, 2022-12-30)\n");
    check(
        ended, BY_LEVEL "baseline: 2021\n",
        "0 owner competitor_ends(V1; V1, 2021-01-01)\n0 owner competitor_ends(V2; V2, 2022-12-30)\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_its_periods),    cmocka_unit_test(knows_the_current_period),
        cmocka_unit_test(finds_codes),          cmocka_unit_test(finds_competitors),
        cmocka_unit_test(says_who_may_compete), cmocka_unit_test(checks_the_owner),
        cmocka_unit_test(checks_levels),        cmocka_unit_test(checks_listed_competitors),
        cmocka_unit_test(checks_clusters),      cmocka_unit_test(warns_of_ended_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
