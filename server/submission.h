// One submission on its way: as received, as checked, and what it is answered.
#ifndef THIDUA_SERVER_SUBMISSION_H
#define THIDUA_SERVER_SUBMISSION_H

#include "core/entry.h"
#include "server/answer.h"
#include "server/world.h"

struct submission {
    struct asker asker;
    struct message message; // MESSAGE_SUBMIT, owned
    uint8_t digest[DIGEST_BYTES];
    // the check, by one world
    struct world *world; // held
    const struct world_campaign *campaign;
    enum wire_code verdict; // 0: it may be stored, if no period is locked; else what it is answered
    struct findings findings;
    uint32_t office;        // of the tree; NO_UNIT while unknown
    uint32_t *then;         // by form: the office of its period; NO_UNIT: a form without cells
    struct period *periods; // by form
    uint32_t *units;        // by form
    int16_t *numbers;       // by code of its table: the store's number of the indicator
    // the decision, in its batch
    enum wire_code code;
    struct submission *twin; // the same submission earlier in the batch: its receipt is the answer
    struct wire_receipt receipt;
    struct text receipt_bytes, signed_receipt;
    uint32_t *stale_rows; // STALE_BASE: by form, 1 + its rows; 0: no cell is stale
};

// Takes the message.
struct submission *submission_create(const struct asker *asker, struct message *message);
void submission_destroy(struct submission *submission);
size_t submission_bytes(const struct submission *submission);
// Checks it against the world and the sender's rights; may be called again with a newer world.
void submission_check(struct submission *submission, struct world *world, int32_t today);
// Answers with its code, receipt, preview and findings.
void submission_answer(const struct submission *submission);
// Answers BUSY or UNAVAILABLE.
void submission_answer_retry(const struct asker *asker, const uint8_t id[ID_BYTES],
                             enum wire_code code, uint32_t retry_ms);
#endif
