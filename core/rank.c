// The order inside a cluster (semantics.md, section 5).
#include "core/rank.h"

#include "core/csv.h"
#include <stdlib.h>
#include <string.h>

// What qsort_r's comparison needs.
struct order {
    const struct campaign *campaign;
    const struct unit_score *units;
    const bool *disqualified;
};

static int cmp_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

// By an indicator: completion, for assessed ones the points; no value is the lowest.
static int cmp_indicator(const struct campaign *campaign, uint32_t indicator,
                         const struct score_line *a, const struct score_line *b)
{
    if (campaign->indicators[indicator].kind != KIND_ASSESSED) {
        if (!a->has_completion || !b->has_completion)
            return a->has_completion - b->has_completion;
        return mpq_cmp(a->completion, b->completion);
    }
    if (!a->has_value || !b->has_value)
        return a->has_value - b->has_value;
    return mpq_cmp(a->points, b->points);
}

static int cmp_tie_break(const struct campaign *campaign, const struct tie_break *tie,
                         const struct unit_score *a, const struct unit_score *b)
{
    switch (tie->kind) {
    case TIE_MET_COUNT:
        return cmp_i64(a->met_count, b->met_count);
    case TIE_BONUS:
        return cmp_i64(a->bonus_e2, b->bonus_e2);
    case TIE_ON_TIME:
        return cmp_i64(a->on_time, b->on_time);
    case TIE_INDICATOR:
        return cmp_indicator(campaign, tie->indicator, &a->lines[tie->indicator],
                             &b->lines[tie->indicator]);
    }
    return 0;
}

int rank_compare(const struct campaign *campaign, const struct unit_score *a,
                 const struct unit_score *b)
{
    int order = cmp_i64(b->total_e2, a->total_e2);
    for (size_t t = 0; order == 0 && t < campaign->tie_break_count; t++)
        order = cmp_tie_break(campaign, &campaign->tie_breaks[t], b, a);
    return order;
}

static int cmp_order(const void *left, const void *right, void *context)
{
    const struct order *order = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    if (order->disqualified[a] != order->disqualified[b])
        return order->disqualified[a] - order->disqualified[b];
    int result = order->disqualified[a]
                     ? 0
                     : rank_compare(order->campaign, &order->units[a], &order->units[b]);
    return result != 0 ? result : cmp_i64(order->units[a].unit, order->units[b].unit);
}

static void add_reason(struct text *reasons, const char *word, const char *code)
{
    if (reasons->length > 0)
        text_adds(reasons, ";");
    text_adds(reasons, word);
    if (code != NULL)
        text_addf(reasons, ":%s", code);
}

// Why a unit is disqualified: "" when it is not. Owned by the caller.
static char *disqualification(const struct campaign *campaign, const struct unit_score *unit)
{
    struct text reasons = {0};
    if (campaign->has_missing_over && unit->missing_count > campaign->missing_over)
        add_reason(&reasons, "missing_over", NULL);
    for (size_t i = 0; i < campaign->disqualify_not_met_count; i++) {
        uint32_t indicator = campaign->disqualify_not_met[i];
        const struct score_line *line = &unit->lines[indicator];
        if (!met_as_required(line->met, line->note))
            add_reason(&reasons, "not_met", campaign->indicators[indicator].code);
    }
    for (size_t i = 0; i < campaign->disqualify_adjustment_count; i++) {
        uint32_t rule = campaign->disqualify_adjustments[i];
        if (unit->adjustment_times[rule] > 0)
            add_reason(&reasons, "adjustment", campaign->adjustments[rule].code);
    }
    char *text = mem_text(reasons.length > 0 ? reasons.data : "", reasons.length);
    text_free(&reasons);
    return text;
}

bool rank_disqualified(const struct campaign *campaign, const struct unit_score *unit)
{
    char *reasons = disqualification(campaign, unit);
    bool is = reasons[0] != '\0';
    free(reasons);
    return is;
}

static void fill_standing(const struct cluster_scores *scores, uint32_t cluster,
                          const struct unit_score *unit, struct standing *ret)
{
    *ret = (struct standing){.unit = unit->unit,
                             .cluster = cluster,
                             .total_e2 = unit->total_e2,
                             .points_e2 = unit->points_e2,
                             .bonus_e2 = unit->bonus_e2,
                             .adjustments_e2 = unit->adjustments_e2,
                             .met_count = unit->met_count,
                             .class_index = unit->class_index};
    ret->met = mem_alloc(scores->indicator_count, sizeof *ret->met);
    ret->note = mem_alloc(scores->indicator_count, sizeof *ret->note);
    for (size_t i = 0; i < scores->indicator_count; i++) {
        ret->met[i] = (int8_t)unit->lines[i].met;
        ret->note[i] = (uint8_t)unit->lines[i].note;
    }
}

void rank_cluster(const struct campaign *campaign, uint32_t cluster,
                  const struct cluster_scores *scores, struct standing *ret)
{
    uint32_t *places = mem_alloc(scores->count, sizeof *places);
    bool *disqualified = mem_alloc(scores->count, sizeof *disqualified);
    char **reasons = mem_alloc(scores->count, sizeof(char *));
    for (uint32_t u = 0; u < scores->count; u++) {
        places[u] = u;
        reasons[u] = disqualification(campaign, &scores->units[u]);
        disqualified[u] = reasons[u][0] != '\0';
    }
    struct order order = {campaign, scores->units, disqualified};
    qsort_r(places, scores->count, sizeof *places, cmp_order, &order);
    for (uint32_t place = 0; place < scores->count; place++) {
        uint32_t u = places[place];
        fill_standing(scores, cluster, &scores->units[u], &ret[place]);
        ret[place].disqualified = disqualified[u];
        ret[place].reasons = reasons[u];
        if (disqualified[u])
            continue;
        bool shared = place > 0 && rank_compare(campaign, &scores->units[places[place - 1]],
                                                &scores->units[u]) == 0;
        ret[place].rank = shared ? ret[place - 1].rank : place + 1;
    }
    free(reasons);
    free(disqualified);
    free(places);
}

void standings_clear(struct standing *standings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(standings[i].reasons);
        free(standings[i].met);
        free(standings[i].note);
        standings[i] = (struct standing){0};
    }
}
