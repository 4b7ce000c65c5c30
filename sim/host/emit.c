/* emit.c - checking what a policy wants, applying it, and taking it back. */
#include "host/emit.h"

#include "base/bits.h"
#include "base/check.h"
#include "sched/node_pick.h"
#include <string.h>

const char *emit_refusal_text(uint16_t code)
{
    static const char *const text[BERTH_REFUSALS] = {
        [BERTH_R_NONE] = "nothing is wrong",
        [BERTH_R_UNKNOWN_KIND] = "the kind is unknown",
        [BERTH_R_NO_SUCH_JOB] = "there is no such job",
        [BERTH_R_WRONG_STATE] = "the job is in another state",
        [BERTH_R_NO_SUCH_PLACE] = "there is no such node or device",
        [BERTH_R_NOT_FREE] = "a device is not free",
        [BERTH_R_INCOMPLETE] = "the pieces are not the whole gang",
        [BERTH_R_GPU_TYPE] = "the job does not accept that GPU type",
        [BERTH_R_CPU_MEMORY] = "CPU or memory do not suffice or are not charged for every replica",
        [BERTH_R_SPLIT] = "a replica is split over nodes",
        [BERTH_R_LEVEL] = "the gang is not inside one domain of the required level",
        [BERTH_R_TIME] = "the time is past",
        [BERTH_R_CAN_RUN] = "the job could run",
        [BERTH_R_CAPABILITY] = "the policy did not say it would do that",
        [BERTH_R_NO_TRANSACTION] = "no transaction is open, or one is already",
        [BERTH_R_MODE] = "the device is shared in another way"};

    return code < BERTH_REFUSALS && text[code] ? text[code] : "unknown reason";
}

const char *emit_kind_text(uint16_t kind)
{
    static const char *const text[BERTH_DO_KINDS] = {"NONE",    "START",     "PREEMPT", "MIGRATE",
                                                     "RESERVE", "UNRESERVE", "REJECT",  "WAKE",
                                                     "UNWAKE",  "HOLD",      "UNHOLD",  "EXPLAIN"};

    return kind < BERTH_DO_KINDS ? text[kind] : "unknown";
}

/* ---- pieces ---- */

/* A MIG instance at a start that is legal beside what is there, of the profile that is asked for or a larger
 * one, or large enough for the fraction that is. */
static uint16_t take_instance(struct host *h, const struct request *r, const struct held *p)
{
    const struct topology *t = h->topo;
    const struct geometry *g;
    const struct geometry_profile *q;

    if (occupancy_base(p) + bits_lowest(p->mask) >= t->gpus[p->node])
        return BERTH_R_NO_SUCH_PLACE; /* nodes without devices have no type */
    g = h->occ.state ? h->occ.geometry[t->gpu_type[p->node]] : NULL;
    if (!(r->types >> t->gpu_type[p->node] & 1) || !g ||
        (r->mig && g->layout != job_mig_layout(r->mig)))
        return BERTH_R_GPU_TYPE;
    if (!occupancy_is_instance(p) || p->mask & (p->mask - 1) ||
        occupancy_profile(p) >= g->layout->n)
        return BERTH_R_INCOMPLETE;
    q = &g->layout->profile[occupancy_profile(p)];
    if (p->milli != geometry_milli(g->layout, q) ||
        !(r->mig ? geometry_holds(q, job_mig_profile(r->mig))
                 : geometry_covers(g->layout, q, r->share_milli)))
        return BERTH_R_INCOMPLETE;
    if (!place_open(&h->placer, r, p, 1))
        return BERTH_R_NOT_FREE;
    occupancy_take_mask(&h->occ, p);
    return 0;
}

static uint16_t take_piece(struct host *h, const struct request *r, const struct held *p)
{
    const struct topology *t = h->topo;
    size_t word = (size_t)p->node * h->occ.words + p->base / 64;

    if (p->node >= t->n_nodes)
        return BERTH_R_NO_SUCH_PLACE;
    if (t->health[p->node] != NODE_UP)
        return BERTH_R_NOT_FREE;
    if (!p->mask) {
        int64_t cpu = r->cpu_milli * p->base, memory = r->memory_mib * p->base;
        if (p->milli || !p->base)
            return BERTH_R_INCOMPLETE;
        if ((h->occ.cpu && t->cpu_milli[p->node] && cpu > h->occ.cpu[p->node]) ||
            (h->occ.memory && t->memory_mib[p->node] && memory > h->occ.memory[p->node]))
            return BERTH_R_CPU_MEMORY;
        occupancy_charge(&h->occ, p->node, cpu, memory);
        return 0;
    }
    if (r->share_milli && (p->base % 64 || (r->mig && p->milli != 1000)))
        return take_instance(h, r, p);
    if (p->base % 64 || p->base + (63u - (uint32_t)__builtin_clzll(p->mask)) >= t->gpus[p->node])
        return BERTH_R_NO_SUCH_PLACE;
    if (!(r->types >> t->gpu_type[p->node] & 1))
        return BERTH_R_GPU_TYPE;
    if (r->share_milli && p->milli != 1000) {
        if (p->milli != r->share_milli || p->mask & (p->mask - 1))
            return BERTH_R_INCOMPLETE;
        if (h->occ.left[t->first_gpu[p->node] + p->base + bits_lowest(p->mask)] < p->milli)
            return BERTH_R_NOT_FREE;
    } else {
        if (p->milli != 1000)
            return BERTH_R_INCOMPLETE;
        if ((h->occ.free[word] & p->mask) != p->mask)
            return BERTH_R_NOT_FREE;
    }
    occupancy_take_mask(&h->occ, p);
    return 0;
}

static void put_back(struct host *h, const struct request *r, const struct held *p, uint32_t n)
{
    uint64_t returned = h->occ.returned;

    place_release(&h->placer, r, p, n);
    h->occ.returned = returned;
}

/* Takes every piece, or none and says why. */
static uint16_t take(struct host *h, const struct request *r, const struct held *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint16_t why = take_piece(h, r, &p[i]);
        if (why) {
            put_back(h, r, p, i);
            return why;
        }
    }
    return 0;
}

/* Replicas of equal size lie whole on their nodes: pieces of one node follow each other. */
static bool whole_replicas(const struct request *r, uint32_t gpus, const struct held *p, uint32_t n)
{
    uint32_t on_node = 0;

    if (r->n_groups > 1 || gpus <= 1)
        return true;
    for (uint32_t i = 0; i < n; i++) {
        if (!p[i].mask)
            continue;
        if (on_node && (i && p[i].node != p[i - 1].node)) {
            if (on_node % gpus)
                return false;
            on_node = 0;
        }
        on_node += bits_count(p[i].mask);
    }
    return on_node % gpus == 0;
}

/* Run of devices inside the node that a piece lies in, for levels below the node. */
static uint32_t run_of(const struct topology *t, enum level l, const struct held *p)
{
    uint32_t run = l == LEVEL_NUMA          ? (uint32_t)t->gpus[p->node] / t->numa[p->node]
                   : t->island[p->node] > 1 ? t->island[p->node]
                                            : t->gpus[p->node];
    uint32_t low = occupancy_base(p) + bits_lowest(p->mask),
             high = occupancy_base(p) + 63 - (uint32_t)__builtin_clzll(p->mask);

    return run && low / run == high / run ? low / run : UINT32_MAX;
}

static bool in_level(const struct host *h, enum level l, const struct held *p, uint32_t n)
{
    const struct topology *t = h->topo;
    const struct held *first = NULL;
    bool inside = l == LEVEL_NUMA || (l == LEVEL_NVLINK && t->has_islands);

    if (l <= LEVEL_GPU)
        return true;
    for (uint32_t i = 0; i < n; i++) {
        if (!p[i].mask)
            continue;
        if (inside && run_of(t, l, &p[i]) == UINT32_MAX)
            return false;
        if (!first)
            first = &p[i];
        else if (topology_domain(t, l, p[i].node) != topology_domain(t, l, first->node) ||
                 (inside && run_of(t, l, &p[i]) != run_of(t, l, first)))
            return false;
    }
    return true;
}

/* Counts of what the pieces are, without looking at what is free. */
static uint16_t complete(const struct host *h, const struct request *r, const struct held *p,
                         uint32_t n)
{
    uint32_t devices = 0, charged = 0;

    if (n && !p)
        return BERTH_R_INCOMPLETE;
    for (uint32_t i = 0; i < n; i++) {
        if (p[i].node >= h->topo->n_nodes)
            return BERTH_R_NO_SUCH_PLACE;
        if (p[i].mask)
            devices += bits_count(p[i].mask);
        else
            charged += p[i].base;
    }
    if (devices != r->gpus)
        return BERTH_R_INCOMPLETE;
    if (charged != (node_pick_charges(&h->placer, r) ? r->replicas : 0))
        return BERTH_R_CPU_MEMORY;
    for (uint32_t i = 0; i < n; i++)
        if (p[i].node >= h->topo->n_nodes)
            return BERTH_R_NO_SUCH_PLACE;
    if (!r->share_milli && !(r->required == LEVEL_NODE || r->required == LEVEL_NUMA) &&
        !whole_replicas(r, h->jobs->groups[r->first_group].gpus, p, n))
        return BERTH_R_SPLIT;
    return in_level(h, (enum level)r->required, p, n) ? 0 : BERTH_R_LEVEL;
}

static void keep(struct host *h, uint32_t slot, uint32_t first, uint32_t n)
{
    h->more.at[slot].first = first;
    h->job.at[slot].n_pieces = n;
    h->job.at[slot].pieces = (const struct berth_piece *)(const void *)(h->held.all.at + first);
}

static struct host_effect *effect(struct host *h, enum host_effect_kind kind,
                                  const struct berth_decision *d)
{
    struct host_effect e = {.kind = (uint8_t)kind,
                            .slot = d->job,
                            .was = d->job < h->job.n ? (uint8_t)h->job.at[d->job].state : 0,
                            .cookie = d->cookie,
                            .at = d->at};

    VEC_PUSH(&h->effects, e);
    return &h->effects.at[h->effects.n - 1];
}

static void digest_pieces(struct host *h, uint32_t slot, const struct held *p, uint32_t n)
{
    h->decisions++;
    digest_word(&h->digest, (uint64_t)h->view.now);
    digest_word(&h->digest, h->job.at[slot].key);
    for (uint32_t i = 0; i < n; i++) {
        digest_word(&h->digest, (uint64_t)p[i].node << 32 | (uint64_t)p[i].base << 16 | p[i].milli);
        digest_word(&h->digest, p[i].mask);
    }
}

/* ---- one kind each; 0 or why not ---- */

static void count_pending(struct host *h, uint32_t slot, int sign)
{
    const struct berth_job *j = &h->job.at[slot];

    h->view.n_pending += (uint32_t)sign;
    h->pending_of[j->request] += (uint32_t)sign;
    h->pending_milli += (uint64_t)sign * h->request[j->request].demand_milli;
}

static void count_held(struct host *h, const struct held *p, uint32_t n, int64_t sign)
{
    for (uint32_t i = 0; i < n; i++)
        if (p[i].mask)
            h->held_milli[h->topo->gpu_type[p[i].node]] +=
                sign * (int64_t)bits_count(p[i].mask) * p[i].milli;
}

static uint16_t do_start(struct host *h, const struct berth_decision *d)
{
    struct berth_job *j = &h->job.at[d->job];
    struct host_job *m = &h->more.at[d->job];
    const struct request *r = host_request(h, d->job);
    const struct held *p = (const struct held *)(const void *)d->pieces;
    struct host_effect *e;
    uint16_t why;

    if (j->state != BERTH_JOB_PENDING && (j->state != BERTH_JOB_STOPPING || m->restarts))
        return BERTH_R_WRONG_STATE;
    if (m->placed) {
        if (d->n_pieces || m->placed != r->replicas)
            return BERTH_R_INCOMPLETE;
        p = h->held.all.at + m->first;
        why = complete(h, r, p, j->n_pieces);
        if (why)
            return why;
        count_held(h, p, j->n_pieces, -1);
        e = effect(h, HOST_START, d);
        e->old_n = m->placed; /* it held them: rollback goes back to that */
        m->placed = 0;
    } else {
        why = complete(h, r, p, d->n_pieces);
        if (!why)
            why = take(h, r, p, d->n_pieces);
        if (why)
            return why;
        e = effect(h, HOST_START, d);
        e->old_first = m->first; /* of one that stops: what it gives up */
        e->before = j->n_pieces;
        keep(h, d->job, pieces_store(&h->held, p, d->n_pieces), d->n_pieces);
    }
    e->first = m->first;
    e->n = j->n_pieces;
    digest_pieces(h, d->job, h->held.all.at + m->first, j->n_pieces);
    h->view.n_running++;
    j->starts++;
    h->broken += m->promise != NS_UNKNOWN && h->view.now > m->promise;
    e->old_at = m->promise; /* kept or broken, it is spent */
    e->at = m->reserved;
    m->promise = m->reserved = NS_UNKNOWN;
    if (j->state == BERTH_JOB_STOPPING) {
        m->restarts = true;
        return 0;
    }
    count_pending(h, d->job, -1);
    j->state = BERTH_JOB_STARTING;
    j->since = h->view.now;
    return 0;
}

static uint16_t do_preempt(struct host *h, const struct berth_decision *d)
{
    struct berth_job *j = &h->job.at[d->job];
    struct host_job *m = &h->more.at[d->job];
    struct host_effect *e;

    if (!(h->policy->needs & BERTH_CAN_PREEMPT) && !(h->policy->uses & BERTH_CAN_PREEMPT))
        return BERTH_R_CAPABILITY;
    if (j->state != BERTH_JOB_RUNNING && j->state != BERTH_JOB_STARTING && !m->restarts)
        return BERTH_R_WRONG_STATE;
    if (d->arg != BERTH_STOP_SAVE && d->arg != BERTH_STOP_REQUEUE)
        return BERTH_R_UNKNOWN_KIND;
    e = effect(h, HOST_PREEMPT, d);
    e->mode = (uint8_t)d->arg;
    e->first = m->first;
    e->n = j->n_pieces;
    digest_pieces(h, d->job, NULL, 0);
    host_give_back(h, host_request(h, d->job), m->first, j->n_pieces);
    h->view.n_running--;
    if (m->restarts) { /* it stops already; what it was to start on it does not get */
        m->restarts = false;
        j->n_pieces = 0;
        return 0;
    }
    j->state = BERTH_JOB_STOPPING;
    return 0;
}

static uint16_t do_migrate(struct host *h, const struct berth_decision *d)
{
    struct berth_job *j = &h->job.at[d->job];
    struct host_job *m = &h->more.at[d->job];
    const struct request *r = host_request(h, d->job);
    const struct held *p = (const struct held *)(const void *)d->pieces;
    struct host_effect *e;
    uint16_t why;

    if (!(h->policy->needs & BERTH_CAN_MIGRATE) && !(h->policy->uses & BERTH_CAN_MIGRATE))
        return BERTH_R_CAPABILITY;
    if (j->state != BERTH_JOB_RUNNING)
        return BERTH_R_WRONG_STATE;
    why = complete(h, r, p, d->n_pieces);
    if (!why)
        why = take(h, r, p, d->n_pieces);
    if (why)
        return why;
    e = effect(h, HOST_MIGRATE, d);
    e->old_first = m->first;
    e->old_n = j->n_pieces;
    host_give_back(h, r, m->first, j->n_pieces);
    keep(h, d->job, pieces_store(&h->held, p, d->n_pieces), d->n_pieces);
    e->first = m->first;
    e->n = j->n_pieces;
    digest_pieces(h, d->job, p, d->n_pieces);
    j->state = BERTH_JOB_MOVING;
    return 0;
}

static uint16_t do_hold(struct host *h, const struct berth_decision *d)
{
    struct berth_job *j = &h->job.at[d->job];
    struct host_job *m = &h->more.at[d->job];
    const struct request *r = host_request(h, d->job);
    const struct held *p = (const struct held *)(const void *)d->pieces;
    uint32_t charged = 0, devices = 0, first, n = j->n_pieces + d->n_pieces;
    bool charges = node_pick_charges(&h->placer, r);
    uint16_t why;

    if (!(h->policy->needs & BERTH_CAN_HOLD) && !(h->policy->uses & BERTH_CAN_HOLD))
        return BERTH_R_CAPABILITY;
    if (h->in_transaction)
        return BERTH_R_NO_TRANSACTION; /* holding is no part of a try */
    if (j->state != BERTH_JOB_PENDING)
        return BERTH_R_WRONG_STATE;
    if (d->n_pieces && !p)
        return BERTH_R_INCOMPLETE;
    for (uint32_t i = 0; i < d->n_pieces; i++)
        if (p[i].mask)
            devices += bits_count(p[i].mask);
        else
            charged += p[i].base;
    if (d->arg < 1 || d->arg > r->replicas - m->placed || devices > r->gpus ||
        charged != (charges ? (uint32_t)d->arg : 0))
        return BERTH_R_INCOMPLETE;
    why = take(h, r, p, d->n_pieces);
    if (why)
        return why;
    effect(h, HOST_HOLD, d)->n = d->n_pieces;
    count_held(h, p, d->n_pieces, 1);
    /* One run of pieces a job: the old ones and the new ones, copied together. */
    h->placer.out.n = 0;
    for (uint32_t i = 0; i < j->n_pieces; i++)
        VEC_PUSH(&h->placer.out, h->held.all.at[m->first + i]);
    for (uint32_t i = 0; i < d->n_pieces; i++)
        VEC_PUSH(&h->placer.out, p[i]);
    pieces_drop(&h->held, m->first, j->n_pieces);
    first = pieces_store(&h->held, h->placer.out.at, n);
    keep(h, d->job, first, n);
    h->holds_began = h->holds_began || !m->placed;
    m->placed += (uint32_t)d->arg;
    return 0;
}

static uint16_t do_unhold(struct host *h, const struct berth_decision *d)
{
    struct berth_job *j = &h->job.at[d->job];
    struct host_job *m = &h->more.at[d->job];

    if (h->in_transaction)
        return BERTH_R_NO_TRANSACTION;
    if (j->state != BERTH_JOB_PENDING || !m->placed)
        return BERTH_R_WRONG_STATE;
    effect(h, HOST_UNHOLD, d);
    count_held(h, h->held.all.at + m->first, j->n_pieces, -1);
    host_give_back(h, host_request(h, d->job), m->first, j->n_pieces);
    pieces_drop(&h->held, m->first, j->n_pieces);
    j->n_pieces = 0;
    m->placed = 0;
    return 0;
}

static uint16_t do_reserve(struct host *h, const struct berth_decision *d)
{
    struct host_job *m = &h->more.at[d->job];
    struct host_effect *e;

    if (h->job.at[d->job].state != BERTH_JOB_PENDING &&
        (h->job.at[d->job].state != BERTH_JOB_STOPPING || m->restarts))
        return BERTH_R_WRONG_STATE;
    if (d->kind == BERTH_DO_RESERVE && d->at < h->view.now)
        return BERTH_R_TIME;
    e = effect(h, d->kind == BERTH_DO_RESERVE ? HOST_RESERVE : HOST_UNRESERVE, d);
    e->old_at = m->reserved;
    m->reserved = d->kind == BERTH_DO_RESERVE ? d->at : NS_UNKNOWN;
    if (m->promise == NS_UNKNOWN && d->kind == BERTH_DO_RESERVE) {
        m->promise = d->at;
        h->promises++;
        e->mode = 1; /* the first one of this wait */
    }
    return 0;
}

static uint16_t do_wake(struct host *h, const struct berth_decision *d)
{
    if (d->kind == BERTH_DO_WAKE && d->at < h->view.now)
        return BERTH_R_TIME;
    effect(h, d->kind == BERTH_DO_WAKE ? HOST_WAKE : HOST_UNWAKE, d);
    return 0;
}

static uint16_t apply(struct host *h, const struct berth_decision *d)
{
    bool of_job = d->kind != BERTH_DO_WAKE && d->kind != BERTH_DO_UNWAKE;

    if (of_job && (d->job >= h->job.n || h->job.at[d->job].state == BERTH_JOB_FREE))
        return BERTH_R_NO_SUCH_JOB;
    switch (d->kind) {
    case BERTH_DO_START:
        return do_start(h, d);
    case BERTH_DO_PREEMPT:
        return do_preempt(h, d);
    case BERTH_DO_MIGRATE:
        return do_migrate(h, d);
    case BERTH_DO_RESERVE:
    case BERTH_DO_UNRESERVE:
        return do_reserve(h, d);
    case BERTH_DO_REJECT: /* what can never be placed is refused when the jobs are read */
        return BERTH_R_CAN_RUN;
    case BERTH_DO_WAKE:
    case BERTH_DO_UNWAKE:
        return do_wake(h, d);
    case BERTH_DO_HOLD:
        return do_hold(h, d);
    case BERTH_DO_UNHOLD:
        return do_unhold(h, d);
    case BERTH_DO_EXPLAIN:
        effect(h, HOST_EXPLAIN, d);
        return 0;
    default:
        return BERTH_R_UNKNOWN_KIND;
    }
}

berth_status emit_decision(void *ctx, const struct berth_decision *d)
{
    struct host *h = ctx;
    uint16_t why;

    if (!h->deciding || d->size < sizeof *d)
        return BERTH_E_STATE;
    host_note_job(h, d->job);
    why = apply(h, d);
    if (h->tap && h->tap->decision)
        h->tap->decision(h->tap->ctx, &h->view, d, why);
    if (!why)
        return 0;
    if (!h->refused++)
        h->first_refusal = (struct host_refusal){
            d->job < h->job.n ? h->job.at[d->job].key : UINT64_MAX, h->view.now, d->kind, why};
    host_event(h,
               (struct berth_event){.kind = BERTH_EV_REFUSED,
                                    .code = why,
                                    .job = d->job,
                                    .key = d->job < h->job.n ? h->job.at[d->job].key : 0,
                                    .cookie = d->cookie,
                                    .at = h->view.now,
                                    .a = d->kind},
               true);
    return -(berth_status)why;
}

/* ---- transactions: the accepted decisions are their own undo log ---- */

static void tell_transaction(struct host *h, char what)
{
    if (h->tap && h->tap->transaction)
        h->tap->transaction(h->tap->ctx, what);
}

berth_status emit_begin(void *ctx)
{
    struct host *h = ctx;

    if (h->in_transaction || !h->deciding)
        return -BERTH_R_NO_TRANSACTION;
    h->in_transaction = true;
    h->mark = h->effects.n;
    h->mark_digest = h->digest;
    h->mark_decisions = h->decisions;
    tell_transaction(h, 'b');
    return 0;
}

berth_status emit_commit(void *ctx)
{
    struct host *h = ctx;

    if (!h->in_transaction)
        return -BERTH_R_NO_TRANSACTION;
    h->in_transaction = false;
    tell_transaction(h, 'c');
    return 0;
}

static void undo(struct host *h, const struct host_effect *e)
{
    struct berth_job *j = e->slot < h->job.n ? &h->job.at[e->slot] : NULL;
    const struct request *r;

    switch (e->kind) {
    case HOST_START:
        r = host_request(h, e->slot);
        if (e->old_n) {
            h->more.at[e->slot].placed = e->old_n;
            count_held(h, h->held.all.at + e->first, e->n, 1);
        } else {
            put_back(h, r, h->held.all.at + e->first, e->n);
            pieces_drop(&h->held, e->first, e->n);
            keep(h, e->slot, e->old_first, e->before);
        }
        j->starts--;
        h->view.n_running--;
        h->broken -= e->old_at != NS_UNKNOWN && h->view.now > e->old_at;
        h->more.at[e->slot].promise = e->old_at;
        h->more.at[e->slot].reserved = e->at;
        if (e->was == BERTH_JOB_STOPPING) {
            h->more.at[e->slot].restarts = false;
            break;
        }
        count_pending(h, e->slot, 1);
        break;
    case HOST_PREEMPT:
        place_hold(&h->placer, host_request(h, e->slot), h->held.all.at + e->first, e->n);
        h->view.n_running++;
        if (e->was == BERTH_JOB_STOPPING) {
            h->more.at[e->slot].restarts = true;
            keep(h, e->slot, e->first, e->n);
        }
        break;
    case HOST_MIGRATE:
        r = host_request(h, e->slot);
        put_back(h, r, h->held.all.at + e->first, e->n);
        pieces_drop(&h->held, e->first, e->n);
        keep(h, e->slot, e->old_first, e->old_n);
        place_hold(&h->placer, r, h->held.all.at + e->old_first, e->old_n);
        break;
    case HOST_RESERVE:
    case HOST_UNRESERVE:
        h->more.at[e->slot].reserved = e->old_at;
        if (e->mode) {
            h->more.at[e->slot].promise = NS_UNKNOWN;
            h->promises--;
        }
        return;
    default:
        return; /* nothing was taken or freed */
    }
    if (j)
        j->state = e->was;
}

berth_status emit_rollback(void *ctx)
{
    struct host *h = ctx;

    if (!h->in_transaction)
        return -BERTH_R_NO_TRANSACTION;
    h->in_transaction = false;
    while (h->effects.n > h->mark)
        undo(h, &h->effects.at[--h->effects.n]);
    h->digest = h->mark_digest;
    h->decisions = h->mark_decisions;
    tell_transaction(h, 'r');
    return 0;
}
