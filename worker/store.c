// Rollup rows in the store; see store.h. One table says which array holds which component field.
#include "worker/store.h"

#include "common/keys.h"
#include "core/output.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

const char *const store_copy_sql =
    "COPY thidua.rollup (office, run, unit, scope, parent, level, numerator, denominator, base_numerator, "
    "base_denominator, leaves, reported, na, base_reported, value, target, completion, met, digest) "
    "FROM STDIN BINARY";
#define STORE_FIELDS 19

static bool is_mean(const struct indicator *indicator)
{
    return indicator->kind == KIND_MEAN;
}

// The exact sums: offset in struct component and whether `mean` keeps it with 8 decimals.
static const struct {
    size_t offset;
    bool weighted;
} sums[] = {
    {offsetof(struct component, numerator), true},
    {offsetof(struct component, denominator), false},
    {offsetof(struct component, base_numerator), true},
    {offsetof(struct component, base_denominator), false},
};
static const size_t counts[] = {
    offsetof(struct component, leaves),
    offsetof(struct component, reported),
    offsetof(struct component, na),
    offsetof(struct component, base_reported),
};
#define SUMS (sizeof sums / sizeof sums[0])
#define COUNTS (sizeof counts / sizeof counts[0])

static void put_components(struct text *out, const struct work *work, uint32_t unit,
                           const struct component *components)
{
    const struct campaign *campaign = work->input->campaign;
    for (size_t s = 0; s < SUMS; s++) {
        size_t mark = put_array(out, PG_NUMERIC, campaign->indicator_count);
        for (uint32_t i = 0; i < campaign->indicator_count; i++) {
            i128 value;
            memcpy(&value, (const char *)&components[i] + sums[s].offset, sizeof value);
            if (rollup_has(work->input->plan, unit, i))
                put_numeric(out, value,
                            sums[s].weighted && is_mean(&campaign->indicators[i]) ? 8 : 4);
            else
                put_null(out);
        }
        put_array_end(out, mark);
    }
    for (size_t c = 0; c < COUNTS; c++) {
        size_t mark = put_array(out, PG_INT4, campaign->indicator_count);
        for (uint32_t i = 0; i < campaign->indicator_count; i++) {
            uint32_t value;
            memcpy(&value, (const char *)&components[i] + counts[c], sizeof value);
            put_int(out, value, 4);
        }
        put_array_end(out, mark);
    }
}

static void put_text_or_null(struct text *out, const char *text)
{
    if (text[0])
        put_numeric_text(out, text);
    else
        put_null(out);
}

static void put_published(struct text *out, const struct rollup_texts *texts, size_t count)
{
    size_t mark = put_array(out, PG_NUMERIC, count);
    for (size_t i = 0; i < count; i++)
        put_text_or_null(out, texts[i].value);
    put_array_end(out, mark);
    mark = put_array(out, PG_NUMERIC, count);
    for (size_t i = 0; i < count; i++)
        put_text_or_null(out, texts[i].target);
    put_array_end(out, mark);
    mark = put_array(out, PG_NUMERIC, count);
    for (size_t i = 0; i < count; i++)
        put_text_or_null(out, texts[i].completion);
    put_array_end(out, mark);
    mark = put_array(out, PG_BOOL, count);
    for (size_t i = 0; i < count; i++)
        if (texts[i].met && texts[i].met[0])
            put_bool(out, strcmp(texts[i].met, "yes") == 0);
        else
            put_null(out);
    put_array_end(out, mark);
}

// Publishes every indicator of a unit and scope; *lines gets its lines of rollup.csv.
static void publish(const struct work *work, uint32_t unit, enum scope scope,
                    const struct component *components, struct rollup_texts *texts,
                    struct text *lines)
{
    const struct run_input *input = work->input;
    const struct unit *u = &input->tree->units[unit];
    for (uint32_t i = 0; i < input->campaign->indicator_count; i++) {
        int64_t target_e4;
        if (!rollup_has(input->plan, unit, i))
            continue;
        bool has_target = scope == SCOPE_TO_DATE &&
                          target_of(&input->targets, input->campaign, unit, i,
                                    input->competes[unit], &target_e4);
        const struct indicator *indicator = &input->campaign->indicators[i];
        rollup_publish(indicator, &components[i], has_target ? &target_e4 : NULL, &texts[i]);
        output_rollup_line(lines, work->period, scope_names[scope], u->code,
                           input->tree->levels[u->level], indicator->code, &texts[i]);
    }
}

static const char *code_of(const struct work *work, uint32_t unit)
{
    return unit == NO_UNIT ? "" : work->input->tree->units[unit].code;
}

static int store_scope(struct copy_writer *writer, const struct work *work,
                       const struct rollup_row *row, enum scope scope, uint32_t office,
                       struct err *err)
{
    const struct run_input *input = work->input;
    size_t count = input->campaign->indicator_count;
    struct text *out = &writer->text;
    if (copy_row(writer, STORE_FIELDS, err) < 0)
        return -1;
    const struct component *components = row->components + (size_t)scope * count;
    put_string(out, code_of(work, office));
    put_int(out, work->run.id, 8);
    put_string(out, code_of(work, row->unit));
    put_int(out, scope, 2);
    put_string(out, code_of(work, input->plan->day->parent[row->unit]));
    put_string(out, input->tree->levels[input->tree->units[row->unit].level]);
    put_components(out, work, row->unit, components);
    struct rollup_texts *texts = mem_alloc(count, sizeof *texts);
    struct text lines = {0};
    publish(work, row->unit, scope, components, texts, &lines);
    put_published(out, texts, count);
    uint8_t digest[HASH_BYTES];
    hash_bytes(lines.data ? lines.data : "", lines.length, digest);
    put_bytes(out, digest, sizeof digest);
    free(texts);
    text_free(&lines);
    return 0;
}

int store_row(struct copy_writer *writer, const struct work *work, const struct rollup_row *row,
              uint32_t office, struct err *err)
{
    for (int scope = 0; scope < SCOPE_COUNT; scope++)
        if (store_scope(writer, work, row, (enum scope)scope, office, err) < 0)
            return -1;
    return 0;
}

// Fills components[] from the array fields of one row.
static int take_components(const struct work *work, const struct field *fields,
                           struct component *components)
{
    const struct campaign *campaign = work->input->campaign;
    struct array array;
    memset(components, 0, campaign->indicator_count * sizeof *components);
    for (size_t s = 0; s < SUMS; s++) {
        if (array_open(fields[s], &array) < 0 || array.count != campaign->indicator_count)
            return -1;
        for (size_t i = 0; i < array.count; i++) {
            struct field element = array_next(&array);
            bool weighted = sums[s].weighted && is_mean(&campaign->indicators[i]);
            i128 value = 0;
            if (element.length >= 0 && get_numeric(element, weighted ? 8 : 4, &value) < 0)
                return -1;
            memcpy((char *)&components[i] + sums[s].offset, &value, sizeof value);
        }
    }
    for (size_t c = 0; c < COUNTS; c++) {
        if (array_open(fields[SUMS + c], &array) < 0 || array.count != campaign->indicator_count)
            return -1;
        for (size_t i = 0; i < array.count; i++) {
            uint32_t value = (uint32_t)get_int(array_next(&array));
            memcpy((char *)&components[i] + counts[c], &value, sizeof value);
        }
    }
    return 0;
}

static int take_row(const struct work *work, const struct field *fields,
                    struct component *components, store_take_fn *take, void *arg, struct err *err)
{
    struct stored_row row = {.unit = work_unit_of(work, fields[0]),
                             .scope = (enum scope)get_int(fields[1]),
                             .parent = work_unit_of(work, fields[2]),
                             .components = components};
    if (row.unit == NO_UNIT || (unsigned)row.scope >= SCOPE_COUNT ||
        take_components(work, fields + 3, components) < 0)
        return err_set(err, ERR_DIE, "bad_row", "a stored rollup row of run %lld cannot be read",
                       (long long)work->run.id);
    return take(arg, &row, err);
}

// The office whose job wrote the unit's row: its top, NO_UNIT above the tops.
static uint32_t office_of_row(const struct work *work, const bool *is_top, uint32_t unit)
{
    while (unit != NO_UNIT && !is_top[unit])
        unit = work->input->plan->day->parent[unit];
    return unit;
}

static void add_keys(struct text *sql, const struct work *work, const uint32_t *units, size_t count)
{
    size_t top_count;
    uint32_t *tops = rollup_tops(work->input->plan, &top_count);
    bool *is_top = mem_alloc(work->input->tree->unit_count + 1, sizeof *is_top);
    for (size_t i = 0; i < top_count; i++)
        is_top[tops[i]] = true;
    text_adds(sql, "unnest(ARRAY[");
    for (size_t i = 0; i < count; i++)
        text_addf(sql, "%s'%s'", i ? "," : "",
                  code_of(work, office_of_row(work, is_top, units[i])));
    text_adds(sql, "]::text[], ");
    sql_codes(sql, work->input->tree, units, count);
    text_adds(sql, ") AS k (office, unit)");
    free(is_top);
    free(tops);
}

// The unit is named twice, in the order of texts of the primary key and in that of rollup_run: whichever
// of the two the planner takes, it can use the whole of it.
static void read_sql(struct text *sql, const struct work *work, const uint32_t *units, size_t count,
                     enum store_scopes scopes)
{
    text_adds(sql, "COPY (SELECT r.unit, r.scope, r.parent, r.numerator, r.denominator, "
                   "r.base_numerator, r.base_denominator, r.leaves, r.reported, r.na, "
                   "r.base_reported FROM ");
    add_keys(sql, work, units, count);
    text_addf(
        sql,
        " CROSS JOIN generate_series(%d, %d) AS s (scope) CROSS JOIN LATERAL (SELECT * FROM "
        "thidua.rollup WHERE office = k.office AND run = %lld AND unit = k.unit AND unit COLLATE "
        "\"C\" = k.unit AND scope = s.scope::smallint OFFSET 0) AS r) TO STDOUT BINARY",
        scopes == STORE_BOTH ? SCOPE_PERIOD : SCOPE_TO_DATE, SCOPE_TO_DATE,
        (long long)work->run.id);
}

int store_read(const struct work *work, const uint32_t *units, size_t count,
               enum store_scopes scopes, store_take_fn *take, void *arg, struct err *err)
{
    struct text sql = {0};
    read_sql(&sql, work, units, count, scopes);
    struct component *components = mem_alloc(work->input->campaign->indicator_count,
                                             sizeof *components);
    struct copy_reader reader;
    struct field fields[3 + SUMS + COUNTS];
    int got = copy_read_start(&reader, work->conn, sql.data, err);
    text_free(&sql);
    if (got == 0)
        while ((got = copy_read(&reader, fields, 3 + SUMS + COUNTS, err)) > 0) {
            if (take_row(work, fields, components, take, arg, err) < 0) {
                got = -1;
                break;
            }
            work->beat(work->beat_arg);
        }
    copy_read_end(&reader);
    free(components);
    return got;
}
