// Forms are taken in the order of their groups. A form that does not fit into what is left of a
// submission is cut: the store takes cells one by one, so that makes no difference there.
#include "client/split.h"

#include <stdlib.h>
#include <string.h>

// Upper bounds of the encoded sizes: field numbers, lengths and varints included.
#define FORM_BYTES 64 // and its codes
#define CELL_BYTES 40 // and its code and note

struct place { // of a form
    const char *office, *unit;
    size_t form, first; // index of the form, and of the first one of its group
};
struct slice { // cells of one form that go into one submission
    const struct form *form;
    size_t from, count;
};
struct slices {
    struct slice *list;
    size_t count, capacity;
    size_t cells, bytes;
};

// ---- groups

static int same_group(const struct place *a, const struct place *b)
{
    int order = strcmp(a->office, b->office);
    return order != 0 || a->office[0] != '\0' ? order : strcmp(a->unit, b->unit);
}

static int by_group(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    int order = same_group(a, b);
    return order != 0 ? order : (a->form > b->form) - (a->form < b->form);
}

static int by_first(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    int order = (a->first > b->first) - (a->first < b->first);
    return order != 0 ? order : (a->form > b->form) - (a->form < b->form);
}

// The forms, those of a group together, groups in the order of their first forms.
static struct place *order_forms(const struct forms *forms, const char *const *offices)
{
    struct place *places = mem_alloc(forms->count + 1, sizeof *places);
    for (size_t i = 0; i < forms->count; i++)
        places[i] = (struct place){.office = offices[i], .unit = forms->list[i].unit, .form = i};
    qsort(places, forms->count, sizeof *places, by_group);
    for (size_t i = 0; i < forms->count; i++)
        places[i].first = i > 0 && same_group(&places[i - 1], &places[i]) == 0 ? places[i - 1].first
                                                                               : places[i].form;
    qsort(places, forms->count, sizeof *places, by_first);
    return places;
}

// ---- submissions

// Index of the code in the table of the submission, which it enters when it is not there.
static uint32_t indicator_index(const char **codes, size_t *count, const char *code)
{
    size_t i = 0;
    while (i < *count && strcmp(codes[i], code) != 0)
        i++;
    codes[i] = code;
    *count += i == *count;
    return (uint32_t)i;
}

static struct wire_form make_form(struct arena *arena, const struct slice *slice,
                                  const char **codes, size_t *code_count)
{
    size_t count = slice->count;
    uint32_t *indicator = arena_alloc(arena, count, sizeof *indicator);
    uint32_t *state = arena_alloc(arena, count, sizeof *state);
    int64_t *value = arena_alloc(arena, count, sizeof *value);
    int64_t *denominator = arena_alloc(arena, count, sizeof *denominator);
    bool *has_denominator = arena_alloc(arena, count, sizeof *has_denominator), any_note = false;
    uint32_t *row = arena_alloc(arena, count, sizeof *row);
    const char **note = arena_alloc(arena, count, sizeof *note);
    for (size_t i = 0; i < count; i++) {
        const struct cell *cell = &slice->form->cells[slice->from + i];
        indicator[i] = indicator_index(codes, code_count, cell->indicator);
        state[i] = cell->state;
        value[i] = cell->value_e4;
        denominator[i] = cell->denominator_e4;
        has_denominator[i] = cell->has_denominator;
        row[i] = cell->row;
        note[i] = cell->note;
        any_note = any_note || cell->note[0] != '\0';
    }
    return (struct wire_form){.unit = slice->form->unit,
                              .period = slice->form->period,
                              .count = count,
                              .indicator = indicator,
                              .state = state,
                              .value_e4 = value,
                              .denominator_e4 = denominator,
                              .has_denominator = has_denominator,
                              .row = row,
                              .note = any_note ? note : NULL};
}

// Turns the slices into a submission and begins anew.
static void close_part(struct arena *arena, struct slices *slices, struct part part,
                       struct parts *ret)
{
    if (slices->count == 0)
        return;
    struct wire_form *forms = arena_alloc(arena, slices->count, sizeof *forms);
    const char **codes = arena_alloc(arena, slices->cells + 1, sizeof *codes);
    for (size_t i = 0; i < slices->count; i++)
        forms[i] = make_form(arena, &slices->list[i], codes, &part.submit.indicator_count);
    part.submit.indicators = codes;
    part.submit.form_count = slices->count;
    part.submit.forms = forms;
    part.submit.cell_count = slices->cells;
    *MEM_PUSH(ret->list, ret->count, ret->capacity) = part;
    slices->count = slices->cells = slices->bytes = 0;
}

static size_t cell_bytes(const struct cell *cell)
{
    return CELL_BYTES + strlen(cell->indicator) + strlen(cell->note);
}

static size_t form_bytes(const struct form *form)
{
    return FORM_BYTES + strlen(form->unit) + strlen(form->period);
}

static void add_form(struct arena *arena, const struct form *form, struct slices *slices,
                     const struct part *part, struct parts *ret)
{
    struct slice *slice = NULL;
    for (size_t i = 0; i < form->cell_count; i++) {
        size_t bytes = cell_bytes(&form->cells[i]);
        if (slices->cells == WIRE_CELLS_MAX ||
            slices->bytes + bytes + (slice == NULL ? form_bytes(form) : 0) > PART_BYTES_MAX) {
            close_part(arena, slices, *part, ret);
            slice = NULL;
        }
        if (slice == NULL) {
            slice = MEM_PUSH(slices->list, slices->count, slices->capacity);
            *slice = (struct slice){.form = form, .from = i};
            slices->bytes += form_bytes(form);
        }
        slice->count++;
        slices->cells++;
        slices->bytes += bytes;
    }
}

void split_forms(struct arena *arena, const char *file, const char *campaign,
                 const struct forms *forms, const char *const *offices, struct parts *ret)
{
    struct place *places = order_forms(forms, offices);
    struct slices slices = {0};
    struct part part = {.file = file, .submit = {.campaign = campaign, .office = ""}};
    for (size_t i = 0; i < forms->count; i++) {
        if (i > 0 && places[i].first != places[i - 1].first)
            close_part(arena, &slices, part, ret);
        part.submit.office = places[i].office;
        add_form(arena, &forms->list[places[i].form], &slices, &part, ret);
    }
    close_part(arena, &slices, part, ret);
    free(slices.list);
    free(places);
}
