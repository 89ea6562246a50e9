// Questions to a unit tree, and its canonical text. unit_build.c makes the tree.
#include "core/unit.h"

#include <stdlib.h>
#include <string.h>

bool code_valid(const char *text, size_t length)
{
    if (length == 0 || length > CODE_BYTES_MAX)
        return false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool digit = c >= '0' && c <= '9';
        if (!letter && !digit && c != '.' && c != '_' && c != '-')
            return false;
    }
    return true;
}

void unit_tree_destroy(struct unit_tree *tree)
{
    if (tree == NULL)
        return;
    arena_destroy(tree->arena);
    free(tree);
}

static void write_row(const struct unit_tree *tree, const struct unit *unit, size_t index,
                      struct text *out)
{
    const struct unit_row *row = &unit->rows[index];
    bool merged = index + 1 == unit->row_count && unit->merged_into != NO_UNIT;
    char day[DAY_TEXT_SIZE];
    csv_add_field(out, unit->code);
    text_adds(out, ",");
    csv_add_field(out, row->name);
    text_adds(out, ",");
    csv_add_field(out, tree->levels[unit->level]);
    text_adds(out, ",");
    text_adds(out, row->parent != NO_UNIT ? tree->units[row->parent].code : "");
    text_adds(out, ",");
    day_format(row->from, day);
    text_adds(out, day);
    text_adds(out, ",");
    day_format(row->to, day);
    text_adds(out, day);
    text_adds(out, ",");
    text_adds(out, merged ? tree->units[unit->merged_into].code : "");
    text_adds(out, "\n");
}

void unit_tree_write(const struct unit_tree *tree, struct text *out)
{
    for (size_t i = 0; i < sizeof unit_columns / sizeof unit_columns[0]; i++) {
        text_adds(out, i > 0 ? "," : "");
        text_adds(out, unit_columns[i]);
    }
    text_adds(out, "\n");
    for (size_t i = 0; i < tree->unit_count; i++)
        for (size_t row = 0; row < tree->units[i].row_count; row++)
            write_row(tree, &tree->units[i], row, out);
}

uint32_t unit_find(const struct unit_tree *tree, const char *code)
{
    size_t low = 0, high = tree->unit_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(tree->units[middle].code, code);
        if (order == 0)
            return (uint32_t)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NO_UNIT;
}

int unit_level_find(const struct unit_tree *tree, const char *name)
{
    for (size_t i = 0; i < tree->level_count; i++)
        if (strcmp(tree->levels[i], name) == 0)
            return (int)i;
    return -1;
}

bool unit_level_above(const struct unit_tree *tree, unsigned upper, unsigned lower)
{
    return (tree->above[lower] >> upper & 1) != 0;
}

// The last row that begins on or before `day`, or NULL.
static const struct unit_row *row_begun(const struct unit *unit, int32_t day)
{
    size_t low = 0, high = unit->row_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (unit->rows[middle].from <= day)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &unit->rows[low - 1] : NULL;
}

const struct unit_row *unit_row_at(const struct unit_tree *tree, uint32_t unit, int32_t day)
{
    const struct unit_row *row = row_begun(&tree->units[unit], day);
    return row != NULL && row->to >= day ? row : NULL;
}

const char *unit_name_at(const struct unit_tree *tree, uint32_t unit, int32_t day)
{
    const struct unit_row *row = unit_row_at(tree, unit, day);
    return row != NULL ? row->name : tree->units[unit].name;
}

bool unit_exists(const struct unit_tree *tree, uint32_t unit, int32_t day)
{
    return unit_row_at(tree, unit, day) != NULL;
}

uint32_t unit_parent(const struct unit_tree *tree, uint32_t unit, int32_t day)
{
    const struct unit_row *row = unit_row_at(tree, unit, day);
    return row != NULL ? row->parent : NO_UNIT;
}

bool unit_below(const struct unit_tree *tree, uint32_t unit, uint32_t ancestor, int32_t day)
{
    uint32_t at = unit_parent(tree, unit, day);
    while (at != NO_UNIT && at != ancestor)
        at = unit_parent(tree, at, day);
    return at == ancestor && at != NO_UNIT;
}

bool unit_at_or_below(const struct unit_tree *tree, uint32_t unit, uint32_t ancestor, int32_t day)
{
    if (unit == ancestor)
        return unit_exists(tree, unit, day);
    return unit_below(tree, unit, ancestor, day);
}

uint32_t unit_continuing(const struct unit_tree *tree, uint32_t unit, int32_t day)
{
    if (tree->units[unit].first_day > day)
        return NO_UNIT;
    while (unit != NO_UNIT && tree->units[unit].last_day < day)
        unit = tree->units[unit].merged_into;
    return unit;
}

uint32_t unit_ancestor_of_level(const struct unit_tree *tree, uint32_t unit, unsigned level,
                                int32_t day)
{
    const struct unit *start = &tree->units[unit];
    if (day < start->first_day)
        day = start->first_day;
    const struct unit_row *row = row_begun(start, day);
    if (row != NULL && row->to < day) // ended, or between two rows
        day = row->to;
    while (unit != NO_UNIT && tree->units[unit].level != level)
        unit = unit_parent(tree, unit, day);
    return unit;
}
