// What becomes of each submission of a batch, in their order: stored already, at fault, or new, with
// its cells counted against the newest entries on record; then receipts under one signature.
#include "server/batch.h"

#include "common/merkle.h"
#include "core/deadline.h"
#include "core/decimal.h"
#include "core/mem.h"
#include "server/lock.h"
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
    return (struct entry){.accepted = submission->receipt.accepted,
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
    if (!keep)
        return;
    struct form_row row = {.accepted = submission->receipt.accepted, .at_us = batch->now_us};
    memcpy(row.submission, submission->receipt.id, ID_BYTES);
    record_add_row(record, row, batch->arena);
}

static void count_cells(struct batch *batch, struct submission *submission, bool keep)
{
    for (size_t form = 0; form < submission->message.submit.form_count; form++)
        count_form(batch, submission, form, keep);
}

// ---- stale bases: a correction of what somebody else has changed since

// Does the sender know this entry: is its row among the first `base` of the form, or one of his own?
static bool knows(const struct wire_submit *submit, const struct wire_form *form,
                  const struct record *record, const struct form_row *newest)
{
    size_t place = 0;
    for (size_t i = 0; i < record->row_count; i++)
        place += record->rows[i].accepted <= newest->accepted;
    if (place < form->base) // base is one more than what he knows
        return true;
    for (size_t i = 0; i < submit->own_count; i++) {
        if (memcmp(submit->own[i], newest->submission, ID_BYTES) == 0)
            return true;
    }
    return false;
}

static const struct form_row *row_of(const struct record *record, const struct entry *entry)
{
    for (size_t i = 0; i < record->row_count; i++) {
        if (record->rows[i].accepted == entry->accepted)
            return &record->rows[i];
    }
    return NULL;
}

static void entry_text(const struct entry *entry, struct text *ret)
{
    char number[DECIMAL_TEXT_SIZE];
    if (entry->state == CELL_NA || entry->state == CELL_WITHDRAW) {
        text_addf(ret, "%s", entry->state == CELL_NA ? "na" : "withdraw");
        return;
    }
    decimal_format(entry->value_e4, 4, number);
    text_addf(ret, "%s", number);
    if (entry->has_denominator) {
        decimal_format(entry->denominator_e4, 4, number);
        text_addf(ret, " / %s", number);
    }
}

static void find_stale(struct submission *submission, const struct wire_form *form, size_t cell,
                       const struct entry *now, const struct entry *newest,
                       const struct form_row *row)
{
    struct text sent = {0}, stored = {0};
    char at[INSTANT_TEXT_SIZE];
    struct finding_place place = {
        .file = "", .row = form->row != NULL ? form->row[cell] : 0, .column = "value"};
    entry_text(now, &sent);
    entry_text(newest, &stored);
    instant_text(row->at_us / 1000000, at);
    finding_add(&submission->findings, FINDING_STALE_BASE, place, sent.data, stored.data, at, NULL);
    text_free(&sent);
    text_free(&stored);
}

// How many cells of the form correct something else than what is the newest now. What is the same
// already is no conflict.
static size_t stale_cells(struct batch *batch, struct submission *submission, size_t at)
{
    const struct wire_submit *submit = &submission->message.submit;
    const struct wire_form *form = &submit->forms[at];
    struct record *record = pair_map_find(
        &batch->forms,
        form_key(submission->campaign->id, submission->units[at], submission->periods[at]));
    struct wire_receipt counts = {0};
    size_t stale = 0;
    if (record == NULL || form->base == 0 || form->base > record->row_count)
        return 0;
    for (size_t i = 0; i < form->count; i++) {
        struct entry now = entry_of(submission, form, i);
        struct entry *newest = record_find(record, now.number, now.state == CELL_VERIFIED);
        const struct form_row *row = newest != NULL ? row_of(record, newest) : NULL;
        if (row == NULL || knows(submit, form, record, row) ||
            counter_of(&counts, newest, &now) == &counts.unchanged)
            continue;
        find_stale(submission, form, i, &now, newest, row);
        stale++;
    }
    if (stale == 0)
        return 0;
    if (submission->stale_rows == NULL)
        submission->stale_rows = mem_alloc(submit->form_count, sizeof *submission->stale_rows);
    submission->stale_rows[at] = 1 + (uint32_t)record->row_count;
    return stale;
}

static bool is_stale(struct batch *batch, struct submission *submission)
{
    size_t stale = 0;
    for (size_t i = 0; i < submission->message.submit.form_count; i++)
        stale += stale_cells(batch, submission, i);
    return stale > 0;
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
    if (submission->stale_rows != NULL) { // of an attempt that failed later
        findings_free(&submission->findings);
        free(submission->stale_rows);
        submission->stale_rows = NULL;
    }
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
    } else if (!lock_check(batch, submission) || submission->verdict != 0) {
        submission->code = submission->verdict != 0 ? submission->verdict : WIRE_PERIOD_CLOSED;
    } else if (is_stale(batch, submission)) {
        submission->code = WIRE_STALE_BASE;
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
