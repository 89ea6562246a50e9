// The awards of the run that readers see of a campaign's latest period, for decisions about them.
#ifndef THIDUA_SERVER_PUBLISHED_AWARDS_H
#define THIDUA_SERVER_PUBLISHED_AWARDS_H

#include "common/db.h"
#include "core/mem.h"

struct published_awards {
    const char *run; // its number and period, for people
    const struct published_award {
        const char *award, *recipient, *decision, *reasons;
    } * list;
    size_t count;
};

extern const char published_awards_sql[]; // $1: the campaign's code; no row: nothing is published
// Of a result with rows; all texts are in `arena`.
void published_awards_take(const PGresult *result, struct arena *arena,
                           struct published_awards *ret);

#endif
