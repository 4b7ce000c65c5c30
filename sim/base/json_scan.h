/* json_scan.h - the grammar of JSON checked strictly, with the place of every value.
 *
 * Serves base/json.c only: cJSON says neither line nor reason, and accepts more than JSON. */
#ifndef BERTH_BASE_JSON_SCAN_H
#define BERTH_BASE_JSON_SCAN_H

#include "base/diag.h"
#include "base/vec.h"
#include <stdbool.h>

struct json_text {
    const char *name; /* as the user named it: a file or a flag */
    const char *text; /* as it stood; NUL-terminated, borrowed */
    size_t n;
    bool argument; /* of a command line: places have no line number */
};

typedef VEC(uint32_t) json_offset_list;

/* Replace comments by blanks of the same length, line ends kept. -1 with *d when one is open
 * at the end. `clean` is a copy of t->text that is changed. */
int json_scan_blank(const struct json_text *t, char *clean, struct diag *d);

/* Check one value that begins at or after *at in `clean` (t's text without comments) and push
 * the offset of every value in it, outermost first. *at moves behind it. -1 with *d. */
int json_scan_value(const struct json_text *t, const char *clean, size_t *at,
                    json_offset_list *offsets, struct diag *d);

/* Skip blanks; the offset of the next byte that is none, or t->n. */
size_t json_scan_skip(const char *clean, size_t n, size_t at);

/* Bytes of the scalar or string that begins at `at`; 1 for an object or array. */
size_t json_scan_width(const char *clean, size_t n, size_t at);

/* Complain about the byte at `at`. */
__attribute__((format(printf, 5, 6))) int json_scan_fail(const struct json_text *t, size_t at,
                                                         size_t width, struct diag *d,
                                                         const char *fmt, ...);

/* What stands there, for messages: "'}'", "'flase'", "the end of the line". At least 64 bytes. */
const char *json_scan_found(const char *clean, size_t n, size_t at, char *to);

/* Append ".key" or ["key"] or [7] (key NULL) to a path of `room` bytes; cut when full. */
void json_scan_step(char *path, size_t room, const char *key, size_t key_n, uint32_t index);

#endif
