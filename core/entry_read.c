// A clerk's results file turned into forms. Rows are sorted twice, to find the cells that are there
// more than once and to bring the cells of one form together, so that 2 million rows are no problem.
#include "core/entry.h"

#include "core/csv_fields.h"
#include <stdlib.h>
#include <string.h>

enum { PERIOD, UNIT, INDICATOR, VALUE, DENOMINATOR, STATE, NOTE };
const char *const result_columns[7] = {"period",      "unit",  "indicator", "value",
                                       "denominator", "state", "note"};
const char *const cell_state_words[5] = {"", "", "na", "withdraw", "verified"};

struct entry_row {
    const char *period, *unit, *indicator;
    struct cell cell;
    size_t row;   // of the table
    size_t first; // first row of the same form
    bool bad;
};

struct reading {
    const struct csv_table *table;
    enum decimal_style style;
    struct findings *findings;
};

static const char *field(const struct reading *reading, size_t row, size_t column)
{
    return csv_text(reading->table, row, column);
}

#define FAULT(reading, code, row, column, ...) \
    CSV_FAULT((reading)->table, (reading)->findings, code, row, column, __VA_ARGS__)

static void read_number(const struct reading *reading, size_t row, size_t column, int64_t *ret_e4)
{
    csv_number(reading->table, row, column, reading->style, ret_e4, reading->findings);
}

static const char *read_code(const struct reading *reading, size_t row, size_t column)
{
    const struct csv_field *text = csv_at(reading->table, row, column);
    if (text->length == 0)
        FAULT(reading, FINDING_MISSING_CODE, row, column, NULL);
    else if (!code_valid(text->text, text->length))
        FAULT(reading, FINDING_BAD_CODE, row, column, text->text, NULL);
    return text->text;
}

static const char *read_period(const struct reading *reading, size_t row)
{
    const struct csv_field *text = csv_at(reading->table, row, PERIOD);
    struct period period;
    if (!period_parse(text->text, text->length, &period))
        FAULT(reading, FINDING_BAD_PERIOD, row, PERIOD, text->text, NULL);
    return text->text;
}

static uint8_t read_state(const struct reading *reading, size_t row)
{
    const char *text = field(reading, row, STATE);
    if (text[0] == '\0')
        return CELL_VALUE;
    for (int state = CELL_NA; state <= CELL_VERIFIED; state++)
        if (strcmp(text, cell_state_words[state]) == 0)
            return (uint8_t)state;
    FAULT(reading, FINDING_UNKNOWN_STATE, row, STATE, text, NULL);
    return 0;
}

// Value and denominator as far as the state asks for them.
static void read_figures(const struct reading *reading, size_t row, struct cell *cell)
{
    bool has_value = field(reading, row, VALUE)[0] != '\0';
    cell->has_denominator = field(reading, row, DENOMINATOR)[0] != '\0';
    if (cell->state == CELL_NA || cell->state == CELL_WITHDRAW) {
        if (has_value || cell->has_denominator)
            FAULT(reading, FINDING_UNEXPECTED_VALUE, row, has_value ? VALUE : DENOMINATOR,
                  cell_state_words[cell->state], NULL);
        return;
    }
    if (has_value)
        read_number(reading, row, VALUE, &cell->value_e4);
    else if (cell->state != 0)
        FAULT(reading, FINDING_MISSING_VALUE, row, VALUE, NULL);
    if (cell->has_denominator)
        read_number(reading, row, DENOMINATOR, &cell->denominator_e4);
}

static const char *read_note(const struct reading *reading, size_t row)
{
    const struct csv_field *note = csv_at(reading->table, row, NOTE);
    if (note->length > NOTE_BYTES_MAX) {
        char most[DECIMAL_TEXT_SIZE];
        decimal_format(NOTE_BYTES_MAX, 0, most);
        FAULT(reading, FINDING_NOTE_TOO_LONG, row, NOTE, most, NULL);
    }
    return note->text;
}

static void read_row(const struct reading *reading, size_t row, struct entry_row *ret)
{
    size_t errors = reading->findings->errors;
    ret->row = row;
    ret->period = read_period(reading, row);
    ret->unit = read_code(reading, row, UNIT);
    ret->indicator = ret->cell.indicator = read_code(reading, row, INDICATOR);
    ret->cell.row = reading->table->lines[row];
    ret->cell.state = read_state(reading, row);
    read_figures(reading, row, &ret->cell);
    ret->cell.note = read_note(reading, row);
    ret->bad = reading->findings->errors != errors;
}

static bool is_blank(const struct reading *reading, size_t row)
{
    return field(reading, row, VALUE)[0] == '\0' && field(reading, row, DENOMINATOR)[0] == '\0' &&
           field(reading, row, STATE)[0] == '\0';
}

static int compare_forms(const struct entry_row *a, const struct entry_row *b)
{
    int order = strcmp(a->period, b->period);
    return order != 0 ? order : strcmp(a->unit, b->unit);
}

static int compare_cells(const void *left, const void *right)
{
    const struct entry_row *a = left, *b = right;
    int order = compare_forms(a, b);
    if (order == 0)
        order = strcmp(a->indicator, b->indicator);
    return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}

static int compare_places(const void *left, const void *right)
{
    const struct entry_row *a = left, *b = right;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

static bool same_cell(const struct entry_row *a, const struct entry_row *b)
{
    return compare_forms(a, b) == 0 && strcmp(a->indicator, b->indicator) == 0;
}

static void refuse_twin(const struct reading *reading, struct entry_row *row,
                        const struct entry_row *other)
{
    struct text cell = {0};
    char other_row[DECIMAL_TEXT_SIZE];
    text_addf(&cell, "%s, %s, %s", row->unit, row->period, row->indicator);
    decimal_format(other->cell.row, 0, other_row);
    FAULT(reading, FINDING_DUPLICATE_CELL, row->row, INDICATOR, cell.data, other_row, NULL);
    text_free(&cell);
    row->bad = true;
}

static void refuse_twins(const struct reading *reading, struct entry_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && same_cell(&rows[i], &rows[i - 1]))
            refuse_twin(reading, &rows[i], &rows[i - 1]);
        else if (i + 1 < count && same_cell(&rows[i], &rows[i + 1]))
            refuse_twin(reading, &rows[i], &rows[i + 1]);
    }
}

// Rows are sorted by form: gives each the first row of its form.
static void find_first_rows(struct entry_row *rows, size_t count)
{
    for (size_t from = 0, to; from < count; from = to) {
        size_t first = rows[from].row;
        for (to = from; to < count && compare_forms(&rows[from], &rows[to]) == 0; to++)
            if (rows[to].row < first)
                first = rows[to].row;
        for (size_t i = from; i < to; i++)
            rows[i].first = first;
    }
}

static size_t drop_bad(struct entry_row *rows, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!rows[i].bad)
            rows[kept++] = rows[i];
    return kept;
}

// Rows are in the order of the forms and, within a form, of the file.
static void build_forms(struct arena *arena, const struct entry_row *rows, size_t count,
                        struct forms *ret)
{
    size_t forms = 0;
    for (size_t i = 0; i < count; i++)
        forms += i == 0 || rows[i].first != rows[i - 1].first;
    struct cell *cells = arena_alloc(arena, count, sizeof *cells);
    *ret = (struct forms){arena_alloc(arena, forms, sizeof *ret->list), 0, forms};
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || rows[i].first != rows[i - 1].first)
            ret->list[ret->count++] = (struct form){rows[i].unit, rows[i].period, &cells[i], 0, 0};
        struct form *form = &ret->list[ret->count - 1];
        cells[i] = rows[i].cell;
        form->cell_capacity = ++form->cell_count;
    }
}

static void sort_rows(struct entry_row *rows, size_t count,
                      int (*compare)(const void *, const void *))
{
    if (count > 1)
        qsort(rows, count, sizeof *rows, compare);
}

int results_read(struct arena *arena, const struct csv_table *table, enum decimal_style style,
                 struct forms *ret, size_t *ret_blank, struct findings *findings)
{
    struct reading reading = {table, style, findings};
    struct entry_row *rows = mem_alloc(table->rows, sizeof *rows);
    size_t errors = findings->errors, count = 0;
    for (size_t row = 0; row < table->rows; row++)
        if (!is_blank(&reading, row))
            read_row(&reading, row, &rows[count++]);
    *ret_blank = table->rows - count;
    sort_rows(rows, count, compare_cells);
    refuse_twins(&reading, rows, count);
    count = drop_bad(rows, count);
    find_first_rows(rows, count);
    sort_rows(rows, count, compare_places);
    build_forms(arena, rows, count, ret);
    free(rows);
    return findings->errors == errors ? 0 : -1;
}
