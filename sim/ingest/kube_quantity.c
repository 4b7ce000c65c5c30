/* kube_quantity.c - Kubernetes quantities: a decimal number, then a suffix or an exponent. */
#include "ingest/kube_quantity.h"

#include "base/units.h"

#include <string.h>

static const struct {
    char text[3];
    int ten, two;
} suffixes[] = {
    {"", 0, 0},    {"n", -9, 0},  {"u", -6, 0},  {"m", -3, 0},  {"k", 3, 0},   {"M", 6, 0},
    {"G", 9, 0},   {"T", 12, 0},  {"P", 15, 0},  {"E", 18, 0},  {"Ki", 0, 10}, {"Mi", 0, 20},
    {"Gi", 0, 30}, {"Ti", 0, 40}, {"Pi", 0, 50}, {"Ei", 0, 60},
};

/* The suffix as powers of ten and two. */
static bool scale(const char *text, size_t n, int *ten, int *two)
{
    int64_t exponent;

    *two = 0;
    if (n > 1 && (*text == 'e' || *text == 'E')) {
        size_t skip = text[1] == '+' ? 2 : 1;
        if (n == skip || !units_integer(text + skip, n - skip, &exponent) || exponent < -18 ||
            exponent > 18)
            return false;
        *ten = (int)exponent;
        return true;
    }
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (strlen(suffixes[i].text) == n && memcmp(suffixes[i].text, text, n) == 0) {
            *ten = suffixes[i].ten;
            *two = suffixes[i].two;
            return true;
        }
    return false;
}

/* value x units / per, rounded up. */
static bool convert(const char *text, size_t n, int64_t units, int64_t per, int64_t *out)
{
    size_t digits = 0, point = 0;
    wide_t v = 0;
    int ten, two, decimals = 0;

    if (n > 0 && *text == '+') {
        text++;
        n--;
    }
    for (; digits + point < n;) {
        char c = text[digits + point];
        if (c == '.' && point == 0) {
            point = 1;
        } else if (c >= '0' && c <= '9') {
            if (++digits > 21)
                return false;
            v = v * 10 + (c - '0');
            decimals += point ? 1 : 0;
        } else {
            break;
        }
    }
    if (digits == 0 || !scale(text + digits + point, n - digits - point, &ten, &two))
        return false;
    v *= units;
    for (ten -= decimals; ten > 0; ten--)
        if ((v *= 10) > (wide_t)1 << 110)
            return false;
    for (; two > 0; two--)
        if ((v *= 2) > (wide_t)1 << 110)
            return false;
    for (; ten < 0; ten++)
        v = (v + 9) / 10; /* rounding up again and again still rounds up once */
    v = (v + per - 1) / per;
    if (v > INT64_MAX)
        return false;
    *out = (int64_t)v;
    return true;
}

bool kube_quantity_milli(const char *text, size_t n, int64_t *milli)
{
    return convert(text, n, 1000, 1, milli);
}

bool kube_quantity_mib(const char *text, size_t n, int64_t *mib)
{
    return convert(text, n, 1, 1 << 20, mib);
}
