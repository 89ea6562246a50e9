// The award job: every candidate of every award, from the ranking of this run.
#include "worker/work.h"

#include "core/award.h"
#include "core/output.h"
#include <stdlib.h>
#include <string.h>

struct award_state {
    struct standing *standings;
    size_t count, capacity;
    struct candidates candidates;
};

static char *field_text(struct field field)
{
    return mem_text(field.length < 0 ? "" : field.data,
                    field.length < 0 ? 0 : (size_t)field.length);
}

static uint32_t class_of(const struct campaign *campaign, const char *code)
{
    for (uint32_t i = 0; i < campaign->class_count; i++)
        if (strcmp(campaign->classes[i].code, code) == 0)
            return i;
    return NO_INDEX;
}

static int take_small_array(struct field field, size_t count, int8_t *met, uint8_t *note)
{
    struct array array;
    if (array_open(field, &array) < 0 || array.count != count)
        return -1;
    for (size_t i = 0; i < count; i++) {
        int64_t value = get_int(array_next(&array));
        if (met)
            met[i] = (int8_t)value;
        else
            note[i] = (uint8_t)value;
    }
    return 0;
}

// Columns of the ranking as `read_ranking` selects them; numerics with 2 decimals are read with 4.
static int take_standing(const struct work *work, struct award_state *state, const struct field *f,
                         struct err *err)
{
    const struct campaign *campaign = work->input->campaign;
    struct standing *s = MEM_PUSH(state->standings, state->count, state->capacity);
    char *unit = field_text(f[2]), *class = field_text(f[7]);
    i128 numbers[4] = {0};
    s->cluster = (uint32_t)get_int(f[0]);
    s->rank = f[1].length < 0 ? 0 : (uint32_t)get_int(f[1]);
    s->unit = unit_find(work->input->tree, unit);
    s->class_index = class_of(campaign, class);
    free(unit);
    free(class);
    for (int i = 0; i < 4; i++)
        if (get_numeric(f[3 + i], 4, &numbers[i]) < 0)
            return err_set(err, ERR_DIE, "bad_row", "a stored ranking row cannot be read");
    s->total_e2 = (int64_t)(numbers[0] / 100);
    s->points_e2 = (int64_t)(numbers[1] / 100);
    s->bonus_e2 = (int64_t)(numbers[2] / 100);
    s->adjustments_e2 = (int64_t)(numbers[3] / 100);
    s->disqualified = get_int(f[8]) == 0;
    s->reasons = field_text(f[9]);
    s->met_count = (uint32_t)get_int(f[10]);
    s->met = mem_alloc(campaign->indicator_count + 1, sizeof *s->met);
    s->note = mem_alloc(campaign->indicator_count + 1, sizeof *s->note);
    if (s->unit == NO_UNIT ||
        take_small_array(f[11], campaign->indicator_count, s->met, NULL) < 0 ||
        take_small_array(f[12], campaign->indicator_count, NULL, s->note) < 0)
        return err_set(err, ERR_DIE, "bad_row", "a stored ranking row cannot be read");
    return 0;
}

static int read_ranking(struct work *work, struct award_state *state, struct err *err)
{
    struct text sql = {0};
    text_addf(
        &sql,
        "COPY (SELECT cluster_no, rank, unit, total, points, bonus, adjustments, class, eligible, reasons, "
        "met_count, met, note FROM thidua.ranking WHERE run = %lld ORDER BY position) TO STDOUT BINARY",
        (long long)work->run.id);
    struct copy_reader reader;
    struct field fields[13];
    int got = copy_read_start(&reader, work->conn, sql.data, err);
    if (got == 0)
        while ((got = copy_read(&reader, fields, 13, err)) > 0 &&
               (got = take_standing(work, state, fields, err)) == 0)
            continue;
    copy_read_end(&reader);
    text_free(&sql);
    return got;
}

static int award_compute_job(struct work *work, void **ret_state, struct err *err)
{
    struct award_state *state = mem_alloc(1, sizeof *state);
    *ret_state = state;
    if (read_ranking(work, state, err) < 0)
        return -1;
    award_compute(work->input->campaign, work->input->tree, state->standings, state->count,
                  &work->input->nominations, &work->input->decisions, &state->candidates);
    return 0;
}

static int award_write(struct work *work, void *opaque, struct err *err)
{
    struct award_state *state = opaque;
    const struct campaign *campaign = work->input->campaign;
    struct copy_writer writer = {0};
    int result = copy_write_start(
        &writer, work->conn,
        "COPY thidua.award (run, position, award, recipient, kind, unit, rank, decision, "
        "reasons) FROM STDIN BINARY",
        err);
    for (size_t i = 0; i < state->candidates.count && result == 0; i++) {
        const struct candidate *c = &state->candidates.list[i];
        const struct award *award = &campaign->awards[c->award];
        result = copy_row(&writer, 9, err);
        put_int(&writer.text, work->run.id, 8);
        put_int(&writer.text, (int64_t)i, 4);
        put_string(&writer.text, award->code);
        put_string(&writer.text, c->recipient);
        put_string(&writer.text, award_to_words[award->to]);
        put_string(&writer.text, c->unit == NO_UNIT ? "" : work->input->tree->units[c->unit].code);
        if (c->rank)
            put_int(&writer.text, c->rank, 4);
        else
            put_null(&writer.text);
        put_string(&writer.text, award_decision_names[c->decision]);
        put_string(&writer.text, c->reasons ? c->reasons : "");
    }
    if (result == 0)
        result = copy_write_end(&writer, err);
    copy_writer_free(&writer);
    return result;
}

static void award_release(void *opaque)
{
    struct award_state *state = opaque;
    if (!state)
        return;
    standings_clear(state->standings, state->count);
    free(state->standings);
    candidates_clear(&state->candidates);
    free(state);
}

const struct work_kind award_work = {award_compute_job, award_write, award_release};
