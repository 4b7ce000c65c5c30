/* backfill.c - EASY: one reservation for the blocked head, and who may pass it.
 *
 * The shadow is computed with the same placement code as starts: running jobs are given back on
 * trial, in order of their expected ends, until the head can be placed; then everything is put back
 * (Lifka 1995; Mu'alem and Feitelson 2001). A shadow on counts alone is no promise once jobs must fit
 * on nodes: 69 to 86 % of such promises were broken with exact estimates (policies.md 15.6).
 *
 * Which devices are reserved decides what backfill costs: those still held at present go first, so
 * that idle ones stay open to long jobs. On a pool of interchangeable devices this leaves exactly
 * the `extra` of the count model. */
#include "sched/walk.h"

#include "base/bits.h"

/* ---- the devices of the reservation ---- */

static void mark(struct core *c, const struct held *h, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint64_t *w;
        bool seen = false;
        if (!h[i].mask || h[i].milli < 1000)
            continue;
        for (uint32_t k = 0; k < c->occ.words; k++)
            seen = seen || c->prefer[(size_t)h[i].node * c->occ.words + k];
        if (!seen)
            VEC_PUSH(&c->prefer_nodes, h[i].node);
        w = &c->prefer[(size_t)h[i].node * c->occ.words + h[i].base / 64];
        *w |= h[i].mask;
    }
}

static void unmark(struct core *c)
{
    for (size_t i = 0; i < c->prefer_nodes.n; i++)
        for (uint32_t k = 0; k < c->occ.words; k++)
            c->prefer[(size_t)c->prefer_nodes.at[i] * c->occ.words + k] = 0;
    c->prefer_nodes.n = 0;
}

static uint32_t returned_on(const struct core *c, uint32_t node)
{
    uint32_t n = 0;

    for (uint32_t k = 0; k < c->occ.words; k++) {
        size_t w = (size_t)node * c->occ.words + k;
        n += bits_count(c->prefer[w] & c->occ.free[w]);
    }
    return n;
}

/* The index is to know of the devices on trial of prefer_nodes[i]; those of most nodes it never needs. */
static void settle(struct core *c, size_t i)
{
    if (i >= c->lifted.n || c->lifted.at[i].settled)
        return;
    c->lifted.at[i].settled = true;
    occupancy_settle(&c->occ, c->prefer_nodes.at[i], c->lifted.at[i].had);
}

/* k replicas on a node, its preferred devices first. */
static void take_there(struct core *c, const struct request *r, uint32_t node, uint32_t gpus,
                       uint32_t k)
{
    struct placer *p = &c->placer;

    VEC_RESERVE(&p->out, p->out.n + c->occ.words + 1);
    p->out.n += occupancy_take(&c->occ, node, k * gpus, c->prefer + (size_t)node * c->occ.words,
                               p->out.at + p->out.n);
    if ((c->occ.cpu && r->cpu_milli) || (c->occ.memory && r->memory_mib)) {
        occupancy_charge(&c->occ, node, r->cpu_milli * k, r->memory_mib * k);
        p->out.at[p->out.n++] = (struct held){node, (uint16_t)k, 0, 0};
    }
    place_taken(p, r, p->out.at, (uint32_t)p->out.n);
}

/* One replica: the node that uses fewest idle devices, the fullest of those, the lowest index. Its place
 * in prefer_nodes, or their number. */
static size_t cheapest_node(const struct core *c, const struct request *r, uint32_t gpus)
{
    uint32_t best = UINT32_MAX, node = NODE_NONE;
    size_t found = c->prefer_nodes.n;

    for (size_t i = 0; i < c->prefer_nodes.n; i++) {
        uint32_t at = c->prefer_nodes.at[i], have = returned_on(c, at), cost,
                 free = c->occ.n_free[at];
        if (!place_capacity(&c->placer, r, gpus, at))
            continue;
        cost = have >= gpus ? 0 : gpus - have;
        if (cost < best || (cost == best && (free < c->occ.n_free[node] ||
                                             (free == c->occ.n_free[node] && at < node)))) {
            best = cost;
            node = at;
            found = i;
        }
    }
    return found;
}

/* Seat equal replicas so that few idle devices are used: on devices that come back first, then on nodes
 * where some do, in the order in which they come back; what is left goes by the placement's own rule.
 * Other requests take the preferred devices of whatever nodes the rule picks. */
static bool choose_cheaply(struct core *c, const struct request *r, uint32_t job)
{
    uint32_t left = r->replicas, gpus = c->jobs->groups[r->first_group].gpus;
    struct placer *p = &c->placer;

    if (r->n_groups > 1 || r->share_milli || !gpus || r->required > LEVEL_GPU)
        return false;
    p->out.n = 0;
    if (left == 1) {
        size_t i = cheapest_node(c, r, gpus);
        if (i < c->prefer_nodes.n) {
            settle(c, i);
            take_there(c, r, c->prefer_nodes.at[i], gpus, 1);
            return true;
        }
    }
    for (int some = 0; some < 2 && left; some++)
        for (size_t i = 0; i < c->prefer_nodes.n && left; i++) {
            uint32_t node = c->prefer_nodes.at[i], have = returned_on(c, node);
            uint32_t k = some ? have > 0 : have / gpus, fit;
            if (!k)
                continue;
            fit = place_capacity(p, r, gpus, node);
            k = k < fit ? k : fit;
            k = k < left ? k : left;
            if (k) {
                settle(c, i);
                take_there(c, r, node, gpus, k);
            }
            left -= k;
        }
    for (size_t i = 0; i < c->lifted.n && left; i++)
        settle(c, i);
    if (left)
        place_replicas(p, r, gpus, left, (uint32_t)core_key(c, job));
    return true;
}

/* Everything given back so far is free: choose, remember, and undo the choice. */
static void choose(struct core *c, uint32_t job, const struct request *r)
{
    struct placer *p = &c->placer;

    if (!choose_cheaply(c, r, job)) {
        p->prefer = c->prefer;
        place_take(p, r, (uint32_t)core_key(c, job));
        p->prefer = NULL;
    }
    c->reserved.n = 0;
    for (size_t i = 0; i < p->out.n; i++)
        VEC_PUSH(&c->reserved, p->out.at[i]);
    place_release(p, r, c->reserved.at, (uint32_t)c->reserved.n);
}

/* Replicas of one device each may lie anywhere, so in a fleet of one type counts say it all. */
static bool counts_suffice(const struct core *c, const struct request *r)
{
    return c->topo->n_types == 1 && !c->occ.left && !c->occ.cpu && !c->occ.memory &&
           r->n_groups == 1 && r->required <= LEVEL_GPU &&
           c->jobs->groups[r->first_group].gpus == 1;
}

/* The count model: the shadow from sizes alone; of the idle devices only those are reserved that the
 * ends up to the shadow do not cover. Which ones makes no difference. */
static bool reserve_by_count(struct core *c, uint32_t job, const struct request *r)
{
    uint64_t returned = c->occ.returned, back = 0, need = r->gpus - c->occ.free_total;
    struct ends_place place = {0, 0};
    const struct end *e;
    ns_t at = 0;

    c->reserved_job = JOB_NONE;
    for (; (e = ends_at(&c->ends, place)) && (back < need || core_ends(c, e->job) == at);
         ends_step(&c->ends, &place)) {
        at = core_ends(c, e->job);
        back += c->jobs->requests[c->jobs->specs[e->job].request].gpus;
    }
    if (back < need)
        return false;
    c->reserved.n = c->placer.out.n = 0;
    if (back < r->gpus)
        place_replicas(&c->placer, r, 1, r->gpus - (uint32_t)back, (uint32_t)core_key(c, job));
    for (size_t i = 0; i < c->placer.out.n; i++)
        VEC_PUSH(&c->reserved, c->placer.out.at[i]);
    place_release(&c->placer, r, c->reserved.at, (uint32_t)c->reserved.n);
    c->occ.returned = returned;
    c->reserved_returned = returned;
    c->reserved_at = at;
    c->reserved_job = job;
    core_promise(c, job, c->reserved_at);
    return true;
}

/* ---- running jobs given back on trial, soonest end first ---- */

/* Can nodes' numbers of free devices decide whether it fits? */
static bool numbers_suffice(const struct core *c, const struct request *r)
{
    return !c->occ.left && r->n_groups == 1 && r->gpus && r->required <= LEVEL_GPU &&
           !(c->occ.cpu && r->cpu_milli) && !(c->occ.memory && r->memory_mib);
}

/* Give the devices back to their nodes, behind the index's back: the replicas of `gpus` devices that find
 * room because of it. */
static uint32_t lift(struct core *c, const struct request *r, uint32_t gpus, const struct held *h,
                     uint32_t n)
{
    struct occupancy *o = &c->occ;
    uint32_t more = 0;

    for (uint32_t i = 0; i < n; i++) {
        uint32_t node = h[i].node, had = o->n_free[node], marked = (uint32_t)c->prefer_nodes.n;
        mark(c, &h[i], 1);
        if (c->prefer_nodes.n > marked)
            VEC_PUSH(&c->lifted, ((struct lifted){(uint16_t)had, false}));
        occupancy_lift(o, &h[i]);
        if (r->types >> c->topo->gpu_type[node] & 1)
            more += o->n_free[node] / gpus - had / gpus;
    }
    return more;
}

/* Every node as it was. */
static void unlift(struct core *c)
{
    struct occupancy *o = &c->occ;

    for (size_t i = 0; i < c->lifted.n; i++) {
        uint32_t node = c->prefer_nodes.at[i], had = o->n_free[node];
        for (uint32_t k = 0; k < o->words; k++)
            o->free[(size_t)node * o->words + k] &= ~c->prefer[(size_t)node * o->words + k];
        o->n_free[node] = c->lifted.at[i].had;
        if (c->lifted.at[i].settled)
            occupancy_settle(o, node, had);
    }
    c->lifted.n = 0;
}

/* Replicas that fit now, counted to `enough`. */
static uint64_t replicas_now(const struct core *c, const struct request *r, uint32_t gpus,
                             uint32_t enough)
{
    uint64_t n = 0;

    for (uint32_t type = 0; type < c->topo->n_types && n < enough; type++)
        for (uint32_t f = gpus; f <= c->occ.pool[type].most && r->types >> type & 1; f++)
            n += (uint64_t)c->occ.pool[type].count[f] * (f / gpus);
    return n;
}

static bool reserve_by_number(struct core *c, uint32_t job, const struct request *r)
{
    uint32_t gpus = c->jobs->groups[r->first_group].gpus;
    uint64_t room = replicas_now(c, r, gpus, r->replicas);
    struct ends_place place = {0, 0};
    const struct end *e;
    ns_t at = 0;
    bool found;

    /* All that ends at the same instant counts, not just enough of it. */
    for (; (e = ends_at(&c->ends, place)) &&
           (room < r->replicas || !at || core_ends(c, e->job) == at);
         ends_step(&c->ends, &place)) {
        const struct core_run *run = &c->run[e->job];
        at = core_ends(c, e->job);
        room += lift(c, r, gpus, c->held.all.at + run->first, run->n);
    }
    found = room >= r->replicas;
    if (found) {
        c->reserved_at = at;
        choose(c, job, r);
    }
    unlift(c);
    return found;
}

static bool reserve_by_trial(struct core *c, uint32_t job, const struct request *r)
{
    struct ends_place place = {0, 0};
    const struct end *e;
    bool found = false;

    c->walked.n = 0;
    while ((e = ends_at(&c->ends, place)) && !found) {
        ns_t at = core_ends(c, e->job);
        for (; e && core_ends(c, e->job) == at; e = ends_at(&c->ends, place)) {
            uint32_t n;
            const struct held *h = core_held(c, e->job, &n);
            place_release(&c->placer, &c->jobs->requests[c->jobs->specs[e->job].request], h, n);
            mark(c, h, n);
            VEC_PUSH(&c->walked, e->job);
            ends_step(&c->ends, &place);
        }
        c->occ.returned++;
        if (place_fits(&c->placer, r)) {
            found = true;
            c->reserved_at = at;
            choose(c, job, r);
        }
    }
    for (size_t i = 0; i < c->walked.n; i++) {
        uint32_t n;
        const struct held *h = core_held(c, c->walked.at[i], &n);
        place_hold(&c->placer, &c->jobs->requests[c->jobs->specs[c->walked.at[i]].request], h, n);
    }
    return found;
}

/* The shadow of the blocked job: true when running jobs' ends make room for it. Kept from pass to
 * pass while the head is the same and nothing came back. */
static bool reserve(struct core *c, uint32_t job)
{
    const struct request *r = &c->jobs->requests[c->jobs->specs[job].request];
    uint64_t returned = c->occ.returned;
    bool found;

    c->reserving = true;
    if (c->reserved_job == job && c->reserved_returned == returned && c->reserved_at > c->now)
        return true;
    if (counts_suffice(c, r))
        return reserve_by_count(c, job, r);
    unmark(c);
    found = numbers_suffice(c, r) ? reserve_by_number(c, job, r) : reserve_by_trial(c, job, r);
    unmark(c);
    c->reserved_job = found ? job : JOB_NONE;
    c->occ.returned = returned;
    c->reserved_returned = returned;
    if (found)
        core_promise(c, job, c->reserved_at);
    return found;
}

/* ---- long jobs leave the reserved devices alone ---- */

/* Take what is idle of the reserved devices out of the index: whole devices, and what is left of those
 * lent in shares or partitioned, for a long part of them would still be there when the head needs them. */
static void hold(struct core *c)
{
    const struct request *r = &c->jobs->requests[c->jobs->specs[c->reserved_job].request];

    c->keep.n = 0;
    for (size_t i = 0; i < c->reserved.n; i++) {
        struct held h = c->reserved.at[i];
        uint64_t lent = c->occ.left ? h.mask : 0;
        if (!h.milli) {
            occupancy_charge(&c->occ, h.node, r->cpu_milli * h.base, r->memory_mib * h.base);
            VEC_PUSH(&c->keep, h);
            continue;
        }
        h.base = (uint16_t)occupancy_base(&h);
        h.milli = 1000;
        h.mask &= c->occ.free[(size_t)h.node * c->occ.words + h.base / 64];
        lent &= ~h.mask;
        if (h.mask) {
            occupancy_take_mask(&c->occ, &h);
            VEC_PUSH(&c->keep, h);
        }
        for (; lent; lent &= lent - 1) {
            uint32_t bit = bits_lowest(lent);
            struct held rest;
            if (occupancy_close(&c->occ, h.node, h.base + bit, &rest)) {
                VEC_PUSH(&c->keep, rest);
                continue;
            }
            h.milli = c->occ.left[c->topo->first_gpu[h.node] + h.base + bit];
            h.mask = UINT64_C(1) << bit;
            if (h.milli) {
                occupancy_take_mask(&c->occ, &h);
                VEC_PUSH(&c->keep, h);
            }
        }
    }
}

static void unhold(struct core *c)
{
    const struct request *r = &c->jobs->requests[c->jobs->specs[c->reserved_job].request];
    uint64_t returned = c->occ.returned;

    place_release(&c->placer, r, c->keep.at, (uint32_t)c->keep.n);
    c->occ.returned = returned;
}

/* Would the request fit without the reserved devices? Where counts say it all they are asked. */
static bool fits_beside(struct core *c, const struct request *r)
{
    bool fits;

    if (counts_suffice(c, r)) {
        if (c->idle_at != c->starts + 1) {
            c->idle = 0;
            for (size_t i = 0; i < c->reserved.n; i++) {
                const struct held *h = &c->reserved.at[i];
                c->idle += bits_count(h->mask &
                                      c->occ.free[(size_t)h->node * c->occ.words + h->base / 64]);
            }
            c->idle_at = c->starts + 1;
        }
        return c->occ.free_total >= c->idle + r->gpus;
    }
    hold(c);
    fits = place_fits(&c->placer, r);
    unhold(c);
    return fits;
}

static bool try_place(struct core *c, uint32_t job, const struct request *r, bool ends_in_time)
{
    struct placer *p = &c->placer;
    bool placed;

    if (ends_in_time) {
        /* Devices that are reserved are of no use to long jobs: use them up first. */
        mark(c, c->reserved.at, (uint32_t)c->reserved.n);
        p->prefer = c->prefer;
        p->prefer_nodes = c->prefer_nodes.at;
        p->n_prefer = (uint32_t)c->prefer_nodes.n;
        placed = place_take(p, r, (uint32_t)core_key(c, job));
        p->prefer = NULL;
        p->n_prefer = 0;
        unmark(c);
        return placed;
    }
    hold(c);
    placed = place_take(p, r, (uint32_t)core_key(c, job));
    unhold(c);
    return placed;
}

/* Leave the other classes that fit now; is there any? */
static bool anybody_fits(struct core *c, uint32_t head)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < c->n_cursor; i++) {
        uint32_t request = c->cursor[i].request;
        if (request == c->jobs->specs[head].request || walk_refused(c, request))
            continue;
        if (place_fits(&c->placer, &c->jobs->requests[request]))
            c->cursor[n++] = c->cursor[i];
        else
            c->refused[request] = c->occ.returned + 1;
    }
    c->n_cursor = n;
    for (uint32_t i = n / 2; i-- > 0;)
        walk_sink(c, i);
    return n > 0;
}

void walk_backfill(struct core *c, uint32_t head)
{
    ns_t most;

    walk_cursors(c);
    if (!anybody_fits(c, head) || !reserve(c, head))
        return;
    most = c->reserved_at - c->now;
    c->idle_at = 0;
    while (c->n_cursor) {
        struct cursor *k = &c->cursor[0];
        const struct request *r = &c->jobs->requests[k->request];
        uint32_t job = k->job;
        bool in_time, open;

        if (k->exact != c->starts + 1) {
            if (!place_fits(&c->placer, r)) {
                c->refused[k->request] = c->occ.returned + 1;
                walk_pop(c);
                continue;
            }
            open = fits_beside(c, r);
            if (!open)
                job = queue_short(&c->queue, k->request, job, most);
            if (job == JOB_NONE) {
                walk_pop(c);
                continue;
            }
            k->exact = c->starts + 1;
            if (job != k->job) {
                k->job = job;
                walk_sink(c, 0);
                continue;
            }
        }
        in_time = c->queue.link[job].estimate <= most;
        if (!try_place(c, job, r, in_time)) {
            walk_pop(c);
            continue;
        }
        walk_commit(c, job);
    }
}
