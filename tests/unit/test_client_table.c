// Tables in their three forms: exact CSV, JSON, and columns that stand under each other.
#include "client/table.h"
#include "common/words.h"
#include "tests/lib/cmocka_all.h"
#include <stdlib.h>
#include <string.h>

static void expect(enum format format, const char *const *columns, size_t count,
                   const char *const *cells, size_t rows, const char *expected)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct table *table = table_create(out, format, columns, count);
    for (size_t i = 0; i < rows; i++)
        table_row(table, cells + i * count);
    assert_int_equal(table_rows(table), rows);
    table_finish(table);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static const char *const columns[] = {"unit", "name", "value"};

static void test_csv(void **state)
{
    static const char *const cells[] = {"1", "Y Tịch, \"xã\"", "0.50", "2", "two\nlines", "",
                                        "3", " kept ",         "-1"};
    (void)state;
    expect(FORMAT_CSV, columns, 3, cells, 3,
           "unit,name,value\n1,\"Y Tịch, \"\"xã\"\"\",0.50\n2,\"two\nlines\",\n3, kept ,-1\n");
    expect(FORMAT_CSV, columns, 3, cells, 0, "unit,name,value\n");
}

static void test_json(void **state)
{
    static const char *const cells[] = {"1", "Y \"T\\\n\x01", "0.50", "2", "đ", ""};
    (void)state;
    expect(FORMAT_JSON, columns, 3, cells, 2,
           "[\n {\"unit\": \"1\", \"name\": \"Y \\\"T\\\\\\n\\u0001\", \"value\": \"0.50\"},"
           "\n {\"unit\": \"2\", \"name\": \"đ\", \"value\": \"\"}\n]\n");
    expect(FORMAT_JSON, columns, 3, cells, 0, "[]\n");
}

static void test_text_widths(void **state)
{
    // Composed, decomposed (NFD), wide and plain letters: the columns stand under each other.
    static const char *const cells[] = {
        "06520", "Xã Y Tịch",
        "1.50", //
        "1",     "Xa\xCC\x83 Chi Lăng",
        "120", //
        "2",     "中文",
        "",
    };
    (void)state;
    expect(FORMAT_TEXT, columns, 3, cells, 3,
           "Unit   Name         Value\n"
           "06520  Xã Y Tịch     1.50\n"
           "1      Xa\xCC\x83 Chi Lăng    120\n"
           "2      中文\n");
}

static void test_text_leaves_out_empty_columns_and_controls(void **state)
{
    static const char *const cells[] = {"1", "", "\x1B[31mred\x7F", "2", "", "a\tb"};
    (void)state;
    expect(FORMAT_TEXT, columns, 3, cells, 2,
           "Unit      Value\n1     \xEF\xBF\xBD[31mred\xEF\xBF\xBD\n2           a b\n");
    expect(FORMAT_TEXT, columns, 3, cells, 0, "Unit  Name  Value\n");
}

static void test_sections(void **state)
{
    static const char *const some[] = {"item", "unit", "name", "value"};
    static const char *const rows[][4] = {
        {"first", "1", "", "10"}, {"first", "2", "", "9"}, {"second", "3", "x", ""}};
    char *text = NULL;
    size_t size = 0;
    (void)state;
    FILE *out = open_memstream(&text, &size);
    struct table *table = table_create(out, FORMAT_TEXT, some, 4);
    table_sections(table);
    for (size_t i = 0; i < 3; i++)
        table_row(table, rows[i]);
    table_finish(table);
    fclose(out);
    assert_string_equal(text, "[first]\nUnit  Value\n1        10\n2         9\n"
                              "\n[second]\nUnit  Name\n3     x\n");
    free(text);
}

static void test_words_in_vietnamese(void **state)
{
    static const char *const some[] = {"met", "reasons", "new_column"};
    static const char *const cells[] = {"yes", "not_met:ngheo;missing_over", "yes"};
    (void)state;
    words_start("vi");
    expect(FORMAT_TEXT, some, 3, cells, 1,
           "Đạt  Lý do                                   new_column\n"
           "có   không đạt:ngheo; quá số chỉ tiêu thiếu  yes\n");
    expect(FORMAT_CSV, some, 3, cells, 1,
           "met,reasons,new_column\nyes,not_met:ngheo;missing_over,yes\n");
    words_start("en");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_text_widths),
        cmocka_unit_test(test_text_leaves_out_empty_columns_and_controls),
        cmocka_unit_test(test_sections),
        cmocka_unit_test(test_words_in_vietnamese),
    };
    words_start("en");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
