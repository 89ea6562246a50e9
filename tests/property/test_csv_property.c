// Random tables are read as they were written; random bytes are survived.
#include "core/csv.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/random.h"
#include <stdlib.h>
#include <string.h>

#define ROUNDS 3000
#define ROWS_MAX 20
#define NAMES 4
#define PIECE_MAX 12

static const char *const names[NAMES] = {"one", "two", "three", "four"};

static void random_field(struct random *random, struct text *field)
{
    static const char *const pieces[] = {
        "a", "ị", "Đ", "\xF0\x9F\x8E\x96", ",", "\"", "\n", "\r", "\r\n", " ", ";", "\t"};
    size_t count = random_below(random, PIECE_MAX);
    text_adds(field, "");
    for (size_t i = 0; i < count; i++)
        text_adds(field, pieces[random_below(random, TEST_COUNT(pieces))]);
}

struct table {
    size_t rows;
    struct text fields[ROWS_MAX][NAMES];
    size_t order[NAMES]; // of the columns in the file
};

static void table_fill(struct random *random, struct table *table)
{
    *table = (struct table){.rows = random_below(random, ROWS_MAX + 1)};
    for (size_t row = 0; row < table->rows; row++)
        for (size_t column = 0; column < NAMES; column++)
            random_field(random, &table->fields[row][column]);
    for (size_t i = 0; i < NAMES; i++) {
        size_t other = random_below(random, i + 1);
        table->order[i] = table->order[other];
        table->order[other] = i;
    }
}

static void table_clear(struct table *table)
{
    for (size_t row = 0; row < table->rows; row++)
        for (size_t column = 0; column < NAMES; column++)
            text_free(&table->fields[row][column]);
}

static void table_write(struct random *random, const struct table *table, struct text *out)
{
    const char *line_end = random_below(random, 2) == 0 ? "\n" : "\r\n";
    text_adds(out, random_below(random, 2) == 0 ? "\xEF\xBB\xBF" : "");
    for (size_t i = 0; i < NAMES; i++) {
        text_adds(out, i > 0 ? "," : "");
        csv_add_field(out, names[table->order[i]]);
    }
    for (size_t row = 0; row < table->rows; row++) {
        text_adds(out, line_end);
        for (size_t i = 0; i < NAMES; i++) {
            text_adds(out, i > 0 ? "," : "");
            csv_add_field(out, table->fields[row][table->order[i]].data);
        }
    }
    text_adds(out, random_below(random, 2) == 0 ? line_end : "");
}

static void reads_what_was_written(void **state)
{
    (void)state;
    struct random random = random_start(__func__);
    for (int i = 0; i < ROUNDS; i++) {
        struct table table;
        struct text file = {0};
        struct findings findings = {0};
        struct arena *arena = arena_create();
        table_fill(&random, &table);
        table_write(&random, &table, &file);
        struct csv_table *read = csv_read(arena, "random.csv", file.data, file.length, names, NAMES,
                                          NAMES, &findings);
        if (read == NULL || findings.count > 0 || read->rows != table.rows)
            fail_msg("round %d: %s", i, file.data);
        for (size_t row = 0; row < table.rows; row++)
            for (size_t column = 0; column < NAMES; column++) {
                assert_string_equal(csv_at(read, row, column)->text,
                                    table.fields[row][column].data);
                assert_int_equal(csv_at(read, row, column)->length,
                                 table.fields[row][column].length);
            }
        arena_destroy(arena);
        text_free(&file);
        table_clear(&table);
    }
}

// Damages a file in a few places: each line is then either a row or named in a finding.
static void names_every_line_of_a_damaged_file(void **state)
{
    (void)state;
    struct random random = random_start(__func__);
    for (int i = 0; i < ROUNDS; i++) {
        static const char damage[] = {'"', ',', '\n', '\r', 'x'};
        struct text file = {0};
        struct findings findings = {0};
        struct arena *arena = arena_create();
        text_adds(&file, "one,two,three,four\n");
        size_t rows = random_below(&random, ROWS_MAX) + 1, start = file.length;
        for (size_t row = 0; row < rows; row++)
            text_addf(&file, "%zu,\"b\",c,\n", row);
        for (size_t hits = random_below(&random, 4); hits > 0; hits--)
            file.data[start + random_below(&random, file.length - start)] =
                damage[random_below(&random, sizeof damage)];
        struct csv_table *read = csv_read(arena, "random.csv", file.data, file.length, names, NAMES,
                                          NAMES, &findings);
        assert_non_null(read);
        unsigned previous = 1;
        for (size_t row = 0; row < read->rows; row++) {
            assert_true(read->lines[row] > previous);
            previous = read->lines[row];
        }
        unsigned lines = 1;
        for (size_t at = 0; at < file.length; at++)
            lines += file.data[at] == '\n';
        assert_true(previous <= lines);
        assert_true(findings.count > 0 || read->rows > 0);
        findings_free(&findings);
        arena_destroy(arena);
        text_free(&file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_was_written),
        cmocka_unit_test(names_every_line_of_a_damaged_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
