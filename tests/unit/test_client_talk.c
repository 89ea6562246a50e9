// Questions and answers with servers that are slow, silent, busy, gone, or do not know us.
#include "client/talk.h"
#include "common/bus.h"
#include "common/loop.h"
#include "tests/lib/cmocka_all.h"
#include "tests/lib/fake_server.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option settings[] = {
    {"servers", OPTION_TEXT, "", 0, 0, ""},     {"server_key", OPTION_TEXT, "", 0, 0, ""},
    {"key_file", OPTION_TEXT, "", 0, 0, ""},    {"outbox", OPTION_TEXT, "", 0, 0, ""},
    {"timeout", OPTION_NUMBER, "5", 1, 60, ""},
};
static struct fake_server fake;
static char key_file[64];

static int setup(void **state)
{
    (void)state;
    snprintf(key_file, sizeof key_file, "/tmp/thidua-talk.%d.key", (int)getpid());
    memset(&fake, 0, sizeof fake);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fake_server_kill(&fake);
    unlink(key_file);
    bus_stop();
    return 0;
}

// A talk with `servers`, where %s stands for the fake one; with its good key or with another one.
static struct talk *talk_with(const char *before, const char *after, bool known)
{
    char servers[256], server_key[BUS_Z85_SIZE];
    struct identity identity;
    struct err err = {0};
    unlink(key_file);
    assert_int_equal(identity_create(key_file, &identity, &err), 0);
    if (known)
        fake.client = identity; // the fake server lets in what it finds here when it starts
    snprintf(servers, sizeof servers, "%s%s%s", before, fake.endpoint, after);
    key_to_z85(fake.server.curve.public_key, server_key);
    setenv("THIDUA_SERVERS", servers, 1);
    setenv("THIDUA_SERVER_KEY", server_key, 1);
    setenv("THIDUA_KEY_FILE", key_file, 1);
    struct config *config = config_load(settings, 5, NULL, &err);
    assert_non_null(config);
    struct talk *talk = talk_create(config, &err);
    if (talk == NULL)
        fail_msg("%s", err.text);
    config_destroy(config);
    return talk;
}

// Starts the fake server twice: only then does it know the key that talk_with has made.
static struct talk *start(const char *before, const char *after, fake_answer_fn *answer)
{
    fake_server_start(&fake, answer);
    fake_server_kill(&fake);
    struct talk *talk = talk_with(before, after, true);
    fake_server_start(&fake, answer);
    return talk;
}

static int ping(struct talk *talk, enum talk_kind kind, struct message *answer, struct err *err)
{
    struct message question = {.type = MESSAGE_PING};
    return talk_message(talk, &question, kind, answer, err);
}

static void pong_comes(struct talk *talk)
{
    struct message answer;
    struct err err = {0};
    if (ping(talk, TALK_QUICK, &answer, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(answer.type, MESSAGE_PONG);
    assert_string_equal(answer.pong.server, "fake");
    assert_true(talk_answer_bytes(talk).length > 0);
    message_clear(&answer);
}

static bool pong(struct message *answer)
{
    answer->type = MESSAGE_PONG;
    answer->pong.server = "fake";
    return true;
}

static bool answers_at_once(const struct message *question, unsigned asked, struct message *answer)
{
    (void)question;
    (void)asked;
    return pong(answer);
}

static void test_answer(void **state)
{
    struct talk *talk = start("", "", answers_at_once);
    (void)state;
    pong_comes(talk);
    pong_comes(talk);
    assert_int_equal(talk_connection(talk), 1);
    talk_destroy(talk);
}

static void test_next_server_when_one_is_down(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) { // the first one is chosen by chance
        struct talk *talk = start("tcp://127.0.0.1:1,", ",tcp://127.0.0.1:2", answers_at_once);
        int64_t begun = loop_now_ms();
        pong_comes(talk);
        assert_in_range(loop_now_ms() - begun, 0, 2500);
        talk_destroy(talk);
        fake_server_kill(&fake);
    }
}

static void fails(struct talk *talk, enum talk_kind kind, int64_t patience, enum err_kind expected,
                  const char *code)
{
    struct message answer;
    struct err err = {0};
    int64_t begun = loop_now_ms();
    talk_set_patience(talk, patience);
    assert_int_equal(ping(talk, kind, &answer, &err), -1);
    assert_int_equal(err.kind, expected);
    assert_string_equal(err.code, code);
    assert_in_range(loop_now_ms() - begun, 0, patience + 500);
}

static void test_no_server(void **state)
{
    (void)state;
    fake_server_start(&fake, answers_at_once);
    struct talk *talk = talk_with("", "", true);
    talk_destroy(talk);
    fake_server_kill(&fake);
    talk = talk_with("", "", true);
    fails(talk, TALK_QUICK, 300, ERR_RETRY, "unreachable");
    talk_destroy(talk);
}

static void test_unknown_key(void **state)
{
    (void)state;
    fake_server_start(&fake, answers_at_once);
    struct talk *talk = talk_with("", "", false);
    fails(talk, TALK_QUICK, 4000, ERR_REJECT, "refused");
    talk_destroy(talk);
}

static bool says_nothing(const struct message *question, unsigned asked, struct message *answer)
{
    (void)question;
    (void)asked;
    (void)answer;
    return false;
}

static void test_silent_server(void **state)
{
    struct talk *talk = start("", "", says_nothing);
    (void)state;
    fails(talk, TALK_QUICK, 500, ERR_RETRY, "unanswered");
    fails(talk, TALK_ONCE, 500, ERR_RETRY, "unanswered");
    talk_destroy(talk);
}

// The first question is lost; the client asks again by itself.
static bool loses_the_first(const struct message *question, unsigned asked, struct message *answer)
{
    return asked > 1 && answers_at_once(question, asked, answer);
}

static void test_lost_question(void **state)
{
    struct talk *talk = start("", "", loses_the_first);
    (void)state;
    talk_set_patience(talk, TALK_FOR_EVER);
    pong_comes(talk);
    assert_int_equal(talk_connection(talk), 2);
    talk_destroy(talk);
}

// Slower than our patience with a server that does not answer at all.
static bool thinks(const struct message *question, unsigned asked, struct message *answer)
{
    usleep(1500000);
    return answers_at_once(question, asked, answer);
}

static void test_slow_answer(void **state)
{
    struct talk *talk = start("", "", thinks);
    struct message answer;
    (void)state;
    talk_set_patience(talk, 500);
    assert_int_equal(ping(talk, TALK_SLOW, &answer, NULL), 0);
    message_clear(&answer);
    talk_destroy(talk);
}

static bool busy_twice(const struct message *question, unsigned asked, struct message *answer)
{
    (void)question;
    if (asked > 2)
        return pong(answer);
    answer->type = MESSAGE_ANSWER;
    answer->answer.code = asked == 1 ? WIRE_BUSY : WIRE_UNAVAILABLE;
    answer->answer.retry_ms = 10;
    return true;
}

static void test_busy_passes(void **state)
{
    struct talk *talk = start("", "", busy_twice);
    (void)state;
    pong_comes(talk);
    talk_destroy(talk);
}

static bool busy(const struct message *question, unsigned asked, struct message *answer)
{
    (void)question;
    (void)asked;
    answer->type = MESSAGE_SUBMIT_ANSWER;
    answer->submit_answer.code = WIRE_BUSY;
    answer->submit_answer.retry_ms = 50;
    return true;
}

static void test_busy_stays(void **state)
{
    struct talk *talk = start("", "", busy);
    (void)state;
    fails(talk, TALK_QUICK, 400, ERR_RETRY, "busy");
    talk_destroy(talk);
}

// The first question is never answered; a late answer must not be taken for that to another one.
static bool late(const struct message *question, unsigned asked, struct message *answer)
{
    if (asked == 1) {
        usleep(600000);
        answer->type = MESSAGE_ANSWER;
        answer->answer.code = WIRE_OK;
        answer->answer.text = "late";
        return true;
    }
    return answers_at_once(question, asked, answer);
}

static void test_late_answers_are_nobodys(void **state)
{
    struct talk *talk = start("", "", late);
    (void)state;
    fails(talk, TALK_ONCE, 300, ERR_RETRY, "unanswered");
    talk_set_patience(talk, 3000);
    pong_comes(talk);
    talk_destroy(talk);
}

static void test_too_large(void **state)
{
    struct talk *talk = start("", "", answers_at_once);
    struct err err = {0};
    struct message answer;
    uint8_t *data = calloc(1, WIRE_BYTES_MAX);
    struct message question = {.type = MESSAGE_LOAD,
                               .load = {.kind = DOCUMENT_UNITS, .data = {data, WIRE_BYTES_MAX}}};
    (void)state;
    assert_int_equal(talk_message(talk, &question, TALK_QUICK, &answer, &err), -1);
    assert_int_equal(err.kind, ERR_REJECT);
    assert_int_equal(talk_connection(talk), 0); // nothing was sent
    free(data);
    talk_destroy(talk);
}

static void test_settings(void **state)
{
    struct err err = {0};
    struct config *config;
    (void)state;
    unsetenv("THIDUA_SERVERS");
    config = config_load(settings, 5, NULL, &err);
    assert_null(talk_create(config, &err));
    assert_non_null(strstr(err.text, "THIDUA_SERVERS"));
    config_destroy(config);
    setenv("THIDUA_SERVERS", ",,tcp://127.0.0.1:1,", 1);
    setenv("THIDUA_SERVER_KEY", "nonsense", 1);
    config = config_load(settings, 5, NULL, &err);
    assert_null(talk_create(config, &err));
    assert_non_null(strstr(err.text, "nonsense"));
    config_destroy(config);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(test_answer),        WITH_SERVER(test_next_server_when_one_is_down),
        WITH_SERVER(test_no_server),     WITH_SERVER(test_unknown_key),
        WITH_SERVER(test_silent_server), WITH_SERVER(test_lost_question),
        WITH_SERVER(test_slow_answer),   WITH_SERVER(test_busy_passes),
        WITH_SERVER(test_busy_stays),    WITH_SERVER(test_late_answers_are_nobodys),
        WITH_SERVER(test_too_large),     WITH_SERVER(test_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
