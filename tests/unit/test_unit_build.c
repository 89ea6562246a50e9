// What is wrong with a units file: each contradiction is found, at its row and column, with what the
// sentence says about it; and what is not wrong is not.
#include "core/unit.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/tree.h"
#include <string.h>

// Findings of the rows (the first one is row 2), one a line: row column word(value; arguments).
static void check(const char *rows, bool is_tree, const char *expected)
{
    struct findings findings = {0};
    struct unit_tree *tree = tree_try(rows, &findings);
    struct text got = {0};
    text_adds(&got, "");
    findings_sort(&findings);
    for (size_t i = 0; i < findings.count; i++) {
        const struct finding *finding = &findings.list[i];
        text_addf(&got, "%u %s %s(%s", finding->row, finding->column, finding_word(finding->code),
                  finding->value);
        for (size_t arg = 0; arg < FINDING_ARGS && finding->args[arg][0] != '\0'; arg++)
            text_addf(&got, "%s%s", arg == 0 ? "; " : ", ", finding->args[arg]);
        text_adds(&got, ")\n");
    }
    assert_string_equal(got.data, expected);
    assert_int_equal(tree != NULL, is_tree);
    text_free(&got);
    findings_free(&findings);
    unit_tree_destroy(tree);
}

static void takes_what_is_right(void **state)
{
    (void)state;
    check("A,a,top,,,,\n", true, "");
    check("A,a,top,,,,\nB,b,low,A,,,\nC,c,low,A,2022-01-01,,\n", true, "");
    // contiguous rows of a parent cover a child's row, in any order of the rows
    check(
        "P,p,mid,R,2022-07-01,,\nP,p,mid,S,,2022-06-30,\nC,c,low,P,,,\nR,r,top,,,,\nS,s,top,,,,\n",
        true, "");
    // one day of validity; a successor that begins on the day after, or is long there
    check("A,a,top,,2022-01-01,2022-01-01,B\nB,b,top,,2022-01-02,2022-12-31,C\nC,c,top,,,,\n", true,
          "");
    check("B,b,top,,,,\nA,a,low,B,,,\n", true, ""); // just two, to be sorted
    // a level that is skipped
    check("A,a,top,,,,\nB,b,mid,A,,,\nC,c,low,B,,,\nD,d,low,A,,,\n", true, "");
}

static void refuses_bad_fields(void **state)
{
    (void)state;
    check("A b,a,top,,,,\n", false, "2 code bad_code(A b; A b)\n");
    check(",a,top,,,,\n", false, "2 code bad_code()\n");
    check("A,a,,,,,\n", false, "2 level missing_level()\n");
    check("A,a,top,,2022-02-29,,\n", false, "2 valid_from bad_date(2022-02-29; 2022-02-29)\n");
    check("A,a,top,,,31/12/2022,\n", false, "2 valid_to bad_date(31/12/2022; 31/12/2022)\n");
    check("A,a,top,,2022-01-02,2022-01-01,B\nB,b,top,,,,\n", false,
          "2 valid_to from_after_to(2022-01-01; 2022-01-02, 2022-01-01)\n");
    check("A,,top,,,,\n", true, "2 name missing_name()\n");
    check("", false, "0  no_units()\n");
}

static void reports_all_at_once(void **state)
{
    (void)state;
    check("A!,a,,B,x,y,\n", false,
          "2 code bad_code(A!; A!)\n"
          "2 level missing_level()\n"
          "2 valid_from bad_date(x; x)\n"
          "2 valid_to bad_date(y; y)\n");
    // a bad date says nothing about what it touches
    check("P,p,top,,oops,,\nC,c,low,P,,,\nD,d,top,,,2022-01-01,P\n", false,
          "2 valid_from bad_date(oops; oops)\n");
    check("P,p,top,,2022-01-02,2022-01-01,\nC,c,low,P,,,\n", false,
          "2 valid_to from_after_to(2022-01-01; 2022-01-02, 2022-01-01)\n");
    check("P,p,top,,,oops,\nP,p,top,,2022-01-01,,\n", false, "2 valid_to bad_date(oops; oops)\n");
    // nor does a missing level
    check("A,a,top,,,,\nB,b,,A,,,\n", false, "3 level missing_level()\n");
    check("P,p,top,,,oops,X\n", false, "2 valid_to bad_date(oops; oops)\n");
}

static void limits_levels(void **state)
{
    (void)state;
    struct text rows = {0};
    text_adds(&rows, "U0,u,l0,,,,\n");
    for (int i = 1; i < UNIT_LEVELS_MAX; i++)
        text_addf(&rows, "U%d,u,l%d,U%d,,,\n", i, i, i - 1);
    check(rows.data, true, "");
    text_adds(&rows, "V,v,,U0,,,\n");
    check(rows.data, false, "18 level missing_level()\n");
    text_adds(&rows, "W,w,extra,U0,,,\nX,x,another,U0,,,\n");
    check(rows.data, false,
          "18 level missing_level()\n19 level too_many_levels(extra; extra, 16)\n");
    text_free(&rows);
}

#define X8 "xxxxxxxx"

static void limits_level_names(void **state)
{
    (void)state;
    assert_int_equal(LEVEL_BYTES_MAX, 64);
    check("A,a," X8 X8 X8 X8 X8 X8 X8 X8 ",,,,\n", true, "");
    check("A,a," X8 X8 X8 X8 X8 X8 X8 X8 "x,,,,\n", false,
          "2 level bad_level(" X8 X8 X8 X8 X8 X8 X8 "xxxxxxx…; 64)\n");
}

static void a_unit_keeps_its_level(void **state)
{
    (void)state;
    check("A,a,top,,,2021-12-31,\nB,b,top,,,,\nA,a,mid,B,2022-01-01,,\n", false,
          "4 level level_changed(mid; A, mid, top)\n");
}

static void rows_of_a_unit_are_disjoint(void **state)
{
    (void)state;
    check("A,a,top,,,2022-01-01,\nA,a,top,,2022-01-01,,\n", false,
          "3 valid_from overlapping_validity(2022-01-01; A, 2)\n");
    check("A,a,top,,,2022-01-01,\nA,a,top,,2022-01-02,,\n", true, "");
    check("A,a,top,,,2022-01-01,\nA,a,top,,2022-01-03,,\n", true,
          "3 valid_from validity_gap(2022-01-02; A, 2022-01-02, 2022-01-02)\n");
    check("A,a,top,,,,\nA,a,top,,,,\n", false, "3 valid_from overlapping_validity(; A, 2)\n");
    // a long row over two short ones, which do not touch each other
    check("A,a,top,,2022-01-01,2022-12-31,\nA,a,top,,2022-02-01,2022-02-02,\n"
          "A,a,top,,2022-03-01,2022-03-02,\n",
          false,
          "3 valid_from overlapping_validity(2022-02-01; A, 2)\n"
          "4 valid_from overlapping_validity(2022-03-01; A, 2)\n"
          "4 valid_to ended_without_successor(2022-03-02; A, 2022-03-02)\n");
}

static void parents_are_there(void **state)
{
    (void)state;
    check("A,a,top,,,,\nB,b,low,X,,,\n", false, "3 parent unknown_parent(X; X)\n");
    check("A,a,top,,2022-01-01,,\nB,b,low,A,2022-01-01,,\n", true, "");
    check("A,a,top,,2022-01-01,,\nB,b,low,A,2021-12-31,,\n", false,
          "3 parent parent_not_valid(A; A, 2021-12-31)\n");
    check("A,a,top,,2022-01-01,,\nB,b,low,A,,,\n", false, // open: the day before the parent's first
          "3 parent parent_not_valid(A; A, 2021-12-31)\n");
    check("A,a,top,,,2022-12-31,N\nN,n,top,,,,\nB,b,low,A,,2022-12-31,C\nC,c,low,N,,,\n", true, "");
    check("A,a,top,,,2022-12-31,N\nN,n,top,,,,\nB,b,low,A,,2023-01-01,C\nC,c,low,N,,,\n", false,
          "4 parent parent_not_valid(A; A, 2023-01-01)\n");
    check("A,a,top,,,2022-12-31,N\nN,n,top,,,,\nB,b,low,A,2023-01-01,,\n", false,
          "4 parent parent_not_valid(A; A, 2023-01-01)\n");
    // in the parent's gap
    check("A,a,top,,,2021-12-31,\nA,a,top,,2022-02-01,,\nB,b,low,A,2021-01-01,,\n", false,
          "3 valid_from validity_gap(2022-01-01; A, 2022-01-01, 2022-01-31)\n"
          "4 parent parent_not_valid(A; A, 2022-01-01)\n");
    check("A,a,top,,,2021-12-31,\nA,a,top,,2022-02-01,,\nB,b,low,A,2022-01-15,,\n", false,
          "3 valid_from validity_gap(2022-01-01; A, 2022-01-01, 2022-01-31)\n"
          "4 parent parent_not_valid(A; A, 2022-01-15)\n");
    check("A,a,top,,,2021-12-31,\nA,a,top,,2022-02-01,,\nB,b,low,A,2022-02-01,,\n", true,
          "3 valid_from validity_gap(2022-01-01; A, 2022-01-01, 2022-01-31)\n");
}

static void no_unit_lies_above_itself(void **state)
{
    (void)state;
    check("A,a,top,A,,,\n", false, "2 parent cycle(A; A)\n");
    check("A,a,top,B,,,\nB,b,top,A,,,\n", false,
          "2 parent level_of_parent(B; A, B, top)\n"
          "3 parent level_of_parent(A; B, A, top)\n");
    // A above B above C above A: the levels cannot be ordered, whichever row is wrong
    check("A,a,one,C,,,\nB,b,two,A,,,\nC,c,three,B,,,\n", false,
          "4 parent level_conflict(B; two, three)\n");
    // never on the same day, and still a contradiction of the levels; as many rows say one thing as the
    // other, so the names decide
    check("A,a,one,B,,2021-12-31,\nA,a,one,,2022-01-01,,\nB,b,two,,,2021-12-31,\n"
          "B,b,two,A,2022-01-01,,\n",
          false, "2 parent level_conflict(B; two, one)\n");
}

// What most rows say is right: the one row is named, not the many.
static void the_many_are_right_about_levels(void **state)
{
    (void)state;
    check("H,h,district,,,,\nX,x,commune,H,,,\nY,y,commune,H,,,\nI,i,district,X,,,\n", false,
          "5 parent level_conflict(X; commune, district)\n");
    check(
        "V,v,village,,,,\nW,w,commune,V,,,\nH,h,district,,,,\nX,x,commune,H,,,\nY,y,commune,H,,,\n"
        "A,a,village,X,,,\nB,b,village,Y,,,\nI,i,district,V,,,\n",
        false,
        "3 parent level_conflict(V; village, commune)\n"
        "9 parent level_conflict(V; village, district)\n"); // through commune
}

static void mergers_go_on_the_last_row(void **state)
{
    (void)state;
    check("A,a,top,,,2021-12-31,B\nA,a,top,,2022-01-01,,\nB,b,top,,,,\n", false,
          "2 merged_into bad_merge(B)\n");
    check("A,a,top,,,,B\nB,b,top,,,,\n", false, "2 merged_into bad_merge(B)\n");
    check("A,a,top,,,2022-01-01,X\n", false, "2 merged_into merge_unknown(X; X)\n");
    check("A,a,top,,,2022-01-01,A\n", false, "2 merged_into merge_cycle(A; A)\n");
    check("A,a,top,,,2022-01-01,B\nB,b,low,C,,,\nC,c,top,,,,\n", false,
          "2 merged_into merge_level(B; B, low, top)\n");
    check("A,a,top,,,2022-01-01,\n", true,
          "2 valid_to ended_without_successor(2022-01-01; A, 2022-01-01)\n");
}

static void successors_are_there_the_day_after(void **state)
{
    (void)state;
    check("A,a,top,,,2022-01-01,B\nB,b,top,,2022-01-02,,\n", true, "");
    check("A,a,top,,,2022-01-01,B\nB,b,top,,2022-01-03,,\n", false,
          "2 merged_into merge_not_valid(B; B, 2022-01-02)\n");
    check("A,a,top,,,2022-01-01,B\nB,b,top,,,2022-01-02,C\nC,c,top,,,,\n", true, "");
    check("A,a,top,,,2022-01-01,B\nB,b,top,,,2022-01-01,C\nC,c,top,,,,\n", false,
          "2 merged_into merge_not_valid(B; B, 2022-01-02)\n");
    // in a circle, one of them is gone when it should go on
    check("A,a,top,,,2022-01-01,B\nB,b,top,,,2022-01-05,A\n", false,
          "3 merged_into merge_not_valid(A; A, 2022-01-06)\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_is_right),
        cmocka_unit_test(refuses_bad_fields),
        cmocka_unit_test(reports_all_at_once),
        cmocka_unit_test(limits_levels),
        cmocka_unit_test(limits_level_names),
        cmocka_unit_test(a_unit_keeps_its_level),
        cmocka_unit_test(rows_of_a_unit_are_disjoint),
        cmocka_unit_test(parents_are_there),
        cmocka_unit_test(no_unit_lies_above_itself),
        cmocka_unit_test(the_many_are_right_about_levels),
        cmocka_unit_test(mergers_go_on_the_last_row),
        cmocka_unit_test(successors_are_there_the_day_after),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
