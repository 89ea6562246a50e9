// Reads what the points of a cluster are computed from; see score_read.h.
#include "worker/score_read.h"

#include "worker/store.h"
#include <stdlib.h>
#include <string.h>

static void choose_units(const struct work *work, struct score_state *state)
{
    const struct competitors *all = work->input->competitors;
    state->cluster = (uint32_t)strtoul(work->arguments[0], NULL, 10);
    state->units = mem_alloc(all->count + 1, sizeof *state->units);
    for (size_t i = 0; i < all->count; i++)
        if (all->clusters[i] == state->cluster)
            state->units[state->count++] = all->units[i];
    state->places = mem_alloc(work->input->tree->unit_count + 1, sizeof *state->places);
    for (size_t i = 0; i < state->count; i++)
        state->places[state->units[i]] = (uint32_t)i + 1;
}

// Of a unit in state->units; state->count when it is not of this cluster.
static size_t place_of(const struct score_state *state, uint32_t unit)
{
    return unit == NO_UNIT || state->places[unit] == 0 ? state->count : state->places[unit] - 1;
}

static int take_row(void *arg, const struct stored_row *row, struct err *err)
{
    (void)err;
    struct {
        struct score_state *state;
        size_t indicators;
    } *to = arg;
    size_t at = place_of(to->state, row->unit);
    if (at < to->state->count)
        memcpy(to->state->components + at * to->indicators, row->components,
               to->indicators * sizeof *row->components);
    return 0;
}

static int read_components(struct work *work, struct score_state *state, struct err *err)
{
    struct {
        struct score_state *state;
        size_t indicators;
    } to = {state, work->input->campaign->indicator_count};
    state->components = mem_alloc(state->count * to.indicators + 1, sizeof *state->components);
    return store_read(work, state->units, state->count, STORE_TO_DATE, take_row, &to, err);
}

// ---- offices: where entries of these units can be stored ----

// Calls `take` for every office of the leaves of `unit` in the tree of a period slot.
typedef void office_fn(void *arg, uint32_t office);
static void each_office(const struct run_input *input, uint32_t unit, size_t slot, office_fn *take,
                        void *arg)
{
    const struct unit_day *day = input->plan->days[slot];
    int office_level = unit_level_find(input->tree, input->campaign->office_level);
    if (!day->present[unit] || office_level < 0)
        return;
    if (!unit_level_above(input->tree, input->tree->units[unit].level, (unsigned)office_level)) {
        uint32_t office = unit_ancestor_of_level(input->tree, unit, (unsigned)office_level,
                                                 day->day);
        if (office != NO_UNIT)
            take(arg, office);
        return;
    }
    for (size_t i = 0; i < day->order_count; i++)
        if (input->tree->units[day->order[i]].level == office_level &&
            unit_below(input->tree, day->order[i], unit, day->day))
            take(arg, day->order[i]);
}

struct office_set {
    const struct unit_tree *tree;
    bool *in;
};

static void add_office(void *arg, uint32_t office)
{
    struct office_set *set = arg;
    for (uint32_t at = office; at != NO_UNIT && !set->in[at]; at = set->tree->units[at].merged_into)
        set->in[at] = true; // what continues an office hands in its corrections
}

static void add_offices_sql(const struct work *work, const struct score_state *state,
                            struct text *sql)
{
    const struct run_input *input = work->input;
    struct office_set set = {input->tree, mem_alloc(input->tree->unit_count + 1, sizeof *set.in)};
    for (size_t i = 0; i < state->count; i++) {
        add_office(&set, state->units[i]);
        for (size_t slot = 0; slot < input->plan->period_slots; slot++)
            each_office(input, state->units[i], slot, add_office, &set);
    }
    uint32_t *list = mem_alloc(input->tree->unit_count + 1, sizeof *list);
    size_t count = 0;
    for (uint32_t unit = 0; unit < input->tree->unit_count; unit++)
        if (set.in[unit])
            list[count++] = unit;
    sql_codes(sql, input->tree, list, count);
    free(list);
    free(set.in);
}

// ---- assessed cells ----

size_t score_cell(const struct work *work, size_t place, uint32_t indicator, size_t slot)
{
    return (place * work->input->campaign->indicator_count + indicator) *
               work->input->plan->period_slots +
           slot;
}

// The newest entry wins, the council's and the unit's own each for themselves.
static void take_assessed(struct score_state *state, size_t at, int64_t accepted,
                          int64_t cell_state, int64_t value)
{
    bool verified = cell_state == CELL_VERIFIED;
    struct assessed_cell *cell = &state->assessed[at];
    if (accepted <= state->newest[2 * at + verified])
        return;
    state->newest[2 * at + verified] = accepted;
    if (verified) {
        cell->has_verified = true;
        cell->verified_e4 = value;
    } else {
        cell->has_self = cell_state != CELL_WITHDRAW;
        cell->self_state = (uint8_t)cell_state;
        cell->self_e4 = value;
    }
}

static int take_form(const struct work *work, struct score_state *state, const struct field *fields,
                     struct err *err)
{
    struct period period;
    struct array codes, states, values;
    if (!period_from_number((int32_t)get_int(fields[1]), &period) ||
        array_open(fields[3], &codes) < 0 || array_open(fields[4], &states) < 0 ||
        array_open(fields[5], &values) < 0)
        return err_set(err, ERR_DIE, "bad_row", "a stored form cannot be read");
    size_t place = place_of(state, work_unit_of(work, fields[0]));
    int slot = campaign_period_index(work->input->campaign, period);
    for (size_t i = 0; i < codes.count; i++) {
        struct field code = array_next(&codes);
        int64_t cell_state = get_int(array_next(&states)), value = get_int(array_next(&values));
        char text[CODE_BYTES_MAX + 1] = "";
        memcpy(text, code.data,
               code.length > CODE_BYTES_MAX ? CODE_BYTES_MAX : (size_t)code.length);
        uint32_t indicator = campaign_indicator(work->input->campaign, text);
        if (place < state->count && slot >= 0 && (size_t)slot < work->input->plan->period_slots &&
            indicator != NO_INDEX &&
            work->input->campaign->indicators[indicator].kind == KIND_ASSESSED)
            take_assessed(state, score_cell(work, place, indicator, (size_t)slot),
                          get_int(fields[2]), cell_state, value);
    }
    return 0;
}

bool score_has_assessed(const struct campaign *campaign)
{
    bool has = false;
    for (size_t i = 0; i < campaign->indicator_count; i++)
        has = has || campaign->indicators[i].kind == KIND_ASSESSED;
    return has;
}

static int read_assessed(struct work *work, struct score_state *state, struct err *err)
{
    bool has = score_has_assessed(work->input->campaign);
    size_t cells = score_cell(work, has ? state->count : 1, 0, 0);
    state->assessed = mem_alloc(cells + 1, sizeof *state->assessed);
    if (!has)
        return 0;
    state->newest = mem_alloc(2 * cells + 1, sizeof *state->newest);
    struct text sql = {0};
    text_adds(
        &sql,
        "COPY (SELECT f.unit, f.period, f.accepted, array (SELECT i.code FROM unnest(f.indicator) "
        "WITH ORDINALITY n (number, place) JOIN thidua.indicator i ON i.campaign = f.campaign AND "
        "i.number = n.number ORDER BY n.place), f.state, f.value FROM ");
    sql_forms(&sql, work);
    text_addf(&sql, " f WHERE f.campaign = %d AND f.accepted <= %lld AND f.unit = ANY (",
              work->run.campaign, (long long)work->run.cut);
    sql_codes(&sql, work->input->tree, state->units, state->count);
    text_adds(&sql, ") AND f.office = ANY (");
    add_offices_sql(work, state, &sql);
    text_adds(&sql, ")) TO STDOUT BINARY");
    struct copy_reader reader;
    struct field fields[6];
    int got = copy_read_start(&reader, work->conn, sql.data, err);
    if (got == 0)
        while ((got = copy_read(&reader, fields, 6, err)) > 0 &&
               (got = take_form(work, state, fields, err)) == 0)
            work->beat(work->beat_arg);
    copy_read_end(&reader);
    text_free(&sql);
    return got;
}

// ---- late periods ----

bool score_asks_for_time(const struct campaign *campaign)
{
    bool asks = campaign->has_late;
    for (size_t i = 0; i < campaign->tie_break_count; i++)
        asks = asks || campaign->tie_breaks[i].kind == TIE_ON_TIME;
    return asks;
}

static void take_time(const struct work *work, struct score_state *state,
                      const struct field *fields)
{
    struct period period;
    if (!period_from_number((int32_t)get_int(fields[1]), &period))
        return;
    const struct run_input *input = work->input;
    uint32_t unit = work_unit_of(work, fields[0]), then = NO_UNIT;
    int slot = campaign_period_index(input->campaign, period);
    if (unit == NO_UNIT || slot < 0 || (size_t)slot >= input->plan->period_slots)
        return;
    office_of(input->campaign, input->tree, unit, period, DAY_MAX, &then);
    if (then == NO_UNIT)
        return;
    int64_t *first = &state->handed_in[(size_t)then * input->plan->period_slots + (size_t)slot];
    int64_t at = get_int(fields[2]);
    if (at < *first)
        *first = at;
}

static int read_times(struct work *work, struct score_state *state, struct err *err)
{
    size_t count = work->input->tree->unit_count * work->input->plan->period_slots;
    if (!score_asks_for_time(work->input->campaign))
        return 0;
    state->handed_in = mem_alloc(count + 1, sizeof *state->handed_in);
    for (size_t i = 0; i < count; i++)
        state->handed_in[i] = INT64_MAX;
    struct text sql = {0};
    text_addf(
        &sql,
        "COPY (SELECT f.unit, f.period, (extract(epoch FROM min(s.accepted_at)) * 1000000)::bigint FROM "
        "thidua.form f JOIN thidua.submission s ON s.office = f.office AND s.id = f.submission WHERE "
        "f.campaign = %d AND f.accepted <= %lld AND NOT (%d = ALL (f.state)) AND f.office = ANY (",
        work->run.campaign, (long long)work->run.cut,
        CELL_VERIFIED); // the council's, not the office's
    add_offices_sql(work, state, &sql);
    text_adds(&sql, ") GROUP BY f.unit, f.period) TO STDOUT BINARY");
    struct copy_reader reader;
    struct field fields[3];
    int got = copy_read_start(&reader, work->conn, sql.data, err);
    if (got == 0)
        while ((got = copy_read(&reader, fields, 3, err)) > 0)
            take_time(work, state, fields);
    copy_read_end(&reader);
    text_free(&sql);
    return got;
}

int score_read(struct work *work, struct score_state *state, struct err *err)
{
    choose_units(work, state);
    if (read_components(work, state, err) < 0 || read_assessed(work, state, err) < 0)
        return -1;
    return read_times(work, state, err);
}
