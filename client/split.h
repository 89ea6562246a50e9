// Dividing what was read from a file into submissions: by office in the order of first appearance, and
// by the limits of a submission in file order.
#ifndef THIDUA_CLIENT_SPLIT_H
#define THIDUA_CLIENT_SPLIT_H

#include "common/codec.h"
#include "core/entry.h"
#include "core/mem.h"

#define PART_BYTES_MAX \
    (WIRE_BYTES_MAX - 4096 - WIRE_OWN_MAX * (ID_BYTES + 2)) // beside the envelope and the head

struct part {
    const char *file;          // borrowed
    struct wire_submit submit; // without id; in the arena
};
struct parts {
    struct part *list; // owned: free() it
    size_t count, capacity;
};

// offices: one for each form, "" where it is not known: then each unit gets a submission of its own
// without an office. Texts are borrowed, lists are in the arena. Appends to *ret.
void split_forms(struct arena *arena, const char *file, const char *campaign,
                 const struct forms *forms, const char *const *offices, struct parts *ret);

#endif
