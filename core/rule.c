// Points of one line (semantics.md, section 4): each rule is a function in one table, each bonus in
// another. Exact; rounding is the caller's.
#include "core/score.h"

#define PERCENT_E4 (100 * DECIMAL_ONE_E4)

// What a rule looks at.
struct rule_case {
    const struct indicator *indicator;
    mpq_srcptr value;
    bool has_against; // a number to compare with: target or score_against
    mpq_srcptr against;
    mpq_t completion; // against that number; 0 without one
    mpq_t points;     // M
    const struct leader_maxima *maxima;
};

static void set_min(mpq_t value, const mpq_t limit)
{
    if (mpq_cmp(value, limit) > 0)
        mpq_set(value, limit);
}

static void set_not_negative(mpq_t value)
{
    if (mpq_sgn(value) < 0)
        mpq_set_ui(value, 0, 1);
}

// ret = a × b_e4 / 10^4
static void mul_e4(mpq_t ret, const mpq_t a, int64_t b_e4)
{
    mpq_t factor;
    mpq_init(factor);
    mpq_set_e4(factor, b_e4);
    mpq_mul(ret, a, factor);
    mpq_clear(factor);
}

// ret = a / (b_e4 / 10^4); b is not 0
static void div_e4(mpq_t ret, const mpq_t a, int64_t b_e4)
{
    mpq_t divisor;
    mpq_init(divisor);
    mpq_set_e4(divisor, b_e4);
    mpq_div(ret, a, divisor);
    mpq_clear(divisor);
}

static int cmp_e4(const mpq_t a, int64_t b_e4)
{
    mpq_t other;
    mpq_init(other);
    mpq_set_e4(other, b_e4);
    int order = mpq_cmp(a, other);
    mpq_clear(other);
    return order;
}

static void round_whole(mpq_t value, bool up)
{
    if (up)
        mpz_cdiv_q(mpq_numref(value), mpq_numref(value), mpq_denref(value));
    else
        mpz_fdiv_q(mpq_numref(value), mpq_numref(value), mpq_denref(value));
    mpz_set_ui(mpq_denref(value), 1);
}

static void points_proportional(const struct rule_case *rule, mpq_t ret)
{
    mpq_t percent;
    mpq_init(percent);
    mul_e4(percent, rule->completion, PERCENT_E4);
    if (cmp_e4(percent, rule->indicator->floor_e4) < 0)
        mpq_set_ui(ret, 0, 1);
    else
        mpq_mul(ret, rule->points, rule->completion);
    set_min(ret, rule->points);
    mpq_clear(percent);
}

static bool step_reached(const struct rule_case *rule, const struct step *step)
{
    if (step->by_value) {
        int order = cmp_e4(rule->value, step->bound_e4);
        if (rule->indicator->better == BETTER_LESS)
            order = -order;
        return step->beyond ? order > 0 : order >= 0;
    }
    if (!rule->has_against)
        return false;
    mpq_t percent;
    mpq_init(percent);
    mul_e4(percent, rule->completion, PERCENT_E4);
    int order = cmp_e4(percent, step->bound_e4);
    mpq_clear(percent);
    return step->beyond ? order > 0 : order >= 0;
}

// The top row is the best one, wherever it stands: of the rows that hold, the most points count.
static void steps_points(const struct rule_case *rule, const struct step *steps, size_t count,
                         mpq_t ret)
{
    const struct step *best = NULL;
    for (size_t i = 0; i < count; i++)
        if ((best == NULL || steps[i].points_e4 > best->points_e4) && step_reached(rule, &steps[i]))
            best = &steps[i];
    mpq_set_e4(ret, best == NULL ? 0 : best->points_e4);
}

static void points_steps(const struct rule_case *rule, mpq_t ret)
{
    steps_points(rule, rule->indicator->steps, rule->indicator->step_count, ret);
}

static void points_deduct(const struct rule_case *rule, mpq_t ret)
{
    mpq_set_ui(ret, 1, 1);
    mpq_sub(ret, ret, rule->completion);
    set_not_negative(ret); // nothing is short beyond 100 %
    mul_e4(ret, ret, PERCENT_E4);
    div_e4(ret, ret, rule->indicator->deduct.per_e4);
    if (rule->indicator->deduct.count != COUNT_EXACT)
        round_whole(ret, rule->indicator->deduct.count == COUNT_STARTED);
    mul_e4(ret, ret, rule->indicator->deduct.points_e4);
    mpq_sub(ret, rule->points, ret);
    set_not_negative(ret);
}

static void points_per_case(const struct rule_case *rule, mpq_t ret)
{
    mpq_t most;
    mpq_init(most);
    mpq_set_e4(most, rule->indicator->per_case.max_e4);
    mul_e4(ret, rule->value, rule->indicator->per_case.points_e4);
    set_min(ret, most);
    set_not_negative(ret);
    mpq_sub(ret, rule->points, ret);
    mpq_clear(most);
}

static void points_linear(const struct rule_case *rule, mpq_t ret)
{
    const struct indicator *indicator = rule->indicator;
    mpq_t base;
    mpq_init(base);
    mpq_set_e4(base, indicator->linear.start_e4);
    if (indicator->better == BETTER_LESS)
        mpq_sub(ret, base, rule->value);
    else
        mpq_sub(ret, rule->value, base);
    set_not_negative(ret);
    div_e4(ret, ret, indicator->linear.per_e4);
    mul_e4(ret, ret, indicator->linear.add_e4);
    mpq_set_e4(base, indicator->linear.points_e4);
    mpq_add(ret, ret, base);
    set_min(ret, rule->points);
    mpq_clear(base);
}

// part/whole of `points`; 0 when there is no whole. Negative parts give 0.
static void share_of_best(mpq_t ret, const mpq_t part, bool has_whole, const mpq_t whole)
{
    if (!has_whole || mpq_sgn(whole) <= 0 || mpq_sgn(part) <= 0)
        mpq_set_ui(ret, 0, 1);
    else
        mpq_div(ret, part, whole);
}

static void points_leader(const struct rule_case *rule, mpq_t ret)
{
    const struct leader_maxima *maxima = rule->maxima;
    if (mpq_sgn(rule->against) == 0) {
        share_of_best(ret, rule->value, maxima->has_value, maxima->value);
        mpq_mul(ret, ret, rule->points);
        return;
    }
    mpq_t one, half;
    mpq_inits(one, half, NULL);
    mpq_set_ui(one, 1, 1);
    mpq_set_e4(half, rule->indicator->leader_half_e4);
    div_e4(half, half, PERCENT_E4);
    if (mpq_cmp(rule->completion, one) <= 0) {
        mpq_mul(ret, half, rule->completion);
    } else { // half + (1 - half) × excess / greatest excess
        mpq_sub(ret, rule->completion, one);
        share_of_best(ret, ret, maxima->has_excess, maxima->excess);
        mpq_sub(one, one, half);
        mpq_mul(ret, ret, one);
        mpq_add(ret, ret, half);
    }
    mpq_mul(ret, ret, rule->points);
    mpq_clears(one, half, NULL);
}

static void points_all_or_nothing(const struct rule_case *rule, mpq_t ret)
{
    if (rule->has_against && target_met(rule->indicator, rule->value, rule->against))
        mpq_set(ret, rule->points);
    else
        mpq_set_ui(ret, 0, 1);
}

static void (*const rules[])(const struct rule_case *rule, mpq_t ret) = {
    [RULE_PROPORTIONAL] = points_proportional,
    [RULE_STEPS] = points_steps,
    [RULE_DEDUCT] = points_deduct,
    [RULE_PER_CASE] = points_per_case,
    [RULE_LINEAR] = points_linear,
    [RULE_LEADER] = points_leader,
    [RULE_ALL_OR_NOTHING] = points_all_or_nothing,
};

static void bonus_none(const struct rule_case *rule, mpq_t ret)
{
    (void)rule;
    mpq_set_ui(ret, 0, 1);
}

static void bonus_cap(const struct rule_case *rule, mpq_t ret)
{
    mpq_t most;
    mpq_init(most);
    mpq_set_e4(most, rule->indicator->bonus.max_e4);
    set_min(ret, most);
    set_not_negative(ret);
    mpq_clear(most);
}

static void bonus_per(const struct rule_case *rule, mpq_t ret)
{
    mpq_t one;
    mpq_init(one);
    mpq_set_ui(one, 1, 1);
    mpq_sub(ret, rule->completion, one);
    mpq_clear(one);
    set_not_negative(ret); // also without anything to compare with
    mul_e4(ret, ret, PERCENT_E4);
    div_e4(ret, ret, rule->indicator->bonus.per_e4);
    round_whole(ret, false);
    mul_e4(ret, ret, rule->indicator->bonus.points_e4);
    bonus_cap(rule, ret);
}

static void bonus_steps(const struct rule_case *rule, mpq_t ret)
{
    steps_points(rule, rule->indicator->bonus.steps, rule->indicator->bonus.step_count, ret);
}

static void bonus_per_case(const struct rule_case *rule, mpq_t ret)
{
    mul_e4(ret, rule->value, rule->indicator->bonus.points_e4);
    bonus_cap(rule, ret);
}

static void (*const bonuses[])(const struct rule_case *rule, mpq_t ret) = {
    [BONUS_NONE] = bonus_none,
    [BONUS_PER] = bonus_per,
    [BONUS_STEPS] = bonus_steps,
    [BONUS_PER_CASE] = bonus_per_case,
};

static void case_init(struct rule_case *rule, const struct indicator *indicator, const mpq_t value,
                      bool has_against, const mpq_t against)
{
    *rule = (struct rule_case){
        .indicator = indicator, .value = value, .has_against = has_against, .against = against};
    mpq_inits(rule->completion, rule->points, NULL);
    mpq_set_e4(rule->points, indicator->points_e4);
    if (has_against)
        completion_of(indicator, value, against, rule->completion);
}

static void case_clear(struct rule_case *rule)
{
    mpq_clears(rule->completion, rule->points, NULL);
}

void rule_points(const struct indicator *indicator, const mpq_t value, bool has_against,
                 const mpq_t against, const struct leader_maxima *maxima, mpq_t ret)
{
    struct rule_case rule;
    case_init(&rule, indicator, value, has_against, against);
    rule.maxima = maxima;
    rules[indicator->rule](&rule, ret);
    case_clear(&rule);
}

void rule_bonus(const struct indicator *indicator, const mpq_t value, bool has_against,
                const mpq_t against, mpq_t ret)
{
    struct rule_case rule;
    case_init(&rule, indicator, value, has_against, against);
    bonuses[indicator->bonus.kind](&rule, ret);
    case_clear(&rule);
}

bool rule_needs_target(const struct indicator *indicator)
{
    if (indicator->kind == KIND_ASSESSED)
        return false;
    switch (indicator->rule) {
    case RULE_PER_CASE:
    case RULE_LINEAR:
        return false;
    case RULE_ALL_OR_NOTHING: // being met is always against the target
        return true;
    case RULE_STEPS:
        for (size_t i = 0; i < indicator->step_count; i++)
            if (!indicator->steps[i].by_value)
                return !indicator->has_score_against;
        return false;
    case RULE_PROPORTIONAL:
    case RULE_DEDUCT:
    case RULE_LEADER:
        break;
    }
    return !indicator->has_score_against;
}
