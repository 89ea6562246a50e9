// Pages of tables and their limits (server/query_page.c).
#include "server/query_page.h"
#include "tests/lib/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

static struct page page_of(size_t columns)
{
    struct page page;
    page_start(&page, arena_create(), columns);
    return page;
}

static void page_end(struct page *page)
{
    arena_destroy(page->arena);
    page_clear(page);
}

static void test_cells(void **state)
{
    (void)state;
    struct page page = page_of(3);
    char word[] = "one";
    assert_true(page_row(&page, (const char *const[]){word, NULL, ""}));
    word[0] = 'x'; // cells are copies
    assert_int_equal(page.count, 3);
    assert_string_equal(page.cells[0], "one");
    assert_string_equal(page.cells[1], "");
    assert_string_equal(page.cells[2], "");
    page_end(&page);
}

static void test_most_cells(void **state)
{
    (void)state;
    struct page page = page_of(5);
    const char *const row[5] = {"a", "b", "c", "d", "e"};
    size_t rows = page_rows_max(5);
    assert_int_equal(rows, WIRE_TABLE_CELLS_MAX / 5);
    for (size_t i = 0; i < rows; i++)
        assert_true(page_row(&page, row));
    assert_false(page_row(&page, row));
    assert_int_equal(page.count, rows * 5);
    page_end(&page);
}

static void test_most_bytes(void **state)
{
    (void)state;
    struct page page = page_of(1);
    char *kilobyte = mem_alloc(1024, 1);
    size_t rows = 0;
    memset(kilobyte, 'k', 1023);
    while (page_row(&page, (const char *const[]){kilobyte}))
        rows++;
    assert_in_range(rows, PAGE_BYTES_MAX / 1100, PAGE_BYTES_MAX / 1023);
    free(kilobyte);
    page_end(&page);
}

static void test_long_text(void **state)
{
    (void)state;
    struct page page = page_of(1);
    // Three bytes a character: the limit falls into one.
    char *text = mem_alloc(WIRE_TEXT_BYTES_MAX + 10, 1);
    for (size_t i = 0; i + 3 < WIRE_TEXT_BYTES_MAX + 10; i += 3)
        memcpy(text + i, "\xE1\xBB\x87", 3);
    assert_true(page_row(&page, (const char *const[]){text}));
    size_t length = strlen(page.cells[0]);
    assert_int_equal(length, WIRE_TEXT_BYTES_MAX / 3 * 3);
    assert_true(utf8_valid(page.cells[0], length));
    free(text);
    page_end(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_most_cells),
        cmocka_unit_test(test_most_bytes),
        cmocka_unit_test(test_long_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
