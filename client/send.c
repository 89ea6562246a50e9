// One item at a time: send, read the answer, write down what became of it.
#include "client/send.h"

#include "client/base.h"
#include "client/progress.h"
#include "client/report.h"
#include "client/talk.h"
#include <inttypes.h>

static void worse(struct sending *sending, int exit_code)
{
    if (sending->exit_code == EXIT_DONE)
        sending->exit_code = exit_code;
}

// COMMITTED and DUPLICATE: it is there.
static bool is_stored(enum wire_code code)
{
    return code == WIRE_COMMITTED || code == WIRE_DUPLICATE;
}

static void tell_stored(struct sending *sending, const struct outbox_item *item,
                        const struct receipt *receipt)
{
    const char *doubt = receipt_doubt(receipt, item);
    if (item->number < sending->own_from)
        complain(_("submission %" PRId64 " (%s), handed in earlier, has been sent"), item->number,
                 item->file);
    else if (receipt->there) {
        if (sending->receipts == NULL)
            sending->receipts = receipt_table(format_of(sending->client->arguments));
        receipt_row(sending->receipts, item, &receipt->receipt);
    }
    if (doubt != NULL) {
        complain(_("submission %" PRId64 " (%s): %s"), item->number, item->file, _(doubt));
        worse(sending, EXIT_ERROR);
    }
}

static void tell_refused(struct sending *sending, const struct outbox_item *item,
                         const struct wire_submit_answer *answer)
{
    if (item->number < sending->own_from) {
        complain(_("submission %" PRId64 " (%s), handed in earlier, was refused; “thidua outbox "
                   "show %" PRId64 "” tells why"),
                 item->number, item->file, item->number);
        return;
    }
    complain(_("submission %" PRId64 " (%s) was refused and stays in the outbox"), item->number,
             item->file);
    findings_of_file(&answer->findings, item->file, &sending->findings);
    sending->findings_left_out += answer->findings.left_out;
    worse(sending, report_refusal(answer->code, "", answer->findings.count > 0));
}

// A newer entry stands against it; what it is, the user sees now.
static void settle_stale(struct sending *sending, const struct outbox_item *item,
                         const struct wire_submit_answer *answer)
{
    struct message sent;
    if (message_decode((const uint8_t *)item->envelope.data, item->envelope.length, &sent, NULL) !=
        0)
        return;
    if (sent.type == MESSAGE_SUBMIT)
        base_shown(sending->outbox, &sent.submit, answer);
    message_clear(&sent);
}

// Writes down what became of the item. 0, or -1 after a complaint.
static int settle(struct sending *sending, struct outbox_item *item, struct bytes bytes)
{
    struct receipt receipt;
    struct err err = {0};
    text_add(&item->answer, (const char *)bytes.data, bytes.length);
    if (receipt_read(item, &receipt, &err) != 0) {
        complain_err(&err);
        return -1;
    }
    const struct wire_submit_answer *answer = &receipt.answer.submit_answer;
    bool stored = is_stored(answer->code);
    int status = outbox_settle(sending->outbox, item->number, stored ? OUTBOX_SENT : OUTBOX_REFUSED,
                               receipt.there ? receipt.receipt.office : item->office, bytes, &err);
    if (status != 0)
        complain_err(&err);
    else if (stored)
        tell_stored(sending, item, &receipt);
    else {
        tell_refused(sending, item, answer);
        if (answer->code == WIRE_STALE_BASE)
            settle_stale(sending, item, answer);
    }
    receipt_clear(&receipt);
    return status;
}

// With --wait the first failure is told, then it is tried for ever.
static int ask(struct sending *sending, struct talk *talk, const struct question *question,
               struct message *answer)
{
    struct err err = {0};
    int status = talk_ask(talk, question, answer, &err);
    if (status != 0 && err.kind == ERR_RETRY && sending->wait) {
        complain(_("%s; waiting for it"), err.text);
        talk_set_patience(talk, TALK_FOR_EVER);
        status = talk_ask(talk, question, answer, &err);
    }
    if (status != 0)
        complain_err(&err);
    return status;
}

// 0: settled; -1: it waits on, and so does all that comes after it.
static int send_item(struct sending *sending, struct outbox_item *item)
{
    struct question question = {.request = item->request, .message = item->envelope};
    struct talk *talk = client_talk(sending->client);
    struct message answer;
    if (talk == NULL || ask(sending, talk, &question, &answer) != 0)
        return -1;
    int status = -1;
    if (answer.type == MESSAGE_SUBMIT_ANSWER)
        status = settle(sending, item, talk_answer_bytes(talk));
    else // about our key, not about the submission
        report_refusal(answer.type == MESSAGE_ANSWER ? answer.answer.code : WIRE_UNSUPPORTED,
                       answer.type == MESSAGE_ANSWER ? answer.answer.text : "", false);
    message_clear(&answer);
    return status;
}

static void send_all(struct sending *sending)
{
    struct outbox_item item;
    struct err err = {0};
    int64_t number = 0;
    size_t total = outbox_count(sending->outbox, 1, OUTBOX_WAITING), done = 0;
    int status = 0;
    while (status == 0) {
        int found = outbox_next(sending->outbox, number, OUTBOX_WAITING, &item, &err);
        if (found < 0)
            complain_err(&err);
        if (found != 1)
            break;
        number = item.number;
        progress_show(_("sending"), done++, total);
        status = send_item(sending, &item);
        outbox_item_clear(&item);
    }
    progress_end();
}

void send_waiting(struct sending *sending)
{
    struct talk *talk = client_talk(sending->client);
    struct err err = {0};
    int64_t patience = talk == NULL ? 0 : sending->wait ? TALK_FOR_EVER : talk_patience(talk);
    if (outbox_lock(sending->outbox, patience, &err) == 0) {
        if (talk != NULL)
            send_all(sending);
        outbox_unlock(sending->outbox);
    } else
        complain_err(&err);
    sending->own_waiting = outbox_count(sending->outbox, sending->own_from, OUTBOX_WAITING);
}

int send_finish(struct sending *sending)
{
    if (sending->own_waiting > 0) {
        complain(_("saved in the outbox, to be sent by the next submit or by “thidua outbox send”: "
                   "%zu"),
                 sending->own_waiting);
        worse(sending, EXIT_QUEUED);
    }
    // stdout holds one table: the receipts when there are any, else the findings.
    findings_sort(&sending->findings);
    if (sending->findings.count > 0)
        report_findings(&sending->findings, sending->findings_left_out,
                        sending->receipts != NULL ? FORMAT_TEXT
                                                  : format_of(sending->client->arguments),
                        stderr);
    table_finish(sending->receipts);
    findings_free(&sending->findings);
    return sending->exit_code;
}
