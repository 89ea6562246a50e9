// The outbox: what a clerk hands in is on disk here before anything is sent, and stays until the server
// has given its receipt; receipts and refusals are kept. One SQLite file. It never decides anything:
// client/send.c says what becomes of an item.
#ifndef THIDUA_CLIENT_OUTBOX_H
#define THIDUA_CLIENT_OUTBOX_H

#include "common/codec.h"
#include "core/err.h"
#include "core/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// waiting -> sent | refused. A sent one waits again only when the server's store has lost it (outbox_requeue).
enum outbox_state { OUTBOX_WAITING, OUTBOX_SENT, OUTBOX_REFUSED, OUTBOX_STATES };
extern const char *const outbox_state_names[OUTBOX_STATES];

struct outbox_item {
    int64_t number; // in the order they were handed in
    uint8_t id[ID_BYTES];
    char *campaign, *office, *file; // owned; office "" when unknown
    uint32_t cells;
    enum outbox_state state;
    int64_t saved_us;     // our clock
    uint64_t request;     // number in the envelope
    struct text envelope; // the encoded Submit in its envelope: the same bytes each time
    struct text answer;   // the encoded answer that settled it
};
void outbox_item_clear(struct outbox_item *item);

struct outbox;
// Makes the file (mode 0600) and its directory where they are missing. Returns owned or NULL: the
// file cannot be written, is damaged, or was made by a newer thidua.
struct outbox *outbox_open(const char *file, struct err *err);
void outbox_close(struct outbox *outbox);

// What comes between is on disk, durably, when outbox_commit returns 0, or not at all.
int outbox_begin(struct outbox *outbox, struct err *err);
int outbox_commit(struct outbox *outbox, struct err *err);
// Sets item->number and saved_us.
int outbox_add(struct outbox *outbox, struct outbox_item *item, struct err *err);

// The first item after `number` in that state (OUTBOX_STATES: in any). 1: *ret is filled
// (outbox_item_clear it); 0: there is none; -1.
int outbox_next(struct outbox *outbox, int64_t number, enum outbox_state state,
                struct outbox_item *ret, struct err *err);
size_t outbox_count(struct outbox *outbox, int64_t from, enum outbox_state state); // number >= from
// Finds by number or by UUID in hex. As outbox_next.
int outbox_find(struct outbox *outbox, const char *name, struct outbox_item *ret, struct err *err);
// Moves a waiting item to its final state. 0 also when somebody else has settled it already.
int outbox_settle(struct outbox *outbox, int64_t number, enum outbox_state state,
                  const char *office, struct bytes answer, struct err *err);
// Lets a sent item wait again, under its id and bytes; its receipt is kept as an earlier one. Between
// outbox_begin and outbox_commit.
int outbox_requeue(struct outbox *outbox, int64_t number, struct err *err);
// The first receipt that an item has had before it was put back: appends the answer to *ret. 1; 0: there
// is none; -1.
int outbox_earlier(struct outbox *outbox, int64_t number, struct text *ret, struct err *err);
int outbox_drop(struct outbox *outbox, int64_t number, struct err *err);

// Which office reports for a unit in a period, as far as a server has told us.
int outbox_office_set(struct outbox *outbox, const char *campaign, const char *unit,
                      const char *period, const char *office, struct err *err);
// Writes the office's code, "" when it is not known.
void outbox_office_get(struct outbox *outbox, const char *campaign, const char *unit,
                       const char *period, char office[static WIRE_CODE_BYTES_MAX + 1]);

// What is known of a form's rows on record (client/base.h): `rows` that a server has told of, and our own
// submissions on top of them, of which `sent` have arrived. False: nothing is known.
bool outbox_known_get(struct outbox *outbox, const char *campaign, const char *unit,
                      const char *period, uint32_t *ret_rows, uint32_t *ret_sent);
// Own submissions that do not wait are among the rows now, and are forgotten.
int outbox_known_set(struct outbox *outbox, const char *campaign, const char *unit,
                     const char *period, uint32_t rows, struct err *err);
int outbox_own_add(struct outbox *outbox, const char *campaign, const char *unit,
                   const char *period, const uint8_t id[static ID_BYTES], struct err *err);
struct outbox_own { // the newest first
    size_t count;
    uint8_t list[WIRE_OWN_MAX][ID_BYTES];
};
void outbox_own_get(struct outbox *outbox, const char *campaign, const char *unit,
                    const char *period, struct outbox_own *ret);

// Only one process sends at a time, so that the order is kept. 0; -1 when another one has been
// sending for `ms` (negative: waits for ever).
int outbox_lock(struct outbox *outbox, int64_t ms, struct err *err);
void outbox_unlock(struct outbox *outbox);

void uuid_make(uint8_t id[static ID_BYTES]); // random, version 4
#define UUID_TEXT_SIZE 37
void uuid_format(const uint8_t id[static ID_BYTES], char text[static UUID_TEXT_SIZE]);

#endif
