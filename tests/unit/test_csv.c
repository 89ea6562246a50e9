// Reading and writing CSV.
#include "core/csv.h"
#include "tests/lib/cmocka_all.h"
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"code", "name", "note"};
#define NAMES 3
#define REQUIRED 2

struct reading {
    struct arena *arena;
    struct findings findings;
    struct csv_table *table;
};

static struct reading read_bytes(const char *text, size_t length)
{
    struct reading reading = {.arena = arena_create()};
    char *exact = malloc(length > 0 ? length : 1); // so that a byte too many is seen
    assert_non_null(exact);
    memcpy(exact, text, length);
    reading.table = csv_read(reading.arena, "test.csv", exact, length, names, NAMES, REQUIRED,
                             &reading.findings);
    free(exact);
    return reading;
}

static struct reading read_text(const char *text)
{
    return read_bytes(text, strlen(text));
}

static void reading_end(struct reading *reading)
{
    findings_free(&reading->findings);
    arena_destroy(reading->arena);
}

// `expected`: the fields of all rows, each followed by '|', rows by '/'.
static void check_rows(const char *text, const char *expected)
{
    struct reading reading = read_text(text);
    struct text got = {0};
    if (reading.table == NULL || reading.findings.count > 0)
        fail_msg("not read: %s", text);
    text_adds(&got, "");
    for (size_t row = 0; row < reading.table->rows; row++) {
        for (size_t column = 0; column < NAMES; column++) {
            const struct csv_field *field = csv_at(reading.table, row, column);
            assert_int_equal(field->length, strlen(field->text));
            text_adds(&got, field->text);
            text_adds(&got, "|");
        }
        text_adds(&got, "/");
    }
    assert_string_equal(got.data, expected);
    text_free(&got);
    reading_end(&reading);
}

static void reads_rows(void **state)
{
    (void)state;
    check_rows("code,name,note\n1,a,x\n2,b,y\n", "1|a|x|/2|b|y|/");
    check_rows("code,name,note\r\n1,a,x\r\n2,b,y\r\n", "1|a|x|/2|b|y|/");
    check_rows("code,name,note\n1,a,x\r\n2,b,y", "1|a|x|/2|b|y|/"); // mixed, no end of line
    check_rows("\xEF\xBB\xBF"
               "code,name,note\n1,a,x\n",
               "1|a|x|/");
    check_rows("code,name,note\n", "");
    check_rows("code,name,note", "");
    check_rows("code,name,note\n,,\n", "|||/");
    check_rows("code,name,note\n1,a,", "1|a||/");
    check_rows("code,name,note\n 1 , a,\tx\n", " 1 | a|\tx|/"); // not trimmed
}

static void takes_columns_in_any_order(void **state)
{
    (void)state;
    check_rows("note,code,name\nx,1,a\n", "1|a|x|/");
    check_rows("name,code\na,1\n", "1|a||/"); // the optional column reads as empty
    check_rows("\"code\",\"name\"\n1,a\n", "1|a||/");
}

static void reads_quoted_fields(void **state)
{
    (void)state;
    check_rows("code,name,note\n1,\"a, b\",\"\"\n", "1|a, b||/");
    check_rows("code,name,note\n1,\"say \"\"yes\"\"\",x\n", "1|say \"yes\"|x|/");
    check_rows("code,name,note\n1,\"two\nlines\",x\n2,b,y\n", "1|two\nlines|x|/2|b|y|/");
    check_rows("code,name,note\n1,\"two\r\nlines\",x\n", "1|two\r\nlines|x|/");
    check_rows("code,name,note\n1,\"a\rb\",x\n", "1|a\rb|x|/"); // a CR inside quotes is text
    check_rows("code,name,note\n1,a,\"x\"", "1|a|x|/");
    check_rows("code,name,note\n\"\"\"\",\"\"\"\"\"\",\"\n\"\n", "\"|\"\"|\n|/");
}

static void skips_empty_lines(void **state)
{
    (void)state;
    check_rows("\ncode,name,note\n\n1,a,x\n\r\n\n2,b,y\n\n", "1|a|x|/2|b|y|/");
}

static void counts_lines(void **state)
{
    (void)state;
    struct reading reading = read_text(
        "code,name,note\n1,\"a\n\nb\",x\n\n2,b,y\r\n3,\"c\r\nd\",z\n4,d,\n");
    assert_int_equal(reading.table->rows, 4);
    static const unsigned lines[] = {2, 6, 7, 9};
    for (size_t row = 0; row < 4; row++) {
        struct finding_place place = csv_place(reading.table, row, 1);
        assert_int_equal(place.row, lines[row]);
        assert_string_equal(place.file, "test.csv");
        assert_string_equal(place.column, "name");
    }
    reading_end(&reading);
}

struct expected {
    enum finding_code code;
    unsigned row;
};

// `rows`: how many good rows are left, -1 when there is no table.
static void check_findings(const char *text, size_t length, int rows,
                           const struct expected *expected, size_t count)
{
    struct reading reading = read_bytes(text, length);
    if (reading.table == NULL ? rows != -1 : (int)reading.table->rows != rows)
        fail_msg("other rows than expected: %s", text);
    if (reading.findings.count != count)
        fail_msg("%zu findings: %s", reading.findings.count, text);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(finding_word(reading.findings.list[i].code),
                            finding_word(expected[i].code));
        assert_int_equal(reading.findings.list[i].row, expected[i].row);
        assert_string_equal(reading.findings.list[i].file, "test.csv");
    }
    reading_end(&reading);
}
#define CHECK(text, rows, ...)                                                           \
    check_findings(text, sizeof(text) - 1, rows, (const struct expected[]){__VA_ARGS__}, \
                   sizeof((const struct expected[]){__VA_ARGS__}) / sizeof(struct expected))

static void refuses_bad_headers(void **state)
{
    (void)state;
    CHECK("", -1, {FINDING_EMPTY_FILE, 0});
    CHECK("\xEF\xBB\xBF", -1, {FINDING_EMPTY_FILE, 0});
    CHECK("\n\r\n\n", -1, {FINDING_EMPTY_FILE, 0});
    CHECK("code,note\n", -1, {FINDING_MISSING_COLUMN, 1});
    CHECK("code,title\n", -1, {FINDING_UNKNOWN_COLUMN, 1}, {FINDING_MISSING_COLUMN, 1});
    CHECK("code,name,code\n", -1, {FINDING_DUPLICATE_COLUMN, 1});
    CHECK("code,name,\n", -1, {FINDING_UNKNOWN_COLUMN, 1});
    CHECK("code,Name\n", -1, {FINDING_UNKNOWN_COLUMN, 1}, {FINDING_MISSING_COLUMN, 1});
    CHECK("code, name\n", -1, {FINDING_UNKNOWN_COLUMN, 1}, {FINDING_MISSING_COLUMN, 1});
    CHECK("code;name;note\n1;a;x\n", -1, {FINDING_SEMICOLON_CSV, 1});
    CHECK("code,na;me\n", -1, {FINDING_UNKNOWN_COLUMN, 1}, {FINDING_MISSING_COLUMN, 1});
    CHECK("name,note\n", -1, {FINDING_MISSING_COLUMN, 1});
    CHECK("code\tname\n1\ta\n", -1, {FINDING_SEMICOLON_CSV, 1});
    CHECK("code,\"name\n1,a\n", -1, {FINDING_BAD_QUOTING, 1});
    CHECK("code,name\r1,a\r", -1, {FINDING_STRAY_CR, 1});
}

static void refuses_headers_without_end(void **state)
{
    (void)state;
    char text[1000] = "code,name";
    for (int i = 0; i < 62; i++)
        strcat(text, ",x");
    struct reading reading = read_text(text); // 64 columns
    assert_null(reading.table);
    assert_int_equal(reading.findings.count, 62);
    reading_end(&reading);
    strcat(text, ",x,x");
    reading = read_text(text);
    assert_null(reading.table);
    assert_int_equal(reading.findings.count, 62); // what is beyond 64 is not looked at
    reading_end(&reading);
}

static void refuses_what_is_no_text(void **state)
{
    (void)state;
    CHECK("code,name\n1,a\n2,\xE3\n", -1, {FINDING_NOT_UTF8, 3});
    CHECK("code,name\n1,\xED\xA0\x80\n", -1, {FINDING_NOT_UTF8, 2});
    CHECK("code,name\n1,\xE1\xBB", -1, {FINDING_NOT_UTF8, 2});
    CHECK("code,name\n1,a\0b\n", -1, {FINDING_NUL_BYTE, 2});
    CHECK("\xFF\xFE"
          "c\0o\0d\0e\0",
          -1, {FINDING_NOT_UTF8, 1});
}

static void names_bad_rows_and_keeps_good_ones(void **state)
{
    (void)state;
    CHECK("code,name,note\n1,a\n2,b,y\n3,c,z,w\n", 1, {FINDING_FIELD_COUNT, 2},
          {FINDING_FIELD_COUNT, 4});
    CHECK("code,name,note\n1,a\"b,x\n2,b,y\n", 1, {FINDING_BAD_QUOTING, 2});
    CHECK("code,name,note\n1,\"a\"b,x\n2,b,y\n", 1, {FINDING_BAD_QUOTING, 2});
    CHECK("code,name,note\n1,\"a\" ,x\n2,b,y\n", 1, {FINDING_BAD_QUOTING, 2});
    CHECK("code,name,note\n1,a\rb,x\n2,b,y\n", 1, {FINDING_STRAY_CR, 2});
    CHECK("code,name,note\n1,a,x\r", 0, {FINDING_STRAY_CR, 2});
    CHECK("code,name,note\n1,\"a\"\r,x\n2,b,y\n", 1, {FINDING_BAD_QUOTING, 2});
}

// What a quote that is never closed has swallowed is read again.
static void goes_on_after_an_open_quote(void **state)
{
    (void)state;
    CHECK("code,name,note\n1,\"a,x\n2,b,y\n3,c,z\n", 2, {FINDING_BAD_QUOTING, 2});
    CHECK("code,name,note\n1,\"a,x\n2,\"b\",y\n3,c,z\n", 2, {FINDING_BAD_QUOTING, 2});
    CHECK("code,name,note\n1,a,\"", 0, {FINDING_BAD_QUOTING, 2});
    struct reading reading = read_text("code,name,note\n1,\"a,x\n2,b,y\n");
    assert_string_equal(csv_at(reading.table, 0, 0)->text, "2");
    assert_string_equal(csv_at(reading.table, 0, 1)->text, "b");
    assert_int_equal(csv_place(reading.table, 0, 0).row, 3);
    reading_end(&reading);
}

// What is read again is not kept twice: the copy of the fields is not larger than the file.
static void open_quotes_take_no_room(void **state)
{
    (void)state;
    struct text text = {0};
    text_adds(&text, "code,name,note\n");
    for (int i = 0; i < 5000; i++)
        text_adds(&text, i == 0 ? "1,\"a,x\n" : "2,b,y\n");
    struct reading reading = read_bytes(text.data, text.length);
    assert_int_equal(reading.table->rows, 4999);
    assert_int_equal(reading.findings.count, 1);
    for (size_t row = 0; row < reading.table->rows; row++)
        assert_string_equal(csv_at(reading.table, row, 2)->text, "y");
    reading_end(&reading);
    text_free(&text);
}

static void says_what_is_expected(void **state)
{
    (void)state;
    struct reading reading = read_text("code,note\n");
    assert_string_equal(reading.findings.list[0].args[0], "name");
    assert_string_equal(reading.findings.list[0].args[1], "code, name, note");
    reading_end(&reading);
    reading = read_text("");
    assert_string_equal(reading.findings.list[0].args[0], "code, name, note");
    reading_end(&reading);
    reading = read_text("code;name;note");
    assert_string_equal(reading.findings.list[0].args[0], ";");
    reading_end(&reading);
    reading = read_text("code,name\n1,a,x\n");
    assert_string_equal(reading.findings.list[0].args[0], "3");
    assert_string_equal(reading.findings.list[0].args[1], "2");
    reading_end(&reading);
}

static void limits_fields(void **state)
{
    (void)state;
    for (size_t length = CSV_FIELD_BYTES_MAX; length <= CSV_FIELD_BYTES_MAX + 1; length++) {
        struct text text = {0};
        text_adds(&text, "name,code\n");
        for (size_t i = 0; i < length; i++)
            text_add(&text, "x", 1);
        text_adds(&text, ",1\nb,2\n");
        struct reading reading = read_bytes(text.data, text.length);
        bool fits = length <= CSV_FIELD_BYTES_MAX;
        assert_int_equal(reading.table->rows, fits ? 2 : 1);
        assert_int_equal(reading.findings.count, fits ? 0 : 1);
        if (!fits) {
            assert_int_equal(reading.findings.list[0].code, FINDING_FIELD_TOO_LONG);
            assert_string_equal(reading.findings.list[0].column, "name");
        }
        reading_end(&reading);
        text_free(&text);
    }
}

static void limits_rows(void **state)
{
    (void)state;
    for (size_t rows = CSV_ROWS_MAX; rows <= CSV_ROWS_MAX + 2; rows++) {
        struct text text = {0};
        text_adds(&text, "code,name\n");
        for (size_t i = 0; i < rows; i++)
            text_add(&text, ",\n", 2);
        struct reading reading = read_bytes(text.data, text.length);
        assert_int_equal(reading.table->rows, CSV_ROWS_MAX);
        assert_int_equal(reading.findings.count, rows > CSV_ROWS_MAX ? 1 : 0); // said once
        if (rows > CSV_ROWS_MAX) {
            assert_int_equal(reading.findings.list[0].code, FINDING_TOO_MANY_ROWS);
            assert_int_equal(reading.findings.list[0].row, CSV_ROWS_MAX + 2);
        }
        reading_end(&reading);
        text_free(&text);
    }
}

// The size is looked at before the bytes: at the limit the first one is read, a NUL.
static void limits_bytes(void **state)
{
    (void)state;
    struct reading reading = {.arena = arena_create()};
    char *text = calloc(CSV_BYTES_MAX + 1, 1);
    assert_non_null(text);
    for (size_t length = CSV_BYTES_MAX; length <= CSV_BYTES_MAX + 1; length++)
        assert_null(csv_read(reading.arena, "test.csv", text, length, names, NAMES, REQUIRED,
                             &reading.findings));
    assert_int_equal(reading.findings.count, 2);
    assert_int_equal(reading.findings.list[0].code, FINDING_NUL_BYTE);
    assert_int_equal(reading.findings.list[1].code, FINDING_FILE_TOO_LARGE);
    free(text);
    reading_end(&reading);
}

static void quotes_only_what_needs_it(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"abc", "abc"},
        {" a b ", " a b "},
        {"a;b", "a;b"},
        {"a,b", "\"a,b\""},
        {"a\"b", "\"a\"\"b\""},
        {"a\nb", "\"a\nb\""},
        {"a\rb", "\"a\rb\""},
        {"\"", "\"\"\"\""},
        {"Xã Y Tịch", "Xã Y Tịch"},
    };
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        struct text text = {0};
        csv_add_field(&text, cases[i][0]);
        assert_string_equal(text.data, cases[i][1]);
        text_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_rows),
        cmocka_unit_test(takes_columns_in_any_order),
        cmocka_unit_test(reads_quoted_fields),
        cmocka_unit_test(skips_empty_lines),
        cmocka_unit_test(counts_lines),
        cmocka_unit_test(refuses_bad_headers),
        cmocka_unit_test(refuses_headers_without_end),
        cmocka_unit_test(refuses_what_is_no_text),
        cmocka_unit_test(names_bad_rows_and_keeps_good_ones),
        cmocka_unit_test(goes_on_after_an_open_quote),
        cmocka_unit_test(open_quotes_take_no_room),
        cmocka_unit_test(says_what_is_expected),
        cmocka_unit_test(limits_fields),
        cmocka_unit_test(limits_rows),
        cmocka_unit_test(limits_bytes),
        cmocka_unit_test(quotes_only_what_needs_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
