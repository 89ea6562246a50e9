// A submission: forms with parallel arrays. The arrays of the unpacked message are used as they are;
// only the truth values, which protobuf-c keeps as ints, are copied.
#include "common/codec_private.h"

#include "common/words.h"
#include "core/entry.h"

// Stored as they come, so they must come in the one form in which equal texts are equal bytes.
static int check_notes(const Thidua__Form *in, struct err *err)
{
    if (check_texts(in->note, in->n_note, WIRE_NOTE_BYTES_MAX, "note", err) != 0)
        return -1;
    for (size_t i = 0; i < in->n_note; i++) {
        if (!words_is_nfc(in->note[i]))
            return codec_fail(err, "malformed", "note");
    }
    return 0;
}

static int check_arrays(const Thidua__Form *in, struct err *err)
{
    size_t count = in->n_indicator;
    if (in->n_state != count || in->n_value != count || in->n_denominator != count ||
        in->n_has_denominator != count)
        return codec_fail(err, "malformed", "form");
    if (in->n_row != 0 && in->n_row != count)
        return codec_fail(err, "malformed", "row");
    if (in->n_note != 0 && in->n_note != count)
        return codec_fail(err, "malformed", "note");
    return check_notes(in, err);
}

static int check_cells(const Thidua__Form *in, size_t indicators, struct err *err)
{
    for (size_t i = 0; i < in->n_indicator; i++) {
        if (in->indicator[i] >= indicators)
            return codec_fail(err, "malformed", "indicator");
        if (in->state[i] < CELL_VALUE || in->state[i] > CELL_VERIFIED)
            return codec_fail(err, "malformed", "state");
        if (!in->has_denominator[i] && in->denominator[i] != 0)
            return codec_fail(err, "malformed", "denominator"); // rather than drop a figure
    }
    return 0;
}

static const bool *truths(const protobuf_c_boolean *in, size_t count, struct codec_memory *memory)
{
    bool *out = codec_memory_take(memory, count * sizeof *out);
    for (size_t i = 0; out != NULL && i < count; i++)
        out[i] = in[i] != 0;
    return out;
}

static int decode_form(const Thidua__Form *in, size_t indicators, struct codec_memory *memory,
                       struct wire_form *ret, struct err *err)
{
    if (check_text(in->unit, WIRE_CODE_BYTES_MAX, "unit", err) != 0 ||
        check_text(in->period, WIRE_CODE_BYTES_MAX, "period", err) != 0 ||
        check_count(in->n_indicator, WIRE_CELLS_MAX, "cells", err) != 0 ||
        check_arrays(in, err) != 0 || check_cells(in, indicators, err) != 0)
        return -1;
    *ret = (struct wire_form){
        .unit = in->unit,
        .period = in->period,
        .count = in->n_indicator,
        .indicator = in->indicator,
        .state = in->state,
        .value_e4 = in->value,
        .denominator_e4 = in->denominator,
        .has_denominator = truths(in->has_denominator, in->n_indicator, memory),
        .row = in->n_row > 0 ? in->row : NULL,
        .note = in->n_note > 0 ? (const char *const *)in->note : NULL,
        .base = in->base_rows,
    };
    return ret->has_denominator != NULL ? 0 : codec_fail(err, "limit", "form");
}

static int decode_forms(const Thidua__Submit *in, struct codec_memory *memory,
                        struct wire_submit *ret, struct err *err)
{
    struct wire_form *forms = codec_memory_take(memory, in->n_form * sizeof *forms);
    if (forms == NULL)
        return codec_fail(err, "limit", "form");
    size_t cells = 0;
    for (size_t i = 0; i < in->n_form; i++) {
        if (decode_form(in->form[i], in->n_indicator, memory, &forms[i], err) != 0)
            return -1;
        cells += forms[i].count;
    }
    ret->forms = forms;
    ret->form_count = in->n_form;
    ret->cell_count = cells;
    return check_count(cells, WIRE_CELLS_MAX, "cells", err);
}

static int decode_own(const Thidua__Submit *in, struct codec_memory *memory,
                      struct wire_submit *ret, struct err *err)
{
    if (check_count(in->n_own, WIRE_OWN_MAX, "own", err) != 0)
        return -1;
    uint8_t(*own)[ID_BYTES] = codec_memory_take(memory, in->n_own * sizeof *own);
    if (own == NULL)
        return codec_fail(err, "limit", "own");
    for (size_t i = 0; i < in->n_own; i++) {
        if (fixed_bytes(in->own[i], own[i], ID_BYTES, "own", err) != 0)
            return -1;
    }
    ret->own = (const uint8_t(*)[ID_BYTES])own;
    ret->own_count = in->n_own;
    return 0;
}

int decode_submit(const ProtobufCMessage *base, struct codec_memory *memory, struct message *ret,
                  struct err *err)
{
    const Thidua__Submit *in = (const Thidua__Submit *)(const void *)base;
    struct wire_submit *out = &ret->submit;
    if (fixed_bytes(in->id, out->id, ID_BYTES, "id", err) != 0 ||
        check_text(in->campaign, WIRE_CODE_BYTES_MAX, "campaign", err) != 0 ||
        check_text(in->office, WIRE_CODE_BYTES_MAX, "office", err) != 0 ||
        check_count(in->n_indicator, WIRE_INDICATORS_MAX, "indicator", err) != 0 ||
        check_texts(in->indicator, in->n_indicator, WIRE_CODE_BYTES_MAX, "indicator", err) != 0 ||
        check_count(in->n_form, WIRE_FORMS_MAX, "form", err) != 0 ||
        decode_own(in, memory, out, err) != 0)
        return -1;
    out->campaign = in->campaign;
    out->office = in->office;
    out->dry_run = in->dry_run != 0;
    out->indicator_count = in->n_indicator;
    out->indicators = (const char *const *)in->indicator;
    return decode_forms(in, memory, out, err);
}
