// Which office reports which form: asked of the server, remembered in the outbox for the next time
// without one.
#ifndef THIDUA_CLIENT_OFFICES_H
#define THIDUA_CLIENT_OFFICES_H

#include "client/outbox.h"
#include "client/talk.h"
#include "core/entry.h"

// One code for each form, "" where nobody knows; in the arena. talk NULL: only from memory. *ret_code is
// WIRE_OK when a server has told them, 0 when none could be reached, else what it said instead.
const char *const *offices_of(struct talk *talk, struct outbox *outbox, struct arena *arena,
                              const char *campaign, const struct forms *forms,
                              enum wire_code *ret_code);

#endif
