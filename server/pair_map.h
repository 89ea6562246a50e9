// A hash map from two 64-bit words to a pointer: cells of a batch, ids of submissions.
#ifndef THIDUA_SERVER_PAIR_MAP_H
#define THIDUA_SERVER_PAIR_MAP_H

#include <stddef.h>
#include <stdint.h>

struct pair {
    uint64_t high, low;
};
struct pair_slot {
    struct pair key;
    void *value; // NULL: free
};
struct pair_map { // start from a zeroed struct
    struct pair_slot *slots;
    size_t count, size; // size: a power of two
    uint64_t seed;      // so that nobody can choose keys that collide
};
void pair_map_free(struct pair_map *map);
// The value's place, NULL in it when the key is new: the caller puts something there, now.
void **pair_map_at(struct pair_map *map, struct pair key);
void *pair_map_find(const struct pair_map *map, struct pair key); // NULL: not there

#endif
