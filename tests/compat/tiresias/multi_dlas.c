/* multi_dlas.c - multi-dlas-gpu of the Tiresias simulator: jobs of each size have queues and reserved
 * GPUs of their own, which are dealt anew every 600 s. Nothing can start before.
 *
 * Reservation times are multiples of 600 s. When one falls on another event, that event is handled first,
 * without it, and the reservation in a call of its own. (The program ends when neither an arrival nor an
 * end is to come, even if jobs wait for the next reservation; a policy cannot know what is to come, and
 * goes on.) */
#include "dlas.h"

#define INTERVAL 600 /* s */
#define LIMIT 3600   /* GPU-s, of the first of two queues */

struct multi {
    struct dlas d;
    struct group *group; /* in order of the first arrival */
    uint32_t n;          /* at most one per request */
    uint32_t *order;     /* room for an order of the groups */
    int64_t gpus;
    int64_t next; /* next reservation, s */
};

static berth_status create(const struct berth_host *host, const struct berth_view *v,
                           const struct berth_config *config, void **self)
{
    struct multi *p = jobs_alloc(host, 1, sizeof *p);
    const int64_t limit = LIMIT;

    (void)config;
    if (!p || !dlas_init(&p->d, host, v))
        return BERTH_E_MEMORY;
    p->group = jobs_alloc(host, v->requests.n + 1, sizeof *p->group);
    p->order = jobs_alloc(host, v->requests.n + 1, sizeof *p->order);
    if (!p->group || !p->order)
        return BERTH_E_MEMORY;
    dlas_limits(&p->d, &limit, 1);
    p->d.gpu_time = true;
    p->gpus = v->n_gpus;
    p->next = INTERVAL;
    *self = p;
    return 0;
}

static bool come(struct multi *p, const struct berth_view *v, uint32_t slot)
{
    struct job *j = jobs_come(&p->d.jobs, v, slot);
    uint32_t g = 0;

    if (!j)
        return false;
    while (g < p->n && p->group[g].size != j->gpus)
        g++;
    if (g == p->n)
        p->group[p->n++].size = j->gpus;
    j->group = g;
    return dlas_come(&p->d, &p->group[g], slot);
}

/* ---- reservations ---- */

static int64_t demand_of(const struct group *g)
{
    return (int64_t)g->runnable.n * g->size;
}

static int64_t rank(const struct group *g, bool by_demand)
{
    return by_demand ? demand_of(g) : (int64_t)g->size;
}

static void arrange(struct multi *p, bool by_demand)
{
    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t k = i;
        for (; k && rank(&p->group[p->order[k - 1]], by_demand) > rank(&p->group[i], by_demand);
             k--)
            p->order[k] = p->order[k - 1];
        p->order[k] = i;
    }
}

/* What a group would get by its part of the demand. */
static int64_t fair(const struct multi *p, const struct group *g, int64_t all)
{
    double ratio = samples_round((double)demand_of(g) / (double)all, 2);
    int64_t c = (int64_t)floor(ratio * (double)p->gpus / (double)g->size) * g->size;

    return c < demand_of(g) ? c : demand_of(g);
}

static void deal_rest(struct multi *p, int64_t left)
{
    bool gave = true;

    arrange(p, false);
    while (gave) {
        gave = false;
        for (uint32_t i = 0; i < p->n; i++) {
            struct group *g = &p->group[p->order[i]];
            if (g->size > left || demand_of(g) <= g->reserved)
                continue;
            g->reserved += g->size;
            left -= g->size;
            gave = true;
        }
    }
}

static void reserve(struct multi *p)
{
    int64_t left = p->gpus, all = 0;

    for (uint32_t i = 0; i < p->n; i++) {
        left -= p->group[i].reserved - p->group[i].free;
        all += demand_of(&p->group[i]);
    }
    if (!all)
        return; /* with nothing asked for, what is reserved stays */
    arrange(p, true);
    for (uint32_t i = 0; i < p->n; i++) {
        struct group *g = &p->group[p->order[i]];
        int64_t used = g->reserved - g->free, extra;
        g->reserved = 0;
        if (!g->runnable.n)
            continue;
        extra = fair(p, g, all) - used;
        extra = extra < 0 ? 0 : extra > left ? left / g->size * g->size : extra;
        g->reserved = used + extra;
        left -= extra;
    }
    deal_rest(p, left);
}

/* ---- events ---- */

static bool scan(struct multi *p, int64_t t)
{
    p->d.jump = BERTH_NEVER;
    for (uint32_t i = 0; i < p->n; i++) {
        int64_t jump;
        if (!dlas_scan(&p->d, &p->group[i], t))
            return false;
        jump = dlas_jump(&p->d, &p->group[i], t);
        p->d.jump = jump < p->d.jump ? jump : p->d.jump;
    }
    return true;
}

/* Reservations that passed while there was no job changed nothing. */
static void catch_up(struct multi *p, int64_t t)
{
    if (p->next < t)
        p->next += (t - p->next + INTERVAL - 1) / INTERVAL * INTERVAL;
}

static berth_status tell(struct multi *p, const struct berth_view *v)
{
    berth_status status = 0;

    for (uint32_t i = 0; i < p->n && !status; i++)
        status = jobs_stop(&p->d.jobs, &p->group[i].runnable);
    for (uint32_t i = 0; i < p->n && !status; i++)
        status = jobs_tell(&p->d.jobs, v, &p->group[i].runnable);
    return status;
}

/* The next queue jump or reservation, now at the earliest; none while there is no job. */
static int64_t next_time(const struct multi *p)
{
    int64_t next = p->d.jump < p->next ? p->d.jump : p->next;

    for (uint32_t i = 0; i < p->n; i++)
        if (p->group[i].runnable.n)
            return next;
    return BERTH_NEVER;
}

static berth_status decide(void *self, const struct berth_view *v, const struct berth_event *e,
                           uint32_t n, uint32_t mode)
{
    struct multi *p = self;
    int64_t t = v->now / SECOND;
    bool due = p->d.jump <= t;
    berth_status status = 0;

    (void)mode;
    dlas_awake(&p->d, t);
    catch_up(p, t);
    for (uint32_t i = 0; i < n && !status; i++)
        if (e[i].kind == BERTH_EV_JOB_FINISHED) {
            dlas_end(&p->d, &p->group[p->d.jobs.at[e[i].job].group], e[i].job);
            due = true;
        } else if (e[i].kind == BERTH_EV_JOB_SUBMITTED) {
            status = come(p, v, e[i].job) ? 0 : BERTH_E_MEMORY;
            due = true;
        }
    if (!due && p->next <= t) {
        reserve(p);
        p->next += INTERVAL;
    }
    if (!status && !scan(p, t))
        status = BERTH_E_MEMORY;
    if (!status)
        status = tell(p, v);
    return status ? status : dlas_wake(&p->d, next_time(p));
}

BERTH_POLICY(tiresias_multi_dlas) = {
    BERTH_HEAD,
    .id = "tiresias_multi_dlas",
    .summary =
        "least attained service on GPUs reserved by job size, as the Tiresias simulator does it",
    .version = "1",
    .source = "Gu et al., Tiresias, NSDI 2019; its simulator",
    .needs = BERTH_CAN_PREEMPT,
    .create = create,
    .destroy = jobs_destroy,
    .decide = decide,
};
