// The door of a listening socket: its descriptor is ours, so that it can be shut while there are as many
// connections as it may hold, or no descriptor is left for one more (libzmq would try again and again
// with a whole processor). A shut door drops what knocks: those who are in stay, the others' systems
// knock again by themselves. (zmq_unbind would end the connections that came through it.)
#include "common/bus_private.h"

#include "common/log.h"
#include "core/mem.h"
#include <errno.h>
#include <linux/filter.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 4096
#define ROOM_PART 20 // it opens again when a twentieth of the places is free
#define HOST_SIZE 256

// ---- opening

static int listen_at(const struct addrinfo *address)
{
    int on = 1, off = 0;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

// "tcp://HOST:PORT"; HOST may be * for everywhere, or [an IPv6 address].
static bool endpoint_split(const char *endpoint, char host[static HOST_SIZE], const char **ret_port)
{
    const char *colon = strrchr(endpoint, ':');
    if (strncmp(endpoint, "tcp://", 6) != 0 || colon == NULL || colon < endpoint + 6)
        return false;
    const char *from = endpoint + 6;
    size_t length = (size_t)(colon - from);
    if (length >= 2 && from[0] == '[' && from[length - 1] == ']') {
        from++;
        length -= 2;
    }
    if (length == 0 || length >= HOST_SIZE)
        return false;
    memcpy(host, from, length);
    host[length] = '\0';
    *ret_port = colon + 1;
    return true;
}

int door_open(const char *endpoint)
{
    char host[HOST_SIZE];
    const char *port;
    struct addrinfo *found = NULL;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    if (!endpoint_split(endpoint, host, &port) ||
        getaddrinfo(strcmp(host, "*") == 0 ? NULL : host, port, &hints, &found) != 0) {
        errno = EINVAL;
        return -1;
    }
    int fd = -1, pass = 0;
    do { // IPv6 first: that socket takes IPv4, too
        for (const struct addrinfo *at = found; at != NULL && fd < 0; at = at->ai_next)
            if ((at->ai_family == AF_INET6) == (pass == 0))
                fd = listen_at(at);
    } while (fd < 0 && ++pass < 2);
    freeaddrinfo(found);
    return fd;
}

// ---- shutting

static bool filter_set(int fd, bool drop)
{
    struct sock_filter nothing = {.code = BPF_RET | BPF_K, .k = 0};
    const struct sock_fprog program = {.len = 1, .filter = &nothing};
    int unused = 0;
    return drop ? setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0
                : setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused) == 0;
}

// Those whom the system has let in but libzmq cannot are taken and sent away, by descriptors that are kept
// for it above the soft limit (BUS_SPARE_DESCRIPTORS).
static void turn_away(const struct bus *bus)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    struct rlimit more = limit;
    more.rlim_cur = limit.rlim_max - limit.rlim_cur > BUS_SPARE_DESCRIPTORS
                        ? limit.rlim_cur + BUS_SPARE_DESCRIPTORS
                        : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &more);
    for (int fd; (fd = accept(bus->door, NULL, NULL)) >= 0;)
        close(fd);
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void shut(struct bus *bus, const char *why)
{
    if (!bus->shut && filter_set(bus->door, true)) {
        bus->shut = true;
        log_event(LOG_ERROR, "door_shut", "endpoint=%s connections=%zu why=%s", bus->endpoint,
                  bus->connections, why);
    }
}

void door_event(struct bus *bus, unsigned event)
{
    if (event == ZMQ_EVENT_ACCEPTED)
        bus->connections++;
    else if (event == ZMQ_EVENT_DISCONNECTED && bus->connections > 0)
        bus->connections--;
    if (event == ZMQ_EVENT_ACCEPT_FAILED) {
        shut(bus, "descriptors");
        turn_away(bus);
    } else if (bus->connections >= bus->connections_max) {
        shut(bus, "connections_max");
    }
}

void bus_tend(struct bus *bus)
{
    bus_state(bus); // takes what the monitor says
    size_t room = bus->connections_max / ROOM_PART;
    if (!bus->shut || bus->connections >= bus->connections_max - room ||
        !filter_set(bus->door, false))
        return;
    bus->shut = false;
    log_event(LOG_WARN, "door_open", "endpoint=%s connections=%zu", bus->endpoint,
              bus->connections);
}
