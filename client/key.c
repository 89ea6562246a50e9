// Keys: making one's own, letting others in, shutting them out.
#include "client/client.h"
#include "client/report.h"
#include "client/settings.h"
#include "client/table.h"
#include "client/talk.h"
#include "common/keys.h"
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROTATE_DAYS 7
#define ROTATE_DAYS_MAX 90
#include <unistd.h>

// Where a new key goes: --file, else the setting. Makes its directory.
static int place_of_key(const struct client *client, char file[static PATH_MAX], struct err *err)
{
    const char *named = client->arguments->options[OPT_FILE];
    if (named != NULL) {
        snprintf(file, PATH_MAX, "%s", named);
        return 0;
    }
    return settings_path(client->config, "key_file", file, err) != 0
               ? -1
               : settings_make_place(file, err);
}

static int make_key(const char *file, struct identity *ret)
{
    struct err err = {0};
    if (identity_create(file, ret, &err) == 0)
        return EXIT_DONE;
    if (strcmp(err.code, "exists") != 0)
        return complain_err(&err);
    complain(_("%s is there already; a key is never overwritten"), file);
    return EXIT_CONFLICT;
}

int key_new_run(struct client *client)
{
    char file[PATH_MAX], text[BUS_Z85_SIZE];
    struct identity identity;
    struct err err = {0};
    if (place_of_key(client, file, &err) != 0)
        return complain_err(&err);
    int exit_code = make_key(file, &identity);
    if (exit_code != EXIT_DONE)
        return exit_code;
    key_to_z85(identity.curve.public_key, text);
    identity_wipe(&identity);
    complain(_("the new key is in %s; keep it to yourself; this is its public half:"), file);
    printf("%s\n", text);
    return EXIT_DONE;
}

int key_show_run(struct client *client)
{
    static const char *const columns[] = {"key", "sign_key"};
    const char *named = client->arguments->options[OPT_FILE];
    char file[PATH_MAX], key[BUS_Z85_SIZE], sign_key[2 * SIGN_PUBLIC_BYTES + 1];
    struct identity identity;
    struct err err = {0};
    if (named != NULL)
        snprintf(file, sizeof file, "%s", named);
    else if (settings_path(client->config, "key_file", file, &err) != 0)
        return complain_err(&err);
    if (identity_load(file, &identity, &err) != 0)
        return complain_err(&err);
    key_to_z85(identity.curve.public_key, key);
    sodium_bin2hex(sign_key, sizeof sign_key, identity.sign_public, SIGN_PUBLIC_BYTES);
    identity_wipe(&identity);
    struct table *table = table_create(stdout, format_of(client->arguments), columns, 2);
    table_upright(table);
    table_row(table, (const char *const[]){key, sign_key});
    table_finish(table);
    return EXIT_DONE;
}

// The option --sign: 64 hexadecimal digits. -1 after a complaint.
static int sign_key_of(const char *text, uint8_t key[SIGN_PUBLIC_BYTES])
{
    size_t length = 0;
    if (sodium_hex2bin(key, SIGN_PUBLIC_BYTES, text, strlen(text), NULL, &length, NULL) == 0 &&
        length == SIGN_PUBLIC_BYTES && strlen(text) == 2 * SIGN_PUBLIC_BYTES)
        return 0;
    complain(_("“%s” is not a public key that signs: 64 hexadecimal digits"), text);
    return -1;
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

// Role, unit, name and days of a key to be; a complaint when one is missing.
static int key_command(const struct client *client, struct wire_command *ret)
{
    const char *const *options = client->arguments->options;
    uint64_t days = 0;
    if (options[OPT_ROLE] == NULL || options[OPT_NAME] == NULL) {
        complain(_("--role and --name are needed"));
        return -1;
    }
    if (options[OPT_DAYS] != NULL && number_of(options[OPT_DAYS], 36500, &days) != 0)
        return -1;
    ret->role = options[OPT_ROLE];
    ret->unit = options[OPT_UNIT];
    ret->name = options[OPT_NAME];
    ret->days = (uint32_t)days;
    return 0;
}

int key_add_run(struct client *client)
{
    uint8_t key[BUS_KEY_BYTES], sign_key[SIGN_PUBLIC_BYTES];
    const char *sign = client->arguments->options[OPT_SIGN];
    struct wire_command command = {.action = ACTION_KEY_ADD, .key = {key, sizeof key}};
    if (public_key(client, key) != 0 || key_command(client, &command) != 0 ||
        (sign != NULL && sign_key_of(sign, sign_key) != 0))
        return EXIT_USAGE;
    if (sign != NULL)
        command.sign_key = (struct bytes){sign_key, sizeof sign_key};
    return command_send(client, command);
}

// ---- by a code

int key_invite_run(struct client *client)
{
    char code[CODE_TEXT_SIZE];
    struct bus_keys keys;
    struct wire_command command = {.action = ACTION_KEY_INVITE,
                                   .key = {keys.public_key, BUS_KEY_BYTES}};
    if (key_command(client, &command) != 0)
        return EXIT_USAGE;
    invite_code_make(code);
    invite_code_keys(code, &keys);
    int exit_code = command_send(client, command);
    if (exit_code == EXIT_DONE) {
        complain(_("this code can be used once, within 24 hours:"));
        printf("%s\n", code);
    }
    sodium_memzero(code, sizeof code);
    sodium_memzero(&keys, sizeof keys);
    return exit_code;
}

static int read_code(const struct client *client, struct bus_keys *ret)
{
    char line[128] = "";
    const char *code = argument(client->arguments, 0);
    if (code[0] == '\0' && fgets(line, sizeof line, stdin) != NULL)
        line[strcspn(line, "\r\n")] = '\0';
    int status = invite_code_keys(code[0] != '\0' ? code : line, ret);
    sodium_memzero(line, sizeof line);
    if (status != 0)
        complain(_("that is not a code: five groups of five letters and digits"));
    return status;
}

// Asks as the holder of the code; when it was used up already, perhaps it was by us.
static int enrol(struct client *client, const struct bus_keys *code, const struct identity *own)
{
    struct err err = {0};
    client->talk = talk_create_as(client->config, code, &err);
    if (client->talk == NULL)
        return complain_err(&err);
    return command_send(client,
                        (struct wire_command){.action = ACTION_KEY_ENROL,
                                              .key = {own->curve.public_key, BUS_KEY_BYTES}});
}

// A key file that is there is taken: the one of an attempt whose answer was lost.
static int own_key(const char *file, struct identity *ret)
{
    struct err err = {0};
    if (identity_load(file, ret, &err) == 0)
        return EXIT_DONE;
    if (strcmp(err.code, "not_found") != 0)
        return complain_err(&err);
    return make_key(file, ret);
}

int key_enrol_run(struct client *client)
{
    char file[PATH_MAX];
    struct bus_keys code;
    struct identity identity;
    struct err err = {0};
    if (read_code(client, &code) != 0)
        return EXIT_USAGE;
    if (place_of_key(client, file, &err) != 0)
        return complain_err(&err);
    int exit_code = own_key(file, &identity);
    if (exit_code == EXIT_DONE) {
        exit_code = enrol(client, &code, &identity);
        identity_wipe(&identity);
        if (exit_code == EXIT_DONE)
            complain(_("the key in %s is on record"), file);
        else
            complain(_("if the code was used already, it may have been by this very key: try "
                       "“thidua ping”"));
    }
    sodium_memzero(&code, sizeof code);
    return exit_code;
}

// ---- rotation

int key_rotate_run(struct client *client)
{
    const char *file = client->arguments->options[OPT_FILE],
               *given = client->arguments->options[OPT_DAYS];
    struct identity identity;
    uint64_t days = ROTATE_DAYS;
    if (file == NULL) {
        complain(_("--file is needed: where the new key goes"));
        return EXIT_USAGE;
    }
    if (given != NULL && number_of(given, ROTATE_DAYS_MAX, &days) != 0)
        return EXIT_USAGE;
    int exit_code = own_key(file, &identity);
    if (exit_code != EXIT_DONE)
        return exit_code;
    exit_code = command_send(
        client, (struct wire_command){.action = ACTION_KEY_ROTATE,
                                      .key = {identity.curve.public_key, BUS_KEY_BYTES},
                                      .days = (uint32_t)days});
    identity_wipe(&identity);
    if (exit_code == EXIT_DONE)
        complain(_("the key in %s is on record; the old one is valid for %d days more"), file,
                 (int)days);
    return exit_code;
}

int key_revoke_run(struct client *client)
{
    uint8_t key[BUS_KEY_BYTES];
    if (public_key(client, key) != 0)
        return EXIT_USAGE;
    return command_send(
        client, (struct wire_command){.action = ACTION_KEY_REVOKE, .key = {key, sizeof key}});
}
