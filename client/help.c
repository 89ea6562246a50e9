// --help and what is said about a wrong command line.
#include "client/help.h"

#include "client/client.h"
#include "common/words.h"
#include <string.h>

#define LEFT_WIDTH 34

const struct exit_code_help exit_codes[] = {
    {EXIT_DONE, N_("done")},
    {EXIT_ERROR, N_("error")},
    {EXIT_USAGE, N_("wrong command line")},
    {EXIT_NOT_FOUND, N_("not found")},
    {EXIT_CONFLICT, N_("in conflict with what is there")},
    {EXIT_DATA, N_("the data has errors; nothing was changed")},
    {EXIT_FINDINGS, N_("the check found something")},
    {EXIT_QUEUED, N_("saved in the outbox, to be sent later")},
};
const size_t exit_code_count = sizeof exit_codes / sizeof exit_codes[0];

static void print_row(const char *left, const char *right, FILE *out)
{
    size_t width = words_width(left);
    if (width > LEFT_WIDTH - 2)
        fprintf(out, "  %s\n  %*s%s\n", left, LEFT_WIDTH, "", right);
    else
        fprintf(out, "  %s%*s%s\n", left, (int)(LEFT_WIDTH - width), "", right);
}

static void print_option(unsigned id, FILE *out)
{
    const struct client_option *option = &client_options[id];
    char left[128];
    snprintf(left, sizeof left, "--%s%s%s", option->name, option->value != NULL ? " " : "",
             option->value != NULL ? _(option->value) : "");
    print_row(left, _(option->help), out);
}

static void print_options(uint64_t options, FILE *out)
{
    for (unsigned i = 0; i < OPT_COUNT; i++)
        if ((options & TAKES(i)) != 0)
            print_option(i, out);
}

static void print_synopsis(const struct command *command, FILE *out)
{
    fprintf(out, "thidua %s%s%s", command->name, command->arguments[0] != '\0' ? " " : "",
            command->arguments);
    for (unsigned i = 0; i < OPT_COUNT; i++) {
        const struct client_option *option = &client_options[i];
        if ((command->options & TAKES(i)) != 0)
            fprintf(out, " [--%s%s%s]", option->name, option->value != NULL ? " " : "",
                    option->value != NULL ? _(option->value) : "");
    }
    fputc('\n', out);
}

static bool in_group(const struct command *command, const char *group)
{
    size_t length = strlen(group);
    return strncmp(command->name, group, length) == 0 &&
           (command->name[length] == ' ' || command->name[length] == '\0');
}

static void print_commands(const char *group, FILE *out)
{
    for (size_t i = 0; i < command_count; i++) {
        char left[128];
        if (group != NULL && !in_group(&commands[i], group))
            continue;
        snprintf(left, sizeof left, "%s %s", commands[i].name, commands[i].arguments);
        print_row(left, _(commands[i].help), out);
    }
}

static void print_command(const struct command *command, FILE *out)
{
    print_synopsis(command, out);
    fprintf(out, "\n%s\n", _(command->help));
    if (command->more != NULL)
        fprintf(out, "%s\n", _(command->more));
    if (command->options != 0) {
        fprintf(out, "\n%s\n", _("Options:"));
        print_options(command->options, out);
    }
    fprintf(out, "\n%s\n  %s\n", _("Example:"), command->example);
}

void help_print(const struct arguments *arguments, FILE *out)
{
    if (arguments->command != NULL) {
        print_command(arguments->command, out);
        return;
    }
    fprintf(out, "%s\n\n",
            _("thidua: results of an emulation campaign, from the commune to the list "
              "of commendations"));
    fprintf(out, "%s\n", _("Usage: thidua COMMAND [ARGUMENTS] [OPTIONS]"));
    fprintf(out, "\n%s\n", _("Commands:"));
    print_commands(arguments->group, out);
    if (arguments->group != NULL)
        return;
    fprintf(out, "\n%s\n", _("Options of all commands:"));
    print_options(OPTIONS_EVERYWHERE, out);
    fprintf(out, "\n%s\n", _("Others:"));
    print_options(TAKES(OPT_VERSION) | TAKES(OPT_MAN) | TAKES(OPT_COMPLETION), out);
    fprintf(out, "\n%s\n", _("Exit codes:"));
    for (size_t i = 0; i < exit_code_count; i++) {
        char left[16];
        snprintf(left, sizeof left, "%d", exit_codes[i].code);
        print_row(left, _(exit_codes[i].help), out);
    }
}

static const char *problem_text(enum arguments_problem problem)
{
    static const char *const texts[] = {
        [ARGUMENTS_GOOD] = "",
        [ARGUMENTS_NO_COMMAND] = N_("a command is missing"),
        [ARGUMENTS_UNKNOWN_COMMAND] = N_("there is no such command"),
        [ARGUMENTS_UNKNOWN_OPTION] = N_("there is no such option"),
        [ARGUMENTS_OPTION_NOT_TAKEN] = N_("this command does not take the option"),
        [ARGUMENTS_VALUE_MISSING] = N_("the option needs a value"),
        [ARGUMENTS_VALUE_NOT_TAKEN] = N_("the option takes no value"),
        [ARGUMENTS_BAD_CHOICE] = N_("the option does not take this value"),
        [ARGUMENTS_TOO_FEW] = N_("arguments are missing"),
        [ARGUMENTS_TOO_MANY] = N_("there is one argument too many"),
    };
    return _(texts[problem]);
}

void usage_print(const struct arguments *arguments, FILE *out)
{
    const char *culprit = arguments->culprit;
    fprintf(out, "thidua: %s%s%s\n", problem_text(arguments->problem),
            culprit[0] != '\0' ? ": " : "", culprit);
    if (arguments->command != NULL)
        print_synopsis(arguments->command, out);
    else if (arguments->group != NULL)
        print_commands(arguments->group, out);
    else
        fprintf(out, "%s\n", _("“thidua --help” lists the commands."));
}
