// A published run computed anew from its export: what the questions "what if" and "how surely" start from.
#ifndef THIDUA_CLIENT_SEALED_RUN_H
#define THIDUA_CLIENT_SEALED_RUN_H

#include "client/client.h"
#include "client/sealed.h"

struct sealed_run {
    struct sealed_files files;
    struct seal seal;
    struct sealed_input input;
    struct recompute *run; // ranked
};
// `what`: the number of a run, whose export is fetched for the while, or an exported directory. EXIT_DONE, else
// the user has been told why; EXIT_FINDINGS when something else than was published comes out of the input.
// sealed_run_close it in either case.
int sealed_run_open(struct client *client, const char *what, struct sealed_run *ret);
void sealed_run_close(struct sealed_run *run);
// The files of a run or a directory, in memory; an enum exit_code.
int sealed_fetch(struct client *client, const char *what, struct sealed_files *ret);

#endif
