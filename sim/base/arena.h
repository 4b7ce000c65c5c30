/* arena.h - bump allocation for things that die together.
 *
 * An arena is one lifetime: everything in it goes away with one arena_free().
 * Nothing in it is freed alone. Not thread safe; each trial owns its own. */
#ifndef BERTH_BASE_ARENA_H
#define BERTH_BASE_ARENA_H

#include <stddef.h>

struct arena {
    struct arena_block *newest; /* owned chain */
    size_t total;               /* bytes asked of the system so far */
};

void arena_init(struct arena *a);
void arena_free(struct arena *a); /* releasing an empty arena is fine */

/* Zeroed memory for count items of size bytes, aligned to 64 bytes when it is at
 * least a cache line and to 16 otherwise. Never NULL: running out of memory ends the
 * program with a message (status 6), because no caller could do better. */
void *arena_alloc(struct arena *a, size_t count, size_t size);

/* A copy of n bytes of text with a NUL after it. */
char *arena_text(struct arena *a, const char *text, size_t n);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), 1, sizeof(type)))
#define ARENA_ARRAY(a, type, count) ((type *)arena_alloc((a), (count), sizeof(type)))

#endif
