/* window_map.c - free devices, CPU and memory per node and slice of time. */
#include "sched/window_map.h"

#include "base/bits.h"
#include "base/check.h"

void window_map_init(struct window_map *m, struct core *c, ns_t resolution, ns_t span,
                     struct arena *a)
{
    uint32_t n = c->topo->n_nodes;

    *m = (struct window_map){.core = c, .resolution = resolution, .span = span / resolution};
    m->least_gpus = ARENA_ARRAY(a, uint16_t, n);
    m->least_cpu = ARENA_ARRAY(a, int64_t, n);
    m->least_memory = ARENA_ARRAY(a, int64_t, n);
    if (c->occ.left) {
        m->parts = ARENA_ARRAY(a, uint16_t, c->topo->n_gpus);
        m->whole = ARENA_ARRAY(a, int64_t, c->topo->n_gpus);
    }
}

void window_map_free(struct window_map *m)
{
    free(m->row);
    free(m->gpus);
    free(m->cpu);
    free(m->memory);
    VEC_FREE(&m->ends);
    VEC_FREE(&m->spots);
}

int64_t window_map_slices(const struct window_map *m, ns_t length)
{
    int64_t whole = length / m->resolution + (length % m->resolution != 0);

    return length == NS_NEVER ? INT64_MAX : whole ? whole : 1;
}

int64_t window_map_end(const struct window_map *m, ns_t now, ns_t length)
{
    if (length > NS_NEVER - now)
        return INT64_MAX;
    return window_map_slices(m, now + (length ? length : 1));
}

int64_t window_map_after(int64_t at, int64_t slices)
{
    return slices > INT64_MAX - at ? INT64_MAX : at + slices;
}

/* ---- rows ---- */

static void *resized(void *at, size_t n, size_t size)
{
    void *to = realloc(at, n * size);

    check(to != NULL);
    return to;
}

static void grow(struct window_map *m)
{
    size_t n = m->core->topo->n_nodes;

    m->room = m->room ? 2 * m->room : 16;
    m->row = resized(m->row, m->room, sizeof *m->row);
    m->gpus = resized(m->gpus, m->room * n, sizeof *m->gpus);
    if (m->core->occ.cpu)
        m->cpu = resized(m->cpu, m->room * n, sizeof *m->cpu);
    if (m->core->occ.memory)
        m->memory = resized(m->memory, m->room * n, sizeof *m->memory);
}

/* A copy of row `at` right behind it, for a later slice. */
static void repeat(struct window_map *m, uint32_t at, int64_t slice)
{
    size_t n = m->core->topo->n_nodes, from, to;

    if (m->n_rows == m->room)
        grow(m);
    from = m->row[at].store * n;
    to = m->n_rows * n;
    memmove(m->row + at + 2, m->row + at + 1, (m->n_rows - at - 1) * sizeof *m->row);
    m->row[at + 1] =
        (struct window_row){.at = slice, .total = m->row[at].total, .store = m->n_rows++};
    memcpy(m->gpus + to, m->gpus + from, n * sizeof *m->gpus);
    if (m->cpu)
        memcpy(m->cpu + to, m->cpu + from, n * sizeof *m->cpu);
    if (m->memory)
        memcpy(m->memory + to, m->memory + from, n * sizeof *m->memory);
}

/* The first row at or after the slice. */
static uint32_t row_from(const struct window_map *m, int64_t slice)
{
    uint32_t low = 0, high = m->n_rows;

    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (m->row[mid].at < slice)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Let a row begin at the slice; slices beyond the window have none. */
static void split(struct window_map *m, int64_t slice)
{
    uint32_t i = row_from(m, slice);

    if (slice > m->horizon) {
        m->beyond = slice < m->beyond ? slice : m->beyond;
        return;
    }
    if (i == m->n_rows || m->row[i].at != slice)
        repeat(m, i - 1, slice);
}

/* ---- building ---- */

static uint32_t device(const struct core *c, const struct held *h)
{
    return c->topo->first_gpu[h->node] + occupancy_base(h) + bits_lowest(h->mask);
}

static void give_back(struct window_map *m, struct window_row *row, uint32_t job)
{
    const struct core *c = m->core;
    const struct request *r = &c->jobs->requests[c->jobs->specs[job].request];
    size_t store = (size_t)row->store * c->topo->n_nodes;
    uint32_t n;
    const struct held *h = core_held(c, job, &n);

    for (uint32_t i = 0; i < n; i++) {
        size_t at = store + h[i].node;
        uint32_t whole = 0;
        if (!h[i].milli) {
            if (m->cpu)
                m->cpu[at] += r->cpu_milli * h[i].base;
            if (m->memory)
                m->memory[at] += r->memory_mib * h[i].base;
        } else if (h[i].milli == 1000) {
            whole = bits_count(h[i].mask);
        } else {
            uint32_t gpu = device(c, &h[i]);
            whole = --m->parts[gpu] == 0;
            m->whole[gpu] = whole ? row->at : INT64_MAX;
        }
        m->gpus[at] = (uint16_t)(m->gpus[at] + whole);
        row->total += whole;
    }
}

static int by_time(const void *a, const void *b)
{
    const struct window_end *x = a, *y = b;

    return x->at != y->at ? (x->at > y->at) - (x->at < y->at)
                          : (x->job > y->job) - (x->job < y->job);
}

static void first_row(struct window_map *m)
{
    const struct core *c = m->core;
    const struct occupancy *o = &c->occ;
    size_t n = c->topo->n_nodes;

    if (!m->room)
        grow(m);
    m->n_rows = 1;
    m->row[0] = (struct window_row){.at = m->origin, .total = o->free_total};
    memcpy(m->gpus, o->n_free, n * sizeof *m->gpus);
    if (m->cpu)
        memcpy(m->cpu, o->cpu, n * sizeof *m->cpu);
    if (m->memory)
        memcpy(m->memory, o->memory, n * sizeof *m->memory);
    if (!m->parts)
        return;
    memset(m->parts, 0, c->topo->n_gpus * sizeof *m->parts);
    memset(m->whole, 0, c->topo->n_gpus * sizeof *m->whole);
    for (uint32_t i = 0; i < c->n_running; i++) {
        uint32_t pieces;
        const struct held *h = core_held(c, c->running[i], &pieces);
        for (uint32_t k = 0; k < pieces; k++)
            if (h[k].milli && h[k].milli < 1000) {
                m->parts[device(c, &h[k])]++;
                m->whole[device(c, &h[k])] = INT64_MAX;
            }
    }
}

void window_map_build(struct window_map *m)
{
    const struct core *c = m->core;

    m->origin = c->now / m->resolution;
    m->horizon = window_map_after(m->origin, m->span);
    m->beyond = INT64_MAX;
    m->ends.n = 0;
    for (uint32_t i = 0; i < c->n_running; i++) {
        uint32_t job = c->running[i];
        ns_t ends = core_ends(c, job);
        int64_t at = window_map_slices(m, ends);
        at = at > m->origin ? at : m->origin + 1;
        if (at <= m->horizon)
            VEC_PUSH(&m->ends, (struct window_end){at, job});
        else if (at < m->beyond)
            m->beyond = at;
    }
    if (m->ends.n)
        qsort(m->ends.at, m->ends.n, sizeof *m->ends.at, by_time);
    first_row(m);
    for (size_t i = 0; i < m->ends.n; i++) {
        if (m->row[m->n_rows - 1].at != m->ends.at[i].at)
            repeat(m, m->n_rows - 1, m->ends.at[i].at);
        give_back(m, &m->row[m->n_rows - 1], m->ends.at[i].job);
    }
}

/* ---- looking ---- */

/* Replicas of `gpus` devices for which these amounts of the node suffice. */
static uint32_t holds(const struct window_map *m, const struct request *r, uint32_t gpus,
                      const struct window_amount *free)
{
    const struct topology *t = m->core->topo;
    int64_t k = UINT16_MAX;

    if (t->health[free->node] != NODE_UP)
        return 0;
    if (gpus) {
        if (!t->gpus[free->node] || !(r->types >> t->gpu_type[free->node] & 1))
            return 0;
        k = free->gpus / gpus;
    }
    if (m->cpu && r->cpu_milli && t->cpu_milli[free->node] && free->cpu / r->cpu_milli < k)
        k = free->cpu < 0 ? 0 : free->cpu / r->cpu_milli;
    if (m->memory && r->memory_mib && t->memory_mib[free->node] && free->memory / r->memory_mib < k)
        k = free->memory < 0 ? 0 : free->memory / r->memory_mib;
    return (uint32_t)k;
}

static struct window_amount amount(const struct window_map *m, uint32_t i, uint32_t node)
{
    size_t at = (size_t)m->row[i].store * m->core->topo->n_nodes + node;

    return (struct window_amount){node, m->gpus[at], m->cpu ? m->cpu[at] : 0,
                                  m->memory ? m->memory[at] : 0};
}

struct window_amount window_map_least(const struct window_map *m, uint32_t node)
{
    return (struct window_amount){node, m->least_gpus[node], m->cpu ? m->least_cpu[node] : 0,
                                  m->memory ? m->least_memory[node] : 0};
}

bool window_map_may(const struct window_map *m, uint32_t i, const struct request *r)
{
    uint32_t gpus = m->core->jobs->groups[r->first_group].gpus;
    uint64_t have = 0;

    if (m->row[i].total < r->gpus)
        return false;
    for (uint32_t node = 0; r->n_groups == 1 && node < m->core->topo->n_nodes; node++) {
        struct window_amount free = amount(m, i, node);
        have += holds(m, r, gpus, &free);
        if (have >= r->replicas)
            return true;
    }
    return r->n_groups > 1;
}

void window_map_look(struct window_map *m, uint32_t i, int64_t to)
{
    size_t n = m->core->topo->n_nodes;
    uint32_t first = i;

    for (; i < m->n_rows && m->row[i].at < to; i++) {
        const uint16_t *g = m->gpus + m->row[i].store * n;
        if (i != first && !m->row[i].falls)
            continue;
        if (i == first) {
            memcpy(m->least_gpus, g, n * sizeof *g);
            if (m->cpu)
                memcpy(m->least_cpu, m->cpu + m->row[i].store * n, n * sizeof *m->cpu);
            if (m->memory)
                memcpy(m->least_memory, m->memory + m->row[i].store * n, n * sizeof *m->memory);
            continue;
        }
        for (size_t k = 0; k < n; k++)
            m->least_gpus[k] = g[k] < m->least_gpus[k] ? g[k] : m->least_gpus[k];
        for (size_t k = 0; m->cpu && k < n; k++)
            if (m->cpu[m->row[i].store * n + k] < m->least_cpu[k])
                m->least_cpu[k] = m->cpu[m->row[i].store * n + k];
        for (size_t k = 0; m->memory && k < n; k++)
            if (m->memory[m->row[i].store * n + k] < m->least_memory[k])
                m->least_memory[k] = m->memory[m->row[i].store * n + k];
    }
}

bool window_map_holds(const struct window_map *m, const struct request *r)
{
    uint64_t have = 0;

    if (r->n_groups > 1)
        return true;
    for (uint32_t node = 0; node < m->core->topo->n_nodes && have < r->replicas; node++) {
        struct window_amount free = window_map_least(m, node);
        have += holds(m, r, m->core->jobs->groups[r->first_group].gpus, &free);
    }
    return have >= r->replicas;
}

/* ---- seats ---- */

/* Where the next replicas go, by the rule of the placement: node and how many, 0 = nowhere. */
static uint32_t next_node(const struct window_map *m, const struct request *r, uint32_t gpus,
                          uint32_t left, enum level level, uint32_t domain, uint32_t *node)
{
    enum place_pick pick = m->core->placer.pick;
    int64_t best = INT64_MIN;
    uint32_t k = 0;

    for (uint32_t i = 0; i < m->core->topo->n_nodes; i++) {
        struct window_amount free = window_map_least(m, i);
        uint32_t have;
        int64_t rank;
        if (level != LEVEL_NONE && topology_domain(m->core->topo, level, i) != domain)
            continue;
        have = holds(m, r, gpus, &free);
        if (!have)
            continue;
        rank = pick == PICK_FIRST || pick == PICK_RANDOM ? 0
               : pick == PICK_MOST_FREE                  ? (int64_t)have
               : have >= left                            ? INT32_MAX - (int64_t)have
                                                         : (int64_t)have;
        if (rank > best) {
            best = rank;
            *node = i;
            k = have < left ? have : left;
        }
    }
    return k;
}

/* Seat equal replicas, in one domain of a level or anywhere (LEVEL_NONE); what they use is no longer least. */
static bool seat_group(struct window_map *m, const struct request *r, uint32_t gpus,
                       uint32_t replicas, enum level level, uint32_t domain)
{
    while (replicas) {
        uint32_t node = 0, k = next_node(m, r, gpus, replicas, level, domain, &node);
        if (!k)
            return false;
        m->least_gpus[node] = (uint16_t)(m->least_gpus[node] - k * gpus);
        if (m->cpu)
            m->least_cpu[node] -= r->cpu_milli * k;
        if (m->memory)
            m->least_memory[node] -= r->memory_mib * k;
        VEC_PUSH(&m->spots, (struct window_spot){node, gpus, k});
        replicas -= k;
    }
    return true;
}

bool window_map_seat(struct window_map *m, const struct request *r)
{
    const struct topology *t = m->core->topo;
    enum level level = r->required > LEVEL_GPU ? (enum level)r->required : LEVEL_NONE;
    bool single = level && (level <= LEVEL_NODE ||
                            (level == LEVEL_NVLINK && t->domains[level] >= t->n_nodes));
    struct request whole = *r;
    uint32_t domains = !level || single ? 1 : t->domains[level];

    m->spots.n = 0;
    if (single) {
        whole.cpu_milli *= r->replicas;
        whole.memory_mib *= r->replicas;
        if (!seat_group(m, &whole, r->gpus, 1, LEVEL_NONE, 0))
            return false;
        m->spots.at[0].k = r->replicas; /* charged by replica */
        m->spots.at[0].gpus = 0;
        VEC_PUSH(&m->spots, (struct window_spot){m->spots.at[0].node, r->gpus, 0});
        return true;
    }
    for (uint32_t domain = 0; domain < domains; domain++) {
        bool all = true;
        m->spots.n = 0;
        for (uint32_t g = 0; g < r->n_groups && all; g++) {
            const struct job_group *group = &m->core->jobs->groups[r->first_group + g];
            all = seat_group(m, r, group->gpus, group->replicas, domains > 1 ? level : LEVEL_NONE,
                             domain);
        }
        if (all)
            return true;
    }
    return false;
}

/* ---- taking ---- */

/* Less on the node from slice `from` until `to`; never below nothing. */
static void take(struct window_map *m, int64_t from, int64_t to, const struct window_amount *less)
{
    split(m, from);
    split(m, to);
    for (uint32_t i = row_from(m, from); i < m->n_rows && m->row[i].at < to; i++) {
        size_t at = (size_t)m->row[i].store * m->core->topo->n_nodes + less->node;
        uint32_t gpus = less->gpus < m->gpus[at] ? less->gpus : m->gpus[at];
        m->row[i].falls = m->row[i].falls || m->row[i].at == from;
        m->gpus[at] = (uint16_t)(m->gpus[at] - gpus);
        m->row[i].total -= gpus;
        if (m->cpu)
            m->cpu[at] -= less->cpu;
        if (m->memory)
            m->memory[at] -= less->memory;
    }
}

void window_map_reserve(struct window_map *m, const struct request *r, int64_t from, int64_t to)
{
    for (size_t i = 0; i < m->spots.n; i++) {
        const struct window_spot *s = &m->spots.at[i];
        struct window_amount less = {s->node, s->gpus * (s->k ? s->k : 1), r->cpu_milli * s->k,
                                     r->memory_mib * s->k};
        take(m, from, to, &less);
    }
}

void window_map_start(struct window_map *m, const struct request *r, const struct held *h,
                      uint32_t n, int64_t to)
{
    for (uint32_t i = 0; i < n; i++) {
        struct window_amount less = {.node = h[i].node};
        int64_t from = m->origin;
        if (!h[i].milli) {
            less.cpu = r->cpu_milli * h[i].base;
            less.memory = r->memory_mib * h[i].base;
        } else if (h[i].milli == 1000) {
            less.gpus = bits_count(h[i].mask);
        } else {
            int64_t *whole = &m->whole[device(m->core, &h[i])];
            less.gpus = 1;
            from = *whole > from ? *whole : from; /* it was lent until then */
            *whole = to > *whole ? to : *whole;
        }
        if (from < to)
            take(m, from, to, &less);
    }
}

bool window_map_lent_beyond(const struct window_map *m, uint32_t gpu, uint32_t node, int64_t to)
{
    for (uint32_t i = row_from(m, m->whole[gpu]); i < m->n_rows && m->row[i].at < to; i++)
        if (!amount(m, i, node).gpus)
            return true;
    return false;
}

ns_t window_map_moves(const struct window_map *m)
{
    const struct core *c = m->core;
    int64_t origin = c->now / m->resolution, slice = INT64_MAX;

    const struct end *soonest = ends_at(&c->ends, (struct ends_place){0, 0});

    if (soonest) {
        slice = window_map_slices(m, soonest->at);
        slice = slice > origin ? slice : origin + 1;
    }
    if (m->beyond != INT64_MAX && m->beyond - m->span < slice)
        slice = m->beyond - m->span;
    return slice > NS_NEVER / m->resolution ? NS_NEVER : slice * m->resolution;
}
