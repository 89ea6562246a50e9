// thidua-offline CASEDIR [--period P] [--cut SECONDS] [--part N] [--shuffle SEED] --out DIR
// A run of a case directory without server or store; what the independent computation in tests/naive
// is compared with. --cut: seconds since the epoch; entries accepted from then on do not count.
#include "tests/lib/offline.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int usage(void)
{
    fputs("usage: thidua-offline CASEDIR [--period P] [--cut SECONDS] [--part N] [--shuffle SEED] "
          "--out DIR\n",
          stderr);
    return 2;
}

static int write_files(const struct offline_output *output, const char *directory)
{
    for (size_t i = 0; i < RECOMPUTE_FILES; i++) {
        char *path = offline_path(directory, recompute_names[i]);
        size_t length = output->files[i].length, written = 0;
        FILE *file = fopen(path, "wb");
        if (file != NULL)
            written = fwrite(output->files[i].data, 1, length, file);
        if (file == NULL || fclose(file) != 0 || written != length) {
            perror(path);
            free(path);
            return 1;
        }
        free(path);
    }
    return 0;
}

static int run(const char *directory, const struct offline_options *options, const char *out)
{
    struct offline_case given;
    struct offline_output output;
    struct err err;
    if (offline_load(directory, &given) < 0)
        return 1;
    int result = offline_run(&given, options, &output, &err);
    if (result < 0)
        fprintf(stderr, "%s: %s\n", err.code, err.text);
    else
        result = write_files(&output, out);
    if (result == 0)
        offline_output_free(&output);
    offline_free(&given);
    return result == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    static const struct option known[] = {
        {"period", required_argument, NULL, 'p'}, {"cut", required_argument, NULL, 'c'},
        {"part", required_argument, NULL, 'n'},   {"shuffle", required_argument, NULL, 's'},
        {"out", required_argument, NULL, 'o'},    {NULL, 0, NULL, 0}};
    struct offline_options options = {0};
    const char *out = NULL;
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == 'p' && !period_parse(optarg, strlen(optarg), &options.period))
            return usage();
        if (option == 'c') {
            options.has_cut = true;
            options.cut_us = strtoll(optarg, NULL, 10) * INT64_C(1000000);
        } else if (option == 'n') {
            options.tops_per_part = strtoul(optarg, NULL, 10);
        } else if (option == 's') {
            options.shuffle_seed = strtoull(optarg, NULL, 10);
        } else if (option == 'o') {
            out = optarg;
        } else if (option == '?') {
            return usage();
        }
    }
    return optind + 1 == argc && out != NULL ? run(argv[optind], &options, out) : usage();
}
