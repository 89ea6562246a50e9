// One connection at a time. A server that cannot be reached shows at once (the connection is refused),
// one that hangs, or has lost our question, after some seconds; then the next one is asked.
#include "client/talk.h"

#include "client/settings.h"
#include "common/bus.h"
#include "common/keys.h"
#include "common/loop.h"
#include "common/words.h"
#include "core/mem.h"
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SERVERS_MAX 64
#define CONNECT_MS 5000 // then the next server, or the same anew
#define ANSWER_MS 10000 // of a server that is connected; doubles, so that slow answers come too
#define ANSWER_MAX_MS 80000
#define SLOW_MS 300000 // TALK_SLOW
#define PAUSE_MS 100   // after a round of all servers; doubles
#define PAUSE_MAX_MS 5000
#define WAIT_STEP_MS 1000

struct talk {
    char *servers[SERVERS_MAX]; // owned
    size_t server_count, current;
    uint8_t server_key[BUS_KEY_BYTES];
    struct identity identity;
    struct bus *bus; // to the current server, or NULL
    unsigned connection;
    int64_t patience_ms;
    struct text answer;
};

struct effort { // of one question
    int64_t end, answer_ms;
    unsigned failures, refusals;
    enum talk_kind kind;
};
enum outcome { ANSWERED, NOT_REACHED, NOT_ANSWERED, KEY_REFUSED, NOT_UNDERSTOOD };

// ---- settings

static int read_servers(struct talk *talk, const char *list, struct err *err)
{
    for (const char *at = list; *at != '\0';) {
        size_t length = strcspn(at, ",");
        if (length > 0 && talk->server_count < SERVERS_MAX)
            talk->servers[talk->server_count++] = mem_text(at, length);
        at += length + (at[length] == ',');
    }
    if (talk->server_count == 0)
        return err_set(err, ERR_REJECT, "settings", "%s",
                       _("no server is named; give --servers or THIDUA_SERVERS"));
    return 0;
}

static int read_server_key(struct talk *talk, const char *text, struct err *err)
{
    if (text[0] == '\0')
        return err_set(err, ERR_REJECT, "settings", "%s",
                       _("the servers' public key is missing; give --server-key or "
                         "THIDUA_SERVER_KEY"));
    if (key_from_z85(text, talk->server_key) != 0)
        return err_set(err, ERR_REJECT, "settings", _("“%s” is not a public key"), text);
    return 0;
}

static int read_identity(struct talk *talk, const struct config *config, struct err *err)
{
    char file[PATH_MAX];
    struct err reason = {0};
    if (settings_path(config, "key_file", file, err) != 0)
        return -1;
    if (identity_load(file, &talk->identity, &reason) == 0)
        return 0;
    if (strcmp(reason.code, "not_found") == 0)
        return err_set(err, ERR_REJECT, "settings",
                       _("there is no key in %s; “thidua key new” makes one"), file);
    return err_set(err, ERR_REJECT, "settings", "%s", reason.text);
}

struct talk *talk_create(const struct config *config, struct err *err)
{
    return talk_create_as(config, NULL, err);
}

struct talk *talk_create_as(const struct config *config, const struct bus_keys *keys,
                            struct err *err)
{
    struct talk *talk = mem_alloc(1, sizeof *talk);
    talk->patience_ms = config_number(config, "timeout") * 1000;
    if (read_servers(talk, config_text(config, "servers"), err) != 0 ||
        read_server_key(talk, config_text(config, "server_key"), err) != 0 ||
        (keys == NULL && read_identity(talk, config, err) != 0)) {
        talk_destroy(talk);
        return NULL;
    }
    if (keys != NULL)
        talk->identity.curve = *keys;
    // Clients spread over the servers.
    talk->current = randombytes_uniform((uint32_t)talk->server_count);
    return talk;
}

void talk_destroy(struct talk *talk)
{
    if (talk == NULL)
        return;
    bus_destroy(talk->bus);
    for (size_t i = 0; i < talk->server_count; i++)
        free(talk->servers[i]);
    identity_wipe(&talk->identity);
    text_free(&talk->answer);
    free(talk);
}

void talk_set_patience(struct talk *talk, int64_t ms)
{
    talk->patience_ms = ms;
}

int64_t talk_patience(const struct talk *talk)
{
    return talk->patience_ms;
}

unsigned talk_connection(const struct talk *talk)
{
    return talk->connection;
}

struct bytes talk_answer_bytes(const struct talk *talk)
{
    return (struct bytes){(const uint8_t *)talk->answer.data, talk->answer.length};
}

// ---- questions

int question_make(struct message *message, struct question *ret, struct err *err)
{
    struct question made = {.request = 0};
    randombytes_buf(&made.request, sizeof made.request);
    message->request = made.request;
    if (message_encode(message, &made.message, err) != 0) {
        text_free(&made.message);
        return -1;
    }
    *ret = made;
    return 0;
}

void question_free(struct question *question)
{
    text_free(&question->message);
}

// ---- one server

static void next_server(struct talk *talk)
{
    bus_destroy(talk->bus);
    talk->bus = NULL;
    talk->current = (talk->current + 1) % talk->server_count;
}

// Takes what has come: 1 when it is the answer, 0 when not yet, -1 when it makes no sense.
static int take_answer(struct talk *talk, uint64_t request, struct message *ret, struct err *err)
{
    const uint8_t *data;
    size_t length;
    while (bus_receive(talk->bus, NULL, &data, &length) == 1) {
        struct message answer = {.type = MESSAGE_NONE};
        if (message_decode(data, length, &answer, err) != 0)
            return -1;
        if (answer.request == request) { // others answer what we have given up
            text_free(&talk->answer);
            text_add(&talk->answer, (const char *)data, length);
            *ret = answer;
            return 1;
        }
        message_clear(&answer);
    }
    return 0;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// When to give this server up: one that does not even connect sooner.
static int64_t give_up_at(const struct effort *effort, int64_t start, bool connected)
{
    if (connected && effort->kind == TALK_SLOW)
        return start + SLOW_MS;
    if (connected && effort->kind == TALK_ONCE)
        return effort->end;
    return earlier(effort->end, start + (connected ? effort->answer_ms : CONNECT_MS));
}

static enum outcome wait_answer(struct talk *talk, uint64_t request, const struct effort *effort,
                                struct message *ret, struct err *err)
{
    int64_t start = loop_now_ms();
    for (;;) {
        bool connected = bus_state(talk->bus) == BUS_CONNECTED;
        int64_t left = give_up_at(effort, start, connected) - loop_now_ms();
        if (left <= 0)
            return connected ? NOT_ANSWERED : NOT_REACHED;
        int result = bus_wait(talk->bus, (uint32_t)earlier(left, WAIT_STEP_MS));
        int taken = result == 1 ? take_answer(talk, request, ret, err) : 0;
        if (taken != 0)
            return taken > 0 ? ANSWERED : NOT_UNDERSTOOD;
        if (result < 0 && bus_state(talk->bus) == BUS_REFUSED)
            return KEY_REFUSED;
        if (result < 0)
            return connected ? NOT_ANSWERED : NOT_REACHED;
    }
}

static enum outcome ask_server(struct talk *talk, const struct question *question,
                               const struct effort *effort, struct message *ret, struct err *err)
{
    if (talk->bus == NULL) {
        talk->bus = bus_connect(talk->servers[talk->current], talk->server_key,
                                &talk->identity.curve, err);
        talk->connection++;
    }
    if (talk->bus == NULL)
        return NOT_REACHED;
    if (bus_send(talk->bus, NULL, question->message.data, question->message.length) != 0)
        return NOT_REACHED;
    return wait_answer(talk, question->request, effort, ret, err);
}

// ---- all servers

// BUSY and UNAVAILABLE, which every answer with a code can have; 0 for all others.
static enum wire_code passing_code(const struct message *answer, uint32_t *ret_retry_ms)
{
    enum wire_code code = 0;
    if (answer->type == MESSAGE_ANSWER) {
        code = answer->answer.code;
        *ret_retry_ms = answer->answer.retry_ms;
    } else if (answer->type == MESSAGE_SUBMIT_ANSWER) {
        code = answer->submit_answer.code;
        *ret_retry_ms = answer->submit_answer.retry_ms;
    }
    return code == WIRE_BUSY || code == WIRE_UNAVAILABLE ? code : 0;
}

void talk_pause(int64_t ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

// Half of it at least, so that many clients do not come back together.
static int64_t jittered(int64_t ms)
{
    return ms / 2 + randombytes_uniform((uint32_t)(ms / 2) + 1);
}

// A pause before the next try: what the server asks for, else none within a round of the servers and
// longer and longer ones after it.
static void rest(const struct talk *talk, const struct effort *effort, uint32_t asked_ms)
{
    int64_t ms = earlier((int64_t)asked_ms * 2, 2 * PAUSE_MAX_MS);
    if (asked_ms == 0 && effort->failures % talk->server_count == 0) {
        unsigned rounds = effort->failures / (unsigned)talk->server_count;
        ms = rounds > 6 ? PAUSE_MAX_MS : earlier((int64_t)PAUSE_MS << rounds, PAUSE_MAX_MS);
    }
    if (ms > 0)
        talk_pause(earlier(jittered(ms), effort->end - loop_now_ms()));
}

// What the last try came to, for the case that it was the last one.
static void note_failure(struct talk *talk, enum outcome outcome, struct err *err)
{
    const char *server = talk->servers[talk->current];
    switch (outcome) {
    case KEY_REFUSED:
        err_set(err, ERR_REJECT, "refused",
                _("the server does not know your key; ask an administrator to add it"));
        break;
    case NOT_ANSWERED:
        err_set(err, ERR_RETRY, "unanswered", _("the server %s does not answer"), server);
        break;
    case NOT_UNDERSTOOD: {
        struct err reason = *err;
        err_set(err, ERR_REJECT, "answer", _("the server's answer is not understood (%.200s)"),
                reason.text);
        break;
    }
    case ANSWERED:
    case NOT_REACHED:
        if (talk->server_count > 1)
            err_set(err, ERR_RETRY, "unreachable", "%s", _("none of the servers can be reached"));
        else
            err_set(err, ERR_RETRY, "unreachable", _("the server %s cannot be reached"), server);
        break;
    }
}

static void note_passing(enum wire_code code, const struct message *answer, struct err *err)
{
    if (code == WIRE_BUSY)
        err_set(err, ERR_RETRY, "busy", "%s", _("the server is busy; try again later"));
    else
        err_set(err, ERR_RETRY, "unavailable", "%s%s%.200s%s",
                _("the server cannot reach its database; try again later"),
                answer->type == MESSAGE_ANSWER && answer->answer.text[0] != '\0' ? " (" : "",
                answer->type == MESSAGE_ANSWER ? answer->answer.text : "",
                answer->type == MESSAGE_ANSWER && answer->answer.text[0] != '\0' ? ")" : "");
}

// One try. true: *ret_status is what talk_ask returns.
static bool try_once(struct talk *talk, const struct question *question, struct effort *effort,
                     struct message *ret, int *ret_status, struct err *err)
{
    uint32_t retry_ms = 0;
    enum outcome outcome = ask_server(talk, question, effort, ret, err);
    *ret_status = outcome == ANSWERED ? 0 : -1;
    effort->failures++;
    if (outcome == ANSWERED) {
        enum wire_code passing = passing_code(ret, &retry_ms);
        if (passing == 0)
            return true;
        note_passing(passing, ret, err);
        message_clear(ret);
        *ret_status = -1;
        if (passing == WIRE_UNAVAILABLE && talk->server_count > 1)
            next_server(talk);
    } else {
        note_failure(talk, outcome, err);
        effort->refusals += outcome == KEY_REFUSED;
        if (outcome == NOT_ANSWERED)
            effort->answer_ms = earlier(effort->answer_ms * 2, ANSWER_MAX_MS);
        next_server(talk);
        if (outcome == NOT_UNDERSTOOD || effort->refusals >= talk->server_count ||
            (question->kind == TALK_ONCE && outcome == NOT_ANSWERED))
            return true;
    }
    if (loop_now_ms() >= effort->end)
        return true;
    rest(talk, effort, retry_ms);
    return loop_now_ms() >= effort->end;
}

int talk_ask(struct talk *talk, const struct question *question, struct message *ret,
             struct err *err)
{
    struct effort effort = {.end = talk->patience_ms < 0 ? INT64_MAX
                                                         : loop_now_ms() + talk->patience_ms,
                            .answer_ms = ANSWER_MS,
                            .kind = question->kind};
    int status = -1;
    struct err local = {0};
    while (!try_once(talk, question, &effort, ret, &status, &local))
        ;
    if (status != 0 && err != NULL)
        *err = local;
    return status;
}

int talk_message(struct talk *talk, struct message *message, enum talk_kind kind,
                 struct message *ret, struct err *err)
{
    struct question question;
    if (question_make(message, &question, err) != 0)
        return -1;
    question.kind = kind;
    int status = talk_ask(talk, &question, ret, err);
    question_free(&question);
    return status;
}
