// EXPLAIN, what parted units with the same total: each tie-break with what both bring to it, up to the
// one that decides. Completions are compared as a run does, before they are rounded.
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

// The row of a unit's line among those of the neighbours; -1: none.
static int tie_row(const struct explain *explain, int ranked, uint32_t indicator)
{
    const PGresult *ties = explain->parts[EXPLAIN_TIES];
    const char *unit = ranking_cell(explain, ranked, RANK_UNIT);
    for (int row = 0; row < PQntuples(ties); row++)
        if (strcmp(explain_cell(explain, EXPLAIN_TIES, row, SCORE_UNIT), unit) == 0 &&
            strtoul(explain_cell(explain, EXPLAIN_TIES, row, SCORE_POSITION), NULL, 10) ==
                indicator)
            return row;
    return -1;
}

static int64_t on_time_of(const struct explain *explain, int ranked)
{
    return explain_on_time(
        explain, unit_find(explain->input->tree, ranking_cell(explain, ranked, RANK_UNIT)));
}

// What a unit of the ranking brings to a tie-break, as it was published.
static const char *tie_text(const struct explain *explain, const struct tie_break *tie, int ranked,
                            char buffer[static DECIMAL_TEXT_SIZE])
{
    switch (tie->kind) {
    case TIE_MET_COUNT:
        return ranking_cell(explain, ranked, RANK_MET_COUNT);
    case TIE_BONUS:
        return ranking_cell(explain, ranked, RANK_BONUS);
    case TIE_ON_TIME:
        snprintf(buffer, DECIMAL_TEXT_SIZE, "%" PRId64, on_time_of(explain, ranked));
        return buffer;
    case TIE_INDICATOR:
        break;
    }
    bool assessed = explain->campaign->indicators[tie->indicator].kind == KIND_ASSESSED;
    return explain_cell(explain, EXPLAIN_TIES, tie_row(explain, ranked, tie->indicator),
                        assessed ? SCORE_POINTS : SCORE_COMPLETION);
}

// ---- exact completions

// A decimal text of the store times 10^scale.
static i128 scaled(const char *text, unsigned scale)
{
    i128 value = 0;
    bool negative = text[0] == '-', fraction = false;
    for (const char *at = text + negative; *at != '\0' && (!fraction || scale > 0); at++) {
        if (*at == '.') {
            fraction = true;
            continue;
        }
        value = value * 10 + (*at - '0');
        scale -= fraction;
    }
    for (; scale > 0; scale--)
        value *= 10;
    return negative ? -value : value;
}

static i128 sum_at(const struct explain *explain, int row, int column, unsigned scale)
{
    return scaled(explain_cell(explain, EXPLAIN_TIES, row, column), scale);
}

static uint32_t count_at(const struct explain *explain, int row, int column)
{
    return (uint32_t)strtoul(explain_cell(explain, EXPLAIN_TIES, row, column), NULL, 10);
}

struct component explain_component(const struct explain *explain, int row,
                                   const struct indicator *indicator)
{
    unsigned scale = indicator->kind == KIND_MEAN ? 2 * DECIMAL_SCALE : DECIMAL_SCALE;
    return (struct component){
        .numerator = sum_at(explain, row, TIE_NUMERATOR, scale),
        .denominator = sum_at(explain, row, TIE_DENOMINATOR, DECIMAL_SCALE),
        .base_numerator = sum_at(explain, row, TIE_BASE_NUMERATOR, scale),
        .base_denominator = sum_at(explain, row, TIE_BASE_DENOMINATOR, DECIMAL_SCALE),
        .leaves = count_at(explain, row, TIE_LEAVES),
        .reported = count_at(explain, row, TIE_REPORTED),
        .na = count_at(explain, row, TIE_NA),
        .base_reported = count_at(explain, row, TIE_BASE_REPORTED)};
}

// False: the line has no completion.
static bool exact_completion(const struct explain *explain, uint32_t index, int row, mpq_t ret)
{
    const struct indicator *indicator = &explain->campaign->indicators[index];
    if (explain_cell(explain, EXPLAIN_TIES, row, SCORE_COMPLETION)[0] == '\0')
        return false;
    const struct component component = explain_component(explain, row, indicator);
    struct figure figure;
    mpq_t target;
    figure_init(&figure);
    mpq_init(target);
    figure_of(indicator, &component, &figure);
    mpq_set_scaled(target, sum_at(explain, row, SCORE_TARGET, DECIMAL_SCALE), DECIMAL_SCALE);
    if (figure.has_value)
        completion_of(indicator, figure.value, target, ret);
    mpq_clear(target);
    figure_clear(&figure);
    return true;
}

static int cmp_indicator(const struct explain *explain, uint32_t indicator, int own, int other)
{
    int own_row = tie_row(explain, own, indicator), other_row = tie_row(explain, other, indicator);
    mpq_t a, b;
    mpq_inits(a, b, NULL);
    bool has_a = exact_completion(explain, indicator, own_row, a);
    bool has_b = exact_completion(explain, indicator, other_row, b);
    int order = has_a && has_b ? mpq_cmp(a, b) : has_a - has_b;
    mpq_clears(a, b, NULL);
    return order;
}

// Not 0: this tie-break parts the two.
static int cmp_tie(const struct explain *explain, const struct tie_break *tie, int other)
{
    char buffers[2][DECIMAL_TEXT_SIZE];
    if (tie->kind == TIE_INDICATOR &&
        explain->campaign->indicators[tie->indicator].kind != KIND_ASSESSED)
        return cmp_indicator(explain, tie->indicator, explain->place, other);
    return strcmp(tie_text(explain, tie, explain->place, buffers[0]),
                  tie_text(explain, tie, other, buffers[1]));
}

// ---- rows

static void tie_item(const struct explain *explain, const struct tie_break *tie, struct text *item)
{
    static const char *const words[] = {[TIE_MET_COUNT] = "met_count",
                                        [TIE_BONUS] = "bonus",
                                        [TIE_ON_TIME] = "on_time",
                                        [TIE_INDICATOR] = "indicator"};
    bool indicator = tie->kind == TIE_INDICATOR;
    explain_add(item, words[tie->kind],
                indicator ? explain->campaign->indicators[tie->indicator].code : NULL);
}

void explain_ties(struct explain *explain, int other)
{
    bool parted = false;
    for (size_t i = 0; i < explain->campaign->tie_break_count && !parted; i++) {
        const struct tie_break *tie = &explain->campaign->tie_breaks[i];
        char buffers[2][DECIMAL_TEXT_SIZE];
        const char *own = tie_text(explain, tie, explain->place, buffers[0]);
        const char *others = tie_text(explain, tie, other, buffers[1]);
        struct text item = {0}, detail = {0};
        parted = cmp_tie(explain, tie, other) != 0;
        tie_item(explain, tie, &item);
        explain_add(&detail, "own", own[0] != '\0' ? own : "-");
        explain_add(&detail, "other", others[0] != '\0' ? others : "-");
        if (parted)
            explain_add(&detail, "decides", NULL);
        if (parted && strcmp(own, others) == 0)
            explain_add(&detail, "before rounding", NULL);
        explain_row(explain, &(struct explain_row){.section = "tie",
                                                   .item = item.data,
                                                   .name = ranking_cell(explain, other, RANK_NAME),
                                                   .detail = detail.data});
        text_free(&item);
        text_free(&detail);
    }
}
