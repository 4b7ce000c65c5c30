/* json_value.c - typed reading of JSON values: the checks and complaints of json.h. */
#include "base/json.h"
#include <math.h>
#include <stdarg.h>
#include <string.h>

const char *json_kind_name(enum json_kind k)
{
    static const char *const names[] = {"nothing", "null",     "true or false", "a number",
                                        "text",    "an array", "an object"};
    return names[k];
}

static int complain(struct json *j, const json_node *v, struct diag_at at, struct diag *d,
                    const char *message, va_list args)
{
    char text[480];
    vsnprintf(text, sizeof text, message, args);
    const char *path = json_path(j, v);
    if (json_path_inline(j))
        return diag_fail(d, STATUS_INPUT, at, "%s at %s", text, path);
    at.path = path;
    return diag_fail(d, STATUS_INPUT, at, "%s", text);
}

int json_fail(struct json *j, const json_node *v, struct diag *d, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    complain(j, v, json_at(j, v), d, fmt, args);
    va_end(args);
    return -1;
}

int json_fail_member(struct json *j, const json_node *v, struct diag *d, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    complain(j, v, json_at_member(j, v), d, fmt, args);
    va_end(args);
    return -1;
}

/* "horizon", "policies[1]", "the file": what a message calls a value. */
static const char *value_name(struct json *j, const json_node *v, char *to, size_t room)
{
    if (json_key(v)) {
        snprintf(to, room, "%.80s", json_key(v));
        return to;
    }
    const char *path = json_path(j, v), *dot = strrchr(path, '.');
    snprintf(to, room, "%s", !strcmp(path, "$") ? "the file" : dot ? dot + 1 : path);
    return to;
}

int json_expected(struct json *j, const json_node *v, struct diag *d, const char *expected)
{
    char name[96], found[96];
    value_name(j, v, name, sizeof name);
    json_show(j, v, found, sizeof found);
    json_fail(j, v, d, "%s is %s, expected %s", name, found, expected);
    snprintf(d->found, sizeof d->found, "%s", json_string(v) ? json_string(v) : found);
    snprintf(d->expected, sizeof d->expected, "%s", expected);
    return -1;
}

int json_missing(struct json *j, const json_node *of, const char *key, const char *expected,
                 struct diag *d)
{
    char path[160];
    snprintf(path, sizeof path, "%s", json_path(j, of));
    struct diag_at at = json_at_member(j, of);
    if (json_path_inline(j))
        diag_fail(d, STATUS_INPUT, at, "key '%s' is missing in %s, expected %s", key, path,
                  expected);
    else {
        at.path = path;
        diag_fail(d, STATUS_INPUT, at, "key '%s' is missing, expected %s", key, expected);
    }
    snprintf(d->expected, sizeof d->expected, "%s", expected);
    return -1;
}

int json_check_keys(struct json *j, const json_node *of, const char *const *known, uint32_t n,
                    struct diag *d)
{
    JSON_EACH (v, of) {
        uint32_t i = 0;
        while (i < n && strcmp(known[i], json_key(v)) != 0)
            i++;
        if (i < n)
            continue;
        const char *near = diag_nearest(json_key(v), known, n);
        struct diag_at at = json_at_member(j, v);
        if (at.width > strlen(json_key(v)) + 2)
            at.width = (uint32_t)strlen(json_key(v)) + 2;
        return diag_fail(d, STATUS_INPUT, at, "unknown key '%.80s' at %s%s%s%s", json_key(v),
                         json_path(j, v), near ? " (nearest: '" : "", near ? near : "",
                         near ? "')" : "");
    }
    return 0;
}

/* ---- values ---- */

int json_is(struct json *j, const json_node *v, enum json_kind kind, struct diag *d)
{
    return json_kind(v) == kind ? 0 : json_expected(j, v, d, json_kind_name(kind));
}

/* "a whole number from 1 to 8", "a number of 0 or more". */
static const char *span(char *to, size_t room, const char *what, double low, double high,
                        double least, double most)
{
    if (low <= least && high >= most)
        snprintf(to, room, "%s", what);
    else if (high >= most)
        snprintf(to, room, "%s of %.15g or more", what, low);
    else if (low <= least)
        snprintf(to, room, "%s of at most %.15g", what, high);
    else
        snprintf(to, room, "%s from %.15g to %.15g", what, low, high);
    return to;
}

int json_as_int(struct json *j, const json_node *v, int64_t low, int64_t high, int64_t *out,
                struct diag *d)
{
    const double most = (double)JSON_INTEGER_MAX;
    double x;
    char expected[96];
    if (low < -JSON_INTEGER_MAX)
        low = -JSON_INTEGER_MAX;
    if (high > JSON_INTEGER_MAX)
        high = JSON_INTEGER_MAX;
    if (json_number(v, &x) && floor(x) == x && fabs(x) > most)
        return json_expected(
            j, v, d, "at most 9007199254740991 either way (larger numbers are not exact in JSON)");
    if (!json_number(v, &x) || floor(x) != x || x < (double)low || x > (double)high)
        return json_expected(j, v, d,
                             span(expected, sizeof expected, "a whole number", (double)low,
                                  (double)high, -most, most));
    *out = (int64_t)x;
    return 0;
}

int json_as_real(struct json *j, const json_node *v, double low, double high, double *out,
                 struct diag *d)
{
    double x;
    char expected[96];
    if (!json_number(v, &x) || !isfinite(x) || x < low || x > high)
        return json_expected(
            j, v, d, span(expected, sizeof expected, "a number", low, high, -HUGE_VAL, HUGE_VAL));
    *out = x;
    return 0;
}

int json_as_text(struct json *j, const json_node *v, const char **out, struct diag *d)
{
    if (json_is(j, v, JSON_TEXT, d) < 0)
        return -1;
    *out = json_string(v);
    return 0;
}

int json_as_bool(struct json *j, const json_node *v, bool *out, struct diag *d)
{
    char word[8];
    if (json_is(j, v, JSON_BOOL, d) < 0)
        return -1;
    *out = !strcmp(json_show(j, v, word, sizeof word), "true");
    return 0;
}

int json_as_duration(struct json *j, const json_node *v, ns_t *out, struct diag *d)
{
    const char *text = json_string(v);
    if (!text || !units_duration(text, strlen(text), out) || *out < 0)
        return json_expected(j, v, d, "text with a unit such as \"3h\"");
    return 0;
}

int json_as_choice(struct json *j, const json_node *v, const char *const *words, uint32_t n,
                   uint32_t *out, struct diag *d)
{
    const char *text = json_string(v);
    for (uint32_t i = 0; text && i < n; i++)
        if (!strcmp(text, words[i])) {
            *out = i;
            return 0;
        }
    char expected[160] = "";
    for (uint32_t i = 0; i < n; i++) {
        size_t used = strlen(expected);
        snprintf(expected + used, sizeof expected - used, "%s%s",
                 i == 0      ? ""
                 : i + 1 < n ? ", "
                             : " or ",
                 words[i]);
    }
    const char *near = text ? diag_nearest(text, words, n) : NULL;
    size_t used = strlen(expected);
    if (near)
        snprintf(expected + used, sizeof expected - used, " (nearest: '%s')", near);
    return json_expected(j, v, d, expected);
}

int json_as_range(struct json *j, const json_node *v, double low, double high, double out[3],
                  struct diag *d)
{
    static const char *const keys[] = {"value", "low", "high"};
    double x;
    if (json_kind(v) == JSON_NULL) {
        out[0] = out[1] = out[2] = (double)NAN;
        return 0;
    }
    if (json_kind(v) != JSON_OBJECT) {
        if (!json_number(v, &x))
            return json_expected(j, v, d, "a number, or an object of value, low and high");
        if (json_as_real(j, v, low, high, &x, d) < 0)
            return -1;
        out[0] = out[1] = out[2] = x;
        return 0;
    }
    double r[3] = {0};
    if (json_check_keys(j, v, keys, 3, d) < 0)
        return -1;
    if (!json_get(v, "value"))
        return json_missing(j, v, "value", "a number", d);
    if (json_real(j, v, "value", low, high, &r[0], d) < 0)
        return -1;
    r[1] = r[2] = r[0];
    if (json_real(j, v, "low", low, high, &r[1], d) < 0 ||
        json_real(j, v, "high", low, high, &r[2], d) < 0)
        return -1;
    char expected[64];
    snprintf(expected, sizeof expected, "at most the value, %.15g", r[0]);
    if (r[1] > r[0])
        return json_expected(j, json_get(v, "low"), d, expected);
    snprintf(expected, sizeof expected, "at least the value, %.15g", r[0]);
    if (r[2] < r[0])
        return json_expected(j, json_get(v, "high"), d, expected);
    memcpy(out, r, sizeof r);
    return 0;
}

/* ---- members ---- */

int json_int(struct json *j, const json_node *of, const char *key, int64_t low, int64_t high,
             int64_t *out, struct diag *d)
{
    const json_node *v = json_get(of, key);
    return v ? json_as_int(j, v, low, high, out, d) : 0;
}

int json_real(struct json *j, const json_node *of, const char *key, double low, double high,
              double *out, struct diag *d)
{
    const json_node *v = json_get(of, key);
    return v ? json_as_real(j, v, low, high, out, d) : 0;
}

int json_text(struct json *j, const json_node *of, const char *key, const char **out,
              struct diag *d)
{
    const json_node *v = json_get(of, key);
    return v ? json_as_text(j, v, out, d) : 0;
}

int json_bool(struct json *j, const json_node *of, const char *key, bool *out, struct diag *d)
{
    const json_node *v = json_get(of, key);
    return v ? json_as_bool(j, v, out, d) : 0;
}

int json_duration(struct json *j, const json_node *of, const char *key, ns_t *out, struct diag *d)
{
    const json_node *v = json_get(of, key);
    return v ? json_as_duration(j, v, out, d) : 0;
}

int json_choice(struct json *j, const json_node *of, const char *key, const char *const *words,
                uint32_t n, uint32_t *out, struct diag *d)
{
    const json_node *v = json_get(of, key);
    return v ? json_as_choice(j, v, words, n, out, d) : 0;
}

int json_range(struct json *j, const json_node *of, const char *key, double low, double high,
               double out[3], struct diag *d)
{
    const json_node *v = json_get(of, key);
    return v ? json_as_range(j, v, low, high, out, d) : 0;
}

int json_array(struct json *j, const json_node *of, const char *key, const json_node **out,
               struct diag *d)
{
    *out = json_get(of, key);
    return *out ? json_is(j, *out, JSON_ARRAY, d) : 0;
}

int json_object(struct json *j, const json_node *of, const char *key, const json_node **out,
                struct diag *d)
{
    *out = json_get(of, key);
    return *out ? json_is(j, *out, JSON_OBJECT, d) : 0;
}
