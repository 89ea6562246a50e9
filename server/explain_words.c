// The words of the rules.
#include "server/explain_words.h"

#include <stdio.h>

const char *explain_e4(int64_t value_e4, char buffer[static DECIMAL_TEXT_SIZE])
{
    decimal_format(value_e4, DECIMAL_SCALE, buffer);
    return buffer;
}

void explain_add(struct text *out, const char *word, const char *text)
{
    if (out->length > 0)
        text_adds(out, ";");
    text_adds(out, word);
    if (text != NULL)
        text_addf(out, ":%s", text);
}

static void add_number(struct text *out, const char *word, int64_t value_e4)
{
    char number[DECIMAL_TEXT_SIZE];
    explain_add(out, word, explain_e4(value_e4, number));
}

// word:from=sign points
static void add_pair(struct text *out, const char *word, int64_t from_e4, const char *sign,
                     int64_t points_e4)
{
    char from[DECIMAL_TEXT_SIZE], points[DECIMAL_TEXT_SIZE], pair[2 * DECIMAL_TEXT_SIZE + 4];
    snprintf(pair, sizeof pair, "%s=%s%s", explain_e4(from_e4, from), sign,
             explain_e4(points_e4, points));
    explain_add(out, word, pair);
}

// ---- rules

static void words_proportional(const struct indicator *indicator, struct text *out)
{
    if (indicator->floor_e4 > 0)
        add_number(out, "floor", indicator->floor_e4);
}

static void words_steps(const struct indicator *indicator, struct text *out)
{
    static const char *const words[2][2] = {{"from", "beyond from"}, {"value", "beyond value"}};
    for (size_t i = 0; i < indicator->step_count; i++) {
        const struct step *step = &indicator->steps[i];
        add_pair(out, words[step->by_value][step->beyond], step->bound_e4, "", step->points_e4);
    }
}

static void words_deduct(const struct indicator *indicator, struct text *out)
{
    add_pair(out, "per", indicator->deduct.per_e4, "-", indicator->deduct.points_e4);
    explain_add(out, deduct_count_words[indicator->deduct.count], NULL);
}

static void words_per_case(const struct indicator *indicator, struct text *out)
{
    add_number(out, "each case", -indicator->per_case.points_e4);
    add_number(out, "at most", indicator->per_case.max_e4);
}

static void words_linear(const struct indicator *indicator, struct text *out)
{
    add_pair(out, "start", indicator->linear.start_e4, "", indicator->linear.points_e4);
    add_pair(out, "per", indicator->linear.per_e4, "+", indicator->linear.add_e4);
}

static void words_leader(const struct indicator *indicator, struct text *out)
{
    add_number(out, "half", indicator->leader_half_e4);
}

static void words_none(const struct indicator *indicator, struct text *out)
{
    (void)indicator;
    (void)out;
}

static void (*const rule_words[])(const struct indicator *indicator, struct text *out) = {
    [RULE_PROPORTIONAL] = words_proportional,
    [RULE_STEPS] = words_steps,
    [RULE_DEDUCT] = words_deduct,
    [RULE_PER_CASE] = words_per_case,
    [RULE_LINEAR] = words_linear,
    [RULE_LEADER] = words_leader,
    [RULE_ALL_OR_NOTHING] = words_none,
};

// ---- bonus

static void bonus_words(const struct bonus *bonus, struct text *out)
{
    static const char *const words[2][2] = {{"bonus from", "bonus beyond from"},
                                            {"bonus value", "bonus beyond value"}};
    if (bonus->kind == BONUS_PER)
        add_pair(out, "bonus per", bonus->per_e4, "+", bonus->points_e4);
    if (bonus->kind == BONUS_PER_CASE)
        add_number(out, "bonus each case", bonus->points_e4);
    if (bonus->kind == BONUS_PER || bonus->kind == BONUS_PER_CASE)
        add_number(out, "bonus at most", bonus->max_e4);
    for (size_t i = 0; bonus->kind == BONUS_STEPS && i < bonus->step_count; i++) {
        const struct step *step = &bonus->steps[i];
        add_pair(out, words[step->by_value][step->beyond], step->bound_e4, "", step->points_e4);
    }
}

void explain_rule_words(const struct indicator *indicator, struct text *out)
{
    if (indicator->kind == KIND_ASSESSED) {
        explain_add(out, indicator_kind_words[KIND_ASSESSED], NULL);
        return;
    }
    if (indicator->points_e4 == 0) {
        explain_add(out, "not scored", NULL);
    } else {
        explain_add(out, points_rule_words[indicator->rule], NULL);
        rule_words[indicator->rule](indicator, out);
    }
    if (indicator->has_score_against)
        add_number(out, "score_against", indicator->score_against_e4);
    bonus_words(&indicator->bonus, out);
}
