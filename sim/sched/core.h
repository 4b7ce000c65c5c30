/* core.h - the scheduling core of one trial: what is pending, what runs, who holds what.
 *
 * The host (engine) tells it what happened and asks for one pass per instant; the core answers
 * with the jobs it started. It knows nothing of the simulator and may serve a live host. Nothing
 * here allocates between core_reserve() calls. */
#ifndef BERTH_SCHED_CORE_H
#define BERTH_SCHED_CORE_H

#include "base/digest.h"
#include "sched/compose.h"
#include "sched/estimate.h"
#include "sched/pieces.h"
#include "sched/place.h"
#include "sched/queue.h"

struct core_run {      /* by job: 24 bytes */
    ns_t ends;         /* when it is expected to end, while running */
    uint32_t first, n; /* its pieces in core.held, while it holds any */
    uint32_t place;    /* in the heap of expected ends */
    uint32_t pad;
};

struct cursor {
    uint32_t job, request;
    uint64_t exact;
};

struct core {
    const struct job_set *jobs;       /* borrowed */
    const struct topology *topo;      /* borrowed */
    const struct composition *policy; /* borrowed */
    struct arena *arena;              /* borrowed; used only while setting up */
    struct occupancy occ;
    struct placer placer;
    struct queue queue;
    struct estimate estimate;
    ns_t now;
    /* running */
    struct core_run *run;
    uint32_t *ends, n_ends; /* 4-ary heap of running jobs by (ends, job) when the walk needs it */
    bool tracks_ends;
    uint32_t n_running;
    struct pieces held; /* pieces of running jobs; kept for ever when the reports want them */
    /* decisions of the pass */
    uint32_t *started, n_started;
    uint64_t decisions;
    struct digest digest;
    /* the walk */
    uint64_t *refused; /* by request: occ.returned + 1 when it was last refused */
    struct cursor *cursor;
    uint32_t n_cursor;
    bool cursors_made;
    uint64_t starts; /* counts starts: a cursor's candidate is exact while unchanged */
    /* the reservation of EASY; its devices are those of `reserved` that are idle */
    uint32_t reserved_job;
    ns_t reserved_at;
    uint64_t reserved_returned; /* occ.returned when it was made */
    bool reserving;             /* some job was held back for a reservation in this pass */
    VEC(struct held) reserved;  /* all its devices */
    uint64_t idle_at;           /* c->starts + 1 when the next was counted */
    uint32_t idle;              /* devices of the reservation that are free */
    VEC(struct held) keep;      /* idle ones, taken out of the index while long jobs are tried */
    VEC(uint32_t) walked;       /* running jobs given back on trial */
    VEC(uint32_t) trial;        /* auxiliary heap over the heap of ends */
    uint64_t *prefer;           /* [node * words] */
    VEC(uint32_t) prefer_nodes;
    ns_t *promise; /* by job: first promised start, NS_UNKNOWN; NULL when nobody promises */
    uint64_t promises, broken;
    struct plan *plan; /* conservative; NULL otherwise */
    struct pods *pods; /* pod-by-pod launch; NULL otherwise */
};

/* Set up in the arena for the whole trial. */
void core_init(struct core *c, const struct job_set *jobs, const struct topology *t,
               const struct composition *policy, uint64_t seed, bool keep_held, struct arena *a);
void core_free(struct core *c);

/* A safe point: make room so that the next pass allocates nothing. */
void core_reserve(struct core *c);

/* A job may be scheduled from now on. */
void core_submit(struct core *c, uint32_t job, ns_t now);

/* A running job ended after `ran` ns of work: its devices come back. */
void core_finish(struct core *c, uint32_t job, ns_t now, ns_t ran);

/* One pass. The jobs started are core.started[0..n_started). */
void core_pass(struct core *c, ns_t now);

/* Pieces a running job holds. */
static inline const struct held *core_held(const struct core *c, uint32_t job, uint32_t *n)
{
    *n = c->run[job].n;
    return c->held.all.at + c->run[job].first;
}

/* For the parts of the core, not for the host. Start with the pieces in c->placer.out. */
void core_start(struct core *c, uint32_t job);

/* When a running job is expected to end, never in the past. */
static inline ns_t core_ends(const struct core *c, uint32_t job)
{
    return c->run[job].ends > c->now ? c->run[job].ends : c->now + 1;
}

#endif
