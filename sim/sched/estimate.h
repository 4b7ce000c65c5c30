/* estimate.h - what may be known about a job's length: its limit, what was learned from jobs
 * that ended, or (clairvoyant, and marked so) the truth. */
#ifndef BERTH_SCHED_ESTIMATE_H
#define BERTH_SCHED_ESTIMATE_H

#include "base/arena.h"
#include "sched/compose.h"
#include "sched/state.h"

struct estimate_cell {
    wide_t sum;
    uint64_t n;
};

struct estimate {
    const struct job_set *jobs;
    int knowledge; /* ESTIMATE_* */
    int64_t factor_percent;
    uint32_t users;             /* numbers of users are below it; 0 stands for nobody too */
    struct estimate_cell *cell; /* [user * JOB_SIZES + size class]: same user, same size */
    struct estimate_cell *user; /* [user] */
    struct estimate_cell size[JOB_SIZES], all;
};

/* `users`: numbers of users are below it. */
void estimate_init(struct estimate *e, const struct job_set *jobs, uint32_t users,
                   const struct composition *c, struct arena *a);

/* The estimate at submission: NS_NEVER when nothing may be known; never above
 * INT64_MAX / 4, so that sums with times do not overflow. History: mean run time of the user's
 * jobs of the same size class, else of the user, else of the size class, else of all, else 1 h
 * (policies.md 3.3, the simplest usable form). */
ns_t estimate_job(const struct estimate *e, uint32_t job);

/* An estimate from elsewhere, brought into the same range: 0 .. INT64_MAX / 4. */
ns_t estimate_bound(ns_t known);

/* A job ended after `ran`; history learns from it. */
void estimate_learn(struct estimate *e, uint32_t job, ns_t ran);

/* What was learned. */
void estimate_state(struct estimate *e, struct state *s);

#endif
