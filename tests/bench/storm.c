// Clients by the thousand from one process, each with its own CURVE keys, against a running server
// that knows the benchmarks' country (lib_nation.h, nation.c):
//
//     storm --server tcp://127.0.0.1:7401 --server-key Z85 --communes N [--villages N] [--months N]
//           [--clients N] [--as clerk|admin] [--forms N] [--submissions N] [--first N]
//           [--rate N] [--warm] [--lose PERCENT] [--seconds N] [--hold]
//
// Client i hands in submissions i, i + clients, … (clerk i reports for commune i, an admin for any).
// Without --warm the clock starts before the first connection is made; with it when all are up.
//   --rate N    a submission is due each 1/N s whoever is free, and its time counts from then on
//   --lose P    so many of a hundred first answers are lost: thrown away, or (with --warm, every second)
//               the connection is closed right after sending; the same bytes are handed in again over a
//               new connection
//   --hold      then waits for a line on stdin, and everybody asks again (ping) until answered:
//               how long all of them need to be back after a restart
// Answers BUSY and UNAVAILABLE and silence are retried. Prints name,value lines; exit 0 when every
// submission has its valid receipt.
#include "lib_load.h"
#include "lib_swarm.h"

#include "common/keys.h"
#include "core/mem.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SILENCE_US INT64_C(45000000) // then the same bytes again, over a new connection
#define LOST_AFTER_US INT64_C(20000) // a connection that is to break does so then
#define UNSENT_US INT64_C(20000)
#define TICK_US INT64_C(10000)
#define DONE SIZE_MAX

enum lose { KEEP, THROW_AWAY, BREAK };
struct client {
    size_t item;     // the submission in hand, DONE: none
    int64_t wake_us; // when something is to be done if no answer comes; INT64_MAX: never
    bool unsent;     // to be sent at wake_us; otherwise an answer is awaited
    enum lose lose;  // of the first answer
    bool ping_only;  // --hold: back again when the pong is there
    int64_t back_us;
};
struct storm {
    const char *endpoint, *role;
    uint8_t server_key[KEY_BYTES], receipt_key[KEY_BYTES];
    struct nation nation;
    unsigned clients, forms, lose, rate;
    size_t submissions, first;
    int64_t seconds, start_us;
    bool warm, hold;
    struct swarm *swarm;
    struct client *list;
    struct load load;
    size_t open, next_due; // submissions without a receipt; next of those with a rate
    uint32_t *idle;        // clients without a submission (rate)
    size_t idle_count;
};

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

// ---- one client

static void open_connection(struct storm *storm, uint32_t number)
{
    uint8_t public_key[KEY_BYTES], secret_key[KEY_BYTES];
    nation_keys(storm->role, number, public_key, secret_key);
    swarm_connect(storm->swarm, number, public_key, secret_key);
}

static void send_ping(struct storm *storm, uint32_t number)
{
    struct message ping = {.type = MESSAGE_PING, .request = UINT64_MAX};
    struct text out = {0};
    struct err err;
    struct client *client = &storm->list[number];
    if (message_encode(&ping, &out, &err) != 0)
        abort();
    client->unsent = !swarm_send(storm->swarm, number, out.data, out.length);
    client->wake_us = now_us() + (client->unsent ? UNSENT_US : SILENCE_US);
    text_free(&out);
}

static void send_item(struct storm *storm, uint32_t number)
{
    struct client *client = &storm->list[number];
    struct load_item *item = &storm->load.items[client->item];
    int64_t now = now_us();
    client->unsent = !swarm_send(storm->swarm, number, item->sent.data, item->sent.length);
    if (client->unsent) {
        client->wake_us = now + UNSENT_US;
        return;
    }
    item->attempts++;
    client->wake_us = now + (client->lose == BREAK ? LOST_AFTER_US : SILENCE_US);
}

static void begin_item(struct storm *storm, uint32_t number, size_t at, int64_t due_us)
{
    struct client *client = &storm->list[number];
    client->item = at;
    storm->load.items[at].due_us = due_us;
    client->lose = KEEP;
    if ((at * 37 + 11) % 100 < storm->lose) // evenly spread
        client->lose = storm->warm && at % 2 != 0 ? BREAK : THROW_AWAY;
    send_item(storm, number);
}

static void retry(struct storm *storm, uint32_t number)
{
    storm->list[number].lose = KEEP;
    open_connection(storm, number);
    send_item(storm, number);
}

static void finish_item(struct storm *storm, uint32_t number, const uint8_t *data, size_t length)
{
    struct client *client = &storm->list[number];
    struct load_item *item = &storm->load.items[client->item];
    size_t next = client->item + storm->clients;
    item->done_us = now_us();
    text_add(&item->answer, (const char *)data, length);
    storm->open--;
    client->item = DONE;
    client->wake_us = INT64_MAX;
    if (storm->rate > 0)
        storm->idle[storm->idle_count++] = number;
    else if (next < storm->submissions)
        begin_item(storm, number, next, item->done_us);
}

// Not final: the same bytes again after the time the server names.
static bool told_to_wait(struct client *client, struct load_item *item, const uint8_t *data,
                         size_t length)
{
    struct message answer;
    struct err err;
    if (length > 200 || message_decode(data, length, &answer, &err) != 0)
        return false; // a receipt is larger
    bool wait = answer.type == MESSAGE_SUBMIT_ANSWER && !wire_code_final(answer.submit_answer.code);
    if (wait) {
        item->busy++;
        client->unsent = true;
        client->wake_us = now_us() + (int64_t)answer.submit_answer.retry_ms * 1000;
    }
    message_clear(&answer);
    return wait;
}

static void on_answer(struct storm *storm, uint32_t number, const uint8_t *data, size_t length)
{
    struct client *client = &storm->list[number];
    if (client->ping_only) {
        client->back_us = now_us();
        client->wake_us = INT64_MAX;
        client->ping_only = false;
        storm->open--;
    } else if (client->item == DONE || client->unsent) {
        return; // an answer to an earlier attempt
    } else if (client->lose != KEEP) {
        retry(storm, number);
    } else if (!told_to_wait(client, &storm->load.items[client->item], data, length)) {
        finish_item(storm, number, data, length);
    }
}

// ---- all clients

static void wake(struct storm *storm, uint32_t number)
{
    struct client *client = &storm->list[number];
    if (client->ping_only)
        send_ping(storm, number); // a lost connection is made again by the socket itself
    else if (client->unsent)
        send_item(storm, number);
    else
        retry(storm, number);
}

static void hand_out_due(struct storm *storm, int64_t now)
{
    while (storm->idle_count > 0 && storm->next_due < storm->submissions) {
        int64_t due = storm->start_us + (int64_t)(storm->next_due * 1000000 / storm->rate);
        if (due > now)
            return;
        begin_item(storm, storm->idle[--storm->idle_count], storm->next_due++, due);
    }
}

// Until nothing is open; false when the time is over.
static bool run(struct storm *storm)
{
    int64_t end = now_us() + storm->seconds * 1000000, looked = 0;
    uint32_t number;
    const uint8_t *data;
    size_t length;
    while (storm->open > 0) {
        int64_t now = now_us();
        if (now > end)
            return false;
        if (storm->rate > 0)
            hand_out_due(storm, now);
        if (now - looked >= TICK_US) {
            looked = now;
            for (uint32_t i = 0; i < storm->clients; i++)
                if (storm->list[i].wake_us <= now)
                    wake(storm, i);
        }
        for (int i = 0; i < 256; i++) {
            if (!swarm_receive(storm->swarm, i == 0 ? 1 : 0, &number, &data, &length))
                break;
            on_answer(storm, number, data, length);
        }
    }
    return true;
}

// Everybody pings until answered.
static bool all_ping(struct storm *storm)
{
    storm->open = storm->clients;
    for (uint32_t i = 0; i < storm->clients; i++) {
        storm->list[i].ping_only = true;
        send_ping(storm, i);
    }
    unsigned rate = storm->rate;
    storm->rate = 0;
    bool all = run(storm);
    storm->rate = rate;
    return all;
}

// The key that signs receipts, asked for over a connection that takes no part.
static void ask_receipt_key(struct storm *storm)
{
    struct swarm *one = swarm_create(storm->endpoint, storm->server_key);
    struct storm asking = *storm;
    struct client client = {0};
    uint32_t number;
    const uint8_t *data;
    size_t length;
    struct message pong;
    struct err err;
    asking.swarm = one;
    asking.list = &client;
    open_connection(&asking, 0);
    for (int i = 0; i < 200; i++) {
        if (i % 50 == 0)
            send_ping(&asking, 0);
        if (!swarm_receive(one, 100, &number, &data, &length) ||
            message_decode(data, length, &pong, &err) != 0)
            continue;
        if (pong.type == MESSAGE_PONG && pong.pong.receipt_key.length == KEY_BYTES)
            memcpy(storm->receipt_key, pong.pong.receipt_key.data, KEY_BYTES);
        message_clear(&pong);
        swarm_destroy(one);
        return;
    }
    fputs("storm: no server answers\n", stderr);
    exit(EXIT_FAILURE);
}

static void start_all(struct storm *storm)
{
    storm->open = storm->submissions;
    storm->start_us = now_us();
    for (uint32_t i = 0; i < storm->clients; i++) {
        if (!storm->warm)
            open_connection(storm, i);
        if (storm->rate > 0)
            storm->idle[storm->idle_count++] = i;
        else if (i < storm->submissions)
            begin_item(storm, i, i, storm->start_us);
    }
}

// ---- figures

static void put(const char *name, double value)
{
    printf("%s,%.3f\n", name, value);
}

static int report(const struct storm *storm, int64_t end_us)
{
    struct load_counts counts;
    struct load_latencies latencies;
    double seconds = (double)(end_us - storm->start_us) / 1e6;
    load_check(&storm->load, storm->receipt_key, &counts);
    load_latencies(&storm->load, &latencies);
    put("seconds", seconds);
    put("submissions", (double)storm->submissions);
    put("forms_per_second", (double)(storm->submissions * storm->forms) / seconds);
    put("receipts", (double)(counts.committed + counts.duplicate));
    put("committed", (double)counts.committed);
    put("duplicate", (double)counts.duplicate);
    put("retried", (double)counts.retried);
    put("busy", (double)counts.busy);
    put("missing", (double)counts.missing);
    put("wrong", (double)counts.wrong);
    put("median_ms", (double)latencies.median_us / 1e3);
    put("p99_ms", (double)latencies.p99_us / 1e3);
    put("slowest_ms", (double)latencies.slowest_us / 1e3);
    fflush(stdout);
    return counts.missing + counts.wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int come_back(struct storm *storm)
{
    int byte;
    puts("holding,1");
    fflush(stdout);
    while ((byte = getchar()) != '\n' && byte != EOF)
        continue;
    int64_t begun = now_us(), last = begun;
    bool all = all_ping(storm);
    size_t back = 0;
    for (uint32_t i = 0; i < storm->clients; i++)
        if (storm->list[i].back_us >= begun) {
            back++;
            last = storm->list[i].back_us > last ? storm->list[i].back_us : last;
        }
    put("back", (double)back);
    put("back_seconds", (double)(last - begun) / 1e6);
    return all ? EXIT_SUCCESS : EXIT_FAILURE;
}

// ---- command line

static const struct option options[] = {
    {"server", 1, NULL, 'e'},   {"server-key", 1, NULL, 'k'}, {"communes", 1, NULL, 'c'},
    {"villages", 1, NULL, 'v'}, {"months", 1, NULL, 'm'},     {"clients", 1, NULL, 'n'},
    {"as", 1, NULL, 'a'},       {"forms", 1, NULL, 'f'},      {"submissions", 1, NULL, 's'},
    {"first", 1, NULL, 'F'},    {"rate", 1, NULL, 'r'},       {"lose", 1, NULL, 'l'},
    {"seconds", 1, NULL, 't'},  {"warm", 0, NULL, 'w'},       {"hold", 0, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static unsigned number(void)
{
    return (unsigned)strtoul(optarg, NULL, 10);
}

static bool take_option(struct storm *storm, int option)
{
    switch (option) {
    case 'e':
        storm->endpoint = optarg;
        return true;
    case 'k':
        return key_from_z85(optarg, storm->server_key) == 0;
    case 'c':
        storm->nation.communes = number();
        return true;
    case 'v':
        storm->nation.villages = number();
        return true;
    case 'm':
        storm->nation.months = number();
        return true;
    case 'n':
        storm->clients = number();
        return true;
    case 'a':
        storm->role = optarg;
        return true;
    case 'f':
        storm->forms = number();
        return true;
    case 's':
        storm->submissions = number();
        return true;
    case 'F':
        storm->first = number();
        return true;
    case 'r':
        storm->rate = number();
        return true;
    case 'l':
        storm->lose = number();
        return true;
    case 't':
        storm->seconds = number();
        return true;
    case 'w':
        storm->warm = true;
        return true;
    case 'h':
        storm->hold = true;
        return true;
    default:
        return false;
    }
}

static void take_options(struct storm *storm, int argc, char **argv)
{
    bool good = true;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        good = good && take_option(storm, option);
    if (!good || storm->endpoint == NULL || storm->nation.communes == 0 || storm->clients == 0) {
        fputs("storm: see the head of tests/bench/storm.c\n", stderr);
        exit(2);
    }
    if (storm->forms == 0)
        storm->forms = storm->nation.villages;
    if (storm->submissions == 0)
        storm->submissions = storm->clients;
}

int main(int argc, char **argv)
{
    struct storm storm = {
        .role = "clerk", .nation = {.villages = 8, .months = 12}, .seconds = 120, .clients = 1};
    bus_start(); // handshakes as cheap as the server's
    take_options(&storm, argc, argv);
    storm.list = mem_alloc(storm.clients, sizeof *storm.list);
    storm.idle = mem_alloc(storm.clients, sizeof *storm.idle);
    for (unsigned i = 0; i < storm.clients; i++)
        storm.list[i] = (struct client){.item = DONE, .wake_us = INT64_MAX};
    load_create(&storm.load, &storm.nation, storm.forms, storm.first, storm.submissions);
    ask_receipt_key(&storm);
    storm.swarm = swarm_create(storm.endpoint, storm.server_key);
    if (storm.warm) {
        for (uint32_t i = 0; i < storm.clients; i++)
            open_connection(&storm, i);
        if (!all_ping(&storm))
            fputs("storm: not everybody could connect\n", stderr);
    }
    start_all(&storm);
    run(&storm);
    int status = report(&storm, now_us());
    if (storm.hold && come_back(&storm) != EXIT_SUCCESS)
        status = EXIT_FAILURE;
    swarm_destroy(storm.swarm);
    load_free(&storm.load);
    free(storm.list);
    free(storm.idle);
    return status;
}
