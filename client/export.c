// Writes a published run into a directory: everything a stranger needs to compute it anew. The files
// are written beside the directory and take its name when all are there: a killed export is never
// taken for a whole one.
#include "client/sealed.h"

#include "client/client.h"
#include "client/progress.h"
#include "client/report.h"
#include "client/show.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DOCUMENTS 6

struct export
{
    struct client *client;
    uint64_t number;
    char *directory; // the one that is written
    struct text seal_text, signature;
    struct seal seal;
    struct text documents[DOCUMENTS];
    struct run_input *input; // parsed from them
    struct text manifest;
    const char *name; // of the file that is open
    FILE *file;
    crypto_generichash_state hash;
    bool failed; // the user knows why
};

static void fail(struct export *export, const char *what)
{
    if (!export->failed)
        complain("%s: %s", what, strerror(errno));
    export->failed = true;
}

// ---- one file at a time

static void file_open(struct export *export, const char *name)
{
    struct text path = {0};
    text_addf(&path, "%s/%s", export->directory, name);
    export->name = name;
    export->file = fopen(path.data, "wbxe");
    if (export->file == NULL)
        fail(export, path.data);
    crypto_generichash_init(&export->hash, NULL, 0, HASH_BYTES);
    text_free(&path);
}

static void file_put(struct export *export, const char *data, size_t length)
{
    if (export->file != NULL && fwrite(data, 1, length, export->file) != length)
        fail(export, export->name);
    crypto_generichash_update(&export->hash, (const uint8_t *)data, length);
}

static void file_close(struct export *export)
{
    uint8_t digest[HASH_BYTES];
    if (export->file == NULL)
        return;
    if (fflush(export->file) != 0 || fsync(fileno(export->file)) != 0)
        fail(export, export->name);
    if (fclose(export->file) != 0)
        fail(export, export->name);
    export->file = NULL;
    crypto_generichash_final(&export->hash, digest, sizeof digest);
    sealed_manifest_line(digest, export->name, &export->manifest);
}

static void write_file(struct export *export, const char *name, const char *data, size_t length)
{
    file_open(export, name);
    file_put(export, data, length);
    file_close(export);
}

// ---- questions

typedef void row_fn(struct export *export, const struct wire_table *page, const char *const *row);
static int ask(struct export *export, struct wire_query query, row_fn *take)
{
    struct text cursor = {0};
    struct message answer;
    int exit_code = EXIT_DONE;
    bool more = true;
    query.number = export->number;
    while (more && !export->failed &&
           (exit_code = query_page(export->client, &query, &answer)) == EXIT_DONE) {
        const struct wire_table *page = &answer.table;
        for (size_t i = 0; i < page->cell_count; i += page->column_count)
            take(export, page, page->cells + i);
        more = page->cursor.length > 0;
        text_free(&cursor);
        if (more)
            text_add(&cursor, (const char *)page->cursor.data, page->cursor.length);
        query.cursor = (struct bytes){(const uint8_t *)cursor.data, cursor.length};
        message_clear(&answer);
    }
    text_free(&cursor);
    return export->failed ? EXIT_ERROR : exit_code;
}

static void put_row(struct export *export, const struct wire_table *page, const char *const *row)
{
    struct text line = {0};
    for (size_t i = 0; i < page->column_count; i++) {
        csv_add_field(&line, row[i]);
        text_adds(&line, i + 1 < page->column_count ? "," : "\n");
    }
    file_put(export, line.data, line.length);
    text_free(&line);
}

// ---- what is asked for

static void take_seal(struct export *export, const struct wire_table *page, const char *const *row)
{
    if (page->column_count < 6 || row[3][0] == '\0')
        return;
    text_adds(&export->seal_text, row[3]);
    sealed_signature_write(row[4], row[5], &export->signature);
}

static int ask_seal(struct export *export)
{
    int exit_code = ask(export, (struct wire_query){.what = QUERY_SEAL}, take_seal);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (export->seal_text.length == 0)
        complain(_("run %" PRIu64 " was published before runs were signed; start a new one"),
                 export->number);
    else if (seal_parse(export->seal_text.data, export->seal_text.length, &export->seal) != 0)
        complain(_("the seal of run %" PRIu64 " cannot be read"), export->number);
    else
        return EXIT_DONE;
    return EXIT_ERROR;
}

static void take_piece(struct export *export, const struct wire_table *page, const char *const *row)
{
    long kind = strtol(row[0], NULL, 10);
    if (page->column_count == 3 && kind >= 1 && kind <= DOCUMENTS)
        text_adds(&export->documents[kind - 1], row[2]);
}

static int ask_documents(struct export *export)
{
    struct text *d = export->documents;
    struct err err;
    int exit_code = ask(
        export, (struct wire_query){.what = QUERY_RUN_DOCUMENTS, .campaign = export->seal.campaign},
        take_piece);
    if (exit_code != EXIT_DONE)
        return exit_code;
    for (unsigned i = 0; i < SEAL_FILES; i++) {
        int document = seal_files[i].document;
        if (document >= 0 && d[document].length > 0)
            write_file(export, seal_files[i].name, d[document].data, d[document].length);
    }
    export->input = run_input_create(
        &(struct run_texts){d[0].data, d[1].data, d[2].data, d[3].data, d[4].data, d[5].data},
        export->seal.period, &err);
    return export->input != NULL ? EXIT_DONE : complain_err(&err);
}

// Office by office, in the order of the file.
static int ask_offices(struct export *export, enum seal_file_index file, const char *header,
                       enum query_what what)
{
    size_t count;
    int exit_code = EXIT_DONE;
    const struct unit_tree *tree = export->input->tree;
    uint32_t *offices = seal_offices(tree, export->input->campaign, &count);
    file_open(export, seal_files[file].name);
    file_put(export, header, strlen(header));
    for (size_t i = 0; i < count && exit_code == EXIT_DONE; i++) {
        progress_show(seal_files[file].name, i, count);
        exit_code = ask(export,
                        (struct wire_query){.what = what,
                                            .campaign = export->seal.campaign,
                                            .unit = tree->units[offices[i]].code},
                        put_row);
    }
    progress_end();
    file_close(export);
    free(offices);
    return exit_code;
}

static int ask_output(struct export *export, enum seal_file_index file, const char *header,
                      enum query_what what)
{
    file_open(export, seal_files[file].name);
    file_put(export, header, strlen(header));
    int exit_code = ask(
        export, (struct wire_query){.what = what, .campaign = export->seal.campaign}, put_row);
    file_close(export);
    return exit_code;
}

static int ask_figures(struct export *export)
{
    const struct {
        enum seal_file_index file;
        const char *header;
        enum query_what what;
        int (*ask)(struct export *export, enum seal_file_index file, const char *header,
                   enum query_what what);
    } parts[] = {
        {SEAL_SUBMISSIONS, submissions_header, QUERY_RUN_SUBMISSIONS, ask_offices},
        {SEAL_ENTRIES, entries_header, QUERY_RUN_ENTRIES, ask_offices},
        {SEAL_ROLLUP, rollup_header, QUERY_ROLLUP, ask_output},
        {SEAL_SCORES, scores_header, QUERY_SCORES, ask_output},
        {SEAL_RANKING, ranking_header, QUERY_RANKING, ask_output},
        {SEAL_AWARDS, awards_header, QUERY_AWARDS, ask_output},
    };
    int exit_code = EXIT_DONE;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && exit_code == EXIT_DONE; i++)
        exit_code = parts[i].ask(export, parts[i].file, parts[i].header, parts[i].what);
    return exit_code;
}

// ---- the small files

static const char readme[] =
    "A published run of thidua, with everything it was computed from.\n"
    "\n"
    "    thidua run verify DIRECTORY     computes it anew from these files alone and says what differs\n"
    "    b2sum -l 256 -c MANIFEST        are the files those that were exported?\n"
    "\n"
    "units.csv, campaign.yaml and the lists are the documents of the run; submissions.csv and\n"
    "entries.csv what was handed in up to its cut; rollup.csv, scores.csv, ranking.csv and awards.csv\n"
    "what came out. seal.txt holds their digests, seal.sig the server's signature over seal.txt.\n"
    "docs/sealed.md of the sources says how each byte comes about.\n";

// In the order of MANIFEST: these come first, though they are written last.
static int write_rest(struct export *export)
{
    struct text others = export->manifest;
    export->manifest = (struct text){0};
    write_file(export, SEALED_README, readme, strlen(readme));
    write_file(export, SEALED_SEAL, export->seal_text.data, export->seal_text.length);
    write_file(export, SEALED_SIGNATURE, export->signature.data, export->signature.length);
    text_add(&export->manifest, others.data, others.length);
    text_free(&others);
    struct text manifest = export->manifest;
    export->manifest = (struct text){0};
    write_file(export, SEALED_MANIFEST, manifest.data, manifest.length);
    text_free(&manifest);
    return export->failed ? EXIT_ERROR : EXIT_DONE;
}

// ---- the directory

static bool empty_or_absent(const char *directory)
{
    struct dirent *entry;
    bool empty = true;
    DIR *names = opendir(directory);
    if (names == NULL)
        return errno == ENOENT;
    while ((entry = readdir(names)) != NULL)
        empty = empty && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
    closedir(names);
    return empty;
}

static void sync_directory(struct export *export, const char *directory)
{
    int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0 || fsync(descriptor) != 0)
        fail(export, directory);
    if (descriptor >= 0)
        close(descriptor);
}

static void sync_parent(struct export *export, const char *target)
{
    struct text parent = {0};
    const char *slash = strrchr(target, '/');
    if (slash == NULL)
        text_adds(&parent, ".");
    else
        text_add(&parent, target, slash == target ? 1 : (size_t)(slash - target));
    sync_directory(export, parent.data);
    text_free(&parent);
}

static void take_name(struct export *export, const char *target)
{
    sync_directory(export, export->directory);
    if (!export->failed && rename(export->directory, target) != 0)
        fail(export, target);
    if (!export->failed)
        sync_parent(export, target);
}

static int write_all(struct export *export, const char *target)
{
    int exit_code = ask_seal(export);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (mkdtemp(export->directory) == NULL || chmod(export->directory, 0755) != 0) {
        fail(export, export->directory);
        return EXIT_ERROR;
    }
    exit_code = ask_documents(export);
    if (exit_code == EXIT_DONE)
        exit_code = ask_figures(export);
    if (exit_code == EXIT_DONE)
        exit_code = write_rest(export);
    if (exit_code == EXIT_DONE)
        take_name(export, target);
    if (exit_code != EXIT_DONE || export->failed)
        sealed_remove(export->directory);
    return export->failed ? EXIT_ERROR : exit_code;
}

int sealed_export(struct client *client, uint64_t number, const char *directory)
{
    struct export export = {.client = client, .number = number};
    struct text target = {0}, partial = {0};
    size_t length = strlen(directory);
    while (length > 1 && directory[length - 1] == '/')
        length--;
    text_add(&target, directory, length);
    if (!empty_or_absent(target.data)) {
        complain(_("%s is there already and not empty"), target.data);
        text_free(&target);
        return EXIT_ERROR;
    }
    text_addf(&partial, "%s.partial-XXXXXX", target.data);
    export.directory = partial.data;
    int exit_code = write_all(&export, target.data);
    for (size_t i = 0; i < DOCUMENTS; i++)
        text_free(&export.documents[i]);
    run_input_destroy(export.input);
    text_free(&export.manifest);
    text_free(&export.seal_text);
    text_free(&export.signature);
    text_free(&partial);
    text_free(&target);
    return exit_code;
}

int run_export_run(struct client *client)
{
    uint64_t number;
    if (number_of(argument(client->arguments, 0), INT64_MAX, &number) != 0)
        return EXIT_USAGE;
    return sealed_export(client, number, argument(client->arguments, 1));
}
