// Ranking inside a cluster (semantics.md, section 5): order by total and the tie-breaks, equal units
// share a rank and the next is skipped, disqualified ones come last without a rank.
#ifndef THIDUA_CORE_RANK_H
#define THIDUA_CORE_RANK_H

#include "core/score.h"

struct standing { // a unit's place; what awards are decided on
    uint32_t unit, cluster;
    uint32_t rank; // 0: none (disqualified)
    bool disqualified;
    char *reasons; // "", or codes joined by ';' in the order of semantics.md; owned
    int64_t total_e2, points_e2, bonus_e2, adjustments_e2;
    uint32_t met_count;
    uint32_t class_index; // NO_INDEX: none
    int8_t *met;          // [indicator_count]: 1, 0, -1 empty; owned
    uint8_t *note;        // [indicator_count]: enum line_note; owned
};
// Fills ret[count] in ranking order (rank, then unit code; the disqualified last by unit code).
void rank_cluster(const struct campaign *campaign, uint32_t cluster,
                  const struct cluster_scores *scores, struct standing *ret);
// Negative when `a` stands before `b` by total and tie-breaks, 0 when they share a rank.
int rank_compare(const struct campaign *campaign, const struct unit_score *a,
                 const struct unit_score *b);
bool rank_disqualified(const struct campaign *campaign, const struct unit_score *unit);
void standings_clear(struct standing *standings, size_t count);

#endif
