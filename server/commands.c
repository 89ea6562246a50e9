// Each action: the right it needs, and who checks its arguments and asks the database. All answer
// with an Answer once it is done.
#include "server/commands.h"

#include "common/log.h"
#include "common/words.h"
#include "core/mem.h"
#include "server/dispatch.h"
#include "server/planner.h"
#include "server/pulse.h"
#include "server/report.h"
#include "server/unlock.h"
#include "server/world.h"
#include <stdlib.h>
#include <string.h>

#define ROTATE_DAYS_MAX 90

struct command { // waits for the database
    struct asker asker;
    enum command_action action;
    enum wire_code code;
    int64_t number;
};

static struct command *command_create(const struct asker *asker, enum command_action action)
{
    struct command *command = mem_alloc(1, sizeof *command);
    command->asker = *asker;
    command->action = action;
    return command;
}

static void log_command(const struct command *command, const char *what)
{
    char key[KEY_WORD_SIZE];
    log_event(LOG_INFO, "command", "what=%s key=%s code=%s number=%lld", what,
              key_word(command->asker.peer.key, key), wire_code_name(command->code),
              (long long)command->number);
}

static void command_answer(struct command *command, const char *what)
{
    struct message message = {
        .type = MESSAGE_ANSWER,
        .answer = {.code = command->code, .number = (uint64_t)command->number, .text = ""}};
    log_command(command, what);
    answer_send(&command->asker, &message);
    free(command);
}

static void refuse_finding(const struct asker *asker, enum wire_code code,
                           enum finding_code finding, const char *column, const char *value)
{
    struct wire_finding list = {.code = (uint32_t)finding,
                                .file = "",
                                .column = column,
                                .value = value,
                                .args = {value, "", "", ""}};
    struct message message = {.type = MESSAGE_ANSWER,
                              .answer = {.code = code, .findings = {1, &list, 0}, .text = ""}};
    answer_send(asker, &message);
}

// ---- runs

static void on_run(void *arg, enum db_class class, const PGresult *result)
{
    struct command *command = arg;
    struct server *server = command->asker.server;
    if (class != DB_OK) {
        answer_failed(&command->asker, class, result, "run_start");
        free(command);
        return;
    }
    command->code = WIRE_OK;
    command->number = db_integer_at(result, 0, 0);
    planner_poke(server->planner);
    command_answer(command, "run_start");
}

static bool run_period(const struct campaign *rules, const char *text, int32_t today,
                       struct period *ret)
{
    *ret = campaign_current_period(rules, today);
    return text[0] == '\0' ||
           (period_parse(text, strlen(text), ret) && campaign_period_index(rules, *ret) >= 0);
}

static void run_start(const struct asker *asker, const struct wire_command *wire)
{
    struct server *server = asker->server;
    const struct world_campaign *campaign = world_campaign(server->world, wire->campaign);
    int32_t today = pulse_today(server->pulse);
    struct period period;
    if (campaign == NULL) {
        refuse_finding(asker, WIRE_NOT_FOUND, FINDING_UNKNOWN_CAMPAIGN, "campaign", wire->campaign);
        return;
    }
    const struct unit_tree *tree = world_tree(server->world);
    uint32_t owner = tree != NULL ? unit_find(tree, campaign->rules->owner) : NO_UNIT;
    if (!access_reaches(&asker->who, server->world, owner, today)) {
        answer_code(asker, WIRE_FORBIDDEN, "the campaign is not within this key's units");
        return;
    }
    if (!run_period(campaign->rules, wire->period, today, &period)) {
        refuse_finding(asker, WIRE_INVALID, FINDING_BAD_PERIOD, "period", wire->period);
        return;
    }
    char number[16];
    snprintf(number, sizeof number, "%d", period_number(period));
    const struct db_param params[] = {db_text(wire->campaign), db_text(number),
                                      db_bytea(asker->peer.key, KEY_BYTES)};
    db_exec(server->small_db, NULL, "SELECT run_request($1, $2, $3)", params, 3, 0, on_run,
            command_create(asker, ACTION_RUN_START));
}

// ---- jobs

static void on_retry(void *arg, enum db_class class, const PGresult *result)
{
    struct command *command = arg;
    struct server *server = command->asker.server;
    if (class != DB_OK) {
        answer_failed(&command->asker, class, result, "job_retry");
        free(command);
        return;
    }
    command->code = PQgetvalue(result, 0, 0)[0] == 't' ? WIRE_OK : WIRE_NOT_FOUND;
    planner_poke(server->planner);
    dispatch_poke(server->dispatch);
    command_answer(command, "job_retry");
}

static void job_retry(const struct asker *asker, const struct wire_command *wire)
{
    char number[8];
    const struct db_param params[] = {db_int8((int64_t)wire->number, number),
                                      db_bytea(asker->peer.key, KEY_BYTES)};
    struct command *command = command_create(asker, ACTION_JOB_RETRY);
    command->number = (int64_t)wire->number;
    db_exec(asker->server->small_db, NULL, "SELECT job_retry($1, $2)", params, 2, 0, on_retry,
            command);
}

// ---- keys: answered when they count here

static void keys_loaded(struct loop *loop, void *arg)
{
    struct command *command = arg;
    (void)loop;
    command_answer(command, commands_name(command->action));
}

static void on_key(void *arg, enum db_class class, const PGresult *result)
{
    struct command *command = arg;
    enum wire_code refused = command->action == ACTION_KEY_REVOKE ? WIRE_NOT_FOUND : WIRE_CONFLICT;
    if (class == DB_OK)
        command->code = PQgetvalue(result, 0, 0)[0] == 't' ? WIRE_OK : refused;
    else
        answer_failed(&command->asker, class, result, "key");
}

static void on_key_version(void *arg, enum db_class class, const PGresult *result)
{
    struct command *command = arg;
    if (command->code == 0) { // answered already
        free(command);
        return;
    }
    int64_t version = class == DB_OK ? db_integer_at(result, 0, 0) : 0;
    pulse_await_keys(command->asker.server->pulse, version, keys_loaded, command);
}

static void change_key(const struct asker *asker, enum command_action action, const char *sql,
                       const struct db_param *params, int count)
{
    struct command *command = command_create(asker, action);
    struct db *db = asker->server->small_db;
    db_begin(db);
    db_exec(db, NULL, sql, params, count, 0, on_key, command);
    db_exec(db, NULL, "SELECT version FROM access_version", NULL, 0, 0, on_key_version, command);
    db_end(db);
}

// What a key on record must be: a role, a name, and a unit that there is. False: answered.
static bool key_good(const struct asker *asker, const struct wire_command *wire)
{
    const struct unit_tree *tree = world_tree(asker->server->world);
    int role = role_parse(wire->role);
    bool needs_unit = role == ROLE_CLERK || role == ROLE_LEADER;
    if (!role_given(role) || wire->key.length != KEY_BYTES || !words_is_nfc(wire->name)) {
        answer_code(asker, WIRE_INVALID,
                    !role_given(role) ? "there is no such role" : "a key and a name are needed");
        return false;
    }
    if (wire->unit[0] != '\0' ? tree == NULL || unit_find(tree, wire->unit) == NO_UNIT
                              : needs_unit) {
        refuse_finding(asker, WIRE_INVALID, FINDING_UNKNOWN_UNIT, "unit", wire->unit);
        return false;
    }
    return true;
}

static void put_key(const struct asker *asker, const struct wire_command *wire, const char *sql)
{
    char days[16];
    snprintf(days, sizeof days, "%u", wire->days < INT32_MAX ? wire->days : INT32_MAX);
    const struct db_param params[] = {
        db_bytea(wire->key.data, KEY_BYTES),
        db_text(wire->role),
        db_text(wire->unit),
        db_text(wire->name),
        db_text(days),
        db_bytea(asker->peer.key, KEY_BYTES),
        wire->sign_key.length > 0 ? db_bytea(wire->sign_key.data, KEY_BYTES) : db_text(NULL)};
    change_key(asker, wire->action, sql, params, wire->action == ACTION_KEY_ADD ? 7 : 6);
}

static void key_add(const struct asker *asker, const struct wire_command *wire)
{
    if (key_good(asker, wire))
        put_key(asker, wire, "SELECT access_add($1, $2, $3, $4, $5, $6, $7)");
}

// An officer gives codes for the offices of his own units, and not for roles that see beyond them.
static bool may_invite(const struct asker *asker, const struct wire_command *wire)
{
    const struct world *world = asker->server->world;
    int role = role_parse(wire->role);
    if (access_may(&asker->who, MAY_SET_KEYS))
        return true;
    return (role == ROLE_CLERK || role == ROLE_LEADER || role == ROLE_OFFICER) &&
           wire->unit[0] != '\0' &&
           access_reaches(&asker->who, world, unit_find(world_tree(world), wire->unit),
                          pulse_today(asker->server->pulse));
}

static void key_invite(const struct asker *asker, const struct wire_command *wire)
{
    if (!key_good(asker, wire))
        return;
    if (may_invite(asker, wire))
        put_key(asker, wire, "SELECT key_invite($1, $2, $3, $4, $5, $6)");
    else
        answer_code(asker, WIRE_FORBIDDEN, "this key may not invite for that role and unit");
}

static void key_enrol(const struct asker *asker, const struct wire_command *wire)
{
    if (wire->key.length != KEY_BYTES) {
        answer_code(asker, WIRE_INVALID, "a key is needed");
        return;
    }
    const struct db_param params[] = {db_bytea(asker->peer.key, KEY_BYTES),
                                      db_bytea(wire->key.data, KEY_BYTES)};
    change_key(asker, ACTION_KEY_ENROL, "SELECT key_enrol($1, $2)", params, 2);
}

static void key_rotate(const struct asker *asker, const struct wire_command *wire)
{
    char days[16];
    if (wire->key.length != KEY_BYTES || wire->days < 1 || wire->days > ROTATE_DAYS_MAX) {
        answer_code(asker, WIRE_INVALID, "a key and 1 to 90 days are needed");
        return;
    }
    snprintf(days, sizeof days, "%u", wire->days);
    const struct db_param params[] = {db_bytea(asker->peer.key, KEY_BYTES),
                                      db_bytea(wire->key.data, KEY_BYTES), db_text(days)};
    change_key(asker, ACTION_KEY_ROTATE, "SELECT key_rotate($1, $2, $3)", params, 3);
}

static void key_revoke(const struct asker *asker, const struct wire_command *wire)
{
    if (wire->key.length != KEY_BYTES) {
        answer_code(asker, WIRE_INVALID, "a key is needed");
        return;
    }
    const struct db_param params[] = {db_bytea(wire->key.data, KEY_BYTES),
                                      db_bytea(asker->peer.key, KEY_BYTES)};
    change_key(asker, ACTION_KEY_REVOKE, "SELECT access_revoke($1, $2)", params, 2);
}

// ---- exceptions from the lock

static void on_unlock(void *arg, enum db_class class, const PGresult *result)
{
    struct command *command = arg;
    if (class != DB_OK) {
        answer_failed(&command->asker, class, result, "unlock");
        free(command);
        return;
    }
    command->code = WIRE_OK;
    command->number = db_integer_at(result, 0, 0);
    command_answer(command, "unlock");
}

static void refuse_findings(const struct asker *asker, enum wire_code code,
                            const struct findings *findings)
{
    struct arena *arena = arena_create();
    struct message message = {
        .type = MESSAGE_ANSWER,
        .answer = {.code = code, .findings = wire_findings_of(findings, arena), .text = ""}};
    answer_send(asker, &message);
    arena_destroy(arena);
}

static void give_exception(const struct asker *asker, const struct wire_command *wire)
{
    struct server *server = asker->server;
    struct findings findings = {0};
    struct unlock unlock;
    enum wire_code code = unlock_check(server->world, &asker->who, wire, pulse_today(server->pulse),
                                       &unlock, &findings);
    if (code == WIRE_FORBIDDEN) {
        answer_code(asker, code, "the office is not within this key's units");
    } else if (code != WIRE_OK) {
        refuse_findings(asker, code, &findings);
    } else {
        char period[DB_INTEGER_SIZE], until[DB_INTEGER_SIZE];
        const struct db_param params[] = {db_text(wire->unit),
                                          db_text(wire->campaign),
                                          db_integer(period_number(unlock.period), period),
                                          db_integer(unlock.until_us, until),
                                          db_text(wire->reason),
                                          db_bytea(asker->peer.key, KEY_BYTES)};
        db_exec(server->step_db, NULL, "SELECT exception_give($1, $2, $3, $4, $5, $6)", params, 6,
                0, on_unlock, command_create(asker, ACTION_UNLOCK));
    }
    findings_free(&findings);
}

// ---- the table

static const struct {
    command_fn *start;
    unsigned actions;
    const char *name;
} commands[] = {
    [ACTION_RUN_START] = {run_start, MAY_RUN, "run_start"},
    [ACTION_JOB_RETRY] = {job_retry, MAY_RETRY, "job_retry"},
    [ACTION_KEY_ADD] = {key_add, MAY_SET_KEYS, "key_add"},
    [ACTION_KEY_REVOKE] = {key_revoke, MAY_SET_KEYS, "key_revoke"},
    [ACTION_UNLOCK] = {give_exception, MAY_UNLOCK, "unlock"},
    [ACTION_KEY_INVITE] = {key_invite, MAY_INVITE, "key_invite"},
    [ACTION_KEY_ENROL] = {key_enrol, MAY_ENROL, "key_enrol"},
    [ACTION_KEY_ROTATE] = {key_rotate, MAY_ROTATE, "key_rotate"},
    [ACTION_SIGN] = {step_do, MAY_SIGN, "sign"},
    [ACTION_VERIFY] = {step_do, MAY_VERIFY, "verify"},
    [ACTION_RETURN] = {step_do, MAY_VERIFY, "return"},
};

const char *commands_name(enum command_action action)
{
    size_t at = (size_t)action;
    return at < sizeof commands / sizeof commands[0] && commands[at].name != NULL
               ? commands[at].name
               : "command";
}

void commands_do(const struct asker *asker, struct message *message)
{
    const struct wire_command *wire = &message->command;
    char key[KEY_WORD_SIZE];
    size_t action = (size_t)wire->action;
    if (action >= sizeof commands / sizeof commands[0] || commands[action].start == NULL) {
        answer_code(asker, WIRE_UNSUPPORTED, "there is no such command");
    } else if (!access_may(&asker->who, commands[action].actions)) {
        log_event(LOG_WARN, "forbidden", "key=%s action=%zu", key_word(asker->peer.key, key),
                  action);
        answer_code(asker, WIRE_FORBIDDEN, "this key may not do that");
    } else {
        commands[action].start(asker, wire);
    }
}
