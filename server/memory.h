// Memory that nobody uses goes back to the system.
#ifndef THIDUA_SERVER_MEMORY_H
#define THIDUA_SERVER_MEMORY_H

#include "common/loop.h"

// A timer's function. glibc before 2.38 does not use freed aligned blocks again (its bug 14581), and
// libzmq's pipes are such: without this each wave of clients would leave the process larger.
loop_fn memory_give_back;
#define MEMORY_EVERY_MS 10000

#endif
