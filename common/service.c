// sd_notify(3)'s protocol: datagrams to a unix socket; and guards of the process.
#include "common/service.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

void service_guard(void)
{
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
#if !defined(__SANITIZE_ADDRESS__) // whose search for leaks traces the process
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

// A lost word does no harm: READY is asked for by nobody but systemd, which then says so itself.
static void tell(const char *text)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (path == NULL || (path[0] != '/' && path[0] != '@') ||
        strlen(path) >= sizeof address.sun_path)
        return;
    size_t length = strlen(path);
    memcpy(address.sun_path, path, length);
    if (path[0] == '@') // the abstract name space
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&address,
           (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
    close(fd);
}

void service_ready(void)
{
    tell("READY=1");
}

void service_stopping(void)
{
    tell("STOPPING=1");
}

void service_alive(void)
{
    static int64_t last_us;
    const char *limit = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    if (limit == NULL || (pid != NULL && strtol(pid, NULL, 10) != getpid()))
        return;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t now_us = now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
    if (last_us != 0 && now_us - last_us < strtoll(limit, NULL, 10) / 4)
        return;
    last_us = now_us;
    tell("WATCHDOG=1");
}
