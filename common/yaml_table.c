// Works through a queue of maps, so that neither the file nor the tables make it recurse: reading a
// map stores its values and puts the maps inside it at the end of the queue. References and checks
// come last, when every list is there.
#include "common/yaml_table.h"

#include "core/campaign.h"
#include "core/decimal.h"
#include "core/period.h"
#include "core/unit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXAMPLE_NUMBER "38.5"

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

static const char *name_of(const struct yaml_node *node)
{
    return node->key ? node->key : "-";
}

// Names what is wrong with a node; later checks pass it by.
#define FAULT(reader, code, node, ...)               \
    do {                                             \
        yaml_fault(reader, code, node, __VA_ARGS__); \
        (node)->shape = YAML_BROKEN;                 \
    } while (0)

static bool is_text(struct yaml_reader *reader, struct yaml_node *node)
{
    if (node->shape == YAML_TEXT)
        return true;
    if (node->shape != YAML_BROKEN)
        FAULT(reader, FINDING_NOT_A_TEXT, node, name_of(node), NULL);
    return false;
}

// --- single values ---

static void store(const struct yaml_field *field, void *target, const void *value, size_t size)
{
    if (field->at != YAML_NOWHERE)
        memcpy((char *)target + field->at, value, size);
}

static void store_given(const struct yaml_field *field, void *target)
{
    bool given = true;
    if (field->given_at != 0)
        memcpy((char *)target + field->given_at, &given, sizeof given);
}

static void read_text(struct yaml_reader *reader, const struct yaml_field *field,
                      struct yaml_node *node, void *target)
{
    if (node->length > CAMPAIGN_TEXT_BYTES_MAX) {
        char most[DECIMAL_TEXT_SIZE];
        decimal_format(CAMPAIGN_TEXT_BYTES_MAX, 0, most);
        FAULT(reader, FINDING_FIELD_TOO_LONG, node, most, NULL);
        return;
    }
    store(field, target, &node->text, sizeof node->text);
}

static bool is_code(struct yaml_reader *reader, struct yaml_node *node)
{
    if (!is_text(reader, node))
        return false;
    if (code_valid(node->text, node->length))
        return true;
    FAULT(reader, FINDING_BAD_CODE, node, node->text, NULL);
    return false;
}

static void read_code(struct yaml_reader *reader, const struct yaml_field *field,
                      struct yaml_node *node, void *target)
{
    if (is_code(reader, node))
        store(field, target, &node->text, sizeof node->text);
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
            store(field, target, &number, sizeof number);
            return;
        }
    char words[200];
    join_words(field->words, words, sizeof words);
    FAULT(reader, FINDING_BAD_VALUE, node, node->text, words, NULL);
}

static void read_bool(struct yaml_reader *reader, const struct yaml_field *field,
                      struct yaml_node *node, void *target)
{
    bool value = strcmp(node->text, "true") == 0;
    if (value || strcmp(node->text, "false") == 0)
        store(field, target, &value, sizeof value);
    else
        FAULT(reader, FINDING_BAD_VALUE, node, node->text, "true | false", NULL);
}

static bool parse_number(struct yaml_reader *reader, struct yaml_node *node, int64_t *ret_e4)
{
    switch (decimal_parse(node->text, node->length, DECIMAL_POINT, ret_e4)) {
    case DECIMAL_OK:
        return true;
    case DECIMAL_TOO_PRECISE:
        FAULT(reader, FINDING_TOO_MANY_DECIMALS, node, node->text, NULL);
        return false;
    case DECIMAL_OUT_OF_RANGE:
        FAULT(reader, FINDING_OUT_OF_RANGE, node, node->text, NULL);
        return false;
    case DECIMAL_EMPTY:
    case DECIMAL_MALFORMED:
    case DECIMAL_AMBIGUOUS:
        break;
    }
    FAULT(reader, FINDING_BAD_NUMBER, node, node->text, EXAMPLE_NUMBER, NULL);
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
    FAULT(reader, FINDING_OUT_OF_LIMITS, node, node->text, low, high, NULL);
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
        FAULT(reader, FINDING_POINT_DECIMALS, node, node->text, decimals, NULL);
        return;
    }
    store(field, target, &value, sizeof value);
}

static bool parse_whole(struct yaml_reader *reader, const struct yaml_field *field,
                        struct yaml_node *node, int64_t *ret)
{
    int64_t value;
    if (!parse_number(reader, node, &value))
        return false;
    if (strchr(node->text, '.')) {
        FAULT(reader, FINDING_FRACTION_NOT_ALLOWED, node, node->text, NULL);
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
        store(field, target, &value, sizeof value);
}

static void read_small(struct yaml_reader *reader, const struct yaml_field *field,
                       struct yaml_node *node, void *target)
{
    int64_t value;
    if (!parse_whole(reader, field, node, &value))
        return;
    unsigned small = (unsigned)value;
    store(field, target, &small, sizeof small);
}

static void read_period(struct yaml_reader *reader, const struct yaml_field *field,
                        struct yaml_node *node, void *target)
{
    struct period period;
    if (period_parse(node->text, node->length, &period))
        store(field, target, &period, sizeof period);
    else
        FAULT(reader, FINDING_BAD_PERIOD, node, node->text, NULL);
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
    if (is_code(reader, node))
        refer(reader, field, node, (uint32_t *)(void *)((char *)target + field->at));
}

static void resolve(struct yaml_reader *reader)
{
    for (size_t i = 0; i < reader->reference_count; i++) {
        const struct reference *reference = &reader->references[i];
        *reference->where = reference->to->find(reader->root, reference->node->text);
        if (*reference->where == NO_INDEX)
            FAULT(reader, reference->to->unknown, reference->node, reference->node->text, NULL);
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
            FAULT(reader, FINDING_DUPLICATE_CODE, nodes[i], nodes[i]->text, NULL);
}

static bool is_list(struct yaml_reader *reader, const struct yaml_field *field,
                    struct yaml_node *node)
{
    if (node->shape == YAML_BROKEN)
        return false;
    if (node->shape != YAML_LIST) {
        FAULT(reader, FINDING_NOT_A_LIST, node, name_of(node), NULL);
        return false;
    }
    if (node->count < field->least) {
        FAULT(reader, FINDING_EMPTY_VALUE, node, name_of(node), NULL);
        return false;
    }
    if (node->count > field->most) {
        char most[DECIMAL_TEXT_SIZE];
        decimal_format((i128)field->most, 0, most);
        FAULT(reader, FINDING_TOO_MANY_ENTRIES, node, name_of(node), most, NULL);
        return false;
    }
    return true;
}

static void *store_list(struct yaml_reader *reader, const struct yaml_field *field, void *target,
                        size_t count, size_t size)
{
    void *list = arena_alloc(reader->arena, count, size);
    store(field, target, &list, sizeof list);
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
        if (is_code(reader, node))
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
        is_text(reader, item);
}

// --- maps ---

static void preset(const struct yaml_field *field, void *target)
{
    const char *text = "";
    unsigned small = (unsigned)field->preset;
    uint32_t none = NO_INDEX;
    if (field->type == YAML_FIELD_TEXT)
        store(field, target, &text, sizeof text);
    else if (field->type == YAML_FIELD_WORD || field->type == YAML_FIELD_SMALL)
        store(field, target, &small, sizeof small);
    else if (field->type == YAML_FIELD_NUMBER || field->type == YAML_FIELD_WHOLE)
        store(field, target, &field->preset, sizeof field->preset);
    else if (field->type == YAML_FIELD_REFERENCE)
        store(field, target, &none, sizeof none);
}

// Goes as deep as the tables do, not the file: maps for the same struct, whether given or not.
static void preset_all(const struct yaml_table *table, void *target)
{
    for (size_t i = 0; i < table->count; i++) {
        preset(&table->fields[i], target);
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
        FAULT(reader, FINDING_NOT_A_MAP, node, name_of(node), NULL);
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
    [YAML_FIELD_TEXT] = read_text,
    [YAML_FIELD_CODE] = read_code,
    [YAML_FIELD_WORD] = read_word,
    [YAML_FIELD_BOOL] = read_bool,
    [YAML_FIELD_NUMBER] = read_number,
    [YAML_FIELD_WHOLE] = read_whole,
    [YAML_FIELD_SMALL] = read_small,
    [YAML_FIELD_PERIOD] = read_period,
    [YAML_FIELD_REFERENCE] = read_reference,
    [YAML_FIELD_CODES] = read_codes,
    [YAML_FIELD_REFERENCES] = read_references,
    [YAML_FIELD_TEXTS] = read_texts,
    [YAML_FIELD_MAP] = read_map,
    [YAML_FIELD_MAPS] = read_maps,
};

static bool takes_text(enum yaml_type type)
{
    return type <= YAML_FIELD_REFERENCE;
}

static void read_value(struct yaml_reader *reader, const struct yaml_field *field,
                       struct yaml_node *node, void *target)
{
    if (takes_text(field->type) && !is_text(reader, node))
        return;
    if (node->shape == YAML_TEXT && node->length == 0 && field->type != YAML_FIELD_TEXT)
        FAULT(reader, FINDING_EMPTY_VALUE, node, name_of(node), NULL);
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
    FAULT(reader, FINDING_UNKNOWN_KEY, node, node->key, known, NULL);
}

static void read_keys(struct yaml_reader *reader, size_t index)
{
    const struct yaml_map map = reader->maps[index]; // the array moves when maps are added
    for (struct yaml_node *node = map.node->first; node; node = node->next) {
        size_t at = find_field(map.table, node->key);
        if (at == SIZE_MAX) {
            unknown_key(reader, map.table, node);
        } else if (map.given[at]) {
            FAULT(reader, FINDING_DUPLICATE_KEY, node, node->key, NULL);
        } else {
            map.given[at] = node;
            read_value(reader, &map.table->fields[at], node, map.target);
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
