// Rollup jobs. The first stage reads the forms of some offices and computes every unit at or below
// them; the stages above add the rows of children.
#include "worker/work.h"

#include "worker/store.h"
#include <stdlib.h>
#include <string.h>

// ---- reading forms ----

// Indicator numbers of the store -> index in the campaign file (NO_INDEX: not in it any more).
struct indicator_map {
    uint32_t *index;
    size_t count;
};

static int load_indicators(const struct work *work, struct indicator_map *ret, struct err *err)
{
    struct text sql = {0};
    text_addf(
        &sql,
        "COPY (SELECT number, code FROM thidua.indicator WHERE campaign = %d) TO STDOUT BINARY",
        work->run.campaign);
    size_t capacity = 32768;
    ret->count = capacity;
    ret->index = mem_alloc(capacity, sizeof *ret->index);
    memset(ret->index, 0xff, capacity * sizeof *ret->index);
    struct copy_reader reader;
    struct field fields[2];
    int got = copy_read_start(&reader, work->conn, sql.data, err);
    if (got == 0)
        while ((got = copy_read(&reader, fields, 2, err)) > 0) {
            char *code = mem_text(fields[1].data, (size_t)fields[1].length);
            int64_t number = get_int(fields[0]);
            if (number >= 0)
                ret->index[number] = campaign_indicator(work->input->campaign, code);
            free(code);
        }
    copy_read_end(&reader);
    text_free(&sql);
    return got;
}

static void add_period_list(struct text *sql, const struct run_input *input)
{
    const struct campaign *campaign = input->campaign;
    text_adds(sql, "ARRAY[");
    for (size_t slot = 0; slot < input->plan->period_slots; slot++)
        text_addf(sql, "%s%d", slot ? "," : "", period_number(campaign_period(campaign, slot)));
    if (campaign->baseline.kind)
        text_addf(sql, ",%d", period_number(campaign->baseline));
    text_adds(sql, "]::integer[]");
}

static int add_form(const struct work *work, struct rollup_part *part,
                    const struct indicator_map *map, const struct field *fields, struct err *err)
{
    struct period period;
    struct array indicators, states, values, denominators;
    if (!period_from_number((int32_t)get_int(fields[1]), &period) ||
        array_open(fields[3], &indicators) < 0 || array_open(fields[4], &states) < 0 ||
        array_open(fields[5], &values) < 0 || array_open(fields[6], &denominators) < 0)
        return err_set(err, ERR_DIE, "bad_row", "a stored form cannot be read");
    uint32_t unit = work_unit_of(work, fields[0]);
    if (unit == NO_UNIT)
        return 0;
    int64_t accepted = get_int(fields[2]);
    for (size_t i = 0; i < indicators.count; i++) {
        uint32_t index = map->index[get_int(array_next(&indicators))];
        struct field denominator = array_next(&denominators);
        struct cell cell = {.state = (uint8_t)get_int(array_next(&states)),
                            .value_e4 = get_int(array_next(&values)),
                            .has_denominator = denominator.length >= 0};
        cell.denominator_e4 = cell.has_denominator ? get_int(denominator) : 0;
        if (index != NO_INDEX)
            rollup_part_add(part, unit, period, index, accepted, &cell);
    }
    return 0;
}

static int read_forms(struct work *work, struct rollup_part *part, struct err *err)
{
    struct indicator_map map;
    struct text sql = {0};
    size_t office_count;
    const uint32_t *offices = rollup_part_offices(part, &office_count);
    text_adds(&sql,
              "COPY (SELECT unit, period, accepted, indicator, state, value, denominator FROM ");
    sql_forms(&sql, work);
    text_adds(&sql, " f WHERE office = ANY (");
    sql_codes(&sql, work->input->tree, offices, office_count);
    text_addf(&sql, ") AND campaign = %d AND accepted <= %lld AND period = ANY (",
              work->run.campaign, (long long)work->run.cut);
    add_period_list(&sql, work->input);
    text_adds(&sql, ")) TO STDOUT BINARY");
    struct copy_reader reader = {0};
    struct field fields[7];
    int got = load_indicators(work, &map, err);
    if (got == 0)
        got = copy_read_start(&reader, work->conn, sql.data, err);
    if (got == 0)
        while ((got = copy_read(&reader, fields, 7, err)) > 0 &&
               (got = add_form(work, part, &map, fields, err)) == 0)
            work->beat(work->beat_arg);
    copy_read_end(&reader);
    free(map.index);
    text_free(&sql);
    return got;
}

// ---- first stage ----

static uint32_t *argument_units(const struct work *work, struct err *err)
{
    uint32_t *units = mem_alloc(work->argument_count + 1, sizeof *units);
    for (size_t i = 0; i < work->argument_count; i++) {
        units[i] = work_unit(work, i);
        if (units[i] == NO_UNIT) {
            err_set(err, ERR_DIE, "bad_job", "unit %s of the job is not in the tree",
                    work->arguments[i]);
            free(units);
            return NULL;
        }
    }
    return units;
}

struct rollup_state {
    struct rollup_part *part;
    const struct rollup_row *rows;
    size_t row_count;
    uint32_t *tops;
};

static int rollup_compute_job(struct work *work, void **ret_state, struct err *err)
{
    struct rollup_state *state = mem_alloc(1, sizeof *state);
    *ret_state = state;
    state->tops = argument_units(work, err);
    if (!state->tops)
        return -1;
    state->part = rollup_part_create(work->input->plan, state->tops, work->argument_count);
    if (read_forms(work, state->part, err) < 0)
        return -1;
    return rollup_part_compute(state->part, &state->rows, &state->row_count, err);
}

// The top a unit of this part lies at or below.
static uint32_t top_of(const struct work *work, const struct rollup_state *state, uint32_t unit)
{
    for (uint32_t at = unit; at != NO_UNIT; at = work->input->plan->day->parent[at])
        for (size_t i = 0; i < work->argument_count; i++)
            if (state->tops[i] == at)
                return at;
    return NO_UNIT;
}

static int write_uncounted(const struct work *work, const struct rollup_state *state,
                           struct err *err)
{
    size_t count;
    const struct uncounted *list = rollup_part_uncounted(state->part, &count);
    if (count == 0)
        return 0;
    struct copy_writer writer = {0};
    int result = copy_write_start(
        &writer, work->conn,
        "COPY thidua.uncounted (run, unit, period, indicator) FROM STDIN BINARY", err);
    for (size_t i = 0; i < count && result == 0; i++) {
        result = copy_row(&writer, 4, err);
        put_int(&writer.text, work->run.id, 8);
        put_string(&writer.text, work->input->tree->units[list[i].unit].code);
        put_int(&writer.text, period_number(list[i].period), 4);
        put_string(&writer.text, work->input->campaign->indicators[list[i].indicator].code);
    }
    if (result == 0)
        result = copy_write_end(&writer, err);
    copy_writer_free(&writer);
    return result;
}

static int rollup_write_job(struct work *work, void *opaque, struct err *err)
{
    struct rollup_state *state = opaque;
    struct copy_writer writer = {0};
    int result = copy_write_start(&writer, work->conn, store_copy_sql, err);
    for (size_t i = 0; i < state->row_count && result == 0; i++) {
        result = store_row(&writer, work, &state->rows[i], top_of(work, state, state->rows[i].unit),
                           err);
        work->beat(work->beat_arg);
    }
    if (result == 0)
        result = copy_write_end(&writer, err);
    copy_writer_free(&writer);
    return result == 0 ? write_uncounted(work, state, err) : -1;
}

static void rollup_release(void *opaque)
{
    struct rollup_state *state = opaque;
    if (!state)
        return;
    rollup_part_destroy(state->part);
    free(state->tops);
    free(state);
}

const struct work_kind rollup_work = {rollup_compute_job, rollup_write_job, rollup_release};

// ---- the stages above ----

struct upper_state {
    const struct run_input *input;
    struct rollup_row *rows; // one for each argument
    size_t count;
};

static int add_child(void *arg, const struct stored_row *child, struct err *err)
{
    struct upper_state *state = arg;
    size_t indicators = state->input->campaign->indicator_count;
    for (size_t i = 0; i < state->count; i++) {
        if (state->rows[i].unit != child->parent)
            continue;
        // A stored row is one scope; the other half of this child is zero and adds nothing.
        struct rollup_row row = {child->unit,
                                 mem_alloc(SCOPE_COUNT * indicators, sizeof *row.components)};
        memcpy(row.components + (size_t)child->scope * indicators, child->components,
               indicators * sizeof *row.components);
        int added = rollup_row_add(state->input->plan, &state->rows[i], &row, err);
        free(row.components);
        return added;
    }
    return 0;
}

// Their children in the tree; owned by the caller.
static uint32_t *children_of(const struct upper_state *state, size_t *ret_count)
{
    const struct unit_day *day = state->input->plan->day;
    uint32_t *children = mem_alloc(day->order_count + 1, sizeof *children);
    bool *wanted = mem_alloc(day->tree->unit_count + 1, sizeof *wanted);
    size_t count = 0;
    for (size_t i = 0; i < state->count; i++)
        wanted[state->rows[i].unit] = true;
    for (size_t i = 0; i < day->order_count; i++)
        if (day->parent[day->order[i]] != NO_UNIT && wanted[day->parent[day->order[i]]])
            children[count++] = day->order[i];
    free(wanted);
    *ret_count = count;
    return children;
}

static int upper_compute(struct work *work, void **ret_state, struct err *err)
{
    struct upper_state *state = mem_alloc(1, sizeof *state);
    *ret_state = state;
    state->input = work->input;
    uint32_t *units = argument_units(work, err);
    if (!units)
        return -1;
    state->rows = mem_alloc(work->argument_count + 1, sizeof *state->rows);
    state->count = work->argument_count;
    for (size_t i = 0; i < state->count; i++)
        state->rows[i] = (struct rollup_row){
            units[i], mem_alloc(SCOPE_COUNT * work->input->campaign->indicator_count,
                                sizeof(struct component))};
    free(units);
    size_t count;
    uint32_t *children = children_of(state, &count);
    int result = store_read(work, children, count, STORE_BOTH, add_child, state, err);
    free(children);
    return result;
}

static int upper_write(struct work *work, void *opaque, struct err *err)
{
    struct upper_state *state = opaque;
    struct copy_writer writer = {0};
    int result = copy_write_start(&writer, work->conn, store_copy_sql, err);
    for (size_t i = 0; i < state->count && result == 0; i++)
        result = store_row(&writer, work, &state->rows[i], NO_UNIT, err);
    if (result == 0)
        result = copy_write_end(&writer, err);
    copy_writer_free(&writer);
    return result;
}

static void upper_release(void *opaque)
{
    struct upper_state *state = opaque;
    if (!state)
        return;
    for (size_t i = 0; i < state->count; i++)
        free(state->rows[i].components);
    free(state->rows);
    free(state);
}

const struct work_kind upper_work = {upper_compute, upper_write, upper_release};
