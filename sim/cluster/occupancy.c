/* occupancy.c - who holds which device now, and the index of free devices. */
#include "cluster/occupancy.h"

#include "base/bits.h"
#include "base/check.h"
#include <string.h>

#define NODE_WORDS 64 /* 4096 devices, the limit of topology_build */

enum { CLOSED = 7 }; /* low bits of base: all that a partitioned device has left */

static void bit_set(struct pool *p, uint32_t f, uint32_t slot)
{
    p->map[(size_t)f * p->words + slot / 64] |= UINT64_C(1) << slot % 64;
    p->map_summary[(size_t)f * p->summary + slot / 4096] |= UINT64_C(1) << slot / 64 % 64;
    if (!p->count[f]++)
        p->some[f / 64] |= UINT64_C(1) << f % 64;
}

static void bit_clear(struct pool *p, uint32_t f, uint32_t slot)
{
    uint64_t *w = &p->map[(size_t)f * p->words + slot / 64];

    *w &= ~(UINT64_C(1) << slot % 64);
    if (!*w)
        p->map_summary[(size_t)f * p->summary + slot / 4096] &= ~(UINT64_C(1) << slot / 64 % 64);
    if (!--p->count[f])
        p->some[f / 64] &= ~(UINT64_C(1) << f % 64);
}

/* In the index a node goes from one number of free devices to another. */
static void reindex(struct occupancy *o, uint32_t node, uint32_t from, uint32_t to)
{
    const struct topology *t = o->topo;
    struct pool *p = &o->pool[t->gpu_type[node]];

    bit_clear(p, from, o->slot[node]);
    bit_set(p, to, o->slot[node]);
    for (int l = o->has_domains ? LEVEL_NVLINK : LEVELS; l < LEVELS; l++)
        if (o->by_domain[l]) {
            uint16_t *c =
                o->by_domain[l] + ((size_t)t->domain[l][node] * t->n_types + t->gpu_type[node]) *
                                      (t->max_node_gpus + 1);
            c[from]--;
            c[to]++;
        }
}

static void move(struct occupancy *o, uint32_t node, uint32_t from, uint32_t to)
{
    if (!o->known)
        reindex(o, node, from, to);
    o->n_free[node] = (uint16_t)to;
    o->pool[o->topo->gpu_type[node]].free += to - from;
    o->free_total += to - from;
}

void occupancy_defer_index(struct occupancy *o, struct arena *a)
{
    o->known = ARENA_ARRAY(a, uint16_t, o->topo->n_nodes);
    memcpy(o->known, o->n_free, o->topo->n_nodes * sizeof *o->known);
}

void occupancy_index(struct occupancy *o)
{
    for (uint32_t i = 0; o->known && i < o->topo->n_nodes; i++)
        if (o->known[i] != o->n_free[i])
            reindex(o, i, o->known[i], o->n_free[i]);
    o->known = NULL;
}

static void init_pool(struct occupancy *o, struct arena *a, uint32_t type)
{
    const struct topology *t = o->topo;
    struct pool *p = &o->pool[type];
    uint32_t slots = 0;

    for (uint32_t i = 0; i < t->n_nodes; i++)
        if (t->gpus[i] && t->gpu_type[i] == type) {
            if (t->gpus[i] > p->most)
                p->most = t->gpus[i];
            slots += t->health[i] == NODE_UP;
        }
    p->words = (slots + 63) / 64;
    p->summary = (p->words + 63) / 64;
    p->map = ARENA_ARRAY(a, uint64_t, (size_t)(p->most + 1) * p->words + 1);
    p->map_summary = ARENA_ARRAY(a, uint64_t, (size_t)(p->most + 1) * p->summary + 1);
    p->count = ARENA_ARRAY(a, uint32_t, p->most + 1);
    p->some = ARENA_ARRAY(a, uint64_t, p->most / 64 + 1);
    p->node = ARENA_ARRAY(a, uint32_t, slots + 1);
    for (uint32_t i = 0; i < t->n_nodes; i++) {
        uint32_t up;
        if (!t->gpus[i] || t->gpu_type[i] != type || t->health[i] != NODE_UP)
            continue;
        up = (uint32_t)t->gpus[i] - t->gpus_down[i];
        o->slot[i] = p->n_slots;
        p->node[p->n_slots] = i;
        for (uint32_t g = 0; g < up; g++)
            o->free[(size_t)i * o->words + g / 64] |= UINT64_C(1) << g % 64;
        bit_set(p, up, p->n_slots++);
        o->n_free[i] = (uint16_t)up;
        p->free += up;
    }
    p->capacity_milli = p->free_milli = (int64_t)p->free * 1000;
    o->free_total += p->free;
    o->free_milli += p->free_milli;
}

static void init_domains(struct occupancy *o, struct arena *a, enum level l)
{
    const struct topology *t = o->topo;
    size_t width = t->max_node_gpus + 1;

    if (!t->domain[l] || t->domains[l] >= t->n_nodes)
        return;
    o->has_domains = true;
    o->by_domain[l] = ARENA_ARRAY(a, uint16_t, (size_t)t->domains[l] * t->n_types * width);
    o->domain_first[l] = ARENA_ARRAY(a, uint32_t, t->domains[l] + 1);
    o->domain_node[l] = ARENA_ARRAY(a, uint32_t, t->n_nodes);
    for (uint32_t i = 0; i < t->n_nodes; i++)
        o->domain_first[l][t->domain[l][i] + 1]++;
    for (uint32_t k = 0; k < t->domains[l]; k++)
        o->domain_first[l][k + 1] += o->domain_first[l][k];
    for (uint32_t i = t->n_nodes; i-- > 0;) {
        uint32_t k = t->domain[l][i];
        o->domain_node[l][--o->domain_first[l][k + 1]] = i;
        if (o->slot[i] != NODE_NONE)
            o->by_domain[l][((size_t)k * t->n_types + t->gpu_type[i]) * width + o->n_free[i]]++;
    }
    /* The fill above moved each end down to its start: shift the starts back into place. */
    for (uint32_t k = 0; k < t->domains[l]; k++)
        o->domain_first[l][k] = o->domain_first[l][k + 1];
    o->domain_first[l][t->domains[l]] = t->n_nodes;
}

static void init_geometry(struct occupancy *o, struct arena *a)
{
    const struct topology *t = o->topo;
    struct geometry *tables[GEOMETRY_LAYOUTS] = {NULL};
    bool some = false;

    for (uint32_t type = 0; type < t->n_types; type++) {
        const struct geometry_board *b = geometry_find(t->type_name[type]);
        if (!b)
            continue;
        if (!tables[b->layout]) {
            tables[b->layout] = ARENA_NEW(a, struct geometry);
            geometry_set_up(tables[b->layout], b->layout, a);
        }
        o->geometry[type] = tables[b->layout];
        some = true;
    }
    if (!some)
        return;
    o->state = ARENA_ARRAY(a, uint16_t, t->n_gpus);
    o->carved = ARENA_ARRAY(a, struct carved, t->n_gpus);
    o->carved_at = ARENA_ARRAY(a, uint32_t, t->n_gpus);
    memset(o->carved_at, 0xff, t->n_gpus * sizeof *o->carved_at);
}

void occupancy_init(struct occupancy *o, const struct topology *t, struct arena *a, bool shares,
                    bool cpu, bool memory)
{
    memset(o, 0, sizeof *o);
    o->topo = t;
    o->words = (t->max_node_gpus + 63) / 64;
    o->free = ARENA_ARRAY(a, uint64_t, (size_t)t->n_nodes * o->words);
    o->n_free = ARENA_ARRAY(a, uint16_t, t->n_nodes);
    o->slot = ARENA_ARRAY(a, uint32_t, t->n_nodes);
    memset(o->slot, 0xff, t->n_nodes * sizeof *o->slot);
    for (uint32_t type = 0; type < t->n_types; type++)
        init_pool(o, a, type);
    for (int l = LEVEL_NVLINK; l < LEVELS; l++)
        init_domains(o, a, (enum level)l);
    if (shares) {
        o->left = ARENA_ARRAY(a, uint16_t, t->n_gpus);
        o->lent = ARENA_ARRAY(a, uint32_t, t->n_gpus);
        o->lent_at = ARENA_ARRAY(a, uint32_t, t->n_gpus);
        memset(o->lent_at, 0xff, t->n_gpus * sizeof *o->lent_at);
        for (uint32_t i = 0; i < t->n_gpus; i++)
            o->left[i] = 1000;
        init_geometry(o, a);
    }
    if (cpu) {
        o->cpu = ARENA_ARRAY(a, int64_t, t->n_nodes);
        memcpy(o->cpu, t->cpu_milli, t->n_nodes * sizeof *o->cpu);
    }
    if (memory) {
        o->memory = ARENA_ARRAY(a, int64_t, t->n_nodes);
        memcpy(o->memory, t->memory_mib, t->n_nodes * sizeof *o->memory);
    }
}

static void free_milli(struct occupancy *o, uint32_t node, int64_t milli)
{
    o->pool[o->topo->gpu_type[node]].free_milli += milli;
    o->free_milli += milli;
    if (o->changed)
        change_log_add(o->changed, node);
}

/* The devices of one NUMA node or island that alone has `count` free, fullest first, as a
 * window [from, to); all devices when none has. Runs of `run` devices. */
static void window(const struct occupancy *o, uint32_t node, uint32_t count, uint32_t run,
                   uint32_t *from, uint32_t *to)
{
    uint64_t w = o->free[(size_t)node * o->words];
    uint32_t best = UINT32_MAX, n = o->topo->gpus[node];

    for (uint32_t at = 0; at < n; at += run) {
        uint64_t part = w >> at & (run >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << run) - 1);
        uint32_t have = bits_count(part);
        if (have >= count && have < best) {
            best = have;
            *from = at;
            *to = at + run;
        }
    }
}

/* Move up to `left` bits of `from` into *mask; returns how many are still wanted. */
static uint32_t pick(uint64_t from, uint64_t *mask, uint32_t left)
{
    for (from &= ~*mask; from && left; left--, from &= from - 1)
        *mask |= from & -from;
    return left;
}

uint32_t occupancy_take(struct occupancy *o, uint32_t node, uint32_t count, const uint64_t *prefer,
                        struct held *out)
{
    const struct topology *t = o->topo;
    uint64_t *free = o->free + (size_t)node * o->words;
    uint64_t mask[NODE_WORDS];
    uint32_t n = 0, left = count, from = 0, to = 64;
    uint32_t run = t->island[node] > 1 ? t->island[node] : (uint32_t)t->gpus[node] / t->numa[node];

    debug_check(count <= o->n_free[node]);
    memset(mask, 0, o->words * sizeof *mask);
    if (prefer)
        for (uint32_t w = 0; w < o->words && left; w++)
            left = pick(free[w] & prefer[w], &mask[w], left);
    if (left && o->words == 1 && run && run < t->gpus[node] && count < o->n_free[node]) {
        window(o, node, left, run, &from, &to);
        if (to - from < 64)
            left = pick(free[0] & ((UINT64_C(1) << (to - from)) - 1) << from, mask, left);
    }
    for (uint32_t w = 0; w < o->words; w++) {
        left = pick(free[w], &mask[w], left);
        if (mask[w]) {
            free[w] &= ~mask[w];
            out[n++] = (struct held){node, (uint16_t)(w * 64), 1000, mask[w]};
        }
    }
    move(o, node, o->n_free[node], o->n_free[node] - count);
    free_milli(o, node, -(int64_t)count * 1000);
    if (o->left)
        for (uint32_t i = 0; i < n; i++)
            for (uint64_t m = out[i].mask; m; m &= m - 1)
                o->left[t->first_gpu[node] + out[i].base + bits_lowest(m)] = 0;
    return n;
}

/* Keep the list of lent devices that still have something to give. */
static void list_lent(struct occupancy *o, uint32_t device)
{
    bool in = o->lent_at[device] != NODE_NONE, want = o->left[device] > 0 && o->left[device] < 1000;

    if (want && !in) {
        o->lent_at[device] = o->n_lent;
        o->lent[o->n_lent++] = device;
    } else if (!want && in) {
        uint32_t last = o->lent[--o->n_lent];
        o->lent[o->lent_at[device]] = last;
        o->lent_at[last] = o->lent_at[device];
        o->lent_at[device] = NODE_NONE;
    }
}

static void take_share(struct occupancy *o, const struct held *h, int sign)
{
    uint32_t bit = bits_lowest(h->mask);
    uint32_t device = o->topo->first_gpu[h->node] + h->base + bit;
    bool was_whole = o->left[device] == 1000;
    uint64_t *w = &o->free[(size_t)h->node * o->words + h->base / 64];

    check(sign > 0 ? o->left[device] >= h->milli : o->left[device] + h->milli <= 1000);
    o->left[device] = (uint16_t)(o->left[device] - sign * h->milli);
    free_milli(o, h->node, -(int64_t)sign * h->milli);
    if (was_whole) {
        *w &= ~(UINT64_C(1) << bit);
        move(o, h->node, o->n_free[h->node], o->n_free[h->node] - 1u);
    } else if (o->left[device] == 1000) {
        *w |= UINT64_C(1) << bit;
        move(o, h->node, o->n_free[h->node], o->n_free[h->node] + 1u);
    }
    list_lent(o, device);
}

/* ---- MIG instances ---- */

struct held occupancy_instance(const struct occupancy *o, uint32_t node, uint32_t gpu,
                               uint32_t profile, uint32_t start)
{
    const struct geometry_layout *l = o->geometry[o->topo->gpu_type[node]]->layout;

    return (struct held){node, (uint16_t)((gpu & ~63u) + 8 * (profile + 1) + start),
                         (uint16_t)geometry_milli(l, &l->profile[profile]),
                         UINT64_C(1) << gpu % 64};
}

/* Keep the list of partitioned devices. */
static void list_carved(struct occupancy *o, const struct held *h, uint32_t device)
{
    uint32_t at = o->carved_at[device];

    if (o->state[device] && at == NODE_NONE) {
        o->carved_at[device] = o->n_carved;
        o->carved[o->n_carved++] =
            (struct carved){h->node, (uint16_t)(occupancy_base(h) + bits_lowest(h->mask)), false};
    } else if (!o->state[device] && at != NODE_NONE) {
        struct carved last = o->carved[--o->n_carved];
        o->carved[at] = last;
        o->carved_at[o->topo->first_gpu[last.node] + last.gpu] = at;
        o->carved_at[device] = NODE_NONE;
    }
}

/* The device leaves the index with its first instance and comes back with its last. */
static void take_instance(struct occupancy *o, const struct held *h, int sign)
{
    uint32_t bit = bits_lowest(h->mask);
    uint32_t device = o->topo->first_gpu[h->node] + occupancy_base(h) + bit;
    const struct geometry_layout *l = o->geometry[o->topo->gpu_type[h->node]]->layout;
    uint64_t *w = &o->free[(size_t)h->node * o->words + h->base / 64];
    uint16_t was = o->state[device];

    free_milli(o, h->node, -(int64_t)sign * h->milli);
    if (h->base % 64 == CLOSED) {
        o->carved[o->carved_at[device]].closed = sign > 0;
        return;
    }
    const struct geometry_profile *p = &l->profile[occupancy_profile(h)];
    check((*w >> bit & 1) == (was == 0));
    if (sign > 0) {
        check(geometry_legal(l, p, was) >> occupancy_start(h) & 1);
        o->state[device] = geometry_with(p, was, occupancy_start(h));
    } else {
        o->state[device] = geometry_without(p, was, occupancy_start(h));
    }
    if (!was) {
        *w &= ~(UINT64_C(1) << bit);
        o->left[device] = 0;
        move(o, h->node, o->n_free[h->node], o->n_free[h->node] - 1u);
    } else if (!o->state[device]) {
        *w |= UINT64_C(1) << bit;
        o->left[device] = 1000;
        move(o, h->node, o->n_free[h->node], o->n_free[h->node] + 1u);
    }
    list_carved(o, h, device);
}

bool occupancy_close(struct occupancy *o, uint32_t node, uint32_t gpu, struct held *out)
{
    uint32_t device = o->topo->first_gpu[node] + gpu;
    const struct geometry_layout *l;
    uint32_t milli;

    if (!o->state || !o->state[device] || o->carved[o->carved_at[device]].closed)
        return false;
    l = o->geometry[o->topo->gpu_type[node]]->layout;
    milli = geometry_free(l, o->state[device]) * (1000u / l->slots);
    if (!milli)
        return false;
    *out = (struct held){node, (uint16_t)((gpu & ~63u) + CLOSED), (uint16_t)milli,
                         UINT64_C(1) << gpu % 64};
    take_instance(o, out, 1);
    return true;
}

void occupancy_unserved(const struct occupancy *o, uint64_t types, const uint32_t *demand,
                        uint64_t *unserved, uint64_t *all)
{
    *unserved = *all = 0;
    for (uint32_t type = 0; type < o->topo->n_types; type++) {
        const struct geometry *g = o->geometry[type];
        const uint32_t *wanted;
        if (!g || !(types >> type & 1))
            continue;
        wanted = demand + (g->layout - geometry_layout) * GEOMETRY_PROFILES;
        *unserved += o->pool[type].free * geometry_unserved(g, 0, wanted);
        *all += o->pool[type].free * g->layout->slots * geometry_demand(g->layout, wanted);
    }
    for (uint32_t i = 0; i < o->n_carved; i++) {
        const struct carved *k = &o->carved[i];
        uint32_t type = o->topo->gpu_type[k->node];
        const struct geometry *g = o->geometry[type];
        uint16_t state = o->state[o->topo->first_gpu[k->node] + k->gpu];
        const uint32_t *wanted = demand + (g->layout - geometry_layout) * GEOMETRY_PROFILES;
        if (k->closed || !(types >> type & 1))
            continue;
        *unserved += geometry_unserved(g, state, wanted);
        *all += geometry_free(g->layout, state) * geometry_demand(g->layout, wanted);
    }
}

void occupancy_take_mask(struct occupancy *o, const struct held *h)
{
    uint64_t *w = &o->free[(size_t)h->node * o->words + h->base / 64];

    if (!h->mask)
        return;
    if (h->base % 64) {
        take_instance(o, h, 1);
        return;
    }
    if (h->milli < 1000) {
        take_share(o, h, 1);
        return;
    }
    debug_check((*w & h->mask) == h->mask);
    *w &= ~h->mask;
    move(o, h->node, o->n_free[h->node], o->n_free[h->node] - bits_count(h->mask));
    free_milli(o, h->node, -(int64_t)bits_count(h->mask) * 1000);
    if (o->left)
        for (uint64_t m = h->mask; m; m &= m - 1)
            o->left[o->topo->first_gpu[h->node] + h->base + bits_lowest(m)] = 0;
}

void occupancy_release(struct occupancy *o, const struct held *h)
{
    uint64_t *w = &o->free[(size_t)h->node * o->words + h->base / 64];

    o->returned++;
    if (!h->mask)
        return;
    if (h->base % 64) {
        take_instance(o, h, -1);
        return;
    }
    if (h->milli < 1000) {
        take_share(o, h, -1);
        return;
    }
    debug_check((*w & h->mask) == 0);
    *w |= h->mask;
    move(o, h->node, o->n_free[h->node], o->n_free[h->node] + bits_count(h->mask));
    free_milli(o, h->node, (int64_t)bits_count(h->mask) * 1000);
    if (o->left)
        for (uint64_t m = h->mask; m; m &= m - 1)
            o->left[o->topo->first_gpu[h->node] + h->base + bits_lowest(m)] = 1000;
}

void occupancy_settle(struct occupancy *o, uint32_t node, uint32_t had)
{
    uint32_t now = o->n_free[node];

    move(o, node, had, now);
    free_milli(o, node, ((int64_t)now - had) * 1000);
}

void occupancy_charge(struct occupancy *o, uint32_t node, int64_t cpu_milli, int64_t memory_mib)
{
    if (cpu_milli < 0 || memory_mib < 0)
        o->returned++;
    if (o->cpu)
        o->cpu[node] -= cpu_milli;
    if (o->memory)
        o->memory[node] -= memory_mib;
    if (o->changed)
        change_log_add(o->changed, node);
}

uint32_t occupancy_first(const struct pool *p, uint32_t f)
{
    const uint64_t *s = p->map_summary + (size_t)f * p->summary;
    uint32_t i = 0, w;

    while (!s[i])
        i++;
    w = i * 64 + bits_lowest(s[i]);
    return p->node[w * 64 + bits_lowest(p->map[(size_t)f * p->words + w])];
}

uint32_t occupancy_select(const struct pool *p, uint32_t f, uint32_t k)
{
    const uint64_t *m = p->map + (size_t)f * p->words;
    uint32_t w = 0;
    uint64_t bits;

    while (bits_count(m[w]) <= k)
        k -= bits_count(m[w++]);
    for (bits = m[w]; k; k--)
        bits &= bits - 1;
    return p->node[w * 64 + bits_lowest(bits)];
}

uint32_t occupancy_least(const struct pool *p, uint32_t low)
{
    uint32_t w = low / 64, last = p->most / 64;
    uint64_t bits;

    if (low > p->most || !p->n_slots)
        return UINT32_MAX;
    for (bits = p->some[w] & ~UINT64_C(0) << low % 64; !bits;)
        if (++w > last)
            return UINT32_MAX;
        else
            bits = p->some[w];
    return w * 64 + bits_lowest(bits);
}

uint32_t occupancy_most(const struct pool *p)
{
    for (uint32_t w = p->most / 64 + 1; p->n_slots && w-- > 0;)
        if (p->some[w])
            return w * 64 + 63 - (uint32_t)__builtin_clzll(p->some[w]);
    return UINT32_MAX;
}

/* Free milli-GPU of a device, from its own record. */
static int64_t device_free(const struct occupancy *o, uint32_t node, uint32_t gpu)
{
    uint32_t device = o->topo->first_gpu[node] + gpu;
    bool whole = o->free[(size_t)node * o->words + gpu / 64] >> gpu % 64 & 1;

    if (o->state && o->state[device]) {
        const struct geometry *g = o->geometry[o->topo->gpu_type[node]];
        const struct carved *k = &o->carved[o->carved_at[device]];
        check(!whole && !o->left[device] && g->number[o->state[device]] != UINT16_MAX);
        check(k->node == node && k->gpu == gpu);
        return k->closed ? 0
                         : geometry_free(g->layout, o->state[device]) * (1000 / g->layout->slots);
    }
    check(!o->carved_at || o->carved_at[device] == NODE_NONE);
    return whole ? 1000 : o->left && o->lent_at[device] != NODE_NONE ? o->left[device] : 0;
}

void occupancy_verify(const struct occupancy *o)
{
    const struct topology *t = o->topo;
    uint32_t total = 0;
    int64_t milli = 0;

    for (uint32_t type = 0; type < t->n_types; type++) {
        const struct pool *p = &o->pool[type];
        uint32_t free = 0, seen = 0;
        int64_t left = 0;
        for (uint32_t s = 0; s < p->n_slots; s++) {
            uint32_t node = p->node[s], have = 0;
            for (uint32_t w = 0; w < o->words; w++)
                have += bits_count(o->free[(size_t)node * o->words + w]);
            check(have == o->n_free[node] && o->slot[node] == s);
            for (uint32_t f = 0; f <= p->most; f++)
                check((p->map[(size_t)f * p->words + s / 64] >> s % 64 & 1) ==
                      (f == (o->known ? o->known[node] : have)));
            for (uint32_t gpu = 0; gpu < t->gpus[node]; gpu++)
                left += device_free(o, node, gpu);
            free += have;
        }
        check(left == p->free_milli);
        for (uint32_t f = 0; f <= p->most; f++) {
            seen += p->count[f];
            check((p->some[f / 64] >> f % 64 & 1) == (p->count[f] > 0));
        }
        check(seen == p->n_slots && free == p->free);
        total += free;
        milli += p->free_milli;
    }
    check(total == o->free_total && milli == o->free_milli);
}
