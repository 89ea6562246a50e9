// Languages without installed locales, NFC, widths, and that numbers never follow a locale.
#include "common/words.h"
#include "tests/lib/cmocka_all.h"
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void in_language(const char *lang, const char *lc_all, const char *lang_variable,
                        const char *expected)
{
    lc_all != NULL ? setenv("LC_ALL", lc_all, 1) : unsetenv("LC_ALL");
    unsetenv("LC_MESSAGES");
    lang_variable != NULL ? setenv("LANG", lang_variable, 1) : unsetenv("LANG");
    words_start(lang);
    assert_string_equal(words_translate("there is no such command"), expected);
}

static void test_languages(void **state)
{
    const char *vi = "không có lệnh này", *en = "there is no such command";
    (void)state;
    in_language("vi", NULL, NULL, vi);
    in_language("vi", "C", "C", vi);
    in_language("vi", "no_SUCH.locale", NULL, vi);
    in_language("en", "vi_VN.UTF-8", "vi_VN", en);
    in_language(NULL, NULL, NULL, en);
    in_language(NULL, NULL, "vi_VN.UTF-8", vi);
    in_language(NULL, "vi", "en_US.UTF-8", vi);
    in_language(NULL, "C", "vi_VN.UTF-8", en);
    in_language(NULL, "", "vi_VN", vi);
    assert_string_equal(words_translate(""), ""); // not the catalogue's header
}

static void test_numbers_stay_plain(void **state)
{
    char text[32];
    (void)state;
    in_language("vi", "vi_VN.UTF-8", "vi_VN.UTF-8", "không có lệnh này");
    snprintf(text, sizeof text, "%.1f", 38.5);
    assert_string_equal(text, "38.5");
    assert_true(strtod("38.5", NULL) > 38.4);
    assert_string_equal(setlocale(LC_NUMERIC, NULL), "C");
    assert_string_equal(setlocale(LC_COLLATE, NULL), "C");
}

static void nfc_is(const char *text, const char *expected)
{
    size_t length;
    struct err err = {0};
    char *nfc = words_nfc(text, strlen(text), &length, &err);
    assert_non_null(nfc);
    assert_string_equal(nfc, expected);
    assert_int_equal(length, strlen(expected));
    free(nfc);
}

static void test_nfc(void **state)
{
    struct err err = {0};
    size_t length;
    (void)state;
    nfc_is("", "");
    nfc_is("\xEF\xBB\xBF"
           "period",
           "period");
    nfc_is("Y Ti\xCC\xA3"
           "ch",
           "Y Tịch");
    nfc_is("Đie\xCC\x82\xCC\xA3n, Đie\xCC\xA3\xCC\x82n", "Điện, Điện"); // either order of the marks
    assert_true(words_is_nfc("Xã Y Tịch"));
    assert_false(words_is_nfc("Xa\xCC\x83"));
    assert_null(words_nfc("bad \xFF", 5, &length, &err));
    assert_string_equal(err.code, "not_utf8");
    assert_null(words_nfc("\xED\xA0\x80", 3, &length, &err)); // a surrogate
    assert_null(words_nfc("\xC0\xAF", 2, &length, &err));     // overlong
    char *zero = words_nfc("a\0b", 3, &length, &err);         // left for the CSV reader to find
    assert_int_equal(length, 3);
    free(zero);
}

static void test_widths(void **state)
{
    (void)state;
    assert_int_equal(words_width(""), 0);
    assert_int_equal(words_width("Xã Y Tịch"), 9);
    assert_int_equal(words_width("Xa\xCC\x83 Y Ti\xCC\xA3"
                                 "ch"),
                     9);
    assert_int_equal(words_width("Đồng Đăng"), 9);
    assert_int_equal(words_width("中文"), 4);
    assert_int_equal(words_width("a\xFFz"), 3);
}

static void test_finding(void **state)
{
    struct findings findings = {0};
    char text[256], cut[12];
    (void)state;
    finding_add(&findings, FINDING_UNKNOWN_UNIT, (struct finding_place){0}, "x", "06520", NULL);
    words_start("vi");
    words_finding(&findings.list[0], text, sizeof text);
    assert_string_equal(text, "Không có đơn vị mang mã 06520.");
    words_finding(&findings.list[0], cut, sizeof cut);
    assert_in_range(strlen(cut), 1, sizeof cut - 1);
    words_start("en");
    words_finding(&findings.list[0], text, sizeof text);
    assert_string_equal(text, "There is no unit with the code 06520.");
    findings_free(&findings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_languages), cmocka_unit_test(test_numbers_stay_plain),
        cmocka_unit_test(test_nfc),       cmocka_unit_test(test_widths),
        cmocka_unit_test(test_finding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
