// Questions to the servers and their answers. A question goes to one server of the list; when it does
// not answer, to the next one, with growing pauses, until the time is over. All questions but
// TALK_ONCE may arrive twice: the server knows submissions and uploads by their ids.
#ifndef THIDUA_CLIENT_TALK_H
#define THIDUA_CLIENT_TALK_H

#include "common/bus.h"
#include "common/codec.h"
#include "common/config.h"

#define TALK_FOR_EVER (-1)

struct talk;
// Reads the settings servers, server_key, key_file and timeout. Returns owned; NULL: what is missing.
struct talk *talk_create(const struct config *config, struct err *err);
// The same with a key pair instead of the file's; it is copied.
struct talk *talk_create_as(const struct config *config, const struct bus_keys *keys,
                            struct err *err);
void talk_destroy(struct talk *talk);
// How long the next questions are tried, in milliseconds, or TALK_FOR_EVER.
void talk_set_patience(struct talk *talk, int64_t ms);
int64_t talk_patience(const struct talk *talk);

enum talk_kind {
    TALK_QUICK, // may be sent again; the answer comes soon
    TALK_SLOW, // may be sent again; a server that is connected has minutes for it, whatever our patience
    TALK_ONCE, // is not sent again when it may have arrived
};
struct question {
    uint64_t request;    // number in the envelope
    struct text message; // the encoded envelope
    enum talk_kind kind;
};
// Encodes a message under a new request number; -1 when it is over the size. question_free it.
int question_make(struct message *message, struct question *ret, struct err *err);
void question_free(struct question *question);

// Sends and waits. 0: *ret is the answer (message_clear it), never BUSY nor UNAVAILABLE; -1 with
// err->kind ERR_RETRY (codes "unreachable", "busy", "unavailable", "unanswered") when the time is over,
// else ERR_REJECT ("refused": no server knows our key; "answer": not understood).
int talk_ask(struct talk *talk, const struct question *question, struct message *ret,
             struct err *err);
// The same for a message that is encoded, asked and forgotten.
int talk_message(struct talk *talk, struct message *message, enum talk_kind kind,
                 struct message *ret, struct err *err);
// Bytes of the answer that talk_ask has returned last; valid until the next question.
struct bytes talk_answer_bytes(const struct talk *talk);
// Changes whenever a new connection was made: a server keeps the parts of an upload for one of them.
unsigned talk_connection(const struct talk *talk);

void talk_pause(int64_t ms); // sleeps so long

#endif
