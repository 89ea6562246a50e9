// One thread, one zmq_poll over buses, file descriptors and timers; signals come through a signalfd.
//
// A callback may add and remove anything, itself included: an entry that is removed is only marked,
// and freed when no callback is running. What is added in a round is polled from the next one on.
#include "common/loop.h"

#include "common/log.h"
#include "core/mem.h"
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#define POLL_MAX_MS 60000

struct source {      // a bus or a file descriptor
    struct bus *bus; // NULL: fd
    int fd;
    bool write, removed;
    loop_fn *fn;
    void *arg;
    size_t item; // of its first poll item in this round
};
struct timer {
    int id;
    int64_t at_ms, every_ms; // every 0: once
    bool removed;
    loop_fn *fn;
    void *arg;
};
struct loop {
    struct source **sources; // owned one by one, so that they stay where they are
    size_t source_count, source_capacity;
    struct timer **timers;
    size_t timer_count, timer_capacity;
    zmq_pollitem_t *items;
    size_t item_count, item_capacity;
    bool changed; // items must be made anew
    bool stopped;
    int last_timer;
    int signal_fd; // -1: none
    loop_fn *signal_fn;
    void *signal_arg;
};

int64_t loop_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

struct loop *loop_create(void)
{
    struct loop *loop = mem_alloc(1, sizeof *loop);
    loop->signal_fd = -1;
    return loop;
}

static void signals_end(const struct loop *loop);

void loop_destroy(struct loop *loop)
{
    if (loop == NULL)
        return;
    for (size_t i = 0; i < loop->source_count; i++)
        free(loop->sources[i]);
    for (size_t i = 0; i < loop->timer_count; i++)
        free(loop->timers[i]);
    signals_end(loop);
    free(loop->sources);
    free(loop->timers);
    free(loop->items);
    free(loop);
}

// ---- sources

static struct source *source_find(struct loop *loop, const struct bus *bus, int fd)
{
    for (size_t i = 0; i < loop->source_count; i++) {
        struct source *source = loop->sources[i];
        if (!source->removed && source->bus == bus && (bus != NULL || source->fd == fd))
            return source;
    }
    return NULL;
}

static void source_set(struct loop *loop, struct bus *bus, int fd, bool write, loop_fn *fn,
                       void *arg)
{
    struct source *source = source_find(loop, bus, fd);
    if (source == NULL) {
        source = mem_alloc(1, sizeof *source);
        *MEM_PUSH(loop->sources, loop->source_count, loop->source_capacity) = source;
        loop->changed = true;
    }
    loop->changed = loop->changed || source->write != write;
    source->bus = bus;
    source->fd = fd;
    source->write = write;
    source->fn = fn;
    source->arg = arg;
}

static void source_remove(struct loop *loop, const struct bus *bus, int fd)
{
    struct source *source = source_find(loop, bus, fd);
    if (source != NULL)
        source->removed = loop->changed = true;
}

void loop_bus(struct loop *loop, struct bus *bus, loop_fn *fn, void *arg)
{
    source_set(loop, bus, -1, false, fn, arg);
}

void loop_bus_remove(struct loop *loop, struct bus *bus)
{
    if (bus != NULL)
        source_remove(loop, bus, -1);
}

void loop_fd(struct loop *loop, int fd, bool write, loop_fn *fn, void *arg)
{
    source_set(loop, NULL, fd, write, fn, arg);
}

void loop_fd_remove(struct loop *loop, int fd)
{
    source_remove(loop, NULL, fd);
}

// ---- timers

int loop_timer(struct loop *loop, uint32_t ms, bool repeat, loop_fn *fn, void *arg)
{
    struct timer *timer = mem_alloc(1, sizeof *timer);
    loop->last_timer = loop->last_timer == INT32_MAX ? 1 : loop->last_timer + 1;
    timer->id = loop->last_timer;
    timer->at_ms = loop_now_ms() + ms;
    timer->every_ms = !repeat ? 0 : ms > 0 ? ms : 1;
    timer->fn = fn;
    timer->arg = arg;
    *MEM_PUSH(loop->timers, loop->timer_count, loop->timer_capacity) = timer;
    return timer->id;
}

void loop_timer_remove(struct loop *loop, int id)
{
    for (size_t i = 0; i < loop->timer_count; i++)
        if (loop->timers[i]->id == id)
            loop->timers[i]->removed = true;
}

static long next_timer_ms(const struct loop *loop)
{
    int64_t now = loop_now_ms(), wait = POLL_MAX_MS;
    for (size_t i = 0; i < loop->timer_count; i++) {
        int64_t left = loop->timers[i]->at_ms - now;
        if (!loop->timers[i]->removed && left < wait)
            wait = left > 0 ? left : 0;
    }
    return (long)wait;
}

static void fire_timers(struct loop *loop)
{
    int64_t now = loop_now_ms();
    size_t count = loop->timer_count; // those that callbacks add wait for the next round
    for (size_t i = 0; i < count && !loop->stopped; i++) {
        struct timer *timer = loop->timers[i];
        if (timer->removed || timer->at_ms > now)
            continue;
        if (timer->every_ms > 0)
            timer->at_ms = now + timer->every_ms; // no burst after a pause
        else
            timer->removed = true;
        timer->fn(loop, timer->arg);
    }
}

// ---- signals: the first one waits in an event descriptor for the loop; the second ends the process
// wherever it is, in a computation or a blocking call.

static volatile sig_atomic_t signals_seen, signal_number;
static volatile int signal_event = -1;

static void on_signal(int number)
{
    uint64_t one = 1;
    int saved = errno;
    if (signals_seen != 0)
        _exit(128 + number);
    signals_seen = 1;
    signal_number = number;
    if (write(signal_event, &one, sizeof one) < 0)
        _exit(128 + number);
    errno = saved;
}

static void take_signal(struct loop *loop, void *arg)
{
    uint64_t count;
    (void)arg;
    if (read(loop->signal_fd, &count, sizeof count) != (ssize_t)sizeof count)
        return;
    log_event(LOG_INFO, "signal", "number=%d", (int)signal_number);
    loop->signal_fn(loop, loop->signal_arg);
}

void loop_signals_take(struct loop *loop)
{
    if (loop->signal_fd >= 0)
        take_signal(loop, NULL);
}

static void handle_signals(void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGTERM);
    sigaddset(&action.sa_mask, SIGINT);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
}

void loop_signals(struct loop *loop, loop_fn *fn, void *arg)
{
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    loop->signal_fn = fn;
    loop->signal_arg = arg;
    if (loop->signal_fd >= 0)
        return;
    loop->signal_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (loop->signal_fd < 0)
        abort();
    signal_event = loop->signal_fd;
    handle_signals(on_signal);
    loop_fd(loop, loop->signal_fd, false, take_signal, NULL);
}

static void signals_end(const struct loop *loop)
{
    if (loop->signal_fd < 0)
        return;
    handle_signals(SIG_DFL);
    close(loop->signal_fd);
}

// ---- a round

// Frees what was removed and makes the poll items anew.
static void renew(struct loop *loop)
{
    size_t kept = 0;
    loop->item_count = 0;
    for (size_t i = 0; i < loop->source_count; i++) {
        struct source *source = loop->sources[i];
        if (source->removed) {
            free(source);
            continue;
        }
        loop->sources[kept++] = source;
        source->item = loop->item_count;
        zmq_pollitem_t *item = MEM_PUSH(loop->items, loop->item_count, loop->item_capacity);
        item->socket = source->bus != NULL ? bus_socket(source->bus) : NULL;
        item->fd = source->fd;
        item->events = (short)(ZMQ_POLLIN | (source->write ? ZMQ_POLLOUT : 0));
        if (source->bus != NULL && bus_monitor(source->bus) != NULL) {
            item = MEM_PUSH(loop->items, loop->item_count, loop->item_capacity);
            item->socket = bus_monitor(source->bus);
            item->events = ZMQ_POLLIN;
        }
    }
    loop->source_count = kept;
    loop->changed = false;
}

static void free_timers(struct loop *loop)
{
    size_t kept = 0;
    for (size_t i = 0; i < loop->timer_count; i++) {
        if (loop->timers[i]->removed)
            free(loop->timers[i]);
        else
            loop->timers[kept++] = loop->timers[i];
    }
    loop->timer_count = kept;
}

static void call_sources(struct loop *loop)
{
    size_t count = loop->source_count;
    for (size_t i = 0; i < count && !loop->stopped; i++) {
        struct source *source = loop->sources[i];
        bool ready = loop->items[source->item].revents != 0;
        if (!source->removed && source->bus != NULL && bus_monitor(source->bus) != NULL &&
            loop->items[source->item + 1].revents != 0) {
            bus_state(source->bus); // takes what the monitor says
            ready = true;
        }
        if (ready && !source->removed)
            source->fn(loop, source->arg);
    }
}

int loop_run(struct loop *loop)
{
    loop->stopped = false;
    while (!loop->stopped) {
        if (loop->changed)
            renew(loop);
        free_timers(loop);
        int ready = zmq_poll(loop->items, (int)loop->item_count, next_timer_ms(loop));
        if (ready < 0 && errno != EINTR && errno != EAGAIN) {
            log_event(LOG_ERROR, "loop_broken", "error=\"%s\"", zmq_strerror(errno));
            abort();
        }
        if (ready > 0)
            call_sources(loop);
        if (!loop->stopped)
            fire_timers(loop);
    }
    return 0;
}

void loop_stop(struct loop *loop)
{
    loop->stopped = true;
}
