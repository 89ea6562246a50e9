// Questions to a unit tree with moves and mergers.
#include "core/unit.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/tree.h"
#include <string.h>

// Two communes become x-06 on 30 June 2023; their villages have been merged or move there. V7 has
// two parents, with a gap between, and the first one skips a level.
static const char rows[] = "X-01,Xã Y Tịch,commune,H-01,,,\n"
                           "H-01,Huyện Chi Lăng,district,T-01,,,\n"
                           "T-01,Tỉnh Lạng Sơn,province,,,,\n"
                           "X-02,Xã Vạn Linh,commune,H-01,1999-07-01,2023-06-29,x-06\n"
                           "x-03,Xã Hòa Bình,commune,H-01,1999-07-01,2023-06-29,x-06\n"
                           "x-06,Xã Thượng Cường,commune,H-01,2023-06-30,,\n"
                           "B-11,Thôn Khau Mẻ,village,x-06,2023-06-30,,\n"
                           "B-11,Thôn Khau Mẻ cũ,village,X-02,2023-04-01,2023-06-29,\n"
                           "b-03,Thôn Đồng Ca,village,X-02,1999-07-01,2023-03-31,B-04\n"
                           "B-04,\"Thôn \"\"Nưa\"\"\",village,X-02,1999-07-01,2023-05-10,B-11\n"
                           "V7,Thôn 7,village,T-01,2000-01-01,2000-12-31,\n"
                           "V7,Thôn 7,village,X-01,2002-01-01,2022-12-31,\n"
                           "V8,Thôn 8,village,X-01,,2010-01-31,\n";

static int tree_setup(void **state)
{
    *state = tree_make(rows);
    return 0;
}

static int tree_teardown(void **state)
{
    unit_tree_destroy(*state);
    return 0;
}

static void codes_have_limits(void **state)
{
    (void)state;
    char code[CODE_BYTES_MAX + 1];
    memset(code, 'A', sizeof code);
    assert_true(code_valid(code, CODE_BYTES_MAX));
    assert_false(code_valid(code, CODE_BYTES_MAX + 1));
    assert_false(code_valid("", 0));
    static const char *const good[] = {"a", "z", "Z", "9", "0", "06463.2025", "Az_-.", "-", "x-06"};
    static const char *const bad[] = {" ",   "a b", "xã", "a,b", "a/b", "a\n",
                                      "a:b", "@",   "[",  "`",   "{",   "a;"};
    for (size_t i = 0; i < TEST_COUNT(good); i++)
        assert_true(code_valid(good[i], strlen(good[i])));
    for (size_t i = 0; i < TEST_COUNT(bad); i++)
        assert_false(code_valid(bad[i], strlen(bad[i])));
    assert_false(code_valid("a\0b", 3));
}

static void orders_units_by_bytes(void **state)
{
    const struct unit_tree *tree = *state;
    static const char *const codes[] = {"B-04", "B-11", "H-01", "T-01", "V7",  "V8",
                                        "X-01", "X-02", "b-03", "x-03", "x-06"};
    assert_int_equal(tree->unit_count, TEST_COUNT(codes));
    for (size_t i = 0; i < TEST_COUNT(codes); i++) {
        assert_string_equal(tree->units[i].code, codes[i]);
        assert_int_equal(unit_find(tree, codes[i]), i);
    }
    static const char *const absent[] = {"", "A", "B-05", "X-0", "X-011", "zz"};
    for (size_t i = 0; i < TEST_COUNT(absent); i++)
        assert_int_equal(unit_find(tree, absent[i]), NO_UNIT);
}

static void orders_levels(void **state)
{
    const struct unit_tree *tree = *state;
    static const char *const levels[] = {"province", "district", "commune", "village"};
    assert_int_equal(tree->level_count, 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_string_equal(tree->levels[i], levels[i]);
        assert_int_equal(unit_level_find(tree, levels[i]), i);
        for (unsigned j = 0; j < 4; j++)
            assert_int_equal(unit_level_above(tree, i, j), i < j);
    }
    assert_int_equal(unit_level_find(tree, "hamlet"), -1);
}

// region and zone have nothing to do with each other: neither lies above the other.
static void levels_need_not_be_a_chain(void **state)
{
    (void)state;
    struct unit_tree *tree = tree_make("1,a,root,,,,\n2,b,zone,1,,,\n3,c,region,1,,,\n"
                                       "4,d,leaf,3,,,\n5,e,leaf,2,,,\n6,f,alone,,,,\n");
    static const char *const order[] = {"alone", "root", "region", "zone", "leaf"};
    for (unsigned i = 0; i < 5; i++)
        assert_string_equal(tree->levels[i], order[i]);
    assert_true(unit_level_above(tree, 1, 4)); // through others
    assert_true(unit_level_above(tree, 2, 4));
    assert_false(unit_level_above(tree, 2, 3));
    assert_false(unit_level_above(tree, 3, 2));
    assert_false(unit_level_above(tree, 0, 4));
    unit_tree_destroy(tree);
}

static void keeps_rows_in_time(void **state)
{
    const struct unit_tree *tree = *state;
    const struct unit *unit = &tree->units[tree_unit(tree, "B-11")];
    assert_int_equal(unit->row_count, 2);
    assert_int_equal(unit->rows[0].from, tree_day("2023-04-01"));
    assert_int_equal(unit->rows[1].to, DAY_MAX);
    assert_int_equal(unit->first_day, tree_day("2023-04-01"));
    assert_int_equal(unit->last_day, DAY_MAX);
    assert_string_equal(unit->name, "Thôn Khau Mẻ"); // of the last row
    assert_int_equal(unit->merged_into, NO_UNIT);
    assert_int_equal(tree->units[tree_unit(tree, "V8")].first_day, DAY_MIN);
}

static void check_parent(const struct unit_tree *tree, const char *unit, const char *day,
                         const char *parent)
{
    uint32_t expected = parent != NULL ? tree_unit(tree, parent) : NO_UNIT;
    if (unit_parent(tree, tree_unit(tree, unit), tree_day(day)) != expected)
        fail_msg("parent of %s on %s is not %s", unit, day, parent != NULL ? parent : "none");
}

static void finds_the_row_of_a_day(void **state)
{
    const struct unit_tree *tree = *state;
    static const struct {
        const char *unit, *day;
        int row; // -1: none
    } cases[] = {
        {"B-11", "2023-03-31", -1}, {"B-11", "2023-04-01", 0}, {"B-11", "2023-06-29", 0},
        {"B-11", "2023-06-30", 1},  {"B-11", "9999-12-31", 1}, {"V7", "1999-12-31", -1},
        {"V7", "2000-12-31", 0},    {"V7", "2001-01-01", -1},  {"V7", "2001-12-31", -1},
        {"V7", "2002-01-01", 1},    {"V7", "2022-12-31", 1},   {"V7", "2023-01-01", -1},
        {"V8", "0001-01-01", 0},    {"V8", "2010-01-31", 0},   {"V8", "2010-02-01", -1},
        {"T-01", "0001-01-01", 0},
    };
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        uint32_t unit = tree_unit(tree, cases[i].unit);
        const struct unit_row *row = unit_row_at(tree, unit, tree_day(cases[i].day));
        const struct unit_row *expected = cases[i].row >= 0 ? &tree->units[unit].rows[cases[i].row]
                                                            : NULL;
        if (row != expected)
            fail_msg("row of %s on %s", cases[i].unit, cases[i].day);
        assert_int_equal(unit_exists(tree, unit, tree_day(cases[i].day)), expected != NULL);
    }
    check_parent(tree, "B-11", "2023-06-29", "X-02");
    check_parent(tree, "B-11", "2023-06-30", "x-06");
    check_parent(tree, "V7", "2000-06-01", "T-01");
    check_parent(tree, "V7", "2001-06-01", NULL);
    check_parent(tree, "T-01", "2022-01-01", NULL);
}

static void knows_who_lies_below_whom(void **state)
{
    const struct unit_tree *tree = *state;
    static const struct {
        const char *unit, *ancestor, *day;
        bool below;
    } cases[] = {
        {"B-11", "X-02", "2023-06-29", true},  {"B-11", "X-02", "2023-06-30", false},
        {"B-11", "x-06", "2023-06-30", true},  {"B-11", "T-01", "2023-06-30", true},
        {"B-11", "B-11", "2023-06-30", false}, {"T-01", "B-11", "2023-06-30", false},
        {"V7", "H-01", "2000-06-01", false},   {"V7", "H-01", "2002-06-01", true},
        {"V7", "T-01", "2001-06-01", false}, // absent
        {"X-01", "x-06", "2023-06-30", false}, {"T-01", "T-01", "2023-06-30", false},
    };
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        uint32_t unit = tree_unit(tree, cases[i].unit);
        uint32_t ancestor = tree_unit(tree, cases[i].ancestor);
        int32_t day = tree_day(cases[i].day);
        if (unit_below(tree, unit, ancestor, day) != cases[i].below)
            fail_msg("%s below %s on %s", cases[i].unit, cases[i].ancestor, cases[i].day);
        bool at = unit == ancestor && unit_exists(tree, unit, day);
        assert_int_equal(unit_at_or_below(tree, unit, ancestor, day), cases[i].below || at);
    }
    assert_false(unit_below(tree, tree_unit(tree, "V8"), NO_UNIT, tree_day("2010-01-31")));
    uint32_t gone = tree_unit(tree, "V8");
    assert_true(unit_at_or_below(tree, gone, gone, tree_day("2010-01-31")));
    assert_false(unit_at_or_below(tree, gone, gone, tree_day("2010-02-01")));
}

static void follows_mergers(void **state)
{
    const struct unit_tree *tree = *state;
    static const struct {
        const char *unit, *day, *continuing;
    } cases[] = {
        {"b-03", "2023-03-31", "b-03"}, {"b-03", "2023-04-01", "B-04"},
        {"b-03", "2023-05-10", "B-04"}, {"b-03", "2023-05-11", "B-11"}, // through two mergers
        {"X-02", "2023-06-29", "X-02"}, {"X-02", "2023-06-30", "x-06"},
        {"B-11", "2023-03-31", NULL},                               // not begun
        {"V8", "2010-01-31", "V8"},     {"V8", "2010-02-01", NULL}, // no successor
        {"V7", "2001-06-01", "V7"}, // between two rows it has not ended
        {"V7", "2023-01-01", NULL},
    };
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        uint32_t expected = cases[i].continuing != NULL ? tree_unit(tree, cases[i].continuing)
                                                        : NO_UNIT;
        uint32_t unit = tree_unit(tree, cases[i].unit);
        if (unit_continuing(tree, unit, tree_day(cases[i].day)) != expected)
            fail_msg("who continues %s on %s", cases[i].unit, cases[i].day);
    }
}

static void finds_ancestors_of_a_level(void **state)
{
    const struct unit_tree *tree = *state;
    static const struct {
        const char *unit, *level, *day, *ancestor;
    } cases[] = {
        {"B-11", "commune", "2023-06-29", "X-02"},
        {"B-11", "commune", "2023-06-30", "x-06"},
        {"B-11", "district", "2023-06-30", "H-01"},
        {"B-11", "village", "2023-06-30", "B-11"},
        {"B-11", "commune", "2022-01-01", "X-02"}, // not begun: its first day
        {"b-03", "commune", "2024-01-01", "X-02"}, // ended: its last day
        {"V7", "commune", "2000-06-01", NULL},     // a level is skipped
        {"V7", "province", "2000-06-01", "T-01"},
        {"V7", "commune", "2001-06-01", NULL}, // between two rows: the one before
        {"V7", "commune", "2030-01-01", "X-01"},
        {"V8", "commune", "2030-01-01", "X-01"},
        {"X-01", "village", "2022-01-01", NULL}, // a level below
        {"H-01", "district", "1990-01-01", "H-01"},
    };
    for (size_t i = 0; i < TEST_COUNT(cases); i++) {
        uint32_t expected = cases[i].ancestor != NULL ? tree_unit(tree, cases[i].ancestor)
                                                      : NO_UNIT;
        unsigned level = (unsigned)unit_level_find(tree, cases[i].level);
        uint32_t unit = tree_unit(tree, cases[i].unit);
        if (unit_ancestor_of_level(tree, unit, level, tree_day(cases[i].day)) != expected)
            fail_msg("%s of %s on %s", cases[i].level, cases[i].unit, cases[i].day);
    }
}

static void writes_the_canonical_file(void **state)
{
    struct text text = {0};
    unit_tree_write(*state, &text);
    assert_string_equal(text.data,
                        "code,name,level,parent,valid_from,valid_to,merged_into\n"
                        "B-04,\"Thôn \"\"Nưa\"\"\",village,X-02,1999-07-01,2023-05-10,B-11\n"
                        "B-11,Thôn Khau Mẻ cũ,village,X-02,2023-04-01,2023-06-29,\n"
                        "B-11,Thôn Khau Mẻ,village,x-06,2023-06-30,,\n"
                        "H-01,Huyện Chi Lăng,district,T-01,,,\n"
                        "T-01,Tỉnh Lạng Sơn,province,,,,\n"
                        "V7,Thôn 7,village,T-01,2000-01-01,2000-12-31,\n"
                        "V7,Thôn 7,village,X-01,2002-01-01,2022-12-31,\n"
                        "V8,Thôn 8,village,X-01,,2010-01-31,\n"
                        "X-01,Xã Y Tịch,commune,H-01,,,\n"
                        "X-02,Xã Vạn Linh,commune,H-01,1999-07-01,2023-06-29,x-06\n"
                        "b-03,Thôn Đồng Ca,village,X-02,1999-07-01,2023-03-31,B-04\n"
                        "x-03,Xã Hòa Bình,commune,H-01,1999-07-01,2023-06-29,x-06\n"
                        "x-06,Xã Thượng Cường,commune,H-01,2023-06-30,,\n");
    text_free(&text);
}

static void names_belong_to_their_time(void **state)
{
    const struct unit_tree *tree = *state;
    uint32_t unit = tree_unit(tree, "B-11");
    assert_string_equal(unit_name_at(tree, unit, tree_day("2023-06-29")), "Thôn Khau Mẻ cũ");
    assert_string_equal(unit_name_at(tree, unit, tree_day("2023-06-30")), "Thôn Khau Mẻ");
    assert_string_equal(unit_name_at(tree, unit, tree_day("2023-03-31")),
                        "Thôn Khau Mẻ"); // not there
}

static void check_day(const struct unit_tree *tree, const char *day, const char *expected)
{
    struct unit_day *view = unit_day_create(tree, tree_day(day));
    struct text order = {0};
    text_adds(&order, "");
    for (size_t i = 0; i < view->order_count; i++)
        text_addf(&order, "%s ", tree->units[view->order[i]].code);
    assert_string_equal(order.data, expected);
    for (uint32_t unit = 0; unit < tree->unit_count; unit++) {
        assert_int_equal(view->present[unit], unit_exists(tree, unit, view->day));
        assert_int_equal(view->parent[unit], unit_parent(tree, unit, view->day));
    }
    text_free(&order);
    unit_day_destroy(view);
}

static void lays_out_the_tree_of_a_day(void **state)
{
    const struct unit_tree *tree = *state;
    check_day(tree, "2023-06-29", "T-01 H-01 X-01 X-02 B-11 x-03 ");
    check_day(tree, "2023-06-30", "T-01 H-01 X-01 x-06 B-11 ");
    check_day(tree, "2023-04-15", "T-01 H-01 X-01 X-02 B-04 B-11 x-03 ");
    check_day(tree, "2000-06-01", "T-01 H-01 X-01 V8 X-02 B-04 b-03 x-03 V7 ");
    unit_day_destroy(NULL);
    unit_tree_destroy(NULL);
}

static void lays_out_several_roots(void **state)
{
    (void)state;
    struct unit_tree *tree = tree_make("Z,z,a,,,,\nA,a,a,,,,\nM,m,b,Z,,,\nB,b,b,A,,,\n");
    check_day(tree, "2022-01-01", "A B Z M ");
    unit_tree_destroy(tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_have_limits),
        cmocka_unit_test(orders_units_by_bytes),
        cmocka_unit_test(orders_levels),
        cmocka_unit_test(levels_need_not_be_a_chain),
        cmocka_unit_test(keeps_rows_in_time),
        cmocka_unit_test(finds_the_row_of_a_day),
        cmocka_unit_test(knows_who_lies_below_whom),
        cmocka_unit_test(follows_mergers),
        cmocka_unit_test(finds_ancestors_of_a_level),
        cmocka_unit_test(writes_the_canonical_file),
        cmocka_unit_test(names_belong_to_their_time),
        cmocka_unit_test(lays_out_the_tree_of_a_day),
        cmocka_unit_test(lays_out_several_roots),
    };
    return cmocka_run_group_tests(tests, tree_setup, tree_teardown);
}
