// The run itself: parts, the units above them, scores and ranks of each cluster, awards; see recompute.h.
#include "common/recompute.h"

#include "common/run_input.h"
#include <stdlib.h>
#include <string.h>

const char *const recompute_names[RECOMPUTE_FILES] = {"rollup.csv", "scores.csv", "ranking.csv",
                                                      "awards.csv"};

struct recompute_input recompute_input_of(const struct run_input *documents)
{
    return (struct recompute_input){.tree = documents->tree,
                                    .campaign = documents->campaign,
                                    .targets = &documents->targets,
                                    .adjustments = &documents->adjustments,
                                    .nominations = &documents->nominations,
                                    .decisions = &documents->decisions,
                                    .period = documents->plan->period};
}

// ---- rollup ----

static size_t row_width(const struct recompute *run)
{
    return SCOPE_COUNT * run->input->campaign->indicator_count;
}

static struct rollup_row row_of(const struct recompute *run, uint32_t unit)
{
    return (struct rollup_row){unit, &run->rows[unit * row_width(run)]};
}

const struct component *recompute_components(const struct recompute *run, uint32_t unit,
                                             enum scope scope)
{
    return &row_of(run, unit).components[scope * run->input->campaign->indicator_count];
}

static int compute_part(struct recompute *run, const uint32_t *tops, size_t count, struct err *err)
{
    size_t row_count = 0;
    const struct rollup_row *rows;
    struct rollup_part *part = rollup_part_create(run->plan, tops, count);
    for (size_t i = 0; i < run->input->entry_count; i++) {
        const struct recompute_entry *entry = &run->input->entries[i];
        rollup_part_add(part, entry->unit, entry->period, entry->indicator, entry->accepted,
                        &entry->cell);
    }
    int result = rollup_part_compute(part, &rows, &row_count, err);
    for (size_t i = 0; result == 0 && i < row_count; i++) {
        memcpy(row_of(run, rows[i].unit).components, rows[i].components,
               row_width(run) * sizeof *rows[i].components);
        run->has_row[rows[i].unit] = true;
    }
    rollup_part_destroy(part);
    return result;
}

// The units above the parts, children before parents, each the sum of its children.
static int compute_uppers(struct recompute *run, struct err *err)
{
    size_t count;
    int result = 0;
    uint32_t *uppers = rollup_uppers(run->plan, &count);
    for (size_t i = 0; i < count && result == 0; i++) {
        struct rollup_row row = row_of(run, uppers[i]);
        run->has_row[uppers[i]] = true;
        for (uint32_t u = 0; u < run->input->tree->unit_count && result == 0; u++) {
            if (run->plan->day->parent[u] != uppers[i] || !run->has_row[u])
                continue;
            struct rollup_row child = row_of(run, u);
            result = rollup_row_add(run->plan, &row, &child, err);
        }
    }
    free(uppers);
    return result;
}

static int compute_rollup(struct recompute *run, struct err *err)
{
    size_t count, units = run->input->tree->unit_count;
    int result = 0;
    run->rows = mem_alloc(units * row_width(run), sizeof *run->rows);
    run->has_row = mem_alloc(units, sizeof *run->has_row);
    uint32_t *tops = rollup_tops(run->plan, &count);
    size_t step = run->input->tops_per_part > 0 ? run->input->tops_per_part : count;
    for (size_t first = 0; first < count && result == 0; first += step)
        result = compute_part(run, &tops[first], count - first < step ? count - first : step, err);
    free(tops);
    return result == 0 ? compute_uppers(run, err) : -1;
}

// ---- assessed points, lateness ----

// The newest entry of each of the two kinds wins.
static void take_assessed(struct assessed_cell *cell, int64_t newest[2],
                          const struct recompute_entry *entry)
{
    bool verified = entry->cell.state == CELL_VERIFIED;
    if (entry->accepted < newest[verified])
        return;
    newest[verified] = entry->accepted;
    if (verified) {
        cell->has_verified = true;
        cell->verified_e4 = entry->cell.value_e4;
    } else {
        cell->has_self = entry->cell.state != CELL_WITHDRAW;
        cell->self_state = entry->cell.state;
        cell->self_e4 = entry->cell.value_e4;
    }
}

// The slot of an entry's period; -1 when it does not count at P.
static int slot_of(const struct recompute *run, const struct recompute_entry *entry)
{
    int slot = campaign_period_index(run->input->campaign, entry->period);
    return slot >= 0 && (size_t)slot < run->plan->period_slots ? slot : -1;
}

static void read_assessed(struct recompute *run)
{
    const struct campaign *campaign = run->input->campaign;
    size_t slots = run->plan->period_slots, indicators = campaign->indicator_count;
    size_t cells = run->competitors->count * indicators * slots;
    size_t *place = mem_alloc(run->input->tree->unit_count, sizeof *place);
    int64_t(*newest)[2] = mem_alloc(cells + 1, sizeof *newest);
    run->assessed = mem_alloc(cells + 1, sizeof *run->assessed);
    for (size_t c = 0; c < run->competitors->count; c++)
        place[run->competitors->units[c]] = c + 1;
    for (size_t i = 0; i < run->input->entry_count; i++) {
        const struct recompute_entry *entry = &run->input->entries[i];
        int slot = slot_of(run, entry);
        if (slot < 0 || place[entry->unit] == 0 ||
            campaign->indicators[entry->indicator].kind != KIND_ASSESSED)
            continue;
        size_t at = ((place[entry->unit] - 1) * indicators + entry->indicator) * slots +
                    (size_t)slot;
        take_assessed(&run->assessed[at], newest[at], entry);
    }
    free(newest);
    free(place);
}

static void read_late(struct recompute *run)
{
    const struct recompute_input *in = run->input;
    size_t slots = run->plan->period_slots, units = in->tree->unit_count;
    int64_t *first = mem_alloc(units * slots, sizeof *first);
    for (size_t i = 0; i < units * slots; i++)
        first[i] = INT64_MAX;
    for (size_t i = 0; i < in->entry_count; i++) {
        const struct recompute_entry *entry = &in->entries[i];
        int slot = slot_of(run, entry);
        uint32_t office = NO_UNIT;
        if (slot < 0 || entry->cell.state == CELL_VERIFIED)
            continue;
        office_of(in->campaign, in->tree, entry->unit, entry->period, DAY_MAX, &office);
        if (office != NO_UNIT && entry->accepted_us < first[office * slots + (size_t)slot])
            first[office * slots + (size_t)slot] = entry->accepted_us;
    }
    run->late = mem_alloc(units, sizeof *run->late);
    run->on_time = mem_alloc(units, sizeof *run->on_time);
    late_count(run->plan, first, in->cut_us, run->late, run->on_time);
    free(first);
}

struct recompute *recompute_create(const struct recompute_input *input, struct err *err)
{
    struct period period = input->period.kind != 0 ? input->period : input->campaign->to;
    struct recompute *run = mem_alloc(1, sizeof *run);
    run->input = input;
    run->plan = rollup_plan_create(input->campaign, input->tree, period, err);
    if (run->plan == NULL || compute_rollup(run, err) < 0) {
        recompute_destroy(run);
        return NULL;
    }
    period_format(period, run->period);
    run->competitors = competitors_create(input->campaign, run->plan->day);
    read_assessed(run);
    read_late(run);
    return run;
}

// ---- points, ranks, awards ----

static bool takes_part(const struct recompute *run, size_t competitor)
{
    return run->input->excluded == NULL ||
           !run->input->excluded[run->competitors->units[competitor]];
}

size_t recompute_inputs(const struct recompute *run, uint32_t cluster, struct score_unit_input *ret)
{
    size_t per_unit = run->input->campaign->indicator_count * run->plan->period_slots, count = 0;
    for (size_t c = 0; c < run->competitors->count; c++) {
        uint32_t unit = run->competitors->units[c];
        if (run->competitors->clusters[c] == cluster && takes_part(run, c))
            ret[count++] = (struct score_unit_input){
                .unit = unit,
                .components = recompute_components(run, unit, SCOPE_TO_DATE),
                .assessed = &run->assessed[c * per_unit],
                .late_periods = run->late[unit],
                .on_time_periods = run->on_time[unit]};
    }
    return count;
}

static int rank_one(struct recompute *run, uint32_t cluster, struct err *err)
{
    struct score_unit_input *inputs = mem_alloc(run->competitors->count + 1, sizeof *inputs);
    size_t count = recompute_inputs(run, cluster, inputs);
    int result = score_cluster(run->plan, run->input->targets, run->input->adjustments, inputs,
                               count, &run->scores[cluster], err);
    free(inputs);
    if (result < 0)
        return -1;
    rank_cluster(run->input->campaign, cluster, &run->scores[cluster],
                 &run->standings[run->standing_count]);
    run->standing_count += count;
    return 0;
}

static void forget_ranks(struct recompute *run)
{
    for (size_t cluster = 0; cluster < run->cluster_count; cluster++)
        cluster_scores_clear(&run->scores[cluster]);
    if (run->standings != NULL)
        standings_clear(run->standings, run->standing_count);
    candidates_clear(&run->awards);
    free(run->scores);
    free(run->standings);
    run->scores = NULL;
    run->standings = NULL;
    run->cluster_count = run->standing_count = 0;
}

int recompute_rank(struct recompute *run, struct err *err)
{
    const struct recompute_input *in = run->input;
    forget_ranks(run);
    run->cluster_count = in->campaign->cluster_count > 0 ? in->campaign->cluster_count : 1;
    run->scores = mem_alloc(run->cluster_count, sizeof *run->scores);
    run->standings = mem_alloc(run->competitors->count + 1, sizeof *run->standings);
    for (uint32_t cluster = 0; cluster < run->cluster_count; cluster++)
        if (rank_one(run, cluster, err) < 0) {
            forget_ranks(run);
            return -1;
        }
    award_compute(in->campaign, in->tree, run->standings, run->standing_count, in->nominations,
                  in->decisions, &run->awards);
    return 0;
}

void recompute_destroy(struct recompute *run)
{
    if (run == NULL)
        return;
    forget_ranks(run);
    free(run->on_time);
    free(run->late);
    free(run->assessed);
    free(run->has_row);
    free(run->rows);
    competitors_destroy(run->competitors);
    rollup_plan_destroy(run->plan);
    free(run);
}

// ---- the files ----

static void write_unit(const struct recompute *run, uint32_t unit, enum scope scope, bool competes,
                       struct text *out)
{
    const struct recompute_input *in = run->input;
    const struct unit *u = &in->tree->units[unit];
    const struct component *components = recompute_components(run, unit, scope);
    for (uint32_t i = 0; i < in->campaign->indicator_count; i++) {
        int64_t target_e4;
        struct rollup_texts texts;
        if (!rollup_has(run->plan, unit, i))
            continue;
        bool has_target = scope == SCOPE_TO_DATE &&
                          target_of(in->targets, in->campaign, unit, i, competes, &target_e4);
        rollup_publish(&in->campaign->indicators[i], &components[i], has_target ? &target_e4 : NULL,
                       &texts);
        output_rollup_line(out, run->period, scope_names[scope], u->code,
                           in->tree->levels[u->level], in->campaign->indicators[i].code, &texts);
    }
}

static void write_rollup(const struct recompute *run, struct text *out)
{
    size_t units = run->input->tree->unit_count;
    bool *competes = mem_alloc(units, sizeof *competes);
    for (size_t c = 0; c < run->competitors->count; c++)
        competes[run->competitors->units[c]] = takes_part(run, c);
    for (unsigned scope = 0; scope < SCOPE_COUNT; scope++)
        for (uint32_t unit = 0; unit < units; unit++)
            if (run->has_row[unit])
                write_unit(run, unit, (enum scope)scope, competes[unit], out);
    free(competes);
}

static void write_scores(const struct recompute *run, struct text *out)
{
    const struct recompute_input *in = run->input;
    const struct unit_score **by_unit = mem_alloc(in->tree->unit_count, sizeof *by_unit);
    for (size_t cluster = 0; cluster < run->cluster_count; cluster++)
        for (size_t i = 0; i < run->scores[cluster].count; i++)
            by_unit[run->scores[cluster].units[i].unit] = &run->scores[cluster].units[i];
    for (size_t unit = 0; unit < in->tree->unit_count; unit++)
        if (by_unit[unit] != NULL)
            output_score_lines(out, in->campaign, in->tree, run->period, by_unit[unit]);
    free(by_unit);
}

void recompute_write(const struct recompute *run, struct text files[static RECOMPUTE_FILES])
{
    const struct recompute_input *in = run->input;
    text_adds(&files[RECOMPUTE_ROLLUP], rollup_header);
    text_adds(&files[RECOMPUTE_SCORES], scores_header);
    text_adds(&files[RECOMPUTE_RANKING], ranking_header);
    text_adds(&files[RECOMPUTE_AWARDS], awards_header);
    write_rollup(run, &files[RECOMPUTE_ROLLUP]);
    write_scores(run, &files[RECOMPUTE_SCORES]);
    for (size_t i = 0; i < run->standing_count; i++)
        output_ranking_line(&files[RECOMPUTE_RANKING], in->campaign, in->tree, run->period,
                            &run->standings[i]);
    for (size_t i = 0; i < run->awards.count; i++)
        output_award_line(&files[RECOMPUTE_AWARDS], in->campaign, in->tree, &run->awards.list[i]);
}
