/* gauge.c - how badly the free capacity lies. */
#include "host/gauge.h"

#include "base/bits.h"
#include "sched/placeable.h"
#include "sched/score.h"

static void measure(struct gauge *g, uint32_t node)
{
    struct node_view v = placeable_view(&g->host->occ, node, g->left);

    fragmentation_sums_update(&g->sums, &g->mix, node, &v);
}

/* Does the level hold several nodes, and was it stated? */
static bool stated(const struct occupancy *o, enum level l)
{
    return l == LEVEL_NODE || l == LEVEL_SITE || (o->topo->domain[l] && o->by_domain[l]);
}

static void list_gangs(struct gauge *g, struct arena *a)
{
    const struct occupancy *o = &g->host->occ;
    uint32_t types = o->topo->n_types;

    g->gang = ARENA_ARRAY(a, struct gauge_gang, (size_t)LEVELS * (types + 1));
    for (int l = LEVEL_NODE; l < LEVELS; l++) {
        if (!stated(o, (enum level)l))
            continue;
        g->gang[g->n_gangs++] = (struct gauge_gang){(uint8_t)l, GAUGE_EVERY_TYPE, 0};
        for (uint32_t type = 0; types > 1 && type < types; type++)
            g->gang[g->n_gangs++] = (struct gauge_gang){(uint8_t)l, (uint8_t)type, 0};
    }
}

static const uint32_t *demand_of(const struct host *h, uint32_t type)
{
    return h->jobs->mig_demand[h->occ.geometry[type]->layout - geometry_layout];
}

static uint64_t asked_types(const struct host *h)
{
    uint64_t types = 0;

    for (uint32_t type = 0; type < h->topo->n_types; type++)
        for (uint32_t q = 0; h->occ.geometry[type] && q < GEOMETRY_PROFILES; q++)
            if (demand_of(h, type)[q])
                types |= UINT64_C(1) << type;
    return types;
}

static void measure_mig(const struct gauge *g, struct gauge_reading *r)
{
    const struct occupancy *o = &g->host->occ;

    for (uint64_t types = g->mig_types; types; types &= types - 1) {
        uint32_t type = bits_lowest(types);
        const struct geometry_layout *l = o->geometry[type]->layout;
        uint64_t holes, all, demand = geometry_demand(l, demand_of(g->host, type));
        occupancy_unserved(o, UINT64_C(1) << type, g->host->jobs->mig_demand[0], &holes, &all);
        r->mig_free_milli += (int64_t)(all / demand * (1000 / l->slots));
        r->mig_holes_milli += (int64_t)(holes * (1000 / l->slots) / demand);
    }
}

void gauge_init(struct gauge *g, struct host *h, struct arena *a)
{
    *g = (struct gauge){.host = h};
    score_mix(&g->mix, h->jobs, GAUGE_COVERAGE, h->topo->n_types, a);
    fragmentation_sums_init(&g->sums, h->topo->n_nodes, a);
    change_log_init(&g->log, h->topo->n_nodes, a);
    g->left = ARENA_ARRAY(a, uint16_t, h->topo->max_node_gpus + 1);
    for (uint32_t i = 0; i < h->topo->n_nodes; i++)
        if (h->topo->health[i] == NODE_UP)
            measure(g, i);
    h->occ.changed = &g->log;
    occupancy_index(&h->occ);
    list_gangs(g, a);
    g->mig_types = asked_types(h);
}

const struct gauge_reading *gauge_read(struct gauge *g)
{
    const struct occupancy *o = &g->host->occ;
    struct gauge_reading r = {0};

    if (g->read && g->seen == g->log.changes)
        return &g->last;
    for (uint32_t i = change_log_first(&g->log); change_log_since(&g->log, i, g->seen);
         i = g->log.node[i].older)
        measure(g, i);
    g->seen = g->log.changes;
    g->read = true;
    r.largest_gang = placeable_gang(o, PLACEABLE_ANY, LEVEL_SITE, 1);
    for (uint32_t k = 0; k < GAUGE_GANGS; k++)
        r.scattered_milli[k] = (int64_t)placeable_scattered(o, PLACEABLE_ANY, 1u << k) * 1000;
    for (uint32_t i = 0; i < g->n_gangs; i++) {
        struct gauge_gang *k = &g->gang[i];
        k->gpus = placeable_gang(o, k->gpu_type == GAUGE_EVERY_TYPE ? PLACEABLE_ANY : k->gpu_type,
                                 (enum level)k->level, 1);
    }
    if (g->mix.kept)
        r.fgd_milli = fragmentation_sum(g->sums.amount) / (int64_t)g->mix.kept;
    measure_mig(g, &r);
    g->last = r;
    return &g->last;
}
