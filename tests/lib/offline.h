// A whole run in one process, without server or store: a case directory (units.csv, campaign.yaml,
// results/*.csv and the lists beside them) in, the four output files out.
#ifndef THIDUA_TESTS_OFFLINE_H
#define THIDUA_TESTS_OFFLINE_H

#include "common/recompute.h"

struct offline_case {
    struct arena *arena;
    struct unit_tree *tree;
    struct campaign *campaign;
    struct targets targets;
    struct adjustments adjustments;
    struct nominations nominations;
    struct decisions decisions;
    struct recompute_entry *entries; // in the order of acceptance
    size_t entry_count, entry_capacity;
};
typedef void offline_look_fn(void *arg, const struct recompute *run); // at a run that is done
struct offline_options {
    struct period period;  // kind 0: the campaign's last one
    size_t tops_per_part;  // 0: all in one part
    uint64_t shuffle_seed; // 0: cells in the order of acceptance
    bool has_cut;
    int64_t cut_us;        // entries accepted from then on do not count
    offline_look_fn *look; // NULL: nobody looks
    void *arg;
};
struct offline_output {
    struct text files[RECOMPUTE_FILES];
};

// The documents of a case as texts; NULL where there is none.
struct offline_texts {
    const char *units, *campaign, *targets, *adjustments, *nominations, *decisions;
    const char *results; // submissions one after the other, each beginning with its header
};
// Messages go to stderr. 0, or -1 when something is wrong with the case.
int offline_make(const struct offline_texts *texts, struct offline_case *ret);
int offline_load(const char *directory, struct offline_case *ret);
void offline_free(struct offline_case *given);
int offline_run(const struct offline_case *given, const struct offline_options *options,
                struct offline_output *ret, struct err *err);
void offline_output_free(struct offline_output *output);
char *offline_path(const char *directory, const char *name);                       // owned
bool offline_read_file(const char *directory, const char *name, struct text *ret); // false: none

#endif
