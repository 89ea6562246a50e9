// EXPLAIN, the smallest single change that would pass the unit above (core/pass.h). The figures of the run are
// scored again with its own rules; when that does not give what was published, nothing is told.
#include "server/explain.h"

#include "common/log.h"
#include "core/pass.h"
#include "server/explain_words.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct passing {
    struct explain *explain;
    struct score_unit_input *inputs; // of the units in EXPLAIN_TIES
    struct component *components;    // [unit][indicator]
    struct assessed_cell *assessed;  // [unit][indicator][slot]
    size_t count;
    struct pass_line *lines;
};

static const char *tie_cell(const struct explain *explain, int row, int column)
{
    return explain_cell(explain, EXPLAIN_TIES, row, column);
}

// ---- what the run has scored

// Published points of an assessed line are what counts: they have no more digits than points may have.
static void read_assessed(const struct explain *explain, int row, struct assessed_cell *ret)
{
    const char *note = tie_cell(explain, row, SCORE_NOTE);
    if (strcmp(note, "na") == 0)
        *ret = (struct assessed_cell){.has_self = true, .self_state = CELL_NA};
    else if (note[0] == '\0')
        *ret = (struct assessed_cell){
            .has_verified = true,
            .verified_e4 = 100 * explain_e2(tie_cell(explain, row, SCORE_POINTS))};
}

static void read_line(struct passing *passing, size_t place, int row)
{
    const struct explain *explain = passing->explain;
    const struct rollup_plan *plan = explain->input->plan;
    size_t index = strtoul(tie_cell(explain, row, SCORE_POSITION), NULL, 10);
    const struct indicator *indicator = &plan->campaign->indicators[index];
    size_t cell = place * plan->campaign->indicator_count + index;
    if (indicator->kind == KIND_ASSESSED)
        read_assessed(explain, row,
                      &passing->assessed[cell * plan->period_slots + plan->period_slots - 1]);
    else
        passing->components[cell] = explain_component(explain, row, indicator);
}

static void add_unit(struct passing *passing, uint32_t unit)
{
    const struct explain *explain = passing->explain;
    const struct rollup_plan *plan = explain->input->plan;
    size_t first = passing->count * plan->campaign->indicator_count;
    passing->inputs[passing->count++] = (struct score_unit_input){
        .unit = unit,
        .components = &passing->components[first],
        .assessed = &passing->assessed[first * plan->period_slots]};
}

// Rows are ordered by unit; every unit has a row for each indicator.
static void read_units(struct passing *passing)
{
    const struct explain *explain = passing->explain;
    const struct rollup_plan *plan = explain->input->plan;
    int rows = PQntuples(explain->parts[EXPLAIN_TIES]);
    size_t indicators = plan->campaign->indicator_count, cells = (size_t)rows;
    passing->inputs = mem_alloc(cells / indicators + 1, sizeof *passing->inputs);
    passing->components = mem_alloc(cells + 1, sizeof *passing->components);
    passing->assessed = mem_alloc(cells * plan->period_slots + 1, sizeof *passing->assessed);
    for (int row = 0; row < rows; row++) {
        if ((size_t)row % indicators == 0)
            add_unit(passing, unit_find(plan->tree, tie_cell(explain, row, SCORE_UNIT)));
        read_line(passing, passing->count - 1, row);
    }
}

// The place of a unit of the ranking among the inputs, with its late periods counted; count: none.
static size_t place_of(const struct passing *passing, int ranked)
{
    const struct explain *explain = passing->explain;
    uint32_t unit = unit_find(explain->input->tree,
                              explain_cell(explain, EXPLAIN_RANKING, ranked, RANK_UNIT));
    size_t place = 0;
    while (place < passing->count && passing->inputs[place].unit != unit)
        place++;
    if (place < passing->count) {
        passing->inputs[place].late_periods = explain_late_count(explain, unit);
        passing->inputs[place].on_time_periods = explain_on_time(explain, unit);
    }
    return place;
}

// ---- rows

static void add_change(const struct indicator *indicator, const struct pass_line *line,
                       struct text *detail)
{
    char number[DECIMAL_TEXT_SIZE], change[DECIMAL_TEXT_SIZE + 1] = "+";
    decimal_format(line->change, DECIMAL_SCALE, number);
    strcpy(change + (number[0] != '-'), number);
    explain_add(detail,
                indicator->kind == KIND_RATIO || indicator->kind == KIND_YES_NO ? "numerator"
                                                                                : "figure",
                change);
    if (!line->has_relative)
        return;
    mpq_t percent;
    mpq_init(percent);
    mpq_set_ui(percent, 100, 1);
    mpq_mul(percent, percent, line->relative);
    char *text = decimal_publish(percent, 2);
    text_addf(detail, ";by:%s %%", text);
    free(text);
    mpq_clear(percent);
}

static void found_row(struct explain *explain, uint32_t index, const struct pass_line *line,
                      bool least)
{
    const struct indicator *indicator = &explain->campaign->indicators[index];
    char numerator[DECIMAL_TEXT_SIZE] = "", denominator[DECIMAL_TEXT_SIZE] = "",
         points[DECIMAL_TEXT_SIZE], bonus[DECIMAL_TEXT_SIZE], total[DECIMAL_TEXT_SIZE];
    struct rollup_texts texts;
    struct text detail = {0};
    char *value = decimal_publish(line->value, indicator->decimals);
    if (indicator->kind != KIND_ASSESSED) {
        rollup_publish(indicator, &line->component, NULL, &texts);
        memcpy(numerator, texts.numerator, sizeof numerator);
        memcpy(denominator, texts.denominator, sizeof denominator);
    }
    add_change(indicator, line, &detail);
    explain_add(&detail, "total", explain_text_e2(line->total_e2, total));
    explain_add(&detail, "other", explain_text_e2(line->above_total_e2, total));
    explain_row(explain, &(struct explain_row){.section = "pass",
                                               .item = indicator->code,
                                               .name = indicator->name,
                                               .numerator = numerator,
                                               .denominator = denominator,
                                               .value = value,
                                               .points = explain_text_e2(line->points_e2, points),
                                               .bonus = explain_text_e2(line->bonus_e2, bonus),
                                               .note = least ? "least" : "",
                                               .detail = detail.data});
    free(value);
    text_free(&detail);
}

// Nothing of an indicator that was tried in vain.
static void tell_line(struct explain *explain, uint32_t index, const struct pass_line *line,
                      bool least)
{
    const struct indicator *indicator = &explain->campaign->indicators[index];
    if (line->result == PASS_FOUND)
        found_row(explain, index, line, least);
    else if (line->result == PASS_NO_VALUE)
        explain_row(explain, &(struct explain_row){.section = "pass",
                                                   .item = indicator->code,
                                                   .name = indicator->name,
                                                   .note = "no figure"});
}

static void tell(struct explain *explain, const struct pass_line *lines)
{
    uint32_t count = (uint32_t)explain->campaign->indicator_count;
    uint32_t least = pass_least(lines, count);
    if (least == NO_INDEX)
        explain_row(explain, &(struct explain_row){.section = "pass",
                                                   .detail = "no single change suffices"});
    else
        tell_line(explain, least, &lines[least], true);
    for (uint32_t i = 0; i < count; i++)
        if (i != least)
            tell_line(explain, i, &lines[i], false);
}

static void differs(struct explain *explain)
{
    log_event(LOG_ERROR, "explain_differs", "run=%" PRId64 " unit=%s", explain->query->run.id,
              explain->query->asked->unit);
    explain_row(explain, &(struct explain_row){.section = "pass", .note = "differs"});
}

static bool same_total(const struct explain *explain, int ranked, int64_t total_e2)
{
    return explain_e2(explain_cell(explain, EXPLAIN_RANKING, ranked, RANK_TOTAL)) == total_e2;
}

static void find(struct passing *passing)
{
    struct explain *explain = passing->explain;
    const struct run_input *input = explain->input;
    struct err err = {0};
    int64_t own_e2, above_e2;
    const struct pass_case given = {.plan = input->plan,
                                    .targets = &input->targets,
                                    .adjustments = &input->adjustments,
                                    .inputs = passing->inputs,
                                    .count = passing->count,
                                    .own = place_of(passing, explain->place),
                                    .above = place_of(passing, explain->place - 1)};
    passing->lines = mem_alloc(input->campaign->indicator_count, sizeof *passing->lines);
    if (given.own == given.count || given.above == given.count ||
        pass_find(&given, passing->lines, &own_e2, &above_e2, &err) < 0) {
        differs(explain);
        return;
    }
    if (same_total(explain, explain->place, own_e2) &&
        same_total(explain, explain->place - 1, above_e2))
        tell(explain, passing->lines);
    else
        differs(explain);
    pass_lines_clear(passing->lines, input->campaign->indicator_count);
}

void explain_pass(struct explain *explain)
{
    struct passing passing = {.explain = explain};
    const char *rank = explain_cell(explain, EXPLAIN_RANKING, explain->place, RANK_RANK);
    if (rank[0] == '\0' || explain->place == 0) // disqualified; nobody is above
        return;
    read_units(&passing);
    find(&passing);
    free(passing.inputs);
    free(passing.components);
    free(passing.assessed);
    free(passing.lines);
}
