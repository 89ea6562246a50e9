// Findings: the table of codes, what is kept of foreign texts, the sentences, the order.
#include "core/finding.h"
#include "tests/lib/cmocka_all.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *word, *template;
    int number;
} table[] = {
#define X(name, number, word, severity, template) {#name, word, template, number},
#include "core/finding_codes.h"
#undef X
};

#define PLACE(file, row, column) ((struct finding_place){file, row, column})

static void numbers_and_words_are_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(table); i++) {
        if (table[i].number < 101 || table[i].number > 999)
            fail_msg("%s has the number %d", table[i].name, table[i].number);
        for (size_t j = 0; j < i; j++)
            if (table[i].number == table[j].number || strcmp(table[i].word, table[j].word) == 0)
                fail_msg("%s and %s have a number or word in common", table[i].name, table[j].name);
    }
}

// FINDING_BAD_CODE is "bad_code": who reads one can search for the other.
static void words_are_the_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(table); i++) {
        char word[64] = "";
        const char *name = table[i].name + strlen("FINDING_");
        for (size_t at = 0; name[at] != '\0' && at + 1 < sizeof word; at++)
            word[at] = (char)(name[at] >= 'A' && name[at] <= 'Z' ? name[at] - 'A' + 'a' : name[at]);
        assert_string_equal(table[i].word, word);
        assert_string_equal(finding_word((enum finding_code)table[i].number), word);
    }
}

// Only %1$s … %4$s, none left out, and nothing that printf would take for more.
static void templates_are_well_formed(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEST_COUNT(table); i++) {
        bool used[FINDING_ARGS + 1] = {false};
        const char *template = table[i].template;
        for (const char *at = strchr(template, '%'); at != NULL; at = strchr(at + 1, '%')) {
            if (at[1] < '1' || at[1] > '0' + FINDING_ARGS || strncmp(at + 2, "$s", 2) != 0)
                fail_msg("%s: %s", table[i].name, template);
            used[at[1] - '0'] = true;
        }
        for (size_t arg = 2; arg <= FINDING_ARGS; arg++)
            if (used[arg] && !used[arg - 1])
                fail_msg("%s skips an argument", table[i].name);
        if (template[0] == '\0' || strchr(template, '\n') != NULL)
            fail_msg("%s has no sentence", table[i].name);
    }
}

static void unknown_numbers_are_survived(void **state)
{
    (void)state;
    enum finding_code nonsense = (enum finding_code)9999;
    assert_string_equal(finding_word(nonsense), "unknown");
    assert_string_equal(finding_template(nonsense), "");
    assert_int_equal(finding_severity(nonsense), FINDING_ERROR);
    assert_string_equal(finding_word(FINDING_NONE), "unknown");
}

static void keeps_copies(void **state)
{
    (void)state;
    struct findings findings = {0};
    char file[] = "units.csv", column[] = "code", value[] = "x y", arg[] = "x y";
    finding_add(&findings, FINDING_BAD_CODE, PLACE(file, 7, column), value, arg, NULL);
    finding_add(&findings, FINDING_ENDED_WITHOUT_SUCCESSOR, PLACE(NULL, 0, NULL), NULL, NULL);
    file[0] = column[0] = value[0] = arg[0] = '?';
    assert_int_equal(findings.count, 2);
    assert_int_equal(findings.errors, 1);
    assert_int_equal(findings.warnings, 1);
    const struct finding *first = &findings.list[0], *second = &findings.list[1];
    assert_int_equal(first->code, FINDING_BAD_CODE);
    assert_string_equal(first->file, "units.csv");
    assert_int_equal(first->row, 7);
    assert_string_equal(first->column, "code");
    assert_string_equal(first->value, "x y");
    assert_string_equal(first->args[0], "x y");
    assert_string_equal(first->args[1], "");
    assert_string_equal(second->file, "");
    assert_string_equal(second->column, "");
    assert_string_equal(second->value, "");
    assert_string_equal(second->args[3], "");
    findings_free(&findings);
    assert_int_equal(findings.count, 0);
    findings_free(&findings);
}

static void cuts_values_at_64_characters(void **state)
{
    (void)state;
    struct findings findings = {0};
    char value[65 * 2 + 1] = "", expected[64 * 2 + 2] = "";
    for (int i = 0; i < 64; i++)
        memcpy(value + 2 * i, "\xC3\xA3", 3); // ã
    finding_add(&findings, FINDING_BAD_CODE, PLACE("f", 1, "c"), value, value, NULL);
    assert_string_equal(findings.list[0].value, value);
    memcpy(expected, value, 63 * 2);
    memcpy(expected + 63 * 2, "\xE2\x80\xA6", 4); // …
    memcpy(value + 128, "\xC3\xA3", 3);           // the 65th
    finding_add(&findings, FINDING_BAD_CODE, PLACE("f", 1, "c"), value, value, NULL);
    assert_string_equal(findings.list[1].value, expected);
    assert_string_equal(findings.list[1].args[0], value); // arguments may be longer
    findings_free(&findings);
}

static void shows_nothing_that_steers_a_terminal(void **state)
{
    (void)state;
    struct findings findings = {0};
    finding_add(&findings, FINDING_BAD_CODE, PLACE("f", 1, "c"), "a\x1B[2Jb\xFF\x7F\n\xC2\x9B",
                NULL);
    assert_string_equal(findings.list[0].value, "a\xEF\xBF\xBD[2Jb\xEF\xBF\xBD\xEF\xBF\xBD"
                                                "\xEF\xBF\xBD\xEF\xBF\xBD");
    finding_add(&findings, FINDING_BAD_CODE, PLACE("f", 1, "c"), "Hòa\xC2\xA0", NULL);
    assert_string_equal(findings.list[1].value, "Hòa\xC2\xA0");
    findings_free(&findings);
}

static void counts_beyond_the_limit(void **state)
{
    (void)state;
    struct findings findings = {0};
    for (size_t i = 0; i < FINDINGS_MAX; i++)
        finding_add(&findings, FINDING_BAD_CODE, PLACE("f", 1, "c"), "", NULL);
    assert_int_equal(findings.count, FINDINGS_MAX);
    finding_add(&findings, FINDING_BAD_CODE, PLACE("f", 1, "c"), "", NULL);
    finding_add(&findings, FINDING_VALIDITY_GAP, PLACE("f", 1, "c"), "", NULL);
    assert_int_equal(findings.count, FINDINGS_MAX);
    assert_int_equal(findings.errors, FINDINGS_MAX + 1);
    assert_int_equal(findings.warnings, 1);
    findings_free(&findings);
}

static void drops_a_code(void **state)
{
    struct findings findings = {0};
    (void)state;
    findings_drop(&findings, FINDING_BAD_CODE);
    for (unsigned row = 1; row <= 4; row++) // two errors of each
        finding_add(&findings, row % 2 != 0 ? FINDING_PERIOD_CLOSED : FINDING_BAD_CODE,
                    PLACE("f", row, "c"), "v", "v", NULL);
    finding_add(&findings, FINDING_MISSING_NAME, PLACE("f", 5, "c"), "", NULL); // a warning
    findings_drop(&findings, FINDING_PERIOD_CLOSED);
    assert_int_equal(findings.count, 3);
    assert_int_equal(findings.errors, 2);
    assert_int_equal(findings.warnings, 1);
    assert_int_equal(findings.list[0].row, 2);
    assert_int_equal(findings.list[1].row, 4);
    findings_drop(&findings, FINDING_MISSING_NAME);
    assert_int_equal(findings.count, 2);
    assert_int_equal(findings.warnings, 0);
    findings_free(&findings);
}

static void sorts_by_place(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        unsigned row;
        const char *column;
        enum finding_code code;
        const char *value;
    } sorted[] = {
        {"a.csv", 2, "b", FINDING_BAD_DATE, ""},  {"a.csv", 2, "c", FINDING_BAD_CODE, "9"},
        {"a.csv", 2, "c", FINDING_BAD_DATE, "1"}, {"a.csv", 2, "c", FINDING_BAD_DATE, "2"},
        {"a.csv", 10, "a", FINDING_BAD_DATE, ""}, {"b.csv", 1, "a", FINDING_BAD_DATE, ""},
    };
    size_t count = TEST_COUNT(sorted);
    struct findings findings = {0};
    for (size_t i = 0; i < count; i++) {
        size_t from = (i * 5 + 3) % count; // 3 2 1 0 5 4
        finding_add(&findings, sorted[from].code,
                    PLACE(sorted[from].file, sorted[from].row, sorted[from].column),
                    sorted[from].value, NULL);
    }
    findings_sort(&findings);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(findings.list[i].file, sorted[i].file);
        assert_int_equal(findings.list[i].row, sorted[i].row);
        assert_string_equal(findings.list[i].column, sorted[i].column);
        assert_int_equal(findings.list[i].code, sorted[i].code);
        assert_string_equal(findings.list[i].value, sorted[i].value);
    }
    findings_free(&findings);
    findings_sort(&findings);                         // nothing to sort
    for (size_t arg = 0; arg < FINDING_ARGS; arg++) { // and even the arguments decide
        static const char *const texts[] = {"", "a", "b"};
        for (size_t i = 3; i-- > 0;)
            finding_add(&findings, FINDING_BAD_DATE, PLACE("a", 1, "c"), "",
                        arg == 0 ? texts[i] : "x", arg == 1 ? texts[i] : "x",
                        arg == 2 ? texts[i] : "x", arg == 3 ? texts[i] : "x", NULL);
        findings_sort(&findings);
        for (size_t i = 0; i < 3; i++)
            assert_string_equal(findings.list[i].args[arg], texts[i]);
        findings_free(&findings);
    }
    finding_add(&findings, FINDING_BAD_DATE, PLACE("b", 1, "c"), "", NULL);
    finding_add(&findings, FINDING_BAD_DATE, PLACE("a", 1, "c"), "", NULL);
    findings_sort(&findings);
    assert_string_equal(findings.list[0].file, "a");
    findings_free(&findings);
}

static void fills_in_sentences(void **state)
{
    (void)state;
    struct findings findings = {0};
    char text[200];
    finding_add(&findings, FINDING_AMBIGUOUS_NUMBER, PLACE("f", 3, "value"), "1,920", "1,920",
                "1920", "1.92", "four", NULL);
    const struct finding *finding = &findings.list[0];
    finding_text(finding, finding_template(FINDING_AMBIGUOUS_NUMBER), text, sizeof text);
    assert_string_equal(text,
                        "1,920 can mean 1920 or 1.92. Write the one you mean exactly like that.");
    finding_text(finding, "%3$s hoặc %2$s %4$s", text,
                 sizeof text); // a translation may turn them round
    assert_string_equal(text, "1.92 hoặc 1920 four");
    finding_text(finding, "100 %% %5$s %0$s %s %1$d %", text, sizeof text);
    assert_string_equal(text, "100 % %5$s %0$s %s %1$d %");
    finding_text(finding, "", text, sizeof text);
    assert_string_equal(text, "");
    findings_free(&findings);
}

static void cuts_sentences_between_characters(void **state)
{
    (void)state;
    struct finding finding = {.code = FINDING_BAD_CODE};
    char text[8] = "1234567";
    finding_text(&finding, "ab\xE1\xBB\x8B", text, 6); // 5 bytes and the NUL fit
    assert_string_equal(text, "ab\xE1\xBB\x8B");
    finding_text(&finding, "ab\xE1\xBB\x8B", text, 5);
    assert_string_equal(text, "ab");
    finding_text(&finding, "%1$sx", text, sizeof text); // arguments that are not there are empty
    assert_string_equal(text, "x");
    finding_text(&finding, "ab", text, 1);
    assert_string_equal(text, "");
    memcpy(text, "keep", 5);
    finding_text(&finding, "ab", text, 0);
    assert_string_equal(text, "keep");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_words_are_unique),
        cmocka_unit_test(words_are_the_names),
        cmocka_unit_test(templates_are_well_formed),
        cmocka_unit_test(unknown_numbers_are_survived),
        cmocka_unit_test(keeps_copies),
        cmocka_unit_test(cuts_values_at_64_characters),
        cmocka_unit_test(shows_nothing_that_steers_a_terminal),
        cmocka_unit_test(counts_beyond_the_limit),
        cmocka_unit_test(drops_a_code),
        cmocka_unit_test(sorts_by_place),
        cmocka_unit_test(fills_in_sentences),
        cmocka_unit_test(cuts_sentences_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
