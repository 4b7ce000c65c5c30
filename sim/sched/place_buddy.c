/* place_buddy.c - the smallest free aligned block, of devices inside a node and of nodes inside a leaf. */
#include "sched/place_rule.h"

#include "base/bits.h"

enum { ORDERS = 7 }; /* blocks of 1 to 64 devices: one word */

/* First devices of the free aligned blocks of 2^order. */
static uint64_t starts(uint64_t free, uint32_t order)
{
    /* every second, fourth, ... device */
    static const uint64_t aligned[ORDERS] = {
        UINT64_MAX,         0x5555555555555555, 0x1111111111111111, 0x0101010101010101,
        0x0001000100010001, 0x0000000100000001, 0x0000000000000001};

    for (uint32_t i = 0; i < order; i++)
        free &= free >> (1u << i);
    return free & aligned[order];
}

/* The smallest free block that holds one of 2^order, and its place; ORDERS when there is none. */
static uint32_t smallest(const uint64_t *free, uint32_t words, uint32_t order, uint32_t *at)
{
    for (uint32_t j = order; j < ORDERS; j++)
        for (uint32_t w = 0; w < words; w++) {
            uint64_t larger = j + 1 < ORDERS ? starts(free[w], j + 1) : 0;
            uint64_t own = starts(free[w], j) & ~larger;
            own &= j + 1 < ORDERS ? ~(larger << (1u << j)) : own;
            if (own) {
                *at = w * 64 + bits_lowest(own);
                return j;
            }
        }
    return ORDERS;
}

static uint64_t block(uint32_t order)
{
    return order == 6 ? ~UINT64_C(0) : (UINT64_C(1) << (1u << order)) - 1;
}

/* How a replica would be cut on a node: its devices, in how many parts, and the order of the block that the
 * first is cut from. */
struct cut {
    uint64_t mask[64]; /* words of a node of 4096 devices */
    uint32_t parts, order;
};

static void cut(const uint64_t *free, uint32_t words, uint32_t gpus, struct cut *c)
{
    uint64_t left[64];
    uint32_t order = ORDERS - 1;

    memcpy(left, free, words * sizeof *left);
    memset(c->mask, 0, words * sizeof *c->mask);
    c->parts = 0;
    while (gpus) {
        uint32_t at, from;
        while (1u << order > gpus)
            order--;
        from = smallest(left, words, order, &at);
        if (from == ORDERS) {
            order--; /* single devices are always to be had: the caller counted them */
            continue;
        }
        c->order = c->parts++ ? c->order : from;
        c->mask[at / 64] |= block(order) << at % 64;
        left[at / 64] &= ~(block(order) << at % 64);
        gpus -= 1u << order;
    }
}

static void take(struct placer *p, const struct want *w, uint32_t node, const uint64_t *mask)
{
    for (uint32_t i = 0; i < p->occ->words; i++)
        if (mask[i]) {
            struct held h = {node, (uint16_t)(i * 64), 1000, mask[i]};
            occupancy_take_mask(p->occ, &h);
            VEC_PUSH(&p->out, h);
        }
    if (w->charged) {
        occupancy_charge(p->occ, node, w->r->cpu_milli, w->r->memory_mib);
        VEC_PUSH(&p->out, (struct held){node, 1, 0, 0});
    }
}

static bool place_replica(struct placer *p, const struct want *w)
{
    const struct occupancy *o = p->occ;
    struct cut best = {.parts = 0}, next;
    uint32_t node = NODE_NONE;

    for (uint32_t i = 0; i < w->n_nodes; i++) {
        uint32_t at = w->nodes ? w->nodes[i] : i;
        int64_t rank;
        if (!place_capacity(p, w->r, w->gpus, at))
            continue;
        cut(o->free + (size_t)at * o->words, o->words, w->gpus, &next);
        if (node != NODE_NONE) {
            rank = (int64_t)next.parts - best.parts;
            rank = rank ? rank : (int64_t)next.order - best.order;
            rank = rank ? rank : (int64_t)o->n_free[at] - o->n_free[node];
            if (rank > 0 || (rank == 0 && at > node))
                continue;
        }
        node = at;
        best.parts = next.parts;
        best.order = next.order;
        memcpy(best.mask, next.mask, o->words * sizeof *best.mask);
    }
    if (node == NODE_NONE)
        return false;
    take(p, w, node, best.mask);
    return true;
}

/* ---- blocks of whole nodes ---- */

struct leaf {
    const uint32_t *nodes; /* NULL = by index */
    uint32_t n;
};

static bool idle(const struct placer *p, const struct want *w, const struct leaf *l, uint32_t from,
                 uint32_t n)
{
    if (from + n > l->n)
        return false;
    for (uint32_t i = from; i < from + n; i++) {
        uint32_t node = l->nodes ? l->nodes[i] : i;
        if (p->occ->topo->gpus[node] != w->gpus || !place_capacity(p, w->r, w->gpus, node))
            return false;
    }
    return true;
}

static struct leaf leaf_at(const struct placer *p, const struct want *w, uint32_t i, uint32_t *n)
{
    const struct occupancy *o = p->occ;
    enum level l = o->by_domain[LEVEL_RACK] ? LEVEL_RACK : LEVEL_NVLINK;

    if (w->nodes || !o->by_domain[l]) {
        *n = 1;
        return (struct leaf){w->nodes, w->n_nodes};
    }
    *n = o->topo->domains[l];
    return (struct leaf){o->domain_node[l] + o->domain_first[l][i],
                         o->domain_first[l][i + 1] - o->domain_first[l][i]};
}

/* The smallest free aligned block of 2^order nodes is taken; false when there is none. */
static bool take_nodes(struct placer *p, const struct want *w, uint32_t order)
{
    uint32_t n, best = UINT32_MAX, at = 0;
    struct leaf in = leaf_at(p, w, 0, &n), l = in;

    for (uint32_t i = 0; i < n; i++) {
        l = leaf_at(p, w, i, &n);
        for (uint32_t from = 0; from + (1u << order) <= l.n; from += 1u << order) {
            uint32_t k = order;
            if (!idle(p, w, &l, from, 1u << order))
                continue;
            while (k + 1 < 31 && k + 1 < best && idle(p, w, &l, from & ~((2u << k) - 1), 2u << k))
                k++;
            if (k < best) {
                best = k;
                at = from;
                in = l;
            }
        }
    }
    if (best == UINT32_MAX)
        return false;
    for (uint32_t i = at; i < at + (1u << order); i++) {
        uint32_t node = in.nodes ? in.nodes[i] : i;
        take(p, w, node, p->occ->free + (size_t)node * p->occ->words);
    }
    return true;
}

bool place_buddy(struct placer *p, const struct want *w)
{
    uint32_t left = w->replicas, order = 30;
    size_t from = p->out.n;

    while (left > 1) {
        while (1u << order > left)
            order--;
        if (take_nodes(p, w, order))
            left -= 1u << order;
        else if (!order--)
            break;
    }
    while (left && place_replica(p, w))
        left--;
    if (left)
        node_pick_undo(p, w->r, from);
    return !left;
}
