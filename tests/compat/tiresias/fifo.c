/* fifo.c - fifo and fjf of the Tiresias simulator: run to completion in order of arrival, stopping at
 * the first job that does not fit, or passing it by (first fit job). */
#include "jobs.h"
#include "yarn.h"

struct fifo {
    struct jobs jobs;
    struct yarn yarn;
    struct list pending;
    uint32_t free;
    bool skips, by_node;
};

static const struct berth_option options[] = {
    {"yarn", "1: first fit on nodes and switches; 0: GPUs are counted", 0, 0, 1, 0, 0}, {0}};

static berth_status create(const struct berth_host *host, const struct berth_view *v,
                           const struct berth_config *config, bool skips, void **self)
{
    struct fifo *p = jobs_alloc(host, 1, sizeof *p);

    if (!p || !jobs_init(&p->jobs, host, v) || !yarn_init(&p->yarn, host, v))
        return BERTH_E_MEMORY;
    p->by_node = p->jobs.in_parts = config->values[0] != 0;
    p->free = v->n_gpus;
    p->skips = skips;
    *self = p;
    return 0;
}

static berth_status create_fifo(const struct berth_host *host, const struct berth_view *v,
                                const struct berth_config *config, void **self)
{
    return create(host, v, config, false, self);
}

static berth_status create_fjf(const struct berth_host *host, const struct berth_view *v,
                               const struct berth_config *config, void **self)
{
    return create(host, v, config, true, self);
}

static berth_status come(struct fifo *p, const struct berth_view *v, uint32_t slot)
{
    struct job *j = jobs_come(&p->jobs, v, slot);

    return j && yarn_come(&p->yarn, p->jobs.host, j) && list_add(p->jobs.host, &p->pending, slot)
               ? 0
               : BERTH_E_MEMORY;
}

static void end(struct fifo *p, uint32_t slot)
{
    struct job *j = &p->jobs.at[slot];

    p->free += j->gpus;
    yarn_return(&p->yarn, j);
}

static bool place(struct fifo *p, struct job *j)
{
    return p->by_node ? yarn_take(&p->yarn, j) : j->gpus <= p->free;
}

static berth_status scan(struct fifo *p, const struct berth_view *v)
{
    uint32_t kept = 0, i = 0;

    for (; i < p->pending.n && p->free; i++) {
        struct job *j = &p->jobs.at[p->pending.at[i]];
        berth_status status;
        if (!place(p, j)) {
            if (!p->skips)
                break;
            p->pending.at[kept++] = p->pending.at[i];
            continue;
        }
        p->free -= j->gpus;
        status = jobs_start(&p->jobs, v, p->pending.at[i]);
        if (status)
            return status;
    }
    memmove(p->pending.at + kept, p->pending.at + i, (p->pending.n - i) * sizeof *p->pending.at);
    p->pending.n -= i - kept;
    return 0;
}

static berth_status decide(void *self, const struct berth_view *v, const struct berth_event *e,
                           uint32_t n, uint32_t mode)
{
    struct fifo *p = self;
    berth_status status = 0;

    (void)mode;
    for (uint32_t i = 0; i < n && !status; i++)
        if (e[i].kind == BERTH_EV_JOB_FINISHED)
            end(p, e[i].job);
        else if (e[i].kind == BERTH_EV_JOB_SUBMITTED)
            status = come(p, v, e[i].job);
    return status ? status : scan(p, v);
}

BERTH_POLICY(tiresias_fifo) = {
    BERTH_HEAD,
    .id = "tiresias_fifo",
    .summary = "in order of arrival, as the Tiresias simulator does it",
    .version = "1",
    .source = "Gu et al., Tiresias, NSDI 2019; its simulator",
    .options = options,
    .create = create_fifo,
    .destroy = jobs_destroy,
    .decide = decide,
};

BERTH_POLICY(tiresias_fjf) = {
    BERTH_HEAD,
    .id = "tiresias_fjf",
    .summary =
        "in order of arrival, passing by what does not fit, as the Tiresias simulator does it",
    .version = "1",
    .source = "Gu et al., Tiresias, NSDI 2019; its simulator",
    .options = options,
    .create = create_fjf,
    .destroy = jobs_destroy,
    .decide = decide,
};
