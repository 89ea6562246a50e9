// From unpacked messages to plain structs: every body but Submit (codec_submit.c). What the schema
// cannot say is checked here, field by field.
#include "common/codec_private.h"

#include <string.h>

int check_text(const char *text, size_t max, const char *field, struct err *err)
{
    return strlen(text) <= max ? 0 : codec_fail(err, "limit", field);
}

int check_count(size_t count, size_t max, const char *field, struct err *err)
{
    return count <= max ? 0 : codec_fail(err, "limit", field);
}

int check_texts(char *const *texts, size_t count, size_t max, const char *field, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (check_text(texts[i], max, field, err) != 0)
            return -1;
    }
    return 0;
}

int fixed_bytes(ProtobufCBinaryData in, uint8_t *out, size_t size, const char *field,
                struct err *err)
{
    if (in.len != size)
        return codec_fail(err, "malformed", field);
    memcpy(out, in.data, size);
    return 0;
}

// A field that is absent or has just this size.
static int optional_bytes(ProtobufCBinaryData in, size_t size, struct bytes *ret, const char *field,
                          struct err *err)
{
    if (in.len != 0 && in.len != size)
        return codec_fail(err, "malformed", field);
    *ret = (struct bytes){in.data, in.len};
    return 0;
}

static int check_number(unsigned number, unsigned least, unsigned most, const char *field,
                        struct err *err)
{
    return number >= least && number <= most ? 0 : codec_fail(err, "malformed", field);
}

// ---- parts

int decode_receipt(const Thidua__Receipt *in, struct wire_receipt *ret, struct err *err)
{
    if (fixed_bytes(in->id, ret->id, ID_BYTES, "id", err) != 0 ||
        check_text(in->campaign, WIRE_CODE_BYTES_MAX, "campaign", err) != 0 ||
        check_text(in->office, WIRE_CODE_BYTES_MAX, "office", err) != 0 ||
        fixed_bytes(in->digest, ret->digest, DIGEST_BYTES, "digest", err) != 0)
        return -1;
    ret->campaign = in->campaign;
    ret->office = in->office;
    ret->created = in->created;
    ret->changed = in->changed;
    ret->unchanged = in->unchanged;
    ret->withdrawn = in->withdrawn;
    ret->late = in->late != 0;
    ret->accepted = in->accepted;
    ret->accepted_us = in->accepted_us;
    return 0;
}

int decode_signed_receipt(const Thidua__SignedReceipt *in, struct wire_signed_receipt *ret,
                          struct err *err)
{
    ret->receipt = (struct bytes){in->receipt.data, in->receipt.len};
    ret->index = in->index;
    ret->count = in->count;
    ret->proof_count = in->n_proof;
    if (in->index >= in->count)
        return codec_fail(err, "malformed", "index");
    if (check_count(in->n_proof, PROOF_MAX, "proof", err) != 0 ||
        fixed_bytes(in->public_key, ret->public_key, KEY_BYTES, "public_key", err) != 0 ||
        fixed_bytes(in->signature, ret->signature, SIGNATURE_BYTES, "signature", err) != 0)
        return -1;
    for (size_t i = 0; i < in->n_proof; i++) {
        if (fixed_bytes(in->proof[i], ret->proof[i], DIGEST_BYTES, "proof", err) != 0)
            return -1;
    }
    return 0;
}

static int decode_finding(const Thidua__Finding *in, struct wire_finding *ret, struct err *err)
{
    if (check_text(in->file, WIRE_TEXT_BYTES_MAX, "file", err) != 0 ||
        check_text(in->column, WIRE_TEXT_BYTES_MAX, "column", err) != 0 ||
        check_text(in->value, WIRE_TEXT_BYTES_MAX, "value", err) != 0 ||
        check_count(in->n_arg, FINDING_ARGS, "arg", err) != 0)
        return -1;
    *ret = (struct wire_finding){.code = in->code,
                                 .row = in->row,
                                 .file = in->file,
                                 .column = in->column,
                                 .value = in->value};
    for (size_t i = 0; i < FINDING_ARGS; i++)
        ret->args[i] = i < in->n_arg ? in->arg[i] : "";
    return 0;
}

static int decode_findings(Thidua__Finding *const *in, size_t count, uint32_t left_out,
                           struct codec_memory *memory, struct wire_findings *ret, struct err *err)
{
    if (check_count(count, WIRE_FINDINGS_MAX, "finding", err) != 0)
        return -1;
    struct wire_finding *list = codec_memory_take(memory, count * sizeof *list);
    if (list == NULL)
        return codec_fail(err, "limit", "finding");
    for (size_t i = 0; i < count; i++) {
        if (decode_finding(in[i], &list[i], err) != 0)
            return -1;
    }
    *ret = (struct wire_findings){.count = count, .list = list, .left_out = left_out};
    return 0;
}

// ---- bodies

int decode_pong(const ProtobufCMessage *base, struct codec_memory *memory, struct message *ret,
                struct err *err)
{
    const Thidua__Pong *in = (const Thidua__Pong *)(const void *)base;
    struct wire_pong *out = &ret->pong;
    (void)memory;
    *out = (struct wire_pong){.version = in->version,
                              .server = in->server,
                              .role = in->role,
                              .unit = in->unit,
                              .now_us = in->now_us};
    if (check_text(in->version, WIRE_NAME_BYTES_MAX, "version", err) != 0 ||
        check_text(in->server, WIRE_NAME_BYTES_MAX, "server", err) != 0 ||
        check_text(in->role, WIRE_CODE_BYTES_MAX, "role", err) != 0 ||
        check_text(in->unit, WIRE_CODE_BYTES_MAX, "unit", err) != 0)
        return -1;
    return optional_bytes(in->receipt_key, KEY_BYTES, &out->receipt_key, "receipt_key", err);
}

int decode_submit_answer(const ProtobufCMessage *base, struct codec_memory *memory,
                         struct message *ret, struct err *err)
{
    const Thidua__SubmitAnswer *in = (const Thidua__SubmitAnswer *)(const void *)base;
    struct wire_submit_answer *out = &ret->submit_answer;
    if (wire_code_name((enum wire_code)in->code)[0] == '?')
        return codec_fail(err, "malformed", "code");
    out->code = (enum wire_code)in->code;
    out->retry_ms = in->retry_ms;
    out->has_receipt = in->receipt != NULL;
    out->has_preview = in->preview != NULL;
    out->row_count = in->n_rows;
    out->rows = in->rows;
    if (fixed_bytes(in->id, out->id, ID_BYTES, "id", err) != 0 ||
        (out->has_receipt && decode_signed_receipt(in->receipt, &out->receipt, err) != 0) ||
        (out->has_preview && decode_receipt(in->preview, &out->preview, err) != 0) ||
        check_count(in->n_rows, WIRE_FORMS_MAX, "rows", err) != 0)
        return -1;
    return decode_findings(in->finding, in->n_finding, in->findings_left_out, memory,
                           &out->findings, err);
}

int decode_locate(const ProtobufCMessage *base, struct codec_memory *memory, struct message *ret,
                  struct err *err)
{
    const Thidua__Locate *in = (const Thidua__Locate *)(const void *)base;
    (void)memory;
    if (in->n_unit != in->n_period)
        return codec_fail(err, "malformed", "period");
    if (check_count(in->n_unit, WIRE_LOCATE_MAX, "unit", err) != 0 ||
        check_text(in->campaign, WIRE_CODE_BYTES_MAX, "campaign", err) != 0 ||
        check_texts(in->unit, in->n_unit, WIRE_CODE_BYTES_MAX, "unit", err) != 0 ||
        check_texts(in->period, in->n_period, WIRE_CODE_BYTES_MAX, "period", err) != 0)
        return -1;
    ret->locate = (struct wire_locate){.campaign = in->campaign,
                                       .count = in->n_unit,
                                       .units = (const char *const *)in->unit,
                                       .periods = (const char *const *)in->period,
                                       .rows = in->rows != 0};
    return 0;
}

int decode_located(const ProtobufCMessage *base, struct codec_memory *memory, struct message *ret,
                   struct err *err)
{
    const Thidua__Located *in = (const Thidua__Located *)(const void *)base;
    (void)memory;
    if (check_count(in->n_office, WIRE_LOCATE_MAX, "office", err) != 0 ||
        check_texts(in->office, in->n_office, WIRE_CODE_BYTES_MAX, "office", err) != 0)
        return -1;
    if (in->n_rows != 0 && in->n_rows != in->n_office)
        return codec_fail(err, "malformed", "rows");
    ret->located = (struct wire_located){.count = in->n_office,
                                         .offices = (const char *const *)in->office,
                                         .rows = in->n_rows != 0 ? in->rows : NULL};
    return 0;
}

int decode_load(const ProtobufCMessage *base, struct codec_memory *memory, struct message *ret,
                struct err *err)
{
    const Thidua__Load *in = (const Thidua__Load *)(const void *)base;
    struct wire_load *out = &ret->load;
    (void)memory;
    *out = (struct wire_load){.kind = (enum document_kind)in->kind,
                              .campaign = in->campaign,
                              .file = in->file,
                              .part = in->part,
                              .last = in->last != 0,
                              .check_only = in->check_only != 0,
                              .replace = in->replace != 0,
                              .data = {in->data.data, in->data.len}};
    if (fixed_bytes(in->id, out->id, ID_BYTES, "id", err) != 0 ||
        check_number((unsigned)in->kind, DOCUMENT_UNITS, DOCUMENT_DECISIONS, "kind", err) != 0 ||
        check_text(in->campaign, WIRE_CODE_BYTES_MAX, "campaign", err) != 0 ||
        check_text(in->file, WIRE_NAME_BYTES_MAX, "file", err) != 0)
        return -1;
    return check_count(in->data.len, WIRE_LOAD_PART_BYTES_MAX, "data", err);
}

int decode_query(const ProtobufCMessage *base, struct codec_memory *memory, struct message *ret,
                 struct err *err)
{
    const Thidua__Query *in = (const Thidua__Query *)(const void *)base;
    struct wire_query *out = &ret->query;
    (void)memory;
    *out = (struct wire_query){.what = (enum query_what)in->what,
                               .campaign = in->campaign,
                               .period = in->period,
                               .unit = in->unit,
                               .indicator = in->indicator,
                               .scope = in->scope,
                               .award = in->award,
                               .number = in->number,
                               .other = in->other,
                               .cursor = {in->cursor.data, in->cursor.len}};
    if (check_number((unsigned)in->what, QUERY_ROLLUP, QUERY_LAST, "what", err) != 0 ||
        check_text(in->campaign, WIRE_CODE_BYTES_MAX, "campaign", err) != 0 ||
        check_text(in->period, WIRE_CODE_BYTES_MAX, "period", err) != 0 ||
        check_text(in->unit, WIRE_CODE_BYTES_MAX, "unit", err) != 0 ||
        check_text(in->indicator, WIRE_CODE_BYTES_MAX, "indicator", err) != 0 ||
        check_text(in->scope, WIRE_CODE_BYTES_MAX, "scope", err) != 0 ||
        check_text(in->award, WIRE_CODE_BYTES_MAX, "award", err) != 0 ||
        check_count(in->cursor.len, WIRE_CURSOR_BYTES_MAX, "cursor", err) != 0)
        return -1;
    return optional_bytes(in->id, ID_BYTES, &out->id, "id", err);
}

int decode_table(const ProtobufCMessage *base, struct codec_memory *memory, struct message *ret,
                 struct err *err)
{
    const Thidua__Table *in = (const Thidua__Table *)(const void *)base;
    (void)memory;
    if (check_count(in->n_column, WIRE_COLUMNS_MAX, "column", err) != 0 ||
        check_count(in->n_cell, WIRE_TABLE_CELLS_MAX, "cell", err) != 0 ||
        check_texts(in->column, in->n_column, WIRE_CODE_BYTES_MAX, "column", err) != 0 ||
        check_texts(in->cell, in->n_cell, WIRE_TEXT_BYTES_MAX, "cell", err) != 0 ||
        check_count(in->cursor.len, WIRE_CURSOR_BYTES_MAX, "cursor", err) != 0 ||
        check_text(in->period, WIRE_CODE_BYTES_MAX, "period", err) != 0)
        return -1;
    if (in->n_column == 0 ? in->n_cell != 0 : in->n_cell % in->n_column != 0)
        return codec_fail(err, "malformed", "cell");
    ret->table = (struct wire_table){.column_count = in->n_column,
                                     .cell_count = in->n_cell,
                                     .columns = (const char *const *)in->column,
                                     .cells = (const char *const *)in->cell,
                                     .cursor = {in->cursor.data, in->cursor.len},
                                     .run = in->run,
                                     .period = in->period};
    return 0;
}

int decode_command(const ProtobufCMessage *base, struct codec_memory *memory, struct message *ret,
                   struct err *err)
{
    const Thidua__Command *in = (const Thidua__Command *)(const void *)base;
    struct wire_command *out = &ret->command;
    (void)memory;
    *out = (struct wire_command){.action = (enum command_action)in->action,
                                 .campaign = in->campaign,
                                 .period = in->period,
                                 .role = in->role,
                                 .unit = in->unit,
                                 .name = in->name,
                                 .until = in->until,
                                 .reason = in->reason,
                                 .number = in->number,
                                 .days = in->days};
    if (check_number((unsigned)in->action, ACTION_RUN_START, ACTION_KEY_ROTATE, "action", err) !=
            0 ||
        check_text(in->campaign, WIRE_CODE_BYTES_MAX, "campaign", err) != 0 ||
        check_text(in->period, WIRE_CODE_BYTES_MAX, "period", err) != 0 ||
        check_text(in->role, WIRE_CODE_BYTES_MAX, "role", err) != 0 ||
        check_text(in->unit, WIRE_CODE_BYTES_MAX, "unit", err) != 0 ||
        check_text(in->name, WIRE_NAME_BYTES_MAX, "name", err) != 0 ||
        check_text(in->until, WIRE_CODE_BYTES_MAX, "until", err) != 0 ||
        check_text(in->reason, WIRE_NOTE_BYTES_MAX, "reason", err) != 0 ||
        optional_bytes(in->sign_key, KEY_BYTES, &out->sign_key, "sign_key", err) != 0 ||
        optional_bytes(in->digest, DIGEST_BYTES, &out->digest, "digest", err) != 0 ||
        optional_bytes(in->signature, SIGNATURE_BYTES, &out->signature, "signature", err) != 0)
        return -1;
    return optional_bytes(in->key, KEY_BYTES, &out->key, "key", err);
}

int decode_answer(const ProtobufCMessage *base, struct codec_memory *memory, struct message *ret,
                  struct err *err)
{
    const Thidua__Answer *in = (const Thidua__Answer *)(const void *)base;
    struct wire_answer *out = &ret->answer;
    if (wire_code_name((enum wire_code)in->code)[0] == '?')
        return codec_fail(err, "malformed", "code");
    *out = (struct wire_answer){.code = (enum wire_code)in->code,
                                .number = in->number,
                                .added = in->added,
                                .changed = in->changed,
                                .unchanged = in->unchanged,
                                .retry_ms = in->retry_ms,
                                .text = in->text};
    if (check_text(in->text, WIRE_TEXT_BYTES_MAX, "text", err) != 0)
        return -1;
    return decode_findings(in->finding, in->n_finding, in->findings_left_out, memory,
                           &out->findings, err);
}

int decode_ready(const ProtobufCMessage *base, struct codec_memory *memory, struct message *ret,
                 struct err *err)
{
    const Thidua__Ready *in = (const Thidua__Ready *)(const void *)base;
    (void)memory;
    ret->ready = (struct wire_ready){
        .credit = in->credit, .version = in->version, .name = in->name};
    if (check_text(in->version, WIRE_CODE_BYTES_MAX, "version", err) != 0)
        return -1;
    return check_text(in->name, WIRE_NAME_BYTES_MAX, "name", err);
}

int decode_job(const ProtobufCMessage *base, struct codec_memory *memory, struct message *ret,
               struct err *err)
{
    const Thidua__Job *in = (const Thidua__Job *)(const void *)base;
    (void)memory;
    (void)err;
    ret->job = (struct wire_job){.job = in->job, .lease = in->lease, .lease_ms = in->lease_ms};
    return 0;
}

int decode_job_done(const ProtobufCMessage *base, struct codec_memory *memory, struct message *ret,
                    struct err *err)
{
    const Thidua__JobDone *in = (const Thidua__JobDone *)(const void *)base;
    (void)memory;
    ret->job_done = (struct wire_job_done){.job = in->job,
                                           .lease = in->lease,
                                           .ok = in->ok != 0,
                                           .final = in->final != 0,
                                           .error = in->error};
    return check_text(in->error, WIRE_TEXT_BYTES_MAX, "error", err);
}

static int decode_leases(size_t jobs, const uint64_t *job, size_t leases, const uint64_t *lease,
                         struct wire_leases *ret, struct err *err)
{
    if (jobs != leases)
        return codec_fail(err, "malformed", "lease");
    *ret = (struct wire_leases){.count = jobs, .jobs = job, .leases = lease};
    return check_count(jobs, WIRE_LEASES_MAX, "job", err);
}

int decode_heartbeat(const ProtobufCMessage *base, struct codec_memory *memory, struct message *ret,
                     struct err *err)
{
    const Thidua__Heartbeat *in = (const Thidua__Heartbeat *)(const void *)base;
    (void)memory;
    return decode_leases(in->n_job, in->job, in->n_lease, in->lease, &ret->leases, err);
}

int decode_lease_lost(const ProtobufCMessage *base, struct codec_memory *memory,
                      struct message *ret, struct err *err)
{
    const Thidua__LeaseLost *in = (const Thidua__LeaseLost *)(const void *)base;
    (void)memory;
    return decode_leases(in->n_job, in->job, in->n_lease, in->lease, &ret->leases, err);
}
