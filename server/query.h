// The inside of queries: one question on its way to its answer, shared by the files that answer.
//
// A kind of query is an entry of one table (queries.c). What it needs is found first, in this order:
// campaign, period, unit, the published run, that run's rules. Then either its statement is carried
// out page by page (a flat query) or its own function goes on.
#ifndef THIDUA_SERVER_QUERY_H
#define THIDUA_SERVER_QUERY_H

#include "server/queries.h"
#include "server/query_page.h"
#include "server/run_cache.h"
#include "server/world.h"

#define QUERY_KEYS_MAX 8
#define QUERY_PARAMS_MAX 16

struct query;

enum query_need {
    NEED_CAMPAIGN = 1 << 0,     // one must be named
    NEED_PERIOD = 1 << 1,       // left out: the latest that has begun
    NEED_BASELINE = 1 << 2,     // the baseline will do as a period, too
    NEED_UNIT = 1 << 3,         // one must be named
    NEED_REACH = 1 << 4,        // it must be within the key's reach, and only such units are shown
    NEED_RUN = 1 << 5,          // the published run, or the one of that number
    NEED_RULES = 1 << 6,        // the campaign as it was for that run
    NEED_INPUT = 1 << 7,        // all documents of that run
    NEED_INDICATOR = 1 << 8,    // one must be named
    NEED_ID = 1 << 9,           // of a submission
    NEED_WHOLE = 1 << 10,       // the campaign's owner must be within the key's reach
    NEED_ALL_PERIODS = 1 << 11, // with NEED_PERIOD: left out, it is all of them
};

// What a flat statement is given, in the order of its $1, $2 …
enum query_param {
    PARAM_END,
    PARAM_RUN,
    PARAM_PERIOD,        // text
    PARAM_PERIOD_NUMBER, // NULL: all
    PARAM_COUNTS,        // enum counts of the campaign
    PARAM_CAMPAIGN,      // campaign.id; NULL: all
    PARAM_NUMBER,        // as asked; NULL: none
    PARAM_ID,            // bytea
    PARAM_REACH,         // text[]: units that may be seen; NULL: all
    PARAM_UNIT,          // NULL: all
    PARAM_INDICATOR,     // NULL: all
    PARAM_SCOPE,         // NULL: both
    PARAM_AWARD,         // NULL: all
    PARAM_CODES,         // text[]: indicators of the run's campaign
    PARAM_KINDS,         // smallint[]: their kinds
    PARAM_CUT,
    PARAM_DOCUMENTS, // bigint[]: the run's, in the order of struct run_texts
    PARAM_LIMIT,
    PARAM_AFTER, // the cursor's keys, one parameter each, NULL on the first page; the last
};

struct query;
// Fills cells of a row that the statement leaves empty; texts live in the query's arena.
typedef void row_shape_fn(struct query *query, const PGresult *result, int row, const char **cells);

#define QUERY_CELL_SIZE 64
// Makes what people read of what the store has; the result may be the buffer.
typedef const char *cell_form_fn(const char *stored, char buffer[static QUERY_CELL_SIZE]);
struct query_column {
    const char *name;   // NULL ends a list
    cell_form_fn *form; // NULL: as it is
};

// Forms, in query_forms.c: the hexadecimal form of a public key as Z85; extract(epoch FROM …) as the
// local time of Asia/Ho_Chi_Minh; a boolean as yes or no.
cell_form_fn key_form, instant_form, yes_no_form;

typedef void query_fn(struct query *query);
struct query_kind {
    const char *name;
    unsigned actions; // what the key must be allowed to
    unsigned needs;
    const struct query_column *columns;
    const char *sql; // NULL: not a flat query
    enum query_param params[QUERY_PARAMS_MAX];
    size_t rows_max;     // of a page, when that is less than fits; 0: as many as fit
    unsigned keys;       // columns behind the shown ones: what the rows are ordered by
    row_shape_fn *shape; // NULL: a row is as the statement has it
    const char *empty;   // no rows are NOT_FOUND with this text; NULL: they are an answer
    query_fn *go;        // NULL: a flat query
};

struct query_run {
    int64_t id, cut, cut_us;
    int64_t documents[RUN_DOCUMENTS];
};

struct query {
    struct query *next, **place; // in the list of open ones
    struct queries *queries;
    struct server *server;
    struct asker asker;
    struct message message; // taken
    const struct wire_query *asked;
    const struct query_kind *kind;
    const struct query_column *columns; // the kind's, unless it has chosen others
    struct arena *arena;                // lives as long as the query
    bool continues;                     // there is a cursor
    const char *after[QUERY_KEYS_MAX];  // its keys; NULL each on the first page
    int64_t after_run;
    struct world *world; // held
    const struct world_campaign *campaign;
    struct period period; // kind 0: none
    uint32_t unit;        // in the world's tree; NO_UNIT: none asked for
    struct query_run run;
    struct cached_rules *rules; // held
    struct cached_input *input; // held
    struct cached_plan *plan;   // held
    struct page page;
    void *state; // of the kind
    void (*release)(void *state);
};

// Other columns than the kind's: before the first row.
void query_choose_columns(struct query *query, const struct query_column *columns);
// Every query ends with one of these; it is gone then.
void query_answer(struct query *query); // the page
__attribute__((format(printf, 3, 4))) void query_refuse(struct query *query, enum wire_code code,
                                                        const char *format, ...);
void query_failed(struct query *query, enum db_class class, const PGresult *result);

// Sets the cursor of the page; `count` keys as the kind has. They are codes and numbers.
void query_set_cursor(struct query *query, const char *const *keys, unsigned count);
// The query's own statement, and all there is to it.
void query_flat(struct query *query);
// Codes of all units that the key may see, as an array literal; NULL: all of them. The query's arena.
const char *query_reach(struct query *query);
bool query_reaches(const struct query *query, uint32_t unit); // a unit of the world's tree
struct run_cache *query_cache(const struct query *query);
int32_t query_today(const struct query *query);
void query_exec(struct query *query, const char *sql, const struct db_param *params, int count,
                int result_format, db_fn *fn);

// An array literal of codes.
struct code_list {
    struct text text;
};
void code_list_add(struct code_list *list, const char *code);
const char *code_list_end(struct code_list *list, struct arena *arena); // empties it

extern const struct query_kind rollup_query, scores_query, ranking_query, awards_query,
    uncounted_query;
extern const struct query_kind runs_query, run_query, jobs_query, keys_query, submission_query,
    campaigns_query;
extern const struct query_kind audit_query, audit_chain_query;
extern const struct query_kind compare_query;
extern const struct query_kind seal_query, run_documents_query, run_submissions_query,
    run_entries_query;
extern const struct query_kind reports_query, report_query, history_query;
extern const struct query_kind missing_query, form_query, explain_query, trace_query;
extern const struct query_kind council_query, decisions_query, exceptions_query, reporting_query;

#endif
