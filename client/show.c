// Everything that is asked of the server and shown as a table. Which argument goes where is said by
// the command's own words: "CAMPAIGN UNIT [PERIOD]".
#include "client/show.h"
#include "client/client.h"
#include "client/history.h"
#include "client/report.h"
#include "client/talk.h"
#include "core/mem.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *argument_named(const struct arguments *arguments, const char *name)
{
    size_t index = 0, length = strlen(name);
    for (const char *at = arguments->command->arguments; *at != '\0'; index++) {
        size_t word = strcspn(at, " ");
        const char *bare = at + (*at == '[');
        if (strncmp(bare, name, length) == 0 && strchr(" ]", bare[length]) != NULL)
            return argument(arguments, index);
        at += word + (at[word] == ' ');
    }
    return "";
}

static const char *option_or_empty(const struct arguments *arguments, enum option_id id)
{
    return arguments->options[id] != NULL ? arguments->options[id] : "";
}

int query_make(const struct arguments *arguments, struct wire_query *ret)
{
    const char *number = argument_named(arguments, "N");
    *ret = (struct wire_query){
        .what = (enum query_what)arguments->command->subject,
        .campaign = argument_named(arguments, "CAMPAIGN"),
        .period = argument_named(arguments, "PERIOD"),
        .unit = argument_named(arguments, "UNIT"),
        .indicator = argument_named(arguments, "INDICATOR"),
        .scope = option_or_empty(arguments, OPT_SCOPE),
        .award = option_or_empty(arguments, OPT_AWARD),
    };
    if (ret->unit[0] == '\0')
        ret->unit = argument_named(arguments, "OFFICE");
    if (arguments->options[OPT_UNIT] != NULL)
        ret->unit = arguments->options[OPT_UNIT];
    if (arguments->options[OPT_RUN] != NULL)
        number = arguments->options[OPT_RUN];
    return number[0] == '\0' ? 0 : number_of(number, INT64_MAX, &ret->number);
}

int query_page(struct client *client, const struct wire_query *query, struct message *ret)
{
    struct message question = {.type = MESSAGE_QUERY, .query = *query};
    struct talk *talk = client_talk(client);
    struct err err = {0};
    if (talk == NULL)
        return EXIT_ERROR;
    if (talk_message(talk, &question, TALK_QUICK, ret, &err) != 0)
        return complain_err(&err);
    if (ret->type == MESSAGE_TABLE)
        return EXIT_DONE;
    int exit_code = ret->type == MESSAGE_ANSWER
                        ? report_refusal(ret->answer.code, ret->answer.text, false)
                        : report_refusal(WIRE_UNSUPPORTED, "", false);
    message_clear(ret);
    return exit_code;
}

// The first page makes the table; the others must have its columns. An exit code.
static int add_page(struct table **table, const struct wire_table *page, enum format format,
                    const struct wire_query *query)
{
    enum query_what what = query->what;
    bool good = true;
    if (*table == NULL) {
        *table = table_create(stdout, format, page->columns, page->column_count);
        if (what == QUERY_RUN)
            table_upright(*table);
        if (what == QUERY_EXPLAIN || what == QUERY_COUNCIL || what == QUERY_COMPARE)
            table_sections(*table);
    }
    for (size_t i = 0; i < page->cell_count; i += page->column_count) {
        if (what == QUERY_HISTORY)
            good = history_row(query, page, i, format, *table) && good;
        else
            table_row(*table, page->cells + i);
    }
    return good ? EXIT_DONE : EXIT_FINDINGS;
}

static void tell_source(const struct wire_table *page)
{
    if (page->run > 0 && page->period[0] != '\0')
        complain(_("run %" PRIu64 ", period %s"), page->run, page->period);
}

int query_pages(struct client *client, struct wire_query query, page_fn *fn, void *arg)
{
    struct text cursor = {0};
    struct message answer;
    size_t columns = 0;
    int exit_code;
    bool more = true;
    while (more && (exit_code = query_page(client, &query, &answer)) == EXIT_DONE) {
        const struct wire_table *page = &answer.table;
        if (columns > 0 && page->column_count != columns) {
            exit_code = report_refusal(WIRE_UNSUPPORTED, "columns", false);
            message_clear(&answer);
            break;
        }
        columns = page->column_count;
        fn(arg, page);
        query.number = page->run > 0 && query.number == 0 ? page->run : query.number;
        text_free(&cursor);
        more = page->cursor.length > 0;
        if (more)
            text_add(&cursor, (const char *)page->cursor.data, page->cursor.length);
        query.cursor = (struct bytes){(const uint8_t *)cursor.data, cursor.length};
        message_clear(&answer);
    }
    text_free(&cursor);
    return exit_code;
}

struct showing {
    struct table *table; // NULL before the first page
    enum format format;
    const struct wire_query *query;
    int exit_code; // the worst of the pages
};

static void show_page(void *arg, const struct wire_table *page)
{
    struct showing *showing = arg;
    if (showing->table == NULL && showing->format == FORMAT_TEXT)
        tell_source(page);
    int one = add_page(&showing->table, page, showing->format, showing->query);
    showing->exit_code = showing->exit_code == EXIT_DONE ? one : showing->exit_code;
}

int show_pages(struct client *client, struct wire_query query, enum format format)
{
    struct showing showing = {.format = format, .query = &query};
    int exit_code = query_pages(client, query, show_page, &showing);
    table_finish(showing.table);
    return exit_code == EXIT_DONE ? showing.exit_code : exit_code;
}

static void keep_page(void *arg, const struct wire_table *page)
{
    struct rows *rows = arg;
    if (rows->columns == NULL) {
        const char **columns = arena_alloc(rows->arena, page->column_count, sizeof *columns);
        for (size_t i = 0; i < page->column_count; i++)
            columns[i] = arena_text(rows->arena, page->columns[i], strlen(page->columns[i]));
        rows->columns = columns;
        rows->column_count = page->column_count;
        rows->period = arena_text(rows->arena, page->period, strlen(page->period));
    }
    for (size_t i = 0; i < page->cell_count; i++)
        *MEM_PUSH(rows->cells, rows->cell_count,
                  rows->capacity) = arena_text(rows->arena, page->cells[i], strlen(page->cells[i]));
    rows->count = rows->cell_count / rows->column_count;
}

int query_rows(struct client *client, const struct wire_query *query, struct arena *arena,
               struct rows *ret)
{
    *ret = (struct rows){.arena = arena, .period = ""};
    return query_pages(client, *query, keep_page, ret);
}

void rows_free(struct rows *rows)
{
    free(rows->cells);
    *rows = (struct rows){0};
}

const char *rows_cell(const struct rows *rows, size_t row, const char *column)
{
    for (size_t i = 0; i < rows->column_count; i++)
        if (strcmp(rows->columns[i], column) == 0)
            return rows->cells[row * rows->column_count + i];
    return "";
}

int show_run(struct client *client)
{
    struct wire_query query;
    enum format format = format_of(client->arguments);
    if (query_make(client->arguments, &query) != 0)
        return EXIT_USAGE;
    if (query.what == QUERY_FORM && format == FORMAT_TEXT)
        format = FORMAT_CSV; // a file to fill in
    if (query.what == QUERY_AWARDS && format == FORMAT_TEXT)
        query.what = QUERY_COUNCIL; // the same lines with what people want to know beside them
    return show_pages(client, query, format);
}
