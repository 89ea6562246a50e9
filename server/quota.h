// How much one key, and one office, may ask of a server in a second; what comes faster is told BUSY, so
// that nobody can take from the others what a server can do.
//
// A slot for each key would grow with the keys; here keys and offices are hashed, by a seed nobody knows,
// into a fixed number of slots. Two that meet in one share its measure, which no honest client comes near.
#ifndef THIDUA_SERVER_QUOTA_H
#define THIDUA_SERVER_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUOTA_BURST_MS 5000 // what was not used for so long can be used at once

struct quota;
// messages and KiB a second, each > 0. Returns owned.
struct quota *quota_create(uint32_t messages, uint32_t kib);
void quota_destroy(struct quota *quota);
// Counts a message of so many bytes for `who` at `now_ms` (monotonic). 0: it may pass; otherwise it was
// not counted, and in so many ms (at least 1) there is room again.
uint32_t quota_take(struct quota *quota, const void *who, size_t who_bytes, size_t bytes,
                    int64_t now_ms);

#endif
