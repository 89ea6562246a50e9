// --check: is what is stored still what was stored? Follows the chains of the audit and holds every
// submission and form against the digest that the audit has of its batch.
#ifndef THIDUA_SERVER_CHECK_H
#define THIDUA_SERVER_CHECK_H

#include "core/err.h"

// Prints what does not hold, one line each. -1 with err when anything does not, or cannot be read.
int check_store(const char *conninfo, struct err *err);

#endif
