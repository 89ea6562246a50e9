// The door for clients: takes messages off the socket, asks for the right of the key that sent them,
// and hands each to the one who handles its type.
#ifndef THIDUA_SERVER_FRONT_H
#define THIDUA_SERVER_FRONT_H

#include "server/answer.h"

struct front;
// Opens the socket. The ZAP handler is bus-wide: it serves the workers' socket, too.
struct front *front_create(struct server *server, const char *endpoint, struct err *err);
void front_destroy(struct front *front);
void front_close(struct front *front);      // takes no more messages; answers still go out
void front_tend(struct front *front);       // each second: the door opens again when there is room
bool front_idle(const struct front *front); // no message waits to be handled

// Never blocks; what a peer does not take is counted and gone.
void front_send(struct front *front, const struct bus_peer *peer, const void *data, size_t length);

// A handler borrows the message unless it takes it: then it
// sets message->memory to NULL here.
typedef void handle_fn(const struct asker *asker, struct message *message);

#endif
