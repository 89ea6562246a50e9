// The unit tree with validity, moves and mergers (semantics.md, section 2).
#ifndef THIDUA_CORE_UNIT_H
#define THIDUA_CORE_UNIT_H

#include "core/csv.h"
#include "core/finding.h"
#include "core/period.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CODE_BYTES_MAX 64
bool code_valid(const char *text, size_t length); // 1-64 of A-Z a-z 0-9 . _ -

// Units and levels are small integers inside a tree: indexes into tree->units and tree->levels.
// Units are ordered by code, bytewise. NO_UNIT stands for none.
#define NO_UNIT UINT32_MAX
#define UNIT_LEVELS_MAX 16
#define LEVEL_BYTES_MAX 64

struct unit_row { // a stretch of time with one parent; rows of a unit are ordered by time, disjoint
    int32_t from, to; // first and last day, DAY_MIN/DAY_MAX when open
    uint32_t parent;  // NO_UNIT for a root
    const char *name;
};
struct unit {
    const char *code;
    const char *name; // that of its last row
    uint8_t level;
    struct unit_row *rows;
    size_t row_count;
    uint32_t merged_into;        // NO_UNIT when it has no successor
    int32_t first_day, last_day; // of its first and last row
};
struct unit_tree {
    struct unit *units;
    size_t unit_count;
    const char **levels; // names, topmost first (an order compatible with unit_level_above)
    size_t level_count;
    uint16_t above[UNIT_LEVELS_MAX]; // bit j of above[i]: level j lies above level i
    struct arena *arena;             // owns all of it
};

// Column names of a units file, in this order; the first four are required.
extern const char *const unit_columns[7];

// Builds the tree from units files' rows (csv_read with unit_columns). Every contradiction is a
// finding: bad code, unknown parent, unit with two levels, overlapping rows, a unit that is its own
// parent, levels that lie above each other (where they do not, no day's tree has a cycle),
// merged_into not on the last row / unknown / another level / itself / a unit that does not exist on
// the day after, parent not valid during the row, from after to. Warnings: ended without successor,
// a gap between two rows, no name. Returns owned, or NULL when there were errors.
struct unit_tree *unit_tree_create(const struct csv_table *table, struct findings *findings);
void unit_tree_destroy(struct unit_tree *tree);
// The canonical units file of the tree: sorted by code, then validity (what digests cover).
void unit_tree_write(const struct unit_tree *tree, struct text *out);

uint32_t unit_find(const struct unit_tree *tree, const char *code);  // NO_UNIT when there is none
int unit_level_find(const struct unit_tree *tree, const char *name); // -1 when there is none
bool unit_level_above(const struct unit_tree *tree, unsigned upper, unsigned lower); // strictly

// Its name on `day`; that of its last row when it does not exist then.
const char *unit_name_at(const struct unit_tree *tree, uint32_t unit, int32_t day);
// The row valid on `day`, or NULL.
const struct unit_row *unit_row_at(const struct unit_tree *tree, uint32_t unit, int32_t day);
bool unit_exists(const struct unit_tree *tree, uint32_t unit, int32_t day);
// NO_UNIT: a root or absent.
uint32_t unit_parent(const struct unit_tree *tree, uint32_t unit, int32_t day);
// Is `unit` strictly below `ancestor` in the tree of `day`? (false when either is absent)
bool unit_below(const struct unit_tree *tree, uint32_t unit, uint32_t ancestor, int32_t day);
bool unit_at_or_below(const struct unit_tree *tree, uint32_t unit, uint32_t ancestor, int32_t day);
// The unit itself when it has not ended before `day`, else the one that continues it on that day
// through any number of mergers; NO_UNIT when it ended without a successor or begins after `day`.
uint32_t unit_continuing(const struct unit_tree *tree, uint32_t unit, int32_t day);
// Nearest ancestor-or-self of `level` in the tree of `day`, the day clamped into the unit's validity.
uint32_t unit_ancestor_of_level(const struct unit_tree *tree, uint32_t unit, unsigned level,
                                int32_t day);

// The tree of one day, prepared for many questions: parents, and units in an order where every
// parent comes before its children.
struct unit_day {
    const struct unit_tree *tree;
    int32_t day;
    uint32_t *parent; // by unit; NO_UNIT for a root or an absent unit
    bool *present;    // by unit
    uint32_t *order;  // present units, parents first; siblings by code
    size_t order_count;
};
struct unit_day *unit_day_create(const struct unit_tree *tree, int32_t day);
void unit_day_destroy(struct unit_day *day);

#endif
