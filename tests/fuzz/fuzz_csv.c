// Any bytes as CSV: rows come in the order of their lines, findings are kept sane, and what was read
// is read again from what is written of it.
#include "core/csv.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define COLUMNS 3
static const char *const names[COLUMNS] = {"a", "b", "c"};

static void write_table(const struct csv_table *table, struct text *out)
{
    text_adds(out, "a,b,c\n");
    for (size_t row = 0; row < table->rows; row++)
        for (size_t column = 0; column < COLUMNS; column++) {
            csv_add_field(out, csv_at(table, row, column)->text);
            text_adds(out, column + 1 < COLUMNS ? "," : "\n");
        }
}

static void check_same(const struct csv_table *a, const struct csv_table *b)
{
    if (a->rows != b->rows)
        abort();
    for (size_t i = 0; i < a->rows * COLUMNS; i++)
        if (a->fields[i].length != b->fields[i].length ||
            strcmp(a->fields[i].text, b->fields[i].text) != 0)
            abort();
}

static void check_table(struct arena *arena, const struct csv_table *table)
{
    struct text text = {0};
    struct findings findings = {0};
    for (size_t row = 1; row < table->rows; row++)
        if (table->lines[row] <= table->lines[row - 1])
            abort();
    for (size_t i = 0; i < table->rows * COLUMNS; i++)
        if (strlen(table->fields[i].text) != table->fields[i].length ||
            table->fields[i].length > CSV_FIELD_BYTES_MAX)
            abort();
    write_table(table, &text);
    const struct csv_table *again = csv_read(arena, "fuzz", text.data, text.length, names, COLUMNS,
                                             COLUMNS, &findings);
    if (again == NULL || findings.count > 0)
        abort();
    check_same(table, again);
    text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create();
    struct findings findings = {0};
    const struct csv_table *table = csv_read(arena, "fuzz", (const char *)data, size, names,
                                             COLUMNS, 2, &findings);
    if (table == NULL && findings.errors == 0)
        abort();
    if (table != NULL)
        check_table(arena, table);
    for (size_t i = 0; i < findings.count; i++)
        if (!utf8_valid(findings.list[i].value, strlen(findings.list[i].value)))
            abort();
    findings_sort(&findings);
    findings_free(&findings);
    arena_destroy(arena);
    return 0;
}
