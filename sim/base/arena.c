/* arena.c - bump allocation for things that die together. */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Large enough that a small trial asks the system once or twice, small enough
 * that hundreds of trials side by side do not matter. */
#define BLOCK_BYTES ((size_t)1 << 18)

struct arena_block {
    struct arena_block *older;
    size_t used, room; /* of the bytes that follow the header */
    char *raw;         /* what calloc returned */
    char pad[32];      /* the data begins on a cache line */
};
_Static_assert(sizeof(struct arena_block) == 64, "header fills one cache line");

static void out_of_memory(size_t count, size_t size)
{
    fprintf(stderr, "error: out of memory, asked for %zu items of %zu bytes\n", count, size);
    exit(6);
}

void arena_init(struct arena *a)
{
    a->newest = NULL;
    a->total = 0;
}

void arena_free(struct arena *a)
{
    while (a->newest) {
        struct arena_block *older = a->newest->older;
        free(a->newest->raw);
        a->newest = older;
    }
    a->total = 0;
}

static struct arena_block *add_block(struct arena *a, size_t bytes)
{
    size_t room = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
    struct arena_block *b;
    char *raw;

    room = (room + 63) & ~(size_t)63;
    /* calloc leaves large blocks to the kernel's zero pages: nothing is cleared twice, and pages that
     * are never used are never touched. The header is moved up to a cache line. */
    raw = calloc(1, sizeof *b + room + 64);
    if (!raw)
        out_of_memory(1, room);
    b = (struct arena_block *)(void *)(raw + (64 - (uintptr_t)raw % 64) % 64);
    b->raw = raw;
    b->room = room;
    a->total += sizeof *b + room;
    /* A block made for one big item must not hide the free tail of the current one. */
    if (a->newest && bytes > BLOCK_BYTES / 2) {
        b->older = a->newest->older;
        a->newest->older = b;
    } else {
        b->older = a->newest;
        a->newest = b;
    }
    return b;
}

void *arena_alloc(struct arena *a, size_t count, size_t size)
{
    size_t bytes, align, at;
    struct arena_block *b = a->newest;

    if (size && count > (SIZE_MAX / 2) / size)
        out_of_memory(count, size);
    bytes = count * size;
    align = bytes >= 64 ? 64 : 16;
    at = b ? (b->used + align - 1) & ~(align - 1) : 0;
    if (!b || at > b->room || bytes > b->room - at) {
        b = add_block(a, bytes);
        at = 0;
    }
    b->used = at + bytes;
    return (char *)(b + 1) + at; /* zero: it comes from calloc and is handed out once */
}

char *arena_text(struct arena *a, const char *text, size_t n)
{
    char *copy = arena_alloc(a, n + 1, 1);

    if (n)
        memcpy(copy, text, n);
    return copy;
}
