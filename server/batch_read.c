// Trip 1 of a batch: one segment that opens its transaction, takes locks and acceptance numbers, and
// reads what is on record for the ids and forms it brings.
#include "server/batch.h"

#include "common/db_binary.h"
#include "core/mem.h"
#include "server/lock.h"
#include <stdlib.h>
#include <string.h>

#define ENTRIES_FIRST 16 // of a form's record
#define ROWS_FIRST 4
#define FORM_FIELDS 11

static const char open_sql[] =
    "SELECT now_us, rules_version, first_numbers FROM ingest_open($1::text[], $2::integer)";
static const char durable_sql[] = "SELECT durable_check()";
static const char stored_sql[] =
    "SELECT id, digest, receipt FROM submission WHERE id = ANY ($1::uuid[])";
// The newest exception of each office and period.
static const char openings_sql[] =
    "SELECT k.office, k.campaign, k.period, e.accepted, (extract(epoch FROM e.until) * 1000000)::bigint"
    "  FROM unnest($1::text[], $2::int[], $3::int[]) AS k (office, campaign, period)"
    " CROSS JOIN LATERAL (SELECT accepted, until FROM lock_exception"
    "  WHERE office = k.office AND campaign = k.campaign AND period = k.period"
    "  ORDER BY accepted DESC LIMIT 1) e";
// LATERAL with OFFSET 0: each form by its key.
static const char forms_sql[] =
    "SELECT f.campaign, f.unit, f.period, f.accepted, f.indicator, f.state, f.value, f.denominator, f.note,"
    " f.submission,"
    " (SELECT s.accepted_at FROM submission s WHERE s.office = f.office AND s.id = f.submission)"
    "  FROM unnest($1::text[], $2::int[], $3::text[], $4::int[]) AS k (office, campaign, unit, period)"
    " CROSS JOIN LATERAL (SELECT * FROM form"
    "  WHERE office = k.office AND campaign = k.campaign AND unit = k.unit AND period = k.period OFFSET 0) f";

struct pair form_key(int32_t campaign, uint32_t unit, struct period period)
{
    return (struct pair){(uint64_t)(uint32_t)campaign << 32 | unit,
                         (uint32_t)period_number(period)};
}

struct pair id_key(const uint8_t id[ID_BYTES])
{
    struct pair key;
    memcpy(&key.high, id, 8);
    memcpy(&key.low, id + 8, 8);
    return key;
}

void batch_forget(struct batch *batch)
{
    pair_map_free(&batch->stored);
    pair_map_free(&batch->forms);
    pair_map_free(&batch->openings);
    arena_destroy(batch->arena);
    batch->arena = NULL;
    batch->numbers = NULL;
    batch->failed = DB_OK;
    batch->to_store = 0;
}

void batch_destroy(struct batch *batch)
{
    if (batch == NULL)
        return;
    batch_forget(batch);
    for (size_t i = 0; i < batch->count; i++)
        submission_destroy(batch->list[i]);
    free(batch->list);
    free(batch);
}

// ---- what is on record of a form

struct record *batch_record(struct batch *batch, struct pair key)
{
    void **place = pair_map_at(&batch->forms, key);
    if (*place == NULL)
        *place = arena_alloc(batch->arena, 1, sizeof(struct record));
    return *place;
}

struct entry *record_find(struct record *record, int16_t number, bool verified)
{
    for (size_t i = 0; i < record->count; i++) {
        size_t at = record->next + i < record->count ? record->next + i
                                                     : record->next + i - record->count;
        struct entry *entry = &record->entries[at];
        if (entry->number == number && (entry->state == CELL_VERIFIED) == verified) {
            record->next = at + 1 < record->count ? at + 1 : 0;
            return entry;
        }
    }
    return NULL;
}

struct entry *record_add(struct record *record, struct arena *arena)
{
    if (record->count == record->capacity) {
        size_t larger = record->capacity > 0 ? 2 * record->capacity : ENTRIES_FIRST;
        struct entry *entries = arena_alloc(arena, larger, sizeof *entries);
        if (record->count > 0)
            memcpy(entries, record->entries, record->count * sizeof *entries);
        record->entries = entries;
        record->capacity = larger;
    }
    return &record->entries[record->count++];
}

void record_add_row(struct record *record, struct form_row row, struct arena *arena)
{
    if (record->row_count == record->row_capacity) {
        size_t larger = record->row_capacity > 0 ? 2 * record->row_capacity : ROWS_FIRST;
        struct form_row *rows = arena_alloc(arena, larger, sizeof *rows);
        if (record->row_count > 0)
            memcpy(rows, record->rows, record->row_count * sizeof *rows);
        record->rows = rows;
        record->row_capacity = larger;
    }
    record->rows[record->row_count++] = row;
}

// ---- results

static struct field field_at(const PGresult *result, int row, int column)
{
    return (struct field){PQgetvalue(result, row, column),
                          PQgetisnull(result, row, column) ? -1 : PQgetlength(result, row, column)};
}

static bool went_well(struct batch *batch, enum db_class class)
{
    if (batch->failed == DB_OK)
        batch->failed = class;
    return class == DB_OK;
}

static void on_step(void *arg, enum db_class class, const PGresult *result)
{
    (void)result;
    went_well(arg, class);
}

static void on_open(void *arg, enum db_class class, const PGresult *result)
{
    struct batch *batch = arg;
    struct array numbers;
    if (!went_well(batch, class))
        return;
    batch->now_us = get_int(field_at(result, 0, 0));
    batch->rules_version = get_int(field_at(result, 0, 1));
    if (array_open(field_at(result, 0, 2), &numbers) != 0 || numbers.count != batch->count) {
        batch->failed = DB_BUG;
        return;
    }
    batch->numbers = arena_alloc(batch->arena, batch->count, sizeof *batch->numbers);
    for (size_t i = 0; i < batch->count; i++)
        batch->numbers[i] = get_int(array_next(&numbers));
}

static void on_stored(void *arg, enum db_class class, const PGresult *result)
{
    struct batch *batch = arg;
    if (!went_well(batch, class))
        return;
    for (int row = 0; row < PQntuples(result); row++) {
        struct field id = field_at(result, row, 0), digest = field_at(result, row, 1),
                     receipt = field_at(result, row, 2);
        if (id.length != ID_BYTES || digest.length != DIGEST_BYTES)
            continue;
        struct stored *stored = arena_alloc(batch->arena, 1, sizeof *stored);
        memcpy(stored->digest, digest.data, DIGEST_BYTES);
        stored->receipt.data = (const uint8_t *)arena_text(batch->arena, receipt.data,
                                                           (size_t)receipt.length);
        stored->receipt.length = (size_t)receipt.length;
        *pair_map_at(&batch->stored, id_key((const uint8_t *)id.data)) = stored;
    }
}

static struct form_row row_of(const struct field fields[FORM_FIELDS])
{
    struct form_row row = {.accepted = get_int(fields[3])};
    if (fields[9].length == ID_BYTES)
        memcpy(row.submission, fields[9].data, ID_BYTES);
    if (fields[10].length == 8)
        row.at_us = get_int(fields[10]) + EPOCH_2000_US;
    return row;
}

static void on_openings(void *arg, enum db_class class, const PGresult *result)
{
    struct batch *batch = arg;
    if (!went_well(batch, class))
        return;
    const struct unit_tree *tree = world_tree(batch->list[0]->world);
    for (int row = 0; row < PQntuples(result); row++) {
        struct field office = field_at(result, row, 0);
        struct period period;
        uint32_t at = unit_find(tree, arena_text(batch->arena, office.data, (size_t)office.length));
        if (at == NO_UNIT ||
            !period_from_number((int32_t)get_int(field_at(result, row, 2)), &period))
            continue;
        struct opening *opening = arena_alloc(batch->arena, 1, sizeof *opening);
        opening->accepted = get_int(field_at(result, row, 3));
        opening->until_us = get_int(field_at(result, row, 4));
        struct pair key = form_key((int32_t)get_int(field_at(result, row, 1)), at, period);
        *pair_map_at(&batch->openings, key) = opening;
    }
}

// One stored form: each of its cells is the newest until a newer one comes.
static void take_form(struct batch *batch, const struct unit_tree *tree,
                      const struct field fields[FORM_FIELDS])
{
    struct array columns[5];
    struct record *record;
    char *unit = arena_text(batch->arena, fields[1].data, (size_t)fields[1].length);
    uint32_t at = unit_find(tree, unit);
    int64_t accepted = get_int(fields[3]);
    struct period period;
    bool notes = fields[8].length >= 0;
    if (at == NO_UNIT || !period_from_number((int32_t)get_int(fields[2]), &period))
        return;
    for (int i = 0; i < (notes ? 5 : 4); i++) {
        if (array_open(fields[4 + i], &columns[i]) != 0 || columns[i].count != columns[0].count)
            return;
    }
    record = batch_record(batch, form_key((int32_t)get_int(fields[0]), at, period));
    record_add_row(record, row_of(fields), batch->arena);
    for (size_t i = 0; i < columns[0].count; i++) {
        int16_t number = (int16_t)get_int(array_next(&columns[0]));
        uint8_t state = (uint8_t)get_int(array_next(&columns[1]));
        int64_t value = get_int(array_next(&columns[2]));
        struct field denominator = array_next(&columns[3]);
        struct field note = notes ? array_next(&columns[4]) : (struct field){"", 0};
        struct entry *entry = record_find(record, number, state == CELL_VERIFIED);
        if (entry != NULL && entry->accepted > accepted)
            continue;
        if (entry == NULL)
            entry = record_add(record, batch->arena);
        *entry = (struct entry){.accepted = accepted,
                                .number = number,
                                .value_e4 = value,
                                .state = state,
                                .has_denominator = denominator.length >= 0,
                                .note = ""};
        if (denominator.length >= 0)
            entry->denominator_e4 = get_int(denominator);
        if (note.length > 0)
            entry->note = arena_text(batch->arena, note.data, (size_t)note.length);
    }
}

static void on_forms(void *arg, enum db_class class, const PGresult *result)
{
    struct batch *batch = arg;
    if (went_well(batch, class)) {
        const struct unit_tree *tree = world_tree(batch->list[0]->world);
        for (int row = 0; row < PQntuples(result); row++) {
            struct field fields[FORM_FIELDS] = {{NULL, -1}};
            for (int column = 0; column < FORM_FIELDS; column++)
                fields[column] = field_at(result, row, column);
            take_form(batch, tree, fields);
        }
    }
    batch->done(batch);
}

// ---- parameters

// Binary arrays that grow in step; the count is known only at the end, so it is written then.
struct column {
    struct text text;
    size_t mark, count;
    enum pg_type type;
};

static void column_start(struct column *column, enum pg_type type)
{
    *column = (struct column){.type = type};
    column->mark = put_array(&column->text, type, 1);
}

static struct db_param column_end(struct column *column)
{
    // Behind the length: dimensions, flags, type, then the count.
    char *header = column->text.data + 4;
    for (unsigned i = 0; i < 4; i++)
        header[12 + i] = (char)(uint8_t)(column->count >> (8 * (3 - i)));
    if (column->count == 0) { // an empty array has no dimension
        header[3] = 0;
        column->text.length = 4 + 12;
    }
    return (struct db_param){.data = header, .length = (int)(column->text.length - 4), .format = 1};
}

static void add_text(struct column *column, const char *text)
{
    put_string(&column->text, text);
    column->count++;
}

static void add_int(struct column *column, int32_t number)
{
    put_int(&column->text, number, 4);
    column->count++;
}

struct form_columns {
    struct column offices, campaigns, units, periods;
};
struct opening_columns {
    struct column offices, campaigns, periods;
    struct pair last; // of them: forms of one office and period come together
};

static void add_form(struct form_columns *columns, const struct submission *submission, size_t form,
                     uint32_t office)
{
    const struct unit_tree *tree = world_tree(submission->world);
    add_text(&columns->offices, tree->units[office].code);
    add_int(&columns->campaigns, submission->campaign->id);
    add_text(&columns->units, submission->message.submit.forms[form].unit);
    add_int(&columns->periods, period_number(submission->periods[form]));
}

// A form may be on record under the office of its period and each that has continued it since.
static void add_submission(struct column *locks, struct form_columns *columns,
                           const struct submission *submission)
{
    const struct unit_tree *tree = world_tree(submission->world);
    const char *last = "";
    for (size_t i = 0; i < submission->message.submit.form_count; i++) {
        for (uint32_t office = submission->then[i]; office != NO_UNIT;
             office = tree->units[office].merged_into) {
            add_form(columns, submission, i, office);
            if (strcmp(last, tree->units[office].code) != 0)
                add_text(locks, tree->units[office].code);
            last = tree->units[office].code;
            if (office == submission->office)
                break;
        }
    }
}

static void add_opening(struct opening_columns *columns, const struct submission *submission,
                        uint32_t office, struct period period)
{
    struct pair key = form_key(submission->campaign->id, office, period);
    if (columns->offices.count > 0 && memcmp(&key, &columns->last, sizeof key) == 0)
        return;
    columns->last = key;
    add_text(&columns->offices, world_tree(submission->world)->units[office].code);
    add_int(&columns->campaigns, submission->campaign->id);
    add_int(&columns->periods, period_number(period));
}

// Exceptions are looked for whatever the clock says: the batch's own is not known yet.
static void add_openings(struct opening_columns *columns, const struct submission *submission)
{
    const struct unit_tree *tree = world_tree(submission->world);
    for (size_t i = 0; i < submission->message.submit.form_count; i++) {
        for (uint32_t office = submission->then[i]; office != NO_UNIT;
             office = tree->units[office].merged_into) {
            add_opening(columns, submission, office, submission->periods[i]);
            if (office == submission->office)
                break;
        }
    }
}

static void read_openings(struct batch *batch, struct db *db)
{
    struct opening_columns columns = {0};
    column_start(&columns.offices, PG_TEXT);
    column_start(&columns.campaigns, PG_INT4);
    column_start(&columns.periods, PG_INT4);
    for (size_t i = 0; i < batch->count; i++) {
        if (lock_binds(batch->list[i]))
            add_openings(&columns, batch->list[i]);
    }
    bool any = columns.offices.count > 0;
    const struct db_param keys[] = {column_end(&columns.offices), column_end(&columns.campaigns),
                                    column_end(&columns.periods)};
    if (any)
        db_exec(db, "openings", NULL, keys, 3, 1, on_openings, batch);
    text_free(&columns.offices.text);
    text_free(&columns.campaigns.text);
    text_free(&columns.periods.text);
}

void batch_read_prepare(struct db *db)
{
    db_prepare(db, "openings", openings_sql);
    db_prepare(db, "open", open_sql);
    db_prepare(db, "durable", durable_sql);
    db_prepare(db, "stored", stored_sql);
    db_prepare(db, "forms", forms_sql);
}

void batch_read(struct batch *batch, struct db *db)
{
    struct column locks, ids;
    struct form_columns forms;
    char count[16];
    batch_forget(batch);
    batch->arena = arena_create();
    column_start(&locks, PG_TEXT);
    column_start(&ids, PG_UUID);
    column_start(&forms.offices, PG_TEXT);
    column_start(&forms.campaigns, PG_INT4);
    column_start(&forms.units, PG_TEXT);
    column_start(&forms.periods, PG_INT4);
    for (size_t i = 0; i < batch->count; i++) {
        const struct submission *submission = batch->list[i];
        put_bytes(&ids.text, submission->message.submit.id, ID_BYTES);
        ids.count++;
        if (submission->verdict == 0)
            add_submission(&locks, &forms, submission);
    }
    snprintf(count, sizeof count, "%zu", batch->count);
    const struct db_param opens[] = {column_end(&locks), db_text(count)};
    const struct db_param stored[] = {column_end(&ids)};
    const struct db_param keys[] = {column_end(&forms.offices), column_end(&forms.campaigns),
                                    column_end(&forms.units), column_end(&forms.periods)};
    db_begin(db);
    db_exec(db, NULL, "BEGIN", NULL, 0, 0, on_step, batch);
    db_exec(db, "durable", NULL, NULL, 0, 1, on_step, batch);
    db_exec(db, "open", NULL, opens, 2, 1, on_open, batch);
    db_exec(db, "stored", NULL, stored, 1, 1, on_stored, batch);
    read_openings(batch, db);
    db_exec(db, "forms", NULL, keys, 4, 1, on_forms, batch);
    db_end(db);
    text_free(&locks.text);
    text_free(&ids.text);
    text_free(&forms.offices.text);
    text_free(&forms.campaigns.text);
    text_free(&forms.units.text);
    text_free(&forms.periods.text);
}
