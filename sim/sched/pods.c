/* pods.c - pod-by-pod launch without gangs: the deliberate bad baseline. */
#include "sched/pods.h"

#include "base/check.h"
#include "sched/core.h"

struct pod_job {
    ns_t deadline;              /* when its hold times out, NS_NEVER = holds nothing */
    uint32_t placed;            /* replicas that hold devices */
    uint32_t first, n;          /* its pieces so far, in pods.part */
};

struct pods {
    struct core *core;
    struct pod_job *job;
    ns_t timeout;               /* 0 = none */
    struct pieces part;
    VEC(struct held) joined;
    VEC(uint32_t) turn;         /* pending jobs in queue order */
    int64_t held_milli[TOPOLOGY_TYPES];
};

struct pods *pods_new(struct core *c, struct arena *a)
{
    struct pods *p = ARENA_NEW(a, struct pods);

    p->core = c;
    p->job = ARENA_ARRAY(a, struct pod_job, c->jobs->n + 1);
    p->timeout = c->policy->option[AXIS_LAUNCH][0];
    pieces_init(&p->part, false);
    return p;
}

void pods_free(struct pods *p)
{
    pieces_free(&p->part);
    VEC_FREE(&p->joined);
    VEC_FREE(&p->turn);
}

void pods_submit(struct pods *p, uint32_t job)
{
    p->job[job].deadline = NS_NEVER;
}

static const struct request *request_of(const struct pods *p, uint32_t job)
{
    return &p->core->jobs->requests[p->core->jobs->specs[job].request];
}

static void count(struct pods *p, const struct held *h, uint32_t n, int64_t sign)
{
    for (uint32_t i = 0; i < n; i++)
        if (h[i].mask)
            p->held_milli[p->core->topo->gpu_type[h[i].node]] +=
                sign * (int64_t)__builtin_popcountll(h[i].mask) * h[i].milli;
}

/* Devices of the next replica: groups in order. */
static uint32_t next_size(const struct pods *p, uint32_t job)
{
    const struct request *r = request_of(p, job);
    uint32_t seen = 0, g = 0;

    while (seen + p->core->jobs->groups[r->first_group + g].replicas <= p->job[job].placed)
        seen += p->core->jobs->groups[r->first_group + g++].replicas;
    return p->core->jobs->groups[r->first_group + g].gpus;
}

/* One more replica of the job, if it fits now. */
static bool place_one(struct pods *p, uint32_t job)
{
    struct core *c = p->core;
    struct pod_job *j = &p->job[job];
    const struct request *r = request_of(p, job);

    c->placer.out.n = 0;
    if (!place_replicas(&c->placer, r, next_size(p, job), 1, job))
        return false;
    count(p, c->placer.out.at, (uint32_t)c->placer.out.n, 1);
    p->joined.n = 0;
    for (uint32_t i = 0; i < j->n; i++)
        VEC_PUSH(&p->joined, p->part.all.at[j->first + i]);
    for (size_t i = 0; i < c->placer.out.n; i++)
        VEC_PUSH(&p->joined, c->placer.out.at[i]);
    pieces_drop(&p->part, j->first, j->n);
    j->n = (uint32_t)p->joined.n;
    j->first = pieces_store(&p->part, p->joined.at, j->n);
    j->placed++;
    if (j->deadline == NS_NEVER && p->timeout)
        j->deadline = c->now + p->timeout;
    return true;
}

static void start_complete(struct pods *p, uint32_t job)
{
    struct core *c = p->core;
    struct pod_job *j = &p->job[job];

    c->placer.out.n = 0;
    for (uint32_t i = 0; i < j->n; i++)
        VEC_PUSH(&c->placer.out, p->part.all.at[j->first + i]);
    count(p, c->placer.out.at, j->n, -1);
    pieces_drop(&p->part, j->first, j->n);
    *j = (struct pod_job){.deadline = NS_NEVER};
    core_start(c, job);
}

static void collect(struct pods *p)
{
    struct core *c = p->core;

    p->turn.n = 0;
    walk_begin(c);
    for (uint32_t job; (job = walk_next(c)) != JOB_END_OF_QUEUE; walk_step(c, job))
        VEC_PUSH(&p->turn, job);
    c->cursors_made = false;
}

void pods_pass(struct pods *p)
{
    bool strict = p->core->policy->part[AXIS_WALK]->stops_at_first;
    bool moved = true;

    collect(p);
    while (moved && p->turn.n) {
        size_t kept = 0;
        moved = false;
        for (size_t i = 0; i < p->turn.n; i++) {
            uint32_t job = p->turn.at[i];
            bool ok = place_one(p, job);
            moved = moved || ok;
            if (ok && p->job[job].placed == request_of(p, job)->replicas) {
                start_complete(p, job);
                continue;
            }
            p->turn.at[kept++] = job;
            if (!ok && strict) {
                while (++i < p->turn.n)
                    p->turn.at[kept++] = p->turn.at[i];
                moved = false;
            }
        }
        p->turn.n = kept;
    }
}

ns_t pods_deadline(const struct pods *p)
{
    ns_t least = NS_NEVER;

    for (uint32_t i = 0; i < p->core->queue.n_heap; i++)
        for (uint32_t job = p->core->queue.class[p->core->queue.heap[i]].first; job != JOB_NONE;
             job = queue_after(&p->core->queue, p->core->queue.heap[i], job))
            if (p->job[job].n && p->job[job].deadline < least)
                least = p->job[job].deadline;
    return least;
}

uint32_t pods_expire(struct pods *p, ns_t now)
{
    uint32_t n = 0;

    collect(p);
    for (size_t i = 0; i < p->turn.n; i++) {
        uint32_t job = p->turn.at[i];
        struct pod_job *j = &p->job[job];
        if (!j->n || j->deadline > now)
            continue;
        count(p, p->part.all.at + j->first, j->n, -1);
        place_release(&p->core->placer, request_of(p, job), p->part.all.at + j->first, j->n);
        p->core->occ.returned++;
        pieces_drop(&p->part, j->first, j->n);
        *j = (struct pod_job){.deadline = NS_NEVER};
        n++;
    }
    return n;
}

const int64_t *pods_held_milli(const struct pods *p)
{
    return p->held_milli;
}

uint32_t pods_placed(const struct pods *p, uint32_t job)
{
    return p->job[job].placed;
}

uint64_t pods_state(const struct pods *p)
{
    struct digest d;

    digest_init(&d);
    for (size_t i = 0; i < p->turn.n; i++) {
        const struct pod_job *j = &p->job[p->turn.at[i]];
        digest_word(&d, (uint64_t)p->turn.at[i] << 32 | j->placed);
        for (uint32_t k = 0; k < j->n; k++) {
            digest_word(&d, p->part.all.at[j->first + k].node);
            digest_word(&d, p->part.all.at[j->first + k].mask);
        }
    }
    return d.a ^ d.b;
}
