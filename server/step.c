// A step of a report: signed off, verified or returned. What it names is looked at first (the cells of
// that version, which never change any more: are they those the sender has seen, is the signature over
// them good?), then it is taken, if the version is still the newest and its last step allows it
// (step_take in sql/).
#include "server/report.h"

#include "common/log.h"
#include "common/report.h"
#include "common/words.h"
#include "core/mem.h"
#include "server/pulse.h"
#include "server/world.h"
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum step_kind { STEP_SIGNED = 1, STEP_VERIFIED, STEP_RETURNED }; // step.kind

struct report_step { // waits for the database
    struct asker asker;
    enum step_kind kind;
    struct arena *arena;
    const char *campaign, *office, *period, *reason;
    char campaign_id[DB_INTEGER_SIZE], period_number[DB_INTEGER_SIZE], version[DB_INTEGER_SIZE];
    uint64_t number;
    uint8_t digest[DIGEST_BYTES], signature[SIGNATURE_BYTES];
};

static const char *const kind_words[] = {
    [STEP_SIGNED] = "sign", [STEP_VERIFIED] = "verify", [STEP_RETURNED] = "return"};

static void step_end(struct report_step *step)
{
    arena_destroy(step->arena);
    free(step);
}

static void log_step(const struct report_step *step, const char *code)
{
    char key[KEY_WORD_SIZE];
    log_event(LOG_INFO, "step", "what=%s campaign=%s office=%s period=%s version=%s key=%s code=%s",
              kind_words[step->kind], step->campaign, step->office, step->period, step->version,
              key_word(step->asker.peer.key, key), code);
}

static void refuse(const struct asker *asker, enum wire_code code, enum finding_code finding,
                   const char *column, const char *value, const char *second)
{
    struct wire_finding one = {.code = (uint32_t)finding,
                               .file = "",
                               .column = column,
                               .value = value,
                               .args = {value, second, "", ""}};
    struct message message = {.type = MESSAGE_ANSWER,
                              .answer = {.code = code, .findings = {1, &one, 0}, .text = ""}};
    answer_send(asker, &message);
}

static void step_refuse(struct report_step *step, enum wire_code code, enum finding_code finding,
                        const char *second)
{
    bool of_office = finding == FINDING_NO_REPORT;
    log_step(step, finding_word(finding));
    refuse(&step->asker, code, finding, of_office ? "office" : "version",
           of_office ? step->office : step->version, second);
    step_end(step);
}

static void step_failed(struct report_step *step, enum db_class class, const PGresult *result)
{
    answer_failed(&step->asker, class, result, "step");
    step_end(step);
}

// ---- taking it

// The last step of the version does not allow this one.
static enum finding_code not_now(enum step_kind kind, int64_t last)
{
    return last == STEP_RETURNED                        ? FINDING_WAS_RETURNED
           : last == 0                                  ? FINDING_NOT_SIGNED
           : last == STEP_VERIFIED                      ? FINDING_ALREADY_VERIFIED
           : kind == STEP_SIGNED && last == STEP_SIGNED ? FINDING_ALREADY_SIGNED
                                                        : FINDING_NOT_SIGNED;
}

static void on_taken(void *arg, enum db_class class, const PGresult *result)
{
    struct report_step *step = arg;
    if (class != DB_OK) {
        step_failed(step, class, result);
        return;
    }
    const char *outcome = PQgetvalue(result, 0, 0), *newest = PQgetvalue(result, 0, 1);
    if (strcmp(outcome, "none") == 0) {
        step_refuse(step, WIRE_NOT_FOUND, FINDING_NO_REPORT, step->period);
    } else if (strcmp(outcome, "newer") == 0) {
        step_refuse(step, WIRE_CONFLICT, FINDING_REPORT_CHANGED, newest);
    } else if (strcmp(outcome, "not_now") == 0) {
        step_refuse(step, WIRE_CONFLICT, not_now(step->kind, db_integer_at(result, 0, 2)), "");
    } else {
        struct message message = {.type = MESSAGE_ANSWER,
                                  .answer = {.code = WIRE_OK,
                                             .number = (uint64_t)db_integer_at(result, 0, 3),
                                             .text = ""}};
        log_step(step, outcome);
        answer_send(&step->asker, &message);
        step_end(step);
    }
}

static void take(struct report_step *step)
{
    const struct access_entry *who = &step->asker.who;
    bool signs = step->kind == STEP_SIGNED;
    char kind[DB_INTEGER_SIZE];
    const struct db_param params[] = {
        db_text(step->office),
        db_text(step->campaign_id),
        db_text(step->period_number),
        db_text(step->version),
        db_integer(step->kind, kind),
        db_bytea(step->digest, DIGEST_BYTES),
        signs ? db_bytea(who->sign_key, KEY_BYTES) : db_text(NULL),
        signs ? db_bytea(step->signature, SIGNATURE_BYTES) : db_text(NULL),
        db_text(step->reason),
        db_bytea(step->asker.peer.key, KEY_BYTES),
    };
    db_exec(step->asker.server->step_db, NULL,
            "SELECT outcome, newest, last, number"
            " FROM step_take($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            params, 10, 0, on_taken, step);
}

// ---- what it names

static void digest_of(const PGresult *cells, uint8_t digest[DIGEST_BYTES])
{
    struct text form = {0};
    report_form_start(&form);
    for (int row = 0; row < PQntuples(cells); row++) {
        const char *line[REPORT_CELLS];
        for (int i = 0; i < REPORT_CELLS; i++)
            line[i] = PQgetvalue(cells, row, i);
        report_form_add(&form, line);
    }
    report_digest(&form, digest);
    text_free(&form);
}

static bool signature_good(const struct report_step *step)
{
    struct text statement = {0};
    report_statement(step->campaign, step->office, step->period, step->number, step->digest,
                     &statement);
    bool good = crypto_sign_verify_detached(step->signature, (const uint8_t *)statement.data,
                                            statement.length, step->asker.who.sign_key) == 0;
    text_free(&statement);
    return good;
}

static void on_cells(void *arg, enum db_class class, const PGresult *result)
{
    struct report_step *step = arg;
    uint8_t digest[DIGEST_BYTES];
    if (class != DB_OK) {
        step_failed(step, class, result);
        return;
    }
    digest_of(result, digest);
    if (memcmp(digest, step->digest, DIGEST_BYTES) != 0)
        step_refuse(step, WIRE_CONFLICT, FINDING_OTHER_CELLS, "");
    else if (step->kind == STEP_SIGNED && !signature_good(step))
        step_refuse(step, WIRE_INVALID, FINDING_BAD_SIGNATURE, "");
    else
        take(step);
}

static void look(struct report_step *step)
{
    const struct db_param params[] = {db_text(step->office),
                                      db_text(step->campaign_id),
                                      db_text(step->period_number),
                                      db_text(step->version),
                                      db_text(NULL),
                                      db_text(NULL),
                                      db_text(NULL),
                                      db_text(NULL)};
    db_exec(step->asker.server->read_db, NULL, report_cells_sql, params, 8, 0, on_cells, step);
}

// ---- the command

static bool check_command(const struct asker *asker, const struct wire_command *wire,
                          enum step_kind kind)
{
    if (kind == STEP_RETURNED && wire->reason[0] == '\0') {
        refuse(asker, WIRE_INVALID, FINDING_RETURN_REASON, "reason", "", "");
        return false;
    }
    if (wire->digest.length != DIGEST_BYTES || wire->number == 0 || wire->number > INT64_MAX ||
        (kind == STEP_SIGNED) != (wire->signature.length == SIGNATURE_BYTES) ||
        (kind != STEP_RETURNED && wire->reason[0] != '\0') || !words_is_nfc(wire->reason)) {
        answer_code(asker, WIRE_INVALID, "a version and its digest are needed");
        return false;
    }
    if (kind == STEP_SIGNED && !asker->who.signs) {
        refuse(asker, WIRE_FORBIDDEN, FINDING_NO_SIGN_KEY, "", "", "");
        return false;
    }
    return true;
}

static struct report_step *step_create(const struct asker *asker, const struct wire_command *wire,
                                       enum step_kind kind, int32_t campaign, struct period period)
{
    struct report_step *step = mem_alloc(1, sizeof *step);
    char text[PERIOD_TEXT_SIZE];
    *step = (struct report_step){
        .asker = *asker, .kind = kind, .arena = arena_create(), .number = wire->number};
    period_format(period, text);
    step->campaign = arena_text(step->arena, wire->campaign, strlen(wire->campaign));
    step->office = arena_text(step->arena, wire->unit, strlen(wire->unit));
    step->period = arena_text(step->arena, text, strlen(text));
    step->reason = arena_text(step->arena, wire->reason, strlen(wire->reason));
    db_integer(campaign, step->campaign_id);
    db_integer(period_number(period), step->period_number);
    db_integer((int64_t)wire->number, step->version);
    memcpy(step->digest, wire->digest.data, DIGEST_BYTES);
    if (kind == STEP_SIGNED)
        memcpy(step->signature, wire->signature.data, SIGNATURE_BYTES);
    return step;
}

void step_do(const struct asker *asker, const struct wire_command *wire)
{
    struct server *server = asker->server;
    enum step_kind kind = wire->action == ACTION_SIGN     ? STEP_SIGNED
                          : wire->action == ACTION_VERIFY ? STEP_VERIFIED
                                                          : STEP_RETURNED;
    const struct world_campaign *campaign = world_campaign(server->world, wire->campaign);
    const struct unit_tree *tree = world_tree(server->world);
    int32_t today = pulse_today(server->pulse);
    struct period period;
    if (campaign == NULL) {
        refuse(asker, WIRE_NOT_FOUND, FINDING_UNKNOWN_CAMPAIGN, "campaign", wire->campaign, "");
        return;
    }
    uint32_t office = tree != NULL ? unit_find(tree, wire->unit) : NO_UNIT;
    if (office == NO_UNIT) {
        refuse(asker, WIRE_NOT_FOUND, FINDING_UNKNOWN_UNIT, "office", wire->unit, "");
        return;
    }
    bool may = kind == STEP_SIGNED ? access_signs_for(&asker->who, server->world, office, today)
                                   : access_verifies(&asker->who, server->world, office, today);
    if (!may) {
        char key[KEY_WORD_SIZE];
        log_event(LOG_WARN, "forbidden", "key=%s step=%s office=%s", key_word(asker->peer.key, key),
                  kind_words[kind], wire->unit);
        answer_code(asker, WIRE_FORBIDDEN, "not a report of this key's office, or not below it");
        return;
    }
    if (!period_parse(wire->period, strlen(wire->period), &period) ||
        campaign_period_index(campaign->rules, period) == -2) {
        refuse(asker, WIRE_INVALID, FINDING_BAD_PERIOD, "period", wire->period, "");
        return;
    }
    if (check_command(asker, wire, kind))
        look(step_create(asker, wire, kind, campaign->id, period));
}
