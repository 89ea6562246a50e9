// The outbox: its states, its durability against a kill, who may read it.
#include "client/outbox.h"
#include "core/mem.h"
#include "tests/lib/cmocka_all.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char directory[64], file[128];

static int setup(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/thidua-outbox.XXXXXX");
    assert_non_null(mkdtemp(directory));
    snprintf(file, sizeof file, "%s/deep/er/outbox.db", directory);
    return 0;
}

static int teardown(void **state)
{
    char command[160];
    (void)state;
    snprintf(command, sizeof command, "rm -r %s", directory);
    return system(command);
}

static struct outbox *opened(void)
{
    struct err err = {0};
    struct outbox *outbox = outbox_open(file, &err);
    if (outbox == NULL)
        fail_msg("%s", err.text);
    return outbox;
}

static int64_t add(struct outbox *outbox, const char *name)
{
    struct outbox_item item = {.campaign = mem_text("c", 1),
                               .office = mem_text("", 0),
                               .file = mem_text(name, strlen(name)),
                               .cells = 3,
                               .request = UINT64_MAX};
    uuid_make(item.id);
    text_add(&item.envelope, "bytes\0more", 10);
    assert_int_equal(outbox_add(outbox, &item, NULL), 0);
    int64_t number = item.number;
    outbox_item_clear(&item);
    return number;
}

static void state_is(struct outbox *outbox, const char *name, enum outbox_state state)
{
    struct outbox_item item;
    assert_int_equal(outbox_find(outbox, name, &item, NULL), 1);
    assert_int_equal(item.state, state);
    outbox_item_clear(&item);
}

static void test_states(void **state)
{
    struct outbox *outbox = opened();
    struct outbox_item item;
    struct bytes answer = {(const uint8_t *)"yes", 3};
    (void)state;
    assert_int_equal(add(outbox, "a.csv"), 1);
    assert_int_equal(add(outbox, "b.csv"), 2);
    assert_int_equal(add(outbox, "c.csv"), 3);
    assert_int_equal(outbox_count(outbox, 1, OUTBOX_WAITING), 3);
    assert_int_equal(outbox_count(outbox, 3, OUTBOX_WAITING), 1);

    assert_int_equal(outbox_next(outbox, 0, OUTBOX_WAITING, &item, NULL), 1);
    assert_string_equal(item.file, "a.csv");
    assert_int_equal(item.envelope.length, 10);
    assert_memory_equal(item.envelope.data, "bytes\0more", 10);
    assert_true(item.request == UINT64_MAX);
    outbox_item_clear(&item);

    assert_int_equal(outbox_settle(outbox, 1, OUTBOX_SENT, "06520", answer, NULL), 0);
    assert_int_equal(outbox_settle(outbox, 2, OUTBOX_REFUSED, "", answer, NULL), 0);
    // What is settled stays so: two senders may both think it was theirs.
    assert_int_equal(outbox_settle(outbox, 1, OUTBOX_REFUSED, "x", answer, NULL), 0);
    state_is(outbox, "1", OUTBOX_SENT);
    state_is(outbox, "2", OUTBOX_REFUSED);
    state_is(outbox, "3", OUTBOX_WAITING);
    assert_int_equal(outbox_next(outbox, 0, OUTBOX_WAITING, &item, NULL), 1);
    assert_int_equal(item.number, 3);
    outbox_item_clear(&item);
    assert_int_equal(outbox_next(outbox, 3, OUTBOX_STATES, &item, NULL), 0);

    assert_int_equal(outbox_find(outbox, "1", &item, NULL), 1);
    assert_string_equal(item.office, "06520");
    assert_int_equal(item.answer.length, 3);
    outbox_item_clear(&item);
    outbox_close(outbox);
}

// What a restored server has lost waits again; its receipts stay, the first of them first.
static void test_requeue(void **state)
{
    struct outbox *outbox = opened();
    struct bytes first = {(const uint8_t *)"first", 5}, second = {(const uint8_t *)"second", 6};
    struct text earlier = {0};
    (void)state;
    add(outbox, "a.csv");
    assert_int_equal(outbox_requeue(outbox, 1, NULL), 0); // it waits anyway
    assert_int_equal(outbox_earlier(outbox, 1, &earlier, NULL), 0);
    outbox_settle(outbox, 1, OUTBOX_SENT, "06520", first, NULL);
    assert_int_equal(outbox_requeue(outbox, 1, NULL), 0);
    state_is(outbox, "1", OUTBOX_WAITING);
    outbox_settle(outbox, 1, OUTBOX_SENT, "06520", second, NULL);
    assert_int_equal(outbox_requeue(outbox, 1, NULL), 0);
    assert_int_equal(outbox_earlier(outbox, 1, &earlier, NULL), 1);
    assert_int_equal(earlier.length, 5);
    assert_memory_equal(earlier.data, "first", 5);
    text_free(&earlier);
    outbox_settle(outbox, 1, OUTBOX_REFUSED, "06520", second, NULL);
    assert_int_equal(outbox_requeue(outbox, 1, NULL), 0); // a refusal is final
    state_is(outbox, "1", OUTBOX_REFUSED);
    assert_int_equal(outbox_drop(outbox, 1, NULL), 0);
    assert_int_equal(outbox_earlier(outbox, 1, &earlier, NULL), 0);
    outbox_close(outbox);
}

static void test_find_and_drop(void **state)
{
    struct outbox *outbox = opened();
    struct outbox_item item;
    char uuid[UUID_TEXT_SIZE];
    (void)state;
    add(outbox, "a.csv");
    assert_int_equal(outbox_find(outbox, "1", &item, NULL), 1);
    uuid_format(item.id, uuid);
    outbox_item_clear(&item);
    assert_int_equal(uuid[14], '4'); // version 4, variant 10
    assert_non_null(strchr("89ab", uuid[19]));
    assert_int_equal(outbox_find(outbox, uuid, &item, NULL), 1);
    outbox_item_clear(&item);
    assert_int_equal(outbox_find(outbox, "01", &item, NULL), 0);
    assert_int_equal(outbox_find(outbox, "", &item, NULL), 0);
    assert_int_equal(outbox_find(outbox, "1 OR 1", &item, NULL), 0);
    assert_int_equal(outbox_drop(outbox, 1, NULL), 0);
    assert_int_equal(outbox_find(outbox, "1", &item, NULL), 0);
    assert_int_equal(add(outbox, "b.csv"), 2); // numbers are never used again
    outbox_close(outbox);
}

static void test_private_and_kept(void **state)
{
    struct stat about;
    struct outbox *outbox = opened();
    (void)state;
    add(outbox, "a.csv");
    outbox_close(outbox);
    assert_int_equal(stat(file, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    outbox = opened();
    state_is(outbox, "1", OUTBOX_WAITING);
    outbox_close(outbox);
}

static void test_offices(void **state)
{
    struct outbox *outbox = opened();
    char office[WIRE_CODE_BYTES_MAX + 1];
    (void)state;
    outbox_office_get(outbox, "c", "u", "2022-06", office);
    assert_string_equal(office, "");
    outbox_office_set(outbox, "c", "u", "2022-06", "a", NULL);
    outbox_office_set(outbox, "c", "u", "2022-06", "b", NULL);
    outbox_office_get(outbox, "c", "u", "2022-06", office);
    assert_string_equal(office, "b");
    outbox_office_get(outbox, "c", "u", "2022-07", office);
    assert_string_equal(office, "");
    outbox_close(outbox);
}

// A process that adds in transactions of two for ever, killed at some instant: what it had
// committed is there, by twos, and the file is whole.
static void test_killed_while_writing(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        int told[2];
        int64_t last = 0, number;
        assert_int_equal(pipe(told), 0);
        pid_t child = fork();
        if (child == 0) {
            struct outbox *outbox = opened();
            for (;;) {
                outbox_begin(outbox, NULL);
                add(outbox, "first");
                number = add(outbox, "second");
                outbox_commit(outbox, NULL);
                if (write(told[1], &number, sizeof number) < 0)
                    _exit(1);
            }
        }
        close(told[1]);
        usleep((useconds_t)(3000 + round * 1700));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        while (read(told[0], &number, sizeof number) == (ssize_t)sizeof number)
            last = number;
        close(told[0]);
        struct outbox *outbox = opened();
        size_t count = outbox_count(outbox, 1, OUTBOX_WAITING);
        assert_true((int64_t)count >= last);
        assert_int_equal(count % 2, 0);
        outbox_close(outbox);
    }
}

static void test_foreign_and_damaged_files(void **state)
{
    struct err err = {0};
    (void)state;
    outbox_close(opened());
    int fd = open(file, O_WRONLY);
    assert_int_equal(pwrite(fd, "garbage garbage", 15, 0), 15);
    assert_null(outbox_open(file, &err));
    assert_non_null(strstr(err.text, "damaged"));
    close(fd);
    unlink(file);
    char command[256];
    snprintf(command, sizeof command, "sqlite3 %s 'CREATE TABLE other (x)' 2>/dev/null", file);
    if (system(command) == 0) {
        assert_null(outbox_open(file, &err));
        assert_non_null(strstr(err.text, "not an outbox"));
    }
}

static void test_one_sender(void **state)
{
    struct outbox *a = opened(), *b = opened();
    struct err err = {0};
    (void)state;
    assert_int_equal(outbox_lock(a, 0, &err), 0);
    assert_int_equal(outbox_lock(b, 60, &err), -1);
    assert_int_equal(err.kind, ERR_RETRY);
    outbox_unlock(a);
    assert_int_equal(outbox_lock(b, 0, &err), 0);
    outbox_close(b);
    outbox_close(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_states, setup, teardown),
        cmocka_unit_test_setup_teardown(test_requeue, setup, teardown),
        cmocka_unit_test_setup_teardown(test_find_and_drop, setup, teardown),
        cmocka_unit_test_setup_teardown(test_private_and_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_offices, setup, teardown),
        cmocka_unit_test_setup_teardown(test_killed_while_writing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_foreign_and_damaged_files, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_sender, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
