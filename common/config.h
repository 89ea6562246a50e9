// Settings of a program: one table of options feeds the INI file, the environment (THIDUA_<NAME>),
// --help, --dump-config and the documentation check.
#ifndef THIDUA_COMMON_CONFIG_H
#define THIDUA_COMMON_CONFIG_H

#include "core/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum option_type { OPTION_TEXT, OPTION_NUMBER, OPTION_TIME /* HH:MM */, OPTION_SECRET_FILE };
struct option {
    const char *name; // "lease_seconds": the key in the file; THIDUA_LEASE_SECONDS outside
    enum option_type type;
    const char *initial; // default as text; NULL: required
    int64_t min, max;    // numbers
    const char *help;    // msgid
};
struct config;
// Later wins: default, file (NULL: none), environment. Unknown keys and bad values are errors, all
// named at once in err->text. Returns owned or NULL.
struct config *config_load(const struct option *options, size_t count, const char *file,
                           struct err *err);
void config_destroy(struct config *config);
const char *config_text(const struct config *config, const char *name);
int64_t config_number(const struct config *config,
                      const char *name);                  // OPTION_TIME: minutes of the day
void config_dump(const struct config *config, FILE *out); // secrets are named by file only
void config_help(const struct option *options, size_t count, FILE *out);

#endif
