// Commendation (semantics.md, section 6): every candidate of every award with its decision and reasons.
#ifndef THIDUA_CORE_AWARD_H
#define THIDUA_CORE_AWARD_H

#include "core/rank.h"

enum award_decision { NOT_AWARDED, AWARDED, UNDECIDED };
extern const char *const award_decision_names[3]; // "not awarded", "awarded", "undecided"

struct candidate { // one line of awards out
    uint32_t award;
    const char *recipient; // borrowed: a unit's code or a nominee's id
    uint32_t unit;
    uint32_t rank; // 0: none
    enum award_decision decision;
    char *reasons; // owned, "" when none
};
struct candidates {
    struct candidate *list;
    size_t count, capacity;
};

// standings: of all clusters, in any order. The result is in the order of the awards file: award in
// campaign order, rank, recipient, those without rank last. It does not depend on input order.
// Decisions close undecided candidates only, award by award before the next one is computed; one
// that fits nothing undecided is left aside.
void award_compute(const struct campaign *campaign, const struct unit_tree *tree,
                   const struct standing *standings, size_t standing_count,
                   const struct nominations *nominations, const struct decisions *decisions,
                   struct candidates *ret);
// Was this candidate of `award` left to the council: is it undecided, or has a decision closed it?
bool award_left_to_council(const struct award *award, enum award_decision decision,
                           const char *reasons);
// By the names of award_decision_names; NOT_AWARDED for any other word.
enum award_decision award_decision_of(const char *name);
void candidates_clear(struct candidates *candidates);

#endif
