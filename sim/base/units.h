/* units.h - time, bytes and 128-bit sums: integers inside, text at the two ends. */
#ifndef BERTH_BASE_UNITS_H
#define BERTH_BASE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nanoseconds; simulated time starts at 0 with the trace's origin. */
typedef int64_t ns_t;

#define NS_PER_S INT64_C(1000000000)
#define NS_NEVER INT64_MAX
#define NS_UNKNOWN INT64_C(-1)
#define SECONDS_MAX INT64_C(9223372036) /* 292 years: INT64_MAX / NS_PER_S */

/* Sums of (milli-GPU x ns): 1e5 GPUs x 1e3 x 292 years overflows 64 bits, never 128. */
__extension__ typedef __int128 wide_t;

/* Decimal text of `v` into `to` (at least 41 bytes); returns `to`. */
char *wide_text(wide_t v, char *to);

/* "1250.75" seconds -> ns. Digits, '.' and at most 9 decimals, an optional leading
 * '-'; no exponent, no blanks, any locale. Returns false on anything else or above
 * SECONDS_MAX (then *over is true; over may be NULL). n bytes. */
bool units_seconds(const char *text, size_t n, ns_t *out, bool *over);

/* The same for a number of units of `unit` ns, 1 to an hour; parts of a ns are cut off. */
bool units_time(const char *text, size_t n, ns_t unit, ns_t *out, bool *over);

/* A duration with a unit: "90s", "2h30m", "7d", "1w", "250ms", "15us", "10ns". */
bool units_duration(const char *text, size_t n, ns_t *out);

/* A size with a unit: "80GiB", "512MB", "4TiB", "100B" -> bytes. */
bool units_bytes(const char *text, size_t n, int64_t *out);

/* Whole decimal number, optional '-'; false on overflow or anything else. */
bool units_integer(const char *text, size_t n, int64_t *out);

/* "YYYY-MM-DD hh:mm:ss" or with 'T', optional fraction, optional 'Z' or +hh:mm.
 * Result is UTC seconds since 1970 when a zone is in the text (*zoned true), else the
 * civil time taken as UTC. Calendar is proleptic Gregorian. */
bool units_civil(const char *text, size_t n, ns_t *out, bool *zoned);

/* ns -> "0.000000000" seconds with 9 decimals into `to` (at least 24 bytes). */
char *units_seconds_text(ns_t t, char *to);

/* ns -> "6:12:40" or "3 d 04:05:06" for people (at least 40 bytes). */
char *units_clock_text(ns_t t, char *to);

#endif
