// Who gets the places of an award: in rank order until they are used up, with the share that is kept
// for those who are not leaders, and equal ones across a cut as the campaign says
// (semantics.md, section 6).
#include "core/award_private.h"

#include <stdlib.h>

#define PERCENT_E4 (100 * DECIMAL_ONE_E4)

// Places left, in all and for leaders. Negative never.
struct left {
    bool limited, leaders_limited;
    int64_t places, leaders;
};

// Contenders of one rank, with what became of them.
struct equals {
    struct contender **list; // borrowed
    size_t count, leaders;
};

bool award_places(const struct award *award, size_t base, int64_t *ret_places)
{
    switch (award->quota) {
    case QUOTA_NONE:
        return false;
    case QUOTA_COUNT:
        *ret_places = award->quota_count;
        return true;
    case QUOTA_PERCENT:
        break;
    }
    i128 share = (i128)award->quota_percent_e4 * (int64_t)base;
    if (award->round == ROUND_HALF_UP)
        share += PERCENT_E4 / 2;
    else if (award->round == ROUND_CEIL)
        share += PERCENT_E4 - 1;
    *ret_places = (int64_t)(share / PERCENT_E4);
    return true;
}

static void close_contender(struct contender *contender, enum award_decision decision)
{
    contender->decision = decision;
}

// One of equals across a cut; `leaders_cut`: the cut of the leaders' share.
static void close_tied(const struct award *award, struct contender *contender, bool leaders_cut)
{
    static const enum award_decision decisions[] = {
        [CUT_INCLUDE] = AWARDED, [CUT_EXCLUDE] = NOT_AWARDED, [CUT_COUNCIL] = UNDECIDED};
    if (leaders_cut && award->tie_at_cut != CUT_INCLUDE)
        contender_reason(contender, "direct_share", NULL);
    contender_reason(contender, "tie_at_cut", NULL);
    close_contender(contender, decisions[award->tie_at_cut]);
}

// Takes the leaders (or everybody) out of a group with one reason.
static void refuse(struct equals *group, bool leaders_only, const char *reason)
{
    size_t kept = 0;
    for (size_t i = 0; i < group->count; i++) {
        if (leaders_only && !group->list[i]->leader)
            group->list[kept++] = group->list[i];
        else
            contender_reason(group->list[i], reason, NULL);
    }
    group->count = kept;
    group->leaders = 0;
}

// Leaders equal across the cut of their share, and all are excluded: the others go on.
static void exclude_leaders(const struct award *award, struct equals *group)
{
    size_t kept = 0;
    for (size_t i = 0; i < group->count; i++) {
        if (group->list[i]->leader)
            close_tied(award, group->list[i], true);
        else
            group->list[kept++] = group->list[i];
    }
    group->count = kept;
    group->leaders = 0;
}

static int64_t less(int64_t left, int64_t used)
{
    return left > used ? left - used : 0;
}

// One group of equals meets the places that are left. Undecided ones keep the places they may get.
static void take_group(const struct award *award, struct left *left, struct equals *group)
{
    if (left->leaders_limited && left->leaders == 0)
        refuse(group, true, "direct_share");
    if (left->limited && left->places == 0)
        refuse(group, false, "quota");
    bool leaders_tied = left->leaders_limited && (int64_t)group->leaders > left->leaders;
    if (leaders_tied && award->tie_at_cut == CUT_EXCLUDE) {
        exclude_leaders(award, group);
        left->leaders = 0;
        leaders_tied = false;
    }
    int64_t wanted = (int64_t)group->count;
    if (leaders_tied && award->tie_at_cut == CUT_COUNCIL)
        wanted += left->leaders - (int64_t)group->leaders;
    bool tied = left->limited && wanted > left->places;
    for (size_t i = 0; i < group->count; i++) {
        bool leader_tied = leaders_tied && group->list[i]->leader;
        if (leader_tied || tied)
            close_tied(award, group->list[i], leader_tied);
        else
            close_contender(group->list[i], AWARDED);
    }
    left->places = less(left->places, wanted); // none when tied: nobody ranked after is taken
    if (!tied || award->tie_at_cut != CUT_EXCLUDE)
        left->leaders = less(left->leaders, (int64_t)group->leaders);
}

static int cmp_rank(const void *left, const void *right)
{
    const struct contender *a = *(struct contender *const *)left;
    const struct contender *b = *(struct contender *const *)right;
    return (a->rank > b->rank) - (a->rank < b->rank);
}

static struct left left_at_first(const struct award *award, bool limited, int64_t places,
                                 size_t eligible)
{
    struct left left = {.limited = limited, .places = places};
    if (award->has_direct_share_min) {
        i128 share = PERCENT_E4 - award->direct_share_min_e4;
        i128 base = limited ? places : (int64_t)eligible;
        left.leaders_limited = true;
        left.leaders = (int64_t)(base * share / PERCENT_E4);
    }
    return left;
}

void award_fill(const struct award *award, bool limited, int64_t places,
                struct contenders *contenders)
{
    struct contender **eligible = mem_alloc(contenders->count, sizeof(struct contender *));
    size_t count = 0;
    for (size_t i = 0; i < contenders->count; i++)
        if (contenders->list[i].reasons.length == 0)
            eligible[count++] = &contenders->list[i];
    qsort(eligible, count, sizeof(struct contender *), cmp_rank);
    struct left left = left_at_first(award, limited, places, count);
    for (size_t first = 0, next; first < count; first = next) {
        struct equals group = {.list = &eligible[first]};
        for (next = first; next < count && eligible[next]->rank == eligible[first]->rank; next++)
            group.leaders += eligible[next]->leader;
        group.count = next - first;
        take_group(award, &left, &group);
    }
    free(eligible);
}
