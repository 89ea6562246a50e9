// Loads a case directory and runs it through core/, in parts of any size and cells in any order.
#include "tests/lib/offline.h"

#include "common/campaign_yaml.h"
#include "common/words.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define US_PER_SECOND INT64_C(1000000)

const char *const offline_names[OFFLINE_FILES] = {"rollup.csv", "scores.csv", "ranking.csv",
                                                  "awards.csv"};

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
                                 const char *name, size_t *ret_length)
{
    struct text raw = {0};
    struct err err;
    if (!offline_read_file(directory, name, &raw))
        return NULL;
    char *nfc = words_nfc(raw.data, raw.length, ret_length, &err);
    text_free(&raw);
    if (nfc == NULL)
        return NULL;
    const char *kept = arena_text(given->arena, nfc, *ret_length);
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

static const struct csv_table *read_table(struct offline_case *given, const char *directory,
                                          const char *name, const char *const *columns,
                                          size_t count, size_t required, struct findings *findings)
{
    size_t length;
    const char *text = read_document(given, directory, name, &length);
    return text == NULL
               ? NULL
               : csv_read(given->arena, name, text, length, columns, count, required, findings);
}

static bool load_units_and_campaign(struct offline_case *given, const char *directory)
{
    struct findings findings = {0};
    size_t length;
    const struct csv_table *units = read_table(given, directory, "units.csv", unit_columns, 7, 4,
                                               &findings);
    if (units != NULL)
        given->tree = unit_tree_create(units, &findings);
    const char *text = read_document(given, directory, "campaign.yaml", &length);
    if (text != NULL)
        given->campaign = campaign_read("campaign.yaml", text, length, &findings);
    if (given->tree != NULL && given->campaign != NULL)
        campaign_check(given->campaign, given->tree, "campaign.yaml", &findings);
    return show(&findings) && given->tree != NULL && given->campaign != NULL;
}

static bool load_lists(struct offline_case *given, const char *directory)
{
    struct findings findings = {0};
    const struct csv_table *table;
    struct arena *arena = given->arena;
    const struct campaign *campaign = given->campaign;
    const struct unit_tree *tree = given->tree;
    table = read_table(given, directory, "targets.csv", target_columns, 3, 3, &findings);
    if (table != NULL)
        targets_read(arena, campaign, tree, table, &given->targets, &findings);
    table = read_table(given, directory, "adjustments.csv", adjustment_columns, 4, 3, &findings);
    if (table != NULL)
        adjustments_read(arena, campaign, tree, table, &given->adjustments, &findings);
    table = read_table(given, directory, "nominations.csv", nomination_columns, 12, 4, &findings);
    if (table != NULL)
        nominations_read(arena, campaign, tree, table, &given->nominations, &findings);
    table = read_table(given, directory, "decisions.csv", decision_columns, 4, 3, &findings);
    if (table != NULL)
        decisions_read(arena, campaign, table, &given->decisions, &findings);
    return show(&findings);
}

// "2022-07-01T00:00:01+07:00" as microseconds since the epoch.
static bool parse_instant(const char *text, int64_t *ret_us)
{
    int hour, minute, second, zone;
    int32_t day;
    if (strlen(text) < 10 || !day_parse(text, 10, &day) ||
        sscanf(text + 10, "T%d:%d:%d+%d", &hour, &minute, &second, &zone) != 4)
        return false;
    *ret_us = ((int64_t)day * 86400 + hour * 3600 + minute * 60 + second - zone * 3600) *
              US_PER_SECOND;
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
            (struct offline_entry){unit, indicator, period, accepted, us, form->cells[i]};
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

static bool load_results(struct offline_case *given, const char *directory)
{
    static const char *const accepted_columns[] = {"file", "accepted_at"};
    struct findings findings = {0};
    struct dirent **names;
    char *path = offline_path(directory, "results");
    const struct csv_table *accepted = read_table(given, directory, "accepted.csv",
                                                  accepted_columns, 2, 2, &findings);
    int count = scandir(path, &names, is_csv, by_bytes);
    for (int i = 0; i < count; i++) {
        struct forms forms = {0};
        size_t blank;
        const struct csv_table *table = read_table(given, path, names[i]->d_name, result_columns, 7,
                                                   4, &findings);
        if (table != NULL)
            results_read(given->arena, table, DECIMAL_POINT, &forms, &blank, &findings);
        for (size_t f = 0; f < forms.count; f++)
            add_form(given, &forms.list[f], accepted_us(accepted, names[i]->d_name));
        free(names[i]);
    }
    if (count >= 0)
        free(names);
    free(path);
    return show(&findings);
}

int offline_load(const char *directory, struct offline_case *ret)
{
    *ret = (struct offline_case){.arena = arena_create()};
    if (load_units_and_campaign(ret, directory) && load_lists(ret, directory) &&
        load_results(ret, directory))
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
    for (size_t i = 0; i < OFFLINE_FILES; i++)
        text_free(&output->files[i]);
}
