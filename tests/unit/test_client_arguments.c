// The command line against the table of commands, and the table against itself.
#include "client/arguments.h"
#include "tests/lib/cmocka_all.h"
#include <string.h>

#define LINE_BYTES (2 * ARGUMENT_FILES_MAX + 512)

static struct arguments parsed;

static void parse(const char *line)
{
    static char copy[LINE_BYTES];
    static char *argv[ARGUMENTS_MAX + 10];
    int argc = 0;
    strcpy(copy, line);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
        argv[argc++] = word;
    arguments_parse(argc, argv, &parsed);
}

static void good(const char *line, const char *command, size_t count)
{
    parse(line);
    if (parsed.problem != ARGUMENTS_GOOD)
        fail_msg("%s: problem %d with %s", line, (int)parsed.problem, parsed.culprit);
    assert_string_equal(parsed.command->name, command);
    assert_int_equal(parsed.count, count);
}

static void bad(const char *line, enum arguments_problem problem, const char *culprit)
{
    parse(line);
    if (parsed.problem != problem)
        fail_msg("%s: problem %d, not %d", line, (int)parsed.problem, (int)problem);
    assert_string_equal(parsed.culprit, culprit);
}

static void test_commands(void **state)
{
    (void)state;
    good("thidua ping", "ping", 0);
    good("thidua outbox", "outbox", 0);
    good("thidua outbox list", "outbox list", 0);
    good("thidua outbox drop 7", "outbox drop", 1);
    good("thidua submit c a.csv b.csv -", "submit", 4);
    good("thidua show rollup c", "show rollup", 1);
    good("thidua --csv show --unit 06520 rollup c 2022-06", "show rollup", 2);
    assert_string_equal(parsed.options[OPT_UNIT], "06520");
    assert_string_equal(parsed.options[OPT_CSV], "");
    assert_string_equal(argument(&parsed, 1), "2022-06");
    assert_string_equal(argument(&parsed, 2), "");
    good("thidua submit --decimal=comma c -- --odd.csv", "submit", 2);
    assert_string_equal(argument(&parsed, 1), "--odd.csv");
    assert_string_equal(parsed.options[OPT_DECIMAL], "comma");
}

static void test_mistakes(void **state)
{
    (void)state;
    bad("thidua", ARGUMENTS_NO_COMMAND, "");
    bad("thidua run", ARGUMENTS_NO_COMMAND, "");
    bad("thidua fly", ARGUMENTS_UNKNOWN_COMMAND, "fly");
    bad("thidua run away", ARGUMENTS_UNKNOWN_COMMAND, "away");
    bad("thidua outbox 7", ARGUMENTS_TOO_MANY, "7");
    bad("thidua ping --fast", ARGUMENTS_UNKNOWN_OPTION, "--fast");
    bad("thidua ping -x", ARGUMENTS_UNKNOWN_OPTION, "-x");
    bad("thidua ping --wait", ARGUMENTS_OPTION_NOT_TAKEN, "wait");
    bad("thidua show ranking c --scope period", ARGUMENTS_OPTION_NOT_TAKEN, "scope");
    bad("thidua show rollup c --scope all", ARGUMENTS_BAD_CHOICE, "all");
    bad("thidua show rollup c --scope=", ARGUMENTS_BAD_CHOICE, "");
    bad("thidua ping --lang", ARGUMENTS_VALUE_MISSING, "--lang");
    bad("thidua ping --csv=1", ARGUMENTS_VALUE_NOT_TAKEN, "--csv=1");
    bad("thidua submit c", ARGUMENTS_TOO_FEW, "submit");
    bad("thidua unit load a b", ARGUMENTS_TOO_MANY, "b");
}

static void test_a_key_may_begin_with_a_dash(void **state)
{
    (void)state;
    good("thidua key revoke --:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7", "key revoke", 1);
    bad("thidua key revoke --short", ARGUMENTS_UNKNOWN_OPTION, "--short");
}

static void test_many_files(void **state)
{
    static char line[LINE_BYTES] = "thidua submit c";
    (void)state;
    for (size_t i = 0, end = strlen(line); i < ARGUMENT_FILES_MAX; i++, end += 2)
        strcpy(line + end, " f");
    good(line, "submit", ARGUMENT_FILES_MAX + 1);
    strcat(line, " f");
    bad(line, ARGUMENTS_TOO_MANY, "f");
}

static void example_is_good(const struct command *command)
{
    parse(command->example);
    assert_int_equal(parsed.problem, ARGUMENTS_GOOD);
    assert_ptr_equal(parsed.command, command);
}

static void test_table_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_count; i++) {
        const struct command *command = &commands[i];
        assert_non_null(command->run);
        assert_true(command->help[0] != '\0');
        assert_int_equal(command->options & OPTIONS_EVERYWHERE, 0);
        assert_true(command->least <= command->most);
        // The example is a good line of just this command.
        if (strchr(command->example, '\'') == NULL && strchr(command->example, '>') == NULL)
            example_is_good(command);
        assert_ptr_equal(strstr(command->example, "thidua "), command->example);
        assert_ptr_equal(strstr(command->example + 7, command->name), command->example + 7);
    }
    for (unsigned i = 0; i < OPT_COUNT; i++) {
        assert_non_null(client_options[i].name);
        assert_non_null(client_options[i].help);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_a_key_may_begin_with_a_dash),
        cmocka_unit_test(test_many_files),
        cmocka_unit_test(test_table_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
