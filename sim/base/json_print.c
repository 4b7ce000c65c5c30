/* json_print.c - a JSON document as text: keys in their order, numbers as they were written. */
#include "base/check.h"
#include "base/json.h"
#include "base/vec.h"

typedef VEC(char) text_list;

static void put_bytes(text_list *to, const char *text, size_t n)
{
    if (!n)
        return;
    VEC_RESERVE(to, to->n + n);
    check(to->at);
    memcpy(to->at + to->n, text, n);
    to->n += n;
}

static void put_string(text_list *to, const char *text)
{
    VEC_PUSH(to, '"');
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        char escape[8];
        if (*p == '"' || *p == '\\')
            snprintf(escape, sizeof escape, "\\%c", *p);
        else if (*p == '\n')
            snprintf(escape, sizeof escape, "\\n");
        else if (*p == '\t')
            snprintf(escape, sizeof escape, "\\t");
        else if (*p < 0x20)
            snprintf(escape, sizeof escape, "\\u%04x", *p);
        else
            snprintf(escape, sizeof escape, "%c", *p);
        put_bytes(to, escape, strlen(escape));
    }
    VEC_PUSH(to, '"');
}

static void put_line(text_list *to, size_t depth)
{
    VEC_PUSH(to, '\n');
    for (size_t i = 0; i < depth; i++)
        VEC_PUSH(to, ' ');
}

static void put_value(const struct json *j, text_list *to, const json_node *v, size_t depth)
{
    enum json_kind kind = json_kind(v);
    char word[80];
    if (kind == JSON_TEXT) {
        put_string(to, json_string(v));
    } else if (kind == JSON_ARRAY || kind == JSON_OBJECT) {
        VEC_PUSH(to, kind == JSON_ARRAY ? '[' : '{');
        JSON_EACH (c, v) {
            put_line(to, depth + 1);
            if (kind == JSON_OBJECT) {
                put_string(to, json_key(c));
                put_bytes(to, ": ", 2);
            }
            put_value(j, to, c, depth + 1);
            if (json_next(c))
                VEC_PUSH(to, ',');
        }
        if (json_first(v))
            put_line(to, depth);
        VEC_PUSH(to, kind == JSON_ARRAY ? ']' : '}');
    } else {
        json_show(j, v, word, sizeof word);
        put_bytes(to, word, strlen(word));
    }
}

char *json_print(const struct json *j, struct arena *a)
{
    text_list to = {0};
    put_value(j, &to, json_root(j), 0);
    VEC_PUSH(&to, '\n');
    char *text = arena_text(a, to.at, to.n);
    VEC_FREE(&to);
    return text;
}
