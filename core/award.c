// Commendation: award by award in order of precedence, each closed by the council's decisions before
// the next one is computed (semantics.md, section 6).
#include "core/award_private.h"

#include <stdlib.h>
#include <string.h>

const char *const award_decision_names[3] = {
    [NOT_AWARDED] = "not awarded", [AWARDED] = "awarded", [UNDECIDED] = "undecided"};

enum award_decision award_decision_of(const char *name)
{
    for (int i = AWARDED; i <= UNDECIDED; i++)
        if (strcmp(award_decision_names[i], name) == 0)
            return (enum award_decision)i;
    return NOT_AWARDED;
}

// Only the council awards with the reason `council`; where ties go to it, nobody else refuses with
// `tie_at_cut`.
bool award_left_to_council(const struct award *award, enum award_decision decision,
                           const char *reasons)
{
    static const char tied[] = "tie_at_cut";
    size_t length = strlen(reasons), end = sizeof tied - 1;
    if (decision == AWARDED)
        return strcmp(reasons, "council") == 0;
    return decision == UNDECIDED || (award->tie_at_cut == CUT_COUNCIL && length >= end &&
                                     strcmp(reasons + length - end, tied) == 0);
}

void contender_reason(struct contender *contender, const char *word, const char *code)
{
    if (contender->reasons.length > 0)
        text_adds(&contender->reasons, ";");
    text_adds(&contender->reasons, word);
    if (code != NULL)
        text_addf(&contender->reasons, ":%s", code);
}

void contender_block(const struct award_run *run, const struct award *award,
                     struct contender *contender)
{
    const struct taken *taken = &run->taken[contender->recipient_key];
    if (award->form != FORM_SPOT && taken->award != NO_INDEX)
        contender_reason(contender, taken->decision == AWARDED ? "higher" : "undecided",
                         run->campaign->awards[taken->award].code);
}

static const struct decision *find_decision(const struct decisions *decisions, uint32_t award,
                                            const char *recipient)
{
    for (size_t i = 0; i < decisions->count; i++)
        if (decisions->list[i].award == award &&
            strcmp(decisions->list[i].recipient, recipient) == 0)
            return &decisions->list[i];
    return NULL;
}

// One who is refused keeps the reason that brought the case before the council.
static void apply_decision(const struct award_run *run, uint32_t award, struct contender *contender)
{
    const struct decision *decision = find_decision(run->decisions, award, contender->recipient);
    if (contender->decision != UNDECIDED || decision == NULL)
        return;
    contender->decision = decision->awarded ? AWARDED : NOT_AWARDED;
    if (decision->awarded) {
        text_free(&contender->reasons);
        contender_reason(contender, "council", NULL);
    }
}

void award_close(struct award_run *run, uint32_t award, struct contenders *contenders)
{
    for (size_t i = 0; i < contenders->count; i++) {
        struct contender *contender = &contenders->list[i];
        apply_decision(run, award, contender);
        if (contender->decision != NOT_AWARDED && run->campaign->awards[award].form != FORM_SPOT)
            run->taken[contender->recipient_key] = (struct taken){award, contender->decision};
        struct candidate *candidate = MEM_PUSH(run->candidates->list, run->candidates->count,
                                               run->candidates->capacity);
        *candidate = (struct candidate){
            .award = award,
            .recipient = contender->recipient,
            .unit = contender->unit,
            .rank = contender->rank,
            .decision = contender->decision,
            .reasons = mem_text(contender->reasons.data, contender->reasons.length)};
        text_free(&contender->reasons);
    }
    free(contenders->list);
    *contenders = (struct contenders){0};
}

static int cmp_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void collect_ids(struct award_run *run)
{
    size_t count = run->nominations->count;
    run->ids = mem_alloc(count, sizeof(const char *));
    for (size_t i = 0; i < count; i++)
        run->ids[i] = run->nominations->list[i].id;
    qsort(run->ids, count, sizeof(const char *), cmp_text);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(run->ids[run->id_count - 1], run->ids[i]) != 0)
            run->ids[run->id_count++] = run->ids[i];
}

// No rank (0) stands after every rank.
static int cmp_rank(uint32_t a, uint32_t b)
{
    uint32_t left = a - 1, right = b - 1;
    return (left > right) - (left < right);
}

static int cmp_standing(const void *left, const void *right)
{
    const struct standing *a = left, *b = right;
    if (a->cluster != b->cluster)
        return a->cluster < b->cluster ? -1 : 1;
    int order = cmp_rank(a->rank, b->rank);
    return order != 0 ? order : (a->unit > b->unit) - (a->unit < b->unit);
}

static int cmp_candidate(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    if (a->award != b->award)
        return a->award < b->award ? -1 : 1;
    int order = cmp_rank(a->rank, b->rank);
    return order != 0 ? order : strcmp(a->recipient, b->recipient);
}

static void compute(struct award_run *run)
{
    size_t keys = run->tree->unit_count + run->id_count;
    run->taken = mem_alloc(keys, sizeof *run->taken);
    for (size_t i = 0; i < keys; i++)
        run->taken[i].award = NO_INDEX;
    for (uint32_t award = 0; award < run->campaign->award_count; award++) {
        if (run->campaign->awards[award].to == TO_UNIT)
            award_units(run, award);
        else
            award_nominees(run, award);
    }
    if (run->candidates->count > 0)
        qsort(run->candidates->list, run->candidates->count, sizeof *run->candidates->list,
              cmp_candidate);
}

void award_compute(const struct campaign *campaign, const struct unit_tree *tree,
                   const struct standing *standings, size_t standing_count,
                   const struct nominations *nominations, const struct decisions *decisions,
                   struct candidates *ret)
{
    struct standing *sorted = mem_alloc(standing_count, sizeof *sorted);
    if (standing_count > 0)
        memcpy(sorted, standings, standing_count * sizeof *sorted);
    qsort(sorted, standing_count, sizeof *sorted, cmp_standing);
    struct award_run run = {.campaign = campaign,
                            .tree = tree,
                            .standings = sorted,
                            .standing_count = standing_count,
                            .nominations = nominations,
                            .decisions = decisions,
                            .candidates = ret};
    *ret = (struct candidates){0};
    collect_ids(&run);
    compute(&run);
    free(run.taken);
    free(run.ids);
    free(sorted);
}

void candidates_clear(struct candidates *candidates)
{
    for (size_t i = 0; i < candidates->count; i++)
        free(candidates->list[i].reasons);
    free(candidates->list);
    *candidates = (struct candidates){0};
}
