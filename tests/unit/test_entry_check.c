// The check of a submission against campaign and tree: every wrong cell at its place, and the office
// of every form.
#include "core/entry.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/found.h"
#include "tests/lib/tree.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// H runs the campaign. V3 goes from X1 to X2 in May, V4 is merged into V1 in May, X3 with its V5 goes
// to another district in July, X4 is merged into X5 in October; W lies under the district itself.
static const char units[] = "P,p,province,,,,\n"
                            "H,h,district,P,,,\n"
                            "I,i,district,P,,,\n"
                            "X1,x,commune,H,,,\n"
                            "X2,x,commune,H,,,\n"
                            "X3,x,commune,H,,2022-06-30,\n"
                            "X3,x,commune,I,2022-07-01,,\n"
                            "X4,x,commune,H,,2022-09-30,X5\n"
                            "X5,x,commune,H,2022-10-01,,\n"
                            "X6,x,commune,H,,2022-08-31,\n"
                            "V1,v,village,X1,,,\n"
                            "V3,v,village,X1,,2022-04-30,\n"
                            "V3,v,village,X2,2022-05-01,,\n"
                            "V4,v,village,X1,,2022-04-30,V1\n"
                            "V5,v,village,X3,,,\n"
                            "V6,v,village,X4,,2022-09-30,\n"
                            "V6,v,village,X5,2022-10-01,,\n"
                            "V7,v,village,X6,,2022-08-31,\n"
                            "W,w,village,H,,,\n";

#define CAMPAIGN                                                                                             \
    "campaign: c\nowner: H\noffice_level: commune\ncompetitors: {level: commune}\n"                          \
    "reporting: quarter\nfrom: 2022-Q1\nto: 2022-Q4\nbaseline: 2021\n"                                       \
    "indicators:\n"                                                                                          \
    "  - {code: FOOD, kind: amount, time: flow, reported_by: village, points: 1, min: -5, max: 100}\n"       \
    "  - {code: POOR, kind: ratio, time: stock, reported_by: village, points: 1}\n"                          \
    "  - {code: LATE, kind: ratio, time: flow, reported_by: village, points: 1, may_exceed: true, max: 9}\n" \
    "  - {code: INCOME, kind: mean, time: stock, reported_by: village, points: 1}\n"                         \
    "  - {code: CULTURE, kind: yes_no, time: stock, reported_by: village, points: 1}\n"                      \
    "  - {code: ROAD, kind: amount, time: flow, reported_by: commune, points: 1}\n"                          \
    "  - {code: REFORM, kind: assessed, points: 10}\n"

struct check {
    struct unit_tree *tree;
    struct campaign *campaign;
    struct entry_context context;
};

static struct check check_begin(const char *yaml, const char *today)
{
    struct check check = {.tree = tree_make(units), .campaign = campaign_make(yaml)};
    check.context.campaign = check.campaign;
    check.context.tree = check.tree;
    check.context.today = tree_day(today);
    return check;
}

static void check_end(struct check *check)
{
    campaign_destroy(check->campaign);
    unit_tree_destroy(check->tree);
}

// Hands in rows (the first is row 2). `offices` are the forms' offices in their order, joined by
// blanks, "-" for none.
static void submit(const struct check *check, const char *rows, const char *offices,
                   const char *expected)
{
    struct findings findings = {0};
    struct arena *arena = arena_create();
    struct text file = {0}, got = {0};
    struct forms forms;
    size_t blank;
    text_adds(&file, "period,unit,indicator,value,denominator,state,note\n");
    text_adds(&file, rows);
    const struct csv_table *table = csv_read(arena, "results.csv", file.data, file.length,
                                             result_columns, 7, 4, &findings);
    assert_int_equal(results_read(arena, table, DECIMAL_POINT, &forms, &blank, &findings), 0);
    uint32_t *found = calloc(forms.count + 1, sizeof *found);
    int result = entry_check(&check->context, &forms, "results.csv", found, &findings);
    assert_int_equal(result, expected[0] == '\0' ? 0 : -1);
    text_adds(&got, "");
    for (size_t i = 0; i < forms.count; i++)
        text_addf(&got, "%s%s", i ? " " : "",
                  found[i] == NO_UNIT ? "-" : check->tree->units[found[i]].code);
    found_equal(&findings, expected);
    assert_string_equal(got.data, offices);
    free(found);
    text_free(&got);
    text_free(&file);
    arena_destroy(arena);
}

static void submit_on(const char *today, const char *rows, const char *offices,
                      const char *expected)
{
    struct check check = check_begin(CAMPAIGN, today);
    submit(&check, rows, offices, expected);
    check_end(&check);
}

// A row of V1, whose office is X1, in the first quarter.
static void submit_v1(const char *indicator_and_figures, const char *expected)
{
    char rows[300];
    snprintf(rows, sizeof rows, "2022-Q1,V1,%s\n", indicator_and_figures);
    submit_on("2022-04-01", rows, "X1", expected);
}

static void takes_what_is_right(void **state)
{
    (void)state;
    submit_v1("FOOD,-5,,,", "");
    submit_v1("FOOD,100,,,note", "");
    submit_v1("POOR,50,50,,", "");
    submit_v1("POOR,0,0,,", "");
    submit_v1("LATE,5,4,,", "");
    submit_v1("INCOME,-38.5,0,,", "");
    submit_v1("INCOME,500,1,,", "");
    submit_v1("CULTURE,1,,,", "");
    submit_v1("CULTURE,0,,,", "");
    submit_v1("FOOD,,,na,", "");
    submit_v1("INCOME,100000000000,100000000000,,", "");
    submit_v1("INCOME,-100000000000,1,,", "");
    submit_v1("POOR,,,withdraw,", "");
    submit_on("2022-04-01",
              "2022-Q1,X1,REFORM,0,,,\n2022-Q1,X2,REFORM,10,,,\n2022-Q1,X1,ROAD,1,,,\n"
              "2022-Q4,X5,REFORM,,,na,\n",
              "X1 X2 X5", "");
    submit_on("2022-04-01", "", "", "");
}

static void refuses_unknown_names(void **state)
{
    (void)state;
    submit_on("2022-04-01", "2022-Q1,V9,FOOD,1,,,\n2022-Q1,V9,POOR,1,2,,\n", "-",
              "2 unit unknown_unit(V9; V9)\n3 unit unknown_unit(V9; V9)\n");
    submit_v1("food,1,,,", "2 indicator unknown_indicator(food; food)\n");
    submit_on("2022-04-01", "2023-Q1,V1,FOOD,1,,,\n2022-01,V1,FOOD,1,,,\n2022,V1,FOOD,1,,,\n",
              "- - -",
              "2 period unknown_period(2023-Q1; 2023-Q1, 2022-Q1, 2022-Q4)\n"
              "3 period unknown_period(2022-01; 2022-01, 2022-Q1, 2022-Q4)\n"
              "4 period unknown_period(2022; 2022, 2022-Q1, 2022-Q4)\n");
}

static void refuses_figures(void **state)
{
    (void)state;
    submit_v1("FOOD,-5.0001,,,", "2 value below_min(-5.0001; -5.0001, -5)\n");
    submit_v1("FOOD,100.0001,,,", "2 value above_max(100.0001; 100.0001, 100)\n");
    submit_v1("LATE,9.5,100,,", "2 value above_max(9.5; 9.5, 9)\n");
    submit_v1("POOR,50.0001,50,,", "2 value numerator_over_denominator(50.0001; 50.0001, 50)\n");
    submit_v1("POOR,5,,,", "2 denominator missing_denominator(; POOR)\n");
    submit_v1("INCOME,5,,,", "2 denominator missing_denominator(; INCOME)\n");
    submit_v1("POOR,-8,-7,,", "2 denominator negative_denominator(-7; -7)\n");
    submit_v1("LATE,5,-4,,", "2 denominator negative_denominator(-4; -4)\n");
    submit_v1("INCOME,5,-0.0001,,", "2 denominator negative_denominator(-0.0001; -0.0001)\n");
    submit_v1("FOOD,5,6,,", "2 denominator unexpected_denominator(6; FOOD)\n");
    submit_v1("CULTURE,1,1,,", "2 denominator unexpected_denominator(1; CULTURE)\n");
    submit_v1("CULTURE,2,,,", "2 value not_yes_no(2; 2)\n");
    submit_v1("CULTURE,0.5,,,", "2 value not_yes_no(0.5; 0.5)\n");
    submit_v1("CULTURE,-1,,,", "2 value not_yes_no(-1; -1)\n");
}

static void refuses_points(void **state)
{
    (void)state;
    submit_on("2022-04-01",
              "2022-Q1,X1,REFORM,10.0001,,,\n2022-Q2,X1,REFORM,-0.5,,,\n"
              "2022-Q3,X1,REFORM,5,5,,\n",
              "X1 X1 X1",
              "2 value beyond_points(10.0001; 10.0001, REFORM, 10)\n"
              "3 value beyond_points(-0.5; -0.5, REFORM, 10)\n"
              "4 denominator unexpected_denominator(5; REFORM)\n");
    submit_on("2022-04-01", "2021,X1,REFORM,5,,,\n", "X1",
              "2 period state_with_baseline(2021; 2021)\n");
    submit_on(
        "2022-04-01", "2022-Q1,X1,REFORM,5,,verified,\n2022-Q1,V1,FOOD,5,,verified,\n", "X1 X1",
        "2 state verified_forbidden(verified)\n3 state verified_not_assessed(verified; FOOD)\n");
    struct check check = check_begin(CAMPAIGN, "2022-04-01");
    check.context.may_verify = true;
    submit(&check, "2022-Q1,X1,REFORM,5,,verified,\n", "X1", "");
    submit(&check, "2022-Q1,X1,REFORM,11,,verified,\n", "X1",
           "2 value beyond_points(11; 11, REFORM, 10)\n");
    submit(&check, "2022-Q1,X1,ROAD,5,,verified,\n", "X1",
           "2 state verified_not_assessed(verified; ROAD)\n");
    check_end(&check);
}

#define NOT_LEAF(row, unit, indicator, level, period) \
    row " unit not_expected_leaf(" unit "; " unit ", " indicator ", " level ", " period ")\n"

static void knows_who_reports(void **state)
{
    (void)state;
    // the level
    submit_on("2022-04-01", "2022-Q1,X1,FOOD,1,,,\n2022-Q1,V1,ROAD,1,,,\n2022-Q1,H,ROAD,1,,,\n",
              "X1 X1 H",
              NOT_LEAF("2", "X1", "FOOD", "village", "2022-Q1")
                  NOT_LEAF("3", "V1", "ROAD", "commune", "2022-Q1")
                      NOT_LEAF("4", "H", "ROAD", "commune", "2022-Q1"));
    // V4 exists on the last day of the first quarter, not of the second; X5 only on that of the fourth
    submit_on("2022-04-01",
              "2022-Q1,V4,FOOD,1,,,\n2022-Q2,V4,FOOD,1,,,\n2022-Q3,X5,ROAD,1,,,\n"
              "2022-Q4,X5,ROAD,1,,,\n",
              "X1 X1 X5 X5",
              NOT_LEAF("3", "V4", "FOOD", "village", "2022-Q2")
                  NOT_LEAF("4", "X5", "ROAD", "commune", "2022-Q3"));
    // X3 and its V5 leave the owner in July
    submit_on("2022-04-01", "2022-Q2,V5,FOOD,1,,,\n2022-Q3,V5,FOOD,1,,,\n2022-Q3,X3,REFORM,1,,,\n",
              "X3 X3 X3",
              NOT_LEAF("3", "V5", "FOOD", "village",
                       "2022-Q3") "4 unit not_competing(X3; X3, 2022-Q3)\n");
    // assessed: only units that compete then
    submit_on("2022-04-01",
              "2022-Q1,V1,REFORM,1,,,\n2022-Q1,X5,REFORM,1,,,\n2022-Q1,H,REFORM,1,,,\n", "X1 X5 H",
              "2 unit not_competing(V1; V1, 2022-Q1)\n3 unit not_competing(X5; X5, 2022-Q1)\n"
              "4 unit not_competing(H; H, 2022-Q1)\n");
    // baseline: any unit of the level, whatever its time and place
    submit_on("2022-04-01",
              "2021,V1,FOOD,1,,,\n2021,V5,POOR,1,2,,\n2021,X5,ROAD,1,,,\n2021,X1,FOOD,1,,,\n",
              "X1 X3 X5 X1", NOT_LEAF("5", "X1", "FOOD", "village", "2021"));
}

static void finds_offices(void **state)
{
    (void)state;
    // the office of the cell's period, and today's continuation of it
    submit_on("2022-04-01", "2022-Q1,V3,FOOD,1,,,\n2022-Q2,V3,FOOD,1,,,\n2021,V3,FOOD,1,,,\n",
              "X1 X2 X1", "");
    submit_on("2022-09-30", "2022-Q1,V6,FOOD,1,,,\n2022-Q4,V6,FOOD,1,,,\n", "X4 X5", "");
    submit_on("2022-10-01", "2022-Q1,V6,FOOD,1,,,\n2022-Q4,V6,FOOD,1,,,\n2022-Q1,X4,ROAD,1,,,\n",
              "X5 X5 X5", "");
    submit_on("2022-08-31", "2022-Q1,V7,FOOD,1,,,\n", "X6", "");
    submit_on("2022-09-01", "2022-Q1,V7,FOOD,1,,,\n2022-Q1,X6,REFORM,1,,,\n", "- -",
              "2 unit no_office(V7; V7, commune)\n3 unit no_office(X6; X6, commune)\n");
    // what is wrong anyway needs no office
    submit_on("2022-04-01", "2022-Q1,W,ROAD,1,,,\n2021,W,REFORM,1,,,\n", "- -",
              NOT_LEAF("2", "W", "ROAD", "commune",
                       "2022-Q1") "3 period state_with_baseline(2021; 2021)\n");
    // a village under the district itself has none
    submit_on("2022-04-01", "2022-Q1,W,FOOD,1,,,\n2022-Q1,W,POOR,1,2,,\n", "-",
              "2 unit no_office(W; W, commune)\n3 unit no_office(W; W, commune)\n");
}

static void finds_offices_of_competitors(void **state)
{
    struct check check = check_begin(CAMPAIGN, "2022-10-01");
    uint32_t then = 0;
    (void)state;
    struct period first = check.campaign->from;
    assert_int_equal(office_of(check.campaign, check.tree, tree_unit(check.tree, "V6"), first,
                               check.context.today, &then),
                     tree_unit(check.tree, "X5"));
    assert_int_equal(then, tree_unit(check.tree, "X4"));
    // above the offices a unit is its own
    assert_int_equal(office_of(check.campaign, check.tree, tree_unit(check.tree, "P"), first,
                               check.context.today, NULL),
                     tree_unit(check.tree, "P"));
    // a unit that has ended since is asked at the end of its life: V4 was X1's
    struct period second = period_next(first);
    assert_int_equal(office_of(check.campaign, check.tree, tree_unit(check.tree, "V4"), second,
                               check.context.today, NULL),
                     tree_unit(check.tree, "X1"));
    check_end(&check);
    // districts compete, villages report to communes
    check = check_begin(
        "campaign: c\nowner: P\noffice_level: commune\ncompetitors: {level: district}\n"
        "reporting: year\nfrom: 2022\nto: 2022\n"
        "indicators: [{code: REFORM, kind: assessed, points: 10}]\n",
        "2022-04-01");
    submit(&check, "2022,H,REFORM,5,,,\n2022,X1,REFORM,5,,,\n", "H X1",
           "3 unit not_competing(X1; X1, 2022)\n");
    check_end(&check);
}

static void takes_listed_competitors(void **state)
{
    struct check check = check_begin(
        "campaign: c\nowner: H\noffice_level: commune\ncompetitors: {units: [X2, X5, V1]}\n"
        "reporting: quarter\nfrom: 2022-Q1\nto: 2022-Q4\n"
        "indicators: [{code: REFORM, kind: assessed, points: 10}]\n",
        "2022-04-01");
    (void)state;
    submit(&check,
           "2022-Q1,X2,REFORM,5,,,\n2022-Q1,V1,REFORM,5,,,\n2022-Q1,X1,REFORM,5,,,\n"
           "2022-Q1,X5,REFORM,5,,,\n2022-Q4,X5,REFORM,5,,,\n",
           "X2 X1 X1 X5 X5",
           "4 unit not_competing(X1; X1, 2022-Q1)\n5 unit not_competing(X5; X5, 2022-Q1)\n");
    check_end(&check);
}

static void names_everything_at_once(void **state)
{
    struct check check = check_begin(CAMPAIGN "lock_days: 40\n", "2022-12-31");
    (void)state;
    // five forms, each with mistakes of several sorts
    submit(
        &check,
        "2022-Q1,V9,food,1,,verified,\n2023-Q1,V9,POOR,9,-8,,\n2022-Q1,X1,FOOD,101,5,,\n"
        "2022-Q4,W,CULTURE,3,,,\n2022-Q3,X3,REFORM,11,,verified,\n",
        "- - X1 - X3",
        "2 indicator unknown_indicator(food; food)\n"
        "2 state verified_forbidden(verified)\n2 unit unknown_unit(V9; V9)\n"
        "3 denominator negative_denominator(-8; -8)\n"
        "3 period unknown_period(2023-Q1; 2023-Q1, 2022-Q1, 2022-Q4)\n"
        "3 unit unknown_unit(V9; V9)\n"
        "4 denominator unexpected_denominator(5; FOOD)\n" NOT_LEAF(
            "4", "X1", "FOOD", "village",
            "2022-Q1") "4 value above_max(101; 101, 100)\n"
                       "5 unit no_office(W; W, commune)\n5 value not_yes_no(3; 3)\n"
                       "6 state verified_forbidden(verified)\n6 unit not_competing(X3; X3, 2022-Q3)\n"
                       "6 value beyond_points(11; 11, REFORM, 10)\n");
    check_end(&check);
}

// --- forms that did not come from a file ---

static struct form form_of(const char *unit, const char *period, struct cell *cells, size_t count)
{
    return (struct form){unit, period, cells, count, count};
}

#define N63 "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"

static void refuses_what_only_the_wire_can_say(void **state)
{
    struct check check = check_begin(CAMPAIGN, "2022-04-01");
    struct findings findings = {0};
    static char long_note[NOTE_BYTES_MAX + 2];
    memset(long_note, 'n', NOTE_BYTES_MAX + 1);
    struct cell cells[] = {
        {.indicator = "FOOD", .state = 0, .row = 1},
        {.indicator = "FOOD", .state = 5, .row = 2},
        {.indicator = "POOR", .state = CELL_NA, .value_e4 = 1, .row = 3, .note = ""},
        {.indicator = "LATE", .state = CELL_WITHDRAW, .has_denominator = true, .row = 4},
        {.indicator = "ROAD", .state = CELL_VALUE, .value_e4 = DECIMAL_MAX_E4 + 1, .row = 5},
        {.indicator = "INCOME",
         .state = CELL_VALUE,
         .value_e4 = -DECIMAL_MAX_E4 - 1,
         .row = 6,
         .has_denominator = true,
         .denominator_e4 = DECIMAL_MAX_E4 + 1},
        {.indicator = "CULTURE", .state = CELL_NA, .row = 7, .note = long_note},
        {.indicator = "FOOD", .state = CELL_NA, .row = 8},
    };
    struct cell road[] = {{.indicator = "ROAD", .state = CELL_NA, .row = 9}};
    struct cell again[] = {{.indicator = "ROAD", .state = CELL_NA, .row = 10}};
    struct form list[] = {form_of("V1", "2022-Q1", cells, 4),
                          form_of("V1", "2022-Q2", cells + 4, 4), form_of("X1", "first", road, 1),
                          form_of("X1", "first", again, 1)};
    struct forms forms = {list, 4, 4};
    uint32_t offices[4];
    (void)state;
    assert_int_equal(entry_check(&check.context, &forms, NULL, offices, &findings), -1);
    found_equal(
        &findings,
        "1 indicator duplicate_cell(FOOD; V1, 2022-Q1, FOOD, 2)\n1 state state_number(0; 0)\n"
        "2 indicator duplicate_cell(FOOD; V1, 2022-Q1, FOOD, 1)\n2 state state_number(5; 5)\n"
        "3 value unexpected_value(; na)\n4 value unexpected_value(; withdraw)\n" NOT_LEAF(
            "5", "V1", "ROAD", "commune",
            "2022-Q2") "5 value out_of_range(100000000000.0001; 100000000000.0001)\n"
                       "6 denominator out_of_range(100000000000.0001; 100000000000.0001)\n"
                       "6 value out_of_range(-100000000000.0001; -100000000000.0001)\n"
                       "7 note note_too_long(" N63 "\xE2\x80\xA6; 1000)\n"
                       "9 indicator duplicate_cell(ROAD; X1, first, ROAD, 10)\n"
                       "9 period bad_period(first; first)\n"
                       "10 indicator duplicate_cell(ROAD; X1, first, ROAD, 9)\n"
                       "10 period bad_period(first; first)\n");
    // a note of just the length that is allowed
    long_note[NOTE_BYTES_MAX] = '\0';
    forms.list[0] = form_of("V1", "2022-Q2", &cells[6], 1);
    forms.count = 1;
    assert_int_equal(entry_check(&check.context, &forms, NULL, offices, &findings), 0);
    check_end(&check);
}

// Forms of one submission may name the same unit and period; the same cell may not come back.
static void refuses_twins_across_forms(void **state)
{
    struct check check = check_begin(CAMPAIGN, "2022-04-01");
    struct findings findings = {0};
    struct cell one[] = {{.indicator = "FOOD", .state = CELL_NA, .row = 2}};
    struct cell two[] = {{.indicator = "POOR", .state = CELL_NA, .row = 3},
                         {.indicator = "FOOD", .state = CELL_NA, .row = 4}};
    struct form list[] = {form_of("V1", "2022-Q1", one, 1), form_of("V1", "2022-Q1", two, 1)};
    struct forms forms = {list, 2, 2};
    uint32_t offices[2];
    (void)state;
    assert_int_equal(entry_check(&check.context, &forms, "f", offices, &findings), 0);
    list[1].cell_count = 2;
    assert_int_equal(entry_check(&check.context, &forms, "f", offices, &findings), -1);
    found_equal(&findings, "2 indicator duplicate_cell(FOOD; V1, 2022-Q1, FOOD, 4)\n"
                           "4 indicator duplicate_cell(FOOD; V1, 2022-Q1, FOOD, 2)\n");
    check_end(&check);
}

static void limits_cells(void **state)
{
    struct check check = check_begin(CAMPAIGN, "2022-04-01");
    struct findings findings = {0};
    struct cell *cells = calloc(5000, sizeof *cells);
    static char codes[5000][8];
    (void)state;
    for (unsigned i = 0; i < 5000; i++) {
        snprintf(codes[i], sizeof codes[i], "I%u", i);
        cells[i] = (struct cell){.indicator = codes[i], .state = CELL_NA, .row = i + 2};
    }
    struct form form = form_of("V1", "2022-Q1", cells, SUBMISSION_CELLS_MAX);
    struct forms forms = {&form, 1, 1};
    uint32_t office;
    entry_check(&check.context, &forms, "f", &office, &findings);
    assert_int_equal(findings.errors, SUBMISSION_CELLS_MAX); // unknown indicators, nothing else
    findings_free(&findings);
    form.cell_count = 5000;
    entry_check(&check.context, &forms, "f", &office, &findings);
    assert_int_equal(findings.errors, 5001);
    findings_sort(&findings);
    assert_int_equal(findings.list[0].code, FINDING_TOO_MANY_CELLS);
    assert_string_equal(findings.list[0].args[0], "5000");
    assert_string_equal(findings.list[0].args[1], "4096");
    findings_free(&findings);
    form.cell_count = SUBMISSION_CELLS_MAX + 1;
    entry_check(&check.context, &forms, "f", &office, &findings);
    assert_int_equal(findings.errors, SUBMISSION_CELLS_MAX + 2);
    findings_free(&findings);
    free(cells);
    check_end(&check);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_is_right),
        cmocka_unit_test(refuses_unknown_names),
        cmocka_unit_test(refuses_figures),
        cmocka_unit_test(refuses_points),
        cmocka_unit_test(knows_who_reports),
        cmocka_unit_test(finds_offices),
        cmocka_unit_test(finds_offices_of_competitors),
        cmocka_unit_test(takes_listed_competitors),
        cmocka_unit_test(names_everything_at_once),
        cmocka_unit_test(refuses_what_only_the_wire_can_say),
        cmocka_unit_test(refuses_twins_across_forms),
        cmocka_unit_test(limits_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
