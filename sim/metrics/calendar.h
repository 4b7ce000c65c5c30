/* calendar.h - UTC dates of simulated moments (proleptic Gregorian). */
#ifndef BERTH_METRICS_CALENDAR_H
#define BERTH_METRICS_CALENDAR_H

#include "base/units.h"

struct calendar {
    int64_t year;
    int month, day, hour, minute, second, weekday;
}; /* 1..12, 1..31; 0 = Sunday */

struct calendar calendar_of(ns_t utc);     /* ns since 1970; fractions of a second are cut */
ns_t calendar_ns(int64_t year, int month); /* first moment of a month */

char *calendar_iso(ns_t utc, char *to);  /* "2026-01-05T00:00:00Z", at least 32 bytes */
char *calendar_long(ns_t utc, char *to); /* "Mon Jan 05 00:00:00 UTC 2026", at least 40 bytes */
const char *calendar_month(int month);   /* "Jan" */

#endif
