// The rollup: from leaf cells to the components of every unit (semantics.md, section 3).
//
// A *plan* fixes campaign, tree and period P. A *part* is the piece of work of one job: the subtrees
// of some top units (offices). Cells are added in any order (the newest accepted entry wins), then
// computed into *rows*: one for each unit at or below the tops, and for each scope one component per
// rolled-up indicator. Rows of units above the tops are plain sums of their children's rows.
#ifndef THIDUA_CORE_ROLLUP_H
#define THIDUA_CORE_ROLLUP_H

#include "core/campaign.h"
#include "core/entry.h"
#include "core/err.h"
#include "core/lists.h"

enum scope { SCOPE_PERIOD = 0, SCOPE_TO_DATE = 1, SCOPE_COUNT = 2 };
extern const char *const scope_names[SCOPE_COUNT]; // "period", "to_date"

// Additive over leaves; a parent's is exactly the sum of its children's.
struct component {
    i128 numerator;   // scale 4; `mean`: Σ value×weight, scale 8; `yes_no`: number of yes × 10^4
    i128 denominator; // scale 4: Σ denominators (ratio), Σ weights (mean); 0 for the other kinds
    i128 base_numerator;   // the same of the baseline, from leaves reported in this scope only
    i128 base_denominator; // yes_no: baseline-expected leaves among them × 10^4
    uint32_t leaves;       // leaves of the unit, `na` ones included
    uint32_t reported;
    uint32_t na;
    uint32_t base_reported; // of the leaves reported in this scope, those with a baseline value
};
// Checked sum; -1 with code "overflow" naming unit and indicator (texts for the message).
int component_add(struct component *sum, const struct component *more, const char *unit,
                  const char *indicator, struct err *err);
bool component_equal(const struct component *a, const struct component *b);

struct rollup_plan {
    const struct campaign *campaign; // borrowed
    const struct unit_tree *tree;    // borrowed
    struct period period;
    size_t period_slots;    // first…P; the baseline, when there is one, is slot period_slots
    struct unit_day *day;   // tree of P's last day
    struct unit_day **days; // tree of each slot's last day (period slots only); days
                            // between which no unit changed are the same object
    uint32_t owner;
    uint32_t *continuing;       // by unit: the unit that carries its cells at P, or NO_UNIT
    uint8_t *leaf_level;        // by indicator: level index of reported_by (0xff for assessed)
    uint16_t leaf_levels;       // bit set of the levels that are leaves of some indicator
    struct rollup_links *links; // private to the rollup: children, predecessors, homes
};
// Fails with "owner_absent" when the owner does not exist on P's last day, "unknown_period" when P is
// no reporting period of the campaign. Returns owned; campaign and tree must outlive it.
struct rollup_plan *rollup_plan_create(const struct campaign *campaign,
                                       const struct unit_tree *tree, struct period period,
                                       struct err *err);
void rollup_plan_destroy(struct rollup_plan *plan);

// Has the rollup a row for this unit and indicator? (at or below the owner, level at or above reported_by)
bool rollup_has(const struct rollup_plan *plan, uint32_t unit, uint32_t indicator);
// Top units of the first stage: offices at P below (or at) the owner, and units below the owner that
// have rows but no office above them. Ordered by code; owned by the caller. Every row unit is either
// at/below exactly one top, or above tops (returned by rollup_uppers, children before parents).
uint32_t *rollup_tops(const struct rollup_plan *plan, size_t *ret_count);
uint32_t *rollup_uppers(const struct rollup_plan *plan, size_t *ret_count);
// A measure of a top's work: leaves (with their merged predecessors) × slots × indicators.
size_t rollup_weight(const struct rollup_plan *plan, uint32_t top);

struct rollup_part;
struct rollup_part *rollup_part_create(const struct rollup_plan *plan, const uint32_t *tops,
                                       size_t count);
void rollup_part_destroy(struct rollup_part *part);
// Offices (codes' unit indexes) under which cells of this part's leaves may be stored: every unit of
// the office level that any source unit was ever under, and what continues those. Owned by the part.
const uint32_t *rollup_part_offices(const struct rollup_part *part, size_t *ret_count);
// Adds one stored cell. `accepted` orders entries. Cells of other parts, later periods and assessed
// indicators are ignored; a cell whose unit is no expected leaf of its period is remembered as
// uncounted. Negative `accepted` is a caller's bug.
void rollup_part_add(struct rollup_part *part, uint32_t unit, struct period period,
                     uint32_t indicator, int64_t accepted, const struct cell *cell);
struct rollup_row {
    uint32_t unit;
    struct component *components; // [SCOPE_COUNT * indicator_count], scope-major; unused ones zero
};
// Computes all rows of the part, children before parents. Rows are owned by the part.
int rollup_part_compute(struct rollup_part *part, const struct rollup_row **ret_rows,
                        size_t *ret_count, struct err *err);
struct uncounted {
    uint32_t unit;
    struct period period;
    uint32_t indicator;
};
const struct uncounted *rollup_part_uncounted(const struct rollup_part *part, size_t *ret_count);
// Does the newest entry of this cell count in the scope, for the leaf that carries it? A baseline cell
// does where the indicator is held against it and its leaf is reported in the scope.
bool rollup_part_counts(const struct rollup_part *part, uint32_t unit, struct period period,
                        uint32_t indicator, enum scope scope);
// row += child, for every indicator the row's unit has.
int rollup_row_add(const struct rollup_plan *plan, struct rollup_row *row,
                   const struct rollup_row *child, struct err *err);

// --- what a component says (figure.c) ---
struct figure {
    bool has_value;        // false: nobody reported, denominator 0, or no baseline value
    mpq_t value;           // initialised by figure_init; measure applied; ratio and yes_no × 100
    bool denominator_zero; // reported, but the denominator is 0
};
void figure_init(struct figure *figure);
void figure_clear(struct figure *figure);
void figure_of(const struct indicator *indicator, const struct component *component,
               struct figure *ret);
// Completion against T (1 = 100 %); semantics.md, section 4.
void completion_of(const struct indicator *indicator, const mpq_t value, const mpq_t target,
                   mpq_t ret);
bool target_met(const struct indicator *indicator, const mpq_t value, const mpq_t target);

// The published texts of one rollup row (unit, scope, indicator); empty strings where absent.
struct rollup_texts {
    char numerator[DECIMAL_TEXT_SIZE], denominator[DECIMAL_TEXT_SIZE];
    char value[DECIMAL_TEXT_SIZE], completion[DECIMAL_TEXT_SIZE]; // 128 bits bound their length
    char target[DECIMAL_TEXT_SIZE];
    const char *met; // "", "yes", "no"
    uint32_t reported, expected, na, missing;
};
// target_e4 NULL: no target column for this row.
void rollup_publish(const struct indicator *indicator, const struct component *component,
                    const int64_t *target_e4, struct rollup_texts *ret);

#endif
