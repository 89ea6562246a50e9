// Files in parts, and the map of pairs.
#include "core/mem.h"
#include "server/pair_map.h"
#include "server/upload.h"
#include "tests/lib/cmocka_all.h"
#include <stdlib.h>
#include <string.h>

static const uint8_t key_a[KEY_BYTES] = {1}, key_b[KEY_BYTES] = {2};

static struct wire_load part(uint8_t id, uint32_t number, const char *data, bool last)
{
    return (struct wire_load){
        .id = {id}, .part = number, .last = last, .data = {(const uint8_t *)data, strlen(data)}};
}

static void in_order(void **state)
{
    struct uploads uploads = {.bytes_max = 100};
    struct text data = {0};
    struct wire_load first = part(1, 0, "ab", false), other = part(1, 0, "xy", false),
                     second = part(1, 1, "cd", false), last = part(1, 2, "", true);
    (void)state;
    assert_int_equal(upload_part(&uploads, key_a, &first, 0, &data), UPLOAD_MORE);
    assert_int_equal(upload_part(&uploads, key_b, &other, 0, &data), UPLOAD_MORE);
    assert_int_equal(upload_part(&uploads, key_a, &second, 0, &data), UPLOAD_MORE);
    assert_int_equal(upload_part(&uploads, key_a, &second, 0, &data), UPLOAD_MORE); // sent again
    assert_int_equal(upload_part(&uploads, key_a, &last, 0, &data), UPLOAD_WHOLE);
    assert_string_equal(data.data, "abcd");
    assert_int_equal(uploads.count, 1);
    assert_int_equal(uploads.bytes, 2);
    text_free(&data);
    uploads_free(&uploads);
    assert_int_equal(uploads.bytes, 0);
}

static void gaps_and_new_beginnings(void **state)
{
    struct uploads uploads = {.bytes_max = 100};
    struct text data = {0};
    struct wire_load first = part(1, 0, "ab", false), third = part(1, 2, "ef", false),
                     foreign = part(2, 1, "cd", false), anew = part(2, 0, "z", true);
    (void)state;
    assert_int_equal(upload_part(&uploads, key_a, &third, 0, &data), UPLOAD_GAP);
    assert_int_equal(upload_part(&uploads, key_a, &first, 0, &data), UPLOAD_MORE);
    assert_int_equal(upload_part(&uploads, key_a, &third, 0, &data), UPLOAD_GAP);
    assert_int_equal(upload_part(&uploads, key_a, &foreign, 0, &data), UPLOAD_GAP);
    assert_int_equal(upload_part(&uploads, key_a, &anew, 0, &data), UPLOAD_WHOLE);
    assert_string_equal(data.data, "z");
    assert_int_equal(uploads.count, 0);
    text_free(&data);
    uploads_free(&uploads);
}

static void bounds(void **state)
{
    struct uploads uploads = {.bytes_max = 5};
    struct text data = {0};
    struct wire_load three = part(1, 0, "abc", false);
    (void)state;
    assert_int_equal(upload_part(&uploads, key_a, &three, 0, &data), UPLOAD_MORE);
    assert_int_equal(upload_part(&uploads, key_b, &three, 0, &data), UPLOAD_BUSY);
    uploads_sweep(&uploads, 60000);
    assert_int_equal(uploads.count, 1);
    uploads_sweep(&uploads, 60001);
    assert_int_equal(uploads.count, 0);
    assert_int_equal(upload_part(&uploads, key_b, &three, 0, &data), UPLOAD_MORE);
    uploads_free(&uploads);
}

static void too_large(void **state)
{
    enum { PARTS = WIRE_LOAD_BYTES_MAX / WIRE_LOAD_PART_BYTES_MAX };
    struct uploads uploads = {.bytes_max = SIZE_MAX / 2};
    struct text data = {0};
    uint8_t *zeros = mem_alloc(WIRE_LOAD_PART_BYTES_MAX, 1);
    struct wire_load load = {.id = {1}, .data = {zeros, WIRE_LOAD_PART_BYTES_MAX}};
    (void)state;
    for (load.part = 0; load.part < PARTS; load.part++)
        assert_int_equal(upload_part(&uploads, key_a, &load, 0, &data), UPLOAD_MORE);
    load.data.length = 1;
    assert_int_equal(upload_part(&uploads, key_a, &load, 0, &data), UPLOAD_TOO_LARGE);
    assert_int_equal(uploads.count, 0);
    assert_int_equal(uploads.bytes, 0);
    uploads_free(&uploads);
    free(zeros);
}

static void pairs(void **state)
{
    enum { COUNT = 1000 };
    static int values[COUNT];
    struct pair_map map = {0};
    (void)state;
    assert_null(pair_map_find(&map, (struct pair){0, 0}));
    for (uint64_t i = 0; i < COUNT; i++) {
        void **place = pair_map_at(&map, (struct pair){i / 10, i % 10});
        assert_null(*place);
        *place = &values[i];
    }
    for (uint64_t i = 0; i < COUNT; i++) {
        assert_ptr_equal(pair_map_find(&map, (struct pair){i / 10, i % 10}), &values[i]);
        assert_null(pair_map_find(&map, (struct pair){i % 10, COUNT + i}));
    }
    assert_int_equal(map.count, COUNT);
    pair_map_free(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order), cmocka_unit_test(gaps_and_new_beginnings),
        cmocka_unit_test(bounds),   cmocka_unit_test(too_large),
        cmocka_unit_test(pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
