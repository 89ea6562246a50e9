#include "client/base.h"

#include <stdlib.h>
#include <string.h>

void base_told(struct outbox *outbox, const char *campaign, const char *unit, const char *period,
               uint32_t rows)
{
    uint32_t known = 0, sent = 0;
    bool any = outbox_known_get(outbox, campaign, unit, period, &known, &sent);
    if (!any || rows < known || (sent > 0 && rows == known + sent)) // fewer: from a backup
        outbox_known_set(outbox, campaign, unit, period, rows, NULL);
}

// Only a memory: when it cannot be written, the same is asked and answered once more.
void base_shown(struct outbox *outbox, const struct wire_submit *submit,
                const struct wire_submit_answer *answer)
{
    if (outbox_begin(outbox, NULL) != 0)
        return;
    for (size_t i = 0; i < submit->form_count && i < answer->row_count; i++) {
        if (answer->rows[i] > 0)
            outbox_known_set(outbox, submit->campaign, submit->forms[i].unit,
                             submit->forms[i].period, answer->rows[i] - 1, NULL);
    }
    outbox_commit(outbox, NULL);
}

static void add_own(struct outbox_own *own, const struct outbox_own *of_form)
{
    for (size_t i = 0; i < of_form->count && own->count < WIRE_OWN_MAX; i++) {
        bool there = false;
        for (size_t k = 0; k < own->count && !there; k++)
            there = memcmp(own->list[k], of_form->list[i], ID_BYTES) == 0;
        if (!there)
            memcpy(own->list[own->count++], of_form->list[i], ID_BYTES);
    }
}

void base_fill(struct outbox *outbox, struct arena *arena, struct wire_submit *submit)
{
    struct outbox_own *own = arena_alloc(arena, 1, sizeof *own), of_form;
    struct wire_form *forms = arena_alloc(arena, submit->form_count + 1, sizeof *forms);
    for (size_t i = 0; i < submit->form_count; i++) {
        uint32_t known = 0, sent;
        forms[i] = submit->forms[i];
        outbox_known_get(outbox, submit->campaign, forms[i].unit, forms[i].period, &known, &sent);
        forms[i].base = known + 1;
        outbox_own_get(outbox, submit->campaign, forms[i].unit, forms[i].period, &of_form);
        add_own(own, &of_form);
    }
    submit->forms = forms;
    submit->own = (const uint8_t(*)[ID_BYTES])own->list;
    submit->own_count = own->count;
}

int base_note(struct outbox *outbox, const struct wire_submit *submit, struct err *err)
{
    int status = 0;
    for (size_t i = 0; i < submit->form_count && status == 0; i++)
        status = outbox_own_add(outbox, submit->campaign, submit->forms[i].unit,
                                submit->forms[i].period, submit->id, err);
    return status;
}
