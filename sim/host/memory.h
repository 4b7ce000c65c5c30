/* memory.h - accounted memory of one policy instance: what it allocates through the host, with a limit.
 *
 * Blocks are linked, so that everything is given back when the instance dies, and what it forgot to give
 * back itself can be told. */
#ifndef BERTH_HOST_MEMORY_H
#define BERTH_HOST_MEMORY_H

#include <stddef.h>

struct memory {
    struct memory_block *first;
    size_t bytes, most, limit; /* in use now, at most so far, allowed; limit 0 = any */
    size_t blocks;
    unsigned char poison; /* not 0: new blocks are filled with it (the contract promises nothing) */
    size_t shift; /* blocks begin this many 64-byte lines later: other addresses, same answers */
};

/* n > 0 bytes aligned to `align`, a power of two up to 64; NULL when the limit is reached. */
void *memory_alloc(struct memory *m, size_t n, size_t align);
void memory_release(struct memory *m, void *p); /* NULL is fine */
void memory_free_all(struct memory *m);

#endif
