/* pods.c - pod-by-pod launch without gangs: the deliberate bad baseline. */
#include "sched/pods.h"

#include "base/bits.h"
#include "base/check.h"
#include "sched/core.h"

struct pod_job {
    uint32_t hold;     /* how often it began to hold */
    uint32_t placed;   /* replicas that hold devices */
    uint32_t first, n; /* its pieces so far, in pods.part */
};

struct pods {
    struct core *core;
    struct pod_job *job;
    ns_t timeout; /* 0 = none */
    struct pieces part;
    VEC(struct held) joined;
    VEC(uint32_t) turn;  /* pending jobs in queue order */
    VEC(uint32_t) began; /* jobs that began to hold in this pass */
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
    VEC_FREE(&p->began);
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
                sign * (int64_t)bits_count(h[i].mask) * h[i].milli;
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
    if (!j->placed++) {
        j->hold++;
        if (p->timeout)
            VEC_PUSH(&p->began, job);
    }
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
    *j = (struct pod_job){.hold = j->hold + 1};
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

    p->began.n = 0;
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

const uint32_t *pods_began(const struct pods *p, size_t *n)
{
    *n = p->began.n;
    return p->began.at;
}

uint32_t pods_hold(const struct pods *p, uint32_t job)
{
    return p->job[job].hold;
}

ns_t pods_timeout(const struct pods *p)
{
    return p->timeout;
}

bool pods_expire(struct pods *p, uint32_t job, uint32_t hold)
{
    struct pod_job *j = &p->job[job];

    if (j->hold != hold || !j->n)
        return false;
    count(p, p->part.all.at + j->first, j->n, -1);
    place_release(&p->core->placer, request_of(p, job), p->part.all.at + j->first, j->n);
    p->core->occ.returned++;
    pieces_drop(&p->part, j->first, j->n);
    *j = (struct pod_job){.hold = j->hold};
    return true;
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
            digest_word(&d, (uint64_t)p->part.all.at[j->first + k].node << 16 |
                                p->part.all.at[j->first + k].base);
            digest_word(&d, p->part.all.at[j->first + k].mask);
        }
    }
    return d.a ^ d.b;
}
