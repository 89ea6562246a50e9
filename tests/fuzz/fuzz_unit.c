// Any bytes as a units file: a tree or an error finding, never both and never neither; the canonical
// text of a tree is a units file of the same tree; questions to it come to an end.
#include "core/unit.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define UNITS_ASKED 32

static struct unit_tree *read_tree(const char *text, size_t size)
{
    struct arena *arena = arena_create();
    struct findings findings = {0};
    struct unit_tree *tree = NULL;
    struct csv_table *table = csv_read(arena, "fuzz", text, size, unit_columns, 7, 4, &findings);
    if (table != NULL) {
        size_t errors = findings.errors;
        tree = unit_tree_create(table, &findings);
        if ((tree == NULL) != (findings.errors > errors))
            abort();
    }
    findings_free(&findings);
    arena_destroy(arena);
    return tree;
}

static void ask(const struct unit_tree *tree)
{
    size_t count = tree->unit_count < UNITS_ASKED ? tree->unit_count : UNITS_ASKED;
    for (uint32_t unit = 0; unit < count; unit++) {
        const struct unit *here = &tree->units[unit];
        int32_t days[] = {here->first_day, here->last_day, 0};
        for (size_t i = 0; i < 3; i++) {
            if (unit_below(tree, unit, unit, days[i]))
                abort();
            uint32_t parent = unit_parent(tree, unit, days[i]);
            if (parent != NO_UNIT &&
                !unit_level_above(tree, tree->units[parent].level, here->level))
                abort();
            unit_continuing(tree, unit, days[i]);
        }
        struct unit_day *day = unit_day_create(tree, here->first_day);
        if (day->order_count == 0)
            abort();
        unit_day_destroy(day);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct unit_tree *tree = read_tree((const char *)data, size);
    if (tree == NULL)
        return 0;
    struct text first = {0}, second = {0};
    ask(tree);
    unit_tree_write(tree, &first);
    struct unit_tree *again = read_tree(first.data, first.length);
    if (again == NULL)
        abort();
    unit_tree_write(again, &second);
    if (strcmp(first.data, second.data) != 0)
        abort();
    text_free(&first);
    text_free(&second);
    unit_tree_destroy(tree);
    unit_tree_destroy(again);
    return 0;
}
