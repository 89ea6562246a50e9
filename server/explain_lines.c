// EXPLAIN, what the points come from: each indicator's line with its fraction and rule, the sums and
// their caps, the adjustments with their reasons.
#include "server/explain.h"

#include "server/explain_words.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long count_at(const struct explain *explain, int row, int column)
{
    return strtol(explain_cell(explain, EXPLAIN_ROLLUP, row, column), NULL, 10);
}

// ---- lines

// Why a line has no points of its own.
static void add_cause(const struct explain *explain, const struct indicator *indicator, int row,
                      struct text *detail)
{
    const char *note = explain_cell(explain, EXPLAIN_SCORES, row, SCORE_NOTE);
    long expected = count_at(explain, row, ROLLUP_LEAVES) - count_at(explain, row, ROLLUP_NA);
    long reported = count_at(explain, row, ROLLUP_REPORTED);
    char share[64], least[DECIMAL_TEXT_SIZE];
    if (note[0] == '\0' || indicator->kind == KIND_ASSESSED)
        return;
    if (strcmp(note, "missing") == 0) {
        snprintf(share, sizeof share, "%ld/%ld", reported, expected);
        explain_add(detail, "reported", share);
        if (indicator->has_coverage_min)
            explain_add(detail, "coverage_min", explain_e4(indicator->coverage_min_e4, least));
    } else if (expected == 0) {
        explain_add(detail, "nothing expected", NULL);
    } else if (explain_cell(explain, EXPLAIN_SCORES, row, SCORE_TARGET)[0] == '\0') {
        explain_add(detail, "no target", NULL);
    } else {
        explain_add(detail, "denominator 0", NULL);
    }
}

static void add_measure(const struct explain *explain, const struct indicator *indicator, int row,
                        struct text *detail)
{
    const char *numerator = explain_cell(explain, EXPLAIN_ROLLUP, row, ROLLUP_BASE_NUMERATOR);
    const char *denominator = explain_cell(explain, EXPLAIN_ROLLUP, row, ROLLUP_BASE_DENOMINATOR);
    struct text fraction = {0};
    if (indicator->kind == KIND_ASSESSED || indicator->measure == MEASURE_LEVEL)
        return;
    text_adds(&fraction, numerator);
    if (indicator->kind != KIND_AMOUNT)
        text_addf(&fraction, "/%s", denominator);
    explain_add(detail, indicator_measure_words[indicator->measure], NULL);
    explain_add(detail, "baseline", fraction.data);
    text_free(&fraction);
}

static void explain_line(struct explain *explain, int row)
{
    const struct indicator *indicator = &explain->campaign->indicators[row];
    struct text detail = {0};
    char expected[24];
    bool rolled_up = indicator->kind != KIND_ASSESSED &&
                     count_at(explain, row, ROLLUP_REPORTED) > 0;
    const char *denominator = explain_cell(explain, EXPLAIN_ROLLUP, row, ROLLUP_DENOMINATOR);
    if (indicator->kind == KIND_YES_NO) {
        snprintf(expected, sizeof expected, "%ld",
                 count_at(explain, row, ROLLUP_LEAVES) - count_at(explain, row, ROLLUP_NA));
        denominator = expected;
    }
    add_cause(explain, indicator, row, &detail);
    explain_rule_words(indicator, &detail);
    add_measure(explain, indicator, row, &detail);
    explain_row(explain,
                &(struct explain_row){
                    .section = "indicator",
                    .item = indicator->code,
                    .name = indicator->name,
                    .numerator = rolled_up
                                     ? explain_cell(explain, EXPLAIN_ROLLUP, row, ROLLUP_NUMERATOR)
                                     : "",
                    .denominator = rolled_up && indicator->kind != KIND_AMOUNT ? denominator : "",
                    .value = explain_cell(explain, EXPLAIN_SCORES, row, SCORE_VALUE),
                    .target = explain_cell(explain, EXPLAIN_SCORES, row, SCORE_TARGET),
                    .completion = explain_cell(explain, EXPLAIN_SCORES, row, SCORE_COMPLETION),
                    .met = explain_cell(explain, EXPLAIN_SCORES, row, SCORE_MET),
                    .points = explain_cell(explain, EXPLAIN_SCORES, row, SCORE_POINTS),
                    .bonus = explain_cell(explain, EXPLAIN_SCORES, row, SCORE_BONUS),
                    .max = explain_cell(explain, EXPLAIN_SCORES, row, SCORE_MAX),
                    .note = explain_cell(explain, EXPLAIN_SCORES, row, SCORE_NOTE),
                    .detail = detail.data});
    text_free(&detail);
}

void explain_lines(struct explain *explain)
{
    for (size_t i = 0; i < explain->campaign->indicator_count; i++)
        explain_line(explain, (int)i);
}

// ---- adjustments

// What a pair of bounds says: "adjust_min:-3;adjust_max:3".
static void add_bound(struct text *detail, const char *word, bool has, int64_t value_e4)
{
    char number[DECIMAL_TEXT_SIZE];
    if (has)
        explain_add(detail, word, explain_e4(value_e4, number));
}

void explain_times_given(const struct explain *explain, int64_t *ret_times)
{
    const struct adjustments *list = &explain->input->adjustments;
    memset(ret_times, 0, explain->campaign->adjustment_count * sizeof *ret_times);
    for (size_t i = 0; i < list->count; i++)
        if (list->list[i].unit == explain->unit)
            ret_times[list->list[i].rule] += list->list[i].times;
}

// "each:-0.5;times:3;max_times:2" and what that comes to.
static void counted_row(struct explain *explain, const struct adjustment_rule *rule, int64_t times)
{
    int64_t counted = rule->has_max_times && times > rule->max_times ? rule->max_times : times;
    struct text detail = {0};
    char points[DECIMAL_TEXT_SIZE];
    add_bound(&detail, "each", true, rule->points_e4);
    add_bound(&detail, "times", true, times * DECIMAL_ONE_E4);
    add_bound(&detail, "max_times", rule->has_max_times, rule->max_times * DECIMAL_ONE_E4);
    explain_row(explain, &(struct explain_row){
                             .section = "adjustment",
                             .item = rule->code,
                             .name = rule->name,
                             .points = explain_text_e2(counted * (rule->points_e4 / 100), points),
                             .note = counted < times ? "capped" : "",
                             .detail = detail.data});
    text_free(&detail);
}

static void reason_rows(struct explain *explain, uint32_t rule)
{
    const struct adjustments *list = &explain->input->adjustments;
    char times[24];
    for (size_t i = 0; i < list->count; i++) {
        const struct adjustment *adjustment = &list->list[i];
        if (adjustment->unit != explain->unit || adjustment->rule != rule)
            continue;
        snprintf(times, sizeof times, "times:%" PRId64, adjustment->times);
        explain_row(explain,
                    &(struct explain_row){.section = "reason",
                                          .item = explain->campaign->adjustments[rule].code,
                                          .name = adjustment->reason,
                                          .detail = times});
    }
}

static void explain_late(struct explain *explain)
{
    const struct campaign *campaign = explain->campaign;
    const struct unit *units = explain->input->tree->units;
    int64_t late = 0;
    char period[PERIOD_TEXT_SIZE];
    for (size_t slot = 0; slot < explain->input->plan->period_slots; slot++) {
        uint32_t office = explain_late_office(explain, explain->unit, slot);
        if (office == NO_UNIT)
            continue;
        late++;
        period_format(campaign_period(campaign, slot), period);
        explain_row(explain, &(struct explain_row){.section = "late",
                                                   .item = period,
                                                   .name = units[office].name,
                                                   .detail = units[office].code});
    }
    const struct adjustment_rule rule = {.code = "late",
                                         .points_e4 = campaign->late_points_e4,
                                         .has_max_times = campaign->has_late_max_times,
                                         .max_times = campaign->late_max_times};
    if (late > 0)
        counted_row(explain, &rule, late);
}

static void explain_adjustments(struct explain *explain)
{
    const struct campaign *campaign = explain->campaign;
    int64_t *times = mem_alloc(campaign->adjustment_count + 1, sizeof *times);
    explain_times_given(explain, times);
    for (uint32_t rule = 0; rule < campaign->adjustment_count; rule++) {
        if (times[rule] == 0)
            continue;
        reason_rows(explain, rule);
        counted_row(explain, &campaign->adjustments[rule], times[rule]);
    }
    if (campaign->has_late)
        explain_late(explain);
    free(times);
}

// ---- sums

struct explain_sums {
    int64_t points_e2, bonus_e2, max_e2, applicable_e2;
};

static void add_sums(const struct explain *explain, int row, struct explain_sums *sums)
{
    int64_t max_e2 = explain_e2(explain_cell(explain, EXPLAIN_SCORES, row, SCORE_MAX));
    sums->points_e2 += explain_e2(explain_cell(explain, EXPLAIN_SCORES, row, SCORE_POINTS));
    sums->bonus_e2 += explain_e2(explain_cell(explain, EXPLAIN_SCORES, row, SCORE_BONUS));
    sums->max_e2 += max_e2;
    if (strcmp(explain_cell(explain, EXPLAIN_SCORES, row, SCORE_NOTE), "na") != 0)
        sums->applicable_e2 += max_e2;
}

static const char *ranking_cell(const struct explain *explain, int column)
{
    return explain_cell(explain, EXPLAIN_RANKING, explain->place, column);
}

static void explain_groups(struct explain *explain)
{
    const struct campaign *campaign = explain->campaign;
    char points[DECIMAL_TEXT_SIZE], bonus[DECIMAL_TEXT_SIZE], max[DECIMAL_TEXT_SIZE];
    for (size_t g = 0; g < campaign->group_count; g++) {
        const struct group *group = &campaign->groups[g];
        struct explain_sums sums = {0};
        struct text members = {0};
        for (size_t i = 0; i < group->indicator_count; i++) {
            add_sums(explain, (int)group->indicators[i], &sums);
            explain_add(&members, campaign->indicators[group->indicators[i]].code, NULL);
        }
        bool capped = sums.points_e2 + sums.bonus_e2 > group->max_e4 / 100;
        explain_row(explain,
                    &(struct explain_row){.section = "group",
                                          .item = group->code,
                                          .points = explain_text_e2(sums.points_e2, points),
                                          .bonus = explain_text_e2(sums.bonus_e2, bonus),
                                          .max = explain_text_e2(group->max_e4 / 100, max),
                                          .note = capped ? "capped" : "",
                                          .detail = members.data});
        text_free(&members);
    }
}

static void explain_scaled(struct explain *explain, const struct explain_sums *sums)
{
    struct text detail = {0};
    bool scaled = explain->campaign->not_applicable == NA_RESCALE &&
                  sums->applicable_e2 != sums->max_e2;
    if (scaled) {
        explain_add(&detail, "rescale", NULL);
        add_bound(&detail, "of", true, sums->applicable_e2 * 100);
        add_bound(&detail, "to", true, sums->max_e2 * 100);
    }
    add_bound(&detail, "bonus_max", explain->campaign->has_bonus_max,
              explain->campaign->bonus_max_e4);
    explain_row(explain, &(struct explain_row){.section = "sum",
                                               .item = "counted",
                                               .points = ranking_cell(explain, RANK_POINTS),
                                               .bonus = ranking_cell(explain, RANK_BONUS),
                                               .detail = detail.data});
    text_free(&detail);
}

static void explain_adjusted(struct explain *explain)
{
    const struct campaign *campaign = explain->campaign;
    struct text detail = {0};
    add_bound(&detail, "adjust_min", campaign->has_adjust_min, campaign->adjust_min_e4);
    add_bound(&detail, "adjust_max", campaign->has_adjust_max, campaign->adjust_max_e4);
    explain_row(explain, &(struct explain_row){.section = "sum",
                                               .item = "adjustments",
                                               .points = ranking_cell(explain, RANK_ADJUSTMENTS),
                                               .detail = detail.data});
    text_free(&detail);
}

void explain_sums(struct explain *explain)
{
    struct explain_sums sums = {0};
    char points[DECIMAL_TEXT_SIZE], bonus[DECIMAL_TEXT_SIZE], max[DECIMAL_TEXT_SIZE];
    for (size_t i = 0; i < explain->campaign->indicator_count; i++)
        add_sums(explain, (int)i, &sums);
    explain_groups(explain);
    explain_row(explain, &(struct explain_row){.section = "sum",
                                               .item = "points",
                                               .points = explain_text_e2(sums.points_e2, points),
                                               .bonus = explain_text_e2(sums.bonus_e2, bonus),
                                               .max = explain_text_e2(sums.max_e2, max)});
    explain_scaled(explain, &sums);
    explain_adjustments(explain);
    explain_adjusted(explain);
    explain_row(explain, &(struct explain_row){.section = "sum",
                                               .item = "total",
                                               .points = ranking_cell(explain, RANK_TOTAL)});
}
