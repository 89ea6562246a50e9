// See weigh.h.
#include "core/weigh.h"

#include "core/score_private.h"
#include <stdlib.h>
#include <string.h>

#define FINER 1000000 // 10^-2 to 10^-8

// ---- the campaign

static void *copy_list(const void *list, size_t count, size_t size)
{
    void *copy = mem_alloc(count + 1, size);
    if (count > 0)
        memcpy(copy, list, count * size);
    return copy;
}

static void copy_campaign(const struct campaign *campaign, struct weigh_campaign *ret)
{
    ret->campaign = *campaign;
    ret->indicators = copy_list(campaign->indicators, campaign->indicator_count,
                                sizeof *ret->indicators);
    ret->classes = copy_list(campaign->classes, campaign->class_count, sizeof *ret->classes);
    ret->awards = copy_list(campaign->awards, campaign->award_count, sizeof *ret->awards);
    ret->campaign.indicators = ret->indicators;
    ret->campaign.classes = ret->classes;
    ret->campaign.awards = ret->awards;
}

void weigh_campaign_clear(struct weigh_campaign *weighed)
{
    free(weighed->indicators);
    free(weighed->classes);
    free(weighed->awards);
    *weighed = (struct weigh_campaign){0};
}

// ---- the scores

static void copy_unit(const struct unit_score *from, size_t indicators, size_t adjustments,
                      struct unit_score *to)
{
    *to = *from;
    to->lines = mem_alloc(indicators + 1, sizeof *to->lines);
    to->adjustment_times = copy_list(from->adjustment_times, adjustments,
                                     sizeof *to->adjustment_times);
    for (size_t i = 0; i < indicators; i++)
        line_copy(&to->lines[i], &from->lines[i]);
}

static void copy_scores(const struct weigh_case *given, struct cluster_scores *ret)
{
    *ret = *given->scores;
    ret->units = mem_alloc(ret->count + 1, sizeof *ret->units);
    for (size_t u = 0; u < ret->count; u++)
        copy_unit(&given->scores->units[u], ret->indicator_count,
                  given->plan->campaign->adjustment_count, &ret->units[u]);
}

// ---- other weights

static int weigh_line(const struct indicator *was, const struct indicator *is,
                      struct score_line *line, struct err *err)
{
    mpq_t factor;
    if (was->points_e4 == is->points_e4 || was->points_e4 == 0)
        return 0;
    mpq_init(factor);
    mpz_set_si(mpq_numref(factor), is->points_e4);
    mpz_set_si(mpq_denref(factor), was->points_e4);
    mpq_canonicalize(factor);
    mpq_mul(line->points, line->points, factor);
    mpq_clear(factor);
    line->max_e2 = is->points_e4 / 100;
    if (decimal_round_e2(line->points, &line->points_e2) < 0)
        return err_set(err, ERR_REJECT, "overflow", "the points of %s are too large", is->code);
    return 0;
}

static int weigh_unit(const struct weigh_case *given, const struct score_case *score,
                      const struct score_unit_input *input, struct unit_score *unit,
                      struct err *err)
{
    for (size_t i = 0; i < score->campaign->indicator_count; i++)
        if (weigh_line(&given->plan->campaign->indicators[i], &score->campaign->indicators[i],
                       &unit->lines[i], err) < 0)
            return -1;
    unit->met_count = unit->missing_count = 0;
    for (size_t i = 0; i < score->campaign->adjustment_count; i++)
        unit->adjustment_times[i] = 0;
    if (score_total(score, input, unit, err) < 0)
        return -1;
    unit->class_index = score_class(score->campaign, unit);
    return 0;
}

int weigh_points(const struct weigh_case *given, const int64_t *points_e4,
                 struct cluster_scores *ret, struct weigh_campaign *ret_campaign, struct err *err)
{
    struct cluster_scores scores;
    struct weigh_campaign weighed;
    int result = 0;
    copy_campaign(given->plan->campaign, &weighed);
    copy_scores(given, &scores);
    for (size_t i = 0; i < weighed.campaign.indicator_count; i++)
        weighed.indicators[i].points_e4 = points_e4[i];
    const struct score_case score = {given->plan, &weighed.campaign, given->targets,
                                     given->adjustments};
    for (size_t u = 0; u < scores.count && result == 0; u++)
        result = weigh_unit(given, &score, &given->inputs[u], &scores.units[u], err);
    if (result < 0) {
        cluster_scores_clear(&scores);
        weigh_campaign_clear(&weighed);
        return -1;
    }
    *ret = scores;
    *ret_campaign = weighed;
    return 0;
}

// ---- no rounding

// A count of 10^-8.
static int set_finer(const mpq_t value, int64_t *ret)
{
    mpq_t finer;
    mpq_init(finer);
    mpq_set_ui(finer, FINER, 1);
    mpq_mul(finer, finer, value);
    int result = decimal_round_e2(finer, ret);
    mpq_clear(finer);
    return result;
}

static int unround(const struct campaign *campaign, struct unit_score *unit, mpq_t points,
                   mpq_t bonus)
{
    mpq_t total;
    mpq_init(total);
    score_exact(campaign, unit, points, bonus);
    mpq_set_scaled(total, unit->adjustments_e2, 2);
    mpq_add(total, total, points);
    mpq_add(total, total, bonus);
    int result = set_finer(total, &unit->total_e2) < 0 || set_finer(bonus, &unit->bonus_e2) < 0;
    mpq_clear(total);
    unit->class_index = score_class(campaign, unit);
    return result ? -1 : 0;
}

int weigh_unrounded(const struct weigh_case *given, struct cluster_scores *ret,
                    struct weigh_campaign *ret_campaign, struct err *err)
{
    int result = 0;
    mpq_t points, bonus;
    copy_campaign(given->plan->campaign, ret_campaign);
    copy_scores(given, ret);
    mpq_inits(points, bonus, NULL);
    for (size_t i = 0; i < ret_campaign->campaign.class_count; i++)
        result |= __builtin_mul_overflow(ret_campaign->classes[i].from_e4, FINER,
                                         &ret_campaign->classes[i].from_e4);
    for (size_t i = 0; i < ret_campaign->campaign.award_count; i++)
        result |= __builtin_mul_overflow(ret_campaign->awards[i].total_min_e4, FINER,
                                         &ret_campaign->awards[i].total_min_e4);
    for (size_t u = 0; u < ret->count && result == 0; u++)
        result = unround(&ret_campaign->campaign, &ret->units[u], points, bonus);
    mpq_clears(points, bonus, NULL);
    if (result == 0)
        return 0;
    cluster_scores_clear(ret);
    weigh_campaign_clear(ret_campaign);
    return err_set(err, ERR_REJECT, "overflow", "the totals are too large");
}
