/* header.c - tell a table's format by the names in its header line. */
#include "ingest/header.h"

#include <string.h>
#include <strings.h>

#define NAME_MAX_BYTES 64
#define NAMES_MAX 256 /* no format known here has more than twenty */

struct names {
    char at[NAMES_MAX][NAME_MAX_BYTES];
    uint32_t column[NAMES_MAX]; /* 1-based byte column */
    uint32_t n;
};

/* Length of the first line, without its line end. */
static size_t first_line(const char *head, size_t n)
{
    const char *end = memchr(head, '\n', n);
    size_t len = end ? (size_t)(end - head) : n;

    return len > 0 && head[len - 1] == '\r' ? len - 1 : len;
}

static void split(struct names *to, const char *line, size_t n, char delimiter)
{
    size_t start = 0;

    to->n = 0;
    while (to->n < NAMES_MAX) {
        const char *at = line + start, *end = memchr(at, delimiter, n - start);
        size_t raw = end ? (size_t)(end - at) : n - start, len = raw;

        to->column[to->n] = (uint32_t)start + 1;
        if (len >= 2 && at[0] == '"' && at[len - 1] == '"') {
            at++;
            len -= 2;
        }
        if (len >= NAME_MAX_BYTES)
            len = NAME_MAX_BYTES - 1;
        memcpy(to->at[to->n], at, len);
        to->at[to->n++][len] = '\0';
        if (!end)
            break;
        start += raw + 1;
    }
}

static bool has(const struct names *h, const char *name)
{
    for (uint32_t i = 0; i < h->n; i++)
        if (strcasecmp(h->at[i], name) == 0)
            return true;
    return false;
}

static uint32_t matches(const struct header_rule *rule, const struct names *h, const char **missing)
{
    uint32_t found = 0;

    *missing = NULL;
    for (uint32_t i = 0; i < rule->n_required; i++) {
        if (has(h, rule->required[i]))
            found++;
        else if (!*missing)
            *missing = rule->required[i];
    }
    return found;
}

static bool belongs(const struct header_rule *rule, const char *name)
{
    for (uint32_t i = 0; i < rule->n_required; i++)
        if (strcasecmp(rule->required[i], name) == 0)
            return true;
    for (uint32_t i = 0; i < rule->n_known; i++)
        if (strcasecmp(rule->known[i], name) == 0)
            return true;
    return false;
}

/* What stands where `missing` should: the nearest strange name, else the first one. */
static void describe(const struct header_rule *rule, const struct names *h, const char *missing,
                     uint32_t matched, struct trace_near *near)
{
    const char *strange[NAMES_MAX], *best = NULL;
    uint32_t n = 0;

    for (uint32_t i = 0; i < h->n; i++)
        if (!belongs(rule, h->at[i]))
            strange[n++] = h->at[i];
    if (n > 0) {
        best = diag_nearest(missing, strange, n);
        best = best ? best : strange[0];
    }
    *near = (struct trace_near){.format = rule->format, .line = 1, .column = 1, .matched = matched};
    snprintf(near->missing, sizeof near->missing, "%s", missing);
    for (uint32_t i = 0; best && i < h->n; i++) {
        if (best != h->at[i])
            continue;
        snprintf(near->found, sizeof near->found, "%s", h->at[i]);
        near->column = h->column[i];
    }
}

int header_guess(const struct header_rule *rule, const char *head, size_t n,
                 struct trace_near *near)
{
    static const char others[] = {',', ';', '\t', '|'};
    struct names h;
    const char *missing, *elsewhere;
    size_t line = first_line(head, n);
    uint32_t found;

    split(&h, head, line, rule->delimiter);
    found = matches(rule, &h, &missing);
    if (!missing) {
        for (uint32_t i = 0; i < h.n; i++)
            if (!belongs(rule, h.at[i]))
                return GUESS_MAYBE;
        return GUESS_YES;
    }
    if (near && found >= 2 && 2 * found >= rule->n_required && found > near->matched)
        describe(rule, &h, missing, found, near);
    for (size_t i = 0; i < sizeof others; i++) {
        if (others[i] == rule->delimiter)
            continue;
        split(&h, head, line, others[i]);
        matches(rule, &h, &elsewhere);
        if (!elsewhere)
            return GUESS_MAYBE;
    }
    return GUESS_NO;
}
