/* shortest.c - sjf, shortest, shortest-gpu and shortest-expected of the Tiresias simulator: at every
 * event the cluster is emptied and filled anew in an order that is sorted in place.
 *
 * Under yarn the program places every job anew, for nothing, and moves running ones about as it likes: here
 * those that are to run elsewhere are stopped, and started in a second call of the same instant. The book
 * leaks memory as the program's does: what a running job takes is taken again at each event and given
 * back once. */
#include "samples.h"
#include "yarn.h"

enum order { BY_GPUS, BY_TIME, BY_GPU_TIME, BY_EXPECTED };

struct shortest {
    struct jobs jobs;
    struct yarn yarn;
    struct samples samples;
    struct list runnable;
    const struct berth_clairvoyant *truth;
    uint32_t newest; /* the job that came last, or BERTH_NONE */
    enum order order;
    bool by_node;
};

static const struct berth_option options[] = {
    {"yarn", "1: first fit on nodes and switches; 0: GPUs are counted", 0, 0, 1, 0, 0}, {0}};

static berth_status create(const struct berth_host *host, const struct berth_view *v, bool by_node,
                           enum order order, void **self)
{
    struct shortest *p = jobs_alloc(host, 1, sizeof *p);

    if (!p || !jobs_init(&p->jobs, host, v) || !yarn_init(&p->yarn, host, v))
        return BERTH_E_MEMORY;
    p->by_node = p->jobs.in_parts = by_node;
    p->order = order;
    p->newest = BERTH_NONE;
    if (order == BY_TIME || order == BY_GPU_TIME) {
        p->truth = host->extension(host->ctx, BERTH_CLAIRVOYANT);
        if (!p->truth)
            return BERTH_E_CONFIG;
    }
    *self = p;
    return 0;
}

static berth_status create_sjf(const struct berth_host *host, const struct berth_view *v,
                               const struct berth_config *config, void **self)
{
    return create(host, v, config->values[0] != 0, BY_GPUS, self);
}

static berth_status create_shortest(const struct berth_host *host, const struct berth_view *v,
                                    const struct berth_config *config, void **self)
{
    return create(host, v, config->values[0] != 0, BY_TIME, self);
}

static berth_status create_shortest_gpu(const struct berth_host *host, const struct berth_view *v,
                                        const struct berth_config *config, void **self)
{
    return create(host, v, config->values[0] != 0, BY_GPU_TIME, self);
}

static berth_status create_expected(const struct berth_host *host, const struct berth_view *v,
                                    const struct berth_config *config, void **self)
{
    int64_t by_node = 0;
    struct shortest *p;
    berth_status status;

    samples_list(config->text, "yarn", &by_node, 1);
    status = create(host, v, by_node != 0, BY_EXPECTED, self);
    if (status)
        return status;
    p = *self;
    return samples_read(&p->samples, host, config->text) ? 0 : BERTH_E_CONFIG;
}

static berth_status come(struct shortest *p, const struct berth_view *v, uint32_t slot)
{
    struct job *j = jobs_come(&p->jobs, v, slot);

    if (!j || !yarn_come(&p->yarn, p->jobs.host, j) || !list_add(p->jobs.host, &p->runnable, slot))
        return BERTH_E_MEMORY;
    if (p->truth)
        j->duration = p->truth->run(p->jobs.host->ctx, slot) / SECOND;
    if (p->order == BY_EXPECTED)
        j->key = samples_expected(&p->samples, 0);
    p->newest = slot;
    return 0;
}

static void end(struct shortest *p, uint32_t slot)
{
    list_remove(&p->runnable, slot);
    yarn_return(&p->yarn, &p->jobs.at[slot]);
    if (p->newest == slot)
        p->newest = BERTH_NONE;
}

/* The program means the running job's own expectation and writes it to the job that came last. */
static void age(struct shortest *p, int64_t t)
{
    for (uint32_t i = 0; i < p->runnable.n; i++) {
        struct job *j = &p->jobs.at[p->runnable.at[i]];
        if (j->runs) {
            j->executed += t - j->seen;
            if (p->order == BY_EXPECTED && p->newest != BERTH_NONE)
                p->jobs.at[p->newest].key = samples_expected(&p->samples, j->executed);
        }
        j->seen = t;
        if (p->order == BY_GPUS)
            j->key = j->gpus;
        else if (p->order == BY_TIME)
            j->key = j->duration - j->executed;
        else if (p->order == BY_GPU_TIME)
            j->key = (j->duration - j->executed) * j->gpus;
    }
}

/* Whether what the job holds is what its parts say. */
static bool in_place(const struct berth_job *b, const struct job *j)
{
    for (uint32_t i = 0; i < j->n_parts; i++) {
        uint32_t here = 0;
        for (uint32_t k = 0; k < b->n_pieces; k++)
            for (uint64_t m = b->pieces[k].mask; m && b->pieces[k].node == j->parts[i].node;
                 m &= m - 1)
                here++;
        if (here != j->parts[i].gpus)
            return false;
    }
    return true;
}

/* Whether some job moves. */
static bool fill(struct shortest *p, const struct berth_view *v)
{
    uint32_t free = v->n_gpus;
    bool some = false;

    yarn_empty(&p->yarn);
    for (uint32_t i = 0; i < p->runnable.n; i++) {
        struct job *j = &p->jobs.at[p->runnable.at[i]];
        j->runs = p->by_node ? yarn_take(&p->yarn, j) : j->gpus <= free;
        if (j->runs)
            free -= j->gpus;
        j->moves =
            p->by_node && j->runs && j->holds && !in_place(berth_job_at(v, p->runnable.at[i]), j);
        some = some || j->moves;
    }
    return some;
}

static berth_status once_more(const struct berth_host *host, const struct berth_view *v)
{
    struct berth_decision d = {.size = sizeof d, .kind = BERTH_DO_WAKE, .at = v->now};

    return host->emit(host->ctx, &d);
}

static berth_status decide(void *self, const struct berth_view *v, const struct berth_event *e,
                           uint32_t n, uint32_t mode)
{
    struct shortest *p = self;
    berth_status status = 0;
    bool again = false;

    (void)mode;
    for (uint32_t i = 0; i < n && !status; i++)
        if (e[i].kind == BERTH_EV_JOB_FINISHED)
            end(p, e[i].job);
        else if (e[i].kind == BERTH_EV_JOB_SUBMITTED)
            status = come(p, v, e[i].job);
        else
            again = again || e[i].kind == BERTH_EV_TIMER;
    if (status)
        return status;
    if (!again) {
        bool moves;
        age(p, v->now / SECOND);
        list_sort(&p->runnable, p->jobs.at);
        moves = fill(p, v);
        status = jobs_stop(&p->jobs, &p->runnable);
        if (status || moves)
            return status ? status : once_more(p->jobs.host, v);
    }
    return jobs_tell(&p->jobs, v, &p->runnable);
}

BERTH_POLICY(tiresias_sjf) = {
    BERTH_HEAD,
    .id = "tiresias_sjf",
    .summary = "fewest GPUs first, preemptive, as the Tiresias simulator does it",
    .version = "1",
    .source = "Gu et al., Tiresias, NSDI 2019; its simulator",
    .needs = BERTH_CAN_PREEMPT,
    .options = options,
    .create = create_sjf,
    .destroy = jobs_destroy,
    .decide = decide,
};

BERTH_POLICY(tiresias_shortest) = {
    BERTH_HEAD,
    .id = "tiresias_shortest",
    .summary = "least remaining time first, preemptive, as the Tiresias simulator does it",
    .version = "1",
    .source = "Gu et al., Tiresias, NSDI 2019; its simulator",
    .needs = BERTH_CAN_PREEMPT,
    .flags = BERTH_CLAIRVOYANCE,
    .options = options,
    .create = create_shortest,
    .destroy = jobs_destroy,
    .decide = decide,
};

BERTH_POLICY(tiresias_shortest_gpu) = {
    BERTH_HEAD,
    .id = "tiresias_shortest_gpu",
    .summary = "least remaining GPU time first, preemptive, as the Tiresias simulator does it",
    .version = "1",
    .source = "Gu et al., Tiresias, NSDI 2019; its simulator",
    .needs = BERTH_CAN_PREEMPT,
    .flags = BERTH_CLAIRVOYANCE,
    .options = options,
    .create = create_shortest_gpu,
    .destroy = jobs_destroy,
    .decide = decide,
};

BERTH_POLICY(tiresias_shortest_expected) = {
    BERTH_HEAD,
    .id = "tiresias_shortest_expected",
    .summary =
        "least expected time by samples first, preemptive, as the Tiresias simulator does it",
    .version = "1",
    .source = "Gu et al., Tiresias, NSDI 2019; its simulator",
    .needs = BERTH_CAN_PREEMPT,
    .create = create_expected,
    .destroy = jobs_destroy,
    .decide = decide,
};
