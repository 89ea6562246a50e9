// A small YAML file as a tree of nodes that know their line. Bounded in bytes, depth and nodes;
// every scalar is text. What a configuration file has no use for (anchors, aliases, tags, further
// documents) is refused. The tables of yaml_table.h give the tree its meaning.
#ifndef THIDUA_COMMON_YAML_NODE_H
#define THIDUA_COMMON_YAML_NODE_H

#include "core/finding.h"
#include "core/mem.h"

#define YAML_DEPTH_MAX 8
#define YAML_NODES_MAX 100000
#define YAML_PATH_SIZE 256

enum yaml_shape {
    YAML_TEXT,
    YAML_LIST,
    YAML_MAP,
    YAML_BROKEN, // a finding has named it; readers pass it by in silence
};
struct yaml_node {
    enum yaml_shape shape;
    unsigned line;    // of the key for a member of a map
    const char *key;  // NULL unless a member of a map
    const char *text; // of a YAML_TEXT
    size_t length;
    size_t index; // place among its parent's children
    size_t count; // children
    struct yaml_node *parent, *first, *last, *next;
};

// Parses `text` into `arena`. Returns the root (an empty map for an empty file), or NULL when the
// file cannot be read to its end; all problems are findings.
struct yaml_node *yaml_parse(struct arena *arena, const char *file, const char *text, size_t length,
                             struct findings *findings);

// The place of a node as people write it, `indicators[2].steps[0].from`; `below` (may be NULL) is a
// key of the node that is not there. Long keys are cut.
void yaml_path(const struct yaml_node *node, const char *below, char path[static YAML_PATH_SIZE]);

#endif
