// Before a run is published: every unit has its rows, every leaf of the tree is counted in exactly
// one place, and each parent's components are exactly the sum of its children's, read back from the
// store. A verify job covers the units at or below its tops (no arguments: the units above them).
#include "worker/work.h"

#include "worker/store.h"
#include <stdlib.h>
#include <string.h>

struct check {
    const struct run_input *input;
    size_t indicators;
    bool *mine; // by unit: this job checks its row
    struct component **own,
        **sum; // by unit and scope: as stored, and summed over children; NULL: none
};

static size_t slot(uint32_t unit, enum scope scope)
{
    return (size_t)unit * SCOPE_COUNT + (size_t)scope;
}

static int take(void *arg, const struct stored_row *row, struct err *err)
{
    struct check *check = arg;
    const struct unit_tree *tree = check->input->tree;
    if (check->mine[row->unit]) {
        struct component **own = &check->own[slot(row->unit, row->scope)];
        if (*own)
            return err_set(err, ERR_DIE, "counted_twice", "unit %s has two rows",
                           tree->units[row->unit].code);
        *own = mem_alloc(check->indicators, sizeof **own);
        memcpy(*own, row->components, check->indicators * sizeof **own);
    }
    if (row->parent == NO_UNIT || !check->mine[row->parent])
        return 0;
    struct component **sum = &check->sum[slot(row->parent, row->scope)];
    if (!*sum)
        *sum = mem_alloc(check->indicators, sizeof **sum);
    for (uint32_t i = 0; i < check->indicators; i++)
        if (component_add(&(*sum)[i], &row->components[i], tree->units[row->parent].code,
                          check->input->campaign->indicators[i].code, err) < 0)
            return -1;
    return 0;
}

// A leaf's row has no children: it counts itself once. Any other row is the sum of its children's.
static int check_row(const struct check *check, uint32_t unit, enum scope scope, struct err *err)
{
    static const struct component zero;
    const struct unit *u = &check->input->tree->units[unit];
    const struct component *own = check->own[slot(unit, scope)],
                           *sum = check->sum[slot(unit, scope)];
    if (!own)
        return err_set(err, ERR_DIE, "row_missing", "unit %s has no row", u->code);
    for (uint32_t i = 0; i < check->indicators; i++) {
        if (!rollup_has(check->input->plan, unit, i))
            continue;
        const struct indicator *indicator = &check->input->campaign->indicators[i];
        if (check->input->plan->leaf_level[i] == u->level) {
            if (own[i].leaves != 1 || own[i].reported + own[i].na > 1)
                return err_set(err, ERR_DIE, "leaf_count", "leaf %s counts %u times for %s",
                               u->code, own[i].leaves, indicator->code);
        } else if (!component_equal(&own[i], sum ? &sum[i] : &zero)) {
            return err_set(err, ERR_DIE, "parent_sum",
                           "unit %s is not the sum of its children for %s (%s)", u->code,
                           indicator->code, scope_names[scope]);
        }
    }
    return 0;
}

static bool has_row(const struct check *check, uint32_t unit)
{
    for (uint32_t i = 0; i < check->indicators; i++)
        if (rollup_has(check->input->plan, unit, i))
            return true;
    return false;
}

// Marks the units this job checks and lists those whose rows it reads: they and their children. Owned
// by the caller.
static uint32_t *choose(struct check *check, const struct work *work, size_t *ret_count)
{
    const struct unit_day *day = check->input->plan->day;
    size_t count = 0;
    if (work->argument_count == 0) { // the units above the tops
        uint32_t *upper = rollup_uppers(check->input->plan, &count);
        for (size_t i = 0; i < count; i++)
            check->mine[upper[i]] = true;
        free(upper);
    }
    for (size_t i = 0; i < work->argument_count; i++)
        if (work_unit(work, i) != NO_UNIT)
            check->mine[work_unit(work, i)] = true;
    uint32_t *read = mem_alloc(day->order_count + 1, sizeof *read);
    count = 0;
    for (size_t i = 0; i < day->order_count; i++) { // parents come before children
        uint32_t unit = day->order[i], parent = day->parent[unit];
        bool child = parent != NO_UNIT && check->mine[parent];
        if (child && work->argument_count > 0)
            check->mine[unit] = true;
        if (child || check->mine[unit])
            read[count++] = unit;
    }
    *ret_count = count;
    return read;
}

static void release_check(struct check *check)
{
    for (size_t i = 0; i < check->input->tree->unit_count * SCOPE_COUNT; i++) {
        free(check->own[i]);
        free(check->sum[i]);
    }
    free(check->own);
    free(check->sum);
    free(check->mine);
}

static int verify_compute(struct work *work, void **ret_state, struct err *err)
{
    (void)ret_state;
    size_t units = work->input->tree->unit_count;
    struct check check = {.input = work->input,
                          .indicators = work->input->campaign->indicator_count,
                          .mine = mem_alloc(units + 1, sizeof *check.mine),
                          .own = mem_alloc(units * SCOPE_COUNT + 1, sizeof *check.own),
                          .sum = mem_alloc(units * SCOPE_COUNT + 1, sizeof *check.sum)};
    size_t count;
    uint32_t *read = choose(&check, work, &count);
    int result = store_read(work, read, count, STORE_BOTH, take, &check, err);
    for (uint32_t unit = 0; unit < units && result == 0; unit++)
        if (check.mine[unit] && has_row(&check, unit))
            for (int scope = 0; scope < SCOPE_COUNT && result == 0; scope++)
                result = check_row(&check, unit, (enum scope)scope, err);
    free(read);
    release_check(&check);
    return result;
}

static int verify_write(struct work *work, void *state, struct err *err)
{
    (void)work;
    (void)state;
    (void)err;
    return 0; // nothing but DONE
}

static void verify_release(void *state)
{
    (void)state;
}

const struct work_kind verify_work = {verify_compute, verify_write, verify_release};
