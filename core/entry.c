// Holds the forms of one submission against campaign and tree. Every cell is looked at to its end:
// a clerk sees all that is wrong at once.
#include "core/entry.h"

#include <stdlib.h>
#include <string.h>

struct form_check {
    const struct entry_context *context;
    const struct form *form;
    const char *file;
    struct findings *findings;
    uint32_t unit;        // NO_UNIT: unknown
    struct period period; // kind 0: not a period
    int slot;             // as campaign_period_index; -2 also when it is not a period
    int32_t last_day;
    bool below_owner; // in the tree of the period's last day
    uint32_t office;
};

#define FAULT(check, code, cell, column, value, ...) \
    finding_add((check)->findings, code,             \
                (struct finding_place){(check)->file, (cell)->row, column}, value, __VA_ARGS__)

// --- office ---

static uint32_t office_then(const struct campaign *campaign, const struct unit_tree *tree,
                            uint32_t unit, int32_t day)
{
    int level = unit_level_find(tree, campaign->office_level);
    if (level < 0)
        return NO_UNIT;
    if (unit_level_above(tree, tree->units[unit].level, (unsigned)level))
        return unit;
    return unit_ancestor_of_level(tree, unit, (unsigned)level, day);
}

uint32_t office_of(const struct campaign *campaign, const struct unit_tree *tree, uint32_t unit,
                   struct period period, int32_t today, uint32_t *ret_then)
{
    uint32_t then = office_then(campaign, tree, unit, campaign_last_day(campaign, period));
    if (ret_then)
        *ret_then = then;
    if (then == NO_UNIT || tree->units[then].last_day >= today)
        return then;
    return unit_continuing(tree, then, today);
}

// --- what holds for all cells of a form ---

static void find_period(struct form_check *check)
{
    const struct campaign *campaign = check->context->campaign;
    const char *text = check->form->period;
    check->slot = -2;
    if (!period_parse(text, strlen(text), &check->period)) {
        check->period = (struct period){0};
        return;
    }
    check->slot = campaign_period_index(campaign, check->period);
    if (check->slot == -2)
        return;
    check->last_day = campaign_last_day(campaign, check->period);
}

static void find_unit(struct form_check *check)
{
    const struct campaign *campaign = check->context->campaign;
    const struct unit_tree *tree = check->context->tree;
    check->unit = unit_find(tree, check->form->unit);
    check->office = NO_UNIT;
    if (check->unit == NO_UNIT || check->slot == -2)
        return;
    uint32_t owner = unit_find(tree, campaign->owner);
    check->below_owner = owner != NO_UNIT && unit_below(tree, check->unit, owner, check->last_day);
    check->office = office_of(campaign, tree, check->unit, check->period, check->context->today,
                              NULL);
}

// --- the place of a cell: unit, period, indicator ---

static void check_period(const struct form_check *check, const struct cell *cell)
{
    const char *text = check->form->period;
    if (check->period.kind == 0) {
        FAULT(check, FINDING_BAD_PERIOD, cell, "period", text, text, NULL);
    } else if (check->slot == -2) {
        char from[PERIOD_TEXT_SIZE], to[PERIOD_TEXT_SIZE];
        period_format(check->context->campaign->from, from);
        period_format(check->context->campaign->to, to);
        FAULT(check, FINDING_UNKNOWN_PERIOD, cell, "period", text, text, from, to, NULL);
    }
}

static bool has_level(const struct form_check *check, const char *level)
{
    const struct unit_tree *tree = check->context->tree;
    return strcmp(tree->levels[tree->units[check->unit].level], level) == 0;
}

static bool competes(const struct form_check *check)
{
    return check->below_owner &&
           campaign_names_competitor(check->context->campaign, check->context->tree, check->unit);
}

// Assessed points are those of a unit that competes in the period.
static bool check_competitor(const struct form_check *check, const struct cell *cell)
{
    const struct form *form = check->form;
    if (check->slot == -1) {
        FAULT(check, FINDING_STATE_WITH_BASELINE, cell, "period", form->period, form->period, NULL);
        return false;
    }
    if (competes(check))
        return true;
    FAULT(check, FINDING_NOT_COMPETING, cell, "unit", form->unit, form->unit, form->period, NULL);
    return false;
}

// Does the unit report the indicator for the period?
static bool check_leaf(const struct form_check *check, const struct indicator *indicator,
                       const struct cell *cell)
{
    const struct form *form = check->form;
    if (indicator->kind == KIND_ASSESSED)
        return check_competitor(check, cell);
    if (has_level(check, indicator->reported_by) && (check->slot == -1 || check->below_owner))
        return true;
    FAULT(check, FINDING_NOT_EXPECTED_LEAF, cell, "unit", form->unit, form->unit, indicator->code,
          indicator->reported_by, form->period, NULL);
    return false;
}

static void check_place(const struct form_check *check, const struct indicator *indicator,
                        const struct cell *cell)
{
    check_period(check, cell);
    if (check->unit == NO_UNIT)
        FAULT(check, FINDING_UNKNOWN_UNIT, cell, "unit", check->form->unit, check->form->unit,
              NULL);
    if (!indicator)
        FAULT(check, FINDING_UNKNOWN_INDICATOR, cell, "indicator", cell->indicator, cell->indicator,
              NULL);
    if (check->unit == NO_UNIT || !indicator || check->slot == -2)
        return;
    if (check_leaf(check, indicator, cell) && check->office == NO_UNIT)
        FAULT(check, FINDING_NO_OFFICE, cell, "unit", check->form->unit, check->form->unit,
              check->context->campaign->office_level, NULL);
}

// --- its figures ---

// Texts are made only for what is wrong: this is the way of every cell that comes in.
static void refuse_value(const struct form_check *check, enum finding_code code,
                         const struct cell *cell)
{
    char value[DECIMAL_TEXT_SIZE];
    decimal_format(cell->value_e4, DECIMAL_SCALE, value);
    FAULT(check, code, cell, "value", value, value, NULL);
}

static void refuse_beyond(const struct form_check *check, enum finding_code code,
                          const struct cell *cell, int64_t limit_e4)
{
    char value[DECIMAL_TEXT_SIZE], limit[DECIMAL_TEXT_SIZE];
    decimal_format(cell->value_e4, DECIMAL_SCALE, value);
    decimal_format(limit_e4, DECIMAL_SCALE, limit);
    FAULT(check, code, cell, "value", value, value, limit, NULL);
}

static void refuse_points(const struct form_check *check, const struct indicator *indicator,
                          const struct cell *cell)
{
    char value[DECIMAL_TEXT_SIZE], points[DECIMAL_TEXT_SIZE];
    decimal_format(cell->value_e4, DECIMAL_SCALE, value);
    decimal_format(indicator->points_e4, DECIMAL_SCALE, points);
    FAULT(check, FINDING_BEYOND_POINTS, cell, "value", value, value, indicator->code, points, NULL);
}

static void refuse_denominator(const struct form_check *check, enum finding_code code,
                               const struct cell *cell, const char *indicator)
{
    char denominator[DECIMAL_TEXT_SIZE];
    decimal_format(cell->denominator_e4, DECIMAL_SCALE, denominator);
    FAULT(check, code, cell, "denominator", denominator, indicator ? indicator : denominator, NULL);
}

static void check_bounds(const struct form_check *check, const struct indicator *indicator,
                         const struct cell *cell)
{
    if (indicator->has_min && cell->value_e4 < indicator->min_e4)
        refuse_beyond(check, FINDING_BELOW_MIN, cell, indicator->min_e4);
    if (indicator->has_max && cell->value_e4 > indicator->max_e4)
        refuse_beyond(check, FINDING_ABOVE_MAX, cell, indicator->max_e4);
}

static bool is_yes_no(int64_t value_e4)
{
    return value_e4 == 0 || value_e4 == DECIMAL_ONE_E4;
}

static void check_value(const struct form_check *check, const struct indicator *indicator,
                        const struct cell *cell)
{
    if (cell->value_e4 > DECIMAL_MAX_E4 || cell->value_e4 < -DECIMAL_MAX_E4)
        refuse_value(check, FINDING_OUT_OF_RANGE, cell);
    if (indicator->kind != KIND_ASSESSED)
        check_bounds(check, indicator, cell);
    else if (cell->value_e4 < 0 || cell->value_e4 > indicator->points_e4)
        refuse_points(check, indicator, cell);
    if (indicator->kind == KIND_YES_NO && !is_yes_no(cell->value_e4))
        refuse_value(check, FINDING_NOT_YES_NO, cell);
}

static bool takes_denominator(const struct indicator *indicator)
{
    return indicator->kind == KIND_RATIO || indicator->kind == KIND_MEAN;
}

static void check_denominator(const struct form_check *check, const struct indicator *indicator,
                              const struct cell *cell)
{
    if (!takes_denominator(indicator)) {
        if (cell->has_denominator)
            refuse_denominator(check, FINDING_UNEXPECTED_DENOMINATOR, cell, indicator->code);
    } else if (!cell->has_denominator) {
        FAULT(check, FINDING_MISSING_DENOMINATOR, cell, "denominator", "", indicator->code, NULL);
    } else if (cell->denominator_e4 < 0) {
        refuse_denominator(check, FINDING_NEGATIVE_DENOMINATOR, cell, NULL);
    } else if (cell->denominator_e4 > DECIMAL_MAX_E4) {
        refuse_denominator(check, FINDING_OUT_OF_RANGE, cell, NULL);
    } else if (indicator->kind == KIND_RATIO && !indicator->may_exceed &&
               cell->value_e4 > cell->denominator_e4) {
        refuse_beyond(check, FINDING_NUMERATOR_OVER_DENOMINATOR, cell, cell->denominator_e4);
    }
}

static void check_verified(const struct form_check *check, const struct indicator *indicator,
                           const struct cell *cell)
{
    if (cell->state != CELL_VERIFIED)
        return;
    const char *word = cell_state_words[CELL_VERIFIED];
    if (indicator && indicator->kind != KIND_ASSESSED)
        FAULT(check, FINDING_VERIFIED_NOT_ASSESSED, cell, "state", word, indicator->code, NULL);
    else if (!check->context->may_verify)
        FAULT(check, FINDING_VERIFIED_FORBIDDEN, cell, "state", word, NULL);
}

static void check_figures(const struct form_check *check, const struct indicator *indicator,
                          const struct cell *cell)
{
    if (cell->state < CELL_VALUE || cell->state > CELL_VERIFIED) {
        char number[DECIMAL_TEXT_SIZE];
        decimal_format(cell->state, 0, number);
        FAULT(check, FINDING_STATE_NUMBER, cell, "state", number, number, NULL);
        return;
    }
    check_verified(check, indicator, cell);
    if (cell->state == CELL_NA || cell->state == CELL_WITHDRAW) {
        if (cell->value_e4 != 0 || cell->has_denominator)
            FAULT(check, FINDING_UNEXPECTED_VALUE, cell, "value", "", cell_state_words[cell->state],
                  NULL);
        return;
    }
    if (!indicator)
        return;
    check_value(check, indicator, cell);
    check_denominator(check, indicator, cell);
}

static void check_note(const struct form_check *check, const struct cell *cell)
{
    if (!cell->note || strlen(cell->note) <= NOTE_BYTES_MAX)
        return;
    char most[DECIMAL_TEXT_SIZE];
    decimal_format(NOTE_BYTES_MAX, 0, most);
    FAULT(check, FINDING_NOTE_TOO_LONG, cell, "note", cell->note, most, NULL);
}

// Cells mostly come in the campaign's order, so the search begins after the one found before.
static const struct indicator *find_indicator(const struct campaign *campaign, const char *code,
                                              size_t *next)
{
    for (size_t tried = 0; tried < campaign->indicator_count; tried++) {
        const struct indicator *indicator = &campaign->indicators[*next];
        *next = *next + 1 < campaign->indicator_count ? *next + 1 : 0;
        if (strcmp(indicator->code, code) == 0)
            return indicator;
    }
    return NULL;
}

static void check_form(struct form_check *check)
{
    const struct campaign *campaign = check->context->campaign;
    find_period(check);
    find_unit(check);
    size_t next = 0;
    for (size_t i = 0; i < check->form->cell_count; i++) {
        const struct cell *cell = &check->form->cells[i];
        const struct indicator *indicator = find_indicator(campaign, cell->indicator, &next);
        check_place(check, indicator, cell);
        check_figures(check, indicator, cell);
        check_note(check, cell);
    }
}

// --- the submission ---

struct sent_cell {
    const struct form *form;
    const struct cell *cell;
    size_t index; // place in the submission
};

static int compare_keys(const struct sent_cell *a, const struct sent_cell *b)
{
    int order = a->form == b->form ? 0 : strcmp(a->form->unit, b->form->unit);
    if (order == 0 && a->form != b->form)
        order = strcmp(a->form->period, b->form->period);
    return order != 0 ? order : strcmp(a->cell->indicator, b->cell->indicator);
}

static int compare_sent(const void *left, const void *right)
{
    const struct sent_cell *a = left, *b = right;
    int order = compare_keys(a, b);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static void refuse_twin(const struct form_check *check, const struct sent_cell *sent,
                        const struct sent_cell *other)
{
    struct text cell = {0};
    char row[DECIMAL_TEXT_SIZE];
    text_addf(&cell, "%s, %s, %s", sent->form->unit, sent->form->period, sent->cell->indicator);
    decimal_format(other->cell->row, 0, row);
    FAULT(check, FINDING_DUPLICATE_CELL, sent->cell, "indicator", sent->cell->indicator, cell.data,
          row, NULL);
    text_free(&cell);
}

static void refuse_twins(const struct form_check *check, const struct forms *forms, size_t count)
{
    struct sent_cell *sent = mem_alloc(count, sizeof *sent);
    size_t at = 0;
    for (size_t i = 0; i < forms->count; i++)
        for (size_t j = 0; j < forms->list[i].cell_count; j++) {
            sent[at] = (struct sent_cell){&forms->list[i], &forms->list[i].cells[j], at};
            at++;
        }
    if (count > 1)
        qsort(sent, count, sizeof *sent, compare_sent);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && compare_keys(&sent[i], &sent[i - 1]) == 0)
            refuse_twin(check, &sent[i], &sent[i - 1]);
        else if (i + 1 < count && compare_keys(&sent[i], &sent[i + 1]) == 0)
            refuse_twin(check, &sent[i], &sent[i + 1]);
    }
    free(sent);
}

static void refuse_count(const char *file, size_t count, struct findings *findings)
{
    char cells[DECIMAL_TEXT_SIZE], most[DECIMAL_TEXT_SIZE];
    decimal_format((i128)count, 0, cells);
    decimal_format(SUBMISSION_CELLS_MAX, 0, most);
    finding_add(findings, FINDING_TOO_MANY_CELLS, (struct finding_place){.file = file}, cells,
                cells, most, NULL);
}

int entry_check(const struct entry_context *context, const struct forms *forms, const char *file,
                uint32_t *ret_offices, struct findings *findings)
{
    size_t errors = findings->errors, count = 0;
    for (size_t i = 0; i < forms->count; i++) {
        struct form_check check = {
            .context = context, .form = &forms->list[i], .file = file, .findings = findings};
        check_form(&check);
        ret_offices[i] = check.office;
        count += forms->list[i].cell_count;
    }
    if (count > SUBMISSION_CELLS_MAX)
        refuse_count(file, count, findings);
    refuse_twins(&(struct form_check){.file = file, .findings = findings}, forms, count);
    return findings->errors == errors ? 0 : -1;
}
