/* writer.c - output files that appear whole or not at all. */
#include "base/writer.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int trouble(const struct writer *w, const char *what, int error, struct diag *d)
{
    char why[96];
    snprintf(why, sizeof why, "%s", strerror(error));
    why[0] = (char)tolower((unsigned char)why[0]);
    return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = w->path}, "%s: %s", what, why);
}

int writer_open(struct writer *w, const char *path, struct diag *d)
{
    struct stat st;
    *w = (struct writer){.file = NULL};
    size_t n = strlen(path);
    if (n >= sizeof w->path)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = path},
                         "file name has %zu bytes, expected at most %zu", n, sizeof w->path - 1);
    memcpy(w->path, path, n + 1);
    if (!strcmp(path, "-")) {
        w->is_stdout = true;
        w->file = stdout;
        return 0;
    }
    /* a device or a pipe cannot be replaced by renaming: write to it */
    bool special = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
    if (!special)
        snprintf(w->temporary, sizeof w->temporary, "%s.%ld~", path, (long)getpid());
    int fd =
        special ? open(path, O_WRONLY) : open(w->temporary, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd < 0 || !(w->file = fdopen(fd, "w"))) {
        int error = errno;
        if (fd >= 0)
            close(fd);
        w->temporary[0] = 0;
        w->failed = error;
        return trouble(w, "cannot write", error, d);
    }
    return 0;
}

static void failed(struct writer *w)
{
    if (!w->failed)
        w->failed = errno ? errno : EIO;
}

void writer_print(struct writer *w, const char *fmt, ...)
{
    if (w->failed)
        return;
    va_list args;
    va_start(args, fmt);
    if (vfprintf(w->file, fmt, args) < 0)
        failed(w);
    va_end(args);
}

void writer_bytes(struct writer *w, const void *data, size_t n)
{
    if (!w->failed && fwrite(data, 1, n, w->file) != n)
        failed(w);
}

void writer_char(struct writer *w, char c)
{
    if (!w->failed && putc(c, w->file) == EOF)
        failed(w);
}

static void text(struct writer *w, const char *s)
{
    writer_bytes(w, s, strlen(s));
}

void writer_int(struct writer *w, int64_t v)
{
    char digits[24], *p = digits + sizeof digits;
    uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do
        *--p = (char)('0' + left % 10);
    while ((left /= 10));
    if (v < 0)
        *--p = '-';
    writer_bytes(w, p, (size_t)(digits + sizeof digits - p));
}

void writer_wide(struct writer *w, wide_t v)
{
    char digits[48];
    text(w, wide_text(v, digits));
}

void writer_csv(struct writer *w, const char *s)
{
    if (!s)
        return;
    if (!strpbrk(s, ",\"\r\n")) {
        text(w, s);
        return;
    }
    writer_char(w, '"');
    for (; *s; s++) {
        if (*s == '"')
            writer_char(w, '"');
        writer_char(w, *s);
    }
    writer_char(w, '"');
}

void writer_json(struct writer *w, const char *s)
{
    if (!s) {
        text(w, "null");
        return;
    }
    writer_char(w, '"');
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\') {
            writer_char(w, '\\');
            writer_char(w, *s);
        } else if (c == '\n') {
            text(w, "\\n");
        } else if (c == '\t') {
            text(w, "\\t");
        } else if (c < 0x20 || c == '<') {
            writer_print(w, "\\u%04x", c);
        } else {
            writer_char(w, *s);
        }
    }
    writer_char(w, '"');
}

void writer_seconds(struct writer *w, ns_t t, int decimals)
{
    uint64_t left = t < 0 ? 0 - (uint64_t)t : (uint64_t)t;
    char digits[16];
    if (t < 0)
        writer_char(w, '-');
    writer_int(w, (int64_t)(left / (uint64_t)NS_PER_S));
    if (decimals <= 0)
        return;
    snprintf(digits, sizeof digits, "%09u", (unsigned)(left % (uint64_t)NS_PER_S));
    writer_char(w, '.');
    writer_bytes(w, digits, decimals < 9 ? (size_t)decimals : 9);
}

void writer_real(struct writer *w, double v, int decimals)
{
    char digits[400];
    if (!isfinite(v)) {
        text(w, "null");
        return;
    }
    int n = snprintf(digits, sizeof digits, "%.*f", decimals, v);
    if (decimals > 0 && n > 0) {
        char *end = digits + n;
        while (end[-1] == '0')
            end--;
        if (end[-1] == '.')
            end--;
        *end = 0;
    }
    text(w, strcmp(digits, "-0") ? digits : "0");
}

int writer_close(struct writer *w, struct diag *d)
{
    if (w->file && fflush(w->file) == EOF)
        failed(w);
    if (w->file && !w->is_stdout && fclose(w->file) == EOF)
        failed(w);
    w->file = NULL;
    if (!w->failed && w->temporary[0] && rename(w->temporary, w->path) < 0)
        failed(w);
    if (!w->failed)
        return 0;
    if (w->temporary[0])
        unlink(w->temporary);
    return trouble(w, "write failed", w->failed, d);
}

void writer_drop(struct writer *w)
{
    if (w->file && !w->is_stdout)
        fclose(w->file);
    if (w->temporary[0])
        unlink(w->temporary);
    *w = (struct writer){.file = NULL};
}
