// Private to the files of the lists. The orders of the lists' entries (for qsort and merging): by key, which is unique but for
// adjustments; these are ordered by all they hold.
#ifndef THIDUA_CORE_LISTS_ORDER_H
#define THIDUA_CORE_LISTS_ORDER_H

#include "core/lists.h"

int target_order(const void *left, const void *right);
int adjustment_order(const void *left, const void *right);
int nomination_order(const void *left, const void *right);
int decision_order(const void *left, const void *right);

// Names times beyond `max_times`, which count nothing, at the row that goes beyond. The table is one
// that was read without an error.
void adjustments_warn(const struct campaign *campaign, const struct unit_tree *tree,
                      const struct csv_table *table, struct findings *findings);

extern const char *const nominee_category_words[]; // by enum; "" for none, ends with NULL
extern const char *const decision_words[2];        // "not awarded", "awarded"

#endif
