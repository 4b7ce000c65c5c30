/* memory.c - accounted memory of one policy instance. */
#include "host/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct memory_block { /* 64 bytes before what the policy sees, so that 64-byte alignment holds */
    struct memory_block *next, *before;
    void *base;
    size_t n;
    char pad[64 - 4 * sizeof(void *)];
};
_Static_assert(sizeof(struct memory_block) == 64, "keeps the alignment of what follows");

void *memory_alloc(struct memory *m, size_t n, size_t align)
{
    struct memory_block *b;
    char *base;
    size_t lead = 64 * m->shift;

    if (!n || align > 64 || (align & (align - 1)) || n > SIZE_MAX / 2 ||
        (m->limit && n > m->limit - (m->bytes < m->limit ? m->bytes : m->limit)))
        return NULL;
    base = aligned_alloc(64, lead + sizeof *b + (n + 63) / 64 * 64);
    if (!base)
        return NULL;
    b = (struct memory_block *)(void *)(base + lead);
    *b = (struct memory_block){.next = m->first, .base = base, .n = n};
    if (m->first)
        m->first->before = b;
    m->first = b;
    m->bytes += n;
    m->blocks++;
    if (m->bytes > m->most)
        m->most = m->bytes;
    memset(b + 1, m->poison, n);
    return b + 1;
}

void memory_release(struct memory *m, void *p)
{
    struct memory_block *b;

    if (!p)
        return;
    b = (struct memory_block *)p - 1;
    if (b->before)
        b->before->next = b->next;
    else
        m->first = b->next;
    if (b->next)
        b->next->before = b->before;
    m->bytes -= b->n;
    m->blocks--;
    free(b->base);
}

void memory_free_all(struct memory *m)
{
    while (m->first)
        memory_release(m, m->first + 1);
}
