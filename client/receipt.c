// Reading, verifying and showing receipts.
#include "client/receipt.h"

#include "client/report.h"
#include "common/keys.h"
#include "common/merkle.h"
#include "common/words.h"
#include <inttypes.h>
#include <string.h>

int receipt_read(const struct outbox_item *item, struct receipt *ret, struct err *err)
{
    const struct wire_submit_answer *answer = &ret->answer.submit_answer;
    memset(ret, 0, sizeof *ret);
    if (item->answer.data == NULL)
        return err_set(err, ERR_REJECT, "answer", "%s", _("there is no answer yet"));
    if (message_decode((const uint8_t *)item->answer.data, item->answer.length, &ret->answer,
                       err) != 0)
        return -1;
    if (ret->answer.type != MESSAGE_SUBMIT_ANSWER) {
        receipt_clear(ret);
        return err_set(err, ERR_REJECT, "answer", "%s", _("the answer is no answer to this"));
    }
    ret->there = answer->has_receipt &&
                 receipt_decode(answer->receipt.receipt.data, answer->receipt.receipt.length,
                                &ret->receipt, &ret->memory) == 0;
    return 0;
}

void receipt_clear(struct receipt *receipt)
{
    message_clear(&receipt->answer);
    codec_free(receipt->memory);
    receipt->memory = NULL;
    receipt->there = false;
}

// BLAKE2b-256 of the Submit inside the envelope that we keep.
static bool digest_fits(const struct outbox_item *item, const uint8_t digest[DIGEST_BYTES])
{
    struct message sent;
    uint8_t ours[HASH_BYTES];
    if (message_decode((const uint8_t *)item->envelope.data, item->envelope.length, &sent, NULL) !=
        0)
        return false;
    bool is_submit = sent.type == MESSAGE_SUBMIT;
    if (is_submit)
        hash_bytes(sent.submit.body.data, sent.submit.body.length, ours);
    message_clear(&sent);
    return is_submit && memcmp(ours, digest, DIGEST_BYTES) == 0;
}

const char *receipt_doubt(const struct receipt *receipt, const struct outbox_item *item)
{
    const struct wire_receipt *said = &receipt->receipt;
    if (!receipt->there)
        return N_("the server has given no receipt");
    if (!signed_receipt_valid(&receipt->answer.submit_answer.receipt, NULL))
        return N_("the signature is not valid");
    if (memcmp(said->id, item->id, ID_BYTES) != 0 || strcmp(said->campaign, item->campaign) != 0)
        return N_("the receipt is for another submission");
    if (!digest_fits(item, said->digest))
        return N_("the receipt is for other content");
    uint64_t sum = (uint64_t)said->created + said->changed + said->unchanged + said->withdrawn;
    if (sum != item->cells)
        return N_("the receipt's numbers do not add up to what was sent");
    return NULL;
}

struct table *receipt_table(enum format format)
{
    static const char *const columns[] = {"number",   "file",      "office",    "created",
                                          "changed",  "unchanged", "withdrawn", "late",
                                          "accepted", "submission"};
    return table_create(stdout, format, columns, sizeof columns / sizeof columns[0]);
}

void receipt_row(struct table *table, const struct outbox_item *item,
                 const struct wire_receipt *receipt)
{
    char number[24] = "", counts[4][16], accepted[INSTANT_TEXT_SIZE], id[UUID_TEXT_SIZE];
    const uint32_t values[4] = {receipt->created, receipt->changed, receipt->unchanged,
                                receipt->withdrawn};
    if (item->number > 0)
        snprintf(number, sizeof number, "%" PRId64, item->number);
    for (size_t i = 0; i < 4; i++)
        snprintf(counts[i], sizeof counts[i], "%" PRIu32, values[i]);
    instant_format(receipt->accepted_us, accepted);
    uuid_format(item->id, id);
    table_row(table,
              (const char *[]){number, item->file, receipt->office, counts[0], counts[1], counts[2],
                               counts[3], receipt->late ? "yes" : "no", accepted, id});
}
