/* input.c - input files: unpack, split into lines, refuse what is not text. */
#include "base/input.h"

#include "base/check.h"
#include "base/digest.h"
#include <errno.h>
#include <string.h>
#include <zlib.h>

enum { CHUNK = 1 << 18 }; /* bytes asked of the file at once */

enum trouble { FINE, READ_FAILED, CUT_SHORT, DAMAGED, TRAILING };

struct input {
    char *name; /* owned */
    FILE *file; /* NULL: the bytes come from memory */
    bool close_file;
    const unsigned char *memory;
    size_t memory_n;
    struct sha256 stored; /* of every stored byte seen so far */
    unsigned char *raw;   /* owned; compressed bytes, only when packed */
    z_stream z;
    bool packed, started, at_end;
    bool between;         /* a gzip member is complete, the next may follow */
    enum trouble trouble; /* kept until the lines before it are handed out */
    int error;            /* errno of READ_FAILED */
    char *text;           /* owned; unpacked bytes from `from` to `to`, one spare for NUL */
    size_t from, to, room;
    char *head; /* owned; a copy, because lines are cut in place */
    bool nul;   /* a NUL byte was seen in the text */
    uint32_t line;
};

static void *need(void *p)
{
    check(p != NULL);
    return p;
}

static struct input *make(const char *name)
{
    struct input *in = need(calloc(1, sizeof *in));
    size_t n = strlen(name) + 1;

    in->name = need(malloc(n));
    memcpy(in->name, name, n);
    in->room = CHUNK;
    in->text = need(malloc(in->room + 1));
    sha256_init(&in->stored);
    return in;
}

/* Stored bytes into `to`; 0 at the end or in trouble. */
static size_t read_stored(struct input *in, void *to, size_t room)
{
    size_t n;

    if (in->file) {
        n = fread(to, 1, room, in->file);
        if (n == 0 && ferror(in->file)) {
            in->trouble = READ_FAILED;
            in->error = errno;
        }
    } else {
        n = in->memory_n < room ? in->memory_n : room;
        if (n)
            memcpy(to, in->memory, n);
        in->memory += n;
        in->memory_n -= n;
    }
    sha256_add(&in->stored, to, n);
    return n;
}

/* After a gzip member: another member, zero padding, or the end. False when the data is over. */
static bool next_member(struct input *in)
{
    while (in->z.avail_in && *in->z.next_in == 0) {
        in->z.next_in++;
        in->z.avail_in--;
    }
    if (!in->z.avail_in)
        return true;
    if (*in->z.next_in != 0x1f || inflateReset(&in->z) != Z_OK) {
        in->trouble = TRAILING;
        return false;
    }
    in->between = false;
    return true;
}

static size_t unpack(struct input *in, char *to, size_t room)
{
    in->z.next_out = (unsigned char *)to;
    in->z.avail_out = (uInt)room;
    while (in->z.avail_out == room && !in->trouble) {
        if (!in->z.avail_in) {
            in->z.next_in = in->raw;
            in->z.avail_in = (uInt)read_stored(in, in->raw, CHUNK);
            if (!in->z.avail_in) {
                if (!in->between && !in->trouble)
                    in->trouble = CUT_SHORT;
                break;
            }
        }
        if (in->between && (!next_member(in) || in->between))
            continue;
        int status = inflate(&in->z, Z_NO_FLUSH);
        if (status == Z_STREAM_END)
            in->between = true;
        else if (status != Z_OK && status != Z_BUF_ERROR)
            in->trouble = DAMAGED;
    }
    return room - in->z.avail_out;
}

/* Is it gzip? The first chunk decides, by content. */
static void start(struct input *in)
{
    size_t n = read_stored(in, in->text, CHUNK);
    const unsigned char *b = (const unsigned char *)in->text;

    in->started = true;
    if (n >= 2 && b[0] == 0x1f && b[1] == 0x8b) {
        in->packed = true;
        in->raw = need(malloc(CHUNK));
        memcpy(in->raw, in->text, n);
        check(inflateInit2(&in->z, 16 + MAX_WBITS) == Z_OK);
        in->z.next_in = in->raw;
        in->z.avail_in = (uInt)n;
        n = unpack(in, in->text, CHUNK);
    }
    if (n >= 3 && !memcmp(in->text, "\xef\xbb\xbf", 3))
        in->from = 3;
    in->to = n;
    in->at_end = n == 0;
    in->nul = n && memchr(in->text, 0, n);
}

/* Bring at least one more byte of text. False when there is none. */
static bool fill(struct input *in)
{
    size_t n;

    if (!in->started) {
        start(in);
        return in->to > in->from;
    }
    if (in->at_end || in->trouble)
        return false;
    if (in->from > 0 && in->room - in->to < CHUNK) {
        memmove(in->text, in->text + in->from, in->to - in->from);
        in->to -= in->from;
        in->from = 0;
    }
    if (in->room - in->to < CHUNK) {
        in->room *= 2;
        in->text = need(realloc(in->text, in->room + 1));
    }
    n = in->packed ? unpack(in, in->text + in->to, CHUNK)
                   : read_stored(in, in->text + in->to, CHUNK);
    if (n == 0) {
        in->at_end = true;
        return false;
    }
    in->nul = in->nul || memchr(in->text + in->to, 0, n);
    in->to += n;
    return true;
}

static struct diag_at at_file(const struct input *in)
{
    return (struct diag_at){.file = in->name};
}

/* "181,204" */
static const char *with_commas(uint32_t v, char *to, size_t room)
{
    if (v < 1000)
        snprintf(to, room, "%u", v);
    else if (v < 1000000)
        snprintf(to, room, "%u,%03u", v / 1000, v % 1000);
    else
        snprintf(to, room, "%u,%03u,%03u", v / 1000000, v / 1000 % 1000, v % 1000);
    return to;
}

static int report(const struct input *in, uint32_t lines, struct diag *d)
{
    char n[24], why[128];

    with_commas(lines, n, sizeof n);
    switch (in->trouble) {
    case READ_FAILED:
        if (strerror_r(in->error, why, sizeof why))
            snprintf(why, sizeof why, "error %d", in->error);
        if (why[0] >= 'A' && why[0] <= 'Z')
            why[0] = (char)(why[0] - 'A' + 'a');
        return diag_fail(d, STATUS_INPUT, at_file(in), "cannot read: %s", why);
    case CUT_SHORT:
        return diag_fail(d, STATUS_INPUT, at_file(in),
                         "compressed data ends early after %s line%s, expected the gzip trailer", n,
                         lines == 1 ? "" : "s");
    case DAMAGED:
        return diag_fail(d, STATUS_INPUT, at_file(in),
                         "compressed data is damaged after %s line%s, expected gzip data that "
                         "agrees with its checksum",
                         n, lines == 1 ? "" : "s");
    case TRAILING:
        return diag_fail(d, STATUS_INPUT, at_file(in),
                         "compressed data is followed by other bytes after %s line%s, expected "
                         "the end of the file",
                         n, lines == 1 ? "" : "s");
    case FINE:
        break;
    }
    return 0;
}

struct input *input_open(const char *path, const char *expected, struct diag *d)
{
    bool is_stdin = !strcmp(path, "-");
    struct input *in = make(path);

    in->file = is_stdin ? stdin : fopen(path, "rb");
    in->close_file = !is_stdin;
    if (!in->file) {
        char why[128];
        if (strerror_r(errno, why, sizeof why))
            snprintf(why, sizeof why, "error %d", errno);
        if (why[0] >= 'A' && why[0] <= 'Z')
            why[0] = (char)(why[0] - 'A' + 'a');
        diag_fail(d, STATUS_INPUT, at_file(in), "cannot open: %s", why);
        input_close(in);
        return NULL;
    }
    if (!fill(in)) {
        if (!report(in, 0, d))
            diag_fail(d, STATUS_INPUT, at_file(in), "the file is empty, expected %s", expected);
        input_close(in);
        return NULL;
    }
    return in;
}

struct input *input_memory(const char *name, const void *data, size_t n)
{
    struct input *in = make(name);

    in->memory = data;
    in->memory_n = n;
    return in;
}

void input_close(struct input *in)
{
    if (!in)
        return;
    if (in->packed)
        inflateEnd(&in->z);
    if (in->file && in->close_file)
        fclose(in->file);
    free(in->raw);
    free(in->text);
    free(in->head);
    free(in->name);
    free(in);
}

const char *input_name(const struct input *in)
{
    return in->name;
}

uint32_t input_line_number(const struct input *in)
{
    return in->line;
}

int input_head(struct input *in, const char **head, size_t *n, struct diag *d)
{
    while (in->to - in->from < INPUT_HEAD_MAX && fill(in))
        ;
    *n = in->to - in->from;
    if (*n == 0 && in->trouble)
        return report(in, in->line, d);
    if (*n > INPUT_HEAD_MAX)
        *n = INPUT_HEAD_MAX;
    if (!in->head)
        in->head = need(malloc(INPUT_HEAD_MAX + 1));
    memcpy(in->head, in->text + in->from, *n);
    in->head[*n] = '\0';
    *head = in->head;
    return 0;
}

static int refuse_nul(struct input *in, uint32_t line, size_t column, struct diag *d)
{
    struct diag_at at = {.file = in->name, .line = line, .column = (uint32_t)column, .width = 1};

    return diag_fail(d, STATUS_INPUT, at,
                     "found a NUL byte, expected text (is this a binary or UTF-16 file?)");
}

static int refuse_length(struct input *in, struct diag *d)
{
    struct diag_at at = {.file = in->name, .line = in->line + 1};

    return diag_fail(d, STATUS_INPUT, at, "line is longer than 1 MiB, expected a text file");
}

int input_line(struct input *in, char **line, size_t *n, struct diag *d)
{
    size_t seen = 0, len;
    char *end, *text, *zero;

    for (;;) {
        end = in->to > in->from + seen
                  ? memchr(in->text + in->from + seen, '\n', in->to - in->from - seen)
                  : NULL;
        if (end)
            break;
        seen = in->to - in->from;
        if (seen > INPUT_LINE_MAX)
            return refuse_length(in, d);
        if (!fill(in)) {
            if (in->trouble)
                return report(in, in->line, d);
            if (in->to == in->from)
                return 0;
            end = in->text + in->to;
            break;
        }
    }
    text = in->text + in->from;
    len = (size_t)(end - text);
    in->from += len + (end < in->text + in->to);
    if (len > INPUT_LINE_MAX)
        return refuse_length(in, d);
    if (in->line == UINT32_MAX)
        return diag_fail(d, STATUS_INPUT, at_file(in),
                         "more than 4,294,967,295 lines, expected fewer");
    in->line++;
    if (in->nul && (zero = memchr(text, 0, len)))
        return refuse_nul(in, in->line, (size_t)(zero - text) + 1, d);
    if (len && text[len - 1] == '\r')
        len--;
    text[len] = '\0';
    *line = text;
    *n = len;
    return 1;
}

int input_all(struct input *in, char **text, size_t *n, struct diag *d)
{
    uint32_t lines = in->line;
    const char *p, *stop, *begin;

    while (fill(in))
        ;
    *text = in->text + in->from;
    *n = in->to - in->from;
    stop = *text + *n;
    for (p = begin = *text; (p = memchr(p, '\n', (size_t)(stop - p))); begin = ++p) {
        const char *zero = in->nul ? memchr(begin, 0, (size_t)(p - begin)) : NULL;
        if (zero)
            return refuse_nul(in, lines + 1, (size_t)(zero - begin) + 1, d);
        lines++;
    }
    if (in->nul && (p = memchr(begin, 0, (size_t)(stop - begin))))
        return refuse_nul(in, lines + 1, (size_t)(p - begin) + 1, d);
    if (in->trouble)
        return report(in, lines, d);
    (*text)[*n] = '\0';
    in->from = in->to;
    in->line = lines;
    return 0;
}

int input_bytes(struct input *in, const unsigned char **data, size_t *n, struct diag *d)
{
    while (fill(in))
        ;
    if (in->trouble)
        return report(in, in->line, d);
    *data = (const unsigned char *)in->text + in->from;
    *n = in->to - in->from;
    in->from = in->to;
    return 0;
}

void input_sha256(struct input *in, char *to)
{
    struct sha256 s;

    while (!in->trouble) {
        in->from = in->to;
        if (!fill(in))
            break;
    }
    s = in->stored;
    sha256_text(&s, to);
}
