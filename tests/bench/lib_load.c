// Submissions made beforehand and receipts checked afterwards; see lib_load.h.
#include "lib_load.h"

#include "common/keys.h"
#include "common/merkle.h"
#include "core/mem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VILLAGES_MAX 64
#define TOLD_MAX 10

static void encode(const struct load *load, size_t number, struct load_item *item)
{
    static struct nation_form forms[VILLAGES_MAX];
    struct wire_form wires[VILLAGES_MAX];
    struct err err = {0};
    const struct nation *nation = &load->nation;
    unsigned commune = (unsigned)(number % nation->communes);
    size_t rest = number / nation->communes;
    for (unsigned i = 0; i < load->forms; i++) {
        unsigned village = load->forms == 1 ? (unsigned)(rest % nation->villages) : i;
        size_t month = load->forms == 1 ? rest / nation->villages : rest;
        nation_form(commune, village, (unsigned)(month % nation->months), &forms[i]);
        wires[i] = forms[i].wire;
    }
    struct message message = {.type = MESSAGE_SUBMIT,
                              .request = number + 1,
                              .submit = {.campaign = NATION_CAMPAIGN,
                                         .office = "",
                                         .indicator_count = NATION_INDICATORS,
                                         .indicators = nation_indicators,
                                         .form_count = load->forms,
                                         .forms = wires}};
    uint8_t hash[HASH_BYTES];
    hash_bytes(&number, sizeof number, hash);
    memcpy(message.submit.id, hash, ID_BYTES);
    message.submit.id[0] = (uint8_t)load->forms; // single ones are others
    if (message_encode(&message, &item->sent, &err) != 0) {
        fprintf(stderr, "load: %s\n", err.text);
        exit(EXIT_FAILURE);
    }
}

void load_create(struct load *load, const struct nation *nation, unsigned forms, size_t first,
                 size_t count)
{
    *load = (struct load){.nation = *nation, .forms = forms, .count = count};
    if (forms > VILLAGES_MAX || forms == 0) {
        fputs("load: a submission has 1 … 64 forms\n", stderr);
        exit(EXIT_FAILURE);
    }
    load->items = mem_alloc(count + 1, sizeof *load->items);
    for (size_t i = 0; i < count; i++)
        encode(load, first + i, &load->items[i]);
}

void load_free(struct load *load)
{
    for (size_t i = 0; i < load->count; i++) {
        text_free(&load->items[i].sent);
        text_free(&load->items[i].answer);
    }
    free(load->items);
}

// ---- checking

// What is wrong with the receipt of an item; NULL: nothing.
static const char *receipt_fault(const struct wire_submit_answer *answer,
                                 const struct wire_submit *sent, const uint8_t *receipt_key)
{
    struct wire_receipt receipt;
    void *memory = NULL;
    uint8_t digest[HASH_BYTES];
    if (!answer->has_receipt || !signed_receipt_valid(&answer->receipt, receipt_key))
        return "no valid signature";
    if (receipt_decode(answer->receipt.receipt.data, answer->receipt.receipt.length, &receipt,
                       &memory) != 0)
        return "receipt cannot be read";
    hash_bytes(sent->body.data, sent->body.length, digest);
    const char *fault = NULL;
    if (memcmp(receipt.id, sent->id, ID_BYTES) != 0)
        fault = "id of another submission";
    else if (memcmp(receipt.digest, digest, DIGEST_BYTES) != 0)
        fault = "digest of other bytes";
    else if (receipt.created + receipt.changed + receipt.unchanged + receipt.withdrawn !=
             sent->cell_count)
        fault = "counts do not add up";
    codec_free(memory);
    return fault;
}

// What is wrong with an answer; NULL: nothing, and *ret_code says what it was.
static const char *answer_fault(const struct load_item *item, const uint8_t *receipt_key,
                                enum wire_code *ret_code)
{
    struct message sent, answer;
    struct err err;
    const char *fault;
    if (message_decode((const uint8_t *)item->answer.data, item->answer.length, &answer, &err) != 0)
        return "answer cannot be read";
    if (message_decode((const uint8_t *)item->sent.data, item->sent.length, &sent, &err) != 0)
        abort();
    *ret_code = answer.submit_answer.code;
    if (answer.type != MESSAGE_SUBMIT_ANSWER)
        fault = "no SubmitAnswer";
    else if (*ret_code != WIRE_COMMITTED && *ret_code != WIRE_DUPLICATE)
        fault = wire_code_name(*ret_code);
    else
        fault = receipt_fault(&answer.submit_answer, &sent.submit, receipt_key);
    message_clear(&sent);
    message_clear(&answer);
    return fault;
}

void load_check(const struct load *load, const uint8_t receipt_key[static KEY_BYTES],
                struct load_counts *ret)
{
    *ret = (struct load_counts){0};
    for (size_t i = 0; i < load->count; i++) {
        const struct load_item *item = &load->items[i];
        enum wire_code code = WIRE_COMMITTED;
        ret->retried += item->attempts > 1;
        ret->busy += item->busy;
        if (item->done_us == 0) {
            ret->missing++;
            continue;
        }
        const char *fault = answer_fault(item, receipt_key, &code);
        if (fault != NULL && ret->wrong++ < TOLD_MAX)
            fprintf(stderr, "load: submission %zu: %s\n", i, fault);
        else if (fault == NULL)
            ++*(code == WIRE_COMMITTED ? &ret->committed : &ret->duplicate);
    }
}

// ---- latencies

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

void load_latencies(const struct load *load, struct load_latencies *ret)
{
    int64_t *all = mem_alloc(load->count + 1, sizeof *all);
    size_t count = 0;
    *ret = (struct load_latencies){0};
    for (size_t i = 0; i < load->count; i++)
        if (load->items[i].done_us != 0)
            all[count++] = load->items[i].done_us - load->items[i].due_us;
    if (count > 0) {
        qsort(all, count, sizeof *all, by_size);
        ret->median_us = all[count / 2];
        ret->p99_us = all[(count - 1) * 99 / 100];
        ret->slowest_us = all[count - 1];
    }
    free(all);
}
