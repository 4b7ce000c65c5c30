/* rank.h - keys of orders that change while jobs wait and run (policies.md 3), for the walks that ask for
 * them: the desired set of pending and running jobs, or the pending jobs alone.
 *
 * A key changes at events about its job and at the instant that the order itself names; the next such
 * instant of every job lies in a heap, and the core asks the host for one timer, at the earliest. So an
 * order costs what it changes, never a scan. Jobs are slots; ties end in the job's key at the border. */
#ifndef BERTH_SCHED_RANK_H
#define BERTH_SCHED_RANK_H

#include "base/vec.h"
#include "sched/desired.h"
#include "sched/drf.h"
#include "sched/fairtree.h"
#include "sched/gittins.h"
#include "sched/las.h"
#include "sched/multifactor.h"
#include "sched/policy.h"
#include "sched/state.h"
#include "sched/usage.h"

struct core;

struct rank_job {           /* by slot */
    struct las_job service; /* what it attained; its queue, for orders that have some */
    int64_t fixed;          /* key of an order that does not change */
    ns_t next;              /* the key changes then by itself */
    ns_t safe_until;        /* not to be displaced before */
    uint32_t place;         /* in the heap, RANK_NONE = not in it */
    uint32_t displaced;     /* times */
};

#define RANK_NONE UINT32_MAX

struct rank {
    struct core *core;
    enum order_rank kind;
    const int64_t *options;
    ns_t min_run,
        cool_down; /* of the walk: a start is safe so long; after a displacement likewise */
    struct rank_job *job;
    uint32_t *due, n_due; /* heap of slots by (next, key) */
    struct las las;
    struct gittins gittins;
    struct multifactor multifactor;
    struct usage usage;
    struct fairtree tree;
    uint32_t *association; /* by user: its node in the tree, 0 = not seen yet */
    struct drf drf;
    uint64_t walk;       /* number of the present walk */
    VEC(uint32_t) moved; /* demoted since the last walk, to be settled after it */
    VEC(uint32_t) promoted;
    ns_t period; /* end of the present calculation period */
    ns_t woken;  /* a timer is set for then */
};

/* Set up for the core's composition; the arena is the core's. */
void rank_init(struct rank *r, struct core *c);
void rank_free(struct rank *r);
void rank_grow(struct rank *r, uint32_t had, uint32_t room);

/* What happened to a job. A submitted job has its key when rank_submit() returns. */
void rank_submit(struct rank *r, uint32_t job);
void rank_start(struct rank *r, uint32_t job); /* decided: it counts as running from here on */
void rank_work(struct rank *r, uint32_t job);  /* it goes on with its work at view.since */
void rank_stop(struct rank *r, uint32_t job);  /* displaced */
void rank_finish(struct rank *r, uint32_t job, ns_t ran); /* ran: all its work */

/* Everything that is due by now, before a walk; and what a walk leaves to do, after it, with the timer. */
void rank_update(struct rank *r);
void rank_settle(struct rank *r);

/* The present key of a job in the desired set. */
struct desired_key rank_key(const struct rank *r, uint32_t job);

/* The key of a pending job for the walks that only start: smaller first. */
int64_t rank_pending_key(const struct rank *r, uint32_t job);

/* What the order remembers, of all jobs together first, then of each: after its key at the border is in
 * the books again (core_key). */
void rank_state(struct rank *r, struct state *s);
void rank_state_job(struct rank *r, struct state *s, uint32_t job);

#endif
