/* gauge.c - how badly the free capacity lies. */
#include "host/gauge.h"

#include "sched/placeable.h"
#include "sched/score.h"

static void measure(struct gauge *g, uint32_t node)
{
    struct node_view v = placeable_view(&g->host->occ, node, g->left);

    fragmentation_sums_update(&g->sums, &g->mix, node, &v);
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
}

struct gauge_reading gauge_read(struct gauge *g)
{
    const struct occupancy *o = &g->host->occ;
    struct gauge_reading r = {.largest_gang = placeable_gang(o, PLACEABLE_ANY, LEVEL_SITE, 1)};

    for (uint32_t i = change_log_first(&g->log); change_log_since(&g->log, i, g->seen);
         i = g->log.node[i].older)
        measure(g, i);
    g->seen = g->log.changes;
    for (uint32_t k = 0; k < GAUGE_GANGS; k++)
        r.scattered_milli[k] = (int64_t)placeable_scattered(o, PLACEABLE_ANY, 1u << k) * 1000;
    if (g->mix.kept)
        r.fgd_milli = fragmentation_sum(g->sums.amount) / (int64_t)g->mix.kept;
    return r;
}
