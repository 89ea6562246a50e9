// See sensitivity.h.
#include "common/sensitivity.h"

#include "core/weigh.h"
#include <stdlib.h>
#include <string.h>

struct decision_was { // of the run as it is
    uint32_t award, unit;
    const char *recipient;
    enum award_decision decision;
};
struct sensing {
    struct recompute *run;
    struct sensitivity *ret;
    struct decision_was *was;
    size_t was_count;
    struct score_unit_input *inputs; // room for all competitors
    uint32_t *range_of;              // by unit: its range + 1
    int64_t *points_e4;              // by indicator: M
    struct err *err;
};

// ---- ranks under other weights

static void start_ranges(struct sensing *sensing)
{
    const struct recompute *run = sensing->run;
    sensing->ret->ranges = mem_alloc(run->standing_count + 1, sizeof *sensing->ret->ranges);
    for (size_t i = 0; i < run->standing_count; i++) {
        const struct standing *standing = &run->standings[i];
        if (standing->disqualified)
            continue;
        sensing->ret->ranges[sensing->ret->range_count++] = (struct rank_range){
            .unit = standing->unit,
            .cluster = standing->cluster,
            .rank = standing->rank,
            .best = standing->rank,
            .worst = standing->rank,
            .best_by = NO_INDEX,
            .worst_by = NO_INDEX};
        sensing->range_of[standing->unit] = (uint32_t)sensing->ret->range_count;
    }
}

static void take_rank(struct sensing *sensing, const struct standing *standing, uint32_t indicator,
                      int percent)
{
    if (standing->disqualified || sensing->range_of[standing->unit] == 0)
        return;
    struct rank_range *range = &sensing->ret->ranges[sensing->range_of[standing->unit] - 1];
    if (standing->rank < range->best) {
        range->best = standing->rank;
        range->best_by = indicator;
        range->best_percent = percent;
    }
    if (standing->rank > range->worst) {
        range->worst = standing->rank;
        range->worst_by = indicator;
        range->worst_percent = percent;
    }
}

static struct weigh_case cluster_case(const struct sensing *sensing, uint32_t cluster)
{
    const struct recompute *run = sensing->run;
    recompute_inputs(run, cluster, sensing->inputs);
    return (struct weigh_case){.plan = run->plan,
                               .targets = run->input->targets,
                               .adjustments = run->input->adjustments,
                               .inputs = sensing->inputs,
                               .scores = &run->scores[cluster]};
}

static int other_weight(struct sensing *sensing, uint32_t cluster, const struct weigh_case *given,
                        uint32_t indicator, int percent)
{
    struct cluster_scores scores;
    struct weigh_campaign weighed;
    int64_t kept = sensing->points_e4[indicator];
    // Points have two decimals: a whole number of per cent of them is exact in ten-thousandths.
    sensing->points_e4[indicator] = kept / 100 * (100 + percent);
    int result = weigh_points(given, sensing->points_e4, &scores, &weighed, sensing->err);
    sensing->points_e4[indicator] = kept;
    if (result < 0)
        return -1;
    struct standing *standings = mem_alloc(scores.count + 1, sizeof *standings);
    rank_cluster(&weighed.campaign, cluster, &scores, standings);
    for (size_t i = 0; i < scores.count; i++)
        take_rank(sensing, &standings[i], indicator, percent);
    standings_clear(standings, scores.count);
    free(standings);
    cluster_scores_clear(&scores);
    weigh_campaign_clear(&weighed);
    return 0;
}

static int all_weights(struct sensing *sensing)
{
    const struct campaign *campaign = sensing->run->input->campaign;
    int result = 0;
    start_ranges(sensing);
    for (uint32_t cluster = 0; cluster < sensing->run->cluster_count; cluster++) {
        const struct weigh_case given = cluster_case(sensing, cluster);
        for (uint32_t i = 0; i < campaign->indicator_count && result == 0; i++) {
            if (campaign->indicators[i].points_e4 == 0)
                continue;
            result = other_weight(sensing, cluster, &given, i, -SENSITIVITY_PERCENT);
            if (result == 0)
                result = other_weight(sensing, cluster, &given, i, SENSITIVITY_PERCENT);
        }
    }
    return result;
}

// ---- awards

static void remember(struct sensing *sensing)
{
    const struct candidates *awards = &sensing->run->awards;
    sensing->was_count = awards->count;
    sensing->was = mem_alloc(awards->count + 1, sizeof *sensing->was);
    for (size_t i = 0; i < awards->count; i++)
        sensing->was[i] = (struct decision_was){awards->list[i].award, awards->list[i].unit,
                                                awards->list[i].recipient,
                                                awards->list[i].decision};
}

static int by_recipient(const void *left, const void *right)
{
    const struct decision_was *a = left, *b = right;
    if (a->award != b->award)
        return a->award < b->award ? -1 : 1;
    return strcmp(a->recipient, b->recipient);
}

// Every candidate is listed whatever becomes of it, so the two lists have the same.
static void hold_against(struct sensing *sensing, const struct candidates *awards,
                         const struct award_change *cause)
{
    struct decision_was *now = mem_alloc(awards->count + 1, sizeof *now);
    for (size_t i = 0; i < awards->count; i++)
        now[i] = (struct decision_was){awards->list[i].award, awards->list[i].unit,
                                       awards->list[i].recipient, awards->list[i].decision};
    qsort(now, awards->count, sizeof *now, by_recipient);
    for (size_t i = 0; i < sensing->was_count; i++) {
        const struct decision_was *was = &sensing->was[i];
        const struct decision_was *is = bsearch(was, now, awards->count, sizeof *now, by_recipient);
        if (is == NULL || is->decision == was->decision)
            continue;
        struct award_change *change = MEM_PUSH(sensing->ret->changes, sensing->ret->change_count,
                                               sensing->ret->change_capacity);
        *change = *cause;
        change->award = was->award;
        change->unit = was->unit;
        change->recipient = was->recipient;
        change->before = was->decision;
        change->after = is->decision;
    }
    free(now);
}

// Classes and least totals are those of the last cluster's campaign: they are the same for all.
static int without_rounding(struct sensing *sensing)
{
    const struct recompute *run = sensing->run;
    const struct recompute_input *in = run->input;
    struct standing *standings = mem_alloc(run->standing_count + 1, sizeof *standings);
    struct weigh_campaign weighed = {0};
    size_t count = 0;
    int result = 0;
    for (uint32_t cluster = 0; cluster < run->cluster_count && result == 0; cluster++) {
        const struct weigh_case given = cluster_case(sensing, cluster);
        struct cluster_scores scores;
        weigh_campaign_clear(&weighed);
        result = weigh_unrounded(&given, &scores, &weighed, sensing->err);
        if (result < 0)
            break;
        rank_cluster(&weighed.campaign, cluster, &scores, &standings[count]);
        count += scores.count;
        cluster_scores_clear(&scores);
    }
    if (result == 0) {
        struct candidates awards;
        award_compute(&weighed.campaign, in->tree, standings, count, in->nominations, in->decisions,
                      &awards);
        hold_against(sensing, &awards, &(struct award_change){.cause = AWARD_ROUNDING});
        candidates_clear(&awards);
    }
    standings_clear(standings, count);
    free(standings);
    weigh_campaign_clear(&weighed);
    return result;
}

// ---- one figure that nobody has verified

// Without what the unit itself has said of one indicator.
static int without_figure(struct sensing *sensing, size_t competitor, uint32_t indicator)
{
    struct recompute *run = sensing->run;
    size_t slots = run->plan->period_slots;
    struct assessed_cell *cells =
        &run->assessed[(competitor * run->input->campaign->indicator_count + indicator) * slots];
    struct assessed_cell *kept = mem_alloc(slots + 1, sizeof *kept);
    memcpy(kept, cells, slots * sizeof *kept);
    for (size_t slot = 0; slot < slots; slot++)
        cells[slot].has_self = cells[slot].has_self && cells[slot].self_state == CELL_NA;
    int result = recompute_rank(run, sensing->err);
    if (result == 0)
        hold_against(sensing, &run->awards,
                     &(struct award_change){.cause = AWARD_UNVERIFIED,
                                            .of_unit = run->competitors->units[competitor],
                                            .indicator = indicator});
    memcpy(cells, kept, slots * sizeof *kept);
    free(kept);
    return result;
}

static bool counts_unverified(const struct recompute *run, size_t competitor, uint32_t indicator)
{
    size_t slots = run->plan->period_slots, slot;
    int64_t value_e4;
    const struct campaign *campaign = run->input->campaign;
    uint32_t unit = run->competitors->units[competitor];
    return campaign->indicators[indicator].kind == KIND_ASSESSED &&
           (run->input->excluded == NULL || !run->input->excluded[unit]) &&
           assessed_counting(
               run->plan, unit,
               &run->assessed[(competitor * campaign->indicator_count + indicator) * slots],
               &value_e4, &slot) == ASSESSED_SELF;
}

static int all_figures(struct sensing *sensing)
{
    const struct recompute *run = sensing->run;
    int result = 0;
    for (size_t c = 0; c < run->competitors->count && result == 0; c++)
        for (uint32_t i = 0; i < run->input->campaign->indicator_count && result == 0; i++)
            if (counts_unverified(run, c, i)) {
                sensing->ret->unverified++;
                result = without_figure(sensing, c, i);
            }
    return result == 0 && sensing->ret->unverified > 0 ? recompute_rank(sensing->run, sensing->err)
                                                       : result;
}

int sensitivity_compute(struct recompute *run, struct sensitivity *ret, struct err *err)
{
    struct sensitivity sensitivity = {0};
    struct sensing sensing = {.run = run, .ret = &sensitivity, .err = err};
    sensing.inputs = mem_alloc(run->competitors->count + 1, sizeof *sensing.inputs);
    sensing.range_of = mem_alloc(run->input->tree->unit_count + 1, sizeof *sensing.range_of);
    sensing.points_e4 = mem_alloc(run->input->campaign->indicator_count, sizeof *sensing.points_e4);
    for (size_t i = 0; i < run->input->campaign->indicator_count; i++)
        sensing.points_e4[i] = run->input->campaign->indicators[i].points_e4;
    remember(&sensing);
    int result = all_weights(&sensing);
    if (result == 0)
        result = without_rounding(&sensing);
    if (result == 0)
        result = all_figures(&sensing);
    free(sensing.points_e4);
    free(sensing.inputs);
    free(sensing.range_of);
    free(sensing.was);
    if (result == 0)
        *ret = sensitivity;
    else
        sensitivity_clear(&sensitivity);
    return result;
}

void sensitivity_clear(struct sensitivity *sensitivity)
{
    free(sensitivity->ranges);
    free(sensitivity->changes);
    *sensitivity = (struct sensitivity){0};
}
