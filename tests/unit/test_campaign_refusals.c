// Every kind of mistake in a campaign file, at its line and path, all at once.
#include "common/campaign_yaml.h"
#include "tests/lib/campaign_text.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/found.h"
#include <string.h>

#define E4(number) ((int64_t)((number)*10000))

struct refusal {
    const char *yaml;
    const char *expected; // as found_equal
};

static void refused(const char *yaml, size_t length, const char *expected)
{
    struct findings findings = {0};
    assert_null(campaign_read("campaign.yaml", yaml, length, &findings));
    found_equal(&findings, expected);
}

static void all_refused(const struct refusal *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        refused(list[i].yaml, strlen(list[i].yaml), list[i].expected);
}

static void refuses_what_is_not_a_campaign_file(void **state)
{
    static const struct refusal list[] = {
        {"", "1 campaign missing_key(; campaign)\n1 competitors missing_key(; competitors)\n"
             "1 from missing_key(; from)\n1 indicators missing_key(; indicators)\n"
             "1 office_level missing_key(; office_level)\n1 owner missing_key(; owner)\n"
             "1 reporting missing_key(; reporting)\n1 to missing_key(; to)\n"},
        {"just a text\n", "1  not_a_map(just a text; -)\n"},
        {"- a\n- b\n", "1  not_a_map(; -)\n"},
        {"campaign: a\n  name: b\n",
         "2  bad_yaml(; mapping values are not allowed in this context)\n"},
        {"campaign: c\nname: \"open\n", "3  bad_yaml(; found unexpected end of stream)\n"},
        {"campaign: c\n\tname: b\n",
         "2  bad_yaml(; found a tab character that violates indentation)\n"},
        {BASE "---\n" BASE, "10  yaml_documents()\n"},
        {BASE "name: &a x\ntheme: *a\n",
         "10 name yaml_feature(a; &)\n11 theme yaml_feature(a; *)\n"},
        {BASE "name: !!str x\ntheme: !own x\n",
         "10 name yaml_feature(tag:yaml.org,2002:str; !)\n11 theme yaml_feature(!own; !)\n"},
        {BASE "classes: &a [{code: K, from: 1}]\nclusters: !!seq [{code: L, units: [X]}]\n",
         "10 classes yaml_feature(a; &)\n11 clusters yaml_feature(tag:yaml.org,2002:seq; !)\n"},
        // the rest of what has a tag or an anchor is read all the same; a value is not
        {BASE "classes: &a [{code: K}]\ndue_days: !!int x\nlock_days: *a\n",
         "10 classes yaml_feature(a; &)\n10 classes[0].from missing_key(; from)\n"
         "11 due_days yaml_feature(tag:yaml.org,2002:int; !)\n12 lock_days yaml_feature(a; *)\n"},
        {BASE "due_days: \"\\e\"\n", "10 due_days control_character(\xEF\xBF\xBD)\n"},
        {BASE "? [a]\n: b\n", "10  bad_yaml(; a key must be a plain text)\n"},
        {BASE "? &k name\n: b\n", "10  bad_yaml(; a key must be a plain text)\n"},
        {"a: *b\n*b : c\n", "1 a yaml_feature(b; *)\n2  bad_yaml(; a key must be a plain text)\n"},
        {BASE "name: [[[[[[[[x]]]]]]]]\n", "10  yaml_depth(; 8)\n"},
        {BASE "name: \"a\\0b\"\n", "10 name nul_byte(a)\n"},
        {BASE "name: \"a\\eb\"\n", "10 name control_character(a\xEF\xBF\xBD"
                                   "b)\n"},
        {BASE "name: a\x01"
              "b\n",
         "10  bad_yaml(; control characters are not allowed)\n"},
    };
    (void)state;
    all_refused(list, TEST_COUNT(list));
    refused("campaign: \xFF", 11, "0  not_utf8()\n");
    refused("campaign: c\0", 12, "0  not_utf8()\n");
}

// The keys of a campaign, as an unknown one is answered.
#define CAMPAIGN_KEYS                                                                                        \
    "campaign, name, theme, owner, office_level, competitors, reporting, from, to, baseline, "               \
    "due_days, lock_days, period_end_day, refresh, counts, count_unverified, indicators, "                   \
    "clusters, groups, bonus_max, adjust_min, adjust_max, points_total, not_applicable, adjustments, late, " \
    "classes, tie_break, disqualify, awards"

static void refuses_keys(void **state)
{
    static const struct refusal list[] = {
        {BASE "titel: x\n", "10 titel unknown_key(x; titel, " CAMPAIGN_KEYS ")\n"},
        {BASE "<<: {name: x}\n", "10 << unknown_key(; <<, " CAMPAIGN_KEYS ")\n"},
        {BASE "name: a\nname: b\n", "11 name duplicate_key(b; name)\n"},
        {HEAD INDICATOR(", points: 5"), "9 indicators[0].points duplicate_key(5; points)\n"},
        {BASE "late: {point: 1}\n",
         "10 late late_without_due()\n10 late.point unknown_key(1; point, points, max_times)\n"
         "10 late.points missing_key(; points)\n"},
        {BASE "awards:\n  - code: W\n    to: unit\n    quota:\n      count: 1\n      per: 2\n",
         "15 awards[0].quota.per unknown_key(2; per, count, percent, round, of)\n"},
        {HEAD "indicators:\n  - name: x\n",
         "9 indicators[0].code missing_key(; code)\n9 indicators[0].kind missing_key(; kind)\n"
         "9 indicators[0].points missing_key(; points)\n"},
        {BASE "clusters: [{name: x}]\n", "10 clusters[0].code missing_key(; code)\n"
                                         "10 clusters[0].units missing_key(; units)\n"},
        {BASE "groups: [{}]\n",
         "10 groups[0].code missing_key(; code)\n"
         "10 groups[0].indicators missing_key(; indicators)\n10 groups[0].max missing_key(; max)\n"},
        {BASE "adjustments: [{}]\n", "10 adjustments[0].code missing_key(; code)\n"
                                     "10 adjustments[0].points missing_key(; points)\n"},
        {BASE "classes: [{}]\n",
         "10 classes[0].code missing_key(; code)\n10 classes[0].from missing_key(; from)\n"},
        {BASE "awards: [{}]\n",
         "10 awards[0].code missing_key(; code)\n10 awards[0].to missing_key(; to)\n"},
        {HEAD INDICATOR(", rule: deduct, deduct: {}"),
         "9 indicators[0].deduct.count missing_key(; count)\n"
         "9 indicators[0].deduct.per missing_key(; per)\n"
         "9 indicators[0].deduct.points missing_key(; points)\n"},
        {HEAD INDICATOR(", rule: linear, linear: {}"),
         "9 indicators[0].linear.add missing_key(; add)\n"
         "9 indicators[0].linear.per missing_key(; per)\n"
         "9 indicators[0].linear.points missing_key(; points)\n"
         "9 indicators[0].linear.start missing_key(; start)\n"},
        {HEAD INDICATOR(", rule: per_case, per_case: {}"),
         "9 indicators[0].per_case.points missing_key(; points)\n"},
        {HEAD INDICATOR(", rule: steps, steps: [{from: 1}]"),
         "9 indicators[0].steps[0].points missing_key(; points)\n"},
    };
    (void)state;
    all_refused(list, TEST_COUNT(list));
}

static void refuses_shapes(void **state)
{
    static const struct refusal list[] = {
        {BASE "name: [a]\n", "10 name not_a_text(; name)\n"},
        {BASE "name: {a: b}\n", "10 name not_a_text(; name)\n"},
        {BASE "clusters: x\n", "10 clusters not_a_list(x; clusters)\n"},
        {BASE "clusters: {code: x}\n", "10 clusters not_a_list(; clusters)\n"},
        {BASE "clusters: [x, [y]]\n",
         "10 clusters[0] not_a_map(x; -)\n10 clusters[1] not_a_map(; -)\n"},
        {BASE "late: 5\n", "10 late not_a_map(5; late)\n"},
        {BASE "late: [5]\n", "10 late not_a_map(; late)\n"},
        {BASE "clusters: [{code: L, units: X}]\n", "10 clusters[0].units not_a_list(X; units)\n"},
        {BASE "clusters: [{code: L, units: [[X], {a: b}]}]\n",
         "10 clusters[0].units[0] not_a_text(; -)\n10 clusters[0].units[1] not_a_text(; -)\n"},
        {BASE "clusters: [{code: L, units: []}]\n", "10 clusters[0].units empty_value(; units)\n"},
        {BASE "groups: [{code: G, indicators: [], max: 1}]\n",
         "10 groups[0].indicators empty_value(; indicators)\n"},
        {BASE "tie_break: [{indicator: A}]\n", "10 tie_break[0] not_a_text(; -)\n"},
        {BASE "tie_break: bonus\n", "10 tie_break not_a_list(bonus; tie_break)\n"},
        {BASE "disqualify: {not_met: A}\n", "10 disqualify.not_met not_a_list(A; not_met)\n"},
        {HEAD "indicators: []\n", "8 indicators empty_value(; indicators)\n"},
        {HEAD "indicators:\n", "8 indicators empty_value(; indicators)\n"},
        {HEAD INDICATOR(", bonus: {steps: []}"),
         "9 indicators[0].bonus.steps empty_value(; steps)\n"},
        {BASE "awards: [{code: W, to: unit, class_min: [K]}]\n",
         "10 awards[0].class_min not_a_text(; class_min)\n"},
        {HEAD INDICATOR(", rule: steps, steps: []"),
         "9 indicators[0].steps empty_value(; steps)\n"},
        {BASE "due_days:\n", "10 due_days empty_value(; due_days)\n"},
        {BASE "baseline: ''\n", "10 baseline empty_value(; baseline)\n"},
        {HEAD INDICATOR(", better: "), "9 indicators[0].better empty_value(; better)\n"},
    };
    (void)state;
    all_refused(list, TEST_COUNT(list));
}

static void refuses_values(void **state)
{
    static const struct refusal list[] = {
        {BASE "refresh: hourly\n", "10 refresh bad_value(hourly; hourly, nightly | continuous)\n"},
        {BASE "counts: Signed\n",
         "10 counts bad_value(Signed; Signed, submitted | signed | verified)\n"},
        {BASE "not_applicable: none\n",
         "10 not_applicable bad_value(none; none, rescale | zero | full)\n"},
        {BASE "count_unverified: yes\n", "10 count_unverified bad_value(yes; yes, true | false)\n"},
        {HEAD "indicators:\n  - {code: A, kind: sum, points: 1}\n",
         "9 indicators[0].kind bad_value(sum; sum, amount | ratio | mean | yes_no | assessed)\n"},
        {HEAD INDICATOR(", measure: up, better: most"),
         "9 indicators[0].better bad_value(most; most, more | less)\n"
         "9 indicators[0].measure bad_value(up; up, level | decrease | increase)\n"},
        {HEAD INDICATOR(", rule: step"),
         "9 indicators[0].rule bad_value(step; step, proportional | steps | deduct | per_case | "
         "linear | leader | all_or_nothing)\n"},
        {HEAD INDICATOR(", rule: deduct, deduct: {per: 1, points: 1, count: half}"),
         "9 indicators[0].deduct.count bad_value(half; half, exact | started | full)\n"},
        {BASE "awards: [{code: W, to: village, form: yearly, tie_at_cut: both}]\n",
         "10 awards[0].form bad_value(yearly; yearly, regular | thematic | spot)\n"
         "10 awards[0].tie_at_cut bad_value(both; both, include | exclude | council)\n"
         "10 awards[0].to bad_value(village; village, unit | individual | collective | household)\n"},
        {BASE "awards: [{code: W, to: unit, quota: {percent: 5, round: up}}]\n",
         "10 awards[0].quota.round bad_value(up; up, floor | half_up | ceil)\n"},
        {BASE "tie_break: [total]\n",
         "10 tie_break[0] bad_value(total; total, met_count | bonus | on_time | indicator:CODE)\n"},
        {BASE "bonus_max: ten\nadjust_max: 1,5\nadjust_min: -1e2\n",
         "10 bonus_max bad_number(ten; ten, 38.5)\n11 adjust_max bad_number(1,5; 1,5, 38.5)\n"
         "12 adjust_min bad_number(-1e2; -1e2, 38.5)\n"},
        {HEAD INDICATOR(", target: 1.920.5"),
         "9 indicators[0].target bad_number(1.920.5; 1.920.5, 38.5)\n"},
        {HEAD INDICATOR(", target: 0.00001"),
         "9 indicators[0].target too_many_decimals(0.00001; 0.00001)\n"},
        {HEAD INDICATOR(", max: 100000000000.0001"),
         "9 indicators[0].max out_of_range(100000000000.0001; 100000000000.0001)\n"},
        {BASE "due_days: 1.5\n", "10 due_days fraction_not_allowed(1.5; 1.5)\n"},
        {BASE "due_days: -1\nlock_days: 3661\nperiod_end_day: 0\n",
         "10 due_days out_of_limits(-1; -1, 0, 3660)\n11 lock_days out_of_limits(3661; 3661, 0, 3660)\n"
         "12 period_end_day out_of_limits(0; 0, 1, 28)\n"},
        {BASE "period_end_day: 29\n", "10 period_end_day out_of_limits(29; 29, 1, 28)\n"},
        {HEAD INDICATOR(", decimals: 5"), "9 indicators[0].decimals out_of_limits(5; 5, 0, 4)\n"},
        {HEAD INDICATOR(", target: -0.5"),
         "9 indicators[0].target out_of_limits(-0.5; -0.5, 0, 100000000000)\n"},
        {HEAD INDICATOR(", floor: 100.0001"),
         "9 indicators[0].floor out_of_limits(100.0001; 100.0001, 0, 100)\n"},
        {HEAD INDICATOR(", coverage_min: 101"),
         "9 indicators[0].coverage_min out_of_limits(101; 101, 0, 100)\n"},
        {HEAD INDICATOR(", rule: leader, leader: {half: 101}"),
         "9 indicators[0].leader.half out_of_limits(101; 101, 0, 100)\n"},
        {HEAD INDICATOR(", rule: deduct, deduct: {per: 0, points: -1, count: full}"),
         "9 indicators[0].deduct.per out_of_limits(0; 0, 0.0001, 100000000000)\n"
         "9 indicators[0].deduct.points out_of_limits(-1; -1, 0, 100000000000)\n"},
        {HEAD INDICATOR(", rule: linear, linear: {start: 1, points: 1, per: 0, add: -0.5}"),
         "9 indicators[0].linear.add out_of_limits(-0.5; -0.5, 0, 100000000000)\n"
         "9 indicators[0].linear.per out_of_limits(0; 0, 0.0001, 100000000000)\n"},
        {HEAD INDICATOR(", score_against: -1, bonus: {per: 1, points: 1, max: -1}"),
         "9 indicators[0].bonus.max out_of_limits(-1; -1, 0, 100000000000)\n"
         "9 indicators[0].score_against out_of_limits(-1; -1, 0, 100000000000)\n"},
        {BASE
         "groups: [{code: G, indicators: [A], max: 1.001}, {code: G, indicators: [A], max: -1}]\n",
         "10 groups[0].max point_decimals(1.001; 1.001, 2)\n"
         "10 groups[1].code duplicate_code(G; G)\n10 groups[1].indicators two_groups(; A, G)\n"
         "10 groups[1].max out_of_limits(-1; -1, 0, 100000000000)\n"},
        {HEAD INDICATOR(", rule: steps, steps: [{from: -1, points: 1}]"),
         "9 indicators[0].steps[0].from out_of_limits(-1; -1, 0, 100000000000)\n"},
        {BASE "bonus_max: -1\nadjust_min: 1\nadjust_max: -1\nlate: {points: 0.5, max_times: 0}\n",
         "10 bonus_max out_of_limits(-1; -1, 0, 100000000000)\n"
         "11 adjust_min out_of_limits(1; 1, -100000000000, 0)\n"
         "12 adjust_max out_of_limits(-1; -1, 0, 100000000000)\n"
         "13 late late_without_due()\n"
         "13 late.max_times out_of_limits(0; 0, 1, 10000)\n"
         "13 late.points out_of_limits(0.5; 0.5, -100000000000, 0)\n"},
        {BASE "adjustments: [{code: J, points: 0.001, max_times: 1.0}]\n",
         "10 adjustments[0].max_times fraction_not_allowed(1.0; 1.0)\n"
         "10 adjustments[0].points point_decimals(0.001; 0.001, 2)\n"},
        {BASE "bonus_max: 0.125\nadjust_max: 1.001\n",
         "10 bonus_max point_decimals(0.125; 0.125, 2)\n"
         "11 adjust_max point_decimals(1.001; 1.001, 2)\n"},
        {HEAD "indicators:\n  - {code: A, kind: assessed, points: 10.005}\n"
              "  - {code: B, kind: assessed, points: -1}\n",
         "9 indicators[0].points point_decimals(10.005; 10.005, 2)\n"
         "10 indicators[1].points out_of_limits(-1; -1, 0, 100000000000)\n"},
        {BASE "classes: [{code: K, from: 1, min_share: 100.5}]\n",
         "10 classes[0].min_share out_of_limits(100.5; 100.5, 0, 100)\n"},
        {BASE "disqualify: {missing_over: -1}\n",
         "10 disqualify.missing_over out_of_limits(-1; -1, 0, 1000000)\n"},
        {BASE "awards: [{code: W, to: unit, rank_max: 0, quota: {count: -1}}]\n",
         "10 awards[0].quota.count out_of_limits(-1; -1, 0, 1000000)\n"
         "10 awards[0].rank_max out_of_limits(0; 0, 1, 1000000)\n"},
        {BASE "awards: [{code: W, to: individual, votes_min: 101, score_min: -1,"
              " direct_share_min: 100.1}]\n",
         "10 awards[0].direct_share_min out_of_limits(100.1; 100.1, 0, 100)\n"
         "10 awards[0].score_min out_of_limits(-1; -1, 0, 100000000000)\n"
         "10 awards[0].votes_min out_of_limits(101; 101, 0, 100)\n"},
        {BASE "awards: [{code: W, to: unit, quota: {percent: 100.0001}}]\n",
         "10 awards[0].quota.percent quota_over_100(100.0001; 100.0001)\n"},
        {BASE "awards: [{code: W, to: unit, quota: {percent: -5}}]\n",
         "10 awards[0].quota.percent out_of_limits(-5; -5, 0, 100000000000)\n"},
        {BASE "baseline: 2021-13\n", "10 baseline bad_period(2021-13; 2021-13)\n"},
        {BASE "theme: x\nclusters: [{code: xã, units: [a b, '']}]\n",
         "11 clusters[0].code bad_code(xã; xã)\n11 clusters[0].units[0] bad_code(a b; a b)\n"
         "11 clusters[0].units[1] bad_code()\n"},
    };
    (void)state;
    all_refused(list, TEST_COUNT(list));
}

static void refuses_references(void **state)
{
    static const struct refusal list[] = {
        {BASE "groups: [{code: G, indicators: [A, B], max: 1}]\n",
         "10 groups[0].indicators[1] unknown_indicator(B; B)\n"},
        {BASE "classes: [{code: K, from: 1, requires_met: [a]}]\n",
         "10 classes[0].requires_met[0] unknown_indicator(a; a)\n"},
        {BASE "adjustments: [{code: J, points: 1, class_at_most: K}]\n",
         "10 adjustments[0].class_at_most unknown_class(K; K)\n"},
        {BASE "disqualify: {not_met: [B], adjustment: [J]}\n",
         "10 disqualify.adjustment[0] unknown_adjustment(J; J)\n"
         "10 disqualify.not_met[0] unknown_indicator(B; B)\n"},
        {BASE "tie_break: ['indicator:B', 'indicator:']\n",
         "10 tie_break[0] unknown_indicator(indicator:B; B)\n"
         "10 tie_break[1] unknown_indicator(indicator:)\n"},
        {BASE "awards: [{code: W, to: unit, class_min: K, requires_met: [B]}]\n",
         "10 awards[0].class_min unknown_class(K; K)\n"
         "10 awards[0].requires_met[0] unknown_indicator(B; B)\n"},
        {BASE "awards: [{code: W, to: household, quota: {percent: 5, of: V}}]\n",
         "10 awards[0].quota.of unknown_award(V; V)\n"},
        {BASE
         "awards:\n  - {code: W, to: unit}\n  - {code: V, to: household, quota: {percent: 5, of: W}}\n",
         "12 awards[1].quota.of award_cycle(W; V, W)\n"},
        {HEAD
         "indicators:\n  - {code: A, kind: assessed, points: 1}\n"
         "  - {code: B, kind: assessed, points: 1}\n  - {code: A, kind: assessed, points: 1}\n",
         "11 indicators[2].code duplicate_code(A; A)\n"},
        {BASE "clusters: [{code: L, units: [X, Y, X]}, {code: L, units: [Z]}]\n",
         "10 clusters[0].units[2] duplicate_code(X; X)\n10 clusters[1].code duplicate_code(L; L)\n"},
        {BASE "classes: [{code: K, from: 2}, {code: K, from: 1}]\nadjustments:\n"
              "  - {code: J, points: 1}\n  - {code: J, points: 1}\n"
              "awards: [{code: W, to: unit}, {code: W, to: unit}]\n",
         "10 classes[1].code duplicate_code(K; K)\n13 adjustments[1].code duplicate_code(J; J)\n"
         "14 awards[1].code duplicate_code(W; W)\n"},
        {BASE "tie_break: [bonus, met_count, bonus]\n",
         "10 tie_break[2] duplicate_code(bonus; bonus)\n"},
        {BASE
         "groups:\n  - {code: G, indicators: [A], max: 1}\n  - {code: F, indicators: [A], max: 2}\n",
         "12 groups[1].indicators two_groups(; A, G)\n"},
        {BASE "classes: [{code: K, from: 1, requires_met: [A, A]}]\n",
         "10 classes[0].requires_met[1] duplicate_code(A; A)\n"},
        {BASE "competitors: {}\n", "10 competitors duplicate_key(; competitors)\n"},
    };
    (void)state;
    all_refused(list, TEST_COUNT(list));
}

#define PERIODS(kind, from, to)                                                     \
    "campaign: c\nowner: H\noffice_level: commune\ncompetitors: {level: commune}\n" \
    "reporting: " kind "\nfrom: " from "\nto: " to "\n" INDICATOR("")

static void refuses_times(void **state)
{
    static const struct refusal list[] = {
        {PERIODS("quarter", "2022-01", "2022-Q4"),
         "6 from period_kind(2022-01; 2022-01, quarter)\n"},
        {PERIODS("month", "2022-01", "2022"), "7 to period_kind(2022; 2022, month)\n"},
        {PERIODS("year", "2022-H1", "2022-H2"), "6 from period_kind(2022-H1; 2022-H1, year)\n"
                                                "7 to period_kind(2022-H2; 2022-H2, year)\n"},
        {PERIODS("month", "2022-05", "2022-04"),
         "7 to periods_reversed(2022-04; 2022-05, 2022-04)\n"},
        {PERIODS("month", "2022-1", "2022-Q5"), "6 from bad_period(2022-1; 2022-1)\n"
                                                "7 to bad_period(2022-Q5; 2022-Q5)\n"},
        {PERIODS("month", "2002-01", "2022-01"),
         "7 to too_many_periods(2022-01; 2002-01, 2022-01, 240)\n"},
        {BASE "baseline: 2022\n", "10 baseline baseline_not_before(2022; 2022, 2022-Q1)\n"},
        {BASE "baseline: 2022-Q1\n",
         "10 baseline baseline_not_before(2022-Q1; 2022-Q1, 2022-Q1)\n"},
        {BASE "baseline: 2022-01\n",
         "10 baseline baseline_not_before(2022-01; 2022-01, 2022-Q1)\n"},
        {BASE "due_days: 10\nlock_days: 9\n", "11 lock_days lock_before_due(9; 9, 10)\n"},
        {BASE "late: {points: -1}\n", "10 late late_without_due()\n"},
        {HEAD INDICATOR(", measure: increase"),
         "9 indicators[0].measure baseline_missing(increase; A)\n"},
    };
    (void)state;
    all_refused(list, TEST_COUNT(list));
    // the limits themselves are good
    campaign_destroy(campaign_make(PERIODS("month", "2002-02", "2022-01")));
    campaign_destroy(campaign_make(BASE "baseline: 2021-12\ndue_days: 10\nlock_days: 10\n"));
    // with the 14th as last day a period begins on the 15th, so this baseline ends before it
    campaign_destroy(campaign_make(BASE "baseline: 2021\nperiod_end_day: 14\n"));
}

#define FORBIDDEN(key, value, with) \
    "9 indicators[0]." key " forbidden_key(" value "; " key ", " with ")\n"
#define ASSESSED(more) HEAD "indicators:\n  - {code: A, kind: assessed, points: 10" more "}\n"
#define NOT_ASSESSED(key, value) FORBIDDEN(key, value, "kind: assessed")

static void refuses_keys_of_other_kinds(void **state)
{
    static const struct refusal list[] = {
        {ASSESSED(", time: stock"), NOT_ASSESSED("time", "stock")},
        {ASSESSED(", measure: level"), NOT_ASSESSED("measure", "level")},
        {ASSESSED(", better: more"), NOT_ASSESSED("better", "more")},
        {ASSESSED(", reported_by: village"), NOT_ASSESSED("reported_by", "village")},
        {ASSESSED(", target: 5"), NOT_ASSESSED("target", "5")},
        {ASSESSED(", min: 0"), NOT_ASSESSED("min", "0")},
        {ASSESSED(", max: 5"), NOT_ASSESSED("max", "5")},
        {ASSESSED(", may_exceed: false"), NOT_ASSESSED("may_exceed", "false")},
        {ASSESSED(", coverage_min: 5"), NOT_ASSESSED("coverage_min", "5")},
        {ASSESSED(", score_against: 5"), NOT_ASSESSED("score_against", "5")},
        {ASSESSED(", rule: proportional"), NOT_ASSESSED("rule", "proportional")},
        {ASSESSED(", floor: 5"), NOT_ASSESSED("floor", "5")},
        {ASSESSED(", steps: [{from: 1, points: 1}]"), NOT_ASSESSED("steps", "")},
        {ASSESSED(", deduct: {per: 1, points: 1, count: full}"), NOT_ASSESSED("deduct", "")},
        {ASSESSED(", per_case: {points: 1}"), NOT_ASSESSED("per_case", "")},
        {ASSESSED(", linear: {start: 1, points: 1, per: 1, add: 1}"), NOT_ASSESSED("linear", "")},
        {ASSESSED(", leader: {half: 1}"), NOT_ASSESSED("leader", "")},
        {ASSESSED(", bonus: {per_case: 1, max: 1}"), NOT_ASSESSED("bonus", "")},
        {HEAD INDICATOR(", may_exceed: true"), FORBIDDEN("may_exceed", "true", "kind: amount")},
        {HEAD
         "indicators:\n  - {code: A, kind: mean, points: 1, may_exceed: true, time: flow, reported_by: x}\n",
         FORBIDDEN("may_exceed", "true", "kind: mean")},
        {HEAD "indicators:\n  - {code: A, kind: ratio, points: 1}\n",
         "9 indicators[0].reported_by needed_key(; reported_by, kind: ratio)\n"
         "9 indicators[0].time needed_key(; time, kind: ratio)\n"},
        {HEAD "indicators:\n  - {code: A, kind: yes_no, points: 1, time: flow, reported_by: x}\n",
         "9 indicators[0].time stock_only(flow)\n"},
        {HEAD INDICATOR(", min: 5, max: 4.9999"),
         "9 indicators[0].max min_over_max(4.9999; 5, 4.9999)\n"},
    };
    (void)state;
    all_refused(list, TEST_COUNT(list));
    campaign_destroy(campaign_make(ASSESSED(", name: x, in: điểm, decimals: 1")));
    campaign_destroy(campaign_make(HEAD INDICATOR(", min: 5, max: 5")));
}

#define RULE(more) HEAD INDICATOR(", rule: " more)
#define NOT_FOR(key, value, rule) FORBIDDEN(key, value, "rule: " rule)
#define NEEDED(key, rule) "9 indicators[0]." key " needed_key(; " key ", rule: " rule ")\n"

static void refuses_parameters_of_other_rules(void **state)
{
    static const struct refusal list[] = {
        {RULE("proportional, steps: [{from: 1, points: 1}]"), NOT_FOR("steps", "", "proportional")},
        {HEAD INDICATOR(", leader: {half: 50}"), NOT_FOR("leader", "", "proportional")},
        {RULE("steps"), NEEDED("steps", "steps")},
        {RULE("steps, floor: 1"), NOT_FOR("floor", "1", "steps") NEEDED("steps", "steps")},
        {RULE("deduct"), NEEDED("deduct", "deduct")},
        {RULE("deduct, floor: 1"), NEEDED("deduct", "deduct") NOT_FOR("floor", "1", "deduct")},
        {RULE("per_case"), NEEDED("per_case", "per_case")},
        {RULE("linear"), NEEDED("linear", "linear")},
        {RULE("all_or_nothing, floor: 50"), NOT_FOR("floor", "50", "all_or_nothing")},
        {RULE("all_or_nothing, deduct: {per: 1, points: 1, count: full}"),
         NOT_FOR("deduct", "", "all_or_nothing")},
        {RULE("leader, per_case: {points: 1}"), NOT_FOR("per_case", "", "leader")},
        {RULE("leader, linear: {start: 1, points: 1, per: 1, add: 1}"),
         NOT_FOR("linear", "", "leader")},
        {RULE("all_or_nothing, score_against: 5"), NOT_FOR("score_against", "5", "all_or_nothing")},
        {RULE("per_case, per_case: {points: 1}, score_against: 5"),
         NOT_FOR("score_against", "5", "per_case")},
        {RULE("linear, score_against: 5, linear: {start: 1, points: 1, per: 1, add: 1},"
              " bonus: {per_case: 1, max: 1}"),
         NOT_FOR("score_against", "5", "linear")},
        {RULE("steps, steps: [{from: 1, value: 1, points: 1}, {points: 1}]"),
         "9 indicators[0].steps[0] step_bounds()\n9 indicators[0].steps[1] step_bounds()\n"},
        // more than the indicator's own points
        {RULE("steps, steps: [{from: 9, points: 10.0001}, {from: 1, points: 10}]"),
         "9 indicators[0].steps[0].points out_of_limits(10.0001; 10.0001, 0, 10)\n"},
        {RULE("per_case, per_case: {points: 1, max: 11}"),
         "9 indicators[0].per_case.max out_of_limits(11; 11, 0, 10)\n"},
        {RULE("linear, linear: {start: 1, points: 10.5, per: 1, add: 1}"),
         "9 indicators[0].linear.points out_of_limits(10.5; 10.5, 0, 10)\n"},
    };
    (void)state;
    all_refused(list, TEST_COUNT(list));
    // what is right: defaults of the rules, and score_against where only the bonus uses it
    struct campaign *c = campaign_make(RULE("per_case, per_case: {points: 1}"));
    assert_int_equal(c->indicators[0].per_case.max_e4, E4(10));
    campaign_destroy(c);
    campaign_destroy(campaign_make(RULE("leader")));
    campaign_destroy(campaign_make(
        RULE("all_or_nothing, score_against: 5, bonus: {per: 1, points: 1, max: 1}")));
    c = campaign_make(
        RULE("steps, steps: [{value: -5, beyond: true, points: 10}, {from: 0, points: 0.3333}]"));
    assert_true(c->indicators[0].steps[0].by_value && c->indicators[0].steps[0].beyond);
    assert_int_equal(c->indicators[0].steps[0].bound_e4, E4(-5));
    assert_false(c->indicators[0].steps[1].by_value || c->indicators[0].steps[1].beyond);
    assert_int_equal(c->indicators[0].steps[1].points_e4, 3333);
    campaign_destroy(c);
}

#define BONUS(text) HEAD INDICATOR(", bonus: {" text "}")

static void refuses_bonuses(void **state)
{
    static const struct refusal list[] = {
        {BONUS(""), "9 indicators[0].bonus one_of(; per, steps, per_case)\n"},
        {BONUS("points: 1, max: 1"), "9 indicators[0].bonus one_of(; per, steps, per_case)\n"},
        {BONUS("per: 1, per_case: 1, points: 1, max: 1"),
         "9 indicators[0].bonus one_of(; per, steps, per_case)\n"},
        {BONUS("per: 1"), "9 indicators[0].bonus.max needed_key(; max, bonus: per)\n"
                          "9 indicators[0].bonus.points needed_key(; points, bonus: per)\n"},
        {BONUS("per: 0, points: 1, max: 1"),
         "9 indicators[0].bonus.per out_of_limits(0; 0, 0.0001, 100000000000)\n"},
        {BONUS("per_case: 1"), "9 indicators[0].bonus.max needed_key(; max, bonus: per_case)\n"},
        {BONUS("per_case: 1, points: 1, max: 1"),
         "9 indicators[0].bonus.points forbidden_key(1; points, bonus: per_case)\n"},
        {BONUS("steps: [{from: 1, points: 1}], points: 1, max: 1"),
         "9 indicators[0].bonus.max forbidden_key(1; max, bonus: steps)\n"
         "9 indicators[0].bonus.points forbidden_key(1; points, bonus: steps)\n"},
        {BONUS("steps: [{points: 1}]"), "9 indicators[0].bonus.steps[0] step_bounds()\n"},
    };
    (void)state;
    all_refused(list, TEST_COUNT(list));
    struct campaign *c = campaign_make(BONUS("per_case: 1.5, max: 20"));
    const struct bonus *bonus = &c->indicators[0].bonus;
    assert_true(bonus->kind == BONUS_PER_CASE && bonus->points_e4 == E4(1.5));
    assert_int_equal(bonus->max_e4, E4(20)); // may be above the indicator's points
    campaign_destroy(c);
}

#define AWARD(text) BASE "awards: [{code: W, " text "}]\n"
#define NOT_IN_AWARD(key, value, with) \
    "10 awards[0]." key " forbidden_key(" value "; " key ", " with ")\n"

static void refuses_awards(void **state)
{
    static const struct refusal list[] = {
        {AWARD("to: unit, votes_min: 1, score_min: 2, requires: [T], direct_share_min: 3"),
         NOT_IN_AWARD("direct_share_min", "3", "to: unit") NOT_IN_AWARD("requires", "", "to: unit")
             NOT_IN_AWARD("score_min", "2", "to: unit") NOT_IN_AWARD("votes_min", "1", "to: unit")},
        {AWARD("to: individual, total_min: 1, rank_max: 2, requires_met: [A]"),
         NOT_IN_AWARD("rank_max", "2", "to: individual")
             NOT_IN_AWARD("requires_met", "", "to: individual")
                 NOT_IN_AWARD("total_min", "1", "to: individual")},
        {AWARD("to: household, class_min: K") "classes: [{code: K, from: 1}]\n",
         NOT_IN_AWARD("class_min", "K", "to: household")},
        {AWARD("to: collective, direct_share_min: 3"),
         NOT_IN_AWARD("direct_share_min", "3", "to: collective")},
        {AWARD("to: individual, form: spot, quota: {count: 1}"),
         NOT_IN_AWARD("quota", "", "form: spot")},
        {AWARD("to: unit, quota: {}"), "10 awards[0].quota one_of(; count, percent)\n"},
        {AWARD("to: unit, quota: {count: 1, percent: 1}"),
         "10 awards[0].quota one_of(; count, percent)\n"},
        {AWARD("to: individual, quota: {count: 1, round: ceil, of: W}"),
         "10 awards[0].quota.of forbidden_key(W; of, quota: count)\n"
         "10 awards[0].quota.round forbidden_key(ceil; round, quota: count)\n"},
        {AWARD("to: unit, quota: {percent: 1, of: W}"),
         "10 awards[0].quota.of forbidden_key(W; of, to: unit)\n"},
        {BASE
         "classes:\n  - {code: A, from: 50}\n  - {code: B, from: 50.0001}\n  - {code: C, from: 50}\n",
         "12 classes[1].from classes_order(50.0001; B, 50.0001)\n"},
    };
    (void)state;
    all_refused(list, TEST_COUNT(list));
    struct campaign *c = campaign_make(
        AWARD("to: individual, quota: {percent: 100, of: W, round: ceil}"));
    assert_true(c->awards[0].quota_of == 0 && c->awards[0].round == ROUND_CEIL);
    campaign_destroy(c);
    campaign_destroy(campaign_make(BASE "classes: [{code: A, from: 5}, {code: B, from: 5}]\n"));
}

static void refuses_competitors_and_code(void **state)
{
    static const struct refusal list[] = {
        {"campaign: c\nowner: H\noffice_level: commune\ncompetitors: {}\n"
         "reporting: year\nfrom: 2022\nto: 2022\n" INDICATOR(""),
         "4 competitors one_of(; level, units)\n"},
        {"campaign: c\nowner: H\noffice_level: commune\ncompetitors: {level: a, units: [B]}\n"
         "reporting: year\nfrom: 2022\nto: 2022\n" INDICATOR(""),
         "4 competitors one_of(; level, units)\n"},
        {"campaign: ..\nowner: H\noffice_level: commune\ncompetitors: {units: []}\n"
         "reporting: year\nfrom: 2022\nto: 2022\n" INDICATOR(""),
         "1 campaign bad_code(..; ..)\n4 competitors.units empty_value(; units)\n"},
    };
    (void)state;
    all_refused(list, TEST_COUNT(list));
}

// Fourteen mistakes of all sorts, in block style, so that each has its own line.
static void names_everything_at_once(void **state)
{
    static const char yaml[] = "campaign: my campaign\n"         // 1
                               "nmae: x\n"                       // 2
                               "owner: H\n"                      // 3
                               "owner: I\n"                      // 4
                               "competitors: {level: commune}\n" // 5
                               "reporting: quarter\n"            // 6
                               "from: 2022-01\n"                 // 7
                               "to: 2022-Q4\n"                   // 8
                               "indicators:\n"                   // 9
                               "  - code: A\n"                   // 10
                               "    kind: ratio\n"               // 11
                               "    time: flow\n"                // 12
                               "    points: 20.123\n"            // 13
                               "    rule: steps\n"               // 14
                               "    floor: 5\n"                  // 15
                               "    steps:\n"                    // 16
                               "      - from: 1oo\n"             // 17
                               "        points: 5\n"             // 18
                               "      - value: 3\n"              // 19
                               "  - code: A\n"                   // 20
                               "    kind: yes_no\n"              // 21
                               "    time: flow\n"                // 22
                               "    reported_by: village\n"      // 23
                               "    points: 5\n"                 // 24
                               "awards:\n"                       // 25
                               "  - code: W\n"                   // 26
                               "    to: unit\n"                  // 27
                               "    quota: {percent: 120}\n"     // 28
                               "    class_min: B\n";             // 29
    (void)state;
    refused(yaml, strlen(yaml),
            "1 campaign bad_code(my campaign; my campaign)\n"
            "1 office_level missing_key(; office_level)\n"
            "2 nmae unknown_key(x; nmae, " CAMPAIGN_KEYS ")\n"
            "4 owner duplicate_key(I; owner)\n"
            "7 from period_kind(2022-01; 2022-01, quarter)\n"
            "10 indicators[0].reported_by needed_key(; reported_by, kind: ratio)\n"
            "13 indicators[0].points point_decimals(20.123; 20.123, 2)\n"
            "15 indicators[0].floor forbidden_key(5; floor, rule: steps)\n"
            "17 indicators[0].steps[0].from bad_number(1oo; 1oo, 38.5)\n"
            "19 indicators[0].steps[1].points missing_key(; points)\n"
            "20 indicators[1].code duplicate_code(A; A)\n"
            "22 indicators[1].time stock_only(flow)\n"
            "28 awards[0].quota.percent quota_over_100(120; 120)\n"
            "29 awards[0].class_min unknown_class(B; B)\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_not_a_campaign_file),
        cmocka_unit_test(refuses_keys),
        cmocka_unit_test(refuses_shapes),
        cmocka_unit_test(refuses_values),
        cmocka_unit_test(refuses_references),
        cmocka_unit_test(refuses_times),
        cmocka_unit_test(refuses_keys_of_other_kinds),
        cmocka_unit_test(refuses_parameters_of_other_rules),
        cmocka_unit_test(refuses_bonuses),
        cmocka_unit_test(refuses_awards),
        cmocka_unit_test(refuses_competitors_and_code),
        cmocka_unit_test(names_everything_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
