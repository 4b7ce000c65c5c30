/* json_source.h - the texts a JSON document was made of, and places in them.
 *
 * Serves base/json.c only. Every text (the file, then each --set) begins at a base of its own,
 * so that one number names a byte of any of them; 0 names none. */
#ifndef BERTH_BASE_JSON_SOURCE_H
#define BERTH_BASE_JSON_SOURCE_H

#include "base/json_scan.h"

struct json_source {
    struct json_text t;
    char *name, *text, *clean; /* owned; clean is text without comments */
    uint32_t base;
    VEC(uint32_t) lines; /* offsets where lines begin; empty for arguments */
};

struct json_sources {
    VEC(struct json_source) list;
    char *line; /* owned; text of the last place */
};

/* Valid until the next json_source_add(). The text is copied. */
struct json_source *json_source_add(struct json_sources *l, const char *name, const char *text,
                                    size_t n, bool argument);
void json_source_free(struct json_sources *l);

uint32_t json_source_line(const struct json_sources *l, uint32_t offset); /* 0 = none */
struct diag_at json_source_at(struct json_sources *l, uint32_t offset);   /* of the value there */
struct diag_at json_source_at_member(struct json_sources *l,
                                     uint32_t offset); /* with its key before it */
/* The scalar as it stood, or NULL for offset 0. */
const char *json_source_token(const struct json_sources *l, uint32_t offset, size_t *n);

#endif
