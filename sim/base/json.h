/* json.h - checked access to JSON, over cJSON: every value knows its file, line and column.
 *
 * The only door to cJSON. A text is first checked against the whole grammar by our own
 * scanner (messages such as "found '}', expected a value after ','"), then parsed. Limits:
 * depth 64, no key twice in one object, no NUL. Comments are accepted when asked for.
 *
 * Two ways to read: by key with a typed call that fails with place and path when the value
 * is wrong and leaves *out alone when the key is absent (set the default first), or by
 * walking (json_get, JSON_EACH) and asking json_as_*() of each value. Null counts as a
 * wrong type everywhere; a reader that accepts it asks json_kind() first. */
#ifndef BERTH_BASE_JSON_H
#define BERTH_BASE_JSON_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/units.h"

#define JSON_DEPTH_MAX 64
/* 2^53 - 1: above it a JSON number is not exact */
#define JSON_INTEGER_MAX INT64_C(9007199254740991)

struct json;                    /* a document: tree and source texts; freed whole */
typedef struct cJSON json_node; /* one value; belongs to its document */

enum json_kind {
    JSON_ABSENT,
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_TEXT,
    JSON_ARRAY,
    JSON_OBJECT
};

enum json_flags {
    JSON_COMMENTS = 1,   /* accept both comment styles of C */
    JSON_STREAM = 2,     /* any number of values end to end: the root is an array of them */
    JSON_PATH_INLINE = 4 /* wrong values say " at $.path" inside the message, not below it */
};

/* Parse n bytes, named `name` in messages. The text is copied. NULL with *d (STATUS_INPUT). */
struct json *json_parse(const char *text, size_t n, const char *name, unsigned flags,
                        struct diag *d);

/* The same from a file, gzip or "-" through input.h; `expected` as in input_open(). */
struct json *json_read(const char *path, const char *expected, unsigned flags, struct diag *d);
void json_free(struct json *j); /* NULL is fine */

/* ---- walking: NULL nodes are absent values, so calls can be chained ---- */
const json_node *json_root(const struct json *j);
enum json_kind json_kind(const json_node *v);
const char *json_kind_name(enum json_kind k); /* "an object", "text", ... */
/* The member `key`; NULL when `of` is no object or has no such key. */
const json_node *json_get(const json_node *of, const char *key);
/* json_dig(v, "status", "allocatable", "nvidia.com/gpu", NULL) */
__attribute__((sentinel)) const json_node *json_dig(const json_node *of, ...);
uint32_t json_count(const json_node *v); /* members of an array or object, else 0 */
const json_node *json_first(const json_node *v);
const json_node *json_next(const json_node *v);
const char *json_key(const json_node *v);          /* NULL in arrays and at the root */
const char *json_string(const json_node *v);       /* NULL when it is not text */
bool json_number(const json_node *v, double *out); /* false when it is not a number */
/* The value as messages show it: 'text' in quotes, a number as it was written, "an object". */
const char *json_show(const struct json *j, const json_node *v, char *to, size_t room);
#define JSON_EACH(child, of)                                                                       \
    for (const json_node *child = json_first(of); child; child = json_next(child))

/* ---- where a value stands ---- */
/* The line of the value's first byte; 0 when it came from a flag or was made. */
uint32_t json_line(const struct json *j, const json_node *v);
/* Place of the value, or of `"key": value` together; texts live in j until the next call. */
struct diag_at json_at(struct json *j, const json_node *v);
struct diag_at json_at_member(struct json *j, const json_node *v);
/* "$.items[1].spec", into a buffer of j until the next call. */
const char *json_path(struct json *j, const json_node *v);

/* ---- complaints: all return -1 with STATUS_INPUT ---- */
__attribute__((format(printf, 4, 5))) int json_fail(struct json *j, const json_node *v,
                                                    struct diag *d, const char *fmt, ...);
__attribute__((format(printf, 4, 5))) int json_fail_member(struct json *j, const json_node *v,
                                                           struct diag *d, const char *fmt, ...);
/* "horizon is 10800, expected EXPECTED" */
int json_expected(struct json *j, const json_node *v, struct diag *d, const char *expected);
/* "key 'file' is missing in $.trace, expected EXPECTED" */
int json_missing(struct json *j, const json_node *of, const char *key, const char *expected,
                 struct diag *d);
bool json_path_inline(const struct json *j); /* was JSON_PATH_INLINE given? */
/* Every key of the object is one of `known`, else "unknown key 'polciy' at $.polciy (nearest:
 * 'policy')". */
int json_check_keys(struct json *j, const json_node *of, const char *const *known, uint32_t n,
                    struct diag *d);

/* ---- typed values: 0, or -1 with *d; texts are borrowed from j ---- */
int json_as_int(struct json *j, const json_node *v, int64_t low, int64_t high, int64_t *out,
                struct diag *d);
int json_as_real(struct json *j, const json_node *v, double low, double high, double *out,
                 struct diag *d);
int json_as_text(struct json *j, const json_node *v, const char **out, struct diag *d);
int json_as_bool(struct json *j, const json_node *v, bool *out, struct diag *d);
int json_as_duration(struct json *j, const json_node *v, ns_t *out, struct diag *d); /* "2h30m" */
int json_as_choice(struct json *j, const json_node *v, const char *const *words, uint32_t n,
                   uint32_t *out, struct diag *d);
/* A number, or {"value": v, "low": l, "high": h} with low <= value <= high; out = value, low,
 * high. A plain number is its own low and high. null gives three NANs: unknown. */
int json_as_range(struct json *j, const json_node *v, double low, double high, double out[3],
                  struct diag *d);
int json_is(struct json *j, const json_node *v, enum json_kind kind, struct diag *d);

/* The same for the member `key` of an object: *out is left alone when it is absent. */
int json_int(struct json *j, const json_node *of, const char *key, int64_t low, int64_t high,
             int64_t *out, struct diag *d);
int json_real(struct json *j, const json_node *of, const char *key, double low, double high,
              double *out, struct diag *d);
int json_text(struct json *j, const json_node *of, const char *key, const char **out,
              struct diag *d);
int json_bool(struct json *j, const json_node *of, const char *key, bool *out, struct diag *d);
int json_duration(struct json *j, const json_node *of, const char *key, ns_t *out, struct diag *d);
int json_choice(struct json *j, const json_node *of, const char *key, const char *const *words,
                uint32_t n, uint32_t *out, struct diag *d);
int json_range(struct json *j, const json_node *of, const char *key, double low, double high,
               double out[3], struct diag *d);
/* Array or object member: *out is NULL when absent. */
int json_array(struct json *j, const json_node *of, const char *key, const json_node **out,
               struct diag *d);
int json_object(struct json *j, const json_node *of, const char *key, const json_node **out,
                struct diag *d);

/* ---- changing and printing ---- */
/* An empty object as a document, to be filled with json_set(). */
struct json *json_new(const char *name, unsigned flags);
/* Apply "a.b[2].c=value" as typed after the flag `name` ("--set"): the value is JSON when it
 * parses, else text; one that begins with { [ or " must parse. Missing objects are made; an
 * index may be one past the end. -1 with STATUS_USAGE, showing the argument. */
int json_set(struct json *j, const char *assignment, const char *name, struct diag *d);
/* Set the value at a path to a text; the place of later complaints is the flag `name`. */
int json_set_text(struct json *j, const char *path, const char *text, const char *name,
                  struct diag *d);
/* Take a member of the outermost object away, if it is there. */
void json_remove(struct json *j, const char *key);
/* The document as text with one key a line, keys and numbers as they stood; NUL-terminated. */
char *json_print(const struct json *j, struct arena *a);

#endif
