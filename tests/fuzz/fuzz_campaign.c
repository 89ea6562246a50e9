// Any bytes as a campaign file: it is refused with a finding or read into a campaign whose numbers
// and references are within what the rest of the program takes for granted.
#include "common/campaign_yaml.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool condition)
{
    if (!condition)
        abort();
}

static void check_indexes(const uint32_t *list, size_t count, size_t end)
{
    for (size_t i = 0; i < count; i++)
        hold(list[i] < end);
}

static void check_steps(const struct step *steps, size_t count)
{
    hold(count <= STEPS_MAX);
    for (size_t i = 0; i < count; i++)
        hold(steps[i].points_e4 >= 0 && (steps[i].by_value || steps[i].bound_e4 >= 0));
}

static void check_indicator(const struct campaign *campaign, const struct indicator *indicator)
{
    hold(code_valid(indicator->code, strlen(indicator->code)) && indicator->name && indicator->in);
    hold(indicator->points_e4 >= 0 && indicator->points_e4 % 100 == 0 && indicator->decimals <= 4);
    hold((indicator->reported_by == NULL) == (indicator->kind == KIND_ASSESSED));
    hold(indicator->measure == MEASURE_LEVEL || campaign->baseline.kind != 0);
    hold(indicator->kind != KIND_YES_NO || indicator->time == TIME_STOCK);
    hold(indicator->rule != RULE_STEPS || indicator->step_count > 0);
    hold(indicator->rule != RULE_DEDUCT || indicator->deduct.per_e4 > 0);
    hold(indicator->rule != RULE_LINEAR || indicator->linear.per_e4 > 0);
    hold(indicator->bonus.kind != BONUS_PER || indicator->bonus.per_e4 > 0);
    hold(!indicator->has_target || indicator->target_e4 >= 0);
    check_steps(indicator->steps, indicator->step_count);
    check_steps(indicator->bonus.steps, indicator->bonus.step_count);
}

static void check_lists(const struct campaign *c)
{
    for (size_t i = 0; i < c->group_count; i++)
        check_indexes(c->groups[i].indicators, c->groups[i].indicator_count, c->indicator_count);
    for (size_t i = 0; i < c->class_count; i++)
        check_indexes(c->classes[i].requires_met, c->classes[i].requires_met_count,
                      c->indicator_count);
    for (size_t i = 0; i < c->adjustment_count; i++)
        hold(c->adjustments[i].class_at_most == NO_INDEX ||
             c->adjustments[i].class_at_most < c->class_count);
    for (size_t i = 0; i < c->tie_break_count; i++)
        hold(c->tie_breaks[i].kind != TIE_INDICATOR ||
             c->tie_breaks[i].indicator < c->indicator_count);
    check_indexes(c->disqualify_not_met, c->disqualify_not_met_count, c->indicator_count);
    check_indexes(c->disqualify_adjustments, c->disqualify_adjustment_count, c->adjustment_count);
}

static void check_award(const struct campaign *campaign, const struct award *award)
{
    check_indexes(award->requires_met, award->requires_met_count, campaign->indicator_count);
    hold(award->class_min == NO_INDEX || award->class_min < campaign->class_count);
    hold(award->quota_of == NO_INDEX || award->quota_of < campaign->award_count);
    hold(award->quota_percent_e4 >= 0 && award->quota_percent_e4 <= INT64_C(100) * DECIMAL_ONE_E4);
    hold(award->quota_count >= 0 && (award->form != FORM_SPOT || award->quota == QUOTA_NONE));
}

static void check_campaign(const struct campaign *campaign)
{
    size_t periods = campaign_period_count(campaign);
    hold(periods >= 1 && periods <= CAMPAIGN_PERIODS_MAX);
    hold(campaign->from.kind == campaign->reporting && campaign->period_end_day <= 28);
    hold(campaign_period_index(campaign, campaign->to) == (int)periods - 1);
    hold((campaign->competitor_level != NULL) == (campaign->competitor_unit_count == 0));
    hold(campaign->indicator_count >= 1 && campaign->indicator_count <= INDICATORS_MAX);
    for (size_t i = 0; i < campaign->indicator_count; i++)
        check_indicator(campaign, &campaign->indicators[i]);
    for (size_t i = 0; i < campaign->award_count; i++)
        check_award(campaign, &campaign->awards[i]);
    check_lists(campaign);
}

// A tree that the corpus fits a little.
static struct unit_tree *make_tree(struct findings *findings)
{
    static const char units[] = "code,name,level,parent,valid_from,valid_to,merged_into\n"
                                "187,d,district,,,,\n06520,c,commune,187,,,\n"
                                "06463,c,commune,187,,2022-05-05,\nV,v,village,06520,,,\n";
    struct arena *arena = arena_create();
    const struct csv_table *table = csv_read(arena, "units", units, strlen(units), unit_columns, 7,
                                             4, findings);
    struct unit_tree *tree = unit_tree_create(table, findings);
    arena_destroy(arena);
    return tree;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct findings findings = {0};
    struct campaign *campaign = campaign_read("fuzz", (const char *)data, size, &findings);
    hold((campaign != NULL) == (findings.errors == 0));
    if (campaign) {
        struct unit_tree *tree = make_tree(&findings);
        check_campaign(campaign);
        campaign_check(campaign, tree, "fuzz", &findings);
        unit_tree_destroy(tree);
    }
    campaign_destroy(campaign);
    for (size_t i = 0; i < findings.count; i++)
        hold(utf8_valid(findings.list[i].column, strlen(findings.list[i].column)));
    findings_free(&findings);
    return 0;
}
