// The inside of COMPARE: what parts two published runs of a campaign, "before" and "after".
#ifndef THIDUA_SERVER_COMPARE_H
#define THIDUA_SERVER_COMPARE_H

#include "server/query.h"

// Results of the statements of compare.c, text format, in their order of columns.
enum compare_part {
    COMPARE_DOCUMENTS,
    COMPARE_MOVED,
    COMPARE_AWARDS,
    COMPARE_LINES,
    COMPARE_CELLS,
    COMPARE_PARTS
};
enum { DOCUMENT_ACCEPTED, DOCUMENT_AT, DOCUMENT_SENDER, DOCUMENT_NAME, DOCUMENT_ROLE };
enum { // pairs: before, after
    MOVED_UNIT,
    MOVED_NAME,
    MOVED_RANK,
    MOVED_TOTAL = MOVED_RANK + 3, // a third column is the change
    MOVED_ADJUSTMENTS = MOVED_TOTAL + 3,
    MOVED_CLASS = MOVED_ADJUSTMENTS + 3,
    MOVED_ELIGIBLE = MOVED_CLASS + 2,
    MOVED_REASONS = MOVED_ELIGIBLE + 2
};
enum {
    LINE_UNIT,
    LINE_INDICATOR,
    LINE_POINTS,
    LINE_BONUS = LINE_POINTS + 3,
    LINE_VALUE = LINE_BONUS + 3,
    LINE_TARGET = LINE_VALUE + 2,
    LINE_WEIGHT = LINE_TARGET + 2
};
enum {
    CHANGED_UNIT,
    CHANGED_INDICATOR,
    CHANGED_PERIOD,
    CHANGED_STATE,
    CHANGED_VALUE = CHANGED_STATE + 2,
    CHANGED_DENOMINATOR = CHANGED_VALUE + 2,
    CHANGED_SUBMISSION = CHANGED_DENOMINATOR + 2,
    CHANGED_AT,
    CHANGED_SENDER,
    CHANGED_NAME,
    CHANGED_ROLE
};
enum { MADE_AWARD, MADE_RECIPIENT, MADE_UNIT, MADE_DECISION, MADE_REASONS = MADE_DECISION + 2 };

struct compare {
    struct query *query;
    const struct run_input *input; // of the run after
    struct query_run before;
    struct period before_period;
    enum counts before_counts;
    PGresult *parts[COMPARE_PARTS]; // owned; NULL: not asked for
    enum db_class class;            // the worst of a group of statements
    int units;                      // of COMPARE_MOVED that are on this page
    bool more;                      // units behind those
    bool cut;                       // there are more cells of the one unit than are shown
    uint32_t *cell_unit;            // by row of COMPARE_CELLS; owned
    size_t skip, rows; // rows of what is begun that were on the page before; made so far
};

// The cell of a part; "" where it is NULL.
const char *compare_cell(const struct compare *compare, enum compare_part part, int row,
                         int column);
int compare_count(const struct compare *compare, enum compare_part part);
// Does what a unit reports count for a competing unit in the run after?
bool compare_belongs(const struct compare *compare, uint32_t unit, uint32_t competing);
// Rows; false: the page is full. A unit is a row of COMPARE_MOVED.
bool compare_head(struct compare *compare);
bool compare_unit(struct compare *compare, int moved);
bool compare_awards(struct compare *compare);

#endif
