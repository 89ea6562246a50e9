// See campaign_warn.h. Rules of one indicator: campaign_warn_rule.c; sums and caps: campaign_warn_caps.c.
#include "core/campaign_warn_private.h"

#include <stdio.h>

struct finding_place campaign_place(const char *file, unsigned line, const char *list, size_t index,
                                    const char *key, char path[static CAMPAIGN_PATH_SIZE])
{
    snprintf(path, CAMPAIGN_PATH_SIZE, "%s[%zu].%s", list, index, key);
    return (struct finding_place){file, line, path};
}

const char *warning_number(struct warning *warning, i128 value_e4)
{
    size_t count = sizeof warning->numbers / sizeof warning->numbers[0];
    char *text = warning->numbers[warning->number_count++ % count];
    decimal_format(value_e4, DECIMAL_SCALE, text);
    return text;
}

// --- totals ---

// What adjustments can add at most; false when nothing limits them.
static bool most_adjustments(const struct campaign *campaign, i128 *ret_e4)
{
    bool limited = warning_most_adjusted(campaign, false, ret_e4);
    if (campaign->has_adjust_max && (!limited || *ret_e4 > campaign->adjust_max_e4)) {
        *ret_e4 = campaign->adjust_max_e4;
        limited = true;
    }
    return limited;
}

// No total is higher; groups are left aside, because a sum can be scaled after their cap.
static bool most_total(const struct campaign *campaign, i128 *ret_e4)
{
    i128 points_e4 = 0, bonus_e4 = 0, adjustments_e4;
    for (size_t i = 0; i < campaign->indicator_count; i++) {
        points_e4 += campaign->indicators[i].points_e4;
        bonus_e4 += warning_most_bonus(&campaign->indicators[i].bonus);
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
    finding_add(warning->findings, code, place, "", name, warning_number(warning, wanted_e4),
                warning_number(warning, most_e4), NULL);
}

// --- classes ---

static bool asks_for(const uint32_t *list, size_t count, uint32_t indicator)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == indicator)
            return true;
    return false;
}

// Whoever fulfils the conditions of `lower` fulfils those of `upper`.
static bool asks_no_more(const struct class_rule *upper, const struct class_rule *lower)
{
    for (size_t i = 0; i < upper->requires_met_count; i++)
        if (!asks_for(lower->requires_met, lower->requires_met_count, upper->requires_met[i]))
            return false;
    bool share = !upper->has_min_share ||
                 (lower->has_min_share && lower->min_share_e4 >= upper->min_share_e4);
    bool positive = lower->no_zero || (lower->has_min_share && lower->min_share_e4 > 0);
    return share && (!upper->no_zero || positive);
}

static bool has_conditions(const struct class_rule *class)
{
    return class->requires_met_count > 0 || class->has_min_share || class->no_zero;
}

static void warn_class_bands(struct warning *warning, size_t at)
{
    const struct campaign *campaign = warning->campaign;
    const struct class_rule *class = &campaign->classes[at];
    struct finding_place place = campaign_place(warning->file, 0, "classes", at, "from",
                                                warning->path);
    for (size_t i = 0; i < at; i++)
        if (campaign->classes[i].from_e4 == class->from_e4 &&
            asks_no_more(&campaign->classes[i], class)) {
            finding_add(warning->findings, FINDING_CLASS_HIDDEN, place, "", class->code,
                        campaign->classes[i].code, warning_number(warning, class->from_e4), NULL);
            break;
        }
    if (at + 1 == campaign->class_count && has_conditions(class))
        finding_add(warning->findings, FINDING_CLASS_HOLE, place, "", class->code,
                    warning_number(warning, class->from_e4), NULL);
}

static void warn_class(struct warning *warning, size_t at)
{
    const struct class_rule *class = &warning->campaign->classes[at];
    warn_total(warning, FINDING_CLASS_UNREACHABLE, class->code, class->from_e4,
               campaign_place(warning->file, 0, "classes", at, "from", warning->path));
    warn_class_bands(warning, at);
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
    struct warning warning = {.campaign = campaign, .file = file, .findings = findings};
    for (size_t i = 0; i < campaign->indicator_count; i++)
        warn_rule(&warning, i);
    warn_caps(&warning);
    for (size_t i = 0; i < campaign->adjustment_count; i++)
        warn_adjustment(&warning, i);
    for (size_t i = 0; i < campaign->class_count; i++)
        warn_class(&warning, i);
    for (size_t i = 0; i < campaign->award_count; i++)
        warn_award(&warning, i);
}
