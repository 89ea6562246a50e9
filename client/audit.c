// The audit: whether its chains hold, by themselves and against a head that was kept elsewhere.
#include "client/client.h"
#include "client/report.h"
#include "client/show.h"
#include "client/talk.h"
#include "common/audit_chain.h"
#include "core/mem.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_BYTES_MAX (1024 * 1024)
#define COLUMNS 9
static const char *const expected_columns[COLUMNS] = {"chain",  "day",   "number", "at_us", "actor",
                                                      "writer", "event", "detail", "hash"};

// ---- the head

static int read_file(const char *file, char *text)
{
    FILE *in = fopen(file, "re");
    if (in == NULL) {
        complain("%s: %s", file, strerror(errno));
        return EXIT_ERROR;
    }
    size_t length = fread(text, 1, HEAD_BYTES_MAX, in);
    text[length] = '\0';
    int exit_code = ferror(in) ? EXIT_ERROR : EXIT_DONE;
    fclose(in);
    return exit_code;
}

// The key that a head must be signed by is the receipts' key of the server we trust.
static int server_sign_key(struct client *client, uint8_t ret[SIGN_PUBLIC_BYTES])
{
    struct message question = {.type = MESSAGE_PING}, answer;
    struct talk *talk = client_talk(client);
    struct err err = {0};
    if (talk == NULL)
        return EXIT_ERROR;
    if (talk_message(talk, &question, TALK_QUICK, &answer, &err) != 0)
        return complain_err(&err);
    bool good = answer.type == MESSAGE_PONG && answer.pong.receipt_key.length == SIGN_PUBLIC_BYTES;
    if (good)
        memcpy(ret, answer.pong.receipt_key.data, SIGN_PUBLIC_BYTES);
    message_clear(&answer);
    return good ? EXIT_DONE : report_refusal(WIRE_UNSUPPORTED, "", false);
}

static int read_head(struct client *client, const char *file, struct audit_head *ret)
{
    uint8_t key[SIGN_PUBLIC_BYTES];
    struct err err = {0};
    char *text = mem_alloc(HEAD_BYTES_MAX + 1, 1);
    int exit_code = read_file(file, text);
    if (exit_code == EXIT_DONE)
        exit_code = server_sign_key(client, key);
    if (exit_code == EXIT_DONE && audit_head_parse(text, key, ret, &err) != 0) {
        complain("%s: %s", file, err.text);
        exit_code = EXIT_FINDINGS;
    }
    free(text);
    return exit_code;
}

// ---- the rows

static int tell_fault(enum audit_fault fault, const char *place)
{
    switch (fault) {
    case AUDIT_CHANGED:
        printf(_("%s: this row was changed\n"), place);
        break;
    case AUDIT_MISSING:
        printf(_("%s: rows before this one are gone\n"), place);
        break;
    case AUDIT_REWRITTEN:
        printf(_("%s: this row is not the one of the head: the chain was written anew\n"), place);
        break;
    case AUDIT_CUT:
        printf(_("%s: the row that the head has is gone: the chain was cut off\n"), place);
        break;
    case AUDIT_GOOD:
        return EXIT_DONE;
    }
    return EXIT_FINDINGS;
}

static bool is_chain(const struct wire_table *page)
{
    bool good = page->column_count == COLUMNS;
    for (size_t i = 0; good && i < COLUMNS; i++)
        good = strcmp(page->columns[i], expected_columns[i]) == 0;
    return good;
}

static int check_page(struct audit_check *check, const struct wire_table *page)
{
    if (!is_chain(page))
        return report_refusal(WIRE_UNSUPPORTED, "columns", false);
    for (size_t i = 0; i < page->cell_count; i += COLUMNS) {
        const char *const *cell = page->cells + i;
        const struct audit_row row = {cell[0], cell[1], cell[2], cell[3], cell[4],
                                      cell[5], cell[6], cell[7], cell[8]};
        enum audit_fault fault = audit_check_row(check, &row);
        char place[128];
        snprintf(place, sizeof place, "%s/%s/%s", row.chain, row.day, row.number);
        if (fault != AUDIT_GOOD)
            return tell_fault(fault, place);
    }
    return EXIT_DONE;
}

static int check_rows(struct client *client, struct audit_check *check)
{
    struct wire_query query = {.what = QUERY_AUDIT_CHAIN,
                               .campaign = "",
                               .period = "",
                               .unit = "",
                               .indicator = "",
                               .scope = "",
                               .award = ""};
    struct text cursor = {0};
    struct message answer;
    int exit_code;
    bool more = true;
    while (more && (exit_code = query_page(client, &query, &answer)) == EXIT_DONE) {
        exit_code = check_page(check, &answer.table);
        text_free(&cursor);
        more = exit_code == EXIT_DONE && answer.table.cursor.length > 0;
        if (more)
            text_add(&cursor, (const char *)answer.table.cursor.data, answer.table.cursor.length);
        query.cursor = (struct bytes){(const uint8_t *)cursor.data, cursor.length};
        message_clear(&answer);
    }
    text_free(&cursor);
    return exit_code;
}

int audit_verify_run(struct client *client)
{
    const char *file = client->arguments->options[OPT_HEAD];
    struct audit_head head = {0};
    struct audit_check check;
    struct audit_link gone;
    int exit_code = file != NULL ? read_head(client, file, &head) : EXIT_DONE;
    if (exit_code != EXIT_DONE)
        return exit_code;
    audit_check_start(&check, file != NULL ? &head : NULL);
    exit_code = check_rows(client, &check);
    enum audit_fault fault = audit_check_end(&check, &gone);
    if (exit_code == EXIT_DONE && fault != AUDIT_GOOD) {
        char place[128];
        snprintf(place, sizeof place, "%u/%s/%" PRId64, gone.chain, gone.day, gone.number);
        exit_code = tell_fault(fault, place);
    }
    if (exit_code == EXIT_DONE)
        printf(file != NULL ? _("%" PRIu64 " rows, every chain holds and agrees with the head\n")
                            : _("%" PRIu64 " rows, every chain holds\n"),
               check.rows);
    audit_head_clear(&head);
    return exit_code;
}
