// Reports: all that one office has handed in for one campaign and period, and the steps it takes up the
// tree. Its queries are entries of query.h; the steps are commands (commands.c).
#ifndef THIDUA_SERVER_REPORT_H
#define THIDUA_SERVER_REPORT_H

#include "server/front.h"

// The cells of a report: $1 office, $2 campaign.id, $3 period number, $4 version (NULL: the newest), $5 limit
// (NULL: none), $6 … $8 the keys behind which to go on (NULL: from the first). The columns of
// common/report.h, then number and instant of the entry, then the keys.
extern const char report_cells_sql[];

typedef void command_fn(const struct asker *asker, const struct wire_command *wire);
command_fn step_do; // ACTION_SIGN, ACTION_VERIFY, ACTION_RETURN

#endif
