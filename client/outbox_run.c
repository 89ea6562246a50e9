// The outbox commands: list, send, show, drop (verify: outbox_verify.c).
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

// The columns of outbox show, in their order.
enum {
    SHOW_NUMBER,
    SHOW_SUBMISSION,
    SHOW_CAMPAIGN,
    SHOW_OFFICE,
    SHOW_FILE,
    SHOW_CELLS,
    SHOW_SAVED,
    SHOW_STATE,
    SHOW_ANSWER,
    SHOW_CREATED,
    SHOW_CHANGED,
    SHOW_UNCHANGED,
    SHOW_WITHDRAWN,
    SHOW_LATE,
    SHOW_ACCEPTANCE,
    SHOW_ACCEPTED,
    SHOW_DIGEST,
    SHOW_KEY,
    SHOW_SIGNATURE,
    SHOW_EARLIER_ACCEPTANCE,
    SHOW_EARLIER_ACCEPTED,
    SHOW_COLUMNS
};
static const char *const show_columns[SHOW_COLUMNS] = {
    "number",          "submission", "campaign",    "office",    "file",
    "cells",           "saved",      "state",       "answer",    "created",
    "changed",         "unchanged",  "withdrawn",   "late",      "acceptance",
    "accepted",        "digest",     "receipt_key", "signature", "earlier_acceptance",
    "earlier_accepted"};
#define SHOW_TEXT_SIZE 80

static void number_cell(char text[static SHOW_TEXT_SIZE], int64_t value)
{
    snprintf(text, SHOW_TEXT_SIZE, "%" PRId64, value);
}

static void receipt_cells(const struct receipt *receipt,
                          char texts[static SHOW_COLUMNS][SHOW_TEXT_SIZE])
{
    const struct wire_receipt *said = &receipt->receipt;
    number_cell(texts[SHOW_CREATED], said->created);
    number_cell(texts[SHOW_CHANGED], said->changed);
    number_cell(texts[SHOW_UNCHANGED], said->unchanged);
    number_cell(texts[SHOW_WITHDRAWN], said->withdrawn);
    snprintf(texts[SHOW_LATE], SHOW_TEXT_SIZE, "%s", said->late ? "yes" : "no");
    number_cell(texts[SHOW_ACCEPTANCE], said->accepted);
    instant_format(said->accepted_us, texts[SHOW_ACCEPTED]);
    sodium_bin2hex(texts[SHOW_DIGEST], SHOW_TEXT_SIZE, said->digest, DIGEST_BYTES);
    sodium_bin2hex(texts[SHOW_KEY], SHOW_TEXT_SIZE,
                   receipt->answer.submit_answer.receipt.public_key, KEY_BYTES);
}

// Of the first receipt, when the server's store had lost it and the item was sent again.
static void earlier_cells(struct outbox *outbox, const struct outbox_item *item,
                          char texts[static SHOW_COLUMNS][SHOW_TEXT_SIZE])
{
    struct outbox_item earlier = *item; // borrows all but the answer
    struct receipt receipt;
    memset(&earlier.answer, 0, sizeof earlier.answer);
    if (outbox_earlier(outbox, item->number, &earlier.answer, NULL) == 1 &&
        receipt_read(&earlier, &receipt, NULL) == 0) {
        if (receipt_doubt(&receipt, &earlier) == NULL) {
            number_cell(texts[SHOW_EARLIER_ACCEPTANCE], receipt.receipt.accepted);
            instant_format(receipt.receipt.accepted_us, texts[SHOW_EARLIER_ACCEPTED]);
        }
        receipt_clear(&receipt);
    }
    text_free(&earlier.answer);
}

static void show_item(enum format format, struct outbox *outbox, const struct outbox_item *item,
                      const struct receipt *receipt)
{
    char texts[SHOW_COLUMNS][SHOW_TEXT_SIZE] = {""};
    const char *cells[SHOW_COLUMNS];
    for (size_t i = 0; i < SHOW_COLUMNS; i++)
        cells[i] = texts[i];
    number_cell(texts[SHOW_NUMBER], item->number);
    uuid_format(item->id, texts[SHOW_SUBMISSION]);
    cells[SHOW_CAMPAIGN] = item->campaign;
    cells[SHOW_OFFICE] = item->office;
    cells[SHOW_FILE] = item->file;
    number_cell(texts[SHOW_CELLS], item->cells);
    instant_format(item->saved_us, texts[SHOW_SAVED]);
    cells[SHOW_STATE] = outbox_state_names[item->state];
    if (item->state != OUTBOX_WAITING)
        cells[SHOW_ANSWER] = wire_code_name(receipt->answer.submit_answer.code);
    if (receipt->there) {
        const char *doubt = receipt_doubt(receipt, item);
        receipt_cells(receipt, texts);
        cells[SHOW_SIGNATURE] = doubt == NULL ? "valid" : doubt;
    }
    earlier_cells(outbox, item, texts);
    struct table *table = table_create(stdout, format, show_columns, SHOW_COLUMNS);
    table_upright(table);
    table_row(table, cells);
    table_finish(table);
}

static void show_findings(const struct outbox_item *item, const struct receipt *receipt)
{
    const struct wire_findings *wire = &receipt->answer.submit_answer.findings;
    struct findings findings = {0};
    findings_of_file(wire, item->file, &findings);
    report_findings(&findings, wire->left_out, FORMAT_TEXT, stderr);
    findings_free(&findings);
}

int outbox_show_run(struct client *client)
{
    struct outbox *outbox = NULL;
    struct outbox_item item;
    struct receipt receipt = {.there = false};
    struct err err = {0};
    int exit_code = find_item(client, &outbox, &item);
    if (exit_code != EXIT_DONE)
        return exit_code;
    if (item.state != OUTBOX_WAITING && receipt_read(&item, &receipt, &err) != 0)
        exit_code = complain_err(&err);
    else {
        show_item(format_of(client->arguments), outbox, &item, &receipt);
        if (item.state == OUTBOX_REFUSED)
            show_findings(&item, &receipt);
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
    struct outbox *outbox = NULL;
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
