// Merging and writing the lists. Both sides of a merge are in order, so that one pass does it.
#include "core/lists_order.h"

#include <stdlib.h>
#include <string.h>

const char *const nominee_category_words[] = {"", "leader", "worker", "farmer", "other", NULL};
const char *const decision_words[2] = {"not awarded", "awarded"};

// --- orders ---

static int order_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int target_order(const void *left, const void *right)
{
    const struct target *a = left, *b = right;
    int order = order_numbers(a->unit, b->unit);
    return order != 0 ? order : order_numbers(a->indicator, b->indicator);
}

int adjustment_order(const void *left, const void *right)
{
    const struct adjustment *a = left, *b = right;
    int order = order_numbers(a->unit, b->unit);
    if (order == 0)
        order = order_numbers(a->rule, b->rule);
    if (order == 0)
        order = strcmp(a->reason, b->reason);
    return order != 0 ? order : order_numbers(a->times, b->times);
}

int nomination_order(const void *left, const void *right)
{
    const struct nomination *a = left, *b = right;
    int order = order_numbers(a->award, b->award);
    return order != 0 ? order : strcmp(a->id, b->id);
}

int decision_order(const void *left, const void *right)
{
    const struct decision *a = left, *b = right;
    int order = order_numbers(a->award, b->award);
    return order != 0 ? order : strcmp(a->recipient, b->recipient);
}

// --- merging ---

static bool same_target(const void *left, const void *right)
{
    const struct target *a = left, *b = right;
    return a->target_e4 == b->target_e4;
}

static bool same_adjustment(const void *left, const void *right)
{
    return adjustment_order(left, right) == 0;
}

static bool same_nomination(const void *left, const void *right)
{
    const struct nomination *a = left, *b = right;
    return a->unit == b->unit && strcmp(a->name, b->name) == 0 && a->category == b->category &&
           a->has_votes == b->has_votes && a->votes_for == b->votes_for &&
           a->votes_total == b->votes_total && a->has_score == b->has_score &&
           a->score_e4 == b->score_e4 && strcmp(a->prior, b->prior) == 0 &&
           strcmp(a->reason, b->reason) == 0;
}

static bool same_decision(const void *left, const void *right)
{
    const struct decision *a = left, *b = right;
    return a->awarded == b->awarded && strcmp(a->reason, b->reason) == 0;
}

struct entries { // of one of the lists
    char *list;
    size_t count;
};
struct list_kind {
    size_t size;
    int (*order)(const void *, const void *);
    bool (*same)(const void *, const void *);
};

// Entries of equal order meet one to one: of the two, the one of `more` stays.
static struct entries merge(const struct list_kind *kind, struct entries base, struct entries more,
                            struct merge_count *ret)
{
    struct entries out = {mem_alloc(base.count + more.count, kind->size), 0};
    size_t i = 0, j = 0;
    *ret = (struct merge_count){0};
    while (i < base.count || j < more.count) {
        const char *old = base.list + i * kind->size, *new = more.list + j * kind->size;
        int order = i == base.count ? 1 : j == more.count ? -1 : kind->order(old, new);
        memcpy(out.list + out.count++ * kind->size, order < 0 ? old : new, kind->size);
        if (order > 0)
            ret->added++;
        else if (order == 0 && kind->same(old, new))
            ret->unchanged++;
        else if (order == 0)
            ret->changed++;
        i += order <= 0;
        j += order >= 0;
    }
    free(base.list);
    return out;
}

// The same for the four lists, whose structs differ in the type of `list` alone.
#define MERGE(base, more, order, same, ret)                                                        \
    do {                                                                                           \
        struct list_kind kind = {sizeof *(base)->list, order, same};                               \
        struct entries merged = merge(&kind,                                                       \
                                      (struct entries){(char *)(base)->list, (base)->count},       \
                                      (struct entries){(char *)(more)->list, (more)->count}, ret); \
        (base)->list = (void *)merged.list;                                                        \
        (base)->count = (base)->capacity = merged.count;                                           \
    } while (0)

void targets_merge(struct targets *base, const struct targets *more, struct merge_count *ret)
{
    MERGE(base, more, target_order, same_target, ret);
}

void adjustments_merge(struct adjustments *base, const struct adjustments *more,
                       struct merge_count *ret)
{
    MERGE(base, more, adjustment_order, same_adjustment, ret);
}

void nominations_merge(struct nominations *base, const struct nominations *more,
                       struct merge_count *ret)
{
    MERGE(base, more, nomination_order, same_nomination, ret);
}

void decisions_merge(struct decisions *base, const struct decisions *more, struct merge_count *ret)
{
    MERGE(base, more, decision_order, same_decision, ret);
}

// --- writing ---

static void write_header(struct text *out, const char *const *columns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_addf(out, "%s%s", i ? "," : "", columns[i]);
    text_adds(out, "\n");
}

// One field and what follows it: a comma or the end of the line.
static void write_field(struct text *out, const char *field, const char *after)
{
    csv_add_field(out, field);
    text_adds(out, after);
}

static void write_number(struct text *out, int64_t value_e4, const char *after)
{
    char number[DECIMAL_TEXT_SIZE];
    decimal_format(value_e4, DECIMAL_SCALE, number);
    write_field(out, number, after);
}

static void write_count(struct text *out, int64_t count, const char *after)
{
    char number[DECIMAL_TEXT_SIZE];
    decimal_format(count, 0, number);
    write_field(out, number, after);
}

void targets_write(const struct targets *list, const struct campaign *c, const struct unit_tree *t,
                   struct text *out)
{
    write_header(out, target_columns, 3);
    for (size_t i = 0; i < list->count; i++) {
        const struct target *target = &list->list[i];
        write_field(out, t->units[target->unit].code, ",");
        write_field(out, c->indicators[target->indicator].code, ",");
        write_number(out, target->target_e4, "\n");
    }
}

void adjustments_write(const struct adjustments *list, const struct campaign *c,
                       const struct unit_tree *t, struct text *out)
{
    write_header(out, adjustment_columns, 4);
    for (size_t i = 0; i < list->count; i++) {
        const struct adjustment *adjustment = &list->list[i];
        write_field(out, t->units[adjustment->unit].code, ",");
        write_field(out, c->adjustments[adjustment->rule].code, ",");
        write_count(out, adjustment->times, ",");
        write_field(out, adjustment->reason, "\n");
    }
}

static void write_votes(struct text *out, const struct nomination *nomination)
{
    if (!nomination->has_votes) {
        text_adds(out, ",,");
        return;
    }
    write_count(out, nomination->votes_for, ",");
    write_count(out, nomination->votes_total, ",");
}

void nominations_write(const struct nominations *list, const struct campaign *c,
                       const struct unit_tree *t, struct text *out)
{
    write_header(out, nomination_columns, 12);
    for (size_t i = 0; i < list->count; i++) {
        const struct nomination *nomination = &list->list[i];
        const struct award *award = &c->awards[nomination->award];
        write_field(out, nomination->id, ",");
        write_field(out, t->units[nomination->unit].code, ",");
        write_field(out, award->code, ",");
        write_field(out, award_to_words[award->to], ",");
        write_field(out, nomination->name, ",");
        write_field(out, nominee_category_words[nomination->category], ",");
        write_field(out, award_form_words[award->form], ",");
        write_votes(out, nomination);
        if (nomination->has_score)
            write_number(out, nomination->score_e4, ",");
        else
            text_adds(out, ",");
        write_field(out, nomination->prior, ",");
        write_field(out, nomination->reason, "\n");
    }
}

void decisions_write(const struct decisions *list, const struct campaign *c, struct text *out)
{
    write_header(out, decision_columns, 4);
    for (size_t i = 0; i < list->count; i++) {
        const struct decision *decision = &list->list[i];
        write_field(out, c->awards[decision->award].code, ",");
        write_field(out, decision->recipient, ",");
        write_field(out, decision_words[decision->awarded], ",");
        write_field(out, decision->reason, "\n");
    }
}

bool target_of(const struct targets *targets, const struct campaign *campaign, uint32_t unit,
               uint32_t indicator, bool competes, int64_t *ret_e4)
{
    struct target wanted = {.unit = unit, .indicator = indicator};
    const struct target *found = targets->count == 0
                                     ? NULL
                                     : bsearch(&wanted, targets->list, targets->count,
                                               sizeof wanted, target_order);
    const struct indicator *rule = &campaign->indicators[indicator];
    if (!found && (!competes || !rule->has_target))
        return false;
    *ret_e4 = found ? found->target_e4 : rule->target_e4;
    return true;
}
