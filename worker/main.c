// thidua-worker: takes jobs from servers, computes them in core/, writes results into PostgreSQL.
// Disposable: it can be killed at any instant; its lease ends and another worker does the job.
#include "common/config.h"
#include "common/keys.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/service.h"
#include "common/words.h"
#include "worker/session.h"
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEEP_BYTES (64 * 1024 * 1024)

static const struct option settings[] = {
    {"servers", OPTION_TEXT, NULL, 0, 0,
     N_("servers for workers, separated by commas: tcp://127.0.0.1:7402")},
    {"server_key", OPTION_TEXT, NULL, 0, 0, N_("public key of the servers (40 characters)")},
    {"key_file", OPTION_SECRET_FILE, NULL, 0, 0, N_("identity file of this worker")},
    {"database", OPTION_TEXT, NULL, 0, 0, N_("connection to PostgreSQL as thidua_worker")},
    {"log_level", OPTION_TEXT, "info", 0, 0, N_("error, warn, info or debug")},
};
#define SETTINGS (sizeof settings / sizeof settings[0])

static void usage(FILE *out)
{
    fputs("thidua-worker [--config FILE] [--dump-config] [--help] [--version]\n\n", out);
    config_help(settings, SETTINGS, out);
}

static void on_signal(struct loop *loop, void *arg)
{
    (void)loop;
    log_event(LOG_INFO, "draining", "%s", "");
    session_drain(arg);
}

static int work(const struct config *config, const struct identity *identity)
{
    struct err err = {0};
    struct loop *loop = loop_create();
    struct session *session = session_create(loop, config, identity, &err);
    if (!session) {
        log_event(LOG_ERROR, "start_failed", "text=\"%s\"", err.text);
        loop_destroy(loop);
        return EXIT_FAILURE;
    }
    loop_signals(loop, on_signal, session);
    service_ready();
    log_event(LOG_INFO, "ready", "servers=%s", config_text(config, "servers"));
    loop_run(loop);
    session_destroy(session);
    loop_destroy(loop);
    log_event(LOG_INFO, "stopped", "%s", "");
    return EXIT_SUCCESS;
}

static int start(const char *file, bool dump)
{
    struct err err = {0};
    struct identity identity;
    struct config *config = config_load(settings, SETTINGS, file, &err);
    if (!config) {
        fprintf(stderr, "thidua-worker: %s\n", err.text);
        return EXIT_FAILURE;
    }
    if (dump) {
        config_dump(config, stdout);
        config_destroy(config);
        return EXIT_SUCCESS;
    }
    int level = log_level_parse(config_text(config, "log_level"));
    log_open("thidua-worker", level < 0 ? LOG_INFO : (enum log_level)level);
    int status = EXIT_FAILURE;
    if (identity_load(config_text(config, "key_file"), &identity, &err) < 0)
        log_event(LOG_ERROR, "start_failed", "text=\"%s\"", err.text);
    else
        status = work(config, &identity);
    identity_wipe(&identity);
    config_destroy(config);
    return status;
}

// Every job takes and gives back some tens of megabytes: kept by the process, they need not be mapped
// and cleared by the kernel for each job anew.
static void keep_memory(void)
{
    mallopt(M_MMAP_THRESHOLD, KEEP_BYTES);
    mallopt(M_TRIM_THRESHOLD, KEEP_BYTES);
}

int main(int argc, char **argv)
{
    keep_memory();
    service_guard();
    bus_start();
    words_start(NULL);
    const char *file = NULL;
    bool dump = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--config") == 0 && i + 1 < argc) {
            file = argv[++i];
        } else if (strcmp(argv[i], "--dump-config") == 0) {
            dump = true;
        } else if (strcmp(argv[i], "--version") == 0) {
            puts("thidua-worker " THIDUA_VERSION);
            return EXIT_SUCCESS;
        } else {
            bool help = strcmp(argv[i], "--help") == 0;
            usage(help ? stdout : stderr);
            return help ? EXIT_SUCCESS : 2;
        }
    }
    int status = start(file, dump);
    bus_stop();
    return status;
}
