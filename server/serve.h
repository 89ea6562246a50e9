// The serving program: puts the parts together, runs them, takes them apart.
#ifndef THIDUA_SERVER_SERVE_H
#define THIDUA_SERVER_SERVE_H

#include "common/config.h"
#include "common/keys.h"

// Until SIGTERM or SIGINT. 0: drained and ended; -1 with what stopped it.
int serve(const struct config *config, const struct identity *identity, struct err *err);

#endif
