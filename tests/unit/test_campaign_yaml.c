// The campaign file read: the example of campaign-format.md field by field, and the defaults.
#include "common/campaign_yaml.h"
#include "tests/lib/campaign_text.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/found.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    assert_int_equal(c->tie_breaks[0].indicator, NO_INDEX);
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

// Percentages have decimals too, and limits are part of what they limit.
static void takes_numbers_up_to_their_limits(void **state)
{
    struct campaign *c = campaign_make(HEAD INDICATOR(
        ", decimals: 4, floor: 33.3333, coverage_min: 66.6666, score_against: 0.5,"
        " bonus: {per: 0.0001, points: 0.0001, max: 100000000000}, max: -100000000000") "classes: [{code: K, from: -5.5, min_share: 99.9999}]\nperiod_end_day: 28\n"
                                                                                        "due_days: 3660\nlock_days: 3660\nadjust_min: 0\nadjust_max: 0\nbonus_max: 0\n"
                                                                                        "awards: [{code: W, to: individual, votes_min: 66.6666, direct_share_min: 0.0001,"
                                                                                        " quota: {percent: 33.3333}}]\n");
    const struct indicator *a = &c->indicators[0];
    (void)state;
    assert_true(a->decimals == 4 && a->floor_e4 == 333333 && a->coverage_min_e4 == 666666);
    assert_true(a->score_against_e4 == 5000 && a->bonus.per_e4 == 1 && a->bonus.points_e4 == 1);
    assert_true(a->bonus.max_e4 == DECIMAL_MAX_E4 && a->max_e4 == -DECIMAL_MAX_E4);
    assert_true(c->classes[0].from_e4 == -55000 && c->classes[0].min_share_e4 == 999999);
    assert_true(c->period_end_day == 28 && c->due_days == 3660 && c->lock_days == 3660);
    assert_true(c->has_adjust_min && c->has_adjust_max && c->has_bonus_max);
    assert_true(c->awards[0].votes_min_e4 == 666666 && c->awards[0].direct_share_min_e4 == 1);
    assert_int_equal(c->awards[0].quota_percent_e4, 333333);
    campaign_destroy(c);
    c = campaign_make(HEAD INDICATOR(", rule: leader, leader: {half: 33.3333}, decimals: 0"));
    assert_true(c->indicators[0].leader_half_e4 == 333333 && c->indicators[0].decimals == 0);
    campaign_destroy(c);
    c = campaign_make(
        HEAD INDICATOR(", rule: linear, linear: {start: -1.5, points: 0, per: 0.5, add: 0}"));
    assert_true(c->indicators[0].linear.start_e4 == -15000 &&
                c->indicators[0].linear.per_e4 == 5000);
    campaign_destroy(c);
    c = campaign_make(BASE "groups: [{code: G, indicators: [A], max: 0.25}]\nperiod_end_day: 1\n");
    assert_true(c->groups[0].max_e4 == 2500 && c->period_end_day == 1);
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
        cmocka_unit_test(takes_numbers_up_to_their_limits),
        cmocka_unit_test(names_hold_anything),
        cmocka_unit_test(keeps_the_order_of_lists),
        cmocka_unit_test(warns_without_refusing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
