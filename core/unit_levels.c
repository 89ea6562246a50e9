// The partial order of levels. When rows contradict each other, those that say what most rows say
// are right: relations are taken from the most frequent down, and one that would close a circle is
// refused. So a single wrong parent is one finding, not one for each row of the file.
#include "core/unit_levels.h"

#include <string.h>

uint8_t unit_levels_number(struct unit_levels *levels, const char *name)
{
    for (size_t i = 0; i < levels->count; i++)
        if (strcmp(levels->names[i], name) == 0)
            return (uint8_t)i;
    if (levels->count == UNIT_LEVELS_MAX)
        return NO_LEVEL;
    levels->names[levels->count] = name;
    return (uint8_t)levels->count++;
}

static bool is_above(const struct unit_levels *levels, size_t upper, size_t lower)
{
    return (levels->above[lower] >> upper & 1) != 0;
}

struct relation {
    size_t upper, lower;
};

static bool comes_first(const struct unit_levels *levels, struct relation a, struct relation b)
{
    size_t rows_a = levels->rows[a.upper][a.lower], rows_b = levels->rows[b.upper][b.lower];
    if (rows_a != rows_b)
        return rows_a > rows_b;
    int order = strcmp(levels->names[a.upper], levels->names[b.upper]);
    if (order == 0)
        order = strcmp(levels->names[a.lower], levels->names[b.lower]);
    return order < 0;
}

// The most frequent relation that is not `done`; false when all are.
static bool next_relation(const struct unit_levels *levels,
                          bool done[UNIT_LEVELS_MAX][UNIT_LEVELS_MAX], struct relation *ret)
{
    bool found = false;
    struct relation best = {0, 0};
    for (size_t upper = 0; upper < levels->count; upper++)
        for (size_t lower = 0; lower < levels->count; lower++) {
            struct relation here = {upper, lower};
            if (levels->rows[upper][lower] == 0 || done[upper][lower])
                continue;
            if (!found || comes_first(levels, here, best))
                best = here;
            found = true;
        }
    if (!found)
        return false;
    done[best.upper][best.lower] = true;
    *ret = best;
    return true;
}

// Puts `upper`, and all that lies above it, above `lower` and all that lies below that.
static void relate(struct unit_levels *levels, size_t upper, size_t lower)
{
    uint16_t upwards = (uint16_t)(levels->above[upper] | 1U << upper);
    for (size_t i = 0; i < levels->count; i++)
        if (i == lower || is_above(levels, lower, i))
            levels->above[i] |= upwards;
}

// The first by name of the levels that are not placed and have nothing unplaced above them.
static size_t next_level(const struct unit_levels *levels, uint16_t placed)
{
    size_t best = UNIT_LEVELS_MAX;
    for (size_t i = 0; i < levels->count; i++) {
        if ((placed >> i & 1) != 0 || (levels->above[i] & ~placed) != 0)
            continue;
        if (best == UNIT_LEVELS_MAX || strcmp(levels->names[i], levels->names[best]) < 0)
            best = i;
    }
    return best;
}

void unit_levels_solve(struct unit_levels *levels)
{
    bool done[UNIT_LEVELS_MAX][UNIT_LEVELS_MAX] = {{false}};
    struct relation next;
    while (next_relation(levels, done, &next)) {
        if (next.upper == next.lower || is_above(levels, next.lower, next.upper))
            levels->refused[next.upper][next.lower] = true;
        else
            relate(levels, next.upper, next.lower);
    }
    uint16_t placed = 0;
    for (size_t i = 0; i < levels->count; i++) {
        size_t level = next_level(levels, placed);
        levels->position[level] = (uint8_t)i;
        placed |= (uint16_t)(1U << level);
    }
}
