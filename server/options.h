// Settings of thidua-server: the one table behind the file, the environment, --help and --dump-config.
#ifndef THIDUA_SERVER_OPTIONS_H
#define THIDUA_SERVER_OPTIONS_H

#include "common/config.h"

#define SERVER_OPTIONS 21
extern const struct option server_options[SERVER_OPTIONS];

#endif
