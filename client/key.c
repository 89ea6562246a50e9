// Keys: making one's own, letting others in, shutting them out.
#include "client/client.h"
#include "client/report.h"
#include "client/settings.h"
#include "client/talk.h"
#include "common/keys.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int key_new_run(struct client *client)
{
    const char *named = client->arguments->options[OPT_FILE];
    char file[PATH_MAX], text[BUS_Z85_SIZE];
    struct identity identity;
    struct err err = {0};
    if (named != NULL)
        snprintf(file, sizeof file, "%s", named);
    else if (settings_path(client->config, "key_file", file, &err) != 0 ||
             settings_make_place(file, &err) != 0)
        return complain_err(&err);
    if (identity_create(file, &identity, &err) != 0) {
        if (strcmp(err.code, "exists") != 0)
            return complain_err(&err);
        complain(_("%s is there already; a key is never overwritten"), file);
        return EXIT_CONFLICT;
    }
    key_to_z85(identity.curve.public_key, text);
    identity_wipe(&identity);
    if (isatty(STDOUT_FILENO)) // a script knows what it asked for
        complain(_("the new key is in %s; keep it to yourself; this is its public half:"), file);
    printf("%s\n", text);
    return EXIT_DONE;
}

// The argument PUBLIC; a complaint when it is none.
static int public_key(const struct client *client, uint8_t key[BUS_KEY_BYTES])
{
    const char *text = argument(client->arguments, 0);
    if (key_from_z85(text, key) == 0)
        return 0;
    complain(_("“%s” is not a public key"), text);
    return -1;
}

int key_add_run(struct client *client)
{
    const char *const *options = client->arguments->options;
    uint8_t key[BUS_KEY_BYTES];
    uint64_t days = 0;
    if (public_key(client, key) != 0)
        return EXIT_USAGE;
    if (options[OPT_ROLE] == NULL || options[OPT_NAME] == NULL) {
        complain(_("--role and --name are needed"));
        return EXIT_USAGE;
    }
    if (options[OPT_DAYS] != NULL && number_of(options[OPT_DAYS], 36500, &days) != 0)
        return EXIT_USAGE;
    return command_send(client, (struct wire_command){
                                    .action = ACTION_KEY_ADD,
                                    .key = {key, sizeof key},
                                    .role = options[OPT_ROLE],
                                    .unit = options[OPT_UNIT],
                                    .name = options[OPT_NAME],
                                    .days = (uint32_t)days,
                                });
}

int key_revoke_run(struct client *client)
{
    uint8_t key[BUS_KEY_BYTES];
    if (public_key(client, key) != 0)
        return EXIT_USAGE;
    return command_send(
        client, (struct wire_command){.action = ACTION_KEY_REVOKE, .key = {key, sizeof key}});
}
