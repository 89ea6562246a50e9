// thidua-what-if CASEDIR FILE [--period P]: the ranking and the awards of a case under what FILE says is otherwise
// (common/what_if.h), as CSV. tests/property/what_if.py alters the case itself and runs it.
#include "common/what_if.h"
#include "tests/lib/offline.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_all(const struct what_if_result *result, const struct campaign *campaign,
                      const struct unit_tree *tree)
{
    char total[DECIMAL_TEXT_SIZE];
    for (size_t i = 0; i < result->standing_count; i++) {
        const struct standing *standing = &result->standings[i];
        decimal_fixed(standing->total_e2, 2, total);
        printf("rank,%s,%u,%s,%s,%s\n", tree->units[standing->unit].code, standing->rank, total,
               standing->class_index == NO_INDEX ? ""
                                                 : campaign->classes[standing->class_index].code,
               standing->reasons);
    }
    for (size_t i = 0; i < result->awards.count; i++)
        printf("award,%s,%s,%s\n", campaign->awards[result->awards.list[i].award].code,
               result->awards.list[i].recipient,
               award_decision_names[result->awards.list[i].decision]);
}

static void complain(const struct findings *findings)
{
    char text[512];
    for (size_t i = 0; i < findings->count; i++) {
        finding_text(&findings->list[i], finding_template(findings->list[i].code), text,
                     sizeof text);
        fprintf(stderr, "%u %s: %s\n", findings->list[i].row, findings->list[i].column, text);
    }
}

static int run(struct offline_case *given, const char *file, struct period period)
{
    struct recompute_input input = {.tree = given->tree,
                                    .campaign = given->campaign,
                                    .targets = &given->targets,
                                    .adjustments = &given->adjustments,
                                    .nominations = &given->nominations,
                                    .decisions = &given->decisions,
                                    .entries = given->entries,
                                    .entry_count = given->entry_count,
                                    .period = period,
                                    .cut_us = INT64_MIN};
    struct text text = {0};
    struct findings findings = {0};
    struct what_if what_if;
    struct what_if_result result = {0};
    struct err err = {0};
    bool *excluded = mem_alloc(given->tree->unit_count + 1, sizeof *excluded);
    struct rollup_plan *plan = rollup_plan_create(given->campaign, given->tree, period, &err);
    offline_read_file(".", file, &text);
    int failed = plan == NULL || what_if_read(given->arena, file, text.data, text.length, plan,
                                              &what_if, &findings) < 0;
    complain(&findings);
    if (!failed && what_if_compute(&what_if, &input, given->campaign, &given->targets, excluded,
                                   &result, &err) == 0) {
        print_all(&result, given->campaign, given->tree);
        what_if_clear(&result);
    } else {
        fprintf(stderr, "%s: %s\n", err.code, err.text);
        failed = 1;
    }
    rollup_plan_destroy(plan);
    findings_free(&findings);
    text_free(&text);
    free(excluded);
    return failed;
}

int main(int argc, char **argv)
{
    static const struct option known[] = {{"period", required_argument, NULL, 'p'},
                                          {NULL, 0, NULL, 0}};
    struct offline_case given;
    struct period period = {0};
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
        if (option != 'p' || !period_parse(optarg, strlen(optarg), &period))
            return 2;
    if (optind + 2 != argc || offline_load(argv[optind], &given) < 0)
        return 2;
    int result = run(&given, argv[optind + 1], period);
    offline_free(&given);
    return result;
}
