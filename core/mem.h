// Memory of core/: an arena that a parsed document lives in, and checked allocation.
// Running out of memory is not an error to handle: limits keep input from reaching it and every
// process is disposable, so these functions end the process (abort) instead of returning NULL.
#ifndef THIDUA_CORE_MEM_H
#define THIDUA_CORE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t count, size_t size);           // zeroed; free() it
void *mem_grow(void *old, size_t count, size_t size); // realloc with overflow check, not zeroed
char *mem_text(const char *text, size_t length);      // NUL-terminated copy; free() it

// A growing array: `MEM_PUSH(list, count, capacity)` makes room for one more and evaluates to the
// address of the new, zeroed element. list, count and capacity are lvalues without side effects.
void *mem_room(void *list, size_t count, size_t *capacity, size_t size);
#define MEM_PUSH(list, count, capacity) \
    ((list) = mem_room((list), (count), &(capacity), sizeof *(list)), &(list)[(count)++])

struct arena;
struct arena *arena_create(void);
void arena_destroy(struct arena *arena); // NULL is fine; frees all that came from it
void *arena_alloc(struct arena *arena, size_t count, size_t size); // zeroed, aligned for any type
char *arena_text(struct arena *arena, const char *text, size_t length);
size_t arena_bytes(const struct arena *arena); // what it holds now

#endif
