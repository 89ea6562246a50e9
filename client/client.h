// The client as a whole: what a command gets, and what it answers to the shell.
#ifndef THIDUA_CLIENT_CLIENT_H
#define THIDUA_CLIENT_CLIENT_H

#include "client/arguments.h"
#include "common/config.h"
#include "common/words.h"
#include "core/err.h"
#include <stdbool.h>

enum exit_code { // also in the man page: exit_codes in help.c
    EXIT_DONE = 0,
    EXIT_ERROR = 1,
    EXIT_USAGE = 2,
    EXIT_NOT_FOUND = 3,
    EXIT_CONFLICT = 4,
    EXIT_DATA = 5,     // the data has errors
    EXIT_FINDINGS = 6, // a check found something
    EXIT_QUEUED = 75,  // EX_TEMPFAIL: saved in the outbox, to be sent later
};

struct talk;
struct outbox;
struct client {
    const struct arguments *arguments;
    struct config *config;
    struct talk *talk; // made by client_talk
    bool no_talk;      // that has failed, and the user knows why
};

// The words of one command line: runs the command and returns its exit code.
int client_main(int argc, char **argv);

// The connection to the servers, made when first asked for (borrowed); NULL after a complaint.
struct talk *client_talk(struct client *client);
// The outbox, opened; owned by the caller; NULL after a complaint.
struct outbox *client_outbox(const struct client *client);

// A message for people on stderr: "thidua: ...".
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);
// The same for an error; returns EXIT_ERROR.
int complain_err(const struct err *err);

#endif
