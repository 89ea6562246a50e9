// Loads, from their parts to the stored document:
//   documents_load → (whole file) → read_record: trip 1, what is on record, under the documents' lock
//   → document_make → write_document: trip 2, store and COMMIT → the new rules loaded → answer
#include "server/documents.h"

#include "common/db_binary.h"
#include "common/log.h"
#include "common/words.h"
#include "core/mem.h"
#include "server/document.h"
#include "server/pulse.h"
#include "server/upload.h"
#include <stdlib.h>
#include <string.h>

#define MIB (1024u * 1024u)
#define WAITING_MAX 16 // whole files that wait for their turn
#define SWEEP_MS 5000
#define RULES_ATTEMPTS_MAX 4

static const char rules_sql[] = "SELECT coalesce(max(accepted), 0) FROM document WHERE kind <= 2";
static const char record_sql[] =
    "SELECT DISTINCT ON (d.kind) d.kind, d.content FROM document d"
    " WHERE d.campaign = CASE WHEN $1::text = '' THEN 0 ELSE (SELECT id FROM campaign WHERE code = $1) END"
    " AND d.kind = ANY ($2::int[]) ORDER BY d.kind, d.accepted DESC";

struct load { // a whole file
    struct load *next;
    struct documents *documents;
    struct asker asker;
    enum document_kind kind;
    char *campaign, *file; // campaign "" for units
    bool check_only, replace;
    char *text; // NFC
    size_t length;
    struct world *world; // held
    unsigned rules_attempts;
    enum db_class failed;
    int64_t rules_version, accepted;
    char *on_record[DOCUMENT_KINDS];
    struct arena *memory; // of what is read below, NULL: nothing
    struct published_awards awards;
    struct document_output output;
};
struct documents {
    struct server *server;
    struct uploads uploads;
    struct load *first; // the one under way, then those that wait
};

static void read_record(struct load *load);

// ---- the end of a load

static void load_clear(struct load *load)
{
    for (size_t i = 0; i < DOCUMENT_KINDS; i++) {
        free(load->on_record[i]);
        load->on_record[i] = NULL;
    }
    arena_destroy(load->memory);
    load->memory = NULL;
    document_output_clear(&load->output);
    world_release(load->world);
    load->world = NULL;
    load->failed = DB_OK;
}

static void load_destroy(struct load *load)
{
    load_clear(load);
    free(load->campaign);
    free(load->file);
    free(load->text);
    free(load);
}

static void load_next(struct loop *loop, void *arg)
{
    struct documents *documents = arg;
    (void)loop;
    if (documents->first != NULL)
        read_record(documents->first);
}

static void load_end(struct load *load)
{
    struct documents *documents = load->documents;
    documents->first = load->next;
    load_destroy(load);
    loop_timer(documents->server->loop, 0, false, load_next, documents);
}

static void log_load(const struct load *load, enum wire_code code)
{
    char key[KEY_WORD_SIZE];
    log_event(LOG_INFO, "load",
              "kind=%d campaign=%s key=%s code=%s accepted=%lld added=%u changed=%u findings=%zu",
              (int)load->kind, load->campaign, key_word(load->asker.peer.key, key),
              wire_code_name(code), (long long)load->accepted, load->output.added,
              load->output.changed, load->output.findings.errors);
}

static void load_answer(struct load *load, enum wire_code code)
{
    struct arena *arena = arena_create();
    struct findings *all = &load->output.findings;
    struct wire_findings wire;
    for (size_t i = 0; i < load->output.concerns.count; i++) {
        const struct finding *finding = &load->output.concerns.list[i];
        finding_add(all, finding->code,
                    (struct finding_place){finding->file, finding->row, finding->column},
                    finding->value, finding->args[0], finding->args[1], finding->args[2],
                    finding->args[3], NULL);
    }
    wire = wire_findings_of(all, arena);
    struct message message = {.type = MESSAGE_ANSWER,
                              .answer = {.code = code,
                                         .number = (uint64_t)load->accepted,
                                         .added = load->output.added,
                                         .changed = load->output.changed,
                                         .unchanged = load->output.unchanged,
                                         .findings = wire,
                                         .text = ""}};
    log_load(load, code);
    answer_send(&load->asker, &message);
    arena_destroy(arena);
    load_end(load);
}

static void rollback(const struct load *load)
{
    db_exec(load->documents->server->document_db, NULL, "ROLLBACK", NULL, 0, 0, NULL, NULL);
}

static void load_fail(struct load *load, const PGresult *result)
{
    rollback(load);
    answer_failed(&load->asker, load->failed, result, "load");
    load_end(load);
}

// ---- trip 2

static void rules_there(struct loop *loop, void *arg)
{
    (void)loop;
    load_answer(arg, WIRE_OK);
}

static void on_step(void *arg, enum db_class class, const PGresult *result)
{
    struct load *load = arg;
    (void)result;
    if (load->failed == DB_OK)
        load->failed = class;
}

static void on_stored(void *arg, enum db_class class, const PGresult *result)
{
    struct load *load = arg;
    on_step(load, class, result);
    if (class == DB_OK)
        load->accepted = db_integer_at(result, 0, 0);
}

static void on_commit(void *arg, enum db_class class, const PGresult *result)
{
    struct load *load = arg;
    on_step(load, class, result);
    if (load->failed == DB_OK && !db_committed(result))
        load->failed = DB_RETRY;
    if (load->failed != DB_OK)
        load_fail(load, result);
    else if (load->kind <= DOCUMENT_CAMPAIGN)
        pulse_await_rules(load->documents->server->pulse, load->accepted, rules_there, load);
    else
        load_answer(load, WIRE_OK);
}

static struct db_param text_array(struct text *text, const char *const *list, size_t count)
{
    size_t mark = put_array(text, PG_TEXT, count);
    for (size_t i = 0; i < count; i++)
        put_string(text, list[i]);
    put_array_end(text, mark);
    return (struct db_param){.data = text->data + 4, .length = (int)text->length - 4, .format = 1};
}

// Table unit is made of the canonical text itself, column by column.
static void send_units(struct load *load)
{
    enum { COLUMNS = 7 };
    struct arena *arena = arena_create();
    struct findings none = {0};
    struct text arrays[COLUMNS] = {{0}};
    struct db_param params[COLUMNS];
    const struct text *content = &load->output.content;
    const struct csv_table *table = csv_read(arena, "", content->data, content->length,
                                             unit_columns, COLUMNS, COLUMNS, &none);
    for (int column = 0; table != NULL && column < COLUMNS; column++) {
        const char **list = arena_alloc(arena, table->rows, sizeof *list);
        for (size_t row = 0; row < table->rows; row++)
            list[row] = csv_at(table, row, (size_t)column)->text;
        params[column] = text_array(&arrays[column], list, table->rows);
    }
    if (table != NULL)
        db_exec(load->documents->server->document_db, NULL,
                "SELECT unit_replace($1, $2, $3, $4, $5, $6, $7)", params, COLUMNS, 0, on_step,
                load);
    for (int column = 0; column < COLUMNS; column++)
        text_free(&arrays[column]);
    findings_free(&none);
    arena_destroy(arena);
}

static void write_document(struct load *load)
{
    struct db *db = load->documents->server->document_db;
    const struct document_output *output = &load->output;
    struct text indicators = {0};
    uint8_t digest[HASH_BYTES];
    char kind[16];
    snprintf(kind, sizeof kind, "%d", (int)load->kind);
    hash_bytes(output->content.data, output->content.length, digest);
    const struct db_param params[] = {
        db_text(kind),
        db_text(output->campaign),
        db_text(output->content.data),
        db_bytea(digest, sizeof digest),
        db_bytea(load->asker.peer.key, KEY_BYTES),
        text_array(&indicators, output->indicators, output->indicator_count)};
    db_begin(db);
    db_exec(db, NULL, "SELECT document_store($1, $2, $3, $4, $5, $6)", params, 6, 0, on_stored,
            load);
    if (load->kind == DOCUMENT_UNITS)
        send_units(load);
    db_exec(db, NULL, "COMMIT", NULL, 0, 0, on_commit, load);
    db_end(db);
    text_free(&indicators);
}

// ---- between the trips: the document itself

static void load_again(struct loop *loop, void *arg)
{
    struct load *load = arg;
    (void)loop;
    load_clear(load);
    read_record(load);
}

// What a list belongs to, and whether the sender may change it.
static enum wire_code list_trouble(const struct load *load)
{
    const struct server *server = load->documents->server;
    const struct world_campaign *campaign = world_campaign(load->world, load->campaign);
    const struct unit_tree *tree = world_tree(load->world);
    if (campaign == NULL || tree == NULL)
        return WIRE_NOT_FOUND;
    uint32_t owner = unit_find(tree, campaign->rules->owner);
    return access_reaches(&load->asker.who, load->world, owner, pulse_today(server->pulse))
               ? (enum wire_code)0
               : WIRE_FORBIDDEN;
}

static void make(struct load *load)
{
    bool is_list = load->kind > DOCUMENT_CAMPAIGN;
    enum wire_code trouble = is_list ? list_trouble(load) : (enum wire_code)0;
    struct document_input input = {.kind = load->kind,
                                   .file = load->file,
                                   .text = load->text,
                                   .length = load->length,
                                   .replace = load->replace,
                                   .world = load->world,
                                   .campaign = is_list ? load->campaign : NULL};
    for (size_t i = 0; i < DOCUMENT_KINDS; i++)
        input.on_record[i] = load->on_record[i];
    if (load->memory != NULL)
        input.awards = &load->awards;
    if (trouble == 0 && document_make(&input, &load->output) != 0)
        trouble = WIRE_INVALID;
    if (trouble == WIRE_NOT_FOUND)
        finding_add(&load->output.findings, FINDING_UNKNOWN_CAMPAIGN,
                    (struct finding_place){.file = ""}, load->campaign, load->campaign, NULL);
    if (trouble == 0 && !load->check_only && !load->output.same) {
        write_document(load);
        return;
    }
    rollback(load);
    load_answer(load, trouble != 0 ? trouble : WIRE_OK);
}

// ---- trip 1

static void on_rules(void *arg, enum db_class class, const PGresult *result)
{
    struct load *load = arg;
    on_step(load, class, result);
    if (class == DB_OK)
        load->rules_version = db_integer_at(result, 0, 0);
}

static void on_awards(void *arg, enum db_class class, const PGresult *result)
{
    struct load *load = arg;
    on_step(load, class, result);
    if (class != DB_OK || PQntuples(result) == 0)
        return;
    load->memory = arena_create();
    published_awards_take(result, load->memory, &load->awards);
}

static void on_record(void *arg, enum db_class class, const PGresult *result)
{
    struct load *load = arg;
    struct server *server = load->documents->server;
    on_step(load, class, result);
    if (load->failed != DB_OK) {
        load_fail(load, result);
        return;
    }
    if (server->world->version != load->rules_version) {
        rollback(load);
        if (++load->rules_attempts > RULES_ATTEMPTS_MAX) {
            answer_retry(&load->asker, WIRE_BUSY, RETRY_BUSY_MS);
            load_end(load);
        } else {
            pulse_await_rules(server->pulse, load->rules_version, load_again, load);
        }
        return;
    }
    load->world = world_hold(server->world);
    for (int row = 0; row < PQntuples(result); row++) {
        size_t kind = (size_t)strtoul(PQgetvalue(result, row, 0), NULL, 10);
        if (kind < DOCUMENT_KINDS && load->on_record[kind] == NULL)
            load->on_record[kind] = mem_text(PQgetvalue(result, row, 1),
                                             (size_t)PQgetlength(result, row, 1));
    }
    make(load);
}

static void read_record(struct load *load)
{
    struct db *db = load->documents->server->document_db;
    char kinds[16];
    if (load->kind == DOCUMENT_CAMPAIGN) // with its lists, which must fit the new one
        snprintf(kinds, sizeof kinds, "{2,3,4,5,6}");
    else
        snprintf(kinds, sizeof kinds, "{%d}", (int)load->kind);
    const struct db_param params[] = {db_text(load->campaign), db_text(kinds)};
    db_begin(db);
    db_exec(db, NULL, "BEGIN", NULL, 0, 0, on_step, load);
    db_exec(db, NULL, "SELECT document_open()", NULL, 0, 0, on_step, load);
    db_exec(db, NULL, "SELECT durable_check()", NULL, 0, 0, on_step, load);
    db_exec(db, NULL, rules_sql, NULL, 0, 0, on_rules, load);
    if (load->kind == DOCUMENT_DECISIONS)
        db_exec(db, NULL, published_awards_sql, params, 1, 0, on_awards, load);
    db_exec(db, NULL, record_sql, params, 2, 0, on_record, load);
    db_end(db);
}

// ---- a file comes in

static void refuse_text(const struct asker *asker, const char *file, enum finding_code code)
{
    struct wire_finding list = {.code = (uint32_t)code, .file = file, .column = "", .value = ""};
    struct message message = {
        .type = MESSAGE_ANSWER,
        .answer = {.code = WIRE_INVALID, .findings = {1, &list, 0}, .text = ""}};
    answer_send(asker, &message);
}

// Takes `data`.
static void load_start(const struct asker *asker, const struct wire_load *wire, struct text *data)
{
    struct documents *documents = asker->server->documents;
    char campaign[CODE_BYTES_MAX + 1] = "";
    size_t length = 0, waiting = 0;
    struct load **last = &documents->first;
    char *text = words_nfc(data->data != NULL ? data->data : "", data->length, &length, NULL);
    text_free(data);
    for (; *last != NULL; last = &(*last)->next)
        waiting++;
    if (text == NULL) {
        refuse_text(asker, wire->file, FINDING_NOT_UTF8);
        return;
    }
    if (waiting >= WAITING_MAX || !db_ready(asker->server->document_db)) {
        free(text);
        answer_retry(asker, waiting >= WAITING_MAX ? WIRE_BUSY : WIRE_UNAVAILABLE, RETRY_BUSY_MS);
        return;
    }
    if (wire->kind == DOCUMENT_CAMPAIGN)
        document_campaign_code(text, length, campaign); // what is wrong with it is said later
    else if (wire->kind != DOCUMENT_UNITS)
        snprintf(campaign, sizeof campaign, "%s", wire->campaign);
    struct load *load = mem_alloc(1, sizeof *load);
    *load = (struct load){.documents = documents,
                          .asker = *asker,
                          .kind = wire->kind,
                          .campaign = mem_text(campaign, strlen(campaign)),
                          .file = mem_text(wire->file, strlen(wire->file)),
                          .check_only = wire->check_only,
                          .replace = wire->replace,
                          .text = text,
                          .length = length};
    *last = load;
    if (waiting == 0)
        read_record(load);
}

static bool may_load(const struct asker *asker, const struct wire_load *load)
{
    if (load->check_only)
        return access_may(&asker->who, MAY_READ);
    return access_may(&asker->who, load->kind <= DOCUMENT_CAMPAIGN ? MAY_SET_RULES : MAY_SET_LISTS);
}

void documents_load(const struct asker *asker, struct message *message)
{
    struct documents *documents = asker->server->documents;
    const struct wire_load *load = &message->load;
    struct text data = {0};
    if (!may_load(asker, load)) {
        char key[KEY_WORD_SIZE];
        log_event(LOG_WARN, "forbidden", "key=%s load=%d", key_word(asker->peer.key, key),
                  (int)load->kind);
        answer_code(asker, WIRE_FORBIDDEN, "this key may not load that");
        return;
    }
    switch (upload_part(&documents->uploads, asker->peer.key, load, loop_now_ms(), &data)) {
    case UPLOAD_MORE:
        answer_code(asker, WIRE_OK, "");
        break;
    case UPLOAD_WHOLE:
        load_start(asker, load, &data);
        break;
    case UPLOAD_TOO_LARGE:
        answer_code(asker, WIRE_TOO_LARGE, "the file is larger than 32 MiB");
        break;
    case UPLOAD_BUSY:
        answer_retry(asker, WIRE_BUSY, RETRY_BUSY_MS);
        break;
    case UPLOAD_GAP:
        answer_code(asker, WIRE_INVALID,
                    "a part of the file is missing: send it from the beginning");
        break;
    }
}

// ---- life

static void sweep(struct loop *loop, void *arg)
{
    struct documents *documents = arg;
    (void)loop;
    uploads_sweep(&documents->uploads, loop_now_ms());
}

struct documents *documents_create(struct server *server)
{
    struct documents *documents = mem_alloc(1, sizeof *documents);
    documents->server = server;
    documents->uploads.bytes_max = (size_t)config_number(server->config, "load_mib") * MIB;
    loop_timer(server->loop, SWEEP_MS, true, sweep, documents);
    return documents;
}

void documents_destroy(struct documents *documents)
{
    if (documents == NULL)
        return;
    uploads_free(&documents->uploads);
    for (struct load *load = documents->first, *next; load != NULL; load = next) {
        next = load->next;
        load_destroy(load);
    }
    free(documents);
}

bool documents_idle(const struct documents *documents)
{
    return documents->first == NULL;
}
