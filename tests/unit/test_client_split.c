// Dividing: every cell goes once, groups keep together and in order, every part keeps the limits.
#include "client/split.h"
#include "tests/lib/cmocka_all.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_create();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static const char *text(const char *word, unsigned number)
{
    char buffer[64];
    int length = snprintf(buffer, sizeof buffer, "%s-%u", word, number);
    return arena_text(arena, buffer, (size_t)length);
}

// `cells` cells with the rows from *row on.
static void add_form(struct forms *forms, const char *unit, unsigned cells, unsigned *row,
                     const char *note)
{
    struct form *form = MEM_PUSH(forms->list, forms->count, forms->capacity);
    form->unit = unit;
    form->period = "2022-06";
    for (unsigned i = 0; i < cells; i++)
        *MEM_PUSH(form->cells, form->cell_count,
                  form->cell_capacity) = (struct cell){.indicator = text("indicator", i % 400),
                                                       .state = CELL_VALUE,
                                                       .value_e4 = INT64_MAX,
                                                       .has_denominator = true,
                                                       .denominator_e4 = INT64_MIN,
                                                       .note = note,
                                                       .row = (*row)++};
}

static void forms_free(struct forms *forms)
{
    for (size_t i = 0; i < forms->count; i++)
        free(forms->list[i].cells);
    free(forms->list);
}

// Encodes each part, decodes it again and hands out the rows in the order they are sent.
static size_t encoded_rows(const struct parts *parts, unsigned *rows)
{
    size_t count = 0;
    for (size_t p = 0; p < parts->count; p++) {
        struct message message = {.type = MESSAGE_SUBMIT, .submit = parts->list[p].submit}, back;
        struct text out = {0};
        struct err err = {0};
        if (message_encode(&message, &out, &err) != 0)
            fail_msg("part %zu: %s", p, err.text);
        assert_in_range(out.length, 1, WIRE_BYTES_MAX);
        if (message_decode((const uint8_t *)out.data, out.length, &back, &err) != 0)
            fail_msg("part %zu: %s", p, err.text);
        assert_in_range(back.submit.cell_count, 1, WIRE_CELLS_MAX);
        for (size_t f = 0; f < back.submit.form_count; f++) {
            const struct wire_form *form = &back.submit.forms[f];
            for (size_t c = 0; c < form->count; c++) {
                char expected[32];
                rows[count] = form->row[c];
                assert_in_range(form->indicator[c], 0, back.submit.indicator_count - 1);
                snprintf(expected, sizeof expected, "indicator-");
                assert_memory_equal(back.submit.indicators[form->indicator[c]], expected, 10);
                count++;
            }
        }
        message_clear(&back);
        text_free(&out);
    }
    return count;
}

static void test_one_office_one_part(void **state)
{
    struct forms forms = {0};
    struct parts parts = {0};
    const char *offices[] = {"06520", "06520"};
    unsigned row = 2;
    (void)state;
    add_form(&forms, "a", 3, &row, "");
    add_form(&forms, "b", 2, &row, "ghi chú");
    split_forms(arena, "f.csv", "c", &forms, offices, &parts);
    assert_int_equal(parts.count, 1);
    assert_string_equal(parts.list[0].submit.office, "06520");
    assert_string_equal(parts.list[0].file, "f.csv");
    assert_int_equal(parts.list[0].submit.form_count, 2);
    assert_int_equal(parts.list[0].submit.cell_count, 5);
    assert_int_equal(parts.list[0].submit.indicator_count, 3);
    assert_null(parts.list[0].submit.forms[0].note);
    assert_string_equal(parts.list[0].submit.forms[1].note[1], "ghi chú");
    free(parts.list);
    forms_free(&forms);
}

static void test_offices_in_order_of_first_appearance(void **state)
{
    struct forms forms = {0};
    struct parts parts = {0};
    const char *offices[] = {"z", "a", "z", "", "", "", "a"};
    const char *units[] = {"1", "2", "3", "u", "v", "u", "4"};
    const char *expected[] = {"z", "a", "", ""};
    unsigned rows[7], row = 0;
    (void)state;
    for (size_t i = 0; i < 7; i++)
        add_form(&forms, units[i], 1, &row, "");
    split_forms(arena, "f", "c", &forms, offices, &parts);
    assert_int_equal(parts.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(parts.list[i].submit.office, expected[i]);
    // An unknown office: one part for each unit.
    assert_string_equal(parts.list[2].submit.forms[0].unit, "u");
    assert_int_equal(parts.list[2].submit.form_count, 2);
    assert_string_equal(parts.list[3].submit.forms[0].unit, "v");
    assert_int_equal(encoded_rows(&parts, rows), 7);
    const unsigned order[7] = {0, 2, 1, 6, 3, 5, 4};
    assert_memory_equal(rows, order, sizeof rows);
    free(parts.list);
    forms_free(&forms);
}

static void limits(unsigned form_count, unsigned cells, const char *note, size_t expected_parts)
{
    struct forms forms = {0};
    struct parts parts = {0};
    size_t all = (size_t)form_count * cells;
    const char **offices = mem_alloc(form_count, sizeof *offices);
    unsigned row = 0, *rows = mem_alloc(all, sizeof *rows);
    for (unsigned i = 0; i < form_count; i++) {
        add_form(&forms, text("unit", i), cells, &row, note);
        offices[i] = "office";
    }
    split_forms(arena, "f", "c", &forms, offices, &parts);
    assert_int_equal(parts.count, expected_parts);
    assert_int_equal(encoded_rows(&parts, rows), all);
    for (size_t i = 0; i < all; i++)
        assert_int_equal(rows[i], i); // file order, every cell once
    free(rows);
    free(offices);
    free(parts.list);
    forms_free(&forms);
}

static void test_limits(void **state)
{
    char note[NOTE_BYTES_MAX + 1];
    (void)state;
    memset(note, 'n', sizeof note);
    note[NOTE_BYTES_MAX] = '\0';
    limits(1, WIRE_CELLS_MAX, "", 1);
    limits(1, WIRE_CELLS_MAX + 1, "", 2);
    limits(WIRE_CELLS_MAX, 1, "", 1);
    limits(10, 3000, "", 8);
    limits(4, 1000, note, 5); // 4 MB of notes
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_office_one_part, setup, teardown),
        cmocka_unit_test_setup_teardown(test_offices_in_order_of_first_appearance, setup, teardown),
        cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
