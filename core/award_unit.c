// Awards to competing units: conditions on total, rank, class and met targets, and a quota for each
// cluster by itself (semantics.md, section 6).
#include "core/award_private.h"

static void check_conditions(const struct award_run *run, const struct award *award,
                             const struct standing *standing, struct contender *contender)
{
    if (standing->disqualified)
        contender_reason(contender, "disqualified", NULL);
    if (award->has_total_min && (i128)standing->total_e2 * 100 < award->total_min_e4)
        contender_reason(contender, "total_min", NULL);
    if (award->has_rank_max && standing->rank > award->rank_max) // never without a rank, that is 0
        contender_reason(contender, "rank_max", NULL);
    if (award->class_min != NO_INDEX &&
        (standing->class_index == NO_INDEX || standing->class_index > award->class_min))
        contender_reason(contender, "class_min", NULL);
    for (size_t i = 0; i < award->requires_met_count; i++) {
        uint32_t indicator = award->requires_met[i];
        if (!met_as_required(standing->met[indicator], (enum line_note)standing->note[indicator]))
            contender_reason(contender, "requires_met", run->campaign->indicators[indicator].code);
    }
    contender_block(run, award, contender);
}

void award_units(struct award_run *run, uint32_t index)
{
    const struct award *award = &run->campaign->awards[index];
    for (size_t first = 0, next; first < run->standing_count; first = next) {
        struct contenders contenders = {0};
        for (next = first; next < run->standing_count &&
                           run->standings[next].cluster == run->standings[first].cluster;
             next++) {
            const struct standing *standing = &run->standings[next];
            struct contender *contender = MEM_PUSH(contenders.list, contenders.count,
                                                   contenders.capacity);
            contender->recipient = run->tree->units[standing->unit].code;
            contender->recipient_key = standing->unit;
            contender->unit = standing->unit;
            contender->rank = standing->rank;
            check_conditions(run, award, standing, contender);
        }
        int64_t places = 0;
        bool limited = award_places(award, next - first, &places);
        award_fill(award, limited, places, &contenders);
        award_close(run, index, &contenders);
    }
}
