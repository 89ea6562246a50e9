// Rules as words that a client translates (server/explain_words.c).
#include "server/explain_words.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/found.h"

// `more` of an indicator with 10 points and a target of 1.
static void check(const char *more, const char *expected)
{
    struct text yaml = {0}, words = {0};
    text_addf(&yaml,
              "campaign: t\nowner: D\noffice_level: commune\ncompetitors: {level: commune}\n"
              "reporting: year\nfrom: 2022\nto: 2022\nindicators:\n  - {code: A, %s}\n",
              more);
    struct campaign *campaign = campaign_make(yaml.data);
    explain_rule_words(&campaign->indicators[0], &words);
    assert_string_equal(words.data, expected);
    campaign_destroy(campaign);
    text_free(&yaml);
    text_free(&words);
}
#define AMOUNT "kind: amount, time: flow, reported_by: commune, target: 1, points: 10"

static void test_rules(void **state)
{
    (void)state;
    check(AMOUNT, "proportional");
    check(AMOUNT ", floor: 50.5", "proportional;floor:50.5");
    check(AMOUNT
          ", rule: steps, steps: [{from: 100, points: 10}, {from: 80, points: 7.25, beyond: true}]",
          "steps;from:100=10;beyond from:80=7.25");
    check(AMOUNT
          ", rule: steps, steps: [{value: 3, points: 10}, {value: -2, points: 5, beyond: true}]",
          "steps;value:3=10;beyond value:-2=5");
    check(AMOUNT ", rule: deduct, deduct: {per: 2, points: 0.5, count: started}",
          "deduct;per:2=-0.5;started");
    check(AMOUNT ", rule: per_case, per_case: {points: 0.5, max: 1.5}",
          "per_case;each case:-0.5;at most:1.5");
    check(AMOUNT ", rule: linear, linear: {start: 70, points: 3, per: 5, add: 0.5}",
          "linear;start:70=3;per:5=+0.5");
    check(AMOUNT ", rule: leader, leader: {half: 60}", "leader;half:60");
    check(AMOUNT ", rule: all_or_nothing", "all_or_nothing");
    check(AMOUNT ", score_against: 3", "proportional;score_against:3");
    check("kind: assessed, points: 10", "assessed");
}

static void test_bonus(void **state)
{
    (void)state;
    check(AMOUNT ", bonus: {per: 5, points: 0.5, max: 2}",
          "proportional;bonus per:5=+0.5;bonus at most:2");
    check(AMOUNT ", bonus: {per_case: 0.5, max: 2}",
          "proportional;bonus each case:0.5;bonus at most:2");
    check(AMOUNT ", bonus: {steps: [{value: 9, points: 5}, {value: 8, points: 4, beyond: true}]}",
          "proportional;bonus value:9=5;bonus beyond value:8=4");
    check("kind: amount, time: flow, reported_by: commune, target: 1, points: 0", "not scored");
}

static void test_adding(void **state)
{
    (void)state;
    struct text text = {0};
    explain_add(&text, "one", NULL);
    explain_add(&text, "two", "2");
    assert_string_equal(text.data, "one;two:2");
    text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_bonus),
        cmocka_unit_test(test_adding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
