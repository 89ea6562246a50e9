// Warnings about one indicator's rule of points: bands that contradict each other, points that no
// value reaches. Of the steps that hold the most points count (rule.c), so order alone decides nothing.
#include "core/campaign_warn_private.h"

#include <stdio.h>

#define PERCENT_E4 (100 * DECIMAL_ONE_E4)

struct bands {
    const struct indicator *indicator;
    const struct step *steps;
    size_t count;
    const char *list; // key in the file
    size_t at;        // index of the indicator
};

static void warn_step(struct warning *warning, const struct bands *bands, size_t step,
                      enum finding_code code, const char *more)
{
    char key[40];
    snprintf(key, sizeof key, "%s[%zu]", bands->list, step);
    finding_add(warning->findings, code,
                campaign_place(warning->file, bands->indicator->line, "indicators", bands->at, key,
                               warning->path),
                "", warning_number(warning, (i128)(step + 1) * DECIMAL_ONE_E4),
                bands->indicator->code, more, NULL);
}

// --- one band against another ---

static bool downwards(const struct indicator *indicator, const struct step *step)
{
    return step->by_value && indicator->better == BETTER_LESS;
}

// Whenever `later` holds, `other` holds as well.
static bool hides(const struct indicator *indicator, const struct step *other,
                  const struct step *later)
{
    if (other->by_value != later->by_value)
        return false;
    if (other->bound_e4 == later->bound_e4)
        return !other->beyond || later->beyond;
    return downwards(indicator, other) ? other->bound_e4 > later->bound_e4
                                       : other->bound_e4 < later->bound_e4;
}

// Another step holds whenever this one does and gives no fewer points; of two alike the second.
static bool never_taken(const struct bands *bands, size_t step)
{
    const struct step *own = &bands->steps[step];
    for (size_t i = 0; i < bands->count; i++) {
        const struct step *other = &bands->steps[i];
        bool same = hides(bands->indicator, own, other) && own->points_e4 == other->points_e4;
        if (i != step && hides(bands->indicator, other, own) &&
            other->points_e4 >= own->points_e4 && (!same || i < step))
            return true;
    }
    return false;
}

static bool below_what_hides_it(const struct bands *bands, size_t step)
{
    for (size_t i = 0; i < step; i++)
        if (hides(bands->indicator, &bands->steps[i], &bands->steps[step]))
            return true;
    return false;
}

// --- what a value can be ---

// The most that the value of the indicator can be; false: there is no limit, or it is not in the file.
static bool most_value(const struct indicator *indicator, int64_t *ret_e4)
{
    bool part = indicator->kind == KIND_YES_NO ||
                (indicator->kind == KIND_RATIO && !indicator->may_exceed);
    *ret_e4 = PERCENT_E4;
    return part && indicator->measure == MEASURE_LEVEL;
}

// The most that the completion can be, in %. A target of the file is not the only one: lists name others.
static bool most_completion(const struct indicator *indicator, i128 *ret_e4)
{
    int64_t value_e4;
    *ret_e4 = PERCENT_E4;
    if (indicator->better == BETTER_LESS)
        return true;
    if (!indicator->has_score_against || !most_value(indicator, &value_e4))
        return false;
    if (indicator->score_against_e4 > 0) // rounded up: what is exactly at the limit can be reached
        *ret_e4 = ((i128)value_e4 * PERCENT_E4 + indicator->score_against_e4 - 1) /
                  indicator->score_against_e4;
    return true;
}

static bool out_of_reach(const struct indicator *indicator, const struct step *step,
                         i128 *ret_most_e4)
{
    int64_t value_e4 = 0;
    bool known;
    if (step->by_value) {
        known = indicator->better == BETTER_MORE && most_value(indicator, &value_e4);
        *ret_most_e4 = value_e4;
    } else {
        known = most_completion(indicator, ret_most_e4);
    }
    return known &&
           (step->bound_e4 > *ret_most_e4 || (step->beyond && step->bound_e4 == *ret_most_e4));
}

static void warn_bands(struct warning *warning, const struct bands *bands)
{
    i128 most_e4;
    for (size_t i = 0; i < bands->count; i++) {
        if (out_of_reach(bands->indicator, &bands->steps[i], &most_e4))
            warn_step(warning, bands, i, FINDING_STEP_OUT_OF_REACH,
                      warning_number(warning, most_e4));
        else if (never_taken(bands, i))
            warn_step(warning, bands, i, FINDING_STEP_NEVER_TAKEN, NULL);
        else if (below_what_hides_it(bands, i))
            warn_step(warning, bands, i, FINDING_STEPS_ORDER, NULL);
    }
}

// --- the whole rule ---

static void warn_indicator(struct warning *warning, size_t at, const char *key,
                           enum finding_code code, const char *first, const char *second)
{
    const struct indicator *indicator = &warning->campaign->indicators[at];
    finding_add(
        warning->findings, code,
        campaign_place(warning->file, indicator->line, "indicators", at, key, warning->path), "",
        indicator->code, first, second, NULL);
}

static int64_t most_of_steps(const struct step *steps, size_t count)
{
    int64_t most_e4 = 0;
    for (size_t i = 0; i < count; i++)
        if (steps[i].points_e4 > most_e4)
            most_e4 = steps[i].points_e4;
    return most_e4;
}

// The best value of a `linear` rule that the file lets be; false when there is none.
static bool best_value(const struct indicator *indicator, int64_t *ret_e4)
{
    if (indicator->better == BETTER_MORE)
        return most_value(indicator, ret_e4);
    *ret_e4 = 0; // `min` is that of the numerator
    return indicator->kind == KIND_RATIO && indicator->measure == MEASURE_LEVEL &&
           indicator->has_min && indicator->min_e4 >= 0;
}

// The points of a `linear` rule at the best value, rounded up to ten-thousandths.
static bool most_of_linear(const struct indicator *indicator, i128 *ret_e4)
{
    int64_t best_e4;
    if (!best_value(indicator, &best_e4))
        return false;
    i128 way_e4 = (i128)best_e4 - indicator->linear.start_e4;
    if (indicator->better == BETTER_LESS)
        way_e4 = -way_e4;
    if (way_e4 < 0)
        way_e4 = 0;
    *ret_e4 = indicator->linear.points_e4 +
              (way_e4 * indicator->linear.add_e4 + indicator->linear.per_e4 - 1) /
                  indicator->linear.per_e4;
    return true;
}

static void warn_points(struct warning *warning, size_t at)
{
    const struct indicator *indicator = &warning->campaign->indicators[at];
    i128 most_e4 = indicator->points_e4;
    if (indicator->rule == RULE_STEPS)
        most_e4 = most_of_steps(indicator->steps, indicator->step_count);
    else if (indicator->rule != RULE_LINEAR || !most_of_linear(indicator, &most_e4))
        return;
    if (most_e4 < indicator->points_e4)
        warn_indicator(warning, at, points_rule_words[indicator->rule], FINDING_POINTS_UNREACHABLE,
                       warning_number(warning, indicator->points_e4),
                       warning_number(warning, most_e4));
}

// A unit at its target is below every band: the target is met, and there are no points.
static void warn_hole(struct warning *warning, size_t at)
{
    const struct indicator *indicator = &warning->campaign->indicators[at];
    bool by_target = indicator->has_target && !indicator->has_score_against;
    if (indicator->rule != RULE_STEPS || !by_target || indicator->points_e4 == 0)
        return;
    for (size_t i = 0; i < indicator->step_count; i++) {
        const struct step *step = &indicator->steps[i];
        int64_t at_target_e4 = step->by_value ? indicator->target_e4 : PERCENT_E4;
        bool below = downwards(indicator, step) ? at_target_e4 < step->bound_e4
                                                : at_target_e4 > step->bound_e4;
        if (below || (at_target_e4 == step->bound_e4 && !step->beyond))
            return;
    }
    warn_indicator(warning, at, "steps", FINDING_MET_WITHOUT_POINTS,
                   warning_number(warning, indicator->target_e4), NULL);
}

static void warn_bonus(struct warning *warning, size_t at)
{
    const struct indicator *indicator = &warning->campaign->indicators[at];
    const struct bonus *bonus = &indicator->bonus;
    i128 most_e4;
    if (bonus->kind == BONUS_PER && most_completion(indicator, &most_e4) &&
        most_e4 < PERCENT_E4 + bonus->per_e4)
        warn_indicator(warning, at, "bonus.per", FINDING_BONUS_OUT_OF_REACH,
                       warning_number(warning, most_e4), NULL);
    if ((bonus->kind == BONUS_PER || bonus->kind == BONUS_PER_CASE) &&
        bonus->points_e4 > bonus->max_e4)
        warn_indicator(warning, at, "bonus.max", FINDING_ONCE_OVER_MAX,
                       warning_number(warning, bonus->points_e4),
                       warning_number(warning, bonus->max_e4));
    if (indicator->rule == RULE_PER_CASE &&
        indicator->per_case.points_e4 > indicator->per_case.max_e4)
        warn_indicator(warning, at, "per_case.max", FINDING_ONCE_OVER_MAX,
                       warning_number(warning, indicator->per_case.points_e4),
                       warning_number(warning, indicator->per_case.max_e4));
}

void warn_rule(struct warning *warning, size_t at)
{
    const struct indicator *indicator = &warning->campaign->indicators[at];
    if (indicator->kind == KIND_ASSESSED)
        return;
    const struct bands steps = {indicator, indicator->steps, indicator->step_count, "steps", at};
    const struct bands bonus = {indicator, indicator->bonus.steps, indicator->bonus.step_count,
                                "bonus.steps", at};
    warn_bands(warning, &steps);
    warn_bands(warning, &bonus);
    warn_points(warning, at);
    warn_hole(warning, at);
    warn_bonus(warning, at);
}
