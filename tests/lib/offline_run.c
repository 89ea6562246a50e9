// The run itself: parts, the units above them, scores and ranks of each cluster, awards.
#include "tests/lib/offline.h"
#include "tests/lib/random.h"

#include <stdlib.h>
#include <string.h>

struct run {
    const struct offline_case *given;
    const struct offline_options *options;
    struct rollup_plan *plan;
    struct competitors *competitors;
    struct offline_entry *entries; // those that count, in the order of adding
    size_t entry_count;
    struct component *rows;         // [unit][scope][indicator]
    bool *has_row;                  // by unit
    struct assessed_cell *assessed; // [competitor][indicator][slot]
    int64_t *late, *on_time;        // by unit
    struct standing *standings;
    size_t standing_count;
    struct offline_output *output;
};

static struct rollup_row row_of(const struct run *run, uint32_t unit)
{
    size_t width = SCOPE_COUNT * run->given->campaign->indicator_count;
    return (struct rollup_row){unit, &run->rows[unit * width]};
}

static void choose_entries(struct run *run)
{
    const struct offline_case *given = run->given;
    run->entries = mem_alloc(given->entry_count, sizeof *run->entries);
    for (size_t i = 0; i < given->entry_count; i++)
        if (!run->options->has_cut || given->entries[i].accepted_us < run->options->cut_us)
            run->entries[run->entry_count++] = given->entries[i];
    struct random random = {run->options->shuffle_seed};
    for (size_t i = run->entry_count; run->options->shuffle_seed != 0 && i > 1; i--) {
        size_t other = random_below(&random, i);
        struct offline_entry swap = run->entries[i - 1];
        run->entries[i - 1] = run->entries[other];
        run->entries[other] = swap;
    }
}

static int run_part(struct run *run, const uint32_t *tops, size_t count, struct err *err)
{
    size_t width = SCOPE_COUNT * run->given->campaign->indicator_count, row_count = 0;
    const struct rollup_row *rows;
    struct rollup_part *part = rollup_part_create(run->plan, tops, count);
    for (size_t i = 0; i < run->entry_count; i++) {
        const struct offline_entry *entry = &run->entries[i];
        rollup_part_add(part, entry->unit, entry->period, entry->indicator, entry->accepted,
                        &entry->cell);
    }
    int result = rollup_part_compute(part, &rows, &row_count, err);
    for (size_t i = 0; result == 0 && i < row_count; i++) {
        memcpy(row_of(run, rows[i].unit).components, rows[i].components,
               width * sizeof *rows[i].components);
        run->has_row[rows[i].unit] = true;
    }
    rollup_part_destroy(part);
    return result;
}

// The units above the parts, children before parents, each the sum of its children.
static int run_uppers(struct run *run, struct err *err)
{
    size_t count;
    int result = 0;
    uint32_t *uppers = rollup_uppers(run->plan, &count);
    for (size_t i = 0; i < count && result == 0; i++) {
        struct rollup_row row = row_of(run, uppers[i]);
        run->has_row[uppers[i]] = true;
        for (uint32_t u = 0; u < run->given->tree->unit_count && result == 0; u++) {
            if (run->plan->day->parent[u] != uppers[i] || !run->has_row[u])
                continue;
            struct rollup_row child = row_of(run, u);
            result = rollup_row_add(run->plan, &row, &child, err);
        }
    }
    free(uppers);
    return result;
}

static int run_rollup(struct run *run, struct err *err)
{
    size_t count, units = run->given->tree->unit_count;
    size_t width = SCOPE_COUNT * run->given->campaign->indicator_count;
    int result = 0;
    run->rows = mem_alloc(units * width, sizeof *run->rows);
    run->has_row = mem_alloc(units, sizeof *run->has_row);
    uint32_t *tops = rollup_tops(run->plan, &count);
    size_t step = run->options->tops_per_part > 0 ? run->options->tops_per_part : count;
    for (size_t first = 0; first < count && result == 0; first += step)
        result = run_part(run, &tops[first], count - first < step ? count - first : step, err);
    free(tops);
    return result == 0 ? run_uppers(run, err) : -1;
}

static bool competes(const struct run *run, uint32_t unit)
{
    for (size_t i = 0; i < run->competitors->count; i++)
        if (run->competitors->units[i] == unit)
            return true;
    return false;
}

static void write_rollup(struct run *run, enum scope scope, const char *period)
{
    const struct offline_case *given = run->given;
    uint32_t indicators = (uint32_t)given->campaign->indicator_count;
    for (uint32_t unit = 0; unit < given->tree->unit_count; unit++) {
        bool competing = competes(run, unit);
        for (uint32_t i = 0; run->has_row[unit] && i < indicators; i++) {
            int64_t target_e4;
            struct rollup_texts texts;
            if (!rollup_has(run->plan, unit, i))
                continue;
            bool has_target = scope == SCOPE_TO_DATE && target_of(&given->targets, given->campaign,
                                                                  unit, i, competing, &target_e4);
            rollup_publish(&given->campaign->indicators[i],
                           &row_of(run, unit).components[scope * indicators + i],
                           has_target ? &target_e4 : NULL, &texts);
            output_rollup_line(&run->output->files[0], period, scope_names[scope],
                               given->tree->units[unit].code,
                               given->tree->levels[given->tree->units[unit].level],
                               given->campaign->indicators[i].code, &texts);
        }
    }
}

// The newest entry of each of the two kinds wins; the shuffled entries are taken as they come.
static void take_assessed(struct run *run, int64_t *newest, size_t at,
                          const struct offline_entry *entry)
{
    bool verified = entry->cell.state == CELL_VERIFIED;
    struct assessed_cell *cell = &run->assessed[at];
    if (entry->accepted < newest[2 * at + verified])
        return;
    newest[2 * at + verified] = entry->accepted;
    if (verified) {
        cell->has_verified = true;
        cell->verified_e4 = entry->cell.value_e4;
    } else {
        cell->has_self = entry->cell.state != CELL_WITHDRAW;
        cell->self_state = entry->cell.state;
        cell->self_e4 = entry->cell.value_e4;
    }
}

static void read_assessed(struct run *run)
{
    const struct campaign *campaign = run->given->campaign;
    size_t slots = run->plan->period_slots, indicators = campaign->indicator_count;
    size_t cells = run->competitors->count * indicators * slots;
    int64_t *newest = mem_alloc(2 * cells, sizeof *newest);
    run->assessed = mem_alloc(cells, sizeof *run->assessed);
    for (size_t i = 0; i < run->entry_count; i++) {
        const struct offline_entry *entry = &run->entries[i];
        int slot = campaign_period_index(campaign, entry->period);
        if (campaign->indicators[entry->indicator].kind != KIND_ASSESSED || slot < 0 ||
            (size_t)slot >= slots)
            continue;
        for (size_t c = 0; c < run->competitors->count; c++)
            if (run->competitors->units[c] == entry->unit)
                take_assessed(run, newest,
                              (c * indicators + entry->indicator) * slots + (size_t)slot, entry);
    }
    free(newest);
}

static void read_late(struct run *run)
{
    const struct offline_case *given = run->given;
    size_t slots = run->plan->period_slots, units = given->tree->unit_count;
    int64_t *first = mem_alloc(units * slots, sizeof *first);
    for (size_t i = 0; i < units * slots; i++)
        first[i] = INT64_MAX;
    for (size_t i = 0; i < run->entry_count; i++) {
        const struct offline_entry *entry = &run->entries[i];
        int slot = campaign_period_index(given->campaign, entry->period);
        uint32_t office = NO_UNIT;
        if (slot < 0 || (size_t)slot >= slots || entry->cell.state == CELL_VERIFIED)
            continue;
        office_of(given->campaign, given->tree, entry->unit, entry->period, DAY_MAX, &office);
        if (office != NO_UNIT && entry->accepted_us < first[office * slots + (size_t)slot])
            first[office * slots + (size_t)slot] = entry->accepted_us;
    }
    run->late = mem_alloc(units, sizeof *run->late);
    run->on_time = mem_alloc(units, sizeof *run->on_time);
    late_count(run->plan, first, run->options->has_cut ? run->options->cut_us : INT64_MIN,
               run->late, run->on_time);
    free(first);
}

static int score_one_cluster(struct run *run, uint32_t cluster, struct unit_score *ret_by_unit,
                             struct cluster_scores *ret, struct err *err)
{
    size_t indicators = run->given->campaign->indicator_count, count = 0;
    size_t per_unit = indicators * run->plan->period_slots;
    struct score_unit_input *inputs = mem_alloc(run->competitors->count, sizeof *inputs);
    for (size_t c = 0; c < run->competitors->count; c++) {
        uint32_t unit = run->competitors->units[c];
        if (run->competitors->clusters[c] == cluster)
            inputs[count++] = (struct score_unit_input){
                .unit = unit,
                .components = &row_of(run, unit).components[SCOPE_TO_DATE * indicators],
                .assessed = &run->assessed[c * per_unit],
                .late_periods = run->late[unit],
                .on_time_periods = run->on_time[unit]};
    }
    int result = score_cluster(run->plan, &run->given->targets, &run->given->adjustments, inputs,
                               count, ret, err);
    free(inputs);
    if (result < 0)
        return -1;
    for (size_t u = 0; u < ret->count; u++)
        ret_by_unit[ret->units[u].unit] = ret->units[u];
    rank_cluster(run->given->campaign, cluster, ret, &run->standings[run->standing_count]);
    run->standing_count += count;
    return 0;
}

static int run_scores(struct run *run, const char *period, struct err *err)
{
    const struct offline_case *given = run->given;
    size_t clusters = given->campaign->cluster_count > 0 ? given->campaign->cluster_count : 1;
    struct unit_score *by_unit = mem_alloc(given->tree->unit_count, sizeof *by_unit);
    struct cluster_scores *scores = mem_alloc(clusters, sizeof *scores);
    int result = 0;
    read_assessed(run);
    read_late(run);
    run->standings = mem_alloc(run->competitors->count, sizeof *run->standings);
    for (uint32_t cluster = 0; cluster < clusters && result == 0; cluster++)
        result = score_one_cluster(run, cluster, by_unit, &scores[cluster], err);
    for (size_t c = 0; result == 0 && c < run->competitors->count; c++)
        output_score_lines(&run->output->files[1], given->campaign, given->tree, period,
                           &by_unit[run->competitors->units[c]]);
    for (size_t i = 0; result == 0 && i < run->standing_count; i++)
        output_ranking_line(&run->output->files[2], given->campaign, given->tree, period,
                            &run->standings[i]);
    for (size_t cluster = 0; cluster < clusters; cluster++)
        cluster_scores_clear(&scores[cluster]);
    free(scores);
    free(by_unit);
    return result;
}

static void run_awards(struct run *run)
{
    const struct offline_case *given = run->given;
    struct candidates candidates;
    award_compute(given->campaign, given->tree, run->standings, run->standing_count,
                  &given->nominations, &given->decisions, &candidates);
    for (size_t i = 0; i < candidates.count; i++)
        output_award_line(&run->output->files[3], given->campaign, given->tree,
                          &candidates.list[i]);
    candidates_clear(&candidates);
}

static int run_all(struct run *run, const char *period, struct err *err)
{
    run->competitors = competitors_create(run->given->campaign, run->plan->day);
    choose_entries(run);
    if (run_rollup(run, err) < 0)
        return -1;
    for (unsigned scope = 0; scope < SCOPE_COUNT; scope++)
        write_rollup(run, (enum scope)scope, period);
    if (run_scores(run, period, err) < 0)
        return -1;
    run_awards(run);
    return 0;
}

int offline_run(const struct offline_case *given, const struct offline_options *options,
                struct offline_output *ret, struct err *err)
{
    const char *const headers[OFFLINE_FILES] = {rollup_header, scores_header, ranking_header,
                                                awards_header};
    char text[PERIOD_TEXT_SIZE];
    struct run run = {.given = given, .options = options, .output = ret};
    struct period period = options->period.kind != 0 ? options->period : given->campaign->to;
    *ret = (struct offline_output){0};
    run.plan = rollup_plan_create(given->campaign, given->tree, period, err);
    if (run.plan == NULL)
        return -1;
    for (size_t i = 0; i < OFFLINE_FILES; i++)
        text_adds(&ret->files[i], headers[i]);
    period_format(period, text);
    int result = run_all(&run, text, err);
    standings_clear(run.standings, run.standing_count);
    free(run.standings);
    free(run.on_time);
    free(run.late);
    free(run.assessed);
    free(run.has_row);
    free(run.rows);
    free(run.entries);
    competitors_destroy(run.competitors);
    rollup_plan_destroy(run.plan);
    if (result < 0)
        offline_output_free(ret);
    return result;
}
