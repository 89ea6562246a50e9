// Token buckets; see quota.h. Each slot holds one instant: the one at which its bucket is full again.
#include "server/quota.h"

#include "core/mem.h"
#include <sodium.h>
#include <stdlib.h>

#define SLOTS 65536 // a power of two
#define NS_PER_MS INT64_C(1000000)

struct quota {
    uint8_t seed[crypto_shorthash_KEYBYTES];
    int64_t message_ns, kib_ns; // of the second's measure that each takes
    int64_t full_ns[SLOTS];
};

struct quota *quota_create(uint32_t messages, uint32_t kib)
{
    struct quota *quota = mem_alloc(1, sizeof *quota);
    crypto_shorthash_keygen(quota->seed);
    quota->message_ns = INT64_C(1000000000) / messages;
    quota->kib_ns = INT64_C(1000000000) / kib;
    return quota;
}

void quota_destroy(struct quota *quota)
{
    free(quota);
}

uint32_t quota_take(struct quota *quota, const void *who, size_t who_bytes, size_t bytes,
                    int64_t now_ms)
{
    uint8_t hash[crypto_shorthash_BYTES];
    crypto_shorthash(hash, who, who_bytes, quota->seed);
    int64_t *full_ns = &quota->full_ns[hash[0] | (size_t)hash[1] << 8];
    int64_t now_ns = now_ms * NS_PER_MS;
    int64_t debt_ns = *full_ns > now_ns ? *full_ns - now_ns : 0;
    int64_t over_ns = debt_ns - QUOTA_BURST_MS * NS_PER_MS;
    if (over_ns >= 0)
        return (uint32_t)(over_ns / NS_PER_MS) + 1;
    *full_ns = now_ns + debt_ns + quota->message_ns + (int64_t)(bytes / 1024) * quota->kib_ns;
    return 0;
}
