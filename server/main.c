// thidua-server: takes submissions, documents and questions, plans runs, hands jobs to workers.
// PostgreSQL is its only state; it can be killed at any instant and started again, any number of them.
#include "common/log.h"
#include "common/service.h"
#include "common/words.h"
#include "server/check.h"
#include "server/enrol.h"
#include "server/migrate.h"
#include "server/options.h"
#include "server/serve.h"
#include "server/timeline.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXIT_USAGE 2
#define ALLOW_ARGUMENTS 4

enum duty { DUTY_SERVE, DUTY_MIGRATE, DUTY_ALLOW, DUTY_TIMELINE, DUTY_CHECK, DUTY_DUMP };
struct arguments {
    const char *config_file;
    enum duty duty;
    char **allow;            // ROLE UNIT PUBKEY NAME
    const char *synchronous; // on, off; NULL: as it is
};

static void usage(FILE *out)
{
    fputs(
        "thidua-server [--config FILE]                                serves\n"
        "thidua-server [--config FILE] --migrate                      brings the schema up to date\n"
        "thidua-server [--config FILE] --allow ROLE UNIT KEY NAME     puts a key on record; UNIT - is the root\n"
        "thidua-server [--config FILE] --accept-failover             writes go on with this database\n"
        "thidua-server [--config FILE] --synchronous on|off          receipts only for what a standby has\n"
        "thidua-server [--config FILE] --check                        holds what is stored against the audit\n"
        "thidua-server [--config FILE] --dump-config | --help | --version\n\n",
        out);
    config_help(server_options, SERVER_OPTIONS, out);
}

// -1: go on; else the exit code.
static int parse(int argc, char **argv, struct arguments *ret)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--config") == 0 && i + 1 < argc) {
            ret->config_file = argv[++i];
        } else if (strcmp(argv[i], "--migrate") == 0) {
            ret->duty = DUTY_MIGRATE;
        } else if (strcmp(argv[i], "--check") == 0) {
            ret->duty = DUTY_CHECK;
        } else if (strcmp(argv[i], "--dump-config") == 0) {
            ret->duty = DUTY_DUMP;
        } else if (strcmp(argv[i], "--allow") == 0 && i + ALLOW_ARGUMENTS < argc) {
            ret->duty = DUTY_ALLOW;
            ret->allow = &argv[i + 1];
            i += ALLOW_ARGUMENTS;
        } else if (strcmp(argv[i], "--accept-failover") == 0) {
            ret->duty = DUTY_TIMELINE;
        } else if (strcmp(argv[i], "--synchronous") == 0 && i + 1 < argc &&
                   (strcmp(argv[i + 1], "on") == 0 || strcmp(argv[i + 1], "off") == 0)) {
            ret->duty = DUTY_TIMELINE;
            ret->synchronous = argv[++i];
        } else if (strcmp(argv[i], "--version") == 0) {
            puts("thidua-server " THIDUA_VERSION);
            return EXIT_SUCCESS;
        } else if (strcmp(argv[i], "--help") == 0) {
            usage(stdout);
            return EXIT_SUCCESS;
        } else {
            usage(stderr);
            return EXIT_USAGE;
        }
    }
    return -1;
}

static int serve_with(const struct config *config, struct err *err)
{
    struct identity identity;
    if (identity_load(config_text(config, "key_file"), &identity, err) != 0)
        return -1;
    int status = serve(config, &identity, err);
    identity_wipe(&identity);
    return status;
}

static int do_duty(const struct arguments *arguments, const struct config *config, struct err *err)
{
    const char *admin = config_text(config, "database_admin");
    switch (arguments->duty) {
    case DUTY_DUMP:
        config_dump(config, stdout);
        return 0;
    case DUTY_MIGRATE:
        return migrate(admin, config_text(config, "sql_dir"), err);
    case DUTY_ALLOW:
        return enrol(admin, arguments->allow[0], arguments->allow[1], arguments->allow[2],
                     arguments->allow[3], err);
    case DUTY_TIMELINE:
        return timeline_accept(admin, arguments->synchronous, err);
    case DUTY_CHECK:
        return check_store(config_text(config, "database"), err);
    case DUTY_SERVE:
        break;
    }
    return serve_with(config, err);
}

int main(int argc, char **argv)
{
    struct arguments arguments = {.duty = DUTY_SERVE};
    struct err err = {0};
    service_guard();
    bus_start();
    words_start(NULL);
    int code = parse(argc, argv, &arguments);
    if (code >= 0)
        return code;
    log_open("thidua-server", LOG_INFO);
    struct config *config = config_load(server_options, SERVER_OPTIONS, arguments.config_file,
                                        &err);
    int level = config != NULL ? log_level_parse(config_text(config, "log_level")) : -1;
    if (level >= 0)
        log_open("thidua-server", (enum log_level)level);
    else if (config != NULL)
        err_set(&err, ERR_REJECT, "config", "log_level: error, warn, info or debug");
    int status = level >= 0 ? do_duty(&arguments, config, &err) : -1;
    if (status != 0)
        log_event(LOG_ERROR, "failed", "code=%s why=\"%s\"", err.code, err.text);
    config_destroy(config);
    bus_stop();
    return status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
