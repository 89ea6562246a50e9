// Calendar days and reporting periods (semantics.md, section 2): 2022-06, 2022-Q2, 2022-H1, 2022.
#ifndef THIDUA_CORE_PERIOD_H
#define THIDUA_CORE_PERIOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A civil day as days since 1970-01-01 (proleptic Gregorian). Open ends of validity:
#define DAY_MIN INT32_MIN
#define DAY_MAX INT32_MAX
int32_t day_from_civil(int year, int month, int day);
void day_to_civil(int32_t day, int *ret_year, int *ret_month, int *ret_day);
bool day_parse(const char *text, size_t length, int32_t *ret_day); // YYYY-MM-DD, real days only
#define DAY_TEXT_SIZE 16
void day_format(int32_t day, char buffer[static DAY_TEXT_SIZE]); // "" for DAY_MIN and DAY_MAX

enum period_kind { PERIOD_MONTH = 1, PERIOD_QUARTER, PERIOD_HALF, PERIOD_YEAR };
struct period {
    uint8_t kind;  // enum period_kind; 0 = no period
    uint8_t index; // 1-12, 1-4, 1-2, 1
    int16_t year;  // 1900-2999
};
#define PERIOD_TEXT_SIZE 16
bool period_parse(const char *text, size_t length, struct period *ret);
void period_format(struct period period, char buffer[static PERIOD_TEXT_SIZE]);
bool period_equal(struct period a, struct period b);
struct period period_next(struct period period); // the following one of the same kind
// Number of steps from `from` to `to` of the same kind: 0 for the same, negative when before.
int period_distance(struct period from, struct period to);
// Last day of the period; end_day 0 = end of the month, 14 = the 14th of its last month
// (semantics.md: `period_end_day`); the first day is the day after the last day of the one before.
int32_t period_last_day(struct period period, unsigned end_day);
int32_t period_first_day(struct period period, unsigned end_day);
// One int32 that orders periods of a kind and names them in the store: year * 100 + kind-specific
// part (month 1-12, quarter 21-24, half 31-32, year 41). period_from_number returns false on nonsense.
int32_t period_number(struct period period);
bool period_from_number(int32_t number, struct period *ret);

// The instant, in seconds since the epoch, at which local day `day` ends in Asia/Ho_Chi_Minh (UTC+7,
// no daylight saving since 1975): the first second of the next day.
int64_t day_end_instant(int32_t day);
int32_t day_of_instant(int64_t seconds); // the local day of an instant there
// "2022-07-01 08:15:02", local time there.
#define INSTANT_TEXT_SIZE 32
void instant_text(int64_t seconds, char buffer[static INSTANT_TEXT_SIZE]);

#endif
