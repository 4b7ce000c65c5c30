/* placeable.c - how well free whole devices hang together. */
#include "sched/placeable.h"

static bool counts(uint32_t wanted, uint32_t type)
{
    return wanted == PLACEABLE_ANY || wanted == type;
}

uint32_t placeable_scattered(const struct occupancy *o, uint32_t type, uint32_t gpus)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < o->topo->n_types; i++)
        for (uint32_t f = 1; counts(type, i) && f < gpus && f <= o->pool[i].most; f++)
            n += f * o->pool[i].count[f];
    return n;
}

/* Devices on all nodes, or on the best one, for replicas of `gpus` each. */
static uint32_t in_fleet(const struct occupancy *o, uint32_t type, uint32_t gpus, bool one_node)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < o->topo->n_types; i++)
        for (uint32_t f = gpus; counts(type, i) && f <= o->pool[i].most; f++) {
            uint32_t room = f / gpus * gpus;
            if (!o->pool[i].count[f])
                continue;
            if (!one_node)
                n += room * o->pool[i].count[f];
            else if (room > n)
                n = room;
        }
    return n;
}

uint32_t placeable_gang(const struct occupancy *o, uint32_t type, enum level l, uint32_t gpus)
{
    const struct topology *t = o->topo;
    uint32_t width = t->max_node_gpus + 1, best = 0;

    if (l <= LEVEL_NODE || (t->domain[l] && !o->by_domain[l]))
        return in_fleet(o, type, gpus, true);
    if (!t->domain[l])
        return in_fleet(o, type, gpus, false);
    for (uint32_t k = 0; k < t->domains[l]; k++) {
        uint32_t n = 0;
        for (uint32_t i = 0; i < t->n_types; i++) {
            const uint16_t *c = o->by_domain[l] + ((size_t)k * t->n_types + i) * width;
            for (uint32_t f = gpus; counts(type, i) && f < width; f++)
                n += f / gpus * gpus * c[f];
        }
        best = n > best ? n : best;
    }
    return best;
}

double placeable_external(const struct occupancy *o, uint32_t type, enum level l)
{
    uint32_t free = type == PLACEABLE_ANY ? o->free_total : o->pool[type].free;

    return free ? 1 - (double)placeable_gang(o, type, l, 1) / free : 0;
}

struct node_view placeable_view(const struct occupancy *o, uint32_t node, uint16_t *left)
{
    const struct topology *t = o->topo;
    struct node_view v = {.cpu_milli = o->cpu && t->cpu_milli[node] ? o->cpu[node] : NODE_VIEW_ANY,
                          .memory_mib =
                              o->memory && t->memory_mib[node] ? o->memory[node] : NODE_VIEW_ANY,
                          .gpus = (uint16_t)(t->gpus[node] - t->gpus_down[node]),
                          .whole = o->n_free[node],
                          .type = t->gpu_type[node],
                          .up = t->health[node] == NODE_UP,
                          .left = left};

    for (uint32_t i = 0; i < v.gpus; i++) {
        bool whole = o->free[(size_t)node * o->words + i / 64] >> i % 64 & 1;
        left[i] = o->left ? o->left[t->first_gpu[node] + i] : whole ? 1000 : 0;
        v.idle += left[i];
        v.most = left[i] > v.most ? left[i] : v.most;
    }
    return v;
}
