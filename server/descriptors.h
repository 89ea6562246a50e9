// An alarm before file descriptors run out: each client takes one.
#ifndef THIDUA_SERVER_DESCRIPTORS_H
#define THIDUA_SERVER_DESCRIPTORS_H

#include "common/loop.h"

// A timer's function: tells in the log when nine of ten are taken, and when two of ten are free again.
// At the limit itself the door shuts (common/bus_door.c), and the database cannot be reached anew.
loop_fn descriptors_look;
#define DESCRIPTORS_EVERY_MS 1000

#endif
