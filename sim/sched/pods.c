/* pods.c - pod-by-pod launch without gangs: the deliberate bad baseline. */
#include "sched/pods.h"

#include "base/check.h"
#include "sched/core_state.h"

struct pod_job {
    uint32_t hold;     /* how often it began to hold; a timer of an earlier one is stale */
    uint32_t placed;   /* replicas that hold devices */
    uint32_t first, n; /* its pieces so far, in pods.part */
};

struct pods {
    struct core *core;
    struct pod_job *job;
    ns_t timeout; /* 0 = none */
    struct pieces part;
    VEC(struct held) joined;
    VEC(uint32_t) turn; /* pending jobs in queue order */
};

struct pods *pods_new(struct core *c, struct arena *a)
{
    struct pods *p = ARENA_NEW(a, struct pods);

    p->core = c;
    p->timeout = c->policy->option[AXIS_LAUNCH][0];
    pieces_init(&p->part);
    return p;
}

bool pods_possible(const struct core *c, char *why, size_t room)
{
    for (uint32_t i = 0; i < c->jobs->n_requests; i++) {
        const struct request *r = &c->jobs->requests[i];
        if (r->required > LEVEL_GPU && (r->replicas > 1 || r->required != LEVEL_NODE)) {
            snprintf(why, room,
                     "launch=pod places replicas one by one and keeps no gang inside a domain, but "
                     "jobs of %u x %u GPUs require one (%s); use launch=gang",
                     r->replicas, c->jobs->groups[r->first_group].gpus,
                     level_name((enum level)r->required));
            return false;
        }
    }
    return true;
}

void pods_free(struct pods *p)
{
    pieces_free(&p->part);
    VEC_FREE(&p->joined);
    VEC_FREE(&p->turn);
    free(p->job);
}

void pods_grow(struct pods *p, uint32_t had, uint32_t room)
{
    p->job = realloc(p->job, room * sizeof *p->job);
    check(p->job != NULL);
    memset(p->job + had, 0, (room - had) * sizeof *p->job);
}

void pods_submit(struct pods *p, uint32_t job)
{
    p->job[job] = (struct pod_job){.hold = p->job[job].hold + 1};
}

static const struct request *request_of(const struct pods *p, uint32_t job)
{
    return &p->core->jobs->requests[p->core->jobs->specs[job].request];
}

static void emit(struct pods *p, struct berth_decision d)
{
    d.size = sizeof d;
    check(p->core->host->emit(p->core->host->ctx, &d) == 0);
}

/* Timers are named by slot and hold. */
static uint64_t timer_of(uint32_t job, uint32_t hold)
{
    return (uint64_t)hold << 32 | job;
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
    if (!place_replicas(&c->placer, r, next_size(p, job), 1, (uint32_t)core_key(c, job)))
        return false;
    emit(p, (struct berth_decision){.kind = BERTH_DO_HOLD,
                                    .job = job,
                                    .n_pieces = (uint32_t)c->placer.out.n,
                                    .pieces =
                                        (const struct berth_piece *)(const void *)c->placer.out.at,
                                    .arg = 1});
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
            emit(p, (struct berth_decision){.kind = BERTH_DO_WAKE,
                                            .job = BERTH_NONE,
                                            .cookie = timer_of(job, j->hold),
                                            .at = c->now + p->timeout});
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
    pieces_drop(&p->part, j->first, j->n);
    *j = (struct pod_job){.hold = j->hold + 1};
    core_start(c, job, true);
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

void pods_timer(struct pods *p, uint64_t cookie)
{
    uint32_t job = (uint32_t)cookie;
    struct pod_job *j = &p->job[job];

    if (j->hold != cookie >> 32 || !j->n)
        return;
    place_release(&p->core->placer, request_of(p, job), p->part.all.at + j->first, j->n);
    p->core->occ.returned++;
    pieces_drop(&p->part, j->first, j->n);
    *j = (struct pod_job){.hold = j->hold};
    emit(p, (struct berth_decision){.kind = BERTH_DO_UNHOLD, .job = job});
}

void pods_state(struct pods *p, struct state *s)
{
    struct core *c = p->core;
    uint32_t slots = c->room;

    while (!s->loading && slots && !p->job[slots - 1].hold)
        slots--;
    state_count(s, &slots, c->room, 8);
    for (uint32_t i = 0; i < slots && !s->broken; i++) {
        struct pod_job *j = &p->job[i];
        state_u32(s, &j->hold);
        state_u32(s, &j->placed);
        if (!j->placed)
            continue;
        if (!state_require(s, c->queue.link[i].pending && j->placed < request_of(p, i)->replicas))
            return;
        core_state_pieces(c, s, i, &p->part, &j->first, &j->n);
    }
}
