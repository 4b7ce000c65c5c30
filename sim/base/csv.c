/* csv.c - the door to libcsv: lines in, rows of named cells out. */
#include "base/csv.h"

#include "base/check.h"
#include "base/vec.h"
#include <csv.h>
#include <string.h>

#define ABSENT UINT32_MAX

struct cell {
    size_t at, n;
}; /* in csv.cells; NUL after n bytes */

struct csv {
    struct input *in;                /* borrowed */
    const struct csv_column *wanted; /* borrowed */
    uint32_t n_wanted;
    char delimiter;
    struct csv_parser parser;
    VEC(char) names;     /* header names end to end, NUL after each */
    VEC(size_t) name_at; /* one per header column */
    uint32_t *want_of;   /* owned; by header column: number in wanted, or ABSENT */
    uint32_t *place;     /* owned; by wanted column: header column, or ABSENT */
    struct cell *cell;   /* owned; by wanted column, of this row */
    VEC(char) cells;
    VEC(char) joined; /* the row's text when it spans lines */
    const char *text; /* the row's text: in the input's buffer or in joined */
    size_t text_n;
    uint32_t line, fields;
    bool in_header, comments, row_done;
    struct diag trouble;
};

static void *need(void *p)
{
    check(p != NULL);
    return p;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_name(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

/* --- what libcsv calls back --- */

static void take_name(struct csv *c, const char *text, size_t n)
{
    if (c->name_at.n >= CSV_COLUMNS_MAX)
        return;
    VEC_PUSH(&c->name_at, c->names.n);
    VEC_RESERVE(&c->names, c->names.n + n + 1);
    if (n)
        memcpy(c->names.at + c->names.n, text, n);
    c->names.at[c->names.n + n] = '\0';
    c->names.n += n + 1;
}

static void on_field(void *text, size_t n, void *data)
{
    struct csv *c = data;
    uint32_t i = c->fields++;

    if (c->in_header) {
        take_name(c, text, n);
    } else if (i < c->name_at.n && c->want_of[i] != ABSENT) {
        struct cell *cell = &c->cell[c->want_of[i]];
        cell->at = c->cells.n;
        cell->n = n;
        if (n)
            memcpy(c->cells.at + cell->at, text, n); /* room: see read_row() */
        c->cells.at[cell->at + n] = '\0';
        c->cells.n += n + 1;
    }
}

static void on_row(int end, void *data)
{
    struct csv *c = data;

    (void)end;
    c->row_done = true;
}

/* --- rows --- */

static void parse(struct csv *c, const char *text, size_t n)
{
    check(csv_parse(&c->parser, text, n, on_field, on_row, c) == n);
}

static void join(struct csv *c, const char *text, size_t n)
{
    VEC_RESERVE(&c->joined, c->joined.n + n + 2);
    if (c->joined.n)
        c->joined.at[c->joined.n++] = '\n';
    if (n)
        memcpy(c->joined.at + c->joined.n, text, n);
    c->joined.n += n;
    c->joined.at[c->joined.n] = '\0';
    c->text = c->joined.at;
    c->text_n = c->joined.n;
}

static int open_quote(struct csv *c, struct diag *d)
{
    size_t first = strcspn(c->text, "\n"), at = first;
    struct diag_at place = {
        .file = input_name(c->in), .text = c->text, .line = c->line, .width = 1};

    while (at > 0 && c->text[at - 1] != '"')
        at--;
    place.column = at ? (uint32_t)at : 1;
    return diag_fail(d, STATUS_INPUT, place, "quoted cell is not closed before %s, expected '\"'",
                     c->text_n > INPUT_LINE_MAX ? "1 MiB of text" : "the end of the file");
}

/* The lines of one row through libcsv. 1 = a row, 0 = the end, -1 = trouble. */
static int read_row(struct csv *c, struct diag *d)
{
    char *line;
    size_t n;
    int status;

    c->fields = 0;
    c->row_done = false;
    c->cells.n = 0;
    c->joined.n = 0;
    for (bool more = false; (status = input_line(c->in, &line, &n, d)) == 1;) {
        if (c->in_header && c->comments && !more && line[0] == '#')
            continue;
        if (!more) {
            c->text = line;
            c->text_n = n;
            c->line = input_line_number(c->in);
        }
        VEC_RESERVE(&c->cells, c->cells.n + c->joined.n + n + c->n_wanted + 2);
        parse(c, line, n);
        parse(c, "\n", 1);
        if (more)
            join(c, line, n);
        if (c->row_done)
            return 1;
        if (!more && line[strspn(line, " \t")] == '\0')
            continue;
        if (!more)
            join(c, line, n);
        more = true;
        if (c->text_n > INPUT_LINE_MAX)
            return open_quote(c, d);
    }
    return status == 0 && c->joined.n ? open_quote(c, d) : status;
}

int csv_next(struct csv *c, struct diag *d)
{
    int status;

    for (uint32_t i = 0; i < c->n_wanted; i++)
        c->cell[i] = (struct cell){0, 0};
    c->trouble.status = 0;
    status = read_row(c, d);
    if (status == 1 && c->fields != c->name_at.n) {
        struct diag_at at = {.file = input_name(c->in),
                             .text = c->text,
                             .line = c->line,
                             .column = 1,
                             .width = (uint32_t)strcspn(c->text, "\n")};
        diag_fail(&c->trouble, STATUS_INPUT, at, "row has %u field%s, expected %zu", c->fields,
                  c->fields == 1 ? "" : "s", c->name_at.n);
    }
    return status;
}

const struct diag *csv_row_trouble(const struct csv *c)
{
    return c->trouble.status ? &c->trouble : NULL;
}

/* --- opening --- */

static const char *delimiter_name(char c, char *to)
{
    to[0] = c;
    to[1] = '\0';
    return c == '\t' ? "tab" : to;
}

/* How many required names a header line holds when it is split at `delimiter`. */
static uint32_t names_found(const struct csv *c, const char *line, char delimiter)
{
    const char stop[] = {delimiter, '\0'};
    uint32_t found = 0;

    for (const char *p = line;;) {
        size_t n = strcspn(p, stop);
        for (uint32_t i = 0; i < c->n_wanted; i++) {
            const char *name = c->wanted[i].name;
            size_t k = 0;
            while (k < n && name[k] && lower(name[k]) == lower(p[k]))
                k++;
            found += k > 0 && k == n && !name[k];
        }
        if (!p[n])
            return found;
        p += n + 1;
    }
}

static int refuse_header(struct csv *c, uint32_t want, struct diag *d)
{
    static const char others[] = ",|\t;";
    struct diag_at at = {.file = input_name(c->in), .text = c->text, .line = c->line, .column = 1};
    const char **names = need(malloc((c->name_at.n + 1) * sizeof *names));
    const char *nearest;
    char a[2], b[2];

    for (const char *p = others; *p; p++) {
        const char *found = strchr(c->text, *p);
        if (*p == c->delimiter || !found || names_found(c, c->text, *p) < 2 ||
            names_found(c, c->text, c->delimiter))
            continue;
        free(names);
        at.column = (uint32_t)(found - c->text) + 1;
        at.width = 1;
        return diag_fail(d, STATUS_INPUT, at, "found '%s' between columns, expected '%s'",
                         delimiter_name(*p, a), delimiter_name(c->delimiter, b));
    }
    for (uint32_t i = 0; i < c->name_at.n; i++)
        names[i] = csv_header(c, i);
    nearest = diag_nearest(c->wanted[want].name, names, (uint32_t)c->name_at.n);
    free(names);
    at.width = (uint32_t)strlen(csv_header(c, 0));
    if (nearest)
        return diag_fail(d, STATUS_INPUT, at, "column '%s' is missing (nearest: '%s')",
                         c->wanted[want].name, nearest);
    return diag_fail(d, STATUS_INPUT, at, "column '%s' is missing", c->wanted[want].name);
}

static struct csv *make(struct input *in, char delimiter, const struct csv_column *wanted,
                        uint32_t n)
{
    struct csv *c = need(calloc(1, sizeof *c));

    check(csv_init(&c->parser, 0) == 0);
    csv_set_delim(&c->parser, (unsigned char)delimiter);
    if (delimiter != ',')
        csv_set_quote(&c->parser, 0); /* a NUL byte never gets past input_line() */
    c->in = in;
    c->wanted = wanted;
    c->n_wanted = n;
    c->delimiter = delimiter;
    c->place = need(malloc((n + 1) * sizeof *c->place));
    c->cell = need(calloc(n + 1, sizeof *c->cell));
    return c;
}

/* Which header column holds which wanted one. -1 with *d: missing, or there twice. */
static int match(struct csv *c, struct diag *d)
{
    c->want_of = need(malloc((c->name_at.n + 1) * sizeof *c->want_of));
    for (uint32_t i = 0; i < c->name_at.n; i++)
        c->want_of[i] = ABSENT;
    for (uint32_t w = 0; w < c->n_wanted; w++) {
        c->place[w] = ABSENT;
        for (uint32_t i = 0; i < c->name_at.n; i++) {
            if (!same_name(c->wanted[w].name, csv_header(c, i)))
                continue;
            if (c->place[w] != ABSENT) {
                struct diag_at at = {.file = input_name(c->in),
                                     .text = c->text,
                                     .line = c->line,
                                     .column = 1,
                                     .width = (uint32_t)strcspn(c->text, "\n")};
                return diag_fail(d, STATUS_INPUT, at,
                                 "column '%s' is there twice (columns %u and %u), expected once",
                                 c->wanted[w].name, c->place[w] + 1, i + 1);
            }
            c->place[w] = i;
            c->want_of[i] = w;
        }
        if (c->place[w] == ABSENT && c->wanted[w].required)
            return refuse_header(c, w, d);
    }
    return 0;
}

static int read_header(struct csv *c, struct diag *d)
{
    int status;

    c->in_header = true;
    status = read_row(c, d);
    c->in_header = false;
    if (status < 0)
        return -1;
    if (status == 0)
        return diag_fail(d, STATUS_INPUT, (struct diag_at){.file = input_name(c->in)},
                         "no header line, expected the names of the columns");
    if (c->fields > CSV_COLUMNS_MAX)
        return diag_fail(d, STATUS_INPUT,
                         (struct diag_at){.file = input_name(c->in), .line = c->line},
                         "header has %u columns, expected at most %d", c->fields, CSV_COLUMNS_MAX);
    return match(c, d);
}

struct csv *csv_open(struct input *in, char delimiter, bool comments,
                     const struct csv_column *wanted, uint32_t n, struct diag *d)
{
    struct csv *c = make(in, delimiter, wanted, n);

    c->comments = comments;
    if (read_header(c, d) < 0) {
        csv_close(c);
        return NULL;
    }
    return c;
}

struct csv *csv_open_bare(struct input *in, char delimiter, const struct csv_column *wanted,
                          uint32_t n, struct diag *d)
{
    struct csv *c = make(in, delimiter, wanted, n);

    for (uint32_t i = 0; i < n; i++)
        take_name(c, wanted[i].name, strlen(wanted[i].name));
    if (match(c, d) < 0) {
        csv_close(c);
        return NULL;
    }
    return c;
}

void csv_close(struct csv *c)
{
    if (!c)
        return;
    csv_free(&c->parser);
    VEC_FREE(&c->names);
    VEC_FREE(&c->name_at);
    VEC_FREE(&c->cells);
    VEC_FREE(&c->joined);
    free(c->want_of);
    free(c->place);
    free(c->cell);
    free(c);
}

/* --- what a reader asks --- */

uint32_t csv_line(const struct csv *c)
{
    return c->line;
}

const char *csv_text(const struct csv *c)
{
    return c->text;
}

uint32_t csv_header_count(const struct csv *c)
{
    return (uint32_t)c->name_at.n;
}

const char *csv_header(const struct csv *c, uint32_t i)
{
    return c->names.at + c->name_at.at[i];
}

bool csv_has(const struct csv *c, uint32_t want)
{
    return c->place[want] != ABSENT;
}

const char *csv_field(const struct csv *c, uint32_t want, size_t *n)
{
    const struct cell *cell = &c->cell[want];

    if (n)
        *n = cell->n;
    return cell->n ? c->cells.at + cell->at : "";
}

/* Where cell `index` lies in the row's text, quotes included. Walks the text as libcsv
 * does: a quote opens a cell only at its beginning, and closes it only before blanks and
 * the delimiter or the row's end. */
static void locate(const struct csv *c, uint32_t index, size_t *from, size_t *to)
{
    const char *t = c->text;
    size_t n = c->text_n, i = 0;

    for (uint32_t k = 0;; k++) {
        while (i < n && t[i] != c->delimiter && (t[i] == ' ' || t[i] == '\t'))
            i++;
        *from = i;
        if (c->delimiter == ',' && i < n && t[i] == '"') {
            for (i++; i < n; i++) {
                size_t after = i + 1;
                if (t[i] != '"')
                    continue;
                while (after < n && (t[after] == ' ' || t[after] == '\t'))
                    after++;
                if (after == n || t[after] == c->delimiter)
                    break;
                if (t[i + 1] == '"')
                    i++;
            }
            *to = i < n ? i + 1 : n;
            while (i < n && t[i] != c->delimiter)
                i++;
        } else {
            while (i < n && t[i] != c->delimiter)
                i++;
            *to = i;
            while (*to > *from && (t[*to - 1] == ' ' || t[*to - 1] == '\t'))
                --*to;
        }
        if (k == index)
            return;
        if (i >= n) {
            *from = *to = n;
            return;
        }
        i++;
    }
}

uint32_t csv_column_of(const struct csv *c, uint32_t want)
{
    size_t from, to, start;

    if (c->place[want] == ABSENT)
        return 0;
    locate(c, c->place[want], &from, &to);
    start = c->joined.n ? from : 0; /* only a joined row has more than one line */
    while (start > 0 && c->text[start - 1] != '\n')
        start--;
    return (uint32_t)(from - start) + 1;
}

struct diag_at csv_at(const struct csv *c, uint32_t want)
{
    struct diag_at at = {.file = input_name(c->in), .line = c->line, .text = c->text};
    size_t from, to;

    if (c->place[want] == ABSENT)
        return at;
    locate(c, c->place[want], &from, &to);
    for (size_t i = 0; i < from; i++) {
        if (c->text[i] == '\n') {
            at.line++;
            at.text = c->text + i + 1;
        }
    }
    at.column = (uint32_t)(c->text + from - at.text) + 1;
    at.width = to > from ? (uint32_t)(to - from) : 1;
    return at;
}

static int refuse(const struct csv *c, uint32_t want, const char *expected, struct diag *d)
{
    size_t n;
    const char *text = csv_field(c, want, &n);

    if (n)
        return diag_expected(d, csv_at(c, want), c->wanted[want].name, text, expected);
    return diag_fail(d, STATUS_INPUT, csv_at(c, want), "%s is empty, expected %s",
                     c->wanted[want].name, expected);
}

int csv_integer(const struct csv *c, uint32_t want, int64_t low, int64_t high, int64_t missing,
                int64_t *out, struct diag *d)
{
    char expected[96];
    size_t n;
    const char *text = csv_field(c, want, &n);

    if (!n && !c->wanted[want].required) {
        *out = missing;
        return 0;
    }
    if (units_integer(text, n, out) && *out >= low && *out <= high)
        return 0;
    if (high == INT64_MAX)
        snprintf(expected, sizeof expected, "a whole number of %lld or more", (long long)low);
    else
        snprintf(expected, sizeof expected, "a whole number from %lld to %lld", (long long)low,
                 (long long)high);
    return refuse(c, want, expected, d);
}

static const char *unit_name(ns_t unit)
{
    return unit == NS_PER_S          ? " s"
           : unit == 1000000         ? " ms"
           : unit == 1000            ? " us"
           : unit == 1               ? " ns"
           : unit == 60 * NS_PER_S   ? " min"
           : unit == 3600 * NS_PER_S ? " h"
                                     : "";
}

int csv_seconds(const struct csv *c, uint32_t want, ns_t unit, ns_t missing, ns_t *out,
                struct diag *d)
{
    size_t n;
    const char *text = csv_field(c, want, &n), *name = c->wanted[want].name;
    bool over;

    if (!n && !c->wanted[want].required) {
        *out = missing;
        return 0;
    }
    if (units_time(text, n, unit, out, &over))
        return *out < 0 ? refuse(c, want, "0 or more", d) : 0;
    if (over && text[0] != '-') {
        diag_fail(d, STATUS_INPUT, csv_at(c, want),
                  "%s is %s%s, expected at most 9223372036 s (292 years)", name, text,
                  unit_name(unit));
        snprintf(d->found, sizeof d->found, "%.95s", text);
        return -1;
    }
    return refuse(c, want, over ? "0 or more" : "seconds as a number", d);
}
