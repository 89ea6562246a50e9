// Open addressing, at most half full.
#include "server/pair_map.h"

#include "core/mem.h"
#include <sodium.h>
#include <stdlib.h>

#define SIZE_FIRST 64

void pair_map_free(struct pair_map *map)
{
    free(map->slots);
    *map = (struct pair_map){0};
}

static struct pair_slot *slot_of(const struct pair_map *map, struct pair key)
{
    uint64_t hash = (key.high ^ map->seed) * UINT64_C(0x9E3779B97F4A7C15);
    hash = (hash ^ (hash >> 32) ^ key.low) * UINT64_C(0xD6E8FEB86659FD93);
    for (size_t at = (size_t)(hash ^ (hash >> 32));; at++) {
        struct pair_slot *slot = &map->slots[at & (map->size - 1)];
        if (slot->value == NULL || (slot->key.high == key.high && slot->key.low == key.low))
            return slot;
    }
}

// One for all maps of the process: asking the system for each map would be dear.
static uint64_t process_seed(void)
{
    static uint64_t seed;
    if (seed == 0)
        randombytes_buf(&seed, sizeof seed);
    return seed;
}

static void grow(struct pair_map *map)
{
    struct pair_map larger = *map;
    larger.size = map->size > 0 ? 2 * map->size : SIZE_FIRST;
    larger.slots = mem_alloc(larger.size, sizeof *larger.slots);
    larger.seed = process_seed();
    for (size_t i = 0; i < map->size; i++) {
        if (map->slots[i].value != NULL)
            *slot_of(&larger, map->slots[i].key) = map->slots[i];
    }
    free(map->slots);
    *map = larger;
}

void **pair_map_at(struct pair_map *map, struct pair key)
{
    if (2 * (map->count + 1) > map->size)
        grow(map);
    struct pair_slot *slot = slot_of(map, key);
    if (slot->value == NULL) {
        slot->key = key;
        map->count++;
    }
    return &slot->value;
}

void *pair_map_find(const struct pair_map *map, struct pair key)
{
    return map->size > 0 ? slot_of(map, key)->value : NULL;
}
