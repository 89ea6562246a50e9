// The limits of a campaign file: what is just possible, and one more.
#include "common/campaign_yaml.h"
#include "tests/lib/campaign_text.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/found.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void read_entries(const char *head, const char *entry, size_t count, const char *tail,
                         const char *expected)
{
    struct findings findings = {0};
    struct text yaml = {0};
    text_adds(&yaml, head);
    for (size_t i = 0; i < count; i++) {
        text_adds(&yaml, i ? ", " : "");
        for (const char *at = entry; *at; at++) // # becomes the number
            if (*at == '#')
                text_addf(&yaml, "%zu", i);
            else
                text_add(&yaml, at, 1);
    }
    text_adds(&yaml, tail);
    struct campaign *campaign = campaign_read("campaign.yaml", yaml.data, yaml.length, &findings);
    assert_int_equal(campaign != NULL, expected[0] == '\0');
    campaign_destroy(campaign);
    text_free(&yaml);
    found_equal(&findings, expected);
}

static void keeps_limits(void **state)
{
    const char *steps = HEAD "indicators: [{code: A, kind: amount, time: flow, reported_by: v, "
                             "points: 10, rule: steps, steps: [";
    const char *indicators = HEAD "indicators: [", *clusters = BASE "clusters: [";
    const char *units = BASE "clusters: [{code: L, units: [", *classes = BASE "classes: [";
    (void)state;
    read_entries(steps, "{from: 1, points: 1}", STEPS_MAX, "]}]\n", "");
    read_entries(steps, "{from: 1, points: 1}", STEPS_MAX + 1, "]}]\n",
                 "8 indicators[0].steps too_many_entries(; steps, 100)\n");
    read_entries(indicators, "{code: I#, kind: assessed, points: 1}", INDICATORS_MAX, "]\n", "");
    read_entries(indicators, "{code: I#, kind: assessed, points: 1}", INDICATORS_MAX + 1, "]\n",
                 "8 indicators too_many_entries(; indicators, 400)\n");
    read_entries(clusters, "{code: L#, units: [U]}", CLUSTERS_MAX, "]\n", "");
    read_entries(clusters, "{code: L#, units: [U]}", CLUSTERS_MAX + 1, "]\n",
                 "10 clusters too_many_entries(; clusters, 2000)\n");
    read_entries(units, "U#", CAMPAIGN_UNITS_MAX, "]}]\n", "");
    read_entries(units, "U#", CAMPAIGN_UNITS_MAX + 1, "]}]\n",
                 "10 clusters[0].units too_many_entries(; units, 20000)\n");
    read_entries(classes, "{code: K#, from: 1}", CAMPAIGN_LIST_MAX, "]\n", "");
    read_entries(classes, "{code: K#, from: 1}", CAMPAIGN_LIST_MAX + 1, "]\n",
                 "10 classes too_many_entries(; classes, 400)\n");
    // nodes: 16 of BASE (the root, 8 of the head, 7 of the indicators), the list and its entries
    read_entries(BASE "tie_break: [", "x", 99983, "]\n",
                 "10 tie_break too_many_entries(; tie_break, 400)\n");
    read_entries(BASE "tie_break: [", "x", 99984, "]\n",
                 "10  campaign_too_large(; 524288, 100000)\n");
    // codes and texts
    char yaml[CAMPAIGN_TEXT_BYTES_MAX + 1000], code[CODE_BYTES_MAX + 2];
    static char name[CAMPAIGN_TEXT_BYTES_MAX + 2];
    memset(code, 'x', CODE_BYTES_MAX);
    code[CODE_BYTES_MAX] = '\0';
    memset(name, 'y', CAMPAIGN_TEXT_BYTES_MAX);
    snprintf(yaml, sizeof yaml, BASE "clusters: [{code: %s, name: %s, units: [U]}]\n", code, name);
    campaign_destroy(campaign_make(yaml));
    strcat(code, "x");
    strcat(name, "y");
    snprintf(yaml, sizeof yaml, BASE "clusters: [{code: %s, name: %s, units: [U]}]\n", code, name);
    struct findings findings = {0};
    assert_null(campaign_read("campaign.yaml", yaml, strlen(yaml), &findings));
    found_words_equal(&findings,
                      "10 clusters[0].code bad_code\n10 clusters[0].name field_too_long\n");
}

static void keeps_the_size(void **state)
{
    struct findings findings = {0};
    char *yaml = malloc(CAMPAIGN_BYTES_MAX + 1);
    (void)state;
    size_t length = strlen(BASE);
    assert_non_null(yaml);
    memcpy(yaml, BASE, length);
    memset(yaml + length, ' ', CAMPAIGN_BYTES_MAX + 1 - length);
    yaml[length] = '#';
    struct campaign *campaign = campaign_read("campaign.yaml", yaml, CAMPAIGN_BYTES_MAX, &findings);
    assert_non_null(campaign);
    campaign_destroy(campaign);
    assert_null(campaign_read("campaign.yaml", yaml, CAMPAIGN_BYTES_MAX + 1, &findings));
    found_equal(&findings, "1  campaign_too_large(; 524288, 100000)\n");
    free(yaml);
}

// As deep as can be and no deeper; a file of brackets alone costs nothing.
static void keeps_the_depth(void **state)
{
    struct findings findings = {0};
    size_t length = 100000;
    char *brackets = malloc(length);
    (void)state;
    assert_non_null(brackets);
    memset(brackets, '[', length);
    assert_null(campaign_read("campaign.yaml", brackets, length, &findings));
    found_words_equal(&findings, "1  yaml_depth\n");
    free(brackets);
    // the map of the file and seven lists are eight levels
    const char *deep = BASE "name: [[[[[[[x]]]]]]]\n";
    assert_null(campaign_read("campaign.yaml", deep, strlen(deep), &findings));
    found_equal(&findings, "10 name not_a_text(; name)\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_limits),
        cmocka_unit_test(keeps_the_size),
        cmocka_unit_test(keeps_the_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
