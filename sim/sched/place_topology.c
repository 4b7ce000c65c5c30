/* place_topology.c - as close together as can be: the lowest common level, then few domains, then little left. */
#include "sched/place_rule.h"

/* Does the level say something here: several nodes to a domain? */
static bool counts(const struct placer *p, enum level l)
{
    return l > LEVEL_NODE && l < LEVELS && p->occ->topo->domain[l] && p->occ->by_domain[l];
}

static enum level below(const struct placer *p, enum level l)
{
    while (l-- > LEVEL_NODE + 1)
        if (counts(p, l))
            return l;
    return LEVEL_NODE;
}

static uint32_t candidate(const struct want *w, uint32_t i)
{
    return w->nodes ? w->nodes[i] : i;
}

/* A set of nodes: those of one domain of a level; LEVELS = all candidates. */
struct within {
    enum level level;
    uint32_t domain;
};

/* The i-th node of the set, and how many there are. Sets below the top come from the index of domains. */
static uint32_t node_of(const struct placer *p, const struct want *w, struct within s, uint32_t i)
{
    const struct occupancy *o = p->occ;

    return s.level == LEVELS ? candidate(w, i)
           : s.level == LEVEL_NODE
               ? s.domain
               : o->domain_node[s.level][o->domain_first[s.level][s.domain] + i];
}

static uint32_t nodes_of(const struct placer *p, const struct want *w, struct within s)
{
    const struct occupancy *o = p->occ;

    return s.level == LEVELS ? w->n_nodes
           : s.level == LEVEL_NODE
               ? 1
               : o->domain_first[s.level][s.domain + 1] - o->domain_first[s.level][s.domain];
}

/* Replicas that the set holds; free devices of the nodes that hold some. */
static uint32_t holds(const struct placer *p, const struct want *w, struct within s, uint32_t *free)
{
    uint32_t k = 0, n = nodes_of(p, w, s);

    *free = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t node = node_of(p, w, s, i), here = place_capacity(p, w->r, w->gpus, node);
        k += here;
        *free += here ? p->occ->n_free[node] : 0;
    }
    return k;
}

/* The domain of the level below, among those in the set, for the next replicas: one that holds all that is
 * left, the least free of those; else the one that holds most. `skip`: only those that come after that
 * rank, to go through them without taking. */
struct choice {
    uint32_t domain, k, free;
    bool found;
};

static bool better(const struct choice *a, const struct choice *b, uint32_t left)
{
    bool all = a->k >= left, other = b->k >= left;

    if (all != other)
        return all;
    if (!all && a->k != b->k)
        return a->k > b->k;
    return a->free != b->free ? a->free < b->free : a->domain < b->domain;
}

static struct choice next_domain(const struct placer *p, const struct want *w, struct within s,
                                 uint32_t left, const struct choice *after)
{
    enum level low = below(p, s.level);
    struct choice best = {.found = false};
    uint32_t n = nodes_of(p, w, s), seen = UINT32_MAX;

    for (uint32_t i = 0; i < n; i++) {
        struct choice c = {.found = true};
        c.domain = topology_domain(p->occ->topo, low, node_of(p, w, s, i));
        if (c.domain == seen) /* nodes of a domain mostly follow each other */
            continue;
        seen = c.domain;
        c.k = holds(p, w, (struct within){low, c.domain}, &c.free);
        if (!c.k || (after && !better(after, &c, UINT32_MAX)))
            continue;
        if (!best.found || better(&c, &best, left))
            best = c;
    }
    return best;
}

/* Fewest domains of the level below that hold the replicas: those that hold most are taken. */
static uint32_t domains_used(const struct placer *p, const struct want *w, struct within s)
{
    uint32_t used = 0, left = w->replicas;
    struct choice c, last;

    for (c = next_domain(p, w, s, UINT32_MAX, NULL); left && c.found;
         c = next_domain(p, w, s, UINT32_MAX, &last)) {
        last = c;
        left -= c.k < left ? c.k : left;
        used++;
    }
    return used;
}

/* Take so many replicas inside the set, which holds them. */
static void take_in(struct placer *p, const struct want *w, struct within s, uint32_t replicas)
{
    while (replicas) {
        struct choice c = next_domain(p, w, s, replicas, NULL);
        enum level low = below(p, s.level);
        struct want part = *w;
        part.replicas = c.k < replicas ? c.k : replicas;
        if (low == LEVEL_NODE) {
            part.nodes = &c.domain;
            part.n_nodes = 1;
            node_pick_scan(p, &part);
        } else {
            take_in(p, w, (struct within){low, c.domain}, part.replicas);
        }
        replicas -= part.replicas;
    }
}

bool place_topology(struct placer *p, const struct want *w)
{
    enum level most = LEVELS;
    struct within best = {LEVEL_NONE, 0}, s;
    uint32_t used = 0, rest = 0, free;

    if (w->r->required > LEVEL_NODE && p->occ->topo->domain[w->r->required])
        most = (enum level)w->r->required;

    for (enum level l = LEVEL_NODE + 1; l <= most && l < LEVELS && !best.level; l++)
        for (uint32_t d = 0; counts(p, l) && d < p->occ->topo->domains[l]; d++) {
            uint32_t n;
            s = (struct within){l, d};
            if (holds(p, w, s, &free) < w->replicas)
                continue;
            n = domains_used(p, w, s);
            if (!best.level || n < used || (n == used && free < rest)) {
                best = s;
                used = n;
                rest = free;
            }
        }
    s = (struct within){LEVELS, 0};
    if (!best.level && most == LEVELS && holds(p, w, s, &free) >= w->replicas)
        best = s;
    if (!best.level)
        return false;
    take_in(p, w, best, w->replicas);
    return true;
}
