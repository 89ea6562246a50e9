// Scoring jobs: the points, totals and ranks of one cluster.
#include "worker/score_read.h"

#include "core/output.h"
#include <stdlib.h>

static int score_compute(struct work *work, void **ret_state, struct err *err)
{
    struct score_state *state = mem_alloc(1, sizeof *state);
    *ret_state = state;
    const struct run_input *input = work->input;
    if (score_read(work, state, err) < 0)
        return -1;
    size_t units = input->tree->unit_count;
    int64_t *late = mem_alloc(units + 1, sizeof *late),
            *on_time = mem_alloc(units + 1, sizeof *on_time);
    if (score_asks_for_time(input->campaign))
        late_count(input->plan, state->handed_in, work->run.cut_us, late, on_time);
    state->inputs = mem_alloc(state->count + 1, sizeof *state->inputs);
    bool assessed = score_has_assessed(input->campaign);
    for (size_t i = 0; i < state->count; i++)
        state->inputs[i] = (struct score_unit_input){
            .unit = state->units[i],
            .components = state->components + i * input->campaign->indicator_count,
            .assessed = state->assessed + score_cell(work, assessed ? i : 0, 0, 0),
            .late_periods = late[state->units[i]],
            .on_time_periods = on_time[state->units[i]]};
    free(late);
    free(on_time);
    if (score_cluster(input->plan, &input->targets, &input->adjustments, state->inputs,
                      state->count, &state->scores, err) < 0)
        return -1;
    state->standings = mem_alloc(state->count + 1, sizeof *state->standings);
    rank_cluster(input->campaign, state->cluster, &state->scores, state->standings);
    return 0;
}

static void put_published(struct text *out, bool has, const mpq_t value, unsigned decimals)
{
    char *text = has ? decimal_publish(value, decimals) : NULL;
    if (text)
        put_numeric_text(out, text);
    else
        put_null(out);
    free(text);
}

static void put_e2(struct text *out, bool has, int64_t value_e2)
{
    char text[DECIMAL_TEXT_SIZE];
    decimal_fixed(value_e2, 2, text);
    if (has)
        put_numeric_text(out, text);
    else
        put_null(out);
}

static void put_line(struct text *out, const struct indicator *indicator,
                     const struct score_line *line)
{
    mpq_t percent;
    mpq_init(percent);
    if (line->has_completion) {
        mpq_set_ui(percent, 100, 1);
        mpq_mul(percent, percent, line->completion);
    }
    put_published(out, line->has_value, line->value, indicator->decimals);
    if (line->has_target)
        put_numeric(out, line->target_e4, DECIMAL_SCALE);
    else
        put_null(out);
    put_published(out, line->has_completion, percent, 2);
    if (line->met < 0)
        put_null(out);
    else
        put_bool(out, line->met == 1);
    put_e2(out, line->has_points, line->points_e2);
    put_e2(out, line->has_points, line->bonus_e2);
    put_e2(out, true, line->max_e2);
    put_string(out, line->note == NOTE_NA ? "na" : line->note == NOTE_MISSING ? "missing" : "");
    mpq_clear(percent);
}

static int write_scores(const struct work *work, const struct score_state *state, struct err *err)
{
    const struct campaign *campaign = work->input->campaign;
    struct copy_writer writer = {0};
    int result = copy_write_start(
        &writer, work->conn,
        "COPY thidua.score (run, unit, position, indicator, value, target, completion, met, "
        "points, bonus, max, note) FROM STDIN BINARY",
        err);
    for (size_t u = 0; u < state->count && result == 0; u++)
        for (size_t i = 0; i < campaign->indicator_count && result == 0; i++) {
            result = copy_row(&writer, 12, err);
            put_int(&writer.text, work->run.id, 8);
            put_string(&writer.text, work->input->tree->units[state->scores.units[u].unit].code);
            put_int(&writer.text, (int64_t)i, 2);
            put_string(&writer.text, campaign->indicators[i].code);
            put_line(&writer.text, &campaign->indicators[i], &state->scores.units[u].lines[i]);
        }
    if (result == 0)
        result = copy_write_end(&writer, err);
    copy_writer_free(&writer);
    return result;
}

static void put_small_array(struct text *out, const struct standing *s, size_t count, bool met)
{
    size_t mark = put_array(out, PG_INT2, count);
    for (size_t i = 0; i < count; i++)
        put_int(out, met ? s->met[i] : (int64_t)s->note[i], 2);
    put_array_end(out, mark);
}

static void put_standing(struct text *out, const struct work *work, const struct standing *s,
                         size_t place)
{
    const struct campaign *campaign = work->input->campaign;
    const struct unit *unit = &work->input->tree->units[s->unit];
    put_int(out, work->run.id, 8);
    put_int(out, (int64_t)s->cluster * 100000 + (int64_t)place, 4);
    put_string(out, campaign->cluster_count ? campaign->clusters[s->cluster].code : "");
    put_int(out, s->cluster, 4);
    if (s->rank)
        put_int(out, s->rank, 4);
    else
        put_null(out);
    put_string(out, unit->code);
    put_string(out, unit_name_at(work->input->tree, s->unit, work->input->plan->day->day));
    put_e2(out, true, s->total_e2);
    put_int(out, s->met_count, 4);
    put_e2(out, true, s->points_e2);
    put_e2(out, true, s->bonus_e2);
    put_e2(out, true, s->adjustments_e2);
    put_string(out, s->class_index == NO_INDEX ? "" : campaign->classes[s->class_index].code);
    put_bool(out, !s->disqualified);
    put_string(out, s->reasons);
    put_small_array(out, s, campaign->indicator_count, true);
    put_small_array(out, s, campaign->indicator_count, false);
}

static int score_write(struct work *work, void *opaque, struct err *err)
{
    struct score_state *state = opaque;
    if (write_scores(work, state, err) < 0)
        return -1;
    struct copy_writer writer = {0};
    int result = copy_write_start(
        &writer, work->conn,
        "COPY thidua.ranking (run, position, cluster, cluster_no, rank, unit, name, total, "
        "met_count, points, bonus, adjustments, class, eligible, reasons, met, note) "
        "FROM STDIN BINARY",
        err);
    for (size_t i = 0; i < state->count && result == 0; i++) {
        result = copy_row(&writer, 17, err);
        put_standing(&writer.text, work, &state->standings[i], i);
    }
    if (result == 0)
        result = copy_write_end(&writer, err);
    copy_writer_free(&writer);
    return result;
}

static void score_release(void *opaque)
{
    struct score_state *state = opaque;
    if (!state)
        return;
    if (state->standings)
        standings_clear(state->standings, state->count);
    cluster_scores_clear(&state->scores);
    free(state->standings);
    free(state->inputs);
    free(state->handed_in);
    free(state->newest);
    free(state->assessed);
    free(state->components);
    free(state->places);
    free(state->units);
    free(state);
}

const struct work_kind score_work = {score_compute, score_write, score_release};
