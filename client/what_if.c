// A run under other weights, targets, rules or without some units: common/what_if.h beside what was published.
// Nothing of it goes to the server.
#include "client/sealed_run.h"

#include "client/document.h"
#include "client/report.h"
#include "client/table.h"
#include "common/campaign_yaml.h"
#include "common/what_if.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const columns[] = {"section",  "cluster", "unit",     "name",        "rank",
                                      "rank_if",  "change",  "total",    "total_if",    "class",
                                      "class_if", "item",    "decision", "decision_if", "reasons"};
#define COLUMNS (sizeof columns / sizeof columns[0])

struct asking {
    struct client *client;
    struct arena *arena;
    struct sealed_run published;
    struct sealed_run other; // its input is altered; not opened by itself
    struct what_if what_if;
    struct what_if_result result;
    bool *excluded;
};

// ---- the table

static const struct standing *standing_of(const struct standing *list, size_t count, uint32_t unit)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].unit == unit)
            return &list[i];
    return NULL;
}

static const char *rank_text(const struct standing *standing, char buffer[static 16])
{
    buffer[0] = '\0';
    if (standing != NULL && standing->rank > 0)
        snprintf(buffer, 16, "%" PRIu32, standing->rank);
    return buffer;
}

static const char *total_text(const struct standing *standing,
                              char buffer[static DECIMAL_TEXT_SIZE])
{
    buffer[0] = '\0';
    if (standing != NULL)
        decimal_fixed(standing->total_e2, 2, buffer);
    return buffer;
}

static const char *class_text(const struct campaign *campaign, const struct standing *standing)
{
    return standing == NULL || standing->class_index == NO_INDEX
               ? ""
               : campaign->classes[standing->class_index].code;
}

// Places won or lost.
static const char *change_text(const struct standing *was, const struct standing *is,
                               char buffer[static 16])
{
    buffer[0] = '\0';
    if (was != NULL && is != NULL && was->rank > 0 && is->rank > 0 && was->rank != is->rank)
        snprintf(buffer, 16, "%+" PRId64, (int64_t)was->rank - is->rank);
    return buffer;
}

static const char *cluster_code(const struct campaign *campaign, const struct standing *standing)
{
    return campaign->cluster_count > 0 ? campaign->clusters[standing->cluster].code : "";
}

static void ranking_row(const struct asking *asking, struct table *table,
                        const struct standing *was, const struct standing *is)
{
    const struct recompute *run = asking->published.run;
    const struct campaign *before = run->input->campaign, *after = asking->what_if.campaign;
    const struct standing *any = is != NULL ? is : was;
    char ranks[2][16], change[16], totals[2][DECIMAL_TEXT_SIZE];
    const char *const cells[COLUMNS] = {
        "ranking",
        cluster_code(is != NULL ? after : before, any),
        run->input->tree->units[any->unit].code,
        unit_name_at(run->input->tree, any->unit, run->plan->day->day),
        rank_text(was, ranks[0]),
        rank_text(is, ranks[1]),
        change_text(was, is, change),
        total_text(was, totals[0]),
        total_text(is, totals[1]),
        class_text(before, was),
        class_text(after, is),
        "",
        "",
        "",
        is != NULL ? is->reasons : "excluded"};
    table_row(table, cells);
}

static const struct candidate *same_candidate(const struct asking *asking,
                                              const struct candidate *of)
{
    const struct candidates *awards = &asking->published.run->awards;
    const char *code = asking->what_if.campaign->awards[of->award].code;
    for (size_t i = 0; i < awards->count; i++)
        if (strcmp(awards->list[i].recipient, of->recipient) == 0 &&
            strcmp(asking->published.run->input->campaign->awards[awards->list[i].award].code,
                   code) == 0)
            return &awards->list[i];
    return NULL;
}

// Awards with another decision.
static void award_rows(const struct asking *asking, struct table *table)
{
    const struct recompute *run = asking->published.run;
    for (size_t i = 0; i < asking->result.awards.count; i++) {
        const struct candidate *is = &asking->result.awards.list[i];
        const struct candidate *was = same_candidate(asking, is);
        if (was != NULL && was->decision == is->decision)
            continue;
        const char *name = is->unit == NO_UNIT
                               ? ""
                               : unit_name_at(run->input->tree, is->unit, run->plan->day->day);
        const char *const cells[COLUMNS] = {"award",
                                            "",
                                            is->recipient,
                                            name,
                                            "",
                                            "",
                                            "",
                                            "",
                                            "",
                                            "",
                                            "",
                                            asking->what_if.campaign->awards[is->award].code,
                                            was != NULL ? award_decision_names[was->decision] : "",
                                            award_decision_names[is->decision],
                                            is->reasons != NULL ? is->reasons : ""};
        table_row(table, cells);
    }
}

static void print(const struct asking *asking)
{
    const struct recompute *run = asking->published.run;
    const struct what_if_result *result = &asking->result;
    struct table *table = table_create(stdout, format_of(asking->client->arguments), columns,
                                       COLUMNS);
    table_sections(table);
    for (size_t i = 0; i < result->standing_count; i++)
        ranking_row(asking, table,
                    standing_of(run->standings, run->standing_count, result->standings[i].unit),
                    &result->standings[i]);
    for (size_t i = 0; i < run->standing_count; i++)
        if (standing_of(result->standings, result->standing_count, run->standings[i].unit) == NULL)
            ranking_row(asking, table, &run->standings[i], NULL);
    award_rows(asking, table);
    table_finish(table);
}

// ---- the question

static int report(const struct asking *asking, struct findings *findings)
{
    bool wrong = findings->errors > 0;
    if (wrong)
        report_findings(findings, 0, format_of(asking->client->arguments), stdout);
    findings_free(findings);
    return wrong ? EXIT_DATA : EXIT_DONE;
}

static int read_file(struct asking *asking, const char *name, struct document *ret)
{
    struct findings findings = {0};
    struct err err = {0};
    if (document_read(name, ret, &findings, &err) == 0)
        return EXIT_DONE;
    if (err.kind == ERR_NONE)
        return report(asking, &findings);
    findings_free(&findings);
    complain_err(&err);
    return strcmp(err.code, "not_found") == 0 ? EXIT_NOT_FOUND : EXIT_ERROR;
}

// The campaign file of `rules` takes the place of the run's; a name is relative to the file that has it.
static int take_rules(struct asking *asking, const char *file, const char *rules)
{
    struct findings findings = {0};
    struct document document;
    struct text path = {0};
    const char *slash = strrchr(file, '/');
    if (rules[0] != '/' && slash != NULL)
        text_add(&path, file, (size_t)(slash - file) + 1);
    text_adds(&path, rules);
    int exit_code = read_file(asking, path.data, &document);
    if (exit_code == EXIT_DONE) {
        struct campaign *campaign = campaign_read(path.data, document.text, document.length,
                                                  &findings);
        if (campaign != NULL)
            campaign_check(campaign, asking->published.input.documents->tree, path.data, &findings);
        campaign_destroy(campaign);
        exit_code = report(asking, &findings);
    }
    for (size_t i = 0; exit_code == EXIT_DONE && i < asking->other.files.count; i++)
        if (strcmp(asking->other.files.list[i].name, seal_files[SEAL_CAMPAIGN].name) == 0) {
            text_free(&asking->other.files.list[i].text);
            text_add(&asking->other.files.list[i].text, document.text, document.length);
        }
    document_free(&document);
    text_free(&path);
    return exit_code;
}

static void copy_files(const struct sealed_files *from, struct sealed_files *to)
{
    for (size_t i = 0; i < from->count; i++) {
        struct sealed_file *file = MEM_PUSH(to->list, to->count, to->capacity);
        file->name = mem_text(from->list[i].name, strlen(from->list[i].name));
        text_add(&file->text, from->list[i].text.data, from->list[i].text.length);
    }
}

static int read_other(struct asking *asking)
{
    struct findings findings = {0};
    if (sealed_input_read(&asking->other.files, &asking->published.seal, &asking->other.input,
                          &findings) == 0) {
        findings_free(&findings);
        return EXIT_DONE;
    }
    return report(asking, &findings);
}

static int read_question(struct asking *asking, const char *file)
{
    struct findings findings = {0};
    struct document document;
    int exit_code = read_file(asking, file, &document);
    if (exit_code != EXIT_DONE) {
        document_free(&document);
        return exit_code;
    }
    const char *rules = what_if_rules(asking->arena, file, document.text, document.length);
    copy_files(&asking->published.files, &asking->other.files);
    if (rules[0] != '\0')
        exit_code = take_rules(asking, file, rules);
    if (exit_code == EXIT_DONE)
        exit_code = read_other(asking);
    if (exit_code == EXIT_DONE) {
        what_if_read(asking->arena, file, document.text, document.length,
                     asking->other.input.documents->plan, &asking->what_if, &findings);
        exit_code = report(asking, &findings);
    }
    document_free(&document);
    return exit_code;
}

static int compute(struct asking *asking)
{
    struct run_input *documents = asking->other.input.documents;
    struct err err = {0};
    asking->excluded = mem_alloc(documents->tree->unit_count + 1, sizeof *asking->excluded);
    if (what_if_compute(&asking->what_if, &asking->other.input.input, documents->campaign,
                        &documents->targets, asking->excluded, &asking->result, &err) < 0)
        return complain_err(&err);
    print(asking);
    return EXIT_DONE;
}

int run_what_if_run(struct client *client)
{
    struct asking asking = {.client = client, .arena = arena_create()};
    int exit_code = sealed_run_open(client, argument(client->arguments, 0), &asking.published);
    if (exit_code == EXIT_DONE)
        exit_code = read_question(&asking, argument(client->arguments, 1));
    if (exit_code == EXIT_DONE)
        exit_code = compute(&asking);
    what_if_clear(&asking.result);
    free(asking.excluded);
    sealed_run_close(&asking.other);
    sealed_run_close(&asking.published);
    arena_destroy(asking.arena);
    return exit_code;
}
