// The cut of a run into jobs: small countries by hand, a case of the golden files, and what must hold
// of every plan.
#include "server/job_plan.h"

#include "tests/lib/cmocka_all.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNITS_HEAD "code,name,level,parent,valid_from,valid_to,merged_into\n"
#define COUNTRY UNITS_HEAD "N,Nước,country,,,,\n"
#define CAMPAIGN_OF(owner, offices)                                                                  \
    "campaign: t\nname: t\nowner: " owner "\noffice_level: " offices                                 \
    "\ncompetitors: {level: commune}\nreporting: quarter\nfrom: 2022-Q1\nto: 2022-Q2\nindicators:\n" \
    "  - {code: A, kind: amount, time: stock, decimals: 0, reported_by: village, points: "           \
    "100, target: 1}\n"
#define CAMPAIGN CAMPAIGN_OF("N", "commune")

static struct run_input *input_make(const char *units, const char *campaign)
{
    struct err err = {0};
    struct period period;
    const struct run_texts texts = {.units = units, .campaign = campaign};
    assert_true(period_parse("2022-Q2", strlen("2022-Q2"), &period));
    struct run_input *input = run_input_create(&texts, period, &err);
    if (input == NULL)
        fail_msg("%s: %s", err.code, err.text);
    return input;
}

// "1 rollup: A,B" a job and line.
static char *plan_text(const struct job_plan *plan)
{
    struct text out = {0};
    for (size_t i = 0; i < plan->count; i++)
        text_addf(&out, "%d %s: %s\n", plan->jobs[i].stage, job_kind_name(plan->jobs[i].kind),
                  plan->jobs[i].arguments);
    return out.data;
}

// ---- what must hold of every plan

struct tally { // by unit: the stage and number of its jobs of a kind
    int *stage, *jobs;
};

static void count_arguments(const struct run_input *input, const struct planned_job *job,
                            struct tally *counts)
{
    char *arguments = mem_text(job->arguments, strlen(job->arguments));
    for (char *code = strtok(arguments, ","); code != NULL; code = strtok(NULL, ",")) {
        uint32_t unit = unit_find(input->tree, code);
        assert_true(unit != NO_UNIT);
        counts->stage[unit] = job->stage;
        counts->jobs[unit]++;
    }
    free(arguments);
}

static struct tally count_kind(const struct run_input *input, const struct job_plan *plan,
                               enum job_kind kind)
{
    size_t units = input->tree->unit_count + 1;
    struct tally counts = {mem_alloc(units, sizeof(int)), mem_alloc(units, sizeof(int))};
    for (size_t i = 0; i < plan->count; i++)
        if (plan->jobs[i].kind == kind)
            count_arguments(input, &plan->jobs[i], &counts);
    return counts;
}

static void counts_free(struct tally *counts)
{
    free(counts->stage);
    free(counts->jobs);
}

static void check_stages(const struct job_plan *plan)
{
    assert_true(plan->count > 0);
    assert_int_equal(plan->jobs[0].stage, 1);
    for (size_t i = 1; i < plan->count; i++) { // in order, without gaps
        assert_true(plan->jobs[i].stage >= plan->jobs[i - 1].stage);
        assert_true(plan->jobs[i].stage <= plan->jobs[i - 1].stage + 1);
        if (plan->jobs[i].stage == plan->jobs[i - 1].stage)
            assert_true(plan->jobs[i].kind == plan->jobs[i - 1].kind ||
                        plan->jobs[i].kind == JOB_SEAL || i == 1); // behind the input's seal
        else
            assert_true(plan->jobs[i].kind >= plan->jobs[i - 1].kind);
    }
}

// The last stage verifies and seals, but for what was handed in; nothing else does.
static void check_end(const struct job_plan *plan)
{
    int last = plan->jobs[plan->count - 1].stage;
    int seals = 0, awards = 0;
    assert_int_equal(plan->jobs[0].kind, JOB_SEAL); // what was handed in
    assert_string_equal(plan->jobs[0].arguments, JOB_SEAL_INPUT);
    for (size_t i = 1; i < plan->count; i++) {
        const struct planned_job *job = &plan->jobs[i];
        assert_int_equal(job->stage == last, job->kind == JOB_VERIFY || job->kind == JOB_SEAL);
        assert_int_equal(job->stage == last - 1, job->kind == JOB_AWARD);
        assert_int_equal(job->stage == last - 2, job->kind == JOB_SCORE);
        seals += job->kind == JOB_SEAL;
        awards += job->kind == JOB_AWARD;
    }
    assert_int_equal(seals, 1);
    assert_int_equal(awards, 1);
}

static void check_clusters(const struct run_input *input, const struct job_plan *plan)
{
    size_t wanted = input->campaign->cluster_count ? input->campaign->cluster_count : 1, seen = 0;
    for (size_t i = 0; i < plan->count; i++)
        if (plan->jobs[i].kind == JOB_SCORE)
            assert_int_equal(strtoul(plan->jobs[i].arguments, NULL, 10), seen++);
    assert_int_equal(seen, wanted);
}

// Every top in one rollup and one verify job; every upper in one job, children before parents.
static void check_units(const struct run_input *input, const struct job_plan *plan)
{
    struct tally rollup = count_kind(input, plan, JOB_ROLLUP);
    struct tally upper = count_kind(input, plan, JOB_UPPER);
    struct tally verify = count_kind(input, plan, JOB_VERIFY);
    size_t top_count, upper_count, rolled = 0, raised = 0, verified = 0;
    uint32_t *tops = rollup_tops(input->plan, &top_count);
    uint32_t *uppers = rollup_uppers(input->plan, &upper_count);
    for (size_t i = 0; i < top_count; i++) {
        assert_int_equal(rollup.jobs[tops[i]], 1);
        assert_int_equal(verify.jobs[tops[i]], 1);
    }
    for (size_t i = 0; i < upper_count; i++)
        assert_int_equal(upper.jobs[uppers[i]], 1);
    for (uint32_t unit = 0; unit < input->tree->unit_count; unit++) {
        uint32_t parent = input->plan->day->parent[unit];
        int below = rollup.stage[unit] + upper.stage[unit]; // of which one is 0
        if (below > 0 && parent != NO_UNIT && upper.jobs[parent] > 0)
            assert_true(below < upper.stage[parent]);
        rolled += (size_t)rollup.jobs[unit];
        raised += (size_t)upper.jobs[unit];
        verified += (size_t)verify.jobs[unit];
    }
    assert_int_equal(rolled, top_count); // and no other unit
    assert_int_equal(verified, top_count);
    assert_int_equal(raised, upper_count);
    free(tops);
    free(uppers);
    counts_free(&rollup);
    counts_free(&upper);
    counts_free(&verify);
}

// Uppers are verified by one job without arguments, when there are any.
static void check_upper_verify(const struct job_plan *plan)
{
    size_t uppers = 0, without = 0;
    for (size_t i = 0; i < plan->count; i++) {
        uppers += plan->jobs[i].kind == JOB_UPPER;
        without += plan->jobs[i].kind == JOB_VERIFY && plan->jobs[i].arguments[0] == '\0';
    }
    assert_int_equal(without, uppers > 0 ? 1 : 0);
}

static void check_sizes(const struct run_input *input, const struct job_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct planned_job *job = &plan->jobs[i];
        char *arguments = mem_text(job->arguments, strlen(job->arguments));
        size_t weight = 0, units = 0;
        for (char *code = strtok(arguments, ","); code != NULL; code = strtok(NULL, ",")) {
            units++;
            if (job->kind == JOB_ROLLUP)
                weight += rollup_weight(input->plan, unit_find(input->tree, code));
        }
        if (job->kind == JOB_UPPER)
            assert_true(units <= PLAN_UPPERS_PER_JOB);
        assert_true(weight <= PLAN_CELLS_PER_JOB || units == 1);
        free(arguments);
    }
}

// Makes a plan and checks all of it; twice, from documents parsed anew: nothing but the input counts.
static char *planned(const char *units, const char *campaign)
{
    char *texts[2];
    for (int i = 0; i < 2; i++) {
        struct run_input *input = input_make(units, campaign);
        struct job_plan plan;
        job_plan_make(input, &plan);
        check_stages(&plan);
        check_end(&plan);
        check_clusters(input, &plan);
        check_units(input, &plan);
        check_upper_verify(&plan);
        check_sizes(input, &plan);
        texts[i] = plan_text(&plan);
        job_plan_clear(&plan);
        job_plan_clear(&plan); // a second time does no harm
        run_input_destroy(input);
    }
    assert_string_equal(texts[0], texts[1]);
    free(texts[1]);
    return texts[0];
}

static void plan_is(const char *units, const char *campaign, const char *expected)
{
    char *text = planned(units, campaign);
    assert_string_equal(text, expected);
    free(text);
}

// ---- by hand

#define PROVINCE                 \
    COUNTRY                      \
    "P,Tỉnh,province,N,,,\n"   \
    "D,Huyện,district,P,,,\n"  \
    "X1,Xã 1,commune,D,,,\n"    \
    "X2,Xã 2,commune,D,,,\n"    \
    "v1,Thôn 1,village,X1,,,\n" \
    "v2,Thôn 2,village,X2,,,\n"

static void test_levels(void **state)
{
    (void)state;
    plan_is(
        PROVINCE, CAMPAIGN,
        "1 seal: input\n1 rollup: X1\n1 rollup: X2\n2 upper: D\n3 upper: P\n4 upper: N\n5 score: 0\n6 award: \n"
        "7 verify: X1\n7 verify: X2\n7 verify: \n7 seal: \n");
}

// The owner is the only office: no stage between.
static void test_no_uppers(void **state)
{
    (void)state;
    plan_is(PROVINCE, CAMPAIGN_OF("D", "district"),
            "1 seal: input\n1 rollup: D\n2 score: 0\n3 award: \n4 verify: D\n4 seal: \n");
}

// A short branch beside a long one: a unit waits for its highest child. T hangs under the country.
static void test_uneven(void **state)
{
    (void)state;
    plan_is(
        PROVINCE "Q,Tỉnh khác,province,N,,,\n"
                 "T,Thôn lẻ,village,N,,,\n"
                 "X3,Xã 3,commune,Q,,,\nv3,Thôn 3,village,X3,,,\n",
        CAMPAIGN,
        "1 seal: input\n1 rollup: T\n1 rollup: X1\n1 rollup: X2\n1 rollup: X3\n2 upper: Q,D\n3 upper: P\n"
        "4 upper: N\n5 score: 0\n6 award: \n7 verify: T\n7 verify: X1\n7 verify: X2\n"
        "7 verify: X3\n7 verify: \n7 seal: \n");
}

// ---- large

static char *country(unsigned districts, unsigned communes, unsigned villages)
{
    struct text units = {0};
    text_adds(&units, COUNTRY);
    for (unsigned d = 0; d < districts; d++) {
        text_addf(&units, "D%03u,Huyện %u,district,N,,,\n", d, d);
        for (unsigned c = 0; c < communes; c++) {
            text_addf(&units, "X%03u%02u,Xã %u,commune,D%03u,,,\n", d, c, c, d);
            for (unsigned v = 0; v < villages; v++)
                text_addf(&units, "v%03u%02u%03u,Thôn %u,village,X%03u%02u,,,\n", d, c, v, v, d, c);
        }
    }
    return units.data;
}

static size_t lines_with(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

// 300 districts, 3 600 communes: tops are spread over the jobs wanted, uppers cut into full jobs.
static void test_national(void **state)
{
    (void)state;
    char *units = country(300, 12, 1);
    char *text = planned(units, CAMPAIGN);
    assert_int_equal(lines_with(text, "rollup: "), PLAN_JOBS_WANTED);
    assert_int_equal(lines_with(text, "2 upper: "),
                     (300 + PLAN_UPPERS_PER_JOB - 1) / PLAN_UPPERS_PER_JOB);
    assert_int_equal(lines_with(text, "3 upper: "), 1);
    free(text);
    free(units);
}

// A commune of many villages fills a job by its weight alone.
static void test_heavy(void **state)
{
    (void)state;
    struct text campaign = {0};
    text_adds(&campaign, CAMPAIGN);
    for (int i = 0; i < 199; i++)
        text_addf(&campaign,
                  "  - {code: B%d, kind: amount, time: stock, decimals: 0, reported_by: village, "
                  "points: 1, target: 1}\n",
                  i);
    char *units = country(1, 24, 300); // 300 leaves × 2 quarters × 200 indicators a commune
    char *text = planned(units, campaign.data);
    assert_int_equal(lines_with(text, "rollup: "), 24); // 120 000 cells: two are too many
    free(text);
    free(units);
    text_free(&campaign);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels), cmocka_unit_test(test_no_uppers),
        cmocka_unit_test(test_uneven), cmocka_unit_test(test_national),
        cmocka_unit_test(test_heavy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
