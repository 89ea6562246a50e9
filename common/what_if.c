// See what_if.h.
#include "common/what_if.h"

#include "common/yaml_table.h"
#include "core/weigh.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(list) (sizeof(list) / sizeof(list)[0])

// ---- the file

static uint32_t find_indicator(const void *root, const char *code)
{
    return campaign_indicator(((const struct what_if *)root)->campaign, code);
}

static uint32_t find_unit(const void *root, const char *code)
{
    return unit_find(((const struct what_if *)root)->tree, code);
}

static const struct yaml_reference to_indicator = {find_indicator, FINDING_UNKNOWN_INDICATOR};
static const struct yaml_reference to_unit = {find_unit, FINDING_UNKNOWN_UNIT};
static const struct yaml_limits points = {0, DECIMAL_MAX_E4, 2};
static const struct yaml_limits from_zero = {0, DECIMAL_MAX_E4, 4};

static const struct what_if *root_of(const struct yaml_reader *reader)
{
    return yaml_map_target(yaml_root_map(reader));
}

static void check_points(struct yaml_reader *reader, const struct yaml_map *map)
{
    const struct what_if_points *own = yaml_map_target(map);
    const struct what_if *what_if = root_of(reader);
    if (!yaml_good(map, "indicator"))
        return;
    const struct indicator *indicator = &what_if->campaign->indicators[own->indicator];
    if (indicator->points_e4 == 0)
        yaml_fault(reader, FINDING_NO_WEIGHT, yaml_given(map, "indicator"), indicator->code, NULL);
}

static void check_target(struct yaml_reader *reader, const struct yaml_map *map)
{
    const struct what_if_target *own = yaml_map_target(map);
    const struct what_if *what_if = root_of(reader);
    if (!yaml_good(map, "indicator"))
        return;
    const struct indicator *indicator = &what_if->campaign->indicators[own->indicator];
    if (indicator->kind == KIND_ASSESSED)
        yaml_fault(reader, FINDING_TARGET_ASSESSED, yaml_given(map, "indicator"), indicator->code,
                   NULL);
}

static bool competes(const struct competitors *competitors, uint32_t unit)
{
    for (size_t i = 0; i < competitors->count; i++)
        if (competitors->units[i] == unit)
            return true;
    return false;
}

static void check_exclude(struct yaml_reader *reader, const struct yaml_map *map)
{
    const struct what_if *what_if = yaml_map_target(map);
    const struct yaml_node *list = yaml_given(map, "exclude");
    if (list == NULL || list->shape != YAML_LIST)
        return;
    struct competitors *competitors = competitors_create(what_if->campaign, what_if->plan->day);
    for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
        uint32_t unit = node->shape == YAML_TEXT ? unit_find(what_if->tree, node->text) : NO_UNIT;
        if (unit != NO_UNIT && !competes(competitors, unit))
            yaml_fault(reader, FINDING_EXCLUDES_NOBODY, node, node->text, NULL);
    }
    competitors_destroy(competitors);
}

// clang-format off
#define AT(member) .at = offsetof(struct what_if_points, member)
static const struct yaml_field point_fields[] = {
    {"indicator", YAML_FIELD_REFERENCE, .required = true, AT(indicator), .to = &to_indicator},
    {"points", YAML_FIELD_NUMBER, .required = true, AT(points_e4), .limits = &points},
};
#undef AT
#define AT(member) .at = offsetof(struct what_if_target, member)
static const struct yaml_field target_fields[] = {
    {"unit", YAML_FIELD_REFERENCE, AT(unit), .to = &to_unit},
    {"indicator", YAML_FIELD_REFERENCE, .required = true, AT(indicator), .to = &to_indicator},
    {"target", YAML_FIELD_NUMBER, .required = true, AT(target_e4), .limits = &from_zero},
};
#undef AT
static const struct yaml_table point_table = {.fields = point_fields, .count = LENGTH(point_fields), .size = sizeof(struct what_if_points), .check = check_points};
static const struct yaml_table target_table = {.fields = target_fields, .count = LENGTH(target_fields), .size = sizeof(struct what_if_target), .check = check_target};
#define AT(member) .at = offsetof(struct what_if, member)
#define COUNT_AT(member) .count_at = offsetof(struct what_if, member)
static const struct yaml_field fields[] = {
    {"rules", YAML_FIELD_TEXT, AT(rules)},
    {"points", YAML_FIELD_MAPS, AT(points), COUNT_AT(point_count), .most = INDICATORS_MAX, .table = &point_table},
    {"targets", YAML_FIELD_MAPS, AT(targets), COUNT_AT(target_count), .most = CAMPAIGN_UNITS_MAX, .table = &target_table},
    {"exclude", YAML_FIELD_REFERENCES, AT(exclude), COUNT_AT(exclude_count), .most = CAMPAIGN_UNITS_MAX, .to = &to_unit},
};
#undef AT
#undef COUNT_AT
static const struct yaml_table table = {.fields = fields, .count = LENGTH(fields), .check = check_exclude};
// clang-format on

const char *what_if_rules(struct arena *arena, const char *file, const char *text, size_t length)
{
    struct findings findings = {0};
    const struct yaml_node *root = yaml_parse(arena, file, text, length, &findings);
    findings_free(&findings);
    for (const struct yaml_node *node = root != NULL ? root->first : NULL; node != NULL;
         node = node->next)
        if (node->key != NULL && strcmp(node->key, "rules") == 0 && node->shape == YAML_TEXT)
            return node->text;
    return "";
}

int what_if_read(struct arena *arena, const char *file, const char *text, size_t length,
                 const struct rollup_plan *plan, struct what_if *ret, struct findings *findings)
{
    size_t errors = findings->errors;
    *ret = (struct what_if){.campaign = plan->campaign, .tree = plan->tree, .plan = plan};
    struct yaml_node *root = yaml_parse(arena, file, text, length, findings);
    if (root != NULL)
        yaml_read(arena, file, root, &table, ret, findings);
    findings_sort(findings);
    return findings->errors == errors ? 0 : -1;
}

// ---- what comes of it

// One by one: the later of two that name the same counts.
static void apply_targets(const struct what_if *what_if, struct campaign *campaign,
                          struct targets *targets)
{
    for (size_t i = 0; i < what_if->target_count; i++) {
        const struct what_if_target *other = &what_if->targets[i];
        struct target target = {other->unit, other->indicator, other->target_e4};
        const struct targets more = {&target, 1, 1};
        struct merge_count count;
        if (other->unit != NO_UNIT) {
            targets_merge(targets, &more, &count);
            continue;
        }
        campaign->indicators[other->indicator].has_target = true;
        campaign->indicators[other->indicator].target_e4 = other->target_e4;
    }
}

static int rank_weighed(const struct what_if *what_if, struct what_if_result *ret, struct err *err)
{
    const struct recompute *run = ret->run;
    const struct recompute_input *in = run->input;
    size_t indicators = in->campaign->indicator_count;
    int64_t *points_e4 = mem_alloc(indicators, sizeof *points_e4);
    struct score_unit_input *inputs = mem_alloc(run->competitors->count + 1, sizeof *inputs);
    struct weigh_campaign weighed = {0};
    int result = 0;
    for (size_t i = 0; i < indicators; i++)
        points_e4[i] = in->campaign->indicators[i].points_e4;
    for (size_t i = 0; i < what_if->point_count; i++)
        points_e4[what_if->points[i].indicator] = what_if->points[i].points_e4;
    ret->standings = mem_alloc(run->standing_count + 1, sizeof *ret->standings);
    for (uint32_t cluster = 0; cluster < run->cluster_count && result == 0; cluster++) {
        struct cluster_scores scores;
        recompute_inputs(run, cluster, inputs);
        const struct weigh_case given = {run->plan, in->targets, in->adjustments, inputs,
                                         &run->scores[cluster]};
        weigh_campaign_clear(&weighed);
        result = weigh_points(&given, points_e4, &scores, &weighed, err);
        if (result < 0)
            break;
        rank_cluster(&weighed.campaign, cluster, &scores, &ret->standings[ret->standing_count]);
        ret->standing_count += scores.count;
        cluster_scores_clear(&scores);
    }
    if (result == 0)
        award_compute(&weighed.campaign, in->tree, ret->standings, ret->standing_count,
                      in->nominations, in->decisions, &ret->awards);
    weigh_campaign_clear(&weighed);
    free(inputs);
    free(points_e4);
    return result;
}

int what_if_compute(const struct what_if *what_if, struct recompute_input *input,
                    struct campaign *campaign, struct targets *targets, bool *excluded,
                    struct what_if_result *ret, struct err *err)
{
    apply_targets(what_if, campaign, targets);
    for (size_t i = 0; i < what_if->exclude_count; i++)
        excluded[what_if->exclude[i]] = true;
    input->excluded = excluded;
    *ret = (struct what_if_result){.run = recompute_create(input, err)};
    if (ret->run != NULL && recompute_rank(ret->run, err) == 0 &&
        rank_weighed(what_if, ret, err) == 0)
        return 0;
    what_if_clear(ret);
    return -1;
}

void what_if_clear(struct what_if_result *result)
{
    if (result->standings != NULL)
        standings_clear(result->standings, result->standing_count);
    free(result->standings);
    candidates_clear(&result->awards);
    recompute_destroy(result->run);
    *result = (struct what_if_result){0};
}
