// Sums of components: the only arithmetic between a leaf and the nation, in 128 bits, checked.
#include "core/rollup.h"

static bool add_overflows(struct component *sum, const struct component *more)
{
    return __builtin_add_overflow(sum->numerator, more->numerator, &sum->numerator) ||
           __builtin_add_overflow(sum->denominator, more->denominator, &sum->denominator) ||
           __builtin_add_overflow(sum->base_numerator, more->base_numerator,
                                  &sum->base_numerator) ||
           __builtin_add_overflow(sum->base_denominator, more->base_denominator,
                                  &sum->base_denominator) ||
           __builtin_add_overflow(sum->leaves, more->leaves, &sum->leaves) ||
           __builtin_add_overflow(sum->reported, more->reported, &sum->reported) ||
           __builtin_add_overflow(sum->na, more->na, &sum->na) ||
           __builtin_add_overflow(sum->base_reported, more->base_reported, &sum->base_reported);
}

int component_add(struct component *sum, const struct component *more, const char *unit,
                  const char *indicator, struct err *err)
{
    struct component added = *sum;
    if (add_overflows(&added, more))
        return err_set(err, ERR_REJECT, "overflow", "the sum of %s of unit %s is too large",
                       indicator, unit);
    *sum = added;
    return 0;
}

bool component_equal(const struct component *a, const struct component *b)
{
    return a->numerator == b->numerator && a->denominator == b->denominator &&
           a->base_numerator == b->base_numerator && a->base_denominator == b->base_denominator &&
           a->leaves == b->leaves && a->reported == b->reported && a->na == b->na &&
           a->base_reported == b->base_reported;
}
