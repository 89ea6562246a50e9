// See csv_fields.h.
#include "core/csv_fields.h"

#include <string.h>

const char *csv_text(const struct csv_table *table, size_t row, size_t column)
{
    return csv_at(table, row, column)->text;
}

bool csv_is_empty(const struct csv_table *table, size_t row, size_t column)
{
    return csv_at(table, row, column)->length == 0;
}

static void comma_for_point(char *text)
{
    char *point = strchr(text, '.');
    if (point)
        *point = ',';
}

static void refuse_ambiguous(const struct csv_table *table, size_t row, size_t column,
                             enum decimal_style style, struct findings *findings)
{
    const struct csv_field *field = csv_at(table, row, column);
    char grouped[DECIMAL_TEXT_SIZE], fraction[DECIMAL_TEXT_SIZE];
    decimal_readings(field->text, field->length, grouped, fraction);
    if (style == DECIMAL_COMMA)
        comma_for_point(fraction); // the grouped one has no point
    CSV_FAULT(table, findings, FINDING_AMBIGUOUS_NUMBER, row, column, field->text, grouped,
              fraction, NULL);
}

bool csv_number(const struct csv_table *table, size_t row, size_t column, enum decimal_style style,
                int64_t *ret_e4, struct findings *findings)
{
    const struct csv_field *field = csv_at(table, row, column);
    const char *example = style == DECIMAL_COMMA ? "38,5" : "38.5";
    switch (decimal_parse(field->text, field->length, style, ret_e4)) {
    case DECIMAL_OK:
        return true;
    case DECIMAL_TOO_PRECISE:
        CSV_FAULT(table, findings, FINDING_TOO_MANY_DECIMALS, row, column, field->text, NULL);
        return false;
    case DECIMAL_OUT_OF_RANGE:
        CSV_FAULT(table, findings, FINDING_OUT_OF_RANGE, row, column, field->text, NULL);
        return false;
    case DECIMAL_AMBIGUOUS:
        refuse_ambiguous(table, row, column, style, findings);
        return false;
    case DECIMAL_EMPTY:
    case DECIMAL_MALFORMED:
        break;
    }
    CSV_FAULT(table, findings, FINDING_BAD_NUMBER, row, column, field->text, example, NULL);
    return false;
}

bool csv_count(const struct csv_table *table, size_t row, size_t column, int64_t least,
               int64_t most, enum finding_code code, int64_t *ret, struct findings *findings)
{
    const struct csv_field *field = csv_at(table, row, column);
    bool good = field->length > 0;
    int64_t value = 0;
    for (size_t i = 0; i < field->length && good; i++) {
        good = field->text[i] >= '0' && field->text[i] <= '9' && value <= most;
        value = good ? value * 10 + (field->text[i] - '0') : 0;
    }
    if (good && value >= least && value <= most) {
        *ret = value;
        return true;
    }
    CSV_FAULT(table, findings, code, row, column, field->text, NULL);
    return false;
}
