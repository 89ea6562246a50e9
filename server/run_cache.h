// The documents of published runs, parsed once and kept for a while: what a run's figures mean is
// said by the rules of then, not by those of today. Documents never change, so what is in the cache
// is never stale.
#ifndef THIDUA_SERVER_RUN_CACHE_H
#define THIDUA_SERVER_RUN_CACHE_H

#include "common/run_input.h"
#include <stdint.h>

#define RUN_DOCUMENTS 6 // units, rules, targets, adjustments, nominations, decisions
enum { RUN_UNITS, RUN_RULES, RUN_TARGETS, RUN_ADJUSTMENTS, RUN_NOMINATIONS, RUN_DECISIONS };
#define CACHED_RULES 16
#define CACHED_INPUTS 3 // with their trees

struct cached_rules {
    unsigned references;
    int64_t document;
    struct campaign *campaign;
};
struct cached_input {
    unsigned references;
    int64_t documents[RUN_DOCUMENTS];
    struct period period;
    struct run_input *input;
};

struct run_cache;
struct run_cache *run_cache_create(void);
void run_cache_destroy(struct run_cache *cache); // what is held stays until released

// Held for the caller, or NULL: not there.
struct cached_rules *run_cache_rules(struct run_cache *cache, int64_t document);
struct cached_input *run_cache_input(struct run_cache *cache,
                                     const int64_t documents[RUN_DOCUMENTS], struct period period);
// Parses and keeps; held for the caller, or NULL with err: the document cannot be read.
struct cached_rules *run_cache_add_rules(struct run_cache *cache, int64_t document,
                                         const char *content, struct err *err);
struct cached_input *run_cache_add_input(struct run_cache *cache,
                                         const int64_t documents[RUN_DOCUMENTS],
                                         struct period period, const struct run_texts *texts,
                                         struct err *err);
void cached_rules_release(struct cached_rules *rules); // NULL is fine
void cached_input_release(struct cached_input *input);

#endif
