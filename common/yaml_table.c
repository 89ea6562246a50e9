// Works through a queue of maps, so that neither the file nor the tables make it recurse: reading a
// map stores its values and puts the maps inside it at the end of the queue. References and checks
// come last, when every list is there.
#include "common/yaml_value.h"

#include "core/campaign.h"
#include "core/decimal.h"
#include "core/period.h"
#include "core/unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct yaml_map {
    const struct yaml_table *table;
    struct yaml_node *node;
    void *target;
    struct yaml_node **given; // by field
};

struct reference {
    const struct yaml_reference *to;
    struct yaml_node *node;
    uint32_t *where;
};

struct yaml_reader {
    struct arena *arena;
    const char *file;
    struct findings *findings;
    void *root;
    struct yaml_map *maps;
    size_t map_count, map_capacity;
    struct reference *references;
    size_t reference_count, reference_capacity;
    char path[YAML_PATH_SIZE];
};

void *yaml_map_target(const struct yaml_map *map)
{
    return map->target;
}

const struct yaml_node *yaml_map_node(const struct yaml_map *map)
{
    return map->node;
}

const struct yaml_map *yaml_root_map(const struct yaml_reader *reader)
{
    return &reader->maps[0];
}

struct findings *yaml_findings(const struct yaml_reader *reader)
{
    return reader->findings;
}

struct finding_place yaml_place(struct yaml_reader *reader, const struct yaml_node *node,
                                const char *below)
{
    yaml_path(node, below, reader->path);
    return (struct finding_place){reader->file, node->line, reader->path};
}

const struct yaml_node *yaml_given(const struct yaml_map *map, const char *key)
{
    for (size_t i = 0; i < map->table->count; i++)
        if (strcmp(map->table->fields[i].key, key) == 0)
            return map->given[i];
    abort(); // the check asks for a key that its table does not have
}

bool yaml_good(const struct yaml_map *map, const char *key)
{
    const struct yaml_node *node = yaml_given(map, key);
    return node && node->shape != YAML_BROKEN;
}

// --- references ---

static void refer(struct yaml_reader *reader, const struct yaml_field *field,
                  struct yaml_node *node, uint32_t *where)
{
    struct reference *reference = MEM_PUSH(reader->references, reader->reference_count,
                                           reader->reference_capacity);
    *reference = (struct reference){field->to, node, where};
}

static void read_reference(struct yaml_reader *reader, const struct yaml_field *field,
                           struct yaml_node *node, void *target)
{
    if (yaml_is_code(reader, node))
        refer(reader, field, node, (uint32_t *)(void *)((char *)target + field->at));
}

static void resolve(struct yaml_reader *reader)
{
    for (size_t i = 0; i < reader->reference_count; i++) {
        const struct reference *reference = &reader->references[i];
        *reference->where = reference->to->find(reader->root, reference->node->text);
        if (*reference->where == NO_INDEX)
            YAML_FAULT(reader, reference->to->unknown, reference->node, reference->node->text,
                       NULL);
    }
}

// --- lists ---

static int compare_codes(const void *left, const void *right)
{
    const struct yaml_node *a = *(struct yaml_node *const *)left,
                           *b = *(struct yaml_node *const *)right;
    int order = strcmp(a->text, b->text);
    if (order != 0)
        return order;
    return (a->count > b->count) - (a->count < b->count);
}

// Names every code of `nodes` that was there before. `nodes` is put into another order.
static void refuse_twins(struct yaml_reader *reader, struct yaml_node **nodes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        nodes[i]->count = i; // scalars have no children: their place, for a stable order
    if (count > 1)
        qsort(nodes, count, sizeof *nodes, compare_codes);
    for (size_t i = 1; i < count; i++)
        if (strcmp(nodes[i - 1]->text, nodes[i]->text) == 0)
            YAML_FAULT(reader, FINDING_DUPLICATE_CODE, nodes[i], nodes[i]->text, NULL);
}

static bool is_list(struct yaml_reader *reader, const struct yaml_field *field,
                    struct yaml_node *node)
{
    if (node->shape == YAML_BROKEN)
        return false;
    if (node->shape != YAML_LIST) {
        YAML_FAULT(reader, FINDING_NOT_A_LIST, node, yaml_name(node), NULL);
        return false;
    }
    if (node->count < field->least) {
        YAML_FAULT(reader, FINDING_EMPTY_VALUE, node, yaml_name(node), NULL);
        return false;
    }
    if (node->count > field->most) {
        char most[DECIMAL_TEXT_SIZE];
        decimal_format((i128)field->most, 0, most);
        YAML_FAULT(reader, FINDING_TOO_MANY_ENTRIES, node, yaml_name(node), most, NULL);
        return false;
    }
    return true;
}

static void *store_list(struct yaml_reader *reader, const struct yaml_field *field, void *target,
                        size_t count, size_t size)
{
    void *list = arena_alloc(reader->arena, count, size);
    yaml_store(field, target, &list, sizeof list);
    memcpy((char *)target + field->count_at, &count, sizeof count);
    return list;
}

// The good codes of a list of codes, in its order; the caller frees them.
static struct yaml_node **good_codes(struct yaml_reader *reader, const struct yaml_node *list,
                                     size_t *ret_count)
{
    struct yaml_node **nodes = mem_alloc(list->count, sizeof(struct yaml_node *));
    size_t count = 0;
    for (struct yaml_node *node = list->first; node; node = node->next)
        if (yaml_is_code(reader, node))
            nodes[count++] = node;
    *ret_count = count;
    return nodes;
}

static void read_codes(struct yaml_reader *reader, const struct yaml_field *field,
                       struct yaml_node *node, void *target)
{
    if (!is_list(reader, field, node))
        return;
    size_t count;
    struct yaml_node **nodes = good_codes(reader, node, &count);
    const char **codes = store_list(reader, field, target, count, sizeof *codes);
    for (size_t i = 0; i < count; i++)
        codes[i] = nodes[i]->text;
    refuse_twins(reader, nodes, count);
    free(nodes);
}

static void read_references(struct yaml_reader *reader, const struct yaml_field *field,
                            struct yaml_node *node, void *target)
{
    if (!is_list(reader, field, node))
        return;
    size_t count;
    struct yaml_node **nodes = good_codes(reader, node, &count);
    uint32_t *places = store_list(reader, field, target, count, sizeof *places);
    for (size_t i = 0; i < count; i++)
        refer(reader, field, nodes[i], &places[i]);
    refuse_twins(reader, nodes, count);
    free(nodes);
}

static void read_texts(struct yaml_reader *reader, const struct yaml_field *field,
                       struct yaml_node *node, void *target)
{
    (void)target;
    if (!is_list(reader, field, node))
        return;
    for (struct yaml_node *item = node->first; item; item = item->next)
        yaml_is_text(reader, item);
}

// --- maps ---

// Goes as deep as the tables do, not the file: maps for the same struct, whether given or not.
static void preset_all(const struct yaml_table *table, void *target)
{
    for (size_t i = 0; i < table->count; i++) {
        yaml_preset(&table->fields[i], target);
        if (table->fields[i].type == YAML_FIELD_MAP)
            preset_all(table->fields[i].table, target);
    }
}

static void enqueue(struct yaml_reader *reader, const struct yaml_table *table,
                    struct yaml_node *node, void *target)
{
    if (table->line_at != 0)
        memcpy((char *)target + table->line_at, &node->line, sizeof node->line);
    if (node->shape == YAML_BROKEN)
        return;
    if (node->shape != YAML_MAP) {
        YAML_FAULT(reader, FINDING_NOT_A_MAP, node, yaml_name(node), NULL);
        return;
    }
    struct yaml_map *map = MEM_PUSH(reader->maps, reader->map_count, reader->map_capacity);
    struct yaml_node **given = arena_alloc(reader->arena, table->count, sizeof(struct yaml_node *));
    *map = (struct yaml_map){table, node, target, given};
}

static void read_map(struct yaml_reader *reader, const struct yaml_field *field,
                     struct yaml_node *node, void *target)
{
    enqueue(reader, field->table, node, target);
}

static void read_maps(struct yaml_reader *reader, const struct yaml_field *field,
                      struct yaml_node *node, void *target)
{
    if (!is_list(reader, field, node))
        return;
    size_t size = field->table->size;
    char *entry = store_list(reader, field, target, node->count, size);
    for (struct yaml_node *item = node->first; item; item = item->next, entry += size) {
        preset_all(field->table, entry);
        enqueue(reader, field->table, item, entry);
    }
}

typedef void read_field(struct yaml_reader *reader, const struct yaml_field *field,
                        struct yaml_node *node, void *target);

static read_field *const readers[] = {
    [YAML_FIELD_REFERENCE] = read_reference,
    [YAML_FIELD_CODES] = read_codes,
    [YAML_FIELD_REFERENCES] = read_references,
    [YAML_FIELD_TEXTS] = read_texts,
    [YAML_FIELD_MAP] = read_map,
    [YAML_FIELD_MAPS] = read_maps,
};

static void store_given(const struct yaml_field *field, void *target)
{
    bool given = true;
    if (field->given_at != 0)
        memcpy((char *)target + field->given_at, &given, sizeof given);
}

static void read_key(struct yaml_reader *reader, const struct yaml_field *field,
                     struct yaml_node *node, void *target)
{
    if (field->type <= YAML_FIELD_REFERENCE && !yaml_is_text(reader, node))
        return;
    if (node->shape == YAML_TEXT && node->length == 0 && field->type != YAML_FIELD_TEXT)
        YAML_FAULT(reader, FINDING_EMPTY_VALUE, node, yaml_name(node), NULL);
    else if (field->type <= YAML_FIELD_PERIOD)
        yaml_read_value(reader, field, node, target);
    else
        readers[field->type](reader, field, node, target);
    if (node->shape != YAML_BROKEN)
        store_given(field, target);
}

static size_t find_field(const struct yaml_table *table, const char *key)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->fields[i].key, key) == 0)
            return i;
    return SIZE_MAX;
}

static void unknown_key(struct yaml_reader *reader, const struct yaml_table *table,
                        struct yaml_node *node)
{
    char known[400];
    size_t at = 0;
    for (size_t i = 0; i < table->count && at < sizeof known; i++)
        at += (size_t)snprintf(known + at, sizeof known - at, "%s%s", i ? ", " : "",
                               table->fields[i].key);
    YAML_FAULT(reader, FINDING_UNKNOWN_KEY, node, node->key, known, NULL);
}

static void read_keys(struct yaml_reader *reader, size_t index)
{
    const struct yaml_map map = reader->maps[index]; // the array moves when maps are added
    for (struct yaml_node *node = map.node->first; node; node = node->next) {
        size_t at = find_field(map.table, node->key);
        if (at == SIZE_MAX) {
            unknown_key(reader, map.table, node);
        } else if (map.given[at]) {
            YAML_FAULT(reader, FINDING_DUPLICATE_KEY, node, node->key, NULL);
        } else {
            map.given[at] = node;
            read_key(reader, &map.table->fields[at], node, map.target);
        }
    }
    for (size_t i = 0; i < map.table->count; i++)
        if (map.table->fields[i].required && !map.given[i])
            yaml_fault_below(reader, FINDING_MISSING_KEY, map.node, map.table->fields[i].key,
                             map.table->fields[i].key, NULL);
}

// --- the whole ---

// The maps of one list follow each other in the queue; their codes are unique among them.
static void refuse_twin_maps(struct yaml_reader *reader)
{
    struct yaml_node **nodes = mem_alloc(reader->map_count, sizeof(struct yaml_node *));
    for (size_t i = 0; i < reader->map_count;) {
        const struct yaml_table *table = reader->maps[i].table;
        const struct yaml_node *list = reader->maps[i].node->parent;
        size_t count = 0;
        for (; i < reader->map_count && reader->maps[i].table == table &&
               reader->maps[i].node->parent == list;
             i++) {
            struct yaml_node *code = table->coded ? reader->maps[i].given[0] : NULL;
            if (code && code->shape == YAML_TEXT)
                nodes[count++] = code;
        }
        refuse_twins(reader, nodes, count);
    }
    free(nodes);
}

void yaml_read(struct arena *arena, const char *file, struct yaml_node *node,
               const struct yaml_table *table, void *root, struct findings *findings)
{
    struct yaml_reader reader = {.arena = arena, .file = file, .findings = findings, .root = root};
    preset_all(table, root);
    enqueue(&reader, table, node, root);
    for (size_t i = 0; i < reader.map_count; i++)
        read_keys(&reader, i);
    refuse_twin_maps(&reader);
    resolve(&reader);
    for (size_t i = 0; i < reader.map_count; i++)
        if (reader.maps[i].table->check)
            reader.maps[i].table->check(&reader, &reader.maps[i]);
    free(reader.maps);
    free(reader.references);
}
