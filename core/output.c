// The four output files of a run, line by line (semantics.md, section 8).
#include "core/output.h"

#include <string.h>

#include <stdlib.h>

#define POINTS_DECIMALS 2

const char *const rollup_header = "period,scope,unit,level,indicator,numerator,denominator,value,"
                                  "reported,expected,na,missing,target,completion,met\n";
const char *const scores_header =
    "period,unit,indicator,value,target,completion,met,points,bonus,max,note\n";
const char *const ranking_header = "period,cluster,rank,unit,name,total,met_count,points,bonus,"
                                   "adjustments,class,eligible,reasons\n";
const char *const awards_header = "award,recipient,kind,unit,rank,decision,reasons\n";

static const char *const note_names[] = {
    [NOTE_NONE] = "", [NOTE_NA] = "na", [NOTE_MISSING] = "missing"};

static void add_field(struct text *out, const char *field)
{
    csv_add_field(out, field);
    text_adds(out, ",");
}

static void add_last(struct text *out, const char *field)
{
    csv_add_field(out, field);
    text_adds(out, "\n");
}

static void add_rank(struct text *out, uint32_t rank)
{
    if (rank > 0)
        text_addf(out, "%u", rank);
    text_adds(out, ",");
}

static void add_points(struct text *out, int64_t points_e2)
{
    char buffer[DECIMAL_TEXT_SIZE];
    decimal_fixed(points_e2, POINTS_DECIMALS, buffer);
    add_field(out, buffer);
}

static void add_value(struct text *out, const mpq_t value, unsigned decimals)
{
    char *text = decimal_publish(value, decimals);
    add_field(out, text);
    free(text);
}

static void add_percent(struct text *out, const mpq_t share)
{
    mpq_t percent;
    mpq_init(percent);
    mpz_mul_ui(mpq_numref(percent), mpq_numref(share), 100);
    mpz_set(mpq_denref(percent), mpq_denref(share));
    mpq_canonicalize(percent);
    add_value(out, percent, 2);
    mpq_clear(percent);
}

// A field that never needs quotes: a code, a period, a number. Millions of lines pass here.
static void add_plain(struct text *out, const char *field)
{
    text_adds(out, field);
    text_add(out, ",", 1);
}

static void add_count(struct text *out, uint32_t count)
{
    char digits[16];
    size_t at = sizeof digits;
    digits[--at] = ',';
    do
        digits[--at] = (char)('0' + count % 10);
    while ((count /= 10) > 0);
    text_add(out, digits + at, sizeof digits - at);
}

void output_rollup_line(struct text *out, const char *period, const char *scope, const char *unit,
                        const char *level, const char *indicator, const struct rollup_texts *texts)
{
    add_plain(out, period);
    add_plain(out, scope);
    add_plain(out, unit);
    add_field(out, level);
    add_plain(out, indicator);
    add_plain(out, texts->numerator);
    add_plain(out, texts->denominator);
    add_plain(out, texts->value);
    add_count(out, texts->reported);
    add_count(out, texts->expected);
    add_count(out, texts->na);
    add_count(out, texts->missing);
    add_plain(out, texts->target);
    add_plain(out, texts->completion);
    add_last(out, texts->met);
}

static void output_score_line(struct text *out, const struct indicator *indicator,
                              const char *period, const char *unit, const struct score_line *line)
{
    static const char *const met[] = {"", "no", "yes"};
    char target[DECIMAL_TEXT_SIZE];
    add_field(out, period);
    add_field(out, unit);
    add_field(out, indicator->code);
    if (line->has_value)
        add_value(out, line->value, indicator->decimals);
    else
        add_field(out, "");
    if (line->has_target)
        decimal_format(line->target_e4, DECIMAL_SCALE, target);
    add_field(out, line->has_target ? target : "");
    if (line->has_completion)
        add_percent(out, line->completion);
    else
        add_field(out, "");
    add_field(out, met[line->met + 1]);
    if (line->has_points) {
        add_points(out, line->points_e2);
        add_points(out, line->bonus_e2);
    } else {
        text_adds(out, ",,");
    }
    add_points(out, line->max_e2);
    add_last(out, note_names[line->note]);
}

void output_score_lines(struct text *out, const struct campaign *campaign,
                        const struct unit_tree *tree, const char *period,
                        const struct unit_score *score)
{
    for (size_t i = 0; i < campaign->indicator_count; i++)
        output_score_line(out, &campaign->indicators[i], period, tree->units[score->unit].code,
                          &score->lines[i]);
}

void output_ranking_line(struct text *out, const struct campaign *campaign,
                         const struct unit_tree *tree, const char *period,
                         const struct standing *standing)
{
    struct period when = {0};
    bool known = period_parse(period, strlen(period), &when);
    int32_t day = known ? campaign_last_day(campaign, when) : DAY_MAX;
    add_field(out, period);
    add_field(out, campaign->cluster_count > 0 ? campaign->clusters[standing->cluster].code : "");
    add_rank(out, standing->rank);
    add_field(out, tree->units[standing->unit].code);
    add_field(out, unit_name_at(tree, standing->unit, day));
    add_points(out, standing->total_e2);
    text_addf(out, "%u,", standing->met_count);
    add_points(out, standing->points_e2);
    add_points(out, standing->bonus_e2);
    add_points(out, standing->adjustments_e2);
    add_field(out, standing->class_index == NO_INDEX
                       ? ""
                       : campaign->classes[standing->class_index].code);
    add_field(out, standing->disqualified ? "no" : "yes");
    add_last(out, standing->reasons);
}

void output_award_line(struct text *out, const struct campaign *campaign,
                       const struct unit_tree *tree, const struct candidate *candidate)
{
    const struct award *award = &campaign->awards[candidate->award];
    add_field(out, award->code);
    add_field(out, candidate->recipient);
    add_field(out, award_to_words[award->to]);
    add_field(out, candidate->unit == NO_UNIT ? "" : tree->units[candidate->unit].code);
    add_rank(out, candidate->rank);
    add_field(out, award_decision_names[candidate->decision]);
    add_last(out, candidate->reasons);
}
