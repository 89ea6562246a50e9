// Memory of one decoded message: blocks that are filled from the front and freed together, at most
// WIRE_ARENA_BYTES_MAX in all. protobuf-c unpacks into it, so that a hostile message costs a bounded
// amount of memory and a handful of allocations.
#ifndef THIDUA_COMMON_CODEC_MEMORY_H
#define THIDUA_COMMON_CODEC_MEMORY_H

#include <stddef.h>

struct codec_memory;
// `expected` bytes are taken at once. Returns owned; NULL only when the system has no memory.
struct codec_memory *codec_memory_create(size_t expected, size_t limit);
void codec_memory_destroy(struct codec_memory *memory); // NULL is fine
// Not zeroed, aligned for pointers and 64-bit numbers; NULL over the limit.
void *codec_memory_take(struct codec_memory *memory, size_t size);
size_t codec_memory_bytes(const struct codec_memory *memory); // taken from the system

#endif
