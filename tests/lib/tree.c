// Unit trees for tests.
#include "tests/lib/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit_tree *tree_try(const char *text, struct findings *findings)
{
    struct text file = {0};
    struct arena *arena = arena_create();
    struct unit_tree *tree = NULL;
    text_adds(&file, "code,name,level,parent,valid_from,valid_to,merged_into\n");
    text_adds(&file, text);
    struct csv_table *table = csv_read(arena, "units.csv", file.data, file.length, unit_columns, 7,
                                       4, findings);
    if (table != NULL)
        tree = unit_tree_create(table, findings);
    arena_destroy(arena); // the tree must not need the table
    text_free(&file);
    return tree;
}

struct unit_tree *tree_make(const char *text)
{
    struct findings findings = {0};
    struct unit_tree *tree = tree_try(text, &findings);
    for (size_t i = 0; tree == NULL && i < findings.count; i++) {
        char sentence[400];
        const struct finding *finding = &findings.list[i];
        finding_text(finding, finding_template(finding->code), sentence, sizeof sentence);
        fprintf(stderr, "row %u, %s: %s\n", finding->row, finding->column, sentence);
    }
    findings_free(&findings);
    if (tree == NULL)
        abort();
    return tree;
}

uint32_t tree_unit(const struct unit_tree *tree, const char *code)
{
    uint32_t unit = unit_find(tree, code);
    if (unit == NO_UNIT) {
        fprintf(stderr, "no unit %s\n", code);
        abort();
    }
    return unit;
}

int32_t tree_day(const char *text)
{
    int32_t day;
    if (!day_parse(text, strlen(text), &day))
        abort();
    return day;
}
