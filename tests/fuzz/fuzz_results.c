// Any bytes as a results file, in each decimal convention (first byte), against a small campaign: what
// is read are sane cells, each once; what the checker lets pass belongs to an office.
#include "core/entry.h"
#include "tests/fuzz/small_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(bool condition)
{
    if (!condition)
        abort();
}

static void hold_cell(const struct cell *cell)
{
    hold(cell->state >= CELL_VALUE && cell->state <= CELL_VERIFIED);
    hold(cell->value_e4 >= -DECIMAL_MAX_E4 && cell->value_e4 <= DECIMAL_MAX_E4);
    hold(cell->denominator_e4 >= -DECIMAL_MAX_E4 && cell->denominator_e4 <= DECIMAL_MAX_E4);
    hold(cell->has_denominator || cell->denominator_e4 == 0);
    hold(cell->state == CELL_VALUE || cell->state == CELL_VERIFIED || cell->value_e4 == 0);
    hold(cell->indicator[0] != '\0' && cell->note != NULL && cell->row >= 2);
}

static void hold_forms(const struct forms *forms)
{
    for (size_t f = 0; f < forms->count; f++) {
        const struct form *form = &forms->list[f];
        hold(form->cell_count > 0);
        for (size_t g = 0; g < f; g++)
            hold(strcmp(form->unit, forms->list[g].unit) != 0 ||
                 strcmp(form->period, forms->list[g].period) != 0);
        for (size_t c = 0; c < form->cell_count; c++)
            hold_cell(&form->cells[c]);
    }
}

static void check(struct arena *arena, const struct forms *forms, uint8_t choice,
                  struct findings *findings)
{
    const struct small_world *world = small_world();
    struct entry_context context = {.campaign = world->campaign,
                                    .tree = world->tree,
                                    .today = day_from_civil(2022, 1 + choice % 12, 20),
                                    .may_verify = (choice & 1) != 0};
    uint32_t *offices = arena_alloc(arena, forms->count + 1, sizeof *offices);
    if (entry_check(&context, forms, "fuzz", offices, findings) != 0)
        return;
    for (size_t f = 0; f < forms->count; f++)
        hold(offices[f] < world->tree->unit_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct arena *arena = arena_create();
    struct findings findings = {0};
    struct forms forms = {0};
    size_t blank = 0;
    const struct csv_table *table = csv_read(arena, "fuzz", (const char *)data + 2, size - 2,
                                             result_columns, 7, RESULT_COLUMNS_REQUIRED, &findings);
    if (table != NULL) {
        size_t errors = findings.errors;
        int status = results_read(arena, table, (enum decimal_style)(data[0] % 2), &forms, &blank,
                                  &findings);
        hold((status != 0) == (findings.errors > errors));
        hold_forms(&forms);
        check(arena, &forms, data[1], &findings);
    }
    findings_sort(&findings);
    findings_free(&findings);
    arena_destroy(arena);
    return 0;
}
