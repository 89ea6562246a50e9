// Three short lists; the place that is taken next is the oldest.
#include "server/run_cache.h"

#include "common/campaign_yaml.h"
#include "core/mem.h"
#include <stdlib.h>
#include <string.h>

struct run_cache {
    struct cached_rules *rules[CACHED_RULES];
    struct cached_input *inputs[CACHED_INPUTS];
    struct cached_plan *plans[CACHED_PLANS];
    size_t next_rules, next_input, next_plan;
};

struct run_cache *run_cache_create(void)
{
    return mem_alloc(1, sizeof(struct run_cache));
}

void cached_rules_release(struct cached_rules *rules)
{
    if (rules == NULL || --rules->references > 0)
        return;
    campaign_destroy(rules->campaign);
    free(rules);
}

void cached_input_release(struct cached_input *input)
{
    if (input == NULL || --input->references > 0)
        return;
    run_input_destroy(input->input);
    free(input);
}

void cached_plan_release(struct cached_plan *plan)
{
    if (plan == NULL || --plan->references > 0)
        return;
    rollup_plan_destroy(plan->plan);
    world_release(plan->world);
    free(plan);
}

void run_cache_destroy(struct run_cache *cache)
{
    if (cache == NULL)
        return;
    for (size_t i = 0; i < CACHED_RULES; i++)
        cached_rules_release(cache->rules[i]);
    for (size_t i = 0; i < CACHED_INPUTS; i++)
        cached_input_release(cache->inputs[i]);
    for (size_t i = 0; i < CACHED_PLANS; i++)
        cached_plan_release(cache->plans[i]);
    free(cache);
}

struct cached_rules *run_cache_rules(struct run_cache *cache, int64_t document)
{
    for (size_t i = 0; i < CACHED_RULES; i++) {
        struct cached_rules *rules = cache->rules[i];
        if (rules != NULL && rules->document == document) {
            rules->references++;
            return rules;
        }
    }
    return NULL;
}

struct cached_input *run_cache_input(struct run_cache *cache,
                                     const int64_t documents[RUN_DOCUMENTS], struct period period)
{
    for (size_t i = 0; i < CACHED_INPUTS; i++) {
        struct cached_input *input = cache->inputs[i];
        if (input != NULL && period_equal(input->period, period) &&
            memcmp(input->documents, documents, sizeof input->documents) == 0) {
            input->references++;
            return input;
        }
    }
    return NULL;
}

struct cached_rules *run_cache_add_rules(struct run_cache *cache, int64_t document,
                                         const char *content, struct err *err)
{
    struct findings findings = {0};
    struct campaign *campaign = campaign_read("campaign", content, strlen(content), &findings);
    findings_free(&findings);
    if (campaign == NULL) {
        err_set(err, ERR_DIE, "bad_document", "document %lld cannot be read", (long long)document);
        return NULL;
    }
    struct cached_rules *rules = mem_alloc(1, sizeof *rules);
    *rules = (struct cached_rules){.references = 2, .document = document, .campaign = campaign};
    struct cached_rules **place = &cache->rules[cache->next_rules++ % CACHED_RULES];
    cached_rules_release(*place);
    *place = rules;
    return rules;
}

struct cached_input *run_cache_add_input(struct run_cache *cache,
                                         const int64_t documents[RUN_DOCUMENTS],
                                         struct period period, const struct run_texts *texts,
                                         struct err *err)
{
    struct run_input *parsed = run_input_create(texts, period, err);
    if (parsed == NULL)
        return NULL;
    struct cached_input *input = mem_alloc(1, sizeof *input);
    *input = (struct cached_input){.references = 2, .period = period, .input = parsed};
    memcpy(input->documents, documents, sizeof input->documents);
    struct cached_input **place = &cache->inputs[cache->next_input++ % CACHED_INPUTS];
    cached_input_release(*place);
    *place = input;
    return input;
}

static struct cached_plan *find_plan(struct run_cache *cache, const struct world *world,
                                     const struct world_campaign *campaign, struct period period)
{
    for (size_t i = 0; i < CACHED_PLANS; i++) {
        struct cached_plan *plan = cache->plans[i];
        if (plan != NULL && plan->campaign == campaign && plan->world->units == world->units &&
            period_equal(plan->period, period))
            return plan;
    }
    return NULL;
}

struct cached_plan *run_cache_plan(struct run_cache *cache, struct world *world,
                                   const struct world_campaign *campaign, struct period period,
                                   struct err *err)
{
    struct cached_plan *cached = find_plan(cache, world, campaign, period);
    if (cached != NULL) {
        cached->references++;
        return cached;
    }
    const struct unit_tree *tree = world_tree(world);
    if (tree == NULL) {
        err_set(err, ERR_REJECT, "no_units", "no units are loaded");
        return NULL;
    }
    struct rollup_plan *plan = rollup_plan_create(campaign->rules, tree, period, err);
    if (plan == NULL)
        return NULL;
    cached = mem_alloc(1, sizeof *cached);
    *cached = (struct cached_plan){2, world_hold(world), campaign, period, plan};
    struct cached_plan **place = &cache->plans[cache->next_plan++ % CACHED_PLANS];
    cached_plan_release(*place);
    *place = cached;
    return cached;
}
