// See memory.h. Trimming walks all free blocks, so it is done only when it is worth it.
#include "server/memory.h"

#include "common/log.h"
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIB (1024u * 1024u)
#define WORTH_MIB 96 // resident beyond what is in use

// Bytes of this process that are in memory; 0 when they cannot be told.
static size_t resident(void)
{
    char line[256] = "";
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL)
        return 0;
    const char *second = fgets(line, sizeof line, file) != NULL ? strchr(line, ' ') : NULL;
    fclose(file);
    return second != NULL ? strtoul(second, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE) : 0;
}

void memory_give_back(struct loop *loop, void *arg)
{
    struct mallinfo2 heap = mallinfo2();
    size_t used = heap.uordblks + heap.hblkhd, before = resident();
    int64_t began = loop_now_ms();
    (void)loop;
    (void)arg;
    if (before < used + WORTH_MIB * MIB)
        return;
    malloc_trim(0);
    log_event(LOG_DEBUG, "memory", "used_mib=%zu was_mib=%zu is_mib=%zu ms=%lld", used / MIB,
              before / MIB, resident() / MIB, (long long)(loop_now_ms() - began));
}
