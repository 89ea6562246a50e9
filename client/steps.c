// A report on its way up the tree: shown, signed off, verified, returned. What a step is about is fetched
// from the server right before it, and its digest made here, from those very cells.
#include "client/client.h"
#include "client/report.h"
#include "client/settings.h"
#include "client/show.h"
#include "client/talk.h"
#include "common/keys.h"
#include "common/report.h"
#include "core/mem.h"
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct viewed {                             // a report as fetched
    const char *campaign, *office, *period; // as named by the user
    uint64_t newest, version;
    char *state, *by, *reason, *period_name; // owned; of the newest version, as the server names it
    struct text form;
    uint8_t digest[DIGEST_BYTES];
    size_t cells;
};

static void viewed_free(struct viewed *viewed)
{
    free(viewed->state);
    free(viewed->by);
    free(viewed->reason);
    free(viewed->period_name);
    text_free(&viewed->form);
}

static char *cell_copy(const struct wire_table *page, const char *column)
{
    for (size_t i = 0; i < page->column_count; i++)
        if (strcmp(page->columns[i], column) == 0)
            return mem_text(page->cells[i], strlen(page->cells[i]));
    return mem_text("", 0);
}

// How the report stands. An exit code.
static int fetch_state(struct client *client, struct viewed *viewed)
{
    struct wire_query query = {.what = QUERY_REPORTS,
                               .campaign = viewed->campaign,
                               .period = viewed->period,
                               .unit = viewed->office,
                               .indicator = "",
                               .scope = ""};
    struct message answer;
    int exit_code = query_page(client, &query, &answer);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (answer.table.cell_count == 0) {
        complain(_("%s has handed in nothing for %s"), viewed->office, viewed->period);
        message_clear(&answer);
        return EXIT_NOT_FOUND;
    }
    char *version = cell_copy(&answer.table, "version");
    viewed->newest = strtoull(version, NULL, 10);
    free(version);
    viewed->state = cell_copy(&answer.table, "state");
    viewed->by = cell_copy(&answer.table, "by");
    viewed->reason = cell_copy(&answer.table, "reason");
    viewed->period_name = cell_copy(&answer.table, "period");
    message_clear(&answer);
    return EXIT_DONE;
}

// A page of cells goes into the canonical form and, unless it is NULL, the table.
static int take_cells(struct viewed *viewed, const struct wire_table *page, struct table *table)
{
    for (int i = 0; i < REPORT_CELLS; i++)
        if ((size_t)i >= page->column_count || strcmp(page->columns[i], report_columns[i]) != 0)
            return report_refusal(WIRE_UNSUPPORTED, "columns", false);
    for (size_t i = 0; i < page->cell_count; i += page->column_count) {
        report_form_add(&viewed->form, page->cells + i);
        viewed->cells += strcmp(page->cells[i + REPORT_STATE], "verified") != 0;
        if (table != NULL)
            table_row(table, page->cells + i);
    }
    return EXIT_DONE;
}

// All cells of viewed->version, as the server has them, and their digest. *table (may be NULL) is made
// of the first page's columns.
static int fetch_cells(struct client *client, struct viewed *viewed, struct table **table)
{
    struct wire_query query = {.what = QUERY_REPORT,
                               .campaign = viewed->campaign,
                               .period = viewed->period,
                               .unit = viewed->office,
                               .indicator = "",
                               .scope = "",
                               .number = viewed->version};
    struct text cursor = {0};
    struct message answer;
    int exit_code;
    bool more = true;
    report_form_start(&viewed->form);
    while (more && (exit_code = query_page(client, &query, &answer)) == EXIT_DONE) {
        const struct wire_table *page = &answer.table;
        if (table != NULL && *table == NULL)
            *table = table_create(stdout, format_of(client->arguments), page->columns,
                                  page->column_count);
        exit_code = take_cells(viewed, page, table != NULL ? *table : NULL);
        text_free(&cursor);
        more = exit_code == EXIT_DONE && page->cursor.length > 0;
        if (more)
            text_add(&cursor, (const char *)page->cursor.data, page->cursor.length);
        query.cursor = (struct bytes){(const uint8_t *)cursor.data, cursor.length};
        message_clear(&answer);
    }
    text_free(&cursor);
    report_digest(&viewed->form, viewed->digest);
    return exit_code;
}

// The report that the arguments name, with its cells. An exit code.
static int view(struct client *client, struct viewed *ret, struct table **table)
{
    const char *version = client->arguments->options[OPT_OF_VERSION];
    *ret = (struct viewed){.campaign = argument(client->arguments, 0),
                           .office = argument(client->arguments, 1),
                           .period = argument(client->arguments, 2)};
    if (version != NULL && number_of(version, INT64_MAX, &ret->version) != 0)
        return EXIT_USAGE;
    int exit_code = fetch_state(client, ret);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (version == NULL)
        ret->version = ret->newest;
    return fetch_cells(client, ret, table);
}

static void tell(const struct viewed *viewed)
{
    char digest[2 * DIGEST_BYTES + 1];
    sodium_bin2hex(digest, sizeof digest, viewed->digest, DIGEST_BYTES);
    complain(_("report of %s for %s, version %" PRIu64 ", %zu cells, digest %s"), viewed->office,
             viewed->period_name, viewed->version, viewed->cells, digest);
}

int report_run(struct client *client)
{
    struct viewed viewed;
    struct table *table = NULL;
    int exit_code = view(client, &viewed, &table);
    table_finish(table);
    if (exit_code == EXIT_DONE) {
        tell(&viewed);
        if (viewed.version != viewed.newest)
            complain(_("this is not the newest version, which is %" PRIu64), viewed.newest);
        else
            complain(_("state: %s%s%s%s%s"), word_shown("state", viewed.state),
                     viewed.by[0] != '\0' ? ", " : "", viewed.by,
                     viewed.reason[0] != '\0' ? ": " : "", viewed.reason);
    }
    viewed_free(&viewed);
    return exit_code;
}

// ---- steps

static int sign(const struct client *client, const struct viewed *viewed,
                uint8_t signature[SIGNATURE_BYTES])
{
    char file[PATH_MAX];
    struct identity identity;
    struct err err = {0};
    struct text statement = {0};
    if (settings_path(client->config, "key_file", file, &err) != 0 ||
        identity_load(file, &identity, &err) != 0)
        return complain_err(&err);
    report_statement(viewed->campaign, viewed->office, viewed->period_name, viewed->version,
                     viewed->digest, &statement);
    crypto_sign_detached(signature, NULL, (const uint8_t *)statement.data, statement.length,
                         identity.sign_secret);
    identity_wipe(&identity);
    text_free(&statement);
    return EXIT_DONE;
}

int step_run(struct client *client)
{
    const struct arguments *arguments = client->arguments;
    enum command_action action = (enum command_action)arguments->command->subject;
    uint8_t signature[SIGNATURE_BYTES];
    struct viewed viewed;
    if (action == ACTION_RETURN && arguments->options[OPT_REASON] == NULL) {
        complain(_("--reason is needed"));
        return EXIT_USAGE;
    }
    int exit_code = view(client, &viewed, NULL);
    struct wire_command command = {
        .action = action,
        .campaign = viewed.campaign,
        .unit = viewed.office,
        .period = viewed.period_name,
        .number = viewed.version,
        .digest = {viewed.digest, DIGEST_BYTES},
        .reason = arguments->options[OPT_REASON],
    };
    if (exit_code == EXIT_DONE && action == ACTION_SIGN) {
        exit_code = sign(client, &viewed, signature);
        command.signature = (struct bytes){signature, SIGNATURE_BYTES};
    }
    if (exit_code == EXIT_DONE) {
        tell(&viewed);
        exit_code = command_send(client, command);
    }
    if (exit_code == EXIT_DONE)
        complain("%s", action == ACTION_SIGN     ? _("it is signed off")
                       : action == ACTION_VERIFY ? _("it is verified")
                                                 : _("it is returned"));
    viewed_free(&viewed);
    return exit_code;
}
