// Any bytes: decoding ends, stays within its memory, and what it accepts can be encoded and decoded
// again to the same type.
#include "common/codec.h"

#include <stdint.h>
#include <stdlib.h>

static void again(struct message *message)
{
    struct text out = {0};
    struct message back;
    if (message_encode(message, &out, NULL) != 0)
        abort();
    if (message_decode((const uint8_t *)out.data, out.length, &back, NULL) != 0)
        abort();
    if (back.type != message->type || back.request != message->request)
        abort();
    message_clear(&back);
    text_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct message message;
    struct wire_receipt receipt;
    void *memory = NULL;
    if (message_decode(data, size, &message, NULL) == 0) {
        if (message_bytes(&message) > WIRE_ARENA_BYTES_MAX)
            abort();
        again(&message);
        message_clear(&message);
    }
    if (receipt_decode(data, size, &receipt, &memory) == 0)
        codec_free(memory);
    return 0;
}
