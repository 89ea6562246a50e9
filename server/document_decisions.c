// The council's decisions against what the last published run has left to it. A decision about nobody
// undecided is kept, because the next run may bring the case, but it is named.
#include "server/document.h"

#include "core/award.h"
#include <string.h>

enum { DECISION_AWARD, DECISION_RECIPIENT, DECISION_DECISION, DECISION_REASON };

static bool left_to_council(const struct campaign *campaign, const struct published_award *line)
{
    uint32_t award = campaign_award(campaign, line->award);
    return award != NO_INDEX &&
           award_left_to_council(&campaign->awards[award], award_decision_of(line->decision),
                                 line->reasons);
}

static void warn_row(const struct published_awards *awards, const struct campaign *campaign,
                     const struct csv_table *table, size_t row, struct findings *findings)
{
    const char *award = csv_at(table, row, DECISION_AWARD)->text;
    const char *recipient = csv_at(table, row, DECISION_RECIPIENT)->text;
    struct text others = {0};
    bool found = false;
    for (size_t i = 0; i < awards->count && !found; i++) {
        const struct published_award *line = &awards->list[i];
        if (strcmp(line->award, award) != 0 || !left_to_council(campaign, line))
            continue;
        found = strcmp(line->recipient, recipient) == 0;
        text_addf(&others, "%s%s", others.length > 0 ? ", " : "", line->recipient);
    }
    if (!found)
        finding_add(findings, FINDING_NOTHING_TO_DECIDE, csv_place(table, row, DECISION_RECIPIENT),
                    recipient, award, recipient, awards->run,
                    others.length > 0 ? others.data : "\u2013", NULL);
    text_free(&others);
}

void document_check_decisions(const struct document_input *input, const struct campaign *campaign,
                              const struct csv_table *table, struct findings *findings)
{
    for (size_t row = 0; row < table->rows; row++)
        if (csv_at(table, row, DECISION_REASON)->length == 0)
            finding_add(findings, FINDING_MISSING_REASON, csv_place(table, row, DECISION_REASON),
                        "", NULL);
    if (input->awards == NULL) {
        if (table->rows > 0)
            finding_add(findings, FINDING_DECIDED_BEFORE_RUN,
                        (struct finding_place){.file = input->file}, "", campaign->code, NULL);
        return;
    }
    for (size_t row = 0; row < table->rows; row++)
        if (campaign_award(campaign, csv_at(table, row, DECISION_AWARD)->text) != NO_INDEX)
            warn_row(input->awards, campaign, table, row, findings);
}
