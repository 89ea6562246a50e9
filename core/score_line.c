// One line of the scores: an indicator of a competing unit (semantics.md, section 4).
#include "core/score_private.h"

#include "core/rollup_links.h"

void line_init(struct score_line *line)
{
    *line = (struct score_line){.met = -1};
    mpq_inits(line->value, line->completion, line->points, line->bonus, NULL);
}

void line_clear(struct score_line *line)
{
    mpq_clears(line->value, line->completion, line->points, line->bonus, NULL);
}

void line_copy(struct score_line *to, const struct score_line *from)
{
    *to = *from;
    mpq_inits(to->value, to->completion, to->points, to->bonus, NULL);
    mpq_set(to->value, from->value);
    mpq_set(to->completion, from->completion);
    mpq_set(to->points, from->points);
    mpq_set(to->bonus, from->bonus);
}

static enum assessed_source source_of(const struct assessed_cell *cell, bool count_unverified)
{
    if (cell->has_verified)
        return ASSESSED_VERIFIED;
    if (cell->has_self && cell->self_state == CELL_NA)
        return ASSESSED_NA;
    return cell->has_self && count_unverified ? ASSESSED_SELF : ASSESSED_NONE;
}

enum assessed_source assessed_counting(const struct rollup_plan *plan, uint32_t unit,
                                       const struct assessed_cell *cells, int64_t *ret_e4,
                                       size_t *ret_slot)
{
    for (size_t slot = plan->period_slots; slot-- > 0;) {
        enum assessed_source source = source_of(&cells[slot], plan->campaign->count_unverified);
        if (source == ASSESSED_NONE || !plan->links->below[slot][unit])
            continue;
        if (source != ASSESSED_NA)
            *ret_e4 = source == ASSESSED_VERIFIED ? cells[slot].verified_e4 : cells[slot].self_e4;
        *ret_slot = slot;
        return source;
    }
    return ASSESSED_NONE;
}

static void read_assessed(const struct score_case *score, const struct score_unit_input *input,
                          uint32_t indicator, struct score_line *ret)
{
    size_t slots = score->plan->period_slots, slot = 0;
    int64_t points_e4 = 0;
    enum assessed_source source = assessed_counting(
        score->plan, input->unit, &input->assessed[indicator * slots], &points_e4, &slot);
    ret->has_value = source == ASSESSED_VERIFIED || source == ASSESSED_SELF;
    mpq_set_e4(ret->value, points_e4);
    if (source == ASSESSED_NA)
        ret->note = NOTE_NA;
    else if (source == ASSESSED_NONE)
        ret->note = NOTE_MISSING;
}

// Reported by fewer leaves than the campaign asks for?
static bool coverage_short(const struct indicator *indicator, const struct component *component)
{
    i128 expected = component->leaves - component->na;
    return indicator->has_coverage_min &&
           (i128)component->reported * 100 * DECIMAL_ONE_E4 < expected * indicator->coverage_min_e4;
}

static enum line_note note_of(const struct indicator *indicator, const struct component *component,
                              const struct figure *figure, bool has_target)
{
    uint32_t expected = component->leaves - component->na;
    if (expected == 0 || (figure->denominator_zero && component->reported == expected) ||
        (!has_target && rule_needs_target(indicator)))
        return NOTE_NA;
    if (!figure->has_value || coverage_short(indicator, component))
        return NOTE_MISSING;
    return NOTE_NONE;
}

static void read_rolled_up(const struct score_case *score, const struct score_unit_input *input,
                           uint32_t index, struct score_line *ret)
{
    const struct indicator *indicator = &score->campaign->indicators[index];
    struct figure figure;
    figure_init(&figure);
    figure_of(indicator, &input->components[index], &figure);
    ret->has_target = target_of(score->targets, score->campaign, input->unit, index, true,
                                &ret->target_e4);
    ret->note = note_of(indicator, &input->components[index], &figure, ret->has_target);
    ret->has_value = figure.has_value;
    mpq_set(ret->value, figure.value);
    if (ret->has_value && ret->has_target) {
        mpq_t target;
        mpq_init(target);
        mpq_set_e4(target, ret->target_e4);
        completion_of(indicator, ret->value, target, ret->completion);
        ret->has_completion = true;
        ret->met = target_met(indicator, ret->value, target);
        mpq_clear(target);
    }
    figure_clear(&figure);
}

void line_read(const struct score_case *score, const struct score_unit_input *input,
               uint32_t indicator, struct score_line *ret)
{
    if (score->campaign->indicators[indicator].kind == KIND_ASSESSED)
        read_assessed(score, input, indicator, ret);
    else
        read_rolled_up(score, input, indicator, ret);
}

bool line_is_scored(const struct score_line *line)
{
    return line->note == NOTE_NONE;
}

bool line_against(const struct indicator *indicator, const struct score_line *line, mpq_t ret)
{
    if (indicator->has_score_against)
        mpq_set_e4(ret, indicator->score_against_e4);
    else if (line->has_target)
        mpq_set_e4(ret, line->target_e4);
    else
        return false;
    return true;
}

// The points given are the value, within 0 … M.
static void assessed_points(const struct indicator *indicator, const mpq_t value, mpq_t ret)
{
    mpq_set_e4(ret, indicator->points_e4);
    if (mpq_cmp(value, ret) < 0)
        mpq_set(ret, value);
    if (mpq_sgn(ret) < 0)
        mpq_set_ui(ret, 0, 1);
}

static void scored_points(const struct indicator *indicator, const struct leader_maxima *maxima,
                          struct score_line *line)
{
    mpq_t against;
    mpq_init(against);
    if (indicator->kind == KIND_ASSESSED) {
        assessed_points(indicator, line->value, line->points);
    } else {
        bool has_against = line_against(indicator, line, against);
        rule_bonus(indicator, line->value, has_against, against, line->bonus);
        if (indicator->rule == RULE_ALL_OR_NOTHING) // being met is always against the target
            mpq_set_e4(against, line->target_e4);
        rule_points(indicator, line->value, has_against, against, maxima, line->points);
    }
    mpq_clear(against);
}

int line_score(const struct campaign *campaign, uint32_t index, const struct leader_maxima *maxima,
               struct score_line *line, struct err *err)
{
    const struct indicator *indicator = &campaign->indicators[index];
    line->max_e2 = indicator->points_e4 / 100;
    line->has_points = line->note != NOTE_NA || campaign->not_applicable != NA_RESCALE;
    if (line_is_scored(line))
        scored_points(indicator, maxima, line);
    else if (line->note == NOTE_NA && campaign->not_applicable == NA_FULL)
        mpq_set_e4(line->points, indicator->points_e4);
    if (decimal_round_e2(line->points, &line->points_e2) < 0 ||
        decimal_round_e2(line->bonus, &line->bonus_e2) < 0)
        return err_set(err, ERR_REJECT, "overflow", "the points of %s are too large",
                       indicator->code);
    return 0;
}
