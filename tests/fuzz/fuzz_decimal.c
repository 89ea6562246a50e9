// Any bytes as a decimal: what is taken comes back from its canonical text, what is ambiguous has two
// different readings.
#include "core/decimal.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_taken(int64_t value)
{
    char text[DECIMAL_TEXT_SIZE];
    int64_t again;
    if (value > DECIMAL_MAX_E4 || value < -DECIMAL_MAX_E4)
        abort();
    size_t length = decimal_format(value, DECIMAL_SCALE, text);
    if (decimal_parse(text, length, DECIMAL_POINT, &again) != DECIMAL_OK || again != value)
        abort();
}

static void check_ambiguous(const char *text, size_t size)
{
    char grouped[DECIMAL_TEXT_SIZE], fraction[DECIMAL_TEXT_SIZE];
    decimal_readings(text, size, grouped, fraction);
    if (strcmp(grouped, fraction) == 0 || strchr(grouped, '.') != NULL)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum decimal_style styles[] = {DECIMAL_POINT, DECIMAL_COMMA};
    const char *text = (const char *)data;
    for (size_t i = 0; i < 2; i++) {
        int64_t value;
        enum decimal_result result = decimal_parse(text, size, styles[i], &value);
        if (result == DECIMAL_OK)
            check_taken(value);
        else if (result == DECIMAL_AMBIGUOUS)
            check_ambiguous(text, size);
        else if ((result == DECIMAL_EMPTY) != (size == 0))
            abort();
    }
    return 0;
}
