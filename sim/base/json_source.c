/* json_source.c - the texts a JSON document was made of, and places in them. */
#include "base/json_source.h"
#include "base/check.h"

static char *copy_text(const char *text, size_t n)
{
    char *copy = malloc(n + 1);
    check(copy);
    memcpy(copy, text, n);
    copy[n] = 0;
    return copy;
}

struct json_source *json_source_add(struct json_sources *l, const char *name, const char *text,
                                    size_t n, bool argument)
{
    uint32_t base = 1;
    if (l->list.n) {
        const struct json_source *last = &l->list.at[l->list.n - 1];
        base = last->base + (uint32_t)last->t.n + 1;
    }
    struct json_source fresh = {.name = copy_text(name, strlen(name)),
                                .text = copy_text(text, n),
                                .clean = copy_text(text, n),
                                .base = base};
    fresh.t = (struct json_text){fresh.name, fresh.text, n, argument};
    VEC_PUSH(&l->list, fresh);
    struct json_source *s = &l->list.at[l->list.n - 1];
    if (!argument)
        VEC_PUSH(&s->lines, 0);
    for (size_t i = 0; i < n && !argument; i++)
        if (text[i] == '\n')
            VEC_PUSH(&s->lines, (uint32_t)i + 1);
    return s;
}

void json_source_free(struct json_sources *l)
{
    for (size_t i = 0; i < l->list.n; i++) {
        struct json_source *s = &l->list.at[i];
        free(s->name);
        free(s->text);
        free(s->clean);
        VEC_FREE(&s->lines);
    }
    VEC_FREE(&l->list);
    free(l->line);
    l->line = NULL;
}

static const struct json_source *source_of(const struct json_sources *l, uint32_t offset)
{
    for (size_t i = l->list.n; offset && i-- > 0;)
        if (offset >= l->list.at[i].base)
            return &l->list.at[i];
    return NULL;
}

static size_t line_index(const struct json_source *s, size_t at)
{
    size_t low = 0, high = s->lines.n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (s->lines.at[middle] <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

uint32_t json_source_line(const struct json_sources *l, uint32_t offset)
{
    const struct json_source *s = source_of(l, offset);
    return s && s->lines.n ? (uint32_t)line_index(s, offset - s->base) + 1 : 0;
}

static struct diag_at place(struct json_sources *l, const struct json_source *s, size_t at,
                            size_t width)
{
    struct diag_at p = {.file = s->name, .column = (uint32_t)at + 1, .width = (uint32_t)width};
    size_t start = 0, end = at;
    if (s->lines.n) {
        size_t line = line_index(s, at);
        start = s->lines.at[line];
        p.line = (uint32_t)line + 1;
        p.column = (uint32_t)(at - start) + 1;
    }
    while (end < s->t.n && s->text[end] != '\n' && s->text[end] != '\r')
        end++;
    free(l->line);
    p.text = l->line = copy_text(s->text + start, end - start);
    return p;
}

struct diag_at json_source_at(struct json_sources *l, uint32_t offset)
{
    const struct json_source *s = source_of(l, offset);
    if (!s)
        return (struct diag_at){.file = l->list.n ? l->list.at[0].name : NULL};
    size_t at = offset - s->base;
    bool bare = s->t.argument && (at >= s->t.n || !strchr("\"{[", s->clean[at]));
    return place(l, s, at, bare ? s->t.n - at : json_scan_width(s->clean, s->t.n, at));
}

struct diag_at json_source_at_member(struct json_sources *l, uint32_t offset)
{
    const struct json_source *s = source_of(l, offset);
    if (!s)
        return json_source_at(l, offset);
    size_t value = offset - s->base, at = value;
    size_t end = value + json_scan_width(s->clean, s->t.n, value);
    /* back over blanks, the colon, blanks and the closing quote to the opening one */
    while (at > 0 && s->clean[at - 1] != '"') {
        if (s->clean[at - 1] == '=' && s->t.argument)
            return json_source_at(l, offset);
        at--;
    }
    for (at -= at > 0; at > 0; at--)
        if (s->clean[at - 1] == '"') {
            size_t slashes = 0;
            while (at - 1 > slashes && s->clean[at - 2 - slashes] == '\\')
                slashes++;
            if (slashes % 2 == 0)
                break;
        }
    at -= at > 0;
    return place(l, s, at, end - at);
}

const char *json_source_token(const struct json_sources *l, uint32_t offset, size_t *n)
{
    const struct json_source *s = source_of(l, offset);
    if (!s)
        return NULL;
    *n = json_scan_width(s->clean, s->t.n, offset - s->base);
    return s->clean + (offset - s->base);
}
