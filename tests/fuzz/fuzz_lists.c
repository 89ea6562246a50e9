// Any bytes as a list beside the campaign (first byte: which): what is read is written in an order of
// its own, reads back as the same list, and merged with itself changes nothing.
#include "core/lists.h"
#include "tests/fuzz/small_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TARGETS, ADJUSTMENTS, NOMINATIONS, DECISIONS, LISTS };
static const struct {
    const char *const *columns;
    size_t count, required;
} files[LISTS] = {
    [TARGETS] = {target_columns, 3, TARGET_COLUMNS_REQUIRED},
    [ADJUSTMENTS] = {adjustment_columns, 4, ADJUSTMENT_COLUMNS_REQUIRED},
    [NOMINATIONS] = {nomination_columns, 12, NOMINATION_COLUMNS_REQUIRED},
    [DECISIONS] = {decision_columns, 4, DECISION_COLUMNS_REQUIRED},
};
struct lists {
    struct targets targets;
    struct adjustments adjustments;
    struct nominations nominations;
    struct decisions decisions;
};

static size_t count_of(const struct lists *lists, unsigned kind)
{
    const size_t counts[LISTS] = {lists->targets.count, lists->adjustments.count,
                                  lists->nominations.count, lists->decisions.count};
    return counts[kind];
}

// 0, or -1 when it was refused with findings.
static int read_list(struct arena *arena, unsigned kind, const char *text, size_t length,
                     struct lists *ret)
{
    const struct campaign *campaign = small_world()->campaign;
    const struct unit_tree *tree = small_world()->tree;
    struct findings findings = {0};
    const struct csv_table *table = csv_read(arena, "fuzz", text, length, files[kind].columns,
                                             files[kind].count, files[kind].required, &findings);
    size_t errors = findings.errors; // of the CSV itself: such a file is refused, too
    int status = -1;
    if (table == NULL || errors > 0)
        status = -1;
    else if (kind == TARGETS)
        status = targets_read(arena, campaign, tree, table, &ret->targets, &findings);
    else if (kind == ADJUSTMENTS)
        status = adjustments_read(arena, campaign, tree, table, &ret->adjustments, &findings);
    else if (kind == NOMINATIONS)
        status = nominations_read(arena, campaign, tree, table, &ret->nominations, &findings);
    else
        status = decisions_read(arena, campaign, table, &ret->decisions, &findings);
    if ((status != 0) != (findings.errors > 0 || table == NULL))
        abort();
    findings_free(&findings);
    return status;
}

static void write_list(const struct lists *lists, unsigned kind, struct text *out)
{
    const struct campaign *campaign = small_world()->campaign;
    const struct unit_tree *tree = small_world()->tree;
    if (kind == TARGETS)
        targets_write(&lists->targets, campaign, tree, out);
    else if (kind == ADJUSTMENTS)
        adjustments_write(&lists->adjustments, campaign, tree, out);
    else if (kind == NOMINATIONS)
        nominations_write(&lists->nominations, campaign, tree, out);
    else
        decisions_write(&lists->decisions, campaign, out);
}

static void merge_list(struct lists *base, const struct lists *more, unsigned kind,
                       struct merge_count *ret)
{
    if (kind == TARGETS)
        targets_merge(&base->targets, &more->targets, ret);
    else if (kind == ADJUSTMENTS)
        adjustments_merge(&base->adjustments, &more->adjustments, ret);
    else if (kind == NOMINATIONS)
        nominations_merge(&base->nominations, &more->nominations, ret);
    else
        decisions_merge(&base->decisions, &more->decisions, ret);
}

static void free_lists(struct lists *lists)
{
    targets_free(&lists->targets);
    adjustments_free(&lists->adjustments);
    nominations_free(&lists->nominations);
    decisions_free(&lists->decisions);
}

static void same_again(struct arena *arena, unsigned kind, struct lists *lists)
{
    struct lists again = {0};
    struct text first = {0}, second = {0}, merged = {0};
    struct merge_count count;
    write_list(lists, kind, &first);
    if (read_list(arena, kind, first.data, first.length, &again) != 0)
        abort();
    write_list(&again, kind, &second);
    merge_list(lists, &again, kind, &count);
    write_list(lists, kind, &merged);
    if (strcmp(first.data, second.data) != 0 || strcmp(first.data, merged.data) != 0 ||
        count.added != 0 || count.changed != 0 || count.unchanged != count_of(&again, kind))
        abort();
    text_free(&first);
    text_free(&second);
    text_free(&merged);
    free_lists(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct arena *arena = arena_create();
    struct lists lists = {0};
    unsigned kind = data[0] % LISTS;
    if (read_list(arena, kind, (const char *)data + 1, size - 1, &lists) == 0)
        same_again(arena, kind, &lists);
    free_lists(&lists);
    arena_destroy(arena);
    return 0;
}
