// The user's settings: who we are, whom we ask, where the outbox is, in which language we speak.
#ifndef THIDUA_CLIENT_SETTINGS_H
#define THIDUA_CLIENT_SETTINGS_H

#include "client/arguments.h"
#include "common/config.h"
#include <limits.h>

// A setting comes from the option, else the environment, else the user's thidua.ini, else it has a
// default. Returns owned or NULL.
struct config *settings_load(const struct arguments *arguments, struct err *err);
// The file named by the setting "key_file" or "outbox", or its place below the home directory. -1 when
// there is no home.
int settings_path(const struct config *config, const char *name, char path[static PATH_MAX],
                  struct err *err);
// Makes the directories above a file, for the user alone, where they are missing.
int settings_make_place(const char *path, struct err *err);

#endif
