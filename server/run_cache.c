// The documents of runs, parsed. Two short lists; the place that is taken next is the oldest.
#include "server/run_cache.h"

#include "common/campaign_yaml.h"
#include "core/mem.h"
#include <stdlib.h>
#include <string.h>

struct run_cache {
    struct cached_rules *rules[CACHED_RULES];
    struct cached_input *inputs[CACHED_INPUTS];
    size_t next_rules, next_input;
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

void run_cache_destroy(struct run_cache *cache)
{
    if (cache == NULL)
        return;
    for (size_t i = 0; i < CACHED_RULES; i++)
        cached_rules_release(cache->rules[i]);
    for (size_t i = 0; i < CACHED_INPUTS; i++)
        cached_input_release(cache->inputs[i]);
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
