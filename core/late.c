// Is a period late? (semantics.md, section 4: `late`)
#include "core/score.h"

#define US_PER_SECOND INT64_C(1000000)

// The first instant that is too late: the end of the due_days-th day after the period's last day.
static int64_t due_us(const struct campaign *campaign, struct period period)
{
    int64_t day = campaign_last_day(campaign, period) + campaign->due_days;
    return day_end_instant((int32_t)day) * US_PER_SECOND;
}

bool period_due_past(const struct campaign *campaign, struct period period, int64_t cut_us)
{
    return campaign->has_due_days && cut_us >= due_us(campaign, period);
}

bool period_late(const struct campaign *campaign, struct period period, int64_t handed_in_us,
                 int64_t cut_us)
{
    if (!campaign->has_due_days)
        return false;
    if (handed_in_us == INT64_MAX)
        return period_due_past(campaign, period, cut_us);
    return handed_in_us >= due_us(campaign, period);
}
