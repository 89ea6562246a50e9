// The units file: its rows take the place of those on record that have the same codes; the tree that
// results is checked as a whole.
#include "server/document.h"

#include "core/mem.h"
#include <stdlib.h>
#include <string.h>

#define COLUMNS (sizeof unit_columns / sizeof unit_columns[0])
#define REQUIRED 4

static int by_text(const void *left, const void *right)
{
    const char *const *a = left, *const *b = right;
    return strcmp(*a, *b);
}

static const char **codes_of(const struct csv_table *table, struct arena *arena)
{
    const char **codes = arena_alloc(arena, table->rows, sizeof *codes);
    for (size_t row = 0; row < table->rows; row++)
        codes[row] = csv_at(table, row, 0)->text;
    qsort(codes, table->rows, sizeof *codes, by_text);
    return codes;
}

static void copy_row(struct csv_table *into, size_t row, const struct csv_table *from,
                     size_t from_row, unsigned line)
{
    memcpy(&into->fields[row * COLUMNS], csv_at(from, from_row, 0), COLUMNS * sizeof *into->fields);
    into->lines[row] = line;
}

// Rows on record of other codes, and all rows of the file. Rows on record have no line in the file.
static struct csv_table *merge(const struct csv_table *record, const struct csv_table *file,
                               struct arena *arena)
{
    const char **codes = codes_of(file, arena);
    struct csv_table *merged = arena_alloc(arena, 1, sizeof *merged);
    size_t most = record->rows + file->rows;
    *merged = (struct csv_table){.file = file->file, .columns = COLUMNS, .names = file->names};
    merged->fields = arena_alloc(arena, most * COLUMNS, sizeof *merged->fields);
    merged->lines = arena_alloc(arena, most, sizeof *merged->lines);
    for (size_t row = 0; row < record->rows; row++) {
        const char *code = csv_at(record, row, 0)->text;
        if (bsearch(&code, codes, file->rows, sizeof *codes, by_text) == NULL)
            copy_row(merged, merged->rows++, record, row, 0);
    }
    for (size_t row = 0; row < file->rows; row++)
        copy_row(merged, merged->rows++, file, row, file->lines[row]);
    return merged;
}

// ---- what changed

static const char *code_at(const struct unit_tree *tree, uint32_t unit)
{
    return unit != NO_UNIT ? tree->units[unit].code : "";
}

static bool same_unit(const struct unit_tree *old, uint32_t before, const struct unit_tree *new,
                      uint32_t after)
{
    const struct unit *a = &old->units[before], *b = &new->units[after];
    if (strcmp(old->levels[a->level], new->levels[b->level]) != 0 || a->row_count != b->row_count ||
        strcmp(code_at(old, a->merged_into), code_at(new, b->merged_into)) != 0)
        return false;
    for (size_t i = 0; i < a->row_count; i++) {
        if (a->rows[i].from != b->rows[i].from || a->rows[i].to != b->rows[i].to ||
            strcmp(a->rows[i].name, b->rows[i].name) != 0 ||
            strcmp(code_at(old, a->rows[i].parent), code_at(new, b->rows[i].parent)) != 0)
            return false;
    }
    return true;
}

static void count(const struct unit_tree *old, const struct unit_tree *new,
                  struct document_output *ret)
{
    for (uint32_t unit = 0; unit < new->unit_count; unit++) {
        uint32_t before = old != NULL ? unit_find(old, new->units[unit].code) : NO_UNIT;
        if (before == NO_UNIT)
            ret->added++;
        else if (same_unit(old, before, new, unit))
            ret->unchanged++;
        else
            ret->changed++;
    }
    for (uint32_t unit = 0; old != NULL && unit < old->unit_count; unit++)
        ret->changed += unit_find(new, old->units[unit].code) == NO_UNIT; // taken away
}

// Campaigns on record that the new tree does not serve any more.
static void add_concerns(const struct world *world, const struct unit_tree *tree,
                         struct document_output *ret)
{
    for (size_t i = 0; i < world->campaign_count; i++) {
        const struct campaign *rules = world->campaigns[i]->rules;
        struct findings before = {0}, after = {0};
        if (world_tree(world) != NULL)
            campaign_check(rules, world_tree(world), rules->code, &before);
        campaign_check(rules, tree, rules->code, &after);
        if (after.errors > before.errors)
            campaign_check(rules, tree, rules->code, &ret->concerns);
        findings_free(&before);
        findings_free(&after);
    }
}

void document_make_units(const struct document_input *input, struct document_output *ret)
{
    const char *record_text = input->on_record[DOCUMENT_UNITS];
    struct findings ignored = {0};
    struct csv_table *table = csv_read(ret->arena, input->file, input->text, input->length,
                                       unit_columns, COLUMNS, REQUIRED, &ret->findings);
    if (table == NULL || ret->findings.errors > 0)
        return;
    if (record_text != NULL && !input->replace) {
        const struct csv_table *record = csv_read(ret->arena, "", record_text, strlen(record_text),
                                                  unit_columns, COLUMNS, REQUIRED, &ignored);
        if (record != NULL)
            table = merge(record, table, ret->arena);
    }
    findings_free(&ignored);
    ret->tree = unit_tree_create(table, &ret->findings);
    if (ret->tree == NULL)
        return;
    unit_tree_write(ret->tree, &ret->content);
    count(world_tree(input->world), ret->tree, ret);
    add_concerns(input->world, ret->tree, ret);
}
