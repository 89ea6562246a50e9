// --allow: the first keys, put on record by whoever holds the database.
#ifndef THIDUA_SERVER_ENROL_H
#define THIDUA_SERVER_ENROL_H

#include "core/err.h"

// unit "-" is the root. A key that is on record already is no error when role and unit are the same.
int enrol(const char *conninfo, const char *role, const char *unit, const char *public_key,
          const char *name, struct err *err);

#endif
