// Scores of a cluster: lines of all units first, then what the best of the cluster decides, then
// points, totals and classes (semantics.md, section 4).
#include "core/score_private.h"

#include <stdlib.h>

static void maximum(mpq_t best, bool *has, const mpq_t value)
{
    if (!*has || mpq_cmp(value, best) > 0)
        mpq_set(best, value);
    *has = true;
}

void leader_add(const struct indicator *indicator, uint32_t index,
                const struct cluster_scores *scores, struct leader_maxima *ret)
{
    mpq_t against, excess, one;
    mpq_inits(against, excess, one, NULL);
    mpq_set_ui(one, 1, 1);
    for (size_t u = 0; u < scores->count; u++) {
        const struct score_line *line = &scores->units[u].lines[index];
        if (!line_is_scored(line) || !line_against(indicator, line, against))
            continue;
        if (mpq_sgn(against) == 0) {
            maximum(ret->value, &ret->has_value, line->value);
            continue;
        }
        completion_of(indicator, line->value, against, excess);
        mpq_sub(excess, excess, one);
        maximum(ret->excess, &ret->has_excess, excess);
    }
    mpq_clears(against, excess, one, NULL);
}

static int score_indicator(const struct score_case *score, uint32_t index,
                           struct cluster_scores *scores, struct err *err)
{
    const struct indicator *indicator = &score->campaign->indicators[index];
    struct leader_maxima maxima = {0};
    int result = 0;
    mpq_inits(maxima.excess, maxima.value, NULL);
    if (indicator->kind != KIND_ASSESSED && indicator->rule == RULE_LEADER)
        leader_add(indicator, index, scores, &maxima);
    for (size_t u = 0; u < scores->count && result == 0; u++)
        result = line_score(score->campaign, index, &maxima, &scores->units[u].lines[index], err);
    mpq_clears(maxima.excess, maxima.value, NULL);
    return result;
}

static void scores_init(const struct score_case *score, const struct score_unit_input *units,
                        size_t count, struct cluster_scores *ret)
{
    *ret = (struct cluster_scores){.indicator_count = score->campaign->indicator_count};
    ret->count = count;
    ret->units = mem_alloc(count, sizeof *ret->units);
    for (size_t u = 0; u < count; u++) {
        struct unit_score *unit = &ret->units[u];
        unit->unit = units[u].unit;
        unit->lines = mem_alloc(ret->indicator_count, sizeof *unit->lines);
        unit->adjustment_times = mem_alloc(score->campaign->adjustment_count,
                                           sizeof *unit->adjustment_times);
        for (uint32_t i = 0; i < ret->indicator_count; i++) {
            line_init(&unit->lines[i]);
            line_read(score, &units[u], i, &unit->lines[i]);
        }
    }
}

void cluster_scores_clear(struct cluster_scores *scores)
{
    for (size_t u = 0; u < scores->count; u++) {
        for (size_t i = 0; i < scores->indicator_count; i++)
            line_clear(&scores->units[u].lines[i]);
        free(scores->units[u].lines);
        free(scores->units[u].adjustment_times);
    }
    free(scores->units);
    *scores = (struct cluster_scores){0};
}

static int score_all(const struct score_case *score, const struct score_unit_input *units,
                     struct cluster_scores *scores, struct err *err)
{
    for (uint32_t i = 0; i < scores->indicator_count; i++)
        if (score_indicator(score, i, scores, err) < 0)
            return -1;
    for (size_t u = 0; u < scores->count; u++) {
        if (score_total(score, &units[u], &scores->units[u], err) < 0)
            return -1;
        scores->units[u].class_index = score_class(score->campaign, &scores->units[u]);
    }
    return 0;
}

int score_cluster(const struct rollup_plan *plan, const struct targets *targets,
                  const struct adjustments *adjustments, const struct score_unit_input *units,
                  size_t count, struct cluster_scores *ret, struct err *err)
{
    struct score_case score = {plan, plan->campaign, targets, adjustments};
    struct cluster_scores scores;
    scores_init(&score, units, count, &scores);
    if (score_all(&score, units, &scores, err) < 0) {
        cluster_scores_clear(&scores);
        return -1;
    }
    *ret = scores;
    return 0;
}
