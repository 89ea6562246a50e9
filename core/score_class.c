// The class of a unit: the first whose total is reached and whose conditions hold, then lowered by
// what the council has given (semantics.md, section 4).
#include "core/score_private.h"

// Where being met is required, missing is not met and not applicable is left out.
bool met_as_required(int met, enum line_note note)
{
    return note == NOTE_NA || (note == NOTE_NONE && met == 1);
}

static bool share_reached(const struct score_line *line, int64_t points_e4, int64_t share_e4)
{
    mpq_t least, factor;
    mpq_inits(least, factor, NULL);
    mpq_set_e4(least, points_e4);
    mpq_set_scaled(factor, share_e4, DECIMAL_SCALE + 2); // a percentage
    mpq_mul(least, least, factor);
    bool reached = mpq_cmp(line->points, least) >= 0;
    mpq_clears(least, factor, NULL);
    return reached;
}

static bool lines_fit(const struct campaign *campaign, const struct class_rule *rule,
                      const struct unit_score *unit)
{
    for (size_t i = 0; i < campaign->indicator_count; i++) {
        const struct score_line *line = &unit->lines[i];
        int64_t points_e4 = campaign->indicators[i].points_e4;
        if (!line->has_points || points_e4 == 0) // not scored: nothing to fall short of
            continue;
        if (rule->no_zero && mpq_sgn(line->points) == 0)
            return false;
        if (rule->has_min_share && !share_reached(line, points_e4, rule->min_share_e4))
            return false;
    }
    return true;
}

static bool class_fits(const struct campaign *campaign, const struct class_rule *rule,
                       const struct unit_score *unit)
{
    if ((i128)unit->total_e2 * 100 < rule->from_e4)
        return false;
    for (size_t i = 0; i < rule->requires_met_count; i++) {
        const struct score_line *line = &unit->lines[rule->requires_met[i]];
        if (!met_as_required(line->met, line->note))
            return false;
    }
    return lines_fit(campaign, rule, unit);
}

uint32_t score_class(const struct campaign *campaign, const struct unit_score *unit)
{
    uint32_t class_index = NO_INDEX;
    for (uint32_t c = 0; c < campaign->class_count && class_index == NO_INDEX; c++)
        if (class_fits(campaign, &campaign->classes[c], unit))
            class_index = c;
    for (size_t i = 0; i < campaign->adjustment_count; i++) {
        uint32_t at_most = campaign->adjustments[i].class_at_most;
        if (at_most != NO_INDEX && unit->adjustment_times[i] > 0 && class_index < at_most)
            class_index = at_most;
    }
    return class_index;
}
