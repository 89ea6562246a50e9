#include "tests/lib/figures.h"

#include "tests/lib/cmocka_all.h"
#include <stdlib.h>
#include <string.h>

int64_t e4(const char *text)
{
    int64_t value = 0;
    assert_int_equal(decimal_parse(text, strlen(text), DECIMAL_POINT, &value), DECIMAL_OK);
    return value;
}

void set_decimal(mpq_t ret, const char *text)
{
    mpq_set_e4(ret, e4(text));
}

static struct offline_options options_of(const char *period)
{
    struct offline_options options = {.tops_per_part = 1};
    if (period != NULL)
        assert_true(period_parse(period, strlen(period), &options.period));
    return options;
}

static void add_lines(struct text *out, const char *text, const char *containing)
{
    const char *end = strchr(text, '\n'); // of the header
    for (const char *line = end + 1; *line != '\0'; line = end + 1) {
        end = strchr(line, '\n');
        const char *found = containing != NULL ? strstr(line, containing) : line;
        if (found != NULL && found < end)
            text_add(out, line, (size_t)(end - line) + 1);
    }
}

void figures_equal(const struct offline_texts *texts, const char *period, int file,
                   const char *containing, const char *expected)
{
    struct offline_case given;
    struct offline_output output;
    struct offline_options options = options_of(period);
    struct text lines = {0};
    struct err err = {0};
    assert_int_equal(offline_make(texts, &given), 0);
    if (offline_run(&given, &options, &output, &err) < 0)
        fail_msg("%s: %s", err.code, err.text);
    text_adds(&lines, "");
    add_lines(&lines, output.files[file].data, containing);
    assert_string_equal(lines.data, expected);
    text_free(&lines);
    offline_output_free(&output);
    offline_free(&given);
}

void figures_refused(const struct offline_texts *texts, const char *period, const char *code)
{
    struct offline_case given;
    struct offline_output output;
    struct offline_options options = options_of(period);
    struct err err = {0};
    assert_int_equal(offline_make(texts, &given), 0);
    assert_int_equal(offline_run(&given, &options, &output, &err), -1);
    assert_string_equal(err.code, code);
    offline_free(&given);
}
