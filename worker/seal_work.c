// The seal: digests of everything a run was computed from and of what came out, file by file as
// docs/sealed.md says. They do not depend on the number of workers or the cut of the work into jobs.
#include "worker/work.h"

#include "common/db.h"
#include "common/seal.h"
#include "core/output.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define OFFICES_AT_ONCE 64

static void add_numbers(const struct work *work, const char *sql, struct text *out)
{
    for (const char *at = sql; *at; at++)
        if (strncmp(at, ":run", 4) == 0) {
            text_addf(out, "%lld", (long long)work->run.id);
            at += 3;
        } else if (strncmp(at, ":campaign", 9) == 0) {
            text_addf(out, "%d", work->run.campaign);
            at += 8;
        } else if (strncmp(at, ":cut", 4) == 0) {
            text_addf(out, "%lld", (long long)work->run.cut);
            at += 3;
        } else if (strncmp(at, ":forms", 6) == 0) {
            sql_forms(out, work);
            at += 5;
        } else if (strncmp(at, ":period", 7) == 0) {
            text_adds(out, work->period);
            at += 6;
        } else {
            text_add(out, at, 1);
        }
}

static char *copy_text(struct field field, char *buffer, size_t size)
{
    size_t length = field.length < 0 ? 0 : (size_t)field.length;
    if (length >= size)
        length = size - 1;
    memcpy(buffer, field.data, length);
    buffer[length] = '\0';
    return buffer;
}

// ---- what was handed in ----

// Lines of one file gather until the office changes: a block.
struct handed_in {
    struct work *work;
    char office[CODE_BYTES_MAX + 1];
    struct text lines, start;
    struct seal_blocks blocks;
    char **indicators; // codes by number; NULL where there is none
};

static void end_office(struct handed_in *in)
{
    seal_block(&in->blocks, in->lines.data, in->lines.length);
    in->lines.length = 0;
}

static void begin_row(struct handed_in *in, struct field office)
{
    char code[CODE_BYTES_MAX + 1];
    copy_text(office, code, sizeof code);
    if (strcmp(code, in->office) != 0)
        end_office(in);
    memcpy(in->office, code, sizeof code);
    in->work->beat(in->work->beat_arg);
}

static int take_submission(struct handed_in *in, const struct field *fields, struct err *err)
{
    char id[40];
    begin_row(in, fields[0]);
    if (fields[4].length != HASH_BYTES)
        return err_set(err, ERR_DIE, "bad_row", "a stored submission cannot be read");
    seal_submission_line(&(struct seal_submission){.office = in->office,
                                                   .id = copy_text(fields[3], id, sizeof id),
                                                   .accepted = get_int(fields[1]),
                                                   .accepted_us = get_int(fields[2]),
                                                   .digest = (const uint8_t *)fields[4].data},
                         &in->lines);
    return 0;
}

static int add_cells(struct handed_in *in, const struct field *fields, struct err *err)
{
    struct array numbers, states, values, denominators, notes = {0};
    char note[NOTE_BYTES_MAX + 1];
    if (array_open(fields[4], &numbers) < 0 || array_open(fields[5], &states) < 0 ||
        array_open(fields[6], &values) < 0 || array_open(fields[7], &denominators) < 0 ||
        (fields[8].length >= 0 && array_open(fields[8], &notes) < 0))
        return err_set(err, ERR_DIE, "bad_row", "a stored form cannot be read");
    for (size_t i = 0; i < numbers.count; i++) {
        int64_t number = get_int(array_next(&numbers));
        struct field denominator = array_next(&denominators);
        struct cell cell = {.state = (uint8_t)get_int(array_next(&states)),
                            .value_e4 = get_int(array_next(&values)),
                            .has_denominator = denominator.length >= 0,
                            .note = ""};
        cell.denominator_e4 = cell.has_denominator ? get_int(denominator) : 0;
        if (fields[8].length >= 0)
            cell.note = copy_text(array_next(&notes), note, sizeof note);
        cell.indicator = number >= 0 && number <= INT16_MAX ? in->indicators[number] : NULL;
        if (cell.indicator == NULL || cell.state < CELL_VALUE || cell.state > CELL_VERIFIED)
            return err_set(err, ERR_DIE, "bad_row", "a stored form cannot be read");
        seal_entry_line(&in->start, &cell, &in->lines);
    }
    return 0;
}

static int take_form(struct handed_in *in, const struct field *fields, struct err *err)
{
    char unit[CODE_BYTES_MAX + 1], text[PERIOD_TEXT_SIZE];
    struct period period;
    begin_row(in, fields[0]);
    if (!period_from_number((int32_t)get_int(fields[2]), &period))
        return err_set(err, ERR_DIE, "bad_row", "a stored form cannot be read");
    period_format(period, text);
    seal_form_start(in->office, get_int(fields[1]), text, copy_text(fields[3], unit, sizeof unit),
                    &in->start);
    return add_cells(in, fields, err);
}

struct input_file {
    enum seal_file_index file;
    const char *const *header;
    const char *sql; // the offices follow
    const char *order;
    int fields;
    int (*take)(struct handed_in *in, const struct field *fields, struct err *err);
};
static const struct input_file input_files[] = {
    {SEAL_SUBMISSIONS, &submissions_header,
     "SELECT office, accepted, (extract(epoch FROM accepted_at) * 1000000)::bigint, id::text, digest "
     "FROM thidua.submission WHERE campaign = :campaign AND accepted <= :cut AND office = ANY (",
     "ORDER BY office COLLATE \"C\", accepted", 5, take_submission},
    {SEAL_ENTRIES, &entries_header,
     "SELECT office, accepted, period, unit, indicator, state, value, denominator, note "
     "FROM :forms f WHERE campaign = :campaign AND accepted <= :cut AND office = ANY (",
     "ORDER BY office COLLATE \"C\", accepted, unit COLLATE \"C\", period", 9, take_form},
};

// Some offices, one after the other in the order of their codes.
static int read_offices(struct handed_in *in, const struct input_file *file,
                        const uint32_t *offices, size_t count, struct err *err)
{
    struct text sql = {0};
    text_adds(&sql, "COPY (");
    add_numbers(in->work, file->sql, &sql);
    sql_codes(&sql, in->work->input->tree, offices, count);
    text_addf(&sql, ") %s) TO STDOUT BINARY", file->order);
    struct copy_reader reader;
    struct field fields[COPY_FIELDS_MAX];
    int got = copy_read_start(&reader, in->work->conn, sql.data, err);
    if (got == 0)
        while ((got = copy_read(&reader, fields, file->fields, err)) > 0 &&
               (got = file->take(in, fields, err)) == 0)
            continue;
    copy_read_end(&reader);
    text_free(&sql);
    end_office(in);
    return got;
}

static int digest_input(struct handed_in *in, const struct input_file *file,
                        uint8_t ret[static HASH_BYTES], struct err *err)
{
    size_t count;
    int result = 0;
    uint32_t *offices = seal_offices(in->work->input->tree, in->work->input->campaign, &count);
    seal_block(&in->blocks, *file->header, strlen(*file->header));
    for (size_t at = 0; at < count && result == 0; at += OFFICES_AT_ONCE)
        result = read_offices(in, file, offices + at,
                              count - at < OFFICES_AT_ONCE ? count - at : OFFICES_AT_ONCE, err);
    seal_blocks_end(&in->blocks, ret);
    free(offices);
    return result;
}

static int load_codes(struct work *work, char *codes[INT16_MAX + 1], struct err *err)
{
    struct text sql = {0};
    add_numbers(work,
                "COPY (SELECT number, code FROM thidua.indicator WHERE campaign = :campaign) "
                "TO STDOUT BINARY",
                &sql);
    struct copy_reader reader;
    struct field fields[2];
    int got = copy_read_start(&reader, work->conn, sql.data, err);
    if (got == 0)
        while ((got = copy_read(&reader, fields, 2, err)) > 0) {
            int64_t number = get_int(fields[0]);
            if (number >= 0 && codes[number] == NULL)
                codes[number] = mem_text(fields[1].data, (size_t)fields[1].length);
        }
    copy_read_end(&reader);
    text_free(&sql);
    return got;
}

static int digest_handed_in(struct work *work, struct seal *seal, struct err *err)
{
    struct handed_in in = {.work = work, .indicators = mem_alloc(INT16_MAX + 1, sizeof(char *))};
    int result = load_codes(work, in.indicators, err);
    for (size_t i = 0; i < sizeof input_files / sizeof input_files[0] && result == 0; i++)
        result = digest_input(&in, &input_files[i], seal->files[input_files[i].file], err);
    for (size_t i = 0; i <= INT16_MAX; i++)
        free(in.indicators[i]);
    free(in.indicators);
    text_free(&in.lines);
    text_free(&in.start);
    return result;
}

// ---- documents ----

static int digest_document(struct work *work, int64_t accepted, uint8_t ret[static HASH_BYTES],
                           struct err *err)
{
    char number[8];
    if (accepted == 0)
        return 0;
    const struct db_param param = db_int8(accepted, number);
    PGresult *result = db_run(work->conn, "SELECT content FROM thidua.document WHERE accepted = $1",
                              &param, 1, 1, err);
    if (!result)
        return -1;
    bool found = PQntuples(result) == 1;
    if (found)
        hash_bytes(PQgetvalue(result, 0, 0), (size_t)PQgetlength(result, 0, 0), ret);
    PQclear(result);
    return found ? 0
                 : err_set(err, ERR_DIE, "bad_document", "document %lld is gone",
                           (long long)accepted);
}

// ---- what came out ----

// Rows of the rollup: both scopes of each unit that has any.
static size_t rows_due(const struct run_input *input)
{
    size_t due = 0;
    for (uint32_t unit = 0; unit < input->tree->unit_count; unit++) {
        bool has = false;
        for (uint32_t i = 0; i < input->campaign->indicator_count && !has; i++)
            has = rollup_has(input->plan, unit, i);
        due += has ? SCOPE_COUNT : 0;
    }
    return due;
}

// The lines of rollup.csv were digested when their rows were written. The verify jobs have found a row
// for each unit; here is seen that there are no others.
static int digest_rollup(struct work *work, uint8_t ret[static HASH_BYTES], struct err *err)
{
    struct seal_blocks blocks = {0};
    struct text sql = {0};
    size_t rows = 0, due = rows_due(work->input);
    add_numbers(work,
                "COPY (SELECT digest FROM thidua.rollup WHERE run = :run "
                "ORDER BY scope, unit COLLATE \"C\") TO STDOUT BINARY",
                &sql);
    seal_block(&blocks, rollup_header, strlen(rollup_header));
    struct copy_reader reader;
    struct field field;
    int got = copy_read_start(&reader, work->conn, sql.data, err);
    if (got == 0)
        while ((got = copy_read(&reader, &field, 1, err)) > 0) {
            if (field.length == HASH_BYTES)
                seal_block_digest(&blocks, (const uint8_t *)field.data);
            rows++;
            work->beat(work->beat_arg);
        }
    copy_read_end(&reader);
    text_free(&sql);
    seal_blocks_end(&blocks, ret);
    if (got == 0 && rows != due)
        return err_set(err, ERR_DIE, "rows", "the rollup has %zu rows, %zu are due", rows, due);
    return got;
}

struct output_file {
    enum seal_file_index file;
    const char *const *header;
    int columns;
    const char *sql; // every column as text
};
static const struct output_file output_files[] = {
    {SEAL_SCORES, &scores_header, 11,
     "SELECT ':period', unit, indicator, value::text, trim_scale(target)::text, completion::text, "
     "CASE met WHEN true THEN 'yes' WHEN false THEN 'no' END, points::text, bonus::text, max::text, note "
     "FROM thidua.score WHERE run = :run ORDER BY unit COLLATE \"C\", position"},
    {SEAL_RANKING, &ranking_header, 13,
     "SELECT ':period', cluster, rank::text, unit, name, total::text, met_count::text, points::text, "
     "bonus::text, adjustments::text, class, CASE WHEN eligible THEN 'yes' ELSE 'no' END, reasons "
     "FROM thidua.ranking WHERE run = :run ORDER BY position"},
    {SEAL_AWARDS, &awards_header, 7,
     "SELECT award, recipient, kind, unit, rank::text, decision, reasons "
     "FROM thidua.award WHERE run = :run ORDER BY position"},
};

static void add_row(struct text *line, struct text *field, const struct field *fields, int columns)
{
    for (int i = 0; i < columns; i++) {
        field->length = 0;
        text_add(field, fields[i].data, fields[i].length < 0 ? 0 : (size_t)fields[i].length);
        csv_add_field(line, field->data);
        text_adds(line, i + 1 < columns ? "," : "\n");
    }
}

static int digest_output(struct work *work, const struct output_file *file,
                         uint8_t ret[static HASH_BYTES], struct err *err)
{
    crypto_generichash_state hash;
    struct text sql = {0}, line = {0}, one = {0};
    struct copy_reader reader;
    struct field fields[COPY_FIELDS_MAX];
    text_adds(&line, *file->header);
    text_adds(&sql, "COPY (");
    add_numbers(work, file->sql, &sql);
    text_adds(&sql, ") TO STDOUT BINARY");
    crypto_generichash_init(&hash, NULL, 0, HASH_BYTES);
    int got = copy_read_start(&reader, work->conn, sql.data, err);
    if (got == 0)
        while ((got = copy_read(&reader, fields, file->columns, err)) > 0) {
            add_row(&line, &one, fields, file->columns);
            crypto_generichash_update(&hash, (const uint8_t *)line.data, line.length);
            line.length = 0;
            work->beat(work->beat_arg);
        }
    copy_read_end(&reader);
    crypto_generichash_update(&hash, (const uint8_t *)line.data, line.length); // no row: the header
    crypto_generichash_final(&hash, ret, HASH_BYTES);
    text_free(&sql);
    text_free(&line);
    text_free(&one);
    return got;
}

// ---- the job ----

// What takes longest, the digests of what was handed in, has a job of its own beside the rollup.
static bool input_only(const struct work *work)
{
    return work->argument_count > 0 && strcmp(work->arguments[0], JOB_SEAL_INPUT) == 0;
}

// What that job has left; a run that was planned without one has it done here.
static int read_handed_in(struct work *work, struct seal *seal, struct err *err)
{
    char run[8];
    const struct db_param param = db_int8(work->run.id, run);
    PGresult *result = db_run(
        work->conn,
        "SELECT handed_in_digests[1], handed_in_digests[2] FROM thidua.run WHERE id = $1", &param,
        1, 1, err);
    if (!result)
        return -1;
    bool there = PQntuples(result) == 1 && PQgetlength(result, 0, 0) == HASH_BYTES &&
                 PQgetlength(result, 0, 1) == HASH_BYTES;
    if (there) {
        memcpy(seal->files[SEAL_SUBMISSIONS], PQgetvalue(result, 0, 0), HASH_BYTES);
        memcpy(seal->files[SEAL_ENTRIES], PQgetvalue(result, 0, 1), HASH_BYTES);
    }
    PQclear(result);
    return there ? 0 : digest_handed_in(work, seal, err);
}

static int seal_compute(struct work *work, void **ret_state, struct err *err)
{
    struct seal *seal = mem_alloc(1, sizeof *seal);
    *ret_state = seal;
    if (input_only(work))
        return digest_handed_in(work, seal, err);
    for (unsigned i = 0; i < SEAL_FILES; i++)
        if (seal_files[i].document >= 0 &&
            digest_document(work, work->run.documents[seal_files[i].document], seal->files[i],
                            err) < 0)
            return -1;
    if (read_handed_in(work, seal, err) < 0 ||
        digest_rollup(work, seal->files[SEAL_ROLLUP], err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof output_files / sizeof output_files[0]; i++)
        if (digest_output(work, &output_files[i], seal->files[output_files[i].file], err) < 0)
            return -1;
    seal_add_parts(seal);
    return 0;
}

static int store_handed_in(struct work *work, const struct seal *seal, struct err *err)
{
    char job[8], lease[8];
    const struct db_param params[] = {db_int8((int64_t)work->lease.job, job),
                                      db_int8((int64_t)work->lease.lease, lease),
                                      db_bytea(seal->files[SEAL_SUBMISSIONS], HASH_BYTES),
                                      db_bytea(seal->files[SEAL_ENTRIES], HASH_BYTES)};
    PGresult *result = db_run(work->conn, "SELECT thidua.run_seal_input($1, $2, $3, $4)", params, 4,
                              1, err);
    PQclear(result);
    return result ? 0 : -1;
}

static int seal_store(struct work *work, void *opaque, struct err *err)
{
    const struct seal *seal = opaque;
    char job[8], lease[8];
    if (input_only(work))
        return store_handed_in(work, seal, err);
    struct text files = {0};
    size_t mark = put_array(&files, PG_BYTEA, SEAL_FILES);
    for (unsigned i = 0; i < SEAL_FILES; i++)
        put_bytes(&files, seal->files[i], HASH_BYTES);
    put_array_end(&files, mark);
    // The array stands behind its length, which COPY wants and a parameter does not.
    const struct db_param params[] = {db_int8((int64_t)work->lease.job, job),
                                      db_int8((int64_t)work->lease.lease, lease),
                                      db_bytea(seal->parts[SEAL_TREE], HASH_BYTES),
                                      db_bytea(seal->parts[SEAL_RULES], HASH_BYTES),
                                      db_bytea(seal->parts[SEAL_INPUT], HASH_BYTES),
                                      db_bytea(seal->parts[SEAL_OUTPUT], HASH_BYTES),
                                      {files.data + 4, (int)files.length - 4, 1, 0}};
    PGresult *result = db_run(work->conn, "SELECT thidua.run_seal($1, $2, $3, $4, $5, $6, $7)",
                              params, 7, 1, err);
    PQclear(result);
    text_free(&files);
    return result ? 0 : -1;
}

static void seal_release(void *state)
{
    free(state);
}

const struct work_kind seal_work = {seal_compute, seal_store, seal_release};
