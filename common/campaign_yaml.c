// Every key of campaign-format.md, in its order: type, limits, default and place. What keys have to
// do with each other is in campaign_rules.c.
#include "common/campaign_yaml.h"

#include "common/campaign_rules.h"

#include <stddef.h>

#define TABLE(list) .fields = (list), .count = sizeof(list) / sizeof(list)[0]
#define E4(number) (INT64_C(number) * DECIMAL_ONE_E4)
#define DAYS_MAX 3660
#define TIMES_MAX 10000
#define COUNT_MAX 1000000

_Static_assert(sizeof(enum points_rule) == sizeof(unsigned), "words are stored as unsigned");

static const struct yaml_limits any_number = {-DECIMAL_MAX_E4, DECIMAL_MAX_E4, 4};
static const struct yaml_limits from_zero = {0, DECIMAL_MAX_E4, 4};
static const struct yaml_limits above_zero = {1, DECIMAL_MAX_E4, 4};
static const struct yaml_limits percent = {0, E4(100), 4};
static const struct yaml_limits points = {0, DECIMAL_MAX_E4, 2};
static const struct yaml_limits signed_points = {-DECIMAL_MAX_E4, DECIMAL_MAX_E4, 2};
static const struct yaml_limits taken_points = {-DECIMAL_MAX_E4, 0, 2};
static const struct yaml_limits published_decimals = {0, 4, 0};
static const struct yaml_limits day_of_month = {1, 28, 0}; // every month has it
static const struct yaml_limits days = {0, DAYS_MAX, 0};
static const struct yaml_limits times = {1, TIMES_MAX, 0};
static const struct yaml_limits counts = {0, COUNT_MAX, 0};
static const struct yaml_limits ranks = {1, COUNT_MAX, 0};

static uint32_t find_indicator(const void *root, const char *code)
{
    return campaign_indicator(root, code);
}

static uint32_t find_class(const void *root, const char *code)
{
    return campaign_class(root, code);
}

static uint32_t find_adjustment(const void *root, const char *code)
{
    return campaign_adjustment(root, code);
}

static uint32_t find_award(const void *root, const char *code)
{
    return campaign_award(root, code);
}

static const struct yaml_reference to_indicator = {find_indicator, FINDING_UNKNOWN_INDICATOR};
static const struct yaml_reference to_class = {find_class, FINDING_UNKNOWN_CLASS};
static const struct yaml_reference to_adjustment = {find_adjustment, FINDING_UNKNOWN_ADJUSTMENT};
static const struct yaml_reference to_award = {find_award, FINDING_UNKNOWN_AWARD};

// clang-format off

// --- indicators ---
#define AT(member) .at = offsetof(struct step, member)
static const struct yaml_field step_fields[] = {
    {"from", YAML_FIELD_NUMBER, AT(bound_e4), .limits = &from_zero},
    {"value", YAML_FIELD_NUMBER, AT(bound_e4), .limits = &any_number},
    {"beyond", YAML_FIELD_BOOL, AT(beyond)},
    {"points", YAML_FIELD_NUMBER, .required = true, AT(points_e4), .limits = &from_zero},
};
static const struct yaml_table step_table = {TABLE(step_fields), .size = sizeof(struct step), .check = check_step};
#undef AT

#define AT(member) .at = offsetof(struct indicator, member)
#define COUNT_AT(member) .count_at = offsetof(struct indicator, member)
#define GIVEN_AT(member) .given_at = offsetof(struct indicator, member)
static const struct yaml_field deduct_fields[] = {
    {"per", YAML_FIELD_NUMBER, .required = true, AT(deduct.per_e4), .limits = &above_zero},
    {"points", YAML_FIELD_NUMBER, .required = true, AT(deduct.points_e4), .limits = &from_zero},
    {"count", YAML_FIELD_WORD, .required = true, AT(deduct.count), .words = deduct_count_words},
};
static const struct yaml_field per_case_fields[] = {
    {"points", YAML_FIELD_NUMBER, .required = true, AT(per_case.points_e4), .limits = &from_zero},
    {"max", YAML_FIELD_NUMBER, AT(per_case.max_e4), .limits = &from_zero},
};
static const struct yaml_field linear_fields[] = {
    {"start", YAML_FIELD_NUMBER, .required = true, AT(linear.start_e4), .limits = &any_number},
    {"points", YAML_FIELD_NUMBER, .required = true, AT(linear.points_e4), .limits = &from_zero},
    {"per", YAML_FIELD_NUMBER, .required = true, AT(linear.per_e4), .limits = &above_zero},
    {"add", YAML_FIELD_NUMBER, .required = true, AT(linear.add_e4), .limits = &from_zero},
};
static const struct yaml_field leader_fields[] = {
    {"half", YAML_FIELD_NUMBER, AT(leader_half_e4), .preset = E4(50), .limits = &percent},
};
static const struct yaml_field bonus_fields[] = {
    {"per", YAML_FIELD_NUMBER, AT(bonus.per_e4), .limits = &above_zero},
    {"points", YAML_FIELD_NUMBER, AT(bonus.points_e4), .limits = &from_zero},
    {"per_case", YAML_FIELD_NUMBER, AT(bonus.points_e4), .limits = &from_zero},
    {"max", YAML_FIELD_NUMBER, AT(bonus.max_e4), .limits = &from_zero},
    {"steps", YAML_FIELD_MAPS, AT(bonus.steps), COUNT_AT(bonus.step_count), .least = 1, .most = STEPS_MAX, .table = &step_table},
};
static const struct yaml_table deduct_table = {TABLE(deduct_fields)};
static const struct yaml_table per_case_table = {TABLE(per_case_fields), .check = check_per_case};
static const struct yaml_table linear_table = {TABLE(linear_fields), .check = check_linear};
static const struct yaml_table leader_table = {TABLE(leader_fields)};
static const struct yaml_table bonus_table = {TABLE(bonus_fields), .check = check_bonus};

static const struct yaml_field indicator_fields[] = {
    {"code", YAML_FIELD_CODE, .required = true, AT(code)},
    {"name", YAML_FIELD_TEXT, AT(name)},
    {"in", YAML_FIELD_TEXT, AT(in)},
    {"kind", YAML_FIELD_WORD, .required = true, AT(kind), .words = indicator_kind_words},
    {"time", YAML_FIELD_WORD, AT(time), .words = indicator_time_words},
    {"measure", YAML_FIELD_WORD, AT(measure), .words = indicator_measure_words},
    {"better", YAML_FIELD_WORD, AT(better), .words = indicator_better_words},
    {"reported_by", YAML_FIELD_CODE, AT(reported_by)},
    {"decimals", YAML_FIELD_SMALL, AT(decimals), .preset = 2, .limits = &published_decimals},
    {"target", YAML_FIELD_NUMBER, AT(target_e4), GIVEN_AT(has_target), .limits = &from_zero},
    {"min", YAML_FIELD_NUMBER, AT(min_e4), GIVEN_AT(has_min), .limits = &any_number},
    {"max", YAML_FIELD_NUMBER, AT(max_e4), GIVEN_AT(has_max), .limits = &any_number},
    {"may_exceed", YAML_FIELD_BOOL, AT(may_exceed)},
    {"coverage_min", YAML_FIELD_NUMBER, AT(coverage_min_e4), GIVEN_AT(has_coverage_min), .limits = &percent},
    {"points", YAML_FIELD_NUMBER, .required = true, AT(points_e4), .limits = &points},
    {"score_against", YAML_FIELD_NUMBER, AT(score_against_e4), GIVEN_AT(has_score_against), .limits = &from_zero},
    {"rule", YAML_FIELD_WORD, AT(rule), .words = points_rule_words},
    {"floor", YAML_FIELD_NUMBER, AT(floor_e4), .limits = &percent},
    {"steps", YAML_FIELD_MAPS, AT(steps), COUNT_AT(step_count), .least = 1, .most = STEPS_MAX, .table = &step_table},
    {"deduct", YAML_FIELD_MAP, .at = YAML_NOWHERE, .table = &deduct_table},
    {"per_case", YAML_FIELD_MAP, .at = YAML_NOWHERE, .table = &per_case_table},
    {"linear", YAML_FIELD_MAP, .at = YAML_NOWHERE, .table = &linear_table},
    {"leader", YAML_FIELD_MAP, .at = YAML_NOWHERE, .table = &leader_table},
    {"bonus", YAML_FIELD_MAP, .at = YAML_NOWHERE, .table = &bonus_table},
};
static const struct yaml_table indicator_table = {
    TABLE(indicator_fields), .size = sizeof(struct indicator), .line_at = offsetof(struct indicator, line), .coded = true, .check = check_indicator,
};
#undef AT
#undef COUNT_AT
#undef GIVEN_AT

// --- clusters, groups, adjustments, classes ---
#define AT(member) .at = offsetof(struct cluster, member)
static const struct yaml_field cluster_fields[] = {
    {"code", YAML_FIELD_CODE, .required = true, AT(code)},
    {"name", YAML_FIELD_TEXT, AT(name)},
    {"units", YAML_FIELD_CODES, .required = true, AT(units), .count_at = offsetof(struct cluster, unit_count), .least = 1, .most = CAMPAIGN_UNITS_MAX},
};
static const struct yaml_table cluster_table = {
    TABLE(cluster_fields), .size = sizeof(struct cluster), .line_at = offsetof(struct cluster, line), .coded = true, .check = check_cluster,
};
#undef AT

#define AT(member) .at = offsetof(struct group, member)
static const struct yaml_field group_fields[] = {
    {"code", YAML_FIELD_CODE, .required = true, AT(code)},
    {"indicators", YAML_FIELD_REFERENCES, .required = true, AT(indicators), .count_at = offsetof(struct group, indicator_count), .least = 1, .most = INDICATORS_MAX, .to = &to_indicator},
    {"max", YAML_FIELD_NUMBER, .required = true, AT(max_e4), .limits = &points},
};
static const struct yaml_table group_table = {TABLE(group_fields), .size = sizeof(struct group), .coded = true};
#undef AT

#define AT(member) .at = offsetof(struct adjustment_rule, member)
static const struct yaml_field adjustment_fields[] = {
    {"code", YAML_FIELD_CODE, .required = true, AT(code)},
    {"name", YAML_FIELD_TEXT, AT(name)},
    {"points", YAML_FIELD_NUMBER, .required = true, AT(points_e4), .limits = &signed_points},
    {"max_times", YAML_FIELD_WHOLE, AT(max_times), .given_at = offsetof(struct adjustment_rule, has_max_times), .limits = &times},
    {"class_at_most", YAML_FIELD_REFERENCE, AT(class_at_most), .to = &to_class},
};
static const struct yaml_table adjustment_table = {
    TABLE(adjustment_fields), .size = sizeof(struct adjustment_rule), .coded = true, .check = check_adjustment,
};
#undef AT

#define AT(member) .at = offsetof(struct class_rule, member)
static const struct yaml_field class_fields[] = {
    {"code", YAML_FIELD_CODE, .required = true, AT(code)},
    {"name", YAML_FIELD_TEXT, AT(name)},
    {"from", YAML_FIELD_NUMBER, .required = true, AT(from_e4), .limits = &any_number},
    {"requires_met", YAML_FIELD_REFERENCES, AT(requires_met), .count_at = offsetof(struct class_rule, requires_met_count), .most = INDICATORS_MAX, .to = &to_indicator},
    {"min_share", YAML_FIELD_NUMBER, AT(min_share_e4), .given_at = offsetof(struct class_rule, has_min_share), .limits = &percent},
    {"no_zero", YAML_FIELD_BOOL, AT(no_zero)},
};
static const struct yaml_table class_table = {
    TABLE(class_fields), .size = sizeof(struct class_rule), .coded = true, .check = check_class,
};
#undef AT

// --- awards ---
#define AT(member) .at = offsetof(struct award, member)
#define COUNT_AT(member) .count_at = offsetof(struct award, member)
#define GIVEN_AT(member) .given_at = offsetof(struct award, member)
static const struct yaml_field quota_fields[] = {
    {"count", YAML_FIELD_WHOLE, AT(quota_count), .limits = &counts},
    {"percent", YAML_FIELD_NUMBER, AT(quota_percent_e4), .limits = &from_zero},
    {"round", YAML_FIELD_WORD, AT(round), .words = quota_round_words},
    {"of", YAML_FIELD_REFERENCE, AT(quota_of), .to = &to_award},
};
static const struct yaml_table quota_table = {TABLE(quota_fields), .check = check_quota};

static const struct yaml_field award_fields[] = {
    {"code", YAML_FIELD_CODE, .required = true, AT(code)},
    {"name", YAML_FIELD_TEXT, AT(name)},
    {"to", YAML_FIELD_WORD, .required = true, AT(to), .words = award_to_words},
    {"form", YAML_FIELD_WORD, AT(form), .words = award_form_words},
    {"quota", YAML_FIELD_MAP, .at = YAML_NOWHERE, .table = &quota_table},
    {"tie_at_cut", YAML_FIELD_WORD, AT(tie_at_cut), .preset = CUT_COUNCIL, .words = tie_at_cut_words},
    {"total_min", YAML_FIELD_NUMBER, AT(total_min_e4), GIVEN_AT(has_total_min), .limits = &any_number},
    {"rank_max", YAML_FIELD_WHOLE, AT(rank_max), GIVEN_AT(has_rank_max), .limits = &ranks},
    {"class_min", YAML_FIELD_REFERENCE, AT(class_min), .to = &to_class},
    {"requires_met", YAML_FIELD_REFERENCES, AT(requires_met), COUNT_AT(requires_met_count), .most = INDICATORS_MAX, .to = &to_indicator},
    {"votes_min", YAML_FIELD_NUMBER, AT(votes_min_e4), GIVEN_AT(has_votes_min), .limits = &percent},
    {"score_min", YAML_FIELD_NUMBER, AT(score_min_e4), GIVEN_AT(has_score_min), .limits = &from_zero},
    {"requires", YAML_FIELD_CODES, AT(requires_titles), COUNT_AT(requires_title_count), .most = CAMPAIGN_LIST_MAX},
    {"direct_share_min", YAML_FIELD_NUMBER, AT(direct_share_min_e4), GIVEN_AT(has_direct_share_min), .limits = &percent},
};
static const struct yaml_table award_table = {
    TABLE(award_fields), .size = sizeof(struct award), .line_at = offsetof(struct award, line), .coded = true, .check = check_award,
};
#undef AT
#undef COUNT_AT
#undef GIVEN_AT

// --- the campaign ---
#define AT(member) .at = offsetof(struct campaign, member)
#define COUNT_AT(member) .count_at = offsetof(struct campaign, member)
#define GIVEN_AT(member) .given_at = offsetof(struct campaign, member)
static const struct yaml_field competitor_fields[] = {
    {"level", YAML_FIELD_CODE, AT(competitor_level)},
    {"units", YAML_FIELD_CODES, AT(competitor_units), COUNT_AT(competitor_unit_count), .least = 1, .most = CAMPAIGN_UNITS_MAX},
};
static const struct yaml_table competitor_table = {TABLE(competitor_fields), .check = check_competitors};

static const struct yaml_field late_fields[] = {
    {"points", YAML_FIELD_NUMBER, .required = true, AT(late_points_e4), .limits = &taken_points},
    {"max_times", YAML_FIELD_WHOLE, AT(late_max_times), GIVEN_AT(has_late_max_times), .limits = &times},
};
static const struct yaml_table late_table = {TABLE(late_fields)};

static const struct yaml_field disqualify_fields[] = {
    {"missing_over", YAML_FIELD_WHOLE, AT(missing_over), GIVEN_AT(has_missing_over), .limits = &counts},
    {"not_met", YAML_FIELD_REFERENCES, AT(disqualify_not_met), COUNT_AT(disqualify_not_met_count), .most = INDICATORS_MAX, .to = &to_indicator},
    {"adjustment", YAML_FIELD_REFERENCES, AT(disqualify_adjustments), COUNT_AT(disqualify_adjustment_count), .most = CAMPAIGN_LIST_MAX, .to = &to_adjustment},
};
static const struct yaml_table disqualify_table = {TABLE(disqualify_fields)};

static const struct yaml_field campaign_fields[] = {
    {"campaign", YAML_FIELD_CODE, .required = true, AT(code)},
    {"name", YAML_FIELD_TEXT, AT(name)},
    {"theme", YAML_FIELD_TEXT, AT(theme)},
    {"owner", YAML_FIELD_CODE, .required = true, AT(owner)},
    {"office_level", YAML_FIELD_CODE, .required = true, AT(office_level)},
    {"competitors", YAML_FIELD_MAP, .required = true, .at = YAML_NOWHERE, .table = &competitor_table},
    {"reporting", YAML_FIELD_WORD, .required = true, AT(reporting), .words = period_kind_words, .first = PERIOD_MONTH},
    {"from", YAML_FIELD_PERIOD, .required = true, AT(from)},
    {"to", YAML_FIELD_PERIOD, .required = true, AT(to)},
    {"baseline", YAML_FIELD_PERIOD, AT(baseline)},
    {"due_days", YAML_FIELD_WHOLE, AT(due_days), GIVEN_AT(has_due_days), .limits = &days},
    {"lock_days", YAML_FIELD_WHOLE, AT(lock_days), GIVEN_AT(has_lock_days), .limits = &days},
    {"period_end_day", YAML_FIELD_SMALL, AT(period_end_day), .limits = &day_of_month},
    {"refresh", YAML_FIELD_WORD, AT(refresh), .words = refresh_words},
    {"counts", YAML_FIELD_WORD, AT(counts), .words = counts_words},
    {"count_unverified", YAML_FIELD_BOOL, AT(count_unverified)},
    {"indicators", YAML_FIELD_MAPS, .required = true, AT(indicators), COUNT_AT(indicator_count), .least = 1, .most = INDICATORS_MAX, .table = &indicator_table},
    {"clusters", YAML_FIELD_MAPS, AT(clusters), COUNT_AT(cluster_count), .most = CLUSTERS_MAX, .table = &cluster_table},
    {"groups", YAML_FIELD_MAPS, AT(groups), COUNT_AT(group_count), .most = CAMPAIGN_LIST_MAX, .table = &group_table},
    {"bonus_max", YAML_FIELD_NUMBER, AT(bonus_max_e4), GIVEN_AT(has_bonus_max), .limits = &points},
    {"adjust_min", YAML_FIELD_NUMBER, AT(adjust_min_e4), GIVEN_AT(has_adjust_min), .limits = &taken_points},
    {"adjust_max", YAML_FIELD_NUMBER, AT(adjust_max_e4), GIVEN_AT(has_adjust_max), .limits = &points},
    {"points_total", YAML_FIELD_NUMBER, AT(points_total_e4), GIVEN_AT(has_points_total), .limits = &points},
    {"not_applicable", YAML_FIELD_WORD, AT(not_applicable), .words = not_applicable_words},
    {"adjustments", YAML_FIELD_MAPS, AT(adjustments), COUNT_AT(adjustment_count), .most = CAMPAIGN_LIST_MAX, .table = &adjustment_table},
    {"late", YAML_FIELD_MAP, .at = YAML_NOWHERE, GIVEN_AT(has_late), .table = &late_table},
    {"classes", YAML_FIELD_MAPS, AT(classes), COUNT_AT(class_count), .most = CAMPAIGN_LIST_MAX, .table = &class_table},
    {"tie_break", YAML_FIELD_TEXTS, .at = YAML_NOWHERE, .most = CAMPAIGN_LIST_MAX},
    {"disqualify", YAML_FIELD_MAP, .at = YAML_NOWHERE, .table = &disqualify_table},
    {"awards", YAML_FIELD_MAPS, AT(awards), COUNT_AT(award_count), .most = CAMPAIGN_LIST_MAX, .table = &award_table},
};
static const struct yaml_table campaign_table = {TABLE(campaign_fields), .check = check_campaign};

// clang-format on

struct campaign *campaign_read(const char *file, const char *text, size_t length,
                               struct findings *findings)
{
    struct arena *arena = arena_create(); // nodes and campaign share the texts
    struct campaign *campaign = arena_alloc(arena, 1, sizeof *campaign);
    campaign->arena = arena;
    size_t errors = findings->errors;
    struct yaml_node *root = yaml_parse(arena, file, text, length, findings);
    if (root)
        yaml_read(arena, file, root, &campaign_table, campaign, findings);
    findings_sort(findings);
    if (findings->errors == errors)
        return campaign;
    campaign_destroy(campaign);
    return NULL;
}
