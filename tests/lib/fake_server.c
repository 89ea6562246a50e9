// A loop that receives, decodes, asks the test's function and sends.
#include "tests/lib/fake_server.h"

#include "common/bus.h"
#include "common/loop.h"
#include "tests/lib/cmocka_all.h"
#include <signal.h>
#include <sodium.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct fake_state {
    const struct fake_server *fake;
    fake_answer_fn *answer;
    struct bus *zap, *bus;
    unsigned asked;
};

static bool allow(void *arg, const uint8_t key[BUS_KEY_BYTES])
{
    const struct fake_server *fake = arg;
    return memcmp(key, fake->client.curve.public_key, BUS_KEY_BYTES) == 0;
}

static void on_zap(struct loop *loop, void *arg)
{
    struct fake_state *state = arg;
    if (bus_zap_step(state->zap) != 0)
        loop_stop(loop);
}

static void answer_one(struct fake_state *state, const struct bus_peer *peer, const uint8_t *data,
                       size_t length)
{
    struct message question, answer = {.type = MESSAGE_NONE};
    struct text out = {0};
    if (message_decode(data, length, &question, NULL) != 0)
        return;
    if (state->answer(&question, ++state->asked, &answer)) {
        answer.request = question.request;
        if (message_encode(&answer, &out, NULL) == 0)
            bus_send(state->bus, peer, out.data, out.length);
    }
    text_free(&out);
    message_clear(&question);
}

static void on_bus(struct loop *loop, void *arg)
{
    struct fake_state *state = arg;
    struct bus_peer peer;
    const uint8_t *data;
    size_t length;
    (void)loop;
    while (bus_receive(state->bus, &peer, &data, &length) == 1)
        answer_one(state, &peer, data, length);
}

static void serve(struct fake_server *fake, fake_answer_fn *answer, int ready)
{
    struct fake_state state = {.fake = fake, .answer = answer};
    const char *endpoint = fake->endpoint[0] != '\0' ? fake->endpoint : "tcp://127.0.0.1:0";
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    bus_start();
    state.zap = bus_zap_create(allow, fake, NULL);
    for (int i = 0; i < 100 && state.bus == NULL; i++) { // the port may be busy for an instant
        state.bus = bus_listen(endpoint, &fake->server.curve, 64, NULL);
        usleep(state.bus == NULL ? 20000 : 0);
    }
    if (state.bus == NULL)
        _exit(1);
    struct loop *loop = loop_create();
    loop_bus(loop, state.zap, on_zap, &state);
    loop_bus(loop, state.bus, on_bus, &state);
    if (write(ready, bus_endpoint(state.bus), strlen(bus_endpoint(state.bus)) + 1) < 0)
        _exit(1);
    loop_run(loop);
    _exit(0);
}

void fake_server_start(struct fake_server *fake, fake_answer_fn *answer)
{
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    assert_true(sodium_init() >= 0);
    if (fake->endpoint[0] == '\0') {
        crypto_box_keypair(fake->server.curve.public_key, fake->server.curve.secret_key);
        crypto_box_keypair(fake->client.curve.public_key, fake->client.curve.secret_key);
        crypto_sign_keypair(fake->server.sign_public, fake->server.sign_secret);
    }
    bus_stop();
    fake->pid = fork();
    assert_true(fake->pid >= 0);
    if (fake->pid == 0)
        serve(fake, answer, ready[1]);
    assert_in_range(read(ready[0], fake->endpoint, sizeof fake->endpoint), 1,
                    sizeof fake->endpoint);
    close(ready[0]);
    close(ready[1]);
    bus_start();
}

void fake_server_kill(struct fake_server *fake)
{
    if (fake->pid > 0) {
        kill(fake->pid, SIGKILL);
        waitpid(fake->pid, NULL, 0);
    }
    fake->pid = 0;
}
