// Locked periods and what opens them.
#include "server/lock.h"

#include "core/deadline.h"
#include <string.h>

bool lock_binds(const struct submission *submission)
{
    const struct access_entry *who = &submission->asker.who;
    return submission->campaign != NULL && submission->campaign->rules->has_lock_days &&
           world_tree(submission->world) != NULL && submission->message.submit.cell_count > 0 &&
           access_may(who, MAY_SUBMIT) && !access_may(who, MAY_UNLOCK);
}

// The end of the newest exception for the office of the period or one that has continued it since.
static int64_t open_until(const struct batch *batch, const struct submission *submission,
                          uint32_t office, struct period period)
{
    const struct unit_tree *tree = world_tree(submission->world);
    struct opening newest = {.accepted = -1, .until_us = INT64_MIN};
    for (; office != NO_UNIT; office = tree->units[office].merged_into) {
        const struct opening *opening = pair_map_find(
            &batch->openings, form_key(submission->campaign->id, office, period));
        if (opening != NULL && opening->accepted > newest.accepted)
            newest = *opening;
        if (office == submission->office)
            break;
    }
    return newest.until_us;
}

static void refuse_form(struct submission *submission, const struct wire_form *form,
                        struct period period)
{
    char since[DAY_TEXT_SIZE];
    int64_t lock_us = period_lock_us(submission->campaign->rules, period);
    day_format(day_of_instant(lock_us / 1000000), since);
    for (size_t i = 0; i < form->count; i++)
        finding_add(&submission->findings, FINDING_PERIOD_CLOSED,
                    (struct finding_place){.file = "",
                                           .row = form->row != NULL ? form->row[i] : 0,
                                           .column = "period"},
                    form->period, form->period, since, NULL);
}

bool lock_check(struct batch *batch, struct submission *submission)
{
    const struct wire_submit *submit = &submission->message.submit;
    if (!lock_binds(submission))
        return true;
    findings_drop(&submission->findings, FINDING_PERIOD_CLOSED);
    size_t errors = submission->findings.errors;
    for (size_t i = 0; i < submit->form_count; i++) {
        const struct wire_form *form = &submit->forms[i];
        const struct campaign *rules = submission->campaign->rules;
        struct period period;
        if (form->count == 0 || !period_parse(form->period, strlen(form->period), &period) ||
            campaign_period_index(rules, period) == -2)
            continue;
        int64_t until_us = open_until(batch, submission, submission->then[i], period);
        if (period_locked(rules, period, until_us, batch->now_us))
            refuse_form(submission, form, period);
    }
    findings_sort(&submission->findings);
    return submission->findings.errors == errors;
}
