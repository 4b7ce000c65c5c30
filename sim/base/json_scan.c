/* json_scan.c - the grammar of JSON checked strictly, with the place of every value.
 *
 * A machine with a stack of open containers: each frame knows where it stands, so that a
 * message can name the path without a tree. */
#include "base/json_scan.h"
#include "base/json.h"
#include <ctype.h>
#include <stdarg.h>

#define NUMBER_MAX 63         /* cJSON copies a number into 64 bytes */
#define LINE_SHOWN (1u << 16) /* a longer line is not quoted in messages */

struct frame {
    char open;
    uint32_t index;
    size_t key, key_n;
};

struct scan {
    const struct json_text *t;
    const char *s; /* without comments */
    size_t n, at;
    struct frame frame[JSON_DEPTH_MAX];
    uint32_t depth;
    json_offset_list *offsets;
    struct diag *d;
};

void json_scan_step(char *path, size_t room, const char *key, size_t key_n, uint32_t index)
{
    size_t used = strlen(path);
    bool plain = key_n > 0;
    for (size_t i = 0; key && i < key_n; i++)
        plain = plain && (isalnum((unsigned char)key[i]) || key[i] == '_' || key[i] == '-');
    if (!key)
        snprintf(path + used, room - used, "[%u]", index);
    else
        snprintf(path + used, room - used, plain ? ".%.*s" : "[\"%.*s\"]", (int)key_n, key);
}

int json_scan_fail(const struct json_text *t, size_t at, size_t width, struct diag *d,
                   const char *fmt, ...)
{
    char message[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);

    size_t start = 0, end = at;
    uint32_t line = 1;
    for (size_t i = 0; i < at && !t->argument; i++)
        if (t->text[i] == '\n') {
            line++;
            start = i + 1;
        }
    while (end < t->n && t->text[end] != '\n' && t->text[end] != '\r')
        end++;
    struct diag_at place = {.file = t->name,
                            .line = t->argument ? 0 : line,
                            .column = (uint32_t)(at - start + 1),
                            .width = (uint32_t)(width ? width : 1)};
    char *copy = NULL;
    if ((at < t->n || t->argument) && end - start < LINE_SHOWN &&
        (copy = malloc(end - start + 1))) {
        memcpy(copy, t->text + start, end - start);
        copy[end - start] = 0;
        place.text = copy;
    }
    diag_fail(d, STATUS_INPUT, place, "%s", message);
    free(copy);
    return -1;
}

int json_scan_blank(const struct json_text *t, char *clean, struct diag *d)
{
    for (size_t i = 0; i < t->n;) {
        if (clean[i] == '"') {
            for (i++; i < t->n && clean[i] != '"' && clean[i] != '\n'; i++)
                i += clean[i] == '\\' && i + 1 < t->n;
            i++;
        } else if (clean[i] == '/' && clean[i + 1] == '/') {
            while (i < t->n && clean[i] != '\n')
                clean[i++] = ' ';
        } else if (clean[i] == '/' && clean[i + 1] == '*') {
            const char *close = strstr(clean + i + 2, "*/");
            if (!close)
                return json_scan_fail(t, i, 2, d, "comment is not closed, expected '*/'");
            for (size_t end = (size_t)(close - clean) + 2; i < end; i++)
                if (clean[i] != '\n' && clean[i] != '\r')
                    clean[i] = ' ';
        } else {
            i++;
        }
    }
    return 0;
}

size_t json_scan_skip(const char *clean, size_t n, size_t at)
{
    while (at < n &&
           (clean[at] == ' ' || clean[at] == '\n' || clean[at] == '\t' || clean[at] == '\r'))
        at++;
    return at;
}

static bool word_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '+' || c == '.';
}

size_t json_scan_width(const char *clean, size_t n, size_t at)
{
    size_t i = at;
    if (i < n && clean[i] == '"') {
        for (i++; i < n && clean[i] != '"' && clean[i] != '\n'; i++)
            i += clean[i] == '\\' && i + 1 < n;
        return (i < n ? i + 1 : n) - at;
    }
    while (i < n && word_byte(clean[i]))
        i++;
    return i > at ? i - at : 1;
}

const char *json_scan_found(const char *clean, size_t n, size_t at, char *to)
{
    unsigned char c = (unsigned char)clean[at];
    size_t width = json_scan_width(clean, n, at);
    if (c == '\n' || c == '\r')
        snprintf(to, 64, "the end of the line");
    else if (c < 0x20 || c == 0x7f)
        snprintf(to, 64, "control character 0x%02x", c);
    else if (c == '\'')
        snprintf(to, 64, "a single quote");
    else if (c >= 0x80)
        snprintf(to, 64, "byte 0x%02x", c);
    else
        snprintf(to, 64, "'%.*s%s'", width > 40 ? 37 : (int)width, clean + at,
                 width > 40 ? "..." : "");
    return to;
}

static int found(struct scan *s, const char *expected)
{
    char what[64];
    return json_scan_fail(s->t, s->at, json_scan_width(s->s, s->n, s->at), s->d,
                          "found %s, expected %s", json_scan_found(s->s, s->n, s->at, what),
                          expected);
}

static int ends(struct scan *s)
{
    char path[192] = "$";
    const char *what = s->t->argument ? "value" : "file";
    for (uint32_t i = 0; i + 1 < s->depth; i++) {
        const struct frame *f = &s->frame[i];
        json_scan_step(path, sizeof path, f->open == '{' ? s->s + f->key : NULL, f->key_n,
                       f->index);
    }
    if (s->depth == 0)
        return json_scan_fail(s->t, s->n, 1, s->d, "the %s ends, expected a value", what);
    return json_scan_fail(s->t, s->n, 1, s->d, "the %s ends inside %s, expected '%c'", what, path,
                          s->frame[s->depth - 1].open == '{' ? '}' : ']');
}

static int hex4(const char *s, size_t left, uint32_t *out)
{
    *out = 0;
    for (size_t i = 0; i < 4; i++) {
        if (i >= left || !isxdigit((unsigned char)s[i]))
            return -1;
        char c = s[i];
        *out = *out * 16 + (uint32_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    }
    return 0;
}

/* The escape whose backslash is at s->at. */
static int escape(struct scan *s)
{
    char c = s->at + 1 < s->n ? s->s[s->at + 1] : 0;
    if (c && strchr("\"\\/bfnrt", c)) {
        s->at += 2;
        return 0;
    }
    uint32_t code, low;
    if (c != 'u' || hex4(s->s + s->at + 2, s->n - s->at - 2, &code) < 0)
        return json_scan_fail(
            s->t, s->at, 2, s->d,
            "found '%.*s', expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX",
            c > 0x1f ? 2 : 1, s->s + s->at);
    if (code == 0)
        return json_scan_fail(s->t, s->at, 6, s->d, "found a NUL in text, expected none");
    bool high = code >= 0xd800 && code < 0xdc00;
    if ((code >= 0xdc00 && code < 0xe000) ||
        (high &&
         (s->n - s->at < 12 || s->s[s->at + 6] != '\\' || s->s[s->at + 7] != 'u' ||
          hex4(s->s + s->at + 8, s->n - s->at - 8, &low) < 0 || low < 0xdc00 || low > 0xdfff)))
        return json_scan_fail(s->t, s->at, 6, s->d,
                              "found half of a surrogate pair, expected two \\u escapes");
    s->at += high ? 12 : 6;
    return 0;
}

/* A string whose opening quote is at s->at. */
static int string(struct scan *s)
{
    size_t start = s->at++;
    while (s->at < s->n && s->s[s->at] != '"') {
        unsigned char c = (unsigned char)s->s[s->at];
        if (c == '\\') {
            if (s->at + 1 >= s->n)
                return ends(s);
            if (escape(s) < 0)
                return -1;
        } else if (c == '\n' || c == '\r') {
            return json_scan_fail(s->t, start, s->at - start, s->d,
                                  "text is not closed on its line, expected '\"'");
        } else if (c < 0x20) {
            return json_scan_fail(s->t, s->at, 1, s->d,
                                  "found control character 0x%02x in text, expected an escape", c);
        } else {
            s->at++;
        }
    }
    if (s->at >= s->n)
        return ends(s);
    s->at++;
    return 0;
}

static size_t digits(const struct scan *s, size_t at)
{
    while (at < s->n && isdigit((unsigned char)s->s[at]))
        at++;
    return at;
}

static int number(struct scan *s)
{
    size_t at = s->at, from;
    at += s->s[at] == '-';
    from = at;
    at = digits(s, at);
    bool good = at > from && (s->s[from] != '0' || at == from + 1);
    if (good && at < s->n && s->s[at] == '.') {
        from = at + 1;
        at = digits(s, from);
        good = at > from;
    }
    if (good && at < s->n && (s->s[at] | 32) == 'e') {
        from = at + 1;
        from += from < s->n && (s->s[from] == '-' || s->s[from] == '+');
        at = digits(s, from);
        good = at > from;
    }
    if (!good || (at < s->n && word_byte(s->s[at])))
        return found(s, "a number such as 12, -3.5 or 1e9");
    if (at - s->at > NUMBER_MAX)
        return json_scan_fail(s->t, s->at, at - s->at, s->d,
                              "number has %zu digits, expected at most %d", at - s->at, NUMBER_MAX);
    s->at = at;
    return 0;
}

static int scalar(struct scan *s, const char *expected)
{
    static const char *const words[] = {"true", "false", "null"};
    char c = s->s[s->at];
    if (c == '"')
        return string(s);
    if (c == '-' || isdigit((unsigned char)c))
        return number(s);
    size_t width = json_scan_width(s->s, s->n, s->at);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (width == strlen(words[i]) && !memcmp(s->s + s->at, words[i], width)) {
            s->at += width;
            return 0;
        }
    found(s, expected);
    if (word_byte(c) || c == '\'')
        diag_hint(s->d, "put text in double quotes");
    return -1;
}

/* The key and colon of the next member of the innermost object. */
static int key(struct scan *s, char after)
{
    struct frame *f = &s->frame[s->depth - 1];
    if (s->s[s->at] == '}' && after == ',')
        return found(s, "a value after ','");
    if (s->s[s->at] != '"')
        return found(s, after == ',' ? "a key in double quotes after ','"
                                     : "a key in double quotes or '}'");
    size_t start = s->at;
    if (string(s) < 0)
        return -1;
    f->key = start + 1;
    f->key_n = s->at - start - 2;
    s->at = json_scan_skip(s->s, s->n, s->at);
    if (s->at >= s->n)
        return ends(s);
    if (s->s[s->at] != ':')
        return found(s, "':' after a key");
    s->at++;
    return 0;
}

static int open_container(struct scan *s, char c)
{
    if (s->depth == JSON_DEPTH_MAX)
        return json_scan_fail(s->t, s->at, 1, s->d,
                              "nesting is deeper than %d, expected at most %d", JSON_DEPTH_MAX,
                              JSON_DEPTH_MAX);
    s->frame[s->depth++] = (struct frame){.open = c};
    s->at++;
    return 0;
}

static const char *value_after(char after)
{
    return after == ','   ? "a value after ','"
           : after == ':' ? "a value after ':'"
           : after == '[' ? "a value or ']'"
                          : "a value";
}

/* One value, containers included; `after` is the byte that led here. */
static int values(struct scan *s)
{
    char after = 0;
    for (;;) {
        s->at = json_scan_skip(s->s, s->n, s->at);
        if (s->at >= s->n)
            return ends(s);
        char c = s->s[s->at];
        struct frame *f = s->depth ? &s->frame[s->depth - 1] : NULL;
        if (f && f->open == '{' && (after == '{' || after == ',') && !(c == '}' && after == '{')) {
            if (key(s, after) < 0)
                return -1;
            after = ':';
            continue;
        }
        bool closes = f && after == f->open && c == (f->open == '{' ? '}' : ']');
        if (!closes) {
            VEC_PUSH(s->offsets, (uint32_t)s->at);
            if (c == '{' || c == '[') {
                if (open_container(s, c) < 0)
                    return -1;
                after = c;
                continue;
            }
            if (scalar(s, value_after(after)) < 0)
                return -1;
        }
        /* a value is complete, or an empty container closes: leave what closes here */
        for (after = 0; s->depth && !after;) {
            s->at = json_scan_skip(s->s, s->n, s->at);
            if (s->at >= s->n)
                return ends(s);
            f = &s->frame[s->depth - 1];
            char close = f->open == '{' ? '}' : ']';
            c = s->s[s->at];
            if (c != close && (c != ',' || closes))
                return found(s, f->open == '{' ? "',' or '}'" : "',' or ']'");
            s->at++;
            closes = false;
            if (c == ',') {
                f->index++;
                after = ',';
            } else {
                s->depth--;
            }
        }
        if (!s->depth)
            return 0;
    }
}

int json_scan_value(const struct json_text *t, const char *clean, size_t *at,
                    json_offset_list *offsets, struct diag *d)
{
    struct scan s = {.t = t, .s = clean, .n = t->n, .at = *at, .offsets = offsets, .d = d};
    if (values(&s) < 0)
        return -1;
    *at = s.at;
    return 0;
}
