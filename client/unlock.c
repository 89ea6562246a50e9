// Opening a locked period for one office.
#include "client/client.h"
#include "client/report.h"
#include <stdlib.h>
#include <string.h>

int unlock_run(struct client *client)
{
    const struct arguments *arguments = client->arguments;
    const char *until = arguments->options[OPT_UNTIL], *reason = arguments->options[OPT_REASON];
    size_t length;
    if (until == NULL || reason == NULL) {
        complain(_("--until and --reason are needed"));
        return EXIT_USAGE;
    }
    char *nfc = words_nfc(reason, strlen(reason), &length, NULL);
    if (nfc == NULL) {
        complain(_("the reason is not UTF-8"));
        return EXIT_USAGE;
    }
    int exit_code = command_send(client, (struct wire_command){.action = ACTION_UNLOCK,
                                                               .campaign = argument(arguments, 0),
                                                               .unit = argument(arguments, 1),
                                                               .period = argument(arguments, 2),
                                                               .until = until,
                                                               .reason = nfc});
    if (exit_code == EXIT_DONE)
        complain(_("recorded: the clerks of %s may hand in for %s until the end of %s"),
                 argument(arguments, 1), argument(arguments, 2), until);
    free(nfc);
    return exit_code;
}
