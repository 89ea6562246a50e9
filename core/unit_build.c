// From the rows of a units file to a tree, with all findings at once. Rows are sorted by code and
// time; everything is found by binary search, so a country's units take a fraction of a second.
//
// There is no search for cycles. Once no row contradicts the order of the levels, each parent has a
// higher level than its child, on any day. Once each successor exists on the day after its
// predecessor's last, a chain of mergers only goes forward in time.
#include "core/unit_levels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum column {
    COLUMN_CODE,
    COLUMN_NAME,
    COLUMN_LEVEL,
    COLUMN_PARENT,
    COLUMN_FROM,
    COLUMN_TO,
    COLUMN_MERGED,
    COLUMN_COUNT,
};
const char *const unit_columns[7] = {"code",       "name",     "level",      "parent",
                                     "valid_from", "valid_to", "merged_into"};
_Static_assert(sizeof unit_columns / sizeof unit_columns[0] == COLUMN_COUNT, "one name a column");

// One row of the file whose code can be read; texts are the table's.
struct draft {
    const char *code, *name, *parent, *merged;
    size_t row;
    uint8_t level;
    int32_t from, to;
    bool undated;   // a date was bad: nothing can be said about its time
    size_t run_end; // of the drafts that follow each other without a gap, the last one
};

struct builder {
    const struct csv_table *table;
    struct findings *findings;
    struct draft *drafts; // ordered by code, first day, row
    size_t draft_count;
    size_t *first; // by unit: its first draft; one more at the end
    struct unit_levels levels;
    bool levels_full; // has been said
    bool *undated;    // by unit: a date of one of its rows is not known
    struct unit_tree *tree;
};

#define REPORT(builder, code, draft, column, value, ...)                                      \
    finding_add((builder)->findings, code, csv_place((builder)->table, (draft)->row, column), \
                value, __VA_ARGS__, NULL)

static const char *field_text(const struct builder *builder, size_t row, enum column column)
{
    return csv_at(builder->table, row, column)->text;
}

static void draft_read_day(struct builder *builder, struct draft *draft, enum column column,
                           int32_t open, int32_t *ret)
{
    const struct csv_field *field = csv_at(builder->table, draft->row, column);
    *ret = open;
    if (field->length == 0 || day_parse(field->text, field->length, ret))
        return;
    draft->undated = true;
    REPORT(builder, FINDING_BAD_DATE, draft, column, field->text, field->text);
}

static void draft_read_level(struct builder *builder, struct draft *draft)
{
    const struct csv_field *field = csv_at(builder->table, draft->row, COLUMN_LEVEL);
    char limit[24];
    draft->level = NO_LEVEL;
    if (field->length == 0) {
        REPORT(builder, FINDING_MISSING_LEVEL, draft, COLUMN_LEVEL, "", NULL);
        return;
    }
    if (field->length > LEVEL_BYTES_MAX) {
        snprintf(limit, sizeof limit, "%d", LEVEL_BYTES_MAX);
        REPORT(builder, FINDING_BAD_LEVEL, draft, COLUMN_LEVEL, field->text, limit);
        return;
    }
    draft->level = unit_levels_number(&builder->levels, field->text);
    if (draft->level != NO_LEVEL || builder->levels_full)
        return;
    builder->levels_full = true;
    snprintf(limit, sizeof limit, "%d", UNIT_LEVELS_MAX);
    REPORT(builder, FINDING_TOO_MANY_LEVELS, draft, COLUMN_LEVEL, field->text, field->text, limit);
}

static void draft_read(struct builder *builder, size_t row)
{
    const struct csv_field *code = csv_at(builder->table, row, COLUMN_CODE);
    struct draft draft = {.code = code->text, .row = row};
    draft.name = field_text(builder, row, COLUMN_NAME);
    draft.parent = field_text(builder, row, COLUMN_PARENT);
    draft.merged = field_text(builder, row, COLUMN_MERGED);
    if (draft.name[0] == '\0')
        REPORT(builder, FINDING_MISSING_NAME, &draft, COLUMN_NAME, "", NULL);
    draft_read_level(builder, &draft);
    draft_read_day(builder, &draft, COLUMN_FROM, DAY_MIN, &draft.from);
    draft_read_day(builder, &draft, COLUMN_TO, DAY_MAX, &draft.to);
    if (draft.from > draft.to) {
        draft.undated = true;
        REPORT(builder, FINDING_FROM_AFTER_TO, &draft, COLUMN_TO,
               field_text(builder, row, COLUMN_TO), field_text(builder, row, COLUMN_FROM),
               field_text(builder, row, COLUMN_TO));
    }
    if (code_valid(code->text, code->length))
        builder->drafts[builder->draft_count++] = draft;
    else
        REPORT(builder, FINDING_BAD_CODE, &draft, COLUMN_CODE, code->text, code->text);
}

static int draft_compare(const void *left, const void *right)
{
    const struct draft *a = left, *b = right;
    int order = strcmp(a->code, b->code);
    if (order == 0)
        order = (a->from > b->from) - (a->from < b->from);
    if (order == 0)
        order = (a->row > b->row) - (a->row < b->row);
    return order;
}

static void drafts_read(struct builder *builder)
{
    builder->drafts = mem_alloc(builder->table->rows, sizeof *builder->drafts);
    for (size_t row = 0; row < builder->table->rows; row++)
        draft_read(builder, row);
    if (builder->draft_count > 1)
        qsort(builder->drafts, builder->draft_count, sizeof *builder->drafts, draft_compare);
}

// Finds where the drafts of each unit begin and makes the units, still without levels and rows.
static void units_make(struct builder *builder)
{
    struct unit_tree *tree = builder->tree;
    builder->first = mem_alloc(builder->draft_count + 1, sizeof *builder->first);
    tree->units = arena_alloc(tree->arena, builder->draft_count, sizeof *tree->units);
    for (size_t i = 0; i < builder->draft_count; i++) {
        const char *code = builder->drafts[i].code;
        if (i > 0 && strcmp(code, builder->drafts[i - 1].code) == 0)
            continue;
        builder->first[tree->unit_count] = i;
        tree->units[tree->unit_count++].code = arena_text(tree->arena, code, strlen(code));
    }
    builder->first[tree->unit_count] = builder->draft_count;
}

// The level of a unit is that of its first row that has one.
static void unit_level_set(struct builder *builder, size_t index)
{
    struct unit *unit = &builder->tree->units[index];
    unit->level = NO_LEVEL;
    for (size_t i = builder->first[index]; i < builder->first[index + 1]; i++) {
        const struct draft *draft = &builder->drafts[i];
        if (unit->level == NO_LEVEL) {
            unit->level = draft->level;
        } else if (draft->level != NO_LEVEL && draft->level != unit->level) {
            const char *here = builder->levels.names[draft->level];
            REPORT(builder, FINDING_LEVEL_CHANGED, draft, COLUMN_LEVEL, here, draft->code, here,
                   builder->levels.names[unit->level]);
        }
    }
}

// Rows of a unit do not overlap; a gap between them is allowed but hardly meant.
static void unit_time_check(struct builder *builder, size_t index)
{
    const struct draft *latest = NULL; // the one that ends last so far
    for (size_t i = builder->first[index]; i < builder->first[index + 1]; i++) {
        const struct draft *draft = &builder->drafts[i];
        if (draft->undated)
            continue;
        if (latest != NULL && draft->from <= latest->to) {
            char line[24];
            snprintf(line, sizeof line, "%u", builder->table->lines[latest->row]);
            REPORT(builder, FINDING_OVERLAPPING_VALIDITY, draft, COLUMN_FROM,
                   field_text(builder, draft->row, COLUMN_FROM), draft->code, line);
        } else if (latest != NULL && draft->from - 1 > latest->to) {
            char from[DAY_TEXT_SIZE], to[DAY_TEXT_SIZE];
            day_format(latest->to + 1, from);
            day_format(draft->from - 1, to);
            REPORT(builder, FINDING_VALIDITY_GAP, draft, COLUMN_FROM, from, draft->code, from, to);
        }
        if (latest == NULL || draft->to > latest->to)
            latest = draft;
    }
}

static void unit_rows_set(struct builder *builder, size_t index, struct unit_row *rows)
{
    struct unit *unit = &builder->tree->units[index];
    size_t first = builder->first[index], end = builder->first[index + 1];
    unit->rows = rows + first;
    unit->row_count = end - first;
    unit->merged_into = NO_UNIT;
    unit->first_day = builder->drafts[first].from;
    unit->last_day = builder->drafts[end - 1].to;
    for (size_t i = end; i-- > first;) {
        struct draft *draft = &builder->drafts[i];
        const char *name = arena_text(builder->tree->arena, draft->name, strlen(draft->name));
        rows[i] = (struct unit_row){draft->from, draft->to, NO_UNIT, name};
        builder->undated[index] |= draft->undated;
        bool joined = i + 1 < end && draft->to < DAY_MAX && draft[1].from == draft->to + 1;
        draft->run_end = joined ? draft[1].run_end : i;
    }
    unit->name = unit->rows[unit->row_count - 1].name;
}

static void units_fill(struct builder *builder)
{
    struct unit_tree *tree = builder->tree;
    struct unit_row *rows = arena_alloc(tree->arena, builder->draft_count, sizeof *rows);
    builder->undated = mem_alloc(tree->unit_count, sizeof *builder->undated);
    for (size_t i = 0; i < tree->unit_count; i++) {
        unit_level_set(builder, i);
        unit_time_check(builder, i);
        unit_rows_set(builder, i, rows);
    }
}

// A day in the validity of the draft on which `parent` does not exist; false when there is none.
static bool day_without(const struct builder *builder, const struct draft *draft, uint32_t parent,
                        int32_t *ret_day)
{
    const struct draft *drafts = builder->drafts;
    size_t low = builder->first[parent], high = builder->first[parent + 1];
    size_t first = low;
    while (low < high) { // the first one that begins after the draft does
        size_t middle = low + (high - low) / 2;
        if (drafts[middle].from <= draft->from)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == first || drafts[low - 1].to < draft->from) {
        // An open beginning has no date to name, but then the parent's first row has one.
        *ret_day = draft->from == DAY_MIN ? drafts[first].from - 1 : draft->from;
        return true;
    }
    int32_t until = drafts[drafts[low - 1].run_end].to;
    if (until >= draft->to)
        return false;
    *ret_day = until + 1;
    return true;
}

static void parent_time_check(struct builder *builder, const struct draft *draft, uint32_t parent)
{
    int32_t day;
    if (draft->undated || builder->undated[parent] || !day_without(builder, draft, parent, &day))
        return;
    char text[DAY_TEXT_SIZE];
    day_format(day, text);
    REPORT(builder, FINDING_PARENT_NOT_VALID, draft, COLUMN_PARENT, draft->parent, draft->parent,
           text);
}

static void parent_set(struct builder *builder, size_t index, size_t at)
{
    struct unit *unit = &builder->tree->units[index];
    const struct draft *draft = &builder->drafts[at];
    if (draft->parent[0] == '\0')
        return;
    uint32_t parent = unit_find(builder->tree, draft->parent);
    if (parent == NO_UNIT) {
        REPORT(builder, FINDING_UNKNOWN_PARENT, draft, COLUMN_PARENT, draft->parent, draft->parent);
        return;
    }
    if (parent == index) {
        REPORT(builder, FINDING_CYCLE, draft, COLUMN_PARENT, draft->parent, draft->code);
        return;
    }
    unit->rows[at - builder->first[index]].parent = parent;
    uint8_t upper = builder->tree->units[parent].level;
    if (upper != NO_LEVEL && draft->level != NO_LEVEL && draft->level == unit->level)
        builder->levels.rows[upper][unit->level]++;
    parent_time_check(builder, draft, parent);
}

static void parents_set(struct builder *builder)
{
    for (size_t i = 0; i < builder->tree->unit_count; i++)
        for (size_t at = builder->first[i]; at < builder->first[i + 1]; at++)
            parent_set(builder, i, at);
}

static void parent_level_check(struct builder *builder, size_t index, size_t at)
{
    const struct unit *unit = &builder->tree->units[index];
    const struct draft *draft = &builder->drafts[at];
    uint32_t parent = unit->rows[at - builder->first[index]].parent;
    if (parent == NO_UNIT || draft->level == NO_LEVEL || draft->level != unit->level)
        return;
    uint8_t upper = builder->tree->units[parent].level;
    if (upper == NO_LEVEL || !builder->levels.refused[upper][unit->level])
        return;
    const char *name = builder->levels.names[upper];
    if (upper == unit->level)
        REPORT(builder, FINDING_LEVEL_OF_PARENT, draft, COLUMN_PARENT, draft->parent, draft->code,
               draft->parent, name);
    else
        REPORT(builder, FINDING_LEVEL_CONFLICT, draft, COLUMN_PARENT, draft->parent, name,
               builder->levels.names[unit->level]);
}

static void levels_check(struct builder *builder)
{
    unit_levels_solve(&builder->levels);
    for (size_t i = 0; i < builder->tree->unit_count; i++)
        for (size_t at = builder->first[i]; at < builder->first[i + 1]; at++)
            parent_level_check(builder, i, at);
}

// From the order of appearance to the order of the tree.
static void levels_set(struct builder *builder)
{
    const struct unit_levels *levels = &builder->levels;
    struct unit_tree *tree = builder->tree;
    tree->level_count = levels->count;
    tree->levels = arena_alloc(tree->arena, levels->count, sizeof *tree->levels);
    for (size_t i = 0; i < levels->count; i++) {
        uint8_t position = levels->position[i];
        const char *name = levels->names[i];
        tree->levels[position] = arena_text(tree->arena, name, strlen(name));
        for (size_t j = 0; j < levels->count; j++)
            if ((levels->above[i] >> j & 1) != 0)
                tree->above[position] |= (uint16_t)(1U << levels->position[j]);
    }
    for (size_t i = 0; i < tree->unit_count; i++)
        tree->units[i].level = levels->position[tree->units[i].level];
}

static void merge_set(struct builder *builder, size_t index, const struct draft *draft)
{
    struct unit *unit = &builder->tree->units[index];
    uint32_t next = unit_find(builder->tree, draft->merged);
    if (next == NO_UNIT) {
        REPORT(builder, FINDING_MERGE_UNKNOWN, draft, COLUMN_MERGED, draft->merged, draft->merged);
        return;
    }
    if (next == index) {
        REPORT(builder, FINDING_MERGE_CYCLE, draft, COLUMN_MERGED, draft->merged, draft->code);
        return;
    }
    uint8_t level = builder->tree->units[next].level;
    if (level != NO_LEVEL && unit->level != NO_LEVEL && level != unit->level)
        REPORT(builder, FINDING_MERGE_LEVEL, draft, COLUMN_MERGED, draft->merged, draft->merged,
               builder->levels.names[level], builder->levels.names[unit->level]);
    if (!builder->undated[next] && !unit_exists(builder->tree, next, unit->last_day + 1)) {
        char day[DAY_TEXT_SIZE];
        day_format(unit->last_day + 1, day);
        REPORT(builder, FINDING_MERGE_NOT_VALID, draft, COLUMN_MERGED, draft->merged, draft->merged,
               day);
    }
    unit->merged_into = next;
}

static void unit_end_check(struct builder *builder, size_t index)
{
    const struct unit *unit = &builder->tree->units[index];
    if (builder->undated[index])
        return;
    size_t last = builder->first[index + 1] - 1;
    for (size_t at = builder->first[index]; at <= last; at++) {
        const struct draft *draft = &builder->drafts[at];
        if (draft->merged[0] == '\0')
            continue;
        if (at == last && draft->to != DAY_MAX)
            merge_set(builder, index, draft);
        else
            REPORT(builder, FINDING_BAD_MERGE, draft, COLUMN_MERGED, draft->merged, NULL);
    }
    if (unit->last_day != DAY_MAX && builder->drafts[last].merged[0] == '\0') {
        char day[DAY_TEXT_SIZE];
        day_format(unit->last_day, day);
        REPORT(builder, FINDING_ENDED_WITHOUT_SUCCESSOR, &builder->drafts[last], COLUMN_TO, day,
               unit->code, day);
    }
}

struct unit_tree *unit_tree_create(const struct csv_table *table, struct findings *findings)
{
    struct unit_tree *tree = mem_alloc(1, sizeof *tree);
    tree->arena = arena_create();
    struct builder builder = {.table = table, .findings = findings, .tree = tree};
    size_t errors = findings->errors;
    if (table->rows == 0)
        finding_add(findings, FINDING_NO_UNITS, (struct finding_place){.file = table->file}, NULL,
                    NULL);
    drafts_read(&builder);
    units_make(&builder);
    units_fill(&builder);
    parents_set(&builder);
    levels_check(&builder);
    for (size_t i = 0; i < tree->unit_count; i++)
        unit_end_check(&builder, i);
    bool sound = findings->errors == errors;
    if (sound)
        levels_set(&builder);
    free(builder.drafts);
    free(builder.first);
    free(builder.undated);
    if (!sound) {
        unit_tree_destroy(tree);
        return NULL;
    }
    return tree;
}
