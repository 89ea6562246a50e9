// The table of commands, and that of options. The command line, --help, the man page and the shell
// completion are all read from them.
#ifndef THIDUA_CLIENT_COMMAND_H
#define THIDUA_CLIENT_COMMAND_H

#include <stddef.h>
#include <stdint.h>

enum option_id {
    // for all commands
    OPT_HELP,
    OPT_SERVERS,
    OPT_SERVER_KEY,
    OPT_KEY,
    OPT_OUTBOX,
    OPT_LANG,
    OPT_TIMEOUT,
    // without a command
    OPT_VERSION,
    OPT_MAN,
    OPT_COMPLETION,
    // for some
    OPT_CSV,
    OPT_JSON,
    OPT_WAIT,
    OPT_DRY_RUN,
    OPT_DECIMAL,
    OPT_REPLACE,
    OPT_ALL,
    OPT_UNIT,
    OPT_SCOPE,
    OPT_AWARD,
    OPT_RUN,
    OPT_FILE,
    OPT_ROLE,
    OPT_NAME,
    OPT_DAYS,
    OPT_REQUEUE,
    OPT_HEAD,
    OPT_UNTIL,
    OPT_REASON,
    OPT_SIGNER,
    OPT_SIGN,
    OPT_OF_VERSION,
    OPT_COUNT,
};
#define TAKES(option) (UINT64_C(1) << (option))
_Static_assert(OPT_COUNT <= 64, "a bit for each option");
#define OPTIONS_EVERYWHERE (TAKES(OPT_VERSION) - 1)

struct client_option {
    const char *name;     // without "--"
    const char *value;    // what it takes, for people; NULL: a flag
    const char *choices;  // "vi|en": the only values; NULL: any
    const char *variable; // of the environment that says the same; NULL: none
    const char *help;     // msgid
};
extern const struct client_option client_options[OPT_COUNT];

#define ARGUMENT_FILES_MAX 4096 // of one submit

struct client;
typedef int command_fn(struct client *client); // an enum exit_code
struct command {
    const char *name;      // one or two words
    const char *arguments; // for people: "CAMPAIGN [PERIOD]"
    unsigned least, most;  // of them
    uint64_t options;      // TAKES (…) | …, beside OPTIONS_EVERYWHERE
    int subject;           // for handlers of several commands
    command_fn *run;
    const char *help;    // msgid, one line
    const char *more;    // msgid, a paragraph for the man page; NULL: none
    const char *example; // a command line
};
extern const struct command commands[];
extern const size_t command_count;

// Handlers, one file for each group.
command_fn submit_run, outbox_list_run, outbox_send_run, outbox_drop_run, outbox_show_run,
    outbox_verify_run;
command_fn key_invite_run, key_enrol_run, key_rotate_run;
command_fn load_run, show_run, run_start_run, run_export_run, run_verify_run, job_retry_run;
command_fn run_compare_run;
command_fn unlock_run, missing_run, remind_run, nothing_run;
command_fn report_run, step_run, key_show_run;
command_fn key_new_run, key_add_run, key_revoke_run, ping_run, audit_verify_run;
command_fn run_what_if_run, run_sensitivity_run;

#endif
