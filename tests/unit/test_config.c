// Settings: which source wins, and that every mistake is named.
#include "common/config.h"
#include "core/text.h"
#include "tests/lib/cmocka_all.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option options[] = {
    {"listen", OPTION_TEXT, "tcp://*:7001", 0, 0, "address"},
    {"test_lease_seconds", OPTION_NUMBER, "15", 1, 3600, "lease"},
    {"night", OPTION_TIME, "01:30", 0, 0, "when the night runs"},
    {"database", OPTION_TEXT, NULL, 0, 0, "conninfo"},
    {"key_file", OPTION_SECRET_FILE, "/etc/thidua/server.key", 0, 0, "identity"},
};
#define OPTION_COUNT (sizeof options / sizeof options[0])

static char file[64];

static struct config *load(const char *text, struct err *err)
{
    strcpy(file, "/tmp/thidua-config.XXXXXX");
    int fd = mkstemp(file);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    struct config *config = config_load(options, OPTION_COUNT, file, err);
    unlink(file);
    return config;
}

static void expect_error(const char *text, const char *part)
{
    struct err err = {0};
    assert_null(load(text, &err));
    if (strstr(err.text, part) == NULL)
        fail_msg("'%s' does not say '%s'", err.text, part);
}

static void test_sources(void **state)
{
    struct err err = {0};
    (void)state;
    struct config *config = load("# comment\ndatabase = host=/tmp ; dbname=x\nnight=23:59\n"
                                 "test_lease_seconds = 20\n",
                                 &err);
    assert_non_null(config);
    assert_string_equal(config_text(config, "listen"), "tcp://*:7001");
    assert_string_equal(config_text(config, "database"), "host=/tmp ; dbname=x");
    assert_int_equal(config_number(config, "night"), 23 * 60 + 59);
    assert_int_equal(config_number(config, "test_lease_seconds"), 20);
    config_destroy(config);

    setenv("THIDUA_TEST_LEASE_SECONDS", "30", 1);
    config = load("database=x\ntest_lease_seconds=20\n", &err);
    unsetenv("THIDUA_TEST_LEASE_SECONDS");
    assert_int_equal(config_number(config, "test_lease_seconds"), 30);
    assert_int_equal(config_number(config, "night"), 90);
    config_destroy(config);
}

static void test_long_values(void **state)
{
    struct err err = {0};
    struct text text = {0};
    (void)state;
    text_adds(&text, "database=");
    for (int i = 0; i < 500; i++)
        text_adds(&text, "tcp://127.0.0.1:12345,");
    struct config *config = load(text.data, &err);
    assert_string_equal(config_text(config, "database"), text.data + strlen("database="));
    config_destroy(config);
    text_free(&text);
}

static void test_mistakes(void **state)
{
    struct err err = {0};
    (void)state;
    expect_error("", "database: is required");
    expect_error("database=x\nno_such=1\n", "no_such: there is no such option");
    expect_error("database=x\n[part]\nnight=01:00\n", "part.night");
    expect_error("database=x\ndatabase=y\n", "twice");
    expect_error("database=x\nnonsense\n", "line 2");
    expect_error("database=x\nnight=24:00\n", "24:00");
    expect_error("database=x\nnight=1:30\n", "1:30");
    expect_error("database=x\ntest_lease_seconds=0\n", "from 1 to 3600");
    expect_error("database=x\ntest_lease_seconds=3601\n", "from 1 to 3600");
    expect_error("database=x\ntest_lease_seconds=5s\n", "5s");
    expect_error("database=x\ntest_lease_seconds=\n", "from 1 to 3600");
    expect_error("database=x\ntest_lease_seconds=99999999999999999999\n", "from 1 to 3600");
    // all at once
    assert_null(load("night=x\nbad=1\ntest_lease_seconds=x\n", &err));
    assert_non_null(strstr(err.text, "night"));
    assert_non_null(strstr(err.text, "bad"));
    assert_non_null(strstr(err.text, "test_lease_seconds"));
    assert_non_null(strstr(err.text, "database"));
    assert_null(config_load(options, OPTION_COUNT, "/nowhere/thidua.conf", &err));
    assert_non_null(strstr(err.text, "/nowhere/thidua.conf"));
}

static void dumped_is(const char *database, const char *shown)
{
    char *text = NULL, line[200];
    size_t size = 0;
    struct err err = {0};
    snprintf(line, sizeof line, "database=%s\n", database);
    struct config *config = load(line, &err);
    FILE *out = open_memstream(&text, &size);
    config_dump(config, out);
    fclose(out);
    if (strstr(text, shown) == NULL || strstr(text, "hush") != NULL)
        fail_msg("%s", text);
    free(text);
    config_destroy(config);
}

static void test_dump_hides_passwords(void **state)
{
    (void)state;
    dumped_is("host=x password=hush dbname=y", "# file\ndatabase = host=x password=*** dbname=y\n");
    dumped_is("host=x password='hu sh, hush' dbname=y", "password=*** dbname=y\n");
    dumped_is("postgresql://u:hush@host/db", "postgresql://u:***@host/db\n");
    dumped_is("postgresql://host:5432/db", "postgresql://host:5432/db\n");
}

static void test_help_names_everything(void **state)
{
    char *text = NULL;
    size_t size = 0;
    (void)state;
    FILE *out = open_memstream(&text, &size);
    config_help(options, OPTION_COUNT, out);
    fclose(out);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        assert_non_null(strstr(text, options[i].name));
    assert_non_null(strstr(text, "THIDUA_TEST_LEASE_SECONDS"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_long_values),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_dump_hides_passwords),
        cmocka_unit_test(test_help_names_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
