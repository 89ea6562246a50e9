// The submissions of a load and what came back: made before the clock starts, checked after it stops.
#ifndef THIDUA_BENCH_LOAD_H
#define THIDUA_BENCH_LOAD_H

#include "lib_nation.h"

struct load_item {
    struct text sent;        // an encoded Envelope; the same bytes at every attempt
    struct text answer;      // the last answer; empty: none came
    int64_t due_us;          // when it should have been sent (monotonic)
    int64_t done_us;         // when its final answer was there; 0: not yet
    unsigned attempts, busy; // times sent; answers BUSY or UNAVAILABLE
};
struct load {
    struct nation nation;
    unsigned forms; // of a submission: all villages of a commune, or 1
    struct load_item *items;
    size_t count;
};

// Submission `number` of the load: communes first, then villages (when single), then months.
// Its request number is number + 1.
void load_create(struct load *load, const struct nation *nation, unsigned forms, size_t first,
                 size_t count);
void load_free(struct load *load);

struct load_counts {
    size_t committed, duplicate, missing, wrong; // missing: no final answer
    size_t retried, busy;
};
// Looks at every answer: code, signature by `receipt_key`, id, digest of what was sent, counts of
// cells. What is wrong is told on stderr (the first ten).
void load_check(const struct load *load, const uint8_t receipt_key[static KEY_BYTES],
                struct load_counts *ret);

struct load_latencies {
    int64_t median_us, p99_us, slowest_us; // due to done
};
void load_latencies(const struct load *load, struct load_latencies *ret);

#endif
