// The input of an exported run: documents, and the entries with the times of their submissions.
#include "client/sealed.h"

#include <stdlib.h>
#include <string.h>

#define LINES_AT_ONCE 200000

struct reading {
    struct sealed_input *input;
    struct findings *findings;
    struct accepted {
        int64_t number, us;
    } * accepted; // by number
    size_t count, capacity;
};

static void bad_line(const struct reading *reading, const struct csv_table *table, size_t row,
                     size_t column)
{
    finding_add(reading->findings, FINDING_SEALED_LINE, csv_place(table, row, column),
                csv_at(table, row, column)->text, NULL);
}

static bool number_parse(const char *text, int64_t *ret)
{
    char *end;
    *ret = strtoll(text, &end, 10);
    return end != text && *end == '\0' && *ret >= 0;
}

// ---- rows

static void take_submission(struct reading *reading, const struct csv_table *table, size_t row)
{
    struct accepted accepted;
    if (!number_parse(csv_at(table, row, 1)->text, &accepted.number))
        bad_line(reading, table, row, 1);
    else if (!seal_instant_parse(csv_at(table, row, 2)->text, &accepted.us))
        bad_line(reading, table, row, 2);
    else
        *MEM_PUSH(reading->accepted, reading->count, reading->capacity) = accepted;
}

static int by_number(const void *a, const void *b)
{
    const struct accepted *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

static bool read_state(const char *text, uint8_t *ret)
{
    for (unsigned state = CELL_VALUE; state <= CELL_VERIFIED; state++)
        if (strcmp(text, cell_state_words[state]) == 0) {
            *ret = (uint8_t)state;
            return true;
        }
    return false;
}

static bool read_amount(const struct csv_field *field, int64_t *ret_e4)
{
    return decimal_parse(field->text, field->length, DECIMAL_POINT, ret_e4) == DECIMAL_OK;
}

// The first column that cannot be read; -1: none.
static int read_entry(const struct reading *reading, const struct csv_table *table, size_t row,
                      struct recompute_entry *ret)
{
    const struct csv_field *period = csv_at(table, row, 2), *value = csv_at(table, row, 5),
                           *denominator = csv_at(table, row, 6);
    if (!number_parse(csv_at(table, row, 1)->text, &ret->accepted))
        return 1;
    const struct accepted wanted = {.number = ret->accepted};
    const struct accepted *known = reading->count > 0
                                       ? bsearch(&wanted, reading->accepted, reading->count,
                                                 sizeof *reading->accepted, by_number)
                                       : NULL;
    if (known == NULL)
        return 1;
    ret->accepted_us = known->us;
    if (!period_parse(period->text, period->length, &ret->period))
        return 2;
    if (!read_state(csv_at(table, row, 7)->text, &ret->cell.state))
        return 7;
    bool valued = ret->cell.state == CELL_VALUE || ret->cell.state == CELL_VERIFIED;
    if (valued != (value->length > 0) || (valued && !read_amount(value, &ret->cell.value_e4)))
        return 5;
    ret->cell.has_denominator = denominator->length > 0;
    if (ret->cell.has_denominator && !read_amount(denominator, &ret->cell.denominator_e4))
        return 6;
    return -1;
}

// Cells of units and indicators that the run does not know are kept in the store and count nowhere.
static void take_entry(struct reading *reading, const struct csv_table *table, size_t row)
{
    const struct run_input *documents = reading->input->documents;
    struct recompute_entry entry = {.cell.note = ""};
    int bad = read_entry(reading, table, row, &entry);
    if (bad >= 0) {
        bad_line(reading, table, row, (size_t)bad);
        return;
    }
    entry.unit = unit_find(documents->tree, csv_at(table, row, 3)->text);
    entry.indicator = campaign_indicator(documents->campaign, csv_at(table, row, 4)->text);
    if (entry.unit == NO_UNIT || entry.indicator == NO_INDEX)
        return;
    entry.cell.indicator = documents->campaign->indicators[entry.indicator].code;
    *MEM_PUSH(reading->input->entries, reading->input->entry_count,
              reading->input->entry_capacity) = entry;
}

// ---- files

typedef void take_fn(struct reading *reading, const struct csv_table *table, size_t row);
static const char *const submission_columns[] = {"office", "accepted", "accepted_at", "submission",
                                                 "digest"};
static const char *const entry_columns[] = {"office", "accepted",    "period", "unit", "indicator",
                                            "value",  "denominator", "state",  "note"};

static void read_slice(struct reading *reading, enum seal_file_index file, const struct text *slice,
                       unsigned line, take_fn *take)
{
    struct arena *arena = arena_create();
    bool entries = file == SEAL_ENTRIES;
    const char *const *columns = entries ? entry_columns : submission_columns;
    size_t count = entries ? sizeof entry_columns / sizeof entry_columns[0]
                           : sizeof submission_columns / sizeof submission_columns[0];
    struct csv_table *table = csv_read(arena, seal_files[file].name, slice->data, slice->length,
                                       columns, count, count, reading->findings);
    for (size_t row = 0; table != NULL && row < table->rows; row++) {
        table->lines[row] += line;
        take(reading, table, row);
    }
    arena_destroy(arena);
}

// A table may be larger than csv_read takes: header and some lines at a time.
static void read_table(struct reading *reading, const struct sealed_files *files,
                       enum seal_file_index file, take_fn *take)
{
    const struct text *text = sealed_file(files, seal_files[file].name);
    if (text == NULL)
        return; // that is a finding already
    size_t head = seal_line_end(text->data, text->length, 0), at = head;
    unsigned line = 0;
    do {
        struct text slice = {0};
        size_t from = at;
        unsigned lines = 0;
        for (; at < text->length && lines < LINES_AT_ONCE; lines++)
            at = seal_line_end(text->data, text->length, at);
        text_add(&slice, text->data, head);
        text_add(&slice, text->data + from, at - from);
        read_slice(reading, file, &slice, line, take);
        line += lines;
        text_free(&slice);
    } while (at < text->length);
}

static const char *text_of(const struct sealed_files *files, enum seal_file_index file)
{
    const struct text *text = sealed_file(files, seal_files[file].name);
    return text != NULL ? text->data : NULL;
}

int sealed_input_read(const struct sealed_files *files, const struct seal *seal,
                      struct sealed_input *ret, struct findings *findings)
{
    const struct run_texts texts = {
        text_of(files, SEAL_UNITS),       text_of(files, SEAL_CAMPAIGN),
        text_of(files, SEAL_TARGETS),     text_of(files, SEAL_ADJUSTMENTS),
        text_of(files, SEAL_NOMINATIONS), text_of(files, SEAL_DECISIONS)};
    struct reading reading = {.input = ret, .findings = findings};
    size_t errors = findings->errors;
    struct err err;
    *ret = (struct sealed_input){0};
    ret->documents = run_input_create(&texts, seal->period, &err);
    if (ret->documents == NULL) {
        finding_add(findings, FINDING_NOT_COMPUTED, (struct finding_place){0}, "", err.text, NULL);
        return -1;
    }
    read_table(&reading, files, SEAL_SUBMISSIONS, take_submission);
    if (reading.count > 0)
        qsort(reading.accepted, reading.count, sizeof *reading.accepted, by_number);
    read_table(&reading, files, SEAL_ENTRIES, take_entry);
    free(reading.accepted);
    ret->input = recompute_input_of(ret->documents);
    ret->input.entries = ret->entries;
    ret->input.entry_count = ret->entry_count;
    ret->input.cut_us = seal->cut_us;
    return findings->errors == errors ? 0 : -1;
}

void sealed_input_free(struct sealed_input *input)
{
    free(input->entries);
    run_input_destroy(input->documents);
    *input = (struct sealed_input){0};
}
