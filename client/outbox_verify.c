// outbox verify: does the server still have what it has given receipts for? After its database was
// restored from a backup it may not; the outbox has the proof and the very bytes.
#include "client/client.h"
#include "client/outbox.h"
#include "client/receipt.h"
#include "client/report.h"
#include "client/show.h"
#include "client/talk.h"
#include "core/mem.h"
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum found {
    FOUND_STORED,
    FOUND_MISSING,
    FOUND_OTHER_RECEIPT, // the same content, accepted another time
    FOUND_OTHER_CONTENT, // under the same id
    FOUND_REPLACED,      // missing, but a later submission has its cells
    FOUND_COUNT
};
static const char *const found_words[FOUND_COUNT] = {
    [FOUND_STORED] = "stored",
    [FOUND_MISSING] = "missing",
    [FOUND_OTHER_RECEIPT] = "other_receipt",
    [FOUND_OTHER_CONTENT] = "other_content",
    [FOUND_REPLACED] = "replaced",
};

struct checked {
    int64_t number;
    enum found found;
    const char *doubt; // about its receipt; NULL: none
};
struct verifying {
    struct client *client;
    struct outbox *outbox;
    struct checked *list; // of the sent ones, in their order
    size_t count, capacity;
    uint8_t key[KEY_BYTES]; // that signs the server's receipts
};

// ---- one receipt

static const char *cell_named(const struct wire_table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count && i < table->cell_count; i++) {
        if (strcmp(table->columns[i], name) == 0)
            return table->cells[i];
    }
    return "";
}

static bool number_is(const struct wire_table *table, const char *name, int64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, number);
    return strcmp(cell_named(table, name), text) == 0;
}

static enum found compare(const struct wire_receipt *receipt, const struct wire_table *table)
{
    char digest[2 * DIGEST_BYTES + 1];
    sodium_bin2hex(digest, sizeof digest, receipt->digest, DIGEST_BYTES);
    if (table->cell_count == 0)
        return FOUND_MISSING;
    if (strcmp(cell_named(table, "digest"), digest) != 0)
        return FOUND_OTHER_CONTENT;
    bool same = number_is(table, "accepted", receipt->accepted) &&
                number_is(table, "created", receipt->created) &&
                number_is(table, "changed", receipt->changed) &&
                number_is(table, "unchanged", receipt->unchanged) &&
                number_is(table, "withdrawn", receipt->withdrawn);
    return same ? FOUND_STORED : FOUND_OTHER_RECEIPT;
}

static const char *doubt_of(const struct verifying *verifying, const struct receipt *receipt,
                            const struct outbox_item *item)
{
    const char *doubt = receipt_doubt(receipt, item);
    const uint8_t *signer = receipt->answer.submit_answer.receipt.public_key;
    if (doubt == NULL && memcmp(signer, verifying->key, KEY_BYTES) != 0)
        doubt = N_("the receipt is signed by another key than this server's");
    return doubt;
}

// An exit code; EXIT_DONE: the item is in the list.
static int check_item(struct verifying *verifying, const struct outbox_item *item)
{
    const struct wire_query query = {.what = QUERY_SUBMISSION,
                                     .campaign = "",
                                     .period = "",
                                     .unit = "",
                                     .indicator = "",
                                     .scope = "",
                                     .id = {item->id, ID_BYTES}};
    struct receipt receipt;
    struct message answer;
    struct err err = {0};
    if (receipt_read(item, &receipt, &err) != 0)
        return complain_err(&err);
    int exit_code = query_page(verifying->client, &query, &answer);
    if (exit_code == EXIT_DONE) {
        *MEM_PUSH(verifying->list, verifying->count, verifying->capacity) = (struct checked){
            .number = item->number,
            .found = compare(&receipt.receipt, &answer.table),
            .doubt = doubt_of(verifying, &receipt, item)};
        message_clear(&answer);
    }
    receipt_clear(&receipt);
    return exit_code;
}

static int check_all(struct verifying *verifying)
{
    struct outbox_item item;
    struct err err = {0};
    int64_t number = 0;
    int found, exit_code = EXIT_DONE;
    while (exit_code == EXIT_DONE &&
           (found = outbox_next(verifying->outbox, number, OUTBOX_SENT, &item, &err)) != 0) {
        if (found < 0)
            return complain_err(&err);
        number = item.number;
        exit_code = check_item(verifying, &item);
        outbox_item_clear(&item);
    }
    return exit_code;
}

// The key that signs receipts, from the server that answers.
static int ask_key(struct verifying *verifying)
{
    struct message question = {.type = MESSAGE_PING}, answer;
    struct talk *talk = client_talk(verifying->client);
    struct err err = {0};
    int exit_code = EXIT_DONE;
    if (talk == NULL)
        return EXIT_ERROR;
    if (talk_message(talk, &question, TALK_QUICK, &answer, &err) != 0)
        return complain_err(&err);
    if (answer.type == MESSAGE_PONG && answer.pong.receipt_key.length == KEY_BYTES)
        memcpy(verifying->key, answer.pong.receipt_key.data, KEY_BYTES);
    else
        exit_code = report_refusal(answer.type == MESSAGE_ANSWER ? answer.answer.code
                                                                 : WIRE_UNSUPPORTED,
                                   answer.type == MESSAGE_ANSWER ? answer.answer.text : "", false);
    message_clear(&answer);
    return exit_code;
}

// ---- what has been replaced since

static bool same_indicator(const struct wire_submit *a, const struct wire_form *of_a,
                           const struct wire_submit *b, const struct wire_form *of_b)
{
    for (size_t i = 0; i < of_a->count; i++) {
        for (size_t j = 0; j < of_b->count; j++) {
            if (strcmp(a->indicators[of_a->indicator[i]], b->indicators[of_b->indicator[j]]) == 0)
                return true;
        }
    }
    return false;
}

// Do two submissions speak of one cell?
static bool overlap(const struct wire_submit *a, const struct wire_submit *b)
{
    if (strcmp(a->campaign, b->campaign) != 0)
        return false;
    for (size_t i = 0; i < a->form_count; i++) {
        for (size_t j = 0; j < b->form_count; j++) {
            const struct wire_form *of_a = &a->forms[i], *of_b = &b->forms[j];
            if (strcmp(of_a->unit, of_b->unit) == 0 && strcmp(of_a->period, of_b->period) == 0 &&
                same_indicator(a, of_a, b, of_b))
                return true;
        }
    }
    return false;
}

// What was sent as number; -1 after a complaint.
static int sent_read(struct verifying *verifying, int64_t number, struct message *ret)
{
    struct outbox_item item;
    struct err err = {0};
    int status = -1;
    if (outbox_next(verifying->outbox, number - 1, OUTBOX_SENT, &item, &err) == 1) {
        status = message_decode((const uint8_t *)item.envelope.data, item.envelope.length, ret,
                                &err);
        outbox_item_clear(&item);
    }
    if (status == 0 && ret->type != MESSAGE_SUBMIT) {
        message_clear(ret);
        status = err_set(&err, ERR_REJECT, "outbox", "%s",
                         _("an item of the outbox is no submission"));
    }
    if (status != 0)
        complain_err(&err);
    return status;
}

// Sent again, a missing submission would be the newest: one whose cells a later one has, that is on
// record, must not. From the newest to the oldest, for one that stays away may itself have replaced others.
static int find_replaced(struct verifying *verifying)
{
    for (size_t i = verifying->count; i-- > 0;) {
        struct checked *old = &verifying->list[i];
        struct message lost, later;
        if (old->found != FOUND_MISSING)
            continue;
        if (sent_read(verifying, old->number, &lost) != 0)
            return EXIT_ERROR;
        for (size_t j = i + 1; j < verifying->count && old->found == FOUND_MISSING; j++) {
            if (verifying->list[j].found == FOUND_MISSING)
                continue;
            if (sent_read(verifying, verifying->list[j].number, &later) != 0) {
                message_clear(&lost);
                return EXIT_ERROR;
            }
            if (overlap(&lost.submit, &later.submit))
                old->found = FOUND_REPLACED;
            message_clear(&later);
        }
        message_clear(&lost);
    }
    return EXIT_DONE;
}

// ---- what comes of it

static bool can_wait_again(const struct checked *checked)
{
    return checked->found == FOUND_MISSING || checked->found == FOUND_OTHER_RECEIPT;
}

static int requeue(struct verifying *verifying)
{
    struct err err = {0};
    int status = outbox_begin(verifying->outbox, &err);
    for (size_t i = 0; i < verifying->count && status == 0; i++) {
        if (can_wait_again(&verifying->list[i]))
            status = outbox_requeue(verifying->outbox, verifying->list[i].number, &err);
    }
    if (status == 0)
        status = outbox_commit(verifying->outbox, &err);
    return status == 0 ? EXIT_DONE : complain_err(&err);
}

static void show_checked(struct verifying *verifying)
{
    static const char *const columns[] = {"number", "campaign",  "office",    "file",
                                          "saved",  "on_record", "signature", "submission"};
    const struct arguments *arguments = verifying->client->arguments;
    struct table *table = table_create(stdout, format_of(arguments), columns,
                                       sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < verifying->count; i++) {
        const struct checked *checked = &verifying->list[i];
        struct outbox_item item;
        char number[24], saved[INSTANT_TEXT_SIZE], id[UUID_TEXT_SIZE];
        bool good = checked->found == FOUND_STORED && checked->doubt == NULL;
        if ((good && arguments->options[OPT_ALL] == NULL) ||
            outbox_next(verifying->outbox, checked->number - 1, OUTBOX_SENT, &item, NULL) != 1)
            continue;
        snprintf(number, sizeof number, "%" PRId64, item.number);
        instant_format(item.saved_us, saved);
        uuid_format(item.id, id);
        table_row(table, (const char *[]){number, item.campaign, item.office, item.file, saved,
                                          found_words[checked->found],
                                          checked->doubt != NULL ? checked->doubt : "valid", id});
        outbox_item_clear(&item);
    }
    table_finish(table);
}

// Counts, says what to do, and gives the exit code.
static int conclude(const struct verifying *verifying, bool again)
{
    size_t back = 0, other = 0;
    for (size_t i = 0; i < verifying->count; i++) {
        const struct checked *checked = &verifying->list[i];
        back += can_wait_again(checked);
        other += checked->found == FOUND_REPLACED || checked->found == FOUND_OTHER_CONTENT ||
                 checked->doubt != NULL;
    }
    complain(_("receipts compared: %zu; not on record as the receipt says: %zu"), verifying->count,
             back + other);
    if (back > 0 && again)
        complain(_("they wait to be sent again, by “thidua outbox send”: %zu"), back);
    else if (back > 0)
        complain(_("“thidua outbox verify --requeue” puts them back to be sent again: %zu"), back);
    if (other > 0 || (back > 0 && !again))
        return EXIT_FINDINGS;
    return back > 0 ? EXIT_QUEUED : EXIT_DONE;
}

int outbox_verify_run(struct client *client)
{
    struct verifying verifying = {.client = client, .outbox = client_outbox(client)};
    bool again = client->arguments->options[OPT_REQUEUE] != NULL;
    struct err err = {0};
    int exit_code = EXIT_DONE;
    if (verifying.outbox == NULL)
        return EXIT_ERROR;
    if (again && outbox_lock(verifying.outbox, 0, &err) != 0)
        exit_code = complain_err(&err);
    if (exit_code == EXIT_DONE)
        exit_code = ask_key(&verifying);
    if (exit_code == EXIT_DONE)
        exit_code = check_all(&verifying);
    if (exit_code == EXIT_DONE)
        exit_code = find_replaced(&verifying);
    if (exit_code == EXIT_DONE) {
        show_checked(&verifying);
        exit_code = again ? requeue(&verifying) : EXIT_DONE;
    }
    if (exit_code == EXIT_DONE)
        exit_code = conclude(&verifying, again);
    free(verifying.list);
    outbox_close(verifying.outbox);
    return exit_code;
}
