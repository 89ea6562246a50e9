// The tree of one day: the parent of every unit, and all units in preorder.
#include "core/unit.h"

#include <stdlib.h>

// The children of each unit as a list, in order of their codes; roots are the children of `roots`.
struct children {
    uint32_t *first, *next;
    uint32_t roots;
};

static void children_link(struct children *children, const struct unit_day *day)
{
    size_t count = day->tree->unit_count;
    children->first = mem_alloc(count, sizeof *children->first);
    children->next = mem_alloc(count, sizeof *children->next);
    children->roots = NO_UNIT;
    for (size_t i = 0; i < count; i++)
        children->first[i] = NO_UNIT;
    for (size_t i = count; i-- > 0;) { // from the last code: each is put in front of the others
        if (!day->present[i])
            continue;
        uint32_t parent = day->parent[i];
        uint32_t *head = parent != NO_UNIT ? &children->first[parent] : &children->roots;
        children->next[i] = *head;
        *head = (uint32_t)i;
    }
}

static void order_fill(struct unit_day *day, const struct children *children)
{
    uint32_t unit = children->roots;
    while (unit != NO_UNIT) {
        day->order[day->order_count++] = unit;
        if (children->first[unit] != NO_UNIT) {
            unit = children->first[unit];
            continue;
        }
        while (unit != NO_UNIT && children->next[unit] == NO_UNIT)
            unit = day->parent[unit];
        if (unit != NO_UNIT)
            unit = children->next[unit];
    }
}

struct unit_day *unit_day_create(const struct unit_tree *tree, int32_t day)
{
    struct unit_day *result = mem_alloc(1, sizeof *result);
    result->tree = tree;
    result->day = day;
    result->parent = mem_alloc(tree->unit_count, sizeof *result->parent);
    result->present = mem_alloc(tree->unit_count, sizeof *result->present);
    result->order = mem_alloc(tree->unit_count, sizeof *result->order);
    for (size_t i = 0; i < tree->unit_count; i++) {
        const struct unit_row *row = unit_row_at(tree, (uint32_t)i, day);
        result->present[i] = row != NULL;
        result->parent[i] = row != NULL ? row->parent : NO_UNIT;
    }
    struct children children;
    children_link(&children, result);
    order_fill(result, &children);
    free(children.first);
    free(children.next);
    return result;
}

void unit_day_destroy(struct unit_day *day)
{
    if (day == NULL)
        return;
    free(day->parent);
    free(day->present);
    free(day->order);
    free(day);
}
