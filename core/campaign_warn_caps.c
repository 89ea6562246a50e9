// Warnings about sums: caps that can never apply or that one entry alone goes beyond, points that do
// not add up to the total that the file states. A cap that is just the sum states it, and is right.
#include "core/campaign_warn_private.h"

#include <stdio.h>

int64_t warning_most_bonus(const struct bonus *bonus)
{
    int64_t most_e4 = bonus->kind == BONUS_STEPS ? 0 : bonus->max_e4;
    for (size_t i = 0; i < bonus->step_count; i++)
        if (bonus->steps[i].points_e4 > most_e4)
            most_e4 = bonus->steps[i].points_e4;
    return most_e4;
}

static void add_most(i128 *sum_e4, int64_t points_e4, bool negative, bool has_times, int64_t times,
                     bool *limited)
{
    if (points_e4 == 0 || (points_e4 < 0) != negative)
        return;
    *sum_e4 += (i128)(negative ? -points_e4 : points_e4) * times;
    *limited = *limited && has_times;
}

bool warning_most_adjusted(const struct campaign *campaign, bool negative, i128 *ret_e4)
{
    bool limited = true;
    *ret_e4 = 0;
    for (size_t i = 0; i < campaign->adjustment_count; i++) {
        const struct adjustment_rule *rule = &campaign->adjustments[i];
        add_most(ret_e4, rule->points_e4, negative, rule->has_max_times, rule->max_times, &limited);
    }
    int64_t late = (int64_t)campaign_period_count(campaign); // a period is late once
    if (campaign->has_late && campaign->has_late_max_times && campaign->late_max_times < late)
        late = campaign->late_max_times;
    if (campaign->has_late)
        add_most(ret_e4, campaign->late_points_e4, negative, true, late, &limited);
    return limited;
}

static void at_campaign(struct warning *warning, const char *key, enum finding_code code,
                        const char *first, const char *second)
{
    finding_add(warning->findings, code,
                (struct finding_place){.file = warning->file, .column = key}, "", first, second,
                NULL);
}

// --- groups ---

static void warn_group(struct warning *warning, size_t at)
{
    const struct campaign *campaign = warning->campaign;
    const struct group *group = &campaign->groups[at];
    struct finding_place place = campaign_place(warning->file, 0, "groups", at, "max",
                                                warning->path);
    i128 most_e4 = 0;
    for (size_t i = 0; i < group->indicator_count; i++) {
        const struct indicator *indicator = &campaign->indicators[group->indicators[i]];
        most_e4 += (i128)indicator->points_e4 + warning_most_bonus(&indicator->bonus);
        if (indicator->points_e4 > group->max_e4)
            finding_add(warning->findings, FINDING_GROUP_EXCEEDED, place, "", group->code,
                        warning_number(warning, group->max_e4), indicator->code,
                        warning_number(warning, indicator->points_e4), NULL);
    }
    if (most_e4 < group->max_e4)
        finding_add(warning->findings, FINDING_GROUP_IDLE, place, "", group->code,
                    warning_number(warning, group->max_e4), warning_number(warning, most_e4), NULL);
}

// --- the cap on bonuses ---

static void warn_bonus_max(struct warning *warning)
{
    const struct campaign *campaign = warning->campaign;
    i128 most_e4 = 0;
    for (size_t i = 0; i < campaign->indicator_count; i++) {
        const struct indicator *indicator = &campaign->indicators[i];
        int64_t bonus_e4 = warning_most_bonus(&indicator->bonus);
        most_e4 += bonus_e4;
        if (campaign->has_bonus_max && bonus_e4 > campaign->bonus_max_e4)
            finding_add(warning->findings, FINDING_BONUS_EXCEEDED,
                        campaign_place(warning->file, indicator->line, "indicators", i, "bonus",
                                       warning->path),
                        "", indicator->code, warning_number(warning, bonus_e4),
                        warning_number(warning, campaign->bonus_max_e4), NULL);
    }
    if (campaign->has_bonus_max && most_e4 < campaign->bonus_max_e4)
        at_campaign(warning, "bonus_max", FINDING_BONUS_MAX_IDLE,
                    warning_number(warning, campaign->bonus_max_e4),
                    warning_number(warning, most_e4));
}

// --- adjustments ---

// `cap_e4` as a number of 0 or more, also for adjust_min.
static void warn_adjust(struct warning *warning, const char *key, bool negative, i128 cap_e4)
{
    const struct campaign *campaign = warning->campaign;
    i128 most_e4;
    for (size_t i = 0; i < campaign->adjustment_count; i++) {
        const struct adjustment_rule *rule = &campaign->adjustments[i];
        i128 once_e4 = negative ? -(i128)rule->points_e4 : rule->points_e4;
        if (once_e4 > cap_e4)
            finding_add(warning->findings, FINDING_ADJUST_EXCEEDED,
                        campaign_place(warning->file, 0, "adjustments", i, "points", warning->path),
                        "", rule->code, warning_number(warning, rule->points_e4), key,
                        warning_number(warning, negative ? -cap_e4 : cap_e4), NULL);
    }
    if (warning_most_adjusted(campaign, negative, &most_e4) && most_e4 < cap_e4)
        finding_add(warning->findings, FINDING_ADJUST_IDLE,
                    (struct finding_place){.file = warning->file, .column = key}, "", key,
                    warning_number(warning, negative ? -cap_e4 : cap_e4),
                    warning_number(warning, negative ? -most_e4 : most_e4), NULL);
}

// --- the stated total ---

static void warn_points_total(struct warning *warning)
{
    const struct campaign *campaign = warning->campaign;
    i128 sum_e4 = 0;
    for (size_t i = 0; i < campaign->indicator_count; i++)
        sum_e4 += campaign->indicators[i].points_e4;
    if (campaign->has_points_total && sum_e4 != campaign->points_total_e4)
        at_campaign(warning, "points_total", FINDING_POINTS_TOTAL,
                    warning_number(warning, campaign->points_total_e4),
                    warning_number(warning, sum_e4));
}

void warn_caps(struct warning *warning)
{
    const struct campaign *campaign = warning->campaign;
    for (size_t i = 0; i < campaign->group_count; i++)
        warn_group(warning, i);
    warn_bonus_max(warning);
    if (campaign->has_adjust_max)
        warn_adjust(warning, "adjust_max", false, campaign->adjust_max_e4);
    if (campaign->has_adjust_min)
        warn_adjust(warning, "adjust_min", true, -(i128)campaign->adjust_min_e4);
    warn_points_total(warning);
}
