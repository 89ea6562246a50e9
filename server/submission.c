// One submission: check and answer.
#include "server/submission.h"

#include "common/log.h"
#include "core/mem.h"
#include "server/pair_map.h"
#include <stdlib.h>
#include <string.h>

// ---- life

struct submission *submission_create(const struct asker *asker, struct message *message)
{
    struct submission *submission = mem_alloc(1, sizeof *submission);
    const struct wire_submit *submit = &message->submit;
    submission->asker = *asker;
    hash_bytes(submit->body.data, submit->body.length, submission->digest);
    submission->message = *message;
    submission->message.submit.body = (struct bytes){NULL, submit->body.length};
    message->memory = NULL;
    submission->office = NO_UNIT;
    submission->then = mem_alloc(submit->form_count + 1, sizeof *submission->then);
    submission->units = mem_alloc(submit->form_count + 1, sizeof *submission->units);
    submission->periods = mem_alloc(submit->form_count + 1, sizeof *submission->periods);
    submission->numbers = mem_alloc(submit->indicator_count + 1, sizeof *submission->numbers);
    return submission;
}

void submission_destroy(struct submission *submission)
{
    if (submission == NULL)
        return;
    message_clear(&submission->message);
    world_release(submission->world);
    findings_free(&submission->findings);
    free(submission->then);
    free(submission->units);
    free(submission->periods);
    free(submission->numbers);
    free(submission->stale_rows);
    text_free(&submission->receipt_bytes);
    text_free(&submission->signed_receipt);
    free(submission);
}

size_t submission_bytes(const struct submission *submission)
{
    const struct wire_submit *submit = &submission->message.submit;
    return sizeof *submission + message_bytes(&submission->message) +
           submit->form_count * 3 * sizeof(uint32_t) + submit->indicator_count * sizeof(int16_t);
}

// ---- the check

static void find(struct submission *submission, enum finding_code code, const char *column,
                 const char *value)
{
    finding_add(&submission->findings, code, (struct finding_place){.file = "", .column = column},
                value, value, NULL);
}

// core/ wants forms of cells; the wire has parallel arrays. The cells live until the check is over.
static void forms_of(const struct wire_submit *submit, struct form *forms, struct cell *cells)
{
    for (size_t i = 0; i < submit->form_count; i++) {
        const struct wire_form *form = &submit->forms[i];
        forms[i] = (struct form){
            .unit = form->unit, .period = form->period, .cells = cells, .cell_count = form->count};
        for (size_t c = 0; c < form->count; c++)
            *cells++ = (struct cell){
                .indicator = submit->indicators[form->indicator[c]],
                .state = (uint8_t)form->state[c],
                .has_denominator = form->has_denominator[c],
                .value_e4 = form->value_e4[c],
                .denominator_e4 = form->denominator_e4[c],
                .note = form->note != NULL ? form->note[c] : "",
                .row = form->row != NULL ? form->row[c] : 0,
            };
    }
}

static unsigned first_row(const struct wire_form *form)
{
    return form->row != NULL && form->count > 0 ? form->row[0] : 0;
}

static const char *code_of(const struct submission *submission, uint32_t unit)
{
    return unit != NO_UNIT ? world_tree(submission->world)->units[unit].code : "";
}

static void find_other_office(struct submission *submission, size_t form, uint32_t office,
                              const char *expected)
{
    const struct wire_form *wire = &submission->message.submit.forms[form];
    struct finding_place place = {.file = "", .row = first_row(wire), .column = "unit"};
    finding_add(&submission->findings, FINDING_OTHER_OFFICE, place, wire->unit, wire->unit,
                code_of(submission, office), expected, NULL);
}

// One submission is one office's. Forms whose office is unknown have findings of their own.
static void check_offices(struct submission *submission, const uint32_t *offices)
{
    const struct wire_submit *submit = &submission->message.submit;
    submission->office = NO_UNIT;
    for (size_t i = 0; i < submit->form_count && submission->office == NO_UNIT; i++)
        submission->office = offices[i];
    const char *office = submit->office[0] != '\0' ? submit->office
                                                   : code_of(submission, submission->office);
    for (size_t i = 0; i < submit->form_count; i++) {
        if (offices[i] != NO_UNIT && strcmp(code_of(submission, offices[i]), office) != 0)
            find_other_office(submission, i, offices[i], office);
    }
}

// False: the sender may not hand in for an office of these.
static bool check_rights(struct submission *submission, const uint32_t *offices, int32_t today)
{
    const struct access_entry *who = &submission->asker.who;
    size_t refused = 0;
    for (size_t i = 0; i < submission->message.submit.form_count; i++) {
        if (offices[i] == NO_UNIT || access_submits_for(who, submission->world, offices[i], today))
            continue;
        refused++;
        find_other_office(submission, i, offices[i], who->unit);
    }
    return refused == 0;
}

// Keeps what the store needs of each form, and refuses a (unit, period) that comes twice: cells in
// two forms of one acceptance number would have no order.
static void keep_forms(struct submission *submission, int32_t today)
{
    const struct wire_submit *submit = &submission->message.submit;
    const struct unit_tree *tree = world_tree(submission->world);
    struct pair_map seen = {0};
    for (size_t i = 0; i < submit->form_count; i++) {
        const struct wire_form *form = &submit->forms[i];
        submission->units[i] = unit_find(tree, form->unit);
        submission->then[i] = NO_UNIT;
        if (form->count == 0 || submission->units[i] == NO_UNIT ||
            !period_parse(form->period, strlen(form->period), &submission->periods[i]))
            continue;
        office_of(submission->campaign->rules, tree, submission->units[i], submission->periods[i],
                  today, &submission->then[i]);
        struct pair key = {submission->units[i], (uint32_t)period_number(submission->periods[i])};
        void **place = pair_map_at(&seen, key);
        if (*place != NULL)
            find(submission, FINDING_BAD_MESSAGE, "unit", form->unit);
        *place = submission;
    }
    pair_map_free(&seen);
    for (size_t i = 0; i < submit->indicator_count; i++) {
        uint32_t at = campaign_indicator(submission->campaign->rules, submit->indicators[i]);
        submission->numbers[i] = at != NO_INDEX ? submission->campaign->numbers[at] : 0;
    }
}

// The worst of the findings decides; what only the sender's role forbids has a code of its own. Locked
// periods are found in the batch (lock.h).
static enum wire_code verdict_of(const struct submission *submission, bool allowed)
{
    size_t forbidden = 0;
    if (!allowed)
        return WIRE_FORBIDDEN;
    if (submission->findings.errors == 0)
        return (enum wire_code)0;
    for (size_t i = 0; i < submission->findings.count; i++)
        forbidden += submission->findings.list[i].code == FINDING_VERIFIED_FORBIDDEN;
    return forbidden < submission->findings.errors ? WIRE_INVALID : WIRE_FORBIDDEN;
}

static void check_all(struct submission *submission, int32_t today)
{
    const struct wire_submit *submit = &submission->message.submit;
    const struct access_entry *who = &submission->asker.who;
    struct form *forms = mem_alloc(submit->form_count + 1, sizeof *forms);
    struct cell *cells = mem_alloc(submit->cell_count + 1, sizeof *cells);
    uint32_t *offices = mem_alloc(submit->form_count + 1, sizeof *offices);
    struct entry_context context = {
        .campaign = submission->campaign->rules,
        .tree = world_tree(submission->world),
        .today = today,
        .may_verify = access_may(who, MAY_VERIFY),
    };
    forms_of(submit, forms, cells);
    entry_check(&context, &(struct forms){forms, submit->form_count, submit->form_count}, "",
                offices, &submission->findings);
    keep_forms(submission, today);
    bool allowed = check_rights(submission, offices, today);
    if (allowed)
        check_offices(submission, offices);
    submission->verdict = verdict_of(submission, allowed);
    findings_sort(&submission->findings);
    free(forms);
    free(cells);
    free(offices);
}

void submission_check(struct submission *submission, struct world *world, int32_t today)
{
    const struct wire_submit *submit = &submission->message.submit;
    world_hold(world);
    world_release(submission->world);
    submission->world = world;
    findings_free(&submission->findings);
    submission->office = NO_UNIT;
    submission->campaign = world_campaign(world, submit->campaign);
    submission->verdict = WIRE_INVALID;
    if (!access_may(&submission->asker.who, MAY_SUBMIT))
        submission->verdict = WIRE_FORBIDDEN;
    else if (submission->campaign == NULL || world_tree(world) == NULL)
        find(submission, FINDING_UNKNOWN_CAMPAIGN, "campaign", submit->campaign);
    else if (submit->cell_count == 0)
        find(submission, FINDING_EMPTY_SUBMISSION, "", "");
    else
        check_all(submission, today);
}

// ---- the answer

static void log_answer(const struct submission *submission, enum wire_code code)
{
    char key[KEY_WORD_SIZE], id[2 * ID_BYTES + 1];
    const struct wire_submit *submit = &submission->message.submit;
    for (size_t i = 0; i < ID_BYTES; i++)
        snprintf(id + 2 * i, 3, "%02x", submit->id[i]);
    enum log_level level = code == WIRE_COMMITTED || code == WIRE_DUPLICATE ? LOG_DEBUG : LOG_INFO;
    log_event(
        level, "submission", "id=%s campaign=%s office=%s key=%s code=%s cells=%zu findings=%zu",
        id, submit->campaign, submission->receipt.office != NULL ? submission->receipt.office : "",
        key_word(submission->asker.peer.key, key), wire_code_name(code), submit->cell_count,
        submission->findings.errors);
}

void submission_answer(const struct submission *submission)
{
    const struct submission *answered = submission->twin != NULL ? submission->twin : submission;
    struct arena *arena = arena_create();
    struct message message = {.type = MESSAGE_SUBMIT_ANSWER};
    struct wire_submit_answer *answer = &message.submit_answer;
    answer->code = submission->code;
    memcpy(answer->id, submission->message.submit.id, ID_BYTES);
    answer->findings = wire_findings_of(&submission->findings, arena);
    if (submission->stale_rows != NULL) {
        answer->rows = submission->stale_rows;
        answer->row_count = submission->message.submit.form_count;
    }
    if (answered->signed_receipt.length > 0) {
        answer->has_receipt = true;
        answer->receipt_raw = (struct bytes){(const uint8_t *)answered->signed_receipt.data,
                                             answered->signed_receipt.length};
    } else if (submission->code == WIRE_COMMITTED) {
        answer->has_preview = true;
        answer->preview = submission->receipt;
    }
    log_answer(submission, submission->code);
    answer_send(&submission->asker, &message);
    arena_destroy(arena);
}

void submission_answer_retry(const struct asker *asker, const uint8_t id[ID_BYTES],
                             enum wire_code code, uint32_t retry_ms)
{
    struct message message = {.type = MESSAGE_SUBMIT_ANSWER,
                              .submit_answer = {.code = code, .retry_ms = answer_jitter(retry_ms)}};
    memcpy(message.submit_answer.id, id, ID_BYTES);
    answer_send(asker, &message);
}
