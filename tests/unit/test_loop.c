// The loop: timers, descriptors, removal inside callbacks, signals.
#include "common/loop.h"
#include "tests/lib/cmocka_all.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct tally {
    int calls, pipe[2], timer;
    struct tally *victim;
};

static void stop(struct loop *loop, void *arg)
{
    (void)arg;
    loop_stop(loop);
}

static void count_three(struct loop *loop, void *arg)
{
    struct tally *tally = arg;
    if (++tally->calls == 3)
        loop_stop(loop);
}

static void test_timers(void **state)
{
    struct tally once = {0}, often = {0}, never = {0};
    struct loop *loop = loop_create();
    (void)state;
    int64_t start = loop_now_ms();
    loop_timer(loop, 5, false, count_three, &once);
    loop_timer(loop, 20, true, count_three, &often);
    int id = loop_timer(loop, 1, false, count_three, &never);
    assert_true(id > 0);
    loop_timer_remove(loop, id);
    assert_int_equal(loop_run(loop), 0);
    assert_int_equal(once.calls, 1);
    assert_int_equal(often.calls, 3);
    assert_int_equal(never.calls, 0);
    assert_true(loop_now_ms() - start >= 60);
    loop_destroy(loop);
}

static void remove_own_timer(struct loop *loop, void *arg)
{
    struct tally *tally = arg;
    tally->calls++;
    loop_timer_remove(loop, tally->timer);
    loop_timer(loop, 0, false, count_three, tally);
}

static void test_timers_change_inside_callbacks(void **state)
{
    struct tally tally = {0};
    struct loop *loop = loop_create();
    (void)state;
    tally.timer = loop_timer(loop, 1, true, remove_own_timer, &tally);
    loop_timer(loop, 100, false, stop, NULL);
    loop_run(loop);
    assert_int_equal(tally.calls, 2);
    loop_destroy(loop);
}

static void remove_both(struct loop *loop, void *arg)
{
    struct tally *tally = arg;
    tally->calls++;
    loop_fd_remove(loop, tally->pipe[0]);
    loop_fd_remove(loop, tally->victim->pipe[0]);
    close(tally->victim->pipe[0]); // the number may be used again at once
    tally->victim->pipe[0] = -1;
}

static void test_descriptors_removed_by_each_other(void **state)
{
    struct tally a = {0}, b = {0};
    struct loop *loop = loop_create();
    (void)state;
    a.victim = &b;
    b.victim = &a;
    assert_int_equal(pipe(a.pipe), 0);
    assert_int_equal(pipe(b.pipe), 0);
    assert_int_equal(write(a.pipe[1], "x", 1), 1);
    assert_int_equal(write(b.pipe[1], "x", 1), 1);
    loop_fd(loop, a.pipe[0], false, remove_both, &a);
    loop_fd(loop, b.pipe[0], false, remove_both, &b);
    loop_timer(loop, 50, false, stop, NULL);
    loop_run(loop);
    assert_int_equal(a.calls + b.calls, 1);
    for (int i = 0; i < 2; i++) {
        if (a.pipe[i] >= 0)
            close(a.pipe[i]);
        if (b.pipe[i] >= 0)
            close(b.pipe[i]);
    }
    loop_destroy(loop);
}

static void test_writability_and_change(void **state)
{
    struct tally tally = {0};
    struct loop *loop = loop_create();
    (void)state;
    assert_int_equal(pipe(tally.pipe), 0);
    loop_fd(loop, tally.pipe[1], false, count_three, &tally);
    loop_timer(loop, 30, false, stop, NULL);
    loop_run(loop);
    assert_int_equal(tally.calls, 0); // a pipe's end is writable, not readable
    loop_fd(loop, tally.pipe[1], true, count_three, &tally);
    loop_run(loop);
    assert_int_equal(tally.calls, 3);
    close(tally.pipe[0]);
    close(tally.pipe[1]);
    loop_destroy(loop);
}

// Busy until the first signal is taken, and for ever after.
static void work(struct loop *loop, void *arg)
{
    struct tally *tally = arg;
    while (tally->calls == 0)
        loop_signals_take(loop);
    if (tally->timer != 0)
        loop_stop(loop);
    else
        for (;;)
            pause();
}

// A child that drains: exit status 0 after the first signal, 128 + n after the second. `busy`: in a
// callback that does not return before the first signal, or at all.
static int signalled_child(int signals, bool busy)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        struct loop *loop = loop_create();
        struct tally tally = {0};
        tally.timer = signals == 1;
        loop_signals(loop, signals == 1 && !busy ? stop : count_three, &tally);
        if (busy)
            loop_timer(loop, 0, false, work, &tally);
        if (write(ready[1], "r", 1) != 1)
            _exit(99);
        loop_run(loop);
        loop_destroy(loop);
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    int status = -1;
    for (int i = 0; i < signals; i++) {
        kill(child, i == 0 ? SIGTERM : SIGINT);
        usleep(50000);
    }
    waitpid(child, &status, 0);
    close(ready[0]);
    close(ready[1]);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_signals(void **state)
{
    (void)state;
    assert_int_equal(signalled_child(1, false), 0);
    assert_int_equal(signalled_child(2, false), 128 + SIGINT);
    assert_int_equal(signalled_child(1, true), 0);
    assert_int_equal(signalled_child(2, true), 128 + SIGINT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timers),
        cmocka_unit_test(test_timers_change_inside_callbacks),
        cmocka_unit_test(test_descriptors_removed_by_each_other),
        cmocka_unit_test(test_writability_and_change),
        cmocka_unit_test(test_signals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
