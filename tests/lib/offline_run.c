// The run itself is common/recompute.c; here the entries are chosen, and shuffled when asked.
#include "tests/lib/offline.h"
#include "tests/lib/random.h"

#include <stdlib.h>

static struct recompute_entry *choose_entries(const struct offline_case *given,
                                              const struct offline_options *options,
                                              size_t *ret_count)
{
    struct recompute_entry *entries = mem_alloc(given->entry_count + 1, sizeof *entries);
    struct random random = {options->shuffle_seed};
    size_t count = 0;
    for (size_t i = 0; i < given->entry_count; i++)
        if (!options->has_cut || given->entries[i].accepted_us < options->cut_us)
            entries[count++] = given->entries[i];
    for (size_t i = count; options->shuffle_seed != 0 && i > 1; i--) {
        size_t other = random_below(&random, i);
        struct recompute_entry swap = entries[i - 1];
        entries[i - 1] = entries[other];
        entries[other] = swap;
    }
    *ret_count = count;
    return entries;
}

int offline_run(const struct offline_case *given, const struct offline_options *options,
                struct offline_output *ret, struct err *err)
{
    struct recompute_input input = {.tree = given->tree,
                                    .campaign = given->campaign,
                                    .targets = &given->targets,
                                    .adjustments = &given->adjustments,
                                    .nominations = &given->nominations,
                                    .decisions = &given->decisions,
                                    .period = options->period,
                                    .cut_us = options->has_cut ? options->cut_us : INT64_MIN,
                                    .tops_per_part = options->tops_per_part};
    struct recompute_entry *entries = choose_entries(given, options, &input.entry_count);
    *ret = (struct offline_output){0};
    input.entries = entries;
    struct recompute *run = recompute_create(&input, err);
    int result = run != NULL ? recompute_rank(run, err) : -1;
    if (result == 0)
        recompute_write(run, ret->files);
    if (result == 0 && options->look != NULL)
        options->look(options->arg, run);
    recompute_destroy(run);
    free(entries);
    return result;
}
