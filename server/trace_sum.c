// TRACE: the entries that count, added up by hand as it were, from leaf to leaf and page to page; what comes
// out must be the figure that was published.
#include "server/trace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- a leaf

void trace_leaf_begin(struct trace_leaf *leaf)
{
    *leaf = (struct trace_leaf){.part = {{.all_yes = true}, {.all_yes = true}}};
}

void trace_leaf_add(struct trace_leaf *leaf, const struct indicator *indicator, bool baseline,
                    const struct trace_cell *cell)
{
    struct trace_part *part = &leaf->part[baseline];
    part->has_na = part->has_na || cell->state == CELL_NA;
    if (cell->state != CELL_VALUE)
        return;
    part->has_value = true;
    part->all_yes = part->all_yes && cell->value_e4 != 0;
    if (indicator->kind == KIND_MEAN)
        part->numerator += (i128)cell->value_e4 * cell->denominator_e4;
    else
        part->numerator += cell->value_e4;
    part->denominator += cell->denominator_e4;
}

// Several yes/no values of one leaf are one: yes when all are.
static i128 numerator_of(const struct indicator *indicator, const struct trace_part *part)
{
    if (indicator->kind != KIND_YES_NO)
        return part->numerator;
    return part->has_value && part->all_yes ? DECIMAL_ONE_E4 : 0;
}

void trace_leaf_end(const struct trace_leaf *leaf, const struct indicator *indicator, uint32_t na,
                    struct component *sum)
{
    const struct trace_part *now = &leaf->part[0], *base = &leaf->part[1];
    sum->leaves++;
    sum->na += na;
    if (!now->has_value)
        return;
    sum->reported++;
    sum->numerator += numerator_of(indicator, now);
    sum->denominator += now->denominator;
    if (indicator->measure == MEASURE_LEVEL)
        return;
    sum->base_reported += base->has_value;
    sum->base_numerator += numerator_of(indicator, base);
    if (indicator->kind != KIND_YES_NO)
        sum->base_denominator += base->denominator;
    else if (base->has_value || !base->has_na) // expected then
        sum->base_denominator += DECIMAL_ONE_E4;
}

// ---- from page to page: numbers as the words of a cursor

#define SUM_WORD_SIZE 48

void trace_sum_words(const struct component *sum, struct arena *arena,
                     const char *ret[static TRACE_SUM_WORDS])
{
    const i128 sums[] = {sum->numerator, sum->denominator, sum->base_numerator,
                         sum->base_denominator};
    char word[DECIMAL_TEXT_SIZE];
    for (int i = 0; i < 4; i++)
        ret[i] = arena_text(arena, word, decimal_format(sums[i], 0, word));
    int length = snprintf(word, sizeof word, "%" PRIu32 ".%" PRIu32 ".%" PRIu32 ".%" PRIu32,
                          sum->leaves, sum->reported, sum->na, sum->base_reported);
    ret[4] = arena_text(arena, word, (size_t)length);
}

static i128 whole_number(const char *word)
{
    i128 value = 0;
    bool negative = word[0] == '-';
    for (const char *at = word + negative; *at >= '0' && *at <= '9' && at - word < 38; at++)
        value = value * 10 + (*at - '0');
    return negative ? -value : value;
}

void trace_sum_read(const char *const words[static TRACE_SUM_WORDS], struct component *ret)
{
    *ret = (struct component){.numerator = whole_number(words[0]),
                              .denominator = whole_number(words[1]),
                              .base_numerator = whole_number(words[2]),
                              .base_denominator = whole_number(words[3])};
    uint32_t *const counts[] = {&ret->leaves, &ret->reported, &ret->na, &ret->base_reported};
    const char *at = words[4];
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        char *end;
        *counts[i] = (uint32_t)strtoul(at, &end, 10);
        at = end + (*end == '.');
    }
}

// ---- the rows

static bool same(const struct trace_figure *figure, const struct rollup_texts *texts)
{
    return strcmp(texts->numerator, figure->numerator) == 0 &&
           strcmp(texts->denominator, figure->denominator) == 0 &&
           strcmp(texts->value, figure->value) == 0;
}

static struct component baseline_of(const struct component *sum)
{
    return (struct component){.numerator = sum->base_numerator,
                              .denominator = sum->base_denominator,
                              .leaves = (uint32_t)(sum->base_denominator / DECIMAL_ONE_E4),
                              .reported = sum->base_reported};
}

// What the baseline entries of those leaves add up to.
bool trace_baseline_row(struct query *query, const struct indicator *indicator,
                        const struct component *sum, const struct trace_figure *figure)
{
    const struct component base = baseline_of(sum);
    struct indicator level = *indicator;
    struct rollup_texts texts;
    char period[PERIOD_TEXT_SIZE];
    level.measure = MEASURE_LEVEL;
    rollup_publish(&level, &base, NULL, &texts);
    period_format(query->input->input->campaign->baseline, period);
    const struct trace_row row = {.section = "sum",
                                  .unit = figure->unit->code,
                                  .name = figure->unit->name,
                                  .period = period,
                                  .numerator = texts.numerator,
                                  .denominator = texts.denominator,
                                  .value = texts.value,
                                  .note = "baseline"};
    return trace_row(query, &row);
}

bool trace_sum_row(struct query *query, const struct indicator *indicator,
                   const struct component *sum, const struct trace_figure *figure)
{
    char period[PERIOD_TEXT_SIZE];
    struct rollup_texts texts;
    rollup_publish(indicator, sum, NULL, &texts);
    period_format(query->period, period);
    const struct trace_row row = {.section = "sum",
                                  .unit = figure->unit->code,
                                  .name = figure->unit->name,
                                  .period = period,
                                  .numerator = texts.numerator,
                                  .denominator = texts.denominator,
                                  .value = texts.value,
                                  .note = same(figure, &texts) ? "" : "differs"};
    return trace_row(query, &row);
}
