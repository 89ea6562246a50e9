// What we know of the forms that we correct, so that nothing is overwritten that somebody else has
// handed in meanwhile: how many rows of a form a server has told us of, and which of our own
// submissions came on top of them. Kept in the outbox, sent with every submission, and taken back to
// that state with it when an old copy of the outbox is restored.
#ifndef THIDUA_CLIENT_BASE_H
#define THIDUA_CLIENT_BASE_H

#include "client/outbox.h"
#include "core/mem.h"

// A server says that a form has this many rows. A form that we knew nothing of is known from now on;
// rows of others between ours stay unknown until they were shown to us (base_shown). Fewer than we knew
// of: the server was restored from a backup.
void base_told(struct outbox *outbox, const char *campaign, const char *unit, const char *period,
               uint32_t rows);
// A STALE_BASE answer has shown what stands against the submission: its forms are known as they are.
void base_shown(struct outbox *outbox, const struct wire_submit *submit,
                const struct wire_submit_answer *answer);
// Puts bases and own ids into a submission; new lists are in the arena.
void base_fill(struct outbox *outbox, struct arena *arena, struct wire_submit *submit);
// Notes the submission as one of our own; in the transaction that saves it.
int base_note(struct outbox *outbox, const struct wire_submit *submit, struct err *err);

#endif
