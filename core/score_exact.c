// The sums of a unit before anything is rounded: what score_total.c does to published numbers, done to exact
// ones. It says whether a rank hangs on rounding.
#include "core/score_private.h"

static void add_lines(const struct unit_score *unit, const uint32_t *indexes, size_t count,
                      mpq_t points, mpq_t bonus)
{
    for (size_t i = 0; i < count; i++) {
        const struct score_line *line = &unit->lines[indexes != NULL ? indexes[i] : i];
        if (!line->has_points)
            continue;
        mpq_add(points, points, line->points);
        mpq_add(bonus, bonus, line->bonus);
    }
}

// What a group has beyond its cap is taken from its bonuses first, then from its points.
static void cap_group(const struct group *group, const struct unit_score *unit, mpq_t points,
                      mpq_t bonus)
{
    mpq_t own_points, own_bonus, excess, most;
    mpq_inits(own_points, own_bonus, excess, most, NULL);
    add_lines(unit, group->indicators, group->indicator_count, own_points, own_bonus);
    mpq_set_e4(most, group->max_e4);
    mpq_add(excess, own_points, own_bonus);
    mpq_sub(excess, excess, most);
    if (mpq_sgn(excess) > 0) {
        mpq_srcptr from_bonus = mpq_cmp(excess, own_bonus) < 0 ? excess : own_bonus;
        mpq_sub(bonus, bonus, from_bonus);
        mpq_sub(excess, excess, from_bonus);
        mpq_sub(points, points, excess);
    }
    mpq_clears(own_points, own_bonus, excess, most, NULL);
}

static void rescale(const struct campaign *campaign, const struct unit_score *unit, mpq_t points)
{
    i128 all = 0, applicable = 0;
    mpq_t factor;
    for (size_t i = 0; i < campaign->indicator_count; i++) {
        all += campaign->indicators[i].points_e4;
        if (unit->lines[i].note != NOTE_NA)
            applicable += campaign->indicators[i].points_e4;
    }
    if (campaign->not_applicable != NA_RESCALE || applicable == all)
        return;
    mpq_init(factor);
    if (applicable > 0) {
        mpz_set_i128(mpq_numref(factor), all);
        mpz_set_i128(mpq_denref(factor), applicable);
        mpq_canonicalize(factor);
    }
    mpq_mul(points, points, factor); // nothing applicable: 0
    mpq_clear(factor);
}

void score_exact(const struct campaign *campaign, const struct unit_score *unit, mpq_t ret_points,
                 mpq_t ret_bonus)
{
    mpq_t most;
    mpq_init(most);
    mpq_set_ui(ret_points, 0, 1);
    mpq_set_ui(ret_bonus, 0, 1);
    add_lines(unit, NULL, campaign->indicator_count, ret_points, ret_bonus);
    for (size_t g = 0; g < campaign->group_count; g++)
        cap_group(&campaign->groups[g], unit, ret_points, ret_bonus);
    mpq_set_e4(most, campaign->bonus_max_e4);
    if (campaign->has_bonus_max && mpq_cmp(ret_bonus, most) > 0)
        mpq_set(ret_bonus, most);
    rescale(campaign, unit, ret_points);
    mpq_clear(most);
}
