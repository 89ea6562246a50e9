// When forms are due, and when a period is locked.
#include "core/deadline.h"

#define US_PER_SECOND INT64_C(1000000)

int64_t day_end_us(int32_t day)
{
    return day_end_instant(day) * US_PER_SECOND;
}

int64_t period_due_us(const struct campaign *campaign, struct period period)
{
    int64_t day = campaign_last_day(campaign, period) + campaign->due_days;
    return campaign->has_due_days ? day_end_us((int32_t)day) : INT64_MAX;
}

int64_t period_lock_us(const struct campaign *campaign, struct period period)
{
    bool baseline = campaign_period_index(campaign, period) == -1;
    struct period closes_with = baseline ? campaign->from : period;
    int64_t day = campaign_last_day(campaign, closes_with) + campaign->lock_days;
    return campaign->has_lock_days ? day_end_us((int32_t)day) : INT64_MAX;
}

bool period_due_past(const struct campaign *campaign, struct period period, int64_t now_us)
{
    return campaign->has_due_days && now_us >= period_due_us(campaign, period);
}

bool period_late(const struct campaign *campaign, struct period period, int64_t handed_in_us,
                 int64_t now_us)
{
    if (handed_in_us == INT64_MAX)
        return period_due_past(campaign, period, now_us);
    return campaign->has_due_days && handed_in_us >= period_due_us(campaign, period);
}

bool period_locked(const struct campaign *campaign, struct period period, int64_t open_until_us,
                   int64_t now_us)
{
    return now_us >= period_lock_us(campaign, period) && now_us >= open_until_us;
}
