// The bus over real sockets on the loopback: who gets in, what gets through, what is dropped.
#include "common/bus.h"
#include "common/keys.h"
#include "common/loop.h"
#include "tests/lib/cmocka_all.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#define PATIENCE_MS 5000

struct world {
    struct bus_keys server_keys, known, other, unknown;
    struct bus *zap, *server;
};

#define PLENTY 64 // connections

static bool allow(void *arg, const uint8_t key[BUS_KEY_BYTES])
{
    const struct world *world = arg;
    return memcmp(key, world->known.public_key, BUS_KEY_BYTES) == 0 ||
           memcmp(key, world->other.public_key, BUS_KEY_BYTES) == 0;
}

static void make_keys(struct bus_keys *keys)
{
    crypto_box_keypair(keys->public_key, keys->secret_key);
}

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    struct err err = {0};
    bus_start();
    make_keys(&world->server_keys);
    make_keys(&world->known);
    make_keys(&world->other);
    make_keys(&world->unknown);
    world->zap = bus_zap_create(allow, world, &err);
    assert_non_null(world->zap);
    world->server = bus_listen("tcp://127.0.0.1:0", &world->server_keys, PLENTY, &err);
    assert_non_null(world->server);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    bus_destroy(world->server);
    bus_destroy(world->zap);
    bus_stop();
    free(world);
    return 0;
}

static struct bus *client_of(struct world *world, const struct bus_keys *keys)
{
    struct err err = {0};
    struct bus *client = bus_connect(bus_endpoint(world->server), world->server_keys.public_key,
                                     keys, &err);
    assert_non_null(client);
    return client;
}

// Lets the server work for up to `ms` or until it has a message.
static int serve(struct world *world, struct bus_peer *peer, const uint8_t **data, size_t *length,
                 int64_t ms)
{
    for (int64_t end = loop_now_ms() + ms; loop_now_ms() < end; usleep(1000)) {
        assert_int_equal(bus_zap_step(world->zap), 0);
        if (bus_receive(world->server, peer, data, length) == 1)
            return 1;
    }
    return 0;
}

static void serve_until_dropped(struct world *world, uint64_t count)
{
    struct bus_peer peer;
    const uint8_t *data;
    size_t length;
    for (int64_t end = loop_now_ms() + PATIENCE_MS;
         loop_now_ms() < end && bus_dropped(world->server) < count;)
        assert_int_equal(serve(world, &peer, &data, &length, 10), 0);
    assert_int_equal(bus_dropped(world->server), count);
}

static void test_message_and_answer(void **state)
{
    struct world *world = *state;
    struct bus *client = client_of(world, &world->known);
    struct bus_peer peer;
    const uint8_t *data;
    size_t length;
    assert_int_equal(bus_send(client, NULL, "hello", 5), 0);
    assert_int_equal(serve(world, &peer, &data, &length, PATIENCE_MS), 1);
    assert_memory_equal(data, "hello", 5);
    assert_int_equal(length, 5);
    assert_memory_equal(peer.key, world->known.public_key, BUS_KEY_BYTES);
    assert_int_equal(bus_send(world->server, &peer, "welcome", 7), 0);
    assert_int_equal(bus_wait(client, PATIENCE_MS), 1);
    assert_int_equal(bus_receive(client, NULL, &data, &length), 1);
    assert_int_equal(length, 7);
    assert_memory_equal(data, "welcome", 7);
    assert_int_equal(bus_receive(client, NULL, &data, &length), 0);
    assert_int_equal(bus_state(client), BUS_CONNECTED);
    bus_destroy(client);
}

static void test_each_message_has_its_own_key(void **state)
{
    struct world *world = *state;
    struct bus *a = client_of(world, &world->known), *b = client_of(world, &world->other);
    unsigned seen[2] = {0, 0};
    for (int i = 0; i < 20; i++) {
        assert_int_equal(bus_send(a, NULL, "a", 1), 0);
        assert_int_equal(bus_send(b, NULL, "b", 1), 0);
    }
    while (seen[0] + seen[1] < 40) {
        struct bus_peer peer;
        const uint8_t *data;
        size_t length;
        assert_int_equal(serve(world, &peer, &data, &length, PATIENCE_MS), 1);
        const struct bus_keys *sender = data[0] == 'a' ? &world->known : &world->other;
        assert_memory_equal(peer.key, sender->public_key, BUS_KEY_BYTES);
        seen[data[0] == 'b']++;
    }
    assert_int_equal(seen[0], 20);
    bus_destroy(a);
    bus_destroy(b);
}

static void test_unknown_key_gets_nothing_and_is_told(void **state)
{
    struct world *world = *state;
    struct bus *client = client_of(world, &world->unknown);
    struct bus_peer peer;
    const uint8_t *data;
    size_t length;
    bus_send(client, NULL, "let me in", 9);
    for (int64_t end = loop_now_ms() + PATIENCE_MS;
         loop_now_ms() < end && bus_state(client) != BUS_REFUSED;)
        assert_int_equal(serve(world, &peer, &data, &length, 10), 0);
    assert_int_equal(bus_state(client), BUS_REFUSED);
    assert_int_equal(bus_wait(client, 1000), -1);
    assert_int_equal(bus_dropped(world->server), 0);
    assert_int_equal(bus_dropped(world->zap), 1);
    bus_destroy(client);
}

static void test_wrong_server_key(void **state)
{
    struct world *world = *state;
    struct err err = {0};
    struct bus_peer peer;
    const uint8_t *data;
    size_t length;
    struct bus *client = bus_connect(bus_endpoint(world->server), world->other.public_key,
                                     &world->known, &err);
    bus_send(client, NULL, "hello", 5);
    for (int64_t end = loop_now_ms() + PATIENCE_MS;
         loop_now_ms() < end && bus_state(client) == BUS_CONNECTING;)
        assert_int_equal(serve(world, &peer, &data, &length, 10), 0);
    assert_int_equal(bus_state(client), BUS_LOST);
    bus_destroy(client);
}

static void test_nobody_listens(void **state)
{
    struct world *world = *state;
    struct err err = {0};
    struct bus *client = bus_connect("tcp://127.0.0.1:1", world->server_keys.public_key,
                                     &world->known, &err);
    assert_int_equal(bus_wait(client, PATIENCE_MS), -1);
    assert_int_equal(bus_state(client), BUS_LOST);
    bus_destroy(client);
}

// A peer that does not keep to our rules: plain libzmq with a good key.
static void *rude_peer(void *context, struct world *world, const char *id)
{
    void *socket = zmq_socket(context, ZMQ_DEALER);
    int linger = 0;
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, world->server_keys.public_key, 32);
    zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, world->known.public_key, 32);
    zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, world->known.secret_key, 32);
    if (id != NULL)
        zmq_setsockopt(socket, ZMQ_ROUTING_ID, id, strlen(id));
    assert_int_equal(zmq_connect(socket, bus_endpoint(world->server)), 0);
    return socket;
}

static void test_many_frames_are_dropped(void **state)
{
    struct world *world = *state;
    void *context = zmq_ctx_new(), *rude = rude_peer(context, world, NULL);
    struct bus_peer peer;
    const uint8_t *data;
    size_t length;
    zmq_send(rude, "", 0, ZMQ_SNDMORE);
    zmq_send(rude, "request", 7, 0);
    for (int i = 0; i < 50; i++)
        zmq_send(rude, "frame", 5, ZMQ_SNDMORE);
    zmq_send(rude, "last", 4, 0);
    serve_until_dropped(world, 2);
    zmq_send(rude, "good", 4, 0);
    assert_int_equal(serve(world, &peer, &data, &length, PATIENCE_MS), 1);
    assert_memory_equal(data, "good", 4);
    zmq_close(rude);
    zmq_ctx_term(context);
}

static void test_chosen_routing_id_is_dropped(void **state)
{
    struct world *world = *state;
    void *context = zmq_ctx_new(), *rude = rude_peer(context, world, "victim");
    zmq_send(rude, "hello", 5, 0);
    serve_until_dropped(world, 1);
    zmq_close(rude);
    zmq_ctx_term(context);
}

static void test_size_limit(void **state)
{
    struct world *world = *state;
    void *context = zmq_ctx_new(), *rude = rude_peer(context, world, NULL);
    struct bus *client = client_of(world, &world->other);
    uint8_t *big = calloc(1, BUS_MESSAGE_BYTES_MAX + 1000);
    struct bus_peer peer;
    const uint8_t *data;
    size_t length;
    assert_int_equal(bus_send(client, NULL, big, BUS_MESSAGE_BYTES_MAX), 0);
    assert_int_equal(serve(world, &peer, &data, &length, PATIENCE_MS), 1);
    assert_int_equal(length, BUS_MESSAGE_BYTES_MAX);
    assert_int_equal(bus_send(client, NULL, big, BUS_MESSAGE_BYTES_MAX + 1), -1);
    zmq_send(rude, big, BUS_MESSAGE_BYTES_MAX + 1, 0);
    serve_until_dropped(world, 1);
    zmq_send(rude, big, BUS_MESSAGE_BYTES_MAX + 1000, 0); // libzmq hangs up
    assert_int_equal(serve(world, &peer, &data, &length, 300), 0);
    // The others are still served.
    assert_int_equal(bus_send(client, NULL, "still", 5), 0);
    assert_int_equal(serve(world, &peer, &data, &length, PATIENCE_MS), 1);
    assert_int_equal(length, 5);
    free(big);
    zmq_close(rude);
    zmq_ctx_term(context);
    bus_destroy(client);
}

static void test_answer_to_a_gone_peer_fails(void **state)
{
    struct world *world = *state;
    struct bus *client = client_of(world, &world->known);
    struct bus_peer peer;
    const uint8_t *data;
    size_t length;
    bus_send(client, NULL, "bye", 3);
    assert_int_equal(serve(world, &peer, &data, &length, PATIENCE_MS), 1);
    bus_destroy(client);
    int status = 0;
    for (int64_t end = loop_now_ms() + PATIENCE_MS; loop_now_ms() < end && status == 0;) {
        status = bus_send(world->server, &peer, "who?", 4);
        usleep(1000);
    }
    assert_int_equal(status, -1);
}

static void test_a_peer_that_reads_nothing_fills_up_and_blocks_nobody(void **state)
{
    struct world *world = *state;
    struct bus *client = client_of(world, &world->known);
    struct bus_peer peer;
    const uint8_t *data;
    size_t length;
    uint8_t *page = calloc(1, 100000);
    int sent = 0;
    bus_send(client, NULL, "more", 4);
    assert_int_equal(serve(world, &peer, &data, &length, PATIENCE_MS), 1);
    while (sent < 10000 && bus_send(world->server, &peer, page, 100000) == 0)
        sent++;
    assert_in_range(sent, 1, 9999);
    free(page);
    bus_destroy(client);
}

// Closing a client in any state of its connection must not stop the I/O thread of the others.
static void test_clients_come_and_go(void **state)
{
    struct world *world = *state;
    struct bus_peer peer;
    const uint8_t *data;
    size_t length;
    for (int i = 0; i < 200; i++) {
        struct bus *client = client_of(world, i % 3 == 0 ? &world->unknown : &world->known);
        bus_send(client, NULL, "x", 1);
        serve(world, &peer, &data, &length, i % 5);
        bus_destroy(client);
    }
    struct bus *last = client_of(world, &world->other);
    assert_int_equal(bus_send(last, NULL, "last", 4), 0);
    do
        assert_int_equal(serve(world, &peer, &data, &length, PATIENCE_MS), 1);
    while (length != 4);
    bus_destroy(last);
}

static void test_no_listening_without_zap(void **state)
{
    struct bus_keys keys;
    struct err err = {0};
    (void)state;
    bus_start();
    make_keys(&keys);
    assert_null(bus_listen("tcp://127.0.0.1:0", &keys, PLENTY, &err));
    assert_int_equal(err.kind, ERR_DIE);
    bus_stop();
}

// When the handler has gone, libzmq lets everybody in, with no or with a made-up User-Id.
static void test_nothing_counts_when_zap_is_gone(void **state)
{
    struct world *world = *state;
    struct bus_peer peer;
    const uint8_t *data;
    size_t length;
    bus_destroy(world->zap);
    world->zap = NULL;
    // libzmq takes its time to notice; a client that comes before is neither let in nor refused.
    for (int i = 0; i < 50 && bus_dropped(world->server) == 0; i++) {
        struct bus *client = client_of(world, &world->unknown);
        bus_send(client, NULL, "open?", 5);
        for (int64_t end = loop_now_ms() + 500;
             loop_now_ms() < end && bus_dropped(world->server) == 0; usleep(1000))
            assert_int_equal(bus_receive(world->server, &peer, &data, &length), 0);
        bus_destroy(client);
    }
    assert_int_equal(bus_dropped(world->server), 1);
}

static void test_bad_endpoints(void **state)
{
    struct world *world = *state;
    struct err err = {0};
    assert_null(bus_listen("tcp://nowhere.invalid:x", &world->server_keys, PLENTY, &err));
    assert_int_equal(err.kind, ERR_REJECT);
    assert_null(bus_connect("nonsense", world->server_keys.public_key, &world->known, &err));
    assert_null(bus_listen(bus_endpoint(world->server), &world->server_keys, PLENTY, &err));
    assert_int_equal(err.kind, ERR_RETRY);
}

#define WITH_WORLD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WORLD(test_message_and_answer),
        WITH_WORLD(test_each_message_has_its_own_key),
        WITH_WORLD(test_unknown_key_gets_nothing_and_is_told),
        WITH_WORLD(test_wrong_server_key),
        WITH_WORLD(test_nobody_listens),
        WITH_WORLD(test_many_frames_are_dropped),
        WITH_WORLD(test_chosen_routing_id_is_dropped),
        WITH_WORLD(test_size_limit),
        WITH_WORLD(test_answer_to_a_gone_peer_fails),
        WITH_WORLD(test_a_peer_that_reads_nothing_fills_up_and_blocks_nobody),
        WITH_WORLD(test_clients_come_and_go),
        cmocka_unit_test(test_no_listening_without_zap),
        WITH_WORLD(test_nothing_counts_when_zap_is_gone),
        WITH_WORLD(test_bad_endpoints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
