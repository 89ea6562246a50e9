// The lists beside a campaign: one table tells how each kind is read, merged and written.
#include "server/document.h"

#include "core/lists.h"
#include "core/mem.h"
#include <stdlib.h>
#include <string.h>

union list {
    struct targets targets;
    struct adjustments adjustments;
    struct nominations nominations;
    struct decisions decisions;
};
struct context {
    struct arena *arena;
    const struct campaign *campaign;
    const struct unit_tree *tree;
};

#define ADAPTERS(kind)                                                                          \
    static int kind##_in(const struct context *context, const struct csv_table *table,          \
                         union list *ret, struct findings *findings)                            \
    {                                                                                           \
        return kind##_read(context->arena, context->campaign, context->tree, table, &ret->kind, \
                           findings);                                                           \
    }                                                                                           \
    static void kind##_add(union list *base, const union list *more, struct merge_count *ret)   \
    {                                                                                           \
        kind##_merge(&base->kind, &more->kind, ret);                                            \
    }                                                                                           \
    static void kind##_out(const struct context *context, const union list *list,               \
                           struct text *out)                                                    \
    {                                                                                           \
        kind##_write(&list->kind, context->campaign, context->tree, out);                       \
    }                                                                                           \
    static void kind##_clear(union list *list)                                                  \
    {                                                                                           \
        kind##_free(&list->kind);                                                               \
    }
ADAPTERS(targets)
ADAPTERS(adjustments)
ADAPTERS(nominations)

// Decisions know no units.
static int decisions_in(const struct context *context, const struct csv_table *table,
                        union list *ret, struct findings *findings)
{
    return decisions_read(context->arena, context->campaign, table, &ret->decisions, findings);
}

static void decisions_add(union list *base, const union list *more, struct merge_count *ret)
{
    decisions_merge(&base->decisions, &more->decisions, ret);
}

static void decisions_out(const struct context *context, const union list *list, struct text *out)
{
    decisions_write(&list->decisions, context->campaign, out);
}

static void decisions_clear(union list *list)
{
    decisions_free(&list->decisions);
}

static const struct list_kind {
    const char *word;
    const char *const *columns;
    size_t column_count;
    int (*read)(const struct context *, const struct csv_table *, union list *, struct findings *);
    void (*merge)(union list *base, const union list *more, struct merge_count *ret);
    void (*write)(const struct context *, const union list *, struct text *out);
    void (*clear)(union list *list);
} kinds[DOCUMENT_KINDS] = {
    [DOCUMENT_TARGETS] = {"targets", target_columns, 3, targets_in, targets_add, targets_out,
                          targets_clear},
    [DOCUMENT_ADJUSTMENTS] = {"adjustments", adjustment_columns, 4, adjustments_in, adjustments_add,
                              adjustments_out, adjustments_clear},
    [DOCUMENT_NOMINATIONS] = {"nominations", nomination_columns, 12, nominations_in,
                              nominations_add, nominations_out, nominations_clear},
    [DOCUMENT_DECISIONS] = {"decisions", decision_columns, 4, decisions_in, decisions_add,
                            decisions_out, decisions_clear},
};

static const struct csv_table *read_list(const struct list_kind *kind,
                                         const struct context *context, const char *file,
                                         const char *text, size_t length, union list *ret,
                                         struct findings *findings)
{
    const struct csv_table *table = csv_read(context->arena, file, text, length, kind->columns,
                                             kind->column_count, kind->column_count, findings);
    if (table != NULL)
        kind->read(context, table, ret, findings);
    return table;
}

void document_make_list(const struct document_input *input, struct document_output *ret)
{
    const struct list_kind *kind = &kinds[input->kind];
    const struct world_campaign *campaign = world_campaign(input->world, input->campaign);
    const char *before = input->on_record[input->kind];
    struct context context = {ret->arena, campaign->rules, world_tree(input->world)};
    struct findings ignored = {0};
    struct merge_count counts = {0};
    union list base, more;
    memset(&base, 0, sizeof base);
    memset(&more, 0, sizeof more);
    const struct csv_table *table = read_list(kind, &context, input->file, input->text,
                                              input->length, &more, &ret->findings);
    if (input->kind == DOCUMENT_DECISIONS && table != NULL)
        document_check_decisions(input, context.campaign, table, &ret->findings);
    if (before != NULL) // what does not fit the campaign any more is left behind
        read_list(kind, &context, "", before, strlen(before), &base, &ignored);
    kind->merge(&base, &more, &counts);
    if (input->replace) { // counted against what was there, without keeping it
        struct merge_count own;
        kind->clear(&base);
        memset(&base, 0, sizeof base);
        kind->merge(&base, &more, &own);
    }
    kind->write(&context, &base, &ret->content);
    ret->added = (uint32_t)counts.added;
    ret->changed = (uint32_t)counts.changed;
    ret->unchanged = (uint32_t)counts.unchanged;
    kind->clear(&base);
    kind->clear(&more);
    findings_free(&ignored);
}

void document_check_lists(const struct document_input *input, const struct campaign *campaign,
                          struct findings *findings)
{
    struct arena *arena = arena_create();
    struct context context = {arena, campaign, world_tree(input->world)};
    for (size_t i = DOCUMENT_TARGETS; i < DOCUMENT_KINDS; i++) {
        union list list;
        const char *text = input->on_record[i];
        if (text == NULL)
            continue;
        memset(&list, 0, sizeof list);
        read_list(&kinds[i], &context, kinds[i].word, text, strlen(text), &list, findings);
        kinds[i].clear(&list);
    }
    arena_destroy(arena);
}
