/* json.c - JSON documents: parse, walk, locate, change; the one door to cJSON.
 *
 * cJSON has no places. A node's valueint, which nobody else here reads, holds the offset of
 * its first byte: each source text (the file, then every --set) begins at a base of its own,
 * and 0 means the value was made by the program. */
#include "base/json.h"
#include "base/check.h"
#include "base/input.h"
#include "base/json_source.h"
#include <cjson/cJSON.h>
#include <stdarg.h>

struct json {
    cJSON *root; /* owned */
    struct json_sources sources;
    unsigned flags;
    bool edited; /* offsets no longer rise in tree order */
    char path[512];
};

/* ---- places ---- */

static uint32_t offset_of(const json_node *v)
{
    return v ? (uint32_t)v->valueint : 0;
}

uint32_t json_line(const struct json *j, const json_node *v)
{
    return json_source_line(&j->sources, offset_of(v));
}

struct diag_at json_at(struct json *j, const json_node *v)
{
    return json_source_at(&j->sources, offset_of(v));
}

struct diag_at json_at_member(struct json *j, const json_node *v)
{
    return v && v->string ? json_source_at_member(&j->sources, offset_of(v)) : json_at(j, v);
}

static bool find(const struct json *j, const cJSON *at, const json_node *v, char *path)
{
    if (at == v)
        return true;
    size_t used = strlen(path);
    uint32_t i = 0;
    for (const cJSON *c = at->child; c; c = c->next, i++) {
        /* offsets rise in tree order: skip what ends before v begins */
        if (!j->edited && c->next && c->next->valueint <= v->valueint)
            continue;
        json_scan_step(path, sizeof j->path, c->string, c->string ? strlen(c->string) : 0, i);
        if (find(j, c, v, path))
            return true;
        path[used] = 0;
    }
    return false;
}

const char *json_path(struct json *j, const json_node *v)
{
    snprintf(j->path, sizeof j->path, "$");
    if (v && j->root)
        find(j, j->root, v, j->path);
    return j->path;
}

/* ---- parsing ---- */

/* Write the offsets of a tree into its nodes, in the order they were scanned. */
static void mark(cJSON *v, const uint32_t **offset, uint32_t base)
{
    v->valueint = (int)(base + *(*offset)++);
    for (cJSON *c = v->child; c; c = c->next)
        mark(c, offset, base);
}

struct member {
    const cJSON *v;
};

static int by_key(const void *a, const void *b)
{
    const cJSON *x = ((const struct member *)a)->v, *y = ((const struct member *)b)->v;
    int order = strcmp(x->string, y->string);
    return order ? order : (x->valueint > y->valueint) - (x->valueint < y->valueint);
}

/* No key stands twice in one object. */
static int check_object(struct json *j, const cJSON *v, struct diag *d)
{
    const cJSON *twice = NULL, *first = NULL;
    VEC(struct member) all = {0};
    for (const cJSON *c = v->child; c; c = c->next)
        VEC_PUSH(&all, (struct member){c});
    if (all.n > 1)
        qsort(all.at, all.n, sizeof *all.at, by_key);
    for (size_t i = 1; i < all.n; i++) {
        const cJSON *x = all.at[i].v;
        if (!strcmp(x->string, all.at[i - 1].v->string) &&
            (!twice || x->valueint < twice->valueint)) {
            twice = x;
            first = all.at[i - 1].v;
        }
    }
    VEC_FREE(&all);
    if (!twice)
        return 0;
    return json_fail_member(j, twice, d,
                            "key '%.80s' is used twice (first in line %u), expected it once",
                            twice->string, json_line(j, first));
}

static int check_twice(struct json *j, const cJSON *v, struct diag *d)
{
    if (json_kind(v) == JSON_OBJECT && check_object(j, v, d) < 0)
        return -1;
    for (const cJSON *c = v->child; c; c = c->next)
        if (c->child && check_twice(j, c, d) < 0)
            return -1;
    return 0;
}

/* The value that begins at or after *at of the source, placed; NULL with *d. */
static cJSON *parse_value(const struct json_source *s, size_t *at, struct diag *d)
{
    json_offset_list offsets = {0};
    size_t start = *at;
    cJSON *v = NULL;
    if (json_scan_value(&s->t, s->clean, at, &offsets, d) == 0) {
        v = cJSON_ParseWithLengthOpts(s->clean + start, *at - start, NULL, false);
        if (!v)
            json_scan_fail(&s->t, start, 1, d, "value cannot be read: out of memory");
    }
    if (v) {
        const uint32_t *offset = offsets.at;
        mark(v, &offset, s->base);
    }
    VEC_FREE(&offsets);
    return v;
}

static int parse_all(struct json *j, struct diag *d)
{
    const struct json_source *s = &j->sources.list.at[0];
    size_t at = 0;
    if (memchr(s->t.text, 0, s->t.n))
        return json_scan_fail(&s->t, strlen(s->t.text), 1, d,
                              "found a NUL byte, expected text (is this a binary or UTF-16 file?)");
    if (!strncmp(s->clean, "\xef\xbb\xbf", 3))
        memset(s->clean, ' ', 3);
    if ((j->flags & JSON_COMMENTS) && json_scan_blank(&s->t, s->clean, d) < 0)
        return -1;
    if (json_scan_skip(s->clean, s->t.n, 0) == s->t.n)
        return json_scan_fail(&s->t, s->t.n, 1, d, "the file is empty, expected JSON");
    if (j->flags & JSON_STREAM) {
        j->root = cJSON_CreateArray();
        check(j->root);
    }
    while (at < s->t.n) {
        cJSON *v = parse_value(s, &at, d);
        if (!v)
            return -1;
        if (j->flags & JSON_STREAM)
            cJSON_AddItemToArray(j->root, v);
        else
            j->root = v;
        if (check_twice(j, v, d) < 0)
            return -1;
        at = json_scan_skip(s->clean, s->t.n, at);
        if (at < s->t.n && !(j->flags & JSON_STREAM)) {
            char what[64];
            return json_scan_fail(&s->t, at, json_scan_width(s->clean, s->t.n, at), d,
                                  "found %s, expected the end of the file",
                                  json_scan_found(s->clean, s->t.n, at, what));
        }
    }
    return 0;
}

struct json *json_parse(const char *text, size_t n, const char *name, unsigned flags,
                        struct diag *d)
{
    if (n > INT32_MAX / 2) {
        diag_fail(d, STATUS_INPUT, (struct diag_at){.file = name},
                  "JSON has %zu bytes, expected less than 1 GiB", n);
        return NULL;
    }
    struct json *j = calloc(1, sizeof *j);
    check(j);
    j->flags = flags;
    json_source_add(&j->sources, name, text, n, false);
    if (parse_all(j, d) < 0) {
        json_free(j);
        return NULL;
    }
    return j;
}

struct json *json_read(const char *path, const char *expected, unsigned flags, struct diag *d)
{
    char *text;
    size_t n;
    struct json *j = NULL;
    struct input *in = input_open(path, expected, d);
    if (in && input_all(in, &text, &n, d) == 0)
        j = json_parse(text, n, path, flags, d);
    input_close(in);
    return j;
}

void json_free(struct json *j)
{
    if (!j)
        return;
    json_source_free(&j->sources);
    cJSON_Delete(j->root);
    free(j);
}

/* ---- walking ---- */

const json_node *json_root(const struct json *j)
{
    return j->root;
}
bool json_path_inline(const struct json *j)
{
    return j->flags & JSON_PATH_INLINE;
}

enum json_kind json_kind(const json_node *v)
{
    switch (v ? v->type & 0xff : cJSON_Invalid) {
    case cJSON_NULL:
        return JSON_NULL;
    case cJSON_False:
    case cJSON_True:
        return JSON_BOOL;
    case cJSON_Number:
        return JSON_NUMBER;
    case cJSON_String:
        return JSON_TEXT;
    case cJSON_Array:
        return JSON_ARRAY;
    case cJSON_Object:
        return JSON_OBJECT;
    default:
        return JSON_ABSENT;
    }
}

const json_node *json_get(const json_node *of, const char *key)
{
    return json_kind(of) == JSON_OBJECT ? cJSON_GetObjectItemCaseSensitive(of, key) : NULL;
}

const json_node *json_dig(const json_node *of, ...)
{
    va_list keys;
    va_start(keys, of);
    for (const char *key; (key = va_arg(keys, const char *));)
        of = json_get(of, key);
    va_end(keys);
    return of;
}

uint32_t json_count(const json_node *v)
{
    uint32_t n = 0;
    JSON_EACH (c, v)
        n++;
    return n;
}

const json_node *json_first(const json_node *v)
{
    return v ? v->child : NULL;
}
const json_node *json_next(const json_node *v)
{
    return v->next;
}
const char *json_key(const json_node *v)
{
    return v ? v->string : NULL;
}
const char *json_string(const json_node *v)
{
    return json_kind(v) == JSON_TEXT ? v->valuestring : NULL;
}

bool json_number(const json_node *v, double *out)
{
    if (json_kind(v) != JSON_NUMBER)
        return false;
    *out = v->valuedouble;
    return true;
}

const char *json_show(const struct json *j, const json_node *v, char *to, size_t room)
{
    size_t n;
    const char *raw =
        json_kind(v) == JSON_NUMBER ? json_source_token(&j->sources, offset_of(v), &n) : NULL;
    switch (json_kind(v)) {
    case JSON_TEXT:
        snprintf(to, room, strlen(v->valuestring) > 80 ? "'%.77s...'" : "'%s'", v->valuestring);
        break;
    case JSON_NUMBER:
        if (raw)
            snprintf(to, room, "%.*s", (int)n, raw);
        else
            snprintf(to, room, "%.17g", v->valuedouble);
        break;
    case JSON_BOOL:
        snprintf(to, room, cJSON_IsTrue(v) ? "true" : "false");
        break;
    default:
        snprintf(to, room, "%s", json_kind_name(json_kind(v)));
    }
    return to;
}

/* ---- changing ---- */

struct json *json_new(const char *name, unsigned flags)
{
    struct json *j = calloc(1, sizeof *j);
    check(j);
    j->flags = flags;
    json_source_add(&j->sources, name, "", 0, true);
    j->root = cJSON_CreateObject();
    check(j->root);
    j->edited = true;
    return j;
}

static int path_fail(const char *name, const char *path, size_t at, struct diag *d,
                     const char *expected)
{
    return diag_fail(
        d, STATUS_USAGE,
        (struct diag_at){.file = name, .text = path, .column = (uint32_t)at + 1, .width = 1},
        "found '%.80s', expected %s", path, expected);
}

/* The child that one step of a path names, made when it is missing; NULL when it cannot be.
 * The new last step holds `value` itself. */
static cJSON *step_into(cJSON *at, const char *key, uint32_t index, cJSON *value, char next)
{
    cJSON *child;
    if (key) {
        if (!cJSON_IsObject(at))
            return NULL;
        child = cJSON_GetObjectItemCaseSensitive(at, key);
    } else {
        uint32_t n = json_count(at);
        if (!cJSON_IsArray(at) || index > n)
            return NULL;
        child = cJSON_GetArrayItem(at, (int)index);
    }
    if (child && !value)
        return child;
    cJSON *fresh = value ? value : next == '[' ? cJSON_CreateArray() : cJSON_CreateObject();
    check(fresh);
    if (child)
        cJSON_ReplaceItemViaPointer(at, child, fresh);
    else if (key)
        cJSON_AddItemToObject(at, key, fresh);
    else
        cJSON_AddItemToArray(at, fresh);
    if (key && !fresh->string) { /* replacing by pointer keeps no key */
        fresh->string = cJSON_malloc(strlen(key) + 1);
        check(fresh->string);
        memcpy(fresh->string, key, strlen(key) + 1);
    }
    return fresh;
}

struct step {
    char key[128];
    uint32_t index;
    bool bracket; /* [index], else a key */
};

/* The step that begins at *i of a path, and *i behind it and its dot. NULL, or what was
 * expected. */
static const char *read_step(const char *path, size_t n, size_t *i, struct step *to)
{
    static const char *const shape = "a path such as cluster.nodes[0].count";
    size_t start = *i, end = start;
    int64_t index = 0;
    to->bracket = start < n && path[start] == '[';
    if (to->bracket) {
        while (end < n && path[end] != ']')
            end++;
        if (end == n || !units_integer(path + start + 1, end - start - 1, &index) || index < 0 ||
            index > INT32_MAX)
            return "an index such as [0] in the path";
        end++;
    } else {
        while (end < n && path[end] != '.' && path[end] != '[')
            end++;
        if (end == start || end - start >= sizeof to->key)
            return shape;
        memcpy(to->key, path + start, end - start);
        to->key[end - start] = 0;
    }
    to->index = (uint32_t)index;
    if (end < n && path[end] != '[' && (path[end] != '.' || ++end == n))
        return shape;
    *i = end;
    return NULL;
}

/* Put `value` (ownership passes) at the path whose n bytes begin `argument`. */
static int put(struct json *j, const char *argument, size_t n, cJSON *value, const char *name,
               struct diag *d)
{
    cJSON *at = j->root;
    const char *expected = NULL;
    size_t i = n >= 2 && argument[0] == '$' && strchr(".[", argument[1]) ? 1 : 0, start;
    i += i && argument[i] == '.';
    do {
        struct step step;
        start = i;
        expected = read_step(argument, n, &i, &step);
        if (!expected)
            at = step_into(at, step.bracket ? NULL : step.key, step.index, i < n ? NULL : value,
                           i < n ? argument[i] : 0);
        if (!expected && !at)
            expected =
                step.bracket ? "an index that exists or is the next one" : "a path through objects";
    } while (!expected && i < n);
    if (expected) {
        cJSON_Delete(value);
        return path_fail(name, argument, start, d, expected);
    }
    j->edited = true;
    return 0;
}

int json_set(struct json *j, const char *assignment, const char *name, struct diag *d)
{
    size_t n = strlen(assignment), path = strcspn(assignment, "=");
    if (path == 0 || path == n)
        return path_fail(name, assignment, 0, d, "path=value");
    const struct json_source *s = json_source_add(&j->sources, name, assignment, n, true);
    size_t value = path + 1, at = value;
    size_t first = json_scan_skip(s->clean, n, value);
    bool must = first < n && strchr("{[\"", s->clean[first]) != NULL;
    struct diag ignored = {0};
    cJSON *v = parse_value(s, &at, &ignored);
    if (v && json_scan_skip(s->clean, n, at) < n) {
        cJSON_Delete(v);
        v = NULL;
        json_scan_fail(&s->t, at, 1, &ignored, "found '%.40s' after the value, expected its end",
                       s->clean + at);
    }
    if (!v && must) {
        *d = ignored;
        d->status = STATUS_USAGE;
        return -1;
    }
    if (!v) {
        v = cJSON_CreateString(assignment + value);
        check(v);
        v->valueint = (int)(s->base + (uint32_t)value);
    }
    if (check_twice(j, v, d) < 0) {
        cJSON_Delete(v);
        d->status = STATUS_USAGE;
        return -1;
    }
    return put(j, assignment, path, v, name, d);
}

int json_set_text(struct json *j, const char *path, const char *text, const char *name,
                  struct diag *d)
{
    const struct json_source *s = json_source_add(&j->sources, name, text, strlen(text), true);
    cJSON *v = cJSON_CreateString(text);
    check(v);
    v->valueint = (int)s->base;
    return put(j, path, strlen(path), v, name, d);
}

void json_remove(struct json *j, const char *key)
{
    if (cJSON_IsObject(j->root))
        cJSON_DeleteItemFromObjectCaseSensitive(j->root, key);
}
