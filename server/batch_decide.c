// What becomes of each submission of a batch, in their order: stored already, at fault, or new, with
// its cells counted against the newest entries on record; then receipts under one signature.
#include "server/batch.h"

#include "common/merkle.h"
#include "core/mem.h"
#include "core/score.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

// ---- counting cells

static bool present(const struct entry *entry)
{
    return entry != NULL && entry->state != CELL_WITHDRAW;
}

static bool same_entry(const struct entry *a, const struct entry *b)
{
    return a->state == b->state && a->value_e4 == b->value_e4 &&
           a->has_denominator == b->has_denominator && a->denominator_e4 == b->denominator_e4 &&
           strcmp(a->note, b->note) == 0;
}

// The counter of the receipt that the cell belongs to.
static uint32_t *counter_of(struct wire_receipt *receipt, const struct entry *before,
                            const struct entry *now)
{
    if (now->state == CELL_WITHDRAW)
        return present(before) ? &receipt->withdrawn : &receipt->unchanged;
    if (!present(before))
        return &receipt->created;
    return same_entry(before, now) ? &receipt->unchanged : &receipt->changed;
}

static struct entry entry_of(const struct submission *submission, const struct wire_form *form,
                             size_t i)
{
    return (struct entry){.accepted = INT64_MAX,
                          .value_e4 = form->value_e4[i],
                          .denominator_e4 = form->has_denominator[i] ? form->denominator_e4[i] : 0,
                          .number = submission->numbers[form->indicator[i]],
                          .state = (uint8_t)form->state[i],
                          .has_denominator = form->has_denominator[i],
                          .note = form->note != NULL ? form->note[i] : ""};
}

// `keep`: later submissions of the batch find these entries on record.
static void count_form(struct batch *batch, struct submission *submission, size_t at, bool keep)
{
    const struct wire_form *form = &submission->message.submit.forms[at];
    if (form->count == 0)
        return;
    struct record *record = batch_record(
        batch, form_key(submission->campaign->id, submission->units[at], submission->periods[at]));
    for (size_t i = 0; i < form->count; i++) {
        struct entry now = entry_of(submission, form, i);
        struct entry *before = record->count > 0
                                   ? record_find(record, now.number, now.state == CELL_VERIFIED)
                                   : NULL;
        ++*counter_of(&submission->receipt, before, &now);
        if (keep)
            *(before != NULL ? before : record_add(record, batch->arena)) = now;
    }
}

static void count_cells(struct batch *batch, struct submission *submission, bool keep)
{
    for (size_t form = 0; form < submission->message.submit.form_count; form++)
        count_form(batch, submission, form, keep);
}

// ---- one submission

static bool is_late(const struct submission *submission, int64_t now_us)
{
    const struct campaign *rules = submission->campaign->rules;
    for (size_t i = 0; i < submission->message.submit.form_count; i++) {
        if (submission->then[i] != NO_UNIT &&
            campaign_period_index(rules, submission->periods[i]) >= 0 &&
            period_late(rules, submission->periods[i], now_us, now_us))
            return true;
    }
    return false;
}

static void fill_receipt(const struct batch *batch, struct submission *submission, int64_t accepted)
{
    struct wire_receipt *receipt = &submission->receipt;
    memcpy(receipt->id, submission->message.submit.id, ID_BYTES);
    memcpy(receipt->digest, submission->digest, DIGEST_BYTES);
    receipt->campaign = submission->message.submit.campaign;
    receipt->office = world_tree(submission->world)->units[submission->office].code;
    receipt->late = is_late(submission, batch->now_us);
    receipt->accepted = accepted;
    receipt->accepted_us = batch->now_us;
}

static void decide_stored(struct submission *submission, const struct stored *stored)
{
    if (memcmp(stored->digest, submission->digest, DIGEST_BYTES) != 0) {
        submission->code = WIRE_CONFLICT;
        return;
    }
    submission->code = WIRE_DUPLICATE;
    text_add(&submission->signed_receipt, (const char *)stored->receipt.data,
             stored->receipt.length);
    findings_free(&submission->findings); // it was good by the rules of its day
}

static void decide_twin(struct submission *submission, struct submission *first)
{
    bool same = memcmp(first->digest, submission->digest, DIGEST_BYTES) == 0;
    submission->code = same ? WIRE_DUPLICATE : WIRE_CONFLICT;
    submission->twin = same ? first : NULL;
}

static void forget_decision(struct submission *submission)
{
    submission->code = (enum wire_code)0;
    submission->twin = NULL;
    submission->receipt = (struct wire_receipt){0};
    submission->receipt_bytes.length = submission->signed_receipt.length = 0;
}

static void decide(struct batch *batch, struct submission *submission, struct pair_map *firsts)
{
    const struct wire_submit *submit = &submission->message.submit;
    const struct stored *stored = pair_map_find(&batch->stored, id_key(submit->id));
    void **first = pair_map_at(firsts, id_key(submit->id));
    struct submission *earlier = *first;
    *first = earlier != NULL ? earlier : submission;
    forget_decision(submission);
    if (stored != NULL) {
        decide_stored(submission, stored);
    } else if (earlier != NULL && earlier->code == WIRE_COMMITTED &&
               !earlier->message.submit.dry_run) {
        decide_twin(submission, earlier);
    } else if (submission->verdict != 0) {
        submission->code = submission->verdict;
    } else {
        *first = submission;
        submission->code = WIRE_COMMITTED;
        fill_receipt(batch, submission, submit->dry_run ? 0 : batch->numbers[batch->to_store]);
        count_cells(batch, submission, !submit->dry_run);
        batch->to_store += !submit->dry_run;
    }
}

// ---- receipts

static bool is_new(const struct submission *submission)
{
    return submission->code == WIRE_COMMITTED && !submission->message.submit.dry_run;
}

static void sign(struct batch *batch, const struct identity *identity)
{
    uint8_t(*leaves)[DIGEST_BYTES] = mem_alloc(batch->to_store, DIGEST_BYTES);
    struct wire_signed_receipt receipt = {.count = (uint32_t)batch->to_store};
    size_t at = 0;
    for (size_t i = 0; i < batch->count; i++) {
        struct submission *submission = batch->list[i];
        if (!is_new(submission))
            continue;
        receipt_encode(&submission->receipt, &submission->receipt_bytes);
        merkle_leaf((struct bytes){(const uint8_t *)submission->receipt_bytes.data,
                                   submission->receipt_bytes.length},
                    leaves[at++]);
    }
    struct merkle *tree = merkle_create((const uint8_t(*)[DIGEST_BYTES])leaves, batch->to_store);
    memcpy(receipt.public_key, identity->sign_public, KEY_BYTES);
    crypto_sign_detached(receipt.signature, NULL, merkle_root(tree), DIGEST_BYTES,
                         identity->sign_secret);
    for (size_t i = 0; i < batch->count; i++) {
        struct submission *submission = batch->list[i];
        if (!is_new(submission))
            continue;
        receipt.receipt = (struct bytes){(const uint8_t *)submission->receipt_bytes.data,
                                         submission->receipt_bytes.length};
        receipt.proof_count = merkle_proof(tree, receipt.index, receipt.proof);
        signed_receipt_encode(&receipt, &submission->signed_receipt);
        receipt.index++;
    }
    merkle_destroy(tree);
    free(leaves);
}

void batch_decide(struct batch *batch, const struct identity *identity)
{
    struct pair_map firsts = {0};
    batch->to_store = 0;
    for (size_t i = 0; i < batch->count; i++)
        decide(batch, batch->list[i], &firsts);
    pair_map_free(&firsts);
    if (batch->to_store > 0)
        sign(batch, identity);
}
