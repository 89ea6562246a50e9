// thidua-sensitivity CASEDIR [--period P]: what common/sensitivity.h says of a case, as CSV: ranges of ranks, then
// decisions that hang on rounding or on one figure that nobody verified. tests/property/sensitivity.py reckons
// the same.
#include "common/sensitivity.h"
#include "tests/lib/offline.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

struct looker {
    const struct offline_case *given;
    int failed;
};

static void print_all(const struct offline_case *given, const struct sensitivity *sensitivity)
{
    for (size_t i = 0; i < sensitivity->range_count; i++) {
        const struct rank_range *range = &sensitivity->ranges[i];
        printf("rank,%s,%u,%u,%u\n", given->tree->units[range->unit].code, range->rank, range->best,
               range->worst);
    }
    for (size_t i = 0; i < sensitivity->change_count; i++) {
        const struct award_change *change = &sensitivity->changes[i];
        const char *award = given->campaign->awards[change->award].code;
        if (change->cause == AWARD_ROUNDING)
            printf("rounding,%s,%s,%s,%s\n", award, change->recipient,
                   award_decision_names[change->before], award_decision_names[change->after]);
        else
            printf("unverified %s %s,%s,%s,%s,%s\n", given->tree->units[change->of_unit].code,
                   given->campaign->indicators[change->indicator].code, award, change->recipient,
                   award_decision_names[change->before], award_decision_names[change->after]);
    }
}

static void look(void *arg, const struct recompute *run)
{
    struct looker *looker = arg;
    struct sensitivity sensitivity;
    struct text before[RECOMPUTE_FILES] = {0}, after[RECOMPUTE_FILES] = {0};
    struct err err;
    struct recompute *own = recompute_create(run->input, &err);
    recompute_rank(own, &err);
    recompute_write(own, before);
    if (sensitivity_compute(own, &sensitivity, &err) < 0) {
        fprintf(stderr, "%s: %s\n", err.code, err.text);
        looker->failed = 1;
    } else {
        print_all(looker->given, &sensitivity);
        sensitivity_clear(&sensitivity);
        recompute_write(own, after);
        for (int i = 0; i < RECOMPUTE_FILES; i++)
            if (strcmp(before[i].data, after[i].data) != 0) {
                fprintf(stderr, "%s is not what it was before\n", recompute_names[i]);
                looker->failed = 1;
            }
    }
    for (int i = 0; i < RECOMPUTE_FILES; i++) {
        text_free(&before[i]);
        text_free(&after[i]);
    }
    recompute_destroy(own);
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
                                          {NULL, 0, NULL, 0}};
    struct offline_options options = {0};
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
        if (option != 'p' || !period_parse(optarg, strlen(optarg), &options.period))
            return 2;
    return optind + 1 == argc ? run(argv[optind], &options) : 2;
}
