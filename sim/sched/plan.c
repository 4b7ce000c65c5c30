/* plan.c - conservative backfill: reservations of every pending job, node by node. */
#include "sched/plan.h"

#include "base/check.h"
#include "sched/profile.h"
#include "sched/walk.h"

/* What one job holds on one node, now or later. */
struct span {
    ns_t from, to;
    uint32_t job;
    uint32_t gpus;
    int64_t cpu, memory;
};

/* Points of a node's profile that are kept before the past is forgotten. */
enum { NODE_POINTS = 32 };

struct node_plan {
    VEC(struct span) spans;
    struct profile profile; /* devices of the spans */
};

/* Where a planned job will go: k replicas of `gpus` devices on a node. */
struct spot {
    uint32_t node, gpus, k;
};

struct plan {
    struct core *core;
    bool
        pooled; /* every request is for single devices anywhere, all of one type: one pool, planned as
                    if it were a node, costs no job more than counts do */
    uint32_t pool; /* its devices */
    struct node_plan *node;
    ns_t *start; /* by slot: planned start, NS_NEVER = no plan */
    struct {
        struct spot *at;
        size_t n, room;
    } * spots; /* by slot, owned; emptied at its end */
    uint32_t slots;
    bool *freed; /* by node: something came back earlier than planned */
    VEC(uint32_t) freed_nodes;
    VEC(ns_t) times; /* candidate starts, sorted */
    VEC(struct spot) chosen;
    struct profile profile;         /* all spans, by GPU type */
    uint32_t total[TOPOLOGY_TYPES]; /* usable devices */
    bool any_late;                  /* a job runs past its planned end, in this pass */
};

/* Replicas of one device each, no wishes and nothing else to run out of: any device is as good. */
static bool interchangeable(const struct core *c)
{
    if (c->topo->n_types > 1 || c->occ.left || c->occ.cpu || c->occ.memory)
        return false;
    for (uint32_t i = 0; i < c->jobs->n_requests; i++) {
        const struct request *r = &c->jobs->requests[i];
        if (r->n_groups > 1 || c->jobs->groups[r->first_group].gpus > 1 || r->required > LEVEL_GPU)
            return false;
    }
    return true;
}

static uint32_t planned_nodes(const struct plan *p)
{
    return p->pooled ? 1 : p->core->topo->n_nodes;
}

struct plan *plan_new(struct core *c, struct arena *a)
{
    struct plan *p = ARENA_NEW(a, struct plan);

    p->core = c;
    p->node = ARENA_ARRAY(a, struct node_plan, c->topo->n_nodes);
    for (uint32_t i = 0; i < c->topo->n_nodes; i++)
        profile_init(&p->node[i].profile, 1);
    p->freed = ARENA_ARRAY(a, bool, c->topo->n_nodes);
    p->pooled = interchangeable(c);
    p->pool = c->occ.free_total;
    profile_init(&p->profile, c->topo->n_types ? c->topo->n_types : 1);
    for (uint32_t i = 0; i < c->topo->n_types; i++)
        p->total[i] = (uint32_t)(c->occ.pool[i].capacity_milli / 1000);
    return p;
}

void plan_grow(struct plan *p, uint32_t had, uint32_t room)
{
    p->start = realloc(p->start, room * sizeof *p->start);
    p->spots = realloc(p->spots, room * sizeof *p->spots);
    check(p->start && p->spots);
    memset(p->spots + had, 0, (room - had) * sizeof *p->spots);
    p->slots = room;
}

void plan_submit(struct plan *p, uint32_t job)
{
    p->start[job] = NS_NEVER;
}

void plan_free(struct plan *p)
{
    for (uint32_t i = 0; i < p->core->topo->n_nodes; i++) {
        VEC_FREE(&p->node[i].spans);
        profile_free(&p->node[i].profile);
    }
    for (uint32_t i = 0; i < p->slots; i++)
        free(p->spots[i].at);
    free(p->start);
    free(p->spots);
    VEC_FREE(&p->freed_nodes);
    VEC_FREE(&p->times);
    profile_free(&p->profile);
    VEC_FREE(&p->chosen);
}

static const struct request *request_of(const struct plan *p, uint32_t job)
{
    return &p->core->jobs->requests[p->core->jobs->specs[job].request];
}

/* A running job past its estimate ends one tick from now, each time it is asked. */
static ns_t span_end(const struct plan *p, const struct span *s)
{
    return s->to > p->core->now ? s->to : p->core->now + 1;
}

static ns_t planned_end(const struct plan *p, uint32_t job)
{
    ns_t length = p->core->queue.link[job].estimate;
    return p->start[job] + (length ? length : 1);
}

static uint32_t type_of(const struct plan *p, const struct spot *s)
{
    return p->pooled || !s->gpus ? 0 : p->core->topo->gpu_type[s->node];
}

static void add_spans(struct plan *p, uint32_t job, ns_t from, ns_t to)
{
    const struct request *r = request_of(p, job);

    for (size_t i = 0; i < p->spots[job].n; i++) {
        const struct spot *s = &p->spots[job].at[i];
        profile_use(&p->profile, from, to, type_of(p, s), s->gpus * s->k, true);
        profile_use(&p->node[s->node].profile, from, to, 0, s->gpus * s->k, true);
        if (p->node[s->node].profile.point.n > NODE_POINTS)
            profile_trim(&p->node[s->node].profile, p->core->now);
        VEC_PUSH(&p->node[s->node].spans, (struct span){from, to, job, s->gpus * s->k,
                                                        r->cpu_milli * s->k, r->memory_mib * s->k});
    }
}

static void remove_spans(struct plan *p, uint32_t job, bool mark)
{
    for (size_t i = 0; i < p->spots[job].n; i++) {
        uint32_t node = p->spots[job].at[i].node;
        struct node_plan *n = &p->node[node];
        for (size_t k = n->spans.n; k-- > 0;)
            if (n->spans.at[k].job == job) {
                const struct span *s = &n->spans.at[k];
                profile_use(&p->profile, s->from, s->to, type_of(p, &p->spots[job].at[i]), s->gpus,
                            false);
                profile_use(&n->profile, s->from, s->to, 0, s->gpus, false);
                n->spans.at[k] = n->spans.at[--n->spans.n];
            }
        if (mark && !p->freed[node]) {
            p->freed[node] = true;
            VEC_PUSH(&p->freed_nodes, node);
        }
    }
}

/* CPU and memory that spans hold at most at one instant of [from, to). It changes only where a span begins,
 * so the peak is at the window's start or at such a beginning. */
static void peak_charge(const struct plan *p, uint32_t node, ns_t from, ns_t to, int64_t *cpu,
                        int64_t *memory)
{
    const struct node_plan *n = &p->node[node];

    *cpu = *memory = 0;
    for (size_t i = 0; i <= n->spans.n; i++) {
        ns_t at = i < n->spans.n ? n->spans.at[i].from : from;
        int64_t c = 0, m = 0;
        if (i < n->spans.n && (at <= from || at >= to))
            continue;
        for (size_t j = 0; j < n->spans.n; j++) {
            const struct span *s = &n->spans.at[j];
            if (s->from <= at && span_end(p, s) > at) {
                c += s->cpu;
                m += s->memory;
            }
        }
        *cpu = c > *cpu ? c : *cpu;
        *memory = m > *memory ? m : *memory;
    }
}

/* Devices that are in use at most at one instant of the window; late ones are there now. */
static uint32_t peak_devices(const struct plan *p, uint32_t node, ns_t from, ns_t length)
{
    const struct node_plan *n = &p->node[node];
    uint32_t most = profile_most(&n->profile, 0, from, length), now;

    if (from > p->core->now || !p->any_late)
        return most;
    now = profile_most(&n->profile, 0, from, 1);
    for (size_t i = 0; i < n->spans.n; i++)
        if (n->spans.at[i].to <= from)
            now += n->spans.at[i].gpus;
    return now > most ? now : most;
}

/* Replicas of `gpus` devices that the node can hold during all of [from, from + length). */
static uint32_t room(const struct plan *p, const struct request *r, uint32_t gpus, uint32_t node,
                     ns_t from, ns_t length)
{
    const struct topology *t = p->core->topo;
    uint32_t total = p->pooled ? p->pool : (uint32_t)t->gpus[node] - t->gpus_down[node];
    bool cpu = p->core->occ.cpu && r->cpu_milli && t->cpu_milli[node],
         memory = p->core->occ.memory && r->memory_mib && t->memory_mib[node];
    int64_t k = UINT16_MAX;

    length = length ? length : 1;
    if (!p->pooled &&
        (t->health[node] != NODE_UP || (gpus && (!total || !(r->types >> t->gpu_type[node] & 1)))))
        return 0;
    if (gpus) {
        uint32_t most = peak_devices(p, node, from, length);
        k = most >= total ? 0 : (total - most) / gpus;
    }
    if (k && (cpu || memory)) {
        int64_t most_cpu, most_memory;
        peak_charge(p, node, from, length > NS_NEVER - from ? NS_NEVER : from + length, &most_cpu,
                    &most_memory);
        if (cpu && (t->cpu_milli[node] - most_cpu) / r->cpu_milli < k)
            k = (t->cpu_milli[node] - most_cpu) / r->cpu_milli;
        if (memory && (t->memory_mib[node] - most_memory) / r->memory_mib < k)
            k = (t->memory_mib[node] - most_memory) / r->memory_mib;
    }
    return k > 0 ? (uint32_t)k : 0;
}

/* Try to seat the whole job at `from`; p->chosen holds the spots on success. `freed_only`: one
 * replica, and only nodes that something came back on. */
static bool seat(struct plan *p, uint32_t job, ns_t from, bool freed_only)
{
    const struct core *c = p->core;
    const struct request *r = request_of(p, job);
    const struct topology *t = c->topo;
    ns_t length = c->queue.link[job].estimate;
    enum level level = r->required > LEVEL_GPU ? (enum level)r->required : LEVEL_NONE;
    bool single = level && (level <= LEVEL_NODE ||
                            (level == LEVEL_NVLINK && t->domains[level] >= t->n_nodes));
    uint32_t domains = !level || single ? 1 : t->domains[level];
    enum place_pick pick = c->placer.pick;
    struct request whole = *r;

    if (single) {
        whole.cpu_milli *= r->replicas;
        whole.memory_mib *= r->replicas;
    }
    for (uint32_t domain = 0; domain < domains; domain++) {
        bool all = true;
        p->chosen.n = 0;
        for (uint32_t g = 0; g < (single ? 1 : r->n_groups) && all; g++) {
            const struct job_group *group = &c->jobs->groups[r->first_group + g];
            uint32_t gpus = single ? r->gpus : group->gpus, left = single ? 1 : group->replicas;
            uint32_t candidates = freed_only ? (uint32_t)p->freed_nodes.n : planned_nodes(p);
            /* Fullest nodes first (best fit) or in the order of the other rules: one pass per count
             * of free devices is not needed here, a plan is revised before it is kept. */
            while (left) {
                uint32_t best = NODE_NONE, best_k = 0;
                int64_t best_rank = INT64_MIN;
                for (uint32_t i = 0; i < candidates; i++) {
                    uint32_t node = freed_only ? p->freed_nodes.at[i] : i, k, taken = 0;
                    int64_t rank;
                    if (domains > 1 && topology_domain(t, level, node) != domain)
                        continue;
                    k = room(p, single ? &whole : r, gpus, node, from, length);
                    for (size_t s = 0; k && s < p->chosen.n; s++)
                        if (p->chosen.at[s].node == node)
                            taken +=
                                gpus ? (p->chosen.at[s].k * p->chosen.at[s].gpus + gpus - 1) / gpus
                                     : p->chosen.at[s].k;
                    k = k > taken ? k - taken : 0;
                    if (!k)
                        continue;
                    rank = pick == PICK_FIRST || pick == PICK_RANDOM ? 0
                           : pick == PICK_MOST_FREE                  ? (int64_t)k
                           : k >= left                               ? INT32_MAX - (int64_t)k
                                                                     : (int64_t)k;
                    if (rank > best_rank || (rank == best_rank && node < best)) {
                        best_rank = rank;
                        best = node;
                        best_k = k;
                    }
                }
                if (best == NODE_NONE) {
                    all = false;
                    break;
                }
                best_k = best_k < left ? best_k : left;
                VEC_PUSH(&p->chosen, (struct spot){best, gpus, best_k});
                left -= best_k;
            }
        }
        if (all)
            return true;
    }
    return false;
}

/* Replicas all nodes together can hold from `from` on, up to `enough`: a quick refusal. */
static bool enough_room(struct plan *p, uint32_t job, ns_t from)
{
    const struct core *c = p->core;
    const struct request *r = request_of(p, job);
    uint32_t gpus = c->jobs->groups[r->first_group].gpus;
    uint64_t have = 0;

    if (r->n_groups > 1 || r->required > LEVEL_GPU)
        return true;
    for (uint32_t i = 0; i < planned_nodes(p) && have < r->replicas; i++)
        have += room(p, r, gpus, i, from, c->queue.link[job].estimate);
    return have >= r->replicas;
}

static bool seat_at(struct plan *p, uint32_t job, ns_t from, bool freed_only)
{
    if ((!freed_only && !enough_room(p, job, from)) || !seat(p, job, from, freed_only))
        return false;
    p->spots[job].n = 0;
    for (size_t k = 0; k < p->chosen.n; k++)
        VEC_PUSH(&p->spots[job], p->chosen.at[k]);
    p->start[job] = from;
    return true;
}

/* The first instant from `at` on, now or where something is given back, at which enough devices stay free for
 * the whole estimate by count; NS_NEVER when there is none before `before`. */
static ns_t next_by_count(const struct plan *p, uint32_t job, ns_t at, ns_t before)
{
    const struct core *c = p->core;
    const struct request *r = request_of(p, job);
    ns_t length = c->queue.link[job].estimate, until;
    uint64_t free = 0;

    if (!r->gpus)
        return at < before ? at : NS_NEVER;
    /* What runs too long is not in the profile; what is free now says so. */
    for (uint32_t i = 0; i < c->topo->n_types && at <= c->now; i++)
        free += r->types >> i & 1 ? c->occ.pool[i].free : 0;
    if (at <= c->now && free < r->gpus)
        at = p->any_late ? c->now + 1 : profile_next_end(&p->profile, c->now);
    while (at < before) {
        if (profile_has(&p->profile, p->total, r->types, r->gpus, at, length ? length : 1, &until))
            return at;
        at = until == NS_NEVER ? NS_NEVER : profile_next_end(&p->profile, until - 1);
    }
    return NS_NEVER;
}

static int by_time(const void *a, const void *b)
{
    ns_t x = *(const ns_t *)a, y = *(const ns_t *)b;
    return (x > y) - (x < y);
}

/* The instants before `before` at which something is given back on the freed nodes, sorted. */
static void ends_on_freed(struct plan *p, ns_t before)
{
    p->times.n = 0;
    for (size_t i = 0; i < p->freed_nodes.n; i++) {
        const struct node_plan *node = &p->node[p->freed_nodes.at[i]];
        for (size_t k = 0; k < node->spans.n; k++) {
            ns_t end = span_end(p, &node->spans.at[k]);
            if (end < before)
                VEC_PUSH(&p->times, end);
        }
    }
    if (p->times.n)
        qsort(p->times.at, p->times.n, sizeof *p->times.at, by_time);
}

/* The earliest seat on the freed nodes alone: room appears only now and where something ends on them. */
static bool seat_on_freed(struct plan *p, uint32_t job, ns_t before)
{
    ns_t now = p->core->now, at = next_by_count(p, job, now, before);

    if (at == now && seat_at(p, job, now, true))
        return true;
    if (at == NS_NEVER)
        return false;
    ends_on_freed(p, before);
    for (size_t i = 0; i < p->times.n; i++) {
        if (p->times.at[i] < at || (i && p->times.at[i] == p->times.at[i - 1]))
            continue;
        at = next_by_count(p, job, p->times.at[i], before);
        if (at == NS_NEVER)
            return false;
        if (at == p->times.at[i] && seat_at(p, job, at, true))
            return true;
    }
    return false;
}

/* Give the job the earliest seat before `before`; false when there is none. Room appears only now and
 * where something is given back. */
static bool seat_earliest(struct plan *p, uint32_t job, ns_t before, bool freed_only)
{
    ns_t now = p->core->now, at = next_by_count(p, job, now, now + 1);

    if (freed_only)
        return seat_on_freed(p, job, before);
    if (at == NS_NEVER)
        at = next_by_count(p, job, p->any_late ? now + 1 : profile_next_end(&p->profile, now),
                           before);
    while (at < before || at == now) {
        if (seat_at(p, job, at, false))
            return true;
        at = next_by_count(
            p, job, at == now && p->any_late ? now + 1 : profile_next_end(&p->profile, at), before);
    }
    return false;
}

void plan_finish(struct plan *p, uint32_t job)
{
    /* A job of no length is planned for one tick, so that two plans never share its instant; its end
     * gives that tick back. */
    remove_spans(p, job, planned_end(p, job) > p->core->now);
    free(p->spots[job].at);
    p->spots[job].at = NULL;
    p->spots[job].n = p->spots[job].room = 0;
    p->start[job] = NS_NEVER;
}

static void make_plan(struct plan *p, uint32_t job)
{
    struct core *c = p->core;

    if (!seat_earliest(p, job, NS_NEVER, false))
        return;
    add_spans(p, job, p->start[job], planned_end(p, job));
    if (c->promise[job] == NS_UNKNOWN)
        core_promise(c, job, p->start[job]);
}

/* Pull one plan forward into what came back, never later than it was. */
static void pull_forward(struct plan *p, uint32_t job)
{
    const struct request *r = request_of(p, job);
    bool one = r->replicas == 1 || r->required == LEVEL_NODE;
    ns_t was = p->start[job];

    if (was <= p->core->now)
        return;
    remove_spans(p, job, false);
    seat_earliest(p, job, was, one); /* changes nothing when there is no earlier seat */
    add_spans(p, job, p->start[job], planned_end(p, job));
}

/* Start a job on the spots of its plan. False when somebody overran and is still there. */
static bool start_planned(struct plan *p, uint32_t job)
{
    struct core *c = p->core;
    struct placer *pl = &c->placer;
    const struct request *r = request_of(p, job);
    bool charged = (c->occ.cpu && r->cpu_milli) || (c->occ.memory && r->memory_mib);
    bool ok = true;

    pl->out.n = 0;
    if (p->pooled && r->gpus)
        return place_take(pl, r, (uint32_t)core_key(c, job));
    for (size_t i = 0; i < p->spots[job].n && ok; i++) {
        const struct spot *s = &p->spots[job].at[i];
        uint32_t replicas = r->required > LEVEL_GPU && s->gpus == r->gpus ? r->replicas : s->k;
        if (r->share_milli) {
            ok = place_shares_on(pl, r, replicas, s->node, job);
            continue;
        }
        ok = place_capacity(pl, r, s->gpus * s->k, s->node) > 0 &&
             (!charged || place_capacity(pl, r, 0, s->node) >= replicas);
        if (!ok)
            break;
        if (s->gpus)
            pl->out.n +=
                occupancy_take(&c->occ, s->node, s->gpus * s->k, NULL, pl->out.at + pl->out.n);
        if (charged) {
            occupancy_charge(&c->occ, s->node, r->cpu_milli * replicas, r->memory_mib * replicas);
            VEC_PUSH(&pl->out, (struct held){s->node, (uint16_t)replicas, 0, 0});
        }
    }
    place_taken(pl, r, pl->out.at, (uint32_t)pl->out.n);
    if (!ok) {
        place_release(pl, r, pl->out.at, (uint32_t)pl->out.n);
        return false;
    }
    return true;
}

static void start_now(struct plan *p, uint32_t job)
{
    struct core *c = p->core;

    remove_spans(p, job, false);
    p->start[job] = c->now;
    add_spans(p, job, c->now,
              c->now + (c->queue.link[job].estimate ? c->queue.link[job].estimate : 1));
    walk_commit(c, job);
}

static void compress(struct plan *p)
{
    struct core *c = p->core;

    for (walk_begin(c), walk_cursors(c); c->n_cursor; walk_step(c, c->cursor[0].job)) {
        uint32_t job = c->cursor[0].job;
        ns_t was = p->start[job];
        /* Its old place comes back for later jobs; beyond eight nodes it is not looked for. */
        struct spot old[8];
        size_t n_old = p->spots[job].n < 8 ? p->spots[job].n : 8;
        if (was == NS_NEVER)
            continue;
        memcpy(old, p->spots[job].at, n_old * sizeof *old);
        pull_forward(p, job);
        if (p->start[job] < was)
            for (size_t i = 0; i < n_old; i++)
                if (!p->freed[old[i].node]) {
                    p->freed[old[i].node] = true;
                    VEC_PUSH(&p->freed_nodes, old[i].node);
                }
    }
    for (size_t i = 0; i < p->freed_nodes.n; i++)
        p->freed[p->freed_nodes.at[i]] = false;
    p->freed_nodes.n = 0;
}

/* Does a running job hold devices that the plan thinks gone? */
static bool anybody_late(const struct plan *p)
{
    const struct core *c = p->core;

    for (uint32_t i = 0; i < c->n_running; i++)
        if (planned_end(p, c->running[i]) <= c->now)
            return true;
    return false;
}

void walk_plan(struct core *c, int64_t most)
{
    struct plan *p = c->plan;
    int64_t blocked = 0;

    c->reserving = true;
    profile_trim(&p->profile, c->now);
    p->any_late = anybody_late(p);
    if (p->freed_nodes.n)
        compress(p);
    c->cursors_made = false;
    walk_cursors(c);
    while (c->n_cursor) {
        uint32_t job = c->cursor[0].job;
        if (p->start[job] == NS_NEVER) {
            if (blocked < most)
                make_plan(p, job);
            else if (walk_refused(c, c->cursor[0].request) || !seat(p, job, c->now, false)) {
                walk_step(c, job);
                continue;
            } else {
                p->spots[job].n = 0;
                for (size_t k = 0; k < p->chosen.n; k++)
                    VEC_PUSH(&p->spots[job], p->chosen.at[k]);
                p->start[job] = c->now;
            }
        }
        if (p->start[job] <= c->now) {
            if (start_planned(p, job)) {
                start_now(p, job);
                continue;
            }
            remove_spans(p, job, false);
            p->start[job] = NS_NEVER;
            make_plan(p, job);
        }
        blocked++;
        walk_step(c, job);
    }
}

/* ---- its state ---- */

void plan_state(struct plan *p, struct state *s)
{
    uint32_t n = (uint32_t)p->freed_nodes.n;

    state_count(s, &n, planned_nodes(p), 4);
    for (uint32_t i = 0; i < n && !s->broken; i++) {
        uint32_t node = s->loading ? 0 : p->freed_nodes.at[i];
        state_index(s, &node, planned_nodes(p) - 1);
        if (!s->loading || !state_require(s, !p->freed[node]))
            continue;
        p->freed[node] = true;
        VEC_PUSH(&p->freed_nodes, node);
    }
}

void plan_state_job(struct plan *p, struct state *s, uint32_t job)
{
    uint32_t n = (uint32_t)p->spots[job].n;

    state_i64(s, &p->start[job]);
    if (p->start[job] == NS_NEVER)
        return;
    state_count(s, &n, UINT32_MAX, 12);
    for (uint32_t i = 0; i < n && !s->broken; i++) {
        struct spot spot = {0};
        if (!s->loading)
            spot = p->spots[job].at[i];
        state_index(s, &spot.node, planned_nodes(p) - 1);
        state_u32(s, &spot.gpus);
        state_u32(s, &spot.k);
        if (s->loading && state_require(s, !spot.gpus || p->pooled ||
                                               p->core->topo->gpus[spot.node] >= spot.gpus))
            VEC_PUSH(&p->spots[job], spot);
    }
    if (s->loading && !s->broken)
        add_spans(p, job, p->start[job], planned_end(p, job));
}
