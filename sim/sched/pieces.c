/* pieces.c - the devices that jobs hold, as runs of pieces in one array. */
#include "sched/pieces.h"

void pieces_init(struct pieces *p)
{
    *p = (struct pieces){.all = {NULL, 0, 0}};
    memset(p->recycled, 0xff, sizeof p->recycled);
}

void pieces_free(struct pieces *p)
{
    VEC_FREE(&p->all);
}

static uint32_t log2_up(uint32_t n)
{
    return n <= 1 ? 0 : 32 - (uint32_t)__builtin_clz(n - 1);
}

uint32_t pieces_store(struct pieces *p, const struct held *h, uint32_t n)
{
    uint32_t k = log2_up(n), first = p->recycled[k];

    if (!n)
        return 0;
    if (first != PIECES_NONE) {
        p->recycled[k] = (uint32_t)p->all.at[first].mask;
    } else {
        size_t room = (size_t)1 << k;
        VEC_RESERVE(&p->all, p->all.n + room);
        first = (uint32_t)p->all.n;
        p->all.n += room;
    }
    memcpy(p->all.at + first, h, n * sizeof *h);
    return first;
}

void pieces_drop(struct pieces *p, uint32_t first, uint32_t n)
{
    uint32_t k = log2_up(n);

    if (!n)
        return;
    p->all.at[first].mask = p->recycled[k];
    p->recycled[k] = first;
}
