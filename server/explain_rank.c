// EXPLAIN, what follows from the total: the place among the others, the class and the conditions of
// those above it, the awards with their reasons.
#include "server/explain.h"

#include "core/score.h"
#include "server/explain_words.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *ranking_cell(const struct explain *explain, int row, int column)
{
    return explain_cell(explain, EXPLAIN_RANKING, row, column);
}

// ---- rank

static void explain_neighbour(struct explain *explain, int other, const char *section)
{
    const char *rank = ranking_cell(explain, other, RANK_RANK);
    const char *total = ranking_cell(explain, other, RANK_TOTAL);
    char gap[DECIMAL_TEXT_SIZE];
    struct text detail = {0};
    if (rank[0] == '\0') // none, or disqualified
        return;
    int64_t own_e2 = explain_e2(ranking_cell(explain, explain->place, RANK_TOTAL));
    explain_add(&detail, "rank", rank);
    explain_add(&detail, "gap", explain_text_e2(explain_e2(total) - own_e2, gap));
    explain_row(explain, &(struct explain_row){.section = section,
                                               .item = ranking_cell(explain, other, RANK_UNIT),
                                               .name = ranking_cell(explain, other, RANK_NAME),
                                               .points = total,
                                               .detail = detail.data});
    text_free(&detail);
    if (explain_e2(total) == own_e2)
        explain_ties(explain, other);
}

static void explain_disqualified(struct explain *explain)
{
    const char *at = ranking_cell(explain, explain->place, RANK_REASONS);
    while (at[0] != '\0') {
        size_t length = strcspn(at, ";");
        char *reason = mem_text(at, length);
        explain_row(explain, &(struct explain_row){.section = "disqualified", .item = reason});
        free(reason);
        at += length + (at[length] == ';');
    }
}

void explain_rank(struct explain *explain)
{
    const char *rank = ranking_cell(explain, explain->place, RANK_RANK);
    const char *cluster = ranking_cell(explain, explain->place, RANK_CLUSTER);
    const char *class = ranking_cell(explain, explain->place, RANK_CLASS);
    struct text detail = {0};
    char units[24];
    snprintf(units, sizeof units, "%d", PQntuples(explain->parts[EXPLAIN_RANKING]));
    explain_add(&detail, rank[0] != '\0' ? "rank" : "no rank", rank[0] != '\0' ? rank : NULL);
    explain_add(&detail, "of", units);
    if (cluster[0] != '\0')
        explain_add(&detail, "cluster", cluster);
    if (class[0] != '\0')
        explain_add(&detail, "class", class);
    explain_row(explain,
                &(struct explain_row){.section = "rank",
                                      .item = ranking_cell(explain, explain->place, RANK_UNIT),
                                      .name = ranking_cell(explain, explain->place, RANK_NAME),
                                      .points = ranking_cell(explain, explain->place, RANK_TOTAL),
                                      .detail = detail.data});
    text_free(&detail);
    explain_disqualified(explain);
    if (rank[0] != '\0') {
        explain_neighbour(explain, explain->place - 1, "above");
        explain_neighbour(explain, explain->place + 1, "below");
    }
}

// ---- class

static bool met_at(const struct explain *explain, uint32_t indicator)
{
    const char *met = explain_cell(explain, EXPLAIN_SCORES, (int)indicator, SCORE_MET);
    const char *note = explain_cell(explain, EXPLAIN_SCORES, (int)indicator, SCORE_NOTE);
    return met_as_required(met[0] == '\0' ? -1 : strcmp(met, "yes") == 0,
                           note[0] == '\0'           ? NOTE_NONE
                           : strcmp(note, "na") == 0 ? NOTE_NA
                                                     : NOTE_MISSING);
}

static void lines_failed(const struct explain *explain, const struct class_rule *class,
                         struct text *failed)
{
    for (uint32_t i = 0; i < explain->campaign->indicator_count; i++) {
        const struct indicator *indicator = &explain->campaign->indicators[i];
        const char *points = explain_cell(explain, EXPLAIN_SCORES, (int)i, SCORE_POINTS);
        if (points[0] == '\0' || indicator->points_e4 == 0)
            continue;
        if (class->no_zero && explain_e2(points) == 0)
            explain_add(failed, "no_zero", indicator->code);
        // points < M × share, all in 10^-8 of a percent
        if (class->has_min_share && (i128)explain_e2(points) * 100 * 100 * DECIMAL_ONE_E4 <
                                        (i128)indicator->points_e4 * class->min_share_e4)
            explain_add(failed, "min_share", indicator->code);
    }
}

// The conditions of a class that do not hold; empty: all do, as far as published figures tell.
static void class_failed(const struct explain *explain, const struct class_rule *class,
                         struct text *failed)
{
    char from[DECIMAL_TEXT_SIZE];
    int64_t total_e2 = explain_e2(ranking_cell(explain, explain->place, RANK_TOTAL));
    if (total_e2 * 100 < class->from_e4)
        explain_add(failed, "from", explain_e4(class->from_e4, from));
    for (size_t i = 0; i < class->requires_met_count; i++)
        if (!met_at(explain, class->requires_met[i]))
            explain_add(failed, "requires_met",
                        explain->campaign->indicators[class->requires_met[i]].code);
    lines_failed(explain, class, failed);
}

static void class_row(struct explain *explain, const struct class_rule *class, const char *met,
                      const char *detail)
{
    explain_row(explain, &(struct explain_row){.section = "class",
                                               .item = class->code,
                                               .name = class->name,
                                               .met = met,
                                               .detail = detail});
}

// Adjustments that lower the class to the one given.
static bool lowered_rows(struct explain *explain, uint32_t first, uint32_t given)
{
    const struct campaign *campaign = explain->campaign;
    int64_t *times = mem_alloc(campaign->adjustment_count + 1, sizeof *times);
    bool lowered = false;
    explain_times_given(explain, times);
    for (size_t i = 0; i < campaign->adjustment_count; i++) {
        const struct adjustment_rule *rule = &campaign->adjustments[i];
        if (times[i] == 0 || rule->class_at_most != given || first >= given)
            continue;
        struct text detail = {0};
        explain_add(&detail, "class_at_most", campaign->classes[given].code);
        explain_add(&detail, "adjustment", rule->code);
        class_row(explain, &campaign->classes[given], "yes", detail.data);
        text_free(&detail);
        lowered = true;
    }
    free(times);
    return lowered;
}

void explain_class(struct explain *explain)
{
    const struct campaign *campaign = explain->campaign;
    const char *code = ranking_cell(explain, explain->place, RANK_CLASS);
    uint32_t given = code[0] != '\0' ? campaign_class(campaign, code) : NO_INDEX;
    for (uint32_t c = 0; c < campaign->class_count; c++) {
        struct text failed = {0};
        if (c != given) // what was given was reached, whatever rounded figures look like
            class_failed(explain, &campaign->classes[c], &failed);
        bool fits = failed.length == 0;
        bool lowered = fits && given != NO_INDEX && lowered_rows(explain, c, given);
        if (fits && !lowered && c != given)
            explain_add(&failed, "before rounding", NULL);
        if (!lowered)
            class_row(explain, &campaign->classes[c], failed.length == 0 ? "yes" : "no",
                      failed.data);
        text_free(&failed);
        if (lowered || c == given)
            return;
    }
}

// ---- awards

// A reason with the number it is about, as the campaign has it.
static void add_reason(const struct explain *explain, const struct award *award, const char *reason,
                       struct text *detail)
{
    char number[DECIMAL_TEXT_SIZE] = "";
    if (strcmp(reason, "total_min") == 0)
        explain_e4(award->total_min_e4, number);
    else if (strcmp(reason, "rank_max") == 0)
        snprintf(number, sizeof number, "%" PRId64, award->rank_max);
    else if (strcmp(reason, "class_min") == 0 && award->class_min != NO_INDEX)
        snprintf(number, sizeof number, "%.63s", explain->campaign->classes[award->class_min].code);
    else if (strcmp(reason, "votes_min") == 0)
        explain_e4(award->votes_min_e4, number);
    else if (strcmp(reason, "score_min") == 0)
        explain_e4(award->score_min_e4, number);
    else if (strcmp(reason, "direct_share") == 0)
        explain_e4(award->direct_share_min_e4, number);
    else if (strcmp(reason, "quota") == 0 && award->quota == QUOTA_COUNT)
        snprintf(number, sizeof number, "%" PRId64, award->quota_count);
    else if (strcmp(reason, "quota") == 0 && award->quota == QUOTA_PERCENT)
        text_addf(detail, "%squota:%s %%", detail->length > 0 ? ";" : "",
                  explain_e4(award->quota_percent_e4, number));
    if (strcmp(reason, "quota") != 0 || award->quota != QUOTA_PERCENT)
        explain_add(detail, reason, number[0] != '\0' ? number : NULL);
}

static void add_reasons(const struct explain *explain, const struct award *award,
                        const char *reasons, struct text *detail)
{
    while (reasons[0] != '\0') {
        size_t length = strcspn(reasons, ";");
        char *reason = mem_text(reasons, length);
        add_reason(explain, award, reason, detail);
        free(reason);
        reasons += length + (reasons[length] == ';');
    }
}

// The nominee's name, or the award's for a unit.
static const char *award_name(const struct explain *explain, uint32_t award, const char *recipient)
{
    const struct nominations *list = &explain->input->nominations;
    for (size_t i = 0; i < list->count; i++)
        if (list->list[i].award == award && strcmp(list->list[i].id, recipient) == 0)
            return list->list[i].name;
    return explain->campaign->awards[award].name;
}

static void decision_row(struct explain *explain, uint32_t award, const char *recipient)
{
    const struct decisions *list = &explain->input->decisions;
    for (size_t i = 0; i < list->count; i++)
        if (list->list[i].award == award && strcmp(list->list[i].recipient, recipient) == 0 &&
            list->list[i].reason[0] != '\0')
            explain_row(explain,
                        &(struct explain_row){.section = "reason",
                                              .item = explain->campaign->awards[award].code,
                                              .name = list->list[i].reason,
                                              .detail = "council"});
}

void explain_awards(struct explain *explain)
{
    int rows = PQntuples(explain->parts[EXPLAIN_AWARDS]);
    for (int row = 0; row < rows; row++) {
        const char *code = explain_cell(explain, EXPLAIN_AWARDS, row, AWARD_CODE);
        const char *recipient = explain_cell(explain, EXPLAIN_AWARDS, row, AWARD_RECIPIENT);
        const char *rank = explain_cell(explain, EXPLAIN_AWARDS, row, AWARD_RANK);
        uint32_t award = campaign_award(explain->campaign, code);
        struct text detail = {0};
        if (award == NO_INDEX)
            continue;
        add_reasons(explain, &explain->campaign->awards[award],
                    explain_cell(explain, EXPLAIN_AWARDS, row, AWARD_REASONS), &detail);
        if (rank[0] != '\0')
            explain_add(&detail, "rank", rank);
        explain_row(explain, &(struct explain_row){
                                 .section = "award",
                                 .item = code,
                                 .name = award_name(explain, award, recipient),
                                 .note = explain_cell(explain, EXPLAIN_AWARDS, row, AWARD_DECISION),
                                 .detail = detail.data});
        decision_row(explain, award, recipient);
        text_free(&detail);
    }
}
