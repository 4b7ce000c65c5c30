/* dlas.c - dlas, dlas-gpu, dlas-gpu-N and dlas-gpu-gittins of the Tiresias simulator. GPUs are counted. */
#include "dlas.h"

struct one {
    struct dlas d;
    struct group all;
    struct samples samples;
    struct berth_table promoted; /* as an extension shows it */
};

static const struct berth_option options[] = {
    {"gpu", "1: service is GPU time; 0: time", 1, 0, 1, 0, 0},
    {"promote", "promote after waiting this many 1/1000 of what was executed; 0 = never", 0, 0,
     1000000, 0, 0},
    {"limit1", "service, s or GPU-s, that ends queue 1; 0 = there is no other queue", 3250, 0,
     INT64_C(1000000000000), 0, 0},
    {"limit2", "the same of queue 2", 7200, 0, INT64_C(1000000000000), 0, 0},
    {"limit3", "the same of queue 3", 0, 0, INT64_C(1000000000000), 0, 0},
    {"limit4", "the same of queue 4", 0, 0, INT64_C(1000000000000), 0, 0},
    {"limit5", "the same of queue 5", 0, 0, INT64_C(1000000000000), 0, 0},
    {"limit6", "the same of queue 6", 0, 0, INT64_C(1000000000000), 0, 0},
    {"limit7", "the same of queue 7", 0, 0, INT64_C(1000000000000), 0, 0},
    {"limit8", "the same of queue 8", 0, 0, INT64_C(1000000000000), 0, 0},
    {0}};

static berth_status create(const struct berth_host *host, const struct berth_view *v, void **self)
{
    struct one *p = jobs_alloc(host, 1, sizeof *p);

    if (!p || !dlas_init(&p->d, host, v))
        return BERTH_E_MEMORY;
    p->all.reserved = v->n_gpus;
    p->d.gpu_time = true;
    *self = p;
    return 0;
}

static berth_status create_dlas(const struct berth_host *host, const struct berth_view *v,
                                const struct berth_config *config, void **self)
{
    berth_status status = create(host, v, self);
    struct one *p = *self;

    if (status)
        return status;
    p->d.gpu_time = config->values[0] != 0;
    p->d.promote = config->values[1];
    dlas_limits(&p->d, config->values + 2, 8);
    return 0;
}

static berth_status create_gittins(const struct berth_host *host, const struct berth_view *v,
                                   const struct berth_config *config, void **self)
{
    int64_t limit[QUEUES_MAX] = {0};
    berth_status status = create(host, v, self);
    struct one *p = *self;

    if (status)
        return status;
    samples_list(config->text, "limits", limit, QUEUES_MAX - 1);
    dlas_limits(&p->d, limit, QUEUES_MAX - 1);
    p->d.samples = &p->samples;
    return samples_read(&p->samples, host, config->text) && samples_rank(&p->samples, host)
               ? 0
               : BERTH_E_CONFIG;
}

/* Whether there is anything to do now. */
static berth_status hear(struct one *p, const struct berth_view *v, const struct berth_event *e,
                         uint32_t n, bool *due)
{
    *due = p->d.jump <= v->now / SECOND;
    for (uint32_t i = 0; i < n; i++)
        if (e[i].kind == BERTH_EV_JOB_FINISHED) {
            dlas_end(&p->d, &p->all, e[i].job);
            *due = true;
        } else if (e[i].kind == BERTH_EV_JOB_SUBMITTED) {
            if (!jobs_come(&p->d.jobs, v, e[i].job) || !dlas_come(&p->d, &p->all, e[i].job))
                return BERTH_E_MEMORY;
            *due = true;
        }
    return 0;
}

static berth_status decide(void *self, const struct berth_view *v, const struct berth_event *e,
                           uint32_t n, uint32_t mode)
{
    struct one *p = self;
    int64_t t = v->now / SECOND;
    bool due;
    berth_status status = hear(p, v, e, n, &due);

    (void)mode;
    if (status || !due)
        return status;
    dlas_awake(&p->d, t);
    if (!dlas_scan(&p->d, &p->all, t))
        return BERTH_E_MEMORY;
    p->d.jump = dlas_jump(&p->d, &p->all, t);
    status = jobs_stop(&p->d.jobs, &p->all.runnable);
    if (!status)
        status = jobs_tell(&p->d.jobs, v, &p->all.runnable);
    return status ? status : dlas_wake(&p->d, p->d.jump);
}

/* Keys of jobs, one a promotion: no outcome of a run holds them. */
static const void *extension(void *self, const char *id)
{
    struct one *p = self;

    p->promoted = (struct berth_table){p->d.promoted.at, p->d.promoted.n, sizeof(uint32_t)};
    return strcmp(id, "tiresias.promoted/1") ? NULL : &p->promoted;
}

BERTH_POLICY(tiresias_dlas) = {
    BERTH_HEAD,
    .id = "tiresias_dlas",
    .summary = "discretised least attained service, as the Tiresias simulator does it",
    .version = "1",
    .source = "Gu et al., Tiresias, NSDI 2019; its simulator",
    .needs = BERTH_CAN_PREEMPT,
    .options = options,
    .create = create_dlas,
    .destroy = jobs_destroy,
    .decide = decide,
    .extension = extension,
};

BERTH_POLICY(tiresias_gittins) = {
    BERTH_HEAD,
    .id = "tiresias_gittins",
    .summary = "discretised Gittins index by samples, as the Tiresias simulator does it",
    .version = "1",
    .source = "Gu et al., Tiresias, NSDI 2019; its simulator",
    .needs = BERTH_CAN_PREEMPT,
    .create = create_gittins,
    .destroy = jobs_destroy,
    .decide = decide,
};
