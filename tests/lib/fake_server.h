// A server that answers as a test wants, in a process of its own.
#ifndef THIDUA_TESTS_FAKE_SERVER_H
#define THIDUA_TESTS_FAKE_SERVER_H

#include "common/codec.h"
#include "common/keys.h"
#include <stdbool.h>
#include <sys/types.h>

// Fills the answer to a question; `asked` counts the questions from 1. false: says nothing.
typedef bool fake_answer_fn(const struct message *question, unsigned asked, struct message *answer);

struct fake_server {
    pid_t pid;
    char endpoint[128];
    struct identity server, client; // made at the first start
};
// Starts it with the CURVE keys of fake->server, letting fake->client in and nobody else. Must be
// called without sockets of one's own. An endpoint from an earlier start is used again.
void fake_server_start(struct fake_server *fake, fake_answer_fn *answer);
void fake_server_kill(struct fake_server *fake); // SIGKILL, and waits

#endif
