// Decoding: bytes -> struct message. One table names what each body is and who reads it.
#include "common/codec_private.h"

#include <string.h>

#define MEMORY_FIRST_FACTOR 3 // of the length of a frame: what unpacking usually takes
#define MEMORY_FIRST_EXTRA 2048

struct body_kind {
    const ProtobufCMessageDescriptor *descriptor;
    decode_fn *decode; // NULL: the body says nothing more
};
// By the number of the oneof's field.
static const struct body_kind body_kinds[] = {
    [MESSAGE_PING] = {&thidua__ping__descriptor, NULL},
    [MESSAGE_PONG] = {&thidua__pong__descriptor, decode_pong},
    [MESSAGE_SUBMIT] = {&thidua__submit__descriptor, decode_submit},
    [MESSAGE_SUBMIT_ANSWER] = {&thidua__submit_answer__descriptor, decode_submit_answer},
    [MESSAGE_LOCATE] = {&thidua__locate__descriptor, decode_locate},
    [MESSAGE_LOCATED] = {&thidua__located__descriptor, decode_located},
    [MESSAGE_LOAD] = {&thidua__load__descriptor, decode_load},
    [MESSAGE_QUERY] = {&thidua__query__descriptor, decode_query},
    [MESSAGE_TABLE] = {&thidua__table__descriptor, decode_table},
    [MESSAGE_COMMAND] = {&thidua__command__descriptor, decode_command},
    [MESSAGE_ANSWER] = {&thidua__answer__descriptor, decode_answer},
    [MESSAGE_READY] = {&thidua__ready__descriptor, decode_ready},
    [MESSAGE_JOB] = {&thidua__job__descriptor, decode_job},
    [MESSAGE_JOB_DONE] = {&thidua__job_done__descriptor, decode_job_done},
    [MESSAGE_HEARTBEAT] = {&thidua__heartbeat__descriptor, decode_heartbeat},
    [MESSAGE_LEASE_LOST] = {&thidua__lease_lost__descriptor, decode_lease_lost},
};
#define BODY_KINDS (sizeof body_kinds / sizeof body_kinds[0])

// ---- unpacking into bounded memory

static void *take(void *memory, size_t size)
{
    return codec_memory_take(memory, size);
}

static void give_back(void *memory, void *pointer) // everything goes at once, at the end
{
    (void)memory;
    (void)pointer;
}

static ProtobufCMessage *unpack(const ProtobufCMessageDescriptor *descriptor, struct bytes data,
                                struct codec_memory *memory, struct err *err)
{
    ProtobufCAllocator allocator = {.alloc = take, .free = give_back, .allocator_data = memory};
    if (codec_scan(descriptor, data, err) != 0)
        return NULL;
    ProtobufCMessage *base = protobuf_c_message_unpack(descriptor, &allocator, data.length,
                                                       data.data);
    if (base == NULL) // well-formed by the scan: what is left is a lack of room
        codec_fail(err, "limit", descriptor->short_name);
    return base;
}

static int decode_body(const struct body_kind *kind, struct bytes body, struct message *ret,
                       struct err *err)
{
    struct codec_memory *memory = codec_memory_create(
        body.length * MEMORY_FIRST_FACTOR + MEMORY_FIRST_EXTRA, WIRE_ARENA_BYTES_MAX);
    if (memory == NULL)
        return err_set(err, ERR_RETRY, "memory", "no memory for a message");
    ProtobufCMessage *base = unpack(kind->descriptor, body, memory, err);
    if (base == NULL || (kind->decode != NULL && kind->decode(base, memory, ret, err) != 0)) {
        codec_memory_destroy(memory);
        return -1;
    }
    ret->memory = memory;
    return 0;
}

int message_decode(const uint8_t *data, size_t length, struct message *ret, struct err *err)
{
    struct envelope envelope = {.version = 0};
    memset(ret, 0, sizeof *ret);
    if (length > WIRE_BYTES_MAX)
        return err_set(err, ERR_REJECT, "too_large", "the message has %zu bytes", length);
    int status = envelope_scan(data, length, &envelope, err);
    ret->request = envelope.request;
    if (status != 0)
        return -1;
    if (envelope.version != WIRE_VERSION)
        return err_set(err, ERR_REJECT, "unsupported", "protocol version %u", envelope.version);
    if (envelope.type >= BODY_KINDS || body_kinds[envelope.type].descriptor == NULL)
        return err_set(err, ERR_REJECT, "unsupported", "body %u", envelope.type);

    struct message message = {.type = (enum message_type)envelope.type,
                              .request = envelope.request};
    ret->type = message.type;
    if (decode_body(&body_kinds[envelope.type], envelope.body, &message, err) != 0)
        return -1;
    if (message.type == MESSAGE_SUBMIT)
        message.submit.body = envelope.body;
    *ret = message;
    return 0;
}

enum message_type message_peek(const uint8_t *data, size_t length, uint64_t *ret_request)
{
    struct envelope envelope = {.version = 0};
    struct err err;
    bool known = envelope_scan(data, length, &envelope, &err) == 0 && envelope.type < BODY_KINDS &&
                 body_kinds[envelope.type].descriptor != NULL;
    *ret_request = envelope.request;
    return known ? (enum message_type)envelope.type : MESSAGE_NONE;
}

void message_clear(struct message *message)
{
    codec_memory_destroy(message->memory);
    message->memory = NULL;
}

size_t message_bytes(const struct message *message)
{
    return message->memory != NULL ? codec_memory_bytes(message->memory) : 0;
}

void codec_free(void *memory)
{
    codec_memory_destroy(memory);
}

// ---- pieces that stand alone

static struct codec_memory *piece_memory(size_t length)
{
    return length <= WIRE_BYTES_MAX
               ? codec_memory_create(length * MEMORY_FIRST_FACTOR + MEMORY_FIRST_EXTRA,
                                     WIRE_ARENA_BYTES_MAX)
               : NULL;
}

int receipt_decode(const uint8_t *data, size_t length, struct wire_receipt *ret, void **ret_memory)
{
    struct codec_memory *memory = piece_memory(length);
    ProtobufCMessage *base = memory != NULL ? unpack(&thidua__receipt__descriptor,
                                                     (struct bytes){data, length}, memory, NULL)
                                            : NULL;
    if (base == NULL || decode_receipt((const Thidua__Receipt *)(void *)base, ret, NULL) != 0) {
        codec_memory_destroy(memory);
        return -1;
    }
    *ret_memory = memory;
    return 0;
}

int signed_receipt_decode(const uint8_t *data, size_t length, struct wire_signed_receipt *ret,
                          void **ret_memory)
{
    struct codec_memory *memory = piece_memory(length);
    ProtobufCMessage *base = memory != NULL ? unpack(&thidua__signed_receipt__descriptor,
                                                     (struct bytes){data, length}, memory, NULL)
                                            : NULL;
    if (base == NULL ||
        decode_signed_receipt((const Thidua__SignedReceipt *)(void *)base, ret, NULL) != 0) {
        codec_memory_destroy(memory);
        return -1;
    }
    *ret_memory = memory;
    return 0;
}

// ---- answer codes

static const struct {
    const char *name;
    bool final;
} codes[] = {
    [WIRE_COMMITTED] = {"COMMITTED", true},      [WIRE_DUPLICATE] = {"DUPLICATE", true},
    [WIRE_CONFLICT] = {"CONFLICT", true},        [WIRE_INVALID] = {"INVALID", true},
    [WIRE_FORBIDDEN] = {"FORBIDDEN", true},      [WIRE_PERIOD_CLOSED] = {"PERIOD_CLOSED", true},
    [WIRE_TOO_LARGE] = {"TOO_LARGE", true},      [WIRE_BUSY] = {"BUSY", false},
    [WIRE_UNAVAILABLE] = {"UNAVAILABLE", false}, [WIRE_OK] = {"OK", true},
    [WIRE_NOT_FOUND] = {"NOT_FOUND", true},      [WIRE_UNSUPPORTED] = {"UNSUPPORTED", true},
    [WIRE_STALE_BASE] = {"STALE_BASE", true},
};

static bool code_known(enum wire_code code)
{
    return (size_t)code < sizeof codes / sizeof codes[0] && codes[code].name != NULL;
}

const char *wire_code_name(enum wire_code code)
{
    return code_known(code) ? codes[code].name : "?";
}

bool wire_code_final(enum wire_code code)
{
    return code_known(code) && codes[code].final;
}
