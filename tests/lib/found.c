// Findings as text, and campaigns from text, for tests.
#include "tests/lib/found.h"

#include "common/campaign_yaml.h"
#include "core/text.h"
#include "tests/lib/cmocka_all.h"
#include <string.h>

static void add_details(struct text *out, const struct finding *finding)
{
    text_addf(out, "(%s", finding->value);
    for (size_t i = 0; i < FINDING_ARGS && finding->args[i][0] != '\0'; i++)
        text_addf(out, "%s%s", i == 0 ? "; " : ", ", finding->args[i]);
    text_adds(out, ")");
}

static void compare(struct findings *findings, const char *expected, bool details)
{
    struct text got = {0};
    text_adds(&got, "");
    findings_sort(findings);
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        text_addf(&got, "%u %s %s", finding->row, finding->column, finding_word(finding->code));
        if (details)
            add_details(&got, finding);
        text_adds(&got, "\n");
    }
    findings_free(findings);
    assert_string_equal(got.data, expected);
    text_free(&got);
}

void found_equal(struct findings *findings, const char *expected)
{
    compare(findings, expected, true);
}

void found_words_equal(struct findings *findings, const char *expected)
{
    compare(findings, expected, false);
}

struct campaign *campaign_make(const char *yaml)
{
    struct findings findings = {0};
    struct campaign *campaign = campaign_read("campaign.yaml", yaml, strlen(yaml), &findings);
    found_equal(&findings, "");
    assert_non_null(campaign);
    return campaign;
}
