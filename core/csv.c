// CSV in and out. The reader goes over the document once, record by record, and copies each field
// into one buffer, each ended by a NUL; a record with a finding leaves nothing behind, and reading
// goes on with the next line, so that all findings of a file come at once.
#include "core/csv.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 64 // of a header, known or not
#define NOT_WANTED SIZE_MAX
#define NUMBER_BYTES 24
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

struct reader {
    const char *file, *text;
    size_t length, at; // `at`: next byte to read
    unsigned line;     // of `at`
    char *out;         // where the next field goes; never more bytes than were read
    const char *const *names;
    size_t name_count;
    size_t target[COLUMNS_MAX]; // the caller's column of each column of the file
    size_t width;               // columns of the file
    struct findings *findings;
};

// One record: its fields in the order of the file. More fields than fit are counted only.
struct record {
    unsigned line;
    size_t count;
    struct csv_field fields[COLUMNS_MAX];
};

enum record_end { RECORD_READ, RECORD_BLANK, RECORD_BAD_QUOTING, RECORD_STRAY_CR, RECORD_NONE };

static struct finding_place place(const struct reader *reader, unsigned row, const char *column)
{
    return (struct finding_place){reader->file, row, column};
}

// Bytes of the line end at `at`: 1 for LF, 2 for CRLF, 0 for none.
static size_t line_end(const struct reader *reader, size_t at)
{
    if (at < reader->length && reader->text[at] == '\n')
        return 1;
    if (at + 1 < reader->length && reader->text[at] == '\r' && reader->text[at + 1] == '\n')
        return 2;
    return 0;
}

static bool field_ends(const struct reader *reader, size_t at)
{
    return at >= reader->length || reader->text[at] == ',' || line_end(reader, at) > 0;
}

static enum record_end field_quoted(struct reader *reader)
{
    size_t at = reader->at + 1;
    for (; at < reader->length; at++) {
        if (reader->text[at] == '"') {
            if (at + 1 >= reader->length || reader->text[at + 1] != '"')
                break;
            at++;
        }
        reader->line += reader->text[at] == '\n';
        *reader->out++ = reader->text[at];
    }
    if (at >= reader->length || !field_ends(reader, at + 1))
        return RECORD_BAD_QUOTING;
    reader->at = at + 1;
    return RECORD_READ;
}

static enum record_end field_plain(struct reader *reader)
{
    size_t at = reader->at;
    for (; !field_ends(reader, at); at++) {
        if (reader->text[at] == '"')
            return RECORD_BAD_QUOTING;
        if (reader->text[at] == '\r')
            return RECORD_STRAY_CR;
        *reader->out++ = reader->text[at];
    }
    reader->at = at;
    return RECORD_READ;
}

// Goes on with the line after the one on which the record began: what a quote that is not closed
// has swallowed is read again.
static void record_skip(struct reader *reader, size_t start, char *out, unsigned line)
{
    const char *end = memchr(reader->text + start, '\n', reader->length - start);
    reader->at = end != NULL ? (size_t)(end - reader->text) + 1 : reader->length;
    reader->line = line + 1;
    reader->out = out;
}

// Reads one field into the record; *ret_more tells whether a comma follows.
static enum record_end field_read(struct reader *reader, struct record *record, bool *ret_more)
{
    struct csv_field field = {reader->out, 0};
    bool quoted = reader->at < reader->length && reader->text[reader->at] == '"';
    enum record_end end = quoted ? field_quoted(reader) : field_plain(reader);
    if (end != RECORD_READ)
        return end;
    field.length = (size_t)(reader->out - field.text);
    *reader->out++ = '\0';
    if (record->count < COLUMNS_MAX)
        record->fields[record->count] = field;
    record->count++;
    *ret_more = reader->at < reader->length && reader->text[reader->at] == ',';
    reader->at += *ret_more;
    return RECORD_READ;
}

static enum record_end record_read(struct reader *reader, struct record *record)
{
    size_t start = reader->at;
    char *out = reader->out;
    record->line = reader->line;
    record->count = 0;
    if (start >= reader->length)
        return RECORD_NONE;
    bool more = line_end(reader, start) == 0;
    enum record_end end = more ? RECORD_READ : RECORD_BLANK;
    while (more) {
        end = field_read(reader, record, &more);
        if (end != RECORD_READ) {
            record_skip(reader, start, out, record->line);
            return end;
        }
    }
    size_t line_bytes = line_end(reader, reader->at);
    reader->at += line_bytes;
    reader->line += line_bytes > 0;
    return end;
}

static void bad_record(const struct reader *reader, enum record_end end, unsigned line)
{
    enum finding_code code = end == RECORD_STRAY_CR ? FINDING_STRAY_CR : FINDING_BAD_QUOTING;
    finding_add(reader->findings, code, place(reader, line, NULL), NULL, NULL);
}

// "code, name, level"
static void names_list(const struct reader *reader, struct text *list)
{
    for (size_t i = 0; i < reader->name_count; i++) {
        text_adds(list, i > 0 ? ", " : "");
        text_adds(list, reader->names[i]);
    }
}

static size_t name_find(const struct reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->name_count; i++)
        if (strcmp(reader->names[i], name) == 0)
            return i;
    return NOT_WANTED;
}

static const char *number_text(size_t number, char buffer[static NUMBER_BYTES])
{
    snprintf(buffer, NUMBER_BYTES, "%zu", number);
    return buffer;
}

// A spreadsheet of a locale with the decimal comma separates the fields by something else.
static bool wrong_separator(struct reader *reader, const struct record *header)
{
    const char *text = header->fields[0].text;
    bool semicolon = strchr(text, ';') != NULL, tab = strchr(text, '\t') != NULL;
    if (header->count > 1 || !(semicolon || tab))
        return false;
    finding_add(reader->findings, FINDING_SEMICOLON_CSV, place(reader, header->line, NULL), NULL,
                semicolon ? ";" : "TAB", NULL);
    return true;
}

static void header_columns(struct reader *reader, const struct record *header, const char *expected,
                           bool *seen)
{
    for (size_t i = 0; i < header->count && i < COLUMNS_MAX; i++) {
        const char *name = header->fields[i].text;
        struct finding_place at = place(reader, header->line, name);
        size_t column = strlen(name) == header->fields[i].length ? name_find(reader, name)
                                                                 : NOT_WANTED;
        if (column == NOT_WANTED)
            finding_add(reader->findings, FINDING_UNKNOWN_COLUMN, at, name, name, expected, NULL);
        else if (seen[column])
            finding_add(reader->findings, FINDING_DUPLICATE_COLUMN, at, name, name, NULL);
        else
            seen[column] = true;
        reader->target[i] = column;
    }
}

// Finds out which column of the file is which of the caller's.
static void header_map(struct reader *reader, const struct record *header, size_t required)
{
    bool seen[COLUMNS_MAX] = {false};
    struct text expected = {0};
    names_list(reader, &expected);
    reader->width = header->count;
    if (!wrong_separator(reader, header)) {
        header_columns(reader, header, expected.data, seen);
        for (size_t i = 0; i < required; i++)
            if (!seen[i])
                finding_add(reader->findings, FINDING_MISSING_COLUMN,
                            place(reader, header->line, NULL), NULL, reader->names[i],
                            expected.data, NULL);
    }
    text_free(&expected);
}

// Reads the header; returns 0, or -1 after findings.
static int header_read(struct reader *reader, size_t required)
{
    struct record header;
    enum record_end end = RECORD_BLANK;
    size_t errors = reader->findings->errors;
    while (end == RECORD_BLANK)
        end = record_read(reader, &header);
    if (end == RECORD_NONE) {
        struct text expected = {0};
        names_list(reader, &expected);
        finding_add(reader->findings, FINDING_EMPTY_FILE, place(reader, 0, NULL), NULL,
                    expected.data, NULL);
        text_free(&expected);
    } else if (end != RECORD_READ) {
        bad_record(reader, end, header.line);
    } else {
        header_map(reader, &header, required);
    }
    return reader->findings->errors == errors ? 0 : -1;
}

static bool fields_fit(struct reader *reader, const struct record *record)
{
    bool fit = true;
    char number[NUMBER_BYTES], width[NUMBER_BYTES];
    if (record->count != reader->width) {
        finding_add(reader->findings, FINDING_FIELD_COUNT, place(reader, record->line, NULL), NULL,
                    number_text(record->count, number), number_text(reader->width, width), NULL);
        return false;
    }
    for (size_t i = 0; i < record->count; i++) {
        if (record->fields[i].length <= CSV_FIELD_BYTES_MAX)
            continue;
        const char *column = reader->names[reader->target[i]];
        finding_add(reader->findings, FINDING_FIELD_TOO_LONG, place(reader, record->line, column),
                    record->fields[i].text, number_text(CSV_FIELD_BYTES_MAX, number), NULL);
        fit = false;
    }
    return fit;
}

static void row_keep(struct reader *reader, const struct record *record, struct csv_table *table)
{
    struct csv_field *row = table->fields + table->rows * table->columns;
    for (size_t i = 0; i < table->columns; i++)
        row[i] = (struct csv_field){"", 0};
    for (size_t i = 0; i < record->count; i++)
        row[reader->target[i]] = record->fields[i];
    table->lines[table->rows++] = record->line;
}

static void rows_read(struct reader *reader, struct csv_table *table)
{
    struct record record;
    for (;;) {
        enum record_end end = record_read(reader, &record);
        if (end == RECORD_NONE)
            return;
        if (end == RECORD_BAD_QUOTING || end == RECORD_STRAY_CR) {
            bad_record(reader, end, record.line);
        } else if (end == RECORD_READ && table->rows == CSV_ROWS_MAX) {
            char number[NUMBER_BYTES];
            finding_add(reader->findings, FINDING_TOO_MANY_ROWS, place(reader, record.line, NULL),
                        NULL, number_text(CSV_ROWS_MAX, number), NULL);
            return;
        } else if (end == RECORD_READ && fields_fit(reader, &record)) {
            row_keep(reader, &record, table);
        }
    }
}

// A row that is kept has at least width - 1 commas and, but for the last one, a line end.
static size_t rows_at_most(const struct reader *reader)
{
    size_t lines = 1, bytes = reader->length - reader->at;
    for (const char *at = reader->text + reader->at, *end = reader->text + reader->length;
         (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
        lines++;
    size_t rows = bytes / reader->width + 1;
    rows = rows < lines ? rows : lines;
    return rows < CSV_ROWS_MAX ? rows : CSV_ROWS_MAX;
}

static int size_check(const struct reader *reader)
{
    char number[NUMBER_BYTES];
    if (reader->length <= CSV_BYTES_MAX)
        return 0;
    finding_add(reader->findings, FINDING_FILE_TOO_LARGE, place(reader, 0, NULL), NULL,
                number_text(CSV_BYTES_MAX, number), NULL);
    return -1;
}

// Text that is no text is refused as a whole: one finding with the first line of it.
static int encoding_check(const struct reader *reader)
{
    unsigned line = 1;
    for (size_t at = 0; at < reader->length;) {
        size_t sequence = utf8_sequence(reader->text + at, reader->length - at);
        if (sequence == 0) {
            enum finding_code code = reader->text[at] == '\0' ? FINDING_NUL_BYTE : FINDING_NOT_UTF8;
            finding_add(reader->findings, code, place(reader, line, NULL), NULL, NULL);
            return -1;
        }
        line += reader->text[at] == '\n';
        at += sequence;
    }
    return 0;
}

struct csv_table *csv_read(struct arena *arena, const char *file, const char *text, size_t length,
                           const char *const *names, size_t name_count, size_t required,
                           struct findings *findings)
{
    struct reader reader = {.file = file, .text = text, .length = length, .line = 1};
    reader.names = names;
    reader.name_count = name_count;
    reader.findings = findings;
    if (name_count > COLUMNS_MAX)
        abort();
    if (size_check(&reader) != 0 || encoding_check(&reader) != 0)
        return NULL;
    if (length >= strlen(BYTE_ORDER_MARK) &&
        memcmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
        reader.at = strlen(BYTE_ORDER_MARK);
    reader.out = arena_alloc(arena, length + 1, 1);
    if (header_read(&reader, required) != 0)
        return NULL;
    struct csv_table *table = arena_alloc(arena, 1, sizeof *table);
    size_t rows = rows_at_most(&reader);
    table->file = arena_text(arena, file != NULL ? file : "", file != NULL ? strlen(file) : 0);
    table->columns = name_count;
    table->names = names;
    table->fields = arena_alloc(arena, rows * name_count, sizeof *table->fields);
    table->lines = arena_alloc(arena, rows, sizeof *table->lines);
    rows_read(&reader, table);
    return table;
}

const struct csv_field *csv_at(const struct csv_table *table, size_t row, size_t column)
{
    return &table->fields[row * table->columns + column];
}

struct finding_place csv_place(const struct csv_table *table, size_t row, size_t column)
{
    return (struct finding_place){table->file, table->lines[row], table->names[column]};
}

void csv_add_field(struct text *text, const char *field)
{
    if (strpbrk(field, ",\"\r\n") == NULL) {
        text_adds(text, field);
        return;
    }
    text_add(text, "\"", 1);
    for (const char *at = field; *at != '\0'; at++) {
        if (*at == '"')
            text_add(text, "\"", 1);
        text_add(text, at, 1);
    }
    text_add(text, "\"", 1);
}
