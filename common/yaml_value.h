// The single values of yaml_table.h: from text to the type, the limits and the place of a field.
#ifndef THIDUA_COMMON_YAML_VALUE_H
#define THIDUA_COMMON_YAML_VALUE_H

#include "common/yaml_table.h"

// Names what is wrong with a node; later checks pass it by.
#define YAML_FAULT(reader, code, node, ...)          \
    do {                                             \
        yaml_fault(reader, code, node, __VA_ARGS__); \
        (node)->shape = YAML_BROKEN;                 \
    } while (0)

const char *yaml_name(const struct yaml_node *node); // its key, "-" for an entry of a list
bool yaml_is_text(struct yaml_reader *reader, struct yaml_node *node); // false with a finding
bool yaml_is_code(struct yaml_reader *reader, struct yaml_node *node); // false with a finding

void yaml_store(const struct yaml_field *field, void *target, const void *value, size_t size);
void yaml_preset(const struct yaml_field *field, void *target);

// Reads a YAML_TEXT into a field of a type up to YAML_FIELD_PERIOD.
void yaml_read_value(struct yaml_reader *reader, const struct yaml_field *field,
                     struct yaml_node *node, void *target);

#endif
