// Holds a run against its seal: an exported one from its files alone, or one of the server's, whose
// files are fetched for it.
#include "client/sealed_run.h"

#include "client/client.h"
#include "client/report.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>

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

int run_verify_run(struct client *client)
{
    struct sealed_files files;
    uint8_t buffer[SIGN_PUBLIC_BYTES];
    const uint8_t *signer;
    if (!take_signer(client->arguments, buffer, &signer))
        return EXIT_USAGE;
    int exit_code = sealed_fetch(client, argument(client->arguments, 0), &files);
    if (exit_code == EXIT_DONE)
        exit_code = check_files(client, &files, signer);
    sealed_files_free(&files);
    return exit_code;
}
