/* core.h - the scheduling core: what is pending, what runs, who holds what, as far as it was told.
 *
 * A policy on abi/berth_policy.h like any other (core_policy.c): events come in, decisions go out
 * through the host's emit(), and what it knows of fleet, requests and jobs it has copied from the
 * view. Its own record of who holds what may be tried on and taken back; the truth is the host's.
 * Jobs are slots of the view. Nothing here allocates between core_reserve() calls. */
#ifndef BERTH_SCHED_CORE_H
#define BERTH_SCHED_CORE_H

#include "abi/berth_policy.h"
#include "sched/compose.h"
#include "sched/ends.h"
#include "sched/estimate.h"
#include "sched/pieces.h"
#include "sched/place.h"
#include "sched/queue.h"
#include "sched/rank.h"

struct core_run {      /* by slot */
    ns_t ends;         /* when it is expected to end, while running */
    uint32_t first, n; /* its pieces in core.held, while it holds any */
    uint32_t turn;     /* in core.running */
};

struct cursor {
    uint32_t job, request;
    uint64_t exact;
};

struct lifted {   /* a node */
    uint16_t had; /* free devices before */
    bool settled; /* the index knows of those on trial */
};

struct core {
    const struct berth_host *host;    /* borrowed */
    const struct berth_view *view;    /* borrowed during a call */
    struct job_set *jobs;             /* requests and groups of the view; specs by slot, without the
                                         truth about lengths unless the composition is clairvoyant */
    struct topology *topo;            /* copied from the view */
    const struct composition *policy; /* borrowed */
    struct arena *arena;              /* borrowed; used only while setting up */
    const struct berth_parts *parts;  /* of an outside policy, NULL = none; borrowed */
    const struct berth_clairvoyant *truth; /* NULL unless the composition is clairvoyant */
    uint32_t room;                         /* slots that the arrays below have room for */
    struct occupancy occ;
    struct placer placer;
    struct queue queue;
    struct estimate estimate;
    ns_t now;
    /* running */
    struct core_run *run;
    struct ends ends; /* of running jobs, when the walk needs them */
    bool tracks_ends;
    uint32_t *running, n_running; /* in no order */
    struct pieces held;           /* pieces of running jobs */
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
    uint64_t *prefer;           /* [node * words] */
    VEC(uint32_t) prefer_nodes;
    VEC(struct lifted) lifted; /* by prefer_nodes, while their devices are free on trial */
    ns_t
        *promise; /* by slot: the promise told to the host, NS_UNKNOWN; NULL when nobody promises */
    struct rank *rank;       /* orders that change; NULL = the order is fixed */
    struct desired *desired; /* pending and running jobs in order; NULL = the walk only starts */
    struct diff *diff;       /* with desired */
    struct displace_work *displace; /* of the displacement; NULL = none */
    struct plan *plan;              /* conservative; NULL otherwise */
    struct window *window;          /* Slurm-style; NULL otherwise */
    struct pods *pods;              /* pod-by-pod launch; NULL otherwise */
};

/* Set up on the view as it is at create(). */
void core_init(struct core *c, const struct berth_host *host, const struct berth_view *view,
               const struct composition *policy, uint64_t seed, struct arena *a);
void core_free(struct core *c);

/* A safe point: make room for the view's slots, and so that the next pass allocates nothing. */
void core_reserve(struct core *c, uint32_t slots);

/* A job may be scheduled from now on. */
void core_submit(struct core *c, uint32_t job);

/* It gave its devices back and waits again. */
void core_requeue(struct core *c, uint32_t job);

/* A running job ended after `ran` ns of work: its devices come back. */
void core_finish(struct core *c, uint32_t job, ns_t ran);

/* One pass: decisions go to the host as they are made. */
void core_pass(struct core *c);

/* Pieces a running job holds. */
static inline const struct held *core_held(const struct core *c, uint32_t job, uint32_t *n)
{
    *n = c->run[job].n;
    return c->held.all.at + c->run[job].first;
}

/* For the parts of the core, not for the host. Start with the pieces in c->placer.out; with
 * `complete`, on the pieces that the job holds at the host already. */
void core_start(struct core *c, uint32_t job, bool complete);

/* In the books again as running on core.held[first .. first + n), which is taken; nothing is proposed. */
void core_resume(struct core *c, uint32_t job, uint32_t first, uint32_t n, ns_t ends);

/* The same on pieces that are taken already, core.held[first .. first + n). */
void core_start_on(struct core *c, uint32_t job, uint32_t first, uint32_t n);

/* Stop a running job whose devices the core has given back already: it waits again. mode: BERTH_STOP_*. */
void core_stopped(struct core *c, uint32_t job, int64_t mode);

/* Move a running job to core.held[first .. first + n), which is taken already, from where it is, which
 * the core has given back already. */
void core_moved(struct core *c, uint32_t job, uint32_t first, uint32_t n);

/* Tell the host that the job starts at `at` or earlier. */
void core_promise(struct core *c, uint32_t job, ns_t at);

/* What is known of the job's length at its submission: NS_NEVER = nothing. */
ns_t core_estimate(const struct core *c, uint32_t job);

/* The key of an order that is fixed while the job waits. */
int64_t core_order_key(const struct core *c, uint32_t job, const struct order_view *v);

/* The job's key at the border: breaks ties and names its random draws. */
static inline uint64_t core_key(const struct core *c, uint32_t job)
{
    return c->queue.link[job].seq;
}

/* When a running job is expected to end, never in the past. */
static inline ns_t core_ends(const struct core *c, uint32_t job)
{
    return c->run[job].ends > c->now ? c->run[job].ends : c->now + 1;
}

#endif
