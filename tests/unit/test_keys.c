// Identity files: round trip, modes, damage; Z85; the hash.
#include "common/keys.h"
#include "tests/lib/cmocka_all.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/thidua-keys.XXXXXX";
static char file[64];

static int setup(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/thidua-keys.XXXXXX");
    snprintf(file, sizeof file, "%s/id.key", mkdtemp(directory));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    unlink(file);
    return rmdir(directory); // nothing temporary is left behind
}

static void test_round_trip(void **state)
{
    struct identity made, loaded;
    struct err err = {0};
    struct stat about;
    (void)state;
    assert_int_equal(identity_create(file, &made, &err), 0);
    assert_int_equal(stat(file, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    assert_int_equal(identity_load(file, &loaded, &err), 0);
    assert_memory_equal(&made, &loaded, sizeof made);
    identity_wipe(&loaded);
    assert_memory_not_equal(&made, &loaded, sizeof made);
}

static void test_never_overwrites(void **state)
{
    struct identity first, second, loaded;
    struct err err = {0};
    (void)state;
    assert_int_equal(identity_create(file, &first, &err), 0);
    assert_int_equal(identity_create(file, &second, &err), -1);
    assert_string_equal(err.code, "exists");
    assert_int_equal(identity_load(file, &loaded, &err), 0);
    assert_memory_equal(&first, &loaded, sizeof first);
}

static void test_wide_modes_are_refused(void **state)
{
    static const mode_t modes[] = {0640, 0604, 0620, 0610, 0601, 0644, 0777};
    struct identity made, loaded;
    struct err err = {0};
    (void)state;
    identity_create(file, &made, &err);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        chmod(file, modes[i]);
        assert_int_equal(identity_load(file, &loaded, &err), -1);
        assert_non_null(strstr(err.text, "0600"));
    }
    chmod(file, 0400);
    assert_int_equal(identity_load(file, &loaded, &err), 0);
}

static void test_damaged_files_are_refused(void **state)
{
    struct identity made, loaded;
    struct err err = {0};
    char text[1024], damaged[1024];
    (void)state;
    identity_create(file, &made, &err);
    int fd = open(file, O_RDWR);
    ssize_t length = read(fd, text, sizeof text);
    assert_in_range(length, 300, 1000);
    for (ssize_t i = 0; i < length; i++) { // every single character, but line ends at the end
        memcpy(damaged, text, (size_t)length);
        damaged[i] = damaged[i] == '0' ? '1' : '0';
        assert_int_equal(pwrite(fd, damaged, (size_t)length, 0), length);
        // Some bits of an X25519 secret are ignored: what still loads is the same identity.
        if (i < length - 1 && identity_load(file, &loaded, &err) == 0) {
            assert_memory_equal(loaded.curve.public_key, made.curve.public_key, BUS_KEY_BYTES);
            assert_memory_equal(loaded.sign_secret, made.sign_secret, SIGN_SECRET_BYTES);
        }
    }
    for (ssize_t cut = 0; cut < length - 1; cut += 7) {
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, text, (size_t)cut, 0), cut);
        assert_int_equal(identity_load(file, &loaded, &err), -1);
    }
    close(fd);
}

static void test_absent_file(void **state)
{
    struct identity loaded;
    struct err err = {0};
    (void)state;
    assert_int_equal(identity_load(file, &loaded, &err), -1);
    assert_string_equal(err.code, "not_found");
    assert_int_equal(identity_load(directory, &loaded, &err), -1);
}

static void test_z85(void **state)
{
    // The test vector of RFC 32 is 8 bytes; ours is four times as long.
    static const uint8_t vector[8] = {0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B};
    uint8_t key[BUS_KEY_BYTES], back[BUS_KEY_BYTES];
    char text[BUS_Z85_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = vector[i % 8];
    key_to_z85(key, text);
    assert_string_equal(text, "HelloWorldHelloWorldHelloWorldHelloWorld");
    assert_int_equal(key_from_z85(text, back), 0);
    assert_memory_equal(key, back, sizeof key);
    assert_int_equal(key_from_z85("short", back), -1);
    assert_int_equal(key_from_z85("HelloWorldHelloWorldHelloWorldHelloWorl,", back), -1);
    assert_int_equal(key_from_z85("#####WorldHelloWorldHelloWorldHelloWorld", back), -1);
    assert_int_equal(key_from_z85("HelloWorldHelloWorldHelloWorldHelloWorldH", back), -1);
}

static void test_hash(void **state)
{
    // BLAKE2b-256 of "abc"
    static const uint8_t expected[HASH_BYTES] = {0xbd, 0xdd, 0x81, 0x3c, 0x63, 0x42, 0x39, 0x72,
                                                 0x31, 0x71, 0xef, 0x3f, 0xee, 0x98, 0x57, 0x9b,
                                                 0x94, 0x96, 0x4e, 0x3b, 0xb1, 0xcb, 0x3e, 0x42,
                                                 0x72, 0x62, 0xc8, 0xc0, 0x68, 0xd5, 0x23, 0x19};
    uint8_t hash[HASH_BYTES];
    (void)state;
    hash_bytes("abc", 3, hash);
    assert_memory_equal(hash, expected, sizeof hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
        cmocka_unit_test_setup_teardown(test_never_overwrites, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wide_modes_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damaged_files_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_absent_file, setup, teardown),
        cmocka_unit_test(test_z85),
        cmocka_unit_test(test_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
