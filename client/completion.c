// Completion rules for bash, from the tables: words of commands, options, their choices, files.
#include "client/help.h"
#include <stdbool.h>
#include <string.h>

static void print_first_words(FILE *out)
{
    const char *before = "";
    fputs("    local words='", out);
    for (size_t i = 0; i < command_count; i++) {
        size_t length = strcspn(commands[i].name, " ");
        if (strncmp(before, commands[i].name, length) == 0 && strcspn(before, " ") == length)
            continue;
        fprintf(out, "%s%.*s", before[0] != '\0' ? " " : "", (int)length, commands[i].name);
        before = commands[i].name;
    }
    fputs("'\n", out);
}

// The second words of the group that begins at command i; returns where the next begins.
static size_t print_group(size_t i, FILE *out)
{
    const char *name = commands[i].name;
    size_t length = strcspn(name, " ");
    bool any = false;
    for (; i < command_count && strncmp(commands[i].name, name, length) == 0 &&
           strcspn(commands[i].name, " ") == length;
         i++) {
        if (commands[i].name[length] == '\0')
            continue;
        if (!any)
            fprintf(out, "    %.*s) words='", (int)length, name);
        fprintf(out, "%s%s", any ? " " : "", commands[i].name + length + 1);
        any = true;
    }
    if (any)
        fputs("' ;;\n", out);
    return i;
}

static void print_options_of(const struct command *command, FILE *out)
{
    fprintf(out, "    '%s') options='", command->name);
    const char *space = "";
    for (unsigned i = 0; i < OPT_COUNT; i++) {
        if ((command->options & TAKES(i)) == 0)
            continue;
        fprintf(out, "%s--%s", space, client_options[i].name);
        space = " ";
    }
    fputs("' ;;\n", out);
}

static void print_values(FILE *out)
{
    for (unsigned i = 0; i < OPT_COUNT; i++) {
        const struct client_option *option = &client_options[i];
        if (option->choices != NULL) {
            fprintf(out, "    --%s) _thidua_words '", option->name);
            for (const char *c = option->choices; *c != '\0'; c++)
                fputc(*c == '|' ? ' ' : *c, out);
            fputs("'; return ;;\n", out);
        } else if (option->value != NULL && strcmp(option->value, "FILE") == 0)
            fprintf(out, "    --%s) _thidua_files; return ;;\n", option->name);
        else if (option->value != NULL)
            fprintf(out, "    --%s) return ;;\n", option->name);
    }
}

// The parts of the function that are always the same.
static const char head[] =
    "# bash completion for thidua; made by: thidua --completion bash\n"
    "_thidua_words() {\n"
    "    mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$word\")\n"
    "}\n"
    "_thidua_files() {\n"
    "    mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
    "}\n"
    "_thidua() {\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    COMPREPLY=()\n"
    "    case $before in\n";
static const char after_first_words[] =
    "    if [ \"$COMP_CWORD\" -eq 1 ] && [[ $word != -* ]]; then\n"
    "        _thidua_words \"$words\"\n"
    "        return\n"
    "    fi\n"
    "    words=\n"
    "    case ${COMP_WORDS[1]} in\n";
static const char after_second_words[] =
    "    esac\n"
    "    if [ \"$COMP_CWORD\" -eq 2 ] && [ -n \"$words\" ] && [[ $word != -* ]]; then\n"
    "        _thidua_words \"$words\"\n"
    "        return\n"
    "    fi\n"
    "    local options command=${COMP_WORDS[1]}\n"
    "    [[ -n $words && ${COMP_WORDS[2]-} != -* ]] && command=\"$command ${COMP_WORDS[2]-}\"\n"
    "    case $command in\n";
static const char tail[] = "    if [[ $word == -* ]]; then\n"
                           "        _thidua_words \"$options\"\n"
                           "    else\n"
                           "        _thidua_files\n"
                           "    fi\n"
                           "}\n"
                           "complete -o filenames -F _thidua thidua\n";

void completion_print(FILE *out)
{
    fputs(head, out);
    print_values(out);
    fputs("    esac\n", out);
    print_first_words(out);
    fputs(after_first_words, out);
    for (size_t i = 0; i < command_count;)
        i = print_group(i, out);
    fputs(after_second_words, out);
    for (size_t i = 0; i < command_count; i++)
        print_options_of(&commands[i], out);
    fputs("    esac\n    options=\"$options", out);
    for (unsigned i = 0; i < OPT_VERSION; i++)
        fprintf(out, " --%s", client_options[i].name);
    fputs("\"\n", out);
    fputs(tail, out);
}
