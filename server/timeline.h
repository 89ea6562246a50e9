// The operator's word on which history of the database is written on; sql/ tells about timelines.
#ifndef THIDUA_SERVER_TIMELINE_H
#define THIDUA_SERVER_TIMELINE_H

#include "core/err.h"

// Writes go on with the database as it is now, and, unless `synchronous` ("on", "off") is NULL, receipts
// are given only for what a synchronous standby has, or for all that is durable here. Says what holds
// on stdout.
int timeline_accept(const char *conninfo, const char *synchronous, struct err *err);

#endif
