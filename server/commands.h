// Commands: runs on demand, dead jobs, keys.
#ifndef THIDUA_SERVER_COMMANDS_H
#define THIDUA_SERVER_COMMANDS_H

#include "server/front.h"

handle_fn commands_do;
const char *commands_name(enum command_action action); // for people; "command" when there is none

#endif
