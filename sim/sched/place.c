/* place.c - find devices for a gang: groups, levels, and why a request cannot be placed. */
#include "sched/place.h"

#include "abi/berth_policy.h"
#include "base/bits.h"
#include "sched/place_mig.h"
#include "sched/place_rule.h"

static inline bool type_allowed(const struct request *r, uint32_t type)
{
    return r->types >> type & 1;
}

/* Replicas that are parts of a device. */
static bool take_parts(struct placer *p, const struct want *w)
{
    return w->r->mig ? place_mig_take(p, w) : node_pick_share(p, w);
}

void place_by_score(struct placer *p, const struct policy_part *part, const int64_t *options,
                    struct arena *a)
{
    struct fragmentation_mix *mix = NULL;

    if (!part->score)
        return;
    if (part->needs_mix) {
        mix = ARENA_NEW(a, struct fragmentation_mix);
        score_mix(mix, p->jobs, (uint32_t)options[0], p->occ->topo->n_types, a);
    }
    p->score = ARENA_NEW(a, struct score);
    score_init(p->score, p->occ, p->jobs, part, mix, NULL, a);
}

/* ---- groups and levels ---- */

static bool take_within(struct placer *p, const struct request *r, uint32_t job, bool single,
                        enum level inside, const uint32_t *nodes, uint32_t n_nodes)
{
    size_t from = p->out.n;
    struct want w = {.r = r,
                     .job = job,
                     .inside = inside,
                     .charged = node_pick_charges(p, r),
                     .nodes = nodes,
                     .n_nodes = nodes ? n_nodes : p->occ->topo->n_nodes};

    if (single && r->n_groups == 1 && !r->share_milli) {
        /* The whole gang on one node: as one replica of everything. */
        struct request all = *r;
        all.cpu_milli = r->cpu_milli * r->replicas;
        all.memory_mib = r->memory_mib * r->replicas;
        w.r = &all;
        w.gpus = r->gpus;
        w.replicas = 1;
        if (p->pick == PICK_BUDDY && !inside) {
            if (!place_buddy(p, &w))
                return false;
        } else if (!w.charged && !nodes && !inside) {
            return p->score ? node_pick_score(p, &w) : node_pick_index(p, &w);
        } else if (!(p->score ? node_pick_score(p, &w) : node_pick_scan(p, &w))) {
            return false;
        }
        /* The charge must be given back by the request's own amounts. */
        for (size_t i = from; i < p->out.n; i++)
            if (!p->out.at[i].milli)
                p->out.at[i].base = (uint16_t)r->replicas;
        return true;
    }
    for (uint32_t i = 0; i < r->n_groups; i++) {
        const struct job_group *g = &p->jobs->groups[r->first_group + i];
        bool ok;
        w.gpus = g->gpus;
        w.replicas = g->replicas;
        if (p->score && !r->mig && (w.gpus || w.charged))
            ok = node_pick_score(p, &w);
        else if (r->share_milli)
            ok = take_parts(p, &w);
        else if (p->pick == PICK_BUDDY && w.gpus && !inside)
            ok = place_buddy(p, &w);
        else if (w.gpus && !w.charged && !nodes && !inside)
            ok = node_pick_index(p, &w);
        else
            ok = w.gpus || w.charged ? node_pick_scan(p, &w) : true;
        if (!ok) {
            node_pick_undo(p, r, from);
            return false;
        }
    }
    return true;
}

bool place_replicas(struct placer *p, const struct request *r, uint32_t gpus, uint32_t replicas,
                    uint32_t job)
{
    struct want w = {.r = r,
                     .gpus = gpus,
                     .replicas = replicas,
                     .job = job,
                     .charged = node_pick_charges(p, r),
                     .n_nodes = p->occ->topo->n_nodes};

    if (!gpus && !w.charged)
        return true; /* it takes nothing that is counted */
    if (p->pick == PICK_BUDDY && gpus && !r->share_milli)
        return place_buddy(p, &w);
    return p->score && !r->mig  ? node_pick_score(p, &w)
           : r->share_milli     ? take_parts(p, &w)
           : w.charged || !gpus ? node_pick_scan(p, &w)
                                : node_pick_index(p, &w);
}

bool place_shares_on(struct placer *p, const struct request *r, uint32_t replicas, uint32_t node,
                     uint32_t job)
{
    struct want w = {.r = r,
                     .gpus = 1,
                     .replicas = replicas,
                     .job = job,
                     .charged = node_pick_charges(p, r),
                     .nodes = &node,
                     .n_nodes = 1};

    return p->score && !r->mig ? node_pick_score(p, &w) : take_parts(p, &w);
}

/* An upper bound of what a domain can hold, from its counts. */
static bool domain_may(const struct placer *p, const struct request *r, enum level l,
                       uint32_t domain, uint32_t *free)
{
    const struct occupancy *o = p->occ;
    const struct job_group *g = &p->jobs->groups[r->first_group];
    uint32_t width = o->topo->max_node_gpus + 1;
    uint64_t replicas = 0;

    *free = 0;
    for (uint32_t type = 0; type < o->topo->n_types; type++) {
        const uint16_t *c = o->by_domain[l] + ((size_t)domain * o->topo->n_types + type) * width;
        if (!type_allowed(r, type))
            continue;
        for (uint32_t f = 1; f < width; f++) {
            *free += f * c[f];
            if (r->n_groups == 1 && g->gpus)
                replicas += (uint64_t)c[f] * (f / g->gpus);
        }
    }
    return r->share_milli || !r->gpus ||
           (r->n_groups == 1 ? replicas >= r->replicas : *free >= r->gpus);
}

static bool tightest_first(const struct placer *p)
{
    return p->pick != PICK_FIRST && p->pick != PICK_RANDOM && p->pick != PICK_MOST_FREE;
}

/* Members of different sizes, or shares, all on one node: nodes are tried one by one, the least free
 * first (most free when spreading, by index for first-fit and random). */
static bool take_on_one_node(struct placer *p, const struct request *r, uint32_t job)
{
    const struct occupancy *o = p->occ;
    int64_t last = INT64_MIN;
    uint32_t last_node = 0;

    for (;;) {
        int64_t best = INT64_MAX;
        uint32_t node = NODE_NONE;
        for (uint32_t i = 0; i < o->topo->n_nodes; i++) {
            int64_t rank = tightest_first(p)           ? o->n_free[i]
                           : p->pick == PICK_MOST_FREE ? -(int64_t)o->n_free[i]
                                                       : 0;
            if (last != INT64_MIN && (rank < last || (rank == last && i <= last_node)))
                continue;
            if (rank < best && (r->share_milli || o->n_free[i] >= r->gpus)) {
                best = rank;
                node = i;
            }
        }
        if (node == NODE_NONE)
            return false;
        if (take_within(p, r, job, false, LEVEL_NONE, &node, 1))
            return true;
        last = best;
        last_node = node;
    }
}

/* Inside one domain of the level: the least free domain that holds it (most free when spreading,
 * the first for first-fit and random). */
static bool take_in_level(struct placer *p, const struct request *r, uint32_t job, enum level l)
{
    const struct occupancy *o = p->occ;
    const struct topology *t = o->topo;
    int64_t last = INT64_MIN;
    uint32_t last_domain = 0;

    if (l <= LEVEL_NODE || (l == LEVEL_NVLINK && t->domains[l] >= t->n_nodes)) {
        bool parts;
        if (r->n_groups > 1 || r->share_milli)
            return take_on_one_node(p, r, job);
        parts = l == LEVEL_NVLINK ? t->has_islands : l == LEVEL_NUMA && t->has_numa;
        return take_within(p, r, job, true, parts ? l : LEVEL_NONE, NULL, 0);
    }
    if (!o->by_domain[l] && t->domain[l] && (r->n_groups > 1 || r->share_milli))
        return take_on_one_node(p, r, job);
    if (!o->by_domain[l])
        return take_within(p, r, job, t->domain[l] != NULL, LEVEL_NONE, NULL, 0);
    for (;;) {
        int64_t best = INT64_MAX;
        uint32_t domain = UINT32_MAX;
        for (uint32_t k = 0; k < t->domains[l]; k++) {
            uint32_t free;
            int64_t rank = 0;
            if (!domain_may(p, r, l, k, &free))
                continue;
            if (tightest_first(p))
                rank = free;
            else if (p->pick == PICK_MOST_FREE)
                rank = -(int64_t)free;
            if ((rank < last || (rank == last && k <= last_domain)) && last != INT64_MIN)
                continue;
            if (rank < best) {
                best = rank;
                domain = k;
            }
        }
        if (domain == UINT32_MAX)
            return false;
        if (take_within(p, r, job, false, LEVEL_NONE,
                        o->domain_node[l] + o->domain_first[l][domain],
                        o->domain_first[l][domain + 1] - o->domain_first[l][domain]))
            return true;
        last = best;
        last_domain = domain;
    }
}

/* As close together as can be: inside a run of one node's devices, on one node, and then by domains. */
static bool take_closest(struct placer *p, const struct request *r, uint32_t job)
{
    const struct topology *t = p->occ->topo;
    enum level most = r->required > LEVEL_GPU ? (enum level)r->required : LEVELS;
    struct want w = {.r = r,
                     .gpus = p->jobs->groups[r->first_group].gpus,
                     .replicas = r->replicas,
                     .job = job,
                     .charged = node_pick_charges(p, r),
                     .n_nodes = t->n_nodes};

    if (!r->gpus)
        return r->required > LEVEL_GPU ? take_in_level(p, r, job, r->required)
                                       : take_within(p, r, job, false, LEVEL_NONE, NULL, 0);
    if (t->has_islands && most == LEVEL_NVLINK) /* a node, or NUMA node, may be several islands */
        return take_in_level(p, r, job, LEVEL_NVLINK);
    if (t->has_islands && most > LEVEL_NVLINK && take_in_level(p, r, job, LEVEL_NVLINK))
        return true;
    if (t->has_numa && take_in_level(p, r, job, LEVEL_NUMA))
        return true;
    if (most > LEVEL_NUMA && take_in_level(p, r, job, LEVEL_NODE))
        return true;
    if (r->n_groups == 1 && !r->share_milli && w.gpus)
        return most > LEVEL_NODE && place_topology(p, &w);
    for (enum level l = LEVEL_NVLINK; l <= most && l < LEVELS; l++)
        if (take_in_level(p, r, job, l))
            return true;
    return most == LEVELS && take_within(p, r, job, false, LEVEL_NONE, NULL, 0);
}

bool place_take(struct placer *p, const struct request *r, uint32_t job)
{
    p->out.n = 0;
    if (r->demand_milli > (uint64_t)p->occ->free_milli)
        return false;
    if (p->blind) {
        if (!take_within(p, r, job, false, LEVEL_NONE, NULL, 0))
            return false;
        if (place_blind_allowed(p, r))
            return true;
        node_pick_undo(p, r, 0);
        return false;
    }
    if (p->pick == PICK_TOPOLOGY && !p->n_prefer)
        return take_closest(p, r, job);
    if (r->preferred != LEVEL_NONE && (r->required == LEVEL_NONE || r->preferred < r->required))
        for (enum level l = r->preferred; l < (r->required ? r->required : LEVELS); l++)
            if (take_in_level(p, r, job, l))
                return true;
    if (r->required > LEVEL_GPU)
        return take_in_level(p, r, job, r->required);
    return take_within(p, r, job, false, LEVEL_NONE, NULL, 0);
}

bool place_fits(struct placer *p, const struct request *r)
{
    const struct job_group *g = &p->jobs->groups[r->first_group];

    if (r->demand_milli > (uint64_t)p->occ->free_milli)
        return false;
    if (r->n_groups == 1 && !r->share_milli && r->gpus && !node_pick_charges(p, r) &&
        r->required <= LEVEL_GPU) {
        struct want w = {.r = r, .gpus = g->gpus, .replicas = g->replicas};
        return node_pick_index_fits(p, &w);
    }
    if (!place_take(p, r, 0))
        return false;
    node_pick_undo(p, r, 0);
    return true;
}

void place_taken(struct placer *p, const struct request *r, const struct held *h, uint32_t n)
{
    const struct job_group *g = &p->jobs->groups[r->first_group];
    uint32_t most = 0;

    if (!p->score)
        return;
    for (uint32_t i = 0; i < r->n_groups; i++)
        most = g[i].gpus > most ? g[i].gpus : most;
    for (uint32_t i = 0; i < n; i++)
        if (h[i].milli)
            score_taken(p->score, &h[i],
                        node_view_kind(most, r->share_milli ? r->share_milli : 1000));
}

void place_hold(struct placer *p, const struct request *r, const struct held *h, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (h[i].milli)
            occupancy_take_mask(p->occ, &h[i]);
        else
            occupancy_charge(p->occ, h[i].node, r->cpu_milli * h[i].base,
                             r->memory_mib * h[i].base);
    place_taken(p, r, h, n);
}

void place_release(struct placer *p, const struct request *r, const struct held *h, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (h[i].milli)
            occupancy_release(p->occ, &h[i]);
        else
            occupancy_charge(p->occ, h[i].node, -r->cpu_milli * h[i].base,
                             -r->memory_mib * h[i].base);
    for (uint32_t i = 0; i < n && p->score; i++)
        if (h[i].milli)
            score_given_back(p->score, &h[i]);
}

/* Is the slot of an instance legal beside what is carved out now and the earlier pieces of the list? */
static bool instance_open(const struct occupancy *o, const struct held *h, uint32_t i)
{
    uint32_t node = h[i].node, gpu = occupancy_base(&h[i]) + bits_lowest(h[i].mask);
    const struct geometry_layout *l = o->geometry[o->topo->gpu_type[node]]->layout;
    uint16_t state = o->state[o->topo->first_gpu[node] + gpu];

    for (uint32_t k = 0; k < i; k++)
        if (h[k].node == node && h[k].mask == h[i].mask &&
            occupancy_base(&h[k]) == occupancy_base(&h[i]))
            state =
                geometry_with(&l->profile[occupancy_profile(&h[k])], state, occupancy_start(&h[k]));
    if (!state && !(o->free[(size_t)node * o->words + h[i].base / 64] & h[i].mask))
        return false; /* held whole, or lent in shares */
    return geometry_legal(l, &l->profile[occupancy_profile(&h[i])], state) >>
               occupancy_start(&h[i]) &
           1;
}

static bool share_open(const struct occupancy *o, const struct held *h, uint32_t n, uint32_t i)
{
    uint32_t gpu = o->topo->first_gpu[h[i].node] + h[i].base + bits_lowest(h[i].mask), want = 0;

    for (uint32_t k = 0; k < n; k++) /* several replicas may share one device */
        if (h[k].node == h[i].node && h[k].base == h[i].base && h[k].mask == h[i].mask)
            want += h[k].milli;
    return o->left[gpu] >= want;
}

static bool charge_open(const struct occupancy *o, const struct request *r, const struct held *h,
                        uint32_t n, uint32_t node)
{
    int64_t replicas = 0;

    for (uint32_t k = 0; k < n; k++) /* replicas of one node may be charged one by one */
        replicas += !h[k].mask && h[k].node == node ? h[k].base : 0;
    return !(o->cpu && o->topo->cpu_milli[node] && o->cpu[node] < r->cpu_milli * replicas) &&
           !(o->memory && o->topo->memory_mib[node] && o->memory[node] < r->memory_mib * replicas);
}

bool place_open(const struct placer *p, const struct request *r, const struct held *h, uint32_t n)
{
    const struct occupancy *o = p->occ;

    for (uint32_t i = 0; i < n; i++) {
        uint32_t node = h[i].node;
        bool open;
        if (!h[i].mask)
            open = charge_open(o, r, h, n, node);
        else if (occupancy_is_instance(&h[i]))
            open = instance_open(o, h, i);
        else if (h[i].milli < 1000)
            open = share_open(o, h, n, i);
        else
            open = (o->free[(size_t)node * o->words + h[i].base / 64] & h[i].mask) == h[i].mask;
        if (!open)
            return false;
    }
    return true;
}

static enum room why_sighted(struct placer *p, const struct request *r)
{
    struct request easier = *r;
    int64_t milli = 0;
    uint64_t whole = 0;
    enum room count;

    if (r->demand_milli > (uint64_t)p->occ->free_milli)
        return ROOM_TOO_FEW;
    for (uint32_t type = 0; type < p->occ->topo->n_types; type++)
        if (type_allowed(r, type)) {
            milli += p->occ->pool[type].free_milli;
            whole += p->occ->pool[type].free;
        }
    if ((uint64_t)milli < r->demand_milli)
        return ROOM_GPU_TYPE;
    if (r->mig && (count = place_mig_count(p, r)) != ROOM_YES)
        return count;
    if (!r->mig && (uint64_t)(milli - place_mig_free(p, r->types)) < r->demand_milli)
        return ROOM_MIG;
    if (!r->share_milli && whole < r->gpus)
        return ROOM_SHARE;
    easier.cpu_milli = easier.memory_mib = 0;
    if (node_pick_charges(p, r) && place_fits(p, &easier))
        return ROOM_CPU_MEMORY;
    easier = *r;
    easier.required = LEVEL_NONE;
    if (r->required > LEVEL_NODE && place_fits(p, &easier))
        return r->required == LEVEL_NVLINK ? ROOM_NVLINK : ROOM_LEVEL;
    if (r->mig && r->required > LEVEL_GPU && r->required <= LEVEL_NODE && place_fits(p, &easier))
        return ROOM_NODE;
    return r->mig ? ROOM_MIG : r->share_milli ? ROOM_SHARE : ROOM_NODE;
}

enum room place_why(struct placer *p, const struct request *r)
{
    return place_fits(p, r) ? ROOM_YES : place_why_not(p, r);
}

enum room place_why_not(struct placer *p, const struct request *r)
{
    enum room why;

    if (!p->blind)
        return why_sighted(p, r);
    p->blind = false;
    why = place_why(p, r); /* room that it did not see is its own doing */
    p->blind = true;
    return why;
}

uint32_t place_block(enum room why)
{
    static const uint8_t block[] = {
        [ROOM_TOO_FEW] = BERTH_BLOCK_TOO_FEW, [ROOM_GPU_TYPE] = BERTH_BLOCK_GPU_TYPE,
        [ROOM_SHARE] = BERTH_BLOCK_SHARE,     [ROOM_CPU_MEMORY] = BERTH_BLOCK_CPU_MEMORY,
        [ROOM_NVLINK] = BERTH_BLOCK_NVLINK,   [ROOM_LEVEL] = BERTH_BLOCK_LEVEL,
        [ROOM_MIG] = BERTH_BLOCK_MIG,         [ROOM_NODE] = BERTH_BLOCK_NODE};

    return block[why];
}
