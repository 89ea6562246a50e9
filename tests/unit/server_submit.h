// Submissions for tests, encoded and decoded as they would come in.
#ifndef THIDUA_TESTS_SERVER_SUBMIT_H
#define THIDUA_TESTS_SERVER_SUBMIT_H

#include "server/submission.h"
#include "tests/unit/server_small.h"

static const char *const submit_indicators[] = {"FOOD", "POOR", "REFORM", "NONE"};

struct submit_cell { // of a form of its own unless unit and period are those before
    const char *unit, *period;
    uint32_t indicator, state;
    int64_t value_e4, denominator_e4; // denominator 0: none
};
// Of the next submissions: what their forms are based on, and an id known beyond it (NULL: none).
static uint32_t submit_base;
static const uint8_t *submit_own;
#define SUBMIT_CELLS_MAX 8
#define SUBMIT_NO_CELL 0 // as a state: the form has no cells

static inline struct submission *submit_make(enum role role, const char *unit, uint8_t id,
                                             const char *office, const struct submit_cell *cells,
                                             size_t count, bool dry_run)
{
    struct wire_form forms[SUBMIT_CELLS_MAX];
    uint32_t indicator[SUBMIT_CELLS_MAX], state[SUBMIT_CELLS_MAX], row[SUBMIT_CELLS_MAX];
    int64_t value[SUBMIT_CELLS_MAX], denominator[SUBMIT_CELLS_MAX];
    bool has_denominator[SUBMIT_CELLS_MAX];
    uint8_t own[1][ID_BYTES] = {{0}};
    if (submit_own != NULL)
        memcpy(own[0], submit_own, ID_BYTES);
    for (size_t i = 0; i < count; i++) {
        indicator[i] = cells[i].indicator;
        state[i] = cells[i].state;
        value[i] = cells[i].value_e4;
        denominator[i] = cells[i].denominator_e4;
        has_denominator[i] = cells[i].denominator_e4 != 0;
        row[i] = (uint32_t)i + 2;
        forms[i] = (struct wire_form){.unit = cells[i].unit,
                                      .period = cells[i].period,
                                      .count = cells[i].state != SUBMIT_NO_CELL,
                                      .indicator = &indicator[i],
                                      .state = &state[i],
                                      .value_e4 = &value[i],
                                      .denominator_e4 = &denominator[i],
                                      .has_denominator = &has_denominator[i],
                                      .row = &row[i],
                                      .base = submit_base};
    }
    struct message message = {.type = MESSAGE_SUBMIT,
                              .submit = {.id = {id},
                                         .campaign = "c",
                                         .office = office,
                                         .dry_run = dry_run,
                                         .indicator_count = 4,
                                         .indicators = submit_indicators,
                                         .form_count = count,
                                         .forms = forms,
                                         .own_count = submit_own != NULL,
                                         .own = (const uint8_t(*)[ID_BYTES])own}};
    struct asker asker = {.who = {.role = role}};
    struct text frame = {0};
    struct message decoded;
    snprintf(asker.who.unit, sizeof asker.who.unit, "%s", unit);
    if (message_encode(&message, &frame, NULL) != 0 ||
        message_decode((const uint8_t *)frame.data, frame.length, &decoded, NULL) != 0)
        abort();
    struct submission *submission = submission_create(&asker, &decoded);
    text_free(&frame);
    return submission;
}

#endif
