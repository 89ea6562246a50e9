// Checked allocation and the arena. The arena is a chain of blocks that double in size, so that a
// small document costs a few KiB and a large one few calls; an allocation larger than the next
// block gets a block of its own.
#include "core/mem.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES_FIRST ((size_t)4 * 1024)
#define BLOCK_BYTES_MAX ((size_t)1024 * 1024)
#define LIST_CAPACITY_FIRST 8

struct block {
    struct block *next;
    size_t used, capacity;
    alignas(max_align_t) unsigned char data[];
};

struct arena {
    struct block *current; // the one with room; the full ones hang behind it
    struct block *large;   // those of one allocation each
    size_t next_bytes;     // capacity of the next block
    size_t bytes;
};

static size_t bytes_of(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX)
        abort();
    return bytes > 0 ? bytes : 1;
}

void *mem_alloc(size_t count, size_t size)
{
    void *memory = calloc(bytes_of(count, size), 1);
    if (memory == NULL)
        abort();
    return memory;
}

void *mem_grow(void *old, size_t count, size_t size)
{
    void *memory = realloc(old, bytes_of(count, size));
    if (memory == NULL)
        abort();
    return memory;
}

char *mem_text(const char *text, size_t length)
{
    if (length == SIZE_MAX)
        abort();
    char *copy = mem_alloc(length + 1, 1);
    if (length > 0)
        memcpy(copy, text, length);
    return copy;
}

void *mem_room(void *list, size_t count, size_t *capacity, size_t size)
{
    if (count >= *capacity) {
        size_t larger = LIST_CAPACITY_FIRST;
        if (*capacity > 0 && __builtin_mul_overflow(*capacity, (size_t)2, &larger))
            abort();
        list = mem_grow(list, larger, size);
        *capacity = larger;
    }
    memset((unsigned char *)list + count * size, 0, size);
    return list;
}

struct arena *arena_create(void)
{
    struct arena *arena = mem_alloc(1, sizeof *arena);
    arena->next_bytes = BLOCK_BYTES_FIRST;
    return arena;
}

static void blocks_free(struct block *block)
{
    while (block != NULL) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_destroy(struct arena *arena)
{
    if (arena == NULL)
        return;
    blocks_free(arena->current);
    blocks_free(arena->large);
    free(arena);
}

static struct block *block_add(struct arena *arena, size_t capacity)
{
    if (capacity > PTRDIFF_MAX - sizeof(struct block))
        abort();
    struct block *block = mem_alloc(1, sizeof *block + capacity);
    block->capacity = capacity;
    arena->bytes += sizeof *block + capacity;
    return block;
}

static struct block *block_with_room(struct arena *arena, size_t bytes)
{
    struct block *current = arena->current;
    if (current != NULL && current->capacity - current->used >= bytes)
        return current;
    if (current != NULL && bytes > arena->next_bytes) {
        struct block *own = block_add(arena, bytes);
        own->next = arena->large;
        arena->large = own;
        return own;
    }
    struct block *block = block_add(arena, bytes > arena->next_bytes ? bytes : arena->next_bytes);
    block->next = current;
    arena->current = block;
    if (arena->next_bytes < BLOCK_BYTES_MAX)
        arena->next_bytes *= 2;
    return block;
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
    size_t unit = alignof(max_align_t);
    size_t bytes = (bytes_of(count, size) + unit - 1) / unit * unit;
    struct block *block = block_with_room(arena, bytes);
    void *memory = block->data + block->used;
    block->used += bytes;
    return memory;
}

char *arena_text(struct arena *arena, const char *text, size_t length)
{
    if (length == SIZE_MAX)
        abort();
    char *copy = arena_alloc(arena, length + 1, 1);
    if (length > 0)
        memcpy(copy, text, length);
    return copy;
}

size_t arena_bytes(const struct arena *arena)
{
    return arena->bytes;
}
