// Unit trees for tests, from the text of a units file.
#ifndef THIDUA_TESTS_TREE_H
#define THIDUA_TESTS_TREE_H

#include "core/unit.h"

// The tree of the rows in `text` (a header is put before them) or NULL; findings are added.
struct unit_tree *tree_try(const char *text, struct findings *findings);
// The same, but an error finding ends the program with its sentence.
struct unit_tree *tree_make(const char *text);
// The index of a unit that must be there, and a day from its text.
uint32_t tree_unit(const struct unit_tree *tree, const char *code);
int32_t tree_day(const char *text);

#endif
