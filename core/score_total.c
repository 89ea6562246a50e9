// From the published lines of a unit to its total (semantics.md, section 4): caps of groups, the cap
// on bonuses, scaling for what does not apply, adjustments. Everything here adds published numbers.
#include "core/score_private.h"

// The points and bonuses of a unit, e2.
struct sums {
    i128 points, bonus;
};

static i128 smaller(i128 a, i128 b)
{
    return a < b ? a : b;
}

// What a group has beyond its cap is taken from its bonuses first, then from its points.
static void cap_group(const struct group *group, const struct unit_score *unit, struct sums *sums)
{
    struct sums own = {0};
    for (size_t i = 0; i < group->indicator_count; i++) {
        own.points += unit->lines[group->indicators[i]].points_e2;
        own.bonus += unit->lines[group->indicators[i]].bonus_e2;
    }
    i128 excess = own.points + own.bonus - group->max_e4 / 100;
    if (excess <= 0)
        return;
    i128 from_bonus = smaller(excess, own.bonus);
    sums->bonus -= from_bonus;
    sums->points -= excess - from_bonus;
}

static struct sums add_lines(const struct campaign *campaign, const struct unit_score *unit)
{
    struct sums sums = {0};
    for (size_t i = 0; i < campaign->indicator_count; i++) {
        sums.points += unit->lines[i].points_e2;
        sums.bonus += unit->lines[i].bonus_e2;
    }
    for (size_t g = 0; g < campaign->group_count; g++)
        cap_group(&campaign->groups[g], unit, &sums);
    if (campaign->has_bonus_max)
        sums.bonus = smaller(sums.bonus, campaign->bonus_max_e4 / 100);
    return sums;
}

// Σp × ΣM of all indicators / ΣM of the applicable ones, published with 2 decimals.
static bool rescale(const struct campaign *campaign, const struct unit_score *unit, i128 *points_e2)
{
    i128 all = 0, applicable = 0, scaled;
    for (size_t i = 0; i < campaign->indicator_count; i++) {
        all += campaign->indicators[i].points_e4;
        if (unit->lines[i].note != NOTE_NA)
            applicable += campaign->indicators[i].points_e4;
    }
    if (campaign->not_applicable != NA_RESCALE || applicable == all)
        return true;
    if (applicable == 0) {
        *points_e2 = 0;
        return true;
    }
    if (__builtin_mul_overflow(*points_e2, all, &scaled))
        return false;
    return decimal_round_i128(scaled, applicable, 0, points_e2);
}

// The first adjustment of a unit in the list, which is ordered by unit.
static size_t first_adjustment(const struct adjustments *adjustments, uint32_t unit)
{
    size_t low = 0, high = adjustments->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (adjustments->list[middle].unit < unit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool count_times(const struct adjustments *adjustments, struct unit_score *unit)
{
    for (size_t i = first_adjustment(adjustments, unit->unit);
         i < adjustments->count && adjustments->list[i].unit == unit->unit; i++) {
        int64_t *times = &unit->adjustment_times[adjustments->list[i].rule];
        if (__builtin_add_overflow(*times, adjustments->list[i].times, times))
            return false;
    }
    return true;
}

static bool add_times(i128 *sum_e2, int64_t points_e4, int64_t times, bool has_max, int64_t max)
{
    i128 counted = has_max ? smaller(times, max) : times;
    return !__builtin_add_overflow(*sum_e2, counted * (points_e4 / 100), sum_e2);
}

static bool add_adjustments(const struct score_case *score, int64_t late_periods,
                            struct unit_score *unit, i128 *ret_e2)
{
    const struct campaign *campaign = score->campaign;
    i128 sum = 0;
    if (!count_times(score->adjustments, unit))
        return false;
    for (size_t i = 0; i < campaign->adjustment_count; i++) {
        const struct adjustment_rule *rule = &campaign->adjustments[i];
        if (!add_times(&sum, rule->points_e4, unit->adjustment_times[i], rule->has_max_times,
                       rule->max_times))
            return false;
    }
    if (campaign->has_late && !add_times(&sum, campaign->late_points_e4, late_periods,
                                         campaign->has_late_max_times, campaign->late_max_times))
        return false;
    if (campaign->has_adjust_max)
        sum = smaller(sum, campaign->adjust_max_e4 / 100);
    if (campaign->has_adjust_min && sum < campaign->adjust_min_e4 / 100)
        sum = campaign->adjust_min_e4 / 100;
    *ret_e2 = sum;
    return true;
}

static bool fits(i128 value, int64_t *ret)
{
    *ret = (int64_t)value;
    return value >= INT64_MIN && value <= INT64_MAX;
}

int score_total(const struct score_case *score, const struct score_unit_input *input,
                struct unit_score *unit, struct err *err)
{
    struct sums sums = add_lines(score->campaign, unit);
    i128 adjustments = 0;
    if (!rescale(score->campaign, unit, &sums.points) ||
        !add_adjustments(score, input->late_periods, unit, &adjustments) ||
        !fits(sums.points, &unit->points_e2) || !fits(sums.bonus, &unit->bonus_e2) ||
        !fits(adjustments, &unit->adjustments_e2) ||
        !fits(sums.points + sums.bonus + adjustments, &unit->total_e2))
        return err_set(err, ERR_REJECT, "overflow", "the total of unit %s is too large",
                       score->plan->tree->units[unit->unit].code);
    for (size_t i = 0; i < score->campaign->indicator_count; i++) {
        unit->met_count += unit->lines[i].met == 1;
        unit->missing_count += unit->lines[i].note == NOTE_MISSING;
    }
    unit->on_time = input->on_time_periods;
    return 0;
}
