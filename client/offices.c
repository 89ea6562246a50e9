// Locate questions, some thousand forms at a time.
#include "client/offices.h"

#include <string.h>

struct asking {
    struct outbox *outbox;
    struct arena *arena;
    const char *campaign;
    const struct forms *forms;
    const char **offices; // one for each form
};

// The forms from … from + count - 1. -1: they are not known; *ret_reached: but a server has answered.
static int ask(struct talk *talk, struct asking *asking, size_t from, size_t count,
               bool *ret_reached)
{
    const char **units = arena_alloc(asking->arena, count, sizeof *units);
    const char **periods = arena_alloc(asking->arena, count, sizeof *periods);
    struct message question = {.type = MESSAGE_LOCATE,
                               .locate = {asking->campaign, count, units, periods}};
    struct message answer;
    for (size_t i = 0; i < count; i++) {
        units[i] = asking->forms->list[from + i].unit;
        periods[i] = asking->forms->list[from + i].period;
    }
    *ret_reached = talk_message(talk, &question, false, &answer, NULL) == 0;
    if (!*ret_reached)
        return -1; // sending will tell why
    bool good = answer.type == MESSAGE_LOCATED && answer.located.count == count;
    for (size_t i = 0; i < count && good; i++)
        asking->offices[from + i] = arena_text(asking->arena, answer.located.offices[i],
                                               strlen(answer.located.offices[i]));
    message_clear(&answer);
    return good ? 0 : -1; // a refusal is told when the results themselves are refused
}

// What is new is kept for the next time without a server.
static void remember(const struct asking *asking)
{
    char known[WIRE_CODE_BYTES_MAX + 1];
    bool begun = false;
    for (size_t i = 0; i < asking->forms->count; i++) {
        const struct form *form = &asking->forms->list[i];
        outbox_office_get(asking->outbox, asking->campaign, form->unit, form->period, known);
        if (asking->offices[i][0] == '\0' || strcmp(known, asking->offices[i]) == 0)
            continue;
        begun = begun || outbox_begin(asking->outbox, NULL) == 0;
        outbox_office_set(asking->outbox, asking->campaign, form->unit, form->period,
                          asking->offices[i], NULL);
    }
    if (begun)
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

const char *const *offices_of(struct talk *talk, struct outbox *outbox, struct arena *arena,
                              const char *campaign, const struct forms *forms, bool *ret_reached)
{
    struct asking asking = {outbox, arena, campaign, forms,
                            arena_alloc(arena, forms->count + 1, sizeof *asking.offices)};
    int status = talk != NULL ? 0 : -1;
    *ret_reached = false;
    for (size_t from = 0; from < forms->count && status == 0; from += WIRE_LOCATE_MAX) {
        size_t left = forms->count - from;
        status = ask(talk, &asking, from, left < WIRE_LOCATE_MAX ? left : WIRE_LOCATE_MAX,
                     ret_reached);
    }
    if (status == 0)
        remember(&asking);
    else
        recall(&asking);
    return asking.offices;
}
