// Answers.
#include "server/answer.h"

#include "common/log.h"
#include "server/audit.h"
#include "server/front.h"
#include <stdlib.h>
#include <string.h>

uint32_t answer_jitter(uint32_t ms)
{
    return ms / 2 + (uint32_t)random() % (ms + 1);
}

const char *key_word(const uint8_t key[BUS_KEY_BYTES], char buffer[static KEY_WORD_SIZE])
{
    char text[BUS_Z85_SIZE];
    key_to_z85(key, text);
    memcpy(buffer, text, KEY_WORD_SIZE - 1);
    buffer[KEY_WORD_SIZE - 1] = '\0';
    return buffer;
}

// Findings can make an answer too large for a frame: fewer of them go out then.
static struct wire_findings *findings_in(struct message *message)
{
    return message->type == MESSAGE_ANSWER          ? &message->answer.findings
           : message->type == MESSAGE_SUBMIT_ANSWER ? &message->submit_answer.findings
                                                    : NULL;
}

static int encode(struct message *message, struct text *out, struct err *err)
{
    struct wire_findings *findings = findings_in(message);
    int status = message_encode(message, out, err);
    while (status != 0 && findings != NULL && findings->count > 0) {
        size_t fewer = findings->count / 2;
        findings->left_out += (uint32_t)(findings->count - fewer);
        findings->count = fewer;
        status = message_encode(message, out, err);
    }
    return status;
}

// What the audit must know of: not that something is busy or was not found.
static bool is_refusal(enum wire_code code)
{
    return code == WIRE_CONFLICT || code == WIRE_INVALID || code == WIRE_FORBIDDEN ||
           code == WIRE_PERIOD_CLOSED || code == WIRE_STALE_BASE || code == WIRE_TOO_LARGE ||
           code == WIRE_UNSUPPORTED;
}

static void tell_audit(const struct asker *asker, const struct message *message)
{
    enum wire_code code = message->type == MESSAGE_ANSWER          ? message->answer.code
                          : message->type == MESSAGE_SUBMIT_ANSWER ? message->submit_answer.code
                                                                   : WIRE_OK;
    if (is_refusal(code))
        audit_refused(asker->server->audit, asker->peer.key, code, asker->what);
}

void answer_send(const struct asker *asker, struct message *message)
{
    struct text out = {0};
    struct err err = {0};
    message->request = asker->request;
    tell_audit(asker, message);
    if (encode(message, &out, &err) != 0)
        log_event(LOG_ERROR, "answer_lost", "type=%d why=\"%s\"", (int)message->type, err.text);
    else
        front_send(asker->server->front, &asker->peer, out.data, out.length);
    text_free(&out);
}

void answer_code(const struct asker *asker, enum wire_code code, const char *text)
{
    struct message message = {.type = MESSAGE_ANSWER, .answer = {.code = code, .text = text}};
    answer_send(asker, &message);
}

void answer_retry(const struct asker *asker, enum wire_code code, uint32_t retry_ms)
{
    struct message message = {
        .type = MESSAGE_ANSWER,
        .answer = {.code = code, .retry_ms = answer_jitter(retry_ms), .text = ""}};
    answer_send(asker, &message);
}

void answer_failed(const struct asker *asker, enum db_class class, const PGresult *result,
                   const char *doing)
{
    if (class == DB_RETRY) {
        answer_retry(asker, WIRE_UNAVAILABLE, RETRY_UNAVAILABLE_MS);
        return;
    }
    const char *why = result != NULL ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    log_event(LOG_ERROR, "failed", "doing=%s sqlstate=%s why=\"%.200s\"", doing,
              db_sqlstate(result), why != NULL ? why : "");
    answer_code(asker, WIRE_UNAVAILABLE, "the server could not do it; its log says why");
}
