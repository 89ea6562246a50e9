// Exact decimals: reading, writing and the one rounding rule, half away from zero.
#include "core/decimal.h"

#include <string.h>

#define DECIMAL_DIGITS_MAX 38 // 10^38 is the largest power of ten in 128 bits

static size_t digits_at(const char *text, size_t length)
{
    size_t count = 0;
    while (count < length && text[count] >= '0' && text[count] <= '9')
        count++;
    return count;
}

// The shape of a decimal text: [-] whole [sign fraction]; all pieces point into the text.
struct shape {
    bool negative;
    const char *whole, *fraction;
    size_t whole_length, fraction_length;
};

// Cuts a text of the form digits, or digits `separator` digits.
static bool shape_cut(const char *text, size_t length, char separator, struct shape *ret)
{
    struct shape shape = {.negative = length > 0 && text[0] == '-'};
    shape.whole = text + shape.negative;
    size_t left = length - shape.negative;
    shape.whole_length = digits_at(shape.whole, left);
    if (shape.whole_length == 0)
        return false;
    left -= shape.whole_length;
    if (left > 0) {
        if (shape.whole[shape.whole_length] != separator)
            return false;
        shape.fraction = shape.whole + shape.whole_length + 1;
        shape.fraction_length = left - 1;
        if (left == 1 || digits_at(shape.fraction, left - 1) != left - 1)
            return false;
    }
    *ret = shape;
    return true;
}

// Length of "1.234.567" at the start of the text when its groups are exact: 1 to 3 digits of which
// the first is not 0, then dots with 3 digits each; 0 when there is no such thing.
static size_t groups_at(const char *text, size_t length)
{
    size_t at = digits_at(text, length);
    if (at == 0 || at > 3 || text[0] == '0')
        return 0;
    size_t start = at;
    while (at < length && text[at] == '.') {
        if (digits_at(text + at + 1, length - at - 1) != 3)
            return 0;
        at += 4;
    }
    return at > start ? at : 0;
}

// A sign and its digits on both sides whose two readings differ and can be shown: "1.92" where the
// dot may only group, "1,920" where there are no groups.
static bool is_ambiguous(const char *text, size_t length, enum decimal_style style)
{
    struct shape shape;
    char separator = style == DECIMAL_COMMA ? '.' : ',';
    if (length > DECIMAL_DIGITS_MAX || !shape_cut(text, length, separator, &shape))
        return false;
    if (style == DECIMAL_POINT && (shape.whole_length > 3 || shape.fraction_length != 3))
        return false; // "38,5": the comma cannot be anything but a decimal sign
    char grouped[DECIMAL_TEXT_SIZE], fraction[DECIMAL_TEXT_SIZE];
    decimal_readings(text, length, grouped, fraction);
    return strcmp(grouped, fraction) != 0;
}

static enum decimal_result shape_value(const struct shape *shape, int64_t *ret_e4)
{
    if (shape->fraction_length > DECIMAL_SCALE)
        return DECIMAL_TOO_PRECISE;
    uint64_t value = 0;
    for (size_t i = 0; i < shape->whole_length; i++) {
        if (shape->whole[i] == '.')
            continue;
        value = value * 10 + (uint64_t)(shape->whole[i] - '0');
        if (value > DECIMAL_MAX_E4 / DECIMAL_ONE_E4)
            return DECIMAL_OUT_OF_RANGE;
    }
    for (size_t i = 0; i < DECIMAL_SCALE; i++)
        value = value * 10 +
                (i < shape->fraction_length ? (uint64_t)(shape->fraction[i] - '0') : 0);
    if (value > DECIMAL_MAX_E4)
        return DECIMAL_OUT_OF_RANGE;
    *ret_e4 = shape->negative ? -(int64_t)value : (int64_t)value;
    return DECIMAL_OK;
}

// Comma style with groups: [-] groups [, fraction].
static bool shape_cut_grouped(const char *text, size_t length, struct shape *ret)
{
    bool negative = length > 0 && text[0] == '-';
    const char *whole = text + negative;
    size_t left = length - negative;
    size_t groups = groups_at(whole, left);
    if (groups == 0)
        return false;
    struct shape shape = {.negative = negative, .whole = whole, .whole_length = groups};
    left -= groups;
    if (left > 0) {
        shape.fraction = whole + groups + 1;
        shape.fraction_length = left - 1;
        if (whole[groups] != ',' || left == 1 || digits_at(shape.fraction, left - 1) != left - 1)
            return false;
    }
    *ret = shape;
    return true;
}

enum decimal_result decimal_parse(const char *text, size_t length, enum decimal_style style,
                                  int64_t *ret_e4)
{
    struct shape shape;
    if (length == 0)
        return DECIMAL_EMPTY;
    if (shape_cut(text, length, style == DECIMAL_COMMA ? ',' : '.', &shape))
        return shape_value(&shape, ret_e4);
    if (style == DECIMAL_COMMA && shape_cut_grouped(text, length, &shape))
        return shape_value(&shape, ret_e4);
    return is_ambiguous(text, length, style) ? DECIMAL_AMBIGUOUS : DECIMAL_MALFORMED;
}

// Drops the separator (or makes it a point), leading and trailing zeros and the sign of zero.
static void reading(const char *text, size_t length, bool keep_point, char *out)
{
    i128 value = 0;
    unsigned scale = 0;
    bool after = false;
    for (size_t i = 0; i < length && i < DECIMAL_DIGITS_MAX; i++) {
        if (text[i] >= '0' && text[i] <= '9') {
            value = value * 10 + (text[i] - '0');
            scale += after && keep_point;
        } else if (text[i] != '-') {
            after = true;
        }
    }
    decimal_format(length > 0 && text[0] == '-' ? -value : value, scale, out);
}

void decimal_readings(const char *text, size_t length, char ret_grouped[static DECIMAL_TEXT_SIZE],
                      char ret_fraction[static DECIMAL_TEXT_SIZE])
{
    reading(text, length, false, ret_grouped);
    reading(text, length, true, ret_fraction);
}

// Writes value / 10^scale with all `scale` digits; DECIMAL_TEXT_SIZE holds 39 digits, sign and point.
static size_t digits_write(i128 value, unsigned scale, char *buffer)
{
    char reversed[DECIMAL_TEXT_SIZE];
    size_t count = 0, length = 0;
    u128 rest = value < 0 ? -(u128)value : (u128)value;
    for (; rest > UINT64_MAX; rest /= 10)
        reversed[count++] = (char)('0' + (int)(rest % 10));
    for (uint64_t few = (uint64_t)rest; few > 0 || count <= scale; few /= 10) // much faster
        reversed[count++] = (char)('0' + (int)(few % 10));
    if (value < 0)
        buffer[length++] = '-';
    while (count > 0) {
        buffer[length++] = reversed[--count];
        if (count == scale && scale > 0)
            buffer[length++] = '.';
    }
    buffer[length] = '\0';
    return length;
}

size_t decimal_format(i128 value, unsigned scale, char buffer[static DECIMAL_TEXT_SIZE])
{
    size_t length = digits_write(value, scale, buffer);
    if (scale > 0) {
        while (buffer[length - 1] == '0')
            length--;
        if (buffer[length - 1] == '.')
            length--;
        buffer[length] = '\0';
    }
    return length;
}

size_t decimal_fixed(i128 count, unsigned decimals, char buffer[static DECIMAL_TEXT_SIZE])
{
    return digits_write(count, decimals, buffer);
}
