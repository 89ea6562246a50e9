// CSV as RFC 4180 (semantics.md, section 8): LF or CRLF, a BOM is taken, quoted fields may hold
// commas, quotes and line breaks. Reads a whole document in memory; fields are not trimmed.
#ifndef THIDUA_CORE_CSV_H
#define THIDUA_CORE_CSV_H

#include "core/finding.h"
#include "core/mem.h"
#include "core/text.h"
#include <stdbool.h>
#include <stddef.h>

struct csv_field {
    const char *text; // NUL-terminated
    size_t length;
};
struct csv_table {
    const char *file;         // for findings
    size_t columns, rows;     // rows without the header
    const char *const *names; // columns wanted, in the caller's order
    struct csv_field *fields; // rows * columns, in the caller's column order
    unsigned *lines;          // line number of each row in the file (the header is line 1)
};

#define CSV_FIELD_BYTES_MAX 4096
#define CSV_ROWS_MAX 2000000
#define CSV_BYTES_MAX ((size_t)256 * 1024 * 1024)

// Reads `text` (UTF-8, already NFC) whose header must hold exactly `names` (any order; `required`
// first of them must be there, the rest are optional and read as empty). Lines without any character
// are skipped. Findings: not UTF-8, empty file, unknown/missing/duplicate column, wrong number of
// fields, bad quoting, NUL byte, field too long. Memory comes from `arena`; `names` is borrowed.
// Returns the table, or NULL when the text or its header cannot be read; with findings about single
// rows the good rows are still there.
struct csv_table *csv_read(struct arena *arena, const char *file, const char *text, size_t length,
                           const char *const *names, size_t name_count, size_t required,
                           struct findings *findings);
const struct csv_field *csv_at(const struct csv_table *table, size_t row, size_t column);
struct finding_place csv_place(const struct csv_table *table, size_t row, size_t column);

// One CSV field, quoted only when it holds a comma, a quote or a line break (CR or LF).
void csv_add_field(struct text *text, const char *field);

#endif
