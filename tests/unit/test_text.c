// Growing texts, UTF-8, memory and errors: what everything else stands on.
#include "core/err.h"
#include "core/mem.h"
#include "core/text.h"
#include "tests/lib/cmocka_all.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void text_grows(void **state)
{
    (void)state;
    struct text text = {0};
    text_adds(&text, "");
    assert_string_equal(text.data, "");
    for (int i = 0; i < 1000; i++)
        text_addf(&text, "%d,", i);
    // 10 x 1 + 90 x 2 + 900 x 3 digits and 1000 commas
    assert_int_equal(text.length, 3890);
    assert_int_equal(strlen(text.data), 3890);
    assert_memory_equal(text.data, "0,1,2,", 6);
    assert_string_equal(text.data + 3882, "998,999,");
    text_add(&text, "a\0b", 3);
    assert_memory_equal(text.data + 3890, "a\0b", 4);
    text_free(&text);
    assert_null(text.data);
    text_adds(&text, "again");
    assert_string_equal(text.data, "again");
    text_free(&text);
}

// Lengths around the capacities, where a missing byte for the NUL would show.
static void text_holds_exact_lengths(void **state)
{
    (void)state;
    char filler[300];
    memset(filler, 'x', sizeof filler);
    for (size_t length = 0; length < sizeof filler; length++) {
        struct text text = {0};
        text_add(&text, filler, length);
        text_add(&text, filler, 1);
        assert_int_equal(strlen(text.data), length + 1);
        text_free(&text);
    }
}

static void takes_only_real_utf8(void **state)
{
    (void)state;
    static const char *const good[] = {
        "",
        "abc",
        "\x7F",
        "\xC2\x80",         // U+0080
        "\xDF\xBF",         // U+07FF
        "\xE0\xA0\x80",     // U+0800
        "\xED\x9F\xBF",     // U+D7FF
        "\xEE\x80\x80",     // U+E000
        "\xEF\xBF\xBF",     // U+FFFF
        "\xF0\x90\x80\x80", // U+10000
        "\xF4\x8F\xBF\xBF", // U+10FFFF
        "Xã Y Tịch",
    };
    static const char *const bad[] = {
        "\x80", // continuation alone
        "\xC2", // cut
        "\xC2\x41",
        "\xC0\xAF", // overlong
        "\xC1\xBF",
        "\xE0\x9F\xBF",
        "\xF0\x8F\xBF\xBF",
        "\xED\xA0\x80",     // surrogate U+D800
        "\xED\xBF\xBF",     // surrogate U+DFFF
        "\xF4\x90\x80\x80", // U+110000
        "\xF5\x80\x80\x80",
        "\xFF",
        "\xE1\x80",
        "\xE1\x80\xC0",
        "\xF1\x80\x80\x41",
        "abc\xE3",
        "\x80\x80",
        "\xF5\x80",
        "\xC1\x80",
    };
    for (size_t i = 0; i < TEST_COUNT(good); i++)
        if (!utf8_valid(good[i], strlen(good[i])))
            fail_msg("good text %zu refused", i);
    for (size_t i = 0; i < TEST_COUNT(bad); i++)
        if (utf8_valid(bad[i], strlen(bad[i])))
            fail_msg("bad text %zu taken", i);
    assert_false(utf8_valid("a\0b", 3));
    assert_false(utf8_valid("\xE1\xBB\x8B", 2)); // cut by the length
    assert_int_equal(utf8_sequence("\xE1\xBB\x8Bx", 4), 3);
    assert_int_equal(utf8_sequence("\xE1\xBBx", 3), 0);
    char *exact = malloc(4); // what is cut ends the text: nothing behind it is looked at
    assert_non_null(exact);
    memcpy(exact, "ab\xE1\xBB", 4);
    assert_false(utf8_valid(exact, 4));
    free(exact);
}

static void lists_grow_zeroed(void **state)
{
    (void)state;
    struct pair {
        int a, b;
    } *list = NULL;
    size_t count = 0, capacity = 0;
    for (int i = 0; i < 1000; i++) {
        struct pair *pair = MEM_PUSH(list, count, capacity);
        assert_int_equal(pair->a, 0);
        assert_int_equal(pair->b, 0);
        *pair = (struct pair){i, -i};
    }
    assert_int_equal(count, 1000);
    assert_true(capacity >= count);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(list[i].b, -i);
    free(list);
}

static void memory_is_never_null(void **state)
{
    (void)state;
    char *nothing = mem_alloc(0, 8);
    assert_non_null(nothing);
    nothing = mem_grow(nothing, 0, 8);
    assert_non_null(nothing);
    free(nothing);
    char *copy = mem_text("abc", 2);
    assert_string_equal(copy, "ab");
    free(copy);
    copy = mem_text(NULL, 0);
    assert_string_equal(copy, "");
    free(copy);
}

// Does `act` end the process? It is tried in a child.
static bool dies(void (*act)(void))
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (freopen("/dev/null", "w", stderr) != NULL) // the sanitizer's report
            act();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

#define WRAPS (SIZE_MAX / 8 + 2) // times 8 is 16, when nobody looks

static void alloc_too_much(void)
{
    mem_alloc(WRAPS, 8);
}

static void grow_too_much(void)
{
    mem_grow(NULL, WRAPS, 8);
}

static void copy_too_much(void)
{
    mem_text(NULL, SIZE_MAX);
}

static void arena_too_much(void)
{
    arena_alloc(arena_create(), WRAPS, 8);
}

static void arena_copy_too_much(void)
{
    arena_text(arena_create(), NULL, SIZE_MAX);
}

static void room_too_much(void)
{
    size_t capacity = SIZE_MAX / 2 + 1;
    mem_room(NULL, capacity, &capacity, 1);
}

static void text_too_much(void)
{
    struct text text = {0};
    text_adds(&text, "x");
    text_add(&text, NULL, SIZE_MAX);
}

static void nothing(void)
{
}

static void too_much_memory_ends_the_process(void **state)
{
    (void)state;
    assert_false(dies(nothing));
    assert_true(dies(alloc_too_much));
    assert_true(dies(grow_too_much));
    assert_true(dies(copy_too_much));
    assert_true(dies(arena_too_much));
    assert_true(dies(arena_copy_too_much));
    assert_true(dies(room_too_much));
    assert_true(dies(text_too_much));
}

static void arena_gives_zeroed_aligned_memory(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    unsigned char *parts[200];
    for (size_t i = 0; i < TEST_COUNT(parts); i++) {
        size_t bytes = i * 97; // together larger than several blocks
        parts[i] = arena_alloc(arena, bytes, 1);
        assert_int_equal((uintptr_t)parts[i] % _Alignof(max_align_t), 0);
        for (size_t at = 0; at < bytes; at++)
            assert_int_equal(parts[i][at], 0);
        memset(parts[i], (int)i + 1, bytes);
    }
    for (size_t i = 1; i < TEST_COUNT(parts); i++) // nothing was written over
        assert_int_equal(parts[i][i * 97 - 1], (unsigned char)(i + 1));
    assert_true(arena_bytes(arena) >= 199 * 200 / 2 * 97);
    arena_destroy(arena);
    arena_destroy(NULL);
}

static void arena_takes_large_and_small(void **state)
{
    (void)state;
    struct arena *arena = arena_create();
    assert_int_equal(arena_bytes(arena), 0);
    char *small = arena_text(arena, "small", 5);
    size_t before = arena_bytes(arena);
    char *large = arena_alloc(arena, 10 * 1024 * 1024, 1);
    large[10 * 1024 * 1024 - 1] = 'x';
    assert_true(arena_bytes(arena) - before < 10 * 1024 * 1024 + 4096);
    size_t after = arena_bytes(arena);
    assert_string_equal(arena_text(arena, "more", 4), "more");
    assert_int_equal(arena_bytes(arena), after); // into the block that was there before
    assert_string_equal(small, "small");
    for (int i = 0; i < 3; i++) // each one hangs in the chain that arena_destroy walks
        memset(arena_alloc(arena, 5 * 1024 * 1024, 1), 'x', 5 * 1024 * 1024);
    assert_string_equal(arena_text(arena, NULL, 0), "");
    arena_destroy(arena);
}

static void errors_are_filled_in_one_line(void **state)
{
    (void)state;
    struct err err = {0};
    assert_int_equal(err_set(&err, ERR_REJECT, "overflow", "sum of %s: %d", "FOOD", 7), -1);
    assert_int_equal(err.kind, ERR_REJECT);
    assert_string_equal(err.code, "overflow");
    assert_string_equal(err.text, "sum of FOOD: 7");
    assert_int_equal(err_set(NULL, ERR_DIE, "bug", "%d", 1), -1);
}

static void long_errors_are_cut(void **state)
{
    (void)state;
    struct err err = {0};
    char text[1000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    err_set(&err, ERR_DIE, text, "%s", text);
    assert_int_equal(strlen(err.code), sizeof err.code - 1);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_grows),
        cmocka_unit_test(text_holds_exact_lengths),
        cmocka_unit_test(takes_only_real_utf8),
        cmocka_unit_test(lists_grow_zeroed),
        cmocka_unit_test(memory_is_never_null),
        cmocka_unit_test(too_much_memory_ends_the_process),
        cmocka_unit_test(arena_gives_zeroed_aligned_memory),
        cmocka_unit_test(arena_takes_large_and_small),
        cmocka_unit_test(errors_are_filled_in_one_line),
        cmocka_unit_test(long_errors_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
