// A batch of submissions: what one transaction stores. Private to ingest.
#ifndef THIDUA_SERVER_BATCH_H
#define THIDUA_SERVER_BATCH_H

#include "server/pair_map.h"
#include "server/submission.h"

#define EPOCH_2000_US INT64_C(946684800000000) // where PostgreSQL's binary timestamps begin

struct stored { // a submission on record
    uint8_t digest[DIGEST_BYTES];
    struct bytes receipt; // SignedReceipt
};
struct entry { // the newest entry of a cell
    int64_t accepted, value_e4, denominator_e4;
    int16_t number; // of the indicator
    uint8_t state;
    bool has_denominator;
    const char *note;
};
struct form_row { // one that is on record of a form
    int64_t accepted, at_us;
    uint8_t submission[ID_BYTES];
};
struct record { // what is on record of one form; self-assessed and verified points are cells apart
    struct form_row *rows; // in the batch's arena, in any order
    size_t row_count, row_capacity;
    struct entry *entries; // in the batch's arena
    size_t count, capacity;
    size_t next; // where the next search begins: forms come in the same order again and again
};
struct opening { // the newest exception from the lock for an office and period
    int64_t accepted, until_us;
};
struct batch {
    struct batch *next;
    struct submission **list; // owned
    size_t count, capacity;
    unsigned attempts;
    int64_t give_up_ms; // monotonic, 0 while nothing has failed
    // read from the database by trip 1; all in `arena`
    struct arena *arena;
    struct pair_map stored;   // by id: struct stored
    struct pair_map forms;    // by form_key: struct record; none: nothing is on record
    struct pair_map openings; // by form_key of the office: struct opening
    int64_t now_us, rules_version;
    int64_t *numbers;                  // acceptance numbers, one for each submission
    enum db_class failed;              // first error of the trip under way
    size_t to_store;                   // submissions that batch_decide found good
    void *owner;                       // struct lane
    void (*done)(struct batch *batch); // of the trip
};

struct pair form_key(int32_t campaign, uint32_t unit, struct period period);
struct pair id_key(const uint8_t id[ID_BYTES]);

// The record of a form, made when there is none.
struct record *batch_record(struct batch *batch, struct pair key);
// The newest entry of a cell, NULL when there is none; record_add makes room for one.
struct entry *record_find(struct record *record, int16_t number, bool verified);
struct entry *record_add(struct record *record, struct arena *arena);
void record_add_row(struct record *record, struct form_row row, struct arena *arena);

void batch_destroy(struct batch *batch); // with its submissions
void batch_forget(struct batch *batch);  // what was read
// Trip 1. All submissions must have been checked by the same world. batch->done is called when it is over;
// batch->failed says how it went, db_class of the first error.
void batch_read(struct batch *batch, struct db *db);
// Fills code and receipts of every submission, and to_store.
void batch_decide(struct batch *batch, const struct identity *identity);
// Trip 2: inserts and COMMIT; DB_OK only when the server said COMMIT.
void batch_write(struct batch *batch, struct db *db);
void batch_read_prepare(struct db *db);  // the statements of trip 1 …
void batch_write_prepare(struct db *db); // … and of trip 2

#endif
