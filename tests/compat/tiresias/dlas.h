/* dlas.h - discretised least attained service as the Tiresias simulator does it, on one set of queues.
 *
 * A job begins in queue 0, falls by one queue an event when its service has reached the queue's limit, and
 * may be promoted to queue 0 after it has waited for a multiple of what it has executed. Between arrivals
 * and ends the program looks again when a job is due to fall or rise, its "queue jump"; for GPU time that
 * moment is limit less seconds (not GPU-seconds) over GPUs, so a fall is often noticed late. */
#ifndef TIRESIAS_DLAS_H
#define TIRESIAS_DLAS_H

#include "samples.h"

#define QUEUES_MAX 9

/* Jobs that share GPUs: all of them, or those of one size. */
struct group {
    uint32_t size; /* GPUs of each, 0 = any */
    int64_t reserved, free;
    struct list runnable, queue[QUEUES_MAX];
};

struct dlas {
    struct jobs jobs;
    int64_t limit[QUEUES_MAX]; /* of queues 0.. but the last; s or GPU-s */
    uint32_t queues;
    bool gpu_time;
    int64_t promote;         /* waiting per execution before a promotion, in 1/1000; 0 = never */
    struct samples *samples; /* for the Gittins index; NULL = queues keep their order */
    struct list promoted;    /* keys of jobs, one a promotion */
    int64_t jump;            /* s; BERTH_NEVER */
    uint64_t timer;          /* cookie of the timer that is set */
    int64_t timer_at;        /* s; BERTH_NEVER = none is set */
};

static inline bool dlas_init(struct dlas *d, const struct berth_host *host,
                             const struct berth_view *v)
{
    d->jump = d->timer_at = BERTH_NEVER;
    return jobs_init(&d->jobs, host, v);
}

/* Queue limits up to the first that is 0. */
static inline void dlas_limits(struct dlas *d, const int64_t *limit, uint32_t n)
{
    for (d->queues = 1; d->queues <= n && d->queues < QUEUES_MAX && limit[d->queues - 1] > 0;
         d->queues++)
        d->limit[d->queues - 1] = limit[d->queues - 1];
}

static inline bool dlas_come(struct dlas *d, struct group *g, uint32_t slot)
{
    return list_add(d->jobs.host, &g->runnable, slot) && list_add(d->jobs.host, &g->queue[0], slot);
}

static inline void dlas_end(struct dlas *d, struct group *g, uint32_t slot)
{
    list_remove(&g->runnable, slot);
    list_remove(&g->queue[d->jobs.at[slot].queue], slot);
}

static inline bool to_queue(struct dlas *d, struct group *g, uint32_t slot, uint32_t queue)
{
    list_remove(&g->queue[d->jobs.at[slot].queue], slot);
    d->jobs.at[slot].queue = queue;
    return list_add(d->jobs.host, &g->queue[queue], slot);
}

static inline int64_t service(const struct dlas *d, const struct job *j)
{
    return d->gpu_time ? j->executed * j->gpus : j->executed;
}

/* Book the time since the last event; fall and rise. */
static inline bool age(struct dlas *d, struct group *g, int64_t t)
{
    for (uint32_t i = 0; i < g->runnable.n; i++) {
        uint32_t slot = g->runnable.at[i];
        struct job *j = &d->jobs.at[slot];
        int64_t passed = t - j->seen;
        j->seen = t;
        if (j->runs) {
            j->executed += passed;
            if (j->queue + 1 < d->queues && service(d, j) >= d->limit[j->queue] &&
                !to_queue(d, g, slot, j->queue + 1))
                return false;
        } else if (j->executed > 0) {
            j->last_pending += passed; /* resuming does not clear it, only a promotion does */
            if (d->promote && j->queue && j->last_pending >= j->executed * d->promote / 1000) {
                j->executed = j->last_pending = 0;
                if (!to_queue(d, g, slot, 0) || !list_add(d->jobs.host, &d->promoted, j->number))
                    return false;
            }
        }
        if (d->samples) {
            j->key = -samples_index(d->samples, j->executed * j->gpus);
            j->then = j->submit;
        }
    }
    return true;
}

/* Who runs stands before who waits, for the next event too. */
static inline void running_first(struct list *l, const struct job *jobs)
{
    uint32_t front = 0;

    for (uint32_t i = 0; i < l->n; i++) {
        uint32_t slot = l->at[i];
        if (!jobs[slot].runs)
            continue;
        memmove(l->at + front + 1, l->at + front, (i - front) * sizeof *l->at);
        l->at[front++] = slot;
    }
}

static inline bool dlas_scan(struct dlas *d, struct group *g, int64_t t)
{
    if (!age(d, g, t))
        return false;
    g->free = g->reserved;
    for (uint32_t q = 0; q < d->queues; q++) {
        if (d->samples)
            list_sort(&g->queue[q], d->jobs.at);
        for (uint32_t i = 0; i < g->queue[q].n; i++) {
            struct job *j = &d->jobs.at[g->queue[q].at[i]];
            j->runs = j->gpus <= g->free;
            if (j->runs)
                g->free -= j->gpus;
        }
    }
    for (uint32_t q = 0; q < d->queues; q++)
        running_first(&g->queue[q], d->jobs.at);
    return true;
}

/* When a job of the group is next thought to fall or rise. */
static inline int64_t dlas_jump(const struct dlas *d, const struct group *g, int64_t t)
{
    int64_t next = BERTH_NEVER, at, wait;

    for (uint32_t i = 0; i < g->runnable.n; i++) {
        const struct job *j = &d->jobs.at[g->runnable.at[i]];
        at = BERTH_NEVER;
        if (j->runs && j->queue + 1 < d->queues) {
            at = t + (d->limit[j->queue] - j->executed) / (d->gpu_time ? j->gpus : 1);
        } else if (!j->runs && d->promote && j->queue && j->executed > 0) {
            wait = (j->executed * d->promote - j->last_pending * 1000) / 1000;
            if (wait > 0)
                at = t + wait;
        }
        if (at < next)
            next = at;
    }
    return next;
}

/* The timer may have rung. */
static inline void dlas_awake(struct dlas *d, int64_t now)
{
    if (d->timer_at <= now)
        d->timer_at = BERTH_NEVER;
}

/* One timer, at s `at` or not at all; what is due now comes in a call of its own. */
static inline berth_status dlas_wake(struct dlas *d, int64_t at)
{
    const struct berth_host *host = d->jobs.host;
    struct berth_decision w = {.size = sizeof w, .kind = BERTH_DO_UNWAKE, .cookie = d->timer};
    berth_status status;

    if (at == d->timer_at)
        return 0;
    if (d->timer_at != BERTH_NEVER) {
        status = host->emit(host->ctx, &w);
        if (status)
            return status;
    }
    d->timer_at = at;
    if (at == BERTH_NEVER)
        return 0;
    w.kind = BERTH_DO_WAKE;
    w.cookie = ++d->timer;
    w.at = at * SECOND;
    return host->emit(host->ctx, &w);
}

#endif
