// One campaign: who competes, what is measured, how points are given, who is commended
// (campaign-format.md says how it is written, semantics.md what it means). A struct campaign is
// plain data: common/campaign_yaml.c fills it, campaign_check.c holds it against the unit tree.
#ifndef THIDUA_CORE_CAMPAIGN_H
#define THIDUA_CORE_CAMPAIGN_H

#include "core/decimal.h"
#include "core/finding.h"
#include "core/mem.h"
#include "core/period.h"
#include "core/unit.h"

#define INDICATORS_MAX 400
#define STEPS_MAX 100
#define CLUSTERS_MAX 2000
#define CAMPAIGN_BYTES_MAX (512 * 1024)
#define CAMPAIGN_PERIODS_MAX 240 // 20 years of months
#define CAMPAIGN_LIST_MAX 400    // groups, adjustments, classes, tie-breaks, awards, titles each
#define CAMPAIGN_UNITS_MAX 20000 // units named in one list
#define CAMPAIGN_TEXT_BYTES_MAX 2000
#define NO_INDEX UINT32_MAX // "no such entry" for indexes into the campaign's lists

enum indicator_kind { KIND_AMOUNT, KIND_RATIO, KIND_MEAN, KIND_YES_NO, KIND_ASSESSED };
enum indicator_time { TIME_FLOW, TIME_STOCK };
enum indicator_measure { MEASURE_LEVEL, MEASURE_DECREASE, MEASURE_INCREASE };
enum indicator_better { BETTER_MORE, BETTER_LESS };
enum points_rule {
    RULE_PROPORTIONAL,
    RULE_STEPS,
    RULE_DEDUCT,
    RULE_PER_CASE,
    RULE_LINEAR,
    RULE_LEADER,
    RULE_ALL_OR_NOTHING,
};
enum deduct_count { COUNT_EXACT, COUNT_STARTED, COUNT_FULL };
enum bonus_kind { BONUS_NONE, BONUS_PER, BONUS_STEPS, BONUS_PER_CASE };

// How the values of these enums are written, in their order; each table ends with NULL.
extern const char *const period_kind_words[]; // PERIOD_MONTH is the first
extern const char *const indicator_kind_words[];
extern const char *const indicator_time_words[];
extern const char *const indicator_measure_words[];
extern const char *const indicator_better_words[];
extern const char *const points_rule_words[];
extern const char *const deduct_count_words[];
extern const char *const award_to_words[];
extern const char *const award_form_words[];
extern const char *const quota_round_words[];
extern const char *const tie_at_cut_words[];
extern const char *const not_applicable_words[];
extern const char *const refresh_words[];
extern const char *const counts_words[];

struct step {
    bool by_value;    // `value`: the value itself; else `from`: the completion in %
    bool beyond;      // strictly beyond
    int64_t bound_e4; // may be negative for `value`
    int64_t points_e4;
};
struct bonus {
    enum bonus_kind kind;
    int64_t per_e4;     // BONUS_PER: %, > 0
    int64_t points_e4;  // BONUS_PER, BONUS_PER_CASE
    int64_t max_e4;     // BONUS_PER, BONUS_PER_CASE
    struct step *steps; // BONUS_STEPS
    size_t step_count;
};

struct indicator {
    const char *code, *name, *in;
    enum indicator_kind kind;
    enum indicator_time time;
    enum indicator_measure measure;
    enum indicator_better better;
    const char *reported_by; // level name; NULL for assessed
    unsigned decimals;       // of the published value
    bool has_target;
    int64_t target_e4;
    bool has_min, has_max;
    int64_t min_e4, max_e4;
    bool may_exceed;
    bool has_coverage_min;
    int64_t coverage_min_e4; // %
    int64_t points_e4;       // M, at most 2 decimals
    bool has_score_against;
    int64_t score_against_e4;
    enum points_rule rule;
    int64_t floor_e4; // proportional, %
    struct step *steps;
    size_t step_count;
    struct {
        int64_t per_e4, points_e4;
        enum deduct_count count;
    } deduct;
    struct {
        int64_t points_e4, max_e4;
    } per_case; // max default M
    struct {
        int64_t start_e4, points_e4, per_e4, add_e4;
    } linear;
    int64_t leader_half_e4; // %, default 50
    struct bonus bonus;
    unsigned line; // in the YAML file, for findings of campaign_check
};

struct cluster {
    const char *code, *name;
    const char **units;
    size_t unit_count;
    unsigned line;
};
struct group {
    const char *code;
    uint32_t *indicators;
    size_t indicator_count;
    int64_t max_e4;
};
struct adjustment_rule {
    const char *code, *name;
    int64_t points_e4; // at most 2 decimals, may be negative
    bool has_max_times;
    int64_t max_times;
    uint32_t class_at_most; // index into classes, NO_INDEX when it caps nothing
};
struct class_rule {
    const char *code, *name;
    int64_t from_e4;
    uint32_t *requires_met; // indicator indexes
    size_t requires_met_count;
    bool has_min_share;
    int64_t min_share_e4; // %
    bool no_zero;
};
enum tie_break_kind { TIE_MET_COUNT, TIE_BONUS, TIE_ON_TIME, TIE_INDICATOR };
struct tie_break {
    enum tie_break_kind kind;
    uint32_t indicator;
};

enum award_to { TO_UNIT, TO_INDIVIDUAL, TO_COLLECTIVE, TO_HOUSEHOLD };
enum award_form { FORM_REGULAR, FORM_THEMATIC, FORM_SPOT };
enum quota_kind { QUOTA_NONE, QUOTA_COUNT, QUOTA_PERCENT };
enum quota_round { ROUND_FLOOR, ROUND_HALF_UP, ROUND_CEIL };
enum tie_at_cut { CUT_INCLUDE, CUT_EXCLUDE, CUT_COUNCIL };
struct award {
    const char *code, *name;
    enum award_to to;
    enum award_form form;
    enum quota_kind quota;
    int64_t quota_count;
    int64_t quota_percent_e4;
    enum quota_round round;
    uint32_t quota_of; // award index; NO_INDEX: its own nominations
    enum tie_at_cut tie_at_cut;
    bool has_total_min, has_rank_max, has_votes_min, has_score_min, has_direct_share_min;
    int64_t total_min_e4;
    int64_t rank_max;
    uint32_t class_min;     // class index, NO_INDEX when none
    uint32_t *requires_met; // indicator indexes
    size_t requires_met_count;
    int64_t votes_min_e4, score_min_e4, direct_share_min_e4;
    const char **requires_titles;
    size_t requires_title_count;
    unsigned line;
};

enum not_applicable { NA_RESCALE, NA_ZERO, NA_FULL };
enum refresh { REFRESH_NIGHTLY, REFRESH_CONTINUOUS };
enum counts { COUNTS_SUBMITTED, COUNTS_SIGNED, COUNTS_VERIFIED };

struct campaign {
    const char *code, *name, *theme, *owner, *office_level;
    const char *competitor_level; // one of these two; NULL / 0 otherwise
    const char **competitor_units;
    size_t competitor_unit_count;
    enum period_kind reporting;
    struct period from, to, baseline; // baseline.kind 0: none
    unsigned period_end_day;          // 0: with the month
    bool has_due_days, has_lock_days;
    int64_t due_days, lock_days;
    enum refresh refresh;
    enum counts counts;
    bool count_unverified;
    struct indicator *indicators;
    size_t indicator_count;
    struct cluster *clusters; // none: all competing units in one cluster of code ""
    size_t cluster_count;
    struct group *groups;
    size_t group_count;
    bool has_bonus_max, has_adjust_min, has_adjust_max;
    int64_t bonus_max_e4, adjust_min_e4, adjust_max_e4;
    bool has_points_total;
    int64_t points_total_e4; // what the file says that its points add up to; checked, else unused
    enum not_applicable not_applicable;
    struct adjustment_rule *adjustments;
    size_t adjustment_count;
    bool has_late, has_late_max_times;
    int64_t late_points_e4, late_max_times;
    struct class_rule *classes;
    size_t class_count;
    struct tie_break *tie_breaks;
    size_t tie_break_count;
    bool has_missing_over;
    int64_t missing_over;
    uint32_t *disqualify_not_met; // indicator indexes, in the order of the list
    size_t disqualify_not_met_count;
    uint32_t *disqualify_adjustments; // adjustment indexes, in the order of the list
    size_t disqualify_adjustment_count;
    struct award *awards;
    size_t award_count;
    struct arena *arena; // owns all texts and lists
};

void campaign_destroy(struct campaign *campaign);
uint32_t campaign_indicator(const struct campaign *campaign, const char *code); // NO_INDEX: none
uint32_t campaign_award(const struct campaign *campaign, const char *code);
uint32_t campaign_adjustment(const struct campaign *campaign, const char *code);
uint32_t campaign_class(const struct campaign *campaign, const char *code);
size_t campaign_period_count(const struct campaign *campaign);
struct period campaign_period(const struct campaign *campaign, size_t index);
// 0 … count-1 for a reporting period of the campaign; -1 for the baseline; -2 for any other.
int campaign_period_index(const struct campaign *campaign, struct period period);
int32_t campaign_last_day(const struct campaign *campaign, struct period period);
// Latest period that has begun on `day`; the last one of a campaign that is over; the first before it.
struct period campaign_current_period(const struct campaign *campaign, int32_t day);
// The campaign's rule names the unit as a competitor: it has the level or is on the list. Whether it
// competes in a period is a question of that day's tree (competitors_create).
bool campaign_names_competitor(const struct campaign *campaign, const struct unit_tree *tree,
                               uint32_t unit);
// Was the unit at or below the owner when a period of the campaign ended (or when it last existed)?
bool campaign_within_owner(const struct campaign *campaign, const struct unit_tree *tree,
                           uint32_t unit);

// Holds the campaign against the tree: unknown owner / level / unit / office level, leaf levels above
// the offices or competitors, a unit in two clusters or in none, competitors not below the owner,
// and warnings (units that end without a successor, an award nobody can get …). All at once.
// `file` names the campaign file in findings.
void campaign_check(const struct campaign *campaign, const struct unit_tree *tree, const char *file,
                    struct findings *findings);

// Competing units at the end of period P: ascending unit indexes, and their cluster. Owned by the caller.
struct competitors {
    uint32_t *units;    // below the owner in the tree of P's last day, ordered by code
    uint32_t *clusters; // index into campaign->clusters, 0 when the campaign has none; NO_INDEX for
        // a unit in no cluster (campaign_check refuses that; a later tree may bring one)
    size_t count;
};
struct competitors *competitors_create(const struct campaign *campaign, const struct unit_day *day);
void competitors_destroy(struct competitors *competitors);

#endif
