// Random histories of a country (moves, mergers, new units) against a list of rows that is searched
// from the top each time.
#include "core/unit.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/random.h"
#include "tests/lib/tree.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HISTORIES 150
#define UNITS_MAX 120
#define ROWS_MAX 1000
#define EVENTS 80
#define DAY_FIRST 18262 // 2020-01-01
#define LEVELS 4
#define NONE (-1)

static const char *const level_names[LEVELS] = {"province", "district", "commune", "village"};

struct row {
    int unit, parent;
    int32_t from, to;
};
struct history {
    int units, rows;
    int level[UNITS_MAX], merged[UNITS_MAX];
    bool alive[UNITS_MAX];
    int open[UNITS_MAX]; // the row that is open now
    struct row row[ROWS_MAX];
    int32_t today;
};

static void row_open(struct history *history, int unit, int parent, int32_t from)
{
    assert_true(history->rows < ROWS_MAX);
    history->open[unit] = history->rows;
    history->row[history->rows++] = (struct row){unit, parent, from, DAY_MAX};
}

static void row_close(struct history *history, int unit)
{
    history->row[history->open[unit]].to = history->today - 1;
}

static void unit_begin(struct history *history, int level, int parent, int32_t from)
{
    if (history->units == UNITS_MAX)
        return;
    int unit = history->units++;
    history->level[unit] = level;
    history->merged[unit] = NONE;
    history->alive[unit] = true;
    row_open(history, unit, parent, from);
}

// A unit alive of the level other than `but`, or NONE.
static int any_unit(struct random *random, const struct history *history, int level, int but)
{
    for (int tries = 0; tries < 200; tries++) {
        int unit = (int)random_below(random, (uint64_t)history->units);
        if (history->alive[unit] && history->level[unit] == level && unit != but)
            return unit;
    }
    return NONE;
}

static void unit_move(struct history *history, int unit, int parent)
{
    row_close(history, unit);
    row_open(history, unit, parent, history->today);
}

static void event(struct random *random, struct history *history)
{
    int level = (int)random_between(random, 2, 3);
    int unit = any_unit(random, history, level, NONE);
    int other = any_unit(random, history, level, unit);
    int upper = any_unit(random, history, level - 1, NONE);
    if (unit == NONE || upper == NONE)
        return;
    history->today += (int32_t)random_between(random, 1, 40);
    switch (random_below(random, 3)) {
    case 0:
        unit_begin(history, level, upper, history->today);
        return;
    case 1:
        unit_move(history, unit, upper);
        return;
    default:
        if (other == NONE)
            return;
        row_close(history, unit);
        history->alive[unit] = false;
        history->merged[unit] = other;
        for (int i = 0; i < history->units; i++)
            if (history->alive[i] && history->row[history->open[i]].parent == unit)
                unit_move(history, i, other);
    }
}

static void history_make(struct random *random, struct history *history)
{
    *history = (struct history){.today = DAY_FIRST};
    unit_begin(history, 0, NONE, DAY_MIN);
    for (int level = 1; level < LEVELS; level++)
        for (int i = 0; i < 4 * level; i++)
            unit_begin(history, level, any_unit(random, history, level - 1, NONE), DAY_MIN);
    for (int i = 0; i < EVENTS; i++)
        event(random, history);
}

// The codes do not sort like the numbers: the order of the tree is another one.
static void code_of(int unit, char code[static 16])
{
    if (unit == NONE)
        code[0] = '\0';
    else
        snprintf(code, 16, "%c%d", "zBx0"[unit % 4], unit);
}

static void history_write(struct random *random, const struct history *history, struct text *out)
{
    int order[ROWS_MAX];
    for (int i = 0; i < history->rows; i++) { // shuffled
        int other = (int)random_below(random, (uint64_t)i + 1);
        order[i] = order[other];
        order[other] = i;
    }
    text_adds(out, "");
    for (int i = 0; i < history->rows; i++) {
        const struct row *row = &history->row[order[i]];
        char code[16], parent[16], merged[16], from[DAY_TEXT_SIZE], to[DAY_TEXT_SIZE];
        bool last = !history->alive[row->unit] && history->open[row->unit] == order[i];
        code_of(row->unit, code);
        code_of(row->parent, parent);
        code_of(last ? history->merged[row->unit] : NONE, merged);
        day_format(row->from, from);
        day_format(row->to, to);
        text_addf(out, "%s,Name,%s,%s,%s,%s,%s\n", code, level_names[history->level[row->unit]],
                  parent, from, to, merged);
    }
}

// The same questions, answered by searching all rows.
static const struct row *plain_row(const struct history *history, int unit, int32_t day)
{
    for (int i = 0; i < history->rows; i++)
        if (history->row[i].unit == unit && history->row[i].from <= day &&
            history->row[i].to >= day)
            return &history->row[i];
    return NULL;
}

static int plain_parent(const struct history *history, int unit, int32_t day)
{
    const struct row *row = plain_row(history, unit, day);
    return row != NULL ? row->parent : NONE;
}

static bool plain_below(const struct history *history, int unit, int ancestor, int32_t day)
{
    int parent = plain_parent(history, unit, day);
    return parent != NONE && (parent == ancestor || plain_below(history, parent, ancestor, day));
}

static int plain_continuing(const struct history *history, int unit, int32_t day)
{
    bool begun = false;
    for (int i = 0; i < history->rows; i++)
        begun = begun || (history->row[i].unit == unit && history->row[i].from <= day);
    if (!begun)
        return NONE;
    while (plain_row(history, unit, day) == NULL)
        unit = history->merged[unit]; // units of these histories have no gaps
    return unit;
}

static uint32_t index_of(const struct unit_tree *tree, int unit)
{
    char code[16];
    code_of(unit, code);
    return unit == NONE ? NO_UNIT : tree_unit(tree, code);
}

static int32_t any_day(struct random *random, const struct history *history)
{
    if (random_below(random, 3) == 0) { // on the edge of a row
        const struct row *row = &history->row[random_below(random, (uint64_t)history->rows)];
        if (row->from != DAY_MIN)
            return row->from - (int32_t)random_below(random, 2);
    }
    return (int32_t)random_between(random, DAY_FIRST - 10, history->today + 10);
}

static void answers_like_a_plain_search(void **state)
{
    (void)state;
    struct random random = random_start(__func__);
    for (int round = 0; round < HISTORIES; round++) {
        static struct history history;
        struct text text = {0};
        history_make(&random, &history);
        history_write(&random, &history, &text);
        struct unit_tree *tree = tree_make(text.data);
        for (int i = 0; i < 300; i++) {
            int32_t day = any_day(&random, &history);
            int unit = (int)random_below(&random, (uint64_t)history.units);
            int other = (int)random_below(&random, (uint64_t)history.units);
            uint32_t index = index_of(tree, unit), other_index = index_of(tree, other);
            assert_int_equal(unit_exists(tree, index, day), plain_row(&history, unit, day) != NULL);
            assert_int_equal(unit_parent(tree, index, day),
                             index_of(tree, plain_parent(&history, unit, day)));
            assert_int_equal(unit_below(tree, index, other_index, day),
                             plain_below(&history, unit, other, day));
            assert_int_equal(unit_continuing(tree, index, day),
                             index_of(tree, plain_continuing(&history, unit, day)));
        }
        unit_tree_destroy(tree);
        text_free(&text);
    }
}

// What holds in every tree on every day, without asking a second time in another way.
static void check_laws(const struct unit_tree *tree, int32_t day, struct random *random)
{
    uint32_t count = (uint32_t)tree->unit_count;
    uint32_t a = (uint32_t)random_below(random, count), b = (uint32_t)random_below(random, count);
    assert_false(unit_below(tree, a, a, day));
    for (uint32_t up = unit_parent(tree, a, day); up != NO_UNIT; up = unit_parent(tree, up, day)) {
        assert_true(unit_below(tree, a, up, day));
        assert_false(unit_below(tree, up, a, day));
        assert_true(unit_level_above(tree, tree->units[up].level, tree->units[a].level));
        assert_int_equal(unit_ancestor_of_level(tree, a, tree->units[up].level, day), up);
        if (unit_below(tree, up, b, day))
            assert_true(unit_below(tree, a, b, day));
    }
    uint32_t next = unit_continuing(tree, a, day);
    if (next != NO_UNIT) {
        const struct unit *unit = &tree->units[next]; // perhaps between two of its rows
        assert_true(unit->first_day <= day && unit->last_day >= day);
        assert_int_equal(unit_continuing(tree, next, day), next);
        assert_int_equal(tree->units[next].level, tree->units[a].level);
    }
}

static void check_day(const struct unit_tree *tree, int32_t day)
{
    struct unit_day *view = unit_day_create(tree, day);
    size_t *place = calloc(tree->unit_count, sizeof *place);
    assert_non_null(place);
    size_t present = 0;
    for (size_t i = 0; i < tree->unit_count; i++)
        present += view->present[i];
    assert_int_equal(view->order_count, present);
    for (size_t i = 0; i < view->order_count; i++) {
        uint32_t unit = view->order[i], parent = view->parent[unit];
        assert_true(view->present[unit]);
        assert_int_equal(place[unit], 0);
        place[unit] = i + 1;
        if (parent != NO_UNIT)
            assert_true(place[parent] > 0);
    }
    for (uint32_t a = 0; a < tree->unit_count; a++)
        for (uint32_t b = a + 1; b < tree->unit_count; b++)
            if (view->present[a] && view->present[b] && view->parent[a] == view->parent[b])
                assert_true(place[a] < place[b]);
    free(place);
    unit_day_destroy(view);
}

static void trees_are_trees(void **state)
{
    (void)state;
    struct random random = random_start(__func__);
    for (int round = 0; round < HISTORIES; round++) {
        static struct history history;
        struct text text = {0};
        history_make(&random, &history);
        history_write(&random, &history, &text);
        struct unit_tree *tree = tree_make(text.data);
        for (int i = 0; i < 200; i++)
            check_laws(tree, any_day(&random, &history), &random);
        for (int i = 0; i < 5; i++)
            check_day(tree, any_day(&random, &history));
        unit_tree_destroy(tree);
        text_free(&text);
    }
}

// The canonical text depends on the rows, not on their order, and is its own canonical text.
static void canonical_text_is_one(void **state)
{
    (void)state;
    struct random random = random_start(__func__);
    for (int round = 0; round < HISTORIES; round++) {
        static struct history history;
        struct text written[3] = {{0}};
        history_make(&random, &history);
        for (int i = 0; i < 3; i++) {
            struct text text = {0};
            if (i < 2)
                history_write(&random, &history, &text);
            else
                text_adds(&text, strchr(written[0].data, '\n') + 1);
            struct unit_tree *tree = tree_make(text.data);
            unit_tree_write(tree, &written[i]);
            unit_tree_destroy(tree);
            text_free(&text);
        }
        assert_string_equal(written[0].data, written[1].data);
        assert_string_equal(written[0].data, written[2].data);
        for (int i = 0; i < 3; i++)
            text_free(&written[i]);
    }
}

// Any single damage to a good file is either harmless or a finding, and never a tree that breaks the
// laws.
static void damaged_files_give_trees_or_findings(void **state)
{
    (void)state;
    struct random random = random_start(__func__);
    size_t refused = 0, taken = 0;
    for (int round = 0; round < HISTORIES * 4; round++) {
        static struct history history;
        struct text text = {0};
        struct findings findings = {0};
        history_make(&random, &history);
        struct row *row = &history.row[random_below(&random, (uint64_t)history.rows)];
        switch (random_below(&random, 4)) {
        case 0:
            row->parent = (int)random_below(&random, (uint64_t)history.units);
            break;
        case 1:
            row->from = any_day(&random, &history);
            break;
        case 2:
            row->to = any_day(&random, &history);
            break;
        default:
            history.merged[row->unit] = (int)random_below(&random, (uint64_t)history.units);
        }
        history_write(&random, &history, &text);
        struct unit_tree *tree = tree_try(text.data, &findings);
        assert_true((tree == NULL) == (findings.errors > 0));
        refused += tree == NULL;
        taken += tree != NULL;
        for (int i = 0; tree != NULL && i < 50; i++)
            check_laws(tree, any_day(&random, &history), &random);
        unit_tree_destroy(tree);
        findings_free(&findings);
        text_free(&text);
    }
    assert_true(refused > HISTORIES && taken > HISTORIES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_like_a_plain_search),
        cmocka_unit_test(trees_are_trees),
        cmocka_unit_test(canonical_text_is_one),
        cmocka_unit_test(damaged_files_give_trees_or_findings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
