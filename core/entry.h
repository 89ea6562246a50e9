// Entries: what a commune hands in (semantics.md, section 3: Cell). A form is one (unit, period)
// with cells in parallel arrays. Values are already int64 ten-thousandths: the client turns the
// clerk's text into them (results_read), the server checks them against the rules (entry_check).
#ifndef THIDUA_CORE_ENTRY_H
#define THIDUA_CORE_ENTRY_H

#include "core/campaign.h"
#include "core/csv.h"
#include "core/lists.h"

#define SUBMISSION_CELLS_MAX 4096
#define NOTE_BYTES_MAX 1000

enum cell_state { // numbers are on the wire and in the store and never change meaning
    CELL_VALUE = 1,
    CELL_NA = 2,
    CELL_WITHDRAW = 3,
    CELL_VERIFIED = 4, // assessed indicators: the council's points
};
struct cell {
    const char *indicator; // code
    uint8_t state;
    bool has_denominator;
    int64_t value_e4;       // 0 unless VALUE or VERIFIED
    int64_t denominator_e4; // 0 unless has_denominator
    const char *note;       // "" when none
    unsigned row;           // row in the clerk's file, 0 when unknown: findings point to it
};
struct form {
    const char *unit;
    const char *period;
    struct cell *cells;
    size_t cell_count, cell_capacity;
};
struct forms {
    struct form *list;
    size_t count, capacity;
};

extern const char *const result_columns[7]; // period,unit,indicator,value,denominator,state,note
#define RESULT_COLUMNS_REQUIRED 4
extern const char *const cell_state_words[5]; // by number; "" for a value

// Reads a results file (csv_read with result_columns) into forms, one for each (unit, period) in order
// of first appearance; rows with neither value nor state are no entries (counted in *ret_blank).
// Findings about the text alone: bad decimal (with both readings where ambiguous), unknown state,
// value with na/withdraw, bad period text, empty or bad unit/indicator code, same cell twice (both).
// Cells with findings are left out. 0, or -1 when there were error findings. All memory is the arena's;
// texts that need no copy are the table's.
int results_read(struct arena *arena, const struct csv_table *table, enum decimal_style style,
                 struct forms *ret, size_t *ret_blank, struct findings *findings);

// What the checker must know besides campaign and tree.
struct entry_context {
    const struct campaign *campaign;
    const struct unit_tree *tree;
    int32_t today;   // local day (Asia/Ho_Chi_Minh) of the database clock: offices that ended
    bool may_verify; // the sender may hand in `verified` points
};
// Checks every cell of a form: known unit, indicator, period of the campaign (or its baseline); the
// unit is an expected leaf of that period (baseline: any unit of the level; assessed: a competing
// unit then); bounds; numerator <= denominator; weights and denominators not negative, present
// where the kind has one and absent where not; yes_no 1 or 0; assessed 0…M; verified only for
// assessed; same cell twice in the submission (`forms`, all of one submission). Adds findings with
// `file` and the cell's row, one at least for each rejected cell. ret_offices (one per form) is the office whose clerks report it
// (NO_UNIT when unknown). Returns 0, or -1 when there were findings of severity error.
// Whether the period is locked is asked later, by the clock of the batch (core/deadline.h).
int entry_check(const struct entry_context *context, const struct forms *forms, const char *file,
                uint32_t *ret_offices, struct findings *findings);

// The office of a unit for a period (semantics.md, section 2): the ancestor of the campaign's
// office level in the tree of the period's last day, and, when that has ended before `today`, the
// unit that continues it. A unit that itself lies above the offices (it can only have assessed
// points) is its own. NO_UNIT when there is none. *ret_then (may be NULL) is the one of then.
uint32_t office_of(const struct campaign *campaign, const struct unit_tree *tree, uint32_t unit,
                   struct period period, int32_t today, uint32_t *ret_then);

#endif
