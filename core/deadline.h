// The two times that end a period's reporting (semantics.md, section 4: `late`; campaign-format.md:
// `due_days`, `lock_days`). Both are the end of a day in Asia/Ho_Chi_Minh; all instants here are
// microseconds since the epoch, and the instant itself is already too late.
#ifndef THIDUA_CORE_DEADLINE_H
#define THIDUA_CORE_DEADLINE_H

#include "core/campaign.h"

// The end of the due_days-th day after the period's last day; INT64_MAX: nothing is ever due.
int64_t period_due_us(const struct campaign *campaign, struct period period);
// The end of the lock_days-th day after it; the baseline is locked together with the first period.
// INT64_MAX: never locked.
int64_t period_lock_us(const struct campaign *campaign, struct period period);
int64_t day_end_us(int32_t day); // the end of a day: of an officer's exception, too

bool period_due_past(const struct campaign *campaign, struct period period, int64_t now_us);
// Is what was handed in late? `handed_in` is the instant of the first accepted entry, or INT64_MAX
// when there is none: late then once the due time is past at `now`.
bool period_late(const struct campaign *campaign, struct period period, int64_t handed_in_us,
                 int64_t now_us);
// Is the period locked for a clerk? `open_until` is the end of the newest exception; INT64_MIN: none.
bool period_locked(const struct campaign *campaign, struct period period, int64_t open_until_us,
                   int64_t now_us);

#endif
