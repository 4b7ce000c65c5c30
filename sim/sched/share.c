/* share.c - what a request for a part of a device is given. */
#include "sched/share.h"

#include <stdio.h>

/* The layout of a GPU type, GEOMETRY_LAYOUTS when it cannot be partitioned. */
static uint32_t layout_of(const struct berth_view *v, uint32_t type)
{
    const struct geometry_board *b = geometry_find(v->types[type]);

    return b ? b->layout : GEOMETRY_LAYOUTS;
}

/* The layout that most devices of these types have; ties to the lower number. */
static uint32_t common_layout(const struct berth_view *v, uint64_t types)
{
    uint64_t devices[GEOMETRY_LAYOUTS + 1] = {0};
    uint32_t best = GEOMETRY_LAYOUTS;

    for (uint32_t i = 0; i < v->nodes.n; i++) {
        const struct berth_node *n = berth_node_at(v, i);
        if (n->type != BERTH_NONE && n->health == BERTH_NODE_UP && types >> n->type & 1)
            devices[layout_of(v, n->type)] += n->gpus;
    }
    for (uint32_t l = GEOMETRY_LAYOUTS; l-- > 0;)
        if (devices[l] && (best == GEOMETRY_LAYOUTS || devices[l] >= devices[best]))
            best = l;
    return best;
}

static void give_instance(struct request *r, const struct berth_view *v)
{
    uint32_t layout = common_layout(v, r->types), profile;

    if (layout == GEOMETRY_LAYOUTS)
        return;
    profile = geometry_covering(&geometry_layout[layout], r->share_milli);
    for (uint32_t type = 0; type < v->n_types; type++)
        if (layout_of(v, type) != layout)
            r->types &= ~(UINT64_C(1) << type);
    r->mig = job_mig(layout, profile);
    r->share_milli = geometry_milli(job_mig_layout(r->mig), job_mig_profile(r->mig));
    r->demand_milli = (uint64_t)r->replicas * r->share_milli;
}

void share_give(struct request *r, enum share share, const struct berth_view *v)
{
    if (!r->share_milli)
        return;
    if (share == SHARE_EXCLUSIVE) {
        r->share_milli = r->mig = 0;
        r->demand_milli = (uint64_t)r->replicas * 1000;
    } else if (share == SHARE_MIG && !r->mig) {
        give_instance(r, v);
    }
}

bool share_possible(struct core *c, char *text, size_t room)
{
    const char *name = c->policy->part[AXIS_SHARE]->name;
    uint32_t given = 0, fractions = 0;

    if (c->view->jobs.n) /* an instance that goes on from a saved state: it was asked before */
        return true;
    for (uint32_t i = 0; i < c->jobs->n_requests; i++) {
        const struct berth_request *asked = berth_request_at(c->view, i);
        const struct request *r = &c->jobs->requests[i];
        fractions += asked->share_milli && asked->mig_profile == BERTH_NONE;
        if (asked->share_milli == r->share_milli && (asked->mig_profile == BERTH_NONE) == !r->mig)
            continue; /* as asked */
        given++;
        if (place_fits(&c->placer, r))
            continue;
        snprintf(
            text, room,
            "share=%s gives %u shares of %u/1000 of a GPU %u/1000 each, and the whole fleet has "
            "no room for that",
            name, asked->replicas, asked->share_milli, r->share_milli ? r->share_milli : 1000);
        return false;
    }
    if (c->policy->part[AXIS_SHARE]->share != SHARE_MIG || !fractions || given)
        return true;
    snprintf(text, room,
             "share=%s needs a GPU type that can be partitioned, and none is accepted by a request "
             "for a share",
             name);
    return false;
}
