/* diag.c - fill and show the one error record. */
#include "base/diag.h"

#include <stdarg.h>
#include <string.h>

enum { EXCERPT = 96, BEFORE = 40, DOTS = 3 };

static void copy_text(char *to, size_t room, const char *from)
{
    size_t n = from ? strlen(from) : 0;

    if (n >= room)
        n = room - 1;
    if (n)
        memcpy(to, from, n);
    to[n] = '\0';
}

static int is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* A window of the line with the mark at its 41st byte, or where the line begins or
 * ends earlier. A character cut in two at the edge becomes dots too, and control
 * bytes do not reach the terminal. */
static void cut_excerpt(struct diag *d, const char *line)
{
    size_t n = strcspn(line, "\r\n"), at = d->column ? d->column - 1 : 0, from = 0, len = n;

    if (at > n)
        at = n;
    if (n > EXCERPT) {
        from = at > BEFORE ? at - BEFORE : 0;
        if (from > n - EXCERPT)
            from = n - EXCERPT;
        len = EXCERPT;
    }
    memcpy(d->excerpt, line + from, len);
    d->excerpt[len] = '\0';
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)d->excerpt[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            d->excerpt[i] = '?';
    }
    if (from > 0) {
        memset(d->excerpt, '.', DOTS);
        for (size_t i = DOTS; i < len && is_continuation(d->excerpt[i]); i++)
            d->excerpt[i] = '.';
    }
    if (from + len < n) {
        size_t i = len - DOTS;
        memset(d->excerpt + i, '.', DOTS);
        while (i > DOTS && is_continuation(d->excerpt[i - 1]))
            d->excerpt[--i] = '.';
        if (i > DOTS && ((unsigned char)d->excerpt[i - 1] & 0xc0) == 0xc0)
            d->excerpt[i - 1] = '.';
    }
    d->excerpt_column = d->column ? (uint32_t)(at - from) + 1 : 0;
}

int diag_fail(struct diag *d, int status, struct diag_at at, const char *fmt, ...)
{
    va_list args;

    memset(d, 0, sizeof *d);
    d->status = status;
    d->line = at.line;
    d->column = at.column;
    d->width = at.column && !at.width ? 1 : at.width;
    copy_text(d->file, sizeof d->file, at.file);
    copy_text(d->path, sizeof d->path, at.path);
    if (at.text)
        cut_excerpt(d, at.text);
    va_start(args, fmt);
    vsnprintf(d->message, sizeof d->message, fmt, args);
    va_end(args);
    return -1;
}

int diag_expected(struct diag *d, struct diag_at at, const char *what, const char *found,
                  const char *expected)
{
    diag_fail(d, STATUS_INPUT, at, "%s is '%.95s', expected %s", what, found, expected);
    copy_text(d->found, sizeof d->found, found);
    copy_text(d->expected, sizeof d->expected, expected);
    return -1;
}

void diag_hint(struct diag *d, const char *fmt, ...)
{
    va_list args;

    if (!d->status)
        return;
    va_start(args, fmt);
    vsnprintf(d->hint, sizeof d->hint, fmt, args);
    va_end(args);
}

static void print_place(FILE *to, const struct diag *d, int colour)
{
    if (!d->file[0])
        return;
    fprintf(to, "%s%s", colour ? "\033[1m" : "", d->file);
    if (d->line)
        fprintf(to, ":%u", d->line);
    if (d->line && d->column)
        fprintf(to, ":%u", d->column);
    fprintf(to, ":%s ", colour ? "\033[0m" : "");
}

/* Blanks below every character before the mark; a tab stays a tab, so that the mark
 * lands below its character whatever the terminal's tab stops are. */
static void print_mark(FILE *to, const struct diag *d, int colour)
{
    uint32_t n = (uint32_t)strlen(d->excerpt), first = d->excerpt_column - 1;

    fputs("  ", to);
    for (uint32_t i = 0; i < first && i < n; i++)
        if (!is_continuation(d->excerpt[i]))
            putc(d->excerpt[i] == '\t' ? '\t' : ' ', to);
    fprintf(to, "%s^", colour ? "\033[32m" : "");
    for (uint32_t i = first + 1; i < first + d->width && i < n; i++)
        if (!is_continuation(d->excerpt[i]))
            putc('~', to);
    fprintf(to, "%s\n", colour ? "\033[0m" : "");
}

void diag_print(FILE *to, const struct diag *d, const char *kind, int colour)
{
    const char *paint = !colour ? "" : strcmp(kind, "warning") ? "\033[1;31m" : "\033[1;33m";

    print_place(to, d, colour);
    fprintf(to, "%s%s:%s %s\n", paint, kind, colour ? "\033[0m" : "", d->message);
    if (d->path[0] && !strstr(d->message, d->path))
        fprintf(to, "  at %s\n", d->path);
    if (d->excerpt[0]) {
        fprintf(to, "  %s\n", d->excerpt);
        if (d->excerpt_column)
            print_mark(to, d, colour);
    }
    if (d->hint[0])
        fprintf(to, "%s\n", d->hint);
}

static void print_json_text(FILE *to, const char *key, const char *text)
{
    fprintf(to, ",\"%s\":\"", key);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(to, "\\%c", c);
        else if (c < 0x20 || c == 0x7f || c == '<')
            fprintf(to, "\\u%04x", c);
        else
            putc(c, to);
    }
    putc('"', to);
}

void diag_print_json(FILE *to, const struct diag *d)
{
    fprintf(to, "{\"error\":{\"code\":%d", d->status);
    if (d->file[0])
        print_json_text(to, "file", d->file);
    if (d->line)
        fprintf(to, ",\"line\":%u", d->line);
    if (d->column)
        fprintf(to, ",\"column\":%u", d->column);
    if (d->path[0])
        print_json_text(to, "path", d->path);
    if (d->found[0])
        print_json_text(to, "found", d->found);
    if (d->expected[0])
        print_json_text(to, "expected", d->expected);
    print_json_text(to, "message", d->message);
    if (d->hint[0])
        print_json_text(to, "hint", d->hint);
    fputs("}}\n", to);
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Optimal string alignment: insert, delete, replace, swap neighbours, no character
 * touched twice. Three rows are enough. */
static uint32_t distance(const char *a, uint32_t n, const char *b, uint32_t m)
{
    uint32_t row[3][64];

    for (uint32_t j = 0; j <= m; j++)
        row[0][j] = j;
    for (uint32_t i = 1; i <= n; i++) {
        uint32_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = i;
        for (uint32_t j = 1; j <= m; j++) {
            uint32_t cost = lower(a[i - 1]) != lower(b[j - 1]);
            now[j] = least(least(last[j] + 1, now[j - 1] + 1), last[j - 1] + cost);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]))
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return row[n % 3][m];
}

const char *diag_nearest(const char *word, const char *const *words, uint32_t n)
{
    const char *best = NULL;
    uint32_t best_d = UINT32_MAX;
    size_t len = strlen(word);

    for (uint32_t i = 0; i < n; i++) {
        size_t m = strlen(words[i]), longer = m > len ? m : len;
        if (len > 63 || m > 63)
            continue;
        uint32_t d = distance(word, (uint32_t)len, words[i], (uint32_t)m);
        if (d * 3 <= longer && d < best_d) {
            best = words[i];
            best_d = d;
        }
    }
    return best;
}
