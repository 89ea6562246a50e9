// One leaf: which of its own and its predecessors' cells count, and what they come to
// (semantics.md, section 3: Components). Predecessors are looked at in the order of
// part->sources, successors first, so a chain of mergers of any length needs no recursion.
#include "core/rollup_part_private.h"

// The cells of a leaf that count for one indicator.
struct tally {
    i128 numerator, denominator;
    size_t values, nas, yes;
};

// What is added up: an indicator over a stretch of slots.
struct stretch {
    const struct rollup_part *part;
    const struct part_unit *leaf;
    uint32_t indicator;
    enum indicator_kind kind;
    size_t first, last; // slots
};

// The cell when it counts: a value or not applicable, of an expected leaf. NULL otherwise.
static const struct stored *counting(const struct stretch *stretch, size_t source, size_t slot)
{
    const struct rollup_part *part = stretch->part;
    const struct stored *stored = stored_at(part, source, slot, stretch->indicator);
    if (stored->rank == 0 || stored_state(stored) == CELL_WITHDRAW)
        return NULL;
    return part_countable(part, &part->sources[source], slot, stretch->indicator) ? stored : NULL;
}

static bool tally_add(struct tally *tally, const struct stored *stored, enum indicator_kind kind)
{
    if (stored_state(stored) == CELL_NA) {
        tally->nas++;
        return true;
    }
    tally->values++;
    tally->yes += stored->value_e4 == DECIMAL_ONE_E4;
    i128 numerator = stored->value_e4;
    if (kind == KIND_MEAN)
        numerator *= stored->denominator_e4;
    return !__builtin_add_overflow(tally->numerator, numerator, &tally->numerator) &&
           !__builtin_add_overflow(tally->denominator, (i128)stored->denominator_e4,
                                   &tally->denominator);
}

static bool tally_flow(const struct stretch *stretch, struct tally *ret)
{
    for (size_t s = 0; s < stretch->leaf->source_count; s++) {
        for (size_t slot = stretch->first; slot <= stretch->last; slot++) {
            const struct stored *stored = counting(stretch, stretch->leaf->source + s, slot);
            if (stored != NULL && !tally_add(ret, stored, stretch->kind))
                return false;
        }
    }
    return true;
}

// Has a source a counting cell of a period that ended after `day`?
static bool has_cell_after(const struct stretch *stretch, size_t source, int32_t day)
{
    const int32_t *last_day = stretch->part->plan->links->last_day;
    for (size_t slot = stretch->first; slot <= stretch->last; slot++)
        if (last_day[slot] > day && counting(stretch, source, slot) != NULL)
            return true;
    return false;
}

// A merged unit's latest cell counts until the one it was merged into has a cell of its own of a
// period that ended after the merger, and as long as that one's cells count themselves.
static bool still_counts(const struct stretch *stretch, size_t source)
{
    const struct rollup_part *part = stretch->part;
    while (source != stretch->leaf->source) {
        size_t into = part->sources[source].into;
        int32_t ended = part->plan->tree->units[part->sources[source].unit].last_day;
        if (has_cell_after(stretch, into, ended))
            return false;
        source = into;
    }
    return true;
}

static bool tally_stock(const struct stretch *stretch, struct tally *ret)
{
    size_t first = stretch->leaf->source;
    for (size_t source = first; source < first + stretch->leaf->source_count; source++) {
        const struct stored *stored = NULL;
        for (size_t slot = stretch->last + 1; stored == NULL && slot-- > stretch->first;)
            stored = counting(stretch, source, slot);
        if (stored != NULL && still_counts(stretch, source) &&
            !tally_add(ret, stored, stretch->kind))
            return false;
    }
    return true;
}

static bool tally_stretch(const struct stretch *stretch, struct tally *ret)
{
    enum indicator_time time = stretch->part->plan->campaign->indicators[stretch->indicator].time;
    if (!(time == TIME_FLOW ? tally_flow(stretch, ret) : tally_stock(stretch, ret)))
        return false;
    if (stretch->kind == KIND_YES_NO) // several answers for one leaf are one: yes when all are yes
        ret->numerator = ret->values > 0 && ret->yes == ret->values ? DECIMAL_ONE_E4 : 0;
    if (stretch->kind == KIND_YES_NO || stretch->kind == KIND_AMOUNT)
        ret->denominator = 0;
    return true;
}

// The baseline of a leaf that is reported in the scope in question.
static bool leaf_baseline(const struct stretch *scope, struct component *ret)
{
    const struct rollup_plan *plan = scope->part->plan;
    if (plan->campaign->indicators[scope->indicator].measure == MEASURE_LEVEL ||
        plan->links->slots == plan->period_slots || ret->reported == 0)
        return true;
    struct stretch baseline = *scope;
    baseline.first = baseline.last = plan->period_slots;
    struct tally tally = {0};
    if (!tally_stretch(&baseline, &tally))
        return false;
    ret->base_reported = tally.values > 0;
    ret->base_numerator = tally.numerator;
    ret->base_denominator = tally.denominator;
    if (scope->kind == KIND_YES_NO && (tally.values > 0 || tally.nas == 0))
        ret->base_denominator = DECIMAL_ONE_E4;
    return true;
}

int part_leaf(const struct rollup_part *part, const struct part_unit *leaf, uint32_t indicator,
              enum scope scope, struct component *ret, struct err *err)
{
    const struct rollup_plan *plan = part->plan;
    const struct indicator *rules = &plan->campaign->indicators[indicator];
    size_t last = plan->period_slots - 1;
    struct stretch stretch = {part, leaf, indicator, rules->kind, scope == SCOPE_PERIOD ? last : 0,
                              last};
    struct tally tally = {0};
    bool fits = tally_stretch(&stretch, &tally);
    *ret = (struct component){.numerator = tally.numerator,
                              .denominator = tally.denominator,
                              .leaves = 1,
                              .reported = tally.values > 0,
                              .na = tally.values == 0 && tally.nas > 0};
    if (!fits || !leaf_baseline(&stretch, ret))
        return err_set(err, ERR_REJECT, "overflow", "the sum of %s of unit %s is too large",
                       rules->code, plan->tree->units[leaf->unit].code);
    return 0;
}

// ---- one cell

// The row whose leaf the source belongs to; NULL for strays.
static const struct part_unit *leaf_of(const struct rollup_part *part, size_t source)
{
    for (size_t i = 0; i < part->unit_count; i++) {
        const struct part_unit *unit = &part->units[i];
        if (source >= unit->source && source < unit->source + unit->source_count)
            return unit;
    }
    return NULL;
}

static bool counts_as_stock(const struct stretch *stretch, size_t source, size_t slot)
{
    for (size_t later = slot + 1; later <= stretch->last; later++)
        if (counting(stretch, source, later) != NULL)
            return false;
    return still_counts(stretch, source);
}

bool rollup_part_counts(const struct rollup_part *part, uint32_t unit, struct period period,
                        uint32_t indicator, enum scope scope)
{
    const struct rollup_plan *plan = part->plan;
    const struct indicator *rules = &plan->campaign->indicators[indicator];
    int slot = campaign_period_index(plan->campaign, period);
    size_t last = plan->period_slots - 1, source = part->source_of[unit];
    const struct part_unit *leaf = source > 0 ? leaf_of(part, --source) : NULL;
    struct stretch stretch = {part, leaf, indicator, rules->kind, scope == SCOPE_PERIOD ? last : 0,
                              last};
    struct component component;
    if (leaf == NULL)
        return false;
    if (slot == -1) {
        stretch.first = stretch.last = plan->period_slots;
        return rules->measure != MEASURE_LEVEL && plan->links->slots > plan->period_slots &&
               counting(&stretch, source, stretch.last) != NULL && still_counts(&stretch, source) &&
               part_leaf(part, leaf, indicator, scope, &component, NULL) == 0 &&
               component.reported > 0;
    }
    if (slot < 0 || (size_t)slot < stretch.first || (size_t)slot > last ||
        counting(&stretch, source, (size_t)slot) == NULL)
        return false;
    return rules->time == TIME_FLOW || counts_as_stock(&stretch, source, (size_t)slot);
}
