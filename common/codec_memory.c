// Blocks double in size: a message needs one or two. Nothing is given back before the end.
#include "common/codec_memory.h"

#include <stdint.h>
#include <stdlib.h>

struct block {
    struct block *next;
    size_t size, used; // of data
    uint64_t data[];
};
struct codec_memory {
    struct block *blocks; // newest first
    size_t bytes, limit;  // sum of the sizes of all blocks
};

static struct block *block_add(struct codec_memory *memory, size_t size)
{
    struct block *block = size <= memory->limit - memory->bytes ? malloc(sizeof *block + size)
                                                                : NULL;
    if (block == NULL)
        return NULL;
    *block = (struct block){.next = memory->blocks, .size = size};
    memory->blocks = block;
    memory->bytes += size;
    return block;
}

struct codec_memory *codec_memory_create(size_t expected, size_t limit)
{
    struct codec_memory *memory = calloc(1, sizeof *memory);
    if (memory == NULL)
        return NULL;
    memory->limit = limit;
    if (block_add(memory, expected < limit ? expected : limit) == NULL) {
        free(memory);
        return NULL;
    }
    return memory;
}

void codec_memory_destroy(struct codec_memory *memory)
{
    if (memory == NULL)
        return;
    for (struct block *block = memory->blocks, *next; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    free(memory);
}

void *codec_memory_take(struct codec_memory *memory, size_t size)
{
    struct block *block = memory->blocks;
    if (size > memory->limit)
        return NULL;
    size = (size + 7) & ~(size_t)7;
    if (size > block->size - block->used) {
        size_t left = memory->limit - memory->bytes;
        size_t wanted = size > memory->bytes ? size : memory->bytes;
        block = block_add(memory, wanted <= left || size > left ? wanted : left);
        if (block == NULL)
            return NULL;
    }
    void *taken = (char *)block->data + block->used;
    block->used += size;
    return taken;
}

size_t codec_memory_bytes(const struct codec_memory *memory)
{
    return memory->bytes;
}
