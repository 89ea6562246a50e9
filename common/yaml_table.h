// A table-driven reader: tables name every key of a file with its type, its limits and the place in
// a C struct where the value goes; everything that does not fit becomes a finding with line and
// path, all at once. What no table can say (one key excludes another) is a table's `check`.
#ifndef THIDUA_COMMON_YAML_TABLE_H
#define THIDUA_COMMON_YAML_TABLE_H

#include "common/yaml_node.h"

#include <stdint.h>

enum yaml_type {       // up to PERIOD single values of their own, then references, lists and maps
    YAML_FIELD_TEXT,   // const char *; "" when left out
    YAML_FIELD_CODE,   // const char *
    YAML_FIELD_WORD,   // an enum: place in `words`
    YAML_FIELD_BOOL,   // bool: true | false
    YAML_FIELD_NUMBER, // int64_t, ten-thousandths
    YAML_FIELD_WHOLE,  // int64_t
    YAML_FIELD_SMALL,  // unsigned
    YAML_FIELD_PERIOD, // struct period
    YAML_FIELD_REFERENCE,  // uint32_t, place in another list; NO_INDEX when left out
    YAML_FIELD_CODES,      // const char **
    YAML_FIELD_REFERENCES, // uint32_t *
    YAML_FIELD_TEXTS,      // a list of texts that the table's check reads
    YAML_FIELD_MAP,        // keys of its own, for the same struct
    YAML_FIELD_MAPS,       // array of structs
};

struct yaml_limits {
    int64_t low, high; // ten-thousandths for NUMBER, else whole
    int decimals;      // of a NUMBER
};

// A list that other fields refer to by code.
struct yaml_reference {
    uint32_t (*find)(const void *root, const char *code); // NO_INDEX: none
    enum finding_code unknown;
};

#define YAML_NOWHERE SIZE_MAX // value for `at` and `count_at`: nothing is written

struct yaml_field {
    const char *key;
    enum yaml_type type;
    bool required;
    size_t at;                        // offset of the value
    size_t count_at;                  // lists: offset of their size_t count
    size_t given_at;                  // others: offset of a bool that says "given", 0 for none
    int64_t preset;                   // when left out, for WORD, NUMBER, WHOLE, SMALL
    size_t least, most;               // entries of a list
    const struct yaml_limits *limits; // NUMBER, WHOLE, SMALL
    const char *const *words;         // WORD
    unsigned first;                   // number of the first word
    const struct yaml_reference *to;  // REFERENCE, REFERENCES
    const struct yaml_table *table;   // MAP, MAPS
};

struct yaml_reader;
struct yaml_map; // one map of the file, read by one table

struct yaml_table {
    const struct yaml_field *fields;
    size_t count;
    size_t size;    // of the struct, for MAPS
    size_t line_at; // offset of an unsigned for the line, 0 for none
    bool coded;     // entries begin with a `code` that is unique among them
    void (*check)(struct yaml_reader *reader, const struct yaml_map *map);
};

// Fills `root` (zeroed, of the struct that `table` is about) from the tree; texts and lists are the
// arena's. Marks the nodes that have findings.
void yaml_read(struct arena *arena, const char *file, struct yaml_node *node,
               const struct yaml_table *table, void *root, struct findings *findings);

// For checks, which run when everything has been read:
void *yaml_map_target(const struct yaml_map *map);
const struct yaml_node *yaml_map_node(const struct yaml_map *map);
const struct yaml_map *yaml_root_map(const struct yaml_reader *reader);
// The node of a key: NULL when it was not given. yaml_good also wants it to be without a finding.
const struct yaml_node *yaml_given(const struct yaml_map *map, const char *key);
bool yaml_good(const struct yaml_map *map, const char *key);
// A finding at a node, or at a key below it. Variable arguments are the finding's, ended by NULL.
#define yaml_fault(reader, code, node, ...)                                                \
    finding_add(yaml_findings(reader), code, yaml_place(reader, node, NULL), (node)->text, \
                __VA_ARGS__)
#define yaml_fault_below(reader, code, node, key, ...) \
    finding_add(yaml_findings(reader), code, yaml_place(reader, node, key), "", __VA_ARGS__)
struct findings *yaml_findings(const struct yaml_reader *reader);
struct finding_place yaml_place(struct yaml_reader *reader, const struct yaml_node *node,
                                const char *below);

#endif
