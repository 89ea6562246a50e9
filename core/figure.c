// What a component says: its value, and how the value stands against a target.
//
// Everything is an exact fraction until it is published. GMP's rationals do that at any size; where
// a level's fraction fits into 128 bits, publishing takes the fast path of the same rounding rule.
#include "core/rollup.h"

#include <stdlib.h>
#include <string.h>

#define PERCENT 100
#define COMPLETION_DECIMALS 2

void figure_init(struct figure *figure)
{
    *figure = (struct figure){0};
    mpq_init(figure->value);
}

void figure_clear(struct figure *figure)
{
    mpq_clear(figure->value);
}

// The denominator of a kind, scale 4; `amount` has none, that is 1.
static i128 denominator_of(const struct indicator *indicator, const struct component *component)
{
    if (indicator->kind == KIND_AMOUNT)
        return DECIMAL_ONE_E4;
    if (indicator->kind == KIND_YES_NO)
        return (i128)(component->leaves - component->na) * DECIMAL_ONE_E4;
    return component->denominator;
}

// numerator / denominator as the kind shows it; denominator is not 0.
static void quotient(const struct indicator *indicator, i128 numerator, i128 denominator, mpq_t ret)
{
    mpz_set_i128(mpq_numref(ret), numerator);
    mpz_set_i128(mpq_denref(ret), denominator);
    if (indicator->kind == KIND_MEAN) // its numerator has scale 8
        mpz_mul_ui(mpq_denref(ret), mpq_denref(ret), DECIMAL_ONE_E4);
    else if (indicator->kind != KIND_AMOUNT)
        mpz_mul_ui(mpq_numref(ret), mpq_numref(ret), PERCENT);
    mpq_canonicalize(ret);
}

// The same in 128 bits; false when it does not fit or the measure needs a difference.
static bool quotient_i128(const struct indicator *indicator, const struct component *component,
                          i128 *ret_numerator, i128 *ret_denominator)
{
    i128 numerator = component->numerator, denominator = denominator_of(indicator, component);
    if (indicator->measure != MEASURE_LEVEL)
        return false;
    if (indicator->kind == KIND_MEAN) {
        if (__builtin_mul_overflow(denominator, (i128)DECIMAL_ONE_E4, &denominator))
            return false;
    } else if (indicator->kind != KIND_AMOUNT) {
        if (__builtin_mul_overflow(numerator, (i128)PERCENT, &numerator))
            return false;
    }
    *ret_numerator = numerator;
    *ret_denominator = denominator;
    return true;
}

// Reported, and neither its denominator nor the baseline stands in the way of a value?
static bool has_value(const struct indicator *indicator, const struct component *component)
{
    if (component->reported == 0 || denominator_of(indicator, component) == 0)
        return false;
    if (indicator->measure == MEASURE_LEVEL)
        return true;
    return component->base_reported > 0 &&
           (indicator->kind == KIND_AMOUNT || component->base_denominator != 0);
}

void figure_of(const struct indicator *indicator, const struct component *component,
               struct figure *ret)
{
    i128 denominator = denominator_of(indicator, component);
    ret->denominator_zero = component->reported > 0 && denominator == 0;
    ret->has_value = has_value(indicator, component);
    if (!ret->has_value)
        return;
    quotient(indicator, component->numerator, denominator, ret->value);
    if (indicator->measure == MEASURE_LEVEL)
        return;
    mpq_t base;
    mpq_init(base);
    quotient(indicator, component->base_numerator,
             indicator->kind == KIND_AMOUNT ? DECIMAL_ONE_E4 : component->base_denominator, base);
    if (indicator->measure == MEASURE_DECREASE)
        mpq_sub(ret->value, base, ret->value);
    else
        mpq_sub(ret->value, ret->value, base);
    mpq_clear(base);
}

void completion_of(const struct indicator *indicator, const mpq_t value, const mpq_t target,
                   mpq_t ret)
{
    if (indicator->better == BETTER_LESS) {
        if (mpq_cmp(value, target) <= 0)
            mpq_set_ui(ret, 1, 1);
        else
            mpq_div(ret, target, value); // value > target >= 0
    } else if (mpq_sgn(target) == 0) {
        mpq_set_ui(ret, mpq_sgn(value) >= 0, 1);
    } else if (mpq_sgn(value) <= 0) {
        mpq_set_ui(ret, 0, 1);
    } else {
        mpq_div(ret, value, target);
    }
}

bool target_met(const struct indicator *indicator, const mpq_t value, const mpq_t target)
{
    int order = mpq_cmp(value, target);
    return indicator->better == BETTER_LESS ? order <= 0 : order >= 0;
}

// 128 bits bound every published figure to fewer digits than DECIMAL_TEXT_SIZE.
static void publish(const mpq_t value, unsigned decimals, char buffer[static DECIMAL_TEXT_SIZE])
{
    char *text = decimal_publish(value, decimals);
    size_t length = strnlen(text, DECIMAL_TEXT_SIZE - 1);
    memcpy(buffer, text, length);
    buffer[length] = '\0';
    free(text);
}

static void publish_value(const struct indicator *indicator, const struct component *component,
                          char buffer[static DECIMAL_TEXT_SIZE])
{
    i128 numerator, denominator, rounded;
    buffer[0] = '\0';
    if (!has_value(indicator, component))
        return;
    if (quotient_i128(indicator, component, &numerator, &denominator) &&
        decimal_round_i128(numerator, denominator, indicator->decimals, &rounded)) {
        decimal_fixed(rounded, indicator->decimals, buffer);
        return;
    }
    struct figure figure;
    figure_init(&figure);
    figure_of(indicator, component, &figure);
    publish(figure.value, indicator->decimals, buffer);
    figure_clear(&figure);
}

static void publish_target(const struct indicator *indicator, const struct component *component,
                           int64_t target_e4, struct rollup_texts *ret)
{
    struct figure figure;
    mpq_t target, completion;
    decimal_format(target_e4, DECIMAL_SCALE, ret->target);
    if (!has_value(indicator, component))
        return;
    figure_init(&figure);
    mpq_inits(target, completion, NULL);
    figure_of(indicator, component, &figure);
    mpq_set_e4(target, target_e4);
    completion_of(indicator, figure.value, target, completion);
    mpz_mul_ui(mpq_numref(completion), mpq_numref(completion), PERCENT);
    mpq_canonicalize(completion);
    publish(completion, COMPLETION_DECIMALS, ret->completion);
    ret->met = target_met(indicator, figure.value, target) ? "yes" : "no";
    mpq_clears(target, completion, NULL);
    figure_clear(&figure);
}

void rollup_publish(const struct indicator *indicator, const struct component *component,
                    const int64_t *target_e4, struct rollup_texts *ret)
{
    ret->numerator[0] = ret->denominator[0] = ret->completion[0] = ret->target[0] = '\0';
    ret->met = "";
    if (component->reported > 0) {
        unsigned scale = indicator->kind == KIND_MEAN ? 2 * DECIMAL_SCALE : DECIMAL_SCALE;
        decimal_format(component->numerator, scale, ret->numerator);
        if (indicator->kind != KIND_AMOUNT)
            decimal_format(denominator_of(indicator, component), DECIMAL_SCALE, ret->denominator);
    }
    publish_value(indicator, component, ret->value);
    if (target_e4 != NULL)
        publish_target(indicator, component, *target_e4, ret);
    ret->reported = component->reported;
    ret->expected = component->leaves - component->na;
    ret->na = component->na;
    ret->missing = ret->expected - component->reported;
}
