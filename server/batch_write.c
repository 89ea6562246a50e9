// Trip 2 of a batch: prepared INSERTs, the audit's row and the COMMIT, one segment.
#include "server/batch.h"

#include "common/db_binary.h"
#include "core/mem.h"
#include "server/facts.h"
#include <endian.h>
#include <stdlib.h>
#include <string.h>

static void prepare_insert(struct db *db, const char *table, const char *columns, int count)
{
    struct text sql = {0};
    text_addf(&sql, "INSERT INTO %s (%s) VALUES (", table, columns);
    for (int i = 1; i <= count; i++)
        text_addf(&sql, "%s$%d", i > 1 ? ", " : "", i);
    text_adds(&sql, ")");
    db_prepare(db, table, sql.data);
    text_free(&sql);
}

void batch_write_prepare(struct db *db)
{
    prepare_insert(db, "submission", facts_submission_columns, SUBMISSION_COLUMNS);
    prepare_insert(db, "form", facts_form_columns, FORM_COLUMNS);
    db_prepare(db, "audit", "SELECT audit_add('', 'submissions', $1)");
}

static void on_insert(void *arg, enum db_class class, const PGresult *result)
{
    struct batch *batch = arg;
    (void)result;
    if (batch->failed == DB_OK)
        batch->failed = class;
}

static void on_commit(void *arg, enum db_class class, const PGresult *result)
{
    struct batch *batch = arg;
    on_insert(batch, class, result);
    if (batch->failed == DB_OK && !db_committed(result))
        batch->failed = DB_RETRY;
    batch->done(batch);
}

// ---- rows

static struct db_param number_param(int64_t value, unsigned bytes, char buffer[8])
{
    for (unsigned i = bytes; i-- > 0; value >>= 8)
        buffer[i] = (char)(uint8_t)value;
    return (struct db_param){.data = buffer, .length = (int)bytes, .format = 1};
}

static void insert_submission(struct batch *batch, struct db *db,
                              const struct submission *submission, struct facts *facts)
{
    const struct wire_receipt *receipt = &submission->receipt;
    char numbers[8][8];
    const struct db_param params[] = {
        db_text(receipt->office),
        {.data = receipt->id, .length = ID_BYTES, .format = 1},
        number_param(submission->campaign->id, 4, numbers[0]),
        number_param(receipt->accepted, 8, numbers[1]),
        number_param(receipt->accepted_us - EPOCH_2000_US, 8, numbers[2]),
        number_param(receipt->late, 1, numbers[3]),
        db_bytea(receipt->digest, DIGEST_BYTES),
        db_bytea(submission->asker.peer.key, KEY_BYTES),
        number_param(receipt->created, 4, numbers[4]),
        number_param(receipt->changed, 4, numbers[5]),
        number_param(receipt->unchanged, 4, numbers[6]),
        number_param(receipt->withdrawn, 4, numbers[7]),
        db_bytea(submission->signed_receipt.data, submission->signed_receipt.length),
    };
    facts_params(facts, params, SUBMISSION_COLUMNS);
    db_exec(db, "submission", NULL, params, SUBMISSION_COLUMNS, 1, on_insert, batch);
}

// Arrays of a form in PostgreSQL's binary form. Most of what a batch sends is here, so they are
// written straight into room for the largest form, used again for every form.
#define ARRAY_HEADER_BYTES 20
#define ARRAY_BYTES_MAX (ARRAY_HEADER_BYTES + (size_t)WIRE_CELLS_MAX * (4 + 8))
struct form_arrays {
    char indicator[ARRAY_BYTES_MAX], state[ARRAY_BYTES_MAX], value[ARRAY_BYTES_MAX],
        denominator[ARRAY_BYTES_MAX];
    struct text note;
};

static char *put_big_endian(char *at, uint64_t value, unsigned bytes)
{
    uint64_t big = htobe64(value << (64 - 8 * bytes));
    memcpy(at, &big, bytes);
    return at + bytes;
}

// Dimensions, flag of NULLs, type, count, lower bound: exactly as PostgreSQL gives it back (facts.h).
static char *put_header(char *at, enum pg_type type, size_t count, bool nulls)
{
    at = put_big_endian(at, 1, 4);
    at = put_big_endian(at, nulls, 4);
    at = put_big_endian(at, (uint64_t)type, 4);
    at = put_big_endian(at, count, 4);
    return put_big_endian(at, 1, 4);
}

static struct db_param array_param(const char *start, const char *end)
{
    return (struct db_param){.data = start, .length = (int)(end - start), .format = 1};
}

static struct db_param small_array(char *room, const uint32_t *list, size_t count,
                                   const int16_t *numbers)
{
    char *at = put_header(room, PG_INT2, count, false);
    for (size_t i = 0; i < count; i++) {
        at = put_big_endian(at, 2, 4);
        at = put_big_endian(at, numbers != NULL ? (uint64_t)numbers[list[i]] : list[i], 2);
    }
    return array_param(room, at);
}

static struct db_param amount_array(char *room, const int64_t *list, const bool *given,
                                    size_t count)
{
    bool nulls = false;
    for (size_t i = 0; given != NULL && i < count; i++)
        nulls = nulls || !given[i];
    char *at = put_header(room, PG_INT8, count, nulls);
    for (size_t i = 0; i < count; i++) {
        if (given != NULL && !given[i]) {
            at = put_big_endian(at, UINT32_MAX, 4);
        } else {
            at = put_big_endian(at, 8, 4);
            at = put_big_endian(at, (uint64_t)list[i], 8);
        }
    }
    return array_param(room, at);
}

static struct db_param note_array(struct text *text, const struct wire_form *form)
{
    bool any = false;
    for (size_t i = 0; form->note != NULL && i < form->count; i++)
        any = any || form->note[i][0] != '\0';
    if (!any)
        return (struct db_param){.data = NULL, .format = 1};
    text->length = 0;
    size_t mark = put_array(text, PG_TEXT, form->count);
    for (size_t i = 0; i < form->count; i++)
        put_string(text, form->note[i]);
    put_array_end(text, mark);
    put_big_endian(text->data + 8, 0, 4); // no NULLs
    return array_param(text->data + 4, text->data + text->length);
}

static void insert_form(struct batch *batch, struct db *db, const struct submission *submission,
                        size_t at, struct form_arrays *arrays, struct facts *facts)
{
    const struct wire_form *form = &submission->message.submit.forms[at];
    const struct wire_receipt *receipt = &submission->receipt;
    char numbers[3][8];
    if (form->count == 0)
        return;
    const struct db_param params[] = {
        db_text(receipt->office),
        number_param(submission->campaign->id, 4, numbers[0]),
        db_text(form->unit),
        number_param(period_number(submission->periods[at]), 4, numbers[1]),
        number_param(receipt->accepted, 8, numbers[2]),
        {.data = receipt->id, .length = ID_BYTES, .format = 1},
        small_array(arrays->indicator, form->indicator, form->count, submission->numbers),
        small_array(arrays->state, form->state, form->count, NULL),
        amount_array(arrays->value, form->value_e4, NULL, form->count),
        amount_array(arrays->denominator, form->denominator_e4, form->has_denominator, form->count),
        note_array(&arrays->note, form),
    };
    facts_params(facts, params, FORM_COLUMNS);
    db_exec(db, "form", NULL, params, FORM_COLUMNS, 1, on_insert, batch);
}

// "100-163,170": another server may have taken numbers in between.
static void add_ranges(struct text *out, const int64_t *numbers, size_t count)
{
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && numbers[end] == numbers[end - 1] + 1;)
            end++;
        text_addf(out, "%s%lld", i > 0 ? "," : "", (long long)numbers[i]);
        if (end > i + 1)
            text_addf(out, "-%lld", (long long)numbers[end - 1]);
    }
}

// One row of the audit for the whole batch.
static void insert_audit(struct batch *batch, struct db *db, struct facts *facts)
{
    uint8_t digest[FACTS_BYTES];
    char hex[2 * FACTS_BYTES + 1];
    struct text detail = {0};
    facts_end(facts, digest);
    sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
    text_addf(&detail, "submissions=%zu digest=%s accepted=", batch->to_store, hex);
    add_ranges(&detail, batch->numbers, batch->to_store);
    const struct db_param params[] = {db_text(detail.data)};
    db_exec(db, "audit", NULL, params, 1, 1, on_insert, batch);
    text_free(&detail);
}

void batch_write(struct batch *batch, struct db *db)
{
    struct form_arrays *arrays = mem_alloc(1, sizeof *arrays);
    struct facts facts;
    uint8_t nothing[FACTS_BYTES];
    facts_start(&facts);
    batch->failed = DB_OK;
    db_begin(db);
    for (size_t i = 0; i < batch->count; i++) {
        const struct submission *submission = batch->list[i];
        if (submission->code != WIRE_COMMITTED || submission->message.submit.dry_run)
            continue;
        insert_submission(batch, db, submission, &facts);
        for (size_t form = 0; form < submission->message.submit.form_count; form++)
            insert_form(batch, db, submission, form, arrays, &facts);
        facts_submission_end(&facts);
    }
    if (batch->to_store > 0)
        insert_audit(batch, db, &facts);
    else // duplicates alone: COMMIT is only waited for
        facts_end(&facts, nothing);
    db_exec(db, NULL, "COMMIT", NULL, 0, 0, on_commit, batch);
    db_end(db);
    text_free(&arrays->note);
    free(arrays);
}
