/* place_mig.c - which device and which start for MIG instances. */
#include "sched/place_mig.h"

struct site {
    uint32_t node, gpu, start, free; /* free: slots of the device */
    struct geometry_cost cost;
};

static uint16_t state_of(const struct occupancy *o, uint32_t node, uint32_t gpu)
{
    return o->state[o->topo->first_gpu[node] + gpu];
}

static enum geometry_rule rule_of(const struct placer *p)
{
    return p->pick == PICK_FIRST          ? GEOMETRY_FIRST
           : p->pick == PICK_FEWEST_NODES ? GEOMETRY_RIGHTMOST
                                          : GEOMETRY_LEAST_LOST;
}

static bool lower(const struct site *a, const struct site *b)
{
    return a->node < b->node || (a->node == b->node && a->gpu < b->gpu);
}

static bool better(enum geometry_rule rule, const struct site *a, const struct site *b)
{
    if (rule == GEOMETRY_FIRST)
        return lower(a, b);
    if (a->free != b->free)
        return a->free < b->free;
    if (rule == GEOMETRY_LEAST_LOST && a->cost.lost != b->cost.lost)
        return a->cost.lost < b->cost.lost;
    if (rule == GEOMETRY_LEAST_LOST && a->cost.unserved != b->cost.unserved)
        return a->cost.unserved < b->cost.unserved;
    return lower(a, b);
}

static void start_on(const struct placer *p, const struct request *r, struct site *s)
{
    struct geometry *g = p->occ->geometry[p->occ->topo->gpu_type[s->node]];
    uint16_t state = state_of(p->occ, s->node, s->gpu);
    const uint32_t *demand = p->jobs->mig_demand[g->layout - geometry_layout];
    const struct geometry_choice *c =
        geometry_best(g, state, job_mig_number(r->mig), rule_of(p), demand);

    s->start = c->start;
    s->cost = c->cost;
    s->free = geometry_free(g->layout, state);
}

/* The best partitioned device, node NODE_NONE when none has a legal start. */
static struct site best_carved(const struct placer *p, const struct want *w)
{
    const struct occupancy *o = p->occ;
    enum geometry_rule rule = rule_of(p);
    struct site best = {.node = NODE_NONE};

    for (uint32_t i = 0; i < o->n_carved; i++) {
        const struct carved *k = &o->carved[i];
        struct site s = {.node = k->node, .gpu = k->gpu};
        if (k->closed || !node_pick_allows(p, w, k->node))
            continue;
        start_on(p, w->r, &s);
        if (s.start != GEOMETRY_NOWHERE && (best.node == NODE_NONE || better(rule, &s, &best)))
            best = s;
    }
    return best;
}

bool place_mig_take(struct placer *p, const struct want *w)
{
    size_t from = p->out.n;
    struct rng rng;

    rng_stream(&rng, p->seed, RNG_PLACE, 0, w->job);
    for (uint32_t i = 0; i < w->replicas; i++) {
        struct site s = best_carved(p, w);
        struct held h;
        if (s.node == NODE_NONE) {
            s.node = node_pick_open(p, w, &rng, &s.gpu);
            if (s.node == NODE_NONE) {
                node_pick_undo(p, w->r, from);
                return false;
            }
            start_on(p, w->r, &s);
        }
        h = occupancy_instance(p->occ, s.node, s.gpu, job_mig_number(w->r->mig), s.start);
        occupancy_take_mask(p->occ, &h);
        VEC_PUSH(&p->out, h);
        if (w->charged) {
            occupancy_charge(p->occ, s.node, w->r->cpu_milli, w->r->memory_mib);
            VEC_PUSH(&p->out, (struct held){s.node, 1, 0, 0});
        }
    }
    return true;
}

enum room place_mig_count(const struct placer *p, const struct request *r)
{
    const struct occupancy *o = p->occ;
    const struct geometry_layout *l = job_mig_layout(r->mig);
    const struct geometry_profile *q = job_mig_profile(r->mig);
    uint64_t devices = 0, slots, compute, media, lent = 0;

    for (uint32_t type = 0; type < o->topo->n_types; type++)
        devices += r->types >> type & 1 ? o->pool[type].free : 0;
    slots = devices * l->slots;
    compute = devices * l->compute;
    media = devices;
    for (uint32_t i = 0; i < o->n_carved; i++) {
        const struct carved *k = &o->carved[i];
        uint16_t state = state_of(o, k->node, k->gpu);
        if (k->closed || !(r->types >> o->topo->gpu_type[k->node] & 1))
            continue;
        slots += geometry_free(l, state);
        compute += l->compute - geometry_compute(state);
        media += !geometry_media(state);
    }
    if (slots >= (uint64_t)r->replicas * q->width &&
        compute >= (uint64_t)r->replicas * q->compute && (!q->media || media >= r->replicas))
        return ROOM_YES;
    for (uint32_t type = 0; type < o->topo->n_types; type++)
        if (r->types >> type & 1)
            lent += (uint64_t)o->pool[type].free_milli;
    lent -= (uint64_t)place_mig_free(p, r->types) + devices * 1000;
    devices = lent / 1000;
    return lent && slots + lent * l->slots / 1000 >= (uint64_t)r->replicas * q->width &&
                   compute + lent * l->compute / 1000 >= (uint64_t)r->replicas * q->compute &&
                   (!q->media || media + devices >= r->replicas)
               ? ROOM_SHARE
               : ROOM_TOO_FEW;
}

int64_t place_mig_free(const struct placer *p, uint64_t types)
{
    const struct occupancy *o = p->occ;
    int64_t milli = 0;

    for (uint32_t i = 0; i < o->n_carved; i++) {
        const struct carved *k = &o->carved[i];
        uint32_t type = o->topo->gpu_type[k->node];
        const struct geometry_layout *l;
        if (k->closed || !(types >> type & 1))
            continue;
        l = o->geometry[type]->layout;
        milli += geometry_free(l, state_of(o, k->node, k->gpu)) * (1000 / l->slots);
    }
    return milli;
}
