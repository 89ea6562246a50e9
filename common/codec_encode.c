// Encoding: struct message -> bytes. The envelope is written by hand around a packed body, so that
// stored pieces (signed receipts) go in as the bytes they are.
#include "common/codec_private.h"

#include "core/mem.h"
#include <stdlib.h>

// Generated structs have no const; packing does not write to what they point to.
static char **texts_of(const char *const *in)
{
    union {
        const char *const *in;
        char **out;
    } both = {.in = in};
    return both.out;
}

static char *text_of(const char *in)
{
    union {
        const char *in;
        char *out;
    } both = {.in = in};
    return both.out;
}

static void *array_of(const void *in)
{
    union {
        const void *in;
        void *out;
    } both = {.in = in};
    return both.out;
}

static ProtobufCBinaryData bytes_of(const void *data, size_t length)
{
    return (ProtobufCBinaryData){.len = length, .data = array_of(data)};
}

// ---- wire format by hand

static void add_varint(struct text *out, uint64_t value)
{
    char buffer[10];
    size_t length = 0;
    for (; value >= 0x80; value >>= 7)
        buffer[length++] = (char)(uint8_t)(value | 0x80);
    buffer[length++] = (char)(uint8_t)value;
    text_add(out, buffer, length);
}

static void add_number(struct text *out, unsigned field, uint64_t value)
{
    if (value == 0)
        return;
    add_varint(out, (uint64_t)field << 3);
    add_varint(out, value);
}

static void add_header(struct text *out, unsigned field, size_t length)
{
    add_varint(out, (uint64_t)field << 3 | 2);
    add_varint(out, length);
}

// Appends the packed message.
static void add_packed(struct text *out, const void *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *packed = mem_alloc(size + 1, 1);
    protobuf_c_message_pack(message, packed);
    text_add(out, (const char *)packed, size);
    free(packed);
}

// ---- parts

static void fill_receipt(const struct wire_receipt *in, Thidua__Receipt *out)
{
    thidua__receipt__init(out);
    out->id = bytes_of(in->id, ID_BYTES);
    out->campaign = text_of(in->campaign);
    out->office = text_of(in->office);
    out->created = in->created;
    out->changed = in->changed;
    out->unchanged = in->unchanged;
    out->withdrawn = in->withdrawn;
    out->late = in->late;
    out->accepted = in->accepted;
    out->accepted_us = in->accepted_us;
    out->digest = bytes_of(in->digest, DIGEST_BYTES);
}

void receipt_encode(const struct wire_receipt *receipt, struct text *out)
{
    Thidua__Receipt message;
    fill_receipt(receipt, &message);
    add_packed(out, &message);
}

void signed_receipt_encode(const struct wire_signed_receipt *receipt, struct text *out)
{
    Thidua__SignedReceipt message = THIDUA__SIGNED_RECEIPT__INIT;
    ProtobufCBinaryData proof[PROOF_MAX];
    for (size_t i = 0; i < receipt->proof_count; i++)
        proof[i] = bytes_of(receipt->proof[i], DIGEST_BYTES);
    message.receipt = bytes_of(receipt->receipt.data, receipt->receipt.length);
    message.index = receipt->index;
    message.count = receipt->count;
    message.n_proof = receipt->proof_count;
    message.proof = proof;
    message.public_key = bytes_of(receipt->public_key, KEY_BYTES);
    message.signature = bytes_of(receipt->signature, SIGNATURE_BYTES);
    add_packed(out, &message);
}

static Thidua__Finding **fill_findings(const struct wire_findings *in, struct arena *arena)
{
    Thidua__Finding *list = arena_alloc(arena, in->count, sizeof *list);
    Thidua__Finding **pointers = arena_alloc(arena, in->count, sizeof *pointers);
    for (size_t i = 0; i < in->count; i++) {
        const struct wire_finding *finding = &in->list[i];
        thidua__finding__init(&list[i]);
        list[i].code = finding->code;
        list[i].row = finding->row;
        list[i].file = text_of(finding->file);
        list[i].column = text_of(finding->column);
        list[i].value = text_of(finding->value);
        list[i].arg = texts_of(finding->args);
        for (size_t arg = 0; arg < FINDING_ARGS; arg++) {
            if (finding->args[arg] != NULL && finding->args[arg][0] != '\0')
                list[i].n_arg = arg + 1;
        }
        pointers[i] = &list[i];
    }
    return pointers;
}

// ---- bodies

static void encode_ping(const struct message *in, struct arena *arena, struct text *out)
{
    Thidua__Ping message = THIDUA__PING__INIT;
    (void)in;
    (void)arena;
    add_packed(out, &message);
}

static void encode_pong(const struct message *in, struct arena *arena, struct text *out)
{
    Thidua__Pong message = THIDUA__PONG__INIT;
    (void)arena;
    message.version = text_of(in->pong.version);
    message.server = text_of(in->pong.server);
    message.now_us = in->pong.now_us;
    message.receipt_key = bytes_of(in->pong.receipt_key.data, in->pong.receipt_key.length);
    message.role = text_of(in->pong.role);
    message.unit = text_of(in->pong.unit);
    add_packed(out, &message);
}

static void fill_form(const struct wire_form *in, struct arena *arena, Thidua__Form *out)
{
    thidua__form__init(out);
    out->unit = text_of(in->unit);
    out->period = text_of(in->period);
    out->n_indicator = out->n_state = out->n_value = out->n_denominator = out->n_has_denominator =
        in->count;
    out->indicator = array_of(in->indicator);
    out->state = array_of(in->state);
    out->value = array_of(in->value_e4);
    out->denominator = array_of(in->denominator_e4);
    out->has_denominator = arena_alloc(arena, in->count, sizeof *out->has_denominator);
    for (size_t i = 0; i < in->count; i++)
        out->has_denominator[i] = in->has_denominator[i];
    out->n_row = in->row != NULL ? in->count : 0;
    out->row = array_of(in->row);
    out->n_note = in->note != NULL ? in->count : 0;
    out->note = texts_of(in->note);
    out->base_rows = in->base;
}

static void encode_submit(const struct message *in, struct arena *arena, struct text *out)
{
    const struct wire_submit *submit = &in->submit;
    Thidua__Submit message = THIDUA__SUBMIT__INIT;
    Thidua__Form *forms = arena_alloc(arena, submit->form_count, sizeof *forms);
    message.id = bytes_of(submit->id, ID_BYTES);
    message.campaign = text_of(submit->campaign);
    message.office = text_of(submit->office);
    message.dry_run = submit->dry_run;
    message.n_indicator = submit->indicator_count;
    message.indicator = texts_of(submit->indicators);
    message.n_form = submit->form_count;
    message.form = arena_alloc(arena, submit->form_count, sizeof *message.form);
    for (size_t i = 0; i < submit->form_count; i++) {
        fill_form(&submit->forms[i], arena, &forms[i]);
        message.form[i] = &forms[i];
    }
    message.n_own = submit->own_count;
    message.own = arena_alloc(arena, submit->own_count, sizeof *message.own);
    for (size_t i = 0; i < submit->own_count; i++)
        message.own[i] = bytes_of(submit->own[i], ID_BYTES);
    add_packed(out, &message);
}

static void encode_submit_answer(const struct message *in, struct arena *arena, struct text *out)
{
    const struct wire_submit_answer *answer = &in->submit_answer;
    Thidua__SubmitAnswer message = THIDUA__SUBMIT_ANSWER__INIT;
    Thidua__Receipt preview;
    message.code = (Thidua__Code)answer->code;
    message.id = bytes_of(answer->id, ID_BYTES);
    message.n_finding = answer->findings.count;
    message.finding = fill_findings(&answer->findings, arena);
    message.findings_left_out = answer->findings.left_out;
    message.retry_ms = answer->retry_ms;
    message.n_rows = answer->row_count;
    message.rows = array_of(answer->rows);
    if (answer->has_preview) {
        fill_receipt(&answer->preview, &preview);
        message.preview = &preview;
    }
    add_packed(out, &message);
    if (!answer->has_receipt)
        return;

    struct text made = {0};
    if (answer->receipt_raw.data != NULL)
        text_add(&made, (const char *)answer->receipt_raw.data, answer->receipt_raw.length);
    else
        signed_receipt_encode(&answer->receipt, &made);
    add_header(out, 3, made.length);
    text_add(out, made.data, made.length);
    text_free(&made);
}

static void encode_locate(const struct message *in, struct arena *arena, struct text *out)
{
    Thidua__Locate message = THIDUA__LOCATE__INIT;
    (void)arena;
    message.campaign = text_of(in->locate.campaign);
    message.n_unit = message.n_period = in->locate.count;
    message.unit = texts_of(in->locate.units);
    message.period = texts_of(in->locate.periods);
    message.rows = in->locate.rows;
    add_packed(out, &message);
}

static void encode_located(const struct message *in, struct arena *arena, struct text *out)
{
    Thidua__Located message = THIDUA__LOCATED__INIT;
    (void)arena;
    message.n_office = in->located.count;
    message.office = texts_of(in->located.offices);
    message.n_rows = in->located.rows != NULL ? in->located.count : 0;
    message.rows = array_of(in->located.rows);
    add_packed(out, &message);
}

static void encode_load(const struct message *in, struct arena *arena, struct text *out)
{
    const struct wire_load *load = &in->load;
    Thidua__Load message = THIDUA__LOAD__INIT;
    (void)arena;
    message.id = bytes_of(load->id, ID_BYTES);
    message.kind = (Thidua__DocumentKind)load->kind;
    message.campaign = text_of(load->campaign);
    message.file = text_of(load->file);
    message.part = load->part;
    message.last = load->last;
    message.check_only = load->check_only;
    message.replace = load->replace;
    message.data = bytes_of(load->data.data, load->data.length);
    add_packed(out, &message);
}

static void encode_query(const struct message *in, struct arena *arena, struct text *out)
{
    const struct wire_query *query = &in->query;
    Thidua__Query message = THIDUA__QUERY__INIT;
    (void)arena;
    message.what = (Thidua__What)query->what;
    message.campaign = text_of(query->campaign);
    message.period = text_of(query->period);
    message.unit = text_of(query->unit);
    message.indicator = text_of(query->indicator);
    message.scope = text_of(query->scope);
    message.award = text_of(query->award);
    message.number = query->number;
    message.other = query->other;
    message.id = bytes_of(query->id.data, query->id.length);
    message.cursor = bytes_of(query->cursor.data, query->cursor.length);
    add_packed(out, &message);
}

static void encode_table(const struct message *in, struct arena *arena, struct text *out)
{
    const struct wire_table *table = &in->table;
    Thidua__Table message = THIDUA__TABLE__INIT;
    (void)arena;
    message.n_column = table->column_count;
    message.column = texts_of(table->columns);
    message.n_cell = table->cell_count;
    message.cell = texts_of(table->cells);
    message.cursor = bytes_of(table->cursor.data, table->cursor.length);
    message.run = table->run;
    message.period = text_of(table->period);
    add_packed(out, &message);
}

static void encode_command(const struct message *in, struct arena *arena, struct text *out)
{
    const struct wire_command *command = &in->command;
    Thidua__Command message = THIDUA__COMMAND__INIT;
    (void)arena;
    message.action = (Thidua__Action)command->action;
    message.campaign = text_of(command->campaign);
    message.period = text_of(command->period);
    message.number = command->number;
    message.key = bytes_of(command->key.data, command->key.length);
    message.role = text_of(command->role);
    message.unit = text_of(command->unit);
    message.name = text_of(command->name);
    message.days = command->days;
    message.until = text_of(command->until);
    message.reason = text_of(command->reason);
    message.sign_key = bytes_of(command->sign_key.data, command->sign_key.length);
    message.digest = bytes_of(command->digest.data, command->digest.length);
    message.signature = bytes_of(command->signature.data, command->signature.length);
    add_packed(out, &message);
}

static void encode_answer(const struct message *in, struct arena *arena, struct text *out)
{
    const struct wire_answer *answer = &in->answer;
    Thidua__Answer message = THIDUA__ANSWER__INIT;
    message.code = (Thidua__Code)answer->code;
    message.number = answer->number;
    message.added = answer->added;
    message.changed = answer->changed;
    message.unchanged = answer->unchanged;
    message.n_finding = answer->findings.count;
    message.finding = fill_findings(&answer->findings, arena);
    message.findings_left_out = answer->findings.left_out;
    message.retry_ms = answer->retry_ms;
    message.text = text_of(answer->text);
    add_packed(out, &message);
}

static void encode_ready(const struct message *in, struct arena *arena, struct text *out)
{
    Thidua__Ready message = THIDUA__READY__INIT;
    (void)arena;
    message.credit = in->ready.credit;
    message.version = text_of(in->ready.version);
    message.name = text_of(in->ready.name);
    add_packed(out, &message);
}

static void encode_job(const struct message *in, struct arena *arena, struct text *out)
{
    Thidua__Job message = THIDUA__JOB__INIT;
    (void)arena;
    message.job = in->job.job;
    message.lease = in->job.lease;
    message.lease_ms = in->job.lease_ms;
    add_packed(out, &message);
}

static void encode_job_done(const struct message *in, struct arena *arena, struct text *out)
{
    Thidua__JobDone message = THIDUA__JOB_DONE__INIT;
    (void)arena;
    message.job = in->job_done.job;
    message.lease = in->job_done.lease;
    message.ok = in->job_done.ok;
    message.error = text_of(in->job_done.error);
    message.final = in->job_done.final;
    add_packed(out, &message);
}

static void encode_heartbeat(const struct message *in, struct arena *arena, struct text *out)
{
    Thidua__Heartbeat message = THIDUA__HEARTBEAT__INIT;
    (void)arena;
    message.n_job = message.n_lease = in->leases.count;
    message.job = array_of(in->leases.jobs);
    message.lease = array_of(in->leases.leases);
    add_packed(out, &message);
}

static void encode_lease_lost(const struct message *in, struct arena *arena, struct text *out)
{
    Thidua__LeaseLost message = THIDUA__LEASE_LOST__INIT;
    (void)arena;
    message.n_job = message.n_lease = in->leases.count;
    message.job = array_of(in->leases.jobs);
    message.lease = array_of(in->leases.leases);
    add_packed(out, &message);
}

// ---- the envelope

typedef void encode_fn(const struct message *in, struct arena *arena, struct text *out);
static encode_fn *const encoders[] = {
    [MESSAGE_PING] = encode_ping,
    [MESSAGE_PONG] = encode_pong,
    [MESSAGE_SUBMIT] = encode_submit,
    [MESSAGE_SUBMIT_ANSWER] = encode_submit_answer,
    [MESSAGE_LOCATE] = encode_locate,
    [MESSAGE_LOCATED] = encode_located,
    [MESSAGE_LOAD] = encode_load,
    [MESSAGE_QUERY] = encode_query,
    [MESSAGE_TABLE] = encode_table,
    [MESSAGE_COMMAND] = encode_command,
    [MESSAGE_ANSWER] = encode_answer,
    [MESSAGE_READY] = encode_ready,
    [MESSAGE_JOB] = encode_job,
    [MESSAGE_JOB_DONE] = encode_job_done,
    [MESSAGE_HEARTBEAT] = encode_heartbeat,
    [MESSAGE_LEASE_LOST] = encode_lease_lost,
};

int message_encode(const struct message *message, struct text *out, struct err *err)
{
    size_t type = (size_t)message->type;
    if (type >= sizeof encoders / sizeof encoders[0] || encoders[type] == NULL)
        return err_set(err, ERR_DIE, "unsupported", "message type %zu", type);
    struct text body = {0};
    struct arena *arena = arena_create();
    encoders[type](message, arena, &body);
    arena_destroy(arena);

    size_t before = out->length;
    add_number(out, 1, WIRE_VERSION);
    add_number(out, 2, message->request);
    add_header(out, (unsigned)type, body.length);
    text_add(out, body.data != NULL ? body.data : "", body.length);
    text_free(&body);
    if (out->length - before <= WIRE_BYTES_MAX)
        return 0;
    size_t length = out->length - before;
    out->length = before;
    return err_set(err, ERR_REJECT, "too_large", "the message has %zu bytes", length);
}
