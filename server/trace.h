// The inside of TRACE: what both kinds of indicators share.
#ifndef THIDUA_SERVER_TRACE_H
#define THIDUA_SERVER_TRACE_H

#include "server/query.h"

// Columns of the cells, as trace_cells_sql selects them; text format.
enum {
    CELL_OFFICE,
    CELL_UNIT,
    CELL_PERIOD,
    CELL_ACCEPTED,
    CELL_AT,
    CELL_SENDER,
    CELL_SENDER_NAME,
    CELL_ROLE,
    CELL_SUBMISSION,
    CELL_STATE,
    CELL_VALUE_E4,
    CELL_DENOMINATOR_E4,
    CELL_COUNTED
};
// $1 offices, $2 campaign, $3 indicator, $4 unit or NULL, $5 what the campaign counts, $6 the run's cut: entries by unit, period and acceptance.
extern const char trace_cells_sql[];

struct trace_cell { // one stored entry
    uint32_t unit;  // in the run's tree; NO_UNIT: not there
    struct period period;
    int64_t accepted, value_e4, denominator_e4;
    bool has_denominator;
    int state;
    bool counted; // signed or verified, where the campaign counts only that
};
void trace_read_cell(const struct query *query, const PGresult *cells, int row,
                     struct trace_cell *ret);

// Why the run leaves the entry out: after_cut, not_signed, not_verified; NULL: it does not.
const char *trace_left_out(const struct query *query, const struct trace_cell *cell);

struct trace_row {
    const char *section, *unit, *name, *period, *numerator, *denominator, *value, *counts, *state,
        *office, *accepted, *accepted_at, *sender, *role, *submission, *note;
};
bool trace_row(struct query *query, const struct trace_row *row); // false: the page is full
// The row of an entry: what it adds is shown in the columns of the figure it is part of.
bool trace_cell_row(struct query *query, const char *section, const PGresult *cells, int row,
                    bool counts, const char *note);

// ---- what the entries add up to (trace_sum.c)

struct trace_part { // of a leaf: its entries that count, now or in the baseline
    bool has_value, has_na, all_yes;
    i128 numerator, denominator;
};
struct trace_leaf {
    struct trace_part part[2]; // [baseline]
};
void trace_leaf_begin(struct trace_leaf *leaf);
// An entry that counts.
void trace_leaf_add(struct trace_leaf *leaf, const struct indicator *indicator, bool baseline,
                    const struct trace_cell *cell);
// Adds the leaf to the sum; na: 1 for a leaf that has only not-applicable.
void trace_leaf_end(const struct trace_leaf *leaf, const struct indicator *indicator, uint32_t na,
                    struct component *sum);
#define TRACE_SUM_WORDS 5 // a sum in a cursor
void trace_sum_words(const struct component *sum, struct arena *arena,
                     const char *ret[static TRACE_SUM_WORDS]);
void trace_sum_read(const char *const words[static TRACE_SUM_WORDS], struct component *ret);

struct trace_figure { // as published
    const struct unit *unit;
    const char *numerator, *denominator, *value;
    char expected[24];
};
// The sum of all entries, which must be the figure (else its note is "differs"), and that of the baseline.
bool trace_sum_row(struct query *query, const struct indicator *indicator,
                   const struct component *sum, const struct trace_figure *figure);
bool trace_baseline_row(struct query *query, const struct indicator *indicator,
                        const struct component *sum, const struct trace_figure *figure);

// An assessed indicator: entries about the unit itself.
void trace_assessed(struct query *query, uint32_t unit, uint32_t indicator);

#endif
