// From the words of the command line to the handler of the command.
#include "client/client.h"

#include "client/help.h"
#include "client/settings.h"
#include "client/talk.h"
#include "common/bus.h"
#include "common/log.h"
#include "common/service.h"
#include <stdarg.h>
#include <stdio.h>

void complain(const char *format, ...)
{
    va_list args;
    fflush(stdout);
    fputs("thidua: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

int complain_err(const struct err *err)
{
    complain("%s", err->text);
    return EXIT_ERROR;
}

struct talk *client_talk(struct client *client)
{
    struct err err = {0};
    if (client->talk == NULL && !client->no_talk) {
        client->talk = talk_create(client->config, &err);
        client->no_talk = client->talk == NULL;
        if (client->no_talk)
            complain_err(&err);
    }
    return client->talk;
}

// What needs neither settings nor a command.
static bool answered_alone(const struct arguments *arguments)
{
    if (arguments->options[OPT_HELP] != NULL)
        help_print(arguments, stdout);
    else if (arguments->options[OPT_VERSION] != NULL)
        printf("thidua %s\n", THIDUA_VERSION);
    else if (arguments->options[OPT_MAN] != NULL)
        man_print(stdout);
    else if (arguments->options[OPT_COMPLETION] != NULL)
        completion_print(stdout);
    else
        return false;
    return true;
}

// stdout is data: what could not be written is no success.
static int flushed(int exit_code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return exit_code;
    complain(_("the output cannot be written"));
    return EXIT_ERROR;
}

static int run(struct client *client)
{
    const struct arguments *arguments = client->arguments;
    if (answered_alone(arguments))
        return flushed(EXIT_DONE);
    if (arguments->problem != ARGUMENTS_GOOD) {
        usage_print(arguments, stderr);
        return EXIT_USAGE;
    }
    return flushed(arguments->command->run(client));
}

int client_main(int argc, char **argv)
{
    struct arguments arguments;
    struct client client = {.arguments = &arguments};
    struct err err = {0};
    int exit_code = EXIT_USAGE;

    service_guard();
    log_open("thidua", LOG_ERROR);
    bus_start();
    arguments_parse(argc, argv, &arguments);
    client.config = settings_load(&arguments, &err);
    const char *lang = client.config != NULL ? config_text(client.config, "lang") : "";
    words_start(lang[0] != '\0' ? lang : NULL);
    if (client.config != NULL)
        exit_code = run(&client);
    else
        complain_err(&err);
    talk_destroy(client.talk);
    config_destroy(client.config);
    bus_stop();
    return exit_code;
}
