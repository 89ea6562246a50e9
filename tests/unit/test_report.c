// A report's canonical form and what is signed of it. The digest was computed by Python's hashlib:
//   hashlib.blake2b (form.encode (), digest_size=32).hexdigest ()
#include "common/report.h"
#include "tests/lib/cmocka_all.h"
#include <sodium.h>
#include <string.h>

static const char form_expected[] = "period,unit,indicator,value,denominator,state,note\n"
                                    "2022-Q1,A.1,FOOD,38.5,,,\n"
                                    "2022-Q1,A.1,POOR,3,40,,\"mưa, lũ\"\n"
                                    "2022-Q1,A.2,FOOD,,,na,\n";
static const char digest_expected[] =
    "a39336849ee674315b32900b96288ec0cc3b9b9a7895bbf85490b1349f720c78";

static void forms(void **state)
{
    static const char *const lines[][REPORT_CELLS] = {
        {"2022-Q1", "A.1", "FOOD", "38.5", "", "", ""},
        {"2022-Q1", "A.1", "POOR", "3", "40", "", "mưa, lũ"},
        {"2022-Q1", "A.1", "REFORM", "5", "", "verified", ""}, // the council's: no part of it
        {"2022-Q1", "A.2", "FOOD", "", "", "na", ""},
    };
    struct text form = {0}, statement = {0};
    uint8_t digest[DIGEST_BYTES];
    char hex[2 * DIGEST_BYTES + 1];
    (void)state;
    report_form_start(&form);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        report_form_add(&form, lines[i]);
    assert_string_equal(form.data, form_expected);
    report_digest(&form, digest);
    sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
    assert_string_equal(hex, digest_expected);
    report_statement("c", "A", "2022-Q1", 41, digest, &statement);
    char expected[256];
    snprintf(expected, sizeof expected,
             "thidua sign-off 1\ncampaign c\noffice A\nperiod 2022-Q1\nversion 41\ndigest %s\n",
             digest_expected);
    assert_string_equal(statement.data, expected);
    text_free(&form);
    text_free(&statement);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
