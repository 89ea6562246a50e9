// Files on their way in parts: one for each key, bounded in bytes, forgotten when they stop coming.
#ifndef THIDUA_SERVER_UPLOAD_H
#define THIDUA_SERVER_UPLOAD_H

#include "common/codec.h"

struct upload {
    uint8_t key[KEY_BYTES], id[ID_BYTES];
    uint32_t parts; // received so far
    struct text data;
    int64_t heard_ms;
};
struct uploads {
    struct upload *list;
    size_t count, capacity;
    size_t bytes, bytes_max; // of all of them
};
enum upload_result {
    UPLOAD_MORE,  // taken; further parts follow
    UPLOAD_WHOLE, // taken, and it was the last one: *ret_data is the caller's
    UPLOAD_TOO_LARGE,
    UPLOAD_BUSY, // no room now
    UPLOAD_GAP,  // a part before this one is missing: begin again
};
enum upload_result upload_part(struct uploads *uploads, const uint8_t key[KEY_BYTES],
                               const struct wire_load *load, int64_t now_ms, struct text *ret_data);
void uploads_sweep(struct uploads *uploads, int64_t now_ms); // forgets what has stopped coming
void uploads_free(struct uploads *uploads);

#endif
