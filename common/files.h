// Files that are there whole or not at all, whatever happens meanwhile.
#ifndef THIDUA_COMMON_FILES_H
#define THIDUA_COMMON_FILES_H

#include "core/err.h"
#include <stddef.h>

// Writes `data` under the name, mode 0600, durable when it returns. `create` never overwrites: an err->code
// of "exists" then; `replace` puts the new file in the place of the old one.
int file_create(const char *file, const void *data, size_t length, struct err *err);
int file_replace(const char *file, const void *data, size_t length, struct err *err);

#endif
