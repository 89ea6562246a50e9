// The digest of what a batch has stored: the audit holds it, and what is on record later can be held
// against it. Rows are digested as PostgreSQL's binary form of their columns, the same on the way in and
// on the way out:
//   row        = BLAKE2b-256 of each column's length (4 bytes, most significant first; all ones for
//                NULL) and bytes, in the order of the INSERT
//   submission = its row's and its forms' digests, in their own order (as bytes)
//   batch      = BLAKE2b-256 of its submissions, in order of acceptance
#ifndef THIDUA_SERVER_FACTS_H
#define THIDUA_SERVER_FACTS_H

#include "common/db.h"
#include "common/db_binary.h"
#include <sodium.h>

#define FACTS_BYTES 32
#define SUBMISSION_COLUMNS 13
#define FORM_COLUMNS 11
extern const char facts_submission_columns[], facts_form_columns[]; // in the order of the INSERT

struct facts {
    crypto_generichash_state batch;
    uint8_t (*rows)[FACTS_BYTES]; // of the submission under way
    size_t count, capacity;
};
void facts_start(struct facts *facts);
void facts_row(struct facts *facts, const struct field *columns, size_t count);
void facts_params(struct facts *facts, const struct db_param *columns, size_t count); // the same
void facts_submission_end(struct facts *facts);
void facts_end(struct facts *facts, uint8_t ret[static FACTS_BYTES]); // and frees

#endif
