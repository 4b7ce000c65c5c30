/* units.c - parse and print time, bytes and 128-bit sums, without the locale. */
#include "base/units.h"

#include <stdio.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

char *wide_text(wide_t v, char *to)
{
    char digits[40];
    size_t n = 0, at = 0;
    __extension__ unsigned __int128 u = (unsigned __int128)v;

    if (v < 0) {
        to[at++] = '-';
        u = 0 - u;
    }
    do {
        digits[n++] = (char)('0' + (int)(u % 10));
        u /= 10;
    } while (u);
    while (n)
        to[at++] = digits[--n];
    to[at] = '\0';
    return to;
}

/* A decimal number with at most 9 decimals, in billionths; *over when the whole part
 * is above `most`. Returns the bytes read, 0 when it does not begin with a number. */
static size_t billionths(const char *text, size_t n, int64_t most, wide_t *out, bool *over)
{
    int64_t whole = 0, part = 0, weight = NS_PER_S;
    size_t i = 0, digits = 0;

    *over = false;
    for (; i < n && is_digit(text[i]); i++, digits++) {
        if (whole < INT64_MAX / 10)
            whole = whole * 10 + (text[i] - '0');
        else
            *over = true;
    }
    *over = *over || whole > most;
    if (i < n && text[i] == '.') {
        size_t dot = i++;
        for (; i < n && is_digit(text[i]) && weight > 1; i++, digits++) {
            weight /= 10;
            part += weight * (text[i] - '0');
        }
        if (i == dot + 1)
            return 0;
    }
    if (!digits)
        return 0;
    *out = (wide_t)whole * NS_PER_S + part;
    return i;
}

bool units_time(const char *text, size_t n, ns_t unit, ns_t *out, bool *over)
{
    /* The product stays below 2^127: the bound on the number falls with the unit. */
    int64_t most = unit < NS_PER_S ? INT64_MAX : SECONDS_MAX;
    bool unused, minus = n > 0 && text[0] == '-';
    wide_t v = 0;

    if (!over)
        over = &unused;
    *over = false;
    if (minus) {
        text++;
        n--;
    }
    if (!n || billionths(text, n, most, &v, over) != n) {
        *over = false;
        return false;
    }
    if (!*over && unit != NS_PER_S)
        v = v * unit / NS_PER_S;
    if (*over || v > (wide_t)SECONDS_MAX * NS_PER_S) {
        *over = true;
        return false;
    }
    *out = minus ? -(ns_t)v : (ns_t)v;
    return true;
}

bool units_seconds(const char *text, size_t n, ns_t *out, bool *over)
{
    return units_time(text, n, NS_PER_S, out, over);
}

struct unit {
    const char *name;
    wide_t size;
};

static const struct unit *unit_find(const struct unit *units, const char *text, size_t n)
{
    for (; units->name; units++)
        if (strlen(units->name) == n && !memcmp(units->name, text, n))
            return units;
    return NULL;
}

static size_t letters(const char *text, size_t n)
{
    size_t i = 0;

    while (i < n && ((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z')))
        i++;
    return i;
}

bool units_duration(const char *text, size_t n, ns_t *out)
{
    static const struct unit units[] = {{"ns", 1},
                                        {"us", 1000},
                                        {"ms", 1000000},
                                        {"s", NS_PER_S},
                                        {"m", 60 * NS_PER_S},
                                        {"h", 3600 * NS_PER_S},
                                        {"d", 86400 * NS_PER_S},
                                        {"w", 604800 * NS_PER_S},
                                        {NULL, 0}};
    wide_t sum = 0, last = INT64_MAX;

    if (!n)
        return false;
    while (n) {
        wide_t v = 0;
        bool over;
        size_t i = billionths(text, n, SECONDS_MAX * NS_PER_S / 10, &v, &over);
        size_t k = i ? letters(text + i, n - i) : 0;
        const struct unit *u = k ? unit_find(units, text + i, k) : NULL;
        if (!u || over || u->size >= last || v % NS_PER_S * u->size % NS_PER_S)
            return false;
        sum += v / NS_PER_S * u->size + v % NS_PER_S * u->size / NS_PER_S;
        if (sum > (wide_t)SECONDS_MAX * NS_PER_S)
            return false;
        last = u->size;
        text += i + k;
        n -= i + k;
    }
    *out = (ns_t)sum;
    return true;
}

bool units_bytes(const char *text, size_t n, int64_t *out)
{
    static const struct unit units[] = {{"B", 1},
                                        {"kB", 1000},
                                        {"KB", 1000},
                                        {"MB", 1000000},
                                        {"GB", 1000000000},
                                        {"TB", INT64_C(1000000000000)},
                                        {"PB", INT64_C(1000000000000000)},
                                        {"KiB", 1 << 10},
                                        {"MiB", 1 << 20},
                                        {"GiB", 1 << 30},
                                        {"TiB", INT64_C(1) << 40},
                                        {"PiB", INT64_C(1) << 50},
                                        {NULL, 0}};
    wide_t v = 0;
    bool over;
    size_t i = billionths(text, n, INT64_MAX / 10 - 1, &v, &over);
    const struct unit *u = i ? unit_find(units, text + i, n - i) : NULL;

    if (!u || over)
        return false;
    v = v / NS_PER_S * u->size + v % NS_PER_S * u->size / NS_PER_S;
    if (v > INT64_MAX)
        return false;
    *out = (int64_t)v;
    return true;
}

bool units_integer(const char *text, size_t n, int64_t *out)
{
    bool minus = n > 0 && text[0] == '-';
    uint64_t v = 0, most = (uint64_t)INT64_MAX + minus;
    size_t i = minus;

    if (i == n)
        return false;
    for (; i < n; i++) {
        if (!is_digit(text[i]))
            return false;
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (v > (most - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *out = minus ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

/* `n` digits as a number, or -1. */
static int64_t digits_at(const char *text, size_t n)
{
    int64_t v = 0;

    for (size_t i = 0; i < n; i++) {
        if (!is_digit(text[i]))
            return -1;
        v = v * 10 + (text[i] - '0');
    }
    return v;
}

/* Days since 1970-01-01 of a proleptic Gregorian date; years begin in March, so that
 * the leap day is the last (Hinnant, chrono-compatible low-level date algorithms). */
static int64_t days_from_civil(int64_t y, int64_t m, int64_t d)
{
    int64_t era, yoe, doy;

    y -= m <= 2;
    era = (y >= 0 ? y : y - 399) / 400;
    yoe = y - era * 400;
    doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool date_is_real(int64_t y, int64_t m, int64_t d)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);

    return m >= 1 && m <= 12 && d >= 1 && d <= days[m - 1] + (m == 2 && leap);
}

/* "Z", "+hh:mm", "+hhmm" or "+hh" -> seconds east. */
static bool parse_zone(const char *text, size_t n, int64_t *east)
{
    int64_t h, m = 0;

    if (n == 1 && (text[0] == 'Z' || text[0] == 'z')) {
        *east = 0;
        return true;
    }
    if ((n != 3 && n != 5 && n != 6) || (text[0] != '+' && text[0] != '-'))
        return false;
    h = digits_at(text + 1, 2);
    if (n == 6 && text[3] != ':')
        return false;
    if (n > 3)
        m = digits_at(text + n - 2, 2);
    if (h < 0 || h > 23 || m < 0 || m > 59)
        return false;
    *east = (h * 3600 + m * 60) * (text[0] == '-' ? -1 : 1);
    return true;
}

bool units_civil(const char *text, size_t n, ns_t *out, bool *zoned)
{
    int64_t y, mo, d, h, mi, s, east = 0, seconds;
    wide_t fraction = 0;
    size_t i = 19;
    bool over;

    if (n < 19 || text[4] != '-' || text[7] != '-' || (text[10] != ' ' && text[10] != 'T') ||
        text[13] != ':' || text[16] != ':')
        return false;
    y = digits_at(text, 4);
    mo = digits_at(text + 5, 2);
    d = digits_at(text + 8, 2);
    h = digits_at(text + 11, 2);
    mi = digits_at(text + 14, 2);
    s = digits_at(text + 17, 2);
    if (y < 0 || !date_is_real(y, mo, d) || h < 0 || h > 23 || mi < 0 || mi > 59 || s < 0 || s > 60)
        return false;
    if (i < n && text[i] == '.') {
        size_t k = 1;
        while (i + k < n && is_digit(text[i + k]))
            k++;
        if (k < 2 || k > 10 || billionths(text + i, k, 0, &fraction, &over) != k)
            return false;
        i += k;
    }
    if (i < n && text[i] == ' ')
        i++;
    *zoned = i < n;
    if ((i == n && text[n - 1] == ' ') || (i < n && !parse_zone(text + i, n - i, &east)))
        return false;
    seconds = days_from_civil(y, mo, d) * 86400 + h * 3600 + mi * 60 + s - east;
    if (seconds >= SECONDS_MAX || seconds <= -SECONDS_MAX)
        return false;
    *out = seconds * NS_PER_S + (ns_t)fraction;
    return true;
}

char *units_seconds_text(ns_t t, char *to)
{
    uint64_t u = t < 0 ? 0 - (uint64_t)t : (uint64_t)t;

    snprintf(to, 24, "%s%llu.%09llu", t < 0 ? "-" : "", (unsigned long long)(u / NS_PER_S),
             (unsigned long long)(u % NS_PER_S));
    return to;
}

char *units_clock_text(ns_t t, char *to)
{
    uint64_t u = (t < 0 ? 0 - (uint64_t)t : (uint64_t)t) / NS_PER_S;
    unsigned long long d = u / 86400, h = u / 3600 % 24, m = u / 60 % 60, s = u % 60;

    if (d)
        snprintf(to, 40, "%s%llu d %02llu:%02llu:%02llu", t < 0 ? "-" : "", d, h, m, s);
    else
        snprintf(to, 40, "%s%llu:%02llu:%02llu", t < 0 ? "-" : "", h, m, s);
    return to;
}
