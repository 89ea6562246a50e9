// Awards to nominees: individuals, collectives, households, ranked by exact share of votes, then
// score, among all nominations of the award (semantics.md, section 6).
#include "core/award_private.h"

#include <stdlib.h>
#include <string.h>

// Negative when `a` is the better one. No vote and no score are the lowest.
static int cmp_nomination(const struct nomination *a, const struct nomination *b)
{
    if (a->has_votes != b->has_votes)
        return b->has_votes - a->has_votes;
    if (a->has_votes) {
        i128 left = (i128)a->votes_for * b->votes_total,
             right = (i128)b->votes_for * a->votes_total;
        if (left != right)
            return left > right ? -1 : 1;
    }
    if (a->has_score != b->has_score)
        return b->has_score - a->has_score;
    return a->has_score ? (a->score_e4 < b->score_e4) - (a->score_e4 > b->score_e4) : 0;
}

static int cmp_nomination_at(const void *left, const void *right)
{
    return cmp_nomination(*(const struct nomination *const *)left,
                          *(const struct nomination *const *)right);
}

// Is `title` one of the codes of `prior`, which are joined by ';'?
static bool has_title(const char *prior, const char *title)
{
    size_t length = strlen(title);
    for (const char *at = prior;;) {
        size_t here = strcspn(at, ";");
        if (here == length && memcmp(at, title, length) == 0)
            return true;
        if (at[here] == '\0')
            return false;
        at += here + 1;
    }
}

static bool votes_short(const struct award *award, const struct nomination *nomination)
{
    return !nomination->has_votes || (i128)nomination->votes_for * 100 * DECIMAL_ONE_E4 <
                                         (i128)award->votes_min_e4 * nomination->votes_total;
}

static void check_conditions(const struct award_run *run, const struct award *award,
                             const struct nomination *nomination, struct contender *contender)
{
    if (award->has_votes_min && votes_short(award, nomination))
        contender_reason(contender, "votes_min", NULL);
    if (award->has_score_min &&
        (!nomination->has_score || nomination->score_e4 < award->score_min_e4))
        contender_reason(contender, "score_min", NULL);
    for (size_t i = 0; i < award->requires_title_count; i++)
        if (!has_title(nomination->prior, award->requires_titles[i]))
            contender_reason(contender, "requires", award->requires_titles[i]);
    contender_block(run, award, contender);
}

static int cmp_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static size_t key_of(const struct award_run *run, const char *id)
{
    const char **found = bsearch(&id, run->ids, run->id_count, sizeof(const char *), cmp_text);
    return run->tree->unit_count + (size_t)(found - run->ids);
}

// The nominations of an award, the best first; owned.
static const struct nomination **nominations_of(const struct award_run *run, uint32_t award,
                                                size_t *ret_count)
{
    size_t count = 0;
    const struct nomination **list = mem_alloc(run->nominations->count,
                                               sizeof(const struct nomination *));
    for (size_t i = 0; i < run->nominations->count; i++)
        if (run->nominations->list[i].award == award)
            list[count++] = &run->nominations->list[i];
    qsort(list, count, sizeof(const struct nomination *), cmp_nomination_at);
    *ret_count = count;
    return list;
}

static size_t nomination_count(const struct award_run *run, uint32_t award)
{
    size_t count = 0;
    for (size_t i = 0; i < run->nominations->count; i++)
        count += run->nominations->list[i].award == award;
    return count;
}

void award_nominees(struct award_run *run, uint32_t index)
{
    const struct award *award = &run->campaign->awards[index];
    struct contenders contenders = {0};
    size_t count;
    const struct nomination **list = nominations_of(run, index, &count);
    uint32_t rank = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || cmp_nomination(list[i - 1], list[i]) != 0)
            rank = (uint32_t)i + 1;
        struct contender *contender = MEM_PUSH(contenders.list, contenders.count,
                                               contenders.capacity);
        contender->recipient = list[i]->id;
        contender->recipient_key = key_of(run, list[i]->id);
        contender->unit = list[i]->unit;
        contender->rank = rank;
        contender->leader = list[i]->category == CATEGORY_LEADER;
        check_conditions(run, award, list[i], contender);
    }
    int64_t places = 0;
    bool limited = award_places(
        award, nomination_count(run, award->quota_of == NO_INDEX ? index : award->quota_of),
        &places);
    award_fill(award, limited, places, &contenders);
    award_close(run, index, &contenders);
    free(list);
}
