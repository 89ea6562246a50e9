// Loaded files: merged into what is on record, checked as a whole, counted.
#include "server/document.h"
#include "tests/lib/cmocka_all.h"
#include "tests/unit/server_small.h"

#define UNITS_HEAD "code,name,level,parent,valid_from,valid_to,merged_into\n"

static struct document_input input_of(enum document_kind kind, const char *text,
                                      const struct world *world)
{
    struct document_input input = {
        .kind = kind, .file = "f", .text = text, .length = strlen(text), .world = world};
    if (kind > DOCUMENT_CAMPAIGN)
        input.campaign = "c";
    return input;
}

// Makes it and expects no errors, these counts, and this content (NULL: whatever).
static void made(const struct document_input *input, const char *content, unsigned added,
                 unsigned changed, unsigned unchanged)
{
    struct document_output output;
    if (document_make(input, &output) != 0)
        found_equal(&output.findings, "");
    if (content != NULL)
        assert_string_equal(output.content.data, content);
    assert_int_equal(output.added, added);
    assert_int_equal(output.changed, changed);
    assert_int_equal(output.unchanged, unchanged);
    assert_int_equal(output.same, added + changed == 0);
    document_output_clear(&output);
}

static void refused(const struct document_input *input, const char *findings)
{
    struct document_output output;
    assert_int_equal(document_make(input, &output), -1);
    found_words_equal(&output.findings, findings);
    assert_null(output.content.data);
    document_output_clear(&output);
}

static char *canonical(const struct world *world)
{
    struct text out = {0};
    unit_tree_write(world_tree(world), &out);
    return out.data;
}

static void units(void **state)
{
    struct world *empty = server_world("P,p,province,,,,\n", NULL), *world;
    struct document_input input = input_of(DOCUMENT_UNITS, UNITS_HEAD "H,h,district,P,,,\n", empty);
    char *record = canonical(empty);
    (void)state;
    input.on_record[DOCUMENT_UNITS] = record;
    made(&input, UNITS_HEAD "H,h,district,P,,,\nP,p,province,,,,\n", 1, 0, 1);
    input.replace = true; // the parent is gone, too
    refused(&input, "2 parent unknown_parent\n");
    free(record);
    world_release(empty);

    world = server_world(SERVER_UNITS, NULL);
    record = canonical(world);
    input = input_of(DOCUMENT_UNITS, record, world);
    input.on_record[DOCUMENT_UNITS] = record;
    made(&input, record, 0, 0, 12);
    input.text = UNITS_HEAD "V4,moved,village,X1,,,\n"; // all rows of a code are replaced
    input.length = strlen(input.text);
    made(&input, NULL, 0, 1, 11);
    input.text = UNITS_HEAD "X1,x,village,H,,,\n"; // what the file breaks elsewhere is found, too
    input.length = strlen(input.text);
    struct document_output output;
    assert_int_equal(document_make(&input, &output), -1);
    document_output_clear(&output);
    input.text = "code\nX1\n";
    input.length = strlen(input.text);
    refused(&input, "1  missing_column\n1  missing_column\n1  missing_column\n");
    free(record);
    world_release(world);
}

// New units that a campaign on record cannot live with are taken, and said.
static void concerns(void **state)
{
    struct world *world = server_world(SERVER_UNITS, SERVER_CAMPAIGN);
    struct document_input input = input_of(
        DOCUMENT_UNITS, UNITS_HEAD "P,p,province,,,,\nI,i,district,P,,,\nX9,x,commune,I,,,\n",
        world);
    struct document_output output;
    (void)state;
    input.replace = true;
    assert_int_equal(document_make(&input, &output), 0);
    assert_true(output.concerns.errors > 0);
    assert_string_equal(output.concerns.list[0].file, "c");
    assert_int_equal(output.changed, 9); // taken away
    document_output_clear(&output);
    world_release(world);
}

static void campaigns(void **state)
{
    struct world *world = server_world(SERVER_UNITS, SERVER_CAMPAIGN);
    struct document_input input = input_of(DOCUMENT_CAMPAIGN, SERVER_CAMPAIGN, world);
    struct document_output output;
    char code[CODE_BYTES_MAX + 1];
    (void)state;
    made(&input, SERVER_CAMPAIGN, 1, 0, 0);
    input.on_record[DOCUMENT_CAMPAIGN] = SERVER_CAMPAIGN;
    made(&input, SERVER_CAMPAIGN, 0, 0, 1);
    input.on_record[DOCUMENT_CAMPAIGN] = "campaign: c\n";
    assert_int_equal(document_make(&input, &output), 0);
    assert_int_equal(output.changed, 1);
    assert_string_equal(output.campaign, "c");
    assert_int_equal(output.indicator_count, 3);
    assert_string_equal(output.indicators[2], "REFORM");
    document_output_clear(&output);
    // a list on record names an indicator that the new campaign has not
    input.on_record[DOCUMENT_TARGETS] = "unit,indicator,target\nX1,OLD,5\n";
    refused(&input, "2 indicator unknown_indicator\n");
    input = input_of(DOCUMENT_CAMPAIGN, "campaign: c\nowner: nobody\n", world);
    assert_int_equal(document_make(&input, &output), -1);
    assert_true(output.findings.errors > 1);
    document_output_clear(&output);
    assert_true(document_campaign_code(SERVER_CAMPAIGN, strlen(SERVER_CAMPAIGN), code));
    assert_string_equal(code, "c");
    assert_false(document_campaign_code("x: 1\n", 5, code));
    world_release(world);
}

static void targets(void **state)
{
    struct world *world = server_world(SERVER_UNITS, SERVER_CAMPAIGN);
    struct document_input input = input_of(
        DOCUMENT_TARGETS, "unit,indicator,target\nX2,FOOD,5\nX1,FOOD,07.50\n", world);
    (void)state;
    made(&input, "unit,indicator,target\nX1,FOOD,7.5\nX2,FOOD,5\n", 2, 0, 0);
    input.on_record[DOCUMENT_TARGETS] =
        "unit,indicator,target\nX1,FOOD,7.5\nX1,POOR,1\nX2,FOOD,4\nX2,GONE,1\n";
    made(&input, "unit,indicator,target\nX1,FOOD,7.5\nX1,POOR,1\nX2,FOOD,5\n", 0, 1, 1);
    input.replace = true;
    made(&input, "unit,indicator,target\nX1,FOOD,7.5\nX2,FOOD,5\n", 0, 1, 1);
    input = input_of(DOCUMENT_TARGETS, "unit,indicator,target\nX1,FOOD,-1\n", world);
    refused(&input, "2 target negative_target\n");
    world_release(world);
}

#define COUNCIL                                                             \
    SERVER_CAMPAIGN "awards:\n  - {code: W, to: unit, quota: {count: 1}}\n" \
                    "  - {code: V, to: unit, quota: {count: 1}, tie_at_cut: exclude}\n"
#define DECISIONS "award,recipient,decision,reason\n"

static void decided(const struct world *world, const char *rows,
                    const struct published_awards *awards, const char *findings)
{
    struct document_input input = input_of(DOCUMENT_DECISIONS, rows, world);
    struct document_output output;
    input.awards = awards;
    assert_int_equal(document_make(&input, &output), 0);
    found_equal(&output.findings, findings);
    document_output_clear(&output);
}

// A decision is kept whatever the last run says, and named when it left nobody of that kind.
static void decisions(void **state)
{
    static const struct published_award list[] = {{"W", "X1", "undecided", "tie_at_cut"},
                                                  {"W", "X2", "not awarded", "tie_at_cut"},
                                                  {"W", "X4", "not awarded", "quota"},
                                                  {"V", "X1", "not awarded", "undecided:W"},
                                                  {"V", "X2", "not awarded", "tie_at_cut"}};
    static const struct published_awards awards = {"7 (2022-Q4)", list, TEST_COUNT(list)};
    struct world *world = server_world(SERVER_UNITS, COUNCIL);
    struct document_input input;
    (void)state;
    decided(world, DECISIONS "W,X1,awarded,phiếu\n", NULL, "0  decided_before_run(; c)\n");
    // X1 is undecided, X2 has been refused by the council
    decided(world, DECISIONS "W,X1,awarded,phiếu\nW,X2,not awarded,phiếu\n", &awards, "");
    // V leaves ties to nobody; nobody of the name X7 is a candidate
    decided(world, DECISIONS "W,X4,awarded,p\nW,X7,awarded,p\nV,X2,awarded,p\n", &awards,
            "2 recipient nothing_to_decide(X4; W, X4, 7 (2022-Q4), X1, X2)\n"
            "3 recipient nothing_to_decide(X7; W, X7, 7 (2022-Q4), X1, X2)\n"
            "4 recipient nothing_to_decide(X2; V, X2, 7 (2022-Q4), –)\n");
    // each with its reason
    input = input_of(DOCUMENT_DECISIONS, DECISIONS "W,X1,awarded,\n", world);
    input.awards = &awards;
    refused(&input, "2 reason missing_reason\n");
    world_release(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units),   cmocka_unit_test(concerns),  cmocka_unit_test(campaigns),
        cmocka_unit_test(targets), cmocka_unit_test(decisions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
