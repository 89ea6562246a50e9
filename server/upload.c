// Parts of files.
#include "server/upload.h"

#include "core/mem.h"
#include <stdlib.h>
#include <string.h>

#define SILENT_MS 60000

static struct upload *find(struct uploads *uploads, const uint8_t key[KEY_BYTES])
{
    for (size_t i = 0; i < uploads->count; i++) {
        if (memcmp(uploads->list[i].key, key, KEY_BYTES) == 0)
            return &uploads->list[i];
    }
    return NULL;
}

static void forget(struct uploads *uploads, struct upload *upload)
{
    uploads->bytes -= upload->data.length;
    text_free(&upload->data);
    *upload = uploads->list[--uploads->count];
}

static struct upload *begin(struct uploads *uploads, const uint8_t key[KEY_BYTES],
                            const uint8_t id[ID_BYTES])
{
    struct upload *upload = find(uploads, key);
    if (upload != NULL)
        forget(uploads, upload);
    upload = MEM_PUSH(uploads->list, uploads->count, uploads->capacity);
    memcpy(upload->key, key, KEY_BYTES);
    memcpy(upload->id, id, ID_BYTES);
    return upload;
}

enum upload_result upload_part(struct uploads *uploads, const uint8_t key[KEY_BYTES],
                               const struct wire_load *load, int64_t now_ms, struct text *ret_data)
{
    if (uploads->bytes + load->data.length > uploads->bytes_max)
        return UPLOAD_BUSY;
    struct upload *upload = load->part == 0 ? begin(uploads, key, load->id) : find(uploads, key);
    if (upload == NULL || memcmp(upload->id, load->id, ID_BYTES) != 0 || load->part > upload->parts)
        return UPLOAD_GAP;
    upload->heard_ms = now_ms;
    if (load->part < upload->parts) // sent again: its answer was lost
        return UPLOAD_MORE;
    if (upload->data.length + load->data.length > WIRE_LOAD_BYTES_MAX) {
        forget(uploads, upload);
        return UPLOAD_TOO_LARGE;
    }
    text_add(&upload->data, (const char *)load->data.data, load->data.length);
    uploads->bytes += load->data.length;
    upload->parts++;
    if (!load->last)
        return UPLOAD_MORE;
    *ret_data = upload->data;
    uploads->bytes -= upload->data.length;
    upload->data = (struct text){0};
    forget(uploads, upload);
    return UPLOAD_WHOLE;
}

void uploads_sweep(struct uploads *uploads, int64_t now_ms)
{
    for (size_t i = uploads->count; i-- > 0;) {
        if (now_ms - uploads->list[i].heard_ms > SILENT_MS)
            forget(uploads, &uploads->list[i]);
    }
}

void uploads_free(struct uploads *uploads)
{
    while (uploads->count > 0)
        forget(uploads, &uploads->list[0]);
    free(uploads->list);
    *uploads = (struct uploads){0};
}
