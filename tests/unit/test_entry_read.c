// A clerk's results file: forms in order, blanks, both conventions of numbers, and everything that
// can be wrong with the text itself.
#include "core/entry.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/found.h"
#include <stdio.h>
#include <string.h>

#define HEADER "period,unit,indicator,value,denominator,state,note\n"

struct reading {
    struct arena *arena;
    struct forms forms;
    size_t blank;
    int result;
    struct findings findings;
};

static struct reading read_bytes(const char *text, size_t length, enum decimal_style style)
{
    struct reading reading = {.arena = arena_create(), .result = -2};
    const struct csv_table *table = csv_read(reading.arena, "results.csv", text, length,
                                             result_columns, 7, RESULT_COLUMNS_REQUIRED,
                                             &reading.findings);
    if (table)
        reading.result = results_read(reading.arena, table, style, &reading.forms, &reading.blank,
                                      &reading.findings);
    return reading;
}

static struct reading read_text(const char *text)
{
    return read_bytes(text, strlen(text), DECIMAL_POINT);
}

static void end(struct reading *reading, const char *expected)
{
    found_equal(&reading->findings, expected);
    arena_destroy(reading->arena);
}

// Reads rows (the first is row 2); some are wrong as said.
static void refused(const char *rows, const char *expected)
{
    struct text text = {0};
    text_adds(&text, HEADER);
    text_adds(&text, rows);
    struct reading reading = read_text(text.data);
    text_free(&text);
    assert_int_equal(reading.result, -1);
    end(&reading, expected);
}

static const struct cell *cell_at(const struct reading *reading, size_t form, size_t cell)
{
    assert_true(form < reading->forms.count && cell < reading->forms.list[form].cell_count);
    return &reading->forms.list[form].cells[cell];
}

static void reads_forms_in_order(void **state)
{
    struct reading r = read_text(HEADER "2022-Q2,X2,FOOD,1,,,\n"
                                        "2022-Q1,X2,POOR,2,50,,\"a, b\"\n"
                                        "2022-Q2,X1,FOOD,3,,,\n"
                                        "2022-Q2,X2,CULTURE,,,na,\n"
                                        "2022-Q1,X2,FOOD,-4.5,,,\n"
                                        "2022-Q2,X2,ACCIDENTS,,,withdraw,\n"
                                        "2022-Q2,X2,REFORM,9.5,,verified,\n");
    (void)state;
    assert_int_equal(r.result, 0);
    assert_int_equal(r.blank, 0);
    assert_int_equal(r.forms.count, 3);
    assert_string_equal(r.forms.list[0].unit, "X2");
    assert_string_equal(r.forms.list[0].period, "2022-Q2");
    assert_int_equal(r.forms.list[0].cell_count, 4);
    assert_string_equal(r.forms.list[1].period, "2022-Q1");
    assert_int_equal(r.forms.list[1].cell_count, 2);
    assert_string_equal(r.forms.list[2].unit, "X1");
    assert_string_equal(cell_at(&r, 0, 1)->indicator, "CULTURE");
    assert_true(cell_at(&r, 0, 1)->state == CELL_NA && cell_at(&r, 0, 1)->row == 5);
    assert_int_equal(cell_at(&r, 0, 2)->state, CELL_WITHDRAW);
    assert_true(cell_at(&r, 0, 3)->state == CELL_VERIFIED && cell_at(&r, 0, 3)->value_e4 == 95000);
    const struct cell *poor = cell_at(&r, 1, 0), *food = cell_at(&r, 1, 1);
    assert_true(poor->state == CELL_VALUE && poor->value_e4 == 20000 && poor->row == 3);
    assert_true(poor->has_denominator && poor->denominator_e4 == 500000);
    assert_string_equal(poor->note, "a, b");
    assert_true(food->value_e4 == -45000 && !food->has_denominator);
    assert_string_equal(food->note, "");
    end(&r, "");
}

static void passes_blanks_by(void **state)
{
    // rows that are not filled in say nothing, whatever else stands in them
    struct reading r = read_text(HEADER
                                 "2022-Q1,X1,A,,,,\n2022-Q1,X1,A,1,,,\nnever,,A b,,,,note\n");
    (void)state;
    assert_int_equal(r.result, 0);
    assert_int_equal(r.blank, 2);
    assert_int_equal(r.forms.count, 1);
    assert_int_equal(r.forms.list[0].cell_count, 1);
    end(&r, "");
    r = read_text(HEADER);
    assert_true(r.result == 0 && r.blank == 0 && r.forms.count == 0);
    end(&r, "");
    // 0 is not blank
    r = read_text(HEADER "2022-Q1,X1,A,0,,,\n");
    assert_true(r.forms.count == 1 && cell_at(&r, 0, 0)->value_e4 == 0);
    end(&r, "");
}

static void takes_columns_in_any_order(void **state)
{
    struct reading r = read_text("\xEF\xBB\xBFvalue,indicator,unit,period\r\n7.25,A,X1,2022\r\n");
    (void)state;
    assert_int_equal(r.result, 0);
    assert_string_equal(r.forms.list[0].period, "2022");
    assert_int_equal(cell_at(&r, 0, 0)->value_e4, 72500);
    assert_false(cell_at(&r, 0, 0)->has_denominator);
    end(&r, "");
}

static void refuses_files(void **state)
{
    (void)state;
    struct reading r = read_text("");
    assert_int_equal(r.result, -2);
    found_words_equal(&r.findings, "0  empty_file\n");
    arena_destroy(r.arena);
    r = read_text("period,unit,indicator,amount\n");
    assert_int_equal(r.result, -2);
    found_words_equal(&r.findings, "1  missing_column\n1 amount unknown_column\n");
    arena_destroy(r.arena);
    r = read_bytes(HEADER "2022,X1,A,1,,,\xFF\n", strlen(HEADER) + 16, DECIMAL_POINT);
    assert_int_equal(r.result, -2);
    found_words_equal(&r.findings, "2  not_utf8\n");
    arena_destroy(r.arena);
}

static void refuses_fields(void **state)
{
    (void)state;
    refused("2022-13,X1,A,1,,,\n", "2 period bad_period(2022-13; 2022-13)\n");
    refused(",X1,A,1,,,\n", "2 period bad_period()\n");
    refused("2022,,A,1,,,\n", "2 unit missing_code()\n");
    refused("2022,X1,,1,,,\n", "2 indicator missing_code()\n");
    refused("2022,X 1,A\xC3\x81,1,,,\n",
            "2 indicator bad_code(A\xC3\x81; A\xC3\x81)\n2 unit bad_code(X 1; X 1)\n");
    refused("2022,X1,A,1,,NA,\n", "2 state unknown_state(NA; NA)\n");
    refused("2022,X1,A,,,done,\n", "2 state unknown_state(done; done)\n");
    refused("2022,X1,A,1,,na,\n", "2 value unexpected_value(1; na)\n");
    refused("2022,X1,A,,5,withdraw,\n", "2 denominator unexpected_value(5; withdraw)\n");
    refused("2022,X1,A,,,verified,\n", "2 value missing_value()\n");
    refused("2022,X1,A,,5,,\n", "2 value missing_value()\n");
    refused("2022,X1,A, 1,,,\n", "2 value bad_number( 1;  1, 38.5)\n");
    refused("2022,X1,A,12 ha,,,\n", "2 value bad_number(12 ha; 12 ha, 38.5)\n");
    refused("2022,X1,A,1,x,,\n", "2 denominator bad_number(x; x, 38.5)\n");
    refused("2022,X1,A,1.00001,,,\n", "2 value too_many_decimals(1.00001; 1.00001)\n");
    refused("2022,X1,A,100000000000.0001,,,\n",
            "2 value out_of_range(100000000000.0001; 100000000000.0001)\n");
}

static void limits_notes(void **state)
{
    char file[NOTE_BYTES_MAX + 200], note[NOTE_BYTES_MAX + 2];
    (void)state;
    memset(note, 'n', sizeof note - 1);
    note[NOTE_BYTES_MAX] = '\0';
    snprintf(file, sizeof file, HEADER "2022,X1,A,1,,,%s\n", note);
    struct reading r = read_text(file);
    assert_int_equal(strlen(cell_at(&r, 0, 0)->note), NOTE_BYTES_MAX);
    end(&r, "");
    note[NOTE_BYTES_MAX] = 'n';
    note[NOTE_BYTES_MAX + 1] = '\0';
    snprintf(file, sizeof file, HEADER "2022,X1,A,1,,,%s\n", note);
    r = read_text(file);
    assert_true(r.result == -1 && r.forms.count == 0);
    assert_string_equal(r.findings.list[0].args[0], "1000");
    found_words_equal(&r.findings, "2 note note_too_long\n");
    arena_destroy(r.arena);
}

static void reads_both_conventions(void **state)
{
    static const char file[] = HEADER "2022,X1,A,1.920,,,\n2022,X1,B,\"38,5\",,,\n"
                                      "2022,X1,C,\"28.000,25\",1.000,,\n2022,X1,D,1.92,,,\n";
    struct reading r = read_bytes(file, strlen(file), DECIMAL_COMMA);
    (void)state;
    assert_int_equal(r.result, -1);
    assert_int_equal(r.forms.list[0].cell_count, 3); // the good ones are still there
    assert_int_equal(cell_at(&r, 0, 0)->value_e4, 19200000);
    assert_int_equal(cell_at(&r, 0, 1)->value_e4, 385000);
    assert_int_equal(cell_at(&r, 0, 2)->value_e4, 280002500);
    assert_int_equal(cell_at(&r, 0, 2)->denominator_e4, 10000000);
    end(&r, "5 value ambiguous_number(1.92; 1.92, 192, 1,92)\n");

    static const char point[] = HEADER "2022,X1,A,1.920,,,\n2022,X1,B,\"1,920\",,,\n"
                                       "2022,X1,C,\"1.920,5\",,,\n";
    r = read_bytes(point, strlen(point), DECIMAL_POINT);
    assert_int_equal(cell_at(&r, 0, 0)->value_e4, 19200);
    end(&r, "3 value ambiguous_number(1,920; 1,920, 1920, 1.92)\n"
            "4 value bad_number(1.920,5; 1.920,5, 38.5)\n");
}

static void refuses_twins(void **state)
{
    struct reading r = read_text(HEADER "2022,X1,A,1,,,\n2022,X1,B,2,,,\n2022,X2,A,3,,,\n"
                                        "2022-H1,X1,A,4,,,\n2022,X1,A,1,,,\n");
    (void)state;
    assert_int_equal(r.result, -1);
    assert_int_equal(r.forms.count, 3); // X1 without A, X2, X1 in 2022-H1
    assert_int_equal(r.forms.list[0].cell_count, 1);
    assert_string_equal(cell_at(&r, 0, 0)->indicator, "B");
    end(&r, "2 indicator duplicate_cell(A; X1, 2022, A, 6)\n"
            "6 indicator duplicate_cell(A; X1, 2022, A, 2)\n");
    // three of them, and one with another mistake beside it
    refused("2022,X1,A,1,,,\n2022,X1,A,,,na,\n2022,X1,A,x,,,\n",
            "2 indicator duplicate_cell(A; X1, 2022, A, 3)\n"
            "3 indicator duplicate_cell(A; X1, 2022, A, 2)\n"
            "4 indicator duplicate_cell(A; X1, 2022, A, 3)\n4 value bad_number(x; x, 38.5)\n");
}

static void names_everything_at_once(void **state)
{
    (void)state;
    refused("Q1,X1,A,1,,,\n2022,x y,A,one,two,three,\n2022,X1,A,1,,na,\n",
            "2 period bad_period(Q1; Q1)\n3 denominator bad_number(two; two, 38.5)\n"
            "3 state unknown_state(three; three)\n3 unit bad_code(x y; x y)\n"
            "3 value bad_number(one; one, 38.5)\n4 value unexpected_value(1; na)\n");
}

// As many rows as a year of a large commune, in a bad order.
static void reads_many(void **state)
{
    struct text file = {0};
    (void)state;
    text_adds(&file, HEADER);
    for (int i = 0; i < 5000; i++)
        text_addf(&file, "2022-%02d,X%d,I%d,%d,,,\n", 1 + i % 10, i / 10 % 10, i / 100, i);
    struct reading r = read_text(file.data);
    text_free(&file);
    assert_int_equal(r.forms.count, 100);
    for (size_t i = 0; i < 100; i++) {
        assert_int_equal(r.forms.list[i].cell_count, 50);
        for (size_t j = 0; j < 50; j++)
            assert_int_equal(cell_at(&r, i, j)->value_e4, (int64_t)(i + 100 * j) * 10000);
    }
    end(&r, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_forms_in_order),
        cmocka_unit_test(passes_blanks_by),
        cmocka_unit_test(takes_columns_in_any_order),
        cmocka_unit_test(refuses_files),
        cmocka_unit_test(refuses_fields),
        cmocka_unit_test(limits_notes),
        cmocka_unit_test(reads_both_conventions),
        cmocka_unit_test(refuses_twins),
        cmocka_unit_test(names_everything_at_once),
        cmocka_unit_test(reads_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
