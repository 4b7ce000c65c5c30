/* node_pick.c - which nodes, for equal replicas of one group.
 *
 * Two ways to the same answer: whole devices without CPU, memory or level wishes are served from the
 * index of nodes by free devices; everything else looks at the nodes it may use.
 * tests/property/test_place.c holds both against a naive loop. */
#include "sched/node_pick.h"

#include "base/bits.h"
#include "base/check.h"

bool node_pick_charges(const struct placer *p, const struct request *r)
{
    return (p->occ->cpu && r->cpu_milli) || (p->occ->memory && r->memory_mib);
}

static inline bool type_allowed(const struct request *r, uint32_t type)
{
    return r->types >> type & 1;
}

static uint32_t by_charge(const struct placer *p, const struct request *r, uint32_t node,
                          uint32_t k)
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

uint32_t place_capacity(const struct placer *p, const struct request *r, uint32_t gpus,
                        uint32_t node)
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

void node_pick_undo(struct placer *p, const struct request *r, size_t from)
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
    size_t from = p->out.n;

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
    place_taken(p, w->r, p->out.at + from, (uint32_t)(p->out.n - from));
}

/* Take one share of a device of the node. */
static void take_share(struct placer *p, const struct want *w, uint32_t node, uint32_t device)
{
    struct held h = {node, (uint16_t)(device & ~63u), (uint16_t)w->r->share_milli,
                     UINT64_C(1) << device % 64};

    occupancy_take_mask(p->occ, &h);
    place_taken(p, w->r, &h, 1);
    VEC_PUSH(&p->out, h);
    if (w->charged) {
        occupancy_charge(p->occ, node, w->r->cpu_milli, w->r->memory_mib);
        VEC_PUSH(&p->out, (struct held){node, 1, 0, 0});
    }
}

/* ---- from the index ---- */

bool node_pick_index_fits(const struct placer *p, const struct want *w)
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
            for (uint32_t f = w->gpus; type_allowed(w->r, type) && f <= p->occ->pool[type].most;
                 f++)
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
        case PICK_TOPOLOGY:
        case PICK_BUDDY:
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

bool node_pick_index(struct placer *p, const struct want *w)
{
    uint32_t left = w->replicas, k;
    struct rng rng = {0};

    if (!node_pick_index_fits(p, w))
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
        case PICK_FIRST:
            break;
        case PICK_LEAST_FREE:
            rank = -(int64_t)f;
            break;
        case PICK_MOST_FREE:
            rank = f;
            have = 1;
            break;
        case PICK_RANDOM:
            rank = draw-- == 0;
            have = 1;
            break;
        case PICK_FEWEST_NODES:
        case PICK_TOPOLOGY:
        case PICK_BUDDY:
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

bool node_pick_scan(struct placer *p, const struct want *w)
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
            node_pick_undo(p, w->r, from);
            return false;
        }
        take_on(p, w, node, k);
        left -= k;
    }
    return true;
}

bool node_pick_allows(const struct placer *p, const struct want *w, uint32_t node)
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

uint32_t node_pick_open(const struct placer *p, const struct want *w, struct rng *rng,
                        uint32_t *gpu)
{
    const struct occupancy *o = p->occ;
    struct want whole = *w;
    uint32_t k, node, word = 0;

    whole.gpus = 1;
    node = scan_next(p, &whole, 1, &k, rng);
    if (node == NODE_NONE)
        return NODE_NONE;
    while (!o->free[(size_t)node * o->words + word])
        word++;
    *gpu = word * 64 + bits_lowest(o->free[(size_t)node * o->words + word]);
    return node;
}

/* Devices of the node with room for the share. */
static uint32_t share_room(const struct placer *p, const struct want *w, uint32_t node)
{
    const struct topology *t = p->occ->topo;
    uint32_t n = 0, gpus = (uint32_t)t->gpus[node] - t->gpus_down[node];

    if (!gpus || !type_allowed(w->r, t->gpu_type[node]) || t->health[node] != NODE_UP ||
        !by_charge(p, w->r, node, 1))
        return 0;
    for (uint32_t i = 0; i < gpus; i++)
        n += p->occ->left[t->first_gpu[node] + i] >= w->r->share_milli;
    return n;
}

/* Any node with room, uniformly, and any device with room on it. */
static bool share_at_random(struct placer *p, const struct want *w, struct rng *rng)
{
    uint32_t n = 0, node = NODE_NONE, device = 0, draw;
    const uint16_t *left;

    for (uint32_t i = 0; i < w->n_nodes; i++)
        n += share_room(p, w, candidate(w, i)) > 0;
    if (!n)
        return false;
    draw = rng_below(rng, n);
    for (uint32_t i = 0; node == NODE_NONE; i++)
        if (share_room(p, w, candidate(w, i)) && draw-- == 0)
            node = candidate(w, i);
    left = p->occ->left + p->occ->topo->first_gpu[node];
    for (draw = rng_below(rng, share_room(p, w, node));; device++)
        if (left[device] >= w->r->share_milli && draw-- == 0)
            break;
    take_share(p, w, node, device);
    return true;
}

/* One share of one device: on a device that is lent already, the fullest that has room; spread
 * prefers to open another. A whole device is opened on the node the rule picks. At random: on any node with
 * room. */
bool node_pick_share(struct placer *p, const struct want *w)
{
    struct occupancy *o = p->occ;
    const struct topology *t = o->topo;
    size_t from = p->out.n;
    uint16_t milli = (uint16_t)w->r->share_milli;
    struct rng rng;

    rng_stream(&rng, p->seed, RNG_PLACE, 0, w->job);
    for (uint32_t i = 0; i < w->replicas; i++) {
        uint32_t best = NODE_NONE, node = NODE_NONE;
        if (p->pick == PICK_RANDOM) {
            if (share_at_random(p, w, &rng))
                continue;
            node_pick_undo(p, w->r, from);
            return false;
        }
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
                if (node_pick_allows(p, w, low)) {
                    best = dev;
                    node = low;
                }
            }
        }
        if (best == NODE_NONE || p->pick == PICK_MOST_FREE) {
            uint32_t gpu, open = node_pick_open(p, w, &rng, &gpu);
            if (open != NODE_NONE) {
                node = open;
                best = t->first_gpu[node] + gpu;
            }
        }
        if (best == NODE_NONE) {
            node_pick_undo(p, w->r, from);
            return false;
        }
        take_share(p, w, node, best - t->first_gpu[node]);
    }
    return true;
}

/* ---- by score ---- */

static uint32_t lowest_score(struct placer *p, const struct want *w, const struct task_view *task)
{
    uint32_t best = NODE_NONE;
    int64_t lowest = SCORE_NONE;

    if (!w->nodes && !w->inside)
        return score_best(p->score, task, &lowest);
    for (uint32_t i = 0; i < w->n_nodes; i++) {
        uint32_t node = candidate(w, i);
        int64_t score;
        if (w->inside && !run_capacity(p, w, node))
            continue;
        score = score_of(p->score, task, node, NULL);
        if (score < lowest) {
            lowest = score;
            best = node;
        }
    }
    return best;
}

bool node_pick_score(struct placer *p, const struct want *w)
{
    struct task_view task = score_task(w->r, w->gpus);
    uint32_t left = w->replicas;
    size_t from = p->out.n;

    for (uint32_t i = 0; i < p->n_prefer && left && !w->nodes && !w->r->share_milli; i++) {
        uint32_t k = capacity(p, w, p->prefer_nodes[i]);
        k = k < left ? k : left;
        if (k) {
            take_on(p, w, p->prefer_nodes[i], k);
            left -= k;
        }
    }
    for (; left; left--) {
        uint32_t node = lowest_score(p, w, &task), device = 0;
        if (node == NODE_NONE) {
            node_pick_undo(p, w->r, from);
            return false;
        }
        if (w->r->share_milli) {
            score_of(p->score, &task, node, &device);
            take_share(p, w, node, device);
        } else {
            take_on(p, w, node, 1);
        }
    }
    return true;
}
