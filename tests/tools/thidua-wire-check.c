// Submissions as only another program could send them, against two running servers of a stack:
//     thidua-wire-check SERVER_KEY KEY_FILE ENDPOINT ENDPOINT
// The campaign y-tich-2022 is loaded, nothing is handed in; the key is an administrator's. Ends with
// the first thing that is not as it should be.
#include "common/codec.h"
#include "common/keys.h"
#include "common/merkle.h"
#include "core/entry.h"
#include "core/mem.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MS 20000
#define SERVERS 2

static struct bus *servers[SERVERS];
static uint8_t receipt_key[KEY_BYTES];
static uint64_t last_request;

__attribute__((noreturn)) static void wrong(const char *what, const char *detail)
{
    fprintf(stderr, "thidua-wire-check: %s: %s\n", what, detail);
    exit(EXIT_FAILURE);
}

#define CHECK(condition, what)       \
    do {                             \
        if (!(condition))            \
            wrong(what, #condition); \
    } while (0)

// ---- asking

static uint64_t send_message(size_t server, struct message *message)
{
    struct text out = {0};
    struct err err = {0};
    message->request = ++last_request;
    if (message_encode(message, &out, &err) != 0)
        wrong("encode", err.text);
    CHECK(bus_send(servers[server], NULL, out.data, out.length) == 0, "send");
    text_free(&out);
    return message->request;
}

static struct message receive(size_t server)
{
    struct bus_peer peer;
    const uint8_t *data;
    size_t length;
    struct message answer;
    struct err err = {0};
    while (bus_receive(servers[server], &peer, &data, &length) != 1)
        CHECK(bus_wait(servers[server], ANSWER_MS) == 1, "no answer");
    if (message_decode(data, length, &answer, &err) != 0)
        wrong("answer", err.text);
    return answer;
}

static struct message ask(size_t server, struct message *message)
{
    uint64_t request = send_message(server, message);
    struct message answer = receive(server);
    CHECK(answer.request == request, "request of the answer");
    return answer;
}

// ---- submissions

#define CELLS_MAX (WIRE_CELLS_MAX + 1)
struct submission {
    struct message message;
    struct wire_form forms[2];
    uint32_t indicator[CELLS_MAX], state[CELLS_MAX], row[CELLS_MAX];
    int64_t value[CELLS_MAX], denominator[CELLS_MAX];
    bool has_denominator[CELLS_MAX];
};
static const char *const indicators[] = {"AREA", "GRAIN", "NO-SUCH-INDICATOR"};

// One form of one cell: unit 06520.01, 2022-Q1, AREA.
static struct submission *one_cell(int64_t value_e4)
{
    struct submission *made = mem_alloc(1, sizeof *made);
    made->state[0] = CELL_VALUE;
    made->value[0] = value_e4;
    made->row[0] = 2;
    for (size_t i = 0; i < 2; i++)
        made->forms[i] = (struct wire_form){.unit = "06520.01",
                                            .period = "2022-Q1",
                                            .count = 1,
                                            .indicator = made->indicator,
                                            .state = made->state,
                                            .value_e4 = made->value,
                                            .denominator_e4 = made->denominator,
                                            .has_denominator = made->has_denominator,
                                            .row = made->row};
    made->message = (struct message){.type = MESSAGE_SUBMIT,
                                     .submit = {.campaign = "y-tich-2022",
                                                .office = "",
                                                .indicator_count = 3,
                                                .indicators = indicators,
                                                .form_count = 1,
                                                .forms = made->forms}};
    randombytes_buf(made->message.submit.id, ID_BYTES);
    return made;
}

static struct message submit(size_t server, struct submission *submission)
{
    struct message answer = ask(server, &submission->message);
    CHECK(answer.type == MESSAGE_SUBMIT_ANSWER, "type of the answer");
    CHECK(memcmp(answer.submit_answer.id, submission->message.submit.id, ID_BYTES) == 0, "id");
    return answer;
}

static struct wire_receipt receipt_of(const struct message *answer, void **memory)
{
    struct wire_receipt receipt;
    CHECK(answer->submit_answer.has_receipt, "receipt");
    CHECK(signed_receipt_valid(&answer->submit_answer.receipt, receipt_key), "signature");
    CHECK(receipt_decode(answer->submit_answer.receipt.receipt.data,
                         answer->submit_answer.receipt.receipt.length, &receipt, memory) == 0,
          "receipt");
    return receipt;
}

// Sends it and expects counts of a new receipt.
static void expect_counts(size_t server, struct submission *submission, unsigned created,
                          unsigned changed, unsigned unchanged, unsigned withdrawn)
{
    void *memory = NULL;
    struct message answer = submit(server, submission);
    CHECK(answer.submit_answer.code == WIRE_COMMITTED, wire_code_name(answer.submit_answer.code));
    struct wire_receipt receipt = receipt_of(&answer, &memory);
    CHECK(receipt.created == created && receipt.changed == changed &&
              receipt.unchanged == unchanged && receipt.withdrawn == withdrawn,
          "counts");
    CHECK(strcmp(receipt.office, "06520") == 0 && receipt.late, "receipt");
    codec_free(memory);
    message_clear(&answer);
    free(submission);
}

static void expect_finding(struct submission *submission, enum wire_code code, unsigned finding,
                           unsigned row, const char *what)
{
    struct message answer = submit(0, submission);
    const struct wire_submit_answer *said = &answer.submit_answer;
    CHECK(said->code == code, what);
    CHECK(!said->has_receipt && said->findings.count > 0, what);
    CHECK(said->findings.list[0].code == finding && said->findings.list[0].row == row, what);
    message_clear(&answer);
    free(submission);
}

// ---- what is tried

static void counts(void)
{
    expect_counts(0, one_cell(10000), 1, 0, 0, 0);
    expect_counts(1, one_cell(10000), 0, 0, 1, 0);
    expect_counts(0, one_cell(20000), 0, 1, 0, 0);
    for (unsigned time = 0; time < 2; time++) {
        struct submission *withdraw = one_cell(0);
        withdraw->state[0] = CELL_WITHDRAW;
        expect_counts(1, withdraw, 0, 0, time == 1, time == 0);
    }
    struct submission *na = one_cell(0);
    na->state[0] = CELL_NA;
    expect_counts(0, na, 1, 0, 0, 0);
}

static void resends(void)
{
    struct submission *first = one_cell(30000), *other = one_cell(40000);
    struct message answer = submit(0, first), again = submit(1, first);
    CHECK(answer.submit_answer.code == WIRE_COMMITTED, "first");
    CHECK(again.submit_answer.code == WIRE_DUPLICATE, "resend");
    CHECK(answer.submit_answer.receipt.receipt.length ==
                  again.submit_answer.receipt.receipt.length &&
              memcmp(answer.submit_answer.receipt.receipt.data,
                     again.submit_answer.receipt.receipt.data,
                     answer.submit_answer.receipt.receipt.length) == 0,
          "the same receipt");
    message_clear(&answer);
    message_clear(&again);
    memcpy(other->message.submit.id, first->message.submit.id, ID_BYTES);
    answer = submit(0, other);
    CHECK(answer.submit_answer.code == WIRE_CONFLICT && !answer.submit_answer.has_receipt,
          "conflict");
    message_clear(&answer);
    free(first);
    free(other);
}

// The same id many times at once, to both servers: one is stored, the others get its receipt.
static void resends_at_once(void)
{
    enum { TIMES = 20 };
    struct submission *submission = one_cell(50000);
    unsigned committed = 0;
    for (size_t i = 0; i < TIMES; i++)
        send_message(i % SERVERS, &submission->message);
    for (size_t i = 0; i < TIMES; i++) {
        struct message answer = receive(i % SERVERS);
        void *memory = NULL;
        CHECK(answer.submit_answer.code == WIRE_COMMITTED ||
                  answer.submit_answer.code == WIRE_DUPLICATE,
              wire_code_name(answer.submit_answer.code));
        committed += answer.submit_answer.code == WIRE_COMMITTED;
        receipt_of(&answer, &memory);
        codec_free(memory);
        message_clear(&answer);
    }
    CHECK(committed == 1, "stored once");
    free(submission);
}

// Many at once on the same cell: their counts are those of some order.
static void counts_at_once(void)
{
    enum { TIMES = 40 };
    unsigned created = 0, changed = 0;
    struct submission *withdraw = one_cell(0);
    withdraw->state[0] = CELL_WITHDRAW;
    expect_counts(0, withdraw, 0, 0, 0, 1);
    for (int64_t i = 0; i < TIMES; i++) {
        struct submission *submission = one_cell(100000 + i * 10000);
        send_message((size_t)i % SERVERS, &submission->message);
        free(submission);
    }
    for (size_t i = 0; i < TIMES; i++) {
        struct message answer = receive(i % SERVERS);
        void *memory = NULL;
        struct wire_receipt receipt = receipt_of(&answer, &memory);
        created += receipt.created;
        changed += receipt.changed;
        codec_free(memory);
        message_clear(&answer);
    }
    CHECK(created == 1 && changed == TIMES - 1, "exact counts");
}

static void dry_run(void)
{
    struct submission *submission = one_cell(77);
    submission->message.submit.dry_run = true;
    for (unsigned time = 0; time < 2; time++) {
        struct message answer = submit(0, submission);
        CHECK(answer.submit_answer.code == WIRE_COMMITTED && answer.submit_answer.has_preview &&
                  !answer.submit_answer.has_receipt,
              "dry run");
        CHECK(answer.submit_answer.preview.changed == 1 &&
                  answer.submit_answer.preview.accepted == 0,
              "preview");
        message_clear(&answer);
    }
    free(submission);
}

static void wrong_input(void)
{
    struct submission *s = one_cell(-1);
    expect_finding(s, WIRE_INVALID, FINDING_BELOW_MIN, 2, "below the least");
    s = one_cell(INT64_MAX);
    expect_finding(s, WIRE_INVALID, FINDING_OUT_OF_RANGE, 2, "out of range");
    s = one_cell(1);
    s->indicator[0] = 2;
    expect_finding(s, WIRE_INVALID, FINDING_UNKNOWN_INDICATOR, 2, "indicator");
    s = one_cell(1);
    s->forms[0].unit = "nowhere";
    expect_finding(s, WIRE_INVALID, FINDING_UNKNOWN_UNIT, 2, "unit");
    s = one_cell(1);
    s->forms[0].period = "2023-Q1";
    expect_finding(s, WIRE_INVALID, FINDING_UNKNOWN_PERIOD, 2, "period");
    s = one_cell(1);
    s->message.submit.office = "187";
    expect_finding(s, WIRE_INVALID, FINDING_OTHER_OFFICE, 2, "office");
    s = one_cell(1);
    s->message.submit.campaign = "nothing";
    expect_finding(s, WIRE_INVALID, FINDING_UNKNOWN_CAMPAIGN, 0, "campaign");
    s = one_cell(1);
    s->message.submit.form_count = 0;
    expect_finding(s, WIRE_INVALID, FINDING_EMPTY_SUBMISSION, 0, "empty");
    s = one_cell(1); // the same cell in two forms
    s->message.submit.form_count = 2;
    struct message answer = submit(0, s);
    CHECK(answer.submit_answer.code == WIRE_INVALID && answer.submit_answer.findings.count >= 2,
          "twice");
    message_clear(&answer);
    free(s);
}

// Cells that are refused for a limit of the wire: the id cannot be told.
static void too_many_cells(void)
{
    struct submission *submission = one_cell(1);
    for (size_t i = 0; i < CELLS_MAX; i++)
        submission->state[i] = CELL_VALUE;
    submission->forms[0].count = CELLS_MAX;
    struct message answer = ask(0, &submission->message);
    CHECK(answer.submit_answer.code == WIRE_TOO_LARGE, wire_code_name(answer.submit_answer.code));
    message_clear(&answer);
    submission->forms[0].count = WIRE_CELLS_MAX; // too many of one cell, but not too large
    answer = submit(0, submission);
    CHECK(answer.submit_answer.code == WIRE_INVALID && answer.submit_answer.findings.left_out > 0,
          "cells");
    message_clear(&answer);
    free(submission);
}

static void other_messages(void)
{
    struct message job = {.type = MESSAGE_JOB}, answer = ask(0, &job);
    CHECK(answer.type == MESSAGE_ANSWER && answer.answer.code == WIRE_UNSUPPORTED,
          "a worker's message");
    message_clear(&answer);
    CHECK(bus_send(servers[0], NULL, "\x08\x02\x10\x05", 4) == 0, "send");
    answer = receive(0);
    CHECK(answer.request == 5 && answer.answer.code == WIRE_UNSUPPORTED, "another version");
    message_clear(&answer);
    CHECK(bus_send(servers[0], NULL, "rubbish", 7) == 0, "send");
    answer = receive(0);
    CHECK(answer.answer.code == WIRE_INVALID, "rubbish");
    message_clear(&answer);
}

// A frame of exactly the limit is read (and is no message); the connection lives.
static void largest_frame(void)
{
    uint8_t *frame = mem_alloc(WIRE_BYTES_MAX, 1);
    CHECK(bus_send(servers[1], NULL, frame, WIRE_BYTES_MAX) == 0, "send");
    struct message answer = receive(1);
    CHECK(answer.type == MESSAGE_ANSWER && answer.answer.code == WIRE_INVALID, "a large frame");
    message_clear(&answer);
    free(frame);
}

static void learn_receipt_key(void)
{
    struct message ping = {.type = MESSAGE_PING}, pong = ask(0, &ping);
    CHECK(pong.type == MESSAGE_PONG && pong.pong.receipt_key.length == KEY_BYTES, "pong");
    memcpy(receipt_key, pong.pong.receipt_key.data, KEY_BYTES);
    message_clear(&pong);
}

int main(int argc, char **argv)
{
    uint8_t server_key[BUS_KEY_BYTES];
    struct identity identity;
    struct err err = {0};
    if (argc != 3 + SERVERS || key_from_z85(argv[1], server_key) != 0)
        wrong("usage", "SERVER_KEY KEY_FILE ENDPOINT ENDPOINT");
    bus_start();
    if (identity_load(argv[2], &identity, &err) != 0)
        wrong("identity", err.text);
    for (size_t i = 0; i < SERVERS; i++) {
        servers[i] = bus_connect(argv[3 + i], server_key, &identity.curve, &err);
        if (servers[i] == NULL)
            wrong("connect", err.text);
    }
    learn_receipt_key();
    counts();
    resends();
    resends_at_once();
    counts_at_once();
    dry_run();
    wrong_input();
    too_many_cells();
    other_messages();
    largest_frame();
    for (size_t i = 0; i < SERVERS; i++)
        bus_destroy(servers[i]);
    bus_stop();
    puts("as it should be");
    return EXIT_SUCCESS;
}
