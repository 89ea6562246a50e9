// The wire: every body survives the way out and back, every limit holds at the limit and fails one
// past it, and what protobuf-c would let pass is refused.
#include "common/codec.h"
#include "core/entry.h"
#include "core/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// ---- helpers

static struct message round_trip(const struct message *in)
{
    struct text out = {0};
    struct message back;
    struct err err = {0};
    assert_int_equal(message_encode(in, &out, &err), 0);
    if (message_decode((const uint8_t *)out.data, out.length, &back, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(back.type, in->type);
    assert_true(back.request == in->request);
    if (back.type == MESSAGE_SUBMIT) // it points into what is freed here
        back.submit.body = (struct bytes){NULL, back.submit.body.length};
    text_free(&out);
    return back;
}

// Decodes bytes that must be refused with `code`.
static void refused(const void *data, size_t length, const char *code)
{
    struct message message;
    struct err err = {0};
    uint8_t *exact = malloc(length > 0 ? length : 1); // so that a sanitizer sees one byte too many
    assert_non_null(exact);
    if (length > 0)
        memcpy(exact, data, length);
    assert_int_equal(message_decode(exact, length, &message, &err), -1);
    assert_string_equal(err.code, code);
    assert_null(message.memory);
    free(exact);
}

static void refused_message(const struct message *in, const char *code)
{
    struct text out = {0};
    assert_int_equal(message_encode(in, &out, NULL), 0);
    refused(out.data, out.length, code);
    text_free(&out);
}

#define CELLS_TOO_MANY (WIRE_CELLS_MAX + 1)
struct cells {
    uint32_t indicator[CELLS_TOO_MANY], state[CELLS_TOO_MANY];
    int64_t value[CELLS_TOO_MANY], denominator[CELLS_TOO_MANY];
    bool has_denominator[CELLS_TOO_MANY];
    uint32_t row[CELLS_TOO_MANY];
    const char *note[CELLS_TOO_MANY];
    struct wire_form form;
    struct message message;
};
static const char *const two_codes[] = {"GRAIN", "POOR"};

static struct cells *submission(size_t count)
{
    struct cells *cells = mem_alloc(1, sizeof *cells);
    for (size_t i = 0; i < count; i++) {
        cells->indicator[i] = i % 2;
        cells->state[i] = CELL_VALUE;
        cells->value[i] = (int64_t)i * -10000 - 1;
        cells->has_denominator[i] = i % 3 == 0;
        cells->denominator[i] = cells->has_denominator[i] ? (int64_t)i : 0;
        cells->row[i] = (uint32_t)i + 2;
        cells->note[i] = i % 5 == 0 ? "ghi chú" : "";
    }
    cells->form = (struct wire_form){"06520.01",
                                     "2022-Q1",
                                     count,
                                     cells->indicator,
                                     cells->state,
                                     cells->value,
                                     cells->denominator,
                                     cells->has_denominator,
                                     cells->row,
                                     cells->note,
                                     7};
    cells->message = (struct message){
        .type = MESSAGE_SUBMIT,
        .request = UINT64_MAX,
        .submit = {.id = {1, 2, 3},
                   .campaign = "y-tich-2022",
                   .office = "06520",
                   .dry_run = true,
                   .indicator_count = 2,
                   .indicators = two_codes,
                   .form_count = 1,
                   .forms = &cells->form},
    };
    return cells;
}

// ---- there and back

static void submits(void **state)
{
    (void)state;
    struct cells *cells = submission(WIRE_CELLS_MAX);
    struct message back = round_trip(&cells->message);
    const struct wire_form *form = &back.submit.forms[0];
    assert_int_equal(back.submit.cell_count, WIRE_CELLS_MAX);
    assert_string_equal(back.submit.campaign, "y-tich-2022");
    assert_string_equal(back.submit.indicators[1], "POOR");
    assert_true(back.submit.dry_run);
    for (size_t i = 0; i < form->count; i++) {
        assert_int_equal(form->indicator[i], cells->indicator[i]);
        assert_true(form->value_e4[i] == cells->value[i]);
        assert_true(form->denominator_e4[i] == cells->denominator[i]);
        assert_true(form->has_denominator[i] == cells->has_denominator[i]);
        assert_int_equal(form->row[i], cells->row[i]);
        assert_string_equal(form->note[i], cells->note[i]);
    }
    assert_true(message_bytes(&back) <= WIRE_ARENA_BYTES_MAX);
    message_clear(&back);
    free(cells);
}

static void submit_without_rows_and_notes(void **state)
{
    (void)state;
    struct cells *cells = submission(3);
    cells->form.row = NULL;
    cells->form.note = NULL;
    struct message back = round_trip(&cells->message);
    assert_null(back.submit.forms[0].row);
    assert_null(back.submit.forms[0].note);
    message_clear(&back);
    cells->message.submit.form_count = 0; // an empty one is well-formed; the server refuses it
    back = round_trip(&cells->message);
    assert_int_equal(back.submit.form_count, 0);
    message_clear(&back);
    free(cells);
}

// What the sender knows of what it corrects.
static void submit_bases(void **state)
{
    (void)state;
    static uint8_t own[WIRE_OWN_MAX + 1][ID_BYTES] = {{1}, {2}};
    struct cells *cells = submission(1);
    cells->message.submit.own = (const uint8_t(*)[ID_BYTES])own;
    cells->message.submit.own_count = WIRE_OWN_MAX;
    struct message back = round_trip(&cells->message);
    assert_int_equal(back.submit.forms[0].base, 7);
    assert_int_equal(back.submit.own_count, WIRE_OWN_MAX);
    assert_memory_equal(back.submit.own, own, WIRE_OWN_MAX * ID_BYTES);
    message_clear(&back);
    cells->message.submit.own_count++;
    refused_message(&cells->message, "limit");
    free(cells);
}

// The digest covers the bytes of the Submit field, whatever surrounds it.
static void body_as_received(void **state)
{
    (void)state;
    struct cells *cells = submission(1);
    struct text out = {0};
    struct message back;
    assert_int_equal(message_encode(&cells->message, &out, NULL), 0);
    assert_int_equal(message_decode((const uint8_t *)out.data, out.length, &back, NULL), 0);
    const char *end = out.data + out.length;
    assert_ptr_equal(back.submit.body.data + back.submit.body.length, end);
    assert_true(back.submit.body.length < out.length);
    message_clear(&back);
    text_free(&out);
    free(cells);
}

static struct wire_receipt a_receipt(void)
{
    return (struct wire_receipt){.id = {9},
                                 .campaign = "c",
                                 .office = "06520",
                                 .created = 1,
                                 .changed = 2,
                                 .unchanged = 3,
                                 .withdrawn = 4,
                                 .late = true,
                                 .accepted = INT64_MAX,
                                 .accepted_us = 1700000000000000,
                                 .digest = {7}};
}

static void receipts(void **state)
{
    (void)state;
    struct wire_receipt receipt = a_receipt(), back;
    struct text out = {0};
    void *memory = NULL;
    receipt_encode(&receipt, &out);
    assert_int_equal(receipt_decode((const uint8_t *)out.data, out.length, &back, &memory), 0);
    assert_string_equal(back.office, "06520");
    assert_int_equal(back.withdrawn, 4);
    assert_true(back.late && back.accepted == INT64_MAX);
    codec_free(memory);
    assert_int_equal(receipt_decode((const uint8_t *)"\xff", 1, &back, &memory), -1);
    text_free(&out);
}

static void submit_answers(void **state)
{
    (void)state;
    struct wire_finding finding = {FINDING_UNKNOWN_UNIT, 7, "a.csv", "unit", "x",
                                   {"x", "", "z", ""}};
    struct text raw = {0};
    struct wire_signed_receipt signed_receipt = {.receipt = {(const uint8_t *)"abc", 3},
                                                 .index = 2,
                                                 .count = 3,
                                                 .proof_count = 1,
                                                 .proof = {{1}},
                                                 .public_key = {2},
                                                 .signature = {3}};
    signed_receipt_encode(&signed_receipt, &raw);
    struct message in = {.type = MESSAGE_SUBMIT_ANSWER,
                         .submit_answer = {.code = WIRE_DUPLICATE,
                                           .id = {5},
                                           .has_receipt = true,
                                           .has_preview = true,
                                           .receipt_raw = {(const uint8_t *)raw.data, raw.length},
                                           .preview = a_receipt(),
                                           .findings = {1, &finding, 3},
                                           .retry_ms = 9}};
    struct message back = round_trip(&in);
    const struct wire_submit_answer *answer = &back.submit_answer;
    assert_int_equal(answer->code, WIRE_DUPLICATE);
    assert_true(answer->has_receipt && answer->has_preview);
    assert_memory_equal(answer->receipt.receipt.data, "abc", 3);
    assert_memory_equal(answer->receipt.signature, signed_receipt.signature, SIGNATURE_BYTES);
    assert_string_equal(answer->findings.list[0].args[2], "z");
    assert_string_equal(answer->findings.list[0].args[3], "");
    assert_int_equal(answer->findings.left_out, 3);
    message_clear(&back);
    in.submit_answer.receipt_raw.data = NULL;
    in.submit_answer.receipt = signed_receipt;
    back = round_trip(&in);
    assert_int_equal(back.submit_answer.receipt.count, 3);
    message_clear(&back);
    text_free(&raw);
}

static void tables(void **state)
{
    (void)state;
    static const char *cells[WIRE_TABLE_CELLS_MAX + 2];
    static const char *const columns[] = {"a", "b"};
    for (size_t i = 0; i < WIRE_TABLE_CELLS_MAX + 2; i++)
        cells[i] = i % 2 == 0 ? "" : "Lạng Sơn";
    struct message in = {.type = MESSAGE_TABLE,
                         .table = {.column_count = 2,
                                   .cell_count = WIRE_TABLE_CELLS_MAX,
                                   .columns = columns,
                                   .cells = cells,
                                   .cursor = {(const uint8_t *)"k\0y", 3},
                                   .run = 12,
                                   .period = "2022-Q4"}};
    struct message back = round_trip(&in);
    assert_int_equal(back.table.cell_count, WIRE_TABLE_CELLS_MAX);
    assert_string_equal(back.table.cells[1], "Lạng Sơn");
    assert_memory_equal(back.table.cursor.data, "k\0y", 3);
    message_clear(&back);
    in.table.cell_count += 2;
    refused_message(&in, "limit");
    in.table.cell_count = 3;
    refused_message(&in, "malformed");
}

static void commands_and_loads(void **state)
{
    (void)state;
    static const uint8_t key[KEY_BYTES] = {1}, data[WIRE_LOAD_PART_BYTES_MAX + 1];
    struct message in = {.type = MESSAGE_COMMAND,
                         .command = {.action = ACTION_KEY_ADD,
                                     .campaign = "",
                                     .period = "",
                                     .role = "clerk",
                                     .unit = "06520",
                                     .name = "Hà",
                                     .key = {key, 32},
                                     .days = 30}};
    struct message back = round_trip(&in);
    assert_string_equal(back.command.name, "Hà");
    assert_int_equal(back.command.key.length, KEY_BYTES);
    message_clear(&back);
    in.command.key.length = 31;
    refused_message(&in, "malformed");
    in.command.key.length = 0;
    in.command.action = ACTION_UNLOCK;
    in.command.until = "2022-05-31";
    in.command.reason = "Mất điện";
    back = round_trip(&in);
    assert_string_equal(back.command.until, "2022-05-31");
    assert_string_equal(back.command.reason, "Mất điện");
    message_clear(&back);
    char reason[WIRE_NOTE_BYTES_MAX + 2];
    memset(reason, 'a', sizeof reason);
    reason[WIRE_NOTE_BYTES_MAX] = '\0';
    in.command.reason = reason;
    back = round_trip(&in);
    message_clear(&back);
    reason[WIRE_NOTE_BYTES_MAX] = 'a';
    reason[WIRE_NOTE_BYTES_MAX + 1] = '\0';
    refused_message(&in, "limit");

    in = (struct message){.type = MESSAGE_LOAD,
                          .load = {.kind = DOCUMENT_UNITS,
                                   .campaign = "",
                                   .file = "đơn vị.csv",
                                   .part = 3,
                                   .last = true,
                                   .data = {data, WIRE_LOAD_PART_BYTES_MAX}}};
    back = round_trip(&in);
    assert_int_equal(back.load.data.length, WIRE_LOAD_PART_BYTES_MAX);
    assert_true(back.load.last && !back.load.replace);
    message_clear(&back);
    in.load.data.length++;
    refused_message(&in, "limit");
    in.load.data.length = 1;
    in.load.kind = (enum document_kind)7;
    refused_message(&in, "malformed");
}

static void queries(void **state)
{
    (void)state;
    static const uint8_t bytes[WIRE_CURSOR_BYTES_MAX + 1] = {0};
    struct message in = {.type = MESSAGE_QUERY,
                         .query = {.what = QUERY_SUBMISSION,
                                   .campaign = "c",
                                   .period = "2022",
                                   .unit = "u",
                                   .indicator = "i",
                                   .scope = "period",
                                   .number = 4,
                                   .id = {bytes, ID_BYTES},
                                   .cursor = {bytes, WIRE_CURSOR_BYTES_MAX}}};
    struct message back = round_trip(&in);
    assert_int_equal(back.query.what, QUERY_SUBMISSION);
    assert_int_equal(back.query.cursor.length, WIRE_CURSOR_BYTES_MAX);
    message_clear(&back);
    in.query.cursor.length++;
    refused_message(&in, "limit");
    in.query.cursor.length = 0;
    in.query.id.length = 15;
    refused_message(&in, "malformed");
    in.query.id.length = 0;
    in.query.what = (enum query_what)0;
    refused_message(&in, "malformed");
}

static void small_bodies(void **state)
{
    (void)state;
    static const uint64_t numbers[WIRE_LEASES_MAX + 1] = {1, UINT64_MAX};
    static const uint32_t two_rows[] = {0, UINT32_MAX};
    const struct message all[] = {
        {.type = MESSAGE_PING, .request = 1},
        {.type = MESSAGE_PONG, .pong = {"1.0", "s", "clerk", "06520", 5, {NULL, 0}}},
        {.type = MESSAGE_LOCATE, .locate = {"c", 2, two_codes, two_codes, true}},
        {.type = MESSAGE_LOCATED, .located = {2, two_codes, two_rows}},
        {.type = MESSAGE_LOCATED, .located = {2, two_codes, NULL}},
        {.type = MESSAGE_ANSWER, .answer = {.code = WIRE_OK, .number = 3, .added = 1, .text = "t"}},
        {.type = MESSAGE_READY, .ready = {8, "1.0", "w"}},
        {.type = MESSAGE_JOB, .job = {1, 2, 15000}},
        {.type = MESSAGE_JOB_DONE, .job_done = {1, 2, true, false, ""}},
        {.type = MESSAGE_HEARTBEAT, .leases = {2, numbers, numbers}},
        {.type = MESSAGE_LEASE_LOST, .leases = {WIRE_LEASES_MAX, numbers, numbers}},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct message back = round_trip(&all[i]);
        if (back.type == MESSAGE_HEARTBEAT)
            assert_true(back.leases.leases[1] == UINT64_MAX);
        if (back.type == MESSAGE_LOCATE) {
            assert_string_equal(back.locate.periods[1], "POOR");
            assert_true(back.locate.rows);
        }
        if (back.type == MESSAGE_LOCATED)
            assert_true(all[i].located.rows == NULL ? back.located.rows == NULL
                                                    : back.located.rows[1] == UINT32_MAX);
        message_clear(&back);
    }
    struct message in = {.type = MESSAGE_HEARTBEAT,
                         .leases = {WIRE_LEASES_MAX + 1, numbers, numbers}};
    refused_message(&in, "limit");
}

// ---- limits and refusals

static void submit_limits(void **state)
{
    (void)state;
    struct cells *cells = submission(CELLS_TOO_MANY);
    refused_message(&cells->message, "limit");
    cells->form.count = 1;
    cells->indicator[0] = 2;
    refused_message(&cells->message, "malformed");
    cells->indicator[0] = 0;
    cells->state[0] = 0;
    refused_message(&cells->message, "malformed");
    cells->state[0] = 5;
    refused_message(&cells->message, "malformed");
    cells->state[0] = CELL_VERIFIED;
    cells->has_denominator[0] = false;
    cells->denominator[0] = 5; // a figure that is said not to be there
    refused_message(&cells->message, "malformed");
    cells->denominator[0] = 0;
    char long_code[WIRE_CODE_BYTES_MAX + 2];
    memset(long_code, 'a', sizeof long_code);
    long_code[WIRE_CODE_BYTES_MAX] = '\0';
    cells->form.unit = long_code;
    struct message back = round_trip(&cells->message);
    message_clear(&back);
    long_code[WIRE_CODE_BYTES_MAX] = 'a';
    long_code[WIRE_CODE_BYTES_MAX + 1] = '\0';
    refused_message(&cells->message, "limit");
    free(cells);
}

static void notes_are_nfc(void **state)
{
    (void)state;
    struct cells *cells = submission(1);
    cells->note[0] = "\xc3\x9d"; // Ý in one character
    struct message back = round_trip(&cells->message);
    assert_string_equal(back.submit.forms[0].note[0], "\xc3\x9d");
    message_clear(&back);
    cells->note[0] = "Y\xcc\x81"; // Y and an accent
    refused_message(&cells->message, "malformed");
    free(cells);
}

static void notes_at_their_limit(void **state)
{
    (void)state;
    struct cells *cells = submission(1);
    char note[WIRE_NOTE_BYTES_MAX + 2];
    memset(note, 'n', sizeof note);
    note[WIRE_NOTE_BYTES_MAX] = '\0';
    cells->note[0] = note;
    struct message back = round_trip(&cells->message);
    assert_int_equal(strlen(back.submit.forms[0].note[0]), WIRE_NOTE_BYTES_MAX);
    message_clear(&back);
    note[WIRE_NOTE_BYTES_MAX] = 'n';
    note[WIRE_NOTE_BYTES_MAX + 1] = '\0';
    refused_message(&cells->message, "limit");
    free(cells);
}

#define REFUSED(code, bytes) refused(bytes, sizeof(bytes) - 1, code)

static void envelopes(void **state)
{
    (void)state;
    REFUSED("unsupported", "");
    REFUSED("unsupported", "\x08\x02\x52\x00");       // version 2
    REFUSED("unsupported", "\x08\x01");               // no body
    REFUSED("unsupported", "\x08\x01\xaa\x01\x00");   // body 21
    REFUSED("malformed", "\x08\x01\x52\x00\x52\x00"); // two bodies
    REFUSED("malformed", "\x08\x01\x08\x01\x52\x00"); // two versions
    REFUSED("malformed", "\x0a\x01\x01\x52\x00");     // the version as bytes
    REFUSED("malformed", "\x08\x01\x52\x01");         // longer than the frame
    REFUSED("malformed", "\x08\x01\x53\x54");         // a group
    REFUSED("malformed",
            "\x08\x01\x52\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"); // a varint too long
    REFUSED("malformed", "\x00\x01");                                // field 0
}

static void request_of_a_refusal(void **state)
{
    (void)state;
    struct message message;
    struct err err = {0};
    static const uint8_t bad[] = "\x08\x01\x10\x07\x62\x02\x0a\x00"; // Submit with an empty id
    assert_int_equal(message_decode(bad, sizeof bad - 1, &message, &err), -1);
    assert_true(message.request == 7);
    assert_int_equal(message.type, MESSAGE_SUBMIT);
}

static void what_protobuf_c_lets_pass(void **state)
{
    (void)state;
    REFUSED("malformed", "\x08\x01\x8a\x01\x05\x12\x03"
                         "a\0b");                                 // NUL in Query.campaign
    REFUSED("malformed", "\x08\x01\x8a\x01\x04\x12\x02\xc3\x28"); // not UTF-8
    REFUSED("malformed", "\x08\x01\x8a\x01\x04\x08\x01\x08\x02"); // Query.what twice
    REFUSED("malformed", "\x08\x01\x8a\x01\x02\x08\x63");         // what = 99
    REFUSED("malformed", "\x08\x01\x8a\x01\x03\x0a\x01\x01");     // what as bytes
    REFUSED("malformed", "\x08\x01\x8a\x01\x02\x0b\x0c");         // a group inside
}

static void too_large(void **state)
{
    (void)state;
    uint8_t *data = mem_alloc(WIRE_BYTES_MAX + 1, 1);
    refused(data, WIRE_BYTES_MAX + 1, "too_large");
    refused(data, WIRE_BYTES_MAX, "malformed");
    free(data);
}

// A megabyte of unknown fields, or of numbers one by one, stays within the memory of one message.
static void hostile_fill(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < 3; kind++) {
        static const uint8_t unknown[] = {0x78, 0x01}, single[] = {0x28, 0x01},
                             form[] = {0x32, 0x00};
        const uint8_t *unit = kind == 0 ? unknown : kind == 1 ? single : form;
        struct text out = {0};
        text_add(&out, "\x08\x01", 2);
        text_add(&out, "\x62\x80\x80\x20", 4); // Submit of 512 KiB
        for (size_t i = 0; i < 256 * 1024; i++)
            text_add(&out, (const char *)unit, 2);
        refused(out.data, out.length, kind == 1 ? "malformed" : "limit");
        text_free(&out);
    }
}

static void answer_codes(void **state)
{
    (void)state;
    assert_string_equal(wire_code_name(WIRE_PERIOD_CLOSED), "PERIOD_CLOSED");
    assert_string_equal(wire_code_name((enum wire_code)0), "?");
    assert_string_equal(wire_code_name((enum wire_code)99), "?");
    for (int code = WIRE_COMMITTED; code <= WIRE_UNSUPPORTED; code++)
        assert_true(wire_code_final((enum wire_code)code) ==
                    (code != WIRE_BUSY && code != WIRE_UNAVAILABLE));
}

static void findings_on_the_wire(void **state)
{
    (void)state;
    struct findings findings = {0}, back = {0};
    struct arena *arena = arena_create();
    for (unsigned i = 0; i < WIRE_FINDINGS_MAX + 5; i++)
        finding_add(&findings, FINDING_UNKNOWN_UNIT, (struct finding_place){"f", i, "unit"}, "v",
                    "v", NULL);
    struct wire_findings wire = wire_findings_of(&findings, arena);
    assert_int_equal(wire.count, WIRE_FINDINGS_MAX);
    assert_int_equal(wire.left_out, 5);
    wire_findings_to(&wire, &back);
    assert_int_equal(back.count, WIRE_FINDINGS_MAX);
    assert_int_equal(back.list[3].row, 3);
    assert_string_equal(back.list[3].args[0], "v");
    findings_free(&findings);
    findings_free(&back);
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(submits),
        cmocka_unit_test(submit_without_rows_and_notes),
        cmocka_unit_test(submit_bases),
        cmocka_unit_test(body_as_received),
        cmocka_unit_test(receipts),
        cmocka_unit_test(submit_answers),
        cmocka_unit_test(tables),
        cmocka_unit_test(commands_and_loads),
        cmocka_unit_test(queries),
        cmocka_unit_test(small_bodies),
        cmocka_unit_test(submit_limits),
        cmocka_unit_test(notes_at_their_limit),
        cmocka_unit_test(notes_are_nfc),
        cmocka_unit_test(envelopes),
        cmocka_unit_test(request_of_a_refusal),
        cmocka_unit_test(what_protobuf_c_lets_pass),
        cmocka_unit_test(too_large),
        cmocka_unit_test(hostile_fill),
        cmocka_unit_test(answer_codes),
        cmocka_unit_test(findings_on_the_wire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
