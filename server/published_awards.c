// See published_awards.h.
#include "server/published_awards.h"

// One row with empty awards for a run without candidates.
const char published_awards_sql[] =
    "SELECT a.award, a.recipient, a.decision, a.reasons, r.id || ' (' || period_text(r.period) || ')'"
    "  FROM (SELECT p.run AS id, p.period FROM published p JOIN campaign c ON c.id = p.campaign"
    "         WHERE c.code = $1 ORDER BY p.period DESC LIMIT 1) r"
    "  LEFT JOIN award a ON a.run = r.id ORDER BY a.position";

static const char *kept(struct arena *arena, const PGresult *result, int row, int column)
{
    return arena_text(arena, PQgetvalue(result, row, column),
                      (size_t)PQgetlength(result, row, column));
}

void published_awards_take(const PGresult *result, struct arena *arena,
                           struct published_awards *ret)
{
    size_t count = PQgetisnull(result, 0, 0) ? 0 : (size_t)PQntuples(result);
    struct published_award *list = arena_alloc(arena, count, sizeof *list);
    for (size_t i = 0; i < count; i++)
        list[i] = (struct published_award){
            kept(arena, result, (int)i, 0), kept(arena, result, (int)i, 1),
            kept(arena, result, (int)i, 2), kept(arena, result, (int)i, 3)};
    *ret = (struct published_awards){kept(arena, result, 0, 4), list, count};
}
