// The campaign file read: the example of campaign-format.md field by field, the defaults, and every
// kind of mistake at its line and path, all at once.
#include "common/campaign_yaml.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/found.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- what is right ---

#define EXAMPLE "tests/fuzz/corpus/campaign/example.yaml"
#define E4(number) ((int64_t)((number)*10000))

static struct campaign *example(void)
{
    struct findings findings = {0};
    struct text text = {0};
    char buffer[4096];
    FILE *file = fopen(EXAMPLE, "rb");
    assert_non_null(file);
    for (size_t length; (length = fread(buffer, 1, sizeof buffer, file)) > 0;)
        text_add(&text, buffer, length);
    fclose(file);
    struct campaign *campaign = campaign_read(EXAMPLE, text.data, text.length, &findings);
    text_free(&text); // the campaign must not need it
    found_equal(&findings, "");
    assert_non_null(campaign);
    return campaign;
}

static void assert_period(struct period period, const char *expected)
{
    char text[PERIOD_TEXT_SIZE];
    period_format(period, text);
    assert_string_equal(text, expected);
}

static void reads_the_head(void **state)
{
    struct campaign *c = example();
    (void)state;
    assert_string_equal(c->code, "chi-lang-2022");
    assert_string_equal(c->name,
                        "Phong trào thi đua phát triển kinh tế - xã hội huyện Chi Lăng năm 2022");
    assert_string_equal(c->theme,
                        "Siết chặt kỷ cương, tăng cường trách nhiệm, quyết liệt hành động");
    assert_string_equal(c->owner, "187");
    assert_string_equal(c->office_level, "commune");
    assert_string_equal(c->competitor_level, "commune");
    assert_int_equal(c->competitor_unit_count, 0);
    assert_int_equal(c->reporting, PERIOD_QUARTER);
    assert_period(c->from, "2022-Q1");
    assert_period(c->to, "2022-Q4");
    assert_period(c->baseline, "2021");
    assert_true(c->has_due_days && c->due_days == 10);
    assert_true(c->has_lock_days && c->lock_days == 40);
    assert_int_equal(c->period_end_day, 14);
    assert_int_equal(c->refresh, REFRESH_NIGHTLY);
    assert_int_equal(c->counts, COUNTS_SUBMITTED);
    assert_false(c->count_unverified);
    assert_int_equal(c->indicator_count, 10);
    campaign_destroy(c);
}

static void reads_measured_indicators(void **state)
{
    struct campaign *c = example();
    const struct indicator *food = &c->indicators[0], *poor = &c->indicators[1];
    (void)state;
    assert_string_equal(food->code, "FOOD");
    assert_string_equal(food->name, "Sản lượng lương thực có hạt");
    assert_string_equal(food->in, "tấn");
    assert_true(food->kind == KIND_AMOUNT && food->time == TIME_FLOW);
    assert_true(food->measure == MEASURE_LEVEL && food->better == BETTER_MORE);
    assert_string_equal(food->reported_by, "village");
    assert_int_equal(food->decimals, 1);
    assert_true(food->has_target && food->target_e4 == E4(1920));
    assert_true(food->has_min && food->min_e4 == 0);
    assert_true(food->has_max && food->max_e4 == E4(100000));
    assert_int_equal(food->points_e4, E4(20));
    assert_true(food->rule == RULE_PROPORTIONAL && food->floor_e4 == E4(50));
    assert_true(food->bonus.kind == BONUS_PER && food->bonus.per_e4 == E4(5));
    assert_true(food->bonus.points_e4 == E4(0.5) && food->bonus.max_e4 == E4(2));
    assert_true(food->has_coverage_min && food->coverage_min_e4 == E4(80));
    assert_int_equal(food->line, 22);

    assert_true(poor->kind == KIND_RATIO && poor->time == TIME_STOCK);
    assert_true(poor->measure == MEASURE_DECREASE && poor->better == BETTER_MORE);
    assert_int_equal(poor->decimals, 2);
    assert_false(poor->has_min || poor->has_max || poor->may_exceed || poor->has_coverage_min);
    assert_int_equal(poor->target_e4, E4(1.5));
    assert_int_equal(poor->rule, RULE_STEPS);
    assert_int_equal(poor->step_count, 3);
    static const int64_t bounds[] = {E4(100), E4(80), E4(50)}, points[] = {E4(20), E4(15), E4(8)};
    for (size_t i = 0; i < 3; i++) {
        assert_false(poor->steps[i].by_value || poor->steps[i].beyond);
        assert_int_equal(poor->steps[i].bound_e4, bounds[i]);
        assert_int_equal(poor->steps[i].points_e4, points[i]);
    }
    assert_int_equal(poor->bonus.kind, BONUS_NONE);
    campaign_destroy(c);
}

static void reads_rules(void **state)
{
    struct campaign *c = example();
    const struct indicator *claims = &c->indicators[2], *cashless = &c->indicators[3];
    const struct indicator *accidents = &c->indicators[4], *water = &c->indicators[5];
    const struct indicator *models = &c->indicators[6];
    (void)state;
    assert_true(claims->may_exceed && claims->better == BETTER_LESS && claims->rule == RULE_DEDUCT);
    assert_true(claims->deduct.per_e4 == E4(1) && claims->deduct.points_e4 == E4(0.5));
    assert_int_equal(claims->deduct.count, COUNT_STARTED);

    assert_true(cashless->has_score_against && cashless->score_against_e4 == E4(100));
    assert_true(cashless->rule == RULE_PROPORTIONAL && cashless->floor_e4 == 0);
    assert_true(cashless->bonus.kind == BONUS_STEPS && cashless->bonus.step_count == 4);
    assert_true(cashless->bonus.steps[3].by_value && cashless->bonus.steps[3].bound_e4 == E4(88));
    assert_int_equal(cashless->bonus.steps[3].points_e4, E4(2));

    assert_true(accidents->rule == RULE_PER_CASE && !accidents->has_target);
    assert_true(accidents->per_case.points_e4 == E4(0.5) && accidents->per_case.max_e4 == E4(1.5));

    assert_int_equal(water->rule, RULE_LINEAR);
    assert_true(water->linear.start_e4 == E4(70) && water->linear.points_e4 == E4(3));
    assert_true(water->linear.per_e4 == E4(5) && water->linear.add_e4 == E4(0.5));

    assert_true(models->rule == RULE_LEADER && models->leader_half_e4 == E4(50));
    campaign_destroy(c);
}

static void reads_the_other_kinds(void **state)
{
    struct campaign *c = example();
    const struct indicator *income = &c->indicators[7], *culture = &c->indicators[8];
    const struct indicator *reform = &c->indicators[9];
    (void)state;
    assert_true(income->kind == KIND_MEAN && income->target_e4 == E4(38.5));
    assert_true(culture->kind == KIND_YES_NO && culture->time == TIME_STOCK);
    assert_true(culture->decimals == 0 && culture->rule == RULE_ALL_OR_NOTHING);
    assert_int_equal(reform->kind, KIND_ASSESSED);
    assert_string_equal(reform->code, "REFORM");
    assert_string_equal(reform->name, "Cải cách hành chính, chuyển đổi số");
    assert_string_equal(reform->in, "");
    assert_null(reform->reported_by);
    assert_true(reform->points_e4 == E4(10) && reform->decimals == 2);
    campaign_destroy(c);
}

static void reads_clusters_and_caps(void **state)
{
    struct campaign *c = example();
    (void)state;
    assert_int_equal(c->cluster_count, 2);
    assert_string_equal(c->clusters[0].code, "C1");
    assert_string_equal(c->clusters[1].name, "Cụm các xã vùng II");
    assert_int_equal(c->clusters[0].unit_count, 3);
    assert_string_equal(c->clusters[0].units[2], "06520");
    assert_string_equal(c->clusters[1].units[0], "06475");
    assert_int_equal(c->group_count, 1);
    assert_string_equal(c->groups[0].code, "ECONOMY");
    assert_true(c->groups[0].indicator_count == 2 && c->groups[0].max_e4 == E4(42));
    assert_true(c->groups[0].indicators[0] == 0 && c->groups[0].indicators[1] == 7);
    assert_true(c->has_bonus_max && c->bonus_max_e4 == E4(5));
    assert_true(c->has_adjust_min && c->adjust_min_e4 == E4(-3));
    assert_true(c->has_adjust_max && c->adjust_max_e4 == E4(3));
    assert_int_equal(c->not_applicable, NA_RESCALE);
    campaign_destroy(c);
}

static void reads_adjustments_and_classes(void **state)
{
    struct campaign *c = example();
    const struct adjustment_rule *model = &c->adjustments[0], *complaint = &c->adjustments[1];
    (void)state;
    assert_int_equal(c->adjustment_count, 2);
    assert_true(model->points_e4 == E4(1) && model->has_max_times && model->max_times == 2);
    assert_int_equal(model->class_at_most, NO_INDEX);
    assert_string_equal(complaint->name, "Để xảy ra khiếu kiện đông người");
    assert_true(complaint->points_e4 == E4(-2) && !complaint->has_max_times);
    assert_int_equal(complaint->class_at_most, 1);
    assert_true(c->has_late && c->late_points_e4 == E4(-0.5));
    assert_true(c->has_late_max_times && c->late_max_times == 4);
    assert_int_equal(c->class_count, 3);
    assert_true(c->classes[0].from_e4 == E4(90) && c->classes[2].from_e4 == E4(50));
    assert_int_equal(c->classes[0].requires_met_count, 2);
    assert_true(c->classes[0].requires_met[0] == 1 && c->classes[0].requires_met[1] == 8);
    assert_true(c->classes[0].has_min_share && c->classes[0].min_share_e4 == E4(85));
    assert_true(c->classes[0].no_zero && !c->classes[1].no_zero && !c->classes[1].has_min_share);
    assert_int_equal(c->tie_break_count, 3);
    assert_int_equal(c->tie_breaks[0].kind, TIE_MET_COUNT);
    assert_true(c->tie_breaks[1].kind == TIE_INDICATOR && c->tie_breaks[1].indicator == 1);
    assert_int_equal(c->tie_breaks[2].kind, TIE_BONUS);
    assert_true(c->has_missing_over && c->missing_over == 2);
    assert_true(c->disqualify_not_met_count == 1 && c->disqualify_not_met[0] == 8);
    assert_true(c->disqualify_adjustment_count == 1 && c->disqualify_adjustments[0] == 1);
    campaign_destroy(c);
}

static void reads_awards(void **state)
{
    struct campaign *c = example();
    (void)state;
    assert_int_equal(c->award_count, 6);
    const struct award *flag = &c->awards[0], *merit = &c->awards[1], *fighter = &c->awards[2];
    const struct award *advanced = &c->awards[3], *house = &c->awards[4], *spot = &c->awards[5];
    assert_true(flag->to == TO_UNIT && flag->form == FORM_REGULAR && flag->quota == QUOTA_COUNT);
    assert_true(flag->quota_count == 1 && flag->tie_at_cut == CUT_COUNCIL);
    assert_true(flag->has_total_min && flag->total_min_e4 == E4(90));
    assert_true(flag->has_rank_max && flag->rank_max == 1 && flag->class_min == 0);
    assert_true(flag->requires_met_count == 1 && flag->requires_met[0] == 0);
    assert_string_equal(merit->name, "Giấy khen (tập thể xã)");
    assert_true(merit->quota == QUOTA_PERCENT && merit->quota_percent_e4 == E4(30));
    assert_true(merit->round == ROUND_HALF_UP && merit->class_min == 1 && !merit->has_total_min);
    assert_int_equal(merit->quota_of, NO_INDEX);
    assert_true(fighter->to == TO_INDIVIDUAL && fighter->quota_of == 3);
    assert_true(fighter->round == ROUND_FLOOR && fighter->quota_percent_e4 == E4(15));
    assert_true(fighter->has_votes_min && fighter->votes_min_e4 == E4(80));
    assert_true(fighter->has_score_min && fighter->score_min_e4 == E4(90));
    assert_int_equal(fighter->requires_title_count, 1);
    assert_string_equal(fighter->requires_titles[0], "LDTT");
    assert_int_equal(fighter->class_min, NO_INDEX);
    assert_true(advanced->has_direct_share_min && advanced->direct_share_min_e4 == E4(40));
    assert_true(house->to == TO_HOUSEHOLD && house->form == FORM_THEMATIC);
    assert_int_equal(house->quota, QUOTA_NONE);
    assert_true(spot->form == FORM_SPOT && spot->quota == QUOTA_NONE);
    campaign_destroy(c);
}

// Line 1 to 7, and the indicators in line 8 and 9 that most texts below begin with.
#define HEAD                                                                        \
    "campaign: c\nowner: H\noffice_level: commune\ncompetitors: {level: commune}\n" \
    "reporting: quarter\nfrom: 2022-Q1\nto: 2022-Q4\n"
#define INDICATOR(more)                                                                          \
    "indicators:\n  - {code: A, kind: amount, time: flow, reported_by: village, points: 10" more \
    "}\n"
#define BASE HEAD INDICATOR("")

static void gives_defaults(void **state)
{
    struct campaign *c = campaign_make(BASE "late: {points: -1}\nawards: [{code: W, to: unit}]\n"
                                            "classes: [{code: K, from: 1}]\n"
                                            "clusters: [{code: L, units: [X]}]\n"
                                            "adjustments: [{code: J, points: 0}]\ndue_days: 0\n");
    const struct indicator *a = &c->indicators[0];
    (void)state;
    assert_string_equal(c->name, "c");
    assert_string_equal(c->theme, "");
    assert_int_equal(c->baseline.kind, 0);
    assert_true(c->has_due_days && c->due_days == 0 && !c->has_lock_days);
    assert_int_equal(c->period_end_day, 0);
    assert_true(c->refresh == REFRESH_NIGHTLY && c->counts == COUNTS_SUBMITTED);
    assert_false(c->count_unverified || c->has_bonus_max || c->has_adjust_min || c->has_adjust_max);
    assert_int_equal(c->not_applicable, NA_RESCALE);
    assert_true(c->has_late && !c->has_late_max_times && !c->has_missing_over);
    assert_string_equal(a->name, "A");
    assert_string_equal(a->in, "");
    assert_true(a->decimals == 2 && a->rule == RULE_PROPORTIONAL && a->leader_half_e4 == E4(50));
    assert_false(a->has_target || a->has_score_against || a->has_coverage_min);
    assert_string_equal(c->awards[0].name, "W");
    assert_true(c->awards[0].tie_at_cut == CUT_COUNCIL && c->awards[0].class_min == NO_INDEX);
    assert_string_equal(c->classes[0].name, "K");
    assert_string_equal(c->clusters[0].name, "L");
    assert_string_equal(c->adjustments[0].name, "J");
    campaign_destroy(c);
}

static void names_hold_anything(void **state)
{
    (void)state;
    struct campaign *c = campaign_make(BASE
                                       "name: \"[a] {b}: 'c', # & * ! | > % @ ` \\t \\\"q\\\"\"\n"
                                       "theme: |\n  no\n  06520: 2022-06\n");
    assert_string_equal(c->name, "[a] {b}: 'c', # & * ! | > % @ ` \t \"q\"");
    assert_string_equal(c->theme, "no\n06520: 2022-06\n");
    campaign_destroy(c);
    // plain words that other readers of YAML take for something else
    c = campaign_make("campaign: no\nowner: 06520\noffice_level: 0x1F\nname: null\n"
                      "competitors: {units: [1e3, 2022-06, 010, .5, yes]}\n"
                      "reporting: year\nfrom: 2022\nto: 2022\n" INDICATOR(""));
    assert_string_equal(c->code, "no");
    assert_string_equal(c->name, "null");
    assert_string_equal(c->office_level, "0x1F");
    assert_string_equal(c->competitor_units[0], "1e3");
    assert_string_equal(c->competitor_units[2], "010");
    assert_string_equal(c->competitor_units[4], "yes");
    assert_period(c->from, "2022");
    campaign_destroy(c);
    // a BOM, CRLF
    c = campaign_make(
        "\xEF\xBB\xBF"
        "campaign: c\r\nowner: H\r\noffice_level: x\r\n"
        "competitors: {level: y}\r\nreporting: half\r\nfrom: 2022-H1\r\nto: 2022-H1\r\n"
        "indicators:\r\n  - {code: A, kind: assessed, points: 10}\r\n");
    assert_string_equal(c->owner, "H");
    assert_int_equal(c->reporting, PERIOD_HALF);
    campaign_destroy(c);
}

static void keeps_the_order_of_lists(void **state)
{
    (void)state;
    struct campaign *c = campaign_make(
        HEAD "indicators:\n"
             "  - {code: A, kind: assessed, points: 1}\n  - {code: B, kind: assessed, points: 1}\n"
             "classes: [{code: K, from: 1, requires_met: [B, A]}]\n"
             "disqualify: {not_met: [B, A]}\n"
             "awards: [{code: W, to: individual, requires: [Z, Y]}]\n");
    assert_true(c->classes[0].requires_met[0] == 1 && c->classes[0].requires_met[1] == 0);
    assert_true(c->disqualify_not_met[0] == 1 && c->disqualify_not_met[1] == 0);
    assert_string_equal(c->awards[0].requires_titles[0], "Z");
    campaign_destroy(c);
}

// --- what is wrong ---

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
#define CAMPAIGN_KEYS                                                                          \
    "campaign, name, theme, owner, office_level, competitors, reporting, from, to, baseline, " \
    "due_days, lock_days, period_end_day, refresh, counts, count_unverified, indicators, "     \
    "clusters, groups, bonus_max, adjust_min, adjust_max, not_applicable, adjustments, late, " \
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

// --- limits ---

static void read_entries(const char *head, const char *entry, size_t count, const char *tail,
                         const char *expected)
{
    struct findings findings = {0};
    struct text yaml = {0};
    text_adds(&yaml, head);
    for (size_t i = 0; i < count; i++) {
        text_adds(&yaml, i ? ", " : "");
        for (const char *at = entry; *at; at++) // # becomes the number
            if (*at == '#')
                text_addf(&yaml, "%zu", i);
            else
                text_add(&yaml, at, 1);
    }
    text_adds(&yaml, tail);
    struct campaign *campaign = campaign_read("campaign.yaml", yaml.data, yaml.length, &findings);
    assert_int_equal(campaign != NULL, expected[0] == '\0');
    campaign_destroy(campaign);
    text_free(&yaml);
    found_equal(&findings, expected);
}

static void keeps_limits(void **state)
{
    const char *steps = HEAD "indicators: [{code: A, kind: amount, time: flow, reported_by: v, "
                             "points: 10, rule: steps, steps: [";
    const char *indicators = HEAD "indicators: [", *clusters = BASE "clusters: [";
    const char *units = BASE "clusters: [{code: L, units: [", *classes = BASE "classes: [";
    (void)state;
    read_entries(steps, "{from: 1, points: 1}", STEPS_MAX, "]}]\n", "");
    read_entries(steps, "{from: 1, points: 1}", STEPS_MAX + 1, "]}]\n",
                 "8 indicators[0].steps too_many_entries(; steps, 100)\n");
    read_entries(indicators, "{code: I#, kind: assessed, points: 1}", INDICATORS_MAX, "]\n", "");
    read_entries(indicators, "{code: I#, kind: assessed, points: 1}", INDICATORS_MAX + 1, "]\n",
                 "8 indicators too_many_entries(; indicators, 400)\n");
    read_entries(clusters, "{code: L#, units: [U]}", CLUSTERS_MAX, "]\n", "");
    read_entries(clusters, "{code: L#, units: [U]}", CLUSTERS_MAX + 1, "]\n",
                 "10 clusters too_many_entries(; clusters, 2000)\n");
    read_entries(units, "U#", CAMPAIGN_UNITS_MAX, "]}]\n", "");
    read_entries(units, "U#", CAMPAIGN_UNITS_MAX + 1, "]}]\n",
                 "10 clusters[0].units too_many_entries(; units, 20000)\n");
    read_entries(classes, "{code: K#, from: 1}", CAMPAIGN_LIST_MAX, "]\n", "");
    read_entries(classes, "{code: K#, from: 1}", CAMPAIGN_LIST_MAX + 1, "]\n",
                 "10 classes too_many_entries(; classes, 400)\n");
    // nodes: those of BASE, one for the list and one for each entry
    read_entries(BASE "titel: [", "x", 100001, "]\n", "10  campaign_too_large(; 524288, 100000)\n");
    // codes and texts
    char yaml[CAMPAIGN_TEXT_BYTES_MAX + 1000], code[CODE_BYTES_MAX + 2];
    static char name[CAMPAIGN_TEXT_BYTES_MAX + 2];
    memset(code, 'x', CODE_BYTES_MAX);
    code[CODE_BYTES_MAX] = '\0';
    memset(name, 'y', CAMPAIGN_TEXT_BYTES_MAX);
    snprintf(yaml, sizeof yaml, BASE "clusters: [{code: %s, name: %s, units: [U]}]\n", code, name);
    campaign_destroy(campaign_make(yaml));
    strcat(code, "x");
    strcat(name, "y");
    snprintf(yaml, sizeof yaml, BASE "clusters: [{code: %s, name: %s, units: [U]}]\n", code, name);
    struct findings findings = {0};
    assert_null(campaign_read("campaign.yaml", yaml, strlen(yaml), &findings));
    found_words_equal(&findings,
                      "10 clusters[0].code bad_code\n10 clusters[0].name field_too_long\n");
}

static void keeps_the_size(void **state)
{
    struct findings findings = {0};
    char *yaml = malloc(CAMPAIGN_BYTES_MAX + 1);
    (void)state;
    size_t length = strlen(BASE);
    assert_non_null(yaml);
    memcpy(yaml, BASE, length);
    memset(yaml + length, ' ', CAMPAIGN_BYTES_MAX + 1 - length);
    yaml[length] = '#';
    struct campaign *campaign = campaign_read("campaign.yaml", yaml, CAMPAIGN_BYTES_MAX, &findings);
    assert_non_null(campaign);
    campaign_destroy(campaign);
    assert_null(campaign_read("campaign.yaml", yaml, CAMPAIGN_BYTES_MAX + 1, &findings));
    found_equal(&findings, "1  campaign_too_large(; 524288, 100000)\n");
    free(yaml);
}

// As deep as can be and no deeper; a file of brackets alone costs nothing.
static void keeps_the_depth(void **state)
{
    struct findings findings = {0};
    size_t length = 100000;
    char *brackets = malloc(length);
    (void)state;
    assert_non_null(brackets);
    memset(brackets, '[', length);
    assert_null(campaign_read("campaign.yaml", brackets, length, &findings));
    found_words_equal(&findings, "1  yaml_depth\n");
    free(brackets);
    // the map of the file and seven lists are eight levels
    const char *deep = BASE "name: [[[[[[[x]]]]]]]\n";
    assert_null(campaign_read("campaign.yaml", deep, strlen(deep), &findings));
    found_equal(&findings, "10 name not_a_text(; name)\n");
}

static void warns_without_refusing(void **state)
{
    struct findings findings = {0};
    const char *yaml = BASE "tie_break: [on_time]\n";
    struct campaign *campaign = campaign_read("campaign.yaml", yaml, strlen(yaml), &findings);
    (void)state;
    assert_non_null(campaign);
    found_equal(&findings, "10 tie_break[0] on_time_without_due(on_time)\n");
    campaign_destroy(campaign);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_head),
        cmocka_unit_test(reads_measured_indicators),
        cmocka_unit_test(reads_rules),
        cmocka_unit_test(reads_the_other_kinds),
        cmocka_unit_test(reads_clusters_and_caps),
        cmocka_unit_test(reads_adjustments_and_classes),
        cmocka_unit_test(reads_awards),
        cmocka_unit_test(gives_defaults),
        cmocka_unit_test(names_hold_anything),
        cmocka_unit_test(keeps_the_order_of_lists),
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
        cmocka_unit_test(keeps_limits),
        cmocka_unit_test(keeps_the_size),
        cmocka_unit_test(keeps_the_depth),
        cmocka_unit_test(warns_without_refusing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
