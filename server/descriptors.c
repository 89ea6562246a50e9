// See descriptors.h. The lowest free descriptor is what the next one will be: all below it are taken.
#include "server/descriptors.h"

#include "common/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <unistd.h>

void descriptors_look(struct loop *loop, void *arg)
{
    static bool few; // as told last
    struct rlimit limit;
    int next = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
    (void)loop;
    (void)arg;
    if (next >= 0)
        close(next);
    else if (errno != EMFILE)
        return;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    bool now = next < 0 || (rlim_t)next >= limit.rlim_cur - limit.rlim_cur / (few ? 5 : 10);
    if (now != few)
        log_event(now ? LOG_ERROR : LOG_INFO, "descriptors", "limit=%llu few=%s",
                  (unsigned long long)limit.rlim_cur, now ? "yes" : "no");
    few = now;
}
