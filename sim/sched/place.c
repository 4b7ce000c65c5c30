/* place.c - find devices for a gang.
 *
 * Two ways to the same answer: requests of equal whole-device replicas without CPU, memory or
 * level wishes are served from the index of nodes by free devices; everything else scans the
 * nodes it may use. tests/property/test_place.c holds the two against each other. */
#include "sched/place.h"

#include "base/bits.h"
#include "base/check.h"

/* One uniform part of a request with its level wish resolved to a set of nodes. */
struct want {
    const struct request *r;
    uint32_t gpus, replicas;    /* devices per replica */
    uint32_t job;
    enum level inside;          /* LEVEL_NUMA or LEVEL_NVLINK: inside one such run of a node's devices */
    bool charged;               /* CPU or memory counts */
    const uint32_t *nodes;      /* candidates, NULL = all */
    uint32_t n_nodes;
};

static bool charges(const struct placer *p, const struct request *r)
{
    return (p->occ->cpu && r->cpu_milli) || (p->occ->memory && r->memory_mib);
}

static inline bool type_allowed(const struct request *r, uint32_t type)
{
    return r->types >> type & 1;
}

static uint32_t by_charge(const struct placer *p, const struct request *r, uint32_t node, uint32_t k)
{
    const struct topology *t = p->occ->topo;

    if (p->occ->cpu && r->cpu_milli && t->cpu_milli[node]) {
        int64_t c = p->occ->cpu[node] < 0 ? 0 : p->occ->cpu[node] / r->cpu_milli;
        k = c < k ? (uint32_t)c : k;
    }
    if (p->occ->memory && r->memory_mib && t->memory_mib[node]) {
        int64_t c = p->occ->memory[node] < 0 ? 0 : p->occ->memory[node] / r->memory_mib;
        k = c < k ? (uint32_t)c : k;
    }
    return k;
}

uint32_t place_capacity(const struct placer *p, const struct request *r, uint32_t gpus, uint32_t node)
{
    const struct topology *t = p->occ->topo;

    if (t->health[node] != NODE_UP)
        return 0;
    if (!gpus)
        return by_charge(p, r, node, UINT32_MAX);
    if (!t->gpus[node] || !type_allowed(r, t->gpu_type[node]))
        return 0;
    return by_charge(p, r, node, p->occ->n_free[node] / gpus);
}

/* Replicas that fit where each lies inside one run of devices. */
static uint32_t run_capacity(const struct placer *p, const struct want *w, uint32_t node)
{
    const struct topology *t = p->occ->topo;
    uint32_t run = w->inside == LEVEL_NUMA ? (uint32_t)t->gpus[node] / t->numa[node]
                   : t->island[node]       ? t->island[node]
                                           : t->gpus[node];
    uint32_t k = 0;
    uint64_t free = p->occ->free[(size_t)node * p->occ->words];

    if (p->occ->words > 1 || !run || run >= t->gpus[node])
        return place_capacity(p, w->r, w->gpus, node);
    for (uint32_t at = 0; at < t->gpus[node]; at += run)
        k += bits_count(free >> at & ((UINT64_C(1) << run) - 1)) / w->gpus;
    return place_capacity(p, w->r, w->gpus, node) ? by_charge(p, w->r, node, k) : 0;
}

static void give_back(struct placer *p, const struct request *r, size_t from)
{
    uint64_t returned = p->occ->returned;

    place_release(p, r, p->out.at + from, (uint32_t)(p->out.n - from));
    p->out.n = from;
    p->occ->returned = returned;
}

/* Take k replicas on a node. CPU and memory go into a piece of their own: milli 0, base = how
 * many replicas it pays for. */
static void take_on(struct placer *p, const struct want *w, uint32_t node, uint32_t k)
{
    const struct occupancy *o = p->occ;

    VEC_RESERVE(&p->out, p->out.n + o->words + 1 + k / 65535);
    if (w->gpus) {
        const uint64_t *prefer = p->prefer ? p->prefer + (size_t)node * o->words : NULL;
        p->out.n += occupancy_take(p->occ, node, k * w->gpus, prefer, p->out.at + p->out.n);
    }
    if (w->charged || !w->gpus) {
        if (w->charged)
            occupancy_charge(p->occ, node, w->r->cpu_milli * k, w->r->memory_mib * k);
        p->out.at[p->out.n++] = (struct held){node, (uint16_t)k, 0, 0};
    }
}

/* ---- from the index ---- */

static bool index_fits(const struct placer *p, const struct want *w)
{
    uint64_t have = 0;

    for (uint32_t type = 0; type < p->occ->topo->n_types; type++) {
        const struct pool *q = &p->occ->pool[type];
        if (!type_allowed(w->r, type) || q->free < w->gpus)
            continue;
        if (w->gpus == 1)
            have += q->free;
        else if (w->replicas == 1)
            have += occupancy_least(q, w->gpus) != UINT32_MAX;
        else
            for (uint32_t f = w->gpus; f <= q->most; f++)
                have += (uint64_t)q->count[f] * (f / w->gpus);
        if (have >= w->replicas)
            return true;
    }
    return false;
}

/* The next node by the rule, and how many replicas to put there. */
static uint32_t index_next(const struct placer *p, const struct want *w, uint32_t left, uint32_t *k,
                           struct rng *rng)
{
    uint32_t node = NODE_NONE, best = 0;
    uint64_t n = 0, draw = 0;

    if (p->pick == PICK_RANDOM) {
        for (uint32_t type = 0; type < p->occ->topo->n_types; type++)
            for (uint32_t f = w->gpus; type_allowed(w->r, type) && f <= p->occ->pool[type].most; f++)
                n += p->occ->pool[type].count[f];
        draw = rng_below(rng, (uint32_t)n);
    }
    *k = 1;
    for (uint32_t type = 0; type < p->occ->topo->n_types; type++) {
        const struct pool *q = &p->occ->pool[type];
        uint32_t f, at;
        if (!type_allowed(w->r, type) || q->free < w->gpus)
            continue;
        switch (p->pick) {
        case PICK_LEAST_FREE:
            f = occupancy_least(q, w->gpus);
            if (f == UINT32_MAX)
                break;
            at = occupancy_first(q, f);
            if (node == NODE_NONE || f < best || (f == best && at < node)) {
                node = at;
                best = f;
                *k = f / w->gpus;
            }
            break;
        case PICK_FIRST:
            for (f = occupancy_least(q, w->gpus); f != UINT32_MAX; f = occupancy_least(q, f + 1))
                if ((at = occupancy_first(q, f)) < node) {
                    node = at;
                    *k = f / w->gpus;
                }
            break;
        case PICK_MOST_FREE:
            f = occupancy_most(q);
            if (f == UINT32_MAX || f < w->gpus)
                break;
            at = occupancy_first(q, f);
            if (node == NODE_NONE || f > best || (f == best && at < node)) {
                node = at;
                best = f;
            }
            break;
        case PICK_RANDOM:
            for (f = w->gpus; node == NODE_NONE && f <= q->most; f++)
                if (draw < q->count[f])
                    node = occupancy_select(q, f, (uint32_t)draw);
                else
                    draw -= q->count[f];
            break;
        case PICK_FEWEST_NODES:
            /* Rank: nodes that hold all that is left beat the rest, the least free of them first;
             * else the node that holds most replicas, and of those the least free. */
            for (f = occupancy_least(q, w->gpus); f != UINT32_MAX; f = occupancy_least(q, f + 1)) {
                uint32_t holds = f / w->gpus < left ? f / w->gpus : left, rank = holds * 8192 - f;
                at = occupancy_first(q, f);
                if (node == NODE_NONE || rank > best || (rank == best && at < node)) {
                    node = at;
                    best = rank;
                    *k = holds;
                }
            }
            break;
        }
    }
    if (*k > left)
        *k = left;
    return node;
}

static bool index_take(struct placer *p, const struct want *w)
{
    uint32_t left = w->replicas, k;
    struct rng rng = {0};

    if (!index_fits(p, w))
        return false;
    if (p->pick == PICK_RANDOM)
        rng_stream(&rng, p->seed, RNG_PLACE, 0, w->job);
    for (uint32_t i = 0; i < p->n_prefer && left; i++) {
        k = place_capacity(p, w->r, w->gpus, p->prefer_nodes[i]);
        k = k < left ? k : left;
        if (k) {
            take_on(p, w, p->prefer_nodes[i], k);
            left -= k;
        }
    }
    while (left) {
        uint32_t node = index_next(p, w, left, &k, &rng);
        debug_check(node != NODE_NONE);
        take_on(p, w, node, k);
        left -= k;
    }
    return true;
}

/* ---- by scanning ---- */

static uint32_t candidate(const struct want *w, uint32_t i)
{
    return w->nodes ? w->nodes[i] : i;
}

static uint32_t capacity(const struct placer *p, const struct want *w, uint32_t node)
{
    return w->inside ? run_capacity(p, w, node) : place_capacity(p, w->r, w->gpus, node);
}

static uint32_t scan_next(const struct placer *p, const struct want *w, uint32_t left, uint32_t *k,
                          struct rng *rng)
{
    uint32_t node = NODE_NONE;
    int64_t best = INT64_MIN;
    uint32_t n = 0, draw = 0;

    if (p->pick == PICK_RANDOM) {
        for (uint32_t i = 0; i < w->n_nodes; i++)
            n += capacity(p, w, candidate(w, i)) > 0;
        draw = n ? rng_below(rng, n) : 0;
    }
    for (uint32_t i = 0; i < w->n_nodes; i++) {
        uint32_t at = candidate(w, i), have = capacity(p, w, at), f = p->occ->n_free[at];
        int64_t rank = 0;
        if (!have)
            continue;
        switch (p->pick) {
        case PICK_FIRST: break;
        case PICK_LEAST_FREE: rank = -(int64_t)f; break;
        case PICK_MOST_FREE: rank = f; have = 1; break;
        case PICK_RANDOM: rank = draw-- == 0; have = 1; break;
        case PICK_FEWEST_NODES:
            have = have < left ? have : left;
            rank = (int64_t)have * 8192 - f;
            break;
        }
        if (rank > best) {
            best = rank;
            node = at;
            *k = have < left ? have : left;
        }
        if (p->pick == PICK_FIRST || (p->pick == PICK_RANDOM && rank))
            break;
    }
    return node;
}

static bool scan_take(struct placer *p, const struct want *w)
{
    uint32_t left = w->replicas, k = 0;
    size_t from = p->out.n;
    struct rng rng = {0};

    rng_stream(&rng, p->seed, RNG_PLACE, 0, w->job);
    for (uint32_t i = 0; i < p->n_prefer && left && !w->nodes; i++) {
        k = capacity(p, w, p->prefer_nodes[i]);
        k = k < left ? k : left;
        if (k) {
            take_on(p, w, p->prefer_nodes[i], k);
            left -= k;
        }
    }
    while (left) {
        uint32_t node = scan_next(p, w, left, &k, &rng);
        if (node == NODE_NONE) {
            give_back(p, w->r, from);
            return false;
        }
        take_on(p, w, node, k);
        left -= k;
    }
    return true;
}

static bool allowed_node(const struct placer *p, const struct want *w, uint32_t node)
{
    const struct topology *t = p->occ->topo;

    if (!type_allowed(w->r, t->gpu_type[node]) || t->health[node] != NODE_UP ||
        !by_charge(p, w->r, node, 1))
        return false;
    if (!w->nodes)
        return true;
    for (uint32_t i = 0; i < w->n_nodes; i++)
        if (w->nodes[i] == node)
            return true;
    return false;
}

/* One share of one device: on a device that is lent already, the fullest that has room; spread
 * prefers to open another. A whole device is opened on the node the rule picks. */
static bool share_take(struct placer *p, const struct want *w)
{
    struct occupancy *o = p->occ;
    const struct topology *t = o->topo;
    size_t from = p->out.n;
    uint16_t milli = (uint16_t)w->r->share_milli;
    struct want whole = *w;
    struct rng rng;

    rng_stream(&rng, p->seed, RNG_PLACE, 0, w->job);
    whole.gpus = 1;
    for (uint32_t i = 0; i < w->replicas; i++) {
        uint32_t best = NODE_NONE, node = NODE_NONE, k;
        struct held h;
        for (uint32_t j = 0; j < o->n_lent; j++) {
            uint32_t dev = o->lent[j];
            if (o->left[dev] >= milli && (best == NODE_NONE || o->left[dev] < o->left[best] ||
                                          (o->left[dev] == o->left[best] && dev < best))) {
                uint32_t low = 0, high = t->n_nodes;
                while (high - low > 1) {
                    uint32_t mid = (low + high) / 2;
                    if (t->first_gpu[mid] <= dev)
                        low = mid;
                    else
                        high = mid;
                }
                while (!t->gpus[low])
                    low--;
                if (allowed_node(p, w, low)) {
                    best = dev;
                    node = low;
                }
            }
        }
        if (best == NODE_NONE || p->pick == PICK_MOST_FREE) {
            uint32_t open = scan_next(p, &whole, 1, &k, &rng);
            if (open != NODE_NONE) {
                uint32_t word = 0;
                node = open;
                while (!o->free[(size_t)node * o->words + word])
                    word++;
                best = t->first_gpu[node] + word * 64 +
                       bits_lowest(o->free[(size_t)node * o->words + word]);
            }
        }
        if (best == NODE_NONE) {
            give_back(p, w->r, from);
            return false;
        }
        best -= t->first_gpu[node];
        h = (struct held){node, (uint16_t)(best & ~63u), milli, UINT64_C(1) << best % 64};
        occupancy_take_mask(o, &h);
        VEC_PUSH(&p->out, h);
        if (w->charged) {
            occupancy_charge(o, node, w->r->cpu_milli, w->r->memory_mib);
            VEC_PUSH(&p->out, (struct held){node, 1, 0, 0});
        }
    }
    return true;
}

/* ---- groups and levels ---- */

static bool take_within(struct placer *p, const struct request *r, uint32_t job, bool single,
                        enum level inside, const uint32_t *nodes, uint32_t n_nodes)
{
    size_t from = p->out.n;
    struct want w = {.r = r, .job = job, .inside = inside, .charged = charges(p, r),
                     .nodes = nodes, .n_nodes = nodes ? n_nodes : p->occ->topo->n_nodes};

    if (single && r->n_groups == 1 && !r->share_milli) {
        /* The whole gang on one node: as one replica of everything. */
        struct request all = *r;
        all.cpu_milli = r->cpu_milli * r->replicas;
        all.memory_mib = r->memory_mib * r->replicas;
        w.r = &all;
        w.gpus = r->gpus;
        w.replicas = 1;
        if (!w.charged && !nodes && !inside)
            return index_take(p, &w);
        if (!scan_take(p, &w))
            return false;
        /* The charge must be given back by the request's own amounts. */
        for (size_t i = from; i < p->out.n; i++)
            if (!p->out.at[i].milli)
                p->out.at[i].base = (uint16_t)r->replicas;
        return true;
    }
    for (uint32_t i = 0; i < r->n_groups; i++) {
        const struct job_group *g = &p->jobs->groups[r->first_group + i];
        bool ok;
        w.gpus = g->gpus;
        w.replicas = g->replicas;
        if (r->share_milli)
            ok = share_take(p, &w);
        else if (w.gpus && !w.charged && !nodes && !inside)
            ok = index_take(p, &w);
        else
            ok = w.gpus || w.charged ? scan_take(p, &w) : true;
        if (!ok) {
            give_back(p, r, from);
            return false;
        }
    }
    return true;
}

bool place_replicas(struct placer *p, const struct request *r, uint32_t gpus, uint32_t replicas, uint32_t job)
{
    struct want w = {.r = r, .gpus = gpus, .replicas = replicas, .job = job, .charged = charges(p, r),
                     .n_nodes = p->occ->topo->n_nodes};

    return r->share_milli ? share_take(p, &w) : w.charged || !gpus ? scan_take(p, &w) : index_take(p, &w);
}

bool place_shares_on(struct placer *p, const struct request *r, uint32_t replicas, uint32_t node, uint32_t job)
{
    struct want w = {.r = r, .gpus = 1, .replicas = replicas, .job = job, .charged = charges(p, r),
                     .nodes = &node, .n_nodes = 1};

    return share_take(p, &w);
}

/* An upper bound of what a domain can hold, from its counts. */
static bool domain_may(const struct placer *p, const struct request *r, enum level l, uint32_t domain,
                       uint32_t *free)
{
    const struct occupancy *o = p->occ;
    const struct job_group *g = &p->jobs->groups[r->first_group];
    uint32_t width = o->topo->max_node_gpus + 1;
    uint64_t replicas = 0;

    *free = 0;
    for (uint32_t type = 0; type < o->topo->n_types; type++) {
        const uint16_t *c = o->by_domain[l] + ((size_t)domain * o->topo->n_types + type) * width;
        if (!type_allowed(r, type))
            continue;
        for (uint32_t f = 1; f < width; f++) {
            *free += f * c[f];
            if (r->n_groups == 1 && g->gpus)
                replicas += (uint64_t)c[f] * (f / g->gpus);
        }
    }
    return r->share_milli || !r->gpus || (r->n_groups == 1 ? replicas >= r->replicas : *free >= r->gpus);
}

/* Members of different sizes, or shares, all on one node: nodes are tried one by one, the least free
 * first (most free when spreading, by index for first-fit and random). */
static bool take_on_one_node(struct placer *p, const struct request *r, uint32_t job)
{
    const struct occupancy *o = p->occ;
    int64_t last = INT64_MIN;
    uint32_t last_node = 0;

    for (;;) {
        int64_t best = INT64_MAX;
        uint32_t node = NODE_NONE;
        for (uint32_t i = 0; i < o->topo->n_nodes; i++) {
            int64_t rank = p->pick == PICK_LEAST_FREE || p->pick == PICK_FEWEST_NODES ? o->n_free[i]
                           : p->pick == PICK_MOST_FREE ? -(int64_t)o->n_free[i]
                                                       : 0;
            if (last != INT64_MIN && (rank < last || (rank == last && i <= last_node)))
                continue;
            if (rank < best && (r->share_milli || o->n_free[i] >= r->gpus)) {
                best = rank;
                node = i;
            }
        }
        if (node == NODE_NONE)
            return false;
        if (take_within(p, r, job, false, LEVEL_NONE, &node, 1))
            return true;
        last = best;
        last_node = node;
    }
}

/* Inside one domain of the level: the least free domain that holds it (most free when spreading,
 * the first for first-fit and random). */
static bool take_in_level(struct placer *p, const struct request *r, uint32_t job, enum level l)
{
    const struct occupancy *o = p->occ;
    const struct topology *t = o->topo;
    int64_t last = INT64_MIN;
    uint32_t last_domain = 0;

    if (l <= LEVEL_NODE || (l == LEVEL_NVLINK && t->domains[l] >= t->n_nodes)) {
        bool parts;
        if (r->n_groups > 1 || r->share_milli)
            return take_on_one_node(p, r, job);
        parts = l == LEVEL_NVLINK ? t->has_islands : l == LEVEL_NUMA && t->has_numa;
        return take_within(p, r, job, true, parts ? l : LEVEL_NONE, NULL, 0);
    }
    if (!o->by_domain[l] && t->domain[l] && (r->n_groups > 1 || r->share_milli))
        return take_on_one_node(p, r, job);
    if (!o->by_domain[l])
        return take_within(p, r, job, t->domain[l] != NULL, LEVEL_NONE, NULL, 0);
    for (;;) {
        int64_t best = INT64_MAX;
        uint32_t domain = UINT32_MAX;
        for (uint32_t k = 0; k < t->domains[l]; k++) {
            uint32_t free;
            int64_t rank = 0;
            if (!domain_may(p, r, l, k, &free))
                continue;
            if (p->pick == PICK_LEAST_FREE || p->pick == PICK_FEWEST_NODES)
                rank = free;
            else if (p->pick == PICK_MOST_FREE)
                rank = -(int64_t)free;
            if ((rank < last || (rank == last && k <= last_domain)) && last != INT64_MIN)
                continue;
            if (rank < best) {
                best = rank;
                domain = k;
            }
        }
        if (domain == UINT32_MAX)
            return false;
        if (take_within(p, r, job, false, LEVEL_NONE, o->domain_node[l] + o->domain_first[l][domain],
                        o->domain_first[l][domain + 1] - o->domain_first[l][domain]))
            return true;
        last = best;
        last_domain = domain;
    }
}

bool place_take(struct placer *p, const struct request *r, uint32_t job)
{
    p->out.n = 0;
    if (r->demand_milli > (uint64_t)p->occ->free_milli)
        return false;
    if (r->preferred != LEVEL_NONE && (r->required == LEVEL_NONE || r->preferred < r->required))
        for (enum level l = r->preferred; l < (r->required ? r->required : LEVELS); l++)
            if (take_in_level(p, r, job, l))
                return true;
    if (r->required > LEVEL_GPU)
        return take_in_level(p, r, job, r->required);
    return take_within(p, r, job, false, LEVEL_NONE, NULL, 0);
}

bool place_fits(struct placer *p, const struct request *r)
{
    const struct job_group *g = &p->jobs->groups[r->first_group];

    if (r->demand_milli > (uint64_t)p->occ->free_milli)
        return false;
    if (r->n_groups == 1 && !r->share_milli && r->gpus && !charges(p, r) && r->required <= LEVEL_GPU) {
        struct want w = {.r = r, .gpus = g->gpus, .replicas = g->replicas};
        return index_fits(p, &w);
    }
    if (!place_take(p, r, 0))
        return false;
    give_back(p, r, 0);
    return true;
}

void place_hold(struct placer *p, const struct request *r, const struct held *h, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (h[i].milli)
            occupancy_take_mask(p->occ, &h[i]);
        else
            occupancy_charge(p->occ, h[i].node, r->cpu_milli * h[i].base, r->memory_mib * h[i].base);
}

void place_release(struct placer *p, const struct request *r, const struct held *h, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (h[i].milli)
            occupancy_release(p->occ, &h[i]);
        else
            occupancy_charge(p->occ, h[i].node, -r->cpu_milli * h[i].base, -r->memory_mib * h[i].base);
}

enum room place_why(struct placer *p, const struct request *r)
{
    return place_fits(p, r) ? ROOM_YES : place_why_not(p, r);
}

enum room place_why_not(struct placer *p, const struct request *r)
{
    struct request easier = *r;
    int64_t milli = 0;
    uint64_t whole = 0;

    if (r->demand_milli > (uint64_t)p->occ->free_milli)
        return ROOM_TOO_FEW;
    for (uint32_t type = 0; type < p->occ->topo->n_types; type++)
        if (type_allowed(r, type)) {
            milli += p->occ->pool[type].free_milli;
            whole += p->occ->pool[type].free;
        }
    if ((uint64_t)milli < r->demand_milli)
        return ROOM_GPU_TYPE;
    if (!r->share_milli && whole < r->gpus)
        return ROOM_SHARE;
    easier.cpu_milli = easier.memory_mib = 0;
    if (charges(p, r) && place_fits(p, &easier))
        return ROOM_CPU_MEMORY;
    easier = *r;
    easier.required = LEVEL_NONE;
    if (r->required > LEVEL_NODE && place_fits(p, &easier))
        return r->required == LEVEL_NVLINK ? ROOM_NVLINK : ROOM_LEVEL;
    return r->share_milli ? ROOM_SHARE : ROOM_NODE;
}
