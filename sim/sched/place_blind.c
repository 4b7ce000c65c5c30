/* place_blind.c - placement by somebody who sees how many devices are free on a node, and nothing else. */
#include "sched/place_rule.h"

#include "base/bits.h"

uint32_t place_blind_devices(struct placer *p, uint32_t node, uint32_t count, struct held *out)
{
    struct occupancy *o = p->occ;
    uint32_t n = 0;

    for (uint32_t w = 0; w < o->words && count; w++) {
        uint64_t left = o->free[(size_t)node * o->words + w], mask = 0;
        for (; left && count; left &= left - 1, count--)
            mask |= left & -left;
        if (!mask)
            continue;
        out[n] = (struct held){node, (uint16_t)(w * 64), 1000, mask};
        occupancy_take_mask(o, &out[n++]);
    }
    return n;
}

/* Which run of the node's devices a piece lies in; UINT32_MAX = in more than one. */
static uint32_t run_of(const struct topology *t, enum level l, const struct held *h)
{
    uint32_t run = l == LEVEL_NUMA          ? (uint32_t)t->gpus[h->node] / t->numa[h->node]
                   : t->island[h->node] > 1 ? t->island[h->node]
                                            : t->gpus[h->node];
    uint32_t low = occupancy_base(h) + bits_lowest(h->mask),
             high = occupancy_base(h) + 63 - (uint32_t)__builtin_clzll(h->mask);

    return run && low / run == high / run ? low / run : UINT32_MAX;
}

bool place_blind_allowed(const struct placer *p, const struct request *r)
{
    const struct topology *t = p->occ->topo;
    enum level l = (enum level)r->required;
    bool inside = l == LEVEL_NUMA || (l == LEVEL_NVLINK && t->has_islands);
    const struct held *first = NULL;

    if (l <= LEVEL_GPU)
        return true;
    for (size_t i = 0; i < p->out.n; i++) {
        const struct held *h = &p->out.at[i];
        if (!h->mask)
            continue;
        first = first ? first : h;
        if (topology_domain(t, l, h->node) != topology_domain(t, l, first->node))
            return false;
        if (inside && (run_of(t, l, h) == UINT32_MAX || run_of(t, l, h) != run_of(t, l, first)))
            return false;
    }
    return true;
}
