// The command line: a command of the table, its arguments and options.
#ifndef THIDUA_CLIENT_ARGUMENTS_H
#define THIDUA_CLIENT_ARGUMENTS_H

#include "client/command.h"
#include <stddef.h>

#define ARGUMENTS_MAX (ARGUMENT_FILES_MAX + 2) // two words of a command

enum arguments_problem {
    ARGUMENTS_GOOD = 0,
    ARGUMENTS_NO_COMMAND,
    ARGUMENTS_UNKNOWN_COMMAND,
    ARGUMENTS_UNKNOWN_OPTION,
    ARGUMENTS_OPTION_NOT_TAKEN, // by this command
    ARGUMENTS_VALUE_MISSING,
    ARGUMENTS_VALUE_NOT_TAKEN,
    ARGUMENTS_BAD_CHOICE,
    ARGUMENTS_TOO_FEW,
    ARGUMENTS_TOO_MANY,
};
struct arguments {
    const struct command *command; // NULL: none (--help and the like)
    const char *group;             // first word of the line when it names a group of commands
    const char *list[ARGUMENTS_MAX];
    size_t count;
    const char *options[OPT_COUNT]; // NULL: not given; "" for a flag
    enum arguments_problem problem;
    const char *culprit; // the word that the problem is about
};

// Borrows argv for the life of *ret. Words may come in any order; "--" ends the options.
void arguments_parse(int argc, char **argv, struct arguments *ret);
const char *argument(const struct arguments *arguments, size_t index); // "" when it was left out

#endif
