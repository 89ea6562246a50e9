// Readers of the campaign's lists. Each row becomes an entry and its key; rows that share a key are
// refused together, and the good ones stay in the order of their keys.
#include "core/lists.h"

#include "core/csv_fields.h"
#include "core/lists_order.h"
#include <stdlib.h>
#include <string.h>

const char *const target_columns[3] = {"unit", "indicator", "target"};
const char *const adjustment_columns[4] = {"unit", "code", "times", "reason"};
const char *const nomination_columns[12] = {"id",          "unit",     "award", "kind",
                                            "name",        "category", "form",  "votes_for",
                                            "votes_total", "score",    "prior", "reason"};
const char *const decision_columns[4] = {"award", "recipient", "decision", "reason"};

struct reading {
    const struct campaign *campaign;
    const struct unit_tree *tree; // NULL for decisions
    const struct csv_table *table;
    struct findings *findings;
};

// --- fields ---

static const char *field(const struct reading *reading, size_t row, size_t column)
{
    return csv_text(reading->table, row, column);
}

static bool is_empty(const struct reading *reading, size_t row, size_t column)
{
    return csv_is_empty(reading->table, row, column);
}

#define FAULT(reading, code, row, column, ...) \
    CSV_FAULT((reading)->table, (reading)->findings, code, row, column, __VA_ARGS__)

static bool need_field(const struct reading *reading, size_t row, size_t column)
{
    if (!is_empty(reading, row, column))
        return true;
    FAULT(reading, FINDING_MISSING_FIELD, row, column, reading->table->names[column], NULL);
    return false;
}

static bool read_code(const struct reading *reading, size_t row, size_t column)
{
    const struct csv_field *text = csv_at(reading->table, row, column);
    if (!need_field(reading, row, column))
        return false;
    if (code_valid(text->text, text->length))
        return true;
    FAULT(reading, FINDING_BAD_CODE, row, column, text->text, NULL);
    return false;
}

static uint32_t read_unit(const struct reading *reading, size_t row, size_t column)
{
    if (!read_code(reading, row, column))
        return NO_UNIT;
    uint32_t unit = unit_find(reading->tree, field(reading, row, column));
    if (unit == NO_UNIT)
        FAULT(reading, FINDING_UNKNOWN_UNIT, row, column, field(reading, row, column), NULL);
    return unit;
}

static uint32_t read_entry(const struct reading *reading, size_t row, size_t column,
                           uint32_t (*find)(const struct campaign *, const char *),
                           enum finding_code unknown)
{
    if (!read_code(reading, row, column))
        return NO_INDEX;
    uint32_t found = find(reading->campaign, field(reading, row, column));
    if (found == NO_INDEX)
        FAULT(reading, unknown, row, column, field(reading, row, column), NULL);
    return found;
}

static bool read_number(const struct reading *reading, size_t row, size_t column, int64_t *ret_e4)
{
    return csv_number(reading->table, row, column, DECIMAL_POINT, ret_e4, reading->findings);
}

static bool read_count(const struct reading *reading, size_t row, size_t column, int64_t least,
                       int64_t most, enum finding_code code, int64_t *ret)
{
    return csv_count(reading->table, row, column, least, most, code, ret, reading->findings);
}

// --- keys ---

struct key { // of a row, or of an entry: two indexes and a text
    uint32_t first, second;
    const char *text;
    size_t row;
    bool bad;   // the row has errors
    bool whole; // the key is known, and compared even when the rest of the row is bad
};

static int compare_keys(const struct key *a, const struct key *b)
{
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    if (a->second != b->second)
        return a->second < b->second ? -1 : 1;
    return strcmp(a->text, b->text);
}

static int compare_rows(const void *left, const void *right)
{
    const struct key *a = left, *b = right;
    if (a->whole != b->whole)
        return a->whole ? -1 : 1;
    int order = compare_keys(a, b);
    return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}

static void refuse_twin(const struct reading *reading, struct key *key, const struct key *other,
                        size_t column)
{
    char row[DECIMAL_TEXT_SIZE];
    struct text text = {0};
    text_addf(&text, "%s, %s", field(reading, key->row, 0), field(reading, key->row, column));
    decimal_format(reading->table->lines[other->row], 0, row);
    FAULT(reading, FINDING_DUPLICATE_ROW, key->row, 0, text.data, row, NULL);
    text_free(&text);
    key->bad = true;
}

// Sorts the keys, names those that are there more than once, and drops all bad ones. `column` is
// the second half of the key, for the sentence; 0: rows may repeat. Returns how many are left.
static size_t refuse_twins(const struct reading *reading, struct key *keys, size_t column)
{
    size_t count = reading->table->rows, whole = 0, kept = 0;
    if (count > 1)
        qsort(keys, count, sizeof *keys, compare_rows);
    while (whole < count && keys[whole].whole)
        whole++;
    for (size_t i = 0; i < whole && column != 0; i++) {
        if (i > 0 && compare_keys(&keys[i], &keys[i - 1]) == 0)
            refuse_twin(reading, &keys[i], &keys[i - 1], column);
        else if (i + 1 < whole && compare_keys(&keys[i], &keys[i + 1]) == 0)
            refuse_twin(reading, &keys[i], &keys[i + 1], column);
    }
    for (size_t i = 0; i < whole; i++)
        if (!keys[i].bad)
            keys[kept++] = keys[i];
    return kept;
}

// Reads every row with `read_row` into entries of `size` bytes; returns the good ones (owned, in the
// order of their keys).
typedef void read_row(const struct reading *reading, size_t row, void *entry, struct key *key);

static void *read_list(const struct reading *reading, read_row *read, size_t size,
                       size_t twins_column, size_t *ret_count)
{
    size_t rows = reading->table->rows;
    char *entries = mem_alloc(rows, size), *good = mem_alloc(rows, size);
    struct key *keys = mem_alloc(rows, sizeof *keys);
    for (size_t row = 0; row < rows; row++) {
        size_t errors = reading->findings->errors;
        keys[row] = (struct key){.text = "", .row = row};
        read(reading, row, entries + row * size, &keys[row]);
        keys[row].bad = reading->findings->errors != errors;
    }
    *ret_count = refuse_twins(reading, keys, twins_column);
    for (size_t i = 0; i < *ret_count; i++)
        memcpy(good + i * size, entries + keys[i].row * size, size);
    free(keys);
    free(entries);
    return good;
}

// --- targets ---

enum { TARGET_UNIT, TARGET_INDICATOR, TARGET_TARGET };

static void read_target(const struct reading *reading, size_t row, void *entry, struct key *key)
{
    struct target *target = entry;
    target->unit = read_unit(reading, row, TARGET_UNIT);
    target->indicator = read_entry(reading, row, TARGET_INDICATOR, campaign_indicator,
                                   FINDING_UNKNOWN_INDICATOR);
    key->first = target->unit;
    key->second = target->indicator;
    key->whole = target->unit != NO_UNIT && target->indicator != NO_INDEX;
    if (target->indicator != NO_INDEX &&
        reading->campaign->indicators[target->indicator].kind == KIND_ASSESSED)
        FAULT(reading, FINDING_TARGET_ASSESSED, row, TARGET_INDICATOR,
              field(reading, row, TARGET_INDICATOR), NULL);
    if (need_field(reading, row, TARGET_TARGET) &&
        read_number(reading, row, TARGET_TARGET, &target->target_e4) && target->target_e4 < 0)
        FAULT(reading, FINDING_NEGATIVE_TARGET, row, TARGET_TARGET,
              field(reading, row, TARGET_TARGET), NULL);
}

int targets_read(struct arena *arena, const struct campaign *campaign, const struct unit_tree *tree,
                 const struct csv_table *table, struct targets *ret, struct findings *findings)
{
    struct reading reading = {campaign, tree, table, findings};
    size_t errors = findings->errors;
    (void)arena;
    ret->list = read_list(&reading, read_target, sizeof *ret->list, TARGET_INDICATOR, &ret->count);
    ret->capacity = table->rows;
    return findings->errors == errors ? 0 : -1;
}

// --- adjustments ---

enum { ADJUSTMENT_UNIT, ADJUSTMENT_CODE, ADJUSTMENT_TIMES, ADJUSTMENT_REASON };

static void check_competitor(const struct reading *reading, size_t row, uint32_t unit)
{
    const char *code = reading->tree->units[unit].code;
    if (!campaign_names_competitor(reading->campaign, reading->tree, unit))
        FAULT(reading, FINDING_LIST_NOT_COMPETING, row, ADJUSTMENT_UNIT, code, NULL);
    else if (!campaign_within_owner(reading->campaign, reading->tree, unit))
        FAULT(reading, FINDING_LIST_NOT_BELOW_OWNER, row, ADJUSTMENT_UNIT, code,
              reading->campaign->owner, NULL);
}

static void read_adjustment(const struct reading *reading, size_t row, void *entry, struct key *key)
{
    struct adjustment *adjustment = entry;
    adjustment->unit = read_unit(reading, row, ADJUSTMENT_UNIT);
    adjustment->rule = read_entry(reading, row, ADJUSTMENT_CODE, campaign_adjustment,
                                  FINDING_UNKNOWN_ADJUSTMENT);
    adjustment->reason = field(reading, row, ADJUSTMENT_REASON);
    if (adjustment->unit != NO_UNIT)
        check_competitor(reading, row, adjustment->unit);
    read_count(reading, row, ADJUSTMENT_TIMES, 1, ADJUSTMENT_TIMES_MAX, FINDING_BAD_TIMES,
               &adjustment->times);
    if (is_empty(reading, row, ADJUSTMENT_REASON))
        FAULT(reading, FINDING_MISSING_REASON, row, ADJUSTMENT_REASON, NULL);
    *key = (struct key){adjustment->unit, adjustment->rule, adjustment->reason, row, false, true};
}

int adjustments_read(struct arena *arena, const struct campaign *campaign,
                     const struct unit_tree *tree, const struct csv_table *table,
                     struct adjustments *ret, struct findings *findings)
{
    struct reading reading = {campaign, tree, table, findings};
    size_t errors = findings->errors;
    (void)arena;
    ret->list = read_list(&reading, read_adjustment, sizeof *ret->list, 0, &ret->count);
    ret->capacity = table->rows;
    if (findings->errors == errors)
        adjustments_warn(campaign, tree, table, findings);
    if (ret->count > 1)
        qsort(ret->list, ret->count, sizeof *ret->list, adjustment_order);
    return findings->errors == errors ? 0 : -1;
}

// --- nominations ---

enum {
    NOMINATION_ID,
    NOMINATION_UNIT,
    NOMINATION_AWARD,
    NOMINATION_KIND,
    NOMINATION_NAME,
    NOMINATION_CATEGORY,
    NOMINATION_FORM,
    NOMINATION_VOTES_FOR,
    NOMINATION_VOTES_TOTAL,
    NOMINATION_SCORE,
    NOMINATION_PRIOR,
    NOMINATION_REASON,
};
#define VOTES_MAX 1000000

static void check_award(const struct reading *reading, size_t row, const struct award *award)
{
    const char *kind = field(reading, row, NOMINATION_KIND);
    const char *form = field(reading, row, NOMINATION_FORM);
    if (award->to == TO_UNIT) {
        FAULT(reading, FINDING_AWARD_TO_UNITS, row, NOMINATION_AWARD, award->code, NULL);
        return;
    }
    if (strcmp(kind, award_to_words[award->to]) != 0)
        FAULT(reading, FINDING_BAD_KIND, row, NOMINATION_KIND, kind, award->code,
              award_to_words[award->to], NULL);
    if (strcmp(form, award_form_words[award->form]) != 0)
        FAULT(reading, FINDING_BAD_FORM, row, NOMINATION_FORM, form, award->code,
              award_form_words[award->form], NULL);
}

// Individuals have a category, the rest have none.
static enum nominee_category read_category(const struct reading *reading, size_t row)
{
    const char *text = field(reading, row, NOMINATION_CATEGORY);
    bool individual = strcmp(field(reading, row, NOMINATION_KIND), award_to_words[TO_INDIVIDUAL]) ==
                      0;
    for (unsigned i = 0; nominee_category_words[i]; i++)
        if (strcmp(text, nominee_category_words[i]) == 0 && individual == (i != CATEGORY_NONE))
            return (enum nominee_category)i;
    FAULT(reading, FINDING_BAD_CATEGORY, row, NOMINATION_CATEGORY, text, NULL);
    return CATEGORY_NONE;
}

static void read_votes(const struct reading *reading, size_t row, struct nomination *nomination)
{
    int64_t votes = 0, total = 0;
    bool given = !is_empty(reading, row, NOMINATION_VOTES_FOR);
    if (!is_empty(reading, row, NOMINATION_VOTES_TOTAL) &&
        !read_count(reading, row, NOMINATION_VOTES_TOTAL, 0, VOTES_MAX, FINDING_BAD_VOTES, &total))
        return;
    if (given &&
        !read_count(reading, row, NOMINATION_VOTES_FOR, 0, VOTES_MAX, FINDING_BAD_VOTES, &votes))
        return;
    const char *votes_text = field(reading, row, NOMINATION_VOTES_FOR);
    if (total == 0 && votes > 0)
        FAULT(reading, FINDING_VOTES_WITHOUT_TOTAL, row, NOMINATION_VOTES_TOTAL, votes_text, NULL);
    else if (total > 0 && !given)
        need_field(reading, row, NOMINATION_VOTES_FOR);
    else if (votes > total)
        FAULT(reading, FINDING_VOTES_OVER_TOTAL, row, NOMINATION_VOTES_FOR, votes_text,
              field(reading, row, NOMINATION_VOTES_TOTAL), NULL);
    nomination->has_votes = total > 0;
    nomination->votes_for = votes;
    nomination->votes_total = total;
}

static void read_score(const struct reading *reading, size_t row, struct nomination *nomination)
{
    nomination->has_score = !is_empty(reading, row, NOMINATION_SCORE);
    if (nomination->has_score &&
        read_number(reading, row, NOMINATION_SCORE, &nomination->score_e4) &&
        nomination->score_e4 < 0)
        FAULT(reading, FINDING_BAD_SCORE, row, NOMINATION_SCORE,
              field(reading, row, NOMINATION_SCORE), NULL);
}

// Codes joined by semicolons, or nothing.
static bool titles_valid(const char *titles)
{
    while (titles[0] != '\0') {
        size_t length = strcspn(titles, ";");
        if (!code_valid(titles, length))
            return false;
        titles += length;
        if (titles[0] == ';' && (++titles)[0] == '\0')
            return false;
    }
    return true;
}

static const char *read_titles(const struct reading *reading, size_t row)
{
    const char *titles = field(reading, row, NOMINATION_PRIOR);
    if (!titles_valid(titles))
        FAULT(reading, FINDING_BAD_TITLE, row, NOMINATION_PRIOR, titles, NULL);
    return titles;
}

static void read_nomination(const struct reading *reading, size_t row, void *entry, struct key *key)
{
    struct nomination *nomination = entry;
    bool has_id = read_code(reading, row, NOMINATION_ID);
    nomination->id = field(reading, row, NOMINATION_ID);
    nomination->unit = read_unit(reading, row, NOMINATION_UNIT);
    nomination->award = read_entry(reading, row, NOMINATION_AWARD, campaign_award,
                                   FINDING_UNKNOWN_AWARD);
    if (nomination->unit != NO_UNIT &&
        !campaign_within_owner(reading->campaign, reading->tree, nomination->unit))
        FAULT(reading, FINDING_LIST_NOT_BELOW_OWNER, row, NOMINATION_UNIT,
              field(reading, row, NOMINATION_UNIT), reading->campaign->owner, NULL);
    if (nomination->award != NO_INDEX)
        check_award(reading, row, &reading->campaign->awards[nomination->award]);
    nomination->name = field(reading, row, NOMINATION_NAME);
    nomination->category = read_category(reading, row);
    read_votes(reading, row, nomination);
    read_score(reading, row, nomination);
    nomination->prior = read_titles(reading, row);
    nomination->reason = field(reading, row, NOMINATION_REASON);
    *key = (struct key){
        nomination->award, 0, nomination->id, row, false, has_id && nomination->award != NO_INDEX};
}

static int compare_ids(const void *left, const void *right)
{
    const struct key *a = left, *b = right;
    int order = strcmp(a->text, b->text);
    return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}

// One id names one nominee; rows of the same id that say something else are probably another's.
static void warn_nominees(const struct reading *reading)
{
    static const size_t columns[] = {NOMINATION_UNIT, NOMINATION_NAME, NOMINATION_CATEGORY};
    size_t rows = reading->table->rows;
    struct key *keys = mem_alloc(rows, sizeof *keys);
    for (size_t row = 0; row < rows; row++)
        keys[row] = (struct key){.text = field(reading, row, NOMINATION_ID), .row = row};
    if (rows > 1)
        qsort(keys, rows, sizeof *keys, compare_ids);
    for (size_t i = 1; i < rows; i++) {
        size_t row = keys[i].row, before = keys[i - 1].row;
        if (strcmp(keys[i].text, keys[i - 1].text) != 0)
            continue;
        for (size_t j = 0; j < sizeof columns / sizeof columns[0]; j++)
            if (strcmp(field(reading, row, columns[j]), field(reading, before, columns[j])) != 0) {
                char other[DECIMAL_TEXT_SIZE];
                decimal_format(reading->table->lines[before], 0, other);
                FAULT(reading, FINDING_NOMINEE_DIFFERS, row, columns[j], keys[i].text,
                      reading->table->names[columns[j]], other, NULL);
            }
    }
    free(keys);
}

int nominations_read(struct arena *arena, const struct campaign *campaign,
                     const struct unit_tree *tree, const struct csv_table *table,
                     struct nominations *ret, struct findings *findings)
{
    struct reading reading = {campaign, tree, table, findings};
    size_t errors = findings->errors;
    (void)arena;
    ret->list = read_list(&reading, read_nomination, sizeof *ret->list, NOMINATION_AWARD,
                          &ret->count);
    ret->capacity = table->rows;
    warn_nominees(&reading);
    return findings->errors == errors ? 0 : -1;
}

// --- decisions ---

enum { DECISION_AWARD, DECISION_RECIPIENT, DECISION_DECISION, DECISION_REASON };

static void read_decision(const struct reading *reading, size_t row, void *entry, struct key *key)
{
    struct decision *decision = entry;
    const char *word = field(reading, row, DECISION_DECISION);
    bool has_recipient = read_code(reading, row, DECISION_RECIPIENT);
    decision->award = read_entry(reading, row, DECISION_AWARD, campaign_award,
                                 FINDING_UNKNOWN_AWARD);
    decision->recipient = field(reading, row, DECISION_RECIPIENT);
    decision->awarded = strcmp(word, decision_words[true]) == 0;
    if (!decision->awarded && strcmp(word, decision_words[false]) != 0)
        FAULT(reading, FINDING_BAD_DECISION, row, DECISION_DECISION, word, NULL);
    decision->reason = field(reading, row, DECISION_REASON);
    *key = (struct key){decision->award,
                        0,
                        decision->recipient,
                        row,
                        false,
                        has_recipient && decision->award != NO_INDEX};
}

int decisions_read(struct arena *arena, const struct campaign *campaign,
                   const struct csv_table *table, struct decisions *ret, struct findings *findings)
{
    struct reading reading = {campaign, NULL, table, findings};
    size_t errors = findings->errors;
    (void)arena;
    ret->list = read_list(&reading, read_decision, sizeof *ret->list, DECISION_RECIPIENT,
                          &ret->count);
    ret->capacity = table->rows;
    return findings->errors == errors ? 0 : -1;
}

void targets_free(struct targets *list)
{
    free(list->list);
    *list = (struct targets){0};
}

void adjustments_free(struct adjustments *list)
{
    free(list->list);
    *list = (struct adjustments){0};
}

void nominations_free(struct nominations *list)
{
    free(list->list);
    *list = (struct nominations){0};
}

void decisions_free(struct decisions *list)
{
    free(list->list);
    *list = (struct decisions){0};
}
