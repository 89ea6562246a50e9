// Repeatable randomness for property tests: xorshift64*, seeded from THIDUA_SEED when it is set. A
// failing test is run again with the seed that it printed.
#ifndef THIDUA_TESTS_RANDOM_H
#define THIDUA_TESTS_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state;
};
struct random random_start(const char *test); // prints the seed
uint64_t random_next(struct random *random);
uint64_t random_below(struct random *random, uint64_t limit);               // 0 … limit-1
int64_t random_between(struct random *random, int64_t least, int64_t most); // both included

#endif
