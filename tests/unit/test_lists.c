// The lists beside the campaign: read with all findings, merged into what is on record, written in
// their canonical order, and what is written reads back the same.
#include "core/lists.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/found.h"
#include "tests/lib/tree.h"
#include <string.h>

static const char units[] = "P,p,province,,,,\n"
                            "H,h,district,P,,,\n"
                            "I,i,district,P,,,\n"
                            "X1,x,commune,H,,,\n"
                            "X2,x,commune,H,,2022-05-05,X1\n"
                            "X3,x,commune,I,,,\n"
                            "V1,v,village,X1,,,\n";
static const char yaml[] =
    "campaign: c\nowner: H\noffice_level: commune\ncompetitors: {level: commune}\n"
    "reporting: year\nfrom: 2022\nto: 2022\n"
    "indicators:\n"
    "  - {code: B, kind: amount, time: flow, reported_by: village, points: 1, target: 5}\n"
    "  - {code: A, kind: amount, time: flow, reported_by: village, points: 1}\n"
    "  - {code: R, kind: assessed, points: 1}\n"
    "adjustments: [{code: MODEL, points: 1}, {code: FAULT, points: -1}]\n"
    "awards:\n"
    "  - {code: FLAG, to: unit, quota: {count: 1}}\n"
    "  - {code: FIGHTER, to: individual}\n"
    "  - {code: ADVANCED, to: individual, form: thematic}\n"
    "  - {code: HOUSE, to: household, form: spot}\n";

struct fixture {
    struct arena *arena;
    struct unit_tree *tree;
    struct campaign *campaign;
    struct findings findings;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){arena_create(), tree_make(units), campaign_make(yaml), {0}};
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_destroy(f->arena);
    unit_tree_destroy(f->tree);
    campaign_destroy(f->campaign);
    return 0;
}

// A table from rows; the first is row 2. The text must outlive the table: it goes into the arena.
static const struct csv_table *table_of(struct fixture *f, const char *const *columns, size_t count,
                                        size_t required, const char *rows)
{
    struct text text = {0};
    for (size_t i = 0; i < count; i++)
        text_addf(&text, "%s%s", i ? "," : "", columns[i]);
    text_addf(&text, "\n%s", rows);
    const struct csv_table *table = csv_read(f->arena, "list.csv", text.data, text.length, columns,
                                             count, required, &f->findings);
    text_free(&text);
    assert_non_null(table);
    return table;
}

static struct targets targets_of(struct fixture *f, const char *rows, const char *expected)
{
    struct targets list;
    const struct csv_table *table = table_of(f, target_columns, 3, TARGET_COLUMNS_REQUIRED, rows);
    int result = targets_read(f->arena, f->campaign, f->tree, table, &list, &f->findings);
    assert_int_equal(result, f->findings.errors == 0 ? 0 : -1);
    found_equal(&f->findings, expected);
    return list;
}

static struct adjustments adjustments_of(struct fixture *f, const char *rows, const char *expected)
{
    struct adjustments list;
    const struct csv_table *table = table_of(f, adjustment_columns, 4, ADJUSTMENT_COLUMNS_REQUIRED,
                                             rows);
    int result = adjustments_read(f->arena, f->campaign, f->tree, table, &list, &f->findings);
    assert_int_equal(result, f->findings.errors == 0 ? 0 : -1);
    found_equal(&f->findings, expected);
    return list;
}

static struct nominations nominations_of(struct fixture *f, const char *rows, const char *expected)
{
    struct nominations list;
    const struct csv_table *table = table_of(f, nomination_columns, 12, NOMINATION_COLUMNS_REQUIRED,
                                             rows);
    int result = nominations_read(f->arena, f->campaign, f->tree, table, &list, &f->findings);
    assert_int_equal(result, f->findings.errors == 0 ? 0 : -1);
    found_equal(&f->findings, expected);
    return list;
}

static struct decisions decisions_of(struct fixture *f, const char *rows, const char *expected)
{
    struct decisions list;
    const struct csv_table *table = table_of(f, decision_columns, 4, DECISION_COLUMNS_REQUIRED,
                                             rows);
    int result = decisions_read(f->arena, f->campaign, table, &list, &f->findings);
    assert_int_equal(result, f->findings.errors == 0 ? 0 : -1);
    found_equal(&f->findings, expected);
    return list;
}

static void written(struct text *out, const char *expected)
{
    assert_string_equal(out->data, expected);
    text_free(out);
}

static void targets_written(struct fixture *f, const struct targets *list, const char *expected)
{
    struct text out = {0};
    targets_write(list, f->campaign, f->tree, &out);
    written(&out, expected);
}

static void adjustments_written(struct fixture *f, const struct adjustments *list,
                                const char *expected)
{
    struct text out = {0};
    adjustments_write(list, f->campaign, f->tree, &out);
    written(&out, expected);
}

static void nominations_written(struct fixture *f, const struct nominations *list,
                                const char *expected)
{
    struct text out = {0};
    nominations_write(list, f->campaign, f->tree, &out);
    written(&out, expected);
}

static void decisions_written(struct fixture *f, const struct decisions *list, const char *expected)
{
    struct text out = {0};
    decisions_write(list, f->campaign, &out);
    written(&out, expected);
}

static void counted(struct merge_count got, size_t added, size_t changed, size_t unchanged)
{
    assert_int_equal(got.added, added);
    assert_int_equal(got.changed, changed);
    assert_int_equal(got.unchanged, unchanged);
}

// --- targets ---

static void reads_targets(void **state)
{
    struct fixture *f = *state;
    struct targets list = targets_of(f, "X2,A,1.50\nP,B,0\nX1,A,100000000000\nX1,B,91.0000\n", "");
    assert_int_equal(list.count, 4);
    targets_written(f, &list, // by unit, then in the campaign's order
                    "unit,indicator,target\nP,B,0\nX1,B,91\nX1,A,100000000000\nX2,A,1.5\n");
    targets_free(&list);
    list = targets_of(f, "", "");
    targets_written(f, &list, "unit,indicator,target\n");
    targets_free(&list);
}

static void refuses_targets(void **state)
{
    struct fixture *f = *state;
    struct targets list = targets_of(
        f,
        "X9,A,1\nX1,Z,1\nX1,A,-0.0001\nX1,R,5\n,A,1\nX1,,1\nX2,A,\nX2,B,\"1,5\"\nx 1,A,1\nX3,A,7\n",
        "2 unit unknown_unit(X9; X9)\n3 indicator unknown_indicator(Z; Z)\n"
        "4 target negative_target(-0.0001; -0.0001)\n5 indicator target_assessed(R; R)\n"
        "6 unit missing_field(; unit)\n7 indicator missing_field(; indicator)\n"
        "8 target missing_field(; target)\n9 target bad_number(1,5; 1,5, 38.5)\n"
        "10 unit bad_code(x 1; x 1)\n");
    targets_written(f, &list, "unit,indicator,target\nX3,A,7\n"); // the good one is there
    targets_free(&list);
    // the same unit and indicator: both rows, also when one of them is bad anyway
    list = targets_of(f, "X1,A,1\nX1,B,1\nX1,A,-1\n",
                      "2 unit duplicate_row(X1; X1, A, 4)\n4 target negative_target(-1; -1)\n"
                      "4 unit duplicate_row(X1; X1, A, 2)\n");
    targets_written(f, &list, "unit,indicator,target\nX1,B,1\n");
    targets_free(&list);
}

static void merges_targets(void **state)
{
    struct fixture *f = *state;
    struct merge_count count;
    struct targets base = targets_of(f, "X1,A,1\nX1,B,2\nX2,A,3\n", "");
    struct targets more = targets_of(f, "X2,B,9\nX1,B,2.0\nX1,A,7\nH,A,0\n", "");
    targets_merge(&base, &more, &count);
    counted(count, 2, 1, 1);
    targets_written(f, &base, "unit,indicator,target\nH,A,0\nX1,B,2\nX1,A,7\nX2,B,9\nX2,A,3\n");
    targets_merge(&base, &more, &count);
    counted(count, 0, 0, 4);
    struct targets none = targets_of(f, "", "");
    targets_merge(&base, &none, &count);
    counted(count, 0, 0, 0);
    targets_merge(&none, &base, &count);
    counted(count, 5, 0, 0);
    assert_int_equal(none.count, 5);
    targets_free(&base);
    targets_free(&more);
    targets_free(&none);
}

static void answers_targets(void **state)
{
    struct fixture *f = *state;
    struct targets list = targets_of(f, "X1,A,1\nX2,B,0\nH,B,9\n", ""), none = {0};
    uint32_t x1 = tree_unit(f->tree, "X1"), x2 = tree_unit(f->tree, "X2"),
             h = tree_unit(f->tree, "H");
    int64_t target = -1;
    assert_true(target_of(&list, f->campaign, x1, 1, true, &target) && target == 10000);
    assert_true(target_of(&list, f->campaign, x1, 1, false, &target) && target == 10000);
    assert_true(target_of(&list, f->campaign, x2, 0, true, &target) && target == 0);
    assert_true(target_of(&list, f->campaign, h, 0, false, &target) && target == 90000);
    assert_true(target_of(&list, f->campaign, x1, 0, true, &target) && target == 50000);
    assert_true(target_of(&none, f->campaign, x1, 0, true, &target) && target == 50000);
    target = -1;
    assert_false(target_of(&list, f->campaign, x1, 0, false, &target));
    assert_false(target_of(&list, f->campaign, x2, 1, true, &target));
    assert_int_equal(target, -1);
    targets_free(&list);
}

// --- adjustments ---

static void reads_adjustments(void **state)
{
    struct fixture *f = *state;
    struct adjustments list = adjustments_of(
        f,
        "X2,MODEL,1,b\nX1,FAULT,10000,\"one, \"\"two\"\"\"\nX1,MODEL,2,z\nX1,MODEL,1,z\nX2,MODEL,1,b\n",
        "");
    adjustments_written(f, &list, // by unit, rule in the campaign's order, reason, times
                        "unit,code,times,reason\nX1,MODEL,1,z\nX1,MODEL,2,z\n"
                        "X1,FAULT,10000,\"one, \"\"two\"\"\"\nX2,MODEL,1,b\nX2,MODEL,1,b\n");
    adjustments_free(&list);
}

static void refuses_adjustments(void **state)
{
    struct fixture *f = *state;
    struct adjustments list = adjustments_of(
        f,
        "X1,MODEL,0,r\nX1,MODEL,1.5,r\nX1,MODEL,-1,r\nX1,MODEL,,r\nX1,MODEL,10001,r\n"
        "X1,MODEL,99999999999999999999,r\nX1,model,1,r\nX9,MODEL,1,r\nX1,MODEL,1,\n"
        "V1,MODEL,1,r\nX3,MODEL,1,r\nX1,MODEL,1,r\n",
        "2 times bad_times(0; 0)\n3 times bad_times(1.5; 1.5)\n4 times bad_times(-1; -1)\n"
        "5 times bad_times()\n6 times bad_times(10001; 10001)\n"
        "7 times bad_times(99999999999999999999; 99999999999999999999)\n"
        "8 code unknown_adjustment(model; model)\n9 unit unknown_unit(X9; X9)\n"
        "10 reason missing_reason()\n11 unit list_not_competing(V1; V1)\n"
        "12 unit list_not_below_owner(X3; X3, H)\n");
    adjustments_written(f, &list, "unit,code,times,reason\nX1,MODEL,1,r\n");
    adjustments_free(&list);
}

// Of each row as many as the larger list has.
static void merges_adjustments(void **state)
{
    struct fixture *f = *state;
    struct merge_count count;
    struct adjustments base = adjustments_of(f, "X1,MODEL,1,a\nX1,MODEL,1,a\nX2,FAULT,1,c\n", "");
    struct adjustments more = adjustments_of(
        f, "X1,MODEL,1,a\nX1,MODEL,2,a\nX1,MODEL,1,b\nX2,FAULT,1,c\nX2,FAULT,1,c\n", "");
    adjustments_merge(&base, &more, &count);
    counted(count, 3, 0, 2);
    adjustments_written(f, &base,
                        "unit,code,times,reason\nX1,MODEL,1,a\nX1,MODEL,1,a\nX1,MODEL,2,a\n"
                        "X1,MODEL,1,b\nX2,FAULT,1,c\nX2,FAULT,1,c\n");
    adjustments_merge(&base, &more, &count);
    counted(count, 0, 0, 5);
    assert_int_equal(base.count, 6);
    adjustments_free(&base);
    adjustments_free(&more);
}

// --- nominations ---

#define NOMINATIONS \
    "id,unit,award,kind,name,category,form,votes_for,votes_total,score,prior,reason\n"

static void reads_nominations(void **state)
{
    struct fixture *f = *state;
    struct nominations list = nominations_of(
        f,
        "N2,X1,ADVANCED,individual,Bình,worker,thematic,7,9,92.50,LDTT;CSTDCS,\"a, b\"\n"
        "N1,X2,ADVANCED,individual,An,leader,thematic,,,,,\n"
        "H1,X1,HOUSE,household,Hộ ông Lý,,spot,0,0,0,,\n"
        "N2,X1,FIGHTER,individual,Bình,worker,regular,0,9,,,\n"
        "D,H,FIGHTER,individual,of the district,other,regular,,0,,,\n"
        "F,V1,FIGHTER,individual,,farmer,regular,9,9,100,,\n",
        "");
    assert_int_equal(list.count, 6);
    const struct nomination *last = &list.list[5], *n1 = &list.list[3], *n2 = &list.list[4];
    assert_string_equal(n1->id, "N1");
    assert_false(n1->has_votes || n1->has_score);
    assert_int_equal(n1->category, CATEGORY_LEADER);
    assert_true(n2->has_votes && n2->votes_for == 7 && n2->votes_total == 9);
    assert_true(n2->has_score && n2->score_e4 == 925000 && n2->category == CATEGORY_WORKER);
    assert_string_equal(n2->prior, "LDTT;CSTDCS");
    assert_true(!last->has_votes && last->has_score && last->score_e4 == 0);
    assert_int_equal(last->category, CATEGORY_NONE);
    nominations_written(f, &list, // by award in the campaign's order, then id
                        NOMINATIONS "D,H,FIGHTER,individual,of the district,other,regular,,,,,\n"
                                    "F,V1,FIGHTER,individual,,farmer,regular,9,9,100,,\n"
                                    "N2,X1,FIGHTER,individual,Bình,worker,regular,0,9,,,\n"
                                    "N1,X2,ADVANCED,individual,An,leader,thematic,,,,,\n"
                                    "N2,X1,ADVANCED,individual,Bình,worker,thematic,7,9,92.5,"
                                    "LDTT;CSTDCS,\"a, b\"\n"
                                    "H1,X1,HOUSE,household,Hộ ông Lý,,spot,,,0,,\n");
    nominations_free(&list);
}

// A nomination of N1 for FIGHTER with one part different.
static void refuse_nomination(struct fixture *f, const char *row, const char *expected)
{
    struct nominations list = nominations_of(f, row, expected);
    assert_int_equal(list.count, 0);
    nominations_free(&list);
}

static void refuses_nominations(void **state)
{
    struct fixture *f = *state;
    refuse_nomination(f, ",X1,FIGHTER,individual,An,leader,regular,,,,,\n",
                      "2 id missing_field(; id)\n");
    // rows without a key are not twins
    refuse_nomination(f,
                      ",X1,FIGHTER,individual,An,leader,regular,,,,,\n"
                      ",X1,FIGHTER,individual,An,leader,regular,,,,,\n",
                      "2 id missing_field(; id)\n3 id missing_field(; id)\n");
    refuse_nomination(f,
                      "N1,X1,F,individual,An,leader,regular,,,,,\n"
                      "N1,X1,F,individual,An,leader,regular,,,,,\n",
                      "2 award unknown_award(F; F)\n3 award unknown_award(F; F)\n");
    refuse_nomination(f, "N 1,X1,FIGHTER,individual,An,leader,regular,,,,,\n",
                      "2 id bad_code(N 1; N 1)\n");
    refuse_nomination(f, "N1,X9,FIGHTER,individual,An,leader,regular,,,,,\n",
                      "2 unit unknown_unit(X9; X9)\n");
    refuse_nomination(f, "N1,X3,FIGHTER,individual,An,leader,regular,,,,,\n",
                      "2 unit list_not_below_owner(X3; X3, H)\n");
    refuse_nomination(f, "N1,X1,fighter,individual,An,leader,regular,,,,,\n",
                      "2 award unknown_award(fighter; fighter)\n");
    refuse_nomination(f, "N1,X1,FLAG,unit,An,,regular,,,,,\n",
                      "2 award award_to_units(FLAG; FLAG)\n");
    refuse_nomination(f, "N1,X1,FIGHTER,household,An,,spot,,,,,\n",
                      "2 form bad_form(spot; spot, FIGHTER, regular)\n"
                      "2 kind bad_kind(household; household, FIGHTER, individual)\n");
    refuse_nomination(f, "N1,X1,FIGHTER,individual,An,,regular,,,,,\n",
                      "2 category bad_category()\n");
    refuse_nomination(f, "N1,X1,FIGHTER,individual,An,boss,regular,,,,,\n",
                      "2 category bad_category(boss; boss)\n");
    refuse_nomination(f, "N1,X1,HOUSE,household,An,leader,spot,,,,,\n",
                      "2 category bad_category(leader; leader)\n");
    refuse_nomination(f, "N1,X1,FIGHTER,individual,An,leader,regular,10,9,,,\n",
                      "2 votes_for votes_over_total(10; 10, 9)\n");
    refuse_nomination(f, "N1,X1,FIGHTER,individual,An,leader,regular,3,,,,\n",
                      "2 votes_total votes_without_total(; 3)\n");
    refuse_nomination(f, "N1,X1,FIGHTER,individual,An,leader,regular,3,0,,,\n",
                      "2 votes_total votes_without_total(0; 3)\n");
    refuse_nomination(f, "N1,X1,FIGHTER,individual,An,leader,regular,,9,,,\n",
                      "2 votes_for missing_field(; votes_for)\n");
    refuse_nomination(f, "N1,X1,FIGHTER,individual,An,leader,regular,2.5,9,,,\n",
                      "2 votes_for bad_votes(2.5; 2.5)\n");
    refuse_nomination(f, "N1,X1,FIGHTER,individual,An,leader,regular,2,1000001,,,\n",
                      "2 votes_total bad_votes(1000001; 1000001)\n");
    refuse_nomination(f, "N1,X1,FIGHTER,individual,An,leader,regular,,,-1,,\n",
                      "2 score bad_score(-1; -1)\n");
    refuse_nomination(f, "N1,X1,FIGHTER,individual,An,leader,regular,,,9o,,\n",
                      "2 score bad_number(9o; 9o, 38.5)\n");
    static const char *const titles[] = {";", "LDTT;", ";LDTT", "LDTT;;X", "LDTT; X", "lao động"};
    for (size_t i = 0; i < TEST_COUNT(titles); i++) {
        struct text row = {0}, expected = {0};
        text_addf(&row, "N1,X1,FIGHTER,individual,An,leader,regular,,,,%s,\n", titles[i]);
        text_addf(&expected, "2 prior bad_title(%s; %s)\n", titles[i], titles[i]);
        refuse_nomination(f, row.data, expected.data);
        text_free(&row);
        text_free(&expected);
    }
    refuse_nomination(
        f,
        "N1,X1,FIGHTER,individual,An,leader,regular,,,,,\n"
        "N1,X1,FIGHTER,individual,An,leader,regular,,,,,\n",
        "2 id duplicate_row(N1; N1, FIGHTER, 3)\n3 id duplicate_row(N1; N1, FIGHTER, 2)\n");
}

static void warns_of_other_nominees(void **state)
{
    struct fixture *f = *state;
    struct nominations list = nominations_of(f,
                                             "N1,X1,FIGHTER,individual,An,leader,regular,,,,,\n"
                                             "N2,X2,FIGHTER,individual,Ba,leader,regular,,,,,\n"
                                             "N1,V1,ADVANCED,individual,Anh,worker,thematic,,,,,\n"
                                             "N2,X2,ADVANCED,individual,Ba,leader,thematic,,,,,\n",
                                             "4 category nominee_differs(worker; N1, category, 2)\n"
                                             "4 name nominee_differs(Anh; N1, name, 2)\n"
                                             "4 unit nominee_differs(V1; N1, unit, 2)\n");
    assert_int_equal(list.count, 4);
    nominations_free(&list);
}

static void merges_nominations(void **state)
{
    struct fixture *f = *state;
    struct merge_count count;
    struct nominations base = nominations_of(
        f,
        "N1,X1,FIGHTER,individual,An,leader,regular,5,9,80,T,r\n"
        "N2,X1,FIGHTER,individual,Anh,worker,regular,,,,,\n",
        "");
    static const char *const changes[] = {
        "N1,X2,FIGHTER,individual,An,leader,regular,5,9,80,T,r\n",
        "N1,X1,FIGHTER,individual,Ân,leader,regular,5,9,80,T,r\n",
        "N1,X1,FIGHTER,individual,An,other,regular,5,9,80,T,r\n",
        "N1,X1,FIGHTER,individual,An,leader,regular,6,9,80,T,r\n",
        "N1,X1,FIGHTER,individual,An,leader,regular,5,10,80,T,r\n",
        "N1,X1,FIGHTER,individual,An,leader,regular,5,9,80.1,T,r\n",
        "N1,X1,FIGHTER,individual,An,leader,regular,5,9,,T,r\n",
        "N1,X1,FIGHTER,individual,An,leader,regular,,,80,T,r\n",
        "N1,X1,FIGHTER,individual,An,leader,regular,5,9,80,,r\n",
        "N1,X1,FIGHTER,individual,An,leader,regular,5,9,80,T,\n",
        "N1,X1,FIGHTER,individual,An,leader,regular,5,9,80,T,r\n", // the first again
    };
    for (size_t i = 0; i < TEST_COUNT(changes); i++) {
        struct nominations more = nominations_of(f, changes[i], "");
        nominations_merge(&base, &more, &count);
        counted(count, 0, 1, 0);
        nominations_merge(&base, &more, &count);
        counted(count, 0, 0, 1);
        nominations_free(&more);
    }
    struct nominations more = nominations_of(
        f, "N1,X1,ADVANCED,individual,An,leader,thematic,,,,,\n", "");
    nominations_merge(&base, &more, &count);
    counted(count, 1, 0, 0);
    nominations_written(f, &base,
                        NOMINATIONS "N1,X1,FIGHTER,individual,An,leader,regular,5,9,80,T,r\n"
                                    "N2,X1,FIGHTER,individual,Anh,worker,regular,,,,,\n"
                                    "N1,X1,ADVANCED,individual,An,leader,thematic,,,,,\n");
    nominations_free(&more);
    nominations_free(&base);
}

// --- decisions ---

static void reads_and_merges_decisions(void **state)
{
    struct fixture *f = *state;
    struct merge_count count;
    struct decisions base = decisions_of(
        f, "ADVANCED,N1,awarded,\nFLAG,X2,not awarded,\"no, later\"\nFLAG,X1,awarded,\n", "");
    assert_true(base.count == 3 && base.list[0].awarded && !base.list[1].awarded);
    struct decisions more = decisions_of(
        f,
        "FLAG,X1,not awarded,\nFLAG,X2,not awarded,\"no, later\"\nFLAG,X3,awarded,r\n"
        "ADVANCED,N1,awarded,by vote\n",
        "");
    decisions_merge(&base, &more, &count);
    counted(count, 1, 2, 1);
    decisions_written(f, &base,
                      "award,recipient,decision,reason\nFLAG,X1,not awarded,\n"
                      "FLAG,X2,not awarded,\"no, later\"\nFLAG,X3,awarded,r\n"
                      "ADVANCED,N1,awarded,by vote\n");
    decisions_free(&more);
    more = decisions_of(f, "FLAG,X1,not awarded,\nFLAG,X3,not awarded,r\n", "");
    decisions_merge(&base, &more, &count);
    counted(count, 0, 1, 1);
    decisions_free(&base);
    decisions_free(&more);
}

static void refuses_decisions(void **state)
{
    struct fixture *f = *state;
    struct decisions list = decisions_of(
        f,
        "FLAGS,X1,awarded,\nFLAG,,awarded,\nFLAG,X 1,awarded,\nFLAG,X1,yes,\nFLAG,X2,,\n"
        "FLAG,X3,awarded,\nFLAG,X3,not awarded,\nFLAG,X4,undecided,\n",
        "2 award unknown_award(FLAGS; FLAGS)\n3 recipient missing_field(; recipient)\n"
        "4 recipient bad_code(X 1; X 1)\n5 decision bad_decision(yes; yes)\n"
        "6 decision bad_decision()\n7 award duplicate_row(FLAG; FLAG, X3, 8)\n"
        "8 award duplicate_row(FLAG; FLAG, X3, 7)\n9 decision bad_decision(undecided; undecided)\n");
    assert_int_equal(list.count, 0);
    decisions_free(&list);
    list = decisions_of(f, "F,X1,awarded,\nF,X1,awarded,\nFLAG,,awarded,\nFLAG,,awarded,\n",
                        "2 award unknown_award(F; F)\n3 award unknown_award(F; F)\n"
                        "4 recipient missing_field(; recipient)\n"
                        "5 recipient missing_field(; recipient)\n");
    decisions_free(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_targets),       cmocka_unit_test(refuses_targets),
        cmocka_unit_test(merges_targets),      cmocka_unit_test(answers_targets),
        cmocka_unit_test(reads_adjustments),   cmocka_unit_test(refuses_adjustments),
        cmocka_unit_test(merges_adjustments),  cmocka_unit_test(reads_nominations),
        cmocka_unit_test(refuses_nominations), cmocka_unit_test(warns_of_other_nominees),
        cmocka_unit_test(merges_nominations),  cmocka_unit_test(reads_and_merges_decisions),
        cmocka_unit_test(refuses_decisions),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
