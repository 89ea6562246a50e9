// libyaml's events turned into nodes. The parser keeps one open container and climbs by parent
// pointers, so that no input can make it recurse.
#include "common/yaml_node.h"

#include "core/campaign.h"
#include "core/csv.h"
#include "core/decimal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define BOM "\xEF\xBB\xBF"

struct builder {
    struct arena *arena;
    const char *file;
    struct findings *findings;
    const char *text; // what is parsed
    size_t length;
    struct yaml_node *root, *open;
    unsigned depth;
    size_t nodes, documents;
    const char *key; // read, its value is to come
    unsigned key_line;
};

// Parsing goes on, has come to the end, or is given up.
enum progress { GO_ON, END, GIVE_UP };

static struct finding_place at_line(const struct builder *builder, size_t line)
{
    return (struct finding_place){.file = builder->file, .row = (unsigned)line + 1};
}

static enum progress too_large(const struct builder *builder, size_t line)
{
    char bytes[DECIMAL_TEXT_SIZE], nodes[DECIMAL_TEXT_SIZE];
    decimal_format(CAMPAIGN_BYTES_MAX, 0, bytes);
    decimal_format(YAML_NODES_MAX, 0, nodes);
    finding_add(builder->findings, FINDING_CAMPAIGN_TOO_LARGE, at_line(builder, line), "", bytes,
                nodes, NULL);
    return GIVE_UP;
}

static enum progress too_deep(const struct builder *builder, size_t line)
{
    char depth[DECIMAL_TEXT_SIZE];
    decimal_format(YAML_DEPTH_MAX, 0, depth);
    finding_add(builder->findings, FINDING_YAML_DEPTH, at_line(builder, line), "", depth, NULL);
    return GIVE_UP;
}

// Returns NULL when there are too many.
static struct yaml_node *add_node(struct builder *builder, enum yaml_shape shape, size_t line)
{
    if (++builder->nodes > YAML_NODES_MAX) {
        too_large(builder, line);
        return NULL;
    }
    struct yaml_node *node = arena_alloc(builder->arena, 1, sizeof *node);
    struct yaml_node *parent = builder->open;
    node->shape = shape;
    node->line = builder->key ? builder->key_line : (unsigned)line + 1;
    node->key = builder->key;
    node->parent = parent;
    builder->key = NULL;
    if (!parent) {
        builder->root = node;
        return node;
    }
    node->index = parent->count++;
    if (parent->last)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
    return node;
}

// Anchors, aliases and tags: named, and their node is passed by.
static void refuse_feature(const struct builder *builder, struct yaml_node *node,
                           const char *feature, const void *name)
{
    char path[YAML_PATH_SIZE];
    yaml_path(node, NULL, path);
    finding_add(builder->findings, FINDING_YAML_FEATURE,
                (struct finding_place){builder->file, node->line, path}, name, feature, NULL);
    node->shape = YAML_BROKEN;
}

static void refuse_properties(const struct builder *builder, struct yaml_node *node,
                              const void *anchor, const void *tag)
{
    if (anchor)
        refuse_feature(builder, node, "&", anchor);
    if (tag)
        refuse_feature(builder, node, "!", tag);
}

static bool expects_key(const struct builder *builder)
{
    return builder->open && builder->open->shape == YAML_MAP && !builder->key;
}

static enum progress refuse_key(const struct builder *builder, size_t line)
{
    finding_add(builder->findings, FINDING_BAD_YAML, at_line(builder, line), "",
                "a key must be a plain text", NULL);
    return GIVE_UP;
}

// Line breaks and tabs may stand in a text; NUL and what steers a terminal may not.
static enum finding_code fault_of_text(const unsigned char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == 0)
            return FINDING_NUL_BYTE;
        if ((text[i] < 0x20 && !strchr("\t\n\r", text[i])) || text[i] == 0x7F)
            return FINDING_CONTROL_CHARACTER;
    }
    return FINDING_NONE;
}

static enum progress on_key(struct builder *builder, const yaml_event_t *event)
{
    size_t length = event->data.scalar.length;
    if (event->data.scalar.anchor || event->data.scalar.tag ||
        fault_of_text(event->data.scalar.value, length) != FINDING_NONE)
        return refuse_key(builder, event->start_mark.line);
    builder->key = arena_text(builder->arena, (const char *)event->data.scalar.value, length);
    builder->key_line = (unsigned)event->start_mark.line + 1;
    return GO_ON;
}

static enum progress on_scalar(struct builder *builder, const yaml_event_t *event)
{
    if (expects_key(builder))
        return on_key(builder, event);
    struct yaml_node *node = add_node(builder, YAML_TEXT, event->start_mark.line);
    if (!node)
        return GIVE_UP;
    node->length = event->data.scalar.length;
    node->text = arena_text(builder->arena, (const char *)event->data.scalar.value, node->length);
    refuse_properties(builder, node, event->data.scalar.anchor, event->data.scalar.tag);
    enum finding_code fault = fault_of_text(event->data.scalar.value, node->length);
    if (fault != FINDING_NONE) {
        char path[YAML_PATH_SIZE];
        yaml_path(node, NULL, path);
        finding_add(builder->findings, fault,
                    (struct finding_place){builder->file, node->line, path}, node->text, NULL);
        node->shape = YAML_BROKEN;
    }
    return GO_ON;
}

static enum progress on_alias(struct builder *builder, const yaml_event_t *event)
{
    if (expects_key(builder))
        return refuse_key(builder, event->start_mark.line);
    struct yaml_node *node = add_node(builder, YAML_BROKEN, event->start_mark.line);
    if (!node)
        return GIVE_UP;
    refuse_feature(builder, node, "*", event->data.alias.anchor);
    return GO_ON;
}

static enum progress on_open(struct builder *builder, const yaml_event_t *event,
                             enum yaml_shape shape, const void *anchor, const void *tag)
{
    size_t line = event->start_mark.line;
    if (expects_key(builder))
        return refuse_key(builder, line);
    if (builder->depth == YAML_DEPTH_MAX)
        return too_deep(builder, line);
    struct yaml_node *node = add_node(builder, shape, line);
    if (!node)
        return GIVE_UP;
    refuse_properties(builder, node, anchor, tag);
    node->shape = shape; // its contents are read and checked all the same
    builder->depth++;
    builder->open = node;
    return GO_ON;
}

static enum progress on_close(struct builder *builder)
{
    if (!builder->open)
        return GIVE_UP; // libyaml closes only what it has opened
    builder->open = builder->open->parent;
    builder->depth--;
    return GO_ON;
}

static enum progress on_document(struct builder *builder, const yaml_event_t *event)
{
    if (++builder->documents == 1)
        return GO_ON;
    finding_add(builder->findings, FINDING_YAML_DOCUMENTS, at_line(builder, event->start_mark.line),
                "", NULL);
    return END;
}

static enum progress on_event(struct builder *builder, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return on_document(builder, event);
    case YAML_ALIAS_EVENT:
        return on_alias(builder, event);
    case YAML_SCALAR_EVENT:
        return on_scalar(builder, event);
    case YAML_SEQUENCE_START_EVENT:
        return on_open(builder, event, YAML_LIST, event->data.sequence_start.anchor,
                       event->data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT:
        return on_open(builder, event, YAML_MAP, event->data.mapping_start.anchor,
                       event->data.mapping_start.tag);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_close(builder);
    case YAML_STREAM_END_EVENT:
        return END;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return GO_ON;
    }
    return GO_ON;
}

// The reader, which sees the bytes first, knows no lines.
static size_t line_of_problem(const struct builder *builder, const yaml_parser_t *parser)
{
    size_t line = 0;
    if (parser->error != YAML_READER_ERROR)
        return parser->problem_mark.line;
    for (size_t i = 0; i < parser->problem_offset && i < builder->length; i++)
        line += builder->text[i] == '\n';
    return line;
}

static enum progress next_event(struct builder *builder, yaml_parser_t *parser)
{
    yaml_event_t event;
    if (!yaml_parser_parse(parser, &event)) {
        finding_add(builder->findings, FINDING_BAD_YAML,
                    at_line(builder, line_of_problem(builder, parser)), "",
                    parser->problem ? parser->problem : "memory", NULL);
        return GIVE_UP;
    }
    enum progress progress = on_event(builder, &event);
    yaml_event_delete(&event);
    return progress;
}

static bool readable(const struct builder *builder, const char *text, size_t length)
{
    if (length > CAMPAIGN_BYTES_MAX) {
        too_large(builder, 0);
        return false;
    }
    if (!utf8_valid(text, length)) {
        finding_add(builder->findings, FINDING_NOT_UTF8,
                    (struct finding_place){.file = builder->file}, "", NULL);
        return false;
    }
    return true;
}

struct yaml_node *yaml_parse(struct arena *arena, const char *file, const char *text, size_t length,
                             struct findings *findings)
{
    struct builder builder = {.arena = arena, .file = file, .findings = findings};
    size_t skip = strlen(BOM);
    if (length >= skip && memcmp(text, BOM, skip) == 0) {
        text += skip;
        length -= skip;
    }
    if (!readable(&builder, text, length))
        return NULL;
    builder.text = text;
    builder.length = length;
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        abort(); // no memory, see core/mem.h
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    enum progress progress = GO_ON;
    while (progress == GO_ON)
        progress = next_event(&builder, &parser);
    yaml_parser_delete(&parser);
    if (progress == GIVE_UP)
        return NULL;
    return builder.root ? builder.root : add_node(&builder, YAML_MAP, 0);
}

void yaml_path(const struct yaml_node *node, const char *below, char path[static YAML_PATH_SIZE])
{
    const struct yaml_node *way[YAML_DEPTH_MAX + 1];
    size_t steps = 0, at = 0;
    for (; node->parent && steps < YAML_DEPTH_MAX + 1; node = node->parent)
        way[steps++] = node;
    path[0] = '\0';
    while (steps-- > 0 && at < YAML_PATH_SIZE) {
        const struct yaml_node *step = way[steps];
        int length = step->key ? snprintf(path + at, YAML_PATH_SIZE - at, "%s%.40s", at ? "." : "",
                                          step->key)
                               : snprintf(path + at, YAML_PATH_SIZE - at, "[%zu]", step->index);
        at += (size_t)length;
    }
    if (below && at < YAML_PATH_SIZE)
        snprintf(path + at, YAML_PATH_SIZE - at, "%s%.40s", at ? "." : "", below);
}
