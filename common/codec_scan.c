// The wire format by hand: the envelope, and a strict walk over a body before it is unpacked.
#include "common/codec_private.h"

#include <string.h>

enum wire_type { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };
struct wire_field {
    uint32_t number;
    enum wire_type type;
    uint64_t varint;   // WIRE_VARINT
    struct bytes data; // WIRE_BYTES: the contents
};
struct cursor {
    const uint8_t *at, *end;
};

int codec_fail(struct err *err, const char *code, const char *field)
{
    return err_set(err, ERR_REJECT, code, "%s: %s", field,
                   strcmp(code, "limit") == 0 ? "is over its limit" : "is not well-formed");
}

static int read_varint(struct cursor *cursor, uint64_t *ret)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && cursor->at < cursor->end; shift += 7) {
        uint8_t byte = *cursor->at++;
        if (shift == 63 && byte > 1)
            return -1;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            *ret = value;
            return 0;
        }
    }
    return -1;
}

static int skip_bytes(struct cursor *cursor, uint64_t length)
{
    if (length > (uint64_t)(cursor->end - cursor->at))
        return -1;
    cursor->at += length;
    return 0;
}

// Reads one field, its contents included.
static int read_field(struct cursor *cursor, struct wire_field *ret)
{
    uint64_t tag, length;
    if (read_varint(cursor, &tag) != 0 || tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
        return -1;
    ret->number = (uint32_t)(tag >> 3);
    ret->type = (enum wire_type)(tag & 7);
    switch (tag & 7) {
    case WIRE_VARINT:
        return read_varint(cursor, &ret->varint);
    case WIRE_FIXED64:
        return skip_bytes(cursor, 8);
    case WIRE_FIXED32:
        return skip_bytes(cursor, 4);
    case WIRE_BYTES:
        if (read_varint(cursor, &length) != 0)
            return -1;
        ret->data = (struct bytes){cursor->at, (size_t)length};
        return skip_bytes(cursor, length);
    default: // groups and numbers that mean nothing
        return -1;
    }
}

int envelope_scan(const uint8_t *data, size_t length, struct envelope *ret, struct err *err)
{
    struct cursor cursor = {data, data + length};
    bool seen[3] = {false, false, false};
    unsigned unknown = 0;
    while (cursor.at < cursor.end) {
        struct wire_field field;
        if (read_field(&cursor, &field) != 0)
            return codec_fail(err, "malformed", "envelope");
        unsigned slot = field.number == 1 ? 0 : field.number == 2 ? 1 : 2;
        if (slot == 2 && (field.number < 10 || field.type != WIRE_BYTES)) {
            if (++unknown > WIRE_UNKNOWN_FIELDS_MAX)
                return codec_fail(err, "limit", "unknown fields");
            continue;
        }
        if (seen[slot] || (slot < 2 && field.type != WIRE_VARINT))
            return codec_fail(err, "malformed", "envelope");
        seen[slot] = true;
        if (slot == 0)
            ret->version = field.varint > UINT32_MAX ? UINT32_MAX : (uint32_t)field.varint;
        else if (slot == 1)
            ret->request = field.varint;
        else {
            ret->type = field.number;
            ret->body = field.data;
        }
    }
    return 0;
}

// ---- the walk over a body

struct scan {
    struct err *err;
    unsigned unknown;
};

static int scan_text(struct bytes text, const char *name, struct scan *scan)
{
    if (!utf8_valid((const char *)text.data, text.length)) // NUL is refused there too
        return codec_fail(scan->err, "malformed", name);
    return 0;
}

// Is `type` what the field may have on the wire? Repeated numbers come packed or one by one.
static bool type_fits(const ProtobufCFieldDescriptor *field, enum wire_type type)
{
    if (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_BYTES ||
        field->type == PROTOBUF_C_TYPE_MESSAGE)
        return type == WIRE_BYTES;
    return type == WIRE_VARINT || (type == WIRE_BYTES && field->label == PROTOBUF_C_LABEL_REPEATED);
}

static int scan_message(const ProtobufCMessageDescriptor *descriptor, struct bytes data,
                        struct scan *scan);

static int scan_field(const ProtobufCFieldDescriptor *field, const struct wire_field *wire,
                      struct scan *scan)
{
    if (!type_fits(field, wire->type))
        return codec_fail(scan->err, "malformed", field->name);
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return scan_text(wire->data, field->name, scan);
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return scan_message(field->descriptor, wire->data, scan);
    return 0;
}

// No message type is recursive, so the depth of the calls is that of the schema.
static int scan_message(const ProtobufCMessageDescriptor *descriptor, struct bytes data,
                        struct scan *scan)
{
    struct cursor cursor = {data.data, data.data + data.length};
    uint32_t seen = 0; // singular fields, by their place in the descriptor
    while (cursor.at < cursor.end) {
        struct wire_field wire = {.number = 0};
        if (read_field(&cursor, &wire) != 0)
            return codec_fail(scan->err, "malformed", descriptor->short_name);
        const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(
            descriptor, wire.number);
        if (field == NULL) {
            if (++scan->unknown > WIRE_UNKNOWN_FIELDS_MAX)
                return codec_fail(scan->err, "limit", "unknown fields");
            continue;
        }
        uint32_t bit = UINT32_C(1) << (unsigned)(field - descriptor->fields);
        if (field->label != PROTOBUF_C_LABEL_REPEATED && (seen & bit) != 0)
            return codec_fail(scan->err, "malformed", field->name);
        seen |= bit;
        if (scan_field(field, &wire, scan) != 0)
            return -1;
    }
    return 0;
}

int codec_scan(const ProtobufCMessageDescriptor *descriptor, struct bytes data, struct err *err)
{
    struct scan scan = {.err = err};
    return scan_message(descriptor, data, &scan);
}
