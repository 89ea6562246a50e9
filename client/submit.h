// Handing in what does not come from a file.
#ifndef THIDUA_CLIENT_SUBMIT_H
#define THIDUA_CLIENT_SUBMIT_H

#include "client/client.h"
#include "core/entry.h"

// Checks, saves in the outbox and sends forms (the arena's) for the campaign that is the command's first
// argument, by its options --dry-run and --wait; `name` stands for the file. An exit code, as of submit.
int submit_forms(struct client *client, struct arena *arena, const char *name,
                 const struct forms *forms);

#endif
