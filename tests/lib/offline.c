// Loads a case directory and runs it through core/, in parts of any size and cells in any order.
#include "tests/lib/offline.h"

#include "common/campaign_yaml.h"
#include "common/words.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define US_PER_SECOND INT64_C(1000000)

char *offline_path(const char *directory, const char *name)
{
    struct text path = {0};
    text_addf(&path, "%s/%s", directory, name);
    return path.data;
}

bool offline_read_file(const char *directory, const char *name, struct text *ret)
{
    char buffer[65536];
    size_t length;
    char *path = offline_path(directory, name);
    FILE *file = fopen(path, "rb");
    free(path);
    if (file == NULL)
        return false;
    while ((length = fread(buffer, 1, sizeof buffer, file)) > 0)
        text_add(ret, buffer, length);
    if (ret->length == 0)
        text_adds(ret, "");
    fclose(file);
    return true;
}

// A document in NFC, in the arena; NULL when there is none.
static const char *read_document(struct offline_case *given, const char *directory,
                                 const char *name)
{
    struct text raw = {0};
    struct err err;
    size_t length;
    if (!offline_read_file(directory, name, &raw))
        return NULL;
    char *nfc = words_nfc(raw.data, raw.length, &length, &err);
    text_free(&raw);
    if (nfc == NULL)
        return NULL;
    const char *kept = arena_text(given->arena, nfc, length);
    free(nfc);
    return kept;
}

// Says what was found; true when nothing was an error.
static bool show(struct findings *findings)
{
    char text[1024];
    bool good = findings->errors == 0;
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        if (finding_severity(finding->code) != FINDING_ERROR)
            continue;
        finding_text(finding, finding_template(finding->code), text, sizeof text);
        fprintf(stderr, "%s:%u %s: %s\n", finding->file, finding->row, finding->column, text);
    }
    findings_free(findings);
    return good;
}

static const struct csv_table *read_table(struct offline_case *given, const char *name,
                                          const char *text, const char *const *columns,
                                          size_t count, size_t required, struct findings *findings)
{
    return text == NULL ? NULL
                        : csv_read(given->arena, name, text, strlen(text), columns, count, required,
                                   findings);
}

static bool make_units_and_campaign(struct offline_case *given, const struct offline_texts *texts)
{
    struct findings findings = {0};
    const struct csv_table *units = read_table(given, "units.csv", texts->units, unit_columns, 7, 4,
                                               &findings);
    if (units != NULL)
        given->tree = unit_tree_create(units, &findings);
    if (texts->campaign != NULL)
        given->campaign = campaign_read("campaign.yaml", texts->campaign, strlen(texts->campaign),
                                        &findings);
    if (given->tree != NULL && given->campaign != NULL)
        campaign_check(given->campaign, given->tree, "campaign.yaml", &findings);
    return show(&findings) && given->tree != NULL && given->campaign != NULL;
}

static bool make_lists(struct offline_case *given, const struct offline_texts *texts)
{
    struct findings findings = {0};
    const struct csv_table *table;
    struct arena *arena = given->arena;
    const struct campaign *campaign = given->campaign;
    const struct unit_tree *tree = given->tree;
    table = read_table(given, "targets.csv", texts->targets, target_columns, 3, 3, &findings);
    if (table != NULL)
        targets_read(arena, campaign, tree, table, &given->targets, &findings);
    table = read_table(given, "adjustments.csv", texts->adjustments, adjustment_columns, 4, 3,
                       &findings);
    if (table != NULL)
        adjustments_read(arena, campaign, tree, table, &given->adjustments, &findings);
    table = read_table(given, "nominations.csv", texts->nominations, nomination_columns, 12, 4,
                       &findings);
    if (table != NULL)
        nominations_read(arena, campaign, tree, table, &given->nominations, &findings);
    table = read_table(given, "decisions.csv", texts->decisions, decision_columns, 4, 3, &findings);
    if (table != NULL)
        decisions_read(arena, campaign, table, &given->decisions, &findings);
    return show(&findings);
}

static int two_digits(const char *text)
{
    return (text[0] - '0') * 10 + text[1] - '0';
}

// "2022-07-01T00:00:01+07:00", exactly so, as microseconds since the epoch.
static bool parse_instant(const char *text, int64_t *ret_us)
{
    int32_t day;
    if (strlen(text) != 25 || text[10] != 'T' || text[19] != '+' || !day_parse(text, 10, &day))
        return false;
    int64_t seconds = two_digits(text + 11) * 3600 + two_digits(text + 14) * 60 +
                      two_digits(text + 17) - two_digits(text + 20) * 3600;
    *ret_us = ((int64_t)day * 86400 + seconds) * US_PER_SECOND;
    return true;
}

// When a results file was accepted, from accepted.csv; INT64_MIN when that does not say.
static int64_t accepted_us(const struct csv_table *table, const char *file)
{
    int64_t us = INT64_MIN;
    for (size_t row = 0; table != NULL && row < table->rows; row++)
        if (strcmp(csv_at(table, row, 0)->text, file) == 0)
            parse_instant(csv_at(table, row, 1)->text, &us);
    return us;
}

static void add_form(struct offline_case *given, const struct form *form, int64_t us)
{
    struct period period;
    uint32_t unit = unit_find(given->tree, form->unit);
    if (unit == NO_UNIT || !period_parse(form->period, strlen(form->period), &period))
        return;
    for (size_t i = 0; i < form->cell_count; i++) {
        uint32_t indicator = campaign_indicator(given->campaign, form->cells[i].indicator);
        if (indicator == NO_INDEX)
            continue;
        int64_t accepted = (int64_t)given->entry_count + 1;
        *MEM_PUSH(given->entries, given->entry_count, given->entry_capacity) =
            (struct recompute_entry){unit, indicator, period, accepted, us, form->cells[i]};
    }
}

static int is_csv(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 4 && strcmp(entry->d_name + length - 4, ".csv") == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void add_results(struct offline_case *given, const char *name, const char *text, int64_t us,
                        struct findings *findings)
{
    struct forms forms = {0};
    size_t blank;
    const struct csv_table *table = read_table(given, name, text, result_columns, 7, 4, findings);
    if (table != NULL)
        results_read(given->arena, table, DECIMAL_POINT, &forms, &blank, findings);
    for (size_t f = 0; f < forms.count; f++)
        add_form(given, &forms.list[f], us);
}

static bool load_results(struct offline_case *given, const char *directory)
{
    static const char *const columns[] = {"file", "accepted_at"};
    struct findings findings = {0};
    struct dirent **names;
    const struct csv_table *accepted = read_table(given, "accepted.csv",
                                                  read_document(given, directory, "accepted.csv"),
                                                  columns, 2, 2, &findings);
    char *path = offline_path(directory, "results");
    int count = scandir(path, &names, is_csv, by_bytes);
    for (int i = 0; i < count; i++) {
        const char *name = names[i]->d_name;
        add_results(given, name, read_document(given, path, name), accepted_us(accepted, name),
                    &findings);
        free(names[i]);
    }
    if (count >= 0)
        free(names);
    free(path);
    return show(&findings);
}

static int make(struct offline_case *given, const struct offline_texts *texts)
{
    return make_units_and_campaign(given, texts) && make_lists(given, texts) ? 0 : -1;
}

static void add_submissions(struct offline_case *given, const char *text, struct findings *findings)
{
    while (text != NULL && text[0] != '\0') {
        const char *next = strstr(text + 1, "\nperiod,");
        size_t length = next != NULL ? (size_t)(next - text) + 1 : strlen(text);
        add_results(given, "results.csv", arena_text(given->arena, text, length), INT64_MIN,
                    findings);
        text += length;
    }
}

int offline_make(const struct offline_texts *texts, struct offline_case *ret)
{
    struct findings findings = {0};
    *ret = (struct offline_case){.arena = arena_create()};
    int result = make(ret, texts);
    if (result == 0)
        add_submissions(ret, texts->results, &findings);
    if (show(&findings) && result == 0)
        return 0;
    offline_free(ret);
    return -1;
}

int offline_load(const char *directory, struct offline_case *ret)
{
    *ret = (struct offline_case){.arena = arena_create()};
    struct offline_texts texts = {
        .units = read_document(ret, directory, "units.csv"),
        .campaign = read_document(ret, directory, "campaign.yaml"),
        .targets = read_document(ret, directory, "targets.csv"),
        .adjustments = read_document(ret, directory, "adjustments.csv"),
        .nominations = read_document(ret, directory, "nominations.csv"),
        .decisions = read_document(ret, directory, "decisions.csv"),
    };
    if (make(ret, &texts) == 0 && load_results(ret, directory))
        return 0;
    fprintf(stderr, "%s: the case cannot be read\n", directory);
    offline_free(ret);
    return -1;
}

void offline_free(struct offline_case *given)
{
    free(given->entries);
    targets_free(&given->targets);
    adjustments_free(&given->adjustments);
    nominations_free(&given->nominations);
    decisions_free(&given->decisions);
    campaign_destroy(given->campaign);
    unit_tree_destroy(given->tree);
    arena_destroy(given->arena);
    *given = (struct offline_case){0};
}

void offline_output_free(struct offline_output *output)
{
    for (size_t i = 0; i < RECOMPUTE_FILES; i++)
        text_free(&output->files[i]);
}
