// COMPARE: who moved between two published runs of a campaign, and what moved them: documents of another
// version; for each unit that moved its lines with other points and, of those indicators, the cells that differ
// between the two cuts; awards. A page holds some units; its rows are made anew and those of the page before
// are skipped.
#include "server/compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_UNITS 20
#define PAGE_CELLS 50000 // beyond that a page has one unit, and not more cells than that

static const char other_sql[] =
    "SELECT r.id, r.period, r.cut, r.units, r.rules, r.targets, r.adjustments, r.nominations,"
    " r.decisions, d.content"
    "  FROM run r LEFT JOIN document d ON d.accepted = r.rules AND d.accepted <> $3::bigint"
    " WHERE r.campaign = $1 AND r.id = $2 AND r.state = 5";
static const char documents_sql[] =
    "SELECT d.accepted, extract(epoch FROM d.accepted_at), encode(d.accepted_by, 'hex'),"
    " coalesce(k.name, ''), coalesce(k.role, '')"
    "  FROM document d LEFT JOIN access_key k ON k.public_key = d.accepted_by"
    " WHERE d.accepted = ANY ($1::bigint[])";
static const char moved_sql[] =
    "SELECT unit, coalesce(b.name, a.name), a.rank, b.rank, a.rank - b.rank,"
    " a.total, b.total, b.total - a.total,"
    " a.adjustments, b.adjustments, b.adjustments - a.adjustments, a.class, b.class,"
    " CASE WHEN a.eligible THEN 'yes' WHEN NOT a.eligible THEN 'no' END,"
    " CASE WHEN b.eligible THEN 'yes' WHEN NOT b.eligible THEN 'no' END, a.reasons, b.reasons"
    "  FROM (SELECT * FROM ranking WHERE run = $1) a"
    "  FULL JOIN (SELECT * FROM ranking WHERE run = $2) b USING (unit)"
    " WHERE (a.rank, a.total, a.adjustments, a.class, a.eligible, a.reasons) IS DISTINCT FROM"
    "       (b.rank, b.total, b.adjustments, b.class, b.eligible, b.reasons)"
    "   AND ($3::text IS NULL OR unit COLLATE \"C\" >= $3)"
    "   AND ($4::text IS NULL OR unit COLLATE \"C\" > $4)"
    " ORDER BY unit COLLATE \"C\" LIMIT $5::bigint";
static const char awards_sql[] =
    "SELECT award, recipient, coalesce(b.unit, a.unit), a.decision, b.decision, a.reasons, b.reasons"
    "  FROM (SELECT * FROM award WHERE run = $1) a"
    "  FULL JOIN (SELECT * FROM award WHERE run = $2) b USING (award, recipient)"
    " WHERE a.decision IS DISTINCT FROM b.decision"
    " ORDER BY coalesce(b.position, a.position), recipient COLLATE \"C\"";
static const char lines_sql[] =
    "SELECT unit, indicator, a.points, b.points, b.points - a.points,"
    " a.bonus, b.bonus, b.bonus - a.bonus, a.value, b.value,"
    " trim_scale(a.target), trim_scale(b.target), a.max, b.max"
    "  FROM (SELECT * FROM score WHERE run = $1 AND unit = ANY ($3::text[])) a"
    "  FULL JOIN (SELECT * FROM score WHERE run = $2 AND unit = ANY ($3::text[])) b"
    " USING (unit, indicator)"
    " WHERE (a.points, a.bonus, a.max, a.note) IS DISTINCT FROM (b.points, b.bonus, b.max, b.note)"
    " ORDER BY unit COLLATE \"C\", coalesce(b.position, a.position), indicator COLLATE \"C\"";
// The newest entry of each cell that counts in either run, the council's and the unit's own each for
// themselves; those that say something else. $5, $6: the cuts; $7, $8: the periods that count in either
// run; $10, $11: what of a report either run's rules count.
#define COUNTED_CELLS(counts, cut, periods)                                                \
    "SELECT DISTINCT ON (f.unit, f.period, i.code, c.state = 4)"                           \
    "       f.unit, f.period, i.code, c.state = 4 AS verified, f.office, f.submission,"    \
    "       c.state, c.value, c.denominator"                                               \
    "  FROM form_counted($2::integer, " counts "::integer, " cut "::bigint) f"             \
    " CROSS JOIN LATERAL unnest(f.indicator, f.state, f.value, f.denominator)"             \
    "       AS c (number, state, value, denominator)"                                      \
    "  JOIN indicator i ON i.campaign = f.campaign AND i.number = c.number"                \
    " WHERE f.office = ANY ($1::text[]) AND f.campaign = $2 AND f.unit = ANY ($3::text[])" \
    "   AND f.period = ANY (" periods "::integer[]) AND i.code = ANY ($4::text[])"         \
    " ORDER BY f.unit, f.period, i.code, c.state = 4, f.accepted DESC"
#define CELLS_BEFORE COUNTED_CELLS("$10", "$5", "$7")
#define CELLS_AFTER COUNTED_CELLS("$11", "$6", "$8")
static const char cells_sql[] =
    "WITH a AS (" CELLS_BEFORE "), b AS (" CELLS_AFTER ")"
    " SELECT coalesce(b.unit, a.unit), code, period, a.state, b.state, a.value, b.value, a.denominator, b.denominator,"
    "        s.id, extract(epoch FROM s.accepted_at), encode(s.sender, 'hex'),"
    "        coalesce(k.name, ''), coalesce(k.role, '')"
    "   FROM a FULL JOIN b USING (unit, period, code, verified)"
    "   LEFT JOIN submission s ON s.office = coalesce(b.office, a.office)"
    "                         AND s.id = coalesce(b.submission, a.submission)"
    "   LEFT JOIN access_key k ON k.public_key = s.sender"
    "  WHERE (a.state, a.value, a.denominator) IS DISTINCT FROM (b.state, b.value, b.denominator)"
    "  ORDER BY code COLLATE \"C\", coalesce(b.unit, a.unit) COLLATE \"C\", period, verified"
    "  LIMIT $9::bigint";

static void compare_release(void *state)
{
    struct compare *compare = state;
    for (int i = 0; i < COMPARE_PARTS; i++)
        PQclear(compare->parts[i]);
    free(compare->cell_unit);
    free(compare);
}

const char *compare_cell(const struct compare *compare, enum compare_part part, int row, int column)
{
    return PQgetvalue(compare->parts[part], row, column);
}

int compare_count(const struct compare *compare, enum compare_part part)
{
    return compare->parts[part] != NULL ? PQntuples(compare->parts[part]) : 0;
}

// ---- what belongs to a unit

bool compare_belongs(const struct compare *compare, uint32_t unit, uint32_t competing)
{
    const struct rollup_plan *plan = compare->input->plan;
    if (unit == NO_UNIT || competing == NO_UNIT)
        return false;
    uint32_t carrier = plan->continuing[unit];
    return unit == competing ||
           (carrier != NO_UNIT && unit_at_or_below(plan->tree, carrier, competing, plan->day->day));
}

static uint32_t moved_unit(const struct compare *compare, int row)
{
    return unit_find(compare->input->tree, compare_cell(compare, COMPARE_MOVED, row, MOVED_UNIT));
}

// At or below a unit that is marked, or one itself.
static bool is_wanted(const struct compare *compare, uint32_t unit, const bool *marked)
{
    const struct rollup_plan *plan = compare->input->plan;
    if (marked[unit])
        return true;
    for (uint32_t at = plan->continuing[unit]; at != NO_UNIT; at = plan->day->parent[at])
        if (marked[at])
            return true;
    return false;
}

// Offices under which cells of a unit may be stored: those of every period, and what continues them.
static void add_offices(const struct compare *compare, uint32_t unit, bool *in,
                        struct code_list *list)
{
    const struct rollup_plan *plan = compare->input->plan;
    size_t slots = plan->period_slots + (plan->campaign->baseline.kind != 0);
    for (size_t slot = 0; slot < slots; slot++) {
        uint32_t office = NO_UNIT;
        struct period period = slot < plan->period_slots ? campaign_period(plan->campaign, slot)
                                                         : plan->campaign->baseline;
        office_of(plan->campaign, plan->tree, unit, period, DAY_MAX, &office);
        for (; office != NO_UNIT && !in[office]; office = plan->tree->units[office].merged_into) {
            in[office] = true;
            code_list_add(list, plan->tree->units[office].code);
        }
    }
}

static void choose_cells(const struct compare *compare, struct code_list *units,
                         struct code_list *offices)
{
    const struct unit_tree *tree = compare->input->tree;
    bool *in = mem_alloc(tree->unit_count + 1, sizeof *in);
    bool *marked = mem_alloc(tree->unit_count + 1, sizeof *marked);
    for (int row = 0; row < compare->units; row++)
        if (moved_unit(compare, row) != NO_UNIT)
            marked[moved_unit(compare, row)] = true;
    for (uint32_t unit = 0; unit < tree->unit_count; unit++) {
        if (!is_wanted(compare, unit, marked))
            continue;
        code_list_add(units, tree->units[unit].code);
        add_offices(compare, unit, in, offices);
    }
    free(marked);
    free(in);
}

// ---- the pages

static void set_cursor(struct compare *compare, const char *where, const char *unit)
{
    char number[24];
    snprintf(number, sizeof number, "%zu", compare->rows);
    query_set_cursor(compare->query, (const char *const[]){where, unit, number}, 3);
}

static bool is_at(const struct compare *compare, const char *where)
{
    return compare->query->continues && strcmp(compare->query->after[0], where) == 0;
}

// What was begun on the page before goes on behind its rows there; anything else from its first row.
static void begin(struct compare *compare, bool goes_on)
{
    compare->rows = 0;
    if (!goes_on)
        compare->skip = 0;
}

static bool all_units(struct compare *compare)
{
    int count = compare->units;
    for (int row = 0; row < count; row++) {
        const char *unit = compare_cell(compare, COMPARE_MOVED, row, MOVED_UNIT);
        begin(compare, is_at(compare, "unit") && row == 0);
        if (!compare_unit(compare, row)) {
            set_cursor(compare, "unit", unit);
            return false;
        }
    }
    compare->rows = 0;
    if (compare->more)
        set_cursor(compare, "behind", compare_cell(compare, COMPARE_MOVED, count - 1, MOVED_UNIT));
    return !compare->more;
}

static void answer(struct compare *compare)
{
    bool first = !compare->query->continues || is_at(compare, "head");
    begin(compare, is_at(compare, "head"));
    if (first && !compare_head(compare)) {
        set_cursor(compare, "head", "-");
    } else if (is_at(compare, "awards") || all_units(compare)) {
        begin(compare, is_at(compare, "awards"));
        if (!compare_awards(compare))
            set_cursor(compare, "awards", "-");
    }
    query_answer(compare->query);
}

// ---- reading

static bool keep(struct compare *compare, enum compare_part part, enum db_class class,
                 const PGresult *result)
{
    PQclear(compare->parts[part]); // of a first attempt
    compare->parts[part] = NULL;
    if (class == DB_OK)
        compare->parts[part] = PQcopyResult(result, PG_COPYRES_ATTRS | PG_COPYRES_TUPLES);
    else
        compare->class = class;
    return compare->class == DB_OK;
}

static void read_lines(struct compare *compare);

static void find_cell_units(struct compare *compare)
{
    int count = compare_count(compare, COMPARE_CELLS);
    compare->cell_unit = mem_alloc((size_t)count + 1, sizeof *compare->cell_unit);
    for (int cell = 0; cell < count; cell++)
        compare->cell_unit[cell] = unit_find(
            compare->input->tree, compare_cell(compare, COMPARE_CELLS, cell, CHANGED_UNIT));
}

static void on_cells(void *arg, enum db_class class, const PGresult *result)
{
    struct query *query = arg;
    struct compare *compare = query->state;
    if (!keep(compare, COMPARE_CELLS, class, result)) {
        query_failed(query, compare->class, result);
        return;
    }
    compare->cut = compare_count(compare, COMPARE_CELLS) == PAGE_CELLS;
    if (compare->cut && compare->units > 1) { // one by one, then
        compare->units = 1;
        compare->more = true;
        read_lines(compare);
        return;
    }
    find_cell_units(compare);
    answer(compare);
}

// Numbers of the periods that count in a run for `period`, as an array literal.
static const char *period_list(const struct compare *compare, struct period period)
{
    const struct campaign *campaign = compare->input->campaign;
    int last = campaign_period_index(campaign, period);
    struct code_list list = {0};
    char number[16];
    if (campaign->baseline.kind != 0) {
        snprintf(number, sizeof number, "%d", period_number(campaign->baseline));
        code_list_add(&list, number);
    }
    for (int slot = 0; slot <= last; slot++) {
        snprintf(number, sizeof number, "%d",
                 period_number(campaign_period(campaign, (size_t)slot)));
        code_list_add(&list, number);
    }
    return code_list_end(&list, compare->query->arena);
}

// Indicators of the lines that are there.
static const char *line_codes(const struct compare *compare)
{
    const struct campaign *campaign = compare->input->campaign;
    bool *in = mem_alloc(campaign->indicator_count + 1, sizeof *in);
    struct code_list list = {0};
    for (int row = 0; row < compare_count(compare, COMPARE_LINES); row++) {
        const char *code = compare_cell(compare, COMPARE_LINES, row, LINE_INDICATOR);
        uint32_t index = campaign_indicator(campaign, code);
        if (index != NO_INDEX && !in[index])
            code_list_add(&list, code);
        if (index != NO_INDEX)
            in[index] = true;
    }
    free(in);
    return code_list_end(&list, compare->query->arena);
}

static void read_cells(struct compare *compare)
{
    struct query *query = compare->query;
    struct code_list units = {0}, offices = {0};
    char number[16], cuts[2][24], limit[16], counts[2][DB_INTEGER_SIZE];
    choose_cells(compare, &units, &offices);
    snprintf(number, sizeof number, "%d", query->campaign->id);
    snprintf(cuts[0], sizeof cuts[0], "%" PRId64, compare->before.cut);
    snprintf(cuts[1], sizeof cuts[1], "%" PRId64, query->run.cut);
    snprintf(limit, sizeof limit, "%d", PAGE_CELLS);
    const struct db_param params[] = {db_text(code_list_end(&offices, query->arena)),
                                      db_text(number),
                                      db_text(code_list_end(&units, query->arena)),
                                      db_text(line_codes(compare)),
                                      db_text(cuts[0]),
                                      db_text(cuts[1]),
                                      db_text(period_list(compare, compare->before_period)),
                                      db_text(period_list(compare, query->period)),
                                      db_text(limit),
                                      db_integer(compare->before_counts, counts[0]),
                                      db_integer(compare->input->campaign->counts, counts[1])};
    query_exec(query, cells_sql, params, 11, 0, on_cells);
}

static void on_lines(void *arg, enum db_class class, const PGresult *result)
{
    struct query *query = arg;
    struct compare *compare = query->state;
    if (keep(compare, COMPARE_LINES, class, result))
        read_cells(compare);
    else
        query_failed(query, compare->class, result);
}

// Of the units that the key may see.
static void read_lines(struct compare *compare)
{
    struct query *query = compare->query;
    struct code_list moved = {0};
    char before[24], after[24];
    for (int row = 0; row < compare->units; row++) {
        const char *code = compare_cell(compare, COMPARE_MOVED, row, MOVED_UNIT);
        uint32_t unit = unit_find(world_tree(query->world), code);
        if (unit != NO_UNIT && query_reaches(query, unit))
            code_list_add(&moved, code);
    }
    snprintf(before, sizeof before, "%" PRId64, compare->before.id);
    snprintf(after, sizeof after, "%" PRId64, query->run.id);
    const struct db_param params[] = {db_text(before), db_text(after),
                                      db_text(code_list_end(&moved, query->arena))};
    query_exec(query, lines_sql, params, 3, 0, on_lines);
}

static void on_documents(void *arg, enum db_class class, const PGresult *result)
{
    keep(((struct query *)arg)->state, COMPARE_DOCUMENTS, class, result);
}

static void on_awards(void *arg, enum db_class class, const PGresult *result)
{
    keep(((struct query *)arg)->state, COMPARE_AWARDS, class, result);
}

static void on_moved(void *arg, enum db_class class, const PGresult *result)
{
    struct query *query = arg;
    struct compare *compare = query->state;
    if (!keep(compare, COMPARE_MOVED, class, result)) {
        query_failed(query, compare->class, result);
        return;
    }
    compare->units = compare_count(compare, COMPARE_MOVED);
    compare->more = compare->units > PAGE_UNITS;
    compare->units -= compare->more;
    if (compare->units == 0)
        answer(compare);
    else
        read_lines(compare);
}

static void read_both(struct compare *compare)
{
    struct query *query = compare->query;
    struct text list = {0};
    char before[24], after[24], limit[16];
    for (int i = 0; i < RUN_DOCUMENTS; i++)
        text_addf(&list, "%c%" PRId64, i > 0 ? ',' : '{', query->run.documents[i]);
    text_adds(&list, "}");
    snprintf(before, sizeof before, "%" PRId64, compare->before.id);
    snprintf(after, sizeof after, "%" PRId64, query->run.id);
    snprintf(limit, sizeof limit, "%d", is_at(compare, "awards") ? 0 : PAGE_UNITS + 1);
    const struct db_param documents[] = {db_text(list.data)};
    const struct db_param moved[] = {
        db_text(before), db_text(after), db_text(is_at(compare, "unit") ? query->after[1] : NULL),
        db_text(is_at(compare, "behind") ? query->after[1] : NULL), db_text(limit)};
    db_begin(query->server->read_db);
    query_exec(query, documents_sql, documents, 1, 0, on_documents);
    query_exec(query, awards_sql, moved, 2, 0, on_awards);
    query_exec(query, moved_sql, moved, 5, 0, on_moved);
    db_end(query->server->read_db);
    text_free(&list);
}

// What the rules of the run before count. Its document was read only where the run after has another one.
static bool take_rules(struct compare *compare, const char *content)
{
    struct query *query = compare->query;
    int64_t document = compare->before.documents[RUN_RULES];
    struct err err = {0};
    compare->before_counts = compare->input->campaign->counts;
    if (document == query->run.documents[RUN_RULES])
        return true;
    struct cached_rules *rules = run_cache_rules(query_cache(query), document);
    if (rules == NULL)
        rules = run_cache_add_rules(query_cache(query), document, content, &err);
    if (rules == NULL) {
        query_refuse(query, WIRE_UNAVAILABLE, "the documents of run %" PRId64 " cannot be read: %s",
                     compare->before.id, err.text);
        return false;
    }
    compare->before_counts = rules->campaign->counts;
    cached_rules_release(rules);
    return true;
}

static void on_other(void *arg, enum db_class class, const PGresult *result)
{
    struct query *query = arg;
    struct compare *compare = query->state;
    if (class != DB_OK) {
        query_failed(query, class, result);
        return;
    }
    if (PQntuples(result) == 0) {
        query_refuse(query, WIRE_NOT_FOUND, "%s has no published run %" PRIu64,
                     compare->input->campaign->code, query->asked->other);
        return;
    }
    compare->before.id = db_integer_at(result, 0, 0);
    period_from_number((int32_t)db_integer_at(result, 0, 1), &compare->before_period);
    compare->before.cut = db_integer_at(result, 0, 2);
    for (int i = 0; i < RUN_DOCUMENTS; i++)
        compare->before.documents[i] = db_integer_at(result, 0, 3 + i);
    if (take_rules(compare, PQgetvalue(result, 0, 3 + RUN_DOCUMENTS)))
        read_both(compare);
}

static void compare_runs(struct query *query)
{
    char campaign[16], other[24], rules[DB_INTEGER_SIZE];
    struct compare *compare = mem_alloc(1, sizeof *compare);
    query->state = compare;
    query->release = compare_release;
    compare->query = query;
    compare->input = query->input->input;
    if (query->continues)
        compare->skip = (size_t)strtoul(query->after[2], NULL, 10);
    snprintf(campaign, sizeof campaign, "%d", query->campaign->id);
    snprintf(other, sizeof other, "%" PRId64, (int64_t)(query->asked->other & INT64_MAX));
    const struct db_param params[] = {db_text(campaign), db_text(other),
                                      db_integer(query->run.documents[RUN_RULES], rules)};
    query_exec(query, other_sql, params, 3, 0, on_other);
}

static const struct query_column columns[] = {
    {"section", NULL},    {"unit", NULL},        {"name", NULL},   {"item", NULL},
    {"period", NULL},     {"before", NULL},      {"after", NULL},  {"change", NULL},
    {"submission", NULL}, {"accepted_at", NULL}, {"sender", NULL}, {"role", NULL},
    {"detail", NULL},     {NULL, NULL},
};

const struct query_kind compare_query = {
    .name = "compare",
    .actions = MAY_SEE_WORK,
    .needs = NEED_CAMPAIGN | NEED_PERIOD | NEED_RUN | NEED_INPUT,
    .columns = columns,
    .keys = 3,
    .go = compare_runs,
};
