// Tables of texts: aligned for people, CSV (semantics.md, section 8) or JSON for programs.
#ifndef THIDUA_CLIENT_TABLE_H
#define THIDUA_CLIENT_TABLE_H

#include "client/arguments.h"
#include <stdbool.h>
#include <stdio.h>

enum format { FORMAT_TEXT, FORMAT_CSV, FORMAT_JSON };
enum format format_of(const struct arguments *arguments);

struct table;
// Borrows `out`. CSV and JSON are written row by row, text when the table is finished: its widths
// are those of all rows, and columns that are empty in every row are left out.
struct table *table_create(FILE *out, enum format format, const char *const *columns,
                           size_t column_count);
// Text has a line for each column of each row: for single rows of many columns.
void table_upright(struct table *table);
// Text falls into a table for each run of rows with the same first cell, each with the columns it needs.
void table_sections(struct table *table);
void table_row(struct table *table, const char *const *cells); // column_count of them; copied
size_t table_rows(const struct table *table);
void table_finish(struct table *table); // writes the rest and destroys it
bool terminal_bold(FILE *out);          // is it a terminal, and may it be bold (NO_COLOR)?

// What is known of a column by its name.
struct column {
    const char *name;
    const char *header; // msgid
    bool number;        // aligned to the right
    bool words;         // cells are codes that have a translation: "yes", "not_met:poverty;na"
};
const struct column *column_find(const char *name); // never NULL
// The word of a cell in the user's language; the word itself when it is none of those that tables hold.
const char *word_shown(const char *column, const char *word);

#endif
