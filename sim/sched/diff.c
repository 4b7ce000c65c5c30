/* diff.c - the desired set on nodes: stop and start what differs from what runs. */
#include "sched/diff.h"

#include "base/check.h"

static const struct request *request_of(const struct core *c, uint32_t job)
{
    return &c->jobs->requests[c->jobs->specs[job].request];
}

/* ---- what the plan asks ---- */

static bool try_start(void *ctx, uint32_t job)
{
    struct diff *d = ctx;
    struct core *c = d->core;

    if (!place_take(&c->placer, request_of(c, job), (uint32_t)core_key(c, job)))
        return false;
    d->tried[job].n = (uint32_t)c->placer.out.n;
    d->tried[job].first = pieces_store(&c->held, c->placer.out.at, d->tried[job].n);
    return true;
}

static void withdraw(void *ctx, uint32_t job)
{
    struct diff *d = ctx;
    struct core *c = d->core;

    place_release(&c->placer, request_of(c, job), c->held.all.at + d->tried[job].first,
                  d->tried[job].n);
    pieces_drop(&c->held, d->tried[job].first, d->tried[job].n);
}

static void stop(void *ctx, uint32_t job)
{
    struct core *c = ((struct diff *)ctx)->core;
    uint32_t n;
    const struct held *h = core_held(c, job, &n);

    place_release(&c->placer, request_of(c, job), h, n);
}

static bool try_resume(void *ctx, uint32_t job)
{
    struct core *c = ((struct diff *)ctx)->core;
    uint32_t n;
    const struct held *h = core_held(c, job, &n);

    if (!place_open(&c->placer, request_of(c, job), h, n))
        return false;
    place_hold(&c->placer, request_of(c, job), h, n);
    return true;
}

static struct desired_key true_key(void *ctx, uint32_t job)
{
    return rank_key(((struct diff *)ctx)->core->rank, job);
}

struct diff *diff_new(struct core *c, struct arena *a)
{
    struct diff *d = ARENA_NEW(a, struct diff);
    enum order_rank kind = c->policy->part[AXIS_ORDER]->rank;

    d->core = c;
    d->calls = (struct desired_host){.ctx = d,
                                     .try_start = try_start,
                                     .withdraw = withdraw,
                                     .stop = stop,
                                     .try_resume = try_resume,
                                     .most_stops = (uint32_t)c->policy->option[AXIS_WALK][2]};
    if (kind == ORDER_REMAINING || kind == ORDER_SERVICE) {
        c->desired->true_key = true_key;
        c->desired->true_key_ctx = d;
    }
    return d;
}

void diff_free(struct diff *d)
{
    free(d->tried);
}

void diff_grow(struct diff *d, uint32_t had, uint32_t room)
{
    (void)had;
    d->tried = realloc(d->tried, room * sizeof *d->tried);
    check(d->tried != NULL);
}

/* ---- carrying it out ---- */

static uint64_t budget_of(const struct core *c)
{
    int64_t milli = 0;

    for (uint32_t type = 0; type < c->topo->n_types; type++)
        milli += c->occ.pool[type].capacity_milli;
    return (uint64_t)milli;
}

void walk_desired(struct core *c)
{
    struct desired *set = c->desired;
    struct diff *d = c->diff;

    desired_nodes(set, budget_of(c), &d->calls);
    for (uint32_t i = 0; i < set->n_stop; i++)
        core_stopped(c, set->stop[i], BERTH_STOP_SAVE);
    for (uint32_t i = 0; i < set->n_start; i++) {
        uint32_t job = set->start[i];
        core_start_on(c, job, d->tried[job].first, d->tried[job].n);
    }
    /* Keys change with the state: the set knows who runs, the ranks follow. */
    for (uint32_t i = 0; i < set->n_stop; i++)
        rank_stop(c->rank, set->stop[i]);
    for (uint32_t i = 0; i < set->n_start; i++)
        rank_start(c->rank, set->start[i]);
}
