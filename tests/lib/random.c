// xorshift64* (Vigna): small, good enough, the same on every machine.
#include "tests/lib/random.h"

#include <stdio.h>
#include <stdlib.h>

#define SEED_DEFAULT UINT64_C(20220616)

struct random random_start(const char *test)
{
    const char *given = getenv("THIDUA_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : SEED_DEFAULT;
    printf("%s: THIDUA_SEED=%llu\n", test, (unsigned long long)seed);
    return (struct random){seed != 0 ? seed : 1};
}

uint64_t random_next(struct random *random)
{
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return random->state * UINT64_C(2685821657736338717);
}

uint64_t random_below(struct random *random, uint64_t limit)
{
    return (random_next(random) >> 11) % limit;
}

int64_t random_between(struct random *random, int64_t least, int64_t most)
{
    uint64_t width = (uint64_t)most - (uint64_t)least + 1;
    uint64_t step = width > 0 ? random_next(random) % width : random_next(random);
    return (int64_t)((uint64_t)least + step);
}
