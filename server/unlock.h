// An exception from the lock, as an officer asks for it.
#ifndef THIDUA_SERVER_UNLOCK_H
#define THIDUA_SERVER_UNLOCK_H

#include "common/codec.h"
#include "server/access.h"
#include "server/world.h"

struct unlock { // what is stored
    const struct world_campaign *campaign;
    struct period period;
    int64_t until_us; // the end of its last day
};
// Is the request one that can be stored? WIRE_OK and *ret, FORBIDDEN for an office out of the key's
// reach, else with all that is wrong in `findings`: NOT_FOUND for a campaign that is not there, INVALID.
enum wire_code unlock_check(const struct world *world, const struct access_entry *who,
                            const struct wire_command *wire, int32_t today, struct unlock *ret,
                            struct findings *findings);

#endif
