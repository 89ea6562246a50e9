// COMPARE, its rows: documents, then each unit that moved with its lines and their cells, then awards.
#include "server/compare.h"

#include "server/explain_words.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct compare_row {
    const char *section, *unit, *name, *item, *period, *before, *after, *change, *submission,
        *accepted_at, *sender, *role, *detail;
};

// True also for a row that was on the page before.
static bool add_row(struct compare *compare, const struct compare_row *row)
{
    const char *const cells[] = {row->section,    row->unit,        row->name,   row->item,
                                 row->period,     row->before,      row->after,  row->change,
                                 row->submission, row->accepted_at, row->sender, row->role,
                                 row->detail};
    if (compare->rows >= compare->skip && !page_row(&compare->query->page, cells))
        return false;
    compare->rows++;
    return true;
}

// A difference with its sign; nothing where there is none.
static const char *signed_text(const char *difference, char buffer[static DECIMAL_TEXT_SIZE])
{
    if (strspn(difference, "0.") == strlen(difference))
        return "";
    snprintf(buffer, DECIMAL_TEXT_SIZE, "%s%.60s", difference[0] == '-' ? "" : "+", difference);
    return buffer;
}

// ---- the runs and their documents

static bool period_row(struct compare *compare)
{
    char before[PERIOD_TEXT_SIZE], after[PERIOD_TEXT_SIZE];
    period_format(compare->before_period, before);
    period_format(compare->query->period, after);
    return period_equal(compare->before_period, compare->query->period) ||
           add_row(compare,
                   &(struct compare_row){
                       .section = "run", .item = "period", .before = before, .after = after});
}

static int document_row_of(const struct compare *compare, int64_t accepted)
{
    int row = compare_count(compare, COMPARE_DOCUMENTS) - 1;
    while (row >= 0 &&
           db_integer_at(compare->parts[COMPARE_DOCUMENTS], row, DOCUMENT_ACCEPTED) != accepted)
        row--;
    return row;
}

static bool document_row(struct compare *compare, int index)
{
    static const char *const words[RUN_DOCUMENTS] = {"units",       "rules",       "targets",
                                                     "adjustments", "nominations", "decisions"};
    int64_t versions[] = {compare->before.documents[index], compare->query->run.documents[index]};
    char texts[2][24], at[QUERY_CELL_SIZE], key[QUERY_CELL_SIZE];
    if (versions[0] == versions[1])
        return true;
    for (int i = 0; i < 2; i++)
        snprintf(texts[i], sizeof texts[i], "%" PRId64, versions[i]);
    struct compare_row out = {.section = "document",
                              .item = words[index],
                              .before = versions[0] != 0 ? texts[0] : "",
                              .after = versions[1] != 0 ? texts[1] : ""};
    int row = document_row_of(compare, versions[1]);
    if (row >= 0) {
        const char *name = compare_cell(compare, COMPARE_DOCUMENTS, row, DOCUMENT_NAME);
        out.accepted_at = instant_form(compare_cell(compare, COMPARE_DOCUMENTS, row, DOCUMENT_AT),
                                       at);
        out.sender = name[0] != '\0'
                         ? name
                         : key_form(compare_cell(compare, COMPARE_DOCUMENTS, row, DOCUMENT_SENDER),
                                    key);
        out.role = compare_cell(compare, COMPARE_DOCUMENTS, row, DOCUMENT_ROLE);
    }
    return add_row(compare, &out);
}

bool compare_head(struct compare *compare)
{
    bool fits = period_row(compare);
    for (int i = 0; i < RUN_DOCUMENTS && fits; i++)
        fits = document_row(compare, i);
    return fits;
}

// ---- a unit

struct moved_item {
    const char *item;
    int column;
    bool has_change; // in the third column
};

static bool moved_rows(struct compare *compare, int moved)
{
    static const struct moved_item items[] = {{"rank", MOVED_RANK, true},
                                              {"total", MOVED_TOTAL, true},
                                              {"adjustments", MOVED_ADJUSTMENTS, true},
                                              {"class", MOVED_CLASS, false},
                                              {"eligible", MOVED_ELIGIBLE, false},
                                              {"reasons", MOVED_REASONS, false}};
    char change[DECIMAL_TEXT_SIZE];
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        const char *before = compare_cell(compare, COMPARE_MOVED, moved, items[i].column);
        const char *after = compare_cell(compare, COMPARE_MOVED, moved, items[i].column + 1);
        if (strcmp(before, after) == 0)
            continue;
        const struct compare_row row = {
            .section = "moved",
            .unit = compare_cell(compare, COMPARE_MOVED, moved, MOVED_UNIT),
            .name = compare_cell(compare, COMPARE_MOVED, moved, MOVED_NAME),
            .item = items[i].item,
            .before = before,
            .after = after,
            .change = items[i].has_change ? signed_text(compare_cell(compare, COMPARE_MOVED, moved,
                                                                     items[i].column + 2),
                                                        change)
                                          : ""};
        if (!add_row(compare, &row))
            return false;
    }
    return true;
}

// "figure:8>10;target:90>95": what else changed in a line.
static void add_pair(const struct compare *compare, int line, int column, const char *word,
                     struct text *detail)
{
    const char *before = compare_cell(compare, COMPARE_LINES, line, column);
    const char *after = compare_cell(compare, COMPARE_LINES, line, column + 1);
    char pair[2 * DECIMAL_TEXT_SIZE + 4];
    if (strcmp(before, after) == 0)
        return;
    snprintf(pair, sizeof pair, "%.60s>%.60s", before[0] != '\0' ? before : "-",
             after[0] != '\0' ? after : "-");
    explain_add(detail, word, pair);
}

static bool line_row(struct compare *compare, int moved, int line)
{
    char change[DECIMAL_TEXT_SIZE];
    struct text detail = {0};
    add_pair(compare, line, LINE_VALUE, "figure", &detail);
    add_pair(compare, line, LINE_TARGET, "target", &detail);
    add_pair(compare, line, LINE_WEIGHT, "max", &detail);
    add_pair(compare, line, LINE_BONUS, "bonus", &detail);
    const struct compare_row row = {
        .section = "line",
        .unit = compare_cell(compare, COMPARE_MOVED, moved, MOVED_UNIT),
        .name = compare_cell(compare, COMPARE_MOVED, moved, MOVED_NAME),
        .item = compare_cell(compare, COMPARE_LINES, line, LINE_INDICATOR),
        .before = compare_cell(compare, COMPARE_LINES, line, LINE_POINTS),
        .after = compare_cell(compare, COMPARE_LINES, line, LINE_POINTS + 1),
        .change = signed_text(compare_cell(compare, COMPARE_LINES, line, LINE_POINTS + 2), change),
        .detail = detail.data};
    bool fits = add_row(compare, &row);
    text_free(&detail);
    return fits;
}

// What an entry says: "8/100", "na", nothing when there is none.
static const char *cell_text(const struct compare *compare, int cell, int side,
                             char buffer[static 2 * DECIMAL_TEXT_SIZE])
{
    const PGresult *cells = compare->parts[COMPARE_CELLS];
    int64_t state = db_integer_at(cells, cell, CHANGED_STATE + side);
    if (PQgetisnull(cells, cell, CHANGED_STATE + side))
        return "";
    if (state != CELL_VALUE && state != CELL_VERIFIED)
        return state >= CELL_VALUE && state <= CELL_VERIFIED ? cell_state_words[state] : "";
    size_t length = decimal_format(db_integer_at(cells, cell, CHANGED_VALUE + side), DECIMAL_SCALE,
                                   buffer);
    if (!PQgetisnull(cells, cell, CHANGED_DENOMINATOR + side)) {
        buffer[length] = '/';
        decimal_format(db_integer_at(cells, cell, CHANGED_DENOMINATOR + side), DECIMAL_SCALE,
                       buffer + length + 1);
    }
    return buffer;
}

static bool is_verified(const struct compare *compare, int cell)
{
    const PGresult *cells = compare->parts[COMPARE_CELLS];
    int side = PQgetisnull(cells, cell, CHANGED_STATE + 1) ? 0 : 1;
    return db_integer_at(cells, cell, CHANGED_STATE + side) == CELL_VERIFIED;
}

static bool cell_row(struct compare *compare, int cell)
{
    char before[2 * DECIMAL_TEXT_SIZE], after[2 * DECIMAL_TEXT_SIZE],
        period[PERIOD_TEXT_SIZE] = "", at[QUERY_CELL_SIZE], key[QUERY_CELL_SIZE];
    const PGresult *cells = compare->parts[COMPARE_CELLS];
    const struct unit_tree *tree = compare->input->tree;
    uint32_t unit = unit_find(tree, PQgetvalue(cells, cell, CHANGED_UNIT));
    const char *name = PQgetvalue(cells, cell, CHANGED_NAME);
    struct period of;
    if (period_from_number((int32_t)db_integer_at(cells, cell, CHANGED_PERIOD), &of))
        period_format(of, period);
    const struct compare_row row = {
        .section = "cell",
        .unit = PQgetvalue(cells, cell, CHANGED_UNIT),
        .name = unit != NO_UNIT ? tree->units[unit].name : "",
        .item = PQgetvalue(cells, cell, CHANGED_INDICATOR),
        .period = period,
        .before = cell_text(compare, cell, 0, before),
        .after = cell_text(compare, cell, 1, after),
        .submission = PQgetvalue(cells, cell, CHANGED_SUBMISSION),
        .accepted_at = instant_form(PQgetvalue(cells, cell, CHANGED_AT), at),
        .sender = name[0] != '\0' ? name : key_form(PQgetvalue(cells, cell, CHANGED_SENDER), key),
        .role = PQgetvalue(cells, cell, CHANGED_ROLE),
        .detail = is_verified(compare, cell) ? cell_state_words[CELL_VERIFIED] : ""};
    return add_row(compare, &row);
}

// The cells of a line, under it.
static bool cause_rows(struct compare *compare, uint32_t unit, const char *indicator)
{
    for (int cell = 0; cell < compare_count(compare, COMPARE_CELLS); cell++)
        if (strcmp(compare_cell(compare, COMPARE_CELLS, cell, CHANGED_INDICATOR), indicator) == 0 &&
            compare_belongs(compare, compare->cell_unit[cell], unit) && !cell_row(compare, cell))
            return false;
    return true;
}

bool compare_unit(struct compare *compare, int moved)
{
    const char *code = compare_cell(compare, COMPARE_MOVED, moved, MOVED_UNIT);
    uint32_t unit = unit_find(compare->input->tree, code);
    if (!moved_rows(compare, moved))
        return false;
    for (int line = 0; line < compare_count(compare, COMPARE_LINES); line++)
        if (strcmp(compare_cell(compare, COMPARE_LINES, line, LINE_UNIT), code) == 0 &&
            !line_row(compare, moved, line))
            return false;
    for (int line = 0; line < compare_count(compare, COMPARE_LINES); line++)
        if (strcmp(compare_cell(compare, COMPARE_LINES, line, LINE_UNIT), code) == 0 &&
            !cause_rows(compare, unit, compare_cell(compare, COMPARE_LINES, line, LINE_INDICATOR)))
            return false;
    return !compare->cut ||
           add_row(compare,
                   &(struct compare_row){.section = "cell", .unit = code, .detail = "and more"});
}

// ---- awards

bool compare_awards(struct compare *compare)
{
    for (int row = 0; row < compare_count(compare, COMPARE_AWARDS); row++) {
        const char *reasons = compare_cell(compare, COMPARE_AWARDS, row, MADE_REASONS + 1);
        const struct compare_row out = {
            .section = "award",
            .unit = compare_cell(compare, COMPARE_AWARDS, row, MADE_UNIT),
            .name = compare_cell(compare, COMPARE_AWARDS, row, MADE_RECIPIENT),
            .item = compare_cell(compare, COMPARE_AWARDS, row, MADE_AWARD),
            .before = compare_cell(compare, COMPARE_AWARDS, row, MADE_DECISION),
            .after = compare_cell(compare, COMPARE_AWARDS, row, MADE_DECISION + 1),
            .detail = reasons};
        if (!add_row(compare, &out))
            return false;
    }
    return true;
}
