// The input of every golden case passes all checks without an error, and its results files come from
// the offices that their names say: the office of the period's tree for every form of a file.
#include "common/campaign_yaml.h"
#include "common/words.h"
#include "core/entry.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/found.h"
#include "tests/lib/tree.h"
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASES "tests/golden/cases/case-*"
#define CASE_COUNT 8
#define PATH_BYTES 512

struct golden {
    struct arena *arena;
    struct unit_tree *tree;
    struct campaign *campaign;
    size_t cells, blank, files, moved; // moved: forms whose office has been continued since
};

// The document in NFC, in the arena; NULL when there is none.
static const char *read_file(struct arena *arena, const char *path, size_t *ret_length)
{
    struct text raw = {0};
    struct err err;
    char buffer[4096];
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    for (size_t length; (length = fread(buffer, 1, sizeof buffer, file)) > 0;)
        text_add(&raw, buffer, length);
    fclose(file);
    char *nfc = words_nfc(raw.data, raw.length, ret_length, &err);
    assert_non_null(nfc);
    const char *kept = arena_text(arena, nfc, *ret_length);
    free(nfc);
    text_free(&raw);
    return kept;
}

static const struct csv_table *read_table(struct golden *golden, const char *path,
                                          const char *const *columns, size_t count, size_t required)
{
    struct findings findings = {0};
    size_t length;
    const char *text = read_file(golden->arena, path, &length);
    if (!text)
        return NULL;
    const struct csv_table *table = csv_read(golden->arena, path, text, length, columns, count,
                                             required, &findings);
    found_equal(&findings, "");
    return table;
}

static void load(struct golden *golden, const char *directory, const char *warnings)
{
    struct findings findings = {0};
    char path[PATH_BYTES];
    size_t length = 0;
    golden->arena = arena_create();
    snprintf(path, sizeof path, "%s/units.csv", directory);
    golden->tree = unit_tree_create(read_table(golden, path, unit_columns, 7, 4), &findings);
    findings_free(&findings); // units that end without a successor
    assert_non_null(golden->tree);
    snprintf(path, sizeof path, "%s/campaign.yaml", directory);
    const char *text = read_file(golden->arena, path, &length);
    golden->campaign = campaign_read("campaign.yaml", text, length, &findings);
    found_equal(&findings, "");
    assert_non_null(golden->campaign);
    campaign_check(golden->campaign, golden->tree, "campaign.yaml", &findings);
    assert_int_equal(findings.errors, 0);
    found_words_equal(&findings, warnings);
}

static void unload(struct golden *golden)
{
    campaign_destroy(golden->campaign);
    unit_tree_destroy(golden->tree);
    arena_destroy(golden->arena);
}

// `…-OFFICE.csv`; what the council verifies may be of any office.
static void check_office(struct golden *golden, const struct entry_context *context,
                         const char *path, const struct form *form, uint32_t office)
{
    struct period period;
    char end[CODE_BYTES_MAX + 8];
    uint32_t unit = tree_unit(golden->tree, form->unit), then;
    assert_non_null(strstr(path, "/results/"));
    if (strstr(path, "-hoi-dong.csv"))
        return;
    assert_true(period_parse(form->period, strlen(form->period), &period));
    assert_int_equal(office_of(golden->campaign, golden->tree, unit, period, context->today, &then),
                     office);
    snprintf(end, sizeof end, "-%s.csv", golden->tree->units[then].code);
    assert_string_equal(path + strlen(path) - strlen(end), end);
    golden->moved += then != office;
}

static void check_results(struct golden *golden, const char *path)
{
    struct findings findings = {0};
    struct forms forms;
    size_t blank;
    const struct csv_table *table = read_table(golden, path, result_columns, 7,
                                               RESULT_COLUMNS_REQUIRED);
    assert_int_equal(results_read(golden->arena, table, DECIMAL_POINT, &forms, &blank, &findings),
                     0);
    struct entry_context context = {golden->campaign, golden->tree, tree_day("2026-01-01"),
                                    strstr(path, "-hoi-dong.csv") != NULL};
    uint32_t *offices = calloc(forms.count + 1, sizeof *offices);
    assert_int_equal(entry_check(&context, &forms, path, offices, &findings), 0);
    found_equal(&findings, "");
    for (size_t i = 0; i < forms.count; i++) {
        check_office(golden, &context, path, &forms.list[i], offices[i]);
        golden->cells += forms.list[i].cell_count;
    }
    golden->blank += blank;
    golden->files++;
    free(offices);
}

static void check_lists(struct golden *golden, const char *directory, const char *warnings)
{
    struct findings findings = {0};
    struct targets targets;
    struct adjustments adjustments;
    struct nominations nominations;
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/targets.csv", directory);
    const struct csv_table *table = read_table(golden, path, target_columns, 3, 3);
    if (table) {
        assert_int_equal(
            targets_read(golden->arena, golden->campaign, golden->tree, table, &targets, &findings),
            0);
        assert_int_equal(targets.count, table->rows);
        targets_free(&targets);
    }
    snprintf(path, sizeof path, "%s/adjustments.csv", directory);
    table = read_table(golden, path, adjustment_columns, 4, 4);
    if (table) {
        assert_int_equal(adjustments_read(golden->arena, golden->campaign, golden->tree, table,
                                          &adjustments, &findings),
                         0);
        assert_int_equal(adjustments.count, table->rows);
        adjustments_free(&adjustments);
    }
    snprintf(path, sizeof path, "%s/nominations.csv", directory);
    table = read_table(golden, path, nomination_columns, 12, 12);
    if (table) {
        assert_int_equal(nominations_read(golden->arena, golden->campaign, golden->tree, table,
                                          &nominations, &findings),
                         0);
        assert_int_equal(nominations.count, table->rows);
        nominations_free(&nominations);
    }
    found_equal(&findings, warnings);
}

// Steps that a step above them hides, as the cases have them.
static const char *warnings_of(const char *directory)
{
    if (strstr(directory, "case-03"))
        return "49 indicators[3].steps[1] steps_order\n49 indicators[3].steps[2] steps_order\n";
    if (strstr(directory, "case-06") || strstr(directory, "case-07"))
        return "16 indicators[0].steps[3] steps_order\n";
    return "";
}

// Times given beyond what counts.
static const char *list_warnings_of(const char *directory)
{
    if (strstr(directory, "case-02"))
        return "3 times times_over_max(2; MODEL, X-04, 4, 3)\n";
    if (strstr(directory, "case-08"))
        return "4 times times_over_max(2; MODEL, X4, 4, 2)\n";
    return "";
}

static void passes_all_checks(void **state)
{
    size_t moved = 0, blank = 0;
    glob_t cases, files;
    (void)state;
    assert_int_equal(glob(CASES, 0, NULL, &cases), 0);
    assert_int_equal(cases.gl_pathc, CASE_COUNT);
    for (size_t i = 0; i < cases.gl_pathc; i++) {
        struct golden golden = {0};
        char pattern[PATH_BYTES];
        load(&golden, cases.gl_pathv[i], warnings_of(cases.gl_pathv[i]));
        check_lists(&golden, cases.gl_pathv[i], list_warnings_of(cases.gl_pathv[i]));
        snprintf(pattern, sizeof pattern, "%s/results/*.csv", cases.gl_pathv[i]);
        assert_int_equal(glob(pattern, 0, NULL, &files), 0);
        for (size_t j = 0; j < files.gl_pathc; j++)
            check_results(&golden, files.gl_pathv[j]);
        globfree(&files);
        assert_true(golden.cells > 20);
        moved += golden.moved;
        blank += golden.blank;
        unload(&golden);
    }
    globfree(&cases);
    assert_true(moved > 0 && blank > 0); // the cases have both
}

// The campaigns of campaigns/: what their READMEs name as contradictions, and nothing else.
static void own_campaigns_are_as_named(void **state)
{
    static const struct {
        const char *directory, *campaign, *lists;
    } own[] = {
        {"campaigns/y-tich-2022", "", ""},
        {"campaigns/chi-lang-2022", "234 indicators[19].bonus bonus_exceeded\n",
         "9 times times_over_max(1; MODEL, 06523, 3, 2)\n"},
        {"campaigns/lang-son-2025", "", ""},
        {"campaigns/schemes/s1-can-tho-157", "", ""},
        {"campaigns/schemes/s2-can-tho-2579", "", "6 times times_over_max(5; BONUS, O2, 5, 3)\n"},
        {"campaigns/schemes/s3-nghe-an", "", ""},
        {"campaigns/schemes/s4-nd-307", "", ""},
        {"campaigns/schemes/s5-quang-tri", "", ""},
        {"campaigns/schemes/s6-cai-lay", "",
         "10 times times_over_max(6; D2-WITHDRAWN, SELF, 6, 2)\n22 times times_over_max(4; D2-WITHDRAWN, VERIFIED, 4, 2)\n34 times times_over_max(4; D2-WITHDRAWN, STRICT, 4, 2)\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        struct golden golden = {0};
        load(&golden, own[i].directory, own[i].campaign);
        check_lists(&golden, own[i].directory, own[i].lists);
        unload(&golden);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(passes_all_checks),
                                       cmocka_unit_test(own_campaigns_are_as_named)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
