// See sealed_run.h.
#include "client/sealed_run.h"

#include "client/report.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int read_directory(const char *directory, struct sealed_files *ret)
{
    struct err err;
    if (sealed_files_read(directory, ret, &err) == 0)
        return EXIT_DONE;
    complain_err(&err);
    return strcmp(err.code, "not_found") == 0 ? EXIT_NOT_FOUND : EXIT_ERROR;
}

static int fetch_number(struct client *client, uint64_t number, struct sealed_files *ret)
{
    const char *place = getenv("TMPDIR");
    struct text top = {0}, directory = {0};
    text_addf(&top, "%s/thidua-run-XXXXXX", place != NULL && place[0] != '\0' ? place : "/tmp");
    if (mkdtemp(top.data) == NULL) {
        complain("%s: %s", top.data, _("the directory cannot be made"));
        text_free(&top);
        return EXIT_ERROR;
    }
    text_addf(&directory, "%s/run", top.data);
    int exit_code = sealed_export(client, number, directory.data);
    if (exit_code == EXIT_DONE) {
        exit_code = read_directory(directory.data, ret);
        sealed_remove(directory.data);
    }
    rmdir(top.data);
    text_free(&directory);
    text_free(&top);
    return exit_code;
}

int sealed_fetch(struct client *client, const char *what, struct sealed_files *ret)
{
    uint64_t number;
    *ret = (struct sealed_files){0};
    if (what[strspn(what, "0123456789")] != '\0')
        return read_directory(what, ret);
    return number_of(what, INT64_MAX, &number) == 0 ? fetch_number(client, number, ret)
                                                    : EXIT_USAGE;
}

// Is what comes out of the input what was published?
static bool is_published(const struct sealed_run *run)
{
    static const enum seal_file_index names[RECOMPUTE_FILES] = {SEAL_ROLLUP, SEAL_SCORES,
                                                                SEAL_RANKING, SEAL_AWARDS};
    struct text computed[RECOMPUTE_FILES] = {0};
    bool same = true;
    recompute_write(run->run, computed);
    for (int i = 0; i < RECOMPUTE_FILES; i++) {
        const struct text *file = sealed_file(&run->files, seal_files[names[i]].name);
        same = same && file != NULL && file->length == computed[i].length &&
               memcmp(file->data, computed[i].data, file->length) == 0;
        text_free(&computed[i]);
    }
    return same;
}

static int compute(const struct client *client, struct sealed_run *ret)
{
    struct findings findings = {0};
    struct err err = {0};
    if (sealed_input_read(&ret->files, &ret->seal, &ret->input, &findings) < 0) {
        report_findings(&findings, 0, format_of(client->arguments), stderr);
        findings_free(&findings);
        return EXIT_DATA;
    }
    findings_free(&findings);
    ret->run = recompute_create(&ret->input.input, &err);
    if (ret->run == NULL || recompute_rank(ret->run, &err) < 0)
        return complain_err(&err);
    if (is_published(ret))
        return EXIT_DONE;
    complain(_("something else than was published comes out of the input; run verify says what"));
    return EXIT_FINDINGS;
}

int sealed_run_open(struct client *client, const char *what, struct sealed_run *ret)
{
    *ret = (struct sealed_run){0};
    int exit_code = sealed_fetch(client, what, &ret->files);
    if (exit_code != EXIT_DONE)
        return exit_code;
    const struct text *seal = sealed_file(&ret->files, SEALED_SEAL);
    if (seal == NULL || seal_parse(seal->data, seal->length, &ret->seal) < 0) {
        complain(_("%s is no exported run"), what);
        return EXIT_DATA;
    }
    return compute(client, ret);
}

void sealed_run_close(struct sealed_run *run)
{
    recompute_destroy(run->run);
    sealed_input_free(&run->input);
    sealed_files_free(&run->files);
}
