// The inside of EXPLAIN: what it has read of the run, and the rows it makes of that. Everything it
// tells is what was published; rules and conditions are those of the run's own documents.
#ifndef THIDUA_SERVER_EXPLAIN_H
#define THIDUA_SERVER_EXPLAIN_H

#include "server/query.h"

// Results of the statements of explain.c, text format, in their order of columns.
enum explain_part {
    EXPLAIN_SCORES,
    EXPLAIN_ROLLUP,
    EXPLAIN_RANKING,
    EXPLAIN_AWARDS,
    EXPLAIN_TIES,
    EXPLAIN_TIMES,
    EXPLAIN_PARTS
};
enum {
    SCORE_UNIT,
    SCORE_POSITION,
    SCORE_VALUE,
    SCORE_TARGET,
    SCORE_COMPLETION,
    SCORE_MET,
    SCORE_POINTS,
    SCORE_BONUS,
    SCORE_MAX,
    SCORE_NOTE,
    // of EXPLAIN_TIES only: the components of the rollup
    TIE_NUMERATOR,
    TIE_DENOMINATOR,
    TIE_BASE_NUMERATOR,
    TIE_BASE_DENOMINATOR,
    TIE_LEAVES,
    TIE_REPORTED,
    TIE_NA,
    TIE_BASE_REPORTED
};
enum {
    ROLLUP_NUMERATOR,
    ROLLUP_DENOMINATOR,
    ROLLUP_BASE_NUMERATOR,
    ROLLUP_BASE_DENOMINATOR,
    ROLLUP_LEAVES,
    ROLLUP_REPORTED,
    ROLLUP_NA
};
enum {
    RANK_UNIT,
    RANK_NAME,
    RANK_RANK,
    RANK_TOTAL,
    RANK_MET_COUNT,
    RANK_POINTS,
    RANK_BONUS,
    RANK_ADJUSTMENTS,
    RANK_CLASS,
    RANK_REASONS,
    RANK_CLUSTER
};
enum { AWARD_CODE, AWARD_RECIPIENT, AWARD_KIND, AWARD_RANK, AWARD_DECISION, AWARD_REASONS };
enum { TIME_UNIT, TIME_PERIOD, TIME_AT };

struct explain {
    struct query *query;
    const struct run_input *input; // of the run
    const struct campaign *campaign;
    uint32_t unit;                  // in the input's tree
    int place;                      // its row in EXPLAIN_RANKING
    PGresult *parts[EXPLAIN_PARTS]; // owned
    enum db_class class;            // the worst of a group of statements
    int64_t *handed_in_us; // [unit of the tree][period slot]; NULL when times are not asked for
    size_t skip, rows;     // rows of the pages before; rows made so far
    bool full;
};

struct explain_row {
    const char *section, *item, *name, *numerator, *denominator, *value, *target, *completion, *met,
        *points, *bonus, *max, *note, *detail;
};
void explain_row(struct explain *explain, const struct explain_row *row);
// The text of a cell; "" where it is NULL or there is no such row.
const char *explain_cell(const struct explain *explain, enum explain_part part, int row,
                         int column);
int64_t explain_e2(const char *text); // of a published number with 2 decimals; "" is 0
const char *explain_text_e2(int64_t value_e2, char buffer[static DECIMAL_TEXT_SIZE]);
// Rows of each section.
void explain_lines(struct explain *explain);
void explain_sums(struct explain *explain); // with the adjustments
void explain_class(struct explain *explain);
void explain_rank(struct explain *explain);
void explain_ties(struct explain *explain, int other); // with this row of the ranking
void explain_awards(struct explain *explain);
// The smallest change of one figure that would rank the unit before the one above it.
void explain_pass(struct explain *explain);
// Components of a row of EXPLAIN_TIES, all 0 for an assessed indicator.
struct component explain_component(const struct explain *explain, int row,
                                   const struct indicator *indicator);

// Periods so far, by slot: which office of the unit's leaves was late; NO_UNIT: none.
uint32_t explain_late_office(const struct explain *explain, uint32_t unit, size_t slot);
int64_t explain_on_time(const struct explain *explain, uint32_t unit);
int64_t explain_late_count(const struct explain *explain, uint32_t unit);
// Adds the offices whose times tell that to the list, those that continue them included.
void explain_offices(const struct explain *explain, uint32_t unit, struct code_list *list);
// The adjustments given to the unit: total times of each rule (campaign->adjustment_count of them).
void explain_times_given(const struct explain *explain, int64_t *ret_times);

#endif
