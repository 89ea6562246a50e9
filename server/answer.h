// Who asked, and how to answer: kept by whatever works on a message until its answer goes out.
#ifndef THIDUA_SERVER_ANSWER_H
#define THIDUA_SERVER_ANSWER_H

#include "common/bus.h"
#include "common/codec.h"
#include "server/access.h"
#include "server/server.h"

struct asker {
    struct server *server;
    struct bus_peer peer;
    uint64_t request;
    const char *what;        // it asked for, a literal: for the audit
    struct access_entry who; // a copy: keys may be loaded anew meanwhile
};

#define RETRY_BUSY_MS 500
#define RETRY_UNAVAILABLE_MS 1000

// Sends `message` (its request is filled in). Never blocks; an answer that cannot go out is counted
// and can be asked for again.
void answer_send(const struct asker *asker, struct message *message);
// An Answer of this code; text says why, in English, for people ("" when the code says it all).
void answer_code(const struct asker *asker, enum wire_code code, const char *text);
// BUSY or UNAVAILABLE, to be tried again after about retry_ms (some jitter is added).
void answer_retry(const struct asker *asker, enum wire_code code, uint32_t retry_ms);
// What an error class means to the asker: UNAVAILABLE, or an Answer that names our own failure.
void answer_failed(const struct asker *asker, enum db_class class, const PGresult *result,
                   const char *doing);
uint32_t answer_jitter(uint32_t ms);
// The key's public half in short, for logs.
#define KEY_WORD_SIZE 16
const char *key_word(const uint8_t key[BUS_KEY_BYTES], char buffer[static KEY_WORD_SIZE]);

#endif
