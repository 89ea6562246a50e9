// Receipts: what proves what a commune handed in and when.
#ifndef THIDUA_CLIENT_RECEIPT_H
#define THIDUA_CLIENT_RECEIPT_H

#include "client/outbox.h"
#include "client/table.h"

// The answer that settled an item, taken apart (receipt_clear it).
struct receipt {
    struct message answer; // SUBMIT_ANSWER
    struct wire_receipt receipt;
    void *memory;
    bool there; // the answer has a receipt
};
// -1: the answer cannot be read.
int receipt_read(const struct outbox_item *item, struct receipt *ret, struct err *err);
void receipt_clear(struct receipt *receipt);

// Is it the receipt of just these bytes, do its numbers add up, and is the signature that of the key it
// names? NULL: yes; else what is wrong (msgid).
const char *receipt_doubt(const struct receipt *receipt, const struct outbox_item *item);

// One line for each receipt.
struct table *receipt_table(enum format format);
void receipt_row(struct table *table, const struct outbox_item *item,
                 const struct wire_receipt *receipt);

#endif
