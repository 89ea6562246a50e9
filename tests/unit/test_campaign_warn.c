// What is possible in a campaign file but contradicts itself or is probably not meant.
#include "tests/lib/campaign_text.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/found.h"
#include "tests/lib/tree.h"
#include <stdio.h>

#define SMALL "H,h,district,,,,\nX,x,commune,H,,,\nV,v,village,X,,,\n"

static void warned(const char *yaml, const char *expected)
{
    struct findings findings = {0};
    struct unit_tree *tree = tree_make(SMALL);
    struct campaign *campaign = campaign_make(yaml);
    campaign_check(campaign, tree, "campaign.yaml", &findings);
    found_equal(&findings, expected);
    campaign_destroy(campaign);
    unit_tree_destroy(tree);
}

#define STEPS(better, list) HEAD INDICATOR(", better: " better ", rule: steps, steps: [" list "]")
#define ORDER(number) "9 indicators[0].steps[1] steps_order(; " number ", A)\n"
#define NEVER(number) "9 indicators[0].steps[1] step_never_taken(; " number ", A)\n"

// Of the steps that hold the most points count, wherever they stand (rule.c).
static void warns_of_steps(void **state)
{
    (void)state;
    warned(STEPS("more", "{from: 9, points: 10}, {from: 8, points: 1}"), "");
    // out of order, but 9 is taken: 10 points beat the 1 of the step that holds as well
    warned(STEPS("more", "{from: 8, points: 1}, {from: 9, points: 10}"), ORDER("2"));
    // whoever reaches 9 has reached 8, which gives more, or as much
    warned(STEPS("more", "{from: 8, points: 10}, {from: 9, points: 1}"), NEVER("2"));
    warned(STEPS("more", "{from: 8, points: 10}, {from: 9, points: 10}"), NEVER("2"));
    warned(STEPS("more", "{from: 9, points: 1}, {from: 8, points: 10}"),
           "9 indicators[0].steps[0] step_never_taken(; 1, A)\n");
    warned(STEPS("more", "{from: 9, points: 10}, {from: 9, points: 1}"), NEVER("2"));
    warned(STEPS("more", "{from: 9, points: 10}, {from: 9, points: 10}"), NEVER("2"));
    warned(STEPS("more", "{from: 9, points: 10}, {from: 9, beyond: true, points: 1}"), NEVER("2"));
    warned(STEPS("more", "{from: 9, beyond: true, points: 10}, {from: 9, points: 1}"), "");
    warned(STEPS("more", "{from: 9, beyond: true, points: 10}, {from: 9, beyond: true, points: 1}"),
           NEVER("2"));
    warned(STEPS("more", "{value: 8, points: 10}, {from: 9, points: 1}"), "");
    warned(STEPS("more", "{value: 8, points: 10}, {value: 9, points: 1}"), NEVER("2"));
    // the value of `less` goes downwards, its completion does not
    warned(STEPS("less", "{value: 8, points: 10}, {value: 9, points: 1}"), "");
    warned(STEPS("less", "{value: 9, points: 10}, {value: 8, points: 1}"), NEVER("2"));
    warned(STEPS("less", "{value: 9, points: 1}, {value: 8, points: 10}"), ORDER("2"));
    warned(STEPS("less", "{from: 8, points: 10}, {from: 9, points: 1}"), NEVER("2"));
    warned(HEAD INDICATOR(", bonus: {steps: [{value: 1, points: 1}, {value: 2, points: 2}]}"),
           "9 indicators[0].bonus.steps[1] steps_order(; 2, A)\n");
    // hidden by two, named once
    warned(STEPS("more", "{from: 2, points: 10}, {from: 1, points: 9}, {from: 3, points: 8}"),
           "9 indicators[0].steps[2] step_never_taken(; 3, A)\n");
}

#define RATIO(more)                                                                                  \
    HEAD                                                                                             \
        "indicators:\n  - {code: A, kind: ratio, time: stock, reported_by: village, points: 10" more \
        "}\n"

static void warns_of_what_cannot_be_reached(void **state)
{
    (void)state;
    warned(STEPS("more", "{from: 9, points: 9.99}"),
           "9 indicators[0].steps points_unreachable(; A, 10, 9.99)\n");
    // a part is never more than 100 % of its whole, an amount is
    warned(RATIO(", rule: steps, steps: [{value: 100.01, points: 10}, {value: 100, points: 5}]"),
           "9 indicators[0].steps[0] step_out_of_reach(; 1, A, 100)\n");
    warned(RATIO(", rule: steps, steps: [{value: 100, beyond: true, points: 10}]"),
           "9 indicators[0].steps[0] step_out_of_reach(; 1, A, 100)\n");
    warned(RATIO(", rule: steps, steps: [{value: 100, points: 10}]"), "");
    warned(RATIO(", may_exceed: true, rule: steps, steps: [{value: 120, points: 10}]"), "");
    warned(STEPS("more", "{value: 120, points: 10}"), "");
    // 100 / 80 = 125 % is the most; against the target a list can name a smaller one
    warned(RATIO(", score_against: 80, rule: steps, steps: [{from: 125, points: 10}]"), "");
    warned(RATIO(", score_against: 80, rule: steps, steps: [{from: 125.01, points: 10}]"),
           "9 indicators[0].steps[0] step_out_of_reach(; 1, A, 125)\n");
    warned(RATIO(", target: 80, rule: steps, steps: [{from: 130, points: 10}]"),
           "9 indicators[0].steps met_without_points(; A, 80)\n");
    // target / value is 1 at the best
    warned(STEPS("less", "{from: 101, points: 10}"),
           "9 indicators[0].steps[0] step_out_of_reach(; 1, A, 100)\n");
    warned(HEAD INDICATOR(", better: less, bonus: {per: 1, points: 1, max: 2}"),
           "9 indicators[0].bonus.per bonus_out_of_reach(; A, 100)\n");
    warned(RATIO(", score_against: 100, bonus: {per: 5, points: 1, max: 2}"),
           "9 indicators[0].bonus.per bonus_out_of_reach(; A, 100)\n");
    // 100 / 95 = 105.26 %: one step of 5 %, none of 6 %
    warned(RATIO(", score_against: 95, bonus: {per: 5, points: 1, max: 2}"), "");
    warned(RATIO(", score_against: 95, bonus: {per: 6, points: 1, max: 2}"),
           "9 indicators[0].bonus.per bonus_out_of_reach(; A, 105.2632)\n");
    // 3 + 0.5 x (100 - 70) / 5 = 6
    warned(RATIO(", rule: linear, linear: {start: 70, points: 3, per: 5, add: 0.5}"),
           "9 indicators[0].linear points_unreachable(; A, 10, 6)\n");
    warned(RATIO(", rule: linear, linear: {start: 30, points: 3, per: 5, add: 0.5}"), "");
    // 3 + 1 x 4.5 / 1 = 7.5 at 0 %; nothing says that the numerator is 0 or more without min
    warned(
        RATIO(
            ", min: 0, better: less, rule: linear, linear: {start: 4.5, points: 3, per: 1, add: 1}"),
        "9 indicators[0].linear points_unreachable(; A, 10, 7.5)\n");
    warned(RATIO(", better: less, rule: linear, linear: {start: 4.5, points: 3, per: 1, add: 1}"),
           "");
    warned(
        RATIO(
            ", min: 0, better: less, rule: linear, linear: {start: 7, points: 3, per: 1, add: 1}"),
        "");
}

static void warns_of_holes(void **state)
{
    (void)state;
    // at 85 the target is met, the lowest band begins beyond it
    warned(RATIO(", target: 85, rule: steps, steps: [{value: 85, beyond: true, points: 10}]"),
           "9 indicators[0].steps met_without_points(; A, 85)\n");
    warned(
        RATIO(
            ", target: 85, rule: steps, steps: [{value: 85, beyond: true, points: 10}, {value: 85, points: 1}]"),
        "");
    warned(RATIO(", better: less, target: 5, rule: steps, steps: [{value: 4.99, points: 10}]"),
           "9 indicators[0].steps met_without_points(; A, 5)\n");
    warned(RATIO(", better: less, target: 5, rule: steps, steps: [{value: 5, points: 10}]"), "");
    // scored against another number, or by a target that only a list names
    warned(RATIO(", target: 70, score_against: 90, rule: steps, steps: [{value: 85, points: 10}]"),
           "");
    warned(RATIO(", rule: steps, steps: [{value: 85, points: 10}]"), "");
    // B is where A is not because of A's condition; C asks for what A does not, so it is taken too
    warned(BASE "classes: [{code: A, from: 8, no_zero: true}, {code: B, from: 8}]\n", "");
    warned(BASE "classes: [{code: A, from: 8, requires_met: [A]}, {code: B, from: 8, min_share: 5},"
                " {code: C, from: 1}]\n",
           "");
    warned(BASE
           "classes: [{code: A, from: 8}, {code: B, from: 8, no_zero: true}, {code: C, from: 1}]\n",
           "0 classes[1].from class_hidden(; B, A, 8)\n");
    warned(BASE "classes: [{code: A, from: 8, no_zero: true}, {code: B, from: 8, min_share: 5},"
                " {code: C, from: 1}]\n",
           "0 classes[1].from class_hidden(; B, A, 8)\n");
    warned(BASE "classes: [{code: A, from: 8}, {code: B, from: 5, min_share: 50}]\n",
           "0 classes[1].from class_hole(; B, 5)\n");
}

#define TWO(more)   \
    HEAD INDICATOR( \
        ", bonus: {per: 5, points: 1, max: 2}") "  - {code: B, kind: assessed, points: 5}\n" more

static void warns_of_caps(void **state)
{
    (void)state;
    // 10 + 2 + 5 = 17
    warned(TWO("groups: [{code: G, indicators: [A, B], max: 17}]\n"), "");
    warned(TWO("groups: [{code: G, indicators: [A, B], max: 10}]\n"), "");
    warned(TWO("groups: [{code: G, indicators: [A, B], max: 17.01}]\n"),
           "0 groups[0].max group_idle(; G, 17.01, 17)\n");
    warned(TWO("groups: [{code: G, indicators: [A, B], max: 9.99}]\n"),
           "0 groups[0].max group_exceeded(; G, 9.99, A, 10)\n");
    warned(TWO("bonus_max: 2\n"), "");
    warned(TWO("bonus_max: 2.5\n"), "0 bonus_max bonus_max_idle(; 2.5, 2)\n");
    warned(TWO("bonus_max: 1.5\n"), "9 indicators[0].bonus bonus_exceeded(; A, 2, 1.5)\n");
    warned(HEAD INDICATOR(", bonus: {per: 5, points: 3, max: 2}"),
           "9 indicators[0].bonus.max once_over_max(; A, 3, 2)\n");
    warned(HEAD INDICATOR(", rule: per_case, per_case: {points: 3, max: 2}"),
           "9 indicators[0].per_case.max once_over_max(; A, 3, 2)\n");
}

static void warns_of_adjustments(void **state)
{
    (void)state;
    // up: 2 x 1.5; down: 4 x 0.5 and, late in at most 3 of the 4 quarters, 3 x 0.25 = 2.75
    static const char rules[] = BASE
        "due_days: 5\nlate: {points: -0.25, max_times: 3}\n"
        "adjustments: [{code: J, points: 1.5, max_times: 2}, {code: K, points: -0.5, max_times: 4}]\n";
    char yaml[1024];
    static const struct {
        const char *more, *expected;
    } cases[] = {
        {"adjust_max: 3\nadjust_min: -2.75\n", ""},
        {"adjust_max: 3.01\n", "0 adjust_max adjust_idle(; adjust_max, 3.01, 3)\n"},
        {"adjust_min: -2.76\n", "0 adjust_min adjust_idle(; adjust_min, -2.76, -2.75)\n"},
        {"adjust_max: 1.5\nadjust_min: -0.5\n", ""},
        {"adjust_max: 1.49\n",
         "0 adjustments[0].points adjust_exceeded(; J, 1.5, adjust_max, 1.49)\n"},
        {"adjust_min: -0.4\n",
         "0 adjustments[1].points adjust_exceeded(; K, -0.5, adjust_min, -0.4)\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snprintf(yaml, sizeof yaml, "%s%s", rules, cases[i].more);
        warned(yaml, cases[i].expected);
    }
    // no limit of times, or nothing to give
    warned(BASE "adjustments: [{code: J, points: 1}]\nadjust_max: 50\n", "");
    warned(BASE "adjust_max: 3\n", "0 adjust_max adjust_idle(; adjust_max, 3, 0)\n");
    // late without max_times: once for each of the four quarters
    warned(BASE "due_days: 5\nlate: {points: -0.25}\nadjust_min: -1\n", "");
    warned(BASE "due_days: 5\nlate: {points: -0.25}\nadjust_min: -1.01\n",
           "0 adjust_min adjust_idle(; adjust_min, -1.01, -1)\n");
}

static void warns_of_the_stated_total(void **state)
{
    (void)state;
    warned(TWO("points_total: 15\n"), ""); // 10 + 5
    warned(TWO("points_total: 100\n"), "0 points_total points_total(; 100, 15)\n");
}

// 10 points, a bonus of at most 2, adjustments of at most 3 x 1.5.
#define RICH        \
    HEAD INDICATOR( \
        ", bonus: {per: 1, points: 1, max: 2}") "adjustments: [{code: J, points: 1.5, max_times: 3}, {code: K, points: -5}]\n"

static void warns_of_totals(void **state)
{
    (void)state;
    warned(RICH "classes: [{code: A, from: 16.5}]\n", "");
    warned(RICH "classes: [{code: A, from: 16.51}]\n",
           "0 classes[0].from class_unreachable(; A, 16.51, 16.5)\n");
    warned(RICH "bonus_max: 1\nclasses: [{code: A, from: 15.51}]\n",
           "0 classes[0].from class_unreachable(; A, 15.51, 15.5)\n"
           "9 indicators[0].bonus bonus_exceeded(; A, 2, 1)\n");
    warned(RICH "adjust_max: 1.5\nawards: [{code: W, to: unit, total_min: 13.51}]\n",
           "12 awards[0].total_min award_unreachable(; W, 13.51, 13.5)\n");
    warned(
        HEAD INDICATOR("") "adjustments: [{code: J, points: 1}]\nclasses: [{code: A, from: 99}]\n",
        "");
    warned(HEAD INDICATOR("") "adjustments: [{code: J, points: 1}]\nadjust_max: 5\n"
                              "classes: [{code: A, from: 15.01}]\n",
           "0 classes[0].from class_unreachable(; A, 15.01, 15)\n");
    warned(
        HEAD INDICATOR(
            ", bonus: {steps: [{value: 2, points: 4}, {value: 1, points: 2}]}") "classes: [{code: A, from: 14.01}, {code: B, from: 14}]\n",
        "0 classes[0].from class_unreachable(; A, 14.01, 14)\n");
}

static void warns_of_lists(void **state)
{
    (void)state;
    warned(BASE "adjustments: [{code: J, points: 0}]\n",
           "0 adjustments[0].points unused_adjustment(; J)\n");
    warned(BASE "adjustments: [{code: J, points: 0}]\ndisqualify: {adjustment: [J]}\n", "");
    warned(BASE
           "adjustments: [{code: J, points: 0, class_at_most: B}]\nclasses: [{code: B, from: 1}]\n",
           "");
    warned(BASE "awards: [{code: W, to: unit, quota: {count: 0}}]\n",
           "10 awards[0].quota quota_zero(; W)\n");
    warned(BASE "awards: [{code: W, to: individual, quota: {percent: 0}}]\n",
           "10 awards[0].quota quota_zero(; W)\n");
    warned(BASE "awards: [{code: W, to: unit}]\n", "10 awards[0].quota award_to_all(; W)\n");
    warned(BASE "awards: [{code: W, to: individual}]\n", "");
    warned(BASE "awards: [{code: W, to: unit, total_min: 1}, {code: V, to: unit, rank_max: 1},"
                " {code: U, to: unit, requires_met: [A]}, {code: T, to: unit, class_min: K},"
                " {code: S, to: unit, quota: {count: 1}}]\nclasses: [{code: K, from: 1}]\n",
           "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(warns_of_steps),       cmocka_unit_test(warns_of_what_cannot_be_reached),
        cmocka_unit_test(warns_of_holes),       cmocka_unit_test(warns_of_caps),
        cmocka_unit_test(warns_of_adjustments), cmocka_unit_test(warns_of_the_stated_total),
        cmocka_unit_test(warns_of_totals),      cmocka_unit_test(warns_of_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
