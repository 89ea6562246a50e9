// Which cells a unit has to report for a period: one for each expected leaf at or below it and each
// indicator of that leaf's level, and the assessed ones of competing units. Pure.
#ifndef THIDUA_SERVER_FORM_ROWS_H
#define THIDUA_SERVER_FORM_ROWS_H

#include "core/campaign.h"

// False ends the walk.
typedef bool form_row_fn(void *arg, uint32_t unit, uint32_t indicator);
// Calls `take` by unit code, then in the campaign's order, beginning at `from_unit` and
// `from_indicator`. For the baseline: the indicators that are held against it, of all units of the
// level at or below `unit`, as the tree was when the baseline ended, or when the campaign's first
// period does where `unit` is younger than that. False: `unit` does not exist on that day.
bool form_rows(const struct campaign *campaign, const struct unit_tree *tree, uint32_t unit,
               struct period period, uint32_t from_unit, uint32_t from_indicator, form_row_fn *take,
               void *arg);

#endif
