// What the files of campaign_warn share.
#ifndef THIDUA_CORE_CAMPAIGN_WARN_PRIVATE_H
#define THIDUA_CORE_CAMPAIGN_WARN_PRIVATE_H

#include "core/campaign_warn.h"

struct warning {
    const struct campaign *campaign;
    const char *file;
    struct findings *findings;
    char path[CAMPAIGN_PATH_SIZE];
    char numbers[4][DECIMAL_TEXT_SIZE]; // of warning_number
    size_t number_count;
};

// The text of a number; good for the next four of them.
const char *warning_number(struct warning *warning, i128 value_e4);
// The most that an indicator's bonus can be.
int64_t warning_most_bonus(const struct bonus *bonus);
// What adjustments and lateness can add (or, for `negative`, take) at most, as a number of 0 or
// more; false when nothing limits it. Without the caps on their sum.
bool warning_most_adjusted(const struct campaign *campaign, bool negative, i128 *ret_e4);

void warn_rule(struct warning *warning, size_t indicator); // campaign_warn_rule.c: bands, reach
void warn_caps(struct warning *warning);                   // campaign_warn_caps.c: sums and caps

#endif
