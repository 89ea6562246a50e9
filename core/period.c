// Calendar days and reporting periods. Days are counted in the proleptic Gregorian calendar with
// years that begin in March, so that the leap day is the last of its year.
#include "core/period.h"

#include <stdio.h>
#include <string.h>

#define YEAR_MIN 1900
#define YEAR_MAX 2999
#define SECONDS_A_DAY INT64_C(86400)
#define UTC_OFFSET (INT64_C(7) * 3600) // Asia/Ho_Chi_Minh
#define DAYS_A_ERA 146097              // 400 years
#define DAYS_TO_1970 719468            // from 0000-03-01

int32_t day_from_civil(int year, int month, int day)
{
    if (month <= 2)
        year--;
    int era = (year >= 0 ? year : year - 399) / 400;
    int year_of_era = year - era * 400;
    int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_A_ERA + day_of_era - DAYS_TO_1970;
}

void day_to_civil(int32_t day, int *ret_year, int *ret_month, int *ret_day)
{
    int64_t days = (int64_t)day + DAYS_TO_1970;
    int64_t era = (days >= 0 ? days : days - (DAYS_A_ERA - 1)) / DAYS_A_ERA;
    int day_of_era = (int)(days - era * DAYS_A_ERA);
    int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) /
                      365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month = (5 * day_of_year + 2) / 153; // 0 is March
    *ret_day = day_of_year - (153 * month + 2) / 5 + 1;
    *ret_month = month < 10 ? month + 3 : month - 9;
    *ret_year = (int)(year_of_era + era * 400) + (month >= 10);
}

static int month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return lengths[month - 1] + (month == 2 && leap);
}

// The number that exactly `digits` digits at `text` make, or -1.
static int number_at(const char *text, size_t digits)
{
    int number = 0;
    for (size_t i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

bool day_parse(const char *text, size_t length, int32_t *ret_day)
{
    if (length != strlen("YYYY-MM-DD") || text[4] != '-' || text[7] != '-')
        return false;
    int year = number_at(text, 4), month = number_at(text + 5, 2), day = number_at(text + 8, 2);
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > month_length(year, month))
        return false;
    *ret_day = day_from_civil(year, month, day);
    return true;
}

void day_format(int32_t day, char buffer[static DAY_TEXT_SIZE])
{
    buffer[0] = '\0';
    if (day == DAY_MIN || day == DAY_MAX)
        return;
    int year, month, day_of_month;
    day_to_civil(day, &year, &month, &day_of_month);
    snprintf(buffer, DAY_TEXT_SIZE, "%04d-%02d-%02d", year, month, day_of_month);
}

// What distinguishes the kinds: how many a year has, and where their numbers begin.
static const struct {
    uint8_t count;
    int32_t number; // of the one before the first
} kinds[] = {
    [PERIOD_MONTH] = {12, 0},
    [PERIOD_QUARTER] = {4, 20},
    [PERIOD_HALF] = {2, 30},
    [PERIOD_YEAR] = {1, 40},
};

static bool period_make(enum period_kind kind, int index, int year, struct period *ret)
{
    if (index < 1 || index > kinds[kind].count || year < YEAR_MIN || year > YEAR_MAX)
        return false;
    *ret = (struct period){(uint8_t)kind, (uint8_t)index, (int16_t)year};
    return true;
}

bool period_parse(const char *text, size_t length, struct period *ret)
{
    if (length < 4)
        return false;
    int year = number_at(text, 4);
    if (length == 4)
        return period_make(PERIOD_YEAR, 1, year, ret);
    if (length != 7 || text[4] != '-')
        return false;
    if (text[5] == 'Q')
        return period_make(PERIOD_QUARTER, number_at(text + 6, 1), year, ret);
    if (text[5] == 'H')
        return period_make(PERIOD_HALF, number_at(text + 6, 1), year, ret);
    return period_make(PERIOD_MONTH, number_at(text + 5, 2), year, ret);
}

void period_format(struct period period, char buffer[static PERIOD_TEXT_SIZE])
{
    switch ((enum period_kind)period.kind) {
    case PERIOD_MONTH:
        snprintf(buffer, PERIOD_TEXT_SIZE, "%04d-%02d", period.year, period.index);
        return;
    case PERIOD_QUARTER:
        snprintf(buffer, PERIOD_TEXT_SIZE, "%04d-Q%d", period.year, period.index);
        return;
    case PERIOD_HALF:
        snprintf(buffer, PERIOD_TEXT_SIZE, "%04d-H%d", period.year, period.index);
        return;
    case PERIOD_YEAR:
        snprintf(buffer, PERIOD_TEXT_SIZE, "%04d", period.year);
        return;
    }
    buffer[0] = '\0'; // no period
}

bool period_equal(struct period a, struct period b)
{
    return a.kind == b.kind && a.index == b.index && a.year == b.year;
}

static struct period period_step(struct period period, int steps)
{
    int count = kinds[period.kind].count;
    int position = period.year * count + period.index - 1 + steps;
    return (struct period){period.kind, (uint8_t)(position % count + 1),
                           (int16_t)(position / count)};
}

struct period period_next(struct period period)
{
    return period_step(period, 1);
}

int period_distance(struct period from, struct period to)
{
    return (to.year - from.year) * kinds[from.kind].count + to.index - from.index;
}

int32_t period_last_day(struct period period, unsigned end_day)
{
    int month = period.index * (12 / kinds[period.kind].count);
    int length = month_length(period.year, month);
    int day = end_day == 0 || end_day > (unsigned)length ? length : (int)end_day;
    return day_from_civil(period.year, month, day);
}

int32_t period_first_day(struct period period, unsigned end_day)
{
    return period_last_day(period_step(period, -1), end_day) + 1;
}

int32_t period_number(struct period period)
{
    return period.year * 100 + kinds[period.kind].number + period.index;
}

bool period_from_number(int32_t number, struct period *ret)
{
    if (number < 0)
        return false;
    for (int kind = PERIOD_MONTH; kind <= PERIOD_YEAR; kind++) {
        int index = number % 100 - kinds[kind].number;
        if (period_make((enum period_kind)kind, index, number / 100, ret))
            return true;
    }
    return false;
}

int64_t day_end_instant(int32_t day)
{
    return ((int64_t)day + 1) * SECONDS_A_DAY - UTC_OFFSET;
}

int32_t day_of_instant(int64_t seconds)
{
    int64_t day = seconds / SECONDS_A_DAY, rest = seconds % SECONDS_A_DAY;
    if (rest < 0) {
        day--;
        rest += SECONDS_A_DAY;
    }
    if (rest + UTC_OFFSET >= SECONDS_A_DAY)
        day++;
    return day < DAY_MIN ? DAY_MIN : day > DAY_MAX ? DAY_MAX : (int32_t)day;
}

void instant_text(int64_t seconds, char buffer[static INSTANT_TEXT_SIZE])
{
    char day[DAY_TEXT_SIZE];
    int32_t on = day_of_instant(seconds);
    int of_day = (int)((seconds - (day_end_instant(on) - SECONDS_A_DAY)) % SECONDS_A_DAY);
    day_format(on, day);
    snprintf(buffer, INSTANT_TEXT_SIZE, "%.15s %02d:%02d:%02d", day, of_day / 3600,
             of_day / 60 % 60, of_day % 60);
}
