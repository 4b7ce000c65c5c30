/* vec.c - growth of typed arrays. */
#include "base/vec.h"

#include <stdint.h>
#include <stdio.h>

void *vec_grow(void *at, size_t *room, size_t want, size_t size)
{
    size_t next = *room ? *room : 16;

    while (next < want)
        next = next > SIZE_MAX / 2 ? want : next * 2;
    at = next > SIZE_MAX / size ? NULL : realloc(at, next * size);
    if (!at) {
        fprintf(stderr, "error: out of memory, asked for %zu items of %zu bytes\n", next, size);
        exit(6);
    }
    *room = next;
    return at;
}
