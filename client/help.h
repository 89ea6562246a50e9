// What the tables of commands and options say, for people (--help), the man page and the shell.
#ifndef THIDUA_CLIENT_HELP_H
#define THIDUA_CLIENT_HELP_H

#include "client/arguments.h"
#include <stdio.h>

// Of the command or the group of commands that the line names, else of all.
void help_print(const struct arguments *arguments, FILE *out);
// What is wrong with the command line, and how it should be.
void usage_print(const struct arguments *arguments, FILE *out);
void man_print(FILE *out);
void completion_print(FILE *out);

struct exit_code_help {
    int code;
    const char *help; // msgid
};
extern const struct exit_code_help exit_codes[];
extern const size_t exit_code_count;

#endif
