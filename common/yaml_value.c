// See yaml_value.h.
#include "common/yaml_value.h"

#include "core/campaign.h"
#include "core/decimal.h"
#include "core/period.h"
#include "core/unit.h"
#include <stdio.h>
#include <string.h>

#define EXAMPLE_NUMBER "38.5"

const char *yaml_name(const struct yaml_node *node)
{
    return node->key ? node->key : "-";
}

bool yaml_is_text(struct yaml_reader *reader, struct yaml_node *node)
{
    if (node->shape == YAML_TEXT)
        return true;
    if (node->shape != YAML_BROKEN)
        YAML_FAULT(reader, FINDING_NOT_A_TEXT, node, yaml_name(node), NULL);
    return false;
}

void yaml_store(const struct yaml_field *field, void *target, const void *value, size_t size)
{
    if (field->at != YAML_NOWHERE)
        memcpy((char *)target + field->at, value, size);
}

static void read_text(struct yaml_reader *reader, const struct yaml_field *field,
                      struct yaml_node *node, void *target)
{
    if (node->length > CAMPAIGN_TEXT_BYTES_MAX) {
        char most[DECIMAL_TEXT_SIZE];
        decimal_format(CAMPAIGN_TEXT_BYTES_MAX, 0, most);
        YAML_FAULT(reader, FINDING_FIELD_TOO_LONG, node, most, NULL);
        return;
    }
    yaml_store(field, target, &node->text, sizeof node->text);
}

bool yaml_is_code(struct yaml_reader *reader, struct yaml_node *node)
{
    if (!yaml_is_text(reader, node))
        return false;
    if (code_valid(node->text, node->length))
        return true;
    YAML_FAULT(reader, FINDING_BAD_CODE, node, node->text, NULL);
    return false;
}

static void read_code(struct yaml_reader *reader, const struct yaml_field *field,
                      struct yaml_node *node, void *target)
{
    if (yaml_is_code(reader, node))
        yaml_store(field, target, &node->text, sizeof node->text);
}

// "a | b | c"
static void join_words(const char *const *words, char *buffer, size_t size)
{
    size_t at = 0;
    buffer[0] = '\0';
    for (size_t i = 0; words[i] && at < size; i++)
        at += (size_t)snprintf(buffer + at, size - at, "%s%s", i ? " | " : "", words[i]);
}

static void read_word(struct yaml_reader *reader, const struct yaml_field *field,
                      struct yaml_node *node, void *target)
{
    for (unsigned i = 0; field->words[i]; i++)
        if (strcmp(field->words[i], node->text) == 0) {
            unsigned number = field->first + i;
            yaml_store(field, target, &number, sizeof number);
            return;
        }
    char words[200];
    join_words(field->words, words, sizeof words);
    YAML_FAULT(reader, FINDING_BAD_VALUE, node, node->text, words, NULL);
}

static void read_bool(struct yaml_reader *reader, const struct yaml_field *field,
                      struct yaml_node *node, void *target)
{
    bool value = strcmp(node->text, "true") == 0;
    if (value || strcmp(node->text, "false") == 0)
        yaml_store(field, target, &value, sizeof value);
    else
        YAML_FAULT(reader, FINDING_BAD_VALUE, node, node->text, "true | false", NULL);
}

static bool parse_number(struct yaml_reader *reader, struct yaml_node *node, int64_t *ret_e4)
{
    switch (decimal_parse(node->text, node->length, DECIMAL_POINT, ret_e4)) {
    case DECIMAL_OK:
        return true;
    case DECIMAL_TOO_PRECISE:
        YAML_FAULT(reader, FINDING_TOO_MANY_DECIMALS, node, node->text, NULL);
        return false;
    case DECIMAL_OUT_OF_RANGE:
        YAML_FAULT(reader, FINDING_OUT_OF_RANGE, node, node->text, NULL);
        return false;
    case DECIMAL_EMPTY:
    case DECIMAL_MALFORMED:
    case DECIMAL_AMBIGUOUS:
        break;
    }
    YAML_FAULT(reader, FINDING_BAD_NUMBER, node, node->text, EXAMPLE_NUMBER, NULL);
    return false;
}

static bool within(struct yaml_reader *reader, const struct yaml_limits *limits, unsigned scale,
                   struct yaml_node *node, int64_t value)
{
    if (value >= limits->low && value <= limits->high)
        return true;
    char low[DECIMAL_TEXT_SIZE], high[DECIMAL_TEXT_SIZE];
    decimal_format(limits->low, scale, low);
    decimal_format(limits->high, scale, high);
    YAML_FAULT(reader, FINDING_OUT_OF_LIMITS, node, node->text, low, high, NULL);
    return false;
}

static void read_number(struct yaml_reader *reader, const struct yaml_field *field,
                        struct yaml_node *node, void *target)
{
    int64_t value;
    if (!parse_number(reader, node, &value) ||
        !within(reader, field->limits, DECIMAL_SCALE, node, value))
        return;
    int64_t unit = 1;
    for (int i = field->limits->decimals; i < DECIMAL_SCALE; i++)
        unit *= 10;
    if (value % unit != 0) {
        char decimals[DECIMAL_TEXT_SIZE];
        decimal_format(field->limits->decimals, 0, decimals);
        YAML_FAULT(reader, FINDING_POINT_DECIMALS, node, node->text, decimals, NULL);
        return;
    }
    yaml_store(field, target, &value, sizeof value);
}

static bool parse_whole(struct yaml_reader *reader, const struct yaml_field *field,
                        struct yaml_node *node, int64_t *ret)
{
    int64_t value;
    if (!parse_number(reader, node, &value))
        return false;
    if (strchr(node->text, '.')) {
        YAML_FAULT(reader, FINDING_FRACTION_NOT_ALLOWED, node, node->text, NULL);
        return false;
    }
    *ret = value / DECIMAL_ONE_E4;
    return within(reader, field->limits, 0, node, *ret);
}

static void read_whole(struct yaml_reader *reader, const struct yaml_field *field,
                       struct yaml_node *node, void *target)
{
    int64_t value;
    if (parse_whole(reader, field, node, &value))
        yaml_store(field, target, &value, sizeof value);
}

static void read_small(struct yaml_reader *reader, const struct yaml_field *field,
                       struct yaml_node *node, void *target)
{
    int64_t value;
    if (!parse_whole(reader, field, node, &value))
        return;
    unsigned small = (unsigned)value;
    yaml_store(field, target, &small, sizeof small);
}

static void read_period(struct yaml_reader *reader, const struct yaml_field *field,
                        struct yaml_node *node, void *target)
{
    struct period period;
    if (period_parse(node->text, node->length, &period))
        yaml_store(field, target, &period, sizeof period);
    else
        YAML_FAULT(reader, FINDING_BAD_PERIOD, node, node->text, NULL);
}

void yaml_preset(const struct yaml_field *field, void *target)
{
    const char *text = "";
    unsigned small = (unsigned)field->preset;
    uint32_t none = NO_INDEX;
    if (field->type == YAML_FIELD_TEXT)
        yaml_store(field, target, &text, sizeof text);
    else if (field->type == YAML_FIELD_WORD || field->type == YAML_FIELD_SMALL)
        yaml_store(field, target, &small, sizeof small);
    else if (field->type == YAML_FIELD_NUMBER || field->type == YAML_FIELD_WHOLE)
        yaml_store(field, target, &field->preset, sizeof field->preset);
    else if (field->type == YAML_FIELD_REFERENCE)
        yaml_store(field, target, &none, sizeof none);
}

typedef void read_value(struct yaml_reader *reader, const struct yaml_field *field,
                        struct yaml_node *node, void *target);

static read_value *const readers[] = {
    [YAML_FIELD_TEXT] = read_text,     [YAML_FIELD_CODE] = read_code,
    [YAML_FIELD_WORD] = read_word,     [YAML_FIELD_BOOL] = read_bool,
    [YAML_FIELD_NUMBER] = read_number, [YAML_FIELD_WHOLE] = read_whole,
    [YAML_FIELD_SMALL] = read_small,   [YAML_FIELD_PERIOD] = read_period,
};

void yaml_read_value(struct yaml_reader *reader, const struct yaml_field *field,
                     struct yaml_node *node, void *target)
{
    readers[field->type](reader, field, node, target);
}
