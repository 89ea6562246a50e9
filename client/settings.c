// Options of the command line are put into the environment, so that common/config.c alone knows which
// source goes before which.
#include "client/settings.h"

#include "common/words.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct option settings[] = {
    {"servers", OPTION_TEXT, "", 0, 0, N_("addresses of the servers, separated by commas")},
    {"server_key", OPTION_TEXT, "", 0, 0, N_("public key of the servers")},
    {"key_file", OPTION_SECRET_FILE, "", 0, 0, N_("file with your own key")},
    {"outbox", OPTION_TEXT, "", 0, 0, N_("file that keeps what is to be sent")},
    {"lang", OPTION_TEXT, "", 0, 0, N_("language of messages and tables")},
    {"timeout", OPTION_NUMBER, "15", 1, 86400, N_("how long to try to reach a server, in seconds")},
};

static void options_to_environment(const struct arguments *arguments)
{
    for (unsigned i = 0; i < OPT_COUNT; i++)
        if (arguments->options[i] != NULL && client_options[i].variable != NULL)
            setenv(client_options[i].variable, arguments->options[i], 1);
}

// "VARIABLE/rest", or "HOME/otherwise/rest" when the variable does not say (XDG base directories).
static int below_home(const char *variable, const char *otherwise, const char *rest,
                      char path[static PATH_MAX])
{
    const char *directory = getenv(variable), *home = getenv("HOME");
    int length = -1;
    if (directory != NULL && directory[0] == '/')
        length = snprintf(path, PATH_MAX, "%s/%s", directory, rest);
    else if (home != NULL && home[0] == '/')
        length = snprintf(path, PATH_MAX, "%s/%s/%s", home, otherwise, rest);
    return length > 0 && length < PATH_MAX ? 0 : -1;
}

struct config *settings_load(const struct arguments *arguments, struct err *err)
{
    char file[PATH_MAX];
    options_to_environment(arguments);
    bool there = below_home("XDG_CONFIG_HOME", ".config", "thidua.ini", file) == 0 &&
                 access(file, F_OK) == 0;
    return config_load(settings, sizeof settings / sizeof settings[0], there ? file : NULL, err);
}

int settings_path(const struct config *config, const char *name, char path[static PATH_MAX],
                  struct err *err)
{
    const char *named = config_text(config, name);
    int status = -1;
    if (named[0] != '\0') {
        int length = snprintf(path, PATH_MAX, "%s", named);
        status = length < PATH_MAX ? 0 : -1;
    } else if (strcmp(name, "key_file") == 0)
        status = below_home("XDG_CONFIG_HOME", ".config", "thidua/identity.key", path);
    else if (strcmp(name, "outbox") == 0)
        status = below_home("XDG_DATA_HOME", ".local/share", "thidua/outbox.db", path);
    if (status != 0)
        return err_set(err, ERR_REJECT, "settings", _("the setting %s names no usable file"), name);
    return 0;
}

int settings_make_place(const char *path, struct err *err)
{
    char part[PATH_MAX];
    snprintf(part, sizeof part, "%s", path);
    for (char *slash = strchr(part + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST)
            return err_set(err, ERR_REJECT, "settings", "%s: %s", part, strerror(errno));
        *slash = '/';
    }
    return 0;
}
