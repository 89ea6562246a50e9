// A bar on stderr while something takes long, when stderr is a terminal; nothing otherwise.
#ifndef THIDUA_CLIENT_PROGRESS_H
#define THIDUA_CLIENT_PROGRESS_H

#include <stddef.h>

// Draws "what [####----] 3/8". total 0: not known, only `what` and the count.
void progress_show(const char *what, size_t done, size_t total);
void progress_end(void); // takes the bar away

#endif
