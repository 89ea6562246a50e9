// Locate questions, some thousand forms at a time.
#include "client/offices.h"

#include "client/base.h"

#include <string.h>

struct asking {
    struct outbox *outbox;
    struct arena *arena;
    const char *campaign;
    const struct forms *forms;
    const char **offices; // one for each form
    uint32_t *rows;       // 1 + rows on record; 0: not told
};

// The forms from … from + count - 1.
static enum wire_code ask(struct talk *talk, struct asking *asking, size_t from, size_t count)
{
    const char **units = arena_alloc(asking->arena, count, sizeof *units);
    const char **periods = arena_alloc(asking->arena, count, sizeof *periods);
    struct message question = {.type = MESSAGE_LOCATE,
                               .locate = {asking->campaign, count, units, periods, true}};
    struct message answer;
    for (size_t i = 0; i < count; i++) {
        units[i] = asking->forms->list[from + i].unit;
        periods[i] = asking->forms->list[from + i].period;
    }
    if (talk_message(talk, &question, TALK_QUICK, &answer, NULL) != 0)
        return 0; // sending will tell why
    enum wire_code code = answer.type == MESSAGE_ANSWER ? answer.answer.code : WIRE_UNSUPPORTED;
    if (answer.type == MESSAGE_LOCATED && answer.located.count == count)
        code = WIRE_OK;
    for (size_t i = 0; i < count && code == WIRE_OK; i++) {
        asking->offices[from + i] = arena_text(asking->arena, answer.located.offices[i],
                                               strlen(answer.located.offices[i]));
        asking->rows[from + i] = answer.located.rows != NULL ? answer.located.rows[i] : 0;
    }
    message_clear(&answer);
    return code;
}

// What is new is kept for the next time without a server, with what it says of the rows on record.
static void remember(const struct asking *asking)
{
    char known[WIRE_CODE_BYTES_MAX + 1];
    if (outbox_begin(asking->outbox, NULL) != 0)
        return;
    for (size_t i = 0; i < asking->forms->count; i++) {
        const struct form *form = &asking->forms->list[i];
        if (asking->rows[i] > 0)
            base_told(asking->outbox, asking->campaign, form->unit, form->period,
                      asking->rows[i] - 1);
        outbox_office_get(asking->outbox, asking->campaign, form->unit, form->period, known);
        if (asking->offices[i][0] != '\0' && strcmp(known, asking->offices[i]) != 0)
            outbox_office_set(asking->outbox, asking->campaign, form->unit, form->period,
                              asking->offices[i], NULL);
    }
    outbox_commit(asking->outbox, NULL); // only a memory: losing it does no harm
}

static void recall(const struct asking *asking)
{
    char known[WIRE_CODE_BYTES_MAX + 1];
    for (size_t i = 0; i < asking->forms->count; i++) {
        const struct form *form = &asking->forms->list[i];
        outbox_office_get(asking->outbox, asking->campaign, form->unit, form->period, known);
        asking->offices[i] = arena_text(asking->arena, known, strlen(known));
    }
}

static enum wire_code ask_all(struct talk *talk, struct asking *asking)
{
    enum wire_code code = WIRE_OK;
    for (size_t from = 0; from < asking->forms->count && code == WIRE_OK; from += WIRE_LOCATE_MAX) {
        size_t left = asking->forms->count - from;
        code = ask(talk, asking, from, left < WIRE_LOCATE_MAX ? left : WIRE_LOCATE_MAX);
    }
    return code;
}

const char *const *offices_of(struct talk *talk, struct outbox *outbox, struct arena *arena,
                              const char *campaign, const struct forms *forms,
                              enum wire_code *ret_code)
{
    struct asking asking = {outbox,
                            arena,
                            campaign,
                            forms,
                            arena_alloc(arena, forms->count + 1, sizeof *asking.offices),
                            arena_alloc(arena, forms->count + 1, sizeof *asking.rows)};
    enum wire_code code = talk != NULL ? ask_all(talk, &asking) : 0;
    if (code == WIRE_OK)
        remember(&asking);
    else
        recall(&asking);
    *ret_code = code;
    return asking.offices;
}
