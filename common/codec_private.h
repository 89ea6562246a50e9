// What the files of the codec share. Only common/codec*.c include it, and with it generated code.
#ifndef THIDUA_COMMON_CODEC_PRIVATE_H
#define THIDUA_COMMON_CODEC_PRIVATE_H

#include "common/codec.h"
#include "common/codec_memory.h"
#include "proto/thidua.pb-c.h"

#define WIRE_UNKNOWN_FIELDS_MAX \
    64 // of a whole message: room for a later version, not for an attack

// One message as it stands on the wire, before it is unpacked.
//
// codec_scan walks `data` along the descriptor and refuses what protobuf-c lets pass: invalid UTF-8
// and NUL in texts, a singular field given twice, groups, wrong wire types, unknown fields without
// end. 0, or -1 with "malformed" or "limit" and the name of the field.
int codec_scan(const ProtobufCMessageDescriptor *descriptor, struct bytes data, struct err *err);

struct envelope {
    uint32_t version;
    uint64_t request;
    uint32_t type; // number of the body's field, 0 when there is none
    struct bytes body;
};
// Reads the envelope alone; everything read before a failure stands in *ret.
int envelope_scan(const uint8_t *data, size_t length, struct envelope *ret, struct err *err);

int codec_fail(struct err *err, const char *code, const char *field); // "malformed", "limit"; -1

// decode_*: unpacked message -> plain struct whose texts and arrays live in `memory` or in the
// unpacked message, which does too.
typedef int decode_fn(const ProtobufCMessage *base, struct codec_memory *memory,
                      struct message *ret, struct err *err);
decode_fn decode_pong, decode_submit, decode_submit_answer, decode_locate, decode_located,
    decode_load, decode_query, decode_table, decode_command, decode_answer, decode_ready,
    decode_job, decode_job_done, decode_heartbeat, decode_lease_lost;
int decode_receipt(const Thidua__Receipt *in, struct wire_receipt *ret, struct err *err);
int decode_signed_receipt(const Thidua__SignedReceipt *in, struct wire_signed_receipt *ret,
                          struct err *err);

// Checks that return 0, or -1 with "limit"/"malformed" naming `field`.
int check_text(const char *text, size_t max, const char *field, struct err *err);
int check_texts(char *const *texts, size_t count, size_t max, const char *field, struct err *err);
int check_count(size_t count, size_t max, const char *field, struct err *err);
// Copies a field of a fixed size.
int fixed_bytes(ProtobufCBinaryData in, uint8_t *out, size_t size, const char *field,
                struct err *err);

#endif
