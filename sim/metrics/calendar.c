/* calendar.c - UTC dates of simulated moments. Days to civil dates after Howard Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms" (2013): years begin in March. */
#include "metrics/calendar.h"

#include <stdio.h>

#define DAY INT64_C(86400)

const char *calendar_month(int month)
{
    static const char *const name[12] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return month >= 1 && month <= 12 ? name[month - 1] : "?";
}

struct calendar calendar_of(ns_t utc)
{
    int64_t s = utc / NS_PER_S - (utc % NS_PER_S < 0);
    int64_t days = s / DAY - (s % DAY < 0), left = s - days * DAY;
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t of_era = z - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t m = (5 * of_year + 2) / 153;
    struct calendar c = {
        .year = year + era * 400 + (m >= 10),
        .month = (int)(m < 10 ? m + 3 : m - 9),
        .day = (int)(of_year - (153 * m + 2) / 5 + 1),
        .hour = (int)(left / 3600),
        .minute = (int)(left / 60 % 60),
        .second = (int)(left % 60),
        .weekday = (int)(((days + 4) % 7 + 7) % 7),
    };
    return c;
}

ns_t calendar_ns(int64_t year, int month)
{
    int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5;
    int64_t days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;

    return days * DAY * NS_PER_S;
}

char *calendar_iso(ns_t utc, char *to)
{
    struct calendar c = calendar_of(utc);

    snprintf(to, 32, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)c.year, c.month, c.day, c.hour,
             c.minute, c.second);
    return to;
}

char *calendar_long(ns_t utc, char *to)
{
    static const char *const day[7] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    struct calendar c = calendar_of(utc);

    snprintf(to, 40, "%s %s %02d %02d:%02d:%02d UTC %d", day[c.weekday], calendar_month(c.month),
             c.day, c.hour, c.minute, c.second, (int)c.year);
    return to;
}
