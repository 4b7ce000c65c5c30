/* fit.c - could a request ever be placed on the empty fleet? */
#include "ingest/fit.h"

#include "base/check.h"
#include "base/vec.h"
#include <stdio.h>

enum { REASON = 200 };

struct kind {                      /* nodes that are alike, or what is left of them */
    int64_t cpu_milli, memory_mib; /* INT64_MAX = not stated */
    uint32_t gpus;
    uint32_t type; /* 255: no GPUs */
    uint32_t count;
    uint32_t island, numa_run; /* GPUs of one NVLink island, of one NUMA node */
};

struct fit {
    const struct topology *fleet; /* borrowed */
    VEC(struct kind) kinds;       /* of the whole fleet */
    VEC(struct kind) rooms;       /* scratch of one question */
    uint32_t *by_domain[LEVELS];  /* owned; nodes in order of their domain, made when asked for */
    uint64_t type_gpus[TOPOLOGY_TYPES];
    uint32_t type_node[TOPOLOGY_TYPES];
    bool cpu, memory;
};

static struct kind kind_of(const struct topology *t, uint32_t node)
{
    struct kind k = {.cpu_milli = t->cpu_milli[node] ? t->cpu_milli[node] : INT64_MAX,
                     .memory_mib = t->memory_mib[node] ? t->memory_mib[node] : INT64_MAX,
                     .gpus = (uint32_t)t->gpus[node] - t->gpus_down[node],
                     .type = t->gpu_type[node],
                     .count = 1};

    k.island = t->island[node] ? t->island[node] : t->gpus[node];
    k.numa_run = t->numa[node] > 1 ? (uint32_t)t->gpus[node] / t->numa[node] : t->gpus[node];
    return k;
}

static bool alike(const struct kind *a, const struct kind *b)
{
    return a->gpus == b->gpus && a->type == b->type && a->cpu_milli == b->cpu_milli &&
           a->memory_mib == b->memory_mib && a->island == b->island && a->numa_run == b->numa_run;
}

struct fit *fit_open(const struct topology *fleet)
{
    struct fit *f = calloc(1, sizeof *f);
    size_t last = 0;

    check(f != NULL);
    f->fleet = fleet;
    for (uint32_t i = 0; i < fleet->n_nodes; i++) {
        struct kind k = kind_of(fleet, i);
        if (fleet->health[i] != NODE_UP)
            continue;
        if (last >= f->kinds.n || !alike(&f->kinds.at[last], &k))
            for (last = 0; last < f->kinds.n && !alike(&f->kinds.at[last], &k); last++)
                ;
        if (last < f->kinds.n)
            f->kinds.at[last].count++;
        else
            VEC_PUSH(&f->kinds, k);
        f->cpu = f->cpu || k.cpu_milli != INT64_MAX;
        f->memory = f->memory || k.memory_mib != INT64_MAX;
        if (k.type < TOPOLOGY_TYPES) {
            f->type_gpus[k.type] += k.gpus;
            if (k.gpus > f->type_node[k.type])
                f->type_node[k.type] = k.gpus;
        }
    }
    return f;
}

void fit_close(struct fit *f)
{
    if (!f)
        return;
    VEC_FREE(&f->kinds);
    VEC_FREE(&f->rooms);
    for (int l = 0; l < LEVELS; l++)
        free(f->by_domain[l]);
    free(f);
}

static bool allowed(uint64_t types, uint32_t type)
{
    return type < TOPOLOGY_TYPES && (types >> type & 1);
}

uint64_t fit_gpus(const struct fit *f, uint64_t types)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < f->fleet->n_types; i++)
        n += allowed(types, i) ? f->type_gpus[i] : 0;
    return n;
}

uint32_t fit_largest_node(const struct fit *f, uint64_t types)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < f->fleet->n_types; i++)
        if (allowed(types, i) && f->type_node[i] > n)
            n = f->type_node[i];
    return n;
}

bool fit_states_cpu(const struct fit *f)
{
    return f->cpu;
}

bool fit_states_memory(const struct fit *f)
{
    return f->memory;
}

/* Replicas that go on one GPU. */
static uint32_t parts(const struct request *r)
{
    return r->mig ? job_mig_profile(r->mig)->most : r->share_milli ? 1000 / r->share_milli : 1;
}

/* Replicas of `gpus` GPUs each, of which `shares` go on one GPU, that a node of a kind takes. */
static uint64_t capacity(const struct kind *k, const struct request *r, uint32_t gpus,
                         uint32_t shares)
{
    uint64_t n = UINT32_MAX;

    if (gpus) {
        if (!allowed(r->types, k->type))
            return 0;
        n = (uint64_t)(k->gpus / gpus) * shares;
    }
    if (r->cpu_milli && k->cpu_milli != INT64_MAX && (uint64_t)(k->cpu_milli / r->cpu_milli) < n)
        n = (uint64_t)(k->cpu_milli / r->cpu_milli);
    if (r->memory_mib && k->memory_mib != INT64_MAX &&
        (uint64_t)(k->memory_mib / r->memory_mib) < n)
        n = (uint64_t)(k->memory_mib / r->memory_mib);
    return n;
}

static struct kind without(struct kind k, const struct request *r, uint32_t gpus, uint64_t n,
                           uint32_t shares, uint32_t count)
{
    k.gpus -= (uint32_t)((n + shares - 1) / shares) * gpus;
    if (k.cpu_milli != INT64_MAX)
        k.cpu_milli -= r->cpu_milli * (int64_t)n;
    if (k.memory_mib != INT64_MAX)
        k.memory_mib -= r->memory_mib * (int64_t)n;
    k.count = count;
    return k;
}

/* Place group after group on f->rooms, filling each kind in turn. With the larger replicas
 * first this is exact when sizes divide each other, as they do in practice. */
static bool rooms_hold(struct fit *f, const struct request *r, const struct job_group *groups)
{
    uint32_t shares = parts(r);

    for (uint32_t g = 0; g < r->n_groups; g++) {
        uint64_t left = groups[g].replicas;
        size_t n = f->rooms.n;
        for (size_t i = 0; i < n && left; i++) {
            struct kind k = f->rooms.at[i];
            uint64_t each = capacity(&k, r, groups[g].gpus, shares);
            uint64_t full = each ? left / each : 0;
            if (!each)
                continue;
            if (full >= k.count) {
                f->rooms.at[i] = without(k, r, groups[g].gpus, each, shares, k.count);
                left -= each * k.count;
                continue;
            }
            f->rooms.at[i].count -= (uint32_t)full + (left % each != 0);
            if (full)
                VEC_PUSH(&f->rooms, without(k, r, groups[g].gpus, each, shares, (uint32_t)full));
            if (left % each)
                VEC_PUSH(&f->rooms, without(k, r, groups[g].gpus, left % each, shares, 1));
            left = 0;
        }
        if (left)
            return false;
    }
    return true;
}

/* The whole gang on one node, or inside one NVLink island or NUMA run of one. */
static bool node_holds(const struct fit *f, const struct request *r)
{
    for (size_t i = 0; i < f->kinds.n; i++) {
        struct kind k = f->kinds.at[i];
        struct request all = *r;
        uint32_t shares = parts(r);
        uint32_t devices = r->share_milli ? (r->replicas + shares - 1) / shares : r->gpus;
        if (r->required == LEVEL_GPU && devices > 1)
            return false;
        if (r->required == LEVEL_NUMA && k.numa_run < k.gpus)
            k.gpus = k.numa_run;
        if (r->required == LEVEL_NVLINK && k.island < k.gpus)
            k.gpus = k.island;
        if (r->cpu_milli > INT64_MAX / r->replicas || r->memory_mib > INT64_MAX / r->replicas)
            continue;
        all.cpu_milli = r->cpu_milli * r->replicas;
        all.memory_mib = r->memory_mib * r->replicas;
        if (capacity(&k, &all, devices, 1))
            return true;
    }
    return false;
}

/* Nodes in order of their domain, by counting. */
static const uint32_t *nodes_by_domain(struct fit *f, enum level l)
{
    const struct topology *t = f->fleet;
    uint32_t *start, *order;

    if (f->by_domain[l])
        return f->by_domain[l];
    start = calloc((size_t)t->domains[l] + 1, sizeof *start);
    order = calloc((size_t)t->n_nodes + 1, sizeof *order);
    check(start && order);
    for (uint32_t i = 0; i < t->n_nodes; i++)
        start[t->domain[l][i] + 1]++;
    for (uint32_t k = 0; k < t->domains[l]; k++)
        start[k + 1] += start[k];
    for (uint32_t i = 0; i < t->n_nodes; i++)
        order[start[t->domain[l][i]]++] = i;
    free(start);
    f->by_domain[l] = order;
    return order;
}

static bool domain_holds(struct fit *f, const struct request *r, const struct job_group *groups,
                         enum level l, uint64_t *largest)
{
    const struct topology *t = f->fleet;
    const uint32_t *order = nodes_by_domain(f, l);

    *largest = 0;
    for (uint32_t i = 0; i < t->n_nodes;) {
        uint32_t domain = t->domain[l][order[i]];
        uint64_t gpus = 0;
        f->rooms.n = 0;
        for (; i < t->n_nodes && t->domain[l][order[i]] == domain; i++) {
            struct kind k = kind_of(t, order[i]);
            if (t->health[order[i]] != NODE_UP)
                continue;
            gpus += allowed(r->types, k.type) ? k.gpus : 0;
            if (f->rooms.n && alike(&f->rooms.at[f->rooms.n - 1], &k))
                f->rooms.at[f->rooms.n - 1].count++;
            else
                VEC_PUSH(&f->rooms, k);
        }
        if (gpus > *largest)
            *largest = gpus;
        if (gpus * 1000 >= r->demand_milli && rooms_hold(f, r, groups))
            return true;
    }
    return false;
}

/* "16 GPUs", "0.500 GPUs", "1 GPU" */
static const char *gpus_text(uint64_t milli, char *to)
{
    if (milli % 1000)
        snprintf(to, 40, "%llu.%03llu GPUs", (unsigned long long)(milli / 1000),
                 (unsigned long long)(milli % 1000));
    else
        snprintf(to, 40, "%llu GPU%s", (unsigned long long)(milli / 1000),
                 milli == 1000 ? "" : "s");
    return to;
}

static bool any_type(const struct fit *f, uint64_t types)
{
    for (uint32_t i = 0; i < f->fleet->n_types; i++)
        if (!allowed(types, i))
            return false;
    return true;
}

static int check_level(struct fit *f, const struct request *r, const struct job_group *groups,
                       char *reason)
{
    const struct topology *t = f->fleet;
    enum level l = r->required;
    uint64_t largest = 0;
    char asked[40];

    gpus_text(r->demand_milli, asked);
    if (l == LEVEL_NONE)
        return 0;
    if (l <= LEVEL_NODE || (l == LEVEL_NVLINK && t->domains[l] >= t->n_nodes)) {
        if (node_holds(f, r))
            return 0;
        snprintf(reason, REASON, "asks for %s with %u replica%s inside one %s, no %s is that large",
                 asked, r->replicas, r->replicas == 1 ? "" : "s",
                 l == LEVEL_NVLINK ? "NVLink domain" : level_name(l),
                 l == LEVEL_NVLINK ? "NVLink domain" : level_name(l));
        return -1;
    }
    if (!t->domain[l] || domain_holds(f, r, groups, l, &largest))
        return 0;
    snprintf(reason, REASON, "asks for %s inside one %s, the largest has %llu", asked,
             l == LEVEL_NVLINK ? "NVLink domain" : level_name(l), (unsigned long long)largest);
    return -1;
}

int fit_check(struct fit *f, const struct request *r, const struct job_group *groups, char *reason)
{
    uint64_t have = fit_gpus(f, r->types);
    uint32_t node = fit_largest_node(f, r->types), most = groups[0].gpus;
    bool any = any_type(f, r->types);
    char asked[40];

    gpus_text(r->demand_milli, asked);
    if (r->demand_milli > have * 1000) {
        snprintf(reason, REASON, "asks for %s%s, the fleet has %llu", asked,
                 any ? "" : " of certain types", (unsigned long long)have);
        return -1;
    }
    if (r->gpus && most > node) {
        snprintf(reason, REASON, "asks for %u GPUs on one node, the largest%s node has %u", most,
                 any ? "" : " eligible", node);
        return -1;
    }
    f->rooms.n = 0;
    for (size_t i = 0; i < f->kinds.n; i++)
        VEC_PUSH(&f->rooms, f->kinds.at[i]);
    if (!rooms_hold(f, r, groups)) {
        if (r->cpu_milli || r->memory_mib)
            snprintf(reason, REASON,
                     "asks for %u replica%s of %u GPUs, %lld milli-CPU and %lld MiB, the empty "
                     "fleet has no room for them",
                     r->replicas, r->replicas == 1 ? "" : "s", most, (long long)r->cpu_milli,
                     (long long)r->memory_mib);
        else
            snprintf(reason, REASON,
                     "asks for %u replica%s of up to %u GPUs, the empty fleet has no room for "
                     "them",
                     r->replicas, r->replicas == 1 ? "" : "s", most);
        return -1;
    }
    return check_level(f, r, groups, reason);
}
