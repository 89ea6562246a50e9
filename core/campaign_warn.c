// See campaign_warn.h.
#include "core/campaign_warn.h"

#include <stdio.h>

struct warning {
    const struct campaign *campaign;
    const char *file;
    struct findings *findings;
    char path[CAMPAIGN_PATH_SIZE];
};

struct finding_place campaign_place(const char *file, unsigned line, const char *list, size_t index,
                                    const char *key, char path[static CAMPAIGN_PATH_SIZE])
{
    snprintf(path, CAMPAIGN_PATH_SIZE, "%s[%zu].%s", list, index, key);
    return (struct finding_place){file, line, path};
}

// --- indicators ---

// Whenever `later` holds, `above` holds as well. A completion is never more than 100 % for `less`.
static bool hides(const struct indicator *indicator, const struct step *above,
                  const struct step *later)
{
    if (above->by_value != later->by_value)
        return false;
    if (above->bound_e4 == later->bound_e4)
        return !above->beyond || later->beyond;
    bool downwards = above->by_value && indicator->better == BETTER_LESS;
    return downwards ? above->bound_e4 > later->bound_e4 : above->bound_e4 < later->bound_e4;
}

static void warn_steps(struct warning *warning, size_t at, const struct step *steps, size_t count,
                       const char *list)
{
    const struct indicator *indicator = &warning->campaign->indicators[at];
    for (size_t i = 1; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (hides(indicator, &steps[j], &steps[i])) {
                char number[DECIMAL_TEXT_SIZE], key[40];
                decimal_format((i128)i + 1, 0, number);
                snprintf(key, sizeof key, "%s[%zu]", list, i);
                finding_add(warning->findings, FINDING_STEPS_ORDER,
                            campaign_place(warning->file, indicator->line, "indicators", at, key,
                                           warning->path),
                            "", number, indicator->code, NULL);
                break;
            }
}

static void warn_points(struct warning *warning, size_t at)
{
    const struct indicator *indicator = &warning->campaign->indicators[at];
    int64_t most_e4 = 0;
    for (size_t i = 0; i < indicator->step_count; i++)
        if (indicator->steps[i].points_e4 > most_e4)
            most_e4 = indicator->steps[i].points_e4;
    if (indicator->rule != RULE_STEPS || most_e4 >= indicator->points_e4)
        return;
    char points[DECIMAL_TEXT_SIZE], most[DECIMAL_TEXT_SIZE];
    decimal_format(indicator->points_e4, DECIMAL_SCALE, points);
    decimal_format(most_e4, DECIMAL_SCALE, most);
    finding_add(
        warning->findings, FINDING_POINTS_UNREACHABLE,
        campaign_place(warning->file, indicator->line, "indicators", at, "steps", warning->path),
        "", indicator->code, points, most, NULL);
}

static void warn_indicator(struct warning *warning, size_t at)
{
    const struct indicator *indicator = &warning->campaign->indicators[at];
    if (indicator->kind == KIND_ASSESSED)
        return;
    warn_steps(warning, at, indicator->steps, indicator->step_count, "steps");
    warn_steps(warning, at, indicator->bonus.steps, indicator->bonus.step_count, "bonus.steps");
    warn_points(warning, at);
}

// --- totals ---

static int64_t most_bonus(const struct bonus *bonus)
{
    int64_t most_e4 = bonus->kind == BONUS_STEPS ? 0 : bonus->max_e4;
    for (size_t i = 0; i < bonus->step_count; i++)
        if (bonus->steps[i].points_e4 > most_e4)
            most_e4 = bonus->steps[i].points_e4;
    return most_e4;
}

// What adjustments can add at most; false when nothing limits them.
static bool most_adjustments(const struct campaign *campaign, i128 *ret_e4)
{
    i128 most_e4 = 0;
    bool limited = true;
    for (size_t i = 0; i < campaign->adjustment_count; i++) {
        const struct adjustment_rule *rule = &campaign->adjustments[i];
        if (rule->points_e4 > 0 && rule->has_max_times)
            most_e4 += (i128)rule->points_e4 * rule->max_times;
        else if (rule->points_e4 > 0)
            limited = false;
    }
    if (campaign->has_adjust_max && (!limited || most_e4 > campaign->adjust_max_e4)) {
        most_e4 = campaign->adjust_max_e4;
        limited = true;
    }
    *ret_e4 = most_e4;
    return limited;
}

// No total is higher; groups are left aside, because a sum can be scaled after their cap.
static bool most_total(const struct campaign *campaign, i128 *ret_e4)
{
    i128 points_e4 = 0, bonus_e4 = 0, adjustments_e4;
    for (size_t i = 0; i < campaign->indicator_count; i++) {
        points_e4 += campaign->indicators[i].points_e4;
        bonus_e4 += most_bonus(&campaign->indicators[i].bonus);
    }
    if (campaign->has_bonus_max && bonus_e4 > campaign->bonus_max_e4)
        bonus_e4 = campaign->bonus_max_e4;
    if (!most_adjustments(campaign, &adjustments_e4))
        return false;
    *ret_e4 = points_e4 + bonus_e4 + adjustments_e4;
    return true;
}

static void warn_total(struct warning *warning, enum finding_code code, const char *name,
                       int64_t wanted_e4, struct finding_place place)
{
    i128 most_e4;
    if (!most_total(warning->campaign, &most_e4) || wanted_e4 <= most_e4)
        return;
    char wanted[DECIMAL_TEXT_SIZE], most[DECIMAL_TEXT_SIZE];
    decimal_format(wanted_e4, DECIMAL_SCALE, wanted);
    decimal_format(most_e4, DECIMAL_SCALE, most);
    finding_add(warning->findings, code, place, "", name, wanted, most, NULL);
}

static void warn_class(struct warning *warning, size_t at)
{
    const struct class_rule *class = &warning->campaign->classes[at];
    warn_total(warning, FINDING_CLASS_UNREACHABLE, class->code, class->from_e4,
               campaign_place(warning->file, 0, "classes", at, "from", warning->path));
}

// --- adjustments and awards ---

static void warn_adjustment(struct warning *warning, size_t at)
{
    const struct campaign *campaign = warning->campaign;
    const struct adjustment_rule *rule = &campaign->adjustments[at];
    if (rule->points_e4 != 0 || rule->class_at_most != NO_INDEX)
        return;
    for (size_t i = 0; i < campaign->disqualify_adjustment_count; i++)
        if (campaign->disqualify_adjustments[i] == at)
            return;
    finding_add(warning->findings, FINDING_UNUSED_ADJUSTMENT,
                campaign_place(warning->file, 0, "adjustments", at, "points", warning->path), "",
                rule->code, NULL);
}

static bool is_unlimited(const struct award *award)
{
    return award->to == TO_UNIT && award->quota == QUOTA_NONE && !award->has_total_min &&
           !award->has_rank_max && award->class_min == NO_INDEX && award->requires_met_count == 0;
}

static void warn_award(struct warning *warning, size_t at)
{
    const struct award *award = &warning->campaign->awards[at];
    if (award->has_total_min)
        warn_total(
            warning, FINDING_AWARD_UNREACHABLE, award->code, award->total_min_e4,
            campaign_place(warning->file, award->line, "awards", at, "total_min", warning->path));
    if ((award->quota == QUOTA_COUNT && award->quota_count == 0) ||
        (award->quota == QUOTA_PERCENT && award->quota_percent_e4 == 0))
        finding_add(
            warning->findings, FINDING_QUOTA_ZERO,
            campaign_place(warning->file, award->line, "awards", at, "quota", warning->path), "",
            award->code, NULL);
    if (is_unlimited(award))
        finding_add(
            warning->findings, FINDING_AWARD_TO_ALL,
            campaign_place(warning->file, award->line, "awards", at, "quota", warning->path), "",
            award->code, NULL);
}

void campaign_warn(const struct campaign *campaign, const char *file, struct findings *findings)
{
    struct warning warning = {campaign, file, findings, ""};
    for (size_t i = 0; i < campaign->indicator_count; i++)
        warn_indicator(&warning, i);
    for (size_t i = 0; i < campaign->adjustment_count; i++)
        warn_adjustment(&warning, i);
    for (size_t i = 0; i < campaign->class_count; i++)
        warn_class(&warning, i);
    for (size_t i = 0; i < campaign->award_count; i++)
        warn_award(&warning, i);
}
