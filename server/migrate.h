// The schema of the store: files sql/NNN_*.sql, applied in order, each once, never changed afterwards.
#ifndef THIDUA_SERVER_MIGRATE_H
#define THIDUA_SERVER_MIGRATE_H

#include "core/err.h"

// Applies what is missing, each file in a transaction of its own, one program at a time (a lock in the
// database). -1: a file that was applied has changed ("migration_changed"), the database knows a
// migration that the directory does not ("schema_newer"), or a file fails.
int migrate(const char *conninfo, const char *sql_dir, struct err *err);

// Is the schema exactly that of the directory? -1 with "schema_older", "schema_newer",
// "migration_changed", or "database" (ERR_RETRY) when it cannot be reached.
int migrate_check(const char *conninfo, const char *sql_dir, struct err *err);

#endif
