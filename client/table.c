// Three ways to write a table.
#include "client/table.h"

#include "common/words.h"
#include "core/csv.h"
#include "core/mem.h"
#include "core/text.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GAP "  "
#define REPLACEMENT "\xEF\xBF\xBD"

struct table {
    FILE *out;
    enum format format;
    char **columns; // owned
    size_t column_count;
    size_t rows;
    bool upright, sections;
    char **cells; // text only: owned, row by row
    size_t cell_count, cell_capacity;
    struct text line;
};

enum format format_of(const struct arguments *arguments)
{
    if (arguments->options[OPT_CSV] != NULL)
        return FORMAT_CSV;
    return arguments->options[OPT_JSON] != NULL ? FORMAT_JSON : FORMAT_TEXT;
}

bool terminal_bold(FILE *out)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fileno(out)) == 1 && (no_color == NULL || no_color[0] == '\0') && term != NULL &&
           strcmp(term, "dumb") != 0;
}

static void write_line(struct table *table)
{
    fwrite(table->line.data, 1, table->line.length, table->out);
    text_free(&table->line);
}

static void csv_line(struct table *table, const char *const *cells)
{
    for (size_t i = 0; i < table->column_count; i++) {
        if (i > 0)
            text_adds(&table->line, ",");
        csv_add_field(&table->line, cells[i]);
    }
    text_adds(&table->line, "\n");
    write_line(table);
}

struct table *table_create(FILE *out, enum format format, const char *const *columns,
                           size_t column_count)
{
    struct table *table = mem_alloc(1, sizeof *table);
    table->out = out;
    table->format = format;
    table->columns = mem_alloc(column_count > 0 ? column_count : 1, sizeof *table->columns);
    table->column_count = column_count;
    for (size_t i = 0; i < column_count; i++)
        table->columns[i] = mem_text(columns[i], strlen(columns[i]));
    if (format == FORMAT_CSV)
        csv_line(table, columns);
    if (format == FORMAT_JSON)
        fputs("[", out);
    return table;
}

void table_upright(struct table *table)
{
    table->upright = true;
}

void table_sections(struct table *table)
{
    table->sections = true;
}

size_t table_rows(const struct table *table)
{
    return table->rows;
}

// ---- JSON

static void json_string(struct text *out, const char *text)
{
    text_adds(out, "\"");
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        if (c == '"' || c == '\\')
            text_addf(out, "\\%c", c);
        else if (c == '\n')
            text_adds(out, "\\n");
        else if (c < 0x20)
            text_addf(out, "\\u%04x", c);
        else
            text_add(out, at, 1);
    }
    text_adds(out, "\"");
}

static void json_row(struct table *table, const char *const *cells)
{
    text_adds(&table->line, table->rows > 0 ? ",\n {" : "\n {");
    for (size_t i = 0; i < table->column_count; i++) {
        if (i > 0)
            text_adds(&table->line, ", ");
        json_string(&table->line, table->columns[i]);
        text_adds(&table->line, ": ");
        json_string(&table->line, cells[i]);
    }
    text_adds(&table->line, "}");
    write_line(table);
}

// ---- text

// Control characters could steer the terminal; a line break would break the table.
static void add_shown(struct text *out, const char *text)
{
    while (*text != '\0') {
        size_t length = utf8_sequence(text, strlen(text));
        const unsigned char *byte = (const unsigned char *)text;
        if (length == 1 && (byte[0] == '\n' || byte[0] == '\t'))
            text_adds(out, " ");
        else if (length == 0 || (length == 1 && (byte[0] < 0x20 || byte[0] == 0x7F)) ||
                 (length == 2 && byte[0] == 0xC2 && byte[1] < 0xA0))
            text_adds(out, REPLACEMENT);
        else
            text_add(out, text, length);
        text += length > 0 ? length : 1;
    }
}

// "not_met:poverty;na": the word before each colon is translated.
static void add_words(struct text *out, const char *column, const char *text)
{
    for (;;) {
        size_t part = strcspn(text, ";"), word = strcspn(text, ";:");
        char *code = mem_text(text, word);
        add_shown(out, word_shown(column, code));
        free(code);
        char *rest = mem_text(text + word, part - word);
        add_shown(out, rest);
        free(rest);
        if (text[part] == '\0')
            return;
        text_adds(out, "; ");
        text += part + 1;
    }
}

static void text_row(struct table *table, const char *const *cells)
{
    for (size_t i = 0; i < table->column_count; i++) {
        struct text shown = {0};
        text_adds(&shown, "");
        if (column_find(table->columns[i])->words)
            add_words(&shown, table->columns[i], cells[i]);
        else
            add_shown(&shown, cells[i]);
        *MEM_PUSH(table->cells, table->cell_count,
                  table->cell_capacity) = shown.data != NULL ? shown.data : mem_text("", 0);
    }
}

void table_row(struct table *table, const char *const *cells)
{
    if (table->format == FORMAT_CSV)
        csv_line(table, cells);
    else if (table->format == FORMAT_JSON)
        json_row(table, cells);
    else
        text_row(table, cells);
    table->rows++;
}

static const char *header_of(const struct table *table, size_t column)
{
    const char *header = column_find(table->columns[column])->header;
    return header != NULL ? _(header) : table->columns[column];
}

// Width of the widest cell of the rows first … end-1 with the header; 0: the column is not shown.
static size_t column_width(const struct table *table, size_t column, size_t first, size_t end)
{
    size_t widest = 0;
    for (size_t row = first; row < end; row++) {
        size_t width = words_width(table->cells[row * table->column_count + column]);
        widest = width > widest ? width : widest;
    }
    size_t header = words_width(header_of(table, column));
    if (widest == 0 && table->rows > 0)
        return 0;
    return widest > header ? widest : header;
}

static void add_cell(struct table *table, size_t column, const char *cell, size_t width)
{
    int blanks = (int)(width - words_width(cell));
    if (table->line.length > 0)
        text_adds(&table->line, GAP);
    if (column_find(table->columns[column])->number)
        text_addf(&table->line, "%*s%s", blanks, "", cell);
    else
        text_addf(&table->line, "%s%*s", cell, blanks, "");
}

static void write_text_line(struct table *table, bool bold)
{
    while (table->line.length > 0 && table->line.data[table->line.length - 1] == ' ')
        table->line.length--;
    fprintf(table->out, "%s%.*s%s\n", bold ? "\033[1m" : "", (int)table->line.length,
            table->line.length > 0 ? table->line.data : "", bold ? "\033[0m" : "");
    text_free(&table->line);
}

// The rows first … end-1 as a table of their own, without the columns before `from`.
static void write_rows(struct table *table, size_t from, size_t first, size_t end)
{
    size_t *widths = mem_alloc(table->column_count + 1, sizeof *widths);
    for (size_t i = from; i < table->column_count; i++) {
        widths[i] = column_width(table, i, first, end);
        if (widths[i] > 0)
            add_cell(table, i, header_of(table, i), widths[i]);
    }
    write_text_line(table, terminal_bold(table->out));
    for (size_t row = first; row < end; row++) {
        for (size_t i = from; i < table->column_count; i++)
            if (widths[i] > 0)
                add_cell(table, i, table->cells[row * table->column_count + i], widths[i]);
        write_text_line(table, false);
    }
    free(widths);
}

static void write_text(struct table *table)
{
    if (!table->sections || table->rows == 0) {
        write_rows(table, 0, 0, table->rows);
        return;
    }
    for (size_t first = 0, end; first < table->rows; first = end) {
        const char *section = table->cells[first * table->column_count];
        for (end = first + 1; end < table->rows; end++)
            if (strcmp(table->cells[end * table->column_count], section) != 0)
                break;
        text_addf(&table->line, "%s[%s]", first > 0 ? "\n" : "", section);
        write_text_line(table, terminal_bold(table->out));
        write_rows(table, 1, first, end);
    }
}

static void write_upright(struct table *table)
{
    size_t widest = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        size_t width = words_width(header_of(table, i));
        widest = width > widest ? width : widest;
    }
    for (size_t cell = 0; cell < table->cell_count; cell++) {
        const char *header = header_of(table, cell % table->column_count);
        if (table->cells[cell][0] == '\0')
            continue;
        text_addf(&table->line, "%s:%*s" GAP "%s", header, (int)(widest - words_width(header)), "",
                  table->cells[cell]);
        write_text_line(table, false);
    }
}

void table_finish(struct table *table)
{
    if (table == NULL)
        return;
    if (table->format == FORMAT_JSON)
        fputs(table->rows > 0 ? "\n]\n" : "]\n", table->out);
    if (table->format == FORMAT_TEXT && table->upright)
        write_upright(table);
    else if (table->format == FORMAT_TEXT)
        write_text(table);
    for (size_t i = 0; i < table->column_count; i++)
        free(table->columns[i]);
    for (size_t i = 0; i < table->cell_count; i++)
        free(table->cells[i]);
    free(table->columns);
    free(table->cells);
    text_free(&table->line);
    free(table);
}
