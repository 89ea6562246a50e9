// --accept-failover and --synchronous, from the command line.
#include "server/timeline.h"

#include "common/db.h"
#include <stdio.h>

int timeline_accept(const char *conninfo, const char *synchronous, struct err *err)
{
    const struct db_param params[] = {db_text(synchronous)};
    PGconn *conn = db_connect(conninfo, "thidua-server timeline", 10000, err);
    PGresult *now = conn == NULL ? NULL
                                 : db_run(conn,
                                          "SELECT timeline, system, synchronous"
                                          "  FROM timeline_accept($1::boolean, 'operator')",
                                          params, 1, 0, err);
    if (now != NULL)
        printf("timeline %s of cluster %s; synchronous %s\n", PQgetvalue(now, 0, 0),
               PQgetvalue(now, 0, 1), PQgetvalue(now, 0, 2)[0] == 't' ? "on" : "off");
    PQclear(now);
    PQfinish(conn);
    return now != NULL ? 0 : -1;
}
