// The outbox commands: list, send, show, drop.
#include "client/client.h"
#include "client/outbox.h"
#include "client/receipt.h"
#include "client/report.h"
#include "client/send.h"
#include "client/settings.h"
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

struct outbox *client_outbox(const struct client *client)
{
    char file[PATH_MAX];
    struct err err = {0};
    struct outbox *outbox = NULL;
    if (settings_path(client->config, "outbox", file, &err) == 0)
        outbox = outbox_open(file, &err);
    if (outbox == NULL)
        complain_err(&err);
    return outbox;
}

// ---- list

static void list_item(struct table *table, const struct outbox_item *item)
{
    char number[24], cells[16], saved[INSTANT_TEXT_SIZE], id[UUID_TEXT_SIZE];
    struct receipt receipt = {.there = false};
    const char *code = "";
    snprintf(number, sizeof number, "%" PRId64, item->number);
    snprintf(cells, sizeof cells, "%" PRIu32, item->cells);
    instant_format(item->saved_us, saved);
    uuid_format(item->id, id);
    if (item->state != OUTBOX_WAITING && receipt_read(item, &receipt, NULL) == 0)
        code = wire_code_name(receipt.answer.submit_answer.code);
    table_row(table, (const char *[]){number, outbox_state_names[item->state], item->campaign,
                                      item->office, item->file, cells, saved, code, id});
    receipt_clear(&receipt);
}

int outbox_list_run(struct client *client)
{
    static const char *const columns[] = {"number", "state", "campaign", "office",    "file",
                                          "cells",  "saved", "answer",   "submission"};
    struct outbox *outbox = client_outbox(client);
    bool all = client->arguments->options[OPT_ALL] != NULL;
    struct outbox_item item;
    struct err err = {0};
    int64_t number = 0;
    int found;
    if (outbox == NULL)
        return EXIT_ERROR;
    struct table *table = table_create(stdout, format_of(client->arguments), columns,
                                       sizeof columns / sizeof columns[0]);
    while ((found = outbox_next(outbox, number, OUTBOX_STATES, &item, &err)) == 1) {
        if (all || item.state != OUTBOX_SENT)
            list_item(table, &item);
        number = item.number;
        outbox_item_clear(&item);
    }
    table_finish(table);
    outbox_close(outbox);
    return found == 0 ? EXIT_DONE : complain_err(&err);
}

// ---- send

int outbox_send_run(struct client *client)
{
    struct sending sending = {.client = client,
                              .outbox = client_outbox(client),
                              .own_from = 1,
                              .wait = client->arguments->options[OPT_WAIT] != NULL};
    if (sending.outbox == NULL)
        return EXIT_ERROR;
    send_waiting(&sending);
    int exit_code = send_finish(&sending);
    outbox_close(sending.outbox);
    return exit_code;
}

// ---- show and drop

// EXIT_DONE with the item that the argument names, or another code after a complaint.
static int find_item(struct client *client, struct outbox **ret_outbox, struct outbox_item *ret)
{
    const char *name = argument(client->arguments, 0);
    struct outbox *outbox = client_outbox(client);
    struct err err = {0};
    if (outbox == NULL)
        return EXIT_ERROR;
    int found = outbox_find(outbox, name, ret, &err);
    if (found == 1) {
        *ret_outbox = outbox;
        return EXIT_DONE;
    }
    outbox_close(outbox);
    if (found < 0)
        return complain_err(&err);
    complain(_("there is no submission %s in the outbox"), name);
    return EXIT_NOT_FOUND;
}

static void show_row(struct table *table, const char *item, const char *value)
{
    table_row(table, (const char *[]){item, value});
}

static void show_number(struct table *table, const char *item, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    show_row(table, item, text);
}

static void show_receipt(struct table *table, const struct outbox_item *item,
                         const struct receipt *receipt)
{
    const struct wire_receipt *said = &receipt->receipt;
    const char *doubt = receipt_doubt(receipt, item);
    char accepted[INSTANT_TEXT_SIZE], digest[2 * DIGEST_BYTES + 1], key[2 * KEY_BYTES + 1];
    instant_format(said->accepted_us, accepted);
    sodium_bin2hex(digest, sizeof digest, said->digest, DIGEST_BYTES);
    sodium_bin2hex(key, sizeof key, receipt->answer.submit_answer.receipt.public_key, KEY_BYTES);
    show_number(table, "created", said->created);
    show_number(table, "changed", said->changed);
    show_number(table, "unchanged", said->unchanged);
    show_number(table, "withdrawn", said->withdrawn);
    show_row(table, "late", said->late ? _("yes") : _("no"));
    show_number(table, "acceptance", said->accepted);
    show_row(table, "accepted", accepted);
    show_row(table, "digest", digest);
    show_row(table, "receipt_key", key);
    show_row(table, "signature", doubt == NULL ? _("valid") : _(doubt));
}

static void show_item(struct table *table, const struct outbox_item *item,
                      const struct receipt *receipt)
{
    char saved[INSTANT_TEXT_SIZE], id[UUID_TEXT_SIZE];
    instant_format(item->saved_us, saved);
    uuid_format(item->id, id);
    show_number(table, "number", item->number);
    show_row(table, "submission", id);
    show_row(table, "campaign", item->campaign);
    show_row(table, "office", item->office);
    show_row(table, "file", item->file);
    show_number(table, "cells", item->cells);
    show_row(table, "saved", saved);
    show_row(table, "state", _(outbox_state_names[item->state]));
    if (item->state == OUTBOX_WAITING)
        return;
    show_row(table, "answer", _(wire_code_name(receipt->answer.submit_answer.code)));
    if (receipt->there)
        show_receipt(table, item, receipt);
}

int outbox_show_run(struct client *client)
{
    static const char *const columns[] = {"item", "content"};
    struct outbox *outbox;
    struct outbox_item item;
    struct receipt receipt = {.there = false};
    struct err err = {0};
    int exit_code = find_item(client, &outbox, &item);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (item.state != OUTBOX_WAITING && receipt_read(&item, &receipt, &err) != 0)
        exit_code = complain_err(&err);
    else {
        struct table *table = table_create(stdout, FORMAT_TEXT, columns, 2);
        show_item(table, &item, &receipt);
        table_finish(table);
        if (item.state == OUTBOX_REFUSED) {
            struct findings findings = {0};
            findings_of_file(&receipt.answer.submit_answer.findings, item.file, &findings);
            report_findings(&findings, receipt.answer.submit_answer.findings.left_out, FORMAT_TEXT,
                            stdout);
            findings_free(&findings);
        }
        if (item.state == OUTBOX_SENT && receipt_doubt(&receipt, &item) != NULL)
            exit_code = EXIT_FINDINGS;
    }
    receipt_clear(&receipt);
    outbox_item_clear(&item);
    outbox_close(outbox);
    return exit_code;
}

int outbox_drop_run(struct client *client)
{
    struct outbox *outbox;
    struct outbox_item item;
    struct err err = {0};
    int exit_code = find_item(client, &outbox, &item);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (outbox_drop(outbox, item.number, &err) != 0)
        exit_code = complain_err(&err);
    outbox_item_clear(&item);
    outbox_close(outbox);
    return exit_code;
}
