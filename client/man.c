// The man page, from the tables. `thidua --man` in docs/man is compared with the committed one.
#include "client/client.h"
#include "client/help.h"
#include "common/words.h"
#include <string.h>

// roff reads backslashes, and dots and quotes at the beginning of a line; "-" is a sign to copy.
static void roff(const char *text, FILE *out)
{
    if (text[0] == '.' || text[0] == '\'')
        fputs("\\&", out);
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else if (*text == '~')
            fputs("\\(ti", out);
        else
            fputc(*text, out);
    }
}

static void section(const char *title, FILE *out)
{
    fprintf(out, ".SH %s\n", title);
}

static void paragraph(const char *text, FILE *out)
{
    roff(text, out);
    fputc('\n', out);
}

static void print_option(unsigned id, FILE *out)
{
    const struct client_option *option = &client_options[id];
    fputs(".TP\n\\fB\\-\\-", out);
    roff(option->name, out);
    fputs("\\fR", out);
    if (option->value != NULL) {
        fputs(" \\fI", out);
        roff(_(option->value), out);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    paragraph(_(option->help), out);
    if (option->variable != NULL)
        fprintf(out, "(%s)\n", option->variable);
}

static void print_command(const struct command *command, FILE *out)
{
    fprintf(out, ".TP\n\\fB%s\\fR", command->name);
    if (command->arguments[0] != '\0') {
        fputs(" \\fI", out);
        roff(command->arguments, out);
        fputs("\\fR", out);
    }
    for (unsigned i = 0; i < OPT_COUNT; i++) {
        if ((command->options & TAKES(i)) == 0)
            continue;
        fputs(" [\\fB\\-\\-", out);
        roff(client_options[i].name, out);
        fputs("\\fR]", out);
    }
    fputc('\n', out);
    paragraph(_(command->help), out);
    if (command->more != NULL) {
        fputs(".br\n", out);
        paragraph(_(command->more), out);
    }
    fputs(".RS\n.nf\n", out);
    paragraph(command->example, out);
    fputs(".fi\n.RE\n", out);
}

static void print_options(const char *title, uint64_t options, FILE *out)
{
    section(title, out);
    for (unsigned i = 0; i < OPT_COUNT; i++)
        if ((options & TAKES(i)) != 0)
            print_option(i, out);
}

static void print_files(FILE *out)
{
    static const char *const files[][2] = {
        {"~/.config/thidua.ini",
         N_("settings: lines like “servers = tcp://host:7001”, with the names servers, server_key, "
            "key_file, outbox, lang, timeout; the environment and options go before them")},
        {"~/.config/thidua/identity.key", N_("your own key, mode 0600")},
        {"~/.local/share/thidua/outbox.db",
         N_("what is to be sent, what was refused, and all receipts")},
    };
    section(_("FILES"), out);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        fputs(".TP\n", out);
        paragraph(files[i][0], out);
        paragraph(_(files[i][1]), out);
    }
}

void man_print(FILE *out)
{
    uint64_t others = 0;
    for (size_t i = 0; i < command_count; i++)
        others |= commands[i].options;
    fputs(".\\\" made by: thidua --man\n.TH THIDUA 1 \"\" \"thidua " THIDUA_VERSION "\"\n", out);
    section(_("NAME"), out);
    paragraph(_("thidua - results of an emulation campaign, from the commune to the list of "
                "commendations"),
              out);
    section(_("SYNOPSIS"), out);
    fprintf(out, "\\fBthidua\\fR \\fI%s\\fR\n", _("COMMAND [ARGUMENTS] [OPTIONS]"));
    section(_("COMMANDS"), out);
    for (size_t i = 0; i < command_count; i++)
        print_command(&commands[i], out);
    print_options(_("OPTIONS OF ALL COMMANDS"),
                  OPTIONS_EVERYWHERE | TAKES(OPT_VERSION) | TAKES(OPT_MAN) | TAKES(OPT_COMPLETION),
                  out);
    print_options(_("OPTIONS OF SOME COMMANDS"), others, out);
    section(_("EXIT CODES"), out);
    for (size_t i = 0; i < exit_code_count; i++)
        fprintf(out, ".TP\n%d\n%s\n", exit_codes[i].code, _(exit_codes[i].help));
    print_files(out);
    fputs(".SH NO_COLOR\n", out);
    paragraph(_("When this variable is set, nothing is printed in bold or in colour."), out);
}
