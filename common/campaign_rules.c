// See campaign_rules.h. Findings that need two keys stand at the second one, or where it should be.
#include "common/campaign_rules.h"

#include "core/campaign.h"
#include "core/decimal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIT(number) (1U << (number))
#define LENGTH(list) (sizeof(list) / sizeof(list)[0])
#define PAIR_SIZE 64

// A key that goes only with some values of another key, and may be needed by them.
struct belonging {
    const char *key;
    unsigned with;
    bool needed;
};

static void default_name(const char **name, const char *code)
{
    if (code && (*name)[0] == '\0')
        *name = code;
}

// Names the keys that are given but do not go with `value` of the key `of`, and those it lacks.
static void check_belongings(struct yaml_reader *reader, const struct yaml_map *map,
                             const struct belonging *list, size_t count, const char *of,
                             const char *const *words, unsigned value)
{
    char pair[PAIR_SIZE];
    snprintf(pair, sizeof pair, "%s: %s", of, words[value]);
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *node = yaml_given(map, list[i].key);
        bool belongs = (list[i].with & BIT(value)) != 0;
        if (node && !belongs)
            yaml_fault(reader, FINDING_FORBIDDEN_KEY, node, list[i].key, pair, NULL);
        if (!node && belongs && list[i].needed)
            yaml_fault_below(reader, FINDING_NEEDED_KEY, yaml_map_node(map), list[i].key,
                             list[i].key, pair, NULL);
    }
}

// Exactly one of the keys must be given; returns its place in the list, or `count`.
static size_t one_of(struct yaml_reader *reader, const struct yaml_map *map, enum finding_code code,
                     const char *const *keys, size_t count, const char *text)
{
    size_t found = count, given = 0;
    for (size_t i = 0; i < count; i++)
        if (yaml_given(map, keys[i])) {
            found = i;
            given++;
        }
    if (given == 1)
        return found;
    yaml_fault(reader, code, yaml_map_node(map), text, NULL);
    return count;
}

static void forbid(struct yaml_reader *reader, const struct yaml_map *map, const char *key,
                   const char *with)
{
    const struct yaml_node *node = yaml_given(map, key);
    if (node)
        yaml_fault(reader, FINDING_FORBIDDEN_KEY, node, key, with, NULL);
}

static void need(struct yaml_reader *reader, const struct yaml_map *map, const char *key,
                 const char *with)
{
    if (!yaml_given(map, key))
        yaml_fault_below(reader, FINDING_NEEDED_KEY, yaml_map_node(map), key, key, with, NULL);
}

// --- campaign ---

static void check_kind_of_period(struct yaml_reader *reader, const struct yaml_map *map,
                                 const char *key, struct period period, enum period_kind kind)
{
    if (yaml_good(map, key) && yaml_good(map, "reporting") && period.kind != kind)
        yaml_fault(reader, FINDING_PERIOD_KIND, yaml_given(map, key), yaml_given(map, key)->text,
                   period_kind_words[kind - PERIOD_MONTH], NULL);
}

static void check_span(struct yaml_reader *reader, const struct yaml_map *map,
                       const struct campaign *campaign)
{
    if (!yaml_good(map, "from") || !yaml_good(map, "to") ||
        campaign->from.kind != campaign->to.kind)
        return;
    const struct yaml_node *from = yaml_given(map, "from"), *to = yaml_given(map, "to");
    int distance = period_distance(campaign->from, campaign->to);
    if (distance < 0)
        yaml_fault(reader, FINDING_PERIODS_REVERSED, to, from->text, to->text, NULL);
    if (distance >= CAMPAIGN_PERIODS_MAX) {
        char most[DECIMAL_TEXT_SIZE];
        decimal_format(CAMPAIGN_PERIODS_MAX, 0, most);
        yaml_fault(reader, FINDING_TOO_MANY_PERIODS, to, from->text, to->text, most, NULL);
    }
}

static void check_baseline(struct yaml_reader *reader, const struct yaml_map *map,
                           const struct campaign *campaign)
{
    if (!yaml_good(map, "baseline") || !yaml_good(map, "from"))
        return;
    const struct yaml_node *baseline = yaml_given(map, "baseline");
    if (campaign_last_day(campaign, campaign->baseline) >=
        period_first_day(campaign->from, campaign->period_end_day))
        yaml_fault(reader, FINDING_BASELINE_NOT_BEFORE, baseline, baseline->text,
                   yaml_given(map, "from")->text, NULL);
}

static void check_days(struct yaml_reader *reader, const struct yaml_map *map,
                       const struct campaign *campaign)
{
    const struct yaml_node *lock = yaml_given(map, "lock_days"), *due = yaml_given(map, "due_days");
    if (yaml_good(map, "lock_days") && yaml_good(map, "due_days") &&
        campaign->lock_days < campaign->due_days)
        yaml_fault(reader, FINDING_LOCK_BEFORE_DUE, lock, lock->text, due->text, NULL);
    if (yaml_good(map, "late") && !due)
        yaml_fault(reader, FINDING_LATE_WITHOUT_DUE, yaml_given(map, "late"), NULL);
}

static const struct yaml_node *child(const struct yaml_node *map, const char *key)
{
    for (const struct yaml_node *node = map->first; node; node = node->next)
        if (node->key && strcmp(node->key, key) == 0)
            return node;
    return NULL;
}

// The classes are compared with the last one above them whose `from` is a number.
static void check_class_order(struct yaml_reader *reader, const struct yaml_map *map,
                              const struct campaign *campaign)
{
    if (campaign->class_count == 0)
        return;
    int64_t above_e4 = INT64_MAX;
    const struct yaml_node *node = yaml_given(map, "classes")->first;
    for (size_t i = 0; i < campaign->class_count; i++, node = node->next) {
        const struct class_rule *class = &campaign->classes[i];
        const struct yaml_node *from = child(node, "from");
        if (!from || from->shape != YAML_TEXT)
            continue;
        if (class->from_e4 > above_e4)
            yaml_fault(reader, FINDING_CLASSES_ORDER, from, class->code ? class->code : "",
                       from->text, NULL);
        above_e4 = class->from_e4;
    }
}

// An indicator in two groups would be capped twice, and nothing says in what order.
static void check_groups(struct yaml_reader *reader, const struct yaml_map *map,
                         const struct campaign *campaign)
{
    if (campaign->group_count == 0)
        return;
    uint32_t *group_of = mem_alloc(campaign->indicator_count, sizeof *group_of);
    const struct yaml_node *node = yaml_given(map, "groups")->first;
    for (uint32_t i = 0; i < campaign->group_count; i++, node = node->next) {
        const struct group *group = &campaign->groups[i];
        for (size_t j = 0; j < group->indicator_count; j++) {
            uint32_t indicator = group->indicators[j];
            if (indicator == NO_INDEX)
                continue;
            uint32_t before = group_of[indicator];
            if (before != 0 && before != i + 1)
                yaml_fault_below(reader, FINDING_TWO_GROUPS, node, "indicators",
                                 campaign->indicators[indicator].code,
                                 campaign->groups[before - 1].code, NULL);
            group_of[indicator] = i + 1;
        }
    }
    free(group_of);
}

// A word, or `indicator:CODE`; false when it is neither.
static bool read_tie_break(struct yaml_reader *reader, const struct campaign *campaign,
                           const struct yaml_node *node, struct tie_break *ret)
{
    static const struct {
        const char *word;
        enum tie_break_kind kind;
    } words[] = {{"met_count", TIE_MET_COUNT}, {"bonus", TIE_BONUS}, {"on_time", TIE_ON_TIME}};
    static const char prefix[] = "indicator:";
    ret->indicator = NO_INDEX;
    for (size_t i = 0; i < LENGTH(words); i++)
        if (strcmp(node->text, words[i].word) == 0) {
            ret->kind = words[i].kind;
            return true;
        }
    if (strncmp(node->text, prefix, strlen(prefix)) != 0) {
        yaml_fault(reader, FINDING_BAD_VALUE, node, node->text,
                   "met_count | bonus | on_time | indicator:CODE", NULL);
        return false;
    }
    const char *code = node->text + strlen(prefix);
    ret->kind = TIE_INDICATOR;
    ret->indicator = campaign_indicator(campaign, code);
    if (ret->indicator == NO_INDEX)
        yaml_fault(reader, FINDING_UNKNOWN_INDICATOR, node, code, NULL);
    return ret->indicator != NO_INDEX;
}

static bool tie_break_known(const struct campaign *campaign, struct tie_break wanted)
{
    for (size_t i = 0; i < campaign->tie_break_count; i++)
        if (campaign->tie_breaks[i].kind == wanted.kind &&
            campaign->tie_breaks[i].indicator == wanted.indicator)
            return true;
    return false;
}

static void read_tie_breaks(struct yaml_reader *reader, const struct yaml_map *map,
                            struct campaign *campaign)
{
    if (!yaml_good(map, "tie_break"))
        return;
    const struct yaml_node *list = yaml_given(map, "tie_break");
    campaign->tie_breaks = arena_alloc(campaign->arena, list->count, sizeof *campaign->tie_breaks);
    for (const struct yaml_node *node = list->first; node; node = node->next) {
        struct tie_break tie_break;
        if (node->shape != YAML_TEXT || !read_tie_break(reader, campaign, node, &tie_break))
            continue;
        if (tie_break_known(campaign, tie_break))
            yaml_fault(reader, FINDING_DUPLICATE_CODE, node, node->text, NULL);
        else
            campaign->tie_breaks[campaign->tie_break_count++] = tie_break;
        if (tie_break.kind == TIE_ON_TIME && !yaml_given(map, "due_days"))
            yaml_fault(reader, FINDING_ON_TIME_WITHOUT_DUE, node, NULL);
    }
}

void check_campaign(struct yaml_reader *reader, const struct yaml_map *map)
{
    struct campaign *campaign = yaml_map_target(map);
    default_name(&campaign->name, campaign->code);
    // The code becomes a file name.
    if (campaign->code && campaign->code[0] == '.')
        yaml_fault(reader, FINDING_BAD_CODE, yaml_given(map, "campaign"), campaign->code, NULL);
    check_kind_of_period(reader, map, "from", campaign->from, campaign->reporting);
    check_kind_of_period(reader, map, "to", campaign->to, campaign->reporting);
    check_span(reader, map, campaign);
    check_baseline(reader, map, campaign);
    check_days(reader, map, campaign);
    check_class_order(reader, map, campaign);
    check_groups(reader, map, campaign);
    read_tie_breaks(reader, map, campaign);
}

void check_competitors(struct yaml_reader *reader, const struct yaml_map *map)
{
    static const char *const keys[] = {"level", "units"};
    one_of(reader, map, FINDING_ONE_OF, keys, LENGTH(keys), "level, units");
}

// --- indicators ---

#define MEASURED (BIT(KIND_AMOUNT) | BIT(KIND_RATIO) | BIT(KIND_MEAN) | BIT(KIND_YES_NO))
static const struct belonging kind_keys[] = {
    {"time", MEASURED, true},           {"measure", MEASURED, false},
    {"better", MEASURED, false},        {"reported_by", MEASURED, true},
    {"target", MEASURED, false},        {"min", MEASURED, false},
    {"max", MEASURED, false},           {"may_exceed", BIT(KIND_RATIO), false},
    {"coverage_min", MEASURED, false},  {"rule", MEASURED, false},
    {"score_against", MEASURED, false}, {"floor", MEASURED, false},
    {"steps", MEASURED, false},         {"deduct", MEASURED, false},
    {"per_case", MEASURED, false},      {"linear", MEASURED, false},
    {"leader", MEASURED, false},        {"bonus", MEASURED, false},
};
static const struct belonging rule_keys[] = {
    {"floor", BIT(RULE_PROPORTIONAL), false}, {"steps", BIT(RULE_STEPS), true},
    {"deduct", BIT(RULE_DEDUCT), true},       {"per_case", BIT(RULE_PER_CASE), true},
    {"linear", BIT(RULE_LINEAR), true},       {"leader", BIT(RULE_LEADER), false},
};
#define RULES_BY_COMPLETION \
    (BIT(RULE_PROPORTIONAL) | BIT(RULE_STEPS) | BIT(RULE_DEDUCT) | BIT(RULE_LEADER))
static const struct belonging score_against_key[] = {{"score_against", RULES_BY_COMPLETION, false}};

// A number that the indicator's points limit. Points of 0 are not scored and limit nothing.
static void check_points_limit(struct yaml_reader *reader, const struct indicator *indicator,
                               const struct yaml_node *node, int64_t value_e4)
{
    if (!node || indicator->points_e4 == 0 || value_e4 <= indicator->points_e4)
        return;
    char most[DECIMAL_TEXT_SIZE];
    decimal_format(indicator->points_e4, DECIMAL_SCALE, most);
    yaml_fault(reader, FINDING_OUT_OF_LIMITS, node, node->text, "0", most, NULL);
}

static void check_steps_limit(struct yaml_reader *reader, const struct yaml_map *map,
                              const struct indicator *indicator)
{
    if (indicator->step_count == 0)
        return;
    const struct yaml_node *node = yaml_given(map, "steps")->first;
    for (size_t i = 0; i < indicator->step_count; i++, node = node->next)
        check_points_limit(reader, indicator, child(node, "points"), indicator->steps[i].points_e4);
}

static bool bonus_by_completion(const struct yaml_map *map)
{
    const struct yaml_node *bonus = yaml_given(map, "bonus");
    return bonus && (child(bonus, "per") || child(bonus, "steps"));
}

static void check_rule(struct yaml_reader *reader, const struct yaml_map *map,
                       const struct indicator *indicator)
{
    if (yaml_given(map, "rule") && !yaml_good(map, "rule"))
        return;
    check_belongings(reader, map, rule_keys, LENGTH(rule_keys), "rule", points_rule_words,
                     indicator->rule);
    if (!bonus_by_completion(map))
        check_belongings(reader, map, score_against_key, LENGTH(score_against_key), "rule",
                         points_rule_words, indicator->rule);
    check_steps_limit(reader, map, indicator);
}

static void check_values(struct yaml_reader *reader, const struct yaml_map *map,
                         const struct indicator *indicator)
{
    if (indicator->kind == KIND_YES_NO && indicator->time == TIME_FLOW && yaml_good(map, "time"))
        yaml_fault(reader, FINDING_STOCK_ONLY, yaml_given(map, "time"), NULL);
    if (indicator->has_min && indicator->has_max && indicator->min_e4 > indicator->max_e4)
        yaml_fault(reader, FINDING_MIN_OVER_MAX, yaml_given(map, "max"),
                   yaml_given(map, "min")->text, yaml_given(map, "max")->text, NULL);
    if (indicator->measure != MEASURE_LEVEL && !yaml_given(yaml_root_map(reader), "baseline"))
        yaml_fault(reader, FINDING_BASELINE_MISSING, yaml_given(map, "measure"),
                   indicator->code ? indicator->code : "", NULL);
}

void check_indicator(struct yaml_reader *reader, const struct yaml_map *map)
{
    struct indicator *indicator = yaml_map_target(map);
    default_name(&indicator->name, indicator->code);
    if (!yaml_good(map, "kind"))
        return;
    check_belongings(reader, map, kind_keys, LENGTH(kind_keys), "kind", indicator_kind_words,
                     indicator->kind);
    if (indicator->kind == KIND_ASSESSED)
        return;
    check_values(reader, map, indicator);
    check_rule(reader, map, indicator);
}

void check_step(struct yaml_reader *reader, const struct yaml_map *map)
{
    static const char *const keys[] = {"from", "value"};
    struct step *step = yaml_map_target(map);
    step->by_value = one_of(reader, map, FINDING_STEP_BOUNDS, keys, LENGTH(keys), NULL) == 1;
}

void check_per_case(struct yaml_reader *reader, const struct yaml_map *map)
{
    struct indicator *indicator = yaml_map_target(map);
    if (yaml_given(map, "max"))
        check_points_limit(reader, indicator, yaml_given(map, "max"), indicator->per_case.max_e4);
    else
        indicator->per_case.max_e4 = indicator->points_e4;
}

void check_linear(struct yaml_reader *reader, const struct yaml_map *map)
{
    const struct indicator *indicator = yaml_map_target(map);
    check_points_limit(reader, indicator, yaml_given(map, "points"), indicator->linear.points_e4);
}

void check_bonus(struct yaml_reader *reader, const struct yaml_map *map)
{
    static const char *const keys[] = {"per", "steps", "per_case"};
    static const enum bonus_kind kinds[] = {BONUS_PER, BONUS_STEPS, BONUS_PER_CASE, BONUS_NONE};
    struct bonus *bonus = &((struct indicator *)yaml_map_target(map))->bonus;
    bonus->kind =
        kinds[one_of(reader, map, FINDING_ONE_OF, keys, LENGTH(keys), "per, steps, per_case")];
    switch (bonus->kind) {
    case BONUS_PER:
        need(reader, map, "points", "bonus: per");
        need(reader, map, "max", "bonus: per");
        break;
    case BONUS_STEPS:
        forbid(reader, map, "points", "bonus: steps");
        forbid(reader, map, "max", "bonus: steps");
        break;
    case BONUS_PER_CASE:
        forbid(reader, map, "points", "bonus: per_case");
        need(reader, map, "max", "bonus: per_case");
        break;
    case BONUS_NONE:
        break;
    }
}

// --- the lists ---

void check_cluster(struct yaml_reader *reader, const struct yaml_map *map)
{
    struct cluster *cluster = yaml_map_target(map);
    (void)reader;
    default_name(&cluster->name, cluster->code);
}

void check_adjustment(struct yaml_reader *reader, const struct yaml_map *map)
{
    struct adjustment_rule *adjustment = yaml_map_target(map);
    (void)reader;
    default_name(&adjustment->name, adjustment->code);
}

void check_class(struct yaml_reader *reader, const struct yaml_map *map)
{
    struct class_rule *class = yaml_map_target(map);
    (void)reader;
    default_name(&class->name, class->code);
}

#define NOMINEES (BIT(TO_INDIVIDUAL) | BIT(TO_COLLECTIVE) | BIT(TO_HOUSEHOLD))
static const struct belonging award_keys[] = {
    {"total_min", BIT(TO_UNIT), false}, {"rank_max", BIT(TO_UNIT), false},
    {"class_min", BIT(TO_UNIT), false}, {"requires_met", BIT(TO_UNIT), false},
    {"votes_min", NOMINEES, false},     {"score_min", NOMINEES, false},
    {"requires", NOMINEES, false},      {"direct_share_min", BIT(TO_INDIVIDUAL), false},
};

void check_award(struct yaml_reader *reader, const struct yaml_map *map)
{
    struct award *award = yaml_map_target(map);
    default_name(&award->name, award->code);
    if (yaml_good(map, "to"))
        check_belongings(reader, map, award_keys, LENGTH(award_keys), "to", award_to_words,
                         award->to);
    if (award->form == FORM_SPOT)
        forbid(reader, map, "quota", "form: spot");
}

// The quota is taken from nominations, so the award it is `of` needs some.
static void check_quota_of(struct yaml_reader *reader, const struct yaml_map *map,
                           const struct award *award)
{
    const struct campaign *campaign = yaml_map_target(yaml_root_map(reader));
    if (award->to == TO_UNIT)
        forbid(reader, map, "of", "to: unit");
    else if (award->quota_of != NO_INDEX && campaign->awards[award->quota_of].to == TO_UNIT)
        yaml_fault(reader, FINDING_AWARD_CYCLE, yaml_given(map, "of"),
                   award->code ? award->code : "", campaign->awards[award->quota_of].code, NULL);
}

void check_quota(struct yaml_reader *reader, const struct yaml_map *map)
{
    static const char *const keys[] = {"count", "percent"};
    static const enum quota_kind kinds[] = {QUOTA_COUNT, QUOTA_PERCENT, QUOTA_NONE};
    struct award *award = yaml_map_target(map);
    award->quota = kinds[one_of(reader, map, FINDING_ONE_OF, keys, LENGTH(keys), "count, percent")];
    if (award->quota == QUOTA_COUNT) {
        forbid(reader, map, "round", "quota: count");
        forbid(reader, map, "of", "quota: count");
    } else {
        check_quota_of(reader, map, award);
    }
    if (award->quota_percent_e4 > INT64_C(100) * DECIMAL_ONE_E4)
        yaml_fault(reader, FINDING_QUOTA_OVER_100, yaml_given(map, "percent"),
                   yaml_given(map, "percent")->text, NULL);
}
