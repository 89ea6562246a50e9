// Sending what waits in the outbox, in the order it was handed in.
#ifndef THIDUA_CLIENT_SEND_H
#define THIDUA_CLIENT_SEND_H

#include "client/client.h"
#include "client/outbox.h"
#include "client/receipt.h"
#include "core/finding.h"

struct sending {
    struct client *client;
    struct outbox *outbox;
    int64_t own_from;         // items from this number on are the command's own
    bool wait;                // for ever
    struct table *receipts;   // of the own ones; NULL until there is one
    struct findings findings; // of the own ones that were refused
    uint32_t findings_left_out;
    size_t own_waiting; // not sent
    int exit_code;      // the worst of the own ones
};

// Sends everything that waits. A refusal is final for its item and holds up nothing else; a server
// that is not there, busy or without its database ends it: what comes later may not overtake.
void send_waiting(struct sending *sending);
// Prints receipts and findings and gives the exit code.
int send_finish(struct sending *sending);

#endif
