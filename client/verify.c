// Holds a run against its seal: an exported one from its files alone, or one of the server's, whose
// files are fetched for it.
#include "client/sealed.h"

#include "client/client.h"
#include "client/report.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// NULL without the option; false after a complaint.
static bool take_signer(const struct arguments *arguments, uint8_t buffer[static SIGN_PUBLIC_BYTES],
                        const uint8_t **ret)
{
    const char *text = arguments->options[OPT_SIGNER];
    size_t length = 0;
    *ret = NULL;
    if (text == NULL)
        return true;
    if (sodium_hex2bin(buffer, SIGN_PUBLIC_BYTES, text, strlen(text), NULL, &length, NULL) == 0 &&
        length == SIGN_PUBLIC_BYTES) {
        *ret = buffer;
        return true;
    }
    complain(_("%s is no public key of a signature: 64 hexadecimal digits, as thidua ping shows"),
             text);
    return false;
}

static int check_files(const struct client *client, const struct sealed_files *files,
                       const uint8_t *signer)
{
    struct findings findings = {0};
    char key[HASH_HEX_SIZE];
    sealed_check(files, signer, key, &findings);
    bool good = findings.errors == 0;
    report_findings(&findings, 0, format_of(client->arguments), stdout);
    if (key[0] != '\0' && signer == NULL)
        complain(_("signed by the key %s, which was held against nothing; --signer does that"),
                 key);
    if (good)
        complain(_("all is as it was sealed, and as it comes out of the input"));
    else
        complain(_("%zu differences"), findings.errors);
    findings_free(&findings);
    return good ? EXIT_DONE : EXIT_FINDINGS;
}

static int check_directory(const struct client *client, const char *directory,
                           const uint8_t *signer)
{
    struct sealed_files files;
    struct err err;
    int exit_code = sealed_files_read(directory, &files, &err) == 0
                        ? check_files(client, &files, signer)
                        : (complain_err(&err),
                           strcmp(err.code, "not_found") == 0 ? EXIT_NOT_FOUND : EXIT_ERROR);
    sealed_files_free(&files);
    return exit_code;
}

static int check_number(struct client *client, uint64_t number, const uint8_t *signer)
{
    const char *place = getenv("TMPDIR");
    struct text top = {0}, directory = {0};
    text_addf(&top, "%s/thidua-verify-XXXXXX", place != NULL && place[0] != '\0' ? place : "/tmp");
    if (mkdtemp(top.data) == NULL) {
        complain("%s: %s", top.data, _("the directory cannot be made"));
        text_free(&top);
        return EXIT_ERROR;
    }
    text_addf(&directory, "%s/run", top.data);
    int exit_code = sealed_export(client, number, directory.data);
    if (exit_code == EXIT_DONE) {
        exit_code = check_directory(client, directory.data, signer);
        sealed_remove(directory.data);
    }
    rmdir(top.data);
    text_free(&directory);
    text_free(&top);
    return exit_code;
}

int run_verify_run(struct client *client)
{
    const char *what = argument(client->arguments, 0);
    uint8_t buffer[SIGN_PUBLIC_BYTES];
    const uint8_t *signer;
    uint64_t number;
    if (!take_signer(client->arguments, buffer, &signer))
        return EXIT_USAGE;
    if (what[strspn(what, "0123456789")] != '\0')
        return check_directory(client, what, signer);
    return number_of(what, INT64_MAX, &number) == 0 ? check_number(client, number, signer)
                                                    : EXIT_USAGE;
}
