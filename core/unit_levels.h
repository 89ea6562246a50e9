// Which level lies above which, found from the parents that the rows of a units file name. Part of
// the building of a tree; others ask unit.h.
#ifndef THIDUA_CORE_UNIT_LEVELS_H
#define THIDUA_CORE_UNIT_LEVELS_H

#include "core/unit.h"

#define NO_LEVEL UINT8_MAX

struct unit_levels {
    const char *names[UNIT_LEVELS_MAX]; // in order of appearance; borrowed
    size_t count;
    size_t rows[UNIT_LEVELS_MAX][UNIT_LEVELS_MAX];  // [upper][lower]: rows that say so
    bool refused[UNIT_LEVELS_MAX][UNIT_LEVELS_MAX]; // contradicts what more rows say
    uint16_t above[UNIT_LEVELS_MAX];                // bit j of above[i]: level j lies above level i
    uint8_t position[UNIT_LEVELS_MAX];              // in an order of all, topmost first
};

// The number of the level, a new one when it is new; NO_LEVEL when there are too many.
uint8_t unit_levels_number(struct unit_levels *levels, const char *name);
// From `rows` to `refused`, `above` and `position`. Depends on the names and the rows, not on the
// order of appearance.
void unit_levels_solve(struct unit_levels *levels);

#endif
