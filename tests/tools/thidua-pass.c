// thidua-pass CASEDIR [--period P] [--cut SECONDS]: for every ranked unit of a case that has one above it, what
// core/pass.h finds for each indicator, as CSV. tests/property/pass.py applies the changes and recomputes.
#include "core/pass.h"
#include "tests/lib/offline.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct looker {
    const struct offline_case *given;
    int failed;
};

static size_t place_of(const struct score_unit_input *inputs, uint32_t unit)
{
    size_t place = 0;
    while (inputs[place].unit != unit)
        place++;
    return place;
}

static void print_line(const struct offline_case *given, uint32_t own, uint32_t above,
                       uint32_t index, const struct pass_line *line, bool least)
{
    static const char *const words[] = {"no value", "not", "found"};
    const struct indicator *indicator = &given->campaign->indicators[index];
    unsigned scale = indicator->kind == KIND_MEAN ? 2 * DECIMAL_SCALE : DECIMAL_SCALE;
    char numerator[DECIMAL_TEXT_SIZE] = "", total[DECIMAL_TEXT_SIZE] = "";
    if (line->result == PASS_FOUND) {
        decimal_format(line->component.numerator, scale, numerator);
        decimal_fixed(line->total_e2, 2, total);
    }
    printf("%s,%s,%s,%s,%" PRId64 ",%s,%s,%s\n", given->tree->units[own].code,
           given->tree->units[above].code, indicator->code, words[line->result], line->steps,
           numerator, total, least ? "yes" : "");
}

// One cluster; its standings are in ranking order.
static void look_at(struct looker *looker, const struct recompute *run,
                    const struct score_unit_input *inputs, size_t count,
                    const struct standing *standings)
{
    size_t indicators = run->input->campaign->indicator_count;
    struct pass_line *lines = mem_alloc(indicators, sizeof *lines);
    for (size_t i = 1; i < count && standings[i].rank > 0; i++) {
        struct err err;
        int64_t own_e2, above_e2;
        const struct pass_case pass = {run->plan,
                                       run->input->targets,
                                       run->input->adjustments,
                                       inputs,
                                       count,
                                       place_of(inputs, standings[i].unit),
                                       place_of(inputs, standings[i - 1].unit)};
        if (pass_find(&pass, lines, &own_e2, &above_e2, &err) < 0) {
            fprintf(stderr, "%s: %s\n", err.code, err.text);
            looker->failed = 1;
            continue;
        }
        uint32_t least = pass_least(lines, indicators);
        for (uint32_t index = 0; index < indicators; index++)
            print_line(looker->given, standings[i].unit, standings[i - 1].unit, index,
                       &lines[index], index == least);
        pass_lines_clear(lines, indicators);
    }
    free(lines);
}

static void look(void *arg, const struct recompute *run)
{
    struct score_unit_input *inputs = mem_alloc(run->competitors->count + 1, sizeof *inputs);
    const struct standing *standings = run->standings;
    for (uint32_t cluster = 0; cluster < run->cluster_count; cluster++) {
        size_t count = recompute_inputs(run, cluster, inputs);
        look_at(arg, run, inputs, count, standings);
        standings += count;
    }
    free(inputs);
}

static int run(const char *directory, struct offline_options *options)
{
    struct offline_case given;
    struct offline_output output;
    struct err err;
    if (offline_load(directory, &given) < 0)
        return 1;
    struct looker looker = {&given, 0};
    options->look = look;
    options->arg = &looker;
    puts("unit,above,indicator,result,steps,numerator,total,least");
    int result = offline_run(&given, options, &output, &err);
    if (result < 0)
        fprintf(stderr, "%s: %s\n", err.code, err.text);
    else
        offline_output_free(&output);
    offline_free(&given);
    return result < 0 ? 1 : looker.failed;
}

int main(int argc, char **argv)
{
    static const struct option known[] = {{"period", required_argument, NULL, 'p'},
                                          {"cut", required_argument, NULL, 'c'},
                                          {NULL, 0, NULL, 0}};
    struct offline_options options = {0};
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == 'c') {
            options.has_cut = true;
            options.cut_us = strtoll(optarg, NULL, 10) * INT64_C(1000000);
        } else if (option != 'p' || !period_parse(optarg, strlen(optarg), &options.period)) {
            return 2;
        }
    }
    return optind + 1 == argc ? run(argv[optind], &options) : 2;
}
