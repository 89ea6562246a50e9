// Which office reports a unit for a period: so that a client can divide a file.
#ifndef THIDUA_SERVER_LOCATE_H
#define THIDUA_SERVER_LOCATE_H

#include "server/front.h"

handle_fn locate_answer;

#endif
