// Looks for the least number of steps by which one figure must change; see pass.h.
//
// The points and the bonus of a line each rise or fall throughout as its figure rises, and so do those of
// the other unit (which only a `leader` rule moves). Their sum need not: points fall with the cases that a
// bonus counts. So a stretch of steps is left out only when the best points and the best bonus of its two
// ends together do not reach the other's least total; where all of them are the same at both ends the
// tie-breaks decide, which all move one way; any other stretch is halved.
#include "core/pass.h"

#include "core/score_private.h"
#include <stdlib.h>
#include <string.h>

struct search {
    const struct pass_case *given;
    struct score_case score;
    const struct indicator *indicator;
    uint32_t index;
    struct cluster_scores base;   // as it is
    struct leader_maxima maxima;  // of the others
    struct unit_score own, above; // lines[index] is of the figure that is tried
    struct score_line *own_lines, *above_lines;
    struct component *components;   // of the own unit
    struct assessed_cell *assessed; // of the own unit
    i128 step;                      // of the numerator
    struct err *err;
    bool failed;
};

// What a number of steps brings.
struct probe {
    int64_t steps;
    int64_t points_e2[2], bonus_e2[2]; // own, above
    int64_t total_e2[2];
    bool passes;
};

// ---- the figure that is tried

static i128 power_of_ten(unsigned exponent)
{
    i128 power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

// 10^-decimals, scale 4.
static i128 published_step(const struct indicator *indicator)
{
    return power_of_ten(DECIMAL_SCALE - indicator->decimals);
}

// The finest digit of both numbers, at most 1; scale 4.
static i128 finest_digit(i128 numerator, i128 denominator)
{
    i128 step = DECIMAL_ONE_E4;
    while (numerator % step != 0 || denominator % step != 0)
        step /= 10;
    return step;
}

static i128 step_of(const struct indicator *indicator, const struct component *component)
{
    switch (indicator->kind) {
    case KIND_AMOUNT:
        return published_step(indicator);
    case KIND_RATIO:
        return finest_digit(component->numerator, component->denominator);
    case KIND_MEAN:
        return published_step(indicator) * component->denominator;
    case KIND_YES_NO:
        return DECIMAL_ONE_E4;
    case KIND_ASSESSED:
        break;
    }
    return DECIMAL_ONE_E4 / 100;
}

static i128 larger(i128 a, i128 b)
{
    return a > b ? a : b;
}

// How many cells at least and at most make up a sum; a bound of each bounds the sum.
static i128 bound_of_sum(const struct search *search, const struct component *component,
                         int64_t bound_e4, bool upper)
{
    i128 least = component->reported, most = least;
    if (search->indicator->time == TIME_FLOW)
        most *= (i128)search->given->plan->period_slots;
    return bound_e4 * ((bound_e4 > 0) == upper ? most : least);
}

// Bounds of the numerator: what the cells may hold.
static void bounds_of(const struct search *search, const struct component *component, i128 *ret_low,
                      i128 *ret_high)
{
    const struct indicator *indicator = search->indicator;
    int64_t min_e4 = indicator->has_min          ? indicator->min_e4
                     : component->numerator >= 0 ? 0
                                                 : -DECIMAL_MAX_E4;
    int64_t max_e4 = indicator->has_max ? indicator->max_e4 : DECIMAL_MAX_E4;
    if (indicator->kind == KIND_ASSESSED) {
        *ret_low = 0;
        *ret_high = indicator->points_e4;
    } else if (indicator->kind == KIND_MEAN) { // of a mean within min … max
        *ret_low = min_e4 * component->denominator;
        *ret_high = max_e4 * component->denominator;
    } else if (indicator->kind == KIND_YES_NO) {
        *ret_low = 0;
        *ret_high = (i128)component->reported * DECIMAL_ONE_E4;
    } else {
        *ret_low = bound_of_sum(search, component, min_e4, false);
        *ret_high = bound_of_sum(search, component, max_e4, true);
    }
    if (indicator->kind == KIND_RATIO && !indicator->may_exceed)
        *ret_high = *ret_high < component->denominator ? *ret_high : component->denominator;
}

// ---- what it brings

static struct score_unit_input own_input(const struct search *search)
{
    struct score_unit_input input = search->given->inputs[search->given->own];
    input.components = search->components;
    input.assessed = search->assessed;
    return input;
}

static i128 numerator_now(const struct search *search)
{
    const struct pass_case *given = search->given;
    mpq_srcptr value = search->base.units[given->own].lines[search->index].value;
    if (search->indicator->kind != KIND_ASSESSED)
        return given->inputs[given->own].components[search->index].numerator;
    int64_t value_e2 = 0; // a verified number of at most 4 decimals
    mpz_t whole;
    mpz_init(whole);
    decimal_round_q(value, DECIMAL_SCALE, whole);
    value_e2 = mpz_get_si(whole);
    mpz_clear(whole);
    return value_e2;
}

// Puts the figure after so many steps where line_read finds it.
static void put_figure(struct search *search, int64_t steps)
{
    const struct rollup_plan *plan = search->given->plan;
    i128 numerator = numerator_now(search) + search->step * steps;
    search->components[search->index].numerator = numerator;
    if (search->indicator->kind != KIND_ASSESSED)
        return;
    // The newest verified points win; the unit stands below the owner at P.
    search->assessed[search->index * plan->period_slots + plan->period_slots - 1] =
        (struct assessed_cell){.has_verified = true, .verified_e4 = (int64_t)numerator};
}

static int add_up(struct search *search, const struct score_unit_input *input,
                  struct unit_score *unit)
{
    const struct campaign *campaign = search->score.campaign;
    unit->met_count = unit->missing_count = 0;
    if (campaign->adjustment_count > 0)
        memset(unit->adjustment_times, 0,
               campaign->adjustment_count * sizeof *unit->adjustment_times);
    return score_total(&search->score, input, unit, search->err);
}

static int score_figure(struct search *search)
{
    const struct pass_case *given = search->given;
    const struct score_unit_input input = own_input(search);
    struct score_line *own = &search->own_lines[search->index],
                      *above = &search->above_lines[search->index];
    struct leader_maxima maxima = {.has_excess = search->maxima.has_excess,
                                   .has_value = search->maxima.has_value};
    const struct cluster_scores alone = {&search->own, 1, search->base.indicator_count};
    line_clear(own);
    line_init(own);
    line_read(&search->score, &input, search->index, own);
    mpq_inits(maxima.excess, maxima.value, NULL);
    mpq_set(maxima.excess, search->maxima.excess);
    mpq_set(maxima.value, search->maxima.value);
    bool leads = search->indicator->kind != KIND_ASSESSED && search->indicator->rule == RULE_LEADER;
    if (leads)
        leader_add(search->indicator, search->index, &alone, &maxima);
    int result = line_score(search->score.campaign, search->index, &maxima, own, search->err);
    if (result == 0 && leads)
        result = line_score(search->score.campaign, search->index, &maxima, above, search->err);
    mpq_clears(maxima.excess, maxima.value, NULL);
    if (result == 0)
        result = add_up(search, &input, &search->own);
    return result == 0 ? add_up(search, &given->inputs[given->above], &search->above) : -1;
}

static struct probe try_steps(struct search *search, int64_t steps)
{
    struct probe probe = {.steps = steps};
    const struct score_line *lines[] = {&search->own_lines[search->index],
                                        &search->above_lines[search->index]};
    put_figure(search, steps);
    if (search->failed || score_figure(search) < 0) {
        search->failed = true;
        return probe;
    }
    for (int i = 0; i < 2; i++) {
        probe.points_e2[i] = lines[i]->points_e2;
        probe.bonus_e2[i] = lines[i]->bonus_e2;
    }
    probe.total_e2[0] = search->own.total_e2;
    probe.total_e2[1] = search->above.total_e2;
    probe.passes = rank_compare(search->score.campaign, &search->own, &search->above) < 0 &&
                   !rank_disqualified(search->score.campaign, &search->own);
    return probe;
}

// ---- the search

static int64_t better(int64_t a, int64_t b, bool larger_is)
{
    return (a > b) == larger_is ? a : b;
}

// The total of the own unit (0) or the other (1) with the most, or the least, of both ends.
static int64_t extreme_total(struct search *search, int who, const struct probe *a,
                             const struct probe *b, bool most)
{
    const struct pass_case *given = search->given;
    const struct score_unit_input own = own_input(search);
    struct unit_score *unit = who == 0 ? &search->own : &search->above;
    struct score_line *line = &unit->lines[search->index];
    line->points_e2 = better(a->points_e2[who], b->points_e2[who], most);
    line->bonus_e2 = better(a->bonus_e2[who], b->bonus_e2[who], most);
    if (add_up(search, who == 0 ? &own : &given->inputs[given->above], unit) < 0)
        search->failed = true;
    return unit->total_e2;
}

static bool same_points(const struct probe *a, const struct probe *b)
{
    return memcmp(a->points_e2, b->points_e2, sizeof a->points_e2) == 0 &&
           memcmp(a->bonus_e2, b->bonus_e2, sizeof a->bonus_e2) == 0;
}

// Can anything between the two pass that neither of them does?
static bool may_pass(struct search *search, const struct probe *a, const struct probe *b)
{
    if (b->passes)
        return true;
    if (same_points(a, b))
        return false;
    return extreme_total(search, 0, a, b, true) >= extreme_total(search, 1, a, b, false);
}

// The number of steps nearest to near->steps, which does not pass, up to far->steps; 0: none.
static int64_t nearest(struct search *search, const struct probe *near, const struct probe *far)
{
    if (search->failed || !may_pass(search, near, far))
        return 0;
    if (llabs(far->steps - near->steps) <= 1)
        return far->passes ? far->steps : 0;
    struct probe middle = try_steps(search, near->steps + (far->steps - near->steps) / 2);
    int64_t found = nearest(search, near, &middle);
    return found != 0 ? found : nearest(search, &middle, far);
}

static int64_t in_direction(struct search *search, i128 room, int sign)
{
    if (room <= 0)
        return 0;
    struct probe here = try_steps(search, 0);
    struct probe end = try_steps(search,
                                 (int64_t)(room > INT64_MAX / 2 ? INT64_MAX / 2 : room) * sign);
    return nearest(search, &here, &end);
}

static int64_t least_steps(struct search *search, const struct component *now)
{
    i128 low, high;
    bounds_of(search, now, &low, &high);
    int64_t up = in_direction(search,
                              (larger(high, now->numerator) - now->numerator) / search->step, 1);
    int64_t down = in_direction(
        search, (now->numerator - (low < now->numerator ? low : now->numerator)) / search->step,
        -1);
    if (up == 0 || down == 0)
        return up != 0 ? up : down;
    return up <= -down ? up : down;
}

// ---- the answer

static void set_relative(const struct component *now, i128 change, struct pass_line *ret)
{
    ret->has_relative = now->numerator != 0;
    if (!ret->has_relative)
        return;
    mpz_set_i128(mpq_numref(ret->relative), change);
    mpz_set_i128(mpq_denref(ret->relative), now->numerator);
    mpq_canonicalize(ret->relative);
    mpq_abs(ret->relative, ret->relative);
}

static void describe(struct search *search, const struct component *now, int64_t steps,
                     struct pass_line *ret)
{
    const struct probe probe = try_steps(search, steps);
    i128 change = search->step * steps;
    ret->result = PASS_FOUND;
    ret->steps = steps;
    ret->component = search->components[search->index];
    ret->change = search->indicator->kind == KIND_MEAN ? change / now->denominator : change;
    set_relative(now, change, ret);
    mpq_set(ret->value, search->own_lines[search->index].value);
    ret->points_e2 = probe.points_e2[0];
    ret->bonus_e2 = probe.bonus_e2[0];
    ret->total_e2 = probe.total_e2[0];
    ret->above_total_e2 = probe.total_e2[1];
}

// Maxima of the cluster without the own unit.
static void find_others(struct search *search)
{
    const struct pass_case *given = search->given;
    search->maxima.has_excess = search->maxima.has_value = false;
    if (search->indicator->kind == KIND_ASSESSED || search->indicator->rule != RULE_LEADER)
        return;
    const struct cluster_scores parts[] = {
        {search->base.units, given->own, search->base.indicator_count},
        {search->base.units + given->own + 1, given->count - given->own - 1,
         search->base.indicator_count}};
    for (int i = 0; i < 2; i++)
        leader_add(search->indicator, search->index, &parts[i], &search->maxima);
}

static void find_line(struct search *search, uint32_t index, struct pass_line *ret)
{
    const struct pass_case *given = search->given;
    const struct unit_score *own = &search->base.units[given->own],
                            *above = &search->base.units[given->above];
    search->index = index;
    search->indicator = &search->score.campaign->indicators[index];
    struct component now = given->inputs[given->own].components[index];
    if (!line_is_scored(&own->lines[index]))
        return;
    now.numerator = numerator_now(search);
    search->step = step_of(search->indicator, &now);
    find_others(search);
    line_copy(&search->own_lines[index], &own->lines[index]);
    line_copy(&search->above_lines[index], &above->lines[index]);
    int64_t steps = least_steps(search, &now);
    ret->result = PASS_NOT;
    if (steps != 0 && !search->failed)
        describe(search, &now, steps, ret);
    line_clear(&search->own_lines[index]);
    line_clear(&search->above_lines[index]);
    search->own_lines[index] = own->lines[index]; // borrowed again
    search->above_lines[index] = above->lines[index];
    search->components[index] = given->inputs[given->own].components[index];
}

// A copy of a unit's scores whose lines are borrowed, with counters of its own.
static struct score_line *working_copy(const struct search *search, size_t place,
                                       struct unit_score *ret)
{
    size_t count = search->base.indicator_count;
    struct score_line *lines = mem_alloc(count + 1, sizeof *lines);
    memcpy(lines, search->base.units[place].lines, count * sizeof *lines);
    *ret = search->base.units[place];
    ret->lines = lines;
    ret->adjustment_times = mem_alloc(search->score.campaign->adjustment_count + 1,
                                      sizeof *ret->adjustment_times);
    return lines;
}

static void search_init(struct search *search)
{
    const struct pass_case *given = search->given;
    const struct score_unit_input *own = &given->inputs[given->own];
    size_t count = search->base.indicator_count, cells = count * given->plan->period_slots;
    search->own_lines = working_copy(search, given->own, &search->own);
    search->above_lines = working_copy(search, given->above, &search->above);
    search->components = mem_alloc(count + 1, sizeof *search->components);
    search->assessed = mem_alloc(cells + 1, sizeof *search->assessed);
    memcpy(search->components, own->components, count * sizeof *search->components);
    memcpy(search->assessed, own->assessed, cells * sizeof *search->assessed);
    mpq_inits(search->maxima.excess, search->maxima.value, NULL);
}

static void search_clear(struct search *search)
{
    mpq_clears(search->maxima.excess, search->maxima.value, NULL);
    free(search->own.adjustment_times);
    free(search->above.adjustment_times);
    free(search->own_lines);
    free(search->above_lines);
    free(search->components);
    free(search->assessed);
    cluster_scores_clear(&search->base);
}

int pass_find(const struct pass_case *given, struct pass_line *ret, int64_t *ret_own_total_e2,
              int64_t *ret_above_total_e2, struct err *err)
{
    const struct campaign *campaign = given->plan->campaign;
    struct search search = {.given = given,
                            .score = {given->plan, campaign, given->targets, given->adjustments},
                            .err = err};
    if (score_cluster(given->plan, given->targets, given->adjustments, given->inputs, given->count,
                      &search.base, err) < 0)
        return -1;
    search_init(&search);
    *ret_own_total_e2 = search.own.total_e2;
    *ret_above_total_e2 = search.above.total_e2;
    for (uint32_t i = 0; i < campaign->indicator_count; i++) {
        ret[i] = (struct pass_line){.result = PASS_NO_VALUE};
        mpq_inits(ret[i].relative, ret[i].value, NULL);
        find_line(&search, i, &ret[i]);
    }
    search_clear(&search);
    if (search.failed)
        pass_lines_clear(ret, campaign->indicator_count);
    return search.failed ? -1 : 0;
}

void pass_lines_clear(struct pass_line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        mpq_clears(lines[i].relative, lines[i].value, NULL);
}

uint32_t pass_least(const struct pass_line *lines, size_t count)
{
    uint32_t least = NO_INDEX;
    for (uint32_t i = 0; i < count; i++) {
        if (lines[i].result != PASS_FOUND)
            continue;
        if (least == NO_INDEX || (lines[i].has_relative && !lines[least].has_relative) ||
            (lines[i].has_relative && mpq_cmp(lines[i].relative, lines[least].relative) < 0))
            least = i;
    }
    return least;
}
