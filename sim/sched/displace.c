/* displace.c - room for a blocked job at the cost of running ones. */
#include "sched/displace.h"

#include "base/bits.h"
#include "base/check.h"
#include "sched/core.h"

/* Both parts begin with these options. */
enum { MIN_RUN, COOL_DOWN, MOST, IN_FLIGHT, AFTER };

struct displace_work {
    struct core *core;
    enum displace kind;
    const int64_t *options;
    uint16_t *times;      /* by slot: displaced so often */
    VEC(uint32_t) victim; /* candidates, then those given up */
    VEC(uint32_t) move;   /* residents to move */
    struct {
        uint32_t first, n; /* new places, in core.held */
    } * to;                /* by slot */
    VEC(struct held) shut; /* free devices of the target, taken out while others are placed */
};

struct displace_work *displace_new(struct core *c, struct arena *a)
{
    struct displace_work *d = ARENA_NEW(a, struct displace_work);

    d->core = c;
    d->kind = c->policy->part[AXIS_DISPLACE]->displace;
    d->options = c->policy->option[AXIS_DISPLACE];
    VEC_RESERVE(&d->shut, c->topo->max_node_gpus / 64 + 2);
    return d;
}

void displace_free(struct displace_work *d)
{
    free(d->times);
    free(d->to);
    VEC_FREE(&d->victim);
    VEC_FREE(&d->move);
    VEC_FREE(&d->shut);
}

void displace_grow(struct displace_work *d, uint32_t had, uint32_t room)
{
    d->times = realloc(d->times, room * sizeof *d->times);
    d->to = realloc(d->to, room * sizeof *d->to);
    check(d->times && d->to);
    memset(d->times + had, 0, (room - had) * sizeof *d->times);
    VEC_RESERVE(&d->victim, room);
    VEC_RESERVE(&d->move, room);
}

void displace_submit(struct displace_work *d, uint32_t job)
{
    d->times[job] = 0;
}

static const struct request *request_of(const struct core *c, uint32_t job)
{
    return &c->jobs->requests[c->jobs->specs[job].request];
}

static const struct berth_job *shown(const struct core *c, uint32_t job)
{
    return berth_job_at(c->view, job);
}

/* Started long enough ago, and whole: neither starting, nor stopping, nor on the move. */
static bool settled(const struct displace_work *d, uint32_t job)
{
    const struct berth_job *j = shown(d->core, job);
    ns_t safe = d->options[MIN_RUN];

    if (d->times[job] && d->options[COOL_DOWN] > safe)
        safe = d->options[COOL_DOWN];
    return j->state == BERTH_JOB_RUNNING && d->core->now - j->since >= safe;
}

static void release(struct core *c, uint32_t job)
{
    uint32_t n;
    const struct held *h = core_held(c, job, &n);

    place_release(&c->placer, request_of(c, job), h, n);
}

static void hold(struct core *c, uint32_t job)
{
    uint32_t n;
    const struct held *h = core_held(c, job, &n);

    place_hold(&c->placer, request_of(c, job), h, n);
}

/* ---- victims by priority ---- */

/* Lowest priority first, then newest, then the larger key. */
static bool rather(const struct core *c, uint32_t a, uint32_t b)
{
    const struct berth_job *x = shown(c, a), *y = shown(c, b);

    if (x->priority != y->priority)
        return x->priority < y->priority;
    if (x->since != y->since)
        return x->since > y->since;
    return x->key > y->key;
}

static void sink(const struct core *c, uint32_t *heap, size_t n, size_t at)
{
    uint32_t moved = heap[at];

    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && rather(c, heap[child + 1], heap[child]))
            child++;
        if (!rather(c, heap[child], moved))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

static bool keep(struct core *c, uint32_t victim, uint32_t job)
{
    uint32_t n;
    const struct held *h = core_held(c, victim, &n);
    struct placer *p = &c->placer;

    if (place_open(p, request_of(c, victim), h, n)) {
        hold(c, victim);
        return true;
    }
    /* Its devices are taken now: perhaps the job fits elsewhere as well. */
    place_release(p, request_of(c, job), p->out.at, (uint32_t)p->out.n);
    hold(c, victim);
    if (place_take(p, request_of(c, job), (uint32_t)core_key(c, job)))
        return true;
    release(c, victim);
    check(place_take(p, request_of(c, job), (uint32_t)core_key(c, job)));
    return false;
}

static bool by_priority(struct displace_work *d, uint32_t job)
{
    struct core *c = d->core;
    const struct request *r = request_of(c, job);
    int32_t priority = shown(c, job)->priority;
    size_t n = 0, given = 0, kept = 0;
    bool fits = false;

    for (uint32_t i = 0; i < c->n_running; i++)
        if (shown(c, c->running[i])->priority < priority && settled(d, c->running[i]))
            d->victim.at[n++] = c->running[i];
    for (size_t i = n / 2; i-- > 0;)
        sink(c, d->victim.at, n, i);
    /* Those given up gather at the end, the first of them last. */
    while (!fits && given < n && (!d->options[MOST] || given < (size_t)d->options[MOST])) {
        uint32_t first = d->victim.at[0];
        d->victim.at[0] = d->victim.at[n - 1 - given];
        d->victim.at[n - 1 - given++] = first;
        sink(c, d->victim.at, n - given, 0);
        release(c, first);
        fits = place_take(&c->placer, r, (uint32_t)core_key(c, job));
    }
    if (!fits) {
        for (size_t i = n - given; i < n; i++)
            hold(c, d->victim.at[i]);
        return false;
    }
    for (size_t i = n - given; i < n; i++)
        if (!keep(c, d->victim.at[i], job))
            d->victim.at[n - given + kept++] = d->victim.at[i];
    for (size_t i = 0; i < kept; i++) {
        uint32_t victim = d->victim.at[n - given + i];
        if (d->times[victim] < UINT16_MAX)
            d->times[victim]++;
        core_stopped(c, victim, d->options[IN_FLIGHT] ? BERTH_STOP_REQUEUE : BERTH_STOP_SAVE);
        if (c->rank)
            rank_stop(c->rank, victim);
    }
    return true;
}

/* ---- moves ---- */

static bool lies_on(const struct core *c, uint32_t job, uint32_t node)
{
    uint32_t n;
    const struct held *h = core_held(c, job, &n);

    for (uint32_t i = 0; i < n; i++)
        if (h[i].node != node)
            return false;
    return n > 0;
}

/* Residents of a node that may move, smallest first. */
static void residents(struct displace_work *d, uint32_t node)
{
    struct core *c = d->core;

    d->move.n = 0;
    for (uint32_t i = 0; i < c->n_running; i++) {
        uint32_t job = c->running[i];
        const struct request *r = request_of(c, job);
        size_t at = d->move.n;
        if (!r->gpus || r->share_milli || !lies_on(c, job, node) || !settled(d, job))
            continue;
        d->move.n++;
        for (; at; at--) {
            uint32_t other = d->move.at[at - 1], size = request_of(c, other)->gpus;
            if (size < r->gpus || (size == r->gpus && core_key(c, other) < core_key(c, job)))
                break;
            d->move.at[at] = other;
        }
        d->move.at[at] = job;
    }
}

/* Keep the fewest GPUs that make `need`: the smallest jobs that reach it, less those that the others do
 * without. GPUs to move, or UINT32_MAX. */
static uint32_t enough(struct displace_work *d, uint32_t need)
{
    const struct core *c = d->core;
    uint32_t sum = 0;
    size_t n = 0, kept = 0;

    while (n < d->move.n && sum < need)
        sum += request_of(c, d->move.at[n++])->gpus;
    if (sum < need)
        return UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        uint32_t size = request_of(c, d->move.at[i])->gpus;
        if (sum - size >= need)
            sum -= size;
        else
            d->move.at[kept++] = d->move.at[i];
    }
    d->move.n = kept;
    return kept <= (size_t)d->options[MOST] ? sum : UINT32_MAX;
}

static void undo_moves(struct displace_work *d, size_t moved)
{
    struct core *c = d->core;

    while (moved-- > 0) {
        uint32_t job = d->move.at[moved];
        place_release(&c->placer, request_of(c, job), c->held.all.at + d->to[job].first,
                      d->to[job].n);
        pieces_drop(&c->held, d->to[job].first, d->to[job].n);
    }
}

/* A new place for every resident to move, outside the target. */
static bool find_places(struct displace_work *d, uint32_t node)
{
    struct core *c = d->core;
    uint32_t free = c->occ.n_free[node];
    size_t moved = 0;

    d->shut.n = free ? occupancy_take(&c->occ, node, free, NULL, d->shut.at) : 0;
    for (; moved < d->move.n; moved++) {
        uint32_t job = d->move.at[moved];
        if (!place_take(&c->placer, request_of(c, job), (uint32_t)core_key(c, job)))
            break;
        d->to[job].n = (uint32_t)c->placer.out.n;
        d->to[job].first = pieces_store(&c->held, c->placer.out.at, d->to[job].n);
    }
    for (size_t i = 0; i < d->shut.n; i++)
        occupancy_release(&c->occ, &d->shut.at[i]);
    if (moved == d->move.n)
        return true;
    undo_moves(d, moved);
    return false;
}

/* When so many devices of the node would be free without moves, by what is expected; NS_NEVER = unknown. */
static ns_t free_by_itself(const struct displace_work *d)
{
    const struct core *c = d->core;
    ns_t last = c->now;

    for (size_t i = 0; i < d->move.n; i++) {
        ns_t ends = core_ends(c, d->move.at[i]);
        last = ends > last ? ends : last;
    }
    return last;
}

static bool pays(const struct displace_work *d, uint32_t job, uint32_t gpus)
{
    const struct core *c = d->core;
    ns_t move = c->view->save_time + c->view->restore_time, free = free_by_itself(d);

    if (free == NS_NEVER)
        return true;
    return (wide_t)request_of(c, job)->gpus * (free - c->now - move) > (wide_t)gpus * move;
}

static bool try_node(struct displace_work *d, uint32_t job, uint32_t node)
{
    struct core *c = d->core;
    bool ok;

    if (!find_places(d, node))
        return false;
    for (size_t i = 0; i < d->move.n; i++)
        release(c, d->move.at[i]);
    ok = place_take(&c->placer, request_of(c, job), (uint32_t)core_key(c, job));
    if (ok) {
        for (size_t i = 0; i < d->move.n; i++) {
            uint32_t moved = d->move.at[i];
            if (d->times[moved] < UINT16_MAX)
                d->times[moved]++;
            core_moved(c, moved, d->to[moved].first, d->to[moved].n);
        }
        return true;
    }
    for (size_t i = 0; i < d->move.n; i++)
        hold(c, d->move.at[i]);
    undo_moves(d, d->move.n);
    return false;
}

static uint32_t under_way(const struct core *c)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < c->n_running; i++)
        n += shown(c, c->running[i])->state == BERTH_JOB_MOVING;
    return n;
}

static bool by_moving(struct displace_work *d, uint32_t job)
{
    struct core *c = d->core;
    const struct request *r = request_of(c, job);
    uint64_t returned = c->occ.returned;
    uint32_t last = 0, last_node = 0, room = (uint32_t)d->options[IN_FLIGHT];

    if (r->n_groups > 1 || r->share_milli || !r->gpus || r->gpus > c->topo->max_node_gpus ||
        r->required > LEVEL_NVLINK || r->required == LEVEL_NUMA ||
        (r->required == LEVEL_NVLINK &&
         (c->topo->has_islands || c->topo->domains[LEVEL_NVLINK] < c->topo->n_nodes)) ||
        (r->required <= LEVEL_GPU && r->replicas > 1) || c->occ.free_total < r->gpus ||
        c->now - shown(c, job)->submit < d->options[AFTER])
        return false;
    room -= under_way(c) < room ? under_way(c) : room;
    for (bool first = true;; first = false) {
        uint32_t best = UINT32_MAX, node = NODE_NONE;
        /* The cheapest node that was not tried yet: (GPUs to move, node) rises. */
        for (uint32_t i = 0; i < c->topo->n_nodes; i++) {
            uint32_t gpus, need;
            if (c->topo->health[i] != NODE_UP || c->topo->gpus[i] < r->gpus ||
                !(r->types >> c->topo->gpu_type[i] & 1) || c->occ.n_free[i] >= r->gpus)
                continue;
            need = r->gpus - c->occ.n_free[i];
            if (need >= best || (!first && need < last))
                continue; /* at least `need` GPUs move */
            residents(d, i);
            gpus = enough(d, need);
            if (gpus < best && d->move.n <= room && pays(d, job, gpus) &&
                (first || gpus > last || (gpus == last && i > last_node))) {
                best = gpus;
                node = i;
            }
        }
        if (node == NODE_NONE)
            break;
        residents(d, node);
        enough(d, r->gpus - c->occ.n_free[node]);
        if (try_node(d, job, node))
            return true;
        last = best;
        last_node = node;
    }
    c->occ.returned = returned;
    return false;
}

bool displace_for(struct displace_work *d, uint32_t job)
{
    uint64_t returned = d->core->occ.returned;

    if (d->kind == DISPLACE_MIGRATE)
        return by_moving(d, job);
    if (by_priority(d, job))
        return true;
    d->core->occ.returned = returned;
    return false;
}

void displace_state(struct displace_work *d, struct state *s, uint32_t job)
{
    state_u16(s, &d->times[job]);
}
