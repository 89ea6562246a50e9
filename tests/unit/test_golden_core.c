// Every golden case, every period it is expected for, computed in this process: byte for byte, with
// the offices in parts of any size and the cells in any order.
#include "tests/lib/cmocka_all.h"
#include "tests/lib/offline.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *golden_directory(void)
{
    const char *given = getenv("THIDUA_GOLDEN_DIR");
    return given != NULL && given[0] != '\0' ? given : "tests/golden/cases";
}

static void compare(const char *directory, const struct offline_output *output)
{
    for (size_t i = 0; i < RECOMPUTE_FILES; i++) {
        struct text expected = {0};
        assert_true(offline_read_file(directory, recompute_names[i], &expected));
        if (expected.length != output->files[i].length ||
            memcmp(expected.data, output->files[i].data, expected.length) != 0)
            fail_msg("%s/%s is not what was computed:\n%s", directory, recompute_names[i],
                     output->files[i].data);
        text_free(&expected);
    }
}

static void check_run(const struct offline_case *given, const char *directory, const char *period)
{
    static const struct offline_options ways[] = {
        {.tops_per_part = 0},
        {.tops_per_part = 1},
        {.tops_per_part = 3, .shuffle_seed = 1},
        {.tops_per_part = 2, .shuffle_seed = 20220630},
    };
    for (size_t w = 0; w < TEST_COUNT(ways); w++) {
        struct offline_options options = ways[w];
        struct offline_output output;
        struct err err;
        if (period != NULL)
            assert_true(period_parse(period, strlen(period), &options.period));
        if (offline_run(given, &options, &output, &err) < 0)
            fail_msg("%s: %s", directory, err.text);
        compare(directory, &output);
        offline_output_free(&output);
    }
}

// All expected/ and expected-P/ of a case; returns how many.
static int check_case(const char *directory)
{
    struct offline_case given;
    struct dirent *entry;
    int runs = 0;
    DIR *names = opendir(directory);
    assert_non_null(names);
    assert_int_equal(offline_load(directory, &given), 0);
    while ((entry = readdir(names)) != NULL) {
        if (strncmp(entry->d_name, "expected", 8) != 0)
            continue;
        char *path = offline_path(directory, entry->d_name);
        check_run(&given, path, entry->d_name[8] == '-' ? entry->d_name + 9 : NULL);
        free(path);
        runs++;
    }
    closedir(names);
    offline_free(&given);
    return runs;
}

static void test_golden_cases(void **state)
{
    (void)state;
    struct dirent **names;
    int runs = 0, count = scandir(golden_directory(), &names, NULL, alphasort);
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        char *path = offline_path(golden_directory(), names[i]->d_name);
        if (strncmp(names[i]->d_name, "case-", 5) == 0)
            runs += check_case(path);
        free(path);
        free(names[i]);
    }
    free(names);
    assert_true(runs >= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden_cases)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
