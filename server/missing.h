// What MISSING and REPORTING share: the offices of a page with what is on record of them. Private to both.
#ifndef THIDUA_SERVER_MISSING_H
#define THIDUA_SERVER_MISSING_H

#include "server/query.h"

struct form_counts {                           // of the forms at or below a unit
    uint32_t expected, on_time, late, missing; // expected is the sum of the others
    uint32_t nothing; // of those on time and late: they say nothing to report
    uint32_t cells_missing;
};
struct missing {
    struct query *query;
    const struct rollup_plan *plan;
    uint32_t *tops; // of this page, ordered by code
    size_t count;
    bool more;                    // there are tops behind them
    struct rollup_part *part;     // of these tops
    struct rollup_part *due_part; // REPORTING: what had come in by the due time; NULL: none is set
    int64_t due_us;               // INT64_MAX: nothing is ever due
    int64_t *handed_in_us;        // by unit: first entry of an office for the period
    uint32_t *index;              // indicator.number of the store -> place in the campaign
    const struct rollup_row **rows;     // by unit
    const struct rollup_row **due_rows; // of due_part
    struct form_counts *forms;          // REPORTING, by unit
};

void missing_find(struct query *query); // the query_fn of both
// The component that tells whether an indicator is missing: of the period for flows, to date for stocks.
const struct component *missing_component(const struct missing *missing,
                                          const struct rollup_row *row, uint32_t indicator);

struct form_state {   // of a leaf, by its row
    bool expected;    // it has something to report
    bool handed_in;   // a cell of the period itself is there
    bool nothing;     // … and none of them has a value
    uint32_t missing; // cells
};
struct form_state form_state_of(const struct missing *missing, const struct rollup_row *row,
                                uint32_t leaf);
void reporting_count(struct missing *missing);                // fills missing->forms
bool reporting_row(struct missing *missing, uint32_t office); // false: the page is full

#endif
