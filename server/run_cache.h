// What is dear to make and asked for again and again, kept for a while. The documents of published
// runs, parsed: what a run's figures mean is said by the rules of then, not by those of today. And
// plans of the rules of today. Documents never change, so nothing in the cache is ever stale.
#ifndef THIDUA_SERVER_RUN_CACHE_H
#define THIDUA_SERVER_RUN_CACHE_H

#include "common/run_input.h"
#include "server/world.h"
#include <stdint.h>

#define RUN_DOCUMENTS 6 // units, rules, targets, adjustments, nominations, decisions
enum { RUN_UNITS, RUN_RULES, RUN_TARGETS, RUN_ADJUSTMENTS, RUN_NOMINATIONS, RUN_DECISIONS };
#define CACHED_RULES 16
#define CACHED_INPUTS 3 // with their trees
#define CACHED_PLANS 4

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

struct cached_plan {
    unsigned references;
    struct world *world; // held: the plan borrows its tree and campaign
    const struct world_campaign *campaign;
    struct period period;
    struct rollup_plan *plan;
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
// Makes the plan when it is not there; NULL with err as rollup_plan_create says.
struct cached_plan *run_cache_plan(struct run_cache *cache, struct world *world,
                                   const struct world_campaign *campaign, struct period period,
                                   struct err *err);
void cached_rules_release(struct cached_rules *rules); // NULL is fine
void cached_input_release(struct cached_input *input);
void cached_plan_release(struct cached_plan *plan);

#endif
